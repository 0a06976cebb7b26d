//! What goes over the wire for each call, and what comes back.

use std::path::Path;
use std::sync::Mutex;

use serde_json::{Value, json};

use super::*;
use crate::domain::call::{FileSource, Item};
use crate::domain::content::{Kind, Looks, Text};
use crate::domain::event::Names;
use crate::domain::ids::{JobId, MessageId};
use crate::domain::outcome::Receipt;
use crate::domain::ticket::Role;
use crate::telegram::http::{DownloadFuture, ReplyFuture};

const DESK: ChatId = ChatId(-1001);

/// Answers every call with the same and remembers the last one.
struct Canned {
    answer: Result<(u16, &'static str), TransportError>,
    asked: Mutex<Option<(String, Value, Duration)>>,
    uploads: Mutex<Vec<Upload>>,
}

impl Canned {
    fn answer(&self) -> ReplyFuture<'_> {
        let reply = self.answer.map(|(status, body)| Reply {
            status,
            body: body.as_bytes().to_vec(),
            retry_after: None,
        });
        Box::pin(async move { reply })
    }

    fn asked(&self) -> Option<(String, Value, Duration)> {
        self.asked.lock().expect("nobody panicked").take()
    }
}

impl Transport for Canned {
    fn post<'a>(&'a self, method: &'a str, body: String, timeout: Duration) -> ReplyFuture<'a> {
        let body = serde_json::from_str(&body).expect("requests are JSON");
        *self.asked.lock().expect("nobody panicked") = Some((method.to_owned(), body, timeout));
        self.answer()
    }

    fn post_form<'a>(
        &'a self,
        method: &'a str,
        fields: Vec<(String, String)>,
        files: Vec<Upload>,
        timeout: Duration,
    ) -> ReplyFuture<'a> {
        *self.asked.lock().expect("nobody panicked") =
            Some((method.to_owned(), json!(fields), timeout));
        *self.uploads.lock().expect("nobody panicked") = files;
        self.answer()
    }

    fn download<'a>(
        &'a self,
        file_path: &'a str,
        to: &'a Path,
        at_most: u64,
        _: Duration,
    ) -> DownloadFuture<'a> {
        assert_eq!((file_path, at_most), ("photos/file_1.jpg", 20));
        std::fs::write(to, b"bytes").expect("there is room");
        Box::pin(async { Ok(5) })
    }
}

fn canned(answer: Result<(u16, &'static str), TransportError>) -> (Client, Arc<Canned>) {
    let transport = Arc::new(Canned {
        answer,
        asked: Mutex::new(None),
        uploads: Mutex::new(Vec::new()),
    });
    (Client::new(transport.clone()), transport)
}

fn answering(body: &'static str) -> Client {
    canned(Ok((200, body))).0
}

async fn poll(answer: Result<(u16, &'static str), TransportError>) -> Option<PollError> {
    let (client, _) = canned(answer);
    client
        .get_updates(Some(5), 100, Duration::from_secs(50))
        .await
        .err()
}

#[tokio::test]
async fn a_call_is_made_once_and_its_outcome_told() {
    let call = ReadyCall::React {
        chat: DESK,
        message: MessageId(4),
        emoji: Some("👌".to_owned()),
    };
    for (answer, expected) in [
        (
            Ok((200, "{\"ok\":true,\"result\":true}")),
            Outcome::Done(Receipt::default()),
        ),
        (Err(TransportError::NotSent), Outcome::NotSent),
        (Err(TransportError::Unknown), Outcome::InDoubt),
        (Ok((502, "<html>")), Outcome::InDoubt),
    ] {
        let (client, transport) = canned(answer);
        assert_eq!(client.call(&call).await, expected);
        let (method, _, timeout) = transport.asked().expect("the call was made");
        assert_eq!(
            (method.as_str(), timeout),
            ("setMessageReaction", CALL_TIMEOUT)
        );
    }
}

fn photo(file: FileSource) -> ReadyCall {
    ReadyCall::SendMedia {
        chat: DESK,
        thread: None,
        item: Item {
            kind: Kind::Photo,
            file,
            looks: Looks::default(),
            caption: Text::default(),
        },
        reply_to: None,
    }
}

#[tokio::test]
async fn a_file_goes_from_the_spool_with_a_form_and_more_patience() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let spool = Spool::open(folder.path().join("spool")).expect("it can be made");
    let call = photo(FileSource::Spool {
        job: JobId(7),
        name: "photo.jpg".to_owned(),
    });
    let (client, transport) = canned(Ok((200, "{\"ok\":true,\"result\":{\"message_id\":9}}")));
    // Without a spool there is no file, and no call.
    assert_eq!(
        client.call(&call).await,
        Outcome::Refused(Refusal::FileUnusable)
    );
    assert_eq!(transport.asked(), None);

    let outcome = client.with_spool(spool.clone()).call(&call).await;
    assert_eq!(
        outcome,
        Outcome::Done(Receipt {
            message: Some(MessageId(9)),
            ..Receipt::default()
        })
    );
    let (method, fields, timeout) = transport.asked().expect("the call was made");
    assert_eq!((method.as_str(), timeout), ("sendPhoto", UPLOAD_TIMEOUT));
    assert_eq!(fields, json!([["chat_id", "-1001"]]));
    assert_eq!(
        *transport.uploads.lock().expect("nobody panicked"),
        [Upload {
            field: "photo".to_owned(),
            name: "photo.jpg".to_owned(),
            path: spool.cleaned(JobId(7)),
        }]
    );

    let (client, _) = canned(Err(TransportError::NoFile));
    assert_eq!(
        client.with_spool(spool).call(&call).await,
        Outcome::Refused(Refusal::FileUnusable)
    );
}

#[tokio::test]
async fn a_file_of_telegrams_needs_no_form() {
    let (client, transport) = canned(Ok((200, "{\"ok\":true,\"result\":{\"message_id\":9}}")));
    client
        .call(&photo(FileSource::Telegram("A".to_owned())))
        .await;
    let (_, body, timeout) = transport.asked().expect("the call was made");
    assert_eq!(body, json!({"chat_id": -1001, "photo": "A"}));
    assert_eq!(timeout, CALL_TIMEOUT);
}

async fn fetch(body: &'static str, status: u16, to: &Path) -> Result<u64, FetchError> {
    let (client, _) = canned(Ok((status, body)));
    client.fetch_file("A", to, 20).await
}

#[tokio::test]
async fn a_file_is_asked_for_and_then_downloaded() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let to = folder.path().join("job-7.raw");
    let file = "{\"ok\":true,\"result\":{\"file_id\":\"A\",\"file_size\":5,\
                \"file_path\":\"photos/file_1.jpg\"}}";
    let (client, transport) = canned(Ok((200, file)));
    let bytes = client.fetch_file("A", &to, 20).await;
    assert_eq!(bytes.expect("it comes"), 5);
    assert_eq!(std::fs::read(&to).expect("it is there"), b"bytes");
    let (method, body, _) = transport.asked().expect("it was asked for");
    assert_eq!(
        (method.as_str(), body),
        ("getFile", json!({"file_id": "A"}))
    );
}

#[tokio::test]
async fn a_server_of_ones_own_names_a_file_of_this_machine() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let (from, to) = (folder.path().join("theirs"), folder.path().join("ours"));
    let answer = format!("{{\"ok\":true,\"result\":{{\"file_path\":{from:?}}}}}");
    let answer: &'static str = answer.leak();
    let missing = fetch(answer, 200, &to).await;
    assert!(matches!(missing, Err(FetchError::Unavailable)));
    std::fs::write(&from, [7; 20]).expect("there is room");
    assert_eq!(fetch(answer, 200, &to).await.expect("it comes"), 20);
    assert_eq!(std::fs::read(&to).expect("it is there"), [7; 20]);
    std::fs::write(&from, [7; 21]).expect("there is room");
    let large = fetch(answer, 200, &to).await;
    assert!(matches!(large, Err(FetchError::TooLarge)));
}

#[tokio::test]
async fn a_file_that_does_not_come_says_why() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let to = folder.path().join("job-7.raw");
    let refused = |code: u16, description: &str| -> &'static str {
        let body = json!({"ok": false, "error_code": code, "description": description});
        body.to_string().leak()
    };
    for (status, body, expected) in [
        (
            200,
            "{\"ok\":true,\"result\":{\"file_size\":21,\"file_path\":\"x\"}}",
            "TooLarge",
        ),
        (
            200,
            "{\"ok\":true,\"result\":{\"file_size\":5}}",
            "Unavailable",
        ),
        (502, "<html>", "Unavailable"),
        (
            400,
            refused(400, "Bad Request: file is too big"),
            "TooLarge",
        ),
        (400, refused(400, "Bad Request: invalid file_id"), "Gone"),
        (
            400,
            refused(
                400,
                "Bad Request: wrong file_id or the file is temporarily unavailable",
            ),
            "Unavailable",
        ),
        (401, refused(401, "Unauthorized"), "TokenRejected"),
        (
            429,
            refused(429, "Too Many Requests: retry after 9"),
            "RetryAfter(9s)",
        ),
    ] {
        let error = fetch(body, status, &to)
            .await
            .expect_err("it does not come");
        assert_eq!(format!("{error:?}"), expected, "{body}");
        assert!(!to.exists(), "{body}");
    }
}

#[tokio::test]
async fn administrators_are_people() {
    let (client, transport) = canned(Ok((
        200,
        "{\"ok\":true,\"result\":[{\"user\":{\"id\":42,\"is_bot\":false,\"first_name\":\"Sam\"},\
         \"status\":\"creator\",\"is_anonymous\":true},{\"user\":{\"id\":900,\"is_bot\":true},\
         \"status\":\"administrator\"}]}",
    )));
    let found = client.get_chat_administrators(DESK).await;
    assert_eq!(
        found.expect("the answer is good"),
        [event::Member {
            user: UserId(42),
            names: Names(vec!["Sam".to_owned()]),
            role: Some(Role::Admin),
        }]
    );
    let (method, body, _) = transport.asked().expect("the question was asked");
    assert_eq!(method, "getChatAdministrators");
    assert_eq!(body, json!({"chat_id": -1001}));
}

#[tokio::test]
async fn updates_keep_every_byte() {
    let client = answering(
        "{\"ok\":true,\"result\":[{\"update_id\":5, \"message\" :{\"text\":\"\\u0041\\ud800\"}},\n\
         {\"new_kind\":1e2,\"update_id\":6}]}",
    );
    let updates = client
        .get_updates(None, 100, Duration::from_secs(50))
        .await
        .expect("the answer is good");
    let texts: Vec<&str> = updates.iter().map(|update| update.get()).collect();
    assert_eq!(
        texts,
        [
            "{\"update_id\":5, \"message\" :{\"text\":\"\\u0041\\ud800\"}}",
            "{\"new_kind\":1e2,\"update_id\":6}",
        ]
    );
}

#[tokio::test]
async fn every_poll_names_the_updates_it_wants() {
    for (offset, expected) in [(Some(7), json!(7)), (None, Value::Null)] {
        let (client, transport) = canned(Ok((200, "{\"ok\":true,\"result\":[]}")));
        client
            .get_updates(offset, 100, Duration::from_secs(50))
            .await
            .expect("the answer is good");
        let (method, mut body, timeout) = transport.asked().expect("the poll was made");
        assert_eq!(method, GET_UPDATES);
        assert_eq!(timeout, Duration::from_secs(60));
        assert_eq!(body["allowed_updates"], json!(ALLOWED_UPDATES));
        let fields = body.as_object_mut().expect("a request is an object");
        let offset = fields.remove("offset").unwrap_or_default();
        assert_eq!(offset, expected);
        assert_eq!(fields["limit"], 100);
        assert_eq!(fields["timeout"], 50);
    }
}

#[tokio::test]
async fn a_poll_that_fails_says_what_to_do() {
    for (status, body, expected) in [
        (
            409,
            "{\"ok\":false,\"error_code\":409,\"description\":\"Conflict: terminated by other \
             getUpdates request; make sure that only one bot instance is running\"}",
            PollError::Conflict,
        ),
        (
            409,
            "{\"ok\":false,\"error_code\":409,\"description\":\"Conflict: can't use getUpdates \
             method while webhook is active; use deleteWebhook to delete the webhook first\"}",
            PollError::WebhookActive,
        ),
        (
            409,
            "{\"ok\":false,\"error_code\":409,\"description\":\"Conflict: terminated by \
             setWebhook request\"}",
            PollError::WebhookActive,
        ),
        (
            401,
            "{\"ok\":false,\"error_code\":401,\"description\":\"Unauthorized\"}",
            PollError::TokenRejected,
        ),
        (
            404,
            "{\"ok\":false,\"error_code\":404,\"description\":\"Not Found\"}",
            PollError::TokenRejected,
        ),
        (
            429,
            "{\"ok\":false,\"error_code\":429,\"description\":\"Too Many Requests: retry after \
             8\",\"parameters\":{\"retry_after\":8}}",
            PollError::RetryAfter(Duration::from_secs(8)),
        ),
        (
            500,
            "{\"ok\":false,\"error_code\":500,\"description\":\"Internal Server Error: restart\"}",
            PollError::Unavailable,
        ),
        (502, "<html>502 Bad Gateway</html>", PollError::Unavailable),
        (200, "{\"ok\":true,\"result\":true}", PollError::Unavailable),
    ] {
        assert_eq!(poll(Ok((status, body))).await, Some(expected), "{body}");
    }
    for error in [TransportError::NotSent, TransportError::Unknown] {
        assert_eq!(poll(Err(error)).await, Some(PollError::Unavailable));
    }
}

#[tokio::test]
async fn questions_are_answered_with_what_is_asked_for() {
    let me = answering(
        "{\"ok\":true,\"result\":{\"id\":900,\"is_bot\":true,\"first_name\":\"Help\",\
         \"username\":\"help_bot\",\"can_join_groups\":true,\"supports_tea\":{}}}",
    )
    .get_me()
    .await
    .expect("the answer is good");
    assert_eq!((me.id, me.username.as_str()), (BotId(900), "help_bot"));
    assert!(!me.can_read_all_group_messages);

    let webhook = answering("{\"ok\":true,\"result\":{\"url\":\"\",\"pending_update_count\":3}}")
        .get_webhook_info()
        .await
        .expect("the answer is good");
    assert_eq!(
        (webhook.url.as_str(), webhook.pending_update_count),
        ("", 3)
    );

    let chat = answering(
        "{\"ok\":true,\"result\":{\"id\":-1001,\"type\":\"supergroup\",\"title\":\"Desk\",\
         \"is_forum\":true,\"accent_color_id\":1}}",
    )
    .get_chat(DESK)
    .await
    .expect("the answer is good");
    assert_eq!(
        (
            chat.kind,
            chat.is_forum,
            chat.username,
            chat.title.as_deref()
        ),
        (ChatKind::Supergroup, true, None, Some("Desk"))
    );
}

#[tokio::test]
async fn a_member_is_asked_for_by_both_numbers() {
    let (client, transport) = canned(Ok((
        200,
        "{\"ok\":true,\"result\":{\"user\":{\"id\":900},\"status\":\"administrator\",\
         \"can_manage_topics\":true,\"can_delete_messages\":true}}",
    )));
    let member = client
        .get_chat_member(DESK, BotId(900))
        .await
        .expect("the answer is good");
    assert_eq!(member.status, MemberStatus::Administrator);
    assert!(member.can_manage_topics && member.can_delete_messages);
    assert!(!member.can_pin_messages && !member.is_anonymous);
    let (method, body, _) = transport.asked().expect("the question was asked");
    assert_eq!(method, "getChatMember");
    assert_eq!(body, json!({"chat_id": -1001, "user_id": 900}));
}

#[tokio::test]
async fn a_question_that_fails_says_why() {
    for (answer, expected) in [
        (Err(TransportError::NotSent), ApiFailure::Unreachable),
        (Err(TransportError::Unknown), ApiFailure::Unavailable),
        (Ok((502, "")), ApiFailure::Unavailable),
        (
            Ok((200, "{\"ok\":true,\"result\":{}}")),
            ApiFailure::Unavailable,
        ),
        (
            Ok((
                401,
                "{\"ok\":false,\"error_code\":401,\"description\":\"Unauthorized\"}",
            )),
            ApiFailure::TokenRejected,
        ),
        (
            Ok((
                400,
                "{\"ok\":false,\"error_code\":400,\"description\":\"Bad Request: chat not found\"}",
            )),
            ApiFailure::Refused(Refusal::DeskUnreachable),
        ),
    ] {
        let (client, _) = canned(answer);
        assert_eq!(client.get_chat(DESK).await.err(), Some(expected));
    }
}
