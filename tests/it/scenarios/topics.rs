//! The ticket's topic: made once, lost, closed, in doubt.

use std::time::Duration;

use hushdesk::sandbox::{Fault, FaultRule, content};
use serde_json::json;

use super::carrying::open_ticket;
use crate::harness::{Reads, Scenario, bot_test};

fn topics_with_codes(t: &Scenario) -> usize {
    t.sandbox
        .topics(t.group)
        .iter()
        .filter(|topic| !topic.deleted && topic.name.contains("SUPP-"))
        .count()
}

#[test]
fn however_many_messages_arrive_at_once_there_is_one_topic() {
    bot_test(|t| {
        for number in 0..5 {
            t.client("ann")
                .drops(content::text(&format!("line {number}")), None);
        }
        t.run();
        t.client("ann").expect_part("created").expect_nothing();
        t.topic("ann").expect_card("line 0");
        for number in 1..5 {
            t.topic("ann").expect(&format!("line {number}"));
        }
        assert_eq!(topics_with_codes(t), 1);
    });
}

#[test]
fn a_deleted_topic_is_replaced_and_the_message_goes_there() {
    for cached in [true, false] {
        bot_test(|t| {
            open_ticket(t);
            if !cached {
                t.pass(Duration::from_secs(120));
            }
            t.agent("sam").deletes_topic_of("ann");
            t.client("ann").says("still there?");
            let mut topic = t.topic("ann");
            assert!(topic.next().text().contains("was deleted"));
            t.topic("ann").expect("still there?");
            t.agent("sam").writes_in("ann", "yes");
            t.client("ann").expect("Live Support: yes");
            assert_eq!(topics_with_codes(t), 1);
        });
    }
}

#[test]
fn a_topic_deleted_before_its_card_gets_another_one() {
    bot_test(|t| {
        t.agent("sam");
        let gone = Fault::Refuse {
            code: 400,
            description: "Bad Request: TOPIC_DELETED".to_owned(),
            parameters: None,
        };
        t.sandbox.plan(FaultRule {
            chat: Some(t.group),
            ..FaultRule::once("sendMessage", gone)
        });
        t.client("ann").drops(content::text("hello"), None);
        t.run();
        t.topic("ann").expect_card("hello");
        t.client("ann").expect_part("created");
        // The first one was never really deleted: the desk owns the second.
        assert_eq!(topics_with_codes(t), 2);
    });
}

#[test]
fn a_topic_that_may_not_be_written_to_is_opened() {
    bot_test(|t| {
        open_ticket(t);
        t.agent("sam").closes_topic_of("ann");
        let closed = Fault::Refuse {
            code: 400,
            description: "Bad Request: TOPIC_CLOSED".to_owned(),
            parameters: None,
        };
        t.sandbox.plan(FaultRule::once("sendMessage", closed));
        t.client("ann").says("hello?");
        t.topic("ann").expect("hello?");
        assert!(!t.topic("ann").is_closed());
    });
}

#[test]
fn a_creation_in_doubt_is_settled_by_its_announcement() {
    for fault in [
        Fault::CutAfter,
        Fault::Garbage,
        Fault::BadGatewayAfter,
        Fault::HangAfter,
    ] {
        bot_test(|t| {
            t.sandbox.plan(FaultRule::once("createForumTopic", fault));
            t.client("ann").says("hello");
            t.client("ann").expect_part("created");
            t.topic("ann").expect_card("hello");
            assert_eq!(topics_with_codes(t), 1);
        });
    }
}

#[test]
fn a_creation_in_doubt_that_never_happened_is_made_again_after_a_minute() {
    for fault in [Fault::CutBefore, Fault::BadGatewayHtml, Fault::Hang] {
        bot_test(|t| {
            t.sandbox.plan(FaultRule::once("createForumTopic", fault));
            t.client("ann").says("hello");
            t.client("ann").expect_part("created");
            assert_eq!(topics_with_codes(t), 0);
            t.pass(Duration::from_secs(50));
            assert_eq!(topics_with_codes(t), 0);
            t.pass(Duration::from_secs(60));
            t.topic("ann").expect_card("hello");
            assert_eq!(topics_with_codes(t), 1);
        });
    }
}

#[test]
fn a_topic_that_turns_up_late_is_an_orphan_and_is_deleted() {
    bot_test(|t| {
        t.sandbox
            .plan(FaultRule::once("createForumTopic", Fault::CutBefore));
        t.client("ann").says("hello");
        t.client("ann").expect_part("created");
        t.pass(Duration::from_secs(120));
        t.topic("ann").expect_card("hello");
        let code = t.code_of("ann");
        let (bot, group, now) = (crate::harness::BOT, t.group, t.now());
        let late = t
            .sandbox
            .create_topic(bot, group, &format!("🟢 {code}"), now)
            .expect("the bot may make topics");
        t.pass(Duration::from_secs(10));
        let topics = t.sandbox.topics(group);
        assert!(topics.iter().any(|topic| topic.id == late && topic.deleted));
        assert_eq!(topics_with_codes(t), 1);
    });
}

#[test]
fn a_closed_ticket_takes_no_more_replies_and_the_next_message_opens_another() {
    bot_test(|t| {
        open_ticket(t);
        let first = t.code_of("ann");
        t.client("ann").says("/close");
        t.client("ann").expect_part("You have closed your ticket");
        t.topic("ann").expect_part("The client has closed ticket");
        t.agent("sam").writes_in("ann", "too late");
        t.topic("ann").expect_part("This ticket is closed");
        t.client("ann").expect_nothing();
        t.client("ann").says("one more thing");
        t.client("ann").expect_part("created");
        t.topic("ann").expect_card("one more thing");
        assert_ne!(t.code_of("ann"), first);
        assert_eq!(topics_with_codes(t), 2);
    });
}

#[test]
fn the_card_shows_that_the_ticket_is_closed() {
    bot_test(|t| {
        t.client("ann").says("hello");
        t.client("ann").expect_part("created");
        let card = t.topic("ann").next();
        t.agent("sam").writes_in("ann", "/close");
        t.client("ann").expect_part("has been closed");
        t.topic("ann").expect_part("is closed.");
        let edited = t
            .sandbox
            .message(t.group, card.id)
            .expect("the card stands");
        assert!(edited.text().contains("⚪ closed"), "{}", edited.text());
        assert!(edited.text().ends_with("hello"), "{}", edited.text());
        let title = json!(
            t.sandbox
                .topics(t.group)
                .last()
                .map(|topic| topic.name.clone())
        );
        assert!(!title.to_string().contains("mark"));
    });
}

#[test]
fn topics_that_vanish_again_and_again_are_not_made_for_ever() {
    bot_test(|t| {
        open_ticket(t);
        t.allowed.dead_letters = true;
        let gone = Fault::Refuse {
            code: 400,
            description: "Bad Request: message thread not found".to_owned(),
            parameters: None,
        };
        t.sandbox.plan(FaultRule {
            chat: Some(t.group),
            times: 1_000,
            ..FaultRule::once("sendMessage", gone)
        });
        t.client("ann").says("hello?");
        t.pass(Duration::from_secs(3600));
        let made = topics_with_codes(t);
        assert!(made < 30, "{made} topics were made");
        t.sandbox.clear_faults();
        t.client("ann").says("anybody?");
        t.pass(Duration::from_secs(120));
        let mut topic = t.topic("ann");
        let posted: Vec<String> = std::iter::from_fn(|| topic.try_next()).collect();
        assert!(posted.iter().any(|text| text == "anybody?"), "{posted:?}");
        while t.general().try_next().is_some() {}
    });
}

#[test]
fn a_card_that_moved_to_another_topic_keeps_the_clients_words() {
    bot_test(|t| {
        t.agent("sam");
        let gone = Fault::Refuse {
            code: 400,
            description: "Bad Request: TOPIC_DELETED".to_owned(),
            parameters: None,
        };
        t.sandbox.plan(FaultRule {
            chat: Some(t.group),
            ..FaultRule::once("sendMessage", gone)
        });
        t.client("ann").says("hello");
        t.client("ann").expect_part("created");
        let card = t.topic("ann").next();
        t.client("ann").says("/close");
        t.client("ann").expect_part("closed");
        t.topic("ann").expect_part("closed");
        let edited = t.sandbox.message(t.group, card.id).expect("it stands");
        assert!(edited.text().contains("⚪ closed"), "{}", edited.text());
        assert!(edited.text().ends_with("hello"), "{}", edited.text());
    });
}

#[test]
fn a_late_word_of_a_deleted_topic_does_not_settle_its_successor() {
    bot_test(|t| {
        open_ticket(t);
        let (group, now, title) = (t.group, t.now(), format!("🟢 {}", t.code_of("ann")));
        let old = t.topic("ann").id();
        t.agent("sam").deletes_topic_of("ann");
        // The group is full, so that the new topic has to wait.
        t.sandbox.plan(FaultRule {
            chat: Some(group),
            ..FaultRule::once("createForumTopic", Fault::RetryAfter { seconds: 60 })
        });
        t.client("ann").says("still there?");
        t.sandbox.push_raw_update(
            crate::harness::TOKEN,
            json!({"message": {
                "message_id": old, "message_thread_id": old, "is_topic_message": true,
                "date": now / 1000, "chat": {"id": group, "type": "supergroup", "title": "Desk"},
                "from": {"id": crate::harness::BOT, "is_bot": true, "first_name": "Desk"},
                "forum_topic_created": {"name": title, "icon_color": 7_322_096}
            }}),
            now,
        );
        t.run();
        t.pass(Duration::from_secs(120));
        t.topic("ann").expect_part("was deleted");
        t.topic("ann").expect("still there?");
    });
}

#[test]
fn a_new_topics_card_keeps_its_own_words() {
    bot_test(|t| {
        open_ticket(t);
        t.agent("sam").deletes_topic_of("ann");
        t.client("ann").drops(content::text("more"), None);
        t.client("ann").drops(content::text("/close"), None);
        t.run();
        t.client("ann").expect_part("closed");
        let card = t.topic("ann").next();
        assert!(
            card.text().ends_with("with the old one."),
            "{}",
            card.text()
        );
        assert!(card.text().contains("⚪ closed"), "{}", card.text());
        t.topic("ann").expect("more").expect_part("has closed");
    });
}

#[test]
fn every_word_for_a_deleted_topic_is_understood() {
    for words in [
        "Bad Request: message thread not found",
        "Bad Request: TOPIC_DELETED",
        "Bad Request: TOPIC_ID_INVALID",
        "Bad Request: invalid forum topic identifier specified",
        "Bad Request: invalid message thread identifier specified",
    ] {
        bot_test(|t| {
            open_ticket(t);
            t.agent("sam").deletes_topic_of("ann");
            let gone = Fault::Refuse {
                code: 400,
                description: words.to_owned(),
                parameters: None,
            };
            t.sandbox.plan(FaultRule {
                chat: Some(t.group),
                ..FaultRule::once("sendMessage", gone)
            });
            t.client("ann").says("still there?");
            t.topic("ann")
                .expect_part("was deleted")
                .expect("still there?");
            t.agent("sam").writes_in("ann", "yes");
            t.client("ann").expect("Live Support: yes");
        });
    }
}

#[test]
fn a_topic_that_an_agent_renames_stays_the_tickets_own() {
    bot_test(|t| {
        open_ticket(t);
        let (sam, group, now) = (t.person("sam"), t.group, t.now());
        let thread = t.topic("ann").id();
        t.sandbox
            .rename_topic(sam, (group, thread), "the lost order", now)
            .expect("an admin may rename a topic");
        t.run();
        t.client("ann").says("any news?");
        t.topic("ann").expect("any news?");
        t.agent("sam").writes_in("ann", "soon");
        t.client("ann").expect("Live Support: soon");
        assert_eq!(t.topic("ann").id(), thread);
    });
}
