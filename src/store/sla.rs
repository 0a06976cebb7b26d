//! What the clock of promised times needs to know of a ticket, and which of its steps were taken.

use std::time::Duration;

use rusqlite::{Row, params};

use super::{Db, Error};
use crate::domain::ids::{DeskId, TicketId};
use crate::domain::rules::sla::{Clock, Clocks, Step, Target};
use crate::domain::ticket::Ticket;
use crate::domain::time::Timestamp;

const CLOCKS: &str = "SELECT answer_used, answer_runs_since, close_used, close_runs_since FROM tickets WHERE id = ?1";
const SET_CLOCKS: &str = "UPDATE tickets SET answer_used = ?2, answer_runs_since = ?3, close_used = ?4, close_runs_since = ?5 \
     WHERE id = ?1";
const TAKEN: &str = "SELECT step FROM sla_steps WHERE ticket_id = ?1 AND target = ?2";
const TAKE: &str = "INSERT INTO sla_steps (ticket_id, target, step, taken_at, holder, priority) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
     ON CONFLICT (ticket_id, target, step) DO NOTHING";
const IS_LATE: &str =
    "SELECT 1 FROM sla_steps WHERE ticket_id = ?1 AND step IN ('breach', 'reassign', 'escalate')";
const BREACHES: &str = "SELECT count(*) FROM sla_steps WHERE step = 'breach' AND taken_at >= ?1 \
     AND (?2 IS NULL OR ?2 = (SELECT desk FROM tickets WHERE tickets.id = ticket_id))";

/// How the clocks of a ticket stand.
pub fn clocks(db: &Db, ticket: TicketId) -> Result<Clocks, Error> {
    let clock = |row: &Row<'_>, first: usize| {
        Ok::<Clock, rusqlite::Error>(Clock {
            used: Duration::from_millis(row.get::<_, i64>(first)?.unsigned_abs()),
            running_since: row.get(first + 1)?,
        })
    };
    Ok(db.prepare_cached(CLOCKS)?.query_row([ticket], |row| {
        Ok(Clocks {
            first_response: clock(row, 0)?,
            resolution: clock(row, 2)?,
        })
    })?)
}

/// The clocks of a ticket stand like this from now on.
pub fn set_clocks(db: &Db, ticket: TicketId, clocks: &Clocks) -> Result<(), Error> {
    let used = |clock: Clock| i64::try_from(clock.used.as_millis()).unwrap_or(i64::MAX);
    let (first, close) = (clocks.first_response, clocks.resolution);
    db.prepare_cached(SET_CLOCKS)?.execute(params![
        ticket,
        used(first),
        first.running_since,
        used(close),
        close.running_since
    ])?;
    Ok(())
}

/// The steps of a target that were taken.
pub fn taken(db: &Db, ticket: TicketId, target: Target) -> Result<Vec<Step>, Error> {
    let mut statement = db.prepare_cached(TAKEN)?;
    let rows = statement.query_map(params![ticket, target.name()], |row| {
        row.get::<_, String>(0)
    })?;
    let mut taken = Vec::new();
    for name in rows {
        let name = name?;
        taken.extend(Step::ALL.into_iter().filter(|step| step.name() == name));
    }
    Ok(taken)
}

/// A step is taken of a ticket that stands like this.
pub fn take(
    db: &Db,
    ticket: &Ticket,
    (target, step): (Target, Step),
    now: Timestamp,
) -> Result<(), Error> {
    db.prepare_cached(TAKE)?.execute(params![
        ticket.id,
        target.name(),
        step.name(),
        now,
        ticket.assignee,
        ticket.priority
    ])?;
    Ok(())
}

/// Whether a promised time of a ticket has passed so far that whoever is there has to take it.
pub fn is_late(db: &Db, ticket: TicketId) -> Result<bool, Error> {
    Ok(db.prepare_cached(IS_LATE)?.exists([ticket])?)
}

/// How many promised times were missed since a time, at one desk or at all.
pub fn breaches(db: &Db, desk: Option<DeskId>, since: Timestamp) -> Result<u32, Error> {
    Ok(db
        .prepare_cached(BREACHES)?
        .query_row(params![since, desk], |row| row.get(0))?)
}
