//! What is out of reach at the moment, and since when. Decides neither that nor when it is over.

use std::time::Duration;

use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{OptionalExtension, params};

use super::{Db, Error};
use crate::domain::ids::ChatId;
use crate::domain::rules::breaker::{Cause, Destination};
use crate::domain::time::Timestamp;

const ALL: &str = "SELECT destination, cause, since FROM breakers WHERE back_at IS NULL ORDER BY destination DESC";
const TROUBLED: &str = "SELECT destination, cause, since FROM breakers \
     WHERE destination = ?1 AND (back_at IS NULL OR recurred = 1 AND back_at > ?2)";
const OPEN: &str = "INSERT INTO breakers (destination, cause, since) VALUES (?1, ?2, ?3) \
     ON CONFLICT (destination) DO UPDATE SET cause = excluded.cause, back_at = NULL, \
     recurred = ifnull(back_at > ?4, recurred), since = iif(back_at <= ?4, excluded.since, since) \
     WHERE cause <> excluded.cause OR back_at IS NOT NULL";
const CAME_BACK: &str = "UPDATE breakers SET back_at = ?2 WHERE destination = ?1 AND back_at IS NULL \
     RETURNING destination, cause, since";
const TAKES_CALLS: &str = "DELETE FROM breakers WHERE destination = ?1 AND back_at IS NOT NULL \
     RETURNING destination, cause, since";
const STARTED: &str = "UPDATE breakers SET back_at = NULL WHERE back_at IS NOT NULL";
const CLOSE: &str =
    "DELETE FROM breakers WHERE destination = ?1 RETURNING destination, cause, since";

/// What goes out of reach so soon after it came back was not back.
const SAME_TROUBLE: Duration = Duration::from_secs(10 * 60);

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

/// Since when a destination is in trouble: it is out of reach, or has been again and again up to now.
pub fn trouble(
    db: &Db,
    destination: Destination,
    now: Timestamp,
) -> Result<Option<Breaker>, Error> {
    Ok(db
        .prepare_cached(TROUBLED)?
        .query_row(params![destination, now.minus(SAME_TROUBLE)], breaker)
        .optional()?)
}

/// It is out of reach from now on, or again. Whether that is new, or its cause is.
pub fn open(
    db: &Db,
    destination: Destination,
    cause: Cause,
    now: Timestamp,
) -> Result<bool, Error> {
    let changed = db.prepare_cached(OPEN)?.execute(params![
        destination,
        cause,
        now,
        now.minus(SAME_TROUBLE)
    ])?;
    Ok(changed == 1)
}

/// It answers questions again, and may be called; only a call that goes well there shows that it is in reach. How
/// it was until now, where it was not.
pub fn came_back(
    db: &Db,
    destination: Destination,
    now: Timestamp,
) -> Result<Option<Breaker>, Error> {
    Ok(db
        .prepare_cached(CAME_BACK)?
        .query_row(params![destination, now], breaker)
        .optional()?)
}

/// A call has gone well where questions are answered again. How it was until now, where it was not in reach.
pub fn takes_calls(db: &Db, destination: Destination) -> Result<Option<Breaker>, Error> {
    Ok(db
        .prepare_cached(TAKES_CALLS)?
        .query_row([destination], breaker)
        .optional()?)
}

/// At a start: whether a destination is in reach that had come back, and had shown nothing since, is asked anew.
pub fn started(db: &Db) -> Result<(), Error> {
    db.prepare_cached(STARTED)?.execute([])?;
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What happens, in minutes.
    #[derive(Clone, Copy, Debug)]
    enum Step {
        Opens(i64),
        ComesBack(i64),
        TakesCalls,
    }

    use Step::{ComesBack, Opens, TakesCalls};

    /// What happens, when it is asked, since when it is in trouble and whether it is out of reach then.
    type Story = (&'static [Step], i64, Option<i64>, bool);

    #[test]
    fn what_is_out_of_reach_again_soon_was_in_trouble_all_the_time() {
        let table: [Story; 10] = [
            (&[], 0, None, false),
            (&[Opens(0)], 600, Some(0), true),
            (&[Opens(0), ComesBack(1)], 1, None, false),
            (&[Opens(0), ComesBack(1), Opens(5)], 5, Some(0), true),
            (
                &[Opens(0), ComesBack(1), Opens(5), ComesBack(6)],
                7,
                Some(0),
                false,
            ),
            (
                &[Opens(0), ComesBack(1), Opens(5), ComesBack(6)],
                16,
                None,
                false,
            ),
            (&[Opens(0), ComesBack(1), Opens(11)], 11, Some(11), true),
            (
                &[Opens(0), ComesBack(1), Opens(11), ComesBack(12)],
                12,
                None,
                false,
            ),
            (
                &[Opens(0), ComesBack(1), Opens(5), ComesBack(6), TakesCalls],
                7,
                None,
                false,
            ),
            // A call that was under way when it went out of reach.
            (&[Opens(0), TakesCalls], 1, Some(0), true),
        ];
        let at = |minute: i64| Timestamp::from_seconds(1_800_000_000 + minute * 60);
        let group = Destination::Group(ChatId(-1));
        for (steps, now, since, is_out) in table {
            let (_folder, db) = crate::store::tests::empty();
            for step in steps {
                match *step {
                    Opens(minute) => open(&db, group, Cause::NoAnswer, at(minute)).map(drop),
                    ComesBack(minute) => came_back(&db, group, at(minute)).map(drop),
                    TakesCalls => takes_calls(&db, group).map(drop),
                }
                .expect("it is written");
            }
            let found = trouble(&db, group, at(now)).expect("it is read");
            assert_eq!(found.map(|found| found.since), since.map(at), "{steps:?}");
            let out = open_ones(&db).expect("they are read");
            assert_eq!(!out.is_empty(), is_out, "{steps:?}");
        }
    }
}
