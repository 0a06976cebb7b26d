//! Which desk a ticket belongs to. A level above the first wins: that is what it is raised for. Then its
//! category, then a desk for the first level, else the main group.

use crate::domain::desks::{self, Desks};
use crate::domain::ids::{ChatId, DeskId, ThreadId};
use crate::domain::ticket::Level;

/// The desk of a category and a level.
pub fn home(desks: &Desks, category: Option<&str>, level: Level) -> DeskId {
    let of_level = || {
        let mut further = desks.further().iter();
        further.find(|desk| desk.levels.contains(&level))
    };
    let of_category = || {
        let mut further = desks.further().iter();
        further.find(|desk| {
            desk.categories
                .iter()
                .any(|name| Some(name.as_str()) == category)
        })
    };
    let desk = if level > Level::FIRST {
        of_level().or_else(of_category)
    } else {
        of_category().or_else(of_level)
    };
    desk.map_or(DeskId::MAIN, desks::id)
}

/// The link to a topic of a supergroup, for its members (Telegram's `t.me/c` links: the id without its `-100`).
pub fn link(chat: ChatId, thread: ThreadId) -> String {
    let id = chat.0.unsigned_abs().to_string();
    let short = id.strip_prefix("100").unwrap_or(&id);
    format!("https://t.me/c/{short}/{}", thread.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::settings::DeskConfig;

    fn desk(group: i64, categories: &[&str], levels: &[u8]) -> DeskConfig {
        DeskConfig {
            name: format!("desk{group}"),
            support_group_id: ChatId(group),
            categories: categories.iter().map(|name| (*name).to_owned()).collect(),
            levels: levels
                .iter()
                .filter_map(|level| Level::new(*level))
                .collect(),
        }
    }

    #[test]
    fn a_level_that_was_raised_wins_then_the_category_then_the_first_level() {
        let further = vec![desk(-2, &["billing"], &[]), desk(-3, &["vip"], &[2, 3])];
        let desks = Desks::new(ChatId(-1), further);
        let cases = [
            (None, 1, 0),
            (Some("shipping"), 1, 0),
            (Some("billing"), 1, -2),
            (Some("billing"), 2, -3),
            (Some("shipping"), 3, -3),
            (Some("vip"), 1, -3),
            (None, 2, -3),
        ];
        for (category, level, expected) in cases {
            let level = Level::new(level).expect("there is such a level");
            let home = home(&desks, category, level);
            assert_eq!(home, DeskId(expected), "{category:?} {level:?}");
        }
        let with_first = Desks::new(
            ChatId(-1),
            vec![desk(-2, &["billing"], &[]), desk(-4, &[], &[1])],
        );
        assert_eq!(home(&with_first, Some("billing"), Level::FIRST), DeskId(-2));
        assert_eq!(home(&with_first, None, Level::FIRST), DeskId(-4));
    }

    #[test]
    fn links_name_the_group_without_its_prefix() {
        let link = link(ChatId(-1_001_234_567_890), ThreadId(77));
        assert_eq!(link, "https://t.me/c/1234567890/77");
    }

    #[test]
    fn without_further_desks_all_is_the_main_group() {
        let desks = Desks::new(ChatId(-1), Vec::new());
        for level in [1, 2, 3].into_iter().filter_map(Level::new) {
            assert_eq!(home(&desks, Some("billing"), level), DeskId::MAIN);
        }
    }
}
