//! What the words of a refusal mean. The descriptions are those of tdlib telegram-bot-api (Client.cpp),
//! of tdlib itself, and of Telegram's servers, which write theirs in capitals. Does not know the call.

use crate::domain::ids::ChatId;
use crate::domain::outcome::{Refusal, Told, Unreachable};

/// Why Telegram refused. `private` tells whether the call went into a client's chat: the same words
/// mean a client there and the desk elsewhere.
pub fn refusal(code: i64, description: &str, migrate_to: Option<i64>, private: bool) -> Refusal {
    if let Some(new) = migrate_to {
        return Refusal::GroupUpgraded(ChatId(new));
    }
    let told = description;
    let description = description.to_ascii_lowercase();
    match code {
        // 421: the server works for some tokens only, and not for this one.
        401 | 421 => return Refusal::TokenRejected,
        404 if description.trim() == "not found" => return Refusal::TokenRejected,
        _ => {}
    }
    if let Some(batch) = Batch::of(&description) {
        return batch.refusal(private);
    }
    if code == 413 {
        return Refusal::FileUnusable;
    }
    match meaning(&description, private) {
        Refusal::Other(_) => Refusal::Other(Told::of(told)),
        known => known,
    }
}

fn meaning(description: &str, private: bool) -> Refusal {
    let found = RULES
        .iter()
        .find(|(words, _)| words.iter().any(|words| description.contains(words)))
        .map(|(_, meaning)| meaning);
    match found {
        None => Refusal::Other(Told::nothing()),
        Some(Meaning::Always(refusal)) => refusal.clone(),
        Some(Meaning::ByChat { client, .. }) if private => client.clone(),
        Some(Meaning::ByChat { group, .. }) => group.clone(),
    }
}

/// One message of several that are sent at once has failed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Batch<'a> {
    /// How many are known to be sent before it, and one more.
    number: u32,
    /// What happened to it.
    inner: &'a str,
}

impl<'a> Batch<'a> {
    /// `failed to send message #2 with the error message "..."` (tdlib telegram-bot-api, Client.cpp).
    pub fn of(description: &'a str) -> Option<Self> {
        const FAILED: &str = "failed to send message #";
        let start = description.to_ascii_lowercase().find(FAILED)?;
        let rest = &description[start + FAILED.len()..];
        let (number, inner) = digits(rest);
        Some(Self {
            // A number that is none says that nobody knows how much was sent.
            number: number.unwrap_or(u32::MAX),
            inner,
        })
    }

    /// Whether some of the messages may be there.
    pub fn has_begun(self) -> bool {
        self.number > 1
    }

    /// Nothing was sent where the first one failed for a reason that concerns all of them. Where it
    /// is about one file, the others are sent without it (tdlib, MessagesManager.cpp).
    fn refusal(self, private: bool) -> Refusal {
        let inner = meaning(self.inner, private);
        if self.has_begun() || !concerns_all(&inner) {
            Refusal::AlbumPartly
        } else {
            inner
        }
    }
}

/// Whether no message of an album can be sent where one of them was refused so.
fn concerns_all(refusal: &Refusal) -> bool {
    match refusal {
        Refusal::TopicGone
        | Refusal::TopicClosed
        | Refusal::TopicsOff
        | Refusal::ClientUnreachable(_)
        | Refusal::DeskUnreachable
        | Refusal::RightMissing
        | Refusal::GroupUpgraded(_)
        | Refusal::ReplyTargetGone
        | Refusal::QuoteInvalid
        | Refusal::TokenRejected => true,
        Refusal::AlreadySo
        | Refusal::MessageGone
        | Refusal::NotCopyable
        | Refusal::NotEditable
        | Refusal::NotDeletable
        | Refusal::ReactionInvalid
        | Refusal::AlbumPartly
        | Refusal::FileUnusable
        | Refusal::RemovedByTelegram
        | Refusal::PressExpired
        | Refusal::Other(_) => false,
    }
}

/// The wait that stands in the words where it does not stand beside them, as in an album's.
pub(super) fn wait_in(description: &str) -> Option<u64> {
    const WAIT: &str = "too many requests: retry after ";
    let start = description.to_ascii_lowercase().find(WAIT)?;
    let (seconds, _) = digits(&description[start + WAIT.len()..]);
    seconds.map(u64::from)
}

/// The number at the beginning, and what follows.
fn digits(text: &str) -> (Option<u32>, &str) {
    let end = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    (text[..end].parse().ok(), &text[end..])
}

/// What a description means.
enum Meaning {
    Always(Refusal),
    /// It depends on whose chat the call went into.
    ByChat {
        client: Refusal,
        group: Refusal,
    },
}

/// About a client. Where the call went into a group, it can only be a copy, and what could not be
/// read is its original.
const fn client(why: Unreachable) -> Meaning {
    Meaning::ByChat {
        client: Refusal::ClientUnreachable(why),
        group: Refusal::MessageGone,
    }
}

/// About the chat of the call, whichever it is.
const fn chat(why: Unreachable) -> Meaning {
    Meaning::ByChat {
        client: Refusal::ClientUnreachable(why),
        group: Refusal::DeskUnreachable,
    }
}

/// The one trouble of the server that says what became of the call.
pub(super) const REMOVED: &str = "sent message was immediately deleted";

/// Words, in lower case, and what a description that contains one of them means. The first that
/// fits wins, so the narrower ones come first.
const RULES: &[(&[&str], Meaning)] = &[
    (&[REMOVED], Meaning::Always(Refusal::RemovedByTelegram)),
    (&["logged out"], Meaning::Always(Refusal::TokenRejected)),
    (
        &[
            "message thread not found",
            "topic_deleted",
            "topic_id_invalid",
            "invalid forum topic identifier",
            "invalid message thread identifier",
        ],
        Meaning::Always(Refusal::TopicGone),
    ),
    (&["topic_closed"], Meaning::Always(Refusal::TopicClosed)),
    (
        &[
            "the chat is not a forum",
            "not a supergroup forum",
            "channel_forum_missing",
            "method is available only for supergroups",
            "method is available for supergroup",
        ],
        Meaning::Always(Refusal::TopicsOff),
    ),
    (
        &[
            "topic_not_modified",
            "message is not modified",
            "message_not_modified",
        ],
        Meaning::Always(Refusal::AlreadySo),
    ),
    (
        &[
            "message to be replied not found",
            "replied message not found",
            "reply_message_id_invalid",
        ],
        Meaning::Always(Refusal::ReplyTargetGone),
    ),
    (
        &[
            "message to edit not found",
            "message to copy not found",
            "message to forward not found",
            "message to react not found",
            "message to delete not found",
            "message to pin not found",
            "message_id_invalid",
            "there are no messages to forward",
            "chat to forward messages from not found",
        ],
        Meaning::Always(Refusal::MessageGone),
    ),
    (
        &[
            "query is too old",
            "query id is invalid",
            "query_id_invalid",
        ],
        Meaning::Always(Refusal::PressExpired),
    ),
    (
        &[
            "not enough rights to send text messages",
            "chat_send_plain_forbidden",
        ],
        chat(Unreachable::Blocked),
    ),
    (
        &["quote_text_invalid"],
        Meaning::Always(Refusal::QuoteInvalid),
    ),
    (
        &[
            "message can't be edited",
            "message media can't be edited",
            "there is no text in the message to edit",
            "there is no caption in the message to edit",
            "there is no media in the message to edit",
            "there is no live location in the message to edit",
            "message content type can't be used in an album",
            "can't change media type in the album",
            "message_edit_time_expired",
            "message_author_required",
            "media_prev_invalid",
        ],
        Meaning::Always(Refusal::NotEditable),
    ),
    (
        &["message can't be deleted", "message_delete_forbidden"],
        Meaning::Always(Refusal::NotDeletable),
    ),
    (
        &[
            "reaction_invalid",
            "reactions_too_many",
            "reaction isn't available",
        ],
        Meaning::Always(Refusal::ReactionInvalid),
    ),
    (
        &["group send failed"],
        Meaning::Always(Refusal::AlbumPartly),
    ),
    (
        &[
            "wrong file_id",
            "invalid file_id",
            "wrong file identifier",
            "wrong remote file identifier",
            "can't use file of type",
            "file is too big",
            "is too big for a photo",
            "request entity too large",
            "file must be non-empty",
            "photo_invalid_dimensions",
            "photo_save_file_invalid",
            "photo_ext_invalid",
            "image_process_failed",
            "file_reference_",
            "file_parts_invalid",
            "media_empty",
            "media_invalid",
            "document_invalid",
        ],
        Meaning::Always(Refusal::FileUnusable),
    ),
    (
        &[
            "can't be copied",
            "can't be forwarded",
            "message was not forwarded",
            "chat_forwards_restricted",
            "quiz_answer_missing",
            // What a person does not want to be sent.
            "voice_messages_forbidden",
            "user restricted receiving of",
        ],
        Meaning::Always(Refusal::NotCopyable),
    ),
    // Kinds of content that the chat does not take, while it takes others: no reason to think that the
    // whole chat is out of reach. In the desk group that is a right, which may come back.
    (
        &["not enough rights to send ", "chat_send_"],
        Meaning::ByChat {
            client: Refusal::NotCopyable,
            group: Refusal::RightMissing,
        },
    ),
    (
        &[
            "bot was blocked by the user",
            "user_is_blocked",
            "you_blocked_user",
            "privacy_premium_required",
            "allow_payment_required",
        ],
        client(Unreachable::Blocked),
    ),
    (
        &["user is deactivated", "input_user_deactivated"],
        client(Unreachable::Deactivated),
    ),
    (
        &[
            "bot can't initiate conversation",
            "bot can't send messages to",
            "user_is_bot",
            "private chat not found",
        ],
        client(Unreachable::NoChat),
    ),
    // A right in the desk group.
    (
        &[
            "not enough rights",
            "need administrator rights",
            "chat_admin_required",
            "bot_forum_create_forbidden",
        ],
        Meaning::Always(Refusal::RightMissing),
    ),
    // The desk group.
    (
        &[
            "bot was kicked",
            "bot is not a member",
            "group chat was deleted",
            "group chat was upgraded",
            "user_banned_in_channel",
            "channel_private",
            "channel_invalid",
        ],
        Meaning::Always(Refusal::DeskUnreachable),
    ),
    (
        &[
            "chat not found",
            "peer_id_invalid",
            "can't access the chat",
            "have no write access to the chat",
            "chat_write_forbidden",
            "chat_restricted",
        ],
        chat(Unreachable::NoChat),
    ),
    (
        &["user not found"],
        Meaning::ByChat {
            client: Refusal::ClientUnreachable(Unreachable::NoChat),
            group: Refusal::Other(Told::nothing()),
        },
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_can_be_found_at_all() {
        let all: Vec<&str> = RULES
            .iter()
            .flat_map(|(words, _)| *words)
            .copied()
            .collect();
        for (index, words) in all.iter().enumerate() {
            assert_eq!(*words, words.to_lowercase());
            let hidden_by = all[..index]
                .iter()
                .find(|earlier| words.contains(**earlier));
            assert!(hidden_by.is_none(), "an earlier rule hides {words}");
        }
    }
}
