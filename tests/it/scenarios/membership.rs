//! Only those allowed act (P9): members who come and go, and presses of people of whom it is not sure that
//! they are still there.

use std::time::Duration;

use hushdesk::domain::settings::{Admission, Agents};
use hushdesk::sandbox::{Fault, FaultRule, Rights, Status};

use crate::harness::{BOT, Reads, Scenario, Setup, bot_test, bot_test_with};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn approved() -> Setup {
    let setup = Setup::default();
    Setup {
        agents: Agents {
            admission: Admission::Approved,
            ..setup.agents
        },
        ..setup
    }
}

fn open_ticket(t: &mut Scenario) {
    t.client("ann").says("my order is lost");
    t.client("ann").expect_part("created");
    t.topic("ann").expect_card("my order is lost");
}

/// How often Telegram was asked about a member.
fn questions(t: &Scenario) -> usize {
    let calls = t.sandbox.calls();
    calls
        .iter()
        .filter(|call| call.method == "getChatMember")
        .count()
}

#[test]
fn a_join_is_announced_and_an_admin_can_remove_who_joined() {
    bot_test(|t| {
        t.agent("sam");
        t.joins("eve");
        t.general().expect_part("has joined this group");
        t.agent("sam").in_general().presses("Remove");
        t.general()
            .expect_edited("was removed from this group")
            .expect_no_button("Remove");
        assert_eq!(t.status_of("eve"), Some(Status::Kicked));
    });
}

#[test]
fn an_ordinary_member_removes_nobody() {
    bot_test(|t| {
        t.joins("ben");
        t.joins("eve");
        t.general().expect_part("has joined this group");
        t.general().expect_part("has joined this group");
        t.agent("ben")
            .in_general()
            .presses("Remove")
            .expect_alert("Only administrators");
        assert_eq!(t.status_of("eve"), Some(Status::Member));
    });
}

#[test]
fn where_members_need_admission_nothing_of_theirs_goes_over_before() {
    bot_test_with(approved(), |t| {
        t.agent("sam");
        open_ticket(t);
        t.joins("eve");
        t.general()
            .expect_part("until an administrator admits them");
        t.agent("eve").writes_in("ann", "who are you?");
        t.topic("ann")
            .expect_part("an administrator has to admit you");
        t.agent("eve").writes_in("ann", "/close");
        t.topic("ann")
            .expect_part("an administrator has to admit you");
        t.client("ann").expect_nothing();
        t.agent("sam").in_general().presses("Admit");
        t.general().expect_edited("may work now");
        t.agent("eve").writes_in("ann", "which number?");
        t.client("ann").expect("Live Support: which number?");
    });
}

#[test]
fn a_member_from_before_the_bot_is_asked_about_when_they_write() {
    bot_test_with(approved(), |t| {
        t.agent("sam");
        open_ticket(t);
        // Telegram tells bots that are no administrators nothing of members.
        let (group, now) = (t.group, t.now());
        t.sandbox.demote(group, BOT, now);
        t.joins("eve");
        t.sandbox.promote(group, BOT, Rights::all(), now);
        t.run();
        t.general().expect_part("The bot lacks a right");
        t.general().expect_part("can work in this group again");
        t.agent("eve").writes_in("ann", "hello");
        t.topic("ann")
            .expect_part("an administrator has to admit you");
        t.general()
            .expect_part("until an administrator admits them");
        t.agent("eve").writes_in("ann", "hello again");
        t.topic("ann")
            .expect_part("an administrator has to admit you");
    });
}

#[test]
fn a_press_of_somebody_not_seen_for_long_counts_after_telegram_was_asked() {
    bot_test(|t| {
        t.agent("sam");
        t.joins("eve");
        t.general().expect_part("has joined this group");
        t.pass(DAY + Duration::from_secs(60));
        let before = questions(t);
        t.agent("sam").in_general().presses("Remove");
        assert_eq!(questions(t), before + 1);
        t.general().expect_edited("was removed from this group");
        assert_eq!(t.status_of("eve"), Some(Status::Kicked));
    });
}

#[test]
fn a_press_is_refused_when_telegram_does_not_answer_in_time() {
    bot_test(|t| {
        t.agent("sam");
        t.joins("eve");
        t.general().expect_part("has joined this group");
        t.pass(DAY + Duration::from_secs(60));
        t.sandbox.plan(FaultRule {
            times: 100,
            ..FaultRule::once("getChatMember", Fault::Internal500)
        });
        t.agent("sam").in_general().presses("Remove");
        t.pass(Duration::from_secs(12));
        t.agent("sam").in_general().expect_alert("Only members");
        assert_eq!(t.status_of("eve"), Some(Status::Member));
        t.sandbox.clear_faults();
    });
}

#[test]
fn whoever_has_left_presses_nothing_whatever_buttons_they_still_see() {
    bot_test(|t| {
        t.agent("sam");
        t.joins("eve");
        t.general().expect_part("has joined this group");
        let button = t.agent("sam").in_general().button("Remove");
        t.leaves("sam");
        let (sam, group, now) = (t.person("sam"), t.group, t.now());
        t.sandbox
            .person_presses_anyway(sam, group, button.0, &button.1, now)
            .expect("a press can be forged");
        t.run();
        assert_eq!(t.status_of("eve"), Some(Status::Member));
        assert!(t.sandbox.unanswered_presses().is_empty());
    });
}

#[test]
fn whoever_never_was_a_member_presses_nothing() {
    bot_test(|t| {
        t.agent("sam");
        t.joins("eve");
        t.general().expect_part("has joined this group");
        let button = t.agent("sam").in_general().button("Remove");
        let (mallory, group, now) = (t.person("mallory"), t.group, t.now());
        t.sandbox
            .person_presses_anyway(mallory, group, button.0, &button.1, now)
            .expect("a press can be forged");
        t.run();
        assert_eq!(questions(t), 1);
        assert_eq!(t.status_of("eve"), Some(Status::Member));
        assert!(t.sandbox.unanswered_presses().is_empty());
    });
}
