//! `reply_parameters`: what a new message answers.
//!
//! A reply into another topic becomes an external one, which names the author of the original
//! (telegram docs, `ExternalReplyInfo`). Replies into other chats are legal in Telegram and never
//! right here: they show where the original came from.

use serde_json::{Map, Value};

use crate::sandbox::errors::Refusal;
use crate::sandbox::json::{Object, inside, outside};
use crate::sandbox::message::{Message, is_service, kind_of};
use crate::sandbox::methods::copy::origin;
use crate::sandbox::params::{Call, as_integer};
use crate::sandbox::text::{self, Formatted, span, utf16_len};
use crate::sandbox::world::{ChatKind, Place, World};

const QUOTE_MAX: usize = 1_024;
const NOT_FOUND: &str = "message to be replied not found";

const KNOWN: [&str; 9] = [
    "message_id",
    "chat_id",
    "allow_sending_without_reply",
    "quote",
    "quote_parse_mode",
    "quote_entities",
    "quote_position",
    "checklist_task_id",
    "poll_option_id",
];

/// Formatting that has to be the same in a quote and in its original.
const QUOTED_ENTITIES: [&str; 7] = [
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "custom_emoji",
    "date_time",
];

#[derive(Clone, Debug)]
pub(crate) struct Reply {
    /// The original, where it stands in the same topic.
    pub message_id: Option<i64>,
    /// The topic of the original.
    pub thread: Option<i64>,
    /// Inside of an object: the quote, and what an external reply shows.
    pub envelope: Option<Box<str>>,
}

/// `thread` is the topic that the call names.
pub(crate) fn from_call(
    world: &World,
    call: &Call<'_>,
    place: Place,
    thread: Option<i64>,
) -> Result<Option<Reply>, Refusal> {
    let Some(value) = call.value("reply_parameters") else {
        return Ok(None);
    };
    let Value::Object(parameters) = value.as_ref() else {
        return Err(Refusal::misuse("can't parse reply parameters JSON object"));
    };
    if let Some(unknown) = parameters.keys().find(|key| !KNOWN.contains(&key.as_str())) {
        return Err(Refusal::misuse(&format!(
            "can't parse reply parameters: unknown field {unknown}"
        )));
    }
    let message_id = parameters.get("message_id").map_or(0, as_integer);
    let chat_id = parameters.get("chat_id").map(as_integer);
    if message_id <= 0 || chat_id.is_some_and(|chat_id| chat_id != place.chat) {
        return Err(Refusal::misuse(NOT_FOUND));
    }
    let chat = world.chat(place).expect("the caller looked it up");
    let is_elsewhere =
        |message: &Message| chat.forum && thread.is_some() && message.thread != thread;
    let Some(original) = chat.history.get(message_id) else {
        let was_elsewhere = chat.history.any(message_id).is_some_and(is_elsewhere);
        let is_optional = parameters
            .get("allow_sending_without_reply")
            .is_some_and(|flag| flag == &Value::Bool(true));
        // Optional replies do not exist across topics (telegram docs, `ReplyParameters`).
        return if is_optional && !was_elsewhere {
            Ok(None)
        } else {
            Err(Refusal::bad_request(NOT_FOUND))
        };
    };
    let mut envelope = Map::new();
    if let Some(quote) = quote(world, parameters, &original.content)? {
        envelope.insert("quote".to_owned(), quote);
    }
    let external = is_elsewhere(original);
    if external {
        let shown = external_reply(world, place, original);
        envelope.insert("external_reply".to_owned(), shown);
    }
    Ok(Some(Reply {
        message_id: (!external).then_some(message_id),
        thread: original.thread,
        envelope: (!envelope.is_empty()).then(|| inside(&envelope)),
    }))
}

/// A manual quote has to be part of the original word by word.
fn quote(
    world: &World,
    parameters: &Map<String, Value>,
    original: &str,
) -> Result<Option<Value>, Refusal> {
    let wanted = text::quote(parameters)?;
    if wanted.text.is_empty() {
        return Ok(None);
    }
    let invalid = || Refusal::bad_request("QUOTE_TEXT_INVALID");
    if wanted.text.chars().count() > QUOTE_MAX {
        return Err(invalid());
    }
    let content = outside(original);
    let (key, entities) = if content.contains_key("text") {
        ("text", "entities")
    } else {
        ("caption", "caption_entities")
    };
    let whole = content.get(key).and_then(Value::as_str).unwrap_or_default();
    let entities = content.get(entities).and_then(Value::as_array);
    let entities = entities.map_or(&[][..], Vec::as_slice);
    let hint = parameters.get("quote_position").map_or(0, as_integer);
    let is_lenient = !world.settings.unconfirmed.quote_entities_must_match;
    let position = whole
        .match_indices(&wanted.text)
        .map(|(at, _)| utf16_len(&whole[..at]))
        .filter(|position| is_lenient || formatted_alike(entities, *position, &wanted))
        .min_by_key(|position| (position - hint).abs())
        .ok_or_else(invalid)?;
    let mut quote = Object::new();
    quote.text("text", &wanted.text);
    if !wanted.entities.is_empty() {
        quote.raw("entities", &Value::Array(wanted.entities).to_string());
    }
    quote.number("position", position);
    quote.flag("is_manual", true);
    Ok(serde_json::from_str(&quote.finish()).ok())
}

/// Whether the part of a text that a quote names is formatted like the quote.
fn formatted_alike(entities: &[Value], position: i64, quote: &Formatted) -> bool {
    let length = utf16_len(&quote.text);
    let listed = |entities: &[Value], shift: i64| {
        let mut list: Vec<(String, i64, i64, Value)> = entities
            .iter()
            .filter_map(|entity| {
                let kind = entity["type"].as_str().unwrap_or_default();
                let (offset, size) = span(entity);
                let start = (offset - shift).max(0);
                let end = (offset - shift + size).min(length);
                let counts = QUOTED_ENTITIES.contains(&kind) && start < end;
                let emoji = entity["custom_emoji_id"].clone();
                counts.then(|| (kind.to_owned(), start, end, emoji))
            })
            .collect();
        list.sort_by(|one, other| (&one.0, one.1, one.2).cmp(&(&other.0, other.1, other.2)));
        list
    };
    listed(entities, position) == listed(&quote.entities, 0)
}

fn external_reply(world: &World, place: Place, original: &Message) -> Value {
    let mut shown = Object::new();
    shown.raw("origin", &origin(world, place, original));
    if let Some(chat) = world.chat(place)
        && chat.kind == ChatKind::Supergroup
    {
        shown.raw("chat", &world.render_chat(chat));
        shown.number("message_id", original.id);
    }
    let mut content = original.content_map();
    let kind = kind_of(&content);
    content.retain(|key, _| {
        let belongs = key == kind || key == "has_media_spoiler" || key == "link_preview_options";
        belongs && key != "text" && !is_service(kind)
    });
    shown.fields(&inside(&content));
    serde_json::from_str(&shown.finish()).expect("the writer makes JSON")
}
