//! What the desk says in General of a group: alerts, news and questions that are no ticket's. Each group hears
//! its own.

use std::time::Duration;

use super::turn::{Queued, Turn};
use crate::domain::call::{Button, Call, Lane, Priority, Purpose, To};
use crate::domain::content::Text;
use crate::domain::ids::DeskId;
use crate::store::{Error, alerts, outbox};

/// How long the same kind of trouble is not told again.
const ALERT_QUIET: Duration = Duration::from_secs(60 * 60);

/// Alerts that wait while the group cannot be reached; more would say nothing new.
const ALERTS_WAITING_MAX: usize = 10;

impl Turn<'_> {
    /// General of the group that this is about: its lane and its address.
    pub fn general(&self) -> (Lane, To) {
        match self.here {
            DeskId::MAIN => (Lane::General, To::General),
            desk => (
                Lane::GeneralOf(desk),
                To::GeneralOf(self.desks().chat(desk)),
            ),
        }
    }

    /// A kind of trouble, which each group may have by itself.
    pub fn trouble(&self, cause: &str) -> String {
        match self.here {
            DeskId::MAIN => cause.to_owned(),
            DeskId(desk) => format!("{cause}@{desk}"),
        }
    }

    /// Asks something in General with buttons.
    pub fn ask_general(&mut self, text: String, buttons: Vec<Button>) -> Result<(), Error> {
        let (lane, to) = self.general();
        let call = Call::SendText {
            to,
            text: Text::plain(text),
            reply_to: None,
            preview: None,
            buttons: vec![buttons],
        };
        self.say(Queued {
            lane,
            ..Queued::of(Purpose::Word, Priority::WORD, &call)
        })
    }

    /// Tells the admins of a kind of trouble, once an hour at most.
    pub fn alert(&mut self, cause: &str, text: String) -> Result<(), Error> {
        let (lane, _) = self.general();
        let waiting = outbox::waiting_in(self.db, lane)?.len();
        if waiting >= ALERTS_WAITING_MAX {
            return Ok(());
        }
        if self.is_news(cause)? {
            self.tell_general(text)?;
        }
        Ok(())
    }

    /// Whether this kind of trouble was not told for a while; it is told now.
    fn is_news(&self, cause: &str) -> Result<bool, Error> {
        let quiet_since = self.now.minus(ALERT_QUIET);
        alerts::raise(self.db, &self.trouble(cause), self.now, quiet_since)
    }

    /// Says something in General, in order with alerts.
    pub fn tell_general(&mut self, text: String) -> Result<(), Error> {
        let (lane, to) = self.general();
        let call = Call::words(to, Text::plain(text), None);
        self.say(Queued {
            lane,
            ..Queued::of(Purpose::Word, Priority::WORD, &call)
        })
    }

    /// Tells the admins before all that waits for the group's budget: it is about that. Counts as a new ticket's.
    pub fn alert_at_once(&mut self, cause: &str, text: String) -> Result<(), Error> {
        if !self.is_news(cause)? {
            return Ok(());
        }
        let (_, to) = self.general();
        let call = Call::words(to, Text::plain(text), None);
        let lane = self.alone();
        self.say(Queued {
            lane,
            ..Queued::of(Purpose::Word, Priority::FIRST, &call)
        })
    }
}
