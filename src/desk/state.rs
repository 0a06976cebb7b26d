//! The one way in which a ticket that is open changes hands or state: the rule says whether it may, then it
//! is saved, who has it is written into the history, what was so before and after into the trail, and the
//! card shows it.

use super::turn::Turn;
use super::{assign, autoclose, card, sla};
use crate::domain::agent::AssignmentKind;
use crate::domain::ids::UserId;
use crate::domain::rules::assign::Why;
use crate::domain::rules::transition::{Action, Actor, NotPossible, allowed};
use crate::domain::ticket::{Ticket, TicketState};
use crate::store::audit::{self, Entry, Hand};
use crate::store::{Error, assignments, queue, tickets};

/// Whose hand changes a ticket, and why.
#[derive(Clone, Copy, Debug)]
pub(super) struct By<'a> {
    /// Whose.
    pub hand: Hand,
    /// How the ticket comes to whoever has it then.
    pub kind: AssignmentKind,
    /// The rule's decision, where a rule chose who gets it.
    pub why: Option<&'a Why>,
    /// In their own words; may be empty.
    pub reason: &'a str,
}

impl By<'_> {
    /// Somebody of the group; none is an anonymous administrator.
    pub fn member(from: Option<UserId>, kind: AssignmentKind) -> Self {
        Self {
            hand: Hand::of(from),
            kind,
            why: None,
            reason: "",
        }
    }

    /// The desk itself.
    pub fn desk(kind: AssignmentKind) -> Self {
        Self {
            hand: Hand::Desk,
            kind,
            why: None,
            reason: "",
        }
    }
}

/// Does something to a ticket that stays open: who has it then is `to` where it is claimed or assigned.
/// Why it cannot be done, where the rule says no. The level and priority that `ticket` has by then are
/// saved with it.
pub(super) fn act(
    turn: &mut Turn<'_>,
    ticket: &mut Ticket,
    action: Action,
    to: Option<UserId>,
    by: &By<'_>,
) -> Result<Option<NotPossible>, Error> {
    let state = match allowed(Some(ticket.state), actor(by.hand), action) {
        Ok(state) => state,
        Err(not_possible) => return Ok(Some(not_possible)),
    };
    let before = tickets::by_id(turn.db, ticket.id)?;
    ticket.state = state;
    ticket.assignee = match action {
        Action::Claim | Action::Assign => to,
        Action::Unclaim | Action::Release | Action::Escalate => None,
        Action::Snooze | Action::Wake { .. } => before.assignee,
        // They do more than that, and each has a way of its own.
        Action::Open | Action::Close | Action::Reopen { .. } => {
            return Ok(Some(NotPossible::Closed));
        }
    };
    if state != TicketState::Snoozed {
        ticket.snoozed_until = None;
    }
    if !tickets::save(turn.db, ticket)? {
        return Ok(Some(NotPossible::Closed));
    }
    if let Some(agent) = ticket.assignee {
        if before.assignee != Some(agent) {
            let how = (by.kind, member(by.hand));
            assignments::begin(turn.db, ticket.id, agent, how, by.why, turn.now)?;
        }
    } else if before.assignee.is_some() {
        assignments::end(turn.db, ticket.id, turn.now)?;
    }
    if let (Some(agent), TicketState::Assigned) = (before.assignee, before.state)
        && (ticket.assignee, state) != (before.assignee, before.state)
    {
        turn.taken.push((ticket.id, agent));
    }
    if before.state.is_queued() && !state.is_queued() {
        queue::forget_told(turn.db, ticket.id)?;
    }
    write_down(turn, &before, ticket, action, by)?;
    if before.state != state {
        sla::keep_time(turn, ticket.id)?;
    }
    // Its clocks stood still, however it is taken up again.
    let is_awake = before.state == TicketState::Snoozed && state != TicketState::Snoozed;
    if is_awake {
        autoclose::go_on(turn, ticket.id)?;
    }
    if is_awake || before.priority != ticket.priority {
        sla::look_again(turn, ticket.id)?;
    }
    card::refresh(turn, ticket.id)?;
    Ok(None)
}

/// A ticket has been closed: nobody works on it, and somebody has room for another.
pub(super) fn closed(turn: &mut Turn<'_>, ticket: &Ticket) -> Result<(), Error> {
    queue::forget_told(turn.db, ticket.id)?;
    sla::keep_time(turn, ticket.id)?;
    let Some(agent) = ticket.assignee else {
        return Ok(());
    };
    turn.taken.push((ticket.id, agent));
    assignments::end(turn.db, ticket.id, turn.now)
}

/// A closed ticket has been opened again, perhaps for whoever had it.
pub(super) fn reopened(turn: &mut Turn<'_>, ticket: &mut Ticket) -> Result<(), Error> {
    sla::keep_time(turn, ticket.id)?;
    sla::look_again(turn, ticket.id)?;
    match ticket.assignee {
        Some(agent) => {
            let how = (AssignmentKind::Auto, None);
            assignments::begin(turn.db, ticket.id, agent, how, None, turn.now)
        }
        None => assign::to_somebody(turn, ticket, None).map(drop),
    }
}

/// Who it is for the rules.
pub(super) const fn actor(hand: Hand) -> Actor {
    match hand {
        Hand::Member(_) | Hand::Anonymous => Actor::Agent,
        Hand::Client => Actor::Client,
        Hand::Desk => Actor::Timer,
    }
}

fn member(hand: Hand) -> Option<UserId> {
    match hand {
        Hand::Member(user) => Some(user),
        Hand::Anonymous | Hand::Client | Hand::Desk => None,
    }
}

fn write_down(
    turn: &Turn<'_>,
    before: &Ticket,
    ticket: &Ticket,
    action: Action,
    by: &By<'_>,
) -> Result<(), Error> {
    let shown = |ticket: &Ticket| {
        let (state, level) = (ticket.state.name(), ticket.level.number());
        format!("{state}, level {level}, {}", ticket.priority.name())
    };
    let is_raised = (before.level, before.priority) != (ticket.level, ticket.priority);
    let (was, is) = if is_raised {
        (shown(before), shown(ticket))
    } else {
        let names = (before.state.name(), ticket.state.name());
        (names.0.to_owned(), names.1.to_owned())
    };
    let entry = Entry {
        ticket: Some(ticket.id),
        about: ticket.assignee.or(before.assignee),
        before: &was,
        after: &is,
        reason: by.reason,
        ..Entry::of(by.hand, word(action))
    };
    audit::insert(turn.db, &entry, turn.now)?;
    // Whoever had it finds it among what was done to them, too.
    match (before.assignee, ticket.assignee) {
        (Some(had_it), Some(has_it)) if had_it != has_it => {
            let entry = Entry {
                ticket: Some(ticket.id),
                about: Some(had_it),
                ..Entry::of(by.hand, "take_away")
            };
            audit::insert(turn.db, &entry, turn.now)
        }
        (None | Some(_), None | Some(_)) => Ok(()),
    }
}

/// What the trail calls it.
const fn word(action: Action) -> &'static str {
    match action {
        Action::Wake { .. } => "wake",
        Action::Reopen { .. } => "reopen",
        Action::Open
        | Action::Claim
        | Action::Assign
        | Action::Unclaim
        | Action::Release
        | Action::Escalate
        | Action::Snooze
        | Action::Close => action.name(),
    }
}
