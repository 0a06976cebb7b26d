//! Every SQL statement of the store is prepared against the migrated schema, found in the sources
//! so that none can be forgotten; hot ones are held to their indexes.

use std::fs;
use std::path::Path;

use hushdesk::domain::ids::BotId;
use hushdesk::domain::time::Timestamp;
use hushdesk::store::{Db, Options, Store};

/// The statements of all files of the store: file, name, text.
fn statements() -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    for path in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store")) {
        let code = fs::read_to_string(&path).expect("a source is text");
        for constant in code.split("\nconst ").skip(1) {
            let Some((name, rest)) = constant.split_once(": &str =") else {
                continue;
            };
            if !name
                .chars()
                .all(|letter| letter.is_ascii_uppercase() || letter == '_')
            {
                continue;
            }
            let text = rest.split("\";").next().unwrap_or_default();
            let text = text.trim_start().trim_start_matches('"');
            let one_line: Vec<&str> = text.split("\\\n").map(str::trim_start).collect();
            let file = path.file_name().expect("a file").to_string_lossy();
            found.push((file.into_owned(), name.to_owned(), one_line.join("")));
        }
    }
    found
}

fn sources(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).expect("the store is there");
    let paths = entries.map(|entry| entry.expect("it can be listed").path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                sources(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

fn migrated() -> (tempfile::TempDir, Db) {
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
    (folder, db)
}

#[test]
fn every_statement_fits_the_schema() {
    let (_folder, db) = migrated();
    let statements = statements();
    assert!(
        statements.len() > 60,
        "only {} were found",
        statements.len()
    );
    for (file, name, text) in statements {
        if let Err(error) = db.prepare(&text) {
            panic!("{file} {name}: {error}\n{text}");
        }
    }
}

/// Indexes that hold only the rows in question.
fn partial_indexes(db: &Db) -> Vec<String> {
    db.prepare("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql LIKE '% WHERE %'")
        .expect("it fits the schema")
        .query_map([], |row| row.get(0))
        .expect("names can be read")
        .collect::<Result<_, _>>()
        .expect("names are text")
}

/// Walks along an index of all rows that are no reason to worry.
fn walks(file: &str, name: &str, step: &str) -> bool {
    match (file, name) {
        // A row for each agent.
        ("dashboard.rs" | "figures.rs", "AGENTS") => step.ends_with("agents_by_status"),
        // Only the first row along it is read.
        ("timers.rs", "NEXT") => step.ends_with("timers_due"),
        ("parked.rs", "NEXT_DUE") => step.ends_with("lookups_due"),
        ("reports.rs", "NEXT") => step.ends_with("reports_due"),
        _ => false,
    }
}

/// Statements that run for every message never read a whole table.
#[test]
fn no_hot_statement_scans_a_table() {
    let (_folder, db) = migrated();
    let indexes = partial_indexes(&db);
    // Rare, bounded by their own nature, or over tables that stay small.
    let cold = [
        "EXISTS",
        "FORGET_CALLS",
        "FORGET_PAUSES",
        "IN_USE",
        "NAMES",
        "POSTING",
        "PRESENT_NAMES",
    ];
    for (file, name, text) in statements() {
        // The plan of an INSERT into a parent table lists scans of its children, which SQLite makes
        // only while a deferred violation is open (sqlite.org/foreignkeys.html); there is none.
        let is_parent = ["messages.rs", "tickets.rs", "clients.rs"].contains(&file.as_str());
        // A clock that was set, a start, and floods, of which few chats have had one.
        let is_rare = file == "jumps.rs" || (file == "rates.rs" && name == "FORGET");
        // A row for what is out of reach: mostly none.
        let is_rare = is_rare || file == "breakers.rs";
        if is_rare || cold.contains(&name.as_str()) || (is_parent && name == "INSERT") {
            continue;
        }
        let mut plan = db
            .prepare(&format!("EXPLAIN QUERY PLAN {text}"))
            .expect("it fits the schema");
        let parameters = plan.parameter_count();
        let nothing: Vec<Option<i64>> = vec![None; parameters];
        let steps: Vec<String> = plan
            .query_map(rusqlite_params(&nothing).as_slice(), |row| row.get(3))
            .expect("a plan can be read")
            .collect::<Result<_, _>>()
            .expect("a plan is text");
        for step in steps {
            let is_bounded = step.contains("CONSTANT ROW")
                || step.contains("subquery")
                // What was handed in, not what is stored.
                || step.contains("json_each")
                || indexes.iter().any(|index| step.ends_with(index.as_str()))
                || walks(&file, &name, &step);
            assert!(
                !step.starts_with("SCAN") || is_bounded,
                "{file} {name} reads a whole table: {step}"
            );
        }
    }
}

/// What monitoring asks reads no table as a whole, however many rows are finished: where it walks along
/// an index, that holds only the rows in question.
#[test]
fn figures_walk_along_partial_indexes_only() {
    let (_folder, db) = migrated();
    let indexes = partial_indexes(&db);
    let mut looked_at = 0;
    for (file, name, text) in statements() {
        if file != "figures.rs" {
            continue;
        }
        let mut plan = db
            .prepare(&format!("EXPLAIN QUERY PLAN {text}"))
            .expect("it fits the schema");
        let nothing: Vec<Option<i64>> = vec![None; plan.parameter_count()];
        let steps: Vec<String> = plan
            .query_map(rusqlite_params(&nothing).as_slice(), |row| row.get(3))
            .expect("a plan can be read")
            .collect::<Result<_, _>>()
            .expect("a plan is text");
        for step in steps.iter().filter(|step| step.starts_with("SCAN")) {
            let is_bounded = step.contains("(subquery")
                || indexes.iter().any(|index| step.ends_with(index.as_str()))
                // A row for each agent.
                || (name == "AGENTS" && step.ends_with("agents_by_status"));
            assert!(is_bounded, "{name}: {step}");
        }
        // An index that is used for its first column alone would still be read as a whole.
        if ["WAITING", "DUE_SINCE"].contains(&name.as_str()) {
            let column = "(budget=? AND desk=? AND is_head=? AND priority=?";
            assert!(
                steps.iter().any(|step| step.contains(column)),
                "{name}: {steps:?}"
            );
        }
        looked_at += 1;
    }
    assert!(looked_at > 10, "only {looked_at} were found");
}

/// What runs several times for each call compares values one by one: for a list of three or more SQLite builds
/// a table in memory, each time.
#[test]
fn no_call_costs_a_table_in_memory() {
    let (_folder, db) = migrated();
    let hot = [
        ("outbox.rs", "INSERT"),
        ("claims.rs", "CLAIM"),
        ("claims.rs", "END"),
        ("claims.rs", "RETRY"),
        ("outbox.rs", "HEIR"),
    ];
    let statements = statements();
    for (file, name) in hot {
        let (_, _, text) = statements
            .iter()
            .find(|one| (one.0.as_str(), one.1.as_str()) == (file, name))
            .unwrap_or_else(|| panic!("{file} has no {name}"));
        let mut program = db
            .prepare(&format!("EXPLAIN {text}"))
            .expect("it fits the schema");
        let nothing: Vec<Option<i64>> = vec![None; program.parameter_count()];
        let steps: Vec<String> = program
            .query_map(rusqlite_params(&nothing).as_slice(), |row| row.get(1))
            .expect("a program can be read")
            .collect::<Result<_, _>>()
            .expect("its steps have names");
        assert!(
            !steps.iter().any(|step| step == "OpenEphemeral"),
            "{file} {name} builds a table"
        );
    }
}

/// Where a post goes is asked for each call, and the topic itself is not looked at.
#[test]
fn where_a_post_goes_is_in_an_index() {
    let (_folder, db) = migrated();
    let statements = statements();
    let (_, _, text) = statements
        .iter()
        .find(|one| (one.0.as_str(), one.1.as_str()) == ("topics.rs", "LIVE"))
        .expect("it is there");
    let step: String = db
        .query_row(
            &format!("EXPLAIN QUERY PLAN {text}"),
            [None::<i64>],
            |row| row.get(3),
        )
        .expect("its plan has one step");
    assert_eq!(
        step,
        "SEARCH topics USING COVERING INDEX topics_live (ticket_id=?)"
    );
}

fn rusqlite_params(values: &[Option<i64>]) -> Vec<&dyn rusqlite::ToSql> {
    values
        .iter()
        .map(|value| value as &dyn rusqlite::ToSql)
        .collect()
}
