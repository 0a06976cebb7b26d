//! Hours of a week as people write them.

use std::str::FromStr;

use chrono::Weekday;
use chrono_tz::{TZ_VARIANTS, Tz};

use super::DAY_MINUTES;

/// What an always open schedule may be called.
const ALWAYS: [&str; 4] = ["always", "24/7", "всегда", "круглосуточно"];
/// What all the days of the week may be called.
const DAILY: [&str; 4] = ["daily", "everyday", "ежедневно", "всегда"];
/// The days from Monday, in English and in Russian: short and long, as far as a word goes on with it.
const DAYS: [(&str, &str, &str, &str); 7] = [
    ("mon", "monday", "пн", "понедельник"),
    ("tue", "tuesday", "вт", "вторник"),
    ("wed", "wednesday", "ср", "среда"),
    ("thu", "thursday", "чт", "четверг"),
    ("fri", "friday", "пт", "пятница"),
    ("sat", "saturday", "сб", "суббота"),
    ("sun", "sunday", "вс", "воскресенье"),
];
/// A zone is alike when at most this part of its name has to be changed.
const ALIKE: f64 = 0.66;

/// Why a text is no schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotASchedule {
    /// A word where days or times should be.
    Word(String),
    /// Days without a time.
    NoTime(String),
    /// A time before there was a day.
    NoDay(String),
    /// A range that is empty.
    Empty(String),
    /// A time zone that nobody knows.
    Zone {
        /// As it was written.
        written: String,
        /// The one that is most like it.
        near: Option<&'static str>,
    },
}

impl NotASchedule {
    /// What is wrong.
    pub fn problem(&self) -> String {
        match self {
            NotASchedule::Word(word) => format!("{word:?} is neither a day nor a time"),
            NotASchedule::NoTime(days) => format!("there is no time behind {days:?}"),
            NotASchedule::NoDay(time) => format!("there is no day before {time:?}"),
            NotASchedule::Empty(range) => format!("{range:?} ends when it begins"),
            NotASchedule::Zone { written, .. } => format!("there is no time zone {written:?}"),
        }
    }

    /// What to write instead.
    pub fn remedy(&self) -> String {
        match self {
            NotASchedule::Word(_) | NotASchedule::NoTime(_) | NotASchedule::NoDay(_) => {
                "write as in mon-fri 09:00-17:00, sat 10:00-14:00".to_owned()
            }
            NotASchedule::Empty(_) => "for a whole day write 00:00-24:00".to_owned(),
            NotASchedule::Zone {
                near: Some(near), ..
            } => format!("did you mean {near}?"),
            NotASchedule::Zone { near: None, .. } => {
                "write a place as in Europe/Berlin, or UTC".to_owned()
            }
        }
    }
}

impl std::fmt::Display for NotASchedule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}; {}", self.problem(), self.remedy())
    }
}

impl std::error::Error for NotASchedule {}

/// Stretches of each day from Monday, in minutes of the day.
type Week = [Vec<(u16, u16)>; 7];

/// Reads a whole schedule: the week, and the zone where one is written.
pub fn parse(text: &str) -> Result<(Week, Option<Tz>), NotASchedule> {
    let text = plain(text);
    let (ranges, zone) = match text.rsplit_once(' ') {
        Some((ranges, last)) if is_like_a_zone(last) => (ranges, Some(find_zone(last)?)),
        None if is_like_a_zone(&text) => ("", Some(find_zone(&text)?)),
        Some(_) | None => (text.as_str(), None),
    };
    let ranges = ranges.trim().trim_end_matches(',');
    if ranges.is_empty() || ALWAYS.contains(&ranges.to_lowercase().as_str()) {
        return Ok((std::array::from_fn(|_| vec![(0, DAY_MINUTES)]), zone));
    }
    Ok((week(ranges)?, zone))
}

fn week(ranges: &str) -> Result<Week, NotASchedule> {
    let mut week: Week = Default::default();
    // Days that wait for a time, and whether they have had one.
    let (mut days, mut is_used): (Vec<usize>, bool) = (Vec::new(), false);
    for word in ranges.split([' ', ',']).filter(|word| !word.is_empty()) {
        if let Some(found) = days_of(word) {
            if is_used {
                days.clear();
                is_used = false;
            }
            days.extend(found);
            continue;
        }
        let (from, to) = range(word)?;
        if days.is_empty() {
            return Err(NotASchedule::NoDay(word.to_owned()));
        }
        is_used = true;
        for day in &days {
            if from < to {
                week[*day].push((from, to));
            } else {
                week[*day].push((from, DAY_MINUTES));
                week[(day + 1) % 7].push((0, to));
            }
        }
    }
    if !is_used {
        return Err(NotASchedule::NoTime(ranges.to_owned()));
    }
    Ok(week.map(joined))
}

/// Stretches in order, those that touch made one.
fn joined(mut stretches: Vec<(u16, u16)>) -> Vec<(u16, u16)> {
    stretches.sort_unstable();
    let mut joined: Vec<(u16, u16)> = Vec::new();
    for (from, to) in stretches.into_iter().filter(|(from, to)| from < to) {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            Some(_) | None => joined.push((from, to)),
        }
    }
    joined
}

/// One kind of dash, no white space around it, one space elsewhere.
fn plain(text: &str) -> String {
    let text = text.replace(['–', '—'], "-");
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace(" -", "-").replace("- ", "-")
}

fn days_of(word: &str) -> Option<Vec<usize>> {
    if DAILY.contains(&word.to_lowercase().as_str()) {
        return Some((0..7).collect());
    }
    let Some((from, to)) = word.split_once('-') else {
        return find_day(word).map(|day| vec![index(day)]);
    };
    let (from, to) = (index(find_day(from)?), index(find_day(to)?));
    let count = (to + 7 - from) % 7 + 1;
    Some((from..from + count).map(|day| day % 7).collect())
}

fn index(day: Weekday) -> usize {
    usize::try_from(day.num_days_from_monday()).expect("a week has seven days")
}

/// A day of the week by its name, short or long, in English or Russian.
pub fn find_day(word: &str) -> Option<Weekday> {
    let word = word.to_lowercase();
    let is_named = |(short, long, short_ru, long_ru): &(&str, &str, &str, &str)| {
        let is_english = word.starts_with(short) && long.starts_with(&*word);
        // In Russian a day changes its end: "в среду", "в субботу".
        let stem: String = long_ru.chars().take(long_ru.chars().count() - 1).collect();
        is_english || word == *short_ru || word == *long_ru || is_form_of(&word, &stem)
    };
    let day = u8::try_from(DAYS.iter().position(is_named)?).ok()?;
    Weekday::try_from(day).ok()
}

fn is_form_of(word: &str, stem: &str) -> bool {
    word.strip_prefix(stem)
        .is_some_and(|end| end.chars().count() <= 1)
}

fn range(word: &str) -> Result<(u16, u16), NotASchedule> {
    let wrong = || NotASchedule::Word(word.to_owned());
    let (from, to) = word.split_once('-').ok_or_else(wrong)?;
    let from = minute_of_day(from).filter(|minute| *minute < DAY_MINUTES);
    let (from, to) = (
        from.ok_or_else(wrong)?,
        minute_of_day(to).ok_or_else(wrong)?,
    );
    if from == to {
        return Err(NotASchedule::Empty(word.to_owned()));
    }
    Ok((from, to))
}

/// `9:00`, `09:30`, `9` or `24:00` in minutes of the day.
pub fn minute_of_day(written: &str) -> Option<u16> {
    let (hour, minute) = written.split_once(':').unwrap_or((written, "00"));
    let is_number = |text: &str, lengths: &[usize]| {
        lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !is_number(hour, &[1, 2]) || !is_number(minute, &[2]) {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let total = hour * 60 + minute;
    (minute < 60 && total <= DAY_MINUTES).then_some(total)
}

/// Zones are named as places are (`Europe/Berlin`), or are one of a few words such as `UTC`.
fn is_like_a_zone(word: &str) -> bool {
    let begins_as_a_name = word.starts_with(|first: char| first.is_ascii_alphabetic());
    (begins_as_a_name && word.contains('/')) || exact_zone(word).is_some()
}

fn exact_zone(word: &str) -> Option<Tz> {
    Tz::from_str(word).ok().or_else(|| {
        TZ_VARIANTS
            .iter()
            .copied()
            .find(|zone| zone.name().eq_ignore_ascii_case(word))
    })
}

/// A time zone by its name in the IANA database, such as `Europe/Berlin`.
pub fn find_zone(name: &str) -> Result<Tz, NotASchedule> {
    exact_zone(name.trim()).ok_or_else(|| {
        let wrong = name.to_lowercase();
        let likeness = |zone: &Tz| {
            let zone = zone.name().to_lowercase();
            // A city alone is often what people write.
            let city = zone.rsplit('/').next().unwrap_or_default();
            strsim::normalized_damerau_levenshtein(&wrong, &zone)
                .max(strsim::normalized_damerau_levenshtein(&wrong, city))
        };
        let near = TZ_VARIANTS
            .iter()
            .map(|zone| (likeness(zone), zone.name()))
            .filter(|(likeness, _)| *likeness >= ALIKE)
            .max_by(|(left, _), (right, _)| left.total_cmp(right));
        NotASchedule::Zone {
            written: name.to_owned(),
            near: near.map(|(_, name)| name),
        }
    })
}
