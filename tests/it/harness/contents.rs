//! Anything that a person can send, drawn by chance, for the seeds.

use hushdesk::sandbox::content::Piece;
use hushdesk::sandbox::marked::Marked;

use super::Dice;

/// What may be drawn: the kinds that reach the other side by themselves, as they are, cleaned or in
/// words. Left out is what waits for a button, and what shows its sender when it is passed on.
pub const DRAWN: [&str; 39] = [
    "text",
    "formatted_text",
    "text_mention",
    "text_link",
    "custom_emoji",
    "photo",
    "photo_spoiler",
    "photo_caption_above",
    "photo_mention",
    "photo_url_button",
    "live_photo",
    "audio",
    "voice",
    "video_note",
    "document_jpeg",
    "document_png",
    "document_pdf",
    "document_docx",
    "document_mp3",
    "poll",
    "quiz",
    "poll_mention",
    "dice",
    "story",
    "paid_media",
    "checklist",
    "hologram",
    "forward_of_user",
    "forward_of_hidden_user",
    "forward_of_chat",
    "forward_of_channel",
    "forwarded_document",
    "via_bot",
    "external_reply",
    "url_button",
    "login_button",
    "callback_button",
    "switch_button",
    "signed",
];

/// A message of a kind out of [`DRAWN`], with the marks of its sender and these words.
pub fn any_content(dice: &Dice, marks: &Marked, words: &str) -> Piece {
    let drawn = usize::try_from(dice.below(DRAWN.len() as u64)).expect("a short list");
    marks.piece(DRAWN[drawn], words)
}
