//! Writes JSON objects straight into a string.
//!
//! Messages are rendered for every call and every update; building a tree first would cost more
//! than everything else together. Must not parse, and knows nothing of Telegram.

use std::fmt::Write;

/// One JSON object under construction.
pub(crate) struct Object {
    out: String,
}

impl Object {
    pub fn new() -> Object {
        let mut out = String::with_capacity(256);
        out.push('{');
        Object { out }
    }

    fn key(&mut self, key: &str) {
        if self.out.len() > 1 {
            self.out.push(',');
        }
        self.out.push('"');
        self.out.push_str(key);
        self.out.push_str("\":");
    }

    /// `json` is a complete JSON value.
    pub fn raw(&mut self, key: &str, json: &str) {
        self.key(key);
        self.out.push_str(json);
    }

    pub fn text(&mut self, key: &str, text: &str) {
        self.key(key);
        push_quoted(&mut self.out, text);
    }

    pub fn maybe_text(&mut self, key: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.text(key, text);
        }
    }

    pub fn number(&mut self, key: &str, number: i64) {
        self.key(key);
        write!(self.out, "{number}").expect("writing to a string cannot fail");
    }

    pub fn flag(&mut self, key: &str, flag: bool) {
        self.raw(key, if flag { "true" } else { "false" });
    }

    /// Adds `fields`, the inside of another object, as they are.
    pub fn fields(&mut self, fields: &str) {
        if fields.is_empty() {
            return;
        }
        if self.out.len() > 1 {
            self.out.push(',');
        }
        self.out.push_str(fields);
    }

    pub fn finish(mut self) -> String {
        self.out.push('}');
        self.out
    }
}

/// `[a,b,c]` of complete JSON values.
pub(crate) fn array<S: AsRef<str>>(items: impl IntoIterator<Item = S>) -> String {
    let mut out = String::from("[");
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push_str(item.as_ref());
    }
    out.push(']');
    out
}

/// The inside of a JSON object, without its braces.
pub(crate) fn inside(object: &serde_json::Map<String, serde_json::Value>) -> Box<str> {
    let text = serde_json::to_string(object).expect("a map with string keys always serialises");
    text[1..text.len() - 1].into()
}

/// The reverse of [`inside`].
pub(crate) fn outside(fields: &str) -> serde_json::Map<String, serde_json::Value> {
    serde_json::from_str(&format!("{{{fields}}}")).expect("stored content was serialised by us")
}

pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_quoted(&mut out, text);
    out
}

fn push_quoted(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            control if (control as u32) < 0x20 => {
                write!(out, "\\u{:04x}", control as u32).expect("writing to a string cannot fail");
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read_back() {
        let mut object = Object::new();
        object.text("text", "a\"b\\c\nd\u{1}é😀");
        object.number("id", -5);
        object.flag("yes", true);
        object.fields("\"more\":[1,2]");
        let value: serde_json::Value =
            serde_json::from_str(&object.finish()).expect("the writer makes JSON");
        assert_eq!(value["text"], "a\"b\\c\nd\u{1}é😀");
        assert_eq!(value["id"], -5);
        assert_eq!(value["more"][1], 2);
    }

    #[test]
    fn fields_survive_a_round_trip() {
        let fields = "\"text\":\"hi\"";
        assert_eq!(&*inside(&outside(fields)), fields);
        assert_eq!(array(["1", "2"]), "[1,2]");
    }
}
