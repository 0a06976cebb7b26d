//! Reports that admins have asked for. Durable: a crash begins them again. Says nothing about what stands in
//! them.

use rusqlite::{OptionalExtension, Row, params};

use super::{Db, Error};
use crate::domain::ids::{ChatId, DeskId, MessageId, ReportId, ThreadId};
use crate::domain::time::Timestamp;

const INSERT: &str = "INSERT INTO reports (desk, chat_id, thread_id, message_id, days, from_at, to_at, not_before) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
const NEXT: &str = "SELECT desk, chat_id, thread_id, message_id, days, from_at, to_at, id, attempts, not_before \
     FROM reports INDEXED BY reports_due ORDER BY not_before, id LIMIT 1";
const COUNT_ATTEMPT: &str =
    "UPDATE reports SET attempts = attempts + 1, not_before = ?2 WHERE id = ?1";
const DEFER: &str = "UPDATE reports SET not_before = ?2 WHERE id = ?1";
const ALL_DUE: &str = "UPDATE reports SET not_before = ?1 WHERE not_before > ?1";
const TAKE: &str = "DELETE FROM reports WHERE id = ?1 \
     RETURNING desk, chat_id, thread_id, message_id, days, from_at, to_at";
const FORGET: &str = "DELETE FROM reports WHERE id = ?1";

/// What somebody wants to know, and where it is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The desk that it is about, and in whose group it is answered.
    pub desk: DeskId,
    /// In which group.
    pub chat: ChatId,
    /// In which topic; none in General.
    pub thread: Option<ThreadId>,
    /// The message that asks.
    pub message: MessageId,
    /// Of how many days.
    pub days: u32,
    /// When those began.
    pub from: Timestamp,
    /// When it was asked. What happened later is left out.
    pub to: Timestamp,
}

/// A report to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Our row.
    pub id: ReportId,
    /// What is asked.
    pub asked: Asked,
    /// How often it was begun.
    pub attempts: u32,
    /// Not to be begun before.
    pub due_at: Timestamp,
}

/// A report is wanted.
pub fn insert(db: &Db, asked: &Asked, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(INSERT)?.execute(params![
        asked.desk,
        asked.chat,
        asked.thread,
        asked.message,
        asked.days,
        asked.from,
        asked.to,
        now
    ])?;
    Ok(())
}

/// The report that is due next.
pub fn next(db: &Db) -> Result<Option<Report>, Error> {
    Ok(db
        .prepare_cached(NEXT)?
        .query_row([], |row| {
            Ok(Report {
                asked: asked(row)?,
                id: row.get(7)?,
                attempts: row.get(8)?,
                due_at: row.get(9)?,
            })
        })
        .optional()?)
}

/// It is begun: counted before anything is read, and not due again before `again`.
pub fn count_attempt(db: &Db, id: ReportId, again: Timestamp) -> Result<(), Error> {
    db.prepare_cached(COUNT_ATTEMPT)?
        .execute(params![id, again])?;
    Ok(())
}

/// Not to be begun before `until`.
pub fn defer(db: &Db, id: ReportId, until: Timestamp) -> Result<(), Error> {
    db.prepare_cached(DEFER)?.execute(params![id, until])?;
    Ok(())
}

/// Reports that were begun before the program ended are begun again at once.
pub fn all_due(db: &Db, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(ALL_DUE)?.execute([now])?;
    Ok(())
}

/// It is answered. What was asked, where that had not happened before.
pub fn take(db: &Db, id: ReportId) -> Result<Option<Asked>, Error> {
    Ok(db.prepare_cached(TAKE)?.query_row([id], asked).optional()?)
}

/// It is given up.
pub fn forget(db: &Db, id: ReportId) -> Result<(), Error> {
    db.prepare_cached(FORGET)?.execute([id])?;
    Ok(())
}

fn asked(row: &Row<'_>) -> rusqlite::Result<Asked> {
    Ok(Asked {
        desk: row.get(0)?,
        chat: row.get(1)?,
        thread: row.get(2)?,
        message: row.get(3)?,
        days: row.get(4)?,
        from: row.get(5)?,
        to: row.get(6)?,
    })
}
