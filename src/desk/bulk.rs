//! One thing done to many tickets: shown first, done only after an admin has pressed, and piece by piece, so
//! that no message waits for it.

use std::time::Duration;

use super::closing::{self, Ending};
use super::command::{Answer, Given, is_admin};
use super::turn::Turn;
use super::{prompt, sort};
use crate::domain::call::Whose;
use crate::domain::event::{Press, Question, Timer};
use crate::domain::ids::{ChatId, DeskId, MessageId, ThreadId, TicketId, UserId};
use crate::domain::rules::bulk::{self, Bulk, BulkDeed};
use crate::domain::ticket::{ClosedBy, Role};
use crate::store::audit::{self, Entry, Hand};
use crate::store::prompts::{self, Prompt};
use crate::store::{self, Error, Place, members, tickets, timers};

/// Tickets that one turn does it to.
const PIECE: u32 = 100;
/// Between two pieces everything else has its turn.
const PAUSE: Duration = Duration::from_secs(1);
/// Tickets that are counted for the question; where there are more it says this number.
const COUNTED_MAX: u32 = 10_000;
/// Codes that the question shows.
const SHOWN_MAX: usize = 5;

/// Something that is being done to many tickets, between two pieces.
#[derive(Clone, Copy)]
pub(super) struct Course<'a> {
    /// What.
    pub work: &'a Bulk,
    /// Who wants it.
    pub by: UserId,
    /// The last ticket of the piece before.
    pub after: TicketId,
    /// How many it were so far.
    pub done: u32,
    /// Where it was asked for.
    pub chat: ChatId,
    /// In which topic.
    pub thread: Option<ThreadId>,
    /// With which message.
    pub message: MessageId,
}

/// `/bulk close older 7d`: says how many tickets that would be, and asks.
pub(super) fn command(turn: &mut Turn<'_>, given: &Given<'_>) -> Answer {
    let (texts, language) = (turn.texts(), turn.language());
    if !is_admin(turn, given.message)? {
        return Ok(Some(texts.admins_only(language)));
    }
    let Some(work) = bulk::read(given.arguments, turn.now) else {
        return Ok(Some(given.how(turn)));
    };
    let message = given.message;
    let question = Question::Bulk {
        work,
        words: given.arguments.to_owned(),
        thread: message.thread,
    };
    let Some(text) = asked(turn, &question)? else {
        return Ok(Some(texts.bulk_none(language)));
    };
    let here = (message.chat, message.thread);
    let (about, author) = (message.message, message.from);
    prompt::ask_group(turn, here, about, author, &question, text).map(|()| None)
}

/// The words of the question: how many tickets, and the first codes. None where there are none.
pub(super) fn asked(turn: &Turn<'_>, question: &Question) -> Result<Option<String>, Error> {
    let Question::Bulk { work, words, .. } = question else {
        return Ok(None);
    };
    let found = store::bulk::page(turn.db, turn.here, &work.choice, TicketId(0), COUNTED_MAX)?;
    let first = found.iter().take(SHOWN_MAX);
    let first: Vec<&str> = first.map(|(_, code)| code.as_str()).collect();
    let count = u64::try_from(found.len()).unwrap_or(u64::from(COUNTED_MAX));
    let text = turn
        .texts()
        .ask_bulk(turn.language(), words, count, &first.join(", "));
    Ok((count > 0).then_some(text))
}

/// An answer to the question.
pub(super) fn pressed(
    turn: &mut Turn<'_>,
    press: &Press,
    prompt: &Prompt,
    is_wanted: bool,
) -> Result<(), Error> {
    let (texts, language) = (turn.texts(), turn.language());
    if members::role(turn.db, turn.here, press.by)? != Some(Role::Admin) {
        return turn.answer_button(press.id.clone(), texts.admins_only(language), true);
    }
    let (
        Some(Question::Bulk {
            work,
            words,
            thread,
        }),
        Place::Group(chat),
        true,
    ) = (
        &prompt.question,
        prompt.place,
        prompts::answer(turn.db, prompt.id, turn.now)?,
    )
    else {
        return turn.answer_button(press.id.clone(), texts.button_stale(language), false);
    };
    let text = if is_wanted {
        let entry = Entry {
            after: words,
            ..Entry::of(Hand::Member(press.by), "bulk")
        };
        audit::insert(turn.db, &entry, turn.now)?;
        let course = Course {
            work,
            by: press.by,
            after: TicketId(0),
            done: 0,
            chat,
            thread: *thread,
            message: prompt.message,
        };
        set(turn, course)?;
        texts.bulk_begun(language, words)
    } else {
        texts.bulk_kept(language)
    };
    turn.answer_button(press.id.clone(), text.clone(), false)?;
    turn.edit_word(Whose::Group(press.chat), press.message, text)
}

/// The next piece; after the last one it is said how many it were.
pub(super) fn piece(turn: &mut Turn<'_>, course: Course<'_>) -> Result<(), Error> {
    turn.here = turn.desk_at(course.chat)?.unwrap_or(DeskId::MAIN);
    let found = store::bulk::page(turn.db, turn.here, &course.work.choice, course.after, PIECE)?;
    let hand = Hand::Member(course.by);
    for (ticket, _) in &found {
        let ticket = tickets::by_id(turn.db, *ticket)?;
        match course.work.deed {
            BulkDeed::Close => {
                // A line in each topic would cost more of the group's budget than it says.
                let ending = Ending {
                    has_line: false,
                    ..Ending::of(ClosedBy::Agent, hand)
                };
                closing::close(turn, &ticket, &ending)?;
            }
            BulkDeed::Priority(priority) => {
                sort::prioritise(turn, &ticket, priority, hand)?;
            }
        }
    }
    let done = course.done + u32::try_from(found.len()).unwrap_or(PIECE);
    let is_over = found.len() < usize::try_from(PIECE).unwrap_or(usize::MAX);
    let (texts, language) = (turn.texts(), turn.language());
    let text = match found.last() {
        Some((last, _)) if !is_over => {
            let after = *last;
            set(
                turn,
                Course {
                    after,
                    done,
                    ..course
                },
            )?;
            texts.bulk_going(language, u64::from(done))
        }
        _ => texts.bulk_done(language, u64::from(done)),
    };
    turn.answer_agent((course.chat, course.thread), course.message, text)
}

fn set(turn: &Turn<'_>, course: Course<'_>) -> Result<(), Error> {
    let timer = Timer::Bulk {
        work: course.work.clone(),
        by: course.by,
        after: course.after,
        done: course.done,
        chat: course.chat,
        thread: course.thread,
        message: course.message,
    };
    timers::set(turn.db, turn.now.plus(PAUSE), &timer)
}
