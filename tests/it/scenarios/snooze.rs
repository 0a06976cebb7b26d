//! Tickets that are put aside, and reminders.

use std::time::Duration;

use super::card::card_of;
use super::carrying::open_ticket;
use crate::harness::{Reads, Setup, bot_test, bot_test_with};

#[test]
fn a_ticket_sleeps_until_its_time() {
    bot_test(|t| {
        open_ticket(t);
        t.agent("sam").writes_in("ann", "/snooze 3h");
        t.topic("ann").expect_part("until 2026-11-20 03:00 UTC");
        assert!(card_of(t, "ann").contains("💤 snoozed"));
        assert!(card_of(t, "ann").contains("until 2026-11-20 03:00 UTC"));
        t.pass(Duration::from_secs(3 * 3600 + 60));
        t.topic("ann").expect_part("not put aside any more");
        assert!(card_of(t, "ann").contains("🟢 open"));
        t.agent("sam").writes_in("ann", "/snooze soon");
        t.topic("ann").expect_part("/snooze – ");
    });
}

#[test]
fn a_ticket_without_a_time_sleeps_until_the_client_writes() {
    bot_test(|t| {
        open_ticket(t);
        t.agent("sam").writes_in("ann", "/snooze");
        t.topic("ann").expect_part("until the client writes");
        t.pass(Duration::from_secs(48 * 3600));
        assert!(card_of(t, "ann").contains("💤 snoozed"));
        t.client("ann").says("I am back");
        t.topic("ann").expect_part("The client has written");
        t.topic("ann").expect("I am back");
        assert!(card_of(t, "ann").contains("🟢 open"));
    });
}

#[test]
fn only_the_newest_time_counts() {
    bot_test(|t| {
        open_ticket(t);
        t.agent("sam").writes_in("ann", "/snooze 1h");
        t.topic("ann").expect_part("Put aside");
        t.agent("sam").writes_in("ann", "/snooze 5h");
        t.topic("ann").expect_part("Put aside");
        t.pass(Duration::from_secs(4 * 3600));
        assert!(card_of(t, "ann").contains("💤 snoozed"));
        t.agent("sam").in_topic_of("ann").presses("Take up again");
        assert!(card_of(t, "ann").contains("🟢 open"));
        t.agent("sam").in_topic_of("ann").presses("More");
        t.agent("sam")
            .in_topic_of("ann")
            .presses("until they write");
        assert!(card_of(t, "ann").contains("💤 snoozed"));
        t.pass(Duration::from_secs(2 * 3600));
        assert!(card_of(t, "ann").contains("💤 snoozed"));
    });
}

#[test]
fn a_reminder_is_a_line_in_the_topic_and_nowhere_else() {
    bot_test(|t| {
        open_ticket(t);
        t.agent("sam").writes_in("ann", "/remind 2h call the bank");
        t.topic("ann").expect_part("You will be reminded");
        t.agent("sam").writes_in("ann", "/remind call the bank");
        t.topic("ann").expect_part("/remind – ");
        t.agent("sam").writes_in("ann", "/remind 2h");
        t.topic("ann").expect_part("/remind – ");
        t.pass(Duration::from_secs(2 * 3600 + 10));
        let reminder = t.topic("ann").next();
        assert!(reminder.text().ends_with(": call the bank"));
        // By name, so that Telegram notifies whoever wanted it.
        let sam = t.person("sam");
        assert_eq!(reminder.content["entities"][0]["user"]["id"], sam);
        t.client("ann").expect_nothing();
    });
}

/// The silence of before goes on, whoever takes the ticket up and however.
#[test]
fn what_was_put_aside_while_the_client_owed_the_answer_still_closes_by_itself() {
    let hours = |hours: u64| Duration::from_secs(hours * 3600);
    let mut setup = Setup::default();
    setup.tickets.auto_close_after = Some(hours(24));
    setup.tickets.auto_close_warning = Some(hours(1));
    bot_test_with(setup, |t| {
        open_ticket(t);
        t.agent("sam").writes_in("ann", "which number?");
        t.client("ann").expect("Live Support: which number?");
        t.agent("sam").writes_in("ann", "/snooze 40h");
        t.topic("ann").expect_part("Put aside until");
        t.pass(hours(30));
        t.agent("sam").in_topic_of("ann").presses("Take it");
        t.client("ann").expect_nothing();
        t.pass(hours(3));
        t.client("ann").expect_part("will be closed in 1 hour");
        t.client("ann").expect_part("closed");
        t.reads_all(t.group);
    });
}
