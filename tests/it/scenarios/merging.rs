//! While the group's budget is short several texts of a client share a post, and each of them can still
//! be answered, changed, taken back and reacted to.

use std::time::Duration;

use hushdesk::domain::settings::Limits;
use hushdesk::sandbox::{Fault, FaultRule, MessageView, content};

use super::carrying::open_ticket;
use crate::harness::{Reads, Scenario, Setup, bot_test_with};

const MINUTE: Duration = Duration::from_secs(60);

fn unlimited() -> Setup {
    Setup {
        limits: Limits {
            tickets_per_day: 0,
            messages_per_hour: 0,
            burst: 0,
            messages_per_second: 0,
        },
        ..Setup::default()
    }
}

/// Spends the group's budget on photos of bob.
fn spend_the_budget(t: &mut Scenario) {
    open_ticket(t);
    t.client("bob").says("hi");
    t.client("bob").expect_part("created");
    t.topic("bob").expect_card("hi");
    t.pass(2 * MINUTE);
    for number in 0..20 {
        let photo = content::photo(&format!("p{number}"), "look");
        t.client("bob").drops(photo, None);
    }
    t.run();
    for _ in 0..20 {
        t.topic("bob").expect_kind("photo");
    }
}

/// Three texts of ann in one post, and their numbers in her chat.
fn shared_post(t: &mut Scenario) -> (MessageView, Vec<i64>) {
    spend_the_budget(t);
    let texts = ["one", "two", "three"];
    let sent = texts.map(|text| t.client("ann").drops(content::text(text), None));
    t.run();
    t.pass(MINUTE);
    let post = t.topic("ann").next();
    assert_eq!(post.text(), "one\n\ntwo\n\nthree");
    (post, sent.to_vec())
}

fn now_says(t: &Scenario, post: &MessageView) -> String {
    let post = t.sandbox.message(t.group, post.id).expect("it was there");
    if post.deleted {
        return "deleted".to_owned();
    }
    post.text().to_owned()
}

#[test]
fn texts_go_alone_while_there_is_room() {
    bot_test_with(unlimited(), |t| {
        open_ticket(t);
        for text in ["one", "two", "three"] {
            t.client("ann").drops(content::text(text), None);
        }
        t.run();
        t.topic("ann").expect("one").expect("two").expect("three");
    });
}

#[test]
fn texts_share_a_post_while_the_budget_is_short() {
    bot_test_with(unlimited(), |t| {
        shared_post(t);
    });
}

#[test]
fn what_answers_and_what_is_no_text_stands_alone() {
    bot_test_with(unlimited(), |t| {
        spend_the_budget(t);
        let one = t.client("ann").drops(content::text("one"), None);
        t.client("ann").drops(content::text("two"), None);
        t.client("ann").drops(content::text("to one"), Some(one));
        t.client("ann").drops(content::text("three"), None);
        t.client("ann").drops(content::photo("p", "a photo"), None);
        t.client("ann")
            .drops(content::text(&"long ".repeat(800)), None);
        t.client("ann")
            .drops(content::text(&"more ".repeat(200)), None);
        t.run();
        t.pass(MINUTE);
        t.topic("ann").expect("one\n\ntwo");
        t.topic("ann").expect("to one\n\nthree");
        t.topic("ann").expect_kind("photo");
        t.topic("ann").expect_part("long");
        t.topic("ann").expect_part("more");
    });
}

#[test]
fn a_reply_to_a_shared_post_answers_its_last_text_unless_it_quotes_another() {
    bot_test_with(unlimited(), |t| {
        let (post, sent) = shared_post(t);
        let thread = t.live_thread_of("ann");
        t.agent("sam")
            .drops(thread, content::text("to three"), Some(post.id));
        t.run();
        let reply = t.client("ann").next();
        assert_eq!(
            (reply.text(), reply.reply_to),
            ("Live Support: to three", Some(sent[2]))
        );
        t.agent("sam")
            .in_topic_of("ann")
            .quotes("two")
            .says("to two");
        let reply = t.client("ann").next();
        assert_eq!(
            (reply.text(), reply.reply_to),
            ("Live Support: to two", Some(sent[1]))
        );
        t.client("ann").replies(sent[0], "and one?");
        let reply = t.topic("ann").next();
        assert_eq!((reply.text(), reply.reply_to), ("and one?", Some(post.id)));
    });
}

#[test]
fn a_changed_part_changes_its_part_of_the_post() {
    bot_test_with(unlimited(), |t| {
        let (post, sent) = shared_post(t);
        t.client("ann").edits(sent[1], content::text("TWO"));
        t.pass(MINUTE);
        assert_eq!(now_says(t, &post), "one\n\nTWO\n\nthree");
        t.client("ann")
            .edits(sent[0], content::text(&"x".repeat(4_090)));
        t.pass(MINUTE);
        assert_eq!(now_says(t, &post), "TWO\n\nthree");
        t.topic("ann").expect_part("Edited").expect_part("x");
        t.client("ann").edits(sent[0], content::text("short again"));
        t.client("ann").edits(sent[2], content::text("THREE"));
        t.pass(MINUTE);
        assert_eq!(now_says(t, &post), "TWO\n\nTHREE");
    });
}

#[test]
fn a_part_that_is_taken_back_leaves_the_others() {
    bot_test_with(unlimited(), |t| {
        let (post, sent) = shared_post(t);
        let after = ["one\n\nthree", "one", "deleted"];
        for (part, expected) in [1, 2, 0].into_iter().zip(after) {
            t.client("ann").replies(sent[part], "/delete");
            t.pass(MINUTE);
            assert_eq!(now_says(t, &post), expected);
            t.client("ann").expect_part("Deleted");
        }
    });
}

#[test]
fn reactions_on_a_part_go_to_the_post() {
    bot_test_with(unlimited(), |t| {
        let (post, sent) = shared_post(t);
        t.client("ann").reacts(sent[1], "👍");
        t.pass(MINUTE);
        t.topic("ann").expect_mark(post.id, "👍");
        t.agent("sam").in_topic_of("ann").reacts(post.id, "🔥");
        t.pass(MINUTE);
        let ann = t.person("ann");
        let shown = t.sandbox.message(ann, sent[2]).expect("it is there");
        assert!(
            shown.reactions.iter().any(|(_, emoji)| emoji == &["🔥"]),
            "{shown:?}"
        );
    });
}

#[test]
fn a_shared_post_survives_floods_cuts_and_kills() {
    for fault in [
        Fault::RetryAfter { seconds: 5 },
        Fault::CutBefore,
        Fault::Internal500,
    ] {
        bot_test_with(unlimited(), |t| {
            spend_the_budget(t);
            t.sandbox.plan(FaultRule {
                chat: Some(t.group),
                ..FaultRule::once("sendMessage", fault.clone())
            });
            for text in ["one", "two", "three"] {
                t.client("ann").drops(content::text(text), None);
            }
            t.run();
            t.pass(MINUTE);
            t.kill();
            t.start();
            t.client("ann").says("four");
            t.pass(5 * MINUTE);
            t.topic("ann").expect("one\n\ntwo\n\nthree");
            while t.topic("ann").try_next().is_some() {}
        });
    }
}

#[test]
fn a_part_that_is_taken_back_before_it_is_posted_never_shows() {
    bot_test_with(unlimited(), |t| {
        spend_the_budget(t);
        t.sandbox.plan(FaultRule {
            chat: Some(t.group),
            ..FaultRule::once("sendMessage", Fault::RetryAfter { seconds: 30 })
        });
        let texts = ["one", "two", "three"];
        let sent = texts.map(|text| t.client("ann").drops(content::text(text), None));
        t.run();
        t.pass(MINUTE);
        t.client("ann").replies(sent[0], "/delete");
        t.client("ann").expect_part("Deleted");
        t.pass(3 * MINUTE);
        t.topic("ann").expect("two").expect("three");
    });
}
