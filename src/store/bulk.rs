//! Which tickets one thing is done to, piece by piece.

use rusqlite::{Row, ToSql, params};

use super::{Db, Error};
use crate::domain::ids::{DeskId, TicketId};
use crate::domain::rules::bulk::Choice;
use crate::domain::ticket::TicketCode;

const SILENT: &str = "SELECT id, code FROM tickets INDEXED BY tickets_not_closed \
     WHERE state <> 'closed' AND opened_at < ?1 AND ifnull(last_client_at, 0) < ?1 \
     AND ifnull(last_agent_at, 0) < ?1 AND id > ?2 AND desk = ?4 ORDER BY id LIMIT ?3";
const TAGGED: &str = "SELECT tickets.id, code FROM ticket_tags JOIN tickets ON tickets.id = ticket_id \
     WHERE tag = ?1 AND ticket_id > ?2 AND desk = ?4 AND state <> 'closed' ORDER BY ticket_id LIMIT ?3";
const OF_CATEGORY: &str = "SELECT id, code FROM tickets INDEXED BY tickets_not_closed \
     WHERE state <> 'closed' AND category = ?1 AND id > ?2 AND desk = ?4 ORDER BY id LIMIT ?3";

/// The first of the tickets of a desk that are meant, behind one of them, in the order of their rows; at most `limit`.
pub fn page(
    db: &Db,
    desk: DeskId,
    choice: &Choice,
    after: TicketId,
    limit: u32,
) -> Result<Vec<(TicketId, TicketCode)>, Error> {
    let (statement, wanted): (&str, &dyn ToSql) = match choice {
        Choice::SilentSince(since) => (SILENT, since),
        Choice::Tag(tag) => (TAGGED, tag),
        Choice::Category(name) => (OF_CATEGORY, name),
    };
    let mut statement = db.prepare_cached(statement)?;
    let pair = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let rows = statement.query_map(params![wanted, after, limit, desk], pair)?;
    Ok(rows.collect::<Result<_, _>>()?)
}
