//! Delivery: takes the due heads of lanes, keeps to the pace, makes the calls and hands their
//! outcomes to the desk. Makes no choices except when. Claims and settlements are short
//! transactions around the calls, never across them.

mod breaker;
mod group;
mod heads;
mod lanes;
mod pace;
mod waits;

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};

use crate::clock::Clock;
use crate::desk::{Desk, Moment};
use crate::domain::call::{Budget, ReadyCall};
use crate::domain::ids::{BotId, ChatId, DeskId};
use crate::domain::outcome::{Outcome, Reason};
use crate::domain::time::Timestamp;
use crate::store::claims::{self, OutboxRow, Stored};
use crate::store::voices::Standing;
use crate::store::{self, Db, Error, Writer, desks, each_isolated, jumps, pauses, rates};
use crate::telegram::Client;
pub use pace::Pace;

/// Calls that may be under way at the same time; each is one connection.
pub const IN_FLIGHT_MAX: usize = 32;
/// Of those, how many may go into the group: replies to clients always find a free place.
const DESK_IN_FLIGHT_MAX: usize = 24;
/// Where there are several groups they share those, but each may have so many.
const GROUP_IN_FLIGHT_MIN: usize = 4;

/// How often what no meter needs any more is dropped.
const FORGET_QUIET_EVERY: Duration = Duration::from_secs(60);

/// Clocks that are kept right by small steps differ by less than this from one turn to the next.
const JUMP_MIN: Duration = Duration::from_secs(2);
/// Calls of the last run that this one's meters are told of, at most.
const RECALLED_MAX: usize = 10_000;

/// A call on its way, with the row that it came from.
type Flight = std::pin::Pin<Box<dyn Future<Output = Ended> + Send>>;

/// The end of one attempt.
#[derive(Clone)]
struct Ended {
    row: OutboxRow,
    /// The chat that it went into.
    chat: Option<ChatId>,
    outcome: Outcome,
}

/// The delivery loop's state: what is under way, and what has ended but is not yet written down.
pub struct Delivery {
    writer: Writer,
    desk: Desk,
    client: Client,
    voices: Arc<BTreeMap<BotId, Client>>,
    clock: Arc<dyn Clock>,
    pace: Arc<Pace>,
    in_flight: FuturesUnordered<Flight>,
    desk_in_flight: lanes::InGroups,
    /// Whether a call is under way that shows how Telegram counts.
    is_trying: bool,
    ended: Vec<Ended>,
    /// Chats that asked to be left alone, as the calls under way know it.
    waits: Arc<waits::Waits>,
    /// What is out of reach, and when it is asked.
    breakers: breaker::Breakers,
    forget_quiet_at: Duration,
    /// What both clocks showed last.
    seen: Option<(Timestamp, Duration)>,
    /// How far the machine's clock was set since, and what is stored does not know of it yet.
    jumped_ms: i64,
}

/// What a turn has found out about the next one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Next {
    /// When something is due; none where nothing waits but what is under way.
    pub due_at: Option<Timestamp>,
    /// Whether calls have ended during the turn, so that the next one has work at once.
    pub at_once: bool,
    /// Whether the turn did anything.
    pub progressed: bool,
}

impl Delivery {
    /// A delivery that has nothing under way.
    pub fn new(
        writer: Writer,
        desk: Desk,
        client: Client,
        clock: Arc<dyn Clock>,
        pace: Pace,
    ) -> Self {
        Self {
            writer,
            desk,
            client,
            voices: Arc::default(),
            clock,
            pace: Arc::new(pace),
            in_flight: FuturesUnordered::new(),
            desk_in_flight: lanes::InGroups::new(),
            is_trying: false,
            ended: Vec::new(),
            waits: Arc::default(),
            breakers: breaker::Breakers::default(),
            forget_quiet_at: Duration::ZERO,
            seen: None,
            jumped_ms: 0,
        }
    }

    /// The same with further bots that post texts of clients.
    #[must_use]
    pub fn with_voices(mut self, voices: impl IntoIterator<Item = (BotId, Client)>) -> Self {
        self.voices = Arc::new(voices.into_iter().collect());
        self
    }

    /// Calls that the last run was making when it ended are in doubt. To be called once, before the
    /// first turn.
    pub async fn recover(&self) -> Result<usize, Error> {
        let (desk, moment) = (self.desk.clone(), self.moment());
        let (pace, running) = (Arc::clone(&self.pace), self.clock.running());
        let (waits, voices) = (Arc::clone(&self.waits), Arc::clone(&self.voices));
        self.writer
            .run(move |db| {
                let now = moment.now;
                store::voices::are_ours(db, voices.keys().copied())?;
                jumps::nothing_ahead(db, now)?;
                pauses::all_ended(db, now)?;
                let chat = desks::chat(db, desk.desks(), DeskId::MAIN)?;
                for voice in voices.keys() {
                    if let Standing::Waits(until) = store::voices::standing(db, *voice, now)? {
                        let until = running.saturating_add(until.since(now));
                        waits.remember(chat, *voice, until);
                    }
                }
                for (ended, call) in claims::recent(db, now.minus(pace.memory()), RECALLED_MAX)? {
                    pace.recall(call, now.since(ended), running);
                }
                for call in claims::under_way(db)? {
                    pace.recall(call, Duration::ZERO, running);
                }
                let claimed = claims::claimed(db)?;
                let found = claimed.len();
                for call in claimed {
                    match call {
                        Stored::Call(row) => {
                            let outcome = Outcome::InDoubt;
                            let (row, chat) = (*row, None);
                            settle(db, &desk, moment, &[Ended { row, chat, outcome }])?;
                        }
                        Stored::Broken { id, lane } => {
                            desk.call_died(db, moment, id, &lane, &Reason::Unreadable)?;
                        }
                    }
                }
                Ok(found)
            })
            .await
    }

    /// Writes down what has ended, claims what is due and starts those calls. Calls under way go on
    /// while the disk is waited for, and the next commit takes all that have ended meanwhile. An
    /// error of the store loses nothing: what has ended stays here and is written down by a later
    /// turn.
    pub async fn turn(&mut self) -> Result<Next, Error> {
        let (settled, news) = (self.ended.len(), self.breakers.news().len());
        self.watch_clock();
        let room = lanes::Room {
            all: IN_FLIGHT_MAX.saturating_sub(self.in_flight.len()),
            desk: DESK_IN_FLIGHT_MAX.saturating_sub(self.desk_in_flight.values().sum()),
            each: (DESK_IN_FLIGHT_MAX / self.desk.desks().all().count()).max(GROUP_IN_FLIGHT_MIN),
            may_try: !self.is_trying,
        };
        let mut commit = pin!(self.settle_and_claim(room));
        let claims = loop {
            tokio::select! {
                biased;
                claims = &mut commit => break claims?,
                () = self.next_end() => {}
            }
        };
        self.ended.drain(..settled);
        let running = self.clock.running();
        self.breakers.learn_names(claims.named);
        self.breakers.written(news, &claims.out_of_reach, running);
        self.breakers.ask(&self.client, running);
        self.jumped_ms = 0;
        self.forget_quiet();
        let started = claims.calls.len();
        for (row, call) in claims.calls {
            self.start(row, call);
        }
        Ok(Next {
            due_at: self.next_due(claims.due_at, running),
            at_once: !self.ended.is_empty(),
            progressed: settled + news + started + claims.settled > 0,
        })
    }

    /// When something is due, a question among it.
    fn next_due(&self, claims: Option<Timestamp>, running: Duration) -> Option<Timestamp> {
        let question = self.breakers.due_in(running);
        let question = question.map(|wait| self.clock.now().plus(wait));
        claims.into_iter().chain(question).min()
    }

    fn start(&mut self, row: OutboxRow, call: ReadyCall) {
        if row.budget == Budget::Desk {
            *self.desk_in_flight.entry(row.desk).or_default() += 1;
        }
        self.is_trying |= row.tried.is_some();
        let voice = row.voice.and_then(|voice| self.voices.get(&voice));
        let attempt = Attempt {
            client: voice.unwrap_or(&self.client).clone(),
            clock: Arc::clone(&self.clock),
            waits: Arc::clone(&self.waits),
            row,
            call,
        };
        self.in_flight.push(Box::pin(attempt.make()));
    }

    fn forget_quiet(&mut self) {
        let now = self.clock.running();
        if now >= self.forget_quiet_at {
            self.forget_quiet_at = now.saturating_add(FORGET_QUIET_EVERY);
            self.pace.forget_quiet();
        }
    }

    /// Notices that the machine's clock was set: it has gone another way than the running time.
    fn watch_clock(&mut self) {
        let (now, running) = (self.clock.now(), self.clock.running());
        if let Some((before, ran)) = self.seen {
            let expected = before.plus(running.saturating_sub(ran));
            let by_ms = now.millis().saturating_sub(expected.millis());
            if Duration::from_millis(by_ms.unsigned_abs()) >= JUMP_MIN {
                tracing::warn!(by_ms, "the machine's clock was set");
                self.jumped_ms = self.jumped_ms.saturating_add(by_ms);
            }
        }
        self.seen = Some((now, running));
    }

    /// Waits for the next call to end, and takes along those that have ended by then. Pending for
    /// ever while nothing is under way.
    pub async fn next_end(&mut self) {
        tokio::select! {
            biased;
            answer = self.breakers.answer() => {
                self.breakers.answered(answer, self.clock.running());
            }
            Some(ended) = self.in_flight.next() => self.note_end(ended),
        }
        while let Some(Some(ended)) = self.in_flight.next().now_or_never() {
            self.note_end(ended);
        }
    }

    fn note_end(&mut self, ended: Ended) {
        if ended.row.budget == Budget::Desk
            && let Some(flying) = self.desk_in_flight.get_mut(&ended.row.desk)
        {
            *flying -= 1;
        }
        self.breakers.note(&ended);
        self.is_trying &= ended.row.tried.is_none();
        self.ended.push(ended);
    }

    /// Whether calls are under way.
    pub fn is_flying(&self) -> bool {
        !self.in_flight.is_empty() || self.breakers.is_asking()
    }

    /// At the end of the program: waits for what is under way, `at_most` this long, and writes it
    /// down. What has not ended by then is in doubt at the next start.
    pub async fn finish(&mut self, at_most: Duration) -> Result<(), Error> {
        let deadline = tokio::time::Instant::now() + at_most;
        while !self.in_flight.is_empty() {
            if tokio::time::timeout_at(deadline, self.next_end())
                .await
                .is_err()
            {
                break;
            }
        }
        self.settle_and_claim(lanes::Room::NONE).await?;
        self.ended.clear();
        Ok(())
    }

    /// Borrows nothing of the loop's state, so that calls can end meanwhile.
    fn settle_and_claim(
        &self,
        room: lanes::Room,
    ) -> impl Future<Output = Result<lanes::Claims, Error>> + use<> {
        let (desk, pace, moment) = (self.desk.clone(), self.pace.clone(), self.moment());
        let at = lanes::At {
            moment,
            running: self.clock.running(),
        };
        let jumped_ms = self.jumped_ms;
        let forgets = self.clock.running() >= self.forget_quiet_at;
        let writer = self.writer.clone();
        let voices: Vec<BotId> = self.voices.keys().copied().collect();
        let flying = self.desk_in_flight.clone();
        // Copies, because the originals have to survive a failed commit.
        let (ended, news) = (self.ended.clone(), self.breakers.news());
        async move {
            writer
                .run(move |db| {
                    if jumped_ms != 0 {
                        jumps::follow(db, jumped_ms, moment.now)?;
                    }
                    // Here and nowhere else: a clock that was set would have it forgotten too soon.
                    if forgets {
                        pauses::forget(db, moment.now)?;
                        rates::forget(db, moment.now)?;
                    }
                    settle(db, &desk, moment, &ended)?;
                    breaker::write(db, &desk, moment, &news)?;
                    lanes::claim(db, &desk, &pace, at, (room, &flying, &voices))
                })
                .await
        }
    }

    fn moment(&self) -> Moment {
        Moment {
            now: self.clock.now(),
            polling_since: None,
        }
    }
}

/// Writes down the ends of attempts. Where the desk fails on one, that call is put aside: it would fail
/// each time, and everybody would wait for it.
fn settle(db: &Db, desk: &Desk, moment: Moment, ended: &[Ended]) -> Result<(), Error> {
    each_isolated(
        db,
        ended,
        |Ended { row, outcome, .. }| desk.settle(db, moment, row, outcome),
        |Ended { row, .. }, error| {
            tracing::error!(call = ?row.id, %error, "the end of a call could not be written down; the call is put aside");
            desk.call_died(db, moment, row.id, &row.lane, &Reason::Unwritten)
        },
    )
}

/// One attempt at a call.
struct Attempt {
    client: Client,
    clock: Arc<dyn Clock>,
    waits: Arc<waits::Waits>,
    row: OutboxRow,
    call: ReadyCall,
}

impl Attempt {
    async fn make(mut self) -> Ended {
        let chat = self.call.chat();
        let admitted = self.waits.admit(chat, self.row.voice, &*self.clock).await;
        let started = self.clock.running();
        let outcome = match admitted {
            Err(paused) => waits::Waits::unmade(&mut self.row, &paused),
            Ok(admitted) => {
                // Nobody knows how far a call came that panicked.
                let outcome = AssertUnwindSafe(self.client.call(&self.call))
                    .catch_unwind()
                    .await
                    .unwrap_or(Outcome::InDoubt);
                let (row, now) = (&mut self.row, self.clock.running());
                self.waits.ended(&admitted, chat, row, &outcome, now);
                outcome
            }
        };
        if let Some(tried) = &mut self.row.tried {
            tried.took = self.clock.running().saturating_sub(started);
        }
        log(&self.row, &outcome);
        Ended {
            row: self.row,
            chat,
            outcome,
        }
    }
}

fn log(row: &OutboxRow, outcome: &Outcome) {
    let (call, purpose, attempt) = (row.id, row.purpose.name(), row.attempts);
    match outcome {
        Outcome::Done(_) => {}
        Outcome::RetryAfter(wait) => {
            tracing::warn!(
                ?call,
                purpose,
                wait_s = wait.as_secs(),
                "Telegram asks to wait"
            );
        }
        Outcome::Refused(refusal) => {
            tracing::info!(?call, purpose, ?refusal, "Telegram refused a call");
        }
        Outcome::NotSent | Outcome::InDoubt => {
            tracing::warn!(
                ?call,
                purpose,
                attempt,
                ?outcome,
                "a call to Telegram got no usable answer"
            );
        }
    }
}
