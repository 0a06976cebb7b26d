//! Slow pieces of work on files. Durable: a crash begins them again. Says nothing about what the work
//! is for.

use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use super::types::{from_json, to_json};
use super::{Db, Error};
use crate::domain::event::JobEnd;
use crate::domain::ids::{JobId, MessageRowId, OutboxId, TicketId};
use crate::domain::time::Timestamp;

const INSERT: &str = "INSERT INTO jobs (message_id, outbox_id, spec, not_before) VALUES (?1, ?2, ?3, ?4) RETURNING id";
const DUE: &str = "SELECT id, message_id, outbox_id, spec, attempts, ended FROM jobs \
     WHERE state = 'waiting' AND not_before <= ?1 ORDER BY not_before, id LIMIT ?2";
const NEXT_DUE: &str =
    "SELECT not_before FROM jobs WHERE state = 'waiting' ORDER BY not_before LIMIT 1";
const BY_ID: &str =
    "SELECT id, message_id, outbox_id, spec, attempts, ended FROM jobs WHERE id = ?1";
const NEWEST_OF_MESSAGE: &str = "SELECT id, message_id, outbox_id, spec, attempts, ended FROM jobs \
     WHERE message_id = ?1 ORDER BY id DESC LIMIT 1";
const COUNT_ATTEMPT: &str =
    "UPDATE jobs SET attempts = attempts + 1, not_before = ?2 WHERE id = ?1";
const DEFER: &str = "UPDATE jobs SET not_before = ?2 WHERE id = ?1";
const ALL_DUE: &str = "UPDATE jobs SET not_before = ?1 WHERE state = 'waiting' AND not_before > ?1";
const NOT_BEGUN: &str =
    "UPDATE jobs SET not_before = ?2, attempts = max(attempts - 1, 0) WHERE id = ?1";
const END: &str = "UPDATE jobs SET state = 'ended', ended = ?2 WHERE id = ?1 AND state = 'waiting'";
const BEGIN_AGAIN: &str = "UPDATE jobs SET state = 'waiting', ended = NULL, attempts = 0, not_before = ?3, outbox_id = ?2 WHERE id = ?1";
const NUMBER_IN_TICKET: &str = "SELECT count(*) FROM messages JOIN jobs ON jobs.message_id = messages.id \
     WHERE messages.ticket_id = ?1 AND jobs.id <= ?2";
const IN_USE: &str = "SELECT id FROM jobs WHERE state = 'waiting' UNION SELECT jobs.id FROM outbox \
     JOIN jobs ON jobs.message_id = outbox.message_id WHERE outbox.finished_at IS NULL AND outbox.message_id IS NOT NULL \
     UNION SELECT jobs.id FROM albums JOIN messages ON messages.album_id = albums.id \
     JOIN jobs ON jobs.message_id = messages.id \
     WHERE albums.state <> 'kept' AND albums.outbox_id IN (SELECT id FROM outbox WHERE finished_at IS NULL)";
const FORGET: &str = "DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE state = 'ended' AND not_before < ?1 \
     AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.message_id = jobs.message_id \
     AND (finished_at IS NULL OR outbox.state = 'dead')) \
     AND NOT EXISTS (SELECT 1 FROM messages JOIN albums ON albums.id = messages.album_id \
     JOIN outbox ON outbox.id = albums.outbox_id WHERE messages.id = jobs.message_id \
     AND (outbox.finished_at IS NULL OR outbox.state = 'dead')) LIMIT ?2)";
const TELL: &str = "UPDATE jobs SET told = 1 WHERE id = ?1 AND told = 0";
const LET_GO: &str = "UPDATE jobs SET outbox_id = NULL WHERE message_id = ?1";

/// What there is to do: fetch a file, look for viruses, clean it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobSpec {
    /// The file at Telegram's.
    pub file_id: String,
    /// Its size in bytes, where Telegram says it.
    pub size: Option<u64>,
    /// Whether its metadata is removed; otherwise it is only scanned, or renamed.
    pub clean: bool,
    /// Whether it is sent anew as it is, under a plain name.
    #[serde(default)]
    pub rename: bool,
}

impl JobSpec {
    /// Whether anything in the file is to be hidden.
    pub fn hides(&self) -> bool {
        self.clean || self.rename
    }
}

/// A piece of work.
#[derive(Clone, Debug)]
pub struct Job {
    /// Our row.
    pub id: JobId,
    /// The message whose file it is.
    pub message: MessageRowId,
    /// The call that waits for it; none for a part of an album.
    pub call: Option<OutboxId>,
    /// What there is to do.
    pub spec: JobSpec,
    /// How often it was begun.
    pub attempts: u32,
    /// How it ended, if it has.
    pub ended: Option<JobEnd>,
}

/// Work to be done.
pub fn insert(
    db: &Db,
    message: MessageRowId,
    call: Option<OutboxId>,
    spec: &JobSpec,
    now: Timestamp,
) -> Result<JobId, Error> {
    Ok(db
        .prepare_cached(INSERT)?
        .query_row(params![message, call, to_json(spec), now], |row| row.get(0))?)
}

/// Work that is due, the longest due first.
pub fn due(db: &Db, now: Timestamp, limit: usize) -> Result<Vec<Job>, Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = db.prepare_cached(DUE)?;
    let rows = statement.query_map(params![now, limit], columns)?;
    rows.map(|row| job(row?)).collect()
}

/// When the next work is due.
pub fn next_due(db: &Db) -> Result<Option<Timestamp>, Error> {
    Ok(db
        .prepare_cached(NEXT_DUE)?
        .query_row([], |row| row.get(0))
        .optional()?)
}

/// A piece of work by its row.
pub fn by_id(db: &Db, id: JobId) -> Result<Option<Job>, Error> {
    db.prepare_cached(BY_ID)?
        .query_row([id], columns)
        .optional()?
        .map(job)
        .transpose()
}

/// The newest work on a message's file.
pub fn of_message(db: &Db, message: MessageRowId) -> Result<Option<Job>, Error> {
    db.prepare_cached(NEWEST_OF_MESSAGE)?
        .query_row([message], columns)
        .optional()?
        .map(job)
        .transpose()
}

/// The work is begun: counted before the file is touched, and not due again before `again`, so that a
/// file that ends the program is not met at once.
pub fn count_attempt(db: &Db, id: JobId, again: Timestamp) -> Result<(), Error> {
    db.prepare_cached(COUNT_ATTEMPT)?
        .execute(params![id, again])?;
    Ok(())
}

/// Not to be begun before `until`.
pub fn defer(db: &Db, id: JobId, until: Timestamp) -> Result<(), Error> {
    db.prepare_cached(DEFER)?.execute(params![id, until])?;
    Ok(())
}

/// Work that was begun before the program ended is begun again at once.
pub fn all_due(db: &Db, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(ALL_DUE)?.execute([now])?;
    Ok(())
}

/// Not to be begun before `until`, for a reason that is not its own: the attempt does not count.
pub fn not_begun(db: &Db, id: JobId, until: Timestamp) -> Result<(), Error> {
    db.prepare_cached(NOT_BEGUN)?.execute(params![id, until])?;
    Ok(())
}

/// The work has ended. Whether it had not before.
pub fn end(db: &Db, id: JobId, end: &JobEnd) -> Result<bool, Error> {
    Ok(db.prepare_cached(END)?.execute(params![id, to_json(end)])? == 1)
}

/// People are told now that this work waits. Whether they were not before.
pub fn tell(db: &Db, id: JobId) -> Result<bool, Error> {
    Ok(db.prepare_cached(TELL)?.execute([id])? == 1)
}

/// What the work made is lost; it begins anew, and this call waits for it. Whether there still is such
/// work.
pub fn begin_again(db: &Db, id: JobId, call: OutboxId, now: Timestamp) -> Result<bool, Error> {
    Ok(db
        .prepare_cached(BEGIN_AGAIN)?
        .execute(params![id, call, now])?
        == 1)
}

/// No call waits any more for the work on a message's earlier file.
pub fn let_go(db: &Db, message: MessageRowId) -> Result<(), Error> {
    db.prepare_cached(LET_GO)?.execute([message])?;
    Ok(())
}

/// The how-manieth file of its ticket it is, from 1.
pub fn number_in_ticket(db: &Db, ticket: TicketId, id: JobId) -> Result<u32, Error> {
    Ok(db
        .prepare_cached(NUMBER_IN_TICKET)?
        .query_row(params![ticket, id], |row| row.get(0))?)
}

/// Work whose files may still be needed.
pub fn in_use(db: &Db) -> Result<Vec<JobId>, Error> {
    let mut statement = db.prepare_cached(IN_USE)?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Removes work that ended before a time and that nothing waits for. How much.
pub fn forget(db: &Db, before: Timestamp, limit: usize) -> Result<usize, Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    Ok(db.prepare_cached(FORGET)?.execute(params![before, limit])?)
}

struct Columns {
    id: JobId,
    message: MessageRowId,
    call: Option<OutboxId>,
    spec: String,
    attempts: u32,
    ended: Option<String>,
}

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    Ok(Columns {
        id: row.get(0)?,
        message: row.get(1)?,
        call: row.get(2)?,
        spec: row.get(3)?,
        attempts: row.get(4)?,
        ended: row.get(5)?,
    })
}

fn job(columns: Columns) -> Result<Job, Error> {
    Ok(Job {
        id: columns.id,
        message: columns.message,
        call: columns.call,
        spec: from_json("job", &columns.spec)?,
        attempts: columns.attempts,
        ended: columns
            .ended
            .map(|ended| from_json("job", &ended))
            .transpose()?,
    })
}
