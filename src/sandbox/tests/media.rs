//! Files by id and by upload, albums.

use super::*;
use crate::sandbox::Place;
use crate::sandbox::content;
use crate::sandbox::faults::{Fault, FaultRule};

#[test]
fn a_file_keeps_its_kind_and_its_attributes() {
    let desk = Desk::new();
    desk.ann_sends(content::audio("a", "The Band", "The Song"));
    desk.ann_sends(content::document("d", "cv.pdf", "application/pdf", ""));
    let song = json!({"chat_id": ANN, "audio": "audio-a", "performer": "Nobody"});
    let sent = desk.call("sendAudio", song);
    assert_eq!(sent["audio"]["performer"], "The Band", "known by its id");
    let sent = desk.call(
        "sendDocument",
        json!({"chat_id": ANN, "document": "document-d"}),
    );
    assert_eq!(sent["document"]["file_name"], "cv.pdf");
    desk.expect_no_violation();
    let table = [
        (
            "sendPhoto",
            "photo",
            "can't use file of type Document as Photo",
        ),
        (
            "sendVoice",
            "voice",
            "can't use file of type Document as VoiceNote",
        ),
    ];
    for (method, field, expected) in table {
        let refused = desk.refused(method, json!({"chat_id": ANN, (field): "document-d"}));
        assert_eq!(refused, format!("400 Bad Request: {expected}"));
    }
}

#[test]
fn an_id_of_another_bot_is_no_file() {
    let desk = Desk::new();
    desk.sandbox.register_bot("8:other", 8, "other_bot");
    let place = Place { bot: 8, chat: ANN };
    let photo = content::photo("p", "");
    desk.sandbox
        .person_sends(ANN, place, None, photo, None, NOW)
        .expect("a client may write to any bot");
    desk.ann_writes("hi");
    assert_eq!(
        desk.refused("sendPhoto", json!({"chat_id": ANN, "photo": "photo-p-m"})),
        "400 Bad Request: wrong file identifier/HTTP URL specified"
    );
    assert_eq!(
        desk.refused("getFile", json!({"file_id": "photo-p-m"})),
        "400 Bad Request: wrong file_id or the file is temporarily unavailable"
    );
}

#[test]
fn uploads_are_named_by_their_part_of_the_form() {
    let desk = Desk::new();
    desk.ann_writes("hi");
    let to_ann = json!({"chat_id": ANN, "performer": "P"});
    let file = ("neutral.mp3", "audio/mpeg");
    let sent = desk.upload("sendAudio", to_ann, "audio", file).result();
    let audio = sent.expect("a song was sent")["audio"].clone();
    assert_eq!(audio["file_name"], "neutral.mp3");
    assert_eq!(audio["performer"], "P");
    assert!(
        audio.get("title").is_none(),
        "tags inside of it are not read"
    );
    let named = json!({"chat_id": ANN, "document": "attach://it"});
    let file = ("a.pdf", "application/pdf");
    let sent = desk.upload("sendDocument", named, "it", file).result();
    assert!(sent.is_some_and(|sent| sent["document"]["file_name"] == "a.pdf"));
    desk.expect_no_violation();
}

#[test]
fn a_document_may_turn_out_to_be_something_else() {
    let desk = Desk::new();
    desk.ann_writes("hi");
    let kind = |name: &str, mime_type: &str, forbidden: bool| {
        let params = json!({"chat_id": ANN, "disable_content_type_detection": forbidden});
        let sent = desk.upload("sendDocument", params, "document", (name, mime_type));
        let sent = sent.result().expect("a file was sent");
        let id = sent["message_id"].as_i64().expect("an id");
        desk.sandbox.message(ANN, id).expect("just sent").kind
    };
    let table = [
        ("x", "application/pdf", "document"),
        ("x", "image/jpeg", "document"),
        ("x", "image/gif", "animation"),
        ("x", "video/mp4", "video"),
        ("x", "audio/mpeg", "audio"),
        ("x.webp", "application/octet-stream", "sticker"),
        ("x.MP3", "application/octet-stream", "audio"),
        ("x.pdf", "video/mp4", "document"),
    ];
    for (name, mime_type, expected) in table {
        let case = format!("{name} {mime_type}");
        assert_eq!(kind(name, mime_type, false), expected, "{case}");
        assert_eq!(kind(name, mime_type, true), "document", "{case}");
    }
    desk.expect_no_violation();
}

#[test]
fn older_programs_find_what_they_know_beside_it() {
    let desk = Desk::new();
    desk.ann_sends(content::animation("g", ""));
    let sent = desk.call(
        "sendAnimation",
        json!({"chat_id": ANN, "animation": "animation-g"}),
    );
    assert_eq!(sent["document"]["file_id"], "animation-g");
    desk.expect_no_violation();
}

/// An album of these items into the group.
fn album(desk: &Desk, items: &[Value]) -> Answer {
    let topic = desk.topic("T");
    let params = json!({"chat_id": desk.group, "message_thread_id": topic,
        "reply_parameters": {"message_id": topic}, "media": items});
    desk.try_call("sendMediaGroup", params, 0)
}

fn item(kind: &str, media: &str) -> Value {
    json!({"type": kind, "media": media})
}

fn with_files() -> Desk {
    let desk = Desk::new();
    for content in [
        content::photo("p", ""),
        content::video("v", ""),
        content::audio("a", "P", "T"),
        content::document("d", "x.pdf", "application/pdf", ""),
        content::animation("g", ""),
        content::live_photo("l", ""),
    ] {
        desk.ann_sends(content);
    }
    desk
}

#[test]
fn albums_of_things_that_go_together() {
    let desk = with_files();
    let (photo, video) = (item("photo", "photo-p-m"), item("video", "video-v"));
    let (audio, document) = (item("audio", "audio-a"), item("document", "document-d"));
    let mut live = item("live_photo", "live_photo-l");
    live["photo"] = "photo-l-m".into();
    let table = [
        vec![photo.clone()],
        vec![photo.clone(), video.clone(), live],
        vec![audio.clone(), audio.clone()],
        vec![document.clone(), document.clone(), document.clone()],
    ];
    for items in table {
        let sent = album(&desk, &items).result().expect("an album was sent");
        let sent = sent.as_array().expect("whole messages");
        assert_eq!(sent.len(), items.len());
        for message in sent {
            assert!(message["reply_to_message"].is_object() && message["chat"].is_object());
            assert_eq!(message.get("media_group_id").is_some(), items.len() > 1);
        }
    }
    desk.expect_no_violation();
    let mixed = "can't use the media of the specified type in the album";
    let unusable = "can't parse InputMedia: type \"animation\" can't be used in sendMediaGroup";
    let unsupported = "can't parse InputMedia: type \"sticker\" is unsupported";
    let unknown = "can't parse InputMedia: unknown field performer";
    let mut odd = photo.clone();
    odd["performer"] = "P".into();
    let table = [
        (vec![photo.clone(), document], mixed),
        (vec![audio, video], mixed),
        (
            vec![item("animation", "animation-g"), photo.clone()],
            unusable,
        ),
        (
            vec![item("sticker", "sticker-s"), photo.clone()],
            unsupported,
        ),
        (vec![odd, photo.clone()], unknown),
        (vec![], "there are no messages to send"),
        (vec![photo; 11], "too many messages to send as an album"),
    ];
    for (items, expected) in table {
        let refusal = album(&desk, &items).refusal().expect("no album");
        assert_eq!(refusal, (400, format!("Bad Request: {expected}")));
    }
}

#[test]
fn an_album_mixes_uploads_with_ids() {
    let desk = with_files();
    let items = [
        item("document", "attach://it"),
        item("document", "document-d"),
    ];
    let params = json!({"chat_id": ANN, "media": items});
    let file = ("x.mp4", "video/mp4");
    let sent = desk.upload("sendMediaGroup", params, "it", file).result();
    let sent = sent.expect("an album was sent");
    let name = |index: usize| &sent[index]["document"]["file_name"];
    assert_eq!((name(0), name(1)), (&json!("x.mp4"), &json!("x.pdf")));
    desk.expect_no_violation();
    let missing = json!({"chat_id": ANN, "media": [item("photo", "attach://none")]});
    assert_eq!(
        desk.refused("sendMediaGroup", missing),
        "400 Bad Request: wrong file identifier/HTTP URL specified"
    );
}

#[test]
fn an_album_can_stop_half_way() {
    let desk = with_files();
    let fault = Fault::PartialBatch {
        items: 1,
        error: "Too Many Requests: retry after 5".to_owned(),
    };
    desk.sandbox.plan(FaultRule::once("sendMediaGroup", fault));
    let photo = item("photo", "photo-p-m");
    let (_, text) = album(&desk, &[photo.clone(), photo.clone(), photo])
        .refusal()
        .expect("the call fails");
    assert_eq!(
        text,
        "Bad Request: failed to send message #2 with the error message \"Too Many Requests: retry \
         after 5\""
    );
    let sent = desk.sandbox.chat_messages(desk.group);
    let photos = sent.iter().filter(|message| message.kind == "photo");
    assert_eq!(photos.count(), 1, "what was sent stays");
}
