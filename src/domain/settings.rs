//! Numbers and choices from the config that rules take as values. Says nothing about files, and
//! checks nothing: the config module lets only sensible values through.

use serde::{Deserialize, Serialize};

/// How much one client may write. Zero means no limit, in every field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// New tickets in 24 hours; more are refused.
    pub tickets_per_day: u32,
    /// Messages in an hour; more are refused.
    pub messages_per_hour: u32,
    /// Messages that may follow each other at once before `messages_per_second` begins to delay.
    pub burst: u32,
    /// Messages a second after a burst; more are delayed, never refused.
    pub messages_per_second: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            tickets_per_day: 5,
            messages_per_hour: 50,
            burst: 5,
            messages_per_second: 1,
        }
    }
}

/// How fast hushdesk calls Telegram. Zero means no limit of our own, in every field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flood {
    /// Calls into the support group within any 60 seconds: posts, edits and topics together.
    pub group_calls_per_minute: u32,
    /// Messages a second into one private chat.
    pub chat_calls_per_second: u32,
    /// Calls a second in all.
    pub calls_per_second: u32,
}

impl Default for Flood {
    fn default() -> Self {
        Self {
            group_calls_per_minute: 20,
            chat_calls_per_second: 1,
            calls_per_second: 30,
        }
    }
}

/// Which messages of agents reach the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RelayMode {
    /// Every plain message in the topic.
    #[default]
    All,
    /// Only messages that reply to a relayed one.
    Replies,
}

impl RelayMode {
    /// Every mode, the default first.
    pub const ALL: [RelayMode; 2] = [RelayMode::All, RelayMode::Replies];

    /// Its name in the config.
    pub const fn name(self) -> &'static str {
        match self {
            RelayMode::All => "all",
            RelayMode::Replies => "replies",
        }
    }
}
