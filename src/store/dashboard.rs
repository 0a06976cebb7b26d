//! How the desk stands at a glance, and the posts in General that show it.

use rusqlite::{OptionalExtension, params};

use super::{Db, Error, letters};
use crate::domain::agent::AgentStatus;
use crate::domain::ids::{ChatId, DeskId, MessageId};
use crate::domain::ticket::TicketState;
use crate::domain::time::Timestamp;

const TICKETS: &str = "SELECT state, count(*), sum(unread > 0), min(waiting_since) \
     FROM tickets INDEXED BY tickets_not_closed WHERE state <> 'closed' AND (?1 IS NULL OR desk = ?1) GROUP BY state";
const AGENTS: &str = "SELECT status, count(*) FROM agents CROSS JOIN members ON members.user_id = agents.user_id \
     AND desk = ifnull(?1, 0) WHERE role IS NOT NULL GROUP BY status";
const WITHOUT_TOPIC: &str = "SELECT count(*) FROM topics INDEXED BY topics_wanted \
     JOIN tickets ON tickets.id = ticket_id \
     WHERE topics.state = 'wanted' AND tickets.state <> 'closed' AND (?1 IS NULL OR desk = ?1)";
const OF: &str = "SELECT message_id, shown FROM dashboards WHERE chat_id = ?1";
const BEGIN: &str = "INSERT INTO dashboards (chat_id, shown, edited_at) VALUES (?1, ?2, ?3) \
     ON CONFLICT (chat_id) DO UPDATE SET message_id = NULL, shown = excluded.shown, edited_at = excluded.edited_at";
const POSTED: &str = "UPDATE dashboards SET message_id = ?2 WHERE chat_id = ?1";
const SHOWN: &str = "UPDATE dashboards SET shown = ?2, edited_at = ?3 WHERE chat_id = ?1";
const FORGET: &str = "DELETE FROM dashboards WHERE chat_id = ?1";

/// Tickets of one state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tickets {
    /// Which state; never closed.
    pub state: TicketState,
    /// How many.
    pub count: u32,
    /// Of those, how many with messages that nobody has answered.
    pub unread: u32,
    /// Since when the one waits that waits longest.
    pub waiting_since: Option<Timestamp>,
}

/// How the desk stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Tickets by state, those states that there are.
    pub tickets: Vec<Tickets>,
    /// Agents by status.
    pub agents: Vec<(AgentStatus, u32)>,
    /// Tickets whose topic is not made yet.
    pub without_topic: u32,
    /// Dead letters.
    pub dead_letters: u32,
}

/// Counts, of one desk or of all.
pub fn figures(db: &Db, desk: Option<DeskId>) -> Result<Figures, Error> {
    let mut tickets = db.prepare_cached(TICKETS)?;
    let tickets = tickets.query_map([desk], |row| {
        Ok(Tickets {
            state: row.get(0)?,
            count: row.get(1)?,
            unread: row.get(2)?,
            waiting_since: row.get(3)?,
        })
    })?;
    let mut agents = db.prepare_cached(AGENTS)?;
    let agents = agents.query_map([desk], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Figures {
        tickets: tickets.collect::<Result<_, _>>()?,
        agents: agents.collect::<Result<_, _>>()?,
        without_topic: without_topic(db, desk)?,
        dead_letters: letters::count(db, desk)?,
    })
}

/// Tickets whose topic is not made yet, because their turn has not come or more goes before them; of one
/// desk or of all.
pub fn without_topic(db: &Db, desk: Option<DeskId>) -> Result<u32, Error> {
    Ok(db
        .prepare_cached(WITHOUT_TOPIC)?
        .query_row([desk], |row| row.get(0))?)
}

/// The dashboard of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its post; none while it is on its way.
    pub message: Option<MessageId>,
    /// What it says, or will say with the edit that waits.
    pub text: String,
}

/// The dashboard of a group, if it has one.
pub fn of(db: &Db, chat: ChatId) -> Result<Option<Shown>, Error> {
    Ok(db
        .prepare_cached(OF)?
        .query_row([chat], |row| {
            Ok(Shown {
                message: row.get(0)?,
                text: row.get(1)?,
            })
        })
        .optional()?)
}

/// A dashboard is on its way.
pub fn begin(db: &Db, chat: ChatId, text: &str, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(BEGIN)?
        .execute(params![chat, text, now])?;
    Ok(())
}

/// It stands.
pub fn posted(db: &Db, chat: ChatId, message: MessageId) -> Result<(), Error> {
    db.prepare_cached(POSTED)?.execute(params![chat, message])?;
    Ok(())
}

/// It says something else from now on.
pub fn shown(db: &Db, chat: ChatId, text: &str, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(SHOWN)?
        .execute(params![chat, text, now])?;
    Ok(())
}

/// It is gone; the next one is posted anew.
pub fn forget(db: &Db, chat: ChatId) -> Result<(), Error> {
    db.prepare_cached(FORGET)?.execute([chat])?;
    Ok(())
}
