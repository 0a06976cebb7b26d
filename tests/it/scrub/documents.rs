//! PDFs: marks in the information, in XMP, in private data, at notes, in signatures, in pictures and
//! in an older revision. Pages, words and attachments stay.

use hushdesk::scrub::Format;
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};

use super::pictures::marked_jpeg;
use super::{MARK, cleaned, has, is_refused};

fn text() -> Object {
    Object::string_literal(MARK)
}

fn two_pages(
    document: &mut Document,
    pages: ObjectId,
    picture: ObjectId,
    notes: &[Object],
) -> Vec<Object> {
    let mut kids = Vec::new();
    for number in 1..=2 {
        let words = format!("BT /F 9 Tf 9 9 Td (page {number}) Tj ET /Im Do");
        let mut content = Stream::new(Dictionary::new(), words.into_bytes());
        content.compress().expect("it can be packed");
        let content = document.add_object(content);
        let page = document.add_object(dictionary! {
            "Type" => "Page", "Parent" => pages, "Contents" => content,
            "MediaBox" => vec![0.into(), 0.into(), 99.into(), 99.into()],
            "Resources" => dictionary! { "XObject" => dictionary! { "Im" => picture } },
            "Annots" => notes.to_vec(),
            "PieceInfo" => dictionary! { "Ann" => dictionary! { "Private" => text() } },
        });
        kids.push(page.into());
    }
    kids
}

/// Two pages with a picture, a note, a signature and an attached file.
fn document(xmp: &str) -> Document {
    let mut document = Document::with_version("1.5");
    let pages = document.new_object_id();
    let metadata = |document: &mut Document| {
        let fields = dictionary! { "Type" => "Metadata", "Subtype" => "XML" };
        document.add_object(Stream::new(fields, xmp.as_bytes().to_vec()))
    };
    let on_root = metadata(&mut document);
    let on_picture = metadata(&mut document);
    let picture = document.add_object(Stream::new(
        dictionary! {
            "Type" => "XObject", "Subtype" => "Image", "Width" => 48, "Height" => 32,
            "ColorSpace" => "DeviceRGB", "BitsPerComponent" => 8, "Filter" => "DCTDecode",
            "Metadata" => on_picture,
        },
        marked_jpeg(1),
    ));
    let note = document.add_object(dictionary! {
        "Type" => "Annot", "Subtype" => "Text", "T" => text(), "NM" => text(), "M" => text(),
        "Contents" => Object::string_literal("a remark"),
        "Rect" => vec![0.into(), 0.into(), 9.into(), 9.into()],
    });
    let signature = document.add_object(dictionary! {
        "Type" => "Sig", "Name" => text(), "Contents" => text(),
        "ByteRange" => vec![0.into(), 1.into(), 2.into(), 3.into()],
    });
    let field = document.add_object(dictionary! {
        "Type" => "Annot", "Subtype" => "Widget", "FT" => "Sig",
        "T" => Object::string_literal("field"), "V" => signature,
        "Rect" => vec![0.into(), 0.into(), 9.into(), 9.into()],
    });
    let kids = two_pages(&mut document, pages, picture, &[note.into(), field.into()]);
    let count = kids.len() as i64;
    document.objects.insert(
        pages,
        dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count }.into(),
    );
    let attached = document.add_object(Stream::new(
        dictionary! {
            "Type" => "EmbeddedFile",
            "Params" => dictionary! { "ModDate" => text(), "CreationDate" => text() },
        },
        b"an attached file".to_vec(),
    ));
    let specification = document.add_object(dictionary! {
        "Type" => "Filespec", "F" => Object::string_literal(format!("/C/Users/{MARK}/notes.txt")),
        "EF" => dictionary! { "F" => attached },
    });
    let root = document.add_object(dictionary! {
        "Type" => "Catalog", "Pages" => pages, "Metadata" => on_root,
        "AF" => vec![specification.into()],
        "AcroForm" => dictionary! { "Fields" => vec![field.into()], "SigFlags" => 3 },
        "Perms" => dictionary! { "DocMDP" => signature },
    });
    let information = document.add_object(dictionary! { "Author" => text(), "Producer" => text() });
    document.trailer.set("Root", root);
    document.trailer.set("Info", information);
    document
}

pub fn marked_pdf() -> Vec<u8> {
    let mut bytes = Vec::new();
    document(MARK)
        .save_to(&mut bytes)
        .expect("it can be written");
    bytes
}

/// The same with packed objects.
pub fn packed_pdf() -> Vec<u8> {
    let mut bytes = Vec::new();
    document(MARK)
        .save_modern(&mut bytes)
        .expect("it can be written");
    bytes
}

fn opened(bytes: &[u8]) -> Document {
    Document::load_mem(bytes).expect("it opens again")
}

#[test]
fn pdf_keeps_pages_words_and_attachments() {
    for marked in [marked_pdf(), packed_pdf()] {
        let clean = cleaned(&marked, Format::Pdf);
        let document = opened(&clean);
        assert_eq!(document.get_pages().len(), 2);
        let content = document.get_page_content(*document.get_pages().get(&2).expect("page 2"));
        assert!(has(&content, b"(page 2) Tj"));
        for kept in [
            &b"a remark"[..],
            b"an attached file",
            b"notes.txt",
            b"(field)",
            b"JFIF",
        ] {
            assert!(has(&clean, kept), "{}", String::from_utf8_lossy(kept));
        }
        for gone in [
            &b"/Info"[..],
            b"/Metadata",
            b"/PieceInfo",
            b"/ByteRange",
            b"/Prev",
        ] {
            assert!(!has(&clean, gone), "{}", String::from_utf8_lossy(gone));
        }
    }
}

#[test]
fn no_older_revision_stays() {
    let mut bytes = marked_pdf();
    let previous = opened(&bytes);
    let mut revision = lopdf::IncrementalDocument::create_from(bytes.clone(), previous);
    let id = revision
        .get_prev_documents()
        .trailer
        .get(b"Info")
        .and_then(Object::as_reference)
        .expect("there is one");
    revision
        .new_document
        .objects
        .insert(id, dictionary! { "Author" => "nobody" }.into());
    bytes.clear();
    revision.save_to(&mut bytes).expect("it can be written");
    let clean = cleaned(&bytes, Format::Pdf);
    assert_eq!(
        clean.windows(5).filter(|window| window == b"%%EOF").count(),
        1
    );
}

#[test]
fn encrypted_and_pageless_files_are_refused() {
    let mut document = document(MARK);
    document.trailer.set(
        "ID",
        vec![
            Object::string_literal("0123456789abcdef"),
            Object::string_literal("0123456789abcdef"),
        ],
    );
    let version = lopdf::EncryptionVersion::V2 {
        document: &document,
        owner_password: "owner",
        user_password: "",
        key_length: 128,
        permissions: lopdf::Permissions::all(),
    };
    let state = lopdf::EncryptionState::try_from(version).expect("a key can be made");
    document.encrypt(&state).expect("it can be encrypted");
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).expect("it can be written");
    assert!(is_refused(&bytes));
    assert!(is_refused(
        b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>"
    ));
}
