//! How members of the desk group work: what they are good for, whether they are there. How many tickets
//! they have is counted from the tickets.

use std::time::Duration;

use rusqlite::{OptionalExtension, Row, params};

use super::types::{from_json, to_json};
use super::{Db, Error};
use crate::domain::agent::{Agent, AgentStatus, StatusBy};
use crate::domain::ids::UserId;
use crate::domain::time::Timestamp;

const INSERT: &str = "INSERT INTO agents (user_id, status, status_by, status_at, last_action_at) \
     VALUES (?1, ?3, ?4, ?2, ?2) ON CONFLICT (user_id) DO NOTHING";
const BY_USER: &str = "SELECT user_id, level, capacity, languages, categories, status, status_by, status_at, \
     last_action_at, shift FROM agents WHERE user_id = ?1";
const OF_STATUS: &str = "SELECT user_id, level, capacity, languages, categories, status, status_by, status_at, \
     last_action_at, shift FROM agents WHERE status = ?1 \
     AND EXISTS (SELECT 1 FROM members WHERE members.user_id = agents.user_id AND role IS NOT NULL AND admitted = 1) \
     ORDER BY user_id";
const SAVE: &str = "UPDATE agents SET level = ?2, capacity = ?3, languages = ?4, categories = ?5, shift = ?6 \
     WHERE user_id = ?1";
const SET_STATUS: &str =
    "UPDATE agents SET status = ?2, status_by = ?3, status_at = ?4 WHERE user_id = ?1";
const ACTED: &str = "UPDATE agents SET last_action_at = ?2 WHERE user_id = ?1";
const LOAD: &str = "SELECT count(*) FROM tickets WHERE assignee = ?1 AND state = 'assigned'";
const AVERAGE_ANSWER: &str = "SELECT sum(answers_ms) / nullif(sum(answers), 0) FROM \
     (SELECT answers, answers_ms FROM tickets WHERE assignee = ?1 AND state = 'closed' ORDER BY opened_at DESC LIMIT 50)";
const LAST_GIVEN: &str =
    "SELECT assigned_at FROM assignments WHERE agent = ?1 ORDER BY id DESC LIMIT 1";

/// Enrols a member. Whether they were not yet.
pub fn insert(
    db: &Db,
    user: UserId,
    (status, by): (AgentStatus, StatusBy),
    now: Timestamp,
) -> Result<bool, Error> {
    let inserted = db
        .prepare_cached(INSERT)?
        .execute(params![user, now, status, by])?;
    Ok(inserted == 1)
}

/// How somebody works; none before their first action.
pub fn by_user(db: &Db, user: UserId) -> Result<Option<Agent>, Error> {
    db.prepare_cached(BY_USER)?
        .query_row([user], columns)
        .optional()?
        .map(agent)
        .transpose()
}

/// Everybody of a status who belongs to the group and may work, in a fixed order.
pub fn of_status(db: &Db, status: AgentStatus) -> Result<Vec<Agent>, Error> {
    let mut statement = db.prepare_cached(OF_STATUS)?;
    let rows = statement.query_map([status], columns)?;
    rows.map(|columns| agent(columns?)).collect()
}

/// Everybody who belongs to the group and may work, those who are there first.
pub fn all(db: &Db) -> Result<Vec<Agent>, Error> {
    let mut all = Vec::new();
    for status in AgentStatus::ALL {
        all.extend(of_status(db, status)?);
    }
    Ok(all)
}

/// Writes down what an agent is good for: level, capacity, languages, categories, shift.
pub fn save(db: &Db, agent: &Agent) -> Result<(), Error> {
    db.prepare_cached(SAVE)?.execute(params![
        agent.user,
        agent.level,
        agent.capacity,
        to_json(&agent.languages),
        to_json(&agent.categories),
        agent.shift
    ])?;
    Ok(())
}

/// Whether an agent is there, from now on.
pub fn set_status(
    db: &Db,
    user: UserId,
    status: AgentStatus,
    by: StatusBy,
    now: Timestamp,
) -> Result<(), Error> {
    db.prepare_cached(SET_STATUS)?
        .execute(params![user, status, by, now])?;
    Ok(())
}

/// An agent has done something in the group.
pub fn acted(db: &Db, user: UserId, at: Timestamp) -> Result<(), Error> {
    db.prepare_cached(ACTED)?.execute(params![user, at])?;
    Ok(())
}

/// How many tickets an agent works on.
pub fn load(db: &Db, user: UserId) -> Result<u32, Error> {
    Ok(db
        .prepare_cached(LOAD)?
        .query_row([user], |row| row.get(0))?)
}

/// How long clients waited for an answer of this agent on average, in their last closed tickets; none
/// where there was no answer.
pub fn average_answer(db: &Db, user: UserId) -> Result<Option<Duration>, Error> {
    let average: Option<i64> = db
        .prepare_cached(AVERAGE_ANSWER)?
        .query_row([user], |row| row.get(0))?;
    let millis = average.map(|average| u64::try_from(average).unwrap_or(0));
    Ok(millis.map(Duration::from_millis))
}

/// When an agent was given a ticket last.
pub fn last_given(db: &Db, user: UserId) -> Result<Option<Timestamp>, Error> {
    Ok(db
        .prepare_cached(LAST_GIVEN)?
        .query_row([user], |row| row.get(0))
        .optional()?)
}

struct Columns {
    agent: Agent,
    languages: String,
    categories: String,
}

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    Ok(Columns {
        agent: Agent {
            user: row.get(0)?,
            level: row.get(1)?,
            capacity: row.get(2)?,
            languages: Vec::new(),
            categories: Vec::new(),
            status: row.get(5)?,
            status_by: row.get(6)?,
            status_at: row.get(7)?,
            last_action_at: row.get(8)?,
            shift: row.get(9)?,
        },
        languages: row.get(3)?,
        categories: row.get(4)?,
    })
}

fn agent(columns: Columns) -> Result<Agent, Error> {
    Ok(Agent {
        languages: from_json("agent", &columns.languages)?,
        categories: from_json("agent", &columns.categories)?,
        ..columns.agent
    })
}
