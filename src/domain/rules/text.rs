//! Text with formatting: counted, filtered, joined and split without moving a formatting mark off
//! its words. Lengths and offsets are UTF-16 code units, as Telegram's are.

use unicode_segmentation::UnicodeSegmentation;

use super::find::link;
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

/// The text without marks that say who somebody is: a `text_mention` holds a whole user, and a link
/// to a user its number.
pub fn without_people(text: &Text) -> Text {
    let is_person = |entity: &Entity| {
        let url = entity.rest.get("url").and_then(|url| url.as_str());
        entity.kind == "text_mention"
            || (entity.kind == "text_link" && url.is_some_and(link::is_user))
    };
    Text {
        text: text.text.clone(),
        entities: text
            .entities
            .iter()
            .filter(|entity| !is_person(entity))
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

/// The same text in pieces of at most `max` units and [`ENTITIES_MAX`] marks. It is cut at a line's
/// end or between words where there is one in the last half, outside of marks where that can be, and
/// inside of what a reader sees as one character only where that alone is longer than a piece.
pub fn split(text: &Text, max: usize) -> Vec<Text> {
    let mut pieces = Vec::new();
    let mut rest = text.clone();
    loop {
        let most = max.min(units_within_marks(&rest.entities));
        if utf16_len(&rest.text) <= most {
            break;
        }
        let cut = cut_at(&rest, most);
        let (head, tail) = divide(&rest, cut);
        // Telegram refuses a message of white space alone.
        if !head.text.trim().is_empty() {
            pieces.push(within_marks(head));
        }
        rest = tail;
    }
    if !rest.text.trim().is_empty() || pieces.is_empty() {
        pieces.push(within_marks(rest));
    }
    pieces
}

/// The text with at most [`ENTITIES_MAX`] marks, for what cannot be split. Telegram would leave out
/// the last ones; this keeps the spoilers, which hide something, and then the first.
pub fn within_marks(mut text: Text) -> Text {
    let mut spare = text.entities.len().saturating_sub(ENTITIES_MAX);
    for spoilers_too in [false, true] {
        let mut index = text.entities.len();
        while spare > 0 && index > 0 {
            index -= 1;
            let is_spoiler = text
                .entities
                .get(index)
                .is_some_and(|mark| mark.kind == "spoiler");
            if spoilers_too || !is_spoiler {
                text.entities.remove(index);
                spare -= 1;
            }
        }
    }
    text
}

/// The first line that says anything, at most `max` characters as a reader counts them. Empty where
/// something in the text is hidden: a line alone cannot hide it.
pub fn first_line(text: &Text, max: usize) -> String {
    if text.entities.iter().any(|entity| entity.kind == "spoiler") {
        return String::new();
    }
    let mut lines = text.text.lines().map(str::trim);
    let line = lines.find(|line| !line.is_empty()).unwrap_or_default();
    let mut graphemes = line.graphemes(true);
    let mut shown: String = graphemes.by_ref().take(max).collect();
    if graphemes.next().is_some() {
        shown.push('…');
    }
    shown
}

/// How far a piece may go before one mark too many begins. No bound where that is at the very
/// start: cutting there would not help.
fn units_within_marks(entities: &[Entity]) -> usize {
    if entities.len() <= ENTITIES_MAX {
        return usize::MAX;
    }
    let mut starts: Vec<usize> = entities.iter().map(|entity| entity.offset).collect();
    starts.sort_unstable();
    match starts.get(ENTITIES_MAX) {
        Some(0) | None => usize::MAX,
        Some(start) => *start,
    }
}

/// Where to cut, in bytes: after the last line or word that ends within `max` units.
fn cut_at(text: &Text, max: usize) -> usize {
    let whole = text.text.as_str();
    let mut units = 0;
    let mut hard = 0;
    let mut best: Option<(Cut, usize)> = None;
    for (index, grapheme) in whole.grapheme_indices(true) {
        units += utf16_len(grapheme);
        if units > max {
            break;
        }
        hard = index + grapheme.len();
        if units <= max / 2 {
            continue;
        }
        let after = match grapheme {
            "\n" | "\r\n" => Cut::Line,
            " " | "\t" | "\u{3000}" => Cut::Word,
            _ => continue,
        };
        let inside = text.entities.iter().any(|entity| {
            entity.offset < units && units < entity.offset.saturating_add(entity.length)
        });
        let cut = if inside { after.inside() } else { after };
        if best.is_none_or(|(found, _)| cut >= found) {
            best = Some((cut, hard));
        }
    }
    match best {
        Some((_, cut)) => cut,
        None if hard > 0 => hard,
        None => cut_inside(whole, max),
    }
}

/// Where a cut falls, the worse first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cut {
    WordInside,
    LineInside,
    Word,
    Line,
}

impl Cut {
    /// The same place inside of a mark, which then goes on in the next piece.
    fn inside(self) -> Cut {
        match self {
            Cut::Word | Cut::WordInside => Cut::WordInside,
            Cut::Line | Cut::LineInside => Cut::LineInside,
        }
    }
}

/// Where to cut what a reader sees as one character and is longer than a piece: between two of the
/// characters that it is made of. The first is taken whole, so that every cut moves on.
fn cut_inside(text: &str, max: usize) -> usize {
    let mut units = 0;
    let mut cut = 0;
    for (index, character) in text.char_indices() {
        units += character.len_utf16();
        if cut > 0 && units > max {
            break;
        }
        cut = index + character.len_utf8();
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
    fn a_first_line_is_short_and_hides_what_is_hidden() {
        for (text, expected) in [
            ("\n  my order is lost \nit is 77", "my order is lost"),
            ("abcdefghijk", "abcdefghij…"),
            ("👩‍👩‍👧‍👦👩‍👩‍👧‍👦", "👩‍👩‍👧‍👦👩‍👩‍👧‍👦"),
            ("", ""),
        ] {
            let max = if text.starts_with("abc") { 10 } else { 20 };
            assert_eq!(first_line(&Text::plain(text), max), expected);
        }
        let hidden = Text {
            text: "call 555\nplease".to_owned(),
            entities: vec![mark("spoiler", 5, 3)],
        };
        assert_eq!(first_line(&hidden, 60), "");
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
            entities: vec![
                mark("text_mention", 4, 3),
                Entity {
                    rest: Map::from_iter([("url".to_owned(), "tg://user?id=42".into())]),
                    ..mark("text_link", 4, 3)
                },
                mark("bold", 8, 3),
            ],
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

    #[test]
    fn cuts_fall_between_lines_then_words_and_outside_of_marks() {
        for (words, max, marks, expected) in [
            (
                "one two\nthree four",
                12,
                vec![],
                vec!["one two\n", "three four"],
            ),
            (
                "one two three",
                10,
                vec![mark("bold", 4, 9)],
                vec!["one two ", "three"],
            ),
            // The last space lies inside of a mark, the one before it does not.
            (
                "aaa bbb ccc",
                9,
                vec![mark("bold", 6, 5)],
                vec!["aaa bbb ", "ccc"],
            ),
            (
                "aaaaa bb cc dd",
                12,
                vec![mark("bold", 6, 8)],
                vec!["aaaaa bb cc ", "dd"],
            ),
            (
                "aaaa bbb cc dd",
                12,
                vec![mark("bold", 9, 5)],
                vec!["aaaa bbb ", "cc dd"],
            ),
            ("aaaaaaaaaa", 4, vec![], vec!["aaaa", "aaaa", "aa"]),
            ("a\n   ", 2, vec![], vec!["a\n"]),
            ("", 5, vec![], vec![""]),
        ] {
            let text = Text {
                text: words.to_owned(),
                entities: marks,
            };
            let pieces = split(&text, max);
            let texts: Vec<_> = pieces.iter().map(|piece| piece.text.as_str()).collect();
            assert_eq!(texts, expected, "{words:?}");
        }
    }

    #[test]
    fn what_a_reader_sees_as_one_character_stays_whole() {
        for (words, max, expected) in [
            // Characters of two units, families joined into one picture, flags, tones of skin.
            ("😀😀😀", 5, vec!["😀😀", "😀"]),
            (
                "a👨\u{200d}👩\u{200d}👧b",
                8,
                vec!["a", "👨\u{200d}👩\u{200d}👧", "b"],
            ),
            ("🇩🇪🇩🇪", 6, vec!["🇩🇪", "🇩🇪"]),
            ("👍🏽👍🏽", 5, vec!["👍🏽", "👍🏽"]),
            // Accents of their own, and Hebrew with its points.
            (
                "e\u{301}e\u{301}e\u{301}",
                3,
                vec!["e\u{301}", "e\u{301}", "e\u{301}"],
            ),
            ("שָׁלוֹם שָׁלוֹם", 9, vec!["שָׁלוֹם ", "שָׁלוֹם"]),
            ("a\r\nb\r\nc", 4, vec!["a\r\n", "b\r\nc"]),
            (
                "\u{202e}abc\u{202c}\u{200b}d",
                4,
                vec!["\u{202e}abc", "\u{202c}\u{200b}d"],
            ),
            // One that is longer than a piece cannot stay whole.
            (
                "👨\u{200d}👩\u{200d}👧",
                4,
                vec!["👨\u{200d}", "👩\u{200d}", "👧"],
            ),
            ("😀😀", 1, vec!["😀", "😀"]),
        ] {
            let pieces = split(&Text::plain(words), max);
            let texts: Vec<_> = pieces.iter().map(|piece| piece.text.as_str()).collect();
            assert_eq!(texts, expected, "{words:?}");
        }
    }

    #[test]
    fn no_piece_has_more_marks_than_telegram_shows() {
        // 250 bold words: each mark is kept on its word.
        let text = Text {
            text: "ab ".repeat(250),
            entities: (0..250).map(|word| mark("bold", word * 3, 2)).collect(),
        };
        let pieces = split(&text, TEXT_MAX);
        let counts: Vec<usize> = pieces.iter().map(|piece| piece.entities.len()).collect();
        assert_eq!(counts, [100, 100, 50]);
        for piece in &pieces {
            assert!(
                piece
                    .entities
                    .iter()
                    .all(|entity| covered(piece, entity) == "ab")
            );
        }

        // All on the same words: cutting does not help, and what hides something stays.
        let mut entities: Vec<Entity> = (0..120).map(|_| mark("bold", 0, 2)).collect();
        entities.push(mark("spoiler", 0, 2));
        let text = Text {
            text: "ab".to_owned(),
            entities,
        };
        let pieces = split(&text, TEXT_MAX);
        assert_eq!(pieces.len(), 1);
        assert_eq!(pieces[0].entities.len(), ENTITIES_MAX);
        assert!(
            pieces[0]
                .entities
                .iter()
                .any(|entity| entity.kind == "spoiler")
        );
    }

    proptest! {
        #[test]
        fn many_marks_are_spread_over_pieces_and_none_is_lost(
            words in "[a-zé😀\n \u{301}\u{5d0}]{100,400}",
            marks in proptest::collection::vec((0_usize..400, 1_usize..6), 0..300),
            max in 40_usize..400,
        ) {
            let units = utf16_len(&words);
            let mut marks: Vec<(usize, usize)> = marks
                .into_iter()
                .filter(|(offset, length)| offset + length <= units)
                .collect();
            // Marks that lie apart, as many as fit.
            marks.sort_unstable();
            let mut last = 0;
            marks.retain(|(offset, length)| {
                let fits = *offset >= last;
                if fits {
                    last = offset + length;
                }
                fits
            });
            let text = Text {
                text: words.clone(),
                entities: marks.iter().map(|(offset, length)| mark("bold", *offset, *length)).collect(),
            };
            let pieces = split(&text, max);
            let mut start = 0;
            let mut bold = Vec::new();
            for piece in &pieces {
                prop_assert!(piece.entities.len() <= ENTITIES_MAX);
                prop_assert!(utf16_len(&piece.text) <= max);
                for entity in &piece.entities {
                    prop_assert!(entity.length > 0);
                    prop_assert!(entity.offset + entity.length <= utf16_len(&piece.text));
                    bold.extend(start + entity.offset..start + entity.offset + entity.length);
                }
                start += utf16_len(&piece.text);
            }
            let expected: Vec<usize> = marks
                .iter()
                .flat_map(|(offset, length)| *offset..offset + length)
                .filter(|unit| *unit < start)
                .collect();
            prop_assert_eq!(bold, expected);
        }

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
            let letters = |text: &str| text.split_whitespace().collect::<String>();
            prop_assert_eq!(letters(&rejoined), letters(&words));
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
