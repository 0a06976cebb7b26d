//! People: they write, block, leave. What they do to messages that are there is in `touches`.
//!
//! Each method does what an app of Telegram would let a person do, and refuses what it would not.

use serde_json::{Map, Value};

use crate::sandbox::Sandbox;
use crate::sandbox::json::inside;
use crate::sandbox::message::{Sender, kind_of, split};
use crate::sandbox::methods::access::may_write;
use crate::sandbox::post::NewMessage;
use crate::sandbox::text::decorate;
use crate::sandbox::world::{Account, Chat, Person, Place, World};

/// Why an app would not let a person do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PersonError {
    #[error("there is no such person")]
    NoSuchPerson,
    #[error("there is no such chat")]
    NoSuchChat,
    #[error("there is no such topic")]
    NoSuchTopic,
    #[error("there is no such message")]
    NoSuchMessage,
    #[error("there is no such button")]
    NoSuchButton,
    #[error("there is no such reaction")]
    NoSuchReaction,
    #[error("the message is no live location, or no longer")]
    NotLive,
    #[error("the person is not inside the chat or may not write there")]
    MayNotWrite,
    #[error("the topic is closed for the person")]
    TopicClosed,
    #[error("the person has blocked the bot")]
    Blocked,
    #[error("the person lacks the right")]
    MissingRight,
    #[error("content has to be an object with at least one field")]
    NoContent,
}

impl Person {
    /// Somebody with a first name only.
    pub fn named(id: i64, first_name: &str) -> Person {
        Person {
            id,
            first_name: first_name.to_owned(),
            ..Person::default()
        }
    }
}

impl Sandbox {
    /// Adds a person, or changes what one is called.
    pub fn add_person(&self, person: Person) {
        let mut world = self.world();
        let account = world.accounts.entry(person.id).or_insert(Account {
            person: Person::default(),
            deactivated: false,
        });
        account.person = person;
    }

    /// Sends a message. `content` is the content part of a `Message`, such as `{"text":"hi"}`.
    /// `thread` is a topic; `None` means General, a private chat, or the topic of `reply_to`.
    pub fn person_sends(
        &self,
        user: i64,
        chat: impl Into<Place>,
        thread: Option<i64>,
        content: Value,
        reply_to: Option<i64>,
        now_ms: i64,
    ) -> Result<i64, PersonError> {
        let mut world = self.world();
        let mut draft = world.draft(user, chat.into(), thread, reply_to)?;
        world.fill(draft.0, &mut draft.1, content)?;
        Ok(world.send_as(draft.0, draft.1, now_ms))
    }

    /// Sends several messages as one album.
    pub fn person_sends_album(
        &self,
        user: i64,
        chat: impl Into<Place>,
        thread: Option<i64>,
        contents: Vec<Value>,
        reply_to: Option<i64>,
        now_ms: i64,
    ) -> Result<Vec<i64>, PersonError> {
        let mut world = self.world();
        let draft = world.draft(user, chat.into(), thread, reply_to)?;
        let group = world.next_media_group();
        let mut sent = Vec::new();
        for content in contents {
            let mut message = draft.1.clone();
            message.media_group_id = Some(group);
            world.fill(draft.0, &mut message, content)?;
            sent.push(world.send_as(draft.0, message, now_ms));
        }
        Ok(sent)
    }

    /// One message more of an album in a private chat, which comes later than the others.
    pub fn person_adds_to_album(
        &self,
        user: i64,
        album: i64,
        content: Value,
        now_ms: i64,
    ) -> Result<i64, PersonError> {
        let mut world = self.world();
        let mut draft = world.draft(user, user.into(), None, None)?;
        let chat = world.chat(user.into());
        let first = chat.and_then(|chat| chat.history.any(album));
        let group = first.and_then(|first| first.media_group_id());
        draft.1.media_group_id = Some(group.ok_or(PersonError::NoSuchMessage)?);
        world.fill(draft.0, &mut draft.1, content)?;
        Ok(world.send_as(draft.0, draft.1, now_ms))
    }

    /// Writes into a group as a channel: the person behind it is not shown.
    pub fn channel_sends(
        &self,
        channel: i64,
        chat: impl Into<Place>,
        thread: Option<i64>,
        content: Value,
        now_ms: i64,
    ) -> Result<i64, PersonError> {
        let mut world = self.world();
        let place = world.place(chat.into());
        if world.chat(place).is_none() {
            return Err(PersonError::NoSuchChat);
        }
        let mut message = NewMessage::new(Sender::Channel(channel), "text", "".into());
        message.thread = thread;
        world.fill(place, &mut message, content)?;
        Ok(world.send_as(place, message, now_ms))
    }

    /// A post of the linked channel is forwarded into the group by Telegram itself.
    pub fn linked_channel_posts(
        &self,
        channel: i64,
        chat: impl Into<Place>,
        content: Value,
        now_ms: i64,
    ) -> Result<i64, PersonError> {
        let mut world = self.world();
        let place = world.place(chat.into());
        if world.chat(place).is_none() {
            return Err(PersonError::NoSuchChat);
        }
        let mut message = NewMessage::new(Sender::Service(channel), "text", "".into());
        world.fill(place, &mut message, content)?;
        message.envelope = Some("\"is_automatic_forward\":true".into());
        Ok(world.send_as(place, message, now_ms))
    }

    /// Stops the bot in a private chat (`chat` is the person's id).
    pub fn person_blocks(&self, chat: impl Into<Place>, now_ms: i64) {
        self.set_blocked(chat.into(), true, now_ms);
    }

    /// Restarts the bot; Telegram sends no `/start` by itself.
    pub fn person_unblocks(&self, chat: impl Into<Place>, now_ms: i64) {
        self.set_blocked(chat.into(), false, now_ms);
    }

    fn set_blocked(&self, place: Place, blocked: bool, now_ms: i64) {
        let mut world = self.world();
        let place = world.place(place);
        let chat = world.private_chat(place.bot, place.chat);
        if chat.blocked != blocked {
            chat.blocked = blocked;
            world.announce_block(place, blocked, now_ms);
        }
    }

    /// The account is deleted.
    pub fn deactivate(&self, user: i64, now_ms: i64) {
        let mut world = self.world();
        if let Some(account) = world.accounts.get_mut(&user) {
            account.deactivated = true;
        }
        if world.settings.unconfirmed.deactivation_is_announced {
            let place = world.place(Place::from(user));
            world.announce_block(place, true, now_ms);
        }
    }
}

impl World {
    /// A message without content, after everything that an app checks.
    fn draft(
        &mut self,
        user: i64,
        place: Place,
        thread: Option<i64>,
        reply_to: Option<i64>,
    ) -> Result<(Place, NewMessage), PersonError> {
        if !self.accounts.contains_key(&user) {
            return Err(PersonError::NoSuchPerson);
        }
        let place = self.place(place);
        if place.chat == user {
            self.private_chat(place.bot, user);
        }
        let chat = self.chat(place).ok_or(PersonError::NoSuchChat)?;
        let replied = match reply_to {
            Some(id) => Some(chat.history.get(id).ok_or(PersonError::NoSuchMessage)?),
            None => None,
        };
        // Without topics all stands in one chat.
        let replied = replied.filter(|_| chat.forum || chat.is_private());
        let thread = thread.or(replied.and_then(|message| message.thread));
        check_person(chat, user, thread)?;
        let is_anonymous = chat
            .members
            .get(&user)
            .is_some_and(|member| member.anonymous);
        let sender = if is_anonymous {
            Sender::Anonymous(user)
        } else {
            Sender::Person(user)
        };
        let mut message = NewMessage::new(sender, "text", "".into());
        message.thread = thread;
        message.reply_to = reply_to;
        Ok((place, message))
    }

    /// Puts what somebody typed or attached into a message.
    pub(crate) fn fill(
        &mut self,
        place: Place,
        message: &mut NewMessage,
        content: Value,
    ) -> Result<(), PersonError> {
        let Value::Object(mut content) = content else {
            return Err(PersonError::NoContent);
        };
        if content.is_empty() {
            return Err(PersonError::NoContent);
        }
        decorate(&mut content);
        if place.chat < 0 {
            hide_answer(&mut content);
        }
        let bots = self.chat(place).map(|chat| self.audience(chat));
        self.files.learn(&content, &bots.unwrap_or_default());
        message.markup = take_markup(&mut content);
        message.protected = content.remove("has_protected_content") == Some(true.into());
        message.kind = kind_of(&content);
        let (content, envelope) = split(content);
        message.content = content;
        message.envelope = envelope;
        Ok(())
    }

    fn send_as(&mut self, place: Place, message: NewMessage, now_ms: i64) -> i64 {
        let id = self.append(place, message, now_ms);
        self.announce(place, id, "message", now_ms);
        id
    }
}

fn check_person(chat: &Chat, user: i64, thread: Option<i64>) -> Result<(), PersonError> {
    if chat.is_private() {
        return if chat.blocked {
            Err(PersonError::Blocked)
        } else {
            Ok(())
        };
    }
    if !chat.status(user).may_send() || chat.migrated_to.is_some() || chat.destroyed {
        return Err(PersonError::MayNotWrite);
    }
    match thread {
        Some(id) if chat.topic(id).is_none() => Err(PersonError::NoSuchTopic),
        _ if chat.forum && !may_write(chat, user, thread) => Err(PersonError::TopicClosed),
        _ => Ok(()),
    }
}

/// In groups a bot learns the answer of somebody's quiz only when the quiz is closed (telegram docs,
/// `Poll`).
fn hide_answer(content: &mut Map<String, Value>) {
    if let Some(Value::Object(poll)) = content.get_mut("poll")
        && poll.get("is_closed") != Some(&true.into())
    {
        for key in ["correct_option_ids", "explanation", "explanation_entities"] {
            poll.remove(key);
        }
    }
}

/// A message may arrive with a keyboard of another bot, say as a forward.
fn take_markup(content: &mut Map<String, Value>) -> Option<Box<str>> {
    match content.remove("reply_markup")? {
        Value::Object(markup) => Some(format!("{{{}}}", inside(&markup)).into()),
        _ => None,
    }
}
