//! Posts that carry several messages of a client, because the group's budget was short when they were
//! made: which of them somebody means, and what becomes of one that no longer fits.

use super::carry::Route;
use super::turn::Turn;
use super::{edit, file};
use crate::domain::call::{Call, Purpose};
use crate::domain::content::{Content, Text};
use crate::domain::ids::{MessageId, MessageRowId};
use crate::domain::rules::merge::fits;
use crate::domain::rules::text;
use crate::store::messages::Found;
use crate::store::outbox::SUPERSEDED;
use crate::store::{Error, Place, merge, messages, outbox};

/// The message that stands somewhere. Of several that share a post it is the last one, unless a quote
/// names another.
pub(super) fn answered_at(
    turn: &Turn<'_>,
    place: Place,
    post: MessageId,
    quote: Option<&Text>,
) -> Result<Option<Found>, Error> {
    let last = messages::at(turn.db, place, post)?;
    let Some(quote) = quote else {
        return Ok(last);
    };
    for (row, _) in merge::sharing(turn.db, place, post)? {
        let words = messages::content(turn.db, row)?.text;
        if words.text.contains(&quote.text) {
            return messages::by_id(turn.db, row).map(Some);
        }
    }
    Ok(last)
}

/// Whether a text has grown out of the post that it shares with others.
pub(super) fn is_outgrown(turn: &Turn<'_>, route: Route, found: Found) -> Result<bool, Error> {
    let place = turn.place_of_row(route.whose(), found.row)?;
    let Some(at) = messages::parts_in(turn.db, found.row, place)?
        .first()
        .copied()
    else {
        return Ok(false);
    };
    Ok(matches!(merge::shared(turn.db, place, at.message)?, Some(post) if !fits(&post)))
}

/// A post that several texts share has come to stand, and they may have been changed while it was on its way.
/// As they were they fitted; those that do not as they are now leave it, as they would leave one that stands.
pub(super) fn make_room(turn: &mut Turn<'_>, place: Place, post: MessageId) -> Result<(), Error> {
    while merge::shared(turn.db, place, post)?.is_some_and(|whole| !fits(&whole)) {
        let Some((row, content)) = too_much(turn, place, post)? else {
            return Ok(());
        };
        // It was to change the post, and says nothing that the text does not say where it goes.
        for change in outbox::parts(turn.db, row, Purpose::Edit)? {
            outbox::drop_waiting(turn.db, change.id, &change.lane, SUPERSEDED, turn.now)?;
        }
        let found = messages::by_id(turn.db, row)?;
        let route = file::route(turn, found)?;
        leave(turn, route, found, &content)?;
    }
    Ok(())
}

/// The text that has to leave a post first: the longest of those that are about to change.
fn too_much(
    turn: &Turn<'_>,
    place: Place,
    post: MessageId,
) -> Result<Option<(MessageRowId, Content)>, Error> {
    let mut texts = Vec::new();
    for (row, is_deleted) in merge::sharing(turn.db, place, post)? {
        if !is_deleted {
            let content = messages::content(turn.db, row)?;
            let changes = !outbox::parts(turn.db, row, Purpose::Edit)?.is_empty();
            let length = text::utf16_len(&content.text.text);
            texts.push(((changes, length), (row, content)));
        }
    }
    let first = texts.into_iter().max_by_key(|(rank, _)| *rank);
    Ok(first.map(|(_, text)| text))
}

/// A text leaves the post that it shares, and stands in one of its own.
pub(super) fn leave(
    turn: &mut Turn<'_>,
    route: Route,
    found: Found,
    after: &Content,
) -> Result<(), Error> {
    let place = turn.place_of_row(route.whose(), found.row)?;
    let posts = messages::parts_in(turn.db, found.row, place)?;
    messages::unlink(turn.db, found.row, place, 0)?;
    let others = match posts.first() {
        Some(at) => merge::sharing(turn.db, place, at.message)?,
        None => Vec::new(),
    };
    if let Some((other, _)) = others.into_iter().find(|(_, is_deleted)| !is_deleted) {
        let call = Call::EditText {
            copy: edit::standing(route, other, 0),
            text: text::without_people(&messages::content(turn.db, other)?.text),
            preview: None,
        };
        edit::change(turn, route, other, 0, &call)?;
    }
    let lead = Text::plain(format!("{}\n", turn.texts().edited_anew(route.language)));
    let words = text::join(&lead, &text::without_people(&after.text));
    for (part, text) in (0..).zip(text::split(&words, text::TEXT_MAX)) {
        let call = Call::words(route.to(), text, None);
        turn.carry(route, route.purpose(), (found.row, part), &call)?;
    }
    Ok(())
}
