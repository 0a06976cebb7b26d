//! When the group is behind with what clients write, and how long that takes.

use std::time::Duration;

use super::merge::TEXTS_MAX;
use super::text::TEXT_MAX;

/// So many minutes may what waits take before clients and admins are told.
pub const BEHIND_MINUTES: u32 = 5;
/// Calls that are counted at most, in minutes of the budget: a day is as good as any more.
pub const COUNTED_MINUTES: u32 = 24 * 60;
/// Waiting calls that are looked at one by one, about: of more only some lanes are, which stand for the others.
pub const LOOKED_AT: u32 = 2_000;
/// The most that are, where some of those lanes are long.
pub const LOOKED_AT_MAX: u32 = 2 * LOOKED_AT;

const MINUTE: Duration = Duration::from_secs(60);

/// What waits for a group, and how fast it can go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// Calls that wait.
    pub waiting: u32,
    /// Calls that the group takes in a minute; 0 = as many as there are.
    pub limit: u32,
    /// How long it has still to be left alone.
    pub paused: Duration,
}

impl Load {
    /// How long it takes until all of it has gone.
    fn takes(self) -> Duration {
        let own = match self.limit {
            0 => Duration::ZERO,
            limit => MINUTE.saturating_mul(self.waiting) / limit,
        };
        self.paused.saturating_add(own)
    }

    /// Whether the group is behind. Once it is, it stays so until half of the bound is worked off.
    pub fn is_behind(self, was_behind: bool) -> bool {
        let bound = MINUTE * BEHIND_MINUTES;
        self.waiting > 0 && self.takes() > if was_behind { bound / 2 } else { bound }
    }

    /// How many minutes it takes, rounded up; at least one.
    pub fn minutes(self) -> u64 {
        let millis = self.takes().as_millis().div_ceil(MINUTE.as_millis()).max(1);
        u64::try_from(millis).unwrap_or(u64::MAX)
    }

    /// Whether that is because Telegram has asked to leave the group alone.
    pub fn is_of_the_pause(self) -> bool {
        self.paused > self.takes() / 2
    }
}

/// Where so many calls wait every so-many-th lane is looked at.
pub fn every(calls: u32) -> u32 {
    calls.div_ceil(LOOKED_AT).max(1)
}

/// Waiting calls as the posts that they become.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Posts {
    /// By whichever bot.
    pub all: u32,
    /// Of those, what only the main bot can make.
    pub own: u32,
}

/// A waiting call, as it becomes a post or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waits {
    /// A text of a client, with its length.
    Text(usize),
    /// Something else, which only the main bot can post.
    Other,
    /// It is held until somebody has decided on it.
    Held,
}

/// Counts waiting calls, lane by lane, each lane in order: texts of a client that follow each other share a post as
/// far as they fit into it.
#[derive(Debug, Default)]
pub struct Counter {
    posts: Posts,
    looked_at: u32,
    lane: String,
    /// The post that the next text of the lane may share: its texts, and how long they are; no texts where it
    /// cannot.
    shared: (usize, usize),
}

impl Counter {
    /// One more waits in a lane.
    pub fn add(&mut self, lane: &str, waits: Waits) {
        self.looked_at += 1;
        if self.lane != lane {
            lane.clone_into(&mut self.lane);
            self.shared = (0, 0);
        }
        let length = match waits {
            Waits::Text(length) => length,
            Waits::Other => {
                self.posts.all += 1;
                self.posts.own += 1;
                self.shared = (0, 0);
                return;
            }
            Waits::Held => {
                self.shared = (0, 0);
                return;
            }
        };
        let (texts, before) = self.shared;
        self.shared = (texts + 1, before.saturating_add(length));
        if texts == 0 || texts == TEXTS_MAX || self.shared.1 > TEXT_MAX {
            self.posts.all += 1;
            self.shared = (1, length);
        }
    }

    /// How many posts so many calls become of which some were looked at; as many where none was.
    pub fn posts(&self, calls: u32) -> Posts {
        let of_all = |posts: u32| {
            let posts = u64::from(posts) * u64::from(calls);
            match self.looked_at {
                0 => calls,
                looked_at => u32::try_from(posts.div_ceil(looked_at.into())).unwrap_or(u32::MAX),
            }
        };
        Posts {
            all: of_all(self.posts.all),
            own: of_all(self.posts.own),
        }
    }
}

/// How many calls a minute a group takes from so many bots that it counts apart, where only the main one can make
/// `own` of all that waits: the slower of its own part and of the whole says how long that takes.
pub fn limit_of_all(limit: u32, bots: u32, all: u32, own: u32) -> u32 {
    let together = limit.saturating_mul(bots);
    let alone = u64::from(limit) * u64::from(all) / u64::from(own.max(1));
    together
        .min(u32::try_from(alone).unwrap_or(u32::MAX))
        .max(limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(waiting: u32, limit: u32, paused_s: u64) -> Load {
        Load {
            waiting,
            limit,
            paused: Duration::from_secs(paused_s),
        }
    }

    #[test]
    fn behind_begins_at_five_minutes_and_ends_at_half_of_that() {
        let table = [
            (false, 100, 20, 0, false),
            (false, 101, 20, 0, true),
            (true, 51, 20, 0, true),
            (true, 50, 20, 0, false),
            (false, 6, 1, 0, true),
            // A wait that Telegram asked for comes on top.
            (false, 1, 20, 290, false),
            (false, 1, 20, 300, true),
            (false, 0, 20, 7_200, false),
            (true, 1, 20, 148, true),
            (false, 81, 20, 60, true),
            (false, 80, 20, 60, false),
            // Without a limit there is nothing to wait for but what Telegram asked for.
            (false, 100_000, 0, 0, false),
            (false, 1, 0, 301, true),
            (true, 1, 0, 0, false),
        ];
        for (was_behind, waiting, limit, paused, expected) in table {
            let found = load(waiting, limit, paused).is_behind(was_behind);
            assert_eq!(
                found, expected,
                "{waiting} at {limit} after {paused} s, {was_behind}"
            );
        }
    }

    #[test]
    fn further_bots_help_with_what_they_can_post() {
        for (bots, all, own, expected) in [
            (1, 200, 0, 20),
            (2, 200, 0, 40),
            (2, 200, 100, 40),
            (2, 200, 150, 26),
            (2, 200, 200, 20),
            (3, 0, 0, 20),
        ] {
            let found = limit_of_all(20, bots, all, own);
            assert_eq!(found, expected, "{bots} bots, {own} of {all}");
        }
    }

    #[test]
    fn texts_that_follow_each_other_in_a_lane_are_one_post() {
        let text = |lane| (lane, Waits::Text(50));
        let (other, held) = (("a", Waits::Other), ("a", Waits::Held));
        let table = [
            ("one of each", vec![text("a"), ("b", Waits::Other)], (2, 1)),
            (
                "five texts of two",
                [[text("a"); 5], [text("b"); 5]].concat(),
                (2, 0),
            ),
            ("what is no text by itself", vec![other; 5], (5, 5)),
            (
                "what stands between them parts them",
                vec![text("a"), text("a"), other, text("a")],
                (3, 1),
            ),
            ("twenty are the most", vec![text("a"); 41], (3, 0)),
            ("as many as fit", vec![("a", Waits::Text(2_000)); 5], (3, 0)),
            ("a long one", vec![("a", Waits::Text(5_000)); 2], (2, 0)),
            ("what is held", vec![held, held, text("b")], (1, 0)),
        ];
        for (what, waiting, (all, own)) in table {
            let mut counter = Counter::default();
            for (lane, waits) in &waiting {
                counter.add(lane, *waits);
            }
            let calls = u32::try_from(waiting.len()).expect("few");
            assert_eq!(counter.posts(calls), Posts { all, own }, "{what}");
            let three = Posts {
                all: 3 * all,
                own: 3 * own,
            };
            assert_eq!(
                counter.posts(3 * calls),
                three,
                "{what}, of three times as many"
            );
        }
        let unseen = Counter::default().posts(7);
        assert_eq!(unseen, Posts { all: 7, own: 7 }, "none was looked at");
    }

    #[test]
    fn of_many_calls_some_lanes_stand_for_all() {
        for (calls, expected) in [(0, 1), (1, 1), (2_000, 1), (2_001, 2), (28_800, 15)] {
            assert_eq!(every(calls), expected, "{calls}");
        }
    }

    #[test]
    fn minutes_are_rounded_up() {
        for (waiting, limit, paused, expected) in [
            (0, 20, 0, 1),
            (1, 20, 0, 1),
            (101, 20, 0, 6),
            (7, 0, 0, 1),
            (7, 0, 7_200, 120),
            (101, 20, 7_200, 126),
            (1, 20, 7_200, 121),
        ] {
            assert_eq!(load(waiting, limit, paused).minutes(), expected);
        }
    }

    #[test]
    fn the_longer_part_is_the_reason() {
        for (waiting, limit, paused, expected) in [
            (101, 20, 0, false),
            (101, 20, 7_200, true),
            (200, 20, 60, false),
            (200, 0, 60, true),
        ] {
            let found = load(waiting, limit, paused).is_of_the_pause();
            assert_eq!(found, expected, "{waiting} at {limit} after {paused} s");
        }
    }
}
