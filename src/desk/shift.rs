//! When agents are at work by their own hours: `/shift`, and the clock that sends them home.

use super::command::{Answer, Given};
use super::turn::Turn;
use super::{identity, staff};
use crate::domain::agent::{Agent, AgentStatus, StatusBy};
use crate::domain::event::Timer;
use crate::domain::ids::UserId;
use crate::domain::rules::hours::{NotASchedule, Schedule};
use crate::store::audit::{self, Entry, Hand};
use crate::store::{Error, agents, members, timers};

/// No hours of one's own, in the texts and in the trail.
const NO_SHIFT: &str = "none";

/// `/shift mon-fri 09:00-17:00 Europe/Berlin`, `/shift off`; alone it says what is set.
pub(super) fn command(turn: &mut Turn<'_>, given: &Given<'_>) -> Answer {
    let (texts, language) = (turn.texts(), turn.language());
    let Some(user) = given.message.from else {
        return identity::ask(turn, given);
    };
    let Some(agent) = agents::by_user(turn.db, user)? else {
        return Ok(Some(given.how(turn)));
    };
    let shift = match given.arguments {
        "" => {
            let shift = agent.shift.as_deref().unwrap_or(NO_SHIFT);
            return Ok(Some(texts.shift_is(language, shift)));
        }
        off if off.eq_ignore_ascii_case("off") => None,
        written => match Schedule::parse(written, turn.settings().hours.zone()) {
            Ok(_) => Some(written.to_owned()),
            Err(wrong) => {
                return Ok(Some(format!(
                    "{}\n{}",
                    why_not(turn, &wrong),
                    given.how(turn)
                )));
            }
        },
    };
    let changed = Agent {
        shift,
        ..agent.clone()
    };
    agents::save(turn.db, &changed)?;
    let shown = changed.shift.as_deref().unwrap_or(NO_SHIFT);
    let entry = Entry {
        about: Some(user),
        before: agent.shift.as_deref().unwrap_or(NO_SHIFT),
        after: shown,
        ..Entry::of(Hand::Member(user), "shift")
    };
    audit::insert(turn.db, &entry, turn.now)?;
    rang(turn, user)?;
    Ok(Some(texts.shift_is(language, shown)))
}

/// What is wrong with hours that somebody wrote.
fn why_not(turn: &Turn<'_>, wrong: &NotASchedule) -> String {
    let (texts, language) = (turn.texts(), turn.language());
    let (kind, written, near) = match wrong {
        NotASchedule::Word(word) => ("word", word, ""),
        NotASchedule::NoTime(days) => ("no_time", days, ""),
        NotASchedule::NoDay(time) => ("no_day", time, ""),
        NotASchedule::Empty(range) => ("empty", range, ""),
        NotASchedule::Zone { written, near } => match near {
            Some(near) => ("near_zone", written, *near),
            None => ("zone", written, ""),
        },
    };
    texts.shift_wrong(language, kind, written, near)
}

/// Whether an agent is at work by their own hours. One without hours always is, and so is one whose hours
/// cannot be read any more.
pub(super) fn is_on(turn: &Turn<'_>, agent: &Agent) -> bool {
    schedule(turn, agent).is_none_or(|schedule| schedule.is_open(turn.now))
}

/// A shift begins, ends, or has changed.
pub(super) fn rang(turn: &mut Turn<'_>, user: UserId) -> Result<(), Error> {
    let timer = Timer::AgentShift { agent: user };
    timers::drop_all(turn.db, &timer)?;
    let Some(agent) = agents::by_user(turn.db, user)? else {
        return Ok(());
    };
    if !members::is_anywhere(turn.db, user)? {
        return Ok(());
    }
    if let Some(next) = schedule(turn, &agent).and_then(|own| own.next_change(turn.now)) {
        timers::set(turn.db, next, &timer)?;
    }
    let is_offline = agent.status == AgentStatus::Offline;
    let by_clock = agent.status_by == StatusBy::Timer;
    match is_on(turn, &agent) {
        true if is_offline && by_clock => {
            staff::be(turn, &agent, AgentStatus::Available, StatusBy::Timer)
        }
        false if !is_offline => staff::be(turn, &agent, AgentStatus::Offline, StatusBy::Timer),
        true | false => Ok(()),
    }
}

fn schedule(turn: &Turn<'_>, agent: &Agent) -> Option<Schedule> {
    let shift = agent.shift.as_ref()?;
    Schedule::parse(shift, turn.settings().hours.zone()).ok()
}
