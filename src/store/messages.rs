//! What people wrote, and where it stands: the original and its copies.

use rusqlite::{OptionalExtension, params};

use super::types::{from_json, to_json};
use super::{Db, Error, Place};
use crate::domain::content::Content;
use crate::domain::ids::{ChatId, MessageId, MessageRowId, ThreadId, TicketId};
use crate::domain::ticket::Side;
use crate::domain::time::Timestamp;

const INSERT: &str = "INSERT INTO messages (ticket_id, side, is_note, written_at, content) \
     VALUES (?1, ?2, ?3, ?4, ?5) RETURNING id";
const CONTENT: &str = "SELECT content FROM messages WHERE id = ?1";
const LINK: &str = "INSERT INTO links (place, telegram_message_id, part, message_id) VALUES (?1, ?2, ?3, ?4) \
     ON CONFLICT (place, telegram_message_id, part) DO NOTHING";
const AT: &str = "SELECT links.message_id, ticket_id, side, is_note FROM links \
     JOIN messages ON messages.id = links.message_id \
     WHERE place = ?1 AND telegram_message_id = ?2 ORDER BY part LIMIT 1";
const WHERE_IN: &str = "SELECT telegram_message_id FROM links WHERE message_id = ?1 AND place = ?2 \
     ORDER BY telegram_message_id LIMIT 1";
const ORIGINAL_IN_GROUP: &str = "SELECT place, telegram_message_id, (SELECT thread_id FROM topics \
     WHERE topics.ticket_id = messages.ticket_id AND thread_id IS NOT NULL ORDER BY topics.id DESC LIMIT 1) \
     FROM links JOIN messages ON messages.id = links.message_id \
     WHERE links.message_id = ?1 AND place < 0 AND side = 'agent' LIMIT 1";

/// A message to be kept.
#[derive(Debug)]
pub struct NewMessage<'a> {
    /// The ticket that it belongs to.
    pub ticket: TicketId,
    /// Who wrote it.
    pub side: Side,
    /// Whether it stays inside the group.
    pub is_note: bool,
    /// When it was written.
    pub written_at: Timestamp,
    /// What it says.
    pub content: &'a Content,
    /// Where it was written.
    pub place: Place,
    /// Its number there.
    pub message: MessageId,
}

/// A message found by where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Our row.
    pub row: MessageRowId,
    /// The ticket that it belongs to.
    pub ticket: TicketId,
    /// Who wrote it.
    pub side: Side,
    /// Whether it stays inside the group.
    pub is_note: bool,
}

/// Keeps a message and where its original stands.
pub fn insert(db: &Db, new: &NewMessage<'_>) -> Result<MessageRowId, Error> {
    let row = db.prepare_cached(INSERT)?.query_row(
        params![
            new.ticket,
            new.side,
            new.is_note,
            new.written_at,
            to_json(new.content)
        ],
        |row| row.get(0),
    )?;
    link(db, row, new.place, new.message, 0)?;
    Ok(row)
}

/// What a message says.
pub fn content(db: &Db, row: MessageRowId) -> Result<Content, Error> {
    let json: String = db
        .prepare_cached(CONTENT)?
        .query_row([row], |row| row.get(0))?;
    from_json("message", &json)
}

/// Notes where a message, or a part of it, stands.
pub fn link(
    db: &Db,
    row: MessageRowId,
    place: Place,
    message: MessageId,
    part: u32,
) -> Result<(), Error> {
    db.prepare_cached(LINK)?
        .execute(params![place, message, part, row])?;
    Ok(())
}

/// The message that stands somewhere, as an original or as a copy.
pub fn at(db: &Db, place: Place, message: MessageId) -> Result<Option<Found>, Error> {
    Ok(db
        .prepare_cached(AT)?
        .query_row(params![place, message], |row| {
            Ok(Found {
                row: row.get(0)?,
                ticket: row.get(1)?,
                side: row.get(2)?,
                is_note: row.get(3)?,
            })
        })
        .optional()?)
}

/// Where a message stands in a chat, if it does.
pub fn where_in(db: &Db, row: MessageRowId, place: Place) -> Result<Option<MessageId>, Error> {
    Ok(db
        .prepare_cached(WHERE_IN)?
        .query_row(params![row, place], |row| row.get(0))
        .optional()?)
}

/// Where an agent wrote a message: the group, the ticket's topic and the message's number.
pub fn original_in_group(
    db: &Db,
    row: MessageRowId,
) -> Result<Option<(ChatId, Option<ThreadId>, MessageId)>, Error> {
    Ok(db
        .prepare_cached(ORIGINAL_IN_GROUP)?
        .query_row([row], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?
        .map(|(chat, message, thread)| (chat, thread, message)))
}
