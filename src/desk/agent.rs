//! What agents do in the desk group: reply, keep notes, give commands. That they may is decided by
//! Telegram: only a member of the private group can post there.

use std::time::Duration;

use super::carry::{self, Answers, Parcel, Route};
use super::turn::Turn;
use super::{album, delete, file, letters, prompt, shared, ticket};
use crate::domain::call::{Mark, Source};
use crate::domain::content::{Content, Text};
use crate::domain::event::{AgentCommand, AgentMessage, Names, Question, Timer};
use crate::domain::ids::{ChatId, MessageId, MessageRowId};
use crate::domain::rules::carriers::{self, Carriage, Direction};
use crate::domain::rules::guard::{self, Guarding, Held};
use crate::domain::settings::RelayMode;
use crate::domain::ticket::{Role, Side, Ticket, TicketCode, TicketState};
use crate::store::albums::AlbumState;
use crate::store::messages::{Found, NewMessage};
use crate::store::prompts::{self, Prompt};
use crate::store::{
    Error, Place, albums, audit, clients, facts, members, messages, tickets, timers, topics,
};

/// A reply that takes longer than this to deliver gets a mark that says so.
const SLOW_AFTER: Duration = Duration::from_secs(5);
/// How alike two words must be for one to be offered for the other.
const LIKENESS_MIN: f64 = 0.6;

pub(super) fn wrote(turn: &mut Turn<'_>, message: &AgentMessage) -> Result<(), Error> {
    if let Some(from) = message.from {
        members::seen(turn.db, from, &message.names, turn.now)?;
    }
    let Some(ticket) = ticket_of(turn, message)? else {
        return Ok(());
    };
    let place = Place::Group(message.chat);
    if messages::at(turn.db, place, message.message)?.is_some()
        || prompts::at(turn.db, place, message.message)?.is_some()
    {
        return Ok(());
    }
    let answered = match message.reply_to {
        Some(target) => shared::answered_at(turn, place, target, message.quote.as_ref())?,
        None => None,
    };
    let is_note = stays_inside(turn, message, answered)?;
    if ticket.state == TicketState::Closed && !is_note {
        let text = turn.texts().ticket_is_closed(turn.language());
        return turn.answer_agent((message.chat, message.thread), message.message, text);
    }
    if is_note {
        return note(turn, &ticket, message);
    }
    reply(turn, &ticket, message, answered)
}

pub(super) fn commanded(
    turn: &mut Turn<'_>,
    message: &AgentMessage,
    command: &AgentCommand,
) -> Result<(), Error> {
    let ticket = ticket_of(turn, message)?;
    let (texts, language) = (turn.texts(), turn.language());
    // A command in the caption of one message keeps all of its album inside.
    if let (Some(ticket), Some(_)) = (&ticket, &message.album)
        && !matches!(command, AgentCommand::Note)
    {
        note(turn, ticket, message)?;
    }
    let answer = match (command, ticket) {
        (AgentCommand::Note, Some(ticket)) => return note(turn, &ticket, message),
        (AgentCommand::Close { .. }, Some(ticket)) if ticket.state == TicketState::Closed => {
            texts.ticket_is_closed(language)
        }
        (AgentCommand::Close { reason }, Some(ticket)) => {
            return ticket::close(turn, &ticket, Side::Agent, reason.trim());
        }
        // Talk among agents, wherever it stands, begins with `//` as well.
        (AgentCommand::Note, None) if is_marked_note(message) => return Ok(()),
        (AgentCommand::Note, None) => texts.needs_topic(language, "note"),
        (AgentCommand::Close { .. }, None) => texts.needs_topic(language, "close"),
        (AgentCommand::Delete, _) => return delete::by_agent(turn, message),
        (AgentCommand::Force, _) => return force(turn, message),
        (AgentCommand::Reveal { arguments }, _) => return reveal(turn, message, arguments),
        (AgentCommand::Failed { .. }, _) if !is_admin(turn, message)? => {
            texts.admins_only(language)
        }
        (AgentCommand::Failed { arguments }, _) => {
            return letters::command(turn, message, arguments);
        }
        (AgentCommand::Help, _) => help(turn),
        (AgentCommand::Unknown { word }, _) => texts.unknown_command(language, word, nearest(word)),
    };
    turn.answer_agent((message.chat, message.thread), message.message, answer)
}

/// A reply will not reach the client: the agent reads why, and sees it at the message.
pub(super) fn refused(turn: &mut Turn<'_>, row: MessageRowId, reason: &str) -> Result<(), Error> {
    let text = turn.texts().reply_refused(turn.language(), reason);
    turn.refuse_row(row, text)
}

/// The ticket in whose topic somebody wrote.
fn ticket_of(turn: &Turn<'_>, message: &AgentMessage) -> Result<Option<Ticket>, Error> {
    let Some(thread) = message.thread else {
        return Ok(None);
    };
    match topics::by_thread(turn.db, message.chat, thread)? {
        Some(topic) => tickets::by_id(turn.db, topic.ticket).map(Some),
        None => Ok(None),
    }
}

/// Whether a message is for the group alone.
fn stays_inside(
    turn: &Turn<'_>,
    message: &AgentMessage,
    answered: Option<Found>,
) -> Result<bool, Error> {
    let is_marked = is_marked_note(message);
    let answers_note = answered.is_some_and(|found| found.is_note);
    let is_talk = match turn.settings().relay_mode {
        RelayMode::All => false,
        RelayMode::Replies => answered.is_none(),
    };
    if is_marked || answers_note || is_talk {
        return Ok(true);
    }
    match &message.album {
        Some(group) => album::is_note(turn, Place::Group(message.chat), group),
        None => Ok(false),
    }
}

fn is_marked_note(message: &AgentMessage) -> bool {
    message.content.text.text.trim_start().starts_with("//")
}

/// Keeps a message inside the group; where it is part of an album, all of that.
fn note(turn: &Turn<'_>, ticket: &Ticket, message: &AgentMessage) -> Result<(), Error> {
    let row = keep(turn, ticket, message, true, None)?.row;
    if let Some(group) = &message.album {
        let place = Place::Group(message.chat);
        let kept = AlbumState::Kept;
        for item in album::keep_inside(turn, place, group, ticket, row, kept)? {
            messages::keep_inside(turn.db, item)?;
        }
    }
    Ok(())
}

fn reply(
    turn: &mut Turn<'_>,
    ticket: &Ticket,
    message: &AgentMessage,
    answered: Option<Found>,
) -> Result<(), Error> {
    let kind = message.content.kind;
    let policy = &turn.settings().privacy.policy;
    match carriers::carriage(kind, Direction::ToClient, policy) {
        Carriage::Withheld | Carriage::Refused => {
            let text = turn
                .texts()
                .reply_kind_refused(turn.language(), kind.name());
            turn.mark(message.chat, message.message, Mark::Refused)?;
            return turn.answer_agent((message.chat, message.thread), message.message, text);
        }
        Carriage::Asked => return prompt::ask_agent(turn, message),
        Carriage::Words
        | Carriage::Told
        | Carriage::CopyWithCaption
        | Carriage::Copy
        | Carriage::Cleaned => {}
    }
    if let Some(held) = held_back(turn, &message.content)? {
        return hold(turn, ticket, message, &held);
    }
    let group = message.album.as_deref();
    let why = match group {
        Some(group) => album::held(turn, Place::Group(message.chat), group)?,
        None => None,
    };
    match (group, why) {
        // Another message of its album is held back, which was said there.
        (Some(group), Some(why)) => {
            let row = keep(turn, ticket, message, false, Some(&why))?.row;
            let (place, held) = (Place::Group(message.chat), AlbumState::Held);
            album::keep_inside(turn, place, group, ticket, row, held).map(drop)
        }
        _ => send(turn, ticket, message, answered, false),
    }
}

/// Sends an agent's message on its way to the client.
fn send(
    turn: &mut Turn<'_>,
    ticket: &Ticket,
    message: &AgentMessage,
    answered: Option<Found>,
    is_confirmed: bool,
) -> Result<(), Error> {
    let found = keep(turn, ticket, message, false, None)?;
    let client = clients::by_id(turn.db, ticket.client)?;
    if let Some(why) = client.unreachable {
        return refused(turn, found.row, why.name());
    }
    let parcel = Parcel {
        content: &message.content,
        source: Source::Desk(message.chat, message.message),
        answers: answers(turn, answered, message.quote.as_ref())?,
        is_changed: false,
        is_confirmed,
    };
    let route = Route::to_client(turn, ticket, &client);
    match &message.album {
        Some(group) => {
            let place = Place::Group(message.chat);
            album::arrived(turn, route, place, group, found.row, &parcel)?;
        }
        None => carry::send(turn, route, found.row, &parcel)?,
    }
    watch(turn, message.chat, message.message)
}

/// What an agent's message answers; the client's chat holds all of the conversation.
fn answers(
    turn: &Turn<'_>,
    answered: Option<Found>,
    quote: Option<&Text>,
) -> Result<Answers, Error> {
    let Some(found) = answered.filter(|found| !found.is_deleted && !found.is_held) else {
        return Ok(Answers::default());
    };
    let words = messages::content(turn.db, found.row)?.text;
    Ok(Answers {
        reply_to: Some(carry::reply(
            turn,
            Direction::ToClient,
            found.row,
            &words,
            quote,
        )),
        lead: None,
    })
}

/// A reply that takes long gets a mark that says so.
fn watch(turn: &Turn<'_>, chat: ChatId, message: MessageId) -> Result<(), Error> {
    let slow = Timer::ReplySlow { chat, message };
    timers::set(turn.db, turn.now.plus(SLOW_AFTER), &slow)
}

/// What in a message would tell the client who its writer is.
pub(super) fn held_back(turn: &Turn<'_>, content: &Content) -> Result<Option<Held>, Error> {
    let privacy = &turn.settings().privacy;
    let member_names = if privacy.guard_agent_names {
        let names = members::names(turn.db)?;
        names.into_iter().flat_map(|names| names.0).collect()
    } else {
        Vec::new()
    };
    let guarding = Guarding {
        allowed_mentions: privacy.allowed_mentions.clone(),
        own_username: facts::get(turn.db, facts::USERNAME)?.unwrap_or_default(),
        member_names,
    };
    let poll = content.poll.iter();
    let extra: Vec<&str> = poll
        .flat_map(|poll| std::iter::once(&poll.question).chain(&poll.options))
        .map(String::as_str)
        .chain(
            content
                .preview
                .iter()
                .filter_map(|preview| preview.get("url").and_then(|url| url.as_str())),
        )
        .collect();
    Ok(guard::guard(content, &extra, &privacy.policy, &guarding))
}

/// Holds a message back, and the album that it belongs to.
fn hold(
    turn: &mut Turn<'_>,
    ticket: &Ticket,
    message: &AgentMessage,
    held: &Held,
) -> Result<(), Error> {
    let found = keep(turn, ticket, message, false, Some(&held.what))?;
    if let Some(group) = &message.album {
        let place = Place::Group(message.chat);
        let as_held = AlbumState::Held;
        for item in album::keep_inside(turn, place, group, ticket, found.row, as_held)? {
            messages::hold(turn.db, item, Some(&held.what))?;
        }
    }
    let text = turn.texts().reply_held(turn.language(), &held.what);
    turn.refuse_row(found.row, text)
}

/// A message that was held back goes on its way.
pub(super) fn release_held(turn: &mut Turn<'_>, found: Found) -> Result<(), Error> {
    let ticket = tickets::by_id(turn.db, found.ticket)?;
    if ticket.state == TicketState::Closed {
        let text = turn.texts().ticket_is_closed(turn.language());
        return turn.answer_row(found.row, text);
    }
    if let Some(why) = clients::by_id(turn.db, ticket.client)?.unreachable {
        return refused(turn, found.row, why.name());
    }
    if let Some(album) = albums::of_message(turn.db, found.row)? {
        album::send_held(turn, album)?;
    } else {
        messages::hold(turn.db, found.row, None)?;
        file::send_again(turn, found, Answers::default())?;
    }
    match messages::original_in_group(turn.db, found.row)? {
        Some((chat, _, message)) => watch(turn, chat, message),
        None => Ok(()),
    }
}

/// An agent has agreed to send what shows something of them.
pub(super) fn confirmed(
    turn: &mut Turn<'_>,
    prompt: &Prompt,
    question: Question,
) -> Result<(), Error> {
    let (
        Place::Group(chat),
        Question::Share {
            date,
            content,
            reply_to,
            thread,
        },
    ) = (prompt.place, question)
    else {
        return Ok(());
    };
    let message = AgentMessage {
        chat,
        thread,
        from: prompt.author,
        names: Names::default(),
        message: prompt.message,
        date,
        content: *content,
        reply_to,
        quote: None,
        album: None,
    };
    let Some(ticket) = ticket_of(turn, &message)? else {
        return Ok(());
    };
    if ticket.state == TicketState::Closed {
        let text = turn.texts().ticket_is_closed(turn.language());
        return turn.answer_agent((message.chat, message.thread), message.message, text);
    }
    let place = Place::Group(message.chat);
    let answered = match reply_to {
        Some(target) => messages::at(turn.db, place, target)?,
        None => None,
    };
    match held_back(turn, &message.content)? {
        Some(held) => hold(turn, &ticket, &message, &held),
        None => send(turn, &ticket, &message, answered, true),
    }
}

/// `/force`: an admin sends what was held back.
fn force(turn: &mut Turn<'_>, message: &AgentMessage) -> Result<(), Error> {
    let (texts, language) = (turn.texts(), turn.language());
    let place = Place::Group(message.chat);
    let held = match message.reply_to {
        Some(target) => messages::at(turn.db, place, target)?,
        None => None,
    };
    let answer = match held.filter(|found| found.is_held) {
        _ if !is_admin(turn, message)? => texts.admins_only(language),
        Some(found) => {
            audit::insert(
                turn.db,
                turn.now,
                message.from,
                "force",
                Some(found.ticket),
                "",
            )?;
            return release_held(turn, found);
        }
        None => texts.force_what(language),
    };
    turn.answer_agent((message.chat, message.thread), message.message, answer)
}

/// Whoever hides behind the group's name is one of its administrators.
fn is_admin(turn: &Turn<'_>, message: &AgentMessage) -> Result<bool, Error> {
    match message.from {
        Some(user) => Ok(members::role(turn.db, user)? == Some(Role::Admin)),
        None => Ok(true),
    }
}

/// `/reveal CODE reason`: a button for an admin, so that it is known who looks.
fn reveal(turn: &mut Turn<'_>, message: &AgentMessage, arguments: &str) -> Result<(), Error> {
    let (texts, language) = (turn.texts(), turn.language());
    let here = (message.chat, message.thread);
    let (code, reason) = arguments
        .trim()
        .split_once(char::is_whitespace)
        .unwrap_or((arguments.trim(), ""));
    let reason = reason.trim();
    let ticket = match TicketCode::find_in(&code.to_uppercase()) {
        Some(code) => tickets::by_code(turn.db, &code)?,
        None => None,
    };
    let Some(ticket) = ticket.filter(|_| !reason.is_empty()) else {
        let text = texts.reveal_how(language);
        return turn.answer_agent(here, message.message, text);
    };
    let text = texts.ask_reveal(language, ticket.code.as_str(), reason);
    let question = Question::Reveal {
        ticket: ticket.id,
        reason: reason.to_owned(),
    };
    prompt::ask_reveal(turn, message, &question, text)
}

fn keep(
    turn: &Turn<'_>,
    ticket: &Ticket,
    message: &AgentMessage,
    is_note: bool,
    held: Option<&str>,
) -> Result<Found, Error> {
    let row = messages::insert(
        turn.db,
        &NewMessage {
            ticket: ticket.id,
            side: Side::Agent,
            is_note,
            written_at: message.date,
            content: &message.content,
            author: message.from,
            held,
            place: Place::Group(message.chat),
            message: message.message,
            thread: message.thread,
        },
    )?;
    messages::by_id(turn.db, row)
}

fn help(turn: &Turn<'_>) -> String {
    let (texts, language) = (turn.texts(), turn.language());
    let commands = AgentCommand::NAMES
        .map(|name| format!("/{name} – {}", texts.menu_agent(language, name)))
        .join("\n");
    format!("{}\n\n{commands}", texts.agent_help(language))
}

/// The command that somebody may have meant.
fn nearest(word: &str) -> &'static str {
    AgentCommand::NAMES
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&word.to_lowercase(), name), name))
        .filter(|(likeness, _)| *likeness >= LIKENESS_MIN)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map_or("help", |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_command_is_offered() {
        for (word, expected) in [("clsoe", "close"), ("NOTES", "note"), ("xyz", "help")] {
            assert_eq!(nearest(word), expected, "{word}");
        }
    }
}
