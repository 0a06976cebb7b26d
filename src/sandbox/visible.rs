//! Everything that somebody inside a chat can see, or could once: the ground for the question
//! whether an identity came through.
//!
//! Only reads. It leaves nothing out: what no app would show is not in the model's messages.

use std::sync::Arc;

use serde_json::Value;

use crate::sandbox::Sandbox;
use crate::sandbox::json::quoted;
use crate::sandbox::message::{Message, Sender};
use crate::sandbox::world::{CallbackAnswer, Chat, Place, World};

/// Something that stands or stood in a chat.
#[derive(Clone, Debug)]
pub struct Seen {
    /// `None` for what is no message: titles, names of topics, answers to presses.
    pub message: Option<i64>,
    /// Whether a bot put it there.
    pub by_bot: bool,
    /// JSON: a whole message without what it replies to, which stands in the chat itself or, from
    /// elsewhere, is part of the message; an earlier version has content and buttons only.
    pub text: String,
    /// Bytes of its files, those that the model has.
    pub files: Vec<Arc<[u8]>>,
}

impl Sandbox {
    /// All messages with their senders, files and earlier versions, deleted ones too; titles and
    /// names of topics; what pressing a button was answered with.
    pub fn visible_everything(&self, chat: impl Into<Place>) -> Vec<Seen> {
        let world = self.world();
        let Some(chat) = world.chat(chat.into()) else {
            return Vec::new();
        };
        let loose = chat.shown.iter().cloned().chain([quoted(&chat.title)]);
        let mut seen: Vec<Seen> = loose
            .map(|text| Seen {
                message: None,
                by_bot: true,
                text,
                files: Vec::new(),
            })
            .collect();
        for message in chat.history.iter() {
            seen.extend(world.seen(chat, message));
        }
        seen
    }

    /// What a person was told for their presses, oldest first: nobody else sees it.
    pub fn answers_seen(&self, user: i64) -> Vec<CallbackAnswer> {
        let world = self.world();
        let answers = world.answers.iter().filter(|answer| answer.user == user);
        answers.cloned().collect()
    }

    /// Texts of those answers that had to be confirmed.
    pub fn alerts_seen(&self, user: i64) -> Vec<String> {
        let answers = self.answers_seen(user).into_iter();
        answers
            .filter(|answer| answer.alert)
            .filter_map(|answer| answer.text)
            .collect()
    }
}

impl World {
    /// A message as it is, and as it was before each edit.
    fn seen(&self, chat: &Chat, message: &Message) -> Vec<Seen> {
        let versions = message.rare().map(|rare| &rare.versions);
        let earlier = versions.into_iter().flatten().map(|text| text.to_string());
        let texts = earlier.chain([self.render_message(chat, message, false)]);
        texts
            .map(|text| Seen {
                message: Some(message.id),
                by_bot: matches!(message.sender, Sender::Bot(_)),
                files: self.files_in(&text),
                text,
            })
            .collect()
    }

    fn files_in(&self, message: &str) -> Vec<Arc<[u8]>> {
        let mut ids = Vec::new();
        if message.contains("\"file_id\"")
            && let Ok(message) = serde_json::from_str(message)
        {
            file_ids(&message, &mut ids);
        }
        ids.iter()
            .filter_map(|id| self.files.get(id)?.bytes.clone())
            .collect()
    }
}

fn file_ids(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(id) = fields.get("file_id").and_then(Value::as_str) {
                found.push(id.to_owned());
            }
            fields.values().for_each(|field| file_ids(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| file_ids(item, found)),
        _ => {}
    }
}
