//! What a group that is lost, or is in the config no more, leaves behind: changes of what stands there, dead
//! letters, closed tickets. Nothing of it holds up what goes on elsewhere.

use hushdesk::domain::settings::TicketRules;
use hushdesk::sandbox::{Fault, FaultRule, MessageView, Right, Rights, Status, content};

use super::desk_faults::{
    MONEY, failures, kicks_bot, makes_bot, makes_bot_admin, minutes, refuse, two_tickets,
};
use super::desks::two_desks;
use crate::harness::{BOT, Reads, Scenario, Setup, bot_test_with};

/// What keeps a group from taking a change.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Trouble {
    Wait,
    Silence,
    TopicsOff,
}

/// What bob wrote stands in a group that is out of reach, and his ticket goes on elsewhere: he changes it,
/// takes something back and writes on. A change stands as a message of its own, and nothing waits.
fn changes_what_is_out_of_reach(t: &mut Scenario, desk: Option<&str>) {
    let at = |t: &mut Scenario, play: &dyn Fn(&mut Scenario)| match desk {
        Some(desk) => t.at_desk(desk, |t| play(t)),
        None => play(t),
    };
    t.client("bob")
        .edits("it was red", content::text("it was blue"));
    at(t, &|t| {
        let changed = t.topic("bob").next();
        assert!(changed.text().contains("it was blue"), "{changed:?}");
    });
    t.client("bob").replies_to("my number is 5").says("/delete");
    t.client("bob").expect(
        "This message is out of reach and cannot be deleted. Its stored text has been removed.",
    );
    t.client("bob").says("and this?");
    at(t, &|t| {
        t.topic("bob").expect("and this?");
    });
    assert_eq!(failures(t), 0);
}

/// Bob's ticket goes on among the experts.
fn is_raised(t: &mut Scenario) {
    t.client("bob").says("give me an operator");
    t.at_desk("experts", |t| {
        t.topic("bob").expect_card("I have paid twice");
        t.topic("bob").expect_part("Before it came here:");
        t.topic("bob").expect("give me an operator");
        t.topic("bob").expect_part("Raised to level 2");
    });
}

fn writes_at_money(t: &mut Scenario) {
    for text in ["it was red", "my number is 5"] {
        t.client("bob").says(text);
        t.at_desk(MONEY, |t| {
            t.topic("bob").expect(text);
        });
    }
}

#[test]
fn a_change_of_what_stands_in_a_lost_group_holds_nothing_up_where_its_ticket_is() {
    bot_test_with(two_desks(), |t| {
        two_tickets(t);
        writes_at_money(t);
        t.at_desk("experts", |t| {
            t.agent("eve");
        });
        t.run();
        t.at_desk(MONEY, kicks_bot);
        t.general()
            .expect_part("cannot write in the group of money");
        is_raised(t);
        changes_what_is_out_of_reach(t, Some("experts"));
        t.pass(minutes(5));
        t.at_desk(MONEY, |t| {
            makes_bot_admin(t);
            t.pass(minutes(1));
            t.topic("bob").expect_part("This ticket goes on in experts");
            t.general().expect_part("can work in this group again");
        });
    });
}

#[test]
fn a_change_that_waits_for_a_group_when_it_is_lost_holds_nothing_up_where_its_ticket_is() {
    bot_test_with(two_desks(), |t| {
        two_tickets(t);
        writes_at_money(t);
        t.at_desk("experts", |t| {
            t.agent("eve");
        });
        is_raised(t);
        t.at_desk(MONEY, |t| {
            t.topic("bob").expect_part("This ticket goes on in experts");
        });
        // It is asked to be left alone, and then it is lost.
        t.sandbox.plan(FaultRule {
            chat: Some(t.further[0]),
            ..FaultRule::once("editMessageText", Fault::RetryAfter { seconds: 600 })
        });
        t.client("bob")
            .edits("it was red", content::text("it was blue"));
        t.client("bob").says("and this?");
        t.at_desk("experts", |t| {
            t.topic("bob").expect("and this?");
            assert!(t.topic("bob").try_next().is_none());
        });
        t.at_desk(MONEY, kicks_bot);
        t.general()
            .expect_part("cannot write in the group of money");
        t.at_desk("experts", |t| {
            let changed = t.topic("bob").next();
            assert!(changed.text().contains("it was blue"), "{changed:?}");
        });
        t.pass(minutes(15));
        t.at_desk(MONEY, |t| {
            makes_bot_admin(t);
            t.general().expect_part("can work in this group again");
        });
    });
}

/// Whatever keeps the group in which it stands from taking it.
#[test]
fn a_change_that_waits_for_another_group_holds_nothing_up_where_its_ticket_is() {
    for trouble in [Trouble::Wait, Trouble::Silence, Trouble::TopicsOff] {
        bot_test_with(two_desks(), |t| {
            two_tickets(t);
            writes_at_money(t);
            t.at_desk("experts", |t| {
                t.agent("eve");
            });
            is_raised(t);
            t.at_desk(MONEY, |t| {
                t.topic("bob").expect_part("This ticket goes on in experts");
            });
            let money = t.further[0];
            t.sandbox.set_fault_hook(Box::new(move |call| {
                let fault = match trouble {
                    Trouble::Wait => Fault::RetryAfter { seconds: 600 },
                    Trouble::Silence => Fault::Internal500,
                    Trouble::TopicsOff => return None,
                };
                (call.chat == Some(money)).then_some(fault)
            }));
            if trouble == Trouble::TopicsOff {
                t.at_desk(MONEY, |t| t.sandbox.set_forum_mode(t.group, false));
            }
            t.client("bob")
                .edits("it was red", content::text("it was blue"));
            t.client("bob")
                .edits("it was blue", content::text("it was green"));
            for text in ["and this?", "and that?"] {
                t.client("bob").says(text);
                t.at_desk("experts", |t| {
                    t.topic("bob").expect(text);
                });
            }
            t.sandbox.clear_faults();
            t.at_desk(MONEY, |t| t.sandbox.set_forum_mode(t.group, true));
            t.pass(minutes(20));
            t.at_desk(MONEY, |t| {
                let green = t
                    .topic("bob")
                    .all()
                    .iter()
                    .any(|post| post.text() == "it was green");
                assert!(green, "{trouble:?}");
                t.reads_all(t.group);
            });
            // What its admins are told of the trouble.
            let main = t.group;
            t.reads_all(main);
        });
    }
}

/// Its ticket comes back to the group, where an earlier change still waits to be tried again.
#[test]
fn a_later_change_stays_behind_an_earlier_one_that_waits_in_the_same_group() {
    bot_test_with(two_desks(), |t| {
        two_tickets(t);
        writes_at_money(t);
        t.at_desk("experts", |t| {
            t.agent("eve");
        });
        is_raised(t);
        t.run();
        let money = t.further[0];
        t.reads_all(money);
        t.sandbox.plan(FaultRule {
            chat: Some(money),
            times: 3,
            ..FaultRule::once("editMessageText", Fault::Internal500)
        });
        t.client("bob")
            .edits("it was red", content::text("it was blue"));
        t.at_desk("experts", |t| {
            t.agent("eve").writes_in("bob", "/transfer level 1");
        });
        t.client("bob")
            .edits("it was blue", content::text("it was green"));
        t.pass(minutes(20));
        t.at_desk(MONEY, |t| {
            let red = |post: &MessageView| post.text().starts_with("it was");
            let posts = t.sandbox.chat_messages(t.group);
            let said: Vec<&str> = posts
                .iter()
                .filter(|post| red(post))
                .map(|post| post.text())
                .collect();
            assert_eq!(said, ["it was green"]);
            t.reads_all(t.group);
        });
        for group in t.further.clone() {
            t.reads_all(group);
        }
    });
}

#[test]
fn a_change_of_what_stands_in_a_group_of_the_past_holds_nothing_up() {
    for is_deleted in [true, false] {
        bot_test_with(two_desks(), |t| {
            two_tickets(t);
            writes_at_money(t);
            let money = t.further[0];
            if is_deleted {
                t.sandbox.destroy_chat(money);
            } else {
                t.at_desk(MONEY, kicks_bot);
                t.general()
                    .expect_part("cannot write in the group of money");
            }
            t.kill();
            t.forgets_further_desks();
            t.start();
            t.pass(minutes(1));
            t.topic("bob").expect_card("I have paid twice");
            t.topic("bob").expect_part("Before it came here:");
            changes_what_is_out_of_reach(t, None);
        });
    }
}

#[test]
fn letters_of_one_group_are_offered_there() {
    bot_test_with(two_desks(), |t| {
        two_tickets(t);
        t.allowed.dead_letters = true;
        t.at_desk(MONEY, |t| {
            makes_bot(
                t,
                Status::Administrator(Rights::all().with(Right::ManageTopics, false)),
            );
            t.general().expect_part("The bot lacks a right");
        });
        let bob = t.person("bob");
        t.sandbox.plan(FaultRule {
            chat: Some(bob),
            times: 1,
            ..FaultRule::once("sendMessage", refuse(400, "Bad Request: SOMETHING_NEW"))
        });
        t.at_desk(MONEY, |t| {
            t.agent("kim").writes_in("bob", "one");
            t.topic("bob").expect_part("Telegram refused it");
        });
        t.at_desk(MONEY, |t| {
            t.general().expect_part("failed for good (a reply");
            makes_bot_admin(t);
            t.general().expect_part("can work in this group again");
            t.general().expect_part("1 call failed for good");
        });
        t.agent("sam").writes_in_general("/failed retry all");
        t.general().expect("There is no such dead letter.");
        t.at_desk(MONEY, |t| {
            t.agent("kim").writes_in_general("/failed retry all");
            t.general().expect_part("1 letter");
        });
        t.client("bob").expect("Live Support: one");
    });
}

#[test]
fn letters_of_a_group_that_is_taken_out_of_the_config_lie_with_the_main_one() {
    bot_test_with(two_desks(), |t| {
        two_tickets(t);
        t.allowed.dead_letters = true;
        t.sandbox.plan(FaultRule {
            chat: Some(t.further[0]),
            ..FaultRule::once("sendMessage", refuse(400, "Bad Request: SOMETHING_NEW"))
        });
        t.client("bob").says("one");
        t.at_desk(MONEY, |t| {
            t.topic("bob").expect_part("could not be posted here");
            t.general()
                .expect_part("failed for good (a client's message");
        });
        t.kill();
        t.forgets_further_desks();
        t.start();
        t.pass(minutes(1));
        t.topic("bob").expect_card("I have paid twice");
        t.topic("bob").expect_part("Before it came here:");
        t.agent("sam").writes_in_general("/failed retry all");
        t.topic("bob").expect("one");
        t.general().expect_part("1 letter");
        t.run();
        let money = t.further[0];
        t.reads_all(money);
    });
}

/// Seed 2157: its client has written, and then ended the conversation, while the group was lost.
#[test]
fn what_waits_for_a_closed_ticket_of_a_group_of_the_past_arrives() {
    bot_test_with(two_desks(), |t| {
        two_tickets(t);
        t.sandbox.destroy_chat(t.further[0]);
        t.client("bob").sends(content::photo("p1", "look"));
        t.client("bob").says("nobody there?");
        t.pass(minutes(1));
        t.general()
            .expect_part("cannot write in the group of money");
        t.client("bob").says("/close");
        t.client("bob").expect_part("closed");
        t.kill();
        t.forgets_further_desks();
        t.start();
        t.pass(minutes(1));
        t.topic("bob").expect_card("I have paid twice");
        t.topic("bob").expect_part("Before it came here:");
        t.topic("bob").expect_part("look");
        t.topic("bob").expect("nobody there?");
        t.topic("bob").expect_part("closed");
        assert!(t.topic("bob").is_closed());
    });
}

#[test]
fn a_closed_ticket_of_a_group_of_the_past_is_opened_again_in_the_main_one() {
    let setup = Setup {
        tickets: TicketRules {
            reopen_window: Some(minutes(600)),
            ..two_desks().tickets
        },
        ..two_desks()
    };
    for is_there in [true, false] {
        bot_test_with(setup.clone(), |t| {
            two_tickets(t);
            t.at_desk(MONEY, |t| {
                t.agent("kim").writes_in("bob", "/close");
            });
            t.client("bob").expect_part("closed");
            let money = t.further[0];
            t.reads_all(money);
            t.kill();
            if !is_there {
                let now = t.now();
                t.sandbox.kick(money, BOT, now);
            }
            t.forgets_further_desks();
            t.start();
            t.pass(minutes(1));
            t.client("bob").says("it is still so");
            t.client("bob").expect_part("open");
            t.topic("bob").expect_card("I have paid twice");
            t.topic("bob").expect_part("Before it came here:");
            t.topic("bob").expect_part("open again");
            t.topic("bob").expect("it is still so");
            t.run();
            t.reads_all(money);
        });
    }
}

#[test]
fn a_closed_ticket_of_a_group_of_the_past_is_opened_again_by_its_code() {
    bot_test_with(two_desks(), |t| {
        two_tickets(t);
        t.at_desk(MONEY, |t| {
            t.agent("kim").writes_in("bob", "/close");
        });
        t.client("bob").expect_part("closed");
        let money = t.further[0];
        t.kill();
        t.forgets_further_desks();
        t.start();
        let code = t.code_of("bob");
        t.agent("sam").writes_in_general(&format!("/reopen {code}"));
        t.general().expect_part("open again");
        t.client("bob").expect_part("open");
        t.topic("bob").expect_card("I have paid twice");
        t.topic("bob").expect_part("Before it came here:");
        t.topic("bob").expect_part("open again");
        t.run();
        t.reads_all(money);
    });
}
