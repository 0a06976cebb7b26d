//! What answers what, on both sides.

use std::time::Duration;

use hushdesk::sandbox::content;

use super::carrying::open_ticket;
use crate::harness::{Reads, bot_test};

#[test]
fn replies_and_their_quotes_are_carried_both_ways() {
    bot_test(|t| {
        open_ticket(t);
        t.agent("sam").writes_in("ann", "red, green or blue?");
        t.client("ann").expect_part("red, green");
        t.client("ann").quotes("green").says("this one");
        let post = t.topic("ann").expect_reply_to("red, green or blue?");
        assert_eq!(post.quote(), Some("green"));
        t.agent("sam")
            .in_topic_of("ann")
            .quotes("this")
            .says("it is sold out");
        let message = t.client("ann").expect_reply_to("this one");
        assert_eq!(message.quote(), Some("this"));
    });
}

#[test]
fn words_that_stand_on_one_side_only_are_not_quoted() {
    bot_test(|t| {
        open_ticket(t);
        t.agent("sam").writes_in("ann", "which one?");
        t.client("ann").expect_part("which one?");
        // The label stands before the words in the client's chat only.
        t.client("ann").quotes("Support: which").says("the red one");
        let post = t.topic("ann").expect_reply_to("which one?");
        assert_eq!(post.quote(), None);
    });
}

#[test]
fn an_answer_to_an_earlier_ticket_shows_what_it_answers() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").says("the lamp is broken");
        t.topic("ann").expect("the lamp is broken");
        t.client("ann").says("/close").expect_part("closed");
        t.topic("ann").expect_part("has closed");
        t.client("ann").says("me again").expect_part("created");
        t.topic("ann").expect_card("me again");
        t.client("ann")
            .replies_to("lamp is broken")
            .says("still so");
        t.topic("ann").expect("the lamp is broken\nstill so");
    });
}

#[test]
fn whatever_answers_an_earlier_ticket_shows_what_it_answers() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").says("the lamp is broken");
        t.topic("ann").expect("the lamp is broken");
        t.client("ann").says("/close").expect_part("closed");
        t.topic("ann").expect_part("has closed");
        t.client("ann").says("me again").expect_part("created");
        t.topic("ann").expect_card("me again");
        let paper = t.marked("ann").piece("document_pdf", "the bill");
        let pieces = [
            ("photo", content::photo("p", "look").into()),
            ("voice", content::voice("v").into()),
            ("document", paper),
        ];
        for (kind, piece) in pieces {
            t.client("ann").replies_to("lamp is broken").sends(piece);
            t.rest();
            t.topic("ann").expect("the lamp is broken");
            t.topic("ann").expect_kind(kind);
        }
        let photos = t.marked("ann").album("photos", "both sides", 2);
        t.client("ann")
            .replies_to("lamp is broken")
            .sends_album(photos);
        t.rest();
        t.topic("ann").expect("the lamp is broken");
        t.topic("ann").expect_album(2);
    });
}

#[test]
fn what_an_answer_shows_stays_when_it_is_edited() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").says("the lamp is broken");
        t.topic("ann").expect("the lamp is broken");
        t.client("ann").says("/close").expect_part("closed");
        t.topic("ann").expect_part("has closed");
        t.client("ann").says("me again").expect_part("created");
        t.topic("ann").expect_card("me again");
        t.client("ann")
            .replies_to("lamp is broken")
            .says("still so");
        t.topic("ann").expect("the lamp is broken\nstill so");
        t.client("ann")
            .edits("still so", content::text("still dark"));
        t.topic("ann")
            .expect_edited("the lamp is broken\nstill dark");
    });
}

#[test]
fn an_answer_in_a_recreated_topic_shows_what_it_answers() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").says("the lamp is broken");
        t.topic("ann").expect("the lamp is broken");
        t.agent("sam").deletes_topic_of("ann");
        t.client("ann").says("hello?");
        t.pass(Duration::from_secs(90));
        t.topic("ann").expect_part("was deleted");
        t.topic("ann").expect("hello?");
        t.client("ann")
            .replies_to("lamp is broken")
            .says("still so");
        t.topic("ann").expect("the lamp is broken\nstill so");
    });
}

#[test]
fn an_agents_answer_to_an_old_message_reaches_the_client_as_an_answer() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").says("is it red?");
        t.topic("ann").expect("is it red?");
        t.client("ann").says("or blue?");
        t.topic("ann").expect("or blue?");
        t.agent("sam")
            .in_topic_of("ann")
            .replies_to("is it red?")
            .says("yes");
        t.client("ann").expect_reply_to("is it red?");
        // The card carries the first text: an answer to it answers that text.
        t.agent("sam")
            .in_topic_of("ann")
            .replies_to("hello")
            .says("hello to you");
        t.client("ann").expect_reply_to("hello");
    });
}
