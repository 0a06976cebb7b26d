//! What people do to messages that are there: they edit, react, press buttons, move about.
//!
//! Like `people`, each method does what an app would let a person do.

use serde_json::Value;

use crate::sandbox::Sandbox;
use crate::sandbox::json::{Object, inside};
use crate::sandbox::markup;
use crate::sandbox::message::Sender;
use crate::sandbox::methods::reactions::{EMOJI, reacted};
use crate::sandbox::methods::send::LIVE_FOR_EVER;
use crate::sandbox::people::PersonError;
use crate::sandbox::post::{NewMessage, UPDATE_LIFETIME_MS};
use crate::sandbox::render::is_custom;
use crate::sandbox::topics::account_of;
use crate::sandbox::world::{Callback, Place, World};

/// How long a press waits to be fetched (tdlib Client.cpp).
const CALLBACK_LIFETIME_MS: i64 = 150_000;

impl Sandbox {
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
        world.fill(place, &mut new, content)?;
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
        let is_real = |emoji: &&str| EMOJI.contains(emoji) || is_custom(emoji);
        if !emoji.iter().all(is_real) {
            return Err(PersonError::NoSuchReaction);
        }
        let chat = world.chat(place).ok_or(PersonError::NoSuchChat)?;
        let message = reacted(chat, message);
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

    /// The person's live location moves on.
    pub fn person_moves(
        &self,
        user: i64,
        chat: impl Into<Place>,
        message: i64,
        (latitude, longitude): (f64, f64),
        now_ms: i64,
    ) -> Result<(), PersonError> {
        self.change_live(user, chat.into(), message, now_ms, |location| {
            location["latitude"] = latitude.into();
            location["longitude"] = longitude.into();
        })
    }

    /// The person stops sharing a live location before its time.
    pub fn person_stops_moving(
        &self,
        user: i64,
        chat: impl Into<Place>,
        message: i64,
        now_ms: i64,
    ) -> Result<(), PersonError> {
        self.change_live(user, chat.into(), message, now_ms, |location| {
            if let Value::Object(location) = location {
                for key in ["live_period", "heading", "proximity_alert_radius"] {
                    location.remove(key);
                }
            }
        })
    }

    fn change_live(
        &self,
        user: i64,
        place: Place,
        message: i64,
        now_ms: i64,
        change: impl FnOnce(&mut Value),
    ) -> Result<(), PersonError> {
        let mut world = self.world();
        let place = world.place(place);
        let old = world
            .message(place, message)
            .filter(|old| account_of(old.sender) == user)
            .ok_or(PersonError::NoSuchMessage)?;
        let mut content = old.content_map();
        let period = content
            .get("location")
            .and_then(|location| location["live_period"].as_i64())
            .ok_or(PersonError::NotLive)?;
        if period != LIVE_FOR_EVER && old.date + period <= now_ms.div_euclid(1_000) {
            return Err(PersonError::NotLive);
        }
        change(&mut content["location"]);
        world.keep_version(place, message);
        let stored = world
            .message_mut(place, message)
            .ok_or(PersonError::NoSuchMessage)?;
        stored.content = inside(&content);
        stored.rare_mut().edit_date = Some(now_ms.div_euclid(1_000));
        world.announce(place, message, "edited_message", now_ms);
        Ok(())
    }
}

impl World {
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
