//! Ogg with Vorbis or Opus inside: the comment packet is replaced by an empty one, the pages behind
//! it are numbered anew. Decodes nothing; several streams side by side are not taken on.

use super::bytes::{self, Done, Sink, Source};
use super::format::{Format, Unclean};

const CAPTURE: [u8; 4] = *b"OggS";
const CONTINUED: u8 = 1;
const FIRST: u8 = 2;
const LAST: u8 = 4;
const HEADER_BYTES: usize = 27;
/// Most pieces of a page, each of at most 255 bytes.
const PIECES_MAX: usize = 255;
/// Largest packet of a head that is kept: Vorbis' tables.
const SETUP_MAX_BYTES: usize = 1024 * 1024;
/// Packets without a writer's name and without comments.
const VORBIS_COMMENT: &[u8] = b"\x03vorbis\0\0\0\0\0\0\0\0\x01";
const OPUS_COMMENT: &[u8] = b"OpusTags\0\0\0\0\0\0\0\0";

/// The checksum of pages: polynomial 0x04C11DB7, most significant bit first.
const CHECKSUMS: [u32; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut sum = (byte as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum & 0x8000_0000 == 0 {
                sum << 1
            } else {
                sum << 1 ^ 0x04C1_1DB7
            };
            bit += 1;
        }
        table[byte] = sum;
        byte += 1;
    }
    table
};

struct Page {
    flags: u8,
    position: [u8; 8],
    serial: [u8; 4],
    pieces: Vec<u8>,
    body: Vec<u8>,
}

/// Which kind of sound begins with this first packet.
pub fn kind(packet: &[u8]) -> Option<Format> {
    if packet.starts_with(b"\x01vorbis") {
        Some(Format::Ogg)
    } else if packet.starts_with(b"OpusHead") {
        Some(Format::Opus)
    } else {
        None
    }
}

/// Cleans a file.
pub fn clean(source: &mut dyn Source, sink: &mut dyn Sink) -> Done {
    let mut next = read_page(source)?;
    let mut is_ended = false;
    while let Some(first) = next.take() {
        // One stream after the other is allowed, each with a head of its own.
        let mut number = head(&first, source, sink)?;
        loop {
            match read_page(source) {
                Ok(Some(page)) if page.flags & FIRST != 0 => {
                    next = Some(page);
                    break;
                }
                Ok(Some(page)) if page.serial == first.serial => {
                    write_page(sink, &page, number)?;
                    number += 1;
                    is_ended = page.flags & LAST != 0;
                }
                Ok(Some(_)) => return Err(Unclean::Unsupported),
                Ok(None) => return Ok(()),
                // What stands behind the last page is left out.
                Err(Unclean::Unreadable) if is_ended => return Ok(()),
                Err(error) => return Err(error),
            }
        }
    }
    Err(Unclean::Unreadable)
}

/// Writes the head of a stream. How many pages it came to.
fn head(first: &Page, source: &mut dyn Source, sink: &mut dyn Sink) -> Done<u32> {
    let has_one_packet = first.pieces.iter().position(|piece| *piece < 255)
        == Some(first.pieces.len().wrapping_sub(1));
    if first.flags & FIRST == 0 || !has_one_packet {
        return Err(Unclean::Unreadable);
    }
    let (comment, more) = match kind(&first.body) {
        Some(Format::Ogg) => (VORBIS_COMMENT, 2),
        Some(Format::Opus) => (OPUS_COMMENT, 1),
        Some(_) | None => return Err(Unclean::Unsupported),
    };
    write_page(sink, first, 0)?;
    let mut packets = vec![Vec::new()];
    // Of each page: the head ends where a page ends.
    while packets.len() <= more {
        let page = read_page(source)?.ok_or(Unclean::Unreadable)?;
        if page.serial != first.serial {
            return Err(Unclean::Unsupported);
        }
        collect(&page, &mut packets)?;
    }
    if packets.len() != more + 1 || packets.last().is_some_and(|rest| !rest.is_empty()) {
        return Err(Unclean::Unreadable);
    }
    packets.truncate(more);
    packets[0] = comment.to_vec();
    write_packets(sink, first.serial, &packets)
}

/// Adds a page's pieces; the last packet is the one that is not finished.
fn collect(page: &Page, packets: &mut Vec<Vec<u8>>) -> Done {
    let mut at = 0;
    for piece in &page.pieces {
        let piece = usize::from(*piece);
        let is_comment = packets.len() == 1;
        let packet = packets.last_mut().ok_or(Unclean::Unreadable)?;
        if !is_comment {
            packet.extend_from_slice(&page.body[at..at + piece]);
            if packet.len() > SETUP_MAX_BYTES {
                return Err(Unclean::Unreadable);
            }
        }
        at += piece;
        if piece < 255 {
            packets.push(Vec::new());
        }
    }
    Ok(())
}

/// Writes packets on pages of their own, after page 0. The number of the next page.
fn write_packets(sink: &mut dyn Sink, serial: [u8; 4], packets: &[Vec<u8>]) -> Done<u32> {
    let mut pieces = Vec::new();
    for packet in packets {
        pieces.extend(std::iter::repeat_n(255, packet.len() / 255));
        pieces.push((packet.len() % 255) as u8);
    }
    let bytes = packets.concat();
    let mut at = 0;
    let mut number = 1;
    let mut is_continued = false;
    for pieces in pieces.chunks(PIECES_MAX) {
        let length: usize = pieces.iter().map(|piece| usize::from(*piece)).sum();
        let ends_packet = pieces.iter().any(|piece| *piece < 255);
        let page = Page {
            flags: if is_continued { CONTINUED } else { 0 },
            // A page on which no packet ends has no position.
            position: if ends_packet { [0; 8] } else { [0xFF; 8] },
            serial,
            pieces: pieces.to_vec(),
            body: bytes[at..at + length].to_vec(),
        };
        write_page(sink, &page, number)?;
        at += length;
        number += 1;
        is_continued = pieces.last() == Some(&255);
    }
    Ok(number)
}

/// The next page, once its checksum is right; `None` at the end.
fn read_page(source: &mut dyn Source) -> Done<Option<Page>> {
    if bytes::at_end(source)? {
        return Ok(None);
    }
    let header: [u8; HEADER_BYTES] = bytes::array(source)?;
    if header[..4] != CAPTURE || header[4] != 0 {
        return Err(Unclean::Unreadable);
    }
    let mut pieces = vec![0; usize::from(header[26])];
    source.read_exact(&mut pieces)?;
    let mut body = vec![0; pieces.iter().map(|piece| usize::from(*piece)).sum()];
    source.read_exact(&mut body)?;
    let mut unsigned = header;
    unsigned[22..26].fill(0);
    let sum = [&unsigned[..], &pieces, &body]
        .into_iter()
        .fold(0, checksum);
    if sum.to_le_bytes() != header[22..26] {
        return Err(Unclean::Unreadable);
    }
    Ok(Some(Page {
        flags: header[5],
        position: bytes::part(&header, 6)?,
        serial: bytes::part(&header, 14)?,
        pieces,
        body,
    }))
}

fn write_page(sink: &mut dyn Sink, page: &Page, number: u32) -> Done {
    let mut header = Vec::with_capacity(HEADER_BYTES + page.pieces.len());
    header.extend(CAPTURE);
    header.extend([0, page.flags & (CONTINUED | FIRST | LAST)]);
    header.extend(page.position);
    header.extend(page.serial);
    header.extend(number.to_le_bytes());
    header.extend([0; 4]);
    header.push(page.pieces.len() as u8);
    header.extend(&page.pieces);
    let sum = checksum(checksum(0, &header), &page.body);
    header[22..26].copy_from_slice(&sum.to_le_bytes());
    sink.write_all(&header)?;
    sink.write_all(&page.body)?;
    Ok(())
}

fn checksum(sum: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(sum, |sum, byte| {
        let [high, ..] = sum.to_be_bytes();
        sum << 8 ^ CHECKSUMS[usize::from(high ^ byte)]
    })
}
