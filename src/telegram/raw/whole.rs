//! Messages that only a copy of all of them could carry: polls and rich messages. Reads their words, with
//! the formatting that says who somebody is, so that the desk can judge them. What cannot be read is never
//! taken for harmless.

use serde_json::{Map, Value, value::RawValue};

use super::lenient::value;
use crate::domain::content::{Entity, Form, Text, Whole};
use crate::domain::rules::text::{join, utf16_len};

/// Formatting of rich texts that texts have too, under the same name.
const PLAIN_MARKS: [&str; 7] = [
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "code",
    "text_mention",
];

/// Fields of rich messages that are shown, in the order in which they are read (Bot API docs, `RichBlock`,
/// `RichText`).
const SHOWN: [&str; 10] = [
    "label",
    "summary",
    "text",
    "alternative_text",
    "expression",
    "blocks",
    "items",
    "cells",
    "caption",
    "credit",
];

/// Of those, what begins a line of its own.
const LINES: [&str; 6] = ["summary", "blocks", "items", "cells", "caption", "credit"];

/// Files and places in rich messages. Not photos: Telegram makes those anew, without what the camera wrote.
const MORE: [&str; 7] = [
    "animation",
    "audio",
    "document",
    "location",
    "venue",
    "video",
    "voice_note",
];

/// What cannot be read: the words of nobody knows what.
fn unread(form: Form) -> Whole {
    Whole {
        form,
        words: Text::default(),
        holds_more: true,
        is_changed: true,
    }
}

/// A poll: its question, what is said about it, and its answers.
pub(super) fn poll(raw: &RawValue) -> Whole {
    let Some(poll) = value::<Map<String, Value>>(raw) else {
        return unread(Form::Poll);
    };
    let form = match poll.get("type").and_then(Value::as_str) {
        Some("quiz") => Form::Quiz,
        Some(_) | None => Form::Poll,
    };
    let Some(mut words) = text_of(&poll, "question", "question_entities") else {
        return unread(form);
    };
    if let Some(description) = text_of(&poll, "description", "description_entities") {
        words = join(&join(&words, &Text::plain("\n")), &description);
    }
    let options = poll.get("options").and_then(Value::as_array);
    let options: Vec<&Map<String, Value>> = options
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .collect();
    for option in &options {
        if let Some(text) = text_of(option, "text", "text_entities") {
            words = join(&join(&words, &Text::plain("\n• ")), &text);
        }
    }
    let is_more = |fields: &Map<String, Value>| {
        [
            "media",
            "explanation_media",
            "added_by_user",
            "added_by_chat",
        ]
        .iter()
        .any(|field| fields.contains_key(*field))
    };
    Whole {
        form,
        words,
        holds_more: is_more(&poll) || options.into_iter().any(is_more),
        is_changed: false,
    }
}

/// Words with their formatting; formatting that makes no sense is left out.
fn text_of(fields: &Map<String, Value>, words: &str, entities: &str) -> Option<Text> {
    let text = fields.get(words)?.as_str()?.to_owned();
    let entities = fields.get(entities).cloned().unwrap_or_default();
    Some(Text {
        text,
        entities: serde_json::from_value(entities).unwrap_or_default(),
    })
}

/// A rich message: what can be read in it, block by block.
pub(super) fn rich(raw: &RawValue) -> Whole {
    let Some(message) = value::<Value>(raw) else {
        return unread(Form::Rich);
    };
    let mut reading = Reading::default();
    reading.read(&message);
    Whole {
        form: Form::Rich,
        words: Text {
            text: reading.text.trim_end().to_owned(),
            entities: reading.entities,
        },
        holds_more: reading.holds_more,
        is_changed: false,
    }
}

/// What has been read so far.
#[derive(Default)]
struct Reading {
    text: String,
    entities: Vec<Entity>,
    holds_more: bool,
}

impl Reading {
    fn read(&mut self, value: &Value) {
        match value {
            Value::String(words) => self.text.push_str(words),
            Value::Array(values) => values.iter().for_each(|value| self.read(value)),
            Value::Object(fields) => self.read_fields(fields),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn read_fields(&mut self, fields: &Map<String, Value>) {
        self.holds_more |= MORE.iter().any(|field| fields.contains_key(*field));
        let place = self.entities.len();
        let offset = utf16_len(&self.text);
        if let Some(mark) = mark(fields) {
            self.entities.push(Entity { offset, ..mark });
        }
        let is_marked = self.entities.len() > place;
        for (name, value) in SHOWN
            .iter()
            .filter_map(|name| fields.get(*name).map(|value| (*name, value)))
        {
            match value {
                Value::Array(values) if LINES.contains(&name) => {
                    for value in values {
                        self.begin_line();
                        self.read(value);
                    }
                }
                value => {
                    if LINES.contains(&name) {
                        self.begin_line();
                    }
                    self.read(value);
                }
            }
        }
        let length = utf16_len(&self.text) - offset;
        match self.entities.get_mut(place) {
            Some(mark) if is_marked => mark.length = length,
            Some(_) | None => {}
        }
    }

    fn begin_line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }
}

/// The mark that lies over a rich text, without its place. Of a user only that there is one.
fn mark(fields: &Map<String, Value>) -> Option<Entity> {
    let of = |kind: &str, rest| {
        Some(Entity {
            kind: kind.to_owned(),
            offset: 0,
            length: 0,
            rest,
        })
    };
    match fields.get("type")?.as_str()? {
        kind if PLAIN_MARKS.contains(&kind) => of(kind, Map::new()),
        // Who it is may differ from what can be read.
        "mention" => of("mention", Map::new()),
        "email_address" => of("email", Map::new()),
        "phone_number" => of("phone_number", Map::new()),
        "url" => {
            let url = fields.get("url")?.clone();
            of("text_link", Map::from_iter([("url".to_owned(), url)]))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use serde_json::value::to_raw_value;

    use super::*;

    fn raw(value: &Value) -> Box<RawValue> {
        to_raw_value(value).expect("a value is JSON")
    }

    #[test]
    fn a_poll_brings_its_words() {
        let asked = json!({
            "id": "1", "question": "Tea?", "type": "quiz", "description": "by Ann",
            "description_entities": [
                {"type": "text_mention", "offset": 3, "length": 3, "user": {"id": 7}}],
            "options": [{"text": "yes", "voter_count": 0}, {"odd": 1}, 5, {"text": "no"}],
        });
        let read = poll(&raw(&asked));
        assert_eq!((read.form, read.holds_more), (Form::Quiz, false));
        assert_eq!(read.words.text, "Tea?\nby Ann\n• yes\n• no");
        let mark = &read.words.entities[0];
        assert_eq!((mark.kind.as_str(), mark.offset), ("text_mention", 8));
        let bare = poll(&raw(
            &json!({"question": "Tea?", "options": 5, "type": "regular"}),
        ));
        assert_eq!((bare.form, bare.words), (Form::Poll, Text::plain("Tea?")));
        for odd in [json!({"question": 7}), json!(7), json!({})] {
            assert_eq!(poll(&raw(&odd)), unread(Form::Poll), "{odd}");
        }
    }

    #[test]
    fn a_poll_with_more_than_words_says_so() {
        let link = json!({"link": {"url": "https://t.me/anna"}});
        for more in [
            json!({"question": "?", "media": {"photo": []}}),
            json!({"question": "?", "explanation_media": {"photo": []}}),
            json!({"question": "?", "options": [{"text": "a", "media": link}]}),
            json!({"question": "?", "options": [{"text": "a", "added_by_user": {"id": 7}}]}),
        ] {
            assert!(poll(&raw(&more)).holds_more, "{more}");
        }
    }

    #[test]
    fn a_rich_message_is_read_block_by_block() {
        let message = json!({"blocks": [
            {"type": "heading", "size": 1, "text": "About"},
            {"type": "paragraph", "text": ["call ", {"type": "phone_number", "phone_number": "+4930",
                "text": ["+49 30 ", {"type": "bold", "text": "123"}]}, " or"]},
            {"type": "list", "items": [{"label": "1. ", "blocks": [{"type": "paragraph", "text":
                {"type": "url", "url": "tg://user?id=7", "text": "me"}}]}]},
            {"type": "details", "summary": "more", "blocks": [{"type": "paragraph", "text":
                {"type": "text_mention", "user": {"id": 7}, "text": "Ann"}}]},
        ]});
        let read = rich(&raw(&message));
        assert_eq!(
            read.words.text,
            "About\ncall +49 30 123 or\n1. \nme\nmore\nAnn"
        );
        let marks = read.words.entities.iter();
        let marks: Vec<_> = marks
            .map(|mark| (mark.kind.as_str(), mark.offset, mark.length))
            .collect();
        assert_eq!(
            marks,
            [
                ("phone_number", 11, 10),
                ("bold", 18, 3),
                ("text_link", 29, 2),
                ("text_mention", 37, 3),
            ]
        );
        assert!(read.words.entities[3].rest.is_empty());
        assert!(!read.holds_more);
        let map = json!({"blocks": [{"type": "collage", "blocks": [{"type": "map", "zoom": 15,
            "location": {"latitude": 1.5, "longitude": 2.5}}]}]});
        assert!(rich(&raw(&map)).holds_more);
        let deep = format!("{}1{}", "[".repeat(500), "]".repeat(500));
        let deep = RawValue::from_string(deep).expect("it is JSON");
        assert_eq!(rich(&deep), unread(Form::Rich));
    }
}
