//! Parameters that methods share, from the Bot API documentation.
//!
//! Only data; the table of methods puts the groups together.

use crate::sandbox::methods::table::Parameter;
use crate::sandbox::methods::table::Shape::{
    self, Array, Boolean, ChatId, File, Float, Integer, Object, Text,
};

const fn req(name: &'static str, shape: Shape) -> Parameter {
    Parameter {
        name,
        shape,
        required: true,
    }
}

const fn opt(name: &'static str, shape: Shape) -> Parameter {
    Parameter {
        name,
        shape,
        required: false,
    }
}

type Group = &'static [Parameter];

pub(crate) const CHAT: Group = &[req("chat_id", ChatId)];
pub(crate) const USER: Group = &[req("user_id", Integer)];
pub(crate) const MESSAGE: Group = &[req("message_id", Integer)];
pub(crate) const MESSAGE_MAYBE: Group = &[opt("message_id", Integer)];
pub(crate) const MESSAGES: Group = &[req("message_ids", Array)];
pub(crate) const FROM: Group = &[req("from_chat_id", ChatId)];
pub(crate) const THREAD: Group = &[opt("message_thread_id", Integer)];
pub(crate) const BUSINESS: Group = &[opt("business_connection_id", Text)];
pub(crate) const SILENT: Group = &[opt("disable_notification", Boolean)];
pub(crate) const EFFECT: Group = &[opt("message_effect_id", Text)];
pub(crate) const PAID: Group = &[opt("allow_paid_broadcast", Boolean)];
pub(crate) const SUGGESTED: Group = &[opt("suggested_post_parameters", Object)];
pub(crate) const REPLY: Group = &[opt("reply_parameters", Object)];
pub(crate) const INLINE_MARKUP: Group = &[opt("reply_markup", Object)];
pub(crate) const ABOVE: Group = &[opt("show_caption_above_media", Boolean)];
pub(crate) const SPOILER: Group = &[opt("has_spoiler", Boolean)];
pub(crate) const START: Group = &[opt("video_start_timestamp", Integer)];
pub(crate) const REMOVE_CAPTION: Group = &[opt("remove_caption", Boolean)];
pub(crate) const LANGUAGE: Group = &[opt("language_code", Text)];
pub(crate) const RETURN_BOTS: Group = &[opt("return_bots", Boolean)];
pub(crate) const FILE: Group = &[req("file_id", Text)];
pub(crate) const ACTION: Group = &[req("action", Text)];
pub(crate) const DROP_PENDING: Group = &[opt("drop_pending_updates", Boolean)];
pub(crate) const UNBAN: Group = &[opt("only_if_banned", Boolean)];
pub(crate) const COMMANDS: Group = &[req("commands", Array)];
pub(crate) const TEXT: Group = &[req("text", Text)];
pub(crate) const EDIT_MEDIA: Group = &[req("media", Object)];
pub(crate) const ALBUM: Group = &[req("media", Array)];
pub(crate) const PHOTO: Group = &[req("photo", File)];
pub(crate) const LIVE_PHOTO: Group = &[req("live_photo", File)];
pub(crate) const DICE: Group = &[opt("emoji", Text)];
pub(crate) const TOPIC: Group = &[req("message_thread_id", Integer)];
pub(crate) const TOPIC_NAME: Group = &[req("name", Text)];
pub(crate) const TOPIC_NEW_NAME: Group = &[opt("name", Text)];
pub(crate) const TOPIC_COLOR: Group = &[opt("icon_color", Integer)];
pub(crate) const TOPIC_ICON: Group = &[opt("icon_custom_emoji_id", Text)];
pub(crate) const MY_NAME: Group = &[opt("name", Text)];
pub(crate) const MY_DESCRIPTION: Group = &[opt("description", Text)];
pub(crate) const MY_SHORT_DESCRIPTION: Group = &[opt("short_description", Text)];

/// Where a message goes.
pub(crate) const TO: Group = &[
    req("chat_id", ChatId),
    opt("message_thread_id", Integer),
    opt("direct_messages_topic_id", Integer),
];

pub(crate) const QUIET: Group = &[
    opt("disable_notification", Boolean),
    opt("protect_content", Boolean),
];

/// What nearly every send may carry.
pub(crate) const TAIL: Group = &[
    opt("disable_notification", Boolean),
    opt("protect_content", Boolean),
    opt("message_effect_id", Text),
    opt("reply_parameters", Object),
    opt("reply_markup", Object),
];

pub(crate) const TEXT_MARKUP: Group = &[
    opt("parse_mode", Text),
    opt("entities", Array),
    opt("link_preview_options", Object),
];

pub(crate) const CAPTION: Group = &[
    opt("caption", Text),
    opt("parse_mode", Text),
    opt("caption_entities", Array),
];

pub(crate) const DOCUMENT: Group = &[
    req("document", File),
    opt("thumbnail", File),
    opt("disable_content_type_detection", Boolean),
];

pub(crate) const VIDEO: Group = &[
    req("video", File),
    opt("duration", Integer),
    opt("width", Integer),
    opt("height", Integer),
    opt("thumbnail", File),
    opt("cover", File),
    opt("start_timestamp", Integer),
    opt("supports_streaming", Boolean),
];

pub(crate) const ANIMATION: Group = &[
    req("animation", File),
    opt("duration", Integer),
    opt("width", Integer),
    opt("height", Integer),
    opt("thumbnail", File),
];

pub(crate) const AUDIO: Group = &[
    req("audio", File),
    opt("duration", Integer),
    opt("performer", Text),
    opt("title", Text),
    opt("thumbnail", File),
];

pub(crate) const VOICE: Group = &[req("voice", File), opt("duration", Integer)];

pub(crate) const VIDEO_NOTE: Group = &[
    req("video_note", File),
    opt("duration", Integer),
    opt("length", Integer),
    opt("thumbnail", File),
];

pub(crate) const STICKER: Group = &[req("sticker", File), opt("emoji", Text)];

pub(crate) const POINT: Group = &[req("latitude", Float), req("longitude", Float)];

pub(crate) const LIVE: Group = &[
    opt("live_period", Integer),
    opt("horizontal_accuracy", Float),
    opt("heading", Integer),
    opt("proximity_alert_radius", Integer),
];

pub(crate) const VENUE: Group = &[
    req("title", Text),
    req("address", Text),
    opt("foursquare_id", Text),
    opt("foursquare_type", Text),
    opt("google_place_id", Text),
    opt("google_place_type", Text),
];

pub(crate) const CONTACT: Group = &[
    req("phone_number", Text),
    req("first_name", Text),
    opt("last_name", Text),
    opt("vcard", Text),
];

pub(crate) const POLL_QUESTION: Group = &[
    req("question", Text),
    opt("question_parse_mode", Text),
    opt("question_entities", Array),
    req("options", Array),
    opt("is_anonymous", Boolean),
    opt("type", Text),
    opt("allows_multiple_answers", Boolean),
    opt("correct_option_ids", Array),
    opt("is_closed", Boolean),
];

pub(crate) const POLL_MORE: Group = &[
    opt("allows_revoting", Boolean),
    opt("shuffle_options", Boolean),
    opt("allow_adding_options", Boolean),
    opt("hide_results_until_closes", Boolean),
    opt("members_only", Boolean),
    opt("country_codes", Array),
    opt("explanation", Text),
    opt("explanation_parse_mode", Text),
    opt("explanation_entities", Array),
    opt("explanation_media", Object),
    opt("open_period", Integer),
    opt("close_date", Integer),
    opt("description", Text),
    opt("description_parse_mode", Text),
    opt("description_entities", Array),
    opt("media", Object),
];

/// Which message is edited.
pub(crate) const EDIT: Group = &[
    opt("business_connection_id", Text),
    opt("chat_id", ChatId),
    opt("message_id", Integer),
    opt("inline_message_id", Text),
];

pub(crate) const EDIT_TEXT: Group = &[opt("text", Text), opt("rich_message", Object)];

pub(crate) const REACTION: Group = &[opt("reaction", Array), opt("is_big", Boolean)];

pub(crate) const CALLBACK: Group = &[
    req("callback_query_id", Text),
    opt("text", Text),
    opt("show_alert", Boolean),
    opt("url", Text),
    opt("cache_time", Integer),
];

pub(crate) const POLL: Group = &[
    opt("offset", Integer),
    opt("limit", Integer),
    opt("timeout", Integer),
    opt("allowed_updates", Array),
];

pub(crate) const WEBHOOK: Group = &[
    req("url", Text),
    opt("certificate", File),
    opt("ip_address", Text),
    opt("max_connections", Integer),
    opt("allowed_updates", Array),
    opt("drop_pending_updates", Boolean),
    opt("secret_token", Text),
];

pub(crate) const COMMAND_SCOPE: Group = &[opt("scope", Object), opt("language_code", Text)];

pub(crate) const BAN: Group = &[opt("until_date", Integer), opt("revoke_messages", Boolean)];
