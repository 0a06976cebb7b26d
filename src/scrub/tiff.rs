//! TIFF: written anew, page by page, with the tags that describe the picture and nothing else.
//! Decodes nothing. Camera raws and JPEG inside TIFF are not taken on.

use std::collections::HashSet;
use std::io::SeekFrom;

use super::bytes::{self, Done, Sink, Source};
use super::format::Unclean;

/// Pages of a scan.
const PAGES_MAX: usize = 5_000;
/// Entries of a page's directory.
const ENTRIES_MAX: u16 = 512;
/// Largest value of an entry: a colour profile, the places of the strips.
const VALUE_MAX_BYTES: u64 = 4 * 1024 * 1024;
/// Values of all pages together.
const VALUES_MAX_BYTES: u64 = 64 * 1024 * 1024;
/// How a page is packed that may hold no metadata of its own: not at all, fax, LZW, deflate, bits.
const COMPRESSIONS: [u32; 8] = [1, 2, 3, 4, 5, 8, 32773, 32946];
const COMPRESSION: u16 = 259;
const SUBFILE: u16 = 254;
const STRIP_OFFSETS: u16 = 273;
const STRIP_LENGTHS: u16 = 279;
const TILE_OFFSETS: u16 = 324;
const TILE_LENGTHS: u16 = 325;
/// Pictures within pictures, which are camera raws, and the mark of a digital negative.
const FOREIGN: [u16; 2] = [330, 50706];
/// What describes the picture, beside where its bytes are.
const KEPT: [u16; 38] = [
    254, 255, 256, 257, 258, 259, 262, 263, 264, 265, 266, 274, 277, 278, 280, 281, 282, 283, 284,
    290, 291, 292, 293, 296, 297, 301, 317, 318, 319, 320, 321, 322, 323, 332, 334, 338, 339,
    34675,
];
const LONG: u16 = 4;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Little,
    Big,
}

impl Order {
    fn short(self, bytes: &[u8], at: usize) -> Done<u16> {
        let bytes = bytes::part(bytes, at)?;
        Ok(match self {
            Order::Little => u16::from_le_bytes(bytes),
            Order::Big => u16::from_be_bytes(bytes),
        })
    }

    fn long(self, bytes: &[u8], at: usize) -> Done<u32> {
        let bytes = bytes::part(bytes, at)?;
        Ok(match self {
            Order::Little => u32::from_le_bytes(bytes),
            Order::Big => u32::from_be_bytes(bytes),
        })
    }

    fn push_short(self, out: &mut Vec<u8>, number: u16) {
        match self {
            Order::Little => out.extend(number.to_le_bytes()),
            Order::Big => out.extend(number.to_be_bytes()),
        }
    }

    fn push_long(self, out: &mut Vec<u8>, number: u32) {
        match self {
            Order::Little => out.extend(number.to_le_bytes()),
            Order::Big => out.extend(number.to_be_bytes()),
        }
    }
}

struct Entry {
    tag: u16,
    kind: u16,
    count: u32,
    /// The value in the file's own order of bytes.
    value: Vec<u8>,
}

impl Entry {
    /// The value as numbers without sign.
    fn numbers(&self, order: Order) -> Done<Vec<u32>> {
        let count = bytes::index(self.count)?;
        match self.kind {
            3 => (0..count)
                .map(|at| order.short(&self.value, at * 2).map(u32::from))
                .collect(),
            LONG => (0..count)
                .map(|at| order.long(&self.value, at * 4))
                .collect(),
            _ => Err(Unclean::Unreadable),
        }
    }
}

/// Cleans a file.
pub fn clean(source: &mut dyn Source, sink: &mut dyn Sink) -> Done {
    let end = bytes::length(source)?;
    let head: [u8; 8] = bytes::array(source)?;
    let order = match &head[..4] {
        b"II*\0" => Order::Little,
        b"MM\0*" => Order::Big,
        _ => return Err(Unclean::Unsupported),
    };
    sink.write_all(&head[..4])?;
    sink.write_all(&[0; 4])?;
    let mut writer = Writer {
        order,
        // Where the place of the next page is to be filled in.
        link_at: 4,
        // Strips may share bytes, but a file does not grow by being cleaned.
        left: end,
    };
    let mut seen = HashSet::new();
    let mut values_left = VALUES_MAX_BYTES;
    let mut next = order.long(&head, 4)?;
    while next != 0 {
        if !seen.insert(next) || seen.len() > PAGES_MAX {
            return Err(Unclean::Unreadable);
        }
        source.seek(SeekFrom::Start(next.into()))?;
        let (entries, following) = page(source, order, &mut values_left)?;
        if !is_thumbnail(&entries, order)? || following == 0 && seen.len() == 1 {
            writer.page(source, sink, entries)?;
        }
        next = following;
    }
    if writer.link_at == 4 {
        return Err(Unclean::Unreadable);
    }
    Ok(())
}

/// A smaller copy of another page.
fn is_thumbnail(entries: &[Entry], order: Order) -> Done<bool> {
    match entries.iter().find(|entry| entry.tag == SUBFILE) {
        Some(entry) => Ok(entry
            .numbers(order)?
            .first()
            .is_some_and(|bits| bits & 1 == 1)),
        None => Ok(false),
    }
}

/// A page's entries that stay, and where the next page is.
fn page(source: &mut dyn Source, order: Order, values_left: &mut u64) -> Done<(Vec<Entry>, u32)> {
    let count = order.short(&bytes::array::<2>(source)?, 0)?;
    if count == 0 || count > ENTRIES_MAX {
        return Err(Unclean::Unreadable);
    }
    let raw = bytes::vec(source, u64::from(count) * 12 + 4, VALUE_MAX_BYTES)?;
    let mut entries = Vec::new();
    for raw in raw.chunks_exact(12) {
        let tag = order.short(raw, 0)?;
        if FOREIGN.contains(&tag) {
            return Err(Unclean::Unsupported);
        }
        let is_place = [STRIP_OFFSETS, STRIP_LENGTHS, TILE_OFFSETS, TILE_LENGTHS].contains(&tag);
        if !is_place && !KEPT.contains(&tag) {
            continue;
        }
        let kind = order.short(raw, 2)?;
        let count = order.long(raw, 4)?;
        let width = match kind {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 => 4,
            5 | 10 | 12 => 8,
            _ => return Err(Unclean::Unreadable),
        };
        let length = u64::from(count) * width;
        *values_left = values_left.checked_sub(length).ok_or(Unclean::Unreadable)?;
        let value = if length <= 4 {
            raw[8..8 + bytes::index(length)?].to_vec()
        } else {
            source.seek(SeekFrom::Start(order.long(raw, 8)?.into()))?;
            bytes::vec(source, length, VALUE_MAX_BYTES)?
        };
        entries.push(Entry {
            tag,
            kind,
            count,
            value,
        });
    }
    let following = order.long(&raw, usize::from(count) * 12)?;
    Ok((entries, following))
}

struct Writer {
    order: Order,
    link_at: u64,
    left: u64,
}

impl Writer {
    fn page(&mut self, source: &mut dyn Source, sink: &mut dyn Sink, entries: Vec<Entry>) -> Done {
        let compression = self.number(&entries, COMPRESSION)?.unwrap_or(1);
        if !COMPRESSIONS.contains(&compression) {
            return Err(Unclean::Unsupported);
        }
        let side = |tag| self.number(&entries, tag)?.ok_or(Unclean::Unreadable);
        bytes::check_pixels(side(256)?.into(), side(257)?.into())?;
        let mut entries = entries;
        for (offsets, lengths) in [(STRIP_OFFSETS, STRIP_LENGTHS), (TILE_OFFSETS, TILE_LENGTHS)] {
            let find = |tag| entries.iter().position(|entry| entry.tag == tag);
            match (find(offsets), find(lengths)) {
                (Some(offsets), Some(lengths)) => {
                    let lengths = entries[lengths].numbers(self.order)?;
                    self.pieces(source, sink, &mut entries[offsets], &lengths)?;
                }
                (None, None) => {}
                (Some(_), None) | (None, Some(_)) => return Err(Unclean::Unreadable),
            }
        }
        self.directory(sink, &entries)
    }

    fn number(&self, entries: &[Entry], tag: u16) -> Done<Option<u32>> {
        match entries.iter().find(|entry| entry.tag == tag) {
            Some(entry) => Ok(entry.numbers(self.order)?.first().copied()),
            None => Ok(None),
        }
    }

    /// Copies the strips or tiles and puts their new places into the entry.
    fn pieces(
        &mut self,
        source: &mut dyn Source,
        sink: &mut dyn Sink,
        offsets: &mut Entry,
        lengths: &[u32],
    ) -> Done {
        let old = offsets.numbers(self.order)?;
        if old.len() != lengths.len() {
            return Err(Unclean::Unreadable);
        }
        let mut value = Vec::new();
        for (offset, length) in old.iter().zip(lengths) {
            self.left = self
                .left
                .checked_sub(u64::from(*length))
                .ok_or(Unclean::Unreadable)?;
            let at = self.place(sink)?;
            self.order.push_long(&mut value, at);
            let here = i64::try_from(source.stream_position()?).map_err(|_| Unclean::Unreadable)?;
            source.seek_relative(i64::from(*offset) - here)?;
            bytes::copy(source, sink, u64::from(*length))?;
        }
        offsets.kind = LONG;
        offsets.value = value;
        Ok(())
    }

    /// Where the next byte will stand, on an even place as the format wants.
    fn place(&self, sink: &mut dyn Sink) -> Done<u32> {
        let mut at = sink.stream_position()?;
        if at % 2 == 1 {
            bytes::zeros(sink, 1)?;
            at += 1;
        }
        u32::try_from(at).map_err(|_| Unclean::Unreadable)
    }

    fn directory(&mut self, sink: &mut dyn Sink, entries: &[Entry]) -> Done {
        let mut fields = Vec::new();
        self.order.push_short(&mut fields, entries.len() as u16);
        for entry in entries {
            self.order.push_short(&mut fields, entry.tag);
            self.order.push_short(&mut fields, entry.kind);
            self.order.push_long(&mut fields, entry.count);
            if entry.value.len() <= 4 {
                let mut value = entry.value.clone();
                value.resize(4, 0);
                fields.extend(value);
            } else {
                let at = self.place(sink)?;
                sink.write_all(&entry.value)?;
                self.order.push_long(&mut fields, at);
            }
        }
        let at = self.place(sink)?;
        let link_at = u64::from(at) + fields.len() as u64;
        sink.write_all(&fields)?;
        sink.write_all(&[0; 4])?;
        let mut link = Vec::new();
        self.order.push_long(&mut link, at);
        sink.seek(SeekFrom::Start(self.link_at))?;
        sink.write_all(&link)?;
        sink.seek(SeekFrom::End(0))?;
        self.link_at = link_at;
        Ok(())
    }
}
