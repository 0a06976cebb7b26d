//! Dead letters: listed with reasons, tried again, given up, by admins only.

use std::time::Duration;

use hushdesk::sandbox::{Fault, FaultRule, Rights};

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
