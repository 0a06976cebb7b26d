//! How a ticket ends: at once, at a time, silently, with what came of it. Its topic is closed, its card
//! says so, and the client reads that writing opens it again.

use std::time::Duration;

use super::command::{Answer, Given, named, needs_topic};
use super::turn::Turn;
use super::{card, moment, state};
use crate::domain::call::{Call, Priority, Purpose};
use crate::domain::event::{AgentMessage, Timer};
use crate::domain::ids::TicketId;
use crate::domain::language::Language;
use crate::domain::rules::closing::{self, CloseWords, When};
use crate::domain::rules::transition::{Action, allowed};
use crate::domain::ticket::{ClosedBy, Resolution, Ticket, TicketState};
use crate::domain::time::Timestamp;
use crate::store::audit::{self, Entry, Hand};
use crate::store::tickets::Closing;
use crate::store::{Error, clients, tickets, timers};
use crate::view::buttons;

/// How a ticket ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ending<'a> {
    /// Which side ends it.
    pub by: ClosedBy,
    /// Whose hand it was.
    pub hand: Hand,
    /// What came of it.
    pub resolution: Option<Resolution>,
    /// The other ticket that is about the same.
    pub duplicate_of: Option<TicketId>,
    /// Why; may be empty.
    pub reason: &'a str,
    /// Whether the client is not told.
    pub is_silent: bool,
    /// Whether a line in the topic says so; the card always does.
    pub has_line: bool,
}

impl Ending<'_> {
    /// An end of which nothing else is said.
    pub fn of(by: ClosedBy, hand: Hand) -> Self {
        Self {
            by,
            hand,
            resolution: None,
            duplicate_of: None,
            reason: "",
            is_silent: false,
            has_line: true,
        }
    }
}

/// Closes a ticket. Whether it was open.
pub(super) fn close(
    turn: &mut Turn<'_>,
    ticket: &Ticket,
    ending: &Ending<'_>,
) -> Result<bool, Error> {
    let closing = Closing {
        by: ending.by,
        resolution: ending.resolution,
        duplicate_of: ending.duplicate_of,
    };
    let who = state::actor(ending.hand);
    let may_be = allowed(Some(ticket.state), who, Action::Close).is_ok();
    if !may_be || !tickets::close(turn.db, ticket.id, closing, turn.now)? {
        return Ok(false);
    }
    state::closed(turn, ticket)?;
    let entry = Entry {
        ticket: Some(ticket.id),
        before: ticket.state.name(),
        after: ending.resolution.map_or("closed", Resolution::name),
        reason: ending.reason,
        ..Entry::of(ending.hand, "close")
    };
    audit::insert(turn.db, &entry, turn.now)?;
    let client = clients::by_id(turn.db, ticket.client)?;
    if !ending.is_silent && client.unreachable.is_none() {
        let text = told_client(turn, ticket, ending.by, client.language);
        turn.tell_client(client.id, Some(ticket.id), text, None)?;
    }
    if ending.has_line {
        let line = line(turn, ticket, ending)?;
        let again = buttons::reopen(ticket.id, turn.texts(), turn.language());
        turn.tell_topic_with(ticket.id, line, again)?;
    }
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
    card::refresh(turn, ticket.id)?;
    Ok(true)
}

/// `/close`, with all that can stand behind it.
pub(super) fn command(turn: &mut Turn<'_>, given: &Given<'_>) -> Answer {
    let Some(ticket) = &given.ticket else {
        return Ok(Some(needs_topic(turn, given.word)));
    };
    let (texts, language) = (turn.texts(), turn.language());
    if ticket.state == TicketState::Closed {
        return Ok(Some(texts.ticket_is_closed(language)));
    }
    let Some(words) = closing::read(given.arguments) else {
        return Ok(Some(given.how(turn)));
    };
    let duplicate_of = match &words.duplicate_of {
        Some(code) => match named(turn, code.as_str())?.filter(|other| other.id != ticket.id) {
            Some(other) => Some(other.id),
            None => return Ok(Some(given.how(turn))),
        },
        None => None,
    };
    match words.when {
        When::Now => {
            let ending = Ending {
                resolution: words.resolution,
                duplicate_of,
                reason: words.reason,
                is_silent: words.is_silent,
                ..Ending::of(ClosedBy::Agent, Hand::of(given.message.from))
            };
            close(turn, ticket, &ending).map(|_| None)
        }
        When::In(written) => match moment::leading(turn, written) {
            Some((at, reason)) => {
                let words = CloseWords { reason, ..words };
                later(turn, given.message, ticket, &words, duplicate_of, at).map(Some)
            }
            None => Ok(Some(given.how(turn))),
        },
        When::Never if ticket.close_at.is_none() => Ok(Some(texts.no_close_set(language))),
        When::Never => {
            cancel(turn, ticket, Hand::of(given.message.from))?;
            Ok(Some(texts.close_cancelled(language)))
        }
    }
}

fn later(
    turn: &mut Turn<'_>,
    message: &AgentMessage,
    ticket: &Ticket,
    words: &CloseWords<'_>,
    duplicate_of: Option<TicketId>,
    at: Timestamp,
) -> Result<String, Error> {
    let set = Ticket {
        close_at: Some(at),
        ..ticket.clone()
    };
    tickets::save(turn.db, &set)?;
    let timer = Timer::CloseAt {
        ticket: ticket.id,
        at,
        by: message.from,
        is_silent: words.is_silent,
        resolution: words.resolution,
        duplicate_of,
        reason: words.reason.to_owned(),
    };
    timers::set(turn.db, at, &timer)?;
    let shown = moment::shown(turn, at);
    let entry = Entry {
        ticket: Some(ticket.id),
        after: &shown,
        reason: words.reason,
        ..Entry::of(Hand::of(message.from), "close_at")
    };
    audit::insert(turn.db, &entry, turn.now)?;
    card::refresh(turn, ticket.id)?;
    Ok(turn.texts().close_set(turn.language(), &shown))
}

/// The ticket does not close at the time that was set for it.
pub(super) fn cancel(turn: &mut Turn<'_>, ticket: &Ticket, hand: Hand) -> Result<(), Error> {
    let Some(at) = ticket.close_at else {
        return Ok(());
    };
    let kept = Ticket {
        close_at: None,
        ..ticket.clone()
    };
    tickets::save(turn.db, &kept)?;
    let entry = Entry {
        ticket: Some(ticket.id),
        before: &moment::shown(turn, at),
        ..Entry::of(hand, "close_cancel")
    };
    audit::insert(turn.db, &entry, turn.now)?;
    card::refresh(turn, ticket.id)
}

/// The time that was set for a close has come.
pub(super) fn rang(
    turn: &mut Turn<'_>,
    ticket: TicketId,
    at: Timestamp,
    ending: &Ending<'_>,
) -> Result<(), Error> {
    let ticket = tickets::by_id(turn.db, ticket)?;
    if ticket.close_at != Some(at) {
        // It was cancelled, or another time was set.
        return Ok(());
    }
    close(turn, &ticket, ending).map(drop)
}

/// For how many hours a text of the client opens a closed ticket again; 0 where it opens a new one.
pub(super) fn reopens_for(turn: &Turn<'_>) -> u64 {
    const HOUR: u64 = 60 * 60;
    let window = turn.settings().tickets.reopen_window;
    window.map_or(0, |window: Duration| window.as_secs().div_ceil(HOUR))
}

fn told_client(turn: &Turn<'_>, ticket: &Ticket, by: ClosedBy, language: Language) -> String {
    let (texts, code, hours) = (turn.texts(), ticket.code.as_str(), reopens_for(turn));
    let closed = match by {
        ClosedBy::Client => texts.closed_by_client(language, code),
        ClosedBy::Agent => texts.closed_by_agent(language, code),
        ClosedBy::Timer => texts.closed_by_timer(language, code),
    };
    format!("{closed} {}", texts.after_close(language, hours))
}

fn line(turn: &Turn<'_>, ticket: &Ticket, ending: &Ending<'_>) -> Result<String, Error> {
    let (texts, language) = (turn.texts(), turn.language());
    let code = ticket.code.as_str();
    let other = match ending.duplicate_of {
        Some(other) => Some(tickets::by_id(turn.db, other)?.code),
        None => None,
    };
    let resolution = ending
        .resolution
        .map(|one| texts.resolution(language, one.name()));
    let what: Vec<String> = resolution
        .into_iter()
        .chain(other.map(|code| code.as_str().to_owned()))
        .chain(Some(ending.reason.to_owned()).filter(|reason| !reason.is_empty()))
        .collect();
    let mut line = match ending.by {
        ClosedBy::Client => texts.line_closed_by_client(language, code),
        ClosedBy::Timer if what.is_empty() => texts.line_closed_by_timer(language, code),
        ClosedBy::Agent if what.is_empty() => texts.line_closed_by_agent(language, code),
        ClosedBy::Agent | ClosedBy::Timer => {
            texts.line_closed_because(language, code, &what.join(", "))
        }
    };
    if ending.is_silent {
        line = format!("{line} {}", texts.line_silent(language));
    }
    Ok(line)
}
