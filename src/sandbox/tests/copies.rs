//! Copies, forwards, albums, files.

use super::*;
use crate::sandbox::content;

fn copy(desk: &Desk, content: Value, more: Value) -> Value {
    let id = desk
        .sandbox
        .person_sends(ANN, ANN, None, content, None, NOW)
        .expect("a client may send anything");
    let mut params = json!({"chat_id": desk.group, "from_chat_id": ANN, "message_id": id});
    let object = params.as_object_mut().expect("an object literal");
    object.extend(more.as_object().cloned().expect("an object literal"));
    let result = desk.call("copyMessage", params);
    assert_eq!(
        result.as_object().map(|object| object.len()),
        Some(1),
        "only an id"
    );
    let id = result["message_id"].as_i64().expect("an id");
    let view = desk.sandbox.message(desk.group, id).expect("just copied");
    assert_eq!(
        view.reply_markup.is_some(),
        more.get("reply_markup").is_some()
    );
    view.content
}

#[test]
fn identity_inside_content_survives() {
    let desk = Desk::new();
    let mention = json!({"text": "Ann here", "entities": [{"type": "text_mention", "offset": 0,
        "length": 3, "user": {"id": ANN, "is_bot": false, "first_name": "Ann"}}]});
    assert_eq!(copy(&desk, mention.clone(), json!({})), mention);
    let contact = content::contact("+15550100", "Ann", ANN);
    assert_eq!(copy(&desk, contact.clone(), json!({})), contact);
    let document = content::document("d", "ann-lee-cv.pdf", "application/pdf", "my cv");
    assert_eq!(
        copy(&desk, document, json!({}))["document"]["file_name"],
        "ann-lee-cv.pdf"
    );
    desk.expect_no_violation();
}

#[test]
fn envelopes_and_keyboards_do_not_survive() {
    let desk = Desk::new();
    let forward = json!({"text": "look", "forward_origin": {"type": "hidden_user", "date": 1,
        "sender_user_name": "X"}, "reply_markup": {"inline_keyboard": [[
            {"text": "a", "callback_data": "x"}]]}});
    assert_eq!(copy(&desk, forward, json!({})), json!({"text": "look"}));
    let own = json!({"inline_keyboard": [[{"text": "b", "callback_data": "y"}]]});
    copy(&desk, json!({"text": "look"}), json!({"reply_markup": own}));
}

#[test]
fn some_content_changes_on_the_way() {
    let desk = Desk::new();
    let dice = copy(&desk, content::dice("🎲", 6), json!({}));
    assert_ne!(dice["dice"]["value"], 6, "a copy is rolled again");
    let place = copy(&desk, content::live_location(1.0, 2.0, 900), json!({}));
    assert_eq!(place, content::location(1.0, 2.0));
    let photo = content::photo("p", "old");
    assert_eq!(copy(&desk, photo.clone(), json!({}))["caption"], "old");
    assert_eq!(
        copy(&desk, photo.clone(), json!({"caption": "new"}))["caption"],
        "new"
    );
    assert!(
        copy(&desk, photo, json!({"caption": ""}))
            .get("caption")
            .is_none()
    );
}

#[test]
fn some_messages_cannot_be_copied() {
    let desk = Desk::new();
    let topic = desk.topic("T");
    let from =
        |id: i64| json!({"chat_id": desk.group, "from_chat_id": desk.group, "message_id": id});
    let table = [
        (topic, "copyMessage", "the message can't be copied"),
        (topic, "forwardMessage", "the message can't be forwarded"),
        (99, "copyMessage", "message to copy not found"),
        (99, "forwardMessage", "message to forward not found"),
    ];
    for (id, method, expected) in table {
        let refused = desk.refused(method, from(id));
        assert_eq!(
            refused,
            format!("400 Bad Request: {expected}"),
            "{method} {id}"
        );
    }
    let content = json!({"text": "x", "has_protected_content": true});
    let id = desk
        .sandbox
        .person_sends(SAM, desk.group, Some(topic), content, None, NOW)
        .expect("an agent may write");
    desk.call("copyMessage", from(id));
    assert_eq!(
        desk.refused("forwardMessage", from(id)),
        "400 Bad Request: message has protected content and can't be forwarded"
    );
    desk.sandbox
        .change_settings(|settings| settings.unconfirmed.copies_protected_content = false);
    assert_eq!(
        desk.refused("copyMessage", from(id)),
        "400 Bad Request: message has protected content and can't be forwarded"
    );
    desk.expect_no_violation();
}

#[test]
fn batches_skip_what_is_missing_and_keep_albums_together() {
    let desk = Desk::new();
    let album = desk
        .sandbox
        .person_sends_album(
            ANN,
            ANN,
            None,
            vec![content::photo("a", "x"), content::photo("b", "")],
            None,
            NOW,
        )
        .expect("a client may send an album");
    let updates = desk.updates();
    assert_eq!(updates.len(), 2);
    let group = &updates[0]["message"]["media_group_id"];
    assert_eq!(group, &updates[1]["message"]["media_group_id"]);
    let batch =
        |ids: Value| json!({"chat_id": desk.group, "from_chat_id": ANN, "message_ids": ids});
    let copied = desk.call("copyMessages", batch(json!([album[0], album[1], 99])));
    let copied = copied.as_array().expect("a list of ids");
    assert_eq!(copied.len(), 2, "a missing one is skipped in silence");
    let groups: Vec<Option<String>> = copied
        .iter()
        .map(|item| {
            let id = item["message_id"].as_i64().expect("an id");
            desk.sandbox
                .message(desk.group, id)
                .expect("just copied")
                .media_group_id
        })
        .collect();
    assert_eq!(groups[0], groups[1]);
    assert_ne!(groups[0].as_deref(), group.as_str(), "under a new id");
    assert_eq!(
        desk.refused("copyMessages", batch(json!([98, 99]))),
        "400 Bad Request: there are no messages to forward"
    );
    desk.expect_no_violation();
    assert_eq!(
        desk.refused("copyMessages", batch(json!([2, 1]))),
        "400 Bad Request: message identifiers must be in a strictly increasing order"
    );
}

#[test]
fn media_is_sent_by_id_and_keeps_its_kind() {
    let desk = Desk::new();
    let photo = content::photo("p", "");
    desk.sandbox
        .person_sends(ANN, ANN, None, photo, None, NOW)
        .expect("a client may send");
    let sent = desk.call(
        "sendPhoto",
        json!({"chat_id": ANN, "photo": "photo-p-m", "caption": "c"}),
    );
    assert_eq!(sent["photo"][1]["file_id"], "photo-p-m");
    let file = desk.call("getFile", json!({"file_id": "photo-p-m"}));
    let path = file["file_path"].as_str().expect("a path");
    assert_eq!(
        desk.sandbox.download(TOKEN, path).map(|bytes| bytes.len()),
        Some(3_200)
    );
    let item = json!({"type": "photo", "media": "photo-p-m", "caption": "c"});
    let album = desk.call(
        "sendMediaGroup",
        json!({"chat_id": ANN, "media": [item, item]}),
    );
    assert_eq!(album.as_array().map(Vec::len), Some(2));
    assert_eq!(album[0]["media_group_id"], album[1]["media_group_id"]);
    desk.expect_no_violation();
    assert_eq!(
        desk.refused("sendVideo", json!({"chat_id": ANN, "video": "photo-p-m"})),
        "400 Bad Request: can't use file of type Photo as Video"
    );
}

#[test]
fn uploads_are_stored() {
    let desk = Desk::new();
    desk.ann_writes("hi");
    let upload = Upload {
        field: "document".to_owned(),
        file_name: "clean.pdf".to_owned(),
        mime_type: "application/pdf".to_owned(),
        bytes: b"%PDF".as_slice().into(),
    };
    let params = json!({"chat_id": ANN});
    let params = params.as_object().expect("an object literal");
    let answer = desk
        .sandbox
        .call_with_files(TOKEN, "sendDocument", params, &[upload], NOW);
    let result = answer.result().expect("a document was sent");
    assert_eq!(result["document"]["file_name"], "clean.pdf");
    let id = result["document"]["file_id"].as_str().expect("an id");
    assert_eq!(desk.sandbox.file(id).as_deref(), Some(b"%PDF".as_slice()));
    desk.expect_no_violation();
}
