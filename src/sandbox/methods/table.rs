//! The published methods: parameters, budgets, and the function that plays each.
//!
//! Written from the Bot API documentation. A test compares it with the published schema; the
//! strict check of calls and the dispatcher read it. Must not hold behaviour.

use crate::sandbox::errors::Outcome;
use crate::sandbox::flood::Family;
use crate::sandbox::methods::groups::*;
use crate::sandbox::methods::{chats, copy, delete, edit, media, reactions, send, topics, updates};
use crate::sandbox::params::Call;
use crate::sandbox::world::World;

/// Shape of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Integer,
    Float,
    Boolean,
    Text,
    /// Integer, or text with an @name.
    ChatId,
    /// A file id, an address, or an upload.
    File,
    Object,
    Array,
}

#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    pub name: &'static str,
    pub shape: Shape,
    pub required: bool,
}

pub(crate) type Run = fn(&mut World, &Call<'_>) -> Outcome;

pub(crate) struct Method {
    pub name: &'static str,
    pub family: Family,
    pub run: Run,
    pub groups: &'static [&'static [Parameter]],
}

impl Method {
    pub fn parameters(&self) -> impl Iterator<Item = &'static Parameter> {
        self.groups.iter().copied().flatten()
    }
}

const fn method(
    name: &'static str,
    family: Family,
    run: Run,
    groups: &'static [&'static [Parameter]],
) -> Method {
    Method {
        name,
        family,
        run,
        groups,
    }
}

/// Method names are not case-sensitive.
pub(crate) fn find(name: &str) -> Option<&'static Method> {
    METHODS
        .iter()
        .find(|method| method.name.eq_ignore_ascii_case(name))
}

use Family::{Edit, Free, Message, Reaction, Typing};

#[rustfmt::skip]
pub(crate) static METHODS: [Method; 62] = [
    method("getMe", Free, updates::me, &[]),
    method("getUpdates", Free, updates::poll_at_once, &[POLL]),
    method("setWebhook", Free, updates::set_webhook, &[WEBHOOK]),
    method("deleteWebhook", Free, updates::delete_webhook, &[DROP_PENDING]),
    method("getWebhookInfo", Free, updates::webhook_info, &[]),
    method("setMyCommands", Free, updates::set_commands, &[COMMANDS, COMMAND_SCOPE]),
    method("deleteMyCommands", Free, updates::delete_commands, &[COMMAND_SCOPE]),
    method("getMyCommands", Free, updates::get_commands, &[COMMAND_SCOPE]),
    method("getChat", Free, chats::get, &[CHAT]),
    method("getChatMember", Free, chats::member, &[CHAT, USER]),
    method("getChatAdministrators", Free, chats::administrators, &[CHAT, RETURN_BOTS]),
    method("getChatMemberCount", Free, chats::member_count, &[CHAT]),
    method("banChatMember", Free, chats::ban, &[CHAT, USER, BAN]),
    method("unbanChatMember", Free, chats::unban, &[CHAT, USER, UNBAN]),
    method("leaveChat", Free, chats::leave, &[CHAT]),
    method("getFile", Free, chats::file, &[FILE]),
    method("sendMessage", Message, send::message, &[TO, BUSINESS, TEXT, TEXT_MARKUP, TAIL, PAID, SUGGESTED]),
    method("sendPhoto", Message, media::photo, &[TO, BUSINESS, PHOTO, CAPTION, ABOVE, SPOILER, TAIL, PAID, SUGGESTED]),
    method("sendLivePhoto", Message, media::live_photo, &[TO, BUSINESS, LIVE_PHOTO, PHOTO, CAPTION, ABOVE, SPOILER, TAIL, PAID, SUGGESTED]),
    method("sendDocument", Message, media::document, &[TO, BUSINESS, DOCUMENT, CAPTION, TAIL, PAID, SUGGESTED]),
    method("sendVideo", Message, media::video, &[TO, BUSINESS, VIDEO, CAPTION, ABOVE, SPOILER, TAIL, PAID, SUGGESTED]),
    method("sendAnimation", Message, media::animation, &[TO, BUSINESS, ANIMATION, CAPTION, ABOVE, SPOILER, TAIL, PAID, SUGGESTED]),
    method("sendAudio", Message, media::audio, &[TO, BUSINESS, AUDIO, CAPTION, TAIL, PAID, SUGGESTED]),
    method("sendVoice", Message, media::voice, &[TO, BUSINESS, VOICE, CAPTION, TAIL, PAID, SUGGESTED]),
    method("sendVideoNote", Message, media::video_note, &[TO, BUSINESS, VIDEO_NOTE, TAIL, PAID, SUGGESTED]),
    method("sendSticker", Message, media::sticker, &[TO, BUSINESS, STICKER, TAIL, PAID, SUGGESTED]),
    method("sendMediaGroup", Message, media::group, &[TO, BUSINESS, ALBUM, QUIET, EFFECT, PAID, REPLY]),
    method("sendLocation", Message, send::location, &[TO, BUSINESS, POINT, LIVE, TAIL, PAID, SUGGESTED]),
    method("sendVenue", Message, send::venue, &[TO, BUSINESS, POINT, VENUE, TAIL, PAID, SUGGESTED]),
    method("sendContact", Message, send::contact, &[TO, BUSINESS, CONTACT, TAIL, PAID, SUGGESTED]),
    method("sendDice", Message, send::dice, &[TO, BUSINESS, DICE, TAIL, PAID, SUGGESTED]),
    method("sendPoll", Message, send::poll, &[CHAT, THREAD, BUSINESS, POLL_QUESTION, POLL_MORE, TAIL, PAID]),
    method("copyMessage", Message, copy::message, &[TO, FROM, MESSAGE, START, CAPTION, ABOVE, TAIL, PAID, SUGGESTED]),
    method("copyMessages", Message, copy::messages, &[TO, FROM, MESSAGES, QUIET, REMOVE_CAPTION]),
    method("forwardMessage", Message, copy::forward, &[TO, FROM, MESSAGE, START, QUIET, EFFECT, SUGGESTED]),
    method("forwardMessages", Message, copy::forward_many, &[TO, FROM, MESSAGES, QUIET]),
    method("editMessageText", Edit, edit::text, &[EDIT, EDIT_TEXT, TEXT_MARKUP, INLINE_MARKUP]),
    method("editMessageCaption", Edit, edit::caption, &[EDIT, CAPTION, ABOVE, INLINE_MARKUP]),
    method("editMessageMedia", Edit, edit::media, &[EDIT, EDIT_MEDIA, INLINE_MARKUP]),
    method("editMessageReplyMarkup", Edit, edit::keyboard, &[EDIT, INLINE_MARKUP]),
    method("editMessageLiveLocation", Edit, edit::live_location, &[EDIT, POINT, LIVE, INLINE_MARKUP]),
    method("stopMessageLiveLocation", Edit, edit::stop_live_location, &[EDIT, INLINE_MARKUP]),
    method("stopPoll", Edit, edit::stop_poll, &[BUSINESS, CHAT, MESSAGE, INLINE_MARKUP]),
    method("deleteMessage", Free, delete::one, &[CHAT, MESSAGE]),
    method("deleteMessages", Free, delete::many, &[CHAT, MESSAGES]),
    method("setMessageReaction", Reaction, reactions::set, &[CHAT, MESSAGE, REACTION]),
    method("answerCallbackQuery", Free, reactions::answer, &[CALLBACK]),
    method("sendChatAction", Typing, chats::action, &[BUSINESS, CHAT, THREAD, ACTION]),
    method("createForumTopic", Message, topics::create, &[CHAT, TOPIC_NAME, TOPIC_COLOR, TOPIC_ICON]),
    method("editForumTopic", Message, topics::edit, &[CHAT, TOPIC, TOPIC_NEW_NAME, TOPIC_ICON]),
    method("closeForumTopic", Message, topics::close, &[CHAT, TOPIC]),
    method("reopenForumTopic", Message, topics::reopen, &[CHAT, TOPIC]),
    method("deleteForumTopic", Message, topics::delete, &[CHAT, TOPIC]),
    method("unpinAllForumTopicMessages", Free, topics::unpin_all, &[CHAT, TOPIC]),
    method("getForumTopicIconStickers", Free, topics::icons, &[]),
    method("pinChatMessage", Message, chats::pin, &[BUSINESS, CHAT, MESSAGE, SILENT]),
    method("unpinChatMessage", Free, chats::unpin, &[BUSINESS, CHAT, MESSAGE_MAYBE]),
    method("setMyName", Free, updates::accept, &[MY_NAME, LANGUAGE]),
    method("setMyDescription", Free, updates::accept, &[MY_DESCRIPTION, LANGUAGE]),
    method("setMyShortDescription", Free, updates::accept, &[MY_SHORT_DESCRIPTION, LANGUAGE]),
    method("logOut", Free, updates::accept, &[]),
    method("close", Free, updates::accept, &[]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_name_is_given_twice() {
        let names: BTreeSet<&str> = METHODS.iter().map(|method| method.name).collect();
        assert_eq!(names.len(), METHODS.len());
        for method in &METHODS {
            let parameters: BTreeSet<&str> = method
                .parameters()
                .map(|parameter| parameter.name)
                .collect();
            assert_eq!(
                parameters.len(),
                method.parameters().count(),
                "{}",
                method.name
            );
        }
    }

    #[test]
    fn case_does_not_matter() {
        assert_eq!(
            find("SendMessage").map(|method| method.name),
            Some("sendMessage")
        );
        assert!(find("sendmessages").is_none());
    }
}
