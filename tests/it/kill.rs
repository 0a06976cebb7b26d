//! `kill -9` at any moment loses nothing (P2), shows nothing twice without a word (P3), and keeps
//! order, topics and tickets (P4, P5): the real program over HTTP, killed over and over while both
//! sides write.

mod ledger;
mod traffic;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use hushdesk::sandbox::{CallInfo, Fault, Sandbox};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::program::{Desk, now_ms, wait_until};
use ledger::Ledger;
use traffic::Traffic;

/// Decides what is written when, how slow each answer is, and when the program is killed. The
/// variable `KILL_SEED` wins over it.
const SEED: u64 = 20_261_121;
const CLIENTS: i64 = 8;
/// Texts of each client, and of the agents in each topic.
const TEXTS_EACH: u32 = 40;
const KILLS: u32 = 24;
/// The latest moment of a kill after its start.
const RUN_MAX: Duration = Duration::from_millis(700);
/// A run that is to be killed at a call it never comes to ends here.
const CALL_WITHIN: Duration = Duration::from_millis(1_500);
/// A topic whose creation never reached Telegram is made again after 60 s of healthy polling: the
/// one thing here that takes long, and only if a kill hits that very gap.
const DRAINED_WITHIN: Duration = Duration::from_secs(120);

/// When a run ends.
enum Moment {
    /// So long after its start.
    After(Duration),
    /// While its nth call is being answered.
    AtCall(i64),
}

#[test]
fn kill_dash_nine_at_any_moment_loses_nothing() {
    let seed = std::env::var("KILL_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(SEED);
    let mut random = StdRng::seed_from_u64(seed);
    let desk = Desk::new();
    let trap = Trap::set(desk.sandbox(), random.random());
    let mut traffic = Traffic::new(&desk, CLIENTS, TEXTS_EACH, random.random());
    let share = traffic.len() / KILLS;
    let mut kills = Vec::new();
    for _ in 0..KILLS {
        // Half of it waits when the program starts, half comes while it runs.
        traffic.write(share / 2);
        let moment = if random.random_bool(0.5) {
            Moment::After(random.random_range(Duration::from_millis(5)..RUN_MAX))
        } else {
            Moment::AtCall(random.random_range(1..=60))
        };
        run_until(&moment, &desk, &trap, &mut traffic, share - share / 2);
        kills.push(now_ms());
    }

    trap.remove(desk.sandbox());
    let mut program = desk.start();
    let drained = wait_until(DRAINED_WITHIN, || {
        traffic.write(u32::MAX);
        traffic.is_written() && is_drained(&desk)
    });
    program.terminate();
    let code = program.exit_code(Duration::from_secs(30));
    let ledger = Ledger {
        desk: &desk,
        traffic: &traffic,
        kills: &kills,
    };
    let (complaints, repetitions) = (ledger.complaints(), ledger.repetitions());
    println!("seed {seed}, {KILLS} kills, {repetitions} repetitions");
    assert!(
        drained && code == Some(0) && complaints.is_empty(),
        "drained: {drained}, exit code: {code:?}\n{}\n\nthe program's log:\n{}",
        complaints.join("\n"),
        program.log(),
    );
    assert!(repetitions > 0, "no kill met a call under way");
}

/// One life of the program, with some traffic spread over it.
fn run_until(moment: &Moment, desk: &Desk, trap: &Trap, traffic: &mut Traffic<'_>, texts: u32) {
    let (limit, call) = match *moment {
        Moment::After(limit) => (limit, i64::MAX),
        Moment::AtCall(number) => (CALL_WITHIN, number),
    };
    let rung = trap.arm(call);
    let started = Instant::now();
    let program = desk.start();
    let step = RUN_MAX / (texts + 1);
    loop {
        let left = limit.saturating_sub(started.elapsed());
        if left.is_zero() || rung.recv_timeout(left.min(step)).is_ok() {
            break;
        }
        traffic.write(1);
    }
    program.kill();
}

/// Whether all that was written has been dealt with, as far as Telegram and the program's own
/// database know.
fn is_drained(desk: &Desk) -> bool {
    let waiting = "SELECT (SELECT count(*) FROM inbox WHERE state = 'pending') \
                   + (SELECT count(*) FROM outbox WHERE finished_at IS NULL AND purpose <> 'title')";
    desk.sandbox()
        .pending_updates(crate::program::TOKEN)
        .is_empty()
        && desk.number(waiting) == 0
}

/// The network of the test: answers that take their time, so that kills meet calls under way, and
/// some that are never given. It also rings at the call at which the program is to be killed.
struct Trap {
    calls_left: Arc<AtomicI64>,
    bell: Arc<std::sync::Mutex<Option<std::sync::mpsc::Sender<()>>>>,
}

impl Trap {
    fn set(sandbox: &Sandbox, seed: u64) -> Trap {
        let trap = Trap {
            calls_left: Arc::new(AtomicI64::new(i64::MAX)),
            bell: Arc::default(),
        };
        let (calls_left, bell) = (Arc::clone(&trap.calls_left), Arc::clone(&trap.bell));
        let mut random = StdRng::seed_from_u64(seed);
        sandbox.set_fault_hook(Box::new(move |call| {
            if call.method == "getUpdates" {
                return None;
            }
            if calls_left.fetch_sub(1, Ordering::Relaxed) == 1
                && let Ok(mut bell) = bell.lock()
                && let Some(bell) = bell.take()
            {
                // Nobody listens if the time of this run is over.
                let _ = bell.send(());
            }
            fault(call, &mut random)
        }));
        trap
    }

    /// Rings at the `number`th call from here.
    fn arm(&self, number: i64) -> Receiver<()> {
        let (bell, rung) = channel();
        if let Ok(mut place) = self.bell.lock() {
            *place = Some(bell);
        }
        self.calls_left.store(number, Ordering::Relaxed);
        rung
    }

    fn remove(self, sandbox: &Sandbox) {
        sandbox.clear_faults();
    }
}

/// Never a call that hangs outside the calls that carry something: a start that hangs in `getMe`
/// would only make a run without traffic of it.
fn fault(call: &CallInfo<'_>, random: &mut StdRng) -> Option<Fault> {
    let carries = matches!(
        call.method,
        "sendMessage" | "copyMessage" | "setMessageReaction"
    );
    match random.random_range(0..100) {
        0..3 if carries => Some(Fault::Hang),
        3..70 => Some(Fault::Slow {
            ms: random.random_range(1..40),
        }),
        _ => None,
    }
}
