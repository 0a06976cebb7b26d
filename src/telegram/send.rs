//! From a ready call to the method and the parameters that make it. Decides nothing: what is sent,
//! where and when was decided before. No field is ever `null`, because the server reads that as the
//! text "null" (tdlib telegram-bot-api, HttpReader.cpp).

mod fields;
mod media;
mod menu;
mod place;
mod text;

use serde::Serialize;
use teloxide::payloads::{
    CloseForumTopic, CopyMessages, CopyMessagesSetters, CreateForumTopic, DeleteForumTopic,
    DeleteMessage, DeleteMessages, EditForumTopic, EditForumTopicSetters, LeaveChat,
    PinChatMessage, PinChatMessageSetters, ReopenForumTopic, SetMessageReaction,
    SetMessageReactionSetters,
};
use teloxide::types::{ReactionType, Recipient};

use crate::domain::call::ReadyCall;
use crate::domain::ids::{ChatId, JobId, MessageId, ThreadId};

/// A method of the Bot API and its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The method's name, as the Bot API docs write it.
    pub method: &'static str,
    /// Its parameters.
    pub body: Body,
}

/// The parameters of a method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// A JSON object.
    Json(String),
    /// A form, because files go with it.
    Form {
        /// Names and values; what is no text is JSON.
        fields: Vec<(String, String)>,
        /// The files.
        files: Vec<Attachment>,
    },
}

/// A file of the spool that goes with a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// The field that carries it.
    pub field: String,
    /// The work that cleaned it.
    pub job: JobId,
    /// What it is called from now on.
    pub name: String,
}

/// The request that makes this call.
pub fn request(call: &ReadyCall) -> Request {
    match call {
        ReadyCall::SendText {
            chat,
            thread,
            text,
            reply_to,
            preview,
            buttons,
        } => {
            let to = (*chat, *thread);
            text::send(to, text, reply_to.as_ref(), preview.as_ref(), buttons)
        }
        ReadyCall::Copy {
            chat,
            thread,
            from,
            message,
            caption,
            reply_to,
        } => {
            let source = (*from, *message);
            text::copy(
                (*chat, *thread),
                source,
                caption.as_ref(),
                reply_to.as_ref(),
            )
        }
        ReadyCall::EditText {
            chat,
            message,
            text,
            preview,
            buttons,
        } => text::edit((*chat, *message), text, preview.as_ref(), buttons),
        ReadyCall::EditCaption {
            chat,
            message,
            caption,
            above,
        } => text::edit_caption(*chat, *message, caption, *above),
        ReadyCall::SendMedia {
            chat,
            thread,
            item,
            reply_to,
        } => media::send((*chat, *thread), item, reply_to.as_ref()),
        ReadyCall::SendAlbum {
            chat,
            thread,
            items,
            reply_to,
        } => media::send_album((*chat, *thread), items, reply_to.as_ref()),
        ReadyCall::EditMedia {
            chat,
            message,
            item,
        } => media::edit(*chat, *message, item),
        ReadyCall::CopyAlbum {
            chat,
            thread,
            from,
            messages,
        } => copy_album((*chat, *thread), *from, messages),
        ReadyCall::SendLocation {
            chat,
            thread,
            location,
            reply_to,
        } => place::send((*chat, *thread), location, reply_to.as_ref()),
        ReadyCall::MoveLocation {
            chat,
            message,
            location,
        } => place::moved(*chat, *message, location),
        ReadyCall::CreateTopic { chat, title } => plain(
            "createForumTopic",
            &CreateForumTopic::new(recipient(*chat), title),
        ),
        ReadyCall::EditTopic {
            chat,
            thread,
            title,
        } => plain(
            "editForumTopic",
            &EditForumTopic::new(recipient(*chat), thread_id(*thread)).name(title),
        ),
        ReadyCall::CloseTopic { chat, thread } => plain(
            "closeForumTopic",
            &CloseForumTopic::new(recipient(*chat), thread_id(*thread)),
        ),
        ReadyCall::Pin { chat, message } => plain(
            "pinChatMessage",
            &PinChatMessage::new(recipient(*chat), message_id(*message)).disable_notification(true),
        ),
        ReadyCall::ReopenTopic { chat, thread } => plain(
            "reopenForumTopic",
            &ReopenForumTopic::new(recipient(*chat), thread_id(*thread)),
        ),
        ReadyCall::DeleteTopic { chat, thread } => plain(
            "deleteForumTopic",
            &DeleteForumTopic::new(recipient(*chat), thread_id(*thread)),
        ),
        ReadyCall::Delete { chat, messages } => delete(*chat, messages),
        ReadyCall::React {
            chat,
            message,
            emoji,
        } => react(*chat, *message, emoji.as_deref()),
        ReadyCall::AnswerButton {
            press,
            text,
            is_alert,
        } => menu::answer_button(press, text, *is_alert),
        ReadyCall::Ban { chat, user } => menu::ban(*chat, *user),
        ReadyCall::Leave { chat } => plain("leaveChat", &LeaveChat::new(recipient(*chat))),
        ReadyCall::SetCommands {
            chat,
            language,
            commands,
        } => menu::set_commands(*chat, *language, commands),
    }
}

fn copy_album((chat, thread): Destination, from: ChatId, messages: &[MessageId]) -> Request {
    let messages = messages.iter().copied().map(message_id);
    // Captions would go over as they were written; they follow as words.
    let mut payload =
        CopyMessages::new(recipient(chat), recipient(from), messages).remove_caption(true);
    if let Some(thread) = thread {
        payload = payload.message_thread_id(thread_id(thread));
    }
    plain("copyMessages", &payload)
}

fn delete(chat: ChatId, messages: &[MessageId]) -> Request {
    match messages {
        // Alone it is told why it could not be deleted; among several, what is missing is skipped.
        [message] => plain(
            "deleteMessage",
            &DeleteMessage::new(recipient(chat), message_id(*message)),
        ),
        messages => plain(
            "deleteMessages",
            &DeleteMessages::new(recipient(chat), messages.iter().copied().map(message_id)),
        ),
    }
}

fn react(chat: ChatId, message: MessageId, emoji: Option<&str>) -> Request {
    let reaction = emoji.map(|emoji| ReactionType::Emoji {
        emoji: emoji.to_owned(),
    });
    plain(
        "setMessageReaction",
        &SetMessageReaction::new(recipient(chat), message_id(message)).reaction(reaction),
    )
}

/// A chat, and a topic in it.
type Destination = (ChatId, Option<ThreadId>);

fn plain(method: &'static str, payload: &impl Serialize) -> Request {
    Request {
        method,
        body: Body::Json(json(payload)),
    }
}

pub(super) fn json(payload: &impl Serialize) -> String {
    serde_json::to_string(payload)
        .expect("payloads are structs of texts and numbers, which JSON can always hold")
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

#[cfg(test)]
mod tests;
