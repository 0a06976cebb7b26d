//! Pictures: marks in every block, pixels equal afterwards, still the right way up.

use std::io::Cursor;

use hushdesk::scrub::Format;
use image::{DynamicImage, ImageFormat, RgbImage};

use super::{MARK, cleaned, has};

pub fn drawing() -> DynamicImage {
    let image = RgbImage::from_fn(48, 32, |x, y| {
        image::Rgb([(x * 5) as u8, (y * 7) as u8, ((x ^ y) * 3) as u8])
    });
    DynamicImage::ImageRgb8(image)
}

pub fn encoded(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    drawing()
        .write_to(&mut bytes, format)
        .expect("it can be encoded");
    bytes.into_inner()
}

/// An Exif block with orientation, author, a place and a thumbnail that carries a mark.
pub fn exif(orientation: u8) -> Vec<u8> {
    let mut block = b"II*\0\x08\0\0\0".to_vec();
    let mut data = Vec::new();
    // Three entries and the link to the thumbnail's directory.
    let data_at = 8 + 2 + 3 * 12 + 4;
    block.extend(3_u16.to_le_bytes());
    let mut entry = |tag: u16, kind: u16, count: u32, value: u32| {
        block.extend(tag.to_le_bytes());
        block.extend(kind.to_le_bytes());
        block.extend(count.to_le_bytes());
        block.extend(value.to_le_bytes());
    };
    entry(0x0112, 3, 1, orientation.into());
    entry(0x013B, 2, MARK.len() as u32 + 1, data_at);
    data.extend(format!("{MARK}\0 ").bytes());
    entry(0x8825, 4, 1, data_at + data.len() as u32);
    block.extend([0; 4]);
    data.extend(1_u16.to_le_bytes());
    data.extend([1, 0, 2, 0, 2, 0, 0, 0, b'N', 0, 0, 0, 0, 0, 0, 0]);
    data.extend(format!("thumbnail {MARK}").bytes());
    block.extend(data);
    block
}

fn xmp() -> String {
    format!("<x:xmpmeta xmlns:x='adobe:ns:meta/'><dc:creator>{MARK}</dc:creator></x:xmpmeta>")
}

pub fn jpeg_segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u16 + 2).to_be_bytes();
    [&[0xFF, marker], &length[..], body].concat()
}

/// A JPEG with a mark in every place that has room for one.
pub fn marked_jpeg(orientation: u8) -> Vec<u8> {
    let plain = encoded(ImageFormat::Jpeg);
    let exif = [b"Exif\0\0", &exif(orientation)[..]].concat();
    let xmp = format!("http://ns.adobe.com/xap/1.0/\0{}", xmp());
    let iptc = format!("Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x12\x1c\x02\x50\0\x0d{MARK}");
    let mpf = format!("MPF\0{MARK}");
    [
        &plain[..2],
        &jpeg_segment(0xE1, &exif),
        &jpeg_segment(0xE1, xmp.as_bytes()),
        &jpeg_segment(0xED, iptc.as_bytes()),
        &jpeg_segment(0xE2, mpf.as_bytes()),
        &jpeg_segment(0xE2, b"ICC_PROFILE\0\x01\x01colours"),
        &jpeg_segment(0xFE, MARK.as_bytes()),
        &jpeg_segment(0xE0, format!("JFXX\0\x10{MARK}").as_bytes()),
        &plain[2..],
        // A film behind the picture.
        format!("\0\0\0\x18ftypmp42{MARK}").as_bytes(),
    ]
    .concat()
}

fn pixels(bytes: &[u8], format: ImageFormat) -> Vec<u8> {
    image::load_from_memory_with_format(bytes, format)
        .expect("an independent reader opens it")
        .to_rgb8()
        .into_raw()
}

/// All that an independent reader finds in the Exif block.
fn exif_fields(bytes: &[u8]) -> Vec<(exif::Tag, Option<u32>)> {
    match exif::Reader::new().read_from_container(&mut Cursor::new(bytes)) {
        Ok(exif) => exif
            .fields()
            .map(|field| (field.tag, field.value.get_uint(0)))
            .collect(),
        Err(exif::Error::NotFound(_)) => Vec::new(),
        Err(error) => panic!("the block is damaged: {error}"),
    }
}

#[test]
fn jpeg_keeps_its_pixels_and_stands_upright() {
    for orientation in 1..=8 {
        let marked = marked_jpeg(orientation);
        let clean = cleaned(&marked, Format::Jpeg);
        assert_eq!(
            pixels(&clean, ImageFormat::Jpeg),
            pixels(&marked, ImageFormat::Jpeg)
        );
        let wanted = match orientation {
            1 => Vec::new(),
            other => vec![(exif::Tag::Orientation, Some(other.into()))],
        };
        assert_eq!(exif_fields(&clean), wanted);
        assert!(has(&clean, b"ICC_PROFILE"), "colours stay");
        assert!(clean.ends_with(&[0xFF, 0xD9]), "nothing behind the picture");
    }
}

pub fn png_chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(name);
    hasher.update(body);
    let length = (body.len() as u32).to_be_bytes();
    [&length, &name[..], body, &hasher.finalize().to_be_bytes()].concat()
}

/// A PNG with a mark in every place that has room for one.
pub fn marked_png() -> Vec<u8> {
    let plain = encoded(ImageFormat::Png);
    let head = 8 + 25;
    let end = plain.len() - 12;
    [
        &plain[..head],
        &png_chunk(b"iCCP", format!("{MARK}\0\0x\u{1}").as_bytes()),
        &png_chunk(b"tEXt", format!("Author\0{MARK}").as_bytes()),
        &png_chunk(b"zTXt", format!("Author\0\0{MARK}").as_bytes()),
        &png_chunk(
            b"iTXt",
            format!("XML:com.adobe.xmp\0\0\0\0\0{}", xmp()).as_bytes(),
        ),
        &png_chunk(b"tIME", &[7, 0xE5, 2, 3, 4, 5, 6]),
        &png_chunk(b"eXIf", &exif(6)),
        &png_chunk(b"caBX", MARK.as_bytes()),
        &plain[head..end],
        &png_chunk(b"tEXt", format!("Comment\0{MARK}").as_bytes()),
        &plain[end..],
        MARK.as_bytes(),
    ]
    .concat()
}

#[test]
fn png_keeps_its_pixels_and_stands_upright() {
    let clean = cleaned(&marked_png(), Format::Png);
    let expected = encoded(ImageFormat::Png);
    assert_eq!(
        pixels(&clean, ImageFormat::Png),
        pixels(&expected, ImageFormat::Png)
    );
    assert_eq!(exif_fields(&clean), [(exif::Tag::Orientation, Some(6))]);
    for gone in [b"tEXt", b"zTXt", b"iTXt", b"tIME", b"caBX"] {
        assert!(!has(&clean, gone), "{gone:?}");
    }
}

/// A WebP with a mark in every place that has room for one.
pub fn marked_webp() -> Vec<u8> {
    let plain = encoded(ImageFormat::WebP);
    let chunk = |name: &[u8], body: &[u8]| {
        let length = (body.len() as u32).to_le_bytes();
        let padding = vec![0; body.len() % 2];
        [name, &length, body, &padding].concat()
    };
    let body = [
        b"WEBP".to_vec(),
        chunk(b"VP8X", &[0x0C, 0, 0, 0, 47, 0, 0, 31, 0, 0]),
        plain[12..].to_vec(),
        chunk(b"EXIF", &exif(8)),
        chunk(b"XMP ", xmp().as_bytes()),
        chunk(b"ANN?", MARK.as_bytes()),
    ]
    .concat();
    [&chunk(b"RIFF", &body), MARK.as_bytes()].concat()
}

#[test]
fn webp_keeps_its_pixels_and_stands_upright() {
    let clean = cleaned(&marked_webp(), Format::Webp);
    let expected = encoded(ImageFormat::WebP);
    assert_eq!(
        pixels(&clean, ImageFormat::WebP),
        pixels(&expected, ImageFormat::WebP)
    );
    assert_eq!(exif_fields(&clean), [(exif::Tag::Orientation, Some(8))]);
    assert_eq!(
        clean[20] & 0x0C,
        0x08,
        "it says that there is Exif and no XMP"
    );
}

/// A GIF with a comment, XMP, a text and something behind its end.
pub fn marked_gif() -> Vec<u8> {
    let plain = encoded(ImageFormat::Gif);
    let palette = match plain[10] & 0x80 {
        0 => 0,
        _ => 3 << ((plain[10] & 7) + 1),
    };
    let blocks = |label: u8, first: &[u8], text: &str| {
        let text = [&[text.len() as u8], text.as_bytes()].concat();
        [&[b'!', label], first, &text, &[0]].concat()
    };
    [
        &plain[..13 + palette],
        &blocks(0xFF, b"\x0BNETSCAPE2.0", "\u{1}\u{5}\0"),
        &blocks(0xFE, b"", MARK),
        &blocks(0xFF, b"\x0BXMP DataXMP", MARK),
        &plain[13 + palette..],
        MARK.as_bytes(),
    ]
    .concat()
}

#[test]
fn gif_keeps_its_pixels_and_its_loop() {
    let marked = marked_gif();
    let clean = cleaned(&marked, Format::Gif);
    assert_eq!(
        pixels(&clean, ImageFormat::Gif),
        pixels(&marked, ImageFormat::Gif)
    );
    assert!(has(&clean, b"NETSCAPE2.0\x03\x01\x05\0"));
}

/// A TIFF whose first directory names an author and a program, with orphans around.
pub fn marked_tiff() -> Vec<u8> {
    let mut bytes = encoded(ImageFormat::Tiff);
    let directory = u32::from_le_bytes(bytes[4..8].try_into().expect("four bytes")) as usize;
    let count = u16::from_le_bytes([bytes[directory], bytes[directory + 1]]);
    let entries = bytes[directory + 2..directory + 2 + usize::from(count) * 12].to_vec();
    let text_at = bytes.len() as u32;
    bytes.extend(format!("{MARK}\0").bytes());
    let mut all: Vec<Vec<u8>> = entries.chunks(12).map(<[u8]>::to_vec).collect();
    for tag in [305_u16, 315, 700] {
        let kind = if tag == 700 { 1_u16 } else { 2 };
        let length = MARK.len() as u32 + 1;
        let fields = [
            &tag.to_le_bytes()[..],
            &kind.to_le_bytes(),
            &length.to_le_bytes(),
        ];
        all.push([&fields.concat()[..], &text_at.to_le_bytes()].concat());
    }
    all.push([&274_u16.to_le_bytes()[..], &[3, 0, 1, 0, 0, 0, 3, 0, 0, 0]].concat());
    all.sort_by_key(|entry| u16::from_le_bytes([entry[0], entry[1]]));
    let at = bytes.len() as u32;
    bytes[4..8].copy_from_slice(&at.to_le_bytes());
    bytes.extend((all.len() as u16).to_le_bytes());
    bytes.extend(all.concat());
    bytes.extend([0; 4]);
    bytes
}

#[test]
fn tiff_keeps_its_pixels_and_stands_upright() {
    let clean = cleaned(&marked_tiff(), Format::Tiff);
    let expected = encoded(ImageFormat::Tiff);
    assert_eq!(
        pixels(&clean, ImageFormat::Tiff),
        pixels(&expected, ImageFormat::Tiff)
    );
    let orientation = (exif::Tag::Orientation, Some(3));
    assert!(exif_fields(&clean).contains(&orientation));
}
