//! How fast texts go through the real program, how long one takes, how soon it is back after a
//! restart, and how much memory it needs. Beside each figure stands its floor: a bare loop with the
//! same HTTP client and no database, measured in the same run against the same peer.
//!
//! `cargo bench --bench relay`. Bot, floor and sandbox are processes of their own, which talk over
//! HTTP on 127.0.0.1; this program plays all parts but the bot's.

mod bot;
mod fill;
mod floor;
mod peer;
mod table;

use std::time::{Duration, Instant};

use bot::{Bot, Running};
use peer::Peer;
use table::Table;

/// Clients, each with a ticket that is open before anything is measured.
const CLIENTS: usize = 200;
/// Texts that wait at Telegram when the bot starts.
const TEXTS: usize = 5_000;
/// How often the throughput is measured; the median counts.
const ROUNDS: usize = 5;
/// Texts of the closed loop: each is sent when the one before stands in its topic.
const LATENCY_TEXTS: usize = 1_000;
/// Restarts on each database; the median counts.
const RESTARTS: usize = 9;
/// Rows of each kind in the large database.
const STORED_MESSAGES: u32 = 1_000_000;
/// Without work for this long a program counts as idle.
const IDLE_AFTER: Duration = Duration::from_secs(2);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["sandbox"] => peer::serve(),
        ["floor", url, group, threads] => floor::run(url, group, threads),
        _ => measure(),
    }
}

fn measure() {
    let mut peer = Peer::start();
    let mut table = Table::default();
    let bot = Bot::new(&peer);
    table.machine();

    let idle = open_tickets(&mut peer, &bot);
    let threads = peer.ask("topics");
    let floor = || floor::start(&bot.url, &bot.group, &threads);

    let mut loaded = Vec::new();
    let mut floor_rates = Vec::new();
    let mut rates = Vec::new();
    for _ in 0..ROUNDS {
        let (rate, memory) = burst(&mut peer, || bot.start());
        rates.push(rate);
        loaded.push(memory);
        floor_rates.push(burst(&mut peer, floor).0);
    }
    table.throughput("small database", &rates, &floor_rates);

    let latency = closed_loop(&mut peer, || bot.start());
    table.latency(latency, closed_loop(&mut peer, floor));

    let floor_restart = restarts(&mut peer, floor);
    table.restart(
        "new database",
        restarts(&mut peer, || bot.start_fresh()),
        floor_restart,
        200,
    );
    let filled = fill::fill(&bot, STORED_MESSAGES);
    table.restart(
        "1,000,000 messages",
        restarts(&mut peer, || bot.start()),
        floor_restart,
        1_000,
    );
    println!("the large database: {filled}");
    let rates: Vec<f64> = (0..ROUNDS)
        .map(|_| burst(&mut peer, || bot.start()).0)
        .collect();
    table.throughput("1,000,000 messages", &rates, &floor_rates);

    let floor_idle = {
        let running = floor();
        std::thread::sleep(IDLE_AFTER);
        running.memory_kib()
    };
    table.memory(idle, &loaded, floor_idle);
    table.print();
}

/// The first text of each client opens a ticket. What an idle bot needs in memory is measured on
/// the way.
fn open_tickets(peer: &mut Peer, bot: &Bot) -> u64 {
    peer.ask("reset");
    let running = bot.start();
    peer.ask("poll");
    std::thread::sleep(IDLE_AFTER);
    let idle = running.memory_kib();
    peer.ask(&format!("people {CLIENTS}"));
    peer.ask(&format!("burst {CLIENTS}"));
    peer.ask(&format!("wait {CLIENTS}"));
    bot.wait_until_drained();
    running.stop();
    idle
}

/// Texts a second, from the start of the program until all that waited stand in their topics, and
/// its memory then.
fn burst(peer: &mut Peer, start: impl Fn() -> Running) -> (f64, u64) {
    let before = peer.posts();
    peer.ask(&format!("burst {TEXTS}"));
    peer.ask("reset");
    let started = Instant::now();
    let running = start();
    peer.ask(&format!("wait {TEXTS}"));
    let took = started.elapsed();
    std::thread::sleep(IDLE_AFTER);
    let memory = running.memory_kib();
    running.stop();
    assert_eq!(peer.posts() - before, TEXTS, "each text stands there once");
    (TEXTS as f64 / took.as_secs_f64(), memory)
}

/// The median and the 99th percentile of a text's way from the client into the topic.
fn closed_loop(peer: &mut Peer, start: impl Fn() -> Running) -> (Duration, Duration) {
    peer.ask("reset");
    let running = start();
    peer.ask("poll");
    let answer = peer.ask(&format!("latency {LATENCY_TEXTS}"));
    running.stop();
    let micros: Vec<u64> = answer
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect();
    (
        Duration::from_micros(micros[0]),
        Duration::from_micros(micros[1]),
    )
}

/// From the start of the program until its first `getUpdates` arrives.
fn restarts(peer: &mut Peer, start: impl Fn() -> Running) -> Duration {
    let mut times: Vec<Duration> = (0..RESTARTS)
        .map(|_| {
            peer.ask("reset");
            let started = Instant::now();
            let running = start();
            peer.ask("poll");
            let took = started.elapsed();
            running.stop();
            took
        })
        .collect();
    times.sort();
    times[times.len() / 2]
}
