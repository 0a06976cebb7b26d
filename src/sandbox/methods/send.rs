//! Messages without files: text, place, contact, dice, poll.
//!
//! Every send ends in [`post`]; what is special about a kind is only how its content is built.

use std::ops::RangeInclusive;

use serde_json::{Map, Value, json};

use crate::sandbox::errors::{Outcome, Refusal};
use crate::sandbox::json::inside;
use crate::sandbox::markup;
use crate::sandbox::message::{Sender, kind_of};
use crate::sandbox::methods::access::{self, Target};
use crate::sandbox::params::Call;
use crate::sandbox::post::NewMessage;
use crate::sandbox::text::{self, Formatted};
use crate::sandbox::world::{Place, World};

/// The `live_period` of a location that never stops.
pub(crate) const LIVE_FOR_EVER: i64 = 0x7FFF_FFFF;
/// All other live periods, in seconds.
const LIVE_SECONDS: RangeInclusive<i64> = 60..=86_400;

/// Stores a bot's message and returns its id.
pub(crate) fn post(
    world: &mut World,
    call: &Call<'_>,
    target: Target,
    content: &Map<String, Value>,
    media_group_id: Option<u64>,
) -> Result<i64, Refusal> {
    let markup = markup::from_call(call, target.is_private)?;
    let message = NewMessage {
        thread: target.thread,
        reply_to: target.reply_to,
        envelope: target.envelope,
        had_reply_keyboard: markup == markup::Markup::Reply,
        markup: markup.inline(),
        protected: call.flag("protect_content"),
        media_group_id,
        ..NewMessage::new(Sender::Bot(call.bot), kind_of(content), inside(content))
    };
    Ok(world.append(target.place, message, call.now_ms))
}

/// A stored message as the result of a call.
pub(crate) fn shown(world: &World, place: Place, id: i64) -> String {
    let chat = world.chat(place).expect("the message was just stored");
    let message = chat.history.any(id).expect("the message was just stored");
    world.render_message(chat, message, true)
}

/// Sends content that needs nothing else.
fn plain(world: &mut World, call: &Call<'_>, key: &str, value: Value) -> Outcome {
    let target = access::target(world, call)?;
    let place = target.place;
    let mut content = Map::new();
    content.insert(key.to_owned(), value);
    let id = post(world, call, target, &content, None)?;
    Ok(shown(world, place, id))
}

pub(crate) fn put_text(content: &mut Map<String, Value>, keys: (&str, &str), text: Formatted) {
    if text.text.is_empty() {
        return;
    }
    content.insert(keys.0.to_owned(), text.text.into());
    if !text.entities.is_empty() {
        content.insert(keys.1.to_owned(), Value::Array(text.entities));
    }
}

/// Options of a link preview show in the message, and go along with its copies.
pub(crate) fn put_preview(content: &mut Map<String, Value>, call: &Call<'_>) {
    if let Some(options) = call.value("link_preview_options")
        && options
            .as_object()
            .is_some_and(|options| !options.is_empty())
    {
        content.insert("link_preview_options".to_owned(), options.into_owned());
    }
}

pub(crate) fn message(world: &mut World, call: &Call<'_>) -> Outcome {
    let target = access::target(world, call)?;
    let place = target.place;
    let mut content = Map::new();
    put_text(
        &mut content,
        ("text", "entities"),
        text::message_text(world, call)?,
    );
    put_preview(&mut content, call);
    let id = post(world, call, target, &content, None)?;
    Ok(shown(world, place, id))
}

/// A `Location` from a call, live if it says so.
pub(crate) fn location_value(call: &Call<'_>) -> Result<Value, Refusal> {
    let (latitude, longitude) = (call.float("latitude"), call.float("longitude"));
    let is_real = call.has("latitude")
        && call.has("longitude")
        && latitude.abs() <= 90.0
        && longitude.abs() <= 180.0;
    if !is_real {
        return Err(Refusal::misuse("wrong latitude or longitude specified"));
    }
    check_live(call)?;
    let mut location = json!({"latitude": latitude, "longitude": longitude});
    for key in ["live_period", "heading", "proximity_alert_radius"] {
        if call.integer(key) > 0 {
            location[key] = call.integer(key).into();
        }
    }
    if call.float("horizontal_accuracy") > 0.0 {
        location["horizontal_accuracy"] = call.float("horizontal_accuracy").into();
    }
    Ok(location)
}

/// Ranges of a live location (tdlib Location.cpp).
fn check_live(call: &Call<'_>) -> Result<(), Refusal> {
    let fits = |key: &str, range: RangeInclusive<i64>| {
        call.integer(key) == 0 || range.contains(&call.integer(key))
    };
    if !fits("heading", 1..=360) {
        return Err(Refusal::misuse("wrong live location heading specified"));
    }
    if !fits("proximity_alert_radius", 1..=100_000) {
        return Err(Refusal::misuse(
            "wrong live location proximity alert radius specified",
        ));
    }
    Ok(())
}

pub(crate) fn location(world: &mut World, call: &Call<'_>) -> Outcome {
    let period = call.integer("live_period");
    if ![0, LIVE_FOR_EVER].contains(&period) && !LIVE_SECONDS.contains(&period) {
        return Err(Refusal::misuse("wrong live location period specified"));
    }
    let value = location_value(call)?;
    plain(world, call, "location", value)
}

pub(crate) fn venue(world: &mut World, call: &Call<'_>) -> Outcome {
    let target = access::target(world, call)?;
    let place = target.place;
    let location = location_value(call)?;
    let (title, address) = (call.text("title"), call.text("address"));
    let venue = json!({"location": location, "title": title, "address": address});
    let mut content = Map::new();
    content.insert("location".to_owned(), location);
    content.insert("venue".to_owned(), venue);
    let id = post(world, call, target, &content, None)?;
    Ok(shown(world, place, id))
}

pub(crate) fn contact(world: &mut World, call: &Call<'_>) -> Outcome {
    let Some(phone) = call.filled("phone_number") else {
        return Err(Refusal::misuse("phone number must be non-empty"));
    };
    let Some(name) = call.filled("first_name") else {
        return Err(Refusal::misuse("first name must be non-empty"));
    };
    let mut contact = json!({"phone_number": phone, "first_name": name});
    for key in ["last_name", "vcard"] {
        if let Some(text) = call.filled(key) {
            contact[key] = text.into();
        }
    }
    plain(world, call, "contact", contact)
}

/// Highest value of a dice emoji.
pub(crate) fn dice_sides(emoji: &str) -> i64 {
    match emoji {
        "🏀" | "⚽" => 5,
        "🎰" => 64,
        _ => 6,
    }
}

pub(crate) fn dice(world: &mut World, call: &Call<'_>) -> Outcome {
    let emoji = call.filled("emoji").unwrap_or("🎲".into());
    if !["🎲", "🎯", "🏀", "⚽", "🎳", "🎰"].contains(&emoji.as_ref()) {
        return Err(Refusal::misuse("wrong dice emoji"));
    }
    let value = call.now_ms.rem_euclid(dice_sides(&emoji)) + 1;
    plain(world, call, "dice", json!({"emoji": emoji, "value": value}))
}

pub(crate) fn poll(world: &mut World, call: &Call<'_>) -> Outcome {
    let Some(question) = call.filled("question") else {
        return Err(Refusal::misuse("poll question must be non-empty"));
    };
    let options = call.list("options").unwrap_or_default();
    if options.is_empty() || options.len() > 12 {
        return Err(Refusal::misuse(
            "poll must have at least 1 and at most 12 options",
        ));
    }
    let texts: Vec<String> = options
        .iter()
        .filter_map(|option| option.get("text").or(Some(option))?.as_str())
        .map(str::to_owned)
        .collect();
    if texts.len() != options.len() {
        return Err(Refusal::misuse("can't parse poll options"));
    }
    world.counters.poll += 1;
    let kind = call.filled("type").unwrap_or("regular".into());
    let mut poll = fresh_poll(world.counters.poll, &question, &texts);
    poll["type"] = kind.into();
    poll["is_anonymous"] = (!call.has("is_anonymous") || call.flag("is_anonymous")).into();
    poll["allows_multiple_answers"] = call.flag("allows_multiple_answers").into();
    let correct = call.integers("correct_option_ids");
    if !correct.is_empty() {
        poll["correct_option_ids"] = correct.into();
    }
    plain(world, call, "poll", poll)
}

pub(crate) fn poll_id(number: u64) -> String {
    (5_000_000_000 + number).to_string()
}

/// A poll nobody has voted in.
fn fresh_poll(number: u64, question: &str, options: &[String]) -> Value {
    let options: Vec<Value> = options
        .iter()
        .enumerate()
        .map(|(index, text)| {
            json!({"persistent_id": index.to_string(), "text": text, "voter_count": 0})
        })
        .collect();
    json!({
        "id": poll_id(number),
        "question": question,
        "options": options,
        "total_voter_count": 0,
        "is_closed": false,
        "is_anonymous": true,
        "type": "regular",
        "allows_multiple_answers": false,
        "allows_revoting": true,
        "members_only": false,
    })
}
