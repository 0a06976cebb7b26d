//! The bot of the demo: a process of its own, so that a kill is a real one. Knows nothing of what
//! the bot does.

use std::fs::{self, File};
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use super::stage::GROUP_CALLS_PER_MINUTE;

/// `hushdesk run` with a config, a database and a log in one folder.
pub struct Bot {
    config: PathBuf,
    log: PathBuf,
    child: Option<Child>,
}

impl Bot {
    /// A bot that is not started yet, for a Bot API server and a group.
    pub fn new(folder: &Path, server: SocketAddr, token: &str, group: i64) -> io::Result<Bot> {
        let config = folder.join("config.toml");
        let database = folder.join("hushdesk.db");
        fs::write(
            &config,
            format!(
                "[telegram]\n\
                 token = {token:?}\n\
                 api_url = \"http://{server}\"\n\
                 support_group_id = {group}\n\
                 \n\
                 [database]\n\
                 path = {database:?}\n\
                 \n\
                 [flood]\n\
                 group_calls_per_minute = {GROUP_CALLS_PER_MINUTE}\n"
            ),
        )?;
        Ok(Bot {
            config,
            log: folder.join("bot.log"),
            child: None,
        })
    }

    /// Starts it, on the database as the last one left it. Its number among the processes.
    pub fn start(&mut self) -> io::Result<u32> {
        let log = File::options().create(true).append(true).open(&self.log)?;
        let child = Command::new(std::env::current_exe()?)
            .arg("run")
            .arg("--config")
            .arg(&self.config)
            // Neither settings of a real desk nor a proxy belong into the play.
            .env_clear()
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let process = child.id();
        self.child = Some(child);
        Ok(process)
    }

    /// Ends it with SIGKILL, in the middle of whatever it does.
    pub fn kill(&mut self) -> io::Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    /// Whether it was started and not killed since.
    pub fn is_running(&self) -> bool {
        self.child.is_some()
    }

    /// How it ended, if it did so by itself; told once.
    pub fn ended(&mut self) -> io::Result<Option<ExitStatus>> {
        let Some(child) = &mut self.child else {
            return Ok(None);
        };
        let status = child.try_wait()?;
        if status.is_some() {
            self.child = None;
        }
        Ok(status)
    }

    /// Where its log is.
    pub fn log(&self) -> &Path {
        &self.log
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        // It is gone either way, and so is the terminal that could be told.
        let _ = self.kill();
    }
}
