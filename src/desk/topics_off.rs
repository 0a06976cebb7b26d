//! The group without topics. Telegram takes what is posted into a topic all the same and shows it in
//! the main chat, where nobody can tell whose it is: it is taken away there and posted anew once topics
//! are on again.

use super::carry::{self, Answers, Parcel, Way};
use super::turn::Turn;
use super::{breaker, file};
use crate::domain::call::Call;
use crate::domain::event::AgentMessage;
use crate::domain::ids::{MessageRowId, TicketId};
use crate::domain::outcome::Receipt;
use crate::domain::rules::breaker::{Cause, Destination};
use crate::domain::ticket::Side;
use crate::store::claims::{self, OutboxRow};
use crate::store::messages::PartAt;
use crate::store::{Error, Place, albums, desks, messages, topics};

/// The kind of trouble that it is.
pub(super) const TROUBLE: &str = "topics_off";
/// How many posts are doubted of which Telegram does not tell where they went, at most.
const DOUBTED_MAX: usize = 50;

/// A refusal or a post shows that there are no topics.
pub(super) fn met(turn: &mut Turn<'_>) -> Result<(), Error> {
    let group = Destination::Group(turn.group()?);
    breaker::opened(turn, group, Cause::TopicsOff)
}

/// It is noticed: the admins are told, and posts are taken back of which nobody knows where they went.
pub(super) fn noticed(turn: &mut Turn<'_>) -> Result<(), Error> {
    let text = turn.texts().alert_topics_off(turn.language());
    turn.alert(TROUBLE, text)?;
    // The newest first, each before the others in its lane.
    let place = Place::Group(turn.group()?);
    let mut newest = messages::newest_in(turn.db, place, DOUBTED_MAX)?;
    newest.dedup();
    for row in newest {
        if !take_back(turn, row)? {
            return Ok(());
        }
    }
    Ok(())
}

/// Whether a post for a topic stands in the main chat. Copies do not tell: one that was under way when it
/// was noticed that there are no topics may stand there.
pub(super) fn fell(turn: &Turn<'_>, row: &OutboxRow, receipt: &Receipt) -> Result<bool, Error> {
    if !row.call.goes_to_topic() {
        return Ok(false);
    }
    // In a group of the past nobody looks for it.
    if let Some(chat) = row.chat
        && desks::of_chat(turn.db, turn.desks(), chat)?.is_none()
    {
        return Ok(false);
    }
    if receipt.tells_thread {
        return Ok(receipt.thread.is_none());
    }
    let breaker = breaker::of_group(turn)?;
    Ok(breaker.is_some_and(|breaker| breaker.cause == Cause::TopicsOff))
}

/// What fell into the main chat is taken away, and waits to be posted where it belongs.
pub(super) fn pick_up(
    turn: &mut Turn<'_>,
    row: &OutboxRow,
    receipt: &Receipt,
) -> Result<(), Error> {
    claims::retry(turn.db, row, turn.now, row.failures, false)?;
    // Its ticket may have left for another group meanwhile.
    desks::catch_up(turn.db, row.id)?;
    let posts = match receipt.album.as_slice() {
        [] => receipt.message.into_iter().collect(),
        album => album.to_vec(),
    };
    turn.delete_posts(posts, row.voice)?;
    met(turn)
}

/// Takes a post away and queues it up again, before what waits in its lane. False where Telegram has
/// told that it stands in its topic, or an agent wrote it there, or the topic was closed after it, so that
/// topics were on until then.
fn take_back(turn: &mut Turn<'_>, row: MessageRowId) -> Result<bool, Error> {
    let found = messages::by_id(turn.db, row)?;
    if found.side == Side::Agent {
        return Ok(false);
    }
    let Some(source) = file::source(turn, found)? else {
        return Ok(true);
    };
    let content = messages::content(turn.db, row)?;
    let route = file::route(turn, found)?;
    let parcel = Parcel {
        content: &content,
        source,
        answers: Answers::default(),
        is_changed: true,
        is_confirmed: true,
    };
    let calls = match carry::way(turn, route, &parcel) {
        Way::Calls(calls) => calls,
        Way::Work(_) => return Ok(false),
    };
    if !calls.iter().any(|call| matches!(call, Call::Copy { .. })) {
        return Ok(false);
    }
    let place = Place::Group(turn.group()?);
    let posts = messages::parts_in(turn.db, row, place)?;
    // Taken back meanwhile, or a part of an album that was copied as one: nobody knows which it is.
    if found.is_deleted || posts.is_empty() {
        return Ok(true);
    }
    let group = turn.group()?;
    for thread in posts.iter().filter_map(|at| at.thread) {
        if topics::is_left_closed(turn.db, group, thread)? {
            return Ok(false);
        }
    }
    // Words of it that were posted apart have told where they stand, and so did what came before them.
    let is_copy = |at: &PartAt| {
        let index = usize::try_from(at.part).unwrap_or(usize::MAX);
        matches!(calls.get(index), Some(Call::Copy { .. }))
    };
    // An album is told of message by message; what of it has no file was copied.
    let was_album = albums::of_message(turn.db, row)?.is_some() && content.media.is_some();
    if was_album || !posts.iter().all(is_copy) {
        return Ok(false);
    }
    messages::unlink(turn.db, row, place, 0)?;
    // No voice copies.
    turn.delete_posts(posts.into_iter().map(|at| at.message).collect(), None)?;
    for (part, call) in (0..).zip(&calls).collect::<Vec<_>>().into_iter().rev() {
        turn.carry_ahead(route, (row, part), call)?;
    }
    is_late(turn, found.ticket, row)?;
    Ok(true)
}

/// Where the ticket has gone on in another group since, what was written later may stand there already: then
/// it is said that what was taken back is older.
fn is_late(turn: &mut Turn<'_>, ticket: TicketId, row: MessageRowId) -> Result<(), Error> {
    let group = turn.group_of(desks::of_ticket(turn.db, ticket)?)?;
    let has_moved = group != turn.group()?;
    if has_moved && messages::is_later_in(turn.db, ticket, row, Place::Group(group))? {
        let text = turn.texts().relay_late(turn.language());
        turn.tell_topic_ahead(ticket, text)?;
    }
    Ok(())
}

/// Somebody answers a client's message in the main chat, while there is no topic to answer in.
pub(super) fn answered(turn: &mut Turn<'_>, message: &AgentMessage) -> Result<(), Error> {
    let Some(target) = message.reply_to else {
        return Ok(());
    };
    let is_off = breaker::of_group(turn)?.is_some_and(|breaker| breaker.cause == Cause::TopicsOff);
    if !is_off || messages::at(turn.db, Place::Group(message.chat), target)?.is_none() {
        return Ok(());
    }
    let text = turn.texts().reply_no_topics(turn.language());
    turn.answer_agent((message.chat, message.thread), message.message, text)
}
