//! What is said of a time at a desk: medians and percentiles of first answers, promises missed, what each agent
//! did. Knows no names and no words; what happened is given to it.

use std::collections::BTreeMap;
use std::time::Duration;

use super::hours::Schedule;
use super::sla::Target;
use crate::domain::ids::UserId;
use crate::domain::settings::Sla;
use crate::domain::ticket::{Resolution, TicketPriority};
use crate::domain::time::Timestamp;

/// Of all agents the most active so many are named.
pub const AGENTS_MAX: usize = 10;

/// What happened at a desk in a time, as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Tickets that were opened.
    pub opened: u32,
    /// Tickets that are not closed now.
    pub open_now: u32,
    /// Of those, how many with messages that nobody has answered.
    pub waiting_now: u32,
    /// Tickets that were closed and still are.
    pub closed: Vec<Closed>,
    /// First answers.
    pub answers: Vec<FirstAnswer>,
    /// Promises that were missed.
    pub missed: Vec<Missed>,
    /// How many tickets each agent had at any moment of it.
    pub held: Vec<(UserId, u32)>,
}

/// Tickets that were closed and have all of this in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed {
    /// What came of them, where somebody said it.
    pub resolution: Option<Resolution>,
    /// Who had them.
    pub holder: Option<UserId>,
    /// How urgent they are.
    pub priority: TicketPriority,
    /// Whether the promised time of the close was missed, then or earlier.
    pub is_late: bool,
    /// How many.
    pub count: u32,
}

/// The first answer that a client got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstAnswer {
    /// Whose it was; none: somebody behind the group's name, or it is not known any more.
    pub by: Option<UserId>,
    /// When the client had written.
    pub opened_at: Timestamp,
    /// When the answer came.
    pub answered_at: Timestamp,
    /// How urgent the ticket is.
    pub priority: TicketPriority,
    /// Whether its promised time was missed, then or earlier.
    pub is_late: bool,
}

/// Missed promises that have all of this in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missed {
    /// Of what.
    pub target: Target,
    /// How urgent the tickets were then.
    pub priority: TicketPriority,
    /// Who had them then.
    pub holder: Option<UserId>,
    /// How many.
    pub count: u32,
}

/// What is said of a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Tickets that were opened.
    pub opened: u32,
    /// Tickets that were closed and still are.
    pub closed: u32,
    /// What came of those, the most frequent first.
    pub resolutions: Vec<(Option<Resolution>, u32)>,
    /// Tickets that are not closed now.
    pub open_now: u32,
    /// Of those, how many with messages that nobody has answered.
    pub waiting_now: u32,
    /// How soon the first answers came.
    pub answers: Option<Pace>,
    /// What became of promises, of those targets of which any was due.
    pub promises: Vec<Promise>,
    /// Who did anything, the most active first.
    pub agents: Vec<AgentFigures>,
    /// How many agents more did anything.
    pub more_agents: u32,
    /// Promises that were missed while nobody had the ticket.
    pub nobodys_missed: u32,
}

impl Figures {
    /// Whether nothing happened at all.
    pub fn is_quiet(&self) -> bool {
        self.opened == 0
            && self.closed == 0
            && self.answers.is_none()
            && self.promises.is_empty()
            && self.agents.is_empty()
    }
}

/// How soon answers came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How many answers.
    pub count: u32,
    /// Half of them came within this.
    pub median: Duration,
    /// Nine of ten came within this.
    pub ninetieth: Duration,
}

/// What became of promises of one kind: each counts once, when it was kept or when it was missed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// Of which kind.
    pub target: Target,
    /// How many were missed.
    pub missed: u32,
    /// How many were due.
    pub of: u32,
    /// The same for each priority of which any was missed, the most urgent first.
    pub by_priority: Vec<(TicketPriority, u32, u32)>,
}

/// What an agent did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgentFigures {
    /// Who.
    pub user: UserId,
    /// Tickets that they had at any moment.
    pub held: u32,
    /// Those of them that were closed and still are.
    pub closed: u32,
    /// How soon their first answers came.
    pub answers: Option<Pace>,
    /// Promises that were missed while they had the ticket.
    pub missed: u32,
}

/// What is to be said of what happened. Answers are measured in business hours, as promises are.
pub fn figures(facts: &Facts, sla: &Sla, hours: &Schedule) -> Figures {
    let mut agents = agents(facts, hours);
    let more = agents.len().saturating_sub(AGENTS_MAX);
    agents.truncate(AGENTS_MAX);
    let mut waits: Vec<Duration> = facts.answers.iter().map(|it| wait(it, hours)).collect();
    let promises = Target::ALL.map(|target| promise(facts, sla, target));
    let nobodys = facts.missed.iter().filter(|it| it.holder.is_none());
    Figures {
        opened: facts.opened,
        closed: facts.closed.iter().map(|it| it.count).sum(),
        resolutions: resolutions(&facts.closed),
        open_now: facts.open_now,
        waiting_now: facts.waiting_now,
        answers: pace(&mut waits),
        promises: promises.into_iter().filter(|it| it.of > 0).collect(),
        agents,
        more_agents: u32::try_from(more).unwrap_or(u32::MAX),
        nobodys_missed: nobodys.map(|it| it.count).sum(),
    }
}

fn wait(answer: &FirstAnswer, hours: &Schedule) -> Duration {
    hours.business_between(answer.opened_at, answer.answered_at)
}

fn pace(waits: &mut [Duration]) -> Option<Pace> {
    waits.sort_unstable();
    Some(Pace {
        count: u32::try_from(waits.len()).unwrap_or(u32::MAX),
        median: percentile(waits, 50)?,
        ninetieth: percentile(waits, 90)?,
    })
}

/// The least of some values, in order, that so many percent of them are not above: always one of them.
fn percentile(sorted: &[Duration], percent: usize) -> Option<Duration> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied()
}

fn resolutions(closed: &[Closed]) -> Vec<(Option<Resolution>, u32)> {
    let all = Resolution::ALL.map(Some).into_iter().chain([None]);
    let counted = all.map(|resolution| {
        let of_it = closed.iter().filter(|it| it.resolution == resolution);
        (resolution, of_it.map(|it| it.count).sum())
    });
    let mut counted: Vec<(Option<Resolution>, u32)> =
        counted.filter(|(_, count)| *count > 0).collect();
    counted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counted
}

fn promise(facts: &Facts, sla: &Sla, target: Target) -> Promise {
    let counts = TicketPriority::ALL.into_iter().rev().map(|priority| {
        let of_it = |it: &&Missed| (it.target, it.priority) == (target, priority);
        let missed: u32 = facts.missed.iter().filter(of_it).map(|it| it.count).sum();
        // What nothing was promised of was not kept either.
        let kept = match target.targets(sla).of(priority) {
            Some(_) => kept(facts, target, priority),
            None => 0,
        };
        (priority, missed, missed + kept)
    });
    let counts: Vec<(TicketPriority, u32, u32)> = counts.collect();
    Promise {
        target,
        missed: counts.iter().map(|(_, missed, _)| missed).sum(),
        of: counts.iter().map(|(_, _, of)| of).sum(),
        by_priority: counts
            .into_iter()
            .filter(|(_, missed, _)| *missed > 0)
            .collect(),
    }
}

/// Promises that what happened has kept.
fn kept(facts: &Facts, target: Target, priority: TicketPriority) -> u32 {
    match target {
        Target::FirstResponse => {
            let kept = facts.answers.iter();
            let kept = kept.filter(|it| it.priority == priority && !it.is_late);
            u32::try_from(kept.count()).unwrap_or(u32::MAX)
        }
        Target::Resolution => {
            let kept = facts.closed.iter();
            let kept = kept.filter(|it| it.priority == priority && !it.is_late);
            kept.map(|it| it.count).sum()
        }
    }
}

/// What is gathered of an agent.
#[derive(Default)]
struct Gathered {
    held: u32,
    closed: u32,
    missed: u32,
    waits: Vec<Duration>,
}

fn agents(facts: &Facts, hours: &Schedule) -> Vec<AgentFigures> {
    let mut all: BTreeMap<UserId, Gathered> = BTreeMap::new();
    for (user, held) in &facts.held {
        all.entry(*user).or_default().held += held;
    }
    for closed in &facts.closed {
        if let Some(user) = closed.holder {
            all.entry(user).or_default().closed += closed.count;
        }
    }
    for missed in &facts.missed {
        if let Some(user) = missed.holder {
            all.entry(user).or_default().missed += missed.count;
        }
    }
    for answer in &facts.answers {
        if let Some(user) = answer.by {
            all.entry(user).or_default().waits.push(wait(answer, hours));
        }
    }
    let agents = all.into_iter().map(|(user, mut gathered)| AgentFigures {
        user,
        held: gathered.held,
        closed: gathered.closed,
        answers: pace(&mut gathered.waits),
        missed: gathered.missed,
    });
    let mut agents: Vec<AgentFigures> = agents.collect();
    let did = |it: &AgentFigures| it.closed + it.answers.map_or(0, |pace| pace.count);
    agents.sort_by_key(|it| std::cmp::Reverse((did(it), it.held)));
    agents
}

#[cfg(test)]
mod tests {
    use chrono_tz::UTC;

    use super::*;
    use crate::domain::settings::Targets;
    use crate::domain::ticket::TicketPriority::{Critical, High, Low, Medium};

    const SAM: UserId = UserId(7);
    const JOE: UserId = UserId(8);

    fn minutes(minutes: u64) -> Duration {
        Duration::from_secs(minutes * 60)
    }

    #[test]
    fn percentiles_are_values_that_there_were() {
        for (values, median, ninetieth) in [
            (vec![], None, None),
            (vec![5], Some(5), Some(5)),
            (vec![1, 9], Some(1), Some(9)),
            (vec![1, 2, 9], Some(2), Some(9)),
            (vec![1, 2, 3, 4], Some(2), Some(4)),
            ((1..=10).collect(), Some(5), Some(9)),
            ((1..=11).collect(), Some(6), Some(10)),
            ((1..=100).collect(), Some(50), Some(90)),
            (vec![3; 20], Some(3), Some(3)),
        ] {
            let mut waits: Vec<Duration> = values.iter().rev().map(|it| minutes(*it)).collect();
            let found = pace(&mut waits);
            assert_eq!(
                found.map(|it| it.median),
                median.map(minutes),
                "the median of {values:?}"
            );
            assert_eq!(
                found.map(|it| it.ninetieth),
                ninetieth.map(minutes),
                "nine of ten of {values:?}"
            );
        }
    }

    fn promising(target: Target, priorities: &[TicketPriority]) -> Sla {
        let hour = |priority| priorities.contains(&priority).then(|| minutes(60));
        let targets = Targets {
            low: hour(Low),
            medium: hour(Medium),
            high: hour(High),
            critical: hour(Critical),
        };
        let none = Targets::default();
        let (first_response, resolution) = match target {
            Target::FirstResponse => (targets, none),
            Target::Resolution => (none, targets),
        };
        Sla {
            first_response,
            resolution,
            ..Sla::default()
        }
    }

    fn answered(by: Option<UserId>, after: u64, priority: TicketPriority) -> FirstAnswer {
        let opened_at = Timestamp::from_seconds(1_795_132_800);
        FirstAnswer {
            by,
            opened_at,
            answered_at: opened_at.plus(minutes(after)),
            priority,
            is_late: after > 60,
        }
    }

    fn closed(holder: Option<UserId>, resolution: Option<Resolution>, is_late: bool) -> Closed {
        Closed {
            resolution,
            holder,
            priority: Medium,
            is_late,
            count: 2,
        }
    }

    fn missed(target: Target, priority: TicketPriority, holder: Option<UserId>) -> Missed {
        Missed {
            target,
            priority,
            holder,
            count: 1,
        }
    }

    #[test]
    fn each_promise_counts_once_when_it_is_kept_or_missed() {
        let first = Target::FirstResponse;
        let facts = Facts {
            answers: vec![
                answered(None, 1, Medium),
                answered(None, 2, Medium),
                answered(None, 3, High),
                // Missed long ago, and counted then.
                answered(None, 900, High),
                // Nothing is promised of these.
                answered(None, 4, Low),
            ],
            missed: vec![
                missed(first, High, None),
                missed(first, Critical, Some(SAM)),
            ],
            ..Facts::default()
        };
        let sla = promising(first, &[Medium, High, Critical]);
        let promises = figures(&facts, &sla, &Schedule::always(UTC)).promises;
        assert_eq!(
            promises,
            [Promise {
                target: first,
                missed: 2,
                of: 5,
                by_priority: vec![(Critical, 1, 1), (High, 1, 2)],
            }]
        );
        let close = Target::Resolution;
        let facts = Facts {
            closed: vec![
                closed(None, None, false),
                closed(None, Some(Resolution::Spam), true),
            ],
            missed: vec![missed(close, High, None)],
            ..Facts::default()
        };
        for (promised, of) in [(&[Medium, High][..], 3), (&[][..], 1)] {
            let sla = promising(close, promised);
            let promises = figures(&facts, &sla, &Schedule::always(UTC)).promises;
            let counts: Vec<_> = promises.iter().map(|it| (it.missed, it.of)).collect();
            assert_eq!(counts, [(1, of)], "{promised:?}");
        }
    }

    #[test]
    fn agents_stand_in_the_order_of_what_they_did() {
        let facts = Facts {
            opened: 9,
            closed: vec![
                closed(Some(JOE), Some(Resolution::Solved), false),
                closed(None, None, false),
                closed(None, Some(Resolution::Solved), false),
            ],
            answers: vec![
                answered(Some(JOE), 4, Medium),
                answered(Some(SAM), 2, Medium),
                answered(Some(JOE), 8, Medium),
                answered(None, 100, Medium),
            ],
            missed: vec![
                missed(Target::FirstResponse, Medium, Some(SAM)),
                missed(Target::Resolution, Medium, Some(SAM)),
                missed(Target::Resolution, Medium, None),
            ],
            held: vec![(SAM, 40), (JOE, 3)],
            ..Facts::default()
        };
        let found = figures(&facts, &Sla::default(), &Schedule::always(UTC));
        assert_eq!(
            found.resolutions,
            [(Some(Resolution::Solved), 4), (None, 2)]
        );
        assert_eq!(found.nobodys_missed, 1);
        let pace = |count, median, ninetieth| {
            Some(Pace {
                count,
                median: minutes(median),
                ninetieth: minutes(ninetieth),
            })
        };
        assert_eq!(found.answers, pace(4, 4, 100));
        assert_eq!(
            found.agents,
            [
                AgentFigures {
                    user: JOE,
                    held: 3,
                    closed: 2,
                    answers: pace(2, 4, 8),
                    missed: 0,
                },
                AgentFigures {
                    user: SAM,
                    held: 40,
                    closed: 0,
                    answers: pace(1, 2, 2),
                    missed: 2,
                },
            ]
        );
    }

    #[test]
    fn so_many_agents_are_named_and_the_rest_is_counted() {
        let facts = Facts {
            held: (1..=13).map(|it| (UserId(it), 1)).collect(),
            ..Facts::default()
        };
        let found = figures(&facts, &Sla::default(), &Schedule::always(UTC));
        assert_eq!((found.agents.len(), found.more_agents), (10, 3));
        assert!(!found.is_quiet());
        let nothing = figures(&Facts::default(), &Sla::default(), &Schedule::always(UTC));
        assert!(nothing.is_quiet());
    }

    #[test]
    fn a_night_is_no_wait_where_the_desk_is_closed() {
        let hours = Schedule::parse("mon-fri 09:00-17:00", UTC).expect("it is one");
        // Friday, 16:50, to Monday, 09:05.
        let opened_at = Timestamp::from_seconds(1_795_798_200);
        let answer = FirstAnswer {
            opened_at,
            answered_at: opened_at.plus(minutes(64 * 60 + 15)),
            ..answered(None, 0, Medium)
        };
        let facts = Facts {
            answers: vec![answer],
            ..Facts::default()
        };
        let found = figures(&facts, &Sla::default(), &hours).answers;
        assert_eq!(found.map(|it| it.median), Some(minutes(15)));
    }
}
