//! Dead letters: calls and updates that failed for good and are kept until somebody looks. Decides
//! nothing about which are worth another try.

use rusqlite::params;

use super::{Db, Error, outbox};
use crate::domain::call::Purpose;
use crate::domain::ids::{DeskId, InboxId, OutboxId};
use crate::domain::ticket::TicketCode;
use crate::domain::time::Timestamp;

const CALLS: &str = "SELECT outbox.id, purpose, ifnull(reason, ''), finished_at, code FROM outbox \
     LEFT JOIN tickets ON tickets.id = outbox.ticket_id WHERE outbox.state = 'dead' AND (?2 IS NULL OR outbox.desk = ?2) ORDER BY outbox.id LIMIT ?1";
const UPDATES: &str = "SELECT id, ifnull(reason, ''), finished_at FROM inbox WHERE state = 'dead' AND ifnull(?2, 0) = 0 ORDER BY id LIMIT ?1";
const COUNT_CALLS: &str =
    "SELECT count(*) FROM outbox WHERE state = 'dead' AND (?1 IS NULL OR desk = ?1)";
const COUNT_UPDATES: &str = "SELECT count(*) FROM inbox WHERE state = 'dead' AND ifnull(?1, 0) = 0";
const COUNT_CALLS_SINCE: &str = "SELECT count(*) FROM outbox WHERE state = 'dead' AND finished_at >= ?1 AND (?2 IS NULL OR desk = ?2)";
const COUNT_CALLS_OF: &str = "SELECT count(*) FROM outbox WHERE state = 'dead' AND reason = ?1 AND (?2 IS NULL OR desk = ?2)";
const LANE: &str =
    "SELECT lane FROM outbox WHERE id = ?1 AND state = 'dead' AND (?2 IS NULL OR desk = ?2)";
const REVIVE: &str = "UPDATE outbox SET state = 'waiting', finished_at = NULL, reason = NULL, failures = 0, not_before = ?2, \
     desk = CASE budget WHEN 'desk' THEN desk ELSE 0 END \
     WHERE id = ?1 AND state = 'dead' AND call <> '' AND (?3 IS NULL OR desk = ?3)";
const DROP_CALL: &str = "UPDATE outbox SET state = 'dropped', call = '' WHERE id = ?1 AND state = 'dead' AND (?2 IS NULL OR desk = ?2)";
const REVIVE_UPDATE: &str = "UPDATE inbox SET state = 'pending', finished_at = NULL, reason = NULL, suspect_starts = 0, \
     attempts = 0 WHERE id = ?1 AND state = 'dead' AND raw IS NOT NULL AND ifnull(?2, 0) = 0";
const DROP_UPDATE: &str = "UPDATE inbox SET state = 'done', raw = NULL WHERE id = ?1 AND state = 'dead' AND ifnull(?2, 0) = 0";

/// A dead letter.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Which.
    pub id: LetterId,
    /// What the call was for; none for an update.
    pub purpose: Option<Purpose>,
    /// The ticket that it belongs to.
    pub ticket: Option<TicketCode>,
    /// Why it failed, as it is stored.
    pub reason: String,
    /// When it failed.
    pub failed_at: Timestamp,
}

/// The number of a dead letter, as admins write it: `12` for a call, `u12` for an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetterId {
    /// A call.
    Call(OutboxId),
    /// An update.
    Update(InboxId),
}

impl LetterId {
    /// Reads what an admin wrote.
    pub fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix(['u', 'U']) {
            Some(number) => Some(LetterId::Update(InboxId(number.parse().ok()?))),
            None => Some(LetterId::Call(OutboxId(text.parse().ok()?))),
        }
    }

    /// How an admin writes it.
    pub fn shown(self) -> String {
        match self {
            LetterId::Call(OutboxId(id)) => id.to_string(),
            LetterId::Update(InboxId(id)) => format!("u{id}"),
        }
    }
}

/// The oldest dead letters, calls first. Those of one desk, where several are there: updates are the main
/// one's.
pub fn oldest(db: &Db, desk: Option<DeskId>, limit: usize) -> Result<Vec<Letter>, Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut calls = db.prepare_cached(CALLS)?;
    let calls = calls.query_map(params![limit, desk], |row| {
        Ok(Letter {
            id: LetterId::Call(row.get(0)?),
            purpose: Some(row.get(1)?),
            reason: row.get(2)?,
            failed_at: row.get(3)?,
            ticket: row.get(4)?,
        })
    })?;
    let mut letters = calls.collect::<Result<Vec<_>, _>>()?;
    let mut updates = db.prepare_cached(UPDATES)?;
    let updates = updates.query_map(params![limit, desk], |row| {
        Ok(Letter {
            id: LetterId::Update(row.get(0)?),
            purpose: None,
            reason: row.get(1)?,
            failed_at: row.get(2)?,
            ticket: None,
        })
    })?;
    for update in updates {
        letters.push(update?);
    }
    letters.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(letters)
}

/// How many there are.
pub fn count(db: &Db, desk: Option<DeskId>) -> Result<u32, Error> {
    let of = |statement: &str| -> Result<u32, Error> {
        Ok(db
            .prepare_cached(statement)?
            .query_row([desk], |row| row.get(0))?)
    };
    Ok(of(COUNT_CALLS)? + of(COUNT_UPDATES)?)
}

/// How many calls have failed for good since a time, and still lie there.
pub fn count_since(db: &Db, desk: Option<DeskId>, since: Timestamp) -> Result<u32, Error> {
    Ok(db
        .prepare_cached(COUNT_CALLS_SINCE)?
        .query_row(params![since, desk], |row| row.get(0))?)
}

/// How many calls lie there that failed for this reason.
pub fn count_of(db: &Db, desk: Option<DeskId>, reason: &str) -> Result<u32, Error> {
    Ok(db
        .prepare_cached(COUNT_CALLS_OF)?
        .query_row(params![reason, desk], |row| row.get(0))?)
}

/// Tries a letter again, at its old place in its lane. Whether there was such a letter.
pub fn retry(db: &Db, desk: Option<DeskId>, id: LetterId, now: Timestamp) -> Result<bool, Error> {
    let revived = match id {
        LetterId::Update(id) => db
            .prepare_cached(REVIVE_UPDATE)?
            .execute(params![id, desk])?,
        LetterId::Call(id) => {
            let mut lane = db.prepare_cached(LANE)?;
            let lanes = lane.query_map(params![id, desk], |row| row.get::<_, String>(0))?;
            let lanes: Vec<String> = lanes.collect::<Result<_, _>>()?;
            let revived = db.prepare_cached(REVIVE)?.execute(params![id, now, desk])?;
            for lane in lanes {
                outbox::new_head(db, &lane)?;
            }
            revived
        }
    };
    Ok(revived > 0)
}

/// Gives a letter up. Whether there was such a letter.
pub fn give_up(db: &Db, desk: Option<DeskId>, id: LetterId) -> Result<bool, Error> {
    let dropped = match id {
        LetterId::Update(id) => db.prepare_cached(DROP_UPDATE)?.execute(params![id, desk])?,
        LetterId::Call(id) => db.prepare_cached(DROP_CALL)?.execute(params![id, desk])?,
    };
    Ok(dropped > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_shown() {
        for id in [LetterId::Call(OutboxId(12)), LetterId::Update(InboxId(7))] {
            assert_eq!(LetterId::parse(&id.shown()), Some(id));
        }
        for odd in ["", "u", "x1", "1x", "all"] {
            assert_eq!(LetterId::parse(odd), None, "{odd}");
        }
    }
}
