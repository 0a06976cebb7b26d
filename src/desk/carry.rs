//! A message on its way to the other side: which calls carry it. The same for both directions; what
//! differs is what stands in the route and in the policy.

use super::captions;
use super::turn::Turn;
pub(super) use crate::domain::call::Answers;
use crate::domain::call::{Call, FileSource, Item, Purpose, ReplyTo, Source, To, Whose};
use crate::domain::content::{Content, Form, Kind, Text, Whole};
use crate::domain::ids::{ClientId, MessageId, MessageRowId, OutboxId, TicketId};
use crate::domain::language::Language;
use crate::domain::rules::carriers::{self, Carriage, Carrier, Direction, Treatment};
use crate::domain::rules::text::{self, TEXT_MAX};
use crate::domain::rules::{mask, quote};
use crate::domain::ticket::{Client, Ticket};
use crate::domain::time::Timestamp;
use crate::store::jobs::{self, JobSpec};
use crate::store::topics::Topic;
use crate::store::{Error, Place, desks, messages};
use serde_json::{Map, Value};

/// How much of a message that cannot be answered where it stands is shown instead.
const EXCERPT_MAX: usize = 120;

/// From whom to whom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Route {
    /// The ticket.
    pub ticket: TicketId,
    /// Its client.
    pub client: ClientId,
    /// The language of those who read the copies.
    pub language: Language,
    /// Which way.
    pub direction: Direction,
    /// Not to be posted earlier.
    pub not_before: Timestamp,
}

impl Route {
    /// From the client into the topic.
    pub fn to_desk(turn: &Turn<'_>, ticket: &Ticket, not_before: Timestamp) -> Self {
        Self {
            ticket: ticket.id,
            client: ticket.client,
            language: turn.language(),
            direction: Direction::ToDesk,
            not_before,
        }
    }

    /// From the topic to the client.
    pub fn to_client(turn: &Turn<'_>, ticket: &Ticket, client: &Client) -> Self {
        Self {
            ticket: ticket.id,
            client: ticket.client,
            language: client.language,
            direction: Direction::ToClient,
            not_before: turn.now,
        }
    }

    /// Where the copies are posted.
    pub fn to(self) -> To {
        match self.direction {
            Direction::ToDesk => To::Topic(self.ticket),
            Direction::ToClient => To::Client(self.client),
        }
    }

    /// In whose chat the copies stand.
    pub fn whose(self) -> Whose {
        match self.direction {
            Direction::ToDesk => Whose::Desk,
            Direction::ToClient => Whose::Client(self.client),
        }
    }

    /// What a call is for that carries a message along here.
    pub fn purpose(self) -> Purpose {
        match self.direction {
            Direction::ToDesk => Purpose::Relay,
            Direction::ToClient => Purpose::Reply,
        }
    }
}

/// A message that is carried.
#[derive(Clone, Debug)]
pub(super) struct Parcel<'a> {
    /// What it says, with what has to be masked already masked.
    pub content: &'a Content,
    /// Where it was written.
    pub source: Source,
    /// What it answers.
    pub answers: Answers,
    /// Whether its words differ from those that were written.
    pub is_changed: bool,
    /// Whether its writer was asked and has agreed.
    pub is_confirmed: bool,
}

/// How a message goes.
#[derive(Debug)]
pub(super) enum Way {
    /// By these calls: its parts, in order.
    Calls(Vec<Call>),
    /// After slow work on its file.
    Work(JobSpec),
}

/// Queues a message up for the other side.
pub(super) fn send(
    turn: &mut Turn<'_>,
    route: Route,
    row: MessageRowId,
    parcel: &Parcel<'_>,
) -> Result<(), Error> {
    lead_before(turn, route, row, parcel)?;
    match way(turn, route, parcel) {
        Way::Calls(calls) => {
            for (part, call) in (0..).zip(&calls) {
                turn.carry(route, route.purpose(), (row, part), call)?;
            }
        }
        Way::Work(spec) => {
            let call = hold_place(turn, route, route.purpose(), row, parcel.answers.clone())?;
            jobs::insert(turn.db, row, Some(call), &spec, turn.now)?;
        }
    }
    Ok(())
}

/// What a message answers that is no text and stands elsewhere: a line before it.
pub(super) fn lead_before(
    turn: &mut Turn<'_>,
    route: Route,
    row: MessageRowId,
    parcel: &Parcel<'_>,
) -> Result<(), Error> {
    match &parcel.answers.lead {
        Some(lead) if parcel.content.kind != Kind::Text => {
            let line = Call::words(route.to(), lead.clone(), None);
            turn.carry(route, Purpose::Word, (row, 0), &line).map(drop)
        }
        Some(_) | None => Ok(()),
    }
}

/// Keeps a place in the lane for what is not ready yet.
pub(super) fn hold_place(
    turn: &mut Turn<'_>,
    route: Route,
    purpose: Purpose,
    row: MessageRowId,
    answers: Answers,
) -> Result<OutboxId, Error> {
    let call = Call::Await {
        to: route.to(),
        reply_to: answers.reply_to,
    };
    turn.carry(route, purpose, (row, 0), &call)
}

/// How a message goes.
pub(super) fn way(turn: &Turn<'_>, route: Route, parcel: &Parcel<'_>) -> Way {
    match work_on(turn, route.direction, parcel.content) {
        Some(spec) => Way::Work(spec),
        None => Way::Calls(calls(turn, route, parcel)),
    }
}

/// The work that a message's file needs first.
pub(super) fn work_on(turn: &Turn<'_>, direction: Direction, content: &Content) -> Option<JobSpec> {
    let media = content.media.as_ref()?;
    let is_file = match content.kind {
        Kind::Document | Kind::Audio => true,
        // Apps send these anew without a name; one with a name was sent as a file.
        Kind::Video | Kind::Animation => media.is_named,
        Kind::Text
        | Kind::Photo
        | Kind::Voice
        | Kind::VideoNote
        | Kind::Sticker
        | Kind::Poll
        | Kind::Dice
        | Kind::Contact
        | Kind::Location
        | Kind::LiveLocation
        | Kind::Venue
        | Kind::Story
        | Kind::Game
        | Kind::Invoice
        | Kind::PaidMedia
        | Kind::Gift
        | Kind::Checklist
        | Kind::Giveaway
        | Kind::Unknown => false,
    };
    let policy = &turn.settings().privacy.policy;
    let hides = |carrier| policy.treatment(carrier, direction) != Treatment::Pass;
    let has_tags = content.kind == Kind::Audio && hides(Carrier::AudioTags);
    let clean = is_file && (hides(Carrier::FileMetadata) || has_tags);
    let rename = is_file && !clean && hides(Carrier::FileName);
    let scan = turn.settings().scans_files
        && matches!(
            content.kind,
            Kind::Document | Kind::Audio | Kind::Video | Kind::Animation
        );
    (clean || rename || scan).then(|| JobSpec {
        file_id: media.file_id.clone(),
        size: media.size,
        clean,
        rename,
    })
}

fn calls(turn: &Turn<'_>, route: Route, parcel: &Parcel<'_>) -> Vec<Call> {
    let content = parcel.content;
    let policy = &turn.settings().privacy.policy;
    let carriage = match carriers::carriage(content.kind, route.direction, policy) {
        Carriage::Asked if parcel.is_confirmed => {
            carriers::confirmed(content.kind, route.direction, policy)
        }
        // Only an admin's word brings it so far.
        Carriage::Refused if parcel.is_confirmed && carriers::may_be_forced(content.kind) => {
            carriers::confirmed(content.kind, route.direction, policy)
        }
        carriage => carriage,
    };
    match carriage {
        Carriage::Words => words(turn, route, parcel),
        Carriage::Told => told(turn, route, parcel),
        // Without its file nothing but a copy could carry it, and that could keep the buttons.
        Carriage::CopyWithCaption | Carriage::Cleaned
            if content.has_keyboard && content.media.is_none() =>
        {
            told(turn, route, parcel)
        }
        Carriage::CopyWithCaption | Carriage::Cleaned => with_caption(turn, route, parcel),
        Carriage::Copy if is_told_instead(turn, route, content) => told(turn, route, parcel),
        Carriage::Copy => {
            let medium = || medium(turn, route, parcel, None);
            vec![live(route, parcel).unwrap_or_else(medium)]
        }
        Carriage::Asked | Carriage::Withheld | Carriage::Refused => Vec::new(),
    }
}

/// What may not be copied although its kind may: somebody else's buttons could unmask whoever taps
/// them, a quiz is only copied for those who know its answer, and in what goes over whole nothing can be
/// masked or taken out.
fn is_told_instead(turn: &Turn<'_>, route: Route, content: &Content) -> bool {
    let is_told = |whole: &Whole| {
        let says_who =
            whole.is_changed || shown(turn, route.direction, &whole.words) != whole.words;
        says_who || whole.holds_more || whole.form == Form::Quiz
    };
    let buttons = content.has_keyboard && content.media.is_none();
    buttons || content.whole.as_ref().is_some_and(is_told)
}

fn words(turn: &Turn<'_>, route: Route, parcel: &Parcel<'_>) -> Vec<Call> {
    text_parts(turn, route, parcel)
        .into_iter()
        .enumerate()
        .map(|(part, text)| Call::SendText {
            to: route.to(),
            text,
            // Every part stands by itself, but only one answers.
            reply_to: (part == 0)
                .then(|| parcel.answers.reply_to.clone())
                .flatten(),
            preview: preview(turn, route.direction, parcel.content),
            buttons: Vec::new(),
        })
        .collect()
}

/// The words of a text message as they are posted, in pieces that fit.
pub(super) fn text_parts(turn: &Turn<'_>, route: Route, parcel: &Parcel<'_>) -> Vec<Text> {
    let mut words = shown(turn, route.direction, &parcel.content.text);
    if let Some(lead) = &parcel.answers.lead {
        words = text::join(lead, &words);
    }
    text::split(&text::join(&label(turn, route), &words), TEXT_MAX)
}

/// Words as the other side may see them, without formatting that says who somebody is.
pub(super) fn shown(turn: &Turn<'_>, direction: Direction, words: &Text) -> Text {
    mask::unmarked(words, direction, &turn.settings().privacy.policy)
}

/// How the preview of a linked page looks. Without options there is none in the group, and Telegram's
/// own choice in a private chat.
pub(super) fn preview(
    turn: &Turn<'_>,
    direction: Direction,
    content: &Content,
) -> Option<Map<String, Value>> {
    let policy = &turn.settings().privacy.policy;
    let passes = policy.treatment(Carrier::LinkPreview, direction) == Treatment::Pass;
    match direction {
        Direction::ToClient if passes => content.preview.clone(),
        Direction::ToClient => Some(Map::from_iter([("is_disabled".to_owned(), true.into())])),
        Direction::ToDesk if passes => Some(content.preview.clone().unwrap_or_default()),
        Direction::ToDesk => None,
    }
}

/// What stands before the words: the desk's name towards clients, nothing towards agents.
pub(super) fn label(turn: &Turn<'_>, route: Route) -> Text {
    match route.direction {
        Direction::ToDesk => Text::default(),
        Direction::ToClient => Text::plain(turn.settings().reply_label.as_str()),
    }
}

fn with_caption(turn: &Turn<'_>, route: Route, parcel: &Parcel<'_>) -> Vec<Call> {
    let (caption, words) = captions::fitting(captions::of(turn, route, parcel.content));
    if !words.is_empty() {
        let mut calls = vec![medium(turn, route, parcel, Some(caption))];
        let words = words.into_iter();
        calls.extend(words.map(|text| Call::words(route.to(), text, None)));
        return calls;
    }
    // A caption is only replaced where it is another: Telegram copies on its own side what is not.
    let is_same = route.direction == Direction::ToDesk && !parcel.is_changed;
    let caption = (!is_same && !caption.is_empty()).then_some(caption);
    vec![medium(turn, route, parcel, caption)]
}

/// A medium, copied by its id; or sent by its file where a copy would keep somebody's buttons, or would
/// put a caption below it that stands above.
fn medium(turn: &Turn<'_>, route: Route, parcel: &Parcel<'_>, caption: Option<Text>) -> Call {
    let has_keyboard = parcel.content.has_keyboard;
    match &parcel.content.media {
        Some(media) if has_keyboard || (caption.is_some() && media.looks.caption_above) => {
            Call::SendMedia {
                to: route.to(),
                item: Item {
                    kind: parcel.content.kind,
                    file: FileSource::Telegram(media.file_id.clone()),
                    looks: media.looks,
                    caption: caption.unwrap_or_else(|| captions::of(turn, route, parcel.content)),
                },
                reply_to: parcel.answers.reply_to.clone(),
            }
        }
        _ => copy(route, parcel, caption),
    }
}

/// A message without a caption, copied by its id.
fn copy(route: Route, parcel: &Parcel<'_>, caption: Option<Text>) -> Call {
    Call::Copy {
        to: route.to(),
        source: parcel.source,
        caption,
        reply_to: parcel.answers.reply_to.clone(),
    }
}

/// A place that moves, as one that does: a copy of it would stand still.
fn live(route: Route, parcel: &Parcel<'_>) -> Option<Call> {
    let content = parcel.content;
    let location = content
        .location
        .filter(|_| content.kind == Kind::LiveLocation)?;
    Some(Call::SendLocation {
        to: route.to(),
        location,
        reply_to: parcel.answers.reply_to.clone(),
    })
}

/// What a copy would falsify, or cannot show, in words.
fn told(turn: &Turn<'_>, route: Route, parcel: &Parcel<'_>) -> Vec<Call> {
    let content = parcel.content;
    let (texts, language) = (turn.texts(), route.language);
    let words = match (&content.dice, &content.whole) {
        (Some(dice), _) => {
            let value = u64::try_from(dice.value).unwrap_or(0);
            Text::plain(texts.dice(language, &dice.emoji, value))
        }
        (None, Some(whole)) if !whole.words.is_empty() => {
            let lead = Text::plain(texts.told_whole(language, whole.form.name()));
            let words = text::join(&lead, &shown(turn, route.direction, &whole.words));
            if whole.holds_more {
                let more = format!("\n{}", texts.told_without_more(language));
                text::join(&words, &Text::plain(more))
            } else {
                words
            }
        }
        (None, Some(_) | None) => Text::plain(texts.told_kind(language, content.kind.name())),
    };
    let words = text::join(&label(turn, route), &words);
    text::split(&words, TEXT_MAX)
        .into_iter()
        .map(|text| Call::words(route.to(), text, parcel.answers.reply_to.clone()))
        .collect()
}

/// What a client's message answers, as the agents are shown it: the linked message where that stands
/// in the ticket's present topic, its first words otherwise. A reply into another topic would show
/// where it comes from (Bot API docs, `ReplyParameters`).
pub(super) fn answered_by_client(
    turn: &Turn<'_>,
    route: Route,
    topic: Option<&Topic>,
    reply_to: Option<MessageId>,
    quote: Option<&Text>,
) -> Result<Answers, Error> {
    let Some(target) = reply_to else {
        return Ok(Answers::default());
    };
    let place = Place::Client(route.client);
    let Some(found) = messages::at(turn.db, place, target)?.filter(|found| !found.is_deleted)
    else {
        return Ok(Answers::default());
    };
    let here = turn.group_of(desks::of_ticket(turn.db, route.ticket)?)?;
    let copies = messages::parts_in(turn.db, found.row, Place::Group(here))?;
    let present = topic.and_then(|topic| topic.thread);
    let stands_here = copies.iter().any(|copy| copy.thread == present);
    let is_coming = copies.is_empty() && found.ticket == route.ticket;
    let words = shown(
        turn,
        route.direction,
        &messages::content(turn.db, found.row)?.text,
    );
    if stands_here && present.is_some() || is_coming {
        return Ok(Answers {
            reply_to: Some(reply(turn, route.direction, found.row, &words, quote)),
            lead: None,
        });
    }
    Ok(Answers {
        reply_to: None,
        lead: quote::lead(&words, EXCERPT_MAX),
    })
}

/// An answer to a message, with the words that it quotes where they stand in it.
pub(super) fn reply(
    turn: &Turn<'_>,
    direction: Direction,
    row: MessageRowId,
    words: &Text,
    quote: Option<&Text>,
) -> ReplyTo {
    let policy = &turn.settings().privacy.policy;
    let passes = policy.treatment(Carrier::Quote, direction) == Treatment::Pass;
    let excerpt = quote
        .filter(|_| passes)
        .and_then(|quote| quote::excerpt(words, &quote.text));
    match excerpt {
        Some(quote) => ReplyTo::Quote(row, quote),
        None => ReplyTo::Row(row),
    }
}
