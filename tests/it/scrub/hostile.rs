//! Hostile and damaged files: whatever is done to a file, cleaning ends soon, does not fall over,
//! and what it lets through carries no mark.

use std::time::{Duration, Instant};

use hushdesk::scrub::Unclean;

use super::documents::{marked_pdf, packed_pdf};
use super::film::{marked_film, marked_heif};
use super::office::{marked_docx, marked_odt, package};
use super::pictures::{
    jpeg_segment, marked_gif, marked_jpeg, marked_png, marked_tiff, marked_webp,
};
use super::sound::{marked_flac, marked_mp3, marked_opus, marked_wav};
use super::{Bench, Dice, MARK, has, is_marked, is_refused};

/// What takes longer has gone astray; the tests' programs are not optimised.
const WITHIN: Duration = Duration::from_secs(5);
/// Damaged copies of each file.
const DAMAGES: usize = 150;

fn every_file() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("jpeg", marked_jpeg(6)),
        ("png", marked_png()),
        ("webp", marked_webp()),
        ("gif", marked_gif()),
        ("tiff", marked_tiff()),
        ("heif", marked_heif(b"heic")),
        ("mp3", marked_mp3()),
        ("flac", marked_flac()),
        ("opus", marked_opus()),
        ("wav", marked_wav()),
        ("film", marked_film(b"isom", false)),
        ("film, moov first", marked_film(b"qt  ", true)),
        ("pdf", marked_pdf()),
        ("pdf, packed", packed_pdf()),
        ("docx", marked_docx()),
        ("odt", marked_odt()),
    ]
}

/// Cleans in time, or says why not. What it lets through.
fn survived(bench: &Bench, name: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    let start = Instant::now();
    let cleaned = bench.clean(bytes);
    assert!(start.elapsed() < WITHIN, "{name} took too long");
    match cleaned {
        Ok((_, written)) => Some(written),
        Err(Unclean::Unsupported | Unclean::Unreadable) => None,
        Err(Unclean::Io(error)) => panic!("{name}: the disk is fine, {error}"),
    }
}

#[test]
fn files_that_are_cut_off_are_refused_or_clean() {
    let bench = Bench::new();
    for (name, bytes) in every_file() {
        for part in 0..16 {
            let cut = &bytes[..bytes.len() * part / 16];
            if let Some(written) = survived(&bench, name, cut) {
                assert!(!is_marked(&written), "{name} cut at {part}/16");
            }
        }
    }
}

#[test]
fn damaged_files_end_soon_and_nothing_falls_over() {
    let bench = Bench::new();
    for (name, bytes) in every_file() {
        let mut dice = Dice(0x4711_0000 + bytes.len() as u64);
        for _ in 0..DAMAGES {
            let mut damaged = bytes.clone();
            for _ in 0..=dice.below(8) {
                let at = dice.below(damaged.len());
                match dice.below(4) {
                    0 => damaged[at] ^= 1 << dice.below(8),
                    1 => damaged[at] = [0, 0xFF, 0x7F, 0x80][dice.below(4)],
                    2 => drop(damaged.remove(at)),
                    _ => damaged.insert(at, dice.below(256) as u8),
                }
            }
            survived(&bench, name, &damaged);
        }
    }
}

#[test]
fn what_stands_behind_a_file_does_not_come_along() {
    let archive = package(&[("hidden.txt", b"hidden in an archive")]);
    for (name, bytes) in every_file() {
        let both = [&bytes[..], &archive].concat();
        if let Some(written) = survived(&Bench::new(), name, &both) {
            assert!(!has(&written, b"PK\x05\x06hidden"), "{name}");
            assert!(!has(&written, b"hidden.txt"), "{name}");
            assert!(!is_marked(&written), "{name}");
        }
    }
}

#[test]
fn packages_that_explode_are_refused() {
    let zeros = vec![0; 140 * 1024 * 1024];
    let bomb = |name: &str| {
        package(&[
            ("[Content_Types].xml", b"<Types/>"),
            ("word/document.xml", b"<w:document/>"),
            (name, &zeros),
        ])
    };
    for name in ["word/more.xml", "word/media/a.png", "word/fonts/a.odttf"] {
        assert!(
            survived(&Bench::new(), name, &bomb(name)).is_none(),
            "{name}"
        );
    }
    let mut nested = marked_docx();
    for _ in 0..6 {
        nested = package(&[
            ("[Content_Types].xml", b"<Types/>"),
            ("word/document.xml", b"<w:document/>"),
            ("word/embeddings/a.docx", &nested),
        ]);
    }
    assert!(matches!(
        Bench::new().clean(&nested),
        Err(Unclean::Unreadable)
    ));
}

#[test]
fn laughing_entities_are_refused() {
    let lol =
        "<!DOCTYPE a [<!ENTITY b \"bbbb\"><!ENTITY c \"&b;&b;\">]><w:document>&c;</w:document>";
    let document = package(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", lol.as_bytes()),
    ]);
    assert!(is_refused(&document));
}

#[test]
fn pdfs_that_lead_in_circles_or_lie_are_survived() {
    let root = "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n";
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let bodies = [
        "2 0 obj<</Type/Pages/Count 1/Kids[2 0 R]>>endobj\n".to_owned(),
        "2 0 obj 2 0 R endobj\n".to_owned(),
        "2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R\
         /Contents 4 0 R>>endobj\n4 0 obj<</Length 99999999999>>stream\nx\nendstream endobj\n"
            .to_owned(),
        "2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R\
         /Contents 4 0 R>>endobj\n4 0 obj<</Length 4 0 R>>stream\nx\nendstream endobj\n"
            .to_owned(),
        format!("2 0 obj<</Type/Pages/Kids {deep}>>endobj\n"),
        format!("2 0 obj{}<</a {deep}", "<</a".repeat(50_000)),
    ];
    for body in bodies {
        let pdf = format!(
            "%PDF-1.4\n{root}{body}trailer<</Root 1 0 R/Size 9/Prev 0>>\nstartxref\n0\n%%EOF"
        );
        survived(&Bench::new(), &body[..body.len().min(40)], pdf.as_bytes());
    }
}

#[test]
fn pictures_that_are_too_large_when_unpacked_are_refused() {
    let frame = jpeg_segment(0xC0, &[8, 0xFF, 0xFF, 0xFF, 0xFF, 1, 1, 0x11, 0]);
    let jpeg = [&[0xFF, 0xD8][..], &frame, &[0xFF, 0xD9]].concat();
    assert!(matches!(
        Bench::new().clean(&jpeg),
        Err(Unclean::Unreadable)
    ));
    let mut png = marked_png();
    let head = [&[0, 1, 0, 0, 0, 1, 0, 0][..], &png[24..29]].concat();
    let chunk = super::pictures::png_chunk(b"IHDR", &head);
    png.splice(8..33, chunk);
    assert!(matches!(Bench::new().clean(&png), Err(Unclean::Unreadable)));
    assert!(has(&png, MARK.as_bytes()));
}
