//! The stage: one Telegram with two clients, an agent, the support group and the bot's account, and
//! what people do there. Only plays people; what the bot makes of it is the bot's business.

use serde_json::Value;

use crate::clock::{Clock, SystemClock};
use crate::domain::ticket::TicketCode;
use crate::sandbox::{
    MessageView, Person, PersonError, Rights, Sandbox, Settings, Status, TopicView, content, marked,
};

/// The bot's token in the sandbox, of no use anywhere else.
pub const TOKEN: &str = "7000001:demo";
/// The bot's account.
pub const BOT: i64 = 7_000_001;
/// Calls so soon after Telegram asked to wait were already on their way.
const GRACE_MS: i64 = 100;

/// Who can be played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    /// A client.
    Ann,
    /// Another client.
    Bob,
    /// The agent.
    Sam,
}

impl Who {
    /// Everybody.
    pub const ALL: [Who; 3] = [Who::Ann, Who::Bob, Who::Sam];
    /// Those who write to the bot.
    pub const CLIENTS: [Who; 2] = [Who::Ann, Who::Bob];

    /// What the demo calls them.
    pub const fn name(self) -> &'static str {
        match self {
            Who::Ann => "ann",
            Who::Bob => "bob",
            Who::Sam => "sam",
        }
    }

    /// What they are at the desk.
    pub const fn role(self) -> &'static str {
        match self {
            Who::Ann | Who::Bob => "client",
            Who::Sam => "agent",
        }
    }

    /// Their Telegram account.
    pub const fn account(self) -> i64 {
        match self {
            Who::Ann => 481_516_234,
            Who::Bob => 481_516_235,
            Who::Sam => 992_113_077,
        }
    }

    /// What their profile tells, and nobody on the other side may ever see.
    pub fn person(self) -> Person {
        let (first_name, last_name, username) = match self {
            Who::Ann => ("Ann", "Lindqvist", "ann_lindqvist"),
            Who::Bob => ("Bob", "Okonkwo", "bob_okonkwo"),
            Who::Sam => ("Sam", "Achterberg", "sam_achterberg"),
        };
        Person {
            last_name: Some(last_name.to_owned()),
            username: Some(username.to_owned()),
            language_code: Some("en".to_owned()),
            ..Person::named(self.account(), first_name)
        }
    }
}

/// More than Telegram allows a group (20): nobody plays for a minute to wait in the next.
pub const GROUP_CALLS_PER_MINUTE: u32 = 60;

/// The name of a file that tells whose it is.
pub const CONTRACT: &str = "Contract of Ann Lindqvist.pdf";

/// A topic that stands in the support group.
pub struct Topic {
    /// Its thread.
    pub thread: i64,
    /// Its ticket's code, or its name where there is none.
    pub code: String,
    /// Whether it is closed.
    pub is_closed: bool,
    /// Whether the agent's words go there.
    pub is_open: bool,
}

/// The sandbox, and where the agent stands in it.
pub struct Stage {
    /// The modelled Telegram.
    pub sandbox: Sandbox,
    /// The support group.
    pub group: i64,
    opened: Option<i64>,
}

impl Stage {
    /// Everybody in place, nothing said.
    pub fn set() -> Stage {
        let sandbox = Sandbox::new(Settings {
            grace_ms: GRACE_MS,
            group_per_minute: GROUP_CALLS_PER_MINUTE,
            ..Settings::default()
        });
        let now = now_ms();
        sandbox.register_bot(TOKEN, BOT, "acme_support_bot");
        for who in Who::ALL {
            sandbox.add_person(who.person());
        }
        let group = sandbox.add_supergroup("Acme support", true, now);
        sandbox.add_member(group, Who::Sam.account(), Status::Creator, now);
        sandbox.add_member(group, BOT, Status::Administrator(Rights::all()), now);
        Stage {
            sandbox,
            group,
            opened: None,
        }
    }

    /// Somebody writes: a client to the bot, the agent into the topic that is open.
    pub fn says(&mut self, who: Who, words: &str) -> Result<i64, PersonError> {
        self.sends(who, content::text(words))
    }

    /// Somebody sends a photo.
    pub fn shows_photo(&mut self, who: Who, caption: &str) -> Result<i64, PersonError> {
        self.sends(who, content::photo(who.name(), caption))
    }

    /// A client sends a PDF whose name and properties tell whose it is.
    pub fn sends_contract(&mut self, who: Who) -> Result<i64, PersonError> {
        let mut piece = marked::person(who.account(), who.name()).piece("document_pdf", "");
        piece.content["document"]["file_name"] = CONTRACT.into();
        self.sandbox.put_files(&piece);
        self.sends(who, piece.content)
    }

    /// Somebody changes what they wrote.
    pub fn changes(&mut self, who: Who, message: i64, words: &str) -> Result<(), PersonError> {
        let chat = match who {
            Who::Ann | Who::Bob => who.account(),
            Who::Sam => self.group,
        };
        let content = content::text(words);
        self.sandbox
            .person_edits(who.account(), chat, message, content, now_ms())
    }

    /// The agent deletes the topic that is open.
    pub fn deletes_topic(&mut self) -> Result<(), PersonError> {
        let thread = self.opened().ok_or(PersonError::NoSuchTopic)?;
        self.sandbox
            .delete_topic(Who::Sam.account(), self.group, thread)
    }

    /// A client blocks the bot, or comes back.
    pub fn sets_blocked(&self, client: Who, is_blocked: bool) {
        if is_blocked {
            self.sandbox.person_blocks(client.account(), now_ms());
        } else {
            self.sandbox.person_unblocks(client.account(), now_ms());
        }
    }

    /// The agent opens a topic by its place in [`Stage::topics`].
    pub fn opens(&mut self, index: usize) -> Result<(), PersonError> {
        let topics = self.topics();
        let topic = topics.get(index).ok_or(PersonError::NoSuchTopic)?;
        self.opened = Some(topic.thread);
        Ok(())
    }

    /// The topics that stand, oldest first.
    pub fn topics(&mut self) -> Vec<Topic> {
        let opened = self.opened();
        self.standing()
            .map(|topic| Topic {
                thread: topic.id,
                is_closed: topic.closed,
                is_open: opened == Some(topic.id),
                code: code_of(&topic.name),
            })
            .collect()
    }

    /// The topic that the agent has open. Where that is gone or closed they turn to the newest.
    fn opened(&mut self) -> Option<i64> {
        let is_live = |topic: &TopicView| !topic.closed;
        let current = self.standing().find(|topic| Some(topic.id) == self.opened);
        if !current.as_ref().is_some_and(is_live) {
            let newest = self.standing().filter(is_live).last();
            self.opened = newest.or(current).map(|topic| topic.id);
        }
        self.opened
    }

    fn standing(&self) -> impl Iterator<Item = TopicView> + use<> {
        let topics = self.sandbox.topics(self.group).into_iter();
        topics.filter(|topic| !topic.deleted)
    }

    fn sends(&mut self, who: Who, content: Value) -> Result<i64, PersonError> {
        let (chat, thread) = match who {
            Who::Ann | Who::Bob => (who.account(), None),
            Who::Sam => {
                let thread = self.opened().ok_or(PersonError::NoSuchTopic)?;
                (self.group, Some(thread))
            }
        };
        self.sandbox
            .person_sends(who.account(), chat, thread, content, None, now_ms())
    }

    /// What the bot has put on a client's phone, oldest first.
    pub fn on_phone(&self, client: Who) -> Vec<MessageView> {
        self.sent_by_bot(client.account())
    }

    /// What the bot has put into the support group and still stands there, oldest first.
    pub fn on_desk(&self) -> Vec<MessageView> {
        self.sent_by_bot(self.group)
    }

    fn sent_by_bot(&self, chat: i64) -> Vec<MessageView> {
        let messages = self.sandbox.chat_messages(chat).into_iter();
        messages
            .filter(|message| message.from_bot && !message.deleted)
            .collect()
    }

    /// Whether the bot has fetched and confirmed everything that happened.
    pub fn is_fetched(&self) -> bool {
        self.sandbox.pending_updates(TOKEN).is_empty()
    }
}

/// A ticket's code as it stands in a topic's name.
pub fn code_of(name: &str) -> String {
    match TicketCode::find_in(name) {
        Some(code) => code.to_string(),
        None => name.to_owned(),
    }
}

/// The time, as the sandbox counts it.
pub fn now_ms() -> i64 {
    SystemClock.now().millis()
}
