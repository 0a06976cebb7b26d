//! Tickets are raised: by an agent, by a word of the client, by silence.

use std::time::Duration;

use hushdesk::domain::settings::TicketRules;

use crate::harness::{Reads, Scenario, Setup, bot_test_with};

fn raising() -> Setup {
    Setup {
        tickets: TicketRules {
            escalate_after_messages: 3,
            ..TicketRules::default()
        },
        ..Setup::default()
    }
}

fn open_ticket(t: &mut Scenario) {
    t.client("ann").says("my order is lost");
    t.client("ann").expect_part("created");
    t.topic("ann").expect_card("my order is lost");
}

#[test]
fn an_agent_raises_a_ticket_and_seniors_are_called() {
    bot_test_with(raising(), |t| {
        open_ticket(t);
        t.agent("joe").writes_in_general("/available");
        t.general().expect_part("You are available");
        let joe = t.marked("joe").username().to_owned();
        t.agent("joe")
            .writes_in_general(&format!("/agent @{joe} level 2"));
        t.general().expect_part("level 2");
        t.agent("sam").writes_in("ann", "/claim");
        t.topic("ann").expect("This ticket is yours.");
        t.agent("sam").writes_in("ann", "/escalate");
        t.topic("ann").expect_part("Example: /escalate");
        t.agent("sam").writes_in("ann", "/escalate wants a refund");
        let name = t.marked("joe").first_name().to_owned();
        t.topic("ann")
            .expect(&format!("{name}: 🔴 Raised to level 2: wants a refund"));
        t.topic("ann").expect_edited("escalated");
    });
}

#[test]
fn a_word_of_the_client_raises_a_ticket_once_until_somebody_answers() {
    bot_test_with(raising(), |t| {
        open_ticket(t);
        t.client("ann").says("give me an operator");
        t.topic("ann").expect("give me an operator");
        t.topic("ann")
            .expect("🔴 Raised to level 2: the client asks for it");
        t.client("ann").says("operator, please");
        t.topic("ann").expect("operator, please");
        t.agent("sam").writes_in("ann", "I am here");
        t.client("ann").expect("Live Support: I am here");
        t.pass(Duration::from_secs(60));
        t.client("ann").says("это жалобы на вас");
        t.topic("ann").expect("это жалобы на вас");
        t.topic("ann")
            .expect("🔴 Raised to level 3: the client asks for it");
    });
}

#[test]
fn a_first_message_may_raise_its_ticket() {
    bot_test_with(raising(), |t| {
        t.client("ann").says("I have a complaint");
        t.client("ann").expect_part("created");
        let card = t.topic("ann").next();
        assert!(
            card.text().ends_with("I have a complaint"),
            "{}",
            card.text()
        );
        t.topic("ann")
            .expect("🔴 Raised to level 2: the client asks for it");
    });
}

#[test]
fn a_client_who_writes_and_writes_without_an_answer_raises_the_ticket() {
    bot_test_with(raising(), |t| {
        open_ticket(t);
        t.pass(Duration::from_secs(61));
        t.client("ann").says("hello?");
        t.topic("ann").expect("hello?");
        t.client("ann").says("anybody?");
        t.topic("ann").expect("anybody?");
        t.pass(Duration::from_secs(61));
        t.client("ann").says("please");
        t.topic("ann").expect("please");
        t.topic("ann")
            .expect("🔴 Raised to level 2: the client writes and nobody answers");
    });
}

/// A minute begins with what is written, not with the clock on the wall.
#[test]
fn lines_within_a_minute_are_one_whenever_it_begins() {
    let seconds = Duration::from_secs;
    bot_test_with(raising(), |t| {
        t.pass(seconds(40));
        open_ticket(t);
        for (wait, words) in [(30, "hello?"), (50, "anybody?")] {
            t.pass(seconds(wait));
            t.client("ann").says(words);
            t.topic("ann").expect(words);
        }
        assert_eq!(t.topic("ann").try_next(), None);
        t.pass(seconds(61));
        t.client("ann").says("please");
        t.topic("ann").expect("please");
        t.topic("ann")
            .expect("🔴 Raised to level 2: the client writes and nobody answers");
    });
}

#[test]
fn a_word_that_has_raised_a_ticket_does_not_hide_that_nobody_answers() {
    bot_test_with(raising(), |t| {
        t.client("ann").says("an operator, please");
        t.client("ann").expect_part("created");
        t.topic("ann").expect_card("an operator, please");
        t.topic("ann")
            .expect("🔴 Raised to level 2: the client asks for it");
        t.pass(Duration::from_secs(61));
        t.client("ann").says("operator!");
        t.topic("ann").expect("operator!");
        t.pass(Duration::from_secs(61));
        t.client("ann").says("operator!!");
        t.topic("ann").expect("operator!!");
        t.topic("ann")
            .expect("🔴 Raised to level 3: the client writes and nobody answers");
    });
}
