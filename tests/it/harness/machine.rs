//! The bot itself, its loops turned by hand in a fixed order.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use hushdesk::clock::Clock;
use hushdesk::delivery::{Delivery, Pace};
use hushdesk::desk::{self, Desk, Moment};
use hushdesk::domain::desks::Desks;
use hushdesk::domain::ids::BotId;
use hushdesk::domain::language::Language;
use hushdesk::domain::time::Timestamp;
use hushdesk::engine::timers::Timers;
use hushdesk::engine::updates::Updates;
use hushdesk::engine::{Voice, begin};
use hushdesk::ops::health;
use hushdesk::spool::Spool;
use hushdesk::store::{self, Db, Options, Store};
use hushdesk::telegram::{Client, Intake, Polled};
use hushdesk::texts::Texts;
use hushdesk::vault::Vault;
use hushdesk::work::aside::Here;
use hushdesk::work::cleaner::InProcessCleaner;
use hushdesk::work::jobs::{Tools, Work};

use super::sources::{ModelClock, SeededEntropy};
use super::transport::{VoiceWire, Wire};
use super::{BOT, Setup, VOICES};

pub struct Machine {
    runtime: tokio::runtime::Runtime,
    store: Store,
    desk: Desk,
    intake: Intake,
    /// Those of further bots.
    voices: Vec<Intake>,
    updates: Updates,
    timers: Timers,
    delivery: Delivery,
    work: Work,
    clock: Arc<ModelClock>,
    wire: Arc<Wire>,
    /// When delivery wants to look again.
    next_call: Option<Timestamp>,
    /// When the work loop wants to look again.
    next_job: Option<Timestamp>,
}

/// Nothing that a test waits for is further away.
const NEVER_MIND: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How long the bot waits for somebody else who writes.
const LOCK_PATIENCE: Duration = Duration::from_secs(5);

/// What a turn of all loops came to.
pub enum Turned {
    /// Something was done.
    Worked,
    /// Nothing, but something is due at this time.
    Due(i64),
    /// Nothing, and nothing is due.
    Idle,
    /// Something could not be done: it is tried again.
    Failed,
}

impl Machine {
    /// Starts the bot; nothing where it was killed while it started.
    pub fn start(
        path: &Path,
        setup: &Setup,
        desks: Desks,
        wire: Arc<Wire>,
        clock: Arc<ModelClock>,
        entropy: Arc<SeededEntropy>,
    ) -> Option<Machine> {
        let options = Options {
            path: path.to_owned(),
            readers: 1,
            bot: BotId(BOT),
        };
        let store = Store::open(&options, clock.now()).expect("the database opens");
        let settings = desk::Settings {
            desks: desks.clone(),
            limits: setup.limits,
            new_tickets_per_minute: setup.new_tickets_per_minute,
            group_calls_per_minute: setup.flood.group_calls_per_minute,
            relay_mode: setup.relay_mode,
            language: Language::English,
            reply_label: setup.reply_label.clone(),
            privacy: setup.privacy.clone(),
            scans_files: setup.scanner.is_some(),
            ban_notice: setup.ban_notice,
            flood_same_text: setup.flood_same_text,
            dashboard_every: setup.dashboard_every,
            agents: setup.agents,
            tickets: setup.tickets.clone(),
            categories: setup.categories.clone(),
            hours: setup.hours.clone(),
            sla: setup.sla,
        };
        let vault = setup.vault_key.as_ref().map(Vault::new);
        let desk = Desk::new(settings, Texts::new(), entropy.clone(), vault);
        let spool = Spool::open(path.with_extension("files")).expect("the spool opens");
        let transport: Arc<dyn hushdesk::telegram::Transport> = wire.clone();
        let client = Client::new(transport).with_spool(spool.clone());
        let voices: Vec<Voice> = VOICES
            .iter()
            .take(setup.voices)
            .map(|(token, bot)| {
                let wire = VoiceWire {
                    wire: Arc::clone(&wire),
                    token,
                };
                Voice::new(BotId(*bot), Client::new(Arc::new(wire)))
            })
            .collect();
        let delivery = Delivery::new(
            store.writer.clone(),
            desk.clone(),
            client.clone(),
            clock.clone(),
            Pace::new(setup.flood, setup.bursts),
        )
        .with_voices(voices.iter().map(|voice| (voice.bot, voice.client.clone())));
        let work = Work::new(
            store.writer.clone(),
            desk.clone(),
            clock.clone(),
            Tools {
                client: client.clone(),
                spool,
                cleaner: Arc::new(InProcessCleaner),
                scanner: setup.scanner.clone(),
                when_scanner_is_down: setup.when_scanner_is_down,
                readers: store.readers(),
                aside: Arc::new(Here),
            },
        );
        let intake_of = |bot, client| {
            Intake::new(
                client,
                store.writer.clone(),
                clock.clone(),
                entropy.clone(),
                bot,
            )
        };
        let intake = intake_of(BotId(BOT), client);
        let voices = voices
            .into_iter()
            .map(|voice| intake_of(voice.bot, voice.client))
            .collect();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime can be made");
        let moment = Moment {
            now: clock.now(),
            polling_since: None,
        };
        runtime
            .block_on(begin(&store.writer, &desk, &delivery, moment))
            .expect("the bot starts");
        let further = setup.voices;
        let named = move |db: &Db| {
            for (number, (_, bot)) in (1..).zip(VOICES).take(further) {
                let name = format!("hush_voice_{number}_bot");
                store::voices::set_name(db, BotId(bot), &name)?;
            }
            store::facts::set(db, store::facts::USERNAME, "hush_desk_bot")
        };
        runtime
            .block_on(store.writer.run(named))
            .expect("the bot's name is kept");
        let updates = Updates::new(
            store.writer.clone(),
            desk.clone(),
            (BotId(BOT), "hush_desk_bot"),
            clock.clone(),
            intake.health(),
        );
        let timers = Timers::new(
            store.writer.clone(),
            desk.clone(),
            clock.clone(),
            intake.health(),
        );
        let machine = Machine {
            runtime,
            store,
            desk,
            intake,
            voices,
            updates,
            timers,
            delivery,
            work,
            clock,
            wire,
            next_call: None,
            next_job: None,
        };
        if machine.wire.point() {
            machine.kill();
            return None;
        }
        Some(machine)
    }

    /// One turn of every loop. Each commit is a place at which the program can be killed.
    pub fn turn(&mut self) -> Turned {
        let (mut worked, mut failed) = (false, false);
        for part in [
            Machine::poll,
            Machine::handle,
            Machine::ring,
            Machine::work,
            Machine::deliver,
        ] {
            match part(self) {
                Ok(did) => worked |= did,
                Err(error) => {
                    tracing::error!(%error, "a turn failed");
                    self.clock.advance(1_000);
                    failed = true;
                }
            }
            if worked && self.wire.point() {
                return Turned::Worked;
            }
        }
        if failed {
            return Turned::Failed;
        }
        if worked {
            return Turned::Worked;
        }
        match self.due_at() {
            Some(due_at) => Turned::Due(due_at),
            None => Turned::Idle,
        }
    }

    fn poll(&mut self) -> Result<bool, store::Error> {
        let mut is_new = false;
        for voice in &mut self.voices {
            // A bot that is not let in hears nothing.
            if let Ok(Polled::Stored(new)) = self.runtime.block_on(voice.turn(Duration::ZERO)) {
                is_new |= new > 0;
            }
        }
        Ok(is_new | self.poll_main()?)
    }

    fn poll_main(&mut self) -> Result<bool, store::Error> {
        match self.runtime.block_on(self.intake.turn(Duration::ZERO)) {
            Ok(Polled::Stored(new)) => Ok(new > 0),
            Ok(Polled::Wait(wait)) => {
                tracing::debug!(?wait, "no updates");
                Ok(false)
            }
            Ok(Polled::SecondInstance(_)) => {
                let (desk, moment) = (self.desk.clone(), self.moment());
                let told = self
                    .store
                    .writer
                    .run(move |db| desk.second_instance(db, moment));
                self.runtime.block_on(told)?;
                Ok(true)
            }
            Ok(Polled::NotStored(error, _)) => Err(error),
            Err(gave_up) => panic!("{gave_up}"),
        }
    }

    fn moment(&self) -> Moment {
        Moment {
            now: self.clock.now(),
            polling_since: None,
        }
    }

    fn handle(&mut self) -> Result<bool, store::Error> {
        Ok(self.runtime.block_on(self.updates.turn())?.handled > 0)
    }

    fn ring(&mut self) -> Result<bool, store::Error> {
        Ok(self.runtime.block_on(self.timers.turn())?.0 > 0)
    }

    fn deliver(&mut self) -> Result<bool, store::Error> {
        let next = self.runtime.block_on(self.delivery.turn())?;
        self.next_call = next.due_at;
        // Calls end at once here, or never where the program was killed in the middle of one.
        let mut flew = false;
        while self.delivery.is_flying() {
            flew = true;
            if self.wire.has_crashed() {
                return Ok(true);
            }
            if self.delivery.next_end().now_or_never().is_none() {
                break;
            }
        }
        Ok(next.progressed || next.at_once || flew)
    }

    fn work(&mut self) -> Result<bool, store::Error> {
        let mut worked = false;
        loop {
            self.next_job = self.runtime.block_on(self.work.turn())?;
            if !self.work.is_busy() {
                return Ok(worked);
            }
            worked = true;
            // Files are fetched and cleaned at once here, or never where the program was killed.
            if self.wire.has_crashed() || self.work.next_end().now_or_never().is_none() {
                return Ok(true);
            }
        }
    }

    fn due_at(&mut self) -> Option<i64> {
        let timer = self
            .runtime
            .block_on(self.store.writer.run(next_about_somebody))
            .ok()
            .flatten();
        let far = self.clock.now().plus(NEVER_MIND);
        self.next_call
            .into_iter()
            .chain(self.next_job)
            .chain(timer)
            // What only holds a place waits for something else.
            .filter(|due| *due < far)
            .map(|due| due.millis() - self.clock.ahead_ms())
            .min()
    }

    /// The file may not grow any more, which is what a full disk is to SQLite; or it may again.
    pub fn fills_disk(&self, full: bool) {
        let limit = move |db: &Db| {
            let pages: i64 = match full {
                true => db.query_row("PRAGMA page_count", [], |row| row.get(0))?,
                false => i64::from(u32::MAX) - 1,
            };
            let pragma = format!("PRAGMA max_page_count = {pages}");
            Ok(db.query_row(&pragma, [], |row| row.get::<_, i64>(0))?)
        };
        // Nothing can be said where somebody else has the database.
        let _limited = self.runtime.block_on(self.store.writer.run(limit));
    }

    /// Whether the bot waits where somebody else writes into the database. Waiting takes real time.
    pub fn waits_for_locks(&self, waits: bool) {
        let patience = if waits { LOCK_PATIENCE } else { Duration::ZERO };
        let set = move |db: &Db| Ok(db.busy_timeout(patience)?);
        self.runtime
            .block_on(self.store.writer.run(set))
            .expect("nobody else writes");
    }

    /// What is said of the program's health.
    pub fn health(&self) -> Result<(), String> {
        let polled = self.intake.health().stored_ago(self.clock.running());
        let signs = health::Signs {
            loops: Vec::new(),
            polled,
        };
        health::judge(&signs).map_err(|sick| sick.to_string())
    }

    /// Drops everything but the file.
    pub fn kill(self) {
        let Machine {
            store,
            intake,
            voices,
            updates,
            timers,
            delivery,
            work,
            ..
        } = self;
        drop((intake, voices, updates, timers, delivery, work));
        store.close();
    }
}

/// Housekeeping comes again for ever: it is nothing to wait for.
fn next_about_somebody(db: &Db) -> Result<Option<Timestamp>, store::Error> {
    let query =
        "SELECT min(due_at) FROM timers WHERE timer NOT IN ('\"housekeeping\"', '\"dashboard\"')";
    Ok(db.query_row(query, [], |row| row.get(0))?)
}
