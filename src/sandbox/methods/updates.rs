//! The bot itself: who it is, its updates and web hook, its commands.

use serde_json::Value;

use crate::sandbox::errors::{Outcome, Refusal, done};
use crate::sandbox::json::{Object, array, quoted};
use crate::sandbox::params::Call;
use crate::sandbox::queue::{Poll, Polled};
use crate::sandbox::world::{Bot, World};

const WEBHOOK_ACTIVE: &str = "can't use getUpdates method while webhook is active; use \
                              deleteWebhook to delete the webhook first";
const COMMANDS_MAX: usize = 100;

const SCOPES: [&str; 7] = [
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
    "chat",
    "chat_administrators",
    "chat_member",
];

fn bot<'w>(world: &'w mut World, call: &Call<'_>) -> &'w mut Bot {
    world
        .bots
        .get_mut(&call.bot)
        .expect("tokens name registered bots")
}

pub(crate) fn me(world: &mut World, call: &Call<'_>) -> Outcome {
    let mut me = world.user_object(call.bot);
    me.flag("can_join_groups", true);
    me.flag("can_read_all_group_messages", false);
    me.flag("supports_inline_queries", false);
    me.flag("can_connect_to_business", false);
    me.flag("has_main_web_app", false);
    me.flag("has_topics_enabled", false);
    me.flag("allows_users_to_create_topics", false);
    me.flag("can_manage_bots", false);
    me.flag("supports_guest_queries", false);
    me.flag("supports_join_request_queries", false);
    Ok(me.finish())
}

/// `getUpdates`, which unlike all others may have to wait.
pub(crate) fn poll(world: &mut World, call: &Call<'_>) -> Result<Polled, Refusal> {
    let guard = world.settings.busy_loop_guard;
    let bot = bot(world, call);
    if bot.webhook.is_some() {
        return Err(Refusal::conflict(WEBHOOK_ACTIVE));
    }
    allow(bot, call);
    let poll = Poll {
        offset: call.integer("offset"),
        limit: if call.has("limit") {
            call.integer("limit")
        } else {
            100
        },
        timeout_seconds: call.integer("timeout"),
    };
    let polled = bot.queue.poll(poll, guard, call.now_ms);
    if matches!(polled, Polled::Wait { .. }) {
        // An older poll that waits has to learn that it lost.
        bot.wake.notify_waiters();
    }
    Ok(polled)
}

/// The table's entry for `getUpdates`; the dispatcher calls [`poll`] instead.
pub(crate) fn poll_at_once(world: &mut World, call: &Call<'_>) -> Outcome {
    match poll(world, call)? {
        Polled::Updates(json) => Ok(json),
        Polled::Wait { .. } => Ok("[]".to_owned()),
    }
}

fn allow(bot: &mut Bot, call: &Call<'_>) {
    let names = call.list("allowed_updates").map(|names| {
        names
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect::<Vec<String>>()
    });
    if let Some(names) = names {
        bot.queue.allow(&names);
    }
}

pub(crate) fn set_webhook(world: &mut World, call: &Call<'_>) -> Outcome {
    let url = call.filled("url").map(|url| url.into_owned());
    let bot = bot(world, call);
    allow(bot, call);
    bot.webhook = url;
    if call.flag("drop_pending_updates") {
        bot.queue.clear();
    }
    done()
}

pub(crate) fn delete_webhook(world: &mut World, call: &Call<'_>) -> Outcome {
    let bot = bot(world, call);
    bot.webhook = None;
    if call.flag("drop_pending_updates") {
        bot.queue.clear();
    }
    done()
}

pub(crate) fn webhook_info(world: &mut World, call: &Call<'_>) -> Outcome {
    let bot = bot(world, call);
    let mut info = Object::new();
    info.text("url", bot.webhook.as_deref().unwrap_or_default());
    info.flag("has_custom_certificate", false);
    info.number("pending_update_count", bot.queue.len() as i64);
    if let Some(names) = bot.queue.allowed_names() {
        info.raw("allowed_updates", &array(names.into_iter().map(quoted)));
    }
    Ok(info.finish())
}

/// Scope and language of a list of commands, the scope as normal JSON.
fn scope(call: &Call<'_>) -> Result<(String, String), Refusal> {
    let language = call.text("language_code").unwrap_or_default().into_owned();
    let is_language = language.is_empty()
        || language.len() == 2 && language.bytes().all(|b| b.is_ascii_lowercase());
    if !is_language {
        return Err(Refusal::misuse("LANGCODE_INVALID"));
    }
    let Some(scope) = call.value("scope") else {
        return Ok(("{\"type\":\"default\"}".to_owned(), language));
    };
    let kind = scope
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if !SCOPES.contains(&kind) {
        return Err(Refusal::misuse(
            "can't parse BotCommandScope: unsupported type specified",
        ));
    }
    let needs_chat = ["chat", "chat_administrators", "chat_member"].contains(&kind);
    if needs_chat && scope.get("chat_id").is_none() {
        return Err(Refusal::misuse(
            "can't parse BotCommandScope: chat_id is empty",
        ));
    }
    Ok((scope.to_string(), language))
}

pub(crate) fn set_commands(world: &mut World, call: &Call<'_>) -> Outcome {
    let scope = scope(call)?;
    let commands = call
        .list("commands")
        .ok_or_else(|| Refusal::misuse("can't parse commands: expected an Array of BotCommand"))?;
    if commands.len() > COMMANDS_MAX {
        return Err(Refusal::misuse("BOT_COMMANDS_TOO_MUCH"));
    }
    for command in &commands {
        let word = |key: &str| command.get(key).and_then(Value::as_str).unwrap_or_default();
        let name = word("command");
        let is_name = (1..=32).contains(&name.len())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if !is_name {
            return Err(Refusal::misuse("BOT_COMMAND_INVALID"));
        }
        if !(1..=256).contains(&word("description").chars().count()) {
            return Err(Refusal::misuse("BOT_COMMAND_DESCRIPTION_INVALID"));
        }
    }
    let list = Value::Array(commands).to_string();
    bot(world, call).commands.insert(scope, list);
    done()
}

pub(crate) fn delete_commands(world: &mut World, call: &Call<'_>) -> Outcome {
    let scope = scope(call)?;
    bot(world, call).commands.remove(&scope);
    done()
}

pub(crate) fn get_commands(world: &mut World, call: &Call<'_>) -> Outcome {
    let scope = scope(call)?;
    let list = bot(world, call).commands.get(&scope).cloned();
    Ok(list.unwrap_or_else(|| "[]".to_owned()))
}

/// Methods whose effect nobody in this model can see.
pub(crate) fn accept(_world: &mut World, _call: &Call<'_>) -> Outcome {
    done()
}
