//! A further bot that cannot post any more, or not now: the main one does its work, an admin is told once, and it
//! comes back by itself.

use std::time::Duration;

use hushdesk::sandbox::{Fault, FaultRule, Status, content};

use super::carrying::open_ticket;
use super::voices::{MINUTE, VOICE, posted_by_voice, with_voice};
use crate::harness::{BOT, Reads, VOICES, bot_test_with};

#[test]
fn a_voice_that_is_kicked_is_told_of_once_and_comes_back() {
    bot_test_with(with_voice(), |t| {
        open_ticket(t);
        let (_, sent) = posted_by_voice(t, "where is it?");
        let (group, now) = (t.group, t.now());
        t.sandbox.kick(group, VOICE, now);
        t.run();
        t.general().expect_part("@hush_voice_1_bot cannot post");
        for text in ["two", "three"] {
            t.client("ann").says(text);
            assert_eq!(t.topic("ann").next().sender, BOT);
        }
        // Nobody else can edit what it has posted: the change is a post of its own.
        t.client("ann")
            .edits(sent, content::text("where are they?"));
        t.topic("ann").expect_part("where are they?");
        t.pass(30 * MINUTE);
        let now = t.now();
        t.sandbox.add_member(group, VOICE, Status::Member, now);
        t.run();
        posted_by_voice(t, "anybody there?");
    });
}

#[test]
fn a_voice_that_is_muted_is_told_of_once_and_comes_back() {
    bot_test_with(with_voice(), |t| {
        open_ticket(t);
        posted_by_voice(t, "where is it?");
        let (group, now) = (t.group, t.now());
        let muted = Status::Restricted {
            is_member: true,
            may_send: false,
        };
        t.sandbox.set_member(group, VOICE, muted, now);
        t.run();
        t.general().expect_part("@hush_voice_1_bot cannot post");
        for text in ["two", "three"] {
            t.client("ann").says(text);
            assert_eq!(t.topic("ann").next().sender, BOT);
        }
        t.pass(30 * MINUTE);
        let now = t.now();
        t.sandbox.set_member(group, VOICE, Status::Member, now);
        t.run();
        posted_by_voice(t, "anybody there?");
    });
}

/// Perhaps Telegram counts all bots together: then it has asked each of them.
#[test]
fn a_wait_of_one_bot_is_kept_by_all_until_it_is_known_how_telegram_counts() {
    bot_test_with(with_voice(), |t| {
        open_ticket(t);
        t.sandbox.plan(FaultRule {
            bot: Some(VOICE),
            ..FaultRule::once("sendMessage", Fault::RetryAfter { seconds: 60 })
        });
        for text in ["one", "two", "three"] {
            t.client("ann").says(text);
        }
        assert_eq!(t.sandbox.planned_faults(), 0, "the voice was asked to wait");
        t.pass(Duration::from_secs(40));
        assert!(t.topic("ann").try_next().is_none(), "{}", t.story());
        t.pass(MINUTE);
        t.topic("ann").expect("one").expect("two").expect("three");
    });
}

#[test]
fn a_voice_that_may_not_post_gives_its_call_back() {
    let refusals = [
        (403, "Forbidden: bot was kicked from the supergroup chat"),
        (
            400,
            "Bad Request: not enough rights to send text messages to the chat",
        ),
        (401, "Unauthorized"),
    ];
    for (code, description) in refusals {
        bot_test_with(with_voice(), |t| {
            open_ticket(t);
            t.sandbox.plan(FaultRule::once(
                "sendMessage",
                Fault::Refuse {
                    code,
                    description: description.to_owned(),
                    parameters: None,
                },
            ));
            t.client("ann").says("where is it?");
            let post = t.topic("ann").next();
            assert_eq!((post.text(), post.sender), ("where is it?", BOT));
            t.general().expect_part("cannot post here");
            // It is tried again, and nobody hears of that.
            t.pass(11 * MINUTE);
            posted_by_voice(t, "anybody there?");
        });
    }
}

#[test]
fn a_voice_with_a_bad_token_costs_nothing() {
    bot_test_with(with_voice(), |t| {
        t.sandbox.revoke_token(VOICES[0].0);
        open_ticket(t);
        for text in ["one", "two", "three"] {
            t.client("ann").says(text);
            assert_eq!(t.topic("ann").next().sender, BOT);
        }
        t.general().expect_part("cannot post here");
        t.pass(15 * MINUTE);
        t.client("ann").says("four");
        assert_eq!(t.topic("ann").next().sender, BOT);
    });
}

#[test]
fn what_a_voice_is_refused_for_itself_the_main_bot_posts() {
    bot_test_with(with_voice(), |t| {
        open_ticket(t);
        t.sandbox.plan(FaultRule::once(
            "sendMessage",
            Fault::Refuse {
                code: 400,
                description: "Bad Request: something new".to_owned(),
                parameters: None,
            },
        ));
        t.client("ann").says("where is it?");
        let post = t.topic("ann").next();
        assert_eq!((post.text(), post.sender), ("where is it?", BOT));
    });
}
