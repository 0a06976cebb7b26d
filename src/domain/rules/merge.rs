//! Several texts of one client in one post, while the group's budget is short: in order, each on its
//! own paragraph, with their marks where they belong.

use super::text::{self, ENTITIES_MAX, TEXT_MAX};
use crate::domain::content::Text;

/// Texts that one post carries at most.
pub const TEXTS_MAX: usize = 20;

/// What stands between two of them.
const BETWEEN: &str = "\n\n";

/// The post that carries these texts.
pub fn joined<'a>(texts: impl IntoIterator<Item = &'a Text>) -> Text {
    let mut post = Text::default();
    for (index, words) in texts.into_iter().enumerate() {
        if index > 0 {
            post = text::join(&post, &Text::plain(BETWEEN));
        }
        post = text::join(&post, words);
    }
    post
}

/// Whether a text can be posted as one message.
pub fn fits(post: &Text) -> bool {
    text::utf16_len(&post.text) <= TEXT_MAX && post.entities.len() <= ENTITIES_MAX
}

/// How many of the texts that follow may share the post of the first. None of them is left out or
/// overtaken: it ends at the first that cannot (`None`), or that does not fit any more.
pub fn how_many(first: &Text, following: &[Option<Text>]) -> usize {
    let mut post = first.clone();
    let mut count = 0;
    for next in following.iter().take(TEXTS_MAX - 1) {
        let Some(next) = next else {
            break;
        };
        post = joined([&post, next]);
        if !fits(&post) {
            break;
        }
        count += 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Map;

    use super::*;
    use crate::domain::content::Entity;

    fn bold(text: &str, offset: usize, length: usize) -> Text {
        Text {
            text: text.to_owned(),
            entities: vec![Entity {
                kind: "bold".to_owned(),
                offset,
                length,
                rest: Map::new(),
            }],
        }
    }

    #[test]
    fn each_stands_on_its_own_paragraph_and_marks_stay_on_their_words() {
        let post = joined([
            &bold("😀 one", 3, 3),
            &Text::plain("two"),
            &bold("three", 0, 5),
        ]);
        assert_eq!(post.text, "😀 one\n\ntwo\n\nthree");
        let marks: Vec<(usize, usize)> = post
            .entities
            .iter()
            .map(|mark| (mark.offset, mark.length))
            .collect();
        assert_eq!(marks, [(3, 3), (13, 5)]);
    }

    #[test]
    fn what_may_share_a_post() {
        let some = |text: &str| Some(Text::plain(text));
        let long = "x".repeat(4000);
        let marked = |marks: usize| Text {
            text: "y".repeat(marks),
            entities: (0..marks)
                .map(|at| bold("y", at, 1).entities.remove(0))
                .collect(),
        };
        let table = [
            ("nothing follows", "a", vec![], 0),
            ("two follow", "a", vec![some("b"), some("c")], 2),
            (
                "one that may not ends it",
                "a",
                vec![some("b"), None, some("c")],
                1,
            ),
            (
                "one that is too long ends it",
                "a",
                vec![some(&long), some(&long), some("c")],
                1,
            ),
            (
                "up to the very limit",
                "a",
                vec![some(&"x".repeat(4093))],
                1,
            ),
            ("and not one further", "a", vec![some(&"x".repeat(4094))], 0),
            (
                "marks count too",
                "a",
                vec![Some(marked(100)), Some(marked(1))],
                1,
            ),
            ("no more than twenty", "a", vec![some("b"); 50], 19),
        ];
        for (what, first, following, expected) in table {
            assert_eq!(
                how_many(&Text::plain(first), &following),
                expected,
                "{what}"
            );
        }
    }

    /// A text of which some letters in a row are marked.
    fn some_text() -> impl Strategy<Value = Text> {
        let parts = ("[a-zé😀 ]{0,300}", "[a-zé😀]{1,300}", "[a-zé😀 ]{0,300}");
        parts.prop_map(|(before, marked, after)| {
            let (offset, length) = (text::utf16_len(&before), text::utf16_len(&marked));
            bold(&format!("{before}{marked}{after}"), offset, length)
        })
    }

    /// The words under each mark.
    fn marked(text: &Text) -> Vec<String> {
        let units: Vec<u16> = text.text.encode_utf16().collect();
        let words = text.entities.iter().map(|mark| {
            let words = &units[mark.offset..mark.offset + mark.length];
            String::from_utf16(words).expect("no letter is cut")
        });
        words.collect()
    }

    proptest! {
        /// Whatever is joined fits, and holds every text as it was, in order, with its marks on its words.
        #[test]
        fn nothing_is_lost(texts in prop::collection::vec(some_text(), 1..12)) {
            let following: Vec<Option<Text>> = texts.iter().skip(1).cloned().map(Some).collect();
            let count = how_many(&texts[0], &following);
            let post = joined(&texts[..=count]);
            prop_assert!(fits(&post));
            let words: Vec<&str> = texts[..=count].iter().map(|text| text.text.as_str()).collect();
            prop_assert_eq!(&post.text, &words.join(BETWEEN));
            let marks: Vec<String> = texts[..=count].iter().flat_map(marked).collect();
            prop_assert_eq!(marked(&post), marks);
        }
    }
}
