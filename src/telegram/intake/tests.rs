//! Polls: what is stored, passed over, and asked for next.

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

    fn download<'a>(&'a self, _: &'a str, _: &'a Path, _: u64, _: Duration) -> DownloadFuture<'a> {
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
