//! What is out of reach at the moment, and since when. Decides neither that nor when it is over.

use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{OptionalExtension, params};

use super::{Db, Error};
use crate::domain::ids::ChatId;
use crate::domain::rules::breaker::{Cause, Destination};
use crate::domain::time::Timestamp;

const ALL: &str = "SELECT destination, cause, since FROM breakers ORDER BY destination DESC";
const OPEN: &str = "INSERT INTO breakers (destination, cause, since) VALUES (?1, ?2, ?3) \
     ON CONFLICT (destination) DO UPDATE SET cause = excluded.cause WHERE cause <> excluded.cause";
const CLOSE: &str =
    "DELETE FROM breakers WHERE destination = ?1 RETURNING destination, cause, since";

/// Telegram as a whole, where groups have their ids.
const TELEGRAM: i64 = 0;

/// A destination that is out of reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Breaker {
    /// Which.
    pub destination: Destination,
    /// Why, as far as is known.
    pub cause: Cause,
    /// Since when.
    pub since: Timestamp,
}

/// All that is out of reach now; mostly nothing. Telegram as a whole comes first.
pub fn open_ones(db: &Db) -> Result<Vec<Breaker>, Error> {
    let mut statement = db.prepare_cached(ALL)?;
    let rows = statement.query_map([], breaker)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// It is out of reach from now on. Whether that is new, or its cause is.
pub fn open(
    db: &Db,
    destination: Destination,
    cause: Cause,
    now: Timestamp,
) -> Result<bool, Error> {
    let changed = db
        .prepare_cached(OPEN)?
        .execute(params![destination, cause, now])?;
    Ok(changed == 1)
}

/// It is in reach again. How it was until now, where it was not.
pub fn close(db: &Db, destination: Destination) -> Result<Option<Breaker>, Error> {
    Ok(db
        .prepare_cached(CLOSE)?
        .query_row([destination], breaker)
        .optional()?)
}

fn breaker(row: &rusqlite::Row<'_>) -> rusqlite::Result<Breaker> {
    Ok(Breaker {
        destination: row.get(0)?,
        cause: row.get(1)?,
        since: row.get(2)?,
    })
}

impl ToSql for Destination {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(match self {
            Destination::Telegram => TELEGRAM,
            Destination::Group(chat) => chat.0,
        }))
    }
}

impl FromSql for Destination {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        i64::column_result(value).map(|number| match number {
            TELEGRAM => Destination::Telegram,
            chat => Destination::Group(ChatId(chat)),
        })
    }
}
