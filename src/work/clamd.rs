//! Asks clamd whether a file holds a virus. Speaks clamd's INSTREAM command (man page clamd(8)): the
//! file goes over in chunks, and no path does. Never says which virus: nobody here acts on it.

use std::future::Future;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

use crate::config;

/// How long a scan may take.
const SCAN_MAX: Duration = Duration::from_secs(60);
/// How much goes over at a time, in bytes.
const CHUNK_BYTES: usize = 64 * 1024;
/// The longest answer that is read, in bytes.
const ANSWER_MAX_BYTES: u64 = 4 * 1024;

/// What a scan has found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scanned {
    /// No virus that the scanner knows.
    Clean,
    /// A virus.
    Infected,
    /// The scanner answers, but not about this file: it is too large for it, or more than it can take.
    Unjudged,
}

type Answer<'a> = Pin<Box<dyn Future<Output = io::Result<Scanned>> + Send + 'a>>;

/// Looks for viruses.
pub trait Scan: Send + Sync {
    /// Scans a file. An error means that nobody knows.
    fn scan<'a>(&'a self, file: &'a Path) -> Answer<'a>;
}

/// clamd.
#[derive(Clone, Debug)]
pub struct Clamd {
    address: config::Clamd,
}

impl Clamd {
    /// clamd at this address.
    pub fn new(address: config::Clamd) -> Self {
        Self { address }
    }

    /// Whether it answers.
    pub async fn ping(&self) -> io::Result<()> {
        let asked = async {
            match &self.address {
                config::Clamd::Socket(path) => ping(UnixStream::connect(path).await?).await,
                config::Clamd::Tcp(host) => ping(TcpStream::connect(host).await?).await,
            }
        };
        within(asked).await
    }
}

impl Scan for Clamd {
    fn scan<'a>(&'a self, file: &'a Path) -> Answer<'a> {
        let asked = async move {
            match &self.address {
                config::Clamd::Socket(path) => stream(UnixStream::connect(path).await?, file).await,
                config::Clamd::Tcp(host) => stream(TcpStream::connect(host).await?, file).await,
            }
        };
        Box::pin(async move {
            match within(asked).await {
                // It may have hung up in the middle of the file, which is how it refuses one.
                Err(_) if self.ping().await.is_ok() => Ok(Scanned::Unjudged),
                scanned => scanned,
            }
        })
    }
}

async fn within<T>(asked: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    tokio::time::timeout(SCAN_MAX, asked)
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

async fn ping(mut clamd: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    clamd.write_all(b"zPING\0").await?;
    match answer(&mut clamd).await?.as_str() {
        "PONG" => Ok(()),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

async fn stream(
    mut clamd: impl AsyncRead + AsyncWrite + Unpin,
    file: &Path,
) -> io::Result<Scanned> {
    let mut file = tokio::fs::File::open(file).await?;
    clamd.write_all(b"zINSTREAM\0").await?;
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let length = file.read(&mut chunk).await?;
        let length_sent = u32::try_from(length).map_err(|_| io::ErrorKind::InvalidData)?;
        clamd.write_all(&length_sent.to_be_bytes()).await?;
        if length == 0 {
            break;
        }
        clamd.write_all(&chunk[..length]).await?;
    }
    clamd.flush().await?;
    meaning(&answer(&mut clamd).await?)
}

async fn answer(clamd: &mut (impl AsyncRead + Unpin)) -> io::Result<String> {
    let mut answer = Vec::new();
    clamd
        .take(ANSWER_MAX_BYTES)
        .read_to_end(&mut answer)
        .await?;
    Ok(String::from_utf8_lossy(&answer)
        .trim_matches(['\0', '\n', ' '])
        .to_owned())
}

/// `stream: OK`, `stream: <name> FOUND`, or `<what is wrong with this file> ERROR`.
fn meaning(answer: &str) -> io::Result<Scanned> {
    if answer == "stream: OK" {
        Ok(Scanned::Clean)
    } else if answer.starts_with("stream: ") && answer.ends_with(" FOUND") {
        Ok(Scanned::Infected)
    } else if answer.ends_with(" ERROR") {
        Ok(Scanned::Unjudged)
    } else {
        Err(io::ErrorKind::InvalidData.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_clamd_says_plainly_is_believed() {
        for (answer, expected) in [
            ("stream: OK", Some(Scanned::Clean)),
            (
                "stream: Eicar-Test-Signature FOUND",
                Some(Scanned::Infected),
            ),
            (
                "stream: Win.Test.EICAR_HDB-1 FOUND",
                Some(Scanned::Infected),
            ),
            (
                "INSTREAM size limit exceeded. ERROR",
                Some(Scanned::Unjudged),
            ),
            ("stream: OK FOUND OK", None),
            ("UNKNOWN COMMAND", None),
            ("", None),
        ] {
            assert_eq!(meaning(answer).ok(), expected, "{answer:?}");
        }
    }
}
