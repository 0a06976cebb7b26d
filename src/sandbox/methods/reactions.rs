//! Reactions of the bot, and its answers to pressed buttons.

use serde_json::Value;

use crate::sandbox::errors::{Outcome, Refusal, done};
use crate::sandbox::message::Message;
use crate::sandbox::methods::access;
use crate::sandbox::params::Call;
use crate::sandbox::world::{CallbackAnswer, Chat, World};

/// Emoji that may be reactions (telegram docs, ReactionTypeEmoji).
pub(crate) const EMOJI: [&str; 73] = [
    "❤",
    "👍",
    "👎",
    "🔥",
    "🥰",
    "👏",
    "😁",
    "🤔",
    "🤯",
    "😱",
    "🤬",
    "😢",
    "🎉",
    "🤩",
    "🤮",
    "💩",
    "🙏",
    "👌",
    "🕊",
    "🤡",
    "🥱",
    "🥴",
    "😍",
    "🐳",
    "❤‍🔥",
    "🌚",
    "🌭",
    "💯",
    "🤣",
    "⚡",
    "🍌",
    "🏆",
    "💔",
    "🤨",
    "😐",
    "🍓",
    "🍾",
    "💋",
    "🖕",
    "😈",
    "😴",
    "😭",
    "🤓",
    "👻",
    "👨‍💻",
    "👀",
    "🎃",
    "🙈",
    "😇",
    "😨",
    "🤝",
    "✍",
    "🤗",
    "🫡",
    "🎅",
    "🎄",
    "☃",
    "💅",
    "🤪",
    "🗿",
    "🆒",
    "💘",
    "🙉",
    "🦄",
    "😘",
    "💊",
    "🙊",
    "😎",
    "👾",
    "🤷‍♂",
    "🤷",
    "🤷‍♀",
    "😡",
];

const ANSWER_MAX: usize = 200;
/// How far before an item of an album its first one can be.
const ALBUM_REACH: i64 = 100;

pub(crate) fn set(world: &mut World, call: &Call<'_>) -> Outcome {
    let place = access::writable(world, call)?;
    let id = call.integer("message_id");
    let wanted = call.list("reaction").unwrap_or_default();
    if wanted.len() > 1 {
        return Err(Refusal::misuse("REACTIONS_TOO_MANY"));
    }
    let mut emoji = Vec::new();
    for reaction in &wanted {
        emoji.push(read(reaction)?);
    }
    let not_found = || Refusal::bad_request("message to react not found");
    let chat = world.chat_mut(place).ok_or_else(not_found)?;
    let allowed = chat.reactions.clone();
    let id = reacted(chat, id);
    let message = chat.history.get_mut(id).ok_or_else(not_found)?;
    let is_there = |emoji: &String| {
        let reactions = message.rare().map(|rare| &rare.reactions);
        let mut all = reactions.into_iter().flatten().flat_map(|(_, list)| list);
        all.any(|there| there == emoji)
    };
    let may_use = |emoji: &String| match &allowed {
        Some(allowed) => allowed.contains(emoji),
        // Custom emoji have to be allowed by name, or to be there already (telegram docs).
        None => EMOJI.contains(&emoji.as_str()),
    };
    let is_refused = message.is_service() && message.kind != "forum_topic_created";
    if is_refused || !emoji.iter().all(|emoji| may_use(emoji) || is_there(emoji)) {
        return Err(Refusal::bad_request("REACTION_INVALID"));
    }
    let reactions = &mut message.rare_mut().reactions;
    if emoji.is_empty() {
        reactions.remove(&call.bot);
    } else {
        reactions.insert(call.bot, emoji);
    }
    done()
}

/// The message that wears a reaction: of an album the first one that still stands (telegram docs).
pub(crate) fn reacted(chat: &Chat, id: i64) -> i64 {
    let group = chat.history.get(id).and_then(Message::media_group_id);
    let Some(group) = group else {
        return id;
    };
    // Items of an album stand close together: it has ten at most.
    (id - ALBUM_REACH..=id)
        .find(|earlier| {
            let item = chat.history.get(*earlier);
            item.is_some_and(|item| item.media_group_id() == Some(group))
        })
        .unwrap_or(id)
}

fn read(reaction: &Value) -> Result<String, Refusal> {
    let word = |key: &str| {
        reaction
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    match word("type") {
        "emoji" if EMOJI.contains(&word("emoji")) => Ok(word("emoji").to_owned()),
        "custom_emoji" => Ok(word("custom_emoji_id").to_owned()),
        _ => Err(Refusal::misuse("REACTION_INVALID")),
    }
}

pub(crate) fn answer(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = call
        .text("callback_query_id")
        .unwrap_or_default()
        .into_owned();
    let text = call.filled("text").map(|text| text.into_owned());
    if text
        .as_ref()
        .is_some_and(|text| text.chars().count() > ANSWER_MAX)
    {
        return Err(Refusal::misuse("MESSAGE_TOO_LONG"));
    }
    let deadline_ms = world.settings.unconfirmed.callback_answer_ms;
    let too_old = "query is too old and response timeout expired or query ID is invalid";
    match world.callbacks.remove(&id) {
        Some(callback)
            if callback.bot != call.bot || call.now_ms - callback.at_ms > deadline_ms =>
        {
            Err(Refusal::bad_request(too_old))
        }
        Some(callback) => {
            if let Some(text) = &text {
                world.show(callback.place, "answer", text);
            }
            world.answers.push(CallbackAnswer {
                callback_query_id: id,
                user: callback.user,
                text,
                alert: call.flag("show_alert"),
            });
            done()
        }
        None => Err(Refusal::bad_request(too_old)),
    }
}
