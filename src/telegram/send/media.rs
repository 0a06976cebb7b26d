//! Media: sent alone, as an album, or in the place of another; by a file's id, or with the file.

use serde_json::Value;

use super::fields::Fields;
use super::{Attachment, Destination, Request, message_id};
use crate::domain::call::{FileSource, Item, ReadyReply};
use crate::domain::content::Kind;
use crate::domain::ids::{ChatId, MessageId};

pub(super) fn send(to: Destination, item: &Item, reply: Option<&ReadyReply>) -> Request {
    let form = Form::of(item.kind);
    let mut fields = Fields::post(to, reply);
    describe(&mut fields, item, item.looks.caption_above, form);
    let mut files = Vec::new();
    match &item.file {
        FileSource::Telegram(file_id) => fields.set(form.field, file_id.as_str()),
        FileSource::Spool { job, name } => files.push(Attachment {
            field: form.field.to_owned(),
            job: *job,
            name: name.clone(),
        }),
    }
    fields.request(form.method, files)
}

pub(super) fn send_album(to: Destination, items: &[Item], reply: Option<&ReadyReply>) -> Request {
    let mut fields = Fields::post(to, reply);
    let mut files = Vec::new();
    // "Parameter show_caption_above_media must be the same for all messages" (tdlib,
    // MessagesManager.cpp).
    let caption_above = items.iter().any(|item| item.looks.caption_above);
    let media: Vec<Value> = items
        .iter()
        .map(|item| input_media(item, caption_above, &mut files))
        .collect();
    fields.set("media", media);
    fields.request("sendMediaGroup", files)
}

pub(super) fn edit(chat: ChatId, message: MessageId, item: &Item) -> Request {
    let mut files = Vec::new();
    let mut fields = Fields::default();
    fields.set("chat_id", chat.0);
    fields.set("message_id", message_id(message).0);
    fields.set(
        "media",
        input_media(item, item.looks.caption_above, &mut files),
    );
    fields.request("editMessageMedia", files)
}

/// `InputMedia`; a file that has to be sent joins `files`.
fn input_media(item: &Item, caption_above: bool, files: &mut Vec<Attachment>) -> Value {
    let form = Form::of(item.kind).in_album();
    let mut fields = Fields::default();
    fields.set("type", form.album);
    describe(&mut fields, item, caption_above, form);
    match &item.file {
        FileSource::Telegram(file_id) => fields.set("media", file_id.as_str()),
        FileSource::Spool { job, name } => {
            let field = format!("file{}", files.len());
            fields.set("media", format!("attach://{field}"));
            files.push(Attachment {
                field,
                job: *job,
                name: name.clone(),
            });
        }
    }
    fields.into_value()
}

/// How media of a kind are sent (Bot API docs, `sendPhoto` and its like, `InputMedia`).
#[derive(Clone, Copy)]
struct Form {
    method: &'static str,
    field: &'static str,
    /// Its type as `InputMedia`; a document where there is none of its own.
    album: &'static str,
    has_caption: bool,
    /// Whether it can be hidden and stand below its caption.
    is_picture: bool,
    has_duration: bool,
    size: Size,
}

/// How the size of a picture is said.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Size {
    None,
    /// Width and height.
    Sides,
    /// One number for both, because it is round.
    Round,
}

const DOCUMENT: Form = Form {
    method: "sendDocument",
    field: "document",
    album: "document",
    has_caption: true,
    is_picture: false,
    has_duration: false,
    size: Size::None,
};
const PHOTO: Form = Form {
    method: "sendPhoto",
    field: "photo",
    album: "photo",
    is_picture: true,
    ..DOCUMENT
};
const VIDEO: Form = Form {
    method: "sendVideo",
    field: "video",
    album: "video",
    has_duration: true,
    size: Size::Sides,
    ..PHOTO
};
const ANIMATION: Form = Form {
    method: "sendAnimation",
    field: "animation",
    album: "animation",
    ..VIDEO
};
const AUDIO: Form = Form {
    method: "sendAudio",
    field: "audio",
    album: "audio",
    has_duration: true,
    ..DOCUMENT
};
const VOICE: Form = Form {
    method: "sendVoice",
    field: "voice",
    has_duration: true,
    ..DOCUMENT
};
const VIDEO_NOTE: Form = Form {
    method: "sendVideoNote",
    field: "video_note",
    has_caption: false,
    has_duration: true,
    size: Size::Round,
    ..DOCUMENT
};
const STICKER: Form = Form {
    method: "sendSticker",
    field: "sticker",
    has_caption: false,
    ..DOCUMENT
};

impl Form {
    fn of(kind: Kind) -> Form {
        match kind {
            Kind::Photo => PHOTO,
            Kind::Video => VIDEO,
            Kind::Animation => ANIMATION,
            Kind::Audio => AUDIO,
            Kind::Voice => VOICE,
            Kind::VideoNote => VIDEO_NOTE,
            Kind::Sticker => STICKER,
            // Kinds without a file are never sent as one; a document can hold whatever there is.
            Kind::Document
            | Kind::Text
            | Kind::Poll
            | Kind::Dice
            | Kind::Contact
            | Kind::Location
            | Kind::LiveLocation
            | Kind::Venue
            | Kind::Story
            | Kind::Game
            | Kind::Invoice
            | Kind::PaidMedia
            | Kind::Gift
            | Kind::Checklist
            | Kind::Giveaway
            | Kind::Unknown => DOCUMENT,
        }
    }

    /// The form that stands behind the type of `InputMedia`.
    fn in_album(self) -> Form {
        if self.album == self.field {
            self
        } else {
            DOCUMENT
        }
    }
}

/// Caption and looks. Telegram knows how long its own files play and how large they are.
fn describe(fields: &mut Fields, item: &Item, caption_above: bool, form: Form) {
    let looks = &item.looks;
    if form.has_caption {
        fields.set_caption(&item.caption);
    }
    if form.is_picture {
        fields.set_if("has_spoiler", looks.spoiler);
        fields.set_if("show_caption_above_media", caption_above);
    }
    if matches!(item.file, FileSource::Telegram(_)) {
        return;
    }
    if form.has_duration {
        fields.set_some("duration", looks.duration);
    }
    match form.size {
        Size::Sides => {
            fields.set_some("width", looks.width);
            fields.set_some("height", looks.height);
        }
        Size::Round => fields.set_some("length", looks.width),
        Size::None => {}
    }
    // A file that was sent as a file stays one, whatever its bytes look like.
    fields.set_if("disable_content_type_detection", form.field == "document");
}
