//! From the JSON of a message to what the desk needs of it. What kind of message it is follows from
//! which field is there; a message without any field that is known here is of an unknown kind, so
//! that it is relayed by its id or at least reported. Only the message's own number and its chat must
//! be there: any other part that has an unexpected shape is absent, or makes the kind unknown.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value, value::RawValue};

use super::field::MessageField;
use super::lenient::{Counted, Lenient, field};
use super::media;
use super::user::User;
use super::whole;
use super::{Id, Name};
use crate::domain::content::{Content, Dice, Entity, Kind, Text};
use crate::domain::event::Names;
use crate::domain::ids::{BotId, ChatId, MessageId, ThreadId, UserId};
use crate::domain::language::Language;
use crate::domain::time::Timestamp;

/// Who writes for administrators who hide (Bot API docs, `Message.sender_chat`).
const GROUP_ANONYMOUS_BOT: i64 = 1_087_968_824;

/// A message.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Its id.
    pub id: MessageId,
    /// Where.
    pub chat: ChatId,
    /// In which topic; none in General and where there are no topics.
    pub thread: Option<ThreadId>,
    /// When it was written.
    pub date: Timestamp,
    /// Who wrote it.
    pub sender: Sender,
    /// The language of the sender's app, as far as we speak it.
    pub language: Option<Language>,
    /// What the sender is called; empty in private chats, where nobody asks.
    pub names: Names,
    /// What it carries; none for a service message.
    pub content: Option<Content>,
    /// The message that somebody chose to answer.
    pub reply_to: Option<MessageId>,
    /// The words of that message, or of one elsewhere, that it quotes.
    pub quote: Option<Text>,
    /// The album that it is part of.
    pub album: Option<String>,
    /// The title of the topic that it announces.
    pub topic_created: Option<String>,
    /// The new id of the chat that it announces.
    pub migrate_to: Option<ChatId>,
}

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// A person.
    User(UserId),
    /// An administrator of the group who hides.
    AnonymousAdmin,
    /// A bot.
    Bot(BotId),
    /// A channel, another group, or nobody.
    Channel,
}

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MessageVisitor)
    }
}

#[derive(Deserialize)]
struct ReplyTarget {
    message_id: i64,
    forum_topic_created: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct TopicCreated {
    name: String,
}

#[derive(Deserialize)]
struct Quote<'a> {
    text: String,
    #[serde(borrow)]
    entities: Option<&'a RawValue>,
}

/// `reply_markup`: buttons under the message.
#[derive(Deserialize)]
struct Keyboard {
    inline_keyboard: Counted,
}

/// Everything that was found, before it is known what it means.
#[derive(Default)]
struct Fields<'de> {
    id: Option<i64>,
    chat: Option<Id>,
    thread: Option<i64>,
    is_topic_message: bool,
    date: i64,
    from: Option<User<'de>>,
    /// Within, none where it cannot be read: then too it is no person who wrote.
    sender_chat: Option<Lenient<Id>>,
    /// The text or the caption; within, none where it cannot be read.
    words: Option<Lenient<String>>,
    entities: Option<&'de RawValue>,
    dice: Option<Dice>,
    preview: Option<Map<String, Value>>,
    has_keyboard: bool,
    spoiler: bool,
    caption_above: bool,
    /// Whether it is a live photo: only a copy by its id keeps that.
    moves: bool,
    reply: Option<ReplyTarget>,
    quote: Option<Quote<'de>>,
    album: Option<String>,
    topic_created: Option<TopicCreated>,
    migrate_to: Option<i64>,
    kind: Option<Kind>,
    /// The value of the field that made it a message of this kind.
    body: Option<&'de RawValue>,
    is_service: bool,
}

struct MessageVisitor;

impl<'de> Visitor<'de> for MessageVisitor {
    type Value = Message;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a message")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Message, A::Error> {
        let mut fields = Fields::default();
        while let Some(Name(field)) = map.next_key::<Name<MessageField>>()? {
            fields.read(field, &mut map)?;
        }
        fields.message()
    }
}

/// The next value, where it has the shape that its place asks for.
fn next<'de, T: Deserialize<'de>, A: MapAccess<'de>>(map: &mut A) -> Result<Option<T>, A::Error> {
    map.next_value::<Lenient<T>>().map(|lenient| lenient.0)
}

impl<'de> Fields<'de> {
    fn read<A: MapAccess<'de>>(
        &mut self,
        field: MessageField,
        map: &mut A,
    ) -> Result<(), A::Error> {
        match field {
            MessageField::Id => self.id = Some(map.next_value()?),
            MessageField::Chat => self.chat = Some(map.next_value()?),
            MessageField::Thread => self.thread = next(map)?,
            MessageField::IsTopicMessage => self.is_topic_message = next(map)?.unwrap_or(false),
            MessageField::Date => self.date = next(map)?.unwrap_or_default(),
            MessageField::From => self.from = next(map)?,
            MessageField::SenderChat => self.sender_chat = Some(map.next_value()?),
            MessageField::Text => {
                self.words = Some(map.next_value()?);
                self.found(Kind::Text, None);
            }
            MessageField::Caption => self.words = Some(map.next_value()?),
            MessageField::Entities => self.entities = Some(map.next_value()?),
            MessageField::Dice => {
                self.dice = next(map)?;
                self.found(Kind::Dice, None);
            }
            MessageField::Preview => self.preview = next(map)?,
            MessageField::Keyboard => {
                let keyboard: Option<Keyboard> = next(map)?;
                self.has_keyboard = keyboard.is_some_and(|rows| !rows.inline_keyboard.is_empty());
            }
            MessageField::Spoiler => self.spoiler = next(map)?.unwrap_or(false),
            MessageField::CaptionAbove => self.caption_above = next(map)?.unwrap_or(false),
            MessageField::LivePhoto => {
                map.next_value::<IgnoredAny>()?;
                self.moves = true;
            }
            MessageField::Reply => self.reply = next(map)?,
            MessageField::Quote => self.quote = next(map)?,
            MessageField::Album => self.album = next(map)?,
            MessageField::TopicCreated => {
                self.topic_created = next(map)?;
                self.is_service = true;
            }
            MessageField::MigrateTo => {
                self.migrate_to = next(map)?;
                self.is_service = true;
            }
            MessageField::Content(kind) => {
                let body = map.next_value()?;
                self.found(kind, Some(body));
            }
            MessageField::Service => {
                map.next_value::<IgnoredAny>()?;
                self.is_service = true;
            }
            MessageField::Other => {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    /// Some kinds come with a second field for programs that do not know them: an animation is a
    /// document too, and a venue a location (Bot API docs, `Message`).
    fn found(&mut self, kind: Kind, body: Option<&'de RawValue>) {
        let stands = self
            .kind
            .is_some_and(|known| !matches!(known, Kind::Text | Kind::Document | Kind::Location));
        if !stands {
            self.kind = Some(kind);
            self.body = body;
        }
    }

    fn message<E: Error>(mut self) -> Result<Message, E> {
        let id = self.id.ok_or_else(|| E::missing_field("message_id"))?;
        let chat = self.chat.as_ref().ok_or_else(|| E::missing_field("chat"))?;
        let chat = ChatId(chat.id);
        // Replies in General name the root of their chain as a thread, which is no topic.
        let thread = self.thread.filter(|_| self.is_topic_message);
        let from = self.from.as_ref();
        Ok(Message {
            id: MessageId(id),
            chat,
            thread: thread.map(ThreadId),
            date: Timestamp::from_seconds(self.date),
            sender: self.sender(chat),
            language: from.and_then(User::language),
            names: match from {
                Some(from) if !chat.is_private() => from.names(),
                Some(_) | None => Names::default(),
            },
            reply_to: self
                .reply
                .as_ref()
                .filter(|target| target.was_chosen(thread))
                .map(|target| MessageId(target.message_id)),
            quote: self.quote.take().map(|quote| Text {
                text: quote.text,
                entities: entities(quote.entities),
            }),
            album: self.album.take(),
            migrate_to: self.migrate_to.map(ChatId),
            content: self.content(),
            topic_created: self.topic_created.map(|topic| topic.name),
        })
    }

    fn sender(&self, chat: ChatId) -> Sender {
        let from = self.from.as_ref();
        match &self.sender_chat {
            Some(Lenient(Some(sender)))
                if sender.id == chat.0
                    && from.is_some_and(|from| from.id == GROUP_ANONYMOUS_BOT) =>
            {
                Sender::AnonymousAdmin
            }
            Some(_) => Sender::Channel,
            None => match from {
                Some(from) if from.is_bot => Sender::Bot(BotId(from.id)),
                Some(from) => Sender::User(UserId(from.id)),
                None => Sender::Channel,
            },
        }
    }

    /// None for a service message.
    fn content(&mut self) -> Option<Content> {
        let kind = match self.kind {
            Some(kind) => kind,
            None if self.is_service => return None,
            None => Kind::Unknown,
        };
        let Some(text) = self.text() else {
            // Copied by its id it keeps the words that could not be read.
            return Some(Content::of(Kind::Unknown));
        };
        let mut content = Content {
            text,
            dice: self.dice.take(),
            preview: self.preview.take(),
            has_keyboard: self.has_keyboard,
            ..Content::of(kind)
        };
        if let Some(body) = self.body {
            self.carry(&mut content, body);
        }
        Some(content)
    }

    /// The text or the caption, empty where there is none. None where it cannot be read.
    fn text(&mut self) -> Option<Text> {
        let text = match self.words.take() {
            Some(words) => words.0?,
            None => String::new(),
        };
        Some(Text {
            text,
            entities: entities(self.entities),
        })
    }

    /// What a message carries besides words.
    fn carry(&self, content: &mut Content, body: &RawValue) {
        content.media = media::media(content.kind, body).filter(|_| !self.moves);
        if let Some(media) = &mut content.media {
            media.looks.spoiler = self.spoiler;
            media.looks.caption_above = self.caption_above;
        }
        match content.kind {
            Kind::Poll => content.whole = Some(whole::poll(body)),
            // The one field that is known to make it so.
            Kind::Unknown => content.whole = Some(whole::rich(body)),
            Kind::Location => {
                content.location = media::location(body);
                if content
                    .location
                    .is_some_and(|place| place.live_period.is_some())
                {
                    content.kind = Kind::LiveLocation;
                }
            }
            Kind::Text
            | Kind::Photo
            | Kind::Video
            | Kind::Animation
            | Kind::Audio
            | Kind::Voice
            | Kind::VideoNote
            | Kind::Document
            | Kind::Sticker
            | Kind::Dice
            | Kind::Contact
            | Kind::LiveLocation
            | Kind::Venue
            | Kind::Story
            | Kind::Game
            | Kind::Invoice
            | Kind::PaidMedia
            | Kind::Gift
            | Kind::Checklist
            | Kind::Giveaway => {}
        }
    }
}

/// Formatting that makes no sense is left out: the words matter more.
fn entities(raw: Option<&RawValue>) -> Vec<Entity> {
    field(raw).unwrap_or_default()
}

impl ReplyTarget {
    /// Whatever is written in a topic answers the topic's creation message unless somebody chose
    /// another (tdlib telegram-bot-api, Client.cpp).
    fn was_chosen(&self, thread: Option<i64>) -> bool {
        self.forum_topic_created.is_none() && thread != Some(self.message_id)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::content::{Looks, Media};

    /// A message of ann's in private, with these fields besides.
    fn message(more: Value) -> Message {
        let mut whole = json!({
            "message_id": 7,
            "from": {"id": 77, "is_bot": false, "first_name": "Ann", "language_code": "ru-RU"},
            "chat": {"id": 77, "first_name": "Ann", "type": "private"},
            "date": 1_795_000_000,
        });
        let fields = whole.as_object_mut().expect("it is an object");
        let Value::Object(more) = more else {
            panic!("fields come as an object")
        };
        fields.extend(more);
        serde_json::from_str(&whole.to_string()).expect("the message can be read")
    }

    /// What a field of each kind looks like, as far as anybody here looks.
    fn sample(kind: Kind) -> Value {
        match kind {
            Kind::Text => json!({"text": "hello"}),
            Kind::Photo => json!({"photo": [{"file_id": "A", "width": 90}], "caption": "look"}),
            Kind::Video => json!({"video": {"file_id": "A"}}),
            Kind::Animation => json!({"animation": {"file_id": "A"}, "document": {"file_id": "A"}}),
            Kind::Audio => json!({"audio": {"file_id": "A"}}),
            Kind::Voice => json!({"voice": {"file_id": "A"}}),
            Kind::VideoNote => json!({"video_note": {"file_id": "A"}}),
            Kind::Document => json!({"document": {"file_id": "A"}}),
            Kind::Sticker => json!({"sticker": {"file_id": "A", "type": "newer"}}),
            Kind::Poll => json!({"poll": {"id": "1", "question": "?"}}),
            Kind::Dice => json!({"dice": {"emoji": "🎲", "value": 4}}),
            Kind::Contact => json!({"contact": {"phone_number": "1"}}),
            Kind::Location => json!({"location": {"latitude": 1.5}}),
            Kind::LiveLocation => {
                json!({"location": {"latitude": 1.5, "longitude": 2, "live_period": 900}})
            }
            Kind::Venue => json!({"location": {"latitude": 1.5}, "venue": {"title": "Shop"}}),
            Kind::Story => json!({"story": {"id": 1}}),
            Kind::Game => json!({"game": {"title": "Chess"}}),
            Kind::Invoice => json!({"invoice": {"title": "Tea"}}),
            Kind::PaidMedia => json!({"paid_media": {"star_count": 1}}),
            Kind::Gift => json!({"unique_gift": {"gift": {}}}),
            Kind::Checklist => json!({"checklist": {"tasks": []}}),
            Kind::Giveaway => json!({"giveaway": {"winner_count": 1}}),
            Kind::Unknown => json!({"rich_message": {"blocks": []}}),
        }
    }

    #[test]
    fn the_kind_is_the_field_that_is_there() {
        for kind in Kind::ALL {
            let content = message(sample(kind)).content.expect("somebody wrote it");
            assert_eq!(content.kind, kind);
        }
    }

    #[test]
    fn a_field_for_older_programs_does_not_hide_the_kind() {
        for (fields, expected) in [
            (json!({"animation": {}, "document": {}}), Kind::Animation),
            (json!({"location": {}, "venue": {}}), Kind::Venue),
            (json!({"live_photo": {}, "photo": []}), Kind::Photo),
        ] {
            // JSON objects of `json!` are sorted, so the other order is written by hand.
            let kind = message(fields).content.expect("somebody wrote it").kind;
            assert_eq!(kind, expected);
        }
        let raw = "{\"document\":{},\"animation\":{},\"message_id\":1,\"chat\":{\"id\":77}}";
        let message: Message = serde_json::from_str(raw).expect("the message can be read");
        assert_eq!(
            message.content.map(|content| content.kind),
            Some(Kind::Animation)
        );
    }

    #[test]
    fn a_text_comes_with_everything_the_desk_needs() {
        assert_eq!(
            message(json!({"text": "my order is lost", "newer_field": {"deep": [1]}})),
            Message {
                id: MessageId(7),
                chat: ChatId(77),
                thread: None,
                date: Timestamp::from_seconds(1_795_000_000),
                sender: Sender::User(UserId(77)),
                language: Some(Language::Russian),
                names: Names::default(),
                content: Some(Content::text("my order is lost")),
                reply_to: None,
                quote: None,
                album: None,
                topic_created: None,
                migrate_to: None,
            }
        );
    }

    #[test]
    fn formatting_of_unknown_kinds_survives_in_texts_and_captions() {
        let entities = json!([
            {"type": "bold", "offset": 0, "length": 2},
            {"type": "date_time", "offset": 3, "length": 4, "unix_time": 5, "format": {"a": [1]}},
        ]);
        for fields in [
            json!({"text": "at noon", "entities": entities}),
            json!({"photo": [], "caption": "at noon", "caption_entities": entities}),
        ] {
            let text = message(fields).content.expect("somebody wrote it").text;
            assert_eq!(text.text, "at noon");
            assert_eq!(
                serde_json::to_value(&text.entities).expect("entities are plain data"),
                entities
            );
        }
    }

    #[test]
    fn words_survive_formatting_that_makes_no_sense() {
        let content = message(json!({
            "text": "hello",
            "entities": [{"type": "bold", "offset": -1, "length": 2}],
        }))
        .content;
        assert_eq!(content, Some(Content::text("hello")));
    }

    #[test]
    fn a_dice_tells_what_was_rolled() {
        let content = message(sample(Kind::Dice))
            .content
            .expect("somebody wrote it");
        assert_eq!(
            content.dice,
            Some(Dice {
                emoji: "🎲".to_owned(),
                value: 4,
            })
        );
    }

    #[test]
    fn a_topic_is_one_only_if_the_message_says_so() {
        let topic = message(json!({
            "text": "x", "message_thread_id": 5, "is_topic_message": true,
        }));
        assert_eq!(topic.thread, Some(ThreadId(5)));
        let general = message(json!({"text": "x", "message_thread_id": 5}));
        assert_eq!(general.thread, None);
    }

    #[test]
    fn a_reply_is_what_somebody_chose_to_answer() {
        let in_topic = json!({"text": "x", "message_thread_id": 5, "is_topic_message": true});
        let with = |reply: Value, base: &Value| {
            let mut fields = base.clone();
            fields["reply_to_message"] = reply;
            message(fields).reply_to
        };
        let creation = json!({"message_id": 5, "forum_topic_created": {"name": "t"}});
        assert_eq!(with(creation, &in_topic), None);
        assert_eq!(with(json!({"message_id": 5}), &in_topic), None);
        let chosen = json!({"message_id": 9, "chat": {"id": 77}, "date": 1, "text": "y"});
        assert_eq!(with(chosen, &in_topic), Some(MessageId(9)));
        // In General the thread is the root of the replies, and answering the root is an answer.
        let in_general = json!({"text": "x", "message_thread_id": 5});
        assert_eq!(
            with(json!({"message_id": 5}), &in_general),
            Some(MessageId(5))
        );
        // A message of another chat is none that stands here.
        let elsewhere = json!({"text": "x", "external_reply": {"message_id": 9}, "quote": {}});
        assert_eq!(message(elsewhere).reply_to, None);
    }

    #[test]
    fn senders_are_told_apart() {
        let desk = json!({"id": -1001, "type": "supergroup", "title": "Desk", "is_forum": true});
        let anonymous = json!({
            "id": 1_087_968_824, "is_bot": true, "username": "GroupAnonymousBot",
        });
        for (fields, expected) in [
            (
                json!({"from": {"id": 5, "is_bot": false}}),
                Sender::User(UserId(5)),
            ),
            (
                json!({"from": {"id": 900, "is_bot": true}}),
                Sender::Bot(BotId(900)),
            ),
            (
                json!({"from": anonymous, "sender_chat": desk}),
                Sender::AnonymousAdmin,
            ),
            // The linked channel's posts, and members who write as a channel of theirs.
            (
                json!({"from": {"id": 777_000}, "sender_chat": {"id": -1009}}),
                Sender::Channel,
            ),
            (
                json!({
                    "from": {"id": 136_817_688, "is_bot": true},
                    "sender_chat": {"id": -1009},
                }),
                Sender::Channel,
            ),
            (
                json!({"from": {"id": 5}, "sender_chat": desk}),
                Sender::Channel,
            ),
        ] {
            let mut fields = fields;
            fields["chat"] = desk.clone();
            fields["text"] = json!("x");
            assert_eq!(message(fields.clone()).sender, expected, "{fields}");
        }
    }

    #[test]
    fn announcements_are_no_content() {
        for fields in [
            json!({"forum_topic_closed": {}}),
            json!({"forum_topic_edited": {"name": "t"}}),
            json!({"new_chat_members": [{"id": 5}]}),
            json!({"pinned_message": {"message_id": 4, "text": "x"}}),
            json!({"delete_chat_photo": true}),
            json!({"video_chat_ended": {"duration": 4}}),
            json!({"migrate_from_chat_id": -5}),
        ] {
            assert_eq!(message(fields.clone()).content, None, "{fields}");
        }
        let topic = message(json!({"forum_topic_created": {"name": "SUPP", "icon_color": 1}}));
        assert_eq!(topic.topic_created.as_deref(), Some("SUPP"));
        assert_eq!(topic.content, None);
        let upgrade = message(json!({"migrate_to_chat_id": -1002}));
        assert_eq!(upgrade.migrate_to, Some(ChatId(-1002)));
        assert_eq!(upgrade.content, None);
    }

    #[test]
    fn a_medium_tells_what_is_needed_to_send_it_anew() {
        let video = message(json!({
            "video": {
                "file_id": "A", "file_unique_id": "u", "file_size": 5, "file_name": "Ann.MP4",
                "duration": 9, "width": 4, "height": 3,
            },
            "has_media_spoiler": true,
            "show_caption_above_media": true,
            "caption": "look",
        }));
        assert_eq!(
            video.content,
            Some(Content {
                text: Text::plain("look"),
                media: Some(Media {
                    file_id: "A".to_owned(),
                    unique_id: "u".to_owned(),
                    size: Some(5),
                    extension: Some("mp4".to_owned()),
                    name: Some("Ann.MP4".to_owned()),
                    is_named: true,
                    looks: Looks {
                        spoiler: true,
                        caption_above: true,
                        duration: Some(9),
                        width: Some(4),
                        height: Some(3),
                    },
                }),
                ..Content::of(Kind::Video)
            })
        );
        // The file of the kind, not the one for older programs, whichever comes first.
        for raw in [
            "{\"document\":{\"file_id\":\"D\"},\"animation\":{\"file_id\":\"A\"},\
             \"message_id\":1,\"chat\":{\"id\":77}}",
            "{\"animation\":{\"file_id\":\"A\"},\"document\":{\"file_id\":\"D\"},\
             \"message_id\":1,\"chat\":{\"id\":77}}",
        ] {
            let message: Message = serde_json::from_str(raw).expect("the message can be read");
            let media = message.content.and_then(|content| content.media);
            assert_eq!(media.map(|media| media.file_id).as_deref(), Some("A"));
        }
    }

    #[test]
    fn a_place_that_moves_is_another_kind_until_it_stops() {
        let place = |live_period: Value| {
            let mut place = json!({"latitude": 52.5, "longitude": 13.25});
            if !live_period.is_null() {
                place["live_period"] = live_period;
            }
            let content = message(json!({"location": place})).content;
            let content = content.expect("somebody wrote it");
            (
                content.kind,
                content.location.and_then(|place| place.live_period),
            )
        };
        assert_eq!(place(json!(900)), (Kind::LiveLocation, Some(900)));
        assert_eq!(place(Value::Null), (Kind::Location, None));
        assert_eq!(place(json!("odd")), (Kind::Location, None));
        let venue = json!({
            "location": {"latitude": 1, "longitude": 2, "live_period": 9}, "venue": {"title": "Shop"},
        });
        let content = message(venue).content.expect("somebody wrote it");
        assert_eq!((content.kind, content.location), (Kind::Venue, None));
    }

    #[test]
    fn previews_buttons_and_polls_come_along() {
        let preview = json!({"url": "https://x.test", "newer": {"deep": [1]}});
        let text = message(json!({
            "text": "x", "link_preview_options": preview,
            "reply_markup": {"inline_keyboard": [[{"text": "Log in", "login_url": {}}]]},
        }));
        let content = text.content.expect("somebody wrote it");
        assert_eq!(content.preview.map(Value::Object), Some(preview));
        assert!(content.has_keyboard);
        let bare = message(json!({"text": "x", "reply_markup": {"inline_keyboard": []}}));
        assert!(!bare.content.expect("somebody wrote it").has_keyboard);
        let poll = message(json!({"poll": {"question": "Tea?", "options": [{"text": "yes"}]}}));
        let poll = poll.content.and_then(|content| content.whole);
        assert_eq!(
            poll.map(|poll| poll.words),
            Some(Text::plain("Tea?\n• yes"))
        );
    }

    #[test]
    fn a_quote_is_kept_with_its_formatting_wherever_it_comes_from() {
        let quote = json!({
            "text": "at noon", "position": 4,
            "entities": [{"type": "date_time", "offset": 3, "length": 4, "unix_time": 5}],
        });
        for fields in [
            json!({"text": "x", "reply_to_message": {"message_id": 9}, "quote": quote}),
            json!({"text": "x", "external_reply": {"message_id": 9}, "quote": quote}),
        ] {
            let quoted = message(fields).quote.expect("it quotes");
            assert_eq!(
                (quoted.text.as_str(), quoted.entities.len()),
                ("at noon", 1)
            );
        }
        let odd = json!({"text": "x", "quote": {"text": "y", "entities": [{"offset": -1}]}});
        assert_eq!(message(odd).quote, Some(Text::plain("y")));
    }

    #[test]
    fn names_are_read_in_groups_only() {
        let from = json!({
            "id": 42, "first_name": "Sam", "last_name": "Hill", "username": "samh",
        });
        let private = message(json!({"text": "x", "from": from}));
        assert_eq!(private.names, Names::default());
        let group = message(json!({"text": "x", "from": from, "chat": {"id": -1001}}));
        assert_eq!(
            group.names,
            Names(vec!["Sam".into(), "Hill".into(), "samh".into()])
        );
        let odd = json!({"id": 42, "first_name": 5, "username": "samh", "language_code": []});
        let group = message(json!({"text": "x", "from": odd, "chat": {"id": -1001}}));
        assert_eq!(group.names, Names(vec!["samh".into()]));
        assert_eq!(group.sender, Sender::User(UserId(42)));
    }

    /// Every field that is read, besides the number and the chat.
    const READ: [&str; 32] = [
        "message_thread_id",
        "is_topic_message",
        "date",
        "from",
        "sender_chat",
        "text",
        "caption",
        "entities",
        "caption_entities",
        "dice",
        "link_preview_options",
        "reply_markup",
        "has_media_spoiler",
        "show_caption_above_media",
        "reply_to_message",
        "quote",
        "media_group_id",
        "forum_topic_created",
        "migrate_to_chat_id",
        "photo",
        "video",
        "animation",
        "audio",
        "voice",
        "video_note",
        "document",
        "sticker",
        "poll",
        "location",
        "venue",
        "contact",
        "pinned_message",
    ];

    #[test]
    fn no_field_of_an_odd_shape_makes_a_message_unreadable() {
        let odd = [
            json!(null),
            json!(true),
            json!(-7),
            json!(1.5e300),
            json!("odd"),
            json!([]),
            json!([[1], {"text": {}}]),
            json!({}),
            json!({"id": "x", "text": 5, "file_id": [], "inline_keyboard": 7}),
        ];
        for name in READ {
            for value in &odd {
                let read = message(json!({name: value}));
                assert_eq!(read.id, MessageId(7), "{name} {value}");
            }
        }
        for name in ["text", "caption"] {
            let unreadable = message(json!({"photo": [], name: {"newer": 1}}));
            assert_eq!(unreadable.content, Some(Content::of(Kind::Unknown)));
        }
        let nobody = message(json!({"text": "x", "sender_chat": "odd", "chat": {"id": -1001}}));
        assert_eq!(nobody.sender, Sender::Channel);
    }

    #[test]
    fn a_message_without_number_or_chat_is_none() {
        for raw in [
            "{\"message_id\":1}",
            "{\"chat\":{\"id\":1}}",
            "{}",
            "[]",
            "7",
        ] {
            assert!(serde_json::from_str::<Message>(raw).is_err(), "{raw}");
        }
    }
}
