//! The wire between bot and sandbox in one process: faults become what a socket would show, slow
//! answers let the model's clock go, and the program can be killed before or after any call.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use hushdesk::sandbox::{self, Answer, Download, Sandbox};
use hushdesk::telegram::{
    DownloadError, DownloadFuture, Reply, ReplyFuture, Transport, TransportError, Upload,
};
use serde_json::{Map, Value};

use super::sources::ModelClock;
use super::{TOKEN, millis};

/// No crash is planned.
const NEVER: usize = usize::MAX;

/// The same wire, as a further bot holds it.
pub struct VoiceWire {
    pub wire: Arc<Wire>,
    pub token: &'static str,
}

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
    /// Calls that are made at once have all left before the first is answered.
    overlaps: bool,
    /// Calls whose effect happened although the bot could not know.
    pub doubts: AtomicUsize,
}

impl Wire {
    pub fn new(sandbox: Sandbox, clock: Arc<ModelClock>, overlaps: bool) -> Self {
        Self {
            sandbox,
            clock,
            offline: AtomicBool::new(false),
            points: AtomicUsize::new(0),
            crash_at: AtomicUsize::new(NEVER),
            crashed: AtomicBool::new(false),
            unseen_wait: AtomicBool::new(false),
            overlaps,
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

    fn call(
        &self,
        token: &str,
        method: &str,
        params: &Map<String, Value>,
        files: &[sandbox::Upload],
        timeout: Duration,
    ) -> Result<Reply, TransportError> {
        if self.offline.load(Ordering::Relaxed) {
            return Err(TransportError::NotSent);
        }
        let now = self.clock.now_ms();
        let answer = self
            .sandbox
            .call_with_files(token, method, params, files, now);
        self.read(answer, timeout)
    }

    /// A call, and the places before and after it at which the program could be killed.
    fn pass(
        &self,
        token: &str,
        method: &str,
        params: &Map<String, Value>,
        files: &[sandbox::Upload],
        timeout: Duration,
    ) -> ReplyFuture<'_> {
        let is_call = method != "getUpdates";
        if is_call && self.point() {
            return Box::pin(std::future::pending());
        }
        let reply = self.call(token, method, params, files, timeout);
        if is_call && self.point() {
            self.doubts.fetch_add(1, Ordering::Relaxed);
            if reply.is_ok_and(|reply| reply.status == 429) {
                self.unseen_wait.store(true, Ordering::Relaxed);
            }
            return Box::pin(std::future::pending());
        }
        if is_call && self.overlaps {
            return Box::pin(self.after_others(reply));
        }
        Box::pin(std::future::ready(reply))
    }

    /// An answer that comes after all that is sent now has left, and a moment after the one before it.
    async fn after_others(
        &self,
        reply: Result<Reply, TransportError>,
    ) -> Result<Reply, TransportError> {
        let mut has_left = false;
        std::future::poll_fn(|context| {
            if std::mem::replace(&mut has_left, true) {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        self.clock.advance(1);
        reply
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

impl Wire {
    fn fetched(&self, fetched: Download, timeout: Duration) -> Result<Arc<[u8]>, DownloadError> {
        match fetched {
            Download::File(bytes) => Ok(bytes),
            Download::Failed(answer) => match self.read(answer, timeout) {
                Ok(reply) => Err(DownloadError::Refused {
                    status: reply.status,
                    retry_after: reply.retry_after,
                }),
                Err(_) => Err(DownloadError::Lost),
            },
            Download::Slow { delay_ms, then } => {
                self.clock.advance(millis(Duration::from_millis(delay_ms)));
                self.fetched(*then, timeout)
            }
        }
    }
}

impl Transport for Wire {
    fn post<'a>(&'a self, method: &'a str, body: String, timeout: Duration) -> ReplyFuture<'a> {
        let params = serde_json::from_str(&body).expect("the bot sends JSON");
        self.pass(TOKEN, method, &params, &[], timeout)
    }

    fn post_form<'a>(
        &'a self,
        method: &'a str,
        fields: Vec<(String, String)>,
        files: Vec<Upload>,
        timeout: Duration,
    ) -> ReplyFuture<'a> {
        let params = fields
            .into_iter()
            .map(|(name, text)| (name, Value::String(text)))
            .collect();
        let read = |file: Upload| {
            Some(sandbox::Upload {
                field: file.field,
                file_name: file.name,
                mime_type: "application/octet-stream".to_owned(),
                bytes: std::fs::read(file.path).ok()?.into(),
            })
        };
        match files.into_iter().map(read).collect::<Option<Vec<_>>>() {
            Some(files) => self.pass(TOKEN, method, &params, &files, timeout),
            None => Box::pin(std::future::ready(Err(TransportError::NoFile))),
        }
    }

    fn download<'a>(
        &'a self,
        file_path: &'a str,
        to: &'a Path,
        at_most: u64,
        timeout: Duration,
    ) -> DownloadFuture<'a> {
        if self.point() {
            return Box::pin(std::future::pending());
        }
        let file = if self.offline.load(Ordering::Relaxed) {
            Err(DownloadError::Lost)
        } else {
            let fetched = self.sandbox.fetch(TOKEN, file_path, self.clock.now_ms());
            self.fetched(fetched, timeout)
        };
        let written = file.and_then(|bytes| {
            let size = u64::try_from(bytes.len()).expect("a test's file is small");
            if size > at_most {
                return Err(DownloadError::TooLarge);
            }
            std::fs::write(to, &bytes).map_err(DownloadError::Disk)?;
            Ok(size)
        });
        Box::pin(std::future::ready(written))
    }
}

impl Transport for VoiceWire {
    fn post<'a>(&'a self, method: &'a str, body: String, timeout: Duration) -> ReplyFuture<'a> {
        let params = serde_json::from_str(&body).expect("the bot sends JSON");
        self.wire.pass(self.token, method, &params, &[], timeout)
    }

    fn post_form<'a>(
        &'a self,
        method: &'a str,
        _: Vec<(String, String)>,
        _: Vec<Upload>,
        _: Duration,
    ) -> ReplyFuture<'a> {
        panic!("a further bot sends no files, so it has no need of {method}")
    }

    fn download<'a>(&'a self, _: &'a str, _: &'a Path, _: u64, _: Duration) -> DownloadFuture<'a> {
        panic!("a further bot fetches no files")
    }
}
