//! What an answer of the Bot API means. Pure: looks at status, code and description, and at nothing
//! else. The descriptions are those of tdlib telegram-bot-api (Client.cpp) and of tdlib itself;
//! they are compared by substring and without regard to case, because prefixes and capitals have
//! changed before. Does not decide what to do about an outcome.

mod receipt;
mod rules;

use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;

pub use self::rules::refusal;
use self::rules::{Batch, REMOVED};
use crate::domain::call::ReadyCall;
use crate::domain::ids::ChatId;
use crate::domain::outcome::{Outcome, Refusal};

/// How long to wait when Telegram says "later" without saying when.
const DEFAULT_RETRY_AFTER: Duration = Duration::from_secs(5);

/// A wait of nothing would be a busy loop.
const SHORTEST_RETRY_AFTER: Duration = Duration::from_secs(1);

/// An answer, before anybody asks what it means for a call.
#[derive(Debug)]
pub enum Answer<'a> {
    /// Telegram did it; this is the result, as JSON.
    Ok(&'a RawValue),
    /// Not before this time has passed.
    RetryAfter(Duration),
    /// Telegram refused, certainly.
    Refused(Failure),
    /// Not an answer of the Bot API, or one that says that the server is in trouble.
    Unclear,
}

/// A refusal in Telegram's own words.
#[derive(Debug)]
pub struct Failure {
    /// The code, 400 to 499, or 500 where the description says what happened.
    pub code: i64,
    /// The description. Names no person, but is not for people either.
    pub description: String,
    /// The new id of a group that became a supergroup.
    pub migrate_to: Option<i64>,
}

#[derive(Deserialize)]
struct Body<'a> {
    ok: bool,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    error_code: Option<i64>,
    description: Option<String>,
    #[serde(borrow)]
    parameters: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
struct Parameters {
    retry_after: Option<u64>,
    migrate_to_chat_id: Option<i64>,
}

/// What became of `call`, from the answer to it.
pub fn classify(
    status: u16,
    body: &[u8],
    retry_after_header: Option<u64>,
    call: &ReadyCall,
) -> Outcome {
    match answer(status, body, retry_after_header) {
        Answer::Ok(result) => receipt::done(result, call),
        Answer::RetryAfter(wait) => Outcome::RetryAfter(wait),
        Answer::Refused(failure) => refused(&failure, call),
        Answer::Unclear => Outcome::InDoubt,
    }
}

/// Reads an answer. A refusal is only believed when it is the Bot API's own JSON.
pub fn answer(status: u16, body: &[u8], retry_after_header: Option<u64>) -> Answer<'_> {
    let parsed = serde_json::from_slice::<Body<'_>>(body).ok();
    if let Some(Body {
        ok: true,
        result: Some(result),
        ..
    }) = parsed
    {
        return Answer::Ok(result);
    }

    let status = i64::from(status);
    let refused = parsed.filter(|body| !body.ok);
    let parameters = refused
        .as_ref()
        .and_then(|body| body.parameters)
        .and_then(|raw| serde_json::from_str::<Parameters>(raw.get()).ok())
        .unwrap_or_default();
    let code = refused.as_ref().and_then(|body| body.error_code);
    let description = refused
        .and_then(|body| body.description)
        .unwrap_or_default();
    let told = parameters
        .retry_after
        .or_else(|| rules::wait_in(&description));
    let is_flood = status == 429 || code == Some(429) || told.is_some();
    // A flood in the middle of an album: the messages before it are there, and waiting would not
    // take them back.
    if is_flood && !Batch::of(&description).is_some_and(Batch::has_begun) {
        return Answer::RetryAfter(wait(told.or(retry_after_header)));
    }

    let Some(code) = code else {
        return Answer::Unclear;
    };
    // The one trouble of the server that says what became of the call.
    let removed = description.to_ascii_lowercase().contains(REMOVED);
    if (status >= 500 || !(400..500).contains(&code)) && !removed {
        return Answer::Unclear;
    }
    Answer::Refused(Failure {
        code,
        description,
        migrate_to: parameters.migrate_to_chat_id,
    })
}

/// What `call` is told about a refusal. Leaving a chat in which the bot no longer is has nothing to
/// do with the desk.
fn refused(failure: &Failure, call: &ReadyCall) -> Outcome {
    let private = call.chat().is_some_and(ChatId::is_private);
    let refusal = refusal(
        failure.code,
        &failure.description,
        failure.migrate_to,
        private,
    );
    let left = matches!(call, ReadyCall::Leave { .. }) && refusal == Refusal::DeskUnreachable;
    Outcome::Refused(if left { Refusal::AlreadySo } else { refusal })
}

fn wait(seconds: Option<u64>) -> Duration {
    seconds
        .map_or(DEFAULT_RETRY_AFTER, Duration::from_secs)
        .max(SHORTEST_RETRY_AFTER)
}

#[cfg(test)]
mod tests;
