//! Which of the calls that wait goes next, within the budget of the chat that they go into.

use std::time::Duration;

use crate::domain::call::Priority;
use crate::domain::time::Timestamp;

/// A call that has waited so long goes as one that is a step more urgent and has just come, so that
/// nothing waits for ever: the least urgent gives way to messages that come within 40 minutes after it.
pub const LIFT_EVERY: Duration = Duration::from_secs(10 * 60);

/// The window of the group's budget (Telegram's FAQ for bots: 20 messages a minute in one group).
pub const WINDOW: Duration = Duration::from_secs(60);

/// What has not been posted for so long was waiting for the budget, where that is half spent.
const WAITED_MIN: Duration = Duration::from_secs(5);

/// What has been spent of a budget, and how much there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Calls in any 60 s; none where there is no limit.
    pub limit: Option<u32>,
    /// Calls of the last 60 s.
    pub used: u32,
    /// Of those, topics of new tickets and their first posts.
    pub new_tickets: u32,
}

/// The calls that are due, by the one of each sort that goes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// A new ticket's: since when it is due.
    pub new_ticket: Option<Timestamp>,
    /// Any other: its rank.
    pub other: Option<Rank>,
}

/// The order of calls that are not a new ticket's; smaller goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank(i64);

/// What goes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// A new ticket's topic or first post.
    NewTicket,
    /// Another call.
    Other,
}

/// How many places of a budget have to be free before a call of this weight goes. For what is heavier than half
/// of the budget that half is enough: with new tickets in the other half more might never be free.
pub fn places(weight: u32, limit: u32) -> u32 {
    weight.min(limit / 2).max(1)
}

impl Window {
    /// A budget without a window.
    pub const OPEN: Window = Window {
        limit: None,
        used: 0,
        new_tickets: 0,
    };

    /// How many more calls it takes now.
    pub fn room(self) -> usize {
        let left = |limit: u32| usize::try_from(limit.saturating_sub(self.used)).ok();
        self.limit.and_then(left).unwrap_or(usize::MAX)
    }

    /// Whether it takes a call of this weight now.
    pub fn takes(self, weight: u32) -> bool {
        let needed = self.limit.map_or(0, |limit| places(weight, limit));
        usize::try_from(needed).is_ok_and(|needed| self.room() >= needed)
    }

    /// The same after one more call.
    pub fn spend(&mut self, is_new_ticket: bool) {
        self.used = self.used.saturating_add(1);
        self.new_tickets = self.new_tickets.saturating_add(u32::from(is_new_ticket));
    }

    /// Whether so many calls that are due, the first of which was asked for so long ago, have to make do
    /// with less than a place for each: they find no room, or have waited for it and little is left.
    pub fn is_short(self, due: usize, waited: Duration) -> bool {
        let is_half_spent = self.limit.is_some_and(|limit| self.used >= limit / 2);
        due > self.room() || (waited >= WAITED_MIN && is_half_spent)
    }

    /// New tickets go first, but take half of the budget at most while others wait. A budget that
    /// cannot be halved, or has no end, goes by rank.
    pub fn next(self, waiting: Waiting) -> Option<Next> {
        if self.room() == 0 {
            return None;
        }
        match (waiting.new_ticket, waiting.other) {
            (None, None) => None,
            (Some(_), None) => Some(Next::NewTicket),
            (None, Some(_)) => Some(Next::Other),
            (Some(since), Some(other)) => {
                let is_first = match self.limit {
                    Some(limit) if limit >= 2 => self.new_tickets < limit / 2,
                    Some(_) | None => rank(Priority::FIRST, since) <= other,
                };
                Some(if is_first {
                    Next::NewTicket
                } else {
                    Next::Other
                })
            }
        }
    }
}

/// How far to the front a call stands that is due since then.
pub fn rank(priority: Priority, due_since: Timestamp) -> Rank {
    let lifts = u32::from(priority.0);
    Rank(due_since.plus(LIFT_EVERY.saturating_mul(lifts)).millis())
}

/// When the topic of a new ticket may be made, if so many may in a minute (0 = no limit): `nth_latest`
/// is the turn of the ticket that many before this one.
pub fn topic_turn(wanted_at: Timestamp, nth_latest: Option<Timestamp>) -> Timestamp {
    nth_latest.map_or(wanted_at, |turn| turn.plus(WINDOW).max(wanted_at))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000 + seconds)
    }

    #[test]
    fn an_album_goes_when_there_is_room_for_it() {
        let window = |limit, used| Window {
            limit: Some(limit),
            used,
            new_tickets: 0,
        };
        for (window, weight, takes) in [
            (Window::OPEN, 10, true),
            (window(20, 19), 1, true),
            (window(20, 20), 1, false),
            (window(20, 10), 10, true),
            (window(20, 11), 10, false),
            // Half of a small budget is all that an album may ask for.
            (window(6, 3), 10, true),
            (window(6, 4), 10, false),
            (window(1, 0), 10, true),
            (window(1, 1), 10, false),
        ] {
            assert_eq!(window.takes(weight), takes, "{weight} into {window:?}");
        }
    }

    #[test]
    fn what_goes_first() {
        let new = |seconds| Some(at(seconds));
        let other = |priority, seconds| Some(rank(priority, at(seconds)));
        let twenty = |used, new_tickets| Window {
            limit: Some(20),
            used,
            new_tickets,
        };
        let one = Window {
            limit: Some(1),
            used: 0,
            new_tickets: 0,
        };
        let message = other(Priority::MESSAGE, 0);
        let table = [
            ("nothing waits", twenty(0, 0), None, None, None),
            ("the window is full", twenty(20, 3), new(0), message, None),
            (
                "a ticket alone",
                twenty(12, 12),
                new(0),
                None,
                Some(Next::NewTicket),
            ),
            (
                "a message alone",
                twenty(12, 12),
                None,
                message,
                Some(Next::Other),
            ),
            (
                "a ticket before an older message",
                twenty(0, 0),
                new(900),
                message,
                Some(Next::NewTicket),
            ),
            (
                "up to half",
                twenty(19, 9),
                new(0),
                message,
                Some(Next::NewTicket),
            ),
            (
                "and no more",
                twenty(10, 10),
                new(0),
                message,
                Some(Next::Other),
            ),
            (
                "more than half were alone",
                twenty(15, 15),
                new(0),
                message,
                Some(Next::Other),
            ),
            (
                "no half of one: a ticket first",
                one,
                new(60),
                message,
                Some(Next::NewTicket),
            ),
            (
                "but not for ever",
                one,
                new(601),
                message,
                Some(Next::Other),
            ),
            (
                "no limit",
                Window::OPEN,
                new(60),
                message,
                Some(Next::NewTicket),
            ),
        ];
        for (what, window, new_ticket, other, expected) in table {
            let waiting = Waiting { new_ticket, other };
            assert_eq!(window.next(waiting), expected, "{what}");
        }
    }

    #[test]
    fn when_the_budget_is_short() {
        let table = [
            (0, 20, 0, false),
            (0, 21, 0, true),
            (15, 3, 4, false),
            (15, 3, 5, true),
            (9, 3, 500, false),
            (18, 3, 0, true),
        ];
        for (used, due, waited, expected) in table {
            let window = Window {
                limit: Some(20),
                used,
                new_tickets: 0,
            };
            let found = window.is_short(due, Duration::from_secs(waited));
            assert_eq!(found, expected, "{due} due, {used} used, {waited} s");
        }
        assert!(!Window::OPEN.is_short(1_000_000, WINDOW));
    }

    #[test]
    fn age_lifts_by_one_step_in_ten_minutes() {
        let table = [
            // A call, how long another is due before it, whether the other goes first.
            (Priority::MESSAGE, Priority::WORD, 599, false),
            (Priority::MESSAGE, Priority::WORD, 601, true),
            (Priority::MESSAGE, Priority::MARK, 1_799, false),
            (Priority::MESSAGE, Priority::MARK, 1_801, true),
            (Priority::WORD, Priority::MESSAGE, -599, true),
            (Priority::WORD, Priority::MESSAGE, -601, false),
            (Priority::MESSAGE, Priority::DASHBOARD, 2_401, true),
        ];
        for (call, other, seconds, is_first) in table {
            let found = rank(other, at(-seconds)) < rank(call, at(0));
            assert_eq!(found, is_first, "{other:?} {seconds} s before {call:?}");
        }
    }

    #[test]
    fn tickets_beyond_the_limit_get_their_turn_a_minute_later() {
        assert_eq!(topic_turn(at(5), None), at(5));
        assert_eq!(topic_turn(at(5), Some(at(0))), at(60));
        assert_eq!(topic_turn(at(70), Some(at(0))), at(70));
    }

    proptest! {
        /// However calls come: no window holds more than its limit, new tickets never more than half
        /// of it while others wait, and as long as anything waits and there is room something goes.
        #[test]
        fn the_window_holds(limit in 0_u32..40, used in 0_u32..50, new in 0_u32..50, due: (bool, bool)) {
            let window = Window { limit: Some(limit), used, new_tickets: new.min(used) };
            let waiting = Waiting {
                new_ticket: due.0.then_some(at(0)),
                other: due.1.then_some(rank(Priority::MESSAGE, at(0))),
            };
            let next = window.next(waiting);
            prop_assert_eq!(next.is_some(), used < limit && (due.0 || due.1));
            if next == Some(Next::NewTicket) && due.1 && limit >= 2 {
                prop_assert!(window.new_tickets < limit / 2);
            }
        }
    }
}
