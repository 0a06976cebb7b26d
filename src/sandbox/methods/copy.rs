//! Copies and forwards.
//!
//! What survives a copy follows tdlib MessageContent.cpp `dup_message_content`: contact cards,
//! text mentions and file names do, keyboards to press, dice values and live locations do not.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::sandbox::errors::{Outcome, Refusal};
use crate::sandbox::json::{Object, array, inside, outside};
use crate::sandbox::markup;
use crate::sandbox::message::{
    Kind, Message, Sender, has_caption, is_never_copied, is_new, kind_of,
};
use crate::sandbox::methods::access::{self, Target};
use crate::sandbox::methods::media::check_partial;
use crate::sandbox::methods::send::{dice_sides, poll_id, put_text, shown};
use crate::sandbox::params::{Call, as_integer};
use crate::sandbox::post::NewMessage;
use crate::sandbox::text;
use crate::sandbox::world::{Place, World};

const BATCH_MAX: usize = 100;
const PROTECTED: &str = "message has protected content and can't be forwarded";

/// A message taken out of its chat, ready to be posted elsewhere.
struct Taken {
    kind: Kind,
    content: Map<String, Value>,
    markup: Option<Box<str>>,
    media_group_id: Option<u64>,
}

pub(crate) fn message(world: &mut World, call: &Call<'_>) -> Outcome {
    let target = access::target(world, call)?;
    let from = source(world, call)?;
    let id = call.integer("message_id");
    if world.message(from, id).is_none() {
        return Err(Refusal::bad_request("message to copy not found"));
    }
    let mut taken = take(world, from, id)?;
    if taken.kind != "text" {
        access::check_media(world, call, target.place)?;
    }
    if call.has("caption") && has_caption(taken.kind) {
        taken.content.remove("caption");
        taken.content.remove("caption_entities");
        let caption = text::from_call(world, call, "caption", "parse_mode", "caption_entities")?;
        let caption = text::check_caption(caption)?;
        put_text(&mut taken.content, ("caption", "caption_entities"), caption);
        taken.content.remove("show_caption_above_media");
        if call.flag("show_caption_above_media") {
            let key = "show_caption_above_media".to_owned();
            taken.content.insert(key, true.into());
        }
    }
    let markup = markup::from_call(call, target.is_private)?;
    let had_reply_keyboard = markup == markup::Markup::Reply;
    let place = target.place;
    let copy = NewMessage {
        markup: markup.inline().or(taken.markup.take()),
        had_reply_keyboard,
        ..draft(call, target, taken)
    };
    let id = world.append(place, copy, call.now_ms);
    Ok(format!("{{\"message_id\":{id}}}"))
}

pub(crate) fn messages(world: &mut World, call: &Call<'_>) -> Outcome {
    let target = access::target(world, call)?;
    let from = source(world, call)?;
    let found = batch(world, call, from)?;
    let mut taken: Vec<Taken> = found
        .into_iter()
        .filter_map(|id| take(world, from, id).ok())
        .collect();
    if taken.is_empty() {
        return Err(Refusal::bad_request("messages can't be forwarded"));
    }
    regroup(world, &mut taken);
    let mut sent = Vec::new();
    for mut item in taken {
        check_partial(call, sent.len())?;
        if call.flag("remove_caption") {
            item.content.remove("caption");
            item.content.remove("caption_entities");
        }
        let copy = draft(call, target.clone(), item);
        let id = world.append(target.place, copy, call.now_ms);
        sent.push(format!("{{\"message_id\":{id}}}"));
    }
    Ok(array(sent))
}

pub(crate) fn forward(world: &mut World, call: &Call<'_>) -> Outcome {
    let target = access::target(world, call)?;
    let from = source(world, call)?;
    let id = call.integer("message_id");
    if world.message(from, id).is_none() {
        return Err(Refusal::bad_request("message to forward not found"));
    }
    let place = target.place;
    let id = forward_one(world, call, target, from, id)?;
    Ok(shown(world, place, id))
}

pub(crate) fn forward_many(world: &mut World, call: &Call<'_>) -> Outcome {
    let target = access::target(world, call)?;
    let from = source(world, call)?;
    let found = batch(world, call, from)?;
    let sent: Vec<String> = found
        .into_iter()
        .filter_map(|id| forward_one(world, call, target.clone(), from, id).ok())
        .map(|id| format!("{{\"message_id\":{id}}}"))
        .collect();
    if sent.is_empty() {
        return Err(Refusal::bad_request("messages can't be forwarded"));
    }
    Ok(array(sent))
}

fn source(world: &World, call: &Call<'_>) -> Result<Place, Refusal> {
    access::find(world, call, "from_chat_id").map_err(|refusal| {
        if refusal.description == "Bad Request: chat not found" {
            Refusal::bad_request("chat to forward messages from not found")
        } else {
            refusal
        }
    })
}

/// Ids of a batch that exist.
fn batch(world: &World, call: &Call<'_>, from: Place) -> Result<Vec<i64>, Refusal> {
    let ids: Vec<i64> = call
        .list("message_ids")
        .unwrap_or_default()
        .iter()
        .map(as_integer)
        .collect();
    if ids.is_empty() {
        return Err(Refusal::misuse("message identifiers are not specified"));
    }
    if ids.len() > BATCH_MAX {
        return Err(Refusal::misuse("too many message identifiers specified"));
    }
    if ids.iter().any(|id| *id <= 0) {
        return Err(Refusal::misuse("invalid message identifier specified"));
    }
    if !ids.is_sorted_by(|one, next| one < next) {
        return Err(Refusal::misuse(
            "message identifiers must be in a strictly increasing order",
        ));
    }
    let found: Vec<i64> = ids
        .into_iter()
        .filter(|id| world.message(from, *id).is_some())
        .collect();
    if found.is_empty() {
        return Err(Refusal::bad_request("there are no messages to forward"));
    }
    Ok(found)
}

/// Takes what a copy of an existing message keeps.
fn take(world: &mut World, from: Place, id: i64) -> Result<Taken, Refusal> {
    let unconfirmed = world.settings.unconfirmed.clone();
    let chat = world
        .chat(from)
        .ok_or_else(|| Refusal::bad_request("chat not found"))?;
    let message = chat
        .history
        .get(id)
        .ok_or_else(|| Refusal::bad_request("message to copy not found"))?;
    let refused = is_never_copied(message.kind)
        || (is_new(message.kind) && !unconfirmed.copies_unknown_kinds);
    if refused {
        return Err(Refusal::bad_request("the message can't be copied"));
    }
    if (chat.protected || message.protected) && !unconfirmed.copies_protected_content {
        return Err(Refusal::bad_request(PROTECTED));
    }
    let mut taken = Taken {
        kind: message.kind,
        content: message.content_map(),
        markup: markup::kept_in_copy(message.markup.as_deref()),
        media_group_id: message.media_group_id(),
    };
    if !unconfirmed.custom_emoji_of_bots {
        text::without_custom_emoji(&mut taken.content);
    }
    match taken.kind {
        "checklist" => clear_tasks(&mut taken.content),
        "dice" => roll_again(&mut taken.content),
        "location" => stand_still(&mut taken.content),
        "poll" => {
            if is_foreign_quiz(&taken.content) && !unconfirmed.copies_foreign_quizzes {
                return Err(Refusal::bad_request("QUIZ_ANSWER_MISSING"));
            }
            world.counters.poll += 1;
            clear_votes(world.counters.poll, &mut taken.content);
        }
        _ => {}
    }
    Ok(taken)
}

fn draft(call: &Call<'_>, target: Target, taken: Taken) -> NewMessage {
    NewMessage {
        thread: target.thread,
        reply_to: target.reply_to,
        envelope: target.envelope,
        markup: taken.markup,
        protected: call.flag("protect_content"),
        media_group_id: taken.media_group_id,
        ..NewMessage::new(
            Sender::Bot(call.bot),
            kind_of(&taken.content),
            inside(&taken.content),
        )
    }
}

/// Albums stay together under a new id; a lone item is no album.
fn regroup(world: &mut World, taken: &mut [Taken]) {
    let mut sizes: BTreeMap<u64, usize> = BTreeMap::new();
    for group in taken.iter().filter_map(|item| item.media_group_id) {
        *sizes.entry(group).or_default() += 1;
    }
    let fresh: BTreeMap<u64, u64> = sizes
        .into_iter()
        .filter(|(_, size)| *size > 1)
        .map(|(group, _)| (group, world.next_media_group()))
        .collect();
    for item in taken {
        item.media_group_id = item
            .media_group_id
            .and_then(|group| fresh.get(&group).copied());
    }
}

fn roll_again(content: &mut Map<String, Value>) {
    if let Some(dice) = content.get_mut("dice") {
        let sides = dice_sides(dice["emoji"].as_str().unwrap_or_default());
        let value = dice["value"].as_i64().unwrap_or(0);
        dice["value"] = (value % sides + 1).into();
    }
}

fn stand_still(content: &mut Map<String, Value>) {
    if let Some(Value::Object(location)) = content.get_mut("location") {
        for key in ["live_period", "heading", "proximity_alert_radius"] {
            location.remove(key);
        }
    }
}

fn is_foreign_quiz(content: &Map<String, Value>) -> bool {
    content.get("poll").is_some_and(|poll| {
        poll["type"] == "quiz"
            && poll.get("correct_option_id").is_none()
            && poll.get("correct_option_ids").is_none()
    })
}

fn clear_votes(number: u64, content: &mut Map<String, Value>) {
    let Some(Value::Object(poll)) = content.get_mut("poll") else {
        return;
    };
    poll.insert("id".to_owned(), poll_id(number).into());
    poll.insert("total_voter_count".to_owned(), 0.into());
    poll.insert("is_closed".to_owned(), false.into());
    poll.remove("close_date");
    let options = poll.get_mut("options").and_then(Value::as_array_mut);
    for option in options.into_iter().flatten() {
        let Value::Object(option) = option else {
            continue;
        };
        option.insert("voter_count".to_owned(), 0.into());
        for key in ["added_by_user", "added_by_chat", "addition_date"] {
            option.remove(key);
        }
    }
}

fn clear_tasks(content: &mut Map<String, Value>) {
    let list = content.get_mut("checklist");
    let tasks = list.and_then(|list| list["tasks"].as_array_mut());
    for task in tasks.into_iter().flatten() {
        let Value::Object(task) = task else {
            continue;
        };
        for key in ["completed_by_user", "completed_by_chat", "completion_date"] {
            task.remove(key);
        }
    }
}

fn forward_one(
    world: &mut World,
    call: &Call<'_>,
    target: Target,
    from: Place,
    id: i64,
) -> Result<i64, Refusal> {
    let chat = world
        .chat(from)
        .ok_or_else(|| Refusal::bad_request("chat not found"))?;
    let message = chat
        .history
        .get(id)
        .ok_or_else(|| Refusal::bad_request("message to forward not found"))?;
    if message.is_service() {
        return Err(Refusal::bad_request("the message can't be forwarded"));
    }
    if chat.protected || message.protected {
        return Err(Refusal::bad_request(PROTECTED));
    }
    let copy = NewMessage {
        thread: target.thread,
        envelope: Some(forward_origin(world, from, message)),
        markup: markup::kept_in_copy(message.markup.as_deref()),
        protected: call.flag("protect_content"),
        ..NewMessage::new(Sender::Bot(call.bot), message.kind, message.content.clone())
    };
    Ok(world.append(target.place, copy, call.now_ms))
}

/// `forward_origin` shows the author to everybody, which is why nothing here is ever forwarded. What
/// was a forward keeps the origin that it had.
fn forward_origin(world: &World, from: Place, message: &Message) -> Box<str> {
    let rare = message.rare();
    let envelope = rare.and_then(|rare| rare.envelope.as_deref());
    let earlier = envelope.and_then(|envelope| outside(envelope).remove("forward_origin"));
    let origin = match earlier {
        Some(earlier) => earlier.to_string(),
        None => origin(world, from, message),
    };
    format!("\"forward_origin\":{origin}").into()
}

/// A `MessageOrigin`: who wrote a message.
pub(crate) fn origin(world: &World, from: Place, message: &Message) -> String {
    let mut origin = Object::new();
    match message.sender {
        Sender::Person(user) | Sender::Bot(user) => {
            origin.text("type", "user");
            origin.number("date", message.date);
            origin.raw("sender_user", &world.render_user(user));
        }
        Sender::Anonymous(_) | Sender::Channel(_) | Sender::Service(_) => {
            origin.text("type", "chat");
            origin.number("date", message.date);
            if let Some(chat) = world.chat(from) {
                origin.raw("sender_chat", &world.render_chat(chat));
            }
        }
    }
    origin.finish()
}
