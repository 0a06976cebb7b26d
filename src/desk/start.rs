//! What is queued up when the program starts.

use super::turn::Turn;
use super::{dashboard, relocate, staff};
use crate::domain::call::{Audience, Call};
use crate::domain::event::{AgentWord, ClientCommand, Timer};
use crate::domain::ids::DeskId;
use crate::domain::language::Language;
use crate::store::{Error, breakers, claims, desks, facts, jobs, reports, timers};

/// The fact that remembers which menus Telegram shows.
const MENUS: &str = "menus";

pub(super) fn started(turn: &mut Turn<'_>) -> Result<(), Error> {
    timers::set_once(turn.db, turn.now, &Timer::Housekeeping)?;
    dashboard::begin(turn)?;
    // A doubt never outlives its timer.
    for call in claims::in_doubt(turn.db)? {
        let since = turn.now;
        timers::set(turn.db, turn.now, &Timer::TopicDoubt { call, since })?;
    }
    breakers::started(turn.db)?;
    relocate::started(turn)?;
    jobs::all_due(turn.db, turn.now)?;
    reports::all_due(turn.db, turn.now)?;
    staff::started(turn)?;
    show_menus(turn)
}

/// Menus are sent only when they have changed since the last time, or the group has: those of its members are
/// its own.
fn show_menus(turn: &mut Turn<'_>) -> Result<(), Error> {
    let calls = menus(turn);
    let group = desks::chat(turn.db, turn.desks(), DeskId::MAIN)?;
    let wanted = format!("{group:?} {calls:?}");
    if facts::get(turn.db, MENUS)?.is_some_and(|shown| shown == wanted) {
        return Ok(());
    }
    for call in &calls {
        turn.service(call)?;
    }
    facts::set(turn.db, MENUS, &wanted)
}

fn menus(turn: &Turn<'_>) -> Vec<Call> {
    let texts = turn.texts();
    let mut calls = Vec::new();
    // Without a language first: for everybody whose language we do not speak.
    let languages = [None].into_iter().chain(Language::ALL.map(Some));
    for language in languages {
        let spoken = language.unwrap_or_default();
        let clients = ClientCommand::ALL.map(|command| {
            (
                command.name().to_owned(),
                texts.menu_client(spoken, command.name()),
            )
        });
        let agents: Vec<_> = AgentWord::ALL
            .iter()
            .map(|word| {
                (
                    word.name().to_owned(),
                    texts.menu_agent(spoken, word.name()),
                )
            })
            .collect();
        let further = turn.desks().further().iter();
        let further =
            further.map(|desk| (Audience::AgentsOf(desk.support_group_id), agents.clone()));
        let further: Vec<_> = further.collect();
        let first = [
            (Audience::Clients, clients.to_vec()),
            (Audience::Agents, agents),
        ];
        for (audience, commands) in first.into_iter().chain(further) {
            calls.push(Call::SetCommands {
                audience,
                language,
                commands,
            });
        }
    }
    calls
}
