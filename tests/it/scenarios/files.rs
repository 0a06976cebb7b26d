//! Files are fetched, cleaned and sent on under neutral names, in both directions.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hushdesk::domain::rules::carriers::{Carrier, Direction, Policy, Treatment};
use hushdesk::domain::settings::{LargeFiles, Privacy, UncleanFiles, WhenDown};
use hushdesk::sandbox::content::{self, Piece};
use hushdesk::sandbox::{Fault, FaultRule};
use hushdesk::work::clamd::{Scan, Scanned};

use super::carrying::open_ticket;
use crate::harness::{Reads, Scenario, Setup, bot_test, bot_test_with};

fn with(privacy: Privacy) -> Setup {
    Setup {
        privacy,
        ..Setup::default()
    }
}

/// A file of somebody's, with their marks in it.
fn file(t: &mut Scenario, name: &str, kind: &str, words: &str) -> Piece {
    t.person(name);
    t.marked(name).piece(kind, words)
}

/// A document with these bytes.
fn bytes(name: &str, file_name: &str, bytes: &[u8]) -> Piece {
    let mut content = content::document(name, file_name, "application/pdf", "look");
    content["document"]["file_size"] = bytes.len().into();
    let files = vec![(format!("document-{name}"), bytes.into())];
    Piece { content, files }
}

#[test]
fn every_file_loses_its_name_and_what_it_says_about_its_maker() {
    let kinds = [
        ("document_jpeg", "document-1.jpg"),
        ("document_png", "document-1.png"),
        ("document_pdf", "document-1.pdf"),
        ("document_docx", "document-1.docx"),
        ("document_mp3", "document-1.mp3"),
        ("audio", "audio-1.mp3"),
    ];
    for (kind, name) in kinds {
        bot_test(|t| {
            open_ticket(t);
            let ours = file(t, "ann", kind, "look here");
            t.client("ann").sends(ours);
            t.topic("ann").expect_file(|found, bytes| {
                assert_eq!(found, name);
                assert!(!bytes.is_empty());
            });
            let theirs = file(t, "sam", kind, "look there");
            let reply = t.agent("sam").sends_in("ann", theirs);
            let second = name.replace("-1.", "-2.");
            t.client("ann")
                .expect_file(|found, _| assert_eq!(found, second));
            t.topic("ann").expect_mark(reply, "👌");
            assert_eq!(t.spooled(), [""; 0]);
        });
    }
}

#[test]
fn caption_label_and_reply_are_kept() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").says("which paper?");
        t.topic("ann").expect("which paper?");
        let paper = file(t, "sam", "document_pdf", "this one");
        let sam = t.agent("sam").in_topic_of("ann");
        sam.replies_to("which paper?").sends(paper);
        let answer = t.client("ann").expect_reply_to("which paper?");
        assert_eq!(answer.text(), "Live Support: this one");
    });
}

#[test]
fn what_is_written_while_a_file_is_cleaned_follows_it() {
    bot_test(|t| {
        open_ticket(t);
        t.sandbox.plan(FaultRule {
            times: 3,
            ..FaultRule::once("getFile", Fault::Internal500)
        });
        let paper = file(t, "ann", "document_pdf", "the paper");
        t.client("ann").drops(paper, None);
        t.client("ann")
            .drops(content::text("did you get it?"), None);
        t.rest();
        t.topic("ann").expect("the paper");
        t.topic("ann").expect("did you get it?");
    });
}

#[test]
fn an_album_of_documents_stays_an_album() {
    bot_test(|t| {
        open_ticket(t);
        t.person("ann");
        let album = t.marked("ann").album("documents", "papers", 3);
        t.client("ann").sends_album(album);
        t.rest();
        let album = t.topic("ann").expect_album(3);
        let names: Vec<&str> = album
            .iter()
            .filter_map(|item| item.file())
            .map(|file| file.1)
            .collect();
        assert_eq!(
            names,
            ["document-1.pdf", "document-2.jpg", "document-3.pdf"]
        );
        assert_eq!(t.spooled(), [""; 0]);
    });
}

fn large(name: &str) -> Piece {
    let mut piece = bytes(name, "Surnameannmark.pdf", b"%PDF");
    piece.content["document"]["file_size"] = (21 * 1024 * 1024).into();
    piece
}

#[test]
fn a_file_that_is_too_large_to_be_fetched_is_withheld_with_a_word_to_both_sides() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann")
            .sends(large("film"))
            .expect_part("larger than 20 MB");
        t.topic("ann").expect_part("larger than 20 MB");
        t.topic("ann").expect("look");
        let message = t.agent("sam").sends_in("ann", large("film"));
        t.topic("ann")
            .expect_part("was not delivered: it is larger");
        t.topic("ann").expect_mark(message, "💔");
        t.client("ann").expect("Live Support: look");
    });
}

#[test]
fn a_file_that_is_too_large_passes_where_the_operator_says_so() {
    let privacy = Privacy {
        large_files: LargeFiles::Pass,
        ..Privacy::default()
    };
    bot_test_with(with(privacy), |t| {
        open_ticket(t);
        t.allowed.reveals("ann", "last_name");
        t.client("ann").sends(large("film"));
        t.topic("ann").expect_part("metadata was not removed");
        let message = t.agent("sam").sends_in("ann", large("another film"));
        t.client("ann").expect("Live Support: look");
        t.topic("ann").expect_part("metadata was not removed");
        t.topic("ann").expect_mark(message, "👌");
    });
}

#[test]
fn a_file_that_cannot_be_cleaned_passes_with_a_mark() {
    bot_test(|t| {
        open_ticket(t);
        for (name, file_name, expected) in [
            ("a", "notes.xyz", "document-1.bin"),
            ("b", "setup.EXE", "document-2.exe"),
            ("c", "Surnameannmark", "document-3.bin"),
            ("d", "broken.pdf", "document-4.pdf"),
        ] {
            t.client("ann").sends(bytes(
                name,
                file_name,
                b"\x7f\0\x01\xff nothing that anybody knows",
            ));
            t.pass(Duration::from_secs(10));
            let message = t.topic("ann").expect_kind("document");
            assert_eq!(
                message.text(),
                "look\n⚠️ This file's metadata was not removed."
            );
            assert_eq!(message.file().map(|file| file.1), Some(expected));
        }
        t.agent("sam")
            .sends_in("ann", bytes("e", "x.pdf", b"\x7f\0\x01\xff"));
        t.client("ann").expect("Live Support: look");
        t.topic("ann").expect_part("metadata was not removed");
    });
}

#[test]
fn a_file_that_cannot_be_cleaned_is_withheld_where_the_operator_says_so() {
    let privacy = Privacy {
        unclean_files: UncleanFiles::Withhold,
        ..Privacy::default()
    };
    bot_test_with(with(privacy), |t| {
        open_ticket(t);
        let film = file(t, "ann", "document_mp4", "a film");
        t.client("ann")
            .sends(film)
            .expect_part("could say who made it");
        t.topic("ann").expect_part("could say who made it");
        t.topic("ann").expect("a film");
        let film = file(t, "sam", "document_mp4", "a film");
        let message = t.agent("sam").sends_in("ann", film);
        t.topic("ann")
            .expect_part("was not delivered: what it says");
        t.topic("ann").expect_mark(message, "💔");
        t.client("ann").expect("Live Support: a film");
        assert_eq!(t.spooled(), [""; 0]);
    });
}

#[test]
fn the_words_of_a_withheld_file_stay_before_what_was_written_after_them() {
    let privacy = Privacy {
        unclean_files: UncleanFiles::Withhold,
        ..Privacy::default()
    };
    bot_test_with(with(privacy), |t| {
        open_ticket(t);
        let film = file(t, "sam", "document_mp4", "a film");
        t.sandbox
            .plan(FaultRule::once("getFile", Fault::Internal500));
        t.agent("sam").sends_in("ann", film);
        t.agent("sam").writes_in("ann", "what do you think of it?");
        t.pass(Duration::from_secs(60));
        t.client("ann").expect("Live Support: a film");
        t.client("ann")
            .expect("Live Support: what do you think of it?");
        t.topic("ann")
            .expect_part("was not delivered: what it says");
        let film = file(t, "ann", "document_mp4", "another film");
        t.sandbox
            .plan(FaultRule::once("getFile", Fault::Internal500));
        t.client("ann").sends(film);
        t.client("ann").says("better?");
        t.pass(Duration::from_secs(60));
        t.topic("ann").expect_part("could say who made it");
        t.topic("ann").expect("another film");
        t.topic("ann").expect("better?");
        t.client("ann").expect_part("could say who made it");
    });
}

#[test]
fn the_words_of_a_file_that_telegram_never_takes_stand_there() {
    bot_test(|t| {
        open_ticket(t);
        let paper = file(t, "ann", "document_pdf", "see here");
        let refusal = Fault::Refuse {
            code: 400,
            description: "Bad Request: PHOTO_SAVE_FILE_INVALID".to_owned(),
            parameters: None,
        };
        let rule = FaultRule::once("sendDocument", refusal);
        t.sandbox.plan(FaultRule { times: 100, ..rule });
        t.client("ann").sends(paper);
        t.client("ann").says("and a word");
        t.pass(Duration::from_secs(300));
        t.topic("ann").expect_part("could not be");
        t.topic("ann").expect("see here");
        t.topic("ann").expect("and a word");
        t.client("ann").expect_part("could not be passed on");
    });
}

#[test]
fn damaged_and_hostile_files_stop_nobody() {
    bot_test(|t| {
        open_ticket(t);
        let pdf = file(t, "ann", "document_pdf", "x").files[0].1.to_vec();
        let docx = file(t, "ann", "document_docx", "x").files[0].1.to_vec();
        t.allowed.reveals("ann", "first_name");
        t.allowed.reveals("ann", "last_name");
        let hostile: [Vec<u8>; 4] = [
            pdf[..pdf.len() / 2].to_vec(),
            docx[..docx.len() - 7].to_vec(),
            [pdf.clone(), docx.clone()].concat(),
            b"\xff\xd8\xff\xe1\xff\xff".to_vec(),
        ];
        for (index, bytes_of) in hostile.iter().enumerate() {
            t.client("ann")
                .sends(bytes(&format!("h{index}"), "x.pdf", bytes_of));
            t.client("ann").says("and a word");
            t.pass(Duration::from_secs(60));
            t.topic("ann").expect_part("look");
            t.topic("ann").expect("and a word");
        }
        assert_eq!(t.spooled(), [""; 0]);
    });
}

#[test]
fn a_named_film_is_a_file_and_one_of_an_apps_own_is_copied() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").sends(content::video("v", "mine"));
        t.topic("ann").expect("mine");
        let copied = |t: &Scenario| {
            let calls = t.sandbox.calls();
            calls
                .iter()
                .filter(|call| call.method == "copyMessage")
                .count()
        };
        assert_eq!(copied(t), 1);
        for mark in ["last_name", "place"] {
            t.allowed.reveals("ann", mark);
        }
        let named = file(t, "ann", "video", "a file");
        t.client("ann").sends(named);
        t.topic("ann")
            .expect_file(|name, _| assert_eq!(name, "video-1.mp4"));
        assert_eq!(copied(t), 1);
    });
}

#[test]
fn files_are_copied_where_the_policy_lets_all_of_them_pass() {
    let files = [Carrier::FileName, Carrier::FileMetadata];
    let policy = files
        .into_iter()
        .fold(Policy::default(), |policy, carrier| {
            let direction = Direction::ToDesk;
            policy
                .with(carrier, direction, Treatment::Pass)
                .expect("files may pass")
        });
    let privacy = Privacy {
        policy,
        ..Privacy::default()
    };
    bot_test_with(with(privacy), |t| {
        open_ticket(t);
        for mark in ["first_name", "last_name", "username"] {
            t.allowed.reveals("ann", mark);
        }
        let paper = file(t, "ann", "document_pdf", "as it is");
        t.client("ann").sends(paper);
        let post = t.topic("ann").expect_kind("document");
        assert!(
            post.file()
                .is_some_and(|file| file.1.contains("Surnameannmark"))
        );
        // The other direction has not been changed.
        let paper = file(t, "sam", "document_pdf", "cleaned");
        t.agent("sam").sends_in("ann", paper);
        t.client("ann")
            .expect_file(|name, _| assert_eq!(name, "document-1.pdf"));
    });
}

/// A scanner that finds a virus in files that say so, and can be away.
#[derive(Default)]
struct Scanner {
    is_down: AtomicBool,
}

impl Scan for Scanner {
    fn scan<'a>(
        &'a self,
        file: &'a Path,
    ) -> std::pin::Pin<Box<dyn Future<Output = std::io::Result<Scanned>> + Send + 'a>> {
        let found = if self.is_down.load(Ordering::Relaxed) {
            Err(std::io::ErrorKind::ConnectionRefused.into())
        } else {
            std::fs::read(file).map(
                |bytes| match bytes.windows(5).any(|part| part == b"virus") {
                    true => Scanned::Infected,
                    false => Scanned::Clean,
                },
            )
        };
        Box::pin(std::future::ready(found))
    }
}

fn scanning(when_down: WhenDown) -> (Setup, Arc<Scanner>) {
    let scanner = Arc::new(Scanner::default());
    let setup = Setup {
        scanner: Some(scanner.clone()),
        when_scanner_is_down: when_down,
        ..Setup::default()
    };
    (setup, scanner)
}

#[test]
fn an_infected_file_is_withheld_with_a_word_to_both_sides() {
    let (setup, _scanner) = scanning(WhenDown::Wait);
    bot_test_with(setup, |t| {
        open_ticket(t);
        let ill = || bytes("v", "x.pdf", b"a virus");
        t.client("ann")
            .sends(ill())
            .expect_part("a virus was found");
        t.topic("ann").expect_part("a virus was found");
        t.topic("ann").expect("look");
        let message = t.agent("sam").sends_in("ann", ill());
        t.topic("ann").expect_part("was not delivered: a virus");
        t.topic("ann").expect_mark(message, "💔");
        t.client("ann").expect("Live Support: look");
        let paper = file(t, "ann", "document_pdf", "a good one");
        t.client("ann").sends(paper);
        t.topic("ann").expect("a good one");
        assert_eq!(t.spooled(), [""; 0]);
    });
}

#[test]
fn while_the_scanner_is_away_files_wait_and_keep_their_place() {
    let (setup, scanner) = scanning(WhenDown::Wait);
    bot_test_with(setup, |t| {
        open_ticket(t);
        scanner.is_down.store(true, Ordering::Relaxed);
        let paper = file(t, "ann", "document_pdf", "the paper");
        t.client("ann").sends(paper).says("and a word");
        t.pass(Duration::from_secs(120));
        t.general().expect_part("The virus scanner does not answer");
        t.topic("ann").expect_part("A file waits here");
        assert!(t.topic("ann").try_next().is_none(), "it waits");
        scanner.is_down.store(false, Ordering::Relaxed);
        t.rest();
        t.topic("ann").expect("the paper");
        t.topic("ann").expect("and a word");
    });
}

#[test]
fn while_the_scanner_is_away_files_pass_where_the_operator_says_so() {
    let (setup, scanner) = scanning(WhenDown::Pass);
    bot_test_with(setup, |t| {
        open_ticket(t);
        scanner.is_down.store(true, Ordering::Relaxed);
        let paper = file(t, "ann", "document_pdf", "the paper");
        t.client("ann").sends(paper);
        t.topic("ann").expect("the paper");
    });
}

#[test]
fn a_caption_of_an_album_that_could_only_be_copied_is_posted_anew_when_it_changes() {
    bot_test(|t| {
        open_ticket(t);
        t.person("ann");
        let mut album = t.marked("ann").album("live", "holiday", 2);
        let mut changed = album[0].clone();
        changed.content["caption"] = "winter".into();
        album[0].content["caption"] = "summer".into();
        t.client("ann").sends_album(album);
        t.rest();
        t.topic("ann").expect_album(2);
        t.topic("ann").expect("summer");
        t.client("ann").edits("summer", changed);
        t.topic("ann").expect_part("Edited");
        t.topic("ann").expect("winter");
    });
}
