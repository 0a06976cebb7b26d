//! No group waits for another: one that is lost, flooded, full or without topics stops nobody else.

use std::time::Duration;

use hushdesk::sandbox::{Fault, FaultRule, Rights, Status, content};

use super::desks::{arrives_at_money, open_ticket, two_desks};
use crate::harness::{BOT, Reads, Scenario, Setup, bot_test_with};

#[test]
fn a_group_that_is_lost_stops_nobody_else() {
    bot_test_with(two_desks(), |t| {
        open_ticket(t);
        t.client("bob").says("/start billing");
        t.client("bob").expect_part("Payments");
        let money = t.further[0];
        t.sandbox.kick(money, BOT, t.now());
        t.run();
        t.general()
            .expect_part("cannot write in the group of money");
        t.client("bob").says("I have paid twice");
        t.client("bob").expect_part("created");
        t.client("ann").says("hello?");
        t.topic("ann").expect("hello?");
        t.agent("sam").writes_in("ann", "hello");
        t.client("ann").expect("Live Support: hello");
        t.pass(Duration::from_secs(600));
        t.client("bob").expect_part("later than usual");
        t.client("ann").says("still there?");
        t.topic("ann").expect("still there?");
        let admin = Status::Administrator(Rights::all());
        t.sandbox.set_member(money, BOT, admin, t.now());
        t.pass(Duration::from_secs(600));
        t.at_desk("money", |t| {
            t.topic("bob").expect_card("I have paid twice");
            t.general().expect_part("can work in this group again");
        });
    });
}

#[test]
fn a_group_that_is_taken_out_of_the_config_gives_its_tickets_back() {
    bot_test_with(two_desks(), |t| {
        open_ticket(t);
        t.client("bob").says("/start billing");
        t.client("bob").expect_part("Payments");
        t.client("bob").says("I have paid twice");
        t.client("bob").expect_part("created");
        t.at_desk("money", |t| {
            t.topic("bob").expect_card("I have paid twice");
        });
        t.kill();
        t.forgets_further_desks();
        t.start();
        t.run();
        t.topic("bob").expect_card("I have paid twice");
        t.topic("bob").expect_part("Before it came here:");
        t.client("bob").says("anybody?");
        t.topic("bob").expect("anybody?");
        t.run();
        let money = t.further[0];
        let said = t.sandbox.chat_messages(money);
        assert!(
            said.iter()
                .any(|it| it.text().contains("goes on in the main group"))
        );
        t.reads_all(money);
    });
}

#[test]
fn a_lost_group_that_is_taken_out_of_the_config_holds_nobody_back() {
    bot_test_with(two_desks(), |t| {
        open_ticket(t);
        t.client("bob").says("/start billing");
        t.client("bob").expect_part("Payments");
        t.client("bob").says("I have paid twice");
        t.client("bob").expect_part("created");
        t.at_desk("money", |t| {
            t.topic("bob").expect_card("I have paid twice");
        });
        let money = t.further[0];
        t.sandbox.kick(money, BOT, t.now());
        t.run();
        t.general()
            .expect_part("cannot write in the group of money");
        t.client("bob").says("anybody?");
        t.pass(Duration::from_secs(60));
        t.kill();
        t.forgets_further_desks();
        t.start();
        t.pass(Duration::from_secs(60));
        t.topic("bob").expect_card("I have paid twice");
        t.topic("bob").expect_part("Before it came here:");
        t.topic("bob").expect("anybody?");
        t.client("ann").says("and me?");
        t.topic("ann").expect("and me?");
        let user = t.person("bob");
        t.reads_all(user);
    });
}

#[test]
fn a_wait_in_a_group_of_the_past_is_none_of_the_main_ones() {
    bot_test_with(two_desks(), |t| {
        open_ticket(t);
        t.client("bob").says("/start billing");
        t.client("bob").expect_part("Payments");
        t.client("bob").says("I have paid twice");
        t.client("bob").expect_part("created");
        t.at_desk("money", |t| {
            t.topic("bob").expect_card("I have paid twice");
        });
        t.kill();
        t.forgets_further_desks();
        let money = t.further[0];
        t.sandbox.plan(FaultRule {
            method: None,
            chat: Some(money),
            ..FaultRule::once("", Fault::RetryAfter { seconds: 600 })
        });
        t.start();
        t.run();
        assert_eq!(t.sandbox.planned_faults(), 0, "{}", t.story());
        // What else goes there waits too, also for a program that was not there.
        t.kill();
        t.start();
        let before = t.now();
        t.client("ann").says("hello?");
        t.topic("bob").expect_card("I have paid twice");
        t.topic("bob").expect_part("Before it came here:");
        t.topic("ann").expect("hello?");
        assert!(t.now() - before < 5_000, "ann did not wait");
        t.pass(Duration::from_secs(700));
        t.reads_all(money);
    });
}

#[test]
fn a_flood_in_one_group_does_not_slow_another_down() {
    bot_test_with(two_desks(), |t| {
        open_ticket(t);
        t.client("bob").says("/start billing");
        t.client("bob").expect_part("Payments");
        t.client("bob").says("I have paid twice");
        t.client("bob").expect_part("created");
        t.at_desk("money", |t| {
            t.topic("bob").expect_card("I have paid twice");
        });
        let money = t.further[0];
        t.sandbox.set_fault_hook(Box::new(move |call| {
            (call.chat == Some(money)).then_some(Fault::RetryAfter { seconds: 600 })
        }));
        t.client("bob").says("hello?");
        t.sandbox.clear_faults();
        let before = t.now();
        t.client("ann").says("hello?");
        t.topic("ann").expect("hello?");
        assert!(t.now() - before < 5_000, "ann did not wait");
        t.pass(Duration::from_secs(100));
        // In time: the group itself reads it afterwards.
        t.general()
            .expect_part("post nothing in the group of money for about 10 minutes");
        t.client("bob").expect_part("in about 9 minutes");
        t.at_desk("money", |t| {
            assert!(t.topic("bob").try_next().is_none());
            assert!(t.general().try_next().is_none());
        });
        t.pass(Duration::from_secs(600));
        t.at_desk("money", |t| {
            t.topic("bob").expect("hello?");
            t.general().expect_part("nothing here for about 10 minutes");
        });
    });
}

#[test]
fn each_group_has_a_budget_of_its_own() {
    let mut setup = two_desks();
    setup.flood.group_calls_per_minute = 6;
    setup.limits.messages_per_hour = 0;
    bot_test_with(setup, |t| {
        open_ticket(t);
        t.client("bob").says("/start billing");
        t.client("bob").expect_part("Payments");
        t.client("bob").says("I have paid twice");
        t.client("bob").expect_part("created");
        t.at_desk("money", |t| {
            t.topic("bob").expect_card("I have paid twice");
        });
        let from = t.now();
        for line in 0..30 {
            t.client("ann")
                .drops(content::photo(&format!("a{line}"), ""), None);
            t.client("bob")
                .drops(content::photo(&format!("b{line}"), ""), None);
        }
        t.pass(Duration::from_secs(180));
        let money = t.further[0];
        for group in [t.group, money] {
            let calls = t.sandbox.calls();
            let calls: Vec<i64> = calls
                .iter()
                .filter(|call| call.chat == Some(group) && call.at_ms >= from)
                .filter(|call| call.method.starts_with("copy") || call.method.starts_with("send"))
                .map(|call| call.at_ms)
                .collect();
            assert!(calls.len() >= 15, "{} of 18", calls.len());
            for window in calls.windows(7) {
                assert!(
                    window[6] - window[0] >= 60_000,
                    "no minute holds more than 6"
                );
            }
        }
        t.pass(Duration::from_secs(600));
        t.reads_all(money);
        t.reads_all(t.group);
        for name in ["ann", "bob"] {
            let user = t.person(name);
            t.reads_all(user);
        }
    });
}

#[test]
fn a_group_that_is_behind_says_so_to_its_own_people_and_to_nobody_else() {
    let setup = Setup {
        limits: super::pacing::unlimited(),
        ..two_desks()
    };
    bot_test_with(setup, |t| {
        open_ticket(t);
        t.client("bob").says("/start billing");
        t.client("bob").expect_part("Payments");
        t.client("bob").says("I have paid twice");
        t.client("bob").expect_part("created");
        t.at_desk("money", |t| {
            t.topic("bob").expect_card("I have paid twice");
        });
        t.pass(Duration::from_secs(120));
        for number in 0..140 {
            let photo = content::photo(&format!("p{number}"), "look");
            t.client("bob").drops(photo, None);
        }
        t.run();
        t.client("bob").expect_part("in the queue");
        t.client("bob").says("hello?").expect_nothing();
        t.client("eve").says("/start billing");
        t.client("eve").expect_part("Payments");
        t.client("eve").says("and I");
        t.client("eve").expect_part("in the queue");
        t.client("ann").says("and me?").expect_nothing();
        t.topic("ann").expect("and me?");
        t.client("joe").says("hi");
        t.client("joe").expect_part("assist you shortly");
        t.topic("joe").expect_card("hi");
        t.pass(Duration::from_secs(60));
        t.at_desk("money", |t| {
            t.general()
                .expect_part("Clients write more than Telegram lets the bot post here in time");
        });
        assert!(t.general().try_next().is_none(), "it is theirs alone");
        // And then Telegram asks to leave it alone.
        let money = t.further[0];
        t.sandbox.plan(FaultRule {
            chat: Some(money),
            ..FaultRule::once("copyMessage", Fault::RetryAfter { seconds: 7_200 })
        });
        t.pass(Duration::from_secs(180));
        t.general()
            .expect_part("post nothing in the group of money for about 12");
        t.pass(Duration::from_secs(150 * 60));
        t.client("pia").says("/start billing");
        t.client("pia").expect_part("Payments");
        t.client("pia").says("and I");
        t.client("pia").expect_part("assist you shortly");
        t.client("bob").says("and now?").expect_nothing();
        t.reads_all(money);
    });
}

/// What the limit keeps from one group's budget is no business of another's.
#[test]
fn new_tickets_beyond_the_limit_of_one_group_get_their_topics_in_another_at_once() {
    let setup = Setup {
        new_tickets_per_minute: 2,
        ..two_desks()
    };
    bot_test_with(setup, |t| {
        t.agent("sam");
        let money = t.further[0];
        let topics = |t: &Scenario, group| t.sandbox.topics(group).len();
        for name in ["p1", "p2", "p3", "p4"] {
            t.client(name).says("/start billing");
            t.client(name).expect_part("Payments");
            t.client(name).says("I have paid twice");
        }
        assert_eq!(topics(t, money), 2);
        for name in ["ann", "bob", "eve"] {
            t.client(name).says("my order is lost");
        }
        assert_eq!(topics(t, t.group), 2, "each group has its own");
        t.client("bob")
            .expect_part("An agent will assist you shortly");
        t.client("eve").expect_part("in the queue");
        t.pass(Duration::from_secs(60));
        assert_eq!((topics(t, money), topics(t, t.group)), (4, 3));
        t.reads_all(t.group);
        t.reads_all(money);
        for name in t.everybody() {
            let user = t.person(&name);
            t.reads_all(user);
        }
    });
}

/// Seed 8128: a copy was taken back out of the main chat while its ticket was waiting for a topic elsewhere.
#[test]
fn what_is_taken_back_waits_for_the_topic_that_its_ticket_moves_to() {
    bot_test_with(two_desks(), |t| {
        open_ticket(t);
        t.at_desk("experts", |t| {
            t.agent("lea");
        });
        t.sandbox.set_forum_mode(t.group, false);
        t.client("ann").sends(content::photo("p1", "first look"));
        t.client("ann").sends(content::photo("p2", "second look"));
        let wait = Fault::RetryAfter { seconds: 30 };
        t.sandbox.plan(FaultRule::once("createForumTopic", wait));
        t.agent("sam").writes_in("ann", "/escalate look at this");
        t.client("ann").says("still there?");
        t.client("bob").says("hello");
        t.pass(Duration::from_secs(60));
        t.sandbox.set_forum_mode(t.group, true);
        t.pass(Duration::from_secs(300));
        t.general()
            .expect_part("no topics any more")
            .expect_part("can work in this group again");
        t.client("bob")
            .expect_part("created")
            .expect_part("later than usual");
        t.topic("bob").expect_card("hello");
        t.topic("ann").expect_part("This ticket goes on in experts");
        t.at_desk("experts", |t| {
            t.topic("ann")
                .expect_card("my order is lost")
                .expect_part("Before it came here:")
                .expect_part("Raised to level 2")
                .expect("first look")
                .expect("second look")
                .expect("still there?");
        });
    });
}

/// Seed 84360: a change of the very message waited in its lane, and it behind that.
#[test]
fn what_is_taken_back_goes_before_a_change_of_it_that_waits_for_the_topic_its_ticket_moves_to() {
    bot_test_with(two_desks(), |t| {
        open_ticket(t);
        t.at_desk("experts", |t| {
            t.agent("lea");
        });
        t.client("ann").sends(content::photo("p1", "first look"));
        t.topic("ann").expect_kind("photo");
        t.sandbox.set_forum_mode(t.group, false);
        let wait = Fault::RetryAfter { seconds: 30 };
        t.sandbox.plan(FaultRule::once("createForumTopic", wait));
        t.agent("sam").writes_in("ann", "/escalate look at this");
        t.client("ann")
            .edits("first look", content::photo("p1", "a better look"));
        t.client("bob").says("hello");
        t.pass(Duration::from_secs(60));
        t.sandbox.set_forum_mode(t.group, true);
        t.pass(Duration::from_secs(300));
        t.general()
            .expect_part("no topics any more")
            .expect_part("can work in this group again");
        t.client("bob")
            .expect_part("created")
            .expect_part("later than usual");
        t.topic("bob").expect_card("hello");
        t.topic("ann").expect_part("This ticket goes on in experts");
        t.at_desk("experts", |t| {
            t.topic("ann")
                .expect_card("my order is lost")
                .expect_part("Before it came here:")
                .expect_part("Raised to level 2")
                .expect("a better look");
        });
    });
}

/// Seed 6504: the topic was closed after the copy, so it stands there.
#[test]
fn what_stands_in_a_topic_that_was_left_and_closed_stays_there_when_topics_go() {
    bot_test_with(two_desks(), |t| {
        open_ticket(t);
        t.client("ann").sends(content::photo("p1", "look"));
        t.topic("ann").expect_kind("photo");
        t.agent("sam").writes_in("ann", "/transfer billing");
        arrives_at_money(t);
        t.client("ann").says("do you see it?");
        t.at_desk("money", |t| {
            t.topic("ann").expect("do you see it?");
        });
        t.sandbox.set_forum_mode(t.group, false);
        t.client("bob").says("hello");
        t.client("bob").expect_part("created");
        t.pass(Duration::from_secs(60));
        t.sandbox.set_forum_mode(t.group, true);
        t.pass(Duration::from_secs(300));
        t.general()
            .expect_part("no topics any more")
            .expect_part("can work in this group again");
        t.client("bob").expect_part("later than usual");
        t.topic("bob").expect_card("hello");
        let calls = t.sandbox.calls();
        let count = |method| calls.iter().filter(|call| call.method == method).count();
        assert_eq!(count("deleteMessage"), 0, "{}", t.story());
        assert_eq!(count("copyMessage"), 1, "{}", t.story());
    });
}

/// Seed 9895: nobody knew that the copy had fallen out of its topic until its ticket was gone from there.
#[test]
fn what_is_taken_back_behind_later_messages_is_said_to_be_older() {
    bot_test_with(two_desks(), |t| {
        open_ticket(t);
        t.sandbox.set_forum_mode(t.group, false);
        t.client("ann").sends(content::photo("p1", "the lamp"));
        t.sandbox.plan(FaultRule {
            chat: Some(t.group),
            ..FaultRule::once("sendMessage", Fault::RetryAfter { seconds: 30 })
        });
        t.agent("sam").writes_in("ann", "/transfer billing");
        t.client("ann").says("do you see it?");
        t.at_desk("money", |t| {
            t.topic("ann").expect_card("my order is lost");
            t.topic("ann").expect_part("Before it came here:");
            t.topic("ann").expect("do you see it?");
        });
        t.pass(Duration::from_secs(60));
        t.sandbox.set_forum_mode(t.group, true);
        t.pass(Duration::from_secs(300));
        t.general()
            .expect_part("no topics any more")
            .expect_part("can work in this group again");
        t.topic("ann").expect_part("This ticket goes on in money");
        t.at_desk("money", |t| {
            t.topic("ann")
                .expect_part("The next message is older than what stands above it")
                .expect("the lamp");
            t.client("ann").says("thank you");
            t.topic("ann").expect("thank you");
        });
    });
}
