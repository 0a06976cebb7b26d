//! A message in one line, for those who were not there when it was written. What lay under a spoiler stays
//! hidden: a line of a list has none.

use super::text;
use crate::domain::content::Text;

/// What stands in the place of words under a spoiler.
const HIDDEN: &str = "▒▒▒";

/// The first line of a text, at most so many characters of it.
pub fn line(words: &Text, most: usize) -> String {
    let mut spoilers: Vec<(usize, usize)> = words
        .entities
        .iter()
        .filter(|entity| entity.kind == "spoiler")
        .map(|entity| (entity.offset, entity.offset + entity.length))
        .collect();
    spoilers.sort_unstable();
    let (mut shown, mut at, mut is_hidden) = (String::new(), 0, false);
    for sign in words.text.chars() {
        let hides = spoilers.iter().any(|(from, to)| (*from..*to).contains(&at));
        if hides && !is_hidden {
            shown.push_str(HIDDEN);
        } else if !hides {
            shown.push(sign);
        }
        is_hidden = hides;
        at += sign.len_utf16();
    }
    text::first_line(&Text::plain(shown), most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::content::Entity;

    #[test]
    fn what_lay_under_a_spoiler_stays_hidden() {
        let spoiler = |offset, length| Entity {
            kind: "spoiler".to_owned(),
            offset,
            length,
            rest: Default::default(),
        };
        let words = Text {
            text: "😀 call 0171 or 0172 now\nsecond line".to_owned(),
            entities: vec![spoiler(16, 4), spoiler(8, 4)],
        };
        assert_eq!(line(&words, 60), "😀 call ▒▒▒ or ▒▒▒ now");
        assert_eq!(line(&Text::plain("as it is"), 60), "as it is");
    }
}
