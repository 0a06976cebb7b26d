//! A ticket moves to another group while a call is under way for the topic that it leaves.

use std::time::Duration;

use hushdesk::sandbox::{Fault, FaultRule, content};

use super::desks::two_desks;
use crate::harness::{Reads, Scenario, bot_test_with};

/// Ann's ticket is being raised to the experts.
fn stands_at_the_experts(t: &mut Scenario) {
    t.at_desk("experts", |t| {
        t.topic("ann").expect_card("my order is lost");
        t.topic("ann").expect("give me an operator");
        t.topic("ann").expect_part("Raised to level 2");
        assert_eq!(t.topic("ann").try_next(), None);
    });
}

/// How the making of a topic ends that its ticket has left meanwhile: nobody waits for it, and no second one is
/// made in either group.
#[test]
fn a_topic_that_was_being_made_when_its_ticket_left_is_nobodys() {
    let rights = Fault::Refuse {
        code: 400,
        description: "Bad Request: not enough rights to create a topic".to_owned(),
        parameters: None,
    };
    for fault in [
        None,
        Some(Fault::RetryAfter { seconds: 3_600 }),
        Some(Fault::CutBefore),
        Some(Fault::CutAfter),
        Some(Fault::BadGatewayHtml),
        Some(rights),
    ] {
        bot_test_with(two_desks(), |t| {
            t.agent("sam");
            t.at_desk("experts", |t| {
                t.agent("eve");
            });
            t.run();
            if let Some(fault) = fault {
                t.sandbox.plan(FaultRule {
                    chat: Some(t.group),
                    ..FaultRule::once("createForumTopic", fault)
                });
            }
            t.client("ann")
                .drops(content::text("my order is lost"), None);
            t.run_until_called("🟢 SUPP-");
            t.client("ann")
                .drops(content::text("give me an operator"), None);
            t.run();
            t.client("ann").expect_part("created");
            stands_at_the_experts(t);
            t.pass(Duration::from_secs(2 * 3_600));
            t.client("ann").says("and?");
            t.at_desk("experts", |t| {
                t.topic("ann").expect("and?");
                assert_eq!(t.sandbox.topics(t.group).len(), 1, "{}", t.story());
            });
            // Where its announcement came before the ticket left, there was a topic to leave.
            let left = t.sandbox.topics(t.group);
            let is_nobodys = left.iter().all(|topic| topic.deleted || topic.closed);
            assert!(is_nobodys && left.len() <= 1, "{}", t.story());
            t.reads_all(t.group);
        });
    }
}

/// Seed 7635: ids of topics are each group's own, and what an agent is told belongs where they wrote.
#[test]
fn a_reply_that_is_refused_after_its_ticket_left_is_told_where_it_was_written() {
    bot_test_with(two_desks(), |t| {
        t.agent("sam");
        t.at_desk("experts", |t| {
            t.agent("eve");
        });
        for name in ["bob", "ann"] {
            t.client(name).says("my order is lost");
            t.client(name).expect_part("created");
            t.topic(name).expect_card("my order is lost");
        }
        let ann = t.person("ann");
        t.sandbox.plan(FaultRule {
            chat: Some(ann),
            ..FaultRule::once("sendMessage", Fault::RetryAfter { seconds: 60 })
        });
        let reply = t.agent("sam").writes_in("ann", "which number?");
        t.agent("sam").writes_in("ann", "/escalate look at this");
        let bobs = t.topic("bob").id();
        t.at_desk("experts", |t| {
            assert_eq!(t.topic("ann").id(), bobs, "or this shows nothing");
            t.topic("ann").expect_card("my order is lost");
            t.topic("ann").expect_part("Before it came here:");
            t.topic("ann").expect_part("Raised to level 2");
        });
        t.topic("ann").expect_part("This ticket goes on in experts");
        let now = t.now();
        t.sandbox.person_blocks(ann, now);
        t.pass(Duration::from_secs(120));
        assert_eq!(
            t.topic("ann").expect_reply_to("which number?").reply_to,
            Some(reply)
        );
        t.at_desk("experts", |t| {
            t.topic("ann").expect_part("has blocked the bot");
        });
        t.run();
        t.reads_all(t.group);
        let experts = t.further[1];
        t.reads_all(experts);
        assert!(t.topic("bob").try_next().is_none());
    });
}

/// Seed 7595: the card that took the place of another holds the first words as that one did.
#[test]
fn a_change_of_the_first_words_outlives_the_topic_that_they_moved_to() {
    bot_test_with(two_desks(), |t| {
        t.agent("sam");
        t.at_desk("experts", |t| {
            t.agent("eve");
        });
        t.client("ann").says("my order is lost");
        t.client("ann").expect_part("created");
        t.topic("ann").expect_card("my order is lost");
        t.agent("sam").writes_in("ann", "/escalate look at this");
        t.at_desk("experts", |t| {
            t.topic("ann").expect_card("my order is lost");
            t.topic("ann").expect_part("Before it came here:");
            t.topic("ann").expect_part("Raised to level 2");
            t.agent("eve").deletes_topic_of("ann");
        });
        t.topic("ann").expect_part("This ticket goes on in experts");
        t.client("ann").says("hello?");
        t.at_desk("experts", |t| {
            t.topic("ann").expect_part("SUPP-");
            t.topic("ann").expect("hello?");
        });
        t.client("ann")
            .edits("my order is lost", content::text("my parcel is lost"));
        t.pass(Duration::from_secs(30));
        t.at_desk("experts", |t| {
            t.topic("ann").expect_part("my parcel is lost");
        });
    });
}
