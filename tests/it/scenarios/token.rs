//! The token is refused: nothing is used up, everything arrives once it counts again, and what died
//! meanwhile is offered for another try.

use hushdesk::sandbox::{Fault, FaultRule};

use super::carrying::open_ticket;
use super::reach::{minutes, out_of_reach, refuse};
use crate::harness::{Reads, bot_test};

#[test]
fn a_token_that_is_refused_for_a_while_costs_nothing() {
    bot_test(|t| {
        open_ticket(t);
        t.sandbox.set_fault_hook(Box::new(|call| {
            (call.method != "getUpdates").then(|| refuse(401, "Unauthorized"))
        }));
        let reply = t.agent("sam").writes_in("ann", "hello");
        t.pass(minutes(120));
        assert_eq!(out_of_reach(t), ["token"]);
        t.sandbox.clear_faults();
        t.pass(minutes(1));
        t.client("ann").expect("Live Support: hello");
        t.topic("ann").expect_mark(reply, "👌");
    });
}

/// Two replies leave together: one meets the refused token, the other dies.
#[test]
fn letters_that_died_while_the_token_was_refused_are_offered() {
    bot_test(|t| {
        open_ticket(t);
        t.allowed.dead_letters = true;
        t.client("bob").says("me too").expect_part("created");
        t.topic("bob").expect_card("me too");
        for client in ["ann", "bob"] {
            let user = t.person(client);
            t.sandbox.plan(FaultRule {
                chat: Some(user),
                ..FaultRule::once("sendMessage", Fault::RetryAfter { seconds: 5 })
            });
            t.agent("sam").writes_in(client, "at noon");
        }
        t.kill();
        t.pass(minutes(1));
        let bob = t.person("bob");
        t.sandbox.set_fault_hook(Box::new(move |call| {
            let is_bobs = call.method == "sendMessage" && call.chat == Some(bob);
            match call.method {
                "getUpdates" => None,
                _ if is_bobs => Some(refuse(400, "Bad Request: SOMETHING_NEW")),
                _ => Some(refuse(401, "Unauthorized")),
            }
        }));
        t.start();
        t.pass(minutes(10));
        assert_eq!(out_of_reach(t), ["token"]);
        t.client("ann").expect_nothing();
        t.sandbox.clear_faults();
        t.pass(minutes(1));
        t.client("ann").expect("Live Support: at noon");
        t.topic("bob").expect_part("Telegram refused it");
        t.general()
            .expect_part("failed for good (a reply")
            .expect_part("1 call failed for good");
        t.agent("sam").writes_in_general("/failed retry all");
        t.general().expect_part("1 letter is on its way again");
        t.client("bob").expect("Live Support: at noon");
    });
}
