//! Numbers and choices from the config that rules take as values. Says nothing about files, and
//! checks nothing: the config module lets only sensible values through.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ids::ChatId;
use super::rules::carriers::Policy;
use super::rules::mask::Mask;
use super::ticket::{Level, TicketPriority};

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

/// How agents work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agents {
    /// Tickets that one agent has at once, where nothing else is said for them; 1 or more.
    pub max_concurrent_tickets: u32,
    /// How tickets come to agents.
    pub assignment: Assignment,
    /// After so long without an action an agent is away; none: never.
    pub away_after: Option<Duration>,
    /// Who of the group's members is an agent.
    pub admission: Admission,
}

impl Default for Agents {
    fn default() -> Self {
        Self {
            max_concurrent_tickets: 5,
            assignment: Assignment::default(),
            away_after: Some(minutes(30)),
            admission: Admission::default(),
        }
    }
}

/// How tickets come to agents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Assignment {
    /// hushdesk gives each to somebody who is free.
    #[default]
    Auto,
    /// They wait until somebody takes them.
    Claim,
}

impl Assignment {
    /// Every way, the default first.
    pub const ALL: [Assignment; 2] = [Assignment::Auto, Assignment::Claim];

    /// Its name in the config.
    pub const fn name(self) -> &'static str {
        match self {
            Assignment::Auto => "auto",
            Assignment::Claim => "claim",
        }
    }
}

/// Who of the group's members is an agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Admission {
    /// Everybody.
    #[default]
    Member,
    /// Those whom an admin has let in.
    Approved,
}

impl Admission {
    /// Every way, the default first.
    pub const ALL: [Admission; 2] = [Admission::Member, Admission::Approved];

    /// Its name in the config.
    pub const fn name(self) -> &'static str {
        match self {
            Admission::Member => "member",
            Admission::Approved => "approved",
        }
    }
}

/// When tickets close, open again and are raised by themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketRules {
    /// A ticket closes when the client has owed the answer for so long; none: never.
    pub auto_close_after: Option<Duration>,
    /// The client is warned so long before; shorter than `auto_close_after`. None: not at all.
    pub auto_close_warning: Option<Duration>,
    /// A text so soon after the close opens the same ticket again; none: every text opens a new one.
    pub reopen_window: Option<Duration>,
    /// Words of a client that raise a ticket.
    pub escalate_keywords: Vec<String>,
    /// Separate minutes with messages of a client since the last answer that raise a ticket;
    /// 0 = never.
    pub escalate_after_messages: u32,
}

impl Default for TicketRules {
    fn default() -> Self {
        Self {
            auto_close_after: Some(hours(24)),
            auto_close_warning: Some(hours(1)),
            reopen_window: Some(hours(24)),
            escalate_keywords: ["operator", "complaint", "оператор", "жалоба"]
                .map(str::to_owned)
                .to_vec(),
            escalate_after_messages: 5,
        }
    }
}

/// How soon clients are answered and helped, and what happens when they are not. Times are counted in
/// business hours; percents are of a target, and 0 leaves a step out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sla {
    /// Until the first answer.
    pub first_response: Targets,
    /// Until the ticket is closed.
    pub resolution: Targets,
    /// When agents are warned of either target; below 100.
    pub warn_at_percent: u32,
    /// When the assignee is reminded of the first answer.
    pub remind_at_percent: u32,
    /// When a ticket without a first answer goes to somebody else.
    pub reassign_at_percent: u32,
    /// When it is escalated.
    pub escalate_at_percent: u32,
}

impl Default for Sla {
    fn default() -> Self {
        Self {
            first_response: Targets {
                low: Some(hours(8)),
                medium: Some(hours(4)),
                high: Some(hours(1)),
                critical: Some(minutes(15)),
            },
            resolution: Targets {
                low: Some(hours(72)),
                medium: Some(hours(24)),
                high: Some(hours(8)),
                critical: Some(hours(4)),
            },
            warn_at_percent: 75,
            remind_at_percent: 100,
            reassign_at_percent: 150,
            escalate_at_percent: 200,
        }
    }
}

/// A target for each priority; none: there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Targets {
    /// Of what can wait.
    pub low: Option<Duration>,
    /// Of most tickets.
    pub medium: Option<Duration>,
    /// Of what goes before others.
    pub high: Option<Duration>,
    /// Of what goes before everything.
    pub critical: Option<Duration>,
}

impl Targets {
    /// The target of a priority.
    pub const fn of(&self, priority: TicketPriority) -> Option<Duration> {
        match priority {
            TicketPriority::Low => self.low,
            TicketPriority::Medium => self.medium,
            TicketPriority::High => self.high,
            TicketPriority::Critical => self.critical,
        }
    }
}

/// The dashboard in the General topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dashboard {
    /// It is edited once in so long at most.
    pub interval: Duration,
}

impl Default for Dashboard {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(30),
        }
    }
}

/// Whether a client who was banned is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BanNotice {
    /// Once.
    #[default]
    Once,
    /// Never.
    Never,
}

impl BanNotice {
    /// Every choice, the default first.
    pub const ALL: [BanNotice; 2] = [BanNotice::Once, BanNotice::Never];

    /// Its name in the config.
    pub const fn name(self) -> &'static str {
        match self {
            BanNotice::Once => "once",
            BanNotice::Never => "never",
        }
    }
}

/// First texts of so many clients that are the same within ten minutes raise one alert, where nobody
/// says otherwise.
pub const FLOOD_SAME_TEXT: u32 = 5;

/// What tickets can be about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    /// Its name in commands and in links; 1 to 32 of a-z, 0-9, - and _.
    pub name: String,
    /// What stands on its button.
    pub title: String,
    /// The desk that takes its tickets; none: the first one.
    pub desk: Option<String>,
    /// The priority of its tickets at first; none: medium.
    pub priority: Option<TicketPriority>,
}

/// A support group besides the first one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskConfig {
    /// Its name in commands.
    pub name: String,
    /// The group; negative.
    pub support_group_id: ChatId,
    /// The categories whose tickets it takes, also those that name it themselves.
    pub categories: Vec<String>,
    /// The levels that it takes, the lowest first: a ticket that is escalated to one of them moves here.
    pub levels: Vec<Level>,
}

const fn hours(count: u64) -> Duration {
    minutes(60 * count)
}

const fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}
