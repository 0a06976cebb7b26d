//! The dashboard: one pinned post that says how the desk stands, and gives way to everything.

use std::collections::BTreeMap;
use std::time::Duration;

use hushdesk::domain::settings::Flood;
use hushdesk::sandbox::{Fault, FaultRule, Rights, Status};
use hushdesk::store;

use super::desks::two_desks;
use crate::harness::{BOT, Reads, Scenario, Setup, bot_test_with};

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
            pinned(t).contains(
                "🟢 1 waiting for an agent, 1 with messages not answered yet, the longest for"
            ),
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
        let (group, bot, now) = (t.group, BOT, t.now());
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

#[test]
fn what_is_out_of_reach_stands_on_the_dashboard() {
    let setup = Setup {
        dashboard_every: Some(EVERY),
        ..two_desks()
    };
    bot_test_with(setup, |t| {
        t.pass(EVERY);
        t.general().expect_part("No open tickets");
        let money = t.further[0];
        t.sandbox.kick(money, BOT, t.now());
        t.run();
        t.general()
            .expect_part("cannot write in the group of money");
        some_time(t);
        let lost = "⛔ The bot may not write in the group of money: posts wait there";
        assert!(pinned(t).contains(lost), "{}", pinned(t));
        let admin = Status::Administrator(Rights::all());
        t.sandbox.set_member(money, BOT, admin, t.now());
        some_time(t);
        assert!(!pinned(t).contains("⛔"), "{}", pinned(t));
        for group in t.further.clone() {
            t.reads_all(group);
        }
    });
}

/// The ticket of ann with the dashboard above it.
fn with_a_ticket(t: &mut Scenario) {
    t.agent("sam");
    t.pass(EVERY);
    t.general().expect_part("No open tickets");
    t.pass(5 * EVERY);
    t.client("ann").says("hello");
    for _ in 0..10 {
        t.pass(EVERY);
    }
    t.client("ann").expect_part("created");
    t.topic("ann").expect_card("hello");
}

#[test]
fn what_changes_while_it_waits_is_one_edit_of_each_post() {
    bot_test_with(with_dashboard(), |t| {
        with_a_ticket(t);
        let since = t.now();
        t.sandbox.plan(FaultRule {
            chat: Some(t.group),
            ..FaultRule::once("sendMessage", Fault::RetryAfter { seconds: 285 })
        });
        t.client("ann").says("are you there?");
        for command in ["/priority high", "/claim", "/tag add late", "/priority low"] {
            t.agent("sam").writes_in("ann", command);
            t.pass(EVERY);
            t.pass(EVERY);
        }
        t.pass(EVERY);
        t.pass(EVERY);
        // Until the dashboard changes again.
        let meanwhile = since + 1..since + 299_000;
        let mut edits: BTreeMap<String, usize> = BTreeMap::new();
        for call in t.sandbox.calls() {
            let is_edit = call.method == "editMessageText" && call.status == 200;
            if is_edit && call.chat == Some(t.group) && meanwhile.contains(&call.at_ms) {
                *edits
                    .entry(format!("{:?}", call.params.get("message_id")))
                    .or_default() += 1;
            }
        }
        let counts: Vec<usize> = edits.values().copied().collect();
        assert_eq!(counts, [1, 1], "{}", t.story());
        super::pacing::reads_everything(t);
    });
}

/// Whether its turn has not come or the group has no room for it yet: nobody sees such a ticket in a topic.
#[test]
fn tickets_that_have_no_topic_yet_are_counted() {
    let without_topic = |t: &Scenario| {
        t.database(|db| store::dashboard::without_topic(db, None).expect("it can be counted"))
    };
    let setup = Setup {
        flood: Flood {
            group_calls_per_minute: 6,
            ..Setup::default().flood
        },
        new_tickets_per_minute: 4,
        ..with_dashboard()
    };
    bot_test_with(setup, |t| {
        t.pass(EVERY);
        t.general().expect_part("No open tickets");
        t.pass(2 * EVERY);
        for number in 0..6 {
            t.client(&format!("new{number}")).says("hello");
        }
        // Six calls make three topics; one more of the four has its turn, and two have to wait for theirs.
        t.pass(EVERY);
        assert_eq!(without_topic(t), 3, "{}", t.story());
        for _ in 0..4 {
            t.pass(EVERY);
        }
        assert_eq!(without_topic(t), 0);
        assert!(!pinned(t).contains("no topic yet"), "{}", pinned(t));
        super::pacing::reads_everything(t);
    });
}

#[test]
fn an_alert_goes_before_the_card_the_mark_and_the_dashboard() {
    let setup = Setup {
        flood: Flood {
            group_calls_per_minute: 1,
            ..Setup::default().flood
        },
        ..with_dashboard()
    };
    bot_test_with(setup, |t| {
        with_a_ticket(t);
        t.allowed.dead_letters = true;
        let (ann, since) = (t.person("ann"), t.now());
        t.sandbox.plan(FaultRule {
            chat: Some(ann),
            ..FaultRule::once(
                "sendMessage",
                Fault::Refuse {
                    code: 400,
                    description: "Bad Request: SOMETHING_NEW".to_owned(),
                    parameters: None,
                },
            )
        });
        t.agent("sam").writes_in("ann", "here I am");
        for _ in 0..12 {
            t.pass(EVERY);
        }
        let calls = t.sandbox.calls().into_iter();
        let calls: Vec<String> = calls
            .filter(|call| call.chat == Some(t.group) && call.at_ms > since)
            .map(|call| format!("{} {:?}", call.method, call.params))
            .collect();
        let place = |method: &str, words: &str| {
            let found = calls
                .iter()
                .position(|call| call.starts_with(method) && call.contains(words));
            found.unwrap_or_else(|| panic!("no {method} {words}: {calls:#?}"))
        };
        let order = [
            place("sendMessage", "failed for good"),
            place("editMessageText", "User-"),
            place("setMessageReaction", ""),
            place("editMessageText", "The desk now"),
        ];
        assert!(order.is_sorted(), "{order:?} {calls:#?}");
        super::pacing::reads_everything(t);
    });
}
