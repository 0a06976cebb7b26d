//! What became of every text of the kill test: each thing that is not as promised is a sentence.

use std::collections::BTreeMap;

use hushdesk::delivery::IN_FLIGHT_MAX;
use hushdesk::sandbox::MessageView;

use super::traffic::{Token, Traffic};
use crate::program::Desk;

/// A request that left before the kill may be read from the socket a little after it.
const STILL_ON_THE_WIRE_MS: i64 = 250;
/// Words of the sentences that announce a possible repetition (texts/en.ftl).
const TOPIC_MAYBE_TWICE: &str = "may stand here twice";
const CLIENT_MAYBE_TWICE: &str = "may have received it twice";
/// Complaints of one sort that are worth reading.
const SHOWN_MAX: usize = 10;

pub struct Ledger<'a> {
    pub desk: &'a Desk,
    pub traffic: &'a Traffic<'a>,
    /// When the program was killed.
    pub kills: &'a [i64],
}

/// A post of the bot: where its text came to stand.
struct Copy {
    place: i64,
    message: i64,
}

impl Ledger<'_> {
    pub fn complaints(&self) -> Vec<String> {
        let posts = self.posts();
        let copies = copies(&posts);
        [
            self.lost(&copies),
            self.misplaced(&copies),
            self.disordered(&posts),
            self.not_announced(&copies, &posts),
            self.repeated_without_a_kill(),
            self.not_one_ticket_each(),
            self.left_in_the_database(),
            self.desk.sandbox().violations(),
        ]
        .into_iter()
        .flat_map(shortened)
        .collect()
    }

    /// How many posts are repetitions. Without any the kills met no call under way, and the test
    /// has shown nothing.
    pub fn repetitions(&self) -> usize {
        copies(&self.posts())
            .values()
            .map(|copies| copies.len() - 1)
            .sum()
    }

    /// All that the bot has posted, each with the topic or the private chat that it stands in.
    fn posts(&self) -> Vec<(i64, MessageView)> {
        let sandbox = self.desk.sandbox();
        let group = sandbox.chat_messages(self.desk.group);
        let in_topics = group
            .into_iter()
            .map(|message| (message.thread.unwrap_or(0), message));
        let in_private = self.traffic.clients().flat_map(|person| {
            let messages = sandbox.chat_messages(person).into_iter();
            messages.map(move |message| (person, message))
        });
        in_topics
            .chain(in_private)
            .filter(|(_, message)| message.from_bot && !message.deleted)
            .collect()
    }

    fn lost(&self, copies: &BTreeMap<Token, Vec<Copy>>) -> Vec<String> {
        let lost: Vec<String> = self
            .traffic
            .written
            .keys()
            .filter(|token| !copies.contains_key(token))
            .map(ToString::to_string)
            .collect();
        if lost.is_empty() {
            return Vec::new();
        }
        vec![format!(
            "{} of {} texts are lost: {}",
            lost.len(),
            self.traffic.written.len(),
            lost.join(" ")
        )]
    }

    /// A client's texts stand in one topic, an agent's in one private chat, and no other's stand
    /// there.
    fn misplaced(&self, copies: &BTreeMap<Token, Vec<Copy>>) -> Vec<String> {
        let mut home_of: BTreeMap<(bool, i64), i64> = BTreeMap::new();
        let mut owner_of: BTreeMap<i64, (bool, i64)> = BTreeMap::new();
        let mut complaints = Vec::new();
        for (token, copies) in copies {
            let writer = match token {
                Token::Client(person, _) => (true, *person),
                Token::Agent(thread, _) => (false, *thread),
            };
            for copy in copies {
                let home = *home_of.entry(writer).or_insert(copy.place);
                let owner = *owner_of.entry(copy.place).or_insert(writer);
                if home != copy.place || owner != writer {
                    complaints.push(format!("{token} stands in {} as well", copy.place));
                }
            }
        }
        complaints
    }

    /// In each place the numbers only grow; a repetition directly follows what it repeats.
    fn disordered(&self, posts: &[(i64, MessageView)]) -> Vec<String> {
        let mut last: BTreeMap<i64, Token> = BTreeMap::new();
        let mut complaints = Vec::new();
        for (place, message) in posts {
            for token in Token::all_in(message.text()) {
                if let Some(earlier) = last.insert(*place, token)
                    && earlier > token
                {
                    complaints.push(format!("{token} came after {earlier} in {place}"));
                }
            }
        }
        complaints
    }

    /// Whatever stands twice is announced: in the topic below the post, or as an answer to the
    /// agent.
    fn not_announced(
        &self,
        copies: &BTreeMap<Token, Vec<Copy>>,
        posts: &[(i64, MessageView)],
    ) -> Vec<String> {
        let says = |words: &str, answered: i64| {
            posts.iter().any(|(_, message)| {
                message.text().contains(words) && message.reply_to == Some(answered)
            })
        };
        copies
            .iter()
            .filter(|(_, copies)| copies.len() > 1)
            .filter(|(token, copies)| match token {
                Token::Client(..) => !copies
                    .iter()
                    .any(|copy| says(TOPIC_MAYBE_TWICE, copy.message)),
                Token::Agent(..) => {
                    let original = self.traffic.written.get(token);
                    !original.is_some_and(|original| says(CLIENT_MAYBE_TWICE, *original))
                }
            })
            .map(|(token, copies)| {
                let times = copies.len();
                format!("{token} stands there {times} times, and nobody was told that it may")
            })
            .collect()
    }

    /// Between two calls that carry the same text lies a kill, and no kill is to blame for more
    /// repetitions than calls can be under way.
    fn repeated_without_a_kill(&self) -> Vec<String> {
        let mut sent_at: BTreeMap<Token, Vec<i64>> = BTreeMap::new();
        for call in self.desk.sandbox().calls() {
            let text = call.params.get("text").and_then(|text| text.as_str());
            if call.method == "sendMessage" && call.status == 200 {
                for token in Token::all_in(text.unwrap_or_default()) {
                    sent_at.entry(token).or_default().push(call.at_ms);
                }
            }
        }
        let mut complaints = Vec::new();
        let mut blamed: BTreeMap<i64, usize> = BTreeMap::new();
        for (token, times) in &sent_at {
            for pair in times.windows(2) {
                let between = pair[0] - STILL_ON_THE_WIRE_MS..=pair[1];
                match self.kills.iter().find(|kill| between.contains(kill)) {
                    Some(kill) => *blamed.entry(*kill).or_default() += 1,
                    None => complaints.push(format!("{token} was sent twice, and no kill is why")),
                }
            }
        }
        let too_many = blamed
            .into_iter()
            .filter(|(_, count)| *count > IN_FLIGHT_MAX);
        complaints.extend(too_many.map(|(_, count)| {
            format!("one kill led to {count} repetitions, with {IN_FLIGHT_MAX} calls at a time")
        }));
        complaints
    }

    fn not_one_ticket_each(&self) -> Vec<String> {
        let clients = self.traffic.clients().count();
        let topics = self.desk.sandbox().topics(self.desk.group);
        let live = topics.iter().filter(|topic| !topic.deleted).count();
        let tickets = self.desk.number("SELECT count(*) FROM tickets");
        let open = self
            .desk
            .number("SELECT count(DISTINCT client_id) FROM tickets WHERE state <> 'closed'");
        let all = [i64::try_from(live).unwrap_or(0), tickets, open];
        if all
            .iter()
            .all(|count| usize::try_from(*count) == Ok(clients))
        {
            return Vec::new();
        }
        vec![format!(
            "{clients} clients have {live} topics, {tickets} tickets and {open} open tickets"
        )]
    }

    fn left_in_the_database(&self) -> Vec<String> {
        let nothing_of = [
            // A title changes once in five minutes at most, and may wait so long.
            (
                "unfinished calls",
                "outbox WHERE finished_at IS NULL AND purpose <> 'title'",
            ),
            ("dead letters", "outbox WHERE state = 'dead'"),
            ("updates that are not done", "inbox WHERE state <> 'done'"),
            ("broken references", "pragma_foreign_key_check"),
            (
                "damage",
                "pragma_integrity_check WHERE integrity_check <> 'ok'",
            ),
        ];
        nothing_of
            .into_iter()
            .filter_map(|(what, rows)| {
                let count = self.desk.number(&format!("SELECT count(*) FROM {rows}"));
                (count > 0).then(|| format!("the database holds {what}: {count}"))
            })
            .collect()
    }
}

fn copies(posts: &[(i64, MessageView)]) -> BTreeMap<Token, Vec<Copy>> {
    let mut copies: BTreeMap<Token, Vec<Copy>> = BTreeMap::new();
    for (place, message) in posts {
        for token in Token::all_in(message.text()) {
            copies.entry(token).or_default().push(Copy {
                place: *place,
                message: message.id,
            });
        }
    }
    copies
}

fn shortened(mut complaints: Vec<String>) -> Vec<String> {
    let more = complaints.len().saturating_sub(SHOWN_MAX);
    complaints.truncate(SHOWN_MAX);
    if more > 0 {
        complaints.push(format!("… and {more} more like these"));
    }
    complaints
}
