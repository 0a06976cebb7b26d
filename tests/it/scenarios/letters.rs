//! Dead letters: listed with reasons, tried again, given up, by admins only.

use std::time::Duration;

use hushdesk::sandbox::{Fault, FaultRule, Right, Rights};
use serde_json::json;

use super::carrying::open_ticket;
use crate::harness::{BOT, Reads, Scenario, bot_test};

/// A reply to ann that Telegram refuses for good.
fn dead_letter(t: &mut Scenario) {
    let refused = Fault::Refuse {
        code: 400,
        description: "Bad Request: MESSAGE_STRANGE for 7310000001 \"ann\"".to_owned(),
        parameters: None,
    };
    t.sandbox.plan(FaultRule::once("sendMessage", refused));
    t.agent("sam").writes_in("ann", "an important answer");
    t.general().expect_part("/failed lists");
    t.topic("ann").expect_part("Telegram refused it");
}

/// The agents of the harness administer the group; this one does not any more.
fn demote(t: &mut Scenario, name: &str) {
    let user = t.person(name);
    let (group, now) = (t.group, t.now());
    t.sandbox.demote(group, user, now);
    t.run();
}

#[test]
fn an_admin_sees_what_failed_and_tries_it_again() {
    bot_test(|t| {
        open_ticket(t);
        dead_letter(t);
        t.agent("eve").writes_in_general("/failed");
        let mut general = t.general();
        let list = general.next();
        assert!(list.text().contains("1 dead letter"), "{}", list.text());
        assert!(
            list.text().contains("a reply to the client"),
            "{}",
            list.text()
        );
        let reason = "Telegram refused it: Bad Request: MESSAGE_STRANGE for …";
        assert!(list.text().contains(reason), "{}", list.text());
        assert!(
            !list.text().contains("an important answer"),
            "{}",
            list.text()
        );
        t.agent("eve").in_general().presses("Try all again");
        t.agent("eve")
            .in_general()
            .expect_alert("1 letter is on its way");
        t.client("ann").expect("Live Support: an important answer");
        t.agent("eve").writes_in_general("/failed");
        t.general().expect_part("Nothing has failed");
    });
}

#[test]
fn one_letter_can_be_given_up_by_its_number() {
    bot_test(|t| {
        open_ticket(t);
        dead_letter(t);
        t.agent("eve").writes_in_general("/failed");
        let list = t.general().next().text().to_owned();
        let number = list
            .lines()
            .find_map(|line| line.split_once(" · "))
            .map(|(number, _)| number.to_owned());
        let number = number.expect("the letter has a number");
        t.agent("eve").writes_in_general("/failed drop 999999");
        t.general().expect_part("no such dead letter");
        t.agent("eve")
            .writes_in_general(&format!("/failed drop {number}"));
        t.general().expect_part("1 letter was given up");
        t.agent("eve").writes_in_general("/failed what");
        t.general().expect_part("Write /failed for the list");
        t.client("ann").expect_nothing();
    });
}

#[test]
fn only_admins_deal_with_dead_letters() {
    bot_test(|t| {
        open_ticket(t);
        dead_letter(t);
        demote(t, "sam");
        t.agent("sam").writes_in_general("/failed retry all");
        t.general().expect_part("Only administrators");
        t.agent("eve").writes_in_general("/failed");
        t.general().expect_part("1 dead letter");
        t.agent("sam").in_general().presses("Try all again");
        t.agent("sam")
            .in_general()
            .expect_alert("Only administrators");
        t.client("ann").expect_nothing();
        t.agent("eve").writes_in_general("/failed drop all");
        t.general().expect_part("1 letter was given up");
    });
}

#[test]
fn when_the_bot_has_its_rights_again_what_waited_goes_on_at_once() {
    bot_test(|t| {
        open_ticket(t);
        let (group, now) = (t.group, t.now());
        t.sandbox.demote(group, BOT, now);
        t.run();
        t.general().expect_part("lacks a right");
        t.client("bob").says("is anybody there?");
        t.client("bob").expect_part("created");
        t.pass(Duration::from_secs(2_000));
        let now = t.now();
        t.sandbox.promote(group, BOT, Rights::all(), now);
        t.run();
        t.topic("bob").expect_card("is anybody there?");
        t.general().expect_part("can work in this group again");
    });
}

#[test]
fn what_telegram_did_not_answer_is_offered_when_it_answers_again() {
    bot_test(|t| {
        open_ticket(t);
        let ann = t.person("ann");
        t.sandbox.plan(FaultRule {
            chat: Some(ann),
            times: 4,
            ..FaultRule::once("sendMessage", Fault::Internal500)
        });
        t.agent("sam").writes_in("ann", "an important answer");
        // One attempt before the last.
        t.database(|db| {
            db.execute_batch(
                "UPDATE outbox SET failures = 20 WHERE purpose = 'reply' AND finished_at IS NULL",
            )
            .expect("it can be set");
        });
        t.pass(Duration::from_secs(30));
        t.general().expect_part("no usable answer");
        t.topic("ann").expect_part("Telegram refused it");
        t.wire.set_offline(true);
        t.agent("sam").writes_in("ann", "and another");
        t.pass(Duration::from_secs(900));
        t.wire.set_offline(false);
        t.pass(Duration::from_secs(60));
        t.client("ann").expect("Live Support: and another");
        let mut general = t.general();
        let news = [general.next(), general.next()];
        assert!(
            news.iter()
                .any(|one| one.text().contains("1 call failed for good")),
            "{news:?}"
        );
        t.agent("eve").writes_in_general("/failed retry all");
        t.general().expect_part("1 letter is on its way");
        t.client("ann").expect("Live Support: an important answer");
        t.topic("ann").expect_part("may have received it twice");
    });
}

/// Telegram refuses a reply to ann for good, in these words. What the admins read of it.
fn refused(t: &mut Scenario, reply: &str, words: &str) -> Option<String> {
    let ann = t.person("ann");
    let refusal = Fault::Refuse {
        code: 400,
        description: words.to_owned(),
        parameters: None,
    };
    t.sandbox.plan(FaultRule {
        chat: Some(ann),
        ..FaultRule::once("sendMessage", refusal)
    });
    t.agent("sam").writes_in("ann", reply);
    t.topic("ann").expect_part("Telegram refused it");
    t.general().try_next()
}

/// The numbers of the letters, as `/failed` lists them.
fn listed(t: &mut Scenario) -> Vec<String> {
    t.agent("eve").writes_in_general("/failed");
    let list = t.general().next().text().to_owned();
    let lines = list.lines().filter_map(|line| line.split_once(" · "));
    lines.map(|(number, _)| number.to_owned()).collect()
}

#[test]
fn another_refusal_is_another_cause_and_told_at_once() {
    bot_test(|t| {
        open_ticket(t);
        t.allowed.dead_letters = true;
        let (strange, odd) = ("Bad Request: MESSAGE_STRANGE", "Bad Request: MESSAGE_ODD");
        for (words, is_news) in [(strange, true), (odd, true), (strange, false), (odd, false)] {
            let told = refused(t, "an important answer", words);
            let is_told = told.is_some_and(|text| text.contains(words));
            assert_eq!(is_told, is_news, "{words}");
        }
    });
}

/// The right is told of once an hour, which makes the trouble no younger.
#[test]
fn all_letters_since_a_trouble_began_are_offered_when_it_is_over() {
    bot_test(|t| {
        open_ticket(t);
        let (group, now) = (t.group, t.now());
        let rights = Rights::all().with(Right::ManageTopics, false);
        t.sandbox.promote(group, BOT, rights, now);
        t.run();
        t.general().expect_part("The bot lacks a right");
        dead_letter(t);
        t.client("bob").says("is anybody there?");
        t.client("bob").expect_part("created");
        t.pass(Duration::from_secs(100 * 60));
        t.general().expect_part("The bot lacks a right");
        let now = t.now();
        t.sandbox.promote(group, BOT, Rights::all(), now);
        t.run();
        t.general()
            .expect_part("can work in this group again")
            .expect_part("1 call failed for good");
        t.topic("bob").expect_card("is anybody there?");
        t.agent("eve").writes_in_general("/failed retry all");
        t.general().expect_part("1 letter is on its way");
        t.client("ann").expect("Live Support: an important answer");
    });
}

#[test]
fn one_letter_is_tried_again_by_its_number_and_the_rest_given_up_by_a_button() {
    bot_test(|t| {
        open_ticket(t);
        let words = "Bad Request: MESSAGE_STRANGE";
        for (reply, is_news) in [("one", true), ("two", false), ("three", false)] {
            assert_eq!(refused(t, reply, words).is_some(), is_news);
        }
        let numbers = listed(t);
        assert_eq!(numbers.len(), 3, "{numbers:?}");
        let second = &numbers[1];
        t.agent("eve")
            .writes_in_general(&format!("/failed retry {second}"));
        t.general().expect_part("1 letter is on its way");
        t.client("ann").expect("Live Support: two");
        assert_eq!(listed(t), [numbers[0].as_str(), numbers[2].as_str()]);
        t.agent("eve").in_general().presses("Give all up");
        t.agent("eve")
            .in_general()
            .expect_alert("2 letters were given up");
        t.agent("eve").writes_in_general("/failed");
        t.general().expect_part("Nothing has failed");
        t.client("ann").expect_nothing();
    });
}

/// Something that ann wrote and the program could not handle.
fn aside(t: &mut Scenario, update: i64, text: &str) {
    let (ann, now) = (t.person("ann"), t.now());
    let raw = json!({
        "update_id": update,
        "message": {
            "message_id": update,
            "date": now / 1_000,
            "chat": {"id": ann, "type": "private", "first_name": "A"},
            "from": {"id": ann, "is_bot": false, "first_name": "A"},
            "text": text,
        },
    });
    t.database(|db| {
        db.execute(
            "INSERT INTO inbox (bot_id, update_id, received_at, raw, state, finished_at, reason) \
             VALUES (?1, ?2, ?3, ?4, 'dead', ?3, 'failed')",
            (BOT, update, now, raw.to_string()),
        )
        .expect("it can be put aside");
    });
}

#[test]
fn an_update_that_was_put_aside_is_tried_again_or_given_up_by_its_number() {
    bot_test(|t| {
        open_ticket(t);
        aside(t, 900_001, "the first");
        aside(t, 900_002, "the second");
        let numbers = listed(t);
        let [first, second] = numbers.as_slice() else {
            panic!("{numbers:?}");
        };
        assert!(first.starts_with('u') && second.starts_with('u'));
        t.agent("eve")
            .writes_in_general(&format!("/failed retry {second}"));
        t.general().expect_part("1 letter is on its way");
        t.topic("ann").expect("the second");
        t.agent("eve")
            .writes_in_general(&format!("/failed drop {first}"));
        t.general().expect_part("1 letter was given up");
        for deal in ["retry", "drop"] {
            t.agent("eve")
                .writes_in_general(&format!("/failed {deal} {first}"));
            t.general().expect_part("no such dead letter");
        }
        t.agent("eve").writes_in_general("/failed");
        t.general().expect_part("Nothing has failed");
    });
}
