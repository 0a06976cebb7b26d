//! Presses that wait until Telegram has said whether somebody still belongs to the group, the questions
//! about that, and the members whose joining was announced.

use rusqlite::{OptionalExtension, params};

use super::types::{from_json, to_json};
use super::{Db, Error};
use crate::domain::event::Press;
use crate::domain::ids::{AdmissionId, DeskId, LookupId, ParkedId, UserId};
use crate::domain::time::Timestamp;

const PARK: &str = "INSERT INTO parked_presses (user_id, press, parked_at, desk) VALUES (?1, ?2, ?3, ?4) RETURNING id";
const TAKE: &str = "DELETE FROM parked_presses WHERE id = ?1 RETURNING press";
const OF_USER: &str =
    "SELECT id, press FROM parked_presses WHERE user_id = ?1 AND desk = ?3 ORDER BY id LIMIT ?2";
const ASK: &str = "INSERT INTO lookups (user_id, not_before, desk) VALUES (?1, ?2, ?3) ON CONFLICT (desk, user_id) DO NOTHING";
const DUE: &str =
    "SELECT id, user_id, desk FROM lookups WHERE not_before <= ?1 ORDER BY not_before, id LIMIT ?2";
const NEXT_DUE: &str = "SELECT not_before FROM lookups ORDER BY not_before LIMIT 1";
const DEFER: &str = "UPDATE lookups SET not_before = ?2 WHERE id = ?1";
const ANSWERED: &str = "DELETE FROM lookups WHERE user_id = ?1 AND desk = ?2";
const ANNOUNCE: &str =
    "INSERT INTO admissions (user_id, asked_at, desk) VALUES (?1, ?2, ?3) RETURNING id";
const ANNOUNCED: &str =
    "SELECT user_id FROM admissions WHERE id = ?1 AND desk = ?2 AND settled_at IS NULL";
const SETTLE: &str =
    "UPDATE admissions SET settled_at = ?2 WHERE user_id = ?1 AND desk = ?3 AND settled_at IS NULL";
const IS_OPEN: &str =
    "SELECT 1 FROM admissions WHERE user_id = ?1 AND desk = ?2 AND settled_at IS NULL";

/// Puts a press aside.
pub fn park(db: &Db, desk: DeskId, press: &Press, now: Timestamp) -> Result<ParkedId, Error> {
    Ok(db
        .prepare_cached(PARK)?
        .query_row(params![press.by, to_json(press), now, desk], |row| {
            row.get(0)
        })?)
}

/// Takes a press back; none where it was taken already.
pub fn take(db: &Db, id: ParkedId) -> Result<Option<Press>, Error> {
    let press: Option<String> = db
        .prepare_cached(TAKE)?
        .query_row([id], |row| row.get(0))
        .optional()?;
    press.map(|press| from_json("press", &press)).transpose()
}

/// The presses of somebody that wait, in order.
pub fn of_user(
    db: &Db,
    desk: DeskId,
    user: UserId,
    limit: u32,
) -> Result<Vec<(ParkedId, Press)>, Error> {
    let mut statement = db.prepare_cached(OF_USER)?;
    let rows = statement.query_map(params![user, limit, desk], |row| {
        Ok((row.get(0)?, row.get::<_, String>(1)?))
    })?;
    rows.map(|row| {
        let (id, press) = row?;
        Ok((id, from_json("press", &press)?))
    })
    .collect()
}

/// Telegram is to be asked about somebody.
pub fn ask(db: &Db, desk: DeskId, user: UserId, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(ASK)?.execute(params![user, now, desk])?;
    Ok(())
}

/// Those about whom Telegram is to be asked now.
pub fn due(
    db: &Db,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<(LookupId, UserId, DeskId)>, Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = db.prepare_cached(DUE)?;
    let rows = statement.query_map(params![now, limit], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// When Telegram is to be asked next.
pub fn next_due(db: &Db) -> Result<Option<Timestamp>, Error> {
    Ok(db
        .prepare_cached(NEXT_DUE)?
        .query_row([], |row| row.get(0))
        .optional()?)
}

/// Not to be asked before `until`.
pub fn defer(db: &Db, lookup: LookupId, until: Timestamp) -> Result<(), Error> {
    db.prepare_cached(DEFER)?.execute(params![lookup, until])?;
    Ok(())
}

/// Telegram need not be asked any more.
pub fn answered(db: &Db, desk: DeskId, user: UserId) -> Result<(), Error> {
    db.prepare_cached(ANSWERED)?.execute(params![user, desk])?;
    Ok(())
}

/// That somebody joined is announced with buttons.
pub fn announce(db: &Db, desk: DeskId, user: UserId, now: Timestamp) -> Result<AdmissionId, Error> {
    Ok(db
        .prepare_cached(ANNOUNCE)?
        .query_row(params![user, now, desk], |row| row.get(0))?)
}

/// Whose joining this was, while nobody has decided about it.
pub fn announced(db: &Db, desk: DeskId, id: AdmissionId) -> Result<Option<UserId>, Error> {
    Ok(db
        .prepare_cached(ANNOUNCED)?
        .query_row(params![id, desk], |row| row.get(0))
        .optional()?)
}

/// Whether somebody's joining was announced and nobody has decided about it.
pub fn is_announced(db: &Db, desk: DeskId, user: UserId) -> Result<bool, Error> {
    Ok(db.prepare_cached(IS_OPEN)?.exists(params![user, desk])?)
}

/// It was decided about somebody.
pub fn settle(db: &Db, desk: DeskId, user: UserId, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(SETTLE)?
        .execute(params![user, now, desk])?;
    Ok(())
}
