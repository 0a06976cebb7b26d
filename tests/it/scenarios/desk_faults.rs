//! The faults of one of several groups: they are that group's alone. The others go on, nothing is used up
//! meanwhile, whoever can still read is told what to do, and everything arrives afterwards, in order.

use std::time::Duration;

use hushdesk::sandbox::{Fault, FaultRule, Rights, Status, content};

use super::desks::two_desks;
use crate::harness::{BOT, Reads, Scenario, Setup, bot_test_with};

pub const MONEY: &str = "money";

pub fn refuse(code: u16, description: &str) -> Fault {
    Fault::Refuse {
        code,
        description: description.to_owned(),
        parameters: None,
    }
}

pub fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(minutes * 60)
}

/// Ann has a ticket in the main group, bob one in the group of payments.
pub fn two_tickets(t: &mut Scenario) {
    t.agent("sam");
    t.at_desk(MONEY, |t| {
        t.agent("kim");
    });
    t.client("ann").says("my order is lost");
    t.client("ann").expect_part("created");
    t.topic("ann").expect_card("my order is lost");
    t.client("bob").says("/start billing");
    t.client("bob").expect_part("Payments");
    t.client("bob").says("I have paid twice");
    t.client("bob").expect_part("created");
    t.at_desk(MONEY, |t| {
        t.topic("bob").expect_card("I have paid twice");
    });
}

/// Somebody new opens a ticket of the group of payments.
pub fn opens_at_money(t: &mut Scenario, client: &str, text: &str) {
    t.client(client).says("/start billing");
    t.client(client).expect_part("Payments");
    t.client(client).says(text);
    t.client(client).expect_part("created");
}

/// In the main group all is as ever.
pub fn the_others_go_on(t: &mut Scenario, text: &str) {
    let before = t.now();
    t.client("ann").says(text);
    t.topic("ann").expect(text);
    assert!(t.now() - before < 5_000, "ann does not wait");
    let reply = t.agent("sam").writes_in("ann", text);
    t.client("ann").expect(&format!("Live Support: {text}"));
    t.topic("ann").expect_mark(reply, "👌");
}

pub fn kicks_bot(t: &mut Scenario) {
    let (group, now) = (t.group, t.now());
    t.sandbox.kick(group, BOT, now);
    t.run();
}

pub fn makes_bot(t: &mut Scenario, status: Status) {
    let (group, now) = (t.group, t.now());
    t.sandbox.set_member(group, BOT, status, now);
    t.run();
}

pub fn makes_bot_admin(t: &mut Scenario) {
    makes_bot(t, Status::Administrator(Rights::all()));
}

/// Calls into a chat so far that were more than a question.
pub fn calls_into(t: &Scenario, chat: i64) -> usize {
    let calls = t.sandbox.calls();
    let into = calls.iter().filter(|call| call.chat == Some(chat));
    into.filter(|call| call.method != "getChat").count()
}

/// What is out of reach, as the database says.
pub fn out_of_reach(t: &Scenario) -> Vec<String> {
    t.database(|db| {
        let open = hushdesk::store::breakers::open_ones(db).expect("it can be read");
        open.iter().map(|one| one.cause.name().to_owned()).collect()
    })
}

/// The most failures that anything that waits has counted.
pub fn failures(t: &Scenario) -> u32 {
    let most = "SELECT ifnull(max(failures), 0) FROM outbox WHERE finished_at IS NULL";
    t.database(|db| db.query_row(most, [], |row| row.get(0)))
        .expect("it fits the schema")
}

#[test]
fn a_bot_that_was_kicked_from_one_group_and_is_added_again_goes_on_there() {
    bot_test_with(two_desks(), |t| {
        two_tickets(t);
        let money = t.further[0];
        for round in 1..=2 {
            t.at_desk(MONEY, kicks_bot);
            // Each time: whoever has put it right once knows what to do.
            t.general()
                .expect_part("cannot write in the group of money");
            let before = calls_into(t, money);
            let said = |line: u32| format!("{round}.{line}");
            t.client("bob").says(&said(1));
            t.client("bob").expect_nothing();
            t.pass(minutes(2));
            t.client("bob").says(&said(2));
            t.client("bob").expect_part("later than usual");
            t.client("bob").says(&said(3));
            the_others_go_on(t, &format!("{round}: still there?"));
            let new = format!("new{round}");
            opens_at_money(t, &new, "and I");
            t.client(&new).expect_part("later than usual");
            t.pass(minutes(10));
            assert_eq!(out_of_reach(t), ["gone"]);
            assert_eq!(calls_into(t, money), before, "{}", t.story());
            assert_eq!(failures(t), 0);
            t.at_desk(MONEY, |t| {
                makes_bot_admin(t);
                t.pass(minutes(1));
                for line in 1..=3 {
                    t.topic("bob").expect(&said(line));
                }
                t.topic(&new).expect_card("and I");
                t.general().expect_part("can work in this group again");
            });
            assert!(out_of_reach(t).is_empty());
            t.pass(minutes(2));
        }
    });
}

#[test]
fn one_group_stays_out_of_reach_over_a_restart_and_the_others_do_not() {
    bot_test_with(two_desks(), |t| {
        two_tickets(t);
        t.at_desk(MONEY, kicks_bot);
        t.general()
            .expect_part("cannot write in the group of money");
        t.kill();
        t.start();
        let before = calls_into(t, t.further[0]);
        t.client("bob").says("anybody?");
        t.pass(minutes(10));
        t.client("bob").expect_part("later than usual");
        the_others_go_on(t, "still there?");
        assert_eq!(calls_into(t, t.further[0]), before);
        t.at_desk(MONEY, |t| {
            makes_bot_admin(t);
            t.topic("bob").expect("anybody?");
            t.general().expect_part("can work in this group again");
        });
    });
}

#[test]
fn one_group_that_has_the_bot_as_a_mere_member_says_what_it_needs() {
    bot_test_with(two_desks(), |t| {
        two_tickets(t);
        t.at_desk(MONEY, kicks_bot);
        t.general()
            .expect_part("cannot write in the group of money");
        t.pass(minutes(5));
        t.at_desk(MONEY, |t| {
            makes_bot(t, Status::Member);
            t.general().expect_part("it is no administrator");
        });
        the_others_go_on(t, "still there?");
        t.at_desk(MONEY, |t| {
            makes_bot_admin(t);
            t.general().expect_part("can work in this group again");
        });
    });
}

#[test]
fn one_group_without_topics_holds_its_own_and_everything_follows_when_they_are_back() {
    bot_test_with(two_desks(), |t| {
        two_tickets(t);
        t.at_desk(MONEY, |t| t.sandbox.set_forum_mode(t.group, false));
        // Telegram does not tell where a copy went.
        t.client("bob").sends(content::photo("p", "look"));
        t.client("bob").says("into the void");
        t.at_desk(MONEY, |t| {
            t.general().expect_part("no topics any more");
            t.general().expect_gone("look");
            t.general().expect_gone("into the void");
        });
        assert_eq!(out_of_reach(t), ["topics_off"]);
        opens_at_money(t, "eve", "me too");
        the_others_go_on(t, "still there?");
        // What stands in the topics of others is nobody's concern.
        t.client("ann").sends(content::photo("q", "my parcel"));
        t.topic("ann").expect("my parcel");
        t.pass(minutes(3));
        t.client("eve").expect_part("later than usual");
        t.client("bob").says("hello?");
        t.client("bob").expect_part("later than usual");
        assert_eq!(failures(t), 0);
        t.at_desk(MONEY, |t| {
            t.sandbox.set_forum_mode(t.group, true);
            t.pass(minutes(2));
            t.topic("bob")
                .expect("look")
                .expect("into the void")
                .expect("hello?");
            t.topic("eve").expect_card("me too");
            t.general().expect_part("can work in this group again");
        });
        assert!(out_of_reach(t).is_empty());
    });
}

fn with_basic_money() -> Setup {
    Setup {
        basic_desk: Some(MONEY),
        ..two_desks()
    }
}

/// What is written on both sides after the group of payments has a new id.
fn goes_on_after_the_upgrade(t: &mut Scenario) {
    t.client("bob").expect_part("created");
    t.at_desk(MONEY, |t| {
        t.topic("bob").expect_card("I have paid twice");
        t.agent("kim").writes_in("bob", "hi");
    });
    t.client("bob").expect("Live Support: hi");
    t.client("ann").says("my order is lost");
    t.client("ann").expect_part("created");
    t.topic("ann").expect_card("my order is lost");
    t.kill();
    t.start();
    t.at_desk(MONEY, |t| {
        t.agent("kim").writes_in("bob", "still here");
    });
    t.client("bob").expect("Live Support: still here");
    t.client("bob").says("fine");
    t.at_desk(MONEY, |t| {
        t.topic("bob").expect("fine");
    });
    the_others_go_on(t, "still there?");
    t.agent("sam").writes_in("ann", "/transfer billing");
    t.at_desk(MONEY, |t| {
        t.topic("ann").expect_card("my order is lost");
        t.topic("ann").expect_part("Before it came here:");
    });
    t.topic("ann").expect_part("This ticket goes on in money");
}

#[test]
fn one_group_that_is_upgraded_is_followed() {
    bot_test_with(with_basic_money(), |t| {
        t.agent("sam");
        t.at_desk(MONEY, Scenario::upgrade_group);
        t.run();
        t.client("bob").says("/start billing");
        t.client("bob").expect_part("Payments");
        t.client("bob").says("I have paid twice");
        goes_on_after_the_upgrade(t);
    });
}

#[test]
fn an_upgrade_of_one_group_that_is_learned_from_a_refusal_is_followed() {
    bot_test_with(with_basic_money(), |t| {
        t.agent("sam");
        t.client("bob").says("/start billing");
        t.client("bob").expect_part("Payments");
        t.kill();
        t.client("bob")
            .drops(content::text("I have paid twice"), None);
        t.at_desk(MONEY, Scenario::upgrade_group);
        t.start();
        t.run();
        goes_on_after_the_upgrade(t);
    });
}

#[test]
fn one_group_that_refuses_everything_is_asked_and_not_called() {
    for words in [
        "Forbidden: bot was kicked from the supergroup chat",
        "Forbidden: the group chat was deleted",
    ] {
        bot_test_with(two_desks(), |t| {
            two_tickets(t);
            let money = t.further[0];
            t.sandbox.set_fault_hook(Box::new(move |call| {
                (call.chat == Some(money)).then(|| refuse(403, words))
            }));
            t.client("bob").says("one");
            t.client("bob").says("two");
            t.pass(minutes(1));
            t.general()
                .expect_part("cannot write in the group of money");
            let before = calls_into(t, money);
            the_others_go_on(t, "still there?");
            t.pass(minutes(120));
            t.client("bob").expect_part("later than usual");
            assert_eq!(out_of_reach(t), ["gone"]);
            assert_eq!(calls_into(t, money), before);
            assert_eq!(failures(t), 0);
            opens_at_money(t, "eve", "hello");
            t.client("eve").expect_part("later than usual");
            t.sandbox.clear_faults();
            t.pass(minutes(2));
            t.at_desk(MONEY, |t| {
                t.topic("bob").expect("one").expect("two");
                t.topic("eve").expect_card("hello");
                t.general().expect_part("can work in this group again");
            });
        });
    }
}

#[test]
fn one_group_that_alone_is_not_answered_for_is_asked_and_not_called() {
    bot_test_with(two_desks(), |t| {
        two_tickets(t);
        let money = t.further[0];
        t.sandbox.set_fault_hook(Box::new(move |call| {
            (call.chat == Some(money)).then_some(Fault::Internal500)
        }));
        t.client("bob").says("one");
        for round in 0..4 {
            the_others_go_on(t, &format!("still there? {round}"));
            t.pass(Duration::from_secs(15));
        }
        assert_eq!(out_of_reach(t), ["no_answer"]);
        let questions = |t: &Scenario| {
            let calls = t.sandbox.calls().into_iter();
            let asked = calls.filter(|call| call.chat == Some(money));
            asked.filter(|call| call.method == "getChat").count()
        };
        let (called, asked) = (calls_into(t, money), questions(t));
        t.pass(minutes(240));
        assert_eq!(calls_into(t, money), called, "{}", t.story());
        assert!(questions(t) > asked + 200, "{} times", questions(t));
        t.client("bob").expect_part("later than usual");
        t.client("bob").says("two");
        opens_at_money(t, "eve", "hello");
        t.client("eve").expect_part("later than usual");
        the_others_go_on(t, "and now?");
        assert_eq!(calls_into(t, money), called, "{}", t.story());
        t.sandbox.clear_faults();
        t.pass(minutes(2));
        assert!(out_of_reach(t).is_empty());
        t.at_desk(MONEY, |t| {
            t.topic("bob").expect("one").expect("two");
            t.topic("bob").expect_part("may stand here twice");
            t.topic("eve").expect_card("hello");
            t.general().expect_part("can work in this group again");
            t.agent("kim").writes_in("bob", "here we are");
        });
        t.client("bob").expect("Live Support: here we are");
    });
}

#[test]
fn one_group_that_is_deleted_costs_the_others_nothing_and_gives_its_tickets_back() {
    bot_test_with(two_desks(), |t| {
        two_tickets(t);
        let money = t.further[0];
        t.sandbox.destroy_chat(money);
        t.client("bob").says("one");
        t.client("bob").says("two");
        t.pass(minutes(2));
        t.general()
            .expect_part("cannot write in the group of money");
        the_others_go_on(t, "still there?");
        t.client("bob").says("three");
        t.client("bob").expect_part("later than usual");
        t.pass(minutes(120));
        assert_eq!(out_of_reach(t), ["gone"]);
        assert_eq!(failures(t), 0);
        t.kill();
        t.forgets_further_desks();
        t.start();
        t.pass(minutes(2));
        t.topic("bob").expect_card("I have paid twice");
        t.topic("bob").expect_part("Before it came here:");
        t.topic("bob").expect("one").expect("two").expect("three");
        assert!(out_of_reach(t).is_empty());
    });
}

#[test]
fn a_ticket_leaves_a_group_that_is_out_of_reach() {
    bot_test_with(two_desks(), |t| {
        two_tickets(t);
        t.at_desk("experts", |t| {
            t.agent("eve");
        });
        t.run();
        t.at_desk(MONEY, kicks_bot);
        t.general()
            .expect_part("cannot write in the group of money");
        t.client("bob").says("one");
        t.pass(minutes(2));
        t.client("bob").expect_part("later than usual");
        t.client("bob").says("give me an operator");
        t.at_desk("experts", |t| {
            t.topic("bob").expect_card("I have paid twice");
            t.topic("bob").expect_part("Before it came here:");
            t.topic("bob").expect("one").expect("give me an operator");
            t.topic("bob").expect_part("Raised to level 2");
        });
        t.pass(minutes(30));
        t.at_desk(MONEY, |t| {
            makes_bot_admin(t);
            t.pass(minutes(1));
            t.topic("bob").expect_part("This ticket goes on in experts");
            t.general().expect_part("can work in this group again");
        });
    });
}

#[test]
fn what_was_under_way_into_a_group_that_was_lost_follows_its_ticket() {
    bot_test_with(two_desks(), |t| {
        two_tickets(t);
        t.at_desk("experts", |t| {
            t.agent("eve");
        });
        t.run();
        t.sandbox.plan(FaultRule {
            chat: Some(t.further[0]),
            ..FaultRule::once(
                "sendMessage",
                refuse(403, "Forbidden: bot was kicked from the supergroup chat"),
            )
        });
        t.client("bob").drops(content::text("does it burn?"), None);
        t.run_until_called("does it burn?");
        t.client("bob")
            .drops(content::text("give me an operator"), None);
        t.at_desk(MONEY, kicks_bot);
        t.general()
            .expect_part("cannot write in the group of money");
        t.at_desk("experts", |t| {
            t.topic("bob").expect_card("I have paid twice");
            t.topic("bob").expect_part("Before it came here:");
            t.topic("bob")
                .expect("does it burn?")
                .expect("give me an operator");
            t.topic("bob").expect_part("Raised to level 2");
        });
        t.at_desk(MONEY, |t| {
            t.pass(minutes(5));
            makes_bot_admin(t);
            t.pass(minutes(1));
            t.topic("bob").expect_part("This ticket goes on in experts");
            t.general().expect_part("can work in this group again");
        });
    });
}

#[test]
fn a_ticket_that_moves_into_a_group_out_of_reach_waits_there() {
    bot_test_with(two_desks(), |t| {
        two_tickets(t);
        t.at_desk(MONEY, kicks_bot);
        t.general()
            .expect_part("cannot write in the group of money");
        t.agent("sam").writes_in("ann", "/transfer billing");
        t.client("ann").says("hello?");
        t.pass(minutes(5));
        t.client("ann").says("anybody?");
        t.client("ann").expect_part("later than usual");
        // Whoever writes where it was reads that it is on its way.
        t.agent("sam").writes_in("ann", "one moment");
        t.topic("ann")
            .expect_part("What is written here does not reach the client");
        assert_eq!(failures(t), 0);
        t.at_desk(MONEY, |t| {
            makes_bot_admin(t);
            t.pass(minutes(1));
            t.topic("ann").expect_card("my order is lost");
            t.topic("ann").expect_part("Before it came here:");
            t.topic("ann").expect("hello?").expect("anybody?");
            t.general().expect_part("can work in this group again");
        });
        t.topic("ann").expect_part("This ticket goes on in money");
    });
}
