//! Dead letters in the admins' hands: a list with reasons in words, another try, or giving up.

use super::prompt;
use super::turn::Turn;
use crate::domain::event::{AgentMessage, Press, Question};
use crate::domain::outcome::Reason;
use crate::domain::ticket::Role;
use crate::domain::time::Timestamp;
use crate::store::audit::{self, Entry, Hand};
use crate::store::letters::{self, Letter, LetterId};
use crate::store::{Error, members};

/// Letters that one list shows; the rest is counted.
const SHOWN_MAX: usize = 15;
/// Letters that one press moves. More take another press, so that no transaction grows without bound.
const AT_ONCE_MAX: usize = 500;

/// What to do with letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deal {
    Retry,
    GiveUp,
}

/// `/failed`, `/failed retry 12`, `/failed drop all`.
pub(super) fn command(
    turn: &mut Turn<'_>,
    message: &AgentMessage,
    arguments: &str,
) -> Result<(), Error> {
    let here = (message.chat, message.thread);
    let (texts, language) = (turn.texts(), turn.language());
    let words: Vec<&str> = arguments.split_whitespace().collect();
    let deal = match words.first() {
        Some(&"retry") => Some(Deal::Retry),
        Some(&"drop") => Some(Deal::GiveUp),
        _ => None,
    };
    let answer = match (words.as_slice(), deal) {
        ([], _) => return list(turn, message),
        ([_, "all"], Some(deal)) => {
            let letters = letters::oldest(turn.db, turn.shown_desk(), AT_ONCE_MAX)?;
            let moved = deal_with(turn, deal, letters.iter().map(|letter| letter.id))?;
            note(turn, message.from, deal)?;
            dealt(turn, deal, moved)
        }
        ([_, number], Some(deal)) => match LetterId::parse(number) {
            Some(id) => {
                let moved = deal_with(turn, deal, std::iter::once(id))?;
                note(turn, message.from, deal)?;
                dealt(turn, deal, moved)
            }
            None => texts.failed_how(language),
        },
        _ => texts.failed_how(language),
    };
    turn.answer_agent(here, message.message, answer)
}

/// A button under the list.
pub(super) fn pressed(turn: &mut Turn<'_>, press: &Press, deal: Deal) -> Result<(), Error> {
    let language = turn.language();
    if members::role(turn.db, turn.here, press.by)? != Some(Role::Admin) {
        let text = turn.texts().admins_only(language);
        return turn.answer_button(press.id.clone(), text, true);
    }
    let letters = letters::oldest(turn.db, turn.shown_desk(), AT_ONCE_MAX)?;
    let moved = deal_with(turn, deal, letters.iter().map(|letter| letter.id))?;
    note(turn, Some(press.by), deal)?;
    let text = dealt(turn, deal, moved);
    turn.answer_button(press.id.clone(), text, true)
}

/// A trouble that began at a time is over: letters that died meanwhile are offered for another try.
pub(super) fn offer(turn: &mut Turn<'_>, since: Timestamp) -> Result<(), Error> {
    let failed = u64::from(letters::count_since(turn.db, turn.shown_desk(), since)?);
    if failed == 0 {
        return Ok(());
    }
    let text = turn.texts().failed_offer(turn.language(), failed);
    turn.tell_general(text)
}

/// Telegram answers again: letters that it did not answer are offered for another try, once an hour at most. Most
/// of them died before it was known that it is out of reach.
pub(super) fn offer_unanswered(turn: &mut Turn<'_>) -> Result<(), Error> {
    let reason = Reason::NoAnswer.stored();
    let failed = u64::from(letters::count_of(turn.db, turn.shown_desk(), &reason)?);
    if failed == 0 {
        return Ok(());
    }
    let text = turn.texts().failed_offer(turn.language(), failed);
    turn.alert("unanswered", text)
}

fn list(turn: &mut Turn<'_>, message: &AgentMessage) -> Result<(), Error> {
    let text = listed(turn)?;
    if letters::count(turn.db, turn.shown_desk())? == 0 {
        return turn.answer_agent((message.chat, message.thread), message.message, text);
    }
    let here = (message.chat, message.thread);
    prompt::ask_group(
        turn,
        here,
        message.message,
        message.from,
        &Question::Failed,
        text,
    )
}

/// The oldest letters in words, or that there are none.
pub(super) fn listed(turn: &Turn<'_>) -> Result<String, Error> {
    let (texts, language) = (turn.texts(), turn.language());
    let count = u64::from(letters::count(turn.db, turn.shown_desk())?);
    if count == 0 {
        return Ok(texts.failed_none(language));
    }
    let shown = letters::oldest(turn.db, turn.shown_desk(), SHOWN_MAX)?;
    let lines: Vec<String> = shown.iter().map(|letter| line(turn, letter)).collect();
    let head = texts.failed_list(language, count);
    Ok(format!("{head}\n\n{}", lines.join("\n")))
}

fn line(turn: &Turn<'_>, letter: &Letter) -> String {
    let purpose = letter.purpose.map_or("update", |purpose| purpose.name());
    let what = turn.texts().failed_what(turn.language(), purpose);
    let ticket = letter.ticket.as_ref().map_or("–", |code| code.as_str());
    let at = chrono::DateTime::from_timestamp_millis(letter.failed_at.millis())
        .unwrap_or_default()
        .format("%m-%d %H:%M");
    let (reason, words) = Reason::read(&letter.reason);
    let why = turn.texts().failed_reason(turn.language(), reason, words);
    let id = letter.id.shown();
    format!("{id} · {ticket} · {what} · {at} UTC\n    {why}")
}

fn deal_with(
    turn: &Turn<'_>,
    deal: Deal,
    letters: impl Iterator<Item = LetterId>,
) -> Result<u64, Error> {
    let mut moved = 0;
    for id in letters {
        let did = match deal {
            Deal::Retry => letters::retry(turn.db, turn.shown_desk(), id, turn.now)?,
            Deal::GiveUp => letters::give_up(turn.db, turn.shown_desk(), id)?,
        };
        moved += u64::from(did);
    }
    Ok(moved)
}

fn note(
    turn: &Turn<'_>,
    actor: Option<crate::domain::ids::UserId>,
    deal: Deal,
) -> Result<(), Error> {
    let action = match deal {
        Deal::Retry => "failed_retry",
        Deal::GiveUp => "failed_drop",
    };
    audit::insert(turn.db, &Entry::of(Hand::of(actor), action), turn.now)
}

fn dealt(turn: &Turn<'_>, deal: Deal, moved: u64) -> String {
    let (texts, language) = (turn.texts(), turn.language());
    match deal {
        Deal::Retry => texts.failed_retried(language, moved),
        Deal::GiveUp => texts.failed_dropped(language, moved),
    }
}
