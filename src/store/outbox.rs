//! Calls that have to be made, in lanes. Writing them is all that the desk can do about them.

use std::time::Duration;

use rusqlite::{OptionalExtension, params};

use super::types::to_json;
use super::{Db, Error};
use crate::domain::call::{Budget, Call, Lane, Priority, Purpose};
use crate::domain::ids::{ClientId, DeskId, MessageRowId, OutboxId, TicketId};
use crate::domain::time::Timestamp;

const INSERT: &str = "INSERT INTO outbox (cause, step, lane, position, is_head, budget, priority, purpose, \
     client_id, ticket_id, message_id, part, call, not_before, created_at, desk) \
     VALUES (?1, ?2, ?3, (SELECT ifnull(max(id), 0) + 1 FROM outbox), \
     NOT EXISTS (SELECT 1 FROM outbox WHERE lane = ?3 AND finished_at IS NULL), \
     ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
const INSERT_AHEAD: &str = "INSERT INTO outbox (cause, step, lane, position, is_head, budget, priority, purpose, \
     client_id, ticket_id, message_id, part, call, not_before, created_at, desk) \
     VALUES (?1, ?2, ?3, (SELECT ifnull(min(position), 1) - 1 FROM outbox WHERE lane = ?3 AND finished_at IS NULL), \
     1, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
const INSERT_BEHIND: &str = "INSERT INTO outbox (cause, step, lane, position, is_head, budget, priority, purpose, \
     client_id, ticket_id, message_id, part, call, not_before, created_at, desk) \
     VALUES (?1, ?2, ?3, (SELECT position FROM outbox WHERE id = ?15), \
     0, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
const MAKE_ROOM: &str = "UPDATE outbox SET position = position + 1 \
     WHERE lane = ?1 AND finished_at IS NULL AND position > (SELECT position FROM outbox WHERE id = ?2)";
const INSERT_NEXT: &str = "INSERT INTO outbox (cause, step, lane, position, is_head, budget, priority, purpose, \
     client_id, ticket_id, message_id, part, call, not_before, created_at, desk) \
     VALUES (?1, ?2, ?3, (SELECT position + 1 FROM outbox WHERE id = ?15), \
     0, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
const FOUNDATION: &str = "SELECT id FROM outbox WHERE lane = ?1 AND finished_at IS NULL \
     AND position < ifnull((SELECT min(position) FROM outbox WHERE lane = ?1 AND finished_at IS NULL \
                            AND (purpose = 'relay' OR purpose = 'edit' OR purpose = 'delete')), 9223372036854775807) \
     AND EXISTS (SELECT 1 FROM outbox WHERE lane = ?1 AND finished_at IS NULL AND purpose = 'topic') \
     ORDER BY position DESC, id DESC LIMIT 1";
const BEHEAD: &str =
    "UPDATE outbox SET is_head = 0 WHERE lane = ?1 AND finished_at IS NULL AND is_head = 1";
const REPLACE: &str = "UPDATE outbox SET call = ?3 \
     WHERE lane = ?1 AND purpose = ?2 AND state = 'waiting' AND finished_at IS NULL";
const IS_ANY_IN: &str = "SELECT 1 FROM outbox WHERE lane = ?1 AND finished_at IS NULL";
const CHANGE_LANE: &str = "UPDATE outbox SET lane = ?2, is_head = 0 WHERE id = ?1";
const HEIR: &str = "UPDATE outbox SET is_head = 1 WHERE id = \
     (SELECT id FROM outbox WHERE lane = ?1 AND finished_at IS NULL ORDER BY position, id LIMIT 1)";
const FATE: &str = "SELECT ifnull(sum(finished_at IS NULL), 0), \
     ifnull(sum(state = 'dead' OR (state = 'dropped' AND reason <> 'superseded') \
     OR (state = 'done' AND reason IS NOT NULL)), 0) \
     FROM outbox WHERE message_id = ?1 AND purpose = ?2";
const INCOMPLETE: &str = "UPDATE outbox SET reason = 'incomplete' WHERE id = ?1 AND state = 'done'";
const IN_LANE: &str = "SELECT id, purpose, message_id FROM outbox \
     WHERE lane = ?1 AND state = 'waiting' AND finished_at IS NULL ORDER BY position, id";
const DROP: &str = "UPDATE outbox SET state = 'dropped', carrier = NULL, call = '', finished_at = ?2, is_head = 0, \
     reason = ?3 WHERE id = ?1";
const RELEASE_CARRIED: &str =
    "UPDATE outbox SET state = 'waiting', carrier = NULL WHERE carrier = ?1 AND state = 'merged'";
const PARTS: &str = "SELECT id, lane, part, call, state = 'waiting' AND attempts = 0 FROM outbox \
     WHERE message_id = ?1 AND purpose = ?2 AND finished_at IS NULL ORDER BY part, position, id";
const UNSEEN_OF_MESSAGE: &str = "SELECT id, lane FROM outbox \
     WHERE message_id = ?1 AND maybe_sent = 0 AND (state = 'waiting' OR (state = 'merged' AND EXISTS \
     (SELECT 1 FROM outbox AS head WHERE head.id = outbox.carrier AND head.state = 'waiting' AND head.maybe_sent = 0))) \
     ORDER BY id";
const IS_UNTOUCHED: &str = "SELECT state = 'waiting' AND attempts = 0 FROM outbox WHERE id = ?1";
const CARRIES: &str = "UPDATE outbox SET message_id = ?2 WHERE id = ?1";
const RELEASE: &str =
    "UPDATE outbox SET call = ?2, not_before = ?3 WHERE id = ?1 AND state = 'waiting'";
const BLANK_DEAD: &str =
    "UPDATE outbox SET call = '' WHERE message_id = ?1 AND finished_at IS NOT NULL";
const OF_CALL: &str =
    "SELECT purpose, lane, message_id FROM outbox WHERE id = ?1 AND state = 'waiting'";
const HASTEN: &str = "UPDATE outbox SET not_before = ?2, priority = ?3 \
     WHERE lane = ?1 AND state = 'waiting' AND finished_at IS NULL AND attempts = 0 AND not_before > ?2";
const LIFT: &str = "UPDATE outbox SET priority = ?2 \
     WHERE lane = ?1 AND finished_at IS NULL AND state = 'waiting' AND priority > ?2";
const DUE_AT_ONCE: &str = "UPDATE outbox SET not_before = ?1 WHERE budget = 'desk' AND desk = ?4 AND is_head = 1 AND priority = ?3 \
     AND state = 'waiting' AND attempts > 0 AND not_before > ?1 AND not_before <= ?2";
const DUE_NOW: &str = "UPDATE outbox SET not_before = ?2 \
     WHERE lane = ?1 AND finished_at IS NULL AND is_head = 1 AND state = 'waiting' AND attempts = 0 AND not_before > ?2";
const FORGET_FINISHED: &str = "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox \
     WHERE state IN ('done', 'dropped') AND finished_at < ?1 LIMIT ?2)";

/// No call is ever put off for longer than this; what is further away only holds a place.
pub(super) const PUT_OFF_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// The reason of calls that others have taken the place of: what they carried has not failed.
pub const SUPERSEDED: &str = "superseded";

/// A call to be made.
#[derive(Debug)]
pub struct NewCall<'a> {
    /// The update, timer or call that led to it.
    pub cause: &'a str,
    /// Its number among the calls of the same cause.
    pub step: u32,
    /// Where it queues up.
    pub lane: Lane,
    /// Whose budget it spends.
    pub budget: Budget,
    /// The desk whose group it goes into.
    pub desk: DeskId,
    /// How urgent it is among those of its budget.
    pub priority: Priority,
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
    pub call: &'a Call,
    /// Not to be made earlier.
    pub not_before: Timestamp,
}

/// A call that waits in a lane.
#[derive(Clone, Copy, Debug)]
pub struct Waiting {
    /// The call.
    pub id: OutboxId,
    /// What it is for.
    pub purpose: Purpose,
    /// The message that it carries.
    pub message: Option<MessageRowId>,
}

/// Queues a call up at the end of its lane.
pub fn insert(db: &Db, new: &NewCall<'_>, now: Timestamp) -> Result<OutboxId, Error> {
    insert_with(db, INSERT, new, now, None)
}

/// Puts a call at the front of its lane, before what waits there.
pub fn insert_ahead(db: &Db, new: &NewCall<'_>, now: Timestamp) -> Result<OutboxId, Error> {
    db.prepare_cached(BEHEAD)?.execute([new.lane.key()])?;
    insert_with(db, INSERT_AHEAD, new, now, None)
}

/// The last of what stands before the messages, and changes of them, in the lane of a topic that is yet to be made:
/// the topic itself, its card, and what is said there first. None where the topic is there.
pub fn foundation(db: &Db, lane: Lane) -> Result<Option<OutboxId>, Error> {
    Ok(db
        .prepare_cached(FOUNDATION)?
        .query_row([lane.key()], |row| row.get(0))
        .optional()?)
}

/// Puts a call right behind an unfinished one of the same lane, before all that stands behind that.
pub fn insert_next(
    db: &Db,
    new: &NewCall<'_>,
    earlier: OutboxId,
    now: Timestamp,
) -> Result<OutboxId, Error> {
    db.prepare_cached(MAKE_ROOM)?
        .execute(params![new.lane.key(), earlier])?;
    insert_with(db, INSERT_NEXT, new, now, Some(earlier))
}

/// Puts a call right behind an unfinished one of the same lane, and behind what was put there before:
/// calls of one position go in the order of their ids.
pub fn insert_behind(
    db: &Db,
    new: &NewCall<'_>,
    earlier: OutboxId,
    now: Timestamp,
) -> Result<OutboxId, Error> {
    insert_with(db, INSERT_BEHIND, new, now, Some(earlier))
}

fn insert_with(
    db: &Db,
    statement: &str,
    new: &NewCall<'_>,
    now: Timestamp,
    earlier: Option<OutboxId>,
) -> Result<OutboxId, Error> {
    let mut statement = db.prepare_cached(statement)?;
    let values = params![
        new.cause,
        new.step,
        new.lane.key(),
        new.budget,
        new.priority,
        new.purpose,
        new.client,
        new.ticket,
        new.message,
        new.part,
        to_json(new.call),
        new.not_before,
        now,
        new.desk,
        earlier,
    ];
    // Only what goes behind another call names it.
    let named = if earlier.is_some() {
        values.len()
    } else {
        values.len() - 1
    };
    statement.execute(&values[..named])?;
    Ok(OutboxId(db.last_insert_rowid()))
}

/// Puts a newer state in the place of one that was not sent yet. Whether there was one.
pub fn replace_waiting(db: &Db, lane: Lane, purpose: Purpose, call: &Call) -> Result<bool, Error> {
    let replaced =
        db.prepare_cached(REPLACE)?
            .execute(params![lane.key(), purpose, to_json(call)])?;
    Ok(replaced > 0)
}

/// A call is done, and yet a part of what it carried did not arrive.
pub fn incomplete(db: &Db, id: OutboxId) -> Result<(), Error> {
    db.prepare_cached(INCOMPLETE)?.execute(params![id])?;
    Ok(())
}

/// What became of the parts of a message so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Some are still to be carried, and none has failed.
    UnderWay,
    /// At least one has failed.
    Refused,
    /// All have arrived.
    Arrived,
}

/// What became of the calls that carry this message for this purpose.
pub fn fate(db: &Db, message: MessageRowId, purpose: Purpose) -> Result<Fate, Error> {
    let (unfinished, failed): (i64, i64) = db
        .prepare_cached(FATE)?
        .query_row(params![message, purpose], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    Ok(match (unfinished, failed) {
        (_, 1..) => Fate::Refused,
        (1.., _) => Fate::UnderWay,
        _ => Fate::Arrived,
    })
}

/// A call that carries a part of a message and is not finished.
#[derive(Clone, Debug)]
pub struct Part {
    /// The call.
    pub id: OutboxId,
    /// The lane that it stands in.
    pub lane: String,
    /// Which part.
    pub part: u32,
    /// What it is, where it reads back.
    pub call: Option<Call>,
    /// Whether it was never tried: nobody can have seen it.
    pub is_untouched: bool,
}

/// The unfinished calls that carry a message for a purpose.
pub fn parts(db: &Db, message: MessageRowId, purpose: Purpose) -> Result<Vec<Part>, Error> {
    let mut statement = db.prepare_cached(PARTS)?;
    let rows = statement.query_map(params![message, purpose], |row| {
        Ok(Part {
            id: row.get(0)?,
            lane: row.get(1)?,
            part: row.get(2)?,
            call: row.get(3).ok(),
            is_untouched: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Calls that wait, by themselves or with another one, and carry a message, whatever for, and of which nobody
/// can have seen anything, with their lanes.
pub fn unseen_of_message(db: &Db, message: MessageRowId) -> Result<Vec<(OutboxId, String)>, Error> {
    let mut statement = db.prepare_cached(UNSEEN_OF_MESSAGE)?;
    let rows = statement.query_map([message], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whether a call waits and was never tried: nobody can have seen what it does.
pub fn is_untouched(db: &Db, id: OutboxId) -> Result<bool, Error> {
    Ok(db
        .prepare_cached(IS_UNTOUCHED)?
        .query_row([id], |row| row.get(0))
        .optional()?
        .unwrap_or(false))
}

/// A call carries another message than was thought when it was queued up, or none.
pub fn carries(db: &Db, id: OutboxId, message: Option<MessageRowId>) -> Result<(), Error> {
    db.prepare_cached(CARRIES)?.execute(params![id, message])?;
    Ok(())
}

/// A call that held a place takes its form, and may be made. Nothing where it does not wait any more.
pub fn release(db: &Db, id: OutboxId, call: &Call, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(RELEASE)?
        .execute(params![id, to_json(call), now])?;
    Ok(())
}

/// What a waiting call is for, its lane and its message. None where it does not wait any more.
pub fn waiting_call(
    db: &Db,
    id: OutboxId,
) -> Result<Option<(Purpose, String, Option<MessageRowId>)>, Error> {
    Ok(db
        .prepare_cached(OF_CALL)?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?)
}

/// Finished calls that carried a message forget what it said.
pub fn blank_finished(db: &Db, message: MessageRowId) -> Result<(), Error> {
    db.prepare_cached(BLANK_DEAD)?.execute([message])?;
    Ok(())
}

/// What waits in a lane, in order.
pub fn waiting_in(db: &Db, lane: Lane) -> Result<Vec<Waiting>, Error> {
    let mut statement = db.prepare_cached(IN_LANE)?;
    let rows = statement.query_map([lane.key()], |row| {
        Ok(Waiting {
            id: row.get(0)?,
            purpose: row.get(1)?,
            message: row.get(2)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What was to be made with a call stands by itself again.
pub(super) fn release_carried(db: &Db, id: OutboxId) -> Result<(), Error> {
    db.prepare_cached(RELEASE_CARRIED)?.execute([id])?;
    Ok(())
}

/// A waiting call is not made after all.
pub fn drop_waiting(
    db: &Db,
    id: OutboxId,
    lane: &str,
    reason: &str,
    now: Timestamp,
) -> Result<(), Error> {
    release_carried(db, id)?;
    db.prepare_cached(DROP)?.execute(params![id, now, reason])?;
    promote(db, lane)
}

/// What waits in a lane for a later time is due now.
pub fn hasten(db: &Db, lane: Lane, priority: Priority, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(HASTEN)?
        .execute(params![lane.key(), now, priority])?;
    Ok(())
}

/// What waits in a lane is as urgent as what is about to stand behind it.
pub fn lift(db: &Db, lane: Lane, priority: Priority) -> Result<(), Error> {
    db.prepare_cached(LIFT)?
        .execute(params![lane.key(), priority])?;
    Ok(())
}

/// A call at the head of a lane that was never tried and waits for its time is due now.
pub fn due_now(db: &Db, lane: Lane, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(DUE_NOW)?
        .execute(params![lane.key(), now])?;
    Ok(())
}

/// Calls into the group that were tried and put off are due at once. What only holds a place stays as it
/// is, and so does what waits for its turn.
pub fn due_at_once(db: &Db, desk: DeskId, now: Timestamp) -> Result<(), Error> {
    let latest = now.plus(PUT_OFF_MAX);
    for priority in 0..=Priority::LAST.0 {
        db.prepare_cached(DUE_AT_ONCE)?
            .execute(params![now, latest, priority, desk])?;
    }
    Ok(())
}

/// Whether anything stands in a lane.
pub fn is_any_in(db: &Db, lane: Lane) -> Result<bool, Error> {
    Ok(db.prepare_cached(IS_ANY_IN)?.exists([lane.key()])?)
}

/// A call stands in another lane from now on, behind what stands there.
pub fn change_lane(db: &Db, id: OutboxId, from: &str, to: Lane) -> Result<(), Error> {
    let to = to.key();
    db.prepare_cached(CHANGE_LANE)?.execute(params![id, to])?;
    promote(db, from)?;
    new_head(db, &to)
}

/// The first unfinished call of a lane becomes its only head.
pub fn new_head(db: &Db, lane: &str) -> Result<(), Error> {
    db.prepare_cached(BEHEAD)?.execute([lane])?;
    promote(db, lane)
}

/// The first unfinished call of a lane becomes its head.
pub(super) fn promote(db: &Db, lane: &str) -> Result<(), Error> {
    db.prepare_cached(HEIR)?.execute([lane])?;
    Ok(())
}

/// Removes rows that ended before `before`, at most `limit`. Dead letters stay.
pub fn forget_finished(db: &Db, before: Timestamp, limit: usize) -> Result<usize, Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    Ok(db
        .prepare_cached(FORGET_FINISHED)?
        .execute(params![before, limit])?)
}
