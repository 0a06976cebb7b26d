//! When a chat may be called again: what Telegram asked for or we have chosen, and the calls of the last minute.

use rusqlite::{OptionalExtension, params};

use super::{Db, Error, Place};
use crate::domain::ids::{BotId, OutboxId};
use crate::domain::rules::pacing::{WINDOW, Window};
use crate::domain::rules::voices::Shared;
use crate::domain::time::Timestamp;

// Of two waits that overlap one that Telegram asked for makes the whole Telegram's.
const PAUSE: &str = "INSERT INTO pauses (place, until, since, is_ours) VALUES (?1, ?2, ?3, ?4) \
     ON CONFLICT (place) DO UPDATE SET until = max(until, excluded.until), since = excluded.since, \
     is_ours = excluded.is_ours AND (is_ours OR until <= excluded.since)";
const UNTIL: &str = "SELECT until FROM pauses WHERE place = ?1 AND until > ?2";
const IS_ASKED: &str = "SELECT 1 FROM pauses WHERE place = ?1 AND until > ?2 AND is_ours = 0";
const FORGET_PAUSES: &str = "DELETE FROM pauses WHERE until <= ?1";
const COUNT_CALL: &str = "INSERT INTO group_calls (place, called_at, is_new_ticket, bot, under_way) VALUES (?1, ?2, ?3, ?4, ?5)";
const ENDED: &str = "UPDATE group_calls SET called_at = ?2, under_way = NULL WHERE under_way = ?1";
const ALL_ENDED: &str =
    "UPDATE group_calls SET called_at = ?1, under_way = NULL WHERE under_way IS NOT NULL";
// What is under way counts as made just now: it ends now at the earliest.
const WINDOW_START_OF: &str = "SELECT iif(under_way IS NULL, called_at, ?5) AS counts_from FROM group_calls \
     WHERE place = ?1 AND (called_at > ?2 OR under_way IS NOT NULL) AND bot = ?4 \
     ORDER BY counts_from DESC LIMIT 1 OFFSET ?3";
const WINDOW_COUNT_OF: &str = "SELECT count(*), ifnull(sum(is_new_ticket), 0) FROM group_calls \
     WHERE place = ?1 AND (called_at > ?2 OR under_way IS NOT NULL) AND bot = ?3";
const WINDOW_START: &str = "SELECT iif(under_way IS NULL, called_at, ?4) AS counts_from FROM group_calls \
     WHERE place = ?1 AND (called_at > ?2 OR under_way IS NOT NULL) \
     ORDER BY counts_from DESC LIMIT 1 OFFSET ?3";
const WINDOW_COUNT: &str = "SELECT count(*), ifnull(sum(is_new_ticket), 0) FROM group_calls \
     WHERE place = ?1 AND (called_at > ?2 OR under_way IS NOT NULL)";
const FORGET_CALLS: &str = "DELETE FROM group_calls WHERE called_at <= ?1 AND under_way IS NULL";

/// A call as it is counted into a group.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    /// The call.
    pub call: OutboxId,
    /// The group.
    pub place: Place,
    /// The voice that makes it; none for the main bot.
    pub voice: Option<BotId>,
    /// When it was sent off.
    pub at: Timestamp,
    /// For how many calls it counts.
    pub weight: u32,
    /// Whether a flood that answers it can be that of all bots.
    pub shared: Shared,
}

/// Telegram wants a place left alone until a time, or longer if that was so before.
pub fn pause(db: &Db, place: Place, until: Timestamp, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(PAUSE)?
        .execute(params![place, until, now, false])?;
    Ok(())
}

/// The same without having been asked.
pub fn rest(db: &Db, place: Place, until: Timestamp, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(PAUSE)?
        .execute(params![place, until, now, true])?;
    Ok(())
}

/// Whether Telegram has asked to leave a place alone for now.
pub fn is_asked(db: &Db, place: Place, now: Timestamp) -> Result<bool, Error> {
    Ok(db.prepare_cached(IS_ASKED)?.exists(params![place, now])?)
}

/// Until when a place has to be left alone, if it has to.
pub fn paused_until(db: &Db, place: Place, now: Timestamp) -> Result<Option<Timestamp>, Error> {
    Ok(db
        .prepare_cached(UNTIL)?
        .query_row(params![place, now], |row| row.get(0))
        .optional()?)
}

/// Counts a call into a group, before it is made. Until it has ended it counts, however long ago that is.
pub fn count_call(db: &Db, counted: Counted, is_new_ticket: bool) -> Result<(), Error> {
    let mut insert = db.prepare_cached(COUNT_CALL)?;
    let bot = column(counted.voice);
    for _ in 0..counted.weight {
        insert.execute(params![
            counted.place,
            counted.at,
            is_new_ticket,
            bot,
            counted.call
        ])?;
    }
    Ok(())
}

/// A call has ended; nothing where it was not counted. Telegram counts it from when it came there, which was at
/// the latest now: counted from when it was sent off, the last call of a window could come there too early.
pub fn ended(db: &Db, call: OutboxId, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(ENDED)?.execute(params![call, now])?;
    Ok(())
}

/// At a start: whatever was under way came there at the latest now, if it did.
pub fn all_ended(db: &Db, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(ALL_ENDED)?.execute([now])?;
    Ok(())
}

/// A bot of the desk in the database.
fn column(voice: Option<BotId>) -> BotId {
    voice.unwrap_or(BotId(0))
}

/// The window of a group that ends now. No limit is 0.
pub fn window(db: &Db, place: Place, limit: u32, now: Timestamp) -> Result<Window, Error> {
    if limit == 0 {
        return Ok(Window::OPEN);
    }
    Ok(db
        .prepare_cached(WINDOW_COUNT)?
        .query_row(params![place, now.minus(WINDOW)], |row| {
            Ok(Window {
                limit: Some(limit),
                used: row.get(0)?,
                new_tickets: row.get(1)?,
            })
        })?)
}

/// The part of a group's window that one bot has used: a voice, or the main bot.
pub fn window_of(
    db: &Db,
    place: Place,
    voice: Option<BotId>,
    limit: u32,
    now: Timestamp,
) -> Result<Window, Error> {
    Ok(db.prepare_cached(WINDOW_COUNT_OF)?.query_row(
        params![place, now.minus(WINDOW), column(voice)],
        |row| {
            Ok(Window {
                limit: Some(limit),
                used: row.get(0)?,
                new_tickets: row.get(1)?,
            })
        },
    )?)
}

/// When the window of one bot has room for one more call, if it has none now.
pub fn room_at_of(
    db: &Db,
    place: Place,
    voice: Option<BotId>,
    limit: u32,
    now: Timestamp,
) -> Result<Option<Timestamp>, Error> {
    let before = limit.saturating_sub(1);
    let oldest_that_counts: Option<Timestamp> = db
        .prepare_cached(WINDOW_START_OF)?
        .query_row(
            params![place, now.minus(WINDOW), before, column(voice), now],
            |row| row.get(0),
        )
        .optional()?;
    Ok(oldest_that_counts.map(|called_at| called_at.plus(WINDOW)))
}

/// When the window has room for one more call, if it has none now.
pub fn room_at(
    db: &Db,
    place: Place,
    limit: u32,
    now: Timestamp,
) -> Result<Option<Timestamp>, Error> {
    let oldest_that_counts: Option<Timestamp> = db
        .prepare_cached(WINDOW_START)?
        .query_row(
            params![place, now.minus(WINDOW), limit.saturating_sub(1), now],
            |row| row.get(0),
        )
        .optional()?;
    Ok(oldest_that_counts.map(|called_at| called_at.plus(WINDOW)))
}

/// Removes what no window and no pause needs any more.
pub fn forget(db: &Db, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(FORGET_CALLS)?
        .execute([now.minus(WINDOW)])?;
    db.prepare_cached(FORGET_PAUSES)?.execute([now])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{ChatId, ClientId};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000)
    }

    #[test]
    fn a_call_counts_as_long_as_it_is_under_way_and_a_minute_more() {
        let (_folder, db) = super::super::tests::empty();
        let place = Place::Group(ChatId(-1));
        for (call, called_at) in [(1, 0), (2, 70)] {
            let counted = Counted {
                call: OutboxId(call),
                place,
                voice: None,
                at: at(called_at),
                weight: 1,
                shared: Shared::WhereShort,
            };
            count_call(&db, counted, false).expect("it is counted");
        }
        let used = |now| window(&db, place, 2, at(now)).expect("it reads").used;
        let room_at = |now| room_at(&db, place, 2, at(now)).expect("it reads");
        forget(&db, at(100)).expect("nothing is forgotten that counts");
        assert_eq!((used(100), room_at(100)), (2, Some(at(160))));
        // Whatever the clock was set to meanwhile.
        db.execute("UPDATE group_calls SET called_at = called_at + 3600000", [])
            .expect("it is set");
        ended(&db, OutboxId(1), at(101)).expect("it has ended");
        assert_eq!((used(101), used(160), used(161)), (2, 2, 1));
        all_ended(&db, at(170)).expect("a start ends the other");
        assert_eq!((used(229), used(230)), (1, 0));
    }

    #[test]
    fn a_wait_that_telegram_asks_for_is_no_rest_of_ours() {
        let place = Place::Client(ClientId(1));
        // When a rest begins and ends, when a wait does, and at what time Telegram has asked.
        for (ours, telegrams, now, expected) in [
            (Some((0, 10)), None, 5, false),
            (Some((0, 10)), Some((1, 3)), 2, true),
            (Some((5, 20)), Some((0, 10)), 6, true),
            // That one was over.
            (Some((11, 20)), Some((0, 10)), 12, false),
            (None, Some((0, 10)), 10, false),
        ] {
            let (_folder, db) = super::super::tests::empty();
            let mut waits = [ours.map(|of| (of, true)), telegrams.map(|of| (of, false))];
            waits.sort();
            for ((since, until), is_ours) in waits.into_iter().flatten() {
                let begin = if is_ours { rest } else { pause };
                begin(&db, place, at(until), at(since)).expect("it is kept");
            }
            let found = is_asked(&db, place, at(now)).expect("it reads");
            assert_eq!(found, expected, "{ours:?}, {telegrams:?} at {now}");
        }
    }
}
