//! The same first words from many clients in a short time: a campaign, not as many questions.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

/// First texts count together within so long.
pub const SPAN: Duration = Duration::from_secs(10 * 60);
/// Tickets that begin with the same text as many others get their topic so much later, unless an admin
/// decides before.
pub const HELD_FOR: Duration = Duration::from_secs(30 * 60);
/// Shorter texts are alike by chance: greetings, "it does not work".
const LETTERS_MIN: usize = 24;

/// A number that is the same for the same words, whatever stands between them and however they are
/// written. None for texts so short that they are alike by chance. Good for as long as one program
/// runs, and for a new version of it with luck: the texts that it compares are minutes old.
pub fn digest(text: &str) -> Option<i64> {
    let words: Vec<String> = text
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let letters: usize = words.iter().map(|word| word.chars().count()).sum();
    if letters < LETTERS_MIN {
        return None;
    }
    let mut hasher = DefaultHasher::new();
    words.hash(&mut hasher);
    Some(hasher.finish().cast_signed())
}

/// What becomes of a ticket whose first text that many clients have written, this one included, where
/// the config sets this bound (0 = none).
pub fn judge(clients: u32, bound: u32) -> Same {
    match clients.cmp(&bound) {
        _ if bound == 0 => Same::Passes,
        std::cmp::Ordering::Less => Same::Passes,
        std::cmp::Ordering::Equal => Same::Held { tell: true },
        std::cmp::Ordering::Greater => Same::Held { tell: false },
    }
}

/// What becomes of a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Same {
    /// It gets its topic in its turn.
    Passes,
    /// It waits without one.
    Held {
        /// Whether the admins are told now.
        tell: bool,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_are_the_same_however_they_are_written() {
        let one = digest("Join our channel, free coins for everyone!");
        assert!(one.is_some());
        for same in [
            "join our channel free coins for everyone",
            "JOIN  our\nchannel… FREE coins for EVERYONE",
        ] {
            assert_eq!(digest(same), one, "{same}");
        }
        assert_ne!(digest("Join our channel, free coins for nobody!"), one);
        for short in ["hello", "hello, it does not work", ""] {
            assert_eq!(digest(short), None, "{short}");
        }
    }

    #[test]
    fn from_the_bound_on_tickets_are_held_and_the_admins_are_told_once() {
        let table = [
            (4, 5, Same::Passes),
            (5, 5, Same::Held { tell: true }),
            (6, 5, Same::Held { tell: false }),
            (600, 0, Same::Passes),
            (1, 1, Same::Held { tell: true }),
        ];
        for (clients, bound, expected) in table {
            assert_eq!(judge(clients, bound), expected, "{clients} of {bound}");
        }
    }
}
