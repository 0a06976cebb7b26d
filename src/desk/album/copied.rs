//! An edit in an album that only `copyMessages` can carry: its copies have no links, so what nobody
//! has seen yet is put right where it waits, and what has left is followed by a message that says so.

use super::super::captions;
use super::super::carry::{self, Route};
use super::super::edit::{MARKED_PARTS, WORDS_PART};
use super::super::turn::Turn;
use super::{after, sources};
use crate::domain::call::Call;
use crate::domain::content::{Content, Text};
use crate::domain::ids::OutboxId;
use crate::domain::rules::text::{self, TEXT_MAX};
use crate::store::claims::{self, OutboxRow};
use crate::store::messages::Found;
use crate::store::outbox::{self, Part, SUPERSEDED};
use crate::store::{Error, albums};

/// What became of an edit.
pub(in crate::desk) enum Copied {
    /// The message is in no album that is copied.
    Apart,
    /// What waits says the newest.
    Renewed,
    /// It stands there, or may: nobody can change it any more.
    Gone,
}

/// A message was edited that may be in an album that is copied.
pub(in crate::desk) fn copied(
    turn: &mut Turn<'_>,
    route: Route,
    found: Found,
    after: &Content,
    is_same_file: bool,
) -> Result<Copied, Error> {
    let waiting = waiting_copy(turn, found)?;
    if waiting.is_none() && !after::is_unlinked(turn, route, found)? {
        return Ok(Copied::Apart);
    }
    let untouched = match &waiting {
        Some(row) if outbox::is_untouched(turn.db, row.id)? => Some(row),
        Some(_) | None => None,
    };
    let words = words_of(turn, route, found)?;
    if let Some(row) = untouched
        && carry::work_on(turn, route.direction, after).is_some()
    {
        // A copy would show the file as it was before it was cleaned.
        take_out(turn, row, found)?;
        drop_words(turn, &words)?;
        return Ok(Copied::Gone);
    }
    if untouched.is_none() && (words.is_empty() || !is_same_file) {
        drop_words(turn, &words)?;
        return Ok(Copied::Gone);
    }
    let behind = untouched.map(|row| row.id);
    renew(turn, route, found, after, (words, behind))?;
    Ok(Copied::Renewed)
}

/// The call that copies the album of a message, while it is not finished.
fn waiting_copy(turn: &Turn<'_>, found: Found) -> Result<Option<OutboxRow>, Error> {
    let Some(album) = albums::of_message(turn.db, found.row)? else {
        return Ok(None);
    };
    let call = albums::by_id(turn.db, album)?.and_then(|album| album.call);
    let Some(call) = call else {
        return Ok(None);
    };
    let row = claims::unfinished(turn.db, call)?;
    Ok(row.filter(|row| matches!(row.call, Call::CopyAlbum { .. })))
}

/// The words of a message that wait and that nobody can have seen.
fn words_of(turn: &Turn<'_>, route: Route, found: Found) -> Result<Vec<Part>, Error> {
    let mut parts = outbox::parts(turn.db, found.row, route.purpose())?;
    parts.retain(|part| {
        (WORDS_PART..MARKED_PARTS).contains(&part.part)
            && part.is_untouched
            && matches!(part.call, Some(Call::SendText { .. }))
    });
    Ok(parts)
}

/// The words that wait become the newest ones, each piece in the place of an earlier one.
fn renew(
    turn: &mut Turn<'_>,
    route: Route,
    found: Found,
    after: &Content,
    (waiting, album): (Vec<Part>, Option<OutboxId>),
) -> Result<(), Error> {
    let caption = captions::of_found(turn, route, found, after)?;
    let Some(earlier) = waiting.first().map(|part| part.id).or(album) else {
        return Ok(());
    };
    let mut waiting = waiting.into_iter();
    for (part, piece) in (WORDS_PART..).zip(pieces(&caption)) {
        let call = Call::words(route.to(), piece, None);
        match waiting.next() {
            Some(unsent) => claims::replace_call(turn.db, unsent.id, &call)?,
            None => turn.carry_behind(route, (found.row, part), &call, earlier)?,
        }
    }
    drop_words(turn, waiting.as_slice())
}

fn pieces(caption: &Text) -> Vec<Text> {
    if caption.is_empty() {
        Vec::new()
    } else {
        text::split(caption, TEXT_MAX)
    }
}

fn drop_words(turn: &Turn<'_>, waiting: &[Part]) -> Result<(), Error> {
    for part in waiting {
        outbox::drop_waiting(turn.db, part.id, &part.lane, SUPERSEDED, turn.now)?;
    }
    Ok(())
}

/// The album goes without this message.
fn take_out(turn: &Turn<'_>, row: &OutboxRow, found: Found) -> Result<(), Error> {
    let Call::CopyAlbum {
        to,
        sources: mut left,
    } = row.call.clone()
    else {
        return Ok(());
    };
    let own = sources(turn, &[found.row])?;
    left.retain(|source| !own.contains(source));
    if left.is_empty() {
        return drop_call(turn, row.id);
    }
    claims::replace_call(turn.db, row.id, &Call::CopyAlbum { to, sources: left })
}

fn drop_call(turn: &Turn<'_>, call: OutboxId) -> Result<(), Error> {
    let Some((_, lane, _)) = outbox::waiting_call(turn.db, call)? else {
        return Ok(());
    };
    outbox::drop_waiting(turn.db, call, &lane, SUPERSEDED, turn.now)
}
