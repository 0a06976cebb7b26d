//! The other end: the sandbox as a process of its own, and the few words by which the benchmark
//! tells it what people do. A command is a line on its standard input, its answer a line on its
//! standard output.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hushdesk::clock::{Clock, SystemClock};
use hushdesk::sandbox::{Person, Rights, Sandbox, Settings, Status, content, http};

pub const TOKEN: &str = "7000000001:AAtest-token-of-nobody-0123456789abcdef";
const BOT: i64 = 7_000_000_001;
const OWNER: i64 = 201;
const FIRST_CLIENT: i64 = 1_001;
/// What takes longer has failed.
const ANSWER_WITHIN: Duration = Duration::from_secs(120);
/// Texts of the closed loop that are not counted: connections are made meanwhile.
const WARM_UP: usize = 50;

/// The handle on the sandbox's process.
pub struct Peer {
    process: Child,
    commands: ChildStdin,
    answers: BufReader<ChildStdout>,
    pub url: String,
    pub group: String,
}

impl Peer {
    pub fn start() -> Peer {
        let this = std::env::current_exe().expect("a running program has a file");
        let mut process = Command::new(this)
            .arg("sandbox")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program can be started again");
        let commands = process.stdin.take().expect("it is piped");
        let answers = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut peer = Peer {
            process,
            commands,
            answers,
            url: String::new(),
            group: String::new(),
        };
        let hello = peer.ask("hello");
        let (url, group) = hello.split_once(' ').expect("the peer says where it is");
        (peer.url, peer.group) = (url.to_owned(), group.to_owned());
        peer
    }

    /// Sends a command and waits for its answer.
    pub fn ask(&mut self, command: &str) -> String {
        writeln!(self.commands, "{command}").expect("the peer listens");
        let mut answer = String::new();
        self.answers
            .read_line(&mut answer)
            .expect("the peer answers");
        assert!(!answer.is_empty(), "the peer has ended at {command:?}");
        answer.trim_end().to_owned()
    }

    /// How many texts the bot has posted into topics.
    pub fn posts(&mut self) -> usize {
        self.ask("posts").parse().expect("the answer is a number")
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Both fail where it has ended already.
        let _killed = self.process.kill();
        let _ended = self.process.wait();
    }
}

/// What has arrived since the last `reset`.
#[derive(Default)]
struct Seen {
    polls: usize,
    posts: usize,
}

#[derive(Default)]
struct Counter {
    seen: Mutex<Seen>,
    changed: Condvar,
}

impl Counter {
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait(&self, holds: impl Fn(&Seen) -> bool) {
        let (_seen, waited) = self
            .changed
            .wait_timeout_while(self.lock(), ANSWER_WITHIN, |seen| !holds(seen))
            .unwrap_or_else(PoisonError::into_inner);
        assert!(!waited.timed_out(), "nothing arrived for {ANSWER_WITHIN:?}");
    }
}

/// The sandbox's own process.
pub fn serve() {
    let world = World::new();
    let stdin = std::io::stdin();
    for line in stdin.lock().lines() {
        let line = line.expect("the benchmark writes text");
        println!("{}", world.obey(&line));
    }
}

struct World {
    sandbox: Sandbox,
    group: i64,
    url: String,
    counter: Arc<Counter>,
    next: std::cell::Cell<usize>,
    people: std::cell::Cell<usize>,
}

impl World {
    fn new() -> World {
        let sandbox = Sandbox::new(Settings {
            call_log_capacity: 0,
            keep_versions: false,
            ..Settings::without_limits()
        });
        let now = now_ms();
        sandbox.register_bot(TOKEN, BOT, "hush_desk_bot");
        let group = sandbox.add_supergroup("Desk", true, now);
        sandbox.add_member(group, BOT, Status::Administrator(Rights::all()), now);
        sandbox.add_person(Person::named(OWNER, "Sam"));
        sandbox.add_member(group, OWNER, Status::Creator, now);
        let counter = Arc::new(Counter::default());
        let counted = Arc::clone(&counter);
        sandbox.set_fault_hook(Box::new(move |call| {
            let mut seen = counted.lock();
            match call.method {
                "getUpdates" => seen.polls += 1,
                "sendMessage" if call.chat == Some(group) => seen.posts += 1,
                _ => return None,
            }
            counted.changed.notify_all();
            None
        }));
        World {
            url: listen(sandbox.clone()),
            sandbox,
            group,
            counter,
            next: std::cell::Cell::new(0),
            people: std::cell::Cell::new(0),
        }
    }

    fn obey(&self, line: &str) -> String {
        let (word, number) = line.split_once(' ').unwrap_or((line, "0"));
        let number: usize = number.parse().expect("a number follows");
        match word {
            "hello" => return format!("{} {}", self.url, self.group),
            "people" => self.add_people(number),
            "burst" => (0..number).for_each(|_| self.write()),
            "reset" => *self.counter.lock() = Seen::default(),
            "poll" => self.counter.wait(|seen| seen.polls > 0),
            "wait" => self.counter.wait(|seen| seen.posts >= number),
            "latency" => return self.latency(number),
            "topics" => return self.topics(),
            "posts" => return self.posts().to_string(),
            other => panic!("{other} is no command"),
        }
        "ok".to_owned()
    }

    fn add_people(&self, count: usize) {
        self.people.set(count);
        for person in (FIRST_CLIENT..).take(count) {
            self.sandbox
                .add_person(Person::named(person, &format!("Client {person}")));
        }
    }

    /// The next client writes its next text.
    fn write(&self) {
        let number = self.next.get();
        self.next.set(number + 1);
        let turn = number % self.people.get();
        let person = FIRST_CLIENT + i64::try_from(turn).expect("people are few");
        let text = format!("Text {number}: my order has not arrived yet, can you look into it?");
        self.sandbox
            .person_sends(person, person, None, content::text(&text), None, now_ms())
            .expect("a client may write");
    }

    /// Microseconds: the median and the 99th percentile.
    fn latency(&self, count: usize) -> String {
        let mut times: Vec<Duration> = (0..WARM_UP + count)
            .map(|_| {
                let before = self.counter.lock().posts;
                let written = Instant::now();
                self.write();
                self.counter.wait(|seen| seen.posts > before);
                written.elapsed()
            })
            .skip(WARM_UP)
            .collect();
        times.sort();
        format!(
            "{} {}",
            times[count / 2].as_micros(),
            times[count * 99 / 100].as_micros()
        )
    }

    fn topics(&self) -> String {
        let topics = self.sandbox.topics(self.group);
        let ids: Vec<String> = topics.iter().map(|topic| topic.id.to_string()).collect();
        ids.join(",")
    }

    fn posts(&self) -> usize {
        assert_eq!(self.sandbox.violations(), [] as [&str; 0]);
        let messages = self.sandbox.chat_messages(self.group);
        let is_post = |message: &&hushdesk::sandbox::MessageView| {
            message.from_bot && message.thread.is_some() && !message.service
        };
        messages.iter().filter(is_post).count()
    }
}

/// Serves the sandbox from a thread of its own. Its address.
fn listen(sandbox: Sandbox) -> String {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime can be built");
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
                .await
                .expect("a port is free");
            tell.send(listener.local_addr().expect("it is bound"))
                .expect("somebody waits for it");
            http::serve(sandbox, listener, Arc::new(now_ms), std::future::pending())
                .await
                .expect("the server runs");
        });
    });
    format!("http://{}", told.recv().expect("the server starts"))
}

fn now_ms() -> i64 {
    SystemClock.now().millis()
}
