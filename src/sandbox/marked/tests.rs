//! Marks stand where they should, and nowhere else.

use super::*;

/// Kinds in which Telegram names nobody.
const NEUTRAL: [&str; 15] = [
    "text",
    "formatted_text",
    "custom_emoji",
    "photo",
    "photo_spoiler",
    "photo_caption_above",
    "live_photo",
    "voice",
    "video_note",
    "poll",
    "quiz",
    "dice",
    "paid_media",
    "rich_message",
    "hologram",
];

fn ann() -> Marked {
    person(7_310_000_001, "ann")
}

/// What stands in a message and its files.
fn found(marked: &Marked, piece: &crate::sandbox::content::Piece) -> Vec<&'static str> {
    let mut hay = vec![Haystack::of_texts([piece.content.to_string()])];
    hay.extend(
        piece
            .files
            .iter()
            .map(|(_, bytes)| Haystack::of_bytes(bytes)),
    );
    let needles = marked.needles();
    let there = needles
        .iter()
        .filter(|needle| hay.iter().any(|hay| needle.is_in(hay)));
    there.map(|needle| needle.what).collect()
}

#[test]
fn every_kind_is_marked_but_those_that_name_nobody() {
    let (ann, bob) = (ann(), person(7_310_001_112, "bob"));
    for kind in KINDS {
        let piece = ann.piece(kind, "look here");
        let is_neutral = NEUTRAL.contains(&kind);
        assert_eq!(found(&ann, &piece).is_empty(), is_neutral, "{kind}");
        assert_eq!(found(&bob, &piece), [""; 0], "{kind}");
    }
}

#[test]
fn albums_have_their_words_once() {
    for kind in ALBUMS {
        let album = ann().album(kind, "holiday", 3);
        let with_words = album
            .iter()
            .filter(|item| item.content.get("caption").is_some());
        assert_eq!((album.len(), with_words.count()), (3, 1), "{kind}");
    }
}

#[test]
fn needles_find_every_form() {
    let ann = ann();
    let what = |text: &str| -> Vec<&str> {
        let hay = Haystack::of_texts([text]);
        let needles = ann.needles();
        let there = needles.iter().filter(|needle| needle.is_in(&hay));
        there.map(|needle| needle.what).collect()
    };
    let phone = ann.phone();
    let spread = format!("({}) {}-{}", &phone[..3], &phone[3..6], &phone[6..]);
    let at_home = format!("0{} {}", &phone[3..5], &phone[5..]);
    let table = [
        ("firstANNmark", "first_name"),
        ("SURNAMEANNMARK", "last_name"),
        ("t.me/User_Ann_Mark", "username"),
        ("7310000001", "id"),
        ("1b3b5bf81", "id"),
        ("x1B3B5BF81x", "id"),
        // 7310000001, its bytes from the highest and from the lowest.
        ("NzMxMDAwMDAwMQ==", "id"),
        ("AAAAAbO1v4E=", "id"),
        ("gb-1swEAAAA=", "id"),
        ("gb+1swEAAAA", "id"),
        (phone, "phone"),
        (&spread, "phone"),
        (&at_home, "phone"),
        ("pack_ann_mark_by_bot", "sticker_set"),
    ];
    for (text, mark) in table {
        assert_eq!(what(text), [mark], "{text}");
    }
    assert_eq!(what("First Ann, User-7F3K2Q, +49 15 1234"), [""; 0]);
}

#[test]
fn files_look_like_what_they_are() {
    let ann = ann();
    let table = [
        ("document_jpeg", &b"\xFF\xD8\xFF\xE1"[..]),
        ("document_png", b"\x89PNG\r\n"),
        ("document_docx", b"PK\x03\x04"),
        ("document_pdf", b"%PDF-1.4"),
        ("document_mp3", b"ID3\x03"),
        ("document_mp4", b"\0\0\0\x18ftyp"),
        ("photo", b"\xFF\xD8\xFF\xDB"),
    ];
    for (kind, start) in table {
        let piece = ann.piece(kind, "look");
        assert!(piece.files[0].1.starts_with(start), "{kind}");
    }
}
