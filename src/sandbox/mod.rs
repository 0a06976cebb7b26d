//! A strict model of the Telegram Bot API.
//!
//! One model for both kinds of tests: in process through [`Sandbox::call`], and over HTTP through
//! [`http::serve`], so that the two cannot disagree. It knows nothing of the desk, reads no clock
//! and draws no random numbers: time is an argument, and equal calls give equal answers.
//!
//! Actors (people, groups, agents) are played with the methods of `people` and `groups`; what
//! happened is read with those of `views`; failures are planned with those of `controls`. A call
//! that no correct bot makes is answered as Telegram would and written to
//! [`Sandbox::violations`].

use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Map, Value};

pub mod content;
mod controls;
mod dispatch;
mod downloads;
mod errors;
mod faults;
mod files;
mod flood;
mod groups;
mod html;
pub mod http;
mod json;
mod log;
pub mod marked;
mod markup;
mod member;
mod members;
mod message;
mod methods;
mod params;
mod people;
mod post;
mod queue;
mod render;
mod settings;
#[cfg(test)]
mod tests;
mod text;
mod topics;
mod touches;
mod views;
mod visible;
mod world;

pub use downloads::Download;
pub use faults::{CallInfo, Fault, FaultHook, FaultRule};
pub use files::Upload;
pub use log::CallRecord;
pub use member::{Member, Permitted, Right, Rights, Status};
pub use methods::table::{Parameter, Shape};
pub use people::PersonError;
pub use settings::{Settings, Unconfirmed};
pub use views::{MessageView, TopicView};
pub use visible::Seen;
pub use world::{ANONYMOUS_ADMIN_ID, CHANNEL_BOT_ID, CallbackAnswer, Person, Place, SERVICE_ID};

/// A handle to one modelled Telegram; clones share it.
#[derive(Clone)]
pub struct Sandbox {
    world: Arc<Mutex<world::World>>,
}

/// What comes back from a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Reply {
        status: u16,
        /// JSON, or HTML from a broken gateway.
        body: String,
        /// Value of the `Retry-After` header.
        retry_after: Option<u32>,
    },
    /// The connection was lost and nothing happened.
    CutBefore,
    /// The connection was lost after the call had happened.
    CutAfter,
    /// No answer ever comes.
    Hang,
    /// The answer comes this much later; the call happened at once.
    Slow { delay_ms: u64, then: Box<Answer> },
    /// `getUpdates` found nothing. Whoever waits asks [`Sandbox::poll_again`] when updates come
    /// and at `until_ms`; whoever does not wait takes it for an empty list.
    Wait { until_ms: i64, poll: u64 },
}

impl Answer {
    /// HTTP status; 0 if there is none.
    pub fn status(&self) -> u16 {
        match self {
            Answer::Reply { status, .. } => *status,
            Answer::Slow { then, .. } => then.status(),
            Answer::CutBefore | Answer::CutAfter | Answer::Hang => 0,
            Answer::Wait { .. } => 200,
        }
    }

    /// For how many seconds the caller is told to wait.
    pub fn retry_after(&self) -> Option<u32> {
        match self {
            Answer::Reply { retry_after, .. } => *retry_after,
            Answer::Slow { then, .. } => then.retry_after(),
            Answer::CutBefore | Answer::CutAfter | Answer::Hang | Answer::Wait { .. } => None,
        }
    }

    /// The body as a caller reads it who neither waits nor loses connections.
    pub fn body(&self) -> Option<&str> {
        match self {
            Answer::Reply { body, .. } => Some(body),
            Answer::Slow { then, .. } => then.body(),
            Answer::CutBefore | Answer::CutAfter | Answer::Hang => None,
            Answer::Wait { .. } => Some("{\"ok\":true,\"result\":[]}"),
        }
    }

    /// `result` of a successful call.
    pub fn result(&self) -> Option<Value> {
        let body: Value = serde_json::from_str(self.body()?).ok()?;
        (body["ok"] == true).then(|| body["result"].clone())
    }

    /// Code and description of a refused call.
    pub fn refusal(&self) -> Option<(i64, String)> {
        let body: Value = serde_json::from_str(self.body()?).ok()?;
        Some((
            body["error_code"].as_i64()?,
            body["description"].as_str()?.to_owned(),
        ))
    }
}

impl Sandbox {
    pub fn new(settings: Settings) -> Sandbox {
        Sandbox {
            world: Arc::new(Mutex::new(world::World::new(settings))),
        }
    }

    /// One Bot API call; `params` is what a JSON body or a form carried. Never blocks.
    pub fn call(
        &self,
        token: &str,
        method: &str,
        params: &Map<String, Value>,
        now_ms: i64,
    ) -> Answer {
        self.call_with_files(token, method, params, &[], now_ms)
    }

    /// Like [`Sandbox::call`], with the files of a multipart request.
    pub fn call_with_files(
        &self,
        token: &str,
        method: &str,
        params: &Map<String, Value>,
        uploads: &[Upload],
        now_ms: i64,
    ) -> Answer {
        self.world().dispatch(&dispatch::Request {
            token,
            method,
            params,
            uploads,
            now_ms,
        })
    }

    /// A `getUpdates` that was told to wait looks again: it gets updates, an empty list when its
    /// time is over, another [`Answer::Wait`], or a 409 if a newer poll took its place.
    pub fn poll_again(&self, token: &str, poll: u64, now_ms: i64) -> Answer {
        self.world().poll_again(token, poll, now_ms)
    }

    fn world(&self) -> MutexGuard<'_, world::World> {
        // A panic inside the model is a failed test anyway; others may still read the state.
        self.world
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// The methods that the model knows, to be compared with the published schema.
pub fn published_methods() -> Vec<(&'static str, Vec<Parameter>)> {
    methods::table::METHODS
        .iter()
        .map(|method| (method.name, method.parameters().copied().collect()))
        .collect()
}
