//! What waits must not slow down what goes: the cost of a turn of delivery with 1 k, 100 k and 1 M waiting
//! calls, how long a start takes with a million of them, and what that needs of memory.
//!
//! `cargo bench --bench outbox`; it fails where a start takes long or memory grows with what waits. In process,
//! with the real store on a disk; each call is answered at once.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hushdesk::clock::{Clock, SystemClock};
use hushdesk::delivery::{Delivery, Pace};
use hushdesk::desk::{self, Desk, Moment};
use hushdesk::domain::ids::{BotId, ChatId};
use hushdesk::domain::settings::{Bursts, Flood};
use hushdesk::engine::begin;
use hushdesk::entropy::SystemEntropy;
use hushdesk::store::{Db, Options, Store};
use hushdesk::telegram::{
    Client, DownloadError, DownloadFuture, Reply, ReplyFuture, Transport, Upload,
};
use hushdesk::texts::Texts;

const GROUP: i64 = -1_009_999_999_999;
const WAITING: [u32; 3] = [1_000, 100_000, 1_000_000];
/// Calls of one lane.
const PER_LANE: u32 = 20;

/// Where the calls that go next stand among the others.
#[derive(Clone, Copy, Debug)]
enum Order {
    /// Next to each other, as tickets are written into in turn.
    Written,
    /// Anywhere: each on pages of its own, which the disk has to bring.
    Scattered,
}
/// Turns that are measured; the median counts.
const TURNS: usize = 41;
/// A start takes no longer, whatever waits.
const START_MAX: Duration = Duration::from_secs(2);
/// What a start and the turns may need of memory: SQLite's cache (8 MB), and as much again for all else.
const MEMORY_MAX_KIB: u64 = 16 * 1024;

/// A Telegram that answers every call at once.
struct Ready;

impl Transport for Ready {
    fn post<'a>(&'a self, _method: &'a str, _body: String, _timeout: Duration) -> ReplyFuture<'a> {
        let body = br#"{"ok":true,"result":{"message_id":7,"message_thread_id":5,"is_topic_message":true,"date":1,"chat":{"id":-1009999999999,"type":"supergroup"}}}"#;
        Box::pin(std::future::ready(Ok(Reply {
            status: 200,
            body: body.to_vec(),
            retry_after: None,
        })))
    }

    fn post_form<'a>(
        &'a self,
        method: &'a str,
        _fields: Vec<(String, String)>,
        _files: Vec<Upload>,
        timeout: Duration,
    ) -> ReplyFuture<'a> {
        self.post(method, String::new(), timeout)
    }

    fn download<'a>(
        &'a self,
        _file_path: &'a str,
        _to: &'a Path,
        _at_most: u64,
        _timeout: Duration,
    ) -> DownloadFuture<'a> {
        Box::pin(std::future::ready(Err(DownloadError::Lost)))
    }
}

fn main() {
    println!(
        "| calls that wait | order | start | a turn of 24 calls | longer than with few | memory |"
    );
    println!("|---|---|---|---|---|---|");
    for order in [Order::Written, Order::Scattered] {
        let mut with_few: Option<Duration> = None;
        for waiting in WAITING {
            let found = measure(waiting, order);
            let few = *with_few.get_or_insert(found.turn);
            println!(
                "| {waiting} | {order:?} | {:.0} ms | {:.2} ms | {:+.0} % | {:.1} MB more |",
                found.start.as_secs_f64() * 1000.0,
                found.turn.as_secs_f64() * 1000.0,
                (found.turn.as_secs_f64() / few.as_secs_f64() - 1.0) * 100.0,
                found.memory_kib as f64 / 1024.0
            );
            assert!(found.start < START_MAX, "a start took {:?}", found.start);
            assert!(
                found.memory_kib <= MEMORY_MAX_KIB,
                "{} KiB more were needed",
                found.memory_kib
            );
        }
    }
}

/// What came of it.
struct Measured {
    start: Duration,
    /// The median.
    turn: Duration,
    memory_kib: u64,
}

fn measure(waiting: u32, order: Order) -> Measured {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("the build has a folder");
    let path = folder.path().join("desk.db");
    open(&path).close();
    fill(&path, waiting, order);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime can be made");
    let before = memory_kib();
    let started = Instant::now();
    let store = open(&path);
    let (desk, mut delivery) = parts(&store);
    let moment = Moment {
        now: SystemClock.now(),
        polling_since: None,
    };
    runtime
        .block_on(begin(&store.writer, &desk, &delivery, moment))
        .expect("the bot starts");
    let start = started.elapsed();
    let mut turns: Vec<Duration> = Vec::new();
    for _ in 0..TURNS {
        let turned = Instant::now();
        runtime.block_on(async {
            delivery.turn().await.expect("a turn");
            while delivery.is_flying() {
                delivery.next_end().await;
            }
        });
        turns.push(turned.elapsed());
    }
    turns.sort_unstable();
    let measured = Measured {
        start,
        turn: turns[TURNS / 2],
        memory_kib: memory_kib().saturating_sub(before),
    };
    drop(delivery);
    drop(desk);
    store.close();
    measured
}

fn open(path: &Path) -> Store {
    let options = Options {
        path: path.to_owned(),
        readers: 1,
        bot: BotId(1),
    };
    Store::open(&options, SystemClock.now()).expect("the database opens")
}

fn parts(store: &Store) -> (Desk, Delivery) {
    let none = Flood {
        group_calls_per_minute: 0,
        chat_calls_per_second: 0,
        calls_per_second: 0,
    };
    let settings = desk::Settings::of(ChatId(GROUP));
    let desk = Desk::new(settings, Texts::new(), Arc::new(SystemEntropy), None);
    let client = Client::new(Arc::new(Ready));
    let pace = Pace::new(none, Bursts::default());
    let clock = Arc::new(SystemClock);
    let delivery = Delivery::new(store.writer.clone(), desk.clone(), client, clock, pace);
    (desk, delivery)
}

/// Open tickets with live topics, and texts that wait to be posted in them.
fn fill(path: &Path, waiting: u32, order: Order) {
    let db = Db::open(path).expect("the database is there");
    let now = SystemClock.now().millis() - 60_000;
    let tickets = waiting.div_ceil(PER_LANE);
    let (lane, is_head, due) = match order {
        Order::Written => (
            format!("(1 + i % {tickets})"),
            format!("i < {tickets}"),
            "i / 1000",
        ),
        Order::Scattered => (
            format!("(1 + i / {PER_LANE})"),
            format!("i % {PER_LANE} = 0"),
            "i % 1000",
        ),
    };
    let series = |count: u32| {
        format!(
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {count})"
        )
    };
    let statements = [
        "PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; BEGIN".to_owned(),
        format!(
            "{} INSERT INTO clients (id, telegram_user_id, language, first_seen_at) \
             SELECT 1 + i, 10000000 + i, 'en', {now} FROM n",
            series(tickets)
        ),
        format!(
            "{} INSERT INTO tickets (id, code, client_id, state, opened_at) \
             SELECT 1 + i, printf('SUPP-250101-%06d', i), 1 + i, 'open', {now} FROM n",
            series(tickets)
        ),
        format!(
            "{} INSERT INTO topics (ticket_id, chat_id, thread_id, state, card_message_id) \
             SELECT 1 + i, {GROUP}, 100000 + i, 'live', 100000 + i FROM n",
            series(tickets)
        ),
        format!(
            "{} INSERT INTO outbox (cause, step, lane, position, is_head, budget, priority, purpose, \
             ticket_id, call, not_before, created_at) \
             SELECT 'past:' || i, 1, 'topic:' || {lane}, 1 + i, {is_head}, 'desk', 1, 'relay', \
             {lane}, '{{\"call\":\"send_text\",\"to\":{{\"topic\":' || {lane} || '}},\
             \"text\":{{\"text\":\"My order has not arrived yet, can you look into it?\"}}}}', {now} + {due}, {now} FROM n",
            series(waiting)
        ),
        "COMMIT; PRAGMA wal_checkpoint(TRUNCATE)".to_owned(),
    ];
    for statement in statements {
        db.execute_batch(&statement)
            .unwrap_or_else(|error| panic!("{error}: {statement}"));
    }
}

/// What this program holds in memory, in KiB.
fn memory_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("it runs on Linux");
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .expect("the kernel tells the size")
}
