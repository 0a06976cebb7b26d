//! The meters: what the config gives them, and what they know after a restart of what was sent before.

use std::time::Duration;

use hushdesk::domain::settings::{Bursts, Flood};
use hushdesk::sandbox::{Fault, FaultRule, Settings, content};

use super::carrying::open_ticket;
use super::pacing::{reads_everything, unlimited};
use crate::harness::{Reads, Scenario, Setup, bot_test, bot_test_with};

/// The agent writes three words at once, after a restart. When messages went into the private chat of the client
/// since a time.
fn three_words_after_a_restart(t: &mut Scenario, since: i64) -> Vec<i64> {
    t.kill();
    t.start();
    for word in ["four", "five", "six"] {
        let sam = t.agent("sam").in_topic_of("ann");
        sam.drops(content::text(word), None);
    }
    t.pass(Duration::from_secs(30));
    let ann = t.person("ann");
    let calls = t.sandbox.calls().into_iter();
    calls
        .filter(|call| call.chat == Some(ann) && call.at_ms >= since)
        .map(|call| call.at_ms)
        .collect()
}

#[test]
fn a_burst_is_remembered_over_a_restart() {
    bot_test(|t| {
        open_ticket(t);
        t.pass(Duration::from_secs(600));
        let since = t.now();
        for word in ["one", "two", "three"] {
            let sam = t.agent("sam").in_topic_of("ann");
            sam.drops(content::text(word), None);
        }
        t.run();
        let times = three_words_after_a_restart(t, since);
        assert_eq!(times.len(), 6);
        let gaps: Vec<i64> = times.windows(2).map(|two| two[1] - two[0]).collect();
        assert!(gaps[0] + gaps[1] < 500 && gaps[3] >= 990, "{gaps:?}");
        assert!(times[3] - times[0] >= 990, "{gaps:?}");
        reads_everything(t);
    });
}

#[test]
fn an_album_is_remembered_message_by_message_over_a_restart() {
    bot_test(|t| {
        open_ticket(t);
        t.pass(Duration::from_secs(600));
        let since = t.now();
        let photos = (0..3)
            .map(|number| content::photo(&format!("p{number}"), "").into())
            .collect();
        t.agent("sam").in_topic_of("ann").sends_album(photos);
        let times = three_words_after_a_restart(t, since);
        assert_eq!(times.len(), 4);
        let gaps: Vec<i64> = times.windows(2).map(|two| two[1] - two[0]).collect();
        assert!(gaps.iter().all(|gap| *gap >= 990), "{gaps:?}");
        reads_everything(t);
    });
}

#[test]
fn the_bots_own_budget_is_remembered_over_a_restart() {
    let setup = Setup {
        flood: Flood {
            calls_per_second: 8,
            ..Setup::default().flood
        },
        limits: unlimited(),
        ..Setup::default()
    };
    bot_test_with(setup, |t| {
        t.pass(Duration::from_secs(60));
        let people: Vec<String> = (0..40).map(|number| format!("p{number}")).collect();
        for name in &people {
            t.client(name).drops(content::text("/help"), None);
        }
        for _restart in 0..8 {
            t.pass(Duration::from_millis(300));
            t.kill();
            t.start();
        }
        t.pass(Duration::from_secs(30));
        let calls = t.sandbox.calls().into_iter();
        let times: Vec<i64> = calls
            .filter(|call| call.method == "sendMessage")
            .map(|call| call.at_ms)
            .collect();
        assert_eq!(times.len(), 40);
        for window in times.windows(9) {
            assert!(window[8] - window[0] >= 1_000, "{times:?}");
        }
        reads_everything(t);
    });
}

#[test]
fn how_many_replies_may_follow_each_other_at_once_is_for_the_config_to_say() {
    for burst in [1, 2, 4] {
        let bursts = Bursts {
            chat: burst,
            ..Bursts::default()
        };
        let setup = Setup {
            bursts,
            sandbox: Settings {
                private_per_second: 0,
                busy_loop_guard: false,
                ..Settings::default()
            },
            ..Setup::default()
        };
        bot_test_with(setup, |t| {
            open_ticket(t);
            t.pass(Duration::from_secs(60));
            let (thread, ann, since) = (t.live_thread_of("ann"), t.person("ann"), t.now());
            for number in 0..6 {
                let text = content::text(&format!("line {number}"));
                t.agent("sam").drops(thread, text, None);
            }
            t.pass(Duration::from_secs(10));
            let calls = t.sandbox.calls().into_iter();
            let times: Vec<i64> = calls
                .filter(|call| call.chat == Some(ann) && call.at_ms >= since)
                .map(|call| call.at_ms)
                .collect();
            assert_eq!(times.len(), 6, "{}", t.story());
            let at_once = times.iter().filter(|at| **at < times[0] + 900).count();
            assert_eq!(at_once, usize::try_from(burst).expect("small"), "{times:?}");
            reads_everything(t);
        });
    }
}

/// An album waits for room in the group: what all bots' calls may be in a second is not spent on looking at it.
#[test]
fn an_album_that_waits_for_its_group_holds_up_no_reply() {
    let setup = Setup {
        limits: unlimited(),
        ..Setup::default()
    };
    bot_test_with(setup, |t| {
        for client in ["ann", "bob"] {
            t.client(client).says("hello");
            t.client(client).expect_part("created");
            t.topic(client).expect_card("hello");
        }
        t.pass(Duration::from_secs(120));
        for number in 0..15 {
            let photo = content::photo(&format!("a{number}"), "");
            t.client("ann").drops(photo, None);
        }
        let album = (0..10).map(|number| content::photo(&format!("b{number}"), "").into());
        let album = album.collect();
        t.client("bob").drops_album(album, None);
        t.pass(Duration::from_secs(10));
        let thread = t.live_thread_of("ann");
        for number in 0..5 {
            t.client("ann").says(&format!("text {number}"));
        }
        let since = t.now();
        t.agent("sam").drops(thread, content::text("yes"), None);
        t.run();
        t.client("ann").expect("Live Support: yes");
        let calls = t.sandbox.calls();
        let ann = t.person("ann");
        let reply = calls
            .iter()
            .find(|call| call.chat == Some(ann) && call.at_ms >= since);
        let took = reply.expect("it was sent").at_ms - since;
        assert!(took < 500, "the reply took {took} ms");
        t.pass(Duration::from_secs(300));
        reads_everything(t);
    });
}

/// A file is longer on its way than the window of its group: it counts all that time, and from its end on.
#[test]
fn an_upload_that_takes_longer_than_the_window_counts_until_it_ends_and_from_then_on() {
    let setup = Setup {
        limits: unlimited(),
        ..Setup::default()
    };
    bot_test_with(setup, |t| {
        open_ticket(t);
        t.pass(Duration::from_secs(120));
        t.sandbox.plan(FaultRule {
            chat: Some(t.group),
            ..FaultRule::once("sendDocument", Fault::Late { ms: 100_000 })
        });
        let paper = t.marked("ann").piece("document_pdf", "my paper");
        t.client("ann").drops(paper, None);
        for number in 0..60 {
            let photo = content::photo(&format!("p{number}"), &format!("photo {number}"));
            t.client("ann").drops(photo, None);
        }
        t.pass(Duration::from_secs(600));
        let calls = t.sandbox.calls();
        let into_group = calls.iter().filter(|call| call.chat == Some(t.group));
        let refused = into_group.filter(|call| call.status != 200);
        assert_eq!(refused.count(), 0, "{}", t.story());
        t.topic("ann").expect_kind("document");
        for number in 0..60 {
            t.topic("ann").expect(&format!("photo {number}"));
        }
        reads_everything(t);
    });
}

/// The wait that an album owes beforehand is ours: what Telegram asks for on top of it teaches all the same.
#[test]
fn a_wait_that_an_album_meets_makes_its_chat_slower_once() {
    let setup = Setup {
        sandbox: Settings {
            private_per_second: 0,
            busy_loop_guard: false,
            ..Settings::default()
        },
        ..Setup::default()
    };
    bot_test_with(setup, |t| {
        open_ticket(t);
        t.pass(Duration::from_secs(600));
        let ann = t.person("ann");
        t.sandbox.plan(FaultRule {
            chat: Some(ann),
            ..FaultRule::once("sendMediaGroup", Fault::RetryAfter { seconds: 3 })
        });
        let photos = (0..10)
            .map(|number| content::photo(&format!("p{number}"), "").into())
            .collect();
        t.agent("sam").in_topic_of("ann").sends_album(photos);
        t.pass(Duration::from_secs(30));
        t.client("ann").expect_album(10);
        let shares: Vec<u32> = t.database(|db| {
            let mut shares = db.prepare("SELECT share FROM rates").expect("it reads");
            let shares = shares.query_map([], |row| row.get(0)).expect("it reads");
            shares.collect::<Result<_, _>>().expect("they are numbers")
        });
        assert_eq!(shares, [750], "{}", t.story());
        // Each message of a further album takes as long as one by itself.
        let photos = (0..6)
            .map(|number| content::photo(&format!("q{number}"), "").into())
            .collect();
        t.agent("sam").in_topic_of("ann").sends_album(photos);
        let since = t.now();
        t.agent("sam").writes_in("ann", "and a word");
        t.pass(Duration::from_secs(60));
        let calls = t.sandbox.calls().into_iter();
        let times: Vec<i64> = calls
            .filter(|call| call.chat == Some(ann) && call.at_ms >= since)
            .map(|call| call.at_ms - since)
            .collect();
        assert!(times.iter().any(|at| *at >= 6_000), "{times:?}");
        reads_everything(t);
    });
}
