//! HEIC and AVIF: metadata and thumbnails are items beside the picture; they go out of the lists
//! and their bytes become zeros. The lists keep their length, so that every offset stays right.
//! Decodes nothing. Films in the clothes of pictures are not taken on.

use std::collections::HashSet;

use super::bytes::{self, Done, Sink, Source};
use super::format::Unclean;
use super::iso::{self, Head, Inner};
use super::samples::Ranges;

/// Largest list of items.
const META_MAX_BYTES: u64 = 8 * 1024 * 1024;
/// Largest list of brands.
const BRANDS_MAX_BYTES: u64 = 4096;
/// Items that are pictures or put pictures together.
const PICTURES: [[u8; 4]; 9] = [
    *b"hvc1", *b"hev1", *b"lhv1", *b"av01", *b"vvc1", *b"avc1", *b"grid", *b"iovl", *b"iden",
];
/// A picture that is brighter where the screen can show it; put together from two others.
const TONE_MAP: [u8; 4] = *b"tmap";
/// Properties that decoders need.
const PROPERTIES: [[u8; 4]; 23] = [
    *b"hvcC", *b"lhvC", *b"av1C", *b"vvcC", *b"avcC", *b"ispe", *b"pixi", *b"colr", *b"irot",
    *b"imir", *b"clap", *b"pasp", *b"auxC", *b"clli", *b"mdcv", *b"cclv", *b"amve", *b"a1op",
    *b"a1lx", *b"lsel", *b"rloc", *b"iscl", *b"oinf",
];

/// Cleans a file.
pub fn clean(source: &mut dyn Source, sink: &mut dyn Sink) -> Done {
    let end = bytes::length(source)?;
    let heads = heads(source, end)?;
    let (meta_at, meta_head) = *heads
        .iter()
        .find(|(_, head)| &head.name == b"meta")
        .ok_or(Unclean::Unreadable)?;
    source.seek(std::io::SeekFrom::Start(meta_at + meta_head.head_bytes))?;
    let meta = bytes::vec(source, meta_head.body_bytes, META_MAX_BYTES)?;
    let mut shown = Ranges::default();
    let cleaned = clean_meta(&meta, &mut shown)?;
    shown.sort();
    source.rewind()?;
    for (at, head) in heads {
        let name = match &head.name {
            b"ftyp" | b"mdat" => head.name,
            b"meta" if at == meta_at => head.name,
            // A second list, or a film, of which some programs would show the one, some the other.
            b"meta" | b"moov" => return Err(Unclean::Unsupported),
            _ => iso::FREE,
        };
        write_head(source, sink, &head, name)?;
        match &name {
            b"ftyp" if head.body_bytes <= BRANDS_MAX_BYTES => {
                bytes::copy(source, sink, head.body_bytes)?;
            }
            b"meta" => {
                bytes::skip(source, head.body_bytes)?;
                sink.write_all(&cleaned)?;
            }
            b"mdat" => shown.copy(source, sink, at + head.head_bytes, head.body_bytes)?,
            _ => {
                bytes::skip(source, head.body_bytes)?;
                bytes::zeros(sink, head.body_bytes)?;
            }
        }
    }
    Ok(())
}

/// The boxes of the file with their places.
fn heads(source: &mut dyn Source, end: u64) -> Done<Vec<(u64, Head)>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(head) = iso::read_head(source, end - at)? {
        bytes::skip(source, head.body_bytes)?;
        found.push((at, head));
        at += head.head_bytes + head.body_bytes;
        if found.len() > 1000 {
            return Err(Unclean::Unreadable);
        }
    }
    Ok(found)
}

/// Copies the head as it is, under a name.
fn write_head(source: &mut dyn Source, sink: &mut dyn Sink, head: &Head, name: [u8; 4]) -> Done {
    let mut raw = bytes::vec(source, head.head_bytes, 16)?;
    raw[4..8].copy_from_slice(&name);
    Ok(sink.write_all(&raw)?)
}

/// An item: its number, what it is, and its entry in the list without its name.
struct Item {
    id: u32,
    kind: [u8; 4],
    entry: Vec<u8>,
}

/// The lists without what goes, in their old length, and where the pictures are.
fn clean_meta(meta: &[u8], shown: &mut Ranges) -> Done<Vec<u8>> {
    let boxes = iso::boxes(meta, 4, meta.len().max(4))?;
    let body = |name: &[u8; 4]| {
        let found = boxes.iter().find(|inner| &inner.name == name);
        found.map(|inner| &meta[inner.body..inner.end])
    };
    let items = items(body(b"iinf").ok_or(Unclean::Unreadable)?)?;
    let mut kept: HashSet<u32> = items
        .iter()
        .filter(|item| PICTURES.contains(&item.kind) || item.kind == TONE_MAP)
        .map(|item| item.id)
        .collect();
    let references = match body(b"iref") {
        Some(body) => references(body)?,
        None => References::default(),
    };
    for reference in &references.list {
        if &reference.kind == b"thmb" {
            kept.remove(&reference.from);
        }
    }
    let primary = body(b"pitm").ok_or(Unclean::Unreadable)?;
    if !kept.contains(&number(primary, 4, primary.first() != Some(&0))?) {
        return Err(Unclean::Unsupported);
    }
    let mut in_lists = Ranges::default();
    let mut out = meta[..4].to_vec();
    for inner in &boxes {
        let body = &meta[inner.body..inner.end];
        let new = match &inner.name {
            b"hdlr" => handler(body)?,
            b"pitm" => body.to_vec(),
            b"iinf" => written_items(body, &items, &kept),
            b"iloc" => locations(body, &kept, shown, &mut in_lists)?,
            b"iref" => references.written(body, &kept)?,
            b"iprp" => properties(body, &kept)?,
            _ => continue,
        };
        push_box(&mut out, inner.name, &new)?;
    }
    in_lists.sort();
    if let Some(data) = body(b"idat") {
        let mut sink = std::io::Cursor::new(Vec::new());
        let length = data.len() as u64;
        in_lists.copy(&mut std::io::Cursor::new(data), &mut sink, 0, length)?;
        push_box(&mut out, *b"idat", &sink.into_inner())?;
    }
    fill(&mut out, meta.len())?;
    Ok(out)
}

/// Brings the lists to their old length with free space.
fn fill(out: &mut Vec<u8>, length: usize) -> Done {
    match length.checked_sub(out.len()) {
        Some(0) => Ok(()),
        Some(gap @ 8..) => push_box(out, iso::FREE, &vec![0; gap - 8]),
        // Too small for a box. Nothing known makes such a gap.
        Some(_) | None => Err(Unclean::Unsupported),
    }
}

fn push_box(out: &mut Vec<u8>, name: [u8; 4], body: &[u8]) -> Done {
    let size = u32::try_from(body.len() + 8).map_err(|_| Unclean::Unreadable)?;
    out.extend(size.to_be_bytes());
    out.extend(name);
    out.extend(body);
    Ok(())
}

/// A number of two bytes, or of four.
fn number(bytes: &[u8], at: usize, is_long: bool) -> Done<u32> {
    if is_long {
        bytes::be_u32(bytes, at)
    } else {
        bytes::be_u16(bytes, at).map(u32::from)
    }
}

fn width(is_long: bool) -> usize {
    if is_long { 4 } else { 2 }
}

fn handler(body: &[u8]) -> Done<Vec<u8>> {
    let mut body = body.to_vec();
    if bytes::part(&body, 8)? != *b"pict" {
        return Err(Unclean::Unsupported);
    }
    body.get_mut(12..).ok_or(Unclean::Unreadable)?.fill(0);
    Ok(body)
}

fn items(body: &[u8]) -> Done<Vec<Item>> {
    let is_long = body.first() != Some(&0);
    let mut items = Vec::new();
    for inner in iso::boxes(body, (4 + width(is_long)).min(body.len()), body.len())? {
        let entry = &body[inner.body..inner.end];
        let is_long = match (&inner.name, entry.first()) {
            (b"infe", Some(2)) => false,
            (b"infe", Some(3)) => true,
            _ => return Err(Unclean::Unsupported),
        };
        let fixed = 4 + width(is_long) + 2 + 4;
        let mut unnamed = entry.get(..fixed).ok_or(Unclean::Unreadable)?.to_vec();
        let kind = bytes::part(entry, fixed - 4)?;
        unnamed.push(0);
        items.push(Item {
            id: number(entry, 4, is_long)?,
            kind,
            entry: unnamed,
        });
    }
    Ok(items)
}

fn written_items(body: &[u8], items: &[Item], kept: &HashSet<u32>) -> Vec<u8> {
    let mut out = body[..4].to_vec();
    let kept: Vec<&Item> = items
        .iter()
        .filter(|item| kept.contains(&item.id))
        .collect();
    let count = kept.len() as u32;
    let is_long = body.first() != Some(&0);
    out.extend(&count.to_be_bytes()[4 - width(is_long)..]);
    for item in kept {
        out.extend((item.entry.len() as u32 + 8).to_be_bytes());
        out.extend(b"infe");
        out.extend(&item.entry);
    }
    out
}

struct Reference {
    kind: [u8; 4],
    from: u32,
    to: Vec<u32>,
}

#[derive(Default)]
struct References {
    is_long: bool,
    list: Vec<Reference>,
}

fn references(body: &[u8]) -> Done<References> {
    let is_long = body.first() != Some(&0);
    let step = width(is_long);
    let mut list = Vec::new();
    for inner in iso::boxes(body, 4.min(body.len()), body.len())? {
        let entry = &body[inner.body..inner.end];
        let count = usize::from(bytes::be_u16(entry, step)?);
        let to: Done<Vec<u32>> = (0..count)
            .map(|at| number(entry, step + 2 + at * step, is_long))
            .collect();
        list.push(Reference {
            kind: inner.name,
            from: number(entry, 0, is_long)?,
            to: to?,
        });
    }
    Ok(References { is_long, list })
}

impl References {
    fn written(&self, body: &[u8], kept: &HashSet<u32>) -> Done<Vec<u8>> {
        let mut out = body.get(..4).ok_or(Unclean::Unreadable)?.to_vec();
        let step = width(self.is_long);
        for reference in &self.list {
            let to: Vec<u32> = reference
                .to
                .iter()
                .copied()
                .filter(|id| kept.contains(id))
                .collect();
            if !kept.contains(&reference.from) || to.is_empty() {
                continue;
            }
            let mut entry = reference.from.to_be_bytes()[4 - step..].to_vec();
            entry.extend((to.len() as u16).to_be_bytes());
            for id in to {
                entry.extend(&id.to_be_bytes()[4 - step..]);
            }
            push_box(&mut out, reference.kind, &entry)?;
        }
        Ok(out)
    }
}

/// Where items lie. Those that stay are added to what is shown, in the file or in the lists.
fn locations(
    body: &[u8],
    kept: &HashSet<u32>,
    shown: &mut Ranges,
    in_lists: &mut Ranges,
) -> Done<Vec<u8>> {
    let version = *body.first().ok_or(Unclean::Unreadable)?;
    if version > 2 {
        return Err(Unclean::Unsupported);
    }
    let sizes = bytes::be_u16(body, 4)?;
    let size = |shift: u32| usize::from(sizes >> shift & 15);
    let (offset_size, length_size, base_size) = (size(12), size(8), size(4));
    let index_size = if version == 0 { 0 } else { size(0) };
    let id_size = width(version == 2);
    let count = number(body, 6, version == 2)?;
    let mut out: Vec<u8> = Vec::new();
    let mut written = 0_u32;
    let mut at = 6 + id_size;
    for _ in 0..count {
        let start = at;
        let id = number(body, at, version == 2)?;
        at += id_size;
        let method = if version == 0 {
            0
        } else {
            bytes::be_u16(body, at)? & 15
        };
        at += if version == 0 { 2 } else { 4 };
        let base = sized(body, at, base_size)?;
        at += base_size;
        let extents = bytes::be_u16(body, at)?;
        at += 2;
        for _ in 0..extents {
            at += index_size;
            let from = sized(body, at, offset_size)?.checked_add(base);
            let length = sized(body, at + offset_size, length_size)?;
            at += offset_size + length_size;
            if !kept.contains(&id) {
                continue;
            }
            let from = from.ok_or(Unclean::Unreadable)?;
            let to = from.checked_add(length).ok_or(Unclean::Unreadable)?;
            match method {
                0 if length > 0 => shown.add(from, to)?,
                1 if length > 0 => in_lists.add(from, to)?,
                // Without a length the whole file is meant; and items may lie within items.
                _ => return Err(Unclean::Unsupported),
            }
        }
        if kept.contains(&id) {
            out.extend(body.get(start..at).ok_or(Unclean::Unreadable)?);
            written += 1;
        }
    }
    let mut head = body[..6].to_vec();
    head.extend(&written.to_be_bytes()[4 - id_size..]);
    head.extend(out);
    Ok(head)
}

/// A number of none, four or eight bytes.
fn sized(bytes: &[u8], at: usize, size: usize) -> Done<u64> {
    match size {
        0 => Ok(0),
        4 => bytes::be_u32(bytes, at).map(u64::from),
        8 => bytes::be_u64(bytes, at),
        _ => Err(Unclean::Unreadable),
    }
}

/// What is said of the items; what no decoder needs becomes free space, so that the numbers of the
/// others stay right.
fn properties(body: &[u8], kept: &HashSet<u32>) -> Done<Vec<u8>> {
    let mut out = Vec::new();
    for inner in iso::boxes(body, 0, body.len())? {
        let part = &body[inner.body..inner.end];
        match &inner.name {
            b"ipco" => {
                let mut list = part.to_vec();
                for property in iso::boxes(part, 0, part.len())? {
                    clean_property(&mut list, &property)?;
                }
                push_box(&mut out, inner.name, &list)?;
            }
            b"ipma" => push_box(&mut out, inner.name, &associations(part, kept)?)?,
            _ => {}
        }
    }
    Ok(out)
}

fn clean_property(list: &mut [u8], property: &Inner) -> Done {
    if !PROPERTIES.contains(&property.name) {
        iso::blank(list, property);
    } else if &property.name == b"ispe" {
        let width = bytes::be_u32(list, property.body + 4)?;
        let height = bytes::be_u32(list, property.body + 8)?;
        bytes::check_pixels(width.into(), height.into())?;
    }
    Ok(())
}

fn associations(body: &[u8], kept: &HashSet<u32>) -> Done<Vec<u8>> {
    let is_long = body.first() != Some(&0);
    let wide = bytes::be_u32(body, 0)? & 1 == 1;
    let count = bytes::be_u32(body, 4)?;
    let mut out: Vec<u8> = Vec::new();
    let mut written = 0_u32;
    let mut at = 8;
    for _ in 0..count {
        let start = at;
        let id = number(body, at, is_long)?;
        at += width(is_long);
        let [properties] = bytes::part(body, at)?;
        at += 1 + usize::from(properties) * if wide { 2 } else { 1 };
        let entry = body.get(start..at).ok_or(Unclean::Unreadable)?;
        if kept.contains(&id) {
            out.extend(entry);
            written += 1;
        }
    }
    let mut head = body[..4].to_vec();
    head.extend(written.to_be_bytes());
    head.extend(out);
    Ok(head)
}
