//! When a call may be made. The private chats and the bot as a whole are metered by governor; the
//! group's window is counted from the stored calls, because it has to survive a restart.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::HashMapStateStore;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

use crate::domain::ids::ClientId;
use crate::domain::settings::Flood;
use crate::domain::time::Timestamp;

/// One part in this many of the bot's rate may go out at once.
const BURST_PARTS: u32 = 6;

/// The meters of one bot.
pub struct Pace {
    clock: MeterClock,
    bot: Option<RateLimiter<NotKeyed, InMemoryState, MeterClock, NoOpMiddleware<Nanos>>>,
    clients: Option<
        RateLimiter<ClientId, HashMapStateStore<ClientId>, MeterClock, NoOpMiddleware<Nanos>>,
    >,
    /// Calls into a group in any 60 s; 0 = no limit.
    pub group_calls_per_minute: u32,
}

impl Pace {
    /// Meters for these limits; 0 is no limit.
    pub fn new(flood: Flood) -> Self {
        let clock = MeterClock::default();
        let bot = NonZeroU32::new(flood.calls_per_second)
            .map(|rate| RateLimiter::direct_with_clock(quota_of_bot(rate), clock.clone()));
        let clients = NonZeroU32::new(flood.chat_calls_per_second).map(|rate| {
            RateLimiter::new(
                Quota::per_second(rate),
                HashMapStateStore::default(),
                clock.clone(),
            )
        });
        Self {
            clock,
            bot,
            clients,
            group_calls_per_minute: flood.group_calls_per_minute,
        }
    }

    /// Takes a call out of a private chat's budget, or says how long to wait for one.
    pub fn take_client(&self, client: ClientId, now: Timestamp) -> Result<(), Duration> {
        self.clock.set(now);
        match &self.clients {
            None => Ok(()),
            Some(meter) => meter
                .check_key(&client)
                .map_err(|not_until| not_until.wait_time_from(self.clock.now())),
        }
    }

    /// Takes a call out of the bot's budget, or says how long to wait for one.
    pub fn take_bot(&self, now: Timestamp) -> Result<(), Duration> {
        self.clock.set(now);
        match &self.bot {
            None => Ok(()),
            Some(meter) => meter
                .check()
                .map_err(|not_until| not_until.wait_time_from(self.clock.now())),
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
fn quota_of_bot(rate: NonZeroU32) -> Quota {
    let burst = NonZeroU32::new(rate.get() / BURST_PARTS).unwrap_or(NonZeroU32::MIN);
    let steady = NonZeroU32::new(rate.get() - burst.get() + 1).unwrap_or(NonZeroU32::MIN);
    Quota::per_second(steady).allow_burst(burst)
}

/// governor's clock, set by whoever asks, so that the meters obey the time that the caller was given.
#[derive(Clone, Debug, Default)]
struct MeterClock(Arc<AtomicU64>);

impl MeterClock {
    /// Never goes back: governor counts on that.
    fn set(&self, now: Timestamp) {
        let nanos = u64::try_from(now.millis())
            .unwrap_or(0)
            .saturating_mul(1_000_000);
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

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000 + millis)
    }

    /// The most calls that a greedy caller gets in any second.
    fn most_in_a_second(mut take: impl FnMut(Timestamp) -> bool) -> usize {
        let taken: Vec<i64> = (0..5_000)
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
            let pace = Pace::new(Flood {
                group_calls_per_minute: 0,
                chat_calls_per_second: 0,
                calls_per_second: rate,
            });
            let most = most_in_a_second(|now| pace.take_bot(now).is_ok());
            assert_eq!(most, rate as usize);
        }
    }

    #[test]
    fn zero_is_no_limit_and_clients_do_not_share() {
        let free = Pace::new(Flood {
            group_calls_per_minute: 0,
            chat_calls_per_second: 0,
            calls_per_second: 0,
        });
        assert!((0..1000).all(|_| free.take_bot(at(0)).is_ok()));
        assert!((0..1000).all(|_| free.take_client(ClientId(1), at(0)).is_ok()));
        let paced = Pace::new(Flood {
            group_calls_per_minute: 0,
            chat_calls_per_second: 1,
            calls_per_second: 0,
        });
        assert!(paced.take_client(ClientId(1), at(0)).is_ok());
        let wait = paced
            .take_client(ClientId(1), at(0))
            .expect_err("one a second");
        assert!(wait <= Duration::from_secs(1) && wait > Duration::from_millis(900));
        assert!(paced.take_client(ClientId(2), at(0)).is_ok());
    }
}
