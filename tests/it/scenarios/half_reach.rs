//! A group that seems to be back and is not: questions are answered there, calls are not.

use hushdesk::sandbox::{Fault, content};

use super::carrying::open_ticket;
use super::pacing::reads_everything;
use super::reach::{minutes, out_of_reach};
use crate::harness::{Reads, bot_test};

/// What is asked there is answered, and what is posted is not: each time it seems to be back the calls would be made
/// at once, and have used up their attempts within minutes.
#[test]
fn a_group_that_answers_questions_and_takes_no_posts_does_not_use_them_up() {
    bot_test(|t| {
        open_ticket(t);
        let group = t.group;
        t.sandbox.set_fault_hook(Box::new(move |call| {
            let is_post = call.method.starts_with("send") && call.chat == Some(group);
            is_post.then_some(Fault::Internal500)
        }));
        t.client("ann").says("one");
        t.pass(minutes(40));
        t.client("ann").says("two");
        t.pass(minutes(10));
        t.sandbox.clear_faults();
        t.pass(minutes(7));
        t.topic("ann").expect("one").expect("two");
        assert!(out_of_reach(t).is_empty());
        reads_everything(t);
    });
}

/// What is answered while a group takes no texts.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Answered {
    /// Questions.
    Questions,
    /// All but what posts there.
    AllButPosts,
}

/// Who writes while a group seems to be back again and again waits as if it were out of reach all the time: they are
/// told once.
#[test]
fn whoever_writes_while_a_group_comes_and_goes_is_told_once() {
    for answered in [Answered::Questions, Answered::AllButPosts] {
        bot_test(|t| {
            for (client, text) in [("ann", "I have a question"), ("bob", "me too")] {
                t.client(client).says(text);
                t.client(client).expect_part("created");
                t.topic(client).expect_card(text);
            }
            let group = t.group;
            t.sandbox.set_fault_hook(Box::new(move |call| {
                let is_post = call.method.starts_with("send");
                let is_question = call.method.starts_with("get");
                let is_refused = match answered {
                    Answered::Questions => !is_question,
                    Answered::AllButPosts => is_post,
                };
                (is_refused && call.chat == Some(group)).then_some(Fault::Internal500)
            }));
            t.client("ann").says("one");
            t.pass(minutes(3));
            t.client("ann").expect_part("later than usual");
            t.pass(minutes(20));
            t.client("bob").says("two");
            t.pass(minutes(3));
            t.client("bob").expect_part("later than usual");
            t.client("ann").says("three");
            t.pass(minutes(20));
            t.client("ann").expect_nothing();
            t.client("bob").expect_nothing();
            t.sandbox.clear_faults();
            t.pass(minutes(20));
            if answered == Answered::Questions {
                t.general().expect_part("can work in this group again");
            }
            t.topic("ann").expect("one").expect("three");
            t.topic("bob").expect("two");
            // Of some it is not known whether they stand twice.
            t.reads_all(group);
            // That trouble is over: nobody is told of it later.
            t.client("ann").says("four");
            t.topic("ann").expect("four");
            t.client("ann").expect_nothing();
            assert!(out_of_reach(t).is_empty());
            reads_everything(t);
        });
    }
}

/// One message that fails again and again, for whatever reason, is no silence either.
#[test]
fn a_client_whose_message_is_tried_for_long_is_told_once() {
    bot_test(|t| {
        open_ticket(t);
        t.sandbox.set_fault_hook(Box::new(|call| {
            (call.method == "copyMessage").then_some(Fault::Internal500)
        }));
        t.client("ann").sends(content::photo("p1", "look"));
        t.pass(minutes(15));
        t.client("ann").expect_part("later than usual");
        t.client("ann").expect_nothing();
        t.sandbox.clear_faults();
        t.pass(minutes(20));
        t.topic("ann").expect_part("look");
        reads_everything(t);
    });
}

/// A program that starts while it is not known whether a group is back asks anew, and says it then.
#[test]
fn a_group_that_comes_and_goes_is_back_after_a_restart_too() {
    bot_test(|t| {
        open_ticket(t);
        let group = t.group;
        t.sandbox.set_fault_hook(Box::new(move |call| {
            let is_question = call.method.starts_with("get");
            (!is_question && call.chat == Some(group)).then_some(Fault::Internal500)
        }));
        t.client("ann").says("one");
        t.pass(minutes(6));
        t.client("ann").expect_part("later than usual");
        t.kill();
        t.sandbox.clear_faults();
        t.start();
        t.pass(minutes(1));
        t.general().expect_part("can work in this group again");
        t.pass(minutes(7));
        t.topic("ann").expect("one");
        t.reads_all(group);
        t.client("ann").says("two");
        t.topic("ann").expect("two");
        t.client("ann").expect_nothing();
        reads_everything(t);
    });
}
