//! One ticket, end to end.

use crate::harness::{Reads, bot_test};

#[test]
fn a_client_writes_an_agent_answers_and_the_ticket_is_closed() {
    bot_test(|t| {
        t.client("ann").says("my order is lost");
        let code = t.code_of("ann");
        t.client("ann").expect(&format!(
            "Support ticket #{code} created. An agent will assist you shortly."
        ));
        t.topic("ann").expect_card("my order is lost");
        let reply = t.agent("sam").writes_in("ann", "which number?");
        t.client("ann").expect("Live Support: which number?");
        t.topic("ann").expect_mark(reply, "👌");
        t.client("ann").says("4711");
        t.topic("ann").expect("4711");
        t.agent("sam").writes_in("ann", "/close found it");
        t.client("ann")
            .expect_part("has been closed by Live Support");
        t.topic("ann")
            .expect(&format!("Ticket {code} is closed: found it"));
        assert!(t.topic("ann").is_closed());
        t.client("bob").expect_nothing();
    });
}
