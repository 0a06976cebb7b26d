//! The pace of private chats: when each may be called.

use std::time::Duration;

use super::Claiming;
use crate::domain::call::Budget;
use crate::domain::rules::learning;
use crate::domain::time::Timestamp;
use crate::store::claims::OutboxRow;
use crate::store::{Error, Place, pauses, rates};

impl Claiming<'_> {
    /// When a client's chat may be called, if not now.
    pub(super) fn client_free_at(&self, row: &OutboxRow) -> Result<Option<Timestamp>, Error> {
        let (Budget::Client, Some(client)) = (row.budget, row.client) else {
            return Ok(None);
        };
        let now = self.moment.now;
        let place = Place::Client(client);
        let paused = pauses::paused_until(self.db, place, now)?;
        let slowed = rates::next_at(self.db, place)?.filter(|next_at| *next_at > now);
        if let Some(until) = paused.into_iter().chain(slowed).max() {
            return Ok(Some(until));
        }
        Ok(match self.pace.take_client(client, self.running) {
            Ok(()) => None,
            // Rounded up: a head that is due a moment too early would be looked at in a circle.
            Err(wait) => Some(now.plus(wait).plus(Duration::from_millis(1))),
        })
    }

    /// A private chat that bears less than the config's rate has no bursts, and longer waits. An album has
    /// taken one call: each other of its messages takes one more, or has to be waited for.
    pub(super) fn slow_down(&self, row: &OutboxRow, weight: u32) -> Result<(), Error> {
        let (Budget::Client, Some(client)) = (row.budget, row.client) else {
            return Ok(());
        };
        let (place, now) = (Place::Client(client), self.moment.now);
        let mut owed = 0;
        for _ in 1..weight {
            owed += u32::from(self.pace.take_client(client, self.running).is_err());
        }
        if owed > 0 {
            // The meter fills up meanwhile, and may let a burst go afterwards: it waits for that too.
            let rate = self.pace.chat_calls_per_second.max(1);
            let wait = Duration::from_secs(1) * (owed + self.pace.chat_burst) / rate;
            pauses::rest(self.db, place, now.plus(wait), now)?;
        }
        let share = learning::share(rates::of(self.db, place)?, now);
        match learning::gap(self.pace.chat_calls_per_second, share) {
            Some(gap) => rates::set_next(self.db, place, now.plus(gap * weight.max(1))),
            None => Ok(()),
        }
    }
}
