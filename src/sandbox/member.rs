//! Membership of a chat: statuses and rights.
//!
//! Must not know chats or updates; it only says what a member is and may.

/// A right of an administrator, named as in `ChatMemberAdministrator`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Right {
    ManageChat,
    DeleteMessages,
    ManageVideoChats,
    RestrictMembers,
    PromoteMembers,
    ChangeInfo,
    InviteUsers,
    PostStories,
    EditStories,
    DeleteStories,
    PinMessages,
    ManageTopics,
}

impl Right {
    pub const ALL: [Right; 12] = [
        Right::ManageChat,
        Right::DeleteMessages,
        Right::ManageVideoChats,
        Right::RestrictMembers,
        Right::PromoteMembers,
        Right::ChangeInfo,
        Right::InviteUsers,
        Right::PostStories,
        Right::EditStories,
        Right::DeleteStories,
        Right::PinMessages,
        Right::ManageTopics,
    ];

    /// Its field in the Bot API.
    pub fn field(self) -> &'static str {
        match self {
            Right::ManageChat => "can_manage_chat",
            Right::DeleteMessages => "can_delete_messages",
            Right::ManageVideoChats => "can_manage_video_chats",
            Right::RestrictMembers => "can_restrict_members",
            Right::PromoteMembers => "can_promote_members",
            Right::ChangeInfo => "can_change_info",
            Right::InviteUsers => "can_invite_users",
            Right::PostStories => "can_post_stories",
            Right::EditStories => "can_edit_stories",
            Right::DeleteStories => "can_delete_stories",
            Right::PinMessages => "can_pin_messages",
            Right::ManageTopics => "can_manage_topics",
        }
    }
}

/// A set of rights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rights(u16);

impl Rights {
    pub fn none() -> Rights {
        Rights(0)
    }

    pub fn all() -> Rights {
        Rights::of(&Right::ALL)
    }

    pub fn of(rights: &[Right]) -> Rights {
        rights
            .iter()
            .fold(Rights(0), |set, right| set.with(*right, true))
    }

    #[must_use]
    pub fn with(self, right: Right, granted: bool) -> Rights {
        let bit = 1 << (right as u16);
        Rights(if granted { self.0 | bit } else { self.0 & !bit })
    }

    pub fn has(self, right: Right) -> bool {
        self.0 & (1 << (right as u16)) != 0
    }
}

/// What somebody is in a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Creator,
    Administrator(Rights),
    Member,
    /// Restricted people may have left: `is_member` tells.
    Restricted {
        is_member: bool,
        may_send: bool,
    },
    Left,
    Kicked,
}

impl Status {
    /// Its word in the Bot API.
    pub fn word(self) -> &'static str {
        match self {
            Status::Creator => "creator",
            Status::Administrator(_) => "administrator",
            Status::Member => "member",
            Status::Restricted { .. } => "restricted",
            Status::Left => "left",
            Status::Kicked => "kicked",
        }
    }

    pub fn is_inside(self) -> bool {
        match self {
            Status::Creator | Status::Administrator(_) | Status::Member => true,
            Status::Restricted { is_member, .. } => is_member,
            Status::Left | Status::Kicked => false,
        }
    }

    pub fn is_admin(self) -> bool {
        matches!(self, Status::Creator | Status::Administrator(_))
    }

    pub fn may_send(self) -> bool {
        match self {
            Status::Creator | Status::Administrator(_) | Status::Member => true,
            Status::Restricted {
                is_member,
                may_send,
            } => is_member && may_send,
            Status::Left | Status::Kicked => false,
        }
    }

    pub fn has(self, right: Right) -> bool {
        match self {
            Status::Creator => true,
            Status::Administrator(rights) => rights.has(right),
            Status::Member | Status::Restricted { .. } | Status::Left | Status::Kicked => false,
        }
    }
}

/// What ordinary members of a group may send.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permitted {
    Nothing,
    Texts,
    #[default]
    Everything,
}

/// One entry of a chat's list of members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub status: Status,
    /// An administrator who writes in the name of the group.
    pub anonymous: bool,
    pub custom_title: Option<String>,
}

impl Member {
    pub fn new(status: Status) -> Member {
        Member {
            status,
            anonymous: false,
            custom_title: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_are_granted_and_taken_one_by_one() {
        let rights = Rights::all().with(Right::ManageTopics, false);
        assert!(!rights.has(Right::ManageTopics));
        assert!(rights.has(Right::PinMessages));
        assert!(!Status::Member.has(Right::PinMessages));
        assert!(Status::Creator.has(Right::ManageTopics));
    }

    #[test]
    fn restricted_people_may_be_gone() {
        let gone = Status::Restricted {
            is_member: false,
            may_send: true,
        };
        assert!(!gone.is_inside());
        assert!(!gone.may_send());
    }
}
