//! The trail: who did what, for admins, in pages, and never anything of a client.

use super::carrying::open_ticket;
use crate::harness::{Reads, bot_test};

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
        assert_eq!(second.lines().count(), 5, "{second}");
    });
}
