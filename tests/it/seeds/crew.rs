//! Several agents who act at once, drawn from a seed: what they do, and how the desk is set up for them.

use std::time::Duration;

use hushdesk::domain::settings::Assignment;

use super::CLIENTS;
use crate::harness::crew::CrewDeed;
use crate::harness::player::Action;
use crate::harness::{Dice, Setup};

/// Agents besides sam.
const CREW: [&str; 3] = ["joe", "kim", "lee"];
/// What keeps the draws of the crew apart from all others, so that seeds play as before without one.
const CREW_SALT: u64 = 0xC2E3;

/// Several agents at once, in half of the seeds.
pub(super) struct Crew {
    dice: Dice,
    pub(super) names: Vec<&'static str>,
    assignment: Assignment,
    percent: u64,
    /// Whether tickets have promised times, agents who do nothing are away, tickets close by themselves, and
    /// clients who write and write raise theirs.
    is_promised: bool,
    goes_away: bool,
    closes: bool,
    raises: bool,
}

impl Crew {
    pub(super) fn draw(seed: u64, may_be: bool) -> Self {
        let dice = Dice::new(seed ^ CREW_SALT);
        let more = [0, 0, 0, 1, 2, 3][usize::try_from(dice.below(6)).expect("small")];
        let more = if may_be { more } else { 0 };
        let mut names = vec!["sam"];
        names.extend(CREW.iter().take(more));
        let is_auto = more > 0 && dice.below(2) == 0;
        Crew {
            names,
            assignment: if is_auto {
                Assignment::Auto
            } else {
                Assignment::Claim
            },
            percent: if more == 0 { 0 } else { 30 + dice.below(50) },
            is_promised: more > 0 && dice.below(2) == 0,
            goes_away: more > 0 && dice.below(2) == 0,
            closes: more > 0 && dice.below(3) == 0,
            raises: more > 0 && dice.below(2) == 0,
            dice,
        }
    }

    /// How the desk is set up for them.
    pub(super) fn settle(&self, setup: Setup) -> Setup {
        let minutes = |minutes: u64| Some(Duration::from_secs(60 * minutes));
        let mut setup = setup;
        setup.agents.assignment = self.assignment;
        if self.is_promised {
            setup.sla.first_response.medium = minutes(5);
            setup.sla.resolution.medium = minutes(20);
            setup.sla.resolution.high = minutes(10);
        }
        if self.goes_away {
            setup.agents.away_after = minutes(10);
        }
        if self.closes {
            setup.tickets.auto_close_after = minutes(30);
            setup.tickets.auto_close_warning = minutes(10);
        }
        if self.raises {
            setup.tickets.escalate_after_messages = 2;
            // What marks some of the clients' texts.
            setup.tickets.escalate_keywords = ["w2", "w5", "w9"].map(str::to_owned).to_vec();
        }
        setup
    }

    /// What they do last: hours of one's own ring for ever.
    pub(super) fn leave_off(&self) -> Vec<Action> {
        if self.names.len() == 1 {
            return Vec::new();
        }
        let names = self.names.iter();
        let deeds = names.flat_map(|agent| {
            [
                Action::Crew(agent, CrewDeed::Joins),
                Action::Run,
                Action::Crew(agent, CrewDeed::InGeneral("/shift off")),
                Action::Run,
            ]
        });
        deeds.collect()
    }

    /// What they do now, all in the same moment.
    pub(super) fn act(&self) -> Vec<Action> {
        if self.dice.below(100) >= self.percent {
            return Vec::new();
        }
        let at_once = 1 + self.dice.below(3);
        (0..at_once).map(|_| self.one()).collect()
    }

    fn one(&self) -> Action {
        let (agent, other) = (self.pick(&self.names), self.pick(&self.names));
        let client = self.pick(&CLIENTS);
        let deed = match self.dice.below(42) {
            0..=4 => CrewDeed::Answers(client),
            5 | 6 => CrewDeed::Commands(client, "/claim"),
            7 => CrewDeed::Presses(client, "Take it"),
            8 => CrewDeed::Presses(client, "Escalate"),
            9 | 10 => CrewDeed::Commands(client, "/unclaim"),
            11 | 12 => CrewDeed::Names(client, "/transfer", other),
            13 => CrewDeed::Names(client, "/assign", other),
            14 => CrewDeed::Commands(client, "/escalate it burns"),
            15 => CrewDeed::InGeneral("/away"),
            16 | 17 => CrewDeed::InGeneral("/available"),
            18 => CrewDeed::InGeneral("/busy"),
            19 | 20 => CrewDeed::InGeneral("/next"),
            21 => CrewDeed::Hides,
            22 | 23 => CrewDeed::Presses(client, "It was me"),
            // Sam administers the group, and stays.
            24 if agent != "sam" => CrewDeed::Leaves,
            25 => CrewDeed::Presses(client, "cannot wait"),
            26 => CrewDeed::OfSomebody("/agent", other, "level 2 capacity 2"),
            27 => CrewDeed::OfSomebody("/agent", other, "level 1 capacity any"),
            28 => CrewDeed::InGeneral("/shift mon-fri 00:00-00:20"),
            29 => CrewDeed::InGeneral("/shift off"),
            30 => CrewDeed::InGeneral("/bulk priority high tag vip"),
            31 => CrewDeed::PressesInGeneral("Do it"),
            32 => CrewDeed::PressesInGeneral("busy"),
            33 => CrewDeed::PressesInGeneral("available"),
            34 => CrewDeed::Stops(client, "/ban"),
            35 => CrewDeed::Stops(client, "/ban 10m noise"),
            36 => CrewDeed::Stops(client, "/mute 5m"),
            37..=39 => CrewDeed::Commands(client, "/unban"),
            _ if agent != "sam" => CrewDeed::Joins,
            _ => CrewDeed::InGeneral("/mine"),
        };
        Action::Crew(agent, deed)
    }

    fn pick(&self, names: &[&'static str]) -> &'static str {
        let count = u64::try_from(names.len()).expect("a short list");
        names[usize::try_from(self.dice.below(count)).expect("a short list")]
    }
}
