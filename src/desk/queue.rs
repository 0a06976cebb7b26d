//! The queue as people see it: agents in lists, clients by their place in it; and why a ticket is whose it is.

use std::time::Duration;

use super::command::{self, Answer, Given};
use super::turn::Turn;
use super::{assign, identity, people};
use crate::domain::event::Timer;
use crate::domain::ids::{DeskId, TicketId};
use crate::domain::ticket::{Level, Ticket, TicketPriority};
use crate::domain::time::Timestamp;
use crate::store::{Error, assignments, clients, first_texts, queue, tickets, timers};
use crate::view::why;

/// Tickets that a list shows; the rest is counted.
const SHOWN_MAX: u32 = 20;
/// Who has had a ticket before is shown so far back.
const HISTORY_MAX: u32 = 10;
/// How often clients who wait are told that they have moved up.
const MOVES_EVERY: Duration = Duration::from_secs(3 * 60);
/// Clients who are told so at a time: the first of the queue.
const MOVES_AT_ONCE: u32 = 100;

/// `/queue`: what waits, the most urgent and oldest first.
pub(super) fn list(turn: &Turn<'_>) -> Answer {
    let count = queue::count(turn.db, turn.here)?;
    let head = turn.texts().queue_head(turn.language(), u64::from(count));
    let waiting = queue::waiting(turn.db, turn.here, SHOWN_MAX)?;
    lines(turn, head, &waiting).map(Some)
}

/// `/mine`: what the agent has.
pub(super) fn mine(turn: &mut Turn<'_>, given: &Given<'_>) -> Answer {
    let Some(user) = given.message.from else {
        return identity::ask(turn, given);
    };
    let mut mine = Vec::new();
    for id in queue::of_agent(turn.db, user, SHOWN_MAX)? {
        if turn.may_show(id)? {
            mine.push(id);
        }
    }
    let count = u64::try_from(mine.len()).unwrap_or(u64::MAX);
    let head = turn.texts().mine_head(turn.language(), count);
    lines(turn, head, &mine).map(Some)
}

fn lines(turn: &Turn<'_>, head: String, shown: &[TicketId]) -> Result<String, Error> {
    let mut lines = vec![head];
    for id in shown {
        lines.push(line(turn, &tickets::by_id(turn.db, *id)?));
    }
    Ok(lines.join("\n"))
}

/// A ticket in one line.
pub(super) fn line(turn: &Turn<'_>, ticket: &Ticket) -> String {
    let (texts, language) = (turn.texts(), turn.language());
    let mut parts = vec![
        ticket.code.to_string(),
        texts.card_state(language, ticket.state.name()),
    ];
    if ticket.priority != TicketPriority::Medium {
        parts.push(texts.card_priority(language, ticket.priority.name()));
    }
    if ticket.level != Level::FIRST {
        parts.push(texts.card_level(language, u64::from(ticket.level.number())));
    }
    parts.extend(ticket.category.clone());
    if let Some(since) = ticket.waiting_since {
        let minutes = turn.now.since(since).as_secs() / 60;
        parts.push(texts.waits(language, minutes));
    }
    parts.join(" · ")
}

/// The place of a ticket that nobody has, where hushdesk gives tickets out and nobody was free. Its client
/// is told, and told again when it moves up.
pub(super) fn place_to_tell(turn: &Turn<'_>, ticket: &Ticket) -> Result<Option<u32>, Error> {
    if !assign::gives_out(turn)
        || !ticket.state.is_queued()
        || first_texts::is_held(turn.db, ticket.id)?
    {
        return Ok(None);
    }
    let place = queue::place(turn.db, ticket)?;
    queue::set_told(turn.db, ticket.id, place, turn.now)?;
    if place > 1 {
        watch(turn)?;
    }
    Ok(Some(place))
}

fn watch(turn: &Turn<'_>) -> Result<(), Error> {
    timers::set_once(turn.db, turn.now.plus(MOVES_EVERY), &Timer::QueueMoves)
}

/// Tells those who have moved up since they were told their place. A place that is worse now, because
/// something more urgent came, is not told.
pub(super) fn moved(turn: &mut Turn<'_>) -> Result<(), Error> {
    let mut can_move = false;
    for desk in turn.desks().all() {
        can_move |= moved_at(turn, desk)?;
    }
    if can_move { watch(turn) } else { Ok(()) }
}

/// The same at one desk. Whether there may be more to tell later.
fn moved_at(turn: &mut Turn<'_>, desk: DeskId) -> Result<bool, Error> {
    let waiting = queue::waiting(turn.db, desk, MOVES_AT_ONCE)?;
    let mut can_move = u32::try_from(waiting.len()).unwrap_or(u32::MAX) >= MOVES_AT_ONCE;
    for (place, id) in (1..).zip(waiting) {
        let Some(told) = queue::told(turn.db, id)? else {
            continue;
        };
        can_move |= place > 1;
        if place >= told {
            continue;
        }
        queue::set_told(turn.db, id, place, turn.now)?;
        let ticket = tickets::by_id(turn.db, id)?;
        let client = clients::by_id(turn.db, ticket.client)?;
        if client.unreachable.is_none() {
            let text = turn.texts().queue_moved(client.language, u64::from(place));
            turn.tell_client(client.id, Some(id), text, None)?;
        }
    }
    Ok(can_move)
}

/// `/why` in a topic, `/why CODE`: who has had a ticket, how it came to them, and why it was them.
pub(super) fn why(turn: &Turn<'_>, given: &Given<'_>) -> Answer {
    let ticket = match (&given.ticket, given.arguments) {
        (Some(ticket), "") => Some(ticket.clone()),
        (_, code) => command::named(turn, code)?,
    };
    let Some(ticket) = ticket else {
        return Ok(Some(given.how(turn)));
    };
    let (texts, language) = (turn.texts(), turn.language());
    let mut lines = vec![line(turn, &ticket)];
    for given in assignments::of_ticket(turn.db, ticket.id, HISTORY_MAX)? {
        let name = people::name(turn, given.agent)?;
        let at = minute(given.at);
        lines.push(texts.assignment_line(language, given.kind.name(), &name, &at));
        if let Some(reason) = &given.why {
            lines.push(why::why(texts, language, reason));
        }
    }
    if lines.len() == 1 {
        lines.push(texts.nobody_has_it(language));
        let decision = assign::decide(turn, &ticket, None)?;
        if decision.chosen.is_none() && assign::gives_out(turn) {
            lines.push(why::why(texts, language, &decision.why));
        }
    }
    Ok(Some(lines.join("\n")))
}

fn minute(time: Timestamp) -> String {
    chrono::DateTime::from_timestamp_millis(time.millis())
        .unwrap_or_default()
        .format("%Y-%m-%d %H:%M")
        .to_string()
}
