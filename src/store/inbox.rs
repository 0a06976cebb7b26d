//! Every update as Telegram sent it, from before Telegram is told that we have it until it is done.

use std::hash::{DefaultHasher, Hash, Hasher};

use rusqlite::params;

use super::{Db, Error};
use crate::domain::ids::{BotId, InboxId};
use crate::domain::outcome::Reason;
use crate::domain::time::Timestamp;

const INSERT: &str = "INSERT INTO inbox (bot_id, update_id, received_at, raw) VALUES (?1, ?2, ?3, ?4) \
     ON CONFLICT (bot_id, update_id) DO NOTHING";
const PENDING: &str = "SELECT id, raw, suspect_starts, attempts, bot_id FROM inbox \
     WHERE state = 'pending' ORDER BY id LIMIT ?1";
const IS_PENDING: &str = "SELECT EXISTS (SELECT 1 FROM inbox WHERE state = 'pending')";
const SUSPECT_FRONT: &str = "UPDATE inbox SET suspect_starts = suspect_starts + 1 WHERE id IN \
     (SELECT id FROM inbox WHERE state = 'pending' ORDER BY id LIMIT ?1)";
const COUNT_ATTEMPT: &str = "UPDATE inbox SET attempts = attempts + 1 WHERE id = ?1";
const DONE: &str = "UPDATE inbox SET state = 'done', raw = NULL, finished_at = ?2 WHERE id = ?1";
const DEAD: &str = "UPDATE inbox SET state = 'dead', finished_at = ?2, reason = ?3 WHERE id = ?1";
const FORGET_DONE: &str = "DELETE FROM inbox WHERE id IN (SELECT id FROM inbox \
     WHERE state = 'done' AND finished_at < ?1 LIMIT ?2)";

/// An update that is not done yet.
#[derive(Debug)]
pub struct Pending {
    /// Our row.
    pub id: InboxId,
    /// What Telegram sent, byte for byte.
    pub raw: String,
    /// Starts of the program that found it unfinished among the first.
    pub suspect_starts: u32,
    /// Times it was touched alone.
    pub attempts: u32,
    /// The bot that received it.
    pub bot: BotId,
}

/// Keeps updates, each `(update_id, raw)`. What is there already stays as it is. How many were new.
///
/// An update without an id gets a negative one made from its text, so that the same one arriving
/// again is the same row.
pub fn keep(
    db: &Db,
    bot: BotId,
    updates: &[(Option<i64>, String)],
    now: Timestamp,
) -> Result<usize, Error> {
    let mut insert = db.prepare_cached(INSERT)?;
    let mut new = 0;
    for (update_id, raw) in updates {
        let update_id = update_id.unwrap_or_else(|| surrogate(raw));
        new += insert.execute(params![bot, update_id, now, raw])?;
    }
    Ok(new)
}

/// The oldest updates that are not done, in the order in which they arrived.
pub fn pending(db: &Db, limit: usize) -> Result<Vec<Pending>, Error> {
    let mut statement = db.prepare_cached(PENDING)?;
    let rows = statement.query_map(params![count(limit)], |row| {
        Ok(Pending {
            id: row.get(0)?,
            raw: row.get::<_, Option<String>>(1)?.unwrap_or_default(),
            suspect_starts: row.get(2)?,
            attempts: row.get(3)?,
            bot: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whether everything that arrived is done.
pub fn is_drained(db: &Db) -> Result<bool, Error> {
    let is_pending: bool = db
        .prepare_cached(IS_PENDING)?
        .query_row([], |row| row.get(0))?;
    Ok(!is_pending)
}

/// At a start: those that the last run may have been working on when it ended come under suspicion.
pub fn suspect_front(db: &Db, limit: usize) -> Result<usize, Error> {
    Ok(db
        .prepare_cached(SUSPECT_FRONT)?
        .execute(params![count(limit)])?)
}

/// Counts a touch; has to be committed before the update is touched.
pub fn count_attempt(db: &Db, id: InboxId) -> Result<(), Error> {
    db.prepare_cached(COUNT_ATTEMPT)?.execute([id])?;
    Ok(())
}

/// The update is done; its text is blanked in the same transaction.
pub fn done(db: &Db, id: InboxId, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(DONE)?.execute(params![id, now])?;
    Ok(())
}

/// The update cannot be handled; it is kept for a person to look at.
pub fn dead(db: &Db, id: InboxId, now: Timestamp, reason: &Reason) -> Result<(), Error> {
    db.prepare_cached(DEAD)?
        .execute(params![id, now, reason.stored()])?;
    Ok(())
}

/// Removes rows that were done before `before`, at most `limit`. They stay that long because
/// Telegram repeats what it thinks was not confirmed.
pub fn forget_done(db: &Db, before: Timestamp, limit: usize) -> Result<usize, Error> {
    Ok(db
        .prepare_cached(FORGET_DONE)?
        .execute(params![before, count(limit)])?)
}

fn surrogate(raw: &str) -> i64 {
    let mut hasher = DefaultHasher::new();
    raw.hash(&mut hasher);
    let bits = hasher.finish() >> 1;
    -i64::try_from(bits).expect("63 bits fit").saturating_add(1)
}

fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
