//! A closed ticket goes on where it was.

use std::time::Duration;

use hushdesk::domain::settings::TicketRules;
use hushdesk::sandbox::{Status, content};

use super::card::card_of;
use super::carrying::open_ticket;
use crate::harness::{Reads, Scenario, Setup, bot_test, bot_test_with};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Tickets open again within a day.
pub fn reopening() -> Setup {
    Setup {
        tickets: TicketRules {
            reopen_window: Some(DAY),
            ..Setup::default().tickets
        },
        ..Setup::default()
    }
}

fn close(t: &mut Scenario) {
    t.agent("sam").writes_in("ann", "/close");
    t.client("ann").expect_part("within 24 hours");
    t.topic("ann").expect_part("is closed");
    assert!(t.topic("ann").is_closed());
}

#[test]
fn the_next_text_goes_into_the_same_ticket_and_topic() {
    bot_test_with(reopening(), |t| {
        open_ticket(t);
        let (code, topic) = (t.code_of("ann"), t.topic("ann").id());
        close(t);
        t.pass(Duration::from_secs(3600));
        t.client("ann").says("it is back");
        t.client("ann").expect_part("is open again");
        t.topic("ann").expect_part("is open again");
        t.topic("ann").expect("it is back");
        assert_eq!((t.code_of("ann"), t.topic("ann").id()), (code, topic));
        assert!(!t.topic("ann").is_closed());
        assert!(card_of(t, "ann").contains("🟢 open"));
        t.topic("ann").expect_button("More");
    });
}

#[test]
fn after_the_window_a_text_opens_a_new_ticket() {
    bot_test_with(reopening(), |t| {
        open_ticket(t);
        let first = t.code_of("ann");
        close(t);
        t.pass(DAY + Duration::from_secs(60));
        t.client("ann").says("something else");
        t.client("ann").expect_part("created");
        t.topic("ann").expect_card("something else");
        assert_ne!(t.code_of("ann"), first);
    });
}

#[test]
fn edits_replies_and_albums_work_in_a_reopened_ticket() {
    bot_test_with(reopening(), |t| {
        open_ticket(t);
        t.agent("sam").writes_in("ann", "which number?");
        t.client("ann").expect("Live Support: which number?");
        close(t);
        t.client("ann").edits("hello", content::text("hello again"));
        t.client("ann").quotes("which number?").says("4711");
        t.client("ann").expect_part("is open again");
        t.topic("ann").expect_part("is open again");
        t.topic("ann").expect_reply_to("which number?");
        t.topic("ann").expect_edited("hello again");
        t.client("ann").sends_album(vec![
            content::photo("f1", "one").into(),
            content::photo("f2", "").into(),
        ]);
        t.pass(Duration::from_secs(5));
        t.topic("ann").expect_album(2);
    });
}

#[test]
fn agents_open_it_again_by_command_and_by_button() {
    bot_test_with(reopening(), |t| {
        open_ticket(t);
        let code = t.code_of("ann");
        close(t);
        t.agent("sam").writes_in("ann", "are you there?");
        t.topic("ann").expect_part("This ticket is closed");
        t.agent("sam").in_topic_of("ann").presses("Reopen");
        t.client("ann").expect_part("has opened your ticket");
        t.topic("ann").expect_part("is open again");
        close(t);
        t.agent("sam").writes_in("ann", "/reopen");
        t.client("ann").expect_part("has opened your ticket");
        t.topic("ann").expect_part("is open again");
        // The group's budget of a minute is spent by now.
        t.pass(Duration::from_secs(60));
        close(t);
        t.agent("sam").writes_in_general(&format!("/reopen {code}"));
        t.client("ann").expect_part("has opened your ticket");
        t.topic("ann").expect_part("is open again");
        t.general().expect_part("is open again");
        t.agent("sam").writes_in_general(&format!("/reopen {code}"));
        t.general().expect_part("is open.");
        t.agent("sam").writes_in_general("/reopen");
        t.general().expect_part("/reopen – ");
        t.agent("sam").writes_in("ann", "here I am");
        t.client("ann").expect("Live Support: here I am");
    });
}

#[test]
fn nobody_has_two_open_tickets() {
    bot_test(|t| {
        open_ticket(t);
        let first = t.code_of("ann");
        t.client("ann").says("/close");
        t.client("ann").expect_part("opens a new ticket");
        t.topic("ann").expect_part("has closed");
        t.client("ann").says("hello again");
        t.client("ann").expect_part("created");
        t.topic("ann").expect_card("hello again");
        t.agent("sam")
            .writes_in_general(&format!("/reopen {first}"));
        t.general().expect_part("has another open one");
    });
}

#[test]
fn a_reopened_ticket_is_its_assignees_where_they_are_still_there() {
    bot_test_with(reopening(), |t| {
        open_ticket(t);
        let sam = t.person("sam");
        let give = |t: &Scenario| {
            t.database(|db| {
                db.execute(
                    "UPDATE tickets SET state = 'assigned', assignee = ?1",
                    [sam],
                )
                .expect("sam can have it");
            });
        };
        give(t);
        close(t);
        t.client("ann").says("one more thing");
        t.client("ann").expect_part("is open again");
        t.topic("ann").expect_part("is open again");
        t.topic("ann").expect("one more thing");
        assert!(card_of(t, "ann").contains("🔵 assigned"));
        close(t);
        let now = t.now();
        t.sandbox.set_member(t.group, sam, Status::Left, now);
        t.client("ann").says("and another");
        t.client("ann").expect_part("is open again");
        t.topic("ann").expect_part("is open again");
        t.topic("ann").expect("and another");
        assert!(card_of(t, "ann").contains("🟢 open"));
    });
}
