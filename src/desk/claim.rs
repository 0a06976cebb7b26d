//! Agents take tickets, give them back, and pass them on.

use std::time::Duration;

use super::command::{self, Answer, Given, needs_topic};
use super::people;
use super::state::{self, By};
use super::turn::Turn;
use super::{assign, identity, queue as lists, relocate, staff};
use crate::domain::agent::AssignmentKind;
use crate::domain::event::AgentMessage;
use crate::domain::ids::UserId;
use crate::domain::rules::transition::Action;
use crate::domain::ticket::{Level, Ticket, TicketState};
use crate::store::audit::{self, Entry, Hand};
use crate::store::{Error, agents, assignments, members, tickets};

/// A reply that was written so soon after somebody took the ticket was a race for it.
const RACE: Duration = Duration::from_secs(10);

/// `/claim`: whoever gives it has the ticket.
pub(super) fn claim(turn: &mut Turn<'_>, given: &Given<'_>) -> Answer {
    let ticket = match open_ticket(turn, given) {
        Ok(ticket) => ticket,
        Err(answer) => return Ok(Some(answer)),
    };
    match given.message.from {
        Some(user) => take_up(turn, ticket, user).map(Some),
        None => identity::ask(turn, given),
    }
}

/// Somebody wants to have a ticket, by a command or a button. What they read.
pub(super) fn take_up(turn: &mut Turn<'_>, ticket: &Ticket, user: UserId) -> Result<String, Error> {
    let (texts, language) = (turn.texts(), turn.language());
    if let Some(assignee) = ticket.assignee.filter(|assignee| *assignee != user) {
        return Ok(texts.taken(language, &people::name(turn, assignee)?));
    }
    // Their own that was put aside is taken up again.
    if ticket.assignee.is_none() || ticket.state == TicketState::Snoozed {
        take(turn, &mut ticket.clone(), user)?;
    }
    Ok(texts.claimed(language))
}

/// The first reply in a ticket that nobody has takes it. Somebody else's reply is relayed all the same, and
/// one that lost a race for the ticket is told so.
pub(super) fn by_reply(
    turn: &mut Turn<'_>,
    ticket: &Ticket,
    message: &AgentMessage,
) -> Result<(), Error> {
    let Some(user) = message.from else {
        return Ok(());
    };
    match ticket.assignee {
        Some(assignee) if assignee == user => Ok(()),
        Some(assignee) => {
            let current = assignments::current(turn.db, ticket.id)?;
            let is_race = current.is_some_and(|current| {
                let both_took = current.by == Some(assignee);
                both_took && message.date <= current.at.plus(RACE)
            });
            if !is_race {
                return Ok(());
            }
            let name = people::name(turn, assignee)?;
            let text = turn.texts().taken_delivered(turn.language(), &name);
            turn.answer_agent((message.chat, message.thread), message.message, text)
        }
        None => take(turn, &mut ticket.clone(), user),
    }
}

/// The same for a reply that was held back and goes out now: nobody was in a race with it.
pub(super) fn by_author(
    turn: &mut Turn<'_>,
    ticket: &Ticket,
    author: Option<UserId>,
) -> Result<(), Error> {
    let Some(user) = author.filter(|_| ticket.assignee.is_none()) else {
        return Ok(());
    };
    // They may have left meanwhile.
    match members::role(turn.db, ticket.desk, user)? {
        Some(_) => take(turn, &mut ticket.clone(), user),
        None => Ok(()),
    }
}

fn take(turn: &mut Turn<'_>, ticket: &mut Ticket, user: UserId) -> Result<(), Error> {
    let by = By::member(Some(user), AssignmentKind::Manual);
    state::act(turn, ticket, Action::Claim, Some(user), &by).map(drop)
}

/// `/unclaim`: the ticket goes to somebody else, or back to the queue.
pub(super) fn unclaim(turn: &mut Turn<'_>, given: &Given<'_>) -> Answer {
    let mut ticket = match open_ticket(turn, given) {
        Ok(ticket) => ticket.clone(),
        Err(answer) => return Ok(Some(answer)),
    };
    let (texts, language) = (turn.texts(), turn.language());
    let Some(assignee) = ticket.assignee else {
        return Ok(Some(texts.nobody_has_it(language)));
    };
    let is_theirs = given.message.from == Some(assignee);
    if !is_theirs && !command::is_admin(turn, given.message)? {
        let name = people::name(turn, assignee)?;
        return Ok(Some(texts.taken(language, &name)));
    }
    let by = By::member(given.message.from, AssignmentKind::Manual);
    state::act(turn, &mut ticket, Action::Unclaim, None, &by)?;
    if assign::to_somebody(turn, &mut ticket, Some(assignee))? {
        return Ok(None);
    }
    Ok(Some(texts.released(language)))
}

/// `/assign @x`: somebody else has the ticket.
pub(super) fn assign(turn: &mut Turn<'_>, given: &Given<'_>) -> Answer {
    let ticket = match open_ticket(turn, given) {
        Ok(ticket) => ticket,
        Err(answer) => return Ok(Some(answer)),
    };
    match command::member(turn, given.arguments)? {
        Some(user) => give(turn, given, ticket, user, AssignmentKind::Manual),
        None => Ok(Some(given.how(turn))),
    }
}

fn give(
    turn: &mut Turn<'_>,
    given: &Given<'_>,
    ticket: &Ticket,
    user: UserId,
    kind: AssignmentKind,
) -> Answer {
    if ticket.assignee == Some(user) {
        let name = people::name(turn, user)?;
        return Ok(Some(turn.texts().taken(turn.language(), &name)));
    }
    let mut ticket = ticket.clone();
    let by = By::member(given.message.from, kind);
    staff::named(turn, user, by.hand)?;
    state::act(turn, &mut ticket, Action::Assign, Some(user), &by)?;
    assign::say(turn, &ticket, user)?;
    if staff::is_there(turn, ticket.desk, user)? {
        return Ok(None);
    }
    let name = people::name(turn, user)?;
    Ok(Some(turn.texts().assigned_absent(turn.language(), &name)))
}

/// `/transfer @x`, `/transfer billing`, `/transfer level 2`.
pub(super) fn transfer(turn: &mut Turn<'_>, given: &Given<'_>) -> Answer {
    let ticket = match open_ticket(turn, given) {
        Ok(ticket) => ticket,
        Err(answer) => return Ok(Some(answer)),
    };
    if let Some(user) = command::member(turn, given.arguments)? {
        return give(turn, given, ticket, user, AssignmentKind::Transferred);
    }
    let (first, second) = command::first_word(given.arguments);
    let mut moved = ticket.clone();
    let mut categories = turn.settings().categories.iter();
    let (before, after) =
        if let Some(category) = categories.find(|known| known.name.eq_ignore_ascii_case(first)) {
            moved.category = Some(category.name.clone());
            let before = ticket.category.clone().unwrap_or_default();
            (before, category.name.clone())
        } else if first.eq_ignore_ascii_case("level")
            && let Some(level) = second.parse().ok().and_then(Level::new)
        {
            moved.level = level;
            let shown = |level: Level| format!("level {}", level.number());
            (shown(ticket.level), shown(level))
        } else {
            return Ok(Some(given.how(turn)));
        };
    pass_on(turn, given, (ticket, moved), (&before, &after))
}

/// A ticket needs somebody else now.
fn pass_on(
    turn: &mut Turn<'_>,
    given: &Given<'_>,
    (ticket, mut moved): (&Ticket, Ticket),
    (before, after): (&str, &str),
) -> Answer {
    if !tickets::save(turn.db, &moved)? {
        return Ok(Some(turn.texts().ticket_is_closed(turn.language())));
    }
    let entry = Entry {
        ticket: Some(ticket.id),
        before,
        after,
        ..Entry::of(Hand::of(given.message.from), "transfer")
    };
    audit::insert(turn.db, &entry, turn.now)?;
    let by = By::member(given.message.from, AssignmentKind::Transferred);
    let has_moved = relocate::follow(turn, ticket.id, by.hand)?;
    if has_moved {
        moved = tickets::by_id(turn.db, ticket.id)?;
    }
    if moved.assignee.is_some() {
        state::act(turn, &mut moved, Action::Unclaim, None, &by)?;
    } else {
        super::card::refresh(turn, ticket.id)?;
    }
    let kind = AssignmentKind::Transferred;
    // Where the ticket has moved, the topic says so.
    if assign::find(turn, &mut moved, kind, ticket.assignee)? || has_moved {
        return Ok(None);
    }
    Ok(Some(turn.texts().released(turn.language())))
}

/// `/next`: the most urgent and oldest ticket that this agent may take.
pub(super) fn next(turn: &mut Turn<'_>, given: &Given<'_>) -> Answer {
    let (texts, language) = (turn.texts(), turn.language());
    let Some(user) = given.message.from else {
        return identity::ask(turn, given);
    };
    let Some(agent) = agents::by_user(turn.db, user)? else {
        return Ok(Some(texts.nothing_next(language)));
    };
    // Whoever asks for work is there, and may have more of it than they would be given.
    let Some(id) = assign::first_for(turn, &agent)? else {
        return Ok(Some(texts.nothing_next(language)));
    };
    let mut ticket = tickets::by_id(turn.db, id)?;
    take(turn, &mut ticket, user)?;
    assign::say(turn, &ticket, user)?;
    let shown = lists::line(turn, &ticket);
    Ok(Some(texts.next_is(language, &shown)))
}

/// The open ticket that a command is about, or what is answered where there is none.
fn open_ticket<'a>(turn: &Turn<'_>, given: &'a Given<'_>) -> Result<&'a Ticket, String> {
    match &given.ticket {
        Some(ticket) if ticket.state == TicketState::Closed => {
            Err(turn.texts().ticket_is_closed(turn.language()))
        }
        Some(ticket) => Ok(ticket),
        None => Err(needs_topic(turn, given.word)),
    }
}
