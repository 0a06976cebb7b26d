//! What bots may change about their messages.

use super::*;
use crate::sandbox::content;

fn media(kind: &str, id: &str) -> Value {
    json!({"type": kind, "media": id})
}

#[test]
fn media_take_the_place_of_media_and_of_text() {
    let desk = Desk::new();
    desk.ann_sends(content::photo("p", ""));
    desk.ann_sends(content::voice("o"));
    desk.ann_sends(content::document("d", "x.pdf", "application/pdf", ""));
    let edit = |id: &Value, media: Value| {
        let params = json!({"chat_id": ANN, "message_id": id, "media": media});
        desk.try_call("editMessageMedia", params, 0)
    };
    let text = desk.call("sendMessage", json!({"chat_id": ANN, "text": "wait"}));
    let id = &text["message_id"];
    let photo = edit(id, media("photo", "photo-p-m")).result();
    assert!(photo.is_some_and(|sent| sent["photo"].is_array() && sent.get("text").is_none()));
    let document = edit(id, media("document", "document-d")).result();
    assert!(document.is_some_and(|sent| sent["document"]["file_name"] == "x.pdf"));
    let no_text = json!({"chat_id": ANN, "message_id": id, "text": "back"});
    assert_eq!(
        desk.refused("editMessageText", no_text),
        "400 Bad Request: there is no text in the message to edit"
    );
    let voice = desk.call("sendVoice", json!({"chat_id": ANN, "voice": "voice-o"}));
    let refused = edit(&voice["message_id"], media("photo", "photo-p-m"));
    let expected = "Bad Request: there is no media in the message to edit";
    assert_eq!(refused.refusal(), Some((400, expected.to_owned())));
    let same = edit(id, media("document", "document-d")).refusal();
    assert!(same.is_some_and(|(_, text)| text.contains("message is not modified")));
    desk.expect_no_violation();
}

#[test]
fn an_upload_can_take_a_place_too() {
    let desk = Desk::new();
    desk.ann_writes("hi");
    let text = desk.call("sendMessage", json!({"chat_id": ANN, "text": "cleaning"}));
    let params = json!({"chat_id": ANN, "message_id": text["message_id"],
        "media": media("document", "attach://clean")});
    let file = ("file.pdf", "application/pdf");
    let sent = desk.upload("editMessageMedia", params, "clean", file);
    assert!(
        sent.result()
            .is_some_and(|sent| sent["document"]["file_name"] == "file.pdf")
    );
    desk.expect_no_violation();
}

#[test]
fn an_item_of_an_album_stays_of_its_family() {
    let desk = Desk::new();
    desk.ann_sends(content::photo("p", ""));
    desk.ann_sends(content::video("v", ""));
    desk.ann_sends(content::document("d", "x.pdf", "application/pdf", ""));
    let photo = media("photo", "photo-p-m");
    let album = desk.call(
        "sendMediaGroup",
        json!({"chat_id": ANN, "media": [photo, photo]}),
    );
    let edit = |media: Value| {
        let id = &album[0]["message_id"];
        json!({"chat_id": ANN, "message_id": id, "media": media})
    };
    desk.call("editMessageMedia", edit(media("video", "video-v")));
    assert_eq!(
        desk.refused("editMessageMedia", edit(media("document", "document-d"))),
        "400 Bad Request: message content type can't be used in an album"
    );
    desk.expect_no_violation();
}

#[test]
fn captions_come_and_go_and_keyboards_go_with_every_edit() {
    let desk = Desk::new();
    desk.ann_sends(content::photo("p", ""));
    let keyboard = json!({"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]});
    let photo = json!({"chat_id": ANN, "photo": "photo-p-m", "caption": "one",
        "reply_markup": keyboard});
    let id = desk.call("sendPhoto", photo)["message_id"].clone();
    let with = |more: Value| {
        let mut params = json!({"chat_id": ANN, "message_id": id});
        let object = params.as_object_mut().expect("an object literal");
        object.extend(more.as_object().cloned().expect("an object literal"));
        params
    };
    let both = with(json!({"caption": "two", "reply_markup": keyboard}));
    let sent = desk.call("editMessageCaption", both);
    assert!(sent["caption"] == "two" && sent["reply_markup"].is_object());
    let sent = desk.call("editMessageCaption", with(json!({})));
    assert!(sent.get("caption").is_none() && sent.get("reply_markup").is_none());
    let sent = desk.call(
        "editMessageReplyMarkup",
        with(json!({"reply_markup": keyboard})),
    );
    assert_eq!(sent["reply_markup"], keyboard);
    let sent = desk.call("editMessageReplyMarkup", with(json!({})));
    assert!(sent.get("reply_markup").is_none());
    let again = desk.refused("editMessageReplyMarkup", with(json!({})));
    assert!(again.contains("message is not modified"));
    desk.expect_no_violation();
}

#[test]
fn live_locations_move_until_they_end() {
    let desk = Desk::new();
    desk.ann_writes("hi");
    let send = |period: i64| json!({"chat_id": ANN, "latitude": 1.0, "longitude": 2.0, "live_period": period});
    let id = desk.call("sendLocation", send(900))["message_id"].clone();
    let edit = |latitude: f64, period: Option<i64>| {
        let mut params = json!({"chat_id": ANN, "message_id": id, "latitude": latitude,
            "longitude": 2.0});
        if let Some(period) = period {
            params["live_period"] = period.into();
        }
        params
    };
    let at = |params: Value, at_ms: i64| desk.try_call("editMessageLiveLocation", params, at_ms);
    let moved = at(edit(3.0, None), 1_000).result().expect("it is live");
    assert_eq!(moved["location"]["live_period"], 900);
    let over = (400, "Bad Request: message can't be edited".to_owned());
    assert_eq!(at(edit(4.0, None), 900_000).refusal(), Some(over.clone()));
    let longer = at(edit(4.0, Some(1_800)), 2_000).result();
    assert!(longer.is_some_and(|sent| sent["location"]["live_period"] == 1_800));
    assert!(at(edit(5.0, None), 900_000).result().is_some());
    let stop = json!({"chat_id": ANN, "message_id": id});
    let stopped = desk.call("stopMessageLiveLocation", stop.clone());
    assert!(stopped["location"].get("live_period").is_none());
    let again = desk.try_call("stopMessageLiveLocation", stop, 0);
    assert_eq!(again.refusal(), Some(over));
    desk.expect_no_violation();
    assert_eq!(
        desk.refused("sendLocation", send(30)),
        "400 Bad Request: wrong live location period specified"
    );
}
