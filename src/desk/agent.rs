//! What agents do in the desk group: reply, keep notes, give commands. That they may is decided by
//! Telegram: only a member of the private group can post there.

use std::time::Duration;

use super::ticket;
use super::turn::Turn;
use crate::domain::call::{Call, Mark, ReplyTo, Source, To};
use crate::domain::content::{Content, Text};
use crate::domain::event::{AgentCommand, AgentMessage, Timer};
use crate::domain::ids::MessageRowId;
use crate::domain::rules::carriers::{self, Carriage};
use crate::domain::rules::text::{self, CAPTION_MAX, TEXT_MAX};
use crate::domain::settings::RelayMode;
use crate::domain::ticket::{Client, Side, Ticket, TicketState};
use crate::store::messages::{Found, NewMessage};
use crate::store::{Error, Place, clients, messages, tickets, timers, topics};

/// A reply that takes longer than this to deliver gets a mark that says so.
const SLOW_AFTER: Duration = Duration::from_secs(5);
/// How alike two words must be for one to be offered for the other.
const LIKENESS_MIN: f64 = 0.6;

pub(super) fn wrote(turn: &mut Turn<'_>, message: &AgentMessage) -> Result<(), Error> {
    let Some(ticket) = ticket_of(turn, message)? else {
        return Ok(());
    };
    let place = Place::Group(message.chat);
    if messages::at(turn.db, place, message.message)?.is_some() {
        return Ok(());
    }
    let answered = match message.reply_to {
        Some(target) => messages::at(turn.db, place, target)?,
        None => None,
    };
    let is_note = stays_inside(turn, message, answered);
    if ticket.state == TicketState::Closed && !is_note {
        let text = turn.texts().ticket_is_closed(turn.language());
        return turn.answer_agent((message.chat, message.thread), message.message, text);
    }
    if is_note {
        return keep(turn, &ticket, message, true).map(drop);
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
    let answer = match (command, ticket) {
        (AgentCommand::Note, Some(ticket)) => {
            return keep(turn, &ticket, message, true).map(drop);
        }
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
        (AgentCommand::Help, _) => help(turn),
        (AgentCommand::Unknown { word }, _) => texts.unknown_command(language, word, nearest(word)),
    };
    turn.answer_agent((message.chat, message.thread), message.message, answer)
}

/// A reply will not reach the client: the agent reads why, and sees it at the message.
pub(super) fn refused(turn: &mut Turn<'_>, row: MessageRowId, reason: &str) -> Result<(), Error> {
    let text = turn.texts().reply_refused(turn.language(), reason);
    let Some((chat, thread, message)) = messages::original_in_group(turn.db, row)? else {
        return Ok(());
    };
    turn.mark(chat, message, Mark::Refused)?;
    turn.answer_agent((chat, thread), message, text)
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
fn stays_inside(turn: &Turn<'_>, message: &AgentMessage, answered: Option<Found>) -> bool {
    let is_marked = is_marked_note(message);
    let answers_note = answered.is_some_and(|found| found.is_note);
    let is_talk = match turn.settings().relay_mode {
        RelayMode::All => false,
        RelayMode::Replies => answered.is_none(),
    };
    is_marked || answers_note || is_talk
}

fn is_marked_note(message: &AgentMessage) -> bool {
    message.content.text.text.trim_start().starts_with("//")
}

fn reply(
    turn: &mut Turn<'_>,
    ticket: &Ticket,
    message: &AgentMessage,
    answered: Option<Found>,
) -> Result<(), Error> {
    let kind = message.content.kind;
    if carriers::to_client(kind) == Carriage::Withheld {
        let text = turn
            .texts()
            .reply_kind_refused(turn.language(), kind.name());
        turn.mark(message.chat, message.message, Mark::Refused)?;
        return turn.answer_agent((message.chat, message.thread), message.message, text);
    }
    let row = keep(turn, ticket, message, false)?;
    let client = clients::by_id(turn.db, ticket.client)?;
    if let Some(why) = client.unreachable {
        return refused(turn, row, why.name());
    }
    let reply_to = answered
        .filter(|found| found.ticket == ticket.id)
        .map(|found| ReplyTo::Row(found.row));
    let calls = reply_calls(turn, &client, message, reply_to);
    for (part, call) in (0..).zip(&calls) {
        turn.post_to_client(ticket, (row, part), call)?;
    }
    let slow = Timer::ReplySlow {
        chat: message.chat,
        message: message.message,
    };
    timers::set(turn.db, turn.now.plus(SLOW_AFTER), &slow)
}

fn reply_calls(
    turn: &Turn<'_>,
    client: &Client,
    message: &AgentMessage,
    reply_to: Option<ReplyTo>,
) -> Vec<Call> {
    let to = To::Client(client.id);
    let label = turn.settings().reply_label.as_str();
    let content = &message.content;
    let copy = |caption| {
        vec![Call::Copy {
            to,
            source: Source::Desk(message.chat, message.message),
            caption,
            reply_to,
        }]
    };
    let mut calls = Vec::new();
    let words = match carriers::to_client(content.kind) {
        Carriage::Words => text::without_people(&content.text),
        Carriage::Told => Text::plain(ticket::dice(turn, content, client.language)),
        Carriage::CopyWithCaption => match labelled_caption(label, content) {
            // Whoever pays Telegram may write longer captions than a bot.
            Some(words) if text::utf16_len(&words.text) > CAPTION_MAX => {
                calls = copy(Some(Text::default()));
                words
            }
            caption => return copy(caption),
        },
        Carriage::Copy => return copy(None),
        Carriage::Withheld => return Vec::new(),
    };
    let parts = text::split(&text::join(&Text::plain(label), &words), TEXT_MAX);
    calls.extend(
        parts
            .into_iter()
            .map(|text| Call::SendText { to, text, reply_to }),
    );
    calls
}

/// The caption that a copy gets: the label and the agent's words. None where there is nothing to say.
fn labelled_caption(label: &str, content: &Content) -> Option<Text> {
    let words = text::without_people(&content.text);
    let caption = if words.is_empty() {
        Text::plain(label.trim_end().trim_end_matches(':'))
    } else {
        text::join(&Text::plain(label), &words)
    };
    let fits = text::utf16_len(&caption.text) <= CAPTION_MAX;
    let caption = if fits { caption } else { words };
    (!caption.is_empty()).then_some(caption)
}

fn keep(
    turn: &Turn<'_>,
    ticket: &Ticket,
    message: &AgentMessage,
    is_note: bool,
) -> Result<MessageRowId, Error> {
    messages::insert(
        turn.db,
        &NewMessage {
            ticket: ticket.id,
            side: Side::Agent,
            is_note,
            written_at: message.date,
            content: &message.content,
            place: Place::Group(message.chat),
            message: message.message,
        },
    )
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
