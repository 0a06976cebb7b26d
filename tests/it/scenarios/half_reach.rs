//! A group that seems to be back and is not: questions are answered there, calls are not.

use hushdesk::sandbox::Fault;

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
