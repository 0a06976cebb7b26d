//! What in a message can say who its writer is, and what becomes of it: one table for each
//! direction, with what a config may choose instead. Looks at no message: `find` finds words,
//! `mask` and `guard` act on them, `carriage` says how whole messages go over.

use crate::domain::content::Kind;

mod carriage;
mod policy;

pub use carriage::{Carriage, carriage, carrier_of, confirmed, may_be_forced};
pub use policy::{NotAllowed, Policy};

/// Which way a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// From a client to the topic, where every agent reads it.
    ToDesk,
    /// From an agent to the client.
    ToClient,
}

impl Direction {
    /// Both.
    pub const ALL: [Direction; 2] = [Direction::ToDesk, Direction::ToClient];

    /// Its name in the config.
    pub const fn name(self) -> &'static str {
        match self {
            Direction::ToDesk => "to_desk",
            Direction::ToClient => "to_client",
        }
    }
}

/// Something that can say who somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Carrier {
    /// A contact card: names, a phone number, often a user's id.
    Contact,
    /// A place on the map.
    Location,
    /// A place that moves with a person.
    LiveLocation,
    /// A place with a name.
    Venue,
    /// Formatting that holds a whole user.
    TextMention,
    /// `@name`.
    Mention,
    /// A phone number in the words.
    Phone,
    /// An e-mail address in the words.
    Email,
    /// A link that only Telegram understands: `tg://user?id=…`.
    TgLink,
    /// A link to a person, chat or message: `t.me/…`.
    TMeLink,
    /// A link to a bot, which learns who taps it.
    BotLink,
    /// Buttons under a message: a login or url button can unmask whoever taps it.
    Keyboard,
    /// A voice.
    Voice,
    /// A face.
    VideoNote,
    /// The name of a file.
    FileName,
    /// What a file says about its maker, device and place.
    FileMetadata,
    /// Performer and title of an audio.
    AudioTags,
    /// The name of the set a sticker belongs to.
    StickerSet,
    /// The set a custom emoji belongs to.
    CustomEmojiSet,
    /// A story with its poster.
    Story,
    /// The quoted part of a reply.
    Quote,
    /// A reply to a message in another chat.
    ExternalReply,
    /// Where a forwarded message came from.
    ForwardOrigin,
    /// The bot a message was made with.
    ViaBot,
    /// A poll.
    Poll,
    /// The preview of a linked page.
    LinkPreview,
    /// The title of an anonymous administrator.
    Signature,
    /// A checklist with those who made and ticked it.
    ChecklistAuthor,
    /// A gift with its giver.
    Gift,
    /// Media for Telegram's stars.
    PaidMedia,
}

impl Carrier {
    /// Every carrier.
    pub const ALL: [Carrier; 30] = [
        Carrier::Contact,
        Carrier::Location,
        Carrier::LiveLocation,
        Carrier::Venue,
        Carrier::TextMention,
        Carrier::Mention,
        Carrier::Phone,
        Carrier::Email,
        Carrier::TgLink,
        Carrier::TMeLink,
        Carrier::BotLink,
        Carrier::Keyboard,
        Carrier::Voice,
        Carrier::VideoNote,
        Carrier::FileName,
        Carrier::FileMetadata,
        Carrier::AudioTags,
        Carrier::StickerSet,
        Carrier::CustomEmojiSet,
        Carrier::Story,
        Carrier::Quote,
        Carrier::ExternalReply,
        Carrier::ForwardOrigin,
        Carrier::ViaBot,
        Carrier::Poll,
        Carrier::LinkPreview,
        Carrier::Signature,
        Carrier::ChecklistAuthor,
        Carrier::Gift,
        Carrier::PaidMedia,
    ];

    /// Its name in the config.
    pub const fn name(self) -> &'static str {
        match self {
            Carrier::Contact => "contact",
            Carrier::Location => "location",
            Carrier::LiveLocation => "live_location",
            Carrier::Venue => "venue",
            Carrier::TextMention => "text_mention",
            Carrier::Mention => "mention",
            Carrier::Phone => "phone",
            Carrier::Email => "email",
            Carrier::TgLink => "tg_link",
            Carrier::TMeLink => "t_me_link",
            Carrier::BotLink => "bot_link",
            Carrier::Keyboard => "keyboard",
            Carrier::Voice => "voice",
            Carrier::VideoNote => "video_note",
            Carrier::FileName => "file_name",
            Carrier::FileMetadata => "file_metadata",
            Carrier::AudioTags => "audio_tags",
            Carrier::StickerSet => "sticker_set",
            Carrier::CustomEmojiSet => "custom_emoji_set",
            Carrier::Story => "story",
            Carrier::Quote => "quote",
            Carrier::ExternalReply => "external_reply",
            Carrier::ForwardOrigin => "forward_origin",
            Carrier::ViaBot => "via_bot",
            Carrier::Poll => "poll",
            Carrier::LinkPreview => "link_preview",
            Carrier::Signature => "signature",
            Carrier::ChecklistAuthor => "checklist_author",
            Carrier::Gift => "gift",
            Carrier::PaidMedia => "paid_media",
        }
    }
}

/// What becomes of a carrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Treatment {
    /// It goes over as it is.
    Pass,
    /// The message goes over without it. What a client types is masked, as `privacy.mask` says; a
    /// message that is nothing else becomes a line that names its kind.
    Strip,
    /// The writer is asked first.
    Confirm,
    /// The message is not passed on, and both sides get a word.
    Withhold,
    /// The message is not passed on, and only its writer gets a word.
    Refuse,
}

impl Treatment {
    /// Every treatment.
    pub const ALL: [Treatment; 5] = [
        Treatment::Pass,
        Treatment::Strip,
        Treatment::Confirm,
        Treatment::Withhold,
        Treatment::Refuse,
    ];

    /// Its name in the config.
    pub const fn name(self) -> &'static str {
        match self {
            Treatment::Pass => "pass",
            Treatment::Strip => "strip",
            Treatment::Confirm => "confirm",
            Treatment::Withhold => "withhold",
            Treatment::Refuse => "refuse",
        }
    }
}

/// What becomes of a carrier where the config says nothing.
pub fn default_treatment(carrier: Carrier, direction: Direction) -> Treatment {
    // The table's rows begin with the default, and none of them is empty.
    allowed_treatments(carrier, direction)[0]
}

/// What a config may choose, the default first.
///
/// Left out is what cannot be done safely: what is never shown by a copy (a forward's origin) cannot
/// be passed, what holds a user's id is not passed without a question, and a client is never told
/// about something that an agent could not send.
pub fn allowed_treatments(carrier: Carrier, direction: Direction) -> &'static [Treatment] {
    match direction {
        Direction::ToDesk => allowed_to_desk(carrier),
        Direction::ToClient => allowed_to_client(carrier),
    }
}

fn allowed_to_desk(carrier: Carrier) -> &'static [Treatment] {
    use Treatment::{Confirm, Pass, Strip, Withhold};
    match carrier {
        Carrier::Contact | Carrier::LiveLocation => &[Confirm, Withhold],
        Carrier::Location | Carrier::Venue => &[Confirm, Pass, Withhold],
        Carrier::TextMention
        | Carrier::Keyboard
        | Carrier::ExternalReply
        | Carrier::ForwardOrigin
        | Carrier::ViaBot
        | Carrier::Signature => &[Strip],
        Carrier::Mention
        | Carrier::Phone
        | Carrier::Email
        | Carrier::TgLink
        | Carrier::TMeLink
        | Carrier::BotLink
        | Carrier::FileName
        | Carrier::FileMetadata
        | Carrier::AudioTags
        | Carrier::LinkPreview => &[Strip, Pass],
        Carrier::Voice | Carrier::VideoNote | Carrier::StickerSet | Carrier::Poll => {
            &[Pass, Confirm, Withhold]
        }
        Carrier::CustomEmojiSet | Carrier::Quote => &[Pass, Strip],
        Carrier::Story | Carrier::ChecklistAuthor | Carrier::Gift | Carrier::PaidMedia => {
            &[Strip, Withhold]
        }
    }
}

fn allowed_to_client(carrier: Carrier) -> &'static [Treatment] {
    use Treatment::{Confirm, Pass, Refuse, Strip};
    match carrier {
        Carrier::Contact => &[Refuse, Confirm],
        Carrier::Venue => &[Refuse, Confirm, Pass],
        // A place that an agent sends is the desk's, not the agent's.
        Carrier::Location
        | Carrier::LiveLocation
        | Carrier::Voice
        | Carrier::VideoNote
        | Carrier::StickerSet
        | Carrier::Poll => &[Pass, Confirm, Refuse],
        Carrier::TextMention => &[Refuse, Strip],
        Carrier::Mention | Carrier::TMeLink | Carrier::BotLink => &[Refuse, Pass],
        // Teams publish addresses of their own.
        Carrier::Phone | Carrier::Email => &[Pass, Refuse],
        Carrier::Keyboard
        | Carrier::ExternalReply
        | Carrier::ForwardOrigin
        | Carrier::ViaBot
        | Carrier::Signature => &[Strip],
        Carrier::FileName | Carrier::FileMetadata | Carrier::AudioTags => &[Strip, Pass],
        Carrier::CustomEmojiSet | Carrier::Quote | Carrier::LinkPreview => &[Pass, Strip],
        Carrier::TgLink
        | Carrier::Story
        | Carrier::ChecklistAuthor
        | Carrier::Gift
        | Carrier::PaidMedia => &[Refuse],
    }
}

/// How a client's message reaches the topic by default.
pub fn to_topic(kind: Kind) -> Carriage {
    carriage(kind, Direction::ToDesk, &Policy::default())
}

/// How an agent's message reaches the client by default.
pub fn to_client(kind: Kind) -> Carriage {
    carriage(kind, Direction::ToClient, &Policy::default())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_carrier_has_its_default_in_both_directions() {
        use Treatment::{Confirm, Pass, Refuse, Strip};
        let table = [
            (Carrier::Contact, Confirm, Refuse),
            (Carrier::Location, Confirm, Pass),
            (Carrier::LiveLocation, Confirm, Pass),
            (Carrier::Venue, Confirm, Refuse),
            (Carrier::TextMention, Strip, Refuse),
            (Carrier::Mention, Strip, Refuse),
            (Carrier::Phone, Strip, Pass),
            (Carrier::Email, Strip, Pass),
            (Carrier::TgLink, Strip, Refuse),
            (Carrier::TMeLink, Strip, Refuse),
            (Carrier::BotLink, Strip, Refuse),
            (Carrier::Keyboard, Strip, Strip),
            (Carrier::Voice, Pass, Pass),
            (Carrier::VideoNote, Pass, Pass),
            (Carrier::FileName, Strip, Strip),
            (Carrier::FileMetadata, Strip, Strip),
            (Carrier::AudioTags, Strip, Strip),
            (Carrier::StickerSet, Pass, Pass),
            (Carrier::CustomEmojiSet, Pass, Pass),
            (Carrier::Story, Strip, Refuse),
            (Carrier::Quote, Pass, Pass),
            (Carrier::ExternalReply, Strip, Strip),
            (Carrier::ForwardOrigin, Strip, Strip),
            (Carrier::ViaBot, Strip, Strip),
            (Carrier::Poll, Pass, Pass),
            (Carrier::LinkPreview, Strip, Pass),
            (Carrier::Signature, Strip, Strip),
            (Carrier::ChecklistAuthor, Strip, Refuse),
            (Carrier::Gift, Strip, Refuse),
            (Carrier::PaidMedia, Strip, Refuse),
        ];
        assert_eq!(table.len(), Carrier::ALL.len());
        for (carrier, desk, client) in table {
            for (direction, expected) in [(Direction::ToDesk, desk), (Direction::ToClient, client)]
            {
                let found = default_treatment(carrier, direction);
                assert_eq!(found, expected, "{carrier:?} {direction:?}");
            }
        }
    }

    #[test]
    fn nothing_unsafe_can_be_chosen() {
        for carrier in Carrier::ALL {
            for direction in Direction::ALL {
                let allowed = allowed_treatments(carrier, direction);
                let distinct: BTreeSet<Treatment> = allowed.iter().copied().collect();
                assert_eq!(distinct.len(), allowed.len(), "{carrier:?} {direction:?}");
                let silent = match direction {
                    Direction::ToDesk => Treatment::Refuse,
                    Direction::ToClient => Treatment::Withhold,
                };
                assert!(!allowed.contains(&silent), "{carrier:?} {direction:?}");
            }
        }
        for direction in Direction::ALL {
            for carrier in [
                Carrier::Keyboard,
                Carrier::ExternalReply,
                Carrier::ForwardOrigin,
                Carrier::ViaBot,
                Carrier::Signature,
            ] {
                assert_eq!(allowed_treatments(carrier, direction), [Treatment::Strip]);
            }
            for carrier in [
                Carrier::TextMention,
                Carrier::Contact,
                Carrier::Story,
                Carrier::Gift,
                Carrier::PaidMedia,
                Carrier::ChecklistAuthor,
            ] {
                let allowed = allowed_treatments(carrier, direction);
                assert!(!allowed.contains(&Treatment::Pass), "{carrier:?}");
            }
        }
    }

    #[test]
    fn names_are_those_of_the_config() {
        let names: BTreeSet<&str> = Carrier::ALL.map(Carrier::name).into();
        assert_eq!(names.len(), Carrier::ALL.len());
        for name in names {
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
        }
    }
}
