//! Puts messages into chats and tells the bots that may see them.
//!
//! The one place where messages come into being, whoever sends them. Must not check rights or
//! limits: callers have.

use crate::sandbox::json::Object;
use crate::sandbox::message::{Kind, Message, Rare, Sender};
use crate::sandbox::world::{Chat, ChatKind, Place, World};

/// How long an update about a message waits to be fetched (tdlib Client.cpp).
pub(crate) const UPDATE_LIFETIME_MS: i64 = 86_400_000;

/// A message that is about to be stored.
#[derive(Clone, Debug)]
pub(crate) struct NewMessage {
    pub sender: Sender,
    pub thread: Option<i64>,
    pub reply_to: Option<i64>,
    pub kind: Kind,
    /// Inside of an object.
    pub content: Box<str>,
    pub envelope: Option<Box<str>>,
    pub markup: Option<Box<str>>,
    pub had_reply_keyboard: bool,
    pub protected: bool,
    pub media_group_id: Option<u64>,
}

impl NewMessage {
    pub fn new(sender: Sender, kind: Kind, content: Box<str>) -> NewMessage {
        NewMessage {
            sender,
            thread: None,
            reply_to: None,
            kind,
            content,
            envelope: None,
            markup: None,
            had_reply_keyboard: false,
            protected: false,
            media_group_id: None,
        }
    }
}

impl World {
    /// Stores a message. The chat has to exist.
    pub fn append(&mut self, place: Place, new: NewMessage, now_ms: i64) -> i64 {
        let keep = self.settings.messages_per_chat;
        let chat = self
            .chat_mut(place)
            .expect("callers append to chats that they looked up");
        let id = chat.history.next_id();
        let reply_root = reply_root(chat, &new);
        let is_rare =
            new.envelope.is_some() || new.media_group_id.is_some() || reply_root.is_some();
        let rare = is_rare.then(|| {
            Box::new(Rare {
                media_group_id: new.media_group_id,
                envelope: new.envelope,
                reply_root,
                ..Rare::default()
            })
        });
        let message = Message {
            id,
            date: now_ms.div_euclid(1_000),
            sender: new.sender,
            thread: new.thread,
            reply_to: new.reply_to,
            kind: new.kind,
            content: new.content,
            markup: new.markup,
            had_reply_keyboard: new.had_reply_keyboard,
            protected: new.protected,
            deleted: false,
            rare,
        };
        chat.history.push(message, keep);
        id
    }

    /// Stores a service message and delivers it, to its own maker too.
    pub fn service(
        &mut self,
        place: Place,
        sender: Sender,
        thread: Option<i64>,
        (kind, value): (Kind, &str),
        now_ms: i64,
    ) -> i64 {
        let content = format!("\"{kind}\":{value}").into();
        let message = NewMessage {
            thread,
            ..NewMessage::new(sender, kind, content)
        };
        let id = self.append(place, message, now_ms);
        self.announce(place, id, "message", now_ms);
        id
    }

    /// Delivers a message or an edit to every bot that may see it.
    pub fn announce(&mut self, place: Place, id: i64, kind: &str, now_ms: i64) {
        let Some(chat) = self.chat(place) else {
            return;
        };
        let Some(message) = chat.history.get(id) else {
            return;
        };
        if matches!(message.sender, Sender::Bot(_)) && !message.is_service() {
            return;
        }
        let bots = self.audience(chat);
        if !bots.iter().any(|bot| self.listens(*bot, kind)) {
            return;
        }
        let body = self.render_message(chat, message, true);
        for bot in bots {
            self.push_update(bot, kind, &body, now_ms + UPDATE_LIFETIME_MS);
        }
    }

    /// Bots inside a chat.
    pub fn audience(&self, chat: &Chat) -> Vec<i64> {
        if chat.is_private() {
            return vec![chat.place.bot];
        }
        self.bots
            .keys()
            .copied()
            .filter(|bot| chat.status(*bot).is_inside())
            .collect()
    }

    fn listens(&self, bot: i64, kind: &str) -> bool {
        self.bots
            .get(&bot)
            .is_some_and(|bot| bot.queue.allows(kind))
    }

    pub fn push_update(&mut self, bot: i64, kind: &str, body: &str, expires_ms: i64) {
        if let Some(bot) = self.bots.get_mut(&bot)
            && bot.queue.push(kind, body, expires_ms)
        {
            bot.wake.notify_waiters();
        }
    }

    /// Remembers what a message says before it changes.
    pub fn keep_version(&mut self, place: Place, id: i64) {
        if !self.settings.keep_versions {
            return;
        }
        if let Some(message) = self.message_mut(place, id) {
            let shown = message.shown().into();
            message.rare_mut().versions.push(shown);
        }
    }

    /// Remembers something shown in a chat that is no message.
    pub fn show(&mut self, place: Place, field: &str, text: &str) {
        let mut shown = Object::new();
        shown.text(field, text);
        if let Some(chat) = self.chat_mut(place) {
            chat.shown.push(shown.finish());
        }
    }
}

/// Outside topics a reply carries the first message of its chain as thread id.
fn reply_root(chat: &Chat, new: &NewMessage) -> Option<i64> {
    if chat.kind != ChatKind::Supergroup || new.thread.is_some() {
        return None;
    }
    let original = chat.history.get(new.reply_to?)?;
    let root = original.rare().and_then(|rare| rare.reply_root);
    Some(root.unwrap_or(original.id))
}
