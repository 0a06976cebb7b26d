//! Clients whose words wait because their group takes no calls, told once instead of left in silence. Whoever
//! writes while that lasts is told by then; here are those who wrote before it was known.

use super::backlog;
use std::time::Duration;

use super::breaker::{self, WORTH_A_WORD};
use super::turn::Turn;
use crate::domain::call::Purpose;
use crate::domain::event::Timer;
use crate::domain::ids::DeskId;
use crate::store::claims::OutboxRow;
use crate::store::{self, Error, clients, tickets, timers};

/// So long after it began: whether it is over is asked every 30 s, so that what was over within the time that is
/// worth no word is told nobody.
const LOOKED_AT_AFTER: Duration = WORTH_A_WORD.saturating_add(Duration::from_secs(30));
/// Clients who are told in one go.
const AT_ONCE: usize = 100;

/// Attempts of one call after which its client may be told.
const TRIED_ENOUGH: u32 = 3;

/// A group takes no calls from now on, for a while at least.
pub(super) fn begin(turn: &Turn<'_>, desk: DeskId) -> Result<(), Error> {
    let at = turn.now.plus(LOOKED_AT_AFTER);
    timers::set_once(turn.db, at, &Timer::ClientsWait { desk })
}

/// Another attempt of a call came to nothing, while the group is in reach as far as is known: where what a client
/// has written waits long for that, they are told.
pub(super) fn came_to_nothing(turn: &mut Turn<'_>, row: &OutboxRow) -> Result<(), Error> {
    let is_ahead_of_words = matches!(row.purpose, Purpose::Relay | Purpose::Card | Purpose::Topic);
    let (Some(ticket), true) = (row.ticket, is_ahead_of_words) else {
        return Ok(());
    };
    let Some(since) = store::backlog::waits_since(turn.db, ticket)? else {
        return Ok(());
    };
    if row.attempts < TRIED_ENOUGH || turn.now.since(since) < WORTH_A_WORD {
        return Ok(());
    }
    let client = tickets::by_id(turn.db, ticket)?.client;
    breaker::tell_since(turn, &clients::by_id(turn.db, client)?, since)
}

/// It has lasted: those who wait are told, unless it is over.
pub(super) fn rang(turn: &mut Turn<'_>, desk: DeskId) -> Result<(), Error> {
    if !turn.desks().has(desk) {
        return Ok(());
    }
    turn.here = desk;
    let trouble = breaker::trouble_of_group(turn)?;
    // Another one than that for which it was set: that one was over soon.
    if let Some(young) = trouble.filter(|trouble| turn.now.since(trouble.since) < WORTH_A_WORD) {
        let at = young.since.min(turn.now).plus(LOOKED_AT_AFTER);
        return timers::set_once(turn.db, at, &Timer::ClientsWait { desk });
    }
    let since = match (trouble, backlog::look(turn)?) {
        (Some(breaker), _) => breaker.since,
        (None, Some(behind)) => behind.since,
        (None, None) => return Ok(()),
    };
    let waiting = store::backlog::untold(turn.db, desk, since, AT_ONCE)?;
    for client in &waiting {
        let client = clients::by_id(turn.db, *client)?;
        backlog::tell(turn, &client)?;
        breaker::tell(turn, &client)?;
    }
    if waiting.len() == AT_ONCE {
        timers::set_once(turn.db, turn.now, &Timer::ClientsWait { desk })?;
    }
    Ok(())
}
