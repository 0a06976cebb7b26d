//! Messages as the model stores them.
//!
//! Content stays JSON text: most messages are never looked at again, and a support group may hold
//! a million of them. Must not know chats, bots or updates.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Map, Value};

use crate::sandbox::json;

/// Who a message is from, as others see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    Person(i64),
    Bot(i64),
    /// An administrator hidden behind the group; the real id is kept for rights only.
    Anonymous(i64),
    /// Somebody who writes as a channel.
    Channel(i64),
    /// Telegram's own account, for automatic forwards of the linked channel.
    Service(i64),
}

/// What is in a message, named by its main key.
pub(crate) type Kind = &'static str;

/// The kind of content whose key nobody knows.
pub(crate) const UNKNOWN: Kind = "unknown";

/// Keys that make a message ordinary content, in the order in which they decide: an animation also
/// has `document`, a venue also has `location`.
const CONTENT_KEYS: [Kind; 23] = [
    "text",
    "animation",
    "audio",
    "paid_media",
    "live_photo",
    "photo",
    "video_note",
    "video",
    "voice",
    "sticker",
    "document",
    "story",
    "contact",
    "dice",
    "game",
    "poll",
    "venue",
    "location",
    "checklist",
    "invoice",
    "giveaway",
    "giveaway_winners",
    "rich_message",
];

/// Keys that make a message a service message.
const SERVICE_KEYS: [Kind; 52] = [
    "new_chat_members",
    "left_chat_member",
    "chat_owner_left",
    "chat_owner_changed",
    "new_chat_title",
    "new_chat_photo",
    "delete_chat_photo",
    "group_chat_created",
    "supergroup_chat_created",
    "channel_chat_created",
    "message_auto_delete_timer_changed",
    "migrate_to_chat_id",
    "migrate_from_chat_id",
    "pinned_message",
    "successful_payment",
    "refunded_payment",
    "users_shared",
    "chat_shared",
    "gift",
    "unique_gift",
    "gift_upgrade_sent",
    "connected_website",
    "write_access_allowed",
    "passport_data",
    "proximity_alert_triggered",
    "boost_added",
    "chat_background_set",
    "checklist_tasks_done",
    "checklist_tasks_added",
    "direct_message_price_changed",
    "forum_topic_created",
    "forum_topic_edited",
    "forum_topic_closed",
    "forum_topic_reopened",
    "general_forum_topic_hidden",
    "general_forum_topic_unhidden",
    "giveaway_created",
    "giveaway_completed",
    "managed_bot_created",
    "paid_message_price_changed",
    "poll_option_added",
    "poll_option_deleted",
    "suggested_post_approved",
    "suggested_post_approval_failed",
    "suggested_post_declined",
    "suggested_post_paid",
    "suggested_post_refunded",
    "video_chat_scheduled",
    "video_chat_started",
    "video_chat_ended",
    "video_chat_participants_invited",
    "web_app_data",
];

/// Keys that belong to the message and not to its content: no copy ever carries them.
const ENVELOPE_KEYS: [&str; 22] = [
    "forward_origin",
    "is_automatic_forward",
    "external_reply",
    "quote",
    "reply_to_story",
    "reply_to_checklist_task_id",
    "reply_to_poll_option_id",
    "via_bot",
    "guest_query_id",
    "guest_bot_caller_user",
    "guest_bot_caller_chat",
    "author_signature",
    "sender_tag",
    "sender_boost_count",
    "sender_business_bot",
    "business_connection_id",
    "direct_messages_topic",
    "suggested_post_info",
    "effect_id",
    "is_from_offline",
    "is_paid_post",
    "paid_star_count",
];

pub(crate) fn kind_of(content: &Map<String, Value>) -> Kind {
    CONTENT_KEYS
        .iter()
        .chain(&SERVICE_KEYS)
        .find(|key| content.contains_key(**key))
        .copied()
        .unwrap_or(UNKNOWN)
}

pub(crate) fn is_service(kind: Kind) -> bool {
    SERVICE_KEYS.contains(&kind)
}

/// Kinds so new that a server may not know how to copy them.
pub(crate) fn is_new(kind: Kind) -> bool {
    [UNKNOWN, "rich_message", "checklist", "live_photo"].contains(&kind)
}

/// Kinds that `copyMessage` refuses (telegram docs).
pub(crate) fn is_never_copied(kind: Kind) -> bool {
    is_service(kind) || ["paid_media", "giveaway", "giveaway_winners", "invoice"].contains(&kind)
}

/// Kinds that may carry a caption.
pub(crate) fn has_caption(kind: Kind) -> bool {
    [
        "animation",
        "audio",
        "document",
        "photo",
        "video",
        "voice",
        "live_photo",
        "paid_media",
    ]
    .contains(&kind)
}

/// Splits what somebody sends into content and envelope, both as insides of objects.
pub(crate) fn split(content: Map<String, Value>) -> (Box<str>, Option<Box<str>>) {
    let (envelope, content): (Map<_, _>, Map<_, _>) = content
        .into_iter()
        .partition(|(key, _)| ENVELOPE_KEYS.contains(&key.as_str()));
    let envelope = (!envelope.is_empty()).then(|| json::inside(&envelope));
    (json::inside(&content), envelope)
}

/// A message of one chat.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub id: i64,
    /// Unix seconds.
    pub date: i64,
    pub sender: Sender,
    /// The topic; `None` is General, or a chat without topics.
    pub thread: Option<i64>,
    /// An explicit reply inside the same chat.
    pub reply_to: Option<i64>,
    pub kind: Kind,
    /// Inside of a JSON object.
    pub content: Box<str>,
    /// A complete inline keyboard.
    pub markup: Option<Box<str>>,
    /// It came with a reply keyboard, which makes it uneditable for good.
    pub had_reply_keyboard: bool,
    pub protected: bool,
    pub deleted: bool,
    pub rare: Option<Box<Rare>>,
}

/// What most messages do not have.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rare {
    /// Unix seconds.
    pub edit_date: Option<i64>,
    pub media_group_id: Option<u64>,
    /// Inside of an object: forward origin, quote and the like.
    pub envelope: Option<Box<str>>,
    /// First message of the chain of replies, outside topics.
    pub reply_root: Option<i64>,
    pub reactions: BTreeMap<i64, Vec<String>>,
    /// What the message said before, oldest first.
    pub versions: Vec<Box<str>>,
}

impl Message {
    pub fn rare(&self) -> Option<&Rare> {
        self.rare.as_deref()
    }

    pub fn rare_mut(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    pub fn is_service(&self) -> bool {
        is_service(self.kind)
    }

    pub fn is_forward(&self) -> bool {
        self.rare()
            .and_then(|rare| rare.envelope.as_deref())
            .is_some_and(|envelope| envelope.contains("\"forward_origin\":"))
    }

    pub fn media_group_id(&self) -> Option<u64> {
        self.rare().and_then(|rare| rare.media_group_id)
    }

    pub fn content_map(&self) -> Map<String, Value> {
        json::outside(&self.content)
    }

    /// Everything readable in the message: content, envelope, buttons.
    pub fn shown(&self) -> String {
        let mut shown = json::Object::new();
        shown.fields(&self.content);
        if let Some(envelope) = self.rare().and_then(|rare| rare.envelope.as_deref()) {
            shown.fields(envelope);
        }
        if let Some(markup) = &self.markup {
            shown.raw("reply_markup", markup);
        }
        shown.finish()
    }
}

/// The messages of one chat. Ids count from 1 without gaps; old messages may be forgotten.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    messages: VecDeque<Message>,
    forgotten: i64,
}

impl History {
    pub fn next_id(&self) -> i64 {
        self.forgotten + self.messages.len() as i64 + 1
    }

    /// Stores a message that was given [`History::next_id`].
    pub fn push(&mut self, message: Message, keep: usize) {
        debug_assert_eq!(message.id, self.next_id());
        self.messages.push_back(message);
        if keep > 0 && self.messages.len() > keep {
            self.messages.pop_front();
            self.forgotten += 1;
        }
    }

    /// Any message that is still known, deleted or not.
    pub fn any(&self, id: i64) -> Option<&Message> {
        let index = usize::try_from(id - self.forgotten - 1).ok()?;
        self.messages.get(index)
    }

    pub fn any_mut(&mut self, id: i64) -> Option<&mut Message> {
        let index = usize::try_from(id - self.forgotten - 1).ok()?;
        self.messages.get_mut(index)
    }

    /// A message that was not deleted.
    pub fn get(&self, id: i64) -> Option<&Message> {
        self.any(id).filter(|message| !message.deleted)
    }

    pub fn get_mut(&mut self, id: i64) -> Option<&mut Message> {
        self.any_mut(id).filter(|message| !message.deleted)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Message> {
        self.messages.iter()
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Message> {
        self.messages.iter_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().cloned().expect("an object literal")
    }

    #[test]
    fn the_deciding_key_comes_first() {
        let table = [
            (json!({"document": {}, "animation": {}}), "animation"),
            (json!({"location": {}, "venue": {}}), "venue"),
            (json!({"photo": [], "caption": "x"}), "photo"),
            (json!({"forum_topic_closed": {}}), "forum_topic_closed"),
            (json!({"hologram": {}}), UNKNOWN),
        ];
        for (content, kind) in table {
            assert_eq!(kind_of(&object(content.clone())), kind, "{content}");
        }
    }

    #[test]
    fn the_envelope_is_kept_apart() {
        let (content, envelope) = split(object(json!({"text": "hi", "forward_origin": {"a": 1}})));
        assert_eq!(&*content, "\"text\":\"hi\"");
        assert_eq!(envelope.as_deref(), Some("\"forward_origin\":{\"a\":1}"));
    }
}
