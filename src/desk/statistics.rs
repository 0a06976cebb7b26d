//! `/stats`: how the desk has done, for admins. What happened is read by the work loop, so that a long look back
//! delays no message; here it is asked for, and answered.

use super::command::{Answer, Given};
use super::people;
use super::turn::Turn;
use crate::domain::ids::{ReportId, UserId};
use crate::domain::rules::period;
use crate::domain::rules::statistics::Figures;
use crate::store::reports::{self, Asked};
use crate::store::{Error, topics};
use crate::view::statistics::{Shown, statistics};

/// `/stats [today|7d|30d]`
pub(super) fn command(turn: &mut Turn<'_>, given: &Given<'_>) -> Answer {
    let Some(days) = period::read(given.arguments) else {
        return Ok(Some(given.how(turn)));
    };
    let (_, from) = period::begin(days, turn.now, turn.settings().hours.zone());
    let asked = Asked {
        desk: turn.here,
        chat: given.message.chat,
        thread: given.message.thread,
        message: given.message.message,
        days,
        from,
        to: turn.now,
    };
    reports::insert(turn.db, &asked, turn.now).map(|()| None)
}

/// It was read, or cannot be.
pub(super) fn answer(
    turn: &mut Turn<'_>,
    report: ReportId,
    figures: Option<&Figures>,
) -> Result<(), Error> {
    let Some(asked) = reports::take(turn.db, report)? else {
        return Ok(());
    };
    // The config may name another group by now, and these figures are nobody else's.
    let is_there = turn.desks().has(asked.desk)
        && turn.group_of(asked.desk)? == topics::current_chat(turn.db, asked.chat)?;
    if !is_there {
        return Ok(());
    }
    turn.here = asked.desk;
    let text = match figures {
        Some(figures) => shown(turn, &asked, figures)?,
        None => turn.texts().stats_failed(turn.language()),
    };
    turn.answer_agent((asked.chat, asked.thread), asked.message, text)
}

fn shown(turn: &Turn<'_>, asked: &Asked, figures: &Figures) -> Result<String, Error> {
    let hours = &turn.settings().hours;
    let (first_day, _) = period::begin(asked.days, asked.to, hours.zone());
    let named = figures.agents.iter();
    let names: Result<Vec<(UserId, String)>, Error> = named
        .map(|agent| Ok((agent.user, people::name(turn, agent.user)?)))
        .collect();
    let shown = Shown {
        days: asked.days,
        first_day,
        counts_business_hours: !hours.is_always(),
        names: names?,
    };
    Ok(statistics(figures, &shown, turn.texts(), turn.language()))
}
