//! What people take back.

use std::time::Duration;

use hushdesk::sandbox::{Fault, FaultRule};

use super::carrying::open_ticket;
use crate::harness::{Reads, Scenario, bot_test};

/// Everything that the database holds, as one text.
fn stored(t: &Scenario) -> String {
    t.database(|db| {
        let tables = [
            "messages.content",
            "message_versions.content",
            "outbox.call",
            "inbox.raw",
        ];
        let mut all = String::new();
        for place in tables {
            let (table, column) = place.split_once('.').expect("table and column");
            let mut statement = db
                .prepare(&format!("SELECT ifnull({column}, '') FROM {table}"))
                .expect("the schema has it");
            let rows = statement
                .query_map([], |row| row.get::<_, String>(0))
                .expect("the query runs");
            for row in rows {
                all.push_str(&row.expect("it is text"));
                all.push('\n');
            }
        }
        all
    })
}

#[test]
fn a_client_takes_a_message_back_on_both_sides_and_in_the_database() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").says("my pin is 4711");
        t.topic("ann").expect("my pin is 4711");
        t.client("ann")
            .edits("4711", hushdesk::sandbox::content::text("my pin is 4712"));
        t.topic("ann").expect_edited("4712");
        t.client("ann").replies_to("4712").says("/delete");
        t.client("ann").expect_part("Deleted");
        t.topic("ann").expect_gone("4712");
        let stored = stored(t);
        assert!(
            !stored.contains("4711") && !stored.contains("4712"),
            "{stored}"
        );
    });
}

#[test]
fn an_agent_takes_a_reply_back() {
    bot_test(|t| {
        open_ticket(t);
        let reply = t.agent("sam").writes_in("ann", "wrong person");
        t.client("ann").expect_part("wrong person");
        t.agent("sam").replies_in("ann", reply, "/delete");
        t.topic("ann").expect_part("Deleted on the client's side");
        t.client("ann").expect_gone("wrong person");
        assert!(!stored(t).contains("wrong person"));
    });
}

#[test]
fn the_first_text_goes_and_the_card_stays() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").replies_to("hello").says("/delete");
        t.client("ann").expect_part("Deleted");
        t.topic("ann")
            .expect_edited("taken their first message back");
        let posts = t.topic("ann").all();
        assert!(!posts.iter().any(|post| post.text().contains("hello")));
    });
}

#[test]
fn only_own_messages_can_be_taken_back() {
    bot_test(|t| {
        open_ticket(t);
        let reply = t.agent("sam").writes_in("ann", "from us");
        t.client("ann").expect_part("from us");
        t.client("ann").replies_to("from us").says("/delete");
        t.client("ann").expect_part("Only messages of yours");
        t.client("ann")
            .says("/delete")
            .expect_part("Only messages of yours");
        t.client("ann").says("mine");
        t.topic("ann").expect("mine");
        t.agent("sam")
            .in_topic_of("ann")
            .replies_to("mine")
            .says("/delete");
        t.topic("ann").expect_part("a message of yours");
        t.agent("pia").replies_in("ann", reply, "/delete");
        t.topic("ann").expect_part("a message of yours");
    });
}

#[test]
fn the_writer_learns_that_telegram_does_not_delete_any_more() {
    bot_test(|t| {
        open_ticket(t);
        let reply = t.agent("sam").writes_in("ann", "long ago");
        t.client("ann").expect_part("long ago");
        t.sandbox.plan(FaultRule::once(
            "deleteMessage",
            Fault::Refuse {
                code: 400,
                description: "Bad Request: message can't be deleted for everyone".to_owned(),
                parameters: None,
            },
        ));
        t.agent("sam").replies_in("ann", reply, "/delete");
        t.topic("ann").expect_part("The client still sees it");
        assert!(!stored(t).contains("long ago"));
    });
}

#[test]
fn the_writer_learns_that_nothing_is_deleted_for_somebody_who_has_left() {
    bot_test(|t| {
        open_ticket(t);
        let reply = t.agent("sam").writes_in("ann", "at noon");
        t.client("ann").expect_part("at noon");
        t.sandbox.plan(FaultRule::once(
            "deleteMessage",
            Fault::Refuse {
                code: 403,
                description: "Forbidden: bot was blocked by the user".to_owned(),
                parameters: None,
            },
        ));
        t.agent("sam").replies_in("ann", reply, "/delete");
        t.topic("ann").expect_part("blocked the bot");
        t.topic("ann").expect(
            "The client cannot be reached: the message still stands there. Its stored text has been removed.",
        );
        assert!(!stored(t).contains("at noon"));
    });
}

#[test]
fn what_has_not_left_yet_never_leaves() {
    bot_test(|t| {
        open_ticket(t);
        let wait = Fault::RetryAfter { seconds: 60 };
        t.sandbox.plan(FaultRule::once("sendMessage", wait));
        t.client("ann").says("one");
        t.client("ann").says("never mind this");
        t.client("ann").replies_to("never mind").says("/delete");
        t.client("ann").expect_part("Deleted");
        t.pass(Duration::from_secs(200));
        t.topic("ann").expect("one");
        let posts = t.topic("ann").all();
        assert!(!posts.iter().any(|post| post.text().contains("never mind")));
    });
}

#[test]
fn all_parts_of_a_long_text_go() {
    bot_test(|t| {
        open_ticket(t);
        let long = "word ".repeat(818);
        let reply = t.agent("sam").writes_in("ann", long.trim_end());
        t.client("ann").expect_part("word").expect_part("word");
        t.agent("sam").replies_in("ann", reply, "/delete");
        t.topic("ann").expect_part("Deleted on the client's side");
        t.client("ann").expect_gone("word");
    });
}
