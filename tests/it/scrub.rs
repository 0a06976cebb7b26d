//! The file cleaners: real files with unmistakable marks wherever a format has room for a name or
//! a place. After cleaning no mark is left, packed or not, an independent reader opens what came
//! out, and what a person put into the file is still there. Hostile files end quickly.

mod child;
mod documents;
mod film;
mod hostile;
mod office;
mod pictures;
mod sound;

use std::fs;
use std::io::{Cursor, Read};
use std::path::PathBuf;

use hushdesk::scrub::{self, Format, Unclean};
use lopdf::{Document, Object};
use tempfile::TempDir;

/// What may not be left.
pub const MARK: &str = "ANN-MARK-4711";

/// A folder with an input and a place for the output.
pub struct Bench {
    folder: TempDir,
}

impl Bench {
    pub fn new() -> Bench {
        let folder = tempfile::tempdir().expect("a folder can be made");
        Bench { folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What becomes of `bytes`; their name says nothing.
    pub fn clean(&self, bytes: &[u8]) -> Result<(Format, Vec<u8>), Unclean> {
        let (input, output) = (self.path("input"), self.path("output"));
        fs::write(&input, bytes).expect("the input can be written");
        let cleaned = scrub::clean(&input, &output);
        let written = fs::read(&output).expect("there is an output");
        match cleaned {
            Ok(format) => Ok((format, written)),
            Err(error) => {
                assert!(written.is_empty(), "after an error nothing is left");
                Err(error)
            }
        }
    }
}

/// The cleaned bytes, in which no mark is left.
pub fn cleaned(bytes: &[u8], wanted: Format) -> Vec<u8> {
    assert!(is_marked(bytes), "the input has to carry the mark");
    let (format, cleaned) = Bench::new().clean(bytes).expect("it can be cleaned");
    assert_eq!(format, wanted);
    assert!(!is_marked(&cleaned), "{format:?} keeps a mark");
    let again = Bench::new().clean(&cleaned).expect("it is still a file");
    assert_eq!(again.0, wanted);
    cleaned
}

/// Whether it cannot be read or is of a kind that is not taken on.
pub fn is_refused(bytes: &[u8]) -> bool {
    matches!(
        Bench::new().clean(bytes),
        Err(Unclean::Unsupported | Unclean::Unreadable)
    )
}

/// Whether a mark is somewhere in a file, also in what is packed in it.
pub fn is_marked(bytes: &[u8]) -> bool {
    let wide = |unit: fn(u16) -> [u8; 2]| MARK.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    has(bytes, MARK.as_bytes())
        || has(bytes, &wide(u16::to_le_bytes))
        || has(bytes, &wide(u16::to_be_bytes))
        || is_marked_in_package(bytes)
        || is_marked_in_pdf(bytes)
}

pub fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn is_marked_in_package(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK") && {
        let package = unpacked(bytes);
        package
            .iter()
            .any(|(name, part)| name.contains(MARK) || is_marked(part))
    }
}

/// What is in a package.
pub fn unpacked(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("it is a package");
    (0..archive.len())
        .map(|index| {
            let mut entry = archive.by_index(index).expect("it is listed");
            let name = entry.name().expect("it has a name").into_owned();
            let mut part = Vec::new();
            entry.read_to_end(&mut part).expect("it unpacks");
            (name, part)
        })
        .collect()
}

fn is_marked_in_pdf(bytes: &[u8]) -> bool {
    if !bytes.starts_with(b"%PDF") {
        return false;
    }
    let Ok(document) = Document::load_mem(bytes) else {
        return false;
    };
    document.objects.values().any(|object| match object {
        Object::Stream(stream) => {
            has(format!("{:?}", stream.dict).as_bytes(), MARK.as_bytes())
                || stream
                    .decompressed_content()
                    .is_ok_and(|content| has(&content, MARK.as_bytes()))
        }
        other => has(format!("{other:?}").as_bytes(), MARK.as_bytes()),
    })
}

/// Numbers from a seed, for damage that can be repeated.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }
}

#[test]
fn text_passes_as_it_is_and_what_only_looks_like_text_does_not() {
    let bench = Bench::new();
    for text in ["", "a,b\n1,2\n", "{\"name\":\"Ann\"}", "naïve 🙂\r\n"] {
        let (format, written) = bench.clean(text.as_bytes()).expect("it is text");
        assert_eq!((format, written), (Format::Text, text.as_bytes().to_vec()));
    }
    let foreign = [
        "{\\rtf1{\\info{\\author Ann}}}",
        "%!PS\n%%Creator: Ann",
        "<svg/>",
        "a\0b",
    ];
    for text in foreign {
        assert!(is_refused(text.as_bytes()), "{text}");
    }
    assert!(is_refused(b"\x1A\x45\xDF\xA3\x01\x00\x00\x00"), "Matroska");
    assert!(
        is_refused(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0\0"),
        "old Office"
    );
}
