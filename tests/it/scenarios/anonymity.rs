//! Nobody learns who the other is: what a client sends is asked about, masked or told in words.

use std::time::Duration;

use hushdesk::domain::rules::carriers::{Carrier, Direction, Policy, Treatment};
use hushdesk::domain::rules::mask::Mask;
use hushdesk::domain::settings::Privacy;
use hushdesk::sandbox::content::{self, Piece};
use hushdesk::sandbox::marked::KINDS;
use serde_json::json;

use super::carrying::open_ticket;
use crate::harness::{Reads, Scenario, Setup, bot_test, bot_test_with};

/// Privacy with this for clients' typed words, and one choice in the policy.
pub fn masking(mask: Mask) -> Setup {
    Setup {
        privacy: Privacy {
            mask,
            ..Privacy::default()
        },
        ..Setup::default()
    }
}

pub fn choosing(carrier: Carrier, direction: Direction, treatment: Treatment) -> Setup {
    let policy = Policy::default().with(carrier, direction, treatment);
    Setup {
        privacy: Privacy {
            policy: policy.expect("it may be chosen"),
            ..Privacy::default()
        },
        ..Setup::default()
    }
}

fn sends(t: &mut Scenario, name: &str, kind: &str, words: &str) {
    t.person(name);
    let piece = t.marked(name).piece(kind, words);
    t.client(name).sends(piece);
}

#[test]
fn a_contact_a_place_and_a_venue_are_shared_only_when_their_writer_says_so() {
    for (kind, marks) in [
        (
            "contact",
            ["first_name", "last_name", "phone", "id", "mail"].as_slice(),
        ),
        ("location", &["place"]),
        ("venue", &["place"]),
    ] {
        bot_test(|t| {
            open_ticket(t);
            sends(t, "ann", kind, "my home");
            t.client("ann")
                .expect_part("Shall it be passed on")
                .expect_button("Do not share");
            t.client("ann").says("and one thing more");
            t.topic("ann").expect("and one thing more");
            assert_eq!(t.leaks(), [""; 0], "before the answer");
            for mark in marks {
                t.allowed.reveals("ann", mark);
            }
            t.client("ann")
                .presses("Share")
                .expect_edited("Passed on")
                .expect_no_button("Share");
            t.topic("ann").expect_kind(kind);
        });
    }
}

#[test]
fn what_its_writer_keeps_never_reaches_the_agents() {
    bot_test(|t| {
        open_ticket(t);
        for kind in ["contact", "location", "venue", "live_location"] {
            sends(t, "ann", kind, "my home");
            t.client("ann").expect_part("Shall it be passed on");
            t.client("ann").presses("Do not share");
            t.client("ann").expect_no_button("Share");
        }
        t.client("ann").expect_edited("Not passed on");
        assert!(t.topic("ann").try_next().is_none(), "nothing was posted");
    });
}

#[test]
fn a_first_message_that_is_a_contact_opens_no_ticket_until_it_is_shared() {
    bot_test(|t| {
        t.agent("sam");
        sends(t, "ann", "contact", "");
        t.client("ann").expect_part("Shall it be passed on");
        t.client("ann").says("/status");
        t.client("ann").expect_part("You have no ticket");
        for mark in ["first_name", "last_name", "phone", "id", "mail"] {
            t.allowed.reveals("ann", mark);
        }
        t.client("ann").presses("Share").expect_part("created");
        t.topic("ann").expect_card("first ticket");
        t.topic("ann").expect_kind("contact");
    });
}

#[test]
fn an_edit_while_the_question_is_open_is_what_is_shared() {
    bot_test(|t| {
        open_ticket(t);
        let place = t.client("ann").sends(content::location(1.5, 2.5)).sent();
        t.client("ann").expect_part("Shall it be passed on");
        t.client("ann").edits(place, content::location(3.5, 4.5));
        t.client("ann").presses("Share");
        let shown = t.topic("ann").expect_kind("location");
        assert_eq!(shown.content["location"]["latitude"], 3.5);
    });
}

#[test]
fn a_question_survives_that_the_program_is_killed() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").drops(content::location(1.5, 2.5), None);
        t.kill();
        t.start();
        t.run();
        t.client("ann").expect_part("Shall it be passed on");
        t.kill();
        t.start();
        t.client("ann").presses("Share");
        t.topic("ann").expect_kind("location");
    });
}

#[test]
fn a_button_counts_once_and_only_for_its_owner() {
    bot_test(|t| {
        open_ticket(t);
        sends(t, "ann", "contact", "");
        t.client("ann").expect_part("Shall it be passed on");
        let (ann, bob) = (t.person("ann"), t.person("bob"));
        t.client("bob").says("hi");
        t.client("bob").expect_part("created");
        t.topic("bob").expect_card("hi");
        let question = t
            .sandbox
            .chat_messages(ann)
            .into_iter()
            .find(|message| !message.buttons().is_empty())
            .expect("she was asked");
        let share = question.buttons()[0].1.clone();
        let keep = question.buttons()[1].1.clone();
        let (now, sandbox) = (t.now(), t.sandbox.clone());
        for (who, chat, data) in [
            (bob, bob, share.as_str()),
            (t.person("sam"), t.group, &share),
            (ann, ann, "ask:999:y"),
            (ann, ann, "ask:-1:y"),
            (ann, ann, "ask:99999999999999999999:y"),
            (ann, ann, "claim:1"),
        ] {
            let all = sandbox.chat_messages(chat).into_iter();
            let mut by_bot = all
                .rev()
                .filter(|message| message.from_bot && !message.service);
            let message = match chat == ann {
                true => question.id,
                false => by_bot.next().expect("the bot wrote here").id,
            };
            sandbox
                .person_presses_anyway(who, chat, message, data, now)
                .expect("a forger sends what they like");
            t.run();
        }
        assert_eq!(t.sandbox.unanswered_presses(), [""; 0]);
        t.client("ann").presses("Do not share");
        for data in [&keep, &share, &share] {
            let now = t.now();
            t.sandbox
                .person_presses_anyway(ann, ann, question.id, data, now)
                .expect("an old app still shows the button");
            t.run();
        }
        assert_eq!(t.sandbox.unanswered_presses(), [""; 0]);
        assert!(t.topic("ann").try_next().is_none(), "nothing was shared");
    });
}

#[test]
fn a_live_location_moves_along_at_most_twice_a_minute_and_stops_when_it_stops() {
    bot_test(|t| {
        open_ticket(t);
        let way = content::live_location(1.5, 2.5, 3_600);
        let id = t.client("ann").sends(way).sent();
        t.client("ann").expect_part("Shall it be passed on");
        t.client("ann").presses("Share");
        let shown = t.topic("ann").expect_kind("location");
        assert_eq!(shown.content["location"]["live_period"], 3_600);
        let moves = |t: &Scenario| {
            let calls = t.sandbox.calls();
            let moved = calls.iter().map(|call| call.method.as_str());
            moved
                .filter(|method| *method == "editMessageLiveLocation")
                .count()
        };
        for step in 0..12 {
            t.client("ann").moves(id, (f64::from(step) + 0.25, 2.5));
            t.pass(Duration::from_secs(10));
        }
        t.pass(Duration::from_secs(30));
        assert!((3..=5).contains(&moves(t)), "{} moves", moves(t));
        let stands = t.sandbox.message(t.group, shown.id).expect("it stands");
        assert_eq!(stands.content["location"]["latitude"], 11.25);
        t.client("ann").stops_moving(id);
        let stands = t.sandbox.message(t.group, shown.id).expect("it stands");
        assert!(stands.content["location"]["live_period"].is_null());
    });
}

#[test]
fn what_cannot_be_shown_is_named_in_a_line() {
    bot_test(|t| {
        open_ticket(t);
        for (kind, line) in [
            ("story", "A story"),
            ("gift", "A gift"),
            ("paid_media", "Paid media"),
            ("checklist", "A checklist"),
            ("giveaway", "A giveaway"),
            ("game", "A game"),
            ("invoice", "An invoice"),
            ("quiz", "📊 Quiz: look\n• yes\n• no"),
            ("rich_mention", "look"),
            ("rich_link", "see look"),
            ("rich_map", "What is attached to it is not shown"),
            ("poll_mention", "look\nme\n• yes"),
            ("poll_attached", "What is attached to it is not shown"),
        ] {
            sends(t, "ann", kind, "look");
            t.topic("ann").expect_part(line);
        }
    });
}

#[test]
fn people_in_the_formatting_are_taken_out_everywhere() {
    bot_test(|t| {
        open_ticket(t);
        for kind in ["text_mention", "text_link"] {
            sends(t, "ann", kind, "me and more");
            let post = t.topic("ann").next();
            assert!(post.content["entities"].is_null(), "{post:?}");
            let entities = t.marked("ann").piece(kind, "me and more").content["entities"].clone();
            let photo = Piece::from(content::photo("p", "me and more"));
            t.client("ann")
                .sends(photo.with("caption_entities", entities));
            let photo = t.topic("ann").expect_kind("photo");
            assert!(photo.content["caption_entities"].is_null(), "{photo:?}");
        }
    });
}

#[test]
fn other_bots_buttons_never_survive() {
    bot_test(|t| {
        open_ticket(t);
        let buttons = [
            "url_button",
            "login_button",
            "callback_button",
            "switch_button",
        ];
        for button in buttons {
            let keyboard = t.marked("ann").piece(button, "x").content["reply_markup"].clone();
            for kind in [
                "text",
                "photo",
                "voice",
                "video_note",
                "sticker",
                "poll",
                "document_pdf",
                "hologram",
                "dice",
            ] {
                if kind == "sticker" {
                    t.allowed.reveals("ann", "sticker_set");
                }
                let piece = t.marked("ann").piece(kind, "look");
                t.client("ann")
                    .sends(piece.with("reply_markup", keyboard.clone()));
                t.pass(Duration::from_secs(10));
                let post = t.topic("ann").next();
                assert!(post.buttons().is_empty(), "{kind}: {post:?}");
                t.pass(Duration::from_secs(120));
            }
            t.pass(Duration::from_secs(3_600));
        }
    });
}

#[test]
fn where_a_message_comes_from_is_not_shown() {
    bot_test(|t| {
        open_ticket(t);
        for kind in KINDS.iter().filter(|kind| kind.starts_with("forward_of")) {
            sends(t, "ann", kind, "look");
            t.topic("ann").expect("look");
        }
        for kind in ["via_bot", "signed", "external_reply"] {
            sends(t, "ann", kind, "look");
            let post = t.topic("ann").expect_kind("text");
            assert_eq!(post.quote(), None);
        }
        // The agents' side, towards the client.
        for kind in ["forward_of_user", "via_bot", "signed", "external_reply"] {
            let piece = t.marked("sam").piece(kind, "see");
            t.agent("sam").sends_in("ann", piece);
            t.client("ann").expect("Live Support: see");
        }
    });
}

#[test]
fn pages_are_not_previewed_in_the_group() {
    let previews = |t: &Scenario| {
        let calls = t.sandbox.calls();
        let last = calls.iter().rev().find(|call| call.method == "sendMessage");
        last.expect("something was sent").params["link_preview_options"].clone()
    };
    bot_test(|t| {
        open_ticket(t);
        sends(t, "ann", "preview", "see https://example.org/");
        t.topic("ann").next();
        assert_eq!(previews(t), json!({"is_disabled": true}));
    });
    let shown = choosing(Carrier::LinkPreview, Direction::ToDesk, Treatment::Pass);
    bot_test_with(shown, |t| {
        open_ticket(t);
        sends(t, "ann", "preview", "see https://example.org/");
        t.topic("ann").next();
        // The page that the words do not name is somebody's own.
        assert_eq!(previews(t), json!({}));
    });
    let hidden = choosing(Carrier::LinkPreview, Direction::ToClient, Treatment::Strip);
    bot_test_with(hidden, |t| {
        open_ticket(t);
        t.agent("sam").writes_in("ann", "see https://example.org/");
        t.client("ann").next();
        assert_eq!(previews(t), json!({"is_disabled": true}));
    });
}

#[test]
fn the_set_of_a_sticker_goes_over_as_the_policy_says() {
    for (treatment, line) in [
        (Treatment::Pass, None),
        (Treatment::Withhold, Some("was withheld")),
    ] {
        bot_test_with(
            choosing(Carrier::StickerSet, Direction::ToDesk, treatment),
            |t| {
                open_ticket(t);
                if line.is_none() {
                    t.allowed.reveals("ann", "sticker_set");
                }
                sends(t, "ann", "sticker", "cat");
                match line {
                    None => drop(t.topic("ann").expect_kind("sticker")),
                    Some(line) => {
                        t.topic("ann").expect_part(line);
                        t.client("ann").expect_part("was not passed on");
                    }
                }
            },
        );
    }
}

#[test]
fn a_quote_goes_over_as_the_policy_says() {
    for (treatment, quoted) in [(Treatment::Pass, Some("world")), (Treatment::Strip, None)] {
        bot_test_with(
            choosing(Carrier::Quote, Direction::ToClient, treatment),
            |t| {
                open_ticket(t);
                t.client("ann").says("the whole world");
                t.topic("ann").expect("the whole world");
                let sam = t.agent("sam").in_topic_of("ann");
                sam.quotes("world").says("this one?");
                let reply = t.client("ann").expect_reply_to("the whole world");
                assert_eq!(reply.quote(), quoted);
            },
        );
    }
}
