//! The model over HTTP, with the manners of api.telegram.org.
//!
//! Turns requests into calls and answers into responses, waits for long polls, and plays faults on
//! the socket itself. Decides nothing about Telegram: that is the model's.

mod body;
mod wire;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::sandbox::errors::Refusal;
use crate::sandbox::{Answer, Download, Sandbox};
use wire::{Cutter, Wires};

/// Unix milliseconds, from whoever may read a clock.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// A request with an upload of 50 MB and its envelope.
const BODY_MAX_BYTES: usize = 55_000_000;

#[derive(Clone)]
struct Server {
    sandbox: Sandbox,
    clock: Clock,
    stopped: watch::Receiver<bool>,
}

/// Serves `/bot<token>/<method>` and `/file/bot<token>/<path>` until `shutdown` is done. Calls that
/// hang or wait are cut off then.
pub async fn serve(
    sandbox: Sandbox,
    listener: TcpListener,
    clock: Clock,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let (stop, stopped) = watch::channel(false);
    let server = Server {
        sandbox,
        clock,
        stopped,
    };
    let app = Router::new().fallback(handle).with_state(server);
    let app = app.into_make_service_with_connect_info::<Cutter>();
    axum::serve(Wires::new(listener), app)
        .with_graceful_shutdown(async move {
            shutdown.await;
            // Nobody listening only means that no request was ever made.
            let _ = stop.send(true);
        })
        .await
}

async fn handle(
    State(mut server): State<Server>,
    ConnectInfo(cutter): ConnectInfo<Cutter>,
    request: Request,
) -> Response {
    if ![Method::GET, Method::POST].contains(request.method()) {
        return refused(&Refusal::new(501, "Not Implemented"));
    }
    let path = request.uri().path().to_owned();
    if let Some((token, file)) = path
        .strip_prefix("/file/bot")
        .and_then(|rest| rest.split_once('/'))
    {
        let (token, file) = (body::percent_decoded(token), body::percent_decoded(file));
        return server.download(&token, &file, cutter).await;
    }
    let Some((token, method)) = path
        .strip_prefix("/bot")
        .and_then(|rest| rest.split_once('/'))
    else {
        return refused(&Refusal::new(404, "Not Found"));
    };
    let token = body::percent_decoded(token);
    let (head, content) = request.into_parts();
    let Ok(content) = axum::body::to_bytes(content, BODY_MAX_BYTES).await else {
        return refused(&Refusal::new(413, "Request Entity Too Large"));
    };
    let content_type = head
        .headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let query = head.uri.query().unwrap_or_default();
    let input = body::read(query, content_type, &content);
    let answer = server.sandbox.call_with_files(
        &token,
        method,
        &input.params,
        &input.uploads,
        (server.clock)(),
    );
    server.carry_out(&token, answer, cutter).await
}

impl Server {
    async fn carry_out(&mut self, token: &str, answer: Answer, cutter: Cutter) -> Response {
        let mut answer = answer;
        loop {
            answer = match answer {
                Answer::Reply {
                    status,
                    body,
                    retry_after,
                } => return reply(status, body, retry_after),
                Answer::CutBefore | Answer::CutAfter => return cutter.cut(),
                Answer::Hang => {
                    self.until_stopped().await;
                    return cutter.cut();
                }
                Answer::Slow { delay_ms, then } => {
                    if self.sleep(delay_ms).await {
                        return cutter.cut();
                    }
                    *then
                }
                Answer::Wait { until_ms, poll } => match self.wait(token, until_ms, poll).await {
                    Some(answer) => answer,
                    None => return cutter.cut(),
                },
            };
        }
    }

    async fn download(&mut self, token: &str, path: &str, cutter: Cutter) -> Response {
        let mut download = self.sandbox.fetch(token, path, (self.clock)());
        loop {
            download = match download {
                Download::File(bytes) => {
                    let kind = HeaderValue::from_static("application/octet-stream");
                    return ([(CONTENT_TYPE, kind)], Body::from(bytes.to_vec())).into_response();
                }
                Download::Failed(answer) => return self.carry_out(token, answer, cutter).await,
                Download::Slow { delay_ms, then } => {
                    if self.sleep(delay_ms).await {
                        return cutter.cut();
                    }
                    *then
                }
            };
        }
    }

    /// Sleeps for an update or until the poll is over; `None` if the server stops first.
    async fn wait(&mut self, token: &str, until_ms: i64, poll: u64) -> Option<Answer> {
        let Some(wake) = self.sandbox.wake(token) else {
            return Some(self.sandbox.poll_again(token, poll, (self.clock)()));
        };
        let mut rung = std::pin::pin!(wake.notified());
        rung.as_mut().enable();
        // An update may have come between the answer and the line above.
        let again = self.sandbox.poll_again(token, poll, (self.clock)());
        if !matches!(again, Answer::Wait { .. }) {
            return Some(again);
        }
        let left_ms = u64::try_from(until_ms - (self.clock)()).unwrap_or(0);
        tokio::select! {
            () = &mut rung => {}
            () = tokio::time::sleep(Duration::from_millis(left_ms)) => {}
            _ = self.stopped.wait_for(|stopped| *stopped) => return None,
        }
        Some(self.sandbox.poll_again(token, poll, (self.clock)()))
    }

    /// `true` if the server stops first.
    async fn sleep(&mut self, ms: u64) -> bool {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(ms)) => false,
            _ = self.stopped.wait_for(|stopped| *stopped) => true,
        }
    }

    async fn until_stopped(&mut self) {
        // An error means that the server is gone, which is the same.
        let _ = self.stopped.wait_for(|stopped| *stopped).await;
    }
}

fn reply(status: u16, body: String, retry_after: Option<u32>) -> Response {
    let content_type = if body.starts_with("<html>") {
        "text/html"
    } else {
        "application/json"
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Some(seconds) = retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn refused(refusal: &Refusal) -> Response {
    reply(refusal.code, refusal.body(), refusal.retry_after_seconds)
}

#[cfg(test)]
mod tests;
