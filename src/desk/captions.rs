//! Captions as media take them. Sends nothing.

use super::album;
use super::carry::{self, Route};
use super::turn::Turn;
use crate::domain::content::{Content, Kind, Text};
use crate::domain::rules::text::{self, CAPTION_MAX, TEXT_MAX};
use crate::store::Error;
use crate::store::messages::Found;

/// The caption of a message as it is posted. Whoever pays Telegram may write longer ones than a bot: see
/// [`fitting`].
pub(super) fn of(turn: &Turn<'_>, route: Route, content: &Content) -> Text {
    let words = carry::shown(turn, route.direction, &content.text);
    let label = carry::label(turn, route);
    let bare = !are_taken_by(content.kind) || (words.is_empty() && label.is_empty());
    if bare {
        return Text::default();
    }
    if words.is_empty() {
        return Text::plain(label.text.trim_end().trim_end_matches(':'));
    }
    let labelled = text::join(&label, &words);
    let fits = |words: &Text| text::utf16_len(&words.text) <= CAPTION_MAX;
    if fits(&words) && !fits(&labelled) {
        words
    } else {
        labelled
    }
}

/// The caption of a message that may be one of an album, where only one has the label.
pub(super) fn of_found(
    turn: &Turn<'_>,
    route: Route,
    found: Found,
    content: &Content,
) -> Result<Text, Error> {
    Ok(if album::has_label(turn, found)? {
        of(turn, route, content)
    } else {
        carry::shown(turn, route.direction, &content.text)
    })
}

/// A caption that a bot may set, and the words that follow its medium where it would be too long.
pub(super) fn fitting(caption: Text) -> (Text, Vec<Text>) {
    if text::utf16_len(&caption.text) > CAPTION_MAX {
        (Text::default(), text::split(&caption, TEXT_MAX))
    } else {
        (text::within_marks(caption), Vec::new())
    }
}

/// Whether media of this kind can have a caption.
pub(super) fn are_taken_by(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Photo | Kind::Video | Kind::Animation | Kind::Audio | Kind::Voice | Kind::Document
    )
}
