//! With which words tickets began lately, by digest, and which of those tickets wait for a decision.

use rusqlite::params;

use super::{Db, Error};
use crate::domain::ids::{ClientId, TicketId};
use crate::domain::time::Timestamp;

const PUT: &str = "INSERT INTO first_texts (digest, client_id, written_at) VALUES (?1, ?2, ?3) \
     ON CONFLICT (digest, client_id) DO UPDATE SET written_at = excluded.written_at";
const COUNT: &str = "SELECT count(*) FROM first_texts WHERE digest = ?1 AND written_at > ?2";
const HOLD: &str = "UPDATE first_texts SET held_ticket = ?3 WHERE digest = ?1 AND client_id = ?2";
const HELD: &str = "SELECT held_ticket FROM first_texts WHERE digest = ?1 AND held_ticket IS NOT NULL \
     ORDER BY held_ticket LIMIT ?2";
const IS_HELD: &str = "SELECT 1 FROM first_texts WHERE held_ticket = ?1";
const RELEASE: &str = "UPDATE first_texts SET held_ticket = NULL WHERE held_ticket = ?1";
const FORGET: &str = "DELETE FROM first_texts WHERE (digest, client_id) IN \
     (SELECT digest, client_id FROM first_texts WHERE written_at <= ?1 LIMIT ?2)";

/// A client has begun a ticket with these words. How many clients have since a time, this one included.
pub fn add(
    db: &Db,
    digest: i64,
    client: ClientId,
    now: Timestamp,
    since: Timestamp,
) -> Result<u32, Error> {
    db.prepare_cached(PUT)?
        .execute(params![digest, client, now])?;
    Ok(db
        .prepare_cached(COUNT)?
        .query_row(params![digest, since], |row| row.get(0))?)
}

/// The ticket that began so waits for a decision.
pub fn hold(db: &Db, digest: i64, client: ClientId, ticket: TicketId) -> Result<(), Error> {
    db.prepare_cached(HOLD)?
        .execute(params![digest, client, ticket])?;
    Ok(())
}

/// The tickets that began so and wait, at most so many.
pub fn held(db: &Db, digest: i64, limit: usize) -> Result<Vec<TicketId>, Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = db.prepare_cached(HELD)?;
    let rows = statement.query_map(params![digest, limit], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whether a ticket waits for a decision.
pub fn is_held(db: &Db, ticket: TicketId) -> Result<bool, Error> {
    Ok(db.prepare_cached(IS_HELD)?.exists([ticket])?)
}

/// A ticket does not wait any more.
pub fn release(db: &Db, ticket: TicketId) -> Result<(), Error> {
    db.prepare_cached(RELEASE)?.execute([ticket])?;
    Ok(())
}

/// Removes what is older than `before`, at most `limit`. How many.
pub fn forget(db: &Db, before: Timestamp, limit: usize) -> Result<usize, Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    Ok(db.prepare_cached(FORGET)?.execute(params![before, limit])?)
}
