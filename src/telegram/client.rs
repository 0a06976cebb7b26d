//! Calls of the Bot API: request, transport, meaning. Makes each call once; when to call, whether to
//! call again and what to do about an outcome is decided elsewhere. Never logs.

use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use teloxide::payloads::{GetChat, GetChatMember};

use super::classify::{self, Answer, Failure};
use super::http::{GET_UPDATES, Transport, TransportError};
use super::send;
use crate::domain::call::ReadyCall;
use crate::domain::ids::{BotId, ChatId};
use crate::domain::outcome::{Outcome, Refusal};

/// How long an answer may take. The server itself absorbs floods of up to 8 s before it answers
/// (tdlib, NetQueryDelayer.cpp), and a call that is given up is in doubt, so this is generous.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

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

/// The Bot API as one bot sees it. Clones share the transport.
#[derive(Clone)]
pub struct Client {
    transport: Arc<dyn Transport>,
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

/// The bot itself, from `getMe`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Me {
    /// Its number, also the beginning of its token.
    pub id: BotId,
    /// The name that people see.
    pub first_name: String,
    /// Its @name, without the @.
    pub username: String,
    /// Whether it sees all messages of a group even where it is no administrator.
    #[serde(default)]
    pub can_read_all_group_messages: bool,
    /// Whether its private chats have topics.
    #[serde(default)]
    pub has_topics_enabled: bool,
}

/// Where updates go, from `getWebhookInfo`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct WebhookInfo {
    /// The webhook's address; empty where there is none.
    #[serde(default)]
    pub url: String,
    /// How many updates wait to be fetched.
    #[serde(default)]
    pub pending_update_count: i64,
}

/// What sort of chat it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChatKind {
    /// With one person.
    Private,
    /// A basic group, which has no topics.
    Group,
    /// A supergroup.
    Supergroup,
    /// A channel.
    Channel,
    /// Newer than this program.
    #[serde(other)]
    Unknown,
}

/// A chat, from `getChat`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ChatInfo {
    /// What sort of chat.
    #[serde(rename = "type")]
    pub kind: ChatKind,
    /// Whether topics are on.
    #[serde(default)]
    pub is_forum: bool,
    /// Its public @name; a desk must not have one.
    pub username: Option<String>,
    /// Its title.
    pub title: Option<String>,
}

/// How somebody belongs to a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberStatus {
    /// The owner, who may do everything.
    Creator,
    /// An administrator with the rights that are listed.
    Administrator,
    /// An ordinary member.
    Member,
    /// Under restrictions; perhaps not even a member.
    Restricted,
    /// Not in the chat.
    Left,
    /// Banned from the chat.
    Kicked,
    /// Newer than this program.
    #[serde(other)]
    Unknown,
}

/// A member of a chat with the rights of an administrator, from `getChatMember`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Member {
    /// How it belongs to the chat.
    pub status: MemberStatus,
    /// Whether somebody under restrictions is in the chat.
    #[serde(default)]
    pub is_member: bool,
    /// Whether it writes in the name of the group.
    #[serde(default)]
    pub is_anonymous: bool,
    /// May make, close and open topics.
    #[serde(default)]
    pub can_manage_topics: bool,
    /// May delete messages and topics of others.
    #[serde(default)]
    pub can_delete_messages: bool,
    /// May pin messages.
    #[serde(default)]
    pub can_pin_messages: bool,
    /// May ban and restrict members.
    #[serde(default)]
    pub can_restrict_members: bool,
}

#[derive(Serialize)]
struct GetUpdates {
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<i64>,
    limit: u8,
    timeout: u64,
    allowed_updates: [&'static str; ALLOWED_UPDATES.len()],
}

impl Client {
    /// A client over this transport.
    pub fn new(transport: Arc<dyn Transport>) -> Self {
        Self { transport }
    }

    /// Makes a call, once.
    pub async fn call(&self, call: &ReadyCall) -> Outcome {
        let request = send::request(call);
        let sent = self
            .transport
            .post(request.method, request.body, CALL_TIMEOUT)
            .await;
        match sent {
            Ok(reply) => classify::classify(reply.status, &reply.body, reply.retry_after, call),
            Err(TransportError::NotSent) => Outcome::NotSent,
            Err(TransportError::Unknown) => Outcome::InDoubt,
        }
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
            allowed_updates: ALLOWED_UPDATES,
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
                TransportError::Unknown => ApiFailure::Unavailable,
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

fn json(payload: &impl Serialize) -> String {
    serde_json::to_string(payload).expect("payloads are structs of texts and numbers")
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use serde_json::{Value, json};

    use super::*;
    use crate::domain::call::Mark;
    use crate::domain::ids::MessageId;
    use crate::domain::outcome::Receipt;
    use crate::telegram::http::{Reply, ReplyFuture};

    const DESK: ChatId = ChatId(-1001);

    /// Answers every call with the same and remembers the last one.
    struct Canned {
        answer: Result<(u16, &'static str), TransportError>,
        asked: Mutex<Option<(String, Value, Duration)>>,
    }

    impl Transport for Canned {
        fn post<'a>(&'a self, method: &'a str, body: String, timeout: Duration) -> ReplyFuture<'a> {
            let body = serde_json::from_str(&body).expect("requests are JSON");
            *self.asked.lock().expect("nobody panicked") = Some((method.to_owned(), body, timeout));
            let reply = self.answer.map(|(status, body)| Reply {
                status,
                body: body.as_bytes().to_vec(),
                retry_after: None,
            });
            Box::pin(async move { reply })
        }
    }

    fn canned(answer: Result<(u16, &'static str), TransportError>) -> (Client, Arc<Canned>) {
        let transport = Arc::new(Canned {
            answer,
            asked: Mutex::new(None),
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
            mark: Mark::Delivered,
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
            let asked = transport.asked.lock().expect("nobody panicked").take();
            let (method, _, timeout) = asked.expect("the call was made");
            assert_eq!(
                (method.as_str(), timeout),
                ("setMessageReaction", CALL_TIMEOUT)
            );
        }
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
            let asked = transport.asked.lock().expect("nobody panicked").take();
            let (method, mut body, timeout) = asked.expect("the poll was made");
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
        let asked = transport.asked.lock().expect("nobody panicked").take();
        let (method, body, _) = asked.expect("the question was asked");
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
