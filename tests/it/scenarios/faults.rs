//! What goes wrong at Telegram, and what people see of it.

use std::time::Duration;

use hushdesk::sandbox::{Fault, FaultRule, content};

use super::carrying::open_ticket;
use crate::harness::{Reads, Setup, bot_test, bot_test_with};

fn refuse(code: u16, description: &str) -> Fault {
    Fault::Refuse {
        code,
        description: description.to_owned(),
        parameters: None,
    }
}

#[test]
fn agents_learn_that_the_client_has_blocked_the_bot_and_that_they_are_back() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").blocks();
        t.topic("ann").expect_part("has blocked the bot");
        let reply = t.agent("sam").writes_in("ann", "are you there?");
        t.topic("ann")
            .expect_part("Not delivered: the client has blocked the bot");
        t.topic("ann").expect_mark(reply, "💔");
        t.client("ann").unblocks();
        t.topic("ann").expect_part("The client is back");
        t.agent("sam").writes_in("ann", "good to see you");
        t.client("ann").expect("Live Support: good to see you");
    });
}

#[test]
fn a_block_that_is_met_only_by_a_reply_is_told_as_well() {
    bot_test(|t| {
        open_ticket(t);
        let blocked = refuse(403, "Forbidden: bot was blocked by the user");
        t.sandbox.plan(FaultRule::once("sendMessage", blocked));
        let reply = t.agent("sam").writes_in("ann", "are you there?");
        t.topic("ann").expect_part("The client has blocked the bot");
        t.topic("ann")
            .expect_part("Not delivered: the client has blocked the bot");
        t.topic("ann").expect_mark(reply, "💔");
        let calls = t.sandbox.call_count();
        t.agent("sam").writes_in("ann", "hello?");
        t.topic("ann").expect_part("Not delivered");
        let ann = t.person("ann");
        let into_chat = t
            .sandbox
            .calls()
            .into_iter()
            .skip(usize::try_from(calls).expect("few"));
        assert_eq!(into_chat.filter(|call| call.chat == Some(ann)).count(), 0);
    });
}

#[test]
fn a_deleted_account_is_told() {
    bot_test(|t| {
        open_ticket(t);
        let (ann, now) = (t.person("ann"), t.now());
        t.sandbox.deactivate(ann, now);
        let reply = t.agent("sam").writes_in("ann", "hello?");
        t.topic("ann").expect_part("account does not exist");
        t.topic("ann").expect_part("account does not exist");
        t.topic("ann").expect_mark(reply, "💔");
    });
}

#[test]
fn a_message_in_doubt_is_sent_again_and_said() {
    bot_test(|t| {
        open_ticket(t);
        t.sandbox
            .plan(FaultRule::once("sendMessage", Fault::CutAfter));
        t.client("ann").says("important");
        t.topic("ann").expect("important").expect("important");
        t.topic("ann").expect_part("may stand here twice");
        t.sandbox
            .plan(FaultRule::once("sendMessage", Fault::CutAfter));
        let reply = t.agent("sam").writes_in("ann", "noted");
        t.client("ann")
            .expect("Live Support: noted")
            .expect("Live Support: noted");
        t.topic("ann").expect_part("may have received it twice");
        t.topic("ann").expect_mark(reply, "👌");
    });
}

#[test]
fn a_reply_that_takes_long_is_marked_and_then_delivered() {
    bot_test(|t| {
        open_ticket(t);
        t.wire.set_offline(true);
        let reply = t.agent("sam").drops(None, content::text("ignored"), None);
        assert!(reply > 0);
        t.wire.set_offline(false);
        t.sandbox.plan(FaultRule {
            times: 4,
            ..FaultRule::once("sendMessage", Fault::BadGatewayHtml)
        });
        let reply = t.agent("sam").writes_in("ann", "slowly");
        t.pass(Duration::from_secs(3));
        t.topic("ann").expect_mark(reply, "👀");
        t.pass(Duration::from_secs(60));
        t.topic("ann").expect_mark(reply, "👌");
        t.client("ann").expect("Live Support: slowly");
        t.topic("ann").expect_part("may have received it twice");
    });
}

#[test]
fn telegrams_wait_is_kept_for_the_whole_chat_and_over_a_restart() {
    bot_test(|t| {
        open_ticket(t);
        t.sandbox.plan(FaultRule::once(
            "sendMessage",
            Fault::RetryAfter { seconds: 300 },
        ));
        t.client("ann").says("one");
        t.client("ann").says("two");
        t.client("ann").expect_part("in about 6 minutes");
        t.kill();
        t.start();
        t.pass(Duration::from_secs(200));
        t.client("bob").says("and I");
        t.client("bob").expect_part("created");
        t.pass(Duration::from_secs(110));
        t.topic("ann").expect("one").expect("two");
        t.topic("bob").expect_card("and I");
        t.general().expect_part("nothing here for about 6 minutes");
    });
}

#[test]
fn a_reply_never_waits_behind_the_group() {
    bot_test(|t| {
        open_ticket(t);
        t.sandbox.plan(FaultRule {
            chat: Some(t.group),
            ..FaultRule::once("sendMessage", Fault::RetryAfter { seconds: 600 })
        });
        t.client("ann").says("waits");
        t.agent("sam").writes_in("ann", "does not wait");
        t.client("ann").expect("Live Support: does not wait");
        t.pass(Duration::from_secs(700));
        t.client("ann").expect_part("in about 9 minutes");
        t.topic("ann").expect("waits");
        t.general().expect_part("nothing here for about 10 minutes");
    });
}

#[test]
fn an_unknown_refusal_is_a_dead_letter_that_delays_nobody() {
    bot_test(|t| {
        open_ticket(t);
        t.allowed.dead_letters = true;
        t.sandbox.plan(FaultRule::once(
            "sendMessage",
            refuse(400, "Bad Request: SOMETHING_NEW"),
        ));
        let reply = t.agent("sam").writes_in("ann", "hm");
        t.topic("ann")
            .expect_part("Not delivered: Telegram refused it");
        t.topic("ann").expect_mark(reply, "💔");
        t.general().expect_part("failed for good (a reply");
        t.agent("sam").writes_in("ann", "and now?");
        t.client("ann").expect("Live Support: and now?");
    });
}

#[test]
fn what_waits_behind_a_dead_letter_goes_on() {
    bot_test(|t| {
        open_ticket(t);
        t.allowed.dead_letters = true;
        let thread = t.topic("ann").id();
        for text in ["one", "two", "three"] {
            t.agent("sam")
                .drops(Some(thread), content::text(text), None);
        }
        let ann = t.person("ann");
        t.sandbox.plan(FaultRule {
            chat: Some(ann),
            ..FaultRule::once("sendMessage", refuse(400, "Bad Request: SOMETHING_NEW"))
        });
        t.run();
        t.client("ann")
            .expect("Live Support: two")
            .expect("Live Support: three");
        t.topic("ann")
            .expect_part("Not delivered: Telegram refused it");
        t.general().expect_part("failed for good (a reply");
    });
}

#[test]
fn a_message_that_cannot_be_copied_is_said_on_both_sides() {
    bot_test(|t| {
        open_ticket(t);
        let cannot = || refuse(400, "Bad Request: the message can't be copied");
        t.sandbox.plan(FaultRule::once("copyMessage", cannot()));
        t.client("ann").sends(content::sticker("s", "set"));
        t.topic("ann")
            .expect_part("does not let bots copy (sticker)");
        t.client("ann").expect_part("this sticker");
        t.sandbox.plan(FaultRule::once("copyMessage", cannot()));
        t.agent("sam").sends_in("ann", content::sticker("s", "set"));
        t.topic("ann")
            .expect_part("Not delivered: Telegram does not let bots copy");
    });
}

#[test]
fn an_hour_without_telegram_loses_nothing() {
    bot_test(|t| {
        open_ticket(t);
        t.wire.set_offline(true);
        for number in 0..10 {
            t.client("ann")
                .drops(content::text(&format!("line {number}")), None);
            t.pass(Duration::from_secs(360));
        }
        t.wire.set_offline(false);
        t.pass(Duration::from_secs(120));
        for number in 0..10 {
            t.topic("ann").expect(&format!("line {number}"));
        }
        t.general().expect_part("60 minutes nothing arrived here");
    });
}

#[test]
fn a_removed_right_holds_the_messages_until_it_is_back() {
    use hushdesk::sandbox::Right;
    bot_test(|t| {
        t.agent("sam");
        let (group, bot, now) = (t.group, crate::harness::BOT, t.now());
        t.sandbox
            .set_right(group, bot, Right::ManageTopics, false, now);
        t.client("ann").says("hello");
        t.client("ann").expect_part("created");
        t.pass(Duration::from_secs(600));
        let now = t.now();
        t.sandbox
            .set_right(group, bot, Right::ManageTopics, true, now);
        t.pass(Duration::from_secs(600));
        t.topic("ann").expect_card("hello");
        t.general()
            .expect_part("lacks a right")
            .expect_part("can work in this group again");
    });
}

#[test]
fn the_groups_budget_is_kept_without_a_single_refusal() {
    bot_test(|t| {
        for number in 0..12 {
            let name = format!("c{number}");
            t.client(&name).drops(content::text("hello"), None);
        }
        t.pass(Duration::from_secs(180));
        for number in 0..12 {
            let name = format!("c{number}");
            t.client(&name).expect_part("created");
            t.topic(&name).expect_card("hello");
        }
        let refused = t
            .sandbox
            .calls()
            .iter()
            .filter(|call| call.status == 429)
            .count();
        assert_eq!(refused, 0);
    });
}

#[test]
fn an_upgraded_group_is_followed() {
    let setup = Setup {
        basic_group: true,
        ..Setup::default()
    };
    bot_test_with(setup, |t| {
        t.upgrade_group();
        t.client("ann").says("hello");
        t.client("ann").expect_part("created");
        t.topic("ann").expect_card("hello");
        t.agent("sam").writes_in("ann", "hi");
        t.client("ann").expect("Live Support: hi");
        t.kill();
        t.start();
        t.agent("sam").writes_in("ann", "still here");
        t.client("ann").expect("Live Support: still here");
    });
}

#[test]
fn an_upgrade_that_is_learned_from_a_refusal_is_followed() {
    let setup = Setup {
        basic_group: true,
        ..Setup::default()
    };
    bot_test_with(setup, |t| {
        t.kill();
        t.client("ann").drops(content::text("hello"), None);
        t.upgrade_group();
        t.start();
        t.run();
        t.client("ann").expect_part("created");
        t.topic("ann").expect_card("hello");
    });
}

#[test]
fn a_stored_call_that_cannot_be_read_is_a_dead_letter_that_delays_nobody() {
    bot_test(|t| {
        t.allowed.dead_letters = true;
        t.allowed.errors_logged = true;
        open_ticket(t);
        t.wire.set_offline(true);
        t.client("ann")
            .drops(content::text("lost to bad luck"), None);
        t.wire.set_offline(false);
        t.sandbox.plan(FaultRule {
            chat: Some(t.group),
            ..FaultRule::once("sendMessage", Fault::RetryAfter { seconds: 60 })
        });
        t.run();
        t.database(|db| {
            db.execute(
                "UPDATE outbox SET call = 'garbage' WHERE purpose = 'relay' AND finished_at IS NULL",
                [],
            )
            .expect("the row can be spoiled")
        });
        t.client("ann").says("and this?");
        t.pass(Duration::from_secs(120));
        t.topic("ann").expect("and this?");
        t.general().expect_part("failed for good");
    });
}

#[test]
fn a_reply_that_never_gets_a_usable_answer_ends_as_a_dead_letter_and_is_told() {
    bot_test(|t| {
        open_ticket(t);
        t.allowed.dead_letters = true;
        let ann = t.person("ann");
        t.sandbox.plan(FaultRule {
            chat: Some(ann),
            times: 1_000,
            ..FaultRule::once("sendMessage", Fault::BadGatewayHtml)
        });
        let reply = t.agent("sam").writes_in("ann", "hello?");
        t.pass(Duration::from_secs(50 * 60));
        t.topic("ann").expect_mark(reply, "👀");
        t.pass(Duration::from_secs(60 * 60));
        t.topic("ann").expect_part("Not delivered");
        t.topic("ann").expect_mark(reply, "💔");
        t.general().expect_part("after many attempts");
        t.sandbox.clear_faults();
        t.agent("sam").writes_in("ann", "and now?");
        t.client("ann").expect("Live Support: and now?");
    });
}

#[test]
fn a_reply_of_which_one_part_is_refused_is_not_marked_as_delivered() {
    bot_test(|t| {
        open_ticket(t);
        t.allowed.dead_letters = true;
        let ann = t.person("ann");
        t.sandbox.plan(FaultRule {
            chat: Some(ann),
            ..FaultRule::once("sendMessage", refuse(400, "Bad Request: SOMETHING_NEW"))
        });
        let long = "word ".repeat(819).trim_end().to_owned();
        let reply = t.agent("sam").writes_in("ann", &long);
        t.client("ann").next();
        t.topic("ann").expect_part("Not delivered");
        t.topic("ann").expect_mark(reply, "💔");
        t.general().expect_part("failed for good (a reply");
    });
}

#[test]
fn where_reactions_are_forbidden_words_take_their_place() {
    bot_test(|t| {
        open_ticket(t);
        t.sandbox.set_allowed_reactions(t.group, Some(&[]));
        t.agent("sam").writes_in("ann", "hi");
        t.client("ann").expect("Live Support: hi");
        t.topic("ann").expect("Delivered.");
    });
}

#[test]
fn a_topic_that_telegram_refuses_to_make_does_not_hold_the_ticket_for_ever() {
    bot_test(|t| {
        t.allowed.dead_letters = true;
        t.sandbox.plan(FaultRule::once(
            "createForumTopic",
            refuse(400, "Bad Request: SOMETHING_NEW"),
        ));
        t.client("ann").says("hello");
        t.client("ann").expect_part("created");
        t.topic("ann").expect_card("hello");
        t.general().expect_part("failed for good (making the topic");
    });
}

#[test]
fn a_busy_database_costs_no_timer() {
    bot_test(|t| {
        t.allowed.errors_logged = true;
        t.sandbox
            .plan(FaultRule::once("createForumTopic", Fault::CutBefore));
        t.client("ann").says("hello");
        t.client("ann").expect_part("created");
        t.kill();
        t.database(|db| {
            // Whatever takes the timer away, the next start sets it again.
            db.execute("DELETE FROM timers", [])
                .expect("timers can be lost");
        });
        t.start();
        t.pass(Duration::from_secs(120));
        t.topic("ann").expect_card("hello");
    });
}

#[test]
fn waits_of_a_second_and_of_two_hours_are_kept_and_lose_nothing() {
    for seconds in [1, 35, 503, 7_728] {
        bot_test(|t| {
            open_ticket(t);
            for chat in [t.group, t.person("ann")] {
                t.sandbox.plan(FaultRule {
                    chat: Some(chat),
                    ..FaultRule::once("sendMessage", Fault::RetryAfter { seconds })
                });
            }
            t.client("ann").says("to the desk");
            let reply = t.agent("sam").writes_in("ann", "to the client");
            t.pass(Duration::from_secs(u64::from(seconds) + 30));
            t.topic("ann").expect("to the desk");
            t.client("ann").expect("Live Support: to the client");
            t.topic("ann").expect_mark(reply, "👌");
            if seconds > 300 {
                t.general().expect_part("nothing here for about");
                t.client("ann").expect_part("in the queue");
            }
        });
    }
}

#[test]
fn gateways_resets_and_hangs_lose_nothing_and_are_said_where_they_may_show_twice() {
    for (fault, arrives) in [
        (Fault::BadGatewayHtml, 1),
        (Fault::BadGatewayAfter, 2),
        (Fault::Internal500, 1),
        (Fault::CutBefore, 1),
        (Fault::CutAfter, 2),
        (Fault::Hang, 1),
        (Fault::HangAfter, 2),
        (Fault::Garbage, 2),
    ] {
        bot_test(|t| {
            open_ticket(t);
            t.sandbox
                .plan(FaultRule::once("sendMessage", fault.clone()));
            t.client("ann").says("important");
            t.pass(Duration::from_secs(60));
            for _time in 0..arrives {
                t.topic("ann").expect("important");
            }
            t.topic("ann").expect_part("may stand here twice");
        });
    }
}

#[test]
fn a_card_that_an_agent_deleted_is_not_missed() {
    bot_test(|t| {
        t.client("ann").says("hello");
        t.client("ann").expect_part("created");
        let card = t.topic("ann").next();
        t.sandbox.delete_message(t.group, card.id);
        t.agent("sam").writes_in("ann", "/close");
        t.client("ann").expect_part("has been closed");
        t.topic("ann").expect_part("is closed.");
        t.client("ann").says("one more thing");
        t.client("ann").expect_part("created");
        t.topic("ann").expect_card("one more thing");
    });
}
