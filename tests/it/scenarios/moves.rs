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
