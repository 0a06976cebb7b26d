//! What a client typed about who they are, hidden from the agents: under spoilers, or replaced by
//! placeholders. Sends nothing and seals nothing: what was taken out is handed back.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use serde_json::Map;

use super::carriers::{Carrier, Direction, Policy, Treatment};
use super::find::{self, Found, link};
use super::text::utf16_len;
use crate::domain::content::{Entity, Text};

/// How a client's own phone number, address and names are hidden.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mask {
    /// They are not.
    Off,
    /// Under a spoiler, which an agent may tap.
    #[default]
    Spoiler,
    /// Replaced by a placeholder.
    Redact,
}

impl Mask {
    /// Every way, the mildest first.
    pub const ALL: [Mask; 3] = [Mask::Off, Mask::Spoiler, Mask::Redact];

    /// Its name in the config.
    pub const fn name(self) -> &'static str {
        match self {
            Mask::Off => "off",
            Mask::Spoiler => "spoiler",
            Mask::Redact => "redact",
        }
    }
}

/// A text as agents may see it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Masked {
    /// The text.
    pub text: Text,
    /// What was taken out of it, each value once, in order. Empty unless it was redacted.
    pub redacted: Vec<Redacted>,
}

/// Something that was taken out of a text.
#[derive(Clone, PartialEq, Eq)]
pub struct Redacted {
    /// What it is.
    pub carrier: Carrier,
    /// What stands in its place: `[phone 1]`. A link under other words leaves nothing behind and is
    /// called so all the same.
    pub placeholder: String,
    /// The words as the client wrote them.
    pub value: String,
}

/// The value says who somebody is, so it is not printed.
impl std::fmt::Debug for Redacted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Redacted({:?}, {})", self.carrier, self.placeholder)
    }
}

/// Formatting that never lies over or under another (Bot API, "Formatting options").
const ALONE: [&str; 2] = ["code", "pre"];
/// Formatting that Telegram finds by itself, and which says what the words are.
const NAMING: [&str; 5] = ["mention", "email", "phone_number", "url", "text_link"];

/// A client's text for the topic.
pub fn mask(text: &Text, mask: Mask, policy: &Policy) -> Masked {
    let text = unmarked(text, Direction::ToDesk, policy);
    let is_masked =
        |carrier: Carrier| policy.treatment(carrier, Direction::ToDesk) == Treatment::Strip;
    match mask {
        Mask::Off => Masked {
            text,
            redacted: Vec::new(),
        },
        Mask::Spoiler => {
            let found = find::in_words(&text)
                .into_iter()
                .filter(|found| is_masked(found.carrier))
                .map(|found| found.range);
            let marked = find::in_marks(&text)
                .into_iter()
                .filter(|marked| is_masked(marked.carrier))
                .map(|marked| marked.range);
            let ranges = united(found.chain(marked).collect());
            Masked {
                text: under_spoilers(text, ranges),
                redacted: Vec::new(),
            }
        }
        Mask::Redact => redact(text, &is_masked),
    }
}

/// The text without formatting that says who somebody is: users are in `text_mention` and in links
/// to users; custom emoji name the set that they are from. Marks that lie outside of the text go too.
pub fn unmarked(text: &Text, direction: Direction, policy: &Policy) -> Text {
    let strips = |carrier| policy.treatment(carrier, direction) == Treatment::Strip;
    let units = utf16_len(&text.text);
    let stays = |entity: &Entity| match entity.kind.as_str() {
        _ if entity.length == 0 || end(entity) > units => false,
        "text_mention" => false,
        "text_link" => !url_of(entity).is_some_and(link::is_user),
        "custom_emoji" => !strips(Carrier::CustomEmojiSet),
        _ => true,
    };
    Text {
        text: text.text.clone(),
        entities: text
            .entities
            .iter()
            .filter(|entity| stays(entity))
            .cloned()
            .collect(),
    }
}

fn url_of(entity: &Entity) -> Option<&str> {
    entity.rest.get("url").and_then(|url| url.as_str())
}

fn end(entity: &Entity) -> usize {
    entity.offset.saturating_add(entity.length)
}

fn range_of(entity: &Entity) -> Range<usize> {
    entity.offset..end(entity)
}

fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

/// Ranges in order, those that touch or overlap made one.
fn united(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| range.start);
    let mut united: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match united.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            Some(_) | None => united.push(range),
        }
    }
    united
}

/// What is left of a range outside of others, which are in order.
fn outside(range: &Range<usize>, others: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut left = Vec::new();
    let mut start = range.start;
    for other in others.iter().filter(|other| overlap(other, range)) {
        if start < other.start {
            left.push(start..other.start);
        }
        start = start.max(other.end);
    }
    if start < range.end {
        left.push(start..range.end);
    }
    left
}

/// Puts spoilers over ranges, which are in order. A spoiler that the client set stays; one that
/// would cross the edge of another mark is cut there, because marks may only lie inside each other.
fn under_spoilers(text: Text, ranges: Vec<Range<usize>>) -> Text {
    if ranges.is_empty() {
        return text;
    }
    let (spoilers, others): (Vec<Entity>, Vec<Entity>) = text
        .entities
        .into_iter()
        .partition(|entity| entity.kind == "spoiler");
    let mut entities = Vec::with_capacity(others.len() + ranges.len());
    for entity in others {
        if !ALONE.contains(&entity.kind.as_str()) {
            entities.push(entity);
            continue;
        }
        // No spoiler is shown over code: there, the words are code no longer.
        for piece in outside(&range_of(&entity), &ranges) {
            entities.push(at(&entity, piece));
        }
    }
    // A client's spoiler that has nothing to do with ours is left as it is.
    let (met, alone): (Vec<Entity>, Vec<Entity>) = spoilers.into_iter().partition(|spoiler| {
        let range = range_of(spoiler);
        ranges
            .iter()
            .any(|ours| ours.start <= range.end && range.start <= ours.end)
    });
    entities.extend(alone);
    let all = united(ranges.into_iter().chain(met.iter().map(range_of)).collect());
    let marks: Vec<Range<usize>> = entities.iter().map(range_of).collect();
    for range in all {
        for piece in cut_where_crossed(range, &marks) {
            entities.push(Entity {
                kind: "spoiler".to_owned(),
                offset: piece.start,
                length: piece.end - piece.start,
                rest: Map::new(),
            });
        }
    }
    // Outer marks first, as Telegram orders them.
    entities.sort_by_key(|entity| (entity.offset, std::cmp::Reverse(entity.length)));
    Text {
        text: text.text,
        entities,
    }
}

/// A range in pieces, none of which crosses the edge of a mark.
fn cut_where_crossed(range: Range<usize>, marks: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let mut waiting = vec![range];
    while let Some(piece) = waiting.pop() {
        let crossed = marks.iter().find(|mark| {
            let holds = mark.start <= piece.start && piece.end <= mark.end;
            let is_held = piece.start <= mark.start && mark.end <= piece.end;
            overlap(mark, &piece) && !holds && !is_held
        });
        let Some(mark) = crossed else {
            pieces.push(piece);
            continue;
        };
        let begins_inside = piece.start < mark.start;
        let edge = if begins_inside { mark.start } else { mark.end };
        waiting.extend([piece.start..edge, edge..piece.end]);
    }
    pieces
}

fn at(entity: &Entity, range: Range<usize>) -> Entity {
    Entity {
        offset: range.start,
        length: range.end - range.start,
        ..entity.clone()
    }
}

/// Replaces what is found by placeholders, and moves the formatting along.
fn redact(text: Text, is_masked: &impl Fn(Carrier) -> bool) -> Masked {
    let found: Vec<Found> = find::in_words(&text)
        .into_iter()
        .filter(|found| is_masked(found.carrier))
        .collect();
    let links: Vec<find::Marked> = find::in_marks(&text)
        .into_iter()
        .filter(|marked| is_masked(marked.carrier))
        .collect();
    let mut redacted = Vec::new();
    let mut cuts = Vec::new();
    let mut words = String::with_capacity(text.text.len());
    let mut copied_to = 0;
    for found in found {
        words.push_str(find::slice(&text.text, &(copied_to..found.range.start)));
        let new_start = utf16_len(&words);
        words.push_str(&placeholder(&mut redacted, found.carrier, &found.value));
        copied_to = found.range.end;
        cuts.push(Cut {
            old: found.range,
            new: new_start..utf16_len(&words),
        });
    }
    let rest = copied_to..utf16_len(&text.text);
    words.push_str(find::slice(&text.text, &rest));
    for link in &links {
        placeholder(&mut redacted, link.carrier, &link.value);
    }
    let entities = text
        .entities
        .iter()
        .enumerate()
        .filter(|(index, _)| links.iter().all(|link| link.index != *index))
        .filter_map(|(_, entity)| moved(entity, &cuts))
        .collect();
    Masked {
        text: Text {
            text: words,
            entities,
        },
        redacted,
    }
}

/// A range that was replaced, before and after.
struct Cut {
    old: Range<usize>,
    new: Range<usize>,
}

/// What stands for a value; the same value has the same placeholder each time.
fn placeholder(redacted: &mut Vec<Redacted>, carrier: Carrier, value: &str) -> String {
    let word = word(carrier);
    let same = redacted
        .iter()
        .find(|other| other.carrier == carrier && other.value == value);
    if let Some(other) = same {
        return other.placeholder.clone();
    }
    let earlier = redacted
        .iter()
        .filter(|other| self::word(other.carrier) == word)
        .count();
    let placeholder = format!("[{word} {}]", earlier + 1);
    redacted.push(Redacted {
        carrier,
        placeholder: placeholder.clone(),
        value: value.to_owned(),
    });
    placeholder
}

/// How a placeholder calls what was there.
fn word(carrier: Carrier) -> &'static str {
    match carrier {
        Carrier::Phone => "phone",
        Carrier::Email => "e-mail",
        Carrier::Mention => "name",
        Carrier::TgLink | Carrier::TMeLink | Carrier::BotLink => "link",
        Carrier::Contact
        | Carrier::Location
        | Carrier::LiveLocation
        | Carrier::Venue
        | Carrier::TextMention
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
        | Carrier::PaidMedia => "part",
    }
}

/// A mark in the text with placeholders. One that lies over a whole placeholder keeps it; one that
/// ends inside of what was replaced ends before it; one that lies only there is gone.
fn moved(entity: &Entity, cuts: &[Cut]) -> Option<Entity> {
    let range = range_of(entity);
    let is_naming = NAMING.contains(&entity.kind.as_str());
    let meets = cuts.iter().any(|cut| overlap(&cut.old, &range));
    if is_naming && meets && entity.kind != "text_link" {
        return None;
    }
    let start = moved_edge(range.start, cuts, |cut| cut.new.end);
    let end = moved_edge(range.end, cuts, |cut| cut.new.start);
    (start < end).then(|| at(entity, start..end))
}

/// Where an edge is after the replacements; `inside` says where one inside of a cut goes.
fn moved_edge(edge: usize, cuts: &[Cut], inside: impl Fn(&Cut) -> usize) -> usize {
    let mut moved = edge;
    for cut in cuts {
        if edge <= cut.old.start {
            break;
        }
        if edge < cut.old.end {
            return inside(cut);
        }
        moved = edge - cut.old.end + cut.new.end;
    }
    moved
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn mark(kind: &str, offset: usize, length: usize) -> Entity {
        Entity {
            kind: kind.to_owned(),
            offset,
            length,
            rest: Map::new(),
        }
    }

    fn link(offset: usize, length: usize, url: &str) -> Entity {
        let mut entity = mark("text_link", offset, length);
        entity.rest.insert("url".to_owned(), json!(url));
        entity
    }

    fn text(words: &str, entities: Vec<Entity>) -> Text {
        Text {
            text: words.to_owned(),
            entities,
        }
    }

    fn masked(words: &str, entities: Vec<Entity>, way: Mask) -> Masked {
        mask(&text(words, entities), way, &Policy::default())
    }

    /// The marks as `kind:words`.
    fn marks(text: &Text) -> Vec<String> {
        text.entities
            .iter()
            .map(|entity| {
                let words = find::slice(&text.text, &range_of(entity));
                format!("{}:{words}", entity.kind)
            })
            .collect()
    }

    #[test]
    fn spoilers_lie_over_what_was_found() {
        for (words, entities, expected) in [
            ("hello", vec![], vec![]),
            ("I am @anna_k", vec![], vec!["spoiler:@anna_k"]),
            (
                "😀 a@b.org!",
                vec![mark("email", 3, 7)],
                vec!["email:a@b.org", "spoiler:a@b.org"],
            ),
            // Inside and around other marks.
            (
                "call +4930123456",
                vec![mark("bold", 0, 16)],
                vec!["bold:call +4930123456", "spoiler:+4930123456"],
            ),
            (
                "+4930123456",
                vec![mark("bold", 3, 4)],
                vec!["spoiler:+4930123456", "bold:3012"],
            ),
            // A mark that crosses: the spoiler is cut at its edge.
            (
                "x +4930123456",
                vec![mark("bold", 0, 5)],
                vec!["bold:x +49", "spoiler:+49", "spoiler:30123456"],
            ),
            // What is hidden already is not hidden twice; what touches it becomes one.
            (
                "@anna_k",
                vec![mark("spoiler", 0, 7)],
                vec!["spoiler:@anna_k"],
            ),
            (
                "@anna_k ok",
                vec![mark("spoiler", 3, 7)],
                vec!["spoiler:@anna_k ok"],
            ),
            (
                "no @anna_k",
                vec![mark("spoiler", 0, 2)],
                vec!["spoiler:no", "spoiler:@anna_k"],
            ),
            // Nothing is shown over code, so the code ends there.
            ("@anna_k", vec![mark("code", 0, 7)], vec!["spoiler:@anna_k"]),
            (
                "a @anna_k b",
                vec![mark("pre", 0, 11)],
                vec!["pre:a ", "spoiler:@anna_k", "pre: b"],
            ),
            // A link under harmless words.
            (
                "me here",
                vec![link(3, 4, "https://t.me/anna")],
                vec!["text_link:here", "spoiler:here"],
            ),
            (
                "me here",
                vec![link(3, 4, "https://example.org")],
                vec!["text_link:here"],
            ),
            // Users go, whatever the mask.
            ("ask Ann", vec![mark("text_mention", 4, 3)], vec![]),
            ("ask Ann", vec![link(4, 3, "tg://user?id=42")], vec![]),
        ] {
            let found = masked(words, entities, Mask::Spoiler);
            assert_eq!(marks(&found.text), expected, "{words}");
            assert_eq!(found.text.text, words);
            assert_eq!(found.redacted, []);
        }
    }

    #[test]
    fn placeholders_stand_where_something_was() {
        for (words, entities, expected, expected_marks, values) in [
            ("hello", vec![], "hello", vec![], vec![]),
            (
                "+4930123456, a@b.org, @anna_k, t.me/anna",
                vec![],
                "[phone 1], [e-mail 1], [name 1], [link 1]",
                vec![],
                vec!["+4930123456", "a@b.org", "@anna_k", "t.me/anna"],
            ),
            // The same value keeps its name.
            (
                "@anna_k, @bob_k, @anna_k",
                vec![],
                "[name 1], [name 2], [name 1]",
                vec![],
                vec!["@anna_k", "@bob_k"],
            ),
            // Marks move along; those of Telegram go with the words.
            (
                "😀 @anna_k is bold",
                vec![mark("mention", 3, 7), mark("bold", 14, 4)],
                "😀 [name 1] is bold",
                vec!["bold:bold"],
                vec!["@anna_k"],
            ),
            (
                "me: @anna_k",
                vec![
                    mark("bold", 0, 11),
                    mark("italic", 4, 7),
                    mark("underline", 6, 2),
                ],
                "me: [name 1]",
                vec!["bold:me: [name 1]", "italic:[name 1]"],
                vec!["@anna_k"],
            ),
            (
                "ab @anna_k cd",
                vec![mark("bold", 0, 5), mark("italic", 8, 5)],
                "ab [name 1] cd",
                vec!["bold:ab ", "italic: cd"],
                vec!["@anna_k"],
            ),
            // A link gives way to its words.
            (
                "me here",
                vec![link(3, 4, "https://t.me/anna")],
                "me here",
                vec![],
                vec!["https://t.me/anna"],
            ),
            (
                "me @anna_k",
                vec![link(0, 10, "https://example.org")],
                "me [name 1]",
                vec!["text_link:me [name 1]"],
                vec!["@anna_k"],
            ),
        ] {
            let found = masked(words, entities, Mask::Redact);
            assert_eq!(found.text.text, expected);
            assert_eq!(marks(&found.text), expected_marks, "{words}");
            let taken: Vec<&str> = found.redacted.iter().map(|r| r.value.as_str()).collect();
            assert_eq!(taken, values, "{words}");
        }
    }

    #[test]
    fn off_leaves_everything_but_users() {
        let found = masked(
            "@anna_k Ann",
            vec![mark("mention", 0, 7), mark("text_mention", 8, 3)],
            Mask::Off,
        );
        assert_eq!(found.text, text("@anna_k Ann", vec![mark("mention", 0, 7)]));
    }

    #[test]
    fn the_policy_lets_single_carriers_through() {
        let policy = Policy::default()
            .with(Carrier::Email, Direction::ToDesk, Treatment::Pass)
            .and_then(|policy| {
                policy.with(Carrier::CustomEmojiSet, Direction::ToDesk, Treatment::Strip)
            })
            .expect("both are allowed");
        let words = text("😀 a@b.org @anna_k", vec![mark("custom_emoji", 0, 2)]);
        let found = mask(&words, Mask::Redact, &policy);
        assert_eq!(found.text, Text::plain("😀 a@b.org [name 1]"));
    }

    #[test]
    fn what_was_taken_out_is_not_printed() {
        let found = masked("I am @anna_k", vec![], Mask::Redact);
        assert!(!format!("{:?}", found.redacted).contains("anna"));
    }

    fn some_text() -> impl Strategy<Value = Text> {
        let piece = prop_oneof![
            Just("@anna_k".to_owned()),
            Just("+49 30 123456".to_owned()),
            Just("a@b.org".to_owned()),
            Just("t.me/anna".to_owned()),
            Just("tg://user?id=1".to_owned()),
            "[a-я😀\u{200b}\u{202e}＠１ \n]{0,6}",
        ];
        let kind = prop_oneof![
            Just("bold"),
            Just("spoiler"),
            Just("code"),
            Just("pre"),
            Just("mention"),
            Just("text_mention"),
            Just("url"),
        ];
        let entity = (kind, 0_usize..40, 1_usize..20);
        (
            proptest::collection::vec(piece, 0..8),
            proptest::collection::vec(entity, 0..6),
        )
            .prop_map(|(pieces, entities)| {
                let words = pieces.concat();
                let units: Vec<u16> = words.encode_utf16().collect();
                let is_edge = |at: usize| {
                    at <= units.len()
                        && units
                            .get(at)
                            .is_none_or(|unit| !(0xdc00..0xe000).contains(unit))
                };
                let entities = entities
                    .into_iter()
                    .filter(|(_, offset, length)| is_edge(*offset) && is_edge(offset + length))
                    .map(|(kind, offset, length)| mark(kind, offset, length))
                    .collect();
                text(&words, entities)
            })
    }

    /// Every unit of a text with whether a spoiler lies over it.
    fn hidden(text: &Text) -> Vec<bool> {
        let mut hidden = vec![false; utf16_len(&text.text)];
        for entity in text
            .entities
            .iter()
            .filter(|entity| entity.kind == "spoiler")
        {
            hidden[range_of(entity)].fill(true);
        }
        hidden
    }

    proptest! {
        #[test]
        fn spoilers_hide_all_that_is_found_and_nothing_else(words in some_text()) {
            let before = unmarked(&words, Direction::ToDesk, &Policy::default());
            let after = mask(&words, Mask::Spoiler, &Policy::default()).text;
            prop_assert_eq!(&after.text, &words.text);
            let mut expected = hidden(&before);
            for found in find::in_words(&before) {
                expected[found.range].fill(true);
            }
            prop_assert_eq!(hidden(&after), expected);
            let units: Vec<u16> = after.text.encode_utf16().collect();
            for entity in &after.entities {
                prop_assert!(entity.length > 0 && end(entity) <= units.len());
                for edge in [entity.offset, end(entity)] {
                    let inside = units.get(edge).is_some_and(|unit| (0xdc00..0xe000).contains(unit));
                    prop_assert!(!inside, "a mark begins or ends inside a character");
                }
            }
            // Nothing lies over code, and no spoiler of ours crosses a mark.
            let found: Vec<_> = find::in_words(&before).into_iter().map(|found| found.range).collect();
            for spoiler in after.entities.iter().filter(|entity| entity.kind == "spoiler") {
                let spoiler = range_of(spoiler);
                if !found.iter().any(|found| overlap(found, &spoiler)) {
                    continue;
                }
                for other in after.entities.iter().filter(|entity| entity.kind != "spoiler") {
                    let range = range_of(other);
                    let nested = (range.start <= spoiler.start && spoiler.end <= range.end)
                        || (spoiler.start <= range.start && range.end <= spoiler.end);
                    prop_assert!(!overlap(&range, &spoiler) || nested, "{:?}", after);
                }
            }
        }

        #[test]
        fn placeholders_change_nothing_around_them(words in some_text()) {
            let before = unmarked(&words, Direction::ToDesk, &Policy::default());
            let after = mask(&words, Mask::Redact, &Policy::default());
            // Put back what was taken out: the client's words are there again.
            let mut expected = String::new();
            let mut from = 0;
            for found in find::in_words(&before) {
                expected.push_str(find::slice(&before.text, &(from..found.range.start)));
                let same = after.redacted.iter().find(|r| {
                    r.carrier == found.carrier && r.value == found.value
                });
                expected.push_str(&same.expect("all that is found is taken out").placeholder);
                from = found.range.end;
            }
            let rest = from..utf16_len(&before.text);
            expected.push_str(find::slice(&before.text, &rest));
            prop_assert_eq!(&after.text.text, &expected);
            let units = utf16_len(&after.text.text);
            for entity in &after.text.entities {
                prop_assert!(entity.length > 0 && end(entity) <= units);
            }
        }

        #[test]
        fn what_is_masked_stays_as_it_is(words in some_text()) {
            for way in [Mask::Off, Mask::Spoiler] {
                let once = mask(&words, way, &Policy::default()).text;
                let twice = mask(&once, way, &Policy::default()).text;
                prop_assert_eq!(&twice, &once);
            }
        }
    }
}
