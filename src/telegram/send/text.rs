//! Texts and captions: sent, copied, edited.

use serde::Serialize;
use serde_json::{Map, Value};
use teloxide::payloads::{
    CopyMessage, CopyMessageSetters, EditMessageCaption, EditMessageCaptionSetters,
    EditMessageText, SendMessage, SendMessageSetters,
};

use super::fields::{Extras, Keyboard, Preview, ReplyParameters, With};
use super::{Destination, Request, message_id, plain, recipient, thread_id};
use crate::domain::call::{Button, ReadyReply};
use crate::domain::content::Text;
use crate::domain::ids::{ChatId, MessageId};

pub(super) fn send(
    (chat, thread): Destination,
    text: &Text,
    reply: Option<&ReadyReply>,
    preview: Option<&Map<String, Value>>,
    buttons: &[Vec<Button>],
) -> Request {
    let mut payload = SendMessage::new(recipient(chat), &text.text);
    if let Some(thread) = thread {
        payload = payload.message_thread_id(thread_id(thread));
    }
    let extras = Extras {
        entities: &text.entities,
        reply_parameters: reply.map(ReplyParameters::of),
        link_preview_options: Preview::of(chat.is_private(), preview),
        reply_markup: Keyboard::of(buttons),
        ..Extras::default()
    };
    with("sendMessage", payload, extras)
}

/// Without a keyboard of its own an edit takes away the one that was there.
pub(super) fn edit(
    (chat, message): (ChatId, MessageId),
    text: &Text,
    preview: Option<&Map<String, Value>>,
    buttons: &[Vec<Button>],
) -> Request {
    let payload = EditMessageText::new(recipient(chat), message_id(message), &text.text);
    let extras = Extras {
        entities: &text.entities,
        link_preview_options: Preview::of(chat.is_private(), preview),
        reply_markup: Keyboard::of(buttons),
        ..Extras::default()
    };
    with("editMessageText", payload, extras)
}

pub(super) fn edit_caption(
    chat: ChatId,
    message: MessageId,
    caption: &Text,
    above: bool,
) -> Request {
    // Sent even where it is empty: that takes the old one away.
    let mut payload =
        EditMessageCaption::new(recipient(chat), message_id(message)).caption(&caption.text);
    if above {
        payload = payload.show_caption_above_media(true);
    }
    let extras = Extras {
        caption_entities: &caption.entities,
        ..Extras::default()
    };
    with("editMessageCaption", payload, extras)
}

pub(super) fn copy(
    (chat, thread): Destination,
    (from, message): (ChatId, MessageId),
    caption: Option<&Text>,
    reply: Option<&ReadyReply>,
) -> Request {
    let mut payload = CopyMessage::new(recipient(chat), recipient(from), message_id(message));
    if let Some(thread) = thread {
        payload = payload.message_thread_id(thread_id(thread));
    }
    let mut extras = Extras {
        reply_parameters: reply.map(ReplyParameters::of),
        ..Extras::default()
    };
    // An empty caption takes the old one away, no caption keeps it: they are not the same.
    if let Some(caption) = caption {
        payload = payload.caption(&caption.text);
        extras.caption_entities = &caption.entities;
    }
    with("copyMessage", payload, extras)
}

fn with(method: &'static str, payload: impl Serialize, extras: Extras<'_>) -> Request {
    plain(method, &With { payload, extras })
}
