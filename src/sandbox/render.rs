//! The model in Telegram's JSON: users, chats, members, messages.
//!
//! Only reads. Field rules of received messages follow tdlib Client.cpp (`JsonMessage`).

use crate::sandbox::json::{Object, array};
use crate::sandbox::member::{Member, Right, Status};
use crate::sandbox::message::{Message, Sender};
use crate::sandbox::world::{
    ANONYMOUS_ADMIN_ID, CHANNEL_BOT_ID, Chat, ChatKind, SERVICE_ID, World,
};

impl World {
    /// A `User`, whoever it is.
    pub fn render_user(&self, id: i64) -> String {
        self.user_object(id).finish()
    }

    pub fn user_object(&self, id: i64) -> Object {
        let mut user = Object::new();
        user.number("id", id);
        if let Some(bot) = self.bots.get(&id) {
            user.flag("is_bot", true);
            user.text("first_name", &bot.username);
            user.text("username", &bot.username);
        } else if let Some(account) = self.accounts.get(&id) {
            let person = &account.person;
            user.flag("is_bot", false);
            if account.deactivated {
                user.text("first_name", "");
                return user;
            }
            user.text("first_name", &person.first_name);
            user.maybe_text("last_name", person.last_name.as_deref());
            user.maybe_text("username", person.username.as_deref());
            user.maybe_text("language_code", person.language_code.as_deref());
        } else {
            let (is_bot, name) = match id {
                ANONYMOUS_ADMIN_ID => (true, "Group"),
                CHANNEL_BOT_ID => (true, "Channel"),
                SERVICE_ID => (false, "Telegram"),
                _ => (false, "Unknown"),
            };
            user.flag("is_bot", is_bot);
            user.text("first_name", name);
        }
        user
    }

    /// A short `Chat`.
    pub fn render_chat(&self, chat: &Chat) -> String {
        self.chat_object(chat).finish()
    }

    pub fn chat_object(&self, chat: &Chat) -> Object {
        let mut out = Object::new();
        out.number("id", chat.place.chat);
        match chat.kind {
            ChatKind::Private => {
                out.text("type", "private");
                if let Some(account) = self.accounts.get(&chat.place.chat) {
                    let person = &account.person;
                    out.text("first_name", &person.first_name);
                    out.maybe_text("last_name", person.last_name.as_deref());
                    out.maybe_text("username", person.username.as_deref());
                }
            }
            ChatKind::Group => {
                out.text("type", "group");
                out.text("title", &chat.title);
            }
            ChatKind::Supergroup => {
                out.text("type", "supergroup");
                out.text("title", &chat.title);
                out.maybe_text("username", chat.username.as_deref());
                if chat.forum {
                    out.flag("is_forum", true);
                }
            }
        }
        out
    }

    /// A `ChatMember`.
    pub fn render_member(&self, user: i64, member: &Member) -> String {
        let mut out = Object::new();
        out.text("status", member.status.word());
        out.raw("user", &self.render_user(user));
        match member.status {
            Status::Creator => out.flag("is_anonymous", member.anonymous),
            Status::Administrator(rights) => {
                out.flag("can_be_edited", false);
                out.flag("is_anonymous", member.anonymous);
                for right in Right::ALL {
                    out.flag(right.field(), rights.has(right));
                }
                // Newer than the model and always there since they exist.
                out.flag("can_send_welcome_messages", false);
            }
            Status::Restricted {
                is_member,
                may_send,
            } => {
                out.flag("is_member", is_member);
                for permission in RESTRICTED_SEND {
                    out.flag(permission, may_send);
                }
                for permission in RESTRICTED_OTHER {
                    out.flag(permission, false);
                }
                out.number("until_date", 0);
            }
            Status::Kicked => out.number("until_date", 0),
            Status::Member | Status::Left => {}
        }
        out.maybe_text("custom_title", member.custom_title.as_deref());
        out.finish()
    }

    /// A `Message`. `with_reply` adds what it replies to, which itself is shown without its own.
    pub fn render_message(&self, chat: &Chat, message: &Message, with_reply: bool) -> String {
        let mut out = Object::new();
        out.number("message_id", message.id);
        self.render_sender(&mut out, chat, message);
        out.raw("chat", &self.render_chat(chat));
        out.number("date", message.date);
        if let Some(thread) = message.thread {
            out.number("message_thread_id", thread);
            out.flag("is_topic_message", true);
        }
        if let Some(rare) = message.rare() {
            if let (None, Some(root)) = (message.thread, rare.reply_root) {
                out.number("message_thread_id", root);
            }
            if let Some(date) = rare.edit_date {
                out.number("edit_date", date);
            }
            if let Some(group) = rare.media_group_id {
                out.text("media_group_id", &group.to_string());
            }
            if let Some(envelope) = &rare.envelope {
                out.fields(envelope);
            }
        }
        if message.protected || chat.protected {
            out.flag("has_protected_content", true);
        }
        if with_reply && let Some(original) = replied_message(chat, message) {
            out.raw(
                "reply_to_message",
                &self.render_message(chat, original, false),
            );
        }
        out.fields(&message.content);
        if let Some(markup) = &message.markup {
            out.raw("reply_markup", markup);
        }
        out.finish()
    }

    fn render_sender(&self, out: &mut Object, chat: &Chat, message: &Message) {
        out.raw("from", &self.render_user(visible_sender(message.sender)));
        match message.sender {
            Sender::Person(_) | Sender::Bot(_) => {}
            Sender::Anonymous(real) => {
                out.raw("sender_chat", &self.render_chat(chat));
                let title = chat
                    .members
                    .get(&real)
                    .and_then(|member| member.custom_title.as_deref());
                out.maybe_text("author_signature", title);
            }
            Sender::Channel(channel) | Sender::Service(channel) => {
                let mut sender = Object::new();
                sender.number("id", channel);
                sender.text("type", "channel");
                sender.text("title", "Channel");
                out.raw("sender_chat", &sender.finish());
            }
        }
    }

    /// Many emoji as a list of `ReactionType`.
    pub fn render_reactions(emoji: &[String]) -> String {
        array(emoji.iter().map(|emoji| {
            let mut reaction = Object::new();
            if is_custom(emoji) {
                reaction.text("type", "custom_emoji");
                reaction.text("custom_emoji_id", emoji);
            } else {
                reaction.text("type", "emoji");
                reaction.text("emoji", emoji);
            }
            reaction.finish()
        }))
    }
}

/// Custom emoji are named by long numbers.
pub(crate) fn is_custom(emoji: &str) -> bool {
    emoji.len() > 12 && emoji.bytes().all(|byte| byte.is_ascii_digit())
}

/// The id under which others see a sender.
pub(crate) fn visible_sender(sender: Sender) -> i64 {
    match sender {
        Sender::Person(id) | Sender::Bot(id) => id,
        Sender::Anonymous(_) => ANONYMOUS_ADMIN_ID,
        Sender::Channel(_) => CHANNEL_BOT_ID,
        Sender::Service(_) => SERVICE_ID,
    }
}

/// What a message shows as `reply_to_message`: its explicit reply, or, in a topic, the service
/// message that created the topic.
fn replied_message<'a>(chat: &'a Chat, message: &Message) -> Option<&'a Message> {
    let id = message.reply_to.or(message.thread)?;
    (id != message.id).then(|| chat.history.get(id)).flatten()
}

const RESTRICTED_SEND: [&str; 10] = [
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
];

const RESTRICTED_OTHER: [&str; 6] = [
    "can_react_to_messages",
    "can_edit_tag",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
];
