//! A caption has changed, or the file above it. What is too long for a caption stands behind it as words, and
//! follows a change too.

use super::super::captions;
use super::super::carry::{self, Answers, Route};
use super::super::file::{self, Verdict};
use super::super::turn::Turn;
use super::{change, pieces_edited, plain_parcel, standing};
use crate::domain::call::{Call, FileSource, Item, Purpose, ReplyTo};
use crate::domain::content::{Content, Kind, Text};
use crate::domain::ids::MessageRowId;
use crate::domain::rules::carriers::Direction;
use crate::domain::rules::text::{self, TEXT_MAX};
use crate::store::claims;
use crate::store::messages::Found;
use crate::store::{Error, jobs, outbox};

/// The part of a message that the words behind its medium begin with.
pub(in crate::desk) const WORDS_PART: u32 = 1;

/// The caption of a copy follows: in the call that waits where nobody has seen it yet, by an edit otherwise.
pub(super) fn edited(
    turn: &mut Turn<'_>,
    route: Route,
    found: Found,
    (before, after): (&Content, &Content),
) -> Result<(), Error> {
    if !captions::are_taken_by(after.kind) {
        return Ok(());
    }
    if is_withheld(turn, found, after)? {
        // Its words stand there alone.
        let words = |content| text::split(&captions::of(turn, route, content), TEXT_MAX);
        let (old, new) = (words(before), words(after));
        let stood = if before.text.is_empty() { 0 } else { old.len() };
        let new = if after.text.is_empty() {
            &[]
        } else {
            new.as_slice()
        };
        return pieces_edited(turn, route, (found.row, 0), (&old, stood), (new, after));
    }
    let (mut caption, words) = captions::fitting(captions::of_found(turn, route, found, after)?);
    if route.direction == Direction::ToDesk && file::is_unclean(turn, found, after)? {
        let (marked, is_marked) = file::with_mark(turn, caption);
        if !is_marked {
            let line = turn.texts().file_unclean(turn.language());
            turn.tell_topic(route.ticket, line, Some(ReplyTo::Row(found.row)))?;
        }
        caption = marked;
    }
    if medium(turn, route, found.row, after, caption)? == Medium::Coming {
        return Ok(());
    }
    words_behind(turn, route, found, before, (&words, after))
}

/// Whether the file of a message was kept from the other side.
fn is_withheld(turn: &Turn<'_>, found: Found, content: &Content) -> Result<bool, Error> {
    let Some(job) = jobs::of_message(turn.db, found.row)? else {
        return Ok(false);
    };
    let verdict = file::verdict(turn, &job, found, content)?;
    Ok(matches!(verdict, Some(Verdict::Withhold(_))))
}

/// How far a medium is whose caption changes.
#[derive(PartialEq, Eq)]
enum Medium {
    /// It is read when its file is ready, with all of its words.
    Coming,
    /// It has its new caption, or gets it.
    Captioned,
}

fn medium(
    turn: &mut Turn<'_>,
    route: Route,
    row: MessageRowId,
    after: &Content,
    caption: Text,
) -> Result<Medium, Error> {
    let is_in_medium = in_waiting_medium(turn, row, &caption)?;
    for unsent in outbox::parts(turn.db, row, route.purpose())? {
        let Some(call) = unsent
            .call
            .filter(|_| unsent.is_untouched && unsent.part == 0)
        else {
            continue;
        };
        if matches!(call, Call::Await { .. }) {
            return Ok(Medium::Coming);
        }
        if let Some(call) = with_caption(call, after, &caption) {
            claims::replace_call(turn.db, unsent.id, &call)?;
            return Ok(Medium::Captioned);
        }
    }
    if !is_in_medium {
        let call = Call::EditCaption {
            copy: standing(route, row, 0),
            caption,
            above: is_above(after),
        };
        change(turn, route, row, 0, &call)?;
    }
    Ok(Medium::Captioned)
}

/// The words behind a medium, as they stood there and as they are now.
fn words_behind(
    turn: &mut Turn<'_>,
    route: Route,
    found: Found,
    before: &Content,
    (words, after): (&[Text], &Content),
) -> Result<(), Error> {
    let old = if before.kind == Kind::Text {
        let parcel = plain_parcel(turn, found, before)?;
        carry::text_parts(turn, route, &parcel).split_off(1)
    } else {
        captions::fitting(captions::of_found(turn, route, found, before)?).1
    };
    let place = (found.row, WORDS_PART);
    pieces_edited(turn, route, place, (&old, old.len()), (words, after))
}

/// Another file waits to be put there, and brings a caption with it: it brings the newest. Whether it is so.
fn in_waiting_medium(turn: &Turn<'_>, row: MessageRowId, caption: &Text) -> Result<bool, Error> {
    let waiting = outbox::parts(turn.db, row, Purpose::Edit)?;
    let Some(last) = waiting.into_iter().rfind(|waiting| waiting.part == 0) else {
        return Ok(false);
    };
    match last.call {
        Some(Call::EditMedia { copy, item }) if last.is_untouched => {
            let item = Item {
                caption: caption.clone(),
                ..item
            };
            claims::replace_call(turn.db, last.id, &Call::EditMedia { copy, item })?;
            Ok(true)
        }
        // It is read when the file is ready.
        Some(Call::Await { .. }) => Ok(true),
        _ => Ok(false),
    }
}

fn is_above(content: &Content) -> bool {
    let media = content.media.as_ref();
    media.is_some_and(|media| media.looks.caption_above)
}

/// A call that nobody has seen the effect of, with another caption. None where it carries none.
fn with_caption(call: Call, after: &Content, caption: &Text) -> Option<Call> {
    match (call, &after.media) {
        // A copy would put it below.
        (Call::Copy { to, reply_to, .. }, Some(media)) if is_above(after) => {
            Some(Call::SendMedia {
                to,
                item: Item {
                    kind: after.kind,
                    file: FileSource::Telegram(media.file_id.clone()),
                    looks: media.looks,
                    caption: caption.clone(),
                },
                reply_to,
            })
        }
        (call, _) => with_caption_below(call, caption),
    }
}

fn with_caption_below(call: Call, caption: &Text) -> Option<Call> {
    match call {
        Call::Copy {
            to,
            source,
            reply_to,
            ..
        } => Some(Call::Copy {
            to,
            source,
            caption: Some(caption.clone()),
            reply_to,
        }),
        Call::SendMedia { to, item, reply_to } => Some(Call::SendMedia {
            to,
            item: Item {
                caption: caption.clone(),
                ..item
            },
            reply_to,
        }),
        _ => None,
    }
}

/// Another file stands there: it goes the way that files of its kind go.
pub(super) fn media_replaced(
    turn: &mut Turn<'_>,
    route: Route,
    found: Found,
    (before, after): (&Content, &Content),
) -> Result<(), Error> {
    let Some(media) = &after.media else {
        return Ok(());
    };
    let (caption, words) = captions::fitting(captions::of_found(turn, route, found, after)?);
    let item = Item {
        kind: after.kind,
        file: FileSource::Telegram(media.file_id.clone()),
        looks: media.looks,
        caption,
    };
    if instead_of_waiting(turn, route, found.row, after, (&item, &words))? {
        return Ok(());
    }
    if let Some(spec) = carry::work_on(turn, route.direction, after) {
        let call = carry::hold_place(turn, route, Purpose::Edit, found.row, Answers::default())?;
        jobs::insert(turn.db, found.row, Some(call), &spec, turn.now)?;
    } else {
        let copy = standing(route, found.row, 0);
        change(turn, route, found.row, 0, &Call::EditMedia { copy, item })?;
    }
    words_behind(turn, route, found, before, (&words, after))
}

/// Where the earlier file is still being worked on, this one takes its place. Whether it is so.
fn instead_of_waiting(
    turn: &mut Turn<'_>,
    route: Route,
    row: MessageRowId,
    after: &Content,
    (item, words): (&Item, &[Text]),
) -> Result<bool, Error> {
    let waiting = outbox::parts(turn.db, row, route.purpose())?;
    let held = waiting.into_iter().find_map(|part| match part.call {
        Some(Call::Await { to, reply_to }) => Some((part.id, to, reply_to)),
        _ => None,
    });
    let Some((call, to, reply_to)) = held else {
        return Ok(false);
    };
    jobs::let_go(turn.db, row)?;
    if let Some(spec) = carry::work_on(turn, route.direction, after) {
        jobs::insert(turn.db, row, Some(call), &spec, turn.now)?;
        return Ok(true);
    }
    let item = item.clone();
    let ready = Call::SendMedia { to, item, reply_to };
    outbox::release(turn.db, call, &ready, turn.now)?;
    file::words_behind(turn, route, row, words, call)?;
    Ok(true)
}
