//! More is written than a group's budget lets through: clients are told instead of left in silence,
//! admins get one alert, and both end by themselves when it is worked off.

use super::turn::Turn;
use crate::domain::rules::{backlog, learning};
use crate::domain::ticket::Client;
use crate::domain::time::Timestamp;
use crate::store::{self, Error, Place, rates};

/// The group is behind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Behind {
    /// Since when.
    pub since: Timestamp,
    /// How long it takes to work off what waits.
    pub minutes: u64,
}

/// Sees whether the group is behind; tells the admins when that begins.
pub(super) fn look(turn: &mut Turn<'_>) -> Result<Option<Behind>, Error> {
    // Without a budget nobody can be behind it.
    if turn.settings().group_calls_per_minute == 0 {
        return Ok(None);
    }
    let limit = limit(turn)?;
    let since = store::backlog::behind_since(turn.db, turn.here)?;
    let enough = limit.saturating_mul(backlog::BEHIND_MINUTES) + 1;
    let waiting = store::backlog::waiting(turn.db, turn.here, enough)?;
    if !backlog::is_behind(since.is_some(), waiting, limit) {
        if since.is_some() {
            store::backlog::set_behind(turn.db, turn.here, None)?;
        }
        return Ok(None);
    }
    let most = limit.saturating_mul(backlog::COUNTED_MINUTES);
    let waiting = store::backlog::waiting(turn.db, turn.here, most)?;
    let behind = Behind {
        since: since.unwrap_or(turn.now),
        minutes: backlog::minutes(waiting, limit),
    };
    if since.is_none() {
        store::backlog::set_behind(turn.db, turn.here, Some(turn.now))?;
        let (texts, language) = (turn.texts(), turn.language());
        let text = texts.alert_backlog(language, u64::from(waiting), behind.minutes);
        turn.alert_at_once("backlog", text)?;
    }
    Ok(Some(behind))
}

/// A client has added to a ticket: where the group is behind they are told, once.
pub(super) fn tell(turn: &mut Turn<'_>, client: &Client) -> Result<(), Error> {
    let Some(behind) = look(turn)? else {
        return Ok(());
    };
    if store::backlog::told_at(turn.db, client.id)? >= behind.since {
        return Ok(());
    }
    told(turn, client)?;
    let text = turn.texts().queued(client.language, behind.minutes);
    turn.tell_client(client.id, None, text, None)
}

/// A client reads that they are in the queue.
pub(super) fn told(turn: &Turn<'_>, client: &Client) -> Result<(), Error> {
    store::backlog::set_told(turn.db, client.id, turn.now)
}

/// How many calls the group takes in a minute, as far as is known; 0 = no limit.
fn limit(turn: &Turn<'_>) -> Result<u32, Error> {
    let place = Place::Group(turn.group()?);
    let share = learning::share(rates::of(turn.db, place)?, turn.now);
    let configured = turn.settings().group_calls_per_minute;
    Ok(learning::of_limit(configured, share))
}
