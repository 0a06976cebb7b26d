//! Trouble, drawn from a seed: faults of Telegram and the network, and what happens to the groups, the
//! machine and the people.

use std::time::Duration;

use hushdesk::domain::settings::{Flood, NEW_TICKETS_PER_MINUTE};
use hushdesk::sandbox::{Fault, Right};

use super::CLIENTS;
use crate::harness::Dice;
use crate::harness::player::Action;

/// Which kinds of trouble a seed has: a swarm draws a subset, because everything at once hides what
/// each alone would show.
pub(super) struct Swarm {
    pub(super) faults: Vec<usize>,
    pub(super) fault_percent: u64,
    pub(super) kills: bool,
    pub(super) deletes: bool,
    pub(super) blocks: bool,
    pub(super) offline: bool,
    pub(super) topics_off: bool,
    pub(super) rights: bool,
    pub(super) thrown_out: bool,
    pub(super) clock: bool,
    pub(super) limits_known: bool,
    /// Voices of agents are asked about.
    pub(super) asks_agents: bool,
    /// Further bots that post, and whether Telegram counts them with the main one.
    pub(super) voices: usize,
    pub(super) counts_together: bool,
}

impl Swarm {
    pub(super) fn draw(dice: &Dice) -> Self {
        Swarm {
            faults: (0..FAULTS).filter(|_| dice.below(3) == 0).collect(),
            fault_percent: [0, 2, 10, 30][usize::try_from(dice.below(4)).expect("small")],
            kills: dice.below(2) == 0,
            deletes: dice.below(2) == 0,
            blocks: dice.below(3) == 0,
            offline: dice.below(4) == 0,
            topics_off: dice.below(4) == 0,
            rights: dice.below(4) == 0,
            thrown_out: dice.below(4) == 0,
            clock: dice.below(4) == 0,
            limits_known: dice.below(4) > 0,
            asks_agents: dice.below(2) == 0,
            voices: [0, 0, 1, 2][usize::try_from(dice.below(4)).expect("small")],
            counts_together: dice.below(2) == 0,
        }
    }
}

const FAULTS: usize = 15;

fn refused(code: u16, words: &str) -> Fault {
    Fault::Refuse {
        code,
        description: words.to_owned(),
        parameters: None,
    }
}

/// Whether Telegram ever answers a call so.
pub(super) fn may_answer(number: usize, method: &str) -> bool {
    let is_poll = method == "getUpdates";
    match number {
        12 => !is_poll,
        13 => is_poll,
        _ => true,
    }
}

pub(super) fn fault(number: usize, dice: &Dice) -> Fault {
    match number {
        0 => Fault::CutBefore,
        1 => Fault::CutAfter,
        2 => Fault::BadGatewayHtml,
        3 => Fault::BadGatewayAfter,
        4 => Fault::Internal500,
        5 => {
            let ms = 500 + dice.below(9_000);
            // The call or its answer is on its way for so long.
            if ms.is_multiple_of(2) {
                Fault::Slow { ms }
            } else {
                Fault::Late { ms }
            }
        }
        6 => Fault::Hang,
        7 => Fault::HangAfter,
        8 => Fault::Garbage,
        9 => Fault::RetryAfter { seconds: 40 },
        10 => Fault::RetryAfter { seconds: 2 },
        11 => Fault::RetryAfter { seconds: 1_800 },
        14 => Fault::RetryAfter { seconds: 7_200 },
        // The token is not accepted for a moment; of polls only this would end the program.
        12 => refused(401, "Unauthorized"),
        _ => refused(
            409,
            "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
        ),
    }
}

/// What happens to further groups in a seed, a subset for each of them.
pub(super) struct GroupTrouble {
    dice: Dice,
    pub(super) is_basic: bool,
    kinds: [Vec<u64>; 2],
}

/// The kinds of it: kicked and added, rights, topics, deleted.
const TROUBLES: u64 = 4;

impl GroupTrouble {
    pub(super) fn draw(seed: u64) -> Self {
        let dice = Dice::new(seed ^ 0x6_20B5);
        let draw = || (0..TROUBLES).filter(|_| dice.below(3) == 0).collect();
        GroupTrouble {
            kinds: [draw(), draw()],
            is_basic: dice.below(4) == 0,
            dice,
        }
    }

    /// What happens to one of them now, if anything does.
    pub(super) fn next(&self) -> Option<Action> {
        let dice = &self.dice;
        if dice.below(4) > 0 {
            return None;
        }
        let desk = usize::try_from(dice.below(2)).expect("small");
        if self.is_basic && desk == 1 && dice.below(4) == 0 {
            return Some(Action::AtDesk(desk, Box::new(Action::UpgradesGroup)));
        }
        let kinds = &self.kinds[desk];
        let count = u64::try_from(kinds.len()).expect("few");
        let kind = dice.below(count.max(1));
        let kind = kinds.get(usize::try_from(kind).expect("few"))?;
        let is_on = dice.below(2) == 0;
        let action = match (kind, is_on) {
            (0, true) => Action::KicksBot,
            (0, false) => Action::AddsBot,
            (1, _) => {
                let rights = u64::try_from(Right::ALL.len()).expect("few");
                let right = usize::try_from(dice.below(rights)).expect("few");
                Action::Right(Right::ALL[right], is_on)
            }
            (2, _) => Action::Topics(is_on),
            // For ever: late and seldom.
            _ if dice.below(6) == 0 => Action::DeletesGroup,
            _ => return None,
        };
        Some(Action::AtDesk(desk, Box::new(action)))
    }
}

/// What keeps the draws of rare trouble apart from all others.
const RARE_SALT: u64 = 0x4A2E;

/// What is rare, or cannot be undone by whoever it happens to: the machine's disk and database, an account
/// that is deleted, a main group that is deleted or has yet to become a forum.
pub(super) struct RareTrouble {
    dice: Dice,
    /// The config names a basic group, which becomes a forum in the course of things.
    pub(super) is_basic: bool,
    deletes_main: bool,
    deactivates: bool,
    fills_disk: bool,
    locks: bool,
    deletes_copies: bool,
}

impl RareTrouble {
    pub(super) fn draw(seed: u64) -> Self {
        let dice = Dice::new(seed ^ RARE_SALT);
        RareTrouble {
            is_basic: dice.below(12) == 0,
            deletes_main: dice.below(12) == 0,
            deactivates: dice.below(6) == 0,
            fills_disk: dice.below(6) == 0,
            locks: dice.below(6) == 0,
            deletes_copies: dice.below(4) == 0,
            dice,
        }
    }

    /// What happens now, if anything does.
    pub(super) fn next(&self) -> Option<Action> {
        let dice = &self.dice;
        let client = CLIENTS[usize::try_from(dice.below(3)).expect("small")];
        let is_on = dice.below(2) == 0;
        match dice.below(40) {
            0..=3 if self.is_basic => Some(Action::UpgradesGroup),
            4 if self.deletes_main => Some(Action::DeletesGroup),
            5 | 6 if self.deactivates => Some(Action::Deactivates(client)),
            7..=11 if self.fills_disk => Some(Action::DiskFull(is_on)),
            12..=16 if self.locks => Some(Action::Locked(is_on)),
            17..=19 if self.deletes_copies => Some(Action::DeletesCopy(client)),
            20 | 21 if self.deactivates || self.deletes_main => {
                Some(Action::Pass(Duration::from_secs(dice.below(7_200))))
            }
            _ => None,
        }
    }
}

/// What keeps the draws of the budget apart from all others.
const BUDGET_SALT: u64 = 0x0B5E;

/// What a group bears in a minute. In one of five seeds that is little: texts share posts, new tickets wait for
/// each other, albums for room.
pub(super) struct Budget {
    pub(super) calls_per_minute: u32,
    pub(super) new_tickets_per_minute: u32,
}

impl Budget {
    pub(super) fn draw(seed: u64) -> Self {
        let dice = Dice::new(seed ^ BUDGET_SALT);
        if dice.below(5) > 0 {
            return Budget {
                calls_per_minute: Flood::default().group_calls_per_minute,
                new_tickets_per_minute: NEW_TICKETS_PER_MINUTE,
            };
        }
        let draw = |from: u32, below| from + u32::try_from(dice.below(below)).expect("small");
        Budget {
            calls_per_minute: draw(3, 4),
            new_tickets_per_minute: draw(1, 3),
        }
    }
}
