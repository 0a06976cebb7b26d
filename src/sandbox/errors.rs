//! What the model refuses, in Telegram's own words.
//!
//! Texts are those of the Bot API server (tdlib Client.cpp, MessagesManager.cpp,
//! ForumTopicManager.cpp). Must not decide anything: who refuses, and when, is up to the methods.

use crate::sandbox::json::Object;

/// A call that was answered with `ok: false`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub code: u16,
    pub description: String,
    pub retry_after_seconds: Option<u32>,
    pub migrate_to_chat_id: Option<i64>,
    /// The caller broke a rule that it could have known: a test has to fail.
    pub misuse: bool,
}

impl Refusal {
    pub fn new(code: u16, description: impl Into<String>) -> Refusal {
        Refusal {
            code,
            description: description.into(),
            retry_after_seconds: None,
            migrate_to_chat_id: None,
            misuse: false,
        }
    }

    /// 400 with the usual prefix.
    pub fn bad_request(text: &str) -> Refusal {
        Refusal::new(400, format!("Bad Request: {text}"))
    }

    /// 400 for a call that no correct caller makes.
    pub fn misuse(text: &str) -> Refusal {
        Refusal {
            misuse: true,
            ..Refusal::bad_request(text)
        }
    }

    /// 403 with the usual prefix.
    pub fn forbidden(text: &str) -> Refusal {
        Refusal::new(403, format!("Forbidden: {text}"))
    }

    /// 409 with the usual prefix.
    pub fn conflict(text: &str) -> Refusal {
        Refusal::new(409, format!("Conflict: {text}"))
    }

    /// 429 in the shape of Query.cpp: the number is in the text, the body and a header.
    pub fn too_many_requests(seconds: u32) -> Refusal {
        Refusal {
            retry_after_seconds: Some(seconds),
            ..Refusal::new(429, format!("Too Many Requests: retry after {seconds}"))
        }
    }

    /// The old id of a basic group that has become a supergroup.
    pub fn migrated(to: i64) -> Refusal {
        Refusal {
            migrate_to_chat_id: Some(to),
            ..Refusal::bad_request("group chat was upgraded to a supergroup chat")
        }
    }

    pub fn body(&self) -> String {
        let mut body = Object::new();
        body.flag("ok", false);
        body.number("error_code", i64::from(self.code));
        body.text("description", &self.description);
        if self.retry_after_seconds.is_some() || self.migrate_to_chat_id.is_some() {
            let mut parameters = Object::new();
            if let Some(seconds) = self.retry_after_seconds {
                parameters.number("retry_after", i64::from(seconds));
            }
            if let Some(chat) = self.migrate_to_chat_id {
                parameters.number("migrate_to_chat_id", chat);
            }
            body.raw("parameters", &parameters.finish());
        }
        body.finish()
    }
}

/// What every method gives back: the JSON text of `result`, or a refusal.
pub(crate) type Outcome = Result<String, Refusal>;

/// The result of the many methods that return `True`.
pub(crate) fn done() -> Outcome {
    Ok("true".to_owned())
}
