//! How the program ends: with which exit code, with which sentence, and in which state it leaves
//! its database.

mod hanging;
mod monitoring;
mod storage;

use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use hushdesk::sandbox::{Fault, Person, content};

use crate::program::{BOT, Desk, Program, TOKEN, now_ms, wait_until};

/// What takes longer has failed.
const WITHIN: Duration = Duration::from_secs(30);
const CLIENTS: std::ops::Range<i64> = 101..107;
const TEXTS_EACH: u32 = 5;

#[test]
fn sigterm_finishes_what_is_under_way_and_leaves_nothing_in_doubt() {
    let desk = Desk::new();
    desk.sandbox().set_fault_hook(Box::new(|call| {
        let is_slow = call.method != "getUpdates";
        is_slow.then_some(Fault::Slow { ms: 150 })
    }));
    write_texts(&desk);
    let mut program = desk.start();
    let started = wait_until(WITHIN, || !desk.sandbox().topics(desk.group).is_empty());
    assert!(started, "no topic was made\n{}", program.log());
    program.terminate();
    assert_eq!(program.exit_code(WITHIN), Some(0), "{}", program.log());
    let in_doubt = "SELECT count(*) FROM outbox WHERE state IN ('claimed', 'doubt')";
    assert_eq!(desk.number(in_doubt), 0, "{}", program.log());
    let waiting = "SELECT count(*) FROM outbox WHERE state = 'waiting'";
    assert!(desk.number(waiting) > 0, "it was to be ended in the middle");

    desk.sandbox().clear_faults();
    let program = desk.start();
    let expected = CLIENTS.count() * TEXTS_EACH as usize;
    wait_until(WITHIN, || posted(&desk).len() >= expected);
    program.terminate();
    let mut posted = posted(&desk);
    posted.sort();
    posted.dedup();
    assert_eq!(posted.len(), expected, "each text once\n{}", program.log());
}

#[test]
fn systemd_hears_that_it_is_ready_alive_and_stopping() {
    let desk = Desk::new();
    let path = desk.path("notify");
    let systemd = UnixDatagram::bind(&path).expect("the folder can hold a socket");
    systemd
        .set_read_timeout(Some(WITHIN))
        .expect("a time-out can be set");
    let socket = path.to_string_lossy().into_owned();
    let mut program = desk.start_with(&[("NOTIFY_SOCKET", &socket), ("WATCHDOG_USEC", "200000")]);
    let hear = |wanted: &str| {
        let mut heard = [0_u8; 200];
        loop {
            let length = systemd
                .recv(&mut heard)
                .unwrap_or_else(|_| panic!("{wanted} was never said\n{}", program.log()));
            if String::from_utf8_lossy(&heard[..length]).contains(wanted) {
                return;
            }
        }
    };
    hear("READY=1");
    hear("WATCHDOG=1");
    hear("WATCHDOG=1");
    program.terminate();
    hear("STOPPING=1");
    assert_eq!(program.exit_code(WITHIN), Some(0), "{}", program.log());
}

#[test]
fn a_token_that_telegram_does_not_accept_ends_with_77() {
    let desk = Desk::new();
    desk.configure("7000000001:BBtest-token-that-was-revoked-0123456789ab");
    ends_with(&desk, 77, "Telegram does not accept the token");
}

#[test]
fn a_token_that_is_revoked_while_it_runs_ends_with_77_and_the_next_one_loses_nothing() {
    const NEXT_TOKEN: &str = "7000000001:BBtest-token-of-the-same-bot-0123456789ab";
    let desk = Desk::new();
    write_texts(&desk);
    let mut program = desk.start();
    let started = wait_until(WITHIN, || !desk.sandbox().topics(desk.group).is_empty());
    assert!(started, "no topic was made\n{}", program.log());
    desk.sandbox().revoke_token(TOKEN);
    // The poll that is under way brings this, and the next one is refused.
    write_text(&desk, CLIENTS.start, TEXTS_EACH + 1);
    assert_eq!(program.exit_code(WITHIN), Some(77), "{}", program.log());
    let log = program.log();
    let sentence = log.lines().rfind(|line| line.starts_with("error: "));
    let words = "Telegram does not accept the token";
    assert!(
        sentence.is_some_and(|sentence| sentence.contains(words)),
        "{log}"
    );
    for person in CLIENTS.skip(1) {
        write_text(&desk, person, TEXTS_EACH + 1);
    }

    desk.sandbox()
        .register_bot(NEXT_TOKEN, BOT, "hush_desk_bot");
    desk.configure(NEXT_TOKEN);
    let program = desk.start();
    let each = TEXTS_EACH as usize + 1;
    wait_until(WITHIN, || posted(&desk).len() >= CLIENTS.count() * each);
    let posted = posted(&desk);
    for person in CLIENTS {
        let of_person = format!("text-{person}-");
        let texts = posted.iter().filter(|text| text.starts_with(&of_person));
        let texts: Vec<&String> = texts.collect();
        let written: Vec<String> = (1..=each)
            .map(|number| format!("{of_person}{number}"))
            .collect();
        assert_eq!(
            texts,
            written.iter().collect::<Vec<_>>(),
            "{}",
            program.log()
        );
    }
}

#[test]
fn a_webhook_ends_with_78() {
    let desk = Desk::new();
    desk.sandbox()
        .set_webhook(TOKEN, Some("https://example.org/hook"));
    ends_with(&desk, 78, "updates go to a webhook");
}

#[test]
fn the_database_of_another_bot_ends_with_78() {
    let desk = Desk::new();
    run_once(&desk);
    desk.configure("7000000002:AAtest-token-of-another-0123456789abcdef");
    ends_with(&desk, 78, "belongs to bot 7000000001");
}

#[test]
fn a_damaged_database_ends_with_74() {
    let desk = Desk::new();
    run_once(&desk);
    let mut bytes = std::fs::read(desk.database()).expect("the database is there");
    bytes[..100].fill(b'x');
    std::fs::write(desk.database(), bytes).expect("the folder can be written to");
    ends_with(&desk, 74, "is damaged or no database");
}

#[test]
fn the_database_of_a_newer_version_ends_with_78() {
    let desk = Desk::new();
    run_once(&desk);
    desk.open_database()
        .execute(
            "INSERT INTO refinery_schema_history (version, name, applied_on, checksum) \
             VALUES (999, 'from_the_future', '2030-01-01T00:00:00Z', '1')",
            [],
        )
        .expect("the history is a table");
    ends_with(&desk, 78, "does not fit this version of hushdesk");
}

/// Runs until the first poll, so that there is a database.
fn run_once(desk: &Desk) {
    let mut program = desk.start();
    let has_run = wait_until(WITHIN, || desk.sandbox().call_count() > 1);
    assert!(has_run, "{}", program.log());
    program.terminate();
    assert_eq!(program.exit_code(WITHIN), Some(0), "{}", program.log());
}

/// The program ends by itself, with this code and a sentence that holds these words, and never
/// shows its token.
fn ends_with(desk: &Desk, code: i32, words: &str) {
    let mut program: Program = desk.start();
    let ended = program.exit_code(WITHIN);
    let log = program.log();
    assert_eq!(ended, Some(code), "{log}");
    let sentence = log.lines().rfind(|line| line.starts_with("error: "));
    assert!(
        sentence.is_some_and(|sentence| sentence.contains(words)),
        "no sentence says {words:?}:\n{log}"
    );
    assert!(!log.contains("test-token"), "the log shows a token:\n{log}");
}

fn write_texts(desk: &Desk) {
    for person in CLIENTS {
        desk.sandbox()
            .add_person(Person::named(person, &format!("Client {person}")));
    }
    for number in 1..=TEXTS_EACH {
        for person in CLIENTS {
            write_text(desk, person, number);
        }
    }
}

fn write_text(desk: &Desk, person: i64, number: u32) {
    let text = content::text(&format!("text-{person}-{number}"));
    desk.sandbox()
        .person_sends(person, person, None, text, None, now_ms())
        .expect("a client may write");
}

/// The numbered texts that stand in topics.
fn posted(desk: &Desk) -> Vec<String> {
    let messages = desk.sandbox().chat_messages(desk.group);
    let of_bot = messages.iter().filter(|message| message.from_bot);
    of_bot
        .flat_map(|message| message.text().split_whitespace())
        .filter(|word| word.starts_with("text-"))
        .map(str::to_owned)
        .collect()
}
