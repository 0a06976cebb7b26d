//! When a ticket is raised by what its client writes, and what raising does.
//!
//! A keyword is found as a whole word, in any case, with `ё` read as `е`. Words in Cyrillic letters are
//! compared by their Russian stem, so `жалоба` finds every case and number of itself: жалобу, жалобами.
//! A word of the same root that has another stem is another word: `пожаловаться` is not found by
//! `жалоба` and has to be listed by itself. Words in plain Latin letters are compared by their English
//! stem, but only where no more than the keyword's last letter differs: that stem is so short that
//! `operator`, `operation` and `operate` share one, and an operation is no call for an operator. Words in
//! other letters have to be the same. Of several words, all have to stand side by side.

use std::collections::BTreeSet;
use std::time::Duration;

use rust_stemmers::{Algorithm, Stemmer};
use serde::{Deserialize, Serialize};

use crate::domain::ticket::{Level, TicketPriority};
use crate::domain::time::Timestamp;

/// What counts as one time of writing.
const MINUTE: Duration = Duration::from_secs(60);

/// Words that raise a ticket, ready to be looked for.
pub struct Keywords {
    listed: Vec<(String, Vec<Word>)>,
    /// What keywords begin with: no form of a word begins with another letter.
    initials: BTreeSet<char>,
    stemmers: Stemmers,
}

struct Stemmers {
    english: Stemmer,
    russian: Stemmer,
}

/// A word as it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    plain: String,
    stem: Stem,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Stem {
    English(String),
    Russian(String),
    Other,
}

impl Keywords {
    /// From the words of the config.
    pub fn new(listed: &[String]) -> Self {
        let stemmers = Stemmers {
            english: Stemmer::create(Algorithm::English),
            russian: Stemmer::create(Algorithm::Russian),
        };
        let listed: Vec<(String, Vec<Word>)> = listed
            .iter()
            .map(|keyword| (keyword.clone(), stemmers.words(keyword, |_| true)))
            .filter(|(_, words)| !words.is_empty())
            .collect();
        let words = listed.iter().flat_map(|(_, words)| words);
        Self {
            initials: words.filter_map(|word| word.plain.chars().next()).collect(),
            listed,
            stemmers,
        }
    }

    /// The first keyword, in the order of the config, that a text holds.
    pub fn find_in(&self, text: &str) -> Option<&str> {
        if self.listed.is_empty() {
            return None;
        }
        let may_be_one = |initial| self.initials.contains(&initial);
        let words = self.stemmers.words(text, may_be_one);
        let holds = |keyword: &[Word]| {
            words.windows(keyword.len()).any(|part| {
                part.iter()
                    .zip(keyword)
                    .all(|(word, key)| is_form(word, key))
            })
        };
        self.listed
            .iter()
            .find(|(_, keyword)| holds(keyword))
            .map(|(written, _)| written.as_str())
    }
}

impl std::fmt::Debug for Keywords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let written = self.listed.iter().map(|(written, _)| written);
        f.debug_list().entries(written).finish()
    }
}

impl Stemmers {
    /// The words of a text, with the stems of those whose first letter is wanted.
    fn words(&self, text: &str, is_wanted: impl Fn(char) -> bool) -> Vec<Word> {
        text.to_lowercase()
            .replace('ё', "е")
            .split(|sign: char| !sign.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(|word| Word {
                plain: word.to_owned(),
                stem: if word.starts_with(&is_wanted) {
                    self.stem(word)
                } else {
                    Stem::Other
                },
            })
            .collect()
    }

    fn stem(&self, word: &str) -> Stem {
        if word.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            Stem::English(self.english.stem(word).into_owned())
        } else if word.chars().all(|sign| matches!(sign, 'а'..='я')) {
            Stem::Russian(self.russian.stem(word).into_owned())
        } else {
            Stem::Other
        }
    }
}

/// Whether a word is a keyword, in one of its forms.
fn is_form(word: &Word, keyword: &Word) -> bool {
    if word.plain == keyword.plain {
        return true;
    }
    match (&word.stem, &keyword.stem) {
        (Stem::English(left), Stem::English(right)) => {
            let shared = word
                .plain
                .bytes()
                .zip(keyword.plain.bytes())
                .take_while(|(left, right)| left == right)
                .count();
            left == right && shared + 1 >= keyword.plain.len()
        }
        // The bare stem is a form as well ("без проблем"); some lose more as words of their own.
        (Stem::Russian(left), Stem::Russian(right)) => left == right || word.plain == *right,
        (Stem::English(_) | Stem::Russian(_) | Stem::Other, _) => false,
    }
}

/// How long a client has been writing without an answer, in separate minutes: ten lines in a row are one
/// thought, five minutes with a line each are somebody who waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unanswered {
    /// Separate minutes in which the client has written since the last answer.
    pub minutes: u32,
    /// When the last of them began.
    pub minute_began_at: Option<Timestamp>,
}

impl Unanswered {
    /// The client has been answered.
    pub const NONE: Unanswered = Unanswered {
        minutes: 0,
        minute_began_at: None,
    };

    /// After a message of the client with this date.
    pub fn wrote(self, date: Timestamp) -> Self {
        let is_same_minute = self
            .minute_began_at
            .is_some_and(|began| date < began.plus(MINUTE));
        if is_same_minute {
            return self;
        }
        Self {
            minutes: self.minutes.saturating_add(1),
            minute_began_at: Some(date),
        }
    }

    /// Whether that raises the ticket; a limit of 0 never does.
    pub const fn is_over(self, limit: u32) -> bool {
        limit > 0 && self.minutes >= limit
    }
}

/// Why a ticket was raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Somebody of the desk has said so.
    Agent,
    /// The client used a keyword.
    Keyword,
    /// The client wrote and wrote, and nobody answered.
    Unanswered,
    /// A target was missed.
    Overdue,
}

impl Cause {
    /// Every cause.
    pub const ALL: [Cause; 4] = [
        Cause::Agent,
        Cause::Keyword,
        Cause::Unanswered,
        Cause::Overdue,
    ];

    /// Its name in the database and in the texts.
    pub const fn name(self) -> &'static str {
        match self {
            Cause::Agent => "agent",
            Cause::Keyword => "keyword",
            Cause::Unanswered => "unanswered",
            Cause::Overdue => "overdue",
        }
    }
}

/// What raising makes of a level and a priority: one step more of both.
pub const fn raised(level: Level, priority: TicketPriority) -> (Level, TicketPriority) {
    let priority = match priority {
        TicketPriority::Low => TicketPriority::Medium,
        TicketPriority::Medium => TicketPriority::High,
        TicketPriority::High | TicketPriority::Critical => TicketPriority::Critical,
    };
    (level.above(), priority)
}

/// Whether the desk raises a ticket by itself. An agent may always; a rule does it once for each reason
/// until somebody has answered, and not where there is nothing left to raise.
pub fn raises_itself(
    cause: Cause,
    since_last_answer: &[Cause],
    level: Level,
    priority: TicketPriority,
) -> bool {
    let is_at_the_top = raised(level, priority) == (level, priority);
    cause == Cause::Agent || (!is_at_the_top && !since_last_answer.contains(&cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keywords(words: &[&str]) -> Keywords {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        Keywords::new(&words)
    }

    #[test]
    fn the_default_words_are_found_in_their_forms_and_nothing_else_is() {
        let keywords = keywords(&["operator", "complaint", "оператор", "жалоба"]);
        for (text, expected) in [
            ("operator", Some("operator")),
            ("I want an OPERATOR!", Some("operator")),
            ("are there any operators?", Some("operator")),
            ("the operator's answer", Some("operator")),
            ("(operator)", Some("operator")),
            ("complaints", Some("complaint")),
            ("My complaint: it is broken", Some("complaint")),
            // One short stem for all of these; none of them is an operator.
            ("after the operation", None),
            ("how do I operate it", None),
            ("the operating system", None),
            ("an operational question", None),
            ("thank you for your cooperation", None),
            ("you are very cooperative", None),
            ("a cooperator", None),
            ("opera", None),
            // To complain is another word.
            ("I complain", None),
            ("complaisant", None),
            // Every case and number.
            ("оператор", Some("оператор")),
            ("Позовите ОПЕРАТОРА", Some("оператор")),
            ("операторы молчат", Some("оператор")),
            ("с операторами", Some("оператор")),
            ("дайте-ка оператору трубку", Some("оператор")),
            ("у меня жалоба", Some("жалоба")),
            ("пишу жалобу.", Some("жалоба")),
            ("сколько жалоб", Some("жалоба")),
            ("жалобами завалю", Some("жалоба")),
            // Other words, some of the same root.
            ("хочу пожаловаться", None),
            ("жалуюсь на вас", None),
            ("жалобный голос", None),
            ("мне жаль", None),
            ("операция", None),
            ("оперативно", None),
            ("операторская", None),
            ("кооператор", None),
            // A word of two alphabets is neither.
            ("oператор", None),
            ("", None),
            ("👍", None),
        ] {
            assert_eq!(keywords.find_in(text), expected, "{text:?}");
        }
    }

    #[test]
    fn other_words_follow_the_same_rules() {
        for (keyword, text, is_found) in [
            ("problem", "two problems", true),
            ("проблема", "проблемы с оплатой", true),
            ("проблема", "без проблем", true),
            ("проблема", "проблемный", false),
            ("refund", "refunded", true),
            ("query", "queries", true),
            ("расчёт", "по расчету", true),
            ("расчет", "расчёты", true),
            ("speak to a human", "let me speak to a human, please", true),
            ("speak to a human", "humans speak", false),
            ("живой человек", "дайте живого человека", true),
            ("Beschwerde", "eine Beschwerde", true),
            ("Geschäftsführer", "GESCHÄFTSFÜHRER", true),
            ("Geschäftsführer", "Geschäftsführers", false),
            ("投诉", "投诉", true),
            ("911", "call 911", true),
        ] {
            let found = keywords(&[keyword]).find_in(text).is_some();
            assert_eq!(found, is_found, "{keyword:?} in {text:?}");
        }
        assert_eq!(keywords(&[]).find_in("operator"), None);
        assert_eq!(keywords(&["!"]).find_in("!"), None);
    }

    #[test]
    fn minutes_count_and_lines_do_not() {
        let after = |dates: &[i64]| {
            dates.iter().fold(Unanswered::NONE, |unanswered, date| {
                unanswered.wrote(Timestamp::from_seconds(*date))
            })
        };
        for (dates, minutes) in [
            (&[][..], 0),
            (&[0], 1),
            (&[0, 1, 2, 30, 59], 1),
            (&[0, 60], 2),
            // A minute begins with what is written, not with the clock.
            (&[59, 61], 1),
            (&[0, 59, 60, 119, 120], 3),
            // Dates that go back do not count again.
            (&[100, 40], 1),
        ] {
            assert_eq!(after(dates).minutes, minutes, "{dates:?}");
        }
        let five = after(&[0, 60, 120, 180, 240]);
        assert!(five.is_over(5) && !five.is_over(6) && !five.is_over(0));
    }

    #[test]
    fn raising_is_one_step_up_to_the_top() {
        let level = |number| Level::new(number).expect("there is one");
        use TicketPriority::{Critical, High, Low, Medium};
        for (before, after) in [
            ((1, Low), (2, Medium)),
            ((1, Medium), (2, High)),
            ((2, High), (3, Critical)),
            ((3, High), (3, Critical)),
            ((3, Critical), (3, Critical)),
        ] {
            let raised = raised(level(before.0), before.1);
            assert_eq!(raised, (level(after.0), after.1));
        }
    }

    #[test]
    fn a_rule_raises_once_until_there_is_an_answer() {
        let third = Level::LAST;
        for (cause, since, level, priority, expected) in [
            (
                Cause::Keyword,
                &[][..],
                Level::FIRST,
                TicketPriority::Medium,
                true,
            ),
            (
                Cause::Keyword,
                &[Cause::Keyword],
                Level::FIRST,
                TicketPriority::Medium,
                false,
            ),
            (
                Cause::Unanswered,
                &[Cause::Keyword],
                Level::FIRST,
                TicketPriority::Medium,
                true,
            ),
            (
                Cause::Agent,
                &[Cause::Agent],
                Level::FIRST,
                TicketPriority::Medium,
                true,
            ),
            (Cause::Overdue, &[], third, TicketPriority::Critical, false),
            (Cause::Overdue, &[], third, TicketPriority::High, true),
            (Cause::Agent, &[], third, TicketPriority::Critical, true),
        ] {
            assert_eq!(
                raises_itself(cause, since, level, priority),
                expected,
                "{cause:?} {since:?}"
            );
        }
    }
}
