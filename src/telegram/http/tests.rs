//! The transport over a real socket.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

const TOKEN: &str = "123:hidden-token";
const SHORT: Duration = Duration::from_secs(5);

fn transport(api_url: &str) -> HttpTransport {
    HttpTransport::new(api_url, TOKEN.into()).expect("a fixed address is valid")
}

/// A server that answers one request with `answer` and hands back the request.
async fn server(answer: &'static str) -> (String, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port is free");
    let port = listener.local_addr().expect("it is bound").port();
    let task = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.expect("somebody connects");
        let mut request = Vec::new();
        while !request.ends_with(b"}") {
            let mut part = [0; 1024];
            let read = socket.read(&mut part).await.expect("the request arrives");
            request.extend_from_slice(&part[..read]);
        }
        socket
            .write_all(answer.as_bytes())
            .await
            .expect("the answer leaves");
        String::from_utf8(request).expect("a request is text")
    });
    (format!("http://127.0.0.1:{port}"), task)
}

#[tokio::test]
async fn posts_json_below_the_base_path_and_reads_the_whole_answer() {
    let (address, request) = server(
        "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 35\r\nContent-Length: 12\r\n\r\n{\"ok\":false}",
    )
    .await;
    let reply = transport(&format!("{address}/base/"))
        .post("sendMessage", "{\"chat_id\":1}".to_owned(), SHORT)
        .await
        .expect("the server answers");
    assert_eq!(
        reply,
        Reply {
            status: 429,
            body: b"{\"ok\":false}".to_vec(),
            retry_after: Some(35),
        }
    );
    let request = request.await.expect("the server ends well");
    assert!(
        request.starts_with("POST /base/bot123:hidden-token/sendMessage HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(request.contains("content-type: application/json\r\n"));
    assert!(request.ends_with("\r\n\r\n{\"chat_id\":1}"));
}

/// A server that answers one request, of which it reads until `end` stands there.
async fn server_until(
    answer: Vec<u8>,
    end: &'static str,
) -> (String, tokio::task::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port is free");
    let port = listener.local_addr().expect("it is bound").port();
    let task = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.expect("somebody connects");
        let mut request = Vec::new();
        while !request
            .windows(end.len())
            .any(|window| window == end.as_bytes())
        {
            let mut part = [0; 1024];
            let read = socket.read(&mut part).await.expect("the request arrives");
            request.extend_from_slice(&part[..read]);
        }
        // Whoever has read enough hangs up.
        let _cut = socket.write_all(&answer).await;
        String::from_utf8(request).expect("a request is text")
    });
    (format!("http://127.0.0.1:{port}/base"), task)
}

#[tokio::test]
async fn a_form_carries_its_files_from_the_disk() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let path = folder.path().join("job-7.clean");
    std::fs::write(&path, "the bytes").expect("there is room for a file");
    let upload = |path: &Path| Upload {
        field: "photo".to_owned(),
        name: "photo.jpg".to_owned(),
        path: path.to_owned(),
    };
    let fields = vec![("chat_id".to_owned(), "-1001".to_owned())];
    let (address, request) = server_until(
        b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"ok\":true}".to_vec(),
        "the bytes",
    )
    .await;
    let reply = transport(&address)
        .post_form("sendPhoto", fields.clone(), vec![upload(&path)], SHORT)
        .await
        .expect("the server answers");
    assert_eq!(reply.status, 200);
    let request = request.await.expect("the server ends well");
    for expected in [
        "POST /base/bot123:hidden-token/sendPhoto HTTP/1.1\r\n",
        "content-type: multipart/form-data; boundary=",
        "Content-Disposition: form-data; name=\"chat_id\"\r\n\r\n-1001\r\n",
        "Content-Disposition: form-data; name=\"photo\"; filename=\"photo.jpg\"\r\n\
         Content-Type: application/octet-stream\r\n\r\nthe bytes",
    ] {
        assert!(request.contains(expected), "{expected} in {request}");
    }

    let missing = upload(&folder.path().join("job-8.clean"));
    let error = transport("http://127.0.0.1:1")
        .post_form("sendPhoto", fields, vec![missing], SHORT)
        .await
        .expect_err("there is no such file");
    assert_eq!(error, TransportError::NoFile);
}

/// What becomes of a download of at most 9 bytes, and what it leaves on the disk.
async fn downloaded(answer: &[u8]) -> (Result<u64, DownloadError>, Option<Vec<u8>>) {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let to = folder.path().join("job-7.raw");
    let (address, request) = server_until(answer.to_vec(), "\r\n\r\n").await;
    let bytes = transport(&address)
        .download("photos/a b?.jpg/../x", &to, 9, SHORT)
        .await;
    let request = request.await.expect("the server ends well");
    assert!(
        request
            .starts_with("GET /base/file/bot123:hidden-token/photos/a%20b%3F.jpg/x HTTP/1.1\r\n"),
        "{request}"
    );
    (bytes, std::fs::read(&to).ok())
}

#[tokio::test]
async fn a_download_lands_on_the_disk_or_leaves_nothing() {
    let (bytes, file) = downloaded(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nthe bytes").await;
    assert_eq!(bytes.expect("it comes"), 9);
    assert_eq!(file.as_deref(), Some(&b"the bytes"[..]));
    for (answer, expected) in [
        (
            &b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nthe bytes!"[..],
            "TooLarge",
        ),
        // A server that does not say how much there is.
        (
            b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nthe bytes and more",
            "TooLarge",
        ),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nthe", "Lost"),
        (
            b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}",
            "Refused { status: 404, retry_after: None }",
        ),
        (
            b"HTTP/1.1 429 Wait\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n",
            "Refused { status: 429, retry_after: Some(7) }",
        ),
        (b"", "Lost"),
    ] {
        let (bytes, file) = downloaded(answer).await;
        let error = bytes.expect_err("it does not come");
        assert_eq!(format!("{error:?}"), expected);
        assert_eq!(file, None, "{expected}");
    }
}

#[tokio::test]
async fn a_disk_that_takes_nothing_is_told_apart() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let (address, _request) = server_until(
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx".to_vec(),
        "\r\n\r\n",
    )
    .await;
    let error = transport(&address)
        .download("x", &folder.path().join("missing/job-7.raw"), 9, SHORT)
        .await
        .expect_err("there is no such folder");
    assert!(matches!(&error, DownloadError::Disk(_)), "{error:?}");
    assert!(!format!("{error:?} {error}").contains("hidden-token"));
}

#[tokio::test]
async fn a_refused_connection_was_certainly_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port is free");
    let address = format!("http://{}", listener.local_addr().expect("it is bound"));
    drop(listener);
    let error = transport(&address)
        .post("sendMessage", "{}".to_owned(), SHORT)
        .await
        .expect_err("nobody listens");
    assert_eq!(error, TransportError::NotSent);
}

#[tokio::test]
async fn a_connection_cut_before_the_answer_ended_tells_nothing() {
    for answer in [
        "",
        "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"ok\":true",
    ] {
        let (address, _request) = server(answer).await;
        let error = transport(&address)
            .post(GET_UPDATES, "{}".to_owned(), SHORT)
            .await
            .expect_err("the answer is cut");
        assert_eq!(error, TransportError::Unknown, "{answer}");
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let (address, _request) = server(
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
    )
    .await;
    let reply = transport(&address)
        .post("getMe", "{}".to_owned(), SHORT)
        .await
        .expect("the server answers");
    assert_eq!(reply.status, 307);
}

#[test]
fn neither_debug_nor_errors_show_the_token() {
    let transport = transport("https://api.telegram.org");
    let shown = format!(
        "{transport:?} {} {} {}",
        TransportError::NotSent,
        TransportError::Unknown,
        SetupError::BadAddress
    );
    assert!(!shown.contains("hidden-token"), "{shown}");
}

#[test]
fn an_address_that_is_none_is_refused() {
    for address in ["", "api.telegram.org", "ftp://x.test", "http://x.test/?a=b"] {
        let error = HttpTransport::new(address, TOKEN.into()).expect_err("it is no address");
        assert_eq!(error, SetupError::BadAddress, "{address}");
    }
}
