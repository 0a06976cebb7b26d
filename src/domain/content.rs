//! What a message carries, as far as the desk has to know it. Whatever is not text is relayed by
//! id, so kinds that nobody knows yet need no type here.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Text with its formatting. Offsets and lengths count UTF-16 code units, as Telegram's do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Text {
    /// The words themselves.
    pub text: String,
    /// Formatting, ordered by offset.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<Entity>,
}

/// One piece of formatting. Kept as Telegram sent it, so that kinds newer than us survive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entity {
    /// `bold`, `text_link`, `text_mention`...
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it begins, in UTF-16 code units.
    pub offset: usize,
    /// How far it goes, in UTF-16 code units.
    pub length: usize,
    /// Its other fields: `url`, `user`, `language`...
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl Text {
    /// Words without formatting.
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            entities: Vec::new(),
        }
    }

    /// Whether there are no words at all.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

/// What kind of message it is, named after the field that carries it in Telegram's schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Text,
    Photo,
    Video,
    Animation,
    Audio,
    Voice,
    VideoNote,
    Document,
    Sticker,
    Poll,
    Dice,
    Contact,
    Location,
    Venue,
    Story,
    Game,
    Invoice,
    PaidMedia,
    Gift,
    Checklist,
    Giveaway,
    Unknown,
}

impl Kind {
    /// Every kind, for tables and tests.
    pub const ALL: [Kind; 22] = [
        Kind::Text,
        Kind::Photo,
        Kind::Video,
        Kind::Animation,
        Kind::Audio,
        Kind::Voice,
        Kind::VideoNote,
        Kind::Document,
        Kind::Sticker,
        Kind::Poll,
        Kind::Dice,
        Kind::Contact,
        Kind::Location,
        Kind::Venue,
        Kind::Story,
        Kind::Game,
        Kind::Invoice,
        Kind::PaidMedia,
        Kind::Gift,
        Kind::Checklist,
        Kind::Giveaway,
        Kind::Unknown,
    ];

    /// The field's name in Telegram's schema; also how texts and the database name the kind.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Photo => "photo",
            Kind::Video => "video",
            Kind::Animation => "animation",
            Kind::Audio => "audio",
            Kind::Voice => "voice",
            Kind::VideoNote => "video_note",
            Kind::Document => "document",
            Kind::Sticker => "sticker",
            Kind::Poll => "poll",
            Kind::Dice => "dice",
            Kind::Contact => "contact",
            Kind::Location => "location",
            Kind::Venue => "venue",
            Kind::Story => "story",
            Kind::Game => "game",
            Kind::Invoice => "invoice",
            Kind::PaidMedia => "paid_media",
            Kind::Gift => "gift",
            Kind::Checklist => "checklist",
            Kind::Giveaway => "giveaway",
            Kind::Unknown => "unknown",
        }
    }
}

/// A message's content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// What it is.
    pub kind: Kind,
    /// The text, or the caption of a medium. Empty where there is none.
    #[serde(default)]
    pub text: Text,
    /// A dice's emoji and value: a copy would be rolled again, so the value is told in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dice: Option<Dice>,
}

/// A rolled dice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dice {
    /// Which dice: 🎲, 🎯, 🎰...
    pub emoji: String,
    /// What was rolled.
    pub value: i64,
}

impl Content {
    /// A plain text message.
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            kind: Kind::Text,
            text: Text::plain(text),
            dice: None,
        }
    }
}
