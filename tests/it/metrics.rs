//! The endpoint for monitoring over a real socket: what it answers, how its text is built, and what
//! becomes of those who ask in bad manners.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hushdesk::clock::{Clock, SystemClock};
use hushdesk::domain::ids::{BotId, ChatId, DeskId};
use hushdesk::ops::endpoint::{BOUNDS, BindError, Bounds, Endpoint, Sources};
use hushdesk::ops::health::Signs;
use hushdesk::store::figures::GroupName;
use hushdesk::store::{Options, Store};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

/// Short, so that a test does not wait.
const HASTY: Bounds = Bounds {
    connections: 2,
    lasts: Duration::from_millis(300),
    ..BOUNDS
};

async fn endpoint() -> Endpoint {
    let groups = ["main", "odd \"name\"\\"].map(|desk| GroupName {
        id: DeskId::MAIN,
        desk: desk.to_owned(),
        configured: ChatId(-100_777),
        calls_per_minute: 20,
    });
    let address = SocketAddr::from(([127, 0, 0, 1], 0));
    let endpoint = Endpoint::bind(address, groups.to_vec()).await;
    endpoint.expect("a port is free")
}

/// Plays with an endpoint over a new database.
async fn served<F: Future<Output = ()>>(bounds: Bounds, play: impl FnOnce(SocketAddr) -> F) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let options = Options {
        path: folder.path().join("desk.db"),
        readers: 1,
        bot: BotId(1),
    };
    let store = Store::open(&options, SystemClock.now()).expect("it opens");
    let endpoint = endpoint().await;
    let address = endpoint.address().expect("it is bound");
    let sources = Sources {
        readers: store.readers(),
        clock: Arc::new(SystemClock),
        signs: Arc::new(|| Signs {
            loops: Vec::new(),
            polled: Some(Duration::ZERO),
        }),
    };
    let shutdown = CancellationToken::new();
    let stop = shutdown.clone();
    let (served, ()) = tokio::join!(endpoint.serve(sources, bounds, shutdown), async {
        play(address).await;
        stop.cancel();
    });
    served.expect("it ends in peace");
    store.close();
}

async fn connect(address: SocketAddr) -> TcpStream {
    TcpStream::connect(address).await.expect("it listens")
}

/// All that comes until the other side closes, as far as it comes.
async fn rest(mut connection: TcpStream) -> String {
    let mut answer = Vec::new();
    let _read = connection.read_to_end(&mut answer).await;
    String::from_utf8(answer).expect("an answer is text")
}

async fn ask(address: SocketAddr, method: &str, path: &str) -> (String, String) {
    let mut connection = connect(address).await;
    let question = format!("{method} {path} HTTP/1.1\r\nHost: here\r\n\r\n");
    let sent = connection.write_all(question.as_bytes()).await;
    sent.expect("it takes a question");
    let answer = rest(connection).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    (head.to_owned(), body.to_owned())
}

/// A reader of the format that is not the writer's: every series belongs to the family described just
/// above it, no family and no series comes twice, labels are well formed, the end is marked.
fn check_format(text: &str) {
    let (mut families, mut series) = (BTreeSet::new(), BTreeSet::new());
    let mut family = String::new();
    let body = text.strip_suffix("# EOF\n").expect("the end is marked");
    for line in body.lines() {
        if let Some(rest) = line.strip_prefix("# ") {
            let (kind, rest) = rest.split_once(' ').expect("a kind");
            let (name, told) = rest.split_once(' ').expect("a name");
            assert!(!told.is_empty(), "{line}");
            match kind {
                "HELP" => {
                    assert!(families.insert(name.to_owned()), "twice: {line}");
                    family = name.to_owned();
                }
                "TYPE" => assert!(["gauge", "info"].contains(&told), "{line}"),
                "UNIT" => assert!(name.ends_with(told), "{line}"),
                other => panic!("{other} is no kind: {line}"),
            }
            assert_eq!(name, family, "{line}");
            continue;
        }
        let (name, value) = line.rsplit_once(' ').expect("a series has a value");
        value.parse::<f64>().expect("a value is a number");
        assert!(series.insert(name.to_owned()), "twice: {line}");
        let (name, labels) = name.split_once('{').unwrap_or((name, ""));
        assert!(name == family || name == format!("{family}_info"), "{line}");
        let well_named = |name: &str| {
            name.starts_with(|first: char| first.is_ascii_lowercase())
                && name
                    .chars()
                    .all(|letter| letter.is_ascii_lowercase() || letter == '_')
        };
        assert!(well_named(name) && name.starts_with("hushdesk_"), "{line}");
        for label in labels.strip_suffix("\"}").unwrap_or_default().split("\",") {
            let (key, value) = label.split_once("=\"").unwrap_or(("none", ""));
            assert!(well_named(key), "{line}");
            assert!(
                value.parse::<i64>().is_err(),
                "a number names something: {line}"
            );
        }
    }
    assert!(families.len() > 20 && series.len() > 60, "{text}");
}

#[tokio::test]
async fn the_answers_of_the_endpoint() {
    served(BOUNDS, async |address| {
        let (head, body) = ask(address, "GET", "/metrics").await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert!(head.contains("application/openmetrics-text"), "{head}");
        assert!(head.contains("connection: close"), "{head}");
        check_format(&body);
        assert!(
            !body.contains("100777"),
            "a group's number is shown: {body}"
        );
        assert!(body.contains(r#"{desk="odd \"name\"\\"}"#), "{body}");
        let (head, body) = ask(address, "HEAD", "/metrics").await;
        assert!(
            head.starts_with("HTTP/1.1 200") && body.is_empty(),
            "{head}"
        );
        let (head, body) = ask(address, "GET", "/health").await;
        assert!(
            head.starts_with("HTTP/1.1 200") && body == "ok\n",
            "{head}{body}"
        );
        for (method, path, status) in [
            ("GET", "/", "404"),
            ("GET", "/metrics/", "404"),
            ("POST", "/metrics", "405"),
            ("DELETE", "/health", "405"),
        ] {
            let (head, _) = ask(address, method, path).await;
            assert!(
                head.starts_with(&format!("HTTP/1.1 {status}")),
                "{path}: {head}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn whoever_dawdles_is_cut_off_and_makes_room() {
    served(HASTY, async |address| {
        let mut dawdlers = Vec::new();
        for _ in 0..HASTY.connections {
            let mut connection = connect(address).await;
            let sent = connection.write_all(b"GET /metrics HTTP/1.1\r\nHos").await;
            sent.expect("it takes the beginning of a question");
            dawdlers.push(connection);
        }
        // All places are taken; this one waits for a place and then gets its answer.
        let (head, _) = ask(address, "GET", "/health").await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        for dawdler in dawdlers {
            let answer = rest(dawdler).await;
            assert!(!answer.contains("200 OK"), "{answer}");
        }
    })
    .await;
}

#[tokio::test]
async fn endless_headers_are_cut_off() {
    served(BOUNDS, async |address| {
        let mut connection = connect(address).await;
        let line = format!("X-Filler: {}\r\n", "x".repeat(1_000));
        let _sent = connection.write_all(b"GET /metrics HTTP/1.1\r\n").await;
        for _ in 0..40 {
            // It fails once the other side has closed.
            let _sent = connection.write_all(line.as_bytes()).await;
        }
        let _sent = connection.write_all(b"\r\n").await;
        let answer = rest(connection).await;
        assert!(!answer.contains("200 OK"), "{answer}");
        let (head, _) = ask(address, "GET", "/health").await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    })
    .await;
}

#[tokio::test]
async fn many_who_ask_at_once_all_get_an_answer() {
    served(BOUNDS, async |address| {
        let asked = (0..100).map(|_| ask(address, "GET", "/metrics"));
        for (head, _) in futures_util::future::join_all(asked).await {
            assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_port_in_use_is_said() {
    let first = endpoint().await;
    let address = first.address().expect("it is bound");
    let second = Endpoint::bind(address, Vec::new()).await;
    let error = second.err().expect("the port is taken");
    assert!(matches!(error, BindError::InUse(_)), "{error}");
    assert!(error.to_string().contains("another program listens there"));
}
