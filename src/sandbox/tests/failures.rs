//! Floods and faults.

use super::*;
use crate::sandbox::{Fault, FaultRule};

#[test]
fn the_group_has_one_budget_for_everything() {
    let desk = Desk::with(Settings {
        busy_loop_guard: false,
        ..Settings::default()
    });
    let topic = desk.topic("T");
    let send = json!({"chat_id": desk.group, "message_thread_id": topic, "text": "x"});
    for second in 1..20 {
        let answer = desk.try_call("sendMessage", send.clone(), second * 1_000);
        assert_eq!(answer.status(), 200, "call {second}");
    }
    let answer = desk.try_call("sendMessage", send.clone(), 20_000);
    let Answer::Reply {
        status,
        body,
        retry_after,
    } = &answer
    else {
        panic!("a flood is answered: {answer:?}");
    };
    assert_eq!((*status, *retry_after), (429, Some(40)));
    assert!(
        body.contains("\"parameters\":{\"retry_after\":40}"),
        "{body}"
    );
    desk.expect_no_violation();
    let early = desk.try_call("sendMessage", send.clone(), 30_000);
    assert_eq!(early.status(), 429);
    assert_eq!(
        desk.sandbox.violations().len(),
        1,
        "an early call is a violation"
    );
    let calls = desk.sandbox.calls();
    assert!(calls.last().expect("calls are logged").violation);
}

#[test]
fn faults_happen_before_or_after_the_effect() {
    let table = [
        (Fault::CutBefore, 0, 0),
        (Fault::CutAfter, 0, 1),
        (Fault::Hang, 0, 0),
        (Fault::HangAfter, 0, 1),
        (Fault::BadGatewayHtml, 502, 0),
        (Fault::BadGatewayAfter, 502, 1),
        (Fault::Internal500, 500, 0),
        (Fault::Garbage, 200, 1),
        (Fault::Slow { ms: 50 }, 200, 1),
        (Fault::Late { ms: 50 }, 200, 1),
        (Fault::RetryAfter { seconds: 3 }, 429, 0),
        (
            Fault::Refuse {
                code: 400,
                description: "Bad Request: no".to_owned(),
                parameters: None,
            },
            400,
            0,
        ),
    ];
    for (fault, status, effects) in table {
        let desk = Desk::new();
        desk.ann_writes("hi");
        desk.sandbox
            .plan(FaultRule::once("sendMessage", fault.clone()));
        let answer = desk.try_call("sendMessage", json!({"chat_id": ANN, "text": "x"}), 0);
        assert_eq!(answer.status(), status, "{fault:?}");
        let sent = desk.sandbox.chat_messages(ANN).len() - 1;
        assert_eq!(sent, effects, "{fault:?}");
        assert_eq!(desk.sandbox.planned_faults(), 0);
        desk.expect_no_violation();
    }
}

#[test]
fn a_planned_retry_after_closes_the_chat() {
    let desk = Desk::new();
    desk.ann_writes("hi");
    desk.sandbox.plan(FaultRule::once(
        "sendMessage",
        Fault::RetryAfter { seconds: 3 },
    ));
    let send = json!({"chat_id": ANN, "text": "x"});
    assert_eq!(desk.try_call("sendMessage", send.clone(), 0).status(), 429);
    assert_eq!(
        desk.try_call("sendMessage", send.clone(), 3_000).status(),
        200
    );
    desk.expect_no_violation();
    desk.sandbox.hold_chat(ANN, 3, NOW + 4_000);
    assert_eq!(desk.try_call("sendMessage", send, 5_000).status(), 429);
    assert_eq!(desk.sandbox.violations().len(), 1);
}

#[test]
fn half_a_batch_may_be_delivered() {
    let desk = Desk::new();
    let ids: Vec<i64> = (0..3).map(|_| desk.ann_writes("x")).collect();
    desk.sandbox.plan(FaultRule::once(
        "copyMessages",
        Fault::PartialBatch {
            items: 2,
            error: "Internal Server Error".to_owned(),
        },
    ));
    let before = desk.sandbox.chat_messages(desk.group).len();
    let batch = json!({"chat_id": desk.group, "from_chat_id": ANN, "message_ids": ids});
    assert_eq!(
        desk.refused("copyMessages", batch),
        "400 Bad Request: failed to send message #3 with the error message \
         \"Internal Server Error\""
    );
    assert_eq!(desk.sandbox.chat_messages(desk.group).len(), before + 2);
}

#[test]
fn a_lost_topic_is_heard_of_through_updates() {
    let desk = Desk::new();
    desk.sandbox
        .plan(FaultRule::once("createForumTopic", Fault::CutAfter));
    let params = json!({"chat_id": desk.group, "name": "Lost"});
    assert_eq!(
        desk.try_call("createForumTopic", params, 0),
        Answer::CutAfter
    );
    let updates = desk.updates();
    assert_eq!(updates[0]["message"]["forum_topic_created"]["name"], "Lost");
}

#[test]
fn equal_calls_give_equal_answers() {
    let play = || {
        let desk = Desk::new();
        desk.ann_writes("hi");
        desk.topic("T");
        desk.call("sendDice", json!({"chat_id": ANN}));
        format!("{:?} {:?}", desk.updates(), desk.sandbox.chat_messages(ANN))
    };
    assert_eq!(play(), play());
}

#[test]
fn a_waiting_poll_is_an_empty_one_for_who_does_not_wait() {
    let desk = Desk::new();
    let poll = json!({"timeout": 50});
    let answer = desk.try_call("getUpdates", poll, 0);
    let Answer::Wait { until_ms, poll } = answer else {
        panic!("nothing is queued: {answer:?}");
    };
    assert_eq!(until_ms, NOW + 50_000);
    assert_eq!(answer.result(), Some(json!([])));
    desk.ann_writes("hi");
    let again = desk.sandbox.poll_again(TOKEN, poll, NOW + 1);
    assert_eq!(
        again
            .result()
            .and_then(|list| list.as_array().map(Vec::len)),
        Some(1)
    );
}
