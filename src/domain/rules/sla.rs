//! How soon a client is to be answered and helped, counted in business hours, and what happens on the
//! way there. A clock is two values that can be stored; when something is due follows from them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::hours::Schedule;
use crate::domain::settings::{Sla, Targets};
use crate::domain::ticket::{TicketPriority, TicketState};
use crate::domain::time::Timestamp;

/// Business time that a ticket has used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// What was used up while it ran before.
    pub used: Duration,
    /// Since when it runs; none while it stands still.
    pub running_since: Option<Timestamp>,
}

impl Clock {
    /// What is used up at a moment.
    pub fn used_at(self, at: Timestamp, hours: &Schedule) -> Duration {
        match self.running_since {
            Some(since) => self.used + hours.business_between(since, at),
            None => self.used,
        }
    }

    /// The same clock, running from `at` on or standing still; nothing changes where it does that
    /// already.
    pub fn set(self, is_running: bool, at: Timestamp, hours: &Schedule) -> Self {
        match (is_running, self.running_since) {
            (true, Some(_)) | (false, None) => self,
            (true, None) => Self {
                running_since: Some(at),
                ..self
            },
            (false, Some(_)) => Self {
                used: self.used_at(at, hours),
                running_since: None,
            },
        }
    }

    /// When so much will be used up, if it goes on running. None where it stands still, or where that is
    /// further ahead than schedules look.
    pub fn reaches(self, used: Duration, hours: &Schedule) -> Option<Timestamp> {
        let since = self.running_since?;
        hours.after_business(since, used.saturating_sub(self.used))
    }
}

/// What the clocks of a ticket depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Course {
    /// The state of the ticket.
    pub state: TicketState,
    /// Whether there was a first answer.
    pub is_answered: bool,
    /// Whether nothing of the client's waits for an answer.
    pub client_owes_answer: bool,
    /// Whether the client can be written to.
    pub is_reachable: bool,
}

/// Whether the clock of a target runs: never while the client cannot be written to. That of the first answer
/// stops with the answer and while the ticket is closed, that of the close as [`resolution_runs`] says.
pub const fn runs(target: Target, course: Course) -> bool {
    let is_wanted = match target {
        Target::FirstResponse => {
            !course.is_answered && !matches!(course.state, TicketState::Closed)
        }
        Target::Resolution => resolution_runs(course.state, course.client_owes_answer),
    };
    is_wanted && course.is_reachable
}

/// Whether the clock of the close runs as far as the desk is concerned: not while the ticket is put aside, is
/// done, or the client owes the answer.
pub const fn resolution_runs(state: TicketState, client_owes_answer: bool) -> bool {
    match state {
        TicketState::Open | TicketState::Assigned | TicketState::Escalated => !client_owes_answer,
        TicketState::Snoozed | TicketState::Closed => false,
    }
}

/// The clocks of a ticket, as they are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clocks {
    /// That of the first answer.
    pub first_response: Clock,
    /// That of the close.
    pub resolution: Clock,
}

impl Clocks {
    /// The clock of a target.
    pub const fn of(self, target: Target) -> Clock {
        match target {
            Target::FirstResponse => self.first_response,
            Target::Resolution => self.resolution,
        }
    }

    /// The same clocks from `at` on.
    pub fn set(self, course: Course, at: Timestamp, hours: &Schedule) -> Self {
        let set = |target| self.of(target).set(runs(target, course), at, hours);
        Self {
            first_response: set(Target::FirstResponse),
            resolution: set(Target::Resolution),
        }
    }
}

/// What happens on the way to a target, and after it, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The agents are warned.
    Warn,
    /// The target is missed.
    Breach,
    /// Whoever has the ticket is reminded.
    Remind,
    /// It goes to somebody else.
    Reassign,
    /// It is escalated.
    Escalate,
}

impl Step {
    /// Every step.
    pub const ALL: [Step; 5] = [
        Step::Warn,
        Step::Breach,
        Step::Remind,
        Step::Reassign,
        Step::Escalate,
    ];

    /// Its name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Step::Warn => "warn",
            Step::Breach => "breach",
            Step::Remind => "remind",
            Step::Reassign => "reassign",
            Step::Escalate => "escalate",
        }
    }
}

/// Which target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The first answer.
    FirstResponse,
    /// The close.
    Resolution,
}

impl Target {
    /// Both.
    pub const ALL: [Target; 2] = [Target::FirstResponse, Target::Resolution];

    /// Its name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Target::FirstResponse => "first_response",
            Target::Resolution => "resolution",
        }
    }

    pub(super) const fn targets(self, sla: &Sla) -> &Targets {
        match self {
            Target::FirstResponse => &sla.first_response,
            Target::Resolution => &sla.resolution,
        }
    }
}

/// The steps that a target has, with the percent of it at which each is taken, the earliest first. A
/// missed close is a breach and raises the ticket at `escalate_at_percent` as well; nobody is reminded of
/// it, and it does not go round.
pub fn steps(sla: &Sla, target: Target) -> Vec<(Step, u32)> {
    let all = [
        (Step::Warn, sla.warn_at_percent),
        (Step::Breach, 100),
        (Step::Remind, sla.remind_at_percent),
        (Step::Reassign, sla.reassign_at_percent),
        (Step::Escalate, sla.escalate_at_percent),
    ];
    let mut steps: Vec<(Step, u32)> = all
        .into_iter()
        .filter(|(_, percent)| *percent > 0)
        .filter(|(step, _)| match (target, step) {
            (Target::Resolution, Step::Remind | Step::Reassign) => false,
            (Target::Resolution, Step::Warn | Step::Breach | Step::Escalate)
            | (Target::FirstResponse, _) => true,
        })
        .collect();
    steps.sort_by_key(|(step, percent)| (*percent, *step));
    steps
}

/// When a target is missed; none where there is none, or where its clock stands still.
pub fn due(
    sla: &Sla,
    hours: &Schedule,
    target: Target,
    priority: TicketPriority,
    clock: Clock,
) -> Option<Timestamp> {
    clock.reaches(target.targets(sla).of(priority)?, hours)
}

/// The next step, and when: the first that is not among `done`. It may lie in the past, after an outage
/// or a change of the priority; then it is due now.
pub fn next_step(
    sla: &Sla,
    hours: &Schedule,
    (target, priority): (Target, TicketPriority),
    clock: Clock,
    done: &[Step],
) -> Option<(Step, Timestamp)> {
    let length = target.targets(sla).of(priority)?;
    let (step, percent) = steps(sla, target)
        .into_iter()
        .find(|(step, _)| !done.contains(step))?;
    let at = clock.reaches(length.saturating_mul(percent) / 100, hours)?;
    Some((step, at))
}

/// Whether a target was missed at a moment.
pub fn is_breached(
    sla: &Sla,
    hours: &Schedule,
    (target, priority): (Target, TicketPriority),
    clock: Clock,
    at: Timestamp,
) -> bool {
    target
        .targets(sla)
        .of(priority)
        .is_some_and(|length| clock.used_at(at, hours) > length)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use chrono_tz::UTC;

    use super::*;
    use TicketPriority::{Critical, High, Low, Medium};

    fn at(text: &str) -> Timestamp {
        let time = DateTime::parse_from_rfc3339(&format!("{text}:00Z")).expect(text);
        Timestamp::from_millis(time.timestamp_millis())
    }

    fn office() -> Schedule {
        Schedule::parse("mon-fri 09:00-17:00", UTC).expect("it is one")
    }

    const fn minutes(count: u64) -> Duration {
        Duration::from_secs(60 * count)
    }

    /// 2026-11-27 is a Friday.
    const FRIDAY_MORNING: &str = "2026-11-27T10:00";
    const FRIDAY_EVENING: &str = "2026-11-27T16:30";

    /// A clock that begins to run.
    fn started(at: Timestamp) -> Clock {
        Clock {
            used: Duration::ZERO,
            running_since: Some(at),
        }
    }

    #[test]
    fn targets_are_due_in_business_hours() {
        let sla = Sla::default();
        for (target, priority, opened, expected) in [
            (
                Target::FirstResponse,
                Critical,
                FRIDAY_MORNING,
                "2026-11-27T10:15",
            ),
            (
                Target::FirstResponse,
                High,
                FRIDAY_MORNING,
                "2026-11-27T11:00",
            ),
            (
                Target::FirstResponse,
                Medium,
                FRIDAY_MORNING,
                "2026-11-27T14:00",
            ),
            (
                Target::FirstResponse,
                Low,
                FRIDAY_MORNING,
                "2026-11-30T10:00",
            ),
            (
                Target::FirstResponse,
                High,
                FRIDAY_EVENING,
                "2026-11-30T09:30",
            ),
            (
                Target::FirstResponse,
                Critical,
                "2026-11-28T12:00",
                "2026-11-30T09:15",
            ),
            (Target::Resolution, High, FRIDAY_MORNING, "2026-11-30T10:00"),
            (Target::Resolution, Low, FRIDAY_MORNING, "2026-12-10T10:00"),
        ] {
            let clock = started(at(opened));
            let found = due(&sla, &office(), target, priority, clock);
            assert_eq!(
                found,
                Some(at(expected)),
                "{target:?} {priority:?} {opened}"
            );
        }
        let mut none = sla;
        none.first_response.low = None;
        let clock = started(at(FRIDAY_MORNING));
        assert_eq!(
            due(&none, &office(), Target::FirstResponse, Low, clock),
            None
        );
        let never = next_step(&none, &office(), (Target::FirstResponse, Low), clock, &[]);
        assert_eq!(never, None);
    }

    #[test]
    fn one_step_follows_the_other() {
        let sla = Sla::default();
        let clock = started(at(FRIDAY_MORNING));
        let always = Schedule::always(UTC);
        let mut done = Vec::new();
        let mut seen = Vec::new();
        while let Some((step, then)) =
            next_step(&sla, &always, (Target::FirstResponse, High), clock, &done)
        {
            seen.push((step, then));
            done.push(step);
        }
        let expected = [
            (Step::Warn, "2026-11-27T10:45"),
            (Step::Breach, "2026-11-27T11:00"),
            (Step::Remind, "2026-11-27T11:00"),
            (Step::Reassign, "2026-11-27T11:30"),
            (Step::Escalate, "2026-11-27T12:00"),
        ];
        assert_eq!(seen, expected.map(|(step, then)| (step, at(then))));
        let steps = |sla: &Sla, target| -> Vec<Step> {
            steps(sla, target)
                .into_iter()
                .map(|(step, _)| step)
                .collect()
        };
        assert_eq!(
            steps(&sla, Target::Resolution),
            [Step::Warn, Step::Breach, Step::Escalate]
        );
        let early = Sla {
            warn_at_percent: 0,
            remind_at_percent: 50,
            escalate_at_percent: 0,
            ..sla
        };
        assert_eq!(
            steps(&early, Target::FirstResponse),
            [Step::Remind, Step::Breach, Step::Reassign]
        );
    }

    #[test]
    fn a_clock_that_stands_still_uses_nothing() {
        let hours = office();
        let clock = started(at(FRIDAY_MORNING));
        let paused = clock.set(false, at("2026-11-27T12:00"), &hours);
        assert_eq!(paused.used, minutes(120));
        assert_eq!(paused.used_at(at("2026-12-24T12:00"), &hours), minutes(120));
        assert_eq!(paused.reaches(minutes(480), &hours), None);
        assert_eq!(paused.set(false, at("2026-11-27T13:00"), &hours), paused);

        let resumed = paused.set(true, at("2026-11-30T09:00"), &hours);
        assert_eq!(resumed.set(true, at("2026-11-30T12:00"), &hours), resumed);
        let sla = Sla::default();
        let found = due(&sla, &hours, Target::Resolution, High, resumed);
        assert_eq!(found, Some(at("2026-11-30T15:00")));
        let high = (Target::Resolution, High);
        assert!(!is_breached(
            &sla,
            &hours,
            high,
            resumed,
            at("2026-11-30T15:00")
        ));
        assert!(is_breached(
            &sla,
            &hours,
            high,
            resumed,
            at("2026-11-30T15:01")
        ));
        // More urgent now: that was over before it was paused.
        let missed = due(&sla, &hours, Target::FirstResponse, Critical, resumed);
        assert_eq!(missed, Some(at("2026-11-30T09:00")));
    }

    #[test]
    fn no_clock_runs_while_the_client_cannot_be_written_to() {
        for (state, is_answered, client_owes_answer, first, close) in [
            (TicketState::Open, false, false, true, true),
            (TicketState::Open, true, false, false, true),
            (TicketState::Assigned, true, true, false, false),
            (TicketState::Escalated, false, false, true, true),
            (TicketState::Snoozed, false, false, true, false),
            (TicketState::Closed, false, false, false, false),
        ] {
            for is_reachable in [true, false] {
                let course = Course {
                    state,
                    is_answered,
                    client_owes_answer,
                    is_reachable,
                };
                let both = (
                    runs(Target::FirstResponse, course),
                    runs(Target::Resolution, course),
                );
                let expected = (first && is_reachable, close && is_reachable);
                assert_eq!(both, expected, "{course:?}");
            }
        }
    }

    #[test]
    fn the_clock_of_the_close_runs_while_the_desk_owes_something() {
        for (state, client_owes, expected) in [
            (TicketState::Open, false, true),
            (TicketState::Open, true, false),
            (TicketState::Assigned, false, true),
            (TicketState::Assigned, true, false),
            (TicketState::Escalated, false, true),
            (TicketState::Escalated, true, false),
            (TicketState::Snoozed, false, false),
            (TicketState::Snoozed, true, false),
            (TicketState::Closed, false, false),
            (TicketState::Closed, true, false),
        ] {
            assert_eq!(resolution_runs(state, client_owes), expected, "{state:?}");
        }
    }
}
