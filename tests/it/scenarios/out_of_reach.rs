//! What is out of reach is said alike wherever an operator looks: in the metrics, on the dashboard and in the
//! log, by the name of its desk and with the cause. It goes when it is over.

use std::time::Duration;

use hushdesk::sandbox::Fault;

use super::desk_faults::{
    MONEY, kicks_bot, makes_bot_admin, minutes, opens_at_money, the_others_go_on, two_tickets,
};
use super::desks::two_desks;
use crate::harness::{Reads, Scenario, Setup, bot_test_with};

const EVERY: Duration = Duration::from_secs(30);
const CAUSES: [&str; 3] = ["no_answer", "gone", "topics_off"];
const DESKS: [&str; 3] = ["main", "money", "experts"];

/// A way in which the group at hand goes out of reach and comes back.
struct Trouble {
    cause: &'static str,
    begins: fn(&mut Scenario),
    ends: fn(&mut Scenario),
    /// The line of the main group's dashboard about the group of payments.
    of_money: &'static str,
}

const TROUBLES: [Trouble; 3] = [
    Trouble {
        cause: "no_answer",
        begins: answers_nothing,
        ends: answers_again,
        of_money: "⛔ Telegram does not answer where the group of money is concerned: posts wait there",
    },
    Trouble {
        cause: "gone",
        begins: kicks_bot,
        ends: makes_bot_admin,
        of_money: "⛔ The bot may not write in the group of money: posts wait there",
    },
    Trouble {
        cause: "topics_off",
        begins: |t| t.sandbox.set_forum_mode(t.group, false),
        ends: |t| t.sandbox.set_forum_mode(t.group, true),
        of_money: "⛔ Topics are off in the group of money: posts wait there",
    },
];

fn answers_nothing(t: &mut Scenario) {
    let group = t.group;
    t.sandbox.set_fault_hook(Box::new(move |call| {
        (call.chat == Some(group)).then_some(Fault::Internal500)
    }));
}

fn answers_again(t: &mut Scenario) {
    t.sandbox.clear_faults();
}

fn with_dashboards() -> Setup {
    Setup {
        dashboard_every: Some(EVERY),
        ..two_desks()
    }
}

/// What is open by the metrics: desk and cause.
fn open(t: &Scenario) -> Vec<(&'static str, &'static str)> {
    let all = DESKS
        .into_iter()
        .flat_map(|desk| CAUSES.map(|cause| (desk, cause)));
    all.filter(|(desk, cause)| t.metric(&series("hushdesk_breaker_open", desk, cause)) == "1")
        .collect()
}

fn series(name: &str, desk: &str, cause: &str) -> String {
    format!("{name}{{destination=\"group\",desk=\"{desk}\",cause=\"{cause}\"}}")
}

/// For how many seconds it has been open.
fn open_for(t: &Scenario, desk: &str, cause: &str) -> i64 {
    let seconds = t.metric(&series("hushdesk_breaker_open_seconds", desk, cause));
    seconds.parse().expect("a number")
}

/// The lines about what is out of reach on the dashboard of the group at hand.
fn on_dashboard(t: &Scenario) -> Vec<String> {
    let general = t.sandbox.general_messages(t.group).into_iter();
    let mut pinned = general.filter(|message| message.pinned && !message.deleted);
    let dashboard = pinned.next().expect("it is pinned");
    assert!(pinned.next().is_none(), "there is one");
    let lines = dashboard.text().lines();
    let lines = lines.filter(|line| line.starts_with('⛔'));
    lines.map(str::to_owned).collect()
}

/// The dashboard rings once in each step.
fn some_time(t: &mut Scenario) {
    for _ in 0..5 {
        t.pass(EVERY);
    }
}

fn reads_it_all(t: &mut Scenario) {
    for group in t.further.clone() {
        t.reads_all(group);
    }
    super::pacing::reads_everything(t);
}

/// The log says once that it began and, once it is over, once that it ended; never the number of a group.
fn is_logged(t: &Scenario, (what, cause): (&str, &str), is_over: bool) {
    let began = t.logged("is out of reach");
    assert_eq!(began.len(), 1, "{began:#?}");
    assert!(began[0].contains("WARN"), "{began:#?}");
    let words = format!("{what} is out of reach; calls wait");
    assert!(began[0].contains(&words), "{began:#?}");
    assert!(
        began[0].contains(&format!("cause=\"{cause}\"")),
        "{began:#?}"
    );
    let ended = t.logged(&format!("{what} is in reach again"));
    assert_eq!(ended.len(), usize::from(is_over), "{ended:#?}");
    assert_eq!(t.logged("is in reach again").len(), ended.len());
    for group in t.further.iter().chain([&t.group]) {
        let number = group.unsigned_abs().to_string();
        assert!(
            !began
                .iter()
                .chain(&ended)
                .any(|line| line.contains(&number))
        );
    }
}

#[test]
fn a_further_group_out_of_reach_is_called_by_its_name_everywhere() {
    for trouble in TROUBLES {
        bot_test_with(with_dashboards(), |t| {
            two_tickets_below_dashboards(t);
            assert!(open(t).is_empty());
            t.at_desk(MONEY, trouble.begins);
            t.client("bob").says("hello?");
            for round in 0..4 {
                // Everybody else is answered.
                the_others_go_on(t, &format!("{round}"));
                t.pass(Duration::from_secs(15));
            }
            let cause = trouble.cause;
            assert_eq!(open(t), [(MONEY, cause)], "{}", t.story());
            let for_so_long = open_for(t, MONEY, cause);
            some_time(t);
            assert!(open_for(t, MONEY, cause) >= for_so_long + 150);
            assert_eq!(on_dashboard(t), [trouble.of_money]);
            t.at_desk("experts", |t| assert!(on_dashboard(t).is_empty()));
            is_logged(t, ("the group of money", cause), false);
            t.at_desk(MONEY, trouble.ends);
            t.pass(minutes(2));
            some_time(t);
            assert!(open(t).is_empty());
            assert_eq!(open_for(t, MONEY, cause), 0);
            assert!(on_dashboard(t).is_empty());
            t.at_desk(MONEY, |t| assert!(on_dashboard(t).is_empty()));
            is_logged(t, ("the group of money", cause), true);
            reads_it_all(t);
        });
    }
}

/// Both groups have a ticket, and each has its dashboard.
fn two_tickets_below_dashboards(t: &mut Scenario) {
    t.pass(EVERY);
    t.general().expect_part("No open tickets");
    t.at_desk(MONEY, |t| {
        t.general().expect_part("No open tickets");
    });
    two_tickets(t);
    some_time(t);
}

#[test]
fn the_main_group_out_of_reach_is_no_other_ones_business() {
    for trouble in TROUBLES {
        bot_test_with(with_dashboards(), |t| {
            two_tickets_below_dashboards(t);
            (trouble.begins)(t);
            t.client("ann").says("hello?");
            for round in 0..4 {
                let new = format!("new{round}");
                opens_at_money(t, &new, "and I");
                t.pass(Duration::from_secs(15));
            }
            let cause = trouble.cause;
            assert_eq!(open(t), [("main", cause)], "{}", t.story());
            some_time(t);
            assert!(open_for(t, "main", cause) >= 150);
            t.at_desk(MONEY, |t| assert!(on_dashboard(t).is_empty()));
            is_logged(t, ("the support group", cause), false);
            if cause == "topics_off" {
                // There it can be said.
                let here = "⛔ Topics are off in this group: posts wait";
                assert_eq!(on_dashboard(t), [here]);
            }
            (trouble.ends)(t);
            t.pass(minutes(2));
            some_time(t);
            assert!(open(t).is_empty());
            assert!(on_dashboard(t).is_empty());
            is_logged(t, ("the support group", cause), true);
            reads_it_all(t);
        });
    }
}

#[test]
fn a_further_group_is_called_by_its_name_after_a_restart_as_well() {
    bot_test_with(with_dashboards(), |t| {
        two_tickets_below_dashboards(t);
        t.at_desk(MONEY, kicks_bot);
        t.kill();
        t.start();
        t.run();
        let began = t.logged("the group of money is out of reach; calls wait");
        assert_eq!(began.len(), 2, "{began:#?}");
        some_time(t);
        assert_eq!(open(t), [(MONEY, "gone")]);
        assert_eq!(on_dashboard(t), [TROUBLES[1].of_money]);
        t.at_desk(MONEY, makes_bot_admin);
        some_time(t);
        assert_eq!(t.logged("the group of money is in reach again").len(), 1);
        assert!(on_dashboard(t).is_empty());
        reads_it_all(t);
    });
}
