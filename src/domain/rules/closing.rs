//! What somebody says who closes a ticket: `solved`, `duplicate SUPP-…`, `silent`, `in 2h`, a reason, or
//! several of them.

use crate::domain::ticket::{Resolution, TicketCode};

/// What stands behind `/close`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloseWords<'a> {
    /// When; what stands there has still to be read as a time.
    pub when: When<'a>,
    /// Whether the client is not told.
    pub is_silent: bool,
    /// What came of the ticket.
    pub resolution: Option<Resolution>,
    /// The other ticket that is about the same.
    pub duplicate_of: Option<TicketCode>,
    /// Why, in the words of whoever closes it; may be empty.
    pub reason: &'a str,
}

/// When a ticket is to be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When<'a> {
    /// At once.
    Now,
    /// At the time with which this begins; what stands behind it is the reason.
    In(&'a str),
    /// Not at the time that was set for it.
    Never,
}

/// Reads what stands behind `/close`. None where it makes no sense: a duplicate of nothing.
pub fn read(words: &str) -> Option<CloseWords<'_>> {
    let mut read = CloseWords {
        when: When::Now,
        is_silent: false,
        resolution: None,
        duplicate_of: None,
        reason: words.trim(),
    };
    if read.reason.eq_ignore_ascii_case("cancel") {
        read.when = When::Never;
        read.reason = "";
        return Some(read);
    }
    loop {
        let (word, rest) = first(read.reason);
        if word.eq_ignore_ascii_case("silent") && !read.is_silent {
            read.is_silent = true;
        } else if word.eq_ignore_ascii_case("in") && !rest.is_empty() {
            read.when = When::In(rest);
            read.reason = "";
            return Some(read);
        } else if let Some(resolution) = resolution(word).filter(|_| read.resolution.is_none()) {
            read.resolution = Some(resolution);
            if resolution == Resolution::Duplicate {
                let (code, rest) = first(rest);
                read.duplicate_of = Some(TicketCode::find_in(&code.to_uppercase())?);
                read.reason = rest;
                continue;
            }
        } else {
            return Some(read);
        }
        read.reason = rest;
    }
}

fn resolution(word: &str) -> Option<Resolution> {
    let mut all = Resolution::ALL.into_iter();
    all.find(|resolution| resolution.name().eq_ignore_ascii_case(word))
}

fn first(words: &str) -> (&str, &str) {
    let words = words.trim();
    let (word, rest) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
    (word, rest.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_behind_close_is_read() {
        let plain = CloseWords {
            when: When::Now,
            is_silent: false,
            resolution: None,
            duplicate_of: None,
            reason: "",
        };
        let other = TicketCode::find_in("SUPP-261120-7F3K2Q");
        let table = [
            ("", Some(plain.clone())),
            (
                "refunded",
                Some(CloseWords {
                    reason: "refunded",
                    ..plain.clone()
                }),
            ),
            (
                "cancel",
                Some(CloseWords {
                    when: When::Never,
                    ..plain.clone()
                }),
            ),
            (
                "cancel it",
                Some(CloseWords {
                    reason: "cancel it",
                    ..plain.clone()
                }),
            ),
            (
                "in 2h",
                Some(CloseWords {
                    when: When::In("2h"),
                    ..plain.clone()
                }),
            ),
            (
                "in",
                Some(CloseWords {
                    reason: "in",
                    ..plain.clone()
                }),
            ),
            (
                " Solved  they are happy ",
                Some(CloseWords {
                    resolution: Some(Resolution::Solved),
                    reason: "they are happy",
                    ..plain.clone()
                }),
            ),
            (
                "solved spam",
                Some(CloseWords {
                    resolution: Some(Resolution::Solved),
                    reason: "spam",
                    ..plain.clone()
                }),
            ),
            (
                "silent no_answer in 3h asked twice",
                Some(CloseWords {
                    when: When::In("3h asked twice"),
                    is_silent: true,
                    resolution: Some(Resolution::NoAnswer),
                    ..plain.clone()
                }),
            ),
            (
                "duplicate supp-261120-7f3k2q same order",
                Some(CloseWords {
                    resolution: Some(Resolution::Duplicate),
                    duplicate_of: other,
                    reason: "same order",
                    ..plain.clone()
                }),
            ),
            ("duplicate", None),
            ("duplicate of something", None),
        ];
        for (words, expected) in table {
            assert_eq!(read(words), expected, "{words:?}");
        }
    }
}
