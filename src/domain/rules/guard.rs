//! Holds back what would tell a client who an agent is. Looks at words and formatting only; whole
//! messages, such as contact cards, are for `carriers::carriage`.

use std::ops::Range;

use super::carriers::{Carrier, Direction, Policy, Treatment};
use super::find;
use super::skeleton::Skeleton;
use crate::domain::content::{Content, Text};

/// A name with fewer letters says nothing.
const NAME_MIN_LETTERS: usize = 2;

/// What an agent's message is held against.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Guarding {
    /// Names in Telegram that may be named: without `@`, in lower case.
    pub allowed_mentions: Vec<String>,
    /// The bot's own name in Telegram, without `@`; may always be named.
    pub own_username: String,
    /// First names, last names and full names of members; empty when they are not guarded.
    pub member_names: Vec<String>,
}

/// Names of members are not printed.
impl std::fmt::Debug for Guarding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Guarding({} names)", self.member_names.len())
    }
}

/// Why a message is held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It holds something that identifies.
    Carrier(Carrier),
    /// It holds the name of a member.
    Name,
}

/// A message that is held back.
#[derive(Clone, PartialEq, Eq)]
pub struct Held {
    /// Why.
    pub why: Why,
    /// The words as the agent wrote them, for that agent only.
    pub what: String,
}

/// The words may name an agent, so they are not printed.
impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Held({:?})", self.why)
    }
}

/// What in an agent's message may not reach the client, if anything: in its text, in the words of a poll, in
/// the address of its preview, in the name of its file where that goes over.
pub fn guard(content: &Content, policy: &Policy, guarding: &Guarding) -> Option<Held> {
    let whole = content.whole.as_ref().map(|whole| &whole.words);
    let preview = content.preview.as_ref().and_then(|preview| {
        let url = preview.get("url")?.as_str()?;
        Some(Text::plain(url))
    });
    let passes_name = policy.treatment(Carrier::FileName, Direction::ToClient) == Treatment::Pass;
    let name = content.media.as_ref().and_then(|media| media.name.as_ref());
    let name = name.filter(|_| passes_name).map(Text::plain);
    [Some(&content.text), whole, preview.as_ref(), name.as_ref()]
        .into_iter()
        .flatten()
        .find_map(|words| in_text(words, policy, guarding))
}

/// The first thing in a text that is held back.
fn in_text(text: &Text, policy: &Policy, guarding: &Guarding) -> Option<Held> {
    let refused = |carrier: Carrier, name: Option<&str>| {
        policy.treatment(carrier, Direction::ToClient) == Treatment::Refuse
            && !name.is_some_and(|name| may_be_named(name, guarding))
    };
    let (allowed, words): (Vec<_>, Vec<_>) = find::in_words(text)
        .into_iter()
        .partition(|found| !refused(found.carrier, found.name.as_deref()));
    // What may be named may hold a member's name.
    let allowed: Vec<Range<usize>> = allowed
        .into_iter()
        .filter(|found| found.name.is_some())
        .map(|found| found.range)
        .collect();
    let words = words
        .into_iter()
        .map(|found| (found.range, Why::Carrier(found.carrier)));
    let marks = find::in_marks(text)
        .into_iter()
        .filter(|marked| refused(marked.carrier, marked.name.as_deref()))
        .map(|marked| (marked.range, Why::Carrier(marked.carrier)));
    let names = names(&text.text, guarding, &allowed).map(|range| (range, Why::Name));
    words
        .chain(marks)
        .chain(names)
        .min_by_key(|(range, _)| range.start)
        .map(|(range, why)| Held {
            why,
            what: find::slice(&text.text, &range).to_owned(),
        })
}

fn may_be_named(name: &str, guarding: &Guarding) -> bool {
    let is = |other: &str| other.eq_ignore_ascii_case(name);
    is(&guarding.own_username) || guarding.allowed_mentions.iter().any(|allowed| is(allowed))
}

/// Where the first member's name stands in a text, outside of some ranges.
fn names(text: &str, guarding: &Guarding, except: &[Range<usize>]) -> Option<Range<usize>> {
    if guarding.member_names.is_empty() {
        return None;
    }
    let folded = Skeleton::folded(text);
    let is_outside = |range: &Range<usize>| {
        let holds = |other: &Range<usize>| other.start <= range.start && range.end <= other.end;
        !except.iter().any(holds)
    };
    guarding
        .member_names
        .iter()
        .filter_map(|name| {
            let name = Skeleton::folded(name);
            words_in(folded.text(), name.text().trim())
                .filter_map(|range| folded.origin(&range))
                .find(is_outside)
        })
        .min_by_key(|range| range.start)
}

/// Where a name stands as a word of its own; both are folded.
fn words_in<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
    let letters = name.chars().filter(|letter| letter.is_alphabetic()).count();
    let is_name = letters >= NAME_MIN_LETTERS;
    let found = is_name.then(|| text.match_indices(name));
    found
        .into_iter()
        .flatten()
        .map(|(start, found)| start..start + found.len())
        .filter(|range| {
            let before = text[..range.start].chars().next_back();
            let after = text[range.end..].chars().next();
            is_edge(before, name.chars().next()) && is_edge(name.chars().next_back(), after)
        })
}

/// Whether a word ends between two characters.
fn is_edge(before: Option<char>, after: Option<char>) -> bool {
    let (Some(before), Some(after)) = (before, after) else {
        return true;
    };
    let is_of_word = |character: char| {
        character.is_alphanumeric() || character == '_' || is_combining(character)
    };
    !is_of_word(before) || !is_of_word(after) || is_unspaced(before) || is_unspaced(after)
}

/// Accents that stand on the character before them.
fn is_combining(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{487}' | '\u{1ab0}'..='\u{1aff}')
}

/// Scripts whose words are not spaced, or carry their particles without a space.
fn is_unspaced(character: char) -> bool {
    matches!(
        character,
        '\u{e00}'..='\u{eff}'
            | '\u{1000}'..='\u{109f}'
            | '\u{1780}'..='\u{17ff}'
            | '\u{3040}'..='\u{30ff}'
            | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{ac00}'..='\u{d7af}'
            | '\u{20000}'..='\u{3ffff}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, json};

    use super::*;
    use crate::domain::content::{Entity, Form, Kind, Whole};

    fn guarding() -> Guarding {
        Guarding {
            allowed_mentions: vec!["our_shop".to_owned(), "john".to_owned()],
            own_username: "OurDeskBot".to_owned(),
            member_names: [
                "Ann", "John", "Lee", "Ann Lee", "Öz", "Иван", "李明", "X", "J.R.", "  ",
            ]
            .map(str::to_owned)
            .into(),
        }
    }

    fn held(words: &str) -> Option<(Why, String)> {
        guard(&Content::text(words), &Policy::default(), &guarding())
            .map(|held| (held.why, held.what))
    }

    #[test]
    fn what_names_an_agent_is_held_back() {
        for (words, why, what) in [
            (
                "write to @sam_smith please",
                Why::Carrier(Carrier::Mention),
                "@sam_smith",
            ),
            (
                "write to @s\u{200b}am_smith",
                Why::Carrier(Carrier::Mention),
                "@s\u{200b}am_smith",
            ),
            (
                "t.me/sam_smith",
                Why::Carrier(Carrier::TMeLink),
                "t.me/sam_smith",
            ),
            (
                "https://t.me/+AbCdEf",
                Why::Carrier(Carrier::TMeLink),
                "https://t.me/+AbCdEf",
            ),
            (
                "t.me/other_bot?start=1",
                Why::Carrier(Carrier::BotLink),
                "t.me/other_bot?start=1",
            ),
            (
                "tg://user?id=42",
                Why::Carrier(Carrier::TgLink),
                "tg://user?id=42",
            ),
            (
                "@our_shop and @sam_smith",
                Why::Carrier(Carrier::Mention),
                "@sam_smith",
            ),
            ("I am Ann.", Why::Name, "Ann"),
            ("ANN'S desk", Why::Name, "ANN"),
            ("ann lee here", Why::Name, "ann"),
            ("@john is John", Why::Name, "John"),
            ("a\u{200b}nn", Why::Name, "a\u{200b}nn"),
            ("(öz)", Why::Name, "öz"),
            ("это ИВАН", Why::Name, "ИВАН"),
            ("我是李明先生", Why::Name, "李明"),
            ("ask j.r. again", Why::Name, "j.r."),
            ("Ann, @sam_smith", Why::Name, "Ann"),
        ] {
            assert_eq!(held(words), Some((why, what.to_owned())), "{words}");
        }
    }

    #[test]
    fn what_names_nobody_goes_through() {
        for words in [
            "",
            "hello",
            "follow @our_shop or @OUR_SHOP",
            "https://t.me/our_shop/12",
            "t.me/OurDeskBot?start=billing",
            "tg://resolve?domain=our_shop",
            "@ourdeskbot",
            "@john and t.me/John",
            "planning in Cannes, Annex, Leeds",
            "the letter x",
            "mail help@example.org or call +49 30 1234567",
            "https://example.org/@sam_smith",
            "озон",
        ] {
            assert_eq!(held(words), None, "{words}");
        }
    }

    #[test]
    fn formatting_is_looked_at_too() {
        let mark = |kind: &str, url: Option<&str>| Entity {
            kind: kind.to_owned(),
            offset: 6,
            length: 4,
            rest: url
                .map(|url| Map::from_iter([("url".to_owned(), json!(url))]))
                .unwrap_or_default(),
        };
        for (entity, expected) in [
            (mark("text_mention", None), Some(Carrier::TextMention)),
            (
                mark("text_link", Some("tg://user?id=42")),
                Some(Carrier::TgLink),
            ),
            (
                mark("text_link", Some("https://t.me/sam_smith")),
                Some(Carrier::TMeLink),
            ),
            (mark("text_link", Some("https://t.me/our_shop")), None),
            (mark("text_link", Some("https://example.org")), None),
            (mark("mention", None), Some(Carrier::Mention)),
            (mark("bold", None), None),
        ] {
            let mut content = Content::text("write here now");
            content.text.entities.push(entity);
            let found = guard(&content, &Policy::default(), &guarding());
            let expected = expected.map(|carrier| (Why::Carrier(carrier), "here".to_owned()));
            assert_eq!(found.map(|held| (held.why, held.what)), expected);
        }
    }

    #[test]
    fn captions_and_polls_are_looked_at_and_the_policy_decides() {
        let poll = Content {
            whole: Some(Whole {
                form: Form::Poll,
                words: Text::plain("who?\n• @sam_smith"),
                holds_more: false,
                is_changed: false,
            }),
            ..Content::of(Kind::Poll)
        };
        let found = guard(&poll, &Policy::default(), &guarding());
        assert_eq!(found.map(|held| held.what), Some("@sam_smith".to_owned()));

        let policy = Policy::default()
            .with(Carrier::Phone, Direction::ToClient, Treatment::Refuse)
            .and_then(|policy| policy.with(Carrier::Mention, Direction::ToClient, Treatment::Pass))
            .expect("both are allowed");
        let content = Content::text("@sam_smith +49 30 1234567");
        let found = guard(&content, &policy, &guarding());
        assert_eq!(
            found.map(|held| held.what),
            Some("+49 30 1234567".to_owned())
        );

        let open = Guarding {
            member_names: Vec::new(),
            ..guarding()
        };
        let content = Content::text("I am Ann");
        assert_eq!(guard(&content, &Policy::default(), &open), None);
    }

    #[test]
    fn what_is_held_back_is_not_printed() {
        let found = guard(&Content::text("I am Ann"), &Policy::default(), &guarding());
        assert_eq!(format!("{found:?}"), "Some(Held(Name))");
    }

    proptest! {
        /// Whatever is written, what is held back are words of the message.
        #[test]
        fn what_is_held_back_stands_in_the_message(words in "[@a-zA-Zäöİß李明 .\u{200b}\u{301}😀]{0,40}") {
            if let Some((_, what)) = held(&words) {
                prop_assert!(!what.is_empty() && words.contains(&what));
            }
        }
    }
}
