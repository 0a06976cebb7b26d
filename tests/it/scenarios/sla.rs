//! Promised times: a warning, a reminder, somebody else, a senior; each once.

use std::time::Duration;

use hushdesk::domain::settings::{Sla, Targets};

use crate::harness::{Reads, Scenario, Setup, bot_test_with};

const HOUR: Duration = Duration::from_secs(60 * 60);

pub fn promising(first: Option<Duration>, close: Option<Duration>) -> Setup {
    let targets = |time| Targets {
        medium: time,
        high: time,
        ..Targets::default()
    };
    Setup {
        sla: Sla {
            first_response: targets(first),
            resolution: targets(close),
            ..Sla::default()
        },
        ..Setup::default()
    }
}

fn open_ticket(t: &mut Scenario) {
    t.client("ann").says("my order is lost");
    t.client("ann").expect_part("created");
    t.topic("ann").expect_card("my order is lost");
}

fn breaches(t: &Scenario) -> i64 {
    t.database(|db| {
        let query = "SELECT count(*) FROM sla_steps WHERE step = 'breach'";
        db.query_row(query, [], |row| row.get(0)).expect("it reads")
    })
}

#[test]
fn an_answer_that_does_not_come_is_called_for_step_by_step() {
    bot_test_with(promising(Some(HOUR), None), |t| {
        open_ticket(t);
        t.agent("sam").writes_in("ann", "/claim");
        t.topic("ann").expect("This ticket is yours.");
        t.pass(Duration::from_secs(46 * 60));
        let name = t.marked("sam").first_name().to_owned();
        t.topic("ann")
            .expect(&format!("{name}: ⏰ The first answer is nearly due."));
        t.pass(Duration::from_secs(15 * 60));
        t.topic("ann")
            .expect(&format!("{name}: ⏰ The first answer is overdue."));
        assert_eq!(breaches(t), 1);
        t.pass(Duration::from_secs(30 * 60));
        t.topic("ann").expect_part("has not answered in time");
        t.pass(Duration::from_secs(30 * 60));
        t.topic("ann")
            .expect("🔴 Raised to level 2: the promised time has passed");
        t.pass(12 * HOUR);
    });
}

#[test]
fn whoever_answers_in_time_hears_nothing() {
    bot_test_with(promising(Some(HOUR), None), |t| {
        open_ticket(t);
        t.agent("sam").writes_in("ann", "which number?");
        t.client("ann").expect("Live Support: which number?");
        t.pass(12 * HOUR);
        assert_eq!(breaches(t), 0);
    });
}

#[test]
fn the_time_in_which_the_client_owes_the_answer_does_not_count() {
    bot_test_with(promising(None, Some(4 * HOUR)), |t| {
        open_ticket(t);
        t.pass(HOUR);
        // The answer alone stops the clock, not that it takes the ticket.
        t.agent("sam").writes_in("ann", "/claim");
        t.topic("ann").expect("This ticket is yours.");
        t.agent("sam").writes_in("ann", "which number?");
        t.client("ann").expect("Live Support: which number?");
        t.pass(10 * HOUR);
        t.client("ann").says("number 7");
        t.topic("ann").expect("number 7");
        t.pass(HOUR);
        t.pass(HOUR);
        t.topic("ann")
            .expect_part("This ticket should be solved soon");
        t.agent("sam").writes_in("ann", "/close");
        t.client("ann").expect_part("closed");
        t.topic("ann").expect_part("closed");
        t.pass(12 * HOUR);
        assert_eq!(breaches(t), 0);
    });
}

/// The promise is that of the new priority at once, not when the old one would have been looked at.
#[test]
fn a_ticket_that_is_raised_has_the_shorter_promise_at_once() {
    let mut setup = promising(Some(12 * HOUR), None);
    setup.sla.first_response.high = Some(HOUR);
    bot_test_with(setup, |t| {
        open_ticket(t);
        t.pass(2 * HOUR);
        t.agent("sam").writes_in("ann", "/escalate it burns");
        t.topic("ann").expect_part("Raised to level 2");
        t.pass(Duration::from_secs(60));
        assert_eq!(breaches(t), 1);
        t.agent("sam").writes_in("ann", "/close");
        t.client("ann").expect_part("closed");
        t.reads_all(t.group);
    });
}

/// Its clock stood still while it was put aside, and runs again however it is taken up.
#[test]
fn a_ticket_that_is_taken_up_again_in_any_way_is_promised_again() {
    for how in ["Take it", "/claim", "/assign", "/escalate it burns"] {
        bot_test_with(promising(None, Some(4 * HOUR)), |t| {
            open_ticket(t);
            t.agent("joe").writes_in_general("/busy");
            t.general().expect_part("You are busy");
            t.agent("sam").writes_in("ann", "/snooze 30h");
            t.topic("ann").expect_part("Put aside until");
            t.pass(10 * HOUR);
            match how {
                "Take it" => drop(t.agent("sam").in_topic_of("ann").presses(how)),
                "/assign" => {
                    let joe = t.marked("joe").username().to_owned();
                    t.agent("sam").writes_in("ann", &format!("/assign @{joe}"));
                }
                command => drop(t.agent("sam").writes_in("ann", command)),
            }
            t.pass(2 * HOUR);
            assert_eq!(breaches(t), 0, "{how}");
            t.pass(2 * HOUR + Duration::from_secs(60));
            assert_eq!(breaches(t), 1, "{how}");
            t.agent("sam").writes_in("ann", "/close");
            t.client("ann").expect_part("closed");
            t.reads_all(t.group);
        });
    }
}

/// What is over is written down, whoever is looking, and so is the close that nobody made in time.
#[test]
fn a_close_that_does_not_come_raises_the_ticket() {
    bot_test_with(promising(None, Some(4 * HOUR)), |t| {
        open_ticket(t);
        t.pass(5 * HOUR);
        t.topic("ann").expect_part("should be solved soon");
        t.topic("ann").expect_part("should have been solved");
        t.pass(4 * HOUR);
        t.topic("ann")
            .expect("🔴 Raised to level 2: the promised time has passed");
        let steps: Vec<(String, String)> = t.database(|db| {
            let query = "SELECT action, reason FROM audit WHERE action LIKE 'sla%' ORDER BY id";
            let mut statement = db.prepare(query).expect("it fits the schema");
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
            rows.expect("it runs")
                .collect::<Result<_, _>>()
                .expect("words")
        });
        let names: Vec<&str> = steps.iter().map(|(action, _)| action.as_str()).collect();
        assert_eq!(names, ["sla_warn", "sla_breach", "sla_escalate"]);
        assert!(steps.iter().all(|(_, target)| target == "resolution"));
        t.agent("sam").writes_in("ann", "/close");
        t.client("ann").expect_part("closed");
        t.topic("ann").expect_part("closed");
    });
}

/// Looks at the clocks of a ticket anew, as every change of its priority does.
fn is_looked_at(t: &mut Scenario) {
    for priority in ["high", "medium"] {
        t.agent("sam")
            .writes_in("ann", &format!("/priority {priority}"));
        t.pass(HOUR);
    }
}

/// Nobody can help whoever cannot be written to. The clock goes on from where it stood, whatever agents did
/// meanwhile and however often it was looked at.
#[test]
fn the_time_in_which_the_client_is_out_of_reach_does_not_count() {
    for (is_answered, writes) in [(true, true), (false, true), (false, false)] {
        bot_test_with(promising(None, Some(4 * HOUR)), |t| {
            open_ticket(t);
            t.pass(HOUR);
            if is_answered {
                t.agent("sam").writes_in("ann", "which number?");
                t.client("ann").expect("Live Support: which number?");
            }
            t.client("ann").blocks();
            is_looked_at(t);
            t.agent("sam").writes_in("ann", "are you there?");
            is_looked_at(t);
            is_looked_at(t);
            t.client("ann").unblocks();
            if writes {
                t.client("ann").says("I am back");
            }
            is_looked_at(t);
            t.pass(HOUR - Duration::from_secs(60));
            assert_eq!(breaches(t), 0, "{is_answered} {writes}");
            t.pass(Duration::from_secs(120));
            assert_eq!(breaches(t), 1, "{is_answered} {writes}");
            t.agent("sam").writes_in("ann", "/close");
            t.client("ann").expect_part("closed");
            t.reads_all(t.group);
        });
    }
}

/// Nor does it where nothing of the ticket is looked at meanwhile.
#[test]
fn the_clock_stands_still_from_when_the_client_left() {
    bot_test_with(promising(None, Some(4 * HOUR)), |t| {
        open_ticket(t);
        t.pass(HOUR);
        t.client("ann").blocks();
        t.pass(10 * HOUR);
        t.client("ann").unblocks();
        t.pass(3 * HOUR - Duration::from_secs(60));
        assert_eq!(breaches(t), 0);
        t.pass(Duration::from_secs(120));
        assert_eq!(breaches(t), 1);
        t.agent("sam").writes_in("ann", "/close");
        t.client("ann").expect_part("closed");
        t.reads_all(t.group);
    });
}

#[test]
fn the_first_answer_is_not_overdue_while_it_could_not_be_given() {
    bot_test_with(promising(Some(2 * HOUR), None), |t| {
        open_ticket(t);
        t.pass(HOUR);
        t.client("ann").blocks();
        is_looked_at(t);
        t.agent("sam").writes_in("ann", "are you there?");
        is_looked_at(t);
        assert_eq!(breaches(t), 0);
        t.client("ann").unblocks();
        t.pass(HOUR - Duration::from_secs(60));
        assert_eq!(breaches(t), 0);
        t.pass(Duration::from_secs(120));
        assert_eq!(breaches(t), 1);
        t.agent("sam").writes_in("ann", "/close");
        t.client("ann").expect_part("closed");
        t.reads_all(t.group);
    });
}

/// While a ticket is closed nothing is promised.
#[test]
fn a_ticket_that_was_closed_without_an_answer_is_promised_what_was_left() {
    let mut setup = promising(Some(2 * HOUR), None);
    setup.tickets.reopen_window = Some(24 * HOUR);
    bot_test_with(setup, |t| {
        open_ticket(t);
        t.pass(HOUR);
        t.agent("sam").writes_in("ann", "/close");
        t.client("ann").expect_part("closed");
        t.topic("ann").expect_part("closed");
        t.pass(5 * HOUR);
        t.client("ann").says("hello?");
        t.client("ann").expect_part("open again");
        t.pass(HOUR - Duration::from_secs(60));
        assert_eq!(breaches(t), 0);
        t.pass(Duration::from_secs(120));
        assert_eq!(breaches(t), 1);
        t.agent("sam").writes_in("ann", "/close");
        t.client("ann").expect_part("closed");
        t.reads_all(t.group);
    });
}
