//! Where one bot may not post for a while the others go on, as far as the wait can be that of the one alone.

use std::time::Duration;

use hushdesk::sandbox::{Fault, FaultRule, content};

use super::carrying::open_ticket;
use super::pacing;
use super::voices::{
    MINUTE, VOICE, counting_apart, counts_apart, learn_it, posted_by_voice, with_voice,
};
use crate::harness::{BOT, Reads, Scenario, Setup, bot_test_with};

const HALF_AN_HOUR_S: u32 = 1_800;

/// The next text that the voice posts is answered with a wait of half an hour.
fn limit_the_voice(t: &Scenario) {
    let wait = Fault::RetryAfter {
        seconds: HALF_AN_HOUR_S,
    };
    t.sandbox.plan(FaultRule {
        bot: Some(VOICE),
        ..FaultRule::once("sendMessage", wait)
    });
}

#[test]
fn a_voice_that_alone_has_to_wait_stops_nobody_else() {
    bot_test_with(counting_apart(), |t| {
        learn_it(t);
        t.pass(10 * MINUTE);
        pacing::reads_everything(t);
        let (post, sent) = posted_by_voice(t, "mine");
        limit_the_voice(t);
        let mut texts = Vec::new();
        for number in 0..12 {
            let text = format!("text {number}");
            t.client("ann").drops(content::text(&text), None);
            texts.push(text);
        }
        t.pass(Duration::from_secs(10));
        assert_eq!(t.sandbox.planned_faults(), 0, "the voice was asked to wait");
        for text in texts {
            let post = t.topic("ann").next();
            assert_eq!((post.text(), post.sender), (text.as_str(), BOT));
        }
        t.kill();
        t.start();
        // What only the voice can change waits for it, and longer than the wait.
        t.client("ann")
            .edits(sent, content::text("mine, once more"));
        t.pass(29 * MINUTE);
        let all = t.topic("ann").all();
        assert!(
            all.iter()
                .any(|one| one.id == post.id && one.text() == "mine")
        );
        t.pass(2 * MINUTE);
        t.topic("ann").expect_edited("mine, once more");
        assert!(counts_apart(t), "nothing is taken back");
        posted_by_voice(t, "it posts again");
    });
}

#[test]
fn a_long_wait_of_a_voice_stops_nobody_else_where_nothing_is_known_of_the_count() {
    let mut setup = Setup {
        limits: pacing::unlimited(),
        ..with_voice()
    };
    setup.sandbox.unconfirmed.long_waits_are_of_all_bots = false;
    bot_test_with(setup, |t| {
        open_ticket(t);
        let (post, sent) = posted_by_voice(t, "mine");
        t.pass(2 * MINUTE);
        limit_the_voice(t);
        let before = t.now();
        let texts = ["one", "two", "three", "four"];
        for text in texts {
            t.client("ann").drops(content::text(text), None);
        }
        t.run();
        assert_eq!(t.sandbox.planned_faults(), 0, "the voice was asked to wait");
        for text in texts {
            let post = t.topic("ann").next();
            assert_eq!((post.text(), post.sender), (text, BOT));
        }
        assert!(t.now() - before < 5_000, "{}", t.story());
        t.kill();
        t.start();
        // What only the voice can change waits for it.
        t.client("ann")
            .edits(sent, content::text("mine, once more"));
        t.pass(29 * MINUTE);
        let shown = t.sandbox.message(t.group, post.id).expect("it stands");
        assert_eq!(shown.text(), "mine");
        t.pass(2 * MINUTE);
        t.topic("ann").expect_edited("mine, once more");
        t.pass(2 * MINUTE);
        posted_by_voice(t, "it posts again");
    });
}

#[test]
fn a_long_wait_of_a_voice_takes_nothing_back_where_both_windows_are_busy() {
    bot_test_with(counting_apart(), |t| {
        learn_it(t);
        limit_the_voice(t);
        let start = t.now();
        for round in 0..60 {
            let name = if round % 2 == 0 { "ann" } else { "bob" };
            let text = content::text(&format!("{} {round}", t.now()));
            t.client(name).drops(text, None);
            t.pass(Duration::from_secs(2));
        }
        assert_eq!(t.sandbox.planned_faults(), 0, "the voice was asked to wait");
        assert!(counts_apart(t), "nothing is taken back");
        let calls = t.sandbox.calls();
        let by_main = calls.iter().filter(|call| {
            let is_since = call.at_ms >= start && call.bot == BOT;
            is_since && call.chat == Some(t.group) && call.status == 200
        });
        assert!(by_main.count() >= 30, "the main bot goes on");
        t.pass(40 * MINUTE);
        pacing::reads_everything(t);
        posted_by_voice(t, "it posts again");
    });
}

#[test]
fn a_voice_changes_what_it_has_posted_while_the_main_bot_has_no_room() {
    bot_test_with(counting_apart(), |t| {
        learn_it(t);
        t.pass(10 * MINUTE);
        pacing::reads_everything(t);
        let (post, sent) = posted_by_voice(t, "mine");
        // More than the main bot posts in a minute.
        for number in 0..30 {
            let sticker = content::sticker(&format!("s{number}"), "set");
            t.client("bob").drops(sticker, None);
        }
        t.run();
        let before = t.now();
        t.client("ann")
            .edits(sent, content::text("mine, once more"));
        t.topic("ann").expect_edited("mine, once more");
        t.client("ann").reacts(sent, "👍");
        let shown = t.sandbox.message(t.group, post.id).expect("it stands");
        let actors: Vec<i64> = shown.reactions.iter().map(|(actor, _)| *actor).collect();
        assert_eq!(actors, [VOICE]);
        t.client("ann").replies(sent, "/delete");
        t.topic("ann").expect_gone("mine, once more");
        assert!(t.now() - before < 5_000, "{}", t.story());
        t.pass(5 * MINUTE);
        pacing::reads_everything(t);
    });
}

#[test]
fn stickers_of_many_clients_do_not_hide_a_text_from_the_voice() {
    let setup = Setup {
        new_tickets_per_minute: 0,
        ..counting_apart()
    };
    bot_test_with(setup, |t| {
        learn_it(t);
        let names: Vec<String> = (0..120).map(|number| format!("new{number}")).collect();
        for name in &names {
            t.client(name).drops(content::text("hi"), None);
        }
        t.pass(30 * MINUTE);
        pacing::reads_everything(t);
        for name in &names {
            t.client(name).drops(content::sticker(name, "set"), None);
        }
        t.run();
        let before = t.now();
        t.client("ann").says("and mine?");
        let post = t.topic("ann").next();
        assert_eq!((post.text(), post.sender), ("and mine?", VOICE));
        assert!(t.now() - before < 5_000, "{}", t.story());
        t.pass(30 * MINUTE);
        pacing::reads_everything(t);
    });
}
