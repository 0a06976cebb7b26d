//! PDF: written anew from what the document's root leads to, so that no older revision and no
//! orphan stays. Information, XMP, private data of programs, names at annotations and signatures
//! go; pictures inside are cleaned. Renders nothing, runs nothing.
//!
//! Attached files are content and stay as they are.

use std::collections::{BTreeMap, HashSet};
use std::io::Cursor;

use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId, Stream};

use super::Room;
use super::bytes::{self, Done, Sink, Source};
use super::format::Unclean;
use super::{jp2, jpeg, xml};

/// Largest file; it is held in memory, unlike the other formats.
const FILE_MAX_BYTES: u64 = 128 * 1024 * 1024;
/// One stream of packed objects, or of places of objects, when unpacked.
const STREAM_MAX_BYTES: usize = 32 * 1024 * 1024;
/// Objects of a document.
const OBJECTS_MAX: usize = 1_000_000;
/// Arrays and dictionaries within each other.
const DEPTH_MAX: u32 = 128;
/// The header's version where the file names none that is known.
const VERSION: &str = "1.7";
/// Keys that go from every dictionary.
const GONE: [&[u8]; 5] = [
    b"Metadata",
    b"PieceInfo",
    b"LastModified",
    b"Thumb",
    b"CreatorInfo",
];
/// Keys that go from the document's root: signatures, rights, where the file was taken from.
const GONE_FROM_ROOT: [&[u8]; 5] = [b"Perms", b"Legal", b"SpiderInfo", b"DSS", b"Threads"];
/// Keys that go from annotations: who, when, and a name that other programs use.
const GONE_FROM_NOTES: [&[u8]; 4] = [b"T", b"M", b"CreationDate", b"NM"];
/// Keys that go from what is said of an attached file.
const GONE_FROM_FILES: [&[u8]; 4] = [b"CreationDate", b"ModDate", b"Mac", b"CheckSum"];

/// Ways to pack a stream; with any other its content cannot be judged.
const FILTERS: [&[u8]; 15] = [
    b"FlateDecode",
    b"Fl",
    b"LZWDecode",
    b"LZW",
    b"ASCII85Decode",
    b"A85",
    b"ASCIIHexDecode",
    b"AHx",
    b"RunLengthDecode",
    b"RL",
    b"CCITTFaxDecode",
    b"CCF",
    b"JBIG2Decode",
    b"DCTDecode",
    b"DCT",
];
const JPEG_2000: &[u8] = b"JPXDecode";

/// Cleans a file.
pub fn clean(source: &mut dyn Source, mut sink: &mut dyn Sink, room: &mut Room) -> Done {
    let length = bytes::length(source)?;
    let raw = bytes::vec(source, length, FILE_MAX_BYTES)?;
    room.take(length)?;
    let options = LoadOptions::with_max_decompressed_size(STREAM_MAX_BYTES);
    let old = Document::load_mem_with_options(&raw, options).map_err(|_| Unclean::Unreadable)?;
    drop(raw);
    if old.was_encrypted() || old.is_encrypted() {
        return Err(Unclean::Unsupported);
    }
    let root = old
        .trailer
        .get(b"Root")
        .and_then(Object::as_reference)
        .map_err(|_| Unclean::Unreadable)?;
    let mut new = Document::with_version(version(&old.version));
    new.trailer.set("Root", root);
    new.objects = reached(old.objects, root, room)?;
    new.max_id = new.objects.keys().map(|id| id.0).max().unwrap_or(0);
    if new.page_iter().next().is_none() {
        return Err(Unclean::Unreadable);
    }
    new.save_to(&mut sink)?;
    Ok(())
}

/// The version, unless something else stands there.
fn version(found: &str) -> &str {
    match found.as_bytes() {
        [b'1', b'.', b'0'..=b'7'] | [b'2', b'.', b'0'] => found,
        _ => VERSION,
    }
}

/// What the root leads to, cleaned.
fn reached(
    mut old: BTreeMap<ObjectId, Object>,
    root: ObjectId,
    room: &mut Room,
) -> Done<BTreeMap<ObjectId, Object>> {
    if old.len() > OBJECTS_MAX {
        return Err(Unclean::Unreadable);
    }
    if let Some(Object::Dictionary(root)) = old.get_mut(&root) {
        remove(root, &GONE_FROM_ROOT);
    }
    let mut new = BTreeMap::new();
    let mut seen = HashSet::from([root]);
    let mut waiting = vec![root];
    while let Some(id) = waiting.pop() {
        // A reference to nothing is allowed and means null.
        let Some(mut object) = old.remove(&id) else {
            continue;
        };
        if is_xmp(&object) {
            // Under whatever key it hangs.
            object = Object::Null;
        }
        clean_object(&mut object, 0)?;
        if let Object::Stream(stream) = &mut object {
            picture(stream, room)?;
        }
        let mut found = Vec::new();
        references(&object, &mut found);
        waiting.extend(found.into_iter().filter(|id| seen.insert(*id)));
        new.insert(id, object);
    }
    Ok(new)
}

fn is_xmp(object: &Object) -> bool {
    match object {
        Object::Stream(stream) => {
            is_named(&stream.dict, b"Type", b"Metadata")
                || is_named(&stream.dict, b"Subtype", b"XML")
        }
        _ => false,
    }
}

fn references(object: &Object, found: &mut Vec<ObjectId>) {
    match object {
        Object::Reference(id) => found.push(*id),
        Object::Array(items) => items.iter().for_each(|item| references(item, found)),
        Object::Dictionary(fields) => fields
            .iter()
            .for_each(|(_, value)| references(value, found)),
        Object::Stream(stream) => {
            stream
                .dict
                .iter()
                .for_each(|(_, value)| references(value, found));
        }
        Object::Null
        | Object::Boolean(_)
        | Object::Integer(_)
        | Object::Real(_)
        | Object::Name(_)
        | Object::String(..) => {}
    }
}

fn clean_object(object: &mut Object, depth: u32) -> Done {
    if depth > DEPTH_MAX {
        return Err(Unclean::Unreadable);
    }
    match object {
        Object::Array(items) => {
            for item in items {
                clean_object(item, depth + 1)?;
            }
        }
        Object::Dictionary(fields) => clean_fields(fields, depth)?,
        Object::Stream(stream) => clean_fields(&mut stream.dict, depth)?,
        Object::Null
        | Object::Boolean(_)
        | Object::Integer(_)
        | Object::Real(_)
        | Object::Name(_)
        | Object::String(..)
        | Object::Reference(_) => {}
    }
    Ok(())
}

fn clean_fields(fields: &mut Dictionary, depth: u32) -> Done {
    remove(fields, &GONE);
    let subtype = fields
        .get(b"Subtype")
        .and_then(Object::as_name)
        .unwrap_or_default();
    // A form's field has its own name under the same key as a note its author's.
    let is_note = fields.has(b"Rect") && !subtype.is_empty();
    if is_note && subtype != b"Widget" {
        remove(fields, &GONE_FROM_NOTES);
    } else if is_note {
        remove(fields, &[b"M"]);
    }
    if is_named(fields, b"FT", b"Sig") {
        fields.remove(b"V");
    }
    if fields.has(b"SigFlags") {
        fields.set("SigFlags", 0);
    }
    if is_named(fields, b"Type", b"Sig") || fields.has(b"ByteRange") {
        fields.as_hashmap_mut().clear();
    }
    if fields.has(b"EF") || is_named(fields, b"Type", b"Filespec") {
        shorten(fields);
    }
    if [&b"GoToR"[..], b"GoToE", b"Launch"]
        .iter()
        .any(|action| is_named(fields, b"S", action))
    {
        shorten(fields);
    }
    if let Ok(Object::Dictionary(usage)) = fields.get_mut(b"Usage") {
        usage.remove(b"User");
    }
    if let Ok(Object::Dictionary(params)) = fields.get_mut(b"Params") {
        remove(params, &GONE_FROM_FILES);
    } else if fields.has(b"ModDate") && fields.has(b"Size") {
        // The same, where it is an object of its own.
        remove(fields, &GONE_FROM_FILES);
    }
    for (_, value) in fields.iter_mut() {
        clean_object(value, depth + 1)?;
    }
    Ok(())
}

fn remove(fields: &mut Dictionary, keys: &[&[u8]]) {
    for key in keys {
        fields.remove(key);
    }
}

fn is_named(fields: &Dictionary, key: &[u8], name: &[u8]) -> bool {
    fields
        .get(key)
        .and_then(Object::as_name)
        .is_ok_and(|found| found == name)
}

/// Takes the folders off the name of a file.
fn shorten(fields: &mut Dictionary) {
    for key in [&b"F"[..], b"UF", b"DOS", b"Mac", b"Unix"] {
        let Ok(Object::String(path, _)) = fields.get_mut(key) else {
            continue;
        };
        // PDF writes C:\a\b as /C/a/b, and UTF-16 with two bytes a letter.
        let is_wide = path.starts_with(&[0xFE, 0xFF]);
        let text: String = if is_wide {
            let units = path[2..]
                .chunks_exact(2)
                .map(|unit| u16::from_be_bytes([unit[0], unit[1]]));
            char::decode_utf16(units)
                .map(|letter| letter.unwrap_or('_'))
                .collect()
        } else {
            path.iter().map(|byte| char::from(*byte)).collect()
        };
        if !text.starts_with('/') && xml::without_folders(&text).is_none() {
            continue;
        }
        let file = text.rsplit(['/', '\\']).next().unwrap_or_default();
        *path = if is_wide {
            let units = file.encode_utf16().flat_map(u16::to_be_bytes);
            [0xFE, 0xFF].into_iter().chain(units).collect()
        } else {
            file.chars().map(|letter| letter as u8).collect()
        };
    }
}

/// Cleans a picture that is a file of its own inside the stream.
fn picture(stream: &mut Stream, room: &mut Room) -> Done {
    let filters: Vec<Vec<u8>> = match stream.dict.get(b"Filter") {
        Ok(_) => match stream.filters() {
            Ok(filters) => filters.into_iter().map(<[u8]>::to_vec).collect(),
            Err(_) => return Err(Unclean::Unreadable),
        },
        Err(_) => return Ok(()),
    };
    let is_known = |filter: &Vec<u8>| FILTERS.contains(&&filter[..]) || filter == JPEG_2000;
    if !filters.iter().all(is_known) {
        return Err(Unclean::Unreadable);
    }
    let Some((last, before)) = filters.split_last() else {
        return Ok(());
    };
    let is_jpeg = matches!(&last[..], b"DCTDecode" | b"DCT");
    if !is_jpeg && last != JPEG_2000 {
        return Ok(());
    }
    if !before.is_empty() {
        unpack(stream, before, last, room)?;
    }
    let cleaned = if is_jpeg {
        let mut sink = Cursor::new(Vec::new());
        jpeg::clean_in_document(&mut Cursor::new(&stream.content), &mut sink)?;
        sink.into_inner()
    } else {
        jp2::cleaned(&stream.content)?
    };
    stream.set_content(cleaned);
    Ok(())
}

/// Undoes the filters around a picture's own.
fn unpack(stream: &mut Stream, before: &[Vec<u8>], last: &[u8], room: &mut Room) -> Done {
    let mut outer = Dictionary::new();
    let names = before
        .iter()
        .map(|name| Object::Name(name.clone()))
        .collect();
    outer.set("Filter", Object::Array(names));
    let content = Stream::new(outer, std::mem::take(&mut stream.content))
        .decompressed_content_with_limit(STREAM_MAX_BYTES)
        .map_err(|_| Unclean::Unreadable)?;
    room.take(content.len() as u64)?;
    let last_parameters = match stream.dict.get(b"DecodeParms") {
        Ok(Object::Array(all)) => all.last().cloned(),
        Ok(_) | Err(_) => None,
    };
    stream.dict.remove(b"DecodeParms");
    if let Some(parameters) = last_parameters.filter(|parameters| !parameters.is_null()) {
        stream.dict.set("DecodeParms", parameters);
    }
    stream.dict.set("Filter", Object::Name(last.to_vec()));
    stream.set_content(content);
    Ok(())
}
