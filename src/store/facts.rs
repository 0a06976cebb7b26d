//! Facts about this database: whose it is, what was last shown.

use rusqlite::OptionalExtension;

use super::{Db, Error};

const READ: &str = "SELECT value FROM facts WHERE name = ?1";
const WRITE: &str = "INSERT INTO facts (name, value) VALUES (?1, ?2) \
     ON CONFLICT (name) DO UPDATE SET value = excluded.value";

/// The bot's own @name, without the @.
pub const USERNAME: &str = "username";

/// Since when the group is behind; empty while it is not.
pub const BEHIND_SINCE: &str = "behind_since";

/// When updates were last known to arrive.
pub const POLLED_AT: &str = "polled_at";

/// Reads a fact.
pub fn get(db: &Db, name: &str) -> Result<Option<String>, Error> {
    Ok(db
        .prepare_cached(READ)?
        .query_row([name], |row| row.get(0))
        .optional()?)
}

/// Writes a fact.
pub fn set(db: &Db, name: &str, value: &str) -> Result<(), Error> {
    db.prepare_cached(WRITE)?.execute([name, value])?;
    Ok(())
}
