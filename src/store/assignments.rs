//! Who has had a ticket, and why it was them.

use rusqlite::{OptionalExtension, Row, params};

use super::types::to_json;
use super::{Db, Error};
use crate::domain::agent::AssignmentKind;
use crate::domain::ids::{TicketId, UserId};
use crate::domain::rules::assign::Why;
use crate::domain::time::Timestamp;

const INSERT: &str = "INSERT INTO assignments (ticket_id, agent, kind, assigned_by, assigned_at, why) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
const END: &str = "UPDATE assignments SET ended_at = ?2 WHERE ticket_id = ?1 AND ended_at IS NULL";
const OF_TICKET: &str = "SELECT agent, kind, assigned_by, assigned_at, ended_at, why FROM assignments \
     WHERE ticket_id = ?1 ORDER BY id DESC LIMIT ?2";
const CURRENT: &str = "SELECT agent, kind, assigned_by, assigned_at, ended_at, why FROM assignments \
     WHERE ticket_id = ?1 AND ended_at IS NULL";

/// That somebody had, or has, a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Who.
    pub agent: UserId,
    /// How it came to them.
    pub kind: AssignmentKind,
    /// The member who did it; none: hushdesk itself, or somebody behind the group's name.
    pub by: Option<UserId>,
    /// Since when.
    pub at: Timestamp,
    /// Until when; none: they have it.
    pub ended_at: Option<Timestamp>,
    /// The decision, where hushdesk made it.
    pub why: Option<Why>,
}

/// Somebody has a ticket from now on, and nobody else.
pub fn begin(
    db: &Db,
    ticket: TicketId,
    agent: UserId,
    (kind, by): (AssignmentKind, Option<UserId>),
    why: Option<&Why>,
    now: Timestamp,
) -> Result<(), Error> {
    end(db, ticket, now)?;
    let why = why.map(to_json).unwrap_or_default();
    db.prepare_cached(INSERT)?
        .execute(params![ticket, agent, kind, by, now, why])?;
    Ok(())
}

/// Nobody has a ticket any more.
pub fn end(db: &Db, ticket: TicketId, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(END)?.execute(params![ticket, now])?;
    Ok(())
}

/// Who has had a ticket, the newest first.
pub fn of_ticket(db: &Db, ticket: TicketId, limit: u32) -> Result<Vec<Assignment>, Error> {
    let mut statement = db.prepare_cached(OF_TICKET)?;
    let rows = statement.query_map(params![ticket, limit], assignment)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Who has a ticket.
pub fn current(db: &Db, ticket: TicketId) -> Result<Option<Assignment>, Error> {
    Ok(db
        .prepare_cached(CURRENT)?
        .query_row([ticket], assignment)
        .optional()?)
}

fn assignment(row: &Row<'_>) -> rusqlite::Result<Assignment> {
    Ok(Assignment {
        agent: row.get(0)?,
        kind: row.get(1)?,
        by: row.get(2)?,
        at: row.get(3)?,
        ended_at: row.get(4)?,
        why: serde_json::from_str(row.get_ref(5)?.as_str()?).ok(),
    })
}
