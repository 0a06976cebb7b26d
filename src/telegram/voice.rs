//! Which event an update of a further bot is: it only posts, so little of what it hears matters.

use super::client::MemberStatus;
use super::raw::{self, Sender, Unreadable, Update};
use crate::domain::event::{Event, Ignored};
use crate::domain::ids::{BotId, UserId};

/// What an update of a further bot means, which only posts: whether it still can, and that somebody has
/// taken it for the main one.
pub fn route_for_voice(voice: BotId, raw: &str) -> Result<Event, Unreadable> {
    Ok(match raw::parse(raw)? {
        Update::Membership(membership) if !membership.chat.is_private() => Event::VoiceChanged {
            voice,
            chat: membership.chat,
            can_post: match membership.member.status {
                MemberStatus::Creator | MemberStatus::Administrator | MemberStatus::Member => true,
                MemberStatus::Restricted
                | MemberStatus::Left
                | MemberStatus::Kicked
                | MemberStatus::Unknown => false,
            },
        },
        Update::Message(message)
            if message.chat.is_private()
                && message.content.is_some()
                && !matches!(message.sender, Sender::Bot(_)) =>
        {
            Event::VoiceHeard {
                voice,
                // A private chat has the number of its person.
                from: UserId(message.chat.0),
                language: message.language,
            }
        }
        Update::Message(_)
        | Update::Edited(_)
        | Update::Reaction(_)
        | Update::Press(_)
        | Update::Membership(_)
        | Update::Member(_)
        | Update::NotActedOn
        | Update::Unknown => Event::Ignored(Ignored::NotActedOn),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::ChatId;

    const VOICE: BotId = BotId(43);

    fn route(update: &str) -> Event {
        route_for_voice(VOICE, update).expect("it is an update")
    }

    #[test]
    fn its_place_in_a_group_and_people_who_write_to_it_matter() {
        let change = |status: &str| {
            route(&format!(
                r#"{{"update_id":1,"my_chat_member":{{"chat":{{"id":-100777,"type":"supergroup"}},
                "from":{{"id":5,"is_bot":false,"first_name":"A"}},"date":1,
                "old_chat_member":{{"user":{{"id":43,"is_bot":true,"first_name":"V"}},"status":"left"}},
                "new_chat_member":{{"user":{{"id":43,"is_bot":true,"first_name":"V"}},"status":"{status}"}}}}}}"#
            ))
        };
        for (status, can_post) in [
            ("member", true),
            ("administrator", true),
            ("kicked", false),
            ("left", false),
        ] {
            let (voice, chat) = (VOICE, ChatId(-100_777));
            let expected = Event::VoiceChanged {
                voice,
                chat,
                can_post,
            };
            assert_eq!(change(status), expected, "{status}");
        }
        let message = |chat: &str| {
            route(&format!(
                r#"{{"update_id":2,"message":{{"message_id":9,"date":1,"text":"hi","chat":{chat},
                "from":{{"id":5,"is_bot":false,"first_name":"A"}}}}}}"#
            ))
        };
        assert!(matches!(
            message(r#"{"id":5,"type":"private","first_name":"A"}"#),
            Event::VoiceHeard {
                from: UserId(5),
                ..
            }
        ));
        assert_eq!(
            message(r#"{"id":-100777,"type":"supergroup","title":"Desk"}"#),
            Event::Ignored(Ignored::NotActedOn)
        );
    }
}
