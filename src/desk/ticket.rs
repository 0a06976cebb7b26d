//! The life of a ticket: opened by a first message, added to, closed.

use std::time::Duration;

use super::album;
use super::backlog;
use super::carry::{self, Parcel, Route};
use super::turn::Turn;
use crate::domain::call::{Call, Lane, Priority, Purpose, Source, To};
use crate::domain::content::{Content, Kind, Text};
use crate::domain::event::ClientMessage;
use crate::domain::ids::{MessageRowId, TicketId};
use crate::domain::rules::{pacing, text};
use crate::domain::ticket::{Client, ClosedBy, Side, Ticket, TicketCode, TicketPriority};
use crate::domain::time::Timestamp;
use crate::store::messages::{Found, NewMessage};
use crate::store::tickets::{Closing, NewTicket};
use crate::store::topics::Topic;
use crate::store::{Error, Place, claims, clients, messages, outbox, tickets, topics};
use crate::view::card::{self, Beside};

/// How much of a first line is a ticket's subject.
const SUBJECT_MAX: usize = 60;

/// A client's message that is to be carried.
pub(super) struct Incoming<'a> {
    /// The message.
    pub message: &'a ClientMessage,
    /// Not to be posted earlier.
    pub not_before: Timestamp,
    /// Whether its writer was asked and has agreed.
    pub is_confirmed: bool,
}

/// Opens a ticket with its first message: the topic, the card with the message, the confirmation.
pub(super) fn open(
    turn: &mut Turn<'_>,
    client: &Client,
    incoming: &Incoming<'_>,
) -> Result<(), Error> {
    let subject = subject_of(turn, &incoming.message.content);
    let ticket = tickets::by_id(turn.db, insert(turn, client, &subject)?)?;
    let due_at = topic_turn(turn, incoming.not_before)?;
    topics::insert(turn.db, ticket.id, turn.settings().group, due_at)?;
    let (found, content) = keep(turn, &ticket, incoming)?;
    make_topic(turn, &ticket, due_at)?;
    if !first_post(turn, &ticket, found.row, &content, incoming)? {
        relay(turn, &ticket, found.row, &content, incoming)?;
    }
    let text = created(
        turn,
        client,
        &ticket,
        due_at.since(turn.now.max(incoming.not_before)),
    )?;
    turn.tell_client(client.id, Some(ticket.id), text, None)
}

/// What the client reads of a new ticket whose turn comes after so long.
fn created(
    turn: &mut Turn<'_>,
    client: &Client,
    ticket: &Ticket,
    turn_in: Duration,
) -> Result<String, Error> {
    let behind = backlog::look(turn)?.map(|behind| behind.minutes);
    let queued = (!turn_in.is_zero()).then(|| turn_in.as_secs().div_ceil(60));
    let (texts, code) = (turn.texts(), ticket.code.as_str());
    Ok(match behind.into_iter().chain(queued).max() {
        Some(minutes) => {
            backlog::told(turn, client)?;
            texts.ticket_queued(client.language, code, minutes)
        }
        None => texts.ticket_created(client.language, code),
    })
}

/// Adds a message to an open ticket.
pub(super) fn add(
    turn: &mut Turn<'_>,
    ticket: &Ticket,
    incoming: &Incoming<'_>,
) -> Result<(), Error> {
    let (found, content) = keep(turn, ticket, incoming)?;
    relay(turn, ticket, found.row, &content, incoming)
}

/// Closes a ticket: both sides are told, the card shows it, the topic is closed.
pub(super) fn close(
    turn: &mut Turn<'_>,
    ticket: &Ticket,
    by: ClosedBy,
    reason: &str,
) -> Result<(), Error> {
    close_with(turn, ticket, by, reason, true)
}

/// The same, and the client is not told.
pub(super) fn close_silently(
    turn: &mut Turn<'_>,
    ticket: &Ticket,
    by: ClosedBy,
) -> Result<(), Error> {
    close_with(turn, ticket, by, "", false)
}

fn close_with(
    turn: &mut Turn<'_>,
    ticket: &Ticket,
    by: ClosedBy,
    reason: &str,
    tells_client: bool,
) -> Result<(), Error> {
    let closing = Closing {
        by,
        resolution: None,
        duplicate_of: None,
    };
    if !tickets::close(turn.db, ticket.id, closing, turn.now)? {
        return Ok(());
    }
    let code = ticket.code.as_str();
    let client = clients::by_id(turn.db, ticket.client)?;
    let (texts, language) = (turn.texts(), turn.language());
    let (to_client, line) = match by {
        ClosedBy::Client => (
            texts.closed_by_client(client.language, code),
            texts.line_closed_by_client(language, code),
        ),
        ClosedBy::Timer => (
            texts.closed_by_agent(client.language, code),
            texts.line_closed_by_timer(language, code),
        ),
        ClosedBy::Agent if reason.is_empty() => (
            texts.closed_by_agent(client.language, code),
            texts.line_closed_by_agent(language, code),
        ),
        ClosedBy::Agent => (
            texts.closed_by_agent(client.language, code),
            texts.line_closed_because(language, code, reason),
        ),
    };
    if tells_client && client.unreachable.is_none() {
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
    let beside = Beside {
        earlier: tickets::count_earlier(turn.db, ticket)?,
        ..Beside::default()
    };
    Ok(card::card(ticket, &beside, turn.texts(), turn.language()))
}

fn insert(turn: &mut Turn<'_>, client: &Client, subject: &str) -> Result<TicketId, Error> {
    loop {
        let code = TicketCode::new(turn.now, turn.random());
        let new = NewTicket {
            code: &code,
            client: client.id,
            subject,
            category: None,
            priority: TicketPriority::default(),
        };
        if let Some(id) = tickets::insert(turn.db, &new, turn.now)? {
            return Ok(id);
        }
    }
}

/// The first line of a message, with what has to be hidden hidden: what a ticket is about at a glance.
fn subject_of(turn: &Turn<'_>, content: &Content) -> String {
    text::first_line(&turn.mask_content(content).content.text, SUBJECT_MAX)
}

/// Keeps a client's message, with what has to be hidden hidden.
fn keep(
    turn: &Turn<'_>,
    ticket: &Ticket,
    incoming: &Incoming<'_>,
) -> Result<(Found, Content), Error> {
    let message = incoming.message;
    let masked = turn.mask_content(&message.content);
    let row = messages::insert(
        turn.db,
        &NewMessage {
            ticket: ticket.id,
            side: Side::Client,
            is_note: false,
            written_at: message.date,
            content: &masked.content,
            author: None,
            held: None,
            place: Place::Client(ticket.client),
            message: message.message,
            thread: None,
        },
    )?;
    let found = Found {
        row,
        ticket: ticket.id,
        side: Side::Client,
        is_note: false,
        author: None,
        is_held: false,
        is_deleted: false,
    };
    turn.seal(found, &masked.redacted)?;
    tickets::client_wrote(turn.db, ticket.id, message.date)?;
    Ok((found, masked.content))
}

/// When a new ticket's topic may be made.
fn topic_turn(turn: &Turn<'_>, wanted_at: Timestamp) -> Result<Timestamp, Error> {
    let wanted_at = wanted_at.max(turn.now);
    Ok(match turn.settings().new_tickets_per_minute {
        0 => wanted_at,
        most => pacing::topic_turn(wanted_at, topics::nth_latest_turn(turn.db, most)?),
    })
}

fn make_topic(turn: &mut Turn<'_>, ticket: &Ticket, not_before: Timestamp) -> Result<(), Error> {
    let call = Call::CreateTopic {
        ticket: ticket.id,
        title: card::title(ticket, None),
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

/// The card, in one post with the first text where both fit: a new ticket costs two calls then. Whether
/// the text is in it.
fn first_post(
    turn: &mut Turn<'_>,
    ticket: &Ticket,
    row: MessageRowId,
    content: &Content,
    incoming: &Incoming<'_>,
) -> Result<bool, Error> {
    let card = card_of(turn, ticket)?;
    let words = (content.kind == Kind::Text)
        .then(|| text::without_people(&content.text))
        .and_then(|words| card::with_words(&card, None, Some(&words)));
    let shares_post = words.is_some();
    if shares_post && let Some(topic) = topics::current(turn.db, ticket.id)? {
        topics::card_layout(turn.db, topic.id, Some(row), None)?;
    }
    let call = Call::words(To::Topic(ticket.id), words.unwrap_or(card), None);
    let carried = shares_post.then_some((row, 0));
    turn.post_to_topic(
        ticket,
        Purpose::Card,
        Priority::FIRST,
        carried,
        incoming.not_before,
        &call,
    )?;
    Ok(shares_post)
}

/// Queues a client's message up for the topic.
fn relay(
    turn: &mut Turn<'_>,
    ticket: &Ticket,
    row: MessageRowId,
    content: &Content,
    incoming: &Incoming<'_>,
) -> Result<(), Error> {
    let message = incoming.message;
    let route = Route::to_desk(turn, ticket, incoming.not_before);
    let topic = match message.reply_to {
        Some(_) => topics::current(turn.db, ticket.id)?,
        None => None,
    };
    let quote = message.quote.as_ref();
    let answers = carry::answered_by_client(turn, route, topic.as_ref(), message.reply_to, quote)?;
    let parcel = Parcel {
        content,
        source: Source::Client(ticket.client, message.message),
        answers,
        is_changed: content.text != message.content.text,
        is_confirmed: incoming.is_confirmed,
    };
    match &message.album {
        Some(group) => {
            let origin = Place::Client(ticket.client);
            album::arrived(turn, route, origin, group, row, &parcel)
        }
        None => carry::send(turn, route, row, &parcel),
    }
}

/// Whether a client's message stands in the same post as the card.
pub(super) fn shares_card(turn: &Turn<'_>, found: Found) -> Result<bool, Error> {
    let topic = topics::current(turn.db, found.ticket)?;
    Ok(topic.is_some_and(|topic| topic.card_carries == Some(found.row)))
}

/// The text that shares the card's post has changed. Where both do not fit any more the text is
/// posted by itself.
pub(super) fn edit_first_words(turn: &mut Turn<'_>, found: Found) -> Result<(), Error> {
    let ticket = tickets::by_id(turn.db, found.ticket)?;
    let Some(topic) = topics::current(turn.db, ticket.id)? else {
        return Ok(());
    };
    let card = card_of(turn, &ticket)?;
    let words = text::without_people(&messages::content(turn.db, found.row)?.text);
    let lead = topic.card_lead.clone();
    let Some(post) = card::with_words(&card, lead.as_deref(), Some(&words)) else {
        leave_card(turn, found, &ticket, &topic, lead.as_deref())?;
        return post_first_words(turn, &ticket, found.row, &words);
    };
    show_card(turn, &ticket, post)
}

/// The message that shares the card's post has become something that is no text: it leaves the post.
pub(super) fn first_words_gone(turn: &mut Turn<'_>, found: Found) -> Result<(), Error> {
    let ticket = tickets::by_id(turn.db, found.ticket)?;
    match topics::current(turn.db, ticket.id)? {
        Some(topic) => leave_card(turn, found, &ticket, &topic, topic.card_lead.as_deref()),
        None => Ok(()),
    }
}

/// The card's post shows the card alone from now on, and is no copy of the message any more.
fn leave_card(
    turn: &mut Turn<'_>,
    found: Found,
    ticket: &Ticket,
    topic: &Topic,
    lead: Option<&str>,
) -> Result<(), Error> {
    topics::card_layout(turn.db, topic.id, None, lead)?;
    messages::unlink(turn.db, found.row, Place::Group(turn.group()?), 0)?;
    let card = card_of(turn, ticket)?;
    let post = card::with_words(&card, lead, None).unwrap_or(card);
    show_card(turn, ticket, post)
}

/// A card is gone, with a change of its words that nobody may have seen: they are posted by themselves.
pub(super) fn card_lost(turn: &mut Turn<'_>, topic: &Topic) -> Result<(), Error> {
    let Some(row) = topic.card_carries else {
        return Ok(());
    };
    if !messages::was_edited(turn.db, row)? || messages::by_id(turn.db, row)?.is_deleted {
        return Ok(());
    }
    topics::card_layout(turn.db, topic.id, None, topic.card_lead.as_deref())?;
    messages::unlink(turn.db, row, Place::Group(turn.group()?), 0)?;
    let ticket = tickets::by_id(turn.db, topic.ticket)?;
    let words = text::without_people(&messages::content(turn.db, row)?.text);
    post_first_words(turn, &ticket, row, &words)
}

fn post_first_words(
    turn: &mut Turn<'_>,
    ticket: &Ticket,
    row: MessageRowId,
    words: &Text,
) -> Result<(), Error> {
    let route = Route::to_desk(turn, ticket, turn.now);
    let lead = turn.texts().edited_anew(turn.language());
    let words = text::join(&Text::plain(format!("{lead}\n")), words);
    for (part, text) in (0..).zip(text::split(&words, text::TEXT_MAX)) {
        let call = Call::words(route.to(), text, None);
        turn.carry(route, Purpose::Relay, (row, part), &call)?;
    }
    Ok(())
}

/// The text that shares the card's post was taken back: the card stays.
pub(super) fn remove_first_words(turn: &mut Turn<'_>, found: Found) -> Result<(), Error> {
    let ticket = tickets::by_id(turn.db, found.ticket)?;
    let Some(topic) = topics::current(turn.db, ticket.id)? else {
        return Ok(());
    };
    let lead = turn.texts().line_taken_back(turn.language());
    leave_card(turn, found, &ticket, &topic, Some(&lead))
}

/// The card's post as it is to be: in the call that posts it where nobody has seen it yet, by an edit
/// otherwise.
fn show_card(turn: &mut Turn<'_>, ticket: &Ticket, post: Text) -> Result<(), Error> {
    if let Some((call, claims::Unfinished::Waiting)) =
        claims::of_lane(turn.db, Lane::Topic(ticket.id), Purpose::Card)?
        && outbox::is_untouched(turn.db, call)?
    {
        let call_now = Call::words(To::Topic(ticket.id), post.clone(), None);
        claims::replace_call(turn.db, call, &call_now)?;
        // A newer state may wait to be shown on it, with the words of before.
        let edit = Call::EditCard {
            ticket: ticket.id,
            text: post,
        };
        let lane = Lane::Card(ticket.id);
        return outbox::replace_waiting(turn.db, lane, Purpose::CardEdit, &edit).map(drop);
    }
    turn.edit_card(ticket.id, post)
}
