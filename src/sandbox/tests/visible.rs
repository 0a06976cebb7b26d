//! Nothing that somebody could see is left out of the views.

use super::*;
use crate::sandbox::content::Piece;
use crate::sandbox::marked::{Haystack, KINDS, person};

#[test]
fn everything_in_a_message_is_seen() {
    let desk = Desk::new();
    let bob = person(7_310_002_223, "bob");
    desk.sandbox.add_person(bob.account());
    for kind in KINDS {
        let piece = bob.piece(kind, "look");
        let id = desk.ann_sends(piece.clone());
        let seen = desk.sandbox.visible_everything(ANN);
        let of_it: Vec<_> = seen
            .iter()
            .filter(|seen| seen.message == Some(id))
            .collect();
        let words = Haystack::of_texts(of_it.iter().map(|seen| &seen.text));
        let sent = Haystack::of_texts([piece.content.to_string()]);
        for needle in bob.needles() {
            // In private chats the answer of a quiz is the only thing that apps hold back.
            assert_eq!(
                needle.is_in(&words),
                needle.is_in(&sent),
                "{kind} {needle:?}"
            );
        }
        let files: usize = of_it.iter().map(|seen| seen.files.len()).sum();
        assert_eq!(files > 0, !piece.files.is_empty(), "{kind}");
    }
}

#[test]
fn what_was_there_was_seen() {
    let desk = Desk::new();
    let topic = desk.topic("first name");
    let rename = json!({"chat_id": desk.group, "message_thread_id": topic, "name": "second name"});
    desk.call("editForumTopic", rename);
    let send = json!({"chat_id": desk.group, "message_thread_id": topic, "text": "before"});
    let id = desk.call("sendMessage", send)["message_id"].clone();
    let with_id = |more: Value| {
        let mut params = json!({"chat_id": desk.group, "message_id": id});
        let object = params.as_object_mut().expect("an object literal");
        object.extend(more.as_object().cloned().expect("an object literal"));
        params
    };
    desk.call("editMessageText", with_id(json!({"text": "after"})));
    desk.call("deleteMessage", with_id(json!({})));
    let seen = desk.sandbox.visible_everything(desk.group);
    let by_bot: Vec<_> = seen.iter().filter(|seen| seen.by_bot).collect();
    for words in ["first name", "second name", "before", "after", "Desk"] {
        let there = by_bot.iter().any(|seen| seen.text.contains(words));
        assert!(there, "{words}");
    }
}

#[test]
fn a_copy_keeps_what_a_copy_keeps() {
    let desk = Desk::new();
    let bob = person(7_310_002_223, "bob");
    let marks_of = |piece: &Piece| -> Vec<&'static str> {
        let id = desk.ann_sends(piece.clone());
        let copy = json!({"chat_id": desk.group, "from_chat_id": ANN, "message_id": id});
        let Some(copied) = desk.try_call("copyMessage", copy, 0).result() else {
            return vec!["refused"];
        };
        let id = copied["message_id"].as_i64();
        let seen = desk.sandbox.visible_everything(desk.group);
        let of_it = seen.iter().filter(|seen| seen.message == id);
        let words = Haystack::of_texts(of_it.map(|seen| &seen.text));
        let needles = bob.needles();
        let there = needles.iter().filter(|needle| needle.is_in(&words));
        let mut marks: Vec<_> = there.map(|needle| needle.what).collect();
        marks.dedup();
        marks
    };
    let table: [(&str, &[&str]); 20] = [
        (
            "text_mention",
            &["first_name", "last_name", "username", "id"],
        ),
        ("text_link", &["id"]),
        ("preview", &["username"]),
        ("document_pdf", &["last_name"]),
        ("audio", &["first_name", "last_name"]),
        ("sticker", &["sticker_set"]),
        ("location", &["place"]),
        ("live_location", &["place"]),
        ("venue", &["place"]),
        ("story", &["first_name", "last_name", "username", "id"]),
        ("url_button", &["tag"]),
        ("login_button", &["tag"]),
        ("callback_button", &[]),
        ("forward_of_user", &[]),
        ("via_bot", &[]),
        ("external_reply", &[]),
        ("signed", &[]),
        ("checklist", &[]),
        ("gift", &["refused"]),
        ("paid_media", &["refused"]),
    ];
    for (kind, expected) in table {
        assert_eq!(marks_of(&bob.piece(kind, "look")), expected, "{kind}");
    }
    let contact = marks_of(&bob.piece("contact", "look"));
    assert!(
        contact.contains(&"phone") && contact.contains(&"mail"),
        "{contact:?}"
    );
    desk.sandbox
        .change_settings(|settings| settings.unconfirmed.copies_unknown_kinds = false);
    for kind in ["checklist", "rich_message", "live_photo", "hologram"] {
        assert_eq!(marks_of(&bob.piece(kind, "look")), ["refused"], "{kind}");
    }
    desk.expect_no_violation();
}

#[test]
fn quizzes_are_copied_only_with_their_answer() {
    let desk = Desk::new();
    let bob = person(7_310_002_223, "bob");
    let quiz = || bob.piece("quiz", "2+2?").content;
    let private = desk.ann_sends(quiz());
    let copy = |from: i64, id: i64| {
        let params = json!({"chat_id": ANN, "from_chat_id": from, "message_id": id});
        desk.try_call("copyMessage", params, 0)
    };
    assert!(
        copy(ANN, private).result().is_some(),
        "sent to the bot itself"
    );
    let in_group = desk
        .sandbox
        .person_sends(SAM, desk.group, None, quiz(), None, NOW)
        .expect("an agent may send a quiz");
    let refused = copy(desk.group, in_group).refusal();
    assert_eq!(
        refused,
        Some((400, "Bad Request: QUIZ_ANSWER_MISSING".to_owned()))
    );
    let updates = desk.updates();
    let answers = |index: usize| updates[index]["message"]["poll"].get("correct_option_ids");
    assert!(answers(0).is_some() && answers(1).is_none());
}
