//! Texts with entities: limits, trimming, entities that Telegram finds by itself.
//!
//! Lengths of texts are Unicode scalars, offsets of entities UTF-16 units (tdlib MessageContent.cpp
//! and the telegram docs). Must not know messages, nor tags: those are read in `html`.

use serde_json::{Map, Value, json};

use crate::sandbox::errors::Refusal;
use crate::sandbox::html;
use crate::sandbox::params::Call;
use crate::sandbox::world::World;

pub(crate) const TEXT_MAX: usize = 4_096;
pub(crate) const CAPTION_MAX: usize = 1_024;
/// The raw argument, in bytes, before entities are parsed.
const ARGUMENT_MAX_BYTES: usize = 32_768;
/// Formatting beyond this is dropped silently.
const ENTITIES_MAX: usize = 100;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Formatted {
    pub text: String,
    pub entities: Vec<Value>,
}

/// Reads a text with its parse mode or entities from a call.
pub(crate) fn from_call(
    world: &World,
    call: &Call<'_>,
    text: &str,
    mode: &str,
    entities: &str,
) -> Result<Formatted, Refusal> {
    let raw = call.text(text).unwrap_or_default();
    let mode = call.text(mode).unwrap_or_default();
    let given = if call.has(entities) {
        call.list(entities)
            .ok_or_else(|| Refusal::misuse("can't parse entities: expected an Array of entities"))?
    } else {
        Vec::new()
    };
    let formatted = parse(&raw, &mode, given)?;
    Ok(permitted(world, call.bot, formatted))
}

/// Reads a text with its parse mode or entities from a part of a call, such as an album item.
pub(crate) fn from_object(
    world: &World,
    bot: i64,
    object: &Map<String, Value>,
    (text, mode, entities): (&str, &str, &str),
) -> Result<Formatted, Refusal> {
    let word = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default();
    let given = object.get(entities).and_then(Value::as_array).cloned();
    let formatted = parse(word(text), word(mode), given.unwrap_or_default())?;
    Ok(permitted(world, bot, formatted))
}

/// The quote of a reply: part of somebody's text, so nothing is trimmed, found or taken out.
pub(crate) fn quote(parameters: &Map<String, Value>) -> Result<Formatted, Refusal> {
    let word = |key: &str| {
        parameters
            .get(key)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let given = parameters.get("quote_entities").and_then(Value::as_array);
    let given = given.cloned().unwrap_or_default();
    read(word("quote"), word("quote_parse_mode"), given)
}

fn parse(raw: &str, mode: &str, given: Vec<Value>) -> Result<Formatted, Refusal> {
    Ok(finish(read(raw, mode, given)?))
}

fn read(raw: &str, mode: &str, given: Vec<Value>) -> Result<Formatted, Refusal> {
    if raw.len() > ARGUMENT_MAX_BYTES {
        return Err(Refusal::misuse("text is too long"));
    }
    match mode.to_ascii_lowercase().as_str() {
        "" | "none" => {
            check_entities(raw, &given)?;
            Ok(Formatted {
                text: raw.to_owned(),
                entities: given,
            })
        }
        "html" => html::parse(raw)
            .map_err(|text| Refusal::misuse(&format!("can't parse entities: {text}"))),
        _ => Err(Refusal::misuse("unsupported parse_mode")),
    }
}

/// Takes out what a bot may not use: mentions of people it never met become plain text, custom
/// emoji plain emoji (telegram docs, "Formatting options").
fn permitted(world: &World, bot: i64, mut formatted: Formatted) -> Formatted {
    let emoji = world.settings.unconfirmed.custom_emoji_of_bots;
    formatted.entities.retain_mut(|entity| {
        let linked = entity["url"].as_str().and_then(|url| {
            let id = url.strip_prefix("tg://user?id=")?;
            id.parse::<i64>().ok()
        });
        let mentioned = match entity["type"].as_str() {
            Some("custom_emoji") => return emoji,
            Some("text_mention") => Some(entity["user"]["id"].as_i64().unwrap_or(0)),
            Some("text_link") => linked,
            _ => None,
        };
        let Some(user) = mentioned else {
            return true;
        };
        let known = world.knows(bot, user) || user == bot;
        if known {
            let (offset, length) = span(entity);
            let user: Value =
                serde_json::from_str(&world.render_user(user)).expect("users are rendered as JSON");
            *entity = json!({
                "type": "text_mention", "offset": offset, "length": length, "user": user,
            });
        }
        known
    });
    formatted
}

/// Custom emoji in a copy of somebody's text become plain emoji.
pub(crate) fn without_custom_emoji(content: &mut Map<String, Value>) {
    for key in ["entities", "caption_entities"] {
        if let Some(Value::Array(entities)) = content.get_mut(key) {
            entities.retain(|entity| entity["type"] != "custom_emoji");
            if entities.is_empty() {
                content.remove(key);
            }
        }
    }
}

/// Trims, cuts the entities to the text and adds those that Telegram finds.
fn finish(mut formatted: Formatted) -> Formatted {
    let end = formatted.text.trim_end().len();
    formatted.text.truncate(end);
    if formatted.entities.is_empty() {
        formatted.text = formatted.text.trim_start().to_owned();
    }
    let length = utf16_len(&formatted.text);
    formatted.entities.retain_mut(|entity| {
        let (offset, entity_length) = span(entity);
        let kept = entity_length.min(length - offset);
        entity["length"] = kept.into();
        kept > 0
    });
    formatted.entities.truncate(ENTITIES_MAX);
    let found = find_entities(&formatted.text);
    for entity in found {
        let (offset, length) = span(&entity);
        let is_free = formatted.entities.iter().all(|other| {
            let (start, size) = span(other);
            offset >= start + size || start >= offset + length
        });
        if is_free {
            formatted.entities.push(entity);
        }
    }
    formatted
        .entities
        .sort_by_key(|entity| (span(entity).0, -span(entity).1));
    formatted.entities.truncate(ENTITIES_MAX);
    formatted
}

/// Text of a message: never empty, never too long.
pub(crate) fn message_text(world: &World, call: &Call<'_>) -> Result<Formatted, Refusal> {
    if call.filled("text").is_none() {
        return Err(Refusal::misuse("message text is empty"));
    }
    let formatted = from_call(world, call, "text", "parse_mode", "entities")?;
    if formatted.text.is_empty() {
        return Err(Refusal::misuse("text must be non-empty"));
    }
    if formatted.text.chars().count() > TEXT_MAX {
        return Err(Refusal::misuse("message is too long"));
    }
    Ok(formatted)
}

pub(crate) fn check_caption(caption: Formatted) -> Result<Formatted, Refusal> {
    if caption.text.chars().count() > CAPTION_MAX {
        return Err(Refusal::misuse("message caption is too long"));
    }
    Ok(caption)
}

fn check_entities(text: &str, entities: &[Value]) -> Result<(), Refusal> {
    let end = utf16_len(text);
    for entity in entities {
        let (offset, length) = span(entity);
        if entity.get("type").and_then(Value::as_str).is_none() || offset < 0 || length <= 0 {
            return Err(Refusal::misuse(
                "can't parse MessageEntity: wrong type, offset or length",
            ));
        }
        if offset + length > end {
            return Err(Refusal::misuse(&format!(
                "entity beginning at UTF-16 offset {offset} ends after the end of the text at \
                 UTF-16 offset {end}"
            )));
        }
        if !is_boundary(text, offset) || !is_boundary(text, offset + length) {
            return Err(Refusal::misuse(&format!(
                "entity at UTF-16 offset {offset} splits a UTF-16 symbol"
            )));
        }
    }
    Ok(())
}

fn is_boundary(text: &str, offset: i64) -> bool {
    let mut at = 0;
    for character in text.chars() {
        if at >= offset {
            break;
        }
        at += character.len_utf16() as i64;
    }
    at == offset
}

pub(crate) fn span(entity: &Value) -> (i64, i64) {
    let number = |key: &str| entity.get(key).and_then(Value::as_i64).unwrap_or(-1);
    (number("offset"), number("length"))
}

pub(crate) fn utf16_len(text: &str) -> i64 {
    text.chars()
        .map(|character| character.len_utf16() as i64)
        .sum()
}

/// Commands, mentions, hashtags, links and addresses, word by word.
pub(crate) fn find_entities(text: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut offset = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let bare = word.trim_end();
        let lead: usize = bare
            .chars()
            .take_while(|character| "([{\"'«".contains(*character))
            .map(char::len_utf8)
            .sum();
        if let Some((kind, length)) = classify(&bare[lead..]) {
            let start = offset + utf16_len(&bare[..lead]);
            let length = utf16_len(&bare[lead..lead + length]);
            found.push(json!({"type": kind, "offset": start, "length": length}));
        }
        offset += utf16_len(word);
    }
    found
}

/// What a word is, and how many of its bytes belong to it.
fn classify(word: &str) -> Option<(&'static str, usize)> {
    let ascii_run = |text: &str, extra: &str| {
        text.chars()
            .take_while(|c| c.is_ascii_alphanumeric() || extra.contains(*c))
            .map(char::len_utf8)
            .sum::<usize>()
    };
    if let Some(rest) = word.strip_prefix('/') {
        let name = ascii_run(rest, "_");
        let bot = match rest[name..].strip_prefix('@') {
            Some(bot) if ascii_run(bot, "_") >= 3 => 1 + ascii_run(bot, "_"),
            Some(_) | None => 0,
        };
        let length = name + bot;
        let follows = rest[length..].chars().next();
        return ((1..=64).contains(&name) && follows != Some('/'))
            .then_some(("bot_command", length + 1));
    }
    if let Some(rest) = word.strip_prefix('@') {
        let name = ascii_run(rest, "_");
        return (4..=32).contains(&name).then_some(("mention", name + 1));
    }
    if let Some(rest) = word.strip_prefix('#') {
        let name: usize = rest
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .map(char::len_utf8)
            .sum();
        return (name > 0).then_some(("hashtag", name + 1));
    }
    let trimmed = word.trim_end_matches(|c: char| ".,;:!?)]}\"'»".contains(c));
    let lower = trimmed.to_ascii_lowercase();
    let is_link = ["http://", "https://", "tg://", "t.me/", "telegram.me/"]
        .iter()
        .any(|start| lower.starts_with(start) && lower.len() > start.len());
    if is_link {
        return Some(("url", trimmed.len()));
    }
    let (name, host) = trimmed.split_once('@')?;
    let is_mail = !name.is_empty() && host.contains('.') && ascii_run(host, ".-") == host.len();
    is_mail.then_some(("email", trimmed.len()))
}

/// Adds entities to what a person typed, as Telegram does on the way.
pub(crate) fn decorate(content: &mut Map<String, Value>) {
    for (text, entities) in [("text", "entities"), ("caption", "caption_entities")] {
        if let Some(Value::Array(given)) = content.get_mut(entities) {
            given.truncate(ENTITIES_MAX);
            continue;
        }
        let Some(typed) = content.get(text).and_then(Value::as_str) else {
            continue;
        };
        let mut found = find_entities(typed);
        found.truncate(ENTITIES_MAX);
        if !found.is_empty() {
            content.insert(entities.to_owned(), Value::Array(found));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_recognised() {
        let table = [
            ("/start now", "bot_command", 0, 6),
            ("do /claim@desk_bot", "bot_command", 3, 15),
            ("😀 @sam_agent!", "mention", 3, 10),
            ("see https://a.example/x.", "url", 4, 19),
            ("(t.me/sam)", "url", 1, 8),
            ("mail a.b@c.org", "email", 5, 9),
            ("#тег", "hashtag", 0, 4),
        ];
        for (text, kind, offset, length) in table {
            assert_eq!(
                find_entities(text),
                [json!({"type": kind, "offset": offset, "length": length})],
                "{text}"
            );
        }
        for text in ["/", "// note", "a / b", "@ab", "x@y", "/usr/bin"] {
            assert_eq!(find_entities(text), [] as [Value; 0], "{text}");
        }
    }

    #[test]
    fn entities_have_to_lie_inside_the_text() {
        let table = [
            (
                "hi",
                json!([{"type": "bold", "offset": 0, "length": 2}]),
                true,
            ),
            (
                "hi",
                json!([{"type": "bold", "offset": 0, "length": 3}]),
                false,
            ),
            (
                "😀",
                json!([{"type": "bold", "offset": 0, "length": 2}]),
                true,
            ),
            (
                "😀",
                json!([{"type": "bold", "offset": 1, "length": 1}]),
                false,
            ),
            ("hi", json!([{"offset": 0, "length": 1}]), false),
        ];
        for (text, entities, fine) in table {
            let list = entities.as_array().cloned().expect("an array literal");
            assert_eq!(parse(text, "", list).is_ok(), fine, "{text} {entities}");
        }
    }

    #[test]
    fn texts_are_trimmed_and_entities_cut() {
        let bold = json!({"type": "bold", "offset": 0, "length": 4});
        let formatted = parse("hi  ", "", vec![bold]).expect("entities fit");
        assert_eq!(formatted.text, "hi");
        assert_eq!(span(&formatted.entities[0]), (0, 2));
        let plain = parse("  hi\n", "", Vec::new()).expect("no entities");
        assert_eq!(plain.text, "hi");
    }
}
