//! What may happen to an album beside its way: it fails in part, one of its messages is taken back, it is
//! held back and freed.

use super::super::carry::{self, Route};
use super::super::file;
use super::super::turn::Turn;
use crate::domain::call::{Call, FileSource, Item, ReplyTo, Source};
use crate::domain::content::Text;
use crate::domain::event::Timer;
use crate::domain::ids::{AlbumId, MessageRowId, OutboxId};
use crate::domain::ticket::Side;
use crate::store::albums::{self, Album, AlbumState};
use crate::store::claims::{self, OutboxRow};
use crate::store::messages::Found;
use crate::store::outbox::SUPERSEDED;
use crate::store::{Error, Place, clients, jobs, messages, outbox, tickets, timers};

/// Whether a message went over in an album of which nobody knows which copy is whose.
pub(in crate::desk) fn is_unlinked(
    turn: &Turn<'_>,
    route: Route,
    found: Found,
) -> Result<bool, Error> {
    let Some(id) = albums::of_message(turn.db, found.row)? else {
        return Ok(false);
    };
    let album = albums::by_id(turn.db, id)?;
    let Some(call) = album
        .filter(|album| album.state == AlbumState::Sent)
        .and_then(|album| album.call)
    else {
        return Ok(false);
    };
    let place = turn.place_of_row(route.whose(), found.row)?;
    // Its words may stand apart, as a part of their own.
    let parts = messages::parts_in(turn.db, found.row, place)?;
    let is_linked = parts.iter().any(|copy| copy.part == 0);
    Ok(!is_linked && claims::unfinished(turn.db, call)?.is_none())
}

/// The messages of an album, each by itself, behind the call that kept their place.
pub(super) fn each_alone(
    turn: &mut Turn<'_>,
    route: Route,
    items: &[Item],
    rows: &[MessageRowId],
    reply_to: Option<&ReplyTo>,
    place: OutboxId,
) -> Result<(), Error> {
    for (item, row) in items.iter().zip(rows) {
        let found = messages::by_id(turn.db, *row)?;
        let is_nameless = matches!(&item.file, FileSource::Telegram(id) if id.is_empty());
        let call = match file::source(turn, found)? {
            // What has no file is copied by its id.
            Some(source) if is_nameless => Call::Copy {
                to: route.to(),
                source,
                caption: Some(item.caption.clone()),
                reply_to: reply_to.cloned(),
            },
            _ => Call::SendMedia {
                to: route.to(),
                item: item.clone(),
                reply_to: reply_to.cloned(),
            },
        };
        turn.carry_behind(route, (*row, 0), &call, place)?;
    }
    Ok(())
}

/// Telegram posted some messages of an album and failed on one. It does not say what stands there, so
/// each goes once more by itself, and the agents are told that some may stand there twice. Whether it
/// was an album.
pub(in crate::desk) fn one_by_one(turn: &mut Turn<'_>, row: &OutboxRow) -> Result<bool, Error> {
    let Some(first) = row.message else {
        return Ok(false);
    };
    let found = messages::by_id(turn.db, first)?;
    let route = file::route(turn, found)?;
    match &row.call {
        Call::SendAlbum {
            items,
            rows,
            reply_to,
            ..
        } => {
            each_alone(turn, route, items, rows, reply_to.as_ref(), row.id)?;
        }
        Call::CopyAlbum { to, sources } => {
            for source in sources {
                let message = original(turn, *source)?.unwrap_or(first);
                let call = Call::Copy {
                    to: *to,
                    source: *source,
                    caption: Some(Text::default()),
                    reply_to: None,
                };
                turn.carry_behind(route, (message, 0), &call, row.id)?;
            }
        }
        _ => return Ok(false),
    }
    claims::dropped(turn.db, row, SUPERSEDED, turn.now)?;
    album_word(turn, found)?;
    Ok(true)
}

/// The message that is copied.
fn original(turn: &Turn<'_>, source: Source) -> Result<Option<MessageRowId>, Error> {
    let (place, message) = match source {
        Source::Client(client, message) => (Place::Client(client), message),
        Source::Desk(chat, message) => (Place::Group(chat), message),
    };
    Ok(messages::at(turn.db, place, message)?.map(|found| found.row))
}

/// A message of an album is taken back. Whether its copy stands there, or may, and has to be deleted.
pub(in crate::desk) fn take_back(
    turn: &mut Turn<'_>,
    album: &Album,
    taken: Found,
) -> Result<bool, Error> {
    let Some(call) = album.call.filter(|_| album.state != AlbumState::Kept) else {
        return Ok(false);
    };
    let Some((_, lane, carried)) = outbox::waiting_call(turn.db, call)? else {
        return Ok(true);
    };
    let left = albums::items(turn.db, album)?;
    let Some(first) = left.first().copied() else {
        outbox::drop_waiting(turn.db, call, &lane, "taken back", turn.now)?;
        return Ok(false);
    };
    if carried == Some(taken.row) {
        outbox::carries(turn.db, call, Some(first))?;
    }
    if !outbox::is_untouched(turn.db, call)? {
        return Ok(true);
    }
    let Some(held) = claims::unfinished(turn.db, call)? else {
        return Ok(true);
    };
    let original = file::source(turn, taken)?;
    let without = match held.call {
        Call::SendAlbum {
            to,
            items,
            rows,
            reply_to,
        } => {
            let kept = items
                .into_iter()
                .zip(rows)
                .filter(|(_, row)| *row != taken.row);
            let (items, rows) = kept.unzip();
            Call::SendAlbum {
                to,
                items,
                rows,
                reply_to,
            }
        }
        Call::CopyAlbum { to, mut sources } => {
            sources.retain(|source| Some(*source) != original);
            Call::CopyAlbum { to, sources }
        }
        // It is read when the album is complete.
        waiting => waiting,
    };
    claims::replace_call(turn.db, call, &without)?;
    Ok(false)
}

/// Telegram has left out some messages of an album that it copied, and does not say which: whoever wrote it
/// reads so, and of a client's album the agents too.
pub(in crate::desk) fn left_out(
    turn: &mut Turn<'_>,
    row: &OutboxRow,
    skipped: usize,
) -> Result<(), Error> {
    let (Some(message), 1..) = (row.message, skipped) else {
        return Ok(());
    };
    outbox::incomplete(turn.db, row.id)?;
    let found = messages::by_id(turn.db, message)?;
    let count = u64::try_from(skipped).unwrap_or(u64::MAX);
    if found.side == Side::Agent {
        let text = turn.texts().reply_album_left_out(turn.language(), count);
        return turn.refuse_row(message, text);
    }
    let ticket = tickets::by_id(turn.db, found.ticket)?;
    let client = clients::by_id(turn.db, ticket.client)?;
    let text = turn.texts().album_left_out(client.language, count);
    let original = messages::where_in(turn.db, message, Place::Client(client.id))?;
    turn.tell_client(client.id, Some(ticket.id), text, original)?;
    let line = turn.texts().line_album_left_out(turn.language(), count);
    turn.tell_topic(ticket.id, line, None)
}

fn album_word(turn: &mut Turn<'_>, found: Found) -> Result<(), Error> {
    match found.side {
        Side::Client => {
            let line = turn.texts().album_maybe_twice(turn.language());
            turn.tell_topic(found.ticket, line, None)
        }
        Side::Agent => {
            let line = turn.texts().reply_maybe_twice(turn.language());
            turn.answer_row(found.row, line)
        }
    }
}

/// All messages of a held-back album go on their way after all.
pub(in crate::desk) fn send_held(turn: &mut Turn<'_>, album: AlbumId) -> Result<(), Error> {
    let Some(album) = albums::by_id(turn.db, album)? else {
        return Ok(());
    };
    let ticket = tickets::by_id(turn.db, album.ticket)?;
    let client = clients::by_id(turn.db, ticket.client)?;
    let route = Route::to_client(turn, &ticket, &client);
    let rows = albums::items(turn.db, &album)?;
    let Some(first) = rows.first() else {
        return Ok(());
    };
    let answers = messages::answers(turn.db, *first)?;
    let call = carry::hold_place(turn, route, route.purpose(), *first, answers)?;
    albums::held_by(turn.db, album.id, call)?;
    albums::end(turn.db, album.id, AlbumState::Collecting)?;
    for row in &rows {
        messages::hold(turn.db, *row, None)?;
        let content = messages::content(turn.db, *row)?;
        if let Some(spec) = carry::work_on(turn, route.direction, &content) {
            jobs::insert(turn.db, *row, None, &spec, turn.now)?;
        }
    }
    timers::set(turn.db, turn.now, &Timer::AlbumQuiet { album: album.id })
}
