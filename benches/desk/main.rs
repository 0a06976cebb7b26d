//! What one transaction of the desk costs with 1,000,000 messages and 100,000 tickets stored, kind by kind.
//!
//! `cargo bench --bench desk`. In process, with the real store on a disk (`synchronous = FULL`); each
//! transaction stands alone. The floor, measured in turn with them, is a commit that writes one row. Fails
//! where the 95th of a hundred takes longer than 10 ms.

mod fill;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hushdesk::clock::{Clock, SystemClock};
use hushdesk::desk::{self, Cause, Desk, Moment};
use hushdesk::domain::content::Content;
use hushdesk::domain::event::{
    AgentCommand, AgentMessage, AgentWord, ClientMessage, Event, Names, Timer,
};
use hushdesk::domain::ids::{
    BotId, ChatId, InboxId, MessageId, ThreadId, TicketId, TimerId, UserId,
};
use hushdesk::domain::settings::{Agents, Assignment, Limits, Sla, Targets, TicketRules};
use hushdesk::domain::time::Timestamp;
use hushdesk::entropy::SystemEntropy;
use hushdesk::store::{Db, Error, Options, Store, facts};
use hushdesk::texts::Texts;

use fill::{AGENTS, FIRST_AGENT, FIRST_CLIENT, FIRST_OPEN, FIRST_SILENT, GROUP, OPEN, THREADS};

/// Of each kind so many; the 95th of a hundred counts.
const EACH: u32 = 200;
/// The silent ones were opened ten minutes before they were filled in, and some minutes of measuring go by: over
/// in each, and not by so much that somebody else is given the ticket.
const PROMISED: Duration = Duration::from_secs(595);
const TARGET: Duration = Duration::from_millis(10);

/// One kind of transaction: what it is called, and the event that its n-th one is about.
type Kind = (&'static str, fn(&Bench, u32) -> Event);

const KINDS: [Kind; 17] = [
    ("a text of a client", |b, n| b.client_writes(b.client(n))),
    ("a client's first text: a new ticket", |b, n| {
        b.client_writes(UserId(900_000_000 + i64::from(n)))
    }),
    ("an agent's answer", |b, n| {
        Event::AgentWrote(b.in_topic(n, "it is on its way"))
    }),
    ("/claim", |b, n| b.command(n, AgentWord::Claim, "")),
    ("/unclaim", |b, n| b.command(n, AgentWord::Unclaim, "")),
    ("/next", |b, n| b.in_general(n, AgentWord::Next)),
    ("/escalate", |b, n| {
        b.command(n, AgentWord::Escalate, "it burns")
    }),
    ("/transfer level 2", |b, n| {
        b.command(n, AgentWord::Transfer, "level 2")
    }),
    ("/queue", |b, n| b.in_general(n, AgentWord::Queue)),
    ("/mine", |b, n| b.in_general(n, AgentWord::Mine)),
    ("/agents", |b, n| b.in_general(n, AgentWord::Agents)),
    ("/audit, a page", |b, n| b.command(n, AgentWord::Audit, "")),
    ("/why", |b, n| b.command(n, AgentWord::Why, "")),
    ("the dashboard", |_, _| Event::TimerRang(Timer::Dashboard)),
    ("a promised time", |_, n| {
        Event::TimerRang(Timer::SlaDue { ticket: silent(n) })
    }),
    ("auto-close", |_, n| {
        Event::TimerRang(Timer::AutoClose { ticket: silent(n) })
    }),
    ("/close", |b, n| b.command(n, AgentWord::Close, "solved")),
];

/// Each of them once.
fn silent(number: u32) -> TicketId {
    const { assert!(EACH <= OPEN / 2, "there is one for each") };
    TicketId(FIRST_SILENT + i64::from(number))
}

struct Bench {
    desk: Desk,
    store: Store,
    runtime: tokio::runtime::Runtime,
    /// Counts updates, messages and timers of this run.
    number: std::cell::Cell<i64>,
}

fn main() -> ExitCode {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("the build has a folder");
    let path = folder.path().join("desk.db");
    open_store(&path).close();
    let filled = fill::fill(&path);
    println!("{filled}\n");
    let bench = Bench::new(&path);
    println!("| transaction | p50 | p95 | longest |");
    println!("|---|---|---|---|");
    let mut floor = Vec::new();
    let mut slow = Vec::new();
    for (name, event) in KINDS {
        let mut took = Vec::new();
        for number in 0..EACH {
            took.push(bench.apply(event(&bench, number)));
            if number % 10 == 0 {
                floor.push(bench.bare_commit(number));
            }
        }
        if row(name, &mut took) > TARGET {
            slow.push(name);
        }
    }
    row("the floor: a commit of one row", &mut floor);
    bench.did_all_of(
        "SELECT count(DISTINCT ticket_id) FROM sla_steps WHERE step = 'breach' AND ticket_id >= ?1",
    );
    bench.did_all_of("SELECT count(*) FROM tickets WHERE closed_by = 'timer' AND id >= ?1");
    println!("\nover {TARGET:?}: {slow:?}");
    bench.store.close();
    if slow.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Prints a line of the table. The 95th of a hundred.
fn row(name: &str, took: &mut [Duration]) -> Duration {
    took.sort_unstable();
    let percentile = |percent: usize| took[(took.len() * percent).div_ceil(100) - 1];
    let shown = |time: Duration| format!("{:.2} ms", time.as_secs_f64() * 1000.0);
    let (p50, p95, longest) = (percentile(50), percentile(95), percentile(100));
    println!(
        "| {name} | {} | {} | {} |",
        shown(p50),
        shown(p95),
        shown(longest)
    );
    p95
}

fn open_store(path: &Path) -> Store {
    let options = Options {
        path: path.to_owned(),
        readers: 1,
        bot: BotId(1),
    };
    Store::open(&options, SystemClock.now()).expect("the database opens")
}

impl Bench {
    fn new(path: &Path) -> Self {
        let store = open_store(path);
        let settings = desk::Settings {
            agents: Agents {
                assignment: Assignment::Auto,
                ..Agents::default()
            },
            tickets: TicketRules::default(),
            sla: Sla {
                first_response: Targets {
                    medium: Some(PROMISED),
                    ..Targets::default()
                },
                ..Sla::default()
            },
            dashboard_every: Some(Duration::from_secs(30)),
            limits: Limits {
                tickets_per_day: 0,
                messages_per_hour: 0,
                burst: 0,
                messages_per_second: 0,
            },
            ..desk::Settings::of(ChatId(GROUP))
        };
        Bench {
            desk: Desk::new(settings, Texts::new(), Arc::new(SystemEntropy), None),
            store,
            runtime: tokio::runtime::Builder::new_current_thread()
                .build()
                .expect("a runtime can be made"),
            number: std::cell::Cell::new(100_000_000),
        }
    }

    fn next(&self) -> i64 {
        self.number.set(self.number.get() + 1);
        self.number.get()
    }

    fn apply(&self, event: Event) -> Duration {
        let number = self.next();
        let cause = if matches!(event, Event::TimerRang(_)) {
            Cause::Timer(TimerId(number))
        } else {
            Cause::Update(InboxId(number))
        };
        let desk = self.desk.clone();
        let moment = Moment {
            now: SystemClock.now(),
            polling_since: Some(Timestamp::from_millis(0)),
        };
        self.timed(move |db| desk.apply(db, moment, cause, event))
    }

    fn bare_commit(&self, number: u32) -> Duration {
        self.timed(move |db| facts::set(db, "bench", &number.to_string()))
    }

    fn timed(&self, work: impl FnOnce(&Db) -> Result<(), Error> + Send + 'static) -> Duration {
        let started = Instant::now();
        let done = self.runtime.block_on(self.store.writer.run(work));
        done.expect("the desk can do it");
        started.elapsed()
    }

    /// What has nothing to do costs nothing: each time there was something.
    fn did_all_of(&self, counted: &'static str) {
        let counting = self.store.writer.run(move |db| {
            let count = db.query_row(counted, [FIRST_SILENT], |row| row.get::<_, u32>(0))?;
            Ok(count)
        });
        let count: Result<u32, Error> = self.runtime.block_on(counting);
        assert_eq!(count.expect("it counts"), EACH, "{counted}");
    }

    fn client(&self, number: u32) -> UserId {
        UserId(FIRST_CLIENT + i64::from(number % OPEN))
    }

    fn client_writes(&self, from: UserId) -> Event {
        Event::ClientWrote(ClientMessage {
            from,
            language: None,
            message: MessageId(self.next()),
            date: SystemClock.now(),
            content: Content::text("My order has not arrived yet, can you look into it?"),
            reply_to: None,
            quote: None,
            album: None,
        })
    }

    fn message(&self, number: u32, thread: Option<ThreadId>, text: &str) -> AgentMessage {
        AgentMessage {
            chat: ChatId(GROUP),
            thread,
            from: Some(UserId(FIRST_AGENT + i64::from(number % AGENTS))),
            names: Names(vec!["Agent".to_owned()]),
            message: MessageId(self.next()),
            date: SystemClock.now(),
            content: Content::text(text),
            reply_to: None,
            quote: None,
            album: None,
        }
    }

    fn in_topic(&self, number: u32, text: &str) -> AgentMessage {
        let thread = THREADS + FIRST_OPEN + i64::from(number % OPEN);
        self.message(number, Some(ThreadId(thread)), text)
    }

    fn command(&self, number: u32, word: AgentWord, arguments: &str) -> Event {
        let text = format!("/{} {arguments}", word.name());
        let command = AgentCommand::Given(word, arguments.to_owned());
        Event::AgentCommanded(self.in_topic(number, &text), command)
    }

    fn in_general(&self, number: u32, word: AgentWord) -> Event {
        let message = self.message(number, None, word.name());
        Event::AgentCommanded(message, AgentCommand::Given(word, String::new()))
    }
}
