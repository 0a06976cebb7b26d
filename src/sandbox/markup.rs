//! Keyboards under messages: checked on the way in, dropped or kept in copies.
//!
//! Must not know messages. Error texts are those of tdlib Client.cpp and the server.

use serde_json::{Map, Value};

use crate::sandbox::errors::Refusal;
use crate::sandbox::params::Call;

const CALLBACK_DATA_MAX_BYTES: usize = 64;
const COPY_TEXT_MAX: usize = 256;
const BUTTONS_MAX: usize = 100;

const ACTIONS: [&str; 10] = [
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
];
const DECORATION: [&str; 3] = ["text", "icon_custom_emoji_id", "style"];

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Markup {
    #[default]
    None,
    /// A complete `InlineKeyboardMarkup`.
    Inline(Box<str>),
    /// A reply keyboard, its removal, or a forced reply: shown once, never stored.
    Reply,
}

impl Markup {
    pub fn inline(self) -> Option<Box<str>> {
        match self {
            Markup::Inline(json) => Some(json),
            Markup::None | Markup::Reply => None,
        }
    }
}

/// `reply_markup` of a call.
pub(crate) fn from_call(call: &Call<'_>, is_private: bool) -> Result<Markup, Refusal> {
    let Some(value) = call.value("reply_markup") else {
        return Ok(Markup::None);
    };
    let Value::Object(markup) = value.as_ref() else {
        return Err(Refusal::misuse("object expected as reply markup"));
    };
    if let Some(rows) = markup.get("inline_keyboard") {
        return inline(rows, is_private);
    }
    let is_reply = ["keyboard", "remove_keyboard", "force_reply"]
        .iter()
        .any(|key| markup.contains_key(*key));
    match (is_reply, markup.is_empty()) {
        (true, _) => Ok(Markup::Reply),
        (false, true) => Ok(Markup::None),
        (false, false) => Err(Refusal::misuse(
            "can't parse reply keyboard markup JSON object",
        )),
    }
}

fn inline(rows: &Value, is_private: bool) -> Result<Markup, Refusal> {
    let wrong = || Refusal::misuse("can't parse inline keyboard markup JSON object");
    let mut kept = Vec::new();
    let mut count = 0;
    for row in rows.as_array().ok_or_else(wrong)? {
        let row = row.as_array().ok_or_else(wrong)?;
        for button in row {
            let button = button.as_object().ok_or_else(|| {
                Refusal::misuse("text buttons are unallowed in the inline keyboard")
            })?;
            check_button(button, is_private)?;
            count += 1;
        }
        if !row.is_empty() {
            kept.push(Value::Array(row.clone()));
        }
    }
    if count > BUTTONS_MAX {
        return Err(Refusal::misuse("reply markup is too long"));
    }
    if kept.is_empty() {
        return Ok(Markup::None);
    }
    let keyboard = serde_json::json!({ "inline_keyboard": kept });
    Ok(Markup::Inline(keyboard.to_string().into()))
}

fn check_button(button: &Map<String, Value>, is_private: bool) -> Result<(), Refusal> {
    let word = |key: &str| button.get(key).and_then(Value::as_str);
    if word("text").is_none_or(|text| text.trim().is_empty()) {
        return Err(Refusal::misuse(
            "inline keyboard button text must be non-empty",
        ));
    }
    let known =
        |key: &String| ACTIONS.contains(&key.as_str()) || DECORATION.contains(&key.as_str());
    if let Some(unknown) = button.keys().find(|key| !known(key)) {
        return Err(Refusal::misuse(&format!(
            "can't parse inline keyboard button: unknown field {unknown}"
        )));
    }
    let actions = ACTIONS.iter().filter(|key| button.contains_key(**key));
    if actions.count() != 1 {
        return Err(Refusal::misuse(
            "can't parse inline keyboard button: exactly one action is allowed",
        ));
    }
    if let Some(data) = button.get("callback_data") {
        let fits = data
            .as_str()
            .is_some_and(|data| (1..=CALLBACK_DATA_MAX_BYTES).contains(&data.len()));
        if !fits {
            return Err(Refusal::misuse("BUTTON_DATA_INVALID"));
        }
    }
    if word("url").is_some_and(|url| !is_url(url)) {
        return Err(Refusal::misuse("BUTTON_URL_INVALID"));
    }
    let copied = button.get("copy_text").and_then(|copy| copy.get("text"));
    if let Some(text) = copied.and_then(Value::as_str)
        && !(1..=COPY_TEXT_MAX).contains(&text.chars().count())
    {
        return Err(Refusal::misuse("BUTTON_COPY_TEXT_INVALID"));
    }
    if button.contains_key("web_app") && !is_private {
        return Err(Refusal::misuse("BUTTON_TYPE_INVALID"));
    }
    Ok(())
}

fn is_url(url: &str) -> bool {
    let host = ["http://", "https://", "tg://", "ton://"]
        .iter()
        .find_map(|scheme| url.strip_prefix(scheme))
        .unwrap_or(url);
    let is_plain = !host.contains(char::is_whitespace);
    is_plain
        && (url.starts_with("tg://") && !host.is_empty()
            || host.contains('.')
            || host.starts_with("localhost"))
}

/// The keyboard that a copy keeps: only one without anything that its bot would have to answer.
pub(crate) fn kept_in_copy(markup: Option<&str>) -> Option<Box<str>> {
    let markup = markup?;
    let value: Value = serde_json::from_str(markup).ok()?;
    let mut buttons = buttons(&value).peekable();
    buttons.peek()?;
    buttons
        .all(|button| button.get("url").is_some() || button.get("login_url").is_some())
        .then(|| markup.into())
}

/// All buttons of an inline keyboard.
pub(crate) fn buttons(markup: &Value) -> impl Iterator<Item = &Value> {
    markup["inline_keyboard"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_array)
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(markup: Value) -> Result<Markup, String> {
        let params = json!({ "reply_markup": markup });
        let call = Call {
            bot: 1,
            params: params.as_object().expect("an object literal"),
            uploads: &[],
            now_ms: 0,
            partial: None,
        };
        from_call(&call, false).map_err(|refusal| refusal.description)
    }

    #[test]
    fn keyboards_are_checked() {
        let button = |button: Value| json!({"inline_keyboard": [[button]]});
        let long = "x".repeat(65);
        let table = [
            (json!(null), "object expected as reply markup"),
            (
                json!({"bogus": 1}),
                "can't parse reply keyboard markup JSON object",
            ),
            (
                button(json!("text")),
                "text buttons are unallowed in the inline keyboard",
            ),
            (
                button(json!({"text": "", "callback_data": "a"})),
                "inline keyboard button text must be non-empty",
            ),
            (
                button(json!({"text": "a", "callback_data": long})),
                "BUTTON_DATA_INVALID",
            ),
            (
                button(json!({"text": "a", "callback_data": ""})),
                "BUTTON_DATA_INVALID",
            ),
            (
                button(json!({"text": "a", "url": "nowhere"})),
                "BUTTON_URL_INVALID",
            ),
            (
                button(json!({"text": "a", "web_app": {"url": "https://a.b"}})),
                "BUTTON_TYPE_INVALID",
            ),
        ];
        for (markup, error) in table {
            let text = markup.to_string();
            assert_eq!(
                check(markup),
                Err(format!("Bad Request: {error}")),
                "{text}"
            );
        }
        assert_eq!(check(json!({"inline_keyboard": []})), Ok(Markup::None));
        assert_eq!(check(json!({"force_reply": true})), Ok(Markup::Reply));
    }

    #[test]
    fn copies_keep_only_keyboards_of_links() {
        let table = [
            (
                json!({"inline_keyboard": [[{"text": "a", "url": "https://a.b"}]]}),
                true,
            ),
            (
                json!({"inline_keyboard": [[{"text": "a", "callback_data": "x"}]]}),
                false,
            ),
            (
                json!({"inline_keyboard": [[{"text": "a", "url": "https://a.b"}],
                    [{"text": "b", "callback_data": "x"}]]}),
                false,
            ),
        ];
        for (markup, kept) in table {
            let text = markup.to_string();
            assert_eq!(kept_in_copy(Some(&text)).is_some(), kept, "{text}");
        }
    }
}
