//! What follows when a time has come.

use std::time::Duration;

use super::bulk::{self, Course};
use super::closing::{self, Ending};
use super::topic::TOPIC_DOUBT;
use super::turn::Turn;
use super::{
    album, assign, autoclose, backlog, card, dashboard, identity, membership, outage, queue,
    same_text, shift, sla, snooze, staff, waits,
};
use crate::domain::call::{Lane, Mark, Purpose};
use crate::domain::event::Timer;
use crate::domain::ids::{ChatId, MessageId, OutboxId};
use crate::domain::rules::same_text::HELD_FOR;
use crate::domain::ticket::ClosedBy;
use crate::domain::time::Timestamp;
use crate::store::audit::Hand;
use crate::store::claims::{self, Unfinished};
use crate::store::outbox::{self, Fate};
use crate::store::{Error, Place, first_texts, inbox, jobs, messages, prompts, timers};

/// How often old rows are removed.
const HOUSEKEEPING_EVERY: Duration = Duration::from_secs(60);
/// How long finished rows stay: Telegram may repeat an update for a day.
const FINISHED_KEPT: Duration = Duration::from_secs(48 * 60 * 60);
/// Rows removed at a time, so that no message waits for it.
const REMOVED_AT_ONCE: usize = 500;
/// How soon the next are removed while there are more.
const HOUSEKEEPING_BEHIND: Duration = Duration::from_secs(1);
/// How long the bot stays in a chat that is not its desk.
const LEAVE_AFTER: Duration = Duration::from_secs(10);
/// How soon a topic in doubt is looked at again while updates do not arrive.
const DOUBT_AGAIN: Duration = Duration::from_secs(10);

pub(super) fn rang(turn: &mut Turn<'_>, timer: &Timer) -> Result<(), Error> {
    match timer {
        Timer::ReplySlow { chat, message } => reply_slow(turn, *chat, *message),
        Timer::TopicDoubt { call, since } => topic_doubt(turn, *call, *since),
        Timer::LeaveElsewhere { chat } if turn.is_ours(*chat)? => Ok(()),
        Timer::LeaveElsewhere { chat } => turn.leave(*chat),
        Timer::AlbumQuiet { album } => album::quiet(turn, *album),
        Timer::PollingResumed { since } => outage::is_over(turn, *since),
        Timer::CloseAt {
            ticket,
            at,
            by,
            is_silent,
            resolution,
            duplicate_of,
            reason,
        } => {
            let ending = Ending {
                resolution: *resolution,
                duplicate_of: *duplicate_of,
                reason,
                is_silent: *is_silent,
                ..Ending::of(ClosedBy::Agent, Hand::of(*by))
            };
            closing::rang(turn, *ticket, *at, &ending)
        }
        Timer::Wake { ticket, until } => snooze::rang(turn, *ticket, *until),
        Timer::AutoClose { ticket } => autoclose::rang(turn, *ticket),
        Timer::Bulk {
            work,
            by,
            after,
            done,
            chat,
            thread,
            message,
        } => {
            let course = Course {
                work,
                by: *by,
                after: *after,
                done: *done,
                chat: *chat,
                thread: *thread,
                message: *message,
            };
            bulk::piece(turn, course)
        }
        Timer::Remind { ticket, by, text } => snooze::reminded(turn, *ticket, *by, text),
        Timer::Housekeeping => housekeeping(turn),
        Timer::Dashboard => dashboard::rang(turn),
        Timer::PressParked { press } => membership::parked_too_long(turn, *press),
        Timer::PromptLapses { prompt } => identity::lapsed(turn, *prompt),
        Timer::AgentIdle { agent } => staff::idle(turn, *agent),
        Timer::CrewShrinks => staff::shrinks(turn),
        Timer::AgentShift { agent } => shift::rang(turn, *agent),
        Timer::HoldEnds { ticket } => same_text::let_go(turn, *ticket),
        Timer::HandOut => assign::hand_out(turn),
        Timer::ClientsWait { desk } => waits::rang(turn, *desk),
        Timer::QueueMoves => queue::moved(turn),
        Timer::SlaDue { ticket } => sla::due(turn, *ticket),
        Timer::CardCount { ticket } => card::recounted(turn, *ticket),
    }
}

/// The bot is in a chat that is not its desk. When a group becomes a supergroup the bot is added to
/// the new one, and the word that it is the same group may come a moment later.
pub(super) fn added_elsewhere(turn: &Turn<'_>, chat: ChatId) -> Result<(), Error> {
    let timer = Timer::LeaveElsewhere { chat };
    timers::set(turn.db, turn.now.plus(LEAVE_AFTER), &timer)
}

fn reply_slow(turn: &mut Turn<'_>, chat: ChatId, message: MessageId) -> Result<(), Error> {
    let Some(found) = messages::at(turn.db, Place::Group(chat), message)? else {
        return Ok(());
    };
    if outbox::fate(turn.db, found.row, Purpose::Reply)? == Fate::UnderWay {
        turn.mark(chat, message, Mark::Waiting)?;
    }
    Ok(())
}

/// No announcement in 60 s of healthy polling, with everything that arrived looked at: the topic
/// was not made, and is made again. If it was made after all its announcement finds it an orphan.
fn topic_doubt(turn: &mut Turn<'_>, call: OutboxId, since: Timestamp) -> Result<(), Error> {
    let Some(row) = claims::unfinished(turn.db, call)? else {
        return Ok(());
    };
    let lane = row.ticket.map(Lane::Topic);
    let is_in_doubt = match lane {
        Some(lane) => {
            claims::of_lane(turn.db, lane, Purpose::Topic)? == Some((call, Unfinished::Doubt))
        }
        None => false,
    };
    if !is_in_doubt {
        return Ok(());
    }
    // A clock that was set back would make of it a time that never comes.
    let since = since.min(turn.now);
    let healthy_for = turn
        .polling_since
        .map(|polling| turn.now.since(polling.max(since)));
    let is_over = healthy_for.is_some_and(|healthy| healthy >= TOPIC_DOUBT);
    if is_over && inbox::is_drained(turn.db)? {
        return claims::retry(turn.db, &row, turn.now, row.failures, false);
    }
    timers::set(
        turn.db,
        turn.now.plus(DOUBT_AGAIN),
        &Timer::TopicDoubt { call, since },
    )
}

fn housekeeping(turn: &mut Turn<'_>) -> Result<(), Error> {
    let before = turn.now.minus(FINISHED_KEPT);
    let updates = inbox::forget_done(turn.db, before, REMOVED_AT_ONCE)?;
    let calls = outbox::forget_finished(turn.db, before, REMOVED_AT_ONCE)?;
    let work = jobs::forget(turn.db, before, REMOVED_AT_ONCE)?;
    let asked = prompts::forget(turn.db, before, REMOVED_AT_ONCE)?;
    let begun = turn.now.minus(HELD_FOR);
    let begun = first_texts::forget(turn.db, begun, REMOVED_AT_ONCE)?;
    backlog::look(turn)?;
    let is_behind = [updates, calls, work, asked, begun].contains(&REMOVED_AT_ONCE);
    let again = if is_behind {
        HOUSEKEEPING_BEHIND
    } else {
        HOUSEKEEPING_EVERY
    };
    timers::set_once(turn.db, turn.now.plus(again), &Timer::Housekeeping)
}
