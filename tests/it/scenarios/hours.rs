//! The desk's own hours: what clients read outside of them, and promised times that stand still then.

use std::time::Duration;

use hushdesk::domain::rules::hours::{self, Schedule};
use hushdesk::domain::settings::{Sla, Targets};
use hushdesk::sandbox::Person;

use super::card::card_of;
use crate::harness::{Reads, Setup, bot_test, bot_test_with};

const HOUR: Duration = Duration::from_secs(60 * 60);

/// It is Friday, midnight UTC: the desk opens at nine.
fn office() -> Setup {
    let zone = hours::find_zone("UTC").expect("there is UTC");
    let hour = Targets {
        medium: Some(HOUR),
        high: Some(HOUR),
        ..Targets::default()
    };
    Setup {
        hours: Schedule::parse("mon-fri 09:00-17:00", zone).expect("it is one"),
        sla: Sla {
            first_response: hour,
            resolution: Targets::default(),
            ..Sla::default()
        },
        ..Setup::default()
    }
}

#[test]
fn who_writes_while_the_desk_is_closed_reads_when_it_opens() {
    bot_test_with(office(), |t| {
        t.client("ann").says("my order is lost");
        t.client("ann")
            .expect_part("We are closed at the moment and open 2026-11-20 09:00 UTC");
        t.topic("ann").expect_card("my order is lost");
        // In the client's own language, whatever the desk's is.
        let olga = t.person("olga");
        t.sandbox.add_person(Person {
            language_code: Some("ru".to_owned()),
            ..Person::named(olga, "Firstolgamark")
        });
        t.client("olga").says("здравствуйте");
        t.client("olga")
            .expect_part("Сейчас мы не работаем и откроемся 2026-11-20 09:00 UTC");
        t.topic("olga").expect_card("здравствуйте");
        t.pass(9 * HOUR + HOUR / 4);
        t.client("bob").says("mine too");
        t.client("bob").expect_part("An agent will assist you");
        t.topic("bob").expect_card("mine too");
        for client in ["ann", "olga", "bob"] {
            t.agent("sam").writes_in(client, "we are on it");
            t.client(client).expect("Live Support: we are on it");
        }
    });
}

#[test]
fn what_is_promised_is_promised_in_the_hours_of_the_desk() {
    bot_test_with(office(), |t| {
        t.client("ann").says("my order is lost");
        t.client("ann").expect_part("We are closed");
        t.topic("ann").expect_card("my order is lost");
        assert!(card_of(t, "ann").contains("first answer due 2026-11-20 10:00 UTC"));
        t.pass(9 * HOUR + HOUR / 2);
        assert_eq!(t.topic("ann").try_next(), None);
        t.pass(HOUR / 4 + Duration::from_secs(60));
        t.topic("ann").expect_part("The first answer is nearly due");
        t.pass(HOUR / 4);
        t.topic("ann").expect_part("The first answer is overdue");
        t.agent("sam").writes_in("ann", "we are on it");
        t.client("ann").expect("Live Support: we are on it");
        t.pass(20 * HOUR);
    });
}

#[test]
fn a_card_says_how_long_the_first_answer_took() {
    bot_test(|t| {
        t.client("ann").says("my order is lost");
        t.client("ann").expect_part("created");
        t.topic("ann").expect_card("my order is lost");
        assert!(!card_of(t, "ann").contains("first answer"));
        t.pass(Duration::from_secs(12 * 60));
        t.agent("sam").writes_in("ann", "which number?");
        t.client("ann").expect("Live Support: which number?");
        t.pass(Duration::from_secs(2 * 60));
        assert!(card_of(t, "ann").contains("first answer after 12 min"));
        t.agent("sam").writes_in("ann", "/close");
        t.client("ann").expect_part("closed");
        t.topic("ann").expect_part("closed");
        t.agent("sam").writes_in_general("/agents");
        t.general().expect_part("answers in about 12 min");
    });
}
