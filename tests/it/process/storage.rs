//! A database that cannot be written: Telegram keeps what cannot be stored, the admins are told
//! once, and when it can be written again nothing is missing.
//!
//! The engine runs in this process here, because the file's limits can only be set through the
//! connection that writes.

use std::thread::JoinHandle;

use hushdesk::cli::run;
use hushdesk::config::Config;
use hushdesk::sandbox::{MessageView, Person, content};
use hushdesk::store::Store;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use super::WITHIN;
use crate::program::{Desk, TOKEN, now_ms, wait_until};

const CLIENTS: std::ops::Range<i64> = 101..104;
/// Long enough to fill pages soon.
const LONG_TEXTS: u32 = 30;
const LONG_TEXT_CHARS: usize = 3_000;
/// Failed attempts to store that are watched: one every 5 s.
const POLLS_WATCHED: usize = 2;
/// Words of the alert (texts/en.ftl).
const ALERT: &str = "Nothing can be stored at the moment";

#[test]
fn a_full_disk_stops_the_intake_and_loses_nothing() {
    let desk = desk();
    let running = Running::start(&desk);
    open_tickets(&desk);
    running.limit_pages("(SELECT page_count FROM pragma_page_count)");
    write_long_texts(&desk);
    expect_intake_to_stop(&desk);

    running.limit_pages("1073741823");
    expect_all_delivered(&desk);
    running.stop();
    assert_eq!(alerts(&desk), 1, "one alert is enough");
}

#[test]
fn a_database_that_turned_read_only_stops_the_intake_and_loses_nothing() {
    let desk = desk();
    let running = Running::start(&desk);
    open_tickets(&desk);
    running.make_read_only();
    write_long_texts(&desk);
    expect_intake_to_stop(&desk);
    running.stop();
    assert_eq!(alerts(&desk), 1, "one alert is enough");

    let running = Running::start(&desk);
    expect_all_delivered(&desk);
    running.stop();
}

#[test]
fn a_database_that_is_locked_for_a_while_loses_nothing() {
    let desk = desk();
    let running = Running::start(&desk);
    open_tickets(&desk);
    let backup = desk.open_database();
    backup
        .execute_batch("BEGIN IMMEDIATE")
        .expect("the lock can be had");
    write_long_texts(&desk);
    assert!(waiting_at_telegram(&desk) > 0, "nothing is confirmed");
    backup
        .execute_batch("ROLLBACK")
        .expect("the lock can be given back");
    expect_all_delivered(&desk);
    running.stop();
    assert_eq!(alerts(&desk), 0, "a short wait is no trouble");
}

#[test]
fn a_backup_that_reads_all_the_while_disturbs_nobody() {
    let desk = desk();
    let running = Running::start(&desk);
    open_tickets(&desk);
    let backup = desk.open_database();
    let copy = desk.path("copy.db");
    backup.execute_batch("BEGIN").expect("a reader can begin");
    let read = |db: &hushdesk::store::Db| -> i64 {
        db.query_row("SELECT count(*) FROM messages", [], |row| row.get(0))
            .expect("it can be read")
    };
    let at_first = read(&backup);
    write_long_texts(&desk);
    expect_all_delivered(&desk);
    assert_eq!(read(&backup), at_first, "it still reads what was there");
    backup.execute_batch("COMMIT").expect("a reader can end");
    backup
        .execute("VACUUM INTO ?1", [copy.to_string_lossy()])
        .expect("a copy can be made");
    running.stop();
    assert_eq!(alerts(&desk), 0);
}

fn desk() -> Desk {
    let desk = Desk::new();
    desk.sandbox()
        .change_settings(|settings| settings.log_polls = true);
    for person in CLIENTS {
        desk.sandbox()
            .add_person(Person::named(person, &format!("Client {person}")));
    }
    desk
}

fn open_tickets(desk: &Desk) {
    CLIENTS.for_each(|person| write(desk, person, 0, ""));
    let opened = wait_until(WITHIN, || posts(desk).len() == CLIENTS.count());
    assert!(opened, "the tickets were not opened");
    let drained = wait_until(WITHIN, || {
        desk.number("SELECT count(*) FROM outbox WHERE finished_at IS NULL AND purpose <> 'title'")
            == 0
    });
    assert!(drained, "calls are left");
}

fn write_long_texts(desk: &Desk) {
    let padding = "x".repeat(LONG_TEXT_CHARS);
    for number in 1..=LONG_TEXTS {
        CLIENTS.for_each(|person| write(desk, person, number, &padding));
    }
}

fn write(desk: &Desk, person: i64, number: u32, padding: &str) {
    let text = content::text(&format!("text-{person}-{number:02} {padding}"));
    desk.sandbox()
        .person_sends(person, person, None, text, None, now_ms())
        .expect("a client may write");
}

/// One alert, and what is not stored stays at Telegram however often it is asked for.
fn expect_intake_to_stop(desk: &Desk) {
    let told = wait_until(WITHIN, || alerts(desk) > 0);
    assert!(told, "the admins were not told");
    let (waiting, polls) = (waiting_at_telegram(desk), polls(desk));
    assert!(waiting > 0, "what could not be stored was confirmed");
    let asked_again = wait_until(WITHIN, || self::polls(desk) >= polls + POLLS_WATCHED);
    assert!(asked_again, "the intake does not try again");
    assert_eq!(waiting_at_telegram(desk), waiting, "nothing is confirmed");
}

fn expect_all_delivered(desk: &Desk) {
    let per_client = LONG_TEXTS as usize + 1;
    let expected: Vec<String> = CLIENTS
        .flat_map(|person| (0..per_client).map(move |number| format!("text-{person}-{number:02}")))
        .collect();
    wait_until(WITHIN, || posts(desk).len() >= expected.len());
    let posts = posts(desk);
    for person in CLIENTS {
        let of_client = |text: &&String| text.starts_with(&format!("text-{person}-"));
        let expected: Vec<&String> = expected.iter().filter(of_client).collect();
        let posted: Vec<&String> = posts.iter().filter(of_client).collect();
        assert_eq!(posted, expected, "each text once, in order");
    }
    assert_eq!(
        desk.number("SELECT count(*) FROM inbox WHERE state = 'dead'"),
        0
    );
    assert_eq!(
        desk.number("SELECT count(*) FROM outbox WHERE state = 'dead'"),
        0
    );
}

/// The texts that stand in topics, in the order of their ids.
fn posts(desk: &Desk) -> Vec<String> {
    of_bot(desk)
        .iter()
        .flat_map(|message| message.text().split_whitespace())
        .filter(|word| word.starts_with("text-"))
        .map(str::to_owned)
        .collect()
}

fn alerts(desk: &Desk) -> usize {
    of_bot(desk)
        .iter()
        .filter(|message| message.thread.is_none() && message.text().contains(ALERT))
        .count()
}

fn of_bot(desk: &Desk) -> Vec<MessageView> {
    let mut messages = desk.sandbox().chat_messages(desk.group);
    messages.retain(|message| message.from_bot);
    messages
}

fn waiting_at_telegram(desk: &Desk) -> usize {
    desk.sandbox().pending_updates(TOKEN).len()
}

fn polls(desk: &Desk) -> usize {
    let calls = desk.sandbox().calls();
    calls
        .iter()
        .filter(|call| call.method == "getUpdates")
        .count()
}

/// The engine in a thread of its own.
struct Running {
    runtime: Runtime,
    store: Store,
    shutdown: CancellationToken,
    engine: JoinHandle<()>,
}

impl Running {
    fn start(desk: &Desk) -> Running {
        let runtime = Runtime::new().expect("a runtime can be built");
        let config = Config::load(&desk.config(), std::iter::empty()).expect("it is a config");
        let opened = run::open_store(&config);
        let store = opened
            .map_err(|failure| failure.error)
            .expect("the database can be opened");
        let engine = run::engine(&config, &store);
        let engine = engine
            .map_err(|failure| failure.error)
            .expect("the engine can be built");
        let shutdown = CancellationToken::new();
        let stop = shutdown.clone();
        let engine = std::thread::spawn(move || {
            Runtime::new()
                .expect("a runtime can be built")
                .block_on(engine.run(stop))
                .expect("nothing here is a reason to stop");
        });
        Running {
            runtime,
            store,
            shutdown,
            engine,
        }
    }

    /// The file may not grow beyond so many pages: what a full disk is to SQLite.
    fn limit_pages(&self, pages: &'static str) {
        // Work of others in the same transaction may still fail, so this is said until it is heard.
        let limited = wait_until(WITHIN, || {
            let work = self.store.writer.run(move |db| {
                let pages: i64 = db.query_row(&format!("SELECT {pages}"), [], |row| row.get(0))?;
                let pragma = format!("PRAGMA max_page_count = {pages}");
                Ok(db.query_row(&pragma, [], |row| row.get::<_, i64>(0))?)
            });
            self.runtime.block_on(work).is_ok()
        });
        assert!(limited, "the limit cannot be set");
    }

    /// Every write fails from here on; there is no way back but another connection.
    fn make_read_only(&self) {
        let work = self
            .store
            .writer
            .run(|db| Ok(db.execute_batch("PRAGMA query_only = ON")?));
        // Its own commit is the last one or the first that fails.
        let _either = self.runtime.block_on(work);
    }

    fn stop(self) {
        self.shutdown.cancel();
        self.engine.join().expect("the engine ends well");
        self.store.close();
    }
}
