//! What Telegram did, from the result of a call: numbers of new messages and topics.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::domain::call::ReadyCall;
use crate::domain::ids::{MessageId, ThreadId};
use crate::domain::outcome::{Outcome, Receipt};

/// The fields that tell where a message went; all of them are missing where the result is `true`.
#[derive(Default, Deserialize)]
struct Posted {
    message_id: Option<i64>,
    message_thread_id: Option<i64>,
    #[serde(default)]
    is_topic_message: bool,
    chat: Option<IgnoredAny>,
}

impl Posted {
    /// 0 stands for a message that is not there yet (Bot API docs, `Message.message_id`).
    fn message(&self) -> Option<MessageId> {
        self.message_id.filter(|id| *id > 0).map(MessageId)
    }

    fn receipt(&self) -> Receipt {
        Receipt {
            message: self.message(),
            album: Vec::new(),
            skipped: 0,
            // Replies in General name their root as a thread, but are no topic messages.
            thread: self
                .message_thread_id
                .filter(|_| self.is_topic_message)
                .map(ThreadId),
            tells_thread: self.chat.is_some(),
        }
    }
}

/// What was done, certainly: a result that makes no sense is a receipt without numbers. Only a topic
/// without its number stays in doubt, because its announcement brings the number.
pub(super) fn done(result: &RawValue, call: &ReadyCall) -> Outcome {
    match call {
        ReadyCall::CreateTopic { .. } => topic(&one(result)),
        ReadyCall::SendAlbum { items, .. } => Outcome::Done(album(&several(result), items.len())),
        ReadyCall::CopyAlbum { messages, .. } => Outcome::Done(copies(result, messages.len())),
        ReadyCall::SendText { .. }
        | ReadyCall::SendMedia { .. }
        | ReadyCall::SendLocation { .. }
        | ReadyCall::Copy { .. }
        | ReadyCall::EditText { .. }
        | ReadyCall::EditTopic { .. }
        | ReadyCall::EditCaption { .. }
        | ReadyCall::EditMedia { .. }
        | ReadyCall::MoveLocation { .. }
        | ReadyCall::Delete { .. }
        | ReadyCall::CloseTopic { .. }
        | ReadyCall::Pin { .. }
        | ReadyCall::ReopenTopic { .. }
        | ReadyCall::DeleteTopic { .. }
        | ReadyCall::React { .. }
        | ReadyCall::AnswerButton { .. }
        | ReadyCall::Ban { .. }
        | ReadyCall::Leave { .. }
        | ReadyCall::SetCommands { .. } => Outcome::Done(one(result).receipt()),
    }
}

fn one(result: &RawValue) -> Posted {
    serde_json::from_str(result.get()).unwrap_or_default()
}

fn several(result: &RawValue) -> Vec<Posted> {
    serde_json::from_str(result.get()).unwrap_or_default()
}

/// The copies of several messages. What could not be copied is left out, so that nobody knows which copy is
/// whose (Bot API docs, `copyMessages`).
fn copies(result: &RawValue, asked: usize) -> Receipt {
    let Ok(posted) = serde_json::from_str::<Vec<Posted>>(result.get()) else {
        return Receipt::default();
    };
    let first = posted.first().map(Posted::receipt);
    Receipt {
        skipped: asked.saturating_sub(posted.len()),
        ..first.unwrap_or_default()
    }
}

fn topic(posted: &Posted) -> Outcome {
    match posted.message_thread_id.map(ThreadId) {
        Some(thread) => Outcome::Done(Receipt {
            thread: Some(thread),
            ..Receipt::default()
        }),
        None => Outcome::InDoubt,
    }
}

/// The messages of an album, in the order in which they were given. Where one has no number, nobody
/// knows which is whose.
fn album(posted: &[Posted], asked: usize) -> Receipt {
    let Some(first) = posted.first() else {
        return Receipt::default();
    };
    let all: Option<Vec<MessageId>> = posted.iter().map(Posted::message).collect();
    Receipt {
        album: all.filter(|all| all.len() == asked).unwrap_or_default(),
        ..first.receipt()
    }
}
