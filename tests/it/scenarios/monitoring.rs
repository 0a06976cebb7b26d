//! What monitoring reads, in stories: what is out of reach shows and goes back, waits are waits, and
//! nobody is named (that every scenario checks at its end).

use std::time::Duration;

use hushdesk::sandbox::Fault;

use super::carrying::open_ticket;
use crate::harness::{Reads, bot_test};

const NO_ANSWER: &str = "{destination=\"telegram\",cause=\"no_answer\"}";

#[test]
fn telegram_out_of_reach_shows_and_goes_back_to_nothing() {
    bot_test(|t| {
        open_ticket(t);
        let open = format!("hushdesk_breaker_open{NO_ANSWER}");
        let seconds = format!("hushdesk_breaker_open_seconds{NO_ANSWER}");
        let waiting = "hushdesk_outbox_waiting{budget=\"client\",priority=\"first\"}";
        let due = "hushdesk_outbox_oldest_due_seconds{budget=\"client\",priority=\"first\"}";
        assert_eq!(t.metric(&open), "0");
        assert_eq!(t.metric(&seconds), "0");
        assert_eq!(t.health(), Ok(()));
        t.sandbox.set_fault_hook(Box::new(|call| {
            (call.method != "getUpdates").then_some(Fault::CutBefore)
        }));
        let reply = t.agent("sam").writes_in("ann", "hello?");
        t.pass(Duration::from_secs(600));
        assert_eq!(t.metric(&open), "1");
        let for_so_long: i64 = t.metric(&seconds).parse().expect("a number");
        assert!((500..=600).contains(&for_so_long), "{for_so_long}");
        assert_eq!(t.metric(waiting), "1");
        let due_for: i64 = t.metric(due).parse().expect("a number");
        assert!((400..=600).contains(&due_for), "{due_for}");
        t.sandbox.clear_faults();
        t.pass(Duration::from_secs(60));
        for series in [&*open, &*seconds, waiting, due] {
            assert_eq!(t.metric(series), "0", "{series}");
        }
        t.client("ann").expect("Live Support: hello?");
        t.topic("ann").expect_part("may have received it twice");
        t.topic("ann").expect_mark(reply, "👌");
    });
}

#[test]
fn health_ends_with_the_updates_and_comes_back_with_them() {
    bot_test(|t| {
        t.sandbox.set_fault_hook(Box::new(|call| {
            (call.method == "getUpdates").then_some(Fault::CutBefore)
        }));
        // Each of these makes the bot look for updates.
        for _ in 0..4 {
            t.pass(Duration::from_secs(40));
        }
        let said = t.health().expect_err("no updates arrive");
        assert!(said.starts_with("no updates arrive: no poll"), "{said}");
        t.sandbox.clear_faults();
        t.pass(Duration::from_secs(10));
        assert_eq!(t.health(), Ok(()));
    });
}

#[test]
fn tickets_and_the_group_are_counted() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").says("anybody?");
        t.topic("ann").expect("anybody?");
        t.pass(Duration::from_secs(100));
        let open = "{state=\"open\",priority=\"medium\"}";
        assert_eq!(t.metric(&format!("hushdesk_tickets{open}")), "1");
        assert_eq!(t.metric(&format!("hushdesk_tickets_unread{open}")), "1");
        let wait = t.metric(&format!("hushdesk_tickets_longest_wait_seconds{open}"));
        assert!(
            (100..200).contains(&wait.parse().expect("a number")),
            "{wait}"
        );
        assert_eq!(t.metric("hushdesk_group_calls_limit{desk=\"main\"}"), "20");
        assert_eq!(t.metric("hushdesk_group_rate_share{desk=\"main\"}"), "1.0");
        assert_eq!(t.metric("hushdesk_dead_letters{kind=\"call\"}"), "0");
    });
}
