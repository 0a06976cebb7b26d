//! Albums: messages that were sent as one and arrive one by one. Telegram gives neither a number of
//! them nor an end mark (tdlib telegram-bot-api, issues 339, 421 and 643), so an album is complete
//! after a quiet time. Its place in the lane is kept from its first message on, so that what its
//! sender writes next follows it.

mod after;
mod copied;
mod parts;

use std::time::Duration;

use super::carry::{self, Parcel, Route};
use super::edit::WORDS_PART;
use super::file::{self};
use super::turn::Turn;
use crate::domain::call::{Call, FileSource, Item, ReplyTo};
use crate::domain::content::Text;
use crate::domain::event::Timer;
use crate::domain::ids::{AlbumId, MessageRowId, OutboxId};
use crate::domain::ticket::Ticket;
use crate::store::albums::{self, Album, AlbumState};
use crate::store::claims::{self};
use crate::store::outbox::SUPERSEDED;
use crate::store::{Error, Place, inbox, jobs, messages, outbox, timers};

use after::each_alone;
pub(super) use after::{is_unlinked, left_out, one_by_one, send_held, take_back};
pub(super) use copied::{Copied, copied};
pub(super) use parts::has_label;
use parts::{Gathered, gather, sources};

/// No message of an album for so long: it is complete. Its messages leave the sender's app together,
/// but may come in several answers of Telegram's.
const QUIET: Duration = Duration::from_millis(1500);
/// An album never waits longer than this for more of it.
const LONGEST: Duration = Duration::from_secs(10);
/// How soon an album is looked at again that waits for its files or for healthy polling.
const AGAIN: Duration = Duration::from_secs(1);
/// A message of an album has come in and is kept: it joins the others.
pub(super) fn arrived(
    turn: &mut Turn<'_>,
    route: Route,
    origin: Place,
    media_group: &str,
    row: MessageRowId,
    parcel: &Parcel<'_>,
) -> Result<(), Error> {
    // One that began in a ticket that was closed since is another.
    let known = albums::newest(turn.db, origin, media_group)?
        .filter(|album| album.state == AlbumState::Collecting && album.ticket == route.ticket);
    let album = match known {
        Some(album) => album.id,
        None => {
            let album = albums::insert(turn.db, origin, media_group, route.ticket, turn.now)?;
            carry::lead_before(turn, route, row, parcel)?;
            let call =
                carry::hold_place(turn, route, route.purpose(), row, parcel.answers.clone())?;
            albums::held_by(turn.db, album, call)?;
            timers::set(turn.db, turn.now.plus(QUIET), &Timer::AlbumQuiet { album })?;
            album
        }
    };
    albums::join(turn.db, album, row, turn.now)?;
    if let Some(spec) = carry::work_on(turn, route.direction, parcel.content) {
        jobs::insert(turn.db, row, None, &spec, turn.now)?;
    }
    Ok(())
}

/// An album of which one message has to stay where it was written stays there as a whole, as a note or
/// held back. What has left already cannot be called back.
pub(super) fn keep_inside(
    turn: &Turn<'_>,
    origin: Place,
    media_group: &str,
    ticket: &Ticket,
    row: MessageRowId,
    as_what: AlbumState,
) -> Result<Vec<MessageRowId>, Error> {
    let known = albums::newest(turn.db, origin, media_group)?
        .filter(|album| album.state != AlbumState::Sent);
    let id = match known {
        Some(album) => album.id,
        None => albums::insert(turn.db, origin, media_group, ticket.id, turn.now)?,
    };
    albums::join(turn.db, id, row, turn.now)?;
    albums::end(turn.db, id, as_what)?;
    let Some(album) = albums::by_id(turn.db, id)? else {
        return Ok(Vec::new());
    };
    if let Some(call) = album.call
        && let Some((_, lane, _)) = outbox::waiting_call(turn.db, call)?
    {
        outbox::drop_waiting(turn.db, call, &lane, SUPERSEDED, turn.now)?;
    }
    albums::items(turn.db, &album)
}

/// Whether an earlier message of this album has decided that all of it is a note.
pub(super) fn is_note(turn: &Turn<'_>, origin: Place, media_group: &str) -> Result<bool, Error> {
    Ok(albums::newest(turn.db, origin, media_group)?
        .is_some_and(|album| album.state == AlbumState::Kept))
}

/// Whether it was said of an earlier message of this album that it goes nowhere. If not, it is said now.
pub(super) fn is_answered(
    turn: &Turn<'_>,
    origin: Place,
    media_group: &str,
    ticket: &Ticket,
) -> Result<bool, Error> {
    // One that was on its way when its ticket was closed or left has a call, and was not answered.
    let is_answered = albums::newest(turn.db, origin, media_group)?
        .is_some_and(|album| album.state == AlbumState::Sent && album.call.is_none());
    if !is_answered {
        albums::answered(turn.db, origin, media_group, ticket.id, turn.now)?;
    }
    Ok(is_answered)
}

/// Why an earlier message of this album holds all of it back, if one does.
pub(super) fn held(
    turn: &Turn<'_>,
    origin: Place,
    media_group: &str,
) -> Result<Option<String>, Error> {
    let album = albums::newest(turn.db, origin, media_group)?;
    let Some(album) = album.filter(|album| album.state == AlbumState::Held) else {
        return Ok(None);
    };
    for row in albums::items(turn.db, &album)? {
        if let Some(why) = messages::held(turn.db, row)? {
            return Ok(Some(why));
        }
    }
    Ok(None)
}

/// The time for an album to be complete may have come.
pub(super) fn quiet(turn: &mut Turn<'_>, id: AlbumId) -> Result<(), Error> {
    let Some(album) = albums::by_id(turn.db, id)? else {
        return Ok(());
    };
    if album.state != AlbumState::Collecting {
        return Ok(());
    }
    if is_complete(turn, &album)? && files_are_ready(turn, &album)? {
        return leave(turn, &album);
    }
    timers::set(
        turn.db,
        turn.now.plus(AGAIN),
        &Timer::AlbumQuiet { album: id },
    )
}

/// Only time in which updates arrived counts: after a start the rest of an album may still wait at
/// Telegram.
fn is_complete(turn: &Turn<'_>, album: &Album) -> Result<bool, Error> {
    let Some(polling) = turn.polling_since else {
        return Ok(false);
    };
    let quiet = turn.now.since(album.last_at.max(polling)) >= QUIET;
    let long = turn.now.since(album.first_at.max(polling)) >= LONGEST;
    Ok((quiet || long) && inbox::is_drained(turn.db)?)
}

fn files_are_ready(turn: &Turn<'_>, album: &Album) -> Result<bool, Error> {
    for row in albums::items(turn.db, album)? {
        let job = jobs::of_message(turn.db, row)?;
        if job.is_some_and(|job| job.ended.is_none()) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The album leaves: the call that held its place takes its form.
fn leave(turn: &mut Turn<'_>, album: &Album) -> Result<(), Error> {
    albums::end(turn.db, album.id, AlbumState::Sent)?;
    let rows = albums::items(turn.db, album)?;
    let Some(call) = album.call else {
        return Ok(());
    };
    let Some((purpose, lane, _)) = outbox::waiting_call(turn.db, call)? else {
        return Ok(());
    };
    let (Some(first), Some(held)) = (rows.first(), waiting(turn, call)?) else {
        return outbox::drop_waiting(turn.db, call, &lane, "nothing left of it", turn.now);
    };
    let route = file::route(turn, messages::by_id(turn.db, *first)?)?;
    let Gathered {
        items,
        rows: carried,
        mut words,
        is_groupable,
    } = gather(turn, route, &rows, call)?;
    if items.is_empty() {
        return outbox::drop_waiting(turn.db, call, &lane, "nothing left of it", turn.now);
    }
    let is_cleaned = |item: &Item| matches!(item.file, FileSource::Spool { .. });
    if !is_groupable && items.iter().any(is_cleaned) {
        // A copy of the whole would carry the file as it was before it was cleaned.
        each_alone(turn, route, &items, &carried, held.as_ref(), call)?;
        words_behind(turn, route, words, call)?;
        return outbox::drop_waiting(turn.db, call, &lane, SUPERSEDED, turn.now);
    }
    let ready = match (is_groupable, items.len()) {
        (true, 1) => Call::SendMedia {
            to: route.to(),
            item: items.into_iter().next().expect("there is one"),
            reply_to: held,
        },
        (true, _) => Call::SendAlbum {
            to: route.to(),
            items,
            rows: carried.clone(),
            reply_to: held,
        },
        (false, _) => {
            // A copy would keep the captions as they were written.
            let captions = carried
                .iter()
                .zip(&items)
                .map(|(row, item)| (*row, item.caption.clone()));
            words.extend(captions.filter(|(_, caption)| !caption.is_empty()));
            Call::CopyAlbum {
                to: route.to(),
                sources: sources(turn, &carried)?,
            }
        }
    };
    outbox::release(turn.db, call, &ready, turn.now)?;
    outbox::carries(turn.db, call, Some(*carried.first().unwrap_or(first)))?;
    debug_assert_eq!(purpose, route.purpose());
    words_behind(turn, route, words, call)
}

/// What could not be a caption follows as words.
fn words_behind(
    turn: &mut Turn<'_>,
    route: Route,
    words: Vec<(MessageRowId, Text)>,
    album: OutboxId,
) -> Result<(), Error> {
    let mut part = WORDS_PART;
    let mut of = None;
    for (row, text) in words {
        part = if of == Some(row) {
            part + 1
        } else {
            WORDS_PART
        };
        of = Some(row);
        let words = Call::words(route.to(), text, None);
        turn.carry_behind(route, (row, part), &words, album)?;
    }
    Ok(())
}

/// What the call that holds an album's place will answer; none where it is no such call any more.
fn waiting(turn: &Turn<'_>, call: OutboxId) -> Result<Option<Option<ReplyTo>>, Error> {
    let row = claims::unfinished(turn.db, call)?;
    Ok(match row.map(|row| row.call) {
        Some(Call::Await { reply_to, .. }) => Some(reply_to),
        _ => None,
    })
}
