//! Clients who may not write: by a ticket, never by who they are.

use std::time::Duration;

use hushdesk::domain::settings::BanNotice;
use hushdesk::sandbox::content;

use super::carrying::open_ticket;
use crate::harness::{Reads, Setup, bot_test, bot_test_with};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[test]
fn a_banned_client_is_told_once_and_nothing_of_theirs_is_passed_on() {
    bot_test(|t| {
        open_ticket(t);
        t.agent("eve").writes_in("ann", "/ban insults");
        t.topic("ann").expect_part("is closed");
        t.topic("ann").expect_part("Nothing more of User-");
        let edited = t.client("ann").says("let me in").sent();
        t.client("ann")
            .expect_part("not passed on to Live Support any more");
        t.client("ann").says("please").expect_nothing();
        t.client("ann").edits(edited, content::text("LET ME IN"));
        t.client("ann").reacts("created", "👍");
        t.client("ann").says("/status").expect_nothing();
        // What was not passed on is not kept either.
        let kept = t.database(|db| {
            let query = "SELECT (SELECT count(*) FROM messages) || ' ' || \
                (SELECT count(*) FROM inbox WHERE raw IS NOT NULL) || ' ' || (SELECT dropped FROM bans)";
            db.query_row(query, [], |row| row.get::<_, String>(0))
                .expect("it counts")
        });
        assert_eq!(kept, "1 0 2");
    });
}

#[test]
fn a_ban_holds_over_restarts_and_ends_by_itself() {
    bot_test(|t| {
        open_ticket(t);
        t.agent("eve").writes_in("ann", "/ban 7d insults");
        t.topic("ann").expect_part("is closed");
        t.topic("ann").expect_part("until 2026-11-27 00:00 UTC");
        t.kill();
        t.start();
        t.client("ann").says("hello?");
        t.client("ann")
            .expect_part("You can write again in 168 hours");
        t.pass(7 * DAY + Duration::from_secs(1));
        t.client("ann").says("and now?");
        t.client("ann").expect_part("created");
        t.topic("ann").expect_card("and now?");
    });
}

#[test]
fn whoever_is_not_to_be_told_is_not_told() {
    let setup = Setup {
        ban_notice: BanNotice::Never,
        ..Setup::default()
    };
    bot_test_with(setup, |t| {
        open_ticket(t);
        let code = t.code_of("ann");
        t.agent("eve").writes_in_general(&format!("/ban {code}"));
        t.topic("ann").expect_part("is closed");
        t.general().expect_part("Nothing more of User-");
        t.client("ann").says("hello?").expect_nothing();
        t.agent("eve").writes_in_general(&format!("/unban {code}"));
        t.general().expect_part("1 message was not passed on");
        t.client("ann").says("hello again");
        t.client("ann").expect_part("created");
        t.topic("ann").expect_card("hello again");
        t.agent("eve").writes_in_general(&format!("/unban {code}"));
        t.general().expect_part("neither banned nor muted");
    });
}

#[test]
fn a_muted_client_keeps_the_ticket() {
    bot_test(|t| {
        open_ticket(t);
        t.agent("eve").writes_in("ann", "/mute");
        t.topic("ann").expect_part("Example: /mute 1h");
        t.agent("eve").writes_in("ann", "/mute 1h too much at once");
        t.topic("ann").expect_part("are not passed on until");
        t.client("ann").says("more and more");
        t.client("ann").expect_part("You can write again in 1 hour");
        t.client("ann").says("/status");
        t.client("ann").expect_part("is open");
        t.agent("sam").writes_in("ann", "please wait a little");
        t.client("ann").expect("Live Support: please wait a little");
        t.pass(Duration::from_secs(60 * 60 + 1));
        t.client("ann").says("now?");
        t.topic("ann").expect("now?");
    });
}

#[test]
fn limits_are_shown_and_forgotten() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").says("more");
        t.topic("ann").expect("more");
        t.agent("eve").writes_in("ann", "/limits");
        t.topic("ann")
            .expect_part("2 of 50 messages this hour, 1 of 5 tickets today");
        t.agent("eve").writes_in("ann", "/limits reset");
        t.topic("ann").expect_part("starts anew");
        t.agent("eve").writes_in("ann", "/limits");
        t.topic("ann")
            .expect_part("0 of 50 messages this hour, 0 of 5 tickets today");
        t.agent("eve").writes_in_general("/limits");
        t.general().expect_part("Example: /limits SUPP");
    });
}

#[test]
fn only_admins_ban() {
    bot_test(|t| {
        open_ticket(t);
        let (group, sam, now) = (t.group, t.person("sam"), t.now());
        t.sandbox.demote(group, sam, now);
        t.run();
        for command in ["/ban", "/mute 1h", "/unban", "/limits reset", "/audit"] {
            t.agent("sam").writes_in("ann", command);
            t.topic("ann").expect_part("Only administrators");
        }
        t.client("ann").says("still here");
        t.topic("ann").expect("still here");
    });
}

#[test]
fn what_a_client_may_is_said_and_changed_from_general_by_code() {
    bot_test(|t| {
        open_ticket(t);
        let code = t.code_of("ann");
        for (command, answer) in [
            (format!("/limits {code}"), "1 of 50 messages this hour"),
            (format!("/limits {code} reset"), "starts anew"),
            (format!("/limits {code}"), "0 of 50 messages this hour"),
            (format!("/mute {code} 1h"), "are not passed on until"),
        ] {
            t.agent("eve").writes_in_general(&command);
            t.general().expect_part(answer);
        }
        t.client("ann").says("more");
        t.client("ann").expect_part("You can write again in 1 hour");
    });
}
