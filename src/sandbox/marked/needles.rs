//! What to search for, and how.

use crate::sandbox::marked::{Marked, bytes};

/// One form of one mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needle {
    /// Which mark: `first_name`, `last_name`, `username`, `phone`, `id`, `place`, `sticker_set`,
    /// `mail`, `via_bot`, `club`, `tag`.
    pub what: &'static str,
    pub text: String,
    how: How,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    /// As written.
    Exact,
    /// Upper or lower case.
    AnyCase,
    /// Digits with or without separators between them.
    Digits,
}

/// Texts or bytes, made ready to be searched many times.
#[derive(Clone, Debug, Default)]
pub struct Haystack {
    exact: String,
    lower: String,
    compact: String,
}

impl Haystack {
    pub fn of_texts<S: AsRef<str>>(texts: impl IntoIterator<Item = S>) -> Haystack {
        let mut exact = String::new();
        for text in texts {
            exact.push_str(text.as_ref());
            exact.push('\n');
        }
        Haystack::new(exact)
    }

    /// Bytes become characters of the same number. Zeros are left out of one of the readings, which
    /// makes UTF-16 readable.
    pub fn of_bytes(bytes: &[u8]) -> Haystack {
        let exact: String = bytes.iter().map(|byte| char::from(*byte)).collect();
        let narrow: String = exact.chars().filter(|letter| *letter != '\0').collect();
        Haystack::new(exact + "\n" + &narrow)
    }

    fn new(exact: String) -> Haystack {
        let lower = exact.to_ascii_lowercase();
        let is_separator = |letter: &char| " -.()/\u{a0}".contains(*letter);
        let compact = exact.chars().filter(|l| !is_separator(l)).collect();
        Haystack {
            exact,
            lower,
            compact,
        }
    }
}

impl Needle {
    pub fn is_in(&self, haystack: &Haystack) -> bool {
        match self.how {
            How::Exact => haystack.exact.contains(&self.text),
            How::AnyCase => haystack.lower.contains(&self.text),
            How::Digits => haystack.compact.contains(&self.text),
        }
    }
}

pub(super) fn of(marked: &Marked) -> Vec<Needle> {
    let mut all = Vec::new();
    let mut add = |what: &'static str, text: String, how: How| {
        let text = match how {
            How::AnyCase => text.to_ascii_lowercase(),
            How::Exact | How::Digits => text,
        };
        all.push(Needle { what, text, how });
    };
    add("first_name", marked.first_name().to_owned(), How::AnyCase);
    add("last_name", marked.last_name().to_owned(), How::AnyCase);
    add("username", marked.username().to_owned(), How::AnyCase);
    // Without the code of the country, whose plus becomes a zero inside of it.
    add("phone", marked.phone()[3..].to_owned(), How::Digits);
    let id = marked.id();
    add("id", id.to_string(), How::Exact);
    add("id", format!("{id:x}"), How::AnyCase);
    // Padding only comes behind, so the form without it finds both.
    for bytes in [
        id.to_string().as_bytes(),
        &id.to_be_bytes(),
        &id.to_le_bytes(),
    ] {
        let text = base64(bytes);
        let for_urls = text.replace('+', "-").replace('/', "_");
        if for_urls != text {
            add("id", for_urls, How::Exact);
        }
        add("id", text, How::Exact);
    }
    let (latitude, longitude) = marked.home();
    add("place", latitude.to_string(), How::Exact);
    add("place", longitude.to_string(), How::Exact);
    let (latitude, longitude) = marked.home_millionths();
    for degrees in [latitude, longitude] {
        let rationals = bytes::degrees(degrees);
        let text = rationals.iter().map(|byte| char::from(*byte)).collect();
        add("place", text, How::Exact);
    }
    add("sticker_set", marked.own("pack"), How::AnyCase);
    add("mail", marked.own("mail"), How::AnyCase);
    add("via_bot", marked.own("via"), How::AnyCase);
    add("club", marked.own("club"), How::AnyCase);
    add("club", format!("Club{}mark", marked.name), How::AnyCase);
    add("tag", marked.own("tag"), How::AnyCase);
    all
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| usize::from(chunk.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..=chunk.len() {
            out.push(char::from(LETTERS[bits >> (18 - 6 * place) & 63]));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_rfc() {
        let table = [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foobar", "Zm9vYmFy")];
        for (plain, coded) in table {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }
}
