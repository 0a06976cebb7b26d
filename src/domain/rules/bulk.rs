//! One thing that is done to many tickets: `close older 7d`, `close tag spam`, `priority high category
//! billing`.

use serde::{Deserialize, Serialize};

use super::when::parse_span;
use crate::domain::ticket::TicketPriority;
use crate::domain::time::Timestamp;

/// What is done to which tickets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bulk {
    /// What is done.
    pub deed: BulkDeed,
    /// To which of those that are not closed.
    pub choice: Choice,
}

/// What is done to each of many tickets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BulkDeed {
    /// It is closed.
    Close,
    /// It becomes so urgent.
    Priority(TicketPriority),
}

/// Which tickets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// Those in which nobody has written since then.
    SilentSince(Timestamp),
    /// Those with this tag.
    Tag(String),
    /// Those of this category.
    Category(String),
}

/// Reads what stands behind `/bulk`. None where it makes no sense.
pub fn read(words: &str, now: Timestamp) -> Option<Bulk> {
    let words = words.to_lowercase();
    let words: Vec<&str> = words.split_whitespace().collect();
    let (deed, rest) = match words.as_slice() {
        ["close", rest @ ..] => (BulkDeed::Close, rest),
        ["priority", name, rest @ ..] => {
            let mut all = TicketPriority::ALL.into_iter();
            let priority = all.find(|priority| priority.name() == *name)?;
            (BulkDeed::Priority(priority), rest)
        }
        _ => return None,
    };
    let choice = match rest {
        ["older", span @ ..] => match parse_span(&span.join(" ")).ok()? {
            (span, "") => Choice::SilentSince(now.minus(span)),
            (_, _) => return None,
        },
        ["tag", tag] => Choice::Tag(tag.trim_start_matches('#').to_owned()),
        ["category", name] => Choice::Category((*name).to_owned()),
        _ => return None,
    };
    Some(Bulk { deed, choice })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_behind_bulk_is_read() {
        let now = Timestamp::from_seconds(10 * 86_400);
        let since = Choice::SilentSince(Timestamp::from_seconds(3 * 86_400));
        let (close, high) = (BulkDeed::Close, BulkDeed::Priority(TicketPriority::High));
        let table = [
            ("close older 7d", Some((close, since.clone()))),
            ("Close Older 7 days", Some((close, since))),
            (
                "close tag #VIP",
                Some((close, Choice::Tag("vip".to_owned()))),
            ),
            (
                "priority high category billing",
                Some((high, Choice::Category("billing".to_owned()))),
            ),
            ("close", None),
            ("close older", None),
            ("close older 7d please", None),
            ("close everything", None),
            ("priority tag vip", None),
            ("delete tag vip", None),
            ("", None),
        ];
        for (words, expected) in table {
            let expected = expected.map(|(deed, choice)| Bulk { deed, choice });
            assert_eq!(read(words, now), expected, "{words:?}");
        }
    }
}
