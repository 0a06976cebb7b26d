//! The whole modelled Telegram as plain data.
//!
//! Holds state and the small questions about it. Must not decide what a call does (methods), what
//! people do (people) or how things look in JSON (render).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::sandbox::faults::Faults;
use crate::sandbox::files::Files;
use crate::sandbox::flood::Meters;
use crate::sandbox::log::Log;
use crate::sandbox::member::{Member, Permitted, Right, Status};
use crate::sandbox::message::{History, Message};
use crate::sandbox::queue::Queue;
use crate::sandbox::settings::Settings;

/// GroupAnonymousBot, whose name anonymous administrators wear.
pub const ANONYMOUS_ADMIN_ID: i64 = 1_087_968_824;
/// Channel_Bot, the sender of posts made as a channel.
pub const CHANNEL_BOT_ID: i64 = 136_817_688;
/// Telegram itself, the sender of automatic forwards.
pub const SERVICE_ID: i64 = 777_000;

/// A chat as one bot sees it: a private chat is named by the person's id, and every bot has its
/// own with the same person. `bot` 0 means the only (first registered) bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub bot: i64,
    pub chat: i64,
}

impl From<i64> for Place {
    fn from(chat: i64) -> Place {
        Place { bot: 0, chat }
    }
}

/// Somebody with a Telegram account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    pub id: i64,
    pub first_name: String,
    pub last_name: Option<String>,
    pub username: Option<String>,
    pub language_code: Option<String>,
    /// Never in `from`; only a contact card carries it.
    pub phone: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Account {
    pub person: Person,
    pub deactivated: bool,
}

#[derive(Debug)]
pub(crate) struct Bot {
    pub username: String,
    pub queue: Queue,
    pub webhook: Option<String>,
    /// Command lists by (scope, language).
    pub commands: BTreeMap<(String, String), String>,
    pub wake: Arc<tokio::sync::Notify>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChatKind {
    Private,
    Group,
    Supergroup,
}

#[derive(Clone, Debug)]
pub(crate) struct Topic {
    pub name: String,
    pub icon_color: i64,
    pub icon: Option<String>,
    pub creator: i64,
    pub closed: bool,
    pub deleted: bool,
    /// When the server last looked the topic up for the bot.
    pub checked_ms: Option<i64>,
}

#[derive(Debug)]
pub(crate) struct Chat {
    pub place: Place,
    pub kind: ChatKind,
    pub title: String,
    pub username: Option<String>,
    pub forum: bool,
    pub general_closed: bool,
    /// Content of the whole chat is protected from forwarding.
    pub protected: bool,
    /// Emoji that may be used as reactions; `None` = all.
    pub reactions: Option<Vec<String>>,
    pub members: BTreeMap<i64, Member>,
    /// What members may send who are no administrators.
    pub permitted: Permitted,
    pub topics: BTreeMap<i64, Topic>,
    pub history: History,
    pub pinned: BTreeSet<i64>,
    pub migrated_to: Option<i64>,
    pub destroyed: bool,
    /// Private chats only: the person pressed "stop".
    pub blocked: bool,
    /// Things shown that are no messages: topic names, titles, answers to presses.
    pub shown: Vec<String>,
    /// `sendChatAction` calls: (at, thread, action).
    pub actions: Vec<(i64, Option<i64>, String)>,
}

impl Chat {
    pub fn new(place: Place, kind: ChatKind, title: &str) -> Chat {
        Chat {
            place,
            kind,
            title: title.to_owned(),
            username: None,
            forum: false,
            general_closed: false,
            protected: false,
            reactions: None,
            members: BTreeMap::new(),
            permitted: Permitted::default(),
            topics: BTreeMap::new(),
            history: History::default(),
            pinned: BTreeSet::new(),
            migrated_to: None,
            destroyed: false,
            blocked: false,
            shown: Vec::new(),
            actions: Vec::new(),
        }
    }

    pub fn is_private(&self) -> bool {
        self.kind == ChatKind::Private
    }

    pub fn status(&self, user: i64) -> Status {
        match self.members.get(&user) {
            Some(member) => member.status,
            None => Status::Left,
        }
    }

    /// Whether somebody may send this much.
    pub fn may_send(&self, user: i64, what: Permitted) -> bool {
        let status = self.status(user);
        status.may_send() && (status.is_admin() || self.permitted >= what)
    }

    /// Rights of administrators only: nobody else is given any in this model.
    pub fn may(&self, user: i64, right: Right) -> bool {
        self.status(user).has(right)
    }

    pub fn topic(&self, thread: i64) -> Option<&Topic> {
        self.topics.get(&thread).filter(|topic| !topic.deleted)
    }

    pub fn topic_mut(&mut self, thread: i64) -> Option<&mut Topic> {
        self.topics.get_mut(&thread).filter(|topic| !topic.deleted)
    }

    /// Whoever acts where nobody in particular is named.
    pub fn creator(&self) -> Option<i64> {
        self.members
            .iter()
            .find(|(_, member)| member.status == Status::Creator)
            .map(|(id, _)| *id)
    }
}

/// A pressed button that may still be answered.
#[derive(Debug)]
pub(crate) struct Callback {
    pub bot: i64,
    pub user: i64,
    pub place: Place,
    pub at_ms: i64,
    /// Inside of the `callback_query` object, to repeat it.
    pub body: String,
}

/// An answer to a press, as the person saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackAnswer {
    pub callback_query_id: String,
    pub user: i64,
    pub text: Option<String>,
    pub alert: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub callback: u64,
    pub media_group: u64,
    pub group: i64,
    pub poll: u64,
}

pub(crate) struct World {
    pub settings: Settings,
    pub tokens: BTreeMap<String, i64>,
    pub revoked: BTreeSet<String>,
    pub bots: BTreeMap<i64, Bot>,
    pub first_bot: i64,
    pub accounts: BTreeMap<i64, Account>,
    pub chats: BTreeMap<Place, Chat>,
    pub files: Files,
    pub callbacks: BTreeMap<String, Callback>,
    pub answers: Vec<CallbackAnswer>,
    pub meters: Meters,
    pub faults: Faults,
    pub log: Log,
    pub counters: Counters,
}

impl World {
    pub fn new(settings: Settings) -> World {
        World {
            log: Log::new(settings.call_log_capacity),
            settings,
            tokens: BTreeMap::new(),
            revoked: BTreeSet::new(),
            bots: BTreeMap::new(),
            first_bot: 0,
            accounts: BTreeMap::new(),
            chats: BTreeMap::new(),
            files: Files::default(),
            callbacks: BTreeMap::new(),
            answers: Vec::new(),
            meters: Meters::default(),
            faults: Faults::default(),
            counters: Counters::default(),
        }
    }

    /// Fills in the bot of a private chat; groups are shared by all bots.
    pub fn place(&self, place: Place) -> Place {
        if place.chat < 0 {
            Place { bot: 0, ..place }
        } else if place.bot == 0 {
            Place {
                bot: self.first_bot,
                ..place
            }
        } else {
            place
        }
    }

    pub fn chat(&self, place: Place) -> Option<&Chat> {
        self.chats.get(&self.place(place))
    }

    pub fn chat_mut(&mut self, place: Place) -> Option<&mut Chat> {
        let place = self.place(place);
        self.chats.get_mut(&place)
    }

    pub fn message(&self, place: Place, id: i64) -> Option<&Message> {
        self.chat(place)?.history.get(id)
    }

    pub fn message_mut(&mut self, place: Place, id: i64) -> Option<&mut Message> {
        self.chat_mut(place)?.history.get_mut(id)
    }

    pub fn is_bot(&self, user: i64) -> bool {
        self.bots.contains_key(&user)
    }

    /// The private chat of a person with a bot, made on first use.
    pub fn private_chat(&mut self, bot: i64, user: i64) -> &mut Chat {
        let place = self.place(Place { bot, chat: user });
        self.chats
            .entry(place)
            .or_insert_with(|| Chat::new(place, ChatKind::Private, ""))
    }

    /// Whether a bot ever saw a person: otherwise it cannot even name them.
    pub fn knows(&self, bot: i64, user: i64) -> bool {
        self.chats.contains_key(&Place { bot, chat: user })
            || self
                .chats
                .values()
                .any(|chat| chat.members.contains_key(&user) && chat.members.contains_key(&bot))
    }
}
