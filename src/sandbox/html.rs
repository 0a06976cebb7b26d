//! The HTML parse mode (telegram docs, "HTML style"; error texts of tdlib MessageEntity.cpp).
//!
//! Must not know messages. Other parse modes are refused, so that nobody starts to use them.

use serde_json::{Map, Value};

use crate::sandbox::text::Formatted;

struct Open {
    tag: String,
    kind: &'static str,
    /// UTF-16 units.
    start: i64,
    extra: Map<String, Value>,
}

struct Parser<'a> {
    source: &'a str,
    at: usize,
    text: String,
    length: i64,
    open: Vec<Open>,
    entities: Vec<Value>,
}

/// Text without tags, and the entities that the tags meant; the error lacks its common prefix.
pub(crate) fn parse(source: &str) -> Result<Formatted, String> {
    let mut parser = Parser {
        source,
        at: 0,
        text: String::with_capacity(source.len()),
        length: 0,
        open: Vec::new(),
        entities: Vec::new(),
    };
    while let Some(character) = parser.source[parser.at..].chars().next() {
        match character {
            '<' if parser.source[parser.at..].starts_with("</") => parser.close()?,
            '<' => parser.open()?,
            '&' => parser.character_reference(),
            other => {
                parser.at += other.len_utf8();
                parser.push(other);
            }
        }
    }
    if let Some(open) = parser.open.last() {
        return Err(format!(
            "Can't find end tag corresponding to start tag \"{}\"",
            open.tag
        ));
    }
    parser.entities.sort_by_key(|entity| {
        let (offset, length) = crate::sandbox::text::span(entity);
        (offset, -length)
    });
    Ok(Formatted {
        text: parser.text,
        entities: parser.entities,
    })
}

impl Parser<'_> {
    fn push(&mut self, character: char) {
        self.text.push(character);
        self.length += character.len_utf16() as i64;
    }

    fn character_reference(&mut self) {
        let rest = &self.source[self.at..];
        let found = rest[1..].split_once(';').and_then(|(name, _)| {
            let character = match name {
                "lt" => '<',
                "gt" => '>',
                "amp" => '&',
                "quot" => '"',
                _ => {
                    let digits = name.strip_prefix('#')?;
                    let code = match digits.strip_prefix('x') {
                        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                        None => digits.parse().ok()?,
                    };
                    char::from_u32(code)?
                }
            };
            Some((character, name.len() + 2))
        });
        let (character, length) = found.unwrap_or(('&', 1));
        self.at += length;
        self.push(character);
    }

    fn open(&mut self) -> Result<(), String> {
        let begin = self.at;
        let rest = &self.source[begin + 1..];
        let Some(end) = rest.find('>') else {
            return Err(format!("Unclosed start tag at byte offset {begin}"));
        };
        let inner = &rest[..end];
        let (tag, attributes) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
        let tag = tag.to_ascii_lowercase();
        let (kind, extra) = meaning(&tag, attributes)
            .ok_or_else(|| format!("Unsupported start tag \"{tag}\" at byte offset {begin}"))?;
        self.open.push(Open {
            tag,
            kind,
            start: self.length,
            extra,
        });
        self.at = begin + 1 + end + 1;
        Ok(())
    }

    fn close(&mut self) -> Result<(), String> {
        let begin = self.at;
        let rest = &self.source[begin + 2..];
        let Some(end) = rest.find('>') else {
            return Err(format!("Unclosed end tag at byte offset {begin}"));
        };
        let tag = rest[..end].trim().to_ascii_lowercase();
        let Some(open) = self.open.pop() else {
            return Err(format!("Unexpected end tag at byte offset {begin}"));
        };
        if !tag.is_empty() && tag != open.tag {
            return Err(format!(
                "Unmatched end tag at byte offset {begin}, expected \"</{}>\", found \"</{tag}>\"",
                open.tag
            ));
        }
        if self.length > open.start {
            let mut entity = open.extra;
            entity.insert("type".to_owned(), open.kind.into());
            entity.insert("offset".to_owned(), open.start.into());
            entity.insert("length".to_owned(), (self.length - open.start).into());
            self.entities.push(Value::Object(entity));
        }
        self.at = begin + 2 + end + 1;
        Ok(())
    }
}

fn meaning(tag: &str, attributes: &str) -> Option<(&'static str, Map<String, Value>)> {
    let mut extra = Map::new();
    let kind = match tag {
        "b" | "strong" => "bold",
        "i" | "em" => "italic",
        "u" | "ins" => "underline",
        "s" | "strike" | "del" => "strikethrough",
        "tg-spoiler" => "spoiler",
        "span" if attribute(attributes, "class").as_deref() == Some("tg-spoiler") => "spoiler",
        "code" => "code",
        "pre" => "pre",
        "blockquote" if attributes.contains("expandable") => "expandable_blockquote",
        "blockquote" => "blockquote",
        "a" => {
            let url = attribute(attributes, "href").unwrap_or_default();
            extra.insert("url".to_owned(), url.into());
            "text_link"
        }
        "tg-emoji" => {
            let id = attribute(attributes, "emoji-id").unwrap_or_default();
            extra.insert("custom_emoji_id".to_owned(), id.into());
            "custom_emoji"
        }
        _ => return None,
    };
    Some((kind, extra))
}

fn attribute(attributes: &str, name: &str) -> Option<String> {
    let (_, rest) = attributes.split_once(&format!("{name}="))?;
    let quote = rest.chars().next()?;
    let value = match quote {
        '"' | '\'' => rest[1..].split(quote).next()?,
        _ => rest.split_whitespace().next()?,
    };
    Some(value.replace("&quot;", "\"").replace("&amp;", "&"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn tags_become_entities() {
        let formatted = parse("a <b>b<i>c</i></b> &lt;&#65; <a href=\"https://x.example/\">d</a>")
            .expect("well formed");
        assert_eq!(formatted.text, "a bc <A d");
        assert_eq!(
            formatted.entities,
            [
                json!({"type": "bold", "offset": 2, "length": 2}),
                json!({"type": "italic", "offset": 3, "length": 1}),
                json!({"type": "text_link", "offset": 8, "length": 1, "url": "https://x.example/"}),
            ]
        );
    }

    #[test]
    fn broken_markup_is_named() {
        let table = [
            ("<x>", "Unsupported start tag \"x\" at byte offset 0"),
            (
                "<b>a",
                "Can't find end tag corresponding to start tag \"b\"",
            ),
            (
                "<b>a</i>",
                "Unmatched end tag at byte offset 4, expected \"</b>\", found \"</i>\"",
            ),
            ("a <b", "Unclosed start tag at byte offset 2"),
        ];
        for (source, error) in table {
            assert_eq!(parse(source).expect_err(source), error);
        }
    }
}
