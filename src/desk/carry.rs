//! A message on its way to the other side: which calls carry it. The same for both directions; what
//! differs is what stands in the route and in the policy.

use super::turn::Turn;
use crate::domain::call::{Call, FileSource, Item, Purpose, ReplyTo, Source, To, Whose};
use crate::domain::content::{Content, Kind, Text};
use crate::domain::ids::{ClientId, MessageId, MessageRowId, OutboxId, TicketId};
use crate::domain::language::Language;
use crate::domain::rules::carriers::{self, Carriage, Direction};
use crate::domain::rules::quote;
use crate::domain::rules::text::{self, CAPTION_MAX, TEXT_MAX};
use crate::domain::ticket::{Client, Ticket};
use crate::domain::time::Timestamp;
use crate::store::jobs::{self, JobSpec};
use crate::store::topics::Topic;
use crate::store::{Error, Place, messages};

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

/// What a message answers.
#[derive(Clone, Debug, Default)]
pub(super) struct Answers {
    /// A message in the same conversation.
    pub reply_to: Option<ReplyTo>,
    /// The beginning of one that stands elsewhere, to be shown before the words.
    pub lead: Option<Text>,
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
    match work_on(turn, parcel.content) {
        Some(spec) => Way::Work(spec),
        None => Way::Calls(calls(turn, route, parcel)),
    }
}

/// The work that a message's file needs first.
pub(super) fn work_on(turn: &Turn<'_>, content: &Content) -> Option<JobSpec> {
    let media = content.media.as_ref()?;
    let settings = turn.settings();
    let is_file = match content.kind {
        Kind::Document | Kind::Audio => true,
        // Apps send these anew without a name; one with a name was sent as a file.
        Kind::Video | Kind::Animation => media.is_named,
        _ => false,
    };
    let clean = is_file && settings.privacy.scrub_files;
    let scan = settings.scans_files
        && matches!(
            content.kind,
            Kind::Document | Kind::Audio | Kind::Video | Kind::Animation
        );
    (clean || scan).then(|| JobSpec {
        file_id: media.file_id.clone(),
        size: media.size,
        clean,
    })
}

fn calls(turn: &Turn<'_>, route: Route, parcel: &Parcel<'_>) -> Vec<Call> {
    let content = parcel.content;
    let policy = &turn.settings().privacy.policy;
    let carriage = if parcel.is_confirmed {
        carriers::confirmed(content.kind, route.direction, policy)
    } else {
        carriers::carriage(content.kind, route.direction, policy)
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
        Carriage::Copy => as_it_is(route, parcel),
        Carriage::Asked | Carriage::Withheld | Carriage::Refused => Vec::new(),
    }
}

/// What may not be copied although its kind may: somebody else's buttons could unmask whoever taps
/// them, a quiz is only copied for those who know its answer, and the words of a poll cannot be masked.
fn is_told_instead(turn: &Turn<'_>, route: Route, content: &Content) -> bool {
    let poll = content.poll.as_ref();
    let says_who = route.direction == Direction::ToDesk
        && poll.is_some_and(|poll| turn.mask_words(&poll_words(poll)).is_some());
    let buttons = content.has_keyboard && content.media.is_none();
    buttons || says_who || poll.is_some_and(|poll| poll.is_quiz)
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
            preview: parcel.content.preview.clone(),
            buttons: Vec::new(),
        })
        .collect()
}

/// The words of a text message as they are posted, in pieces that fit.
pub(super) fn text_parts(turn: &Turn<'_>, route: Route, parcel: &Parcel<'_>) -> Vec<Text> {
    let mut words = text::without_people(&parcel.content.text);
    if let Some(lead) = &parcel.answers.lead {
        words = text::join(lead, &words);
    }
    text::split(&text::join(&label(turn, route), &words), TEXT_MAX)
}

/// What stands before the words: the desk's name towards clients, nothing towards agents.
fn label(turn: &Turn<'_>, route: Route) -> Text {
    match route.direction {
        Direction::ToDesk => Text::default(),
        Direction::ToClient => Text::plain(turn.settings().reply_label.as_str()),
    }
}

/// A caption as it is posted.
pub(super) fn caption(turn: &Turn<'_>, route: Route, content: &Content) -> Text {
    let words = text::without_people(&content.text);
    let label = label(turn, route);
    let bare = !takes_caption(content.kind) || (words.is_empty() && label.is_empty());
    if bare {
        return Text::default();
    }
    if words.is_empty() {
        return Text::plain(label.text.trim_end().trim_end_matches(':'));
    }
    let labelled = text::join(&label, &words);
    if text::utf16_len(&labelled.text) <= CAPTION_MAX {
        labelled
    } else {
        words
    }
}

/// Whether a medium of this kind can have a caption.
pub(super) fn takes_caption(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Photo | Kind::Video | Kind::Animation | Kind::Audio | Kind::Voice | Kind::Document
    )
}

fn with_caption(turn: &Turn<'_>, route: Route, parcel: &Parcel<'_>) -> Vec<Call> {
    let caption = caption(turn, route, parcel.content);
    // Whoever pays Telegram may write longer captions than a bot.
    if text::utf16_len(&caption.text) > CAPTION_MAX {
        let mut calls = vec![medium(route, parcel, Some(Text::default()))];
        calls.extend(
            text::split(&caption, TEXT_MAX)
                .into_iter()
                .map(|text| Call::words(route.to(), text, None)),
        );
        return calls;
    }
    // A caption is only replaced where it is another: Telegram copies on its own side what is not.
    let is_same = route.direction == Direction::ToDesk && !parcel.is_changed;
    let caption = (!is_same && !caption.is_empty()).then_some(caption);
    vec![medium(route, parcel, caption)]
}

/// A medium, copied by its id; or sent by its file where a copy would keep somebody's buttons, or would
/// put a caption below it that stands above.
fn medium(route: Route, parcel: &Parcel<'_>, caption: Option<Text>) -> Call {
    let has_keyboard = parcel.content.has_keyboard;
    match &parcel.content.media {
        Some(media) if has_keyboard || (caption.is_some() && media.looks.caption_above) => {
            Call::SendMedia {
                to: route.to(),
                item: Item {
                    kind: parcel.content.kind,
                    file: FileSource::Telegram(media.file_id.clone()),
                    looks: media.looks,
                    caption: caption.unwrap_or_else(|| text::without_people(&parcel.content.text)),
                },
                reply_to: parcel.answers.reply_to.clone(),
            }
        }
        _ => copy(route, parcel, caption),
    }
}

fn copy(route: Route, parcel: &Parcel<'_>, caption: Option<Text>) -> Call {
    if parcel.content.has_keyboard && parcel.content.media.is_some() && caption.is_none() {
        return medium(route, parcel, Some(Text::default()));
    }
    Call::Copy {
        to: route.to(),
        source: parcel.source,
        caption,
        reply_to: parcel.answers.reply_to.clone(),
    }
}

/// A copy; but a copy of a live location would stand still, so that is sent as one.
fn as_it_is(route: Route, parcel: &Parcel<'_>) -> Vec<Call> {
    let is_live = parcel.content.kind == Kind::LiveLocation;
    match parcel.content.location.filter(|_| is_live) {
        Some(location) => vec![Call::SendLocation {
            to: route.to(),
            location,
            reply_to: parcel.answers.reply_to.clone(),
        }],
        None => vec![copy(route, parcel, None)],
    }
}

/// What a copy would falsify, or cannot show, in words.
fn told(turn: &Turn<'_>, route: Route, parcel: &Parcel<'_>) -> Vec<Call> {
    let content = parcel.content;
    let (texts, language) = (turn.texts(), route.language);
    let words = match (&content.dice, &content.poll) {
        (Some(dice), _) => {
            let value = u64::try_from(dice.value).unwrap_or(0);
            Text::plain(texts.dice(language, &dice.emoji, value))
        }
        (None, Some(poll)) => {
            let shown = poll_words(poll);
            let masked = match route.direction {
                Direction::ToDesk => turn.mask_words(&shown).unwrap_or(shown),
                Direction::ToClient => shown,
            };
            let kind = if poll.is_quiz { "quiz" } else { "poll" };
            text::join(&Text::plain(texts.told_poll(language, kind)), &masked)
        }
        (None, None) => Text::plain(texts.told_kind(language, content.kind.name())),
    };
    let words = text::join(&label(turn, route), &words);
    text::split(&words, TEXT_MAX)
        .into_iter()
        .map(|text| Call::words(route.to(), text, parcel.answers.reply_to.clone()))
        .collect()
}

fn poll_words(poll: &crate::domain::content::Poll) -> Text {
    let options = poll.options.iter().map(|option| format!("\n• {option}"));
    Text::plain(format!("{}{}", poll.question, options.collect::<String>()))
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
    let copies = messages::parts_in(turn.db, found.row, Place::Group(turn.group()?))?;
    let present = topic.and_then(|topic| topic.thread);
    let stands_here = copies.iter().any(|copy| copy.thread == present);
    let is_coming = copies.is_empty() && found.ticket == route.ticket;
    let words = text::without_people(&messages::content(turn.db, found.row)?.text);
    if stands_here && present.is_some() || is_coming {
        return Ok(Answers {
            reply_to: Some(reply(found.row, &words, quote)),
            lead: None,
        });
    }
    Ok(Answers {
        reply_to: None,
        lead: quote::lead(&words, EXCERPT_MAX),
    })
}

/// An answer to a message, with the words that it quotes where they stand in it.
pub(super) fn reply(row: MessageRowId, words: &Text, quote: Option<&Text>) -> ReplyTo {
    match quote.and_then(|quote| quote::excerpt(words, &quote.text)) {
        Some(quote) => ReplyTo::Quote(row, quote),
        None => ReplyTo::Row(row),
    }
}
