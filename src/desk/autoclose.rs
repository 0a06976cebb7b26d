//! Tickets that close by themselves, because the client has owed the answer for long enough. The client is
//! warned before, and any message of either side begins it anew.

use std::time::Duration;

use super::closing::{self, Ending};
use super::turn::Turn;
use crate::domain::event::Timer;
use crate::domain::ids::TicketId;
use crate::domain::rules::autoclose::{self, Next, Silence};
use crate::domain::ticket::{ClosedBy, Ticket};
use crate::domain::time::Timestamp;
use crate::store::audit::{self, Entry, Hand};
use crate::store::{Error, clients, tickets, timers};

/// A ticket that was put aside is looked at by somebody before it closes by itself.
const AWAKE_FOR: Duration = Duration::from_secs(60 * 60);

/// An agent has answered: from now on the client owes the answer.
pub(super) fn begin(turn: &Turn<'_>, ticket: TicketId) -> Result<(), Error> {
    if turn.settings().tickets.auto_close_after.is_none() {
        return Ok(());
    }
    let ticket = tickets::by_id(turn.db, ticket)?;
    match next(turn, &ticket)? {
        Some(next) => set(turn, ticket.id, next.at()),
        None => Ok(()),
    }
}

/// A ticket is not put aside any more, which is a silence that nobody has ended.
pub(super) fn go_on(turn: &Turn<'_>, ticket: TicketId) -> Result<(), Error> {
    let ticket = tickets::by_id(turn.db, ticket)?;
    match next(turn, &ticket)? {
        Some(next) => set(turn, ticket.id, next.at().max(turn.now.plus(AWAKE_FOR))),
        None => Ok(()),
    }
}

/// It may be time to warn the client, or to close.
pub(super) fn rang(turn: &mut Turn<'_>, ticket: TicketId) -> Result<(), Error> {
    let ticket = tickets::by_id(turn.db, ticket)?;
    match next(turn, &ticket)? {
        None => Ok(()),
        // Somebody has written meanwhile.
        Some(next) if next.at() > turn.now => set(turn, ticket.id, next.at()),
        Some(Next::Warn { close_at, .. }) => warn(turn, &ticket, close_at),
        Some(Next::Close { .. }) => {
            let ending = Ending::of(ClosedBy::Timer, Hand::Desk);
            closing::close(turn, &ticket, &ending).map(drop)
        }
    }
}

fn warn(turn: &mut Turn<'_>, ticket: &Ticket, close_at: Timestamp) -> Result<(), Error> {
    tickets::warned(turn.db, ticket.id, turn.now)?;
    let entry = Entry {
        ticket: Some(ticket.id),
        ..Entry::of(Hand::Desk, "close_warned")
    };
    audit::insert(turn.db, &entry, turn.now)?;
    let close_at = match next(turn, ticket)? {
        Some(next) => next.at(),
        None => close_at,
    };
    set(turn, ticket.id, close_at)?;
    let hours = close_at.since(turn.now).as_secs().div_ceil(60 * 60);
    let line = turn.texts().line_close_warned(turn.language(), hours);
    turn.tell_topic(ticket.id, line, None)?;
    let client = clients::by_id(turn.db, ticket.client)?;
    if client.unreachable.is_some() {
        return Ok(());
    }
    let code = ticket.code.as_str();
    let text = turn.texts().close_warning(client.language, code, hours);
    turn.tell_client(client.id, Some(ticket.id), text, None)
}

/// One timer for each ticket: it looks how things stand when it rings.
fn set(turn: &Turn<'_>, ticket: TicketId, at: Timestamp) -> Result<(), Error> {
    timers::set_once(turn.db, at, &Timer::AutoClose { ticket })
}

fn next(turn: &Turn<'_>, ticket: &Ticket) -> Result<Option<Next>, Error> {
    let silence = Silence {
        state: ticket.state,
        agent_at: ticket.last_agent_at,
        client_at: ticket.last_client_at,
        warned_at: tickets::warned_at(turn.db, ticket.id)?,
    };
    Ok(autoclose::next(&turn.settings().tickets, silence))
}
