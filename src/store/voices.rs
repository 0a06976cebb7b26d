//! The further bots that post into the desk group: which of them can, and how Telegram counts their calls.

use rusqlite::{OptionalExtension, params};

use super::{Db, Error, Place};
use crate::domain::ids::BotId;
use crate::domain::rules::voices::{Counting, Learnt};
use crate::domain::time::Timestamp;

const NAME: &str = "INSERT INTO voices (bot, name) VALUES (?1, ?2) \
     ON CONFLICT (bot) DO UPDATE SET name = excluded.name";
const NO_MORE_OURS: &str = "UPDATE voices SET is_ours = 0 WHERE bot > 0 AND is_ours = 1";
const OURS: &str = "INSERT INTO voices (bot, is_ours) VALUES (?1, 1) \
     ON CONFLICT (bot) DO UPDATE SET is_ours = 1";
const NAME_OF: &str = "SELECT name FROM voices WHERE bot = ?1";
const STANDING: &str =
    "SELECT out_since IS NOT NULL, try_at <= ?2, until FROM voices WHERE bot = ?1";
const LEAVE: &str = "INSERT INTO voices (bot, out_since, try_at) VALUES (?1, ?2, ?3) \
     ON CONFLICT (bot) DO UPDATE SET out_since = ?2, try_at = ?3 WHERE out_since IS NULL";
const TRY_AGAIN: &str = "UPDATE voices SET try_at = ?2 WHERE bot = ?1 AND out_since IS NOT NULL";
const COME_BACK: &str =
    "UPDATE voices SET out_since = NULL, try_at = 0 WHERE bot = ?1 AND out_since IS NOT NULL";
const PAUSE: &str = "INSERT INTO voices (bot, until, since) VALUES (?1, ?2, ?3) \
     ON CONFLICT (bot) DO UPDATE SET until = max(until, excluded.until), since = excluded.since";
const POSTING: &str =
    "SELECT count(*) FROM voices WHERE is_ours = 1 AND out_since IS NULL AND until <= ?1";
const LEARNT: &str = "SELECT is_apart, quick, try_at FROM counting WHERE place = ?1";
const LEARN: &str = "INSERT INTO counting (place, is_apart, quick, try_at) VALUES (?1, ?2, ?3, ?4) \
     ON CONFLICT (place) DO UPDATE SET is_apart = excluded.is_apart, quick = excluded.quick, \
     try_at = excluded.try_at";

/// Whether a voice can post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// As far as is known.
    Posts,
    /// It could not for a while, and may be tried.
    MayBeTried,
    /// It can, but not before then.
    Waits(Timestamp),
    /// It cannot.
    Out,
}

/// At a start: the config names these voices and no others.
pub fn are_ours(db: &Db, bots: impl IntoIterator<Item = BotId>) -> Result<(), Error> {
    db.prepare_cached(NO_MORE_OURS)?.execute([])?;
    let mut statement = db.prepare_cached(OURS)?;
    for bot in bots {
        statement.execute([bot])?;
    }
    Ok(())
}

/// A voice is called so: its @name, without the @.
pub fn set_name(db: &Db, bot: BotId, name: &str) -> Result<(), Error> {
    db.prepare_cached(NAME)?.execute(params![bot, name])?;
    Ok(())
}

/// What a voice is called; its number where nobody knows.
pub fn name(db: &Db, bot: BotId) -> Result<String, Error> {
    let name: Option<String> = db
        .prepare_cached(NAME_OF)?
        .query_row([bot], |row| row.get(0))
        .optional()?;
    Ok(name
        .filter(|name| !name.is_empty())
        .map_or_else(|| bot.0.to_string(), |name| format!("@{name}")))
}

/// Whether a voice can post now.
pub fn standing(db: &Db, bot: BotId, now: Timestamp) -> Result<Standing, Error> {
    let standing = db
        .prepare_cached(STANDING)?
        .query_row(params![bot, now], |row| {
            let until: Timestamp = row.get(2)?;
            Ok(match (row.get(0)?, row.get(1)?) {
                (false, _) if until > now => Standing::Waits(until),
                (false, _) => Standing::Posts,
                (true, true) => Standing::MayBeTried,
                (true, false) => Standing::Out,
            })
        })
        .optional()?;
    Ok(standing.unwrap_or(Standing::Posts))
}

/// A voice cannot post any more and is to be tried again at `try_at`. Whether it could until now.
pub fn leave(db: &Db, bot: BotId, now: Timestamp, try_at: Timestamp) -> Result<bool, Error> {
    let left = db
        .prepare_cached(LEAVE)?
        .execute(params![bot, now, try_at])?;
    Ok(left == 1)
}

/// A voice that cannot post is not to be tried again before a time.
pub fn try_again(db: &Db, bot: BotId, try_at: Timestamp) -> Result<(), Error> {
    db.prepare_cached(TRY_AGAIN)?
        .execute(params![bot, try_at])?;
    Ok(())
}

/// A voice can post. Whether it could not until now.
pub fn come_back(db: &Db, bot: BotId) -> Result<bool, Error> {
    Ok(db.prepare_cached(COME_BACK)?.execute([bot])? == 1)
}

/// Telegram has asked a voice alone to wait.
pub fn pause(db: &Db, bot: BotId, until: Timestamp, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(PAUSE)?
        .execute(params![bot, until, now])?;
    Ok(())
}

/// How many voices of the config can post now.
pub fn posting(db: &Db, now: Timestamp) -> Result<u32, Error> {
    Ok(db
        .prepare_cached(POSTING)?
        .query_row([now], |row| row.get(0))?)
}

/// How the calls into a place are counted, as far as it has taught.
pub fn learnt(db: &Db, place: Place) -> Result<Learnt, Error> {
    let learnt = db
        .prepare_cached(LEARNT)?
        .query_row([place], |row| {
            let is_apart: bool = row.get(0)?;
            Ok(Learnt {
                counting: if is_apart {
                    Counting::Apart
                } else {
                    Counting::Together
                },
                quick: row.get(1)?,
                try_at: row.get(2)?,
            })
        })
        .optional()?;
    Ok(learnt.unwrap_or(Learnt::NOTHING))
}

/// A place has taught how it counts.
pub fn learn(db: &Db, place: Place, learnt: Learnt) -> Result<(), Error> {
    let is_apart = learnt.counting == Counting::Apart;
    db.prepare_cached(LEARN)?
        .execute(params![place, is_apart, learnt.quick, learnt.try_at])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_voices_of_the_config_can_post() {
        let (_folder, db) = super::super::tests::empty();
        let now = Timestamp::from_millis(0);
        let can_post = |bots: &[i64]| {
            are_ours(&db, bots.iter().copied().map(BotId)).expect("they are kept");
            posting(&db, now).expect("it reads")
        };
        assert_eq!(can_post(&[1, 2, 3]), 3);
        leave(&db, BotId(3), now, now).expect("it is kept");
        assert_eq!(
            (can_post(&[1, 2, 3]), can_post(&[2, 3]), can_post(&[])),
            (2, 1, 0)
        );
        come_back(&db, BotId(3)).expect("it is kept");
        assert_eq!(can_post(&[3, 4]), 2);
    }
}
