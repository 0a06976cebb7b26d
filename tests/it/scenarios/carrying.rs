//! What is carried to the other side, and what is not.

use hushdesk::domain::settings::RelayMode;
use hushdesk::sandbox::content;
use serde_json::json;

use crate::harness::{Reads, Scenario, Setup, bot_test, bot_test_with};

/// Ann has an open ticket, and everything about it has been looked at.
pub fn open_ticket(t: &mut Scenario) {
    t.agent("sam");
    t.client("ann").says("hello");
    t.client("ann").expect_part("created");
    t.topic("ann").expect_card("hello");
}

#[test]
fn every_copyable_kind_goes_both_ways() {
    let kinds = [
        ("photo", content::photo("f1", "look")),
        ("video", content::video("f2", "see")),
        ("voice", content::voice("f3")),
        ("video_note", content::video_note("f4")),
        ("sticker", content::sticker("f5", "somebodys_set")),
    ];
    bot_test(|t| {
        open_ticket(t);
        for (kind, content) in kinds {
            t.client("ann").sends(content.clone());
            t.topic("ann").expect_kind(kind);
            let reply = t.agent("sam").sends_in("ann", content);
            t.client("ann").expect_kind(kind);
            t.topic("ann").expect_mark(reply, "👌");
            t.pass(std::time::Duration::from_secs(60));
        }
    });
}

#[test]
fn an_agents_caption_carries_the_label() {
    bot_test(|t| {
        open_ticket(t);
        t.agent("sam")
            .sends_in("ann", content::photo("f1", "the receipt"));
        let photo = t.client("ann").expect_kind("photo");
        assert_eq!(photo.text(), "Live Support: the receipt");
        t.agent("sam").sends_in("ann", content::photo("f2", ""));
        let photo = t.client("ann").expect_kind("photo");
        assert_eq!(photo.text(), "Live Support");
    });
}

#[test]
fn notes_stay_in_the_group() {
    bot_test(|t| {
        open_ticket(t);
        let note = t
            .agent("sam")
            .writes_in("ann", "// suspicious, check the payment");
        t.agent("sam")
            .writes_in("ann", "  // with blanks before it");
        t.agent("sam").writes_in("ann", "/note and this one");
        t.agent("sam")
            .writes_in("ann", "/note@hush_desk_bot and this one");
        t.agent("sam")
            .replies_in("ann", note, "a reply to a note is a note");
        t.agent("sam")
            .sends_in("ann", content::photo("f", "// an inside picture"));
        t.client("ann").expect_nothing();
    });
}

#[test]
fn an_agents_contact_card_is_refused_with_a_word() {
    bot_test(|t| {
        open_ticket(t);
        let card = content::contact("+49172", "Sam", 7_310_001_112);
        let message = t.agent("sam").sends_in("ann", card);
        t.topic("ann").expect_part("Not delivered: a contact card");
        t.topic("ann").expect_mark(message, "💔");
        t.client("ann").expect_nothing();
    });
}

#[test]
fn an_admin_can_force_a_contact_card() {
    bot_test(|t| {
        open_ticket(t);
        let card = content::contact("+49172555", "Courier", 7_310_009_999);
        let message = t.agent("sam").sends_in("ann", card);
        t.topic("ann")
            .expect_part("an admin answers it with /force");
        t.client("ann").expect_nothing();
        t.agent("sam").replies_in("ann", message, "/force");
        t.client("ann").expect_kind("contact");
        t.topic("ann").expect_mark(message, "👌");
    });
}

#[test]
fn what_an_agent_sends_that_shows_nobody_goes_over_as_it_is() {
    bot_test(|t| {
        open_ticket(t);
        for (kind, piece) in [
            ("location", content::location(52.5, 13.4)),
            (
                "poll",
                content::poll("When does it suit you?", &["today", "tomorrow"]),
            ),
            ("animation", content::animation("a1", "like this")),
        ] {
            let message = t.agent("sam").sends_in("ann", piece);
            t.client("ann").expect_kind(kind);
            t.topic("ann").expect_mark(message, "👌");
        }
    });
}

#[test]
fn a_dice_is_told_in_words_because_a_copy_is_rolled_again() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").sends(content::dice("🎯", 5));
        t.topic("ann").expect("🎯 rolled: 5");
        t.agent("sam").sends_in("ann", content::dice("🎲", 2));
        t.client("ann").expect("Live Support: 🎲 rolled: 2");
    });
}

#[test]
fn formatting_is_carried_and_mentions_of_people_are_not() {
    let ann = json!({"id": 7_310_000_001_i64, "is_bot": false, "first_name": "Firstannmark"});
    let text = json!({"text": "ask Ann now", "entities": [
        {"type": "text_mention", "offset": 4, "length": 3, "user": ann},
        {"type": "bold", "offset": 8, "length": 3}]});
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").sends(text.clone());
        let post = t.topic("ann").next();
        assert_eq!(
            post.content["entities"],
            json!([{"type": "bold", "offset": 8, "length": 3}])
        );
        // What an agent writes must not name anybody to a client.
        t.agent("sam").sends_in("ann", text);
        t.topic("ann").expect_part("Not sent: it holds");
        t.client("ann").expect_nothing();
    });
}

#[test]
fn a_first_text_that_does_not_fit_beside_the_card_stands_below_it() {
    let long = "word ".repeat(819).trim_end().to_owned();
    bot_test(|t| {
        t.client("ann").says(&long);
        t.client("ann").expect_part("created");
        t.topic("ann").expect_card("first ticket");
        t.topic("ann").expect(&long);
    });
}

#[test]
fn a_long_answer_with_its_label_arrives_in_two_parts() {
    let long = "word ".repeat(819).trim_end().to_owned();
    bot_test(|t| {
        open_ticket(t);
        let message = t.agent("sam").writes_in("ann", &long);
        let first = t.client("ann").next();
        let second = t.client("ann").next();
        assert_eq!(
            format!("{}{}", first.text(), second.text()).replace(' ', ""),
            format!("Live Support: {long}").replace(' ', "")
        );
        t.topic("ann").expect_mark(message, "👌");
    });
}

#[test]
fn replies_are_carried_as_replies() {
    bot_test(|t| {
        open_ticket(t);
        let question = t.client("ann").drops(content::text("and this?"), None);
        t.run();
        let post = t.topic("ann").next();
        t.agent("sam").replies_in("ann", post.id, "yes, that");
        let answer = t.client("ann").next();
        assert_eq!(answer.reply_to, Some(question));
        t.client("ann").replies(answer.id, "thanks");
        let thanks = t.topic("ann").next();
        assert!(thanks.reply_to.is_some(), "{thanks:?}");
    });
}

#[test]
fn an_agents_plain_message_is_no_reply_although_telegram_says_so() {
    bot_test(|t| {
        open_ticket(t);
        t.agent("sam").writes_in("ann", "plain");
        assert_eq!(t.client("ann").next().reply_to, None);
    });
}

#[test]
fn in_the_mode_replies_only_replies_are_relayed() {
    let setup = Setup {
        relay_mode: RelayMode::Replies,
        ..Setup::default()
    };
    bot_test_with(setup, |t| {
        t.client("ann").says("hello");
        t.client("ann").expect_part("created");
        let card = t.topic("ann").next();
        t.agent("sam").writes_in("ann", "what do you all think?");
        t.client("ann").expect_nothing();
        t.agent("sam").replies_in("ann", card.id, "we are on it");
        t.client("ann").expect("Live Support: we are on it");
    });
}

#[test]
fn an_empty_label_lets_the_bots_own_name_speak() {
    let setup = Setup {
        reply_label: String::new(),
        ..Setup::default()
    };
    bot_test_with(setup, |t| {
        open_ticket(t);
        t.agent("sam").writes_in("ann", "hi");
        t.client("ann").expect("hi");
    });
}

#[test]
fn kinds_that_nobody_knows_are_copied_by_id_or_said() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").sends(json!({"hologram": {"depth": 3}}));
        t.topic("ann").next();
        t.sandbox
            .change_settings(|settings| settings.unconfirmed.copies_unknown_kinds = false);
        t.client("ann").sends(json!({"hologram": {"depth": 4}}));
        t.topic("ann").expect_part("does not let bots copy");
        t.client("ann").expect_part("does not let bots copy");
    });
}

#[test]
fn how_a_medium_is_shown_survives_both_ways_and_changes() {
    bot_test(|t| {
        open_ticket(t);
        for (kind, field) in [
            ("photo_spoiler", "has_media_spoiler"),
            ("photo_caption_above", "show_caption_above_media"),
        ] {
            let (ann, sam) = (t.marked("ann"), t.marked("sam"));
            t.client("ann").sends(ann.piece(kind, "look"));
            let post = t.topic("ann").expect_kind("photo");
            assert_eq!(post.content[field], true, "{post:?}");
            let message = t.agent("sam").sends_in("ann", sam.piece(kind, "see"));
            let post = t.client("ann").expect_kind("photo");
            assert_eq!(post.content[field], true, "{post:?}");
            let changed = sam.piece(kind, "see").with("caption", "see here".into());
            t.agent("sam").in_topic_of("ann").edits(message, changed);
            t.client("ann").expect_edited("see here");
            let all = t.client("ann").all();
            let shown = all.iter().find(|shown| shown.id == post.id);
            let shown = shown.expect("it stands there");
            assert_eq!(shown.content[field], true, "{shown:?}");
            t.pass(std::time::Duration::from_secs(60));
        }
    });
}
