//! Calls of the Bot API: request, transport, meaning. Makes each call once; when to call, whether to
//! call again and what to do about an outcome is decided elsewhere. Never logs.

mod answers;
mod files;

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use teloxide::payloads::{GetChat, GetChatAdministrators, GetChatMember};

use self::answers::{Administrator, Anybody};
pub use self::answers::{ChatInfo, ChatKind, Me, Member, MemberStatus, WebhookInfo};
pub use self::files::FetchError;
use super::classify::{self, Answer, Failure};
use super::http::{GET_UPDATES, Reply, Transport, TransportError, Upload};
use super::send::{self, Attachment, Body, Request, json};
use crate::domain::call::ReadyCall;
use crate::domain::event;
use crate::domain::ids::{BotId, ChatId, UserId};
use crate::domain::outcome::{Outcome, Refusal};
use crate::spool::Spool;

/// How long an answer may take. The server itself absorbs floods of up to 8 s before it answers
/// (tdlib, NetQueryDelayer.cpp), and a call that is given up is in doubt, so this is generous.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// How long an answer to a call with files may take: 50 MB, the most that Telegram takes, over a line
/// of 4 Mbit/s.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(120);

/// How much longer than the server's own wait a poll may take before its connection counts as dead.
const POLL_GRACE: Duration = Duration::from_secs(10);

/// The updates that the router knows. Sent with every poll: Telegram remembers the last list, and
/// its default leaves out members and reactions (Bot API docs, `getUpdates`).
pub const ALLOWED_UPDATES: [&str; 6] = [
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "chat_member",
    "message_reaction",
];

/// What a further bot listens to, which only posts: its own place in groups, and people who mistake it
/// for the main one.
const VOICE_UPDATES: [&str; 2] = ["message", "my_chat_member"];

/// The Bot API as one bot sees it. Clones share the transport.
#[derive(Clone)]
pub struct Client {
    transport: Arc<dyn Transport>,
    /// Where files that are sent lie; without one, none can be.
    spool: Option<Spool>,
    /// The kinds of updates that are asked for.
    listens_to: &'static [&'static str],
}

/// Why a poll brought no updates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PollError {
    /// Another program polls with the same token.
    #[error("another program is receiving this bot's updates")]
    Conflict,
    /// Updates go to a webhook instead.
    #[error("this bot's updates go to a webhook")]
    WebhookActive,
    /// The token is not valid any more.
    #[error("Telegram does not accept the token")]
    TokenRejected,
    /// Not before this time has passed.
    #[error("Telegram asks to wait {} s", .0.as_secs())]
    RetryAfter(Duration),
    /// No answer, or none that makes sense: poll again.
    #[error("Telegram gives no usable answer")]
    Unavailable,
}

/// Why a question was not answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiFailure {
    /// The token is not valid.
    #[error("Telegram does not accept the token")]
    TokenRejected,
    /// Not before this time has passed.
    #[error("Telegram asks to wait {} s", .0.as_secs())]
    RetryAfter(Duration),
    /// There is no connection to Telegram.
    #[error("Telegram could not be reached")]
    Unreachable,
    /// No answer, or none that makes sense.
    #[error("Telegram gives no usable answer")]
    Unavailable,
    /// Telegram refused.
    #[error("Telegram refused: {0:?}")]
    Refused(Refusal),
}

#[derive(Serialize)]
struct GetUpdates {
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<i64>,
    limit: u8,
    timeout: u64,
    allowed_updates: &'static [&'static str],
}

impl Client {
    /// A client over this transport that sends no files.
    pub fn new(transport: Arc<dyn Transport>) -> Self {
        Self {
            transport,
            spool: None,
            listens_to: &ALLOWED_UPDATES,
        }
    }

    /// The same client, for a further bot that only posts.
    #[must_use]
    pub fn of_voice(mut self) -> Self {
        self.listens_to = &VOICE_UPDATES;
        self
    }

    /// The same client, sending files from this spool.
    #[must_use]
    pub fn with_spool(mut self, spool: Spool) -> Self {
        self.spool = Some(spool);
        self
    }

    /// Makes a call, once. A file that is not in the spool makes it certain that it cannot be made.
    pub async fn call(&self, call: &ReadyCall) -> Outcome {
        match self.post(send::request(call)).await {
            Ok(reply) => classify::classify(reply.status, &reply.body, reply.retry_after, call),
            Err(TransportError::NotSent) => Outcome::NotSent,
            Err(TransportError::Unknown) => Outcome::InDoubt,
            Err(TransportError::NoFile) => Outcome::Refused(Refusal::FileUnusable),
        }
    }

    async fn post(&self, Request { method, body }: Request) -> Result<Reply, TransportError> {
        let (fields, files) = match body {
            Body::Json(body) => return self.transport.post(method, body, CALL_TIMEOUT).await,
            Body::Form { fields, files } => (fields, files),
        };
        let spool = self.spool.as_ref().ok_or(TransportError::NoFile)?;
        let uploads = files
            .into_iter()
            .map(|Attachment { field, job, name }| Upload {
                field,
                name,
                path: spool.cleaned(job),
            })
            .collect();
        self.transport
            .post_form(method, fields, uploads, UPLOAD_TIMEOUT)
            .await
    }

    /// Waits up to `timeout` (the server allows 50 s) for updates and returns at most `limit`
    /// (1 to 100) of them, each as the JSON text that Telegram sent, byte for byte. Telegram forgets
    /// whatever is below `offset`.
    pub async fn get_updates(
        &self,
        offset: Option<i64>,
        limit: u8,
        timeout: Duration,
    ) -> Result<Vec<Box<RawValue>>, PollError> {
        let body = json(&GetUpdates {
            offset,
            limit,
            timeout: timeout.as_secs(),
            allowed_updates: self.listens_to,
        });
        let reply = self
            .transport
            .post(GET_UPDATES, body, timeout + POLL_GRACE)
            .await
            .map_err(|_| PollError::Unavailable)?;
        match classify::answer(reply.status, &reply.body, reply.retry_after) {
            Answer::Ok(result) => {
                serde_json::from_str(result.get()).map_err(|_| PollError::Unavailable)
            }
            Answer::RetryAfter(wait) => Err(PollError::RetryAfter(wait)),
            Answer::Refused(failure) => Err(poll_refused(&failure)),
            Answer::Unclear => Err(PollError::Unavailable),
        }
    }

    /// Who the bot is.
    pub async fn get_me(&self) -> Result<Me, ApiFailure> {
        self.ask("getMe", "{}".to_owned()).await
    }

    /// Whether a webhook takes the updates.
    pub async fn get_webhook_info(&self) -> Result<WebhookInfo, ApiFailure> {
        self.ask("getWebhookInfo", "{}".to_owned()).await
    }

    /// What sort of chat it is.
    pub async fn get_chat(&self, chat: ChatId) -> Result<ChatInfo, ApiFailure> {
        self.ask("getChat", json(&GetChat::new(send::recipient(chat))))
            .await
    }

    /// What the bot may do in a chat.
    pub async fn get_chat_member(&self, chat: ChatId, bot: BotId) -> Result<Member, ApiFailure> {
        // Bots have positive numbers; a number that is none asks for nobody.
        let user = teloxide::types::UserId(u64::try_from(bot.0).unwrap_or(0));
        let payload = GetChatMember::new(send::recipient(chat), user);
        self.ask("getChatMember", json(&payload)).await
    }

    /// What somebody is in a group.
    pub async fn get_member(
        &self,
        chat: ChatId,
        user: UserId,
    ) -> Result<event::Member, ApiFailure> {
        // People have positive numbers; a number that is none asks for nobody.
        let user = teloxide::types::UserId(u64::try_from(user.0).unwrap_or(0));
        let payload = GetChatMember::new(send::recipient(chat), user);
        let Anybody(member) = self.ask("getChatMember", json(&payload)).await?;
        Ok(member)
    }

    /// Who administers a chat, bots left out.
    pub async fn get_chat_administrators(
        &self,
        chat: ChatId,
    ) -> Result<Vec<event::Member>, ApiFailure> {
        let payload = GetChatAdministrators::new(send::recipient(chat));
        let found: Vec<Administrator> = self.ask("getChatAdministrators", json(&payload)).await?;
        Ok(found
            .into_iter()
            .filter_map(|administrator| administrator.0)
            .collect())
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: &'static str,
        body: String,
    ) -> Result<T, ApiFailure> {
        let reply = self
            .transport
            .post(method, body, CALL_TIMEOUT)
            .await
            .map_err(|error| match error {
                TransportError::NotSent => ApiFailure::Unreachable,
                TransportError::Unknown | TransportError::NoFile => ApiFailure::Unavailable,
            })?;
        match classify::answer(reply.status, &reply.body, reply.retry_after) {
            Answer::Ok(result) => {
                serde_json::from_str(result.get()).map_err(|_| ApiFailure::Unavailable)
            }
            Answer::RetryAfter(wait) => Err(ApiFailure::RetryAfter(wait)),
            Answer::Refused(failure) => Err(question_refused(&failure)),
            Answer::Unclear => Err(ApiFailure::Unavailable),
        }
    }
}

fn poll_refused(failure: &Failure) -> PollError {
    // Both "webhook is active" and "terminated by setWebhook request".
    let webhook = failure.description.to_ascii_lowercase().contains("webhook");
    match failure.code {
        409 if webhook => PollError::WebhookActive,
        409 => PollError::Conflict,
        _ if refusal_of(failure) == Refusal::TokenRejected => PollError::TokenRejected,
        _ => PollError::Unavailable,
    }
}

fn question_refused(failure: &Failure) -> ApiFailure {
    match refusal_of(failure) {
        Refusal::TokenRejected => ApiFailure::TokenRejected,
        refusal => ApiFailure::Refused(refusal),
    }
}

fn refusal_of(failure: &Failure) -> Refusal {
    classify::refusal(
        failure.code,
        &failure.description,
        failure.migrate_to,
        false,
    )
}

#[cfg(test)]
mod tests {
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
                "MaybeGone",
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

        let webhook =
            answering("{\"ok\":true,\"result\":{\"url\":\"\",\"pending_update_count\":3}}")
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
}
