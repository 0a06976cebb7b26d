//! Telegram asks for a long wait in the group: whoever writes meanwhile is told how long it takes.

use std::time::Duration;

use hushdesk::sandbox::{Fault, FaultRule, Settings, content};

use super::carrying::open_ticket;
use super::desk_faults::makes_bot_admin;
use super::reopening::reopening;
use crate::harness::{BOT, Reads, Scenario, Setup, bot_test, bot_test_with};

const MINUTE: Duration = Duration::from_secs(60);

/// The next post into the group is answered with a wait of two hours.
fn has_to_wait(t: &mut Scenario) {
    t.sandbox.plan(FaultRule {
        chat: Some(t.group),
        ..FaultRule::once("sendMessage", Fault::RetryAfter { seconds: 7_200 })
    });
}

#[test]
fn clients_and_admins_are_told_how_long_a_group_has_to_be_left_alone() {
    bot_test(|t| {
        open_ticket(t);
        has_to_wait(t);
        t.client("ann").says("one");
        t.kill();
        t.start();
        t.client("ann").says("two");
        t.client("ann").expect_part("in about 121 minutes");
        t.client("ann").says("three").expect_nothing();
        t.client("bob").says("hi");
        t.client("bob").expect_part("in about 121 minutes");
        t.pass(60 * MINUTE);
        t.client("eve").says("hi");
        t.client("eve").expect_part("in about 61 minutes");
        t.pass(65 * MINUTE);
        t.general()
            .expect_part("nothing here for about 121 minutes");
        t.topic("bob").expect_card("hi");
        t.topic("eve").expect_card("hi");
        let said: Vec<String> = t
            .topic("ann")
            .all()
            .iter()
            .map(|one| one.text().to_owned())
            .collect();
        assert!(said.concat().contains("three"), "{said:?}");
        t.client("joe").says("hi");
        t.client("joe").expect_part("assist you shortly");
        super::pacing::reads_everything(t);
    });
}

#[test]
fn a_wait_that_is_short_is_told_nobody() {
    bot_test(|t| {
        open_ticket(t);
        t.sandbox.plan(FaultRule {
            chat: Some(t.group),
            ..FaultRule::once("sendMessage", Fault::RetryAfter { seconds: 240 })
        });
        t.client("ann").says("one");
        t.client("ann").says("two").expect_nothing();
        t.pass(5 * MINUTE);
        super::pacing::reads_everything(t);
    });
}

#[test]
fn whoever_opens_a_ticket_again_is_told_too() {
    bot_test_with(reopening(), |t| {
        open_ticket(t);
        t.agent("sam").writes_in("ann", "/close");
        t.client("ann").expect_part("within 24 hours");
        t.topic("ann").expect_part("is closed");
        t.client("bob").says("hi").expect_part("created");
        t.topic("bob").expect_card("hi");
        has_to_wait(t);
        t.client("bob").says("still there?");
        t.client("ann").says("it is back");
        t.client("ann").expect_part("is open again");
        t.client("ann").expect_part("in about 121 minutes");
        t.pass(125 * MINUTE);
        super::pacing::reads_everything(t);
    });
}

/// The message that meets the wait is written before anybody knows of it.
#[test]
fn whoever_wrote_before_the_wait_was_known_is_told_as_well() {
    bot_test(|t| {
        open_ticket(t);
        has_to_wait(t);
        t.client("ann").says("one").expect_nothing();
        t.pass(Duration::from_secs(50));
        t.client("ann").expect_nothing();
        t.pass(MINUTE);
        t.client("ann").expect_part("in about 119 minutes");
        t.pass(30 * MINUTE);
        t.client("ann").says("two").expect_nothing();
        t.pass(100 * MINUTE);
        t.general()
            .expect_part("nothing here for about 120 minutes");
        super::pacing::reads_everything(t);
    });
}

/// A desk that sets itself no limit can be told to wait all the same.
#[test]
fn a_desk_without_a_limit_of_its_own_tells_of_a_wait_too() {
    let mut setup = Setup::default();
    setup.flood.group_calls_per_minute = 0;
    bot_test_with(setup, |t| {
        open_ticket(t);
        has_to_wait(t);
        t.client("ann").says("one").expect_nothing();
        t.client("bob").says("hi");
        t.client("bob").expect_part("in about 121 minutes");
        t.pass(2 * MINUTE);
        t.client("ann").expect_part("in about 119 minutes");
        t.pass(120 * MINUTE);
        t.topic("ann").expect_part("one");
        t.topic("bob").expect_card("hi");
        t.general()
            .expect_part("nothing here for about 121 minutes");
        t.client("eve").says("hi");
        t.client("eve").expect_part("assist you shortly");
        super::pacing::reads_everything(t);
    });
}

#[test]
fn whoever_wrote_before_the_group_was_lost_is_told_as_well() {
    bot_test(|t| {
        open_ticket(t);
        let (group, now) = (t.group, t.now());
        t.sandbox.kick(group, BOT, now);
        t.client("ann").says("one");
        t.client("bob").says("hi");
        t.client("bob").expect_part("created");
        t.client("ann").expect_nothing();
        t.pass(2 * MINUTE);
        t.client("ann").expect_part("later than usual");
        t.client("bob").expect_part("later than usual");
        t.pass(60 * MINUTE);
        t.client("ann").says("two").expect_nothing();
        makes_bot_admin(t);
        t.pass(MINUTE);
        t.topic("ann").expect_part("one");
        t.topic("bob").expect_card("hi");
        super::pacing::reads_everything(t);
    });
}

/// The first trouble is over soon, and it is the second that lasts.
#[test]
fn whoever_wrote_before_a_second_trouble_was_known_is_told_as_well() {
    bot_test(|t| {
        open_ticket(t);
        let (group, now) = (t.group, t.now());
        t.sandbox.kick(group, BOT, now);
        t.client("ann").says("one");
        t.pass(Duration::from_secs(10));
        makes_bot_admin(t);
        t.topic("ann").expect_part("one");
        t.pass(Duration::from_secs(50));
        let now = t.now();
        t.sandbox.kick(group, BOT, now);
        t.client("ann").says("two");
        t.pass(MINUTE);
        t.client("ann").expect_nothing();
        t.pass(MINUTE);
        t.client("ann").expect_part("later than usual");
        t.pass(60 * MINUTE);
        t.client("ann").expect_nothing();
        makes_bot_admin(t);
        t.pass(MINUTE);
        t.topic("ann").expect_part("two");
        super::pacing::reads_everything(t);
    });
}

/// Agents write on in topics while the bot may not: what it says there of that is nothing that a client waits for.
#[test]
fn whoever_has_written_nothing_is_not_told_that_it_waits() {
    bot_test(|t| {
        open_ticket(t);
        t.client("bob").says("hi").expect_part("created");
        t.topic("bob").expect_card("hi");
        has_to_wait(t);
        t.client("ann").says("one");
        t.agent("sam").writes_in("bob", "/close");
        t.client("bob").expect_part("closed");
        t.pass(3 * MINUTE);
        t.client("ann").expect_part("in about 119 minutes");
        t.client("bob").expect_nothing();
        t.pass(125 * MINUTE);
        super::pacing::reads_everything(t);
    });
}

/// Many were told that they are in the queue when their group was lost: nobody is told again, and it ends.
#[test]
fn hundreds_who_were_told_before_a_group_is_lost_are_not_asked_about_for_ever() {
    let mut setup = Setup {
        limits: super::pacing::unlimited(),
        sandbox: Settings::without_limits(),
        ..Setup::default()
    };
    setup.flood.group_calls_per_minute = 0;
    bot_test_with(setup, |t| {
        let names = super::pacing::names("client", 120);
        for name in &names {
            t.client(name).says("hello");
            t.client(name).expect_part("created");
        }
        has_to_wait(t);
        for name in &names {
            t.client(name).says("one");
        }
        for name in &names[1..] {
            t.client(name).expect_part("are in the queue");
        }
        let (group, now) = (t.group, t.now());
        t.sandbox.kick(group, BOT, now);
        t.pass(5 * MINUTE);
        t.client(&names[0]).expect_part("are in the queue");
        for name in &names {
            t.client(name).expect_nothing();
        }
        makes_bot_admin(t);
        t.pass(125 * MINUTE);
        t.reads_all(group);
        super::pacing::reads_everything(t);
    });
}

#[test]
fn each_time_that_a_group_falls_behind_its_admins_are_told() {
    let setup = Setup {
        limits: super::pacing::unlimited(),
        ..Setup::default()
    };
    bot_test_with(setup, |t| {
        open_ticket(t);
        for times in 1..=2 {
            t.pass(2 * MINUTE);
            for number in 0..140 {
                let photo = content::photo(&format!("p{times}-{number}"), "look");
                t.client("ann").drops(photo, None);
            }
            t.pass(20 * MINUTE);
            let general = t.general().all();
            let alerts = general
                .iter()
                .filter(|one| one.text().contains("Clients write more"));
            assert_eq!(alerts.count(), times);
        }
        super::pacing::reads_everything(t);
    });
}
