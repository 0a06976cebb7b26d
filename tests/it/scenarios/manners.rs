//! Commands, and whoever is neither client nor agent.

use hushdesk::sandbox::{Person, Status, content};
use serde_json::json;

use super::carrying::open_ticket;
use crate::harness::{Reads, TOKEN, bot_test};

#[test]
fn start_help_and_status_open_nothing() {
    bot_test(|t| {
        t.client("ann").says("/start");
        t.client("ann").expect_part("Live Support will answer");
        t.client("ann").says("/start billing");
        t.client("ann").expect_part("Live Support will answer");
        t.client("ann").says("/help");
        t.client("ann").expect_part("/status");
        t.client("ann").says("/status");
        t.client("ann").expect_part("You have no ticket");
        t.client("ann").says("/close");
        t.client("ann").expect_part("You have no open ticket");
        assert!(
            t.sandbox
                .topics(t.group)
                .iter()
                .all(|topic| !topic.name.contains("SUPP"))
        );
        open_ticket(t);
        t.client("ann").says("/status");
        t.client("ann").expect_part("is open");
        t.client("ann").says("/close");
        t.client("ann").expect_part("closed");
        t.topic("ann").expect_part("closed");
        t.client("ann").says("/status");
        t.client("ann").expect_part("is closed");
    });
}

#[test]
fn any_other_word_with_a_slash_is_an_ordinary_text_of_a_client() {
    bot_test(|t| {
        t.client("ann").says("/etc/passwd is gone");
        t.client("ann").expect_part("created");
        t.topic("ann").expect_card("/etc/passwd is gone");
    });
}

#[test]
fn a_client_reads_their_own_language() {
    bot_test(|t| {
        let olga = t.person("olga");
        t.sandbox.add_person(Person {
            language_code: Some("ru".to_owned()),
            ..Person::named(olga, "Firstolgamark")
        });
        t.client("olga").says("здравствуйте");
        t.client("olga").expect_part("создана");
        let card = t.topic("olga").next();
        assert!(card.text().contains("ru · first ticket"), "{}", card.text());
    });
}

#[test]
fn what_begins_with_a_slash_is_never_relayed() {
    bot_test(|t| {
        open_ticket(t);
        t.agent("sam").writes_in("ann", "/clsoe");
        t.topic("ann").expect_part("Did you mean /close?");
        t.agent("sam").writes_in("ann", "/close@some_other_bot");
        t.agent("sam").writes_in("ann", "/help");
        t.topic("ann").expect_part("/close – Close this ticket");
        t.agent("sam").writes_in_general("/close");
        t.general().expect_part("works inside a ticket's topic");
        t.agent("sam").writes_in_general("good morning all");
        t.client("ann").expect_nothing();
    });
}

#[test]
fn other_bots_channels_and_other_topics_are_not_relayed() {
    bot_test(|t| {
        open_ticket(t);
        let (group, now) = (t.group, t.now());
        let thread = t.topic("ann").id();
        t.sandbox
            .channel_sends(-1_009_999, group, Some(thread), content::text("news"), now)
            .expect("a channel may post");
        let sam = t.person("sam");
        let other = t
            .sandbox
            .create_topic(sam, group, "coffee", now)
            .expect("an admin may make a topic");
        t.agent("sam")
            .sends(Some(other), content::text("who wants some?"), None);
        t.client("ann").expect_nothing();
    });
}

#[test]
fn an_anonymous_admin_answers_like_any_agent() {
    bot_test(|t| {
        open_ticket(t);
        let (sam, group) = (t.person("sam"), t.group);
        t.sandbox.set_anonymous(group, sam, true, Some("the boss"));
        t.agent("sam").writes_in("ann", "hello from above");
        t.client("ann").expect("Live Support: hello from above");
    });
}

#[test]
fn a_member_of_the_group_is_a_client_in_private() {
    bot_test(|t| {
        t.agent("sam");
        t.client("sam").says("I have a question myself");
        t.client("sam").expect_part("created");
        t.topic("sam").expect_card("I have a question myself");
    });
}

#[test]
fn elsewhere_the_bot_says_one_sentence_and_leaves() {
    bot_test(|t| {
        let now = t.now();
        let eve = t.person("eve");
        let other = t.sandbox.add_supergroup("Elsewhere", false, now);
        t.sandbox.add_member(other, eve, Status::Creator, now);
        t.sandbox
            .add_member(other, crate::harness::BOT, Status::Member, now);
        t.pass(std::time::Duration::from_secs(15));
        let said = t.sandbox.chat_messages(other);
        let texts: Vec<&str> = said
            .iter()
            .filter(|m| m.from_bot && !m.service)
            .map(|m| m.text())
            .collect();
        assert_eq!(texts, ["This bot works in its own support group only."]);
        let members = t.sandbox.members(other);
        let bot = members
            .iter()
            .find(|(user, _)| *user == crate::harness::BOT);
        assert!(format!("{bot:?}").contains("Left"), "{bot:?}");
    });
}

#[test]
fn an_old_button_ends_its_spinner() {
    bot_test(|t| {
        open_ticket(t);
        let (sam, group, now) = (t.person("sam"), t.group, t.now());
        let card = t
            .sandbox
            .chat_messages(group)
            .into_iter()
            .find(|message| message.text().starts_with("SUPP-"))
            .expect("the card stands");
        t.sandbox
            .person_presses_anyway(sam, group, card.id, "v0:gone", now)
            .expect("a press can be forged");
        t.run();
        assert!(t.sandbox.unanswered_presses().is_empty());
    });
}

#[test]
fn an_update_that_cannot_be_read_is_put_aside_and_told() {
    bot_test(|t| {
        t.allowed.dead_letters = true;
        t.allowed.errors_logged = true;
        let now = t.now();
        t.sandbox
            .push_raw_update(TOKEN, json!({"message": "not an object"}), now);
        t.sandbox
            .push_raw_update(TOKEN, json!({"brand_new_kind": {"x": 1}}), now);
        t.client("ann").says("hello");
        t.client("ann").expect_part("created");
        t.topic("ann").expect_card("hello");
        t.general().expect_part("could not be handled");
    });
}

#[test]
fn menus_are_shown_once_in_every_language() {
    bot_test(|t| {
        let commands = t.sandbox.commands(TOKEN);
        assert_eq!(commands.len(), 6, "{commands:?}");
        let calls = t.sandbox.call_count();
        t.kill();
        t.start();
        t.run();
        let since: Vec<String> = t
            .sandbox
            .calls()
            .into_iter()
            .skip(usize::try_from(calls).expect("few"))
            .map(|call| call.method)
            .collect();
        assert!(!since.contains(&"setMyCommands".to_owned()), "{since:?}");
    });
}
