//! What a ban and a mute stop, and when a client is told of it.

use std::time::Duration;

use crate::domain::settings::BanNotice;
use crate::domain::time::Timestamp;

/// The longest time that something holds which ends: ten years.
const SPAN_MAX: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// What holds for a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BanKind {
    /// Nothing of theirs is passed on or answered, and no ticket stays open.
    Ban,
    /// Nothing that they write is passed on for a while; the ticket stays, and so do commands.
    Mute,
}

impl BanKind {
    /// Both.
    pub const ALL: [BanKind; 2] = [BanKind::Ban, BanKind::Mute];

    /// Its name in the database and in the trail.
    pub const fn name(self) -> &'static str {
        match self {
            BanKind::Ban => "ban",
            BanKind::Mute => "mute",
        }
    }
}

/// A ban or a mute as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ban {
    /// Which of the two.
    pub kind: BanKind,
    /// Until when; none is for good.
    pub until: Option<Timestamp>,
    /// Since when.
    pub since: Timestamp,
    /// Whether the client was told.
    pub is_told: bool,
    /// Messages that were not passed on so far.
    pub dropped: u32,
}

/// What a client does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Writes something new.
    Writes,
    /// Changes a message or reacts to one.
    Touches,
    /// Gives a command or presses a button.
    Commands,
}

/// What becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It goes on its way.
    Passes,
    /// It is counted and goes nowhere.
    Dropped {
        /// Whether the client is told of it now.
        tell: bool,
    },
}

/// What becomes of something that a client did at `date`, by Telegram's clock: a backlog that was written
/// after the end of a ban is not banned.
pub fn judge(ban: Option<Ban>, deed: Deed, date: Timestamp, notice: BanNotice) -> Stop {
    let Some(ban) = ban.filter(|ban| ban.until.is_none_or(|until| date < until)) else {
        return Stop::Passes;
    };
    match (ban.kind, deed) {
        (BanKind::Mute, Deed::Commands) => Stop::Passes,
        (BanKind::Ban, _) | (BanKind::Mute, Deed::Writes | Deed::Touches) => Stop::Dropped {
            tell: !ban.is_told && notice == BanNotice::Once,
        },
    }
}

/// How long something is to hold, where what was written begins with that, and the rest.
pub fn span(arguments: &str) -> (Option<Duration>, &str) {
    let arguments = arguments.trim();
    let (first, rest) = arguments
        .split_once(char::is_whitespace)
        .unwrap_or((arguments, ""));
    match humantime::parse_duration(first) {
        // Longer is for good; shorter is none.
        Ok(span) if !span.is_zero() && span <= SPAN_MAX => (Some(span), rest.trim()),
        Ok(_) | Err(_) => (None, arguments),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_is_read_from_the_first_word() {
        let days = |count: u64| Some(Duration::from_secs(count * 24 * 60 * 60));
        for (text, expected) in [
            ("7d insults", (days(7), "insults")),
            (" 1h ", (Some(Duration::from_secs(3_600)), "")),
            ("insults 7d", (None, "insults 7d")),
            ("7 days", (None, "7 days")),
            ("0s now", (None, "0s now")),
            ("900years", (None, "900years")),
            ("", (None, "")),
        ] {
            assert_eq!(span(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_stopped_and_who_is_told() {
        let at = Timestamp::from_seconds;
        let ban = |kind, until: Option<i64>, is_told| {
            Some(Ban {
                kind,
                until: until.map(at),
                since: at(100),
                is_told,
                dropped: 0,
            })
        };
        let (told, untold) = (Stop::Dropped { tell: true }, Stop::Dropped { tell: false });
        let (once, never) = (BanNotice::Once, BanNotice::Never);
        let table = [
            (None, Deed::Writes, 150, once, Stop::Passes),
            (
                ban(BanKind::Ban, None, false),
                Deed::Writes,
                150,
                once,
                told,
            ),
            (
                ban(BanKind::Ban, None, true),
                Deed::Writes,
                150,
                once,
                untold,
            ),
            (
                ban(BanKind::Ban, None, false),
                Deed::Writes,
                150,
                never,
                untold,
            ),
            (
                ban(BanKind::Ban, None, false),
                Deed::Commands,
                150,
                once,
                told,
            ),
            (
                ban(BanKind::Ban, Some(200), false),
                Deed::Writes,
                199,
                once,
                told,
            ),
            (
                ban(BanKind::Ban, Some(200), false),
                Deed::Writes,
                200,
                once,
                Stop::Passes,
            ),
            (
                ban(BanKind::Mute, Some(200), false),
                Deed::Writes,
                150,
                once,
                told,
            ),
            (
                ban(BanKind::Mute, Some(200), false),
                Deed::Commands,
                150,
                once,
                Stop::Passes,
            ),
            (
                ban(BanKind::Mute, Some(200), true),
                Deed::Touches,
                150,
                once,
                untold,
            ),
            // What was written before and arrives now is stopped as well.
            (
                ban(BanKind::Ban, None, true),
                Deed::Writes,
                50,
                once,
                untold,
            ),
        ];
        for (number, (ban, deed, date, notice, expected)) in table.into_iter().enumerate() {
            assert_eq!(judge(ban, deed, at(date), notice), expected, "row {number}");
        }
    }
}
