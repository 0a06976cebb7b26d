//! When a call may be made. The private chats and the bot as a whole are metered by governor; the
//! group's window is counted from the stored calls, because it has to survive a restart.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::HashMapStateStore;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

use crate::domain::ids::ClientId;
use crate::domain::rules::pacing;
use crate::domain::settings::{Bursts, Flood};
use crate::store::claims::Metered;

/// The meters of one bot.
pub struct Pace {
    clock: MeterClock,
    bot: Option<RateLimiter<NotKeyed, InMemoryState, MeterClock, NoOpMiddleware<Nanos>>>,
    clients: Option<
        RateLimiter<ClientId, HashMapStateStore<ClientId>, MeterClock, NoOpMiddleware<Nanos>>,
    >,
    /// When the messages of the last second went, on the meters' clock: albums go many at once.
    last_second: Mutex<VecDeque<Duration>>,
    /// How many of them there may be; 0 = no limit.
    calls_per_second: u32,
    /// Calls into a group in any 60 s; 0 = no limit.
    pub group_calls_per_minute: u32,
    /// Calls a second into one private chat; 0 = no limit.
    pub chat_calls_per_second: u32,
    /// How many of them may go at once.
    pub chat_burst: u32,
    /// How long ago a call still counts.
    memory: Duration,
}

impl Pace {
    /// Meters for these limits; 0 is no limit.
    pub fn new(flood: Flood, bursts: Bursts) -> Self {
        let clock = MeterClock::default();
        let bot = NonZeroU32::new(flood.calls_per_second).map(|rate| {
            RateLimiter::direct_with_clock(quota_of_bot(rate, bursts.calls), clock.clone())
        });
        let burst = NonZeroU32::new(bursts.chat).unwrap_or(NonZeroU32::MIN);
        let clients = NonZeroU32::new(flood.chat_calls_per_second).map(|rate| {
            RateLimiter::new(
                Quota::per_second(rate).allow_burst(burst),
                HashMapStateStore::default(),
                clock.clone(),
            )
        });
        let refill = bursts.chat.div_ceil(flood.chat_calls_per_second.max(1));
        Self {
            clock,
            bot,
            clients,
            last_second: Mutex::default(),
            calls_per_second: flood.calls_per_second,
            group_calls_per_minute: flood.group_calls_per_minute,
            chat_calls_per_second: flood.chat_calls_per_second,
            chat_burst: burst.get(),
            memory: Duration::from_secs(u64::from(refill) + 1),
        }
    }

    /// How long ago a call still counts: a new program has to be told of those of the one before.
    pub fn memory(&self) -> Duration {
        self.memory
    }

    /// Takes a call out of a private chat's budget, or says how long to wait for one. `now` is how long
    /// the program has been running: the meters do not follow a clock that is set.
    pub fn take_client(&self, client: ClientId, now: Duration) -> Result<(), Duration> {
        self.clock.set(now);
        match &self.clients {
            None => Ok(()),
            Some(meter) => meter
                .check_key(&client)
                .map_err(|not_until| not_until.wait_time_from(self.clock.now())),
        }
    }

    /// Takes a call of so many messages out of the bot's budget, or says how long to wait for it.
    pub fn take_bot(&self, weight: u32, now: Duration) -> Result<(), Duration> {
        self.clock.set(now);
        let Some(meter) = &self.bot else {
            return Ok(());
        };
        let at = now.saturating_add(BEFORE_START);
        let mut times = self
            .last_second
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        while times.front().is_some_and(|time| *time + SECOND <= at) {
            times.pop_front();
        }
        // What is heavier than half of a second goes with that much room: there may never be more.
        let limit = usize::try_from(self.calls_per_second).unwrap_or(usize::MAX);
        let places = pacing::places(weight, self.calls_per_second);
        let needed = usize::try_from(places).unwrap_or(usize::MAX);
        let too_many = times.len().saturating_add(needed).saturating_sub(limit);
        if let Some(last) = too_many.checked_sub(1).and_then(|last| times.get(last)) {
            return Err((*last + SECOND).saturating_sub(at));
        }
        meter
            .check()
            .map_err(|not_until| not_until.wait_time_from(self.clock.now()))?;
        times.extend((0..weight).map(|_message| at));
        Ok(())
    }

    /// A call that another program made so long ago. To be told oldest first, before any call is taken.
    pub fn recall(&self, call: Metered, ago: Duration, now: Duration) {
        let before_now = now.saturating_add(BEFORE_START).saturating_sub(ago);
        self.clock.set_to(before_now);
        if self.bot.is_some()
            && let Ok(mut times) = self.last_second.lock()
        {
            times.extend((0..call.weight).map(|_message| before_now));
        }
        // Where the budget was spent already there is nothing more to take from it.
        if let Some(meter) = &self.bot {
            let _spent = meter.check();
        }
        if let (Some(meter), Some(client)) = (&self.clients, call.client) {
            for _message in 0..call.weight {
                let _spent = meter.check_key(&client);
            }
        }
    }

    /// Forgets private chats that have been quiet.
    pub fn forget_quiet(&self) {
        if let Some(meter) = &self.clients {
            meter.retain_recent();
        }
    }
}

/// A burst, and the rest evenly: a token bucket admits its burst less one on top of its steady rate
/// in any second, so the steady rate gives way by as much.
fn quota_of_bot(rate: NonZeroU32, burst: u32) -> Quota {
    let burst = NonZeroU32::new(burst.min(rate.get())).unwrap_or(NonZeroU32::MIN);
    let steady = NonZeroU32::new(rate.get() - burst.get() + 1).unwrap_or(NonZeroU32::MIN);
    Quota::per_second(steady).allow_burst(burst)
}

const SECOND: Duration = Duration::from_secs(1);

/// Room on the meters' clock for what was called before the start of the program.
const BEFORE_START: Duration = Duration::from_secs(60 * 60);

/// governor's clock, set by whoever asks, so that the meters obey the time that the caller was given.
#[derive(Clone, Debug, Default)]
struct MeterClock(Arc<AtomicU64>);

impl MeterClock {
    /// Never goes back: governor counts on that.
    fn set(&self, now: Duration) {
        self.set_to(now.saturating_add(BEFORE_START));
    }

    fn set_to(&self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.0.fetch_max(nanos, Ordering::Relaxed);
    }
}

impl Clock for MeterClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::from(self.0.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn of(chat: u32, calls: u32, chat_burst: u32) -> Pace {
        let flood = Flood {
            group_calls_per_minute: 0,
            chat_calls_per_second: chat,
            calls_per_second: calls,
        };
        let bursts = Bursts {
            chat: chat_burst,
            calls: 5,
        };
        Pace::new(flood, bursts)
    }

    /// The most calls that a greedy caller gets in any second.
    fn most_in_a_second(mut take: impl FnMut(Duration) -> bool) -> usize {
        let taken: Vec<u64> = (0..5_000)
            .flat_map(|millis| {
                let mut times = Vec::new();
                while take(at(millis)) {
                    times.push(millis);
                }
                times
            })
            .collect();
        taken
            .iter()
            .map(|start| {
                taken
                    .iter()
                    .filter(|time| (*start..*start + 1000).contains(time))
                    .count()
            })
            .max()
            .unwrap_or(0)
    }

    #[test]
    fn no_second_holds_more_than_the_rate() {
        for rate in [1, 2, 5, 30, 100] {
            let pace = of(0, rate, 1);
            let most = most_in_a_second(|now| pace.take_bot(1, now).is_ok());
            assert_eq!(most, rate as usize);
        }
    }

    #[test]
    fn albums_count_message_by_message() {
        let pace = of(0, 30, 1);
        let mut went: Vec<(u64, u32)> = Vec::new();
        for millis in 0..5_000 {
            // An album comes every 700 ms and goes first; single messages take all else.
            let albums = went.iter().filter(|(_, weight)| *weight == 10).count();
            let is_due = millis >= 700 * (albums as u64 + 1);
            let weight = if is_due { 10 } else { 1 };
            while pace.take_bot(weight, at(millis)).is_ok() {
                went.push((millis, weight));
                if is_due {
                    break;
                }
            }
        }
        for (start, _) in &went {
            let second = went
                .iter()
                .filter(|(at, _)| (*start..*start + 1_000).contains(at));
            let messages: u32 = second.map(|(_, weight)| *weight).sum();
            assert!(messages <= 30, "{messages} after {start}");
        }
        let albums = went.iter().filter(|(_, weight)| *weight == 10).count();
        assert!(albums >= 5, "{albums} albums");
    }

    #[test]
    fn zero_is_no_limit_and_clients_do_not_share() {
        let free = of(0, 0, 1);
        assert!((0..1000).all(|_| free.take_bot(1, at(0)).is_ok()));
        assert!((0..1000).all(|_| free.take_client(ClientId(1), at(0)).is_ok()));
        let paced = of(1, 0, 1);
        assert!(paced.take_client(ClientId(1), at(0)).is_ok());
        let wait = paced
            .take_client(ClientId(1), at(0))
            .expect_err("one a second");
        assert!(wait <= Duration::from_secs(1) && wait > Duration::from_millis(900));
        assert!(paced.take_client(ClientId(2), at(0)).is_ok());
    }

    #[test]
    fn a_chat_has_a_burst_and_then_its_rate() {
        let pace = of(1, 0, 3);
        let taken = |millis: u64| pace.take_client(ClientId(1), at(millis)).is_ok();
        let times = [
            0, 0, 0, 0, 999, 1_000, 1_001, 2_000, 9_000, 9_000, 9_000, 9_000,
        ];
        let expected = [
            true, true, true, false, false, true, false, true, true, true, true, false,
        ];
        assert_eq!(times.map(taken), expected);
    }
}
