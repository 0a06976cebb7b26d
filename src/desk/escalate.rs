//! Tickets are raised: by somebody of the desk, by a word of the client, by a client who waits and waits, by
//! a promised time that has passed. Level and priority go up, those who are senior enough are told in the
//! topic, and one of them gets it.

use super::assign;
use super::command::{Answer, Given, needs_topic};
use super::state::{self, By};
use super::turn::Turn;
use super::{people, relocate};
use crate::domain::agent::{Agent, AgentStatus, AssignmentKind};
use crate::domain::ids::{TicketId, UserId};
use crate::domain::rules::escalate::{self, Cause, Unanswered};
use crate::domain::rules::transition::Action;
use crate::domain::ticket::{Ticket, TicketState};
use crate::domain::time::Timestamp;
use crate::store::audit::Hand;
use crate::store::{Error, agents, audit, tickets};
use crate::view::buttons::Grounds;

/// Agents who are mentioned; more would be noise.
const MENTIONED_MAX: usize = 5;
/// What the trail calls it.
const ESCALATE: &str = "escalate";

/// `/escalate reason`.
pub(super) fn command(turn: &mut Turn<'_>, given: &Given<'_>) -> Answer {
    let Some(ticket) = &given.ticket else {
        return Ok(Some(needs_topic(turn, given.word)));
    };
    if ticket.state == TicketState::Closed {
        return Ok(Some(turn.texts().ticket_is_closed(turn.language())));
    }
    if given.arguments.is_empty() {
        return Ok(Some(given.how(turn)));
    }
    let by = By {
        reason: given.arguments,
        ..By::member(given.message.from, AssignmentKind::Escalated)
    };
    raise(turn, &mut ticket.clone(), Cause::Agent, &by).map(|()| None)
}

/// A client has written: a word of theirs may raise the ticket, or that nobody answers for so many minutes.
pub(super) fn heard(
    turn: &mut Turn<'_>,
    id: TicketId,
    text: &str,
    unanswered: Unanswered,
) -> Result<(), Error> {
    // A word that has raised it before does not hide that nobody answers.
    if turn.keywords().find_in(text).is_some() && by_itself(turn, id, Cause::Keyword)? {
        return Ok(());
    }
    if unanswered.is_over(turn.settings().tickets.escalate_after_messages) {
        by_itself(turn, id, Cause::Unanswered)?;
    }
    Ok(())
}

/// A rule raises a ticket, unless it has done so for this reason since the last answer. Whether it has now.
pub(super) fn by_itself(turn: &mut Turn<'_>, id: TicketId, cause: Cause) -> Result<bool, Error> {
    let mut ticket = tickets::by_id(turn.db, id)?;
    if ticket.state == TicketState::Closed {
        return Ok(false);
    }
    let answered_at = ticket.last_agent_at.unwrap_or(Timestamp::from_millis(0));
    let mut before = Vec::new();
    if audit::was_done(turn.db, id, (ESCALATE, cause.name()), answered_at)? {
        before.push(cause);
    }
    if !escalate::raises_itself(cause, &before, ticket.level, ticket.priority) {
        return Ok(false);
    }
    let by = By {
        reason: cause.name(),
        ..By::desk(AssignmentKind::Escalated)
    };
    raise(turn, &mut ticket, cause, &by).map(|()| true)
}

/// A button under the card, with the reason on it. What the one who pressed reads.
pub(super) fn by_button(
    turn: &mut Turn<'_>,
    ticket: &Ticket,
    grounds: Grounds,
    hand: Hand,
) -> Result<String, Error> {
    let (texts, language) = (turn.texts(), turn.language());
    let why = texts.escalation_grounds(language, grounds.name());
    let by = By {
        hand,
        kind: AssignmentKind::Escalated,
        why: None,
        reason: &why,
    };
    let mut raised = ticket.clone();
    raise(turn, &mut raised, Cause::Agent, &by)?;
    let level = u64::from(raised.level.number());
    Ok(texts.line_escalated(language, level, &why))
}

fn raise(turn: &mut Turn<'_>, ticket: &mut Ticket, cause: Cause, by: &By<'_>) -> Result<(), Error> {
    let had_it = ticket.assignee;
    (ticket.level, ticket.priority) = escalate::raised(ticket.level, ticket.priority);
    if state::act(turn, ticket, Action::Escalate, None, by)?.is_some() {
        return Ok(());
    }
    if relocate::follow(turn, ticket.id, by.hand)? {
        *ticket = tickets::by_id(turn.db, ticket.id)?;
    }
    let seniors = seniors(turn, ticket, had_it)?;
    let (names, people) = people::listed(turn, &seniors)?;
    let (texts, language) = (turn.texts(), turn.language());
    let level = u64::from(ticket.level.number());
    let why = match cause {
        Cause::Agent => by.reason.to_owned(),
        Cause::Keyword | Cause::Unanswered | Cause::Overdue => {
            texts.escalation_cause(language, cause.name())
        }
    };
    let line = if people.is_empty() {
        texts.line_escalated(language, level, &why)
    } else {
        format!("{names}: {}", texts.line_escalated(language, level, &why))
    };
    turn.tell_topic_text(ticket.id, people::mentioning(line, &people), None)?;
    assign::find(turn, ticket, AssignmentKind::Escalated, had_it).map(drop)
}

/// Those who are there and senior enough, whoever had the ticket left out.
fn seniors(turn: &Turn<'_>, ticket: &Ticket, had_it: Option<UserId>) -> Result<Vec<Agent>, Error> {
    let mut seniors = Vec::new();
    for status in [AgentStatus::Available, AgentStatus::Busy] {
        seniors.extend(agents::of_status(turn.db, status)?);
    }
    let mut seniors = people::at_desk(turn, ticket.desk, seniors)?;
    seniors.retain(|agent| agent.level >= ticket.level && Some(agent.user) != had_it);
    seniors.truncate(MENTIONED_MAX);
    Ok(seniors)
}
