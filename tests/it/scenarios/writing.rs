//! The bot is in its group and may not send there what it has to: nothing is used up, nobody is told twice,
//! and everything arrives when it may.

use std::time::Duration;

use hushdesk::sandbox::{Fault, Permitted, Status, content};

use super::carrying::open_ticket;
use super::desks::two_desks;
use crate::harness::{BOT, Reads, Scenario, bot_test, bot_test_with};

fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(minutes * 60)
}

/// The bot becomes an ordinary member of the group, and hears what that means.
fn demotes_bot(t: &mut Scenario) {
    let (group, now) = (t.group, t.now());
    t.sandbox.demote(group, BOT, now);
    t.run();
    t.general().expect_part("it is no administrator");
}

/// Since when what is out of reach, as the database says.
fn out_of_reach(t: &Scenario) -> Vec<(String, i64)> {
    t.database(|db| {
        let open = hushdesk::store::breakers::open_ones(db).expect("it can be read");
        let open = open.iter();
        open.map(|one| (one.cause.name().to_owned(), one.since.millis()))
            .collect()
    })
}

#[test]
fn a_group_that_may_be_seen_but_not_written_in_stays_out_of_reach() {
    bot_test(|t| {
        open_ticket(t);
        demotes_bot(t);
        t.sandbox.set_permitted(t.group, Permitted::Nothing);
        t.client("ann").says("one");
        t.pass(minutes(1));
        t.client("ann").sends(content::sticker("s", "set"));
        t.pass(minutes(2));
        let found = out_of_reach(t);
        assert_eq!(found.len(), 1, "{}", t.story());
        assert_eq!(found[0].0, "gone");
        let calls = |t: &Scenario| {
            let calls = t.sandbox.calls().into_iter();
            calls
                .filter(|call| call.chat == Some(t.group) && !call.method.starts_with("getChat"))
                .count()
        };
        let before = calls(t);
        t.pass(minutes(240));
        assert_eq!(out_of_reach(t), found, "{}", t.story());
        assert_eq!(calls(t), before);
        t.client("ann").says("two");
        t.client("ann").expect_part("later than usual");
        t.sandbox.set_permitted(t.group, Permitted::Everything);
        t.pass(minutes(2));
        t.topic("ann").expect("one");
        t.topic("ann").expect_kind("sticker");
        t.topic("ann").expect("two");
        t.general().expect_part("can work in this group again");
        assert!(out_of_reach(t).is_empty());
    });
}

#[test]
fn a_bot_under_restrictions_is_out_of_reach_at_once_and_not_tried() {
    bot_test(|t| {
        open_ticket(t);
        let restrict = |t: &mut Scenario, may_send| {
            let status = Status::Restricted {
                is_member: true,
                may_send,
            };
            let (group, now) = (t.group, t.now());
            t.sandbox.set_member(group, BOT, status, now);
            t.run();
        };
        restrict(t, false);
        t.client("ann").says("one");
        t.pass(minutes(120));
        t.client("ann").expect_part("later than usual");
        let found = out_of_reach(t);
        assert_eq!(found.len(), 1);
        let refused = t.sandbox.calls().into_iter();
        assert_eq!(refused.filter(|call| call.status == 400).count(), 0);
        restrict(t, true);
        t.topic("ann").expect("one");
        t.general().expect_part("it is no administrator");
    });
}

#[test]
fn the_main_group_hears_once_that_a_further_one_may_not_be_written_in() {
    bot_test_with(two_desks(), |t| {
        t.at_desk("money", |t| {
            t.agent("kim");
            demotes_bot(t);
            t.sandbox.set_permitted(t.group, Permitted::Nothing);
            for _time in 0..3 {
                t.agent("kim").writes_in_general("/queue");
            }
        });
        t.pass(minutes(2));
        t.general()
            .expect_part("cannot write in the group of money");
        t.pass(minutes(300));
        t.at_desk("money", |t| {
            t.sandbox.set_permitted(t.group, Permitted::Everything);
            t.pass(minutes(10));
            let group = t.group;
            t.reads_all(group);
        });
    });
}

#[test]
fn what_is_more_than_a_text_waits_for_the_right_to_send_it() {
    bot_test(|t| {
        open_ticket(t);
        demotes_bot(t);
        t.sandbox.set_permitted(t.group, Permitted::Texts);
        t.client("ann").sends(content::photo("p", "my receipt"));
        t.client("ann").says("and more");
        t.pass(minutes(10));
        t.client("ann").expect_nothing();
        let copied = t.sandbox.calls().into_iter();
        let copied = copied.filter(|call| call.method == "copyMessage" && call.status == 200);
        assert_eq!(copied.count(), 0);
        t.sandbox.set_permitted(t.group, Permitted::Everything);
        t.pass(minutes(10));
        t.topic("ann").expect("my receipt").expect("and more");
    });
}

#[test]
fn a_group_that_takes_no_photos_hears_which_right_is_missing() {
    bot_test(|t| {
        open_ticket(t);
        let group = t.group;
        t.sandbox.set_fault_hook(Box::new(move |call| {
            let is_photo = call.chat == Some(group) && call.method == "copyMessage";
            is_photo.then(|| Fault::Refuse {
                code: 400,
                description: "Bad Request: not enough rights to send photos to the chat".to_owned(),
                parameters: None,
            })
        }));
        t.client("ann").sends(content::photo("p", "my receipt"));
        t.general().expect_part("sending photos");
        t.pass(minutes(30));
        t.sandbox.clear_faults();
        t.pass(minutes(10));
        t.topic("ann").expect("my receipt");
    });
}
