//! The dashboard: one pinned post in General that is kept up to date, and gives way to everything else.

use std::time::Duration;

use super::backlog;
use super::turn::{Queued, Turn};
use crate::domain::call::{Call, Lane, Priority, Purpose};
use crate::domain::content::Text;
use crate::domain::event::Timer;
use crate::domain::ids::{ChatId, DeskId};
use crate::domain::outcome::Receipt;
use crate::domain::rules::breaker::{Cause, Destination};
use crate::store::claims::{self, OutboxRow};
use crate::store::dashboard::{self, Shown};
use crate::store::{Error, breakers, outbox, sla, timers};
use crate::view;
use crate::view::dashboard::OutOfReach;

/// Promised times that were missed are shown for so long.
const BREACHES_OF: Duration = Duration::from_secs(24 * 60 * 60);

/// Sets the dashboard going, where the config wants one.
pub(super) fn begin(turn: &Turn<'_>) -> Result<(), Error> {
    match turn.settings().dashboard_every {
        Some(_) => timers::set_once(turn.db, turn.now, &Timer::Dashboard),
        None => Ok(()),
    }
}

/// Its time has come: it is posted, or changed where it would say something else.
pub(super) fn rang(turn: &mut Turn<'_>) -> Result<(), Error> {
    let Some(every) = turn.settings().dashboard_every else {
        return Ok(());
    };
    timers::set_once(turn.db, turn.now.plus(every), &Timer::Dashboard)?;
    for desk in turn.desks().all() {
        turn.here = desk;
        look(turn)?;
    }
    Ok(())
}

/// That of the group at hand.
fn look(turn: &mut Turn<'_>) -> Result<(), Error> {
    let (chat, text) = (turn.group()?, render(turn)?);
    match dashboard::of(turn.db, chat)? {
        None => {
            dashboard::begin(turn.db, chat, &text, turn.now)?;
            let call = Call::words(turn.general().1, Text::plain(text), None);
            post(turn, chat, &call)
        }
        // On its way: what it says then is a matter of the next time.
        Some(Shown { message: None, .. }) => Ok(()),
        Some(shown) if shown.text == text => Ok(()),
        Some(Shown {
            message: Some(message),
            ..
        }) => {
            dashboard::shown(turn.db, chat, &text, turn.now)?;
            let edit = Call::EditWord {
                whose: turn.whose()?,
                message,
                text: Text::plain(text),
                buttons: Vec::new(),
            };
            let lane = Lane::Dashboard(chat);
            if outbox::replace_waiting(turn.db, lane, Purpose::Dashboard, &edit)? {
                return Ok(());
            }
            post(turn, chat, &edit)
        }
    }
}

fn render(turn: &mut Turn<'_>) -> Result<String, Error> {
    let behind = backlog::look(turn)?.map(|behind| behind.minutes);
    let counted = dashboard::figures(turn.db, turn.shown_desk())?;
    let figures = view::dashboard::Figures {
        tickets: counted
            .tickets
            .iter()
            .map(|tickets| {
                let shown = view::dashboard::Tickets {
                    count: tickets.count,
                    unread: tickets.unread,
                    waiting_since: tickets.waiting_since,
                };
                (tickets.state, shown)
            })
            .collect(),
        agents: counted.agents,
        without_topic: counted.without_topic,
        behind_minutes: behind,
        dead_letters: counted.dead_letters,
        out_of_reach: out_of_reach(turn)?,
        breaches: sla::breaches(turn.db, turn.shown_desk(), turn.now.minus(BREACHES_OF))?,
    };
    let (texts, language) = (turn.texts(), turn.language());
    Ok(view::dashboard::dashboard(
        &figures, turn.now, texts, language,
    ))
}

/// What is out of reach, as the group at hand is told it: the main one hears of all others, by their names.
fn out_of_reach(turn: &Turn<'_>) -> Result<Vec<OutOfReach>, Error> {
    let mut shown = Vec::new();
    for open in breakers::open_ones(turn.db)? {
        let (cause, desk) = match open.destination {
            Destination::Telegram => (open.cause.name(), None),
            Destination::Group(chat) => match turn.desk_at(chat)? {
                Some(desk) if desk == turn.here => (cause_here(open.cause), None),
                Some(desk) if turn.here == DeskId::MAIN => {
                    (open.cause.name(), turn.desks().name(desk))
                }
                // What the config does not name any more may be as far away as it likes.
                Some(_) | None => continue,
            },
        };
        let desk = desk.map(str::to_owned);
        shown.push(OutOfReach { cause, desk });
    }
    Ok(shown)
}

/// Why the group in which the dashboard stands is out of reach, where Telegram as a whole is not.
const fn cause_here(cause: Cause) -> &'static str {
    match cause {
        Cause::NoAnswer => "no_answer_here",
        Cause::Token | Cause::Gone | Cause::TopicsOff => cause.name(),
    }
}

fn post(turn: &mut Turn<'_>, chat: ChatId, call: &Call) -> Result<(), Error> {
    turn.queue(Queued {
        lane: Lane::Dashboard(chat),
        ..Queued::of(Purpose::Dashboard, Priority::DASHBOARD, call)
    })
    .map(drop)
}

/// A call of the dashboard's is done: what was posted is pinned.
pub(super) fn done(turn: &mut Turn<'_>, row: &OutboxRow, receipt: &Receipt) -> Result<(), Error> {
    let (Call::SendText { .. }, Some(message)) = (&row.call, receipt.message) else {
        return Ok(());
    };
    let chat = turn.group()?;
    dashboard::posted(turn.db, chat, message)?;
    post(turn, chat, &Call::Pin { chat, message })
}

/// Telegram refused. Without the right to pin it stands unpinned; what cannot be changed any more is posted
/// anew next time. Nobody is told: whatever is wrong with the group, other calls say it.
pub(super) fn refused(turn: &mut Turn<'_>, row: &OutboxRow) -> Result<(), Error> {
    claims::dropped(turn.db, row, "not shown", turn.now)?;
    if matches!(row.call, Call::Pin { .. }) {
        return Ok(());
    }
    dashboard::forget(turn.db, turn.group()?)
}
