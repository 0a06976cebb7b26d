//! A caption has changed, its file has not.

use super::super::album;
use super::super::carry::{self, Route};
use super::super::turn::Turn;
use super::{change, standing};
use crate::domain::call::{Call, Item, Purpose};
use crate::domain::content::{Content, Text};
use crate::domain::ids::MessageRowId;
use crate::domain::rules::text;
use crate::store::claims;
use crate::store::messages::Found;
use crate::store::{Error, outbox};

/// The caption of a copy follows: in the call that waits where nobody has seen it yet, by an edit otherwise.
pub(super) fn edited(
    turn: &mut Turn<'_>,
    route: Route,
    found: Found,
    after: &Content,
) -> Result<(), Error> {
    if !carry::takes_caption(after.kind) {
        return Ok(());
    }
    let caption = if album::has_label(turn, found)? {
        carry::caption(turn, route, after)
    } else {
        text::within_marks(carry::shown(turn, route.direction, &after.text))
    };
    let is_in_medium = in_waiting_medium(turn, found.row, &caption)?;
    for unsent in outbox::parts(turn.db, found.row, route.purpose())? {
        let Some(call) = unsent
            .call
            .filter(|_| unsent.is_untouched && unsent.part == 0)
        else {
            continue;
        };
        if let Some(call) = with_caption(call, &caption) {
            return claims::replace_call(turn.db, unsent.id, &call);
        }
    }
    if is_in_medium {
        return Ok(());
    }
    let call = Call::EditCaption {
        copy: standing(route, found.row, 0),
        caption,
    };
    change(turn, route, found.row, 0, &call)
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

/// A call that nobody has seen the effect of, with another caption. None where it carries none, and
/// where it is read when it is ready.
fn with_caption(call: Call, caption: &Text) -> Option<Call> {
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
        waiting @ Call::Await { .. } => Some(waiting),
        _ => None,
    }
}
