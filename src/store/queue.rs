//! The queue of a desk: tickets that nobody has, the most urgent and oldest first; what each agent has; and the
//! places in the queue that clients were told. What is held for an admin's decision does not stand in it.

use std::cmp::Reverse;

use rusqlite::{OptionalExtension, params};

use super::types::to_json;
use super::{Db, Error};
use crate::domain::ids::{DeskId, TicketId, UserId};
use crate::domain::rules::assign::Kind;
use crate::domain::ticket::{Level, Ticket, TicketPriority};
use crate::domain::time::Timestamp;

const WAITING: &str = "SELECT id FROM tickets WHERE state IN ('open', 'escalated') AND desk = ?2 \
     AND NOT EXISTS (SELECT 1 FROM first_texts WHERE held_ticket = tickets.id) \
     ORDER BY priority DESC, opened_at, id LIMIT ?1";
const SUITABLE: &str = "SELECT priority, opened_at, id FROM tickets WHERE state IN ('open', 'escalated') AND desk = ?1 \
     AND level <= ?2 AND (category IS NULL OR ?3 = '[]' OR category IN (SELECT value FROM json_each(?3))) \
     AND NOT EXISTS (SELECT 1 FROM first_texts WHERE held_ticket = tickets.id) \
     AND (?4 = '[]' \
     OR level || (SELECT language FROM clients WHERE clients.id = client_id) || ifnull(':' || category, '') \
     NOT IN (SELECT value FROM json_each(?4)) \
     OR EXISTS (SELECT 1 FROM sla_steps WHERE ticket_id = tickets.id AND step IN ('breach', 'reassign', 'escalate'))) \
     ORDER BY priority DESC, opened_at, id LIMIT ?5";
const COUNT: &str = "SELECT count(*) FROM tickets WHERE state IN ('open', 'escalated') AND desk = ?1 \
     AND NOT EXISTS (SELECT 1 FROM first_texts WHERE held_ticket = tickets.id)";
const MORE_URGENT: &str = "SELECT count(*) FROM tickets WHERE state IN ('open', 'escalated') AND desk = ?2 AND priority > ?1 \
     AND NOT EXISTS (SELECT 1 FROM first_texts WHERE held_ticket = tickets.id)";
const OLDER: &str = "SELECT count(*) FROM tickets WHERE state IN ('open', 'escalated') AND desk = ?4 AND priority = ?1 \
     AND (opened_at, id) < (?2, ?3) AND NOT EXISTS (SELECT 1 FROM first_texts WHERE held_ticket = tickets.id)";
const OF_AGENT: &str = "SELECT id FROM tickets WHERE assignee = ?1 AND state IN ('assigned', 'snoozed') \
     ORDER BY opened_at, id LIMIT ?2";
const TOLD: &str = "SELECT place FROM queue_places WHERE ticket_id = ?1";
const SET_TOLD: &str = "INSERT INTO queue_places (ticket_id, place, told_at) VALUES (?1, ?2, ?3) \
     ON CONFLICT (ticket_id) DO UPDATE SET place = excluded.place, told_at = excluded.told_at";
const FORGET_TOLD: &str = "DELETE FROM queue_places WHERE ticket_id = ?1";

/// The first tickets that nobody has.
pub fn waiting(db: &Db, desk: DeskId, limit: u32) -> Result<Vec<TicketId>, Error> {
    let mut statement = db.prepare_cached(WAITING)?;
    let rows = statement.query_map(params![limit, desk], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Where a ticket stands in the queue; the least is the first.
pub type Standing = (Reverse<TicketPriority>, Timestamp, TicketId);

/// What somebody can be given.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Suits<'a> {
    /// How senior they are.
    pub level: Level,
    /// The categories that they work on; none: all.
    pub categories: &'a [String],
    /// What waits for whoever speaks its language, unless a promised time of it has passed.
    pub barred: Vec<Kind<'a>>,
}

/// The first tickets that nobody has and that suit somebody, however much stands before them.
pub fn suitable(
    db: &Db,
    desk: DeskId,
    suits: &Suits<'_>,
    limit: u32,
) -> Result<Vec<Standing>, Error> {
    let barred: Vec<String> = suits.barred.iter().map(key).collect();
    let mut statement = db.prepare_cached(SUITABLE)?;
    let rows = statement.query_map(
        params![
            desk,
            suits.level,
            to_json(&suits.categories),
            to_json(&barred),
            limit
        ],
        |row| Ok((Reverse(row.get(0)?), row.get(1)?, row.get(2)?)),
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A kind of tickets in one word, as the statement makes it of a ticket: `2ru:billing`.
fn key(kind: &Kind<'_>) -> String {
    let about = kind.category.map(|category| format!(":{category}"));
    format!(
        "{}{}{}",
        kind.level.number(),
        kind.language.code(),
        about.unwrap_or_default()
    )
}

/// How many tickets nobody has.
pub fn count(db: &Db, desk: DeskId) -> Result<u32, Error> {
    Ok(db
        .prepare_cached(COUNT)?
        .query_row([desk], |row| row.get(0))?)
}

/// The place of a waiting ticket, from 1.
pub fn place(db: &Db, ticket: &Ticket) -> Result<u32, Error> {
    let urgent: u32 = db
        .prepare_cached(MORE_URGENT)?
        .query_row(params![ticket.priority, ticket.desk], |row| row.get(0))?;
    let older: u32 = db.prepare_cached(OLDER)?.query_row(
        params![ticket.priority, ticket.opened_at, ticket.id, ticket.desk],
        |row| row.get(0),
    )?;
    Ok(urgent + older + 1)
}

/// The tickets that an agent has and that are not closed, the oldest first.
pub fn of_agent(db: &Db, agent: UserId, limit: u32) -> Result<Vec<TicketId>, Error> {
    let mut statement = db.prepare_cached(OF_AGENT)?;
    let rows = statement.query_map(params![agent, limit], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The place that a ticket's client was told last.
pub fn told(db: &Db, ticket: TicketId) -> Result<Option<u32>, Error> {
    Ok(db
        .prepare_cached(TOLD)?
        .query_row([ticket], |row| row.get(0))
        .optional()?)
}

/// A ticket's client was told this place.
pub fn set_told(db: &Db, ticket: TicketId, place: u32, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(SET_TOLD)?
        .execute(params![ticket, place, now])?;
    Ok(())
}

/// A ticket waits no more: what its client was told is over.
pub fn forget_told(db: &Db, ticket: TicketId) -> Result<(), Error> {
    db.prepare_cached(FORGET_TOLD)?.execute([ticket])?;
    Ok(())
}
