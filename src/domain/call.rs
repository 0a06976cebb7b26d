//! A call that has to be made: complete but for references that are resolved when it is claimed,
//! because the call that makes what they name may still be pending. Holds no Telegram id of a
//! client, so that nothing stored for sending names one.

use serde::{Deserialize, Serialize};

use super::content::Text;
use super::ids::{ChatId, ClientId, MessageId, MessageRowId, ThreadId, TicketId};
use super::language::Language;

/// Where something is posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum To {
    /// The private chat of a client.
    Client(ClientId),
    /// The live topic of a ticket.
    Topic(TicketId),
    /// The desk group's General topic.
    General,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyTo {
    /// A message of ours: its original or its copy, whichever stands in the destination.
    Row(MessageRowId),
    /// A message that stands in the destination itself.
    There(MessageId),
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
    /// Bring the card of a ticket up to date.
    EditCard {
        /// Whose card.
        ticket: TicketId,
        /// The whole post.
        text: Text,
    },
    /// Close the topic of a ticket.
    CloseTopic {
        /// Whose topic.
        ticket: TicketId,
    },
    /// Open the topic of a ticket again.
    ReopenTopic {
        /// Whose topic.
        ticket: TicketId,
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
    /// Answer a button press, which ends its spinner.
    AnswerButton {
        /// Telegram's id of the press.
        press: String,
        /// What the one who pressed reads.
        text: String,
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

/// A call with every reference resolved: all that is needed to make it.
#[derive(Clone, Debug, PartialEq)]
pub enum ReadyCall {
    /// `createForumTopic`.
    CreateTopic {
        /// The desk group.
        chat: ChatId,
        /// The topic's title.
        title: String,
    },
    /// `sendMessage`.
    SendText {
        /// Where.
        chat: ChatId,
        /// In which topic; none in General and in private chats.
        thread: Option<ThreadId>,
        /// What.
        text: Text,
        /// What it answers, in the same chat.
        reply_to: Option<MessageId>,
    },
    /// `copyMessage`.
    Copy {
        /// Where to.
        chat: ChatId,
        /// Into which topic.
        thread: Option<ThreadId>,
        /// Where from.
        from: ChatId,
        /// Which message.
        message: MessageId,
        /// A caption that takes the place of its own; none keeps it.
        caption: Option<Text>,
        /// What it answers, in the same chat.
        reply_to: Option<MessageId>,
    },
    /// `editMessageText`.
    EditText {
        /// Where.
        chat: ChatId,
        /// Which message of the bot.
        message: MessageId,
        /// What it says from now on.
        text: Text,
    },
    /// `closeForumTopic`.
    CloseTopic {
        /// In which group.
        chat: ChatId,
        /// Which topic.
        thread: ThreadId,
    },
    /// `reopenForumTopic`.
    ReopenTopic {
        /// In which group.
        chat: ChatId,
        /// Which topic.
        thread: ThreadId,
    },
    /// `deleteForumTopic`.
    DeleteTopic {
        /// In which group.
        chat: ChatId,
        /// Which topic.
        thread: ThreadId,
    },
    /// `setMessageReaction`.
    React {
        /// In which group.
        chat: ChatId,
        /// On which message.
        message: MessageId,
        /// With what.
        mark: Mark,
    },
    /// `answerCallbackQuery`.
    AnswerButton {
        /// Telegram's id of the press.
        press: String,
        /// What the one who pressed reads.
        text: String,
    },
    /// `leaveChat`.
    Leave {
        /// Which chat.
        chat: ChatId,
    },
    /// `setMyCommands`.
    SetCommands {
        /// One chat, or all private chats where there is none.
        chat: Option<ChatId>,
        /// In which language; none for everyone without a menu of their own.
        language: Option<Language>,
        /// The words and what they do, in order.
        commands: Vec<(String, String)>,
    },
}

impl ReadyCall {
    /// The chat that the call goes into; none where it goes into no chat.
    pub fn chat(&self) -> Option<ChatId> {
        match self {
            ReadyCall::CreateTopic { chat, .. }
            | ReadyCall::SendText { chat, .. }
            | ReadyCall::Copy { chat, .. }
            | ReadyCall::EditText { chat, .. }
            | ReadyCall::CloseTopic { chat, .. }
            | ReadyCall::ReopenTopic { chat, .. }
            | ReadyCall::DeleteTopic { chat, .. }
            | ReadyCall::React { chat, .. }
            | ReadyCall::Leave { chat } => Some(*chat),
            ReadyCall::AnswerButton { .. } | ReadyCall::SetCommands { .. } => None,
        }
    }
}

/// Who sees a command menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// People in their private chat with the bot.
    Clients,
    /// Members of the desk group.
    Agents,
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

/// What a call is for: decides what its outcome means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Purpose {
    /// Makes the topic of a ticket.
    Topic,
    /// Posts the card, perhaps with the first text.
    Card,
    /// Carries a client's message to the topic.
    Relay,
    /// Carries an agent's message to the client.
    Reply,
    /// Tells somebody something.
    Word,
    /// Brings the card up to date.
    CardEdit,
    /// Opens, closes or removes a topic.
    TopicState,
    /// Shows the agent what became of a reply.
    Mark,
    /// Housekeeping: menus, answers to buttons, leaving a chat.
    Service,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Purpose; 9] = [
        Purpose::Topic,
        Purpose::Card,
        Purpose::Relay,
        Purpose::Reply,
        Purpose::Word,
        Purpose::CardEdit,
        Purpose::TopicState,
        Purpose::Mark,
        Purpose::Service,
    ];

    /// Its name in the database and in logs.
    pub const fn name(self) -> &'static str {
        match self {
            Purpose::Topic => "topic",
            Purpose::Card => "card",
            Purpose::Relay => "relay",
            Purpose::Reply => "reply",
            Purpose::Word => "word",
            Purpose::CardEdit => "card_edit",
            Purpose::TopicState => "topic_state",
            Purpose::Mark => "mark",
            Purpose::Service => "service",
        }
    }

    /// Whether making the call twice shows nothing twice. What does not repeat safely is either
    /// settled by Telegram's announcement (topics) or sent again with a word (messages).
    pub const fn repeats_safely(self) -> bool {
        match self {
            Purpose::Topic | Purpose::Card | Purpose::Relay | Purpose::Reply | Purpose::Word => {
                false
            }
            Purpose::CardEdit | Purpose::TopicState | Purpose::Mark | Purpose::Service => true,
        }
    }
}

/// One ordered stream of calls to one destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Everything that is posted into a ticket's topic, in order.
    Topic(TicketId),
    /// Everything that is posted to a client, in order.
    Client(ClientId),
    /// Updates of a ticket's card: they give way to messages.
    Card(TicketId),
    /// Delivery marks of one message.
    Mark(MessageId),
    /// Alerts in General.
    General,
    /// Calls that stand alone, each in a lane of its own.
    Alone(u64),
}

impl Lane {
    /// Its name in the database.
    pub fn key(self) -> String {
        match self {
            Lane::Topic(TicketId(id)) => format!("topic:{id}"),
            Lane::Client(ClientId(id)) => format!("client:{id}"),
            Lane::Card(TicketId(id)) => format!("card:{id}"),
            Lane::Mark(MessageId(id)) => format!("mark:{id}"),
            Lane::General => "general".to_owned(),
            Lane::Alone(id) => format!("alone:{id:x}"),
        }
    }
}

/// Whose budget a call spends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Budget {
    /// A private chat's own.
    Client,
    /// The desk group's, shared by all topics.
    Desk,
    /// None but the bot's own.
    Bot,
}

impl Budget {
    /// Every budget.
    pub const ALL: [Budget; 3] = [Budget::Client, Budget::Desk, Budget::Bot];

    /// Its name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Budget::Client => "client",
            Budget::Desk => "desk",
            Budget::Bot => "bot",
        }
    }
}

/// How urgent a call is among those of one budget; smaller goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Priority(pub u8);

impl Priority {
    /// Replies and words to clients; the topic and the card of a new ticket.
    pub const FIRST: Priority = Priority(0);
    /// Client messages on their way to a topic.
    pub const MESSAGE: Priority = Priority(1);
    /// Words to agents and admins.
    pub const WORD: Priority = Priority(2);
    /// The state of cards and topics.
    pub const STATE: Priority = Priority(3);
    /// Delivery marks.
    pub const MARK: Priority = Priority(4);
    /// The least urgent there is; every priority is at most this.
    pub const LAST: Priority = Priority(4);
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
