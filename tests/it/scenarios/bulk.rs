//! One thing done to many tickets.

use std::time::Duration;

use super::card::card_of;
use super::carrying::open_ticket;
use crate::harness::{Reads, Scenario, bot_test};

const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);

fn open(t: &mut Scenario, client: &'static str) {
    t.client(client).says("hello");
    t.client(client).expect_part("created");
    t.topic(client).expect_card("hello");
}

#[test]
fn old_tickets_are_closed_after_an_admin_has_seen_how_many() {
    bot_test(|t| {
        open_ticket(t);
        open(t, "bob");
        t.pass(WEEK);
        open(t, "cat");
        t.client("bob").says("still here");
        t.topic("bob").expect("still here");
        let code = t.code_of("ann");
        t.agent("sam").writes_in_general("/bulk close older 7d");
        t.general()
            .expect_part(&format!("“close older 7d” for 1 ticket: {code}?"));
        t.agent("sam").in_general().presses("Do it");
        t.general().expect("Done: 1 ticket.");
        t.client("ann").expect_part("has been closed");
        assert!(t.topic("ann").is_closed());
        assert!(!t.topic("bob").is_closed() && !t.topic("cat").is_closed());
        t.client("bob").expect_nothing();
    });
}

#[test]
fn nothing_is_done_without_a_press_or_by_somebody_who_is_no_admin() {
    bot_test(|t| {
        open_ticket(t);
        t.agent("sam").writes_in("ann", "/tag add spam");
        t.topic("ann").expect_part("#spam");
        t.agent("sam").writes_in_general("/bulk close tag spam");
        t.general().expect_part("for 1 ticket");
        t.agent("sam").in_general().presses("Leave it");
        t.general().expect_no_button("Do it");
        assert!(!t.topic("ann").is_closed());
        t.agent("sam").writes_in_general("/bulk close tag ham");
        t.general().expect_part("no such open ticket");
        t.agent("sam").writes_in_general("/bulk close everything");
        t.general().expect_part("/bulk – ");
        t.agent("sam")
            .writes_in_general("/bulk priority high tag spam");
        t.general().expect_part("for 1 ticket");
        t.agent("sam").in_general().presses("Do it");
        t.general().expect("Done: 1 ticket.");
        assert!(card_of(t, "ann").contains("high priority"));
    });
}

#[test]
fn many_tickets_are_done_piece_by_piece() {
    bot_test(|t| {
        open_ticket(t);
        // Tickets without topics, so that the group's budget does not make this a long story.
        t.database(|db| {
            db.execute_batch(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 250) \
                 INSERT INTO clients (telegram_user_id, language, first_seen_at, unreachable) \
                 SELECT 8000000000 + i, 'en', 0, 'blocked' FROM n; \
                 INSERT INTO tickets (code, client_id, state, opened_at, category) \
                 SELECT printf('SUPP-261120-%06d', id), id, 'open', 1, 'old' FROM clients \
                 WHERE telegram_user_id > 8000000000;",
            )
            .expect("they fit the schema");
        });
        t.agent("sam")
            .writes_in_general("/bulk priority low category old");
        t.general().expect_part("for 250 tickets");
        t.agent("sam").in_general().presses("Do it");
        t.pass(Duration::from_secs(10));
        t.general().expect_part("100 tickets are done");
        t.general().expect_part("200 tickets are done");
        t.general().expect("Done: 250 tickets.");
    });
}
