//! A ticket goes on in another group: because it is about something else now, because it was raised, or
//! because its group is not in the config any more. What waits for the old topic goes to the new one, in
//! order; what is under way lands in the old one, and its end is written down there.

use super::command::{Answer, Given};
use super::state::{self, By};
use super::turn::{Queued, Turn};
use super::{card, history, main_group, settle, ticket, topic};
use crate::domain::agent::AssignmentKind;
use crate::domain::call::{Call, Lane, Priority, Purpose, To};
use crate::domain::content::Text;
use crate::domain::event::{AgentMessage, AgentWord};
use crate::domain::ids::{ChatId, DeskId, ThreadId, TicketId, TopicId};
use crate::domain::outcome::{Outcome, Refusal};
use crate::domain::rules::breaker::Destination;
use crate::domain::rules::desks as rules;
use crate::domain::rules::transition::Action;
use crate::domain::ticket::{Ticket, TicketState};
use crate::store::audit::{self, Entry, Hand};
use crate::store::claims::{self, OutboxRow, Unfinished};
use crate::store::outbox::SUPERSEDED;
use crate::store::topics::{self, Topic};
use crate::store::{Error, Place, breakers, desks, members, messages, outbox, tickets};

/// Moves a ticket to the group of its category and level, if that is another one. Whether it is so. Nobody is
/// given it there: whoever moved it sees to that.
pub(super) fn follow(turn: &mut Turn<'_>, id: TicketId, hand: Hand) -> Result<bool, Error> {
    let ticket = tickets::by_id(turn.db, id)?;
    let home = rules::home(turn.desks(), ticket.category.as_deref(), ticket.level);
    let is_at_home = home == ticket.desk && !is_in_the_past(turn, id)?;
    if is_at_home || ticket.state == TicketState::Closed {
        return Ok(false);
    }
    go(turn, &ticket, home, hand)?;
    Ok(true)
}

/// Whether a ticket is of a group that the config does not name any more, or has its topic in one.
pub(super) fn is_in_the_past(turn: &Turn<'_>, id: TicketId) -> Result<bool, Error> {
    if !turn.desks().has(desks::of_ticket(turn.db, id)?) {
        return Ok(true);
    }
    match topics::current(turn.db, id)? {
        Some(topic) => Ok(desks::of_chat(turn.db, turn.desks(), topic.chat)?.is_none()),
        None => Ok(false),
    }
}

/// At a start: groups that the config does not name any more have no tickets and no calls, and nobody waits
/// for them.
pub(super) fn started(turn: &mut Turn<'_>) -> Result<(), Error> {
    let waited_for = desks::adopt_calls(turn.db, turn.desks())?;
    for open in breakers::open_ones(turn.db)? {
        if let Destination::Group(chat) = open.destination
            && desks::of_chat(turn.db, turn.desks(), chat)?.is_none()
        {
            breakers::close(turn.db, open.destination)?;
        }
    }
    let mut away = desks::tickets_away(turn.db)?;
    away.extend(waited_for);
    away.extend(main_group::taken_over(turn)?);
    for id in away {
        out_of_the_past(turn, id)?;
    }
    turn.here = DeskId::MAIN;
    Ok(())
}

/// A ticket goes on where it would be opened now if its group is not in the config any more, a closed one too:
/// something waits for its topic.
pub(super) fn out_of_the_past(turn: &mut Turn<'_>, id: TicketId) -> Result<(), Error> {
    if !is_in_the_past(turn, id)? {
        return Ok(());
    }
    let ticket = tickets::by_id(turn.db, id)?;
    let home = rules::home(turn.desks(), ticket.category.as_deref(), ticket.level);
    go(turn, &ticket, home, Hand::Desk)?;
    topic::close_after(turn, &ticket)
}

fn go(turn: &mut Turn<'_>, ticket: &Ticket, to: DeskId, hand: Hand) -> Result<(), Error> {
    let (before, after) = (name(turn, ticket.desk), name(turn, to));
    let entry = Entry {
        ticket: Some(ticket.id),
        before: &before,
        after: &after,
        ..Entry::of(hand, "move")
    };
    audit::insert(turn.db, &entry, turn.now)?;
    desks::move_ticket(turn.db, ticket.id, to)?;
    turn.here = to;
    let mut moved = tickets::by_id(turn.db, ticket.id)?;
    // Without a topic there is nothing to leave: with the next message there is one, there.
    if let Some(old) = topics::current(turn.db, ticket.id)? {
        leave(turn, &moved, &old, &before)?;
    }
    let is_there = match moved.assignee {
        Some(agent) => members::role(turn.db, to, agent)?.is_some(),
        None => true,
    };
    if !is_there && moved.state != TicketState::Closed {
        // It follows from the move, whoever did that.
        let by = By::desk(AssignmentKind::Transferred);
        state::act(turn, &mut moved, Action::Release, None, &by)?;
    }
    card::refresh(turn, ticket.id)
}

/// Leaves a topic for one in the group at hand.
fn leave(turn: &mut Turn<'_>, ticket: &Ticket, old: &Topic, from: &str) -> Result<(), Error> {
    let (lane, chat) = (Lane::Topic(ticket.id), turn.desks().chat(turn.here));
    let create = Call::CreateTopic {
        ticket: ticket.id,
        title: card::title(turn, ticket),
    };
    let making = claims::of_lane(turn.db, lane, Purpose::Topic)?;
    match making {
        // Nobody has seen anything of it: it is made there.
        Some((call, Unfinished::Waiting)) if old.thread.is_none() => {
            ticket::take_turn_here(turn, ticket.id, (old.id, call))?;
            return claims::replace_call(turn.db, call, &create);
        }
        // If it was made after all, its announcement finds it an orphan.
        Some((call, Unfinished::Doubt)) => {
            if let Some(row) = claims::unfinished(turn.db, call)? {
                claims::dropped(turn.db, &row, SUPERSEDED, turn.now)?;
            }
        }
        Some((_, Unfinished::Claimed | Unfinished::Waiting)) | None => {}
    }
    forget_states(turn, ticket.id, old)?;
    let is_card_waiting = matches!(
        claims::of_lane(turn.db, lane, Purpose::Card)?,
        Some((_, Unfinished::Waiting))
    );
    let topic = succeed(turn, ticket, old, chat, from)?;
    if !is_card_waiting {
        let summary = history::summary(turn, ticket, old)?;
        let words = Call::words(To::Topic(ticket.id), Text::plain(summary), None);
        turn.ahead_in_topic(ticket.id, Purpose::Word, Priority::MESSAGE, &words)?;
        if let Some(topic) = topics::by_id(turn.db, topic)? {
            card::post_again(turn, ticket, &topic)?;
        }
    }
    turn.ahead_in_topic(ticket.id, Purpose::Topic, Priority::FIRST, &create)
}

/// What waits to be shown of the old topic is of no use any more; what is under way ends there.
fn forget_states(turn: &Turn<'_>, ticket: TicketId, old: &Topic) -> Result<(), Error> {
    for lane in [Lane::Topic(ticket), Lane::Card(ticket), Lane::Title(ticket)] {
        desks::leave_behind(turn.db, lane, old.id)?;
        for waiting in outbox::waiting_in(turn.db, lane)? {
            let is_state = matches!(
                waiting.purpose,
                Purpose::CardEdit | Purpose::Title | Purpose::TopicState
            );
            if is_state {
                outbox::drop_waiting(turn.db, waiting.id, &lane.key(), SUPERSEDED, turn.now)?;
            }
        }
    }
    Ok(())
}

/// The new topic, with the words on the card that stood on the old one.
fn succeed(
    turn: &Turn<'_>,
    ticket: &Ticket,
    old: &Topic,
    chat: ChatId,
    from: &str,
) -> Result<TopicId, Error> {
    topics::gone(turn.db, old.id)?;
    let topic = topics::insert(turn.db, ticket.id, chat, turn.now)?;
    topics::leave(turn.db, old.id, topic)?;
    let lead = turn.texts().topic_moved(turn.language(), from);
    topics::card_layout(turn.db, topic, old.card_carries, Some(&lead))?;
    if let Some(row) = old.card_carries {
        let place = Place::Group(topics::current_chat(turn.db, old.chat)?);
        messages::unlink(turn.db, row, place, 0)?;
    }
    Ok(topic)
}

/// A topic stands: those that were left for it are told where the ticket goes on, and closed.
pub(super) fn arrived(
    turn: &mut Turn<'_>,
    ticket: TicketId,
    topic: TopicId,
    (chat, thread): (ChatId, ThreadId),
) -> Result<(), Error> {
    let untold = topics::untold(turn.db, topic)?;
    if untold.is_empty() {
        return Ok(());
    }
    let ticket = tickets::by_id(turn.db, ticket)?;
    for left in untold {
        topics::told(turn.db, left.id)?;
        let Some(old) = left.thread else {
            continue;
        };
        let (texts, language) = (turn.texts(), turn.language());
        let link = rules::link(chat, thread);
        let line = texts.line_moved(language, &name(turn, ticket.desk), &link);
        let words = Call::words(To::Thread(left.chat, old), Text::plain(line), None);
        let close = Call::CloseThread {
            chat: left.chat,
            thread: old,
        };
        let lane = Lane::Left(left.id);
        turn.queue(Queued {
            lane,
            ..Queued::of(Purpose::Word, Priority::WORD, &words)
        })?;
        turn.queue(Queued {
            lane,
            ..Queued::of(Purpose::TopicState, Priority::STATE, &close)
        })?;
    }
    Ok(())
}

/// A topic that was left is closed, so what was posted there stands there.
pub(super) fn closed(turn: &Turn<'_>, row: &OutboxRow) -> Result<(), Error> {
    let Call::CloseThread { chat, thread } = row.call else {
        return Ok(());
    };
    topics::left_closed(turn.db, chat, thread)
}

/// What somebody reads who writes in a topic that its ticket has left; none where it has not.
pub(super) fn left_text(turn: &Turn<'_>, message: &AgentMessage) -> Result<Option<String>, Error> {
    let Some(thread) = message.thread else {
        return Ok(None);
    };
    match topics::by_thread(turn.db, message.chat, thread)? {
        Some(topic) if topic.is_left => {
            let ticket = tickets::by_id(turn.db, topic.ticket)?;
            where_it_is(turn, &ticket).map(Some)
        }
        Some(_) | None => Ok(None),
    }
}

/// What a command is answered with in a topic that its ticket has left. What only looks, and taking one's own
/// words back, works there as before.
pub(super) fn elsewhere(turn: &Turn<'_>, given: &Given<'_>) -> Answer {
    let is_about_topic = match given.word {
        AgentWord::Close
        | AgentWord::Reopen
        | AgentWord::Snooze
        | AgentWord::Remind
        | AgentWord::Priority
        | AgentWord::Category
        | AgentWord::Tag
        | AgentWord::Claim
        | AgentWord::Unclaim
        | AgentWord::Assign
        | AgentWord::Transfer
        | AgentWord::Escalate
        | AgentWord::Force
        | AgentWord::Ban
        | AgentWord::Unban
        | AgentWord::Mute => true,
        AgentWord::Note
        | AgentWord::Bulk
        | AgentWord::Why
        | AgentWord::Next
        | AgentWord::Queue
        | AgentWord::Mine
        | AgentWord::Available
        | AgentWord::Busy
        | AgentWord::Away
        | AgentWord::Offline
        | AgentWord::Shift
        | AgentWord::Agents
        | AgentWord::Agent
        | AgentWord::Stats
        | AgentWord::Delete
        | AgentWord::Limits
        | AgentWord::Audit
        | AgentWord::Reveal
        | AgentWord::Failed
        | AgentWord::Help => false,
    };
    if !is_about_topic || given.ticket.is_none() {
        return Ok(None);
    }
    left_text(turn, given.message)
}

/// Where a ticket is that has left.
pub(super) fn where_it_is(turn: &Turn<'_>, ticket: &Ticket) -> Result<String, Error> {
    let (texts, language) = (turn.texts(), turn.language());
    let (code, desk) = (ticket.code.as_str(), name(turn, ticket.desk));
    let topic = topics::current(turn.db, ticket.id)?;
    let stands = topic.and_then(|topic| Some((topic.chat, topic.thread?)));
    Ok(match stands {
        Some((chat, thread)) => {
            let chat = topics::current_chat(turn.db, chat)?;
            texts.ticket_moved(language, code, &desk, &rules::link(chat, thread))
        }
        None => texts.ticket_moves(language, code, &desk),
    })
}

/// What a desk is called among agents.
pub(super) fn name(turn: &Turn<'_>, desk: DeskId) -> String {
    match turn.desks().name(desk) {
        Some(name) => name.to_owned(),
        None => turn.texts().main_desk(turn.language()),
    }
}

/// The topic that a ticket has left while this call was under way there.
pub(super) fn left(turn: &Turn<'_>, row: &OutboxRow) -> Result<Option<Topic>, Error> {
    if turn.desks().is_single() || row.ticket.is_none() {
        return Ok(None);
    }
    desks::left_topic(turn.db, row.id)
}

/// The end of a call that was under way when its ticket moved. Whether nothing else follows from it.
pub(super) fn settle(
    turn: &mut Turn<'_>,
    row: &OutboxRow,
    outcome: &Outcome,
) -> Result<bool, Error> {
    let Some(old) = left(turn, row)? else {
        return Ok(false);
    };
    let is_of_topic = matches!(
        row.purpose,
        Purpose::Topic | Purpose::Card | Purpose::CardEdit | Purpose::Title | Purpose::TopicState
    );
    match outcome {
        Outcome::Done(_) if !is_of_topic => return Ok(false),
        Outcome::Done(receipt) => {
            claims::done(turn.db, row, turn.now)?;
            if let (Purpose::Topic, Some(thread)) = (row.purpose, receipt.thread) {
                turn.delete_orphan(topics::current_chat(turn.db, old.chat)?, thread)?;
            }
            return Ok(true);
        }
        Outcome::RetryAfter(asked) if is_of_topic => {
            settle::pause(turn, row, *asked)?;
        }
        Outcome::RetryAfter(_) | Outcome::NotSent | Outcome::Refused(_) | Outcome::InDoubt => {}
    }
    if is_of_topic {
        claims::dropped(turn.db, row, SUPERSEDED, turn.now)?;
        return Ok(true);
    }
    // It was not taken there: it goes where its ticket is.
    desks::catch_up(turn.db, row.id)?;
    let is_shut = matches!(
        outcome,
        Outcome::Refused(Refusal::TopicGone | Refusal::TopicClosed)
    );
    if is_shut {
        claims::retry(turn.db, row, turn.now, row.failures, row.maybe_sent)?;
    }
    Ok(is_shut)
}
