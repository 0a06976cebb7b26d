//! What people have set under messages, on either side.

use rusqlite::{OptionalExtension, params};

use super::{Db, Error};
use crate::domain::ids::{MessageRowId, UserId};
use crate::domain::ticket::Side;
use crate::domain::time::Timestamp;

const SET: &str = "INSERT INTO reactions (message_id, side, actor, emoji, set_at) VALUES (?1, ?2, ?3, ?4, ?5) \
     ON CONFLICT (message_id, side, actor) DO UPDATE SET emoji = excluded.emoji, set_at = excluded.set_at";
const REMOVE: &str = "DELETE FROM reactions WHERE message_id = ?1 AND side = ?2 AND actor = ?3";
const NEWEST: &str = "SELECT emoji FROM reactions WHERE message_id = ?1 AND side = ?2 ORDER BY set_at DESC, actor LIMIT 1";

/// Who has set it: an agent; none for the client and for anonymous admins, who are one each.
fn number(actor: Option<UserId>) -> i64 {
    actor.map_or(0, |user| user.0)
}

/// Somebody has set this, or nothing any more.
pub fn set(
    db: &Db,
    message: MessageRowId,
    side: Side,
    actor: Option<UserId>,
    emoji: Option<&str>,
    now: Timestamp,
) -> Result<(), Error> {
    match emoji {
        Some(emoji) => {
            db.prepare_cached(SET)?
                .execute(params![message, side, number(actor), emoji, now])?
        }
        None => db
            .prepare_cached(REMOVE)?
            .execute(params![message, side, number(actor)])?,
    };
    Ok(())
}

/// What a side has set last and not removed.
pub fn newest(db: &Db, message: MessageRowId, side: Side) -> Result<Option<String>, Error> {
    Ok(db
        .prepare_cached(NEWEST)?
        .query_row(params![message, side], |row| row.get(0))
        .optional()?)
}
