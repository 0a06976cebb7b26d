//! The same first words from many clients raise one alert instead of many tickets, and lose nobody's.

use std::time::Duration;

use hushdesk::domain::settings::Assignment;

use super::claiming::held;
use crate::harness::{Reads, Scenario, Setup, bot_test_with};

const WORDS: &str = "Join our channel, free coins for everyone!";

/// Three clients are many here.
fn three() -> Setup {
    Setup {
        flood_same_text: 3,
        ..Setup::default()
    }
}

/// Five clients begin with the same words; two of their tickets stand, three wait.
fn flood(t: &mut Scenario) {
    t.agent("eve");
    for name in ["c1", "c2", "c3", "c4", "c5"] {
        t.client(name).says(WORDS);
        t.client(name).expect_part("created");
    }
    for name in ["c1", "c2"] {
        t.topic(name).expect_card(WORDS);
    }
    t.general()
        .expect_part("3 clients have begun with the same words");
    assert_eq!(t.sandbox.topics(t.group).len(), 2, "the others wait");
}

/// How many tickets the trail names of which this was done.
fn named(t: &Scenario, action: &str) -> i64 {
    t.database(|db| {
        let query = "SELECT count(DISTINCT ticket_id) FROM audit WHERE action = ?1";
        db.query_row(query, [action], |row| row.get(0))
            .expect("it reads")
    })
}

#[test]
fn an_admin_lets_the_tickets_that_wait_have_their_topics() {
    bot_test_with(three(), |t| {
        flood(t);
        t.client("ann").says("my order is lost");
        t.client("ann").expect_part("created");
        t.topic("ann").expect_card("my order is lost");
        t.agent("eve").in_general().presses("Make their topics");
        t.agent("eve")
            .in_general()
            .expect_alert("3 tickets get their topics");
        assert_eq!(named(t, "same_open"), 3);
        t.pass(Duration::from_secs(60));
        for name in ["c3", "c4", "c5"] {
            t.topic(name).expect_card(WORDS);
        }
    });
}

#[test]
fn an_admin_closes_the_tickets_that_wait_and_nothing_of_them_is_posted() {
    bot_test_with(three(), |t| {
        flood(t);
        t.agent("eve").in_general().presses("Close them as spam");
        t.agent("eve")
            .in_general()
            .expect_alert("3 tickets were closed");
        assert_eq!(named(t, "same_close"), 3);
        for name in ["c3", "c4", "c5"] {
            t.client(name).expect_part("closed");
        }
        t.pass(Duration::from_secs(60 * 60));
        assert_eq!(t.sandbox.topics(t.group).len(), 2);
        // Whoever was meant seriously is heard all the same.
        t.client("c5").says("I am no robot");
        t.client("c5").expect_part("created");
        t.pass(Duration::from_secs(60));
        assert_eq!(t.sandbox.topics(t.group).len(), 3);
        t.topic("c5").expect_card("I am no robot");
    });
}

#[test]
fn what_nobody_decides_on_follows_after_half_an_hour() {
    bot_test_with(three(), |t| {
        flood(t);
        let (sam, group, now) = (t.person("eve"), t.group, t.now());
        t.sandbox.demote(group, sam, now);
        t.run();
        t.agent("eve").in_general().presses("Close them as spam");
        t.agent("eve")
            .in_general()
            .expect_alert("Only administrators");
        t.client("c4").says("hello?");
        t.pass(Duration::from_secs(31 * 60));
        for name in ["c3", "c4", "c5"] {
            t.topic(name).expect_card(WORDS);
        }
        t.topic("c4").expect("hello?");
    });
}

/// Where hushdesk gives tickets out, what is held takes nobody's time and no place in the queue.
#[test]
fn what_is_held_is_given_to_nobody_before_it_is_let_go() {
    for is_decided in [true, false] {
        let mut setup = three();
        setup.agents.assignment = Assignment::Auto;
        bot_test_with(setup, |t| {
            t.agent("eve").writes_in_general("/available");
            t.general().expect_part("You are available");
            let clients = ["c1", "c2", "c3", "c4", "c5"];
            for name in clients {
                t.client(name).says(WORDS);
                t.client(name).expect_part("created");
            }
            let given = |t: &mut Scenario| clients.map(|name| held(t, name).0);
            assert_eq!(given(t), ["eve", "eve", "", "", ""]);
            t.agent("eve").writes_in_general("/next");
            t.agent("eve").writes_in_general("/queue");
            assert_eq!(given(t), ["eve", "eve", "", "", ""]);
            if is_decided {
                t.agent("eve").in_general().presses("Make their topics");
            } else {
                t.pass(Duration::from_secs(31 * 60));
            }
            assert_eq!(given(t), ["eve"; 5], "{is_decided}");
            t.pass(Duration::from_secs(60));
            t.reads_all(t.group);
        });
    }
}
