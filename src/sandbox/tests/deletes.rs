//! What bots may take away.

use super::*;

const HOUR_MS: i64 = 3_600_000;

fn delete(desk: &Desk, chat: i64, ids: &[i64], at_ms: i64) -> Result<(), String> {
    let (method, params) = match ids {
        [id] => ("deleteMessage", json!({"chat_id": chat, "message_id": id})),
        ids => (
            "deleteMessages",
            json!({"chat_id": chat, "message_ids": ids}),
        ),
    };
    let answer = desk.try_call(method, params, at_ms);
    answer.refusal().map_or(Ok(()), |(_, text)| Err(text))
}

fn refused(text: &str) -> Result<(), String> {
    Err(format!("Bad Request: {text}"))
}

#[test]
fn a_private_chat_can_be_cleared_for_two_days() {
    let desk = Desk::new();
    let hers = desk.ann_writes("hi");
    let mine = desk.call("sendMessage", json!({"chat_id": ANN, "text": "x"}));
    let mine = mine["message_id"].as_i64().expect("an id");
    let late = refused("message can't be deleted for everyone");
    for id in [hers, mine] {
        assert_eq!(delete(&desk, ANN, &[id], 48 * HOUR_MS), late);
        assert_eq!(delete(&desk, ANN, &[id], 48 * HOUR_MS - 1_000), Ok(()));
    }
    let dice = desk.call("sendDice", json!({"chat_id": ANN}));
    let dice = dice["message_id"].as_i64().expect("an id");
    let early = refused("message can't be deleted");
    assert_eq!(delete(&desk, ANN, &[dice], 23 * HOUR_MS), early);
    assert_eq!(delete(&desk, ANN, &[dice], 25 * HOUR_MS), Ok(()));
    desk.expect_no_violation();
}

#[test]
fn one_that_stays_keeps_the_whole_batch() {
    let desk = Desk::new();
    let topic = desk.topic("T");
    let ids = [topic, desk.sam_writes(Some(topic), "a"), 999];
    let stays = refused("message can't be deleted");
    assert_eq!(delete(&desk, desk.group, &ids, 0), stays);
    let stands = |id: i64| {
        let message = desk.sandbox.message(desk.group, id);
        message.is_some_and(|message| !message.deleted)
    };
    assert!(stands(ids[1]));
    assert_eq!(delete(&desk, desk.group, &ids[1..], 0), Ok(()));
    assert!(!stands(ids[1]), "the missing one is skipped");
    desk.expect_no_violation();
}

#[test]
fn without_the_right_a_bot_takes_back_its_own_only() {
    let desk = Desk::new();
    let topic = desk.topic("T");
    let his = desk.sam_writes(Some(topic), "a");
    let send = json!({"chat_id": desk.group, "message_thread_id": topic, "text": "x"});
    let mine = desk.call("sendMessage", send)["message_id"].as_i64();
    desk.forbid(Right::DeleteMessages);
    let stays = refused("message can't be deleted");
    assert_eq!(delete(&desk, desk.group, &[his], 0), stays);
    assert_eq!(
        delete(&desk, desk.group, &[mine.expect("an id")], 0),
        Ok(())
    );
}
