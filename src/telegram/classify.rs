//! What an answer of the Bot API means. Pure: looks at status, code and description, and at nothing
//! else. The descriptions are those of tdlib telegram-bot-api (Client.cpp) and of tdlib itself;
//! they are compared by substring and without regard to case, because prefixes and capitals have
//! changed before. Does not decide what to do about an outcome.

use std::time::Duration;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::domain::call::ReadyCall;
use crate::domain::ids::{ChatId, MessageId, ThreadId};
use crate::domain::outcome::{Outcome, Receipt, Refusal, Unreachable};

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
        Answer::Ok(result) => done(result, call),
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
    if status == 429 || code == Some(429) {
        return Answer::RetryAfter(wait(parameters.retry_after.or(retry_after_header)));
    }

    let (Some(body), Some(code)) = (refused, code) else {
        return Answer::Unclear;
    };
    let description = body.description.unwrap_or_default();
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

/// Why Telegram refused. `private` tells whether the call went into a client's chat: the same words
/// mean a client there and the desk elsewhere.
pub fn refusal(code: i64, description: &str, migrate_to: Option<i64>, private: bool) -> Refusal {
    if let Some(new) = migrate_to {
        return Refusal::GroupUpgraded(ChatId(new));
    }
    let description = description.to_ascii_lowercase();
    match code {
        // 421: the server works for some tokens only, and not for this one.
        401 | 421 => return Refusal::TokenRejected,
        404 if description.trim() == "not found" => return Refusal::TokenRejected,
        _ => {}
    }
    let found = RULES
        .iter()
        .find(|(words, _)| words.iter().any(|words| description.contains(words)))
        .map(|(_, meaning)| meaning);
    match found {
        None => Refusal::Other,
        Some(Meaning::Always(refusal)) => refusal.clone(),
        Some(Meaning::ByChat { client, .. }) if private => client.clone(),
        Some(Meaning::ByChat { group, .. }) => group.clone(),
    }
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

const REMOVED: &str = "sent message was immediately deleted";

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
            "message to delete not found",
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
    // Among them kinds of content that the chat does not take, while it takes others: no reason to
    // think that the whole chat is out of reach.
    (
        &[
            "can't be copied",
            "can't be forwarded",
            "message was not forwarded",
            "chat_forwards_restricted",
            "quiz_answer_missing",
            "wrong file_id",
            "wrong file identifier",
            "not enough rights to send ",
            "chat_send_",
            "voice_messages_forbidden",
            "user restricted receiving of",
        ],
        Meaning::Always(Refusal::NotCopyable),
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
    // The desk group, or a right in it.
    (
        &[
            "bot was kicked",
            "bot is not a member",
            "group chat was deleted",
            "group chat was upgraded",
            "not enough rights",
            "need administrator rights",
            "chat_admin_required",
            "bot_forum_create_forbidden",
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
            group: Refusal::Other,
        },
    ),
];

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

/// The fields that tell where a message went; all of them are missing where the result is `true`.
#[derive(Default, Deserialize)]
struct Posted {
    message_id: Option<i64>,
    message_thread_id: Option<i64>,
    #[serde(default)]
    is_topic_message: bool,
    chat: Option<IgnoredAny>,
}

/// What was done, certainly: a result that makes no sense is a receipt without numbers. Only a topic
/// without its number stays in doubt, because its announcement brings the number.
fn done(result: &RawValue, call: &ReadyCall) -> Outcome {
    let posted = serde_json::from_str::<Posted>(result.get()).unwrap_or_default();
    let thread = posted.message_thread_id.map(ThreadId);
    if matches!(call, ReadyCall::CreateTopic { .. }) {
        return match thread {
            Some(_) => Outcome::Done(Receipt {
                thread,
                ..Receipt::default()
            }),
            None => Outcome::InDoubt,
        };
    }
    Outcome::Done(Receipt {
        // 0 stands for a message that is not there yet (Bot API docs, `Message.message_id`).
        message: posted.message_id.filter(|id| *id > 0).map(MessageId),
        // Replies in General name their root as a thread, but are no topic messages.
        thread: thread.filter(|_| posted.is_topic_message),
        tells_thread: posted.chat.is_some(),
    })
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
    use crate::domain::content::Text;

    const DESK: ChatId = ChatId(-1001);
    const ANN: ChatId = ChatId(77);

    fn text_to(chat: ChatId) -> ReadyCall {
        ReadyCall::SendText {
            chat,
            thread: None,
            text: Text::plain("hello"),
            reply_to: None,
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
            assert_eq!(refusal(code, &words, None, false), expected, "{words}");
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
                Refusal::DeskUnreachable,
            ),
            (
                "Bad Request: not enough rights to edit the topic",
                Refusal::DeskUnreachable,
            ),
            (
                "Bad Request: not enough rights to close or open the topic",
                Refusal::DeskUnreachable,
            ),
            (
                "Bad Request: not enough rights to delete the topic",
                Refusal::DeskUnreachable,
            ),
            (
                "Bad Request: BOT_FORUM_CREATE_FORBIDDEN",
                Refusal::DeskUnreachable,
            ),
            ("Bad Request: name must be non-empty", Refusal::Other),
            ("Bad Request: invalid icon color specified", Refusal::Other),
            ("Bad Request: PREMIUM_ACCOUNT_REQUIRED", Refusal::Other),
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
            (
                "wrong file_id or the file is temporarily unavailable",
                Refusal::NotCopyable,
            ),
            (
                "wrong file identifier/HTTP URL specified",
                Refusal::NotCopyable,
            ),
            (
                "not enough rights to send stickers to the chat",
                Refusal::NotCopyable,
            ),
            ("CHAT_SEND_MEDIA_FORBIDDEN", Refusal::NotCopyable),
            ("message to be replied not found", Refusal::ReplyTargetGone),
            ("replied message not found", Refusal::ReplyTargetGone),
            (
                "message is not modified: specified new message content and reply markup are \
                 exactly the same as a current content and reply markup of the message",
                Refusal::AlreadySo,
            ),
            ("MESSAGE_NOT_MODIFIED", Refusal::AlreadySo),
            ("message to delete not found", Refusal::AlreadySo),
            (
                "query is too old and response timeout expired or query ID is invalid",
                Refusal::PressExpired,
            ),
            ("QUERY_ID_INVALID", Refusal::PressExpired),
            ("message can't be edited", Refusal::Other),
            ("there is no text in the message to edit", Refusal::Other),
            ("there is no caption in the message to edit", Refusal::Other),
            ("message can't be deleted", Refusal::Other),
            ("message can't be deleted for everyone", Refusal::Other),
            ("message identifier is not specified", Refusal::Other),
            ("message text is empty", Refusal::Other),
            ("text must be non-empty", Refusal::Other),
            ("message is too long", Refusal::Other),
            ("message caption is too long", Refusal::Other),
            (
                "can't parse entities: Unclosed start tag at byte offset 3",
                Refusal::Other,
            ),
            ("unsupported parse_mode", Refusal::Other),
            ("object expected as reply markup", Refusal::Other),
            ("BUTTON_DATA_INVALID", Refusal::Other),
            ("BUTTON_URL_INVALID", Refusal::Other),
            ("REACTION_INVALID", Refusal::Other),
            ("REACTIONS_TOO_MANY", Refusal::Other),
            ("service messages can't be pinned", Refusal::Other),
            ("file is too big", Refusal::Other),
            ("wrong parameter action in request", Refusal::Other),
            ("too many messages to send as an album", Refusal::Other),
            (
                "message identifiers must be in a strictly increasing order",
                Refusal::Other,
            ),
            (
                "failed to send message #2 with the error message \"MEDIA_EMPTY\"",
                Refusal::Other,
            ),
        ] {
            check_group(400, &format!("Bad Request: {description}"), expected);
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
            (400, "Bad Request: CHAT_ADMIN_REQUIRED"),
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
            (
                400,
                "Bad Request: need administrator rights in the channel chat",
            ),
            (
                400,
                "Bad Request: not enough rights to manage pinned messages in the chat",
            ),
        ] {
            check_group(code, description, Refusal::DeskUnreachable);
        }
        check_group(400, "Bad Request: chat_id is empty", Refusal::Other);
        check_group(400, "Bad Request: user not found", Refusal::Other);
        check_group(400, "Bad Request: PARTICIPANT_ID_INVALID", Refusal::Other);
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
                refusal(code, description, None, true),
                Refusal::ClientUnreachable(why),
                "{description}"
            );
        }
        // Only a copy's original can be meant: the group itself can be written to.
        check_group(403, "Forbidden: user is deactivated", Refusal::MessageGone);
        // The desk from which a reply is copied stays the desk.
        assert_eq!(
            refusal(
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
            (404, "Not Found: method not found", Refusal::Other),
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
                Refusal::Other,
            ),
            (
                413,
                "Request Entity Too Large: file of size 9 is too big to be uploaded",
                Refusal::Other,
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
}
