//! When each kind of trouble began and was last told, so that it is told once and not once per message.

use rusqlite::{OptionalExtension, params};

use super::{Db, Error};
use crate::domain::time::Timestamp;

const RAISE: &str = "INSERT INTO alerts (cause, raised_at, began_at) VALUES (?1, ?2, ?2) \
     ON CONFLICT (cause) DO UPDATE SET raised_at = excluded.raised_at WHERE raised_at <= ?3";

const IS_RAISED: &str = "SELECT EXISTS (SELECT 1 FROM alerts WHERE cause = ?1)";
const OVER: &str = "DELETE FROM alerts WHERE cause = ?1 RETURNING began_at";

/// A kind of trouble is over: when it comes again it is told again. When it was first told, if it was.
pub fn is_over(db: &Db, cause: &str) -> Result<Option<Timestamp>, Error> {
    Ok(db
        .prepare_cached(OVER)?
        .query_row([cause], |row| row.get(0))
        .optional()?)
}

/// Whether a kind of trouble was told and is not known to be over.
pub fn is_raised(db: &Db, cause: &str) -> Result<bool, Error> {
    Ok(db
        .prepare_cached(IS_RAISED)?
        .query_row([cause], |row| row.get(0))?)
}

/// Notes that a kind of trouble is told now. Whether it is: not if it was told after `quiet_since`.
pub fn raise(db: &Db, cause: &str, now: Timestamp, quiet_since: Timestamp) -> Result<bool, Error> {
    let raised = db
        .prepare_cached(RAISE)?
        .execute(params![cause, now, quiet_since])?;
    Ok(raised == 1)
}
