//! How far the group is behind, and who was told of it.

use rusqlite::{OptionalExtension, params};

use super::outbox::PUT_OFF_MAX;
use super::{Db, Error, Place, facts};
use crate::domain::call::{Budget, Lane, Priority};
use crate::domain::ids::{ClientId, DeskId, TicketId};
use crate::domain::rules::backlog::{self, Counter, Posts, Waits};
use crate::domain::time::Timestamp;

const WAITING: &str = "SELECT count(*) FROM (SELECT 1 FROM outbox WHERE budget = ?1 AND desk = ?4 \
     AND is_head IN (0, 1) AND priority <= ?2 AND state = 'waiting' AND not_before <= ?5 LIMIT ?3)";
// Some of the lanes, each with what waits in it, in the order of its index: sorted they would all have to be read.
// What is under way is a head too. Which lanes these are is scattered: heads that came in the same way have numbers
// in regular steps.
const LANES: &str = "SELECT lane, iif(purpose = 'relay' AND call LIKE '{\"call\":\"send_text\",%', length(call), NULL), \
     EXISTS (SELECT 1 FROM first_texts WHERE held_ticket = ticket_id) \
     FROM (SELECT lane AS begun FROM outbox \
           WHERE budget = ?1 AND desk = ?2 AND is_head = 1 AND state = 'waiting' AND (id * 2654435761 >> 16) % ?5 = 0 \
           UNION ALL SELECT lane FROM outbox \
           WHERE state = 'claimed' AND budget = ?1 AND desk = ?2 AND is_head = 1 AND (id * 2654435761 >> 16) % ?5 = 0 \
           UNION ALL SELECT lane FROM outbox \
           WHERE state = 'doubt' AND budget = ?1 AND desk = ?2 AND is_head = 1 AND (id * 2654435761 >> 16) % ?5 = 0 \
           LIMIT ?6) \
     CROSS JOIN outbox INDEXED BY outbox_lane ON lane = begun AND finished_at IS NULL \
     WHERE budget = ?1 AND priority <= ?3 AND state = 'waiting' AND not_before <= ?4 LIMIT ?7";
const UNTOLD: &str = "SELECT DISTINCT clients.id FROM (SELECT ticket_id FROM outbox \
     WHERE budget = ?1 AND desk = ?4 AND is_head IN (0, 1) AND priority <= ?2 AND state = 'waiting' \
     AND message_id IS NOT NULL LIMIT ?6) JOIN tickets ON tickets.id = ticket_id JOIN clients ON clients.id = tickets.client_id \
     WHERE queue_told_at < ?3 AND tickets.desk = ?4 LIMIT ?5";
const WAITS_SINCE: &str = "SELECT created_at FROM outbox WHERE lane = ?1 AND finished_at IS NULL \
     AND message_id IS NOT NULL ORDER BY position, id LIMIT 1";
const SINCE: &str = "SELECT (SELECT value FROM facts WHERE name = ?1), \
     (SELECT until FROM pauses WHERE place = ?2 AND until > ?3)";
const TOLD: &str = "SELECT queue_told_at FROM clients WHERE id = ?1";
const SET_TOLD: &str = "UPDATE clients SET queue_told_at = ?2 WHERE id = ?1";

/// Waiting calls that are looked at for who is to be told: what comes later is told when it is written.
const UNTOLD_LOOKED_AT: u32 = 5_000;

/// How many calls wait that bring something of clients into the group, at most: several may share a post, and
/// what is held goes perhaps never. Counts no further than `most`, and nothing that only holds a place.
pub fn waiting(db: &Db, desk: DeskId, most: u32, now: Timestamp) -> Result<u32, Error> {
    let latest = now.plus(PUT_OFF_MAX);
    Ok(db.prepare_cached(WAITING)?.query_row(
        params![Budget::Desk, Priority::MESSAGE, most, desk, latest],
        |row| row.get(0),
    )?)
}

/// The posts that so many calls become, as far as some of them show it.
pub fn posts(db: &Db, desk: DeskId, calls: u32, now: Timestamp) -> Result<Posts, Error> {
    let latest = now.plus(PUT_OFF_MAX);
    let mut statement = db.prepare_cached(LANES)?;
    let mut found = statement.query(params![
        Budget::Desk,
        desk,
        Priority::MESSAGE,
        latest,
        backlog::every(calls),
        backlog::LOOKED_AT,
        backlog::LOOKED_AT_MAX
    ])?;
    let mut counter = Counter::default();
    while let Some(call) = found.next()? {
        let lane: String = call.get(0)?;
        let (text, is_held): (Option<u32>, bool) = (call.get(1)?, call.get(2)?);
        let waits = match text {
            _ if is_held => Waits::Held,
            Some(length) => Waits::Text(usize::try_from(length).unwrap_or(usize::MAX)),
            None => Waits::Other,
        };
        counter.add(&lane, waits);
    }
    Ok(counter.posts(calls))
}

/// Since when the group of a desk is behind, if it is, and until when it has to be left alone, if it has.
pub fn behind_since(
    db: &Db,
    (desk, group): (DeskId, Place),
    now: Timestamp,
) -> Result<(Option<Timestamp>, Option<Timestamp>), Error> {
    let (since, until): (Option<String>, _) = db
        .prepare_cached(SINCE)?
        .query_row(params![fact(desk), group, now], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let since = since.and_then(|since| since.parse().ok());
    Ok((since.map(Timestamp::from_millis), until))
}

/// The group is behind from now on, or not any more.
pub fn set_behind(db: &Db, desk: DeskId, since: Option<Timestamp>) -> Result<(), Error> {
    let since = since.map(|since| since.millis().to_string());
    facts::set(db, &fact(desk), &since.unwrap_or_default())
}

fn fact(desk: DeskId) -> String {
    match desk {
        DeskId::MAIN => facts::BEHIND_SINCE.to_owned(),
        DeskId(desk) => format!("{}@{desk}", facts::BEHIND_SINCE),
    }
}

/// Clients of whom something waits to go into the group of their ticket and who have not been told since then, as
/// far as the first calls that wait are theirs.
pub fn untold(
    db: &Db,
    desk: DeskId,
    since: Timestamp,
    limit: usize,
) -> Result<Vec<ClientId>, Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = db.prepare_cached(UNTOLD)?;
    let untold = statement.query_map(
        params![
            Budget::Desk,
            Priority::MESSAGE,
            since,
            desk,
            limit,
            UNTOLD_LOOKED_AT
        ],
        |row| row.get(0),
    )?;
    Ok(untold.collect::<Result<_, _>>()?)
}

/// Since when something of the client's waits for the topic of their ticket; none where nothing does.
pub fn waits_since(db: &Db, ticket: TicketId) -> Result<Option<Timestamp>, Error> {
    Ok(db
        .prepare_cached(WAITS_SINCE)?
        .query_row([Lane::Topic(ticket).key()], |row| row.get(0))
        .optional()?)
}

/// When a client was last told.
pub fn told_at(db: &Db, client: ClientId) -> Result<Timestamp, Error> {
    Ok(db
        .prepare_cached(TOLD)?
        .query_row([client], |row| row.get(0))?)
}

/// A client is told now.
pub fn set_told(db: &Db, client: ClientId, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(SET_TOLD)?.execute(params![client, now])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three thousand lanes: a photo and two texts in each, of which the first is under way in every tenth.
    const ROWS: &str = "
        WITH RECURSIVE rows (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM rows WHERE n < 8999)
        INSERT INTO outbox (id, cause, step, lane, position, is_head, budget, priority, purpose, call, state,
            not_before, created_at)
            SELECT n + 1, n, 1, 'topic:' || (n / 3), n, n % 3 = 0, 'desk', 1, 'relay',
                iif(n % 3 = 0, '{\"call\":\"copy\"}', '{\"call\":\"send_text\",\"text\":\"hello\"}'),
                iif(n % 30 = 0, 'claimed', 'waiting'), 0, 0 FROM rows;
    ";

    #[test]
    fn of_many_lanes_some_stand_for_the_others() {
        let (_folder, db) = super::super::tests::empty();
        db.execute_batch(ROWS).expect("lawful rows are taken");
        let now = Timestamp::from_millis(0);
        let calls = waiting(&db, DeskId::MAIN, 20_000, now).expect("it reads");
        assert_eq!(calls, 8_700);
        let posts = |calls| posts(&db, DeskId::MAIN, calls, now).expect("it reads");
        let some = posts(calls);
        let is_near = |found: u32, whole: u32| found.abs_diff(whole) < whole / 10;
        let (is_all, is_own) = (is_near(some.all, 5_700), is_near(some.own, 2_700));
        assert!(is_all && is_own, "{some:?}");
    }

    /// Two lanes, each longer than what is looked at.
    #[test]
    fn the_beginning_of_long_lanes_stands_for_the_rest() {
        let (_folder, db) = super::super::tests::empty();
        let long = ROWS.replace("n / 3", "n / 4500");
        let long = long.replace("n % 3 = 0, 'desk'", "n % 4500 = 0, 'desk'");
        db.execute_batch(&long).expect("lawful rows are taken");
        let found = posts(&db, DeskId::MAIN, 2_000, Timestamp::from_millis(0)).expect("it reads");
        // Of 29 that wait 18 are posts, of which 9 are no texts: what is under way stands between no others.
        assert!(found.all.abs_diff(1_241) < 20, "{found:?}");
        assert!(found.own.abs_diff(620) < 20, "{found:?}");
    }
}
