//! Films and HEIF pictures: boxes with marks everywhere, a track that records places, leftovers in
//! the media. Nothing may move, and what is played must be what was played.

use hushdesk::scrub::Format;

use super::sound::packets;
use super::{MARK, cleaned, has, is_refused};

fn boxed(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let size = (body.len() as u32 + 8).to_be_bytes();
    [&size, &name[..], body].concat()
}

fn full(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    boxed(name, &[&[0; 4], body].concat())
}

fn words(numbers: &[u32]) -> Vec<u8> {
    numbers
        .iter()
        .flat_map(|number| number.to_be_bytes())
        .collect()
}

const MATRIX: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];
/// When it was made.
const TIME: u32 = 0xDEAD_BEEF;
const SAMPLES: [&[u8]; 3] = [b"first sample", b"second", b"the third sample"];

/// A sound track, or one of notes, whose samples stand one after the other at `at`.
fn track(number: u32, handler: &[u8; 4], at: u32, samples: &[&[u8]]) -> Vec<u8> {
    let sizes: Vec<u32> = samples.iter().map(|sample| sample.len() as u32).collect();
    let count = samples.len() as u32;
    let specific = [0x12, 0x10];
    let decoder = [
        &[0x04, 17, 0x40, 0x15, 0, 0, 0][..],
        &[0; 8],
        &[0x05, 2],
        &specific,
    ]
    .concat();
    let descriptor = [&[0x03, 3 + 19 + 3, 0, 0, 0][..], &decoder, &[0x06, 1, 2]].concat();
    let entry = boxed(
        b"mp4a",
        &[
            &[0, 0, 0, 0, 0, 0, 0, 1][..],
            &words(&[0, 0x414E_4E21, 0x0002_0010, 0, 44_100 << 16]),
            &full(b"esds", &descriptor),
            &boxed(b"pinf", MARK.as_bytes()),
        ]
        .concat(),
    );
    let table = [
        full(b"stsd", &[&words(&[1])[..], &entry].concat()),
        full(b"stts", &words(&[1, count, 1024])),
        full(b"stsc", &words(&[1, 1, count, 1])),
        full(b"stsz", &[words(&[0, count]), words(&sizes)].concat()),
        full(b"stco", &words(&[1, at])),
    ]
    .concat();
    let references = full(
        b"dref",
        &[&words(&[1])[..], &boxed(b"url ", &[0, 0, 0, 1])].concat(),
    );
    let information = [
        full(b"smhd", &[0; 4]),
        boxed(b"dinf", &references),
        boxed(b"stbl", &table),
    ]
    .concat();
    let handler = [&[0; 4], &handler[..], &[0; 12], MARK.as_bytes(), &[0]].concat();
    let media = [
        full(
            b"mdhd",
            &words(&[TIME, TIME, 44_100, count * 1024, 0x55C4_0000]),
        ),
        full(b"hdlr", &handler),
        boxed(b"minf", &information),
    ]
    .concat();
    let head = [
        words(&[TIME, TIME, number, 0, count * 1024, 0, 0, 0, 0x0100_0000]),
        words(&MATRIX),
        words(&[0, 0]),
    ]
    .concat();
    let parts = [
        boxed(b"tkhd", &[&[0, 0, 0, 3], &head[..]].concat()),
        boxed(b"udta", &boxed(b"name", MARK.as_bytes())),
        boxed(b"mdia", &media),
    ];
    boxed(b"trak", &parts.concat())
}

fn moov(media_at: u32) -> Vec<u8> {
    let places = format!("+48.1-011.5/{MARK}");
    let hidden = 40;
    let head = [
        words(&[TIME, TIME, 44_100, 3072, 0x1_0000, 0x0100_0000, 0, 0]),
        words(&MATRIX),
        words(&[0, 0, 0, 0, 0, 0, 3]),
    ]
    .concat();
    boxed(
        b"moov",
        &[
            full(b"mvhd", &head),
            track(1, b"soun", media_at + 8 + hidden, &SAMPLES),
            track(2, b"meta", media_at + 8, &[&[0; 40]]),
            boxed(
                b"udta",
                &[
                    boxed(b"\xA9xyz", places.as_bytes()),
                    full(b"meta", MARK.as_bytes()),
                ]
                .concat(),
            ),
            full(b"meta", MARK.as_bytes()),
        ]
        .concat(),
    )
}

/// A film with the description in front of the media, or behind.
pub fn marked_film(brand: &[u8; 4], is_moov_first: bool) -> Vec<u8> {
    let head = [
        boxed(b"ftyp", &[&brand[..], &[0; 4], b"isom"].concat()),
        boxed(b"uuid", &[&[0xBE; 16][..], MARK.as_bytes()].concat()),
        boxed(b"free", MARK.as_bytes()),
    ]
    .concat();
    let telemetry = format!("{:<40}", format!("48.1 11.5 {MARK}"));
    let media = boxed(
        b"mdat",
        &[telemetry.as_bytes(), &SAMPLES.concat(), MARK.as_bytes()].concat(),
    );
    let moov_length = moov(0).len() as u32;
    if is_moov_first {
        let at = head.len() as u32 + moov_length;
        [head, moov(at), media].concat()
    } else {
        let at = head.len() as u32;
        [head, media, moov(at)].concat()
    }
}

#[test]
fn films_play_what_they_played() {
    let cases = [
        (b"isom", Format::Mp4),
        (b"M4A ", Format::M4a),
        (b"qt  ", Format::Mov),
    ];
    for (brand, format) in cases {
        for is_moov_first in [true, false] {
            let marked = marked_film(brand, is_moov_first);
            let clean = cleaned(&marked, format);
            assert_eq!(clean.len(), marked.len(), "nothing moves");
            assert_eq!(packets(&clean), SAMPLES);
            for gone in [&TIME.to_be_bytes()[..], b"48.1", b"ANN!", b"\xA9xyz"] {
                assert!(!has(&clean, gone), "{gone:?}");
            }
        }
    }
}

#[test]
fn a_film_that_plays_from_another_file_is_not_taken_on() {
    let mut film = marked_film(b"isom", true);
    let at = film
        .windows(4)
        .position(|window| window == b"url ")
        .expect("it is there");
    film[at + 7] = 0;
    assert!(is_refused(&film));
}

/// Lists of a picture with Exif, XMP and a thumbnail, for media that begin at `at`.
fn lists(at: u32) -> Vec<u8> {
    let item = |id: u8, kind: &[u8; 4], rest: &[u8]| {
        boxed(
            b"infe",
            &[
                &[2, 0, 0, 0, 0, id, 0, 0],
                &kind[..],
                MARK.as_bytes(),
                &[0],
                rest,
            ]
            .concat(),
        )
    };
    let items = [
        item(1, b"hvc1", b""),
        item(2, b"Exif", b""),
        item(3, b"mime", b"application/rdf+xml\0"),
        item(4, b"hvc1", b""),
    ];
    let place = |id: u8, from: u32, length: u32| {
        [&[0, id, 0, 0, 0, 1][..], &words(&[at + from, length])].concat()
    };
    let places = [
        place(1, 0, 20),
        place(2, 20, 20),
        place(3, 40, 20),
        place(4, 60, 20),
    ];
    let reference = |kind: &[u8; 4], from: u8| boxed(kind, &[0, from, 0, 1, 0, 1]);
    let properties = [
        full(b"ispe", &words(&[64, 64])),
        boxed(b"irot", &[3]),
        full(b"udes", MARK.as_bytes()),
    ];
    let associations = [&words(&[2])[..], &[0, 1, 3, 1, 2, 3, 0, 4, 1, 1]].concat();
    full(
        b"meta",
        &[
            full(
                b"hdlr",
                &[&[0; 4], &b"pict"[..], &[0; 12], MARK.as_bytes(), &[0]].concat(),
            ),
            full(b"pitm", &[0, 1]),
            full(b"iinf", &[&[0, 4], &items.concat()[..]].concat()),
            full(b"iloc", &[&[0x44, 0, 0, 4], &places.concat()[..]].concat()),
            full(
                b"iref",
                &[
                    reference(b"cdsc", 2),
                    reference(b"cdsc", 3),
                    reference(b"thmb", 4),
                ]
                .concat(),
            ),
            boxed(
                b"iprp",
                &[
                    boxed(b"ipco", &properties.concat()),
                    full(b"ipma", &associations),
                ]
                .concat(),
            ),
            boxed(b"uuid", MARK.as_bytes()),
        ]
        .concat(),
    )
}

pub fn marked_heif(brand: &[u8; 4]) -> Vec<u8> {
    let head = boxed(b"ftyp", &[&brand[..], &[0; 4], b"mif1"].concat());
    let lists_length = lists(0).len() as u32;
    let at = head.len() as u32 + lists_length + 8;
    let media = format!("{:-<20}{MARK:-<20}{MARK:-<20}{MARK:-<20}", "picture");
    [head, lists(at), boxed(b"mdat", media.as_bytes())].concat()
}

#[test]
fn heif_keeps_the_picture_alone() {
    for (brand, format) in [(b"heic", Format::Heic), (b"avif", Format::Avif)] {
        let marked = marked_heif(brand);
        let clean = cleaned(&marked, format);
        assert_eq!(clean.len(), marked.len(), "nothing moves");
        let picture = clean.len() - 80;
        assert_eq!(&clean[picture..picture + 20], b"picture-------------");
        assert!(clean[picture + 20..].iter().all(|byte| *byte == 0));
        for gone in [b"Exif", b"mime", b"thmb", b"cdsc", b"udes", b"uuid"] {
            assert!(!has(&clean, gone), "{gone:?}");
        }
        assert!(has(&clean, b"irot"), "it still stands upright");
    }
}
