//! Edits of the bot's own messages.
//!
//! An edit without `reply_markup` removes the keyboard; equal content is "not modified"
//! (tdlib MessagesManager.cpp).

use serde_json::{Map, Value};

use crate::sandbox::errors::{Outcome, Refusal};
use crate::sandbox::json::inside;
use crate::sandbox::markup;
use crate::sandbox::message::{Kind, Sender, has_caption, kind_of};
use crate::sandbox::methods::access;
use crate::sandbox::methods::media::{Use, input_media};
use crate::sandbox::methods::send::{LIVE_FOR_EVER, location_value, put_preview, put_text, shown};
use crate::sandbox::params::Call;
use crate::sandbox::text;
use crate::sandbox::world::{Place, World};

const NOT_MODIFIED: &str = "message is not modified: specified new message content and reply \
                            markup are exactly the same as a current content and reply markup of \
                            the message";

/// Kinds that can become, or are, media to be replaced (telegram docs, editMessageMedia).
const REPLACEABLE: [Kind; 8] = [
    "text",
    "rich_message",
    "animation",
    "audio",
    "document",
    "live_photo",
    "photo",
    "video",
];

/// How much longer an edit may let a location live, and for how long at most, in seconds.
const LONGER_BY_MAX: i64 = 86_400;
const LIVE_AT_MOST: i64 = 90 * 86_400;

/// A message that the bot may change.
struct Editable {
    place: Place,
    id: i64,
    kind: Kind,
    content: Map<String, Value>,
    is_private: bool,
}

pub(crate) fn text(world: &mut World, call: &Call<'_>) -> Outcome {
    let editable = editable(world, call)?;
    let text = text::message_text(world, call)?;
    if editable.kind != "text" {
        return Err(Refusal::bad_request(
            "there is no text in the message to edit",
        ));
    }
    let mut content = Map::new();
    put_text(&mut content, ("text", "entities"), text);
    put_preview(&mut content, call);
    apply(world, call, &editable, &content)
}

pub(crate) fn caption(world: &mut World, call: &Call<'_>) -> Outcome {
    let editable = editable(world, call)?;
    if !has_caption(editable.kind) {
        return Err(Refusal::bad_request(
            "there is no caption in the message to edit",
        ));
    }
    let caption = text::from_call(world, call, "caption", "parse_mode", "caption_entities")?;
    let caption = text::check_caption(caption)?;
    let mut content = editable.content.clone();
    for key in ["caption", "caption_entities", "show_caption_above_media"] {
        content.remove(key);
    }
    put_text(&mut content, ("caption", "caption_entities"), caption);
    if call.flag("show_caption_above_media") {
        content.insert("show_caption_above_media".to_owned(), true.into());
    }
    apply(world, call, &editable, &content)
}

pub(crate) fn media(world: &mut World, call: &Call<'_>) -> Outcome {
    let editable = editable(world, call)?;
    let item = call.value("media").unwrap_or_default();
    let is_album = world
        .message(editable.place, editable.id)
        .is_some_and(|message| message.media_group_id().is_some());
    let purpose = if is_album {
        Use::EditOfAlbum
    } else {
        Use::Edit
    };
    let content = input_media(world, call, &item, purpose)?;
    let stays = |kind: &str| editable.kind == kind && kind_of(&content) == kind;
    let visual = |kind: &str| ["photo", "live_photo", "video"].contains(&kind);
    let fits =
        stays("document") || stays("audio") || visual(editable.kind) && visual(kind_of(&content));
    if is_album && !fits {
        return Err(Refusal::bad_request(
            "message content type can't be used in an album",
        ));
    }
    if !REPLACEABLE.contains(&editable.kind) {
        return Err(Refusal::bad_request(
            "there is no media in the message to edit",
        ));
    }
    apply(world, call, &editable, &content)
}

pub(crate) fn keyboard(world: &mut World, call: &Call<'_>) -> Outcome {
    let editable = editable(world, call)?;
    let content = editable.content.clone();
    apply(world, call, &editable, &content)
}

pub(crate) fn live_location(world: &mut World, call: &Call<'_>) -> Outcome {
    let editable = editable(world, call)?;
    let old = live(world, call, &editable)?;
    let mut location = location_value(call)?;
    let lives = |location: &Value| location["live_period"].as_i64().unwrap_or(0);
    match (lives(&old), lives(&location)) {
        (_, 0) => location["live_period"] = old["live_period"].clone(),
        (LIVE_FOR_EVER, _) | (_, LIVE_FOR_EVER) => {}
        (before, now) if now > LIVE_AT_MOST.min(before + LONGER_BY_MAX) => {
            return Err(Refusal::misuse("wrong live location period specified"));
        }
        _ => {}
    }
    let mut content = Map::new();
    content.insert("location".to_owned(), location);
    apply(world, call, &editable, &content)
}

pub(crate) fn stop_live_location(world: &mut World, call: &Call<'_>) -> Outcome {
    let editable = editable(world, call)?;
    let mut location = live(world, call, &editable)?;
    if let Value::Object(location) = &mut location {
        for key in ["live_period", "heading", "proximity_alert_radius"] {
            location.remove(key);
        }
    }
    let mut content = Map::new();
    content.insert("location".to_owned(), location);
    apply(world, call, &editable, &content)
}

pub(crate) fn stop_poll(world: &mut World, call: &Call<'_>) -> Outcome {
    let editable = editable(world, call)?;
    let mut content = editable.content.clone();
    let Some(poll) = content.get_mut("poll") else {
        return Err(Refusal::bad_request("message with poll to stop not found"));
    };
    if poll["is_closed"] == true {
        return Err(Refusal::bad_request("poll has already been closed"));
    }
    poll["is_closed"] = true.into();
    let poll = poll.to_string();
    apply(world, call, &editable, &content)?;
    Ok(poll)
}

/// A location that still moves.
fn live(world: &World, call: &Call<'_>, editable: &Editable) -> Result<Value, Refusal> {
    let location = editable
        .content
        .get("location")
        .cloned()
        .unwrap_or_default();
    let date = world
        .message(editable.place, editable.id)
        .map_or(0, |message| message.date);
    let is_live = location["live_period"]
        .as_i64()
        .is_some_and(|period| period == LIVE_FOR_EVER || date + period > call.seconds());
    if is_live {
        Ok(location)
    } else {
        Err(Refusal::bad_request("message can't be edited"))
    }
}

fn editable(world: &World, call: &Call<'_>) -> Result<Editable, Refusal> {
    if call.has("inline_message_id") {
        return Err(Refusal::misuse("inline messages are not modelled"));
    }
    let place = access::find(world, call, "chat_id")?;
    let id = call.integer("message_id");
    if id <= 0 {
        return Err(Refusal::misuse("message identifier is not specified"));
    }
    let not_found = || Refusal::bad_request("message to edit not found");
    let chat = world.chat(place).ok_or_else(not_found)?;
    let message = chat.history.get(id).ok_or_else(not_found)?;
    let is_own = message.sender == Sender::Bot(call.bot);
    if !is_own || message.is_forward() || message.had_reply_keyboard || message.is_service() {
        return Err(Refusal::bad_request("message can't be edited"));
    }
    if call.now_ms - message.date * 1_000 < world.settings.edit_settles_after_ms {
        return Err(not_found());
    }
    Ok(Editable {
        place,
        id,
        kind: message.kind,
        content: message.content_map(),
        is_private: chat.is_private(),
    })
}

fn apply(
    world: &mut World,
    call: &Call<'_>,
    editable: &Editable,
    content: &Map<String, Value>,
) -> Outcome {
    let markup = match markup::from_call(call, editable.is_private)? {
        markup::Markup::Reply => {
            return Err(Refusal::misuse("inline keyboard expected"));
        }
        other => other.inline(),
    };
    let (place, id) = (editable.place, editable.id);
    let is_same_content = *content == editable.content;
    let message = world.message(place, id).expect("checked to be editable");
    if is_same_content && message.markup == markup {
        return Err(Refusal::bad_request(NOT_MODIFIED));
    }
    world.keep_version(place, id);
    let message = world
        .message_mut(place, id)
        .expect("checked to be editable");
    message.markup = markup;
    if !is_same_content {
        message.kind = kind_of(content);
        message.content = inside(content);
        message.rare_mut().edit_date = Some(call.seconds());
    }
    Ok(shown(world, place, id))
}
