//! Word, Excel and PowerPoint: the package is written anew without its properties; names of authors
//! in comments and tracked changes become one word; pictures inside are cleaned as files are. Parts
//! that cannot be judged, such as macros and foreign objects, make the document unsupported.

use quick_xml::events::BytesStart;

use super::bytes::{self, Done, Sink, Source};
use super::format::{Format, Unclean};
use super::package::{Output, Package};
use super::xml::{self, Change, Rules};
use super::{Room, clean_inside};

/// What stands where a name stood.
pub const NOBODY: &str = "Author";
/// What stands where a time stood that may not be left out.
const NO_TIME: &str = "2000-01-01T00:00:00Z";
/// Relationships, by the last part of their type, to parts that go.
const GONE: [&str; 14] = [
    "thumbnail",
    "custom-properties",
    "customXml",
    "customXmlProps",
    "printerSettings",
    "people",
    "attachedTemplate",
    "origin",
    "signature",
    "certificate",
    "classificationlabels",
    "keyMapCustomizations",
    "userCustomization",
    "extensibility",
];
const CORE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<cp:coreProperties \
    xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\"/>";
const APP: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Properties \
    xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties\"/>";

/// What becomes of a part.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    Dropped,
    Replaced(&'static str),
    Rewritten,
    /// Fonts: passed as they are.
    Font,
    /// A picture, a sound, a document inside.
    Cleaned,
    Refused,
}

/// Cleans a file.
pub fn clean(source: &mut dyn Source, sink: &mut dyn Sink, room: &mut Room) -> Done {
    let mut package = Package::open(source)?;
    let mut output = Output::new(sink);
    for name in package.names.clone() {
        match fate(&name) {
            Fate::Dropped => {}
            Fate::Replaced(text) => output.add(&name, text.as_bytes(), false)?,
            Fate::Rewritten => {
                let part = package.read(&name, room)?;
                let part = xml::rewrite(&part, &mut Office::new(&name))?;
                output.add(&name, &part, false)?;
            }
            Fate::Font => output.add(&name, &package.read(&name, room)?, false)?,
            Fate::Cleaned => {
                let part = package.read(&name, room)?;
                output.add(&name, &inner(part, room)?, true)?;
            }
            Fate::Refused => return Err(Unclean::Unsupported),
        }
    }
    output.finish()
}

fn fate(name: &str) -> Fate {
    let lower = name.to_ascii_lowercase();
    let file = lower.rsplit('/').next().unwrap_or_default();
    let extension = file.rsplit_once('.').map_or("", |(_, extension)| extension);
    let lies_in = |folder: &str| lower.starts_with(folder) || lower.contains(&format!("/{folder}"));
    if lower == "docprops/core.xml" {
        Fate::Replaced(CORE)
    } else if lower == "docprops/app.xml" {
        Fate::Replaced(APP)
    } else if [
        "docprops/",
        "customxml/",
        "printersettings/",
        "_xmlsignatures/",
        "docmetadata/",
        "[trash]/",
    ]
    .iter()
    .any(|folder| lies_in(folder))
        || lower == "word/people.xml"
        || file == "customizations.xml"
    {
        Fate::Dropped
    } else {
        match extension {
            "xml" | "rels" | "vml" | "svg" => Fate::Rewritten,
            "odttf" | "fntdata" | "ttf" => Fate::Font,
            // Macros, and objects of other programs.
            "bin" | "ole" | "" => Fate::Refused,
            _ => Fate::Cleaned,
        }
    }
}

/// A file inside a document, cleaned.
pub fn inner(mut part: Vec<u8>, room: &mut Room) -> Done<Vec<u8>> {
    if is_enhanced_metafile(&part) {
        forget_description(&mut part)?;
        return Ok(part);
    }
    if is_plain_metafile(&part) {
        return Ok(part);
    }
    match clean_inside(&part, room)? {
        // Inside a document text is some format that is not known here.
        (Format::Text, _) => Err(Unclean::Unsupported),
        (_, cleaned) => Ok(cleaned),
    }
}

/// A drawing for Windows, as old Office pastes it.
fn is_enhanced_metafile(part: &[u8]) -> bool {
    part.starts_with(&[1, 0, 0, 0]) && part.get(40..44) == Some(b" EMF")
}

fn is_plain_metafile(part: &[u8]) -> bool {
    let starts = [
        &[0xD7, 0xCD, 0xC6, 0x9A][..],
        &[1, 0, 9, 0, 0, 3],
        b"VCLMTF",
    ];
    starts.iter().any(|start| part.starts_with(start))
}

/// A metafile says in its head which program drew it, and from which file.
fn forget_description(part: &mut [u8]) -> Done {
    let long = |at| bytes::part(part, at).map(u32::from_le_bytes);
    let (letters, at) = (bytes::index(long(60)?)?, bytes::index(long(64)?)?);
    if letters > 0 {
        let end = letters
            .checked_mul(2)
            .and_then(|bytes| bytes.checked_add(at));
        let description = end.and_then(|end| part.get_mut(at..end));
        description.ok_or(Unclean::Unreadable)?.fill(0);
    }
    Ok(())
}

/// What Office's vocabularies call people and times.
struct Office {
    is_comments: bool,
    /// Excel writes a comment's author into its text as well.
    authors: Vec<String>,
}

impl Office {
    fn new(part: &str) -> Office {
        Office {
            is_comments: part.starts_with("xl/comments"),
            authors: Vec::new(),
        }
    }
}

impl Rules for Office {
    fn drops(&mut self, element: &BytesStart<'_>) -> bool {
        match xml::local(element.name().0) {
            "Relationship" => xml::value(element, "Type")
                .is_some_and(|kind| GONE.contains(&kind.rsplit('/').next().unwrap_or_default())),
            "Override" => xml::value(element, "PartName")
                .is_some_and(|part| fate(part.trim_start_matches('/')) == Fate::Dropped),
            // The folder of the workbook, revisions of the writing, Word's hidden variables, the
            // template's path, and what drawing programs say of a drawing.
            "absPath" | "rsids" | "rsid" | "docVars" | "attachedTemplate" | "metadata" => true,
            _ => false,
        }
    }

    fn attribute(&mut self, element: &str, name: &str, value: &str) -> Change {
        let nobody = || Change::Set(NOBODY.to_owned());
        let element = xml::local(element);
        let is_person = matches!(
            element,
            "author" | "cmAuthor" | "person" | "presenceInfo" | "userInfo" | "header"
        );
        match xml::local(name) {
            "author" | "userName" | "displayName" => nobody(),
            "name" | "userId" | "providerId" if is_person => nobody(),
            "initials" => Change::Set("A".to_owned()),
            "refreshedBy" | "refreshedDate" | "refreshedDateIso" | "dT" | "dateUtc" | "docname"
            | "export-filename" => Change::Drop,
            "date" | "dt" if is_time(value) => Change::Drop,
            "created" | "dateTime" if is_time(value) => Change::Set(NO_TIME.to_owned()),
            // Settings of a printer are gone, and the page must not ask for them.
            "id" if element == "pageSetup" => Change::Drop,
            local if local.starts_with("rsid") => Change::Drop,
            _ => match xml::without_folders(value) {
                Some(file) => Change::Set(file.to_owned()),
                None => Change::Keep,
            },
        }
    }

    fn text(&mut self, element: &str, text: &str) -> Option<String> {
        if !self.is_comments {
            return None;
        }
        match xml::local(element) {
            "author" => {
                if !text.trim().is_empty() {
                    self.authors.push(format!("{}:", text.trim()));
                }
                Some(NOBODY.to_owned())
            }
            "t" if self.authors.iter().any(|author| author == text.trim()) => {
                Some(format!("{NOBODY}:"))
            }
            _ => None,
        }
    }
}

/// Whether a value is a date with a time, as programs write it and people do not.
fn is_time(value: &str) -> bool {
    let bytes = value.as_bytes();
    bytes.len() >= 16 && bytes[4] == b'-' && bytes[7] == b'-' && bytes[10] == b'T'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_meet_their_fates() {
        let cases = [
            ("docProps/core.xml", Fate::Replaced(CORE)),
            ("docProps/custom.xml", Fate::Dropped),
            ("docProps/thumbnail.jpeg", Fate::Dropped),
            ("customXml/item1.xml", Fate::Dropped),
            ("xl/printerSettings/printerSettings1.bin", Fate::Dropped),
            ("word/document.xml", Fate::Rewritten),
            ("word/_rels/document.xml.rels", Fate::Rewritten),
            ("word/media/image1.JPG", Fate::Cleaned),
            ("ppt/embeddings/Sheet1.xlsx", Fate::Cleaned),
            ("word/fonts/font1.odttf", Fate::Font),
            ("word/vbaProject.bin", Fate::Refused),
            ("word/embeddings/oleObject1.bin", Fate::Refused),
        ];
        for (name, wanted) in cases {
            assert_eq!(fate(name), wanted, "{name}");
        }
    }

    #[test]
    fn names_and_times_are_told_from_words() {
        let mut office = Office::new("word/document.xml");
        let cases = [
            ("w:ins", "w:author", "Ann", Change::Set("Author".to_owned())),
            ("w:ins", "w:date", "2026-01-02T03:04:05Z", Change::Drop),
            ("w:comment", "w:initials", "AM", Change::Set("A".to_owned())),
            ("w:p", "w:rsidR", "00AB12CD", Change::Drop),
            ("pic:cNvPr", "name", "Picture 1", Change::Keep),
            (
                "pic:cNvPr",
                "descr",
                "C:\\Users\\Ann\\cat.jpg",
                Change::Set("cat.jpg".to_owned()),
            ),
            (
                "p:cmAuthor",
                "name",
                "Ann",
                Change::Set("Author".to_owned()),
            ),
            ("pageSetup", "r:id", "rId1", Change::Drop),
            ("w:style", "w:styleId", "Heading1", Change::Keep),
        ];
        for (element, name, value, wanted) in cases {
            assert_eq!(office.attribute(element, name, value), wanted, "{name}");
        }
    }
}
