//! What to search for, and how.

use std::collections::{BTreeSet, HashMap};

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

/// Bytes of a needle that a [`Finder`] looks for first.
const KEY_BYTES: usize = 6;
/// Behind what many needles begin with.
const KEY_AT: usize = 5;
const KEY_MASK: u64 = (1 << (8 * KEY_BYTES)) - 1;
/// Bits of the number that says whether a key can be one at all.
const SIEVE_BITS: u32 = 20;

/// Very many needles, looked for in one pass over a haystack.
pub struct Finder {
    needles: Vec<(Needle, usize)>,
    /// The needles that have a key, by it.
    keys: HashMap<u64, Vec<usize>>,
    sieve: Vec<bool>,
    /// Those that are too short for one.
    short: Vec<usize>,
}

impl Finder {
    pub fn new(needles: impl IntoIterator<Item = Needle>) -> Finder {
        let needles: Vec<(Needle, usize)> = needles
            .into_iter()
            .map(|needle| {
                let spare = needle.text.len().saturating_sub(KEY_BYTES);
                (needle, spare.min(KEY_AT))
            })
            .collect();
        let mut keys: HashMap<u64, Vec<usize>> = HashMap::new();
        let mut sieve = vec![false; 1 << SIEVE_BITS];
        let mut short = Vec::new();
        for (index, (needle, at)) in needles.iter().enumerate() {
            let text = needle.text.as_bytes();
            if text.len() < KEY_BYTES {
                short.push(index);
                continue;
            }
            let key = text[*at..*at + KEY_BYTES].iter().fold(0, with_byte);
            sieve[slot(key)] = true;
            keys.entry(key).or_default().push(index);
        }
        Finder {
            needles,
            keys,
            sieve,
            short,
        }
    }

    /// Which needles are there, by their place among those that the finder was made of.
    pub fn find(&self, haystack: &Haystack) -> BTreeSet<usize> {
        let short = self.short.iter().copied();
        let mut found: BTreeSet<usize> = short
            .filter(|index| self.needles[*index].0.is_in(haystack))
            .collect();
        for (how, text) in [
            (How::Exact, &haystack.exact),
            (How::AnyCase, &haystack.lower),
            (How::Digits, &haystack.compact),
        ] {
            let text = text.as_bytes();
            let mut key = 0;
            for (end, byte) in text.iter().enumerate() {
                key = with_byte(key, byte);
                if self.sieve[slot(key)] && end + 1 >= KEY_BYTES {
                    self.look(how, text, end + 1 - KEY_BYTES, key, &mut found);
                }
            }
        }
        found
    }

    /// Which of the needles with this key are really there.
    fn look(&self, how: How, text: &[u8], at: usize, key: u64, found: &mut BTreeSet<usize>) {
        for index in self.keys.get(&key).into_iter().flatten() {
            let (needle, before) = &self.needles[*index];
            let is_there = at
                .checked_sub(*before)
                .is_some_and(|start| text[start..].starts_with(needle.text.as_bytes()));
            if is_there && needle.how == how {
                found.insert(*index);
            }
        }
    }
}

fn with_byte(key: u64, byte: &u8) -> u64 {
    (key << 8 | u64::from(*byte)) & KEY_MASK
}

fn slot(key: u64) -> usize {
    let mixed = key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - SIEVE_BITS);
    usize::try_from(mixed).expect("20 bits")
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
    fn a_finder_finds_what_a_search_for_each_finds() {
        let people = ["ann", "bob", "annabel"];
        let all: Vec<Needle> = (7_310_000_001..)
            .zip(people)
            .flat_map(|(id, name)| of(&crate::sandbox::marked::person(id, name)))
            .collect();
        let finder = Finder::new(all.clone());
        let whole = all.iter().map(|needle| needle.text.clone());
        let damaged = all.iter().map(|needle| needle.text[1..].to_owned());
        let texts: Vec<String> = whole.chain(damaged).chain([String::new()]).collect();
        for text in texts {
            let haystack = Haystack::of_texts([format!("before {text} behind")]);
            let each: BTreeSet<usize> = (0..all.len())
                .filter(|index| all[*index].is_in(&haystack))
                .collect();
            assert_eq!(finder.find(&haystack), each, "{text}");
        }
    }

    #[test]
    fn base64_is_that_of_the_rfc() {
        let table = [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foobar", "Zm9vYmFy")];
        for (plain, coded) in table {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }
}
