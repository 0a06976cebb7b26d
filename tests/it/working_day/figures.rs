//! What the day came to.

use std::collections::BTreeMap;

use crate::harness::checks::rows;
use crate::harness::{START_MS, Scenario};

#[derive(Default)]
pub struct Figures {
    /// Tickets by their state in the end.
    states: BTreeMap<String, usize>,
    messages: usize,
    answers: usize,
    /// How long clients waited for the first answer, in seconds, the shortest first.
    first_responses: Vec<i64>,
    /// How tickets came to agents.
    assignments: BTreeMap<String, usize>,
    /// Tickets that hushdesk gave to somebody.
    pub by_itself: usize,
    escalations: usize,
    /// Tickets of which somebody has said what they are about.
    sorted: usize,
    mutes: usize,
    /// Questions who gave a command that are over.
    asked: usize,
    /// Tickets that somebody took by a press or a command.
    claims: usize,
    into_group: usize,
    into_chats: usize,
    floods: Vec<String>,
    loads: BTreeMap<String, usize>,
}

fn counted(all: Vec<String>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for one in all {
        *counts.entry(one).or_default() += 1;
    }
    counts
}

impl Figures {
    pub fn of(scenario: &Scenario) -> Self {
        let calls = scenario.sandbox.calls();
        let made = || calls.iter().filter(|call| call.status == 200);
        let into_group = made().filter(|call| call.chat == Some(scenario.group));
        let into_chats = made().filter(|call| call.chat.is_some_and(|chat| chat > 0));
        let (into_group, into_chats) = (into_group.count(), into_chats.count());
        let flooded = calls.iter().filter(|call| call.status == 429);
        let floods = flooded.map(|call| format!("{} {}", call.at_ms - START_MS, call.method));
        let floods = floods.collect();
        scenario.database(|db| {
            let number = |query: &str| {
                let counted = db.query_row(query, [], |row| row.get::<_, u32>(0));
                usize::try_from(counted.expect("it counts")).expect("few")
            };
            let waited = rows(
                db,
                "SELECT cast((first_response_at - opened_at) / 1000 AS TEXT) FROM tickets \
                 WHERE first_response_at IS NOT NULL ORDER BY first_response_at - opened_at",
            );
            let assignments = counted(rows(db, "SELECT kind FROM assignments"));
            Figures {
                states: counted(rows(db, "SELECT state FROM tickets")),
                messages: number("SELECT count(*) FROM messages WHERE side = 'client'"),
                answers: number("SELECT count(*) FROM messages WHERE side = 'agent'"),
                first_responses: waited
                    .iter()
                    .map(|seconds| seconds.parse().expect("a number"))
                    .collect(),
                by_itself: number("SELECT count(*) FROM assignments WHERE why <> ''"),
                assignments,
                escalations: number("SELECT count(*) FROM audit WHERE action = 'escalate'"),
                sorted: number("SELECT count(*) FROM tickets WHERE category IS NOT NULL"),
                mutes: number("SELECT count(*) FROM audit WHERE action = 'mute'"),
                asked: number(
                    "SELECT count(*) FROM prompts WHERE side = 'agent' AND message IS NULL",
                ),
                claims: number("SELECT count(*) FROM audit WHERE action = 'claim'"),
                into_group,
                into_chats,
                floods,
                loads: counted(rows(db, "SELECT status FROM agents")),
            }
        })
    }

    /// The group was never called more often than it bears, and the day was one.
    pub fn check(&self) {
        assert_eq!(self.floods, [""; 0], "limits that are known are kept to");
        let tickets: usize = self.states.values().sum();
        assert!(tickets >= super::CLIENTS, "{tickets} tickets");
        assert!(
            self.messages >= super::CLIENTS,
            "{} messages",
            self.messages
        );
        assert!(
            self.answers >= super::CLIENTS / 2,
            "{} answers",
            self.answers
        );
        assert!(self.escalations > 0, "nothing was escalated");
        assert!(self.sorted > super::CLIENTS / 10, "{} sorted", self.sorted);
        assert!(self.mutes > 0, "nobody was muted");
        assert!(self.asked > 0, "nobody was asked who they are");
        assert!(self.claims > 0, "nobody took a ticket");
    }

    pub fn in_words(&self) -> String {
        format!(
            "tickets {:?}; {} messages, {} answers; first answer after {} s (half of them) and {} s (95 %); \
             given {:?}, {} of them by hushdesk; {} escalations, {} sorted, {} muted, {} asked who they are, {} taken; agents {:?}; {} calls into the group, {} to clients",
            self.states,
            self.messages,
            self.answers,
            self.percentile(50),
            self.percentile(95),
            self.assignments,
            self.by_itself,
            self.escalations,
            self.sorted,
            self.mutes,
            self.asked,
            self.claims,
            self.loads,
            self.into_group,
            self.into_chats,
        )
    }

    fn percentile(&self, percent: usize) -> i64 {
        let count = self.first_responses.len();
        let index = (count * percent).div_ceil(100).saturating_sub(1);
        self.first_responses.get(index).copied().unwrap_or(0)
    }
}
