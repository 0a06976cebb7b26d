//! A group that gives no answer: whoever waits for a reply does not wait for it.

use std::ops::Range;
use std::time::Duration;

use hushdesk::sandbox::{Fault, Person, content};

use super::WITHIN;
use crate::program::{AGENT, Desk, now_ms, wait_until};

/// More tickets than calls may be under way at all.
const CLIENTS: Range<i64> = 101..141;
/// Calls into the group that are under way when all places for them are taken.
const ALL_PLACES: i64 = 24;
/// What a reply may take.
const REPLY_WITHIN: Duration = Duration::from_secs(2);

#[test]
fn replies_go_while_every_call_into_the_group_hangs() {
    let desk = Desk::new();
    for person in CLIENTS {
        let name = format!("Client {person}");
        desk.sandbox().add_person(Person::named(person, &name));
    }
    let program = desk.start();
    everybody_writes(&desk, "hello");
    let drained = "SELECT (SELECT count(*) FROM topics WHERE state = 'live') = 40 AND NOT EXISTS \
         (SELECT 1 FROM outbox WHERE finished_at IS NULL AND purpose <> 'title')";
    let topics = || desk.sandbox().topics(desk.group).len();
    let opened = wait_until(WITHIN, || {
        topics() >= CLIENTS.count() && desk.number(drained) == 1
    });
    assert!(opened, "40 tickets were to be opened\n{}", program.log());

    let group = desk.group;
    desk.sandbox().set_fault_hook(Box::new(move |call| {
        (call.chat == Some(group)).then_some(Fault::Hang)
    }));
    everybody_writes(&desk, "anybody there?");
    let under_way = "SELECT count(*) FROM outbox WHERE state = 'claimed'";
    let hangs = wait_until(WITHIN, || desk.number(under_way) == ALL_PLACES);
    assert!(hangs, "{} under way", desk.number(under_way));
    let thread = desk.sandbox().topics(group)[0].id;
    let reply = content::text("here I am");
    desk.sandbox()
        .person_sends(AGENT, group, Some(thread), reply, None, now_ms())
        .expect("an agent may write");
    let arrived = wait_until(REPLY_WITHIN, || {
        CLIENTS.clone().any(|person| has_reply(&desk, person))
    });
    assert!(arrived, "no reply within 2 s\n{}", program.log());
    assert!(desk.number(under_way) >= ALL_PLACES, "the group hangs on");
}

fn everybody_writes(desk: &Desk, text: &str) {
    for person in CLIENTS {
        desk.sandbox()
            .person_sends(person, person, None, content::text(text), None, now_ms())
            .expect("a client may write");
    }
}

fn has_reply(desk: &Desk, person: i64) -> bool {
    let messages = desk.sandbox().chat_messages(person);
    messages
        .iter()
        .any(|message| message.from_bot && message.text().contains("here I am"))
}
