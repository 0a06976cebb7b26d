//! The post in General that shows how the desk stands: a line for each thing that there is something to say
//! about. Figures are rounded so that it need not change with every minute.

use std::time::Duration;

use crate::domain::agent::AgentStatus;
use crate::domain::language::Language;
use crate::domain::ticket::TicketState;
use crate::domain::time::Timestamp;
use crate::texts::Texts;
use crate::view::card;

/// Tickets of one state.
#[derive(Clone, Copy, Debug)]
pub struct Tickets {
    /// How many.
    pub count: u32,
    /// Of those, how many with messages that nobody has answered.
    pub unread: u32,
    /// Since when the one waits that waits longest.
    pub waiting_since: Option<Timestamp>,
}

/// What is out of reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutOfReach {
    /// Why, by the name of the cause.
    pub cause: &'static str,
    /// What the config calls the desk whose group it is, where that is not the one that the dashboard stands in.
    pub desk: Option<String>,
}

/// What the dashboard shows.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    /// Tickets by state.
    pub tickets: Vec<(TicketState, Tickets)>,
    /// Agents by status.
    pub agents: Vec<(AgentStatus, u32)>,
    /// Tickets without a topic yet.
    pub without_topic: u32,
    /// By how many minutes the group is behind.
    pub behind_minutes: Option<u64>,
    /// Dead letters.
    pub dead_letters: u32,
    /// What is out of reach.
    pub out_of_reach: Vec<OutOfReach>,
    /// Promised times that were missed in a day.
    pub breaches: u32,
}

/// The whole post.
pub fn dashboard(figures: &Figures, now: Timestamp, texts: &Texts, language: Language) -> String {
    let mut lines = vec![texts.dashboard_head(language)];
    for state in TicketState::ALL {
        let found = figures.tickets.iter().find(|(of, _)| *of == state);
        if let Some((_, tickets)) = found.filter(|(_, tickets)| tickets.count > 0) {
            lines.push(state_line(state, tickets, now, texts, language));
        }
    }
    if lines.len() == 1 {
        lines.push(texts.dashboard_quiet(language));
    }
    let agents: Vec<String> = AgentStatus::ALL
        .into_iter()
        .filter_map(|status| {
            let (_, count) = figures.agents.iter().find(|(of, _)| *of == status)?;
            Some(texts.dashboard_agents(language, status.name(), u64::from(*count)))
        })
        .collect();
    if !agents.is_empty() {
        lines.push(format!("👤 {}", agents.join(" · ")));
    }
    if figures.without_topic > 0 {
        lines.push(texts.dashboard_without_topic(language, u64::from(figures.without_topic)));
    }
    if let Some(minutes) = figures.behind_minutes {
        lines.push(texts.dashboard_behind(language, minutes));
    }
    if figures.breaches > 0 {
        lines.push(texts.dashboard_breaches(language, u64::from(figures.breaches)));
    }
    for OutOfReach { cause, desk } in &figures.out_of_reach {
        lines.push(match desk {
            None => texts.dashboard_out_of_reach(language, cause),
            Some(desk) => texts.dashboard_desk_out_of_reach(language, cause, desk),
        });
    }
    if figures.dead_letters > 0 {
        lines.push(texts.dashboard_letters(language, u64::from(figures.dead_letters)));
    }
    lines.join("\n")
}

fn state_line(
    state: TicketState,
    tickets: &Tickets,
    now: Timestamp,
    texts: &Texts,
    language: Language,
) -> String {
    let mut line = format!(
        "{} {}",
        card::mark(state),
        texts.dashboard_tickets(language, state.name(), u64::from(tickets.count))
    );
    if tickets.unread > 0 {
        line = format!(
            "{line}, {}",
            texts.dashboard_unread(language, u64::from(tickets.unread))
        );
    }
    if let Some(since) = tickets.waiting_since {
        let minutes = rounded_minutes(now.since(since));
        if minutes > 0 {
            line = format!("{line}, {}", texts.dashboard_longest(language, minutes));
        }
    }
    line
}

/// The minutes of a wait, in steps that grow with it.
fn rounded_minutes(wait: Duration) -> u64 {
    let minutes = wait.as_secs() / 60;
    let step = match minutes {
        0..10 => 1,
        10..60 => 5,
        _ => 30,
    };
    minutes / step * step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_shown_in_steps() {
        for (seconds, minutes) in [
            (59, 0),
            (60, 1),
            (599, 9),
            (14 * 60, 10),
            (59 * 60, 55),
            (100 * 60, 90),
        ] {
            assert_eq!(
                rounded_minutes(Duration::from_secs(seconds)),
                minutes,
                "{seconds}"
            );
        }
    }

    #[test]
    fn there_is_a_line_for_all_that_there_is_something_to_say_about() {
        let now = Timestamp::from_seconds(10_000);
        let tickets = |count, unread, waiting: Option<i64>| Tickets {
            count,
            unread,
            waiting_since: waiting.map(Timestamp::from_seconds),
        };
        let figures = Figures {
            tickets: vec![
                (TicketState::Open, tickets(4, 4, Some(9_200))),
                (TicketState::Assigned, tickets(9, 3, Some(9_900))),
            ],
            agents: vec![(AgentStatus::Available, 3), (AgentStatus::Away, 1)],
            without_topic: 5,
            behind_minutes: Some(6),
            dead_letters: 2,
            out_of_reach: vec![OutOfReach {
                cause: "gone",
                desk: None,
            }],
            breaches: 3,
        };
        let text = dashboard(&figures, now, &Texts::new(), Language::English);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines,
            [
                "📊 The desk now",
                "🟢 4 waiting for an agent, 4 with messages not answered yet, the longest for 10 min",
                "🔵 9 in work, 3 with messages not answered yet, the longest for 1 min",
                "👤 3 available · 1 away",
                "🕳 5 tickets have no topic yet: they follow as the group's limit allows",
                "⏳ The group is behind by about 6 min",
                "⏰ Promised times missed in 24 hours: 3",
                "⛔ The bot may not write in this group: posts wait",
                "✉️ 2 dead letters: /failed",
            ]
        );
        let quiet = dashboard(&Figures::default(), now, &Texts::new(), Language::English);
        assert_eq!(quiet, "📊 The desk now\nNo open tickets.");
    }

    #[test]
    fn what_is_out_of_reach_is_called_by_its_name_in_every_language() {
        let table = [
            (
                "no_answer",
                None,
                "Telegram does not answer: everything waits",
            ),
            (
                "token",
                None,
                "Telegram does not accept the token: everything waits",
            ),
            (
                "no_answer_here",
                None,
                "Telegram does not answer where this group is concerned: posts wait",
            ),
            (
                "topics_off",
                None,
                "Topics are off in this group: posts wait",
            ),
            (
                "gone",
                None,
                "The bot may not write in this group: posts wait",
            ),
            (
                "no_answer",
                Some("money"),
                "Telegram does not answer where the group of money is concerned: posts wait there",
            ),
            (
                "topics_off",
                Some("money"),
                "Topics are off in the group of money: posts wait there",
            ),
            (
                "gone",
                Some("money"),
                "The bot may not write in the group of money: posts wait there",
            ),
        ];
        let mut in_russian = Vec::new();
        for (cause, desk, words) in table {
            let desk = desk.map(str::to_owned);
            let figures = Figures {
                out_of_reach: vec![OutOfReach { cause, desk }],
                ..Figures::default()
            };
            let line = |language| {
                let text = dashboard(
                    &figures,
                    Timestamp::from_seconds(1),
                    &Texts::new(),
                    language,
                );
                text.lines().last().unwrap_or_default().to_owned()
            };
            assert_eq!(line(Language::English), format!("⛔ {words}"));
            in_russian.push(line(Language::Russian));
        }
        let of_money = in_russian.iter().filter(|line| line.contains("money"));
        assert_eq!(of_money.count(), 3, "{in_russian:#?}");
        in_russian.sort();
        in_russian.dedup();
        assert_eq!(in_russian.len(), table.len(), "{in_russian:#?}");
    }
}
