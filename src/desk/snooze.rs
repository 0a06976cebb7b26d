//! Tickets that are put aside until a time, or until the client writes, and reminders.

use super::command::{Answer, Given, needs_topic};
use super::state::{self, By};
use super::turn::Turn;
use super::{assign, identity, moment, people, sla};
use crate::domain::agent::AssignmentKind;
use crate::domain::event::Timer;
use crate::domain::ids::{TicketId, UserId};
use crate::domain::rules::transition::Action;
use crate::domain::ticket::{Ticket, TicketState};
use crate::domain::time::Timestamp;
use crate::store::audit::{self, Entry, Hand};
use crate::store::{Error, tickets, timers};

/// `/snooze 3h`; without a time until the client writes.
pub(super) fn command(turn: &mut Turn<'_>, given: &Given<'_>) -> Answer {
    let Some(ticket) = &given.ticket else {
        return Ok(Some(needs_topic(turn, given.word)));
    };
    if ticket.state == TicketState::Closed {
        return Ok(Some(turn.texts().ticket_is_closed(turn.language())));
    }
    let until = match given.arguments {
        "" => None,
        written => match moment::when(turn, written) {
            Some(until) => Some(until),
            None => return Ok(Some(given.how(turn))),
        },
    };
    put_aside(turn, ticket, until, Hand::of(given.message.from)).map(Some)
}

/// Puts a ticket aside; without a time until the client writes. What the one who did it reads.
pub(super) fn put_aside(
    turn: &mut Turn<'_>,
    ticket: &Ticket,
    until: Option<Timestamp>,
    hand: Hand,
) -> Result<String, Error> {
    let shown = until.map_or(String::new(), |until| moment::shown(turn, until));
    let mut asleep = Ticket {
        snoozed_until: until,
        ..ticket.clone()
    };
    let by = By {
        hand,
        reason: &shown,
        ..By::desk(AssignmentKind::Manual)
    };
    if state::act(turn, &mut asleep, Action::Snooze, None, &by)?.is_some() {
        return Ok(turn.texts().ticket_is_closed(turn.language()));
    }
    if let Some(until) = until {
        let timer = Timer::Wake {
            ticket: ticket.id,
            until,
        };
        timers::set(turn.db, until, &timer)?;
    }
    sla::look_again(turn, ticket.id)?;
    let (texts, language) = (turn.texts(), turn.language());
    Ok(match until {
        Some(_) => texts.snoozed(language, &shown),
        None => texts.snoozed_for_client(language),
    })
}

/// The time has come.
pub(super) fn rang(turn: &mut Turn<'_>, ticket: TicketId, until: Timestamp) -> Result<(), Error> {
    let ticket = tickets::by_id(turn.db, ticket)?;
    if ticket.state != TicketState::Snoozed || ticket.snoozed_until != Some(until) {
        return Ok(());
    }
    wake(turn, &ticket, Hand::Desk)?;
    let line = turn.texts().line_woken(turn.language());
    turn.tell_topic(ticket.id, line, None)
}

/// The client has written in a ticket that was put aside.
pub(super) fn heard(turn: &mut Turn<'_>, ticket: &Ticket) -> Result<(), Error> {
    if ticket.state != TicketState::Snoozed {
        return Ok(());
    }
    wake(turn, ticket, Hand::Client)?;
    let line = turn.texts().line_woken_by_client(turn.language());
    turn.tell_topic(ticket.id, line, None)
}

/// Somebody of the desk takes a ticket up again. What they read.
pub(super) fn wake_by(turn: &mut Turn<'_>, ticket: &Ticket, hand: Hand) -> Result<String, Error> {
    let (texts, language) = (turn.texts(), turn.language());
    if ticket.state != TicketState::Snoozed {
        return Ok(texts.button_stale(language));
    }
    wake(turn, ticket, hand)?;
    Ok(texts.line_woken(language))
}

fn wake(turn: &mut Turn<'_>, ticket: &Ticket, hand: Hand) -> Result<(), Error> {
    let mut awake = ticket.clone();
    let has_assignee = ticket.assignee.is_some();
    let by = By {
        hand,
        ..By::desk(AssignmentKind::Auto)
    };
    if state::act(turn, &mut awake, Action::Wake { has_assignee }, None, &by)?.is_some() {
        return Ok(());
    }
    assign::to_somebody(turn, &mut awake, None).map(drop)
}

/// `/remind 2h call the bank`: a line in the topic when the time has come.
pub(super) fn remind(turn: &mut Turn<'_>, given: &Given<'_>) -> Answer {
    let Some(ticket) = &given.ticket else {
        return Ok(Some(needs_topic(turn, given.word)));
    };
    let Some(by) = given.message.from else {
        return identity::ask(turn, given);
    };
    let Some((at, text)) = moment::leading(turn, given.arguments) else {
        return Ok(Some(given.how(turn)));
    };
    if text.is_empty() {
        return Ok(Some(given.how(turn)));
    }
    let timer = Timer::Remind {
        ticket: ticket.id,
        by,
        text: text.to_owned(),
    };
    timers::set(turn.db, at, &timer)?;
    let shown = moment::shown(turn, at);
    let entry = Entry {
        ticket: Some(ticket.id),
        after: &shown,
        ..Entry::of(Hand::Member(by), "remind")
    };
    audit::insert(turn.db, &entry, turn.now)?;
    Ok(Some(turn.texts().remind_set(turn.language(), &shown)))
}

/// Something that somebody wanted to be reminded of, by name, so that Telegram notifies them.
pub(super) fn reminded(
    turn: &mut Turn<'_>,
    ticket: TicketId,
    by: UserId,
    text: &str,
) -> Result<(), Error> {
    let entry = Entry {
        ticket: Some(ticket),
        about: Some(by),
        ..Entry::of(Hand::Desk, "reminded")
    };
    audit::insert(turn.db, &entry, turn.now)?;
    let name = people::name(turn, by)?;
    let line = turn.texts().line_reminder(turn.language(), &name, text);
    let text = people::mentioning(line, &[(by, name)]);
    turn.tell_topic_text(ticket, text, None)
}
