//! What a test looks at: chats, topics, queues, calls, violations.
//!
//! Only reads.

use serde_json::Value;

use crate::sandbox::Sandbox;
use crate::sandbox::json::{outside, quoted};
use crate::sandbox::log::CallRecord;
use crate::sandbox::message::{Message, Sender};
use crate::sandbox::render::visible_sender;
use crate::sandbox::world::{CallbackAnswer, Chat, Place};

/// A message as people see it.
#[derive(Clone, Debug, PartialEq)]
pub struct MessageView {
    pub id: i64,
    pub from_bot: bool,
    /// As shown: anonymous administrators are GroupAnonymousBot.
    pub sender: i64,
    /// Unix seconds.
    pub date: i64,
    pub thread: Option<i64>,
    pub content: Value,
    /// What belongs to the message and not to its content: `quote`, `forward_origin`, ….
    pub envelope: Value,
    /// Its main key, such as `text`; `unknown` if none is known.
    pub kind: &'static str,
    pub service: bool,
    pub reply_to: Option<i64>,
    pub reply_markup: Option<Value>,
    pub media_group_id: Option<String>,
    /// Who reacted with what.
    pub reactions: Vec<(i64, Vec<String>)>,
    pub deleted: bool,
    pub edited: bool,
    pub protected: bool,
    pub pinned: bool,
}

impl MessageView {
    /// Its text or caption, or nothing.
    pub fn text(&self) -> &str {
        ["text", "caption"]
            .iter()
            .find_map(|key| self.content.get(*key)?.as_str())
            .unwrap_or_default()
    }

    /// The words that it quotes from what it replies to.
    pub fn quote(&self) -> Option<&str> {
        self.envelope["quote"]["text"].as_str()
    }

    /// Id of its file, of a photo the largest, and the name of the file.
    pub fn file(&self) -> Option<(&str, &str)> {
        let media = &self.content[self.kind];
        let one = media.as_array().and_then(|sizes| sizes.last());
        let one = one.unwrap_or(media);
        let name = one["file_name"].as_str().unwrap_or_default();
        Some((one["file_id"].as_str()?, name))
    }

    /// Texts and callback data of its buttons, row by row.
    pub fn buttons(&self) -> Vec<(String, String)> {
        let Some(markup) = &self.reply_markup else {
            return Vec::new();
        };
        crate::sandbox::markup::buttons(markup)
            .map(|button| {
                let word = |key: &str| button[key].as_str().unwrap_or_default().to_owned();
                (word("text"), word("callback_data"))
            })
            .collect()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicView {
    pub id: i64,
    pub name: String,
    pub icon_custom_emoji_id: Option<String>,
    pub creator: i64,
    pub closed: bool,
    pub deleted: bool,
}

impl Sandbox {
    /// All messages of a chat, deleted ones too.
    pub fn chat_messages(&self, chat: impl Into<Place>) -> Vec<MessageView> {
        self.messages_where(chat.into(), |_| true)
    }

    /// All messages of a topic, deleted ones too.
    pub fn topic_messages(&self, chat: impl Into<Place>, thread: i64) -> Vec<MessageView> {
        self.messages_where(chat.into(), |message| message.thread == Some(thread))
    }

    /// Messages outside topics.
    pub fn general_messages(&self, chat: impl Into<Place>) -> Vec<MessageView> {
        self.messages_where(chat.into(), |message| message.thread.is_none())
    }

    /// One message, deleted or not.
    pub fn message(&self, chat: impl Into<Place>, id: i64) -> Option<MessageView> {
        let world = self.world();
        let chat = world.chat(chat.into())?;
        Some(view(chat, chat.history.any(id)?))
    }

    /// Id of the newest message of a chat, 0 if it has none.
    pub fn last_message_id(&self, chat: impl Into<Place>) -> i64 {
        let world = self.world();
        let chat = world.chat(chat.into());
        chat.map_or(0, |chat| chat.history.next_id() - 1)
    }

    fn messages_where(&self, place: Place, wanted: impl Fn(&Message) -> bool) -> Vec<MessageView> {
        let world = self.world();
        let Some(chat) = world.chat(place) else {
            return Vec::new();
        };
        let messages = chat.history.iter().filter(|message| wanted(message));
        messages.map(|message| view(chat, message)).collect()
    }

    /// Topics of a forum, deleted ones too.
    pub fn topics(&self, chat: i64) -> Vec<TopicView> {
        let world = self.world();
        let topics = world.chat(Place::from(chat)).map(|chat| &chat.topics);
        topics
            .into_iter()
            .flatten()
            .map(|(id, topic)| TopicView {
                id: *id,
                name: topic.name.clone(),
                icon_custom_emoji_id: topic.icon.clone(),
                creator: topic.creator,
                closed: topic.closed,
                deleted: topic.deleted,
            })
            .collect()
    }

    /// Chats that exist, by id.
    pub fn chats(&self) -> Vec<Place> {
        self.world().chats.keys().copied().collect()
    }

    /// `sendChatAction` calls: (at, thread, action).
    pub fn chat_actions(&self, chat: impl Into<Place>) -> Vec<(i64, Option<i64>, String)> {
        let world = self.world();
        let chat = world.chat(chat.into());
        chat.map(|chat| chat.actions.clone()).unwrap_or_default()
    }

    /// Answers to pressed buttons, oldest first.
    pub fn callback_answers(&self) -> Vec<CallbackAnswer> {
        self.world().answers.clone()
    }

    /// Presses that were not answered.
    pub fn unanswered_presses(&self) -> Vec<String> {
        self.world().callbacks.keys().cloned().collect()
    }

    /// Updates that the bot has not confirmed.
    pub fn pending_updates(&self, token: &str) -> Vec<Value> {
        let world = self.world();
        let Some(bot) = world.tokens.get(token).and_then(|id| world.bots.get(id)) else {
            return Vec::new();
        };
        let updates = bot.queue.pending();
        updates
            .filter_map(|update| serde_json::from_str(update).ok())
            .collect()
    }

    /// Commands set for a scope (as JSON) and language.
    pub fn commands(&self, token: &str) -> Vec<(String, String, Value)> {
        let world = self.world();
        let Some(bot) = world.tokens.get(token).and_then(|id| world.bots.get(id)) else {
            return Vec::new();
        };
        bot.commands
            .iter()
            .filter_map(|((scope, language), list)| {
                let list = serde_json::from_str(list).ok()?;
                Some((scope.clone(), language.clone(), list))
            })
            .collect()
    }

    /// The calls of the log, oldest first.
    pub fn calls(&self) -> Vec<CallRecord> {
        self.world().log.calls()
    }

    /// How many calls were ever made.
    pub fn call_count(&self) -> u64 {
        self.world().log.total()
    }

    /// What no correct bot does. A test ends by asserting that this is empty.
    pub fn violations(&self) -> Vec<String> {
        self.world().log.violations()
    }

    /// Forgets calls and violations.
    pub fn clear_log(&self) {
        self.world().log.clear();
    }

    /// Everything ever shown in a chat, as JSON texts: messages with their buttons, what they said
    /// before edits and before they were deleted, topic names, answers to presses. Senders are left
    /// out, since a person may of course see their own name.
    pub fn visible_texts(&self, chat: impl Into<Place>) -> Vec<String> {
        let world = self.world();
        let Some(chat) = world.chat(chat.into()) else {
            return Vec::new();
        };
        let mut texts = chat.shown.clone();
        texts.push(quoted(&chat.title));
        for message in chat.history.iter() {
            texts.push(message.shown());
            let versions = message.rare().map(|rare| &rare.versions);
            texts.extend(versions.into_iter().flatten().map(|text| text.to_string()));
        }
        texts
    }

    /// Like [`Sandbox::visible_texts`], of bots only: what the person did not write themselves.
    pub fn texts_from_bots(&self, chat: impl Into<Place>) -> Vec<String> {
        let world = self.world();
        let Some(chat) = world.chat(chat.into()) else {
            return Vec::new();
        };
        let mut texts = chat.shown.clone();
        for message in chat.history.iter() {
            if matches!(message.sender, Sender::Bot(_)) {
                texts.push(message.shown());
                let versions = message.rare().map(|rare| &rare.versions);
                texts.extend(versions.into_iter().flatten().map(|text| text.to_string()));
            }
        }
        texts
    }
}

fn view(chat: &Chat, message: &Message) -> MessageView {
    let rare = message.rare();
    let reactions = rare.map(|rare| &rare.reactions);
    MessageView {
        id: message.id,
        from_bot: matches!(message.sender, Sender::Bot(_)),
        sender: visible_sender(message.sender),
        date: message.date,
        thread: message.thread,
        content: Value::Object(message.content_map()),
        envelope: Value::Object(
            rare.and_then(|rare| rare.envelope.as_deref())
                .map(outside)
                .unwrap_or_default(),
        ),
        kind: message.kind,
        service: message.is_service(),
        reply_to: message.reply_to,
        reply_markup: message
            .markup
            .as_deref()
            .and_then(|markup| serde_json::from_str(markup).ok()),
        media_group_id: message.media_group_id().map(|group| group.to_string()),
        reactions: reactions
            .into_iter()
            .flatten()
            .map(|(actor, emoji)| (*actor, emoji.clone()))
            .collect(),
        deleted: message.deleted,
        edited: rare.is_some_and(|rare| rare.edit_date.is_some()),
        protected: message.protected || chat.protected,
        pinned: chat.pinned.contains(&message.id),
    }
}
