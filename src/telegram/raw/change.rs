//! Updates that are no messages: reactions, presses of buttons, changes of membership. An update
//! without the numbers that say where and who cannot be read at all; anything else may be missing.

use serde::Deserialize;
use serde::de::{Deserializer, Error};
use serde_json::value::RawValue;

use super::Id;
use super::lenient::{Lenient, field};
use super::user::User;
use crate::domain::content::Reaction;
use crate::domain::event::Names;
use crate::domain::ids::{ChatId, MessageId, UserId};
use crate::domain::language::Language;
use crate::domain::ticket::Role;
use crate::telegram::client::Member;

/// What somebody has set under a message from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReactionChange {
    /// Where.
    pub chat: ChatId,
    /// Under which message.
    pub message: MessageId,
    /// Who.
    pub by: Reacting,
    /// All that they have set there now.
    pub reactions: Vec<Reaction>,
}

/// Who set a reaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reacting {
    /// A person.
    User(UserId),
    /// An administrator of the group who hides.
    AnonymousAdmin,
    /// A bot.
    Bot,
    /// A channel, another group, or nobody.
    Channel,
}

/// A press of a button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Press {
    /// Telegram's id of the press.
    pub id: String,
    /// Who pressed.
    pub by: UserId,
    /// The language of the app, as far as we speak it.
    pub language: Option<Language>,
    /// Where the button stands: a chat and a message in it.
    pub at: Option<(ChatId, MessageId)>,
    /// What the button says it is for.
    pub data: Option<String>,
}

/// The bot's own place in a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    /// Which chat.
    pub chat: ChatId,
    /// What the bot is there from now on.
    pub member: Member,
}

/// Somebody else's place in a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberChange {
    /// Which chat.
    pub chat: ChatId,
    /// Who.
    pub user: UserId,
    /// Whether it is a bot.
    pub is_bot: bool,
    /// What they are called.
    pub names: Names,
    /// What they may do there from now on; none where they are not in the chat.
    pub role: Option<Role>,
}

impl<'de> Deserialize<'de> for ReactionChange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Raw<'a> {
            chat: Id,
            message_id: i64,
            #[serde(borrow)]
            user: Option<User<'a>>,
            actor_chat: Option<Id>,
            new_reaction: Vec<Lenient<RawReaction>>,
        }

        let raw = Raw::deserialize(deserializer)?;
        let by = match (&raw.user, &raw.actor_chat) {
            (Some(user), _) if user.is_bot => Reacting::Bot,
            (Some(user), _) => Reacting::User(UserId(user.id)),
            // An administrator who hides acts as the group itself.
            (None, Some(actor)) if actor.id == raw.chat.id => Reacting::AnonymousAdmin,
            (None, Some(_) | None) => Reacting::Channel,
        };
        Ok(ReactionChange {
            chat: ChatId(raw.chat.id),
            message: MessageId(raw.message_id),
            by,
            reactions: raw.new_reaction.into_iter().map(reaction).collect(),
        })
    }
}

/// `ReactionType`; custom emoji and paid ones have no `emoji`.
#[derive(Deserialize)]
struct RawReaction {
    emoji: String,
}

fn reaction(raw: Lenient<RawReaction>) -> Reaction {
    raw.0
        .map_or(Reaction::Other, |reaction| Reaction::Emoji(reaction.emoji))
}

impl<'de> Deserialize<'de> for Press {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Raw<'a> {
            id: String,
            #[serde(borrow)]
            from: User<'a>,
            #[serde(borrow)]
            message: Option<&'a RawValue>,
            #[serde(borrow)]
            data: Option<&'a RawValue>,
        }

        /// `MaybeInaccessibleMessage`: an old message has these two and little else.
        #[derive(Deserialize)]
        struct Place {
            chat: Id,
            message_id: i64,
        }

        let raw = Raw::deserialize(deserializer)?;
        Ok(Press {
            id: raw.id,
            by: UserId(raw.from.id),
            language: raw.from.language(),
            at: field::<Place>(raw.message)
                .map(|place| (ChatId(place.chat.id), MessageId(place.message_id))),
            data: field(raw.data),
        })
    }
}

impl<'de> Deserialize<'de> for Membership {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Raw {
            chat: Id,
            new_chat_member: Member,
        }

        let raw = Raw::deserialize(deserializer)?;
        Ok(Membership {
            chat: ChatId(raw.chat.id),
            member: raw.new_chat_member,
        })
    }
}

impl<'de> Deserialize<'de> for MemberChange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Raw<'a> {
            chat: Id,
            #[serde(borrow)]
            new_chat_member: &'a RawValue,
        }

        #[derive(Deserialize)]
        struct Who<'a> {
            #[serde(borrow)]
            user: User<'a>,
        }

        let raw = Raw::deserialize(deserializer)?;
        let json = raw.new_chat_member.get();
        let Who { user } = serde_json::from_str(json).map_err(Error::custom)?;
        let member: Member = serde_json::from_str(json).map_err(Error::custom)?;
        Ok(MemberChange {
            chat: ChatId(raw.chat.id),
            user: UserId(user.id),
            is_bot: user.is_bot,
            names: user.names(),
            role: member.role(),
        })
    }
}
