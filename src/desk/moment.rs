//! Times that agents write and read, in the desk's time zone.

use super::turn::Turn;
use crate::domain::rules::hours;
use crate::domain::rules::when::parse_when;
use crate::domain::time::Timestamp;

/// The time that somebody wrote. None where it is none, or something else stands behind it.
pub(super) fn when(turn: &Turn<'_>, written: &str) -> Option<Timestamp> {
    leading(turn, written).and_then(|(time, rest)| rest.is_empty().then_some(time))
}

/// The time with which something begins that somebody wrote, and the rest.
pub(super) fn leading<'a>(turn: &Turn<'_>, written: &'a str) -> Option<(Timestamp, &'a str)> {
    parse_when(written, turn.now, turn.settings().hours.zone()).ok()
}

/// A time as agents read it.
pub(super) fn shown(turn: &Turn<'_>, time: Timestamp) -> String {
    let zone = turn.settings().hours.zone();
    let local = hours::local(zone, time).format("%Y-%m-%d %H:%M");
    format!("{local} {}", zone.name())
}
