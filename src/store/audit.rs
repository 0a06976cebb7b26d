//! The trail: who did what to which ticket or agent, when, and what was so before and after. Never the text
//! of a message, never anything of a client.

use rusqlite::{Row, params};

use super::{Db, Error};
use crate::domain::ids::{TicketId, UserId};
use crate::domain::ticket::TicketCode;
use crate::domain::time::Timestamp;

const INSERT: &str = "INSERT INTO audit (at, actor, action, ticket_id, reason, hand, before, after, about) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
const OF_TICKET: &str = "SELECT audit.id, at, actor, hand, action, code, before, after, about, reason \
     FROM audit LEFT JOIN tickets ON tickets.id = ticket_id \
     WHERE ticket_id = ?1 AND audit.id < ?2 ORDER BY audit.id DESC LIMIT ?3";
const BY_AGENT: &str = "SELECT audit.id, at, actor, hand, action, code, before, after, about, reason \
     FROM audit LEFT JOIN tickets ON tickets.id = ticket_id \
     WHERE actor = ?1 AND audit.id < ?2 ORDER BY audit.id DESC LIMIT ?3";
const ABOUT_AGENT: &str = "SELECT audit.id, at, actor, hand, action, code, before, after, about, reason \
     FROM audit LEFT JOIN tickets ON tickets.id = ticket_id \
     WHERE about = ?1 AND audit.id < ?2 ORDER BY audit.id DESC LIMIT ?3";

const WAS_DONE: &str = "SELECT 1 FROM audit WHERE ticket_id = ?1 AND action = ?2 AND reason = ?3 AND hand = 'desk' \
     AND at > ?4";

/// Whose hand it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hand {
    /// A member of the desk group.
    Member(UserId),
    /// An administrator behind the group's name.
    Anonymous,
    /// The ticket's client.
    Client,
    /// hushdesk itself: a rule, a timer.
    Desk,
}

impl Hand {
    /// Whoever wrote in the group; none is an anonymous administrator.
    pub fn of(author: Option<UserId>) -> Self {
        author.map_or(Hand::Anonymous, Hand::Member)
    }

    const fn name(self) -> &'static str {
        match self {
            Hand::Member(_) => "member",
            Hand::Anonymous => "anonymous",
            Hand::Client => "client",
            Hand::Desk => "desk",
        }
    }

    const fn actor(self) -> Option<UserId> {
        match self {
            Hand::Member(user) => Some(user),
            Hand::Anonymous | Hand::Client | Hand::Desk => None,
        }
    }
}

/// Something that was done.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// By whom.
    pub hand: Hand,
    /// What: a word of its own in the texts (`audit-action`).
    pub action: &'a str,
    /// To which ticket.
    pub ticket: Option<TicketId>,
    /// To which agent.
    pub about: Option<UserId>,
    /// What was so before.
    pub before: &'a str,
    /// What is so now.
    pub after: &'a str,
    /// Why, in the words of whoever did it.
    pub reason: &'a str,
}

impl<'a> Entry<'a> {
    /// An action with nothing else to say of it.
    pub fn of(hand: Hand, action: &'a str) -> Self {
        Self {
            hand,
            action,
            ticket: None,
            about: None,
            before: "",
            after: "",
            reason: "",
        }
    }
}

/// An entry as it is kept.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Its number; later ones are larger.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub hand: Hand,
    /// What.
    pub action: String,
    /// To which ticket.
    pub ticket: Option<TicketCode>,
    /// What was so before; may be empty.
    pub before: String,
    /// What was so after; may be empty.
    pub after: String,
    /// To which agent.
    pub about: Option<UserId>,
    /// Why; may be empty.
    pub reason: String,
}

/// Writes it down.
pub fn insert(db: &Db, entry: &Entry<'_>, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(INSERT)?.execute(params![
        now,
        entry.hand.actor(),
        entry.action,
        entry.ticket,
        entry.reason,
        entry.hand.name(),
        entry.before,
        entry.after,
        entry.about
    ])?;
    Ok(())
}

/// The trail of a ticket before an entry, the newest first.
pub fn of_ticket(db: &Db, ticket: TicketId, before: i64, limit: usize) -> Result<Vec<Kept>, Error> {
    page(db, OF_TICKET, ticket.0, before, limit)
}

/// What an agent did and what was done to them before an entry, the newest first.
pub fn of_agent(db: &Db, agent: UserId, before: i64, limit: usize) -> Result<Vec<Kept>, Error> {
    let mut entries = page(db, BY_AGENT, agent.0, before, limit)?;
    entries.extend(page(db, ABOUT_AGENT, agent.0, before, limit)?);
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.id));
    // What they did to themselves stands in both.
    entries.dedup_by_key(|entry| entry.id);
    entries.truncate(limit);
    Ok(entries)
}

/// Whether the desk itself has done this to a ticket, for this reason, after a time.
pub fn was_done(
    db: &Db,
    ticket: TicketId,
    (action, reason): (&str, &str),
    after: Timestamp,
) -> Result<bool, Error> {
    Ok(db
        .prepare_cached(WAS_DONE)?
        .exists(params![ticket, action, reason, after])?)
}

fn page(db: &Db, statement: &str, of: i64, before: i64, limit: usize) -> Result<Vec<Kept>, Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = db.prepare_cached(statement)?;
    let rows = statement.query_map(params![of, before, limit], kept)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn kept(row: &Row<'_>) -> rusqlite::Result<Kept> {
    let actor: Option<UserId> = row.get(2)?;
    let hand = match (actor, row.get_ref(3)?.as_str()?) {
        (Some(user), _) => Hand::Member(user),
        (None, "client") => Hand::Client,
        (None, "desk") => Hand::Desk,
        (None, _) => Hand::Anonymous,
    };
    Ok(Kept {
        id: row.get(0)?,
        at: row.get(1)?,
        hand,
        action: row.get(4)?,
        ticket: row.get(5)?,
        before: row.get(6)?,
        after: row.get(7)?,
        about: row.get(8)?,
        reason: row.get(9)?,
    })
}
