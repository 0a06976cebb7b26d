//! When a chat may be called again: what Telegram asked for, and the calls of the last minute.

use std::time::Duration;

use rusqlite::{OptionalExtension, params};

use super::{Db, Error, Place};
use crate::domain::time::Timestamp;

/// The window of the group's budget (Telegram's FAQ for bots: 20 messages a minute in one group).
pub const WINDOW: Duration = Duration::from_secs(60);

const PAUSE: &str = "INSERT INTO pauses (place, until) VALUES (?1, ?2) \
     ON CONFLICT (place) DO UPDATE SET until = max(until, excluded.until)";
const UNTIL: &str = "SELECT until FROM pauses WHERE place = ?1 AND until > ?2";
const FORGET_PAUSES: &str = "DELETE FROM pauses WHERE until <= ?1";
const COUNT_CALL: &str = "INSERT INTO group_calls (place, called_at) VALUES (?1, ?2)";
const WINDOW_START: &str = "SELECT called_at FROM group_calls WHERE place = ?1 AND called_at > ?2 \
     ORDER BY called_at DESC LIMIT 1 OFFSET ?3";
const WINDOW_COUNT: &str = "SELECT count(*) FROM group_calls WHERE place = ?1 AND called_at > ?2";
const FORGET_CALLS: &str = "DELETE FROM group_calls WHERE called_at <= ?1";

/// Leaves a place alone until a time, or longer if that was asked for before.
pub fn pause(db: &Db, place: Place, until: Timestamp) -> Result<(), Error> {
    db.prepare_cached(PAUSE)?.execute(params![place, until])?;
    Ok(())
}

/// Until when a place has to be left alone, if it has to.
pub fn paused_until(db: &Db, place: Place, now: Timestamp) -> Result<Option<Timestamp>, Error> {
    Ok(db
        .prepare_cached(UNTIL)?
        .query_row(params![place, now], |row| row.get(0))
        .optional()?)
}

/// Counts a call into a group, before it is made.
pub fn count_call(db: &Db, place: Place, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(COUNT_CALL)?
        .execute(params![place, now])?;
    Ok(())
}

/// How many calls went into a group in the window that ends now.
pub fn calls_in_window(db: &Db, place: Place, now: Timestamp) -> Result<u32, Error> {
    Ok(db
        .prepare_cached(WINDOW_COUNT)?
        .query_row(params![place, now.minus(WINDOW)], |row| row.get(0))?)
}

/// When the window has room for one more call, if it has none now.
pub fn room_at(
    db: &Db,
    place: Place,
    limit: u32,
    now: Timestamp,
) -> Result<Option<Timestamp>, Error> {
    let oldest_that_counts: Option<Timestamp> = db
        .prepare_cached(WINDOW_START)?
        .query_row(
            params![place, now.minus(WINDOW), limit.saturating_sub(1)],
            |row| row.get(0),
        )
        .optional()?;
    Ok(oldest_that_counts.map(|called_at| called_at.plus(WINDOW)))
}

/// Removes what no window and no pause needs any more.
pub fn forget(db: &Db, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(FORGET_CALLS)?
        .execute([now.minus(WINDOW)])?;
    db.prepare_cached(FORGET_PAUSES)?.execute([now])?;
    Ok(())
}
