//! The config names another main group: because the old one is deleted, or because the desk has moved.

use std::time::Duration;

use hushdesk::domain::ids::{DeskId, UserId};
use hushdesk::domain::settings::TicketRules;
use hushdesk::domain::ticket::Role;
use hushdesk::sandbox::{Rights, Status, content};
use hushdesk::store::members;

use super::desk_faults::minutes;
use crate::harness::{BOT, Reads, Scenario, Setup, bot_test, bot_test_with};

fn with_reopening() -> Setup {
    let usual = Setup::default();
    Setup {
        tickets: TicketRules {
            reopen_window: Some(Duration::from_secs(24 * 60 * 60)),
            ..usual.tickets
        },
        ..usual
    }
}

/// How the old group is left.
#[derive(Clone, Copy, PartialEq)]
enum Old {
    Deleted,
    WithoutBot,
    AsItWas,
}

fn loses(t: &mut Scenario, old: Old) {
    let (group, now) = (t.group, t.now());
    match old {
        Old::Deleted => t.sandbox.destroy_chat(group),
        Old::WithoutBot => t.sandbox.kick(group, BOT, now),
        Old::AsItWas => (),
    }
}

fn moves(t: &mut Scenario) {
    let before = t.group;
    t.kill();
    t.takes_another_group();
    t.start();
    t.pass(minutes(1));
    t.reads_all(before);
}

#[test]
fn tickets_go_on_in_another_main_group_with_all_that_waits() {
    for old in [Old::Deleted, Old::WithoutBot, Old::AsItWas] {
        bot_test_with(with_reopening(), |t| {
            t.client("ann").says("my order is lost");
            t.client("ann").expect_part("created");
            t.topic("ann").expect_card("my order is lost");
            t.agent("sam").writes_in("ann", "which one?");
            t.client("ann").expect("Live Support: which one?");
            t.client("bob").says("all is well");
            t.client("bob").expect_part("created");
            t.topic("bob").expect_card("all is well");
            t.agent("sam").writes_in("bob", "/close");
            t.client("bob").expect_part("closed");
            let group = t.group;
            t.reads_all(group);
            loses(t, old);
            if old != Old::AsItWas {
                t.client("ann").says("the red one");
                t.pass(minutes(2));
                t.client("ann").sends(content::photo("p1", "this one"));
                t.client("ann").expect_part("later than usual");
            }
            moves(t);
            t.topic("ann").expect_card("my order is lost");
            t.topic("ann").expect_part("Before it came here:");
            if old != Old::AsItWas {
                t.topic("ann").expect("the red one");
                t.topic("ann").expect_part("this one");
            }
            t.client("ann").says("still there?");
            t.topic("ann").expect("still there?");
            t.agent("sam").writes_in("ann", "we are");
            t.client("ann").expect("Live Support: we are");
            // A closed one follows when it is opened again.
            t.client("bob").says("it is not");
            t.client("bob").expect_part("open");
            t.topic("bob").expect_card("all is well");
            t.topic("bob").expect_part("Before it came here:");
            t.topic("bob").expect_part("open again");
            t.topic("bob").expect("it is not");
            t.run();
            t.reads_all(group);
        });
    }
}

/// Ann has asked, and her ticket is closed.
fn closed_ticket(t: &mut Scenario) {
    t.client("ann").says("it costs 10");
    t.client("ann").expect_part("created");
    t.topic("ann").expect_card("it costs 10");
    t.client("ann").says("each of them");
    t.topic("ann").expect("each of them");
    closes(t);
}

fn closes(t: &mut Scenario) {
    t.agent("sam").writes_in("ann", "/close");
    t.client("ann").expect_part("closed");
    // Nothing of it waits any more.
    t.pass(minutes(10));
    let group = t.group;
    t.reads_all(group);
}

/// Nobody can see it where it stood, and a change opens no ticket.
#[test]
fn what_is_changed_in_a_closed_ticket_of_a_lost_group_shows_where_it_is_opened_again() {
    bot_test_with(with_reopening(), |t| {
        t.client("ann").says("it costs 10");
        t.client("ann").expect_part("created");
        t.topic("ann").expect_card("it costs 10");
        t.agent("sam").writes_in("ann", "/close");
        t.client("ann").expect_part("closed");
        let group = t.group;
        t.reads_all(group);
        loses(t, Old::Deleted);
        t.client("ann")
            .edits("it costs 10", content::text("it costs 100"));
        t.pass(minutes(2));
        moves(t);
        t.client("ann").says("did you see?");
        t.client("ann").expect_part("open again");
        t.topic("ann").expect_card("it costs 100");
        t.topic("ann").expect_part("Before it came here:");
        t.topic("ann").expect_part("open again");
        t.topic("ann").expect("did you see?");
    });
}

/// Changed after the desk has moved, first words go the way of all others.
#[test]
fn what_is_changed_in_a_closed_ticket_once_its_group_is_lost_shows_in_the_new_one() {
    for old in [Old::Deleted, Old::WithoutBot] {
        for changed in ["it costs 10", "each of them"] {
            bot_test_with(with_reopening(), |t| {
                closed_ticket(t);
                loses(t, old);
                moves(t);
                t.client("ann")
                    .edits(changed, content::text("it costs 100"));
                t.pass(minutes(2));
                if changed == "it costs 10" {
                    t.topic("ann").expect_card("it costs 100");
                    t.topic("ann").expect_part("Before it came here:");
                } else {
                    t.topic("ann").expect_card("it costs 10");
                    t.topic("ann").expect_part("Before it came here:");
                    t.topic("ann").expect_part("it costs 100");
                }
                assert!(t.topic("ann").is_closed());
                t.run();
            });
        }
    }
}

/// There is nothing to show of it.
#[test]
fn what_is_taken_back_in_a_closed_ticket_of_a_lost_group_brings_nothing_into_the_new_one() {
    bot_test_with(with_reopening(), |t| {
        t.client("ann").says("it costs 10");
        t.client("ann").expect_part("created");
        t.client("ann")
            .edits("it costs 10", content::text("it costs 100"));
        closes(t);
        loses(t, Old::Deleted);
        moves(t);
        t.client("ann").replies_to("it costs 100").says("/delete");
        t.client("ann").expect_part("Deleted");
        t.pass(minutes(2));
        let (now, topics) = (t.group, t.sandbox.topics(t.group));
        assert!(topics.is_empty(), "{now}: {topics:?}");
    });
}

/// What is said there afterwards falls into its main chat, which is no business of the new one.
#[test]
fn an_old_main_group_without_topics_is_no_trouble_of_the_new_one() {
    bot_test_with(with_reopening(), |t| {
        for client in ["ann", "bob"] {
            t.client(client).says("hello");
            t.client(client).expect_part("created");
            t.topic(client).expect_card("hello");
        }
        let before = t.group;
        t.sandbox.set_forum_mode(before, false);
        t.client("ann").says("anybody?");
        t.pass(minutes(3));
        moves(t);
        t.pass(minutes(10));
        let said = t.general().try_next();
        assert!(said.is_none(), "{said:?}");
        t.client("ann").says("and now?");
        t.pass(minutes(1));
        let said: Vec<String> = t
            .topic("ann")
            .all()
            .iter()
            .map(|one| one.text().to_owned())
            .collect();
        let said = said.concat();
        assert!(
            said.contains("anybody?") && said.contains("and now?"),
            "{said}"
        );
        t.reads_all(before);
        let now = t.group;
        t.reads_all(now);
        t.client("ann").expect_part("later than usual");
        t.run();
    });
}

/// A number in one group is not one in another.
#[test]
fn what_is_posted_in_an_old_main_group_is_not_looked_for_in_the_new_one() {
    bot_test_with(with_reopening(), |t| {
        closed_ticket(t);
        let before = t.group;
        moves(t);
        let long = "it costs a lot ".repeat(270);
        t.client("ann").edits("it costs 10", content::text(&long));
        t.pass(minutes(2));
        let posts = t.sandbox.chat_messages(before);
        assert!(posts.iter().any(|post| post.text().ends_with(long.trim())));
        t.reads_all(before);
        let now = t.group;
        let linked = t.database(|db| {
            let asked = "SELECT count(*) FROM links JOIN messages ON messages.id = links.message_id \
                 WHERE links.place = ?1 AND messages.side = 'client'";
            db.query_row(asked, [now], |row| row.get::<_, i64>(0)).expect("it can be read")
        });
        assert_eq!(linked, 0, "its ticket has nothing there");
    });
}

#[test]
fn whoever_is_not_in_the_new_main_group_has_no_tickets_there() {
    bot_test_with(Setup::default(), |t| {
        for (client, agent) in [("ann", "sam"), ("bob", "kim")] {
            t.client(client).says("hello");
            t.client(client).expect_part("created");
            t.topic(client).expect_card("hello");
            t.agent(agent).writes_in(client, "/claim");
            t.run();
        }
        let before = t.group;
        t.reads_all(before);
        let kim = t.person("kim");
        t.kill();
        t.takes_another_group();
        let now = t.now();
        t.sandbox.leave(t.group, kim, now);
        t.start();
        t.pass(minutes(1));
        t.reads_all(before);
        let holder = |t: &mut Scenario, client: &str| -> Option<i64> {
            let code = t.code_of(client);
            t.database(|db| {
                let query = "SELECT assignee FROM tickets WHERE code = ?1";
                db.query_row(query, [code], |row| row.get(0))
                    .expect("the ticket is there")
            })
        };
        let sam = t.person("sam");
        assert_eq!(holder(t, "ann"), Some(sam));
        assert_eq!(holder(t, "bob"), None);
        let here = t.group;
        t.reads_all(here);
    });
}

/// P9: what somebody was in the old group says nothing of the new one.
#[test]
fn nobody_is_an_admin_of_the_new_main_group_before_telegram_has_said_so() {
    bot_test(|t| {
        let sam = UserId(t.person("sam"));
        let admin = Status::Administrator(Rights::all());
        let (group, now) = (t.group, t.now());
        t.sandbox.set_member(group, sam.0, admin, now);
        t.run();
        let role = |t: &Scenario| {
            t.database(|db| members::role(db, DeskId::MAIN, sam).expect("it can be read"))
        };
        assert_eq!(role(t), Some(Role::Admin));
        t.reads_all(group);
        t.kill();
        t.takes_another_group();
        t.start();
        assert_eq!(role(t), Some(Role::Agent));
        t.run();
        assert_eq!(role(t), Some(Role::Admin));
        let here = t.group;
        t.reads_all(here);
    });
}

/// Seed 1239: the question of a basic group had the number that the card of a ticket got after the upgrade.
#[test]
fn what_was_asked_before_an_upgrade_changes_nothing_afterwards() {
    let setup = Setup {
        basic_group: true,
        ..Setup::default()
    };
    bot_test_with(setup, |t| {
        let (sam, basic) = (t.person("sam"), t.group);
        t.agent("sam").writes_in_general("/mine");
        t.run();
        t.sandbox.set_anonymous(basic, sam, true, None);
        // Until the question has a number that is not given out in the forum yet.
        for _more in 0..8 {
            t.agent("sam").writes_in_general("/next");
            t.run();
        }
        t.reads_all(basic);
        t.sandbox.set_anonymous(basic, sam, false, None);
        t.upgrade_group();
        t.run();
        for client in ["ann", "bob", "eve"] {
            t.client(client).says("hello");
            t.client(client).expect_part("created");
            t.topic(client).expect_card("hello");
        }
        let group = t.group;
        let before: Vec<String> = posts(t, group);
        t.pass(minutes(15));
        assert_eq!(posts(t, group), before);
        t.reads_all(basic);
        t.reads_all(group);
    });
}

/// What the bot says in a group.
fn posts(t: &Scenario, group: i64) -> Vec<String> {
    let messages = t.sandbox.chat_messages(group).into_iter();
    let own = messages.filter(|message| message.from_bot && !message.service);
    own.map(|message| message.text().to_owned()).collect()
}
