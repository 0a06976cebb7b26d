//! When updates were last known to arrive, over restarts.

use std::time::Duration;

use super::{Db, Error, facts, timers};
use crate::domain::event::Timer;
use crate::domain::rules::breaker::presses_are_lost;
use crate::domain::time::Timestamp;

/// Updates arrive. `gap` is how long they did not; without one it is read from what the last run noted.
/// Where it was so long that presses were lost, the desk is told.
pub fn succeeded(db: &Db, gap: Option<Duration>, now: Timestamp) -> Result<(), Error> {
    let gap = match gap {
        Some(gap) => gap,
        None => since_noted(db, now)?,
    };
    if presses_are_lost(gap) {
        let since = now.minus(gap);
        timers::set(db, now, &Timer::PollingResumed { since })?;
    }
    facts::set(db, facts::POLLED_AT, &now.millis().to_string())
}

fn since_noted(db: &Db, now: Timestamp) -> Result<Duration, Error> {
    let noted = facts::get(db, facts::POLLED_AT)?.and_then(|noted| noted.parse().ok());
    Ok(noted.map_or(Duration::ZERO, |noted| {
        now.since(Timestamp::from_millis(noted))
    }))
}
