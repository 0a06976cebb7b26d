//! What suits somebody is found however much stands before it in the queue.

use hushdesk::domain::ids::{BotId, DeskId, TicketId};
use hushdesk::domain::language::Language;
use hushdesk::domain::rules::assign::Kind;
use hushdesk::domain::ticket::Level;
use hushdesk::domain::time::Timestamp;
use hushdesk::store::queue::{self, Suits};
use hushdesk::store::{Db, Options, Store};

/// Three hundred tickets for seniors or about something else, and behind them one of each kind.
const ROWS: &str = "
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 304)
    INSERT INTO clients (id, telegram_user_id, language, first_seen_at) SELECT n, 500 + n, 'en', 0 FROM numbers;
    INSERT INTO tickets (id, code, client_id, state, opened_at, level, category)
        SELECT id, 'SUPP-261120-' || id, id, 'open', id, 1 + id % 2, iif(id % 2, NULL, 'billing')
        FROM clients WHERE id <= 300;
    INSERT INTO tickets (id, code, client_id, state, opened_at, level, category) VALUES
        (301, 'SUPP-261120-301', 301, 'open', 301, 1, 'technical'),
        (302, 'SUPP-261120-302', 302, 'open', 302, 1, NULL),
        (303, 'SUPP-261120-303', 303, 'open', 303, 1, 'technical');
    INSERT INTO tickets (id, code, client_id, state, opened_at, level, priority) VALUES
        (304, 'SUPP-261120-304', 304, 'escalated', 304, 1, 3);
    INSERT INTO first_texts (digest, client_id, written_at, held_ticket) VALUES (1, 301, 0, 301);
";

fn filled() -> (tempfile::TempDir, Db) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("desk.db");
    let options = Options {
        path: path.clone(),
        readers: 1,
        bot: BotId(1),
    };
    Store::open(&options, Timestamp::from_millis(0))
        .expect("a new database opens")
        .close();
    let db = Db::open(path).expect("it opens again");
    db.execute_batch(ROWS).expect("they fit the schema");
    (folder, db)
}

#[test]
fn what_suits_somebody_is_found_behind_all_that_does_not() {
    let (_folder, db) = filled();
    let technical = ["technical".to_owned()];
    for (level, categories, expected) in [
        // The urgent one first; what is held for an admin's decision not at all.
        (1, &technical[..], [304, 302, 303]),
        (2, &technical[..], [304, 1, 3]),
        (2, &[], [304, 1, 2]),
        (1, &[], [304, 2, 4]),
    ] {
        let level = Level::new(level).expect("there is one");
        let suits = Suits {
            level,
            categories,
            barred: Vec::new(),
        };
        let found = queue::suitable(&db, DeskId::MAIN, &suits, 3);
        let found: Vec<TicketId> = found
            .expect("it runs")
            .into_iter()
            .map(|(_, _, id)| id)
            .collect();
        assert_eq!(found, expected.map(TicketId), "{level:?} {categories:?}");
    }
}

/// What waits for somebody else's language is passed over, unless a promised time of it has passed.
#[test]
fn what_waits_for_another_language_hides_nothing() {
    let (_folder, db) = filled();
    db.execute_batch(
        "UPDATE clients SET language = 'ru' WHERE id NOT IN (4, 302);
         INSERT INTO sla_steps (ticket_id, target, step, taken_at) VALUES
            (2, 'first_response', 'warn', 0), (6, 'resolution', 'warn', 0), (6, 'resolution', 'breach', 0)",
    )
    .expect("they fit the schema");
    let level = Level::FIRST;
    let kind = |category| Kind {
        level,
        category,
        language: Language::Russian,
    };
    let other_level = Kind {
        level: Level::LAST,
        ..kind(None)
    };
    for (barred, expected) in [
        (vec![], [304, 2, 4]),
        (vec![kind(None), kind(Some("billing"))], [4, 6, 302]),
        // Only tickets about nothing wait for somebody else.
        (vec![kind(None)], [2, 4, 6]),
        (vec![kind(Some("billing"))], [304, 4, 6]),
        (vec![other_level, kind(Some("shipping"))], [304, 2, 4]),
    ] {
        let suits = Suits {
            level,
            categories: &["billing".to_owned()],
            barred,
        };
        let found = queue::suitable(&db, DeskId::MAIN, &suits, 3).expect("it runs");
        let found: Vec<TicketId> = found.into_iter().map(|(_, _, id)| id).collect();
        assert_eq!(found, expected.map(TicketId), "{suits:?}");
    }
}
