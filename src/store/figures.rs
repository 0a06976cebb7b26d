//! How everything stands, for monitoring: counted anew each time from what is stored, so that it
//! outlives restarts and cannot drift. Holds nothing that names anybody: groups are called as the
//! config calls them, people are only counted.

use std::path::PathBuf;
use std::time::Duration;

use rusqlite::{OptionalExtension, params};

use super::breakers::{self, Breaker};
use super::{Db, Error, Place, dashboard, facts, pauses, rates, topics};
use crate::domain::agent::AgentStatus;
use crate::domain::call::{Budget, Priority};
use crate::domain::ids::{ChatId, DeskId};
use crate::domain::rules::breaker::{Cause, Destination};
use crate::domain::rules::learning;
use crate::domain::rules::sla::Target;
use crate::domain::ticket::{TicketPriority, TicketState};
use crate::domain::time::Timestamp;

const WAITING: &str = "SELECT count(*) FROM (SELECT 1 FROM outbox INDEXED BY outbox_waiting \
     WHERE budget = ?1 AND desk = ?2 AND is_head = ?3 AND priority = ?4 AND state = 'waiting' LIMIT ?5)";
const DUE_SINCE: &str = "SELECT min(not_before) FROM outbox INDEXED BY outbox_waiting \
     WHERE budget = ?1 AND desk = ?2 AND is_head = 1 AND priority = ?3 AND state = 'waiting'";
const UNDER_WAY: &str = "SELECT count(*) FROM (SELECT 1 FROM outbox INDEXED BY outbox_claimed \
     WHERE state = 'claimed' LIMIT ?1)";
const IN_DOUBT: &str = "SELECT count(*) FROM (SELECT 1 FROM outbox INDEXED BY outbox_doubt \
     WHERE state = 'doubt' LIMIT ?1)";
const DEAD_CALLS: &str = "SELECT count(*) FROM (SELECT 1 FROM outbox INDEXED BY outbox_dead \
     WHERE state = 'dead' LIMIT ?1)";
const DEAD_UPDATES: &str = "SELECT count(*) FROM (SELECT 1 FROM inbox INDEXED BY inbox_dead \
     WHERE state = 'dead' LIMIT ?1)";
const PENDING_UPDATES: &str = "SELECT count(*) FROM (SELECT 1 FROM inbox INDEXED BY inbox_pending \
     WHERE state = 'pending' LIMIT ?1)";
const RECEIVED_AT: &str = "SELECT received_at FROM inbox WHERE id = (SELECT max(id) FROM inbox)";
const PAUSED_CHATS: &str =
    "SELECT count(*) FROM pauses WHERE place > 0 AND until > ?1 AND is_ours = 0";
const VOICES_OUT: &str =
    "SELECT count(*) FROM voices WHERE bot > 0 AND is_ours = 1 AND out_since IS NOT NULL";
const TICKETS: &str = "SELECT state, priority, count(*), sum(unread > 0), min(waiting_since) \
     FROM tickets INDEXED BY tickets_not_closed WHERE state <> 'closed' GROUP BY state, priority";
const AGENTS: &str = "SELECT status, count(*) FROM agents INDEXED BY agents_by_status WHERE EXISTS \
     (SELECT 1 FROM members WHERE members.user_id = agents.user_id AND role IS NOT NULL) GROUP BY status";
const SLA_BREACHES: &str = "SELECT count(*) FROM sla_steps INDEXED BY sla_steps_by_time \
     WHERE step = 'breach' AND taken_at > ?1 AND target = ?2";
const JOBS_WAITING: &str = "SELECT count(*) FROM (SELECT 1 FROM jobs INDEXED BY jobs_due \
     WHERE state = 'waiting' LIMIT ?1)";
const JOBS_DUE_SINCE: &str =
    "SELECT min(not_before) FROM jobs INDEXED BY jobs_due WHERE state = 'waiting'";

/// Rows that can be very many are counted up to here, so that looking never takes long.
pub const COUNTED_AT_MOST: u32 = 10_000;
/// Missed promises of so long are counted.
pub const BREACHES_OF: Duration = Duration::from_secs(24 * 60 * 60);

/// A support group, as figures are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupName {
    /// Which desk's it is.
    pub id: DeskId,
    /// What the config calls it.
    pub desk: String,
    /// The group that the config names.
    pub configured: ChatId,
    /// What the config lets be called in a minute; 0 = no limit.
    pub calls_per_minute: u32,
}

/// How everything stands.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Why Telegram is out of reach, and since when; mostly nothing.
    pub telegram_out: Vec<(Cause, Timestamp)>,
    /// The groups that were asked for, in that order.
    pub groups: Vec<Group>,
    /// Groups out of reach that the config does not name any more.
    pub others_out: Vec<(Cause, Timestamp)>,
    /// What waits to be called, for each budget and priority.
    pub waiting: Vec<Waiting>,
    /// Calls that are being made.
    pub under_way: u32,
    /// Calls whose effect is not known.
    pub in_doubt: u32,
    /// Calls that failed for good.
    pub dead_calls: u32,
    /// Updates that could not be handled.
    pub dead_updates: u32,
    /// Private chats that Telegram has asked to leave alone.
    pub paused_chats: u32,
    /// Further bots that cannot post.
    pub voices_out: u32,
    /// Updates that are not handled yet.
    pub pending_updates: u32,
    /// When the newest update came that is still known.
    pub received_at: Option<Timestamp>,
    /// When updates were last known to arrive; noted once a minute.
    pub polled_at: Option<Timestamp>,
    /// Tickets that are not closed.
    pub tickets: Vec<Tickets>,
    /// Tickets that are kept without a topic until their turn comes.
    pub without_topic: u32,
    /// Agents by status.
    pub agents: Vec<(AgentStatus, u32)>,
    /// Promised times that were missed lately.
    pub sla_breaches: Vec<(Target, u32)>,
    /// Files that wait to be cleaned.
    pub jobs_waiting: u32,
    /// Since when the first of them could be worked on.
    pub jobs_due_since: Option<Timestamp>,
    /// The size of the database.
    pub database_bytes: u64,
    /// The size of what was written last, beside it.
    pub wal_bytes: u64,
}

/// How a group stands.
#[derive(Clone, Debug)]
pub struct Group {
    /// What the config calls it.
    pub desk: String,
    /// Why it is out of reach, and since when.
    pub out: Option<(Cause, Timestamp)>,
    /// Calls of all bots within the last 60 s.
    pub calls: u32,
    /// How many are made at most, as far as is known; 0 = no limit.
    pub limit: u32,
    /// How much of the config's rate it bears, per mille.
    pub share: u32,
    /// Until when Telegram has asked to leave it alone.
    pub paused_until: Option<Timestamp>,
}

/// Calls of one budget and priority that wait.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Whose budget.
    pub budget: Budget,
    /// What the config calls the desk whose group they go into, if they go into one.
    pub desk: Option<String>,
    /// How urgent, by its name.
    pub priority: &'static str,
    /// How many.
    pub count: u32,
    /// When the first of them was due, or is.
    pub due_since: Option<Timestamp>,
}

/// Tickets of one state and priority.
#[derive(Clone, Copy, Debug)]
pub struct Tickets {
    /// Which state; never closed.
    pub state: TicketState,
    /// How urgent.
    pub priority: TicketPriority,
    /// How many.
    pub count: u32,
    /// Of those, how many with messages that nobody has answered.
    pub unread: u32,
    /// Since when the one waits that waits longest.
    pub waiting_since: Option<Timestamp>,
}

/// Reads something, to see whether the database answers at all.
pub fn answers(db: &Db) -> Result<(), Error> {
    facts::get(db, facts::POLLED_AT)?;
    Ok(())
}

/// Counts everything, as it stood at one moment.
pub fn read(db: &Db, groups: &[GroupName], now: Timestamp) -> Result<Figures, Error> {
    let at_one_moment = db.unchecked_transaction()?;
    let breakers = breakers::open_ones(db)?;
    let (database_bytes, wal_bytes) = sizes(db);
    let mut figures = Figures {
        waiting: waiting(db, groups)?,
        under_way: count(db, UNDER_WAY)?,
        in_doubt: count(db, IN_DOUBT)?,
        dead_calls: count(db, DEAD_CALLS)?,
        dead_updates: count(db, DEAD_UPDATES)?,
        paused_chats: db
            .prepare_cached(PAUSED_CHATS)?
            .query_row([now], |row| row.get(0))?,
        voices_out: db
            .prepare_cached(VOICES_OUT)?
            .query_row([], |row| row.get(0))?,
        pending_updates: count(db, PENDING_UPDATES)?,
        received_at: db
            .prepare_cached(RECEIVED_AT)?
            .query_row([], |row| row.get(0))
            .optional()?,
        polled_at: facts::get(db, facts::POLLED_AT)?
            .and_then(|noted| noted.parse().ok())
            .map(Timestamp::from_millis),
        tickets: tickets(db)?,
        without_topic: dashboard::without_topic(db, None)?,
        agents: agents(db)?,
        sla_breaches: sla_breaches(db, now)?,
        jobs_waiting: count(db, JOBS_WAITING)?,
        jobs_due_since: db
            .prepare_cached(JOBS_DUE_SINCE)?
            .query_row([], |row| row.get(0))?,
        database_bytes,
        wal_bytes,
        ..Figures::default()
    };
    let mut known = Vec::new();
    for name in groups {
        let chat = topics::current_chat(db, name.configured)?;
        figures.groups.push(group(db, name, chat, &breakers, now)?);
        known.extend([name.configured, chat]);
    }
    for breaker in breakers {
        match breaker.destination {
            Destination::Telegram => figures.telegram_out.push((breaker.cause, breaker.since)),
            Destination::Group(chat) if known.contains(&chat) => {}
            Destination::Group(_) => figures.others_out.push((breaker.cause, breaker.since)),
        }
    }
    drop(at_one_moment);
    Ok(figures)
}

fn group(
    db: &Db,
    name: &GroupName,
    chat: ChatId,
    breakers: &[Breaker],
    now: Timestamp,
) -> Result<Group, Error> {
    let place = Place::Group(chat);
    let share = learning::share(rates::of(db, place)?, now);
    let limit = learning::of_limit(name.calls_per_minute, share);
    let is_its_own = |breaker: &&Breaker| match breaker.destination {
        Destination::Telegram => false,
        Destination::Group(group) => [chat, name.configured].contains(&group),
    };
    Ok(Group {
        desk: name.desk.clone(),
        out: breakers
            .iter()
            .find(is_its_own)
            .map(|breaker| (breaker.cause, breaker.since)),
        calls: pauses::window(db, place, limit, now)?.used,
        limit,
        share,
        paused_until: pauses::paused_until(db, place, now)?,
    })
}

fn waiting(db: &Db, groups: &[GroupName]) -> Result<Vec<Waiting>, Error> {
    let mut all = Vec::new();
    for budget in Budget::ALL {
        match budget {
            Budget::Desk => {
                for group in groups {
                    let desk = (group.id, Some(&group.desk));
                    all.extend(waiting_of(db, budget, desk)?);
                }
            }
            Budget::Client | Budget::Bot => {
                all.extend(waiting_of(db, budget, (DeskId::MAIN, None))?);
            }
        }
    }
    Ok(all)
}

fn waiting_of(
    db: &Db,
    budget: Budget,
    (desk, desk_name): (DeskId, Option<&String>),
) -> Result<Vec<Waiting>, Error> {
    let mut count = db.prepare_cached(WAITING)?;
    let mut due_since = db.prepare_cached(DUE_SINCE)?;
    let mut all = Vec::new();
    for (priority, name) in Priority::NAMED {
        // Each by itself: asked for both at once, SQLite may read all of the desk's.
        let mut of = |is_head: bool| -> Result<u32, Error> {
            let values = params![budget, desk, is_head, priority, COUNTED_AT_MOST];
            Ok(count.query_row(values, |row| row.get(0))?)
        };
        let (heads, behind) = (of(true)?, of(false)?);
        all.push(Waiting {
            budget,
            desk: desk_name.cloned(),
            priority: name,
            count: (heads + behind).min(COUNTED_AT_MOST),
            due_since: due_since.query_row(params![budget, desk, priority], |row| row.get(0))?,
        });
    }
    Ok(all)
}

fn count(db: &Db, statement: &str) -> Result<u32, Error> {
    Ok(db
        .prepare_cached(statement)?
        .query_row([COUNTED_AT_MOST], |row| row.get(0))?)
}

fn tickets(db: &Db) -> Result<Vec<Tickets>, Error> {
    let mut statement = db.prepare_cached(TICKETS)?;
    let rows = statement.query_map([], |row| {
        Ok(Tickets {
            state: row.get(0)?,
            priority: row.get(1)?,
            count: row.get(2)?,
            unread: row.get(3)?,
            waiting_since: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Each is counted once, however many groups they belong to.
fn agents(db: &Db) -> Result<Vec<(AgentStatus, u32)>, Error> {
    let mut statement = db.prepare_cached(AGENTS)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn sla_breaches(db: &Db, now: Timestamp) -> Result<Vec<(Target, u32)>, Error> {
    let mut statement = db.prepare_cached(SLA_BREACHES)?;
    let since = now.minus(BREACHES_OF);
    Target::ALL
        .into_iter()
        .map(|target| {
            let count = statement.query_row(params![since, target.name()], |row| row.get(0))?;
            Ok((target, count))
        })
        .collect()
}

/// The sizes of the file and of what was written last beside it; 0 where one is not there.
fn sizes(db: &Db) -> (u64, u64) {
    let size = |end: &str| {
        let path = PathBuf::from(format!("{}{end}", db.path().unwrap_or_default()));
        std::fs::metadata(path).map_or(0, |file| file.len())
    };
    (size(""), size("-wal"))
}
