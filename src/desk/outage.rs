//! After a time without updates: what was written arrives now, but presses of buttons are gone, because
//! Telegram keeps them for a short while only. Whoever may have pressed is asked to press again.

use std::time::Duration;

use super::prompt;
use super::turn::Turn;
use crate::domain::event::Timer;
use crate::domain::time::Timestamp;
use crate::store::{Error, inbox, prompts, timers};

/// How soon it is looked at again while updates are still waiting to be handled.
const AGAIN: Duration = Duration::from_secs(1);
/// Questions that are older are not asked again.
const ASKED_WITHIN: Duration = Duration::from_secs(24 * 60 * 60);
/// Questions that are asked again, at most.
const ASKED_MAX: usize = 100;
/// An outage that was shorter is told nobody.
const WORTH_A_WORD: Duration = Duration::from_secs(5 * 60);

pub(super) fn is_over(turn: &mut Turn<'_>, since: Timestamp) -> Result<(), Error> {
    // A press that did arrive answers its question first.
    if !inbox::is_drained(turn.db)? {
        let again = turn.now.plus(AGAIN);
        return timers::set(turn.db, again, &Timer::PollingResumed { since });
    }
    for prompt in prompts::open(turn.db, turn.now.minus(ASKED_WITHIN), ASKED_MAX)? {
        prompt::ask_again(turn, &prompt)?;
    }
    let lasted = turn.now.since(since);
    if lasted < WORTH_A_WORD {
        return Ok(());
    }
    let minutes = lasted.as_secs() / 60;
    let text = turn.texts().outage_over(turn.language(), minutes);
    turn.tell_general(text)
}
