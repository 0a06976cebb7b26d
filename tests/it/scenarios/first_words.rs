//! A client's first words share a post with the card; what they change there is never lost.

use hushdesk::sandbox::{Fault, FaultRule, content};

use super::carrying::open_ticket;
use crate::harness::{Reads, bot_test};

#[test]
fn a_change_of_the_first_words_outlives_the_topic_that_they_stood_in() {
    bot_test(|t| {
        open_ticket(t);
        let (ann, now) = (t.person("ann"), t.now());
        let edited = content::text("hello again");
        t.agent("sam").deletes_topic_of("ann");
        t.sandbox
            .person_edits(ann, ann, 1, edited, now)
            .expect("she may edit her own words");
        t.client("ann").says("are you there?");
        t.rest();
        let mut posts: Vec<String> = std::iter::from_fn(|| t.topic("ann").try_next()).collect();
        assert!(posts[0].contains("takes its place"), "{posts:?}");
        posts.remove(0);
        posts.sort();
        assert_eq!(posts, ["are you there?", "✏️ Edited:\nhello again"]);
    });
}

/// Another call meets that the topic is gone while the edit of the card is under way.
#[test]
fn a_change_of_the_first_words_outlives_their_card_and_then_the_topic() {
    bot_test(|t| {
        open_ticket(t);
        let (ann, group, now) = (t.person("ann"), t.group, t.now());
        let thread = t.topic("ann").id();
        let card = t.sandbox.topic_messages(group, thread).into_iter();
        let card = card
            .filter(|message| message.from_bot && message.text().contains("hello"))
            .map(|message| message.id)
            .next()
            .expect("the card stands");
        t.sandbox.delete_message(group, card);
        t.agent("sam").deletes_topic_of("ann");
        t.sandbox
            .person_edits(ann, ann, 1, content::text("hello again"), now)
            .expect("she may edit her own words");
        t.client("ann").says("are you there?");
        t.rest();
        let mut posts: Vec<String> = std::iter::from_fn(|| t.topic("ann").try_next()).collect();
        assert!(posts[0].contains("takes its place"), "{posts:?}");
        posts.remove(0);
        posts.sort();
        assert_eq!(posts, ["are you there?", "✏️ Edited:\nhello again"]);
    });
}

#[test]
fn a_state_that_waits_to_be_shown_does_not_bring_old_words_back() {
    bot_test(|t| {
        t.client("ann").drops(content::text("hello"), None);
        t.client("ann").drops(content::text("/close"), None);
        let (ann, now) = (t.person("ann"), t.now());
        t.sandbox
            .person_edits(ann, ann, 1, content::text("hello again"), now)
            .expect("she may edit her own words");
        t.rest();
        t.client("ann").expect_part("created");
        t.client("ann").expect_part("You have closed");
        t.topic("ann").expect_card("hello again");
        t.topic("ann").expect_part("The client has closed");
    });
}

#[test]
fn a_topic_that_is_made_again_for_a_closed_ticket_is_closed() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").says("a second line");
        t.topic("ann").expect("a second line");
        t.client("ann").says("/close");
        t.client("ann").expect_part("You have closed");
        t.topic("ann").expect_part("The client has closed");
        t.agent("sam").deletes_topic_of("ann");
        t.client("ann")
            .edits("a second line", content::text("a third line"));
        t.rest();
        t.topic("ann").expect_part("takes its place");
        t.topic("ann").expect_part("a third line");
        assert!(t.topic("ann").is_closed());
    });
}

#[test]
fn a_change_that_waits_while_topic_and_ticket_end_is_posted_in_a_new_topic() {
    bot_test(|t| {
        open_ticket(t);
        let wait = Fault::RetryAfter { seconds: 30 };
        t.sandbox.plan(FaultRule::once("editMessageText", wait));
        t.client("ann").edits("hello", content::text("hello again"));
        t.agent("sam").deletes_topic_of("ann");
        t.client("ann").says("/close");
        t.client("ann").expect_part("You have closed");
        t.rest();
        t.topic("ann").expect_part("takes its place");
        t.topic("ann").expect("✏️ Edited:\nhello again");
    });
}
