//! A desk with a past: filled by SQL, because a million messages would take hours otherwise.

use std::path::Path;
use std::time::Instant;

use hushdesk::clock::{Clock, SystemClock};
use hushdesk::store::Db;

pub const GROUP: i64 = -1_009_999_999_999;
pub const TICKETS: u32 = 100_000;
/// The newest of them are open, some with an agent and some in the queue.
pub const OPEN: u32 = 400;
pub const FIRST_OPEN: i64 = 1 + (TICKETS - OPEN) as i64;
pub const AGENTS: u32 = 20;
pub const FIRST_AGENT: i64 = 5_000_000;
/// Whoever has the first of the open tickets; one client for each ticket.
pub const FIRST_CLIENT: i64 = 10_000_000 + FIRST_OPEN;
/// The second half of the open ones: an agent has each, the client has owed the answer for a day, and nobody
/// does anything there but the clock. So a promised time is over in each, and then each closes by itself.
pub const FIRST_SILENT: i64 = FIRST_OPEN + (OPEN / 2) as i64;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// A ticket's topic is its number and this.
pub const THREADS: i64 = 1_000_000;
const MESSAGES: u32 = 1_000_000;
const PER_TICKET: u32 = MESSAGES / TICKETS;
/// Changes of each ticket in the trail.
const TRAIL: u32 = 5;

/// Fills an empty database. What it came to, in words.
pub fn fill(path: &Path) -> String {
    let started = Instant::now();
    let db = Db::open(path).expect("the database is there");
    let now = SystemClock.now().millis() - 600_000;
    for statement in statements(now) {
        db.execute_batch(&statement)
            .unwrap_or_else(|error| panic!("{error}: {statement}"));
    }
    let bytes = std::fs::metadata(path).map_or(0, |file| file.len());
    format!(
        "{MESSAGES} messages in {TICKETS} tickets, {} MB, filled in {:.0} s",
        bytes / 1_000_000,
        started.elapsed().as_secs_f64()
    )
}

fn series(count: u32) -> String {
    format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})")
}

fn statements(now: i64) -> Vec<String> {
    let each = |count: u32, rest: String| format!("{} {rest}", series(count));
    let agent = format!("({FIRST_AGENT} + i % {AGENTS})");
    let is_open = format!("i >= {FIRST_OPEN}");
    // Half of those in which something is done wait for somebody.
    let waits = format!("({is_open} AND i < {FIRST_SILENT} AND i % 2 = 0)");
    let ticket = format!("(1 + (i - 1) / {PER_TICKET})");
    vec![
        "PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; BEGIN".to_owned(),
        each(
            AGENTS,
            format!(
                "INSERT INTO members (user_id, role, names, changed_at) \
                 SELECT {FIRST_AGENT} + i - 1, 'admin', '[\"Agent\"]', {now} FROM n"
            ),
        ),
        each(
            AGENTS,
            format!(
                "INSERT INTO agents (user_id, capacity, status_at, last_action_at) \
                 SELECT {FIRST_AGENT} + i - 1, 12, {now}, {now} FROM n"
            ),
        ),
        each(
            TICKETS,
            format!(
                "INSERT INTO clients (id, telegram_user_id, language, first_seen_at) \
                 SELECT i, 10000000 + i, 'en', {now} FROM n"
            ),
        ),
        each(
            TICKETS,
            format!(
                "INSERT INTO tickets (id, code, client_id, state, assignee, opened_at, closed_at, closed_by, \
                 answers, answers_ms, first_response_at, answer_runs_since) \
                 SELECT i, printf('SUPP-250101-%06d', i), i, \
                 CASE WHEN {waits} THEN 'open' WHEN {is_open} THEN 'assigned' ELSE 'closed' END, \
                 CASE WHEN {waits} THEN NULL ELSE {agent} END, {now} - 1000 * ({TICKETS} - i), \
                 CASE WHEN {is_open} THEN NULL ELSE {now} END, CASE WHEN {is_open} THEN NULL ELSE 'agent' END, \
                 3, 100000 + i % 7, CASE WHEN {is_open} THEN NULL ELSE {now} END, \
                 CASE WHEN {is_open} THEN {now} - 1000 * ({TICKETS} - i) END FROM n"
            ),
        ),
        each(
            TICKETS,
            format!(
                "INSERT INTO assignments (ticket_id, agent, kind, assigned_at, ended_at) \
                 SELECT i, {agent}, 'auto', {now}, CASE WHEN {is_open} THEN NULL ELSE {now} END FROM n \
                 WHERE NOT {waits}"
            ),
        ),
        each(
            TICKETS,
            format!(
                "INSERT INTO topics (ticket_id, chat_id, thread_id, state, card_message_id) \
                 SELECT i, {GROUP}, {THREADS} + i, 'live', 50000000 + i FROM n"
            ),
        ),
        each(
            TICKETS * TRAIL,
            format!(
                "INSERT INTO audit (at, actor, action, ticket_id, hand, before, after, about) \
                 SELECT {now}, {agent}, 'assign', 1 + i % {TICKETS}, 'member', 'open', 'assigned', {agent} FROM n"
            ),
        ),
        each(
            MESSAGES,
            format!(
                "INSERT INTO messages (id, ticket_id, side, written_at, content) \
                 SELECT i, {ticket}, CASE i % 2 WHEN 0 THEN 'agent' ELSE 'client' END, {now}, \
                 '{{\"kind\":\"text\",\"text\":{{\"text\":\"My order ' || i || ' has not arrived yet, \
                 can you look into it?\"}}}}' FROM n"
            ),
        ),
        each(
            MESSAGES,
            format!(
                "INSERT INTO links (place, telegram_message_id, message_id) SELECT {ticket}, i, i FROM n"
            ),
        ),
        each(
            MESSAGES,
            format!(
                "INSERT INTO links (place, telegram_message_id, message_id) SELECT {GROUP}, i, i FROM n"
            ),
        ),
        each(
            MESSAGES,
            format!(
                "INSERT INTO outbox (cause, step, lane, position, is_head, budget, priority, purpose, ticket_id, \
                 message_id, call, state, not_before, attempts, created_at, finished_at) \
                 SELECT 'past:' || i, 1, 'topic:' || {ticket}, i, 0, 'desk', 1, 'relay', {ticket}, i, '', 'done', \
                 {now}, 1, {now}, {now} FROM n"
            ),
        ),
        format!(
            "UPDATE tickets SET last_agent_at = {now} - {DAY_MS} - 1000, warned_at = {now} - {DAY_MS} / 2, \
             opened_at = {now} WHERE id >= {FIRST_SILENT}"
        ),
        "COMMIT; PRAGMA wal_checkpoint(TRUNCATE)".to_owned(),
    ]
}
