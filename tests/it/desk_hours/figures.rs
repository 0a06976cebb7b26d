//! What came of it, read off Telegram's side: the calls that it was asked and the posts that stand there.

use std::collections::BTreeMap;

use hushdesk::sandbox::MessageView;

use super::{HOURS, MINUTE_MS, Written};
use crate::harness::{START_MS, Scenario};

/// What an agent may wait until a client has the reply (promise of the pacing).
const REPLY_MAX_MS: i64 = 2_000;
/// Replies of half an hour: so many that the 99th percentile leaves out one of them at most.
const REPLIES_MIN: usize = 100;
/// How long a new ticket may be without its first post.
const TICKET_MAX_MS: i64 = 5 * MINUTE_MS;

pub struct Sample {
    pub minute: i64,
    pub waiting: u32,
}

#[derive(Default)]
pub struct Figures {
    /// Calls into the group during the hours that Telegram counts.
    pub calls_in_hours: u32,
    /// Calls that everything written would take, each by itself, in a minute.
    pub demand_per_minute: u32,
    pub floods: usize,
    pub violations: Vec<String>,
    /// By when they were written: how long each took, in milliseconds.
    pub messages: Vec<(i64, i64)>,
    pub replies: Vec<(i64, i64)>,
    pub tickets: Vec<(i64, i64)>,
    pub depth: Vec<(i64, u32)>,
}

impl Figures {
    pub fn of(scenario: &Scenario, users: &[i64], written: &Written, samples: &[Sample]) -> Self {
        let calls = scenario.sandbox.calls();
        let end = START_MS + HOURS * 60 * MINUTE_MS;
        let in_group = |call: &&hushdesk::sandbox::CallRecord| call.chat == Some(scenario.group);
        let in_hours = calls
            .iter()
            .filter(in_group)
            .filter(|call| call.status == 200 && call.counted && call.at_ms < end);
        let group = scenario.sandbox.chat_messages(scenario.group);
        let mut figures = Figures {
            calls_in_hours: u32::try_from(in_hours.count()).expect("few"),
            floods: calls.iter().filter(|call| call.status == 429).count(),
            violations: scenario.sandbox.violations(),
            depth: samples
                .iter()
                .map(|sample| (sample.minute, sample.waiting))
                .collect(),
            ..Figures::default()
        };
        let closes = calls
            .iter()
            .filter(|call| call.method == "closeForumTopic")
            .count();
        let demand = written.by_clients.len()
            + written.openings.len()
            + written.by_agents.len()
            + 3 * closes;
        figures.demand_per_minute =
            u32::try_from(demand / usize::try_from(HOURS * 60).expect("few")).expect("few");
        // When each post was made, to the millisecond: the calls say it.
        let mut posted: BTreeMap<String, i64> = BTreeMap::new();
        for call in calls.iter().filter(|call| call.status == 200) {
            let text = call.params.get("text").and_then(|text| text.as_str());
            for marker in markers(text.unwrap_or_default()) {
                posted.entry(marker).or_insert(call.at_ms);
            }
        }
        figures.messages = latencies('w', &written.by_clients, &posted);
        figures.replies = latencies('a', &written.by_agents, &posted);
        figures.tickets = written
            .openings
            .iter()
            .map(|number| figures.messages[*number])
            .collect();
        check_order(&group, 'w', &written.by_clients, |_| true);
        for (client, user) in users.iter().enumerate() {
            let chat = scenario.sandbox.chat_messages(*user);
            check_order(&chat, 'a', &written.by_agents, |whose| whose == client);
        }
        figures
    }

    pub fn check_promises(&self) {
        assert!(self.violations.is_empty(), "{:#?}", self.violations);
        let half_hours = usize::try_from(HOURS * 2).expect("few");
        for slice in self.replies.chunks(self.replies.len().div_ceil(half_hours)) {
            assert!(slice.len() >= REPLIES_MIN, "{} replies", slice.len());
            let slow = percentile(slice, 99);
            assert!(
                slow <= REPLY_MAX_MS,
                "replies took {slow} ms from {}",
                slice[0].0
            );
        }
        let longest = percentile(&self.tickets, 100);
        assert!(longest <= TICKET_MAX_MS, "a new ticket took {longest} ms");
    }

    pub fn in_words(&self) -> String {
        let seconds = |all: &[(i64, i64)], percent| percentile(all, percent) as f64 / 1000.0;
        format!(
            "{} calls in {HOURS} h, {} wanted a minute, {} floods; messages {}: median {:.1} s, 99 % {:.1} s, \
             longest {:.1} s; replies {}: 99 % {:.2} s; tickets {}: median {:.1} s, longest {:.1} s; \
             deepest queue {}, drained after {} minutes",
            self.calls_in_hours,
            self.demand_per_minute,
            self.floods,
            self.messages.len(),
            seconds(&self.messages, 50),
            seconds(&self.messages, 99),
            seconds(&self.messages, 100),
            self.replies.len(),
            seconds(&self.replies, 99),
            self.tickets.len(),
            seconds(&self.tickets, 50),
            seconds(&self.tickets, 100),
            self.depth
                .iter()
                .map(|(_, depth)| *depth)
                .max()
                .unwrap_or(0),
            self.depth.last().map_or(0, |(minute, _)| *minute),
        )
    }
}

/// The marks of numbered texts, such as `w12`, in a post.
fn markers(text: &str) -> Vec<String> {
    text.split('[')
        .skip(1)
        .filter_map(|rest| rest.split_once(']'))
        .map(|(marker, _)| marker.to_owned())
        .collect()
}

fn latencies(
    kind: char,
    written: &[(i64, usize)],
    posted: &BTreeMap<String, i64>,
) -> Vec<(i64, i64)> {
    let took = |(number, (at, _)): (usize, &(i64, usize))| {
        let marker = format!("{kind}{number}");
        let posted = posted
            .get(&marker)
            .unwrap_or_else(|| panic!("{marker} never arrived"));
        (*at, posted - at)
    };
    written.iter().enumerate().map(took).collect()
}

/// Whatever one client wrote in one ticket, or was written to one, stands there in the order of writing.
fn check_order(
    posts: &[MessageView],
    kind: char,
    written: &[(i64, usize)],
    counts: impl Fn(usize) -> bool,
) {
    let mut last: BTreeMap<(usize, Option<i64>), usize> = BTreeMap::new();
    let mut seen = 0;
    for post in posts.iter().filter(|post| post.from_bot) {
        for marker in markers(post.text()) {
            let Some(number) = marker
                .strip_prefix(kind)
                .and_then(|number| number.parse::<usize>().ok())
            else {
                continue;
            };
            let (_, client) = written[number];
            let before = last.insert((client, post.thread), number);
            assert!(
                before.is_none_or(|before| before < number),
                "{marker} stands after {before:?}"
            );
            seen += 1;
        }
    }
    let expected = written.iter().filter(|(_, client)| counts(*client)).count();
    assert_eq!(seen, expected, "each exactly once");
}

pub fn percentile(all: &[(i64, i64)], percent: usize) -> i64 {
    let mut sorted: Vec<i64> = all.iter().map(|(_, took)| *took).collect();
    sorted.sort_unstable();
    let index = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(index).copied().unwrap_or(0)
}
