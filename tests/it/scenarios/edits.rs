//! What people change after they have written it.

use std::time::Duration;

use hushdesk::sandbox::{CallRecord, Fault, FaultRule, content};

use super::carrying::open_ticket;
use crate::harness::{Reads, bot_test};

fn refuse(description: &str) -> Fault {
    Fault::Refuse {
        code: 400,
        description: description.to_owned(),
        parameters: None,
    }
}

#[test]
fn edits_of_texts_reach_the_other_side() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").says("it costs 10");
        t.topic("ann").expect("it costs 10");
        t.client("ann")
            .edits("it costs 10", content::text("it costs 100"));
        t.topic("ann").expect_edited("it costs 100");
        let reply = t.agent("sam").writes_in("ann", "I se");
        t.client("ann").expect("Live Support: I se");
        t.agent("sam")
            .in_topic_of("ann")
            .edits(reply, content::text("I see"));
        t.client("ann").expect_edited("Live Support: I see");
        // The earlier words are kept.
        let versions: i64 = t.database(|db| {
            db.query_row("SELECT count(*) FROM message_versions", [], |row| {
                row.get(0)
            })
            .expect("versions are kept")
        });
        assert_eq!(versions, 2);
    });
}

#[test]
fn an_agent_who_edits_for_somebody_who_has_left_is_told() {
    bot_test(|t| {
        open_ticket(t);
        let reply = t.agent("sam").writes_in("ann", "at noon");
        t.client("ann").expect("Live Support: at noon");
        t.client("ann").blocks();
        t.topic("ann").expect_part("blocked the bot");
        let sam = t.agent("sam").in_topic_of("ann");
        sam.edits(reply, content::text("at one"));
        t.topic("ann").expect_part("blocked the bot");
        t.topic("ann").expect_mark(reply, "💔");
    });
}

#[test]
fn an_edit_of_the_first_text_changes_the_card_and_keeps_its_state() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann")
            .edits("hello", content::text("hello, it is urgent"));
        t.topic("ann").expect_edited("hello, it is urgent");
        t.topic("ann").expect_edited("SUPP-");
        // Too long to share a post with the card: it stands by itself.
        let long = "word ".repeat(815);
        t.client("ann")
            .edits("urgent", content::text(long.trim_end()));
        t.topic("ann").expect_part("✏️ Edited:");
    });
}

#[test]
fn captions_and_media_follow() {
    bot_test(|t| {
        open_ticket(t);
        let photo = t.client("ann").sends(content::photo("p1", "front")).sent();
        t.topic("ann").expect_kind("photo");
        t.client("ann")
            .edits(photo, content::photo("p1", "front side"));
        t.topic("ann").expect_edited("front side");
        t.client("ann")
            .edits(photo, content::photo("p2", "back side"));
        t.topic("ann").expect_edited("back side");
        t.client("ann").edits(photo, content::photo("p2", ""));
        let posts = t.topic("ann").all();
        let post = posts.iter().rfind(|post| post.kind == "photo");
        assert_eq!(post.expect("it stands there").text(), "");
        let reply = t
            .agent("sam")
            .sends_in("ann", content::video("v1", "like this"));
        t.client("ann").expect_kind("video");
        t.agent("sam")
            .in_topic_of("ann")
            .edits(reply, content::photo("p9", "or like this"));
        t.client("ann").expect_edited("Live Support: or like this");
    });
}

#[test]
fn edits_that_change_nothing_change_nothing() {
    bot_test(|t| {
        open_ticket(t);
        let message = t.client("ann").says("as it is").sent();
        t.topic("ann").expect("as it is");
        let calls = t.sandbox.call_count();
        let ann = t.person("ann");
        t.sandbox.spurious_edit(ann, message, t.now());
        t.pass(Duration::from_secs(10));
        let made = t.sandbox.calls();
        let since = made.iter().skip(usize::try_from(calls).expect("few"));
        assert_eq!(
            since.filter(|call| call.method.starts_with("edit")).count(),
            0
        );
    });
}

#[test]
fn an_edit_before_its_original_has_left_is_folded_into_it() {
    bot_test(|t| {
        open_ticket(t);
        let wait = Fault::RetryAfter { seconds: 30 };
        t.sandbox.plan(FaultRule::once("sendMessage", wait));
        t.client("ann").says("first words");
        t.client("ann")
            .edits("first words", content::text("second words"));
        t.client("ann")
            .edits("second words", content::text("third words"));
        t.client("ann").says("something else");
        t.client("ann")
            .edits("something else", content::text("something new"));
        t.pass(Duration::from_secs(200));
        // It had been tried, so the post is followed by one edit.
        t.topic("ann").expect_edited("third words");
        t.topic("ann").next();
        t.topic("ann").expect("something new");
        let is_edit = |call: &&CallRecord| {
            let of_card = call
                .params
                .get("text")
                .and_then(|text| text.as_str())
                .is_some_and(|text| text.starts_with("SUPP-"));
            call.method == "editMessageText" && !of_card
        };
        assert_eq!(t.sandbox.calls().iter().filter(is_edit).count(), 1);
    });
}

#[test]
fn an_edit_right_after_the_post_is_tried_again_while_telegram_does_not_know_it() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").says("one");
        t.topic("ann").expect("one");
        let unknown = refuse("Bad Request: message to edit not found");
        let rule = FaultRule::once("editMessageText", unknown);
        t.sandbox.plan(FaultRule { times: 2, ..rule });
        t.client("ann").edits("one", content::text("two"));
        t.pass(Duration::from_secs(10));
        t.topic("ann").expect_edited("two");
    });
}

#[test]
fn an_edit_that_telegram_does_not_allow_becomes_a_marked_message() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").says("one");
        t.topic("ann").expect("one");
        t.sandbox.plan(FaultRule::once(
            "editMessageText",
            refuse("Bad Request: message can't be edited"),
        ));
        t.client("ann").edits("one", content::text("two"));
        let post = t.topic("ann").expect_reply_to("one");
        assert_eq!(post.text(), "✏️ Edited:\ntwo");
    });
}

#[test]
fn a_copy_that_an_agent_deleted_is_posted_anew_when_its_original_changes() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").says("one");
        let post = t.topic("ann").next().id;
        t.sandbox.delete_message(t.group, post);
        t.client("ann").edits("one", content::text("two"));
        t.pass(Duration::from_secs(30));
        t.topic("ann").expect("✏️ Edited:\ntwo");
    });
}

#[test]
fn a_reply_that_is_gone_at_the_client_is_sent_anew_when_the_agent_changes_it() {
    bot_test(|t| {
        open_ticket(t);
        let reply = t.agent("sam").writes_in("ann", "at noon");
        let copy = t.client("ann").next().id;
        let ann = t.person("ann");
        t.sandbox.delete_message(ann, copy);
        let sam = t.agent("sam").in_topic_of("ann");
        sam.edits(reply, content::text("at one"));
        t.pass(Duration::from_secs(30));
        t.client("ann").expect("Live Support: ✏️ Edited:\nat one");
        t.topic("ann").expect_mark(reply, "👌");
        // The agent takes back what stands there now.
        t.agent("sam").replies_in("ann", reply, "/delete");
        t.topic("ann").expect_part("Deleted on the client's side");
        t.client("ann").expect_gone("at one");
    });
}

#[test]
fn a_long_text_grows_and_shrinks_by_parts() {
    bot_test(|t| {
        open_ticket(t);
        let long = "word ".repeat(1200);
        t.client("ann").says("short");
        t.topic("ann").expect("short");
        t.client("ann").edits("short", content::text(&long[..4096]));
        let reply = t.agent("sam").writes_in("ann", "brief");
        t.client("ann").expect("Live Support: brief");
        t.agent("sam")
            .in_topic_of("ann")
            .edits(reply, content::text(&long[..4096]));
        t.client("ann").expect_part("word");
        t.agent("sam")
            .in_topic_of("ann")
            .edits(reply, content::text("brief again"));
        t.client("ann").expect_edited("Live Support: brief again");
        let stands: Vec<String> = t
            .client("ann")
            .all()
            .into_iter()
            .filter(|message| message.from_bot && !message.deleted)
            .map(|message| message.text().to_owned())
            .collect();
        assert!(
            !stands.iter().any(|text| text.starts_with("word")),
            "{stands:?}"
        );
    });
}

#[test]
fn an_edit_never_turns_a_note_into_a_reply_nor_a_reply_into_a_note() {
    bot_test(|t| {
        open_ticket(t);
        let note = t.agent("sam").writes_in("ann", "// a rude word");
        t.agent("sam")
            .in_topic_of("ann")
            .edits(note, content::text("a kind word"));
        t.client("ann").expect_nothing();
        let reply = t.agent("sam").writes_in("ann", "a kind word");
        t.client("ann").expect("Live Support: a kind word");
        t.agent("sam")
            .in_topic_of("ann")
            .edits(reply, content::text("// a rude word"));
        t.topic("ann").expect_part("cannot become a note");
        t.agent("sam")
            .in_topic_of("ann")
            .edits(reply, content::text("/close"));
        t.topic("ann").expect_part("cannot become a note");
        t.client("ann").expect_nothing();
    });
}

#[test]
fn edits_after_the_close_still_reach_the_copy() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").says("room 12");
        t.topic("ann").expect("room 12");
        t.client("ann").says("/close").expect_part("closed");
        t.topic("ann").expect_part("has closed");
        t.client("ann").edits("room 12", content::text("room 13"));
        t.topic("ann").expect_edited("room 13");
    });
}

#[test]
fn an_edit_of_a_reply_that_would_name_somebody_is_held_back() {
    bot_test(|t| {
        open_ticket(t);
        let reply = t.agent("sam").writes_in("ann", "write to us");
        t.client("ann").expect("Live Support: write to us");
        t.agent("sam")
            .in_topic_of("ann")
            .edits(reply, content::text("write to @somebody_else"));
        t.topic("ann")
            .expect_part("The client still reads the earlier text");
        t.client("ann").expect_nothing();
    });
}

#[test]
fn a_kill_between_an_edit_and_its_call_loses_nothing() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").says("one");
        t.topic("ann").expect("one");
        t.kill();
        t.client("ann").edits("one", content::text("two"));
        t.start();
        t.run();
        t.topic("ann").expect_edited("two");
    });
}

#[test]
fn an_agents_live_location_moves_on_and_stops() {
    bot_test(|t| {
        open_ticket(t);
        t.allowed.reveals("sam", "home");
        let here = content::live_location(52.5, 13.25, 900);
        let sent = t.agent("sam").sends_in("ann", here);
        t.client("ann").expect_kind("location");
        let shown = |t: &mut crate::harness::Scenario| {
            let all = t.client("ann").all();
            let place = all.iter().rfind(|message| message.kind == "location");
            place.expect("it stands there").content["location"].clone()
        };
        assert!(shown(t)["live_period"].is_number());
        // Moves are shown every 30 s at most, the newest each time.
        for step in 1..=6 {
            let to = (52.5, 13.25 + f64::from(step));
            t.agent("sam").in_topic_of("ann").moves(sent, to);
            t.pass(Duration::from_secs(10));
        }
        t.pass(Duration::from_secs(40));
        assert_eq!(shown(t)["longitude"], 19.25);
        let is_move = |call: &&CallRecord| call.method == "editMessageLiveLocation";
        let moves = t.sandbox.calls().iter().filter(is_move).count();
        assert!((2..=4).contains(&moves), "{moves} moves");
        t.agent("sam").in_topic_of("ann").stops_moving(sent);
        assert!(shown(t).get("live_period").is_none());
    });
}

#[test]
fn a_first_text_that_has_left_the_card_can_be_changed_and_taken_back() {
    bot_test(|t| {
        open_ticket(t);
        let long = "word ".repeat(815);
        t.client("ann")
            .edits("hello", content::text(long.trim_end()));
        t.topic("ann").expect_part("✏️ Edited:");
        t.client("ann").edits("word", content::text("short again"));
        t.topic("ann").expect_edited("short again");
        t.topic("ann").expect_edited("SUPP-");
        t.client("ann").replies_to("short again").says("/delete");
        t.client("ann").expect_part("Deleted");
        t.topic("ann").expect_gone("short again");
        let posts = t.topic("ann").all();
        let stands = |words: &str| {
            posts
                .iter()
                .any(|post| !post.deleted && post.text().contains(words))
        };
        assert!(stands("SUPP-") && !stands("word"));
    });
}

#[test]
fn a_first_text_that_becomes_a_picture_leaves_the_card() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").edits("hello", content::photo("p1", "look"));
        t.topic("ann").expect_part("✏️ Edited:");
        assert_eq!(t.topic("ann").expect_kind("photo").text(), "look");
        let posts = t.topic("ann").all();
        let card = posts.iter().find(|post| post.text().contains("SUPP-"));
        assert!(!card.expect("it stands").text().contains("hello"));
    });
}

#[test]
fn a_file_that_is_replaced_while_it_is_cleaned_goes_as_the_newer_one() {
    bot_test(|t| {
        open_ticket(t);
        let marks = t.marked("ann");
        let gone = Fault::BadGatewayHtml;
        let rule = FaultRule::once("getFile", gone);
        t.sandbox.plan(FaultRule { times: 3, ..rule });
        let first = t
            .client("ann")
            .sends(marks.piece("document_pdf", "old"))
            .sent();
        t.client("ann")
            .edits(first, marks.piece("document_jpeg", "new"));
        t.pass(Duration::from_secs(60));
        t.topic("ann")
            .expect_file(|name, _| assert_eq!(name, "document-2.jpg"));
    });
}

#[test]
fn a_text_that_shrank_can_grow_again() {
    bot_test(|t| {
        open_ticket(t);
        let long = "word ".repeat(818);
        let reply = t.agent("sam").writes_in("ann", long.trim_end());
        t.client("ann").expect_part("word").expect_part("word");
        for _ in 0..2 {
            t.agent("sam")
                .in_topic_of("ann")
                .edits(reply, content::text("brief"));
            t.client("ann").expect_edited("Live Support: brief");
            t.agent("sam")
                .in_topic_of("ann")
                .edits(reply, content::text(long.trim_end()));
            t.client("ann").expect_part("word");
        }
    });
}

#[test]
fn a_text_that_grows_while_it_waits_stays_together() {
    bot_test(|t| {
        open_ticket(t);
        let wait = Fault::RetryAfter { seconds: 30 };
        t.sandbox.plan(FaultRule::once("sendMessage", wait));
        t.client("ann").says("a text that meets the wait");
        t.client("ann").says("a few words");
        t.client("ann").says("and on we go");
        let long = "many words ".repeat(500).trim_end().to_owned();
        t.client("ann").edits("a few words", content::text(&long));
        t.pass(Duration::from_secs(120));
        t.topic("ann").expect("a text that meets the wait");
        let first = t.topic("ann").next().text().to_owned();
        let second = t.topic("ann").next().text().to_owned();
        assert_eq!(format!("{first} {second}"), long);
        t.topic("ann").expect("and on we go");
    });
}

#[test]
fn the_words_of_a_picture_that_was_exchanged_while_it_waits_are_the_newest() {
    bot_test(|t| {
        open_ticket(t);
        let wait = Fault::RetryAfter { seconds: 30 };
        t.sandbox.plan(FaultRule::once("sendMessage", wait));
        t.client("ann").says("a text that meets the wait");
        let photo = t
            .client("ann")
            .sends(content::photo("p1", "one picture"))
            .sent();
        t.client("ann")
            .edits(photo, content::photo("p2", "another picture"));
        t.client("ann")
            .edits(photo, content::photo("p2", "the better picture"));
        t.pass(Duration::from_secs(120));
        t.topic("ann").expect("a text that meets the wait");
        let stands = t.topic("ann").next();
        let stands = t.sandbox.message(t.group, stands.id).expect("it stands");
        assert_eq!(stands.text(), "the better picture");
    });
}
