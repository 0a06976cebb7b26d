//! The card of a ticket and the title of its topic: what they show now, brought up to date in place. Both
//! give way to messages, and only the latest state is ever sent. The card's post may carry the client's
//! first words too.

use std::time::Duration;

use super::carry::Route;
use super::turn::{Queued, Turn};
use super::{backlog, moment, sla};
use crate::domain::call::{Button, Call, Lane, Priority, Purpose, To};
use crate::domain::content::{Content, Kind, Text};
use crate::domain::event::Timer;
use crate::domain::ids::{MessageRowId, TicketId};
use crate::domain::rules::text;
use crate::domain::ticket::Ticket;
use crate::domain::time::Timestamp;
use crate::store::claims::{self, OutboxRow, Unfinished};
use crate::store::messages::Found;
use crate::store::topics::Topic;
use crate::store::{Error, Place, members, messages, outbox, tags, tickets, timers, topics};
use crate::view::buttons::{self, Page};
use crate::view::card::{self, Beside};

/// How long a card waits to show how much is unread: many messages are one change then.
const COUNTED_AFTER: Duration = Duration::from_secs(60);
/// How long it waits while the group is behind: with many tickets there is something better to do.
const COUNTED_WHILE_BEHIND: Duration = Duration::from_secs(10 * 60);
/// A title changes once in so long: each change leaves a line in the topic.
const TITLE_EVERY: Duration = Duration::from_secs(5 * 60);

/// Brings the card and the title of a ticket up to date.
pub(super) fn refresh(turn: &mut Turn<'_>, ticket: TicketId) -> Result<(), Error> {
    let Some(topic) = topics::current(turn.db, ticket)? else {
        return Ok(());
    };
    let ticket = tickets::by_id(turn.db, ticket)?;
    show(turn, &ticket, &topic, Shown::default())?;
    refresh_title(turn, &ticket, &topic)
}

/// Only how much is unread has changed: the card says so in a while.
pub(super) fn recount(turn: &Turn<'_>, ticket: TicketId) -> Result<(), Error> {
    recount_after(turn, ticket, COUNTED_AFTER)
}

fn recount_after(turn: &Turn<'_>, ticket: TicketId, wait: Duration) -> Result<(), Error> {
    let timer = Timer::CardCount { ticket };
    timers::set_once(turn.db, turn.now.plus(wait), &timer)
}

/// The card shows how much is unread, which gives way to all else where the group is behind.
pub(super) fn recounted(turn: &mut Turn<'_>, ticket: TicketId) -> Result<(), Error> {
    let topic = topics::current(turn.db, ticket)?;
    let Some(topic) = topic.filter(|topic| topic.card.is_some()) else {
        return Ok(());
    };
    let ticket = tickets::by_id(turn.db, ticket)?;
    turn.here = ticket.desk;
    if backlog::look(turn)?.is_some() {
        return recount_after(turn, ticket.id, COUNTED_WHILE_BEHIND);
    }
    show(turn, &ticket, &topic, Shown::default())
}

/// Shows other buttons under a card, because somebody has asked for them.
pub(super) fn turn_page(turn: &mut Turn<'_>, ticket: &Ticket, page: Page) -> Result<(), Error> {
    let asked = Shown {
        page,
        priority: Priority::WORD,
    };
    match topics::current(turn.db, ticket.id)? {
        Some(topic) => show(turn, ticket, &topic, asked),
        None => Ok(()),
    }
}

/// What the category of a ticket is called.
pub(super) fn category(turn: &Turn<'_>, ticket: &Ticket) -> Option<String> {
    let name = ticket.category.as_ref()?;
    let mut known = turn.settings().categories.iter();
    let title = known.find(|category| category.name == *name);
    Some(title.map_or_else(|| name.clone(), |category| category.title.clone()))
}

/// The title that a topic is to have.
pub(super) fn title(turn: &Turn<'_>, ticket: &Ticket) -> String {
    card::title(ticket, category(turn, ticket).as_deref())
}

/// The title says what it is to say, or will in a while.
pub(super) fn refresh_title(
    turn: &mut Turn<'_>,
    ticket: &Ticket,
    topic: &Topic,
) -> Result<(), Error> {
    // The call that makes the topic is settled first.
    if topic.thread.is_none() {
        return Ok(());
    }
    let (lane, title) = (Lane::Title(ticket.id), title(turn, ticket));
    let is_under_way = is_under_way(turn, lane, Purpose::Title)?;
    if topic.title == title && !is_under_way {
        return drop_waiting(turn, lane);
    }
    let call = Call::EditTopic {
        ticket: ticket.id,
        title,
    };
    if outbox::replace_waiting(turn.db, lane, Purpose::Title, &call)? {
        return Ok(());
    }
    let since = if is_under_way {
        turn.now
    } else {
        topic.titled_at
    };
    let queued = Queued {
        lane,
        ticket: Some(ticket.id),
        not_before: Some(since.plus(TITLE_EVERY)),
        ..Queued::of(Purpose::Title, Priority::STATE, &call)
    };
    turn.queue(queued).map(drop)
}

/// A topic has got the title that this call gave it.
pub(super) fn titled(turn: &Turn<'_>, row: &OutboxRow) -> Result<(), Error> {
    let (Some(ticket), Call::EditTopic { title, .. }) = (row.ticket, &row.call) else {
        return Ok(());
    };
    match topics::current(turn.db, ticket)? {
        Some(topic) => topics::titled(turn.db, topic.id, title, turn.now),
        None => Ok(()),
    }
}

/// The card's post says what this call said.
pub(super) fn shown(turn: &Turn<'_>, row: &OutboxRow) -> Result<(), Error> {
    let (Call::SendText { text, buttons, .. } | Call::EditCard { text, buttons, .. }, Some(ticket)) =
        (&row.call, row.ticket)
    else {
        return Ok(());
    };
    match topics::current(turn.db, ticket)? {
        Some(topic) => topics::card_shown(turn.db, topic.id, card::digest(text, buttons)),
        None => Ok(()),
    }
}

/// The card, in one post with the first text where both fit: a new ticket costs two calls then. Whether
/// the text is in it.
pub(super) fn first_post(
    turn: &mut Turn<'_>,
    ticket: &Ticket,
    row: MessageRowId,
    content: &Content,
    not_before: Timestamp,
) -> Result<bool, Error> {
    let card = text_of(turn, ticket, None)?;
    let words = (content.kind == Kind::Text)
        .then(|| text::without_people(&content.text))
        .and_then(|words| card::with_words(&card, None, Some(&words)));
    let shares_post = words.is_some();
    if shares_post && let Some(topic) = topics::current(turn.db, ticket.id)? {
        topics::card_layout(turn.db, topic.id, Some(row), None)?;
    }
    let call = post_of(turn, ticket, words.unwrap_or(card));
    let carried = shares_post.then_some((row, 0));
    let (purpose, urgency) = (Purpose::Card, Priority::FIRST);
    turn.post_to_topic(ticket, purpose, urgency, carried, not_before, &call)?;
    Ok(shares_post)
}

/// The card of a topic that takes the place of another, before all that waits for it.
pub(super) fn post_again(turn: &mut Turn<'_>, ticket: &Ticket, topic: &Topic) -> Result<(), Error> {
    let post = render(turn, ticket, topic)?;
    let call = post_of(turn, ticket, post);
    turn.ahead_in_topic(ticket.id, Purpose::Card, Priority::FIRST, &call)
}

/// Whether a client's message stands in the same post as the card.
pub(super) fn shares_card(turn: &Turn<'_>, found: Found) -> Result<bool, Error> {
    let topic = topics::current(turn.db, found.ticket)?;
    Ok(topic.is_some_and(|topic| topic.card_carries == Some(found.row)))
}

/// The text that shares the card's post has changed. Where both do not fit any more the text is
/// posted by itself.
pub(super) fn edit_first_words(turn: &mut Turn<'_>, found: Found) -> Result<(), Error> {
    let ticket = tickets::by_id(turn.db, found.ticket)?;
    let Some(topic) = topics::current(turn.db, ticket.id)? else {
        return Ok(());
    };
    let card = text_of(turn, &ticket, None)?;
    let words = text::without_people(&messages::content(turn.db, found.row)?.text);
    let lead = topic.card_lead.clone();
    if card::with_words(&card, lead.as_deref(), Some(&words)).is_none() {
        leave_card(turn, found, &ticket, &topic, lead.as_deref())?;
        return post_first_words(turn, &ticket, found.row, &words);
    }
    show(turn, &ticket, &topic, Shown::default())
}

/// The message that shares the card's post has become something that is no text: it leaves the post.
pub(super) fn first_words_gone(turn: &mut Turn<'_>, found: Found) -> Result<(), Error> {
    let ticket = tickets::by_id(turn.db, found.ticket)?;
    match topics::current(turn.db, ticket.id)? {
        Some(topic) => leave_card(turn, found, &ticket, &topic, topic.card_lead.as_deref()),
        None => Ok(()),
    }
}

/// The text that shares the card's post was taken back: the card stays.
pub(super) fn remove_first_words(turn: &mut Turn<'_>, found: Found) -> Result<(), Error> {
    let ticket = tickets::by_id(turn.db, found.ticket)?;
    let Some(topic) = topics::current(turn.db, ticket.id)? else {
        return Ok(());
    };
    let lead = turn.texts().line_taken_back(turn.language());
    leave_card(turn, found, &ticket, &topic, Some(&lead))
}

/// A card is gone, with a change of its words that nobody may have seen: they are posted by themselves.
pub(super) fn lost(turn: &mut Turn<'_>, topic: &Topic) -> Result<(), Error> {
    let Some(row) = topic.card_carries else {
        return Ok(());
    };
    if !messages::was_edited(turn.db, row)? || messages::by_id(turn.db, row)?.is_deleted {
        return Ok(());
    }
    topics::card_layout(turn.db, topic.id, None, topic.card_lead.as_deref())?;
    messages::unlink(
        turn.db,
        row,
        Place::Group(topics::current_chat(turn.db, topic.chat)?),
        0,
    )?;
    let ticket = tickets::by_id(turn.db, topic.ticket)?;
    let words = text::without_people(&messages::content(turn.db, row)?.text);
    post_first_words(turn, &ticket, row, &words)
}

/// Whether the client has changed their words on a card since this change of it was queued.
pub(super) fn has_newer_words(turn: &Turn<'_>, row: &OutboxRow) -> Result<bool, Error> {
    let topic = match row.ticket {
        Some(ticket) => topics::current(turn.db, ticket)?,
        None => None,
    };
    match topic.and_then(|topic| topic.card_carries) {
        Some(words) => messages::was_edited_since(turn.db, words, row.created_at),
        None => Ok(false),
    }
}

/// How a card is shown.
#[derive(Clone, Copy)]
struct Shown {
    page: Page,
    priority: Priority,
}

impl Default for Shown {
    fn default() -> Self {
        Self {
            page: Page::Main,
            priority: Priority::STATE,
        }
    }
}

/// The card's post as it is to be: in the call that posts it where nobody has seen it yet, by an edit
/// otherwise, and not at all where it says so already.
fn show(turn: &mut Turn<'_>, ticket: &Ticket, topic: &Topic, how: Shown) -> Result<(), Error> {
    let text = render(turn, ticket, topic)?;
    let buttons = rows(turn, ticket, how.page);
    let lane = Lane::Card(ticket.id);
    if let Some((call, Unfinished::Waiting)) =
        claims::of_lane(turn.db, Lane::Topic(ticket.id), Purpose::Card)?
        && outbox::is_untouched(turn.db, call)?
    {
        let post = post_of(turn, ticket, text);
        claims::replace_call(turn.db, call, &post)?;
        // A newer state may wait to be shown on it, with the words of before.
        return drop_waiting(turn, lane);
    }
    let digest = card::digest(&text, &buttons);
    if topic.card_shown == Some(digest) && !is_under_way(turn, lane, Purpose::CardEdit)? {
        return drop_waiting(turn, lane);
    }
    let call = Call::EditCard {
        ticket: ticket.id,
        text,
        buttons,
    };
    if outbox::replace_waiting(turn.db, lane, Purpose::CardEdit, &call)? {
        return outbox::hasten(turn.db, lane, how.priority, turn.now);
    }
    let queued = Queued {
        lane,
        ticket: Some(ticket.id),
        ..Queued::of(Purpose::CardEdit, how.priority, &call)
    };
    turn.queue(queued).map(drop)
}

fn post_of(turn: &Turn<'_>, ticket: &Ticket, text: Text) -> Call {
    Call::SendText {
        to: To::Topic(ticket.id),
        text,
        reply_to: None,
        preview: None,
        buttons: rows(turn, ticket, Page::Main),
    }
}

fn rows(turn: &Turn<'_>, ticket: &Ticket, page: Page) -> Vec<Vec<Button>> {
    buttons::rows(ticket, page, turn.texts(), turn.language())
}

fn is_under_way(turn: &Turn<'_>, lane: Lane, purpose: Purpose) -> Result<bool, Error> {
    let first = claims::of_lane(turn.db, lane, purpose)?;
    Ok(matches!(
        first,
        Some((_, Unfinished::Claimed | Unfinished::Doubt))
    ))
}

/// What waits in a lane of states says nothing new any more.
fn drop_waiting(turn: &Turn<'_>, lane: Lane) -> Result<(), Error> {
    for waiting in outbox::waiting_in(turn.db, lane)? {
        outbox::drop_waiting(turn.db, waiting.id, &lane.key(), "nothing new", turn.now)?;
    }
    Ok(())
}

/// The card's post as it stands in a topic, with what it carries.
fn render(turn: &Turn<'_>, ticket: &Ticket, topic: &Topic) -> Result<Text, Error> {
    let card = text_of(turn, ticket, Some(topic))?;
    let words = match topic.card_carries {
        Some(row) => Some(text::without_people(&messages::content(turn.db, row)?.text)),
        None => None,
    };
    let lead = topic.card_lead.as_deref();
    // A card that has grown past the limit goes without the words: they stand elsewhere then.
    Ok(card::with_words(&card, lead, words.as_ref()).unwrap_or(card))
}

/// The card alone. What the ticket is about is said where the first words do not stand below it any more.
fn text_of(turn: &Turn<'_>, ticket: &Ticket, topic: Option<&Topic>) -> Result<Text, Error> {
    let is_alone =
        topic.is_some_and(|topic| topic.card_carries.is_none() && topic.card_lead.is_some());
    let subject = Some(ticket.subject.clone()).filter(|subject| is_alone && !subject.is_empty());
    let assignee = match ticket.assignee {
        Some(user) => members::names_of(turn.db, user)?,
        None => None,
    };
    let beside = Beside {
        earlier: tickets::count_earlier(turn.db, ticket)?,
        assignee: assignee.and_then(|names| names.shown().map(str::to_owned)),
        category: category(turn, ticket),
        tags: tags::of_ticket(turn.db, ticket.id)?,
        subject,
        until: ticket.snoozed_until.map(|at| moment::shown(turn, at)),
        closes: ticket.close_at.map(|at| moment::shown(turn, at)),
        answer_by: sla::answer_by(turn, ticket)?.map(|at| moment::shown(turn, at)),
    };
    Ok(card::card(ticket, &beside, turn.texts(), turn.language()))
}

/// The card's post shows the card alone from now on, and is no copy of the message any more.
fn leave_card(
    turn: &mut Turn<'_>,
    found: Found,
    ticket: &Ticket,
    topic: &Topic,
    lead: Option<&str>,
) -> Result<(), Error> {
    topics::card_layout(turn.db, topic.id, None, lead)?;
    messages::unlink(
        turn.db,
        found.row,
        Place::Group(topics::current_chat(turn.db, topic.chat)?),
        0,
    )?;
    let topic = Topic {
        card_carries: None,
        card_lead: lead.map(str::to_owned),
        ..topic.clone()
    };
    show(turn, ticket, &topic, Shown::default())
}

fn post_first_words(
    turn: &mut Turn<'_>,
    ticket: &Ticket,
    row: MessageRowId,
    words: &Text,
) -> Result<(), Error> {
    let route = Route::to_desk(turn, ticket, turn.now);
    let lead = turn.texts().edited_anew(turn.language());
    let words = text::join(&Text::plain(format!("{lead}\n")), words);
    for (part, text) in (0..).zip(text::split(&words, text::TEXT_MAX)) {
        let call = Call::words(route.to(), text, None);
        turn.carry(route, Purpose::Relay, (row, part), &call)?;
    }
    Ok(())
}
