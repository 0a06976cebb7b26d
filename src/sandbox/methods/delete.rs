//! Deleting messages.
//!
//! What may be deleted follows the telegram docs of `deleteMessage`; nobody is told about it.

use crate::sandbox::errors::{Outcome, Refusal, done};
use crate::sandbox::member::Right;
use crate::sandbox::message::{Message, Sender};
use crate::sandbox::methods::access;
use crate::sandbox::params::Call;
use crate::sandbox::world::{Chat, Place, World};

/// Older messages stay, 48 hours in seconds.
const AGE_MAX_SECONDS: i64 = 48 * 3_600;
/// A dice in a private chat has to be this old, 24 hours in seconds.
const DICE_AGE_MIN_SECONDS: i64 = 24 * 3_600;
const BATCH_MAX: usize = 100;

pub(crate) fn one(world: &mut World, call: &Call<'_>) -> Outcome {
    let place = access::find(world, call, "chat_id")?;
    let id = call.integer("message_id");
    if id <= 0 {
        return Err(Refusal::misuse("message identifier is not specified"));
    }
    let not_found = || Refusal::bad_request("message to delete not found");
    let chat = world.chat(place).ok_or_else(not_found)?;
    let message = chat.history.get(id).ok_or_else(not_found)?;
    check(world, call, chat, message)?;
    world.delete(place, id);
    done()
}

pub(crate) fn many(world: &mut World, call: &Call<'_>) -> Outcome {
    let place = access::find(world, call, "chat_id")?;
    let ids = call.integers("message_ids");
    if ids.is_empty() {
        return Err(Refusal::misuse("message identifiers are not specified"));
    }
    if ids.len() > BATCH_MAX {
        return Err(Refusal::misuse("too many messages to delete"));
    }
    let Some(chat) = world.chat(place) else {
        return done();
    };
    for id in &ids {
        if let Some(message) = chat.history.get(*id) {
            check(world, call, chat, message)?;
        }
    }
    for id in ids {
        world.delete(place, id);
    }
    done()
}

fn check(world: &World, call: &Call<'_>, chat: &Chat, message: &Message) -> Result<(), Refusal> {
    let refused = || Err(Refusal::bad_request("message can't be deleted"));
    let age = call.seconds() - message.date;
    let is_own = message.sender == Sender::Bot(call.bot);
    let may_all = chat.may(call.bot, Right::DeleteMessages);
    if ["forum_topic_created", "supergroup_chat_created"].contains(&message.kind) {
        return refused();
    }
    if chat.is_private() {
        let is_young_dice = message.kind == "dice" && age < DICE_AGE_MIN_SECONDS;
        return if is_young_dice {
            refused()
        } else if age >= AGE_MAX_SECONDS {
            Err(Refusal::bad_request(
                "message can't be deleted for everyone",
            ))
        } else {
            Ok(())
        };
    }
    if !is_own && !may_all {
        return refused();
    }
    let is_limited = !may_all || world.settings.unconfirmed.delete_limit_for_admins;
    if is_limited && age >= AGE_MAX_SECONDS {
        return refused();
    }
    Ok(())
}

impl World {
    /// Takes a message out of sight. It stays known to the model, for checks of what was shown.
    pub fn delete(&mut self, place: Place, id: i64) {
        if let Some(message) = self.message_mut(place, id) {
            message.deleted = true;
        }
        if let Some(chat) = self.chat_mut(place) {
            chat.pinned.remove(&id);
        }
    }
}
