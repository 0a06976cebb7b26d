//! From the JSON of an update to what the desk needs of it. Reads the JSON itself, because
//! teloxide's types turn a message with a single part that they do not know into an empty one. What
//! is not understood is kept as an unknown kind, never dropped. Decides nothing about where an update
//! goes.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};

pub use self::change::{MemberChange, Membership, Press, Reacting, ReactionChange};
pub use self::message::{Message, Sender};
pub(super) use self::user::User;

mod change;
mod field;
mod lenient;
mod media;
mod message;
mod user;
mod whole;

/// What is wrong with an update that cannot be read. Says where, never what: the text may be
/// somebody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the update cannot be read beyond line {line}, column {column}")]
pub struct Unreadable {
    /// The line, from 1; 0 where no place can be named.
    pub line: usize,
    /// The column, from 1; 0 where no place can be named.
    pub column: usize,
}

/// An update.
#[derive(Clone, Debug)]
pub enum Update {
    /// Somebody wrote, or something happened in a chat.
    Message(Arc<Message>),
    /// Somebody changed what they had written.
    Edited(Arc<Message>),
    /// Somebody set or removed reactions.
    Reaction(ReactionChange),
    /// Somebody pressed a button.
    Press(Press),
    /// The bot's own place in a chat has changed.
    Membership(Membership),
    /// Somebody else's place in a chat has changed.
    Member(MemberChange),
    /// A kind that is known and not acted on.
    NotActedOn,
    /// A kind that is newer than this program.
    Unknown,
}

/// Reads one update.
pub fn parse(raw: &str) -> Result<Update, Unreadable> {
    let envelope: Envelope = serde_json::from_str(raw).map_err(|error| Unreadable {
        line: error.line(),
        column: error.column(),
    })?;
    Ok(envelope.update)
}

/// The number of an update, whatever else it holds.
pub fn update_id(raw: &str) -> Option<i64> {
    #[derive(Deserialize)]
    struct Numbered {
        update_id: i64,
    }
    serde_json::from_str::<Numbered>(raw)
        .ok()
        .map(|numbered| numbered.update_id)
}

/// A chat, as far as its number goes.
#[derive(Deserialize)]
struct Id {
    id: i64,
}

struct Envelope {
    update: Update,
}

impl<'de> Deserialize<'de> for Envelope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EnvelopeVisitor)
    }
}

struct EnvelopeVisitor;

impl<'de> Visitor<'de> for EnvelopeVisitor {
    type Value = Envelope;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an update")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Envelope, A::Error> {
        let mut numbered = false;
        let mut update = Update::Unknown;
        while let Some(Name(kind)) = map.next_key::<Name<UpdateField>>()? {
            match kind {
                UpdateField::Id => {
                    map.next_value::<i64>()?;
                    numbered = true;
                }
                UpdateField::Message => update = Update::Message(Arc::new(map.next_value()?)),
                UpdateField::Edited => update = Update::Edited(Arc::new(map.next_value()?)),
                UpdateField::Reaction => update = Update::Reaction(map.next_value()?),
                UpdateField::Press => update = Update::Press(map.next_value()?),
                UpdateField::Membership => update = Update::Membership(map.next_value()?),
                UpdateField::Member => update = Update::Member(map.next_value()?),
                UpdateField::NotActedOn => {
                    map.next_value::<IgnoredAny>()?;
                    if matches!(update, Update::Unknown) {
                        update = Update::NotActedOn;
                    }
                }
                UpdateField::Unknown => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if numbered {
            Ok(Envelope { update })
        } else {
            Err(A::Error::missing_field("update_id"))
        }
    }
}

/// The name of a field, read without a copy.
struct Name<F>(F);

impl<'de, F: for<'a> From<&'a str>> Deserialize<'de> for Name<F> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor<F>(PhantomData<F>);

        impl<F: for<'a> From<&'a str>> Visitor<'_> for NameVisitor<F> {
            type Value = Name<F>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a field")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Name<F>, E> {
                Ok(Name(F::from(name)))
            }
        }

        deserializer.deserialize_str(NameVisitor(PhantomData))
    }
}

/// The fields of an update (Bot API docs, `Update`).
enum UpdateField {
    Id,
    Message,
    Edited,
    Reaction,
    Press,
    Membership,
    Member,
    NotActedOn,
    Unknown,
}

impl From<&str> for UpdateField {
    fn from(name: &str) -> Self {
        match name {
            "update_id" => UpdateField::Id,
            "message" => UpdateField::Message,
            "edited_message" => UpdateField::Edited,
            "message_reaction" => UpdateField::Reaction,
            "callback_query" => UpdateField::Press,
            "my_chat_member" => UpdateField::Membership,
            "chat_member" => UpdateField::Member,
            "channel_post"
            | "edited_channel_post"
            | "business_connection"
            | "business_message"
            | "edited_business_message"
            | "deleted_business_messages"
            | "guest_message"
            | "message_reaction_count"
            | "inline_query"
            | "chosen_inline_result"
            | "shipping_query"
            | "pre_checkout_query"
            | "purchased_paid_media"
            | "poll"
            | "poll_answer"
            | "chat_join_request"
            | "chat_boost"
            | "removed_chat_boost"
            | "managed_bot" => UpdateField::NotActedOn,
            _ => UpdateField::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &str = "{\"message_id\":7,\"chat\":{\"id\":77},\"text\":\"hello\"}";

    #[test]
    fn a_message_is_found_whatever_stands_beside_it() {
        for raw in [
            format!("{{\"update_id\":1,\"message\":{MESSAGE}}}"),
            format!("{{\"newer\":[{{}}],\"message\":{MESSAGE},\"update_id\":1}}"),
            format!("{{\"message\":{MESSAGE},\"poll\":{{}},\"update_id\":1}}"),
        ] {
            let update = parse(&raw).expect("the update can be read");
            assert!(matches!(update, Update::Message(_)), "{raw}: {update:?}");
            assert_eq!(update_id(&raw), Some(1));
        }
        let raw = format!("{{\"update_id\":1,\"edited_message\":{MESSAGE}}}");
        assert!(matches!(parse(&raw), Ok(Update::Edited(_))));
    }

    #[test]
    fn kinds_of_updates_are_known_or_newer() {
        for kind in crate::telegram::ALLOWED_UPDATES {
            let raw = format!("{{\"update_id\":1,\"{kind}\":0}}");
            let known = match parse(&raw) {
                Ok(update) => !matches!(update, Update::Unknown),
                // It was taken for what it says, and a number is no message.
                Err(Unreadable { .. }) => true,
            };
            assert!(known, "{kind}");
        }
        for raw in [
            "{\"update_id\":1,\"edited_business_message\":{\"odd\":true}}",
            "{\"update_id\":1,\"message_reaction_count\":{\"reactions\":[{\"type\":\"newer\"}]}}",
        ] {
            assert!(matches!(parse(raw), Ok(Update::NotActedOn)), "{raw}");
        }
        for raw in [
            "{\"update_id\":1}",
            "{\"update_id\":1,\"subscription\":{\"text\":\"x\"}}",
        ] {
            assert!(matches!(parse(raw), Ok(Update::Unknown)), "{raw}");
        }
    }

    #[test]
    fn what_cannot_be_read_says_where_and_not_what() {
        for raw in [
            "",
            "null",
            "[1]",
            "<html>",
            "{}",
            "{\"message\":{}}",
            "{\"update_id\":\"secret\"}",
            "{\"update_id\":1,\"message\":{\"message_id\":\"secret\",\"chat\":{\"id\":1}}}",
            "{\"update_id\":1,\"message\":{\"text\":\"secret",
            "{\"update_id\":1,\"edited_message\":{\"text\":\"secret\"}}",
            "{\"update_id\":1,\"chat_member\":{\"chat\":\"secret\"}}",
        ] {
            let error = parse(raw).expect_err("it is no update");
            assert!(!error.to_string().contains("secret"), "{error}");
        }
        assert_eq!(update_id("{\"update_id\":\"secret\"}"), None);
    }
}
