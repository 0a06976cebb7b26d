//! Reading and writing in bounded pieces, shared by the cleaners. Knows no format.

use std::io::{BufRead, Read, Seek, SeekFrom, Write};

use super::format::Unclean;

/// What is cleaned.
pub trait Source: BufRead + Seek {}
impl<T: BufRead + Seek> Source for T {}

/// Where the cleaned bytes go. Some formats go back to fill in a length.
pub trait Sink: Write + Seek {}
impl<T: Write + Seek> Sink for T {}

/// What a cleaner's step comes to.
pub type Done<T = ()> = Result<T, Unclean>;

const ZEROS: [u8; 4096] = [0; 4096];

/// The next `N` bytes.
pub fn array<const N: usize>(source: &mut dyn Source) -> Done<[u8; N]> {
    let mut bytes = [0; N];
    source.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// The next `length` bytes, which may be at most `max`.
pub fn vec(source: &mut dyn Source, length: u64, max: u64) -> Done<Vec<u8>> {
    if length > max {
        return Err(Unclean::Unreadable);
    }
    // It grows as bytes come, so that a length that lies reserves nothing.
    let mut bytes = Vec::new();
    source.take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length {
        Ok(bytes)
    } else {
        Err(Unclean::Unreadable)
    }
}

/// Whether nothing is left to read.
pub fn at_end(source: &mut dyn Source) -> Done<bool> {
    Ok(source.fill_buf()?.is_empty())
}

/// Copies the next `length` bytes and hands each piece to `see`.
pub fn copy_seen(
    source: &mut dyn Source,
    sink: &mut dyn Sink,
    length: u64,
    mut see: impl FnMut(&[u8]),
) -> Done {
    let mut left = length;
    while left > 0 {
        let buffer = source.fill_buf()?;
        if buffer.is_empty() {
            return Err(Unclean::Unreadable);
        }
        let piece = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
        see(&buffer[..piece]);
        sink.write_all(&buffer[..piece])?;
        source.consume(piece);
        left -= piece as u64;
    }
    Ok(())
}

/// Copies the next `length` bytes.
pub fn copy(source: &mut dyn Source, sink: &mut dyn Sink, length: u64) -> Done {
    copy_seen(source, sink, length, |_| {})
}

/// Leaves the next `length` bytes out. They have to be there.
pub fn skip(source: &mut dyn Source, length: u64) -> Done {
    if length == 0 {
        return Ok(());
    }
    // The last byte is read, since seeking runs past the end without a word.
    source.seek_relative(i64::try_from(length - 1).map_err(|_| Unclean::Unreadable)?)?;
    array::<1>(source).map(|_| ())
}

/// Writes `length` zeros.
pub fn zeros(sink: &mut dyn Sink, length: u64) -> Done {
    let mut left = length;
    while left > 0 {
        let piece = left.min(ZEROS.len() as u64);
        sink.write_all(&ZEROS[..usize::try_from(piece).map_err(|_| Unclean::Unreadable)?])?;
        left -= piece;
    }
    Ok(())
}

/// How many bytes there are; the place of reading becomes the start.
pub fn length(source: &mut dyn Source) -> Done<u64> {
    let length = source.seek(SeekFrom::End(0))?;
    source.rewind()?;
    Ok(length)
}

/// `N` bytes at `at`.
pub fn part<const N: usize>(bytes: &[u8], at: usize) -> Done<[u8; N]> {
    at.checked_add(N)
        .and_then(|end| bytes.get(at..end))
        .and_then(|part| part.try_into().ok())
        .ok_or(Unclean::Unreadable)
}

/// A big-endian number at `at`.
pub fn be_u16(bytes: &[u8], at: usize) -> Done<u16> {
    part(bytes, at).map(u16::from_be_bytes)
}

/// A big-endian number at `at`.
pub fn be_u32(bytes: &[u8], at: usize) -> Done<u32> {
    part(bytes, at).map(u32::from_be_bytes)
}

/// A big-endian number at `at`.
pub fn be_u64(bytes: &[u8], at: usize) -> Done<u64> {
    part(bytes, at).map(u64::from_be_bytes)
}

/// A size or a place in a file that is held in memory.
pub fn index(number: impl TryInto<usize>) -> Done<usize> {
    number.try_into().map_err(|_| Unclean::Unreadable)
}

/// Whether so many pixels may pass.
pub fn check_pixels(width: u64, height: u64) -> Done {
    match width.checked_mul(height) {
        Some(pixels) if pixels <= super::PICTURE_MAX_PIXELS => Ok(()),
        Some(_) | None => Err(Unclean::Unreadable),
    }
}
