//! How a member of the desk group works. Who is a member at all, and who administers the group, Telegram
//! says.

use serde::{Deserialize, Serialize};

use super::ids::UserId;
use super::language::Language;
use super::ticket::Level;
use super::time::Timestamp;

/// Whether an agent can be given tickets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentStatus {
    /// Takes new tickets.
    Available,
    /// Works on what they have and takes nothing new.
    Busy,
    /// Not there for a while.
    Away,
    /// Not at work.
    Offline,
}

impl AgentStatus {
    /// Every status.
    pub const ALL: [AgentStatus; 4] = [
        AgentStatus::Available,
        AgentStatus::Busy,
        AgentStatus::Away,
        AgentStatus::Offline,
    ];

    /// Its name in commands, in the database and in the texts.
    pub const fn name(self) -> &'static str {
        match self {
            AgentStatus::Available => "available",
            AgentStatus::Busy => "busy",
            AgentStatus::Away => "away",
            AgentStatus::Offline => "offline",
        }
    }

    /// Whether somebody of this status keeps the tickets that they have.
    pub const fn keeps_tickets(self) -> bool {
        matches!(self, AgentStatus::Available | AgentStatus::Busy)
    }
}

/// Who has set a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusBy {
    /// The agent; it holds until they change it.
    Agent,
    /// The desk's own clock; the agent's next action ends it.
    Timer,
}

impl StatusBy {
    /// Both.
    pub const ALL: [StatusBy; 2] = [StatusBy::Agent, StatusBy::Timer];

    /// Its name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            StatusBy::Agent => "agent",
            StatusBy::Timer => "timer",
        }
    }
}

/// A member at work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    /// Who.
    pub user: UserId,
    /// How senior.
    pub level: Level,
    /// How many tickets at once; none: as the config says.
    pub capacity: Option<u32>,
    /// The languages that they speak; none: any.
    pub languages: Vec<Language>,
    /// The categories that they work on; none: any.
    pub categories: Vec<String>,
    /// Whether they can be given tickets.
    pub status: AgentStatus,
    /// Who has set that.
    pub status_by: StatusBy,
    /// Since when.
    pub status_at: Timestamp,
    /// When they did anything in the group last.
    pub last_action_at: Timestamp,
    /// When they are at work, as it was written; none: always.
    pub shift: Option<String>,
}

/// How a ticket came to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssignmentKind {
    /// hushdesk chose them.
    Auto,
    /// They took it, or somebody gave it to them.
    Manual,
    /// It was raised to their level.
    Escalated,
    /// Somebody passed it on to them.
    Transferred,
}

impl AssignmentKind {
    /// Every kind.
    pub const ALL: [AssignmentKind; 4] = [
        AssignmentKind::Auto,
        AssignmentKind::Manual,
        AssignmentKind::Escalated,
        AssignmentKind::Transferred,
    ];

    /// Its name in the database and in the texts.
    pub const fn name(self) -> &'static str {
        match self {
            AssignmentKind::Auto => "auto",
            AssignmentKind::Manual => "manual",
            AssignmentKind::Escalated => "escalated",
            AssignmentKind::Transferred => "transferred",
        }
    }
}
