//! The group's budget: who goes first, who waits, and what Telegram's waits teach.

use std::time::Duration;

use hushdesk::domain::settings::{Flood, Limits};
use hushdesk::sandbox::{Fault, FaultRule, Settings, content};

use super::carrying::open_ticket;
use crate::harness::{Reads, Scenario, Setup, bot_test, bot_test_with};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR_MS: i64 = 60 * 60 * 1000;

pub fn unlimited() -> Limits {
    Limits {
        tickets_per_day: 0,
        messages_per_hour: 0,
        burst: 0,
        messages_per_second: 0,
    }
}

pub fn names(prefix: &str, count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("{prefix}{number}"))
        .collect()
}

/// The calls into the group that counted, by when they were made and with what.
fn group_calls(t: &Scenario) -> Vec<(i64, String)> {
    let calls = t.sandbox.calls().into_iter();
    calls
        .filter(|call| call.chat == Some(t.group) && call.status == 200)
        .map(|call| (call.at_ms, call.method))
        .collect()
}

pub fn reads_everything(t: &mut Scenario) {
    let mut chats: Vec<i64> = vec![t.group];
    for name in t.everybody() {
        chats.push(t.person(&name));
    }
    for chat in chats {
        while t.next_unread(chat, |_| true).is_some() {}
    }
}

#[test]
fn new_tickets_take_half_of_the_budget_while_others_wait() {
    let setup = Setup {
        limits: unlimited(),
        new_tickets_per_minute: 0,
        ..Setup::default()
    };
    bot_test_with(setup, |t| {
        open_ticket(t);
        t.pass(2 * MINUTE);
        let before = group_calls(t).len();
        let ann = t.person("ann");
        for name in names("new", 12) {
            t.client(&name).drops(content::text("hello"), None);
        }
        for number in 0..30 {
            let now = t.now();
            let photo = content::photo(&format!("p{number}"), &format!("photo {number}"));
            t.sandbox
                .person_sends(ann, ann, None, photo, None, now)
                .expect("ann may write");
        }
        t.run();
        let made = group_calls(t).split_off(before);
        assert_eq!(made.len(), 20);
        // The other half are topics and their first posts.
        let copies = made.iter().filter(|(_, method)| method == "copyMessage");
        assert_eq!(copies.count(), 10);
        t.kill();
        t.start();
        t.pass(MINUTE);
        let second = group_calls(t).split_off(before + 20);
        assert_eq!(second.len(), 20);
        let copies = second.iter().filter(|(_, method)| method == "copyMessage");
        assert_eq!(copies.count(), 10, "the half survives a restart");
        t.pass(10 * MINUTE);
        reads_everything(t);
    });
}

#[test]
fn tickets_beyond_the_limit_wait_for_their_topic_and_are_told_so() {
    let setup = Setup {
        new_tickets_per_minute: 2,
        ..Setup::default()
    };
    bot_test_with(setup, |t| {
        t.agent("sam");
        for name in names("new", 5) {
            t.client(&name).says("hello");
        }
        let topics = |t: &Scenario| {
            let made = group_calls(t).into_iter();
            made.filter(|(_, method)| method == "createForumTopic")
                .count()
        };
        assert_eq!(topics(t), 2);
        t.client("new0")
            .expect_part("An agent will assist you shortly");
        t.client("new4").expect_part("in the queue");
        t.client("new4").says("are you there?");
        t.pass(MINUTE);
        assert_eq!(topics(t), 4);
        t.kill();
        t.start();
        t.pass(MINUTE);
        assert_eq!(topics(t), 5);
        t.topic("new4")
            .expect_card("hello")
            .expect("are you there?");
        reads_everything(t);
    });
}

#[test]
fn a_wait_makes_the_group_slower_and_quiet_makes_it_faster_again() {
    bot_test_with(
        Setup {
            limits: unlimited(),
            sandbox: Settings {
                group_per_minute: 0,
                busy_loop_guard: false,
                ..Settings::default()
            },
            ..Setup::default()
        },
        |t| {
            open_ticket(t);
            t.sandbox.plan(FaultRule {
                chat: Some(t.group),
                ..FaultRule::once("copyMessage", Fault::RetryAfter { seconds: 30 })
            });
            let photos_in_a_minute = |t: &mut Scenario| {
                t.pass(2 * MINUTE);
                let before = group_calls(t).len();
                for number in 0..40 {
                    let photo = content::photo(&format!("p{number}"), "look");
                    t.client("ann").drops(photo, None);
                }
                t.run();
                let made = group_calls(t).len() - before;
                t.pass(20 * MINUTE);
                reads_everything(t);
                made
            };
            t.client("ann").sends(content::photo("first", "look"));
            t.pass(MINUTE);
            t.kill();
            t.start();
            assert_eq!(photos_in_a_minute(t), 15, "three quarters after a flood");
            t.pass(10 * MINUTE);
            assert_eq!(photos_in_a_minute(t), 18, "after half an hour of quiet");
            t.pass(120 * MINUTE);
            assert_eq!(photos_in_a_minute(t), 20, "never more than the config");
        },
    );
}

#[test]
fn a_wait_makes_a_private_chat_slower_and_no_other() {
    bot_test_with(
        Setup {
            sandbox: Settings {
                private_per_second: 0,
                busy_loop_guard: false,
                ..Settings::default()
            },
            ..Setup::default()
        },
        |t| {
            open_ticket(t);
            t.client("bob").says("hello");
            t.client("bob").expect_part("created");
            let ann = t.person("ann");
            t.sandbox.plan(FaultRule {
                chat: Some(ann),
                ..FaultRule::once("sendMessage", Fault::RetryAfter { seconds: 3 })
            });
            t.agent("sam").writes_in("ann", "one");
            t.pass(MINUTE);
            for client in ["ann", "bob"] {
                let thread = t.live_thread_of(client);
                for number in 0..3 {
                    let text = content::text(&format!("{client} {number}"));
                    t.agent("sam").drops(thread, text, None);
                }
            }
            let start = t.now();
            t.pass(MINUTE);
            let times = |t: &mut Scenario, name: &str| {
                let user = t.person(name);
                let calls = t.sandbox.calls().into_iter();
                let mine = calls.filter(|call| call.chat == Some(user) && call.at_ms >= start);
                mine.map(|call| call.at_ms - start).collect::<Vec<_>>()
            };
            let burst = times(t, "bob");
            assert!(
                burst.len() == 3 && burst.iter().all(|at| *at < 500),
                "{burst:?}"
            );
            let gaps: Vec<i64> = times(t, "ann")
                .windows(2)
                .map(|two| two[1] - two[0])
                .collect();
            assert!(
                gaps.iter().all(|gap| (1_333..1_400).contains(gap)),
                "{gaps:?}"
            );
            reads_everything(t);
        },
    );
}

#[test]
fn what_has_met_a_wait_stays_before_what_came_later() {
    bot_test(|t| {
        let names = names("client", 4);
        for name in &names {
            t.client(name).says("hello");
            t.pass(MINUTE);
        }
        t.sandbox.plan(FaultRule {
            chat: Some(t.group),
            ..FaultRule::once("sendMessage", Fault::RetryAfter { seconds: 30 })
        });
        let since = t.now();
        for name in &names {
            t.client(name).says(&format!("of {name}"));
            t.pass(Duration::from_secs(2));
        }
        t.pass(MINUTE);
        let calls = t.sandbox.calls().into_iter();
        let texts: Vec<String> = calls
            .filter(|call| call.chat == Some(t.group) && call.status == 200 && call.at_ms > since)
            .filter_map(|call| Some(call.params.get("text")?.as_str()?.to_owned()))
            .filter(|text| text.starts_with("of "))
            .collect();
        let expected: Vec<String> = names.iter().map(|name| format!("of {name}")).collect();
        assert_eq!(texts, expected, "{}", t.story());
        reads_everything(t);
    });
}

/// Where much waits, what has to be tried again goes when that may be, and not behind all that came meanwhile.
#[test]
fn what_is_tried_again_keeps_its_place_in_a_long_queue() {
    let setup = Setup {
        limits: unlimited(),
        ..Setup::default()
    };
    bot_test_with(setup, |t| {
        // More than go in three minutes, each in a topic of its own.
        let names = names("client", 70);
        for name in &names {
            t.client(name).says("hello");
            t.pass(MINUTE);
        }
        let since = t.now();
        for name in &names {
            t.client(name).drops(content::photo(name, "look"), None);
        }
        t.run();
        t.sandbox.plan(FaultRule {
            chat: Some(t.group),
            ..FaultRule::once("copyMessage", Fault::Internal500)
        });
        t.pass(6 * MINUTE);
        let calls = t.sandbox.calls().into_iter();
        let copies = calls.filter(|call| call.method == "copyMessage" && call.at_ms > since);
        let copies: Vec<_> = copies
            .map(|call| {
                let source = ["from_chat_id", "message_id"].map(|name| call.params[name].clone());
                (call.at_ms, call.status, source)
            })
            .collect();
        let failed = copies.iter().find(|(_, status, _)| *status == 500);
        let (failed_at, _, message) = failed.expect("one has failed");
        let done = copies
            .iter()
            .find(|(_, status, copied)| *status == 200 && copied == message);
        let (done_at, ..) = done.expect("it was tried again");
        let took = done_at - failed_at;
        // With the first of the next minute.
        assert!(took < 61_000, "it went after {took} ms: {copies:?}");
        reads_everything(t);
    });
}

#[test]
fn floods_that_telegram_hides_as_latency_are_waited_for() {
    bot_test_with(
        Setup {
            flood: Flood {
                group_calls_per_minute: 0,
                chat_calls_per_second: 0,
                calls_per_second: 0,
            },
            limits: unlimited(),
            sandbox: Settings {
                absorb_ms: 8_000,
                busy_loop_guard: false,
                ..Settings::default()
            },
            ..Setup::default()
        },
        |t| {
            open_ticket(t);
            let thread = t.live_thread_of("ann");
            for number in 0..12 {
                let text = content::text(&format!("line {number}"));
                t.agent("sam").drops(thread, text, None);
            }
            t.pass(2 * MINUTE);
            for number in 0..12 {
                t.client("ann")
                    .expect(&format!("Live Support: line {number}"));
            }
            let slow = t
                .sandbox
                .calls()
                .into_iter()
                .filter(|call| call.status != 200);
            assert_eq!(
                slow.count(),
                0,
                "no wait was asked for, and no call was cut off"
            );
        },
    );
}

#[test]
fn a_clock_that_is_set_neither_stops_the_group_nor_floods_it() {
    for hours in [0, 1, -1, 24, -24] {
        let setup = Setup {
            limits: unlimited(),
            ..Setup::default()
        };
        bot_test_with(setup, |t| {
            open_ticket(t);
            t.pass(2 * MINUTE);
            let photo = |t: &mut Scenario, number: usize| {
                let photo = content::photo(&format!("p{number}"), "look");
                t.client("ann").drops(photo, None);
            };
            for number in 0..30 {
                photo(t, number);
            }
            t.run();
            let before = group_calls(t).len();
            t.sets_clock(hours * HOUR_MS);
            for number in 30..60 {
                photo(t, number);
            }
            t.run();
            assert_eq!(
                group_calls(t).len(),
                before,
                "the window is as full as before"
            );
            t.pass(MINUTE);
            assert_eq!(
                group_calls(t).len(),
                before + 20,
                "and opens as before: {hours} h"
            );
            t.kill();
            t.start();
            t.pass(5 * MINUTE);
            let refused = t
                .sandbox
                .calls()
                .into_iter()
                .filter(|call| call.status == 429);
            assert_eq!(refused.count(), 0, "{hours} h");
            reads_everything(t);
        });
    }
}

#[test]
fn a_clock_that_was_set_back_while_the_program_was_down_blocks_nobody() {
    bot_test(|t| {
        open_ticket(t);
        for number in 0..20 {
            let photo = content::photo(&format!("p{number}"), "look");
            t.client("ann").drops(photo, None);
        }
        t.run();
        t.kill();
        t.sets_clock(-HOUR_MS);
        t.start();
        t.client("bob").says("hello");
        t.pass(2 * MINUTE);
        t.topic("bob").expect_card("hello");
        // One more says on the card how much is unread.
        assert_eq!(group_calls(t).len(), 25, "and what waited is due again");
        reads_everything(t);
    });
}

#[test]
fn a_group_that_is_behind_says_so_once_to_everybody_and_recovers() {
    let setup = Setup {
        limits: unlimited(),
        ..Setup::default()
    };
    bot_test_with(setup, |t| {
        open_ticket(t);
        t.pass(2 * MINUTE);
        for number in 0..140 {
            let photo = content::photo(&format!("p{number}"), "look");
            t.client("ann").drops(photo, None);
        }
        t.run();
        t.client("ann").expect_part("in the queue");
        t.client("ann").says("hello?").expect_nothing();
        t.client("bob").says("hi");
        t.client("bob").expect_part("in the queue");
        let thread = t.live_thread_of("ann");
        t.agent("sam").drops(thread, content::text("yes"), None);
        t.run();
        t.client("ann").expect("Live Support: yes");
        t.pass(MINUTE);
        let alert = t.general().next();
        assert!(alert.text().contains("6 minutes"), "{}", alert.text());
        t.pass(20 * MINUTE);
        t.client("eve").says("hi");
        t.client("eve").expect_part("assist you shortly");
        t.client("ann").says("and now?").expect_nothing();
        reads_everything(t);
    });
}

#[test]
fn an_album_takes_a_place_in_the_budget_for_each_of_its_messages() {
    let setup = Setup {
        limits: unlimited(),
        ..Setup::default()
    };
    bot_test_with(setup, |t| {
        let people = names("person", 4);
        for name in &people {
            t.client(name).says("hello");
        }
        t.pass(10 * MINUTE);
        for name in &people {
            let photos = (0..8)
                .map(|number| content::photo(&format!("{name}-{number}"), "").into())
                .collect();
            t.client(name).drops_album(photos, None);
            t.client(name).drops(content::text("and a word"), None);
        }
        t.pass(10 * MINUTE);
        let floods = t.sandbox.calls();
        let floods = floods.iter().filter(|call| call.status == 429);
        assert_eq!(floods.count(), 0, "{}", t.story());
        for name in &people {
            t.topic(name).expect_card("hello");
            t.topic(name).expect_album(8);
            t.topic(name).expect("and a word");
        }
        reads_everything(t);
    });
}

#[test]
fn an_album_spends_a_clients_budget_message_by_message() {
    bot_test(|t| {
        open_ticket(t);
        t.pass(10 * MINUTE);
        let photos = (0..10)
            .map(|number| content::photo(&format!("p{number}"), "").into())
            .collect();
        t.agent("sam").in_topic_of("ann").sends_album(photos);
        for number in 0..8 {
            let thread = t.topic("ann").id();
            let words = content::text(&format!("word {number}"));
            t.agent("sam").drops(Some(thread), words, None);
        }
        t.pass(10 * MINUTE);
        let floods = t.sandbox.calls();
        let floods = floods.iter().filter(|call| call.status == 429);
        assert_eq!(floods.count(), 0, "{}", t.story());
        t.client("ann").expect_album(10);
        for number in 0..8 {
            t.client("ann")
                .expect(&format!("Live Support: word {number}"));
        }
    });
}

#[test]
fn a_call_that_comes_late_counts_from_then_on() {
    for late_ms in [1, 200, 7_000] {
        let setup = Setup {
            limits: unlimited(),
            ..Setup::default()
        };
        bot_test_with(setup, |t| {
            open_ticket(t);
            t.pass(2 * MINUTE);
            // The last of what a minute takes is on its way for a while.
            t.sandbox.plan(FaultRule {
                after_calls: 19,
                chat: Some(t.group),
                ..FaultRule::once("copyMessage", Fault::Late { ms: late_ms })
            });
            for number in 0..60 {
                let photo = content::photo(&format!("p{number}"), &format!("photo {number}"));
                t.client("ann").drops(photo, None);
            }
            t.pass(10 * MINUTE);
            let calls = t.sandbox.calls();
            assert!(calls.iter().all(|call| call.status == 200), "{late_ms}");
            for number in 0..60 {
                t.topic("ann").expect(&format!("photo {number}"));
            }
            reads_everything(t);
        });
    }
}
