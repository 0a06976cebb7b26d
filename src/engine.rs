//! The engine: the loops, what wakes them, the fence around their panics, the shutdown. The only
//! place that spawns. Knows when things run and nothing of what they mean.

mod loops;
mod people;
mod pulse;
mod start;
pub mod timers;
pub mod updates;
mod voices;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::delivery::{Delivery, Pace};
use crate::desk::{Desk, Moment};
use crate::domain::call::ReadyCall;
use crate::domain::content::Text;
use crate::domain::ids::BotId;
use crate::domain::outcome::Outcome;
use crate::domain::settings::{Bursts, Flood};
use crate::domain::time::Timestamp;
use crate::entropy::Entropy;
use crate::ops::endpoint::{Endpoint, Sources};
use crate::ops::systemd;
use crate::store::{self, Store, topics};
use crate::telegram::{Client, GiveUp, Intake, POLL_TIMEOUT, PollHealth, Polled};
use crate::work::jobs::{Tools, Work};
use loops::{delivery_loop, timers_loop, work_loop};
use pulse::{Loop, Pulse};
pub use start::begin;
use timers::Timers;
use updates::Updates;
pub use voices::Voice;

/// Loops look for work this often even if nobody wakes them.
const FALLBACK: Duration = Duration::from_secs(5);
/// The wait after a turn that failed.
const AFTER_FAILURE: Duration = Duration::from_secs(1);
/// How long calls that are under way may take to end at a shutdown.
const FINISH_WITHIN: Duration = Duration::from_secs(20);
/// A poll that does not end for so long has hung in spite of its time-out.
const POLL_ENDS_WITHIN: Duration = Duration::from_secs(180);

/// Why the engine stopped by itself.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// Telegram will not give us updates.
    #[error(transparent)]
    GaveUp(#[from] GiveUp),
    /// A loop has ended by a panic that its fence did not hold.
    #[error("the {0} loop has ended by a bug. hushdesk has stopped; nothing is lost")]
    LoopEnded(&'static str),
    /// The database is not safe to go on with.
    #[error("{0}. hushdesk has stopped so that nothing gets worse")]
    Store(store::Error),
}

/// All that the loops share.
pub struct Engine {
    /// The database.
    pub store: Store,
    /// The desk.
    pub desk: Desk,
    /// The Bot API.
    pub client: Client,
    /// The bot whose token it is.
    pub bot: BotId,
    /// Further bots that post texts of clients.
    pub voices: Vec<Voice>,
    /// What files are worked on with.
    pub tools: Tools,
    /// How fast Telegram may be called.
    pub flood: Flood,
    /// How much of that may go out at once.
    pub bursts: Bursts,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Where monitoring asks, if it may.
    pub endpoint: Option<Endpoint>,
}

/// Who wakes whom.
#[derive(Default)]
struct Wakes {
    updates: Notify,
    delivery: Notify,
    timers: Notify,
    work: Notify,
}

/// What every loop has at hand.
#[derive(Clone)]
struct Shared {
    shutdown: CancellationToken,
    wakes: Arc<Wakes>,
    stopped: Arc<std::sync::Mutex<Option<Stopped>>>,
    pulse: Arc<Pulse>,
    clock: Arc<dyn Clock>,
}

impl Shared {
    /// Stops all loops for a reason.
    fn stop(&self, reason: Stopped) {
        tracing::error!(%reason, "stopping");
        if let Ok(mut stopped) = self.stopped.lock() {
            stopped.get_or_insert(reason);
        }
        self.shutdown.cancel();
    }

    /// Waits for a wake-up, for `at_most` or for the shutdown. Whether to go on.
    async fn rest(&self, wake: &Notify, at_most: Duration) -> bool {
        tokio::select! {
            () = self.shutdown.cancelled() => false,
            () = wake.notified() => true,
            () = tokio::time::sleep(at_most) => true,
        }
    }

    /// Waits for `time` or for the shutdown. Whether to go on.
    async fn pause(&self, time: Duration) -> bool {
        tokio::select! {
            () = self.shutdown.cancelled() => false,
            () = tokio::time::sleep(time) => true,
        }
    }

    /// A turn has ended well.
    fn turned(&self, whose: Loop) {
        self.pulse.beat(whose, self.clock.running(), None);
    }

    /// The same for one that has failed. Whether to go on.
    fn survives_turn(&self, whose: Loop, error: store::Error) -> bool {
        let failed = Some(error.clone());
        self.pulse.beat(whose, self.clock.running(), failed);
        self.survives(whose.name(), error)
    }

    /// Says what a failed turn means. Whether to go on.
    fn survives(&self, turn: &'static str, error: store::Error) -> bool {
        if error.is_fatal() {
            self.stop(Stopped::Store(error));
            return false;
        }
        tracing::error!(turn, %error, "a turn failed and is tried again");
        true
    }
}

/// The tasks of the loops. One that ends by a panic ends the program: the others could not do its
/// work, and nobody would notice.
struct Loops {
    tracker: TaskTracker,
    shared: Shared,
}

impl Loops {
    fn add(&self, name: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        let shared = self.shared.clone();
        self.tracker.spawn(async move {
            if AssertUnwindSafe(work).catch_unwind().await.is_err() {
                shared.stop(Stopped::LoopEnded(name));
            }
        });
    }
}

impl Engine {
    /// Runs until `shutdown` is cancelled, then finishes the turns and the calls under way.
    pub async fn run(mut self, shutdown: CancellationToken) -> Result<(), Stopped> {
        let shared = Shared {
            shutdown,
            wakes: Arc::default(),
            stopped: Arc::default(),
            pulse: Arc::new(Pulse::begin(self.clock.running())),
            clock: Arc::clone(&self.clock),
        };
        let delivery = self.start().await.map_err(Stopped::Store)?;
        let intake = Intake::new(
            self.client.clone(),
            self.store.writer.clone(),
            Arc::clone(&self.clock),
            Arc::clone(&self.entropy),
            self.bot,
        );
        let health = intake.health();
        let timers = Timers::new(
            self.store.writer.clone(),
            self.desk.clone(),
            Arc::clone(&self.clock),
            Arc::clone(&health),
        );
        let endpoint = self.endpoint.take();
        let engine = Arc::new(self);
        let loops = Loops {
            tracker: TaskTracker::new(),
            shared: shared.clone(),
        };
        let clock = || Arc::clone(&engine.clock);
        loops.add(
            "intake",
            Arc::clone(&engine).intake_loop(shared.clone(), intake),
        );
        let desk = Arc::clone(&engine).updates_loop(shared.clone(), Arc::clone(&health));
        loops.add("desk", desk);
        for voice in &engine.voices {
            let voice_loop = Arc::clone(&engine).voice_loop(shared.clone(), voice.clone());
            loops.add("voice", voice_loop);
        }
        loops.add("delivery", delivery_loop(shared.clone(), delivery, clock()));
        loops.add("timers", timers_loop(shared.clone(), timers, clock()));
        let work = Work::new(
            engine.store.writer.clone(),
            engine.desk.clone(),
            clock(),
            engine.tools.clone(),
        );
        loops.add("work", work_loop(shared.clone(), work, clock()));
        loops.add(
            "watchdog",
            Arc::clone(&engine).watchdog_loop(shared.clone(), Arc::clone(&health)),
        );
        if let Some(endpoint) = endpoint {
            let sources = engine.sources(&shared, health);
            loops.add(
                "metrics",
                pulse::monitoring_loop(shared.clone(), endpoint, sources),
            );
        }
        loops.tracker.close();
        systemd::ready();
        tracing::info!("hushdesk is running");
        shared.shutdown.cancelled().await;
        systemd::stopping();
        tracing::info!("finishing what is under way");
        loops.tracker.wait().await;
        let reason = shared
            .stopped
            .lock()
            .ok()
            .and_then(|mut reason| reason.take());
        match reason {
            Some(reason) => Err(reason),
            None => Ok(()),
        }
    }

    async fn start(&self) -> Result<Delivery, store::Error> {
        let delivery = Delivery::new(
            self.store.writer.clone(),
            self.desk.clone(),
            self.client.clone(),
            Arc::clone(&self.clock),
            Pace::new(self.flood, self.bursts),
        )
        .with_voices(
            self.voices
                .iter()
                .map(|voice| (voice.bot, voice.client.clone())),
        );
        begin(&self.store.writer, &self.desk, &delivery, self.moment(None)).await?;
        Ok(delivery)
    }

    async fn intake_loop(self: Arc<Self>, shared: Shared, mut intake: Intake) {
        let mut storage_alerted = false;
        loop {
            let turn = AssertUnwindSafe(intake.turn(POLL_TIMEOUT)).catch_unwind();
            let polled = tokio::select! {
                () = shared.shutdown.cancelled() => return,
                polled = turn => polled,
            };
            let wait = match polled {
                Ok(Ok(Polled::Stored(new))) => {
                    storage_alerted = false;
                    if new > 0 {
                        shared.wakes.updates.notify_one();
                    }
                    continue;
                }
                Ok(Ok(Polled::Wait(wait))) => wait,
                Ok(Ok(Polled::SecondInstance(wait))) => {
                    self.second_instance().await;
                    wait
                }
                Ok(Ok(Polled::NotStored(error, wait))) => {
                    if !storage_alerted {
                        storage_alerted = true;
                        self.storage_alert(&error).await;
                    }
                    if !shared.survives("intake", error) {
                        return;
                    }
                    wait
                }
                Ok(Err(reason)) => return shared.stop(Stopped::GaveUp(reason)),
                Err(_panic) => AFTER_FAILURE,
            };
            if !shared.pause(wait).await {
                return;
            }
        }
    }

    async fn updates_loop(self: Arc<Self>, shared: Shared, health: Arc<PollHealth>) {
        let Some(username) = self.username(&shared).await else {
            return;
        };
        let mut updates = self.updates(&shared, &username, &health);
        let mut admins_asked_at = None;
        loop {
            self.learn_admins(&mut admins_asked_at).await;
            let go_on = match AssertUnwindSafe(updates.turn()).catch_unwind().await {
                Ok(Ok(turned)) => {
                    shared.turned(Loop::Desk);
                    if turned.handled > 0 {
                        shared.wakes.timers.notify_one();
                        shared.wakes.work.notify_one();
                    }
                    if turned.has_more {
                        !shared.shutdown.is_cancelled()
                    } else {
                        shared.rest(&shared.wakes.updates, FALLBACK).await
                    }
                }
                Ok(Err(error)) => {
                    shared.survives_turn(Loop::Desk, error) && shared.pause(AFTER_FAILURE).await
                }
                Err(_panic) => shared.rest(&shared.wakes.updates, AFTER_FAILURE).await,
            };
            if !go_on {
                return;
            }
        }
    }

    /// Calls are claimed in the very commit that decides on them where delivery is quick enough.
    fn updates(&self, shared: &Shared, username: &str, health: &Arc<PollHealth>) -> Updates {
        let wakes = Arc::clone(&shared.wakes);
        Updates::new(
            self.store.writer.clone(),
            self.desk.clone(),
            (self.bot, username),
            Arc::clone(&self.clock),
            Arc::clone(health),
        )
        .noticed_by(move || wakes.delivery.notify_one())
    }

    async fn watchdog_loop(self: Arc<Self>, shared: Shared, health: Arc<PollHealth>) {
        let Some(every) = systemd::alive_every() else {
            return;
        };
        let started = self.clock.running();
        while shared.pause(every).await {
            let polled = health.last_end().max(started);
            let polls_end = self.clock.running().saturating_sub(polled) < POLL_ENDS_WITHIN;
            let writer_answers = self.store.writer.run(|_| Ok(())).await.is_ok();
            if polls_end && writer_answers {
                systemd::alive();
            }
        }
    }

    /// What monitoring is answered from: nothing that could hold up the end of the program.
    fn sources(&self, shared: &Shared, health: Arc<PollHealth>) -> Sources {
        let (pulse, clock) = (Arc::clone(&shared.pulse), Arc::clone(&self.clock));
        Sources {
            readers: self.store.readers(),
            clock: Arc::clone(&self.clock),
            signs: Arc::new(move || {
                let running = clock.running();
                pulse.signs(running, health.stored_ago(running))
            }),
        }
    }

    async fn second_instance(&self) {
        tracing::error!("a second program polls with this bot's token; stop it");
        let (desk, moment) = (self.desk.clone(), self.moment(None));
        let told = self
            .store
            .writer
            .run(move |db| desk.second_instance(db, moment))
            .await;
        if let Err(error) = told {
            tracing::error!(%error, "the admins could not be told of the second program");
        }
    }

    /// The one call that is made without being stored first, because nothing can be stored.
    async fn storage_alert(&self, error: &store::Error) {
        tracing::error!(%error, "updates cannot be stored; they wait at Telegram");
        let group = self.desk.group();
        let chat = match self.store.reader() {
            Ok(reader) => topics::current_chat(&reader, group).unwrap_or(group),
            Err(_) => group,
        };
        let call = ReadyCall::SendText {
            chat,
            thread: None,
            text: Text::plain(self.desk.storage_alert(&error.to_string())),
            reply_to: None,
            preview: None,
            buttons: Vec::new(),
        };
        if !matches!(self.client.call(&call).await, Outcome::Done(_)) {
            tracing::error!("the admins could not be told either");
        }
    }

    fn moment(&self, polling_since: Option<Timestamp>) -> Moment {
        Moment {
            now: self.clock.now(),
            polling_since,
        }
    }
}
