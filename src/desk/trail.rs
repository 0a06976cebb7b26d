//! `/audit`: who did what, in pages, for admins.

use super::command::{self, Answer, Given};
use super::turn::Turn;
use super::{moment, prompt};
use crate::domain::event::{AgentMessage, Names, Press, Question, TrailOf};
use crate::domain::ids::{ChatId, MessageId, ThreadId, UserId};
use crate::domain::ticket::Role;
use crate::store::audit::{self, Hand, Kept};
use crate::store::{Error, members, tickets};

/// Entries of one page: together they stay far below the length of a post.
const PAGE: usize = 15;
/// Before the first entry of all that there will be.
const NEWEST: i64 = i64::MAX;

/// `/audit [CODE]`, `/audit @agent`.
pub(super) fn command(turn: &mut Turn<'_>, given: &Given<'_>) -> Answer {
    if !command::is_admin(turn, given.message)? {
        return Ok(Some(turn.texts().admins_only(turn.language())));
    }
    let (first, _) = command::first_word(given.arguments);
    let of = match first.strip_prefix('@') {
        Some(name) => members::called(turn.db, turn.here, name)?.map(TrailOf::Agent),
        None if first.is_empty() => given
            .ticket
            .as_ref()
            .map(|ticket| TrailOf::Ticket(ticket.id)),
        None => command::named(turn, first)?.map(|ticket| TrailOf::Ticket(ticket.id)),
    };
    let Some(of) = of else {
        return Ok(Some(command::how(turn, given.word)));
    };
    let AgentMessage {
        chat,
        thread,
        message,
        ..
    } = *given.message;
    page(turn, (chat, thread), message, of, NEWEST).map(|()| None)
}

/// The button for older entries.
pub(super) fn pressed(
    turn: &mut Turn<'_>,
    press: &Press,
    (chat, thread): (ChatId, Option<ThreadId>),
    of: TrailOf,
    before: i64,
) -> Result<(), Error> {
    let language = turn.language();
    if members::role(turn.db, turn.here, press.by)? != Some(Role::Admin) {
        let text = turn.texts().admins_only(language);
        return turn.answer_button(press.id.clone(), text, true);
    }
    turn.answer_button(press.id.clone(), String::new(), false)?;
    page(turn, (chat, thread), press.message, of, before)
}

fn page(
    turn: &mut Turn<'_>,
    here: (ChatId, Option<ThreadId>),
    about: MessageId,
    of: TrailOf,
    before: i64,
) -> Result<(), Error> {
    let limit = PAGE + 1;
    let mut entries = match of {
        TrailOf::Ticket(ticket) => audit::of_ticket(turn.db, ticket, before, limit)?,
        TrailOf::Agent(agent) => audit::of_agent(turn.db, agent, before, limit)?,
    };
    let has_more = entries.len() > PAGE;
    entries.truncate(PAGE);
    let last = entries.last().map(|entry| entry.id);
    if matches!(of, TrailOf::Agent(_)) {
        keep_shown(turn, &mut entries)?;
    }
    let Some(last) = last else {
        let text = turn.texts().audit_empty(turn.language());
        return turn.answer_agent(here, about, text);
    };
    let lines: Result<Vec<String>, Error> = entries.iter().map(|entry| line(turn, entry)).collect();
    let text = lines?.join("\n");
    if !has_more {
        return turn.answer_agent(here, about, text);
    }
    let question = Question::Trail {
        of,
        before: last,
        thread: here.1,
    };
    prompt::ask_group(turn, here, about, None, &question, text)
}

/// Of what somebody did, nothing about tickets that were never in this group.
fn keep_shown(turn: &Turn<'_>, entries: &mut Vec<Kept>) -> Result<(), Error> {
    let mut shown = Vec::new();
    for entry in entries.drain(..) {
        let ticket = match &entry.ticket {
            Some(code) if !turn.desks().is_single() => tickets::by_code(turn.db, code)?,
            Some(_) | None => None,
        };
        match ticket {
            Some(ticket) if !turn.may_show(ticket.id)? => {}
            Some(_) | None => shown.push(entry),
        }
    }
    *entries = shown;
    Ok(())
}

/// `11-27 10:05 · sam · claimed · SUPP-… · open → assigned · why`.
pub(super) fn line(turn: &Turn<'_>, entry: &Kept) -> Result<String, Error> {
    let (texts, language) = (turn.texts(), turn.language());
    let who = match entry.hand {
        Hand::Member(user) => name(turn, user)?,
        Hand::Anonymous => texts.audit_hand(language, "anonymous"),
        Hand::Client => texts.audit_hand(language, "client"),
        Hand::Desk => texts.audit_hand(language, "desk"),
    };
    let mut parts = vec![
        moment::shown(turn, entry.at),
        who,
        texts.audit_action(language, &entry.action),
    ];
    if let Some(about) = entry.about {
        parts.push(name(turn, about)?);
    }
    parts.extend(entry.ticket.as_ref().map(ToString::to_string));
    match (entry.before.as_str(), entry.after.as_str()) {
        ("", "") => {}
        ("", after) => parts.push(after.to_owned()),
        (before, after) => parts.push(format!("{before} → {after}")),
    }
    if !entry.reason.is_empty() {
        parts.push(format!("“{}”", entry.reason));
    }
    Ok(parts.join(" · "))
}

/// What a member is called inside the group.
fn name(turn: &Turn<'_>, user: UserId) -> Result<String, Error> {
    let names = members::names_of(turn.db, user)?;
    Ok(names
        .as_ref()
        .and_then(Names::shown)
        .map(str::to_owned)
        .unwrap_or_else(|| turn.texts().audit_hand(turn.language(), "unknown")))
}
