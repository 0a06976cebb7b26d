//! Who did what that others have to be able to look up. Never the text of a message.

use rusqlite::params;

use super::{Db, Error};
use crate::domain::ids::{TicketId, UserId};
use crate::domain::time::Timestamp;

const INSERT: &str =
    "INSERT INTO audit (at, actor, action, ticket_id, reason) VALUES (?1, ?2, ?3, ?4, ?5)";

/// Writes it down. `actor` is none for an anonymous admin.
pub fn insert(
    db: &Db,
    now: Timestamp,
    actor: Option<UserId>,
    action: &str,
    ticket: Option<TicketId>,
    reason: &str,
) -> Result<(), Error> {
    db.prepare_cached(INSERT)?
        .execute(params![now, actor, action, ticket, reason])?;
    Ok(())
}
