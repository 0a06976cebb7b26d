//! Tickets. The schema sees to it that a client has one open ticket at most, and that a state goes with
//! what it needs.

use rusqlite::{OptionalExtension, Row, params};

use super::{Db, Error};
use crate::domain::ids::{ClientId, DeskId, MessageRowId, TicketId};
use crate::domain::rules::escalate::Unanswered;
use crate::domain::ticket::{ClosedBy, Resolution, Ticket, TicketCode, TicketPriority};
use crate::domain::time::Timestamp;

const INSERT: &str = "INSERT INTO tickets (code, client_id, state, opened_at, subject, category, priority, desk, \
     answer_runs_since, close_runs_since) VALUES (?1, ?2, 'open', ?3, ?4, ?5, ?6, ?7, ?3, ?3) ON CONFLICT (code) DO NOTHING RETURNING id";
const BY_ID: &str = "SELECT tickets.id, code, client_id, state, priority, level, category, subject, assignee, \
     opened_at, closed_at, snoozed_until, close_at, waiting_since, unread, last_client_at, last_agent_at, \
      first_response_at, language, desk \
     FROM tickets JOIN clients ON clients.id = client_id WHERE tickets.id = ?1";
const OPEN_OF_CLIENT: &str = "SELECT tickets.id, code, client_id, state, priority, level, category, subject, \
     assignee, opened_at, closed_at, snoozed_until, close_at, waiting_since, unread, last_client_at, \
     last_agent_at, first_response_at, language, desk \
     FROM tickets JOIN clients ON clients.id = client_id WHERE client_id = ?1 AND state <> 'closed'";
const LATEST_OF_CLIENT: &str = "SELECT tickets.id, code, client_id, state, priority, level, category, subject, \
     assignee, opened_at, closed_at, snoozed_until, close_at, waiting_since, unread, last_client_at, \
     last_agent_at, first_response_at, language, desk \
     FROM tickets JOIN clients ON clients.id = client_id WHERE client_id = ?1 ORDER BY tickets.id DESC LIMIT 1";
const BY_CODE: &str = "SELECT tickets.id, code, client_id, state, priority, level, category, subject, assignee, \
     opened_at, closed_at, snoozed_until, close_at, waiting_since, unread, last_client_at, last_agent_at, \
      first_response_at, language, desk \
     FROM tickets JOIN clients ON clients.id = client_id WHERE code = ?1";
const SAVE: &str = "UPDATE tickets SET state = ?2, priority = ?3, level = ?4, category = ?5, assignee = ?6, \
     snoozed_until = ?7, close_at = ?8 WHERE id = ?1 AND state <> 'closed'";
const CLOSE: &str = "UPDATE tickets SET state = 'closed', closed_at = ?2, closed_by = ?3, resolution = ?4, \
     duplicate_of = ?5, snoozed_until = NULL, close_at = NULL, unread = 0, waiting_since = NULL, \
     unanswered_minutes = 0, minute_began_at = NULL WHERE id = ?1 AND state <> 'closed'";
const REOPEN: &str = "UPDATE tickets SET state = ?2, assignee = ?3, closed_at = NULL, closed_by = NULL, \
     resolution = NULL, duplicate_of = NULL, reopened = reopened + 1 WHERE id = ?1 AND state = 'closed' \
     AND NOT EXISTS (SELECT 1 FROM tickets AS other WHERE other.client_id = tickets.client_id \
     AND other.state <> 'closed')";
const UNANSWERED: &str = "SELECT unanswered_minutes, minute_began_at FROM tickets WHERE id = ?1";
const CLIENT_WROTE: &str = "UPDATE tickets SET unread = unread + 1, unanswered_minutes = ?3, minute_began_at = ?4, \
     waiting_since = ifnull(waiting_since, ?2), last_client_at = ?2, warned_at = NULL WHERE id = ?1 AND state <> 'closed'";
const AGENT_WROTE: &str = "UPDATE tickets SET answers = answers + (waiting_since IS NOT NULL), \
     answers_ms = answers_ms + max(?2 - ifnull(waiting_since, ?2), 0), unread = 0, waiting_since = NULL, \
     unanswered_minutes = 0, minute_began_at = NULL, last_agent_at = ?2, warned_at = NULL \
     WHERE id = ?1 AND state <> 'closed'";
// By itself: where it would be set to what it is, its index would be written all the same.
const FIRST_ANSWERED: &str = "UPDATE tickets SET first_response_at = ?2 \
     WHERE id = ?1 AND first_response_at IS NULL AND state <> 'closed'";
const SET_SUBJECT: &str = "UPDATE tickets SET subject = ?3 \
     WHERE id = ?1 AND ?2 = (SELECT min(id) FROM messages WHERE ticket_id = ?1)";
const WARNED: &str = "UPDATE tickets SET warned_at = ?2 WHERE id = ?1";
const WARNED_AT: &str = "SELECT warned_at FROM tickets WHERE id = ?1";
const COUNT_EARLIER: &str = "SELECT count(*) FROM tickets WHERE client_id = ?1 AND id < ?2";

/// A ticket to be opened.
#[derive(Debug)]
pub struct NewTicket<'a> {
    /// Its public name.
    pub code: &'a TicketCode,
    /// Whose it is.
    pub client: ClientId,
    /// Its first line, with what has to be hidden hidden.
    pub subject: &'a str,
    /// What it is about.
    pub category: Option<&'a str>,
    /// How urgent it is.
    pub priority: TicketPriority,
    /// The desk that takes it.
    pub desk: DeskId,
}

/// A new open ticket, or nothing where the code is taken and another has to be drawn.
pub fn insert(db: &Db, new: &NewTicket<'_>, now: Timestamp) -> Result<Option<TicketId>, Error> {
    Ok(db
        .prepare_cached(INSERT)?
        .query_row(
            params![
                new.code,
                new.client,
                now,
                new.subject,
                new.category,
                new.priority,
                new.desk
            ],
            |row| row.get(0),
        )
        .optional()?)
}

/// A ticket that exists.
pub fn by_id(db: &Db, id: TicketId) -> Result<Ticket, Error> {
    Ok(db.prepare_cached(BY_ID)?.query_row([id], ticket)?)
}

/// A ticket by a number that somebody says it has.
pub fn find(db: &Db, id: TicketId) -> Result<Option<Ticket>, Error> {
    Ok(db
        .prepare_cached(BY_ID)?
        .query_row([id], ticket)
        .optional()?)
}

/// The ticket of a code.
pub fn by_code(db: &Db, code: &TicketCode) -> Result<Option<Ticket>, Error> {
    Ok(db
        .prepare_cached(BY_CODE)?
        .query_row([code], ticket)
        .optional()?)
}

/// The ticket of a client that is not closed.
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

/// Writes down how a ticket stands that is not closed: its state, priority, level, category, assignee and
/// the times set for it. Whether it is not closed.
pub fn save(db: &Db, ticket: &Ticket) -> Result<bool, Error> {
    let saved = db.prepare_cached(SAVE)?.execute(params![
        ticket.id,
        ticket.state,
        ticket.priority,
        ticket.level,
        ticket.category,
        ticket.assignee,
        ticket.snoozed_until,
        ticket.close_at
    ])?;
    Ok(saved == 1)
}

/// How a ticket ends.
#[derive(Clone, Copy, Debug)]
pub struct Closing {
    /// Who closes it.
    pub by: ClosedBy,
    /// What came of it, where somebody has said so.
    pub resolution: Option<Resolution>,
    /// The ticket that is about the same.
    pub duplicate_of: Option<TicketId>,
}

/// Closes a ticket. Whether it was open.
pub fn close(db: &Db, id: TicketId, closing: Closing, now: Timestamp) -> Result<bool, Error> {
    let closed = db.prepare_cached(CLOSE)?.execute(params![
        id,
        now,
        closing.by,
        closing.resolution,
        closing.duplicate_of
    ])?;
    Ok(closed == 1)
}

/// Opens a closed ticket again, in the state and with the assignee that it has in `ticket`. Whether it
/// could be: not where its client has another open one.
pub fn reopen(db: &Db, ticket: &Ticket) -> Result<bool, Error> {
    let reopened =
        db.prepare_cached(REOPEN)?
            .execute(params![ticket.id, ticket.state, ticket.assignee])?;
    Ok(reopened == 1)
}

/// How long the client has been writing without an answer.
pub fn unanswered(db: &Db, id: TicketId) -> Result<Unanswered, Error> {
    Ok(db.prepare_cached(UNANSWERED)?.query_row([id], |row| {
        Ok(Unanswered {
            minutes: row.get(0)?,
            minute_began_at: row.get(1)?,
        })
    })?)
}

/// The client has written, without an answer for so long: somebody has to answer.
pub fn client_wrote(
    db: &Db,
    id: TicketId,
    at: Timestamp,
    unanswered: Unanswered,
) -> Result<(), Error> {
    let Unanswered {
        minutes,
        minute_began_at,
    } = unanswered;
    db.prepare_cached(CLIENT_WROTE)?
        .execute(params![id, at, minutes, minute_began_at])?;
    Ok(())
}

/// An agent has answered: nothing of the client's waits any more.
pub fn agent_wrote(db: &Db, id: TicketId, at: Timestamp) -> Result<(), Error> {
    db.prepare_cached(AGENT_WROTE)?.execute(params![id, at])?;
    db.prepare_cached(FIRST_ANSWERED)?
        .execute(params![id, at])?;
    Ok(())
}

/// The first line of a ticket's first message is another now. Nothing happens where it is not the first.
pub fn set_subject(
    db: &Db,
    id: TicketId,
    message: MessageRowId,
    subject: &str,
) -> Result<(), Error> {
    db.prepare_cached(SET_SUBJECT)?
        .execute(params![id, message, subject])?;
    Ok(())
}

/// The client has been told that the ticket closes.
pub fn warned(db: &Db, id: TicketId, at: Timestamp) -> Result<(), Error> {
    db.prepare_cached(WARNED)?.execute(params![id, at])?;
    Ok(())
}

/// When the client was told that; none where anybody has written since.
pub fn warned_at(db: &Db, id: TicketId) -> Result<Option<Timestamp>, Error> {
    Ok(db
        .prepare_cached(WARNED_AT)?
        .query_row([id], |row| row.get(0))?)
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
        priority: row.get(4)?,
        level: row.get(5)?,
        category: row.get(6)?,
        subject: row.get(7)?,
        assignee: row.get(8)?,
        opened_at: row.get(9)?,
        closed_at: row.get(10)?,
        snoozed_until: row.get(11)?,
        close_at: row.get(12)?,
        waiting_since: row.get(13)?,
        unread: row.get(14)?,
        last_client_at: row.get(15)?,
        last_agent_at: row.get(16)?,
        first_response_at: row.get(17)?,
        language: row.get(18)?,
        desk: row.get(19)?,
    })
}
