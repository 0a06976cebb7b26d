//! How hushdesk ends: the numbers of sysexits.h, which systemd and scripts know.

use std::process::ExitCode;

use crate::config;

/// The exit code of a command. README and unit file rely on these numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All went well.
    Fine = 0,
    /// The arguments make no sense (EX_USAGE).
    Usage = 64,
    /// The config file or the token's file cannot be read (EX_NOINPUT).
    NoInput = 66,
    /// Telegram cannot be reached (EX_UNAVAILABLE).
    Unavailable = 69,
    /// A bug (EX_SOFTWARE).
    Software = 70,
    /// The database or the disk failed (EX_IOERR).
    Io = 74,
    /// It may work later without anybody doing something (EX_TEMPFAIL).
    TryLater = 75,
    /// Telegram does not accept the token (EX_NOPERM).
    NoPermission = 77,
    /// The config, or the group it names, is not as it has to be (EX_CONFIG).
    Config = 78,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Why a command could not do its work: for people and for scripts.
#[derive(Debug)]
pub struct Failure {
    /// The number to end with.
    pub exit: Exit,
    /// The sentence, with what led to it.
    pub error: anyhow::Error,
}

/// What a command comes to.
pub type Ended = Result<Exit, Failure>;

/// Gives an error its exit code.
pub trait OrExit<T> {
    /// The value, or a failure that ends the process with `exit`.
    fn or_exit(self, exit: Exit) -> Result<T, Failure>;
}

impl<T, E: Into<anyhow::Error>> OrExit<T> for Result<T, E> {
    fn or_exit(self, exit: Exit) -> Result<T, Failure> {
        self.map_err(|error| Failure {
            exit,
            error: error.into(),
        })
    }
}

impl From<config::Error> for Failure {
    fn from(error: config::Error) -> Self {
        let exit = if error.is_missing_input() {
            Exit::NoInput
        } else {
            Exit::Config
        };
        Failure {
            exit,
            error: error.into(),
        }
    }
}
