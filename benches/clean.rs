//! What cleaning one file costs: processor time and peak memory of the real child process, per
//! format.
//!
//! `cargo bench --bench clean`. The files are made here and hold noise, which does not pack.

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use image::{DynamicImage, ImageFormat, RgbImage};
use lopdf::{Document, Object, Stream, dictionary};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const PROGRAM: &str = env!("CARGO_BIN_EXE_hushdesk");
/// How often each file is cleaned.
const ROUNDS: u64 = 20;
const MIB: usize = 1024 * 1024;
/// Clock ticks of Linux in a second, as `/proc` counts them.
const TICKS_PER_SECOND: u64 = 100;

fn main() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    println!("| file | MB | CPU ms | peak memory MB |");
    println!("|---|---:|---:|---:|");
    let files = [
        ("JPEG", jpeg()),
        ("PNG", png()),
        ("MP3", mp3()),
        ("WAV", wav()),
        ("MP4", mp4()),
        ("text", vec![b'a'; 10 * MIB]),
        ("PDF, pictures", pdf(1, 5)),
        ("PDF, 20 000 packed objects", pdf(20_000, 1)),
        ("docx, pictures", docx(5, 1)),
        ("docx, 40 MB of words", docx(1, 40)),
    ];
    for (name, bytes) in files {
        let input = folder.path().join("input");
        fs::write(&input, &bytes).expect("it can be written");
        let output = folder.path().join("output");
        let before = child_ticks();
        let peak = (0..ROUNDS).map(|_| clean(&input, &output)).max();
        let ticks = child_ticks() - before;
        println!(
            "| {name} | {:.1} | {:.1} | {:.1} |",
            bytes.len() as f64 / MIB as f64,
            (ticks * 1000) as f64 / (ROUNDS * TICKS_PER_SECOND) as f64,
            peak.unwrap_or_default() as f64 / 1024.0,
        );
    }
}

/// Cleans once. The child's peak memory in KiB, looked at until it ends.
fn clean(input: &Path, output: &Path) -> u64 {
    let mut child = Command::new(PROGRAM)
        .arg("clean")
        .args([input, output])
        .env_clear()
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().expect("it can be waited for").is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let size = line.and_then(|line| line.trim().split(' ').next()?.parse().ok());
        peak = peak.max(size.unwrap_or(0));
    }
    let answer = child.wait_with_output().expect("it has ended").stdout;
    assert!(
        answer.starts_with(b"{\"cleaned\""),
        "{}",
        String::from_utf8_lossy(&answer)
    );
    peak
}

/// Processor time of all children that have ended.
fn child_ticks() -> u64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("this is Linux");
    let fields = stat.rsplit(')').next().unwrap_or_default();
    // User and system time of the children are the 16th and 17th field of all.
    fields
        .split_whitespace()
        .skip(13)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum()
}

fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u8
    };
    (0..length).map(|_| next()).collect()
}

fn picture(side: u32, format: ImageFormat) -> Vec<u8> {
    let pixels = noise((side * side * 3) as usize);
    let image = RgbImage::from_raw(side, side, pixels).expect("the sizes fit");
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(image)
        .write_to(&mut bytes, format)
        .expect("it can be encoded");
    bytes.into_inner()
}

fn jpeg() -> Vec<u8> {
    picture(2_900, ImageFormat::Jpeg)
}

fn png() -> Vec<u8> {
    picture(1_860, ImageFormat::Png)
}

fn mp3() -> Vec<u8> {
    let frame: Vec<u8> = [&[0xFF, 0xFB, 0x90, 0x00][..], &[0; 413]].concat();
    frame.repeat(10 * MIB / frame.len())
}

fn wav() -> Vec<u8> {
    let data = noise(10 * MIB);
    let format = [1, 0, 1, 0, 0x44, 0xAC, 0, 0, 0x88, 0x58, 1, 0, 2, 0, 16, 0];
    let size = (data.len() as u32 + 36).to_le_bytes();
    let length = (data.len() as u32).to_le_bytes();
    [
        b"RIFF",
        &size[..],
        b"WAVEfmt \x10\0\0\0",
        &format,
        b"data",
        &length,
        &data,
    ]
    .concat()
}

fn boxed(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32 + 8).to_be_bytes(), &name[..], body].concat()
}

fn full(name: &[u8; 4], numbers: &[u32]) -> Vec<u8> {
    let numbers = numbers.iter().flat_map(|number| number.to_be_bytes());
    boxed(
        name,
        &[0; 4].into_iter().chain(numbers).collect::<Vec<u8>>(),
    )
}

/// A sound track of 10 000 samples of 1 KiB, each a chunk of its own.
fn mp4() -> Vec<u8> {
    let count = 10_000_u32;
    let start = 16 + 8;
    let places: Vec<u32> = (0..count).map(|chunk| start + chunk * 1024).collect();
    let entry = boxed(b"mp4a", &[0; 28]);
    let table = [
        boxed(b"stsd", &[&[0, 0, 0, 0, 0, 0, 0, 1], &entry[..]].concat()),
        full(b"stts", &[1, count, 1024]),
        full(b"stsc", &[1, 1, 1, 1]),
        full(b"stsz", &[1024, count]),
        full(b"stco", &[&[count], &places[..]].concat()),
    ];
    let information = boxed(b"minf", &boxed(b"stbl", &table.concat()));
    let handler = full(b"hdlr", &[0, u32::from_be_bytes(*b"soun"), 0, 0, 0, 0]);
    let media = [full(b"mdhd", &[0; 5]), handler, information].concat();
    let track = boxed(b"trak", &boxed(b"mdia", &media));
    let moov = boxed(b"moov", &[full(b"mvhd", &[0; 24]), track].concat());
    let data = boxed(b"mdat", &noise(count as usize * 1024));
    [boxed(b"ftyp", b"isom\0\0\0\0"), data, moov].concat()
}

fn pdf(objects: usize, pictures: usize) -> Vec<u8> {
    let mut document = Document::with_version("1.5");
    let pages = document.new_object_id();
    let jpeg = picture(600, ImageFormat::Jpeg);
    let mut content = Vec::new();
    for _ in 0..pictures * MIB / jpeg.len() {
        let fields = dictionary! { "Subtype" => "Image", "Filter" => "DCTDecode" };
        content.push(Object::from(
            document.add_object(Stream::new(fields, jpeg.clone())),
        ));
    }
    for number in 0..objects {
        let fields = dictionary! { "Number" => number as i64, "Name" => "Something" };
        content.push(document.add_object(fields).into());
    }
    let page = document.add_object(dictionary! {
        "Type" => "Page", "Parent" => pages, "All" => content,
    });
    let tree = dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 };
    document.objects.insert(pages, tree.into());
    let root = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", root);
    let mut bytes = Vec::new();
    document.save_modern(&mut bytes).expect("it can be written");
    bytes
}

fn docx(pictures: usize, words: usize) -> Vec<u8> {
    let jpeg = picture(600, ImageFormat::Jpeg);
    let paragraph = "<w:p w:rsidR=\"00AB12CD\"><w:r><w:t>some words &amp; more</w:t></w:r></w:p>";
    let body = format!(
        "<w:document>{}</w:document>",
        paragraph.repeat(words * MIB / paragraph.len())
    );
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let mut add = |name: String, part: &[u8]| {
        writer
            .start_file(name, SimpleFileOptions::default())
            .expect("it can be added");
        writer.write_all(part).expect("it can be written");
    };
    add("[Content_Types].xml".to_owned(), b"<Types/>");
    add("word/document.xml".to_owned(), body.as_bytes());
    for number in 0..pictures * MIB / jpeg.len() {
        add(format!("word/media/{number}.jpg"), &jpeg);
    }
    writer.finish().expect("it can be ended").into_inner()
}
