//! Albums: messages that were sent as one and arrive one by one. Telegram gives neither a number of
//! them nor an end mark (tdlib telegram-bot-api, issues 339, 421 and 643), so an album is complete
//! after a quiet time. Its place in the lane is kept from its first message on, so that what its
//! sender writes next follows it.

use std::time::Duration;

use super::carry::{self, Answers, Parcel, Route};
use super::file::{self, Verdict};
use super::turn::Turn;
use crate::domain::call::{Call, FileSource, Item, ReplyTo, Source};
use crate::domain::content::{Content, Kind, Text};
use crate::domain::event::Timer;
use crate::domain::ids::{AlbumId, MessageRowId, OutboxId};
use crate::domain::rules::carriers::Direction;
use crate::domain::rules::text::{self, CAPTION_MAX, TEXT_MAX};
use crate::domain::ticket::{Side, Ticket};
use crate::store::albums::{self, Album, AlbumState};
use crate::store::claims::{self, OutboxRow};
use crate::store::messages::Found;
use crate::store::outbox::SUPERSEDED;
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
    // One that began in a ticket that was closed since is another.
    let known = albums::newest(turn.db, origin, media_group)?
        .filter(|album| album.state == AlbumState::Collecting && album.ticket == route.ticket);
    let album = match known {
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
    } = gather(turn, route, &rows)?;
    if items.is_empty() {
        return outbox::drop_waiting(turn.db, call, &lane, "nothing left of it", turn.now);
    }
    let is_cleaned = |item: &Item| matches!(item.file, FileSource::Spool { .. });
    if !is_groupable && items.iter().any(is_cleaned) {
        // A copy of the whole would carry the file as it was before it was cleaned.
        outbox::drop_waiting(turn.db, call, &lane, SUPERSEDED, turn.now)?;
        return each_alone(turn, route, &items, &carried, held.as_ref());
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
                without_captions: !words.is_empty(),
            }
        }
    };
    outbox::release(turn.db, call, &ready, turn.now)?;
    outbox::carries(turn.db, call, Some(*carried.first().unwrap_or(first)))?;
    debug_assert_eq!(purpose, route.purpose());
    for (row, text) in words {
        let words = Call::words(route.to(), text, None);
        turn.carry(route, route.purpose(), (row, 1), &words)?;
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
    let labelled = labelled(contents.iter().map(|(_, content)| content));
    for (index, (row, content)) in contents.iter().enumerate().take(ITEMS_MAX) {
        let Some(file) = file_of(turn, route, *row, content)? else {
            continue;
        };
        let mut caption = if index == labelled {
            carry::caption(turn, route, content)
        } else {
            carry::shown(turn, route.direction, &content.text)
        };
        if text::utf16_len(&caption.text) > CAPTION_MAX {
            let pieces = text::split(&caption, TEXT_MAX);
            gathered
                .words
                .extend(pieces.into_iter().map(|text| (*row, text)));
            caption = Text::default();
        }
        caption = text::within_marks(caption);
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

/// Which caption of an album has the label: the first that has words, or the first at all.
fn labelled<'a>(mut contents: impl Iterator<Item = &'a Content>) -> usize {
    contents
        .position(|content| !content.text.is_empty())
        .unwrap_or(0)
}

/// Whether the caption of this message has the label.
pub(super) fn has_label(turn: &Turn<'_>, found: Found) -> Result<bool, Error> {
    let Some(id) = albums::of_message(turn.db, found.row)? else {
        return Ok(true);
    };
    let Some(album) = albums::by_id(turn.db, id)? else {
        return Ok(true);
    };
    let rows = albums::items(turn.db, &album)?;
    let contents: Vec<Content> = rows
        .iter()
        .map(|row| messages::content(turn.db, *row))
        .collect::<Result<_, _>>()?;
    Ok(rows.get(labelled(contents.iter())) == Some(&found.row))
}

/// Whether a message went over in an album of which nobody knows which copy is whose.
pub(super) fn is_unlinked(turn: &Turn<'_>, route: Route, found: Found) -> Result<bool, Error> {
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
    let place = turn.place_of(route.whose())?;
    // Its words may stand apart, as a part of their own.
    let parts = messages::parts_in(turn.db, found.row, place)?;
    let is_linked = parts.iter().any(|copy| copy.part == 0);
    Ok(!is_linked && claims::unfinished(turn.db, call)?.is_none())
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
            file::words_alone(turn, route, row, content)?;
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

/// The messages of an album, each by itself, before all that waits behind them.
fn each_alone(
    turn: &mut Turn<'_>,
    route: Route,
    items: &[Item],
    rows: &[MessageRowId],
    reply_to: Option<&ReplyTo>,
) -> Result<(), Error> {
    for (item, row) in items.iter().zip(rows).rev() {
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
        turn.carry_ahead(route, (*row, 0), &call)?;
    }
    Ok(())
}

/// Telegram posted some messages of an album and failed on one. It does not say what stands there, so
/// each goes once more by itself, and the agents are told that some may stand there twice. Whether it
/// was an album.
pub(super) fn one_by_one(turn: &mut Turn<'_>, row: &OutboxRow) -> Result<bool, Error> {
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
            claims::dropped(turn.db, row, SUPERSEDED, turn.now)?;
            each_alone(turn, route, items, rows, reply_to.as_ref())?;
        }
        Call::CopyAlbum {
            to,
            sources,
            without_captions,
        } => {
            claims::dropped(turn.db, row, SUPERSEDED, turn.now)?;
            for source in sources.iter().rev() {
                let message = original(turn, *source)?.unwrap_or(first);
                let call = Call::Copy {
                    to: *to,
                    source: *source,
                    caption: without_captions.then(Text::default),
                    reply_to: None,
                };
                turn.carry_ahead(route, (message, 0), &call)?;
            }
        }
        _ => return Ok(false),
    }
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
pub(super) fn take_back(turn: &mut Turn<'_>, album: &Album, taken: Found) -> Result<bool, Error> {
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
        Call::CopyAlbum {
            to,
            mut sources,
            without_captions,
        } => {
            sources.retain(|source| Some(*source) != original);
            Call::CopyAlbum {
                to,
                sources,
                without_captions,
            }
        }
        // It is read when the album is complete.
        waiting => waiting,
    };
    claims::replace_call(turn.db, call, &without)?;
    Ok(false)
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
        if let Some(spec) = carry::work_on(turn, route.direction, &content) {
            jobs::insert(turn.db, *row, None, &spec, turn.now)?;
        }
    }
    timers::set(turn.db, turn.now, &Timer::AlbumQuiet { album: album.id })
}
