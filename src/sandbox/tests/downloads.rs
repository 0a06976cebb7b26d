//! Files on their way to a bot.

use super::*;
use crate::sandbox::Download;
use crate::sandbox::content;
use crate::sandbox::faults::{Fault, FaultRule};

#[test]
fn a_download_can_fail_like_anything_else() {
    let desk = Desk::new();
    desk.ann_sends(content::photo("p", ""));
    desk.sandbox.put_file("photo-p-m", b"bytes!".as_slice());
    let file = desk.call("getFile", json!({"file_id": "photo-p-m"}));
    let path = file["file_path"].as_str().expect("a path");
    let fetch = |path: &str| desk.sandbox.fetch(TOKEN, path, NOW);
    let whole = Download::File(b"bytes!".as_slice().into());
    assert_eq!(fetch(path), whole);
    let table = [
        (Fault::CutAfter, Download::Failed(Answer::CutAfter)),
        (Fault::HangAfter, Download::Failed(Answer::Hang)),
        (Fault::Garbage, Download::File(b"byt".as_slice().into())),
        (
            Fault::Slow { ms: 900 },
            Download::Slow {
                delay_ms: 900,
                then: Box::new(whole.clone()),
            },
        ),
    ];
    for (fault, expected) in table {
        desk.sandbox
            .plan(FaultRule::once("download", fault.clone()));
        assert_eq!(fetch(path), expected, "{fault:?}");
    }
    assert_eq!(fetch(path), whole);
    let Download::Failed(answer) = fetch("photos/unknown") else {
        panic!("there is no such file");
    };
    assert_eq!(answer.status(), 404);
    desk.expect_no_violation();
}

#[test]
fn files_that_are_too_big_cannot_be_fetched() {
    let desk = Desk::new();
    let mut document = content::document("d", "x.zip", "application/zip", "");
    document["document"]["file_size"] = (20 * 1_024 * 1_024 + 1).into();
    desk.ann_sends(document);
    assert_eq!(
        desk.refused("getFile", json!({"file_id": "document-d"})),
        "400 Bad Request: file is too big"
    );
    let copy = json!({"chat_id": desk.group, "from_chat_id": ANN, "message_id": 1});
    desk.call("copyMessage", copy);
    desk.expect_no_violation();
}
