//! The real program as a process of its own, against the sandbox over HTTP, with its database in a
//! file. What tests of the process share; judges nothing.

use std::fs::File;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use hushdesk::clock::{Clock, SystemClock};
use hushdesk::sandbox::{Person, Rights, Sandbox, Settings, Status, http};
use hushdesk::store::Db;
use tokio::sync::oneshot;

pub const TOKEN: &str = "7000000001:AAtest-token-of-nobody-0123456789abcdef";
pub const BOT: i64 = 7_000_000_001;
pub const AGENT: i64 = 201;
/// How often a condition is looked at again.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// The time of the machine, in the sandbox's unit.
pub fn now_ms() -> i64 {
    SystemClock.now().millis()
}

/// Waits until `holds`. Whether it did within `at_most`.
pub fn wait_until(at_most: Duration, mut holds: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + at_most;
    while !holds() {
        if Instant::now() >= deadline {
            return false;
        }
        std::thread::sleep(LOOK_EVERY);
    }
    true
}

/// The sandbox behind a real socket.
pub struct Server {
    pub sandbox: Sandbox,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub fn start(sandbox: Sandbox) -> Server {
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = std::sync::mpsc::channel();
        let served = sandbox.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime can be built");
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
                    .await
                    .expect("a port is free");
                tell.send(listener.local_addr().expect("it is bound"))
                    .expect("the test waits for it");
                let stopped = async {
                    // A dropped sender is a stop as well.
                    let _ = stopped.await;
                };
                http::serve(served, listener, Arc::new(now_ms), stopped)
                    .await
                    .expect("the server ends in peace");
            });
        });
        Server {
            sandbox,
            address: told.recv().expect("the server starts"),
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the server has been printed by its own thread.
            let _ended = thread.join();
        }
    }
}

/// A support group with one agent, and a folder with config and database of its bot.
pub struct Desk {
    pub server: Server,
    pub group: i64,
    folder: tempfile::TempDir,
}

impl Desk {
    pub fn new() -> Desk {
        let sandbox = Sandbox::new(Settings {
            call_log_capacity: 200_000,
            ..Settings::without_limits()
        });
        let now = now_ms();
        sandbox.register_bot(TOKEN, BOT, "hush_desk_bot");
        let group = sandbox.add_supergroup("Desk", true, now);
        sandbox.add_member(group, BOT, Status::Administrator(Rights::all()), now);
        sandbox.add_person(Person::named(AGENT, "Sam"));
        sandbox.add_member(group, AGENT, Status::Member, now);
        let desk = Desk {
            server: Server::start(sandbox),
            group,
            folder: tempfile::tempdir().expect("a temporary folder can be made"),
        };
        desk.configure(TOKEN);
        desk
    }

    /// Writes the config: no limits of any sort, and this token.
    pub fn configure(&self, token: &str) {
        let config = format!(
            "[telegram]\ntoken = {token:?}\nsupport_group_id = {}\napi_url = {:?}\n\
             [database]\npath = {:?}\n\
             [limits]\ntickets_per_day = 0\nmessages_per_hour = 0\nburst = 0\nmessages_per_second = 0\nnew_tickets_per_minute = 0\n\
             [flood]\ngroup_calls_per_minute = 0\nchat_calls_per_second = 0\ncalls_per_second = 0\n",
            self.group,
            self.server.url(),
            self.database(),
        );
        std::fs::write(self.config(), config).expect("the folder can be written to");
    }

    pub fn config(&self) -> PathBuf {
        self.path("config.toml")
    }

    pub fn sandbox(&self) -> &Sandbox {
        &self.server.sandbox
    }

    pub fn database(&self) -> PathBuf {
        self.path("hushdesk.db")
    }

    /// A connection of our own to the program's database, which may be running meanwhile.
    pub fn open_database(&self) -> Db {
        let db = Db::open(self.database()).expect("the database is there");
        db.busy_timeout(Duration::from_secs(5))
            .expect("a time-out can be set");
        db
    }

    /// One number out of the database.
    pub fn number(&self, sql: &str) -> i64 {
        self.open_database()
            .query_row(sql, [], |row| row.get(0))
            .expect("the statement fits the schema")
    }

    /// Asks the program as monitoring does: the whole answer, or nothing where nobody listens.
    pub fn ask(address: &str, path: &str) -> String {
        let Ok(mut connection) = std::net::TcpStream::connect(address) else {
            return String::new();
        };
        let question = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n");
        let mut answer = String::new();
        // Whatever cannot be read is missing in the answer.
        let _asked = connection.write_all(question.as_bytes());
        let _read = connection.read_to_string(&mut answer);
        answer
    }

    /// Starts `hushdesk run`.
    pub fn start(&self) -> Program {
        self.start_with(&[])
    }

    /// The same, with these variables in its environment.
    pub fn start_with(&self, variables: &[(&str, &str)]) -> Program {
        let log = self.path("log.txt");
        let log_file = File::options()
            .create(true)
            .append(true)
            .open(&log)
            .expect("the folder can be written to");
        let mut command = Command::new(env!("CARGO_BIN_EXE_hushdesk"));
        for (name, _) in std::env::vars_os() {
            // What the machine happens to set must not reach the program under test.
            let name_text = name.to_string_lossy();
            if name_text.starts_with("HUSHDESK_") || name_text == "RUST_LOG" {
                command.env_remove(&name);
            }
        }
        let child = command
            .envs(variables.iter().copied())
            .arg("run")
            .arg("--config")
            .arg(self.config())
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log_file)
            .spawn()
            .expect("the program can be started");
        Program { child, log }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// A running program. Killed when it is dropped.
pub struct Program {
    child: Child,
    log: PathBuf,
}

impl Program {
    /// SIGKILL; returns when the process is gone.
    pub fn kill(mut self) {
        self.child.kill().expect("the program runs");
        self.child.wait().expect("a killed program ends");
    }

    /// SIGTERM.
    pub fn terminate(&self) {
        let sent = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()
            .expect("every system has kill");
        assert!(sent.success(), "SIGTERM could not be sent");
    }

    /// The exit code, if it comes within `at_most`; none after a signal or if it still runs.
    pub fn exit_code(&mut self, at_most: Duration) -> Option<i32> {
        let mut ended: Option<ExitStatus> = None;
        wait_until(at_most, || {
            ended = self.child.try_wait().expect("the program is our child");
            ended.is_some()
        });
        ended.and_then(|status| status.code())
    }

    /// What it has written to standard error, over all runs in the same folder.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Both fail where the program has ended already.
        let _killed = self.child.kill();
        let _ended = self.child.wait();
    }
}
