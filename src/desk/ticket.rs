//! The life of a ticket: opened by a first message, added to, answered.

use std::time::Duration;

use super::carry::{self, Parcel, Route};
use super::turn::Turn;
use super::{
    album, assign, autoclose, backlog, card, category, closing, escalate, moment, queue, same_text,
    sla, snooze, staff,
};
use crate::domain::call::{Call, Priority, Purpose, Source};
use crate::domain::content::Content;
use crate::domain::event::ClientMessage;
use crate::domain::ids::{MessageRowId, OutboxId, TicketId, TopicId};
use crate::domain::rules::escalate::Unanswered;
use crate::domain::rules::transition::Action;
use crate::domain::rules::{desks, pacing, text};
use crate::domain::ticket::{Client, Level, Side, Ticket, TicketCode};
use crate::domain::time::Timestamp;
use crate::store::audit::{self, Entry, Hand};
use crate::store::messages::{Found, NewMessage};
use crate::store::tickets::NewTicket;
use crate::store::{Error, Place, claims, first_texts, messages, tickets, topics};

/// How much of a first line is a ticket's subject.
const SUBJECT_MAX: usize = 60;

/// A ticket that is held takes no turn of those that are not.
const NO_TURN: Timestamp = Timestamp::from_millis(0);

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
    turn.here = ticket.desk;
    write_down(turn, &ticket)?;
    let words = &incoming.message.content.text.text;
    let held_until = same_text::held_until(turn, client.id, ticket.id, words)?;
    let due_at = match held_until {
        Some(held_until) => held_until.max(incoming.not_before),
        None => topic_turn(turn, incoming.not_before)?,
    };
    let turn_at = held_until.map_or(due_at, |_| NO_TURN);
    topics::insert(turn.db, ticket.id, turn.desks().chat(ticket.desk), turn_at)?;
    let Kept {
        found,
        content,
        unanswered,
    } = keep(turn, &ticket, incoming)?;
    let ticket = tickets::by_id(turn.db, ticket.id)?;
    make_topic(turn, &ticket, due_at)?;
    let at = incoming.not_before;
    if !card::first_post(turn, &ticket, found.row, &content, at)? {
        relay(turn, &ticket, found.row, &content, incoming)?;
    }
    let ticket = opened(turn, &ticket, &content, unanswered)?;
    let text = created(
        turn,
        client,
        &ticket,
        due_at.since(turn.now.max(incoming.not_before)),
    )?;
    turn.tell_client(client.id, Some(ticket.id), text, None)
}

/// The trail begins, with what the client has chosen beforehand.
fn write_down(turn: &Turn<'_>, ticket: &Ticket) -> Result<(), Error> {
    let entry = Entry {
        ticket: Some(ticket.id),
        after: ticket.category.as_deref().unwrap_or_default(),
        ..Entry::of(Hand::Client, Action::Open.name())
    };
    audit::insert(turn.db, &entry, turn.now)
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
    // What waits for anything else waits for that, too.
    if let Some(opens) = opens_at(turn) {
        let opens = moment::shown(turn, opens);
        return Ok(texts.ticket_away(client.language, code, &opens));
    }
    let place = queue::place_to_tell(turn, ticket)?;
    Ok(match behind.into_iter().chain(queued).max() {
        Some(minutes) => {
            backlog::told(turn, client)?;
            texts.ticket_queued(client.language, code, minutes)
        }
        None => match place {
            Some(place) if staff::is_anybody_there(turn, ticket.desk)? => {
                texts.ticket_placed(client.language, code, u64::from(place))
            }
            Some(place) => texts.ticket_unmanned(client.language, code, u64::from(place)),
            None => texts.ticket_created(client.language, code),
        },
    })
}

/// When the desk opens, where it is closed.
fn opens_at(turn: &Turn<'_>) -> Option<Timestamp> {
    let opens = turn.settings().hours.next_opening(turn.now)?;
    (opens > turn.now).then_some(opens)
}

/// Adds a message to an open ticket.
pub(super) fn add(
    turn: &mut Turn<'_>,
    ticket: &Ticket,
    incoming: &Incoming<'_>,
) -> Result<(), Error> {
    if ticket.close_at.is_some() {
        closing::cancel(turn, ticket, Hand::Client)?;
        let line = turn.texts().line_close_cancelled(turn.language());
        turn.tell_topic(ticket.id, line, None)?;
        snooze::heard(turn, &tickets::by_id(turn.db, ticket.id)?)?;
    } else {
        snooze::heard(turn, ticket)?;
    }
    let Kept {
        found,
        content,
        unanswered,
    } = keep(turn, ticket, incoming)?;
    relay(turn, ticket, found.row, &content, incoming)?;
    card::recount(turn, ticket.id)?;
    // The clock of the close stood still while the client owed the answer.
    if ticket.waiting_since.is_none() {
        sla::keep_time(turn, ticket.id)?;
        sla::look_again(turn, ticket.id)?;
    }
    escalate::heard(turn, ticket.id, &content.text.text, unanswered)
}

/// A new ticket finds somebody; its first words may raise it.
fn opened(
    turn: &mut Turn<'_>,
    ticket: &Ticket,
    content: &Content,
    unanswered: Unanswered,
) -> Result<Ticket, Error> {
    sla::look_again(turn, ticket.id)?;
    escalate::heard(turn, ticket.id, &content.text.text, unanswered)?;
    let mut ticket = tickets::by_id(turn.db, ticket.id)?;
    assign::to_somebody(turn, &mut ticket, None)?;
    Ok(ticket)
}

/// An agent has answered the client of a ticket.
pub(super) fn answered(turn: &mut Turn<'_>, ticket: TicketId) -> Result<(), Error> {
    tickets::agent_wrote(turn.db, ticket, turn.now)?;
    sla::keep_time(turn, ticket)?;
    autoclose::begin(turn, ticket)?;
    card::recount(turn, ticket)
}

fn insert(turn: &mut Turn<'_>, client: &Client, subject: &str) -> Result<TicketId, Error> {
    let category = category::chosen(turn, client)?;
    let priority = category.as_ref().and_then(|category| category.priority);
    let about = category.as_ref().map(|category| category.name.as_str());
    let desk = desks::home(turn.desks(), about, Level::FIRST);
    loop {
        let code = TicketCode::new(turn.now, turn.random());
        let new = NewTicket {
            code: &code,
            client: client.id,
            subject,
            category: about,
            priority: priority.unwrap_or_default(),
            desk,
        };
        if let Some(id) = tickets::insert(turn.db, &new, turn.now)? {
            return Ok(id);
        }
    }
}

/// The first line of a message, with what has to be hidden hidden: what a ticket is about at a glance.
pub(super) fn subject_of(turn: &Turn<'_>, content: &Content) -> String {
    text::first_line(&turn.mask_content(content).content.text, SUBJECT_MAX)
}

/// A client's message as it is kept.
struct Kept {
    found: Found,
    content: Content,
    /// How long the client has been writing without an answer, this message counted.
    unanswered: Unanswered,
}

/// Keeps a client's message, with what has to be hidden hidden.
fn keep(turn: &Turn<'_>, ticket: &Ticket, incoming: &Incoming<'_>) -> Result<Kept, Error> {
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
    let unanswered = tickets::unanswered(turn.db, ticket.id)?.wrote(message.date);
    tickets::client_wrote(turn.db, ticket.id, message.date, unanswered)?;
    Ok(Kept {
        found,
        content: masked.content,
        unanswered,
    })
}

/// When a new ticket's topic may be made in the group that this is about.
fn topic_turn(turn: &Turn<'_>, wanted_at: Timestamp) -> Result<Timestamp, Error> {
    let wanted_at = wanted_at.max(turn.now);
    let group = turn.desks().chat(turn.here);
    Ok(match turn.settings().new_tickets_per_minute {
        0 => wanted_at,
        most => pacing::topic_turn(wanted_at, topics::nth_latest_turn(turn.db, group, most)?),
    })
}

/// A ticket whose topic nobody has begun to make goes on in the group that this is about: its turn is one of
/// those there, whatever it waited for before. One that is held waits on.
pub(super) fn take_turn_here(
    turn: &Turn<'_>,
    id: TicketId,
    (topic, making): (TopicId, OutboxId),
) -> Result<(), Error> {
    let chat = turn.desks().chat(turn.here);
    if first_texts::is_held(turn.db, id)? {
        return topics::set_chat(turn.db, topic, chat, NO_TURN);
    }
    let turn_at = topic_turn(turn, turn.now)?;
    topics::set_chat(turn.db, topic, chat, turn_at)?;
    claims::defer(turn.db, making, turn_at)
}

fn make_topic(turn: &mut Turn<'_>, ticket: &Ticket, not_before: Timestamp) -> Result<(), Error> {
    let call = Call::CreateTopic {
        ticket: ticket.id,
        title: card::title(turn, ticket),
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
    if answers.lead.is_some() {
        messages::set_answers(turn.db, row, &answers)?;
    }
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
