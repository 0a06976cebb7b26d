//! Ready-made contents for people to send.
//!
//! Every name given becomes part of the file id, so equal names are equal files.

use serde_json::{Value, json};

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
