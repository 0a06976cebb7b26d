//! MPEG sound, layers I to III: keeps the frames and nothing that stands before, between or behind
//! them, which is where ID3, APE and lyrics are. Decodes nothing.

use std::io::{ErrorKind, Read, SeekFrom};

use super::bytes::{self, Done, Sink, Source};
use super::format::Unclean;

/// Bytes between frames, all together, that are left out before the file counts as damaged. Tags
/// that give their length do not count.
const STRAY_MAX_BYTES: u64 = 1024 * 1024;
/// Tags in front of the first frame.
const TAGS_MAX: u32 = 16;
const HEADER_BYTES: usize = 4;
/// As much of a tag as tells its length.
const TAG_HEAD_BYTES: u64 = 16;

/// In kbit/s: by version 1 layers I, II, III, then versions 2 and 2.5 layer I, layers II and III.
const BITRATES: [[u32; 14]; 5] = [
    [
        32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448,
    ],
    [
        32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384,
    ],
    [
        32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
    ],
    [
        32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256,
    ],
    [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];

/// What does not change from frame to frame, and how long this one is.
#[derive(Clone, Copy)]
struct Frame {
    /// Version, layer and sample rate.
    kind: (u8, u8, u8),
    length: usize,
}

impl Frame {
    fn read(header: [u8; HEADER_BYTES]) -> Option<Frame> {
        let [first, second, third, _] = header;
        if first != 0xFF || second & 0xE0 != 0xE0 {
            return None;
        }
        let (version, layer) = (second >> 3 & 3, second >> 1 & 3);
        let (bitrate, rate) = (third >> 4, third >> 2 & 3);
        if version == 1 || layer == 0 || rate == 3 || !(1..15).contains(&bitrate) {
            return None;
        }
        let is_first = version == 3;
        let row = match (is_first, layer) {
            (true, 3) => 0,
            (true, 2) => 1,
            (true, _) => 2,
            (false, 3) => 3,
            (false, _) => 4,
        };
        let bits = BITRATES[row][usize::from(bitrate) - 1] * 1000;
        let halvings = match version {
            3 => 0,
            2 => 1,
            _ => 2,
        };
        let hertz = [44_100_u32, 48_000, 32_000][usize::from(rate)] >> halvings;
        let padding = u32::from(third >> 1 & 1);
        let length = match (layer, is_first) {
            (3, _) => (12 * bits / hertz + padding) * 4,
            (1, false) => 72 * bits / hertz + padding,
            _ => 144 * bits / hertz + padding,
        };
        Some(Frame {
            kind: (version, layer, rate),
            length: usize::try_from(length).ok()?,
        })
    }
}

/// Skips the ID3 tags at the place of reading.
pub fn skip_tags(source: &mut dyn Source) -> Done {
    for _ in 0..TAGS_MAX {
        let Some(length) = tag_length(source)? else {
            return Ok(());
        };
        bytes::skip(source, length)?;
    }
    Err(Unclean::Unreadable)
}

/// Whether two frames stand at the place of reading, which stays.
pub fn starts_with_frames(source: &mut dyn Source) -> Done<bool> {
    let start = source.stream_position()?;
    let is_frame = match peek(source)?.and_then(Frame::read) {
        Some(frame) => is_followed(source, frame)?,
        None => false,
    };
    source.seek(SeekFrom::Start(start))?;
    Ok(is_frame)
}

/// Cleans a file.
pub fn clean(source: &mut dyn Source, sink: &mut dyn Sink) -> Done {
    let end = bytes::length(source)?;
    skip_tags(source)?;
    let first = peek(source)?
        .and_then(Frame::read)
        .ok_or(Unclean::Unreadable)?;
    let mut stray = 0;
    let mut is_in_step = true;
    while let Some(header) = peek(source)? {
        let frame = Frame::read(header).filter(|frame| frame.kind == first.kind);
        match frame {
            Some(frame) if is_in_step || is_followed(source, frame)? => {
                let mut body = vec![0; frame.length];
                match source.read_exact(&mut body) {
                    Ok(()) => sink.write_all(&body)?,
                    // A last frame that is cut off cannot be heard.
                    Err(error) if error.kind() == ErrorKind::UnexpectedEof => break,
                    Err(error) => return Err(error.into()),
                }
                is_in_step = true;
            }
            Some(_) | None => {
                is_in_step = false;
                let left = end.saturating_sub(source.stream_position()?);
                match tag_length(source)? {
                    // The footer of an APE tag names a length that has already gone by.
                    Some(length) => bytes::skip(source, length.min(left))?,
                    None => {
                        bytes::skip(source, 1)?;
                        stray += 1;
                    }
                }
                if stray > STRAY_MAX_BYTES {
                    return Err(Unclean::Unreadable);
                }
            }
        }
    }
    if sink.stream_position()? == 0 {
        return Err(Unclean::Unreadable);
    }
    Ok(())
}

/// The next four bytes, which stay; `None` if there are fewer.
fn peek(source: &mut dyn Source) -> Done<Option<[u8; HEADER_BYTES]>> {
    let mut header = [0; HEADER_BYTES];
    let mut length = 0;
    while length < HEADER_BYTES {
        match source.read(&mut header[length..])? {
            0 => return Ok(None),
            read => length += read,
        }
    }
    source.seek_relative(-(HEADER_BYTES as i64))?;
    Ok(Some(header))
}

/// Whether another frame of the same kind, or nothing, stands behind this one.
fn is_followed(source: &mut dyn Source, frame: Frame) -> Done<bool> {
    let length = i64::try_from(frame.length).map_err(|_| Unclean::Unreadable)?;
    source.seek_relative(length)?;
    let next = peek(source)?.map(Frame::read);
    source.seek_relative(-length)?;
    Ok(match next {
        Some(Some(next)) => next.kind == frame.kind,
        Some(None) => false,
        None => true,
    })
}

/// How long the tag is that stands at the place of reading, which stays.
fn tag_length(source: &mut dyn Source) -> Done<Option<u64>> {
    let mut head = Vec::new();
    (&mut *source).take(TAG_HEAD_BYTES).read_to_end(&mut head)?;
    source.seek_relative(-i64::try_from(head.len()).map_err(|_| Unclean::Unreadable)?)?;
    Ok(match head[..] {
        [b'I', b'D', b'3', _, _, flags, a, b, c, d, ..] => {
            let size = [a, b, c, d]
                .iter()
                .fold(0, |size, byte| size << 7 | u64::from(byte & 0x7F));
            let footer = if flags & 0x10 == 0 { 0 } else { 10 };
            Some(10 + size + footer)
        }
        [
            b'A',
            b'P',
            b'E',
            b'T',
            b'A',
            b'G',
            b'E',
            b'X',
            _,
            _,
            _,
            _,
            a,
            b,
            c,
            d,
        ] => Some(32 + u64::from(u32::from_le_bytes([a, b, c, d]))),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_frames_are_those_of_the_standard() {
        let cases = [
            ([0xFF, 0xFB, 0x90, 0x00], Some(417)),
            ([0xFF, 0xFB, 0x92, 0x00], Some(418)),
            ([0xFF, 0xFB, 0xE0, 0x00], Some(1044)),
            ([0xFF, 0xF3, 0x80, 0x00], Some(208)),
            ([0xFF, 0xFD, 0x80, 0x00], Some(417)),
            ([0xFF, 0xFB, 0x00, 0x00], None),
            ([0xFF, 0xFB, 0xF0, 0x00], None),
            ([0xFF, 0xF1, 0x50, 0x80], None),
        ];
        for (header, length) in cases {
            assert_eq!(
                Frame::read(header).map(|frame| frame.length),
                length,
                "{header:?}"
            );
        }
    }
}
