//! Who writes what in the kill test: numbered texts of clients, and of agents in every topic that
//! there is.

use std::collections::BTreeMap;
use std::fmt;

use hushdesk::sandbox::content;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::program::{AGENT, Desk, now_ms};
use hushdesk::sandbox::Person;

/// Telegram's number of the first client; the others follow.
const FIRST_CLIENT: i64 = 101;

/// A numbered text: who wrote it, and which one of theirs it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Token {
    /// A client's, with Telegram's number of the client.
    Client(i64, u32),
    /// An agent's, with the topic that it was written in.
    Agent(i64, u32),
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Token::Client(person, number) => write!(f, "client-{person}-{number}"),
            Token::Agent(thread, number) => write!(f, "agent-{thread}-{number}"),
        }
    }
}

impl Token {
    /// The tokens in a text, in order.
    pub fn all_in(text: &str) -> Vec<Token> {
        text.split_whitespace().filter_map(Token::read).collect()
    }

    fn read(word: &str) -> Option<Token> {
        let mut parts = word.split('-');
        let side = match parts.next()? {
            "client" => Token::Client,
            "agent" => Token::Agent,
            _ => return None,
        };
        let token = side(parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        parts.next().is_none().then_some(token)
    }
}

/// What has been written so far, and what is still to come.
pub struct Traffic<'a> {
    desk: &'a Desk,
    random: StdRng,
    texts_each: u32,
    clients: BTreeMap<i64, u32>,
    topics: BTreeMap<i64, u32>,
    /// Each text that was written, with the id of its original.
    pub written: BTreeMap<Token, i64>,
}

impl<'a> Traffic<'a> {
    pub fn new(desk: &'a Desk, clients: i64, texts_each: u32, seed: u64) -> Traffic<'a> {
        let people = FIRST_CLIENT..FIRST_CLIENT + clients;
        for person in people.clone() {
            desk.sandbox()
                .add_person(Person::named(person, &format!("Client {person}")));
        }
        Traffic {
            desk,
            random: StdRng::seed_from_u64(seed),
            texts_each,
            clients: people.map(|person| (person, 0)).collect(),
            topics: BTreeMap::new(),
            written: BTreeMap::new(),
        }
    }

    pub fn clients(&self) -> impl Iterator<Item = i64> {
        self.clients.keys().copied()
    }

    /// All texts, of both sides, written or not.
    pub fn len(&self) -> u32 {
        let clients = u32::try_from(self.clients.len()).expect("a handful of clients");
        2 * clients * self.texts_each
    }

    pub fn is_written(&self) -> bool {
        self.written.len() == self.len() as usize
    }

    /// Somebody writes the next of their texts, `count` times or until nobody has anything left.
    pub fn write(&mut self, count: u32) {
        self.look_for_topics();
        for _ in 0..count {
            let texts_each = self.texts_each;
            let left = |(id, written): (&i64, &u32)| (*written < texts_each).then_some(*id);
            let clients = self.clients.iter().filter_map(left);
            let agents = self.topics.iter().filter_map(left);
            let writers: Vec<(bool, i64)> = clients
                .map(|person| (true, person))
                .chain(agents.map(|thread| (false, thread)))
                .collect();
            if writers.is_empty() {
                return;
            }
            match writers[self.random.random_range(0..writers.len())] {
                (true, person) => self.client_writes(person),
                (false, thread) => self.agent_writes(thread),
            }
        }
    }

    fn look_for_topics(&mut self) {
        if self.topics.len() == self.clients.len() {
            return;
        }
        for topic in self.desk.sandbox().topics(self.desk.group) {
            self.topics.entry(topic.id).or_insert(0);
        }
    }

    fn client_writes(&mut self, person: i64) {
        let number = next(&mut self.clients, person);
        self.send(Token::Client(person, number), person, person, None);
    }

    fn agent_writes(&mut self, thread: i64) {
        let number = next(&mut self.topics, thread);
        let group = self.desk.group;
        self.send(Token::Agent(thread, number), AGENT, group, Some(thread));
    }

    fn send(&mut self, token: Token, user: i64, chat: i64, thread: Option<i64>) {
        let text = content::text(&format!("text {token}"));
        let id = self
            .desk
            .sandbox()
            .person_sends(user, chat, thread, text, None, now_ms())
            .expect("they may write there");
        self.written.insert(token, id);
    }
}

fn next(written: &mut BTreeMap<i64, u32>, id: i64) -> u32 {
    let count = written.get_mut(&id).expect("it was picked from here");
    *count += 1;
    *count
}
