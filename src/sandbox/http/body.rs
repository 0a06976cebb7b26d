//! Parameters out of a request: query, JSON, urlencoded form, multipart form.
//!
//! Like the real server, a body that cannot be read gives no parameters and no error.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::sandbox::files::Upload;

#[derive(Default)]
pub(super) struct Input {
    pub params: Map<String, Value>,
    pub uploads: Vec<Upload>,
}

pub(super) fn read(query: &str, content_type: &str, body: &[u8]) -> Input {
    let mut input = Input::default();
    read_form(query, &mut input.params);
    let (kind, attributes) = content_type.split_once(';').unwrap_or((content_type, ""));
    match kind.trim().to_ascii_lowercase().as_str() {
        "application/json" => match serde_json::from_slice(body) {
            Ok(Value::Object(params)) if input.params.is_empty() => input.params = params,
            Ok(Value::Object(params)) => input.params.extend(params),
            Ok(_) | Err(_) => {}
        },
        "application/x-www-form-urlencoded" => {
            read_form(&String::from_utf8_lossy(body), &mut input.params);
        }
        "multipart/form-data" => {
            if let Some(boundary) = attribute(attributes, "boundary") {
                read_multipart(body, &boundary, &mut input);
            }
        }
        _ => {}
    }
    input
}

fn read_form(form: &str, params: &mut Map<String, Value>) {
    for pair in form.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let decoded = |text: &str| percent_decoded(&text.replace('+', " "));
        params.insert(decoded(name), Value::String(decoded(value)));
    }
}

pub(super) fn percent_decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = (*first == b'%')
            .then(|| tail.get(..2))
            .flatten()
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match hex {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Parts with a file name are uploads, all others are parameters.
fn read_multipart(body: &[u8], boundary: &str, input: &mut Input) {
    let delimiter = format!("--{boundary}");
    let Some(start) = find(body, delimiter.as_bytes()) else {
        return;
    };
    let mut rest = &body[start + delimiter.len()..];
    let next = format!("\r\n--{boundary}");
    while let Some(part) = rest.strip_prefix(b"\r\n") {
        let Some(end) = find(part, next.as_bytes()) else {
            return;
        };
        read_part(&part[..end], input);
        rest = &part[end + next.len()..];
    }
}

fn read_part(part: &[u8], input: &mut Input) {
    let Some(split) = find(part, b"\r\n\r\n") else {
        return;
    };
    let (head, content) = (String::from_utf8_lossy(&part[..split]), &part[split + 4..]);
    let header = |name: &str| {
        head.split("\r\n").find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name)
                .then(|| value.trim().to_owned())
        })
    };
    let disposition = header("content-disposition").unwrap_or_default();
    let Some(field) = attribute(&disposition, "name") else {
        return;
    };
    let encoded = attribute(&disposition, "filename*");
    let decoded = encoded.as_deref().and_then(|name| {
        let (_, name) = name.split_once("''")?;
        Some(percent_decoded(name))
    });
    match decoded.or_else(|| attribute(&disposition, "filename")) {
        Some(file_name) => input.uploads.push(Upload {
            field,
            file_name,
            mime_type: header("content-type")
                .unwrap_or_else(|| "application/octet-stream".to_owned()),
            bytes: Arc::from(content),
        }),
        None => {
            let text = String::from_utf8_lossy(content).into_owned();
            input.params.insert(field, Value::String(text));
        }
    }
}

/// `name="value"` or `name=value` among parts separated by semicolons, which may also stand inside
/// of quotes.
fn attribute(attributes: &str, name: &str) -> Option<String> {
    let mut is_quoted = false;
    let mut parts = attributes.split(|letter| {
        is_quoted ^= letter == '"';
        letter == ';' && !is_quoted
    });
    parts.find_map(|part| {
        let (key, value) = part.trim().split_once('=')?;
        key.eq_ignore_ascii_case(name)
            .then(|| value.trim_matches('"').to_owned())
    })
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let mut from = 0;
    // Skipping to the first byte keeps large uploads cheap.
    while let Some(offset) = haystack[from..].iter().position(|byte| *byte == first) {
        let at = from + offset;
        if haystack[at..].starts_with(needle) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_way_of_passing_parameters_is_read() {
        let form = "application/x-www-form-urlencoded";
        let table = [
            (
                "chat_id=5&text=a+b%21",
                "",
                "",
                json!({"chat_id": "5", "text": "a b!"}),
            ),
            ("", form, "text=%D0%B4", json!({"text": "д"})),
            (
                "",
                "application/json; charset=utf-8",
                "{\"a\":[1]}",
                json!({"a": [1]}),
            ),
            ("", "application/json", "{\"a\":", json!({})),
            (
                "a=1",
                "application/json",
                "{\"b\":null}",
                json!({"a": "1", "b": null}),
            ),
            ("", "text/plain", "a=1", json!({})),
        ];
        for (query, content_type, body, expected) in table {
            let input = read(query, content_type, body.as_bytes());
            assert_eq!(Value::Object(input.params), expected, "{query} {body}");
        }
    }

    #[test]
    fn multipart_forms_carry_files() {
        let body = "--XX\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n5\r\n\
                    --XX\r\nContent-Disposition: form-data; name=\"document\"; \
                    filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\none\r\n--X\r\ntwo\r\n\
                    --XX--\r\n";
        let input = read("", "multipart/form-data; boundary=XX", body.as_bytes());
        assert_eq!(input.params["chat_id"], "5");
        let upload = &input.uploads[0];
        assert_eq!((&*upload.field, &*upload.file_name), ("document", "a.txt"));
        assert_eq!(&*upload.bytes, b"one\r\n--X\r\ntwo");
    }

    #[test]
    fn names_of_files_are_read_however_they_are_written() {
        let table = [
            ("filename=\"a; b.txt\"", "a; b.txt"),
            ("filename=plain.txt", "plain.txt"),
            ("filename*=utf-8''%D0%B4.txt", "д.txt"),
            ("filename=\"x\"; filename*=UTF-8''y%20z", "y z"),
        ];
        for (written, name) in table {
            let body = format!(
                "--XX\r\nContent-Disposition: form-data; name=\"f\"; {written}\r\n\r\n1\r\n--XX--\r\n"
            );
            let input = read("", "multipart/form-data; boundary=XX", body.as_bytes());
            assert_eq!(input.uploads[0].file_name, name, "{written}");
        }
    }
}
