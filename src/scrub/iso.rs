//! Boxes of ISO media files, which MP4, QuickTime and HEIF are made of: their heads, and how they
//! are emptied without moving what stands behind them. Knows no box by its meaning.

use super::bytes::{self, Done, Source};
use super::format::Unclean;

/// A box in a file.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    pub name: [u8; 4],
    /// Bytes of size and name: 8 or 16.
    pub head_bytes: u64,
    /// What comes behind them.
    pub body_bytes: u64,
}

/// Boxes of a file or in a box, at most.
pub const BOXES_MAX: u32 = 100_000;
/// The name of a box that means nothing.
pub const FREE: [u8; 4] = *b"free";

/// The head of the next box of a file with `left` bytes from here. `None` at the end, and where
/// what is left is too short for a box.
pub fn read_head(source: &mut dyn Source, left: u64) -> Done<Option<Head>> {
    if left < 8 {
        return Ok(None);
    }
    let short = u32::from_be_bytes(bytes::array(source)?);
    let name = bytes::array(source)?;
    let (head_bytes, size) = match short {
        0 => (8, left),
        1 => {
            if left < 16 {
                return Err(Unclean::Unreadable);
            }
            (16, u64::from_be_bytes(bytes::array(source)?))
        }
        short => (8, u64::from(short)),
    };
    if size < head_bytes || size > left {
        return Err(Unclean::Unreadable);
    }
    Ok(Some(Head {
        name,
        head_bytes,
        body_bytes: size - head_bytes,
    }))
}

/// A box in memory: where its body lies.
#[derive(Clone, Debug)]
pub struct Inner {
    pub name: [u8; 4],
    /// Where the box begins.
    pub start: usize,
    /// Where its body begins.
    pub body: usize,
    /// Where it ends.
    pub end: usize,
}

/// The boxes between `from` and `to`. Four zeros may stand behind the last, as QuickTime writes.
pub fn boxes(bytes: &[u8], from: usize, to: usize) -> Done<Vec<Inner>> {
    let mut found = Vec::new();
    let mut start = from;
    while to - start >= 8 {
        let short = bytes::be_u32(bytes, start)?;
        let name = bytes::part(bytes, start + 4)?;
        let (head, size) = match short {
            0 => (8, to - start),
            1 => (16, bytes::index(bytes::be_u64(bytes, start + 8)?)?),
            short => (8, bytes::index(short)?),
        };
        if size < head || size > to - start {
            return Err(Unclean::Unreadable);
        }
        found.push(Inner {
            name,
            start,
            body: start + head,
            end: start + size,
        });
        if found.len() > BOXES_MAX as usize {
            return Err(Unclean::Unreadable);
        }
        start += size;
    }
    Ok(found)
}

/// Turns a box into one that means nothing and holds zeros.
pub fn blank(bytes: &mut [u8], inner: &Inner) {
    bytes[inner.start + 4..inner.start + 8].copy_from_slice(&FREE);
    bytes[inner.body..inner.end].fill(0);
}
