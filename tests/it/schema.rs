//! The invariants that live in the schema: each is broken on purpose and has to be refused. The
//! rows are those that the first migration is tried with.

use hushdesk::domain::ids::BotId;
use hushdesk::domain::time::Timestamp;
use hushdesk::store::{Db, Options, Store};

const ROWS: &str = "
    INSERT INTO clients (id, telegram_user_id, language, first_seen_at) VALUES (1, 501, 'en', 0), (2, 502, 'ru', 0);
    INSERT INTO tickets (id, code, client_id, state, opened_at) VALUES (1, 'SUPP-261120-AAAAAA', 1, 'open', 0);
    INSERT INTO topics (id, ticket_id, chat_id, thread_id, state) VALUES (1, 1, -1001, 7, 'live');
    INSERT INTO messages (id, ticket_id, side, written_at, content) VALUES (1, 1, 'client', 0, '{}');
    INSERT INTO links (place, telegram_message_id, part, message_id) VALUES (1, 10, 0, 1), (-1001, 8, 0, 1);
    INSERT INTO inbox (id, bot_id, update_id, received_at, raw) VALUES (1, 9, 100, 0, '{}');
    INSERT INTO outbox (id, cause, step, lane, position, is_head, budget, priority, purpose, client_id, call, not_before, created_at)
        VALUES (1, 'update:1', 1, 'client:1', 1, 1, 'client', 0, 'word', 1, '{}', 0, 0);
";

mod migrations {
    refinery::embed_migrations!("migrations");
}

/// Rows as a desk of the third version had them.
const ROWS_OF_3: &str = "
    INSERT INTO clients (id, telegram_user_id, language, first_seen_at) VALUES (1, 501, 'en', 0), (2, 502, 'ru', 0);
    INSERT INTO tickets (id, code, client_id, state, opened_at, closed_at, closed_by) VALUES
        (1, 'SUPP-261120-AAAAAA', 1, 'open', 5, NULL, NULL),
        (2, 'SUPP-261120-BBBBBB', 2, 'closed', 6, 7, 'client');
    INSERT INTO topics (id, ticket_id, chat_id, thread_id, state) VALUES (1, 1, -1001, 7, 'live');
    INSERT INTO messages (id, ticket_id, side, written_at, content) VALUES (1, 1, 'client', 0, '{}');
    INSERT INTO links (place, telegram_message_id, part, message_id) VALUES (1, 10, 0, 1), (-1001, 8, 0, 1);
    INSERT INTO audit (at, actor, action, ticket_id) VALUES (0, 9, 'force', 1);
    INSERT INTO outbox (id, cause, step, lane, position, is_head, budget, priority, purpose, client_id, ticket_id,
        message_id, call, not_before, created_at)
        VALUES (1, 'update:1', 1, 'topic:1', 1, 1, 'desk', 1, 'relay', NULL, 1, 1, '{}', 0, 0);
";

/// Tables that others refer to were made anew after the third version.
#[test]
fn a_desk_of_an_older_version_keeps_all_that_it_had() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("desk.db");
    let mut db = Db::open(&path).expect("a new file");
    db.execute_batch("PRAGMA journal_mode = WAL")
        .expect("a pragma");
    migrations::migrations::runner()
        .set_target(refinery::Target::Version(3))
        .run(&mut db)
        .expect("the first three apply");
    db.execute_batch("PRAGMA foreign_keys = ON")
        .expect("a pragma");
    db.execute_batch(ROWS_OF_3).expect("lawful rows are taken");
    drop(db);
    let options = Options {
        path: path.clone(),
        readers: 1,
        bot: BotId(9),
    };
    Store::open(&options, Timestamp::from_millis(0))
        .expect("it is brought up to date")
        .close();
    let db = Db::open(path).expect("it opens again");
    let kept: String = db
        .query_row(
            "SELECT (SELECT group_concat(code || ' ' || state || ' ' || opened_at || ' ' || ifnull(closed_by, '-'), ', ')
                     FROM tickets) || '; ' ||
                (SELECT thread_id FROM topics) || ' ' || (SELECT count(*) FROM links) || ' ' ||
                (SELECT ticket_id FROM audit) || ' ' || (SELECT lane FROM outbox WHERE finished_at IS NULL)",
            [],
            |row| row.get(0),
        )
        .expect("all tables can be read");
    assert_eq!(
        kept,
        "SUPP-261120-AAAAAA open 5 -, SUPP-261120-BBBBBB closed 6 client; 7 2 1 topic:1"
    );
}

fn filled() -> (tempfile::TempDir, Db) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("desk.db");
    let options = Options {
        path: path.clone(),
        readers: 1,
        bot: BotId(9),
    };
    Store::open(&options, Timestamp::from_millis(0))
        .expect("a new database opens")
        .close();
    let db = Db::open(path).expect("it opens again");
    db.execute_batch("PRAGMA foreign_keys = ON")
        .expect("a pragma");
    db.execute_batch(ROWS).expect("lawful rows are taken");
    (folder, db)
}

#[test]
fn what_must_not_be_is_refused() {
    let broken = [
        ("a second open ticket of a client",
         "INSERT INTO tickets (code, client_id, state, opened_at) VALUES ('SUPP-261120-BBBBBB', 1, 'open', 0)"),
        ("a code twice",
         "INSERT INTO tickets (code, client_id, state, opened_at) VALUES ('SUPP-261120-AAAAAA', 2, 'open', 0)"),
        ("a closed ticket without its time", "UPDATE tickets SET state = 'closed'"),
        ("a state that nobody knows", "UPDATE tickets SET state = 'lost'"),
        ("an assigned ticket that nobody has", "UPDATE tickets SET state = 'assigned'"),
        ("a ticket in the queue that somebody has", "UPDATE tickets SET assignee = 5"),
        ("a ticket that sleeps and is not snoozed", "UPDATE tickets SET snoozed_until = 5"),
        ("a resolution of what is not closed", "UPDATE tickets SET resolution = 'solved'"),
        ("unread messages that nobody waits with", "UPDATE tickets SET unread = 2"),
        ("two who have a ticket at once",
         "INSERT INTO assignments (ticket_id, agent, kind, assigned_at) VALUES (1, 5, 'auto', 0), (1, 6, 'auto', 0)"),
        ("a second live topic of a ticket",
         "INSERT INTO topics (ticket_id, chat_id, thread_id, state) VALUES (1, -1001, 9, 'live')"),
        ("a second wanted topic of a ticket",
         "INSERT INTO topics (ticket_id, chat_id, state) VALUES (1, -1001, 'wanted')"),
        ("a live topic without a thread", "UPDATE topics SET thread_id = NULL"),
        ("a thread that two tickets have",
         "INSERT INTO tickets (id, code, client_id, state, opened_at) VALUES (2, 'SUPP-261120-CCCCCC', 2, 'open', 0);
          INSERT INTO topics (ticket_id, chat_id, thread_id, state) VALUES (2, -1001, 7, 'live')"),
        ("a topic in a private chat",
         "INSERT INTO topics (ticket_id, chat_id, state) VALUES (1, 501, 'gone')"),
        ("a message that stands twice in the same place",
         "INSERT INTO links (place, telegram_message_id, part, message_id) VALUES (-1001, 8, 0, 1)"),
        ("a client's note",
         "INSERT INTO messages (ticket_id, side, is_note, written_at, content) VALUES (1, 'client', 1, 0, '{}')"),
        ("an update twice",
         "INSERT INTO inbox (bot_id, update_id, received_at, raw) VALUES (9, 100, 0, '{}')"),
        ("a done update that keeps its text", "UPDATE inbox SET state = 'done', finished_at = 1"),
        ("a call twice for the same cause and step",
         "INSERT INTO outbox (cause, step, lane, position, is_head, budget, priority, purpose, call, not_before, created_at)
          VALUES ('update:1', 1, 'x', 2, 1, 'bot', 0, 'word', '{}', 0, 0)"),
        ("a call to a client without the client", "UPDATE outbox SET client_id = NULL"),
        ("a finished call without its time", "UPDATE outbox SET state = 'done'"),
        ("a client of no ticket", "DELETE FROM clients WHERE id = 1"),
        ("a ticket of no client",
         "INSERT INTO tickets (code, client_id, state, opened_at) VALUES ('SUPP-261120-DDDDDD', 77, 'open', 0)"),
    ];
    for (what, statement) in broken {
        let (_folder, db) = filled();
        assert!(db.execute_batch(statement).is_err(), "{what} was taken");
    }
}

/// Calls name the update that led to them; one that is kept for long must not meet another of the
/// same number.
#[test]
fn the_number_of_an_update_is_never_used_again() {
    let (_folder, db) = filled();
    db.execute_batch(
        "DELETE FROM inbox; INSERT INTO inbox (bot_id, update_id, received_at, raw) VALUES (9, 101, 0, '{}')",
    )
    .expect("rows come and go");
    let number: i64 = db
        .query_row("SELECT id FROM inbox", [], |row| row.get(0))
        .expect("there is one");
    assert!(number > 1);
}

#[test]
fn what_may_be_is_taken() {
    let lawful = [
        "UPDATE tickets SET state = 'closed', closed_at = 5, closed_by = 'agent';
         INSERT INTO tickets (code, client_id, state, opened_at) VALUES ('SUPP-261120-BBBBBB', 1, 'open', 6)",
        "UPDATE topics SET state = 'gone';
         INSERT INTO topics (ticket_id, chat_id, state) VALUES (1, -1001, 'wanted')",
        "UPDATE inbox SET state = 'done', raw = NULL, finished_at = 1",
        "INSERT INTO links (place, telegram_message_id, part, message_id) VALUES (-1001, 8, 1, 1)",
    ];
    for statement in lawful {
        let (_folder, db) = filled();
        db.execute_batch(statement).expect("it breaks nothing");
    }
}
