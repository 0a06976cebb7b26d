//! The least that any bot has to do for a text: fetch it and post it. The same HTTP client with the
//! same number of calls at a time, and nothing else: no database, no rules, no order.

use std::process::Command;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use hushdesk::delivery::IN_FLIGHT_MAX;
use hushdesk::telegram::{GET_UPDATES, HttpTransport, Reply, Transport};
use secrecy::SecretString;
use serde::Deserialize;
use tokio::sync::mpsc;

use crate::bot::Running;
use crate::peer::TOKEN;

const CALL_TIMEOUT: Duration = Duration::from_secs(30);
const POLL_TIMEOUT: Duration = Duration::from_secs(60);
/// Texts between the poll and the posts; the poll waits when there are more.
const QUEUE_MAX: usize = 256;

#[derive(Deserialize)]
struct Answer {
    result: Vec<Update>,
}

#[derive(Deserialize)]
struct Update {
    update_id: i64,
    message: Option<Message>,
}

#[derive(Deserialize)]
struct Message {
    chat: Chat,
    #[serde(default)]
    text: String,
}

#[derive(Deserialize)]
struct Chat {
    id: i64,
}

/// The floor as a process of its own, as the bot is one.
pub fn start(url: &str, group: &str, threads: &str) -> Running {
    let this = std::env::current_exe().expect("a running program has a file");
    Running::spawn(Command::new(this).args(["floor", url, group, threads]))
}

/// Posts what clients write into topics, until it is killed.
pub fn run(url: &str, group: &str, threads: &str) {
    let threads: Vec<i64> = threads
        .split(',')
        .filter_map(|thread| thread.parse().ok())
        .collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime can be built");
    runtime.block_on(async {
        let transport =
            HttpTransport::new(url, SecretString::from(TOKEN)).expect("the address is a good one");
        let (queue, texts) = mpsc::channel(QUEUE_MAX);
        tokio::join!(
            fetch(&transport, queue),
            post(&transport, group, &threads, texts)
        );
    });
}

async fn fetch(transport: &HttpTransport, queue: mpsc::Sender<Message>) {
    let mut offset = 0;
    loop {
        let body = format!("{{\"offset\":{offset},\"limit\":100,\"timeout\":50}}");
        let reply = call(transport, GET_UPDATES, body, POLL_TIMEOUT).await;
        let answer: Answer = serde_json::from_slice(&reply.body).expect("updates are JSON");
        for update in answer.result {
            offset = update.update_id + 1;
            // Posts of the bot itself come back as announcements only.
            if let Some(message) = update.message.filter(|message| message.chat.id > 0)
                && queue.send(message).await.is_err()
            {
                return;
            }
        }
    }
}

async fn post(
    transport: &HttpTransport,
    group: &str,
    threads: &[i64],
    mut texts: mpsc::Receiver<Message>,
) {
    let mut under_way = FuturesUnordered::new();
    loop {
        tokio::select! {
            text = texts.recv(), if under_way.len() < IN_FLIGHT_MAX => {
                let Some(Message { chat, text }) = text else {
                    return;
                };
                let clients = i64::try_from(threads.len()).expect("topics are few");
                let turn = usize::try_from(chat.id.rem_euclid(clients)).expect("it is positive");
                let text = serde_json::to_string(&text).expect("text is JSON");
                let body = format!(
                    "{{\"chat_id\":{group},\"message_thread_id\":{},\"text\":{text}}}",
                    threads[turn]
                );
                under_way.push(call(transport, "sendMessage", body, CALL_TIMEOUT));
            }
            Some(_posted) = under_way.next() => {}
        }
    }
}

async fn call(
    transport: &HttpTransport,
    method: &'static str,
    body: String,
    timeout: Duration,
) -> Reply {
    let reply = transport.post(method, body, timeout).await;
    let reply = reply.expect("the peer answers");
    assert_eq!(reply.status, 200, "{method}");
    reply
}
