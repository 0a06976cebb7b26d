//! OpenDocument texts, sheets and presentations: the package is written anew without meta data,
//! thumbnails and settings; names of authors become one word; pictures inside are cleaned as files
//! are.

use quick_xml::events::BytesStart;

use super::Room;
use super::bytes::{Done, Sink, Source};
use super::format::Unclean;
use super::ooxml::{self, NOBODY};
use super::package::{MIMETYPE, Output, Package};
use super::xml::{self, Change, Rules};

/// What stands where a time stood.
const NO_TIME: &str = "2000-01-01T00:00:00";
const META: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<office:document-meta \
    xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" office:version=\"1.2\">\
    <office:meta/></office:document-meta>";

#[derive(Debug, PartialEq, Eq)]
enum Fate {
    Dropped,
    Replaced(&'static str),
    Rewritten,
    Cleaned,
}

/// Cleans a file.
pub fn clean(source: &mut dyn Source, sink: &mut dyn Sink, room: &mut Room) -> Done {
    let mut package = Package::open(source)?;
    let mut output = Output::new(sink);
    // The format wants it first, so that its text stands at a known place.
    let kind = package.read(MIMETYPE, room)?;
    output.add(MIMETYPE, kind.trim_ascii(), true)?;
    for name in package.names.clone() {
        match fate(&name) {
            Fate::Dropped => {}
            Fate::Replaced(text) => output.add(&name, text.as_bytes(), false)?,
            Fate::Rewritten => {
                let part = package.read(&name, room)?;
                let mut rules = OpenDocument::default();
                let part = xml::rewrite(&part, &mut rules)?;
                if rules.is_encrypted {
                    return Err(Unclean::Unsupported);
                }
                output.add(&name, &part, false)?;
            }
            Fate::Cleaned => {
                let part = package.read(&name, room)?;
                output.add(&name, &ooxml::inner(part, room)?, true)?;
            }
        }
    }
    output.finish()
}

fn fate(name: &str) -> Fate {
    let file = name.rsplit('/').next().unwrap_or_default();
    let is_in = |folder: &str| name.starts_with(folder) || name.contains(&format!("/{folder}"));
    if name == MIMETYPE
        || matches!(
            file,
            "settings.xml" | "layout-cache" | "documentsignatures.xml" | "macrosignatures.xml"
        )
        || ["Thumbnails/", "Configurations2/", "Versions/"]
            .iter()
            .any(|folder| is_in(folder))
        || file == "VersionList.xml"
    {
        Fate::Dropped
    } else if file == "meta.xml" {
        Fate::Replaced(META)
    } else if [".xml", ".rdf", ".svg"]
        .iter()
        .any(|ending| file.ends_with(ending))
    {
        Fate::Rewritten
    } else {
        Fate::Cleaned
    }
}

/// What OpenDocument calls people and times.
#[derive(Default)]
struct OpenDocument {
    is_encrypted: bool,
}

impl Rules for OpenDocument {
    fn drops(&mut self, element: &BytesStart<'_>) -> bool {
        match xml::local(element.name().0) {
            "file-entry" => xml::value(element, "full-path").is_some_and(|path| {
                path != MIMETYPE
                    && (fate(&path) == Fate::Dropped
                        || ["Thumbnails/", "Configurations2/"]
                            .iter()
                            .any(|folder| path.starts_with(folder)))
            }),
            "encryption-data" => {
                self.is_encrypted = true;
                true
            }
            "metadata" => true,
            _ => false,
        }
    }

    fn attribute(&mut self, _: &str, name: &str, value: &str) -> Change {
        match xml::local(name) {
            "docname" | "export-filename" | "printed-by" | "rsid" | "paragraph-rsid" => {
                Change::Drop
            }
            "author" | "creator" | "initial-creator" => Change::Set(NOBODY.to_owned()),
            _ => match xml::without_folders(value) {
                Some(file) => Change::Set(file.to_owned()),
                None => Change::Keep,
            },
        }
    }

    fn text(&mut self, element: &str, text: &str) -> Option<String> {
        match element {
            "dc:creator"
            | "meta:creator-initials"
            | "loext:sender-initials"
            | "text:author-name"
            | "text:author-initials"
            | "text:initial-creator"
            | "text:creator"
            | "text:printed-by" => Some(NOBODY.to_owned()),
            "dc:date" | "meta:date-string" => Some(NO_TIME.to_owned()),
            "text:file-name" => xml::without_folders(text).map(str::to_owned),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_meet_their_fates() {
        let cases = [
            ("mimetype", Fate::Dropped),
            ("meta.xml", Fate::Replaced(META)),
            ("Object 1/meta.xml", Fate::Replaced(META)),
            ("settings.xml", Fate::Dropped),
            ("Thumbnails/thumbnail.png", Fate::Dropped),
            ("content.xml", Fate::Rewritten),
            ("META-INF/manifest.xml", Fate::Rewritten),
            ("Pictures/1.jpg", Fate::Cleaned),
            ("Object 1", Fate::Cleaned),
        ];
        for (name, wanted) in cases {
            assert_eq!(fate(name), wanted, "{name}");
        }
    }
}
