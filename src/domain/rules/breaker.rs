//! Circuit breakers: when a destination counts as out of reach, what that holds back, and when it is
//! asked again. While it is out of reach no call is made, so that none is used up.

use std::time::Duration;

use super::retry::backoff_unreached;
use crate::domain::ids::ChatId;
use crate::domain::outcome::{Outcome, Refusal};

/// Calls in a row, to anybody, that came to nothing on their way to Telegram.
pub const TELEGRAM_FAILURES: u32 = 5;
/// Calls into a group in a row that came to nothing, while others got an answer.
pub const GROUP_FAILURES: u32 = 5;
/// Calls into a group in a row that were refused because the bot may not write there.
pub const GROUP_REFUSALS: u32 = 3;

/// How long Telegram keeps the press of a button for a bot (tdlib telegram-bot-api, Client.cpp).
const PRESS_KEPT: Duration = Duration::from_secs(150);

/// What can be out of reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// Telegram as a whole.
    Telegram,
    /// One group.
    Group(ChatId),
}

/// Why it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// There is no usable answer.
    NoAnswer,
    /// The token is not accepted.
    Token,
    /// The bot is not in the group any more, or may not write there, or there is no such group.
    Gone,
    /// The group has no topics any more: what is posted for a ticket would fall into the main chat.
    TopicsOff,
}

impl Cause {
    /// Every cause.
    pub const ALL: [Cause; 4] = [Cause::NoAnswer, Cause::Token, Cause::Gone, Cause::TopicsOff];

    /// Its name in the database and in the log.
    pub const fn name(self) -> &'static str {
        match self {
            Cause::NoAnswer => "no_answer",
            Cause::Token => "token",
            Cause::Gone => "gone",
            Cause::TopicsOff => "topics_off",
        }
    }
}

/// What the end of a call says about a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// It is in reach.
    Well,
    /// It may be out of reach; several in a row say so.
    Bad,
    /// There was no usable answer, which may be about the group or about Telegram as a whole.
    Silent,
    /// Nothing.
    Nothing,
}

/// What the end of a call says about Telegram as a whole.
pub fn sign_of_telegram(outcome: &Outcome) -> Sign {
    match outcome {
        Outcome::NotSent | Outcome::InDoubt => Sign::Silent,
        // A wait may be one that we keep by ourselves, and a file may be missing on our side.
        Outcome::RetryAfter(_)
        | Outcome::Refused(Refusal::FileUnusable | Refusal::TokenRejected) => Sign::Nothing,
        Outcome::Done(_) | Outcome::Refused(_) => Sign::Well,
    }
}

/// What the end of a call into a group says about the group.
pub fn sign_of_group(outcome: &Outcome) -> Sign {
    match outcome {
        Outcome::Refused(Refusal::DeskUnreachable) => Sign::Bad,
        Outcome::NotSent | Outcome::InDoubt => Sign::Silent,
        Outcome::RetryAfter(_)
        | Outcome::Refused(Refusal::FileUnusable | Refusal::TokenRejected) => Sign::Nothing,
        Outcome::Done(_) | Outcome::Refused(_) => Sign::Well,
    }
}

/// Whether a group is out of reach by itself, after so many calls into it in a row without a usable answer:
/// somebody else has got one since they began, so that it is not Telegram as a whole.
pub fn is_group_alone(silent: u32, silent_of_all: u32) -> bool {
    silent >= GROUP_FAILURES && silent_of_all < silent
}

/// What follows for calls that were put off, when a destination is in reach again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Back {
    /// They are made at once.
    AtOnce,
    /// Each keeps its own time: it came back before, and no call went well since. Made at once each time they
    /// would use up their attempts within minutes.
    InTheirTime,
}

/// How a destination comes back that has answered so many questions well since a call last went well there.
pub fn back(came_back: u32) -> Back {
    match came_back {
        0 | 1 => Back::AtOnce,
        _ => Back::InTheirTime,
    }
}

/// How long to wait before the next question, after so many that brought nothing good.
pub fn probe_wait(asked: u32) -> Duration {
    backoff_unreached(asked + 1, 0)
}

/// Whether presses were lost while no updates arrived for so long.
pub fn presses_are_lost(gap: Duration) -> bool {
    gap > PRESS_KEPT
}

/// What may be called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gates {
    /// Why nobody may be called.
    pub telegram: Option<Cause>,
    /// Why the group may not.
    pub group: Option<Cause>,
}

impl Gates {
    /// From what is out of reach.
    pub fn of(open: impl IntoIterator<Item = (Destination, Cause)>) -> Self {
        let mut gates = Self::default();
        for (destination, cause) in open {
            match destination {
                Destination::Telegram => gates.telegram = Some(cause),
                Destination::Group(_) => gates.group = Some(cause),
            }
        }
        gates
    }

    /// Whether nothing at all may be called.
    pub fn hold_everything(self) -> bool {
        self.telegram.is_some()
    }

    /// Whether nothing may be called in the group. Without topics it still takes words to admins.
    pub fn hold_the_group(self) -> bool {
        match self.group {
            Some(Cause::TopicsOff) | None => false,
            Some(Cause::NoAnswer | Cause::Token | Cause::Gone) => true,
        }
    }

    /// Whether what is posted for tickets has to wait.
    pub fn hold_tickets(self) -> bool {
        self.group.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::outcome::Receipt;

    #[test]
    fn what_ends_of_calls_say() {
        let done = Outcome::Done(Receipt::default());
        let wait = Outcome::RetryAfter(Duration::from_secs(3));
        let refused = Outcome::Refused;
        for (outcome, telegram, group) in [
            (done, Sign::Well, Sign::Well),
            (wait, Sign::Nothing, Sign::Nothing),
            (Outcome::NotSent, Sign::Silent, Sign::Silent),
            (Outcome::InDoubt, Sign::Silent, Sign::Silent),
            (refused(Refusal::DeskUnreachable), Sign::Well, Sign::Bad),
            (refused(Refusal::RightMissing), Sign::Well, Sign::Well),
            (refused(Refusal::TopicGone), Sign::Well, Sign::Well),
            (
                refused(Refusal::TokenRejected),
                Sign::Nothing,
                Sign::Nothing,
            ),
            (refused(Refusal::FileUnusable), Sign::Nothing, Sign::Nothing),
        ] {
            assert_eq!(sign_of_telegram(&outcome), telegram, "{outcome:?}");
            assert_eq!(sign_of_group(&outcome), group, "{outcome:?}");
        }
    }

    #[test]
    fn a_group_is_silent_alone_where_others_are_answered() {
        for (silent, of_all, expected) in [
            (4, 0, false),
            (5, 0, true),
            (5, 4, true),
            (5, 5, false),
            (5, 9, false),
            (9, 5, true),
        ] {
            let found = is_group_alone(silent, of_all);
            assert_eq!(found, expected, "{silent} of {of_all}");
        }
    }

    #[test]
    fn what_is_held_back() {
        let group = Destination::Group(ChatId(-1001));
        for (open, everything, the_group, tickets) in [
            (None, false, false, false),
            (
                Some((Destination::Telegram, Cause::NoAnswer)),
                true,
                false,
                false,
            ),
            (
                Some((Destination::Telegram, Cause::Token)),
                true,
                false,
                false,
            ),
            (Some((group, Cause::Gone)), false, true, true),
            (Some((group, Cause::NoAnswer)), false, true, true),
            (Some((group, Cause::TopicsOff)), false, false, true),
        ] {
            let gates = Gates::of(open);
            assert_eq!(gates.hold_everything(), everything, "{open:?}");
            assert_eq!(gates.hold_the_group(), the_group, "{open:?}");
            assert_eq!(gates.hold_tickets(), tickets, "{open:?}");
        }
    }

    #[test]
    fn who_comes_back_in_vain_is_given_time() {
        let expected = [
            (1, Back::AtOnce),
            (2, Back::InTheirTime),
            (u32::MAX, Back::InTheirTime),
        ];
        for (came_back, expected) in expected {
            assert_eq!(back(came_back), expected, "{came_back}");
        }
    }

    #[test]
    fn questions_come_at_once_and_then_less_often_but_always_again() {
        assert_eq!(probe_wait(0), Duration::from_secs(1));
        assert_eq!(probe_wait(3), Duration::from_secs(8));
        for asked in [10, 1_000, u32::MAX - 1] {
            assert_eq!(probe_wait(asked), Duration::from_secs(30));
        }
    }
}
