//! What chats have taught about the rate that they bear.

use rusqlite::{OptionalExtension, params};

use super::{Db, Error, Place};
use crate::domain::rules::learning::{self, Learned};
use crate::domain::time::Timestamp;

const OF: &str = "SELECT share, flooded_at FROM rates WHERE place = ?1";
const PUT: &str = "INSERT INTO rates (place, share, flooded_at) VALUES (?1, ?2, ?3) \
     ON CONFLICT (place) DO UPDATE SET share = excluded.share, flooded_at = excluded.flooded_at";
const NEXT: &str = "SELECT next_at FROM rates WHERE place = ?1";
const SET_NEXT: &str = "UPDATE rates SET next_at = ?2 WHERE place = ?1";
const FORGET: &str = "DELETE FROM rates WHERE flooded_at <= ?1";

/// What a place has taught, if anything.
pub fn of(db: &Db, place: Place) -> Result<Option<Learned>, Error> {
    Ok(db
        .prepare_cached(OF)?
        .query_row([place], |row| {
            Ok(Learned {
                share: row.get(0)?,
                flooded_at: row.get(1)?,
            })
        })
        .optional()?)
}

/// A place has taught something.
pub fn put(db: &Db, place: Place, learned: Learned) -> Result<(), Error> {
    db.prepare_cached(PUT)?
        .execute(params![place, learned.share, learned.flooded_at])?;
    Ok(())
}

/// Before when a place that bears less is not to be called.
pub fn next_at(db: &Db, place: Place) -> Result<Option<Timestamp>, Error> {
    Ok(db
        .prepare_cached(NEXT)?
        .query_row([place], |row| row.get(0))
        .optional()?)
}

/// A place that bears less is not to be called before a time.
pub fn set_next(db: &Db, place: Place, next_at: Timestamp) -> Result<(), Error> {
    db.prepare_cached(SET_NEXT)?
        .execute(params![place, next_at])?;
    Ok(())
}

/// Removes what long quiet has made up for.
pub fn forget(db: &Db, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(FORGET)?
        .execute([now.minus(learning::remembered())])?;
    Ok(())
}
