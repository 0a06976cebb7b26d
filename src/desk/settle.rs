//! What follows from the end of a call's attempt.

use std::time::Duration;

use super::delete::Ended;
use super::turn::Turn;
use super::{
    album, breaker, card, dashboard, delete, prompt, refusal, relocate, shared, topic, topics_off,
    voice, waits,
};
use crate::domain::call::{Budget, Call, Mark, Purpose, ReplyTo};
use crate::domain::ids::{ThreadId, TicketId};
use crate::domain::outcome::{Outcome, Receipt, Refusal, Told};
use crate::domain::rules::learning;
use crate::domain::rules::retry::{OUTBOX_ATTEMPTS_MAX, after_flood, backoff, backoff_unreached};
use crate::domain::time::Timestamp;
use crate::store::claims::{self, OutboxRow};
use crate::store::outbox::{self, Fate};
use crate::store::{Error, Place, desks, messages, pauses, rates, topics, voices};

pub(super) fn settle(turn: &mut Turn<'_>, row: &OutboxRow, outcome: &Outcome) -> Result<(), Error> {
    if row.counted.is_some() {
        pauses::ended(turn.db, row.id, turn.now)?;
    }
    if let Some(voice) = row.voice
        && voice::ended(turn, row, voice, outcome)?
    {
        return Ok(());
    }
    if relocate::settle(turn, row, outcome)? {
        return Ok(());
    }
    match outcome {
        Outcome::Done(receipt) => done(turn, row, receipt),
        Outcome::RetryAfter(asked) => wait(turn, row, *asked),
        Outcome::NotSent => {
            let wait = backoff_unreached(row.attempts, turn.random());
            let again = turn.now.plus(wait);
            claims::retry(turn.db, row, again, row.failures, row.maybe_sent)?;
            waits::came_to_nothing(turn, row)
        }
        Outcome::Refused(refused) => refusal::settle(turn, row, refused),
        Outcome::InDoubt => in_doubt(turn, row),
    }
}

/// Telegram did it, or it is as good as done.
fn done(turn: &mut Turn<'_>, row: &OutboxRow, receipt: &Receipt) -> Result<(), Error> {
    let merged = if row.purpose == Purpose::Relay {
        claims::carried(turn.db, row.id)?
    } else {
        Vec::new()
    };
    if topics_off::fell(turn, row, receipt)? {
        return topics_off::pick_up(turn, row, receipt);
    }
    claims::done(turn.db, row, turn.now)?;
    if let Call::Delete {
        row: message,
        from_part,
        whose,
    } = row.call
    {
        // Part n of a text that grows again is another post.
        messages::unlink(
            turn.db,
            message,
            turn.place_of_row(whose, message)?,
            from_part,
        )?;
    }
    match row.purpose {
        Purpose::Topic => topic::made(turn, row, receipt),
        Purpose::Card => {
            card_posted(turn, row, receipt)?;
            card::shown(turn, row)?;
            let carried = carried_by_card(turn, row)?;
            posted(turn, &carried, receipt)
        }
        Purpose::Relay => {
            let place = group_of(turn, row)?;
            carried_along(turn, &merged, receipt, place)?;
            posted(turn, row, receipt)?;
            match receipt.message {
                Some(post) if !merged.is_empty() => shared::make_room(turn, place, post),
                Some(_) | None => Ok(()),
            }
        }
        Purpose::Reply => delivered(turn, row, receipt),
        Purpose::Delete => delete::ended(turn, row, Ended::Deleted),
        Purpose::Word => asked(turn, row, receipt),
        Purpose::Dashboard => dashboard::done(turn, row, receipt),
        Purpose::CardEdit => card::shown(turn, row),
        Purpose::Title => card::titled(turn, row),
        Purpose::TopicState => relocate::closed(turn, row),
        Purpose::Edit | Purpose::Reaction | Purpose::Mark | Purpose::Service => Ok(()),
    }
}

/// A chat asked to be left alone: every call into it waits, also over a restart, and then goes slower.
fn wait(turn: &mut Turn<'_>, row: &OutboxRow, asked: Duration) -> Result<(), Error> {
    let until = pause(turn, row, asked)?;
    match row.budget {
        // All of the group waits: behind what came later it would wait for an hour where the queue is one.
        Budget::Desk => claims::put_back(turn.db, row.id),
        Budget::Client | Budget::Bot => {
            claims::retry(turn.db, row, until, row.failures, row.maybe_sent)
        }
    }
}

/// Nothing is called there before the time that Telegram asked for. When this call may be made again.
pub(super) fn pause(
    turn: &mut Turn<'_>,
    row: &OutboxRow,
    asked: Duration,
) -> Result<Timestamp, Error> {
    let until = turn.now.plus(after_flood(asked, turn.random()));
    if row.voice.is_some() && row.budget != Budget::Desk {
        // The client's chat with a voice is none of the desk's: what it says there just waits.
        return Ok(until);
    }
    if let (Some(voice), true) = (row.voice, row.floods_alone(asked)) {
        // The others go on, and may make this call in its place.
        voices::pause(turn.db, voice, until, turn.now)?;
        return Ok(turn.now);
    }
    let place = match (row.budget, row.client) {
        (Budget::Client, Some(client)) => Some(Place::Client(client)),
        (Budget::Desk, _) => Some(group_of(turn, row)?),
        (Budget::Client, None) | (Budget::Bot, _) => None,
    };
    if let Some(place) = place {
        // Calls that were under way together meet the same flood, which teaches one thing.
        let is_first = !pauses::is_asked(turn.db, place, turn.now)?;
        let is_of_voices = row.budget == Budget::Desk && voice::take_back(turn, place, row)?;
        if is_first && !is_of_voices {
            let before = rates::of(turn.db, place)?;
            rates::put(turn.db, place, learning::flooded(before, turn.now))?;
        }
        pauses::pause(turn.db, place, until, turn.now)?;
        if let Place::Group(chat) = place
            && until.since(turn.now) > breaker::WORTH_A_WORD
            && let Some(desk) = desks::of_chat(turn.db, turn.desks(), chat)?
        {
            waits::begin(turn, desk)?;
        }
    }
    Ok(until)
}

/// It may have happened. What shows twice when it is made twice is either settled by Telegram's
/// own announcement or sent again with a word to the agents (P3).
fn in_doubt(turn: &mut Turn<'_>, row: &OutboxRow) -> Result<(), Error> {
    if row.purpose == Purpose::Topic {
        return topic::in_doubt(turn, row);
    }
    if row.failures + 1 >= OUTBOX_ATTEMPTS_MAX {
        return refusal::settle(turn, row, &Refusal::Other(Told::nothing()));
    }
    let failures = row.failures + 1;
    let again = turn.now.plus(backoff(failures, turn.random()));
    let maybe_sent = !row.purpose.repeats_safely();
    claims::retry(turn.db, row, again, failures, maybe_sent)?;
    waits::came_to_nothing(turn, row)
}

/// Where a question stands is kept: it may have to be asked again.
fn asked(turn: &mut Turn<'_>, row: &OutboxRow, receipt: &Receipt) -> Result<(), Error> {
    match (&row.call, receipt.message) {
        (Call::SendText { buttons, .. }, Some(post)) => {
            prompt::posted(turn, &buttons.concat(), post)
        }
        _ => Ok(()),
    }
}

fn card_posted(turn: &Turn<'_>, row: &OutboxRow, receipt: &Receipt) -> Result<(), Error> {
    let (Some(ticket), Some(message)) = (row.ticket, receipt.message) else {
        return Ok(());
    };
    match topics::current(turn.db, ticket)? {
        Some(topic) => topics::card_posted(turn.db, topic.id, message),
        None => Ok(()),
    }
}

/// The card's call as it stands for its message: the message may have left the post meanwhile, or have come
/// into it from the card of another group.
fn carried_by_card(turn: &Turn<'_>, row: &OutboxRow) -> Result<OutboxRow, Error> {
    let topic = match row.ticket {
        Some(ticket) => topics::current(turn.db, ticket)?,
        None => None,
    };
    let carries = topic.and_then(|topic| topic.card_carries);
    Ok(OutboxRow {
        message: match row.message {
            Some(message) => carries.filter(|carried| *carried == message),
            None => carries,
        },
        ..row.clone()
    })
}

/// The group that a call went into, by what it is called now. It may be one of the past.
fn group_of(turn: &Turn<'_>, row: &OutboxRow) -> Result<Place, Error> {
    Ok(Place::Group(match row.chat {
        Some(chat) => topics::current_chat(turn.db, chat)?,
        None => turn.group()?,
    }))
}

/// A client's message stands in the topic.
fn posted(turn: &mut Turn<'_>, row: &OutboxRow, receipt: &Receipt) -> Result<(), Error> {
    let Some(ticket) = row.ticket else {
        return Ok(());
    };
    let (asked_for, is_left) = thread_of(turn, row, ticket)?;
    let place = group_of(turn, row)?;
    let is_linked = link(turn, row, receipt, place, asked_for)?;
    album::left_out(turn, row, receipt.skipped)?;
    if let (Some(voice), Some(post)) = (row.voice, receipt.message) {
        messages::posted_by(turn.db, place, post, voice)?;
    }
    if is_linked && row.maybe_sent {
        let text = turn.texts().relay_maybe_twice(turn.language());
        // Where its ticket has left, the word stands in another topic.
        let post = receipt.message.filter(|_| !is_left).map(ReplyTo::There);
        turn.tell_topic(ticket, text, post)?;
    }
    Ok(())
}

/// The topic in which a call has posted, and whether its ticket has left it meanwhile.
fn thread_of(
    turn: &Turn<'_>,
    row: &OutboxRow,
    ticket: TicketId,
) -> Result<(Option<ThreadId>, bool), Error> {
    Ok(match relocate::left(turn, row)? {
        Some(left) => (left.thread, true),
        None => {
            let topic = topics::live(turn.db, ticket)?;
            (topic.map(|(_, thread)| thread), false)
        }
    })
}

/// Notes where a message, a part of one or every message of an album stands now. Whether there was
/// anything to note.
fn link(
    turn: &Turn<'_>,
    row: &OutboxRow,
    receipt: &Receipt,
    place: Place,
    thread: Option<ThreadId>,
) -> Result<bool, Error> {
    if let Call::SendAlbum { rows, .. } = &row.call {
        for (message, copy) in rows.iter().zip(&receipt.album) {
            messages::link(turn.db, *message, place, *copy, 0, thread)?;
        }
        return Ok(true);
    }
    // Telegram does not say which copy of an album is whose.
    let is_copied_album = matches!(row.call, Call::CopyAlbum { .. });
    let (Some(message), Some(copy), false) = (row.message, receipt.message, is_copied_album) else {
        return Ok(is_copied_album);
    };
    messages::link(turn.db, message, place, copy, row.part, thread)?;
    Ok(true)
}

/// More messages of the client stand in the same post.
fn carried_along(
    turn: &Turn<'_>,
    carried: &[OutboxRow],
    receipt: &Receipt,
    place: Place,
) -> Result<(), Error> {
    for (nth, row) in (1..).zip(carried) {
        let (Some(message), Some(post), Some(ticket)) = (row.message, receipt.message, row.ticket)
        else {
            continue;
        };
        let (thread, _) = thread_of(turn, row, ticket)?;
        messages::link_shared(turn.db, message, place, post, nth, thread)?;
    }
    Ok(())
}

/// A part of an agent's message has reached the client; with the last one the agent sees it.
fn delivered(turn: &mut Turn<'_>, row: &OutboxRow, receipt: &Receipt) -> Result<(), Error> {
    let (Some(message), Some(client)) = (row.message, row.client) else {
        return Ok(());
    };
    link(turn, row, receipt, Place::Client(client), None)?;
    album::left_out(turn, row, receipt.skipped)?;
    let Some((chat, thread, original)) = messages::original_in_group(turn.db, message)? else {
        return Ok(());
    };
    if outbox::fate(turn.db, message, Purpose::Reply)? == Fate::Arrived {
        turn.mark(chat, original, Mark::Delivered)?;
    }
    if row.maybe_sent {
        let text = turn.texts().reply_maybe_twice(turn.language());
        turn.answer_agent((chat, thread), original, text)?;
    }
    Ok(())
}
