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
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::call::{Button, FileSource, Item, ReadyReply};
    use crate::domain::content::{Kind, Location, Looks, Text};
    use crate::domain::language::Language;

    const DESK: ChatId = ChatId(-1001);
    const ANN: ChatId = ChatId(77);

    fn check(call: ReadyCall, method: &str, body: Value) {
        let request = request(&call);
        assert_eq!(request.method, method);
        let Body::Json(sent) = request.body else {
            panic!("no file goes with it")
        };
        let parsed: Value = serde_json::from_str(&sent).expect("the body is JSON");
        assert_eq!(parsed, body);
        assert!(!has_null(&parsed), "a null is read as text: {sent}");
    }

    /// A form, with what is JSON in it read; and its files as field, job and name.
    fn check_form(call: ReadyCall, method: &str, expected: Value, attached: &[(&str, i64, &str)]) {
        let request = request(&call);
        assert_eq!(request.method, method);
        let Body::Form { fields, files } = request.body else {
            panic!("a file goes with it")
        };
        let read: serde_json::Map<String, Value> = fields
            .into_iter()
            .map(|(name, text)| {
                let value = serde_json::from_str(&text).unwrap_or(Value::String(text));
                (name, value)
            })
            .collect();
        let read = Value::Object(read);
        assert_eq!(read, expected);
        assert!(!has_null(&read), "a null is read as text: {read}");
        let files: Vec<(&str, i64, &str)> = files
            .iter()
            .map(|file| (file.field.as_str(), file.job.0, file.name.as_str()))
            .collect();
        assert_eq!(files, attached);
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
                reply_to: Some(ReadyReply::to(MessageId(9))),
                preview: None,
                buttons: Vec::new(),
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
                preview: None,
                buttons: Vec::new(),
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
                preview: None,
                buttons: Vec::new(),
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
                preview: None,
                buttons: Vec::new(),
            },
            "editMessageText",
            json!({"chat_id": 77, "message_id": 6, "text": "new"}),
        );
    }

    #[test]
    fn a_reply_quotes_with_formatting_of_any_kind() {
        check(
            ReadyCall::SendText {
                chat: ANN,
                thread: None,
                text: Text::plain("yes"),
                reply_to: Some(ReadyReply {
                    message: MessageId(9),
                    quote: Some(dated_text()),
                }),
                preview: None,
                buttons: Vec::new(),
            },
            "sendMessage",
            json!({
                "chat_id": 77,
                "text": "yes",
                "reply_parameters": {
                    "message_id": 9,
                    "allow_sending_without_reply": true,
                    "quote": "see tomorrow",
                    "quote_entities": [
                        {"type": "date_time", "offset": 4, "length": 8, "unix_time": 1795000000},
                    ],
                },
            }),
        );
    }

    #[test]
    fn previews_are_as_they_were_in_private_and_off_in_the_group_unless_asked_for() {
        let text = |chat: ChatId, preview: Value| ReadyCall::SendText {
            chat,
            thread: None,
            text: Text::plain("t.me/x"),
            reply_to: None,
            preview: preview.as_object().cloned(),
            buttons: Vec::new(),
        };
        let options = json!({"url": "https://x.test", "newer": {"deep": [1]}});
        check(
            text(ANN, options.clone()),
            "sendMessage",
            json!({"chat_id": 77, "text": "t.me/x", "link_preview_options": options}),
        );
        check(
            text(ANN, json!({"url": null})),
            "sendMessage",
            json!({"chat_id": 77, "text": "t.me/x"}),
        );
        check(
            text(DESK, Value::Null),
            "sendMessage",
            json!({
                "chat_id": -1001, "text": "t.me/x", "link_preview_options": {"is_disabled": true},
            }),
        );
        // Where the operator lets them pass.
        check(
            text(DESK, options.clone()),
            "sendMessage",
            json!({"chat_id": -1001, "text": "t.me/x", "link_preview_options": options}),
        );
        check(
            ReadyCall::EditText {
                chat: ANN,
                message: MessageId(6),
                text: Text::plain("t.me/x"),
                preview: options.as_object().cloned(),
                buttons: Vec::new(),
            },
            "editMessageText",
            json!({
                "chat_id": 77, "message_id": 6, "text": "t.me/x", "link_preview_options": options,
            }),
        );
    }

    #[test]
    fn buttons_stand_in_their_rows() {
        let button = |text: &str, data: &str| Button {
            text: text.to_owned(),
            data: data.to_owned(),
        };
        let rows = vec![
            vec![button("Yes", "p:1:y"), button("No", "p:1:n")],
            vec![button("Later", "p:1:l")],
        ];
        let markup = json!({"inline_keyboard": [
            [
                {"text": "Yes", "callback_data": "p:1:y"},
                {"text": "No", "callback_data": "p:1:n"},
            ],
            [{"text": "Later", "callback_data": "p:1:l"}],
        ]});
        check(
            ReadyCall::SendText {
                chat: ANN,
                thread: None,
                text: Text::plain("Share it?"),
                reply_to: None,
                preview: None,
                buttons: rows.clone(),
            },
            "sendMessage",
            json!({"chat_id": 77, "text": "Share it?", "reply_markup": markup}),
        );
        check(
            ReadyCall::EditText {
                chat: ANN,
                message: MessageId(6),
                text: Text::plain("Share it?"),
                preview: None,
                buttons: rows,
            },
            "editMessageText",
            json!({"chat_id": 77, "message_id": 6, "text": "Share it?", "reply_markup": markup}),
        );
    }

    #[test]
    fn a_topic_is_given_its_title() {
        check(
            ReadyCall::EditTopic {
                chat: DESK,
                thread: ThreadId(9),
                title: "SUPP-261120-7F3K2Q".to_owned(),
            },
            "editForumTopic",
            json!({"chat_id": -1001, "message_thread_id": 9, "name": "SUPP-261120-7F3K2Q"}),
        );
    }

    /// A medium with every look there is.
    fn item(kind: Kind, file: FileSource) -> Item {
        Item {
            kind,
            file,
            looks: Looks {
                spoiler: true,
                caption_above: true,
                duration: Some(9),
                width: Some(4),
                height: Some(3),
            },
            caption: dated_text(),
        }
    }

    fn of_telegram() -> FileSource {
        FileSource::Telegram("FILE".to_owned())
    }

    fn of_spool(job: i64) -> FileSource {
        FileSource::Spool {
            job: JobId(job),
            name: format!("file-{job}.jpg"),
        }
    }

    fn marks() -> Value {
        json!([{"type": "date_time", "offset": 4, "length": 8, "unix_time": 1795000000}])
    }

    fn with(mut base: Value, more: Value) -> Value {
        let Value::Object(more) = more else {
            panic!("fields come as an object")
        };
        base.as_object_mut().expect("it is one").extend(more);
        base
    }

    #[test]
    fn media_are_sent_by_the_method_of_their_kind() {
        let captioned = json!({"caption": "see tomorrow", "caption_entities": marks()});
        let picture = with(
            captioned.clone(),
            json!({"has_spoiler": true, "show_caption_above_media": true}),
        );
        let none = json!({});
        let duration = json!({"duration": 9});
        let sides = json!({"duration": 9, "width": 4, "height": 3});
        for (kind, method, field, shown, uploaded) in [
            (Kind::Photo, "sendPhoto", "photo", &picture, &none),
            (Kind::Video, "sendVideo", "video", &picture, &sides),
            (
                Kind::Animation,
                "sendAnimation",
                "animation",
                &picture,
                &sides,
            ),
            (Kind::Audio, "sendAudio", "audio", &captioned, &duration),
            (Kind::Voice, "sendVoice", "voice", &captioned, &duration),
            (
                Kind::VideoNote,
                "sendVideoNote",
                "video_note",
                &none,
                &json!({"duration": 9, "length": 4}),
            ),
            (
                Kind::Document,
                "sendDocument",
                "document",
                &captioned,
                &json!({"disable_content_type_detection": true}),
            ),
            (Kind::Sticker, "sendSticker", "sticker", &none, &none),
        ] {
            let send = |file| ReadyCall::SendMedia {
                chat: DESK,
                thread: Some(ThreadId(5)),
                item: item(kind, file),
                reply_to: Some(ReadyReply::to(MessageId(9))),
            };
            let base = with(
                json!({
                    "chat_id": -1001,
                    "message_thread_id": 5,
                    "reply_parameters": {"message_id": 9, "allow_sending_without_reply": true},
                }),
                shown.clone(),
            );
            let mut by_id = base.clone();
            by_id[field] = json!("FILE");
            check(send(of_telegram()), method, by_id);
            check_form(
                send(of_spool(7)),
                method,
                with(base, uploaded.clone()),
                &[(field, 7, "file-7.jpg")],
            );
        }
    }

    #[test]
    fn a_medium_without_words_has_no_caption() {
        check(
            ReadyCall::SendMedia {
                chat: ANN,
                thread: None,
                item: Item {
                    caption: Text::default(),
                    looks: Looks::default(),
                    ..item(Kind::Photo, of_telegram())
                },
                reply_to: None,
            },
            "sendPhoto",
            json!({"chat_id": 77, "photo": "FILE"}),
        );
    }

    #[test]
    fn an_album_mixes_files_of_telegram_and_of_the_spool() {
        let album = |items| ReadyCall::SendAlbum {
            chat: DESK,
            thread: Some(ThreadId(5)),
            items,
            reply_to: None,
        };
        let shown = json!({
            "caption": "see tomorrow", "caption_entities": marks(),
            "has_spoiler": true, "show_caption_above_media": true,
        });
        let first = with(shown.clone(), json!({"type": "photo", "media": "FILE"}));
        check(
            album(vec![item(Kind::Photo, of_telegram())]),
            "sendMediaGroup",
            json!({"chat_id": -1001, "message_thread_id": 5, "media": [first.clone()]}),
        );
        let second = with(
            shown.clone(),
            json!({
                "type": "video", "media": "attach://file0", "duration": 9, "width": 4, "height": 3,
            }),
        );
        let third = with(shown, json!({"type": "photo", "media": "attach://file1"}));
        let below = Looks {
            caption_above: false,
            spoiler: true,
            ..Looks::default()
        };
        check_form(
            album(vec![
                item(Kind::Photo, of_telegram()),
                item(Kind::Video, of_spool(7)),
                // Captions stand above all of them or above none.
                Item {
                    looks: below,
                    ..item(Kind::Photo, of_spool(8))
                },
            ]),
            "sendMediaGroup",
            json!({"chat_id": -1001, "message_thread_id": 5, "media": [first, second, third]}),
            &[("file0", 7, "file-7.jpg"), ("file1", 8, "file-8.jpg")],
        );
    }

    #[test]
    fn several_copies_keep_together() {
        let copies = ReadyCall::CopyAlbum {
            chat: DESK,
            thread: Some(ThreadId(5)),
            from: ANN,
            messages: vec![MessageId(3), MessageId(4)],
        };
        check(
            copies,
            "copyMessages",
            json!({
                "chat_id": -1001, "message_thread_id": 5, "from_chat_id": 77,
                "message_ids": [3, 4], "remove_caption": true,
            }),
        );
    }

    #[test]
    fn captions_and_media_are_edited() {
        let caption = |caption, above| ReadyCall::EditCaption {
            chat: ANN,
            message: MessageId(6),
            caption,
            above,
        };
        check(
            caption(dated_text(), true),
            "editMessageCaption",
            json!({
                "chat_id": 77, "message_id": 6, "caption": "see tomorrow",
                "caption_entities": marks(), "show_caption_above_media": true,
            }),
        );
        check(
            caption(Text::default(), false),
            "editMessageCaption",
            json!({"chat_id": 77, "message_id": 6, "caption": ""}),
        );
        let media = |file| ReadyCall::EditMedia {
            chat: ANN,
            message: MessageId(6),
            item: Item {
                looks: Looks::default(),
                caption: Text::plain("look"),
                ..item(Kind::Document, file)
            },
        };
        check(
            media(of_telegram()),
            "editMessageMedia",
            json!({
                "chat_id": 77, "message_id": 6,
                "media": {"type": "document", "media": "FILE", "caption": "look"},
            }),
        );
        check_form(
            media(of_spool(7)),
            "editMessageMedia",
            json!({
                "chat_id": 77, "message_id": 6,
                "media": {
                    "type": "document", "media": "attach://file0", "caption": "look",
                    "disable_content_type_detection": true,
                },
            }),
            &[("file0", 7, "file-7.jpg")],
        );
    }

    #[test]
    fn places_are_shown_moved_and_stopped() {
        let place = |live_period| Location {
            latitude: 52.5,
            longitude: -13.25,
            horizontal_accuracy: Some(1.5),
            heading: Some(90),
            live_period,
        };
        let there = json!({
            "latitude": 52.5, "longitude": -13.25, "horizontal_accuracy": 1.5, "heading": 90,
        });
        for (live_period, sent) in [
            (Some(900), Some(900)),
            (Some(5), Some(60)),
            (Some(200_000), Some(86_400)),
            (Some(0x7FFF_FFFF), Some(0x7FFF_FFFF)),
            (None, None),
        ] {
            let mut expected = with(
                json!({"chat_id": -1001, "message_thread_id": 5}),
                there.clone(),
            );
            if let Some(sent) = sent {
                expected["live_period"] = json!(sent);
            }
            check(
                ReadyCall::SendLocation {
                    chat: DESK,
                    thread: Some(ThreadId(5)),
                    location: place(live_period),
                    reply_to: None,
                },
                "sendLocation",
                expected,
            );
        }
        let moved = |live_period| ReadyCall::MoveLocation {
            chat: DESK,
            message: MessageId(6),
            location: place(live_period),
        };
        let message = json!({"chat_id": -1001, "message_id": 6});
        check(
            moved(Some(900)),
            "editMessageLiveLocation",
            with(message.clone(), there),
        );
        check(moved(None), "stopMessageLiveLocation", message);
    }

    #[test]
    fn one_or_several_messages_are_deleted() {
        let delete = |messages: &[i64]| ReadyCall::Delete {
            chat: ANN,
            messages: messages.iter().copied().map(MessageId).collect(),
        };
        check(
            delete(&[3]),
            "deleteMessage",
            json!({"chat_id": 77, "message_id": 3}),
        );
        check(
            delete(&[3, 4]),
            "deleteMessages",
            json!({"chat_id": 77, "message_ids": [3, 4]}),
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
                reply_to: Some(ReadyReply::to(MessageId(2))),
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
                emoji: Some("👌".to_owned()),
            },
            "setMessageReaction",
            json!({
                "chat_id": -1001,
                "message_id": 4,
                "reaction": [{"type": "emoji", "emoji": "👌"}],
            }),
        );
        check(
            ReadyCall::React {
                chat: ANN,
                message: MessageId(4),
                emoji: None,
            },
            "setMessageReaction",
            json!({"chat_id": 77, "message_id": 4, "reaction": []}),
        );
        check(
            ReadyCall::AnswerButton {
                press: "4382bf".to_owned(),
                text: "Done".to_owned(),
                is_alert: true,
            },
            "answerCallbackQuery",
            json!({"callback_query_id": "4382bf", "text": "Done", "show_alert": true}),
        );
        check(
            ReadyCall::AnswerButton {
                press: "4382bf".to_owned(),
                text: String::new(),
                is_alert: false,
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
