//! What a desk came to in a time, as one post: short lines that a phone shows whole. Agents by the names that
//! the group sees; nothing of a client.

use std::time::Duration;

use chrono::NaiveDate;

use crate::domain::ids::UserId;
use crate::domain::language::Language;
use crate::domain::rules::statistics::{AgentFigures, Figures, Pace, Promise};
use crate::domain::ticket::Resolution;
use crate::texts::Texts;

/// What is shown beside the figures.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Of how many days they are.
    pub days: u32,
    /// The first of those.
    pub first_day: NaiveDate,
    /// Whether nights and weekends are left out of how long answers took.
    pub counts_business_hours: bool,
    /// What agents are called in the group.
    pub names: Vec<(UserId, String)>,
}

/// The whole post.
pub fn statistics(figures: &Figures, shown: &Shown, texts: &Texts, language: Language) -> String {
    let say = Say { texts, language };
    let day = shown.first_day.format("%Y-%m-%d").to_string();
    let head = texts.stats_head(language, shown.days.into(), &day);
    let mut parts = vec![head];
    if figures.is_quiet() {
        let mut lines = vec![texts.stats_quiet(language)];
        lines.extend(say.now(figures));
        parts.push(lines.join("\n"));
        return parts.join("\n\n");
    }
    parts.push(say.tickets(figures));
    parts.extend(say.answers(figures, shown.counts_business_hours));
    parts.extend(say.promises(figures));
    parts.extend(say.agents(figures, &shown.names));
    parts.join("\n\n")
}

#[derive(Clone, Copy)]
struct Say<'a> {
    texts: &'a Texts,
    language: Language,
}

impl Say<'_> {
    fn tickets(self, figures: &Figures) -> String {
        let (opened, closed) = (figures.opened.into(), figures.closed.into());
        let mut lines = vec![self.texts.stats_tickets(self.language, opened, closed)];
        let resolutions = figures.resolutions.iter().map(|(resolution, count)| {
            let name = resolution.map_or("none", Resolution::name);
            self.texts
                .stats_resolution(self.language, name, (*count).into())
        });
        let resolutions: Vec<String> = resolutions.collect();
        if !resolutions.is_empty() {
            lines.push(resolutions.join(" · "));
        }
        lines.extend(self.now(figures));
        lines.join("\n")
    }

    /// How it stands now; nothing where no ticket is open.
    fn now(self, figures: &Figures) -> Option<String> {
        let (open, waiting) = (figures.open_now.into(), figures.waiting_now.into());
        (figures.open_now > 0).then(|| self.texts.stats_now(self.language, open, waiting))
    }

    fn answers(self, figures: &Figures, counts_business_hours: bool) -> Option<String> {
        let pace = figures.answers?;
        let mut lines = vec![
            self.texts.stats_answers(self.language, pace.count.into()),
            self.pace(pace),
        ];
        if counts_business_hours {
            lines.push(self.texts.stats_business_hours(self.language));
        }
        Some(lines.join("\n"))
    }

    fn pace(self, pace: Pace) -> String {
        let (median, ninetieth) = (self.time(pace.median), self.time(pace.ninetieth));
        match pace.count {
            // Both are the same.
            1 => self.texts.stats_single(self.language, &median),
            _ => self.texts.stats_pace(self.language, &median, &ninetieth),
        }
    }

    fn promises(self, figures: &Figures) -> Option<String> {
        if figures.promises.is_empty() {
            return None;
        }
        let mut lines = vec![self.texts.stats_promises(self.language)];
        for promise in &figures.promises {
            lines.extend(self.promise(promise));
        }
        if figures.nobodys_missed > 0 {
            let count = figures.nobodys_missed.into();
            lines.push(self.texts.stats_nobodys(self.language, count));
        }
        Some(lines.join("\n"))
    }

    fn promise(self, promise: &Promise) -> Vec<String> {
        let (missed, of) = (promise.missed.into(), promise.of.into());
        let name = promise.target.name();
        let mut lines = vec![self.texts.stats_promise(self.language, name, missed, of)];
        let each = promise.by_priority.iter().map(|(priority, missed, of)| {
            let (missed, of) = ((*missed).into(), (*of).into());
            let name = priority.name();
            self.texts.stats_priority(self.language, name, missed, of)
        });
        let each: Vec<String> = each.collect();
        if !each.is_empty() {
            lines.push(format!("    {}", each.join(" · ")));
        }
        lines
    }

    fn agents(self, figures: &Figures, names: &[(UserId, String)]) -> Option<String> {
        if figures.agents.is_empty() {
            return None;
        }
        let mut lines = vec![self.texts.stats_agents(self.language)];
        for agent in &figures.agents {
            let name = names.iter().find(|(user, _)| *user == agent.user);
            let name = name.map_or("–", |(_, name)| name);
            lines.extend(self.agent(name, agent));
        }
        if figures.more_agents > 0 {
            let count = figures.more_agents.into();
            lines.push(self.texts.stats_more(self.language, count));
        }
        Some(lines.join("\n"))
    }

    fn agent(self, name: &str, agent: &AgentFigures) -> Vec<String> {
        let (held, closed) = (agent.held.into(), agent.closed.into());
        let mut lines = vec![self.texts.stats_agent(self.language, name, held, closed)];
        let mut parts = Vec::new();
        if let Some(pace) = agent.answers {
            let median = self.time(pace.median);
            let count = pace.count.into();
            parts.push(
                self.texts
                    .stats_agent_answers(self.language, count, &median),
            );
        }
        if agent.missed > 0 {
            let count = agent.missed.into();
            parts.push(self.texts.stats_agent_missed(self.language, count));
        }
        if !parts.is_empty() {
            lines.push(format!("    {}", parts.join(" · ")));
        }
        lines
    }

    /// A length of time in one or two units, whole ones: `40 s`, `7 min`, `2 h 5 min`, `3 d 4 h`.
    fn time(self, time: Duration) -> String {
        let seconds = time.as_secs();
        let (unit, large, small) = match seconds {
            0..60 => ("s", seconds, 0),
            60..3_600 => ("min", seconds / 60, 0),
            3_600..86_400 => ("h", seconds / 3_600, seconds % 3_600 / 60),
            _ => ("d", seconds / 86_400, seconds % 86_400 / 3_600),
        };
        self.texts.stats_time(self.language, unit, large, small)
    }
}
