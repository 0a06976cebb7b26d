//! The trail: who did what, for admins, in pages, and never anything of a client.

use hushdesk::domain::settings::Category;
use hushdesk::sandbox::{Rights, Status};

use super::carrying::open_ticket;
use crate::harness::{Reads, Scenario, Setup, bot_test, bot_test_with};

#[test]
fn an_admin_reads_what_was_done_to_a_ticket_and_by_whom() {
    bot_test(|t| {
        open_ticket(t);
        let code = t.code_of("ann");
        t.agent("eve").writes_in("ann", "/mute 2h flooding");
        t.topic("ann").expect_part("are not passed on until");
        t.agent("eve").writes_in("ann", "/unban");
        t.topic("ann").expect_part("may write again");
        t.agent("eve").writes_in_general(&format!("/audit {code}"));
        let page = t.general().next().text().to_owned();
        let lines: Vec<&str> = page.lines().collect();
        assert!(lines[0].contains("ban lifted"), "{page}");
        assert!(lines[1].contains("muted"), "{page}");
        assert!(lines[1].contains("“flooding”"), "{page}");
        assert!(!page.contains("hello"), "{page}");
        t.agent("eve").writes_in_general("/audit");
        t.general().expect_part("Example: /audit SUPP");
        t.agent("eve").writes_in_general("/audit @nobody");
        t.general().expect_part("Example: /audit SUPP");
    });
}

#[test]
fn a_long_trail_comes_in_pages_and_an_agents_own_can_be_read() {
    bot_test(|t| {
        open_ticket(t);
        for _ in 0..10 {
            t.agent("eve").writes_in("ann", "/mute 1h");
            t.topic("ann").expect_part("are not passed on until");
            t.agent("eve").writes_in("ann", "/unban");
            t.topic("ann").expect_part("may write again");
            t.pass(std::time::Duration::from_secs(60));
        }
        let eve = t.marked("eve").username().to_owned();
        t.agent("eve").writes_in_general(&format!("/audit @{eve}"));
        let first = t.general().next().text().to_owned();
        assert_eq!(first.lines().count(), 15, "{first}");
        let (sam, group, now) = (t.person("sam"), t.group, t.now());
        t.sandbox.demote(group, sam, now);
        t.run();
        t.agent("sam").in_general().presses("Older");
        t.agent("sam")
            .in_general()
            .expect_alert("Only administrators");
        t.agent("eve").in_general().presses("Older");
        let second = t.general().next().text().to_owned();
        // Twenty deeds, that they joined, and that they are an agent since the first of them.
        assert_eq!(second.lines().count(), 7, "{second}");
    });
}

/// What was done, what was so before and after, and to whom, the oldest first.
fn written(t: &Scenario) -> Vec<(String, String, String)> {
    t.database(|db| {
        let query = "SELECT action, before, after FROM audit ORDER BY id";
        let mut statement = db.prepare(query).expect("it fits the schema");
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        rows.expect("it runs")
            .collect::<Result<_, _>>()
            .expect("words")
    })
}

/// Holds that an action has left an entry with this before and after.
pub(super) fn expect_written(t: &Scenario, (action, before, after): (&str, &str, &str)) {
    let all = written(t);
    let is_it = |entry: &&(String, String, String)| {
        entry.0 == action && entry.1 == before && entry.2.starts_with(after)
    };
    assert!(
        all.iter().any(|entry| is_it(&entry)),
        "{action}: {before} → {after} is not among {all:#?}"
    );
}

#[test]
fn everything_that_is_done_is_written_down_with_what_was_so_before_and_after() {
    let setup = Setup {
        categories: vec![Category {
            name: "billing".to_owned(),
            title: "billing".to_owned(),
            desk: None,
            priority: None,
        }],
        ..Setup::default()
    };
    bot_test_with(setup, |t| {
        open_ticket(t);
        for agent in ["sam", "joe"] {
            t.agent(agent).writes_in_general("good morning");
        }
        let (sam, joe) = (
            t.marked("sam").username().to_owned(),
            t.marked("joe").username().to_owned(),
        );
        for (command, entry) in [
            ("/claim".to_owned(), ("claim", "open", "assigned")),
            (
                format!("/assign @{joe}"),
                ("assign", "assigned", "assigned"),
            ),
            ("/unclaim".to_owned(), ("unclaim", "assigned", "open")),
            (format!("/assign @{sam}"), ("assign", "open", "assigned")),
            ("/snooze 3h".to_owned(), ("snooze", "assigned", "snoozed")),
            ("/claim".to_owned(), ("claim", "snoozed", "assigned")),
            ("/tag add vip".to_owned(), ("tag", "", "vip")),
            ("/tag remove vip".to_owned(), ("tag", "vip", "")),
            ("/category billing".to_owned(), ("category", "", "billing")),
            ("/priority high".to_owned(), ("priority", "medium", "high")),
            (
                "/transfer level 2".to_owned(),
                ("transfer", "level 1", "level 2"),
            ),
            (
                "/escalate it burns".to_owned(),
                (
                    "escalate",
                    "open, level 2, high",
                    "escalated, level 3, critical",
                ),
            ),
            ("/remind 1h call".to_owned(), ("remind", "", "2026-11-20")),
            ("/close".to_owned(), ("close", "escalated", "closed")),
            ("/reopen".to_owned(), ("reopen", "closed", "open")),
        ] {
            t.agent("sam").writes_in("ann", &command);
            expect_written(t, entry);
        }
        for (command, entry) in [
            ("/away".to_owned(), ("status", "available", "away")),
            (
                "/shift mon-fri 00:00-17:00".to_owned(),
                ("shift", "none", "mon-fri 00:00-17:00"),
            ),
            (
                format!("/agent @{joe} level 2"),
                (
                    "agent",
                    "level 1 capacity any categories  languages ",
                    "level 2 capacity any",
                ),
            ),
        ] {
            t.agent("sam").writes_in_general(&command);
            expect_written(t, entry);
        }
        t.agent("sam")
            .writes_in_general("/bulk priority low category billing");
        // The group has had enough for a minute.
        t.pass(std::time::Duration::from_secs(120));
        t.agent("sam").in_general().presses("Do it");
        t.pass(std::time::Duration::from_secs(5));
        expect_written(t, ("bulk", "", "priority low"));
        expect_written(t, ("priority", "critical", "low"));
        t.agent("sam").writes_in_general("/shift off");
        t.reads_all(t.group);
        let ann = t.person("ann");
        t.reads_all(ann);
        t.pass(std::time::Duration::from_secs(3700));
        expect_written(t, ("reminded", "", ""));
        expect_written(t, ("enrol", "", "available"));
        t.reads_all(t.group);
    });
}

#[test]
fn who_comes_goes_and_takes_a_message_back_is_written_down() {
    bot_test(|t| {
        open_ticket(t);
        t.joins("ben");
        t.general().expect_part("has joined this group");
        expect_written(t, ("join", "", "agent"));
        let (ben, group, now) = (t.person("ben"), t.group, t.now());
        let admin = Status::Administrator(Rights::all());
        t.sandbox.set_member(group, ben, admin, now);
        t.run();
        expect_written(t, ("role", "agent", "admin"));
        let message = t.agent("ben").writes_in("ann", "which number?");
        t.client("ann").expect("Live Support: which number?");
        t.agent("ben").replies_in("ann", message, "/delete");
        expect_written(t, ("delete", "", ""));
        t.leaves("ben");
        expect_written(t, ("leave", "admin", ""));
        t.reads_all(t.group);
    });
}

#[test]
fn whose_ticket_was_given_to_somebody_else_finds_that_in_their_trail() {
    bot_test(|t| {
        open_ticket(t);
        t.agent("joe").writes_in_general("good morning");
        t.agent("sam").writes_in("ann", "/claim");
        t.topic("ann").expect("This ticket is yours.");
        let (sam, joe) = (
            t.marked("sam").username().to_owned(),
            t.marked("joe").username().to_owned(),
        );
        t.agent("joe").writes_in("ann", &format!("/assign @{joe}"));
        t.topic("ann").expect_part("this ticket is yours");
        t.agent("eve").writes_in_general(&format!("/audit @{sam}"));
        let page = t.general().next().text().to_owned();
        assert!(page.contains("taken away"), "{page}");
    });
}
