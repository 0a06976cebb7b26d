//! The wire between bot and sandbox in one process: faults become what a socket would show, slow
//! answers let the model's clock go, and the program can be killed before or after any call.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use hushdesk::sandbox::{Answer, Sandbox};
use hushdesk::telegram::{Reply, ReplyFuture, Transport, TransportError};
use serde_json::{Map, Value};

use super::sources::ModelClock;
use super::{TOKEN, millis};

/// No crash is planned.
const NEVER: usize = usize::MAX;

pub struct Wire {
    sandbox: Sandbox,
    clock: Arc<ModelClock>,
    offline: AtomicBool,
    /// Places passed so far at which the program could have been killed.
    points: AtomicUsize,
    crash_at: AtomicUsize,
    crashed: AtomicBool,
    /// Killed after Telegram asked to wait and before that could be written down: nobody can know.
    pub unseen_wait: AtomicBool,
    /// Calls whose effect happened although the bot could not know.
    pub doubts: AtomicUsize,
}

impl Wire {
    pub fn new(sandbox: Sandbox, clock: Arc<ModelClock>) -> Self {
        Self {
            sandbox,
            clock,
            offline: AtomicBool::new(false),
            points: AtomicUsize::new(0),
            crash_at: AtomicUsize::new(NEVER),
            crashed: AtomicBool::new(false),
            unseen_wait: AtomicBool::new(false),
            doubts: AtomicUsize::new(0),
        }
    }

    /// Whether connections can be made at all.
    pub fn set_offline(&self, offline: bool) {
        self.offline.store(offline, Ordering::Relaxed);
    }

    /// Kills the program at this place, counted from now.
    pub fn crash_at(&self, point: usize) {
        self.points.store(0, Ordering::Relaxed);
        self.crash_at.store(point, Ordering::Relaxed);
    }

    pub fn points(&self) -> usize {
        self.points.load(Ordering::Relaxed)
    }

    pub fn has_crashed(&self) -> bool {
        self.crashed.load(Ordering::Relaxed)
    }

    /// The next program is not the one that was killed.
    pub fn recover(&self) {
        self.crashed.store(false, Ordering::Relaxed);
    }

    /// A place at which the program can be killed. Whether it is, here and now.
    pub fn point(&self) -> bool {
        let point = self.points.fetch_add(1, Ordering::Relaxed);
        if point == self.crash_at.load(Ordering::Relaxed) {
            self.crash_at.store(NEVER, Ordering::Relaxed);
            self.crashed.store(true, Ordering::Relaxed);
        }
        self.has_crashed()
    }

    fn call(&self, method: &str, body: &str, timeout: Duration) -> Result<Reply, TransportError> {
        if self.offline.load(Ordering::Relaxed) {
            return Err(TransportError::NotSent);
        }
        let params: Map<String, Value> = serde_json::from_str(body).expect("the bot sends JSON");
        let now = self.clock.now_ms();
        let answer = self.sandbox.call(TOKEN, method, &params, now);
        self.read(answer, timeout)
    }

    fn read(&self, answer: Answer, timeout: Duration) -> Result<Reply, TransportError> {
        match answer {
            Answer::Reply {
                status,
                body,
                retry_after,
            } => {
                if status >= 500 || serde_json::from_str::<Value>(&body).is_err() {
                    self.doubts.fetch_add(1, Ordering::Relaxed);
                }
                Ok(Reply {
                    status,
                    body: body.into_bytes(),
                    retry_after: retry_after.map(u64::from),
                })
            }
            Answer::CutBefore | Answer::CutAfter => {
                self.doubts.fetch_add(1, Ordering::Relaxed);
                Err(TransportError::Unknown)
            }
            Answer::Hang => {
                self.doubts.fetch_add(1, Ordering::Relaxed);
                self.clock.advance(millis(timeout));
                Err(TransportError::Unknown)
            }
            Answer::Slow { delay_ms, then } => {
                let delay = Duration::from_millis(delay_ms);
                self.clock.advance(millis(delay.min(timeout)));
                if delay >= timeout {
                    self.doubts.fetch_add(1, Ordering::Relaxed);
                    return Err(TransportError::Unknown);
                }
                self.read(*then, timeout)
            }
            Answer::Wait { .. } => Ok(Reply {
                status: 200,
                body: br#"{"ok":true,"result":[]}"#.to_vec(),
                retry_after: None,
            }),
        }
    }
}

impl Transport for Wire {
    fn post<'a>(&'a self, method: &'a str, body: String, timeout: Duration) -> ReplyFuture<'a> {
        let is_call = method != "getUpdates";
        if is_call && self.point() {
            return Box::pin(std::future::pending());
        }
        let reply = self.call(method, &body, timeout);
        if is_call && self.point() {
            self.doubts.fetch_add(1, Ordering::Relaxed);
            if reply.is_ok_and(|reply| reply.status == 429) {
                self.unseen_wait.store(true, Ordering::Relaxed);
            }
            return Box::pin(std::future::pending());
        }
        Box::pin(std::future::ready(reply))
    }
}
