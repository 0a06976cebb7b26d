//! Calls that are made as a part of another one of their lane, and posts that carry several messages.

use rusqlite::params;

use super::claims::{self, OutboxRow};
use super::{Db, Error, Place, messages};
use crate::domain::call::{Call, Purpose};
use crate::domain::content::{Kind, Text};
use crate::domain::ids::{MessageId, MessageRowId, OutboxId};
use crate::domain::rules::{merge, text};
use crate::domain::time::Timestamp;

const NEXT: &str = "SELECT id, lane, budget, purpose, client_id, ticket_id, message_id, part, call, \
     failures, maybe_sent, attempts, created_at, desk, state = 'waiting' AND attempts = 0 AND not_before <= ?3 FROM outbox \
     WHERE lane = ?1 AND finished_at IS NULL \
     AND (position, id) > (SELECT position, id FROM outbox WHERE id = ?2) ORDER BY position, id LIMIT ?4";
const MERGE: &str =
    "UPDATE outbox SET state = 'merged', carrier = ?2, attempts = attempts + 1 WHERE id = ?1";
const SHARING: &str = "SELECT message_id, messages.deleted_at IS NOT NULL FROM links \
     JOIN messages ON messages.id = links.message_id \
     WHERE place = ?1 AND telegram_message_id = ?2 ORDER BY links.part";

/// The calls that follow a head and may go with it in one post, in order.
pub fn followers(db: &Db, head: &OutboxRow, now: Timestamp) -> Result<Vec<OutboxId>, Error> {
    let Some(first) = text_of(db, head, true)? else {
        return Ok(Vec::new());
    };
    let limit = i64::try_from(merge::TEXTS_MAX).unwrap_or(i64::MAX);
    let mut statement = db.prepare_cached(NEXT)?;
    let rows = statement.query_map(params![head.lane, head.id, now, limit], |row| {
        let is_fresh: bool = row.get(14)?;
        Ok(claims::outbox_row(row).ok().filter(|_| is_fresh))
    })?;
    let rows: Vec<Option<OutboxRow>> = rows.collect::<Result<_, _>>()?;
    let message = |row: &Option<OutboxRow>| row.as_ref().and_then(|row| row.message);
    // A text in several parts stays by itself.
    if rows.first().is_some_and(|row| message(row) == head.message) {
        return Ok(Vec::new());
    }
    let mut texts = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        let has_more = rows
            .get(index + 1)
            .is_some_and(|next| message(next).is_some() && message(next) == message(row));
        texts.push(match row {
            Some(row) if !has_more => text_of(db, row, false)?,
            Some(_) | None => None,
        });
    }
    let count = merge::how_many(&first, &texts);
    Ok(rows
        .into_iter()
        .take(count)
        .flatten()
        .map(|row| row.id)
        .collect())
}

/// From here until the head has ended these calls are made with it.
pub fn merge(db: &Db, head: OutboxId, followers: &[OutboxId]) -> Result<(), Error> {
    for follower in followers {
        db.prepare_cached(MERGE)?.execute(params![follower, head])?;
    }
    Ok(())
}

/// What a call says with all that goes with it.
pub(super) fn whole_text(db: &Db, row: &OutboxRow, own: &Text) -> Result<Text, Error> {
    // Nothing goes with a call that was not claimed yet.
    if row.purpose != Purpose::Relay || row.attempts == 0 {
        return Ok(own.clone());
    }
    let carried = claims::carried(db, row.id)?;
    let texts = carried.iter().filter_map(|row| match &row.call {
        Call::SendText { text, .. } => Some(text),
        _ => None,
    });
    Ok(merge::joined([own].into_iter().chain(texts)))
}

/// The words of a call that may share a post: a whole text of a client that nobody can have seen, and
/// that answers nothing where it is not the first.
fn text_of(db: &Db, row: &OutboxRow, is_first: bool) -> Result<Option<Text>, Error> {
    let Call::SendText {
        text,
        reply_to,
        buttons,
        ..
    } = &row.call
    else {
        return Ok(None);
    };
    let is_whole = row.purpose == Purpose::Relay && row.part == 0 && row.attempts == 0;
    let (true, Some(message)) = (is_whole && buttons.is_empty(), row.message) else {
        return Ok(None);
    };
    if !is_first && reply_to.is_some() {
        return Ok(None);
    }
    // What is told in words of ours could not be told again from what is kept.
    let is_text = messages::content(db, message)?.kind == Kind::Text;
    Ok(is_text.then(|| text.clone()))
}

/// The messages that share a post, in order, and whether each was taken back.
pub fn sharing(db: &Db, place: Place, post: MessageId) -> Result<Vec<(MessageRowId, bool)>, Error> {
    let mut statement = db.prepare_cached(SHARING)?;
    let rows = statement.query_map(params![place, post], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What a post says that several messages share, from what is kept of them, however long. None where a
/// message has it for itself, or all were taken back.
pub fn shared(db: &Db, place: Place, post: MessageId) -> Result<Option<Text>, Error> {
    let sharing = sharing(db, place, post)?;
    let mut texts = Vec::with_capacity(sharing.len());
    for (row, _) in sharing.iter().filter(|(_, is_deleted)| !is_deleted) {
        texts.push(text::without_people(&messages::content(db, *row)?.text));
    }
    Ok((sharing.len() > 1 && !texts.is_empty()).then(|| merge::joined(&texts)))
}

/// The same as it can be posted.
pub(super) fn shared_text(db: &Db, place: Place, post: MessageId) -> Result<Option<Text>, Error> {
    let whole = shared(db, place, post)?;
    Ok(whole.and_then(|whole| text::split(&whole, text::TEXT_MAX).into_iter().next()))
}
