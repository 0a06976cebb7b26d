//! What becomes of stored times when the machine's clock is set: what counts how long something is
//! ago, or how long it still takes, has to go along. When messages, tickets and steps came is history and stays.

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

// Troubles and what was said of them, which are held against each other: none lies ahead afterwards, even where
// it was written after the clock was set and before that was noticed.
const SHIFT_ALERTS: &str =
    "UPDATE alerts SET raised_at = min(raised_at + ?1, ?2), began_at = min(began_at + ?1, ?2)";
const SHIFT_BREAKERS: &str =
    "UPDATE breakers SET since = min(since + ?1, ?2), back_at = min(back_at + ?1, ?2)";
const SHIFT_BEHIND: &str = "UPDATE facts SET value = CAST(min(CAST(value AS INTEGER) + ?1, ?2) AS TEXT) \
     WHERE name GLOB 'behind_since*' AND value <> ''";
const SHIFT_TOLD: &str =
    "UPDATE clients SET queue_told_at = min(queue_told_at + ?1, ?2) WHERE queue_told_at > 0";
const SHIFT_LETTERS: &str =
    "UPDATE outbox SET finished_at = min(finished_at + ?1, ?2) WHERE state = 'dead'";

// What would be due too late, or count as new for too long.
const SHIFT_WAITING: &str = "UPDATE outbox SET not_before = not_before + ?1 \
     WHERE state IN ('waiting', 'merged') AND not_before > ?2 AND not_before < ?2 + ?3";
const SHIFT_NEWEST: &str = "UPDATE outbox SET created_at = created_at + ?1 \
     WHERE id = (SELECT max(id) FROM outbox) AND created_at > ?2";
const SHIFT_TIMERS: &str = "UPDATE timers SET due_at = due_at + ?1 WHERE due_at > ?2";
const SHIFT_JOBS: &str =
    "UPDATE jobs SET not_before = not_before + ?1 WHERE state = 'waiting' AND not_before > ?2";
const SHIFT_LOOKUPS: &str = "UPDATE lookups SET not_before = not_before + ?1 WHERE not_before > ?2";
const SHIFT_REPORTS: &str = "UPDATE reports SET not_before = not_before + ?1 WHERE not_before > ?2";
const SHIFT_TURNS: &str = "UPDATE topics SET due_at = due_at + ?1 WHERE due_at > ?2";
const SHIFT_TITLES: &str = "UPDATE topics SET titled_at = titled_at + ?1 WHERE titled_at > ?2";
const SHIFT_ALBUMS: &str = "UPDATE albums SET first_at = first_at + ?1, last_at = last_at + ?1 \
     WHERE state = 'collecting' AND last_at > ?2";
const SHIFT_FIRST_TEXTS: &str =
    "UPDATE first_texts SET written_at = written_at + ?1 WHERE written_at > ?2";
const SHIFT_ACTIONS: &str =
    "UPDATE agents SET last_action_at = last_action_at + ?1 WHERE last_action_at > ?2";
const SHIFT_STATUS: &str = "UPDATE agents SET status_at = status_at + ?1 WHERE status_at > ?2";
const SHIFT_ANSWER_CLOCKS: &str = "UPDATE tickets SET answer_runs_since = answer_runs_since + ?1 \
     WHERE state <> 'closed' AND answer_runs_since > ?2";
const SHIFT_CLOSE_CLOCKS: &str = "UPDATE tickets SET close_runs_since = close_runs_since + ?1 \
     WHERE state <> 'closed' AND close_runs_since > ?2";

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
    troubles(db, by_ms, now)?;
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
        Some(latest) if latest > now => {
            let by_ms = now.millis() - latest.millis();
            troubles(db, by_ms, now)?;
            due_earlier(db, by_ms, now)
        }
        Some(_) | None => Ok(()),
    }
}

/// Troubles have lasted as long as before, and what was said of them is as long ago.
fn troubles(db: &Db, by_ms: i64, now: Timestamp) -> Result<(), Error> {
    for statement in [
        SHIFT_ALERTS,
        SHIFT_BREAKERS,
        SHIFT_BEHIND,
        SHIFT_TOLD,
        SHIFT_LETTERS,
    ] {
        db.prepare_cached(statement)?.execute(params![by_ms, now])?;
    }
    Ok(())
}

/// What was due before the clock was set back is due again, and nothing has just happened for as long as it
/// was set back.
fn due_earlier(db: &Db, by_ms: i64, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(SHIFT_WAITING)?
        .execute(params![by_ms, now, FOREVER_MS])?;
    for statement in [
        SHIFT_NEWEST,
        SHIFT_TIMERS,
        SHIFT_JOBS,
        SHIFT_LOOKUPS,
        SHIFT_REPORTS,
        SHIFT_TURNS,
        SHIFT_TITLES,
        SHIFT_ALBUMS,
        SHIFT_FIRST_TEXTS,
        SHIFT_ACTIONS,
        SHIFT_STATUS,
        SHIFT_ANSWER_CLOCKS,
        SHIFT_CLOSE_CLOCKS,
    ] {
        db.prepare_cached(statement)?.execute(params![by_ms, now])?;
    }
    Ok(())
}
