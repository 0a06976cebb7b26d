//! Chats and their members: look, leave, ban, pin, type.

use crate::sandbox::errors::{Outcome, Refusal, done};
use crate::sandbox::json::{Object, array};
use crate::sandbox::member::{Member, Permitted, Right, Status};
use crate::sandbox::message::Sender;
use crate::sandbox::methods::access;
use crate::sandbox::params::Call;
use crate::sandbox::world::{Chat, ChatKind, Place, World};

const ACTIONS: [&str; 11] = [
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
];

/// `sendChatAction` calls remembered for one chat.
const ACTIONS_KEPT: usize = 1_000;

pub(crate) fn get(world: &mut World, call: &Call<'_>) -> Outcome {
    let place = access::find(world, call, "chat_id")?;
    // A person that the bot met in a group only: the account is visible all the same.
    let unwritten = Chat::new(place, ChatKind::Private, "");
    Ok(full(world, world.chat(place).unwrap_or(&unwritten)))
}

fn full(world: &World, chat: &Chat) -> String {
    let mut out = world.chat_object(chat);
    out.number("accent_color_id", 0);
    out.number("max_reaction_count", 11);
    out.raw(
        "accepted_gift_types",
        "{\"unlimited_gifts\":false,\"limited_gifts\":false,\"unique_gifts\":false,\
         \"premium_subscription\":false,\"gifts_from_channels\":false}",
    );
    if let Some(reactions) = &chat.reactions {
        out.raw("available_reactions", &World::render_reactions(reactions));
    }
    if let Some(message) = chat.pinned.last().and_then(|id| chat.history.get(*id)) {
        out.raw(
            "pinned_message",
            &world.render_message(chat, message, false),
        );
    }
    if chat.kind != ChatKind::Private {
        out.raw("permissions", &permissions(chat.permitted));
        out.flag("has_protected_content", chat.protected);
    }
    out.finish()
}

/// `ChatPermissions`.
fn permissions(permitted: Permitted) -> String {
    let mut out = Object::new();
    out.flag("can_send_messages", permitted >= Permitted::Texts);
    for media in [
        "can_send_audios",
        "can_send_documents",
        "can_send_photos",
        "can_send_videos",
        "can_send_video_notes",
        "can_send_voice_notes",
        "can_send_polls",
        "can_send_other_messages",
    ] {
        out.flag(media, permitted >= Permitted::Everything);
    }
    for given in [
        "can_add_web_page_previews",
        "can_react_to_messages",
        "can_edit_tag",
        "can_invite_users",
    ] {
        out.flag(given, true);
    }
    for kept in ["can_change_info", "can_pin_messages", "can_manage_topics"] {
        out.flag(kept, false);
    }
    out.finish()
}

/// The person named by `user_id`.
fn user(world: &World, call: &Call<'_>) -> Result<i64, Refusal> {
    let user = call.integer("user_id");
    if user <= 0 {
        return Err(Refusal::misuse("invalid user_id specified"));
    }
    if world.accounts.contains_key(&user) || world.is_bot(user) {
        Ok(user)
    } else {
        Err(Refusal::bad_request("user not found"))
    }
}

pub(crate) fn member(world: &mut World, call: &Call<'_>) -> Outcome {
    let place = access::find(world, call, "chat_id")?;
    let user = user(world, call)?;
    let chat = world
        .chat(place)
        .ok_or_else(|| Refusal::bad_request("chat not found"))?;
    if !chat.is_private() && !chat.status(call.bot).is_admin() && user != call.bot {
        return Err(Refusal::bad_request("CHAT_ADMIN_REQUIRED"));
    }
    match chat.members.get(&user) {
        Some(member) => Ok(world.render_member(user, member)),
        None if chat.is_private() => Ok(world.render_member(user, &Member::new(Status::Member))),
        // The server knows everybody it can name: somebody who never joined has left.
        None => Ok(world.render_member(user, &Member::new(Status::Left))),
    }
}

pub(crate) fn administrators(world: &mut World, call: &Call<'_>) -> Outcome {
    let place = access::find(world, call, "chat_id")?;
    let chat = world
        .chat(place)
        .ok_or_else(|| Refusal::bad_request("chat not found"))?;
    if chat.is_private() {
        return Err(Refusal::bad_request(
            "there are no administrators in the private chat",
        ));
    }
    let with_bots = call.flag("return_bots");
    let admins = chat.members.iter().filter(|(id, member)| {
        member.status.is_admin() && (with_bots || **id == call.bot || !world.is_bot(**id))
    });
    Ok(array(
        admins.map(|(id, member)| world.render_member(*id, member)),
    ))
}

pub(crate) fn member_count(world: &mut World, call: &Call<'_>) -> Outcome {
    let place = access::find(world, call, "chat_id")?;
    let inside = world.chat(place).map_or(2, |chat| {
        let members = chat.members.values();
        members.filter(|member| member.status.is_inside()).count()
    });
    Ok(inside.to_string())
}

/// A group in which the bot may remove people.
fn policed(world: &World, call: &Call<'_>) -> Result<(Place, i64), Refusal> {
    let place = access::find(world, call, "chat_id")?;
    let user = user(world, call)?;
    let chat = world
        .chat(place)
        .ok_or_else(|| Refusal::bad_request("chat not found"))?;
    if chat.is_private() {
        return Err(Refusal::bad_request("can't ban members in private chats"));
    }
    if !chat.may(call.bot, Right::RestrictMembers) {
        return Err(Refusal::bad_request(
            "not enough rights to restrict/unrestrict chat member",
        ));
    }
    match chat.status(user) {
        Status::Creator => Err(Refusal::bad_request("can't remove chat owner")),
        Status::Administrator(_) => {
            Err(Refusal::bad_request("user is an administrator of the chat"))
        }
        _ => Ok((place, user)),
    }
}

pub(crate) fn ban(world: &mut World, call: &Call<'_>) -> Outcome {
    let (place, user) = policed(world, call)?;
    world.set_status((place, user), Status::Kicked, call.bot, call.now_ms);
    done()
}

pub(crate) fn unban(world: &mut World, call: &Call<'_>) -> Outcome {
    let (place, user) = policed(world, call)?;
    let status = world
        .chat(place)
        .map_or(Status::Left, |chat| chat.status(user));
    if status == Status::Kicked || !call.flag("only_if_banned") {
        world.set_status((place, user), Status::Left, call.bot, call.now_ms);
    }
    done()
}

pub(crate) fn leave(world: &mut World, call: &Call<'_>) -> Outcome {
    let place = access::find(world, call, "chat_id")?;
    if place.chat > 0 {
        return Err(Refusal::misuse("can't leave private chats"));
    }
    world.set_status((place, call.bot), Status::Left, call.bot, call.now_ms);
    done()
}

pub(crate) fn action(world: &mut World, call: &Call<'_>) -> Outcome {
    let place = access::writable(world, call)?;
    let action = call.text("action").unwrap_or_default();
    if !ACTIONS.contains(&action.as_ref()) {
        return Err(Refusal::misuse("wrong parameter action in request"));
    }
    let thread = Some(call.integer("message_thread_id")).filter(|id| *id > 0);
    if let Some(chat) = world.chat_mut(place) {
        if chat.actions.len() == ACTIONS_KEPT {
            chat.actions.remove(0);
        }
        chat.actions
            .push((call.now_ms, thread, action.into_owned()));
    }
    done()
}

pub(crate) fn pin(world: &mut World, call: &Call<'_>) -> Outcome {
    let (place, id) = pinnable(world, call, "message to pin not found")?;
    let chat = world.chat_mut(place).expect("callers looked it up");
    if !chat.pinned.insert(id) {
        return done();
    }
    let chat = world.chat(place).expect("callers looked it up");
    let message = chat.history.get(id).expect("checked to be pinnable");
    let thread = message.thread;
    let shown = world.render_message(chat, message, false);
    let sender = Sender::Bot(call.bot);
    world.service(
        place,
        sender,
        thread,
        ("pinned_message", &shown),
        call.now_ms,
    );
    done()
}

pub(crate) fn unpin(world: &mut World, call: &Call<'_>) -> Outcome {
    let id = if call.has("message_id") {
        pinnable(world, call, "message to unpin not found")?.1
    } else {
        let place = access::find(world, call, "chat_id")?;
        check_pin_right(world, call, place)?;
        let latest = world
            .chat(place)
            .and_then(|chat| chat.pinned.last().copied());
        latest.unwrap_or(0)
    };
    let place = access::find(world, call, "chat_id")?;
    if let Some(chat) = world.chat_mut(place) {
        chat.pinned.remove(&id);
    }
    done()
}

fn pinnable(world: &World, call: &Call<'_>, missing: &str) -> Result<(Place, i64), Refusal> {
    let place = access::find(world, call, "chat_id")?;
    check_pin_right(world, call, place)?;
    let id = call.integer("message_id");
    let message = world
        .message(place, id)
        .ok_or_else(|| Refusal::bad_request(missing))?;
    if message.is_service() {
        return Err(Refusal::bad_request("service messages can't be pinned"));
    }
    Ok((place, id))
}

fn check_pin_right(world: &World, call: &Call<'_>, place: Place) -> Result<(), Refusal> {
    let may = world
        .chat(place)
        .is_some_and(|chat| chat.is_private() || chat.may(call.bot, Right::PinMessages));
    if may {
        Ok(())
    } else {
        Err(Refusal::bad_request(
            "not enough rights to manage pinned messages in the chat",
        ))
    }
}

/// `getFile`, whose answer the HTTP side turns into a download.
pub(crate) fn file(world: &mut World, call: &Call<'_>) -> Outcome {
    const DOWNLOAD_MAX_BYTES: u64 = 20 * 1024 * 1024;
    let Some(id) = call.filled("file_id") else {
        return Err(Refusal::misuse("file_id not specified"));
    };
    let Some(file) = world.files.of(call.bot, &id) else {
        return Err(Refusal::bad_request(
            "wrong file_id or the file is temporarily unavailable",
        ));
    };
    if file.size > DOWNLOAD_MAX_BYTES {
        return Err(Refusal::bad_request("file is too big"));
    }
    Ok(file.render(&id))
}

/// A chat member as part of an update, for [`World::set_status`].
pub(crate) fn member_update(
    world: &World,
    (place, user): (Place, i64),
    (old, new): (&Member, &Member),
    by: i64,
    now_ms: i64,
) -> Option<String> {
    let chat = world.chat(place)?;
    let mut update = Object::new();
    update.raw("chat", &world.render_chat(chat));
    update.raw("from", &world.render_user(by));
    update.number("date", now_ms.div_euclid(1_000));
    update.raw("old_chat_member", &world.render_member(user, old));
    update.raw("new_chat_member", &world.render_member(user, new));
    Some(update.finish())
}
