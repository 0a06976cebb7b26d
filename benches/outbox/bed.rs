//! A desk with calls that wait, and the delivery that makes them: each phase by itself.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use hushdesk::clock::{Clock, SystemClock};
use hushdesk::delivery::{Delivery, Pace};
use hushdesk::desk::{self, Desk, Moment};
use hushdesk::domain::ids::{BotId, ChatId};
use hushdesk::domain::settings::{Bursts, Flood};
use hushdesk::engine::begin;
use hushdesk::entropy::SystemEntropy;
use hushdesk::store::{Db, Options, Store, facts};
use hushdesk::telegram::{
    Client, DownloadError, DownloadFuture, Reply, ReplyFuture, Transport, Upload,
};
use hushdesk::texts::Texts;
use tokio::runtime::Runtime;

use crate::fill::{GROUP, fill, refill};
use crate::shape::{Shape, TURN};

/// A page, and its head in the write-ahead log.
const PAGE: u64 = 4096;
const FRAME: u64 = PAGE + 24;

/// More than a processor's caches hold, and how much of it comes and goes together.
const CACHES: usize = 64 * 1024 * 1024;
const CACHE_LINE: usize = 64;

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

/// What one piece of work took.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    pub time: Duration,
    /// What of that the thread that writes was busy.
    pub busy: Duration,
    /// Pages that SQLite's cache did not hold.
    pub read: u64,
    /// Pages that went into the write-ahead log, or from there into the file.
    pub written: u64,
}

/// What a cycle took: the same calls claimed, and written down as done.
pub struct Cycle {
    /// A commit of one row.
    pub floor: Cost,
    pub claim: Cost,
    /// The ends of some calls, with the claim of others, in one commit: what a busy bot does.
    pub both: Cost,
    pub settle: Cost,
    /// Bringing all that into the file.
    pub checkpoint: Cost,
}

/// What else a machine does between two turns, which are seconds apart: by then the processor's caches hold
/// nothing of the desk's any more. Without it few calls would be found there, and many would not.
#[derive(Clone)]
pub struct Meanwhile(Arc<Vec<AtomicU8>>);

impl Meanwhile {
    pub fn new() -> Self {
        // What is nought is not there before it is written, and would then count as memory of the first bed.
        Self(Arc::new((0..CACHES).map(|_| AtomicU8::new(1)).collect()))
    }

    /// Takes the caches of the thread that writes, and those that all share.
    fn passes(&self, bed: &Bed) {
        let memory = self.0.clone();
        let passed = bed.store.writer.run(move |_| {
            for line in memory.chunks(CACHE_LINE) {
                line[0].fetch_add(1, Ordering::Relaxed);
            }
            Ok(())
        });
        bed.runtime.block_on(passed).expect("the writer runs");
    }
}

pub struct Bed {
    pub shape: Shape,
    meanwhile: Meanwhile,
    _folder: tempfile::TempDir,
    path: PathBuf,
    runtime: Runtime,
    store: Store,
    desk: Desk,
    delivery: Delivery,
    /// Beside the writer, which does it when the log is long, at a time of its own.
    checkpoints: Db,
    number: u32,
}

/// How long a start takes, and what that and some turns need of memory.
pub struct Start {
    pub took: Duration,
    pub memory_kib: u64,
}

impl Bed {
    /// Fills a database and starts on it.
    pub fn make(shape: Shape, meanwhile: Meanwhile) -> (Self, Start) {
        let folder =
            tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("the build has a folder");
        let path = folder.path().join("desk.db");
        open(&path).close();
        fill(&path, shape);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime can be made");
        let before = memory_kib();
        let started = Instant::now();
        let store = open(&path);
        let (desk, delivery) = parts(&store);
        let moment = Moment {
            now: SystemClock.now(),
            polling_since: None,
        };
        runtime
            .block_on(begin(&store.writer, &desk, &delivery, moment))
            .expect("the bot starts");
        let took = started.elapsed();
        let mut bed = Self {
            shape,
            meanwhile,
            checkpoints: Db::open(&path).expect("it opens once more"),
            _folder: folder,
            path,
            runtime,
            store,
            desk,
            delivery,
            number: 0,
        };
        for _ in 0..MEASURED_FOR_MEMORY {
            bed.cycle();
        }
        let memory_kib = memory_kib().saturating_sub(before);
        (bed, Start { took, memory_kib })
    }

    pub fn cycle(&mut self) -> Cycle {
        self.number += 1;
        let value = self.number.to_string();
        let writer = self.store.writer.clone();
        self.meanwhile.passes(self);
        let floor = cost(|| {
            self.runtime
                .block_on(writer.run(move |db| facts::set(db, "bench", &value)))
                .expect("a row can be written");
        });
        let claim = self.turn();
        let both = self.turn();
        self.meanwhile.passes(self);
        let settle = cost(|| {
            self.runtime
                .block_on(self.delivery.finish(Duration::ZERO))
                .expect("the ends are written down");
        });
        let checkpoint = cost(|| {
            let (busy, log, brought): (i64, i64, i64) = self
                .checkpoints
                .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| {
                    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
                })
                .expect("a checkpoint can be made");
            assert_eq!((busy, log), (0, brought), "all of the log is in the file");
        });
        let waiting = self.shape.waiting;
        let refilled = self
            .runtime
            .block_on(writer.run(move |db| refill(db, waiting)));
        assert_eq!(
            refilled.expect("calls queue up"),
            2 * TURN as usize,
            "calls of two turns are done"
        );
        Cycle {
            floor,
            claim,
            both,
            settle,
            checkpoint,
        }
    }

    /// A turn of delivery, after which its calls end.
    fn turn(&mut self) -> Cost {
        self.meanwhile.passes(self);
        let turn = cost(|| {
            self.runtime.block_on(self.delivery.turn()).expect("a turn");
        });
        self.runtime.block_on(async {
            while self.delivery.is_flying() {
                self.delivery.next_end().await;
            }
        });
        turn
    }

    /// The size of the file.
    pub fn megabytes(&self) -> u64 {
        std::fs::metadata(&self.path).map_or(0, |file| file.len() / 1_000_000)
    }

    pub fn close(self) {
        drop(self.delivery);
        drop(self.desk);
        self.store.close();
    }
}

/// Cycles before the memory is looked at.
const MEASURED_FOR_MEMORY: u32 = 20;

fn cost(work: impl FnOnce()) -> Cost {
    let (read, written) = bytes();
    let busy_before = busy();
    let started = Instant::now();
    work();
    let time = started.elapsed();
    let busy = busy().saturating_sub(busy_before);
    let (read_then, written_then) = bytes();
    Cost {
        time,
        busy,
        read: (read_then - read) / PAGE,
        written: (written_then - written) / FRAME,
    }
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

/// What this program has read and written so far, in bytes.
fn bytes() -> (u64, u64) {
    let io = std::fs::read_to_string("/proc/self/io").expect("it runs on Linux");
    (number(&io, "rchar:"), number(&io, "wchar:"))
}

/// How long the threads that write have been busy, waiting for the disk or the processor apart.
fn busy() -> Duration {
    let threads = std::fs::read_dir("/proc/self/task").expect("it runs on Linux");
    let folders = threads.map(|thread| thread.expect("a thread has a folder").path());
    let of_writers = folders.filter(|folder| {
        std::fs::read_to_string(folder.join("comm")).is_ok_and(|name| name.trim() == "store-writer")
    });
    let nanoseconds = of_writers.map(|folder| {
        let times = std::fs::read_to_string(folder.join("schedstat")).unwrap_or_default();
        let first = times
            .split_whitespace()
            .next()
            .and_then(|time| time.parse().ok());
        first.unwrap_or(0)
    });
    Duration::from_nanos(nanoseconds.sum())
}

/// What this program holds in memory, in KiB.
fn memory_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("it runs on Linux");
    number(&status, "VmRSS:")
}

fn number(text: &str, name: &str) -> u64 {
    text.lines()
        .find_map(|line| line.strip_prefix(name))
        .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .expect("the kernel tells it")
}
