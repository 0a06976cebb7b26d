//! What Telegram says about a refusal, cut down to words that can name nobody: it is shown to admins, and
//! may repeat what somebody wrote.

/// So many characters are shown at most.
const SHOWN_MAX: usize = 120;
/// Words with a capital that Telegram's own sentences have.
const KNOWN: [&str; 8] = [
    "Bad",
    "Request",
    "Forbidden",
    "Internal",
    "Server",
    "Error",
    "Telegram",
    "URL",
];
/// What stands for all that is left out.
const LEFT_OUT: &str = "…";

/// Telegram's own words. What is quoted, has digits, or could be a name or an address is left out.
pub fn harmless(description: &str) -> String {
    let unquoted = unquoted(description);
    let mut words: Vec<&str> = Vec::new();
    for word in unquoted.split_whitespace() {
        let kept = if is_harmless(word) { word } else { LEFT_OUT };
        if kept != LEFT_OUT || words.last() != Some(&LEFT_OUT) {
            words.push(kept);
        }
    }
    let whole = words.join(" ");
    match whole.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}{LEFT_OUT}", whole[..end].trim_end()),
        None => whole,
    }
}

/// A sentence with a mark where it quotes something. An apostrophe inside a word is none.
fn unquoted(description: &str) -> String {
    let mut out = String::new();
    let mut closing: Option<char> = None;
    let mut before = ' ';
    for character in description.chars() {
        match closing {
            Some(end) if character == end => closing = None,
            Some(_) => {}
            None => {
                closing = match character {
                    '"' => Some('"'),
                    '“' => Some('”'),
                    '«' => Some('»'),
                    '\'' if !before.is_alphanumeric() => Some('\''),
                    _ => None,
                };
                match closing {
                    Some(_) => out.push_str(LEFT_OUT),
                    None => out.push(character),
                }
            }
        }
        before = character;
    }
    out
}

fn is_harmless(word: &str) -> bool {
    let word = word.trim_end_matches([',', '.', ':', ';', '!', ')']);
    let word = word.trim_start_matches('(');
    let is_sentence = word
        .chars()
        .all(|character| character.is_ascii_lowercase() || "\'-".contains(character));
    let is_code = word.contains('_')
        && word
            .chars()
            .all(|character| character.is_ascii_uppercase() || character == '_');
    !word.is_empty() && (is_sentence || is_code || KNOWN.contains(&word))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_telegrams_own_words_are_left() {
        for (description, expected) in [
            ("", ""),
            (
                "Bad Request: MESSAGE_STRANGE",
                "Bad Request: MESSAGE_STRANGE",
            ),
            (
                "Bad Request: message can't be handled",
                "Bad Request: message can't be handled",
            ),
            (
                "Bad Request: user 7310000001 is odd",
                "Bad Request: user … is odd",
            ),
            ("Bad Request: no @ann_smith here", "Bad Request: no … here"),
            ("Bad Request: see t.me/ann", "Bad Request: see …"),
            ("Forbidden: Ann Smith is odd", "Forbidden: … is odd"),
            (
                "Bad Request: unsupported start tag \"call me ann\" at byte offset 12",
                "Bad Request: unsupported start tag … at byte offset …",
            ),
            (
                "Bad Request: button URL 'ann.example' is invalid: wrong host",
                "Bad Request: button URL … is invalid: wrong host",
            ),
            ("Bad Request: \"never closed, ann", "Bad Request: …"),
            ("ann@example.org +491701234567 Энн", "…"),
            ("ALLOW_PAYMENT_REQUIRED_5", "…"),
        ] {
            assert_eq!(harmless(description), expected);
        }
        assert!(harmless(&"word ".repeat(100)).chars().count() <= SHOWN_MAX + 1);
    }

    proptest! {
        /// Whatever Telegram repeats: no digit, no sign of an address and nothing quoted is shown.
        #[test]
        fn nothing_that_names_is_left(description in ".{0,300}", quoted in "[a-z]{12}") {
            let shown = harmless(&description);
            let names = |character: char| character.is_ascii_digit() || "@/+\"".contains(character);
            prop_assert!(!shown.contains(names), "{shown}");
            let said = format!("Bad Request: wrong \"{quoted}\" there");
            prop_assert!(!harmless(&said).contains(&quoted));
        }
    }
}
