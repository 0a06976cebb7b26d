//! What clients may not do, whatever ticket it is. Decides nothing about what follows from it.

use rusqlite::{OptionalExtension, Row, params};

use super::{Db, Error};
use crate::domain::ids::{ClientId, UserId};
use crate::domain::rules::ban::{Ban, BanKind};
use crate::domain::time::Timestamp;

const OF_USER: &str = "SELECT client_id, kind, until, banned_at, told_at IS NOT NULL, dropped \
     FROM bans JOIN clients ON clients.id = client_id WHERE telegram_user_id = ?1";
const OF_CLIENT: &str = "SELECT client_id, kind, until, banned_at, told_at IS NOT NULL, dropped \
     FROM bans WHERE client_id = ?1";
const PUT: &str = "INSERT INTO bans (client_id, kind, until, reason, banned_by, banned_at) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (client_id) DO UPDATE SET kind = excluded.kind, \
     until = excluded.until, reason = excluded.reason, banned_by = excluded.banned_by, \
     banned_at = excluded.banned_at, told_at = NULL";
const LIFT: &str = "DELETE FROM bans WHERE client_id = ?1";
const TOLD: &str = "UPDATE bans SET told_at = ?2 WHERE client_id = ?1";
const COUNT_DROPPED: &str = "UPDATE bans SET dropped = dropped + 1 WHERE client_id = ?1";

/// What holds for the client with this number at Telegram, over or not.
pub fn of_user(db: &Db, user: UserId) -> Result<Option<(ClientId, Ban)>, Error> {
    Ok(db
        .prepare_cached(OF_USER)?
        .query_row([user], |row| Ok((row.get(0)?, ban(row)?)))
        .optional()?)
}

/// What holds for a client, over or not.
pub fn of_client(db: &Db, client: ClientId) -> Result<Option<Ban>, Error> {
    Ok(db
        .prepare_cached(OF_CLIENT)?
        .query_row([client], ban)
        .optional()?)
}

/// A ban or a mute begins. It takes the place of what held before.
pub fn put(
    db: &Db,
    client: ClientId,
    (kind, until): (BanKind, Option<Timestamp>),
    by: Option<UserId>,
    reason: &str,
    now: Timestamp,
) -> Result<(), Error> {
    db.prepare_cached(PUT)?
        .execute(params![client, kind, until, reason, by, now])?;
    Ok(())
}

/// It is over.
pub fn lift(db: &Db, client: ClientId) -> Result<(), Error> {
    db.prepare_cached(LIFT)?.execute([client])?;
    Ok(())
}

/// The client has been told.
pub fn told(db: &Db, client: ClientId, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(TOLD)?.execute(params![client, now])?;
    Ok(())
}

/// One more message was not passed on.
pub fn count_dropped(db: &Db, client: ClientId) -> Result<(), Error> {
    db.prepare_cached(COUNT_DROPPED)?.execute([client])?;
    Ok(())
}

fn ban(row: &Row<'_>) -> rusqlite::Result<Ban> {
    Ok(Ban {
        kind: row.get(1)?,
        until: row.get(2)?,
        since: row.get(3)?,
        is_told: row.get(4)?,
        dropped: row.get(5)?,
    })
}
