//! The config as it is written: every key with its default, nothing checked yet. A key that is
//! added here exists; `values` checks it and gives it its type.

mod desk;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::language::Language;
use crate::domain::rules::carriers::{Carrier, Direction, allowed_treatments, default_treatment};
use crate::domain::rules::mask::Mask;
use crate::domain::settings::{
    BanNotice, Bursts, FLOOD_SAME_TEXT, Flood, LargeFiles, Limits, NEW_TICKETS_PER_MINUTE,
    UncleanFiles, WhenDown,
};

pub use super::durations::spelt;
pub use desk::{
    OFF, RawAgents, RawCategory, RawDashboard, RawDesk, RawHours, RawSla, RawTickets, RawVoice,
    lists,
};

/// The whole file. Numbers are `i64` and choices are text, so that a wrong one is refused by us,
/// with a sentence, and not by the parser. An empty text or a zero stands for "not set" where a
/// key has no default.
#[derive(Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Raw {
    pub telegram: Telegram,
    pub database: Database,
    pub limits: RawLimits,
    pub tickets: RawTickets,
    pub agents: RawAgents,
    pub hours: RawHours,
    pub sla: RawSla,
    pub dashboard: RawDashboard,
    pub category: Vec<RawCategory>,
    pub desks: Vec<RawDesk>,
    pub flood: RawFlood,
    pub privacy: RawPrivacy,
    pub scan: RawScan,
    pub texts: Texts,
    pub metrics: RawMetrics,
    pub log: Log,
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Telegram {
    pub token: String,
    pub token_file: String,
    pub api_url: String,
    pub support_group_id: i64,
    pub voices: Vec<RawVoice>,
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    pub path: String,
    pub reader_pool_size: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawLimits {
    pub tickets_per_day: i64,
    pub messages_per_hour: i64,
    pub burst: i64,
    pub messages_per_second: i64,
    pub new_tickets_per_minute: i64,
    pub ban_notice: String,
    pub flood_same_text: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawFlood {
    pub group_calls_per_minute: i64,
    pub chat_calls_per_second: i64,
    pub chat_burst: i64,
    pub calls_per_second: i64,
    pub calls_burst: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawPrivacy {
    pub mask: String,
    pub key_file: String,
    pub scrub_files: bool,
    pub unclean_files: String,
    pub large_files: String,
    pub allowed_mentions: Vec<String>,
    pub guard_agent_names: bool,
    pub to_desk: BTreeMap<String, String>,
    pub to_client: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawScan {
    pub clamd: String,
    pub when_down: String,
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Texts {
    pub desk_language: String,
    pub reply_label: String,
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawMetrics {
    pub listen: String,
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    pub format: String,
    pub level: String,
}

impl Default for Telegram {
    fn default() -> Self {
        Self {
            token: String::new(),
            token_file: String::new(),
            api_url: "https://api.telegram.org".to_owned(),
            support_group_id: 0,
            voices: Vec::new(),
        }
    }
}

impl Default for Database {
    fn default() -> Self {
        Self {
            path: "hushdesk.db".to_owned(),
            reader_pool_size: 4,
        }
    }
}

impl Default for RawLimits {
    fn default() -> Self {
        let limits = Limits::default();
        Self {
            tickets_per_day: limits.tickets_per_day.into(),
            messages_per_hour: limits.messages_per_hour.into(),
            burst: limits.burst.into(),
            messages_per_second: limits.messages_per_second.into(),
            new_tickets_per_minute: NEW_TICKETS_PER_MINUTE.into(),
            ban_notice: BanNotice::default().name().to_owned(),
            flood_same_text: FLOOD_SAME_TEXT.into(),
        }
    }
}

impl Default for RawFlood {
    fn default() -> Self {
        let (flood, bursts) = (Flood::default(), Bursts::default());
        Self {
            group_calls_per_minute: flood.group_calls_per_minute.into(),
            chat_calls_per_second: flood.chat_calls_per_second.into(),
            chat_burst: bursts.chat.into(),
            calls_per_second: flood.calls_per_second.into(),
            calls_burst: bursts.calls.into(),
        }
    }
}

impl Default for RawPrivacy {
    fn default() -> Self {
        Self {
            mask: Mask::default().name().to_owned(),
            key_file: String::new(),
            scrub_files: true,
            unclean_files: UncleanFiles::default().name().to_owned(),
            large_files: LargeFiles::default().name().to_owned(),
            allowed_mentions: Vec::new(),
            guard_agent_names: false,
            to_desk: choosable(Direction::ToDesk),
            to_client: choosable(Direction::ToClient),
        }
    }
}

/// The carriers that a config may say something about, with what becomes of them otherwise. The
/// others are treated in one way only, so they have no key.
fn choosable(direction: Direction) -> BTreeMap<String, String> {
    Carrier::ALL
        .into_iter()
        .filter(|carrier| allowed_treatments(*carrier, direction).len() > 1)
        .map(|carrier| {
            let default = default_treatment(carrier, direction);
            (carrier.name().to_owned(), default.name().to_owned())
        })
        .collect()
}

/// What becomes of a carrier that no config can say anything about.
pub fn only_choice(section: &str, key: &str) -> Option<&'static str> {
    let direction = match section {
        "privacy.to_desk" => Direction::ToDesk,
        "privacy.to_client" => Direction::ToClient,
        _ => return None,
    };
    let carrier = Carrier::ALL
        .into_iter()
        .find(|carrier| carrier.name() == key)?;
    match allowed_treatments(carrier, direction) {
        [only] => Some(only.name()),
        _ => None,
    }
}

impl Default for RawScan {
    fn default() -> Self {
        Self {
            clamd: String::new(),
            when_down: WhenDown::default().name().to_owned(),
        }
    }
}

impl Default for Texts {
    fn default() -> Self {
        Self {
            desk_language: Language::default().code().to_owned(),
            reply_label: "Live Support: ".to_owned(),
        }
    }
}

impl Default for RawMetrics {
    fn default() -> Self {
        Self {
            listen: OFF.to_owned(),
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self {
            format: "text".to_owned(),
            level: "info".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Uncomments the defaults of config.toml.example: lines that begin with `#` and a letter.
    /// Prose has a space after its `#`.
    fn example_with_defaults() -> toml::Table {
        let text: String = include_str!("../../config.toml.example")
            .lines()
            .map(|line| match line.strip_prefix('#') {
                Some(key) if key.starts_with(|first: char| first.is_ascii_lowercase()) => {
                    format!("{key}\n")
                }
                Some(_) | None => format!("{line}\n"),
            })
            .collect();
        text.parse().expect("config.toml.example is TOML")
    }

    #[test]
    fn the_example_shows_every_key_with_its_default() {
        let mut defaults =
            toml::Table::try_from(Raw::default()).expect("defaults are texts and numbers");
        let mut example = example_with_defaults();
        for table in [&mut defaults, &mut example] {
            let telegram = table
                .get_mut("telegram")
                .and_then(toml::Value::as_table_mut)
                .expect("both have [telegram]");
            // These have no default: they are what the operator fills in.
            for key in ["token", "token_file", "support_group_id", "voices"] {
                telegram.remove(key);
            }
            for list in ["category", "desks"] {
                table.remove(list);
            }
        }
        assert_eq!(example, defaults);
    }

    /// What can be there several times is shown indented behind the `#`, up to the next empty line.
    #[test]
    fn the_example_shows_every_key_of_every_list() {
        let text = include_str!("../../config.toml.example");
        for (list, keys) in lists() {
            let head = format!("#     [[{list}]]");
            let shown: Vec<&str> = text
                .split(&head)
                .skip(1)
                .flat_map(|block| {
                    block
                        .lines()
                        .take_while(|line| line.starts_with('#') || line.is_empty())
                })
                .filter_map(|line| line.strip_prefix("#     "))
                .filter_map(|line| line.split_once(" = "))
                .map(|(key, _)| key.trim())
                .collect();
            for key in keys.keys() {
                assert!(
                    shown.contains(&key.as_str()),
                    "[[{list}]] {key} is not shown"
                );
            }
        }
    }
}
