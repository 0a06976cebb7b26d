//! When somebody is there: the desk's business hours and the shifts of agents, with their time zone,
//! summer time and holidays. Nights, weekends and holidays do not count as business time.
//!
//! Local times that a change of the clock skips mean the moment of the change; of those that it shows
//! twice the first counts. So a range is always one stretch of time: one that lies in the skipped hour
//! is empty, one in the doubled hour is there once. A holiday is closed from midnight to midnight.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{Days, LocalResult, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Timelike};
use chrono_tz::Tz;

use crate::domain::time::Timestamp;

mod parse;

pub use parse::{NotASchedule, find_zone};
pub(in crate::domain::rules) use parse::{find_day, minute_of_day};

/// Nothing looks further ahead than this.
pub const DAYS_MAX: u64 = 400;

/// A day has so many minutes, as schedules count them.
const DAY_MINUTES: u16 = 24 * 60;
/// Further than any clock of the world is from UTC, and than any has ever been moved.
const FURTHEST_HOURS: i64 = 26;

/// Hours of a week in a time zone, and days on which they do not apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    zone: Tz,
    /// For each day from Monday: stretches in minutes of the day, in order and apart.
    week: [Vec<(u16, u16)>; 7],
    holidays: BTreeSet<NaiveDate>,
}

/// An open stretch: from `start` on, up to but not at `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    start: Timestamp,
    end: Timestamp,
}

impl Schedule {
    /// Always open.
    pub fn always(zone: Tz) -> Self {
        Self {
            zone,
            week: std::array::from_fn(|_| vec![(0, DAY_MINUTES)]),
            holidays: BTreeSet::new(),
        }
    }

    /// Reads `mon-fri 09:00-17:00, sat 10:00-14:00 Europe/Berlin`. Several ranges stand behind commas,
    /// and one without days has those of the range before it; a range may run over midnight
    /// (`22:00-06:00`). Without a zone at its end it is in `zone`; without anything it is always open.
    pub fn parse(text: &str, zone: Tz) -> Result<Self, NotASchedule> {
        let (week, written_zone) = parse::parse(text)?;
        Ok(Self {
            zone: written_zone.unwrap_or(zone),
            week,
            holidays: BTreeSet::new(),
        })
    }

    /// The same, closed on these days.
    pub fn with_holidays(self, holidays: impl IntoIterator<Item = NaiveDate>) -> Self {
        Self {
            holidays: holidays.into_iter().collect(),
            ..self
        }
    }

    /// The time zone.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// Whether it never closes.
    pub fn is_always(&self) -> bool {
        self.holidays.is_empty() && self.week.iter().all(|day| *day == [(0, DAY_MINUTES)])
    }

    /// Whether it is open at a moment.
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.is_always()
            || (0..=2)
                .filter_map(|days| self.date_of(at).checked_add_days(Days::new(days)))
                .filter_map(|date| date.pred_opt())
                .flat_map(|date| self.day(date))
                .any(|stretch| stretch.start <= at && at < stretch.end)
    }

    /// The first moment from `at` on at which it is open: `at` itself where it is. None where there is
    /// none in [`DAYS_MAX`] days.
    pub fn next_opening(&self, at: Timestamp) -> Option<Timestamp> {
        if self.is_always() {
            return Some(at);
        }
        let next = self.stretches(at).next()?;
        Some(next.start.max(at))
    }

    /// The first moment after `at` at which it opens or closes; none where that is not within
    /// [`DAYS_MAX`] days.
    pub fn next_change(&self, at: Timestamp) -> Option<Timestamp> {
        if self.is_always() {
            return None;
        }
        let mut stretches = self.stretches(at);
        let first = stretches.next()?;
        if first.start > at {
            return Some(first.start);
        }
        let mut end = first.end;
        for stretch in stretches {
            if stretch.start > end {
                return Some(end);
            }
            end = end.max(stretch.end);
        }
        // Where it reaches as far as we look, its end is not known.
        let seen = Duration::from_secs((DAYS_MAX - 2) * 24 * 60 * 60);
        Some(end).filter(|end| *end < at.plus(seen))
    }

    /// How much business time there is from `from` to `to`; nothing where `to` is earlier. Counts the
    /// first [`DAYS_MAX`] days.
    pub fn business_between(&self, from: Timestamp, to: Timestamp) -> Duration {
        if self.is_always() {
            return to.since(from);
        }
        self.stretches(from)
            .take_while(|stretch| stretch.start < to)
            .map(|stretch| stretch.end.min(to).since(stretch.start.max(from)))
            .sum()
    }

    /// The moment at which `business` of business time will have passed since `from`: the earliest one.
    /// None where that is not within [`DAYS_MAX`] days.
    pub fn after_business(&self, from: Timestamp, business: Duration) -> Option<Timestamp> {
        if self.is_always() || business.is_zero() {
            return Some(from.plus(business));
        }
        let mut left = business;
        for stretch in self.stretches(from) {
            let start = stretch.start.max(from);
            let length = stretch.end.since(start);
            if left <= length {
                return Some(start.plus(left));
            }
            left -= length;
        }
        None
    }

    /// Open stretches that end after `from`, in order. Two may touch at midnight.
    fn stretches(&self, from: Timestamp) -> impl Iterator<Item = Stretch> + '_ {
        let first = self.date_of(from).pred_opt();
        // A day before, because a clock that moves at midnight can show the same date twice.
        (0..=DAYS_MAX)
            .filter_map(move |days| first?.checked_add_days(Days::new(days)))
            .flat_map(|date| self.day(date))
            .filter(move |stretch| stretch.end > from)
    }

    /// The open stretches of a local day.
    fn day(&self, date: NaiveDate) -> impl Iterator<Item = Stretch> + '_ {
        use chrono::Datelike;
        let day = usize::try_from(date.weekday().num_days_from_monday()).unwrap_or_default();
        let ranges: &[(u16, u16)] = if self.holidays.contains(&date) {
            &[]
        } else {
            &self.week[day]
        };
        ranges
            .iter()
            .map(move |&(from, to)| Stretch {
                start: moment(self.zone, at_minute(date, from)),
                end: moment(self.zone, at_minute(date, to)),
            })
            .filter(|stretch| stretch.start < stretch.end)
    }

    fn date_of(&self, at: Timestamp) -> NaiveDate {
        local(self.zone, at).date()
    }
}

/// What a clock in a zone shows.
pub fn local(zone: Tz, at: Timestamp) -> NaiveDateTime {
    match zone.timestamp_millis_opt(at.millis()) {
        LocalResult::Single(time) => time.naive_local(),
        // Beyond what a calendar knows; UTC has each moment once.
        LocalResult::None | LocalResult::Ambiguous(..) => NaiveDateTime::MAX,
    }
}

/// When a clock in a zone shows a time: the first time it does, or the moment at which it skips it.
pub fn moment(zone: Tz, shown: NaiveDateTime) -> Timestamp {
    match zone.from_local_datetime(&shown) {
        LocalResult::Single(time) | LocalResult::Ambiguous(time, _) => {
            Timestamp::from_millis(time.timestamp_millis())
        }
        LocalResult::None => skip(zone, shown),
    }
}

/// The moment at which a clock jumps over a time: found by halving.
fn skip(zone: Tz, shown: NaiveDateTime) -> Timestamp {
    let around = TimeDelta::hours(FURTHEST_HOURS).num_seconds();
    let middle = shown.and_utc().timestamp();
    let (mut before, mut after) = (middle - around, middle + around);
    while after - before > 1 {
        let half = before + (after - before) / 2;
        if local(zone, Timestamp::from_seconds(half)) < shown {
            before = half;
        } else {
            after = half;
        }
    }
    Timestamp::from_seconds(after)
}

fn at_minute(date: NaiveDate, minute: u16) -> NaiveDateTime {
    let midnight = date.and_hms_opt(0, 0, 0).expect("every day has a midnight");
    debug_assert_eq!(midnight.second(), 0);
    midnight
        .checked_add_signed(TimeDelta::minutes(minute.into()))
        .unwrap_or(midnight)
}

#[cfg(test)]
mod tests;
