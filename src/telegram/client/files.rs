//! Files of Telegram's: asked for by their id, put on the disk. Does not look into them.

use std::io;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use teloxide::payloads::GetFile;
use teloxide::types::FileId;

use super::{CALL_TIMEOUT, Client, json, refusal_of};
use crate::domain::outcome::Refusal;
use crate::telegram::classify::{self, Answer, Failure};
use crate::telegram::http::DownloadError;

/// How long a file may take to come. Telegram hands out 20 MB at most, a server of one's own more.
const DOWNLOAD_TIMEOUT: Duration = Duration::from_secs(300);

/// How long to wait where Telegram's file server says "later" without saying when.
const DEFAULT_RETRY_AFTER: Duration = Duration::from_secs(5);

/// Why a file was not fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// It is larger than Telegram hands out, or than was asked for.
    #[error("the file is too large")]
    TooLarge,
    /// Telegram does not have it, or does not give it to this bot.
    #[error("Telegram does not have the file")]
    Gone,
    /// Not before this time has passed.
    #[error("Telegram asks to wait {} s", .0.as_secs())]
    RetryAfter(Duration),
    /// It says so of files that it does not have any more, and of those that it has not just now (tdlib
    /// telegram-bot-api, Client.cpp).
    #[error("Telegram may not have the file any more")]
    MaybeGone,
    /// An answer, but not the file: try again.
    #[error("Telegram gives no usable answer")]
    Unavailable,
    /// No connection to Telegram, or it was lost: nothing is wrong with the file.
    #[error("Telegram could not be reached")]
    Unreached,
    /// The token is not valid any more.
    #[error("Telegram does not accept the token")]
    TokenRejected,
    /// It cannot be written.
    #[error("the file cannot be written")]
    NoSpace(#[source] io::Error),
}

/// `File`.
#[derive(Deserialize)]
struct File {
    file_size: Option<u64>,
    file_path: Option<String>,
}

impl Client {
    /// Fetches the file with this id into `to` and returns how many bytes it has. Leaves nothing
    /// there where that fails.
    pub async fn fetch_file(
        &self,
        file_id: &str,
        to: &Path,
        at_most: u64,
    ) -> Result<u64, FetchError> {
        let file = self.get_file(file_id).await?;
        if file.file_size.is_some_and(|bytes| bytes > at_most) {
            return Err(FetchError::TooLarge);
        }
        let path = file.file_path.ok_or(FetchError::Unavailable)?;
        // A server of one's own in its local mode names a file on this machine
        // (Bot API docs, "Using a Local Bot API Server").
        if Path::new(&path).is_absolute() {
            return copied(Path::new(&path), to, at_most).await;
        }
        self.transport
            .download(&path, to, at_most, DOWNLOAD_TIMEOUT)
            .await
            .map_err(not_downloaded)
    }

    async fn get_file(&self, file_id: &str) -> Result<File, FetchError> {
        let body = json(&GetFile::new(FileId(file_id.to_owned())));
        let reply = self
            .transport
            .post("getFile", body, CALL_TIMEOUT)
            .await
            .map_err(|_| FetchError::Unreached)?;
        match classify::answer(reply.status, &reply.body, reply.retry_after) {
            Answer::Ok(file) => {
                serde_json::from_str(file.get()).map_err(|_| FetchError::Unavailable)
            }
            Answer::RetryAfter(wait) => Err(FetchError::RetryAfter(wait)),
            Answer::Refused(failure) => Err(refused(&failure)),
            Answer::Unclear => Err(FetchError::Unavailable),
        }
    }
}

fn refused(failure: &Failure) -> FetchError {
    let description = failure.description.to_ascii_lowercase();
    if refusal_of(failure) == Refusal::TokenRejected {
        FetchError::TokenRejected
    } else if description.contains("too big") {
        FetchError::TooLarge
    } else if description.contains("temporarily unavailable") {
        FetchError::MaybeGone
    } else {
        FetchError::Gone
    }
}

fn not_downloaded(error: DownloadError) -> FetchError {
    match error {
        DownloadError::TooLarge => FetchError::TooLarge,
        DownloadError::Refused {
            status: 429,
            retry_after,
        } => FetchError::RetryAfter(retry_after.map_or(DEFAULT_RETRY_AFTER, Duration::from_secs)),
        DownloadError::Refused { status: 401, .. } => FetchError::TokenRejected,
        DownloadError::Refused {
            status: 404 | 410, ..
        } => FetchError::Gone,
        DownloadError::Refused { .. } => FetchError::Unavailable,
        DownloadError::Lost => FetchError::Unreached,
        DownloadError::Disk(error) => FetchError::NoSpace(error),
    }
}

/// Copies a file of this machine, piece by piece.
async fn copied(from: &Path, to: &Path, at_most: u64) -> Result<u64, FetchError> {
    let mut source = tokio::fs::File::open(from)
        .await
        .map_err(|_| FetchError::Unavailable)?;
    let size = source
        .metadata()
        .await
        .map_err(|_| FetchError::Unavailable)?;
    if size.len() > at_most {
        return Err(FetchError::TooLarge);
    }
    let mut target = tokio::fs::File::create(to)
        .await
        .map_err(FetchError::NoSpace)?;
    let copied = tokio::io::copy(&mut source, &mut target).await;
    if copied.is_err() {
        // Where it cannot be removed either, the spool does so at the next start.
        let _removed = tokio::fs::remove_file(to).await;
    }
    copied.map_err(FetchError::NoSpace)
}
