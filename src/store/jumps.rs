//! What becomes of stored times when the machine's clock is set: what counts how long something is
//! ago, or how long it still takes, has to go along.

use rusqlite::{OptionalExtension, params};

use super::{Db, Error};
use crate::domain::time::Timestamp;

/// What lies further ahead is never due; it holds a place.
const FOREVER_MS: i64 = 366 * 24 * 60 * 60 * 1000;

const SHIFT_CALLS: &str = "UPDATE group_calls SET called_at = called_at + ?1";
const SHIFT_PAUSES: &str = "UPDATE pauses SET until = until + ?1, since = since + ?1";
const SHIFT_RATES: &str = "UPDATE rates SET flooded_at = flooded_at + ?1, next_at = next_at + ?1";
const SHIFT_VOICES: &str = "UPDATE voices SET try_at = try_at + ?1 WHERE out_since IS NOT NULL";
const SHIFT_VOICE_PAUSES: &str =
    "UPDATE voices SET until = until + ?1, since = since + ?1 WHERE until > 0";
const SHIFT_COUNTING: &str = "UPDATE counting SET try_at = try_at + ?1";
const SHIFT_WAITING: &str = "UPDATE outbox SET not_before = not_before + ?1 \
     WHERE state IN ('waiting', 'merged') AND not_before > ?2 AND not_before < ?2 + ?3";
const SHIFT_TIMERS: &str = "UPDATE timers SET due_at = due_at + ?1 WHERE due_at > ?2";
const LATEST: &str = "SELECT created_at FROM outbox ORDER BY id DESC LIMIT 1";
const CLAMP_CALLS: &str = "UPDATE group_calls SET called_at = ?1 WHERE called_at > ?1";
const CLAMP_PAUSES: &str =
    "UPDATE pauses SET until = until - since + ?1, since = ?1 WHERE since > ?1";
const CLAMP_VOICES: &str =
    "UPDATE voices SET until = until - since + ?1, since = ?1 WHERE since > ?1";
const CLAMP_RATES: &str = "UPDATE rates SET flooded_at = min(flooded_at, ?1), next_at = min(next_at, ?1) WHERE flooded_at > ?1";

/// The clock was set by so many milliseconds and shows `now`. After a step back what was due before it
/// is due again; after one ahead nothing is due later than it would have been.
pub fn follow(db: &Db, by_ms: i64, now: Timestamp) -> Result<(), Error> {
    for statement in [
        SHIFT_CALLS,
        SHIFT_PAUSES,
        SHIFT_RATES,
        SHIFT_VOICES,
        SHIFT_VOICE_PAUSES,
        SHIFT_COUNTING,
    ] {
        db.prepare_cached(statement)?.execute([by_ms])?;
    }
    if by_ms < 0 {
        due_earlier(db, by_ms, now)?;
    }
    Ok(())
}

/// At a start: what was done in the future was done before the clock was set back, nobody knows how
/// long ago. It counts as done just now, so that it neither blocks for ever nor lets a flood pass.
pub fn nothing_ahead(db: &Db, now: Timestamp) -> Result<(), Error> {
    for statement in [CLAMP_CALLS, CLAMP_PAUSES, CLAMP_VOICES, CLAMP_RATES] {
        db.prepare_cached(statement)?.execute([now])?;
    }
    let latest: Option<Timestamp> = db
        .prepare_cached(LATEST)?
        .query_row([], |row| row.get(0))
        .optional()?;
    match latest {
        Some(latest) if latest > now => due_earlier(db, now.millis() - latest.millis(), now),
        Some(_) | None => Ok(()),
    }
}

/// What was due before the clock was set back is due again.
fn due_earlier(db: &Db, by_ms: i64, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(SHIFT_WAITING)?
        .execute(params![by_ms, now, FOREVER_MS])?;
    db.prepare_cached(SHIFT_TIMERS)?
        .execute(params![by_ms, now])?;
    Ok(())
}
