//! The demo as a newcomer starts it: the real program, with nothing set up.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// `hushdesk demo` with these arguments and this input, to its end. Its temporary files go into a
/// folder of the test's own, which has to be empty afterwards.
fn demo(arguments: &[&str], input: &str) -> String {
    let folder = TempDir::new().expect("a temporary folder can be made");
    let mut child = Command::new(env!("CARGO_BIN_EXE_hushdesk"))
        .arg("demo")
        .args(arguments)
        .env("TMPDIR", folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    let mut stdin = child.stdin.take().expect("the input is piped");
    // A demo that needs no input may be done with it before we are.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("the demo ends");
    let printed = String::from_utf8(output.stdout.clone()).expect("it prints text");
    assert!(
        output.status.success(),
        "{printed}\n{}\n{}",
        String::from_utf8_lossy(&output.stderr),
        logs(folder.path())
    );
    assert_plain(&output, &printed);
    let left: Vec<_> = fs::read_dir(folder.path())
        .expect("the folder is there")
        .collect();
    assert!(left.is_empty(), "left behind: {left:?}");
    printed
}

/// No colours into a pipe, nothing wider than a terminal, nothing said to be wrong.
fn assert_plain(output: &Output, printed: &str) {
    assert!(!printed.contains('\u{1b}'), "{printed}");
    for line in printed.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

/// What the bots of a failed demo have logged.
fn logs(folder: &Path) -> String {
    let folders = fs::read_dir(folder).into_iter().flatten().flatten();
    folders
        .filter_map(|folder| fs::read_to_string(folder.path().join("bot.log")).ok())
        .collect()
}

/// Lines of the output stand in this order; others may stand between them.
fn assert_in_order(printed: &str, expected: &[&str]) {
    let mut lines = printed.lines();
    for part in expected {
        assert!(
            lines.any(|line| line.contains(part)),
            "“{part}” is missing, or not where it should be, in:\n{printed}"
        );
    }
}

#[test]
fn the_script_plays_a_whole_conversation() {
    let printed = demo(&["--script"], "");
    assert_in_order(
        &printed,
        &[
            "client ann> /start",
            "ann's phone │ Hello!",
            "client ann> Hello, my order is lost",
            "│ 🟢 open · opened",
            "agent sam> Which number does it have?",
            "ann's phone │ Live Support: Which number does it have?",
            "│ 👌 on “Which number does it have?”",
            "client ann> (sends a photo of the receipt)",
            "│ [photo] the receipt",
            "agent sam> // the courier loses one a week",
            "client ann> (sends the file “Contract of Ann Lindqvist.pdf”)",
            "│ [document] document-1.pdf",
            "client ann> Call me at +49 171 5550199",
            "│ Call me at ▒▒▒",
            "agent sam> Or write to @sam_achterberg",
            "│ Not sent: it holds @sam_achterberg",
            "ann's phone │ Live Support: Or write here, any time",
            "operator> kill",
            "client ann> It was sent on Monday.",
            "operator> start",
            "ann's phone │ Live Support: It will be with you tomorrow.",
            "agent sam> (deletes the topic by mistake)",
            "│ (a topic is opened)",
            "│ Is it on its way now?",
            "agent sam> /close on its way",
            "✔ ann and sam talked",
            "✔ Around a kill -9, 5 messages were written",
            "✔ The ticket was closed",
        ],
    );
    // The line may be broken anywhere.
    let unbroken: Vec<&str> = printed.split_whitespace().collect();
    let unbroken = unbroken.join(" ");
    assert!(unbroken.contains("All 5 arrived, in order"), "{printed}");
    assert!(unbroken.contains("nothing was lost"), "{printed}");
    assert!(!printed.contains("ann's phone │ the courier"), "{printed}");
    // The client and the desk are told at the same time.
    assert_in_order(
        &printed,
        &[
            "client ann> Hello, my order is lost",
            "ann's phone │ Support ticket #SUPP-",
            "agent sam> Which number does it have?",
        ],
    );
}

#[test]
fn piped_lines_play_both_sides_and_a_kill() {
    let printed = demo(
        &[],
        "bob: is anybody there?\n\
         sam: yes, how can I help?\n\
         what is this\n\
         kill\n\
         bob: the lamp is broken\n\
         start\n\
         sam: a new one is on its way\n\
         topics\n",
    );
    assert_in_order(
        &printed,
        &[
            "client bob> is anybody there?",
            "│ is anybody there?",
            "agent sam> yes, how can I help?",
            "bob's phone │ Live Support: yes, how can I help?",
            "That was not understood. What can be typed:",
            "operator> kill",
            "the bot │ is dead: SIGKILL",
            "client bob> the lamp is broken",
            "operator> start",
            "│ the lamp is broken",
            "agent sam> a new one is on its way",
            "bob's phone │ Live Support: a new one is on its way",
        ],
    );
    assert!(printed.contains("open  ← sam is here"), "{printed}");
}

#[test]
fn quit_ends_the_demo_although_more_could_be_typed() {
    let printed = demo(&[], "sam: too early\nquit\nann: too late\n");
    assert_in_order(
        &printed,
        &["sam cannot: there is no such topic. A client's first message opens one."],
    );
    assert!(!printed.contains("too late"), "{printed}");
}
