//! Replies, quotes, and entities that a bot may not use.

use super::*;
use crate::sandbox::content;

fn reply(desk: &Desk, chat: i64, more: Value) -> Value {
    let mut params = json!({"chat_id": chat, "text": "re"});
    let object = params.as_object_mut().expect("an object literal");
    object.extend(more.as_object().cloned().expect("an object literal"));
    let answer = desk.try_call("sendMessage", params, 0);
    answer.result().unwrap_or_else(|| {
        let (_, text) = answer.refusal().expect("an answer");
        text.into()
    })
}

#[test]
fn a_quote_has_the_words_and_the_formatting_of_its_original() {
    let desk = Desk::new();
    let bold = json!({"type": "bold", "offset": 0, "length": 5});
    let id = desk.ann_sends(json!({"text": "hello hello world", "entities": [bold]}));
    let quote = |quote: &str, entities: Value, position: i64| {
        let parameters = json!({"message_id": id, "quote": quote, "quote_entities": entities,
            "quote_position": position});
        reply(&desk, ANN, json!({ "reply_parameters": parameters }))
    };
    let none = json!([]);
    assert_eq!(quote("world", none.clone(), 0)["quote"]["position"], 12);
    assert_eq!(quote("hello", none.clone(), 0)["quote"]["position"], 6);
    let sent = quote("hello", json!([bold]), 99);
    assert_eq!(sent["quote"]["position"], 0, "only this one is bold");
    assert_eq!(sent["quote"]["entities"][0]["type"], "bold");
    let code = json!([{"type": "code", "offset": 0, "length": 5}]);
    assert_eq!(quote("world", code, 0)["quote"]["is_manual"], true);
    let invalid = "Bad Request: QUOTE_TEXT_INVALID";
    assert_eq!(quote("World", none.clone(), 0), invalid);
    assert_eq!(
        quote("hello hello", none.clone(), 0),
        invalid,
        "half of it is bold"
    );
    assert_eq!(quote(&"x".repeat(1_025), none, 0), invalid);
    desk.sandbox
        .change_settings(|settings| settings.unconfirmed.quote_entities_must_match = false);
    assert_eq!(quote("hello hello", json!([]), 0)["quote"]["position"], 0);
    desk.expect_no_violation();
}

#[test]
fn a_caption_can_be_quoted() {
    let desk = Desk::new();
    let id = desk.ann_sends(content::photo("p", "my cat"));
    let parameters = json!({"message_id": id, "quote": "cat"});
    let sent = reply(&desk, ANN, json!({ "reply_parameters": parameters }));
    assert_eq!(sent["quote"]["text"], "cat");
}

#[test]
fn a_reply_into_another_topic_shows_whom_it_answers() {
    let desk = Desk::new();
    let (one, two) = (desk.topic("one"), desk.topic("two"));
    let id = desk.sam_writes(Some(one), "over here");
    let into = |thread: i64, id: i64| {
        let parameters = json!({"message_id": id, "allow_sending_without_reply": true});
        json!({"message_thread_id": thread, "reply_parameters": parameters})
    };
    let sent = reply(&desk, desk.group, into(one, id));
    assert_eq!(sent["reply_to_message"]["message_id"], id);
    assert!(sent.get("external_reply").is_none());
    let sent = reply(&desk, desk.group, into(two, id));
    let external = &sent["external_reply"];
    assert_eq!(external["origin"]["sender_user"]["id"], SAM);
    assert_eq!(external["message_id"], id);
    assert_eq!(
        sent["reply_to_message"]["message_id"], two,
        "as of any post of the topic"
    );
    desk.sandbox.delete_message(desk.group, id);
    let sent = reply(&desk, desk.group, into(one, id));
    assert_eq!(sent["text"], "re", "the reply was optional");
    assert_eq!(
        reply(&desk, desk.group, into(two, id)),
        "Bad Request: message to be replied not found",
        "never across topics"
    );
    let without = json!({"reply_parameters": {"message_id": sent["message_id"]}});
    assert_eq!(reply(&desk, desk.group, without)["message_thread_id"], one);
    desk.expect_no_violation();
}

#[test]
fn entities_that_a_bot_may_not_use_become_plain_text() {
    let desk = Desk::new();
    desk.ann_writes("hi");
    let entities = json!([
        {"type": "text_mention", "offset": 0, "length": 1, "user": {"id": ANN}},
        {"type": "text_mention", "offset": 1, "length": 1, "user": {"id": 999}},
        {"type": "text_link", "offset": 2, "length": 1, "url": "tg://user?id=999"},
        {"type": "custom_emoji", "offset": 3, "length": 1, "custom_emoji_id": "5"},
        {"type": "bold", "offset": 4, "length": 1},
    ]);
    let send = json!({"chat_id": ANN, "text": "abcde", "entities": entities});
    let kinds = |sent: &Value| -> Vec<String> {
        let list = sent["entities"].as_array().expect("there are some");
        let kinds = list.iter().map(|entity| entity["type"].as_str());
        kinds
            .map(|kind| kind.unwrap_or_default().to_owned())
            .collect()
    };
    let sent = desk.call("sendMessage", send.clone());
    assert_eq!(kinds(&sent), ["text_mention", "bold"]);
    assert_eq!(sent["entities"][0]["user"]["username"], "ann_lee");
    desk.sandbox
        .change_settings(|settings| settings.unconfirmed.custom_emoji_of_bots = true);
    let sent = desk.call("sendMessage", send);
    assert_eq!(kinds(&sent), ["text_mention", "custom_emoji", "bold"]);
    desk.expect_no_violation();
}

#[test]
fn formatting_beyond_a_hundred_entities_is_ignored() {
    let desk = Desk::new();
    desk.ann_writes("hi");
    let many: Vec<Value> = (0..120)
        .map(|index| json!({"type": "bold", "offset": 2 * index, "length": 1}))
        .collect();
    let text = "b ".repeat(119) + "b /help";
    let send = json!({"chat_id": ANN, "text": text, "entities": many});
    let sent = desk.call("sendMessage", send);
    assert_eq!(sent["entities"].as_array().map(Vec::len), Some(100));
    let id = desk.ann_sends(json!({"text": text, "entities": many}));
    let view = desk.sandbox.message(ANN, id).expect("just sent");
    assert_eq!(view.content["entities"].as_array().map(Vec::len), Some(100));
}
