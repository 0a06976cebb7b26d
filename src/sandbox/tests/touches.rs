//! People move, react and press; bots react and answer.

use super::*;
use crate::sandbox::{PersonError, content};

#[test]
fn a_persons_live_location_is_reported_as_it_moves() {
    let desk = Desk::new();
    let id = desk.ann_sends(content::live_location(1.0, 2.0, 900));
    let sandbox = &desk.sandbox;
    sandbox
        .person_moves(ANN, ANN, id, (3.0, 4.0), NOW + 5_000)
        .expect("it is live");
    sandbox
        .person_stops_moving(ANN, ANN, id, NOW + 6_000)
        .expect("it is live");
    let updates = desk.updates();
    let place = |index: usize| updates[index]["edited_message"]["location"].clone();
    assert_eq!(place(1), content::live_location(3.0, 4.0, 900)["location"]);
    assert_eq!(place(2), content::location(3.0, 4.0)["location"]);
    let over = Err(PersonError::NotLive);
    assert_eq!(sandbox.person_moves(ANN, ANN, id, (5.0, 6.0), NOW), over);
    let id = desk.ann_sends(content::live_location(1.0, 2.0, 900));
    let late = NOW + 900_000;
    assert_eq!(sandbox.person_moves(ANN, ANN, id, (5.0, 6.0), late), over);
}

fn react(desk: &Desk, chat: i64, id: i64, reaction: Value) -> Result<(), String> {
    let params = json!({"chat_id": chat, "message_id": id, "reaction": reaction});
    let answer = desk.try_call("setMessageReaction", params, 0);
    answer.refusal().map_or(Ok(()), |(_, text)| Err(text))
}

fn emoji(emoji: &str) -> Value {
    json!({"type": "emoji", "emoji": emoji})
}

#[test]
fn a_bot_has_one_reaction_out_of_the_list() {
    let desk = Desk::new();
    let id = desk.ann_writes("hi");
    let mine = || {
        desk.sandbox
            .message(ANN, id)
            .map(|message| message.reactions)
    };
    assert_eq!(react(&desk, ANN, id, json!([emoji("👍")])), Ok(()));
    assert_eq!(react(&desk, ANN, id, json!([emoji("👀")])), Ok(()));
    assert_eq!(mine(), Some(vec![(BOT, vec!["👀".to_owned()])]));
    assert_eq!(react(&desk, ANN, id, json!([])), Ok(()));
    assert_eq!(mine(), Some(Vec::new()));
    desk.expect_no_violation();
    let custom = json!([{"type": "custom_emoji", "custom_emoji_id": "5368324170671202286"}]);
    let table = [
        (json!([emoji("✅")]), "REACTION_INVALID"),
        (json!([{"type": "paid"}]), "REACTION_INVALID"),
        (json!([emoji("👍"), emoji("👀")]), "REACTIONS_TOO_MANY"),
        (custom.clone(), "REACTION_INVALID"),
    ];
    for (reaction, expected) in table {
        let refused = react(&desk, ANN, id, reaction.clone());
        assert_eq!(
            refused,
            Err(format!("Bad Request: {expected}")),
            "{reaction}"
        );
    }
    desk.sandbox
        .person_reacts(ANN, ANN, id, &["5368324170671202286"], NOW)
        .expect("people may use what they bought");
    assert_eq!(react(&desk, ANN, id, custom), Ok(()), "it is there already");
    let missing = react(&desk, ANN, 99, json!([emoji("👍")]));
    assert_eq!(
        missing,
        Err("Bad Request: message to react not found".to_owned())
    );
    let unreal = desk.sandbox.person_reacts(ANN, ANN, id, &["✅"], NOW);
    assert_eq!(unreal, Err(PersonError::NoSuchReaction));
}

#[test]
fn an_album_wears_its_reactions_on_its_first_item() {
    let desk = Desk::new();
    let photos = vec![content::photo("a", ""), content::photo("b", "")];
    let ids = desk
        .sandbox
        .person_sends_album(ANN, ANN, None, photos, None, NOW)
        .expect("a client may send an album");
    assert_eq!(react(&desk, ANN, ids[1], json!([emoji("👍")])), Ok(()));
    let worn = |id: i64| {
        let message = desk.sandbox.message(ANN, id).expect("it was sent");
        message.reactions.len()
    };
    assert_eq!((worn(ids[0]), worn(ids[1])), (1, 0));
    desk.sandbox.delete_message(ANN, ids[0]);
    assert_eq!(react(&desk, ANN, ids[1], json!([emoji("👍")])), Ok(()));
    assert_eq!(worn(ids[1]), 1, "the first that still stands");
}

#[test]
fn reactions_of_people_are_reported_where_they_are_asked_for() {
    let desk = Desk::new();
    let sent = desk.call("sendMessage", json!({"chat_id": desk.group, "text": "x"}));
    let id = sent["message_id"].as_i64().expect("an id");
    let ann = desk.ann_writes("hi");
    desk.updates();
    let (sandbox, group) = (&desk.sandbox, desk.group);
    let react = |user: i64, chat: i64, id: i64, emoji: &[&str]| {
        let done = sandbox.person_reacts(user, chat, id, emoji, NOW);
        done.expect("the message is there");
    };
    react(ANN, ANN, ann, &["👍"]);
    react(ANN, ANN, ann, &[]);
    sandbox.set_anonymous(group, SAM, true, None);
    react(SAM, group, id, &["🔥"]);
    let updates = desk.updates();
    let at = |index: usize| &updates[index]["message_reaction"];
    assert_eq!(at(0)["user"]["id"], ANN);
    assert_eq!(at(1)["old_reaction"][0]["emoji"], "👍");
    assert_eq!(at(1)["new_reaction"], json!([]));
    assert_eq!(at(2)["actor_chat"]["id"], group);
    assert!(at(2).get("user").is_none());
    desk.call("getUpdates", json!({"allowed_updates": ["message"]}));
    react(SAM, group, id, &["👍"]);
    assert_eq!(desk.call("getUpdates", json!({})), json!([]));
}

#[test]
fn only_who_pressed_sees_the_answer() {
    let desk = Desk::new();
    let keyboard = json!({"inline_keyboard": [[{"text": "Show", "callback_data": "s"}]]});
    let send = json!({"chat_id": desk.group, "text": "x", "reply_markup": keyboard});
    let id = desk.call("sendMessage", send)["message_id"].as_i64();
    let id = id.expect("an id");
    let press = || {
        let press = desk.sandbox.person_presses(SAM, desk.group, id, "s", NOW);
        press.expect("the button is there")
    };
    let answer = |text: &str, alert: bool| json!({"callback_query_id": press(), "text": text, "show_alert": alert});
    desk.updates();
    desk.call("answerCallbackQuery", answer("a secret", true));
    assert_eq!(desk.updates()[0]["callback_query"]["from"]["id"], SAM);
    desk.call("answerCallbackQuery", answer("by the way", false));
    desk.call("answerCallbackQuery", json!({"callback_query_id": press()}));
    assert_eq!(desk.sandbox.alerts_seen(SAM), ["a secret"]);
    assert_eq!(desk.sandbox.answers_seen(SAM).len(), 3);
    assert!(desk.sandbox.answers_seen(ANN).is_empty());
    desk.call("answerCallbackQuery", answer(&"x".repeat(200), true));
    desk.expect_no_violation();
    assert_eq!(
        desk.refused("answerCallbackQuery", answer(&"x".repeat(201), true)),
        "400 Bad Request: MESSAGE_TOO_LONG"
    );
}
