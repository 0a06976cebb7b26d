//! Words that agents put on tickets to find them again.

use rusqlite::params;

use super::{Db, Error};
use crate::domain::ids::TicketId;

const ADD: &str = "INSERT INTO ticket_tags (ticket_id, tag) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
const REMOVE: &str = "DELETE FROM ticket_tags WHERE ticket_id = ?1 AND tag = ?2";
const OF_TICKET: &str = "SELECT tag FROM ticket_tags WHERE ticket_id = ?1 ORDER BY tag";

/// Puts a tag on a ticket. Whether it was not there.
pub fn add(db: &Db, ticket: TicketId, tag: &str) -> Result<bool, Error> {
    Ok(db.prepare_cached(ADD)?.execute(params![ticket, tag])? == 1)
}

/// Takes a tag off a ticket. Whether it was there.
pub fn remove(db: &Db, ticket: TicketId, tag: &str) -> Result<bool, Error> {
    Ok(db.prepare_cached(REMOVE)?.execute(params![ticket, tag])? == 1)
}

/// The tags of a ticket, in order.
pub fn of_ticket(db: &Db, ticket: TicketId) -> Result<Vec<String>, Error> {
    let mut statement = db.prepare_cached(OF_TICKET)?;
    let rows = statement.query_map([ticket], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
