//! What suits somebody is found however much stands before it in the queue.

use hushdesk::domain::ids::{BotId, DeskId, TicketId};
use hushdesk::domain::ticket::Level;
use hushdesk::domain::time::Timestamp;
use hushdesk::store::{Db, Options, Store, queue};

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

#[test]
fn what_suits_somebody_is_found_behind_all_that_does_not() {
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
    let technical = ["technical".to_owned()];
    for (level, categories, expected) in [
        // The urgent one first; what is held for an admin's decision not at all.
        (1, &technical[..], [304, 302, 303]),
        (2, &technical[..], [304, 1, 3]),
        (2, &[], [304, 1, 2]),
        (1, &[], [304, 2, 4]),
    ] {
        let level = Level::new(level).expect("there is one");
        let found = queue::suitable(&db, DeskId::MAIN, (level, categories), 3);
        let found: Vec<TicketId> = found
            .expect("it runs")
            .into_iter()
            .map(|(_, _, id)| id)
            .collect();
        assert_eq!(found, expected.map(TicketId), "{level:?} {categories:?}");
    }
}
