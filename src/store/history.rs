//! How much was written in a ticket, and its last lines.

use rusqlite::params;

use super::types::from_json;
use super::{Db, Error};
use crate::domain::content::Content;
use crate::domain::ids::{MessageRowId, TicketId, UserId};
use crate::domain::ticket::Side;

const COUNTS: &str = "SELECT ifnull(sum(side = 'client'), 0), ifnull(sum(side = 'agent' AND is_note = 0), 0), \
     ifnull(sum(is_note), 0) FROM messages WHERE ticket_id = ?1 AND deleted_at IS NULL";
const LAST: &str = "SELECT side, author, content FROM messages WHERE ticket_id = ?1 AND is_note = 0 \
     AND held IS NULL AND deleted_at IS NULL AND id <> ifnull(?2, 0) \
     AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.message_id = messages.id AND purpose = 'relay' \
     AND state IN ('waiting', 'merged')) ORDER BY id DESC LIMIT ?3";

/// How many messages there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Of the client.
    pub client: u64,
    /// Of agents, to the client.
    pub agent: u64,
    /// Of agents, among themselves.
    pub notes: u64,
}

/// A message as it is kept.
#[derive(Clone, Debug)]
pub struct Line {
    /// Whose.
    pub side: Side,
    /// The agent who wrote it.
    pub author: Option<UserId>,
    /// What it says.
    pub content: Content,
}

/// How many messages a ticket has.
pub fn counts(db: &Db, ticket: TicketId) -> Result<Counts, Error> {
    Ok(db.prepare_cached(COUNTS)?.query_row([ticket], |row| {
        Ok(Counts {
            client: u64::from(row.get::<_, u32>(0)?),
            agent: u64::from(row.get::<_, u32>(1)?),
            notes: u64::from(row.get::<_, u32>(2)?),
        })
    })?)
}

/// The last messages between client and agents, in order: none that were held back, taken back or wait to be
/// posted anyway, and not the one that stands on the card.
pub fn last_lines(
    db: &Db,
    ticket: TicketId,
    on_card: Option<MessageRowId>,
    limit: usize,
) -> Result<Vec<Line>, Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = db.prepare_cached(LAST)?;
    let rows = statement.query_map(params![ticket, on_card, limit], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?))
    })?;
    let mut lines = Vec::new();
    for row in rows {
        let (side, author, content) = row?;
        let content = from_json("message", &content)?;
        lines.push(Line {
            side,
            author,
            content,
        });
    }
    lines.reverse();
    Ok(lines)
}
