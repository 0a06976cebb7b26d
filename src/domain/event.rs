//! What happened, in the desk's own words: the router's output and the desk's only input.

use serde::{Deserialize, Serialize};

use super::content::Content;
use super::ids::{ChatId, MessageId, OutboxId, ThreadId, UserId};
use super::language::Language;
use super::time::Timestamp;

/// Everything the desk can be told. Closed on purpose: a new kind of event is a new variant here.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A person wrote to the bot in private.
    ClientWrote(ClientMessage),
    /// A person gave the bot a command in private.
    ClientCommanded(ClientMessage, ClientCommand),
    /// A person blocked the bot, or its account ended.
    ClientLeft(UserId),
    /// A person unblocked the bot.
    ClientReturned(UserId),
    /// Somebody wrote into a topic of the desk.
    AgentWrote(AgentMessage),
    /// Somebody gave a command in the desk group.
    AgentCommanded(AgentMessage, AgentCommand),
    /// The bot's own creation of a topic was announced: the receipt of a creation in doubt.
    TopicCreated {
        /// The desk group.
        chat: ChatId,
        /// The new topic.
        thread: ThreadId,
        /// Its title, which holds the ticket's code.
        title: String,
    },
    /// A group became a supergroup and has a new id.
    GroupUpgraded {
        /// The id until now.
        old: ChatId,
        /// The id from now on.
        new: ChatId,
    },
    /// The bot was added to a chat that is not its desk.
    AddedElsewhere {
        /// That chat.
        chat: ChatId,
    },
    /// Somebody pressed a button.
    ButtonPressed {
        /// Telegram's id of the press, needed to answer it.
        press: String,
        /// The language of whoever pressed.
        language: Language,
    },
    /// The time set for something has come.
    TimerRang(Timer),
    /// Seen, understood, and nothing to do.
    Ignored(Ignored),
}

/// A message of a person in the private chat.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientMessage {
    /// Who wrote; the private chat has the same number.
    pub from: UserId,
    /// The language of their Telegram app, as far as we speak it.
    pub language: Option<Language>,
    /// The message.
    pub message: MessageId,
    /// When it was written.
    pub date: Timestamp,
    /// What it carries.
    pub content: Content,
    /// The message that it answers.
    pub reply_to: Option<MessageId>,
    /// The album that it is part of, as Telegram names it.
    pub album: Option<String>,
}

/// A message in the desk group.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentMessage {
    /// The desk group.
    pub chat: ChatId,
    /// The topic; none in General.
    pub thread: Option<ThreadId>,
    /// Who wrote; none for an anonymous admin.
    pub from: Option<UserId>,
    /// The message.
    pub message: MessageId,
    /// When it was written.
    pub date: Timestamp,
    /// What it carries.
    pub content: Content,
    /// The message that it answers, never the topic's creation message.
    pub reply_to: Option<MessageId>,
}

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
}

impl ClientCommand {
    /// Every command, in the order of the help.
    pub const ALL: [ClientCommand; 4] = [
        ClientCommand::Start,
        ClientCommand::Help,
        ClientCommand::Status,
        ClientCommand::Close,
    ];

    /// The word after the slash.
    pub const fn name(self) -> &'static str {
        match self {
            ClientCommand::Start => "start",
            ClientCommand::Help => "help",
            ClientCommand::Status => "status",
            ClientCommand::Close => "close",
        }
    }
}

/// An agent's command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgentCommand {
    /// Keep this text inside the group.
    Note,
    /// Close the ticket of this topic.
    Close {
        /// Why, in the agent's words; stays in the group.
        reason: String,
    },
    /// What one can do here.
    Help,
    /// No command of ours.
    Unknown {
        /// The word after the slash.
        word: String,
    },
}

impl AgentCommand {
    /// The words after the slash, in the order of the help.
    pub const NAMES: [&'static str; 3] = ["note", "close", "help"];
}

/// Something set for a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timer {
    /// A reply that is still under way after a while gets a mark that says so.
    ReplySlow {
        /// The agent's message.
        chat: ChatId,
        /// Its id.
        message: MessageId,
    },
    /// A topic creation in doubt was not settled by Telegram's own announcement.
    TopicDoubt {
        /// The call in doubt.
        call: OutboxId,
        /// When the doubt began.
        since: Timestamp,
    },
    /// A chat that was not the desk's a moment ago: it may have become so by an upgrade.
    LeaveElsewhere {
        /// That chat.
        chat: ChatId,
    },
    /// Old rows that have served their purpose are removed.
    Housekeeping,
}

/// Why an update changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ignored {
    /// Written by a bot, this one included.
    Bot,
    /// A service message that means nothing to the desk.
    Service,
    /// From a chat that is neither private nor the desk.
    OtherChat,
    /// Posted in the name of a channel.
    Channel,
    /// An edit, a reaction or a change of membership: not acted on yet.
    NotActedOn,
    /// A kind of update that is newer than this program.
    UnknownUpdate,
}
