//! People: they write, edit, react, press buttons, block.
//!
//! Each method does what an app of Telegram would let a person do, and refuses what it would not.

use serde_json::{Map, Value};

use crate::sandbox::Sandbox;
use crate::sandbox::json::{Object, inside};
use crate::sandbox::markup;
use crate::sandbox::message::{Sender, kind_of, split};
use crate::sandbox::methods::access::may_write;
use crate::sandbox::post::{NewMessage, UPDATE_LIFETIME_MS};
use crate::sandbox::text::decorate;
use crate::sandbox::topics::account_of;
use crate::sandbox::world::{Account, Callback, Chat, Person, Place, World};

/// How long a press waits to be fetched (tdlib Client.cpp).
const CALLBACK_LIFETIME_MS: i64 = 150_000;

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
        world.fill(&mut draft.1, content)?;
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
            world.fill(&mut message, content)?;
            sent.push(world.send_as(draft.0, message, now_ms));
        }
        Ok(sent)
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
        world.fill(&mut message, content)?;
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
        world.fill(&mut message, content)?;
        message.envelope = Some("\"is_automatic_forward\":true".into());
        Ok(world.send_as(place, message, now_ms))
    }

    /// Replaces the content of a message of one's own.
    pub fn person_edits(
        &self,
        user: i64,
        chat: impl Into<Place>,
        message: i64,
        content: Value,
        now_ms: i64,
    ) -> Result<(), PersonError> {
        let mut world = self.world();
        let place = world.place(chat.into());
        let old = world
            .message(place, message)
            .filter(|old| account_of(old.sender) == user && !old.is_service())
            .ok_or(PersonError::NoSuchMessage)?;
        let mut new = NewMessage::new(old.sender, old.kind, "".into());
        world.fill(&mut new, content)?;
        world.keep_version(place, message);
        let stored = world
            .message_mut(place, message)
            .ok_or(PersonError::NoSuchMessage)?;
        stored.kind = new.kind;
        stored.content = new.content;
        stored.rare_mut().edit_date = Some(now_ms.div_euclid(1_000));
        world.announce(place, message, "edited_message", now_ms);
        Ok(())
    }

    /// Telegram reports an edit although nothing that bots can see has changed.
    pub fn spurious_edit(&self, chat: impl Into<Place>, message: i64, now_ms: i64) {
        let mut world = self.world();
        let place = world.place(chat.into());
        if let Some(message) = world.message_mut(place, message) {
            message.rare_mut().edit_date = Some(now_ms.div_euclid(1_000));
        }
        world.announce(place, message, "edited_message", now_ms);
    }

    /// Sets one's reactions on a message; none removes them.
    pub fn person_reacts(
        &self,
        user: i64,
        chat: impl Into<Place>,
        message: i64,
        emoji: &[&str],
        now_ms: i64,
    ) -> Result<(), PersonError> {
        let mut world = self.world();
        let place = world.place(chat.into());
        let new: Vec<String> = emoji.iter().map(|emoji| (*emoji).to_owned()).collect();
        let stored = world
            .message_mut(place, message)
            .ok_or(PersonError::NoSuchMessage)?;
        let reactions = &mut stored.rare_mut().reactions;
        let old = reactions.remove(&user).unwrap_or_default();
        if old == new {
            return Ok(());
        }
        if !new.is_empty() {
            reactions.insert(user, new.clone());
        }
        world.announce_reaction(place, message, user, (&old, &new), now_ms);
        Ok(())
    }

    /// Presses a button that is under a message now. Returns the id of the press.
    pub fn person_presses(
        &self,
        user: i64,
        chat: impl Into<Place>,
        message: i64,
        callback_data: &str,
        now_ms: i64,
    ) -> Result<String, PersonError> {
        let mut world = self.world();
        let place = world.place(chat.into());
        let stored = world
            .message(place, message)
            .ok_or(PersonError::NoSuchMessage)?;
        let keyboard: Value = stored
            .markup
            .as_deref()
            .and_then(|markup| serde_json::from_str(markup).ok())
            .unwrap_or_default();
        let has_button =
            markup::buttons(&keyboard).any(|button| button["callback_data"] == callback_data);
        if !has_button {
            return Err(PersonError::NoSuchButton);
        }
        world.press(user, (place, message), callback_data, now_ms)
    }

    /// Presses a button as an app that is out of date, or a forger, would: whatever is under the
    /// message now, and whoever presses.
    pub fn person_presses_anyway(
        &self,
        user: i64,
        chat: impl Into<Place>,
        message: i64,
        callback_data: &str,
        now_ms: i64,
    ) -> Result<String, PersonError> {
        let mut world = self.world();
        let place = world.place(chat.into());
        world.press(user, (place, message), callback_data, now_ms)
    }

    /// An app sends an unanswered press once more.
    pub fn repeat_press(&self, press: &str, now_ms: i64) {
        let mut world = self.world();
        if let Some(callback) = world.callbacks.get(press) {
            let (bot, body) = (callback.bot, callback.body.clone());
            world.push_update(bot, "callback_query", &body, now_ms + CALLBACK_LIFETIME_MS);
        }
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
    fn fill(&mut self, message: &mut NewMessage, content: Value) -> Result<(), PersonError> {
        let Value::Object(mut content) = content else {
            return Err(PersonError::NoContent);
        };
        if content.is_empty() {
            return Err(PersonError::NoContent);
        }
        decorate(&mut content);
        self.files.learn(&content);
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

    fn press(
        &mut self,
        user: i64,
        (place, id): (Place, i64),
        data: &str,
        now_ms: i64,
    ) -> Result<String, PersonError> {
        let chat = self.chat(place).ok_or(PersonError::NoSuchChat)?;
        let message = chat.history.any(id).ok_or(PersonError::NoSuchMessage)?;
        let Sender::Bot(bot) = message.sender else {
            return Err(PersonError::NoSuchButton);
        };
        let shown = if message.deleted {
            let mut gone = Object::new();
            gone.raw("chat", &self.render_chat(chat));
            gone.number("message_id", id);
            gone.number("date", 0);
            gone.finish()
        } else {
            self.render_message(chat, message, true)
        };
        self.counters.callback += 1;
        let press = format!("{}", 4_000_000_000_000_000_000 + self.counters.callback);
        let mut body = Object::new();
        body.text("id", &press);
        body.raw("from", &self.render_user(user));
        body.raw("message", &shown);
        body.text(
            "chat_instance",
            &format!("{}", place.chat.wrapping_mul(7_919)),
        );
        body.text("data", data);
        let body = body.finish();
        self.push_update(bot, "callback_query", &body, now_ms + CALLBACK_LIFETIME_MS);
        let callback = Callback {
            bot,
            user,
            place,
            at_ms: now_ms,
            body,
        };
        self.callbacks.insert(press.clone(), callback);
        Ok(press)
    }

    fn announce_reaction(
        &mut self,
        place: Place,
        message: i64,
        user: i64,
        (old, new): (&[String], &[String]),
        now_ms: i64,
    ) {
        let Some(chat) = self.chat(place) else {
            return;
        };
        let mut body = Object::new();
        body.raw("chat", &self.render_chat(chat));
        body.number("message_id", message);
        if chat
            .members
            .get(&user)
            .is_some_and(|member| member.anonymous)
        {
            body.raw("actor_chat", &self.render_chat(chat));
        } else {
            body.raw("user", &self.render_user(user));
        }
        body.number("date", now_ms.div_euclid(1_000));
        body.raw("old_reaction", &World::render_reactions(old));
        body.raw("new_reaction", &World::render_reactions(new));
        let is_private = chat.is_private();
        let bots: Vec<i64> = self
            .audience(chat)
            .into_iter()
            .filter(|bot| {
                if is_private {
                    self.settings.unconfirmed.private_reactions
                } else {
                    chat.status(*bot).is_admin()
                }
            })
            .collect();
        let body = body.finish();
        for bot in bots {
            self.push_update(bot, "message_reaction", &body, now_ms + UPDATE_LIFETIME_MS);
        }
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

/// A message may arrive with a keyboard of another bot, say as a forward.
fn take_markup(content: &mut Map<String, Value>) -> Option<Box<str>> {
    match content.remove("reply_markup")? {
        Value::Object(markup) => Some(format!("{{{}}}", inside(&markup)).into()),
        _ => None,
    }
}
