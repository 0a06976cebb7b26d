//! A ticket has one agent at a time: whoever takes it, answers it first, or is given it.

use hushdesk::sandbox::content;

use crate::harness::{Reads, Scenario, Setup, bot_test, bot_test_with};

fn open_ticket(t: &mut Scenario) {
    t.client("ann").says("my order is lost");
    t.client("ann").expect_part("created");
    t.topic("ann").expect_card("my order is lost");
}

/// Who has the ticket of a client, and how often it has changed hands.
pub fn held(t: &mut Scenario, client: &str) -> (String, i64) {
    let code = t.code_of(client);
    let (assignee, hands): (Option<i64>, i64) = t.database(|db| {
        let query = "SELECT assignee, (SELECT count(*) FROM assignments WHERE ticket_id = tickets.id) \
                     FROM tickets WHERE code = ?1";
        db.query_row(query, [&code], |row| Ok((row.get(0)?, row.get(1)?)))
            .expect("the ticket is there")
    });
    let everybody = t.everybody();
    let name = everybody
        .into_iter()
        .find(|name| Some(t.person(name)) == assignee);
    (name.unwrap_or_default(), hands)
}

#[test]
fn the_first_reply_takes_the_ticket_and_only_the_card_says_so() {
    bot_test(|t| {
        open_ticket(t);
        t.agent("sam").writes_in("ann", "which number?");
        t.client("ann").expect("Live Support: which number?");
        t.topic("ann").expect_edited("assigned");
        assert_eq!(held(t, "ann"), ("sam".to_owned(), 1));
        t.agent("sam").writes_in("ann", "and when?");
        t.client("ann").expect("Live Support: and when?");
        assert_eq!(held(t, "ann"), ("sam".to_owned(), 1));
    });
}

#[test]
fn two_answer_at_once_and_one_of_them_is_told_that_the_other_has_it() {
    bot_test(|t| {
        open_ticket(t);
        let thread = Some(t.topic("ann").id());
        t.agent("sam")
            .drops(thread, content::text("I am on it"), None);
        t.agent("joe")
            .drops(thread, content::text("let me see"), None);
        t.run();
        t.client("ann").expect("Live Support: I am on it");
        t.client("ann").expect("Live Support: let me see");
        t.topic("ann")
            .expect_part("was first and has this ticket now");
        assert_eq!(held(t, "ann"), ("sam".to_owned(), 1));
    });
}

#[test]
fn a_colleague_helps_and_the_ticket_stays_whose_it_is() {
    bot_test(|t| {
        open_ticket(t);
        t.agent("sam").writes_in("ann", "/claim");
        t.topic("ann").expect("This ticket is yours.");
        t.pass(std::time::Duration::from_secs(60));
        t.agent("joe").writes_in("ann", "it is on its way");
        t.client("ann").expect("Live Support: it is on its way");
        t.agent("joe").writes_in("ann", "/claim");
        t.topic("ann").expect_part("has this ticket");
        assert_eq!(held(t, "ann"), ("sam".to_owned(), 1));
    });
}

#[test]
fn a_ticket_is_given_back_given_to_somebody_and_passed_on() {
    bot_test(|t| {
        open_ticket(t);
        t.agent("joe").writes_in_general("/available");
        t.general().expect_part("You are available");
        t.agent("sam").writes_in("ann", "/claim");
        t.topic("ann").expect("This ticket is yours.");
        t.agent("joe").writes_in("ann", "/unclaim");
        t.topic("ann").expect("This ticket is back in the queue.");
        t.agent("sam").writes_in("ann", "/unclaim");
        t.topic("ann").expect("Nobody has this ticket.");
        t.agent("sam").writes_in("ann", "/assign @nobody_here");
        t.topic("ann").expect_part("Example: /assign @sam");
        let joe = t.marked("joe").username().to_owned();
        t.agent("sam").writes_in("ann", &format!("/assign @{joe}"));
        t.topic("ann").expect_part("this ticket is yours");
        assert_eq!(held(t, "ann").0, "joe");
        let sam = t.marked("sam").username().to_owned();
        t.agent("joe")
            .writes_in("ann", &format!("/transfer @{sam}"));
        t.topic("ann").expect_part("this ticket is yours");
        assert_eq!(held(t, "ann").0, "sam");
        t.agent("sam").writes_in("ann", "/why");
        t.topic("ann").expect_part("passed on to them");
    });
}

#[test]
fn next_takes_what_comes_first() {
    bot_test(|t| {
        open_ticket(t);
        t.client("bob").says("where is my refund");
        t.client("bob").expect_part("created");
        t.topic("bob").expect_card("where is my refund");
        t.agent("sam").writes_in_general("/queue");
        t.general().expect_part("2 tickets wait");
        t.agent("sam").writes_in_general("/next");
        t.general().expect_part("Yours now: ");
        t.topic("ann").expect_part("this ticket is yours");
        assert_eq!(held(t, "ann").0, "sam");
        t.agent("sam").writes_in_general("/mine");
        t.general().expect_part("You have 1 ticket:");
        t.agent("sam").writes_in_general("/next");
        t.general().expect_part("Yours now: ");
        t.topic("bob").expect_part("this ticket is yours");
        t.agent("sam").writes_in_general("/next");
        t.general().expect_part("Nothing waits");
    });
}

#[test]
fn an_anonymous_admin_answers_and_takes_nothing() {
    bot_test(|t| {
        open_ticket(t);
        t.agent("sam");
        let (sam, group) = (t.person("sam"), t.group);
        t.sandbox.set_anonymous(group, sam, true, Some("the boss"));
        t.agent("sam").writes_in("ann", "hello from above");
        t.client("ann").expect("Live Support: hello from above");
        t.agent("sam").writes_in("ann", "/claim");
        t.topic("ann")
            .expect_part("you write in the name of the group");
        assert_eq!(held(t, "ann"), (String::new(), 0));
    });
}

#[test]
fn the_card_has_buttons_to_take_a_ticket_and_to_raise_it() {
    bot_test(|t| {
        open_ticket(t);
        t.agent("sam").in_topic_of("ann").presses("Take it");
        t.topic("ann").expect_edited("🔵 assigned");
        t.agent("eve").in_topic_of("ann").presses("Escalate");
        t.agent("eve").in_topic_of("ann").presses("client is upset");
        t.topic("ann")
            .expect_part("Raised to level 2: the client is upset");
        t.topic("ann").expect_edited("🔴 escalated");
        t.agent("eve").in_topic_of("ann").presses("Take it");
        t.topic("ann").expect_edited("🔵 assigned");
    });
}

#[test]
fn an_answer_leaves_nothing_unread() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").says("are you there?");
        t.topic("ann").expect("are you there?");
        t.agent("sam").writes_in("ann", "which number?");
        t.client("ann").expect("Live Support: which number?");
        let unread: i64 = t.database(|db| {
            let query = "SELECT unread FROM tickets";
            db.query_row(query, [], |row| row.get(0)).expect("a number")
        });
        assert_eq!(unread, 0);
    });
}

/// Also where the ticket was put aside, and where the reply had to be sent by an admin.
#[test]
fn the_first_reply_takes_the_ticket_however_it_goes_out() {
    bot_test(|t| {
        open_ticket(t);
        t.agent("sam").writes_in("ann", "/snooze");
        t.topic("ann").expect_part("Put aside");
        t.agent("joe").writes_in("ann", "which number?");
        t.client("ann").expect("Live Support: which number?");
        assert_eq!(held(t, "ann"), ("joe".to_owned(), 1));
    });
    bot_test(|t| {
        open_ticket(t);
        t.joins("joe");
        t.general().expect_part("has joined this group");
        let message = t.agent("joe").writes_in("ann", "write to @sam_smith");
        t.topic("ann").expect_part("Not sent");
        assert_eq!(held(t, "ann").0, "");
        t.agent("sam").replies_in("ann", message, "/force");
        t.client("ann").expect("Live Support: write to @sam_smith");
        assert_eq!(held(t, "ann"), ("joe".to_owned(), 1));
    });
}

/// What comes first may be for somebody more senior.
#[test]
fn next_takes_what_the_one_who_asks_may_have() {
    let mut setup = Setup::default();
    setup.tickets.escalate_keywords = vec!["operator".to_owned()];
    bot_test_with(setup, |t| {
        t.client("bob").says("an operator, please");
        t.client("bob").expect_part("created");
        t.topic("bob").expect_card("an operator, please");
        t.topic("bob").expect_part("Raised to level 2");
        t.agent("sam").writes_in_general("/next");
        t.general().expect_part("Nothing waits");
        open_ticket(t);
        t.agent("sam").writes_in_general("/next");
        t.general().expect_part("Yours now: ");
        t.topic("ann").expect_part("this ticket is yours");
        assert_eq!(held(t, "bob").0, "");
    });
}

#[test]
fn next_takes_what_is_most_urgent_before_what_is_older() {
    bot_test(|t| {
        open_ticket(t);
        t.client("bob").says("where is my refund");
        t.client("bob").expect_part("created");
        t.topic("bob").expect_card("where is my refund");
        t.agent("joe").writes_in("bob", "/priority high");
        t.topic("bob").expect_part("high");
        t.agent("sam").writes_in_general("/next");
        t.general().expect_part("Yours now: ");
        t.topic("bob").expect_part("this ticket is yours");
        assert_eq!(held(t, "bob").0, "sam");
        assert_eq!(held(t, "ann").0, "");
    });
}
