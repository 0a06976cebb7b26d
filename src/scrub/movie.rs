//! MP4, M4A and QuickTime: boxes that say who, where and when become free space of the same size,
//! so that nothing moves and every offset stays right. Of the media data only what a kept track
//! plays is kept; the rest is zeros. Decodes nothing.
//!
//! Tracks that are neither picture nor sound go: cameras write places and sensors into them.
//! Chapters and subtitles go with them.

use super::bytes::{self, Done, Sink, Source};
use super::format::Unclean;
use super::iso::{self, Head, Inner};
use super::samples::{self, Kind, Ranges};

/// Largest description of a film; that of 20 MB of media needs a tenth.
const MOOV_MAX_BYTES: u64 = 16 * 1024 * 1024;
/// Largest description of a fragment.
const FRAGMENT_MAX_BYTES: u64 = 4 * 1024 * 1024;
/// Boxes that only hold boxes.
const CONTAINERS: [[u8; 4]; 12] = [
    *b"moov", *b"trak", *b"mdia", *b"minf", *b"stbl", *b"edts", *b"dinf", *b"mvex", *b"moof",
    *b"traf", *b"gmhd", *b"mfra",
];
/// Boxes that players need, as they are or cleaned in place.
const KEPT: [[u8; 4]; 45] = [
    *b"mvhd", *b"tkhd", *b"mdhd", *b"hdlr", *b"vmhd", *b"smhd", *b"nmhd", *b"gmin", *b"stsd",
    *b"stts", *b"ctts", *b"stsc", *b"stsz", *b"stz2", *b"stco", *b"co64", *b"stss", *b"stsh",
    *b"sdtp", *b"sbgp", *b"sgpd", *b"subs", *b"saiz", *b"saio", *b"cslg", *b"stps", *b"elst",
    *b"dref", *b"mehd", *b"trex", *b"iods", *b"tapt", *b"clef", *b"prof", *b"enof", *b"mfhd",
    *b"tfhd", *b"tfdt", *b"trun", *b"tfra", *b"mfro", *b"sidx", *b"ssix", *b"trep", *b"leva",
];
/// Boxes in the description of a codec that decoders need.
const CODEC_BOXES: [[u8; 4]; 30] = [
    *b"esds", *b"wave", *b"frma", *b"avcC", *b"hvcC", *b"av1C", *b"vpcC", *b"vvcC", *b"dvcC",
    *b"dvvC", *b"dvwC", *b"d263", *b"damr", *b"dOps", *b"dfLa", *b"alac", *b"dac3", *b"dec3",
    *b"chan", *b"chnl", *b"btrt", *b"colr", *b"pasp", *b"clap", *b"fiel", *b"gama", *b"mdcv",
    *b"clli", *b"st3d", *b"sv3d",
];

/// What the first look at a file finds.
#[derive(Default)]
struct Film {
    /// The cleaned box with the tracks, with its head.
    moov: Vec<u8>,
    /// What kept tracks play.
    played: Ranges,
    is_fragmented: bool,
}

/// Cleans a file.
pub fn clean(source: &mut dyn Source, sink: &mut dyn Sink) -> Done {
    let end = bytes::length(source)?;
    let film = look(source, end)?;
    source.rewind()?;
    let mut at = 0;
    let mut count = 0;
    while let Some(head) = iso::read_head(source, end - at)? {
        count += 1;
        if count > iso::BOXES_MAX {
            return Err(Unclean::Unreadable);
        }
        write_box(source, sink, &head, at, &film)?;
        at += head.head_bytes + head.body_bytes;
    }
    Ok(())
}

/// Finds the tracks, which may stand behind what they play.
fn look(source: &mut dyn Source, end: u64) -> Done<Film> {
    let mut film = Film::default();
    let mut at = 0;
    let mut count = 0;
    while let Some(head) = iso::read_head(source, end - at)? {
        count += 1;
        if count > iso::BOXES_MAX {
            return Err(Unclean::Unreadable);
        }
        match &head.name {
            b"moov" if film.moov.is_empty() => {
                film.moov = whole(source, &head, MOOV_MAX_BYTES)?;
            }
            // A second one would be read by some players and not by others.
            b"moov" => return Err(Unclean::Unreadable),
            b"moof" => {
                film.is_fragmented = true;
                bytes::skip(source, head.body_bytes)?;
            }
            _ => bytes::skip(source, head.body_bytes)?,
        }
        at += head.head_bytes + head.body_bytes;
    }
    if film.moov.is_empty() {
        return Err(Unclean::Unreadable);
    }
    clean_moov(&mut film)?;
    Ok(film)
}

/// A box with its head.
fn whole(source: &mut dyn Source, head: &Head, max: u64) -> Done<Vec<u8>> {
    source.seek_relative(-i64::try_from(head.head_bytes).map_err(|_| Unclean::Unreadable)?)?;
    let length = head.head_bytes.checked_add(head.body_bytes);
    bytes::vec(source, length.ok_or(Unclean::Unreadable)?, max)
}

fn write_box(
    source: &mut dyn Source,
    sink: &mut dyn Sink,
    head: &Head,
    at: u64,
    film: &Film,
) -> Done {
    match &head.name {
        b"moov" => {
            bytes::skip(source, head.body_bytes)?;
            sink.write_all(&film.moov)?;
        }
        b"ftyp" | b"styp" | b"sidx" | b"ssix" | b"pdin" => {
            sink.write_all(&whole(source, head, FRAGMENT_MAX_BYTES)?)?;
        }
        b"moof" | b"mfra" => {
            let mut bytes = whole(source, head, FRAGMENT_MAX_BYTES)?;
            let outer = iso::boxes(&bytes, 0, bytes.len())?;
            clean_boxes(&mut bytes, &outer, 0)?;
            sink.write_all(&bytes)?;
        }
        b"mdat" => {
            write_head(sink, head, head.name)?;
            let from = at + head.head_bytes;
            if film.is_fragmented {
                bytes::copy(source, sink, head.body_bytes)?;
            } else {
                film.played.copy(source, sink, from, head.body_bytes)?;
            }
        }
        _ => {
            write_head(sink, head, iso::FREE)?;
            bytes::skip(source, head.body_bytes)?;
            bytes::zeros(sink, head.body_bytes)?;
        }
    }
    Ok(())
}

/// The head under another name, in its old length.
fn write_head(sink: &mut dyn Sink, head: &Head, name: [u8; 4]) -> Done {
    let size = head.head_bytes + head.body_bytes;
    if head.head_bytes == 16 {
        sink.write_all(&1_u32.to_be_bytes())?;
        sink.write_all(&name)?;
        sink.write_all(&size.to_be_bytes())?;
    } else {
        // A box to the end of a file of more than 4 GB keeps its zero.
        sink.write_all(&u32::try_from(size).unwrap_or(0).to_be_bytes())?;
        sink.write_all(&name)?;
    }
    Ok(())
}

fn clean_moov(film: &mut Film) -> Done {
    let bytes = &mut film.moov;
    let outer = iso::boxes(bytes, 0, bytes.len())?;
    let moov = outer.first().ok_or(Unclean::Unreadable)?;
    let tracks: Vec<Inner> = iso::boxes(bytes, moov.body, moov.end)?
        .into_iter()
        .filter(|inner| &inner.name == b"trak")
        .collect();
    let mut has_lost = false;
    let mut has_kept = false;
    for track in &tracks {
        match samples::kind(bytes, track)? {
            Kind::Other => {
                iso::blank(bytes, track);
                has_lost = true;
            }
            kind @ (Kind::Picture | Kind::Sound) => {
                has_kept = true;
                samples::add_played(bytes, track, kind, &mut film.played)?;
                let path = [b"mdia", b"minf", b"stbl", b"stsd"];
                let codecs = samples::inside(bytes, track, &path)?.ok_or(Unclean::Unreadable)?;
                descriptions(bytes, &codecs, kind)?;
            }
        }
    }
    // Which track a piece of a fragment belongs to is not followed here.
    if has_lost && film.is_fragmented {
        return Err(Unclean::Unsupported);
    }
    if !has_kept {
        return Err(Unclean::Unreadable);
    }
    film.played.sort();
    clean_boxes(bytes, &outer, 0)
}

/// Empties what is not known to be needed.
fn clean_boxes(bytes: &mut [u8], boxes: &[Inner], level: u32) -> Done {
    // moov, trak, mdia, minf, stbl.
    if level > 8 {
        return Err(Unclean::Unreadable);
    }
    for inner in boxes {
        if CONTAINERS.contains(&inner.name) {
            let inside = iso::boxes(bytes, inner.body, inner.end)?;
            // Bytes behind the last box are nobody's.
            let used = inside.last().map_or(inner.body, |last| last.end);
            bytes[used..inner.end].fill(0);
            clean_boxes(bytes, &inside, level + 1)?;
        } else if KEPT.contains(&inner.name) {
            clean_kept(bytes, inner)?;
        } else {
            iso::blank(bytes, inner);
        }
    }
    Ok(())
}

/// Empties the fields of a box that say when, with what or under which name.
fn clean_kept(bytes: &mut [u8], inner: &Inner) -> Done {
    let body = &mut bytes[inner.body..inner.end];
    match &inner.name {
        b"mvhd" | b"tkhd" | b"mdhd" => {
            let times = match body.first() {
                Some(0) => 4..12,
                Some(1) => 4..20,
                Some(_) | None => return Err(Unclean::Unreadable),
            };
            body.get_mut(times).ok_or(Unclean::Unreadable)?.fill(0);
        }
        b"hdlr" => {
            // Behind version, two types and twelve bytes comes the name of the handler's program.
            let name = body.get_mut(24..).ok_or(Unclean::Unreadable)?;
            name.fill(0);
            body[12..24].fill(0);
        }
        b"dref" => references(body)?,
        _ => {}
    }
    Ok(())
}

/// Where the media lie: in this file, and no path is kept.
fn references(body: &mut [u8]) -> Done {
    for entry in iso::boxes(body, 8, body.len().max(8))? {
        let flags = bytes::be_u32(body, entry.body)?;
        if flags & 1 == 0 {
            return Err(Unclean::Unsupported);
        }
        body[entry.body + 4..entry.end].fill(0);
    }
    Ok(())
}

/// What the codecs are: names of programs go, and boxes with the names of buyers.
fn descriptions(bytes: &mut [u8], table: &Inner, kind: Kind) -> Done {
    for entry in iso::boxes(bytes, table.body + 8, table.end.max(table.body + 8))? {
        let inside = match kind {
            Kind::Picture => {
                let program = bytes.get_mut(entry.body + 42..entry.body + 74);
                program.ok_or(Unclean::Unreadable)?.fill(0);
                entry.body + 78
            }
            // QuickTime's longer descriptions say so in their version.
            Kind::Sound | Kind::Other => match bytes::be_u16(bytes, entry.body + 8)? {
                0 => entry.body + 28,
                1 => entry.body + 44,
                2 => entry.body + 64,
                _ => return Err(Unclean::Unsupported),
            },
        };
        if inside > entry.end {
            return Err(Unclean::Unreadable);
        }
        // Which company's program it was.
        bytes[entry.body + 12..entry.body + 16].fill(0);
        for codec in iso::boxes(bytes, inside, entry.end)? {
            if !CODEC_BOXES.contains(&codec.name) {
                iso::blank(bytes, &codec);
            } else if &codec.name == b"dfLa" {
                flac_blocks(&mut bytes[codec.body..codec.end])?;
            }
        }
    }
    Ok(())
}

/// FLAC's blocks stand in a box of their own; all but the first are comments and their like.
fn flac_blocks(body: &mut [u8]) -> Done {
    let mut at = 4;
    while at < body.len() {
        let [kind, a, b, c] = bytes::part(body, at)?;
        let end = at + 4 + bytes::index(u32::from_be_bytes([0, a, b, c]))?;
        if kind & 0x7F != 0 {
            // Padding.
            body[at] = kind & 0x80 | 1;
            body.get_mut(at + 4..end)
                .ok_or(Unclean::Unreadable)?
                .fill(0);
        }
        at = end;
    }
    Ok(())
}
