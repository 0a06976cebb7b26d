//! What the calls under way know of each other's waits, from the moment an answer came: a call that was claimed
//! with the one that met a wait does not follow, and where nobody knows whose a long one is, one goes first.
//! What is to outlive the program is in the database.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::clock::Clock;
use crate::domain::ids::{BotId, ChatId};
use crate::domain::outcome::Outcome;
use crate::domain::rules::voices::{Follows, LongWait, Shared};
use crate::store::claims::OutboxRow;

#[derive(Default)]
pub(super) struct Waits {
    known: Mutex<Known>,
    /// A call has ended that others may wait for.
    changed: Notify,
}

#[derive(Default)]
struct Known {
    /// Chats and the running time until which they are left alone: by all, or by one voice alone.
    paused: BTreeMap<(ChatId, Option<BotId>), Duration>,
    /// Long waits that nobody knows to be a voice's alone.
    long: BTreeMap<ChatId, LongWait>,
}

/// A call that may be made.
pub(super) struct Admitted {
    /// The voice whose long wait it tests.
    tests: Option<BotId>,
}

/// How long a chat has still to be left alone.
pub(super) struct Paused {
    wait: Duration,
    /// By all.
    is_of_all: bool,
}

impl Waits {
    /// A voice has been asked to wait for long, before the program began.
    pub fn remember(&self, chat: ChatId, voice: BotId, until: Duration) {
        let mut known = self.known();
        let before = known.long.get(&chat).copied();
        let wait = LongWait::asked(before, voice, until);
        known.long.insert(chat, wait);
    }

    /// Waits for the call that goes first, where one does. How long the chat has still to be left alone, if
    /// it has to.
    pub async fn admit(
        &self,
        chat: Option<ChatId>,
        voice: Option<BotId>,
        clock: &dyn Clock,
    ) -> Result<Admitted, Paused> {
        let Some(chat) = chat else {
            return Ok(Admitted { tests: None });
        };
        loop {
            let changed = self.changed.notified();
            let found = self.known().look(chat, voice, clock.running());
            match found {
                Some(found) => return found,
                None => changed.await,
            }
        }
    }

    /// A call was not made, because its chat has to be left alone. That is what its end says.
    pub fn unmade(row: &mut OutboxRow, paused: &Paused) -> Outcome {
        if let (Some(counted), true) = (&mut row.counted, paused.is_of_all) {
            counted.shared = counted.shared.after_another();
        }
        Outcome::RetryAfter(paused.wait)
    }

    /// A call has ended. What of its wait only its neighbours show goes into its row.
    pub fn ended(
        &self,
        admitted: &Admitted,
        chat: Option<ChatId>,
        row: &mut OutboxRow,
        outcome: &Outcome,
        now: Duration,
    ) {
        let Some(chat) = chat else {
            return;
        };
        let mut known = self.known();
        known.forget(now);
        if let Outcome::RetryAfter(wait) = outcome {
            known.asked(chat, row, *wait, now);
        }
        let Some(voice) = admitted.tests else {
            return;
        };
        if let Some(wait) = known.long.get(&chat).copied()
            && wait.voice == voice
        {
            let has_posted = matches!(outcome, Outcome::Done(_)) && !row.purpose.repeats_safely();
            match wait.tested(has_posted) {
                Some(wait) => known.long.insert(chat, wait),
                None => known.long.remove(&chat),
            };
        }
        // Also where the wait that it tested is over by now.
        self.changed.notify_waiters();
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    /// Drops what is over.
    fn forget(&mut self, now: Duration) {
        self.paused.retain(|_, until| *until > now);
        self.long.retain(|_, wait| wait.until > now);
    }

    /// Whether a call may be made now; none where another one goes first.
    fn look(
        &mut self,
        chat: ChatId,
        voice: Option<BotId>,
        now: Duration,
    ) -> Option<Result<Admitted, Paused>> {
        self.forget(now);
        let of_all = self.paused.get(&(chat, None)).copied();
        let of_voice = voice.and_then(|voice| self.paused.get(&(chat, Some(voice))).copied());
        if let Some(until) = of_all.max(of_voice) {
            return Some(Err(Paused {
                wait: until - now,
                is_of_all: of_all == Some(until),
            }));
        }
        let Some(wait) = self.long.get_mut(&chat) else {
            return Some(Ok(Admitted { tests: None }));
        };
        match wait.follows() {
            Follows::Waits => None,
            Follows::Tests => {
                wait.is_tested = true;
                Some(Ok(Admitted {
                    tests: Some(wait.voice),
                }))
            }
        }
    }

    /// Telegram asks to wait in answer to a call.
    fn asked(&mut self, chat: ChatId, row: &mut OutboxRow, wait: Duration, now: Duration) {
        let until = now.saturating_add(wait);
        let before = self.long.get(&chat).copied();
        let is_after_another = before.is_some_and(|before| row.voice != Some(before.voice));
        if let (Some(counted), true) = (&mut row.counted, is_after_another) {
            counted.shared = counted.shared.after_another();
        }
        let alone = row.voice.filter(|_| row.floods_alone(wait));
        self.paused.insert((chat, alone), until);
        let is_known = row.counted.is_none_or(|one| one.shared == Shared::Never);
        if let (Some(voice), false) = (alone, is_known) {
            let wait = LongWait::asked(before, voice, until);
            self.long.insert(chat, wait);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::atomic::{AtomicU64, Ordering};

    use futures_util::FutureExt;

    use super::*;
    use crate::domain::call::{Budget, Call, Purpose};
    use crate::domain::ids::{DeskId, OutboxId};
    use crate::domain::outcome::Receipt;
    use crate::domain::time::Timestamp;
    use crate::store::Place;
    use crate::store::pauses::Counted;

    const GROUP: ChatId = ChatId(-100);
    const VOICE: BotId = BotId(7);
    const OTHER: BotId = BotId(8);

    #[derive(Default)]
    struct ByHand(AtomicU64);

    impl Clock for ByHand {
        fn now(&self) -> Timestamp {
            Timestamp::from_seconds(1_800_000_000).plus(self.running())
        }

        fn running(&self) -> Duration {
            Duration::from_secs(self.0.load(Ordering::Relaxed))
        }
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn text(voice: Option<BotId>) -> OutboxRow {
        let at = Timestamp::from_seconds(1_800_000_000);
        OutboxRow {
            id: OutboxId(1),
            lane: String::new(),
            budget: Budget::Desk,
            desk: DeskId::MAIN,
            purpose: Purpose::Relay,
            client: None,
            ticket: None,
            message: None,
            part: 0,
            call: Call::Leave { chat: GROUP },
            failures: 0,
            maybe_sent: false,
            attempts: 1,
            created_at: at,
            voice,
            tried: None,
            chat: Some(GROUP),
            counted: Some(Counted {
                call: OutboxId(1),
                place: Place::Group(GROUP),
                voice,
                at,
                weight: 1,
                shared: Shared::WhereShort,
            }),
        }
    }

    /// The voice has been asked to wait for five minutes.
    fn asked() -> Waits {
        let waits = Waits::default();
        let admitted = Admitted { tests: None };
        let (mut row, flood) = (text(Some(VOICE)), Outcome::RetryAfter(seconds(300)));
        waits.ended(&admitted, Some(GROUP), &mut row, &flood, seconds(0));
        assert!(row.floods_alone(seconds(300)));
        waits
    }

    #[test]
    fn those_that_wait_go_when_the_first_has_ended_also_where_its_question_is_over() {
        let done = Outcome::Done(Receipt::default());
        for (ended_at, outcome) in [
            (1, done.clone()),
            (301, done),
            (301, Outcome::InDoubt),
            (301, Outcome::RetryAfter(seconds(5))),
        ] {
            let (waits, clock) = (asked(), ByHand::default());
            let first = waits.admit(Some(GROUP), None, &clock).now_or_never();
            let first = first
                .expect("it goes")
                .unwrap_or_else(|_| panic!("it goes"));
            let mut second = pin!(waits.admit(Some(GROUP), None, &clock));
            assert!(second.as_mut().now_or_never().is_none(), "it waits");
            clock.0.store(ended_at, Ordering::Relaxed);
            if ended_at > 300 {
                // Somebody else has seen that the wait is over.
                let third = waits.admit(Some(GROUP), Some(OTHER), &clock);
                assert!(third.now_or_never().is_some_and(|third| third.is_ok()));
            }
            let now = clock.running();
            waits.ended(&first, Some(GROUP), &mut text(None), &outcome, now);
            let second = second.now_or_never().expect("it waits no more");
            let is_paused = matches!(outcome, Outcome::RetryAfter(_));
            assert_eq!(second.is_err(), is_paused, "{outcome:?}");
        }
    }

    #[test]
    fn a_wait_is_everybodys_while_nobody_knows_whose_that_of_another_voice_is() {
        // How the call of the main bot ends that goes first, if it does; whether the next voice's wait is its alone.
        let done = Outcome::Done(Receipt::default());
        let table = [
            ("nobody has called", 1, None, false),
            ("not known", 1, Some(Outcome::InDoubt), false),
            ("posted", 1, Some(done), true),
            ("the first wait is over", 301, None, true),
        ];
        for (case, at, first, expected) in table {
            let (waits, clock) = (asked(), ByHand::default());
            if let Some(outcome) = first {
                let admitted = waits.admit(Some(GROUP), None, &clock).now_or_never();
                let admitted = admitted.and_then(Result::ok).expect("it goes");
                let now = clock.running();
                waits.ended(&admitted, Some(GROUP), &mut text(None), &outcome, now);
            }
            clock.0.store(at, Ordering::Relaxed);
            let other = waits.admit(Some(GROUP), Some(OTHER), &clock).now_or_never();
            let other = other.and_then(Result::ok).expect("it goes");
            let (mut row, flood) = (text(Some(OTHER)), Outcome::RetryAfter(seconds(600)));
            waits.ended(&other, Some(GROUP), &mut row, &flood, clock.running());
            assert_eq!(row.floods_alone(seconds(600)), expected, "{case}");
            // Who finds it closed does not take that for its own either.
            if !expected {
                let paused = waits.admit(Some(GROUP), Some(OTHER), &clock).now_or_never();
                let paused = paused.and_then(Result::err).expect("it has to wait");
                let mut row = text(Some(OTHER));
                let outcome = Waits::unmade(&mut row, &paused);
                assert!(matches!(outcome, Outcome::RetryAfter(wait) if !row.floods_alone(wait)));
            }
        }
    }
}
