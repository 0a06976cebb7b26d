//! The commands that people give: what the words are, not what they do.

use serde::{Deserialize, Serialize};

/// A client's command. Any other word with a slash is an ordinary text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ClientCommand {
    /// A greeting; opens nothing.
    Start,
    /// What one can do here.
    Help,
    /// How the own ticket stands.
    Status,
    /// End the conversation.
    Close,
    /// Take back an own message.
    Delete,
}

impl ClientCommand {
    /// Every command, in the order of the help.
    pub const ALL: [ClientCommand; 5] = [
        ClientCommand::Start,
        ClientCommand::Help,
        ClientCommand::Status,
        ClientCommand::Close,
        ClientCommand::Delete,
    ];

    /// The word after the slash.
    pub const fn name(self) -> &'static str {
        match self {
            ClientCommand::Start => "start",
            ClientCommand::Help => "help",
            ClientCommand::Status => "status",
            ClientCommand::Close => "close",
            ClientCommand::Delete => "delete",
        }
    }
}

/// The word of a command in the desk group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgentWord {
    /// Keep this text inside the group.
    Note,
    /// Close the ticket of this topic.
    Close,
    /// Open a closed ticket again.
    Reopen,
    /// Put a ticket aside.
    Snooze,
    /// Be reminded of something.
    Remind,
    /// Make a ticket more or less urgent.
    Priority,
    /// Say what a ticket is about.
    Category,
    /// Put words on a ticket to find it again.
    Tag,
    /// Do one thing to many tickets.
    Bulk,
    /// Take a ticket.
    Claim,
    /// Give a ticket back.
    Unclaim,
    /// Ask why somebody has a ticket.
    Why,
    /// Give a ticket to somebody.
    Assign,
    /// Pass a ticket on to somebody else, another category or level.
    Transfer,
    /// Raise a ticket to a senior agent.
    Escalate,
    /// Take the ticket that waits the longest.
    Next,
    /// See what waits.
    Queue,
    /// See one's own tickets.
    Mine,
    /// Take new tickets.
    Available,
    /// Take none for now.
    Busy,
    /// Be away.
    Away,
    /// Be off work.
    Offline,
    /// Say when one works.
    Shift,
    /// See who works here and how much they have.
    Agents,
    /// Say how somebody works.
    Agent,
    /// See how the desk has done.
    Stats,
    /// Take back an own message.
    Delete,
    /// Nothing more of a client's is passed on.
    Ban,
    /// It is again.
    Unban,
    /// Nothing of a client's is passed on for a while.
    Mute,
    /// See what a client has used up, or forget it.
    Limits,
    /// Who did what to a ticket, or what an agent did.
    Audit,
    /// Send a message that was held back.
    Force,
    /// Show what a client's message held before it was masked.
    Reveal,
    /// Look at dead letters, try them again or give them up.
    Failed,
    /// What one can do here.
    Help,
}

impl AgentWord {
    /// Every word, in the order of the help.
    pub const ALL: &'static [AgentWord] = &[
        AgentWord::Note,
        AgentWord::Close,
        AgentWord::Reopen,
        AgentWord::Snooze,
        AgentWord::Remind,
        AgentWord::Priority,
        AgentWord::Category,
        AgentWord::Tag,
        AgentWord::Bulk,
        AgentWord::Claim,
        AgentWord::Unclaim,
        AgentWord::Why,
        AgentWord::Assign,
        AgentWord::Transfer,
        AgentWord::Escalate,
        AgentWord::Next,
        AgentWord::Queue,
        AgentWord::Mine,
        AgentWord::Available,
        AgentWord::Busy,
        AgentWord::Away,
        AgentWord::Offline,
        AgentWord::Shift,
        AgentWord::Agents,
        AgentWord::Agent,
        AgentWord::Stats,
        AgentWord::Delete,
        AgentWord::Ban,
        AgentWord::Unban,
        AgentWord::Mute,
        AgentWord::Limits,
        AgentWord::Audit,
        AgentWord::Force,
        AgentWord::Reveal,
        AgentWord::Failed,
        AgentWord::Help,
    ];

    /// The word after the slash.
    pub const fn name(self) -> &'static str {
        match self {
            AgentWord::Note => "note",
            AgentWord::Close => "close",
            AgentWord::Reopen => "reopen",
            AgentWord::Snooze => "snooze",
            AgentWord::Remind => "remind",
            AgentWord::Priority => "priority",
            AgentWord::Category => "category",
            AgentWord::Tag => "tag",
            AgentWord::Bulk => "bulk",
            AgentWord::Claim => "claim",
            AgentWord::Unclaim => "unclaim",
            AgentWord::Why => "why",
            AgentWord::Assign => "assign",
            AgentWord::Transfer => "transfer",
            AgentWord::Escalate => "escalate",
            AgentWord::Next => "next",
            AgentWord::Queue => "queue",
            AgentWord::Mine => "mine",
            AgentWord::Available => "available",
            AgentWord::Busy => "busy",
            AgentWord::Away => "away",
            AgentWord::Offline => "offline",
            AgentWord::Shift => "shift",
            AgentWord::Agents => "agents",
            AgentWord::Agent => "agent",
            AgentWord::Stats => "stats",
            AgentWord::Delete => "delete",
            AgentWord::Ban => "ban",
            AgentWord::Unban => "unban",
            AgentWord::Mute => "mute",
            AgentWord::Limits => "limits",
            AgentWord::Audit => "audit",
            AgentWord::Force => "force",
            AgentWord::Reveal => "reveal",
            AgentWord::Failed => "failed",
            AgentWord::Help => "help",
        }
    }

    /// The word of this name.
    pub fn find(name: &str) -> Option<AgentWord> {
        Self::ALL
            .iter()
            .copied()
            .find(|word| word.name().eq_ignore_ascii_case(name))
    }
}

/// A command in the desk group: whatever begins with a slash is one of some sort.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgentCommand {
    /// One of ours, with what was written behind it.
    Given(AgentWord, String),
    /// None of ours: the word after the slash.
    Unknown(String),
}
