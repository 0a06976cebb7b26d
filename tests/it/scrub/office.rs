//! Office packages: marks in properties, comments, tracked changes, paths, pictures, documents in
//! documents and the package itself. Words and cells stay.

use std::io::{Cursor, Write};

use hushdesk::scrub::Format;
use zip::write::{FileOptions, SimpleFileOptions};
use zip::{CompressionMethod, ZipWriter};

use super::pictures::{marked_jpeg, marked_png};
use super::{MARK, cleaned, has, is_refused, unpacked};

/// A package with a time and a comment.
pub fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, part) in parts {
        let time = zip::DateTime::from_date_and_time(2021, 2, 3, 4, 5, 6).expect("a time");
        let method = match *name {
            "mimetype" => CompressionMethod::Stored,
            _ => CompressionMethod::Deflated,
        };
        let options: SimpleFileOptions = FileOptions::default()
            .last_modified_time(time)
            .compression_method(method);
        writer.start_file(*name, options).expect("it can be added");
        writer.write_all(part).expect("it can be written");
    }
    writer.set_comment(MARK).expect("it is short");
    writer.finish().expect("it can be ended").into_inner()
}

const TYPES: &str = "<Types><Default Extension=\"xml\"/><Override PartName=\"/docProps/custom.xml\"/>\
    <Override PartName=\"/word/document.xml\"/></Types>";

fn properties() -> String {
    format!("<cp:coreProperties><dc:creator>{MARK}</dc:creator></cp:coreProperties>")
}

fn relationships() -> String {
    format!(
        "<Relationships><Relationship Id=\"r1\" Type=\"http://x/thumbnail\" Target=\"t.jpeg\"/>\
         <Relationship Id=\"r2\" Type=\"http://x/officeDocument\" Target=\"word/document.xml\"/>\
         <Relationship Id=\"r3\" Type=\"http://x/attachedTemplate\" Target=\"file:///C:/{MARK}\"/>\
         <Relationship Id=\"r4\" Type=\"http://x/hyperlink\" Target=\"file:///{MARK}/a.docx\"/>\
         </Relationships>"
    )
}

pub fn marked_docx() -> Vec<u8> {
    let body = format!(
        "<w:document><!-- {MARK} --><w:p w:rsidR=\"00112233\"><w:ins w:author=\"{MARK}\" \
         w:date=\"2021-02-03T04:05:06Z\"><w:t>kept &amp; words</w:t></w:ins>\
         <pic:cNvPr descr=\"C:\\Users\\{MARK}\\cat.jpg\"/></w:p></w:document>"
    );
    let comments = format!(
        "<w:comments><w:comment w:author=\"{MARK}\" w:initials=\"{MARK}\"><w:t>remark</w:t>\
         </w:comment></w:comments>"
    );
    let people = format!("<w15:people><w15:person w15:author=\"{MARK}\"/></w15:people>");
    package(&[
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", relationships().as_bytes()),
        ("docProps/core.xml", properties().as_bytes()),
        ("docProps/app.xml", properties().as_bytes()),
        ("docProps/custom.xml", properties().as_bytes()),
        ("docProps/thumbnail.jpeg", &marked_jpeg(1)),
        ("customXml/item1.xml", properties().as_bytes()),
        ("word/document.xml", body.as_bytes()),
        ("word/comments.xml", comments.as_bytes()),
        ("word/people.xml", people.as_bytes()),
        ("word/media/image1.jpg", &marked_jpeg(6)),
        ("word/media/image2.png", &marked_png()),
        ("word/embeddings/sheet.xlsx", &marked_xlsx()),
    ])
}

pub fn marked_xlsx() -> Vec<u8> {
    let book = format!(
        "<workbook><fileSharing userName=\"{MARK}\"/><x15ac:absPath url=\"C:\\{MARK}\\\"/></workbook>"
    );
    let comments = format!(
        "<comments><authors><author>{MARK}</author></authors><commentList><comment><text>\
         <r><t>{MARK}:</t></r><r><t> a remark</t></r></text></comment></commentList></comments>"
    );
    let people =
        format!("<personList><person displayName=\"{MARK}\" userId=\"{MARK}\"/></personList>");
    let sheet = "<worksheet><c><v>4711</v></c><pageSetup r:id=\"rId1\"/></worksheet>";
    package(&[
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("docProps/core.xml", properties().as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
        ("xl/comments1.xml", comments.as_bytes()),
        ("xl/persons/person.xml", people.as_bytes()),
        ("xl/printerSettings/printerSettings1.bin", MARK.as_bytes()),
    ])
}

fn part(package: &[u8], wanted: &str) -> String {
    let parts = unpacked(package);
    let found = parts.into_iter().find(|(name, _)| name == wanted);
    String::from_utf8(found.expect("the part is there").1).expect("it is text")
}

#[test]
fn word_documents_keep_their_words() {
    let clean = cleaned(&marked_docx(), Format::Docx);
    let wanted = "<w:document><w:p><w:ins w:author=\"Author\"><w:t>kept &amp; words</w:t></w:ins>\
        <pic:cNvPr descr=\"cat.jpg\"/></w:p></w:document>";
    assert_eq!(part(&clean, "word/document.xml"), wanted);
    assert!(part(&clean, "word/comments.xml").contains("remark"));
    let names: Vec<String> = unpacked(&clean).into_iter().map(|(name, _)| name).collect();
    for gone in [
        "docProps/custom.xml",
        "docProps/thumbnail.jpeg",
        "word/people.xml",
    ] {
        assert!(!names.iter().any(|name| name == gone), "{gone}");
    }
    let relationships = part(&clean, "_rels/.rels");
    assert!(relationships.contains("word/document.xml") && relationships.contains("\"a.docx\""));
    assert!(!relationships.contains("thumbnail"));
    assert!(!part(&clean, "[Content_Types].xml").contains("custom.xml"));
    // The pictures inside are still pictures, the right way up.
    let parts = unpacked(&clean);
    let picture = &parts
        .iter()
        .find(|(name, _)| name.ends_with("image1.jpg"))
        .expect("kept")
        .1;
    assert!(image::load_from_memory(picture).is_ok() && has(picture, b"Exif"));
}

#[test]
fn workbooks_keep_their_cells() {
    let clean = cleaned(&marked_xlsx(), Format::Xlsx);
    let sheet = part(&clean, "xl/worksheets/sheet1.xml");
    assert_eq!(
        sheet,
        "<worksheet><c><v>4711</v></c><pageSetup/></worksheet>"
    );
    assert!(part(&clean, "xl/comments1.xml").contains("<t>Author:</t></r><r><t> a remark</t>"));
}

#[test]
fn presentations_keep_their_slides() {
    let authors = format!(
        "<p:cmAuthorLst><p:cmAuthor id=\"0\" name=\"{MARK}\" initials=\"{MARK}\"/></p:cmAuthorLst>"
    );
    let marked = package(&[
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("docProps/core.xml", properties().as_bytes()),
        ("ppt/presentation.xml", b"<p:presentation/>"),
        ("ppt/commentAuthors.xml", authors.as_bytes()),
        ("ppt/slides/slide1.xml", b"<p:sld><a:t>words</a:t></p:sld>"),
    ]);
    let clean = cleaned(&marked, Format::Pptx);
    assert_eq!(
        part(&clean, "ppt/slides/slide1.xml"),
        "<p:sld><a:t>words</a:t></p:sld>"
    );
}

pub fn marked_odt() -> Vec<u8> {
    let content = format!(
        "<office:document-content><text:p>words<office:annotation><dc:creator>{MARK}</dc:creator>\
         <dc:date>2021-02-03T04:05:06</dc:date><text:p>remark</text:p></office:annotation></text:p>\
         </office:document-content>"
    );
    let manifest = "<manifest:manifest><manifest:file-entry manifest:full-path=\"/\"/>\
        <manifest:file-entry manifest:full-path=\"settings.xml\"/>\
        <manifest:file-entry manifest:full-path=\"content.xml\"/></manifest:manifest>";
    package(&[
        ("mimetype", b"application/vnd.oasis.opendocument.text"),
        ("meta.xml", properties().as_bytes()),
        ("settings.xml", properties().as_bytes()),
        ("content.xml", content.as_bytes()),
        ("Thumbnails/thumbnail.png", &marked_png()),
        ("Pictures/1.jpg", &marked_jpeg(3)),
        ("META-INF/manifest.xml", manifest.as_bytes()),
    ])
}

#[test]
fn open_documents_keep_their_words() {
    let clean = cleaned(&marked_odt(), Format::Odt);
    assert!(has(
        &clean[..80],
        b"mimetypeapplication/vnd.oasis.opendocument.text"
    ));
    let content = part(&clean, "content.xml");
    assert!(content.contains("words") && content.contains("remark") && !content.contains("2021"));
    let manifest = part(&clean, "META-INF/manifest.xml");
    assert!(manifest.contains("content.xml") && !manifest.contains("settings.xml"));
}

#[test]
fn what_cannot_be_judged_makes_the_document_unsupported() {
    for (name, bytes) in [
        ("word/vbaProject.bin", &b"macro"[..]),
        ("word/embeddings/oleObject1.bin", b"\xD0\xCF\x11\xE0"),
        ("word/media/film.mkv", b"\x1A\x45\xDF\xA3"),
    ] {
        let document = package(&[
            ("[Content_Types].xml", TYPES.as_bytes()),
            ("word/document.xml", b"<w:document/>"),
            (name, bytes),
        ]);
        assert!(is_refused(&document), "{name}");
    }
    assert!(is_refused(&package(&[("notes.txt", b"only an archive")])));
}
