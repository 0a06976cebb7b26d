//! The play: stage, bot and printer together, and the waiting for what the bot makes of it.

use std::io::Write;
use std::time::Duration;

use anyhow::anyhow;
use tokio::time::{Instant, sleep};

use super::super::exit::{Exit, Failure, OrExit};
use super::bot::Bot;
use super::print::{Printer, Role};
use super::stage::{Stage, Who};
use super::watch::Watch;
use crate::sandbox::PersonError;

/// How often the stage is looked at.
pub const LOOK_EVERY: Duration = Duration::from_millis(20);
/// What has not happened after this long will not.
const HAPPENS_WITHIN: Duration = Duration::from_secs(15);

/// Everything that a performance needs.
pub struct Play<W> {
    /// The people and their Telegram.
    pub stage: Stage,
    /// The bot's process.
    pub bot: Bot,
    /// The terminal.
    pub printer: Printer<W>,
    watch: Watch,
}

impl<W: Write> Play<W> {
    /// Nothing is said and the bot is not started.
    pub fn new(stage: Stage, bot: Bot, printer: Printer<W>) -> Play<W> {
        Play {
            stage,
            bot,
            printer,
            watch: Watch::default(),
        }
    }

    /// Prints what has happened since the last look. How many things those were.
    pub fn look(&mut self) -> Result<usize, Failure> {
        let news = self.watch.look(&self.stage);
        for one in &news {
            self.printer.news(one).or_exit(Exit::Io)?;
        }
        if let Some(status) = self.bot.ended().or_exit(Exit::Software)? {
            let log = self.bot.log().display();
            self.printer
                .process(&format!("ended by itself ({status}). Its log: {log}"))
                .or_exit(Exit::Io)?;
        }
        Ok(news.len())
    }

    /// Waits until something is so; that it never is so is a failure of the demo.
    pub async fn until(
        &mut self,
        what: &str,
        is_so: impl Fn(&Stage) -> bool,
    ) -> Result<(), Failure> {
        let deadline = Instant::now() + HAPPENS_WITHIN;
        loop {
            // Asked before the look, so that what is waited for is printed before what follows.
            let is_over = is_so(&self.stage);
            self.look()?;
            if is_over {
                return Ok(());
            }
            if Instant::now() >= deadline || !self.bot.is_running() {
                return Err(failed(&format!("this did not happen: {what}")));
            }
            sleep(LOOK_EVERY).await;
        }
    }

    /// Waits until nothing has happened for a while and the bot has fetched everything, at most as
    /// long as anything may take.
    pub async fn quiet(&mut self, quiet_for: Duration) -> Result<(), Failure> {
        let deadline = Instant::now() + HAPPENS_WITHIN;
        let mut last = Instant::now();
        while last.elapsed() < quiet_for && Instant::now() < deadline && self.bot.is_running() {
            if self.look()? > 0 || !self.stage.is_fetched() {
                last = Instant::now();
            }
            sleep(LOOK_EVERY).await;
        }
        self.look().map(drop)
    }

    /// Somebody writes. The message's number in its chat.
    pub fn says(&mut self, who: Who, words: &str) -> Result<Result<i64, PersonError>, Failure> {
        self.look()?;
        self.printer
            .acts(Role::Person(who), words)
            .or_exit(Exit::Io)?;
        Ok(self.stage.says(who, words))
    }

    /// Somebody does something that is no text.
    pub fn acts(&mut self, who: Who, what: &str) -> Result<(), Failure> {
        self.look()?;
        self.printer
            .acts(Role::Person(who), &format!("({what})"))
            .or_exit(Exit::Io)
    }

    /// The operator types a command.
    pub fn operator(&mut self, what: &str) -> Result<(), Failure> {
        self.printer.acts(Role::Operator, what).or_exit(Exit::Io)
    }

    /// Starts the bot and waits for its first call.
    pub async fn start(&mut self) -> Result<(), Failure> {
        if self.bot.is_running() {
            return self.process("is running already");
        }
        let calls_before = self.stage.sandbox.call_count();
        let process = self.bot.start().or_exit(Exit::Software)?;
        self.process(&format!("runs as process {process}"))?;
        self.until("the bot starts", |stage| {
            stage.sandbox.call_count() > calls_before
        })
        .await
    }

    /// Ends the bot with SIGKILL.
    pub fn kill(&mut self) -> Result<(), Failure> {
        if !self.bot.is_running() {
            return self.process("is not running");
        }
        self.bot.kill().or_exit(Exit::Software)?;
        self.look()?;
        self.process("is dead: SIGKILL, no time for a last word")
    }

    fn process(&mut self, what: &str) -> Result<(), Failure> {
        self.printer.process(what).or_exit(Exit::Io)
    }
}

/// The demo shows something other than it should.
pub fn failed(what: &str) -> Failure {
    Failure {
        exit: Exit::Software,
        error: anyhow!("{what}"),
    }
}
