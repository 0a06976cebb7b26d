//! What an answer of the Bot API means. Pure: looks at status, code and description, and at nothing
//! else. The descriptions are those of tdlib telegram-bot-api (Client.cpp) and of tdlib itself;
//! they are compared by substring and without regard to case, because prefixes and capitals have
//! changed before. Does not decide what to do about an outcome.

mod receipt;
mod rules;

use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;

pub use self::rules::refusal;
use self::rules::{Batch, REMOVED};
use crate::domain::call::ReadyCall;
use crate::domain::ids::ChatId;
use crate::domain::outcome::{Outcome, Refusal};

/// How long to wait when Telegram says "later" without saying when.
const DEFAULT_RETRY_AFTER: Duration = Duration::from_secs(5);

/// A wait of nothing would be a busy loop.
const SHORTEST_RETRY_AFTER: Duration = Duration::from_secs(1);

/// An answer, before anybody asks what it means for a call.
#[derive(Debug)]
pub enum Answer<'a> {
    /// Telegram did it; this is the result, as JSON.
    Ok(&'a RawValue),
    /// Not before this time has passed.
    RetryAfter(Duration),
    /// Telegram refused, certainly.
    Refused(Failure),
    /// Not an answer of the Bot API, or one that says that the server is in trouble.
    Unclear,
}

/// A refusal in Telegram's own words.
#[derive(Debug)]
pub struct Failure {
    /// The code, 400 to 499, or 500 where the description says what happened.
    pub code: i64,
    /// The description. Names no person, but is not for people either.
    pub description: String,
    /// The new id of a group that became a supergroup.
    pub migrate_to: Option<i64>,
}

#[derive(Deserialize)]
struct Body<'a> {
    ok: bool,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    error_code: Option<i64>,
    description: Option<String>,
    #[serde(borrow)]
    parameters: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
struct Parameters {
    retry_after: Option<u64>,
    migrate_to_chat_id: Option<i64>,
}

/// What became of `call`, from the answer to it.
pub fn classify(
    status: u16,
    body: &[u8],
    retry_after_header: Option<u64>,
    call: &ReadyCall,
) -> Outcome {
    match answer(status, body, retry_after_header) {
        Answer::Ok(result) => receipt::done(result, call),
        Answer::RetryAfter(wait) => Outcome::RetryAfter(wait),
        Answer::Refused(failure) => refused(&failure, call),
        Answer::Unclear => Outcome::InDoubt,
    }
}

/// Reads an answer. A refusal is only believed when it is the Bot API's own JSON.
pub fn answer(status: u16, body: &[u8], retry_after_header: Option<u64>) -> Answer<'_> {
    let parsed = serde_json::from_slice::<Body<'_>>(body).ok();
    if let Some(Body {
        ok: true,
        result: Some(result),
        ..
    }) = parsed
    {
        return Answer::Ok(result);
    }

    let status = i64::from(status);
    let refused = parsed.filter(|body| !body.ok);
    let parameters = refused
        .as_ref()
        .and_then(|body| body.parameters)
        .and_then(|raw| serde_json::from_str::<Parameters>(raw.get()).ok())
        .unwrap_or_default();
    let code = refused.as_ref().and_then(|body| body.error_code);
    let description = refused
        .and_then(|body| body.description)
        .unwrap_or_default();
    let told = parameters
        .retry_after
        .or_else(|| rules::wait_in(&description));
    let is_flood = status == 429 || code == Some(429) || told.is_some();
    // A flood in the middle of an album: the messages before it are there, and waiting would not
    // take them back.
    if is_flood && !Batch::of(&description).is_some_and(Batch::has_begun) {
        return Answer::RetryAfter(wait(told.or(retry_after_header)));
    }

    let Some(code) = code else {
        return Answer::Unclear;
    };
    // The one trouble of the server that says what became of the call.
    let removed = description.to_ascii_lowercase().contains(REMOVED);
    if (status >= 500 || !(400..500).contains(&code)) && !removed {
        return Answer::Unclear;
    }
    Answer::Refused(Failure {
        code,
        description,
        migrate_to: parameters.migrate_to_chat_id,
    })
}

/// What `call` is told about a refusal. Leaving a chat in which the bot no longer is has nothing to
/// do with the desk.
fn refused(failure: &Failure, call: &ReadyCall) -> Outcome {
    let private = call.chat().is_some_and(ChatId::is_private);
    let refusal = refusal(
        failure.code,
        &failure.description,
        failure.migrate_to,
        private,
    );
    let left = matches!(call, ReadyCall::Leave { .. }) && refusal == Refusal::DeskUnreachable;
    Outcome::Refused(if left { Refusal::AlreadySo } else { refusal })
}

fn wait(seconds: Option<u64>) -> Duration {
    seconds
        .map_or(DEFAULT_RETRY_AFTER, Duration::from_secs)
        .max(SHORTEST_RETRY_AFTER)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::call::{FileSource, Item};
    use crate::domain::content::{Kind, Looks, Text};
    use crate::domain::ids::{MessageId, ThreadId};
    use crate::domain::outcome::{Receipt, Told, Unreachable};

    const DESK: ChatId = ChatId(-1001);
    const ANN: ChatId = ChatId(77);
    /// Nothing that the desk acts on, whatever Telegram said.
    const OTHER: Refusal = Refusal::Other(Told::nothing());

    fn text_to(chat: ChatId) -> ReadyCall {
        ReadyCall::SendText {
            chat,
            thread: None,
            text: Text::plain("hello"),
            reply_to: None,
            preview: None,
            buttons: Vec::new(),
        }
    }

    fn create_topic() -> ReadyCall {
        ReadyCall::CreateTopic {
            chat: DESK,
            title: "SUPP-261120-7F3K2Q".to_owned(),
        }
    }

    fn refused_body(code: i64, description: &str) -> String {
        serde_json::json!({"ok": false, "error_code": code, "description": description}).to_string()
    }

    /// What a refusal means, without what Telegram said where that is all that is known.
    fn meant(code: i64, description: &str, migrate_to: Option<i64>, private: bool) -> Refusal {
        match refusal(code, description, migrate_to, private) {
            Refusal::Other(_) => OTHER,
            known => known,
        }
    }

    fn ok(result: &str, call: &ReadyCall) -> Outcome {
        let body = format!("{{\"ok\":true,\"result\":{result}}}");
        classify(200, body.as_bytes(), None, call)
    }

    /// What a description means in a group, whether it keeps its case or not.
    fn check_group(code: i64, description: &str, expected: Refusal) {
        for words in [
            description.to_owned(),
            description.to_uppercase(),
            description.to_lowercase(),
        ] {
            assert_eq!(meant(code, &words, None, false), expected, "{words}");
        }
    }

    #[test]
    fn descriptions_about_topics() {
        for (description, expected) in [
            ("Bad Request: message thread not found", Refusal::TopicGone),
            ("Bad Request: TOPIC_DELETED", Refusal::TopicGone),
            ("Bad Request: TOPIC_ID_INVALID", Refusal::TopicGone),
            (
                "Bad Request: invalid forum topic identifier specified",
                Refusal::TopicGone,
            ),
            (
                "Bad Request: invalid message thread identifier specified",
                Refusal::TopicGone,
            ),
            ("Bad Request: TOPIC_CLOSED", Refusal::TopicClosed),
            ("Bad Request: TOPIC_NOT_MODIFIED", Refusal::AlreadySo),
            ("Bad Request: the chat is not a forum", Refusal::TopicsOff),
            (
                "Bad Request: the chat is not a supergroup forum",
                Refusal::TopicsOff,
            ),
            ("Bad Request: CHANNEL_FORUM_MISSING", Refusal::TopicsOff),
            (
                "Bad Request: method is available only for supergroups",
                Refusal::TopicsOff,
            ),
            (
                "Bad Request: method is available for supergroup and channel chats only",
                Refusal::TopicsOff,
            ),
            (
                "Bad Request: not enough rights to create a topic",
                Refusal::RightMissing,
            ),
            (
                "Bad Request: not enough rights to edit the topic",
                Refusal::RightMissing,
            ),
            (
                "Bad Request: not enough rights to close or open the topic",
                Refusal::RightMissing,
            ),
            (
                "Bad Request: not enough rights to delete the topic",
                Refusal::RightMissing,
            ),
            (
                "Bad Request: BOT_FORUM_CREATE_FORBIDDEN",
                Refusal::RightMissing,
            ),
            ("Bad Request: name must be non-empty", OTHER),
            ("Bad Request: invalid icon color specified", OTHER),
            ("Bad Request: PREMIUM_ACCOUNT_REQUIRED", OTHER),
        ] {
            check_group(400, description, expected);
        }
    }

    #[test]
    fn descriptions_about_one_message() {
        for (description, expected) in [
            ("message to copy not found", Refusal::MessageGone),
            ("message to forward not found", Refusal::MessageGone),
            ("message to react not found", Refusal::MessageGone),
            ("message to edit not found", Refusal::MessageGone),
            ("message to pin not found", Refusal::MessageGone),
            ("MESSAGE_ID_INVALID", Refusal::MessageGone),
            ("there are no messages to forward", Refusal::MessageGone),
            (
                "chat to forward messages from not found",
                Refusal::MessageGone,
            ),
            ("the message can't be copied", Refusal::NotCopyable),
            ("the message can't be forwarded", Refusal::NotCopyable),
            ("messages can't be forwarded", Refusal::NotCopyable),
            ("message was not forwarded", Refusal::NotCopyable),
            (
                "message has protected content and can't be forwarded",
                Refusal::NotCopyable,
            ),
            ("CHAT_FORWARDS_RESTRICTED", Refusal::NotCopyable),
            ("QUIZ_ANSWER_MISSING", Refusal::NotCopyable),
            ("VOICE_MESSAGES_FORBIDDEN", Refusal::NotCopyable),
            ("message to be replied not found", Refusal::ReplyTargetGone),
            ("replied message not found", Refusal::ReplyTargetGone),
            (
                "message is not modified: specified new message content and reply markup are \
                 exactly the same as a current content and reply markup of the message",
                Refusal::AlreadySo,
            ),
            ("MESSAGE_NOT_MODIFIED", Refusal::AlreadySo),
            ("message to delete not found", Refusal::MessageGone),
            (
                "query is too old and response timeout expired or query ID is invalid",
                Refusal::PressExpired,
            ),
            ("QUERY_ID_INVALID", Refusal::PressExpired),
            ("message identifier is not specified", OTHER),
            ("message text is empty", OTHER),
            ("text must be non-empty", OTHER),
            ("message is too long", OTHER),
            ("message caption is too long", OTHER),
            (
                "can't parse entities: Unclosed start tag at byte offset 3",
                OTHER,
            ),
            ("unsupported parse_mode", OTHER),
            ("object expected as reply markup", OTHER),
            ("BUTTON_DATA_INVALID", OTHER),
            ("BUTTON_URL_INVALID", OTHER),
            ("service messages can't be pinned", OTHER),
            ("wrong parameter action in request", OTHER),
            ("too many messages to send as an album", OTHER),
            (
                "message identifiers must be in a strictly increasing order",
                OTHER,
            ),
        ] {
            check_group(400, &format!("Bad Request: {description}"), expected);
        }
    }

    /// Beside each its source: tdlib (MM: MessagesManager.cpp, FM: FileManager.cpp), tdlib
    /// telegram-bot-api (C: Client.cpp, R: HttpReader.cpp), or Telegram's published table of errors (E).
    #[test]
    fn descriptions_about_edits_deletions_reactions_and_files() {
        for (description, expected) in [
            ("QUOTE_TEXT_INVALID", Refusal::QuoteInvalid), // E, messages.sendMessage
            ("message can't be edited", Refusal::NotEditable), // MM, can_edit_message
            ("message media can't be edited", Refusal::NotEditable), // MM, can_edit_message_media
            (
                "there is no text in the message to edit",
                Refusal::NotEditable,
            ), // MM
            (
                "there is no caption in the message to edit",
                Refusal::NotEditable,
            ), // MM
            (
                "there is no media in the message to edit",
                Refusal::NotEditable,
            ), // MM
            (
                "there is no live location in the message to edit",
                Refusal::NotEditable,
            ), // MM
            (
                "message content type can't be used in an album",
                Refusal::NotEditable,
            ), // MM
            ("can't change media type in the album", Refusal::NotEditable), // MM
            ("MESSAGE_EDIT_TIME_EXPIRED", Refusal::NotEditable), // E, messages.editMessage
            ("MESSAGE_AUTHOR_REQUIRED", Refusal::NotEditable), // E, messages.editMessage
            ("MEDIA_PREV_INVALID", Refusal::NotEditable),  // E, messages.editMessage
            ("message can't be deleted", Refusal::NotDeletable), // MM, delete_messages
            (
                "message can't be deleted for everyone",
                Refusal::NotDeletable,
            ), // MM
            ("MESSAGE_DELETE_FORBIDDEN", Refusal::NotDeletable), // E, messages.deleteMessages
            ("REACTION_INVALID", Refusal::ReactionInvalid), // E, messages.sendReaction
            ("REACTIONS_TOO_MANY", Refusal::ReactionInvalid), // E, messages.sendReaction
            (
                "the reaction isn't available for the message", // MM, set_message_reactions
                Refusal::ReactionInvalid,
            ),
            ("group send failed", Refusal::AlbumPartly), // MM
            (
                "wrong file_id or the file is temporarily unavailable", // C, on_update_file
                Refusal::FileUnusable,
            ),
            ("invalid file_id", Refusal::FileUnusable), // C
            (
                "wrong file identifier/HTTP URL specified", // MM, get_message_content
                Refusal::FileUnusable,
            ),
            (
                "wrong remote file identifier specified: can't unserialize it", // FM
                Refusal::FileUnusable,
            ),
            (
                "can't use file of type Video as Photo",
                Refusal::FileUnusable,
            ), // FM
            ("file is too big", Refusal::FileUnusable), // C, getFile
            (
                "file of size 11000000 bytes is too big for a photo; the maximum size is 10485760 \
                 bytes", // FM, check_input_file
                Refusal::FileUnusable,
            ),
            ("file must be non-empty", Refusal::FileUnusable), // FM
            ("PHOTO_INVALID_DIMENSIONS", Refusal::FileUnusable), // E, messages.uploadMedia
            ("PHOTO_SAVE_FILE_INVALID", Refusal::FileUnusable), // E, messages.uploadMedia
            ("PHOTO_EXT_INVALID", Refusal::FileUnusable),      // E, messages.uploadMedia
            ("IMAGE_PROCESS_FAILED", Refusal::FileUnusable),   // E, messages.uploadMedia
            ("FILE_REFERENCE_EXPIRED", Refusal::FileUnusable), // E, messages.sendMedia
            ("FILE_PARTS_INVALID", Refusal::FileUnusable),     // E, messages.sendMedia
            ("MEDIA_EMPTY", Refusal::FileUnusable),            // E, messages.sendMedia
            ("MEDIA_INVALID", Refusal::FileUnusable),          // E, messages.sendMedia
            ("DOCUMENT_INVALID", Refusal::FileUnusable),       // E, messages.sendMedia
        ] {
            check_group(400, &format!("Bad Request: {description}"), expected);
        }
    }

    #[test]
    fn an_album_that_failed_at_its_first_message_failed_as_a_whole() {
        for (number, inner, expected) in [
            (
                "1",
                "Bad Request: message thread not found",
                Refusal::TopicGone,
            ),
            ("1", "CHAT_WRITE_FORBIDDEN", Refusal::DeskUnreachable),
            // The others may have been sent without it.
            ("1", "IMAGE_PROCESS_FAILED", Refusal::AlbumPartly),
            ("1", "SOMETHING_NEWER", Refusal::AlbumPartly),
            (
                "2",
                "Bad Request: message thread not found",
                Refusal::AlbumPartly,
            ),
            ("10", "MEDIA_EMPTY", Refusal::AlbumPartly),
            ("x", "MEDIA_EMPTY", Refusal::AlbumPartly),
            ("99999999999", "MEDIA_EMPTY", Refusal::AlbumPartly),
        ] {
            let description = format!(
                "Bad Request: failed to send message #{number} with the error message \"{inner}\""
            );
            check_group(400, &description, expected);
        }
        let blocked = "Forbidden: failed to send message #1 with the error message \"Forbidden: bot \
                       was blocked by the user\"";
        assert_eq!(
            meant(403, blocked, None, true),
            Refusal::ClientUnreachable(Unreachable::Blocked)
        );
    }

    #[test]
    fn a_flood_within_an_album_waits_only_where_nothing_was_sent() {
        let flood = |code: i64, number: u32| {
            let body = refused_body(
                code,
                &format!(
                    "Too Many Requests: Failed to send message #{number} with the error message \
                     \"Too Many Requests: retry after 35\""
                ),
            );
            let status = u16::try_from(code).expect("a code of three digits");
            classify(status, body.as_bytes(), None, &text_to(DESK))
        };
        for code in [400, 429] {
            assert_eq!(
                flood(code, 1),
                Outcome::RetryAfter(Duration::from_secs(35)),
                "{code}"
            );
            assert_eq!(
                flood(code, 2),
                Outcome::Refused(Refusal::AlbumPartly),
                "{code}"
            );
        }
    }

    #[test]
    fn an_album_names_its_messages_in_order() {
        let item = Item {
            kind: Kind::Photo,
            file: FileSource::Telegram("A".to_owned()),
            looks: Looks::default(),
            caption: Text::default(),
        };
        let album = ReadyCall::SendAlbum {
            chat: DESK,
            thread: Some(ThreadId(5)),
            items: vec![item.clone(), item],
            reply_to: None,
        };
        let message = |id: i64| {
            format!(
                "{{\"message_id\":{id},\"message_thread_id\":5,\"is_topic_message\":true,\
                 \"chat\":{{\"id\":-1001}},\"media_group_id\":\"G\"}}"
            )
        };
        let receipt = |album: &[i64]| {
            Outcome::Done(Receipt {
                message: Some(MessageId(9)),
                album: album.iter().copied().map(MessageId).collect(),
                skipped: 0,
                thread: Some(ThreadId(5)),
                tells_thread: true,
            })
        };
        for (result, expected) in [
            (
                format!("[{},{}]", message(9), message(10)),
                receipt(&[9, 10]),
            ),
            // Nobody knows which is whose.
            (format!("[{},{}]", message(9), message(0)), receipt(&[])),
            (format!("[{}]", message(9)), receipt(&[])),
            ("[]".to_owned(), Outcome::Done(Receipt::default())),
            ("true".to_owned(), Outcome::Done(Receipt::default())),
        ] {
            assert_eq!(ok(&result, &album), expected, "{result}");
        }
        let copies = ReadyCall::CopyAlbum {
            chat: DESK,
            thread: Some(ThreadId(5)),
            from: ANN,
            messages: vec![MessageId(1), MessageId(2)],
        };
        for (result, message, skipped) in [
            ("[{\"message_id\":9},{\"message_id\":10}]", Some(9), 0),
            ("[{\"message_id\":9}]", Some(9), 1),
            ("[]", None, 2),
            ("true", None, 0),
        ] {
            let receipt = Receipt {
                message: message.map(MessageId),
                skipped,
                ..Receipt::default()
            };
            assert_eq!(ok(result, &copies), Outcome::Done(receipt), "{result}");
        }
    }

    #[test]
    fn descriptions_about_the_desk() {
        for (code, description) in [
            (403, "Forbidden: bot was kicked from the supergroup chat"),
            (403, "Forbidden: bot is not a member of the supergroup chat"),
            (403, "Forbidden: bot was kicked from the group chat"),
            (403, "Forbidden: bot is not a member of the group chat"),
            (403, "Forbidden: the group chat was deleted"),
            (
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
            ),
            (400, "Bad Request: chat not found"),
            (
                400,
                "Bad Request: not enough rights to send text messages to the chat",
            ),
            (400, "Bad Request: CHAT_SEND_PLAIN_FORBIDDEN"),
            (400, "Bad Request: have no write access to the chat"),
            (400, "Bad Request: CHAT_WRITE_FORBIDDEN"),
            (400, "Bad Request: CHAT_RESTRICTED"),
            (400, "Bad Request: USER_BANNED_IN_CHANNEL"),
            (400, "Bad Request: CHANNEL_INVALID"),
            (400, "Bad Request: PEER_ID_INVALID"),
            (400, "Bad Request: can't access the chat"),
        ] {
            check_group(code, description, Refusal::DeskUnreachable);
        }
        for description in [
            "Bad Request: CHAT_ADMIN_REQUIRED",
            "Bad Request: need administrator rights in the channel chat",
            "Bad Request: not enough rights to manage pinned messages in the chat",
            "Bad Request: not enough rights to send photos to the chat",
            "Bad Request: not enough rights to send stickers to the chat",
            "Bad Request: CHAT_SEND_MEDIA_FORBIDDEN",
        ] {
            check_group(400, description, Refusal::RightMissing);
        }
        check_group(400, "Bad Request: chat_id is empty", OTHER);
        check_group(400, "Bad Request: user not found", OTHER);
        check_group(400, "Bad Request: PARTICIPANT_ID_INVALID", OTHER);
    }

    /// A person does not take every kind of content, which is no right of the bot's.
    #[test]
    fn what_a_client_takes_no_kind_of() {
        for description in [
            "Bad Request: VOICE_MESSAGES_FORBIDDEN",
            "Bad Request: user restricted receiving of video messages",
            "Bad Request: CHAT_SEND_VOICES_FORBIDDEN",
            "Bad Request: not enough rights to send photos to the chat",
        ] {
            assert_eq!(refusal(400, description, None, true), Refusal::NotCopyable);
        }
    }

    #[test]
    fn descriptions_about_a_client() {
        for (code, description, why) in [
            (
                403,
                "Forbidden: bot was blocked by the user",
                Unreachable::Blocked,
            ),
            (400, "Bad Request: USER_IS_BLOCKED", Unreachable::Blocked),
            (400, "Bad Request: YOU_BLOCKED_USER", Unreachable::Blocked),
            (
                400,
                "Bad Request: PRIVACY_PREMIUM_REQUIRED",
                Unreachable::Blocked,
            ),
            (
                400,
                "Bad Request: ALLOW_PAYMENT_REQUIRED_5",
                Unreachable::Blocked,
            ),
            (
                403,
                "Forbidden: user is deactivated",
                Unreachable::Deactivated,
            ),
            (
                400,
                "Bad Request: INPUT_USER_DEACTIVATED",
                Unreachable::Deactivated,
            ),
            (
                403,
                "Forbidden: bot can't initiate conversation with a user",
                Unreachable::NoChat,
            ),
            (
                403,
                "Forbidden: the bot can't send messages to the bot",
                Unreachable::NoChat,
            ),
            (
                403,
                "Forbidden: bot can't send messages to bots",
                Unreachable::NoChat,
            ),
            (400, "Bad Request: chat not found", Unreachable::NoChat),
            (
                400,
                "Bad Request: private chat not found",
                Unreachable::NoChat,
            ),
            (400, "Bad Request: user not found", Unreachable::NoChat),
            (400, "Bad Request: PEER_ID_INVALID", Unreachable::NoChat),
            (
                400,
                "Bad Request: have no write access to the chat",
                Unreachable::NoChat,
            ),
        ] {
            assert_eq!(
                meant(code, description, None, true),
                Refusal::ClientUnreachable(why),
                "{description}"
            );
        }
        // Only a copy's original can be meant: the group itself can be written to.
        check_group(403, "Forbidden: user is deactivated", Refusal::MessageGone);
        // The desk from which a reply is copied stays the desk.
        assert_eq!(
            meant(
                403,
                "Forbidden: bot was kicked from the supergroup chat",
                None,
                true
            ),
            Refusal::DeskUnreachable
        );
    }

    #[test]
    fn codes_that_speak_for_themselves() {
        for (code, description, expected) in [
            (401, "Unauthorized", Refusal::TokenRejected),
            (
                401,
                "Unauthorized: invalid token specified",
                Refusal::TokenRejected,
            ),
            (404, "Not Found", Refusal::TokenRejected),
            (404, "Not Found: method not found", OTHER),
            (
                421,
                "Misdirected Request: unallowed token specified",
                Refusal::TokenRejected,
            ),
            (400, "Logged out", Refusal::TokenRejected),
            (
                409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot \
                 instance is running",
                OTHER,
            ),
            (
                413,
                "Request Entity Too Large: file of size 9 is too big to be uploaded",
                Refusal::FileUnusable,
            ),
        ] {
            check_group(code, description, expected);
        }
    }

    #[test]
    fn an_upgraded_group_has_a_new_number() {
        let body = "{\"ok\":false,\"error_code\":400,\"description\":\"Bad Request: group chat was \
                    upgraded to a supergroup chat\",\"parameters\":{\"migrate_to_chat_id\":-1002}}";
        assert_eq!(
            classify(400, body.as_bytes(), None, &text_to(DESK)),
            Outcome::Refused(Refusal::GroupUpgraded(ChatId(-1002)))
        );
    }

    #[test]
    fn a_flood_tells_how_long_to_wait() {
        let told = "{\"ok\":false,\"error_code\":429,\"description\":\"Too Many Requests: retry \
                    after 35\",\"parameters\":{\"retry_after\":35}}";
        let untold = refused_body(429, "Too Many Requests");
        let strange = "{\"ok\":false,\"error_code\":429,\"parameters\":{\"retry_after\":\"x\"}}";
        for (body, header, seconds) in [
            (told, Some(3), 35),
            (untold.as_str(), Some(7), 7),
            (untold.as_str(), None, 5),
            (untold.as_str(), Some(0), 1),
            (strange, Some(9), 9),
            ("<html>429 Too Many Requests</html>", Some(4), 4),
        ] {
            assert_eq!(
                classify(429, body.as_bytes(), header, &text_to(ANN)),
                Outcome::RetryAfter(Duration::from_secs(seconds)),
                "{body}"
            );
        }
    }

    #[test]
    fn what_is_not_telegrams_answer_stays_in_doubt() {
        for (status, body) in [
            (
                502,
                "<html><h1>502 Bad Gateway</h1><center>nginx</center></html>",
            ),
            (504, ""),
            (
                500,
                "{\"ok\":false,\"error_code\":500,\"description\":\"Internal Server Error: restart\"}",
            ),
            (
                502,
                "{\"ok\":false,\"error_code\":502,\"description\":\"Bad Gateway\"}",
            ),
            (
                502,
                "{\"ok\":false,\"error_code\":400,\"description\":\"Bad Request\"}",
            ),
            (200, "<html>Sign in to the hotel network</html>"),
            (200, "{\"ok\":true,\"result\":{\"message_id\":5"),
            (200, "{\"ok\":true}"),
            (200, "[]"),
            (400, "<html>400 Bad Request</html>"),
            (403, "{\"error\":\"forbidden by proxy\"}"),
            (403, "{\"ok\":false}"),
            (307, ""),
        ] {
            assert_eq!(
                classify(status, body.as_bytes(), None, &text_to(ANN)),
                Outcome::InDoubt,
                "{status} {body}"
            );
        }
    }

    #[test]
    fn a_message_that_was_removed_at_once_is_no_doubt() {
        let body = refused_body(
            500,
            "Internal Server Error: sent message was immediately deleted and can't be returned",
        );
        assert_eq!(
            classify(500, body.as_bytes(), None, &text_to(DESK)),
            Outcome::Refused(Refusal::RemovedByTelegram)
        );
    }

    #[test]
    fn leaving_a_chat_that_is_left_has_nothing_to_do_with_the_desk() {
        let body = refused_body(403, "Forbidden: bot is not a member of the supergroup chat");
        assert_eq!(
            classify(
                403,
                body.as_bytes(),
                None,
                &ReadyCall::Leave { chat: ChatId(-9) }
            ),
            Outcome::Refused(Refusal::AlreadySo)
        );
    }

    #[test]
    fn receipts_say_what_the_answer_says() {
        let receipt = |message: Option<i64>, thread: Option<i64>, tells_thread| {
            Outcome::Done(Receipt {
                message: message.map(MessageId),
                album: Vec::new(),
                skipped: 0,
                thread: thread.map(ThreadId),
                tells_thread,
            })
        };
        let text = text_to(DESK);
        for (result, expected) in [
            (
                "{\"message_id\":9,\"message_thread_id\":5,\"is_topic_message\":true,\
                 \"date\":1795000000,\"chat\":{\"id\":-1001,\"type\":\"supergroup\",\
                 \"is_forum\":true},\"text\":\"hello\"}",
                receipt(Some(9), Some(5), true),
            ),
            // Topics were switched off: the message went to the main chat.
            (
                "{\"message_id\":9,\"date\":1,\"chat\":{\"id\":-1001,\"type\":\"supergroup\"}}",
                receipt(Some(9), None, true),
            ),
            // A reply in General names its root, which is no topic.
            (
                "{\"message_id\":9,\"message_thread_id\":4,\"chat\":{\"id\":-1001}}",
                receipt(Some(9), None, true),
            ),
            ("{\"message_id\":12}", receipt(Some(12), None, false)),
            ("{\"message_id\":0}", receipt(None, None, false)),
            ("true", receipt(None, None, false)),
            ("\"odd\"", receipt(None, None, false)),
            ("[1]", receipt(None, None, false)),
        ] {
            assert_eq!(ok(result, &text), expected, "{result}");
        }
    }

    #[test]
    fn a_new_topic_without_its_number_waits_for_its_announcement() {
        assert_eq!(
            ok(
                "{\"message_thread_id\":5,\"name\":\"SUPP\",\"icon_color\":7322096}",
                &create_topic()
            ),
            Outcome::Done(Receipt {
                thread: Some(ThreadId(5)),
                ..Receipt::default()
            })
        );
        assert_eq!(ok("true", &create_topic()), Outcome::InDoubt);
    }

    proptest! {
        #[test]
        fn a_refusal_of_telegram_is_always_certain(
            code in (400_i64..500).prop_filter("a flood is no refusal", |code| *code != 429),
            description in ".*",
            private: bool,
        ) {
            let status = u16::try_from(code).expect("a code of three digits");
            let body = refused_body(code, &description);
            let call = text_to(if private { ANN } else { DESK });
            let outcome = classify(status, body.as_bytes(), Some(3), &call);
            prop_assert!(matches!(outcome, Outcome::Refused(_)), "{outcome:?}");
        }

        #[test]
        fn no_answer_is_too_strange(status in 100_u16..600, body: Vec<u8>) {
            let outcome = classify(status, &body, None, &text_to(ANN));
            prop_assert!(
                matches!(outcome, Outcome::InDoubt | Outcome::RetryAfter(_)),
                "{outcome:?}"
            );
        }
    }

    #[test]
    fn what_nobody_knows_is_told_in_telegrams_own_words() {
        let found = refusal(400, "Bad Request: SOMETHING_NEW for 77", None, true);
        let Refusal::Other(told) = found else {
            panic!("{found:?} is known");
        };
        assert_eq!(told.as_str(), "Bad Request: SOMETHING_NEW for …");
    }
}
