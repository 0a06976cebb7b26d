//! The server over a real socket, spoken to in raw HTTP.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use serde_json::json;
use tokio::sync::oneshot;

use super::*;
use crate::sandbox::{Fault, FaultRule, Person, Settings};

const NOW: i64 = 1_800_000_000_000;
const ANN: i64 = 101;

/// A server with one client that has written once.
struct Running {
    sandbox: Sandbox,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<std::io::Result<()>>>,
}

impl Running {
    fn start() -> Running {
        let sandbox = Sandbox::new(Settings::without_limits());
        sandbox.register_bot("7:secret", 7, "desk_bot");
        sandbox.add_person(Person::named(ANN, "Ann"));
        let content = json!({"text": "hi"});
        sandbox
            .person_sends(ANN, ANN, None, content, None, NOW)
            .expect("a client may write");
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = std::sync::mpsc::channel();
        let served = sandbox.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime can be built");
            runtime.block_on(async move {
                let listener = TcpListener::bind("127.0.0.1:0").await?;
                tell.send(listener.local_addr()?)
                    .expect("the test waits for it");
                serve(served, listener, Arc::new(|| NOW), async move {
                    let _ = stopped.await;
                })
                .await
            })
        });
        Running {
            sandbox,
            address: told.recv().expect("the server starts"),
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    fn send(&self, head: &str, body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).expect("the server listens");
        let length = body.len();
        let request = format!(
            "{head} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        stream
            .write_all(request.as_bytes())
            .expect("the server reads");
        stream
    }

    fn ask(&self, head: &str, body: &str) -> String {
        read_all(self.send(head, body))
    }

    /// Lets the server come as far as having seen so many calls.
    fn until_calls(&self, count: u64) {
        while self.sandbox.call_count() < count {
            std::thread::yield_now();
        }
    }

    fn fail(&self, fault: Fault) -> String {
        self.sandbox.plan(FaultRule::once("sendMessage", fault));
        self.ask(
            "POST /bot7:secret/sendMessage",
            r#"{"chat_id":101,"text":"x"}"#,
        )
    }

    fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            stop.send(()).expect("the server runs");
        }
        if let Some(thread) = self.thread.take() {
            let served = thread.join().expect("the server does not panic");
            served.expect("the server ends well");
        }
    }
}

fn read_all(mut stream: TcpStream) -> String {
    let mut answer = String::new();
    // A cut connection is an error or an early end, depending on what was on its way.
    let _ = stream.read_to_string(&mut answer);
    answer
}

#[test]
fn calls_come_in_all_shapes() {
    let mut server = Running::start();
    let table = [
        (
            "GET /bot7:secret/getMe",
            "",
            "HTTP/1.1 200",
            "\"is_bot\":true",
        ),
        (
            "GET /bot7%3Asecret/GETME",
            "",
            "HTTP/1.1 200",
            "\"is_bot\":true",
        ),
        (
            "GET /bot7:secret/sendMessage?chat_id=101&text=a+b",
            "",
            "HTTP/1.1 200",
            "a b",
        ),
        (
            "POST /bot7:secret/sendMessage",
            r#"{"chat_id":101,"text":"c"}"#,
            "HTTP/1.1 200",
            "\"c\"",
        ),
        (
            "POST /bot7:secret/sendMessage",
            r#"{"chat_id":"#,
            "HTTP/1.1 400",
            "chat_id is empty",
        ),
        (
            "PUT /bot7:secret/getMe",
            "",
            "HTTP/1.1 501",
            "Not Implemented",
        ),
        ("GET /", "", "HTTP/1.1 404", "Not Found"),
        (
            "GET /bot7/getMe",
            "",
            "HTTP/1.1 401",
            "invalid token specified",
        ),
    ];
    for (head, body, status, expected) in table {
        let answer = server.ask(head, body);
        assert!(answer.starts_with(status), "{head}: {answer}");
        assert!(answer.contains(expected), "{head}: {answer}");
    }
    server.stop();
}

#[test]
fn faults_reach_the_socket() {
    let mut server = Running::start();
    assert_eq!(server.fail(Fault::CutBefore), "");
    assert_eq!(server.fail(Fault::CutAfter), "");
    assert_eq!(server.sandbox.chat_messages(ANN).len(), 2);
    let page = server.fail(Fault::BadGatewayHtml);
    assert!(
        page.starts_with("HTTP/1.1 502") && page.contains("text/html"),
        "{page}"
    );
    let wait = server.fail(Fault::RetryAfter { seconds: 35 });
    assert!(wait.contains("retry-after: 35"), "{wait}");
    server.stop();
}

#[test]
fn files_are_served_or_lost_on_the_way() {
    let mut server = Running::start();
    let photo = crate::sandbox::content::photo("p", "");
    server
        .sandbox
        .person_sends(ANN, ANN, None, photo, None, NOW)
        .expect("a client may write");
    server.sandbox.put_file("photo-p-m", b"bytes!".as_slice());
    let head = "GET /file/bot7:secret/photos/photo-p-m";
    let whole = server.ask(head, "");
    assert!(whole.starts_with("HTTP/1.1 200") && whole.ends_with("bytes!"));
    let fault = FaultRule::once("download", Fault::CutAfter);
    server.sandbox.plan(fault);
    assert_eq!(server.ask(head, ""), "");
    let none = server.ask("GET /file/bot7:secret/photos/other", "");
    assert!(none.starts_with("HTTP/1.1 404"), "{none}");
    server.stop();
}

#[test]
fn a_long_poll_ends_with_the_update() {
    let mut server = Running::start();
    let first = server.ask("GET /bot7:secret/getUpdates?offset=-1", "");
    assert!(first.contains("\"hi\""), "{first}");
    let id = first
        .split("\"update_id\":")
        .nth(1)
        .and_then(|rest| rest.split(',').next());
    let id: i64 = id.and_then(|id| id.parse().ok()).expect("an id");
    let head = format!("GET /bot7:secret/getUpdates?timeout=50&offset={}", id + 1);
    let overtaken = server.send(&head, "");
    server.until_calls(2);
    let waiting = server.send(&head, "");
    assert!(
        read_all(overtaken).contains("409"),
        "the older poll is ended"
    );
    let content = json!({"text": "later"});
    server
        .sandbox
        .person_sends(ANN, ANN, None, content, None, NOW)
        .expect("a client may write");
    assert!(read_all(waiting).contains("later"));
    server.stop();
}

#[test]
fn stopping_cuts_what_hangs() {
    let mut server = Running::start();
    server.sandbox.plan(FaultRule::once("getMe", Fault::Hang));
    let hanging = server.send("GET /bot7:secret/getMe", "");
    let waiting = server.send(
        "GET /bot7:secret/getUpdates?timeout=50&offset=200000002",
        "",
    );
    server.until_calls(2);
    server.stop();
    assert_eq!(read_all(hanging), "");
    assert_eq!(read_all(waiting), "");
}
