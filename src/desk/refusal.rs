//! What follows from a certain refusal. None of them is ever tried again unchanged.

use std::time::Duration;

use super::delete::Ended;
use super::turn::Turn;
use super::{
    agent, album, breaker, card, client, dashboard, delete, edit, file, relocate, topic, topics_off,
};
use crate::domain::call::{Budget, Call, Mark, Priority, Purpose, ReplyTo};
use crate::domain::ids::ChatId;
use crate::domain::outcome::{Reason, Refusal, Told, Unreachable};
use crate::domain::rules::breaker::Destination;
use crate::domain::rules::retry::{OUTBOX_ATTEMPTS_MAX, backoff};
use crate::store::claims::{self, OutboxRow};
use crate::store::{Error, Place, clients, desks, messages, tickets, topics};

/// An edit is tried so often while Telegram does not know its message.
const EDIT_ATTEMPTS_MAX: u32 = 4;
/// The wait before the next try, longer with each.
const EDIT_AGAIN: Duration = Duration::from_secs(1);
/// A copy is tried so often while Telegram does not find a chat and the group is there.
const COPY_ATTEMPTS_MAX: u32 = 6;
/// A file is made so often.
const FILE_ATTEMPTS_MAX: u32 = 3;

pub(super) fn settle(turn: &mut Turn<'_>, row: &OutboxRow, refusal: &Refusal) -> Result<(), Error> {
    if row.budget == Budget::Desk && desks::is_foreign(turn.db, turn.desks(), &row.call)? {
        return claims::dropped(turn.db, row, "not our group", turn.now);
    }
    if row.purpose == Purpose::Dashboard && !matches!(refusal, Refusal::AlreadySo) {
        return dashboard::refused(turn, row);
    }
    match refusal {
        // What an agent wrote in a group of the past cannot be fetched there, and others wait behind it.
        Refusal::DeskUnreachable
            if row.budget == Budget::Client
                && desks::copies_from_the_past(turn.db, turn.desks(), &row.call)? =>
        {
            bury(turn, row, &Told::nothing())
        }
        // As good as done, and answered only to calls that carry nothing.
        Refusal::AlreadySo => {
            claims::done(turn.db, row, turn.now)?;
            match row.purpose {
                Purpose::Delete => delete::ended(turn, row, Ended::Deleted),
                Purpose::CardEdit => card::shown(turn, row),
                Purpose::Title => card::titled(turn, row),
                _ => Ok(()),
            }
        }
        // Each try makes a topic in the group: not for ever.
        Refusal::TopicGone if row.failures + topic::LOSS_COUNTS_AS >= OUTBOX_ATTEMPTS_MAX => {
            bury(turn, row, &Told::nothing())
        }
        Refusal::TopicGone => topic::gone(turn, row),
        Refusal::TopicClosed => reopen(turn, row),
        Refusal::TopicsOff | Refusal::DeskUnreachable | Refusal::RightMissing
            if row.budget != Budget::Desk =>
        {
            keep_for_later(turn, row)
        }
        Refusal::TopicsOff => {
            keep_for_later(turn, row)?;
            topics_off::met(turn)
        }
        Refusal::DeskUnreachable if stands_elsewhere(turn, row)? => out_of_hands(turn, row),
        Refusal::DeskUnreachable => source_or_desk(turn, row),
        Refusal::RightMissing => {
            breaker::right_missing(turn, row)?;
            keep_for_later(turn, row)
        }
        Refusal::TokenRejected => keep_for_later(turn, row),
        Refusal::ClientUnreachable(why) => client_unreachable(turn, row, *why),
        Refusal::GroupUpgraded(new) => upgraded(turn, row, *new),
        Refusal::MessageGone if row.purpose == Purpose::Edit => copy_gone(turn, row),
        Refusal::MessageGone if row.purpose == Purpose::Delete => {
            claims::done(turn.db, row, turn.now)?;
            delete::ended(turn, row, Ended::Deleted)
        }
        Refusal::MessageGone => message_gone(turn, row),
        Refusal::NotCopyable => not_copyable(turn, row),
        Refusal::ReplyTargetGone => without_reply(turn, row),
        Refusal::QuoteInvalid => without_quote(turn, row),
        Refusal::NotEditable if row.purpose == Purpose::Edit => edit::refused(turn, row).map(drop),
        // A part of a post that others share is taken out by an edit.
        Refusal::NotEditable if row.purpose == Purpose::Delete => {
            delete::refused(turn, row, Ended::PartOfPost)
        }
        Refusal::NotEditable => claims::dropped(turn.db, row, "cannot be edited", turn.now),
        Refusal::NotDeletable => delete::refused(turn, row, Ended::TooOld),
        Refusal::ReactionInvalid => match row.purpose {
            Purpose::Mark => mark_in_words(turn, row),
            _ => claims::dropped(turn.db, row, "no such reaction there", turn.now),
        },
        Refusal::AlbumPartly => match album::one_by_one(turn, row)? {
            true => Ok(()),
            false => bury(turn, row, &Told::nothing()),
        },
        Refusal::FileUnusable => file_unusable(turn, row),
        Refusal::RemovedByTelegram => removed(turn, row),
        Refusal::PressExpired => claims::dropped(turn.db, row, "press expired", turn.now),
        Refusal::Other(_) if row.purpose == Purpose::Mark => mark_in_words(turn, row),
        Refusal::Other(_) if row.purpose == Purpose::Reaction => {
            claims::dropped(turn.db, row, "no reaction there", turn.now)
        }
        // Nobody waits for it any more, and it may hold what only one person was to read.
        Refusal::Other(_) if matches!(row.call, Call::AnswerButton { .. }) => {
            claims::dropped(turn.db, row, "not answered", turn.now)
        }
        Refusal::Other(_) if row.purpose == Purpose::Edit => edit::refused(turn, row).map(drop),
        Refusal::Other(told) => bury(turn, row, told),
    }
}

/// A group may forbid reactions: words take their place. What was refused has its words already.
fn mark_in_words(turn: &mut Turn<'_>, row: &OutboxRow) -> Result<(), Error> {
    claims::dropped(turn.db, row, "reactions are not allowed", turn.now)?;
    let Call::React {
        chat,
        message,
        mark,
    } = row.call
    else {
        return Ok(());
    };
    let text = match mark {
        Mark::Delivered => turn.texts().mark_delivered(turn.language()),
        Mark::Waiting => turn.texts().mark_waiting(turn.language()),
        Mark::Refused => return Ok(()),
    };
    let Some(found) = messages::at(turn.db, Place::Group(chat), message)? else {
        return Ok(());
    };
    match messages::original_in_group(turn.db, found.row)? {
        Some((chat, thread, message)) => turn.answer_agent((chat, thread), message, text),
        None => Ok(()),
    }
}

/// The topic is closed and we may not write into it: it is opened, and the call follows.
fn reopen(turn: &mut Turn<'_>, row: &OutboxRow) -> Result<(), Error> {
    let Some(ticket) = row.ticket else {
        // A word to an agent in a topic that was closed since: there is nobody left to read it.
        return claims::dropped(turn.db, row, "topic closed", turn.now);
    };
    if row.failures + 1 >= OUTBOX_ATTEMPTS_MAX {
        return bury(turn, row, &Told::nothing());
    }
    let failures = row.failures + 1;
    claims::retry(turn.db, row, turn.now, failures, row.maybe_sent)?;
    let call = Call::ReopenTopic { ticket };
    turn.ahead_in_topic(ticket, Purpose::TopicState, Priority::MESSAGE, &call)?;
    topic::close_after(turn, &tickets::by_id(turn.db, ticket)?)
}

/// Nothing is wrong with the call: it waits until the group, the right or the token is back.
fn keep_for_later(turn: &mut Turn<'_>, row: &OutboxRow) -> Result<(), Error> {
    if row.purpose == Purpose::Service {
        return claims::dropped(turn.db, row, "not reachable", turn.now);
    }
    let again = turn.now.plus(backoff(row.attempts, turn.random()));
    claims::retry(turn.db, row, again, row.failures, row.maybe_sent)
}

/// Whether a call changes what stands in a group that its ticket has left, or that is none of ours any more.
fn stands_elsewhere(turn: &Turn<'_>, row: &OutboxRow) -> Result<bool, Error> {
    let Some(chat) = row.chat else {
        return Ok(false);
    };
    let home = match (desks::of_chat(turn.db, turn.desks(), chat)?, row.ticket) {
        (None, _) => return Ok(true),
        (Some(_), None) => return Ok(false),
        (Some(desk), Some(ticket)) => desk == desks::of_ticket(turn.db, ticket)?,
    };
    Ok(!home && matches!(row.purpose, Purpose::Edit | Purpose::Delete))
}

/// What stands there is out of reach, and its ticket does not wait for it: a change stands as a message of its own
/// where the ticket is. A closed one may still be in a group of the past: with what was written to it, it goes on.
fn out_of_hands(turn: &mut Turn<'_>, row: &OutboxRow) -> Result<(), Error> {
    let is_of_client = match row.purpose {
        Purpose::Edit => edit::refused(turn, row)?,
        Purpose::CardEdit => {
            claims::dropped(turn.db, row, "not our group", turn.now)?;
            card::has_newer_words(turn, row)?
        }
        Purpose::Topic | Purpose::Card | Purpose::Relay => {
            source_or_desk(turn, row)?;
            true
        }
        Purpose::Reply => {
            source_or_desk(turn, row)?;
            false
        }
        Purpose::Delete => {
            delete::refused(turn, row, Ended::OutOfReach)?;
            false
        }
        Purpose::Reaction
        | Purpose::Word
        | Purpose::TopicState
        | Purpose::Title
        | Purpose::Dashboard
        | Purpose::Mark
        | Purpose::Service => {
            claims::dropped(turn.db, row, "not our group", turn.now)?;
            false
        }
    };
    match row.ticket.filter(|_| is_of_client) {
        Some(ticket) => relocate::out_of_the_past(turn, ticket),
        None => Ok(()),
    }
}

/// The group is out of reach, or what is copied into it: Telegram may say the same of both. Where the
/// group takes other calls, it is the copy's own source.
fn source_or_desk(turn: &mut Turn<'_>, row: &OutboxRow) -> Result<(), Error> {
    let is_copy = matches!(row.call, Call::Copy { .. } | Call::CopyAlbum { .. });
    if !is_copy || breaker::of_group(turn)?.is_some() {
        return keep_for_later(turn, row);
    }
    let failures = row.failures + 1;
    if failures >= COPY_ATTEMPTS_MAX {
        return bury(turn, row, &Told::nothing());
    }
    let again = turn.now.plus(backoff(failures, turn.random()));
    claims::retry(turn.db, row, again, failures, row.maybe_sent)
}

fn client_unreachable(turn: &mut Turn<'_>, row: &OutboxRow, why: Unreachable) -> Result<(), Error> {
    claims::dropped(turn.db, row, why.name(), turn.now)?;
    match (row.purpose, row.message) {
        (Purpose::Reply, Some(message)) => agent::refused(turn, message, why.name())?,
        (Purpose::Delete, Some(_)) => delete::ended(turn, row, Ended::OutOfReach)?,
        _ => {}
    }
    match row.client {
        Some(client) => {
            let client = clients::by_id(turn.db, client)?;
            client::unreachable(turn, &client, why, row.message)
        }
        None => Ok(()),
    }
}

/// The group has a new id: it is kept, it wins, and the call is made again at once.
fn upgraded(turn: &mut Turn<'_>, row: &OutboxRow, new: ChatId) -> Result<(), Error> {
    if row.budget != Budget::Desk {
        return claims::dropped(turn.db, row, "not our group", turn.now);
    }
    let old = turn.group()?;
    topics::upgraded(turn.db, turn.desks().chat(turn.here), new)?;
    breaker::closed(turn, Destination::Group(old))?;
    claims::retry(turn.db, row, turn.now, row.failures, row.maybe_sent)
}

/// What the call acts on is gone. A message that its writer deleted before we copied it was taken
/// back; an agent learns that it was not delivered.
fn message_gone(turn: &mut Turn<'_>, row: &OutboxRow) -> Result<(), Error> {
    claims::dropped(turn.db, row, "message gone", turn.now)?;
    match (row.purpose, row.message, row.ticket) {
        (Purpose::Reply, Some(message), _) => agent::refused(turn, message, "gone"),
        (Purpose::CardEdit, _, Some(ticket)) => match topics::current(turn.db, ticket)? {
            Some(topic) => card::lost(turn, &topic),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

fn not_copyable(turn: &mut Turn<'_>, row: &OutboxRow) -> Result<(), Error> {
    claims::dropped(turn.db, row, "not copyable", turn.now)?;
    let Some(message) = row.message else {
        return Ok(());
    };
    if row.purpose == Purpose::Reply {
        return agent::refused(turn, message, "not_copyable");
    }
    let Some(ticket) = row.ticket else {
        return Ok(());
    };
    let kind = messages::content(turn.db, message)?.kind.name();
    let line = turn.texts().relay_not_copyable(turn.language(), kind);
    turn.tell_topic(ticket, line, None)?;
    let ticket = tickets::by_id(turn.db, ticket)?;
    let text = turn.texts().message_not_copyable(ticket.language, kind);
    let place = Place::Client(ticket.client);
    let original = messages::where_in(turn.db, message, place)?;
    turn.tell_client(ticket.client, Some(ticket.id), text, original)
}

/// What is to be edited is not there. Right after a post Telegram may not know it yet; later somebody
/// has deleted it.
fn copy_gone(turn: &mut Turn<'_>, row: &OutboxRow) -> Result<(), Error> {
    if row.failures + 1 >= EDIT_ATTEMPTS_MAX {
        return edit::refused(turn, row).map(drop);
    }
    let failures = row.failures + 1;
    let again = turn.now.plus(EDIT_AGAIN * failures);
    claims::retry(turn.db, row, again, failures, row.maybe_sent)
}

/// A file cannot be sent. Where it was ours and is not there any more, it is made again.
fn file_unusable(turn: &mut Turn<'_>, row: &OutboxRow) -> Result<(), Error> {
    if row.failures + 1 < FILE_ATTEMPTS_MAX && file::make_again(turn, row)? {
        return Ok(());
    }
    if album::one_by_one(turn, row)? {
        return Ok(());
    }
    match (row.purpose, row.message) {
        (Purpose::Relay | Purpose::Reply | Purpose::Edit, Some(message)) => {
            let route = file::route(turn, messages::by_id(turn.db, message)?)?;
            let content = messages::content(turn.db, message)?;
            file::withheld(turn, route, message, "unavailable", row.id)?;
            file::words_alone(turn, route, message, &content, row.id)?;
            claims::dropped(turn.db, row, "file unusable", turn.now)
        }
        _ => bury(turn, row, &Told::nothing()),
    }
}

/// The words that are quoted do not stand there as we know them: the whole message is answered.
fn without_quote(turn: &mut Turn<'_>, row: &OutboxRow) -> Result<(), Error> {
    let mut call = row.call.clone();
    match reply_of(&mut call) {
        Some(reply_to @ Some(ReplyTo::Quote(..))) => {
            if let Some(ReplyTo::Quote(answered, _)) = reply_to.take() {
                *reply_to = Some(ReplyTo::Row(answered));
            }
        }
        _ => return bury(turn, row, &Told::nothing()),
    }
    claims::replace_call(turn.db, row.id, &call)?;
    claims::retry(turn.db, row, turn.now, row.failures, row.maybe_sent)
}

/// What a post answers, to be changed.
fn reply_of(call: &mut Call) -> Option<&mut Option<ReplyTo>> {
    match call {
        Call::SendText { reply_to, .. }
        | Call::SendMedia { reply_to, .. }
        | Call::SendAlbum { reply_to, .. }
        | Call::SendLocation { reply_to, .. }
        | Call::Copy { reply_to, .. } => Some(reply_to),
        _ => None,
    }
}

/// The message that is answered is gone: the answer goes without.
fn without_reply(turn: &mut Turn<'_>, row: &OutboxRow) -> Result<(), Error> {
    let mut call = row.call.clone();
    match reply_of(&mut call) {
        Some(reply_to) if reply_to.is_some() => *reply_to = None,
        _ => return bury(turn, row, &Told::nothing()),
    }
    claims::replace_call(turn.db, row.id, &call)?;
    claims::retry(turn.db, row, turn.now, row.failures, row.maybe_sent)
}

/// Telegram took the message and removed it again. Sending it once more would meet the same end.
fn removed(turn: &mut Turn<'_>, row: &OutboxRow) -> Result<(), Error> {
    claims::dropped(turn.db, row, "removed by Telegram", turn.now)?;
    match (row.purpose, row.message, row.ticket) {
        (Purpose::Reply, Some(message), _) => agent::refused(turn, message, "other"),
        (Purpose::Relay | Purpose::Card, _, Some(ticket)) => {
            let text = turn.texts().relay_removed(turn.language());
            turn.tell_topic(ticket, text, None)
        }
        _ => Ok(()),
    }
}

/// It has failed for good: kept as a dead letter, told to the admins and to whoever waits for it.
fn bury(turn: &mut Turn<'_>, row: &OutboxRow, told: &Told) -> Result<(), Error> {
    let purpose = row.purpose.name();
    let reason = if row.failures + topic::LOSS_COUNTS_AS >= OUTBOX_ATTEMPTS_MAX {
        Reason::NoAnswer
    } else {
        Reason::Refused(told.clone())
    };
    claims::dead(turn.db, row.id, &row.lane, &reason, turn.now)?;
    let (texts, language) = (turn.texts(), turn.language());
    let what = texts.failed_what(language, purpose);
    let why = texts.failed_reason(language, reason.name(), reason.words());
    let text = texts.alert_dead_letter(language, &what, &why);
    // Another refusal is another cause, and news.
    turn.alert(&format!("dead:{purpose}:{}", reason.stored()), text)?;
    match (row.purpose, row.message, row.ticket) {
        (Purpose::Reply, Some(message), _) => agent::refused(turn, message, "other"),
        (Purpose::Relay | Purpose::Card, Some(_), Some(ticket)) => {
            let text = turn.texts().relay_dead(turn.language());
            turn.tell_topic(ticket, text, None)
        }
        _ => Ok(()),
    }
}
