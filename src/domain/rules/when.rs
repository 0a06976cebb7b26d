//! Times as agents write them behind a command: `3h`, `until 09:00`, `tomorrow 9:00`,
//! `2026-12-01 10:00`, `mon 9:00`, in English or Russian, in the desk's time zone.

use std::time::Duration;

use chrono::{Datelike, Days, NaiveDate, NaiveTime};
use chrono_tz::Tz;

use super::hours::{find_day, local, minute_of_day, moment};
use crate::domain::time::Timestamp;

/// Nothing is planned further ahead than this.
pub const AHEAD_DAYS_MAX: u64 = 731;
/// The time of a day that is named without one.
const MORNING_MINUTE: u16 = 9 * 60;
/// Words that only lead to a time.
const LEADS: [&str; 10] = [
    "in",
    "at",
    "on",
    "until",
    "till",
    "for",
    "через",
    "в",
    "до",
    "на",
];
/// Units, each with its names, in seconds.
const UNITS: [(u64, &[&str]); 5] = [
    (1, &["s", "sec", "second", "seconds", "с", "сек"]),
    (
        60,
        &[
            "m",
            "min",
            "mins",
            "minute",
            "minutes",
            "м",
            "мин",
            "минут",
            "минуту",
            "минуты",
        ],
    ),
    (
        3_600,
        &["h", "hr", "hour", "hours", "ч", "час", "часа", "часов"],
    ),
    (
        86_400,
        &["d", "day", "days", "д", "дн", "день", "дня", "дней"],
    ),
    (
        604_800,
        &[
            "w",
            "week",
            "weeks",
            "н",
            "нед",
            "неделю",
            "недели",
            "недель",
        ],
    ),
];

/// Why a text is no time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotUnderstood {
    /// There is nothing.
    #[error("there is no time")]
    Nothing,
    /// It begins with something else.
    #[error("{0:?} is no time")]
    Word(String),
    /// It is over, or now.
    #[error("that time is over")]
    Past,
    /// It is further ahead than [`AHEAD_DAYS_MAX`].
    #[error("that time is too far ahead")]
    TooFar,
}

/// The time that a text begins with, and what stands behind it (a reason, say). A time of day is the
/// next one; a day without a time means 09:00. Of times that a clock shows twice the first counts;
/// those that it skips mean the moment of the change.
pub fn parse_when(
    text: &str,
    now: Timestamp,
    zone: Tz,
) -> Result<(Timestamp, &str), NotUnderstood> {
    let text = text.trim();
    let (first, behind) = word(text);
    if first.is_empty() {
        return Err(NotUnderstood::Nothing);
    }
    let is_lead = LEADS.contains(&first.to_lowercase().as_str());
    let text = if is_lead { behind } else { text };
    let wrong = || NotUnderstood::Word(first.to_owned());
    let (then, rest) = span(text)?
        .map(|(span, rest)| (now.plus(span), rest))
        .or_else(|| clock(text, now, zone))
        .ok_or_else(wrong)?;
    if then <= now {
        return Err(NotUnderstood::Past);
    }
    if then > now.plus(Duration::from_secs(AHEAD_DAYS_MAX * 86_400)) {
        return Err(NotUnderstood::TooFar);
    }
    Ok((then, rest))
}

/// The duration that a text begins with (`7d`, `1h30m`, `2 days`), and what stands behind it.
pub fn parse_span(text: &str) -> Result<(Duration, &str), NotUnderstood> {
    let text = text.trim();
    match span(text)? {
        Some((duration, _)) if duration.is_zero() => Err(NotUnderstood::Past),
        Some(found) => Ok(found),
        None if text.is_empty() => Err(NotUnderstood::Nothing),
        None => Err(NotUnderstood::Word(word(text).0.to_owned())),
    }
}

/// A first word and the rest, without the white space between them.
fn word(text: &str) -> (&str, &str) {
    let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    (first, rest.trim_start())
}

fn span(text: &str) -> Result<Option<(Duration, &str)>, NotUnderstood> {
    let (mut seconds, mut rest, mut is_found) = (0_u64, text, false);
    while let Some((more, behind)) = one_span(rest) {
        let Some(more) = more.and_then(|more| seconds.checked_add(more)) else {
            return Err(NotUnderstood::TooFar);
        };
        (seconds, rest, is_found) = (more, behind, true);
    }
    let most = AHEAD_DAYS_MAX * 86_400;
    if is_found && seconds > most {
        return Err(NotUnderstood::TooFar);
    }
    Ok(is_found.then(|| (Duration::from_secs(seconds), rest)))
}

/// `3h`, `1h30m` or `2 days` in seconds (none where that is no number any more), and what stands
/// behind it.
fn one_span(text: &str) -> Option<(Option<u64>, &str)> {
    let (first, behind) = word(text);
    if first.bytes().all(|byte| byte.is_ascii_digit()) && !first.is_empty() {
        let (unit, rest) = word(behind);
        let seconds = unit_seconds(unit)?;
        return Some((product(first, seconds), rest));
    }
    let mut total = Some(0_u64);
    let mut left = first;
    while !left.is_empty() {
        let digits = left.bytes().take_while(u8::is_ascii_digit).count();
        let (number, behind) = left.split_at(digits);
        let letters = behind.find(|sign: char| sign.is_ascii_digit());
        let (unit, behind) = behind.split_at(letters.unwrap_or(behind.len()));
        if number.is_empty() {
            return None;
        }
        let more = product(number, unit_seconds(unit)?);
        total = total
            .zip(more)
            .and_then(|(total, more)| total.checked_add(more));
        left = behind;
    }
    (!first.is_empty()).then_some((total, behind))
}

fn product(number: &str, seconds: u64) -> Option<u64> {
    number.parse::<u64>().ok()?.checked_mul(seconds)
}

fn unit_seconds(name: &str) -> Option<u64> {
    let name = name.to_lowercase();
    let is_named = |(_, names): &&(u64, &[&str])| names.contains(&name.as_str());
    UNITS.iter().find(is_named).map(|(seconds, _)| *seconds)
}

/// A time of day, or a day with or without one.
fn clock(text: &str, now: Timestamp, zone: Tz) -> Option<(Timestamp, &str)> {
    let (first, behind) = word(text);
    let today = local(zone, now).date();
    if let Some(time) = time_of_day(first) {
        let then = moment(zone, today.and_time(time));
        let tomorrow = today.checked_add_days(Days::new(1))?;
        let then = if then > now {
            then
        } else {
            moment(zone, tomorrow.and_time(time))
        };
        return Some((then, behind));
    }
    let (day, is_weekday) = day(first, today)?;
    let (next, after) = word(behind);
    // "mon at 9:00"
    let (next, after) = match LEADS.contains(&next.to_lowercase().as_str()) {
        true if time_of_day(word(after).0).is_some() => word(after),
        true | false => (next, after),
    };
    let (time, rest) = match time_of_day(next) {
        Some(time) => (time, after),
        None => (minute(MORNING_MINUTE)?, behind),
    };
    let then = moment(zone, day.and_time(time));
    if is_weekday && then <= now {
        let next_week = day.checked_add_days(Days::new(7))?;
        return Some((moment(zone, next_week.and_time(time)), rest));
    }
    Some((then, rest))
}

/// The day that a word names, and whether it is one of the week. That is today's where it is today.
fn day(word: &str, today: NaiveDate) -> Option<(NaiveDate, bool)> {
    let ahead = |days: u64| today.checked_add_days(Days::new(days));
    match word.to_lowercase().as_str() {
        "today" | "сегодня" => return Some((today, false)),
        "tomorrow" | "завтра" => return Some((ahead(1)?, false)),
        "послезавтра" => return Some((ahead(2)?, false)),
        other => {
            if let Ok(date) = NaiveDate::parse_from_str(other, "%Y-%m-%d") {
                return Some((date, false));
            }
            if let Ok(date) = NaiveDate::parse_from_str(other, "%d.%m.%Y") {
                return Some((date, false));
            }
        }
    }
    let weekday = find_day(word)?;
    let days = (weekday.num_days_from_monday() + 7 - today.weekday().num_days_from_monday()) % 7;
    Some((ahead(days.into())?, true))
}

/// `9:00`; a bare number is too often something else.
fn time_of_day(word: &str) -> Option<NaiveTime> {
    let is_clock = word.contains(':');
    minute_of_day(word).filter(|_| is_clock).and_then(minute)
}

fn minute(of_day: u16) -> Option<NaiveTime> {
    NaiveTime::from_num_seconds_from_midnight_opt(u32::from(of_day) * 60, 0)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use chrono_tz::Europe::Berlin;
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        let time = DateTime::parse_from_rfc3339(text).expect(text);
        Timestamp::from_millis(time.timestamp_millis())
    }

    /// A Friday, 12:30 in Berlin.
    const NOW: &str = "2026-11-27T12:30:00+01:00";

    #[test]
    fn a_time_is_understood_and_the_rest_is_left() {
        for (written, expected, rest) in [
            ("3h", "2026-11-27T15:30:00+01:00", ""),
            (
                "1h30m waits for the bank",
                "2026-11-27T14:00:00+01:00",
                "waits for the bank",
            ),
            ("7d spam", "2026-12-04T12:30:00+01:00", "spam"),
            ("in 2h", "2026-11-27T14:30:00+01:00", ""),
            ("2 days and more", "2026-11-29T12:30:00+01:00", "and more"),
            ("1d 2h", "2026-11-28T14:30:00+01:00", ""),
            ("через 2ч", "2026-11-27T14:30:00+01:00", ""),
            ("30 мин обед", "2026-11-27T13:00:00+01:00", "обед"),
            ("2w", "2026-12-11T12:30:00+01:00", ""),
            ("until 18:00", "2026-11-27T18:00:00+01:00", ""),
            ("until 09:00", "2026-11-28T09:00:00+01:00", ""),
            ("12:30", "2026-11-28T12:30:00+01:00", ""),
            (
                "tomorrow 9:15 call back",
                "2026-11-28T09:15:00+01:00",
                "call back",
            ),
            ("tomorrow", "2026-11-28T09:00:00+01:00", ""),
            ("завтра в 10:00", "2026-11-28T10:00:00+01:00", ""),
            ("until tomorrow", "2026-11-28T09:00:00+01:00", ""),
            ("2026-12-01 10:00 x", "2026-12-01T10:00:00+01:00", "x"),
            ("01.12.2026", "2026-12-01T09:00:00+01:00", ""),
            ("mon 9:00", "2026-11-30T09:00:00+01:00", ""),
            ("fri 13:00", "2026-11-27T13:00:00+01:00", ""),
            ("fri 9:00", "2026-12-04T09:00:00+01:00", ""),
            ("on Thursday at 8:00", "2026-12-03T08:00:00+01:00", ""),
            ("до пятницы", "2026-12-04T09:00:00+01:00", ""),
            ("today 23:59", "2026-11-27T23:59:00+01:00", ""),
            // In summer time again.
            ("2027-03-28 02:30", "2027-03-28T03:00:00+02:00", ""),
            ("2027-10-31 02:30", "2027-10-31T02:30:00+02:00", ""),
        ] {
            let found = parse_when(written, at(NOW), Berlin);
            assert_eq!(found, Ok((at(expected), rest)), "{written}");
        }
    }

    #[test]
    fn what_is_no_time_is_named() {
        let word = |word: &str| NotUnderstood::Word(word.to_owned());
        for (written, expected) in [
            ("", NotUnderstood::Nothing),
            ("spam", word("spam")),
            ("3", word("3")),
            ("3x", word("3x")),
            ("h", word("h")),
            ("in", word("in")),
            ("in a while", word("in")),
            ("25:00", word("25:00")),
            ("2026-13-01", word("2026-13-01")),
            ("2026-11-27 9:00", NotUnderstood::Past),
            ("today 9:00", NotUnderstood::Past),
            ("2020-01-01", NotUnderstood::Past),
            ("0m", NotUnderstood::Past),
            ("2099-01-01", NotUnderstood::TooFar),
            ("99999d", NotUnderstood::TooFar),
            ("99999999999999999999d", NotUnderstood::TooFar),
        ] {
            assert_eq!(
                parse_when(written, at(NOW), Berlin),
                Err(expected),
                "{written}"
            );
        }
    }

    #[test]
    fn a_span_is_a_length_of_time() {
        assert_eq!(
            parse_span("7d rude"),
            Ok((Duration::from_secs(604_800), "rude"))
        );
        assert_eq!(parse_span("0h"), Err(NotUnderstood::Past));
        assert_eq!(
            parse_span("rude"),
            Err(NotUnderstood::Word("rude".to_owned()))
        );
        assert_eq!(parse_span(" "), Err(NotUnderstood::Nothing));
    }

    proptest! {
        #[test]
        fn whatever_is_written_the_time_is_ahead_and_the_rest_is_its_end(text in "[0-9a-z:.а-я -]{0,24}") {
            if let Ok((then, rest)) = parse_when(&text, at(NOW), Berlin) {
                prop_assert!(then > at(NOW));
                prop_assert!(text.trim().ends_with(rest));
            }
        }
    }
}
