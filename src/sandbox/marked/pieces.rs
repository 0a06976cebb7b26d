//! Everything that a person can send, with their marks wherever Telegram puts them.
//!
//! `words` are what the person typed, and part of the ids of files: equal words are equal files.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::sandbox::content::{self, Piece};
use crate::sandbox::marked::{Marked, bytes, fields};

/// Everything that [`Marked::piece`] makes.
pub const KINDS: [&str; 59] = [
    "text",
    "formatted_text",
    "text_mention",
    "text_link",
    "custom_emoji",
    "preview",
    "photo",
    "photo_spoiler",
    "photo_caption_above",
    "photo_mention",
    "photo_url_button",
    "live_photo",
    "video",
    "animation",
    "audio",
    "voice",
    "video_note",
    "document_jpeg",
    "document_png",
    "document_pdf",
    "document_docx",
    "document_mp3",
    "document_mp4",
    "sticker",
    "poll",
    "quiz",
    "poll_mention",
    "poll_attached",
    "dice",
    "contact",
    "location",
    "live_location",
    "venue",
    "story",
    "game",
    "invoice",
    "paid_media",
    "gift",
    "checklist",
    "giveaway",
    "giveaway_winners",
    "rich_message",
    "rich_mention",
    "rich_link",
    "rich_map",
    "hologram",
    "forward_of_user",
    "forward_of_hidden_user",
    "forward_of_chat",
    "forward_of_channel",
    "forwarded_document",
    "via_bot",
    "external_reply",
    "url_button",
    "login_button",
    "callback_button",
    "switch_button",
    "signed",
    "typed",
];

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// Everything that [`Marked::album`] makes.
pub const ALBUMS: [&str; 5] = ["photos", "photos_and_videos", "documents", "audio", "live"];

impl Marked {
    /// One message of a kind out of [`KINDS`].
    pub fn piece(&self, kind: &str, words: &str) -> Piece {
        let plain = || Piece::from(content::text(words));
        match kind {
            "text" => plain(),
            "formatted_text" => formatted(words).into(),
            "text_mention" => self.entity(words, "text_mention", "user", self.user()),
            "text_link" => {
                let url = format!("tg://user?id={}", self.id());
                self.entity(words, "text_link", "url", url.into())
            }
            "custom_emoji" => self.entity(words, "custom_emoji", "custom_emoji_id", "5368".into()),
            "preview" => {
                let url = format!("https://t.me/{}", self.username());
                plain().with("link_preview_options", json!({ "url": url }))
            }
            "forward_of_user"
            | "forward_of_hidden_user"
            | "forward_of_chat"
            | "forward_of_channel" => plain().with("forward_origin", self.origin(kind)),
            "forwarded_document" => self
                .piece("document_pdf", words)
                .with("forward_origin", self.origin("forward_of_user")),
            "photo_mention" => {
                let mention = self.entity(words, "text_mention", "user", self.user());
                let entities = mention.content["entities"].clone();
                Self::picture(kind, words).with("caption_entities", entities)
            }
            "photo_url_button" => {
                Self::picture(kind, words).with("reply_markup", self.keyboard("url_button"))
            }
            "via_bot" => {
                let bot = json!({"id": 6_000_000_001_i64, "is_bot": true, "first_name": "Inline",
                    "username": self.own("via")});
                plain().with("via_bot", bot)
            }
            "external_reply" => {
                let reply = json!({"origin": self.origin("forward_of_user"),
                    "chat": self.club("supergroup"), "message_id": 5,
                    "contact": self.contact()["contact"]});
                let quote = json!({"text": self.own("tag"), "position": 0, "is_manual": true});
                plain().with("external_reply", reply).with("quote", quote)
            }
            "url_button" | "login_button" | "callback_button" | "switch_button" => {
                plain().with("reply_markup", self.keyboard(kind))
            }
            "signed" => self.signed(words),
            "typed" => {
                let text = format!("{words} {} @{}", self.first_name(), self.username());
                content::text(&format!("{text} {}", self.phone())).into()
            }
            _ => self.thing(kind, words),
        }
    }

    /// Messages of one album of a kind out of [`ALBUMS`]; the first has the words.
    pub fn album(&self, kind: &str, words: &str, items: usize) -> Vec<Piece> {
        (0..items)
            .map(|index| {
                let of = match (kind, index % 2) {
                    ("documents", 0) => "document_pdf",
                    ("documents", _) => "document_jpeg",
                    ("audio", _) => "audio",
                    ("live", 0) => "live_photo",
                    ("photos_and_videos", 1) => "video",
                    _ => "photo",
                };
                let mut item = self.piece(of, &format!("{words}-{index}"));
                if let Value::Object(content) = &mut item.content {
                    content.remove("caption");
                }
                if index == 0 {
                    item = item.with("caption", words.into());
                }
                item
            })
            .collect()
    }

    /// Messages that are more than a text.
    fn thing(&self, kind: &str, words: &str) -> Piece {
        let (latitude, longitude) = self.home();
        match kind {
            "photo" | "photo_spoiler" | "photo_caption_above" | "live_photo" => {
                Self::picture(kind, words)
            }
            "video" | "animation" | "audio" => self.file(kind, words),
            _ if kind.starts_with("document_") => self.file(kind, words),
            "voice" => content::voice(words).into(),
            "video_note" => content::video_note(words).into(),
            "sticker" => content::sticker(words, &self.own("pack")).into(),
            "poll" => content::poll(words, &["yes", "no"]).into(),
            "quiz" => content::quiz(words, &["yes", "no"], 1).into(),
            "poll_mention" | "poll_attached" => self.poll(kind, words),
            "dice" => content::dice("🎲", 4).into(),
            "contact" => self.contact().into(),
            "location" => content::location(latitude, longitude).into(),
            "live_location" => content::live_location(latitude, longitude, 3_600).into(),
            "venue" => content::venue(latitude, longitude, words, "Main Street 1").into(),
            "story" => json!({"story": {"chat": self.chat(), "id": 3}}).into(),
            _ => self.rarity(kind, words).into(),
        }
    }

    /// A poll that says whose it is: beside the words, or in them.
    fn poll(&self, kind: &str, words: &str) -> Piece {
        let mut poll = content::poll(words, &["yes", "no"]);
        if kind == "poll_mention" {
            let described = self.entity("me", "text_mention", "user", self.user());
            poll["poll"]["description"] = described.content["text"].clone();
            poll["poll"]["description_entities"] = described.content["entities"].clone();
            return poll.into();
        }
        let scan = self.file("document_pdf", words);
        let link = format!("https://t.me/{}", self.username());
        poll["poll"]["media"] = json!({"document": scan.content["document"]});
        poll["poll"]["options"][0]["media"] = json!({"link": {"url": link}});
        let (latitude, longitude) = self.home();
        let place = content::location(latitude, longitude);
        poll["poll"]["options"][1]["media"] = place;
        Piece {
            content: poll,
            files: scan.files,
        }
    }

    /// Telegram makes photos anew, without metadata.
    fn picture(kind: &str, words: &str) -> Piece {
        let live = kind == "live_photo";
        let content = if live {
            content::live_photo(words, words)
        } else {
            content::photo(words, words)
        };
        let mut piece = Piece::from(content);
        let jpeg: Arc<[u8]> = bytes::plain_jpeg().into();
        for size in ["s", "m"] {
            let id = format!("photo-{words}-{size}");
            piece.files.push((id, jpeg.clone()));
        }
        match kind {
            "photo_spoiler" => piece.with("has_media_spoiler", true.into()),
            "photo_caption_above" => piece.with("show_caption_above_media", true.into()),
            _ => piece,
        }
    }

    /// Files that come through byte by byte.
    fn file(&self, kind: &str, words: &str) -> Piece {
        let (key, extension, mime_type, bytes) = match kind {
            "video" => ("video", "mp4", "video/mp4", bytes::signed_mp4(self)),
            "animation" => ("animation", "mp4", "video/mp4", bytes::signed_mp4(self)),
            "audio" => ("audio", "mp3", "audio/mpeg", bytes::signed_mp3(self)),
            "document_jpeg" => ("document", "jpg", "image/jpeg", bytes::signed_jpeg(self)),
            "document_png" => ("document", "png", "image/png", bytes::signed_png(self)),
            "document_docx" => ("document", "docx", DOCX, bytes::signed_docx(self)),
            "document_mp3" => ("document", "mp3", "audio/mpeg", bytes::signed_mp3(self)),
            "document_mp4" => ("document", "mp4", "video/mp4", bytes::signed_mp4(self)),
            _ => (
                "document",
                "pdf",
                "application/pdf",
                bytes::signed_pdf(self),
            ),
        };
        let mut content = match key {
            "video" => content::video(words, words),
            "animation" => content::animation(words, words),
            "audio" => {
                let mut audio = content::audio(words, self.first_name(), self.last_name());
                audio["caption"] = words.into();
                audio
            }
            _ => content::document(&format!("{kind}-{words}"), "", mime_type, words),
        };
        let name = format!("{}-{}.{extension}", self.own("scan"), self.last_name());
        if key == "animation" {
            content["document"]["file_name"] = name.as_str().into();
        }
        content[key]["file_name"] = name.into();
        content[key]["mime_type"] = mime_type.into();
        content[key]["file_size"] = bytes.len().into();
        let id = content[key]["file_id"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        Piece {
            content,
            files: vec![(id, bytes.into())],
        }
    }

    fn contact(&self) -> Value {
        let vcard = format!(
            "BEGIN:VCARD\nVERSION:3.0\nFN:{} {}\nTEL:{}\nEMAIL:{}@example.org\nEND:VCARD",
            self.first_name(),
            self.last_name(),
            self.phone(),
            self.own("mail"),
        );
        json!({"contact": {
            "phone_number": self.phone(), "first_name": self.first_name(),
            "last_name": self.last_name(), "user_id": self.id(), "vcard": vcard,
        }})
    }

    /// The private chat with the person, as others see it.
    fn chat(&self) -> Value {
        let mut chat = fields(self.user());
        chat.remove("is_bot");
        chat.insert("type".to_owned(), "private".into());
        Value::Object(chat)
    }

    fn rarity(&self, kind: &str, words: &str) -> Value {
        let picture = content::photo("rarity", "")["photo"].clone();
        let until = 1_900_000_000;
        match kind {
            "game" => json!({"game": {"title": words, "description": self.own("tag"),
                "photo": picture}}),
            "invoice" => json!({"invoice": {"title": words, "description": self.own("tag"),
                "start_parameter": "", "currency": "XTR", "total_amount": 1}}),
            "paid_media" => json!({"paid_media": {"star_count": 1, "paid_media": [
                {"type": "photo", "photo": picture}]}, "caption": words}),
            "gift" => json!({"gift": {"gift": {"id": "1", "star_count": 15,
                "sticker": content::sticker("gift", &self.own("pack"))["sticker"]},
                "text": words}}),
            "checklist" => json!({"checklist": {"title": words, "tasks": [
                {"id": 1, "text": words, "completed_by_user": self.user(),
                    "completion_date": 1_700_000_000}]}}),
            "giveaway" => json!({"giveaway": {"chats": [self.club("channel")],
                "winners_selection_date": until, "winner_count": 1}}),
            "giveaway_winners" => json!({"giveaway_winners": {"chat": self.club("channel"),
                "giveaway_message_id": 1, "winners_selection_date": until, "winner_count": 1,
                "winners": [self.user()]}}),
            "rich_message" => json!({"rich_message": {"blocks": [
                {"type": "paragraph", "text": words}]}}),
            "rich_mention" => json!({"rich_message": {"blocks": [{"type": "paragraph", "text":
                {"type": "text_mention", "text": words, "user": self.user()}}]}}),
            "rich_link" => json!({"rich_message": {"blocks": [{"type": "paragraph", "text":
                ["see ", {"type": "url", "text": words,
                    "url": format!("tg://user?id={}", self.id())}]}]}}),
            "rich_map" => json!({"rich_message": {"blocks": [
                {"type": "paragraph", "text": words},
                {"type": "map", "zoom": 15, "width": 300, "height": 200,
                    "location": {"latitude": self.home().0, "longitude": self.home().1}}]}}),
            // A kind that nobody has heard of.
            _ => json!({"hologram": {"words": words}}),
        }
    }

    fn origin(&self, kind: &str) -> Value {
        let date = 1_700_000_000;
        match kind {
            "forward_of_hidden_user" => {
                let name = format!("{} {}", self.first_name(), self.last_name());
                json!({"type": "hidden_user", "date": date, "sender_user_name": name})
            }
            "forward_of_chat" => json!({"type": "chat", "date": date,
                "sender_chat": self.club("supergroup"), "author_signature": self.last_name()}),
            "forward_of_channel" => json!({"type": "channel", "date": date, "message_id": 7,
                "chat": self.club("channel"), "author_signature": self.last_name()}),
            _ => json!({"type": "user", "date": date, "sender_user": self.user()}),
        }
    }

    /// A keyboard of another bot, which may learn who taps it.
    fn keyboard(&self, kind: &str) -> Value {
        let url = format!("https://example.org/{}", self.own("tag"));
        let mut button = json!({"text": "Open"});
        match kind {
            "login_button" => button["login_url"] = json!({ "url": url }),
            "callback_button" => button["callback_data"] = self.own("tag").into(),
            "switch_button" => button["switch_inline_query"] = self.own("tag").into(),
            _ => button["url"] = url.into(),
        }
        json!({"inline_keyboard": [[button]]})
    }

    /// What Telegram writes around a text.
    fn signed(&self, words: &str) -> Piece {
        Piece::from(content::text(words))
            .with("author_signature", self.last_name().into())
            .with("sender_tag", self.own("tag").into())
            .with("sender_boost_count", 3.into())
            .with("effect_id", "5107584321108051014".into())
            .with("paid_star_count", 5.into())
            .with("is_from_offline", true.into())
    }

    /// A text whose first word is an entity.
    fn entity(&self, words: &str, kind: &str, field: &str, value: Value) -> Piece {
        let first = words.split_whitespace().next().unwrap_or("here");
        let text = if words.is_empty() { first } else { words };
        let length = first.encode_utf16().count();
        let entity = json!({"type": kind, "offset": 0, "length": length, (field): value});
        Piece::from(json!({"text": text, "entities": [entity]}))
    }
}

/// A text with every entity that names nobody.
fn formatted(words: &str) -> Value {
    let parts = [
        ("bold", "bold"),
        ("italic", "italic"),
        ("underline", "underline"),
        ("strikethrough", "strike"),
        ("spoiler", "spoiler"),
        ("code", "code"),
        ("pre", "pre"),
        ("text_link", "link"),
        ("hashtag", "#tag"),
        ("cashtag", "$USD"),
        ("url", "https://example.org/"),
        ("email", "desk@example.org"),
        ("date_time", "tomorrow"),
        ("blockquote", "quote"),
        ("expandable_blockquote", "long quote"),
    ];
    let mut text = words.to_owned();
    let mut entities = Vec::new();
    for (kind, part) in parts {
        text.push(' ');
        let offset = text.encode_utf16().count();
        text.push_str(part);
        let length = part.encode_utf16().count();
        let mut entity = json!({"type": kind, "offset": offset, "length": length});
        match kind {
            "text_link" => entity["url"] = "https://example.org/more".into(),
            "pre" => entity["language"] = "rust".into(),
            "date_time" => entity["unix_time"] = 1_900_000_000.into(),
            _ => {}
        }
        entities.push(entity);
    }
    json!({"text": text, "entities": entities})
}
