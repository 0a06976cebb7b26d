//! Ready-made contents for people to send.
//!
//! Every name given becomes part of the file id, so equal names are equal files.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::sandbox::message::{Kind, kind_of};

/// Content with the bytes of its files, by file id.
#[derive(Clone, Debug)]
pub struct Piece {
    pub content: Value,
    pub files: Vec<(String, Arc<[u8]>)>,
}

impl Piece {
    /// Its main key, such as `text`; `unknown` if none is known.
    pub fn kind(&self) -> Kind {
        self.content.as_object().map_or("unknown", kind_of)
    }

    /// Adds a field to the message.
    #[must_use]
    pub fn with(mut self, field: &str, value: Value) -> Piece {
        self.content[field] = value;
        self
    }
}

impl From<Value> for Piece {
    fn from(content: Value) -> Piece {
        Piece {
            content,
            files: Vec::new(),
        }
    }
}

pub fn text(text: &str) -> Value {
    json!({ "text": text })
}

pub fn photo(name: &str, caption: &str) -> Value {
    let size = |suffix: &str, side: i64| {
        json!({
            "file_id": format!("photo-{name}-{suffix}"),
            "file_unique_id": format!("u-photo-{name}-{suffix}"),
            "width": side, "height": side, "file_size": side * 10,
        })
    };
    with_caption(json!({"photo": [size("s", 90), size("m", 320)]}), caption)
}

pub fn document(name: &str, file_name: &str, mime_type: &str, caption: &str) -> Value {
    let mut document = file("document", name);
    document["file_name"] = file_name.into();
    document["mime_type"] = mime_type.into();
    with_caption(json!({ "document": document }), caption)
}

pub fn video(name: &str, caption: &str) -> Value {
    let mut video = file("video", name);
    video["width"] = 640.into();
    video["height"] = 480.into();
    video["duration"] = 5.into();
    with_caption(json!({ "video": video }), caption)
}

pub fn animation(name: &str, caption: &str) -> Value {
    let mut animation = file("animation", name);
    animation["width"] = 320.into();
    animation["height"] = 240.into();
    animation["duration"] = 2.into();
    animation["mime_type"] = "video/mp4".into();
    // Telegram sets both, for programs older than animations.
    let document = json!({
        "file_id": animation["file_id"], "file_unique_id": animation["file_unique_id"],
    });
    let content = json!({"animation": animation, "document": document});
    with_caption(content, caption)
}

pub fn live_photo(name: &str, caption: &str) -> Value {
    let still = photo(name, "");
    let mut live = file("live_photo", name);
    live["photo"] = still["photo"].clone();
    live["width"] = 320.into();
    live["height"] = 320.into();
    live["duration"] = 3.into();
    // `photo` stands beside it, for programs older than live photos (telegram docs, `Message`).
    let content = json!({"live_photo": live, "photo": still["photo"]});
    with_caption(content, caption)
}

pub fn audio(name: &str, performer: &str, title: &str) -> Value {
    let mut audio = file("audio", name);
    audio["duration"] = 60.into();
    audio["performer"] = performer.into();
    audio["title"] = title.into();
    json!({ "audio": audio })
}

pub fn voice(name: &str) -> Value {
    let mut voice = file("voice", name);
    voice["duration"] = 3.into();
    json!({ "voice": voice })
}

pub fn video_note(name: &str) -> Value {
    let mut note = file("video_note", name);
    note["duration"] = 3.into();
    note["length"] = 240.into();
    json!({ "video_note": note })
}

pub fn sticker(name: &str, set_name: &str) -> Value {
    let mut sticker = file("sticker", name);
    sticker["type"] = "regular".into();
    sticker["width"] = 512.into();
    sticker["height"] = 512.into();
    sticker["is_animated"] = false.into();
    sticker["is_video"] = false.into();
    sticker["set_name"] = set_name.into();
    json!({ "sticker": sticker })
}

pub fn contact(phone: &str, first_name: &str, user_id: i64) -> Value {
    json!({"contact": {"phone_number": phone, "first_name": first_name, "user_id": user_id}})
}

pub fn location(latitude: f64, longitude: f64) -> Value {
    json!({"location": {"latitude": latitude, "longitude": longitude}})
}

pub fn live_location(latitude: f64, longitude: f64, live_period: i64) -> Value {
    json!({"location": {
        "latitude": latitude, "longitude": longitude, "live_period": live_period,
    }})
}

pub fn venue(latitude: f64, longitude: f64, title: &str, address: &str) -> Value {
    let location = json!({"latitude": latitude, "longitude": longitude});
    let venue = json!({"location": location, "title": title, "address": address});
    json!({"location": location, "venue": venue})
}

/// A poll that nobody has voted in.
pub fn poll(question: &str, options: &[&str]) -> Value {
    let options: Vec<Value> = options
        .iter()
        .enumerate()
        .map(|(index, text)| {
            json!({"persistent_id": index.to_string(), "text": text, "voter_count": 0})
        })
        .collect();
    json!({"poll": {
        "id": "4900000001", "question": question, "options": options, "total_voter_count": 0,
        "is_closed": false, "is_anonymous": true, "type": "regular",
        "allows_multiple_answers": false, "allows_revoting": true, "members_only": false,
    }})
}

/// A quiz with the right answer, which a bot sees in private chats only.
pub fn quiz(question: &str, options: &[&str], right: usize) -> Value {
    let mut quiz = poll(question, options);
    quiz["poll"]["type"] = "quiz".into();
    quiz["poll"]["allows_revoting"] = false.into();
    quiz["poll"]["correct_option_ids"] = json!([right]);
    quiz
}

pub fn dice(emoji: &str, value: i64) -> Value {
    json!({"dice": {"emoji": emoji, "value": value}})
}

fn file(kind: &str, name: &str) -> Value {
    json!({
        "file_id": format!("{kind}-{name}"),
        "file_unique_id": format!("u-{kind}-{name}"),
        "file_size": 1_000,
    })
}

fn with_caption(mut content: Value, caption: &str) -> Value {
    if !caption.is_empty() {
        content["caption"] = caption.into();
    }
    content
}
