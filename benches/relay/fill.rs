//! A database with a past: filled by SQL, because a million texts would take hours over HTTP.

use std::time::Instant;

use hushdesk::clock::{Clock, SystemClock};
use hushdesk::store::Db;

use crate::bot::Bot;

/// Messages of one ticket.
const MESSAGES_PER_TICKET: u32 = 20;
/// Tickets of one client.
const TICKETS_PER_CLIENT: u32 = 5;

/// Adds so many messages with their links, and as many finished updates and calls; clients and
/// tickets in proportion, all closed. What it came to, in words.
pub fn fill(bot: &Bot, messages: u32) -> String {
    let started = Instant::now();
    let db = Db::open(bot.database()).expect("the database is there");
    let now = SystemClock.now().millis();
    let tickets = messages / MESSAGES_PER_TICKET;
    let clients = tickets / TICKETS_PER_CLIENT;
    let group = -1_009_999_999_999_i64;
    // Numbers far above those of the rows that the bot itself has made.
    let series = |count: u32| {
        format!(
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {count})"
        )
    };
    let statements = [
        "PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; BEGIN".to_owned(),
        format!(
            "{} INSERT INTO clients (id, telegram_user_id, language, first_seen_at) \
             SELECT 100000 + i, 10000000 + i, 'en', {now} FROM n",
            series(clients)
        ),
        format!(
            "{} INSERT INTO tickets (id, code, client_id, state, opened_at, closed_at, closed_by) \
             SELECT 100000 + i, printf('SUPP-250101-%06d', i), 100000 + i / {TICKETS_PER_CLIENT}, \
             'closed', {now}, {now}, 'agent' FROM n",
            series(tickets)
        ),
        format!(
            "{} INSERT INTO topics (ticket_id, chat_id, thread_id, state, card_message_id) \
             SELECT 100000 + i, {group}, 100000 + i, 'live', 100000 + i FROM n",
            series(tickets)
        ),
        format!(
            "{} INSERT INTO messages (id, ticket_id, side, written_at, content) \
             SELECT 1000000 + i, 100000 + i / {MESSAGES_PER_TICKET}, 'client', {now}, \
             '{{\"kind\":\"text\",\"text\":{{\"text\":\"My order ' || i || ' has not arrived yet, \
             can you look into it?\"}}}}' FROM n",
            series(messages)
        ),
        format!(
            "{} INSERT INTO links (place, telegram_message_id, message_id) \
             SELECT 100000 + i / {}, 1000000 + i, 1000000 + i FROM n",
            series(messages),
            MESSAGES_PER_TICKET * TICKETS_PER_CLIENT
        ),
        format!(
            "{} INSERT INTO links (place, telegram_message_id, message_id) \
             SELECT {group}, 1000000 + i, 1000000 + i FROM n",
            series(messages)
        ),
        format!(
            "{} INSERT INTO inbox (bot_id, update_id, received_at, state, finished_at) \
             SELECT 7000000001, 1000000 + i, {now}, 'done', {now} FROM n",
            series(messages)
        ),
        format!(
            "{} INSERT INTO outbox (cause, step, lane, position, is_head, budget, priority, purpose, \
             client_id, ticket_id, message_id, call, state, not_before, attempts, created_at, finished_at) \
             SELECT 'past:' || i, 1, 'topic:' || (100000 + i / {MESSAGES_PER_TICKET}), 1000000 + i, 0, \
             'desk', 1, 'relay', NULL, 100000 + i / {MESSAGES_PER_TICKET}, 1000000 + i, '', 'done', \
             {now}, 1, {now}, {now} FROM n",
            series(messages)
        ),
        "COMMIT; PRAGMA wal_checkpoint(TRUNCATE)".to_owned(),
    ];
    for statement in statements {
        db.execute_batch(&statement)
            .unwrap_or_else(|error| panic!("{error}: {statement}"));
    }
    let bytes = std::fs::metadata(bot.database()).map_or(0, |file| file.len());
    format!(
        "{} MB, filled in {:.0} s",
        bytes / 1_000_000,
        started.elapsed().as_secs_f64()
    )
}
