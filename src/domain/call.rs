//! A call that has to be made: complete but for references that are resolved when it is claimed,
//! because the call that makes what they name may still be pending. Holds no Telegram id of a
//! client, so that nothing stored for sending names one.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::content::{Kind, Location, Looks, Text};
use super::ids::{
    BotId, ChatId, ClientId, JobId, MessageId, MessageRowId, ThreadId, TicketId, UserId,
};
use super::language::Language;
pub use queue::{Budget, Lane, Priority, Purpose};
pub use ready::{ReadyCall, ReadyReply};

mod queue;
mod ready;

/// Where something is posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum To {
    /// The private chat of a client.
    Client(ClientId),
    /// The live topic of a ticket.
    Topic(TicketId),
    /// The main group's General topic.
    General,
    /// The General topic of a further group.
    GeneralOf(ChatId),
    /// A topic of the desk group that is no ticket's.
    Thread(ChatId, ThreadId),
    /// A chat that is none of these.
    Chat(ChatId),
}

/// A message that is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// In a client's private chat.
    Client(ClientId, MessageId),
    /// In the desk group.
    Desk(ChatId, MessageId),
}

/// What a post answers, named by something that both sides know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyTo {
    /// A message of ours: its original or its copy, whichever stands in the destination.
    Row(MessageRowId),
    /// The same, and some of its words.
    Quote(MessageRowId, Text),
    /// A message that stands in the destination itself.
    There(MessageId),
}

/// What a message answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answers {
    /// A message in the same conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<ReplyTo>,
    /// The beginning of one that stands elsewhere, to be shown before the words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<Text>,
}

/// A chat in which a message of ours stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// The private chat of a client.
    Client(ClientId),
    /// The desk group in which it stands.
    Desk,
    /// This group of the desk.
    Group(ChatId),
}

/// A message of ours as it stands in one chat: its original there, or its copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Which message.
    pub row: MessageRowId,
    /// Which of its parts.
    pub part: u32,
    /// In which chat.
    pub whose: Whose,
}

/// A file that is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileSource {
    /// One of Telegram's, by its `file_id`.
    Telegram(String),
    /// A cleaned one that waits in the spool.
    Spool {
        /// The work that cleaned it.
        job: JobId,
        /// The neutral name that it gets.
        name: String,
    },
}

/// A medium that is sent, alone or in an album.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// What it is.
    pub kind: Kind,
    /// The file.
    pub file: FileSource,
    /// How it is shown.
    #[serde(default)]
    pub looks: Looks,
    /// Its caption; may be empty.
    #[serde(default)]
    pub caption: Text,
}

/// A button under a message of the bot's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// What stands on it.
    pub text: String,
    /// What comes back when it is pressed: 1 to 64 bytes (Bot API docs, `InlineKeyboardButton`).
    pub data: String,
}

/// The calls that the desk can ask for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "snake_case")]
pub enum Call {
    /// Make the topic of a ticket.
    CreateTopic {
        /// Whose topic.
        ticket: TicketId,
        /// Its title; holds the ticket's code.
        title: String,
    },
    /// Post a text.
    SendText {
        /// Where.
        to: To,
        /// What.
        text: Text,
        /// What it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<ReplyTo>,
        /// How its link preview looks; none leaves it to Telegram, and means no preview in a group.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        preview: Option<Map<String, Value>>,
        /// Buttons, row by row.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        buttons: Vec<Vec<Button>>,
    },
    /// Holds the place of a call that depends on something that has not ended yet: an album that is
    /// still arriving, a file that is being cleaned. Never made itself.
    Await {
        /// Where it will go.
        to: To,
        /// What it will answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<ReplyTo>,
    },
    /// Send a medium by its file.
    SendMedia {
        /// Where.
        to: To,
        /// What.
        item: Item,
        /// What it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<ReplyTo>,
    },
    /// Send several media as one album.
    SendAlbum {
        /// Where.
        to: To,
        /// 2 to 10 of them (Bot API docs, `sendMediaGroup`).
        items: Vec<Item>,
        /// The messages that they carry, in the same order.
        rows: Vec<MessageRowId>,
        /// What it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<ReplyTo>,
    },
    /// Copy several messages at once, which keeps them together, without their captions; Telegram
    /// does not tell which copy is whose.
    CopyAlbum {
        /// Where to.
        to: To,
        /// What, in increasing order.
        sources: Vec<Source>,
    },
    /// Show a place that moves for a while.
    SendLocation {
        /// Where.
        to: To,
        /// The place.
        location: Location,
        /// What it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<ReplyTo>,
    },
    /// Copy a message by its id.
    Copy {
        /// Where to.
        to: To,
        /// What.
        source: Source,
        /// A caption that takes the place of its own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        caption: Option<Text>,
        /// What it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<ReplyTo>,
    },
    /// Change the words of a text that we sent.
    EditText {
        /// Which.
        copy: Standing,
        /// What it says from now on.
        text: Text,
        /// How its link preview looks.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        preview: Option<Map<String, Value>>,
    },
    /// Change the caption of a medium that we sent.
    EditCaption {
        /// Which.
        copy: Standing,
        /// What it says from now on.
        caption: Text,
        /// Whether it stands above the medium.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        above: bool,
    },
    /// Put another medium in the place of one that we sent.
    EditMedia {
        /// Which.
        copy: Standing,
        /// What stands there from now on.
        item: Item,
    },
    /// Move a place that we sent, or stop it where it has no `live_period` any more.
    MoveLocation {
        /// Which.
        copy: Standing,
        /// Where it is now.
        location: Location,
    },
    /// Change a text of the bot's own that has buttons.
    EditWord {
        /// In whose chat.
        whose: Whose,
        /// Which message.
        message: MessageId,
        /// What it says from now on.
        text: Text,
        /// The buttons that it has from now on, one a row.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        buttons: Vec<Button>,
    },
    /// Delete what we sent of a message.
    Delete {
        /// Which message.
        row: MessageRowId,
        /// From which of its parts on.
        from_part: u32,
        /// In which chat.
        whose: Whose,
    },
    /// Delete posts of the bot's own in the desk group, which carry no message of ours any more.
    DeletePosts {
        /// In which group.
        chat: ChatId,
        /// Which, in increasing order.
        messages: Vec<MessageId>,
        /// The voice that posted them; none where it was the main bot.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<BotId>,
    },
    /// Bring the card of a ticket up to date.
    EditCard {
        /// Whose card.
        ticket: TicketId,
        /// The whole post.
        text: Text,
        /// The buttons under it, row by row: an edit without them takes them away.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        buttons: Vec<Vec<Button>>,
    },
    /// Change the title of a ticket's topic.
    EditTopic {
        /// Whose topic.
        ticket: TicketId,
        /// Its title from now on; holds the ticket's code.
        title: String,
    },
    /// Close the topic of a ticket.
    CloseTopic {
        /// Whose topic.
        ticket: TicketId,
    },
    /// Close a topic that a ticket has left.
    CloseThread {
        /// In which group.
        chat: ChatId,
        /// Which topic.
        thread: ThreadId,
    },
    /// Open the topic of a ticket again.
    ReopenTopic {
        /// Whose topic.
        ticket: TicketId,
    },
    /// Keep a message of the desk group at its top, without a sound.
    Pin {
        /// In which group.
        chat: ChatId,
        /// Which message.
        message: MessageId,
    },
    /// Remove a topic that no ticket has.
    DeleteTopic {
        /// In which group.
        chat: ChatId,
        /// Which topic.
        thread: ThreadId,
    },
    /// Set the bot's reaction on a message of the desk group.
    React {
        /// In which group.
        chat: ChatId,
        /// On which message.
        message: MessageId,
        /// With what.
        mark: Mark,
    },
    /// Set the bot's reaction on a message of ours to what people on the other side have set.
    Mirror {
        /// On which message.
        on: Standing,
        /// With what; none removes it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        emoji: Option<String>,
    },
    /// Answer a button press, which ends its spinner.
    AnswerButton {
        /// Telegram's id of the press.
        press: String,
        /// What the one who pressed reads.
        text: String,
        /// Whether it stays until it is tapped away.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        is_alert: bool,
    },
    /// What a voice says to a person who writes to it in private.
    WordOfVoice {
        /// Which voice.
        voice: BotId,
        /// To whom.
        client: ClientId,
        /// What.
        text: Text,
    },
    /// Remove a member from the desk group, for good.
    Ban {
        /// From which group.
        chat: ChatId,
        /// Whom.
        user: UserId,
    },
    /// Leave a chat.
    Leave {
        /// Which.
        chat: ChatId,
    },
    /// Show the command menu of one audience in one language.
    SetCommands {
        /// For whom.
        audience: Audience,
        /// In which language; none for everyone without a menu of their own.
        language: Option<Language>,
        /// The words and what they do, in order.
        commands: Vec<(String, String)>,
    },
}

impl Call {
    /// A text without buttons.
    pub fn words(to: To, text: Text, reply_to: Option<ReplyTo>) -> Self {
        Call::SendText {
            to,
            text,
            reply_to,
            preview: None,
            buttons: Vec::new(),
        }
    }

    /// Whether it posts into a topic: the one that its ticket has, or one that is named.
    pub fn goes_to_topic(&self) -> bool {
        let (Call::SendText { to, .. }
        | Call::SendMedia { to, .. }
        | Call::SendAlbum { to, .. }
        | Call::SendLocation { to, .. }
        | Call::Copy { to, .. }
        | Call::CopyAlbum { to, .. }) = self
        else {
            return false;
        };
        matches!(to, To::Topic(_) | To::Thread(..))
    }

    /// How many messages it posts, each of which Telegram counts; at least one.
    pub fn weight(&self) -> u32 {
        let messages = if let Call::SendAlbum { items, .. } = self {
            items.len()
        } else if let Call::CopyAlbum { sources, .. } = self {
            sources.len()
        } else {
            1
        };
        u32::try_from(messages).unwrap_or(u32::MAX).max(1)
    }
}

/// Who sees a command menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// People in their private chat with the bot.
    Clients,
    /// Members of the main group.
    Agents,
    /// Members of a further group.
    AgentsOf(ChatId),
}

/// What the bot's reaction tells the agent about a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// It has reached the client.
    Delivered,
    /// It is still under way.
    Waiting,
    /// It will not reach the client.
    Refused,
}

impl Mark {
    /// Every mark.
    pub const ALL: [Mark; 3] = [Mark::Delivered, Mark::Waiting, Mark::Refused];

    /// Its name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Mark::Delivered => "delivered",
            Mark::Waiting => "waiting",
            Mark::Refused => "refused",
        }
    }

    /// The reaction. Bots may set a fixed list only, which holds neither ✅ nor ❌
    /// (Bot API, `ReactionTypeEmoji`).
    pub const fn emoji(self) -> &'static str {
        match self {
            Mark::Delivered => "👌",
            Mark::Waiting => "👀",
            Mark::Refused => "💔",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_survives_being_stored() {
        let call = Call::Copy {
            to: To::Topic(TicketId(3)),
            source: Source::Client(ClientId(9), MessageId(4)),
            caption: Some(Text::plain("look")),
            reply_to: Some(ReplyTo::Row(MessageRowId(2))),
        };
        let stored = serde_json::to_string(&call).expect("a call is plain data");
        assert_eq!(
            serde_json::from_str::<Call>(&stored).expect("what was written reads back"),
            call
        );
    }
}
