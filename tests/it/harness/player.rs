//! Plays actions without knowing how they end, keeps a ledger of what people wrote, and demands in
//! the end that everything has arrived: once, in order, on the right side. Used where the exact
//! course is not known: crashes at every point, and seeds.

use std::collections::BTreeMap;
use std::time::Duration;

use hushdesk::sandbox::{MessageView, content};
use serde_json::Value;

use super::Scenario;

/// Something that people do, or that happens to them.
#[derive(Clone, Debug)]
pub enum Action {
    /// A client writes a numbered text.
    Writes(&'static str),
    /// A client sends a numbered photo.
    Photo(&'static str),
    /// A client ends the conversation.
    Closes(&'static str),
    /// An agent answers in a client's topic, if there is one.
    Answers(&'static str),
    /// An agent keeps a note there.
    Notes(&'static str),
    /// An agent closes the ticket.
    AgentCloses(&'static str),
    /// An agent deletes the topic by hand.
    DeletesTopic(&'static str),
    /// An agent closes the topic by hand.
    ClosesTopic(&'static str),
    /// A client blocks the bot, or comes back.
    Blocks(&'static str),
    Unblocks(&'static str),
    /// The basic group that the config names becomes a forum.
    UpgradesGroup,
    /// Connections can no longer be made, or again.
    Offline(bool),
    /// The program is killed and started again.
    Kill,
    /// The program is killed at one of the next places at which it could be.
    KillSoon(usize),
    /// The bot works until it rests.
    Run,
    /// Time passes.
    Pass(Duration),
}

/// A text that somebody wrote, found again by its number.
#[derive(Debug)]
struct Written {
    marker: String,
    /// The agent's message, to find the answer that refuses it.
    message: i64,
}

/// What people wrote, in order.
#[derive(Default)]
pub struct Ledger {
    number: u32,
    by_clients: BTreeMap<i64, Vec<Written>>,
    by_agents: BTreeMap<i64, Vec<Written>>,
    notes: Vec<String>,
}

impl Scenario {
    pub fn play(&mut self, ledger: &mut Ledger, action: &Action) {
        match action {
            Action::Writes(name) => {
                let marker = ledger.next("w");
                self.client_sends(ledger, name, &marker, content::text(&marker));
            }
            Action::Photo(name) => {
                let marker = ledger.next("p");
                let photo = content::photo(&marker, &marker);
                self.client_sends(ledger, name, &marker, photo);
            }
            Action::Closes(name) => {
                let (user, now) = (self.person(name), self.now());
                let close = content::text("/close");
                // Somebody who has blocked the bot cannot write to it.
                let _sent = self
                    .sandbox
                    .person_sends(user, user, None, close, None, now);
            }
            Action::Answers(name) => self.agent_answers(ledger, name),
            Action::Notes(name) => {
                let marker = ledger.next("n");
                if self.agent_writes(name, &format!("// {marker}")).is_some() {
                    ledger.notes.push(marker);
                }
            }
            Action::AgentCloses(name) => {
                self.agent_writes(name, "/close");
            }
            Action::DeletesTopic(name) => {
                if self.live_thread_of(name).is_some() {
                    self.agent("sam").deletes_topic_of(name);
                }
            }
            Action::ClosesTopic(name) => {
                let (sam, group, now) = (self.person("sam"), self.group, self.now());
                if let Some(thread) = self.live_thread_of(name) {
                    // Closing what is closed is refused, as it should be.
                    let _closed = self.sandbox.close_topic(sam, group, thread, now);
                }
            }
            Action::Blocks(name) => {
                let (user, now) = (self.person(name), self.now());
                self.sandbox.person_blocks(user, now);
            }
            Action::Unblocks(name) => {
                let (user, now) = (self.person(name), self.now());
                self.sandbox.person_unblocks(user, now);
            }
            Action::UpgradesGroup => self.upgrade_group(),
            Action::Offline(offline) => self.wire.set_offline(*offline),
            Action::Kill => {
                self.kill();
                self.start();
            }
            Action::KillSoon(places) => self.wire.crash_at(*places),
            Action::Run => self.run(),
            Action::Pass(time) => self.pass(*time),
        }
    }

    fn client_sends(&mut self, ledger: &mut Ledger, name: &str, marker: &str, content: Value) {
        let (user, now) = (self.person(name), self.now());
        let sent = self
            .sandbox
            .person_sends(user, user, None, content, None, now);
        if let Ok(message) = sent {
            ledger.by_clients.entry(user).or_default().push(Written {
                marker: marker.to_owned(),
                message,
            });
        }
    }

    fn agent_answers(&mut self, ledger: &mut Ledger, name: &str) {
        let marker = ledger.next("a");
        let user = self.person(name);
        if let Some(message) = self.agent_writes(name, &marker) {
            ledger
                .by_agents
                .entry(user)
                .or_default()
                .push(Written { marker, message });
        }
    }

    fn agent_writes(&mut self, client: &str, text: &str) -> Option<i64> {
        self.agent("sam");
        let thread = self.live_thread_of(client)?;
        Some(
            self.agent("sam")
                .drops(Some(thread), content::text(text), None),
        )
    }

    /// Ends all trouble and demands that everything has arrived.
    pub fn converge(&mut self, ledger: &Ledger) {
        self.sandbox.clear_faults();
        self.wire.set_offline(false);
        let now = self.now();
        for (_, user) in self.cast.people.clone() {
            self.sandbox.person_unblocks(user, now);
        }
        self.rest();
        let doubts = self.wire.doubts.load(std::sync::atomic::Ordering::Relaxed)
            + usize::try_from(self.crashes).expect("few crashes")
                * hushdesk::delivery::IN_FLIGHT_MAX;
        let mut twice = 0;
        let group = posts(&self.sandbox.chat_messages(self.group));
        for (client, written) in &ledger.by_clients {
            for ticket in self.by_ticket(written) {
                twice += check_order(&group, ticket, &format!("client {client} to the desk"));
            }
        }
        for (client, written) in &ledger.by_agents {
            let chat = posts(&self.sandbox.chat_messages(*client));
            let delivered: Vec<&Written> = written
                .iter()
                .filter(|text| !self.was_refused(text, &group))
                .collect();
            twice += check_order(&chat, delivered, &format!("the desk to client {client}"));
            for note in &ledger.notes {
                let leaked = chat.iter().any(|(_, text)| text.contains(note.as_str()));
                assert!(!leaked, "the note {note} reached a client");
            }
        }
        assert!(
            twice <= doubts,
            "{twice} messages arrived twice, but only {doubts} calls were in doubt\n{}",
            self.story()
        );
        self.check_tickets();
        self.check_lawful();
    }

    /// Order is promised per ticket (P4); this is which text went into which.
    fn by_ticket<'w>(&self, written: &'w [Written]) -> Vec<Vec<&'w Written>> {
        let mut tickets: BTreeMap<i64, Vec<&Written>> = BTreeMap::new();
        for text in written {
            let ticket: i64 = self.database(|db| {
                db.query_row(
                    "SELECT ticket_id FROM messages WHERE side = 'client' AND instr(content, ?1)",
                    [&text.marker],
                    |row| row.get(0),
                )
                .unwrap_or_else(|_| panic!("{} was never stored", text.marker))
            });
            tickets.entry(ticket).or_default().push(text);
        }
        tickets.into_values().collect()
    }

    /// Whether the agent was told that this did not reach the client.
    fn was_refused(&self, text: &Written, group: &[(i64, String)]) -> bool {
        let answers = self.sandbox.chat_messages(self.group);
        let is_answered = answers.iter().any(|answer| {
            answer.from_bot
                && answer.reply_to == Some(text.message)
                && (answer.text().starts_with("Not delivered")
                    || answer.text().starts_with("This ticket is closed"))
        });
        let stands = self
            .sandbox
            .message(self.group, text.message)
            .is_some_and(|message| !message.deleted);
        // An agent whose topic is gone can no longer be answered in it.
        is_answered || !stands || group.is_empty()
    }

    /// The schema holds P5; here it is held against what Telegram shows.
    fn check_tickets(&self) {
        let live: Vec<(String, i64, String)> = self.database(|db| {
            let mut statement = db
                .prepare(
                    "SELECT code, thread_id, tickets.state FROM topics \
                     JOIN tickets ON tickets.id = ticket_id WHERE topics.state = 'live'",
                )
                .expect("the schema has topics");
            let rows = statement
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
                .expect("the query runs");
            rows.collect::<Result<_, _>>().expect("rows read")
        });
        let topics = self.sandbox.topics(self.group);
        for topic in topics
            .iter()
            .filter(|topic| !topic.deleted && topic.name.contains("SUPP-"))
        {
            let known = live.iter().find(|(_, thread, _)| *thread == topic.id);
            let (code, _, state) =
                known.unwrap_or_else(|| panic!("{} is nobody's topic", topic.name));
            assert!(
                topic.name.contains(code.as_str()),
                "{} holds {code}",
                topic.name
            );
            assert!(
                state == "open" || topic.closed,
                "{code} is closed, its topic is not"
            );
        }
    }
}

impl Ledger {
    /// A number that stands in no other text.
    fn next(&mut self, kind: &str) -> String {
        self.number += 1;
        format!("[{kind}{}]", self.number)
    }
}

/// What the bot posted, in order, deleted or not.
fn posts(messages: &[MessageView]) -> Vec<(i64, String)> {
    messages
        .iter()
        .filter(|message| message.from_bot && !message.service)
        .map(|message| (message.id, message.content.to_string()))
        .collect()
}

/// Everything that was written stands there, first sightings in the order of writing. How many
/// stand there more than once.
fn check_order<'w>(
    posts: &[(i64, String)],
    written: impl IntoIterator<Item = &'w Written>,
    way: &str,
) -> usize {
    let mut twice = 0;
    let mut last = (0, "");
    for text in written {
        let sightings: Vec<i64> = posts
            .iter()
            .filter(|(_, post)| post.contains(text.marker.as_str()))
            .map(|(id, _)| *id)
            .collect();
        let first = sightings
            .first()
            .unwrap_or_else(|| panic!("{} is lost on the way from {way}", text.marker));
        assert!(
            *first >= last.0,
            "{} overtook {} on the way from {way}",
            text.marker,
            last.1
        );
        last = (*first, text.marker.as_str());
        twice += sightings.len() - 1;
    }
    twice
}
