//! Somebody changed what they had written: the copy on the other side follows. Telegram also reports
//! edits that changed nothing (Bot API docs, `Update.edited_message`); those change nothing here.

mod caption;

pub(super) use caption::WORDS_PART;

use super::album::Copied;
use super::carry::{self, Answers, Parcel, Route, Way};
use super::turn::Turn;
use super::{agent, album, ban, card, file, membership, prompt, shared, ticket};
use crate::domain::call::{Call, Lane, Purpose, ReplyTo, Standing};
use crate::domain::content::{Content, Kind, Text};
use crate::domain::event::{AgentMessage, ClientMessage};
use crate::domain::ids::MessageRowId;
use crate::domain::rules::ban::Deed;
use crate::domain::rules::carriers::Direction;
use crate::domain::rules::fidelity::{self, Edited};
use crate::domain::rules::text;
use crate::domain::ticket::Side;
use crate::store::claims::{self, OutboxRow};
use crate::store::messages::Found;
use crate::store::{Error, Place, clients, jobs, messages, outbox, secrets, tickets};

/// At most one move of a live location in so long: it spends the group's budget.
const MOVE_EVERY: std::time::Duration = std::time::Duration::from_secs(30);

/// A client changed a message.
pub(super) fn by_client(turn: &mut Turn<'_>, message: &ClientMessage) -> Result<(), Error> {
    if ban::stops(turn, message.from, Deed::Touches, message.date)? {
        return Ok(());
    }
    let Some(client) = clients::by_user(turn.db, message.from)? else {
        return Ok(());
    };
    let place = Place::Client(client.id);
    let Some(found) = messages::at(turn.db, place, message.message)? else {
        return prompt::edited(turn, place, message.message, &message.content);
    };
    if found.side != Side::Client || found.is_deleted {
        return Ok(());
    }
    let masked = turn.mask_content(&message.content);
    let before = messages::content(turn.db, found.row)?;
    if before.shows_the_same(&masked.content) {
        return Ok(());
    }
    messages::edit(turn.db, found.row, &masked.content, turn.now)?;
    secrets::forget(turn.db, found.row)?;
    turn.seal(found, &masked.redacted)?;
    let subject = ticket::subject_of(turn, &message.content);
    tickets::set_subject(turn.db, found.ticket, found.row, &subject)?;
    if card::shares_card(turn, found)? {
        if masked.content.kind == Kind::Text {
            return card::edit_first_words(turn, found);
        }
        card::first_words_gone(turn, found)?;
        return marked(turn, found, &masked.content);
    }
    carry_over(turn, found, &before, &masked.content)
}

/// An agent changed a message.
pub(super) fn by_agent(turn: &mut Turn<'_>, message: &AgentMessage) -> Result<(), Error> {
    if !membership::counts(turn, message.from)? {
        return Ok(());
    }
    let place = Place::Group(message.chat);
    let Some(found) = messages::at(turn.db, place, message.message)? else {
        return prompt::edited(turn, place, message.message, &message.content);
    };
    if found.side != Side::Agent || found.is_deleted {
        return Ok(());
    }
    let before = messages::content(turn.db, found.row)?;
    if before.shows_the_same(&message.content) {
        return Ok(());
    }
    let after = turn.named_content(&message.content, Direction::ToClient);
    if found.is_note {
        return messages::edit(turn.db, found.row, &after, turn.now);
    }
    let here = (message.chat, message.thread);
    let first = message.content.text.text.trim_start();
    if first.starts_with("//") || first.starts_with('/') {
        // What has been sent cannot become a note.
        let text = turn.texts().edit_into_note(turn.language());
        return turn.answer_agent(here, message.message, text);
    }
    if let Some(text) = agent::why_never(turn, &message.content) {
        return turn.answer_agent(here, message.message, text);
    }
    if let Some(held) = agent::held_back(turn, &message.content)? {
        let text = turn.texts().edit_held(turn.language(), &held.what);
        return turn.answer_agent(here, message.message, text);
    }
    messages::edit(turn.db, found.row, &after, turn.now)?;
    if found.is_held {
        return agent::release_held(turn, found);
    }
    let client = file::route(turn, found)?.client;
    if let Some(why) = clients::by_id(turn.db, client)?.unreachable {
        return agent::refused(turn, found.row, why.name());
    }
    carry_over(turn, found, &before, &after)
}

/// Brings the copy of a message up to date.
fn carry_over(
    turn: &mut Turn<'_>,
    found: Found,
    before: &Content,
    after: &Content,
) -> Result<(), Error> {
    // What is read when the album or the file is complete is read as it is then.
    let is_same_file = after.has_the_file_of(before);
    let route = file::route(turn, found)?;
    if file::is_in_open_album(turn, found.row)? {
        if !is_same_file && let Some(spec) = carry::work_on(turn, route.direction, after) {
            jobs::insert(turn.db, found.row, None, &spec, turn.now)?;
        }
        return Ok(());
    }
    match album::copied(turn, route, found, after, is_same_file)? {
        Copied::Apart => {}
        Copied::Renewed => return Ok(()),
        Copied::Gone => return marked(turn, found, after),
    }
    let edited = if is_same_file {
        fidelity::edited(before.kind, after.kind)
    } else {
        fidelity::replaced(before.kind, after.kind)
    };
    match edited {
        Edited::Nothing => Ok(()),
        Edited::Moved => moved(turn, route, found.row, after),
        Edited::Edited => text_edited(turn, route, found, before, after),
        Edited::CaptionEdited => caption::edited(turn, route, found, (before, after)),
        Edited::MediaReplaced if after.media.is_none() => marked(turn, found, after),
        Edited::MediaReplaced => caption::media_replaced(turn, route, found, (before, after)),
        Edited::Marked => marked(turn, found, after),
    }
}

/// The parts of a text that changed; parts that came to it or fell away.
fn text_edited(
    turn: &mut Turn<'_>,
    route: Route,
    found: Found,
    before: &Content,
    after: &Content,
) -> Result<(), Error> {
    let parts = |turn: &Turn<'_>, content: &Content| {
        let parcel = plain_parcel(turn, found, content)?;
        Ok::<_, Error>(carry::text_parts(turn, route, &parcel))
    };
    if shared::is_outgrown(turn, route, found)? {
        return shared::leave(turn, route, found, after);
    }
    let (old, new) = (parts(turn, before)?, parts(turn, after)?);
    let shown = if before.preview == after.preview {
        old.as_slice()
    } else {
        &[]
    };
    pieces_edited(
        turn,
        route,
        (found.row, 0),
        (shown, old.len()),
        (&new, after),
    )
}

/// Pieces of a text from a part on: those that differ from what is shown, those that came to it or fell away.
fn pieces_edited(
    turn: &mut Turn<'_>,
    route: Route,
    (row, first): (MessageRowId, u32),
    (shown, stood): (&[Text], usize),
    (new, after): (&[Text], &Content),
) -> Result<(), Error> {
    for (index, text) in new.iter().enumerate() {
        let part = first.saturating_add(u32::try_from(index).unwrap_or(u32::MAX));
        if shown.get(index) == Some(text) {
            continue;
        }
        if index < stood {
            edit_text(turn, route, row, part, text, after)?;
        } else {
            added(turn, route, (row, part), text)?;
        }
    }
    if stood > new.len() {
        let from_part = first.saturating_add(u32::try_from(new.len()).unwrap_or(u32::MAX));
        let call = Call::Delete {
            row,
            from_part,
            whose: route.whose(),
        };
        turn.carry(route, Purpose::Edit, (row, from_part), &call)?;
    }
    Ok(())
}

/// A part more: behind the one before it where that still waits.
fn added(
    turn: &mut Turn<'_>,
    route: Route,
    (row, part): (MessageRowId, u32),
    text: &Text,
) -> Result<(), Error> {
    let call = Call::words(route.to(), text.clone(), None);
    let waiting = outbox::parts(turn.db, row, route.purpose())?;
    let earlier = waiting.iter().rfind(|waiting| waiting.part < part);
    match earlier {
        Some(earlier) => turn.carry_behind(route, (row, part), &call, earlier.id),
        None => turn
            .carry(route, route.purpose(), (row, part), &call)
            .map(drop),
    }
}

fn edit_text(
    turn: &mut Turn<'_>,
    route: Route,
    row: MessageRowId,
    part: u32,
    text: &Text,
    after: &Content,
) -> Result<(), Error> {
    let waiting = outbox::parts(turn.db, row, route.purpose())?;
    let unsent = waiting
        .into_iter()
        .find(|waiting| waiting.part == part && waiting.is_untouched);
    // What nobody has seen yet is sent as it is now.
    if let Some(unsent) = unsent
        && let Some(Call::SendText {
            to,
            reply_to,
            buttons,
            ..
        }) = unsent.call
    {
        let call = Call::SendText {
            to,
            text: text.clone(),
            reply_to,
            preview: carry::preview(turn, route.direction, after),
            buttons,
        };
        return claims::replace_call(turn.db, unsent.id, &call);
    }
    let call = Call::EditText {
        copy: standing(route, row, part),
        text: text.clone(),
        preview: carry::preview(turn, route.direction, after),
    };
    change(turn, route, row, part, &call)
}

/// A place has moved. Only the newest is ever shown, and a stop at once.
fn moved(
    turn: &mut Turn<'_>,
    route: Route,
    row: MessageRowId,
    after: &Content,
) -> Result<(), Error> {
    let Some(location) = after.location else {
        return Ok(());
    };
    let call = Call::MoveLocation {
        copy: standing(route, row, 0),
        location,
    };
    let lane = Lane::Moves(row);
    let is_stop = after.kind != Kind::LiveLocation;
    let waiting = outbox::waiting_in(turn.db, lane)?;
    match waiting.first() {
        Some(waiting) if is_stop => outbox::release(turn.db, waiting.id, &call, turn.now),
        Some(waiting) => claims::replace_call(turn.db, waiting.id, &call),
        None => {
            let wait = if is_stop {
                std::time::Duration::ZERO
            } else {
                MOVE_EVERY
            };
            turn.carry_in(lane, route, Purpose::Edit, row, turn.now.plus(wait), &call)
        }
    }
}

/// What Telegram does not let us change is sent anew, and said to be a change.
fn marked(turn: &mut Turn<'_>, found: Found, after: &Content) -> Result<(), Error> {
    let route = file::route(turn, found)?;
    let line = turn.texts().edited_anew(route.language);
    if after.kind == Kind::Text {
        let lead = Text::plain(format!("{line}\n"));
        let words = text::join(&lead, &after.text);
        let content = Content {
            text: words,
            ..after.clone()
        };
        return send_marked(turn, route, found, &content);
    }
    let word = Call::words(route.to(), Text::plain(line), Some(ReplyTo::Row(found.row)));
    turn.carry(route, Purpose::Word, (found.row, 0), &word)?;
    send_marked(turn, route, found, after)
}

fn send_marked(
    turn: &mut Turn<'_>,
    route: Route,
    found: Found,
    content: &Content,
) -> Result<(), Error> {
    let answers = Answers {
        reply_to: Some(ReplyTo::Row(found.row)),
        lead: None,
    };
    let mut parcel = plain_parcel(turn, found, content)?;
    parcel.answers = answers;
    match carry::way(turn, route, &parcel) {
        Way::Calls(calls) => {
            // Parts that never stood there before, so that the old ones keep their places.
            for (part, call) in (MARKED_PARTS..).zip(&calls) {
                turn.carry(route, route.purpose(), (found.row, part), call)?;
            }
            Ok(())
        }
        Way::Work(_) => carry::send(turn, route, found.row, &parcel),
    }
}

/// The first part of a message that was sent anew.
pub(super) const MARKED_PARTS: u32 = 1000;

/// The edit of a copy was refused for good: what it was to say is sent anew. Whether it says anything.
pub(super) fn refused(turn: &mut Turn<'_>, row: &OutboxRow) -> Result<bool, Error> {
    claims::dropped(turn.db, row, "cannot be edited", turn.now)?;
    let Some(message) = row.message else {
        return Ok(false);
    };
    let found = messages::by_id(turn.db, message)?;
    let is_move = matches!(row.call, Call::MoveLocation { .. } | Call::Delete { .. });
    if found.is_deleted || is_move {
        return Ok(false);
    }
    let content = messages::content(turn.db, message)?;
    marked(turn, found, &content)?;
    Ok(true)
}

/// Queues a change up; only the newest of a part is ever sent.
pub(super) fn change(
    turn: &mut Turn<'_>,
    route: Route,
    row: MessageRowId,
    part: u32,
    call: &Call,
) -> Result<(), Error> {
    let same_sort =
        |waiting: &Call| std::mem::discriminant(waiting) == std::mem::discriminant(call);
    let waiting = outbox::parts(turn.db, row, Purpose::Edit)?;
    let unsent = waiting
        .into_iter()
        .rev()
        .find(|waiting| waiting.part == part);
    if let Some(unsent) = unsent
        && unsent.is_untouched
        && unsent.call.as_ref().is_some_and(same_sort)
    {
        return claims::replace_call(turn.db, unsent.id, call);
    }
    turn.carry(route, Purpose::Edit, (row, part), call)
        .map(drop)
}

pub(super) fn standing(route: Route, row: MessageRowId, part: u32) -> Standing {
    Standing {
        row,
        part,
        whose: route.whose(),
    }
}

/// A kept message as it would be sent.
fn plain_parcel<'a>(
    turn: &Turn<'_>,
    found: Found,
    content: &'a Content,
) -> Result<Parcel<'a>, Error> {
    let source = file::source(turn, found)?;
    Ok(Parcel {
        content,
        source: source.unwrap_or(crate::domain::call::Source::Desk(
            turn.group()?,
            crate::domain::ids::MessageId(0),
        )),
        answers: Answers {
            reply_to: None,
            lead: messages::answers(turn.db, found.row)?.lead,
        },
        is_changed: true,
        is_confirmed: true,
    })
}
