//! The config: one TOML file, every key of which the environment may override, turned into a
//! value that cannot be wrong. Opens no database and makes no calls; reads the config file and the
//! token's file, and never shows a token.
//!
//! A key exists here only if something reads it. A new one needs a line in `raw` (its name and its
//! default), one in `values` (what it may be), one in [`Config`] and one in `config.toml.example`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::domain::ids::ChatId;
use crate::domain::language::Language;
use crate::domain::rules::hours::Schedule;
use crate::domain::settings::{
    Agents, BanNotice, Bursts, Category, Dashboard, DeskConfig, Flood, Limits, Privacy, RelayMode,
    Sla, TicketRules, WhenDown,
};

mod desk;
mod document;
mod durations;
mod error;
mod lists;
mod names;
mod places;
mod privacy;
mod raw;
mod token;
mod values;

pub use error::{Error, Place};
pub use names::nearest;
pub use token::{HIDDEN_TOKEN, Token, TokenError, hide_tokens};

/// What every variable that sets a key begins with.
pub const VARIABLE_PREFIX: &str = "HUSHDESK_";
/// Names the config file itself (`--config`).
pub const CONFIG_VARIABLE: &str = "HUSHDESK_CONFIG";
/// Variables with our prefix that set no key.
const OTHER_VARIABLES: [&str; 1] = [CONFIG_VARIABLE];

/// Everything an operator can choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The bot and its support group.
    pub telegram: Telegram,
    /// Where things are kept.
    pub database: Database,
    /// How much one client may write.
    pub limits: Limits,
    /// New tickets that get a topic within 60 s; more wait for theirs. 0 = no limit.
    pub new_tickets_per_minute: u32,
    /// Whether a client who was banned is told.
    pub ban_notice: BanNotice,
    /// First texts of so many clients that are the same within ten minutes raise one alert. 0 = none do.
    pub flood_same_text: u32,
    /// How tickets work.
    pub tickets: Tickets,
    /// When tickets close, open again and are raised by themselves.
    pub ticket_rules: TicketRules,
    /// How agents work.
    pub agents: Agents,
    /// When the desk is open, and its time zone.
    pub hours: Schedule,
    /// How soon clients are answered and helped.
    pub sla: Sla,
    /// The dashboard in the General topic.
    pub dashboard: Dashboard,
    /// What tickets can be about, in the order of the buttons.
    pub categories: Vec<Category>,
    /// The support groups besides the first one.
    pub desks: Vec<DeskConfig>,
    /// How fast Telegram is called.
    pub flood: Flood,
    /// How much of that may go out at once.
    pub bursts: Bursts,
    /// What of a message reaches the other side.
    pub privacy: Privacy,
    /// The file with the key that seals what was redacted. Without it, that is gone for good.
    pub privacy_key_file: Option<PathBuf>,
    /// The virus scanner.
    pub scan: Scan,
    /// Words and languages.
    pub texts: TextsConfig,
    /// What monitoring can read.
    pub metrics: Metrics,
    /// The log.
    pub log: Log,
}

/// The bot and its support group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telegram {
    /// The bot's token.
    pub token: Token,
    /// The Bot API server: an http or https address without a slash at its end.
    pub api_url: String,
    /// The support group; negative.
    pub support_group_id: ChatId,
    /// The further bots that speak for the desk.
    pub voices: Vec<Voice>,
}

/// A further bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voice {
    /// Its token; of another bot than any other.
    pub token: Token,
}

/// Where things are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    /// The SQLite file.
    pub path: PathBuf,
    /// Read-only connections, 1 to 64.
    pub reader_pool_size: u32,
}

/// How tickets work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tickets {
    /// Which messages of agents reach the client.
    pub relay_mode: RelayMode,
}

/// The virus scanner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// Where clamd answers; none where nothing is scanned.
    pub clamd: Option<Clamd>,
    /// What happens to files while it does not answer.
    pub when_down: WhenDown,
}

/// Where clamd answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clamd {
    /// At a socket of this machine.
    Socket(PathBuf),
    /// At a port: a name or an address with a port, as in `127.0.0.1:3310` or `[::1]:3310`.
    Tcp(String),
}

/// Words and languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextsConfig {
    /// The language of cards and of words to agents.
    pub desk_language: Language,
    /// What stands before every reply that a client receives; empty for nothing.
    pub reply_label: String,
}

/// What monitoring can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metrics {
    /// Where figures and health are served; none where they are not.
    pub listen: Option<SocketAddr>,
}

/// The log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// How lines look.
    pub format: LogFormat,
    /// `error`, `warn`, `info`, `debug` or `trace`; the variable RUST_LOG wins over it.
    pub level: String,
}

/// How lines of the log look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Config {
    /// Reads the file at `path`, lets the variables in `environment` win, and checks everything.
    pub fn load(
        path: &Path,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Config, Error> {
        let text = std::fs::read_to_string(path).map_err(|source| {
            let path = path.to_owned();
            match source.kind() {
                std::io::ErrorKind::NotFound => Error::Missing { path },
                _ => Error::Unreadable { path, source },
            }
        })?;
        Config::from_text(&text, path, environment)
    }

    /// The same for a text; `file` is how errors call it.
    pub fn from_text(
        text: &str,
        file: &Path,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Config, Error> {
        let (raw, places) = document::read(text, file, environment)?;
        values::check(raw, &places)
    }
}
