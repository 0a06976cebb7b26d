//! The names of a message's fields, and what each says about the message. Reads no values.

use crate::domain::content::Kind;

/// The fields of a message (Bot API docs, `Message`).
pub(super) enum MessageField {
    Id,
    Chat,
    Thread,
    IsTopicMessage,
    Date,
    From,
    SenderChat,
    Text,
    Caption,
    Entities,
    Dice,
    Preview,
    Keyboard,
    Spoiler,
    CaptionAbove,
    /// Beside `photo`, which stands for it where it is not known.
    LivePhoto,
    Reply,
    Quote,
    Album,
    TopicCreated,
    MigrateTo,
    /// Makes it a message of this kind.
    Content(Kind),
    /// Makes it a service message.
    Service,
    /// Says nothing about the kind.
    Other,
}

impl From<&str> for MessageField {
    fn from(name: &str) -> Self {
        match name {
            "message_id" => MessageField::Id,
            "chat" => MessageField::Chat,
            "message_thread_id" => MessageField::Thread,
            "is_topic_message" => MessageField::IsTopicMessage,
            "date" => MessageField::Date,
            "from" => MessageField::From,
            "sender_chat" => MessageField::SenderChat,
            "text" => MessageField::Text,
            "caption" => MessageField::Caption,
            "entities" | "caption_entities" => MessageField::Entities,
            "dice" => MessageField::Dice,
            "link_preview_options" => MessageField::Preview,
            "reply_markup" => MessageField::Keyboard,
            "has_media_spoiler" => MessageField::Spoiler,
            "show_caption_above_media" => MessageField::CaptionAbove,
            "live_photo" => MessageField::LivePhoto,
            "reply_to_message" => MessageField::Reply,
            "quote" => MessageField::Quote,
            "media_group_id" => MessageField::Album,
            "forum_topic_created" => MessageField::TopicCreated,
            "migrate_to_chat_id" => MessageField::MigrateTo,
            _ => match kind(name) {
                Some(kind) => MessageField::Content(kind),
                None if is_service(name) => MessageField::Service,
                None => MessageField::Other,
            },
        }
    }
}

/// The kind of message that a field makes, besides texts and dice.
fn kind(field: &str) -> Option<Kind> {
    Some(match field {
        "photo" => Kind::Photo,
        "rich_message" => Kind::Unknown,
        "video" => Kind::Video,
        "animation" => Kind::Animation,
        "audio" => Kind::Audio,
        "voice" => Kind::Voice,
        "video_note" => Kind::VideoNote,
        "document" => Kind::Document,
        "sticker" => Kind::Sticker,
        "poll" => Kind::Poll,
        "contact" => Kind::Contact,
        "location" => Kind::Location,
        "venue" => Kind::Venue,
        "story" => Kind::Story,
        "game" => Kind::Game,
        "invoice" => Kind::Invoice,
        "paid_media" => Kind::PaidMedia,
        "gift" | "unique_gift" => Kind::Gift,
        "checklist" => Kind::Checklist,
        "giveaway" | "giveaway_winners" => Kind::Giveaway,
        _ => return None,
    })
}

/// Whether a field announces something instead of carrying what somebody wrote.
fn is_service(field: &str) -> bool {
    matches!(
        field,
        "new_chat_members"
            | "left_chat_member"
            | "chat_owner_left"
            | "chat_owner_changed"
            | "new_chat_title"
            | "new_chat_photo"
            | "delete_chat_photo"
            | "group_chat_created"
            | "supergroup_chat_created"
            | "channel_chat_created"
            | "message_auto_delete_timer_changed"
            | "migrate_from_chat_id"
            | "pinned_message"
            | "successful_payment"
            | "refunded_payment"
            | "users_shared"
            | "chat_shared"
            | "gift_upgrade_sent"
            | "connected_website"
            | "write_access_allowed"
            | "passport_data"
            | "proximity_alert_triggered"
            | "boost_added"
            | "chat_background_set"
            | "checklist_tasks_done"
            | "checklist_tasks_added"
            | "direct_message_price_changed"
            | "forum_topic_edited"
            | "forum_topic_closed"
            | "forum_topic_reopened"
            | "general_forum_topic_hidden"
            | "general_forum_topic_unhidden"
            | "giveaway_created"
            | "giveaway_completed"
            | "managed_bot_created"
            | "paid_message_price_changed"
            | "poll_option_added"
            | "poll_option_deleted"
            | "suggested_post_approved"
            | "suggested_post_approval_failed"
            | "suggested_post_declined"
            | "suggested_post_paid"
            | "suggested_post_refunded"
            | "video_chat_scheduled"
            | "video_chat_started"
            | "video_chat_ended"
            | "video_chat_participants_invited"
            | "web_app_data"
    )
}
