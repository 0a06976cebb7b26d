//! Forum topics: create, edit, close, reopen, delete.
//!
//! Follows tdlib ForumTopicManager.cpp; every change but a deletion leaves a service message, which
//! the bot receives too.

use crate::sandbox::errors::{Outcome, Refusal, done};
use crate::sandbox::json::{Object, quoted};
use crate::sandbox::member::Right;
use crate::sandbox::message::Sender;
use crate::sandbox::methods::access;
use crate::sandbox::params::Call;
use crate::sandbox::world::{Chat, ChatKind, Place, Topic, World};

pub(crate) const NAME_MAX: usize = 128;
const DEFAULT_COLOR: i64 = 7_322_096;
const COLORS: [i64; 6] = [
    DEFAULT_COLOR,
    16_766_590,
    13_338_331,
    9_367_192,
    16_749_490,
    16_478_047,
];

/// Icons that every bot may use: (custom emoji id, emoji).
pub(crate) const ICONS: [(&str, &str); 12] = [
    ("5434144690511290129", "📰"),
    ("5312536423851630001", "💡"),
    ("5312016608254762256", "⚡️"),
    ("5377544228505134960", "🎙"),
    ("5418085807791545980", "🔝"),
    ("5370870893004203704", "🗣"),
    ("5420216386448270341", "🆒"),
    ("5379748062124056162", "❗️"),
    ("5373251851074415873", "📝"),
    ("5433614043006903194", "📆"),
    ("5357315181649076022", "📁"),
    ("5237699328843200968", "✅"),
];

/// White space collapsed, trimmed, cut without a word.
pub(crate) fn clean_name(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    let cut: String = words.join(" ").chars().take(NAME_MAX).collect();
    cut.trim_end().to_owned()
}

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Outcome {
    let place = forum(world, call)?;
    let chat = world.chat(place).expect("forums exist");
    if !chat.may(call.bot, Right::ManageTopics) {
        return Err(missing_right(world, "not enough rights to create a topic"));
    }
    let raw = call.text("name").unwrap_or_default();
    let name = clean_name(&raw);
    if name.is_empty() {
        return Err(Refusal::misuse("name must be non-empty"));
    }
    if raw.chars().count() > NAME_MAX {
        world
            .log
            .violation(format!("createForumTopic: name is longer than {NAME_MAX}"));
    }
    let color = match call.integer("icon_color") {
        0 => DEFAULT_COLOR,
        color if COLORS.contains(&color) => color,
        _ => return Err(Refusal::misuse("invalid icon color specified")),
    };
    let icon = icon(call)?;
    let id = world.open_topic(
        place,
        Sender::Bot(call.bot),
        (&name, color, icon.as_deref()),
        call.now_ms,
    );
    let topic = world.chat_mut(place).and_then(|chat| chat.topic_mut(id));
    let topic = topic.expect("just opened");
    topic.checked_ms = Some(call.now_ms);
    let mut result = Object::new();
    result.number("message_thread_id", id);
    result.fields(&described(topic));
    Ok(result.finish())
}

fn described(topic: &Topic) -> String {
    let mut fields = format!(
        "\"name\":{},\"icon_color\":{}",
        quoted(&topic.name),
        topic.icon_color
    );
    if let Some(icon) = &topic.icon {
        fields.push_str(&format!(",\"icon_custom_emoji_id\":{}", quoted(icon)));
    }
    fields
}

fn icon(call: &Call<'_>) -> Result<Option<String>, Refusal> {
    match call.filled("icon_custom_emoji_id") {
        None => Ok(None),
        Some(icon) if ICONS.iter().any(|(id, _)| *id == icon) => Ok(Some(icon.into_owned())),
        Some(_) => Err(Refusal::misuse("DOCUMENT_INVALID")),
    }
}

pub(crate) fn edit(world: &mut World, call: &Call<'_>) -> Outcome {
    let (place, id) = known(world, call)?;
    let raw = call.text("name").unwrap_or_default();
    let name = clean_name(&raw);
    if name.is_empty() && !call.has("icon_custom_emoji_id") {
        return done();
    }
    check_right(
        world,
        call,
        (place, id),
        "not enough rights to edit the topic",
    )?;
    if raw.chars().count() > NAME_MAX {
        world
            .log
            .violation(format!("editForumTopic: name is longer than {NAME_MAX}"));
    }
    let new_icon = call
        .has("icon_custom_emoji_id")
        .then(|| icon(call))
        .transpose()?;
    let new_name = (!name.is_empty()).then_some(name.as_str());
    if world.edit_topic(
        (place, id),
        Sender::Bot(call.bot),
        new_name,
        new_icon,
        call.now_ms,
    ) {
        done()
    } else {
        Err(Refusal::bad_request("TOPIC_NOT_MODIFIED"))
    }
}

pub(crate) fn close(world: &mut World, call: &Call<'_>) -> Outcome {
    toggle(world, call, true)
}

pub(crate) fn reopen(world: &mut World, call: &Call<'_>) -> Outcome {
    toggle(world, call, false)
}

fn toggle(world: &mut World, call: &Call<'_>, closed: bool) -> Outcome {
    let topic = known(world, call)?;
    check_right(
        world,
        call,
        topic,
        "not enough rights to close or open the topic",
    )?;
    if world.toggle_topic(topic, Sender::Bot(call.bot), closed, call.now_ms) {
        done()
    } else {
        Err(Refusal::bad_request("TOPIC_NOT_MODIFIED"))
    }
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Outcome {
    let (place, id) = known(world, call)?;
    if !world
        .chat(place)
        .is_some_and(|chat| chat.may(call.bot, Right::DeleteMessages))
    {
        return Err(missing_right(
            world,
            "not enough rights to delete the topic",
        ));
    }
    world.delete_topic_at(place, id);
    // The bot's own server forgets the topic at once: later sends find nothing.
    let topic = world
        .chat_mut(place)
        .and_then(|chat| chat.topics.get_mut(&id));
    topic.expect("checked to be known").checked_ms = None;
    done()
}

pub(crate) fn unpin_all(world: &mut World, call: &Call<'_>) -> Outcome {
    let (place, id) = known(world, call)?;
    let chat = world.chat_mut(place).expect("forums exist");
    if !chat.may(call.bot, Right::PinMessages) {
        return Err(Refusal::bad_request(
            "not enough rights to manage pinned messages in the chat",
        ));
    }
    let history = &chat.history;
    chat.pinned.retain(|pinned| {
        history
            .get(*pinned)
            .is_none_or(|message| message.thread != Some(id))
    });
    done()
}

pub(crate) fn icons(_world: &mut World, _call: &Call<'_>) -> Outcome {
    Ok(crate::sandbox::json::array(ICONS.iter().map(
        |(id, emoji)| {
            let mut sticker = Object::new();
            sticker.text("file_id", &format!("icon-{id}"));
            sticker.text("file_unique_id", &format!("u-icon-{id}"));
            sticker.text("type", "custom_emoji");
            sticker.number("width", 100);
            sticker.number("height", 100);
            sticker.flag("is_animated", false);
            sticker.flag("is_video", false);
            sticker.text("emoji", emoji);
            sticker.text("set_name", "Topics");
            sticker.text("custom_emoji_id", id);
            sticker.finish()
        },
    )))
}

/// A supergroup with topics.
fn forum(world: &World, call: &Call<'_>) -> Result<Place, Refusal> {
    let place = access::find(world, call, "chat_id")?;
    match world.chat(place) {
        Some(chat) if chat.kind != ChatKind::Supergroup => {
            Err(Refusal::bad_request("the chat is not a forum"))
        }
        Some(chat) if !chat.forum => Err(Refusal::bad_request("the chat is not a forum")),
        Some(_) => Ok(place),
        None => Err(Refusal::bad_request("the chat is not a forum")),
    }
}

/// A topic that exists; these methods do not look it up before they ask the server.
fn known(world: &World, call: &Call<'_>) -> Result<(Place, i64), Refusal> {
    let place = forum(world, call)?;
    let id = call.integer("message_thread_id");
    if id <= 0 {
        return Err(Refusal::misuse("invalid forum topic identifier specified"));
    }
    let topic = world.chat(place).and_then(|chat| chat.topic(id));
    match topic {
        Some(_) => Ok((place, id)),
        None => Err(Refusal::bad_request("TOPIC_ID_INVALID")),
    }
}

/// Admins who manage topics, and whoever created this one.
fn check_right(
    world: &World,
    call: &Call<'_>,
    (place, id): (Place, i64),
    text: &str,
) -> Result<(), Refusal> {
    let may = |chat: &Chat| {
        chat.may(call.bot, Right::ManageTopics)
            || chat
                .topic(id)
                .is_some_and(|topic| topic.creator == call.bot)
    };
    if world.chat(place).is_some_and(may) {
        Ok(())
    } else {
        Err(missing_right(world, text))
    }
}

fn missing_right(world: &World, text: &str) -> Refusal {
    if world
        .settings
        .unconfirmed
        .missing_right_is_chat_admin_required
    {
        Refusal::bad_request("CHAT_ADMIN_REQUIRED")
    } else {
        Refusal::bad_request(text)
    }
}
