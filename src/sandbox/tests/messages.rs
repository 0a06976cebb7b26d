//! Sending, editing, deleting, reacting, pressing.

use super::*;

#[test]
fn strangers_cannot_be_written_to() {
    let desk = Desk::new();
    let send = |chat: i64| json!({"chat_id": chat, "text": "x"});
    desk.sandbox.add_person(Person::named(900, "Nobody"));
    assert_eq!(
        desk.refused("sendMessage", send(900)),
        "400 Bad Request: chat not found"
    );
    assert_eq!(
        desk.refused("sendMessage", send(SAM)),
        "403 Forbidden: bot can't initiate conversation with a user"
    );
    desk.ann_writes("hi");
    desk.call("sendMessage", send(ANN));
    desk.sandbox.person_blocks(ANN, NOW);
    assert_eq!(
        desk.refused("sendMessage", send(ANN)),
        "403 Forbidden: bot was blocked by the user"
    );
    let updates = desk.updates();
    let change = &updates.last().expect("the block was reported")["my_chat_member"];
    assert_eq!(change["old_chat_member"]["status"], "member");
    assert_eq!(change["new_chat_member"]["status"], "kicked");
    assert_eq!(change["from"]["id"], ANN);
    desk.sandbox.person_unblocks(ANN, NOW);
    desk.sandbox.deactivate(ANN, NOW);
    assert_eq!(
        desk.refused("sendMessage", send(ANN)),
        "403 Forbidden: user is deactivated"
    );
    desk.expect_no_violation();
}

#[test]
fn what_a_client_writes_arrives_with_its_commands_marked() {
    let desk = Desk::new();
    desk.ann_writes("/start billing");
    let updates = desk.updates();
    let message = &updates[0]["message"];
    assert_eq!(message["text"], "/start billing");
    assert_eq!(message["entities"][0]["type"], "bot_command");
    assert_eq!(message["chat"]["type"], "private");
    assert_eq!(message["from"]["last_name"], "Lee");
    assert_eq!(message["date"], NOW / 1_000);
}

#[test]
fn unknown_content_is_delivered_as_it_is() {
    let desk = Desk::new();
    let content = json!({"rich_message": {"blocks": []}});
    desk.sandbox
        .person_sends(ANN, ANN, None, content, None, NOW)
        .expect("anything can be sent");
    desk.sandbox
        .push_raw_update(TOKEN, json!({"brand_new": {"a": 1}}), NOW);
    let updates = desk.updates();
    assert!(updates[0]["message"].get("rich_message").is_some());
    assert_eq!(updates[1]["brand_new"]["a"], 1);
}

#[test]
fn texts_have_limits() {
    let desk = Desk::new();
    desk.ann_writes("hi");
    let send = |text: &str| json!({"chat_id": ANN, "text": text});
    desk.call("sendMessage", send(&"😀".repeat(4_096)));
    desk.expect_no_violation();
    let table = [
        ("😀".repeat(4_097), "400 Bad Request: message is too long"),
        (String::new(), "400 Bad Request: message text is empty"),
        (" \n".to_owned(), "400 Bad Request: text must be non-empty"),
        ("x".repeat(32_769), "400 Bad Request: text is too long"),
    ];
    for (text, expected) in table {
        assert_eq!(desk.refused("sendMessage", send(&text)), expected);
    }
    assert_eq!(desk.sandbox.violations().len(), 4);
}

#[test]
fn null_is_the_word_null() {
    let desk = Desk::new();
    desk.ann_writes("hi");
    let null = |key: &str| {
        let mut params = json!({"chat_id": ANN, "text": "x"});
        params[key] = Value::Null;
        params
    };
    assert_eq!(
        desk.refused("sendMessage", null("parse_mode")),
        "400 Bad Request: unsupported parse_mode"
    );
    assert_eq!(
        desk.refused("sendMessage", null("reply_markup")),
        "400 Bad Request: object expected as reply markup"
    );
    assert_eq!(desk.call("sendMessage", null("text"))["text"], "null");
    assert!(desk.sandbox.violations().len() >= 3);
}

#[test]
fn an_edit_without_a_keyboard_removes_it() {
    let desk = Desk::new();
    desk.ann_writes("hi");
    let keyboard = json!({"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]});
    let sent = desk.call(
        "sendMessage",
        json!({"chat_id": ANN, "text": "sure?", "reply_markup": keyboard}),
    );
    let id = sent["message_id"].clone();
    let same = json!({"chat_id": ANN, "message_id": id, "text": "sure?", "reply_markup": keyboard});
    assert!(
        desk.refused("editMessageText", same)
            .contains("message is not modified")
    );
    let edited = desk.call(
        "editMessageText",
        json!({"chat_id": ANN, "message_id": id, "text": "sure?"}),
    );
    assert!(edited.get("reply_markup").is_none());
    let id = id.as_i64().expect("an id");
    assert_eq!(
        desk.sandbox.person_presses(ANN, ANN, id, "y", NOW),
        Err(crate::sandbox::PersonError::NoSuchButton)
    );
    let texts = desk.sandbox.visible_texts(ANN).join("\n");
    assert!(texts.contains("\"Yes\""), "what was shown is remembered");
    desk.expect_no_violation();
}

#[test]
fn only_own_plain_messages_can_be_edited() {
    let desk = Desk::new();
    let theirs = desk.ann_writes("hi");
    let edit = |id: &Value| json!({"chat_id": ANN, "message_id": id, "text": "new"});
    let cannot = "400 Bad Request: message can't be edited";
    assert_eq!(
        desk.refused("editMessageText", edit(&theirs.into())),
        cannot
    );
    let missing = "400 Bad Request: message to edit not found";
    assert_eq!(desk.refused("editMessageText", edit(&99.into())), missing);
    let reply = json!({"chat_id": ANN, "text": "x", "reply_markup": {"force_reply": true}});
    let sent = desk.call("sendMessage", reply);
    assert_eq!(
        desk.refused("editMessageText", edit(&sent["message_id"])),
        cannot
    );
    let sent = desk.call("sendMessage", json!({"chat_id": ANN, "text": "x"}));
    let caption = json!({"chat_id": ANN, "message_id": sent["message_id"], "caption": "x"});
    assert_eq!(
        desk.refused("editMessageCaption", caption),
        "400 Bad Request: there is no caption in the message to edit"
    );
    desk.expect_no_violation();
}

#[test]
fn deleting_has_its_rules() {
    let desk = Desk::new();
    let id = desk.ann_writes("hi");
    let delete = |chat: i64, id: i64| json!({"chat_id": chat, "message_id": id});
    desk.call("deleteMessage", delete(ANN, id));
    let gone = "400 Bad Request: message to delete not found";
    assert_eq!(desk.refused("deleteMessage", delete(ANN, id)), gone);
    let topic = desk.topic("T");
    let cannot = "400 Bad Request: message can't be deleted";
    assert_eq!(
        desk.refused("deleteMessage", delete(desk.group, topic)),
        cannot
    );
    let old = desk.sam_writes(Some(topic), "old");
    let late = desk.try_call("deleteMessage", delete(desk.group, old), 48 * 3_600_000);
    assert_eq!(late.refusal(), Some((400, cannot[4..].to_owned())));
    desk.forbid(Right::DeleteMessages);
    assert_eq!(
        desk.refused("deleteMessage", delete(desk.group, old)),
        cannot
    );
    let many = json!({"chat_id": ANN, "message_ids": [id, 77]});
    assert_eq!(desk.call("deleteMessages", many), true);
    desk.expect_no_violation();
}

#[test]
fn presses_are_answered_once_and_in_time() {
    let desk = Desk::new();
    desk.ann_writes("hi");
    let keyboard = json!({"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]});
    let sent = desk.call(
        "sendMessage",
        json!({"chat_id": ANN, "text": "sure?", "reply_markup": keyboard}),
    );
    desk.updates();
    let id = sent["message_id"].as_i64().expect("an id");
    let press = desk
        .sandbox
        .person_presses(ANN, ANN, id, "y", NOW)
        .expect("the button is there");
    desk.sandbox.repeat_press(&press, NOW);
    let updates = desk.updates();
    assert_eq!(updates.len(), 2, "the app repeated itself");
    assert_eq!(updates[0]["callback_query"]["data"], "y");
    assert_eq!(
        updates[0]["callback_query"]["id"],
        updates[1]["callback_query"]["id"]
    );
    let answer = json!({"callback_query_id": press, "text": "done"});
    desk.call("answerCallbackQuery", answer.clone());
    assert!(
        desk.refused("answerCallbackQuery", answer)
            .contains("query is too old")
    );
    assert_eq!(
        desk.sandbox.callback_answers()[0].text.as_deref(),
        Some("done")
    );
    let late = desk
        .sandbox
        .person_presses(ANN, ANN, id, "y", NOW)
        .expect("the button is there");
    let answer = desk.try_call(
        "answerCallbackQuery",
        json!({"callback_query_id": late}),
        150_001,
    );
    assert_eq!(answer.status(), 400);
    desk.expect_no_violation();
}

#[test]
fn reactions_go_both_ways() {
    let desk = Desk::new();
    let topic = desk.topic("T");
    let id = desk.sam_writes(Some(topic), "answer");
    desk.updates();
    let react = |emoji: &str| {
        json!({"chat_id": desk.group, "message_id": id,
            "reaction": [{"type": "emoji", "emoji": emoji}]})
    };
    desk.call("setMessageReaction", react("👌"));
    assert_eq!(
        desk.updates(),
        [] as [Value; 0],
        "bots' reactions are not reported"
    );
    desk.expect_no_violation();
    assert_eq!(
        desk.refused("setMessageReaction", react("✅")),
        "400 Bad Request: REACTION_INVALID"
    );
    desk.sandbox
        .person_reacts(SAM, desk.group, id, &["👍"], NOW)
        .expect("the message is there");
    let updates = desk.updates();
    let reaction = &updates[0]["message_reaction"];
    assert_eq!(reaction["new_reaction"][0]["emoji"], "👍");
    assert!(reaction.get("message_thread_id").is_none());
    let view = desk
        .sandbox
        .message(desk.group, id)
        .expect("the message is there");
    assert_eq!(view.reactions.len(), 2);
}

#[test]
fn replies_stay_inside_their_chat() {
    let desk = Desk::new();
    let id = desk.ann_writes("hello world");
    let reply =
        |parameters: Value| json!({"chat_id": ANN, "text": "re", "reply_parameters": parameters});
    let sent = desk.call(
        "sendMessage",
        reply(json!({"message_id": id, "quote": "world"})),
    );
    assert_eq!(sent["reply_to_message"]["message_id"], id);
    assert_eq!(sent["quote"]["position"], 6);
    assert_eq!(
        desk.refused(
            "sendMessage",
            reply(json!({"message_id": id, "quote": "moon"}))
        ),
        "400 Bad Request: QUOTE_TEXT_INVALID"
    );
    let missing = "400 Bad Request: message to be replied not found";
    assert_eq!(
        desk.refused("sendMessage", reply(json!({"message_id": 99}))),
        missing
    );
    let optional = json!({"message_id": 99, "allow_sending_without_reply": true});
    assert!(
        desk.call("sendMessage", reply(optional))
            .get("reply_to_message")
            .is_none()
    );
    desk.expect_no_violation();
    let foreign = json!({"message_id": id, "chat_id": desk.group});
    assert_eq!(desk.refused("sendMessage", reply(foreign)), missing);
    assert_eq!(desk.sandbox.violations().len(), 1);
}

#[test]
fn edits_by_people_are_reported_spurious_ones_too() {
    let desk = Desk::new();
    let id = desk.ann_writes("first");
    let content = json!({"text": "second"});
    desk.sandbox
        .person_edits(ANN, ANN, id, content, NOW + 5_000)
        .expect("her own message");
    desk.sandbox.spurious_edit(ANN, id, NOW + 9_000);
    let updates = desk.updates();
    assert_eq!(updates[1]["edited_message"]["text"], "second");
    assert_eq!(updates[1]["edited_message"]["edit_date"], NOW / 1_000 + 5);
    assert_eq!(updates[2]["edited_message"]["text"], "second");
    assert!(desk.sandbox.visible_texts(ANN).join("").contains("first"));
}
