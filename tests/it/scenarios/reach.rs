//! What is out of reach: Telegram as a whole, the group without the bot, without its rights, without
//! topics. Nothing is used up meanwhile, everybody is told what to do, and everything arrives afterwards.

use std::time::Duration;

use hushdesk::sandbox::{Fault, FaultRule, Right, Rights, content};

use super::carrying::open_ticket;
use crate::harness::{BOT, Reads, Scenario, bot_test};

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

fn kicks_bot(t: &mut Scenario) {
    let (group, now) = (t.group, t.now());
    t.sandbox.kick(group, BOT, now);
    t.run();
}

fn makes_bot_admin(t: &mut Scenario, rights: Rights) {
    let (group, now) = (t.group, t.now());
    t.sandbox.promote(group, BOT, rights, now);
    t.run();
}

fn switches_topics(t: &mut Scenario, on: bool) {
    t.sandbox.set_forum_mode(t.group, on);
}

/// Calls into a chat so far that were more than a question.
fn calls_into(t: &Scenario, chat: i64) -> usize {
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

#[test]
fn while_telegram_is_out_of_reach_no_attempt_is_used_up() {
    bot_test(|t| {
        open_ticket(t);
        let fails = |method: &str| method != "getUpdates";
        t.sandbox.set_fault_hook(Box::new(move |call| {
            fails(call.method).then_some(Fault::CutBefore)
        }));
        let reply = t.agent("sam").writes_in("ann", "hello?");
        t.pass(minutes(1));
        let before = t.sandbox.call_count();
        t.pass(minutes(180));
        assert_eq!(out_of_reach(t), ["no_answer"]);
        let calls = t.sandbox.calls();
        let since = usize::try_from(before).expect("few");
        let others = calls.iter().skip(since).filter(|call| {
            let asks = ["getUpdates", "getMe"].contains(&call.method.as_str());
            !asks
        });
        assert_eq!(others.count(), 0, "{}", t.story());
        t.sandbox.clear_faults();
        t.pass(minutes(1));
        t.client("ann").expect("Live Support: hello?");
        t.topic("ann").expect_part("may have received it twice");
        t.topic("ann").expect_mark(reply, "👌");
        assert!(out_of_reach(t).is_empty());
    });
}

#[test]
fn a_group_that_alone_is_not_answered_for_is_asked_and_not_called() {
    bot_test(|t| {
        open_ticket(t);
        let group = t.group;
        t.sandbox.set_fault_hook(Box::new(move |call| {
            (call.chat == Some(group)).then_some(Fault::Internal500)
        }));
        t.client("ann").says("one");
        for _time in 0..4 {
            // Everybody else is answered.
            t.client("bob").says("/status");
            t.client("bob").expect_part("You have no ticket");
            t.pass(Duration::from_secs(15));
        }
        assert_eq!(out_of_reach(t), ["no_answer"]);
        let before = calls_into(t, group);
        t.pass(minutes(240));
        assert_eq!(calls_into(t, group), before, "{}", t.story());
        t.client("ann").says("two");
        t.client("ann").expect_part("later than usual");
        t.sandbox.clear_faults();
        t.pass(minutes(2));
        t.topic("ann").expect("one").expect("two");
        t.topic("ann").expect_part("may stand here twice");
        t.general().expect_part("can work in this group again");
    });
}

#[test]
fn what_is_out_of_reach_stays_so_over_a_restart() {
    bot_test(|t| {
        open_ticket(t);
        kicks_bot(t);
        assert_eq!(out_of_reach(t), ["gone"]);
        t.kill();
        t.start();
        let before = calls_into(t, t.group);
        t.client("ann").says("anybody?");
        t.pass(minutes(10));
        t.client("ann").expect_part("later than usual");
        assert_eq!(calls_into(t, t.group), before);
        makes_bot_admin(t, Rights::all());
        t.topic("ann").expect("anybody?");
        t.general().expect_part("can work in this group again");
    });
}

#[test]
fn a_bot_that_was_kicked_and_is_added_again_goes_on_where_it_was() {
    bot_test(|t| {
        open_ticket(t);
        kicks_bot(t);
        let before = calls_into(t, t.group);
        t.client("ann").says("one");
        t.client("ann").expect_nothing();
        t.pass(minutes(2));
        // Nobody waits in silence, and nobody is told twice.
        t.client("ann").says("two");
        t.client("ann").expect_part("later than usual");
        t.client("ann").says("three");
        t.client("bob").says("and I");
        t.client("bob")
            .expect_part("created")
            .expect_part("later than usual");
        t.pass(minutes(60));
        assert_eq!(calls_into(t, t.group), before, "{}", t.story());
        makes_bot_admin(t, Rights::all());
        t.pass(minutes(1));
        t.topic("ann").expect("one").expect("two").expect("three");
        t.topic("bob").expect_card("and I");
        t.general().expect_part("can work in this group again");
    });
}

#[test]
fn a_bot_that_is_added_again_as_a_mere_member_says_what_it_needs() {
    bot_test(|t| {
        open_ticket(t);
        kicks_bot(t);
        t.pass(minutes(5));
        let (group, now) = (t.group, t.now());
        t.sandbox
            .set_member(group, BOT, hushdesk::sandbox::Status::Member, now);
        t.run();
        t.general().expect_part("it is no administrator");
        makes_bot_admin(t, Rights::all());
        t.general().expect_part("can work in this group again");
    });
}

#[test]
fn a_group_that_refuses_everything_is_asked_and_not_called() {
    for words in [
        "Forbidden: bot was kicked from the supergroup chat",
        "Forbidden: the group chat was deleted",
    ] {
        bot_test(|t| {
            open_ticket(t);
            let group = t.group;
            t.sandbox.set_fault_hook(Box::new(move |call| {
                (call.chat == Some(group)).then(|| refuse(403, words))
            }));
            t.client("ann").says("one");
            t.client("ann").says("two");
            t.pass(minutes(1));
            let before = calls_into(t, group);
            t.pass(minutes(120));
            t.client("ann").expect_part("later than usual");
            assert_eq!(out_of_reach(t), ["gone"]);
            assert_eq!(calls_into(t, group), before);
            // Replies to clients do not go into the group.
            t.client("bob").says("hello");
            t.client("bob")
                .expect_part("created")
                .expect_part("later than usual");
            t.sandbox.clear_faults();
            t.pass(minutes(2));
            t.topic("ann").expect("one").expect("two");
            t.topic("bob").expect_card("hello");
            t.general().expect_part("can work in this group again");
        });
    }
}

#[test]
fn without_topics_nothing_stands_in_general_and_everything_follows_when_they_are_back() {
    bot_test(|t| {
        open_ticket(t);
        switches_topics(t, false);
        t.client("ann").says("into the void");
        t.general().expect_part("no topics any more");
        t.general().expect_gone("into the void");
        t.client("bob").says("me too");
        t.client("bob").expect_part("created");
        t.pass(minutes(3));
        t.client("bob").expect_part("later than usual");
        t.client("ann").says("hello?");
        t.client("ann").expect_part("later than usual");
        t.client("ann").expect_nothing();
        switches_topics(t, true);
        t.pass(minutes(2));
        t.topic("ann").expect("into the void").expect("hello?");
        t.topic("bob").expect_card("me too");
        t.general().expect_part("can work in this group again");
        assert!(out_of_reach(t).is_empty());
    });
}

#[test]
fn a_copy_that_fell_into_general_unseen_is_taken_back_too() {
    bot_test(|t| {
        open_ticket(t);
        switches_topics(t, false);
        // Telegram does not tell where a copy went.
        t.client("ann").sends(content::photo("p", "look"));
        t.client("ann").sends(content::sticker("s", "set"));
        t.client("ann").says("do you see it?");
        t.general().expect_part("no topics any more");
        t.general().expect_gone("look");
        switches_topics(t, true);
        t.pass(minutes(2));
        t.topic("ann").expect("look");
        t.topic("ann").expect_kind("sticker");
        t.topic("ann").expect("do you see it?");
        t.general().expect_part("can work in this group again");
    });
}

#[test]
fn an_agent_who_answers_while_there_are_no_topics_reads_that_it_was_not_delivered() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").says("do you see it?");
        let question = t.topic("ann").next().id;
        switches_topics(t, false);
        t.client("bob").says("me too");
        t.client("bob").expect_part("created");
        t.general().expect_part("no topics any more");
        t.agent("sam")
            .sends(None, content::text("I see it"), Some(question));
        t.general().expect_part("Not delivered");
        t.agent("sam").writes_in_general("what is going on?");
        t.client("ann").expect_nothing();
        switches_topics(t, true);
        t.pass(minutes(2));
        t.topic("bob").expect_card("me too");
        t.general().expect_part("can work in this group again");
    });
}

#[test]
fn a_copy_whose_source_telegram_does_not_find_holds_its_lane_for_a_minute_or_two() {
    bot_test(|t| {
        open_ticket(t);
        t.allowed.dead_letters = true;
        t.sandbox.plan(FaultRule {
            times: 1_000,
            ..FaultRule::once("copyMessage", refuse(400, "Bad Request: chat not found"))
        });
        t.client("ann").sends(content::sticker("s", "set"));
        t.client("ann").says("and this?");
        t.client("bob").says("hello");
        t.client("bob").expect_part("created");
        t.topic("bob").expect_card("hello");
        t.pass(minutes(3));
        t.topic("ann").expect("and this?");
        t.topic("ann").expect_part("could not be posted here");
        t.general()
            .expect_part("failed for good (a client's message");
        t.sandbox.clear_faults();
    });
}

#[test]
fn many_letters_of_one_cause_are_one_alert_and_are_offered_when_the_trouble_is_over() {
    bot_test(|t| {
        open_ticket(t);
        t.allowed.dead_letters = true;
        makes_bot_admin(t, Rights::all().with(Right::ManageTopics, false));
        t.general().expect_part("The bot lacks a right");
        let ann = t.person("ann");
        t.sandbox.plan(FaultRule {
            chat: Some(ann),
            times: 3,
            ..FaultRule::once("sendMessage", refuse(400, "Bad Request: SOMETHING_NEW"))
        });
        for text in ["one", "two", "three"] {
            t.agent("sam").writes_in("ann", text);
            t.topic("ann").expect_part("Telegram refused it");
        }
        t.general().expect_part("failed for good (a reply");
        makes_bot_admin(t, Rights::all());
        t.general()
            .expect_part("can work in this group again")
            .expect_part("3 calls failed for good");
        t.agent("eve").writes_in_general("/failed retry all");
        t.general().expect_part("3 letters are on their way again");
        t.client("ann")
            .expect("Live Support: one")
            .expect("Live Support: two")
            .expect("Live Support: three");
    });
}

#[test]
fn a_second_program_with_the_same_token_is_told_of() {
    bot_test(|t| {
        open_ticket(t);
        let words = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
        t.sandbox.plan(FaultRule {
            times: 4,
            ..FaultRule::once("getUpdates", refuse(409, words))
        });
        t.client("ann").drops(content::text("hello?"), None);
        for _poll in 0..6 {
            t.pass(Duration::from_secs(5));
        }
        t.general()
            .expect_part("A second program uses this bot's token");
        t.topic("ann").expect("hello?");
    });
}

/// Seed 50: the clock was set back between two copies, and a token was refused while the group was asked.
#[test]
fn copies_are_taken_back_in_their_order_whatever_the_clock_says() {
    bot_test(|t| {
        open_ticket(t);
        switches_topics(t, false);
        t.client("ann").sends(content::photo("p", "first"));
        t.sets_clock(-24 * 60_000);
        t.client("ann").sends(content::photo("q", "second"));
        t.sets_clock(75 * 60_000);
        t.client("bob").says("me too");
        t.client("bob").expect_part("created");
        t.general().expect_part("no topics any more");
        t.sandbox.plan(FaultRule {
            times: 2,
            ..FaultRule::once("getChat", refuse(401, "Unauthorized"))
        });
        t.pass(minutes(1));
        assert_eq!(out_of_reach(t), ["topics_off"]);
        switches_topics(t, true);
        t.pass(minutes(2));
        t.client("ann").expect_part("later than usual");
        t.client("bob").expect_part("later than usual");
        t.topic("ann").expect("first").expect("second");
        t.topic("bob").expect_card("me too");
        t.general().expect_part("can work in this group again");
    });
}

#[test]
fn an_album_that_told_where_it_stands_is_left_there_when_topics_go() {
    for kind in ["live", "photos"] {
        leaves_an_album(kind);
    }
}

fn leaves_an_album(kind: &str) {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").sends(content::photo("p1", "a picture"));
        t.topic("ann").expect_kind("photo");
        let items = t.marked("ann").album(kind, "pictures", 2);
        t.client("ann").sends_album(items);
        t.topic("ann").expect_album(2);
        if kind == "live" {
            t.topic("ann").expect("pictures");
        }
        switches_topics(t, false);
        t.client("bob").says("hello");
        t.client("bob").expect_part("created");
        t.pass(minutes(1));
        switches_topics(t, true);
        t.pass(minutes(5));
        t.general().expect_part("no topics any more");
        t.general().expect_part("can work in this group again");
        t.topic("bob").expect_card("hello");
        let deleted = t.sandbox.calls();
        let deleted = deleted
            .iter()
            .filter(|call| call.method.starts_with("deleteMessage"));
        assert_eq!(deleted.count(), 0, "{}", t.story());
    });
}

#[test]
fn a_copy_that_was_under_way_when_topics_went_is_picked_up_too() {
    bot_test(|t| {
        open_ticket(t);
        t.client("eve").says("me too").expect_part("created");
        t.topic("eve").expect_card("me too");
        let wait = Fault::RetryAfter { seconds: 10 };
        t.sandbox.plan(FaultRule::once("sendMessage", wait));
        t.client("eve").says("a text that meets the wait");
        switches_topics(t, false);
        t.client("bob").drops(content::text("hello"), None);
        t.client("ann").drops(content::photo("p1", "look"), None);
        t.pass(minutes(1));
        switches_topics(t, true);
        t.pass(minutes(5));
        t.general().expect_part("no topics any more");
        t.general().expect_part("can work in this group again");
        t.client("bob").expect_part("created");
        t.topic("bob").expect_card("hello");
        t.topic("eve").expect("a text that meets the wait");
        let look = t.topic("ann").expect_kind("photo");
        assert!(look.thread.is_some(), "{}", t.story());
    });
}

/// Seed 70299: answers to commands fell into the main chat and were taken away there, again and again.
#[test]
fn what_agents_are_answered_in_a_topic_waits_for_it_too() {
    bot_test(|t| {
        open_ticket(t);
        t.agent("sam");
        let thread = t.live_thread_of("ann");
        t.says("sam", thread, "/tag remove vip");
        switches_topics(t, false);
        t.client("ann").says("hello?");
        t.pass(Duration::from_secs(60 * 60));
        let answers = |t: &Scenario| {
            let messages = t.sandbox.chat_messages(t.group).into_iter();
            let answers = messages.filter(|message| message.text() == "No tags.");
            answers.count()
        };
        assert!(answers(t) <= 1, "{} times", answers(t));
        switches_topics(t, true);
        t.pass(Duration::from_secs(120));
        let in_topic = t.topic("ann").all();
        assert!(in_topic.iter().any(|message| message.text() == "No tags."));
        super::pacing::reads_everything(t);
    });
}
