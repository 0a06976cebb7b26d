//! Anything that a person can send, drawn by chance, for the seeds.

use hushdesk::sandbox::content::Piece;
use hushdesk::sandbox::marked::Marked;

use super::Dice;

/// What may be drawn: the kinds that the bot carries. The change that carries a kind adds it here.
pub const DRAWN: [&str; 12] = [
    "text",
    "formatted_text",
    "text_mention",
    "photo",
    "photo_spoiler",
    "photo_caption_above",
    "voice",
    "video_note",
    "callback_button",
    "forward_of_user",
    "via_bot",
    "signed",
];

/// A message of a kind out of [`DRAWN`], with the marks of its sender and these words.
pub fn any_content(dice: &Dice, marks: &Marked, words: &str) -> Piece {
    let drawn = usize::try_from(dice.below(DRAWN.len() as u64)).expect("a short list");
    marks.piece(DRAWN[drawn], words)
}
