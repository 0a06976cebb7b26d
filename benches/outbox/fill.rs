//! A desk on which calls wait: filled by SQL, because a million of them would take hours otherwise.

use std::path::Path;

use hushdesk::clock::{Clock, SystemClock};
use hushdesk::store::{Db, Error};

use crate::shape::{Order, Shape};

pub const GROUP: i64 = -1_009_999_999_999;
/// The number before the first ticket's. Lanes are ordered as texts, and numbers of one length in a row stand in
/// a row there, as those of the tickets of one week do.
const BEFORE: u32 = 1_000_000;
/// A prime number: so many lanes on from one whose turn it is, the next one has it.
const FAR: u32 = 7_919;
/// Calls have been due for so long at least, in milliseconds: each that is done waits again, due as much later as
/// there are others.
const DUE_SINCE_MS: i64 = 3_600_000;

/// Open tickets with live topics, and texts that wait to be posted in them.
pub fn fill(path: &Path, shape: Shape) {
    let db = Db::open(path).expect("the database is there");
    // Each call is due a millisecond after the one before it, and all by now.
    let now = SystemClock.now().millis() - DUE_SINCE_MS - i64::from(shape.waiting);
    let Shape { waiting, lanes, .. } = shape;
    let per_lane = waiting / lanes;
    let (nth, is_head, due) = match shape.order {
        Order::Written => (
            format!("(i % {lanes})"),
            format!("i < {lanes}"),
            "i".to_owned(),
        ),
        Order::Scattered => (
            format!("(i / {per_lane})"),
            format!("i % {per_lane} = 0"),
            // Lanes far from each other take turns.
            format!("(i % {per_lane} * {lanes} + i / {per_lane} * {FAR} % {lanes})"),
        ),
    };
    let ticket = format!("({BEFORE} + {nth})");
    let statements = [
        "PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; BEGIN".to_owned(),
        format!(
            "{} INSERT INTO clients (id, telegram_user_id, language, first_seen_at) \
             SELECT {BEFORE} + i, 10000000 + i, 'en', {now} FROM n",
            series(lanes)
        ),
        format!(
            "{} INSERT INTO tickets (id, code, client_id, state, opened_at) \
             SELECT {BEFORE} + i, printf('SUPP-250101-%06d', i), {BEFORE} + i, 'open', {now} FROM n",
            series(lanes)
        ),
        format!(
            "{} INSERT INTO topics (ticket_id, chat_id, thread_id, state, card_message_id) \
             SELECT {BEFORE} + i, {GROUP}, 100000 + i, 'live', 100000 + i FROM n",
            series(lanes)
        ),
        format!(
            "{} INSERT INTO outbox (cause, step, lane, position, is_head, budget, priority, purpose, \
             ticket_id, call, not_before, created_at) \
             SELECT 'past:' || i, 1, 'topic:' || {ticket}, 1 + i, {is_head}, 'desk', 1, 'relay', \
             {ticket}, {}, {now} + {due}, {now} FROM n",
            series(waiting),
            call(&ticket)
        ),
        "COMMIT; PRAGMA wal_checkpoint(TRUNCATE)".to_owned(),
    ];
    for statement in statements {
        db.execute_batch(&statement)
            .unwrap_or_else(|error| panic!("{error}: {statement}"));
    }
}

/// What is done waits again, where it stood in the table, behind all of its lane: as much waits as before, and
/// just as near to each other.
pub fn refill(db: &Db, waiting: u32) -> Result<usize, Error> {
    Ok(db.execute(
        &format!(
            "UPDATE outbox SET state = 'waiting', finished_at = NULL, attempts = 0, call = {}, \
             position = position + {waiting}, not_before = not_before + {waiting} \
             WHERE state IN ('done', 'dropped') AND finished_at > 0 AND purpose = 'relay'",
            call("ticket_id")
        ),
        [],
    )?)
}

fn series(count: u32) -> String {
    format!("WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {count})")
}

/// A text for the topic of a ticket, as SQL.
fn call(ticket: &str) -> String {
    format!(
        "'{{\"call\":\"send_text\",\"to\":{{\"topic\":' || {ticket} || '}},\
         \"text\":{{\"text\":\"My order has not arrived yet, can you look into it?\"}}}}'"
    )
}
