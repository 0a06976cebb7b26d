//! Finds what says who somebody is inside a text: in the words, also where they are written so as
//! not to be found, and in the formatting. Changes nothing and judges nothing. Ranges are UTF-16
//! code units, as Telegram's are.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::carriers::Carrier;
use super::skeleton::Skeleton;
use crate::domain::content::{Entity, Text};

pub mod link;
mod phone;

/// Something found in the words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where, in UTF-16 code units; always on the edges of characters, never empty.
    pub range: Range<usize>,
    /// What it is.
    pub carrier: Carrier,
    /// The words as they are written.
    pub value: String,
    /// The Telegram name that it leads to, in lower case and without `@`.
    pub name: Option<String>,
}

/// Something found in a piece of formatting, whatever the words under it are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marked {
    /// The place of the mark in `Text::entities`.
    pub index: usize,
    /// Where it lies, in UTF-16 code units, as far as it lies inside the text.
    pub range: Range<usize>,
    /// What it is.
    pub carrier: Carrier,
    /// Its link; empty for a `text_mention`, whose user belongs into no message.
    pub value: String,
    /// The Telegram name that it leads to, in lower case and without `@`.
    pub name: Option<String>,
}

/// Everything in a text: ranges with their carriers, in order, never overlapping.
pub fn find(text: &Text) -> Vec<(Range<usize>, Carrier)> {
    let mut candidates: Vec<Found> = in_words(text);
    let marked = in_marks(text).into_iter().map(|marked| Found {
        range: marked.range,
        carrier: marked.carrier,
        value: marked.value,
        name: marked.name,
    });
    candidates.extend(marked);
    apart(candidates, &text.text)
        .into_iter()
        .map(|found| (found.range, found.carrier))
        .collect()
}

/// What the words hold, in order and never overlapping.
pub fn in_words(text: &Text) -> Vec<Found> {
    if !may_hold_any(text) {
        return Vec::new();
    }
    let skeleton = Skeleton::of(&text.text);
    let mut candidates = Vec::new();
    emails(&skeleton, &mut candidates);
    link::find(skeleton.text(), |bytes, link| {
        candidates.push((bytes, link.carrier, link.name));
    });
    mentions(skeleton.text(), &mut candidates);
    phone::find(skeleton.text(), |bytes| {
        candidates.push((bytes, Carrier::Phone, None));
    });
    let ours = candidates.into_iter().filter_map(|(bytes, carrier, name)| {
        let range = skeleton.origin(&bytes)?;
        Some(found(&text.text, range, carrier, name))
    });
    apart(
        ours.chain(telegrams_own(text, &skeleton)).collect(),
        &text.text,
    )
}

/// What the formatting holds: people, and links that the words do not show.
pub fn in_marks(text: &Text) -> Vec<Marked> {
    let mut marks = Vec::new();
    for (index, entity) in text.entities.iter().enumerate() {
        let Some(range) = inside(&text.text, entity) else {
            continue;
        };
        match entity.kind.as_str() {
            "text_mention" => marks.push(Marked {
                index,
                range,
                carrier: Carrier::TextMention,
                value: String::new(),
                name: None,
            }),
            "text_link" => {
                let Some(url) = entity.rest.get("url").and_then(|url| url.as_str()) else {
                    continue;
                };
                if let Some(link) = link::read(url) {
                    marks.push(Marked {
                        index,
                        range,
                        carrier: link.carrier,
                        value: url.to_owned(),
                        name: link.name,
                    });
                }
            }
            _ => {}
        }
    }
    marks
}

/// The part of a text that lies in a UTF-16 range.
pub fn slice<'a>(text: &'a str, range: &Range<usize>) -> &'a str {
    let start = byte_at(text, range.start);
    let end = byte_at(text, range.end);
    text.get(start..end.max(start)).unwrap_or_default()
}

/// The byte at which a UTF-16 offset lies; that of the next character for the middle of one.
fn byte_at(text: &str, offset: usize) -> usize {
    edge_at(text, offset).1
}

/// The first edge of a character at or after a UTF-16 offset, in units and in bytes.
fn edge_at(text: &str, offset: usize) -> (usize, usize) {
    let mut units = 0;
    for (byte, character) in text.char_indices() {
        if units >= offset {
            return (units, byte);
        }
        units += character.len_utf16();
    }
    (units, text.len())
}

/// Whether it is worth looking: most texts hold no sign, digit or link at all.
fn may_hold_any(text: &Text) -> bool {
    let wide = |character: char| !character.is_ascii() && !character.is_alphabetic();
    !text.entities.is_empty()
        || text
            .text
            .chars()
            .any(|character| matches!(character, '@' | '.' | ':' | '0'..='9') || wide(character))
}

type Candidate = (Range<usize>, Carrier, Option<String>);

fn emails(skeleton: &Skeleton, candidates: &mut Vec<Candidate>) {
    static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"[\p{L}\p{N}][\p{L}\p{N}._%+'-]*@[\p{L}\p{N}][\p{L}\p{N}.-]*\.\p{L}\p{L}+")
            .expect("the expression is right")
    });
    let text = skeleton.text();
    if !text.contains('@') {
        return;
    }
    for found in EMAIL.find_iter(text) {
        candidates.push((found.range(), Carrier::Email, None));
    }
}

fn mentions(text: &str, candidates: &mut Vec<Candidate>) {
    // Telegram's names: a letter, then letters, digits and _, 4 to 32 in all.
    static MENTION: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"@([A-Za-z][A-Za-z0-9_]{3,31})").expect("the expression is right")
    });
    for found in MENTION.captures_iter(text) {
        let (whole, [name]) = found.extract();
        let Some(start) = found.get(0).map(|whole| whole.start()) else {
            continue;
        };
        let end = start + whole.len();
        let before = text[..start].chars().next_back();
        let after = text[end..].chars().next();
        let follows_another = candidates.iter().any(|(bytes, ..)| bytes.end == start);
        let is_joined = before.is_some_and(is_of_word) && !follows_another;
        if is_joined || after.is_some_and(is_of_word) {
            continue;
        }
        // `https://example.org/@name` is a page, not somebody in Telegram.
        if before == Some('/') && is_in_address(&text[..start]) {
            continue;
        }
        candidates.push((
            start..end,
            Carrier::Mention,
            Some(name.to_ascii_lowercase()),
        ));
    }
}

fn is_of_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Whether what stands directly before is the beginning of a web address.
fn is_in_address(before: &str) -> bool {
    let word = before
        .rsplit(char::is_whitespace)
        .next()
        .unwrap_or_default();
    word.contains("://") || word.starts_with("www.")
}

/// What Telegram itself has found: it knows forms that we do not.
fn telegrams_own<'a>(text: &'a Text, skeleton: &'a Skeleton) -> impl Iterator<Item = Found> + 'a {
    text.entities.iter().filter_map(move |entity| {
        let range = inside(&text.text, entity)?;
        let plain = &skeleton.text()[skeleton.of_origin(&range)];
        let (carrier, name) = match entity.kind.as_str() {
            "mention" => {
                let name = plain.trim_start_matches('@').to_lowercase();
                (Carrier::Mention, Some(name))
            }
            "email" => (Carrier::Email, None),
            "phone_number" => (Carrier::Phone, None),
            "url" => {
                let link = link::read(plain)?;
                (link.carrier, link.name)
            }
            _ => return None,
        };
        Some(found(&text.text, range, carrier, name))
    })
}

fn found(text: &str, range: Range<usize>, carrier: Carrier, name: Option<String>) -> Found {
    Found {
        value: slice(text, &range).to_owned(),
        range,
        carrier,
        name,
    }
}

/// The range of a mark, if it lies inside the text, on the edges of characters, and is not empty.
fn inside(text: &str, entity: &Entity) -> Option<Range<usize>> {
    let range = entity.offset..entity.offset.checked_add(entity.length)?;
    let is_edge = |offset| edge_at(text, offset).0 == offset;
    (!range.is_empty() && is_edge(range.start) && is_edge(range.end)).then_some(range)
}

/// Candidates that overlap become one, of the carrier that says more: no part of either is left
/// open. It leads to a name only if both lead to the same.
fn apart(mut candidates: Vec<Found>, text: &str) -> Vec<Found> {
    candidates.sort_by_key(|found| (found.range.start, weight(found.carrier)));
    let mut kept: Vec<Found> = Vec::new();
    for candidate in candidates {
        match kept.last_mut() {
            Some(last) if candidate.range.start < last.range.end => {
                if candidate.name != last.name {
                    last.name = None;
                }
                if weight(candidate.carrier) < weight(last.carrier) {
                    last.carrier = candidate.carrier;
                }
                last.range.end = last.range.end.max(candidate.range.end);
                last.value = slice(text, &last.range).to_owned();
            }
            Some(_) | None => kept.push(candidate),
        }
    }
    kept
}

/// Carriers that say more come first.
fn weight(carrier: Carrier) -> u8 {
    match carrier {
        Carrier::Email => 0,
        Carrier::TgLink => 1,
        Carrier::BotLink => 2,
        Carrier::TMeLink => 3,
        Carrier::Mention => 4,
        Carrier::Phone => 5,
        Carrier::TextMention => 6,
        // No text holds these.
        Carrier::Contact
        | Carrier::Location
        | Carrier::LiveLocation
        | Carrier::Venue
        | Carrier::Keyboard
        | Carrier::Voice
        | Carrier::VideoNote
        | Carrier::FileName
        | Carrier::FileMetadata
        | Carrier::AudioTags
        | Carrier::StickerSet
        | Carrier::CustomEmojiSet
        | Carrier::Story
        | Carrier::Quote
        | Carrier::ExternalReply
        | Carrier::ForwardOrigin
        | Carrier::ViaBot
        | Carrier::Poll
        | Carrier::LinkPreview
        | Carrier::Signature
        | Carrier::ChecklistAuthor
        | Carrier::Gift
        | Carrier::PaidMedia => 7,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, json};

    use super::*;

    fn mark(kind: &str, offset: usize, length: usize) -> Entity {
        Entity {
            kind: kind.to_owned(),
            offset,
            length,
            rest: Map::new(),
        }
    }

    fn words(text: &Text) -> Vec<(&str, Carrier)> {
        find(text)
            .into_iter()
            .map(|(range, carrier)| (slice(&text.text, &range), carrier))
            .collect()
    }

    #[test]
    fn words_that_say_who_somebody_is() {
        use Carrier::{BotLink, Email, Mention, Phone, TMeLink, TgLink};
        for (text, expected) in [
            ("hello there, 12 of them", vec![]),
            ("I am @anna_k.", vec![("@anna_k", Mention)]),
            ("@anna", vec![("@anna", Mention)]),
            ("@ann", vec![]),
            ("@1anna", vec![]),
            ("@anna_is_far_too_long_for_a_name_in_telegram", vec![]),
            ("x@anna", vec![]),
            ("@аннушка", vec![]),
            (
                "(@anna)/@boris",
                vec![("@anna", Mention), ("@boris", Mention)],
            ),
            ("https://example.org/@anna", vec![]),
            (
                "Anna.K+x@mail.example.org!",
                vec![("Anna.K+x@mail.example.org", Email)],
            ),
            ("почта@пример.рф", vec![("почта@пример.рф", Email)]),
            ("a@b", vec![]),
            ("mail anna@t.me", vec![("anna@t.me", Email)]),
            (
                "t.me/anna and tg://user?id=1",
                vec![("t.me/anna", TMeLink), ("tg://user?id=1", TgLink)],
            ),
            ("t.me/AnnaBot", vec![("t.me/AnnaBot", BotLink)]),
            ("https://t.me/@anna", vec![("https://t.me/@anna", TMeLink)]),
            ("t.me/+4930123456", vec![("t.me/+4930123456", TMeLink)]),
            (
                "+49 30 123456, @anna",
                vec![("+49 30 123456", Phone), ("@anna", Mention)],
            ),
            ("SUPP-261120-7F3K2Q", vec![]),
            // Written so as not to be found.
            ("@an\u{200b}na", vec![("@an\u{200b}na", Mention)]),
            ("＠ａｎｎａ", vec![("＠ａｎｎａ", Mention)]),
            (
                "+4\u{200b}9 3\u{2060}0 123456",
                vec![("+4\u{200b}9 3\u{2060}0 123456", Phone)],
            ),
            (
                "＋４９ ３０ １２３４５６",
                vec![("＋４９ ３０ １２３４５６", Phone)],
            ),
            (
                "8️⃣9️⃣1️⃣6️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣",
                vec![("8️⃣9️⃣1️⃣6️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣", Phone)],
            ),
            ("t\u{200d}.me/anna", vec![("t\u{200d}.me/anna", TMeLink)]),
            // Right to left, and characters of two units before it.
            ("שלום @anna 😀", vec![("@anna", Mention)]),
            ("\u{202e}@anna\u{202c}", vec![("@anna", Mention)]),
            ("😀😀@anna", vec![("@anna", Mention)]),
        ] {
            assert_eq!(words(&Text::plain(text)), expected, "{text:?}");
        }
    }

    #[test]
    fn what_telegram_found_counts_and_makes_one_with_ours() {
        let text = Text {
            text: "😀 dial 123456 or Ann or here".to_owned(),
            entities: vec![
                mark("phone_number", 8, 6),
                mark("text_mention", 18, 3),
                Entity {
                    rest: Map::from_iter([("url".to_owned(), json!("https://t.me/anna"))]),
                    ..mark("text_link", 25, 4)
                },
                // Neither inside the text nor on the edges of characters.
                mark("mention", 1, 3),
                mark("mention", 20, 400),
                mark("email", usize::MAX, 2),
            ],
        };
        let expected = [
            ("123456", Carrier::Phone),
            ("Ann", Carrier::TextMention),
            ("here", Carrier::TMeLink),
        ];
        assert_eq!(words(&text), expected);

        let text = Text {
            text: "+49 30 123456 78".to_owned(),
            entities: vec![mark("phone_number", 0, 13)],
        };
        assert_eq!(words(&text), [("+49 30 123456 78", Carrier::Phone)]);
    }

    #[test]
    fn two_names_in_one_range_lead_to_neither() {
        let text = Text {
            text: "@anna_k".to_owned(),
            entities: vec![mark("mention", 0, 5)],
        };
        let found = in_words(&text);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].name, None);
    }

    proptest! {
        #[test]
        fn ranges_lie_inside_on_edges_and_apart(
            pieces in proptest::collection::vec(
                prop_oneof![
                    Just("@anna".to_owned()),
                    Just("t.me/anna".to_owned()),
                    Just("a@b.org".to_owned()),
                    Just("+49 30 123456".to_owned()),
                    "\\PC{0,8}",
                    "[@.:/0-9+ a-zа-я\\u{200b}\\u{202e}\\u{5d0}＠１😀]{0,12}",
                ],
                0..8,
            ),
            entities in proptest::collection::vec(
                (
                    prop_oneof![
                        Just("mention"), Just("email"), Just("phone_number"), Just("url"),
                        Just("text_link"), Just("text_mention"), Just("bold"),
                    ],
                    0_usize..60,
                    0_usize..20,
                ),
                0..5,
            ),
        ) {
            let text = Text {
                text: pieces.concat(),
                entities: entities
                    .into_iter()
                    .map(|(kind, offset, length)| Entity {
                        rest: Map::from_iter([("url".to_owned(), json!("tg://user?id=1"))]),
                        ..mark(kind, offset, length)
                    })
                    .collect(),
            };
            let units: Vec<u16> = text.text.encode_utf16().collect();
            let mut last = 0;
            for (range, _) in find(&text) {
                prop_assert!(range.start >= last && range.start < range.end);
                prop_assert!(range.end <= units.len());
                for edge in [range.start, range.end] {
                    let low = units.get(edge).is_some_and(|unit| (0xdc00..0xe000).contains(unit));
                    prop_assert!(!low, "inside a character");
                }
                last = range.end;
            }
        }
    }
}
