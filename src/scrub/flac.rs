//! FLAC sound: keeps what the stream is and where to seek in it, throws away every other block of
//! the head and the tags around. Decodes nothing, but checks that frames follow each other without
//! a gap to the end.

use std::io::SeekFrom;

use super::bytes::{self, Done, Sink, Source};
use super::format::Unclean;
use super::mp3;

/// What every FLAC stream starts with.
pub const SIGNATURE: [u8; 4] = *b"fLaC";
const STREAM_INFO: u8 = 0;
const SEEK_TABLE: u8 = 3;
const STREAM_INFO_BYTES: u32 = 34;
/// Largest seek table.
const SEEK_TABLE_MAX_BYTES: u64 = 2 * 1024 * 1024;
/// Blocks in front of the sound.
const BLOCKS_MAX: u32 = 1024;
const ID3V1_BYTES: u64 = 128;
const APE_FOOTER_BYTES: u64 = 32;

/// The checksum of FLAC frames: polynomial 0x8005, most significant bit first.
const CHECKSUMS: [u16; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut sum = (byte as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum & 0x8000 == 0 {
                sum << 1
            } else {
                sum << 1 ^ 0x8005
            };
            bit += 1;
        }
        table[byte] = sum;
        byte += 1;
    }
    table
};

/// Cleans a file.
pub fn clean(source: &mut dyn Source, sink: &mut dyn Sink) -> Done {
    mp3::skip_tags(source)?;
    if bytes::array(source)? != SIGNATURE {
        return Err(Unclean::Unreadable);
    }
    let (info, seeks) = head(source)?;
    sink.write_all(&SIGNATURE)?;
    write_block(sink, STREAM_INFO, &info, seeks.is_empty())?;
    if !seeks.is_empty() {
        write_block(sink, SEEK_TABLE, &seeks, true)?;
    }
    let start = source.stream_position()?;
    let end = end_of_sound(source)?;
    source.seek(SeekFrom::Start(start))?;
    let length = end.checked_sub(start).ok_or(Unclean::Unreadable)?;
    // Each frame ends with the checksum of itself, which brings the sum back to zero. Bytes that
    // belong to no frame leave it at something else.
    let mut sum = 0_u16;
    bytes::copy_seen(source, sink, length, |piece| {
        for byte in piece {
            let [high, low] = sum.to_be_bytes();
            sum = u16::from(low) << 8 ^ CHECKSUMS[usize::from(high ^ byte)];
        }
    })?;
    if sum == 0 {
        Ok(())
    } else {
        Err(Unclean::Unreadable)
    }
}

/// What the stream is, and its seek table, which may be empty.
fn head(source: &mut dyn Source) -> Done<(Vec<u8>, Vec<u8>)> {
    let mut info = Vec::new();
    let mut seeks = Vec::new();
    for _ in 0..BLOCKS_MAX {
        let [kind, a, b, c] = bytes::array(source)?;
        let length = u32::from_be_bytes([0, a, b, c]);
        match kind & 0x7F {
            STREAM_INFO if length == STREAM_INFO_BYTES && info.is_empty() => {
                info = bytes::vec(source, length.into(), SEEK_TABLE_MAX_BYTES)?;
            }
            SEEK_TABLE if seeks.is_empty() && length.is_multiple_of(18) => {
                seeks = bytes::vec(source, length.into(), SEEK_TABLE_MAX_BYTES)?;
            }
            _ => bytes::skip(source, length.into())?,
        }
        if kind & 0x80 != 0 {
            return if info.is_empty() {
                Err(Unclean::Unreadable)
            } else {
                Ok((info, seeks))
            };
        }
    }
    Err(Unclean::Unreadable)
}

fn write_block(sink: &mut dyn Sink, kind: u8, body: &[u8], is_last: bool) -> Done {
    let length = u32::try_from(body.len()).map_err(|_| Unclean::Unreadable)?;
    let [_, a, b, c] = length.to_be_bytes();
    sink.write_all(&[kind | u8::from(is_last) << 7, a, b, c])?;
    sink.write_all(body)?;
    Ok(())
}

/// Where the sound ends: before the tags that players for MP3 put behind.
fn end_of_sound(source: &mut dyn Source) -> Done<u64> {
    let mut end = source.seek(SeekFrom::End(0))?;
    if let Some(at) = end.checked_sub(ID3V1_BYTES) {
        source.seek(SeekFrom::Start(at))?;
        if &bytes::array(source)? == b"TAG" {
            end = at;
        }
    }
    if let Some(at) = end.checked_sub(APE_FOOTER_BYTES) {
        source.seek(SeekFrom::Start(at))?;
        let footer: [u8; 24] = bytes::array(source)?;
        if footer.starts_with(b"APETAGEX") {
            let size = u32::from_le_bytes(bytes::part(&footer, 12)?);
            let has_header = footer[23] & 0x80 != 0;
            let header = if has_header { APE_FOOTER_BYTES } else { 0 };
            end = end
                .checked_sub(u64::from(size) + header)
                .ok_or(Unclean::Unreadable)?;
        }
    }
    Ok(end)
}
