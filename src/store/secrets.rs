//! Words of clients that were replaced by a placeholder, sealed. Knows no key.

use rusqlite::params;

use super::{Db, Error};
use crate::domain::ids::{MessageRowId, TicketId};

const INSERT: &str =
    "INSERT INTO secrets (ticket_id, message_id, placeholder, sealed) VALUES (?1, ?2, ?3, ?4)";
const OF_TICKET: &str =
    "SELECT message_id, placeholder, sealed FROM secrets WHERE ticket_id = ?1 ORDER BY id";
const FORGET: &str = "DELETE FROM secrets WHERE message_id = ?1";

/// Words under seal.
#[derive(Debug)]
pub struct Secret {
    /// The message that they stood in.
    pub message: MessageRowId,
    /// What stands there now.
    pub placeholder: String,
    /// The words, sealed.
    pub sealed: Vec<u8>,
}

/// Keeps words under seal.
pub fn insert(
    db: &Db,
    ticket: TicketId,
    message: MessageRowId,
    placeholder: &str,
    sealed: &[u8],
) -> Result<(), Error> {
    db.prepare_cached(INSERT)?
        .execute(params![ticket, message, placeholder, sealed])?;
    Ok(())
}

/// All that a ticket's messages held, in the order in which it was written.
pub fn of_ticket(db: &Db, ticket: TicketId) -> Result<Vec<Secret>, Error> {
    let mut statement = db.prepare_cached(OF_TICKET)?;
    let rows = statement.query_map([ticket], |row| {
        Ok(Secret {
            message: row.get(0)?,
            placeholder: row.get(1)?,
            sealed: row.get(2)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Forgets what a message held.
pub fn forget(db: &Db, message: MessageRowId) -> Result<(), Error> {
    db.prepare_cached(FORGET)?.execute([message])?;
    Ok(())
}
