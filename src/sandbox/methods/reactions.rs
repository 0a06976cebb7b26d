//! Reactions of the bot, and its answers to pressed buttons.

use serde_json::Value;

use crate::sandbox::errors::{Outcome, Refusal, done};
use crate::sandbox::methods::access;
use crate::sandbox::params::Call;
use crate::sandbox::world::{CallbackAnswer, World};

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
    let message = chat.history.get_mut(id).ok_or_else(not_found)?;
    if message.is_service() && message.kind != "forum_topic_created" {
        return Err(Refusal::bad_request("REACTION_INVALID"));
    }
    if let Some(allowed) = allowed
        && !emoji.iter().all(|emoji| allowed.contains(emoji))
    {
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
