//! Where hushdesk gives tickets out: to whom, what clients read while nobody is free, and what becomes of the
//! tickets of those who go.

use std::time::Duration;

use hushdesk::domain::settings::{Agents, Assignment, Category};
use hushdesk::sandbox::Status;

use super::claiming::held;
use crate::harness::{Reads, Scenario, Setup, bot_test_with};

pub(super) fn auto(most: u32) -> Setup {
    let setup = Setup::default();
    Setup {
        agents: Agents {
            assignment: Assignment::Auto,
            max_concurrent_tickets: most,
            ..setup.agents
        },
        ..setup
    }
}

/// Agents are those who have done something in the group.
pub(super) fn at_work(t: &mut Scenario, name: &str) {
    t.agent(name).writes_in_general("/available");
    t.general().expect_part("You are available");
}

pub(super) fn asks(t: &mut Scenario, client: &str, answer: &str) {
    t.client(client).says("my order is lost");
    t.client(client).expect_part(answer);
    t.topic(client).expect_card("my order is lost");
}

pub(super) fn expect_given(t: &mut Scenario, client: &str, agent: &str) {
    let name = t.marked(agent).first_name().to_owned();
    t.topic(client)
        .expect(&format!("👤 {name}, this ticket is yours."));
}

#[test]
fn a_new_ticket_goes_to_whoever_has_the_fewest() {
    bot_test_with(auto(5), |t| {
        at_work(t, "sam");
        at_work(t, "joe");
        asks(t, "ann", "An agent will assist you shortly");
        expect_given(t, "ann", "sam");
        asks(t, "bob", "An agent will assist you shortly");
        expect_given(t, "bob", "joe");
        t.agent("sam").writes_in("ann", "/why");
        t.topic("ann").expect_part("chosen by hushdesk");
    });
}

#[test]
fn who_waits_is_told_the_place_in_the_queue_and_again_when_it_moves() {
    bot_test_with(auto(1), |t| {
        at_work(t, "sam");
        asks(t, "ann", "An agent will assist you shortly");
        expect_given(t, "ann", "sam");
        asks(t, "bob", "your place in the queue is 1");
        asks(t, "eve", "your place in the queue is 2");
        t.agent("sam").writes_in("ann", "/close");
        t.client("ann").expect_part("closed");
        t.topic("ann").expect_part("closed");
        expect_given(t, "bob", "sam");
        t.client("eve").expect_nothing();
        t.pass(Duration::from_secs(4 * 60));
        t.client("eve").expect("Your place in the queue is 1 now.");
        t.pass(Duration::from_secs(10 * 60));
        t.client("eve").expect_nothing();
    });
}

#[test]
fn whoever_does_nothing_is_away_and_their_tickets_go_to_others() {
    let mut setup = auto(5);
    setup.agents.away_after = Some(Duration::from_secs(30 * 60));
    bot_test_with(setup, |t| {
        at_work(t, "sam");
        asks(t, "ann", "An agent will assist you shortly");
        expect_given(t, "ann", "sam");
        t.pass(Duration::from_secs(20 * 60));
        at_work(t, "joe");
        t.pass(Duration::from_secs(11 * 60));
        expect_given(t, "ann", "joe");
        // Any action of theirs says that they are back.
        t.agent("sam").writes_in_general("good morning");
        asks(t, "bob", "An agent will assist you shortly");
        expect_given(t, "bob", "sam");
        for client in ["ann", "bob"] {
            t.agent("sam").writes_in(client, "/close");
            t.client(client).expect_part("closed");
            t.topic(client).expect_part("closed");
        }
    });
}

#[test]
fn whoever_leaves_the_group_leaves_their_tickets_behind() {
    bot_test_with(auto(5), |t| {
        at_work(t, "sam");
        asks(t, "ann", "An agent will assist you shortly");
        expect_given(t, "ann", "sam");
        let name = t.marked("sam").first_name().to_owned();
        t.leaves("sam");
        t.topic("ann").expect(&format!(
            "{name} is not there. This ticket is back in the queue."
        ));
        assert_eq!(t.status_of("sam"), Some(Status::Left));
        at_work(t, "joe");
        expect_given(t, "ann", "joe");
    });
}

#[test]
fn admins_say_what_an_agent_is_good_for() {
    bot_test_with(auto(5), |t| {
        at_work(t, "sam");
        let sam = t.marked("sam").username().to_owned();
        t.agent("sam")
            .writes_in_general(&format!("/agent @{sam} level 2 capacity 1 languages ru,en"));
        t.general().expect_part("0 of 1 tickets · level 2 · ru, en");
        t.agent("sam").writes_in_general("/agent @nobody level 9");
        t.general().expect_part("Example: /agent @sam");
        asks(t, "ann", "An agent will assist you shortly");
        expect_given(t, "ann", "sam");
        asks(t, "bob", "your place in the queue is 1");
        t.agent("sam").writes_in_general("/agents");
        t.general().expect_part("1 of 1 tickets");
        t.joins("ben");
        t.general().expect_part("has joined this group");
        t.agent("ben").writes_in_general("/agents");
        t.general().expect_part("Only administrators");
        expect_given(t, "bob", "ben");
    });
}

#[test]
fn who_writes_while_nobody_is_at_work_is_told_so() {
    bot_test_with(auto(5), |t| {
        t.joins("sam");
        t.general().expect_part("has joined this group");
        asks(
            t,
            "ann",
            "Nobody is at work at the moment; your place in the queue is 1",
        );
        at_work(t, "sam");
        expect_given(t, "ann", "sam");
    });
}

#[test]
fn whoever_puts_a_ticket_aside_has_room_for_another() {
    bot_test_with(auto(1), |t| {
        at_work(t, "sam");
        asks(t, "ann", "An agent will assist you shortly");
        expect_given(t, "ann", "sam");
        asks(t, "bob", "All agents are busy");
        t.agent("sam").writes_in("ann", "/snooze");
        t.topic("ann").expect("Put aside until the client writes.");
        expect_given(t, "bob", "sam");
    });
}

#[test]
fn a_ticket_that_wakes_and_that_nobody_has_is_given_to_somebody() {
    bot_test_with(auto(5), |t| {
        at_work(t, "sam");
        t.agent("sam").writes_in_general("/busy");
        t.general().expect_part("You are busy");
        asks(t, "ann", "All agents are busy");
        t.agent("sam").writes_in("ann", "/snooze 10m");
        t.topic("ann").expect_part("Put aside until");
        at_work(t, "sam");
        t.topic("ann").expect_edited("snoozed");
        t.pass(Duration::from_secs(11 * 60));
        expect_given(t, "ann", "sam");
        t.topic("ann")
            .expect("This ticket is not put aside any more.");
    });
}

#[test]
fn tickets_go_to_those_who_work_on_what_they_are_about_and_read_their_language() {
    bot_test_with(two_categories(5), |t| {
        at_work(t, "sam");
        at_work(t, "joe");
        let (sam, joe) = (
            t.marked("sam").username().to_owned(),
            t.marked("joe").username().to_owned(),
        );
        t.agent("sam")
            .writes_in_general(&format!("/agent @{sam} categories billing languages ru"));
        t.general().expect_part("billing · ru");
        t.agent("sam").writes_in_general(&format!(
            "/agent @{joe} categories technical,billing languages en"
        ));
        t.general().expect_part("technical, billing · en");
        // Sam speaks another language; joe is there.
        t.client("ann").says("/start billing");
        t.client("ann").expect_part("billing: please write");
        asks(t, "ann", "An agent will assist you shortly");
        expect_given(t, "ann", "joe");
        // Only joe works on it, whoever has more to do.
        t.client("bob").says("/start technical");
        t.client("bob").expect_part("technical: please write");
        asks(t, "bob", "An agent will assist you shortly");
        expect_given(t, "bob", "joe");
        t.agent("joe").writes_in_general("/away");
        t.general().expect_part("You are away");
        // Nobody else reads it, and joe comes back.
        t.topic("ann").expect_part("back in the queue");
        t.topic("bob").expect_part("back in the queue");
        // Now nobody does, so somebody who does not gets it rather than nobody.
        t.leaves("joe");
        expect_given(t, "ann", "sam");
    });
}

/// Sam has the ticket of ann and room for no other; bob waits.
fn sam_is_full(t: &mut Scenario) {
    at_work(t, "sam");
    asks(t, "ann", "An agent will assist you shortly");
    expect_given(t, "ann", "sam");
    asks(t, "bob", "your place in the queue is 1");
}

fn two_categories(most: u32) -> Setup {
    let mut setup = auto(most);
    setup.categories = ["billing", "technical"]
        .map(|name| Category {
            name: name.to_owned(),
            title: name.to_owned(),
            desk: None,
            priority: None,
        })
        .to_vec();
    setup
}

/// Whatever takes a ticket from somebody, they get the oldest that waits and suits them, in the same moment,
/// and never the very one that they have just given back.
#[test]
fn whoever_gives_a_ticket_back_is_given_the_next_one_at_once() {
    for (command, who) in [
        ("/unclaim", "sam"),
        // By somebody else, who is an administrator.
        ("/unclaim", "eve"),
        ("/escalate it burns", "sam"),
        ("/transfer billing", "sam"),
        ("/transfer level 2", "sam"),
        ("/snooze", "sam"),
        ("/close", "sam"),
    ] {
        bot_test_with(two_categories(1), |t| {
            t.agent("eve").writes_in_general("/busy");
            t.general().expect_part("You are busy");
            sam_is_full(t);
            t.agent(who).writes_in("ann", command);
            expect_given(t, "bob", "sam");
            assert_eq!(held(t, "bob"), ("sam".to_owned(), 1), "{command}");
            assert_eq!(held(t, "ann").1, 1, "{command}");
            t.reads_all(t.group);
            let ann = t.person("ann");
            t.reads_all(ann);
        });
    }
}

#[test]
fn whoever_passes_a_ticket_to_a_colleague_is_given_the_next_one_at_once() {
    for command in ["/assign", "/transfer"] {
        bot_test_with(auto(1), |t| {
            t.agent("joe").writes_in_general("/busy");
            t.general().expect_part("You are busy");
            sam_is_full(t);
            let joe = t.marked("joe").username().to_owned();
            t.agent("sam")
                .writes_in("ann", &format!("{command} @{joe}"));
            expect_given(t, "ann", "joe");
            expect_given(t, "bob", "sam");
        });
    }
}

#[test]
fn whoever_raises_or_puts_aside_a_ticket_by_button_is_given_the_next_one_at_once() {
    for button in ["Escalate", "Close"] {
        bot_test_with(auto(1), |t| {
            sam_is_full(t);
            t.agent("sam").in_topic_of("ann").presses(button);
            let why = match button {
                "Close" => "Solved",
                _ => "cannot wait",
            };
            t.agent("sam").in_topic_of("ann").presses(why);
            expect_given(t, "bob", "sam");
            t.reads_all(t.group);
            let ann = t.person("ann");
            t.reads_all(ann);
        });
    }
}

#[test]
fn whose_ticket_the_clock_or_the_client_takes_is_given_the_next_one_at_once() {
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    let mut setup = auto(1);
    setup.sla.first_response.medium = Some(minutes(10));
    bot_test_with(setup, |t| {
        sam_is_full(t);
        t.client("ann").says("/close");
        t.client("ann").expect_part("closed");
        t.topic("ann").expect_part("closed");
        expect_given(t, "bob", "sam");
        t.pass(minutes(5));
        asks(t, "eve", "your place in the queue is 1");
        // Nobody has answered bob in time: the ticket is taken from sam, who gets the other.
        t.pass(minutes(11));
        assert_eq!(held(t, "eve").0, "sam");
        assert_ne!(held(t, "bob").0, "sam");
        for client in ["bob", "eve"] {
            t.agent("sam").writes_in(client, "/close");
            t.client(client).expect_part("closed");
        }
        t.reads_all(t.group);
    });
}

/// More tickets than are given out at a time.
const MANY: u8 = 24;

/// So many clients.
fn many() -> impl Iterator<Item = String> {
    (0..MANY).map(|number| format!("{}oe", char::from(b'a' + number)))
}

fn asks_quietly(t: &mut Scenario, client: &str) {
    t.client(client).says("my order is lost");
    t.pass(Duration::from_secs(60));
}

/// What waits first may be for others.
#[test]
fn what_suits_nobody_does_not_hide_what_waits_behind_it() {
    let mut setup = auto(1);
    setup.tickets.escalate_keywords = vec!["operator".to_owned()];
    bot_test_with(setup, |t| {
        at_work(t, "sam");
        asks(t, "ann", "An agent will assist you shortly");
        expect_given(t, "ann", "sam");
        for client in many() {
            t.client(&client).says("an operator, please");
            t.pass(Duration::from_secs(20));
        }
        asks_quietly(t, "bob");
        t.agent("sam").writes_in("ann", "/close");
        t.pass(Duration::from_secs(300));
        assert_eq!(held(t, "bob").0, "sam");
        for person in t.everybody() {
            let chat = t.person(&person);
            t.reads_all(chat);
        }
        t.reads_all(t.group);
    });
}

/// More wait than are given out in one go, and nothing else happens.
#[test]
fn everything_that_waits_is_given_out_to_those_who_come_to_work() {
    bot_test_with(auto(100), |t| {
        t.agent("sam").writes_in_general("/busy");
        t.general().expect_part("You are busy");
        for client in many() {
            t.client(&client).says("my order is lost");
            t.pass(Duration::from_secs(20));
        }
        t.agent("sam").writes_in_general("/available");
        t.pass(Duration::from_secs(10));
        let waiting: i64 = t.database(|db| {
            let query = "SELECT count(*) FROM tickets WHERE state <> 'assigned'";
            db.query_row(query, [], |row| row.get(0)).expect("it reads")
        });
        assert_eq!(waiting, 0);
        t.pass(Duration::from_secs(300));
        for person in t.everybody() {
            let chat = t.person(&person);
            t.reads_all(chat);
        }
        t.reads_all(t.group);
    });
}
