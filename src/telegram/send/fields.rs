//! The parameters that teloxide's payloads cannot say: formatting of any kind, replies with quotes,
//! files. Knows how they are written, not which method takes which.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Attachment, Body, Destination, Request, message_id, thread_id};
use crate::domain::call::{Button, ReadyReply};
use crate::domain::content::{Entity, Text};

/// Parameters beside a payload of teloxide's, whose types know only the kinds of their day and would
/// drop the rest.
#[derive(Default, Serialize)]
pub(super) struct Extras<'a> {
    #[serde(skip_serializing_if = "<[Entity]>::is_empty")]
    pub entities: &'a [Entity],
    #[serde(skip_serializing_if = "<[Entity]>::is_empty")]
    pub caption_entities: &'a [Entity],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_parameters: Option<ReplyParameters<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_preview_options: Option<Preview<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_markup: Option<Keyboard<'a>>,
}

/// `ReplyParameters`.
#[derive(Serialize)]
pub(super) struct ReplyParameters<'a> {
    message_id: i32,
    allow_sending_without_reply: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    quote: Option<&'a str>,
    #[serde(skip_serializing_if = "<[Entity]>::is_empty")]
    quote_entities: &'a [Entity],
}

impl<'a> ReplyParameters<'a> {
    pub fn of(reply: &'a ReadyReply) -> Self {
        let quote = reply.quote.as_ref().filter(|quote| !quote.is_empty());
        Self {
            message_id: message_id(reply.message).0,
            allow_sending_without_reply: true,
            quote: quote.map(|quote| quote.text.as_str()),
            quote_entities: quote.map_or(&[], |quote| quote.entities.as_slice()),
        }
    }
}

/// `LinkPreviewOptions`.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Preview<'a> {
    Off { is_disabled: bool },
    As(&'a Map<String, Value>),
}

impl<'a> Preview<'a> {
    /// Previews show whom somebody knows, so in groups there are none that were not asked for.
    pub fn of(is_private: bool, options: Option<&'a Map<String, Value>>) -> Option<Self> {
        options
            .filter(|options| !options.values().any(Value::is_null))
            .map(Preview::As)
            .or((!is_private).then_some(Preview::Off { is_disabled: true }))
    }
}

/// `InlineKeyboardMarkup`.
#[derive(Serialize)]
pub(super) struct Keyboard<'a> {
    inline_keyboard: Vec<Vec<InlineButton<'a>>>,
}

#[derive(Serialize)]
struct InlineButton<'a> {
    text: &'a str,
    callback_data: &'a str,
}

impl<'a> Keyboard<'a> {
    /// None without buttons.
    pub fn of(rows: &'a [Vec<Button>]) -> Option<Self> {
        let inline = |button: &'a Button| InlineButton {
            text: &button.text,
            callback_data: &button.data,
        };
        let inline_keyboard = rows.iter().map(|row| row.iter().map(inline).collect());
        (!rows.is_empty()).then(|| Self {
            inline_keyboard: inline_keyboard.collect(),
        })
    }
}

/// A payload of teloxide's with parameters beside it.
#[derive(Serialize)]
pub(super) struct With<'a, P> {
    #[serde(flatten)]
    pub payload: P,
    #[serde(flatten)]
    pub extras: Extras<'a>,
}

/// Parameters one by one, for methods that may carry files.
#[derive(Default)]
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    /// The parameters that every post has.
    pub fn post((chat, thread): Destination, reply: Option<&ReadyReply>) -> Self {
        let mut fields = Self::default();
        fields.set("chat_id", chat.0);
        fields.set_some(
            "message_thread_id",
            thread.map(|thread| thread_id(thread).0.0),
        );
        if let Some(reply) = reply {
            fields.set("reply_parameters", value(&ReplyParameters::of(reply)));
        }
        fields
    }

    /// What JSON has no word for is left out, as a `null` would be read as a text.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        let value = value.into();
        if !value.is_null() {
            self.0.insert(name.to_owned(), value);
        }
    }

    pub fn set_some(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.set(name, value);
        }
    }

    /// A switch; off is what a missing one means.
    pub fn set_if(&mut self, name: &str, is_on: bool) {
        if is_on {
            self.set(name, true);
        }
    }

    pub fn set_caption(&mut self, caption: &Text) {
        if caption.is_empty() {
            return;
        }
        self.set("caption", caption.text.as_str());
        if !caption.entities.is_empty() {
            self.set("caption_entities", value(&caption.entities));
        }
    }

    pub fn into_value(self) -> Value {
        Value::Object(self.0)
    }

    /// A form where there are files, JSON where there are none.
    pub fn request(self, method: &'static str, files: Vec<Attachment>) -> Request {
        let body = if files.is_empty() {
            Body::Json(Value::Object(self.0).to_string())
        } else {
            let fields = self.0.into_iter().map(|(name, value)| match value {
                Value::String(text) => (name, text),
                other @ (Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::Array(_)
                | Value::Object(_)) => (name, other.to_string()),
            });
            Body::Form {
                fields: fields.collect(),
                files,
            }
        };
        Request { method, body }
    }
}

fn value(part: &impl Serialize) -> Value {
    serde_json::to_value(part).expect("parts of requests are texts and numbers")
}
