//! Tickets. The schema sees to it that a client has one open ticket at most.

use rusqlite::{OptionalExtension, Row, params};

use super::{Db, Error};
use crate::domain::ids::{ClientId, TicketId};
use crate::domain::ticket::{Side, Ticket, TicketCode};
use crate::domain::time::Timestamp;

const INSERT: &str = "INSERT INTO tickets (code, client_id, state, opened_at) \
     VALUES (?1, ?2, 'open', ?3) ON CONFLICT (code) DO NOTHING RETURNING id";
const BY_ID: &str = "SELECT tickets.id, code, client_id, state, opened_at, closed_at, language \
     FROM tickets JOIN clients ON clients.id = client_id WHERE tickets.id = ?1";
const OPEN_OF_CLIENT: &str = "SELECT tickets.id, code, client_id, state, opened_at, closed_at, language \
     FROM tickets JOIN clients ON clients.id = client_id WHERE client_id = ?1 AND state <> 'closed'";
const LATEST_OF_CLIENT: &str = "SELECT tickets.id, code, client_id, state, opened_at, closed_at, language \
     FROM tickets JOIN clients ON clients.id = client_id WHERE client_id = ?1 ORDER BY tickets.id DESC LIMIT 1";
const BY_CODE: &str = "SELECT tickets.id, code, client_id, state, opened_at, closed_at, language \
     FROM tickets JOIN clients ON clients.id = client_id WHERE code = ?1";
const CLOSE: &str = "UPDATE tickets SET state = 'closed', closed_at = ?2, closed_by = ?3 \
     WHERE id = ?1 AND state <> 'closed'";
const COUNT_EARLIER: &str = "SELECT count(*) FROM tickets WHERE client_id = ?1 AND id < ?2";

/// A new open ticket, or nothing where the code is taken and another has to be drawn.
pub fn insert(
    db: &Db,
    code: &TicketCode,
    client: ClientId,
    now: Timestamp,
) -> Result<Option<TicketId>, Error> {
    Ok(db
        .prepare_cached(INSERT)?
        .query_row(params![code, client, now], |row| row.get(0))
        .optional()?)
}

/// A ticket that exists.
pub fn by_id(db: &Db, id: TicketId) -> Result<Ticket, Error> {
    Ok(db.prepare_cached(BY_ID)?.query_row([id], ticket)?)
}

/// The ticket of a code.
pub fn by_code(db: &Db, code: &TicketCode) -> Result<Option<Ticket>, Error> {
    Ok(db
        .prepare_cached(BY_CODE)?
        .query_row([code], ticket)
        .optional()?)
}

/// The open ticket of a client.
pub fn open_of(db: &Db, client: ClientId) -> Result<Option<Ticket>, Error> {
    Ok(db
        .prepare_cached(OPEN_OF_CLIENT)?
        .query_row([client], ticket)
        .optional()?)
}

/// The newest ticket of a client, open or closed.
pub fn latest_of(db: &Db, client: ClientId) -> Result<Option<Ticket>, Error> {
    Ok(db
        .prepare_cached(LATEST_OF_CLIENT)?
        .query_row([client], ticket)
        .optional()?)
}

/// Closes a ticket. Whether it was open.
pub fn close(db: &Db, id: TicketId, by: Side, now: Timestamp) -> Result<bool, Error> {
    let closed = db.prepare_cached(CLOSE)?.execute(params![id, now, by])?;
    Ok(closed == 1)
}

/// How many tickets the client of this one had before it.
pub fn count_earlier(db: &Db, ticket: &Ticket) -> Result<u32, Error> {
    Ok(db
        .prepare_cached(COUNT_EARLIER)?
        .query_row(params![ticket.client, ticket.id], |row| row.get(0))?)
}

fn ticket(row: &Row<'_>) -> rusqlite::Result<Ticket> {
    Ok(Ticket {
        id: row.get(0)?,
        code: row.get(1)?,
        client: row.get(2)?,
        state: row.get(3)?,
        opened_at: row.get(4)?,
        closed_at: row.get(5)?,
        language: row.get(6)?,
    })
}
