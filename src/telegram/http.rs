//! The transport: one POST to the Bot API over HTTPS, or one file from it. The seam that tests
//! replace. Knows nothing of what it carries, never logs, and shows the token to nobody: it is part of
//! every address, so no address may appear in an error or in `Debug` output. Files go to and from the
//! disk piece by piece, never through memory as a whole.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::multipart::{Form, Part};
use reqwest::redirect::Policy;
use reqwest::{Body, Client, RequestBuilder, Response, Url};
use secrecy::{ExposeSecret, SecretString};
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

/// How long it may take until a connection stands. Shorter than every time-out of a call, so that
/// "never connected" is told apart from "no answer".
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// After this much silence the system asks whether the other end is still there.
const TCP_KEEPALIVE: Duration = Duration::from_secs(30);

/// Connections without a call are kept this long. The server keeps them for about 500 s.
const POOL_IDLE_TIMEOUT: Duration = Duration::from_secs(90);

/// Answers are cut at about 4 MiB by the server (tdlib telegram-bot-api, Client.cpp); whatever is
/// much longer comes from somebody else.
const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;

/// What every file is said to be: its name tells the rest, and Telegram looks for itself.
const ANY_FILE: &str = "application/octet-stream";

/// The one method that keeps its connection busy for a long time.
pub const GET_UPDATES: &str = "getUpdates";

/// An answer, whatever its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The body, as it came.
    pub body: Vec<u8>,
    /// The `Retry-After` header in seconds, where there is one.
    pub retry_after: Option<u64>,
}

/// Why there is no answer. Holds no address, because the token is part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// No connection: the request certainly never left.
    #[error("Telegram could not be reached")]
    NotSent,
    /// The request may have arrived.
    #[error("the connection to Telegram was lost before an answer came")]
    Unknown,
    /// A file that should go with it is not there; nothing was sent.
    #[error("a file that should be sent is not there")]
    NoFile,
}

/// A file that goes with a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// The field that carries it.
    pub field: String,
    /// What it is called from now on.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
}

/// Why a file did not come. What had come of it is removed. Holds no address.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// It is larger than it may be.
    #[error("the file is too large")]
    TooLarge,
    /// The server answered with something else.
    #[error("the server answered with the status {status}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The `Retry-After` header in seconds, where there is one.
        retry_after: Option<u64>,
    },
    /// No connection, or it was lost.
    #[error("the connection to Telegram was lost")]
    Lost,
    /// It cannot be written.
    #[error("the file cannot be written")]
    Disk(#[source] io::Error),
}

/// An answer on its way.
pub type ReplyFuture<'a> = Pin<Box<dyn Future<Output = Result<Reply, TransportError>> + Send + 'a>>;

/// A file on its way; how many bytes it has.
pub type DownloadFuture<'a> = Pin<Box<dyn Future<Output = Result<u64, DownloadError>> + Send + 'a>>;

/// Something that makes calls of the Bot API.
pub trait Transport: Send + Sync {
    /// Posts `body`, a JSON object, to `method` and waits at most `timeout` for the whole answer.
    fn post<'a>(&'a self, method: &'a str, body: String, timeout: Duration) -> ReplyFuture<'a>;

    /// Posts a form with files to `method` and waits at most `timeout` for the whole answer.
    fn post_form<'a>(
        &'a self,
        method: &'a str,
        fields: Vec<(String, String)>,
        files: Vec<Upload>,
        timeout: Duration,
    ) -> ReplyFuture<'a>;

    /// Puts the file at `file_path` of `getFile` into `to`, if it has at most `at_most` bytes.
    fn download<'a>(
        &'a self,
        file_path: &'a str,
        to: &'a Path,
        at_most: u64,
        timeout: Duration,
    ) -> DownloadFuture<'a>;
}

/// Why a transport cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// The address of the Bot API server is not one.
    #[error("the address of the Bot API server is not an http or https address")]
    BadAddress,
    /// The HTTP client cannot be started.
    #[error("the HTTP client cannot be started")]
    Client,
}

/// The real transport.
pub struct HttpTransport {
    base: String,
    token: SecretString,
    /// A request that hangs blocks its pool, so long polling has one of its own.
    polls: Client,
    calls: Client,
}

impl HttpTransport {
    /// A transport to the server at `api_url`, which may have a path and a slash at its end.
    pub fn new(api_url: &str, token: SecretString) -> Result<Self, SetupError> {
        let url = Url::parse(api_url).map_err(|_| SetupError::BadAddress)?;
        if !matches!(url.scheme(), "http" | "https") || url.query().is_some() {
            return Err(SetupError::BadAddress);
        }
        // A server on this very machine is never behind the system's proxy.
        let local = matches!(
            url.host_str(),
            Some("localhost" | "127.0.0.1" | "[::1]" | "0.0.0.0")
        );
        Ok(Self {
            base: url.as_str().trim_end_matches('/').to_owned(),
            token,
            polls: client(local)?,
            calls: client(local)?,
        })
    }

    fn address(&self, method: &str) -> String {
        format!("{}/bot{}/{method}", self.base, self.token.expose_secret())
    }

    async fn send(
        &self,
        method: &str,
        body: String,
        timeout: Duration,
    ) -> Result<Reply, TransportError> {
        let client = if method == GET_UPDATES {
            &self.polls
        } else {
            &self.calls
        };
        let request = client
            .post(self.address(method))
            .header(CONTENT_TYPE, "application/json")
            .timeout(timeout)
            .body(body);
        answer(request).await
    }

    async fn send_form(
        &self,
        method: &str,
        fields: Vec<(String, String)>,
        files: Vec<Upload>,
        timeout: Duration,
    ) -> Result<Reply, TransportError> {
        let mut form = Form::new();
        for (name, value) in fields {
            form = form.text(name, value);
        }
        for file in files {
            let part = part(&file).await?;
            form = form.part(file.field, part);
        }
        let request = self
            .calls
            .post(self.address(method))
            .timeout(timeout)
            .multipart(form);
        answer(request).await
    }

    /// The address of a file. What its path holds stays below the folder of this bot.
    fn file_address(&self, file_path: &str) -> Option<Url> {
        let folder = format!("{}/file/bot{}", self.base, self.token.expose_secret());
        let mut address = Url::parse(&folder).ok()?;
        address
            .path_segments_mut()
            .ok()?
            .extend(file_path.split('/'));
        Some(address)
    }

    async fn fetch(
        &self,
        file_path: &str,
        to: &Path,
        at_most: u64,
        timeout: Duration,
    ) -> Result<u64, DownloadError> {
        let address = self.file_address(file_path).ok_or(DownloadError::Lost)?;
        let response = self
            .calls
            .get(address)
            .timeout(timeout)
            .send()
            .await
            .map_err(|_| DownloadError::Lost)?;
        if !response.status().is_success() {
            return Err(DownloadError::Refused {
                status: response.status().as_u16(),
                retry_after: retry_after(&response),
            });
        }
        if response
            .content_length()
            .is_some_and(|bytes| bytes > at_most)
        {
            return Err(DownloadError::TooLarge);
        }
        let written = write(response, to, at_most).await;
        if written.is_err() {
            // Where it cannot be removed either, the spool does so at the next start.
            let _removed = tokio::fs::remove_file(to).await;
        }
        written
    }
}

async fn write(mut response: Response, to: &Path, at_most: u64) -> Result<u64, DownloadError> {
    let mut file = File::create(to).await.map_err(DownloadError::Disk)?;
    let mut bytes = 0;
    while let Some(chunk) = response.chunk().await.map_err(|_| DownloadError::Lost)? {
        bytes += u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        if bytes > at_most {
            return Err(DownloadError::TooLarge);
        }
        file.write_all(&chunk).await.map_err(DownloadError::Disk)?;
    }
    file.flush().await.map_err(DownloadError::Disk)?;
    Ok(bytes)
}

async fn part(file: &Upload) -> Result<Part, TransportError> {
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => TransportError::NoFile,
        // Too many open files and the like: the next attempt may do better.
        _ => TransportError::NotSent,
    };
    let opened = File::open(&file.path).await.map_err(unreadable)?;
    let bytes = opened.metadata().await.map_err(unreadable)?.len();
    Part::stream_with_length(Body::from(opened), bytes)
        .file_name(file.name.clone())
        .mime_str(ANY_FILE)
        .map_err(|_| TransportError::NotSent)
}

async fn answer(request: RequestBuilder) -> Result<Reply, TransportError> {
    let mut response = request.send().await.map_err(|error| {
        if error.is_connect() {
            TransportError::NotSent
        } else {
            TransportError::Unknown
        }
    })?;
    let status = response.status().as_u16();
    let retry_after = retry_after(&response);
    let mut body = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|_| TransportError::Unknown)?
    {
        if body.len() + chunk.len() > MAX_BODY_BYTES {
            return Err(TransportError::Unknown);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Reply {
        status,
        body,
        retry_after,
    })
}

fn retry_after(response: &Response) -> Option<u64> {
    let value = response.headers().get(RETRY_AFTER)?;
    value.to_str().ok()?.trim().parse().ok()
}

impl Transport for HttpTransport {
    fn post<'a>(&'a self, method: &'a str, body: String, timeout: Duration) -> ReplyFuture<'a> {
        Box::pin(self.send(method, body, timeout))
    }

    fn post_form<'a>(
        &'a self,
        method: &'a str,
        fields: Vec<(String, String)>,
        files: Vec<Upload>,
        timeout: Duration,
    ) -> ReplyFuture<'a> {
        Box::pin(self.send_form(method, fields, files, timeout))
    }

    fn download<'a>(
        &'a self,
        file_path: &'a str,
        to: &'a Path,
        at_most: u64,
        timeout: Duration,
    ) -> DownloadFuture<'a> {
        Box::pin(self.fetch(file_path, to, at_most, timeout))
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpTransport(hidden)")
    }
}

fn client(local: bool) -> Result<Client, SetupError> {
    let mut builder = Client::builder()
        .http1_only()
        // A redirect would carry the token to an address nobody chose.
        .redirect(Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .tcp_keepalive(TCP_KEEPALIVE)
        .tcp_nodelay(true)
        .pool_idle_timeout(POOL_IDLE_TIMEOUT);
    if local {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|_| SetupError::Client)
}

#[cfg(test)]
mod tests {
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
            request.starts_with(
                "GET /base/file/bot123:hidden-token/photos/a%20b%3F.jpg/x HTTP/1.1\r\n"
            ),
            "{request}"
        );
        (bytes, std::fs::read(&to).ok())
    }

    #[tokio::test]
    async fn a_download_lands_on_the_disk_or_leaves_nothing() {
        let (bytes, file) =
            downloaded(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nthe bytes").await;
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
}
