//! `reply_parameters`: what a new message answers.
//!
//! Replies into other chats are legal in Telegram and never right here: they show where the
//! original came from.

use serde_json::Value;

use crate::sandbox::errors::Refusal;
use crate::sandbox::json::{Object, outside};
use crate::sandbox::params::{Call, as_integer};
use crate::sandbox::text::utf16_len;
use crate::sandbox::world::{Place, World};

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

#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub message_id: i64,
    /// Inside of an object.
    pub quote: Option<Box<str>>,
}

pub(crate) fn from_call(
    world: &World,
    call: &Call<'_>,
    place: Place,
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
        return Err(Refusal::misuse("message to be replied not found"));
    }
    let Some(original) = world.message(place, message_id) else {
        let is_optional = parameters
            .get("allow_sending_without_reply")
            .is_some_and(|flag| flag == &Value::Bool(true));
        return if is_optional {
            Ok(None)
        } else {
            Err(Refusal::bad_request("message to be replied not found"))
        };
    };
    let quote = match parameters.get("quote").and_then(Value::as_str) {
        Some(wanted) if !wanted.is_empty() => Some(quote(&original.content, wanted)?),
        Some(_) | None => None,
    };
    Ok(Some(Reply { message_id, quote }))
}

/// A manual quote has to be part of the original word by word.
fn quote(content: &str, wanted: &str) -> Result<Box<str>, Refusal> {
    let content = outside(content);
    let original = ["text", "caption"]
        .iter()
        .find_map(|key| content.get(*key).and_then(Value::as_str))
        .unwrap_or_default();
    let Some(at) = original.find(wanted) else {
        return Err(Refusal::bad_request("QUOTE_TEXT_INVALID"));
    };
    let mut quote = Object::new();
    quote.text("text", wanted);
    quote.number("position", utf16_len(&original[..at]));
    quote.flag("is_manual", true);
    Ok(format!("\"quote\":{}", quote.finish()).into())
}
