//! The dashboard: one pinned post that says how the desk stands, and gives way to everything.

use std::time::Duration;

use crate::harness::{Reads, Scenario, Setup, bot_test_with};

const EVERY: Duration = Duration::from_secs(30);

fn with_dashboard() -> Setup {
    Setup {
        dashboard_every: Some(EVERY),
        ..Setup::default()
    }
}

/// The clock of the dashboard is nothing that a scenario waits for, so it rings once in each step.
fn some_time(t: &mut Scenario) {
    for _ in 0..5 {
        t.pass(EVERY);
    }
}

/// The pinned posts: number and words.
fn all_pinned(t: &Scenario) -> Vec<(i64, String)> {
    let general = t.sandbox.general_messages(t.group).into_iter();
    general
        .filter(|message| message.pinned && !message.deleted)
        .map(|message| (message.id, message.text().to_owned()))
        .collect()
}

/// What the one pinned post says.
fn pinned(t: &Scenario) -> String {
    let mut pinned = all_pinned(t);
    assert_eq!(pinned.len(), 1, "{pinned:?}");
    pinned.remove(0).1
}

#[test]
fn the_dashboard_is_pinned_and_kept_up_to_date() {
    bot_test_with(with_dashboard(), |t| {
        t.pass(EVERY);
        t.general().expect_part("No open tickets");
        assert!(pinned(t).contains("No open tickets"));
        t.client("ann").says("hello");
        t.client("ann").expect_part("created");
        t.topic("ann").expect_card("hello");
        some_time(t);
        assert!(
            pinned(t).contains("🟢 1 waiting for an agent, the longest for"),
            "{}",
            pinned(t)
        );
        t.kill();
        t.start();
        t.client("ann").says("/close");
        t.client("ann").expect_part("closed");
        t.topic("ann").expect_part("closed");
        some_time(t);
        assert!(pinned(t).contains("No open tickets"), "{}", pinned(t));
    });
}

#[test]
fn a_dashboard_that_somebody_deleted_is_posted_anew() {
    bot_test_with(with_dashboard(), |t| {
        t.pass(EVERY);
        t.general().expect_part("No open tickets");
        let (group, post) = (t.group, all_pinned(t)[0].0);
        t.sandbox.delete_message(group, post);
        t.client("ann").says("hello");
        t.client("ann").expect_part("created");
        t.topic("ann").expect_card("hello");
        some_time(t);
        t.general().expect_part("1 waiting for an agent");
    });
}

#[test]
fn without_the_right_to_pin_it_stands_unpinned_and_nobody_is_bothered() {
    use hushdesk::sandbox::Right;
    bot_test_with(with_dashboard(), |t| {
        t.general().expect_part("No open tickets");
        let (group, bot, now) = (t.group, crate::harness::BOT, t.now());
        t.sandbox.delete_message(group, all_pinned(t)[0].0);
        t.sandbox
            .set_right(group, bot, Right::PinMessages, false, now);
        t.client("ann").says("hello");
        t.client("ann").expect_part("created");
        t.topic("ann").expect_card("hello");
        some_time(t);
        t.general().expect_part("1 waiting for an agent");
        assert!(all_pinned(t).is_empty());
    });
}

#[test]
fn promised_times_that_were_missed_stand_on_the_dashboard_for_a_day() {
    use hushdesk::domain::settings::{Sla, Targets};
    const HOUR: Duration = Duration::from_secs(60 * 60);
    let setup = Setup {
        sla: Sla {
            first_response: Targets {
                medium: Some(HOUR),
                ..Targets::default()
            },
            reassign_at_percent: 0,
            escalate_at_percent: 0,
            ..with_dashboard().sla
        },
        ..with_dashboard()
    };
    bot_test_with(setup, |t| {
        t.pass(EVERY);
        t.general().expect_part("No open tickets");
        t.client("ann").says("hello");
        t.client("ann").expect_part("created");
        t.topic("ann").expect_card("hello");
        t.pass(HOUR / 2);
        some_time(t);
        assert!(!pinned(t).contains("missed"), "{}", pinned(t));
        t.pass(HOUR);
        t.topic("ann").expect_part("nearly due");
        t.topic("ann").expect_part("overdue");
        some_time(t);
        let missed = "Promised times missed in 24 hours: 1";
        assert!(pinned(t).contains(missed), "{}", pinned(t));
        t.pass(24 * HOUR);
        some_time(t);
        assert!(!pinned(t).contains("missed"), "{}", pinned(t));
    });
}
