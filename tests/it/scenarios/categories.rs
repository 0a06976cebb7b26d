//! What clients ask about.

use hushdesk::domain::settings::Category;
use hushdesk::domain::ticket::TicketPriority;

use super::card::{card_of, title_of};
use crate::harness::{Reads, Setup, bot_test_with};

fn categories() -> Setup {
    let category = |name: &str, title: &str, priority| Category {
        name: name.to_owned(),
        title: title.to_owned(),
        desk: None,
        priority,
    };
    Setup {
        categories: vec![
            category("billing", "Payments", Some(TicketPriority::High)),
            category("technical", "Technical questions", None),
        ],
        ..Setup::default()
    }
}

#[test]
fn a_client_chooses_before_the_ticket_is_opened() {
    bot_test_with(categories(), |t| {
        t.agent("sam");
        t.client("ann").says("/start");
        t.client("ann").expect_part("What is it about?");
        t.client("ann").presses("Payments");
        t.client("ann").expect_edited("Payments: please write");
        t.client("ann").expect_no_button("Payments");
        t.client("ann").says("my invoice is wrong");
        t.client("ann").expect_part("created");
        t.topic("ann").expect_card("my invoice is wrong");
        let card = card_of(t, "ann");
        assert!(card.contains("high priority · Payments"), "{card}");
        assert!(title_of(t, "ann").ends_with(" · Payments"));
    });
}

#[test]
fn a_link_chooses_too_and_the_choice_counts_once() {
    bot_test_with(categories(), |t| {
        t.agent("sam");
        t.client("ann").says("/start technical");
        t.client("ann").expect_part("Technical questions: please");
        t.client("ann").says("it does not start");
        t.client("ann").expect_part("created");
        t.topic("ann").expect_card("it does not start");
        assert!(title_of(t, "ann").ends_with(" · Technical questions"));
        let code = t.code_of("ann");
        t.agent("sam").writes_in_general(&format!("/audit {code}"));
        t.general()
            .expect_part(&format!("client · opened · {code} · technical"));
        t.client("ann").says("/close");
        t.client("ann").expect_part("You have closed");
        t.topic("ann").expect_part("has closed");
        t.client("ann").says("and something else");
        t.client("ann").expect_part("created");
        t.topic("ann").expect_card("and something else");
        assert!(!title_of(t, "ann").contains(" · "));
    });
}

#[test]
fn a_link_that_names_nothing_greets() {
    bot_test_with(categories(), |t| {
        t.client("ann").says("/start nothing");
        t.client("ann").expect_part("What is it about?");
    });
}
