//! From a ready call to the method and the JSON that make it. Decides nothing: what is sent, where
//! and when was decided before. No field is ever `null`, because the server reads that as the text
//! "null" (tdlib telegram-bot-api, HttpReader.cpp).

use serde::Serialize;
use teloxide::payloads::{
    AnswerCallbackQuery, AnswerCallbackQuerySetters, CloseForumTopic, CopyMessage,
    CopyMessageSetters, CreateForumTopic, DeleteForumTopic, EditMessageText,
    EditMessageTextSetters, LeaveChat, ReopenForumTopic, SendMessage, SendMessageSetters,
    SetMessageReaction, SetMessageReactionSetters, SetMyCommands, SetMyCommandsSetters,
};
use teloxide::types::{
    BotCommand, BotCommandScope, CallbackQueryId, LinkPreviewOptions, ReactionType, Recipient,
    ReplyParameters,
};

use crate::domain::call::ReadyCall;
use crate::domain::content::{Entity, Text};
use crate::domain::ids::{ChatId, MessageId, ThreadId};
use crate::domain::language::Language;

/// A method of the Bot API and its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The method's name, as the Bot API docs write it.
    pub method: &'static str,
    /// A JSON object.
    pub body: String,
}

/// The request that makes this call.
pub fn request(call: &ReadyCall) -> Request {
    match call {
        ReadyCall::CreateTopic { chat, title } => plain(
            "createForumTopic",
            &CreateForumTopic::new(recipient(*chat), title),
        ),
        ReadyCall::SendText {
            chat,
            thread,
            text,
            reply_to,
        } => send_text(*chat, *thread, text, *reply_to),
        ReadyCall::Copy {
            chat,
            thread,
            from,
            message,
            caption,
            reply_to,
        } => {
            let source = (*from, *message);
            copy(*chat, *thread, source, caption.as_ref(), *reply_to)
        }
        ReadyCall::EditText {
            chat,
            message,
            text,
        } => edit_text(*chat, *message, text),
        ReadyCall::CloseTopic { chat, thread } => plain(
            "closeForumTopic",
            &CloseForumTopic::new(recipient(*chat), thread_id(*thread)),
        ),
        ReadyCall::ReopenTopic { chat, thread } => plain(
            "reopenForumTopic",
            &ReopenForumTopic::new(recipient(*chat), thread_id(*thread)),
        ),
        ReadyCall::DeleteTopic { chat, thread } => plain(
            "deleteForumTopic",
            &DeleteForumTopic::new(recipient(*chat), thread_id(*thread)),
        ),
        ReadyCall::React {
            chat,
            message,
            mark,
        } => plain(
            "setMessageReaction",
            &SetMessageReaction::new(recipient(*chat), message_id(*message)).reaction([
                ReactionType::Emoji {
                    emoji: mark.emoji().to_owned(),
                },
            ]),
        ),
        ReadyCall::AnswerButton { press, text } => answer_button(press, text),
        ReadyCall::Leave { chat } => plain("leaveChat", &LeaveChat::new(recipient(*chat))),
        ReadyCall::SetCommands {
            chat,
            language,
            commands,
        } => set_commands(*chat, *language, commands),
    }
}

fn send_text(
    chat: ChatId,
    thread: Option<ThreadId>,
    text: &Text,
    reply_to: Option<MessageId>,
) -> Request {
    let mut payload = SendMessage::new(recipient(chat), &text.text);
    if let Some(thread) = thread {
        payload = payload.message_thread_id(thread_id(thread));
    }
    if let Some(target) = reply_to {
        payload = payload.reply_parameters(reply_parameters(target));
    }
    if !chat.is_private() {
        payload = payload.link_preview_options(no_preview());
    }
    formatted("sendMessage", &payload, &text.entities, &[])
}

fn edit_text(chat: ChatId, message: MessageId, text: &Text) -> Request {
    let mut payload = EditMessageText::new(recipient(chat), message_id(message), &text.text);
    if !chat.is_private() {
        payload = payload.link_preview_options(no_preview());
    }
    formatted("editMessageText", &payload, &text.entities, &[])
}

fn copy(
    chat: ChatId,
    thread: Option<ThreadId>,
    (from, message): (ChatId, MessageId),
    caption: Option<&Text>,
    reply_to: Option<MessageId>,
) -> Request {
    let mut payload = CopyMessage::new(recipient(chat), recipient(from), message_id(message));
    if let Some(thread) = thread {
        payload = payload.message_thread_id(thread_id(thread));
    }
    if let Some(target) = reply_to {
        payload = payload.reply_parameters(reply_parameters(target));
    }
    // An empty caption takes the old one away, no caption keeps it: they are not the same.
    let entities: &[Entity] = match caption {
        Some(caption) => {
            payload = payload.caption(&caption.text);
            &caption.entities
        }
        None => &[],
    };
    formatted("copyMessage", &payload, &[], entities)
}

fn answer_button(press: &str, text: &str) -> Request {
    let mut payload = AnswerCallbackQuery::new(CallbackQueryId(press.to_owned()));
    if !text.is_empty() {
        payload = payload.text(text);
    }
    plain("answerCallbackQuery", &payload)
}

fn set_commands(
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

/// A payload beside formatting of our own, because teloxide's entities know only the kinds of their
/// day and would drop the rest.
#[derive(Serialize)]
struct Formatted<'a, P> {
    #[serde(flatten)]
    payload: &'a P,
    #[serde(skip_serializing_if = "<[Entity]>::is_empty")]
    entities: &'a [Entity],
    #[serde(skip_serializing_if = "<[Entity]>::is_empty")]
    caption_entities: &'a [Entity],
}

fn formatted<P: Serialize>(
    method: &'static str,
    payload: &P,
    entities: &[Entity],
    caption_entities: &[Entity],
) -> Request {
    plain(
        method,
        &Formatted {
            payload,
            entities,
            caption_entities,
        },
    )
}

fn plain(method: &'static str, payload: &impl Serialize) -> Request {
    Request {
        method,
        body: serde_json::to_string(payload)
            .expect("payloads are structs of texts and numbers, which JSON can always hold"),
    }
}

pub(super) fn recipient(chat: ChatId) -> Recipient {
    Recipient::Id(teloxide::types::ChatId(chat.0))
}

/// Telegram's message ids have 32 bits. A larger one names no message, and neither does the largest
/// there is: Telegram refuses it, while 0 or a missing thread would mean the General topic.
fn message_id(message: MessageId) -> teloxide::types::MessageId {
    teloxide::types::MessageId(i32::try_from(message.0).unwrap_or(i32::MAX))
}

fn thread_id(thread: ThreadId) -> teloxide::types::ThreadId {
    teloxide::types::ThreadId(message_id(MessageId(thread.0)))
}

fn reply_parameters(target: MessageId) -> ReplyParameters {
    ReplyParameters::new(message_id(target)).allow_sending_without_reply()
}

fn no_preview() -> LinkPreviewOptions {
    LinkPreviewOptions {
        is_disabled: true,
        url: None,
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::domain::call::Mark;

    use super::*;

    const DESK: ChatId = ChatId(-1001);
    const ANN: ChatId = ChatId(77);

    fn check(call: ReadyCall, method: &str, body: Value) {
        let request = request(&call);
        assert_eq!(request.method, method);
        let parsed: Value = serde_json::from_str(&request.body).expect("the body is JSON");
        assert_eq!(parsed, body);
        assert!(
            !has_null(&parsed),
            "a null is read as text: {}",
            request.body
        );
    }

    fn has_null(value: &Value) -> bool {
        match value {
            Value::Null => true,
            Value::Array(items) => items.iter().any(has_null),
            Value::Object(fields) => fields.values().any(has_null),
            Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        }
    }

    fn dated_text() -> Text {
        let entity =
            json!({"type": "date_time", "offset": 4, "length": 8, "unix_time": 1795000000});
        Text {
            text: "see tomorrow".to_owned(),
            entities: vec![serde_json::from_value(entity).expect("an entity of any kind")],
        }
    }

    #[test]
    fn topics_are_made_closed_opened_and_deleted() {
        check(
            ReadyCall::CreateTopic {
                chat: DESK,
                title: "SUPP-261120-7F3K2Q".to_owned(),
            },
            "createForumTopic",
            json!({"chat_id": -1001, "name": "SUPP-261120-7F3K2Q"}),
        );
        let thread = ThreadId(5);
        let body = json!({"chat_id": -1001, "message_thread_id": 5});
        check(
            ReadyCall::CloseTopic { chat: DESK, thread },
            "closeForumTopic",
            body.clone(),
        );
        check(
            ReadyCall::ReopenTopic { chat: DESK, thread },
            "reopenForumTopic",
            body.clone(),
        );
        check(
            ReadyCall::DeleteTopic { chat: DESK, thread },
            "deleteForumTopic",
            body,
        );
    }

    #[test]
    fn a_text_for_a_topic_names_the_thread_even_when_it_is_a_reply() {
        check(
            ReadyCall::SendText {
                chat: DESK,
                thread: Some(ThreadId(5)),
                text: Text::plain("hello"),
                reply_to: Some(MessageId(9)),
            },
            "sendMessage",
            json!({
                "chat_id": -1001,
                "message_thread_id": 5,
                "text": "hello",
                "link_preview_options": {"is_disabled": true},
                "reply_parameters": {"message_id": 9, "allow_sending_without_reply": true},
            }),
        );
    }

    #[test]
    fn a_private_text_keeps_its_previews_and_formatting_of_any_kind() {
        check(
            ReadyCall::SendText {
                chat: ANN,
                thread: None,
                text: dated_text(),
                reply_to: None,
            },
            "sendMessage",
            json!({
                "chat_id": 77,
                "text": "see tomorrow",
                "entities": [
                    {"type": "date_time", "offset": 4, "length": 8, "unix_time": 1795000000},
                ],
            }),
        );
    }

    #[test]
    fn an_edit_sends_the_whole_post_again() {
        check(
            ReadyCall::EditText {
                chat: DESK,
                message: MessageId(6),
                text: dated_text(),
            },
            "editMessageText",
            json!({
                "chat_id": -1001,
                "message_id": 6,
                "text": "see tomorrow",
                "entities": [
                    {"type": "date_time", "offset": 4, "length": 8, "unix_time": 1795000000},
                ],
                "link_preview_options": {"is_disabled": true},
            }),
        );
        check(
            ReadyCall::EditText {
                chat: ANN,
                message: MessageId(6),
                text: Text::plain("new"),
            },
            "editMessageText",
            json!({"chat_id": 77, "message_id": 6, "text": "new"}),
        );
    }

    #[test]
    fn a_copy_keeps_replaces_or_removes_the_caption() {
        let copy = |caption| ReadyCall::Copy {
            chat: DESK,
            thread: Some(ThreadId(5)),
            from: ANN,
            message: MessageId(3),
            caption,
            reply_to: None,
        };
        let base = json!({
            "chat_id": -1001, "from_chat_id": 77, "message_id": 3, "message_thread_id": 5,
        });
        check(copy(None), "copyMessage", base.clone());

        let mut removed = base.clone();
        removed["caption"] = json!("");
        check(copy(Some(Text::default())), "copyMessage", removed);

        let mut replaced = base;
        replaced["caption"] = json!("see tomorrow");
        replaced["caption_entities"] =
            json!([{"type": "date_time", "offset": 4, "length": 8, "unix_time": 1795000000}]);
        check(copy(Some(dated_text())), "copyMessage", replaced);
    }

    #[test]
    fn a_copy_to_a_client_answers_without_insisting() {
        check(
            ReadyCall::Copy {
                chat: ANN,
                thread: None,
                from: DESK,
                message: MessageId(3),
                caption: None,
                reply_to: Some(MessageId(2)),
            },
            "copyMessage",
            json!({
                "chat_id": 77,
                "from_chat_id": -1001,
                "message_id": 3,
                "reply_parameters": {"message_id": 2, "allow_sending_without_reply": true},
            }),
        );
    }

    #[test]
    fn marks_answers_and_leaving() {
        check(
            ReadyCall::React {
                chat: DESK,
                message: MessageId(4),
                mark: Mark::Delivered,
            },
            "setMessageReaction",
            json!({
                "chat_id": -1001,
                "message_id": 4,
                "reaction": [{"type": "emoji", "emoji": "👌"}],
            }),
        );
        check(
            ReadyCall::AnswerButton {
                press: "4382bf".to_owned(),
                text: "Done".to_owned(),
            },
            "answerCallbackQuery",
            json!({"callback_query_id": "4382bf", "text": "Done"}),
        );
        check(
            ReadyCall::AnswerButton {
                press: "4382bf".to_owned(),
                text: String::new(),
            },
            "answerCallbackQuery",
            json!({"callback_query_id": "4382bf"}),
        );
        check(
            ReadyCall::Leave { chat: ChatId(-5) },
            "leaveChat",
            json!({"chat_id": -5}),
        );
    }

    #[test]
    fn menus_are_set_for_one_chat_or_for_all_private_chats() {
        let commands = vec![("help".to_owned(), "What one can do here".to_owned())];
        let shown = json!([{"command": "help", "description": "What one can do here"}]);
        check(
            ReadyCall::SetCommands {
                chat: None,
                language: Some(Language::Russian),
                commands: commands.clone(),
            },
            "setMyCommands",
            json!({
                "commands": shown,
                "scope": {"type": "all_private_chats"},
                "language_code": "ru",
            }),
        );
        check(
            ReadyCall::SetCommands {
                chat: Some(DESK),
                language: None,
                commands,
            },
            "setMyCommands",
            json!({"commands": shown, "scope": {"type": "chat", "chat_id": -1001}}),
        );
    }

    #[test]
    fn an_id_that_no_message_can_have_is_never_the_general_topic() {
        check(
            ReadyCall::CloseTopic {
                chat: DESK,
                thread: ThreadId(1 << 40),
            },
            "closeForumTopic",
            json!({"chat_id": -1001, "message_thread_id": i32::MAX}),
        );
    }
}
