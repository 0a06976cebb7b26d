//! What the clock of promised times needs to know of a ticket, and which of its steps were taken.

use rusqlite::params;

use super::{Db, Error};
use crate::domain::ids::{DeskId, TicketId};
use crate::domain::rules::sla::{Step, Target};
use crate::domain::ticket::{Side, Ticket};
use crate::domain::time::Timestamp;

const TURNS: &str = "SELECT written_at, side FROM messages WHERE ticket_id = ?1 AND is_note = 0 AND held IS NULL ORDER BY id";
const TAKEN: &str = "SELECT step FROM sla_steps WHERE ticket_id = ?1 AND target = ?2";
const TAKE: &str = "INSERT INTO sla_steps (ticket_id, target, step, taken_at, holder, priority) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
     ON CONFLICT (ticket_id, target, step) DO NOTHING";
const BREACHES: &str = "SELECT count(*) FROM sla_steps WHERE step = 'breach' AND taken_at >= ?1 \
     AND (?2 IS NULL OR ?2 = (SELECT desk FROM tickets WHERE tickets.id = ticket_id))";

/// When each side wrote to the other, in order.
pub fn turns(db: &Db, ticket: TicketId) -> Result<Vec<(Timestamp, Side)>, Error> {
    let mut statement = db.prepare_cached(TURNS)?;
    let rows = statement.query_map([ticket], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
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

/// How many promised times were missed since a time, at one desk or at all.
pub fn breaches(db: &Db, desk: Option<DeskId>, since: Timestamp) -> Result<u32, Error> {
    Ok(db
        .prepare_cached(BREACHES)?
        .query_row(params![since, desk], |row| row.get(0))?)
}
