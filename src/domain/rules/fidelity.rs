//! What follows a message that went over: edits, replies, reactions and deletions, for every kind
//! and direction. Knows nothing of single messages but their kinds.

use super::carriers::{Carriage, Direction, Policy, carriage, confirmed};
use crate::domain::content::Kind;

/// What an edit does on the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edited {
    /// The copy's text is edited.
    Edited,
    /// The copy's caption is edited.
    CaptionEdited,
    /// The copy's medium is replaced, and its caption with it.
    MediaReplaced,
    /// The live location moves, or stops.
    Moved,
    /// A new message follows, marked as the changed form of the earlier one.
    Marked,
    /// Nothing: the kind cannot be edited, so it was not, or nothing went over.
    Nothing,
}

/// What a reply to it does on the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Replied {
    /// It replies to the linked message there.
    Linked,
    /// It goes over as a message of its own.
    Unlinked,
}

/// What a reaction to it does on the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reacted {
    /// The bot reacts with it to the linked message.
    Mirrored,
    /// Nothing.
    Nothing,
}

/// What deleting it does on the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deleted {
    /// The linked message is deleted there.
    Removed,
    /// Nothing: nothing is there, or it is not known where.
    Nothing,
}

/// Whether it is known where the copies stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// Each call told the id of the message that it made.
    Known,
    /// `copyMessages` tells ids without saying whose they are when some were skipped.
    Unknown,
}

/// All that can follow a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fidelity {
    /// How the message itself goes over.
    pub message: Carriage,
    /// An edit of its text, caption or place.
    pub edited: Edited,
    /// An edit that puts another file in its place.
    pub replaced: Edited,
    /// A reply to it, from either side.
    pub replied: Replied,
    /// A reaction to it, from either side.
    pub reacted: Reacted,
    /// `/delete` by its writer.
    pub deleted: Deleted,
}

/// What follows a message of a kind. Of one whose writer is asked first, what follows once it was
/// confirmed; before that, nothing of it is on the other side.
pub fn fidelity(kind: Kind, direction: Direction, policy: &Policy, links: Links) -> Fidelity {
    let message = carriage(kind, direction, policy);
    let carried = match message {
        Carriage::Asked => confirmed(kind, direction, policy),
        Carriage::Words
        | Carriage::Told
        | Carriage::CopyWithCaption
        | Carriage::Copy
        | Carriage::Cleaned
        | Carriage::Withheld
        | Carriage::Refused => message,
    };
    match carried {
        Carriage::Withheld | Carriage::Refused | Carriage::Asked => Fidelity {
            message,
            edited: Edited::Nothing,
            replaced: Edited::Nothing,
            replied: Replied::Unlinked,
            reacted: Reacted::Nothing,
            deleted: Deleted::Nothing,
        },
        Carriage::Words
        | Carriage::Told
        | Carriage::CopyWithCaption
        | Carriage::Copy
        | Carriage::Cleaned => {
            let known = links == Links::Known;
            let told = |edit: Edited| match (edit, carried) {
                (Edited::Nothing, _) | (_, Carriage::Told) => Edited::Nothing,
                (edit, _) if known => edit,
                (_, _) => Edited::Marked,
            };
            Fidelity {
                message,
                edited: told(edited(kind, kind)),
                replaced: told(replaced(kind, kind)),
                replied: if known {
                    Replied::Linked
                } else {
                    Replied::Unlinked
                },
                reacted: if known {
                    Reacted::Mirrored
                } else {
                    Reacted::Nothing
                },
                deleted: if known {
                    Deleted::Removed
                } else {
                    Deleted::Nothing
                },
            }
        }
    }
}

/// What an edit of a message does on the other side, the file in it being the same. Where there is
/// another file, [`replaced`] says it.
pub fn edited(before: Kind, after: Kind) -> Edited {
    match (traits(before), traits(after)) {
        (Traits::Words, Traits::Words) => Edited::Edited,
        (Traits::Medium | Traits::Captioned, _) if before == after => Edited::CaptionEdited,
        (Traits::Words | Traits::Medium, Traits::Medium) => Edited::MediaReplaced,
        (Traits::Live, Traits::Live) => Edited::Moved,
        // A live location that has stopped is a plain one.
        (Traits::Live, Traits::Fixed) if after == Kind::Location => Edited::Moved,
        // Updates come for these too, when a vote, a score or a button changes.
        (Traits::Fixed, Traits::Fixed) if before == after => Edited::Nothing,
        (
            Traits::Words
            | Traits::Medium
            | Traits::Captioned
            | Traits::Live
            | Traits::Fixed
            | Traits::Open,
            Traits::Words
            | Traits::Medium
            | Traits::Captioned
            | Traits::Live
            | Traits::Fixed
            | Traits::Open,
        ) => Edited::Marked,
    }
}

/// What an edit does that puts another file in the place of the earlier one.
pub fn replaced(before: Kind, after: Kind) -> Edited {
    match (traits(before), traits(after)) {
        (Traits::Words | Traits::Medium, Traits::Medium) => Edited::MediaReplaced,
        (Traits::Captioned, Traits::Captioned) => Edited::Marked,
        (
            Traits::Words
            | Traits::Medium
            | Traits::Captioned
            | Traits::Live
            | Traits::Fixed
            | Traits::Open,
            Traits::Words
            | Traits::Medium
            | Traits::Captioned
            | Traits::Live
            | Traits::Fixed
            | Traits::Open,
        ) => edited(before, after),
    }
}

/// What Telegram lets be edited in a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Traits {
    /// Its text; a medium can take its place.
    Words,
    /// Its caption, and its medium against another (Bot API, `editMessageMedia`).
    Medium,
    /// Its caption only.
    Captioned,
    /// Its place.
    Live,
    /// Nothing.
    Fixed,
    /// Something that a bot cannot repeat, or that nobody knows.
    Open,
}

fn traits(kind: Kind) -> Traits {
    match kind {
        Kind::Text => Traits::Words,
        Kind::Photo | Kind::Video | Kind::Animation | Kind::Audio | Kind::Document => {
            Traits::Medium
        }
        Kind::Voice => Traits::Captioned,
        Kind::LiveLocation => Traits::Live,
        Kind::VideoNote
        | Kind::Sticker
        | Kind::Poll
        | Kind::Dice
        | Kind::Contact
        | Kind::Location
        | Kind::Venue
        | Kind::Story
        | Kind::Game
        | Kind::Invoice
        | Kind::Gift
        | Kind::Giveaway => Traits::Fixed,
        Kind::PaidMedia | Kind::Checklist | Kind::Unknown => Traits::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_do_what_telegram_allows() {
        use Edited::{CaptionEdited, Edited as TextEdited, Marked, MediaReplaced, Moved, Nothing};
        for (before, after, same_file, other_file) in [
            (Kind::Text, Kind::Text, TextEdited, TextEdited),
            (Kind::Text, Kind::Photo, MediaReplaced, MediaReplaced),
            (Kind::Text, Kind::Document, MediaReplaced, MediaReplaced),
            (Kind::Text, Kind::Voice, Marked, Marked),
            (Kind::Photo, Kind::Photo, CaptionEdited, MediaReplaced),
            (Kind::Video, Kind::Video, CaptionEdited, MediaReplaced),
            (
                Kind::Animation,
                Kind::Animation,
                CaptionEdited,
                MediaReplaced,
            ),
            (Kind::Audio, Kind::Audio, CaptionEdited, MediaReplaced),
            (Kind::Document, Kind::Document, CaptionEdited, MediaReplaced),
            (Kind::Voice, Kind::Voice, CaptionEdited, Marked),
            (Kind::Photo, Kind::Video, MediaReplaced, MediaReplaced),
            (Kind::Document, Kind::Audio, MediaReplaced, MediaReplaced),
            (Kind::Voice, Kind::Audio, Marked, Marked),
            (Kind::Photo, Kind::Text, Marked, Marked),
            (Kind::LiveLocation, Kind::LiveLocation, Moved, Moved),
            (Kind::LiveLocation, Kind::Location, Moved, Moved),
            (Kind::LiveLocation, Kind::Venue, Marked, Marked),
            (Kind::Location, Kind::Location, Nothing, Nothing),
            (Kind::Location, Kind::LiveLocation, Marked, Marked),
            (Kind::Poll, Kind::Poll, Nothing, Nothing),
            (Kind::Checklist, Kind::Checklist, Marked, Marked),
            (Kind::Unknown, Kind::Unknown, Marked, Marked),
            (Kind::Unknown, Kind::Text, Marked, Marked),
        ] {
            assert_eq!(edited(before, after), same_file, "{before:?} to {after:?}");
            assert_eq!(
                replaced(before, after),
                other_file,
                "{before:?} to {after:?}"
            );
        }
    }

    #[test]
    fn nothing_follows_what_did_not_go_over_and_everything_else_is_linked() {
        let policy = Policy::default();
        for kind in Kind::ALL {
            for direction in Direction::ALL {
                let known = fidelity(kind, direction, &policy, Links::Known);
                let unknown = fidelity(kind, direction, &policy, Links::Unknown);
                let is_over = confirmed(kind, direction, &policy) != Carriage::Refused
                    && known.message != Carriage::Refused;
                assert_eq!(known.deleted == Deleted::Removed, is_over, "{kind:?}");
                assert_eq!(known.replied == Replied::Linked, is_over, "{kind:?}");
                assert_eq!(known.reacted == Reacted::Mirrored, is_over, "{kind:?}");
                assert_eq!(unknown.deleted, Deleted::Nothing, "{kind:?}");
                assert_eq!(unknown.replied, Replied::Unlinked, "{kind:?}");
                assert!(matches!(unknown.edited, Edited::Marked | Edited::Nothing));
            }
        }
        let dice = fidelity(Kind::Dice, Direction::ToDesk, &policy, Links::Known);
        assert_eq!(dice.edited, Edited::Nothing);
        let live = fidelity(Kind::LiveLocation, Direction::ToDesk, &policy, Links::Known);
        assert_eq!(
            (live.message, live.edited),
            (Carriage::Asked, Edited::Moved)
        );
    }
}
