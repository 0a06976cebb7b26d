//! A long wait that is asked of a voice is taken for its alone. Where Telegram counts all bots together and it is
//! everybody's, one of the others finds that out by one refused call, and then nobody calls before its end.

use std::time::Duration;

use hushdesk::sandbox::{CallRecord, Fault, FaultRule, Settings, content};

use super::carrying::open_ticket;
use super::pacing;
use super::voices::{MINUTE, VOICE, posted_by_voice};
use crate::harness::{BOT, Reads, Scenario, Setup, VOICES, bot_test_with};

const SECOND_VOICE: i64 = VOICES[1].1;
const LONG_WAITS_S: [u32; 2] = [300, 7_200];
const CLIENTS: [&str; 4] = ["ann", "bob", "eve", "joe"];

fn setup(voices: usize, is_of_all: bool) -> Setup {
    let mut sandbox = Settings {
        busy_loop_guard: false,
        ..Settings::default()
    };
    sandbox.unconfirmed.groups_count_bots_together = true;
    sandbox.unconfirmed.long_waits_are_of_all_bots = is_of_all;
    Setup {
        sandbox,
        voices,
        limits: pacing::unlimited(),
        ..Setup::default()
    }
}

/// The same where calls that are made at once are on their way together.
fn overlapping(voices: usize, is_of_all: bool) -> Setup {
    let setup = setup(voices, is_of_all);
    Setup {
        overlaps: true,
        sandbox: Settings {
            grace_ms: 1,
            ..setup.sandbox
        },
        ..setup
    }
}

/// A call of this voice, after so many, is answered with a wait.
fn limit(t: &Scenario, voice: i64, method: &str, after_calls: u32, seconds: u32) {
    t.sandbox.plan(FaultRule {
        bot: Some(voice),
        after_calls,
        ..FaultRule::once(method, Fault::RetryAfter { seconds })
    });
}

fn writes(t: &mut Scenario, client: &str, texts: &[&str]) {
    for text in texts {
        t.client(client).drops(content::text(text), None);
    }
}

/// Everybody has a ticket, and no window is used.
fn open_tickets(t: &mut Scenario) {
    for client in CLIENTS {
        t.client(client).says(&format!("hello from {client}"));
    }
    t.pass(5 * MINUTE);
    pacing::reads_everything(t);
}

fn group_calls_since(t: &Scenario, start: i64) -> Vec<CallRecord> {
    let calls = t.sandbox.calls().into_iter();
    calls
        .filter(|call| call.chat == Some(t.group) && call.at_ms >= start)
        .collect()
}

/// Of the calls into the group since then these bots' were refused, the last of them for the longest; when its wait
/// ends.
fn refused_since(t: &Scenario, start: i64, expected: &[i64]) -> i64 {
    let calls = group_calls_since(t, start);
    let refused: Vec<_> = calls.iter().filter(|call| call.status == 429).collect();
    let bots: Vec<i64> = refused.iter().map(|call| call.bot).collect();
    assert_eq!(bots, expected, "{}", t.story());
    let end = |call: &CallRecord| {
        let seconds = call.retry_after_seconds.expect("it says how long");
        call.at_ms + i64::from(seconds) * 1_000
    };
    refused.last().map_or(0, |call| end(call))
}

/// Nobody calls the group until the wait is over. Then all that waits comes.
fn keeps_silent_until(t: &mut Scenario, end: i64) {
    let before = group_calls_since(t, 0).len();
    let left = u64::try_from(end - t.now()).expect("it runs");
    t.pass(Duration::from_millis(left / 2));
    t.kill();
    t.start();
    t.client("ann").drops(content::text("meanwhile"), None);
    t.pass(Duration::from_millis(left / 2 - 1_000));
    let calls = group_calls_since(t, 0);
    assert_eq!(calls.len(), before, "{}", t.story());
    t.pass(15 * MINUTE);
}

#[test]
fn a_long_wait_of_a_voice_that_is_its_alone_stops_nobody_else() {
    for seconds in LONG_WAITS_S {
        bot_test_with(setup(1, false), |t| {
            open_ticket(t);
            posted_by_voice(t, "mine");
            t.pass(2 * MINUTE);
            limit(t, VOICE, "sendMessage", 0, seconds);
            let start = t.now();
            let texts = ["one", "two", "three", "four"];
            writes(t, "ann", &texts);
            t.run();
            refused_since(t, start, &[VOICE]);
            for text in texts {
                let post = t.topic("ann").next();
                assert_eq!((post.text(), post.sender), (text, BOT));
            }
            assert!(t.now() - start < 5_000, "{}", t.story());
            t.pass(Duration::from_secs(u64::from(seconds)) + MINUTE);
            refused_since(t, start, &[VOICE]);
            posted_by_voice(t, "it posts again");
        });
    }
}

#[test]
fn a_long_wait_of_a_voice_that_is_everybodys_is_found_out_by_one_call() {
    for seconds in LONG_WAITS_S {
        bot_test_with(setup(1, true), |t| {
            open_ticket(t);
            posted_by_voice(t, "mine");
            t.pass(2 * MINUTE);
            limit(t, VOICE, "sendMessage", 0, seconds);
            let start = t.now();
            writes(t, "ann", &["one", "two", "three"]);
            t.run();
            let end = refused_since(t, start, &[VOICE, BOT]);
            keeps_silent_until(t, end);
            refused_since(t, start, &[VOICE, BOT]);
            for text in ["one", "two", "three", "meanwhile"] {
                t.topic("ann").expect(text);
            }
            t.client("ann").expect_part("in about");
            t.general().expect_part("nothing here for about");
            posted_by_voice(t, "it posts again");
        });
    }
}

#[test]
fn of_two_voices_and_the_main_bot_those_go_on_whose_wait_it_is_not() {
    for seconds in LONG_WAITS_S {
        bot_test_with(setup(2, false), |t| {
            open_tickets(t);
            limit(t, SECOND_VOICE, "sendMessage", 0, seconds);
            let start = t.now();
            writes(t, "ann", &["one", "two", "three", "four"]);
            t.run();
            // Others have posted since, so this one is another voice's alone again.
            limit(t, VOICE, "sendMessage", 0, seconds);
            writes(t, "ann", &["five", "six", "seven", "eight"]);
            t.run();
            refused_since(t, start, &[SECOND_VOICE, VOICE]);
            let mut senders = Vec::new();
            let texts = [
                "one", "two", "three", "four", "five", "six", "seven", "eight",
            ];
            for text in texts {
                let post = t.topic("ann").next();
                assert_eq!(post.text(), text);
                senders.push(post.sender);
            }
            assert!(senders[..4].contains(&VOICE), "{senders:?}");
            assert!(senders[5..].iter().all(|sender| *sender == BOT));
            assert!(t.now() - start < 10_000, "{}", t.story());
            t.pass(Duration::from_secs(u64::from(seconds)) + MINUTE);
            refused_since(t, start, &[SECOND_VOICE, VOICE]);
        });
    }
}

#[test]
fn another_voice_that_is_refused_too_finds_it_out_for_all() {
    for seconds in LONG_WAITS_S {
        bot_test_with(setup(2, true), |t| {
            open_tickets(t);
            limit(t, SECOND_VOICE, "sendMessage", 0, seconds);
            let start = t.now();
            writes(t, "ann", &["one", "two", "three"]);
            t.run();
            let end = refused_since(t, start, &[SECOND_VOICE, VOICE]);
            keeps_silent_until(t, end);
            refused_since(t, start, &[SECOND_VOICE, VOICE]);
            for text in ["one", "two", "three", "meanwhile"] {
                t.topic("ann").expect(text);
            }
            pacing::reads_everything(t);
        });
    }
}

#[test]
fn a_wait_that_began_before_a_restart_is_found_out_by_one_call() {
    for seconds in LONG_WAITS_S {
        bot_test_with(overlapping(1, true), |t| {
            open_tickets(t);
            let (_, sent) = posted_by_voice(t, "mine");
            t.pass(2 * MINUTE);
            // Nobody else can make this call, so nobody is refused until others write.
            let start = t.now();
            limit(t, VOICE, "editMessageText", 0, seconds);
            t.client("ann").edits(sent, content::text("still mine"));
            refused_since(t, start, &[VOICE]);
            t.pass(MINUTE);
            t.kill();
            t.start();
            for client in CLIENTS {
                writes(t, client, &["one", "two"]);
            }
            t.run();
            let end = refused_since(t, start, &[VOICE, BOT]);
            keeps_silent_until(t, end);
            for client in CLIENTS {
                t.topic(client).expect("one").expect("two");
            }
            t.topic("ann").expect_edited("still mine");
            t.topic("ann").expect("meanwhile");
            pacing::reads_everything(t);
        });
    }
}

/// Plays both answers where calls would go at once: these clients write two texts each, and the voice's next text
/// but so many is answered with a wait.
fn one_goes_first(clients: &[&str], after_calls: u32, writes: impl Fn(&mut Scenario)) {
    for seconds in LONG_WAITS_S {
        for is_of_all in [true, false] {
            bot_test_with(overlapping(1, is_of_all), |t| {
                open_tickets(t);
                limit(t, VOICE, "sendMessage", after_calls, seconds);
                let start = t.now();
                writes(t);
                t.run();
                if is_of_all {
                    let end = refused_since(t, start, &[VOICE, BOT]);
                    keeps_silent_until(t, end);
                    refused_since(t, start, &[VOICE, BOT]);
                } else {
                    refused_since(t, start, &[VOICE]);
                    assert!(t.now() - start < 5_000, "{}", t.story());
                }
                for client in clients {
                    t.topic(client).expect("my first").expect_part("my second");
                }
                pacing::reads_everything(t);
            });
        }
    }
}

#[test]
fn of_calls_that_would_go_at_once_one_finds_out_whose_the_wait_is() {
    let clients = ["bob", "eve", "ann"];
    one_goes_first(&clients, 1, |t| {
        for client in clients {
            writes(t, client, &["my first", "my second"]);
        }
    });
}

#[test]
fn so_does_one_of_those_that_were_about_to_go_when_the_voice_was_refused() {
    one_goes_first(&CLIENTS, 0, |t| {
        writes(t, "ann", &["my first"]);
        t.run_until_called("my first");
        for client in &CLIENTS[1..] {
            writes(t, client, &["my first", "my second"]);
        }
        writes(t, "ann", &["my second"]);
    });
}

#[test]
fn calls_that_were_on_their_way_with_that_of_the_voice_are_the_last_ones() {
    for seconds in LONG_WAITS_S {
        bot_test_with(overlapping(2, true), |t| {
            open_tickets(t);
            limit(t, SECOND_VOICE, "sendMessage", 0, seconds);
            let start = t.now();
            for client in CLIENTS {
                writes(t, client, &["one", "two"]);
            }
            t.run();
            let refused = group_calls_since(t, start);
            assert_eq!(refused.len(), CLIENTS.len(), "{}", t.story());
            assert!(refused.iter().all(|call| call.at_ms == refused[0].at_ms));
            let bots: Vec<i64> = refused.iter().map(|call| call.bot).collect();
            let end = refused_since(t, start, &bots);
            keeps_silent_until(t, end);
            for client in CLIENTS {
                t.topic(client).expect("one").expect("two");
            }
            t.topic("ann").expect("meanwhile");
            pacing::reads_everything(t);
        });
    }
}
