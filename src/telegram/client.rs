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
mod tests;
