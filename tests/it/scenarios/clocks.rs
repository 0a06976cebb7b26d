//! The machine's clock is set back, by a day even, while it runs or while it does not: nobody is left in silence,
//! nobody is told twice, and nothing waits until the clock shows again what it showed before.

use std::time::Duration;

use hushdesk::sandbox::{Fault, FaultRule, content};

use super::card::card_of;
use super::carrying::open_ticket;
use super::desk_faults::{kicks_bot, makes_bot_admin};
use super::pacing::{reads_everything, unlimited};
use super::sla::promising;
use crate::harness::{Reads, Scenario, Setup, bot_test, bot_test_with};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR_MS: i64 = 60 * 60 * 1000;
const STRANGE: &str = "Bad Request: MESSAGE_STRANGE";

fn sets_back(t: &mut Scenario, hours: i64, is_down: bool) {
    if is_down {
        t.kill();
    }
    t.sets_clock(-hours * HOUR_MS);
    t.start();
    t.run();
}

/// A reply to ann that Telegram refuses for good. What the admins read of it.
fn refused(t: &mut Scenario, words: &str) -> Option<String> {
    let ann = t.person("ann");
    let refusal = Fault::Refuse {
        code: 400,
        description: words.to_owned(),
        parameters: None,
    };
    t.sandbox.plan(FaultRule {
        chat: Some(ann),
        ..FaultRule::once("sendMessage", refusal)
    });
    t.agent("sam").writes_in("ann", "an important answer");
    t.topic("ann").expect_part("Telegram refused it");
    t.general().try_next()
}

#[test]
fn an_alert_is_news_again_an_hour_later_whatever_the_clock_says() {
    for is_down in [false, true] {
        bot_test(|t| {
            open_ticket(t);
            t.allowed.dead_letters = true;
            assert!(refused(t, STRANGE).is_some());
            sets_back(t, 24, is_down);
            assert_eq!(refused(t, STRANGE), None, "it was told just now");
            t.pass(120 * MINUTE);
            for words in [STRANGE, "Bad Request: MESSAGE_ODD"] {
                let told = refused(t, words).unwrap_or_default();
                assert!(told.contains(words), "{told}");
            }
            assert_eq!(refused(t, STRANGE), None);
        });
    }
}

#[test]
fn who_writes_while_a_group_is_lost_is_told_whatever_the_clock_says() {
    for is_down in [false, true] {
        bot_test(|t| {
            open_ticket(t);
            kicks_bot(t);
            sets_back(t, 2, is_down);
            t.pass(5 * MINUTE);
            t.client("ann").says("one");
            t.client("ann").expect_part("later than usual");
            sets_back(t, 2, is_down);
            t.client("ann").says("two").expect_nothing();
            makes_bot_admin(t);
            t.pass(MINUTE);
            t.topic("ann").expect("one").expect("two");
            t.general().expect_part("can work in this group again");
        });
    }
}

#[test]
fn who_writes_while_a_group_is_behind_is_told_once_whatever_the_clock_says() {
    for is_down in [false, true] {
        let setup = Setup {
            limits: unlimited(),
            ..Setup::default()
        };
        bot_test_with(setup, |t| {
            open_ticket(t);
            t.pass(2 * MINUTE);
            for number in 0..140 {
                let photo = content::photo(&format!("p{number}"), "look");
                t.client("ann").drops(photo, None);
            }
            t.run();
            t.client("ann").expect_part("in the queue");
            sets_back(t, 2, is_down);
            for text in ["hello?", "anybody?"] {
                t.client("ann").says(text).expect_nothing();
            }
            t.client("bob").says("hi").expect_part("in the queue");
            for text in ["hello?", "anybody?"] {
                t.client("bob").says(text).expect_nothing();
            }
            t.pass(20 * MINUTE);
            t.client("ann").says("and now?").expect_nothing();
            reads_everything(t);
        });
    }
}

#[test]
fn nothing_waits_until_a_clock_that_was_set_back_has_caught_up() {
    for is_down in [false, true] {
        let setup = Setup {
            new_tickets_per_minute: 2,
            ..Setup::default()
        };
        bot_test_with(setup, |t| {
            t.agent("sam");
            t.client("ann").says("hello").expect_part("created");
            t.client("bob").says("hello").expect_part("created");
            let paper = t.marked("ann").piece("document_pdf", "the paper");
            t.sandbox.plan(FaultRule {
                times: 6,
                ..FaultRule::once("getFile", Fault::Internal500)
            });
            t.client("ann").sends(paper);
            sets_back(t, 24, is_down);
            t.pass(2 * MINUTE);
            t.topic("ann").expect_card("hello").expect("the paper");
            t.topic("bob").expect_card("hello");
            t.client("eve").says("hello").expect_part("shortly");
            t.topic("eve").expect_card("hello");
            let photos = (0..3).map(|number| content::photo(&format!("p{number}"), ""));
            let photos = photos.map(Into::into).collect();
            t.client("eve").sends_album(photos);
            t.pass(MINUTE);
            t.topic("eve").expect_album(3);
        });
    }
}

#[test]
fn promised_times_and_absences_are_counted_on_after_the_clock_was_set_back() {
    for is_down in [false, true] {
        let mut setup = promising(Some(60 * MINUTE), None);
        setup.agents.away_after = Some(30 * MINUTE);
        bot_test_with(setup, |t| {
            t.client("ann").says("my order is lost");
            t.client("ann").expect_part("created");
            t.agent("sam").writes_in("ann", "/claim");
            t.pass(10 * MINUTE);
            sets_back(t, 24, is_down);
            let seen = |t: &Scenario| {
                let query = "SELECT (SELECT status FROM agents) || ' ' || \
                     (SELECT count(*) FROM sla_steps WHERE step = 'breach')";
                t.database(|db| db.query_row(query, [], |row| row.get::<_, String>(0)))
                    .expect("it fits the schema")
            };
            assert_eq!(seen(t), "available 0");
            t.pass(65 * MINUTE);
            assert_eq!(seen(t), "away 1");
            t.pass(12 * 60 * MINUTE);
            reads_everything(t);
        });
    }
}

#[test]
fn a_start_after_the_clock_was_set_back_rings_nothing_early() {
    bot_test(|t| {
        open_ticket(t);
        t.agent("sam").writes_in("ann", "/snooze 3h");
        t.topic("ann").expect_part("Put aside");
        t.pass(MINUTE);
        sets_back(t, 2, false);
        t.kill();
        t.start();
        t.pass(150 * MINUTE);
        assert!(card_of(t, "ann").contains("💤 snoozed"));
        t.pass(40 * MINUTE);
        t.topic("ann").expect_part("not put aside any more");
    });
}
