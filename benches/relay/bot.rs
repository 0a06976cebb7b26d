//! The real program as a process, with its config and its database in a folder on a disk.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hushdesk::store::Db;

use crate::peer::{Peer, TOKEN};

/// What takes longer has failed.
const WITHIN: Duration = Duration::from_secs(60);
/// How often a condition is looked at again.
const LOOK_EVERY: Duration = Duration::from_millis(20);

pub struct Bot {
    pub url: String,
    pub group: String,
    folder: tempfile::TempDir,
}

impl Bot {
    pub fn new(peer: &Peer) -> Bot {
        Bot::of(&peer.url, &peer.group)
    }

    /// Starts the same bot on a database that does not exist yet.
    pub fn start_fresh(&self) -> Running {
        let fresh = Bot::of(&self.url, &self.group);
        let mut running = fresh.start();
        running.folder = Some(fresh.folder);
        running
    }

    fn of(url: &str, group: &str) -> Bot {
        // Beside the build, because the system's temporary folder is often not on a disk.
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))
            .expect("the folder of the build can be written to");
        let bot = Bot {
            url: url.to_owned(),
            group: group.to_owned(),
            folder,
        };
        let config = format!(
            "[telegram]\ntoken = {TOKEN:?}\nsupport_group_id = {group}\napi_url = {url:?}\n\
             [database]\npath = {:?}\n\
             [limits]\ntickets_per_day = 0\nmessages_per_hour = 0\nburst = 0\nmessages_per_second = 0\nnew_tickets_per_minute = 0\n\
             [flood]\ngroup_calls_per_minute = 0\nchat_calls_per_second = 0\ncalls_per_second = 0\n\
             [log]\nlevel = \"warn\"\n",
            bot.database(),
        );
        std::fs::write(bot.config(), config).expect("the folder can be written to");
        bot
    }

    pub fn database(&self) -> PathBuf {
        self.folder.path().join("hushdesk.db")
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("config.toml")
    }

    pub fn start(&self) -> Running {
        Running::spawn(
            Command::new(env!("CARGO_BIN_EXE_hushdesk"))
                .arg("run")
                .arg("--config")
                .arg(self.config()),
        )
    }

    /// Waits until nothing is left to be done.
    pub fn wait_until_drained(&self) {
        let db = Db::open(self.database()).expect("the database is there");
        let deadline = Instant::now() + WITHIN;
        let waiting = || -> i64 {
            let rows = "SELECT (SELECT count(*) FROM inbox WHERE state = 'pending') \
                        + (SELECT count(*) FROM outbox WHERE finished_at IS NULL)";
            db.query_row(rows, [], |row| row.get(0))
                .expect("the statement fits the schema")
        };
        while waiting() > 0 {
            assert!(Instant::now() < deadline, "the bot does not come to an end");
            std::thread::sleep(LOOK_EVERY);
        }
    }
}

/// A program under measurement. Killed when it is dropped.
pub struct Running {
    process: Child,
    /// Its folder, where nobody else keeps that.
    folder: Option<tempfile::TempDir>,
}

impl Running {
    pub fn spawn(command: &mut Command) -> Running {
        let process = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("the program can be started");
        Running {
            process,
            folder: None,
        }
    }

    /// What it holds in memory right now, in KiB.
    pub fn memory_kib(&self) -> u64 {
        let path = format!("/proc/{}/status", self.process.id());
        let status = std::fs::read_to_string(Path::new(&path)).expect("the program runs on Linux");
        status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
            .expect("the kernel tells the size")
    }

    /// SIGTERM, and waits for the end.
    pub fn stop(mut self) {
        let sent = Command::new("kill")
            .args(["-TERM", &self.process.id().to_string()])
            .status()
            .expect("every system has kill");
        assert!(sent.success(), "SIGTERM could not be sent");
        self.process.wait().expect("the program ends");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail where it has ended already.
        let _killed = self.process.kill();
        let _ended = self.process.wait();
    }
}
