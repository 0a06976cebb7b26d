//! How tickets end.

use std::time::Duration;

use hushdesk::domain::settings::TicketRules;
use hushdesk::sandbox::content;

use super::card::card_of;
use super::carrying::open_ticket;
use super::trail::expect_written;
use crate::harness::checks::rows;
use crate::harness::{Reads, Scenario, Setup, bot_test, bot_test_with};

fn resolutions(t: &Scenario) -> Vec<String> {
    t.database(|db| rows(db, "SELECT resolution FROM tickets ORDER BY id"))
}

#[test]
fn a_close_says_what_came_of_the_ticket() {
    bot_test(|t| {
        open_ticket(t);
        let first = t.code_of("ann");
        t.agent("sam")
            .writes_in("ann", "/close solved sent a new one");
        t.client("ann").expect_part("has been closed");
        t.topic("ann")
            .expect(&format!("Ticket {first} is closed: solved, sent a new one"));
        t.client("bob").says("hello");
        t.client("bob").expect_part("created");
        t.topic("bob").expect_card("hello");
        t.agent("sam").writes_in("bob", "/close duplicate");
        t.topic("bob").expect_part("/close – ");
        t.agent("sam")
            .writes_in("bob", "/close duplicate SUPP-200101-000000");
        t.topic("bob").expect_part("/close – ");
        t.agent("sam")
            .writes_in("bob", &format!("/close duplicate {first}"));
        t.client("bob").expect_part("has been closed");
        t.topic("bob")
            .expect_part(&format!("is closed: duplicate, {first}"));
        assert_eq!(resolutions(t), ["solved", "duplicate"]);
    });
}

#[test]
fn a_silent_close_tells_the_client_nothing() {
    bot_test(|t| {
        open_ticket(t);
        t.agent("sam").writes_in("ann", "/close silent spam");
        t.topic("ann")
            .expect_part("is closed: spam The client was not told.");
        t.client("ann").expect_nothing();
        assert!(t.topic("ann").is_closed());
    });
}

#[test]
fn a_ticket_closes_at_the_time_that_was_set() {
    bot_test(|t| {
        open_ticket(t);
        t.agent("sam").writes_in("ann", "/close in 2h no more news");
        t.topic("ann").expect_part("closes on 2026-11-20 02:00 UTC");
        assert!(card_of(t, "ann").contains("closes 2026-11-20 02:00 UTC"));
        t.pass(Duration::from_secs(2 * 3600 - 60));
        assert!(!t.topic("ann").is_closed());
        t.pass(Duration::from_secs(120));
        t.client("ann").expect_part("has been closed");
        t.topic("ann").expect_part("is closed: no more news");
    });
}

#[test]
fn a_planned_close_is_cancelled_by_the_client_or_by_a_command() {
    bot_test(|t| {
        open_ticket(t);
        t.agent("sam").writes_in("ann", "/close in 2h");
        t.topic("ann").expect_part("closes on");
        t.client("ann").says("wait");
        t.topic("ann").expect_part("does not close at the time");
        t.topic("ann").expect("wait");
        t.agent("sam").writes_in("ann", "/close cancel");
        t.topic("ann").expect_part("No time is set");
        t.agent("sam").writes_in("ann", "/close silent in 1h");
        t.topic("ann").expect_part("closes on");
        t.agent("sam").writes_in("ann", "/close cancel");
        t.topic("ann").expect_part("does not close by itself");
        t.agent("sam").writes_in("ann", "/close in the end");
        t.topic("ann").expect_part("/close – ");
        t.pass(Duration::from_secs(4 * 3600));
        assert!(!t.topic("ann").is_closed());
    });
}

fn closing_by_itself() -> Setup {
    Setup {
        tickets: TicketRules {
            auto_close_after: Some(Duration::from_secs(24 * 3600)),
            auto_close_warning: Some(Duration::from_secs(3600)),
            reopen_window: Some(Duration::from_secs(24 * 3600)),
            ..Setup::default().tickets
        },
        ..Setup::default()
    }
}

#[test]
fn a_ticket_closes_by_itself_when_the_client_does_not_answer_and_is_warned_before() {
    bot_test_with(closing_by_itself(), |t| {
        open_ticket(t);
        t.agent("sam").writes_in("ann", "which number?");
        t.client("ann").expect_part("which number?");
        t.pass(Duration::from_secs(22 * 3600));
        t.client("ann").expect_nothing();
        t.pass(Duration::from_secs(3600 + 60));
        t.client("ann").expect_part("will be closed in 1 hour");
        t.topic("ann").expect_part("closes in 1 hour");
        expect_written(t, ("close_warned", "", ""));
        assert!(!t.topic("ann").is_closed());
        t.pass(Duration::from_secs(3600 + 60));
        t.client("ann").expect_part("because we have not heard");
        t.topic("ann").expect_part("was closed, because");
        assert!(t.topic("ann").is_closed());
        t.client("ann").says("4711");
        t.client("ann").expect_part("is open again");
        t.topic("ann").expect_part("is open again");
        t.topic("ann").expect("4711");
        t.pass(Duration::from_secs(72 * 3600));
        assert!(!t.topic("ann").is_closed(), "it waits for an agent");
    });
}

#[test]
fn any_message_begins_the_silence_anew() {
    bot_test_with(closing_by_itself(), |t| {
        open_ticket(t);
        t.agent("sam").writes_in("ann", "which number?");
        t.client("ann").expect_part("which number?");
        t.pass(Duration::from_secs(23 * 3600 + 60));
        t.client("ann").expect_part("will be closed");
        t.topic("ann").expect_part("closes in");
        t.client("ann").says("4711");
        t.topic("ann").expect("4711");
        t.pass(Duration::from_secs(3600));
        t.agent("sam").writes_in("ann", "found it");
        t.client("ann").expect_part("found it");
        t.pass(Duration::from_secs(22 * 3600));
        t.client("ann").expect_nothing();
        assert!(!t.topic("ann").is_closed());
        t.agent("sam").writes_in("ann", "/close");
        t.client("ann").expect_part("has been closed");
        t.topic("ann").expect_part("is closed");
    });
}

#[test]
fn what_comes_late_into_the_topic_of_a_closed_ticket_leaves_it_closed() {
    bot_test(|t| {
        open_ticket(t);
        let all = t.topic("ann").all();
        let card = all.iter().find(|post| post.text().starts_with("SUPP-"));
        let card = card.expect("the topic has a card").id;
        t.agent("sam").writes_in("ann", "/close");
        t.client("ann").expect_part("closed");
        t.topic("ann").expect_part("is closed");
        // The words cannot be changed where they stand any more, so they are posted anew.
        t.sandbox.delete_message(t.group, card);
        t.client("ann").edits("hello", content::text("hello again"));
        t.pass(Duration::from_secs(120));
        t.topic("ann").expect_part("hello again");
        let topics = t.sandbox.topics(t.group);
        assert!(topics.iter().all(|topic| topic.closed), "{}", t.story());
    });
}

#[test]
fn an_album_in_a_closed_topic_is_answered_once() {
    bot_test(|t| {
        open_ticket(t);
        t.agent("sam").writes_in("ann", "/close");
        t.client("ann").expect_part("closed");
        t.topic("ann").expect_part("is closed");
        let pictures = (0..3).map(|nth| content::photo(&format!("p{nth}"), "").into());
        let pictures = pictures.collect();
        t.agent("sam").in_topic_of("ann").sends_album(pictures);
        t.topic("ann").expect_part("This ticket is closed");
        t.client("ann").expect_nothing();
    });
}
