//! Albums: messages that were sent as one and arrive one by one. Telegram gives neither a number of
//! them nor an end mark (tdlib telegram-bot-api, issues 339, 421 and 643), so an album is complete
//! after a quiet time. Its place in the lane is kept from its first message on, so that what its
//! sender writes next follows it.

use std::time::Duration;

use super::carry::{self, Answers, Parcel, Route};
use super::file::{self, Verdict};
use super::turn::Turn;
use crate::domain::call::{Call, FileSource, Item, Source};
use crate::domain::content::{Content, Kind, Text};
use crate::domain::event::Timer;
use crate::domain::ids::{AlbumId, MessageRowId};
use crate::domain::rules::carriers::Direction;
use crate::domain::rules::text::{self, CAPTION_MAX, TEXT_MAX};
use crate::domain::ticket::{Side, Ticket};
use crate::store::albums::{self, Album, AlbumState};
use crate::store::claims::OutboxRow;
use crate::store::messages::Found;
use crate::store::{Error, Place, clients, inbox, jobs, messages, outbox, tickets, timers};

/// No message of an album for so long: it is complete. Its messages leave the sender's app together,
/// but may come in several answers of Telegram's.
const QUIET: Duration = Duration::from_millis(1500);
/// An album never waits longer than this for more of it.
const LONGEST: Duration = Duration::from_secs(10);
/// How soon an album is looked at again that waits for its files or for healthy polling.
const AGAIN: Duration = Duration::from_secs(1);
/// The most that one call takes (Bot API docs, `sendMediaGroup`).
const ITEMS_MAX: usize = 10;

/// A message of an album has come in and is kept: it joins the others.
pub(super) fn arrived(
    turn: &mut Turn<'_>,
    route: Route,
    origin: Place,
    media_group: &str,
    row: MessageRowId,
    parcel: &Parcel<'_>,
) -> Result<(), Error> {
    let known = albums::newest(turn.db, origin, media_group)?;
    let album = match known.filter(|album| album.state == AlbumState::Collecting) {
        Some(album) => album.id,
        None => {
            let album = albums::insert(turn.db, origin, media_group, route.ticket, turn.now)?;
            let call =
                carry::hold_place(turn, route, route.purpose(), row, parcel.answers.clone())?;
            albums::held_by(turn.db, album, call)?;
            timers::set(turn.db, turn.now.plus(QUIET), &Timer::AlbumQuiet { album })?;
            album
        }
    };
    albums::join(turn.db, album, row, turn.now)?;
    if let Some(spec) = carry::work_on(turn, parcel.content) {
        jobs::insert(turn.db, row, None, &spec, turn.now)?;
    }
    Ok(())
}

/// An album of which one message has to stay where it was written stays there as a whole. What has
/// left already cannot be called back.
pub(super) fn keep_inside(
    turn: &Turn<'_>,
    origin: Place,
    media_group: &str,
    ticket: &Ticket,
    row: MessageRowId,
) -> Result<Vec<MessageRowId>, Error> {
    let known = albums::newest(turn.db, origin, media_group)?
        .filter(|album| album.state != AlbumState::Sent);
    let id = match known {
        Some(album) => album.id,
        None => albums::insert(turn.db, origin, media_group, ticket.id, turn.now)?,
    };
    albums::join(turn.db, id, row, turn.now)?;
    albums::end(turn.db, id, AlbumState::Kept)?;
    let Some(album) = albums::by_id(turn.db, id)? else {
        return Ok(Vec::new());
    };
    if let Some(call) = album.call
        && let Some((_, lane, _)) = outbox::waiting_call(turn.db, call)?
    {
        outbox::drop_waiting(turn.db, call, &lane, "kept inside", turn.now)?;
    }
    albums::items(turn.db, &album)
}

/// Whether an earlier message of this album has decided that all of it stays where it is.
pub(super) fn stays_inside(
    turn: &Turn<'_>,
    origin: Place,
    media_group: &str,
) -> Result<bool, Error> {
    Ok(albums::newest(turn.db, origin, media_group)?
        .is_some_and(|album| album.state == AlbumState::Kept))
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
    } = gather(turn, route, &rows)?;
    let ready = match (is_groupable, items.len()) {
        (_, 0) => {
            outbox::drop_waiting(turn.db, call, &lane, "nothing left of it", turn.now)?;
            return Ok(());
        }
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
                without_captions: !words.is_empty(),
            }
        }
    };
    outbox::release(turn.db, call, &ready, turn.now)?;
    outbox::carries(turn.db, call, *carried.first().unwrap_or(first))?;
    debug_assert_eq!(purpose, route.purpose());
    for (row, text) in words {
        let words = Call::words(route.to(), text, None);
        turn.carry(route, route.purpose(), (row, 1), &words)?;
    }
    Ok(())
}

/// What the call that holds an album's place will answer; none where it is no such call any more.
fn waiting(
    turn: &Turn<'_>,
    call: crate::domain::ids::OutboxId,
) -> Result<Option<Option<crate::domain::call::ReplyTo>>, Error> {
    let row = crate::store::claims::unfinished(turn.db, call)?;
    Ok(match row.map(|row| row.call) {
        Some(Call::Await { reply_to, .. }) => Some(reply_to),
        _ => None,
    })
}

/// The messages of an album as they go on.
struct Gathered {
    items: Vec<Item>,
    rows: Vec<MessageRowId>,
    /// Captions that are too long for a bot, each as words of its own.
    words: Vec<(MessageRowId, Text)>,
    /// Whether Telegram takes these kinds as one album.
    is_groupable: bool,
}

fn gather(turn: &mut Turn<'_>, route: Route, rows: &[MessageRowId]) -> Result<Gathered, Error> {
    let mut gathered = Gathered {
        items: Vec::new(),
        rows: Vec::new(),
        words: Vec::new(),
        is_groupable: true,
    };
    let contents: Vec<(MessageRowId, Content)> = rows
        .iter()
        .map(|row| Ok((*row, messages::content(turn.db, *row)?)))
        .collect::<Result<_, Error>>()?;
    gathered.is_groupable = is_groupable(&contents);
    let labelled = contents
        .iter()
        .position(|(_, content)| !content.text.is_empty())
        .unwrap_or(0);
    for (index, (row, content)) in contents.iter().enumerate().take(ITEMS_MAX) {
        let Some(file) = file_of(turn, route, *row, content)? else {
            continue;
        };
        let mut caption = if index == labelled {
            carry::caption(turn, route, content)
        } else {
            text::without_people(&content.text)
        };
        if text::utf16_len(&caption.text) > CAPTION_MAX {
            let pieces = text::split(&caption, TEXT_MAX);
            gathered
                .words
                .extend(pieces.into_iter().map(|text| (*row, text)));
            caption = Text::default();
        }
        gathered.rows.push(*row);
        gathered.items.push(Item {
            kind: content.kind,
            file,
            looks: content
                .media
                .as_ref()
                .map(|media| media.looks)
                .unwrap_or_default(),
            caption,
        });
    }
    Ok(gathered)
}

/// Photos and videos go together, documents and audio only with their like
/// (Bot API docs, `sendMediaGroup`).
fn is_groupable(contents: &[(MessageRowId, Content)]) -> bool {
    let all = |fits: fn(Kind) -> bool| {
        contents
            .iter()
            .all(|(_, content)| fits(content.kind) && content.media.is_some())
    };
    all(|kind| matches!(kind, Kind::Photo | Kind::Video))
        || all(|kind| kind == Kind::Document)
        || all(|kind| kind == Kind::Audio)
}

/// The file of one message; none where it is withheld, which both sides are told.
fn file_of(
    turn: &mut Turn<'_>,
    route: Route,
    row: MessageRowId,
    content: &Content,
) -> Result<Option<FileSource>, Error> {
    let telegram = content
        .media
        .as_ref()
        .map(|media| FileSource::Telegram(media.file_id.clone()));
    let Some(job) = jobs::of_message(turn.db, row)? else {
        // A kind without a file is copied by its id, and the file is not asked for.
        return Ok(Some(
            telegram.unwrap_or(FileSource::Telegram(String::new())),
        ));
    };
    let found = messages::by_id(turn.db, row)?;
    match file::verdict(turn, &job, found, content)? {
        Some(Verdict::Send { file, is_unclean }) => {
            if is_unclean {
                let line = turn.texts().file_unclean(turn.language());
                match route.direction {
                    Direction::ToDesk => turn.tell_topic(route.ticket, line, None)?,
                    Direction::ToClient => turn.answer_row(row, line)?,
                }
            }
            Ok(Some(file))
        }
        Some(Verdict::Copy) => Ok(telegram),
        Some(Verdict::Withhold(why)) => {
            file::withheld(turn, route, row, why)?;
            Ok(None)
        }
        None => Ok(None),
    }
}

fn sources(turn: &Turn<'_>, rows: &[MessageRowId]) -> Result<Vec<Source>, Error> {
    let mut sources = Vec::new();
    for row in rows {
        let found = messages::by_id(turn.db, *row)?;
        sources.extend(file::source(turn, found)?);
    }
    Ok(sources)
}

/// Telegram posted some messages of an album and failed on one. It does not say what stands there, so
/// each goes once more by itself, and the agents are told that some may stand there twice.
pub(super) fn one_by_one(turn: &mut Turn<'_>, row: &OutboxRow) -> Result<(), Error> {
    let Call::SendAlbum {
        to,
        items,
        rows,
        reply_to,
    } = &row.call
    else {
        return Ok(());
    };
    let Some(first) = rows.first() else {
        return Ok(());
    };
    let found = messages::by_id(turn.db, *first)?;
    let route = file::route(turn, found)?;
    crate::store::claims::dropped(turn.db, row, "one by one", turn.now)?;
    for (item, message) in items.iter().zip(rows).rev() {
        let call = Call::SendMedia {
            to: *to,
            item: item.clone(),
            reply_to: reply_to.clone(),
        };
        turn.carry_ahead(route, (*message, 0), &call)?;
    }
    album_word(turn, found)
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
pub(super) fn send_held(turn: &mut Turn<'_>, album: AlbumId) -> Result<(), Error> {
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
    let call = carry::hold_place(turn, route, route.purpose(), *first, Answers::default())?;
    albums::held_by(turn.db, album.id, call)?;
    albums::end(turn.db, album.id, AlbumState::Collecting)?;
    for row in &rows {
        messages::hold(turn.db, *row, None)?;
        let content = messages::content(turn.db, *row)?;
        if let Some(spec) = carry::work_on(turn, &content) {
            jobs::insert(turn.db, *row, None, &spec, turn.now)?;
        }
    }
    timers::set(turn.db, turn.now, &Timer::AlbumQuiet { album: album.id })
}
