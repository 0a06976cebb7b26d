//! Objects against their published types: no field that does not exist, none missing.

use hushdesk::sandbox::marked::{self, ALBUMS, KINDS};
use serde_json::{Value, json};

use super::{ANN, Desk, NOW};

/// The published schema, where `BOT_API_SCHEMA` names it.
fn schema() -> Option<Value> {
    let path = std::env::var("BOT_API_SCHEMA").ok()?;
    let text = std::fs::read_to_string(&path).expect("BOT_API_SCHEMA can be read");
    Some(serde_json::from_str(&text).expect("the schema is JSON"))
}

/// Everything in which a value differs from a type such as `Array of Message`.
fn differences(schema: &Value, value: &Value, name: &str, path: &str, found: &mut Vec<String>) {
    if let Some(inner) = name.strip_prefix("Array of ") {
        let Some(items) = value.as_array() else {
            return found.push(format!("{path} should be {name}: {value}"));
        };
        for item in items {
            differences(schema, item, inner, path, found);
        }
        return;
    }
    let is_fine = match name {
        "Integer" => value.is_i64(),
        "Float" => value.is_number(),
        "String" => value.is_string(),
        "Boolean" | "True" => value.is_boolean(),
        _ => {
            let type_ = &schema["types"][name];
            return match type_["subtypes"].as_array() {
                Some(subtypes) => one_of(schema, value, subtypes, path, found),
                None => fields(schema, value, &type_["fields"], path, found),
            };
        }
    };
    if !is_fine {
        found.push(format!("{path} should be {name}: {value}"));
    }
}

/// A value fits a union if it fits one of its types.
fn one_of(schema: &Value, value: &Value, names: &[Value], path: &str, found: &mut Vec<String>) {
    let mut best: Option<Vec<String>> = None;
    for name in names.iter().filter_map(Value::as_str) {
        let mut wrong = Vec::new();
        differences(schema, value, name, path, &mut wrong);
        if best.as_ref().is_none_or(|best| wrong.len() < best.len()) {
            best = Some(wrong);
        }
    }
    found.extend(best.unwrap_or_default());
}

fn fields(schema: &Value, value: &Value, known: &Value, path: &str, found: &mut Vec<String>) {
    let Some(object) = value.as_object() else {
        return found.push(format!("{path} should be an object: {value}"));
    };
    let known = known.as_array().map_or(&[][..], Vec::as_slice);
    let named = |name: &str| known.iter().find(|field| field["name"] == name);
    for (key, inner) in object {
        let path = format!("{path}.{key}");
        match named(key).and_then(|field| field["types"].as_array()) {
            Some(types) => one_of(schema, inner, types, &path, found),
            None => found.push(format!("{path} is not published")),
        }
    }
    for field in known.iter().filter(|field| field["required"] == true) {
        let name = field["name"].as_str().unwrap_or_default();
        if !object.contains_key(name) {
            found.push(format!("{path}.{name} is missing"));
        }
    }
}

#[test]
fn whatever_people_send_is_published() {
    let Some(schema) = schema() else {
        eprintln!("skipped: BOT_API_SCHEMA names no file");
        return;
    };
    let desk = Desk::new();
    let kim = marked::person(7_310_002_223, "kim");
    desk.sandbox.add_person(kim.account());
    let pieces = KINDS
        .into_iter()
        .map(|kind| (kind, kim.piece(kind, "look")));
    let items = ALBUMS.into_iter().flat_map(|kind| {
        kim.album(kind, "look", 2)
            .into_iter()
            .map(move |item| (kind, item))
    });
    let mut found = Vec::new();
    for (kind, piece) in pieces.chain(items) {
        // Nobody has published holograms yet.
        if kind == "hologram" {
            continue;
        }
        desk.sandbox.put_files(&piece);
        desk.says(piece.content);
        let updates = desk.get::<Value>("getUpdates", json!({"offset": -1}));
        differences(&schema, &updates[0], "Update", kind, &mut found);
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn whatever_bots_are_answered_is_published() {
    let Some(schema) = schema() else {
        eprintln!("skipped: BOT_API_SCHEMA names no file");
        return;
    };
    let desk = Desk::new();
    let kim = marked::person(7_310_002_223, "kim");
    desk.sandbox.add_person(kim.account());
    for kind in ["photo", "video", "audio", "animation", "live_photo"] {
        desk.says(kim.piece(kind, "look").content);
    }
    let original = desk.says(json!({"text": "hello"}));
    let reply = json!({"message_id": original, "quote": "hello"});
    let item = |kind: &str, media: &str| json!({"type": kind, "media": media});
    let mut live = item("live_photo", "live_photo-look");
    live["photo"] = "photo-look-m".into();
    let photo = item("photo", "photo-look-m");
    let calls = [
        (
            "sendMessage",
            json!({"text": "x", "reply_parameters": reply}),
        ),
        ("sendVideo", json!({"video": "video-look", "caption": "x"})),
        ("sendAudio", json!({"audio": "audio-look"})),
        (
            "sendLivePhoto",
            json!({"live_photo": "live_photo-look", "photo": "photo-look-m"}),
        ),
        ("sendAnimation", json!({"animation": "animation-look"})),
        (
            "sendPoll",
            json!({"question": "?", "options": [{"text": "a"}]}),
        ),
        ("sendDice", json!({})),
        (
            "sendLocation",
            json!({"latitude": 1.5, "longitude": 2.5, "live_period": 60}),
        ),
    ];
    let mut found = Vec::new();
    for (method, mut params) in calls {
        params["chat_id"] = ANN.into();
        let sent = desk.get::<Value>(method, params);
        differences(&schema, &sent, "Message", method, &mut found);
    }
    let album = json!({"chat_id": ANN, "media": [live, photo]});
    let sent = desk.get::<Value>("sendMediaGroup", album);
    differences(&schema, &sent, "Array of Message", "album", &mut found);
    let id = sent[0]["message_id"].as_i64().expect("an id");
    let sandbox = &desk.sandbox;
    sandbox
        .person_reacts(ANN, ANN, id, &["👍"], NOW)
        .expect("it is there");
    let topics = ["one", "two"].map(|name| {
        let params = json!({"chat_id": desk.group, "name": name});
        let topic = desk.get::<Value>("createForumTopic", params);
        topic["message_thread_id"].as_i64().expect("an id")
    });
    let across = json!({"chat_id": desk.group, "message_thread_id": topics[0], "text": "x",
        "reply_parameters": {"message_id": topics[1]}});
    let sent = desk.get::<Value>("sendMessage", across);
    differences(&schema, &sent, "Message", "across", &mut found);
    let updates = desk.get::<Value>("getUpdates", json!({}));
    differences(&schema, &updates, "Array of Update", "updates", &mut found);
    // A right of administrators that is newer than the schema may be.
    found.retain(|difference| !difference.contains(".can_send_welcome_messages "));
    assert!(found.is_empty(), "{found:#?}");
}
