//! A closed ticket goes on: by the client's next text, by a command, by a button. Topic, code and links stay
//! the same.

use super::command::{Answer, Given, named};
use super::turn::Turn;
use super::{card, relocate, staff, state};
use crate::domain::call::{Call, Lane, Priority, Purpose};
use crate::domain::ids::TicketId;
use crate::domain::rules::transition::{Action, allowed};
use crate::domain::ticket::{Client, Ticket, TicketState};
use crate::domain::time::Timestamp;
use crate::store::audit::{self, Entry, Hand};
use crate::store::claims::{self, Unfinished};
use crate::store::{Error, clients, outbox, tickets};

/// The ticket that a text of this client, written at this time, opens again.
pub(super) fn by_text(
    turn: &mut Turn<'_>,
    client: &Client,
    written_at: Timestamp,
) -> Result<Option<Ticket>, Error> {
    let Some(window) = turn.settings().tickets.reopen_window else {
        return Ok(None);
    };
    let latest = tickets::latest_of(turn.db, client.id)?;
    let is_recent = |ticket: &Ticket| {
        let closed_at = ticket.closed_at;
        closed_at.is_some_and(|closed_at| written_at.since(closed_at) <= window)
    };
    match latest.filter(is_recent) {
        Some(ticket) => reopen(turn, &ticket, Hand::Client),
        None => Ok(None),
    }
}

/// `/reopen` in a closed ticket's topic, `/reopen CODE` elsewhere.
pub(super) fn command(turn: &mut Turn<'_>, given: &Given<'_>) -> Answer {
    let ticket = match (&given.ticket, given.arguments) {
        (Some(ticket), "") => Some(ticket.clone()),
        (_, code) => named(turn, code)?,
    };
    let Some(ticket) = ticket else {
        return Ok(Some(given.how(turn)));
    };
    if turn.desks().known(ticket.desk) != turn.here {
        return relocate::where_it_is(turn, &ticket).map(Some);
    }
    let text = by_member(turn, &ticket, Hand::of(given.message.from))?;
    let is_here = given
        .ticket
        .as_ref()
        .is_some_and(|here| here.id == ticket.id);
    let is_open = tickets::by_id(turn.db, ticket.id)?.state != TicketState::Closed;
    // In its own topic the line says so.
    let is_said = is_here && is_open && ticket.state == TicketState::Closed;
    Ok(Some(text).filter(|_| !is_said))
}

/// Somebody of the desk opens a ticket again. What they read of it.
pub(super) fn by_member(turn: &mut Turn<'_>, ticket: &Ticket, hand: Hand) -> Result<String, Error> {
    let (texts, language) = (turn.texts(), turn.language());
    let code = ticket.code.as_str();
    if ticket.state != TicketState::Closed {
        return Ok(texts.ticket_is_open(language, code));
    }
    if reopen(turn, ticket, hand)?.is_some() {
        return Ok(texts.reopened(language, code));
    }
    let other = tickets::open_of(turn.db, ticket.client)?;
    let other = other.map_or(String::new(), |other| other.code.as_str().to_owned());
    Ok(texts.not_reopened(language, code, &other))
}

/// Opens a closed ticket again, for whoever had it where they are at work. None where its
/// client has another open one (P5).
fn reopen(turn: &mut Turn<'_>, ticket: &Ticket, hand: Hand) -> Result<Option<Ticket>, Error> {
    let assignee = match ticket.assignee {
        Some(user) => staff::is_there(turn, ticket.desk, user)?.then_some(user),
        None => None,
    };
    let action = Action::Reopen {
        has_assignee: assignee.is_some(),
    };
    let Ok(state) = allowed(Some(ticket.state), state::actor(hand), action) else {
        return Ok(None);
    };
    let wanted = Ticket {
        state,
        assignee,
        ..ticket.clone()
    };
    if !tickets::reopen(turn.db, &wanted)? {
        return Ok(None);
    }
    let entry = Entry {
        ticket: Some(ticket.id),
        about: assignee,
        before: ticket.state.name(),
        after: state.name(),
        ..Entry::of(hand, "reopen")
    };
    audit::insert(turn.db, &entry, turn.now)?;
    // Its group may not be in the config any more: then it goes on where it would be opened now.
    let is_homeless = relocate::is_in_the_past(turn, ticket.id)?;
    if !is_homeless || !relocate::follow(turn, ticket.id, hand)? {
        open_topic(turn, ticket)?;
    }
    tell(turn, ticket, hand)?;
    state::reopened(turn, &mut tickets::by_id(turn.db, ticket.id)?)?;
    card::refresh(turn, ticket.id)?;
    tickets::by_id(turn.db, ticket.id).map(Some)
}

/// Both sides are told.
fn tell(turn: &mut Turn<'_>, ticket: &Ticket, hand: Hand) -> Result<(), Error> {
    let client = clients::by_id(turn.db, ticket.client)?;
    let (texts, code) = (turn.texts(), ticket.code.as_str());
    let (line, text) = match hand {
        Hand::Client => (
            texts.line_reopened_by_client(turn.language(), code),
            texts.reopened_by_client(client.language, code),
        ),
        Hand::Member(_) | Hand::Anonymous | Hand::Desk => (
            texts.reopened(turn.language(), code),
            texts.reopened_by_agent(client.language, code),
        ),
    };
    turn.tell_topic(ticket.id, line, None)?;
    if client.unreachable.is_some() {
        return Ok(());
    }
    turn.tell_client(client.id, Some(ticket.id), text, None)
}

/// The topic is opened before what is posted there next. A close of it that nobody has seen is not made.
fn open_topic(turn: &mut Turn<'_>, ticket: &Ticket) -> Result<(), Error> {
    if unclose(turn, ticket.id)? {
        return Ok(());
    }
    let call = Call::ReopenTopic { ticket: ticket.id };
    let (purpose, now) = (Purpose::TopicState, turn.now);
    turn.post_to_topic(ticket, purpose, Priority::MESSAGE, None, now, &call)
}

fn unclose(turn: &Turn<'_>, ticket: TicketId) -> Result<bool, Error> {
    let lane = Lane::Topic(ticket);
    let Some((call, Unfinished::Waiting)) = claims::of_lane(turn.db, lane, Purpose::TopicState)?
    else {
        return Ok(false);
    };
    let Some(row) = claims::unfinished(turn.db, call)? else {
        return Ok(false);
    };
    let is_close = matches!(row.call, Call::CloseTopic { .. });
    if !is_close || !outbox::is_untouched(turn.db, call)? {
        return Ok(false);
    }
    outbox::drop_waiting(turn.db, call, &lane.key(), "open again", turn.now)?;
    Ok(true)
}
