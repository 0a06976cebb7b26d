//! What goes before what, where the bot cannot say everything at once.

use std::time::Duration;

use hushdesk::sandbox::content;

use super::carrying::open_ticket;
use super::pacing::reads_everything;
use crate::harness::{Reads, Scenario, bot_test};

/// When the newest call of a method with these words was made.
fn called_at(t: &Scenario, method: &str, words: &str) -> i64 {
    let mut calls = t.sandbox.calls().into_iter().rev();
    let found = calls.find(|call| {
        call.method == method && call.status == 200 && format!("{:?}", call.params).contains(words)
    });
    found
        .unwrap_or_else(|| panic!("no {method} with {words:?}:\n{}", t.story()))
        .at_ms
}

/// So many people have a ticket without a topic, of the category `old`.
fn people_with_tickets(t: &mut Scenario, count: usize) {
    let ids: Vec<String> = (0..count)
        .map(|number| t.person(&format!("old{number}")).to_string())
        .collect();
    for id in &ids {
        let id: i64 = id.parse().expect("it was a number");
        let now = t.now();
        t.sandbox
            .person_sends(id, id, None, content::text("/help"), None, now)
            .expect("anybody may write to a bot");
    }
    t.pass(Duration::from_secs(60));
    let ids = ids.join(", ");
    t.database(|db| {
        db.execute_batch(&format!(
            "INSERT INTO tickets (code, client_id, state, opened_at, category) \
             SELECT printf('SUPP-261120-%06d', id), id, 'open', 1, 'old' FROM clients \
             WHERE telegram_user_id IN ({ids});"
        ))
        .expect("they fit the schema");
    });
}

#[test]
fn hundreds_of_words_to_clients_hold_up_neither_replies_nor_buttons_nor_the_group() {
    bot_test(|t| {
        open_ticket(t);
        people_with_tickets(t, 300);
        // One question that is answered later, and one at once.
        for question in [
            "/bulk priority low category old",
            "/bulk close category old",
        ] {
            t.agent("sam").writes_in_general(question);
        }
        t.agent("sam").in_general().presses("Do it");
        let written = t.now();
        let sam = t.agent("sam").in_topic_of("ann");
        sam.drops(content::text("I am here"), None);
        t.client("ann").drops(content::text("finally"), None);
        t.agent("sam").in_general().presses("Leave it");
        let waiting = t.database(|db| {
            db.query_row(
                "SELECT count(*) FROM outbox WHERE budget = 'client' AND state = 'waiting'",
                [],
                |row| row.get::<_, i64>(0),
            )
            .expect("they can be counted")
        });
        assert!(waiting > 50, "only {waiting} words wait");
        for (method, words) in [
            ("sendMessage", "I am here"),
            ("sendMessage", "finally"),
            ("answerCallbackQuery", "Nothing"),
        ] {
            let took = called_at(t, method, words) - written;
            assert!(took <= 2_000, "{words} took {took} ms");
        }
        t.pass(Duration::from_secs(30));
        reads_everything(t);
    });
}

#[test]
fn a_reply_takes_the_words_before_it_along() {
    bot_test(|t| {
        open_ticket(t);
        people_with_tickets(t, 300);
        t.agent("sam").writes_in_general("/bulk close category old");
        t.agent("sam").in_general().presses("Do it");
        let written = t.now();
        t.client("ann").drops(content::text("/status"), None);
        let sam = t.agent("sam").in_topic_of("ann");
        sam.drops(content::text("I am here"), None);
        t.run();
        t.client("ann")
            .expect_part("SUPP-")
            .expect("Live Support: I am here");
        let took = called_at(t, "sendMessage", "I am here") - written;
        assert!(took <= 2_000, "it took {took} ms");
        t.pass(Duration::from_secs(30));
        reads_everything(t);
    });
}
