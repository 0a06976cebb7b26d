//! What a chat bears, as Telegram's answers show: less after each flood, more again after long quiet,
//! never more than the config says.

use std::time::Duration;

use crate::domain::time::Timestamp;

/// All of the config's rate, in the unit of shares.
pub const WHOLE: u32 = 1000;
/// A flood leaves so much of a chat's rate.
const AFTER_FLOOD: u32 = 750;
/// The least that a chat keeps of its rate, however often Telegram asks to wait.
const LEAST: u32 = 100;
/// So long without a flood gives a chat one step back.
const STEP_EVERY: Duration = Duration::from_secs(10 * 60);
/// One step.
const STEP: u32 = 50;

/// What a chat has taught.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Learned {
    /// How much of the config's rate it bore right after its last flood, per mille.
    pub share: u32,
    /// When that was.
    pub flooded_at: Timestamp,
}

/// Telegram has asked to leave a chat alone.
pub fn flooded(before: Option<Learned>, now: Timestamp) -> Learned {
    let share = share(before, now).saturating_mul(AFTER_FLOOD) / WHOLE;
    Learned {
        share: share.clamp(LEAST, WHOLE),
        flooded_at: now,
    }
}

/// How much of the config's rate a chat bears now, per mille.
pub fn share(learned: Option<Learned>, now: Timestamp) -> u32 {
    let Some(Learned { share, flooded_at }) = learned else {
        return WHOLE;
    };
    let steps = now.since(flooded_at).as_secs() / STEP_EVERY.as_secs();
    let steps = u32::try_from(steps).unwrap_or(u32::MAX);
    share.saturating_add(STEP.saturating_mul(steps)).min(WHOLE)
}

/// How long a flood is remembered: after this every chat bears the whole again.
pub fn remembered() -> Duration {
    STEP_EVERY.saturating_mul((WHOLE - LEAST) / STEP + 1)
}

/// A limit of the config, as far as a chat bears it: at least one call where there is a limit.
pub fn of_limit(limit: u32, share: u32) -> u32 {
    let borne = u64::from(limit) * u64::from(share) / u64::from(WHOLE);
    u32::try_from(borne).unwrap_or(limit).max(limit.min(1))
}

/// The time between two calls into a private chat that bears less than the config's rate; none where
/// it bears all of it, or the config has no limit.
pub fn gap(calls_per_second: u32, share: u32) -> Option<Duration> {
    if share >= WHOLE || calls_per_second == 0 {
        return None;
    }
    let millis = u64::from(WHOLE) * u64::from(WHOLE)
        / (u64::from(calls_per_second) * u64::from(share.max(1)));
    Some(Duration::from_millis(millis))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_seconds(1_800_000_000 + minutes * 60)
    }

    #[test]
    fn floods_lower_and_quiet_raises() {
        let mut learned = None;
        for (minute, share_then) in [(0, 750), (1, 562), (2, 421)] {
            learned = Some(flooded(learned, at(minute)));
            assert_eq!(share(learned, at(minute)), share_then, "minute {minute}");
        }
        let table = [
            (11, 421),
            (12, 471),
            (22, 521),
            (112, 971),
            (122, 1000),
            (9_999, 1000),
        ];
        for (minute, share_then) in table {
            assert_eq!(share(learned, at(minute)), share_then, "minute {minute}");
        }
        let again = flooded(learned, at(12));
        assert_eq!(again.share, 353);
    }

    #[test]
    fn limits_shrink_to_one_and_none_stays_none() {
        let table = [
            (20, 1000, 20),
            (20, 750, 15),
            (60, 316, 18),
            (2, 100, 1),
            (1, 100, 1),
            (0, 100, 0),
        ];
        for (limit, share, expected) in table {
            assert_eq!(of_limit(limit, share), expected, "{limit} at {share}");
        }
        let table = [
            (1, 1000, None),
            (0, 500, None),
            (1, 500, Some(2_000)),
            (3, 100, Some(3_333)),
        ];
        for (rate, share, millis) in table {
            assert_eq!(
                gap(rate, share),
                millis.map(Duration::from_millis),
                "{rate} at {share}"
            );
        }
    }

    #[test]
    fn a_clock_that_went_back_raises_nothing() {
        let learned = Some(flooded(None, at(50)));
        assert_eq!(share(learned, at(0)), 750);
    }

    proptest! {
        /// Whatever happens: never more than the config, never nothing, and quiet heals.
        #[test]
        fn shares_keep_their_bounds(floods in prop::collection::vec(0_i64..500, 0..40)) {
            let mut now = 0;
            let mut learned = None;
            for wait in floods {
                now += wait;
                let before = share(learned, at(now));
                learned = Some(flooded(learned, at(now)));
                let after = share(learned, at(now));
                prop_assert!(after <= before && (LEAST..=WHOLE).contains(&after));
            }
            let healed = at(now).plus(remembered());
            prop_assert_eq!(share(learned, healed), WHOLE);
        }
    }
}
