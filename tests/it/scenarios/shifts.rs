//! Agents have hours of their own.

use std::time::Duration;

use hushdesk::domain::settings::{Agents, Assignment};

use crate::harness::{Reads, Setup, bot_test_with};

const HOUR: Duration = Duration::from_secs(60 * 60);

fn auto() -> Setup {
    let setup = Setup::default();
    Setup {
        agents: Agents {
            assignment: Assignment::Auto,
            ..setup.agents
        },
        ..setup
    }
}

#[test]
fn outside_of_the_shift_an_agent_is_offline_and_their_tickets_wait() {
    bot_test_with(auto(), |t| {
        // It is Friday, midnight UTC: one at night in Berlin.
        t.agent("sam").writes_in_general("/shift whenever I like");
        t.general()
            .expect_part("“whenever” is neither a day nor a time.\n/shift");
        t.agent("sam")
            .writes_in_general("/shift mon-fri 01:00-03:00 Europe/Berlim");
        t.general().expect_part("Did you mean Europe/Berlin?");
        t.agent("sam")
            .writes_in_general("/shift mon-fri 01:00-03:00 Europe/Berlin");
        t.general()
            .expect("Your working hours: mon-fri 01:00-03:00 Europe/Berlin");
        t.client("ann").says("my order is lost");
        t.client("ann")
            .expect_part("An agent will assist you shortly");
        t.topic("ann").expect_card("my order is lost");
        t.topic("ann").expect_part("this ticket is yours");
        t.pass(2 * HOUR + Duration::from_secs(60));
        t.topic("ann")
            .expect_part("is not there. This ticket is back");
        t.agent("sam").writes_in_general("/agents");
        t.general().expect_part("⚪ offline");
        t.agent("sam").writes_in_general("/shift off");
        t.general().expect_part("You have no working hours");
        t.topic("ann").expect_part("this ticket is yours");
    });
}

#[test]
fn the_shift_begins_by_itself() {
    bot_test_with(auto(), |t| {
        t.agent("sam")
            .writes_in_general("/shift fri 02:00-03:00 UTC");
        t.general().expect_part("Your working hours");
        t.client("ann").says("my order is lost");
        t.client("ann").expect_part("your place in the queue is 1");
        t.topic("ann").expect_card("my order is lost");
        t.pass(2 * HOUR + Duration::from_secs(60));
        t.topic("ann").expect_part("this ticket is yours");
        t.pass(HOUR);
        t.topic("ann").expect_part("is not there");
        t.agent("sam").writes_in_general("/shift off");
        t.general().expect_part("You have no working hours");
        t.topic("ann").expect_part("this ticket is yours");
    });
}
