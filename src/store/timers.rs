//! What has to happen at a time.

use rusqlite::{OptionalExtension, params};

use super::types::{from_json, to_json};
use super::{Db, Error};
use crate::domain::event::Timer;
use crate::domain::ids::TimerId;
use crate::domain::time::Timestamp;

const INSERT: &str = "INSERT INTO timers (due_at, timer) VALUES (?1, ?2)";
const DUE: &str = "SELECT id, timer FROM timers WHERE due_at <= ?1 ORDER BY due_at, id LIMIT ?2";
const NEXT: &str = "SELECT due_at FROM timers ORDER BY due_at LIMIT 1";
const REMOVE: &str = "DELETE FROM timers WHERE id = ?1";
const DROP: &str = "DELETE FROM timers WHERE timer = ?1";
const EXISTS: &str = "SELECT 1 FROM timers WHERE timer = ?1 LIMIT 1";

/// Sets a timer.
pub fn set(db: &Db, due_at: Timestamp, timer: &Timer) -> Result<(), Error> {
    db.prepare_cached(INSERT)?
        .execute(params![due_at, to_json(timer)])?;
    Ok(())
}

/// Sets a timer unless the very same one is set already, whenever it is due.
pub fn set_once(db: &Db, due_at: Timestamp, timer: &Timer) -> Result<(), Error> {
    if db.prepare_cached(EXISTS)?.exists([to_json(timer)])? {
        return Ok(());
    }
    set(db, due_at, timer)
}

/// Sets a timer, for this time only: where the very same one is set it rings then and not before.
pub fn move_to(db: &Db, due_at: Timestamp, timer: &Timer) -> Result<(), Error> {
    drop_all(db, timer)?;
    set(db, due_at, timer)
}

/// Removes a timer wherever it is set.
pub fn drop_all(db: &Db, timer: &Timer) -> Result<(), Error> {
    db.prepare_cached(DROP)?.execute([to_json(timer)])?;
    Ok(())
}

/// The timers that are due, oldest first; none in the place of one that does not read back.
pub fn due(db: &Db, now: Timestamp, limit: u32) -> Result<Vec<(TimerId, Option<Timer>)>, Error> {
    let mut statement = db.prepare_cached(DUE)?;
    let rows = statement.query_map(params![now, limit], |row| {
        Ok((row.get::<_, TimerId>(0)?, row.get::<_, String>(1)?))
    })?;
    rows.map(|row| {
        let (id, timer) = row?;
        Ok((id, from_json("timer", &timer).ok()))
    })
    .collect()
}

/// When the next timer is due.
pub fn next(db: &Db) -> Result<Option<Timestamp>, Error> {
    Ok(db
        .prepare_cached(NEXT)?
        .query_row([], |row| row.get(0))
        .optional()?)
}

/// Removes a timer that has rung.
pub fn remove(db: &Db, id: TimerId) -> Result<(), Error> {
    db.prepare_cached(REMOVE)?.execute([id])?;
    Ok(())
}
