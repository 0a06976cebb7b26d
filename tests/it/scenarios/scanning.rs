//! A virus scanner that is away, or cannot judge a file.

use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use hushdesk::domain::settings::WhenDown;
use hushdesk::sandbox::content::{self, Piece};
use hushdesk::work::clamd::{Scan, Scanned};

use super::carrying::open_ticket;
use super::pacing::{reads_everything, unlimited};
use crate::harness::{Reads, Setup, bot_test_with};

/// A scanner that can be away, and cannot judge files that say so.
#[derive(Default)]
struct Scanner {
    is_down: AtomicBool,
}

impl Scan for Scanner {
    fn scan<'a>(
        &'a self,
        file: &'a Path,
    ) -> Pin<Box<dyn Future<Output = std::io::Result<Scanned>> + Send + 'a>> {
        let found = if self.is_down.load(Ordering::Relaxed) {
            Err(std::io::ErrorKind::ConnectionRefused.into())
        } else {
            std::fs::read(file).map(|bytes| match bytes.starts_with(b"huge") {
                true => Scanned::Unjudged,
                false => Scanned::Clean,
            })
        };
        Box::pin(std::future::ready(found))
    }
}

fn scanning() -> (Setup, Arc<Scanner>) {
    let scanner = Arc::new(Scanner::default());
    let setup = Setup {
        scanner: Some(scanner.clone()),
        when_scanner_is_down: WhenDown::Wait,
        ..Setup::default()
    };
    (setup, scanner)
}

fn paper(name: &str, bytes: &[u8]) -> Piece {
    Piece {
        content: content::document(name, "notes.txt", "text/plain", name),
        files: vec![(format!("document-{name}"), bytes.to_vec().into())],
    }
}

#[test]
fn a_file_that_the_scanner_cannot_judge_is_withheld_and_holds_nobody_up() {
    let (setup, _scanner) = scanning();
    bot_test_with(setup, |t| {
        open_ticket(t);
        t.client("ann")
            .sends(paper("mine", b"huge"))
            .says("and on we go");
        t.pass(Duration::from_secs(60));
        t.client("ann")
            .expect_part("could not be checked for viruses");
        t.topic("ann").expect_part("cannot check it");
        t.topic("ann").expect("mine");
        t.topic("ann").expect("and on we go");
        let message = t.agent("sam").sends_in("ann", paper("ours", b"huge"));
        t.pass(Duration::from_secs(60));
        t.topic("ann").expect_part("cannot check it");
        t.topic("ann").expect_mark(message, "💔");
        t.client("ann").expect("Live Support: ours");
    });
}

/// A scanner that counts how many files it has before it at once.
#[derive(Default)]
struct Counting {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Scan for Counting {
    fn scan<'a>(
        &'a self,
        _file: &'a Path,
    ) -> Pin<Box<dyn Future<Output = std::io::Result<Scanned>> + Send + 'a>> {
        Box::pin(async {
            let now = self.now.fetch_add(1, Ordering::Relaxed) + 1;
            self.most.fetch_max(now, Ordering::Relaxed);
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
            self.now.fetch_sub(1, Ordering::Relaxed);
            Ok(Scanned::Clean)
        })
    }
}

#[test]
fn two_files_at_most_are_worked_on_at_once() {
    let scanner = Arc::new(Counting::default());
    let setup = Setup {
        scanner: Some(scanner.clone()),
        ..Setup::default()
    };
    bot_test_with(setup, |t| {
        open_ticket(t);
        for name in ["a", "b", "c", "d", "e"] {
            t.client("ann").drops(paper(name, b"good"), None);
        }
        t.rest();
        for name in ["a", "b", "c", "d", "e"] {
            t.topic("ann").expect(name);
        }
    });
    assert_eq!(scanner.most.load(Ordering::Relaxed), 2);
}

#[test]
fn files_wait_while_those_on_their_way_take_all_the_room() {
    let (setup, _scanner) = scanning();
    bot_test_with(setup, |t| {
        open_ticket(t);
        let full = std::fs::File::create(t.spool().join("job-999.clean")).expect("it can be made");
        full.set_len(1024 * 1024 * 1024).expect("it takes no room");
        t.client("ann").sends(paper("mine", b"good"));
        t.pass(Duration::from_secs(15));
        assert!(t.topic("ann").try_next().is_none(), "there is no room");
        // What nobody needs is removed once a minute.
        t.pass(Duration::from_secs(90));
        t.topic("ann").expect("mine");
    });
}

/// Their places in the queue are no posts that wait for the group.
#[test]
fn files_that_wait_for_the_scanner_put_nobody_in_the_queue() {
    let (setup, scanner) = scanning();
    let setup = Setup {
        limits: unlimited(),
        ..setup
    };
    bot_test_with(setup, |t| {
        open_ticket(t);
        scanner.is_down.store(true, Ordering::Relaxed);
        for number in 0..110 {
            let name = format!("paper{number}");
            t.client("ann").drops(paper(&name, b"good"), None);
        }
        t.pass(Duration::from_secs(60));
        reads_everything(t);
        t.client("bob").says("hi");
        t.client("bob").expect_part("assist you shortly");
        t.client("ann").says("and a word").expect_nothing();
        scanner.is_down.store(false, Ordering::Relaxed);
        t.rest();
        reads_everything(t);
    });
}

#[test]
fn a_scanner_that_is_away_is_told_once_and_so_is_every_file_that_waits() {
    let (setup, scanner) = scanning();
    bot_test_with(setup, |t| {
        open_ticket(t);
        scanner.is_down.store(true, Ordering::Relaxed);
        t.client("ann")
            .sends(paper("mine", b"good"))
            .says("and a word");
        t.pass(Duration::from_secs(300));
        t.general().expect_part("The virus scanner does not answer");
        t.topic("ann").expect_part("A file waits here");
        let message = t.agent("sam").sends_in("ann", paper("ours", b"good"));
        t.pass(Duration::from_secs(300));
        t.topic("ann").expect_part("A file waits here");
        assert!(t.topic("ann").try_next().is_none(), "all of it waits");
        t.client("ann").expect_nothing();
        scanner.is_down.store(false, Ordering::Relaxed);
        t.rest();
        t.topic("ann").expect("mine");
        t.topic("ann").expect("and a word");
        t.client("ann").expect("Live Support: ours");
        t.topic("ann").expect_mark(message, "👌");
        // When it goes away once more, that is news.
        scanner.is_down.store(true, Ordering::Relaxed);
        t.client("ann").sends(paper("more", b"good"));
        t.pass(Duration::from_secs(30));
        t.general().expect_part("The virus scanner does not answer");
        t.topic("ann").expect_part("A file waits here");
        scanner.is_down.store(false, Ordering::Relaxed);
        t.rest();
        t.topic("ann").expect("more");
    });
}
