//! The card, its buttons and the topic's title.

use std::time::Duration;

use hushdesk::domain::settings::{Category, TicketRules};
use hushdesk::domain::ticket::TicketPriority;
use hushdesk::sandbox::content;

use super::carrying::open_ticket;
use crate::harness::{Reads, Scenario, Setup, bot_test, bot_test_with};

/// What the card in a client's topic says.
pub fn card_of(t: &mut Scenario, client: &str) -> String {
    let all = t.topic(client).all();
    let mut posts = all.iter().filter(|post| post.from_bot && !post.deleted);
    let card = posts.find(|post| post.text().starts_with("SUPP-"));
    card.expect("the topic has a card").text().to_owned()
}

/// What the title of a client's topic says.
pub fn title_of(t: &mut Scenario, client: &str) -> String {
    let id = t.topic(client).id();
    let topics = t.sandbox.topics(t.group);
    let topic = topics.into_iter().find(|topic| topic.id == id);
    topic.expect("the topic is there").name
}

fn edits_of_titles(t: &Scenario) -> usize {
    let calls = t.sandbox.calls();
    let edits = calls.iter().filter(|call| call.method == "editForumTopic");
    edits.count()
}

#[test]
fn the_buttons_stay_under_the_card_whatever_becomes_of_it() {
    bot_test(|t| {
        open_ticket(t);
        t.topic("ann").expect_button("Close").expect_button("More");
        t.client("ann").edits("hello", content::text("hello again"));
        t.topic("ann")
            .expect_edited("hello again")
            .expect_button("Priority");
        t.client("ann").says("one more");
        t.topic("ann").expect("one more");
        t.pass(Duration::from_secs(120));
        assert!(card_of(t, "ann").contains("2 unread"));
        t.topic("ann").expect_button("Close");
    });
}

#[test]
fn a_button_asks_again_before_the_ticket_is_closed() {
    bot_test(|t| {
        open_ticket(t);
        t.agent("sam").in_topic_of("ann").presses("Close");
        t.topic("ann").expect_no_button("More");
        t.agent("sam").in_topic_of("ann").presses("Back");
        t.topic("ann").expect_button("More");
        t.agent("sam").in_topic_of("ann").presses("Close");
        t.agent("sam").in_topic_of("ann").presses("Solved");
        t.client("ann").expect_part("closed by Live Support");
        t.topic("ann").expect_part("is closed: solved");
        assert!(t.topic("ann").is_closed());
        t.topic("ann")
            .expect_no_button("Close")
            .expect_button("Reopen");
        assert!(card_of(t, "ann").contains("⚪ closed"));
    });
}

#[test]
fn the_priority_is_set_with_a_button_and_shown() {
    bot_test(|t| {
        open_ticket(t);
        t.agent("sam").in_topic_of("ann").presses("Priority");
        t.agent("sam").in_topic_of("ann").presses("critical");
        assert!(card_of(t, "ann").contains("critical"));
        t.topic("ann").expect_button("More");
    });
}

#[test]
fn whoever_is_not_in_the_group_presses_in_vain() {
    bot_test(|t| {
        open_ticket(t);
        t.agent("eve");
        t.run();
        let (eve, group, now) = (t.person("eve"), t.group, t.now());
        let left = hushdesk::sandbox::Status::Left;
        t.sandbox.set_member(group, eve, left, now);
        t.run();
        let thread = t.topic("ann").all();
        let card = thread.iter().find(|post| !post.buttons().is_empty());
        let card = card.expect("the card has buttons").clone();
        let (_, data) = card.buttons().remove(0);
        // An app does not show it any more, but a press may be on its way.
        let pressed = t.sandbox.person_presses(eve, group, card.id, &data, now);
        t.run();
        if pressed.is_ok() {
            let alerts = t.sandbox.alerts_seen(eve);
            let last = alerts.last().map(String::as_str).unwrap_or_default();
            assert!(last.contains("members of this group"), "{alerts:?}");
        }
        t.topic("ann").expect_button("More");
    });
}

#[test]
fn the_title_follows_the_state_once_in_five_minutes_at_most() {
    let setup = Setup {
        tickets: TicketRules {
            reopen_window: Some(Duration::from_secs(3600)),
            ..Setup::default().tickets
        },
        ..Setup::default()
    };
    bot_test_with(setup, |t| {
        open_ticket(t);
        assert!(title_of(t, "ann").starts_with("🟢 SUPP-"));
        t.agent("sam").writes_in("ann", "/snooze 2h");
        t.topic("ann").expect_part("Put aside until");
        t.client("ann").says("still there?");
        t.topic("ann").expect_part("not put aside any more");
        t.topic("ann").expect("still there?");
        t.pass(Duration::from_secs(400));
        assert_eq!(edits_of_titles(t), 0, "nothing has changed in the end");
        t.client("ann").says("/close");
        t.client("ann").expect_part("You have closed");
        t.topic("ann").expect_part("has closed");
        assert!(title_of(t, "ann").starts_with("⚪ SUPP-"));
        t.client("ann").says("wait");
        t.client("ann").expect_part("open again");
        t.topic("ann").expect_part("open again");
        t.topic("ann").expect("wait");
        assert!(title_of(t, "ann").starts_with("⚪ SUPP-"));
        t.pass(Duration::from_secs(310));
        assert!(title_of(t, "ann").starts_with("🟢 SUPP-"));
        assert_eq!(edits_of_titles(t), 2);
    });
}

#[test]
fn a_card_that_stands_alone_says_what_the_ticket_is_about() {
    bot_test(|t| {
        open_ticket(t);
        assert!(!card_of(t, "ann").contains("«hello»"));
        t.agent("sam").deletes_topic_of("ann");
        t.client("ann").says("anybody?");
        t.topic("ann").expect_part("«hello»");
        t.topic("ann").expect("anybody?");
    });
}

#[test]
fn what_a_client_takes_back_is_not_what_the_ticket_is_about_any_more() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").replies_to("hello").says("/delete");
        t.client("ann").expect_part("Deleted");
        t.agent("sam").deletes_topic_of("ann");
        t.client("ann").says("anybody?");
        let card = t.topic("ann").next();
        assert!(!card.text().contains("hello"), "{}", card.text());
        t.topic("ann").expect("anybody?");
    });
}

#[test]
fn tags_and_category_stand_on_card_and_title() {
    let setup = Setup {
        categories: vec![Category {
            name: "billing".to_owned(),
            title: "Payments".to_owned(),
            desk: None,
            priority: Some(TicketPriority::High),
        }],
        ..Setup::default()
    };
    bot_test_with(setup, |t| {
        open_ticket(t);
        t.agent("sam").writes_in("ann", "/tag add Refund vip");
        t.topic("ann").expect("Tags: #refund #vip");
        t.agent("sam").writes_in("ann", "/tag remove vip");
        t.topic("ann").expect("Tags: #refund");
        t.agent("sam").writes_in("ann", "/tag refund");
        t.topic("ann").expect_part("/tag – ");
        t.agent("sam").writes_in("ann", "/category nothing");
        t.topic("ann").expect_part("billing");
        t.agent("sam").writes_in("ann", "/category billing");
        t.topic("ann").expect("Category: Payments");
        t.agent("sam").writes_in("ann", "/priority low");
        t.topic("ann").expect_part("low priority");
        t.agent("sam").writes_in("ann", "/priority very");
        t.topic("ann").expect_part("/priority – ");
        let card = card_of(t, "ann");
        assert!(card.contains("low priority · Payments · #refund"), "{card}");
        t.pass(Duration::from_secs(310));
        assert!(title_of(t, "ann").ends_with(" · Payments"));
    });
}

#[test]
fn a_card_catches_up_with_what_is_unread_once_the_group_is_not_behind_any_more() {
    let setup = Setup {
        limits: super::pacing::unlimited(),
        ..Setup::default()
    };
    bot_test_with(setup, |t| {
        open_ticket(t);
        t.pass(Duration::from_secs(120));
        for number in 0..140 {
            let photo = content::photo(&format!("p{number}"), "look");
            t.client("ann").drops(photo, None);
        }
        t.run();
        let edits = |t: &Scenario| {
            let calls = t.sandbox.calls();
            let edits = calls.iter().filter(|call| call.method == "editMessageText");
            edits.count()
        };
        let before = edits(t);
        t.pass(Duration::from_secs(4 * 60));
        // There is something better to do.
        assert!(card_of(t, "ann").contains("1 unread"));
        assert_eq!(edits(t), before);
        t.pass(Duration::from_secs(11 * 60));
        assert!(card_of(t, "ann").contains("141 unread"));
        assert_eq!(edits(t), before + 1, "many messages are one change");
        super::pacing::reads_everything(t);
    });
}
