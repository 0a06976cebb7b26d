//! Rules of the house that a machine can hold: the order of the floors, who knows teloxide, who
//! asks for the time, who spawns, how long files are.

use std::fs;
use std::path::{Path, PathBuf};

/// The floors from the top. A file imports only from floors below its own.
const FLOORS: [&str; 19] = [
    "cli", "engine", "delivery", "work", "desk", "telegram", "ops", "store", "view", "logging",
    "config", "texts", "spool", "vault", "clock", "domain", "scrub", "sandbox", "entropy",
];
/// Lines of a file without its tests.
const LINES_MAX: usize = 500;

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be listed").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every source file: its path below `src`, and its text without its tests.
fn files() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    sources(&root, &mut found);
    found
        .into_iter()
        .map(|path| {
            let name = path
                .strip_prefix(&root)
                .expect("it lies below src")
                .to_string_lossy()
                .into_owned();
            let text = fs::read_to_string(&path).expect("a source is text");
            let code = text
                .split("\n#[cfg(test)]\nmod tests")
                .next()
                .unwrap_or_default();
            (name, code.to_owned())
        })
        .collect()
}

fn floor_of(name: &str) -> Option<usize> {
    let floor = name.split(['/', '.']).next().unwrap_or_default();
    FLOORS.iter().position(|known| *known == floor)
}

#[test]
fn no_import_runs_upward() {
    let mut wrong = Vec::new();
    for (name, code) in files() {
        let Some(own) = floor_of(&name) else {
            assert!(
                name == "lib.rs" || name == "main.rs",
                "{name} stands on no floor"
            );
            continue;
        };
        for word in code.split("crate::").skip(1) {
            let used: String = word
                .chars()
                .take_while(|character| character.is_alphanumeric() || *character == '_')
                .collect();
            match floor_of(&used) {
                Some(floor) if floor < own => wrong.push(format!("{name} knows {used}")),
                Some(_) => {}
                None if used == "time" => {}
                None => wrong.push(format!("{name} imports {used}, which stands on no floor")),
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn some_things_are_known_in_one_place_only() {
    let alone = [
        ("teloxide::", "telegram/"),
        ("rusqlite::", "store"),
        ("SystemTime::now", "clock.rs"),
        ("Instant::now", "delivery.rs"),
        ("rand::", "entropy.rs"),
        (".spawn(", "engine.rs"),
        ("tokio::spawn", "engine.rs"),
    ];
    let mut wrong = Vec::new();
    for (name, code) in files() {
        if name.starts_with("sandbox") || name.starts_with("cli/demo") {
            continue;
        }
        for (word, place) in alone {
            // One thread that owns the connection, and a process of its own for each hostile file.
            let is_thread =
                word == ".spawn(" && ["store/writer.rs", "work/cleaner.rs"].contains(&&*name);
            // How long the program has been running is a clock too.
            let is_clock = word == "Instant::now" && name == "clock.rs";
            let used = code
                .lines()
                .any(|line| line.contains(word) && !line.trim_start().starts_with("//"));
            if used && !name.starts_with(place) && !is_thread && !is_clock {
                wrong.push(format!("{name} uses {word}, which belongs to {place}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What becomes of a ticket is asked with whoever wants it: a state alone does not say whose deed that is.
#[test]
fn nothing_happens_to_a_ticket_that_is_not_for_whoever_wants_it() {
    for (name, code) in files() {
        let is_rule = name == "domain/rules/transition.rs";
        assert!(
            is_rule || !code.contains("transition("),
            "{name} asks what becomes of a ticket, and not who wants it"
        );
    }
}

#[test]
fn the_sandbox_knows_nothing_of_the_rest() {
    for (name, code) in files() {
        if name.starts_with("sandbox") {
            for word in code.split("crate::").skip(1) {
                assert!(word.starts_with("sandbox"), "{name}: crate::{word:.20}");
            }
        }
    }
}

#[test]
fn the_cleaners_know_nothing_of_the_rest() {
    for (name, code) in files() {
        if name.starts_with("scrub") {
            assert!(!code.contains("crate::"), "{name} imports from the house");
        }
    }
}

#[test]
fn files_are_short_and_say_what_they_are_for() {
    for (name, code) in files() {
        let lines = code.lines().count();
        assert!(lines <= LINES_MAX, "{name} has {lines} lines");
        assert!(
            code.starts_with("//!"),
            "{name} does not say what it is for"
        );
    }
}
