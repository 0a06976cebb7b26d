//! Times without Telegram: what was written arrives afterwards, in order, and lost presses are asked for.

use std::time::Duration;

use hushdesk::domain::rules::carriers::{Carrier, Direction, Treatment};
use hushdesk::sandbox::{Fault, FaultRule, content};

use super::anonymity::choosing;
use super::carrying::open_ticket;
use crate::harness::{Reads, Scenario, bot_test, bot_test_with};

fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(minutes * 60)
}

/// No connection for so long, with whatever people do in the middle of it.
fn offline_for(t: &mut Scenario, time: Duration, meanwhile: impl FnOnce(&mut Scenario)) {
    t.wire.set_offline(true);
    t.pass(Duration::from_secs(1));
    meanwhile(t);
    t.pass(time);
    t.wire.set_offline(false);
    t.pass(Duration::from_secs(60));
}

/// A client is asked whether to share a place.
fn is_asked(t: &mut Scenario) {
    open_ticket(t);
    t.client("ann").sends(content::location(52.0, 13.0));
    t.client("ann").expect_part("Shall it be passed on");
}

#[test]
fn an_hour_without_telegram_is_told_and_everything_arrives_in_order() {
    bot_test(|t| {
        open_ticket(t);
        offline_for(t, minutes(60), |t| {
            for number in 0..5 {
                let text = format!("line {number}");
                t.client("ann").drops(content::text(&text), None);
                t.pass(minutes(5));
            }
        });
        for number in 0..5 {
            t.topic("ann").expect(&format!("line {number}"));
        }
        t.general().expect_part("minutes nothing arrived here");
    });
}

#[test]
fn a_press_that_telegram_lost_is_asked_for_again() {
    bot_test(|t| {
        is_asked(t);
        offline_for(t, minutes(4), |t| {
            t.client("ann").presses("Share");
        });
        t.client("ann")
            .expect_edited("please press it again")
            .expect_button("Share");
        t.client("ann").presses("Do not share");
        t.client("ann").expect_no_button("Share");
        t.client("ann").expect_edited("Not passed on");
    });
}

#[test]
fn a_press_that_telegram_kept_is_not_asked_for_again() {
    bot_test(|t| {
        is_asked(t);
        offline_for(t, minutes(1), |t| {
            t.client("ann").presses("Do not share");
        });
        t.client("ann").expect_edited("Not passed on");
        t.client("ann").expect_no_button("Share");
    });
}

#[test]
fn agents_are_asked_to_press_again_after_the_program_was_down_as_well() {
    let setup = choosing(Carrier::Voice, Direction::ToClient, Treatment::Confirm);
    bot_test_with(setup, |t| {
        open_ticket(t);
        t.agent("sam").sends_in("ann", content::voice("v"));
        t.topic("ann").expect_part("would hear your voice");
        t.kill();
        t.agent("sam").in_topic_of("ann").presses("Share");
        t.pass(minutes(4));
        t.start();
        t.pass(Duration::from_secs(30));
        t.topic("ann")
            .expect_edited("please press it again")
            .expect_button("Share");
        t.agent("sam").in_topic_of("ann").presses("Share");
        t.client("ann").expect_kind("voice");
        t.topic("ann").expect_edited("On its way");
    });
}

#[test]
fn the_list_of_dead_letters_keeps_its_buttons_over_an_outage() {
    bot_test(|t| {
        open_ticket(t);
        t.allowed.dead_letters = true;
        let strange = Fault::Refuse {
            code: 400,
            description: "Bad Request: MESSAGE_STRANGE".to_owned(),
            parameters: None,
        };
        t.sandbox.plan(FaultRule::once("sendMessage", strange));
        t.agent("sam").writes_in("ann", "an important answer");
        t.topic("ann").expect_part("Telegram refused it");
        t.general().expect_part("failed for good (a reply");
        t.agent("eve").writes_in_general("/failed");
        t.general().expect_part("1 dead letter");
        offline_for(t, minutes(4), |t| {
            t.agent("eve").in_general().presses("Try all again");
        });
        t.general().expect_edited("please press it again");
        t.client("ann").expect_nothing();
        t.agent("eve").in_general().presses("Try all again");
        t.client("ann").expect("Live Support: an important answer");
    });
}
