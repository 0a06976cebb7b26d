//! The name of a file and what is written inside of it, let over one without the other.

use hushdesk::domain::rules::carriers::{Carrier, Direction, Policy, Treatment};
use hushdesk::domain::settings::Privacy;
use hushdesk::sandbox::content::Piece;
use hushdesk::sandbox::marked::Haystack;

use super::carrying::open_ticket;
use crate::harness::{Reads, Scenario, Setup, bot_test_with};

/// These go over, both ways.
fn letting(carriers: &[Carrier]) -> Setup {
    let mut policy = Policy::default();
    for carrier in carriers {
        for direction in Direction::ALL {
            policy = policy
                .with(*carrier, direction, Treatment::Pass)
                .expect("files may pass");
        }
    }
    Setup {
        privacy: Privacy {
            policy,
            ..Privacy::default()
        },
        ..Setup::default()
    }
}

/// A picture of ann's that says who she is, by its name and inside.
fn scan(t: &mut Scenario) -> Piece {
    t.person("ann");
    let piece = t.marked("ann").piece("document_jpeg", "scan");
    let name = piece.content["document"]["file_name"].as_str();
    assert!(name.is_some_and(|name| name.contains("Surnameannmark")));
    piece
}

/// Whether these bytes say who ann is.
fn say_who(t: &Scenario, bytes: &[u8]) -> bool {
    let hay = Haystack::of_bytes(bytes);
    let needles = t.marked("ann").needles();
    needles.iter().any(|needle| needle.is_in(&hay))
}

#[test]
fn a_file_that_keeps_its_name_is_cleaned_all_the_same() {
    bot_test_with(letting(&[Carrier::FileName]), |t| {
        open_ticket(t);
        for mark in ["first_name", "last_name", "username"] {
            t.allowed.reveals("ann", mark);
        }
        let piece = scan(t);
        t.client("ann").sends(piece);
        let post = t.topic("ann").expect_kind("document");
        let (id, name) = post.file().expect("it is a file");
        assert!(name.contains("Surnameannmark"), "{name}");
        let bytes = t.sandbox.file(id).expect("it has bytes");
        assert!(!bytes.is_empty() && !say_who(t, &bytes));
    });
}

#[test]
fn a_file_that_is_not_cleaned_goes_under_a_plain_name() {
    bot_test_with(letting(&[Carrier::FileMetadata]), |t| {
        open_ticket(t);
        for mark in ["first_name", "last_name", "username", "place"] {
            t.allowed.reveals("ann", mark);
        }
        let piece = scan(t);
        let before = piece.files[0].1.clone();
        t.client("ann").sends(piece);
        let post = t.topic("ann").expect_kind("document");
        let (id, name) = post.file().expect("it is a file");
        assert_eq!(name, "document-1.jpg");
        let bytes = t.sandbox.file(id).expect("it has bytes");
        assert!(say_who(t, &bytes) && bytes[..] == before[..]);
    });
}

#[test]
fn a_name_that_names_somebody_reaches_no_client() {
    bot_test_with(letting(&[Carrier::FileName]), |t| {
        open_ticket(t);
        let mut piece = t.marked("sam").piece("document_pdf", "look");
        piece.content["document"]["file_name"] = "from @sam_smith.pdf".into();
        t.agent("sam").sends_in("ann", piece);
        t.topic("ann").expect_part("Not sent: it holds @sam_smith");
        t.client("ann").expect_nothing();
    });
}
