//! Tickets wait for whoever speaks the client's language, and for nobody who does not come.

use std::time::Duration;

use hushdesk::sandbox::Person;

use super::assignment::{asks, at_work, auto, expect_given};
use super::claiming::held;
use crate::harness::{Reads, Scenario, bot_test_with};

const HOUR: Duration = Duration::from_secs(60 * 60);

/// Sam speaks English, joe speaks Russian, and both are at work.
fn two_agents(t: &mut Scenario) {
    for (name, language) in [("sam", "en"), ("joe", "ru")] {
        at_work(t, name);
        let user = t.marked(name).username().to_owned();
        t.agent("sam")
            .writes_in_general(&format!("/agent @{user} languages {language}"));
        t.general().expect_part(language);
    }
}

fn is(t: &mut Scenario, agent: &str, status: &str) {
    t.agent(agent).writes_in_general(&format!("/{status}"));
    t.general().expect_part(&format!("You are {status}"));
}

/// Olga writes in Russian.
fn olga_asks(t: &mut Scenario, answer: &str) {
    let olga = t.person("olga");
    t.sandbox.add_person(Person {
        language_code: Some("ru".to_owned()),
        ..Person::named(olga, "Firstolgamark")
    });
    t.client("olga").says("где мой заказ");
    t.client("olga").expect_part(answer);
    t.topic("olga").expect_card("где мой заказ");
}

#[test]
fn a_ticket_waits_for_whoever_speaks_its_language() {
    bot_test_with(auto(1), |t| {
        two_agents(t);
        is(t, "joe", "busy");
        olga_asks(t, "место в очереди: 1");
        asks(t, "ann", "An agent will assist you shortly");
        expect_given(t, "ann", "sam");
        t.agent("sam").writes_in("olga", "/why");
        let why = t.topic("olga").next();
        for words in ["not available: 1", "no room for another ticket: 1"] {
            assert!(why.text().contains(words), "{}", why.text());
        }
        t.agent("sam").writes_in("ann", "/close");
        t.client("ann").expect_part("closed");
        t.topic("ann").expect_part("closed");
        t.agent("sam").writes_in("olga", "/why");
        t.topic("olga")
            .expect_part("not available: 1, do not speak the language: 1.");
        is(t, "joe", "available");
        expect_given(t, "olga", "joe");
    });
}

#[test]
fn a_language_that_nobody_of_the_group_speaks_is_no_condition() {
    bot_test_with(auto(5), |t| {
        two_agents(t);
        is(t, "joe", "offline");
        olga_asks(t, "место в очереди: 1");
        t.leaves("joe");
        expect_given(t, "olga", "sam");
    });
}

#[test]
fn nobody_waits_for_a_colleague_who_has_been_gone_for_a_day() {
    bot_test_with(auto(5), |t| {
        two_agents(t);
        is(t, "joe", "offline");
        olga_asks(t, "место в очереди: 1");
        t.pass(12 * HOUR);
        // It is heard of them, and they are offline all the same.
        t.agent("joe").writes_in_general("good night");
        t.pass(23 * HOUR);
        assert!(t.topic("olga").try_next().is_none());
        t.pass(HOUR);
        expect_given(t, "olga", "sam");
    });
}

/// Whoever has been named and has not come to work yet is waited for just as long.
#[test]
fn nobody_waits_for_longer_for_a_colleague_who_has_never_come() {
    bot_test_with(auto(5), |t| {
        at_work(t, "sam");
        t.joins("joe");
        t.general().expect_part("has joined this group");
        for (name, language) in [("sam", "en"), ("joe", "ru")] {
            let user = t.marked(name).username().to_owned();
            t.agent("sam")
                .writes_in_general(&format!("/agent @{user} languages {language}"));
            t.general().expect_part(language);
        }
        olga_asks(t, "место в очереди: 1");
        t.pass(23 * HOUR);
        assert!(t.topic("olga").try_next().is_none());
        t.pass(HOUR);
        expect_given(t, "olga", "sam");
    });
}

/// Where it goes to somebody else before it counts as missed, it waits no longer than until then.
#[test]
fn what_is_to_go_to_somebody_else_goes_to_whoever_is_there() {
    let mut setup = auto(5);
    setup.sla.first_response.medium = Some(2 * HOUR);
    setup.sla.reassign_at_percent = 50;
    bot_test_with(setup, |t| {
        two_agents(t);
        is(t, "joe", "busy");
        olga_asks(t, "место в очереди: 1");
        t.pass(HOUR + Duration::from_secs(60));
        assert_eq!(held(t, "olga").0, "sam");
        t.agent("sam").writes_in("olga", "/close");
        t.client("olga").expect_part("закрыла");
        t.reads_all(t.group);
    });
}

/// No answer is worse than one in another language.
#[test]
fn what_is_overdue_goes_to_whoever_is_there() {
    let mut setup = auto(5);
    setup.sla.first_response.medium = Some(HOUR);
    bot_test_with(setup, |t| {
        two_agents(t);
        is(t, "joe", "busy");
        olga_asks(t, "место в очереди: 1");
        t.pass(HOUR - Duration::from_secs(60));
        assert_eq!(held(t, "olga").1, 0);
        t.pass(Duration::from_secs(120));
        assert_eq!(held(t, "olga").0, "sam");
        t.agent("sam").writes_in("olga", "/close");
        t.client("olga").expect_part("закрыла");
        t.reads_all(t.group);
    });
}

#[test]
fn a_ticket_that_is_not_answered_goes_to_somebody_of_another_language_rather_than_nobody() {
    let mut setup = auto(5);
    setup.sla.first_response.medium = Some(HOUR);
    bot_test_with(setup, |t| {
        two_agents(t);
        olga_asks(t, "скоро");
        expect_given(t, "olga", "joe");
        t.pass(HOUR + HOUR / 2 + Duration::from_secs(60));
        assert_eq!(held(t, "olga").0, "sam");
        t.agent("sam").writes_in("olga", "/close");
        t.client("olga").expect_part("закрыла");
        t.reads_all(t.group);
    });
}

/// Whoever asks for work gets what suits, and then what would suit but for the language; whoever takes a ticket
/// is asked for no language.
#[test]
fn whoever_takes_a_ticket_may_help_in_any_language() {
    bot_test_with(auto(5), |t| {
        two_agents(t);
        is(t, "joe", "busy");
        is(t, "sam", "busy");
        olga_asks(t, "место в очереди: 1");
        asks(t, "ann", "your place in the queue is 2");
        for client in ["ann", "olga"] {
            t.agent("sam").writes_in_general("/next");
            expect_given(t, client, "sam");
            t.general().expect_part("Yours now");
        }
        t.agent("joe").writes_in_general("/next");
        t.general().expect_part("Nothing waits");
        t.agent("sam").writes_in("olga", "/unclaim");
        t.topic("olga").expect_part("back in the queue");
        t.agent("sam").writes_in("olga", "/claim");
        t.topic("olga").expect("This ticket is yours.");
    });
}
