//! Quotes: a piece of a text as Telegram wants it quoted, and the beginning of a text shown before an
//! answer to it.

use serde_json::Map;

use super::text::utf16_len;
use crate::domain::content::{Entity, Text};

/// Formatting that a quote has to repeat exactly; no other is allowed in it
/// (Bot API docs, `ReplyParameters.quote`).
const IN_QUOTES: [&str; 6] = [
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "custom_emoji",
];
/// The longest quote (Bot API docs, `ReplyParameters.quote`).
const QUOTE_MAX: usize = 1024;

/// The first place where `piece` stands in `words`, with the formatting that it has there. None where
/// it does not stand there, or is too long to be quoted.
pub fn excerpt(words: &Text, piece: &str) -> Option<Text> {
    let length = utf16_len(piece);
    if piece.is_empty() || length > QUOTE_MAX {
        return None;
    }
    let start = utf16_len(&words.text[..words.text.find(piece)?]);
    let end = start + length;
    let entities = words
        .entities
        .iter()
        .filter(|entity| IN_QUOTES.contains(&entity.kind.as_str()))
        .filter_map(|entity| {
            let from = entity.offset.max(start);
            let to = entity.offset.saturating_add(entity.length).min(end);
            (from < to).then(|| Entity {
                offset: from - start,
                length: to - from,
                ..entity.clone()
            })
        })
        .collect();
    Some(Text {
        text: piece.to_owned(),
        entities,
    })
}

/// The first line of a text, `max` characters of it at most, as a block quote with a line's end behind
/// it. Spoilers stay hidden. None where there are no words.
pub fn lead(words: &Text, max: usize) -> Option<Text> {
    let line = words.text.trim_start().lines().next()?;
    let short: String = line.chars().take(max).collect();
    let mut quoted = excerpt(words, short.trim_end())?;
    quoted.entities.retain(|entity| entity.kind == "spoiler");
    if short.trim_end().len() < words.text.trim().len() {
        quoted.text.push('…');
    }
    let length = utf16_len(&quoted.text);
    quoted.entities.insert(
        0,
        Entity {
            kind: "blockquote".to_owned(),
            offset: 0,
            length,
            rest: Map::new(),
        },
    );
    quoted.text.push('\n');
    Some(quoted)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(text: &str, marks: &[(&str, usize, usize)]) -> Text {
        Text {
            text: text.to_owned(),
            entities: marks
                .iter()
                .map(|(kind, offset, length)| Entity {
                    kind: (*kind).to_owned(),
                    offset: *offset,
                    length: *length,
                    rest: Map::new(),
                })
                .collect(),
        }
    }

    #[test]
    fn a_quote_repeats_the_formatting_of_its_piece() {
        let words = text(
            "😀 my order is lost",
            &[("bold", 3, 8), ("url", 0, 19), ("spoiler", 15, 4)],
        );
        let quote = excerpt(&words, "order is lost").expect("it stands there");
        assert_eq!(
            quote,
            text("order is lost", &[("bold", 0, 5), ("spoiler", 9, 4)])
        );
        assert_eq!(excerpt(&words, "my parcel"), None);
        assert_eq!(excerpt(&words, ""), None);
    }

    #[test]
    fn the_beginning_of_a_text_stands_in_a_block_and_hides_what_is_hidden() {
        let words = text("call 555 now\nplease", &[("spoiler", 5, 3)]);
        assert_eq!(
            lead(&words, 120),
            Some(text(
                "call 555 now…\n",
                &[("blockquote", 0, 13), ("spoiler", 5, 3)]
            ))
        );
        assert_eq!(
            lead(&text("short", &[]), 120),
            Some(text("short\n", &[("blockquote", 0, 5)]))
        );
        assert_eq!(lead(&text("", &[]), 120), None);
        assert_eq!(lead(&text("  \n", &[]), 120), None);
    }

    proptest! {
        #[test]
        fn pieces_keep_their_marks_inside(
            words in "[a-zé😀\n ]{0,60}",
            offset in 0_usize..60,
            length in 0_usize..60,
            from in 0_usize..60,
            max in 1_usize..60,
        ) {
            let text = text(&words, &[("spoiler", offset, length)]);
            let piece: String = words.chars().skip(from).take(max).collect();
            for found in [excerpt(&text, &piece), lead(&text, max)].into_iter().flatten() {
                for entity in &found.entities {
                    prop_assert!(entity.offset + entity.length <= utf16_len(&found.text));
                    prop_assert!(entity.length > 0);
                }
            }
        }
    }
}
