//! What is said of figures: how a desk has done in a time. The rest is in `messages`.

use fluent_bundle::FluentValue;

use super::Texts;
use crate::domain::language::Language;

messages! {
    /// The first line: of how many days, and since which.
    stats_head(days: u64, day: &str) = "stats-head";
    /// Nothing happened in that time.
    stats_quiet() = "stats-quiet";
    /// It cannot be read.
    stats_failed() = "stats-failed";
    /// Tickets that were opened and closed.
    stats_tickets(opened: u64, closed: u64) = "stats-tickets";
    /// How many of the closed ones came to this.
    stats_resolution(resolution: &str, count: u64) = "stats-resolution";
    /// Tickets that are open now, and how many of those wait for an answer.
    stats_now(open: u64, waiting: u64) = "stats-now";
    /// How many first answers there were.
    stats_answers(count: u64) = "stats-answers";
    /// How soon they came.
    stats_pace(median: &str, ninetieth: &str) = "stats-pace";
    /// How soon the only one came.
    stats_single(time: &str) = "stats-single";
    /// Those times leave out when the desk is closed.
    stats_business_hours() = "stats-business-hours";
    /// Above what became of promised times.
    stats_promises() = "stats-promises";
    /// How many of one kind were missed, of how many.
    stats_promise(target: &str, missed: u64, of: u64) = "stats-promise";
    /// The same for one priority.
    stats_priority(priority: &str, missed: u64, of: u64) = "stats-priority";
    /// How many of them were missed while nobody had the ticket.
    stats_nobodys(count: u64) = "stats-nobodys";
    /// Above the agents.
    stats_agents() = "stats-agents";
    /// An agent, how many tickets they had, and how many of those were closed.
    stats_agent(name: &str, held: u64, closed: u64) = "stats-agent";
    /// How many first answers an agent gave, and how soon.
    stats_agent_answers(count: u64, median: &str) = "stats-agent-answers";
    /// How many promised times were missed while an agent had the ticket.
    stats_agent_missed(count: u64) = "stats-agent-missed";
    /// How many agents are not shown.
    stats_more(count: u64) = "stats-more";
    /// A length of time: so many of a unit and of the next smaller one.
    stats_time(unit: &str, large: u64, small: u64) = "stats-time";
}
