//! A text as a reader takes it in: without what cannot be seen, with wide and fancy digits, letters
//! and signs as plain ones, and with the place in the original of every character. Changes no text.

use std::ops::Range;

/// The plain form of a text, and where each of its bytes comes from.
pub struct Skeleton {
    text: String,
    /// For every byte of `text`: the UTF-16 range of the original character that made it.
    origins: Vec<Range<usize>>,
}

impl Skeleton {
    /// Of a text, in the case in which it is written.
    pub fn of(original: &str) -> Skeleton {
        Skeleton::build(original, |character, push| push(character))
    }

    /// Of a text in lower case.
    pub fn folded(original: &str) -> Skeleton {
        Skeleton::build(original, |character, push| {
            character.to_lowercase().for_each(push);
        })
    }

    /// The plain form.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The UTF-16 range in the original of a byte range of the plain form that is not empty. What
    /// cannot be seen inside of it belongs to it.
    pub fn origin(&self, bytes: &Range<usize>) -> Option<Range<usize>> {
        let first = self.origins.get(bytes.start)?;
        let last = self.origins.get(bytes.end.checked_sub(1)?)?;
        (first.start < last.end).then_some(first.start..last.end)
    }

    /// The byte range of the plain form that comes from a UTF-16 range of the original.
    pub fn of_origin(&self, units: &Range<usize>) -> Range<usize> {
        let start = self
            .origins
            .partition_point(|origin| origin.end <= units.start);
        let end = self
            .origins
            .partition_point(|origin| origin.start < units.end);
        start..end.max(start)
    }

    fn build(original: &str, fold: impl Fn(char, &mut dyn FnMut(char))) -> Skeleton {
        let mut skeleton = Skeleton {
            text: String::with_capacity(original.len()),
            origins: Vec::with_capacity(original.len()),
        };
        let mut units = 0;
        for character in original.chars() {
            let origin = units..units + character.len_utf16();
            units = origin.end;
            if is_invisible(character) {
                if matches!(character, '\u{fe00}'..='\u{fe0f}' | '\u{20e3}') {
                    skeleton.widen_last(&origin);
                }
                continue;
            }
            fold(plain(character), &mut |folded| {
                skeleton.text.push(folded);
                let bytes = folded.len_utf8();
                skeleton
                    .origins
                    .extend(std::iter::repeat_n(origin.clone(), bytes));
            });
        }
        skeleton
    }

    /// A selector of a form and the frame of a key are parts of the character before them.
    fn widen_last(&mut self, part: &Range<usize>) {
        let Some(start) = self.origins.last().map(|last| last.start) else {
            return;
        };
        let same = self.origins.iter_mut().rev();
        for origin in same.take_while(|origin| origin.start == start && origin.end == part.start) {
            origin.end = part.end;
        }
    }
}

/// Characters that take no room of their own: joiners, marks of direction, selectors of a form, and
/// the frame that makes a key of a digit.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{20e3}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// The plain character that a reader takes this one for.
fn plain(character: char) -> char {
    let moved = |from: u32, to: char| {
        char::from_u32(u32::from(character) - from + u32::from(to)).unwrap_or(character)
    };
    match character {
        // Full-width forms.
        '\u{ff01}'..='\u{ff5e}' => moved(0xff01, '!'),
        '\u{fe6b}' => '@',
        '\u{fe62}' => '+',
        // Digits of other scripts, and the five fancy rows of mathematics.
        '\u{660}'..='\u{669}' => moved(0x660, '0'),
        '\u{6f0}'..='\u{6f9}' => moved(0x6f0, '0'),
        '\u{966}'..='\u{96f}' => moved(0x966, '0'),
        '\u{1d7ce}'..='\u{1d7ff}' => digit_of_mathematics(character),
        // Dashes and spaces.
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' => '-',
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => ' ',
        '\u{2024}' | '\u{3002}' | '\u{ff61}' => '.',
        '\u{2044}' | '\u{2215}' => '/',
        _ => character,
    }
}

fn digit_of_mathematics(character: char) -> char {
    let digit = (u32::from(character) - 0x1d7ce) % 10;
    char::from_digit(digit, 10).unwrap_or(character)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_reader_sees_is_what_is_left() {
        for (original, expected) in [
            ("@an\u{200b}na", "@anna"),
            ("＠ａｎｎａ", "@anna"),
            ("+49\u{a0}30\u{2011}12", "+49 30-12"),
            ("٠١٢ ۳۴", "012 34"),
            ("𝟏𝟐𝟯𝟿", "1239"),
            ("1\u{fe0f}\u{20e3}2\u{fe0f}\u{20e3}", "12"),
            ("\u{202e}abc\u{202c}", "abc"),
            ("Анна 😀", "Анна 😀"),
        ] {
            assert_eq!(Skeleton::of(original).text(), expected, "{original:?}");
        }
        assert_eq!(Skeleton::folded("ÄNNE İ").text(), "änne i\u{307}");
    }

    #[test]
    fn a_range_comes_back_with_what_cannot_be_seen_inside_of_it() {
        let skeleton = Skeleton::of("😀\u{200b}a\u{200b}b\u{200b}c");
        let found = skeleton.text().find("ab").expect("it is there");
        assert_eq!(skeleton.origin(&(found..found + 2)), Some(3..6));
        assert_eq!(skeleton.of_origin(&(3..6)), found..found + 2);
        assert_eq!(skeleton.origin(&(0..0)), None);
        let keys = Skeleton::of("1\u{fe0f}\u{20e3}2");
        assert_eq!(keys.origin(&(0..1)), Some(0..3));
    }

    proptest! {
        #[test]
        fn every_byte_comes_from_a_character(original in "\\PC{0,60}") {
            for skeleton in [Skeleton::of(&original), Skeleton::folded(&original)] {
                prop_assert_eq!(skeleton.text.len(), skeleton.origins.len());
                let units = original.encode_utf16().count();
                for origin in &skeleton.origins {
                    prop_assert!(origin.start < origin.end && origin.end <= units);
                }
                prop_assert!(skeleton.origins.is_sorted_by_key(|origin| origin.start));
            }
        }
    }
}
