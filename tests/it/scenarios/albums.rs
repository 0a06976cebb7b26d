//! Albums: they arrive one by one and leave as one.

use std::time::Duration;

use hushdesk::sandbox::content::Piece;
use hushdesk::sandbox::marked::Marked;
use hushdesk::sandbox::{Fault, FaultRule, content};
use serde_json::json;

use super::carrying::open_ticket;
use crate::harness::{Reads, Scenario, TOKEN, bot_test};

#[test]
fn a_clients_album_stays_one_with_its_caption_and_its_place_in_the_order() {
    bot_test(|t| {
        open_ticket(t);
        let photos = t.marked("ann").album("photos", "my holiday", 3);
        // What is written while the album is still waited for stands behind it.
        t.client("ann").drops_album(photos, None);
        t.client("ann").says("and a word");
        let album = t.topic("ann").expect_album(3);
        assert_eq!(album[0].text(), "my holiday");
        t.topic("ann").expect("and a word");
    });
}

#[test]
fn an_agents_album_has_the_label_once_and_its_mark() {
    bot_test(|t| {
        open_ticket(t);
        let photos = vec![
            content::photo("p1", "").into(),
            content::photo("p2", "the second").into(),
            content::photo("p3", "").into(),
        ];
        let sam = t.agent("sam").in_topic_of("ann").sends_album(photos);
        let first = sam.sent() - 2;
        let album = t.client("ann").expect_album(3);
        let captions: Vec<&str> = album.iter().map(|item| item.text()).collect();
        assert_eq!(captions, ["", "Live Support: the second", ""]);
        t.topic("ann").expect_mark(first, "👌");
    });
}

#[test]
fn an_album_answers_what_its_messages_answer() {
    bot_test(|t| {
        open_ticket(t);
        t.agent("sam").writes_in("ann", "show me both sides");
        t.client("ann").expect_part("both sides");
        let photos = vec![
            content::photo("p1", "").into(),
            content::photo("p2", "").into(),
        ];
        t.client("ann").replies_to("both sides").sends_album(photos);
        let post = t.topic("ann").expect_reply_to("show me both sides");
        assert!(post.media_group_id.is_some());
        t.topic("ann").next();
    });
}

#[test]
fn an_album_opens_a_ticket_below_its_card() {
    bot_test(|t| {
        t.agent("sam");
        let photos = vec![
            content::photo("p1", "both sides").into(),
            content::photo("p2", "").into(),
        ];
        t.client("ann").sends_album(photos).expect_part("created");
        t.topic("ann").expect_card("first ticket");
        assert_eq!(t.topic("ann").expect_album(2)[0].text(), "both sides");
    });
}

#[test]
fn a_kill_in_the_middle_of_an_album_splits_nothing() {
    bot_test(|t| {
        open_ticket(t);
        let photos = || {
            vec![
                content::photo("p1", "look").into(),
                content::photo("p2", "").into(),
            ]
        };
        // The program is gone before, while and after the messages arrive.
        for _ in 0..2 {
            t.kill();
            t.client("ann").drops_album(photos(), None);
            t.start();
            t.run();
            assert_eq!(t.topic("ann").expect_album(2)[0].text(), "look");
            t.pass(Duration::from_secs(60));
        }
    });
}

#[test]
fn an_album_with_a_noted_caption_stays_inside() {
    bot_test(|t| {
        open_ticket(t);
        let photos = vec![
            content::photo("p1", "").into(),
            content::photo("p2", "// for us").into(),
            content::photo("p3", "").into(),
        ];
        t.agent("sam").in_topic_of("ann").sends_album(photos);
        t.pass(Duration::from_secs(30));
        t.client("ann").expect_nothing();
    });
}

#[test]
fn an_album_that_would_name_somebody_is_held_back_as_a_whole() {
    bot_test(|t| {
        open_ticket(t);
        let photos = vec![
            content::photo("p1", "").into(),
            content::photo("p2", "ask @somebody_else").into(),
        ];
        let sam = t.agent("sam").in_topic_of("ann").sends_album(photos);
        let second = sam.sent();
        t.topic("ann")
            .expect_part("Not sent: it holds @somebody_else");
        t.pass(Duration::from_secs(30));
        t.client("ann").expect_nothing();
        t.agent("sam")
            .in_topic_of("ann")
            .edits(second, content::photo("p2", "ask somebody"));
        let album = t.client("ann").expect_album(2);
        assert_eq!(album[1].text(), "Live Support: ask somebody");
    });
}

#[test]
fn what_cannot_be_an_album_for_a_bot_is_copied_as_one() {
    bot_test(|t| {
        open_ticket(t);
        let items = t.marked("ann").album("live", "moving pictures", 2);
        t.client("ann").sends_album(items);
        assert_eq!(t.topic("ann").expect_album(2).len(), 2);
        t.topic("ann").expect("moving pictures");
    });
}

#[test]
fn an_album_that_telegram_posts_in_part_is_posted_again_one_by_one_and_said() {
    bot_test(|t| {
        open_ticket(t);
        let partly = Fault::PartialBatch {
            items: 1,
            error: "MEDIA_EMPTY".to_owned(),
        };
        t.sandbox.plan(FaultRule::once("sendMediaGroup", partly));
        let photos = vec![
            content::photo("p1", "look").into(),
            content::photo("p2", "").into(),
        ];
        t.client("ann").sends_album(photos);
        // One of the first try, both of the second.
        for _ in 0..3 {
            t.topic("ann").expect_kind("photo");
        }
        t.topic("ann").expect_part("may stand here twice");
    });
}

#[test]
fn a_message_of_an_album_that_is_edited_while_it_waits_goes_as_it_is_then() {
    bot_test(|t| {
        open_ticket(t);
        let photos = vec![
            content::photo("p1", "old words").into(),
            content::photo("p2", "").into(),
        ];
        let first = t.client("ann").drops_album(photos, None);
        t.client("ann")
            .edits(first, content::photo("p1", "new words"));
        assert_eq!(t.topic("ann").expect_album(2)[0].text(), "new words");
        t.client("ann")
            .edits(first, content::photo("p1", "newest words"));
        t.topic("ann").expect_edited("newest words");
    });
}

#[test]
fn an_album_counts_as_one_message() {
    bot_test(|t| {
        open_ticket(t);
        // Six messages at once would be more than the burst of five.
        let photos = (0..6)
            .map(|index| content::photo(&format!("p{index}"), "").into())
            .collect();
        t.client("ann").sends_album(photos);
        t.topic("ann").expect_album(6);
        assert_eq!(
            t.sandbox
                .calls()
                .iter()
                .filter(|call| call.method == "sendMediaGroup")
                .count(),
            1
        );
    });
}

#[test]
fn an_album_that_is_held_back_by_its_first_caption_can_be_freed_too() {
    bot_test(|t| {
        open_ticket(t);
        let photos = vec![
            content::photo("p1", "ask @somebody_else").into(),
            content::photo("p2", "").into(),
            content::photo("p3", "").into(),
        ];
        let sam = t.agent("sam").in_topic_of("ann").sends_album(photos);
        let first = sam.sent() - 2;
        t.topic("ann")
            .expect_part("Not sent: it holds @somebody_else");
        t.pass(Duration::from_secs(30));
        t.client("ann").expect_nothing();
        t.agent("sam")
            .in_topic_of("ann")
            .edits(first, content::photo("p1", "ask us"));
        let album = t.client("ann").expect_album(3);
        assert_eq!(album[0].text(), "Live Support: ask us");
        t.topic("ann").expect_mark(first, "👌");
    });
}

#[test]
fn a_message_of_an_album_that_is_taken_back_while_it_waits_leaves_alone() {
    for index in 0..3 {
        bot_test(|t| {
            open_ticket(t);
            let photos = (0..3)
                .map(|number| {
                    content::photo(&format!("p{number}"), &format!("picture {number}")).into()
                })
                .collect();
            let first = t.client("ann").drops_album(photos, None);
            t.client("ann").replies_to(first + index).says("/delete");
            t.client("ann").expect_part("Deleted");
            let album = t.topic("ann").expect_album(2);
            let taken_back = format!("picture {index}");
            assert!(album.iter().all(|item| item.text() != taken_back));
        });
    }
}

#[test]
fn a_message_of_an_album_that_waits_for_the_group_is_taken_out_of_it() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").says("before");
        t.topic("ann").expect("before");
        let wait = Fault::RetryAfter { seconds: 30 };
        t.sandbox.plan(FaultRule::once("sendMessage", wait));
        t.client("ann").says("a text that meets the wait");
        let photos = vec![
            content::photo("p1", "one").into(),
            content::photo("p2", "two").into(),
        ];
        let first = t.client("ann").drops_album(photos, None);
        t.pass(Duration::from_secs(5));
        t.client("ann").replies_to(first).says("/delete");
        t.client("ann").expect_part("Deleted");
        t.pass(Duration::from_secs(120));
        t.topic("ann").expect("a text that meets the wait");
        let left = t.topic("ann").expect_kind("photo");
        assert_eq!(left.text(), "two");
    });
}

#[test]
fn an_album_that_never_ends_leaves_after_ten_seconds() {
    bot_test(|t| {
        open_ticket(t);
        let (ann, one) = (t.person("ann"), content::photo("p0", "").into());
        let album = t.client("ann").drops_album(vec![one], None);
        for number in 1..10 {
            t.pass(Duration::from_millis(1_400));
            let photo = content::photo(&format!("p{number}"), "");
            let added = t.sandbox.person_adds_to_album(ann, album, photo, t.now());
            added.expect("an app may send it");
        }
        t.rest();
        let posts: Vec<_> = (0..10).map(|_| t.topic("ann").next()).collect();
        let first = &posts[0].media_group_id;
        assert!(first.is_some(), "{posts:#?}");
        let of_first = posts.iter().filter(|post| post.media_group_id == *first);
        // Ten seconds after the first, and looked at once a second.
        let count = of_first.count();
        assert!((8..10).contains(&count), "{count} left together");
    });
}

#[test]
fn a_copied_album_that_telegram_posts_in_part_is_copied_again_one_by_one() {
    bot_test(|t| {
        open_ticket(t);
        let partly = Fault::PartialBatch {
            items: 1,
            error: "MEDIA_EMPTY".to_owned(),
        };
        t.sandbox.plan(FaultRule::once("copyMessages", partly));
        let items = t.marked("ann").album("live", "", 2);
        t.client("ann").sends_album(items);
        for _ in 0..3 {
            assert_ne!(t.topic("ann").next().kind, "text");
        }
        t.topic("ann").expect_part("may stand here twice");
        t.client("ann").says("and on we go");
        t.topic("ann").expect("and on we go");
    });
}

/// Somebody takes a message away in their app before the bot copies it; nobody is told.
fn vanishes(t: &Scenario, chat: i64, message: i64) {
    let params = json!({"chat_id": chat, "message_id": message});
    let params = params.as_object().expect("an object literal");
    let answer = t.sandbox.call(TOKEN, "deleteMessage", params, t.now());
    assert!(answer.body().is_some_and(|body| body.contains("true")));
}

#[test]
fn what_telegram_leaves_out_of_a_copied_album_is_said_to_both_sides() {
    bot_test(|t| {
        open_ticket(t);
        let ann = t.person("ann");
        let items = t.marked("ann").album("live", "", 3);
        let first = t.client("ann").drops_album(items, None);
        vanishes(t, ann, first + 1);
        t.run();
        t.rest();
        t.topic("ann").expect_album(2);
        t.topic("ann").expect_part("One more message belongs");
        t.client("ann").expect_part("One message of this album");
    });
}

#[test]
fn what_an_agent_sends_and_cannot_be_an_album_for_a_bot_is_copied_as_one() {
    bot_test(|t| {
        open_ticket(t);
        let items = t.marked("sam").album("live", "moving pictures", 2);
        let last = t.agent("sam").in_topic_of("ann").drops_album(items, None);
        t.run();
        t.rest();
        t.client("ann").expect_album(2);
        t.client("ann").expect("Live Support: moving pictures");
        t.topic("ann").expect_mark(last, "👌");
        t.agent("sam").replies_in("ann", last, "/delete");
        t.topic("ann")
            .expect_part("cannot be found on the client's side");
    });
}

#[test]
fn an_agents_album_that_arrives_in_part_is_not_said_to_be_delivered() {
    bot_test(|t| {
        open_ticket(t);
        let group = t.group;
        let items = t.marked("sam").album("live", "look", 3);
        let last = t.agent("sam").in_topic_of("ann").drops_album(items, None);
        vanishes(t, group, last + 1);
        t.run();
        t.rest();
        t.client("ann").expect_album(2);
        t.client("ann").expect("Live Support: look");
        t.topic("ann").expect_part("was not delivered");
        t.topic("ann").expect_mark(last, "💔");
    });
}

#[test]
fn a_message_of_a_copied_album_cannot_be_found_again_and_that_is_said() {
    bot_test(|t| {
        open_ticket(t);
        let items = t.marked("ann").album("live", "", 2);
        let first = t.client("ann").drops_album(items, None);
        t.run();
        t.topic("ann").expect_album(2);
        t.client("ann").replies_to(first).says("/delete");
        t.client("ann")
            .expect_part("cannot be found on the other side");
    });
}

/// A call of the group meets a wait, so that what follows waits too.
fn keep_the_group_waiting(t: &mut Scenario) {
    let wait = Fault::RetryAfter { seconds: 30 };
    t.sandbox.plan(FaultRule::once("sendMessage", wait));
    t.client("ann").says("a text that meets the wait");
}

/// A copied album meets a wait, and its first message is changed meanwhile.
fn changes_while_it_waits(t: &mut Scenario, before: &str, after: impl FnOnce(&Marked) -> Piece) {
    open_ticket(t);
    keep_the_group_waiting(t);
    let items = t.marked("ann").album("live", before, 2);
    let changed = after(&t.marked("ann"));
    let first = t.client("ann").drops_album(items, None);
    t.pass(Duration::from_secs(5));
    t.client("ann").edits(first, changed);
    t.pass(Duration::from_secs(120));
    t.topic("ann").expect("a text that meets the wait");
}

fn moving_picture(marks: &Marked, words: &str) -> Piece {
    let album = marks.album("live", words, 1);
    album.into_iter().next().expect("one picture")
}

#[test]
fn a_copied_album_that_is_edited_while_it_waits_has_its_newest_words() {
    bot_test(|t| {
        changes_while_it_waits(t, "as it was", |ann| moving_picture(ann, "as it is"));
        for copy in t.topic("ann").expect_album(2) {
            assert_eq!(copy.text(), "");
        }
        t.topic("ann").expect("as it is");
    });
}

#[test]
fn a_copied_album_that_gets_words_while_it_waits_shows_them_masked_and_once() {
    bot_test(|t| {
        let words = "call +49 151 23456789";
        changes_while_it_waits(t, "", |ann| moving_picture(ann, words));
        for copy in t.topic("ann").expect_album(2) {
            assert_eq!(copy.text(), "", "a copy carries words as they were written");
        }
        let shown = t.topic("ann").next();
        assert_eq!(shown.text(), words);
        assert!(shown.content.to_string().contains("spoiler"), "{shown:?}");
    });
}

#[test]
fn a_file_that_comes_into_a_copied_album_while_it_waits_is_not_copied_as_it_is() {
    bot_test(|t| {
        changes_while_it_waits(t, "as it was", |ann| ann.piece("document_pdf", "as it is"));
        // What is left of the album, then the file by itself, cleaned and under another name.
        let copied = t.sandbox.calls();
        let copied = copied.iter().find(|call| call.method == "copyMessages");
        let copied = copied.expect("the rest of the album was copied");
        assert_eq!(
            copied.params["message_ids"].as_array().map(Vec::len),
            Some(1)
        );
        assert_ne!(t.topic("ann").next().kind, "document");
        t.topic("ann").expect_part("Edited");
        let file = t.topic("ann").expect_kind("document");
        assert_eq!(file.text(), "as it is");
        assert!(
            file.content.to_string().contains("document-1.pdf"),
            "{file:?}"
        );
    });
}

#[test]
fn a_copied_album_that_stands_there_already_is_followed_by_its_newest_words() {
    bot_test(|t| {
        open_ticket(t);
        let items = t.marked("ann").album("live", "as it was", 2);
        let changed = t.marked("ann").album("live", "as it is", 2);
        let first = t.client("ann").drops_album(items, None);
        t.run();
        t.topic("ann").expect_album(2);
        t.topic("ann").expect("as it was");
        let changed = changed.into_iter().next().expect("two of them");
        t.client("ann").edits(first, changed);
        t.topic("ann").expect_part("Edited");
        assert_eq!(t.topic("ann").next().text(), "as it is");
    });
}

#[test]
fn an_album_that_leaves_one_by_one_stays_behind_what_was_written_before_it() {
    bot_test(|t| {
        open_ticket(t);
        keep_the_group_waiting(t);
        t.person("ann");
        // As long as Premium lets captions be, and longer than bots may make them.
        let long = "two ".repeat(300).trim_end().to_owned();
        let items = vec![
            t.marked("ann").piece("live_photo", "one"),
            t.marked("ann").piece("document_pdf", &long),
        ];
        t.client("ann").drops_album(items, None);
        t.client("ann").says("and a word");
        t.pass(Duration::from_secs(120));
        t.topic("ann").expect("a text that meets the wait");
        assert_eq!(t.topic("ann").next().text(), "one");
        assert_eq!(t.topic("ann").next().text(), "");
        t.topic("ann").expect(&long);
        t.topic("ann").expect("and a word");
    });
}
