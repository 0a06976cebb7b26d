//! A call with every reference resolved: ids of Telegram's, and nothing of ours. Made at the moment of
//! the claim and never stored, because it holds the ids of clients.

use serde_json::{Map, Value};

use super::{Button, Item};
use crate::domain::content::{Location, Text};
use crate::domain::ids::{ChatId, MessageId, ThreadId, UserId};
use crate::domain::language::Language;

/// What a post answers, in the chat that it goes into.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadyReply {
    /// Which message.
    pub message: MessageId,
    /// Which of its words; a piece of its text as it stands there.
    pub quote: Option<Text>,
}

impl ReadyReply {
    /// An answer to the whole message.
    pub fn to(message: MessageId) -> Self {
        Self {
            message,
            quote: None,
        }
    }
}

/// A call with every reference resolved: all that is needed to make it. Files of the spool are
/// named, not opened.
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
        reply_to: Option<ReadyReply>,
        /// `link_preview_options`; none leaves it to Telegram in private and switches it off in groups.
        preview: Option<Map<String, Value>>,
        /// Buttons, row by row.
        buttons: Vec<Vec<Button>>,
    },
    /// `sendPhoto`, `sendDocument` and their like.
    SendMedia {
        /// Where.
        chat: ChatId,
        /// In which topic.
        thread: Option<ThreadId>,
        /// What.
        item: Item,
        /// What it answers, in the same chat.
        reply_to: Option<ReadyReply>,
    },
    /// `sendMediaGroup`.
    SendAlbum {
        /// Where.
        chat: ChatId,
        /// In which topic.
        thread: Option<ThreadId>,
        /// What, in order.
        items: Vec<Item>,
        /// What it answers, in the same chat.
        reply_to: Option<ReadyReply>,
    },
    /// `copyMessages`, without the captions.
    CopyAlbum {
        /// Where to.
        chat: ChatId,
        /// Into which topic.
        thread: Option<ThreadId>,
        /// Where from.
        from: ChatId,
        /// Which messages, in increasing order.
        messages: Vec<MessageId>,
    },
    /// `sendLocation`.
    SendLocation {
        /// Where.
        chat: ChatId,
        /// In which topic.
        thread: Option<ThreadId>,
        /// The place.
        location: Location,
        /// What it answers, in the same chat.
        reply_to: Option<ReadyReply>,
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
        reply_to: Option<ReadyReply>,
    },
    /// `editMessageText`. Buttons that are not given anew are removed.
    EditText {
        /// Where.
        chat: ChatId,
        /// Which message of the bot.
        message: MessageId,
        /// What it says from now on.
        text: Text,
        /// `link_preview_options`; none leaves it to Telegram in private and switches it off in groups.
        preview: Option<Map<String, Value>>,
        /// Buttons, row by row.
        buttons: Vec<Vec<Button>>,
    },
    /// `editForumTopic`.
    EditTopic {
        /// In which group.
        chat: ChatId,
        /// Which topic.
        thread: ThreadId,
        /// Its title from now on.
        title: String,
    },
    /// `editMessageCaption`.
    EditCaption {
        /// Where.
        chat: ChatId,
        /// Which message of the bot.
        message: MessageId,
        /// What it says from now on.
        caption: Text,
        /// Whether it stands above the medium.
        above: bool,
    },
    /// `editMessageMedia`.
    EditMedia {
        /// Where.
        chat: ChatId,
        /// Which message of the bot.
        message: MessageId,
        /// What stands there from now on.
        item: Item,
    },
    /// `editMessageLiveLocation`, or `stopMessageLiveLocation` where it has no `live_period`.
    MoveLocation {
        /// Where.
        chat: ChatId,
        /// Which message of the bot.
        message: MessageId,
        /// The place.
        location: Location,
    },
    /// `deleteMessage`, or `deleteMessages` for several.
    Delete {
        /// Where.
        chat: ChatId,
        /// 1 to 100 of them, in increasing order.
        messages: Vec<MessageId>,
    },
    /// `closeForumTopic`.
    CloseTopic {
        /// In which group.
        chat: ChatId,
        /// Which topic.
        thread: ThreadId,
    },
    /// `pinChatMessage`, without a notification.
    Pin {
        /// In which group.
        chat: ChatId,
        /// Which message.
        message: MessageId,
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
        /// In which chat.
        chat: ChatId,
        /// On which message.
        message: MessageId,
        /// With what; none removes it.
        emoji: Option<String>,
    },
    /// `answerCallbackQuery`.
    AnswerButton {
        /// Telegram's id of the press.
        press: String,
        /// What the one who pressed reads.
        text: String,
        /// Whether it stays until it is tapped away.
        is_alert: bool,
    },
    /// `banChatMember`.
    Ban {
        /// From which group.
        chat: ChatId,
        /// Whom.
        user: UserId,
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
    /// What the call costs a chat's budget: Telegram counts the messages of an album one by one.
    pub fn weight(&self) -> u32 {
        let messages = if let ReadyCall::SendAlbum { items, .. } = self {
            items.len()
        } else if let ReadyCall::CopyAlbum { messages, .. } = self {
            messages.len()
        } else {
            1
        };
        u32::try_from(messages).unwrap_or(u32::MAX).max(1)
    }

    /// The messages that the call changes, reacts to or deletes, and in which chat; none where it changes
    /// none.
    pub fn changes(&self) -> Option<(ChatId, &[MessageId])> {
        match self {
            ReadyCall::EditText { chat, message, .. }
            | ReadyCall::EditCaption { chat, message, .. }
            | ReadyCall::EditMedia { chat, message, .. }
            | ReadyCall::MoveLocation { chat, message, .. }
            | ReadyCall::React { chat, message, .. } => {
                Some((*chat, std::slice::from_ref(message)))
            }
            ReadyCall::Delete { chat, messages } => Some((*chat, messages)),
            ReadyCall::CreateTopic { .. }
            | ReadyCall::SendText { .. }
            | ReadyCall::SendMedia { .. }
            | ReadyCall::SendAlbum { .. }
            | ReadyCall::SendLocation { .. }
            | ReadyCall::Copy { .. }
            | ReadyCall::CopyAlbum { .. }
            | ReadyCall::EditTopic { .. }
            | ReadyCall::CloseTopic { .. }
            | ReadyCall::ReopenTopic { .. }
            | ReadyCall::DeleteTopic { .. }
            | ReadyCall::Pin { .. }
            | ReadyCall::Ban { .. }
            | ReadyCall::Leave { .. }
            | ReadyCall::AnswerButton { .. }
            | ReadyCall::SetCommands { .. } => None,
        }
    }

    /// The chat that the call goes into; none where it goes into no chat.
    pub fn chat(&self) -> Option<ChatId> {
        match self {
            ReadyCall::CreateTopic { chat, .. }
            | ReadyCall::SendText { chat, .. }
            | ReadyCall::SendMedia { chat, .. }
            | ReadyCall::SendAlbum { chat, .. }
            | ReadyCall::SendLocation { chat, .. }
            | ReadyCall::Copy { chat, .. }
            | ReadyCall::CopyAlbum { chat, .. }
            | ReadyCall::EditText { chat, .. }
            | ReadyCall::EditTopic { chat, .. }
            | ReadyCall::EditCaption { chat, .. }
            | ReadyCall::EditMedia { chat, .. }
            | ReadyCall::MoveLocation { chat, .. }
            | ReadyCall::Delete { chat, .. }
            | ReadyCall::CloseTopic { chat, .. }
            | ReadyCall::Pin { chat, .. }
            | ReadyCall::ReopenTopic { chat, .. }
            | ReadyCall::DeleteTopic { chat, .. }
            | ReadyCall::React { chat, .. }
            | ReadyCall::Ban { chat, .. }
            | ReadyCall::Leave { chat } => Some(*chat),
            ReadyCall::AnswerButton { .. } | ReadyCall::SetCommands { .. } => None,
        }
    }
}
