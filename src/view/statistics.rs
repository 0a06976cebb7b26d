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
        // Of one priority that is all there was, nothing more is said by its name.
        let is_all_of_it = promise.by_priority.iter().any(|(.., of)| *of == promise.of);
        if !each.is_empty() && !is_all_of_it {
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
        if let Some(pace) = agent.answers {
            let (count, median) = (pace.count.into(), self.time(pace.median));
            let answers = self
                .texts
                .stats_agent_answers(self.language, count, &median);
            lines.push(format!("    {answers}"));
        }
        if agent.missed > 0 {
            let count = agent.missed.into();
            let missed = self.texts.stats_agent_missed(self.language, count);
            lines.push(format!("    {missed}"));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rules::sla::Target;
    use crate::domain::ticket::TicketPriority::{Critical, High};

    const SAM: UserId = UserId(7);
    const JOE: UserId = UserId(8);

    fn pace(count: u32, median: u64, ninetieth: u64) -> Option<Pace> {
        Some(Pace {
            count,
            median: Duration::from_secs(median),
            ninetieth: Duration::from_secs(ninetieth),
        })
    }

    fn a_week() -> Figures {
        Figures {
            opened: 42,
            closed: 38,
            resolutions: vec![
                (Some(Resolution::Solved), 30),
                (Some(Resolution::NoAnswer), 5),
                (None, 3),
            ],
            open_now: 12,
            waiting_now: 3,
            answers: pace(40, 240, 7_500),
            promises: vec![
                Promise {
                    target: Target::FirstResponse,
                    missed: 3,
                    of: 40,
                    by_priority: vec![(Critical, 1, 2), (High, 2, 5)],
                },
                Promise {
                    target: Target::Resolution,
                    missed: 0,
                    of: 38,
                    by_priority: Vec::new(),
                },
            ],
            agents: vec![
                AgentFigures {
                    user: SAM,
                    held: 22,
                    closed: 21,
                    answers: pace(25, 40, 90),
                    missed: 2,
                },
                AgentFigures {
                    user: JOE,
                    held: 1,
                    closed: 0,
                    answers: None,
                    missed: 0,
                },
            ],
            more_agents: 4,
            nobodys_missed: 1,
        }
    }

    fn said(figures: &Figures, language: Language) -> String {
        let shown = Shown {
            days: 7,
            first_day: NaiveDate::from_ymd_opt(2026, 11, 23).expect("it is a day"),
            counts_business_hours: true,
            names: vec![(SAM, "Sam".to_owned()), (JOE, "Joe".to_owned())],
        };
        statistics(figures, &shown, &Texts::new(), language)
    }

    #[test]
    fn a_week_is_said_in_short_lines() {
        let english = "\
            📈 7 days, from 2026-11-23 to today\n\
            \n\
            🎫 Opened: 42, closed: 38\n\
            solved 30 · no answer 5 · unmarked 3\n\
            Open now: 12, 3 wait for an answer\n\
            \n\
            💬 40 first answers\n\
            half in 4 min, 9 of 10 in 2 h 5 min\n\
            (business hours only)\n\
            \n\
            ⏰ Promised times missed\n\
            First answer: 3 of 40\n    critical 1 of 2 · high 2 of 5\n\
            Solution: 0 of 38\n\
            1 of these while nobody had the ticket\n\
            \n\
            👤 Agents\n\
            Sam: 22 tickets, 21 closed\n    25 first answers, half in 40 s\n    ⏰ 2 missed\n\
            Joe: 1 ticket, 0 closed\n\
            and 4 more";
        assert_eq!(said(&a_week(), Language::English), english);
        let russian = "\
            📈 7 дней, с 2026-11-23 по сегодня\n\
            \n\
            🎫 Открыто: 42, закрыто: 38\n\
            решены 30 · нет ответа 5 · без пометки 3\n\
            Сейчас открыто: 12, ждут ответа: 3\n\
            \n\
            💬 40 первых ответов\n\
            половина за 4 мин, 9 из 10 за 2 ч 5 мин\n\
            (считаются только часы работы)\n\
            \n\
            ⏰ Просрочено\n\
            Первый ответ: 3 из 40\n    критический 1 из 2 · высокий 2 из 5\n\
            Решение: 0 из 38\n\
            из них, когда заявка была ничьей: 1\n\
            \n\
            👤 Агенты\n\
            Sam: 22 заявки, закрыто 21\n    25 первых ответов, половина за 40 с\n    ⏰ просрочено 2\n\
            Joe: 1 заявка, закрыто 0\n\
            и ещё 4";
        assert_eq!(said(&a_week(), Language::Russian), russian);
    }

    #[test]
    fn where_nothing_happened_what_is_open_is_said_all_the_same() {
        let quiet = Figures {
            open_now: 2,
            ..Figures::default()
        };
        assert_eq!(
            said(&quiet, Language::English),
            "📈 7 days, from 2026-11-23 to today\n\nNothing has happened in this time.\nOpen now: 2"
        );
    }

    #[test]
    fn times_are_said_in_one_or_two_units() {
        let texts = Texts::new();
        let say = Say {
            texts: &texts,
            language: Language::English,
        };
        for (seconds, expected) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (3_599, "59 min"),
            (3_600, "1 h"),
            (7_500, "2 h 5 min"),
            (86_399, "23 h 59 min"),
            (86_400, "1 d"),
            (273_600, "3 d 4 h"),
        ] {
            assert_eq!(say.time(Duration::from_secs(seconds)), expected);
        }
    }
}
