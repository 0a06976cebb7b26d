//! `/stats`: what admins read of a time at the desk, from what was lived through.

use std::time::Duration;

use hushdesk::domain::rules::hours::{self, Schedule};
use hushdesk::domain::settings::{Sla, Targets};
use hushdesk::sandbox::content;

use super::desks::two_desks;
use crate::harness::{Reads, Scenario, Setup, bot_test, bot_test_with};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// An answer is promised within an hour, a close within four.
fn promising() -> Setup {
    let targets = |hours| Targets {
        medium: Some(hours * HOUR),
        high: Some(hours * HOUR),
        ..Targets::default()
    };
    Setup {
        sla: Sla {
            first_response: targets(1),
            resolution: targets(4),
            ..Sla::default()
        },
        ..Setup::default()
    }
}

fn writes(t: &mut Scenario, client: &str) {
    t.client(client).says("my order is lost");
    t.client(client).expect_part("created");
    t.topic(client).expect_card("my order is lost");
}

fn closes(t: &mut Scenario, client: &str, how: &str) {
    t.agent("joe").writes_in(client, how);
    t.reads_all(t.group);
    t.client(client).expect_part("closed");
}

/// What an admin reads in General.
fn read(t: &mut Scenario, command: &str) -> String {
    t.agent("eve").writes_in_general(command);
    t.general().next().text().to_owned()
}

fn name(t: &mut Scenario, agent: &str) -> String {
    t.agent(agent);
    t.marked(agent).first_name().to_owned()
}

/// Ann waits for an answer for too long and is helped by somebody else, who is late with the end; Bob is
/// served well.
fn a_morning(t: &mut Scenario) {
    writes(t, "ann");
    t.agent("sam").writes_in("ann", "/claim");
    t.topic("ann").expect("This ticket is yours.");
    t.pass(61 * MINUTE);
    t.reads_all(t.group);
    // Half an hour later it is taken from Sam.
    t.pass(30 * MINUTE);
    t.topic("ann").expect_part("has not answered in time");
    t.agent("joe").writes_in("ann", "which number?");
    t.client("ann").expect("Live Support: which number?");
    t.client("ann").says("number 7");
    t.topic("ann").expect("number 7");
    writes(t, "bob");
    t.pass(5 * MINUTE);
    t.agent("joe").writes_in("bob", "we are on it");
    t.client("bob").expect("Live Support: we are on it");
    closes(t, "bob", "/close solved");
    t.pass(3 * HOUR);
    t.reads_all(t.group);
}

#[test]
fn an_admin_reads_what_a_morning_came_to() {
    bot_test_with(promising(), |t| {
        a_morning(t);
        let (sam, joe) = (name(t, "sam"), name(t, "joe"));
        let text = read(t, "/stats today");
        let expected = format!(
            "📈 Today, 2026-11-20\n\n\
             🎫 Opened: 2, closed: 1\n\
             solved 1\n\
             Open now: 1, 1 waits for an answer\n\n\
             💬 2 first answers\n\
             half in 5 min, 9 of 10 in 1 h 31 min\n\n\
             ⏰ Promised times missed\n\
             First answer: 1 of 2\n\
             Solution: 1 of 2\n\n\
             👤 Agents\n\
             {joe}: 2 tickets, 1 closed\n    2 first answers, half in 5 min\n    ⏰ 1 missed\n\
             {sam}: 1 ticket, 0 closed\n    ⏰ 1 missed"
        );
        assert_eq!(text, expected);
        // The next day is another one, and both are of the last seven.
        t.pass(24 * HOUR);
        t.reads_all(t.group);
        let text = read(t, "/stats today");
        assert!(text.contains("Today, 2026-11-21"), "{text}");
        assert!(text.contains("Nothing has happened"), "{text}");
        let text = read(t, "/stats");
        assert!(text.contains("7 days, from 2026-11-15 to today"), "{text}");
        assert!(text.contains("First answer: 1 of 2"), "{text}");
        t.agent("joe").writes_in("ann", "/close");
        t.reads_all(t.group);
        t.client("ann").expect_part("closed");
    });
}

/// How urgent a ticket was, and whose, counts as it was when the promise was missed.
#[test]
fn a_missed_promise_stays_with_whoever_had_the_ticket_then() {
    bot_test_with(promising(), |t| {
        writes(t, "ann");
        t.agent("sam").writes_in("ann", "/claim");
        t.topic("ann").expect("This ticket is yours.");
        t.pass(61 * MINUTE);
        t.reads_all(t.group);
        t.agent("joe").writes_in_general("good morning");
        let joe = t.marked("joe").username().to_owned();
        t.agent("sam").writes_in("ann", &format!("/assign @{joe}"));
        t.agent("sam").writes_in("ann", "/priority high");
        t.reads_all(t.group);
        writes(t, "bob");
        t.agent("sam").writes_in("bob", "/priority high");
        t.agent("sam").writes_in("bob", "we are on it");
        t.reads_all(t.group);
        t.client("bob").expect("Live Support: we are on it");
        let (sam, joe) = (name(t, "sam"), name(t, "joe"));
        let text = read(t, "/stats");
        let answers = "First answer: 1 of 2\n    medium 1 of 1";
        assert!(text.contains(answers), "{text}");
        let sams =
            format!("{sam}: 2 tickets, 0 closed\n    1 first answer in 0 s\n    ⏰ 1 missed");
        assert!(text.contains(&sams), "{text}");
        assert!(
            text.ends_with(&format!("{joe}: 1 ticket, 0 closed")),
            "{text}"
        );
        closes(t, "ann", "/close");
        closes(t, "bob", "/close");
    });
}

#[test]
fn what_was_missed_while_nobody_had_the_ticket_is_nobodys() {
    bot_test_with(promising(), |t| {
        writes(t, "ann");
        t.pass(61 * MINUTE);
        t.reads_all(t.group);
        let text = read(t, "/stats 30d");
        assert!(text.contains("30 days, from 2026-10-22 to today"), "{text}");
        assert!(
            text.contains("1 of these while nobody had the ticket"),
            "{text}"
        );
        assert!(!text.contains("Agents"), "{text}");
        closes(t, "ann", "/close spam");
    });
}

#[test]
fn a_time_in_which_nothing_happened_says_so() {
    bot_test(|t| {
        let text = read(t, "/stats");
        assert_eq!(
            text,
            "📈 7 days, from 2026-11-14 to today\n\nNothing has happened in this time."
        );
    });
}

/// It is midnight in London, and late in the evening of the day before in New York.
#[test]
fn days_are_those_of_the_desk() {
    let zone = hours::find_zone("America/New_York").expect("there is New York");
    let setup = Setup {
        hours: Schedule::parse("mon-fri 09:00-17:00", zone).expect("it is one"),
        ..Setup::default()
    };
    bot_test_with(setup, |t| {
        t.client("ann").says("my order is lost");
        t.client("ann").expect_part("We are closed");
        t.topic("ann").expect_card("my order is lost");
        t.pass(4 * HOUR);
        let text = read(t, "/stats today");
        assert!(text.contains("Today, 2026-11-19"), "{text}");
        assert!(text.contains("Opened: 1"), "{text}");
        t.pass(2 * HOUR);
        t.agent("sam").writes_in("ann", "we are on it");
        t.client("ann").expect("Live Support: we are on it");
        let text = read(t, "/stats today");
        assert!(text.contains("Today, 2026-11-20"), "{text}");
        assert!(text.contains("Opened: 0"), "{text}");
        // A night is not waited through.
        assert!(
            text.contains("1 first answer\nafter 0 s\n(business hours only)"),
            "{text}"
        );
    });
}

#[test]
fn whoever_uses_it_wrongly_reads_how_it_is_used() {
    bot_test(|t| {
        for wrong in ["yesterday", "7", "12h", "0d", "400d", "7d of Sam"] {
            let text = read(t, &format!("/stats {wrong}"));
            assert!(text.starts_with("/stats – For admins"), "{text}");
            assert!(text.contains("/stats 30d"), "{text}");
            assert!(!text.contains('\n'), "{text}");
        }
    });
}

#[test]
fn it_is_for_admins_only_and_is_answered_where_it_was_asked() {
    bot_test(|t| {
        writes(t, "ann");
        let (sam, group, now) = (t.person("sam"), t.group, t.now());
        t.agent("sam");
        t.sandbox.demote(group, sam, now);
        t.run();
        t.agent("sam").writes_in_general("/stats");
        t.general().expect_part("Only administrators");
        t.agent("eve").writes_in("ann", "/stats today");
        t.topic("ann").expect_reply_to("/stats today");
    });
}

/// Whether it is killed before the command is kept, while it is read, or when the answer is on its way.
#[test]
fn an_answer_comes_whenever_the_program_is_killed() {
    let mut point = 0;
    loop {
        let mut crashes = 0;
        bot_test(|t| {
            writes(t, "ann");
            t.agent("eve");
            t.run();
            t.wire.crash_at(point);
            t.agent("eve").drops(None, content::text("/stats"), None);
            t.run();
            // Telegram's answer to a poll may have been lost with the program.
            t.pass(MINUTE);
            t.wire.crash_at(usize::MAX);
            t.general().expect_part("Opened: 1");
            // What may or may not have been posted is posted again.
            t.reads_all(t.group);
            let left: u32 = t.database(|db| {
                let query = "SELECT count(*) FROM reports";
                db.query_row(query, [], |row| row.get(0)).expect("it reads")
            });
            assert_eq!(left, 0, "killed at place {point}");
            crashes = t.crashes;
        });
        if crashes == 0 {
            break;
        }
        point += 1;
    }
    assert!(point > 5, "there are places to be killed at: {point}");
}

/// The database does not answer whoever reads.
#[test]
fn a_report_that_cannot_be_read_is_tried_again_and_then_given_up() {
    bot_test(|t| {
        writes(t, "ann");
        t.agent("eve");
        t.database(|db| {
            db.execute_batch("ALTER TABLE assignments RENAME COLUMN ended_at TO ended")
        })
        .expect("a column can be renamed");
        t.agent("eve").writes_in_general("/stats");
        assert_eq!(t.general().try_next(), None);
        t.pass(MINUTE);
        t.general().expect_part("cannot be read at the moment");
        t.database(|db| {
            db.execute_batch("ALTER TABLE assignments RENAME COLUMN ended TO ended_at")
        })
        .expect("a column can be renamed");
    });
}

#[test]
fn each_group_reads_its_own() {
    bot_test_with(two_desks(), |t| {
        t.agent("sam");
        t.at_desk("money", |t| {
            t.agent("kim");
        });
        t.client("ann").says("/start billing");
        t.client("ann").expect_part("Payments: please write");
        t.client("ann").says("my invoice is wrong");
        t.client("ann").expect_part("created");
        writes(t, "bob");
        writes(t, "cid");
        let text = read(t, "/stats");
        assert!(text.contains("Opened: 2"), "{text}");
        t.at_desk("money", |t| {
            t.topic("ann").expect_card("my invoice is wrong");
            t.agent("kim").writes_in_general("/stats");
            t.general().expect_part("Opened: 1");
        });
    });
}

/// It was asked just before the program ended, and the next one works in another group.
#[test]
fn figures_are_for_the_group_that_asked() {
    bot_test(|t| {
        writes(t, "ann");
        t.kill();
        let (before, now) = (t.group, t.now());
        t.database(|db| {
            let insert = "INSERT INTO reports (desk, chat_id, message_id, days, from_at, to_at, not_before) \
                 VALUES (0, ?1, 1, 7, 0, ?2, ?2)";
            db.execute(insert, [before, now]).expect("it is wanted");
        });
        t.takes_another_group();
        t.start();
        t.pass(MINUTE);
        t.reads_all(before);
        for group in [before, t.group] {
            let posts = t.sandbox.chat_messages(group);
            let is_said = posts.iter().any(|post| post.text().contains("📈"));
            assert!(!is_said, "{posts:?}");
        }
        let left: u32 = t.database(|db| {
            let query = "SELECT count(*) FROM reports";
            db.query_row(query, [], |row| row.get(0)).expect("it reads")
        });
        assert_eq!(left, 0);
        t.topic("ann").expect_card("my order is lost");
        t.reads_all(t.group);
    });
}
