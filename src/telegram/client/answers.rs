//! What Telegram answers when it is asked about the bot, a chat or its members.

use serde::Deserialize;
use serde::de::Error as _;
use serde_json::value::RawValue;

use crate::domain::event;
use crate::domain::ids::{BotId, UserId};
use crate::domain::ticket::Role;
use crate::telegram::raw::User;

/// The bot itself, from `getMe`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Me {
    /// Its number, also the beginning of its token.
    pub id: BotId,
    /// The name that people see.
    pub first_name: String,
    /// Its @name, without the @.
    pub username: String,
    /// Whether it sees all messages of a group even where it is no administrator.
    #[serde(default)]
    pub can_read_all_group_messages: bool,
    /// Whether its private chats have topics.
    #[serde(default)]
    pub has_topics_enabled: bool,
}

/// Where updates go, from `getWebhookInfo`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct WebhookInfo {
    /// The webhook's address; empty where there is none.
    #[serde(default)]
    pub url: String,
    /// How many updates wait to be fetched.
    #[serde(default)]
    pub pending_update_count: i64,
}

/// What sort of chat it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChatKind {
    /// With one person.
    Private,
    /// A basic group, which has no topics.
    Group,
    /// A supergroup.
    Supergroup,
    /// A channel.
    Channel,
    /// Newer than this program.
    #[serde(other)]
    Unknown,
}

/// A chat, from `getChat`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ChatInfo {
    /// What sort of chat.
    #[serde(rename = "type")]
    pub kind: ChatKind,
    /// Whether topics are on.
    #[serde(default)]
    pub is_forum: bool,
    /// Its public @name; a desk must not have one.
    pub username: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// What ordinary members of a group may do there.
    pub permissions: Option<Permissions>,
}

/// What ordinary members of a group may do there, as far as a bot has to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Permissions {
    /// May write.
    pub can_send_messages: Option<bool>,
}

/// How somebody belongs to a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberStatus {
    /// The owner, who may do everything.
    Creator,
    /// An administrator with the rights that are listed.
    Administrator,
    /// An ordinary member.
    Member,
    /// Under restrictions; perhaps not even a member.
    Restricted,
    /// Not in the chat.
    Left,
    /// Banned from the chat.
    Kicked,
    /// Newer than this program.
    #[serde(other)]
    Unknown,
}

/// A member of a chat with the rights of an administrator, from `getChatMember`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Member {
    /// How it belongs to the chat.
    pub status: MemberStatus,
    /// Whether somebody under restrictions is in the chat.
    #[serde(default)]
    pub is_member: bool,
    /// Whether it writes in the name of the group.
    #[serde(default)]
    pub is_anonymous: bool,
    /// May make, close and open topics.
    #[serde(default)]
    pub can_manage_topics: bool,
    /// May delete messages and topics of others.
    #[serde(default)]
    pub can_delete_messages: bool,
    /// May pin messages.
    #[serde(default)]
    pub can_pin_messages: bool,
    /// May ban and restrict members.
    #[serde(default)]
    pub can_restrict_members: bool,
    /// May write; told of somebody under restrictions only.
    #[serde(default)]
    pub can_send_messages: Option<bool>,
}

impl Member {
    /// Whether somebody may write in a group. What Telegram does not tell is no reason to doubt it.
    pub fn may_write(&self, chat: &ChatInfo) -> bool {
        let is_let = chat.permissions.and_then(|may| may.can_send_messages) != Some(false);
        match self.status {
            MemberStatus::Creator | MemberStatus::Administrator | MemberStatus::Unknown => true,
            MemberStatus::Member => is_let,
            MemberStatus::Restricted => {
                is_let && self.is_member && self.can_send_messages != Some(false)
            }
            MemberStatus::Left | MemberStatus::Kicked => false,
        }
    }

    /// What somebody may do in the group; none where they are not in it. A status that is newer than this
    /// program lets nobody do anything.
    pub(in crate::telegram) fn role(&self) -> Option<Role> {
        match self.status {
            MemberStatus::Creator | MemberStatus::Administrator => Some(Role::Admin),
            MemberStatus::Member => Some(Role::Agent),
            MemberStatus::Restricted => self.is_member.then_some(Role::Agent),
            MemberStatus::Left | MemberStatus::Kicked | MemberStatus::Unknown => None,
        }
    }
}

/// Anybody as a group knows them, from `getChatMember`.
pub(super) struct Anybody(pub event::Member);

impl<'de> Deserialize<'de> for Anybody {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Who<'a> {
            #[serde(borrow)]
            user: User<'a>,
        }

        let json = <&RawValue>::deserialize(deserializer)?.get();
        let Who { user } = serde_json::from_str(json).map_err(D::Error::custom)?;
        let member: Member = serde_json::from_str(json).map_err(D::Error::custom)?;
        Ok(Self(event::Member {
            user: UserId(user.id),
            names: user.names(),
            role: member.role(),
        }))
    }
}

/// One of the administrators of a chat, from `getChatAdministrators`. None for a bot.
pub(super) struct Administrator(pub Option<event::Member>);

impl<'de> Deserialize<'de> for Administrator {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Raw<'a> {
            #[serde(borrow)]
            user: User<'a>,
        }

        let Raw { user } = Raw::deserialize(deserializer)?;
        Ok(Self((!user.is_bot).then(|| event::Member {
            user: UserId(user.id),
            names: user.names(),
            role: Some(Role::Admin),
        })))
    }
}
