//! May the bot look into, or write to, this chat?
//!
//! Error texts follow `check_chat_access` and `check_message_thread` of tdlib Client.cpp. Must not
//! change anything but the time at which a topic was last looked up.

use crate::sandbox::errors::Refusal;
use crate::sandbox::member::{Permitted, Right, Status};
use crate::sandbox::params::{Call, as_integer};
use crate::sandbox::world::{Chat, ChatKind, Place, World};

/// Where a new message goes.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub place: Place,
    pub is_private: bool,
    pub thread: Option<i64>,
    pub reply_to: Option<i64>,
    /// Inside of an object: a quote, an external reply.
    pub envelope: Option<Box<str>>,
}

/// The chat named by a parameter, if the bot can see it at all.
pub(crate) fn find(world: &World, call: &Call<'_>, name: &str) -> Result<Place, Refusal> {
    let Some(text) = call.filled(name) else {
        return Err(Refusal::misuse("chat_id is empty"));
    };
    if let Some(username) = text.strip_prefix('@') {
        return by_username(world, username).ok_or_else(|| Refusal::bad_request("chat not found"));
    }
    let id = call.params.get(name).map_or(0, as_integer);
    if id == 0 {
        return Err(Refusal::misuse("chat not found"));
    }
    let place = Place {
        bot: if id > 0 { call.bot } else { 0 },
        chat: id,
    };
    if id > 0 {
        return if world.is_bot(id) {
            Err(Refusal::forbidden("the bot can't send messages to the bot"))
        } else if world.accounts.contains_key(&id) && world.knows(call.bot, id) {
            Ok(place)
        } else {
            Err(Refusal::bad_request("chat not found"))
        };
    }
    let chat = world
        .chat(place)
        .ok_or_else(|| Refusal::bad_request("chat not found"))?;
    check_group(chat, call.bot)?;
    Ok(place)
}

fn by_username(world: &World, username: &str) -> Option<Place> {
    world
        .chats
        .values()
        .find(|chat| {
            chat.username
                .as_deref()
                .is_some_and(|known| known.eq_ignore_ascii_case(username))
        })
        .map(|chat| chat.place)
}

fn check_group(chat: &Chat, bot: i64) -> Result<(), Refusal> {
    if let Some(to) = chat.migrated_to {
        return Err(Refusal::migrated(to));
    }
    if chat.destroyed {
        return Err(Refusal::forbidden("the group chat was deleted"));
    }
    let word = match chat.kind {
        ChatKind::Supergroup => "supergroup",
        ChatKind::Group | ChatKind::Private => "group",
    };
    match chat.members.get(&bot).map(|member| member.status) {
        // A private group that the bot never saw cannot be named by it.
        None => Err(Refusal::bad_request("chat not found")),
        Some(Status::Kicked) => Err(Refusal::forbidden(&format!(
            "bot was kicked from the {word} chat"
        ))),
        Some(status) if !status.is_inside() => Err(Refusal::forbidden(&format!(
            "bot is not a member of the {word} chat"
        ))),
        Some(_) => Ok(()),
    }
}

/// Like [`find`], for calls that leave something behind in the chat.
pub(crate) fn writable(world: &World, call: &Call<'_>) -> Result<Place, Refusal> {
    let place = find(world, call, "chat_id")?;
    if place.chat > 0 {
        let account = world.accounts.get(&place.chat);
        if account.is_some_and(|account| account.deactivated) {
            return Err(Refusal::forbidden("user is deactivated"));
        }
        return match world.chat(place) {
            None => Err(Refusal::forbidden(
                "bot can't initiate conversation with a user",
            )),
            Some(chat) if chat.blocked => Err(Refusal::forbidden("bot was blocked by the user")),
            Some(_) => Ok(place),
        };
    }
    let may_send = world
        .chat(place)
        .is_some_and(|chat| chat.may_send(call.bot, Permitted::Texts));
    if may_send {
        Ok(place)
    } else {
        Err(Refusal::bad_request(
            "not enough rights to send text messages to the chat",
        ))
    }
}

/// Whether a message that is more than a text may be sent there.
pub(crate) fn check_media(world: &World, call: &Call<'_>, place: Place) -> Result<(), Refusal> {
    let may_send = world
        .chat(place)
        .is_some_and(|chat| chat.is_private() || chat.may_send(call.bot, Permitted::Everything));
    if may_send {
        Ok(())
    } else {
        Err(Refusal::bad_request(
            "not enough rights to send photos to the chat",
        ))
    }
}

/// Chat, topic and reply of a new message.
pub(crate) fn target(world: &mut World, call: &Call<'_>) -> Result<Target, Refusal> {
    let place = writable(world, call)?;
    let chat = world.chat(place).expect("writable chats exist");
    let (is_private, is_forum) = (chat.is_private(), chat.forum);
    let mut thread = thread(world, call, place)?;
    let reply = super::reply::from_call(world, call, place, thread)?;
    if let Some(reply) = &reply
        && is_forum
    {
        thread = thread.or(reply.thread);
    }
    check_closed(world, call, place, thread)?;
    Ok(Target {
        place,
        is_private,
        thread,
        reply_to: reply.as_ref().and_then(|reply| reply.message_id),
        envelope: reply.and_then(|reply| reply.envelope),
    })
}

/// `message_thread_id`, checked as before every send.
fn thread(world: &mut World, call: &Call<'_>, place: Place) -> Result<Option<i64>, Refusal> {
    let cached_ms = world.settings.unconfirmed.deleted_topic_cached_ms;
    let id = call.integer("message_thread_id");
    if id <= 0 {
        return Ok(None);
    }
    let not_found = "message thread not found";
    let chat = world.chat_mut(place).expect("the caller looked it up");
    match chat.kind {
        ChatKind::Private => return Err(Refusal::misuse(not_found)),
        ChatKind::Group => return Ok(None),
        ChatKind::Supergroup if !chat.forum => return Ok(None),
        ChatKind::Supergroup => {}
    }
    if id == 1 {
        return Err(Refusal::misuse(not_found));
    }
    let Some(topic) = chat.topics.get_mut(&id) else {
        return Err(Refusal::bad_request(not_found));
    };
    let is_cached = topic
        .checked_ms
        .is_some_and(|checked_ms| call.now_ms - checked_ms < cached_ms);
    match (topic.deleted, is_cached) {
        (false, false) => topic.checked_ms = Some(call.now_ms),
        (false, true) => {}
        (true, true) => return Err(Refusal::bad_request("TOPIC_DELETED")),
        (true, false) => return Err(Refusal::bad_request(not_found)),
    }
    Ok(Some(id))
}

fn check_closed(
    world: &World,
    call: &Call<'_>,
    place: Place,
    thread: Option<i64>,
) -> Result<(), Refusal> {
    let chat = world.chat(place).expect("the caller looked it up");
    if !chat.forum || may_write(chat, call.bot, thread) {
        Ok(())
    } else {
        Err(Refusal::bad_request("TOPIC_CLOSED"))
    }
}

/// Closed topics take messages of their creator and of admins who manage topics.
pub(crate) fn may_write(chat: &Chat, user: i64, thread: Option<i64>) -> bool {
    let (closed, creator) = match thread {
        None => (chat.general_closed, None),
        Some(id) => match chat.topic(id) {
            Some(topic) => (topic.closed, Some(topic.creator)),
            None => (false, None),
        },
    };
    !closed || creator == Some(user) || chat.may(user, Right::ManageTopics)
}
