//! The topic of a ticket: made, announced, in doubt, gone. Telegram gives no idempotency key for
//! `createForumTopic`, but it announces every topic that is made, with its title, which holds the
//! ticket's code. That announcement settles a doubt.

use std::time::Duration;

use super::turn::Turn;
use super::{card, relocate};
use crate::domain::call::{Call, Lane, Priority, Purpose};
use crate::domain::event::Timer;
use crate::domain::ids::{ChatId, ThreadId, TicketId};
use crate::domain::outcome::Receipt;
use crate::domain::ticket::{Ticket, TicketCode, TicketState};
use crate::store::claims::{self, OutboxRow, Unfinished};
use crate::store::topics::Topic;
use crate::store::{Error, outbox, tickets, timers, topics};

/// How long Telegram's own announcement is waited for before a topic in doubt is made again.
pub(super) const TOPIC_DOUBT: Duration = Duration::from_secs(60);

/// A lost topic counts as so many failures of the call that met it.
pub(super) const LOSS_COUNTS_AS: u32 = 5;

/// Telegram answered that the topic is made.
pub(super) fn made(turn: &mut Turn<'_>, row: &OutboxRow, receipt: &Receipt) -> Result<(), Error> {
    let (Some(ticket), Some(thread)) = (row.ticket, receipt.thread) else {
        return Ok(());
    };
    let Call::CreateTopic { title, .. } = &row.call else {
        return Ok(());
    };
    stands(turn, ticket, turn.group()?, thread, title)
}

/// Telegram announced a topic of ours.
pub(super) fn announced(
    turn: &mut Turn<'_>,
    chat: ChatId,
    thread: ThreadId,
    title: &str,
) -> Result<(), Error> {
    let Some(code) = TicketCode::find_in(title) else {
        return Ok(());
    };
    let Some(ticket) = tickets::by_code(turn.db, &code)? else {
        return Ok(());
    };
    stands(turn, ticket.id, chat, thread, title)?;
    // A late word of an earlier topic says nothing about its successor.
    let current = topics::current(turn.db, ticket.id)?;
    if current.is_some_and(|topic| topic.thread == Some(thread)) {
        end_doubt(turn, ticket.id)?;
    }
    Ok(())
}

/// Whether the topic was made is not known; its lane waits for the announcement.
pub(super) fn in_doubt(turn: &mut Turn<'_>, row: &OutboxRow) -> Result<(), Error> {
    let is_settled = match row.ticket {
        Some(ticket) => {
            topics::current(turn.db, ticket)?.is_none_or(|topic| topic.thread.is_some())
        }
        None => true,
    };
    if is_settled {
        return claims::done(turn.db, row, turn.now);
    }
    claims::doubt(turn.db, row)?;
    let timer = Timer::TopicDoubt {
        call: row.id,
        since: turn.now,
    };
    timers::set(turn.db, turn.now.plus(TOPIC_DOUBT), &timer)
}

/// A message met a topic that was deleted: another takes its place, and the message goes there. A
/// word or a state alone is not worth a topic: with the next message there is one.
pub(super) fn gone(turn: &mut Turn<'_>, row: &OutboxRow) -> Result<(), Error> {
    let Some(ticket) = row.ticket else {
        return claims::dropped(turn.db, row, "topic gone", turn.now);
    };
    let current = topics::current(turn.db, ticket)?;
    let is_being_made = current.as_ref().is_some_and(|topic| topic.thread.is_none())
        && claims::of_lane(turn.db, Lane::Topic(ticket), Purpose::Topic)?.is_some();
    if let Some(topic) = current.as_ref().filter(|_| !is_being_made) {
        topics::gone(turn.db, topic.id)?;
    }
    if !matches!(row.purpose, Purpose::Relay | Purpose::Card) {
        claims::dropped(turn.db, row, "topic gone", turn.now)?;
        // A change of the words on the card, this one or one that is under way, is lost with it.
        let edits = claims::of_lane(turn.db, Lane::Card(ticket), Purpose::CardEdit)?;
        let is_change_lost = row.purpose == Purpose::CardEdit || edits.is_some();
        return match current.filter(|_| is_change_lost) {
            Some(topic) => card::lost(turn, &topic),
            None => Ok(()),
        };
    }
    let failures = row.failures + LOSS_COUNTS_AS;
    claims::retry(turn.db, row, turn.now, failures, row.maybe_sent)?;
    if is_being_made {
        return Ok(());
    }
    recreate(turn, ticket, current, row.purpose == Purpose::Card)
}

/// Puts the making of a new topic, and its card, before what waits in the lane. A card that waits
/// itself goes into the new topic with all that it was to carry into the old one.
fn recreate(
    turn: &mut Turn<'_>,
    ticket: TicketId,
    old: Option<Topic>,
    is_card_waiting: bool,
) -> Result<(), Error> {
    let ticket = tickets::by_id(turn.db, ticket)?;
    let group = turn.desks().chat(ticket.desk);
    let topic = topics::insert(turn.db, ticket.id, group, turn.now)?;
    if let Some(old) = &old {
        topics::hand_on(turn.db, old.id, topic)?;
    }
    if let Some(old) = old.as_ref().filter(|_| is_card_waiting) {
        let lead = old.card_lead.as_deref();
        topics::card_layout(turn.db, topic, old.card_carries, lead)?;
    } else {
        // What waits to be shown on the old card would take the place of the new one's words.
        let edits = Lane::Card(ticket.id);
        // One that is under way finds a card that is not there any more, or its successor.
        let is_change_lost = claims::of_lane(turn.db, edits, Purpose::CardEdit)?.is_some();
        for waiting in outbox::waiting_in(turn.db, edits)? {
            outbox::drop_waiting(turn.db, waiting.id, &edits.key(), "newer card", turn.now)?;
        }
        if let Some(old) = old.filter(|_| is_change_lost) {
            card::lost(turn, &old)?;
        }
        let lead = turn.texts().topic_recreated(turn.language());
        topics::card_layout(turn.db, topic, None, Some(&lead))?;
        if let Some(topic) = topics::current(turn.db, ticket.id)? {
            card::post_again(turn, &ticket, &topic)?;
        }
    }
    let make = Call::CreateTopic {
        ticket: ticket.id,
        title: card::title(turn, &ticket),
    };
    turn.ahead_in_topic(ticket.id, Purpose::Topic, Priority::FIRST, &make)?;
    close_after(turn, &ticket)
}

/// Something comes late into the topic of a closed ticket: the topic closes behind it, because nobody is to
/// answer there.
pub(super) fn close_after(turn: &mut Turn<'_>, ticket: &Ticket) -> Result<(), Error> {
    let last = outbox::waiting_in(turn.db, Lane::Topic(ticket.id))?.pop();
    let closes_already = last.is_some_and(|last| last.purpose == Purpose::TopicState);
    if ticket.state != TicketState::Closed || closes_already {
        return Ok(());
    }
    let close = Call::CloseTopic { ticket: ticket.id };
    let (purpose, now) = (Purpose::TopicState, turn.now);
    turn.post_to_topic(ticket, purpose, Priority::STATE, None, now, &close)
}

/// A topic of this ticket stands. The first one that we learn of is the ticket's; any other is an
/// orphan of a creation that was in doubt.
fn stands(
    turn: &mut Turn<'_>,
    ticket: TicketId,
    chat: ChatId,
    thread: ThreadId,
    title: &str,
) -> Result<(), Error> {
    if topics::by_thread(turn.db, chat, thread)?.is_some() {
        return Ok(());
    }
    let current = topics::current(turn.db, ticket)?;
    let wanted = match current.filter(|topic| topic.thread.is_none()) {
        // A topic of a group that the ticket has left meanwhile.
        Some(topic) if turn.desk_at(topic.chat)? != turn.desk_at(chat)? => None,
        wanted => wanted,
    };
    match wanted {
        Some(topic) => {
            topics::made(turn.db, topic.id, chat, thread)?;
            topics::titled(turn.db, topic.id, title, turn.now)?;
            relocate::arrived(turn, ticket, topic.id, (chat, thread))?;
            // It may have become another while the topic was being made.
            card::refresh(turn, ticket)
        }
        None => turn.delete_orphan(chat, thread),
    }
}

/// The creation in doubt is settled: the lane moves on.
fn end_doubt(turn: &Turn<'_>, ticket: TicketId) -> Result<(), Error> {
    match claims::of_lane(turn.db, Lane::Topic(ticket), Purpose::Topic)? {
        Some((call, Unfinished::Waiting | Unfinished::Doubt)) => {
            match claims::unfinished(turn.db, call)? {
                Some(row) => claims::done(turn.db, &row, turn.now),
                None => Ok(()),
            }
        }
        // Its own answer is on the way and will find the topic there.
        Some((_, Unfinished::Claimed)) | None => Ok(()),
    }
}
