//! What agents write in the desk group: replies and notes. That they may is decided by Telegram: only a
//! member of the private group can post there.

use std::time::Duration;

use super::carry::{self, Answers, Parcel, Route};
use super::turn::Turn;
use super::{album, claim, file, prompt, relocate, shared, staff, ticket, topics_off};
use crate::domain::call::{Mark, Source};
use crate::domain::content::{Content, Text};
use crate::domain::event::{AgentMessage, Names, Question, Timer};
use crate::domain::ids::{ChatId, MessageId, MessageRowId};
use crate::domain::rules::carriers::{self, Carriage, Direction};
use crate::domain::rules::guard::{self, Guarding, Held};
use crate::domain::settings::RelayMode;
use crate::domain::ticket::{Side, Ticket, TicketState};
use crate::store::albums::AlbumState;
use crate::store::messages::{Found, NewMessage};
use crate::store::prompts::{self, Prompt};
use crate::store::{
    Error, Place, albums, clients, facts, members, messages, tickets, timers, topics,
};

/// A reply that takes longer than this to deliver gets a mark that says so.
const SLOW_AFTER: Duration = Duration::from_secs(5);

pub(super) fn wrote(turn: &mut Turn<'_>, message: &AgentMessage) -> Result<(), Error> {
    let may_work = staff::wrote(turn, message)?;
    let Some(ticket) = ticket_of(turn, message)? else {
        return topics_off::answered(turn, message);
    };
    let place = Place::Group(message.chat);
    if messages::at(turn.db, place, message.message)?.is_some()
        || prompts::at(turn.db, place, message.message)?.is_some()
    {
        return Ok(());
    }
    if !may_work {
        let text = turn.texts().not_admitted(turn.language());
        return answer_once(turn, &ticket, message, text);
    }
    let answered = match message.reply_to {
        Some(target) => shared::answered_at(turn, place, target, message.quote.as_ref())?,
        None => None,
    };
    let is_note = stays_inside(turn, message, answered)?;
    if !is_note && let Some(text) = relocate::left_text(turn, message)? {
        turn.mark(message.chat, message.message, Mark::Refused)?;
        return answer_once(turn, &ticket, message, text);
    }
    if ticket.state == TicketState::Closed && !is_note {
        return match is_answered(turn, &ticket, message)? {
            true => Ok(()),
            false => turn.answer_closed(&ticket, message),
        };
    }
    if is_note {
        return note(turn, &ticket, message);
    }
    reply(turn, &ticket, message, answered)
}

/// Says why a message goes nowhere; of an album once.
fn answer_once(
    turn: &mut Turn<'_>,
    ticket: &Ticket,
    message: &AgentMessage,
    text: String,
) -> Result<(), Error> {
    if is_answered(turn, ticket, message)? {
        return Ok(());
    }
    turn.answer_agent((message.chat, message.thread), message.message, text)
}

/// Whether it was said already of another message of the same album. If not, it is said now.
fn is_answered(turn: &Turn<'_>, ticket: &Ticket, message: &AgentMessage) -> Result<bool, Error> {
    match &message.album {
        Some(group) => album::is_answered(turn, Place::Group(message.chat), group, ticket),
        None => Ok(false),
    }
}

/// A reply will not reach the client: the agent reads why, and sees it at the message.
pub(super) fn refused(turn: &mut Turn<'_>, row: MessageRowId, reason: &str) -> Result<(), Error> {
    let text = turn.texts().reply_refused(turn.language(), reason);
    turn.refuse_row(row, text)
}

/// The ticket in whose topic somebody wrote.
pub(super) fn ticket_of(turn: &Turn<'_>, message: &AgentMessage) -> Result<Option<Ticket>, Error> {
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

pub(super) fn is_marked_note(message: &AgentMessage) -> bool {
    message.content.text.text.trim_start().starts_with("//")
}

/// Keeps a message inside the group; where it is part of an album, all of that.
pub(super) fn note(turn: &Turn<'_>, ticket: &Ticket, message: &AgentMessage) -> Result<(), Error> {
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
    if let Some(text) = why_never(turn, &message.content) {
        if carriers::may_be_forced(message.content.kind) {
            keep_held(turn, ticket, message, message.content.kind.name(), answered)?;
        }
        turn.mark(message.chat, message.message, Mark::Refused)?;
        return turn.answer_agent((message.chat, message.thread), message.message, text);
    }
    let policy = &turn.settings().privacy.policy;
    if carriers::carriage(message.content.kind, Direction::ToClient, policy) == Carriage::Asked {
        return prompt::ask_agent(turn, message);
    }
    if let Some(held) = held_back(turn, &message.content)? {
        return hold(turn, ticket, message, &held, answered);
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

/// Why a message of this kind reaches no client, whatever its words are.
pub(super) fn why_never(turn: &Turn<'_>, content: &Content) -> Option<String> {
    let (texts, language) = (turn.texts(), turn.language());
    let policy = &turn.settings().privacy.policy;
    match carriers::carriage(content.kind, Direction::ToClient, policy) {
        Carriage::Withheld | Carriage::Refused => {
            Some(texts.reply_kind_refused(language, content.kind.name()))
        }
        Carriage::Words
        | Carriage::Told
        | Carriage::CopyWithCaption
        | Carriage::Copy
        | Carriage::Cleaned
        | Carriage::Asked => {
            let whole = content.whole.as_ref();
            whole
                .filter(|whole| whole.holds_more)
                .map(|_| texts.reply_poll_refused(language))
        }
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
    ticket::answered(turn, ticket.id)?;
    claim::by_reply(turn, ticket, message)?;
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
    Ok(guard::guard(content, &privacy.policy, &guarding))
}

/// Holds a message back, and the album that it belongs to.
fn hold(
    turn: &mut Turn<'_>,
    ticket: &Ticket,
    message: &AgentMessage,
    held: &Held,
    answered: Option<Found>,
) -> Result<(), Error> {
    let (found, answers) = keep_held(turn, ticket, message, &held.what, answered)?;
    if let Some(group) = &message.album {
        let place = Place::Group(message.chat);
        let as_held = AlbumState::Held;
        for item in album::keep_inside(turn, place, group, ticket, found.row, as_held)? {
            messages::hold(turn.db, item, Some(&held.what))?;
            messages::set_answers(turn.db, item, &answers)?;
        }
    }
    let text = turn.texts().reply_held(turn.language(), &held.what);
    turn.refuse_row(found.row, text)
}

/// Keeps a message that stays here until somebody says otherwise, with what it answers.
fn keep_held(
    turn: &mut Turn<'_>,
    ticket: &Ticket,
    message: &AgentMessage,
    why: &str,
    answered: Option<Found>,
) -> Result<(Found, Answers), Error> {
    let found = keep(turn, ticket, message, false, Some(why))?;
    let answers = answers(turn, answered, message.quote.as_ref())?;
    messages::set_answers(turn.db, found.row, &answers)?;
    Ok((found, answers))
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
        let answers = messages::answers(turn.db, found.row)?;
        file::send_again(turn, found, answers)?;
    }
    ticket::answered(turn, found.ticket)?;
    claim::by_author(turn, &ticket, found.author)?;
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
            quote,
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
        quote,
        album: None,
    };
    let Some(ticket) = ticket_of(turn, &message)? else {
        return Ok(());
    };
    if let Some(text) = relocate::left_text(turn, &message)? {
        return turn.answer_agent((message.chat, message.thread), message.message, text);
    }
    if ticket.state == TicketState::Closed {
        let text = turn.texts().ticket_is_closed(turn.language());
        return turn.answer_agent((message.chat, message.thread), message.message, text);
    }
    let place = Place::Group(message.chat);
    let answered = match reply_to {
        Some(target) => shared::answered_at(turn, place, target, message.quote.as_ref())?,
        None => None,
    };
    match held_back(turn, &message.content)? {
        Some(held) => hold(turn, &ticket, &message, &held, answered),
        None => send(turn, &ticket, &message, answered, true),
    }
}

fn keep(
    turn: &Turn<'_>,
    ticket: &Ticket,
    message: &AgentMessage,
    is_note: bool,
    held: Option<&str>,
) -> Result<Found, Error> {
    let content = turn.named_content(&message.content, Direction::ToClient);
    let row = messages::insert(
        turn.db,
        &NewMessage {
            ticket: ticket.id,
            side: Side::Agent,
            is_note,
            written_at: message.date,
            content: &content,
            author: message.from,
            held,
            place: Place::Group(message.chat),
            message: message.message,
            thread: message.thread,
        },
    )?;
    messages::by_id(turn.db, row)
}
