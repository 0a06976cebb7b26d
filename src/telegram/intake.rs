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

    /// When a poll last ended, whatever its end, by the running time.
    pub fn last_end(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.last.load(Ordering::Relaxed)).unwrap_or(0))
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
        // The first millisecond of all is no time to tell from none.
        self.stored.store(millis(running).max(1), Ordering::Relaxed);
    }

    fn ended(&self, now: Timestamp, running: Duration, succeeded: bool) {
        self.last.store(millis(running), Ordering::Relaxed);
        if !succeeded {
            self.since.store(0, Ordering::Relaxed);
            return;
        }
        let since = self.since.load(Ordering::Relaxed);
        // After the clock was set back what lies ahead would count for nothing until then.
        if since == 0 || since > now.millis() {
            self.since.store(now.millis(), Ordering::Relaxed);
        }
    }
}

fn millis(running: Duration) -> i64 {
    i64::try_from(running.as_millis()).unwrap_or(i64::MAX)
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
            let running = self.clock.running();
            self.health.ended(self.clock.now(), running, false);
            // The poll that failed may have hung from its beginning.
            let began = running.saturating_sub(timeout);
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
                let running = self.clock.running();
                self.health.ended(self.clock.now(), running, is_stored);
                if is_stored {
                    self.health.stored(running);
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
mod tests {
    use std::collections::VecDeque;
    use std::path::Path;
    use std::sync::Mutex;

    use super::*;
    use crate::entropy::SystemEntropy;
    use crate::ops::health::{Sick, Signs, judge};
    use crate::store::{Options, Store};
    use crate::telegram::{DownloadFuture, Reply, ReplyFuture, Transport, Upload};

    /// Answers polls from a list and keeps what was asked.
    #[derive(Default)]
    struct Script {
        answers: Mutex<VecDeque<(u16, &'static str)>>,
        asked: Mutex<Vec<String>>,
    }

    impl Transport for Script {
        fn post<'a>(&'a self, _: &'a str, body: String, _: Duration) -> ReplyFuture<'a> {
            let mut answers = self.answers.lock().expect("nobody panics with it");
            let (status, answer) = answers.pop_front().expect("the script is long enough");
            self.asked.lock().expect("nobody panics with it").push(body);
            Box::pin(std::future::ready(Ok(Reply {
                status,
                body: answer.as_bytes().to_vec(),
                retry_after: None,
            })))
        }

        fn post_form<'a>(
            &'a self,
            method: &'a str,
            _: Vec<(String, String)>,
            _: Vec<Upload>,
            _: Duration,
        ) -> ReplyFuture<'a> {
            panic!("polling has no need of {method}")
        }

        fn download<'a>(
            &'a self,
            _: &'a str,
            _: &'a Path,
            _: u64,
            _: Duration,
        ) -> DownloadFuture<'a> {
            panic!("polling has no need of files")
        }
    }

    /// Goes on by hand.
    #[derive(Default)]
    struct ByHand(std::sync::atomic::AtomicU64);

    impl ByHand {
        fn pass(&self, seconds: u64) {
            self.0.fetch_add(seconds, Ordering::Relaxed);
        }
    }

    impl Clock for ByHand {
        fn now(&self) -> Timestamp {
            Timestamp::from_seconds(1_800_000_000).plus(self.running())
        }

        fn running(&self) -> Duration {
            Duration::from_secs(self.0.load(Ordering::Relaxed))
        }
    }

    struct Poll {
        clock: Arc<ByHand>,
        _folder: tempfile::TempDir,
        store: Store,
        script: Arc<Script>,
        intake: Intake,
    }

    fn poll(answers: &[(u16, &'static str)]) -> Poll {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let options = Options {
            path: folder.path().join("test.db"),
            readers: 1,
            bot: BotId(7),
        };
        let store = Store::open(&options, Timestamp::from_millis(0)).expect("it opens");
        let script = Arc::new(Script::default());
        script
            .answers
            .lock()
            .expect("nobody panics with it")
            .extend(answers);
        let transport: Arc<dyn Transport> = script.clone();
        let clock = Arc::new(ByHand::default());
        let intake = Intake::new(
            Client::new(transport),
            store.writer.clone(),
            clock.clone(),
            Arc::new(SystemEntropy),
            BotId(7),
        );
        Poll {
            clock,
            _folder: folder,
            store,
            script,
            intake,
        }
    }

    impl Poll {
        /// What monitoring would hear.
        fn health(&self) -> Result<(), Sick> {
            let polled = self.intake.health().stored_ago(self.clock.running());
            judge(&Signs {
                loops: Vec::new(),
                polled,
            })
        }

        /// How many pages the database may have.
        async fn set_size(&self, pages: u32) {
            let writer = self.store.writer.clone();
            let set = writer.run(move |db| {
                let pragma = format!("PRAGMA max_page_count = {pages}");
                Ok(db.query_row(&pragma, [], |row| row.get::<_, i64>(0))?)
            });
            set.await.expect("a pragma");
        }

        async fn turn(&mut self) -> Result<Polled, GiveUp> {
            self.intake.turn(Duration::from_secs(1)).await
        }

        /// The offsets of all polls so far; none where it was left out.
        fn offsets(&self) -> Vec<Option<i64>> {
            let asked = self.script.asked.lock().expect("nobody panics with it");
            asked
                .iter()
                .map(|body| {
                    let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
                    body["offset"].as_i64()
                })
                .collect()
        }
    }

    const NOTHING: (u16, &str) = (200, r#"{"ok":true,"result":[]}"#);

    #[tokio::test]
    async fn the_offset_follows_what_was_received_also_downwards() {
        let mut poll = poll(&[
            (
                200,
                r#"{"ok":true,"result":[{"update_id":900},{"update_id":901}]}"#,
            ),
            // After a quiet week Telegram draws new numbers.
            (200, r#"{"ok":true,"result":[{"update_id":12}]}"#),
            NOTHING,
        ]);
        for _ in 0..3 {
            poll.turn().await.expect("polling goes on");
        }
        assert_eq!(poll.offsets(), [None, Some(902), Some(13)]);
    }

    #[tokio::test]
    async fn every_poll_names_the_wanted_updates() {
        let mut poll = poll(&[(502, "<html>"), NOTHING]);
        for _ in 0..2 {
            poll.turn().await.expect("polling goes on");
        }
        let asked = poll.script.asked.lock().expect("nobody panics with it");
        for body in asked.iter() {
            assert!(body.contains("chat_member") && body.contains("message_reaction"));
        }
    }

    #[tokio::test]
    async fn what_cannot_be_stored_is_not_confirmed() {
        // Too large for the pages that the file has.
        let text = "x".repeat(100_000);
        let answer = format!(r#"{{"ok":true,"result":[{{"update_id":900,"text":"{text}"}}]}}"#);
        let update = (200, &*answer.leak());
        let mut poll = poll(&[NOTHING, update, update, update, update, NOTHING]);
        poll.clock.pass(60);
        poll.turn().await.expect("polling goes on");
        assert_eq!(poll.health(), Ok(()));
        poll.set_size(1).await;
        for _try in 0..3 {
            poll.clock.pass(60);
            let polled = poll.turn().await;
            assert!(
                matches!(polled, Ok(Polled::NotStored(store::Error::DiskFull, _))),
                "{polled:?}"
            );
            assert_eq!(
                poll.intake.health().polling_since(),
                None,
                "it has not arrived"
            );
        }
        assert_eq!(
            poll.health(),
            Err(Sick::NotPolled(Duration::from_secs(180)))
        );
        poll.set_size(1_000_000).await;
        assert!(matches!(poll.turn().await, Ok(Polled::Stored(1))));
        assert_eq!(poll.health(), Ok(()));
        let since = poll.intake.health().polling_since();
        assert_eq!(since, Some(poll.clock.now()));
        poll.turn().await.expect("polling goes on");
        assert_eq!(poll.offsets().last(), Some(&Some(901)));
        assert!(poll.offsets()[..5].iter().all(Option::is_none));
    }

    #[tokio::test]
    async fn an_update_without_a_number_is_kept_once_and_stops_nobody() {
        let update = (
            200,
            r#"{"ok":true,"result":[{"message":{}},{"update_id":5}]}"#,
        );
        let mut poll = poll(&[update, update]);
        assert!(matches!(poll.turn().await, Ok(Polled::Stored(2))));
        assert!(matches!(poll.turn().await, Ok(Polled::Stored(0))));
        assert_eq!(poll.offsets(), [None, Some(6)]);
    }

    #[tokio::test]
    async fn one_conflict_is_normal_and_repeated_ones_are_a_second_program() {
        let conflict = (
            409,
            r#"{"ok":false,"error_code":409,"description":"Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"}"#,
        );
        let mut poll = poll(&[conflict, conflict, conflict, NOTHING, conflict]);
        for expected in ["Wait", "Wait", "SecondInstance", "Stored", "Wait"] {
            let polled = format!("{:?}", poll.turn().await);
            assert!(polled.contains(expected), "{polled} is not {expected}");
        }
    }

    #[tokio::test]
    async fn a_bad_token_and_a_webhook_end_with_a_sentence() {
        let unauthorized = r#"{"ok":false,"error_code":401,"description":"Unauthorized"}"#;
        let webhook = r#"{"ok":false,"error_code":409,"description":"Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"}"#;
        let mut poll = poll(&[(401, unauthorized), (409, webhook)]);
        assert_eq!(poll.turn().await.err(), Some(GiveUp::TokenRejected));
        assert_eq!(poll.turn().await.err(), Some(GiveUp::WebhookActive));
    }
}
