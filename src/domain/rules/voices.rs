//! Several bots post into one group: which of them posts, and how much all of them may. Whether Telegram
//! counts the calls of a group for each bot or for all of them together is not published, so it is
//! learnt: as if together at first; now and then one call more, at a moment when a flood that Telegram
//! counts together would only be answered late.

use std::time::Duration;

use super::pacing::{WINDOW, Window};
use crate::domain::ids::BotId;
use crate::domain::time::Timestamp;

/// Telegram hides floods of up to 8 s as latency (tdlib, NetQueryDelayer.cpp). A call above the budget
/// is tried where the wait would be shorter by a good margin...
const TRY_WITHIN: Duration = Duration::from_secs(5);
/// ...and long enough to be told from a slow network.
const TRY_BEFORE: Duration = Duration::from_secs(3);
/// An answer that came so much sooner than the wait was quick.
const SOONER_BY: Duration = Duration::from_secs(1);
/// So many quick answers in a row mean that each bot is counted by itself.
const QUICK_ENOUGH: u32 = 3;
/// The time between two tries: each meets a window of its own.
const TRY_EVERY: Duration = Duration::from_secs(60);
/// How soon it is tried again once Telegram has shown that it counts together.
const TRY_AGAIN: Duration = Duration::from_secs(6 * 60 * 60);

/// A full window of all bots has room again within a minute (bots FAQ: 20 messages a minute in one group), give
/// or take what Telegram hides as latency, up to 8 s, and rounds up. Longer waits are met as well, from 134 s
/// (node-telegram-bot-api#199) to 2 h 09 min (hermes-agent#107612): they have another reason.
const SHARED_AT_MOST: Duration = WINDOW.saturating_add(Duration::from_secs(10));

/// How soon a voice that could not post is tried again.
pub const VOICE_AGAIN: Duration = Duration::from_secs(10 * 60);

/// How Telegram counts the calls into a group, as far as is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// For all bots together, as far as is known.
    Together,
    /// For each bot by itself.
    Apart,
}

/// What a group has taught about that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Learnt {
    /// How it counts.
    pub counting: Counting,
    /// Tries in a row that were answered quickly.
    pub quick: u32,
    /// Not to be tried before.
    pub try_at: Timestamp,
}

/// A call above the common budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tried {
    /// How long it was until the window had room for it.
    pub wait: Duration,
    /// How long its answer took.
    pub took: Duration,
}

impl Learnt {
    /// Nothing is known.
    pub const NOTHING: Learnt = Learnt {
        counting: Counting::Together,
        quick: 0,
        try_at: Timestamp::from_millis(0),
    };
}

/// When a call above the common budget may be tried, whose window is full until `room_at`: from then
/// until then.
pub fn try_between(learnt: Learnt, room_at: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let (from, until) = (room_at.minus(TRY_WITHIN), room_at.minus(TRY_BEFORE));
    let is_open = learnt.counting == Counting::Together && learnt.try_at <= until;
    is_open.then(|| (from.max(learnt.try_at), until))
}

/// A call above the common budget was answered.
pub fn tried(before: Learnt, Tried { wait, took }: Tried, now: Timestamp) -> Learnt {
    if took.saturating_add(SOONER_BY) > wait {
        return together(now);
    }
    let quick = before.quick.saturating_add(1);
    Learnt {
        counting: if quick >= QUICK_ENOUGH {
            Counting::Apart
        } else {
            Counting::Together
        },
        quick,
        try_at: now.plus(TRY_EVERY),
    }
}

/// Telegram has asked to wait. Whether that takes back what was learnt; where not, it has another reason.
pub fn flooded(before: Learnt, was_tried: bool, now: Timestamp) -> Option<Learnt> {
    let is_taken_back = was_tried || before.counting == Counting::Apart;
    is_taken_back.then(|| together(now))
}

/// Whether a wait that answers a call can be that of all bots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shared {
    /// Nothing can have been counted together.
    Never,
    /// Where it is not longer than a window of all bots together is full.
    WhereShort,
    /// However long it is: another bot has a long wait, and nobody has posted since.
    Always,
}

impl Shared {
    /// What it is while nobody knows whose the long wait of another voice is.
    pub fn after_another(self) -> Shared {
        match self {
            Shared::Never => Shared::Never,
            Shared::WhereShort | Shared::Always => Shared::Always,
        }
    }
}

/// Whether counting all bots together can be the reason why Telegram asks to wait in answer to a call. Not
/// where each bot is known to be counted by itself, and the window of all of them, with this call in it,
/// holds no more than one bot may spend.
pub fn shared(learnt: Learnt, all: Window) -> Shared {
    let is_within = all.limit.is_some_and(|limit| all.used <= limit);
    match learnt.counting {
        Counting::Apart if is_within => Shared::Never,
        Counting::Apart | Counting::Together => Shared::WhereShort,
    }
}

/// Whether a wait that answers a call is that of the voice alone that made it: nothing can have been counted
/// together, or it is longer than any window of all bots together is full. The main bot's wait is everybody's:
/// nearly all has to be made by it.
pub fn floods_alone(is_voice: bool, shared: Shared, asked: Duration) -> bool {
    is_voice
        && match shared {
            Shared::Never => true,
            Shared::WhereShort => asked > SHARED_AT_MOST,
            Shared::Always => false,
        }
}

/// A long wait of a voice that nobody knows to be its alone: Telegram may refuse all bots for so long, and lengthen
/// the wait with each call that comes before its end. So one call of the others goes first, and they follow when it
/// has posted something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LongWait {
    /// The voice.
    pub voice: BotId,
    /// Its end, by how long the program has been running.
    pub until: Duration,
    /// The call that goes first is under way.
    pub is_tested: bool,
}

/// What a call of another bot does while such a wait runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follows {
    /// It goes first.
    Tests,
    /// It waits for the end of the one that does.
    Waits,
}

impl LongWait {
    /// A voice was asked to wait for long, perhaps not for the first time.
    pub fn asked(before: Option<LongWait>, voice: BotId, until: Duration) -> LongWait {
        let (until, is_tested) = match before {
            Some(before) => (before.until.max(until), before.is_tested),
            None => (until, false),
        };
        LongWait {
            voice,
            until,
            is_tested,
        }
    }

    /// What a call of another bot does.
    pub fn follows(self) -> Follows {
        match self.is_tested {
            true => Follows::Waits,
            false => Follows::Tests,
        }
    }

    /// The call that went first has ended. What is left of the question.
    pub fn tested(self, has_posted: bool) -> Option<LongWait> {
        let asked_again = LongWait {
            is_tested: false,
            ..self
        };
        (!has_posted).then_some(asked_again)
    }
}

fn together(now: Timestamp) -> Learnt {
    Learnt {
        counting: Counting::Together,
        quick: 0,
        try_at: now.plus(TRY_AGAIN),
    }
}

/// The one of several bots that posts next: the one whose window has most room, the last of equals; the
/// main bot stands first, because there is much that only it can do. None where none has room.
pub fn roomiest(windows: &[Window]) -> Option<usize> {
    let rooms = windows.iter().map(|window| window.room()).enumerate();
    rooms
        .filter(|(_, room)| *room > 0)
        .max_by_key(|(_, room)| *room)
        .map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000 + seconds)
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// Waits and answers, in seconds.
    type Tries = &'static [(u64, u64)];

    #[test]
    fn a_flood_is_a_voices_own_only_where_nothing_else_explains_it() {
        let window = |used| Window {
            limit: Some(20),
            used,
            new_tickets: 0,
        };
        let (within, beyond, open) = (window(20), window(21), Window::OPEN);
        let (nothing, together) = (Learnt::NOTHING, together(at(0)));
        let apart = Learnt {
            counting: Counting::Apart,
            ..Learnt::NOTHING
        };
        // Whether a voice's wait of up to 70 s is its own; a longer one is, unless nobody knows whose that of
        // another voice is; the main bot's never.
        let table = [
            ("nothing is known", nothing, within, false),
            (
                "nothing is known, beyond one budget",
                nothing,
                beyond,
                false,
            ),
            ("nothing is known, without a limit", nothing, open, false),
            ("together", together, within, false),
            ("together, beyond one budget", together, beyond, false),
            ("together, without a limit", together, open, false),
            ("apart", apart, within, true),
            ("apart, beyond one budget", apart, beyond, false),
            ("apart, without a limit", apart, open, false),
        ];
        for (case, learnt, all, is_short_own) in table {
            let shared = shared(learnt, all);
            for (asked, expected, after_another) in [
                (1, is_short_own, is_short_own),
                (60, is_short_own, is_short_own),
                (70, is_short_own, is_short_own),
                (71, true, is_short_own),
                (7_728, true, is_short_own),
            ] {
                let asked = seconds(asked);
                let of_voice = floods_alone(true, shared, asked);
                assert_eq!(of_voice, expected, "{case}: {asked:?}");
                let of_main = floods_alone(false, shared, asked);
                assert!(!of_main, "{case}: {asked:?} of the main bot");
                let second = floods_alone(true, shared.after_another(), asked);
                assert_eq!(second, after_another, "{case}: {asked:?} after another");
            }
        }
    }

    #[test]
    fn one_call_goes_first_while_nobody_knows_whose_a_long_wait_is() {
        #[derive(Debug)]
        enum Step {
            Asked(u64),
            Goes(Follows),
            Ends(bool),
        }
        use Step::{Asked, Ends, Goes};
        // What happens; until when there is a question in the end, and whether a call is under way about it.
        type Question = Option<(u64, bool)>;
        let table: [(&str, &[Step], Question); 7] = [
            ("asked", &[Asked(300)], Some((300, false))),
            (
                "only one goes",
                &[Asked(300), Goes(Follows::Tests), Goes(Follows::Waits)],
                Some((300, true)),
            ),
            (
                "it has posted",
                &[Asked(300), Goes(Follows::Tests), Ends(true)],
                None,
            ),
            (
                "it has not, and another one goes",
                &[
                    Asked(300),
                    Goes(Follows::Tests),
                    Ends(false),
                    Goes(Follows::Tests),
                    Goes(Follows::Waits),
                ],
                Some((300, true)),
            ),
            ("asked again", &[Asked(300), Asked(600)], Some((600, false))),
            (
                "asked again for less",
                &[Asked(300), Asked(200)],
                Some((300, false)),
            ),
            (
                "asked again meanwhile",
                &[
                    Asked(300),
                    Goes(Follows::Tests),
                    Asked(600),
                    Goes(Follows::Waits),
                ],
                Some((600, true)),
            ),
        ];
        for (case, steps, expected) in table {
            let mut wait: Option<LongWait> = None;
            for step in steps {
                wait = match (step, wait) {
                    (Asked(until), before) => {
                        Some(LongWait::asked(before, BotId(7), seconds(*until)))
                    }
                    (Goes(expected), Some(before)) => {
                        assert_eq!(before.follows(), *expected, "{case}: {step:?}");
                        Some(LongWait {
                            is_tested: true,
                            ..before
                        })
                    }
                    (Ends(has_posted), Some(before)) => before.tested(*has_posted),
                    (Goes(_) | Ends(_), None) => panic!("{case}: nothing is asked at {step:?}"),
                };
            }
            let left = wait.map(|wait| (wait.until, wait.is_tested));
            let expected = expected.map(|(until, is_tested)| (seconds(until), is_tested));
            assert_eq!(left, expected, "{case}");
        }
    }

    #[test]
    fn quick_answers_part_the_bots_and_a_late_one_does_not() {
        // Tries a minute apart; what is known in the end.
        let table: [(&str, Tries, Counting, u32); 7] = [
            ("nothing was tried", &[], Counting::Together, 0),
            ("one is chance", &[(4, 0)], Counting::Together, 1),
            (
                "three are not",
                &[(4, 0), (3, 1), (5, 4)],
                Counting::Apart,
                3,
            ),
            ("as late as the wait", &[(4, 4)], Counting::Together, 0),
            ("nearly as late", &[(4, 0), (5, 5)], Counting::Together, 0),
            (
                "only in a row",
                &[(4, 0), (4, 0), (4, 8), (4, 0)],
                Counting::Together,
                1,
            ),
            (
                "a slow network counts as late",
                &[(4, 0), (4, 0), (3, 30)],
                Counting::Together,
                0,
            ),
        ];
        for (what, tries, counting, quick) in table {
            let mut learnt = Learnt::NOTHING;
            for (minute, (wait, took)) in (0..).zip(tries) {
                let answer = Tried {
                    wait: seconds(*wait),
                    took: seconds(*took),
                };
                learnt = tried(learnt, answer, at(minute * 60));
            }
            assert_eq!((learnt.counting, learnt.quick), (counting, quick), "{what}");
        }
    }

    #[test]
    fn a_try_is_made_shortly_before_there_is_room() {
        let known = |counting, try_at| Learnt {
            counting,
            quick: 0,
            try_at: at(try_at),
        };
        let table = [
            ("nothing is known", Learnt::NOTHING, Some((at(55), at(57)))),
            ("not yet again", known(Counting::Together, 58), None),
            (
                "soon enough",
                known(Counting::Together, 56),
                Some((at(56), at(57))),
            ),
            ("nothing to find out", known(Counting::Apart, 0), None),
        ];
        for (what, learnt, expected) in table {
            assert_eq!(try_between(learnt, at(60)), expected, "{what}");
        }
    }

    #[test]
    fn a_flood_takes_back_what_was_learnt() {
        let apart = Learnt {
            counting: Counting::Apart,
            quick: 3,
            try_at: at(0),
        };
        let again = together(at(9));
        let table = [
            ("of a try", Learnt::NOTHING, true, Some(again)),
            ("where each is counted apart", apart, false, Some(again)),
            ("of another reason", Learnt::NOTHING, false, None),
        ];
        for (what, before, was_tried, expected) in table {
            assert_eq!(flooded(before, was_tried, at(9)), expected, "{what}");
        }
        assert_eq!(
            try_between(again, at(69)),
            None,
            "it is not tried again within the minute"
        );
        let hours_later = at(7 * 60 * 60);
        assert!(try_between(again, hours_later).is_some());
    }

    #[test]
    fn the_roomiest_posts() {
        let window = |used| Window {
            limit: Some(20),
            used,
            new_tickets: 0,
        };
        let table: [(&[u32], Option<usize>); 6] = [
            (&[], None),
            (&[20], None),
            (&[3], Some(0)),
            (&[5, 4], Some(1)),
            (&[4, 4], Some(1)),
            (&[4, 20, 19], Some(0)),
        ];
        for (used, expected) in table {
            let windows: Vec<Window> = used.iter().copied().map(window).collect();
            assert_eq!(roomiest(&windows), expected, "{used:?}");
        }
    }
}
