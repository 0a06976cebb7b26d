//! How each kind of message is carried to the other side, or why it is not. One table per direction.

use crate::domain::content::Kind;

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carriage {
    /// Its words are sent anew, with their formatting.
    Words,
    /// It is told in words, because a copy would show something else.
    Told,
    /// It is copied by its id, and its caption may be replaced.
    CopyWithCaption,
    /// It is copied by its id.
    Copy,
    /// It says who or where its writer is, and is not passed on.
    Withheld,
}

/// How a client's message reaches the topic.
pub fn to_topic(kind: Kind) -> Carriage {
    match kind {
        Kind::Text => Carriage::Words,
        // A copy is rolled again.
        Kind::Dice => Carriage::Told,
        Kind::Photo
        | Kind::Video
        | Kind::Animation
        | Kind::Audio
        | Kind::Voice
        | Kind::Document => Carriage::CopyWithCaption,
        // What cannot be copied is refused by Telegram, and said then.
        Kind::VideoNote
        | Kind::Sticker
        | Kind::Poll
        | Kind::Game
        | Kind::Invoice
        | Kind::PaidMedia
        | Kind::Gift
        | Kind::Checklist
        | Kind::Giveaway
        | Kind::Unknown => Carriage::Copy,
        Kind::Contact | Kind::Location | Kind::Venue | Kind::Story => Carriage::Withheld,
    }
}

/// How an agent's message reaches the client. A place that an agent sends is the desk's, not the
/// agent's; kinds that nobody knows could show anything.
pub fn to_client(kind: Kind) -> Carriage {
    match kind {
        Kind::Location => Carriage::Copy,
        Kind::Game
        | Kind::Invoice
        | Kind::PaidMedia
        | Kind::Gift
        | Kind::Checklist
        | Kind::Giveaway
        | Kind::Unknown => Carriage::Withheld,
        Kind::Text
        | Kind::Photo
        | Kind::Video
        | Kind::Animation
        | Kind::Audio
        | Kind::Voice
        | Kind::VideoNote
        | Kind::Document
        | Kind::Sticker
        | Kind::Poll
        | Kind::Dice
        | Kind::Contact
        | Kind::Venue
        | Kind::Story => to_topic(kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_way_in_both_directions() {
        use Carriage::{Copy, CopyWithCaption, Told, Withheld, Words};
        let table = [
            (Kind::Text, Words, Words),
            (Kind::Photo, CopyWithCaption, CopyWithCaption),
            (Kind::Video, CopyWithCaption, CopyWithCaption),
            (Kind::Animation, CopyWithCaption, CopyWithCaption),
            (Kind::Audio, CopyWithCaption, CopyWithCaption),
            (Kind::Voice, CopyWithCaption, CopyWithCaption),
            (Kind::Document, CopyWithCaption, CopyWithCaption),
            (Kind::VideoNote, Copy, Copy),
            (Kind::Sticker, Copy, Copy),
            (Kind::Poll, Copy, Copy),
            (Kind::Dice, Told, Told),
            (Kind::Contact, Withheld, Withheld),
            (Kind::Location, Withheld, Copy),
            (Kind::Venue, Withheld, Withheld),
            (Kind::Story, Withheld, Withheld),
            (Kind::Game, Copy, Withheld),
            (Kind::Invoice, Copy, Withheld),
            (Kind::PaidMedia, Copy, Withheld),
            (Kind::Gift, Copy, Withheld),
            (Kind::Checklist, Copy, Withheld),
            (Kind::Giveaway, Copy, Withheld),
            (Kind::Unknown, Copy, Withheld),
        ];
        assert_eq!(table.len(), Kind::ALL.len());
        for (kind, topic, client) in table {
            assert_eq!(to_topic(kind), topic, "{kind:?} to the topic");
            assert_eq!(to_client(kind), client, "{kind:?} to the client");
        }
    }
}
