//! The running program as monitoring sees it.

use std::net::TcpListener;

use hushdesk::sandbox::Fault;

use super::WITHIN;
use crate::program::{Desk, Program, wait_until};

/// An address of this machine that nobody listens at.
fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    address.to_string()
}

fn start_at(desk: &Desk, address: &str) -> Program {
    desk.start_with(&[("HUSHDESK_METRICS__LISTEN", address)])
}

fn comes_to_say(address: &str, words: &str) -> bool {
    wait_until(WITHIN, || Desk::ask(address, "/health").contains(words))
}

#[test]
fn health_follows_telegram_and_the_database() {
    let desk = Desk::new();
    let address = free_address();
    desk.sandbox().set_fault_hook(Box::new(|call| {
        (call.method == "getUpdates").then_some(Fault::CutBefore)
    }));
    let mut program = start_at(&desk, &address);
    let waits = comes_to_say(&address, "503 Service Unavailable");
    assert!(waits, "{}", program.log());
    assert!(comes_to_say(
        &address,
        "no updates have arrived since the start"
    ));
    desk.sandbox().clear_faults();
    assert!(comes_to_say(&address, "200 OK"), "{}", program.log());

    let db = desk.open_database();
    db.execute_batch("BEGIN IMMEDIATE")
        .expect("the lock is free at some time");
    assert!(
        comes_to_say(&address, "the database is busy"),
        "{}",
        program.log()
    );
    // Reading goes on meanwhile.
    let metrics = Desk::ask(&address, "/metrics");
    assert!(
        metrics.contains("hushdesk_build_info{version=\""),
        "{metrics}"
    );
    db.execute_batch("ROLLBACK").expect("it is our own");
    assert!(comes_to_say(&address, "200 OK"), "{}", program.log());

    program.terminate();
    assert_eq!(program.exit_code(WITHIN), Some(0), "{}", program.log());
    assert_eq!(
        Desk::ask(&address, "/health"),
        "",
        "nobody listens any more"
    );
}

#[test]
fn a_port_in_use_ends_with_75_before_the_database_is_touched() {
    let desk = Desk::new();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = taken.local_addr().expect("it is bound").to_string();
    let mut program = start_at(&desk, &address);
    assert_eq!(program.exit_code(WITHIN), Some(75), "{}", program.log());
    let log = program.log();
    assert!(log.contains("error: [metrics] listen = "), "{log}");
    assert!(log.contains("another program listens there"), "{log}");
    assert!(!desk.database().exists());
}

#[test]
fn somebody_who_holds_a_connection_does_not_hold_up_the_end() {
    let desk = Desk::new();
    let address = free_address();
    let mut program = start_at(&desk, &address);
    assert!(comes_to_say(&address, "200 OK"), "{}", program.log());
    let held = std::net::TcpStream::connect(&address).expect("it listens");
    let asked = std::time::Instant::now();
    program.terminate();
    assert_eq!(program.exit_code(WITHIN), Some(0), "{}", program.log());
    assert!(asked.elapsed().as_secs() < 5, "{}", program.log());
    drop(held);
}
