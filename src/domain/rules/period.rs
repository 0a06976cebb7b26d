//! Periods of whole days as admins write them behind a command: `today`, `7d`, `2 weeks`. The last of the
//! days is today.

use chrono::{Days, NaiveDate, NaiveTime};
use chrono_tz::Tz;

use super::hours::{local, moment};
use super::when::parse_span;
use crate::domain::time::Timestamp;

/// So many days where nothing is written.
pub const DAYS_DEFAULT: u32 = 7;
/// No period is longer.
pub const DAYS_MAX: u32 = 366;

const DAY_SECONDS: u64 = 24 * 60 * 60;

/// How many days a text means, today included. None where it means none, or too many.
pub fn read(text: &str) -> Option<u32> {
    let text = text.trim().to_lowercase();
    match text.as_str() {
        "" => return Some(DAYS_DEFAULT),
        "today" | "сегодня" => return Some(1),
        _ => {}
    }
    let (span, rest) = parse_span(&text).ok()?;
    let seconds = span.as_secs();
    if !rest.is_empty() || seconds % DAY_SECONDS != 0 {
        return None;
    }
    let days = u32::try_from(seconds / DAY_SECONDS).ok()?;
    (days <= DAYS_MAX).then_some(days)
}

/// The first day of a period of so many days that ends now, and the moment at which it began.
pub fn begin(days: u32, now: Timestamp, zone: Tz) -> (NaiveDate, Timestamp) {
    let today = local(zone, now).date();
    let earlier = Days::new(u64::from(days.saturating_sub(1)));
    let first = today.checked_sub_days(earlier).unwrap_or(today);
    (first, moment(zone, first.and_time(NaiveTime::MIN)))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use chrono_tz::{America, Europe, UTC};

    use super::*;

    #[test]
    fn a_period_is_so_many_days() {
        for (written, days) in [
            ("", Some(7)),
            (" ", Some(7)),
            ("today", Some(1)),
            ("Сегодня", Some(1)),
            ("1d", Some(1)),
            ("24h", Some(1)),
            ("7d", Some(7)),
            ("30D", Some(30)),
            ("2 weeks", Some(14)),
            ("7 дней", Some(7)),
            ("1w 1d", Some(8)),
            ("366d", Some(366)),
            ("367d", None),
            ("99999999999d", None),
            ("0d", None),
            ("12h", None),
            ("7", None),
            ("-7d", None),
            ("7d please", None),
            ("yesterday", None),
            ("last week", None),
        ] {
            assert_eq!(read(written), days, "{written}");
        }
    }

    #[test]
    fn a_day_begins_at_midnight_where_the_desk_is() {
        for (days, zone, now, expected) in [
            (1, UTC, "2026-11-29T02:00:00Z", "2026-11-29T00:00:00Z"),
            (7, UTC, "2026-11-29T02:00:00Z", "2026-11-23T00:00:00Z"),
            // There it is the day before, or the same one for longer.
            (
                1,
                America::New_York,
                "2026-11-29T02:00:00Z",
                "2026-11-28T05:00:00Z",
            ),
            (
                1,
                Europe::Berlin,
                "2026-11-29T02:00:00Z",
                "2026-11-28T23:00:00Z",
            ),
            // Summer time has ended meanwhile.
            (
                7,
                Europe::Berlin,
                "2026-10-27T12:00:00Z",
                "2026-10-20T22:00:00Z",
            ),
            // The clock has skipped midnight.
            (
                1,
                America::Asuncion,
                "2023-10-01T12:00:00Z",
                "2023-10-01T04:00:00Z",
            ),
        ] {
            let at = |text| {
                let time = DateTime::parse_from_rfc3339(text).expect(text);
                Timestamp::from_millis(time.timestamp_millis())
            };
            let (day, begun) = begin(days, at(now), zone);
            assert_eq!(begun, at(expected), "{days} days in {zone}, {now}");
            assert_eq!(day, local(zone, begun).date());
        }
    }
}
