//! Promised times: how soon a client is answered and helped. One timer for each ticket, at its next step; when
//! it rings the ticket is looked at anew, so nothing has to be cancelled when a ticket changes.

use super::state::{self, By};
use super::turn::Turn;
use super::{assign, escalate, people};
use crate::domain::agent::AssignmentKind;
use crate::domain::event::Timer;
use crate::domain::ids::TicketId;
use crate::domain::rules::escalate::Cause;
use crate::domain::rules::sla::{self, Clocks, Course, Step, Target};
use crate::domain::rules::transition::Action;
use crate::domain::settings::Targets;
use crate::domain::ticket::{Ticket, TicketState};
use crate::domain::time::Timestamp;
use crate::store::audit::{self, Entry, Hand};
use crate::store::{Error, clients, sla as kept, tickets, timers};

/// Something has changed that a promised time depends on: it is looked at again, at once.
pub(super) fn look_again(turn: &Turn<'_>, ticket: TicketId) -> Result<(), Error> {
    let sla = &turn.settings().sla;
    let none = Targets::default();
    if sla.first_response == none && sla.resolution == none {
        return Ok(());
    }
    timers::move_to(turn.db, turn.now, &Timer::SlaDue { ticket })
}

/// A promised time may be near or over: takes the steps that are due, and waits for the next one.
pub(super) fn due(turn: &mut Turn<'_>, id: TicketId) -> Result<(), Error> {
    for target in Target::ALL {
        let ticket = tickets::by_id(turn.db, id)?;
        if let Some(step) = overdue(turn, &ticket, target)? {
            take(turn, ticket, target, step)?;
        }
    }
    let ticket = tickets::by_id(turn.db, id)?;
    let mut next = None;
    for target in Target::ALL {
        if let Some((_, at)) = next_step(turn, &ticket, target)? {
            next = Some(next.map_or(at, |earlier: Timestamp| earlier.min(at)));
        }
    }
    match next {
        Some(at) => timers::move_to(turn.db, at, &Timer::SlaDue { ticket: id }),
        None => Ok(()),
    }
}

/// Writes down every step that is due. The last of them, which is the one to take: after an outage, or where
/// a ticket has become more urgent, several may be.
fn overdue(turn: &Turn<'_>, ticket: &Ticket, target: Target) -> Result<Option<Step>, Error> {
    let mut last = None;
    while let Some((step, at)) = next_step(turn, ticket, target)? {
        if at > turn.now {
            break;
        }
        kept::take(turn.db, ticket, (target, step), turn.now)?;
        let entry = Entry {
            ticket: Some(ticket.id),
            about: ticket.assignee,
            reason: target.name(),
            ..Entry::of(Hand::Desk, word(step))
        };
        audit::insert(turn.db, &entry, turn.now)?;
        last = Some(step);
    }
    Ok(last)
}

/// What the trail calls a step.
const fn word(step: Step) -> &'static str {
    match step {
        Step::Warn => "sla_warn",
        Step::Breach => "sla_breach",
        Step::Remind => "sla_remind",
        Step::Reassign => "sla_reassign",
        Step::Escalate => "sla_escalate",
    }
}

fn next_step(
    turn: &Turn<'_>,
    ticket: &Ticket,
    target: Target,
) -> Result<Option<(Step, Timestamp)>, Error> {
    let is_over = ticket.state == TicketState::Closed
        || (target == Target::FirstResponse && ticket.first_response_at.is_some());
    if is_over {
        return Ok(None);
    }
    let done = kept::taken(turn.db, ticket.id, target)?;
    let clock = clocks(turn, ticket)?.of(target);
    let (sla, hours) = (&turn.settings().sla, &turn.settings().hours);
    let what = (target, ticket.priority);
    Ok(sla::next_step(sla, hours, what, clock, &done))
}

/// Until when the first answer is promised, where it is, nobody has answered yet and the clock runs.
pub(super) fn answer_by(turn: &Turn<'_>, ticket: &Ticket) -> Result<Option<Timestamp>, Error> {
    if ticket.state == TicketState::Closed || ticket.first_response_at.is_some() {
        return Ok(None);
    }
    let (sla, hours) = (&turn.settings().sla, &turn.settings().hours);
    let clock = clocks(turn, ticket)?.first_response;
    let target = Target::FirstResponse;
    Ok(sla::due(sla, hours, target, ticket.priority, clock))
}

/// Something has changed that the clocks of a ticket depend on: they stand still or run on from now.
pub(super) fn keep_time(turn: &Turn<'_>, ticket: TicketId) -> Result<(), Error> {
    clocks(turn, &tickets::by_id(turn.db, ticket)?).map(drop)
}

fn clocks(turn: &Turn<'_>, ticket: &Ticket) -> Result<Clocks, Error> {
    let client = clients::by_id(turn.db, ticket.client)?;
    let course = Course {
        state: ticket.state,
        is_answered: ticket.first_response_at.is_some(),
        client_owes_answer: ticket.waiting_since.is_none(),
        is_reachable: client.unreachable.is_none(),
    };
    let before = kept::clocks(turn.db, ticket.id)?;
    let now = before.set(course, turn.now, &turn.settings().hours);
    if now != before {
        kept::set_clocks(turn.db, ticket.id, &now)?;
    }
    Ok(now)
}

fn take(turn: &mut Turn<'_>, mut ticket: Ticket, target: Target, step: Step) -> Result<(), Error> {
    match step {
        Step::Warn => tell(turn, &ticket, target, "near"),
        Step::Breach | Step::Remind => over(turn, &mut ticket, target),
        Step::Reassign => reassign(turn, &mut ticket),
        Step::Escalate => escalate::by_itself(turn, ticket.id, Cause::Overdue).map(drop),
    }
}

/// Whoever has the ticket is told in its topic; where nobody has it, everybody who reads there.
fn tell(
    turn: &mut Turn<'_>,
    ticket: &Ticket,
    target: Target,
    how: &'static str,
) -> Result<(), Error> {
    let line = turn.texts().line_sla(turn.language(), target.name(), how);
    let text = match ticket.assignee {
        Some(agent) => {
            let name = people::name(turn, agent)?;
            people::mentioning(format!("{name}: {line}"), &[(agent, name)])
        }
        None => crate::domain::content::Text::plain(line),
    };
    turn.tell_topic_text(ticket.id, text, None)
}

/// A promised time has passed. What waits for somebody who speaks its client's language waits no longer.
fn over(turn: &mut Turn<'_>, ticket: &mut Ticket, target: Target) -> Result<(), Error> {
    tell(turn, ticket, target, "over")?;
    assign::to_somebody(turn, ticket, None).map(drop)
}

/// No first answer: the ticket goes to somebody else, or back to the queue.
fn reassign(turn: &mut Turn<'_>, ticket: &mut Ticket) -> Result<(), Error> {
    let Some(agent) = ticket.assignee else {
        return over(turn, ticket, Target::FirstResponse);
    };
    let by = By {
        reason: Cause::Overdue.name(),
        ..By::desk(AssignmentKind::Auto)
    };
    if state::act(turn, ticket, Action::Release, None, &by)?.is_some() {
        return Ok(());
    }
    if assign::to_somebody(turn, ticket, Some(agent))? {
        return Ok(());
    }
    let name = people::name(turn, agent)?;
    let line = turn.texts().line_unanswered(turn.language(), &name);
    turn.tell_topic(ticket.id, line, None)
}
