//! Reactions, carried over to the other side.

use std::time::Duration;

use hushdesk::sandbox::{Fault, FaultRule};

use super::carrying::open_ticket;
use crate::harness::{Reads, bot_test};

#[test]
fn a_clients_reaction_takes_the_place_of_the_delivery_mark_until_it_is_removed() {
    bot_test(|t| {
        open_ticket(t);
        let reply = t.agent("sam").writes_in("ann", "it is on its way");
        t.client("ann").expect_part("on its way");
        t.topic("ann").expect_mark(reply, "👌");
        t.client("ann").reacts("on its way", "🔥");
        t.topic("ann").expect_mark(reply, "🔥");
        t.client("ann").reacts("on its way", "❤");
        t.topic("ann").expect_mark(reply, "❤");
        t.client("ann").unreacts("on its way");
        t.topic("ann").expect_mark(reply, "👌");
    });
}

#[test]
fn an_agents_reaction_is_shown_to_the_client() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").says("thank you");
        t.topic("ann").expect("thank you");
        t.agent("sam").in_topic_of("ann").reacts("thank you", "🎉");
        t.client("ann").expect_reaction_on("thank you", Some("🎉"));
        // Of several agents the newest is shown, and the one before when it is removed.
        t.agent("pia").in_topic_of("ann").reacts("thank you", "👍");
        t.client("ann").expect_reaction_on("thank you", Some("👍"));
        t.agent("pia").in_topic_of("ann").unreacts("thank you");
        t.client("ann").expect_reaction_on("thank you", Some("🎉"));
        t.agent("sam").in_topic_of("ann").unreacts("thank you");
        t.client("ann").expect_reaction_on("thank you", None);
    });
}

#[test]
fn people_react_to_their_own_messages_too() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").says("done");
        t.topic("ann").expect("done");
        t.client("ann").reacts("done", "👍");
        t.topic("ann").expect_reaction_on("done", Some("👍"));
        let reply = t.agent("sam").writes_in("ann", "great");
        t.client("ann").expect_part("great");
        t.agent("sam").in_topic_of("ann").reacts(reply, "🔥");
        t.client("ann").expect_reaction_on("great", Some("🔥"));
    });
}

#[test]
fn reactions_on_the_card_and_on_notes_stay_inside() {
    bot_test(|t| {
        open_ticket(t);
        let note = t.agent("sam").writes_in("ann", "// a note");
        t.agent("sam").in_topic_of("ann").reacts(note, "👍");
        t.agent("sam").in_topic_of("ann").reacts("hello", "👍");
        t.client("ann").expect_reaction_on("hello", None);
        t.client("ann").reacts("hello", "👍");
        t.topic("ann").expect_reaction_on("hello", None);
    });
}

#[test]
fn only_the_newest_reaction_is_sent_while_the_group_has_to_wait() {
    bot_test(|t| {
        open_ticket(t);
        let reply = t.agent("sam").writes_in("ann", "well");
        t.client("ann").expect_part("well");
        t.topic("ann").expect_mark(reply, "👌");
        t.client("ann").says("and?");
        t.topic("ann").expect("and?");
        let calls = t.sandbox.call_count();
        let wait = Fault::RetryAfter { seconds: 30 };
        t.sandbox.plan(FaultRule::once("setMessageReaction", wait));
        for emoji in ["🔥", "❤", "👍"] {
            t.client("ann").reacts("well", emoji);
        }
        t.pass(Duration::from_secs(60));
        t.topic("ann").expect_mark(reply, "👍");
        let made = t.sandbox.calls();
        let since = made.iter().skip(usize::try_from(calls).expect("few"));
        let set = since.filter(|call| call.method == "setMessageReaction" && call.status == 200);
        assert!(set.count() <= 2);
    });
}
