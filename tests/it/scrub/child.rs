//! The child that cleans: the real program and stand-ins that fall over, hang, talk without end or
//! fill the disk. Whatever the child does, there is a verdict in time and nothing is left.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use hushdesk::scrub::Format;
use hushdesk::work::cleaner::{
    ChildCleaner, Clean, GROWTH_MAX_BYTES, InProcessCleaner, Verdict, WALL_MAX,
};

use super::office::package;
use super::pictures::marked_jpeg;
use super::{Bench, is_marked};

const PROGRAM: &str = env!("CARGO_BIN_EXE_hushdesk");

fn run(cleaner: &dyn Clean, input: &Path, output: &Path) -> std::io::Result<Verdict> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be built")
        .block_on(cleaner.clean(input, output))
}

/// A program that does something else than cleaning. `$2` is its input and `$3` its output.
fn stand_in(bench: &Bench, script: &str) -> ChildCleaner {
    let program = bench.path("stand-in");
    fs::write(&program, format!("#!/bin/sh\n{script}\n")).expect("it can be written");
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(&program, executable).expect("it can be made a program");
    ChildCleaner::new(program)
}

fn files(bench: &Bench, bytes: &[u8]) -> (PathBuf, PathBuf) {
    let (input, output) = (bench.path("ann's holiday.jpg"), bench.path("out"));
    fs::write(&input, bytes).expect("the input can be written");
    (input, output)
}

#[test]
fn both_cleaners_come_to_the_same_verdicts() {
    let bench = Bench::new();
    let child = ChildCleaner::new(PathBuf::from(PROGRAM));
    let cases = [
        (marked_jpeg(6), Verdict::Cleaned(Format::Jpeg)),
        (b"words".to_vec(), Verdict::Cleaned(Format::Text)),
        (b"MZ\0\0 a program".to_vec(), Verdict::Unsupported),
        (marked_jpeg(6)[..200].to_vec(), Verdict::Unreadable),
    ];
    for (bytes, wanted) in cases {
        let (input, output) = files(&bench, &bytes);
        for cleaner in [&child as &dyn Clean, &InProcessCleaner] {
            let verdict = run(cleaner, &input, &output).expect("the disk is fine");
            assert_eq!(verdict, wanted);
            assert_eq!(output.exists(), matches!(wanted, Verdict::Cleaned(_)));
            if output.exists() {
                assert!(!is_marked(&fs::read(&output).expect("it can be read")));
                fs::remove_file(&output).expect("it can be removed");
            }
        }
    }
}

#[test]
fn children_that_misbehave_leave_nothing() {
    let scripts = [
        "echo x > \"$3\"; kill -ABRT $$",
        "echo x > \"$3\"; kill -SEGV $$",
        "echo x > \"$3\"; exit 70",
        "echo x > \"$3\"; echo garbage",
        "echo x > \"$3\"; echo '{\"cleaned\":\"exe\"}'",
        "echo x > \"$3\"",
        "echo '{\"cleaned\":\"pdf\"}'",
        "echo x > \"$3\"; while :; do echo '{\"cleaned\":\"pdf\"}'; done",
        "echo x > \"$3\"; exec /bin/sh -c 'ulimit -t 1; while :; do :; done'",
    ];
    for script in scripts {
        let bench = Bench::new();
        let (input, output) = files(&bench, b"words");
        let start = Instant::now();
        let verdict = run(&stand_in(&bench, script), &input, &output);
        assert_eq!(
            verdict.expect("the disk is fine"),
            Verdict::Unreadable,
            "{script}"
        );
        assert!(start.elapsed() < WALL_MAX, "{script}");
        assert!(!output.exists(), "{script}");
    }
}

#[test]
fn a_child_that_hangs_is_ended_with_all_it_started() {
    let bench = Bench::new();
    let (input, output) = files(&bench, b"words");
    let script = "echo x > \"$3\"; sleep 300 & echo $! > pid; sleep 300";
    let start = Instant::now();
    let verdict = run(&stand_in(&bench, script), &input, &output).expect("the disk is fine");
    assert_eq!(verdict, Verdict::Unreadable);
    assert!(start.elapsed() < WALL_MAX + Duration::from_secs(5));
    assert!(!output.exists());
    let grandchild = fs::read_to_string(bench.path("pid")).expect("it was started");
    let state = format!("/proc/{}/stat", grandchild.trim());
    let is_gone = || fs::read_to_string(&state).map_or(true, |stat| stat.contains(") Z "));
    assert!(crate::program::wait_until(Duration::from_secs(5), is_gone));
}

#[test]
fn a_child_that_fills_the_disk_is_stopped() {
    let bench = Bench::new();
    let (input, output) = files(&bench, b"words");
    // The limit comes with the child's start; a stand-in has to wait for it, hushdesk sets its own.
    let script = "sleep 0.2; cat /dev/zero > \"$3\"; cp \"$3\" kept 2>/dev/null; wc -c < \"$3\" > size; \
        echo '{}'";
    let verdict = run(&stand_in(&bench, script), &input, &output).expect("the disk is fine");
    assert_eq!(verdict, Verdict::Unreadable);
    assert!(!output.exists());
    let size = fs::read_to_string(bench.path("size")).expect("it was written");
    let size: u64 = size.trim().parse().expect("a number");
    assert!(size <= GROWTH_MAX_BYTES + 5, "{size}");
}

#[test]
fn the_child_sees_nothing_of_its_parents_environment() {
    // Cargo and the test's runner set many variables.
    assert!(std::env::vars().count() > 3);
    let bench = Bench::new();
    let (input, output) = files(&bench, b"words");
    let script = "/usr/bin/env > seen; cat \"$2\" > \"$3\"; echo '{\"cleaned\":\"txt\"}'";
    let verdict = run(&stand_in(&bench, script), &input, &output).expect("the disk is fine");
    assert_eq!(verdict, Verdict::Cleaned(Format::Text));
    let seen = fs::read_to_string(bench.path("seen")).expect("it was written");
    for line in seen.lines() {
        // What a shell sets for itself.
        let is_own = ["PWD=", "_=", "SHLVL=", "OLDPWD="]
            .iter()
            .any(|own| line.starts_with(own));
        assert!(is_own, "{line}");
    }
}

#[test]
fn a_program_or_an_input_that_is_missing_is_the_disks_fault() {
    let bench = Bench::new();
    let (input, output) = files(&bench, b"words");
    let missing = ChildCleaner::new(bench.path("nowhere"));
    let error = run(&missing, &input, &output).expect_err("there is no program");
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let child = ChildCleaner::new(PathBuf::from(PROGRAM));
    assert!(run(&child, &bench.path("nothing"), &output).is_err());
}

#[test]
fn the_command_says_one_line_and_never_a_name() {
    let bench = Bench::new();
    let (input, output) = files(&bench, &marked_jpeg(1));
    let ask = |input: &Path| {
        let asked = Command::new(PROGRAM)
            .arg("clean")
            .args([input, &output])
            .env_clear()
            .output();
        let asked = asked.expect("it starts");
        let text = |bytes| String::from_utf8(bytes).expect("it is text");
        (asked.status.code(), text(asked.stdout), text(asked.stderr))
    };
    assert_eq!(
        ask(&input),
        (Some(0), "{\"cleaned\":\"jpg\"}\n".to_owned(), String::new())
    );
    let (code, line, sentence) = ask(&bench.path("holiday"));
    assert_eq!((code, line.as_str()), (Some(74), ""));
    assert!(
        sentence.starts_with("error: ") && !sentence.contains("holiday"),
        "{sentence}"
    );
}

#[test]
fn a_package_that_explodes_stays_within_the_limits_of_the_child() {
    let bench = Bench::new();
    let zeros = vec![0; 100 * 1024 * 1024];
    let mut parts: Vec<(String, &[u8])> = vec![
        ("[Content_Types].xml".to_owned(), b"<Types/>"),
        ("word/document.xml".to_owned(), b"<w:document/>"),
    ];
    parts.extend((0..4).map(|number| (format!("word/fonts/{number}.odttf"), &zeros[..])));
    let parts: Vec<(&str, &[u8])> = parts
        .iter()
        .map(|(name, part)| (&name[..], *part))
        .collect();
    let (input, output) = files(&bench, &package(&parts));
    let child = ChildCleaner::new(PathBuf::from(PROGRAM));
    let verdict = run(&child, &input, &output).expect("the disk is fine");
    assert_eq!(verdict, Verdict::Unreadable);
    assert!(!output.exists());
}
