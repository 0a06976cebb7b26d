//! Topics: thread ids, implicit replies, closed, deleted, switched off.

use super::*;

#[test]
fn the_bot_hears_of_its_own_topics_but_not_of_its_own_messages() {
    let desk = Desk::new();
    let topic = desk.topic("New  ticket\n");
    desk.call(
        "sendMessage",
        json!({"chat_id": desk.group, "message_thread_id": topic, "text": "card"}),
    );
    let updates = desk.updates();
    assert_eq!(updates.len(), 1, "{updates:?}");
    let message = &updates[0]["message"];
    assert_eq!(message["message_id"], topic);
    assert_eq!(message["message_thread_id"], topic);
    assert_eq!(message["is_topic_message"], true);
    assert_eq!(message["from"]["id"], BOT);
    assert_eq!(message["forum_topic_created"]["name"], "New ticket");
    assert!(message.get("reply_to_message").is_none());
    desk.expect_no_violation();
}

#[test]
fn what_is_no_reply_answers_the_creation_of_the_topic() {
    let desk = Desk::new();
    let topic = desk.topic("T");
    let plain = desk.sam_writes(Some(topic), "hello");
    let reply = desk
        .sandbox
        .person_sends(
            SAM,
            desk.group,
            None,
            json!({"text": "re"}),
            Some(plain),
            NOW,
        )
        .expect("an agent may reply");
    let general = desk.sam_writes(None, "in general");
    let in_general = desk
        .sandbox
        .person_sends(
            SAM,
            desk.group,
            None,
            json!({"text": "re"}),
            Some(general),
            NOW,
        )
        .expect("an agent may reply");
    let updates = desk.updates();
    let message = |id: i64| {
        updates
            .iter()
            .map(|update| &update["message"])
            .find(|message| message["message_id"] == id)
            .expect("the message was delivered")
    };
    assert_eq!(message(plain)["reply_to_message"]["message_id"], topic);
    assert_eq!(message(reply)["reply_to_message"]["message_id"], plain);
    assert_eq!(message(reply)["message_thread_id"], topic);
    assert!(message(general).get("message_thread_id").is_none());
    assert_eq!(message(in_general)["message_thread_id"], general);
    assert!(message(in_general).get("is_topic_message").is_none());
}

#[test]
fn a_deleted_topic_is_found_out_by_the_next_call() {
    let desk = Desk::new();
    let topic = desk.topic("T");
    desk.updates();
    desk.sandbox
        .delete_topic(SAM, desk.group, topic)
        .expect("the owner may delete");
    assert_eq!(desk.updates(), [] as [Value; 0], "nobody is told");
    let send = json!({"chat_id": desk.group, "message_thread_id": topic, "text": "x"});
    let table = [
        (59_999, "Bad Request: TOPIC_DELETED"),
        (60_000, "Bad Request: message thread not found"),
    ];
    for (at_ms, expected) in table {
        let answer = desk.try_call("sendMessage", send.clone(), at_ms);
        assert_eq!(
            answer.refusal(),
            Some((400, expected.to_owned())),
            "{at_ms}"
        );
    }
    let params = json!({"chat_id": desk.group, "message_thread_id": topic});
    for method in [
        "closeForumTopic",
        "reopenForumTopic",
        "deleteForumTopic",
        "unpinAllForumTopicMessages",
    ] {
        let refused = desk.refused(method, params.clone());
        assert_eq!(refused, "400 Bad Request: TOPIC_ID_INVALID", "{method}");
    }
    let typing = json!({"chat_id": desk.group, "message_thread_id": topic, "action": "typing"});
    assert_eq!(desk.call("sendChatAction", typing), true);
    desk.expect_no_violation();
}

#[test]
fn without_topics_the_thread_is_ignored_in_silence() {
    let desk = Desk::new();
    let topic = desk.topic("T");
    desk.sandbox.set_forum_mode(desk.group, false);
    let params = json!({"chat_id": desk.group, "message_thread_id": topic, "text": "x"});
    let sent = desk.call("sendMessage", params);
    assert!(sent.get("message_thread_id").is_none(), "{sent}");
    let refused = desk.refused(
        "createForumTopic",
        json!({"chat_id": desk.group, "name": "x"}),
    );
    assert_eq!(refused, "400 Bad Request: the chat is not a forum");
    desk.expect_no_violation();
}

#[test]
fn general_is_not_thread_one() {
    let desk = Desk::new();
    let params = json!({"chat_id": desk.group, "message_thread_id": 1, "text": "x"});
    let refused = desk.refused("sendMessage", params);
    assert_eq!(refused, "400 Bad Request: message thread not found");
    assert_eq!(desk.sandbox.violations().len(), 1);
}

#[test]
fn names_are_cleaned_and_repeated_changes_refused() {
    let desk = Desk::new();
    let topic = desk.topic("T");
    let at = |more: Value| {
        let mut params = json!({"chat_id": desk.group, "message_thread_id": topic});
        let object = params.as_object_mut().expect("an object literal");
        object.extend(more.as_object().cloned().expect("an object literal"));
        params
    };
    assert_eq!(desk.call("editForumTopic", at(json!({}))), true);
    let unmodified = "400 Bad Request: TOPIC_NOT_MODIFIED";
    assert_eq!(
        desk.refused("editForumTopic", at(json!({"name": " T "}))),
        unmodified
    );
    assert_eq!(desk.refused("reopenForumTopic", at(json!({}))), unmodified);
    desk.call("closeForumTopic", at(json!({})));
    assert_eq!(desk.refused("closeForumTopic", at(json!({}))), unmodified);
    desk.expect_no_violation();
    desk.call("editForumTopic", at(json!({"name": "x".repeat(200)})));
    assert_eq!(desk.sandbox.topics(desk.group)[0].name.len(), 128);
    assert_eq!(
        desk.sandbox.violations().len(),
        1,
        "a caller should know the limit"
    );
    let empty = json!({"chat_id": desk.group, "name": " \n"});
    let refused = desk.refused("createForumTopic", empty);
    assert_eq!(refused, "400 Bad Request: name must be non-empty");
}

#[test]
fn closed_topics_take_admins_only() {
    let desk = Desk::new();
    let topic = desk.topic("T");
    desk.sandbox.add_person(Person::named(301, "Kim"));
    desk.sandbox
        .add_member(desk.group, 301, Status::Member, NOW);
    desk.sandbox
        .close_topic(SAM, desk.group, topic, NOW)
        .expect("the owner may close");
    let write = |user| {
        let content = json!({"text": "x"});
        desk.sandbox
            .person_sends(user, desk.group, Some(topic), content, None, NOW)
    };
    assert!(write(301).is_err());
    assert!(write(SAM).is_ok());
    let params = json!({"chat_id": desk.group, "message_thread_id": topic, "text": "x"});
    desk.call("sendMessage", params);
    let theirs = desk
        .sandbox
        .create_topic(SAM, desk.group, "Theirs", NOW)
        .expect("the owner may create");
    desk.sandbox
        .close_topic(SAM, desk.group, theirs, NOW)
        .expect("the owner may close");
    desk.forbid(Right::ManageTopics);
    let params = json!({"chat_id": desk.group, "message_thread_id": theirs, "text": "x"});
    assert_eq!(
        desk.refused("sendMessage", params),
        "400 Bad Request: TOPIC_CLOSED"
    );
    let params = json!({"chat_id": desk.group, "name": "x"});
    assert_eq!(
        desk.refused("createForumTopic", params),
        "400 Bad Request: not enough rights to create a topic"
    );
    let params = json!({"chat_id": desk.group, "message_thread_id": theirs, "name": "mine"});
    assert_eq!(
        desk.refused("editForumTopic", params),
        "400 Bad Request: not enough rights to edit the topic"
    );
}

#[test]
fn pins_leave_a_service_message_in_the_topic() {
    let desk = Desk::new();
    let topic = desk.topic("T");
    let params = json!({"chat_id": desk.group, "message_thread_id": topic, "text": "x"});
    let sent = desk.call("sendMessage", params)["message_id"].clone();
    desk.updates();
    desk.call(
        "pinChatMessage",
        json!({"chat_id": desk.group, "message_id": sent}),
    );
    let updates = desk.updates();
    assert_eq!(updates[0]["message"]["pinned_message"]["message_id"], sent);
    assert_eq!(updates[0]["message"]["message_thread_id"], topic);
    let refused = desk.refused(
        "pinChatMessage",
        json!({"chat_id": desk.group, "message_id": topic}),
    );
    assert_eq!(refused, "400 Bad Request: service messages can't be pinned");
    desk.forbid(Right::PinMessages);
    let refused = desk.refused(
        "pinChatMessage",
        json!({"chat_id": desk.group, "message_id": sent}),
    );
    assert_eq!(
        refused,
        "400 Bad Request: not enough rights to manage pinned messages in the chat"
    );
}
