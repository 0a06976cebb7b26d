//! Several agents who act at once. Some of them leave and come back: whoever is not in the group can do
//! nothing there.

use hushdesk::sandbox::{Rights, Status, content};

use super::Scenario;
use super::player::{Ledger, Written};
use super::variety::Who;

/// What one of them does.
#[derive(Clone, Copy, Debug)]
pub enum CrewDeed {
    /// Answers in a client's topic, if there is one.
    Answers(&'static str),
    /// Gives a command there.
    Commands(&'static str, &'static str),
    /// Gives a command there that keeps what the client writes from the desk.
    Stops(&'static str, &'static str),
    /// Gives a command there that names somebody else: client, command, whom.
    Names(&'static str, &'static str, &'static str),
    /// Presses the newest button with these words there.
    Presses(&'static str, &'static str),
    /// Gives a command in General.
    InGeneral(&'static str),
    /// Gives one there that names somebody else: command, whom, what about them.
    OfSomebody(&'static str, &'static str, &'static str),
    /// Presses the newest button with these words in General.
    PressesInGeneral(&'static str),
    /// Leaves the group, or comes back under the own name.
    Leaves,
    Joins,
    /// Writes in the name of the group from now on.
    Hides,
}

impl Scenario {
    pub(super) fn crew_does(&mut self, ledger: &mut Ledger, agent: &str, deed: CrewDeed) {
        match deed {
            CrewDeed::Answers(client) => {
                let marker = ledger.marker("a");
                let user = self.person(client);
                if let Some(message) = self.says_in(agent, client, &marker) {
                    ledger.add(Who::Agent, user, Written::of("text", marker, message));
                }
            }
            CrewDeed::Commands(client, command) => {
                let _command = self.says_in(agent, client, command);
            }
            CrewDeed::Stops(client, command) => {
                if self.says_in(agent, client, command).is_some() {
                    let user = self.person(client);
                    ledger.stopped.insert(user);
                }
            }
            CrewDeed::Names(client, command, other) => {
                self.person(other);
                let text = format!("{command} @{}", self.marked(other).username());
                let _command = self.says_in(agent, client, &text);
            }
            CrewDeed::Presses(client, words) => self.presses_in(agent, client, words),
            CrewDeed::InGeneral(command) => {
                let _command = self.says(agent, None, command);
            }
            CrewDeed::OfSomebody(command, other, rest) => {
                self.person(other);
                let text = format!("{command} @{} {rest}", self.marked(other).username());
                let _command = self.says(agent, None, &text);
            }
            CrewDeed::PressesInGeneral(words) => {
                self.presses_at(agent, (self.group, None), words);
            }
            CrewDeed::Leaves => {
                let (user, now) = (self.person(agent), self.now());
                self.sandbox.leave(self.group, user, now);
            }
            CrewDeed::Joins => {
                let (user, now) = (self.person(agent), self.now());
                let admin = Status::Administrator(Rights::all());
                self.sandbox.set_member(self.group, user, admin, now);
                self.sandbox.set_anonymous(self.group, user, false, None);
            }
            CrewDeed::Hides => {
                let user = self.person(agent);
                self.sandbox.set_anonymous(self.group, user, true, None);
            }
        }
    }

    fn says_in(&mut self, agent: &str, client: &str, text: &str) -> Option<i64> {
        let thread = self.live_thread_of(client)?;
        self.says(agent, Some(thread), text)
    }

    /// None where they are not in the group.
    pub fn says(&mut self, agent: &str, thread: Option<i64>, text: &str) -> Option<i64> {
        let (user, now) = (self.person(agent), self.now());
        let text = content::text(text);
        let sandbox = &self.sandbox;
        sandbox
            .person_sends(user, self.group, thread, text, None, now)
            .ok()
    }

    fn presses_in(&mut self, agent: &str, client: &str, words: &str) {
        if let Some(thread) = self.live_thread_of(client) {
            self.presses_at(agent, (self.group, Some(thread)), words);
        }
    }

    /// Presses the newest button with these words in a topic or a chat, if there is one.
    pub fn presses_at(&mut self, who: &str, (chat, thread): (i64, Option<i64>), words: &str) {
        let (user, now) = (self.person(who), self.now());
        let messages = self.sandbox.chat_messages(chat);
        let here = messages
            .iter()
            .rev()
            .filter(|message| message.thread == thread && !message.deleted);
        let mut buttons = here.flat_map(|message| {
            let buttons = message.buttons().into_iter();
            buttons.map(move |(text, data)| (message.id, text, data))
        });
        if let Some((message, _, data)) = buttons.find(|(_, text, _)| text.contains(words)) {
            // An app shows no buttons to somebody who has left.
            let _press = self.sandbox.person_presses(user, chat, message, &data, now);
        }
    }
}
