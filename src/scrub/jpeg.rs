//! JPEG: a walk over its segments that keeps what a decoder needs, the colour profile and which way
//! up the picture is. Decodes nothing, and reads nothing behind the end of the picture, where
//! phones put films and others put archives.

use super::bytes::{self, Done, Sink, Source};
use super::exif;
use super::format::Unclean;

const START: u8 = 0xD8;
const END: u8 = 0xD9;
const SCAN: u8 = 0xDA;
const EXIF_NAME: &[u8] = b"Exif\0\0";
const ICC_NAME: &[u8] = b"ICC_PROFILE\0";
/// What a JFIF segment holds in front of its thumbnail.
const JFIF_BYTES: usize = 12;
/// What an Adobe segment holds: which colours are meant.
const ADOBE_BYTES: usize = 12;

/// How strict the walk is, and whether the orientation stays.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A file of its own.
    File,
    /// A picture in a PDF: shown as the page says, and often cut off without its end marker.
    Document,
}

/// Cleans a file.
pub fn clean(source: &mut dyn Source, sink: &mut dyn Sink) -> Done {
    walk(source, sink, Place::File)
}

/// Cleans a picture that is embedded in a PDF.
pub fn clean_in_document(source: &mut dyn Source, sink: &mut dyn Sink) -> Done {
    walk(source, sink, Place::Document)
}

fn walk(source: &mut dyn Source, sink: &mut dyn Sink, place: Place) -> Done {
    if bytes::array(source)? != [0xFF, START] {
        return Err(Unclean::Unreadable);
    }
    sink.write_all(&[0xFF, START])?;
    let mut has_frame = false;
    let mut has_scan = false;
    let mut has_exif = place == Place::Document;
    let mut marker = next_marker(source)?;
    loop {
        match marker {
            END if has_scan => return Ok(sink.write_all(&[0xFF, END])?),
            // Tables, frames, scans and their like.
            0xC0..=0xCF | SCAN..=0xDF => {
                let body = segment(source)?;
                if is_frame(marker) {
                    let height = bytes::be_u16(&body, 1)?;
                    let width = bytes::be_u16(&body, 3)?;
                    bytes::check_pixels(width.into(), height.into())?;
                    has_frame = true;
                }
                write_segment(sink, marker, &body)?;
                if marker == SCAN {
                    if !has_frame {
                        return Err(Unclean::Unreadable);
                    }
                    has_scan = true;
                    match (scan(source, sink)?, place) {
                        (Some(next), _) => marker = next,
                        (None, Place::Document) => return Ok(sink.write_all(&[0xFF, END])?),
                        (None, Place::File) => return Err(Unclean::Unreadable),
                    }
                    continue;
                }
            }
            0xE0..=0xEF => {
                let body = segment(source)?;
                application(marker, &body, sink, &mut has_exif)?;
            }
            // Comments, and what no standard gives a meaning.
            0xF0..=0xFE => drop(segment(source)?),
            _ => return Err(Unclean::Unreadable),
        }
        marker = next_marker(source)?;
    }
}

fn is_frame(marker: u8) -> bool {
    (0xC0..=0xCF).contains(&marker) && !matches!(marker, 0xC4 | 0xC8 | 0xCC)
}

/// What stays of an application's segment.
fn application(marker: u8, body: &[u8], sink: &mut dyn Sink, has_exif: &mut bool) -> Done {
    match marker {
        0xE0 if body.starts_with(b"JFIF\0") && body.len() >= JFIF_BYTES => {
            let mut header = body[..JFIF_BYTES].to_vec();
            // A thumbnail of no width and no height.
            header.extend([0, 0]);
            write_segment(sink, marker, &header)
        }
        0xE1 if body.starts_with(EXIF_NAME) && !*has_exif => {
            *has_exif = true;
            match exif::orientation(&body[EXIF_NAME.len()..]) {
                Some(orientation) => {
                    let block = [EXIF_NAME, &exif::minimal(orientation)].concat();
                    write_segment(sink, marker, &block)
                }
                None => Ok(()),
            }
        }
        0xE2 if body.starts_with(ICC_NAME) => write_segment(sink, marker, body),
        0xEE if body.starts_with(b"Adobe") && body.len() >= ADOBE_BYTES => {
            write_segment(sink, marker, &body[..ADOBE_BYTES])
        }
        _ => Ok(()),
    }
}

/// The next marker; any number of 0xFF may stand in front of it.
fn next_marker(source: &mut dyn Source) -> Done<u8> {
    if bytes::array(source)? != [0xFF] {
        return Err(Unclean::Unreadable);
    }
    loop {
        let [byte] = bytes::array(source)?;
        if byte != 0xFF {
            return Ok(byte);
        }
    }
}

/// What a segment holds after its length.
fn segment(source: &mut dyn Source) -> Done<Vec<u8>> {
    let length = u16::from_be_bytes(bytes::array(source)?);
    let body = length.checked_sub(2).ok_or(Unclean::Unreadable)?;
    bytes::vec(source, body.into(), u64::from(u16::MAX))
}

fn write_segment(sink: &mut dyn Sink, marker: u8, body: &[u8]) -> Done {
    let length = u16::try_from(body.len() + 2).map_err(|_| Unclean::Unreadable)?;
    sink.write_all(&[0xFF, marker])?;
    sink.write_all(&length.to_be_bytes())?;
    sink.write_all(body)?;
    Ok(())
}

/// Copies the coded picture up to the marker behind it, which is not written. `None` if the bytes
/// end first.
fn scan(source: &mut dyn Source, sink: &mut dyn Sink) -> Done<Option<u8>> {
    let mut after_ff = false;
    loop {
        let buffer = source.fill_buf()?;
        if buffer.is_empty() {
            return Ok(None);
        }
        let held = usize::from(after_ff);
        let mut used = 0;
        let mut found = None;
        for byte in buffer {
            used += 1;
            if after_ff {
                match byte {
                    // A coded 0xFF, or a restart: both belong to the picture.
                    0x00 | 0xD0..=0xD7 => after_ff = false,
                    0xFF => {}
                    marker => {
                        found = Some(*marker);
                        break;
                    }
                }
            } else {
                after_ff = *byte == 0xFF;
            }
        }
        // A 0xFF at the end is held back until it is known not to start a marker.
        let tail = if found.is_some() {
            2
        } else {
            usize::from(after_ff)
        };
        let kept = held + used - tail;
        if kept > 0 {
            sink.write_all(&[0xFF][..held])?;
            sink.write_all(&buffer[..kept - held])?;
        }
        source.consume(used);
        if found.is_some() {
            return Ok(found);
        }
    }
}
