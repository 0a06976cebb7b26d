//! Numbers and choices from the config that rules take as values. Says nothing about files, and
//! checks nothing: the config module lets only sensible values through.

use serde::{Deserialize, Serialize};

use super::rules::carriers::Policy;
use super::rules::mask::Mask;

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

/// How many calls may go out at once after a quiet time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bursts {
    /// Messages into one private chat; 1 or more.
    pub chat: u32,
    /// Calls in all; 1 or more. They count against the rate of the same second.
    pub calls: u32,
}

impl Default for Bursts {
    fn default() -> Self {
        Self { chat: 3, calls: 5 }
    }
}

/// New tickets that get a topic within 60 s, where nobody says otherwise: all that the group's budget
/// holds, at two calls for each.
pub const NEW_TICKETS_PER_MINUTE: u32 = 10;

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

/// What of a message reaches the other side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Privacy {
    /// How a client's own number, address and names are hidden from the agents.
    pub mask: Mask,
    /// What becomes of everything that can say who somebody is.
    pub policy: Policy,
    /// Whether files are cleaned. Where not, the policy lets their names and contents pass, unless
    /// the config says otherwise for one of them.
    pub scrub_files: bool,
    /// What becomes of a file that cannot be cleaned.
    pub unclean_files: UncleanFiles,
    /// What becomes of a file that is too large to be fetched.
    pub large_files: LargeFiles,
    /// Names in Telegram that agents may name: without `@`, in lower case.
    pub allowed_mentions: Vec<String>,
    /// Whether a reply that holds a member's name is held back.
    pub guard_agent_names: bool,
}

impl Default for Privacy {
    fn default() -> Self {
        Self {
            mask: Mask::default(),
            policy: Policy::default(),
            scrub_files: true,
            unclean_files: UncleanFiles::default(),
            large_files: LargeFiles::default(),
            allowed_mentions: Vec::new(),
            guard_agent_names: false,
        }
    }
}

/// What becomes of a file that cannot be cleaned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UncleanFiles {
    /// It goes over under a neutral name, and is marked.
    #[default]
    Pass,
    /// It does not go over, and both sides are told.
    Withhold,
}

impl UncleanFiles {
    /// Every choice, the default first.
    pub const ALL: [UncleanFiles; 2] = [UncleanFiles::Pass, UncleanFiles::Withhold];

    /// Its name in the config.
    pub const fn name(self) -> &'static str {
        match self {
            UncleanFiles::Pass => "pass",
            UncleanFiles::Withhold => "withhold",
        }
    }
}

/// What becomes of a file that is too large to be fetched (Bot API, `getFile`: 20 MB).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LargeFiles {
    /// It does not go over, and both sides are told.
    #[default]
    Withhold,
    /// It is copied as it is.
    Pass,
}

impl LargeFiles {
    /// Every choice, the default first.
    pub const ALL: [LargeFiles; 2] = [LargeFiles::Withhold, LargeFiles::Pass];

    /// Its name in the config.
    pub const fn name(self) -> &'static str {
        match self {
            LargeFiles::Withhold => "withhold",
            LargeFiles::Pass => "pass",
        }
    }
}

/// What happens to files while the virus scanner does not answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhenDown {
    /// They wait for it.
    #[default]
    Wait,
    /// They pass without a scan.
    Pass,
}

impl WhenDown {
    /// Every choice, the default first.
    pub const ALL: [WhenDown; 2] = [WhenDown::Wait, WhenDown::Pass];

    /// Its name in the config.
    pub const fn name(self) -> &'static str {
        match self {
            WhenDown::Wait => "wait",
            WhenDown::Pass => "pass",
        }
    }
}
