//! Files while Telegram, what hands out its files, or the disk does not work: they wait for as long as that lasts.

use std::time::Duration;

use hushdesk::sandbox::Fault;
use hushdesk::sandbox::content::Piece;

use super::carrying::open_ticket;
use super::pacing::reads_everything;
use crate::harness::{Reads, Scenario, bot_test};

const MINUTE: Duration = Duration::from_secs(60);

/// A paper of ann's.
fn paper(t: &mut Scenario) -> Piece {
    t.person("ann");
    t.marked("ann").piece("document_pdf", "the paper")
}

/// How often the work on the only file was begun and counted.
fn attempts(t: &Scenario) -> u32 {
    t.database(|db| db.query_row("SELECT attempts FROM jobs", [], |row| row.get(0)))
        .expect("there is one file")
}

#[test]
fn hours_without_a_usable_answer_cost_no_file() {
    for everywhere in [true, false] {
        bot_test(|t| {
            open_ticket(t);
            let paper = paper(t);
            t.sandbox.set_fault_hook(Box::new(move |call| {
                let is_met = match everywhere {
                    true => call.method != "getUpdates",
                    false => call.method == "getFile",
                };
                is_met.then_some(Fault::BadGatewayHtml)
            }));
            t.client("ann").sends(paper).says("and a word");
            t.pass(180 * MINUTE);
            match everywhere {
                // While Telegram as a whole is out of reach nothing is used up.
                true => assert!(attempts(t) < 10, "{}", attempts(t)),
                false => {
                    t.topic("ann").expect_part("A file waits here");
                }
            }
            assert!(t.topic("ann").try_next().is_none(), "all of it waits");
            t.sandbox.clear_faults();
            t.pass(6 * MINUTE);
            let paper = t.topic("ann").expect_kind("document");
            assert_eq!(paper.text(), "the paper");
            t.topic("ann").expect("and a word");
            reads_everything(t);
        });
    }
}

/// Telegram does not tell a file that it lost from one that it has not just now.
#[test]
fn a_file_that_may_be_gone_holds_up_what_follows_for_an_hour_and_not_for_a_day() {
    bot_test(|t| {
        open_ticket(t);
        let paper = paper(t);
        t.sandbox.set_fault_hook(Box::new(move |call| {
            (call.method == "getFile").then_some(Fault::Refuse {
                code: 400,
                description: "Bad Request: wrong file_id or the file is temporarily unavailable"
                    .to_owned(),
                parameters: None,
            })
        }));
        t.client("ann").sends(paper).says("and a word");
        t.pass(60 * MINUTE);
        t.topic("ann").expect_part("A file waits here");
        assert!(t.topic("ann").try_next().is_none(), "it may still come");
        t.pass(30 * MINUTE);
        t.topic("ann").expect_part("could not be fetched");
        t.topic("ann").expect("the paper").expect("and a word");
        reads_everything(t);
    });
}

#[test]
fn a_disk_that_takes_no_cleaned_file_for_hours_costs_none() {
    bot_test(|t| {
        open_ticket(t);
        let paper = paper(t);
        // Where the cleaned file has to go nothing can be written.
        let place = t.spool().join("job-1.clean");
        std::fs::create_dir(&place).expect("it can be made");
        t.client("ann").sends(paper).says("and a word");
        t.pass(120 * MINUTE);
        assert!(t.topic("ann").try_next().is_none(), "all of it waits");
        assert_eq!(attempts(t), 0);
        std::fs::remove_dir(&place).expect("it is empty");
        t.pass(MINUTE);
        t.topic("ann").expect("the paper").expect("and a word");
    });
}
