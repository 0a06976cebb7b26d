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
    for (part, left) in [
        (0, vec!["two", "three"]),
        (1, vec!["one\n\nthree"]),
        (2, vec!["one\n\ntwo"]),
    ] {
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
            t.client("ann").replies(sent[part], "/delete");
            t.client("ann").expect_part("Deleted");
            t.pass(3 * MINUTE);
            let all = t.topic("ann").all();
            assert!(
                all.iter()
                    .all(|post| !post.from_bot || !post.text().contains(texts[part]))
            );
            for post in left {
                let shown = t.topic("ann").next();
                assert_eq!((shown.text(), shown.edited), (post, false));
            }
        });
    }
}

/// What stands in the topic of ann, in order.
fn stands(t: &mut Scenario) -> Vec<String> {
    std::iter::from_fn(|| t.topic("ann").try_next()).collect()
}

#[test]
fn a_part_that_outgrows_its_post_before_it_stands_takes_nothing_along() {
    for part in 0..3 {
        bot_test_with(unlimited(), |t| {
            spend_the_budget(t);
            t.sandbox.plan(FaultRule {
                chat: Some(t.group),
                ..FaultRule::once("sendMessage", Fault::RetryAfter { seconds: 30 })
            });
            let texts = ["one", "two", "three"];
            let sent = texts.map(|text| t.client("ann").drops(content::text(text), None));
            t.pass(MINUTE);
            assert_eq!(t.sandbox.planned_faults(), 0, "it was asked to wait");
            let long = content::text(&"7".repeat(4_090));
            t.client("ann").edits(sent[part], long);
            t.client("ann").drops(content::text("four"), None);
            t.pass(5 * MINUTE);
            let mut others = texts.to_vec();
            others.remove(part);
            let all = stands(t);
            let (first, rest) = all.split_first().expect("a post");
            assert_eq!(first, &others.join("\n\n"));
            assert_eq!(rest.first().map(String::as_str), Some("four"));
            let anew = rest[1..].concat();
            assert!(anew.contains("Edited"), "{anew}");
            assert_eq!(anew.matches('7').count(), 4_090, "all of it");
            // It is changed where it stands now.
            t.client("ann").edits(sent[part], content::text("short"));
            t.pass(MINUTE);
            t.topic("ann").expect_edited("short");
        });
    }
}

#[test]
fn parts_that_outgrow_their_post_while_it_is_on_its_way_take_nothing_along() {
    bot_test_with(unlimited(), |t| {
        spend_the_budget(t);
        t.sandbox.plan(FaultRule {
            chat: Some(t.group),
            ..FaultRule::once("sendMessage", Fault::Slow { ms: 5_000 })
        });
        let texts = ["one", "two", "three"];
        let sent = texts.map(|text| t.client("ann").drops(content::text(text), None));
        t.run_until_called("three");
        let (ann, now) = (t.person("ann"), t.now());
        for (part, digit) in [(0, "7"), (2, "8")] {
            let long = content::text(&digit.repeat(2_500));
            t.sandbox
                .person_edits(ann, ann, sent[part], long, now)
                .expect("ann may change it");
        }
        t.pass(5 * MINUTE);
        let all = stands(t).concat();
        assert!(all.contains("two"), "{all}");
        for digit in ['7', '8'] {
            assert_eq!(all.matches(digit).count(), 2_500, "all of it: {all}");
        }
    });
}
