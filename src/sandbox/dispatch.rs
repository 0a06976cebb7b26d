//! One call from arrival to answer: token, strictness, faults, flood limits, method, log.
//!
//! Must not play methods itself.

use serde_json::{Map, Value};

use crate::sandbox::Answer;
use crate::sandbox::errors::Refusal;
use crate::sandbox::faults::{CallInfo, Fault};
use crate::sandbox::files::Upload;
use crate::sandbox::flood::{Draw, Family, Verdict, is_counted};
use crate::sandbox::log::CallRecord;
use crate::sandbox::methods::table::Method;
use crate::sandbox::methods::{schema, table, updates};
use crate::sandbox::params::{Call, as_integer};
use crate::sandbox::queue::Polled;
use crate::sandbox::world::{Place, World};

const GATEWAY_PAGE: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
                            <center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.18.0\
                            </center>\r\n</body>\r\n</html>\r\n";
const GARBAGE: &str = "{\"ok\":true,\"resu";

/// A call as it came in.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    pub token: &'a str,
    pub method: &'a str,
    pub params: &'a Map<String, Value>,
    pub uploads: &'a [Upload],
    pub now_ms: i64,
}

/// What a call did, before it is put into words.
enum Done {
    Result(String),
    Refused(Refusal),
    Wait { until_ms: i64, poll: u64 },
}

impl World {
    pub fn dispatch(&mut self, request: &Request<'_>) -> Answer {
        let bot = match self.authorise(request.token) {
            Ok(bot) => bot,
            Err(refusal) => return refused(&refusal),
        };
        let Some(method) = table::find(request.method) else {
            let complaint = format!("{}: unknown method", request.method);
            self.log.violation(complaint);
            return refused(&Refusal::new(404, "Not Found: method not found"));
        };
        let before = (self.log.violation_count(), self.log.wait_count());
        schema::check(method, request.params, request.uploads, &mut |complaint| {
            self.log.violation(format!("{}: {complaint}", method.name));
        });
        let info = CallInfo {
            bot,
            method: method.name,
            chat: chat_of(request.params),
            at_ms: request.now_ms,
            number: self.log.count(),
        };
        let fault = self.faults.draw(&info);
        let answer = self.play(request, method, &info, fault);
        self.record(request, &info, &answer, before);
        answer
    }

    /// The bot of a token.
    pub fn authorise(&self, token: &str) -> Result<i64, Refusal> {
        if self.revoked.contains(token) {
            return Err(Refusal::new(401, "Unauthorized"));
        }
        if let Some(bot) = self.tokens.get(token) {
            return Ok(*bot);
        }
        let is_token = token.split_once(':').is_some_and(|(id, secret)| {
            !secret.is_empty() && !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())
        });
        Err(Refusal::new(
            401,
            if is_token {
                "Unauthorized"
            } else {
                "Unauthorized: invalid token specified"
            },
        ))
    }

    fn play(
        &mut self,
        request: &Request<'_>,
        method: &'static Method,
        info: &CallInfo<'_>,
        fault: Option<Fault>,
    ) -> Answer {
        match fault {
            None => self.run(request, method, info, None),
            Some(Fault::PartialBatch { items, error }) => {
                self.run(request, method, info, Some((items, error)))
            }
            Some(Fault::Refuse {
                code,
                description,
                parameters,
            }) => planned_refusal(code, &description, parameters),
            Some(Fault::RetryAfter { seconds }) => {
                if let Some(draw) = self.draw_of(request, method, info) {
                    self.meters.penalise(&self.settings, draw, seconds);
                }
                refused(&Refusal::too_many_requests(seconds))
            }
            Some(Fault::CutBefore) => Answer::CutBefore,
            Some(Fault::BadGatewayHtml) => gateway_page(),
            Some(Fault::Internal500) => refused(&Refusal::new(500, "Internal Server Error")),
            Some(Fault::Hang) => Answer::Hang,
            Some(Fault::CutAfter) => self.run_then(request, method, info, Answer::CutAfter),
            Some(Fault::BadGatewayAfter) => self.run_then(request, method, info, gateway_page()),
            Some(Fault::HangAfter) => self.run_then(request, method, info, Answer::Hang),
            Some(Fault::Garbage) => self.run_then(request, method, info, page(200, GARBAGE)),
            Some(Fault::Slow { ms }) => slow(ms, self.run(request, method, info, None)),
            Some(Fault::Late { ms }) => {
                let late_ms = i64::try_from(ms).unwrap_or(i64::MAX);
                let late = Request {
                    now_ms: request.now_ms.saturating_add(late_ms),
                    ..*request
                };
                slow(ms, self.run(&late, method, info, None))
            }
        }
    }

    /// Lets a call happen and answers something else.
    fn run_then(
        &mut self,
        request: &Request<'_>,
        method: &'static Method,
        info: &CallInfo<'_>,
        answer: Answer,
    ) -> Answer {
        self.run(request, method, info, None);
        answer
    }

    fn run(
        &mut self,
        request: &Request<'_>,
        method: &'static Method,
        info: &CallInfo<'_>,
        partial: Option<(usize, String)>,
    ) -> Answer {
        let mut delay_ms = 0;
        if let Some(draw) = self.draw_of(request, method, info) {
            match self.meters.draw(&self.settings, draw) {
                Verdict::Pass => {}
                Verdict::Delayed { ms } => delay_ms = ms,
                Verdict::Refused { seconds, early } => {
                    self.log.wait();
                    if early {
                        let name = method.name;
                        self.log
                            .violation(format!("{name}: called before its retry_after passed"));
                    }
                    return refused(&Refusal::too_many_requests(seconds));
                }
            }
        }
        let call = Call {
            bot: info.bot,
            params: request.params,
            uploads: request.uploads,
            now_ms: request.now_ms,
            partial,
        };
        let answer = match self.execute(method, &call) {
            Done::Result(json) => Answer::Reply {
                status: 200,
                body: format!("{{\"ok\":true,\"result\":{json}}}"),
                retry_after: None,
            },
            Done::Refused(refusal) => {
                if refusal.misuse {
                    let text = format!("{}: {}", method.name, refusal.description);
                    self.log.violation(text);
                }
                refused(&refusal)
            }
            Done::Wait { until_ms, poll } => Answer::Wait { until_ms, poll },
        };
        match delay_ms {
            0 => answer,
            delay_ms => Answer::Slow {
                delay_ms,
                then: Box::new(answer),
            },
        }
    }

    fn execute(&mut self, method: &Method, call: &Call<'_>) -> Done {
        if method.name == "getUpdates" {
            return match updates::poll(self, call) {
                Ok(Polled::Updates(json)) => Done::Result(json),
                Ok(Polled::Wait { until_ms, poll }) => Done::Wait { until_ms, poll },
                Err(refusal) => Done::Refused(refusal),
            };
        }
        match (method.run)(self, call) {
            Ok(json) => Done::Result(json),
            Err(refusal) => Done::Refused(refusal),
        }
    }

    /// A waiting `getUpdates` looks again.
    pub fn poll_again(&mut self, token: &str, poll: u64, now_ms: i64) -> Answer {
        let bot = match self.authorise(token) {
            Ok(bot) => bot,
            Err(refusal) => return refused(&refusal),
        };
        let bot = self
            .bots
            .get_mut(&bot)
            .expect("tokens name registered bots");
        if bot.webhook.is_some() {
            return refused(&Refusal::conflict("terminated by setWebhook request"));
        }
        match bot.queue.poll_again(poll, now_ms) {
            Ok(Polled::Updates(json)) => Answer::Reply {
                status: 200,
                body: format!("{{\"ok\":true,\"result\":{json}}}"),
                retry_after: None,
            },
            Ok(Polled::Wait { until_ms, poll }) => Answer::Wait { until_ms, poll },
            Err(refusal) => refused(&refusal),
        }
    }

    /// What a call costs; `None` if it is free or goes nowhere.
    fn draw_of(&self, request: &Request<'_>, method: &Method, info: &CallInfo<'_>) -> Option<Draw> {
        let chat = info.chat?;
        let place = Place {
            bot: if chat > 0 { info.bot } else { 0 },
            chat,
        };
        let known = self.chats.contains_key(&place);
        if method.family == Family::Free || !known {
            return None;
        }
        Some(Draw {
            bot: info.bot,
            place,
            private: chat > 0,
            family: method.family,
            items: if self.settings.unconfirmed.album_items_count {
                items_of(request.params)
            } else {
                1
            },
            now_ms: request.now_ms,
        })
    }

    fn record(
        &mut self,
        request: &Request<'_>,
        info: &CallInfo<'_>,
        answer: &Answer,
        (violations, waits): (usize, u64),
    ) {
        let violation = self.log.violation_count() > violations;
        let is_wait = self.log.wait_count() > waits;
        let is_poll = info.method == "getUpdates";
        let skipped = is_poll && !self.settings.log_polls && !violation;
        if !self.log.is_kept() || skipped {
            return;
        }
        self.log.push(CallRecord {
            bot: info.bot,
            method: info.method.to_owned(),
            params: request.params.clone(),
            uploads: request.uploads.to_vec(),
            chat: info.chat,
            at_ms: info.at_ms,
            status: answer.status(),
            retry_after_seconds: answer.retry_after(),
            counted: table::find(info.method)
                .is_some_and(|method| is_counted(&self.settings, method.family)),
            violation,
            unseen_wait: is_wait && answer.status() != 429,
        });
    }
}

fn chat_of(params: &Map<String, Value>) -> Option<i64> {
    params
        .get("chat_id")
        .map(as_integer)
        .filter(|chat| *chat != 0)
}

/// Messages that a call makes: items of an album or of a batch of copies.
fn items_of(params: &Map<String, Value>) -> u32 {
    let list = params
        .get("message_ids")
        .or_else(|| params.get("media"))
        .and_then(|list| match list {
            Value::Array(items) => Some(items.len()),
            Value::String(text) if text.starts_with('[') => {
                serde_json::from_str::<Vec<Value>>(text)
                    .ok()
                    .map(|items| items.len())
            }
            _ => None,
        });
    u32::try_from(list.unwrap_or(1).max(1)).unwrap_or(1)
}

pub(crate) fn refused(refusal: &Refusal) -> Answer {
    Answer::Reply {
        status: refusal.code,
        body: refusal.body(),
        retry_after: refusal.retry_after_seconds,
    }
}

/// The same answer, later. A poll has its own time.
fn slow(delay_ms: u64, answer: Answer) -> Answer {
    match answer {
        Answer::Wait { .. } => answer,
        then => Answer::Slow {
            delay_ms,
            then: Box::new(then),
        },
    }
}

pub(crate) fn planned_refusal(
    code: u16,
    description: &str,
    parameters: Option<Map<String, Value>>,
) -> Answer {
    let retry_after = parameters
        .as_ref()
        .and_then(|parameters| parameters.get("retry_after")?.as_u64())
        .and_then(|seconds| u32::try_from(seconds).ok());
    let mut body = serde_json::json!({
        "ok": false, "error_code": code, "description": description,
    });
    if let Some(parameters) = parameters {
        body["parameters"] = Value::Object(parameters);
    }
    Answer::Reply {
        status: code,
        body: body.to_string(),
        retry_after,
    }
}

/// What the gateway in front of the server says when it cannot reach it.
pub(crate) fn gateway_page() -> Answer {
    page(502, GATEWAY_PAGE)
}

fn page(status: u16, body: &str) -> Answer {
    Answer::Reply {
        status,
        body: body.to_owned(),
        retry_after: None,
    }
}
