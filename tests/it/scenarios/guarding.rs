//! What an agent writes and would say who somebody is stays inside until it is changed or an admin
//! sends it.

use hushdesk::domain::rules::carriers::{Carrier, Direction, Treatment};
use hushdesk::domain::settings::Privacy;
use hushdesk::sandbox::content::{self, Piece};
use serde_json::json;

use super::anonymity::choosing;
use super::card::card_of;
use super::carrying::open_ticket;
use crate::harness::{Reads, Scenario, Setup, bot_test, bot_test_with};

fn guarding(allowed: &[&str], guard_agent_names: bool) -> Setup {
    Setup {
        privacy: Privacy {
            allowed_mentions: allowed.iter().map(|name| (*name).to_owned()).collect(),
            guard_agent_names,
            ..Privacy::default()
        },
        ..Setup::default()
    }
}

/// It does not reach the client, and the agent reads what is wrong with it.
fn is_held(t: &mut Scenario, content: impl Into<Piece>, what: &str) -> i64 {
    let message = t.agent("sam").sends_in("ann", content);
    t.topic("ann")
        .expect_part(&format!("Not sent: it holds {what}"));
    t.topic("ann").expect_mark(message, "💔");
    t.client("ann").expect_nothing();
    message
}

#[test]
fn names_and_links_of_people_are_held_back_wherever_they_stand() {
    bot_test(|t| {
        open_ticket(t);
        for what in ["@sam_smith", "t.me/sam_smith", "tg://user?id=42"] {
            is_held(t, content::text(&format!("write to {what}")), what);
            is_held(t, content::photo("p", &format!("see {what}")), what);
            let poll = content::poll("who?", &[what, "nobody"]);
            is_held(t, poll, what);
            let mut poll = content::poll("who?", &["you", "nobody"]);
            poll["poll"]["description"] = format!("ask {what}").into();
            is_held(t, poll, what);
            t.pass(std::time::Duration::from_secs(60));
        }
        for kind in ["text_mention", "text_link"] {
            let piece = t.marked("sam").piece(kind, "me");
            is_held(t, piece, "me");
        }
        let link = json!({"text": "here", "entities": [
            {"type": "text_link", "offset": 0, "length": 4, "url": "https://t.me/sam_smith"}]});
        is_held(t, link, "here");
    });
}

#[test]
fn what_is_attached_to_a_poll_reaches_no_client() {
    bot_test(|t| {
        open_ticket(t);
        let piece = t.marked("sam").piece("poll_mention", "who?");
        is_held(t, piece, "me");
        let piece = t.marked("sam").piece("poll_attached", "who?");
        let message = t.agent("sam").sends_in("ann", piece);
        t.topic("ann").expect_part("a poll of words alone");
        t.topic("ann").expect_mark(message, "💔");
        t.client("ann").expect_nothing();
    });
}

#[test]
fn one_name_holds_all_of_an_album() {
    bot_test(|t| {
        open_ticket(t);
        let mut album = t.marked("sam").album("photos", "ours", 3);
        album[1].content["caption"] = "by @sam_smith".into();
        t.agent("sam").in_topic_of("ann").sends_album(album);
        t.rest();
        t.topic("ann").expect_part("Not sent: it holds @sam_smith");
        t.client("ann").expect_nothing();
        let sam = t.agent("sam").in_topic_of("ann");
        sam.replies_to("by @sam_smith").says("/force");
        t.rest();
        t.client("ann").expect_album(3);
    });
}

#[test]
fn what_a_held_message_answers_is_kept_until_it_is_sent() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").says("whom do I ask?");
        t.topic("ann").expect("whom do I ask?");
        for how in ["forced", "edited", "album"] {
            let words = format!("{how}: ask @sam_smith");
            let sam = t.agent("sam").in_topic_of("ann").quotes("whom");
            let sam = if how == "album" {
                let photo = |name: &str, caption: &str| content::photo(name, caption).into();
                sam.sends_album(vec![photo("p", &words), photo("q", "")])
            } else {
                sam.says(&words)
            };
            let message = sam.sent();
            t.rest();
            t.topic("ann").expect_part("Not sent");
            t.client("ann").expect_nothing();
            let sam = t.agent("sam").in_topic_of("ann");
            if how == "edited" {
                sam.edits(message, content::text("edited: ask us"));
            } else {
                sam.replies_to(words.as_str()).says("/force");
            }
            t.rest();
            let post = t.client("ann").expect_reply_to("whom do I ask?");
            assert!(post.text().contains(how), "{post:?}");
            if how == "album" {
                t.client("ann").next();
            } else {
                assert_eq!(post.quote(), Some("whom"));
            }
        }
    });
}

#[test]
fn a_message_that_was_confirmed_keeps_its_quote() {
    let setup = choosing(Carrier::Voice, Direction::ToClient, Treatment::Confirm);
    bot_test_with(setup, |t| {
        open_ticket(t);
        t.client("ann").says("red or blue?");
        t.topic("ann").expect("red or blue?");
        let sam = t.agent("sam").in_topic_of("ann");
        sam.quotes("blue").sends(content::voice("v"));
        t.topic("ann").next();
        t.agent("sam").in_topic_of("ann").presses("Share");
        let post = t.client("ann").expect_reply_to("red or blue?");
        assert_eq!((post.kind, post.quote()), ("voice", Some("blue")));
    });
}

#[test]
fn editing_a_message_that_was_held_back_sends_it() {
    bot_test(|t| {
        open_ticket(t);
        let message = is_held(t, content::text("write to @sam_smith"), "@sam_smith");
        let sam = t.agent("sam").in_topic_of("ann");
        sam.edits(message, content::text("write to @sam_smyth"));
        t.topic("ann").expect_part("the new one holds @sam_smyth");
        let sam = t.agent("sam").in_topic_of("ann");
        sam.edits(message, content::text("write to us"));
        t.client("ann").expect("Live Support: write to us");
        t.topic("ann").expect_mark(message, "👌");
    });
}

#[test]
fn a_change_of_a_sent_message_is_held_back_too() {
    bot_test(|t| {
        open_ticket(t);
        let message = t.agent("sam").writes_in("ann", "write to us");
        t.client("ann").expect("Live Support: write to us");
        let sam = t.agent("sam").in_topic_of("ann");
        sam.edits(message, content::text("write to @sam_smith"));
        t.topic("ann").expect_part("still reads the earlier text");
        let seen = t.client("ann").all();
        assert!(seen.iter().all(|message| !message.text().contains('@')));
    });
}

#[test]
fn only_an_admin_can_force() {
    bot_test(|t| {
        open_ticket(t);
        t.joins("joe");
        t.general().expect_part("has joined this group");
        let message = is_held(t, content::text("write to @sam_smith"), "@sam_smith");
        t.agent("joe").replies_in("ann", message, "/force");
        t.topic("ann").expect_part("Only administrators");
        t.client("ann").expect_nothing();
        let plain = t.agent("sam").writes_in("ann", "// a note");
        t.agent("sam").replies_in("ann", plain, "/force");
        t.topic("ann")
            .expect_part("Answer a message that was held back");
        t.agent("sam").replies_in("ann", message, "/force");
        t.client("ann").expect("Live Support: write to @sam_smith");
        t.topic("ann").expect_mark(message, "👌");
        let forced: i64 = t.database(|db| {
            let query = "SELECT count(*) FROM audit WHERE action = 'force' AND actor IS NOT NULL";
            db.query_row(query, [], |row| row.get(0)).expect("it reads")
        });
        assert_eq!(forced, 1);
    });
}

#[test]
fn a_forced_reply_is_an_answer() {
    bot_test(|t| {
        open_ticket(t);
        let message = is_held(t, content::text("write to @sam_smith"), "@sam_smith");
        t.client("ann").says("are you there?");
        t.topic("ann").expect("are you there?");
        t.pass(std::time::Duration::from_secs(120));
        assert!(card_of(t, "ann").contains("unread"));
        t.agent("sam").replies_in("ann", message, "/force");
        t.client("ann").expect("Live Support: write to @sam_smith");
        t.pass(std::time::Duration::from_secs(120));
        assert!(!card_of(t, "ann").contains("unread"));
    });
}

#[test]
fn names_that_are_allowed_go_over() {
    bot_test_with(guarding(&["our_shop"], false), |t| {
        open_ticket(t);
        t.agent("sam")
            .writes_in("ann", "see @Our_Shop or t.me/our_shop");
        t.client("ann").expect_part("see @Our_Shop");
        t.agent("sam").writes_in("ann", "or ask @hush_desk_bot");
        t.client("ann").expect_part("@hush_desk_bot");
        is_held(t, content::text("or @our_shop2"), "@our_shop2");
    });
}

#[test]
fn names_of_members_are_held_back_where_they_are_guarded() {
    bot_test_with(guarding(&[], true), |t| {
        open_ticket(t);
        t.agent("sam").writes_in("ann", "// so that I am known");
        let first = "Firstsammark";
        is_held(t, content::text("ask for FIRSTSAMMARK"), "FIRSTSAMMARK");
        is_held(
            t,
            content::photo("p", "with Surnamesammark"),
            "Surnamesammark",
        );
        is_held(t, content::poll("Firstsammark?", &["a", "b"]), first);
        t.agent("sam")
            .writes_in("ann", "Firstsammarkets is no name");
        t.allowed.reveals("sam", "first_name");
        t.client("ann").expect_part("is no name");
    });
}

#[test]
fn kinds_that_show_an_agent_are_refused_with_a_word() {
    bot_test(|t| {
        open_ticket(t);
        for kind in [
            "contact",
            "venue",
            "story",
            "gift",
            "paid_media",
            "checklist",
            "giveaway",
            "game",
            "invoice",
            "hologram",
        ] {
            let piece = t.marked("sam").piece(kind, "look");
            let message = t.agent("sam").sends_in("ann", piece);
            t.pass(std::time::Duration::from_secs(60));
            t.topic("ann").expect_part("Not delivered:");
            // Telegram lets nobody react to a gift.
            let mark = (kind != "gift").then(|| "💔".to_owned());
            assert_eq!(t.topic("ann").mark_on(message), mark, "{kind}");
        }
        t.client("ann").expect_nothing();
    });
}

#[test]
fn a_voice_is_asked_about_and_only_its_writer_may_answer() {
    let setup = choosing(Carrier::Voice, Direction::ToClient, Treatment::Confirm);
    bot_test_with(setup, |t| {
        open_ticket(t);
        let mut voice = content::voice("v");
        voice["caption"] = "listen".into();
        let message = t.agent("sam").sends_in("ann", voice);
        t.topic("ann").expect_part("would hear your voice");
        t.agent("joe").in_topic_of("ann").presses("Share");
        t.agent("joe")
            .in_topic_of("ann")
            .expect_alert("Only whoever wrote");
        t.client("ann").expect_nothing();
        t.agent("sam").in_topic_of("ann").presses("Share");
        t.client("ann").expect("Live Support: listen");
        t.topic("ann")
            .expect_edited("On its way")
            .expect_mark(message, "👌");
        // A name in the caption is held back all the same.
        let mut voice = content::voice("w");
        voice["caption"] = "it is @sam_smith".into();
        t.agent("sam").sends_in("ann", voice);
        t.topic("ann").expect_part("would hear your voice");
        t.agent("sam").in_topic_of("ann").presses("Share");
        t.topic("ann").expect_part("Not sent: it holds @sam_smith");
        t.client("ann").expect_nothing();
        // And not sending it is for the writer alone, too.
        t.agent("sam").sends_in("ann", content::voice("x"));
        t.topic("ann").expect_part("would hear your voice");
        t.agent("sam").in_topic_of("ann").presses("Do not share");
        t.client("ann").expect_nothing();
    });
}

#[test]
fn a_live_location_of_the_desk_moves_along() {
    bot_test(|t| {
        open_ticket(t);
        let way = content::live_location(1.5, 2.5, 900);
        let sam = t.agent("sam").in_topic_of("ann").sends(way).sent();
        let shown = t.client("ann").expect_kind("location");
        assert_eq!(shown.content["location"]["live_period"], 900);
        t.agent("sam").in_topic_of("ann").moves(sam, (3.5, 4.5));
        t.pass(std::time::Duration::from_secs(40));
        let ann = t.person("ann");
        let stands = t.sandbox.message(ann, shown.id).expect("it stands");
        assert_eq!(stands.content["location"]["latitude"], 3.5);
    });
}
