//! Captions as long as Premium lets them be, which a bot may not set: what is too long stands behind its
//! medium as words, and follows changes.

use std::time::Duration;

use hushdesk::domain::settings::{LargeFiles, Privacy};
use hushdesk::sandbox::content::{self, Piece};
use hushdesk::sandbox::{Fault, FaultRule, MessageView};

use super::carrying::open_ticket;
use crate::harness::{Reads, Scenario, Setup, bot_test, bot_test_with};

fn long() -> String {
    "word ".repeat(300).trim_end().to_owned()
}

/// What stands in a place and is a medium.
fn media(all: Vec<MessageView>) -> Vec<MessageView> {
    let is_medium = |message: &MessageView| message.kind != "text" && !message.service;
    all.into_iter()
        .filter(|message| is_medium(message) && message.from_bot && !message.deleted)
        .collect()
}

#[test]
fn a_caption_that_grows_too_long_while_it_waits_arrives_as_words() {
    bot_test(|t| {
        open_ticket(t);
        let wait = Fault::RetryAfter { seconds: 30 };
        t.sandbox.plan(FaultRule::once("sendMessage", wait));
        t.client("ann").says("a text that meets the wait");
        t.client("ann").sends(content::photo("p", "short"));
        t.client("ann").says("and a word");
        t.client("ann").edits("short", content::photo("p", &long()));
        t.pass(Duration::from_secs(120));
        t.topic("ann").expect("a text that meets the wait");
        assert_eq!(t.topic("ann").expect_kind("photo").text(), "");
        t.topic("ann").expect(&long());
        t.topic("ann").expect("and a word");
    });
}

#[test]
fn a_long_caption_that_becomes_short_leaves_nothing_of_the_long_one() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").sends(content::photo("p", &long()));
        assert_eq!(t.topic("ann").expect_kind("photo").text(), "");
        t.topic("ann").expect(&long());
        t.client("ann").edits("word", content::photo("p", "short"));
        t.topic("ann")
            .expect_edited("short")
            .expect_gone("word word");
        let photos = media(t.topic("ann").all());
        assert_eq!(photos.len(), 1, "{photos:#?}");
        // And grows again.
        t.client("ann").edits("short", content::photo("p", &long()));
        t.topic("ann").expect(&long());
        let photos = media(t.topic("ann").all());
        assert_eq!(photos.iter().map(MessageView::text).collect::<String>(), "");
        let other = long().replace("word", "term");
        t.client("ann").edits("word", content::photo("p", &other));
        t.topic("ann").expect_edited("term term");
    });
}

#[test]
fn a_long_caption_of_an_agents_file_follows_changes() {
    bot_test(|t| {
        open_ticket(t);
        let paper = |caption: &str| {
            let mut paper = content::document("a", "notes.txt", "text/plain", "look");
            paper["caption"] = caption.into();
            Piece {
                content: paper,
                files: vec![("document-a".to_owned(), b"words".to_vec().into())],
            }
        };
        let message = t.agent("sam").sends_in("ann", paper(&long()));
        assert_eq!(t.client("ann").expect_kind("document").text(), "");
        t.client("ann").expect(&format!("Live Support: {}", long()));
        let sam = t.agent("sam").in_topic_of("ann");
        sam.edits(message, paper("short"));
        t.client("ann")
            .expect_edited("Live Support: short")
            .expect_gone("word word");
    });
}

#[test]
fn another_photo_brings_a_caption_that_fits_and_its_words() {
    bot_test(|t| {
        open_ticket(t);
        t.client("ann").sends(content::photo("p", "first"));
        t.topic("ann").expect("first");
        t.client("ann").edits("first", content::photo("q", &long()));
        t.topic("ann").expect(&long());
        let photos = media(t.topic("ann").all());
        assert_eq!(photos.len(), 1, "{photos:#?}");
        assert_eq!(photos[0].text(), "");
        t.client("ann").edits("word", content::photo("r", "last"));
        t.topic("ann")
            .expect_edited("last")
            .expect_gone("word word");
    });
}

#[test]
fn an_albums_long_caption_follows_changes() {
    bot_test(|t| {
        open_ticket(t);
        let photos = vec![
            content::photo("p", &long()).into(),
            content::photo("q", "").into(),
        ];
        t.client("ann").sends_album(photos);
        t.rest();
        t.topic("ann").expect_album(2);
        t.topic("ann").expect(&long());
        t.client("ann").edits("word", content::photo("p", "short"));
        t.topic("ann")
            .expect_edited("short")
            .expect_gone("word word");
    });
}

fn unclean(name: &str, caption: &str) -> Piece {
    let mut content = content::document(name, "notes.xyz", "application/pdf", "look");
    content["document"]["file_size"] = 4.into();
    content["caption"] = caption.into();
    Piece {
        content,
        files: vec![(
            format!("document-{name}"),
            b"\x7f\0\x01\xff".to_vec().into(),
        )],
    }
}

#[test]
fn the_mark_of_a_file_that_was_not_cleaned_is_never_left_out() {
    const MARK: &str = "metadata was not removed";
    bot_test(|t| {
        open_ticket(t);
        let full = "w".repeat(1_020);
        t.client("ann").sends(unclean("a", &full));
        t.topic("ann").expect(&full);
        t.topic("ann").expect_part(MARK);
        // A caption that changes keeps it.
        t.client("ann").sends(unclean("b", "look"));
        t.topic("ann").expect_part(MARK);
        t.client("ann").edits("look", unclean("b", "look here"));
        let marked = format!("look here\n⚠️ This file's {MARK}.");
        t.topic("ann").expect_edited(&marked);
    });
}

#[test]
fn files_of_an_album_that_are_too_large_to_clean_are_marked() {
    let setup = Setup {
        privacy: Privacy {
            large_files: LargeFiles::Pass,
            ..Privacy::default()
        },
        ..Setup::default()
    };
    bot_test_with(setup, |t: &mut Scenario| {
        open_ticket(t);
        let large = |name: &str| {
            let mut piece = unclean(name, "");
            piece.content["document"]["file_size"] = 30_000_000.into();
            piece
        };
        t.client("ann").sends_album(vec![large("a"), large("b")]);
        t.rest();
        t.topic("ann").expect_album(2);
        for _ in 0..2 {
            t.topic("ann").expect_part("metadata was not removed");
        }
    });
}
