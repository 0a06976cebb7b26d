//! RIFF, which is WebP pictures and WAVE sound: a walk over the chunks that keeps those which are
//! seen or heard. Decodes nothing, reads nothing behind the length that the file gives itself.

use std::io::SeekFrom;

use super::bytes::{self, Done, Sink, Source};
use super::exif;
use super::format::Unclean;

/// Largest chunk that is held in memory: an Exif block.
const HELD_MAX_BYTES: u64 = 4 * 1024 * 1024;
/// Bits of `VP8X` that say which chunks follow.
const FLAG_XMP: u8 = 0x04;
const FLAG_EXIF: u8 = 0x08;
/// Where the flags of `VP8X` stand in the file, which always comes first.
const FLAGS_AT: u64 = 20;
/// What a frame of an animation says of itself in front of its own chunks.
const FRAME_HEAD_BYTES: u64 = 16;
/// Of a WAVE's format chunk, the longest that has a meaning.
const WAVE_FORMAT_MAX_BYTES: u64 = 40;

/// Cleans a picture.
pub fn clean_webp(source: &mut dyn Source, sink: &mut dyn Sink) -> Done {
    let mut left = start(source, sink, b"WEBP")?;
    let mut flags = None;
    let mut has_exif = false;
    let mut has_picture = false;
    while let Some((name, length)) = chunk(source, &mut left)? {
        match &name {
            b"VP8X" => {
                let body = bytes::vec(source, padded(length), HELD_MAX_BYTES)?;
                let side = |at: usize| {
                    let [low, middle, high] = bytes::part(&body, at)?;
                    Done::Ok(u64::from(u32::from_le_bytes([low, middle, high, 0])) + 1)
                };
                bytes::check_pixels(side(4)?, side(7)?)?;
                // Its flags are filled in at the end, at the place of the first chunk.
                if sink.stream_position()? != FLAGS_AT - 8 {
                    return Err(Unclean::Unreadable);
                }
                flags = Some(body[0] & !(FLAG_EXIF | FLAG_XMP));
                write(sink, name, &body[..10])?;
            }
            b"VP8 " | b"VP8L" | b"ALPH" | b"ANIM" | b"ICCP" => {
                has_picture |= name.starts_with(b"VP8");
                copied(source, sink, name, length)?;
            }
            b"ANMF" => {
                has_picture = true;
                frame(source, sink, length)?;
            }
            b"EXIF" if !has_exif => {
                let body = bytes::vec(source, padded(length), HELD_MAX_BYTES)?;
                let block = body.strip_prefix(b"Exif\0\0").unwrap_or(&body);
                if let Some(orientation) = exif::orientation(block) {
                    has_exif = true;
                    write(sink, name, &exif::minimal(orientation))?;
                }
            }
            _ => bytes::skip(source, padded(length))?,
        }
    }
    if !has_picture {
        return Err(Unclean::Unreadable);
    }
    finish(sink)?;
    if let Some(flags) = flags {
        let exif = if has_exif { FLAG_EXIF } else { 0 };
        sink.seek(SeekFrom::Start(FLAGS_AT))?;
        sink.write_all(&[flags | exif])?;
    }
    Ok(())
}

/// Cleans sound.
pub fn clean_wav(source: &mut dyn Source, sink: &mut dyn Sink) -> Done {
    let mut left = start(source, sink, b"WAVE")?;
    let mut has_format = false;
    let mut has_data = false;
    while let Some((name, length)) = chunk(source, &mut left)? {
        match &name {
            b"fmt " if !has_format => {
                has_format = true;
                let body = bytes::vec(source, padded(length), HELD_MAX_BYTES)?;
                let kept = length.min(WAVE_FORMAT_MAX_BYTES);
                write(sink, name, &body[..bytes::index(kept)?])?;
            }
            b"data" if has_format && !has_data => {
                has_data = true;
                copied(source, sink, name, length)?;
            }
            b"fact" if length == 4 => copied(source, sink, name, length)?,
            _ => bytes::skip(source, padded(length))?,
        }
    }
    if has_data {
        finish(sink)
    } else {
        Err(Unclean::Unreadable)
    }
}

/// Reads and writes the head. How many bytes of chunks the file says it has.
fn start(source: &mut dyn Source, sink: &mut dyn Sink, kind: &[u8; 4]) -> Done<u64> {
    let [_, _, _, _, a, b, c, d, name @ ..] = bytes::array::<12>(source)?;
    if &name != kind {
        return Err(Unclean::Unreadable);
    }
    sink.write_all(b"RIFF\0\0\0\0")?;
    sink.write_all(kind)?;
    u64::from(u32::from_le_bytes([a, b, c, d]))
        .checked_sub(4)
        .ok_or(Unclean::Unreadable)
}

/// Fills in how long the file has become.
fn finish(sink: &mut dyn Sink) -> Done {
    let end = sink.stream_position()?;
    let length = u32::try_from(end - 8).map_err(|_| Unclean::Unreadable)?;
    sink.seek(SeekFrom::Start(4))?;
    sink.write_all(&length.to_le_bytes())?;
    Ok(())
}

/// The next chunk's name and length, taken off what is left.
fn chunk(source: &mut dyn Source, left: &mut u64) -> Done<Option<([u8; 4], u64)>> {
    // A single byte may be left: padding that was counted.
    if *left < 8 {
        return Ok(None);
    }
    let name = bytes::array(source)?;
    let length = u64::from(u32::from_le_bytes(bytes::array(source)?));
    *left -= 8;
    if length > *left {
        return Err(Unclean::Unreadable);
    }
    // The padding of the last chunk is often forgotten.
    *left = left.saturating_sub(padded(length));
    Ok(Some((name, length)))
}

fn padded(length: u64) -> u64 {
    length + length % 2
}

fn write(sink: &mut dyn Sink, name: [u8; 4], body: &[u8]) -> Done {
    let length = u32::try_from(body.len()).map_err(|_| Unclean::Unreadable)?;
    sink.write_all(&name)?;
    sink.write_all(&length.to_le_bytes())?;
    sink.write_all(body)?;
    bytes::zeros(sink, u64::from(length % 2))
}

fn copied(source: &mut dyn Source, sink: &mut dyn Sink, name: [u8; 4], length: u64) -> Done {
    let length_field = u32::try_from(length).map_err(|_| Unclean::Unreadable)?;
    sink.write_all(&name)?;
    sink.write_all(&length_field.to_le_bytes())?;
    bytes::copy(source, sink, length)?;
    if length % 2 == 1 {
        bytes::zeros(sink, 1)?;
        if !bytes::at_end(source)? {
            bytes::skip(source, 1)?;
        }
    }
    Ok(())
}

/// A frame of an animation, which has chunks of its own.
fn frame(source: &mut dyn Source, sink: &mut dyn Sink, length: u64) -> Done {
    let mut left = length
        .checked_sub(FRAME_HEAD_BYTES)
        .ok_or(Unclean::Unreadable)?;
    let head_at = sink.stream_position()?;
    sink.write_all(b"ANMF\0\0\0\0")?;
    bytes::copy(source, sink, FRAME_HEAD_BYTES)?;
    while let Some((name, length)) = chunk(source, &mut left)? {
        match &name {
            b"VP8 " | b"VP8L" | b"ALPH" => copied(source, sink, name, length)?,
            _ => bytes::skip(source, padded(length))?,
        }
    }
    bytes::skip(source, left + length % 2)?;
    let end = sink.stream_position()?;
    let length = u32::try_from(end - head_at - 8).map_err(|_| Unclean::Unreadable)?;
    sink.seek(SeekFrom::Start(head_at + 4))?;
    sink.write_all(&length.to_le_bytes())?;
    sink.seek(SeekFrom::Start(end))?;
    Ok(())
}
