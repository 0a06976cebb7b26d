//! What a file is, from its first bytes; for packages, from what is packed. Names are not looked
//! at, and nothing is cleaned here.

use std::io::{Read, SeekFrom};

use super::bytes::{Done, Source};
use super::format::{Format, Unclean};
use super::{flac, mp3, ogg, package, png, text};

/// As much of the beginning as tells.
const START_BYTES: u64 = 512;

/// What the file is; the place of reading becomes its start.
pub fn format(source: &mut dyn Source) -> Done<Format> {
    let mut start = Vec::new();
    (&mut *source).take(START_BYTES).read_to_end(&mut start)?;
    source.rewind()?;
    let format = match magic(&start) {
        Some(Magic::Is(format)) => Some(format),
        Some(Magic::Package) => package::format(source)?,
        Some(Magic::Foreign) => None,
        None => sound_or_text(source, &start)?,
    };
    source.rewind()?;
    format.ok_or(Unclean::Unsupported)
}

enum Magic {
    Is(Format),
    /// A ZIP archive: what it is depends on what is in it.
    Package,
    /// Known, and not taken on.
    Foreign,
}

fn magic(start: &[u8]) -> Option<Magic> {
    let has = |at: usize, bytes: &[u8]| start.get(at..).is_some_and(|rest| rest.starts_with(bytes));
    let is = |format| Some(Magic::Is(format));
    if has(0, &[0xFF, 0xD8, 0xFF]) {
        is(Format::Jpeg)
    } else if has(0, &png::SIGNATURE) {
        is(Format::Png)
    } else if has(0, b"GIF87a") || has(0, b"GIF89a") {
        is(Format::Gif)
    } else if has(0, b"RIFF") && has(8, b"WEBP") {
        is(Format::Webp)
    } else if has(0, b"RIFF") && has(8, b"WAVE") {
        is(Format::Wav)
    } else if has(0, b"FORM") && (has(8, b"AIFF") || has(8, b"AIFC")) {
        is(Format::Aiff)
    } else if (has(0, b"II*\0") || has(0, b"MM\0*")) && !has(8, b"CR\x02") {
        is(Format::Tiff)
    } else if has(0, b"%PDF-") {
        is(Format::Pdf)
    } else if has(0, &flac::SIGNATURE) {
        is(Format::Flac)
    } else if has(0, b"OggS") {
        let packet = 27 + usize::from(*start.get(26)?);
        let kind = ogg::kind(start.get(packet..)?);
        Some(kind.map_or(Magic::Foreign, Magic::Is))
    } else if has(0, b"PK\x03\x04") {
        Some(Magic::Package)
    } else if has(4, b"ftyp") {
        Some(film(start))
    } else if [&b"moov"[..], b"mdat", b"wide", b"free", b"skip"]
        .iter()
        .any(|name| has(4, name))
    {
        // QuickTime from before there were brands.
        is(Format::Mov)
    } else {
        None
    }
}

/// Which of the formats that are made of boxes.
fn film(start: &[u8]) -> Magic {
    let size = start
        .first_chunk()
        .map_or(0, |size| u32::from_be_bytes(*size) as usize);
    let brands = start.get(8..size.min(start.len())).unwrap_or_default();
    let (major, others) = brands.split_at(brands.len().min(4));
    let names = |brand: &[u8]| {
        let mut others = others.get(4..).unwrap_or_default().chunks_exact(4);
        others.any(|other| other == brand)
    };
    match major {
        b"avif" => Magic::Is(Format::Avif),
        b"heic" | b"heix" | b"heim" | b"heis" => Magic::Is(Format::Heic),
        b"mif1" | b"mif2" | b"miaf" if names(b"avif") => Magic::Is(Format::Avif),
        b"mif1" | b"mif2" | b"miaf" => Magic::Is(Format::Heic),
        // Films of pictures, camera raws, protected media.
        b"msf1" | b"hevc" | b"hevx" | b"hevm" | b"hevs" | b"avis" | b"crx " | b"jp2 " | b"jpx "
        | b"jpm " | b"odcf" => Magic::Foreign,
        b"qt  " => Magic::Is(Format::Mov),
        b"M4A " | b"M4B " | b"M4P " | b"F4A " => Magic::Is(Format::M4a),
        _ => Magic::Is(Format::Mp4),
    }
}

/// What has no mark at its start: sound behind a tag, frames of MPEG sound, text.
fn sound_or_text(source: &mut dyn Source, start: &[u8]) -> Done<Option<Format>> {
    let has_tag = start.starts_with(b"ID3") || start.starts_with(b"APETAGEX");
    if has_tag || start.first() == Some(&0xFF) {
        mp3::skip_tags(source)?;
        if mp3::starts_with_frames(source)? {
            return Ok(Some(Format::Mp3));
        }
        let mut signature = [0; 4];
        let is_flac = source.read_exact(&mut signature).is_ok() && signature == flac::SIGNATURE;
        return Ok(is_flac.then_some(Format::Flac));
    }
    source.seek(SeekFrom::Start(0))?;
    let is_text = !start.contains(&0) && !text::is_structured(start);
    Ok(is_text.then_some(Format::Text))
}
