//! What became of a call: five outcomes, because "it failed" is not enough to know what to do.

use std::time::Duration;

use super::ids::{ChatId, MessageId, ThreadId};
use super::rules::told;

/// The end of one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Telegram did it.
    Done(Receipt),
    /// Not before this time has passed; the whole chat has to wait.
    RetryAfter(Duration),
    /// It certainly never reached Telegram.
    NotSent,
    /// Telegram certainly refused.
    Refused(Refusal),
    /// It may have happened: the answer was lost or makes no sense.
    InDoubt,
}

/// What Telegram said when it did what was asked. Empty where the method answers `true`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// The new message, or the first of several.
    pub message: Option<MessageId>,
    /// The new messages of an album, in order. Empty where it was one message, and where Telegram
    /// does not tell which is whose.
    pub album: Vec<MessageId>,
    /// How many of several messages Telegram left out without a word.
    pub skipped: usize,
    /// The topic that was made, or into which the message really went. Copies do not tell.
    pub thread: Option<ThreadId>,
    /// Whether the answer tells where the message went (a whole message, not just an id).
    pub tells_thread: bool,
}

/// Why Telegram refused, as far as the desk acts on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The topic was deleted.
    TopicGone,
    /// The topic is closed and we may not write into it.
    TopicClosed,
    /// The group has no topics any more.
    TopicsOff,
    /// It is already so: as good as done.
    AlreadySo,
    /// The client cannot be written to.
    ClientUnreachable(Unreachable),
    /// The desk group cannot be written to.
    DeskUnreachable,
    /// A right is missing in the desk group for just this.
    RightMissing,
    /// The group has a new id.
    GroupUpgraded(ChatId),
    /// The message to act on is gone.
    MessageGone,
    /// This message cannot be copied.
    NotCopyable,
    /// The message that is answered is gone.
    ReplyTargetGone,
    /// The words that are quoted do not stand in the message that is answered.
    QuoteInvalid,
    /// What we sent cannot be changed any more, or not in this way.
    NotEditable,
    /// What we sent cannot be deleted any more.
    NotDeletable,
    /// This reaction cannot be set there.
    ReactionInvalid,
    /// One message of an album failed; those before it may stand there.
    AlbumPartly,
    /// The file cannot be sent: too large, or Telegram does not have it any more.
    FileUnusable,
    /// Accepted, then removed by Telegram itself.
    RemovedByTelegram,
    /// The press is too old to be answered.
    PressExpired,
    /// The token is not valid any more.
    TokenRejected,
    /// Anything else: certain, and nothing we know how to mend. What Telegram said about it.
    Other(Told),
}

/// What Telegram said, in words that can name nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told(String);

impl Told {
    /// Of what Telegram said, only what names nobody.
    pub fn of(description: &str) -> Self {
        Self(told::harmless(description))
    }

    /// Nothing that could be shown.
    pub const fn nothing() -> Self {
        Self(String::new())
    }

    /// The words; may be empty.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a call or an update has failed for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Many attempts brought no usable answer.
    NoAnswer,
    /// Telegram refused it.
    Refused(Told),
    /// It does not read back, or is no update.
    Unreadable,
    /// The program failed on it before it was made.
    Unprepared,
    /// The program failed on its end.
    Unwritten,
    /// The program failed on what it waited for.
    Unhandled,
    /// It ended the program each time.
    Deadly,
    /// The program failed on it.
    Failed,
}

impl Reason {
    /// Its name in the database and in the texts.
    pub fn name(&self) -> &'static str {
        match self {
            Reason::NoAnswer => "no_answer",
            Reason::Refused(told) if told.as_str().is_empty() => "refused",
            Reason::Refused(_) => "refused_so",
            Reason::Unreadable => "unreadable",
            Reason::Unprepared => "unprepared",
            Reason::Unwritten => "unwritten",
            Reason::Unhandled => "unhandled",
            Reason::Deadly => "deadly",
            Reason::Failed => "failed",
        }
    }

    /// What Telegram said; empty where it said nothing.
    pub fn words(&self) -> &str {
        match self {
            Reason::Refused(told) => told.as_str(),
            Reason::NoAnswer
            | Reason::Unreadable
            | Reason::Unprepared
            | Reason::Unwritten
            | Reason::Unhandled
            | Reason::Deadly
            | Reason::Failed => "",
        }
    }

    /// As it is stored: its name, and what Telegram said behind it.
    pub fn stored(&self) -> String {
        match self.words() {
            "" => self.name().to_owned(),
            words => format!("{} {words}", self.name()),
        }
    }

    /// Its name and what Telegram said, from what is stored.
    pub fn read(stored: &str) -> (&str, &str) {
        stored.split_once(' ').unwrap_or((stored, ""))
    }
}

/// Why a client cannot be written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreachable {
    /// They blocked the bot.
    Blocked,
    /// Their account is gone.
    Deactivated,
    /// They never started the bot, or the chat does not exist.
    NoChat,
}

impl Unreachable {
    /// Every reason.
    pub const ALL: [Unreachable; 3] = [
        Unreachable::Blocked,
        Unreachable::Deactivated,
        Unreachable::NoChat,
    ];

    /// Its name in the database and in the texts.
    pub const fn name(self) -> &'static str {
        match self {
            Unreachable::Blocked => "blocked",
            Unreachable::Deactivated => "deactivated",
            Unreachable::NoChat => "no_chat",
        }
    }
}
