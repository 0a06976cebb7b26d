//! Answers to buttons, command menus, and the removal of a member.

use teloxide::payloads::{
    AnswerCallbackQuery, AnswerCallbackQuerySetters, BanChatMember, SetMyCommands,
    SetMyCommandsSetters,
};
use teloxide::types::{BotCommand, BotCommandScope, CallbackQueryId};

use super::{Request, plain, recipient};
use crate::domain::ids::{ChatId, UserId};
use crate::domain::language::Language;

pub(super) fn answer_button(press: &str, text: &str, is_alert: bool) -> Request {
    let mut payload = AnswerCallbackQuery::new(CallbackQueryId(press.to_owned()));
    if !text.is_empty() {
        payload = payload.text(text);
    }
    if is_alert {
        payload = payload.show_alert(true);
    }
    plain("answerCallbackQuery", &payload)
}

pub(super) fn ban(chat: ChatId, user: UserId) -> Request {
    // People have positive numbers; one that is none names nobody, and Telegram refuses it.
    let user = teloxide::types::UserId(u64::try_from(user.0).unwrap_or(0));
    plain("banChatMember", &BanChatMember::new(recipient(chat), user))
}

pub(super) fn set_commands(
    chat: Option<ChatId>,
    language: Option<Language>,
    commands: &[(String, String)],
) -> Request {
    let scope = match chat {
        Some(chat) => BotCommandScope::Chat {
            chat_id: recipient(chat),
        },
        None => BotCommandScope::AllPrivateChats,
    };
    let menu = commands
        .iter()
        .map(|(word, help)| BotCommand::new(word, help));
    let mut payload = SetMyCommands::new(menu).scope(scope);
    if let Some(language) = language {
        payload = payload.language_code(language.code());
    }
    plain("setMyCommands", &payload)
}
