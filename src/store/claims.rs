//! Taking calls out of the lanes and writing down how they ended. Decides neither when a call is
//! made nor what its outcome means.

use std::time::Duration;

use rusqlite::{OptionalExtension, Row, params};

use super::pauses::Counted;
use super::types::to_json;
use super::{Db, Error, outbox};
use crate::domain::call::{Budget, Call, Lane, Priority, Purpose};
use crate::domain::ids::{BotId, ChatId, ClientId, DeskId, MessageRowId, OutboxId, TicketId};
use crate::domain::outcome::Reason;
use crate::domain::rules::voices::{self, Tried};
use crate::domain::time::Timestamp;

const DUE: &str = "SELECT id, lane, budget, purpose, client_id, ticket_id, message_id, part, call, \
     failures, maybe_sent, attempts, created_at, desk, not_before FROM outbox \
     WHERE budget = ?1 AND desk = ?5 AND is_head = 1 AND priority = ?2 AND state = 'waiting' AND not_before <= ?3 \
     ORDER BY not_before, id LIMIT ?4";
const CLAIMED: &str = "SELECT id, lane, budget, purpose, client_id, ticket_id, message_id, part, call, \
     failures, maybe_sent, attempts, created_at, desk FROM outbox WHERE state = 'claimed' ORDER BY id";
const UNFINISHED: &str = "SELECT id, lane, budget, purpose, client_id, ticket_id, message_id, part, call, \
     failures, maybe_sent, attempts, created_at, desk FROM outbox WHERE id = ?1 AND finished_at IS NULL";
const FIRST_OF_QUEUE: &str = "SELECT priority, not_before FROM outbox \
     WHERE budget = ?1 AND desk = ?3 AND is_head = 1 AND priority >= ?2 AND state = 'waiting' \
     ORDER BY priority, not_before LIMIT 1";
const RECENT: &str = "SELECT finished_at, client_id, weight FROM outbox \
     WHERE state IN ('done', 'dropped') AND finished_at > ?1 AND attempts > 0 ORDER BY finished_at LIMIT ?2";
const UNDER_WAY: &str = "SELECT client_id, weight FROM outbox WHERE state = 'claimed' ORDER BY id";
const CARRIED: &str = "SELECT id, lane, budget, purpose, client_id, ticket_id, message_id, part, call, \
     failures, maybe_sent, attempts, created_at, desk FROM outbox WHERE carrier = ?1 AND state = 'merged' ORDER BY position, id";
const END_CARRIED: &str = "UPDATE outbox SET state = 'done', carrier = NULL, call = '', finished_at = ?2 \
     WHERE carrier = ?1 AND state = 'merged'";
const CLAIM: &str =
    "UPDATE outbox SET state = 'claimed', attempts = attempts + 1, weight = ?2 WHERE id = ?1";
const DEFER: &str = "UPDATE outbox SET not_before = ?2 WHERE id = ?1";
const END: &str = "UPDATE outbox SET state = ?2, call = '', finished_at = ?3, is_head = 0, reason = ?4 \
     WHERE id = ?1 AND finished_at IS NULL";
// A letter lies with the desk of its ticket, whichever budget its call spends.
const BURY: &str = "UPDATE outbox SET state = 'dead', finished_at = ?2, is_head = 0, reason = ?3, \
     desk = CASE budget WHEN 'desk' THEN desk \
     ELSE ifnull((SELECT tickets.desk FROM tickets WHERE tickets.id = ticket_id), 0) END \
     WHERE id = ?1 AND finished_at IS NULL RETURNING desk";
const RETRY: &str = "UPDATE outbox SET state = 'waiting', place = ifnull(place, not_before), not_before = ?2, \
     failures = ?3, maybe_sent = ?4 WHERE id = ?1 AND finished_at IS NULL";
const TAKE_PLACES: &str = "UPDATE outbox SET not_before = min(place, ?1), place = NULL \
     WHERE place IS NOT NULL AND state = 'waiting' AND not_before <= ?1";
const PUT_BACK: &str = "UPDATE outbox SET state = 'waiting' WHERE id = ?1 AND finished_at IS NULL";
const DOUBT: &str =
    "UPDATE outbox SET state = 'doubt', failures = ?2 WHERE id = ?1 AND finished_at IS NULL";
const IN_DOUBT: &str = "SELECT id FROM outbox WHERE state = 'doubt' ORDER BY id";
const REPLACE_CALL: &str = "UPDATE outbox SET call = ?2 WHERE id = ?1 AND finished_at IS NULL";
const OF_LANE: &str = "SELECT id, state FROM outbox \
     WHERE lane = ?1 AND purpose = ?2 AND finished_at IS NULL ORDER BY position, id LIMIT 1";

/// A call that waits or is being made.
#[derive(Clone, Debug)]
pub struct OutboxRow {
    /// Our row.
    pub id: OutboxId,
    /// The lane that it stands in.
    pub lane: String,
    /// Whose budget it spends.
    pub budget: Budget,
    /// The desk whose group it goes into; the main one where it goes into none.
    pub desk: DeskId,
    /// What it is for.
    pub purpose: Purpose,
    /// The client whose chat it goes into.
    pub client: Option<ClientId>,
    /// The ticket that it belongs to.
    pub ticket: Option<TicketId>,
    /// The message that it carries.
    pub message: Option<MessageRowId>,
    /// Which part of that message.
    pub part: u32,
    /// The call itself.
    pub call: Call,
    /// Attempts that count against the limit.
    pub failures: u32,
    /// Whether an earlier attempt may have arrived.
    pub maybe_sent: bool,
    /// Attempts so far, this one included.
    pub attempts: u32,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// The voice that makes it, from the claim to the end of the attempt; none for the main bot.
    pub voice: Option<BotId>,
    /// Whether it is made to see how Telegram counts, and how that went.
    pub tried: Option<Tried>,
    /// The chat that it goes into, from the claim to the end of the attempt.
    pub chat: Option<ChatId>,
    /// How it was counted into its group, from the claim to the end of the attempt.
    pub counted: Option<Counted>,
}

impl OutboxRow {
    /// Whether a wait that answers it is its voice's alone: always in a private chat, which each bot has for itself.
    pub fn floods_alone(&self, asked: Duration) -> bool {
        let is_private = self.budget != Budget::Desk && self.voice.is_some();
        is_private
            || self.counted.is_some_and(|counted| {
                voices::floods_alone(self.voice.is_some(), counted.shared, asked)
            })
    }

    /// Whether it changes or removes what stands in a group.
    pub fn is_change(&self) -> bool {
        self.budget == Budget::Desk && matches!(self.purpose, Purpose::Edit | Purpose::Delete)
    }

    /// Whether it is for a topic: the present one of a ticket, one that was left, or one in which somebody is
    /// answered.
    pub fn is_for_topic(&self) -> bool {
        let is_of_topic = self.lane.starts_with("topic:") || self.lane.starts_with("left:");
        self.budget == Budget::Desk && (is_of_topic || self.call.goes_to_topic())
    }
}

/// A call as it stands in the database.
#[derive(Debug)]
pub enum Stored {
    /// It reads back.
    Call(Box<OutboxRow>),
    /// It does not. It has to be put aside, or it would be met again and again and hide all others.
    Broken {
        /// Our row.
        id: OutboxId,
        /// The lane that it stands in.
        lane: String,
    },
}

/// How a call stands that is not finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfinished {
    /// In its lane.
    Waiting,
    /// Being made right now, or cut off by the end of the program.
    Claimed,
    /// It may have happened.
    Doubt,
}

/// Heads of lanes that are due, with since when, longest due first.
pub fn due(
    db: &Db,
    (budget, desk): (Budget, DeskId),
    priority: Priority,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<(Timestamp, Stored)>, Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = db.prepare_cached(DUE)?;
    let rows = statement.query_map(params![budget, priority, now, limit, desk], |row| {
        Ok((row.get(14)?, stored(row)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Calls that were being made when the program ended.
pub fn claimed(db: &Db) -> Result<Vec<Stored>, Error> {
    let mut statement = db.prepare_cached(CLAIMED)?;
    let rows = statement.query_map([], stored)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Calls that may have happened, and whose lanes wait for that to be known.
pub fn in_doubt(db: &Db) -> Result<Vec<OutboxId>, Error> {
    let mut statement = db.prepare_cached(IN_DOUBT)?;
    let ids = statement.query_map([], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// A call that is not finished.
pub fn unfinished(db: &Db, id: OutboxId) -> Result<Option<OutboxRow>, Error> {
    Ok(db
        .prepare_cached(UNFINISHED)?
        .query_row([id], outbox_row)
        .optional()?)
}

/// The priorities of a budget in which calls wait, each with when its first head is due. Only heads
/// count: one that waits must not hide behind later calls of its lane. One question for each priority
/// that is there and one more: most turns find none or one.
pub fn agenda(db: &Db, budget: Budget, desk: DeskId) -> Result<Vec<(Priority, Timestamp)>, Error> {
    let mut statement = db.prepare_cached(FIRST_OF_QUEUE)?;
    let (mut agenda, mut from) = (Vec::new(), 0);
    while let Some((priority, due_at)) = statement
        .query_row(params![budget, from, desk], |row| {
            Ok((Priority(row.get(0)?), row.get(1)?))
        })
        .optional()?
    {
        agenda.push((priority, due_at));
        from = priority.0 + 1;
    }
    Ok(agenda)
}

/// A call as the meters count it.
#[derive(Clone, Copy, Debug)]
pub struct Metered {
    /// Into whose chat it went; none where it was nobody's.
    pub client: Option<ClientId>,
    /// How many messages it posts.
    pub weight: u32,
}

/// Calls that ended after a time, oldest first, and when.
pub fn recent(db: &Db, after: Timestamp, limit: usize) -> Result<Vec<(Timestamp, Metered)>, Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = db.prepare_cached(RECENT)?;
    let rows = statement.query_map(params![after, limit], |row| {
        let (client, weight) = (row.get(1)?, row.get(2)?);
        Ok((row.get(0)?, Metered { client, weight }))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Calls that are being made, or were when the program ended.
pub fn under_way(db: &Db) -> Result<Vec<Metered>, Error> {
    let mut statement = db.prepare_cached(UNDER_WAY)?;
    let rows = statement.query_map([], |row| {
        let (client, weight) = (row.get(0)?, row.get(1)?);
        Ok(Metered { client, weight })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The unfinished call of a purpose in a lane.
pub fn of_lane(
    db: &Db,
    lane: Lane,
    purpose: Purpose,
) -> Result<Option<(OutboxId, Unfinished)>, Error> {
    Ok(db
        .prepare_cached(OF_LANE)?
        .query_row(params![lane.key(), purpose], |row| {
            let state = match row.get_ref(1)?.as_str()? {
                "claimed" => Unfinished::Claimed,
                "doubt" => Unfinished::Doubt,
                _ => Unfinished::Waiting,
            };
            Ok((row.get(0)?, state))
        })
        .optional()?)
}

/// From here until it is settled the call is being made, and an attempt is counted. It posts so many messages.
pub fn claim(db: &Db, id: OutboxId, weight: u32) -> Result<(), Error> {
    db.prepare_cached(CLAIM)?.execute(params![id, weight])?;
    Ok(())
}

/// Not to be claimed before `until`.
pub fn defer(db: &Db, id: OutboxId, until: Timestamp) -> Result<(), Error> {
    db.prepare_cached(DEFER)?.execute(params![id, until])?;
    Ok(())
}

/// The calls that are made with this one, in order.
pub fn carried(db: &Db, id: OutboxId) -> Result<Vec<OutboxRow>, Error> {
    let mut statement = db.prepare_cached(CARRIED)?;
    let rows = statement.query_map([id], outbox_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The call is made, and what goes with it. The next of its lane comes up.
pub fn done(db: &Db, row: &OutboxRow, now: Timestamp) -> Result<(), Error> {
    // Nothing but a client's texts ever shares a post.
    if row.purpose == Purpose::Relay {
        db.prepare_cached(END_CARRIED)?
            .execute(params![row.id, now])?;
    }
    end(db, row, "done", None, now)
}

/// The call is not made, and nobody has to look into it.
pub fn dropped(db: &Db, row: &OutboxRow, reason: &str, now: Timestamp) -> Result<(), Error> {
    outbox::release_carried(db, row.id)?;
    end(db, row, "dropped", Some(reason), now)
}

/// The call has failed for good and is kept as a dead letter. The next of its lane comes up. With which desk
/// the letter lies.
pub fn dead(
    db: &Db,
    id: OutboxId,
    lane: &str,
    reason: &Reason,
    now: Timestamp,
) -> Result<DeskId, Error> {
    outbox::release_carried(db, id)?;
    let desk = db
        .prepare_cached(BURY)?
        .query_row(params![id, now, reason.stored()], |row| row.get(0))
        .optional()?;
    outbox::promote(db, lane)?;
    Ok(desk.unwrap_or(DeskId::MAIN))
}

/// Calls that were put off until now take the places again that they had before: where much waits, each try would
/// cost them all of that time otherwise.
pub fn take_places(db: &Db, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(TAKE_PLACES)?.execute([now])?;
    Ok(())
}

/// The call is made again, not before `not_before`.
pub fn retry(
    db: &Db,
    row: &OutboxRow,
    not_before: Timestamp,
    failures: u32,
    maybe_sent: bool,
) -> Result<(), Error> {
    db.prepare_cached(RETRY)?
        .execute(params![row.id, not_before, failures, maybe_sent])?;
    Ok(())
}

/// The call was not made and waits again, as long as before: it stays before what came later.
pub fn put_back(db: &Db, id: OutboxId) -> Result<(), Error> {
    db.prepare_cached(PUT_BACK)?.execute([id])?;
    Ok(())
}

/// The call may have happened; its lane waits until that is known.
pub fn doubt(db: &Db, row: &OutboxRow) -> Result<(), Error> {
    db.prepare_cached(DOUBT)?
        .execute(params![row.id, row.failures + 1])?;
    Ok(())
}

/// The call is made in another form from now on.
pub fn replace_call(db: &Db, id: OutboxId, call: &Call) -> Result<(), Error> {
    db.prepare_cached(REPLACE_CALL)?
        .execute(params![id, to_json(call)])?;
    Ok(())
}

fn end(
    db: &Db,
    row: &OutboxRow,
    state: &str,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<(), Error> {
    db.prepare_cached(END)?
        .execute(params![row.id, state, now, reason])?;
    outbox::promote(db, &row.lane)
}

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    match outbox_row(row) {
        Ok(call) => Ok(Stored::Call(Box::new(call))),
        Err(_) => Ok(Stored::Broken {
            id: row.get(0)?,
            lane: row.get(1)?,
        }),
    }
}

pub(super) fn outbox_row(row: &Row<'_>) -> rusqlite::Result<OutboxRow> {
    Ok(OutboxRow {
        id: row.get(0)?,
        lane: row.get(1)?,
        budget: row.get(2)?,
        purpose: row.get(3)?,
        client: row.get(4)?,
        ticket: row.get(5)?,
        message: row.get(6)?,
        part: row.get(7)?,
        call: row.get(8)?,
        failures: row.get(9)?,
        maybe_sent: row.get(10)?,
        attempts: row.get(11)?,
        created_at: row.get(12)?,
        desk: row.get(13)?,
        voice: None,
        tried: None,
        chat: None,
        counted: None,
    })
}
