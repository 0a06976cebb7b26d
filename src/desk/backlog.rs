//! More is written than a group's budget lets through: clients are told instead of left in silence,
//! admins get one alert, and both end by themselves when it is worked off.

use std::time::Duration;

use super::turn::Turn;
use crate::domain::ids::DeskId;
use crate::domain::rules::backlog::{self, Load};
use crate::domain::rules::learning;
use crate::domain::rules::voices::Counting;
use crate::domain::ticket::Client;
use crate::domain::time::Timestamp;
use crate::store::{self, Error, Place, alerts, rates, voices};

/// The kind of trouble that it is.
const TROUBLE: &str = "backlog";

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
    let group = Place::Group(turn.group()?);
    let (since, until) = store::backlog::behind_since(turn.db, (turn.here, group), turn.now)?;
    // Without a budget nothing but a wait that Telegram asked for can put it behind.
    if turn.settings().group_calls_per_minute == 0 && since.or(until).is_none() {
        return Ok(None);
    }
    let limit = limit(turn, group)?;
    let enough = limit.saturating_mul(backlog::BEHIND_MINUTES) + 1;
    let load = Load {
        waiting: store::backlog::waiting(turn.db, turn.here, enough, turn.now)?,
        limit,
        paused: until.map_or(Duration::ZERO, |until| until.since(turn.now)),
    };
    // How much really waits is only counted where it is a lot, and where there is a budget for it.
    let load = match limit > 0 && load.is_behind(since.is_some()) {
        true => counted(turn, load, group)?,
        false => load,
    };
    if !load.is_behind(since.is_some()) {
        if since.is_some() {
            over(turn)?;
        }
        return Ok(None);
    }
    if since.is_none() {
        begun(turn, load)?;
    }
    if load.is_of_the_pause() {
        tell_main(turn, load)?;
    }
    Ok(Some(Behind {
        // A clock that was set back shows a moment before what is stored follows it.
        since: since.unwrap_or(turn.now).min(turn.now),
        minutes: load.minutes(),
    }))
}

/// All that waits, as the posts that it becomes, and what all bots take together.
fn counted(turn: &Turn<'_>, load: Load, group: Place) -> Result<Load, Error> {
    let is_apart = voices::learnt(turn.db, group)?.counting == Counting::Apart;
    let further = match is_apart && turn.here == DeskId::MAIN {
        true => voices::posting(turn.db, turn.now)?,
        false => 0,
    };
    let bots = further.saturating_add(1);
    let most = load.limit.saturating_mul(bots);
    let most = most.saturating_mul(backlog::COUNTED_MINUTES);
    let calls = store::backlog::waiting(turn.db, turn.here, most, turn.now)?;
    let posts = store::backlog::posts(turn.db, turn.here, calls, turn.now)?;
    Ok(Load {
        waiting: posts.all,
        limit: backlog::limit_of_all(load.limit, bots, posts.all, posts.own),
        ..load
    })
}

/// The group is behind from now on.
fn begun(turn: &mut Turn<'_>, load: Load) -> Result<(), Error> {
    store::backlog::set_behind(turn.db, turn.here, Some(turn.now))?;
    let (texts, language) = (turn.texts(), turn.language());
    let text = match load.is_of_the_pause() {
        true => texts.alert_paused(language, load.minutes()),
        false => texts.alert_backlog(language, u64::from(load.waiting), load.minutes()),
    };
    turn.alert_at_once(TROUBLE, text)
}

/// Enough of it is worked off: the next time is news.
fn over(turn: &Turn<'_>) -> Result<(), Error> {
    store::backlog::set_behind(turn.db, turn.here, None)?;
    if let Some(name) = turn.desks().name(turn.here) {
        alerts::is_over(turn.db, &desk_paused(name))?;
    }
    alerts::is_over(turn.db, &turn.trouble(TROUBLE)).map(drop)
}

/// A further group reads only afterwards that it may not be posted in: the main one hears of it meanwhile, once.
fn tell_main(turn: &mut Turn<'_>, load: Load) -> Result<(), Error> {
    let Some(name) = turn.desks().name(turn.here) else {
        return Ok(());
    };
    let trouble = desk_paused(name);
    if alerts::is_raised(turn.db, &trouble)? {
        return Ok(());
    }
    let text = turn
        .texts()
        .alert_desk_paused(turn.language(), name, load.minutes());
    let here = std::mem::replace(&mut turn.here, DeskId::MAIN);
    let told = turn.alert(&trouble, text);
    turn.here = here;
    told
}

/// The kind of trouble that a further group has to be left alone; the main one hears of it.
fn desk_paused(name: &str) -> String {
    format!("desk_paused:{name}")
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

/// How many calls of one bot the group takes in a minute, as far as is known; 0 = no limit.
fn limit(turn: &Turn<'_>, group: Place) -> Result<u32, Error> {
    let share = learning::share(rates::of(turn.db, group)?, turn.now);
    let configured = turn.settings().group_calls_per_minute;
    Ok(learning::of_limit(configured, share))
}
