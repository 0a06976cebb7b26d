//! Numbers and choices of the model.
//!
//! Everything that Telegram does not document, or documents in two ways, is a choice here, so that
//! a test can play both. Must not hold state.

/// How the modelled Telegram behaves. `0` switches a limit off.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Messages and edits of one bot in one second, over all chats (bots FAQ: about 30).
    pub global_per_second: u32,
    /// Messages a second into one private chat, after the burst (bots FAQ: 1).
    pub private_per_second: u32,
    /// Messages at once into a private chat that was quiet.
    pub private_burst: u32,
    /// Sends, copies, edits and topic calls into one group in 60 s (bots FAQ: 20).
    pub group_per_minute: u32,
    /// `sendChatAction` into one chat in 5 s and in 30 s (core.telegram.org/api/bots/ai).
    pub typing_per_5_seconds: u32,
    pub typing_per_30_seconds: u32,
    /// A flood wait up to this long is hidden as latency instead of a 429 (tdlib: 8000).
    pub absorb_ms: u64,
    /// Per cent added to the remaining wait by each call that comes before `retry_after`.
    pub penalty_growth: u32,
    /// Calls this soon after a 429 were already on their way and are no violation.
    pub grace_ms: i64,
    /// Repeating an offset at once forces the limit to 1 and short polls to 3 s (Client.cpp).
    pub busy_loop_guard: bool,
    /// Updates kept for one bot; new ones are dropped above it (TQueue.cpp).
    pub queue_capacity: usize,
    /// An edit this soon after the send is answered "message to edit not found".
    pub edit_settles_after_ms: i64,
    /// Newest messages that a chat keeps; older ones are forgotten.
    pub messages_per_chat: usize,
    /// Remember what messages said before they were edited.
    pub keep_versions: bool,
    /// Calls remembered by [`crate::sandbox::Sandbox::calls`]; 0 = none.
    pub call_log_capacity: usize,
    /// Put `getUpdates` into the call log too.
    pub log_polls: bool,
    pub unconfirmed: Unconfirmed,
}

/// Questions that no source answers for sure.
#[derive(Clone, Debug)]
pub struct Unconfirmed {
    /// Edits are counted together with sends (levlam: yes; newer field logs: no).
    pub edits_share_bucket: bool,
    /// The calls of all bots into one group are counted together, not those of each by itself.
    pub groups_count_bots_together: bool,
    /// A wait that is longer than the window in which they are counted is that of all of them too, in answer to
    /// whichever bot it was asked for; else that bot's alone.
    pub long_waits_are_of_all_bots: bool,
    /// `setMessageReaction` counts like a send.
    pub reactions_count: bool,
    /// Every item of an album or of `copyMessages` counts.
    pub album_items_count: bool,
    /// A bot may copy what is protected from forwarding.
    pub copies_protected_content: bool,
    /// A quiz whose answer the bot does not know can be copied.
    pub copies_foreign_quizzes: bool,
    /// Kinds newer than the server, checklists and live photos among them, can be copied by id.
    pub copies_unknown_kinds: bool,
    /// A bot may use custom emoji, as if its owner had Premium or bought it a name.
    pub custom_emoji_of_bots: bool,
    /// The formatting of a quote has to be that of the original too (telegram docs).
    pub quote_entities_must_match: bool,
    /// A document that is uploaded becomes an animation, video, audio or sticker where its type
    /// says so, unless the call forbids it (telegram docs, sendDocument).
    pub detects_content_type: bool,
    /// A deleted topic answers `TOPIC_DELETED` for this long after it was last seen alive.
    pub deleted_topic_cached_ms: i64,
    /// Topic calls without the right answer `CHAT_ADMIN_REQUIRED` instead of a local text.
    pub missing_right_is_chat_admin_required: bool,
    /// The right to delete does not help with messages older than 48 h.
    pub delete_limit_for_admins: bool,
    /// `message_reaction` is delivered for private chats.
    pub private_reactions: bool,
    /// A deactivated account is announced by `my_chat_member`.
    pub deactivation_is_announced: bool,
    /// How long after a press the answer is accepted.
    pub callback_answer_ms: i64,
    /// Id of a bot's first update (random on the real server).
    pub first_update_id: i64,
}

impl Default for Settings {
    /// As close to the real service as is known.
    fn default() -> Settings {
        Settings {
            global_per_second: 30,
            private_per_second: 1,
            private_burst: 5,
            group_per_minute: 20,
            typing_per_5_seconds: 20,
            typing_per_30_seconds: 40,
            absorb_ms: 0,
            penalty_growth: 100,
            grace_ms: 0,
            busy_loop_guard: true,
            queue_capacity: 100_000,
            edit_settles_after_ms: 0,
            messages_per_chat: 1_000_000,
            keep_versions: true,
            call_log_capacity: 20_000,
            log_polls: false,
            unconfirmed: Unconfirmed::default(),
        }
    }
}

impl Settings {
    /// No flood limits and no guards: for tests about something else, and for benchmarks.
    pub fn without_limits() -> Settings {
        Settings {
            global_per_second: 0,
            private_per_second: 0,
            private_burst: 0,
            group_per_minute: 0,
            typing_per_5_seconds: 0,
            typing_per_30_seconds: 0,
            busy_loop_guard: false,
            ..Settings::default()
        }
    }
}

impl Default for Unconfirmed {
    fn default() -> Unconfirmed {
        Unconfirmed {
            edits_share_bucket: true,
            groups_count_bots_together: true,
            long_waits_are_of_all_bots: true,
            reactions_count: false,
            album_items_count: true,
            copies_protected_content: true,
            copies_foreign_quizzes: false,
            copies_unknown_kinds: true,
            custom_emoji_of_bots: false,
            quote_entities_must_match: true,
            detects_content_type: true,
            deleted_topic_cached_ms: 60_000,
            missing_right_is_chat_admin_required: false,
            delete_limit_for_admins: true,
            private_reactions: true,
            deactivation_is_announced: false,
            callback_answer_ms: 150_000,
            first_update_id: 200_000_001,
        }
    }
}
