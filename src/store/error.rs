//! What can go wrong with the database, as far as somebody reacts to it.

/// An error of the store. Its texts hold no data of anybody.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// There is no room left, or a size limit was reached.
    #[error("the disk is full")]
    DiskFull,
    /// Another program holds the database, or memory is short.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// The database cannot be written to.
    #[error("the database cannot be written: {0}")]
    NotWritable(String),
    /// The file is damaged. Going on would make it worse.
    #[error("the database is damaged: {0}")]
    Corrupt(String),
    /// A stored value does not read back: written by a newer version, or a bug.
    #[error("a stored {what} cannot be read: {reason}")]
    Unreadable {
        /// Which kind of value.
        what: &'static str,
        /// What the parser said; positions only.
        reason: String,
    },
    /// The work panicked; its changes were rolled back.
    #[error("the work on the database panicked")]
    Panicked,
    /// The writer has stopped.
    #[error("the database has been closed")]
    Closed,
    /// Any other error of SQLite.
    #[error("the database refused: {0}")]
    Sqlite(String),
    /// No read-only connection was free in time.
    #[error("no database connection was free: {0}")]
    PoolExhausted(String),
}

impl Error {
    /// Whether to stop at once instead of trying again (crash before corrupt).
    pub fn is_fatal(&self) -> bool {
        match self {
            Error::Corrupt(_) | Error::Closed => true,
            Error::DiskFull
            | Error::Busy(_)
            | Error::NotWritable(_)
            | Error::Unreadable { .. }
            | Error::Panicked
            | Error::Sqlite(_)
            | Error::PoolExhausted(_) => false,
        }
    }

    /// Whether the medium is at fault and not the work: every other piece of work fails as well.
    pub fn is_medium(&self) -> bool {
        matches!(
            self,
            Error::DiskFull
                | Error::Busy(_)
                | Error::NotWritable(_)
                | Error::Corrupt(_)
                | Error::Closed
        )
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        // The code and SQLite's own words; never the statement's parameters.
        let words = match &error {
            rusqlite::Error::SqliteFailure(code, Some(message)) => format!("{message} ({code})"),
            other => other.to_string(),
        };
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Error::DiskFull,
            Some(
                ErrorCode::ReadOnly
                | ErrorCode::CannotOpen
                | ErrorCode::PermissionDenied
                | ErrorCode::SystemIoFailure,
            ) => Error::NotWritable(words),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::OutOfMemory) => {
                Error::Busy(words)
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Error::Corrupt(words),
            _ => Error::Sqlite(words),
        }
    }
}

impl From<r2d2::Error> for Error {
    fn from(error: r2d2::Error) -> Self {
        Error::PoolExhausted(error.to_string())
    }
}
