//! Three desk-hours at three times the group's budget, in model time: nothing sleeps. Many clients
//! write in bursts, agents answer and close, and what was promised about pacing is measured.

mod chart;
mod figures;

use std::collections::BTreeMap;
use std::time::Duration;

use hushdesk::domain::settings::{Flood, Limits};
use hushdesk::sandbox::{Settings, content};

use crate::harness::{Dice, START_MS, Scenario, Setup, quiet_log};
use figures::{Figures, Sample};

const HOURS: i64 = 3;
const MINUTE_MS: i64 = 60_000;
/// What Telegram bears in a minute; the desk knows it, or believes in more.
const BUDGET: u32 = 20;
/// Posts that everything written in a minute would take, each by itself: three budgets.
const NEW_TICKETS_PER_MINUTE: u64 = 4;
const TEXTS_PER_MINUTE: u64 = 46;
const REPLIES_PER_MINUTE: u64 = 4;
const CLOSES_PER_MINUTE: u64 = 3;
const CLIENTS: usize = 150;

/// What was written: when, by whom to whom, and in which order.
#[derive(Default)]
struct Written {
    /// By number: when, and the client.
    by_clients: Vec<(i64, usize)>,
    by_agents: Vec<(i64, usize)>,
    /// The first text of each ticket.
    openings: Vec<usize>,
}

struct Desk {
    scenario: Scenario,
    dice: Dice,
    users: Vec<i64>,
    /// Clients with a ticket that is open as far as they know.
    open: Vec<usize>,
    written: Written,
    samples: Vec<Sample>,
    texts_per_minute: u64,
}

impl Desk {
    fn new(flood: Flood) -> (Self, tracing::subscriber::DefaultGuard) {
        Self::with_voices(flood, 0, true)
    }

    /// A desk with further bots, which Telegram counts with the main one or not.
    fn with_voices(
        flood: Flood,
        voices: usize,
        together: bool,
    ) -> (Self, tracing::subscriber::DefaultGuard) {
        let (captured, guard) = quiet_log();
        let mut sandbox = Settings {
            busy_loop_guard: false,
            keep_versions: false,
            call_log_capacity: 200_000,
            // What Telegram hides of small floods is what the bots are learnt from.
            absorb_ms: if voices > 0 { 8_000 } else { 0 },
            ..Settings::default()
        };
        sandbox.unconfirmed.groups_count_bots_together = together;
        // Whether Telegram counts reactions is not published; hushdesk does, so that it is right either way.
        sandbox.unconfirmed.reactions_count = true;
        let setup = Setup {
            voices,
            limits: Limits {
                tickets_per_day: 0,
                messages_per_hour: 0,
                burst: 0,
                messages_per_second: 0,
            },
            flood,
            sandbox,
            ..Setup::default()
        };
        let mut scenario = Scenario::new(setup, captured);
        scenario.agent("sam");
        let names = (0..CLIENTS).map(|number| format!("c{number}"));
        let users = names.map(|name| scenario.person(&name)).collect();
        scenario.run();
        let desk = Desk {
            scenario,
            dice: Dice::new(7),
            users,
            open: Vec::new(),
            written: Written::default(),
            samples: Vec::new(),
            // Three budgets, of however many bots.
            texts_per_minute: TEXTS_PER_MINUTE * (1 + u64::from(!together)),
        };
        (desk, guard)
    }

    fn play(&mut self) {
        let end = START_MS + HOURS * 60 * MINUTE_MS;
        while self.scenario.now() < end {
            let minute = self.scenario.now() / MINUTE_MS;
            self.minute();
            let now = self.scenario.now();
            self.scenario.pass(Duration::from_millis(
                u64::try_from(((minute + 1) * MINUTE_MS - now).max(1)).expect("ahead"),
            ));
            self.sample();
        }
        while self.waiting() > 0 {
            self.scenario.pass(Duration::from_secs(60));
            self.sample();
        }
        self.scenario.rest();
    }

    /// What happens in a minute, in random order and at random times.
    fn minute(&mut self) {
        let start = self.scenario.now();
        let mut doings: Vec<(u64, u8)> = Vec::new();
        for (kind, count) in [
            NEW_TICKETS_PER_MINUTE,
            self.texts_per_minute,
            REPLIES_PER_MINUTE,
            CLOSES_PER_MINUTE,
        ]
        .into_iter()
        .enumerate()
        {
            let kind = u8::try_from(kind).expect("four kinds");
            let mut left = count;
            while left > 0 {
                // Texts come in bursts of up to five from one client.
                let burst = if kind == 1 {
                    1 + self.dice.below(5).min(left - 1)
                } else {
                    1
                };
                doings.push((
                    self.dice.below(58_000),
                    kind * 16 + u8::try_from(burst).expect("small"),
                ));
                left -= burst;
            }
        }
        doings.sort_unstable();
        let mut threads = self.threads();
        for (at, doing) in doings {
            let at = start + i64::try_from(at).expect("within a minute");
            let ahead = u64::try_from((at - self.scenario.now()).max(0)).expect("ahead");
            if ahead > 0 {
                self.scenario.pass(Duration::from_millis(ahead));
            }
            match doing / 16 {
                0 => self.opens(),
                1 => self.writes(doing % 16),
                2 => self.answers(&threads),
                _ => self.closes(&mut threads),
            }
        }
    }

    fn client_sends(&mut self, client: usize) {
        let number = self.written.by_clients.len();
        let now = self.scenario.now();
        let user = self.users[client];
        let text = content::text(&format!("[w{number}] where is my order?"));
        let sent = self
            .scenario
            .sandbox
            .person_sends(user, user, None, text, None, now);
        sent.expect("a client may write");
        self.written.by_clients.push((now, client));
    }

    fn opens(&mut self) {
        let Some(client) = (0..CLIENTS).find(|client| !self.open.contains(client)) else {
            return;
        };
        self.open.push(client);
        self.written.openings.push(self.written.by_clients.len());
        self.client_sends(client);
    }

    fn writes(&mut self, burst: u8) {
        let Some(client) = self.any_open() else {
            return;
        };
        for _ in 0..burst {
            self.client_sends(client);
        }
    }

    fn any_open(&self) -> Option<usize> {
        let count = u64::try_from(self.open.len()).expect("few");
        let index = usize::try_from(self.dice.below(count.max(1))).expect("few");
        self.open.get(index).copied()
    }

    fn answers(&mut self, threads: &BTreeMap<i64, i64>) {
        let Some(client) = self.any_open() else {
            return;
        };
        let number = self.written.by_agents.len();
        if self.sam_writes(threads, client, &format!("[a{number}] it is on its way")) {
            self.written.by_agents.push((self.scenario.now(), client));
        }
    }

    fn closes(&mut self, threads: &mut BTreeMap<i64, i64>) {
        // The oldest: its talk has ended.
        if self.open.len() < 40 {
            return;
        }
        let client = self.open[0];
        if self.sam_writes(threads, client, "/close") {
            self.open.remove(0);
            threads.remove(&self.users[client]);
        }
    }

    fn sam_writes(&mut self, threads: &BTreeMap<i64, i64>, client: usize, text: &str) -> bool {
        let Some(thread) = threads.get(&self.users[client]).copied() else {
            return false;
        };
        let (sam, group, now) = (
            self.scenario.person("sam"),
            self.scenario.group,
            self.scenario.now(),
        );
        let text = content::text(text);
        let sent = self
            .scenario
            .sandbox
            .person_sends(sam, group, Some(thread), text, None, now);
        sent.is_ok()
    }

    /// The live topics of open tickets, by their client's account.
    fn threads(&self) -> BTreeMap<i64, i64> {
        self.scenario.database(|db| {
            let mut statement = db
                .prepare(
                    "SELECT telegram_user_id, thread_id FROM tickets JOIN clients ON clients.id = client_id \
                     JOIN topics ON ticket_id = tickets.id WHERE tickets.state <> 'closed' AND thread_id IS NOT NULL",
                )
                .expect("it fits the schema");
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
            let rows = rows.expect("it runs");
            rows.collect::<Result<_, _>>().expect("numbers")
        })
    }

    fn waiting(&self) -> u32 {
        let waiting = "SELECT count(*) FROM outbox WHERE finished_at IS NULL AND budget = 'desk'";
        self.scenario
            .database(|db| db.query_row(waiting, [], |row| row.get(0)))
            .expect("it fits the schema")
    }

    fn sample(&mut self) {
        let sample = Sample {
            minute: (self.scenario.now() - START_MS) / MINUTE_MS,
            waiting: self.waiting(),
        };
        self.samples.push(sample);
    }
}

#[test]
fn three_hours_at_three_times_the_budget() {
    let (mut desk, _guard) = Desk::new(Setup::default().flood);
    desk.play();
    let figures = Figures::of(&desk.scenario, &desk.users, &desk.written, &desk.samples);
    eprintln!("{}", figures.in_words());
    assert_eq!(
        figures.floods, 0,
        "with limits that are known there is no flood"
    );
    let allowed = u32::try_from(HOURS).expect("few") * 60 * BUDGET;
    assert!(
        figures.calls_in_hours * 100 >= allowed * 95,
        "{} of {allowed} calls",
        figures.calls_in_hours
    );
    figures.check_promises();
    if std::env::var("HUSHDESK_WRITE_DOCS").is_ok_and(|value| value == "1") {
        chart::draw(&figures);
    }
    assert!(
        figures.demand_per_minute >= 3 * BUDGET,
        "{} wanted",
        figures.demand_per_minute
    );
}

#[test]
fn three_hours_with_limits_that_nobody_knows() {
    let (mut desk, _guard) = Desk::new(Flood {
        group_calls_per_minute: 3 * BUDGET,
        ..Setup::default().flood
    });
    desk.play();
    let figures = Figures::of(&desk.scenario, &desk.users, &desk.written, &desk.samples);
    eprintln!("{}", figures.in_words());
    figures.check_promises();
    assert!(figures.floods > 0, "a flood is what teaches the limit");
    let allowed = u32::try_from(HOURS).expect("few") * 60 * BUDGET;
    assert!(
        figures.calls_in_hours * 100 >= allowed * 90,
        "{} of {allowed} calls",
        figures.calls_in_hours
    );
}

/// What two bots came to, and how many floods there were.
fn three_hours_of_two_bots(together: bool) -> Figures {
    let (mut desk, _guard) = Desk::with_voices(Setup::default().flood, 1, together);
    desk.play();
    let figures = Figures::of(&desk.scenario, &desk.users, &desk.written, &desk.samples);
    eprintln!("{}", figures.in_words());
    figures.check_promises();
    figures
}

#[test]
fn three_hours_of_two_bots_that_are_counted_apart() {
    let figures = three_hours_of_two_bots(false);
    assert_eq!(figures.floods, 0);
    let of_one_bot = u32::try_from(HOURS).expect("few") * 60 * BUDGET;
    assert!(
        figures.calls_in_hours * 10 >= of_one_bot * 19,
        "{} calls, where one bot makes {of_one_bot}",
        figures.calls_in_hours
    );
}

#[test]
fn three_hours_of_two_bots_that_are_counted_together() {
    let figures = three_hours_of_two_bots(true);
    assert_eq!(figures.floods, 0);
    let allowed = u32::try_from(HOURS).expect("few") * 60 * BUDGET;
    assert!(
        figures.calls_in_hours * 100 >= allowed * 95,
        "{} of {allowed} calls",
        figures.calls_in_hours
    );
}
