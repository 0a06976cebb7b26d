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
    LiveLocation,
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
    pub const ALL: [Kind; 23] = [
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
        Kind::LiveLocation,
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
            Kind::LiveLocation => "live_location",
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
    /// The file that it carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<Media>,
    /// The words of a message that goes over whole, or is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole: Option<Whole>,
    /// Where somebody is, for locations that move.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// How its link preview is to look, as Telegram's `LinkPreviewOptions`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview: Option<Map<String, Value>>,
    /// Whether buttons of somebody else hang under it: a copy could keep those that lead to a site.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_keyboard: bool,
}

/// A file of Telegram's, and how it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Media {
    /// What this bot fetches and sends it by (Bot API docs, `file_id`).
    pub file_id: String,
    /// The same for everybody and for ever: tells whether two files are one.
    pub unique_id: String,
    /// Its size in bytes, where Telegram says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// The end of its name, where that is a short word of ASCII letters and digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<String>,
    /// Its name, where the policy lets that over; of others it is not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether it has a name, a performer or a title: words of whoever made it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_named: bool,
    /// How it is shown.
    #[serde(default)]
    pub looks: Looks,
}

/// How a medium is shown; Telegram does not work it out again for a file that is sent anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looks {
    /// Hidden until it is tapped.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub spoiler: bool,
    /// With the caption above it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub caption_above: bool,
    /// How long it plays, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<u32>,
    /// In pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// In pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
}

/// A message whose words only a copy of all of it can carry as they look there: they cannot be changed on
/// the way, so that one that must not be copied is told in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Whole {
    /// What it is.
    pub form: Form,
    /// All that can be read in it.
    #[serde(default)]
    pub words: Text,
    /// Whether it holds what may say who somebody is and is no word: a file, a place, a link of its own,
    /// an answer that somebody else has added.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub holds_more: bool,
    /// Whether the words here differ from those that a copy would show.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_changed: bool,
}

/// What a message is that goes over whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// A poll.
    Poll,
    /// A poll with a right answer: Telegram copies it only for whoever knows which.
    Quiz,
    /// Text laid out in blocks (Bot API docs, `RichMessage`).
    Rich,
}

impl Form {
    /// How texts name it.
    pub const fn name(self) -> &'static str {
        match self {
            Form::Poll => "poll",
            Form::Quiz => "quiz",
            Form::Rich => "rich",
        }
    }
}

/// A place that may move.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Location {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// How exact it is, in metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub horizontal_accuracy: Option<f64>,
    /// Where it is headed, 1 to 360 degrees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heading: Option<u16>,
    /// For how many seconds after it was sent it moves; none once it has stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub live_period: Option<u32>,
}

/// A rolled dice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dice {
    /// Which dice: 🎲, 🎯, 🎰...
    pub emoji: String,
    /// What was rolled.
    pub value: i64,
}

/// What somebody set under a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// An emoji.
    Emoji(String),
    /// A custom emoji, a paid one, or one that is newer than this program: a bot cannot set it.
    Other,
}

impl Content {
    /// A message of a kind, without anything else.
    pub fn of(kind: Kind) -> Self {
        Self {
            kind,
            text: Text::default(),
            dice: None,
            media: None,
            whole: None,
            location: None,
            preview: None,
            has_keyboard: false,
        }
    }

    /// A plain text message.
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: Text::plain(text),
            ..Self::of(Kind::Text)
        }
    }

    /// The same without the name of its file.
    pub fn without_name(mut self) -> Self {
        if let Some(media) = &mut self.media {
            media.name = None;
        }
        self
    }

    /// Whether two versions of a message show the same. Telegram reports edits that changed nothing
    /// (Bot API docs, `Update.edited_message`), and a file may come under another `file_id`.
    pub fn shows_the_same(&self, other: &Content) -> bool {
        self.kind == other.kind
            && self.dice == other.dice
            && self.whole == other.whole
            && self.has_the_file_of(other)
            && self.text == other.text
            && self.location == other.location
            && self.preview == other.preview
    }

    /// Whether two versions of a message hold the same file, shown in the same way. Where one of them
    /// is kept without its file nobody can tell, and the kinds decide.
    pub fn has_the_file_of(&self, other: &Content) -> bool {
        let is_same_file = match (&self.media, &other.media) {
            (Some(one), Some(other)) => {
                one.unique_id == other.unique_id
                    && one.looks.spoiler == other.looks.spoiler
                    && one.looks.caption_above == other.looks.caption_above
            }
            (None, _) | (_, None) => true,
        };
        self.kind == other.kind && is_same_file
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_takes_no_room() {
        let stored = serde_json::to_string(&Content::text("hello")).expect("plain data");
        assert_eq!(stored, "{\"kind\":\"text\",\"text\":{\"text\":\"hello\"}}");
    }

    #[test]
    fn a_file_under_another_number_is_the_same_file() {
        let photo = |file_id: &str, unique_id: &str| Content {
            media: Some(Media {
                file_id: file_id.to_owned(),
                unique_id: unique_id.to_owned(),
                size: None,
                extension: None,
                name: None,
                is_named: false,
                looks: Looks::default(),
            }),
            ..Content::of(Kind::Photo)
        };
        assert!(photo("a", "1").shows_the_same(&photo("b", "1")));
        assert!(!photo("a", "1").shows_the_same(&photo("a", "2")));
        let captioned = Content {
            text: Text::plain("look"),
            ..photo("a", "1")
        };
        assert!(!captioned.shows_the_same(&photo("a", "1")));
    }
}
