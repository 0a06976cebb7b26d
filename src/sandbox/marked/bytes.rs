//! Small real files whose metadata name their author.

use crate::sandbox::marked::Marked;

/// A grey JPEG of one pixel, without metadata.
pub(super) fn plain_jpeg() -> Vec<u8> {
    jpeg(&[])
}

/// The same with the author and the place in Exif, the author in XMP and in a comment.
pub(super) fn signed_jpeg(marked: &Marked) -> Vec<u8> {
    let mut exif = b"Exif\0\0".to_vec();
    exif.extend(tiff(marked));
    let mut xmp = b"http://ns.adobe.com/xap/1.0/\0".to_vec();
    xmp.extend(self::xmp(marked).into_bytes());
    let comment = format!("made by {}", marked.first_name());
    jpeg(&[(0xE1, exif), (0xE1, xmp), (0xFE, comment.into_bytes())])
}

fn jpeg(segments: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut out = vec![0xFF, 0xD8];
    let mut segment = |marker: u8, body: &[u8]| {
        let length = u16::try_from(body.len() + 2).expect("segments are short");
        out.extend([0xFF, marker]);
        out.extend(length.to_be_bytes());
        out.extend(body);
    };
    for (marker, body) in segments {
        segment(*marker, body);
    }
    let mut quantisation = vec![0];
    quantisation.extend([1; 64]);
    segment(0xDB, &quantisation);
    segment(0xC0, &[8, 0, 1, 0, 1, 1, 1, 0x11, 0]);
    // One code for "no difference" and one for "end of block".
    for class in [0x00, 0x10] {
        let mut table = vec![class, 1];
        table.extend([0; 16]);
        segment(0xC4, &table);
    }
    segment(0xDA, &[1, 1, 0, 0, 63, 0]);
    out.extend([0x3F, 0xFF, 0xD9]);
    out
}

/// The block of Exif: author, and where the picture was taken.
fn tiff(marked: &Marked) -> Vec<u8> {
    const ASCII: u16 = 2;
    const LONG: u16 = 4;
    const RATIONAL: u16 = 5;
    let artist = format!("{} {}\0", marked.first_name(), marked.last_name());
    let (latitude, longitude) = marked.home_millionths();
    let first_at = 8;
    let gps_at = first_at + 2 + 2 * 12 + 4;
    let data_at = gps_at + 2 + 4 * 12 + 4;
    let latitude_at = data_at + number(artist.len());
    let mut out = b"II*\0".to_vec();
    out.extend(first_at.to_le_bytes());
    let entry = |out: &mut Vec<u8>, tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        out.extend(tag.to_le_bytes());
        out.extend(kind.to_le_bytes());
        out.extend(count.to_le_bytes());
        out.extend(value);
    };
    out.extend(2_u16.to_le_bytes());
    let length = number(artist.len());
    entry(&mut out, 0x013B, ASCII, length, data_at.to_le_bytes());
    entry(&mut out, 0x8825, LONG, 1, gps_at.to_le_bytes());
    out.extend([0; 4]);
    out.extend(4_u16.to_le_bytes());
    entry(&mut out, 1, ASCII, 2, *b"N\0\0\0");
    entry(&mut out, 2, RATIONAL, 3, latitude_at.to_le_bytes());
    entry(&mut out, 3, ASCII, 2, *b"E\0\0\0");
    entry(&mut out, 4, RATIONAL, 3, (latitude_at + 24).to_le_bytes());
    out.extend([0; 4]);
    out.extend(artist.as_bytes());
    out.extend(degrees(latitude));
    out.extend(degrees(longitude));
    out
}

/// Degrees, minutes and seconds as Exif writes them.
pub(super) fn degrees(millionths: u32) -> Vec<u8> {
    let thousandths = u64::from(millionths % 1_000_000) * 3_600 / 1_000;
    let thousandths = u32::try_from(thousandths).expect("less than a degree");
    let parts = [
        (millionths / 1_000_000, 1),
        (thousandths / 60_000, 1),
        (thousandths % 60_000, 1_000),
    ];
    parts
        .into_iter()
        .flat_map(|(above, below): (u32, u32)| [above.to_le_bytes(), below.to_le_bytes()])
        .flatten()
        .collect()
}

fn xmp(marked: &Marked) -> String {
    format!(
        "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF \
         xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:creator><rdf:Seq><rdf:li>{} {}</rdf:li>\
         </rdf:Seq></dc:creator></rdf:Description></rdf:RDF></x:xmpmeta>",
        marked.first_name(),
        marked.last_name()
    )
}

/// A PDF of one empty page with its author in the information dictionary and in XMP.
pub(super) fn signed_pdf(marked: &Marked) -> Vec<u8> {
    let xmp = xmp(marked);
    let author = format!("{} {}", marked.first_name(), marked.last_name());
    let objects = [
        "<</Type/Catalog/Pages 2 0 R/Metadata 5 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>".to_owned(),
        format!("<</Author({author})/Creator({})>>", marked.username()),
        format!(
            "<</Type/Metadata/Subtype/XML/Length {}>>\nstream\n{xmp}\nendstream",
            xmp.len()
        ),
    ];
    let mut out = String::from("%PDF-1.4\n");
    let mut places = String::new();
    for (index, object) in objects.iter().enumerate() {
        places.push_str(&format!("{:010} 00000 n \n", out.len()));
        out.push_str(&format!("{} 0 obj\n{object}\nendobj\n", index + 1));
    }
    let table_at = out.len();
    out.push_str(&format!(
        "xref\n0 6\n0000000000 65535 f \n{places}trailer\n<</Size 6/Root 1 0 R/Info 4 0 R>>\n\
         startxref\n{table_at}\n%%EOF\n"
    ));
    out.into_bytes()
}

/// A grey PNG of one pixel with its author.
pub(super) fn signed_png(marked: &Marked) -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1A\n".to_vec();
    let mut chunk = |name: &[u8; 4], body: &[u8]| {
        let named = [name, body].concat();
        out.extend(number(body.len()).to_be_bytes());
        out.extend(&named);
        out.extend(crc32(&named).to_be_bytes());
    };
    chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
    let author = format!("Author\0{} {}", marked.first_name(), marked.last_name());
    chunk(b"tEXt", author.as_bytes());
    chunk(b"IDAT", b"\x78\x9C\x63\x60\0\0\0\x02\0\x01");
    chunk(b"IEND", &[]);
    out
}

/// A Word document of one word, uncompressed, with its author and the last who changed it.
pub(super) fn signed_docx(marked: &Marked) -> Vec<u8> {
    let packages = "http://schemas.openxmlformats.org/package/2006";
    let offices = "http://schemas.openxmlformats.org/officeDocument/2006";
    let types = format!(
        "<Types xmlns=\"{packages}/content-types\"><Default Extension=\"rels\" \
         ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override \
         PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-\
         officedocument.wordprocessingml.document.main+xml\"/><Override \
         PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-\
         package.core-properties+xml\"/></Types>"
    );
    let relations = format!(
        "<Relationships xmlns=\"{packages}/relationships\"><Relationship Id=\"a\" \
         Type=\"{offices}/relationships/officeDocument\" Target=\"word/document.xml\"/>\
         <Relationship Id=\"b\" Type=\"{packages}/relationships/metadata/core-properties\" \
         Target=\"docProps/core.xml\"/></Relationships>"
    );
    let core = format!(
        "<cp:coreProperties xmlns:cp=\"{packages}/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:creator>{}</dc:creator>\
         <cp:lastModifiedBy>{}</cp:lastModifiedBy></cp:coreProperties>",
        marked.first_name(),
        marked.last_name()
    );
    let words = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    let document = format!(
        "<w:document xmlns:w=\"{words}\"><w:body><w:p><w:r><w:t>Hello</w:t></w:r></w:p></w:body>\
         </w:document>"
    );
    zip(&[
        ("[Content_Types].xml", &types),
        ("_rels/.rels", &relations),
        ("docProps/core.xml", &core),
        ("word/document.xml", &document),
    ])
}

/// An archive that compresses nothing.
fn zip(entries: &[(&str, &str)]) -> Vec<u8> {
    const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, body) in entries {
        let body = format!("{XML}{body}").into_bytes();
        // Version 2.0, no flags, stored, 1980-01-01.
        let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0];
        common.extend(crc32(&body).to_le_bytes());
        common.extend(number(body.len()).to_le_bytes());
        common.extend(number(body.len()).to_le_bytes());
        common.extend(number(name.len()).to_le_bytes());
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(number(out.len()).to_le_bytes());
        directory.extend(name.as_bytes());
        out.extend(b"PK\x03\x04");
        out.extend(&common);
        out.extend(name.as_bytes());
        out.extend(&body);
    }
    let at = number(out.len());
    let count = u16::try_from(entries.len()).expect("few entries");
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(number(directory.len()).to_le_bytes());
    out.extend(at.to_le_bytes());
    out.extend([0, 0]);
    out
}

/// The checksum of PNG and ZIP.
fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            let low = sum & 1;
            sum = (sum >> 1) ^ (low * 0xEDB8_8320);
        }
    }
    !sum
}

/// Silence with its performer and owner in ID3 tags, one of them in UTF-16.
pub(super) fn signed_mp3(marked: &Marked) -> Vec<u8> {
    let mut frames = Vec::new();
    let mut frame = |name: &[u8; 4], body: &[u8]| {
        frames.extend(name);
        frames.extend(number(body.len()).to_be_bytes());
        frames.extend([0, 0]);
        frames.extend(body);
    };
    let mut performer = vec![0];
    performer.extend(marked.first_name().as_bytes());
    frame(b"TPE1", &performer);
    let mut owner = vec![1, 0xFF, 0xFE];
    owner.extend(marked.last_name().encode_utf16().flat_map(u16::to_le_bytes));
    frame(b"TOWN", &owner);
    let size = number(frames.len());
    let mut out = b"ID3\x03\0\0".to_vec();
    // Seven bits in each byte.
    out.extend([21, 14, 7, 0].map(|shift| (size >> shift & 0x7F) as u8));
    out.extend(frames);
    for _ in 0..3 {
        out.extend([0xFF, 0xFB, 0x90, 0xC4]);
        out.extend([0; 413]);
    }
    let mut last = b"TAG".to_vec();
    last.resize(33, 0);
    last.extend(marked.first_name().bytes().take(30));
    last.resize(128, 0);
    out.extend(last);
    out
}

/// The frame of an MP4 without pictures, with its author and its place in the user's data.
pub(super) fn signed_mp4(marked: &Marked) -> Vec<u8> {
    let (latitude, longitude) = marked.home();
    let place = format!("+{latitude}+{longitude}/");
    let note = |name: [u8; 4], text: &str| {
        let mut body = u16::try_from(text.len())
            .expect("notes are short")
            .to_be_bytes()
            .to_vec();
        body.extend([0x15, 0xC7]);
        body.extend(text.as_bytes());
        mp4_box(&name, &body)
    };
    let mut notes = note([0xA9, b'A', b'R', b'T'], marked.last_name());
    notes.extend(note([0xA9, b'x', b'y', b'z'], &place));
    // Version 0: times, scale 1000, no length, rate 1, volume 1, unity matrix, next track 1.
    let mut header = vec![0; 100];
    header[14] = 0x03;
    header[15] = 0xE8;
    header[21] = 1;
    header[24] = 1;
    header[37] = 1;
    header[53] = 1;
    header[68] = 0x40;
    header[99] = 1;
    let mut movie = mp4_box(b"mvhd", &header);
    movie.extend(mp4_box(b"udta", &notes));
    let mut out = mp4_box(b"ftyp", b"isom\0\0\x02\0isommp41");
    out.extend(mp4_box(b"moov", &movie));
    out.extend(mp4_box(b"mdat", &[]));
    out
}

fn mp4_box(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut out = number(body.len() + 8).to_be_bytes().to_vec();
    out.extend(name);
    out.extend(body);
    out
}

fn number(length: usize) -> u32 {
    u32::try_from(length).expect("these files are small")
}
