//! Plain text holds its words and nothing else. This says whether a file is plain text; text that
//! is really another format, with an author in it, is not.

use std::str;

use super::bytes::{Done, Sink, Source};
use super::format::Unclean;

/// How formats begin that are text and still say who made them.
const STRUCTURED: [&str; 10] = [
    "{\\rtf",
    "%!",
    "%PDF",
    // XML, SVG, HTML and their like.
    "<",
    // STEP drawings name author and company in front.
    "ISO-10303-21",
    // Stored mails and web archives.
    "From:",
    "From ",
    "MIME-Version:",
    "Received:",
    "Return-Path:",
];

/// Whether a file that begins like this is another format than text. A byte order mark and white
/// space in front do not hide it.
pub fn is_structured(start: &[u8]) -> bool {
    let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start);
    let start = start.trim_ascii_start();
    STRUCTURED.iter().any(|known| {
        start
            .get(..known.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(known.as_bytes()))
    })
}

/// Copies a file if all of it is text.
pub fn clean(source: &mut dyn Source, sink: &mut dyn Sink) -> Done {
    // The beginning of a letter whose end comes with the next piece.
    let mut cut = Vec::new();
    loop {
        let buffer = source.fill_buf()?;
        if buffer.is_empty() {
            break;
        }
        let mut piece = std::mem::take(&mut cut);
        piece.extend_from_slice(buffer);
        let used = buffer.len();
        source.consume(used);
        let valid = match str::from_utf8(&piece) {
            Ok(text) => text.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => return Err(Unclean::Unsupported),
        };
        if piece[..valid].contains(&0) {
            return Err(Unclean::Unsupported);
        }
        sink.write_all(&piece[..valid])?;
        cut = piece.split_off(valid);
    }
    if cut.is_empty() {
        Ok(())
    } else {
        Err(Unclean::Unsupported)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Cursor};

    use super::*;

    fn cleaned(bytes: &[u8], buffer: usize) -> Option<Vec<u8>> {
        let mut sink = Cursor::new(Vec::new());
        let mut source = BufReader::with_capacity(buffer, Cursor::new(bytes));
        clean(&mut source, &mut sink).ok()?;
        Some(sink.into_inner())
    }

    #[test]
    fn letters_cut_by_the_buffer_are_whole_again() {
        let text = "naïve – Привет, 世界 🙂".repeat(9);
        for buffer in 1..9 {
            let cleaned = cleaned(text.as_bytes(), buffer).expect("it is text");
            assert_eq!(cleaned, text.as_bytes());
        }
    }

    #[test]
    fn what_is_not_text_is_not_passed() {
        for bytes in [&b"a\0b"[..], b"\xFF\xFEa", b"caf\xE9", b"half \xE4\xB8"] {
            assert_eq!(cleaned(bytes, 4), None, "{bytes:?}");
        }
    }

    #[test]
    fn formats_in_the_clothes_of_text_are_seen() {
        let structured = [
            "{\\rtf1",
            "\u{feff}<?xml",
            "\r\n <!doctype",
            "%!PS",
            "from: ann",
        ];
        for start in structured {
            assert!(is_structured(start.as_bytes()), "{start}");
        }
        for start in ["", "a < b", "{\"a\":1}", "fromage", "100%!"] {
            assert!(!is_structured(start.as_bytes()), "{start}");
        }
    }
}
