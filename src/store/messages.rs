//! What people wrote, and where it stands: the original and its copies.

use rusqlite::{OptionalExtension, Row, params};

use super::types::{from_json, to_json};
use super::{Db, Error, Place};
use crate::domain::call::{Answers, Mark};
use crate::domain::content::Content;
use crate::domain::ids::{BotId, ChatId, MessageId, MessageRowId, ThreadId, TicketId, UserId};
use crate::domain::ticket::Side;
use crate::domain::time::Timestamp;

const INSERT: &str = "INSERT INTO messages (ticket_id, side, is_note, written_at, content, author, held) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING id";
const CONTENT: &str = "SELECT content FROM messages WHERE id = ?1";
const SET_CONTENT: &str = "UPDATE messages SET content = ?2 WHERE id = ?1";
const ADD_VERSION: &str = "INSERT INTO message_versions (message_id, version, replaced_at, content) \
     SELECT id, (SELECT ifnull(max(version), 0) + 1 FROM message_versions WHERE message_id = ?1), ?2, content \
     FROM messages WHERE id = ?1";
const WAS_EDITED: &str = "SELECT EXISTS (SELECT 1 FROM message_versions WHERE message_id = ?1)";
const WAS_EDITED_SINCE: &str =
    "SELECT EXISTS (SELECT 1 FROM message_versions WHERE message_id = ?1 AND replaced_at >= ?2)";
const FORGET_VERSIONS: &str = "DELETE FROM message_versions WHERE message_id = ?1";
const DELETE: &str =
    "UPDATE messages SET content = ?2, held = NULL, answers = NULL, deleted_at = ?3 WHERE id = ?1";
const HOLD: &str = "UPDATE messages SET held = ?2 WHERE id = ?1";
const SET_ANSWERS: &str = "UPDATE messages SET answers = ?2 WHERE id = ?1";
const ANSWERS: &str = "SELECT answers FROM messages WHERE id = ?1";
const KEEP_INSIDE: &str = "UPDATE messages SET is_note = 1 WHERE id = ?1";
const SET_MARK: &str = "UPDATE messages SET mark = ?2 WHERE id = ?1";
const MARK: &str = "SELECT mark FROM messages WHERE id = ?1";
const LINK: &str = "INSERT INTO links (place, telegram_message_id, part, message_id, message_part, thread_id) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
     ON CONFLICT (place, telegram_message_id, part) DO NOTHING";
const AT: &str = "SELECT links.message_id, ticket_id, side, is_note, author, held IS NOT NULL, deleted_at IS NOT NULL \
     FROM links JOIN messages ON messages.id = links.message_id \
     WHERE place = ?1 AND telegram_message_id = ?2 ORDER BY part DESC LIMIT 1";
const BY_ID: &str = "SELECT id, ticket_id, side, is_note, author, held IS NOT NULL, deleted_at IS NOT NULL \
     FROM messages WHERE id = ?1";
const UNLINK: &str =
    "DELETE FROM links WHERE message_id = ?1 AND place = ?2 AND message_part >= ?3";
const POSTED_BY: &str = "UPDATE links SET bot = ?3 WHERE place = ?1 AND telegram_message_id = ?2";
const VOICE_OF: &str =
    "SELECT bot FROM links WHERE place = ?1 AND telegram_message_id = ?2 LIMIT 1";
const NEWEST_IN: &str = "SELECT message_id FROM links WHERE place = ?1 ORDER BY telegram_message_id DESC, part DESC LIMIT ?2";
const LATER_IN: &str = "SELECT EXISTS (SELECT 1 FROM messages JOIN links ON links.message_id = messages.id \
     WHERE messages.ticket_id = ?1 AND messages.id > ?2 AND side = 'client' AND place = ?3)";
const HELD: &str = "SELECT held FROM messages WHERE id = ?1";
const PARTS_IN: &str = "SELECT message_part, telegram_message_id, thread_id FROM links \
     WHERE message_id = ?1 AND place = ?2 ORDER BY message_part, telegram_message_id";
const ORIGINAL_IN_GROUP: &str = "SELECT place, telegram_message_id, (SELECT thread_id FROM topics \
     WHERE topics.ticket_id = messages.ticket_id AND topics.chat_id = links.place AND thread_id IS NOT NULL \
     ORDER BY topics.id DESC LIMIT 1) \
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
    /// The agent who wrote it.
    pub author: Option<UserId>,
    /// Why it is held back, if it is.
    pub held: Option<&'a str>,
    /// Where it was written.
    pub place: Place,
    /// Its number there.
    pub message: MessageId,
    /// The topic that it stands in.
    pub thread: Option<ThreadId>,
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
    /// The agent who wrote it; none for clients and anonymous admins.
    pub author: Option<UserId>,
    /// Whether it was held back.
    pub is_held: bool,
    /// Whether its writer has taken it back.
    pub is_deleted: bool,
}

/// Where a part of a message stands in a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartAt {
    /// Which part.
    pub part: u32,
    /// Its number in that chat.
    pub message: MessageId,
    /// The topic that it stands in, where that is known.
    pub thread: Option<ThreadId>,
}

/// Keeps a message and where its original stands.
pub fn insert(db: &Db, new: &NewMessage<'_>) -> Result<MessageRowId, Error> {
    let row = db.prepare_cached(INSERT)?.query_row(
        params![
            new.ticket,
            new.side,
            new.is_note,
            new.written_at,
            to_json(new.content),
            new.author,
            new.held
        ],
        |row| row.get(0),
    )?;
    link(db, row, new.place, new.message, 0, new.thread)?;
    Ok(row)
}

/// What a message says.
pub fn content(db: &Db, row: MessageRowId) -> Result<Content, Error> {
    let json: String = db
        .prepare_cached(CONTENT)?
        .query_row([row], |row| row.get(0))?;
    from_json("message", &json)
}

/// What a message answers, for when it is sent or shown again.
pub fn set_answers(db: &Db, row: MessageRowId, answers: &Answers) -> Result<(), Error> {
    db.prepare_cached(SET_ANSWERS)?
        .execute(params![row, to_json(answers)])?;
    Ok(())
}

/// What a message answers, where that was kept.
pub fn answers(db: &Db, row: MessageRowId) -> Result<Answers, Error> {
    let json: Option<String> = db
        .prepare_cached(ANSWERS)?
        .query_row([row], |row| row.get(0))?;
    match json {
        Some(json) => from_json("answers", &json),
        None => Ok(Answers::default()),
    }
}

/// A message says something else from now on; what it said before is kept as an earlier version.
pub fn edit(db: &Db, row: MessageRowId, content: &Content, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(ADD_VERSION)?.execute(params![row, now])?;
    set_content(db, row, content)
}

/// A message says something else, and nobody has read what it said before.
pub fn set_content(db: &Db, row: MessageRowId, content: &Content) -> Result<(), Error> {
    db.prepare_cached(SET_CONTENT)?
        .execute(params![row, to_json(content)])?;
    Ok(())
}

/// Whether a message said something else before.
pub fn was_edited(db: &Db, row: MessageRowId) -> Result<bool, Error> {
    Ok(db
        .prepare_cached(WAS_EDITED)?
        .query_row([row], |row| row.get(0))?)
}

/// Whether a message said something else before this time.
pub fn was_edited_since(db: &Db, row: MessageRowId, since: Timestamp) -> Result<bool, Error> {
    Ok(db
        .prepare_cached(WAS_EDITED_SINCE)?
        .query_row(params![row, since], |row| row.get(0))?)
}

/// A message is taken back: what it says is forgotten, with every earlier version.
pub fn delete(db: &Db, row: MessageRowId, now: Timestamp) -> Result<(), Error> {
    let kind = content(db, row)?.kind;
    db.prepare_cached(DELETE)?
        .execute(params![row, to_json(&Content::of(kind)), now])?;
    db.prepare_cached(FORGET_VERSIONS)?.execute([row])?;
    Ok(())
}

/// A message is held back for a reason, or not any more.
pub fn hold(db: &Db, row: MessageRowId, reason: Option<&str>) -> Result<(), Error> {
    db.prepare_cached(HOLD)?.execute(params![row, reason])?;
    Ok(())
}

/// A message is a note after all.
pub fn keep_inside(db: &Db, row: MessageRowId) -> Result<(), Error> {
    db.prepare_cached(KEEP_INSIDE)?.execute([row])?;
    Ok(())
}

/// What its writer was shown last of a message's delivery.
pub fn set_mark(db: &Db, row: MessageRowId, mark: Mark) -> Result<(), Error> {
    db.prepare_cached(SET_MARK)?.execute(params![row, mark])?;
    Ok(())
}

/// What its writer was shown last of a message's delivery.
pub fn mark(db: &Db, row: MessageRowId) -> Result<Option<Mark>, Error> {
    Ok(db
        .prepare_cached(MARK)?
        .query_row([row], |row| row.get(0))?)
}

/// Notes where a message, or a part of it, stands.
pub fn link(
    db: &Db,
    row: MessageRowId,
    place: Place,
    message: MessageId,
    part: u32,
    thread: Option<ThreadId>,
) -> Result<(), Error> {
    db.prepare_cached(LINK)?
        .execute(params![place, message, 0, row, part, thread])?;
    Ok(())
}

/// Notes that a message shares a post, as the one that is `nth` in it; 0 is the first.
pub fn link_shared(
    db: &Db,
    row: MessageRowId,
    place: Place,
    message: MessageId,
    nth: u32,
    thread: Option<ThreadId>,
) -> Result<(), Error> {
    db.prepare_cached(LINK)?
        .execute(params![place, message, nth, row, 0, thread])?;
    Ok(())
}

/// A post was made by a voice and not by the main bot.
pub fn posted_by(db: &Db, place: Place, post: MessageId, voice: BotId) -> Result<(), Error> {
    db.prepare_cached(POSTED_BY)?
        .execute(params![place, post, voice])?;
    Ok(())
}

/// The voice that made a post; none where the main bot or a person did.
pub fn voice_of(db: &Db, place: Place, post: MessageId) -> Result<Option<BotId>, Error> {
    let bot: Option<BotId> = db
        .prepare_cached(VOICE_OF)?
        .query_row(params![place, post], |row| row.get(0))
        .optional()?;
    Ok(bot.filter(|bot| bot.0 != 0))
}

/// Why a message is held back, if it is.
pub fn held(db: &Db, row: MessageRowId) -> Result<Option<String>, Error> {
    Ok(db
        .prepare_cached(HELD)?
        .query_row([row], |row| row.get(0))?)
}

/// A message does not stand in a chat any more, or not with its parts from this one on.
pub fn unlink(db: &Db, row: MessageRowId, place: Place, from_part: u32) -> Result<(), Error> {
    db.prepare_cached(UNLINK)?
        .execute(params![row, place, from_part])?;
    Ok(())
}

/// The message that stands somewhere, as an original or as a copy; the last one where several share the
/// post.
pub fn at(db: &Db, place: Place, message: MessageId) -> Result<Option<Found>, Error> {
    Ok(db
        .prepare_cached(AT)?
        .query_row(params![place, message], found)
        .optional()?)
}

/// A message by its row.
pub fn by_id(db: &Db, row: MessageRowId) -> Result<Found, Error> {
    Ok(db.prepare_cached(BY_ID)?.query_row([row], found)?)
}

fn found(row: &Row<'_>) -> rusqlite::Result<Found> {
    Ok(Found {
        row: row.get(0)?,
        ticket: row.get(1)?,
        side: row.get(2)?,
        is_note: row.get(3)?,
        author: row.get(4)?,
        is_held: row.get(5)?,
        is_deleted: row.get(6)?,
    })
}

/// Where the parts of a message stand in a chat, in order.
pub fn parts_in(db: &Db, row: MessageRowId, place: Place) -> Result<Vec<PartAt>, Error> {
    let mut statement = db.prepare_cached(PARTS_IN)?;
    let parts = statement.query_map(params![row, place], |row| {
        Ok(PartAt {
            part: row.get(0)?,
            message: row.get(1)?,
            thread: row.get(2)?,
        })
    })?;
    Ok(parts.collect::<Result<_, _>>()?)
}

/// Where a message stands in a chat, if it does: its first part.
pub fn where_in(db: &Db, row: MessageRowId, place: Place) -> Result<Option<MessageId>, Error> {
    Ok(parts_in(db, row, place)?.first().map(|part| part.message))
}

/// Messages that stand in a place, the newest there first; one that has several parts comes several times.
pub fn newest_in(db: &Db, place: Place, limit: usize) -> Result<Vec<MessageRowId>, Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = db.prepare_cached(NEWEST_IN)?;
    let rows = statement.query_map(params![place, limit], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whether something that the client wrote later stands in a place already.
pub fn is_later_in(
    db: &Db,
    ticket: TicketId,
    row: MessageRowId,
    place: Place,
) -> Result<bool, Error> {
    Ok(db
        .prepare_cached(LATER_IN)?
        .query_row(params![ticket, row, place], |row| row.get(0))?)
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
