//! Rights of the bot that are taken away one by one: the one that is missing is named where it is missing,
//! everything that can go on does, and nothing is used up.

use hushdesk::sandbox::{Right, Rights, Status};

use super::carrying::open_ticket;
use super::desk_faults::{
    MONEY, failures, makes_bot, makes_bot_admin, minutes, opens_at_money, the_others_go_on,
    two_tickets,
};
use super::desks::two_desks;
use crate::harness::{Reads, Scenario, bot_test, bot_test_with};

/// What Telegram's apps call the rights that the bot cannot do without.
const NEEDED: [(Right, &str); 2] = [
    (Right::ManageTopics, "Manage Topics"),
    (Right::DeleteMessages, "Delete Messages"),
];

/// The alert that the lack of a right is worth, if it is worth one.
fn alert(right: Right) -> Option<String> {
    let mut needed = NEEDED.iter();
    let (_, name) = needed.find(|(needed, _)| *needed == right)?;
    Some(format!("The bot lacks a right in this group: {name}."))
}

/// The bot has all rights but one.
fn without(t: &mut Scenario, right: Right) {
    let rights = Rights::all().with(right, false);
    makes_bot(t, Status::Administrator(rights));
    if let Some(alert) = alert(right) {
        t.general().expect_part(&alert);
    }
}

/// It has all of them again.
fn with_all_rights(t: &mut Scenario, lacked: Right) {
    makes_bot_admin(t);
    t.pass(minutes(1));
    if alert(lacked).is_some() {
        t.general().expect_part("can work in this group again");
    }
}

#[test]
fn rights_that_are_removed_one_by_one_are_named_and_cost_nothing() {
    for right in Right::ALL {
        bot_test(|t| {
            open_ticket(t);
            without(t, right);
            t.client("ann").says("still there?");
            t.topic("ann").expect("still there?");
            t.agent("sam").writes_in("ann", "yes");
            t.client("ann").expect("Live Support: yes");
            t.client("bob").says("hello");
            t.client("bob").expect_part("created");
            t.agent("sam").writes_in("ann", "/close");
            t.client("ann").expect_part("closed");
            t.topic("ann").expect_part("is closed");
            t.pass(minutes(20));
            assert_eq!(failures(t), 0, "without {right:?}");
            with_all_rights(t, right);
            t.topic("bob").expect_card("hello");
        });
    }
}

#[test]
fn rights_that_are_removed_in_one_group_are_named_there_and_cost_nothing() {
    for right in Right::ALL {
        bot_test_with(two_desks(), |t| {
            two_tickets(t);
            t.at_desk(MONEY, |t| without(t, right));
            t.client("bob").says("still there?");
            t.at_desk(MONEY, |t| {
                t.topic("bob").expect("still there?");
                t.agent("kim").writes_in("bob", "yes");
            });
            t.client("bob").expect("Live Support: yes");
            opens_at_money(t, "eve", "hello");
            the_others_go_on(t, "and here?");
            t.client("joe").says("here too");
            t.client("joe").expect_part("created");
            t.topic("joe").expect_card("here too");
            t.at_desk(MONEY, |t| {
                t.agent("kim").writes_in("bob", "/close");
            });
            t.client("bob").expect_part("closed");
            t.at_desk(MONEY, |t| {
                t.topic("bob").expect_part("is closed");
            });
            t.pass(minutes(20));
            assert_eq!(failures(t), 0, "without {right:?}");
            t.at_desk(MONEY, |t| {
                with_all_rights(t, right);
                t.topic("eve").expect_card("hello");
            });
        });
    }
}
