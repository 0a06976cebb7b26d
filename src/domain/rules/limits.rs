//! How much one client may write. Judged by the dates of the messages themselves, never by their
//! arrival: a backlog after an outage is not a flood.

use std::time::Duration;

use crate::domain::settings::Limits;
use crate::domain::time::Timestamp;

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What a client has used up so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The window of `messages_per_hour`.
    pub hour: Window,
    /// The window of `tickets_per_day`.
    pub day: Window,
    /// When the next message would be due if every one took its full second (the theoretical
    /// arrival time of a leaky bucket).
    pub next_free_at: Timestamp,
    /// The album that was judged last: all of it counts as one message.
    pub album: Option<Album>,
}

/// An album and what became of its first message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Album {
    /// As Telegram names it.
    pub name: String,
    /// Whether it was refused; then all of it is.
    pub is_refused: bool,
}

/// One counted window; begins with the first thing that it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// When it began.
    pub started_at: Timestamp,
    /// How much it has counted.
    pub count: u32,
    /// Whether the client was told in this window that it is full.
    pub told: bool,
}

impl Usage {
    /// Of somebody who never wrote.
    pub const NONE: Usage = Usage {
        hour: Window::NONE,
        day: Window::NONE,
        next_free_at: Timestamp::from_millis(0),
        album: None,
    };
}

impl Usage {
    /// Messages of the hour and tickets of the day, as they count at `now`.
    pub fn at(&self, now: Timestamp) -> (u32, u32) {
        (self.hour.at(HOUR, now), self.day.at(DAY, now))
    }
}

impl Window {
    fn at(self, length: Duration, now: Timestamp) -> u32 {
        if now >= self.started_at.plus(length) {
            0
        } else {
            self.count
        }
    }

    const NONE: Window = Window {
        started_at: Timestamp::from_millis(0),
        count: 0,
        told: false,
    };

    /// Counts one more at `date`, unless the window is full.
    fn count(self, limit: u32, length: Duration, date: Timestamp) -> (Window, Verdict) {
        let is_over = self.count == 0 || date >= self.started_at.plus(length);
        let window = if is_over {
            Window {
                started_at: date,
                count: 0,
                told: false,
            }
        } else {
            self
        };
        if limit > 0 && window.count >= limit {
            let verdict = Verdict::Refuse {
                until: window.started_at.plus(length),
                tell: !window.told,
            };
            return (
                Window {
                    told: true,
                    ..window
                },
                verdict,
            );
        }
        (
            Window {
                count: window.count.saturating_add(1),
                ..window
            },
            Verdict::Pass { not_before: date },
        )
    }
}

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is relayed, but not before this time.
    Pass {
        /// Where it is not later than the message's date there is no delay.
        not_before: Timestamp,
    },
    /// It is not relayed.
    Refuse {
        /// When the window ends.
        until: Timestamp,
        /// Whether the client has to be told; once per window.
        tell: bool,
    },
}

/// Judges a message written at `date`, which may be part of an album.
pub fn message(
    usage: Usage,
    limits: Limits,
    date: Timestamp,
    album: Option<&str>,
) -> (Usage, Verdict) {
    if let Some(first) = usage
        .album
        .as_ref()
        .filter(|first| album == Some(&first.name))
    {
        let verdict = if first.is_refused {
            Verdict::Refuse {
                until: date,
                tell: false,
            }
        } else {
            Verdict::Pass { not_before: date }
        };
        return (usage, verdict);
    }
    let (hour, verdict) = usage.hour.count(limits.messages_per_hour, HOUR, date);
    let album = album.map(|name| Album {
        name: name.to_owned(),
        is_refused: matches!(verdict, Verdict::Refuse { .. }),
    });
    let counted = Usage {
        hour,
        album,
        ..usage
    };
    match verdict {
        Verdict::Refuse { .. } => (counted, verdict),
        Verdict::Pass { .. } => pace(counted, limits, date),
    }
}

/// Judges the opening of a ticket by a message written at `date`.
pub fn ticket(usage: Usage, limits: Limits, date: Timestamp) -> (Usage, Verdict) {
    let (day, verdict) = usage.day.count(limits.tickets_per_day, DAY, date);
    (Usage { day, ..usage }, verdict)
}

/// A burst passes at once, what follows is spaced out; nothing is refused here.
fn pace(usage: Usage, limits: Limits, date: Timestamp) -> (Usage, Verdict) {
    if limits.messages_per_second == 0 {
        return (usage, Verdict::Pass { not_before: date });
    }
    let interval = Duration::from_secs(1) / limits.messages_per_second;
    let tolerance = interval.saturating_mul(limits.burst.saturating_sub(1));
    let due = usage.next_free_at.max(date);
    let not_before = due.minus(tolerance).max(date);
    let usage = Usage {
        next_free_at: due.plus(interval),
        ..usage
    };
    (usage, Verdict::Pass { not_before })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMITS: Limits = Limits {
        tickets_per_day: 2,
        messages_per_hour: 3,
        burst: 2,
        messages_per_second: 1,
    };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(1_000_000 + seconds)
    }

    fn judge(dates: &[i64], limits: Limits) -> Vec<Verdict> {
        let mut usage = Usage::NONE;
        dates
            .iter()
            .map(|&date| {
                let (next, verdict) = message(usage.clone(), limits, at(date), None);
                usage = next;
                verdict
            })
            .collect()
    }

    fn pass(seconds: i64) -> Verdict {
        Verdict::Pass {
            not_before: at(seconds),
        }
    }

    fn refuse(until: i64, tell: bool) -> Verdict {
        Verdict::Refuse {
            until: at(until),
            tell,
        }
    }

    #[test]
    fn a_burst_passes_and_what_follows_is_spaced_out() {
        let limits = Limits {
            messages_per_hour: 0,
            ..LIMITS
        };
        assert_eq!(
            judge(&[0, 0, 0, 0, 10], limits),
            [pass(0), pass(0), pass(1), pass(2), pass(10)]
        );
    }

    #[test]
    fn the_hour_refuses_and_tells_once_and_ends() {
        assert_eq!(
            judge(&[0, 10, 20, 30, 40, 3599, 3600], LIMITS),
            [
                pass(0),
                pass(10),
                pass(20),
                refuse(3600, true),
                refuse(3600, false),
                refuse(3600, false),
                pass(3600)
            ]
        );
    }

    #[test]
    fn an_album_counts_as_one_and_is_refused_as_one() {
        let mut usage = Usage::NONE;
        let mut verdicts = Vec::new();
        for (date, album) in [
            (0, Some("a")),
            (0, Some("a")),
            (1, Some("a")),
            (10, None),
            (20, Some("b")),
            (30, Some("c")),
            (30, Some("c")),
        ] {
            let (next, verdict) = message(usage, LIMITS, at(date), album);
            usage = next;
            verdicts.push(verdict);
        }
        assert_eq!(
            verdicts,
            [
                pass(0),
                pass(0),
                pass(1),
                pass(10),
                pass(20),
                refuse(3600, true),
                refuse(30, false)
            ]
        );
    }

    #[test]
    fn zero_means_no_limit() {
        let limits = Limits {
            tickets_per_day: 0,
            messages_per_hour: 0,
            burst: 0,
            messages_per_second: 0,
        };
        assert!(judge(&[0; 500], limits).iter().all(|v| *v == pass(0)));
    }

    proptest! {
        /// Dates may jump in any direction: nothing panics, and an hour never holds more than allowed.
        #[test]
        fn no_hour_passes_more_than_its_limit(
            dates in proptest::collection::vec(-10_000_i64..10_000, 1..200),
            messages_per_hour in 0_u32..20,
            burst in 0_u32..10,
            messages_per_second in 0_u32..10,
        ) {
            let limits = Limits { tickets_per_day: 0, messages_per_hour, burst, messages_per_second };
            let mut dates = dates;
            dates.sort_unstable();
            let verdicts = judge(&dates, limits);
            let mut passed: Vec<i64> = Vec::new();
            for (date, verdict) in dates.iter().zip(&verdicts) {
                match verdict {
                    Verdict::Pass { not_before } => {
                        prop_assert!(*not_before >= at(*date));
                        passed.push(*date);
                    }
                    Verdict::Refuse { until, .. } => prop_assert!(*until > at(*date)),
                }
            }
            // The window is fixed, so a sliding hour may hold the end of one and the start of the next.
            if messages_per_hour > 0 {
                for start in &passed {
                    let in_hour = passed.iter().filter(|date| (*start..*start + 3600).contains(*date));
                    prop_assert!(in_hour.count() <= 2 * messages_per_hour as usize);
                }
            }
        }

        /// What is delayed keeps its order.
        #[test]
        fn delays_never_reorder(
            dates in proptest::collection::vec(0_i64..60, 1..100),
            burst in 0_u32..6,
            messages_per_second in 1_u32..5,
        ) {
            let limits = Limits { tickets_per_day: 0, messages_per_hour: 0, burst, messages_per_second };
            let mut dates = dates;
            dates.sort_unstable();
            let mut last = at(-1);
            for verdict in judge(&dates, limits) {
                if let Verdict::Pass { not_before } = verdict {
                    prop_assert!(not_before >= last);
                    last = not_before;
                }
            }
        }
    }

    #[test]
    fn the_day_counts_tickets() {
        let mut usage = Usage::NONE;
        let mut verdicts = Vec::new();
        for date in [0, 1, 2, 3, 86_400] {
            let (next, verdict) = ticket(usage.clone(), LIMITS, at(date));
            usage = next;
            verdicts.push(verdict);
        }
        assert_eq!(
            verdicts,
            [
                pass(0),
                pass(1),
                refuse(86_400, true),
                refuse(86_400, false),
                pass(86_400)
            ]
        );
    }
}
