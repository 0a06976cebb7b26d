//! Flood limits: when Telegram says "retry after".
//!
//! Numbers come from the bots FAQ and core.telegram.org/api/bots/ai; the shapes (a window for
//! groups, a bucket for private chats) are choices. Must not know methods or messages: callers say
//! which family a call belongs to and how many messages it makes.

use std::collections::{BTreeMap, VecDeque};

use crate::sandbox::settings::Settings;
use crate::sandbox::world::Place;

const SECOND_MS: i64 = 1_000;
/// The window in which the calls into a group are counted (bots FAQ: 20 messages a minute).
const GROUP_WINDOW_MS: i64 = 60 * SECOND_MS;

/// Which budget a call draws on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Family {
    /// Makes messages or service messages.
    Message,
    Edit,
    Reaction,
    Typing,
    /// Never counted.
    Free,
}

/// What the meters say about a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Pass,
    /// Accepted, and answered this much later.
    Delayed {
        ms: u64,
    },
    /// Over the limit; `early` if a `retry_after` was still running and the caller knew it.
    Refused {
        seconds: u32,
        early: bool,
    },
}

/// Calls within a sliding window.
#[derive(Debug, Default)]
struct Window {
    stamps: VecDeque<i64>,
}

impl Window {
    fn wait_ms(&mut self, limit: u32, span_ms: i64, items: u32, now_ms: i64) -> i64 {
        while self
            .stamps
            .front()
            .is_some_and(|stamp| *stamp <= now_ms - span_ms)
        {
            self.stamps.pop_front();
        }
        let wanted = self.stamps.len() + items.min(limit) as usize;
        if limit == 0 || wanted <= limit as usize {
            return 0;
        }
        let freed = self.stamps[wanted - limit as usize - 1];
        freed + span_ms - now_ms
    }

    fn take(&mut self, limit: u32, items: u32, at_ms: i64) {
        if limit > 0 {
            self.stamps.extend((0..items).map(|_| at_ms));
        }
    }
}

/// A bucket that refills evenly, kept as the time at which it would be full again.
#[derive(Debug, Default)]
struct Bucket {
    full_again_ms: i64,
}

impl Bucket {
    fn wait_ms(&self, burst: u32, interval_ms: i64, items: u32, now_ms: i64) -> i64 {
        let items = i64::from(items.min(burst.max(1)));
        let allowed = (i64::from(burst.max(1)) - items) * interval_ms;
        (self.full_again_ms.max(now_ms) - now_ms - allowed).max(0)
    }

    fn take(&mut self, interval_ms: i64, items: u32, at_ms: i64) {
        self.full_again_ms = self.full_again_ms.max(at_ms) + interval_ms * i64::from(items);
    }
}

/// A running `retry_after`.
#[derive(Clone, Copy, Debug)]
struct Penalty {
    since_ms: i64,
    until_ms: i64,
}

#[derive(Debug, Default)]
struct ChatMeter {
    messages: Window,
    bucket: Bucket,
    edits: Window,
    edit_bucket: Bucket,
    typing_short: Window,
    typing_long: Window,
    penalties: BTreeMap<Family, Penalty>,
}

#[derive(Debug, Default)]
pub(crate) struct Meters {
    chats: BTreeMap<(i64, Place), ChatMeter>,
    global: BTreeMap<i64, Window>,
}

/// One call to be metered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draw {
    pub bot: i64,
    pub place: Place,
    pub private: bool,
    pub family: Family,
    /// Messages it makes.
    pub items: u32,
    pub now_ms: i64,
}

impl Meters {
    /// Counts a call, or refuses it.
    pub fn draw(&mut self, settings: &Settings, draw: Draw) -> Verdict {
        let Some(family) = counted_family(settings, draw.family) else {
            return Verdict::Pass;
        };
        if is_unlimited(settings) && self.chats.is_empty() {
            return Verdict::Pass;
        }
        if let Some(refused) = self.penalised(settings, family, draw) {
            return refused;
        }
        let meter = self.chats.entry(counted_as(settings, draw)).or_default();
        let global = self.global.entry(draw.bot).or_default();
        let mut wait_ms = meter.wait_ms(settings, family, draw);
        if family != Family::Typing {
            let limit = settings.global_per_second;
            wait_ms = wait_ms.max(global.wait_ms(limit, SECOND_MS, draw.items, draw.now_ms));
        }
        if wait_ms > settings.absorb_ms as i64 {
            return meter.refuse(family, wait_ms, draw.now_ms);
        }
        let at_ms = draw.now_ms + wait_ms;
        meter.take(settings, family, draw, at_ms);
        if family != Family::Typing {
            global.take(settings.global_per_second, draw.items, at_ms);
        }
        match u64::try_from(wait_ms) {
            Ok(ms) if ms > 0 => Verdict::Delayed { ms },
            Ok(_) | Err(_) => Verdict::Pass,
        }
    }

    /// A call while a wait of its bot runs, or one of all bots that are counted with it, is refused and may
    /// make that longer; one of all bots never longer than the window in which they are counted, unless their
    /// waits may be longer.
    fn penalised(&mut self, settings: &Settings, family: Family, draw: Draw) -> Option<Verdict> {
        let now_ms = draw.now_ms;
        let running = [counted_as(settings, draw), own(draw)].map(|whose| {
            let meter = self.chats.get_mut(&whose)?;
            Some((whose, meter.running(family, now_ms)?))
        });
        let running = running.into_iter().flatten();
        let (whose, mut penalty) = running.max_by_key(|(_, one)| one.until_ms)?;
        let early = now_ms - penalty.since_ms >= settings.grace_ms;
        if early {
            let left_ms = penalty.until_ms - now_ms;
            let grown_ms = penalty.until_ms + left_ms * i64::from(settings.penalty_growth) / 100;
            let is_long_for_all = settings.unconfirmed.long_waits_are_of_all_bots;
            penalty.until_ms = if is_long_for_all || whose == own(draw) {
                grown_ms
            } else {
                grown_ms.min(penalty.until_ms.max(now_ms + GROUP_WINDOW_MS))
            };
        }
        let seconds = whole_seconds(penalty.until_ms - now_ms);
        penalty.until_ms = now_ms + i64::from(seconds) * SECOND_MS;
        let meter = self.chats.entry(whose).or_default();
        meter.penalties.insert(family, penalty);
        Some(Verdict::Refused { seconds, early })
    }

    /// Starts a `retry_after` that a test or a fault asked for. One that is longer than the window of a
    /// group may be its bot's alone: no count of a minute asks for so much.
    pub fn penalise(&mut self, settings: &Settings, draw: Draw, seconds: u32) {
        // An uncounted call that is refused all the same closes the chat for messages.
        let family = counted_family(settings, draw.family).unwrap_or(Family::Message);
        let wait_ms = i64::from(seconds) * SECOND_MS;
        let is_for_all =
            wait_ms <= GROUP_WINDOW_MS || settings.unconfirmed.long_waits_are_of_all_bots;
        let whose = if is_for_all {
            counted_as(settings, draw)
        } else {
            own(draw)
        };
        let meter = self.chats.entry(whose).or_default();
        let until_ms = draw.now_ms + wait_ms;
        meter.penalties.insert(
            family,
            Penalty {
                since_ms: draw.now_ms,
                until_ms,
            },
        );
    }
}

/// The meter of the calls of one bot into a chat.
fn own(draw: Draw) -> (i64, Place) {
    (draw.bot, draw.place)
}

/// Whose calls into which chat share a meter. Bot 0 stands for all of them.
fn counted_as(settings: &Settings, draw: Draw) -> (i64, Place) {
    let is_together = !draw.private && settings.unconfirmed.groups_count_bots_together;
    (if is_together { 0 } else { draw.bot }, draw.place)
}

/// Whether a call of a family uses up anybody's budget.
pub(crate) fn is_counted(settings: &Settings, family: Family) -> bool {
    counted_family(settings, family).is_some()
}

/// The family whose budget really is used; `None` = uncounted.
fn counted_family(settings: &Settings, family: Family) -> Option<Family> {
    match family {
        Family::Free => None,
        Family::Edit if settings.unconfirmed.edits_share_bucket => Some(Family::Message),
        Family::Reaction if settings.unconfirmed.reactions_count => Some(Family::Message),
        Family::Reaction => None,
        Family::Message | Family::Edit | Family::Typing => Some(family),
    }
}

fn is_unlimited(settings: &Settings) -> bool {
    settings.global_per_second == 0
        && settings.private_per_second == 0
        && settings.group_per_minute == 0
        && settings.typing_per_5_seconds == 0
        && settings.typing_per_30_seconds == 0
}

fn interval_ms(settings: &Settings) -> i64 {
    SECOND_MS / i64::from(settings.private_per_second.max(1))
}

impl ChatMeter {
    /// The wait that runs, if one does.
    fn running(&mut self, family: Family, now_ms: i64) -> Option<Penalty> {
        let penalty = *self.penalties.get(&family)?;
        if now_ms >= penalty.until_ms {
            self.penalties.remove(&family);
            return None;
        }
        Some(penalty)
    }

    fn refuse(&mut self, family: Family, wait_ms: i64, now_ms: i64) -> Verdict {
        let seconds = whole_seconds(wait_ms);
        self.penalties.insert(
            family,
            Penalty {
                since_ms: now_ms,
                until_ms: now_ms + i64::from(seconds) * SECOND_MS,
            },
        );
        Verdict::Refused {
            seconds,
            early: false,
        }
    }

    fn wait_ms(&mut self, settings: &Settings, family: Family, draw: Draw) -> i64 {
        let Draw { items, now_ms, .. } = draw;
        if family == Family::Typing {
            let short = settings.typing_per_5_seconds;
            let long = settings.typing_per_30_seconds;
            return self
                .typing_short
                .wait_ms(short, 5 * SECOND_MS, 1, now_ms)
                .max(self.typing_long.wait_ms(long, 30 * SECOND_MS, 1, now_ms));
        }
        let (window, bucket) = self.message_meters(family);
        if draw.private && settings.private_per_second > 0 {
            bucket.wait_ms(settings.private_burst, interval_ms(settings), items, now_ms)
        } else if draw.private {
            0
        } else {
            window.wait_ms(settings.group_per_minute, GROUP_WINDOW_MS, items, now_ms)
        }
    }

    fn take(&mut self, settings: &Settings, family: Family, draw: Draw, at_ms: i64) {
        if family == Family::Typing {
            self.typing_short
                .take(settings.typing_per_5_seconds, 1, at_ms);
            self.typing_long
                .take(settings.typing_per_30_seconds, 1, at_ms);
            return;
        }
        let (window, bucket) = self.message_meters(family);
        if !draw.private {
            window.take(settings.group_per_minute, draw.items, at_ms);
        } else if settings.private_per_second > 0 {
            bucket.take(interval_ms(settings), draw.items, at_ms);
        }
    }

    fn message_meters(&mut self, family: Family) -> (&mut Window, &mut Bucket) {
        if family == Family::Edit {
            (&mut self.edits, &mut self.edit_bucket)
        } else {
            (&mut self.messages, &mut self.bucket)
        }
    }
}

fn whole_seconds(ms: i64) -> u32 {
    let seconds = (ms + SECOND_MS - 1) / SECOND_MS;
    u32::try_from(seconds.max(1)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(family: Family, private: bool, now_ms: i64) -> Draw {
        Draw {
            bot: 1,
            place: Place { bot: 0, chat: -100 },
            private,
            family,
            items: 1,
            now_ms,
        }
    }

    #[test]
    fn a_group_takes_twenty_a_minute_from_all_families() {
        let settings = Settings::default();
        let mut meters = Meters::default();
        for index in 0..20 {
            let family = if index % 2 == 0 {
                Family::Message
            } else {
                Family::Edit
            };
            let verdict = meters.draw(&settings, draw(family, false, index * 100));
            assert_eq!(verdict, Verdict::Pass, "call {index}");
        }
        let refused = meters.draw(&settings, draw(Family::Message, false, 2_000));
        assert_eq!(
            refused,
            Verdict::Refused {
                seconds: 58,
                early: false
            }
        );
        let pass = meters.draw(&settings, draw(Family::Message, false, 60_000));
        assert_eq!(pass, Verdict::Pass);
    }

    #[test]
    fn a_group_counts_its_bots_together_or_apart() {
        for (together, expected) in [(true, 20), (false, 40)] {
            let mut settings = Settings::default();
            settings.unconfirmed.groups_count_bots_together = together;
            let mut meters = Meters::default();
            let passed = (0..60)
                .filter(|index| {
                    let draw = Draw {
                        bot: 1 + index % 2,
                        ..draw(Family::Message, false, *index)
                    };
                    meters.draw(&settings, draw) == Verdict::Pass
                })
                .count();
            assert_eq!(passed, expected, "together: {together}");
        }
    }

    #[test]
    fn an_early_call_is_told_so_and_pays() {
        let settings = Settings::default();
        let mut meters = Meters::default();
        meters.penalise(&settings, draw(Family::Message, false, 0), 10);
        assert_eq!(
            meters.draw(&settings, draw(Family::Message, false, 5_000)),
            Verdict::Refused {
                seconds: 10,
                early: true
            }
        );
        let later = meters.draw(&settings, draw(Family::Message, false, 15_000));
        assert_eq!(later, Verdict::Pass);
    }

    #[test]
    fn a_wait_is_that_of_all_bots_that_are_counted_together_and_a_long_one_may_not_be() {
        let early = |seconds| Verdict::Refused {
            seconds,
            early: true,
        };
        let pass = Verdict::Pass;
        // Whether bots are counted together and long waits are those of all of them; what another bot is answered
        // a second later, then the same one, then the other one again.
        for (together, long, seconds, expected) in [
            (true, true, 60, [early(118), early(236), early(472)]),
            (true, true, 61, [early(120), early(240), early(480)]),
            (true, true, 7_200, [14_398, 28_796, 57_592].map(early)),
            (true, false, 60, [early(60), early(60), early(60)]),
            (true, false, 61, [pass, early(120), pass]),
            (true, false, 7_200, [pass, early(14_398), pass]),
            (false, true, 60, [pass, early(118), pass]),
            (false, true, 7_200, [pass, early(14_398), pass]),
            (false, false, 60, [pass, early(118), pass]),
            (false, false, 61, [pass, early(120), pass]),
        ] {
            let mut settings = Settings::default();
            settings.unconfirmed.groups_count_bots_together = together;
            settings.unconfirmed.long_waits_are_of_all_bots = long;
            let mut meters = Meters::default();
            let of = |bot, now_ms| Draw {
                bot,
                ..draw(Family::Message, false, now_ms)
            };
            meters.penalise(&settings, of(2, 0), seconds);
            for (bot, expected) in [1, 2, 1].into_iter().zip(expected) {
                let verdict = meters.draw(&settings, of(bot, 1_000));
                let case = format!("together {together}, long {long}, {seconds} s, bot {bot}");
                assert_eq!(verdict, expected, "{case}");
            }
        }
    }

    #[test]
    fn a_private_chat_has_a_burst_and_then_one_a_second() {
        let settings = Settings::default();
        let mut meters = Meters::default();
        for _ in 0..5 {
            let verdict = meters.draw(&settings, draw(Family::Message, true, 0));
            assert_eq!(verdict, Verdict::Pass);
        }
        assert_eq!(
            meters.draw(&settings, draw(Family::Message, true, 0)),
            Verdict::Refused {
                seconds: 1,
                early: false
            }
        );
        for second in 1..10 {
            let verdict = meters.draw(&settings, draw(Family::Message, true, second * 1_000));
            assert_eq!(verdict, Verdict::Pass, "second {second}");
        }
    }

    #[test]
    fn small_waits_are_hidden() {
        let settings = Settings {
            absorb_ms: 8_000,
            ..Settings::default()
        };
        let mut meters = Meters::default();
        for _ in 0..5 {
            meters.draw(&settings, draw(Family::Message, true, 0));
        }
        assert_eq!(
            meters.draw(&settings, draw(Family::Message, true, 0)),
            Verdict::Delayed { ms: 1_000 }
        );
        assert_eq!(
            meters.draw(&settings, draw(Family::Message, true, 0)),
            Verdict::Delayed { ms: 2_000 }
        );
    }

    #[test]
    fn typing_has_its_own_two_windows() {
        let settings = Settings::default();
        let mut meters = Meters::default();
        for _ in 0..20 {
            let verdict = meters.draw(&settings, draw(Family::Typing, true, 0));
            assert_eq!(verdict, Verdict::Pass);
        }
        assert_eq!(
            meters.draw(&settings, draw(Family::Typing, true, 1_000)),
            Verdict::Refused {
                seconds: 4,
                early: false
            }
        );
        let message = meters.draw(&settings, draw(Family::Message, true, 1_000));
        assert_eq!(message, Verdict::Pass);
    }

    #[test]
    fn albums_and_reactions_follow_the_settings() {
        let mut settings = Settings::default();
        let mut meters = Meters::default();
        let album = Draw {
            items: 20,
            ..draw(Family::Message, false, 0)
        };
        assert_eq!(meters.draw(&settings, album), Verdict::Pass);
        let reaction = draw(Family::Reaction, false, 1);
        assert_eq!(meters.draw(&settings, reaction), Verdict::Pass);
        settings.unconfirmed.reactions_count = true;
        assert!(matches!(
            meters.draw(&settings, reaction),
            Verdict::Refused { .. }
        ));
    }
}
