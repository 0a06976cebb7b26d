//! The further bots that post into the desk group: what their calls teach, what becomes of one that
//! cannot post, and what people read who write to one.

use std::time::Duration;

use super::turn::{Queued, Turn};
use crate::domain::call::{Budget, Call, Priority, Purpose};
use crate::domain::content::Text;
use crate::domain::ids::{BotId, ChatId, UserId};
use crate::domain::language::Language;
use crate::domain::outcome::{Outcome, Refusal};
use crate::domain::rules::voices::{self as rules, Tried, VOICE_AGAIN};
use crate::store::claims::{self, OutboxRow};
use crate::store::{Error, Place, alerts, clients, facts, voices};

/// Somebody who writes to a voice is told so often where to write.
const TELL_EVERY: Duration = Duration::from_secs(60 * 60);

/// What follows from the end of a voice's call. Whether that is all.
pub(super) fn ended(
    turn: &mut Turn<'_>,
    row: &OutboxRow,
    voice: BotId,
    outcome: &Outcome,
) -> Result<bool, Error> {
    if let Some(tried) = row.tried {
        learn(turn, tried, outcome)?;
    }
    let is_word = matches!(row.call, Call::WordOfVoice { .. });
    match outcome {
        Outcome::Done(_) => {
            if voices::come_back(turn.db, voice)? {
                alerts::is_over(turn.db, &cause(voice))?;
            }
            Ok(false)
        }
        Outcome::Refused(_) | Outcome::InDoubt if is_word => {
            claims::dropped(turn.db, row, "not told", turn.now)?;
            Ok(true)
        }
        Outcome::Refused(
            Refusal::DeskUnreachable | Refusal::RightMissing | Refusal::TokenRejected,
        ) => {
            left(turn, voice)?;
            claims::retry(turn.db, row, turn.now, row.failures, row.maybe_sent)?;
            Ok(true)
        }
        // What a voice may not post the main bot may.
        Outcome::Refused(Refusal::Other(_)) if row.purpose == Purpose::Relay => {
            let failures = row.failures + 1;
            claims::retry(turn.db, row, turn.now, failures, row.maybe_sent)?;
            Ok(true)
        }
        Outcome::Refused(_) | Outcome::RetryAfter(_) | Outcome::NotSent | Outcome::InDoubt => {
            Ok(false)
        }
    }
}

/// How soon a call above the common budget was answered shows how Telegram counts.
fn learn(turn: &Turn<'_>, tried: Tried, outcome: &Outcome) -> Result<(), Error> {
    match outcome {
        Outcome::Done(_) | Outcome::InDoubt => {}
        // A flood is told of elsewhere; what was refused or not sent teaches nothing.
        Outcome::RetryAfter(_) | Outcome::Refused(_) | Outcome::NotSent => return Ok(()),
    }
    let place = Place::Group(turn.group()?);
    let learnt = rules::tried(voices::learnt(turn.db, place)?, tried, turn.now);
    voices::learn(turn.db, place, learnt)
}

/// A flood in the group. Whether it takes back that each bot is counted by itself, which is all that it
/// teaches then.
pub(super) fn take_back(turn: &Turn<'_>, place: Place, row: &OutboxRow) -> Result<bool, Error> {
    let before = voices::learnt(turn.db, place)?;
    match rules::flooded(before, row.tried.is_some(), turn.now) {
        Some(learnt) => voices::learn(turn.db, place, learnt).map(|()| true),
        None => Ok(false),
    }
}

/// A voice's place in a group has changed.
pub(super) fn changed(
    turn: &mut Turn<'_>,
    voice: BotId,
    chat: ChatId,
    can_post: bool,
) -> Result<(), Error> {
    if turn.group()? != chat {
        return Ok(());
    }
    if !can_post {
        return left(turn, voice);
    }
    if voices::come_back(turn.db, voice)? {
        alerts::is_over(turn.db, &cause(voice))?;
    }
    Ok(())
}

/// A voice cannot post: the main bot does what it would have done.
fn left(turn: &mut Turn<'_>, voice: BotId) -> Result<(), Error> {
    let again = turn.now.plus(VOICE_AGAIN);
    if !voices::leave(turn.db, voice, turn.now, again)? {
        return voices::try_again(turn.db, voice, again);
    }
    let name = voices::name(turn.db, voice)?;
    let text = turn.texts().alert_voice_out(turn.language(), &name);
    turn.alert(&cause(voice), text)
}

fn cause(voice: BotId) -> String {
    format!("voice:{}", voice.0)
}

/// Somebody has written to a voice in private.
pub(super) fn heard(
    turn: &mut Turn<'_>,
    voice: BotId,
    from: UserId,
    language: Option<Language>,
) -> Result<(), Error> {
    let Some(main) = facts::get(turn.db, facts::USERNAME)? else {
        return Ok(());
    };
    let client = match clients::by_user(turn.db, from)? {
        Some(client) => client,
        None => clients::insert(turn.db, from, language.unwrap_or_default(), turn.now)?,
    };
    let told = format!("{}:{}", cause(voice), client.id.0);
    if !alerts::raise(turn.db, &told, turn.now, turn.now.minus(TELL_EVERY))? {
        return Ok(());
    }
    let text = turn.texts().write_to_main(client.language, &main);
    let call = Call::WordOfVoice {
        voice,
        client: client.id,
        text: Text::plain(text),
    };
    let lane = turn.alone();
    turn.queue(Queued {
        lane,
        budget: Budget::Bot,
        ..Queued::of(Purpose::Word, Priority::WORD, &call)
    })
    .map(drop)
}
