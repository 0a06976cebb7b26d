//! Durations as an operator writes them: `24h`, `1h30m`, `7d`, and `off` where that makes sense.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::error::Error;
use super::places::{Key, Places};
use super::raw::OFF;
use super::values::shown;

/// The units of a duration, the largest first, in seconds.
const UNITS: [(&str, u64); 4] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];
/// Durations shorter than this, four days, are spelt in hours.
const HOURS_UP_TO_SECONDS: u64 = 345_600;

/// A duration within a range.
pub fn duration(
    places: &Places,
    key: Key,
    written: &str,
    range: &RangeInclusive<Duration>,
) -> Result<Duration, Error> {
    read(places, key, written, range, "")
}

/// A duration within a range, or none for `off`.
pub fn duration_or_off(
    places: &Places,
    key: Key,
    written: &str,
    range: &RangeInclusive<Duration>,
) -> Result<Option<Duration>, Error> {
    if written.trim() == OFF {
        return Ok(None);
    }
    read(places, key, written, range, ", or \"off\"").map(Some)
}

fn read(
    places: &Places,
    key: Key,
    written: &str,
    range: &RangeInclusive<Duration>,
    or_off: &str,
) -> Result<Duration, Error> {
    let (least, most) = (spelt(*range.start()), spelt(*range.end()));
    let wrong = |problem: &str| {
        let problem = format!("= {} {problem}", shown(written));
        let remedy = format!(
            "write a duration from \"{least}\" to \"{most}\", such as \"24h\", \"1h30m\" or \
             \"7d\"{or_off}"
        );
        key.wrong(places, problem, &remedy)
    };
    let duration =
        humantime::parse_duration(written.trim()).map_err(|_| wrong("is no duration"))?;
    if !range.contains(&duration) {
        return Err(wrong("is out of range"));
    }
    Ok(duration)
}

/// A duration as it is written: `1h30m`. Parts of a second are left out.
pub fn spelt(duration: Duration) -> String {
    let mut seconds = duration.as_secs();
    let mut text = String::new();
    // A few days are more often called so many hours.
    let units = if seconds < HOURS_UP_TO_SECONDS {
        &UNITS[1..]
    } else {
        &UNITS
    };
    for (unit, length) in units {
        let count = seconds / length;
        seconds %= length;
        if count > 0 {
            text.push_str(&format!("{count}{unit}"));
        }
    }
    if text.is_empty() {
        "0s".to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_spelt_as_it_would_be_written() {
        for (seconds, expected) in [
            (0, "0s"),
            (30, "30s"),
            (900, "15m"),
            (5_400, "1h30m"),
            (86_400, "24h"),
            (259_200, "72h"),
            (604_800, "7d"),
            (608_400, "7d1h"),
        ] {
            let duration = Duration::from_secs(seconds);
            assert_eq!(spelt(duration), expected);
            assert_eq!(humantime::parse_duration(expected), Ok(duration));
        }
    }
}
