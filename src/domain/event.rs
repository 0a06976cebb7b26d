//! What happened, in the desk's own words: the router's output and the desk's only input.

mod command;
mod timer;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::content::{Content, Reaction, Text};
use super::ids::{BotId, ChatId, DeskId, JobId, MessageId, ReportId, ThreadId, TicketId, UserId};
use super::language::Language;
use super::rules::bulk::Bulk;
use super::rules::statistics::Figures;
use super::ticket::Role;
use super::time::Timestamp;
pub use command::{AgentCommand, AgentWord, ClientCommand};
pub use timer::Timer;

/// Everything the desk can be told. Closed on purpose: a new kind of event is a new variant here.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A person wrote to the bot in private.
    ClientWrote(ClientMessage),
    /// A person gave the bot a command in private.
    ClientCommanded(ClientMessage, ClientCommand),
    /// A person changed what they had written.
    ClientEdited(ClientMessage),
    /// A person set or removed reactions in the private chat.
    ClientReacted {
        /// Who.
        from: UserId,
        /// Under which message.
        message: MessageId,
        /// All that they have set there now, the newest last.
        reactions: Vec<Reaction>,
    },
    /// A person pressed a button in the private chat.
    ClientPressed(Press),
    /// A person blocked the bot, or its account ended.
    ClientLeft(UserId),
    /// A person unblocked the bot.
    ClientReturned(UserId),
    /// Somebody wrote into a topic of the desk.
    AgentWrote(AgentMessage),
    /// Somebody gave a command in the desk group.
    AgentCommanded(AgentMessage, AgentCommand),
    /// Somebody changed what they had written in the desk group.
    AgentEdited(AgentMessage),
    /// Somebody set or removed reactions in the desk group.
    AgentReacted {
        /// The desk group.
        chat: ChatId,
        /// Who; none for an anonymous admin.
        by: Option<UserId>,
        /// Under which message.
        message: MessageId,
        /// All that they have set there now, the newest last.
        reactions: Vec<Reaction>,
    },
    /// Somebody pressed a button in the desk group.
    AgentPressed(Press),
    /// Somebody's place in the desk group has changed, or is known for the first time.
    MemberChanged(ChatId, Member),
    /// What the bot is in the desk group from now on.
    DeskStanding(ChatId, Standing),
    /// Telegram was asked what somebody is in the desk group; nothing where it does not know them there.
    MemberLookedUp(DeskId, UserId, Option<Member>),
    /// The administrators of the desk group, all of them.
    AdminsListed(DeskId, Vec<Member>),
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
    /// The place of a further bot of ours in a group has changed.
    VoiceChanged {
        /// Which bot.
        voice: BotId,
        /// The group.
        chat: ChatId,
        /// Whether it may post there now.
        can_post: bool,
    },
    /// Somebody wrote to a further bot of ours in private.
    VoiceHeard {
        /// Which bot.
        voice: BotId,
        /// Who.
        from: UserId,
        /// The language of their app, as far as we speak it.
        language: Option<Language>,
    },
    /// Somebody pressed a button that stands neither in their private chat nor in the desk group.
    StrayPress {
        /// Telegram's id of the press, needed to answer it.
        press: String,
        /// The language of whoever pressed.
        language: Language,
    },
    /// A slow piece of work has ended.
    JobEnded(JobId, JobEnd),
    /// Slow work on a file waits, for whom.
    JobWaits(JobId, Awaited),
    /// What somebody has asked to be told was looked up; nothing where it cannot be.
    ReportRead(ReportId, Option<Box<Figures>>),
    /// The time set for something has come.
    TimerRang(Timer),
    /// Seen, understood, and nothing to do.
    Ignored(Ignored),
}

/// What the bot is in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Not there, banned, or not allowed to write.
    Gone,
    /// There, without the rights of an administrator.
    Member,
    /// An administrator.
    Admin {
        /// May make, close and open topics.
        manages_topics: bool,
        /// May delete messages and topics.
        deletes_messages: bool,
    },
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
    /// The words of that message, or of one elsewhere, that it quotes.
    pub quote: Option<Text>,
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
    /// What the writer is called.
    pub names: Names,
    /// The message.
    pub message: MessageId,
    /// When it was written.
    pub date: Timestamp,
    /// What it carries.
    pub content: Content,
    /// The message that it answers, never the topic's creation message.
    pub reply_to: Option<MessageId>,
    /// The words of that message that it quotes.
    pub quote: Option<Text>,
    /// The album that it is part of, as Telegram names it.
    pub album: Option<String>,
}

/// What a person is called: first name, last name, @name without the @. Hidden in `Debug`.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names(pub Vec<String>);

impl Names {
    /// What colleagues call them: the first name, or the @name where there is none.
    pub fn shown(&self) -> Option<&str> {
        self.0.first().map(String::as_str)
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Names(..)")
    }
}

/// A member of the desk group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub user: UserId,
    /// What they are called.
    pub names: Names,
    /// What they may do; none once they have left.
    pub role: Option<Role>,
}

/// A press of a button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Press {
    /// Telegram's id of the press, needed to answer it.
    pub id: String,
    /// Who pressed: Telegram says it, whatever the button says.
    pub by: UserId,
    /// The language of their app, as far as we speak it.
    pub language: Option<Language>,
    /// Where the button stands.
    pub chat: ChatId,
    /// Under which message.
    pub message: MessageId,
    /// What the button says it is for.
    pub data: String,
}

/// What somebody is asked with buttons.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question {
    /// Whether this message may go to the other side although it says something about its writer.
    Share {
        /// When it was written.
        date: Timestamp,
        /// What it carries.
        content: Box<Content>,
        /// The message that it answers.
        reply_to: Option<MessageId>,
        /// The words of that message that it quotes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        quote: Option<Text>,
        /// The topic that it stands in.
        thread: Option<ThreadId>,
    },
    /// Whether to show what a ticket's messages held before they were masked.
    Reveal {
        /// Which ticket.
        ticket: TicketId,
        /// Why, in the words of whoever asked.
        reason: String,
        /// How many pages have been shown.
        #[serde(default)]
        shown: usize,
    },
    /// Who gave a command in the name of the group that is about whoever gives it.
    Identity {
        /// Which command.
        word: AgentWord,
        /// What was written behind it.
        arguments: String,
        /// The topic that it stands in.
        thread: Option<ThreadId>,
    },
    /// What to do with all dead letters.
    Failed,
    /// Whether to do one thing to many tickets.
    Bulk {
        /// What.
        work: Bulk,
        /// As it was written.
        words: String,
        /// The topic in which it is asked.
        thread: Option<ThreadId>,
    },
    /// Whether to show more of a trail.
    Trail {
        /// Whose.
        of: TrailOf,
        /// The number of the oldest entry that was shown.
        before: i64,
        /// The topic in which it is read.
        thread: Option<ThreadId>,
    },
}

/// Whose trail somebody reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrailOf {
    /// What was done to a ticket.
    Ticket(TicketId),
    /// What a member did, and what was done to them.
    Agent(UserId),
}

/// How a piece of slow work has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobEnd {
    /// The file holds nothing any more that says who made it, and waits in the spool.
    Cleaned {
        /// What it is, as the end of a file's name.
        extension: String,
    },
    /// The file is of a kind that nobody knows how to clean.
    Unsupported,
    /// The file is damaged or hostile.
    Unreadable,
    /// Telegram does not hand out files of this size.
    TooLarge,
    /// A virus was found.
    Infected,
    /// The virus scanner answers, but cannot judge it.
    Unscanned,
    /// The file could not be fetched although Telegram was asked many times.
    Unavailable,
}

/// Whom slow work on a file waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// The virus scanner does not answer.
    Scanner,
    /// Telegram does not hand the file out.
    Telegram,
}

impl Awaited {
    /// Its name in the texts.
    pub const fn name(self) -> &'static str {
        match self {
            Awaited::Scanner => "scanner",
            Awaited::Telegram => "telegram",
        }
    }
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
    /// A kind of update that means nothing to the desk.
    NotActedOn,
    /// A kind of update that is newer than this program.
    UnknownUpdate,
}
