//! How much one client may write.

use std::time::Duration;

use hushdesk::domain::settings::Limits;
use hushdesk::sandbox::content;

use crate::harness::{Reads, Setup, bot_test, bot_test_with};

fn with(limits: Limits) -> Setup {
    Setup {
        limits,
        ..Setup::default()
    }
}

const FEW: Limits = Limits {
    tickets_per_day: 2,
    messages_per_hour: 4,
    burst: 5,
    messages_per_second: 1,
};

#[test]
fn the_hours_limit_is_told_once_at_the_first_message_not_delivered() {
    bot_test_with(with(FEW), |t| {
        let mut sent = Vec::new();
        for number in 0..7 {
            sent.push(
                t.client("ann")
                    .drops(content::text(&format!("line {number}")), None),
            );
        }
        t.run();
        t.client("ann").expect_part("created");
        let told = t.client("ann").next();
        assert!(told.text().contains("not delivered"), "{}", told.text());
        assert!(told.text().contains("60 minutes"), "{}", told.text());
        assert_eq!(told.reply_to, Some(sent[4]));
        t.client("ann").expect_nothing();
        t.topic("ann").expect_card("line 0");
        for number in 1..4 {
            t.topic("ann").expect(&format!("line {number}"));
        }
        t.pass(Duration::from_secs(3600));
        t.client("ann").says("again");
        t.topic("ann").expect("again");
    });
}

#[test]
fn the_days_tickets_are_counted() {
    bot_test_with(
        with(Limits {
            messages_per_hour: 0,
            ..FEW
        }),
        |t| {
            for _ in 0..2 {
                t.client("ann").says("hello");
                t.client("ann").expect_part("created");
                t.topic("ann").expect_card("hello");
                t.client("ann").says("/close");
                t.client("ann").expect_part("closed");
                t.topic("ann").expect_part("closed");
            }
            t.client("ann").says("a third");
            t.client("ann").expect_part("24 hours");
            t.client("ann").says("please");
            t.client("ann").expect_nothing();
            t.pass(Duration::from_secs(86_400));
            t.client("ann").says("good morning");
            t.client("ann").expect_part("created");
            t.topic("ann").expect_card("good morning");
        },
    );
}

#[test]
fn limits_survive_a_restart() {
    bot_test_with(with(FEW), |t| {
        for number in 0..4 {
            t.client("ann")
                .drops(content::text(&format!("line {number}")), None);
        }
        t.run();
        t.kill();
        t.start();
        t.client("ann").says("one more");
        t.client("ann").expect_part("created");
        t.client("ann").expect_part("not delivered");
        t.topic("ann").expect_card("line 0");
        for number in 1..4 {
            t.topic("ann").expect(&format!("line {number}"));
        }
    });
}

#[test]
fn a_backlog_after_an_outage_is_not_a_flood() {
    bot_test_with(with(FEW), |t| {
        t.kill();
        for hour in 0..3_u64 {
            for number in 0..4 {
                t.client("ann")
                    .drops(content::text(&format!("h{hour} line {number}")), None);
                t.pass(Duration::from_secs(900));
            }
        }
        t.start();
        t.run();
        t.pass(Duration::from_secs(60));
        t.client("ann").expect_part("created").expect_nothing();
        t.topic("ann").expect_card("h0 line 0");
        for line in 1..12 {
            t.topic("ann")
                .expect(&format!("h{} line {}", line / 4, line % 4));
        }
        t.general().expect_part("minutes nothing arrived here");
    });
}

#[test]
fn a_burst_is_spaced_out_and_keeps_its_order() {
    bot_test(|t| {
        for number in 0..9 {
            t.client("ann")
                .drops(content::text(&format!("line {number}")), None);
        }
        t.pass(Duration::from_secs(1));
        t.client("ann").expect_part("created");
        t.topic("ann").expect_card("line 0");
        t.pass(Duration::from_secs(10));
        for number in 1..9 {
            t.topic("ann").expect(&format!("line {number}"));
        }
    });
}

#[test]
fn an_album_counts_as_one_message() {
    let limits = Limits {
        messages_per_hour: 2,
        ..FEW
    };
    bot_test_with(with(limits), |t| {
        t.client("ann").says("look at these");
        t.client("ann").expect_part("created");
        t.topic("ann").expect_card("look at these");
        let (ann, now) = (t.person("ann"), t.now());
        for album in ["one", "two"] {
            let photos = (0..4)
                .map(|n| content::photo(&format!("{album}{n}"), ""))
                .collect();
            t.sandbox
                .person_sends_album(ann, ann, None, photos, None, now)
                .expect("a person may send an album");
            t.pass(Duration::from_secs(20));
        }
        for _ in 0..4 {
            t.topic("ann").expect_kind("photo");
        }
        t.client("ann").expect_part("not delivered");
    });
}
