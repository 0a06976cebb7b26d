//! What happens to topics, whoever wants it: bots through methods, agents through their app.
//!
//! Rights were checked before. Every change but a deletion leaves a service message.

use crate::sandbox::json::{Object, quoted};
use crate::sandbox::message::Sender;
use crate::sandbox::world::{Place, Topic, World};

impl World {
    /// Opens a topic named by the id of its own service message.
    pub fn open_topic(
        &mut self,
        place: Place,
        sender: Sender,
        (name, icon_color, icon): (&str, i64, Option<&str>),
        now_ms: i64,
    ) -> i64 {
        let chat = self.chat_mut(place).expect("callers looked the forum up");
        let id = chat.history.next_id();
        let topic = Topic {
            name: name.to_owned(),
            icon_color,
            icon: icon.map(str::to_owned),
            creator: account_of(sender),
            closed: false,
            deleted: false,
            checked_ms: None,
        };
        chat.topics.insert(id, topic);
        let mut created = Object::new();
        created.text("name", name);
        created.number("icon_color", icon_color);
        created.maybe_text("icon_custom_emoji_id", icon);
        let created = created.finish();
        self.service(
            place,
            sender,
            Some(id),
            ("forum_topic_created", &created),
            now_ms,
        );
        self.show(place, "topic", name);
        id
    }

    /// `false` if nothing would change. `icon`: `Some(None)` removes it.
    pub fn edit_topic(
        &mut self,
        (place, id): (Place, i64),
        sender: Sender,
        name: Option<&str>,
        icon: Option<Option<String>>,
        now_ms: i64,
    ) -> bool {
        let Some(topic) = self.chat_mut(place).and_then(|chat| chat.topic_mut(id)) else {
            return false;
        };
        let name = name.filter(|name| *name != topic.name);
        let icon = icon.filter(|icon| *icon != topic.icon);
        if name.is_none() && icon.is_none() {
            return false;
        }
        let mut edited = Object::new();
        if let Some(name) = name {
            topic.name = name.to_owned();
            edited.text("name", name);
        }
        if let Some(icon) = icon {
            edited.raw(
                "icon_custom_emoji_id",
                &quoted(icon.as_deref().unwrap_or_default()),
            );
            topic.icon = icon;
        }
        let edited = edited.finish();
        self.service(
            place,
            sender,
            Some(id),
            ("forum_topic_edited", &edited),
            now_ms,
        );
        if let Some(name) = name {
            self.show(place, "topic", name);
        }
        true
    }

    /// `false` if the topic is already that way.
    pub fn toggle_topic(
        &mut self,
        (place, id): (Place, i64),
        sender: Sender,
        closed: bool,
        now_ms: i64,
    ) -> bool {
        let Some(topic) = self.chat_mut(place).and_then(|chat| chat.topic_mut(id)) else {
            return false;
        };
        if topic.closed == closed {
            return false;
        }
        topic.closed = closed;
        let kind = if closed {
            "forum_topic_closed"
        } else {
            "forum_topic_reopened"
        };
        self.service(place, sender, Some(id), (kind, "{}"), now_ms);
        true
    }

    /// A topic goes with all its messages, and nobody is told.
    pub fn delete_topic_at(&mut self, place: Place, id: i64) -> bool {
        let Some(chat) = self.chat_mut(place) else {
            return false;
        };
        let Some(topic) = chat.topic_mut(id) else {
            return false;
        };
        topic.deleted = true;
        for message in chat.history.iter_mut() {
            if message.thread == Some(id) {
                message.deleted = true;
                chat.pinned.remove(&message.id);
            }
        }
        true
    }
}

/// Whose account really acts.
pub(crate) fn account_of(sender: Sender) -> i64 {
    match sender {
        Sender::Person(id)
        | Sender::Bot(id)
        | Sender::Anonymous(id)
        | Sender::Channel(id)
        | Sender::Service(id) => id,
    }
}
