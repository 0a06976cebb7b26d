//! What can be wrong with a config, as sentences for the person who wrote it: where it is, which
//! key, what is wrong, what to write instead. Never shows a token.

use std::fmt;
use std::path::PathBuf;

/// Why there is no config.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The config file is not there.
    #[error(
        "there is no config file {path}; copy config.toml.example to that place, or name another \
         file with --config"
    )]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The config file is there, but does not let itself be read.
    #[error("cannot read the config file {path}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The token's file cannot be read.
    #[error("{place}: cannot read the token's file {path}")]
    TokenFile {
        /// Where the file is named.
        place: Place,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("{place}: this cannot be read: {reason}; {remedy}")]
    Syntax {
        /// Where the parser stopped.
        place: Place,
        /// What the parser said; holds nothing of the file.
        reason: String,
        /// What to write.
        remedy: &'static str,
    },
    /// A section, key or variable that does not exist.
    #[error("{place}: {name} does not exist; {remedy}")]
    Unknown {
        /// Where it is written.
        place: Place,
        /// What is written there.
        name: String,
        /// What was probably meant.
        remedy: String,
    },
    /// A key that has to be there and is not.
    #[error("{place}: {key} is missing; {remedy}")]
    NotSet {
        /// Where it should be.
        place: Place,
        /// The key.
        key: String,
        /// What to write.
        remedy: &'static str,
    },
    /// A value that cannot be.
    #[error("{place}: {key} {problem}; {remedy}")]
    Value {
        /// Where it is written.
        place: Place,
        /// The key.
        key: String,
        /// What is wrong.
        problem: String,
        /// What to write.
        remedy: String,
    },
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A line of the file, counted from 1.
    Line(PathBuf, usize),
    /// The file as a whole: something is not in it.
    File(PathBuf),
    /// A variable of the environment.
    Variable(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Line(path, line) => write!(f, "{}:{line}", path.display()),
            Place::File(path) => write!(f, "{}", path.display()),
            Place::Variable(name) => write!(f, "the environment's {name}"),
        }
    }
}

impl Error {
    /// Whether a file could not be read, as opposed to saying something wrong.
    pub fn is_missing_input(&self) -> bool {
        match self {
            Error::Missing { .. } | Error::Unreadable { .. } | Error::TokenFile { .. } => true,
            Error::Syntax { .. }
            | Error::Unknown { .. }
            | Error::NotSet { .. }
            | Error::Value { .. } => false,
        }
    }
}
