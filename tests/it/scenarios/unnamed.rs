//! Administrators who write in the name of the group: a command that is about whoever gives it waits for a
//! press, which says who that is (P9).

use std::time::Duration;

use hushdesk::domain::event::AgentWord;
use hushdesk::domain::rules::permissions::{Deed, Person, Verdict, may};
use hushdesk::domain::ticket::Role;
use hushdesk::sandbox::content;

use super::carrying::open_ticket;
use super::claiming::held;
use super::desks::two_desks;
use crate::harness::{Reads, Scenario, bot_test, bot_test_with};

const ASKS: &str = "Tap so that I know who you are";
const BUTTON: &str = "It was me";
const TEN_MINUTES: Duration = Duration::from_secs(10 * 60);

/// Somebody writes in the name of the group from now on.
fn hides(t: &mut Scenario, name: &str) {
    t.agent(name);
    let (user, group) = (t.person(name), t.group);
    t.sandbox.set_anonymous(group, user, true, Some("the boss"));
}

/// Sam has claimed the ticket of ann and is asked who they are.
fn claimed_by_nobody(t: &mut Scenario) {
    open_ticket(t);
    t.agent("joe").writes_in_general("/busy");
    t.general().expect_part("You are busy");
    hides(t, "sam");
    t.agent("sam").writes_in("ann", "/claim");
    t.topic("ann").expect_part(ASKS);
}

/// The members whom the trail names for what was done.
fn trail(t: &mut Scenario, action: &str) -> Vec<String> {
    let actors: Vec<Option<i64>> = t.database(|db| {
        let mut statement = db
            .prepare("SELECT actor FROM audit WHERE action = ?1 ORDER BY id")
            .expect("it fits the schema");
        let rows = statement.query_map([action], |row| row.get(0));
        rows.expect("it runs")
            .map(|row| row.expect("a number"))
            .collect()
    });
    let everybody = t.everybody();
    let mut names = Vec::new();
    for actor in actors {
        let mut known = everybody.iter();
        let name = known.find(|name| Some(t.person(name)) == actor);
        names.push(name.cloned().unwrap_or_default());
    }
    names
}

#[test]
fn the_press_says_who_it_was_and_the_command_is_theirs() {
    bot_test(|t| {
        claimed_by_nobody(t);
        assert_eq!(held(t, "ann"), (String::new(), 0));
        t.agent("sam").in_topic_of("ann").presses(BUTTON);
        t.topic("ann")
            .expect_edited("This ticket is yours.")
            .expect_no_button(BUTTON);
        assert_eq!(held(t, "ann"), ("sam".to_owned(), 1));
        assert_eq!(trail(t, "claim"), ["sam"]);
        t.client("ann").expect_nothing();
    });
}

#[test]
fn a_second_press_does_nothing() {
    bot_test(|t| {
        claimed_by_nobody(t);
        let (post, data) = t.agent("sam").in_topic_of("ann").button(BUTTON);
        let (sam, eve, group, now) = (t.person("sam"), t.person("eve"), t.group, t.now());
        t.agent("eve");
        for user in [sam, sam, eve] {
            t.sandbox
                .person_presses_anyway(user, group, post, &data, now)
                .expect("a press can be forged");
        }
        t.run();
        assert_eq!(held(t, "ann"), ("sam".to_owned(), 1));
        t.agent("sam").writes_in("ann", "/unclaim");
        t.topic("ann").expect_part(ASKS);
        t.sandbox
            .person_presses_anyway(sam, group, post, &data, now)
            .expect("a press can be forged");
        t.run();
        assert_eq!(held(t, "ann"), ("sam".to_owned(), 1));
        assert_eq!(trail(t, "claim"), ["sam"]);
        assert!(t.sandbox.unanswered_presses().is_empty());
    });
}

#[test]
fn whoever_is_no_administrator_cannot_have_been_the_one() {
    bot_test(|t| {
        claimed_by_nobody(t);
        t.joins("ben");
        t.general().expect_part("has joined this group");
        t.agent("ben").in_topic_of("ann").presses(BUTTON);
        t.agent("ben")
            .in_topic_of("ann")
            .expect_alert("Only whoever wrote the message");
        assert_eq!(held(t, "ann"), (String::new(), 0));
        // It waits for the right one all the same.
        t.agent("sam").in_topic_of("ann").presses(BUTTON);
        assert_eq!(held(t, "ann").0, "sam");
    });
}

#[test]
fn whoever_is_not_in_the_group_presses_nothing() {
    bot_test(|t| {
        claimed_by_nobody(t);
        let (post, data) = t.agent("sam").in_topic_of("ann").button(BUTTON);
        t.leaves("joe");
        let group = t.group;
        for name in ["joe", "mallory"] {
            let (user, now) = (t.person(name), t.now());
            t.sandbox
                .person_presses_anyway(user, group, post, &data, now)
                .expect("a press can be forged");
        }
        t.run();
        assert_eq!(held(t, "ann"), (String::new(), 0));
        assert!(t.sandbox.unanswered_presses().is_empty());
    });
}

#[test]
fn a_press_of_somebody_not_seen_for_long_waits_for_telegrams_word() {
    bot_test(|t| {
        open_ticket(t);
        hides(t, "sam");
        t.pass(Duration::from_secs(25 * 60 * 60));
        t.reads_all(t.group);
        t.agent("sam").writes_in("ann", "/claim");
        t.topic("ann").expect_part(ASKS);
        let asked = |t: &Scenario| {
            let calls = t.sandbox.calls();
            let asked = calls.iter().filter(|call| call.method == "getChatMember");
            asked.count()
        };
        let before = asked(t);
        t.agent("sam").in_topic_of("ann").presses(BUTTON);
        assert_eq!(asked(t), before + 1);
        assert_eq!(held(t, "ann").0, "sam");
    });
}

#[test]
fn the_button_outlives_a_restart_and_is_not_in_use_after_ten_minutes() {
    bot_test(|t| {
        claimed_by_nobody(t);
        t.kill();
        t.start();
        t.pass(TEN_MINUTES - Duration::from_secs(30));
        t.topic("ann").expect_button(BUTTON);
        let (post, data) = t.agent("sam").in_topic_of("ann").button(BUTTON);
        t.kill();
        t.start();
        t.pass(Duration::from_secs(60));
        t.topic("ann")
            .expect_edited("nobody has said who gave it")
            .expect_no_button(BUTTON);
        let (sam, group, now) = (t.person("sam"), t.group, t.now());
        t.sandbox
            .person_presses_anyway(sam, group, post, &data, now)
            .expect("a press can be forged");
        t.run();
        t.agent("sam").in_topic_of("ann").expect_alert("");
        assert_eq!(held(t, "ann"), (String::new(), 0));
        t.agent("sam").writes_in("ann", "/claim");
        t.topic("ann").expect_part(ASKS);
        t.kill();
        t.start();
        t.agent("sam").in_topic_of("ann").presses(BUTTON);
        assert_eq!(held(t, "ann"), ("sam".to_owned(), 1));
        // What was set for the button that was pressed is gone with it.
        t.pass(TEN_MINUTES * 2);
        t.topic("ann").expect_edited("This ticket is yours.");
        assert_eq!(timers(t), 0);
    });
}

/// Buttons that something will take out of use.
fn timers(t: &Scenario) -> i64 {
    t.database(|db| {
        let query = "SELECT count(*) FROM timers WHERE timer LIKE '%prompt_lapses%'";
        db.query_row(query, [], |row| row.get(0)).expect("a number")
    })
}

#[test]
fn what_stands_behind_a_command_is_kept_with_it_and_stays_in_the_group() {
    bot_test(|t| {
        open_ticket(t);
        hides(t, "sam");
        t.agent("sam").writes_in("ann", "/remind 2h call the bank");
        t.topic("ann").expect_part(ASKS);
        let (_, data) = t.agent("sam").in_topic_of("ann").button(BUTTON);
        assert!(data.len() <= 64 && !data.contains("bank"), "{data}");
        t.agent("sam").in_topic_of("ann").presses(BUTTON);
        let kept: i64 = t.database(|db| {
            let query = "SELECT count(*) FROM prompts WHERE message LIKE '%bank%'";
            db.query_row(query, [], |row| row.get(0)).expect("a number")
        });
        assert_eq!(kept, 0, "the words are forgotten once they are used");
        t.pass(Duration::from_secs(2 * 60 * 60));
        let name = t.marked("sam").first_name().to_owned();
        t.topic("ann").expect_part(&name);
        t.client("ann").expect_nothing();
    });
}

/// Rules say which commands need a name; each of those asks for it, and no other does.
#[test]
fn every_command_that_needs_a_name_asks_for_it() {
    bot_test(|t| {
        open_ticket(t);
        hides(t, "sam");
        let nobody = Person {
            role: Some(Role::Admin),
            is_anonymous: true,
        };
        let mut asking = 0;
        for word in AgentWord::ALL {
            let name = format!("/{}", word.name());
            let mut deeds = Deed::ALL.iter().filter(|deed| deed.name() == name);
            let deed = deeds.next().expect("each command is a deed");
            let needs_name = may(nobody, *deed) == Verdict::NeedsIdentity;
            // Its own button asks who wants to see it.
            if !needs_name || *word == AgentWord::Reveal {
                continue;
            }
            t.agent("sam").writes_in("ann", &name);
            t.topic("ann").expect_part(ASKS);
            asking += 1;
        }
        assert_eq!(asking, 10);
        t.agent("sam").in_topic_of("ann").presses(BUTTON);
        t.client("ann").expect_nothing();
    });
}

#[test]
fn a_wrong_use_is_answered_with_how_the_command_is_used() {
    bot_test(|t| {
        open_ticket(t);
        hides(t, "sam");
        t.agent("sam").writes_in("ann", "/remind");
        t.topic("ann").expect_part(ASKS);
        t.agent("sam").in_topic_of("ann").presses(BUTTON);
        t.topic("ann").expect_edited("Example: /remind");
        t.agent("sam").writes_in_general("/claim");
        t.general().expect_part(ASKS);
        t.agent("sam").in_general().presses(BUTTON);
        t.general().expect_edited("works inside a ticket");
    });
}

#[test]
fn how_an_agent_stands_and_what_they_have_are_the_pressers() {
    bot_test(|t| {
        open_ticket(t);
        hides(t, "sam");
        for (command, answer) in [
            ("/away", "You are away"),
            ("/next", "Yours now: "),
            ("/mine", "You have 1 ticket:"),
        ] {
            t.agent("sam").writes_in_general(command);
            t.general().expect_part(ASKS);
            t.agent("sam").in_general().presses(BUTTON);
            t.general().expect_edited(answer).expect_no_button(BUTTON);
        }
        t.topic("ann").expect_part("this ticket is yours");
        assert_eq!(held(t, "ann").0, "sam");
        assert_eq!(trail(t, "status"), ["sam"]);
    });
}

#[test]
fn a_command_in_the_caption_of_an_album_keeps_all_of_it_inside() {
    for command in ["/claim", "/clsoe"] {
        bot_test(|t| {
            open_ticket(t);
            hides(t, "sam");
            let album = vec![
                content::photo("photo-1", command).into(),
                content::photo("photo-2", "").into(),
            ];
            t.agent("sam").in_topic_of("ann").sends_album(album);
            t.topic("ann").expect_part(command);
            t.client("ann").expect_nothing();
        });
    }
}

/// Whoever is an administrator of one group only cannot press for what was asked in another.
#[test]
fn a_press_in_another_group_counts_for_nothing() {
    bot_test_with(two_desks(), |t| {
        claimed_by_nobody(t);
        let (_, data) = t.agent("sam").in_topic_of("ann").button(BUTTON);
        t.at_desk("money", |t| {
            t.agent("eve").writes_in_general("/queue");
            let post = t.general().next().id;
            let (eve, group, now) = (t.person("eve"), t.group, t.now());
            t.sandbox
                .person_presses_anyway(eve, group, post, &data, now)
                .expect("a press can be forged");
            t.run();
        });
        assert_eq!(held(t, "ann"), (String::new(), 0));
        t.agent("sam").in_topic_of("ann").presses(BUTTON);
        assert_eq!(held(t, "ann").0, "sam");
    });
}

#[test]
fn after_an_outage_the_question_asks_again() {
    bot_test(|t| {
        claimed_by_nobody(t);
        t.wire.set_offline(true);
        t.pass(Duration::from_secs(200));
        t.wire.set_offline(false);
        t.pass(Duration::from_secs(30));
        t.topic("ann").expect_edited("press it again");
        t.agent("sam").in_topic_of("ann").presses(BUTTON);
        assert_eq!(held(t, "ann").0, "sam");
    });
}
