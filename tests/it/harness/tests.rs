//! The harness itself: actors do what apps do, readers see it, and no leak goes unnoticed. The
//! bot's part is played by hand where it matters.

use hushdesk::sandbox::content::{self, Piece};
use hushdesk::sandbox::marked::{ALBUMS, KINDS};
use hushdesk::sandbox::{Fault, FaultRule, Upload};
use serde_json::{Value, json};

use super::{Dice, Reads, Scenario, Setup, TOKEN, VOICES, any_content, quiet_log};

/// Plays without the end that scenarios have.
fn play(play: impl FnOnce(&mut Scenario)) {
    let (captured, _guard) = quiet_log();
    let mut scenario = Scenario::new(Setup::default(), captured);
    scenario.agent("sam");
    play(&mut scenario);
}

/// A call of the bot, made by the test.
fn call(t: &Scenario, method: &str, params: Value) -> Value {
    let answer = try_call(t, method, params, &[]);
    answer.unwrap_or_else(|refusal| panic!("{method}: {refusal}"))
}

fn try_call(
    t: &Scenario,
    method: &str,
    params: Value,
    uploads: &[Upload],
) -> Result<Value, String> {
    let params = params.as_object().expect("an object literal");
    let now = t.now() + 60_000;
    let answer = t
        .sandbox
        .call_with_files(TOKEN, method, params, uploads, now);
    answer
        .result()
        .ok_or_else(|| format!("{:?}", answer.refusal()))
}

#[test]
fn people_touch_what_stands_there() {
    play(|t| {
        let ann = t.person("ann");
        let keyboard = json!({"inline_keyboard": [[{"text": "Share it", "callback_data": "s"}]]});
        // The bot would answer presses itself.
        t.kill();
        t.client("ann")
            .says("my old order")
            .edits("old", content::text("my new order"));
        let asked = json!({"chat_id": ann, "text": "Your phone?", "reply_markup": keyboard});
        call(t, "sendMessage", asked);
        t.client("ann")
            .reacts("Your phone?", "👍")
            .expect_button("Share");
        t.client("ann").unreacts("Your phone?").presses("Share");
        let press = t.sandbox.unanswered_presses().pop().expect("just pressed");
        let answer = json!({"callback_query_id": press, "text": "Shared", "show_alert": true});
        call(t, "answerCallbackQuery", answer);
        t.client("ann").expect_alert("Shared");
        let here = content::live_location(1.0, 2.0, 900);
        let way = t.client("ann").sends(here).sent();
        t.client("ann").moves(way, (3.0, 4.0)).stops_moving(way);
        let stands = t.sandbox.message(ann, way).expect("it was sent").content;
        assert_eq!(stands, content::location(3.0, 4.0));
    });
}

#[test]
fn replies_and_quotes_are_those_of_apps() {
    play(|t| {
        t.client("ann").says("hello world");
        t.client("ann").quotes("world").says("this one");
        let quoting = t.client("ann").sent();
        let ann = t.person("ann");
        let message = t.sandbox.message(ann, quoting).expect("just sent");
        assert_eq!(message.quote(), Some("world"));
        let sam = t.agent("sam").in_topic_of("ann");
        let reply = sam.replies_to("hello world").says("which one?").sent();
        let message = t.sandbox.message(t.group, reply).expect("just sent");
        assert!(message.reply_to.is_some() && message.thread.is_some());
    });
}

#[test]
fn readers_see_albums_files_edits_and_what_is_gone() {
    play(|t| {
        let ann = t.person("ann");
        let photos = t.marked("ann").album("photos", "holiday", 2);
        t.client("ann").sends_album(photos).expect_part("created");
        let item = |name: &str| json!({"type": "photo", "media": format!("photo-{name}-m")});
        let album = json!([item("holiday-0"), item("holiday-1")]);
        call(t, "sendMediaGroup", json!({"chat_id": ann, "media": album}));
        assert_eq!(t.client("ann").expect_album(2).len(), 2);
        let upload = Upload {
            field: "document".to_owned(),
            file_name: "clean.pdf".to_owned(),
            mime_type: "application/pdf".to_owned(),
            bytes: b"%PDF".as_slice().into(),
        };
        let sent = try_call(t, "sendDocument", json!({"chat_id": ann}), &[upload]);
        assert!(sent.is_ok(), "{sent:?}");
        t.client("ann").expect_file(|name, bytes| {
            assert_eq!((name, bytes), ("clean.pdf", &b"%PDF"[..]));
        });
        let reply = json!({"message_id": 1});
        let text = json!({"chat_id": ann, "text": "first", "reply_parameters": reply});
        let id = call(t, "sendMessage", text)["message_id"].clone();
        t.client("ann").expect_reply_to("holiday");
        let edit = json!({"chat_id": ann, "message_id": id, "text": "second"});
        call(t, "editMessageText", edit);
        t.client("ann")
            .expect_edited("second")
            .expect_no_button("Share");
        call(
            t,
            "deleteMessage",
            json!({"chat_id": ann, "message_id": id}),
        );
        t.client("ann").expect_gone("second");
        let thumb = json!([{"type": "emoji", "emoji": "👍"}]);
        let react = json!({"chat_id": ann, "message_id": 1, "reaction": thumb});
        call(t, "setMessageReaction", react);
        t.client("ann").expect_reaction_on("holiday", Some("👍"));
    });
}

#[test]
fn everything_can_be_sent_by_both_sides() {
    play(|t| {
        t.client("ann").says("hello");
        let thread = t.topic("ann").id();
        let (ann, sam) = (t.marked("ann"), t.marked("sam"));
        for kind in KINDS {
            t.client("ann").drops(ann.piece(kind, "look"), None);
            let agents = sam.piece(kind, "look");
            t.agent("sam").drops(Some(thread), agents, None);
        }
        for kind in ALBUMS {
            t.client("ann").sends_album(ann.album(kind, "album", 2));
        }
        t.agent("sam").in_general().says("done").expect_nothing();
        let draw = |seed: u64| -> Vec<String> {
            let dice = Dice::new(seed);
            let drawn = (0..9).map(|_| any_content(&dice, &ann, "w").content.to_string());
            drawn.collect()
        };
        assert_eq!(draw(5), draw(5));
        assert_ne!(draw(5), draw(6));
    });
}

/// What the taint check says to something that the bot posts.
fn leaks_of(t: &Scenario, chat: i64, piece: &Piece) -> Vec<String> {
    t.sandbox.put_files(piece);
    let text = piece.content["text"].as_str().unwrap_or("look");
    let mut params = json!({"chat_id": chat, "text": text});
    let (id, key) = (&piece.content["document"]["file_id"], "document");
    if id.is_string() {
        params = json!({"chat_id": chat, (key): id});
    }
    let method = if id.is_string() {
        "sendDocument"
    } else {
        "sendMessage"
    };
    call(t, method, params);
    t.leaks()
}

#[test]
fn a_mark_is_found_wherever_it_leaks() {
    play(|t| {
        t.client("ann").says("hello");
        let (ann, sam) = (t.marked("ann"), t.marked("sam"));
        let (group, chat) = (t.group, ann.id());
        assert_eq!(t.leaks(), [""; 0], "nothing so far");
        let titled = json!({"chat_id": group, "name": format!("A {}", ann.username())});
        call(t, "createForumTopic", titled);
        assert!(t.leaks().concat().contains("username stands in the group"));
        let typed = Piece::from(content::text(&format!("+ {:X}", ann.id())));
        let found = leaks_of(t, group, &typed).concat();
        assert!(found.contains("ann's id stands in the group"), "{found}");
        let nobody = t.leaks().concat();
        assert!(!nobody.contains("somebody else"), "{nobody}");
        let signed = Piece::from(content::text(sam.first_name()));
        let found = leaks_of(t, chat, &signed).concat();
        assert!(found.contains("sam's first_name stands in somebody else's chat"));
    });
}

#[test]
fn marks_in_files_are_found() {
    play(|t| {
        t.client("ann").says("hello");
        let (group, scan) = (t.group, t.marked("ann").piece("document_jpeg", "scan"));
        t.client("ann").drops(scan.clone(), None);
        let found = leaks_of(t, group, &scan).concat();
        for mark in ["first_name", "last_name", "place"] {
            let told = format!("ann's {mark} is in a file in the group");
            assert!(found.contains(&told), "{mark}: {found}");
        }
    });
}

#[test]
fn a_mark_that_was_confirmed_is_no_leak() {
    play(|t| {
        t.client("ann").says("hello");
        let ann = t.marked("ann");
        let phone = Piece::from(content::text(ann.phone()));
        assert!(!leaks_of(t, t.group, &phone).is_empty());
        t.allowed.reveals("ann", "phone");
        assert_eq!(t.leaks(), [""; 0]);
        let name = Piece::from(content::text(ann.first_name()));
        assert!(!leaks_of(t, t.group, &name).is_empty());
        t.allowed.reveals("ann", ann.first_name());
        assert_eq!(t.leaks(), [""; 0]);
    });
}

#[test]
fn one_call_may_find_out_that_a_long_wait_of_a_voice_is_everybodys() {
    let (main, voice, other) = (TOKEN, VOICES[0].0, VOICES[1].0);
    // Who is asked to wait, for how long, and who calls before the end; whether that is excused where such a wait is
    // everybody's, and whether nothing has to be where it is not.
    let table: [(&str, u32, &[&str], bool, bool); 11] = [
        (voice, 300, &[], true, true),
        (voice, 300, &[main], true, true),
        (voice, 7_200, &[other], true, true),
        (voice, 61, &[main], true, true),
        (voice, 60, &[main], false, false),
        (voice, 300, &[main, main], false, true),
        (voice, 300, &[main, other], false, true),
        (voice, 300, &[other, main], false, true),
        (voice, 300, &[voice], false, false),
        (voice, 300, &[main, voice], false, false),
        (main, 300, &[voice], false, true),
    ];
    for (asked, seconds, early, where_all, where_alone) in table {
        for (is_of_all, expected) in [(true, where_all), (false, where_alone)] {
            let mut setup = Setup {
                voices: 2,
                ..Setup::default()
            };
            setup.sandbox.unconfirmed.long_waits_are_of_all_bots = is_of_all;
            let (captured, _guard) = quiet_log();
            let t = Scenario::new(setup, captured);
            let wait = Fault::RetryAfter { seconds };
            t.sandbox.plan(FaultRule::once("sendMessage", wait));
            let say = json!({"chat_id": t.group, "text": "x"});
            let say = say.as_object().expect("an object literal");
            for (at, token) in (t.now()..).zip([asked].iter().chain(early)) {
                t.sandbox.call(token, "sendMessage", say, at);
            }
            let case = format!("{asked} {seconds} s, {early:?}, of all: {is_of_all}");
            assert_eq!(t.early_calls_are_excused(), expected, "{case}");
        }
    }
}

/// What a voice is asked in answer to a call that came too early because nobody was told of the wait before it is
/// news like any other.
#[test]
fn a_long_wait_of_a_voice_may_follow_from_one_that_nobody_was_told_of() {
    let (main, voice, other) = (TOKEN, VOICES[0].0, VOICES[1].0);
    for (early, expected) in [
        ([voice].as_slice(), true),
        (&[voice, main], true),
        (&[voice, main, other], false),
        (&[voice, voice], false),
        (&[main, voice, other], false),
    ] {
        let mut setup = Setup {
            voices: 2,
            ..Setup::default()
        };
        setup.sandbox.group_per_minute = 1;
        let (captured, _guard) = quiet_log();
        let t = Scenario::new(setup, captured);
        let say = json!({"chat_id": t.group, "text": "x"});
        let say = say.as_object().expect("an object literal");
        let mut times = t.now()..;
        let mut calls = |token: &str| {
            let at = times.next().expect("time goes on");
            t.sandbox.call(token, "sendMessage", say, at);
        };
        calls(main);
        t.sandbox
            .plan(FaultRule::once("sendMessage", Fault::BadGatewayAfter));
        calls(main);
        early.iter().for_each(|token| calls(token));
        assert_eq!(t.early_calls_are_excused(), expected, "{early:?}");
    }
}
