//! How a whole message of each kind goes over. Does not look into its words.

use super::{Carrier, Direction, Policy, Treatment};
use crate::domain::content::Kind;

/// How a message goes over, or why it does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carriage {
    /// Its words are sent anew, with their formatting.
    Words,
    /// It is told in words, because a copy would show something else or cannot be made.
    Told,
    /// It is copied by its id, and its caption may be replaced.
    CopyWithCaption,
    /// It is copied by its id. A live location is sent as one instead: a copy would stand still.
    Copy,
    /// Its file is downloaded, cleaned and sent anew under a neutral name.
    Cleaned,
    /// Its writer is asked first; what is confirmed goes over as [`confirmed`] says.
    Asked,
    /// It is not passed on, and both sides get a word.
    Withheld,
    /// It is not passed on, and its writer gets a word.
    Refused,
}

/// How a message of this kind goes over.
pub fn carriage(kind: Kind, direction: Direction, policy: &Policy) -> Carriage {
    match carrier_of(kind).map(|carrier| policy.treatment(carrier, direction)) {
        None | Some(Treatment::Pass) => passed(kind, direction, policy),
        Some(Treatment::Strip) => Carriage::Told,
        Some(Treatment::Confirm) => Carriage::Asked,
        Some(Treatment::Withhold) => Carriage::Withheld,
        Some(Treatment::Refuse) => Carriage::Refused,
    }
}

/// How a message goes over that its writer has confirmed, or that an admin has forced.
pub fn confirmed(kind: Kind, direction: Direction, policy: &Policy) -> Carriage {
    passed(kind, direction, policy)
}

/// Whether an admin can let an agent's message over that is refused as a whole: they know whose card it is, and a
/// copy of it says nothing else.
pub fn may_be_forced(kind: Kind) -> bool {
    carrier_of(kind) == Some(Carrier::Contact)
}

/// The carrier that a kind of message is as a whole.
pub fn carrier_of(kind: Kind) -> Option<Carrier> {
    match kind {
        Kind::Voice => Some(Carrier::Voice),
        Kind::VideoNote => Some(Carrier::VideoNote),
        Kind::Sticker => Some(Carrier::StickerSet),
        Kind::Poll => Some(Carrier::Poll),
        Kind::Contact => Some(Carrier::Contact),
        Kind::Location => Some(Carrier::Location),
        Kind::LiveLocation => Some(Carrier::LiveLocation),
        Kind::Venue => Some(Carrier::Venue),
        Kind::Story => Some(Carrier::Story),
        Kind::PaidMedia => Some(Carrier::PaidMedia),
        Kind::Gift => Some(Carrier::Gift),
        Kind::Checklist => Some(Carrier::ChecklistAuthor),
        Kind::Text
        | Kind::Photo
        | Kind::Video
        | Kind::Animation
        | Kind::Audio
        | Kind::Document
        | Kind::Dice
        | Kind::Game
        | Kind::Invoice
        | Kind::Giveaway
        | Kind::Unknown => None,
    }
}

fn passed(kind: Kind, direction: Direction, policy: &Policy) -> Carriage {
    match kind {
        Kind::Text => Carriage::Words,
        // Telegram's servers make photos and voices anew, without what the camera wrote.
        Kind::Photo | Kind::Voice => Carriage::CopyWithCaption,
        Kind::Video | Kind::Animation | Kind::Document => file(
            &[Carrier::FileName, Carrier::FileMetadata],
            direction,
            policy,
        ),
        Kind::Audio => file(
            &[Carrier::FileName, Carrier::FileMetadata, Carrier::AudioTags],
            direction,
            policy,
        ),
        // A copy is rolled again.
        Kind::Dice => Carriage::Told,
        Kind::VideoNote
        | Kind::Sticker
        | Kind::Poll
        | Kind::Contact
        | Kind::Location
        | Kind::LiveLocation
        | Kind::Venue => Carriage::Copy,
        // What nobody knows yet could show anything of an agent; a client's is worth a try.
        Kind::Unknown => match direction {
            Direction::ToDesk => Carriage::Copy,
            Direction::ToClient => Carriage::Refused,
        },
        // None of these can be copied (Bot API, `copyMessage`), and a game only by its own bot.
        Kind::Story
        | Kind::Game
        | Kind::Invoice
        | Kind::PaidMedia
        | Kind::Gift
        | Kind::Checklist
        | Kind::Giveaway => match direction {
            Direction::ToDesk => Carriage::Told,
            Direction::ToClient => Carriage::Refused,
        },
    }
}

/// A file is cleaned as soon as one thing in it has to go.
fn file(carriers: &[Carrier], direction: Direction, policy: &Policy) -> Carriage {
    let passes = |carrier: &Carrier| policy.treatment(*carrier, direction) == Treatment::Pass;
    if carriers.iter().all(passes) {
        Carriage::CopyWithCaption
    } else {
        Carriage::Cleaned
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_way_in_both_directions() {
        use Carriage::{Asked, Cleaned, Copy, CopyWithCaption, Refused, Told, Words};
        let table = [
            (Kind::Text, Words, Words),
            (Kind::Photo, CopyWithCaption, CopyWithCaption),
            (Kind::Video, Cleaned, Cleaned),
            (Kind::Animation, Cleaned, Cleaned),
            (Kind::Audio, Cleaned, Cleaned),
            (Kind::Voice, CopyWithCaption, CopyWithCaption),
            (Kind::VideoNote, Copy, Copy),
            (Kind::Document, Cleaned, Cleaned),
            (Kind::Sticker, Copy, Copy),
            (Kind::Poll, Copy, Copy),
            (Kind::Dice, Told, Told),
            (Kind::Contact, Asked, Refused),
            (Kind::Location, Asked, Copy),
            (Kind::LiveLocation, Asked, Copy),
            (Kind::Venue, Asked, Refused),
            (Kind::Story, Told, Refused),
            (Kind::Game, Told, Refused),
            (Kind::Invoice, Told, Refused),
            (Kind::PaidMedia, Told, Refused),
            (Kind::Gift, Told, Refused),
            (Kind::Checklist, Told, Refused),
            (Kind::Giveaway, Told, Refused),
            (Kind::Unknown, Copy, Refused),
        ];
        assert_eq!(table.len(), Kind::ALL.len());
        let policy = Policy::default();
        for (kind, desk, client) in table {
            let found = Direction::ALL.map(|direction| carriage(kind, direction, &policy));
            assert_eq!(found, [desk, client], "{kind:?}");
        }
    }

    #[test]
    fn every_choice_has_its_way() {
        for kind in Kind::ALL {
            let Some(carrier) = carrier_of(kind) else {
                continue;
            };
            for direction in Direction::ALL {
                for treatment in super::super::allowed_treatments(carrier, direction) {
                    let policy = Policy::default()
                        .with(carrier, direction, *treatment)
                        .expect("it is allowed");
                    let found = carriage(kind, direction, &policy);
                    let expected = match treatment {
                        Treatment::Pass => confirmed(kind, direction, &policy),
                        Treatment::Strip => Carriage::Told,
                        Treatment::Confirm => Carriage::Asked,
                        Treatment::Withhold => Carriage::Withheld,
                        Treatment::Refuse => Carriage::Refused,
                    };
                    assert_eq!(found, expected, "{kind:?} {direction:?} {treatment:?}");
                }
            }
        }
    }

    #[test]
    fn a_file_is_copied_only_where_all_of_it_may_pass() {
        let direction = Direction::ToDesk;
        let pass = |policy: Policy, carrier| {
            policy
                .with(carrier, direction, Treatment::Pass)
                .expect("it is allowed")
        };
        let name = pass(Policy::default(), Carrier::FileName);
        assert_eq!(
            carriage(Kind::Document, direction, &name),
            Carriage::Cleaned
        );
        let both = pass(name, Carrier::FileMetadata);
        for (kind, expected) in [
            (Kind::Document, Carriage::CopyWithCaption),
            (Kind::Video, Carriage::CopyWithCaption),
            (Kind::Audio, Carriage::Cleaned),
        ] {
            assert_eq!(carriage(kind, direction, &both), expected);
        }
        let all = pass(both, Carrier::AudioTags);
        assert_eq!(
            carriage(Kind::Audio, direction, &all),
            Carriage::CopyWithCaption
        );
    }
}
