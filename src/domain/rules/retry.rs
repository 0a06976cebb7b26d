//! When a call that did not succeed is tried again, and when it no longer is.

use std::time::Duration;

/// Attempts that may fail before a call becomes a dead letter. With [`BACKOFF_MAX`] they span a
/// little more than an hour, so that an hour without Telegram costs no letter.
pub const OUTBOX_ATTEMPTS_MAX: u32 = 21;
/// The same before a file counts as one that Telegram does not have any more. They span half a day: what hands
/// out files may be down for hours while everything else is answered.
pub const FILE_ATTEMPTS_MAX: u32 = 160;
/// The wait after the first failure.
const BACKOFF_FIRST: Duration = Duration::from_secs(1);
/// The longest wait between two attempts.
const BACKOFF_MAX: Duration = Duration::from_secs(300);
/// The longest wait while Telegram cannot even be reached: when it is back we want to know soon.
const UNREACHED_MAX: Duration = Duration::from_secs(30);
/// Waits are longer by up to one part in this many, so that clients do not return all at once.
const JITTER_PARTS: u32 = 4;

/// The wait after `failures` failures in a row (1 or more), doubled each time, with jitter from a
/// random number.
pub fn backoff(failures: u32, random: u64) -> Duration {
    jittered(doubled(failures, BACKOFF_MAX), random)
}

/// The same for calls that certainly never reached Telegram: shorter, and they never die of it.
pub fn backoff_unreached(failures: u32, random: u64) -> Duration {
    jittered(doubled(failures, UNREACHED_MAX), random)
}

/// A wait that Telegram asked for, and a little more: never less.
pub fn after_flood(asked: Duration, random: u64) -> Duration {
    let extra = Duration::from_secs(1).mul_f64(fraction(random));
    asked.saturating_add(extra)
}

fn doubled(failures: u32, longest: Duration) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    BACKOFF_FIRST.saturating_mul(1 << doublings).min(longest)
}

fn jittered(wait: Duration, random: u64) -> Duration {
    wait.saturating_add((wait / JITTER_PARTS).mul_f64(fraction(random)))
}

/// A random number as a fraction of one.
fn fraction(random: u64) -> f64 {
    f64::from(u32::try_from(random >> 32).unwrap_or(u32::MAX)) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_jitter_only_adds() {
        for (failures, seconds) in [(1, 1), (2, 2), (3, 4), (9, 256), (10, 300), (4_000, 300)] {
            let shortest = Duration::from_secs(seconds);
            assert_eq!(backoff(failures, 0), shortest);
            assert!(backoff(failures, u64::MAX) >= shortest);
            assert!(backoff(failures, u64::MAX) <= shortest.mul_f64(1.26));
        }
        assert_eq!(backoff_unreached(30, 0), UNREACHED_MAX);
    }

    #[test]
    fn an_hour_without_telegram_costs_no_letter_and_half_a_day_no_file() {
        for (attempts, hours) in [(OUTBOX_ATTEMPTS_MAX, 1), (FILE_ATTEMPTS_MAX, 12)] {
            let total: Duration = (1..attempts).map(|failures| backoff(failures, 0)).sum();
            assert!(total > Duration::from_secs(hours * 3600), "{total:?}");
        }
    }

    proptest! {
        /// Whatever is counted and drawn: nothing panics, and a wait is neither nothing nor for ever.
        #[test]
        fn every_wait_has_an_end(failures: u32, random: u64, asked in 0_u64..1_000_000_000) {
            for wait in [backoff(failures, random), backoff_unreached(failures, random)] {
                prop_assert!(wait >= BACKOFF_FIRST && wait <= BACKOFF_MAX * 2);
            }
            let asked = Duration::from_secs(asked);
            let wait = after_flood(asked, random);
            prop_assert!(wait >= asked && wait <= asked + Duration::from_secs(1));
        }
    }

    #[test]
    fn a_flood_wait_is_never_cut_short() {
        for random in [0, 1, u64::MAX / 2, u64::MAX] {
            assert!(after_flood(Duration::from_secs(35), random) >= Duration::from_secs(35));
        }
    }
}
