//! Text with formatting: counted, filtered, joined and split without moving a formatting mark off
//! its words. Lengths and offsets are UTF-16 code units, as Telegram's are.

use crate::domain::content::{Entity, Text};

/// The longest text of one message. Telegram counts Unicode scalars; counting UTF-16 units is
/// stricter and therefore always safe (Bot API, `sendMessage`: 1 to 4096 characters).
pub const TEXT_MAX: usize = 4096;
/// The longest caption (Bot API, `copyMessage`).
pub const CAPTION_MAX: usize = 1024;
/// Formatting beyond this many marks is ignored by Telegram.
pub const ENTITIES_MAX: usize = 100;

/// The length that Telegram counts.
pub fn utf16_len(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// The text without marks that say who somebody is: a `text_mention` holds a whole user.
pub fn without_people(text: &Text) -> Text {
    Text {
        text: text.text.clone(),
        entities: text
            .entities
            .iter()
            .filter(|entity| entity.kind != "text_mention")
            .cloned()
            .collect(),
    }
}

/// Two texts, one after the other.
pub fn join(first: &Text, second: &Text) -> Text {
    let shift = utf16_len(&first.text);
    let shifted = second.entities.iter().map(|entity| Entity {
        offset: entity.offset.saturating_add(shift),
        ..entity.clone()
    });
    Text {
        text: format!("{}{}", first.text, second.text),
        entities: first.entities.iter().cloned().chain(shifted).collect(),
    }
}

/// The same text in pieces of at most `max` units, cut at a line's end or between words where there
/// is one in the last half, and never inside a surrogate pair.
pub fn split(text: &Text, max: usize) -> Vec<Text> {
    let mut pieces = Vec::new();
    let mut rest = text.clone();
    while utf16_len(&rest.text) > max {
        let cut = cut_at(&rest.text, max);
        let (head, tail) = divide(&rest, cut);
        pieces.push(head);
        rest = tail;
    }
    if !rest.text.trim().is_empty() || pieces.is_empty() {
        pieces.push(rest);
    }
    pieces
}

/// Where to cut, in bytes: after the last line or word that ends within `max` units.
fn cut_at(text: &str, max: usize) -> usize {
    let mut units = 0;
    let mut hard = 0;
    let (mut line, mut word) = (None, None);
    for (index, character) in text.char_indices() {
        units += character.len_utf16();
        if units > max {
            break;
        }
        hard = index + character.len_utf8();
        if units > max / 2 {
            match character {
                '\n' => line = Some(hard),
                ' ' => word = Some(hard),
                _ => {}
            }
        }
    }
    let cut = line.or(word).unwrap_or(hard);
    if cut == 0 {
        // One character that is wider than a piece: taken whole, so that every cut moves on.
        return text.chars().next().map_or(text.len(), char::len_utf8);
    }
    cut
}

/// The text before and after a byte offset; marks that cross the cut go on in both.
fn divide(text: &Text, cut: usize) -> (Text, Text) {
    let (head, tail) = text.text.split_at(cut);
    let boundary = utf16_len(head);
    let mut first = Text::plain(head);
    let mut second = Text::plain(tail);
    for entity in &text.entities {
        let end = entity.offset.saturating_add(entity.length);
        if entity.offset < boundary {
            first.entities.push(Entity {
                length: end.min(boundary) - entity.offset,
                ..entity.clone()
            });
        }
        if end > boundary {
            let offset = entity.offset.max(boundary);
            second.entities.push(Entity {
                offset: offset - boundary,
                length: end - offset,
                ..entity.clone()
            });
        }
    }
    (first, second)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Map;

    use super::*;

    fn mark(kind: &str, offset: usize, length: usize) -> Entity {
        Entity {
            kind: kind.to_owned(),
            offset,
            length,
            rest: Map::new(),
        }
    }

    /// What a mark covers, by its UTF-16 offsets.
    fn covered(text: &Text, entity: &Entity) -> String {
        let units: Vec<u16> = text.text.encode_utf16().collect();
        String::from_utf16_lossy(&units[entity.offset..entity.offset + entity.length])
    }

    #[test]
    fn joining_moves_the_marks_of_the_second_by_utf16_units() {
        let first = Text::plain("😀 card\n");
        let second = Text {
            text: "very bold".to_owned(),
            entities: vec![mark("bold", 5, 4)],
        };
        let joined = join(&first, &second);
        assert_eq!(covered(&joined, &joined.entities[0]), "bold");
    }

    #[test]
    fn people_are_removed_and_formatting_stays() {
        let text = Text {
            text: "ask Ann now".to_owned(),
            entities: vec![mark("text_mention", 4, 3), mark("bold", 8, 3)],
        };
        let kinds: Vec<_> = without_people(&text)
            .entities
            .into_iter()
            .map(|entity| entity.kind)
            .collect();
        assert_eq!(kinds, ["bold"]);
    }

    #[test]
    fn a_long_text_is_cut_between_words() {
        let pieces = split(&Text::plain("alpha beta gamma"), 8);
        let texts: Vec<_> = pieces.iter().map(|piece| piece.text.as_str()).collect();
        assert_eq!(texts, ["alpha ", "beta ", "gamma"]);
    }

    proptest! {
        #[test]
        fn pieces_fit_and_hold_every_word(
            words in "[a-zé😀\n ]{0,200}",
            max in 2_usize..40,
            offset in 0_usize..50,
            length in 1_usize..50,
        ) {
            let units = utf16_len(&words);
            let mut text = Text::plain(words.clone());
            if offset + length <= units {
                text.entities.push(mark("bold", offset, length));
            }
            let pieces = split(&text, max);
            let rejoined: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
            prop_assert!(words.starts_with(&rejoined));
            prop_assert!(words[rejoined.len()..].trim().is_empty());
            for piece in &pieces {
                prop_assert!(utf16_len(&piece.text) <= max);
                for entity in &piece.entities {
                    prop_assert!(entity.length > 0);
                    prop_assert!(entity.offset + entity.length <= utf16_len(&piece.text));
                }
            }
        }
    }
}
