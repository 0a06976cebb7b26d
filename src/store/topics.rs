//! The forum topics of tickets. The schema sees to it that a ticket has one live topic at most.

use rusqlite::{OptionalExtension, Row, params};

use super::{Db, Error};
use crate::domain::ids::{ChatId, MessageId, MessageRowId, ThreadId, TicketId, TopicId};
use crate::domain::time::Timestamp;

const INSERT: &str = "INSERT INTO topics (ticket_id, chat_id, state, due_at) VALUES (?1, ?2, 'wanted', ?3) RETURNING id";
const TURNS: &str = "SELECT due_at FROM topics WHERE chat_id = ?1 ORDER BY due_at DESC LIMIT ?2";
const CURRENT: &str = "SELECT id, ticket_id, chat_id, thread_id, card_message_id, card_carries, card_lead, \
     title, titled_at, card_shown, left_for IS NOT NULL \
     FROM topics WHERE ticket_id = ?1 AND state <> 'gone'";
const LIVE: &str = "SELECT chat_id, thread_id FROM topics INDEXED BY topics_live WHERE ticket_id = ?1 AND state = 'live'";
const BY_THREAD: &str = "SELECT id, ticket_id, chat_id, thread_id, card_message_id, card_carries, card_lead, \
     title, titled_at, card_shown, left_for IS NOT NULL \
     FROM topics WHERE chat_id = ?1 AND thread_id = ?2";
const MADE: &str = "UPDATE topics SET thread_id = ?2, chat_id = ?3, state = 'live' WHERE id = ?1 AND state = 'wanted'";
const GONE: &str = "UPDATE topics SET state = 'gone' WHERE id = ?1";
const BY_ID: &str = "SELECT id, ticket_id, chat_id, thread_id, card_message_id, card_carries, card_lead, \
     title, titled_at, card_shown, left_for IS NOT NULL \
     FROM topics WHERE id = ?1";
const UNTOLD: &str = "SELECT id, ticket_id, chat_id, thread_id, card_message_id, card_carries, card_lead, \
     title, titled_at, card_shown, left_for IS NOT NULL \
     FROM topics WHERE left_for = ?1 AND left_told = 0 ORDER BY id";
const TOLD: &str = "UPDATE topics SET left_told = 1 WHERE id = ?1";
const LEFT_CLOSED: &str = "UPDATE topics SET left_closed = 1 WHERE chat_id = ?1 AND thread_id = ?2";
const IS_LEFT_CLOSED: &str = "SELECT left_closed FROM topics WHERE chat_id = ?1 AND thread_id = ?2";
const LEAVE: &str = "UPDATE topics SET left_for = ?2 WHERE id = ?1";
const HAND_ON: &str = "UPDATE topics SET left_for = ?2 WHERE left_for = ?1 AND left_told = 0";
const SET_CHAT: &str =
    "UPDATE topics SET chat_id = ?2, due_at = ?3 WHERE id = ?1 AND state = 'wanted'";
const CARD_LAYOUT: &str = "UPDATE topics SET card_carries = ?2, card_lead = ?3 WHERE id = ?1";
const CARD_POSTED: &str = "UPDATE topics SET card_message_id = ?2 WHERE id = ?1";
const TITLED: &str = "UPDATE topics SET title = ?2, titled_at = ?3 WHERE id = ?1";
const CARD_SHOWN: &str = "UPDATE topics SET card_shown = ?2 WHERE id = ?1";
const ALIAS: &str = "SELECT new_chat_id FROM aliases WHERE old_chat_id = ?1";
const ADD_ALIAS: &str = "INSERT INTO aliases (old_chat_id, new_chat_id) VALUES (?1, ?2) \
     ON CONFLICT (old_chat_id) DO UPDATE SET new_chat_id = excluded.new_chat_id";

/// A topic of a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Our row.
    pub id: TopicId,
    /// Whose it is.
    pub ticket: TicketId,
    /// The group.
    pub chat: ChatId,
    /// Telegram's id, once the topic is made.
    pub thread: Option<ThreadId>,
    /// The post that shows the ticket's state, once it stands.
    pub card: Option<MessageId>,
    /// The client's message that shares the card's post.
    pub card_carries: Option<MessageRowId>,
    /// Words that stand before that message.
    pub card_lead: Option<String>,
    /// What its title says; empty before it is made.
    pub title: String,
    /// Since when it does.
    pub titled_at: Timestamp,
    /// A digest of what the card's post says; none where that is not known.
    pub card_shown: Option<i64>,
    /// Whether its ticket goes on in a topic of another group.
    pub is_left: bool,
}

/// A topic that has still to be made, when its turn comes.
pub fn insert(
    db: &Db,
    ticket: TicketId,
    chat: ChatId,
    due_at: Timestamp,
) -> Result<TopicId, Error> {
    Ok(db
        .prepare_cached(INSERT)?
        .query_row(params![ticket, chat, due_at], |row| row.get(0))?)
}

/// The turn of the topic in this group that is so many (1 or more) before the next one there.
pub fn nth_latest_turn(db: &Db, configured: ChatId, nth: u32) -> Result<Option<Timestamp>, Error> {
    let mut latest = turns(db, configured, nth)?;
    // Topics that stand know the group by what it is called now.
    let now = current_chat(db, configured)?;
    if now != configured {
        latest.extend(turns(db, now, nth)?);
        latest.sort_unstable_by(|one, other| other.cmp(one));
    }
    let before = usize::try_from(nth.saturating_sub(1)).unwrap_or(usize::MAX);
    Ok(latest.get(before).copied())
}

/// The latest turns in a group, so many at most.
fn turns(db: &Db, chat: ChatId, most: u32) -> Result<Vec<Timestamp>, Error> {
    let mut statement = db.prepare_cached(TURNS)?;
    let turns = statement.query_map(params![chat, most], |row| row.get(0))?;
    Ok(turns.collect::<Result<_, _>>()?)
}

/// The live or wanted topic of a ticket.
pub fn current(db: &Db, ticket: TicketId) -> Result<Option<Topic>, Error> {
    Ok(db
        .prepare_cached(CURRENT)?
        .query_row([ticket], topic)
        .optional()?)
}

/// The group and the thread of a ticket's topic, where it stands. Each post asks for that, and an index alone
/// answers: among many tickets each page that is looked at is one more that no cache holds.
pub fn live(db: &Db, ticket: TicketId) -> Result<Option<(ChatId, ThreadId)>, Error> {
    Ok(db
        .prepare_cached(LIVE)?
        .query_row([ticket], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

/// The topic with this id of Telegram's, gone or not.
pub fn by_thread(db: &Db, chat: ChatId, thread: ThreadId) -> Result<Option<Topic>, Error> {
    Ok(db
        .prepare_cached(BY_THREAD)?
        .query_row(params![chat, thread], topic)
        .optional()?)
}

/// The topic has been made. Whether it was still wanted.
pub fn made(db: &Db, id: TopicId, chat: ChatId, thread: ThreadId) -> Result<bool, Error> {
    Ok(db
        .prepare_cached(MADE)?
        .execute(params![id, thread, chat])?
        == 1)
}

/// The topic does not exist any more.
pub fn gone(db: &Db, id: TopicId) -> Result<(), Error> {
    db.prepare_cached(GONE)?.execute([id])?;
    Ok(())
}

/// A topic that there is or was.
pub fn by_id(db: &Db, id: TopicId) -> Result<Option<Topic>, Error> {
    Ok(db
        .prepare_cached(BY_ID)?
        .query_row([id], topic)
        .optional()?)
}

/// The ticket of a topic goes on in another one.
pub fn leave(db: &Db, id: TopicId, successor: TopicId) -> Result<(), Error> {
    db.prepare_cached(LEAVE)?.execute(params![id, successor])?;
    hand_on(db, id, successor)
}

/// What was left for a topic and does not know it yet, is left for its successor.
pub fn hand_on(db: &Db, id: TopicId, successor: TopicId) -> Result<(), Error> {
    db.prepare_cached(HAND_ON)?
        .execute(params![id, successor])?;
    Ok(())
}

/// Topics that were left for this one and in which that is still to be said.
pub fn untold(db: &Db, successor: TopicId) -> Result<Vec<Topic>, Error> {
    let mut statement = db.prepare_cached(UNTOLD)?;
    let topics = statement.query_map([successor], topic)?;
    Ok(topics.collect::<Result<_, _>>()?)
}

/// It is said there where the ticket goes on.
pub fn told(db: &Db, id: TopicId) -> Result<(), Error> {
    db.prepare_cached(TOLD)?.execute([id])?;
    Ok(())
}

/// A topic that was left is closed.
pub fn left_closed(db: &Db, chat: ChatId, thread: ThreadId) -> Result<(), Error> {
    db.prepare_cached(LEFT_CLOSED)?
        .execute(params![chat, thread])?;
    Ok(())
}

/// Whether a topic was closed because its ticket has left it.
pub fn is_left_closed(db: &Db, chat: ChatId, thread: ThreadId) -> Result<bool, Error> {
    Ok(db
        .prepare_cached(IS_LEFT_CLOSED)?
        .query_row(params![chat, thread], |row| row.get(0))
        .optional()?
        .unwrap_or(false))
}

/// A topic that nobody has begun to make is made in another group, when its turn comes there.
pub fn set_chat(db: &Db, id: TopicId, chat: ChatId, due_at: Timestamp) -> Result<(), Error> {
    db.prepare_cached(SET_CHAT)?
        .execute(params![id, chat, due_at])?;
    Ok(())
}

/// What stands in the card's post beside the card.
pub fn card_layout(
    db: &Db,
    id: TopicId,
    carries: Option<MessageRowId>,
    lead: Option<&str>,
) -> Result<(), Error> {
    db.prepare_cached(CARD_LAYOUT)?
        .execute(params![id, carries, lead])?;
    Ok(())
}

/// The card's post stands.
pub fn card_posted(db: &Db, id: TopicId, message: MessageId) -> Result<(), Error> {
    db.prepare_cached(CARD_POSTED)?
        .execute(params![id, message])?;
    Ok(())
}

/// The topic's title says this.
pub fn titled(db: &Db, id: TopicId, title: &str, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(TITLED)?
        .execute(params![id, title, now])?;
    Ok(())
}

/// The card's post says what has this digest.
pub fn card_shown(db: &Db, id: TopicId, digest: i64) -> Result<(), Error> {
    db.prepare_cached(CARD_SHOWN)?
        .execute(params![id, digest])?;
    Ok(())
}

/// The id that a group has now.
pub fn current_chat(db: &Db, chat: ChatId) -> Result<ChatId, Error> {
    Ok(db
        .prepare_cached(ALIAS)?
        .query_row([chat], |row| row.get(0))
        .optional()?
        .unwrap_or(chat))
}

/// A group has become a supergroup.
pub fn upgraded(db: &Db, old: ChatId, new: ChatId) -> Result<(), Error> {
    if old != new {
        db.prepare_cached(ADD_ALIAS)?.execute([old, new])?;
    }
    Ok(())
}

fn topic(row: &Row<'_>) -> rusqlite::Result<Topic> {
    Ok(Topic {
        id: row.get(0)?,
        ticket: row.get(1)?,
        chat: row.get(2)?,
        thread: row.get(3)?,
        card: row.get(4)?,
        card_carries: row.get(5)?,
        card_lead: row.get(6)?,
        title: row.get(7)?,
        titled_at: row.get(8)?,
        card_shown: row.get(9)?,
        is_left: row.get(10)?,
    })
}
