//! Text arithmetic on formatting that makes no sense: nothing panics, no word is lost, no piece is
//! longer than it may be. What hides and finds identities runs over the same texts.

#![no_main]

use hushdesk::domain::content::{Entity, Text};
use hushdesk::domain::rules::carriers::Policy;
use hushdesk::domain::rules::find;
use hushdesk::domain::rules::mask::{self, Mask};
use hushdesk::domain::rules::text::{join, split, utf16_len, without_people};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};

#[derive(Arbitrary, Debug)]
struct Input {
    first: Words,
    second: Words,
    max: u16,
}

#[derive(Arbitrary, Debug)]
struct Words {
    text: String,
    marks: Vec<Mark>,
}

#[derive(Arbitrary, Debug)]
struct Mark {
    kind: u8,
    offset: Number,
    length: Number,
    url: Option<String>,
}

/// Mostly within the text, sometimes beyond everything.
#[derive(Arbitrary, Debug)]
enum Number {
    Small(u8),
    Any(usize),
}

const KINDS: [&str; 11] = [
    "bold",
    "spoiler",
    "pre",
    "code",
    "text_link",
    "text_mention",
    "mention",
    "email",
    "phone_number",
    "url",
    "newer",
];

impl Number {
    fn value(&self) -> usize {
        match self {
            Number::Small(number) => usize::from(*number),
            Number::Any(number) => *number,
        }
    }
}

impl Words {
    fn text(self) -> Text {
        let entities = self.marks.into_iter().map(|mark| Entity {
            kind: KINDS[usize::from(mark.kind) % KINDS.len()].to_owned(),
            offset: mark.offset.value(),
            length: mark.length.value(),
            rest: mark.url.map_or_else(Map::new, |url| {
                Map::from_iter([("url".to_owned(), Value::String(url))])
            }),
        });
        Text {
            text: self.text,
            entities: entities.collect(),
        }
    }
}

fuzz_target!(|input: Input| {
    let (first, second) = (input.first.text(), input.second.text());
    let max = usize::from(input.max).clamp(2, 4096);
    let joined = join(&first, &second);
    assert_eq!(joined.text, format!("{}{}", first.text, second.text));

    let pieces = split(&joined, max);
    let rejoined: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
    assert!(joined.text.starts_with(&rejoined));
    assert!(joined.text[rejoined.len()..].trim().is_empty());
    assert!(pieces.iter().all(|piece| utf16_len(&piece.text) <= max));

    let alone = without_people(&joined);
    assert!(alone.entities.iter().all(|mark| mark.kind != "text_mention"));

    // What finds and hides identities.
    let policy = Policy::default();
    for (range, _) in find::find(&joined) {
        assert!(range.start <= range.end, "{range:?}");
    }
    for way in Mask::ALL {
        let masked = mask::mask(&joined, way, &policy);
        assert!(way == Mask::Redact || masked.redacted.is_empty());
    }
});
