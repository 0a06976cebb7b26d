//! Where hushdesk gives tickets out: to whom, what clients read while nobody is free, and what becomes of the
//! tickets of those who go.

use std::time::Duration;

use hushdesk::domain::settings::{Agents, Assignment, Category};
use hushdesk::sandbox::Status;

use crate::harness::{Reads, Scenario, Setup, bot_test_with};

fn auto(most: u32) -> Setup {
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
fn at_work(t: &mut Scenario, name: &str) {
    t.agent(name).writes_in_general("/available");
    t.general().expect_part("You are available");
}

fn asks(t: &mut Scenario, client: &str, answer: &str) {
    t.client(client).says("my order is lost");
    t.client(client).expect_part(answer);
    t.topic(client).expect_card("my order is lost");
}

fn expect_given(t: &mut Scenario, client: &str, agent: &str) {
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
    let mut setup = auto(5);
    setup.categories = ["billing", "technical"]
        .map(|name| Category {
            name: name.to_owned(),
            title: name.to_owned(),
            desk: None,
            priority: None,
        })
        .to_vec();
    bot_test_with(setup, |t| {
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
        // Nobody reads it, so somebody who does not gets it rather than nobody.
        expect_given(t, "ann", "sam");
        t.topic("bob").expect_part("back in the queue");
    });
}
