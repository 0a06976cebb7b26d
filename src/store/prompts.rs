//! Questions that somebody answers with a button, and the message that waits for the answer.

use rusqlite::{OptionalExtension, Row, params};

use super::types::{from_json, to_json};
use super::{Db, Error, Place};
use crate::domain::event::Question;
use crate::domain::ids::{ClientId, MessageId, PromptId, UserId};
use crate::domain::time::Timestamp;

const INSERT: &str = "INSERT INTO prompts (side, place, telegram_message_id, client_id, author, message, asked_at) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (place, telegram_message_id) DO NOTHING RETURNING id";
const BY_ID: &str = "SELECT id, place, telegram_message_id, client_id, author, message, post FROM prompts WHERE id = ?1";
const AT: &str = "SELECT id, place, telegram_message_id, client_id, author, message, post FROM prompts \
     WHERE place = ?1 AND telegram_message_id = ?2";
const ANSWER: &str =
    "UPDATE prompts SET message = NULL, answered_at = ?2 WHERE id = ?1 AND answered_at IS NULL";
const REPLACE: &str = "UPDATE prompts SET message = ?2 WHERE id = ?1 AND answered_at IS NULL";
const POSTED: &str = "UPDATE prompts SET post = ?2 WHERE id = ?1";
const OPEN: &str = "SELECT id, place, telegram_message_id, client_id, author, message, post FROM prompts \
     WHERE answered_at IS NULL AND post IS NOT NULL AND asked_at > ?1 ORDER BY id LIMIT ?2";
const FORGET: &str =
    "DELETE FROM prompts WHERE id IN (SELECT id FROM prompts WHERE asked_at < ?1 LIMIT ?2)";

/// A question.
#[derive(Clone, Debug)]
pub struct Prompt {
    /// Our row.
    pub id: PromptId,
    /// Where the message stands that is asked about.
    pub place: Place,
    /// Its number there.
    pub message: MessageId,
    /// The client who is asked.
    pub client: Option<ClientId>,
    /// The agent who is asked; none for an anonymous admin, and for clients.
    pub author: Option<UserId>,
    /// What is asked; none once it is answered.
    pub question: Option<Question>,
    /// The message that asks; none while it is on its way.
    pub post: Option<MessageId>,
}

/// Asks. None where it was asked before.
pub fn insert(
    db: &Db,
    place: Place,
    message: MessageId,
    author: Option<UserId>,
    question: &Question,
    now: Timestamp,
) -> Result<Option<PromptId>, Error> {
    let (side, client) = match place {
        Place::Client(client) => ("client", Some(client)),
        Place::Group(_) => ("agent", None),
    };
    Ok(db
        .prepare_cached(INSERT)?
        .query_row(
            params![side, place, message, client, author, to_json(question), now],
            |row| row.get(0),
        )
        .optional()?)
}

/// A question by its row.
pub fn by_id(db: &Db, id: PromptId) -> Result<Option<Prompt>, Error> {
    db.prepare_cached(BY_ID)?
        .query_row([id], columns)
        .optional()?
        .map(prompt)
        .transpose()
}

/// The question about a message.
pub fn at(db: &Db, place: Place, message: MessageId) -> Result<Option<Prompt>, Error> {
    db.prepare_cached(AT)?
        .query_row(params![place, message], columns)
        .optional()?
        .map(prompt)
        .transpose()
}

/// It is answered; what it asked about is forgotten. Whether it had not been before.
pub fn answer(db: &Db, id: PromptId, now: Timestamp) -> Result<bool, Error> {
    Ok(db.prepare_cached(ANSWER)?.execute(params![id, now])? == 1)
}

/// The question stands there now, under this number.
pub fn posted(db: &Db, id: PromptId, post: MessageId) -> Result<(), Error> {
    db.prepare_cached(POSTED)?.execute(params![id, post])?;
    Ok(())
}

/// Questions of after a time that stand somewhere and are not answered, oldest first.
pub fn open(db: &Db, after: Timestamp, limit: usize) -> Result<Vec<Prompt>, Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = db.prepare_cached(OPEN)?;
    let rows = statement.query_map(params![after, limit], columns)?;
    rows.map(|columns| prompt(columns?)).collect()
}

/// The message that is asked about has changed.
pub fn replace(db: &Db, id: PromptId, question: &Question) -> Result<(), Error> {
    db.prepare_cached(REPLACE)?
        .execute(params![id, to_json(question)])?;
    Ok(())
}

/// Removes questions from before a time, answered or not. How many.
pub fn forget(db: &Db, before: Timestamp, limit: usize) -> Result<usize, Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    Ok(db.prepare_cached(FORGET)?.execute(params![before, limit])?)
}

type Columns = (
    PromptId,
    Place,
    MessageId,
    Option<ClientId>,
    Option<UserId>,
    Option<String>,
    Option<MessageId>,
);

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    Ok((
        row.get(0)?,
        row.get(1)?,
        row.get(2)?,
        row.get(3)?,
        row.get(4)?,
        row.get(5)?,
        row.get(6)?,
    ))
}

fn prompt((id, place, message, client, author, question, post): Columns) -> Result<Prompt, Error> {
    Ok(Prompt {
        id,
        place,
        message,
        client,
        author,
        question: question
            .map(|json| from_json("prompt", &json))
            .transpose()?,
        post,
    })
}
