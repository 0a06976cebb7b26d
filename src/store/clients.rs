//! The people who write to the bot. The one table that holds Telegram's number of a person.

use rusqlite::{OptionalExtension, Row, params};

use super::{Db, Error};
use crate::domain::ids::{ClientId, UserId};
use crate::domain::language::Language;
use crate::domain::outcome::Unreachable;
use crate::domain::ticket::Client;
use crate::domain::time::Timestamp;

const BY_USER: &str = "SELECT id, language, unreachable FROM clients WHERE telegram_user_id = ?1";
const BY_ID: &str = "SELECT id, language, unreachable FROM clients WHERE id = ?1";
const INSERT: &str = "INSERT INTO clients (telegram_user_id, language, first_seen_at) \
     VALUES (?1, ?2, ?3) RETURNING id";
const SET_UNREACHABLE: &str = "UPDATE clients SET unreachable = ?2 WHERE id = ?1";
const CATEGORY: &str = "SELECT wanted_category FROM clients WHERE id = ?1";
const SET_CATEGORY: &str = "UPDATE clients SET wanted_category = ?2 WHERE id = ?1";
const USER_OF: &str = "SELECT telegram_user_id FROM clients WHERE id = ?1";

/// The client with this Telegram account, if they ever wrote.
pub fn by_user(db: &Db, user: UserId) -> Result<Option<Client>, Error> {
    Ok(db
        .prepare_cached(BY_USER)?
        .query_row([user], client)
        .optional()?)
}

/// A client that exists.
pub fn by_id(db: &Db, id: ClientId) -> Result<Client, Error> {
    Ok(db.prepare_cached(BY_ID)?.query_row([id], client)?)
}

/// A new client.
pub fn insert(db: &Db, user: UserId, language: Language, now: Timestamp) -> Result<Client, Error> {
    let id = db
        .prepare_cached(INSERT)?
        .query_row(params![user, language, now], |row| row.get(0))?;
    Ok(Client {
        id,
        language,
        unreachable: None,
    })
}

/// Telegram does not let us write to this client, or does again (`None`).
pub fn set_unreachable(db: &Db, id: ClientId, reason: Option<Unreachable>) -> Result<(), Error> {
    db.prepare_cached(SET_UNREACHABLE)?
        .execute(params![id, reason])?;
    Ok(())
}

/// A client wants to ask about this.
pub fn set_category(db: &Db, id: ClientId, category: &str) -> Result<(), Error> {
    db.prepare_cached(SET_CATEGORY)?
        .execute(params![id, category])?;
    Ok(())
}

/// What a client wanted to ask about; nothing from now on.
pub fn take_category(db: &Db, id: ClientId) -> Result<Option<String>, Error> {
    let category: Option<String> = db
        .prepare_cached(CATEGORY)?
        .query_row([id], |row| row.get(0))?;
    if category.is_some() {
        db.prepare_cached(SET_CATEGORY)?
            .execute(params![id, None::<String>])?;
    }
    Ok(category)
}

/// Telegram's number, for the call that needs it.
pub(super) fn user_of(db: &Db, id: ClientId) -> Result<UserId, Error> {
    Ok(db
        .prepare_cached(USER_OF)?
        .query_row([id], |row| row.get(0))?)
}

fn client(row: &Row<'_>) -> rusqlite::Result<Client> {
    Ok(Client {
        id: row.get(0)?,
        language: row.get(1)?,
        unreachable: row.get(2)?,
    })
}
