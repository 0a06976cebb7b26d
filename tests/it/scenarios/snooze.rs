//! Tickets that are put aside, and reminders.

use std::time::Duration;

use super::card::card_of;
use super::carrying::open_ticket;
use crate::harness::{Reads, bot_test};

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
        t.topic("ann").expect_part(": call the bank");
        t.client("ann").expect_nothing();
    });
}
