//! The parameters of a call, read as leniently as the real server reads them.
//!
//! The server parses JSON bodies shallowly: whatever is no string is passed on as its raw text, so
//! `null` becomes the word "null" (HttpReader.cpp). Must not complain: strictness is in schema.

use std::borrow::Cow;

use serde_json::{Map, Value};

use crate::sandbox::files::Upload;

/// One call on its way through a method.
pub(crate) struct Call<'a> {
    pub bot: i64,
    pub params: &'a Map<String, Value>,
    pub uploads: &'a [Upload],
    pub now_ms: i64,
    /// Only so many items of a batch are delivered, then the call fails for this reason.
    pub partial: Option<(usize, String)>,
}

impl<'a> Call<'a> {
    pub fn has(&self, name: &str) -> bool {
        self.params.contains_key(name)
    }

    /// As text; a missing one is `None`.
    pub fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        self.params.get(name).map(as_text)
    }

    /// As text that is not empty.
    pub fn filled(&self, name: &str) -> Option<Cow<'a, str>> {
        self.text(name).filter(|text| !text.is_empty())
    }

    /// As a number; missing or garbage is 0.
    pub fn integer(&self, name: &str) -> i64 {
        self.params.get(name).map_or(0, as_integer)
    }

    pub fn float(&self, name: &str) -> f64 {
        match self.params.get(name) {
            Some(Value::Number(number)) => number.as_f64().unwrap_or(0.0),
            Some(Value::String(text)) => text.trim().parse().unwrap_or(0.0),
            Some(_) | None => 0.0,
        }
    }

    pub fn flag(&self, name: &str) -> bool {
        match self.params.get(name) {
            Some(Value::Bool(flag)) => *flag,
            Some(other) => {
                let text = as_text(other);
                ["true", "yes", "1"]
                    .iter()
                    .any(|word| text.eq_ignore_ascii_case(word))
            }
            None => false,
        }
    }

    /// A structured parameter, whether it came as JSON or as JSON in a string.
    pub fn value(&self, name: &str) -> Option<Cow<'a, Value>> {
        match self.params.get(name)? {
            Value::String(text) => Some(Cow::Owned(
                serde_json::from_str(text).unwrap_or(Value::Null),
            )),
            other => Some(Cow::Borrowed(other)),
        }
    }

    pub fn list(&self, name: &str) -> Option<Vec<Value>> {
        match self.value(name)?.into_owned() {
            Value::Array(items) => Some(items),
            _ => None,
        }
    }

    /// Ids in a list; garbage is 0.
    pub fn integers(&self, name: &str) -> Vec<i64> {
        self.list(name)
            .map(|items| items.iter().map(as_integer).collect())
            .unwrap_or_default()
    }

    pub fn upload(&self, field: &str) -> Option<&'a Upload> {
        let field = field.strip_prefix("attach://").unwrap_or(field);
        self.uploads.iter().find(|upload| upload.field == field)
    }

    pub fn seconds(&self) -> i64 {
        self.now_ms.div_euclid(1_000)
    }
}

fn as_text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.to_string()),
    }
}

pub(crate) fn as_integer(value: &Value) -> i64 {
    match value {
        Value::Number(number) => number.as_i64().unwrap_or(0),
        Value::String(text) => text.trim().parse().unwrap_or(0),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn everything_is_read_leniently() {
        let params = json!({
            "caption": null, "id": "12", "garbage": "x1", "yes": "True", "one": 1, "no": "no",
            "list": "[1,\"2\"]", "broken": "[1",
        });
        let call = Call {
            bot: 1,
            params: params.as_object().expect("an object literal"),
            uploads: &[],
            now_ms: 0,
            partial: None,
        };
        assert_eq!(call.text("caption").as_deref(), Some("null"));
        assert_eq!(call.text("missing"), None);
        assert_eq!((call.integer("id"), call.integer("garbage")), (12, 0));
        assert!(call.flag("yes") && call.flag("one") && !call.flag("no"));
        assert_eq!(call.integers("list"), [1, 2]);
        assert_eq!(call.list("broken"), None);
    }
}
