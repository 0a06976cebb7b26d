//! Who gets a ticket, and why: so that an agent can be told in words.

use std::cmp::Reverse;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::agent::{Agent, AgentStatus};
use crate::domain::ids::UserId;
use crate::domain::language::Language;
use crate::domain::settings::Category;
use crate::domain::ticket::{Level, TicketPriority};
use crate::domain::time::Timestamp;

/// From this level on an agent is senior: critical tickets go to them first.
const SENIOR: u8 = 2;
/// Nobody waits for somebody who has done nothing for so long.
const GONE_AFTER: Duration = Duration::from_secs(24 * 60 * 60);
/// The same where their own hours say that they come again: a weekend and some days more.
const GONE_AFTER_WITH_SHIFT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Until when somebody who is not at work is expected back.
pub fn expected_until(agent: &Agent) -> Timestamp {
    agent.last_action_at.plus(match agent.shift {
        Some(_) => GONE_AFTER_WITH_SHIFT,
        None => GONE_AFTER,
    })
}

/// Whether somebody of the group counts where it is asked who could ever take a ticket: they are at work, or
/// expected back.
pub fn is_expected(agent: &Agent, now: Timestamp) -> bool {
    agent.status.keeps_tickets() || now < expected_until(agent)
}

/// Somebody who might get a ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub user: UserId,
    /// Whether they take tickets.
    pub status: AgentStatus,
    /// Whether they are at work by their own hours.
    pub is_in_shift: bool,
    /// Whether they are at work, or expected back ([`is_expected`]).
    pub is_expected: bool,
    /// Tickets that they have and that are neither closed nor snoozed.
    pub active: u32,
    /// How many they may have.
    pub capacity: u32,
    /// The categories that they work on; none: all.
    pub categories: Vec<String>,
    /// The languages that they speak; none: all.
    pub languages: Vec<Language>,
    /// How senior they are.
    pub level: Level,
    /// How long their answers have taken on average; none: they have not answered yet.
    pub average_response: Option<Duration>,
    /// When they did something for a ticket last.
    pub idle_since: Timestamp,
}

impl Candidate {
    /// Whether they could be given anything at all now.
    pub fn has_room(&self) -> bool {
        self.status == AgentStatus::Available && self.is_in_shift && self.active < self.capacity
    }

    fn works_on(&self, category: Option<&str>) -> bool {
        self.categories.is_empty()
            || category.is_none_or(|category| self.categories.iter().any(|own| own == category))
    }

    fn speaks(&self, language: Language) -> bool {
        self.languages.is_empty() || self.languages.contains(&language)
    }

    /// Whether a ticket of this kind could be theirs one day.
    fn could_take(&self, kind: Kind<'_>) -> bool {
        self.is_expected
            && self.capacity > 0
            && self.level >= kind.level
            && self.works_on(kind.category)
            && self.speaks(kind.language)
    }
}

/// What makes a ticket somebody's work, whenever that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind<'a> {
    /// How senior its agent has to be.
    pub level: Level,
    /// What it is about; none: nobody has said.
    pub category: Option<&'a str>,
    /// The language that its client reads.
    pub language: Language,
}

/// Of all kinds of tickets, those that somebody would be given if only they spoke the language, and that wait
/// for whoever does.
pub fn barred<'a>(crew: &[Candidate], of: &Candidate, categories: &'a [Category]) -> Vec<Kind<'a>> {
    let foreign = Language::ALL
        .into_iter()
        .filter(|language| !of.speaks(*language));
    let named = categories
        .iter()
        .map(|category| Some(category.name.as_str()));
    let abouts: Vec<Option<&str>> = named.chain([None]).collect();
    let mut barred = Vec::new();
    for language in foreign {
        for level in Level::ALL {
            barred.extend(abouts.iter().map(|category| Kind {
                level,
                category: *category,
                language,
            }));
        }
    }
    barred.retain(|kind| {
        let is_theirs = of.level >= kind.level && of.works_on(kind.category);
        is_theirs && crew.iter().any(|other| other.could_take(*kind))
    });
    barred
}

/// The ticket that looks for somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What it is about; none: nobody has said.
    pub category: Option<String>,
    /// The language that its client reads.
    pub language: Language,
    /// How senior its agent has to be.
    pub level: Level,
    /// How urgent it is.
    pub priority: TicketPriority,
    /// Whether a promised time of it has passed: whoever is there will do.
    pub is_late: bool,
    /// Who had it and is not to get it again.
    pub except: Option<UserId>,
}

impl Wanted {
    /// What makes it somebody's work.
    fn kind(&self) -> Kind<'_> {
        Kind {
            level: self.level,
            category: self.category.as_deref(),
            language: self.language,
        }
    }
}

/// Who gets it, and why. None where there is nobody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Who.
    pub chosen: Option<UserId>,
    /// Why; names nobody.
    pub why: Why,
}

/// Why somebody gets a ticket, as it is stored: numbers of agents, never who they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// All who were looked at.
    pub candidates: u32,
    /// Those who could not get it.
    pub passed_over: PassedOver,
    /// Those who could, and suited less or had more to do.
    pub behind: Behind,
    /// What spoke for the one who was chosen; none where there was nobody.
    pub decided_by: Option<DecidedBy>,
}

/// How many could not get a ticket; each is counted once, by the first reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PassedOver {
    /// They are busy, away or offline.
    pub not_available: u32,
    /// They are not at work at this hour.
    pub out_of_shift: u32,
    /// They have as many tickets as they may.
    pub full: u32,
    /// They do not work on what it is about.
    pub other_category: u32,
    /// It needs somebody more senior.
    pub below_level: u32,
    /// They do not speak the client's language, and it waits for somebody who does.
    pub other_language: u32,
    /// They had it before.
    pub had_it: u32,
}

impl PassedOver {
    /// Each reason by its name in the texts, with how many there were.
    pub const fn counted(self) -> [(&'static str, u32); 7] {
        [
            ("not_available", self.not_available),
            ("out_of_shift", self.out_of_shift),
            ("full", self.full),
            ("other_category", self.other_category),
            ("below_level", self.below_level),
            ("other_language", self.other_language),
            ("had_it", self.had_it),
        ]
    }
}

/// How many could have got it, and why they did not; each is counted once, by the first reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Behind {
    /// They do not speak the client's language, which is no condition here.
    pub other_language: u32,
    /// It is critical, and they are less senior.
    pub less_senior: u32,
    /// They have more tickets.
    pub more_tickets: u32,
    /// They answer more slowly.
    pub slower: u32,
    /// They did something more recently.
    pub less_idle: u32,
    /// They are equal in everything; the same one of them is always first.
    pub equal: u32,
}

impl Behind {
    /// Each reason by its name in the texts, with how many there were.
    pub const fn counted(self) -> [(&'static str, u32); 6] {
        [
            ("other_language", self.other_language),
            ("less_senior", self.less_senior),
            ("more_tickets", self.more_tickets),
            ("slower", self.slower),
            ("less_idle", self.less_idle),
            ("equal", self.equal),
        ]
    }
}

/// What made the difference between the one who was chosen and the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecidedBy {
    /// There was nobody else.
    OnlyOne,
    /// They speak the client's language.
    Language,
    /// It is critical, and they are senior.
    Seniority,
    /// They have the fewest tickets.
    FewestTickets,
    /// They answer the fastest.
    FastestAnswer,
    /// They have waited the longest.
    LongestIdle,
    /// Nothing: they are equal.
    Order,
}

impl DecidedBy {
    /// Its name in the texts.
    pub const fn name(self) -> &'static str {
        match self {
            DecidedBy::OnlyOne => "only_one",
            DecidedBy::Language => "language",
            DecidedBy::Seniority => "seniority",
            DecidedBy::FewestTickets => "fewest_tickets",
            DecidedBy::FastestAnswer => "fastest_answer",
            DecidedBy::LongestIdle => "longest_idle",
            DecidedBy::Order => "order",
        }
    }
}

/// Finds who gets a ticket: of those who are available and at work, have room, work on its category, are
/// senior enough and speak its client's language; where it is critical, those first of level 2 and above; then
/// who has the fewest tickets, answers the fastest, has been idle for longest. The language is no condition, and
/// who speaks it comes first, where nobody of the `candidates`, who are all that belong to the desk, could ever
/// take the ticket in it, or where a promised time has passed. Their order does not matter.
pub fn assign(candidates: &[Candidate], wanted: &Wanted) -> Decision {
    let mut why = Why {
        candidates: count(candidates.len()),
        ..Why::default()
    };
    let mut fit: Vec<&Candidate> = Vec::new();
    let kind = wanted.kind();
    let waits_for_language = !wanted.is_late
        && candidates
            .iter()
            .any(|candidate| candidate.could_take(kind));
    for candidate in candidates {
        match obstacle(candidate, wanted, waits_for_language, &mut why.passed_over) {
            Some(counted) => *counted += 1,
            None => fit.push(candidate),
        }
    }
    fit.sort_by_key(|candidate| rank(candidate, wanted));
    let Some((chosen, others)) = fit.split_first() else {
        return Decision { chosen: None, why };
    };
    for other in others {
        *reason(chosen, other, wanted, &mut why.behind).0 += 1;
    }
    why.decided_by = Some(others.first().map_or(DecidedBy::OnlyOne, |next| {
        reason(chosen, next, wanted, &mut Behind::default()).1
    }));
    Decision {
        chosen: Some(chosen.user),
        why,
    }
}

/// Why somebody cannot get a ticket, as the count that it adds to.
fn obstacle<'a>(
    candidate: &Candidate,
    wanted: &Wanted,
    waits_for_language: bool,
    counts: &'a mut PassedOver,
) -> Option<&'a mut u32> {
    if wanted.except == Some(candidate.user) {
        Some(&mut counts.had_it)
    } else if candidate.status != AgentStatus::Available {
        Some(&mut counts.not_available)
    } else if !candidate.is_in_shift {
        Some(&mut counts.out_of_shift)
    } else if candidate.active >= candidate.capacity {
        Some(&mut counts.full)
    } else if !candidate.works_on(wanted.category.as_deref()) {
        Some(&mut counts.other_category)
    } else if candidate.level < wanted.level {
        Some(&mut counts.below_level)
    } else if waits_for_language && !candidate.speaks(wanted.language) {
        Some(&mut counts.other_language)
    } else {
        None
    }
}

/// What speaks for somebody; the least goes first.
type Rank = (
    Reverse<bool>,
    Reverse<bool>,
    u32,
    Duration,
    Timestamp,
    UserId,
);

fn rank(candidate: &Candidate, wanted: &Wanted) -> Rank {
    let is_senior =
        wanted.priority == TicketPriority::Critical && candidate.level.number() >= SENIOR;
    (
        Reverse(candidate.speaks(wanted.language)),
        Reverse(is_senior),
        candidate.active,
        candidate.average_response.unwrap_or(Duration::MAX),
        candidate.idle_since,
        candidate.user,
    )
}

/// The first thing in which another is behind the one who was chosen.
fn reason<'a>(
    chosen: &Candidate,
    other: &Candidate,
    wanted: &Wanted,
    counts: &'a mut Behind,
) -> (&'a mut u32, DecidedBy) {
    let (first, second) = (rank(chosen, wanted), rank(other, wanted));
    if first.0 != second.0 {
        (&mut counts.other_language, DecidedBy::Language)
    } else if first.1 != second.1 {
        (&mut counts.less_senior, DecidedBy::Seniority)
    } else if first.2 != second.2 {
        (&mut counts.more_tickets, DecidedBy::FewestTickets)
    } else if first.3 != second.3 {
        (&mut counts.slower, DecidedBy::FastestAnswer)
    } else if first.4 != second.4 {
        (&mut counts.less_idle, DecidedBy::LongestIdle)
    } else {
        (&mut counts.equal, DecidedBy::Order)
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod languages;
#[cfg(test)]
mod tests;
