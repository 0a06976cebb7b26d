//! Sound: marks in every tag; an independent reader finds the same packets afterwards.

use std::io::Cursor;

use hushdesk::scrub::Format;
use symphonia::core::formats::FormatOptions;
use symphonia::core::formats::probe::Hint;
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;

use super::{MARK, cleaned, is_refused};

/// What an independent reader would hand to a decoder.
pub fn packets(bytes: &[u8]) -> Vec<Vec<u8>> {
    let stream = MediaSourceStream::new(Box::new(Cursor::new(bytes.to_vec())), Default::default());
    let mut reader = symphonia::default::get_probe()
        .probe(
            &Hint::new(),
            stream,
            FormatOptions::default(),
            MetadataOptions::default(),
        )
        .expect("an independent reader opens it");
    let mut packets = Vec::new();
    while let Ok(Some(packet)) = reader.next_packet() {
        packets.push(packet.data.to_vec());
    }
    packets
}

pub fn id3v2() -> Vec<u8> {
    let frame = |name: &str, body: &[u8]| {
        let length = (body.len() as u32).to_be_bytes();
        [name.as_bytes(), &length, &[0, 0], body].concat()
    };
    let body = [
        frame("TPE1", format!("\0{MARK}").as_bytes()),
        frame("APIC", format!("\0image/png\0\x03\0{MARK}").as_bytes()),
    ]
    .concat();
    [b"ID3\x03\0\0\0\0\0", &[body.len() as u8][..], &body].concat()
}

fn id3v1() -> Vec<u8> {
    let mut tag = format!("TAG{MARK}").into_bytes();
    tag.resize(128, 0);
    tag
}

fn ape() -> Vec<u8> {
    let item = [
        &13_u32.to_le_bytes()[..],
        &[0; 4],
        b"Artist\0",
        MARK.as_bytes(),
    ]
    .concat();
    let ends = |flags: u32| {
        let size = item.len() as u32 + 32;
        [
            b"APETAGEX",
            &2000_u32.to_le_bytes()[..],
            &size.to_le_bytes(),
            &1_u32.to_le_bytes(),
            &flags.to_le_bytes(),
            &[0; 8],
        ]
        .concat()
    };
    [ends(0xA000_0000), item.clone(), ends(0x8000_0000)].concat()
}

/// Frames of silence; each has its number where the sound would be.
fn mpeg_frames() -> Vec<u8> {
    let frame = |number: u8| {
        let mut frame = vec![0; 417];
        frame[..4].copy_from_slice(&[0xFF, 0xFB, 0x90, 0x00]);
        frame[400] = number;
        frame
    };
    (1..40).flat_map(frame).collect()
}

pub fn marked_mp3() -> Vec<u8> {
    let frames = mpeg_frames();
    let (first, second) = frames.split_at(417 * 20);
    [
        &id3v2()[..],
        first,
        MARK.as_bytes(),
        second,
        &ape(),
        &id3v1(),
    ]
    .concat()
}

#[test]
fn mp3_keeps_its_frames_and_nothing_else() {
    let clean = cleaned(&marked_mp3(), Format::Mp3);
    assert_eq!(clean, mpeg_frames());
    assert_eq!(packets(&clean).len(), 39);
}

fn checksum8(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| {
        (0..8).fold(sum ^ byte, |sum: u8, _| match sum & 0x80 {
            0 => sum << 1,
            _ => sum << 1 ^ 7,
        })
    })
}

fn checksum16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |sum, byte| {
        (0..8).fold(sum ^ u16::from(*byte) << 8, |sum: u16, _| {
            match sum & 0x8000 {
                0 => sum << 1,
                _ => sum << 1 ^ 0x8005,
            }
        })
    })
}

/// Frames of 192 samples each, one channel of 16 bits, not packed.
fn flac_frames() -> Vec<u8> {
    let frame = |number: u8| {
        let mut frame = vec![0xFF, 0xF8, 0x19, 0x08, number];
        frame.push(checksum8(&frame));
        frame.push(0x02);
        for sample in 0..192_u16 {
            frame.extend((sample * 37 + u16::from(number)).to_be_bytes());
        }
        frame.extend(checksum16(&frame).to_be_bytes());
        frame
    };
    (0..20).flat_map(frame).collect()
}

fn flac(blocks: &[(u8, &[u8])]) -> Vec<u8> {
    let info = [
        &[0, 192, 0, 192, 0, 0, 0, 0, 0, 0][..],
        // 44.1 kHz, one channel, 16 bits, 3840 samples.
        &(44_100_u64 << 44 | 15 << 36 | 3840).to_be_bytes(),
        &[0; 16],
    ]
    .concat();
    let mut bytes = b"fLaC".to_vec();
    let mut push = |kind: u8, body: &[u8]| {
        bytes.push(kind);
        bytes.extend(&(body.len() as u32).to_be_bytes()[1..]);
        bytes.extend(body);
    };
    push(if blocks.is_empty() { 0x80 } else { 0 }, &info);
    for (kind, body) in blocks {
        push(*kind, body);
    }
    bytes.extend(flac_frames());
    bytes
}

pub fn marked_flac() -> Vec<u8> {
    let comment = format!("\0\0\0\0\x01\0\0\0\x14\0\0\0ARTIST={MARK}");
    let picture = format!("\0\0\0\x03{MARK}");
    let flac = flac(&[
        (4, comment.as_bytes()),
        (6, picture.as_bytes()),
        (2, MARK.as_bytes()),
        (0x81, &[0; 40]),
    ]);
    [id3v2(), flac, ape(), id3v1()].concat()
}

#[test]
fn flac_keeps_its_frames_and_nothing_else() {
    let clean = cleaned(&marked_flac(), Format::Flac);
    assert_eq!(clean, flac(&[]));
    assert_eq!(packets(&clean).len(), 20);
    let hidden = [&flac(&[])[..], b"PK\x03\x04 hidden behind the sound"].concat();
    assert!(is_refused(&hidden));
}

fn ogg_page(flags: u8, position: u64, number: u32, packets: &[&[u8]]) -> Vec<u8> {
    let mut pieces = Vec::new();
    for packet in packets {
        pieces.extend(vec![255; packet.len() / 255]);
        pieces.push((packet.len() % 255) as u8);
    }
    let mut page = b"OggS\0".to_vec();
    page.push(flags);
    page.extend(position.to_le_bytes());
    page.extend(7_u32.to_le_bytes());
    page.extend(number.to_le_bytes());
    page.extend([0; 4]);
    page.push(pieces.len() as u8);
    page.extend(pieces);
    page.extend(packets.concat());
    let sum = page.iter().fold(0_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte) << 24, |sum, _| {
            match sum & 0x8000_0000 {
                0 => sum << 1,
                _ => sum << 1 ^ 0x04C1_1DB7,
            }
        })
    });
    page[22..26].copy_from_slice(&sum.to_le_bytes());
    page
}

pub fn marked_opus() -> Vec<u8> {
    let head = b"OpusHead\x01\x01\0\0\x80\xBB\0\0\0\0\0";
    let tags = format!(
        "OpusTags\x0d\0\0\0{MARK}\x01\0\0\0\x14\0\0\0ARTIST={MARK}{}",
        "x".repeat(600)
    );
    let sound = |number: u8| [0xFC, number, 1, 2, 3];
    [
        ogg_page(2, 0, 0, &[head]),
        ogg_page(0, 0, 1, &[tags.as_bytes()]),
        ogg_page(0, 1920, 2, &[&sound(1), &sound(2)]),
        ogg_page(4, 3840, 3, &[&sound(3), &sound(4)]),
        MARK.as_bytes().to_vec(),
    ]
    .concat()
}

#[test]
fn opus_keeps_its_packets() {
    let marked = marked_opus();
    let clean = cleaned(&marked, Format::Opus);
    assert_eq!(packets(&clean), packets(&marked));
    assert_eq!(packets(&clean).len(), 4);
}

#[test]
fn vorbis_keeps_its_tables_and_its_packets() {
    let head = b"\x01vorbis\0\0\0\0\x01\x44\xAC\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xB8\x01";
    let comment = format!("\x03vorbis\x0d\0\0\0{MARK}\x01\0\0\0\x0d\0\0\0{MARK}\x01");
    let setup = [b"\x05vorbis", &[9; 5000][..]].concat();
    let marked = [
        ogg_page(2, 0, 0, &[head]),
        ogg_page(0, 0, 1, &[comment.as_bytes(), &setup]),
        ogg_page(4, 64, 2, &[b"sound"]),
    ]
    .concat();
    let clean = cleaned(&marked, Format::Ogg);
    let expected = [
        ogg_page(2, 0, 0, &[head]),
        ogg_page(0, 0, 1, &[b"\x03vorbis\0\0\0\0\0\0\0\0\x01", &setup]),
        ogg_page(4, 64, 2, &[b"sound"]),
    ]
    .concat();
    assert_eq!(clean, expected);
}

pub fn marked_wav() -> Vec<u8> {
    let chunk = |name: &[u8], body: &[u8]| {
        let length = (body.len() as u32).to_le_bytes();
        [name, &length, body, &vec![0; body.len() % 2]].concat()
    };
    let body = [
        b"WAVE".to_vec(),
        chunk(b"LIST", format!("INFOIART\x0d\0\0\0{MARK}\0").as_bytes()),
        chunk(
            b"fmt ",
            &[1, 0, 1, 0, 0x44, 0xAC, 0, 0, 0x88, 0x58, 1, 0, 2, 0, 16, 0],
        ),
        chunk(b"bext", MARK.as_bytes()),
        chunk(b"data", &[1, 2, 3, 4, 5, 6]),
        chunk(b"iXML", MARK.as_bytes()),
    ]
    .concat();
    [chunk(b"RIFF", &body), MARK.as_bytes().to_vec()].concat()
}

#[test]
fn wave_and_aiff_keep_their_samples() {
    let clean = cleaned(&marked_wav(), Format::Wav);
    assert_eq!(packets(&clean), packets(&marked_wav()));
    assert_eq!(packets(&clean).concat(), [1, 2, 3, 4, 5, 6]);

    let chunk = |name: &[u8], body: &[u8]| {
        let length = (body.len() as u32).to_be_bytes();
        [name, &length, body, &vec![0; body.len() % 2]].concat()
    };
    let body = [
        b"AIFF".to_vec(),
        chunk(
            b"COMM",
            &[
                0, 1, 0, 0, 0, 3, 0, 16, 0x40, 0x0E, 0xAC, 0x44, 0, 0, 0, 0, 0, 0,
            ],
        ),
        chunk(b"AUTH", MARK.as_bytes()),
        chunk(b"SSND", &[0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6]),
        chunk(b"ID3 ", &id3v2()),
    ]
    .concat();
    let clean = cleaned(&chunk(b"FORM", &body), Format::Aiff);
    assert_eq!(packets(&clean).concat(), [1, 2, 3, 4, 5, 6]);
}
