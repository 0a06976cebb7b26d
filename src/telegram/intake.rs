//! The poll: raw updates into the inbox, committed, and only then confirmed to Telegram. Looks at
//! nothing but the number of an update, and never handles one.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use super::client::{Client, PollError};
use super::raw;
use crate::clock::Clock;
use crate::domain::ids::BotId;
use crate::domain::rules::retry::backoff_unreached;
use crate::domain::time::Timestamp;
use crate::entropy::Entropy;
use crate::store::{self, Writer, inbox, polling};

/// How long the server may hold a poll. It allows 50 s (tdlib telegram-bot-api, Client.h).
pub const POLL_TIMEOUT: Duration = Duration::from_secs(50);
/// Updates in one answer (Bot API, `getUpdates`: 1 to 100).
const POLL_LIMIT: u8 = 100;
/// One conflict is normal after a restart, when the old connection is still open. So many in a row
/// mean a second program.
const CONFLICTS_NORMAL: u32 = 2;
/// The wait after a conflict: politely longer than the server's own 3 s.
const CONFLICT_WAIT: Duration = Duration::from_secs(5);
/// How often it is noted that updates arrive, so that the next run knows since when they did not.
const NOTED_EVERY: Duration = Duration::from_secs(60);
/// How long to wait before storing is tried again.
const STORAGE_WAIT: Duration = Duration::from_secs(5);

/// Whether updates arrive, for those who have to know.
#[derive(Debug, Default)]
pub struct PollHealth {
    since: AtomicI64,
    last: AtomicI64,
    stored: AtomicI64,
}

impl PollHealth {
    /// Since when polls succeed without interruption.
    pub fn polling_since(&self) -> Option<Timestamp> {
        match self.since.load(Ordering::Relaxed) {
            0 => None,
            millis => Some(Timestamp::from_millis(millis)),
        }
    }

    /// When a poll last ended, whatever its end.
    pub fn last_end(&self) -> Timestamp {
        Timestamp::from_millis(self.last.load(Ordering::Relaxed))
    }

    /// How long ago a poll last succeeded and all that it brought was on disk, by the running time; none
    /// where none has.
    pub fn stored_ago(&self, running: Duration) -> Option<Duration> {
        match u64::try_from(self.stored.load(Ordering::Relaxed)) {
            Ok(0) | Err(_) => None,
            Ok(stored_at) => Some(running.saturating_sub(Duration::from_millis(stored_at))),
        }
    }

    fn stored(&self, running: Duration) {
        let millis = i64::try_from(running.as_millis()).unwrap_or(i64::MAX);
        // The first millisecond of all is no time to tell from none.
        self.stored.store(millis.max(1), Ordering::Relaxed);
    }

    fn ended(&self, now: Timestamp, succeeded: bool) {
        self.last.store(now.millis(), Ordering::Relaxed);
        if !succeeded {
            self.since.store(0, Ordering::Relaxed);
        } else if self.since.load(Ordering::Relaxed) == 0 {
            self.since.store(now.millis(), Ordering::Relaxed);
        }
    }
}

/// What came of a poll.
#[derive(Debug)]
pub enum Polled {
    /// So many new updates are on disk.
    Stored(usize),
    /// Nothing to be had right now.
    Wait(Duration),
    /// Another program polls with the same token, for long enough to be sure of it.
    SecondInstance(Duration),
    /// What has arrived cannot be stored, so it was not confirmed either.
    NotStored(store::Error, Duration),
}

/// Why polling is given up. Each sentence says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GiveUp {
    /// The token is wrong or was revoked.
    #[error(
        "Telegram does not accept the token. Ask @BotFather for the bot's token (/mybots, API Token) and put it into the config"
    )]
    TokenRejected,
    /// Updates go to a webhook.
    #[error(
        "this bot's updates go to a webhook, so they cannot be fetched. Remove it with the Bot API method deleteWebhook and start again"
    )]
    WebhookActive,
}

/// The poll's state between turns.
pub struct Intake {
    client: Client,
    writer: Writer,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    bot: BotId,
    health: Arc<PollHealth>,
    /// The next update to ask for. None at the start: it is never taken from the database, because
    /// Telegram picks new numbers after a quiet week, and a stale high one would confirm unseen
    /// updates.
    offset: Option<i64>,
    conflicts: u32,
    failures: u32,
    /// When polls began to fail, by the running time; none while they succeed.
    failing_since: Option<Duration>,
    /// When it was last noted that updates arrive.
    noted_at: Option<Duration>,
}

impl Intake {
    /// An intake that has not polled yet.
    pub fn new(
        client: Client,
        writer: Writer,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        bot: BotId,
    ) -> Self {
        Self {
            client,
            writer,
            clock,
            entropy,
            bot,
            health: Arc::default(),
            offset: None,
            conflicts: 0,
            failures: 0,
            failing_since: None,
            noted_at: None,
        }
    }

    /// Whether updates arrive.
    pub fn health(&self) -> Arc<PollHealth> {
        Arc::clone(&self.health)
    }

    /// Polls once. Dropping the future loses nothing: what was not confirmed comes again.
    pub async fn turn(&mut self, timeout: Duration) -> Result<Polled, GiveUp> {
        let polled = self
            .client
            .get_updates(self.offset, POLL_LIMIT, timeout)
            .await;
        if polled.is_err() {
            self.health.ended(self.clock.now(), false);
            // The poll that failed may have hung from its beginning.
            let began = self.clock.running().saturating_sub(timeout);
            self.failing_since.get_or_insert(began);
        }
        match polled {
            Ok(updates) => {
                (self.conflicts, self.failures) = (0, 0);
                let updates = updates
                    .into_iter()
                    .map(|raw| {
                        (
                            raw::update_id(raw.get()),
                            String::from(Box::<str>::from(raw)),
                        )
                    })
                    .collect();
                let polled = self.store(updates).await;
                // What is not on disk has not arrived: nobody may take its absence for news.
                let is_stored = matches!(polled, Polled::Stored(_));
                self.health.ended(self.clock.now(), is_stored);
                if is_stored {
                    self.health.stored(self.clock.running());
                }
                Ok(polled)
            }
            Err(error) => self.failed(error),
        }
    }

    async fn store(&mut self, updates: Vec<(Option<i64>, String)>) -> Polled {
        let noted = self.to_be_noted();
        if updates.is_empty() && noted.is_none() {
            return Polled::Stored(0);
        }
        // What was received decides what comes next; a number below an earlier one is as good.
        let next = updates
            .iter()
            .rev()
            .find_map(|(id, _)| *id)
            .map(|id| id + 1);
        let (bot, now) = (self.bot, self.clock.now());
        let stored = self
            .writer
            .run(move |db| {
                if let Some(gap) = noted {
                    polling::succeeded(db, gap, now)?;
                }
                inbox::keep(db, bot, &updates, now)
            })
            .await;
        match stored {
            Ok(new) => {
                if noted.is_some() {
                    self.noted_at = Some(self.clock.running());
                    self.failing_since = None;
                }
                self.offset = next.or(self.offset);
                Polled::Stored(new)
            }
            Err(error) => {
                // What is not confirmed waits at Telegram, presses not for long.
                let running = self.clock.running();
                self.failing_since.get_or_insert(running);
                Polled::NotStored(error, STORAGE_WAIT)
            }
        }
    }

    /// Whether it is to be noted that updates arrive, and how long they did not. Not known for the first
    /// poll of a run.
    fn to_be_noted(&self) -> Option<Option<Duration>> {
        let running = self.clock.running();
        let Some(noted_at) = self.noted_at else {
            return Some(None);
        };
        match self.failing_since {
            Some(since) => Some(Some(running.saturating_sub(since))),
            None if running.saturating_sub(noted_at) >= NOTED_EVERY => Some(Some(Duration::ZERO)),
            None => None,
        }
    }

    fn failed(&mut self, error: PollError) -> Result<Polled, GiveUp> {
        match error {
            PollError::TokenRejected => Err(GiveUp::TokenRejected),
            PollError::WebhookActive => Err(GiveUp::WebhookActive),
            PollError::Conflict => {
                self.conflicts += 1;
                Ok(if self.conflicts > CONFLICTS_NORMAL {
                    Polled::SecondInstance(CONFLICT_WAIT)
                } else {
                    Polled::Wait(CONFLICT_WAIT)
                })
            }
            PollError::RetryAfter(wait) => Ok(Polled::Wait(wait)),
            PollError::Unavailable => {
                self.failures += 1;
                let wait = backoff_unreached(self.failures, self.entropy.next());
                Ok(Polled::Wait(wait))
            }
        }
    }
}

#[cfg(test)]
mod tests;
