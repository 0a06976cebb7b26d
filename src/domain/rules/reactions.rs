//! Which reaction a bot can put where another one stood. A bot has one reaction on a message, so
//! what it mirrors and what it tells the agent share a place.

use crate::domain::call::Mark;
use crate::domain::content::Reaction;

/// What a bot may react with (Bot API, `ReactionTypeEmoji`).
pub const EMOJI: [&str; 73] = [
    "❤",
    "👍",
    "👎",
    "🔥",
    "🥰",
    "👏",
    "😁",
    "🤔",
    "🤯",
    "😱",
    "🤬",
    "😢",
    "🎉",
    "🤩",
    "🤮",
    "💩",
    "🙏",
    "👌",
    "🕊",
    "🤡",
    "🥱",
    "🥴",
    "😍",
    "🐳",
    "❤\u{200d}🔥",
    "🌚",
    "🌭",
    "💯",
    "🤣",
    "⚡",
    "🍌",
    "🏆",
    "💔",
    "🤨",
    "😐",
    "🍓",
    "🍾",
    "💋",
    "🖕",
    "😈",
    "😴",
    "😭",
    "🤓",
    "👻",
    "👨\u{200d}💻",
    "👀",
    "🎃",
    "🙈",
    "😇",
    "😨",
    "🤝",
    "✍",
    "🤗",
    "🫡",
    "🎅",
    "🎄",
    "☃",
    "💅",
    "🤪",
    "🗿",
    "🆒",
    "💘",
    "🙉",
    "🦄",
    "😘",
    "💊",
    "🙊",
    "😎",
    "👾",
    "🤷\u{200d}♂",
    "🤷",
    "🤷\u{200d}♀",
    "😡",
];

/// Asks for the picture form of a character; Telegram leaves it out, keyboards write it.
const EMOJI_FORM: char = '\u{fe0f}';

/// What the bot shows of somebody's reactions, the newest of which comes last: the newest that a bot
/// can set. Custom emoji would name the set that they are from, and bots cannot pay.
pub fn carried(new: &[Reaction]) -> Option<String> {
    new.iter().rev().find_map(settable).map(str::to_owned)
}

/// The emoji as Telegram takes it from a bot, if it does.
fn settable(reaction: &Reaction) -> Option<&'static str> {
    match reaction {
        Reaction::Emoji(emoji) => {
            let bare = emoji.replace(EMOJI_FORM, "");
            EMOJI.into_iter().find(|known| *known == bare)
        }
        Reaction::Other => None,
    }
}

/// The one reaction that the bot puts on a message: a mirrored one wins, and when it is taken back,
/// what the agent was told about the delivery returns.
pub fn shown(mirrored: Option<&str>, mark: Option<Mark>) -> Option<String> {
    mirrored.or(mark.map(Mark::emoji)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn emoji(emoji: &str) -> Reaction {
        Reaction::Emoji(emoji.to_owned())
    }

    #[test]
    fn the_list_is_of_distinct_emoji_without_the_sign_for_pictures() {
        let distinct: BTreeSet<&str> = EMOJI.into();
        assert_eq!(distinct.len(), EMOJI.len());
        assert!(EMOJI.iter().all(|emoji| !emoji.contains(EMOJI_FORM)));
        assert!(!distinct.contains("✅") && !distinct.contains("❌"));
        for mark in [Mark::Delivered, Mark::Waiting, Mark::Refused] {
            assert!(distinct.contains(mark.emoji()), "{mark:?}");
        }
    }

    #[test]
    fn the_newest_that_a_bot_can_set_is_carried() {
        for (new, expected) in [
            (vec![], None),
            (vec![emoji("👍")], Some("👍")),
            (vec![emoji("👍"), emoji("🔥")], Some("🔥")),
            (vec![emoji("👍"), Reaction::Other], Some("👍")),
            (vec![Reaction::Other, Reaction::Other], None),
            (vec![emoji("✅")], None),
            (vec![emoji("❤\u{fe0f}")], Some("❤")),
            (vec![emoji("🤷\u{200d}♂\u{fe0f}")], Some("🤷\u{200d}♂")),
            (vec![emoji("❤\u{fe0f}\u{200d}🔥")], Some("❤\u{200d}🔥")),
        ] {
            assert_eq!(carried(&new).as_deref(), expected, "{new:?}");
        }
    }

    #[test]
    fn a_mirrored_reaction_wins_and_the_mark_returns() {
        for (mirrored, mark, expected) in [
            (None, None, None),
            (None, Some(Mark::Delivered), Some("👌")),
            (Some("🔥"), Some(Mark::Delivered), Some("🔥")),
            (Some("🔥"), None, Some("🔥")),
            (None, Some(Mark::Refused), Some("💔")),
        ] {
            assert_eq!(shown(mirrored, mark).as_deref(), expected);
        }
    }
}
