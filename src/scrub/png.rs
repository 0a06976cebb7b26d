//! PNG: a walk over its chunks that keeps those which change what is seen. Checks every checksum,
//! unpacks no picture, reads nothing behind the last chunk.

use crc32fast::Hasher;

use super::bytes::{self, Done, Sink, Source};
use super::exif;
use super::format::Unclean;

/// What every PNG starts with.
pub const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1A\n";
/// Largest chunk that is held in memory: a colour profile, an Exif block.
const HELD_MAX_BYTES: u64 = 4 * 1024 * 1024;
/// What a colour profile is called in the output.
const PROFILE_NAME: &[u8] = b"ICC";
/// A profile's name ends within so many bytes.
const PROFILE_NAME_MAX_BYTES: usize = 80;

/// Cleans a file.
pub fn clean(source: &mut dyn Source, sink: &mut dyn Sink) -> Done {
    if bytes::array(source)? != SIGNATURE {
        return Err(Unclean::Unreadable);
    }
    sink.write_all(&SIGNATURE)?;
    let mut is_first = true;
    let mut has_exif = false;
    loop {
        let length = u32::from_be_bytes(bytes::array(source)?);
        let name: [u8; 4] = bytes::array(source)?;
        if is_first != (&name == b"IHDR") {
            return Err(Unclean::Unreadable);
        }
        is_first = false;
        match &name {
            b"IHDR" => {
                let body = held(source, name, length)?;
                let width = bytes::be_u32(&body, 0)?;
                let height = bytes::be_u32(&body, 4)?;
                bytes::check_pixels(width.into(), height.into())?;
                write(sink, name, &body)?;
            }
            b"IEND" => {
                held(source, name, length)?;
                return write(sink, name, &[]);
            }
            b"PLTE" | b"IDAT" | b"tRNS" | b"cHRM" | b"gAMA" | b"sRGB" | b"sBIT" | b"bKGD"
            | b"hIST" | b"pHYs" | b"cICP" | b"mDCV" | b"cLLI" | b"acTL" | b"fcTL" | b"fdAT" => {
                copied(source, sink, name, length)?;
            }
            b"iCCP" => {
                let body = held(source, name, length)?;
                write(sink, name, &renamed_profile(&body)?)?;
            }
            b"eXIf" if !has_exif => {
                has_exif = true;
                let body = held(source, name, length)?;
                if let Some(orientation) = exif::orientation(&body) {
                    write(sink, name, &exif::minimal(orientation))?;
                }
            }
            // A chunk with a capital letter in front cannot be left out of the picture.
            _ if name[0].is_ascii_uppercase() => return Err(Unclean::Unsupported),
            _ => bytes::skip(source, u64::from(length) + 4)?,
        }
    }
}

/// The profile under a name that says nothing.
fn renamed_profile(body: &[u8]) -> Done<Vec<u8>> {
    let end = body
        .iter()
        .take(PROFILE_NAME_MAX_BYTES)
        .position(|byte| *byte == 0)
        .ok_or(Unclean::Unreadable)?;
    Ok([PROFILE_NAME, &body[end..]].concat())
}

/// A chunk's content, once its checksum is right.
fn held(source: &mut dyn Source, name: [u8; 4], length: u32) -> Done<Vec<u8>> {
    let body = bytes::vec(source, length.into(), HELD_MAX_BYTES)?;
    let mut hasher = Hasher::new();
    hasher.update(&name);
    hasher.update(&body);
    check(source, hasher)?;
    Ok(body)
}

/// Copies a chunk whose name and length have been read.
fn copied(source: &mut dyn Source, sink: &mut dyn Sink, name: [u8; 4], length: u32) -> Done {
    let mut hasher = Hasher::new();
    hasher.update(&name);
    sink.write_all(&length.to_be_bytes())?;
    sink.write_all(&name)?;
    bytes::copy_seen(source, sink, length.into(), |piece| hasher.update(piece))?;
    let sum = check(source, hasher)?;
    sink.write_all(&sum)?;
    Ok(())
}

fn check(source: &mut dyn Source, hasher: Hasher) -> Done<[u8; 4]> {
    let sum: [u8; 4] = bytes::array(source)?;
    if sum == hasher.finalize().to_be_bytes() {
        Ok(sum)
    } else {
        Err(Unclean::Unreadable)
    }
}

fn write(sink: &mut dyn Sink, name: [u8; 4], body: &[u8]) -> Done {
    let length = u32::try_from(body.len()).map_err(|_| Unclean::Unreadable)?;
    let mut hasher = Hasher::new();
    hasher.update(&name);
    hasher.update(body);
    sink.write_all(&length.to_be_bytes())?;
    sink.write_all(&name)?;
    sink.write_all(body)?;
    sink.write_all(&hasher.finalize().to_be_bytes())?;
    Ok(())
}
