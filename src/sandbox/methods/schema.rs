//! Strictness: does a call look like the documentation says?
//!
//! The real server is lenient and ignores what it does not know; a bot that relies on that is
//! wrong all the same. Only complains, never changes an answer.

use serde_json::{Map, Value};

use crate::sandbox::files::Upload;
use crate::sandbox::methods::table::{Method, Parameter, Shape};

/// Everything wrong with the shape of a call.
pub(crate) fn check(
    method: &Method,
    params: &Map<String, Value>,
    uploads: &[Upload],
    complain: &mut dyn FnMut(String),
) {
    for (name, value) in params {
        match method.parameters().find(|parameter| parameter.name == name) {
            None => complain(format!("unknown parameter {name}")),
            Some(parameter) if !fits(parameter.shape, value) => complain(format!(
                "parameter {name} should be {:?}, not {}",
                parameter.shape,
                describe(value)
            )),
            Some(_) => {}
        }
    }
    let is_given = |parameter: &Parameter| {
        params.contains_key(parameter.name)
            || uploads.iter().any(|upload| upload.field == parameter.name)
    };
    for parameter in method.parameters() {
        if parameter.required && !is_given(parameter) {
            complain(format!("missing parameter {}", parameter.name));
        }
    }
}

/// Forms carry everything as text, so text that reads as the right shape is fine.
fn fits(shape: Shape, value: &Value) -> bool {
    let text = value.as_str();
    match shape {
        Shape::Integer => value.is_i64() || text.is_some_and(|text| text.parse::<i64>().is_ok()),
        Shape::Float => value.is_number() || text.is_some_and(|text| text.parse::<f64>().is_ok()),
        Shape::Boolean => {
            value.is_boolean() || text.is_some_and(|text| ["true", "false"].contains(&text))
        }
        Shape::Text | Shape::File => value.is_string(),
        Shape::ChatId => {
            value.is_i64()
                || text.is_some_and(|text| text.starts_with('@') || text.parse::<i64>().is_ok())
        }
        Shape::Object => value.is_object() || text.is_some_and(|text| parses(text, '{')),
        Shape::Array => value.is_array() || text.is_some_and(|text| parses(text, '[')),
    }
}

fn parses(text: &str, start: char) -> bool {
    text.trim_start().starts_with(start) && serde_json::from_str::<Value>(text).is_ok()
}

fn describe(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text of another shape",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::methods::table;
    use serde_json::json;

    fn complaints(method: &str, params: Value) -> Vec<String> {
        let mut found = Vec::new();
        let method = table::find(method).expect("a method of the table");
        let params = params.as_object().cloned().expect("an object literal");
        check(method, &params, &[], &mut |text| found.push(text));
        found
    }

    #[test]
    fn calls_are_compared_with_the_documentation() {
        let table = [
            (json!({"chat_id": 1, "text": "x"}), ""),
            (
                json!({"chat_id": "1", "text": "x", "protect_content": "true"}),
                "",
            ),
            (json!({"chat_id": 1}), "missing parameter text"),
            (
                json!({"chat_id": 1, "text": "x", "txet": 1}),
                "unknown parameter txet",
            ),
            (
                json!({"chat_id": 1, "text": null}),
                "parameter text should be Text, not null",
            ),
            (
                json!({"chat_id": 1, "text": "x", "entities": "oops"}),
                "parameter entities should be Array, not a text of another shape",
            ),
            (json!({"chat_id": 1, "text": "x", "entities": "[]"}), ""),
        ];
        for (params, expected) in table {
            let text = params.to_string();
            assert_eq!(
                complaints("sendMessage", params).join("; "),
                expected,
                "{text}"
            );
        }
    }
}
