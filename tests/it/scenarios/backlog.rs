//! How long the queue is said to be: what waits is counted as the posts that it becomes.

use std::time::Duration;

use hushdesk::sandbox::content;

use super::pacing::{reads_everything, unlimited};
use crate::harness::{Reads, Scenario, Setup, bot_test_with};

const MINUTE: Duration = Duration::from_secs(60);

fn names(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("client{number}")).collect()
}

/// What clients read of being in the queue; whatever else they got counts as read.
fn queued(t: &mut Scenario, names: &[String]) -> Vec<String> {
    let mut told = Vec::new();
    for name in names {
        let chat = t.person(name);
        while let Some(message) = t.next_unread(chat, |_| true) {
            if message.text().contains("in the queue") {
                told.push(message.text().to_owned());
            }
        }
    }
    told
}

/// Clients with a ticket each, and a group that has room again.
fn open_tickets(t: &mut Scenario, names: &[String]) {
    for name in names {
        t.client(name).says("hello");
        t.pass(MINUTE);
    }
    reads_everything(t);
}

/// Two hundred texts are forty posts, which take two minutes and not ten.
#[test]
fn after_an_outage_texts_count_as_the_posts_that_they_share() {
    let setup = Setup {
        limits: unlimited(),
        ..Setup::default()
    };
    bot_test_with(setup, |t| {
        let names = names(40);
        open_tickets(t, &names);
        t.wire.set_offline(true);
        for number in 0..5 {
            for name in &names {
                t.client(name)
                    .drops(content::text(&format!("{number} of {name}")), None);
            }
        }
        t.pass(MINUTE);
        t.wire.set_offline(false);
        t.pass(Duration::from_secs(130));
        assert_eq!(queued(t, &names), [""; 0]);
        for name in &names {
            let last = format!("4 of {name}");
            assert!(
                t.topic(name)
                    .all()
                    .iter()
                    .any(|post| post.text().ends_with(&last))
            );
        }
        assert!(
            !t.general()
                .all()
                .iter()
                .any(|post| post.text().contains("posts wait"))
        );
        reads_everything(t);
    });
}

/// Two hundred photos are two hundred posts.
#[test]
fn after_an_outage_what_cannot_share_a_post_counts_by_itself() {
    let setup = Setup {
        limits: unlimited(),
        ..Setup::default()
    };
    bot_test_with(setup, |t| {
        let names = names(40);
        open_tickets(t, &names);
        t.wire.set_offline(true);
        for number in 0..5 {
            for name in &names {
                let photo = content::photo(&format!("{name}-{number}"), "look");
                t.client(name).drops(photo, None);
            }
        }
        t.pass(MINUTE);
        t.wire.set_offline(false);
        t.pass(MINUTE);
        let told = queued(t, &names);
        assert_eq!(told.len(), 40, "everybody is told once");
        // The first reads it with the 102nd, the last with the 142nd of them.
        for words in told {
            let is_so = |minutes| words.contains(&format!("about {minutes} minutes"));
            assert!((6..=8).any(is_so), "{words}");
        }
        t.pass(15 * MINUTE);
        reads_everything(t);
    });
}

/// What an admin has yet to decide on waits for the admin, and not for the group.
#[test]
fn a_raid_with_the_same_words_puts_nobody_else_in_the_queue() {
    let setup = Setup {
        limits: unlimited(),
        flood_same_text: 3,
        ..Setup::default()
    };
    bot_test_with(setup, |t| {
        t.agent("eve");
        for name in names(100) {
            t.client(&name).drops(
                content::text("Join our channel, free coins for everyone!"),
                None,
            );
        }
        t.pass(MINUTE);
        reads_everything(t);
        t.client("bob").says("my order is lost");
        t.client("bob")
            .expect_part("An agent will assist you shortly");
        t.client("bob").says("do you see this?").expect_nothing();
        t.agent("eve").in_general().presses("Make their topics");
        t.run();
        // Now they wait for the group.
        t.client("bob").says("and this?");
        t.client("bob").expect_part("in the queue");
        t.pass(20 * MINUTE);
        reads_everything(t);
    });
}
