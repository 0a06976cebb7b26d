//! Agents: enrolled by their first action in the group, there or not there, on shift or off it. What
//! becomes of their tickets is decided elsewhere.

use std::time::Duration;

use super::command::{self, Answer, Given};
use super::turn::Turn;
use super::{assign, identity, membership, people, shift};
use crate::domain::agent::{Agent, AgentStatus, StatusBy};
use crate::domain::event::{AgentMessage, Timer};
use crate::domain::ids::{DeskId, UserId};
use crate::domain::language::Language;
use crate::domain::rules::assign::{expected_until, is_expected};
use crate::domain::ticket::Level;
use crate::store::audit::{self, Entry, Hand};
use crate::store::{Error, agents, members, timers};

/// How exactly it is known when somebody did something last: a busy agent costs no write each time.
const EXACT_TO: Duration = Duration::from_secs(15);

/// Somebody wrote in the group. Whether they may work there.
pub(super) fn wrote(turn: &mut Turn<'_>, message: &AgentMessage) -> Result<bool, Error> {
    // Whoever hides behind the group's name is one of its administrators.
    let Some(user) = message.from else {
        return Ok(true);
    };
    let admits = membership::admits(turn);
    members::seen(turn.db, turn.here, user, &message.names, admits, turn.now)?;
    if !admits && !membership::may_work(turn, user, &message.names)? {
        return Ok(false);
    }
    acted(turn, user)?;
    Ok(true)
}

/// A member has done something: enrolled the first time, and back where only the clock had said that they
/// are away.
pub(super) fn acted(turn: &mut Turn<'_>, user: UserId) -> Result<(), Error> {
    let Some(agent) = agents::by_user(turn.db, user)? else {
        let there = (AgentStatus::Available, StatusBy::Agent);
        enrol(turn, user, there, Hand::Member(user))?;
        watch(turn, user)?;
        return assign::hand_out(turn);
    };
    if turn.now.since(agent.last_action_at) >= EXACT_TO {
        agents::acted(turn.db, user, turn.now)?;
    }
    if agent.status_by == StatusBy::Timer && is_back(turn, &agent) {
        be(turn, &agent, AgentStatus::Available, StatusBy::Agent)?;
    }
    Ok(())
}

/// Somebody is an agent from now on, and the trail says so.
fn enrol(
    turn: &Turn<'_>,
    user: UserId,
    (status, by): (AgentStatus, StatusBy),
    hand: Hand,
) -> Result<(), Error> {
    if !agents::insert(turn.db, user, (status, by), turn.now)? {
        return Ok(());
    }
    let entry = Entry {
        about: Some(user),
        after: status.name(),
        ..Entry::of(hand, "enrol")
    };
    audit::insert(turn.db, &entry, turn.now)
}

/// Somebody has named a member who has done nothing yet: they are not at work before they do.
pub(super) fn named(turn: &Turn<'_>, user: UserId, by: Hand) -> Result<(), Error> {
    if agents::by_user(turn.db, user)?.is_some() {
        return Ok(());
    }
    enrol(turn, user, (AgentStatus::Offline, StatusBy::Timer), by)?;
    expect_back(turn)
}

/// What waits for somebody who is not at work waits no longer than they are expected back: rings when the next
/// of them is expected no more.
fn expect_back(turn: &Turn<'_>) -> Result<(), Error> {
    let all = agents::all(turn.db)?.into_iter();
    let absent = all.filter(|agent| !agent.status.keeps_tickets() && is_expected(agent, turn.now));
    match absent.map(|agent| expected_until(&agent)).min() {
        Some(at) => timers::move_to(turn.db, at, &Timer::CrewShrinks),
        None => Ok(()),
    }
}

/// Somebody may have been gone for too long.
pub(super) fn shrinks(turn: &mut Turn<'_>) -> Result<(), Error> {
    expect_back(turn)?;
    assign::hand_out(turn)
}

/// Whether an agent is at work at a desk, whatever they have to do.
pub(super) fn is_there(turn: &Turn<'_>, desk: DeskId, user: UserId) -> Result<bool, Error> {
    if members::role(turn.db, desk, user)?.is_none() {
        return Ok(false);
    }
    let agent = agents::by_user(turn.db, user)?;
    Ok(agent.is_some_and(|agent| agent.status.keeps_tickets() && shift::is_on(turn, &agent)))
}

/// Whether an action says that somebody is there of whom only the clock had said otherwise. Outside of their
/// hours they stay offline, whatever they write.
fn is_back(turn: &Turn<'_>, agent: &Agent) -> bool {
    match agent.status {
        AgentStatus::Away => true,
        AgentStatus::Offline => shift::is_on(turn, agent),
        AgentStatus::Available | AgentStatus::Busy => false,
    }
}

/// At a start: nobody stays unwatched whatever the config said before.
pub(super) fn started(turn: &mut Turn<'_>) -> Result<(), Error> {
    let Some(after) = turn.settings().agents.away_after else {
        return Ok(());
    };
    for status in AgentStatus::ALL {
        if !status.keeps_tickets() {
            continue;
        }
        for agent in agents::of_status(turn.db, status)? {
            let timer = Timer::AgentIdle { agent: agent.user };
            timers::set_once(turn.db, turn.now.plus(after), &timer)?;
        }
    }
    Ok(())
}

/// An agent may have done nothing for a while.
pub(super) fn idle(turn: &mut Turn<'_>, user: UserId) -> Result<(), Error> {
    let (Some(after), Some(agent)) = (
        turn.settings().agents.away_after,
        agents::by_user(turn.db, user)?,
    ) else {
        return Ok(());
    };
    if !agent.status.keeps_tickets() || !members::is_anywhere(turn.db, user)? {
        return Ok(());
    }
    let due_at = agent.last_action_at.max(agent.status_at).plus(after);
    if turn.now < due_at {
        return timers::move_to(turn.db, due_at, &Timer::AgentIdle { agent: user });
    }
    be(turn, &agent, AgentStatus::Away, StatusBy::Timer)
}

/// Whether anybody of a desk is at work at all, whatever they have to do.
pub(super) fn is_anybody_there(turn: &Turn<'_>, desk: DeskId) -> Result<bool, Error> {
    let mut agents = people::at_desk(turn, desk, agents::all(turn.db)?)?.into_iter();
    Ok(agents.any(|agent| agent.status.keeps_tickets() && shift::is_on(turn, &agent)))
}

/// Somebody does not belong to the group any more.
pub(super) fn left(turn: &mut Turn<'_>, user: UserId) -> Result<(), Error> {
    // Whoever still belongs to another group stays there, without the tickets of this one.
    if members::is_anywhere(turn.db, user)? {
        assign::hand_round_here(turn, user)?;
    } else if let Some(agent) = agents::by_user(turn.db, user)? {
        be(turn, &agent, AgentStatus::Offline, StatusBy::Timer)?;
    }
    // What waited for them alone waits no longer.
    assign::hand_out(turn)
}

/// An agent has this status from now on, with what follows from it.
pub(super) fn be(
    turn: &mut Turn<'_>,
    agent: &Agent,
    status: AgentStatus,
    by: StatusBy,
) -> Result<(), Error> {
    agents::set_status(turn.db, agent.user, status, by, turn.now)?;
    if status != agent.status {
        let hand = match by {
            StatusBy::Agent => Hand::Member(agent.user),
            StatusBy::Timer => Hand::Desk,
        };
        let entry = Entry {
            about: Some(agent.user),
            before: agent.status.name(),
            after: status.name(),
            ..Entry::of(hand, "status")
        };
        audit::insert(turn.db, &entry, turn.now)?;
    }
    if status.keeps_tickets() {
        watch(turn, agent.user)?;
    } else {
        expect_back(turn)?;
        assign::hand_round(turn, agent.user)?;
    }
    match status {
        AgentStatus::Available => assign::hand_out(turn),
        AgentStatus::Busy | AgentStatus::Away | AgentStatus::Offline => Ok(()),
    }
}

/// Rings when an agent could be away.
fn watch(turn: &Turn<'_>, user: UserId) -> Result<(), Error> {
    match turn.settings().agents.away_after {
        Some(after) => {
            let timer = Timer::AgentIdle { agent: user };
            timers::move_to(turn.db, turn.now.plus(after), &timer)
        }
        None => Ok(()),
    }
}

/// `/available`, `/busy`, `/away`, `/offline`.
pub(super) fn set_status(turn: &mut Turn<'_>, given: &Given<'_>, status: AgentStatus) -> Answer {
    let Some(user) = given.message.from else {
        return identity::ask(turn, given);
    };
    if let Some(agent) = agents::by_user(turn.db, user)? {
        be(turn, &agent, status, StatusBy::Agent)?;
    }
    Ok(Some(
        turn.texts().status_set(turn.language(), status.name()),
    ))
}

/// `/agents`: who they are and how they stand.
pub(super) fn list(turn: &mut Turn<'_>) -> Answer {
    let all = people::at_desk(turn, turn.here, agents::all(turn.db)?)?;
    if all.is_empty() {
        return Ok(Some(turn.texts().agents_none(turn.language())));
    }
    let lines: Result<Vec<String>, Error> = all.iter().map(|agent| line(turn, agent)).collect();
    Ok(Some(lines?.join("\n")))
}

/// `/agent @x level 2 capacity 8 categories billing,technical languages ru,en`.
pub(super) fn edit(turn: &mut Turn<'_>, given: &Given<'_>) -> Answer {
    let (name, rest) = command::first_word(given.arguments);
    let Some(user) = command::member(turn, name)? else {
        return Ok(Some(given.how(turn)));
    };
    let hand = Hand::of(given.message.from);
    named(turn, user, hand)?;
    let Some(before) = agents::by_user(turn.db, user)? else {
        return Ok(Some(given.how(turn)));
    };
    let Some(agent) = changed(turn, &before, rest) else {
        return Ok(Some(given.how(turn)));
    };
    if agent != before {
        agents::save(turn.db, &agent)?;
        let entry = Entry {
            about: Some(user),
            before: &good_for(&before),
            after: &good_for(&agent),
            ..Entry::of(hand, "agent")
        };
        audit::insert(turn.db, &entry, turn.now)?;
        assign::hand_out(turn)?;
    }
    line(turn, &agent).map(Some)
}

/// An agent with what was written of them; none where that makes no sense.
fn changed(turn: &Turn<'_>, agent: &Agent, written: &str) -> Option<Agent> {
    let mut agent = agent.clone();
    let words: Vec<&str> = written.split_whitespace().collect();
    for pair in words.chunks(2) {
        let [key, value] = pair else {
            return None;
        };
        match key.to_lowercase().as_str() {
            "level" => agent.level = Level::new(value.parse().ok()?)?,
            "capacity" if is_any(value) => agent.capacity = None,
            "capacity" => agent.capacity = Some(value.parse().ok()?),
            "categories" => agent.categories = categories(turn, value)?,
            "languages" => agent.languages = languages(value)?,
            _ => return None,
        }
    }
    Some(agent)
}

fn is_any(value: &str) -> bool {
    value.eq_ignore_ascii_case("any")
}

fn categories(turn: &Turn<'_>, value: &str) -> Option<Vec<String>> {
    if is_any(value) {
        return Some(Vec::new());
    }
    value
        .split(',')
        .map(|name| {
            let name = name.to_lowercase();
            let mut known = turn.settings().categories.iter();
            known.any(|category| category.name == name).then_some(name)
        })
        .collect()
}

fn languages(value: &str) -> Option<Vec<Language>> {
    if is_any(value) {
        return Some(Vec::new());
    }
    value.split(',').map(Language::from_tag).collect()
}

/// An agent in one line.
fn line(turn: &Turn<'_>, agent: &Agent) -> Result<String, Error> {
    let (texts, language) = (turn.texts(), turn.language());
    let names = members::names_of(turn.db, agent.user)?.unwrap_or_default();
    let load = agents::load(turn.db, agent.user)?;
    let most = agent
        .capacity
        .unwrap_or(turn.settings().agents.max_concurrent_tickets);
    let mut parts = vec![
        names.shown().unwrap_or("–").to_owned(),
        texts.agent_status(language, agent.status.name()),
        texts.agent_load(language, u64::from(load), u64::from(most)),
        texts.card_level(language, u64::from(agent.level.number())),
    ];
    if let Some(average) = agents::average_answer(turn.db, agent.user)? {
        parts.push(texts.agent_answers(language, average.as_secs() / 60));
    }
    if !agent.categories.is_empty() {
        parts.push(agent.categories.join(", "));
    }
    if !agent.languages.is_empty() {
        parts.push(language_codes(agent));
    }
    if let Some(shift) = &agent.shift {
        parts.push(shift.clone());
    }
    Ok(parts.join(" · "))
}

fn language_codes(agent: &Agent) -> String {
    let codes: Vec<&str> = agent.languages.iter().map(|known| known.code()).collect();
    codes.join(", ")
}

/// What an agent is good for, for the trail.
fn good_for(agent: &Agent) -> String {
    let capacity = agent
        .capacity
        .map_or("any".to_owned(), |capacity| capacity.to_string());
    format!(
        "level {} capacity {capacity} categories {} languages {}",
        agent.level.number(),
        agent.categories.join(","),
        language_codes(agent)
    )
}
