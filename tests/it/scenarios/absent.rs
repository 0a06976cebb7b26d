//! Whoever is not at work is given nothing by hushdesk, and whoever gives them something is told so. Whether
//! they are is said by command or by button.

use std::time::Duration;

use hushdesk::domain::settings::{Assignment, Category};
use hushdesk::domain::ticket::TicketPriority;

use super::claiming::held;
use super::reopening::reopening;
use crate::harness::{Reads, Scenario, Setup, bot_test, bot_test_with};

fn auto(setup: Setup) -> Setup {
    let mut setup = setup;
    setup.agents.assignment = Assignment::Auto;
    setup
}

fn says(t: &mut Scenario, agent: &str, command: &str, answer: &str) {
    t.agent(agent).writes_in_general(command);
    t.general().expect_part(answer);
}

fn expect_given(t: &mut Scenario, client: &str, agent: &str) {
    let name = t.marked(agent).first_name().to_owned();
    t.topic(client)
        .expect(&format!("👤 {name}, this ticket is yours."));
}

fn asks(t: &mut Scenario, client: &str) {
    t.client(client).says("my order is lost");
    t.client(client).expect_part("created");
    t.topic(client).expect_card("my order is lost");
}

#[test]
fn whom_an_admin_has_named_is_at_work_from_their_own_first_action_on() {
    let mut setup = auto(Setup::default());
    setup.agents.away_after = Some(Duration::from_secs(30 * 60));
    bot_test_with(setup, |t| {
        says(t, "sam", "/busy", "You are busy");
        t.joins("ben");
        t.general().expect_part("has joined this group");
        let ben = t.marked("ben").username().to_owned();
        says(t, "sam", &format!("/agent @{ben} level 2"), "⚪ offline");
        asks(t, "ann");
        assert_eq!(held(t, "ann").0, "");
        t.agent("ben").writes_in_general("good morning");
        expect_given(t, "ann", "ben");
        // And away once they do nothing more.
        t.pass(Duration::from_secs(31 * 60));
        t.topic("ann").expect_part("back in the queue");
    });
}

#[test]
fn who_is_given_a_ticket_by_somebody_and_is_not_at_work_has_it_and_that_is_said() {
    bot_test(|t| {
        asks(t, "ann");
        t.joins("ben");
        t.general().expect_part("has joined this group");
        let ben = t.marked("ben").username().to_owned();
        for command in ["/assign", "/transfer"] {
            t.agent("sam")
                .writes_in("ann", &format!("{command} @{ben}"));
            expect_given(t, "ann", "ben");
            t.topic("ann").expect_part("is not at work at the moment");
            assert_eq!(held(t, "ann").0, "ben");
            t.agent("sam").writes_in("ann", "/unclaim");
            t.topic("ann").expect("This ticket is back in the queue.");
        }
    });
}

#[test]
fn a_ticket_that_is_opened_again_goes_to_whoever_had_it_only_where_they_are_at_work() {
    for (absence, answer) in [
        ("/offline", "You are offline"),
        ("/away", "You are away"),
        // It is Friday.
        ("/shift mon 09:00-17:00", "Your working hours"),
    ] {
        bot_test_with(auto(reopening()), |t| {
            says(t, "sam", "/available", "You are available");
            asks(t, "ann");
            expect_given(t, "ann", "sam");
            t.agent("sam").writes_in("ann", "/close");
            t.client("ann").expect_part("closed");
            t.topic("ann").expect_part("closed");
            says(t, "sam", absence, answer);
            t.client("ann").says("it is back");
            t.client("ann").expect_part("open again");
            t.topic("ann").expect_part("open again");
            t.topic("ann").expect("it is back");
            assert_eq!(held(t, "ann").0, "", "{absence}");
            says(t, "joe", "/available", "You are available");
            expect_given(t, "ann", "joe");
            says(t, "sam", "/shift off", "no working hours");
        });
    }
}

#[test]
fn a_ticket_that_waits_goes_to_somebody_once_it_is_about_what_they_work_on() {
    let mut setup = auto(Setup::default());
    setup.categories = ["billing", "technical"]
        .map(|name| Category {
            name: name.to_owned(),
            title: name.to_owned(),
            desk: None,
            priority: None,
        })
        .to_vec();
    bot_test_with(setup, |t| {
        says(t, "sam", "/available", "You are available");
        let sam = t.marked("sam").username().to_owned();
        says(
            t,
            "sam",
            &format!("/agent @{sam} categories technical"),
            "technical",
        );
        t.client("ann").says("/start billing");
        t.client("ann").expect_part("please write");
        asks(t, "ann");
        assert_eq!(held(t, "ann").0, "");
        t.agent("sam").writes_in("ann", "/category technical");
        expect_given(t, "ann", "sam");
        t.topic("ann").expect_part("technical");
    });
}

#[test]
fn buttons_under_an_agents_own_answer_say_whether_they_are_there() {
    bot_test(|t| {
        says(t, "joe", "/available", "You are available");
        says(t, "sam", "/mine", "You have");
        t.agent("sam").in_general().presses("busy");
        says(t, "sam", "/agents", "🟡 busy");
        // They are sam's, whoever presses.
        t.agent("joe").in_general().presses("away");
        t.agent("joe")
            .in_general()
            .expect_alert("Only whoever wrote the message");
        t.agent("sam").writes_in_general("/agents");
        let agents = t.general().next().text().to_owned();
        assert!(!agents.contains("away"), "{agents}");
        t.agent("sam").in_general().presses("away");
        says(t, "joe", "/agents", "🌙 away");
    });
}

/// Both are free; the ordinary one goes to whoever comes first, the critical one to whoever is senior.
#[test]
fn why_says_in_a_sentence_what_spoke_for_an_agent() {
    let mut setup = auto(Setup::default());
    setup.categories = vec![Category {
        name: "outage".to_owned(),
        title: "outage".to_owned(),
        desk: None,
        priority: Some(TicketPriority::Critical),
    }];
    bot_test_with(setup, |t| {
        says(t, "sam", "/available", "You are available");
        says(t, "joe", "/available", "You are available");
        let joe = t.marked("joe").username().to_owned();
        says(t, "sam", &format!("/agent @{joe} level 2"), "level 2");
        t.client("ann").says("/start outage");
        t.client("ann").expect_part("please write");
        asks(t, "ann");
        expect_given(t, "ann", "joe");
        t.agent("sam").writes_in("ann", "/why");
        t.topic("ann").expect_part(
            "The ticket is critical: those of level 2 and above come first.\n\
             Looked at: 2. Could not take it: nobody. Came behind: less senior: 1.",
        );
        asks(t, "bob");
        expect_given(t, "bob", "sam");
        t.agent("sam").writes_in("bob", "/why");
        t.topic("bob").expect_part(
            "Of those who could take the ticket, this agent had the fewest.\n\
             Looked at: 2. Could not take it: nobody. Came behind: have more tickets: 1.",
        );
    });
}
