//! The life of a ticket: opened by a first message, added to, closed.

use super::turn::Turn;
use crate::domain::call::{Call, Priority, Purpose, ReplyTo, Source, To};
use crate::domain::content::{Content, Kind, Text};
use crate::domain::event::ClientMessage;
use crate::domain::ids::{MessageId, MessageRowId, TicketId};
use crate::domain::language::Language;
use crate::domain::rules::carriers::{self, Carriage};
use crate::domain::rules::text::{self, CAPTION_MAX, TEXT_MAX};
use crate::domain::ticket::{Client, Side, Ticket, TicketCode};
use crate::domain::time::Timestamp;
use crate::store::messages::NewMessage;
use crate::store::topics::Topic;
use crate::store::{Error, Place, clients, messages, tickets, topics};
use crate::view::card;

/// Opens a ticket with its first message: the topic, the card with the message, the confirmation.
pub(super) fn open(
    turn: &mut Turn<'_>,
    client: &Client,
    message: &ClientMessage,
    not_before: Timestamp,
) -> Result<(), Error> {
    let ticket = tickets::by_id(turn.db, insert(turn, client)?)?;
    topics::insert(turn.db, ticket.id, turn.settings().group)?;
    let row = keep(turn, &ticket, message)?;
    make_topic(turn, &ticket, not_before)?;
    first_post(turn, &ticket, row, message, not_before)?;
    let text = turn
        .texts()
        .ticket_created(client.language, ticket.code.as_str());
    turn.tell_client(client.id, Some(ticket.id), text, None)
}

/// Adds a message to an open ticket.
pub(super) fn add(
    turn: &mut Turn<'_>,
    ticket: &Ticket,
    message: &ClientMessage,
    not_before: Timestamp,
) -> Result<(), Error> {
    let row = keep(turn, ticket, message)?;
    relay(turn, ticket, row, message, not_before)
}

/// Closes a ticket: both sides are told, the card shows it, the topic is closed.
pub(super) fn close(
    turn: &mut Turn<'_>,
    ticket: &Ticket,
    by: Side,
    reason: &str,
) -> Result<(), Error> {
    if !tickets::close(turn.db, ticket.id, by, turn.now)? {
        return Ok(());
    }
    let code = ticket.code.as_str();
    let client = clients::by_id(turn.db, ticket.client)?;
    let (texts, language) = (turn.texts(), turn.language());
    let (to_client, line) = match by {
        Side::Client => (
            texts.closed_by_client(client.language, code),
            texts.line_closed_by_client(language, code),
        ),
        Side::Agent if reason.is_empty() => (
            texts.closed_by_agent(client.language, code),
            texts.line_closed_by_agent(language, code),
        ),
        Side::Agent => (
            texts.closed_by_agent(client.language, code),
            texts.line_closed_because(language, code, reason),
        ),
    };
    if client.unreachable.is_none() {
        turn.tell_client(client.id, Some(ticket.id), to_client, None)?;
    }
    turn.tell_topic(ticket.id, line, None)?;
    let call = Call::CloseTopic { ticket: ticket.id };
    let now = turn.now;
    turn.post_to_topic(
        ticket,
        Purpose::TopicState,
        Priority::STATE,
        None,
        now,
        &call,
    )?;
    refresh_card(turn, ticket.id)
}

/// Renders the card anew.
fn refresh_card(turn: &mut Turn<'_>, ticket: TicketId) -> Result<(), Error> {
    let Some(topic) = topics::current(turn.db, ticket)? else {
        return Ok(());
    };
    let ticket = tickets::by_id(turn.db, ticket)?;
    let post = render_card(turn, &ticket, &topic)?;
    turn.edit_card(ticket.id, post)
}

/// The card's post as it stands in a topic, with what it carries.
fn render_card(turn: &Turn<'_>, ticket: &Ticket, topic: &Topic) -> Result<Text, Error> {
    let card = card_of(turn, ticket)?;
    let words = match topic.card_carries {
        Some(row) => Some(text::without_people(&messages::content(turn.db, row)?.text)),
        None => None,
    };
    let lead = topic.card_lead.as_deref();
    // A card that has grown past the limit goes without the words: they stand elsewhere then.
    Ok(card::with_words(&card, lead, words.as_ref()).unwrap_or(card))
}

pub(super) fn card_of(turn: &Turn<'_>, ticket: &Ticket) -> Result<Text, Error> {
    let earlier = tickets::count_earlier(turn.db, ticket)?;
    Ok(card::card(ticket, earlier, turn.texts(), turn.language()))
}

fn insert(turn: &mut Turn<'_>, client: &Client) -> Result<TicketId, Error> {
    loop {
        let code = TicketCode::new(turn.now, turn.random());
        if let Some(id) = tickets::insert(turn.db, &code, client.id, turn.now)? {
            return Ok(id);
        }
    }
}

fn keep(turn: &Turn<'_>, ticket: &Ticket, message: &ClientMessage) -> Result<MessageRowId, Error> {
    messages::insert(
        turn.db,
        &NewMessage {
            ticket: ticket.id,
            side: Side::Client,
            is_note: false,
            written_at: message.date,
            content: &message.content,
            place: Place::Client(ticket.client),
            message: message.message,
        },
    )
}

fn make_topic(turn: &mut Turn<'_>, ticket: &Ticket, not_before: Timestamp) -> Result<(), Error> {
    let call = Call::CreateTopic {
        ticket: ticket.id,
        title: card::title(ticket),
    };
    turn.post_to_topic(
        ticket,
        Purpose::Topic,
        Priority::FIRST,
        None,
        not_before,
        &call,
    )
}

/// The card, in one post with the first text where both fit: a new ticket costs two calls then.
fn first_post(
    turn: &mut Turn<'_>,
    ticket: &Ticket,
    row: MessageRowId,
    message: &ClientMessage,
    not_before: Timestamp,
) -> Result<(), Error> {
    let card = card_of(turn, ticket)?;
    let words = (message.content.kind == Kind::Text)
        .then(|| text::without_people(&message.content.text))
        .and_then(|words| card::with_words(&card, None, Some(&words)));
    let shares_post = words.is_some();
    if shares_post && let Some(topic) = topics::current(turn.db, ticket.id)? {
        topics::card_layout(turn.db, topic.id, Some(row), None)?;
    }
    let call = Call::SendText {
        to: To::Topic(ticket.id),
        text: words.unwrap_or(card),
        reply_to: None,
    };
    let carried = shares_post.then_some((row, 0));
    turn.post_to_topic(
        ticket,
        Purpose::Card,
        Priority::FIRST,
        carried,
        not_before,
        &call,
    )?;
    if shares_post {
        return Ok(());
    }
    relay(turn, ticket, row, message, not_before)
}

/// Queues a client's message up for the topic.
fn relay(
    turn: &mut Turn<'_>,
    ticket: &Ticket,
    row: MessageRowId,
    message: &ClientMessage,
    not_before: Timestamp,
) -> Result<(), Error> {
    let reply_to = reply_target(turn, ticket, message.reply_to)?;
    let source = Source::Client(ticket.client, message.message);
    let to = To::Topic(ticket.id);
    let calls = relay_calls(turn, to, source, &message.content, reply_to);
    for (part, call) in (0..).zip(&calls) {
        turn.post_to_topic(
            ticket,
            Purpose::Relay,
            Priority::MESSAGE,
            Some((row, part)),
            not_before,
            call,
        )?;
    }
    Ok(())
}

/// A reply is carried over where the message that it answers belongs to the same ticket: Telegram
/// would show a reply into another topic with its origin.
fn reply_target(
    turn: &Turn<'_>,
    ticket: &Ticket,
    reply_to: Option<MessageId>,
) -> Result<Option<ReplyTo>, Error> {
    let Some(message) = reply_to else {
        return Ok(None);
    };
    let found = messages::at(turn.db, Place::Client(ticket.client), message)?;
    Ok(found
        .filter(|found| found.ticket == ticket.id)
        .map(|found| ReplyTo::Row(found.row)))
}

fn relay_calls(
    turn: &Turn<'_>,
    to: To,
    source: Source,
    content: &Content,
    reply_to: Option<ReplyTo>,
) -> Vec<Call> {
    let words = text::without_people(&content.text);
    let copy = |caption| {
        vec![Call::Copy {
            to,
            source,
            caption,
            reply_to,
        }]
    };
    match carriers::to_topic(content.kind) {
        Carriage::Words => text::split(&words, TEXT_MAX)
            .into_iter()
            .map(|text| Call::SendText { to, text, reply_to })
            .collect(),
        Carriage::Told => vec![Call::SendText {
            to,
            text: Text::plain(dice(turn, content, turn.language())),
            reply_to,
        }],
        // A caption is only replaced where it holds a mark that says who somebody is: Telegram
        // copies on its own side what is not changed.
        Carriage::CopyWithCaption if words.entities != content.text.entities => {
            if text::utf16_len(&words.text) <= CAPTION_MAX {
                return copy(Some(words));
            }
            // Whoever pays Telegram may write longer captions than a bot.
            let mut calls = copy(Some(Text::default()));
            calls.push(Call::SendText {
                to,
                text: words,
                reply_to,
            });
            calls
        }
        Carriage::CopyWithCaption | Carriage::Copy => copy(None),
        Carriage::Withheld => Vec::new(),
    }
}

/// What was rolled, in words: a copy would be rolled again.
pub(super) fn dice(turn: &Turn<'_>, content: &Content, language: Language) -> String {
    let (emoji, value) = content
        .dice
        .as_ref()
        .map_or(("🎲", 0), |dice| (dice.emoji.as_str(), dice.value));
    let value = u64::try_from(value).unwrap_or(0);
    turn.texts().dice(language, emoji, value)
}
