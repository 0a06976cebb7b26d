//! How the desk works, as it is written: agents, tickets, targets, and the sections that can be there
//! several times.

use serde::{Deserialize, Serialize};

use crate::domain::settings::{
    Admission, Agents, Assignment, Dashboard, RelayMode, Sla, TicketRules,
};

/// What turns something off, where a duration or a time would stand.
pub const OFF: &str = "off";

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawAgents {
    pub max_concurrent_tickets: i64,
    pub assignment: String,
    pub away_after: String,
    pub admission: String,
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawTickets {
    pub relay_mode: String,
    pub auto_close_after: String,
    pub auto_close_warning: String,
    pub reopen_window: String,
    pub escalate_keywords: Vec<String>,
    pub escalate_after_messages: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawHours {
    pub timezone: String,
    pub schedule: String,
    pub holidays: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawSla {
    pub warn_at_percent: i64,
    pub remind_at_percent: i64,
    pub reassign_at_percent: i64,
    pub escalate_at_percent: i64,
    pub first_response: FirstResponse,
    pub resolution: Resolution,
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FirstResponse {
    pub low: String,
    pub medium: String,
    pub high: String,
    pub critical: String,
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Resolution {
    pub low: String,
    pub medium: String,
    pub high: String,
    pub critical: String,
}

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawDashboard {
    pub interval: String,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawCategory {
    pub name: String,
    pub title: String,
    pub desk: String,
    pub priority: String,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawDesk {
    pub name: String,
    pub support_group_id: i64,
    pub categories: Vec<String>,
    pub levels: Vec<i64>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawVoice {
    pub token: String,
    pub token_file: String,
}

impl Default for RawAgents {
    fn default() -> Self {
        let agents = Agents::default();
        Self {
            max_concurrent_tickets: agents.max_concurrent_tickets.into(),
            assignment: Assignment::default().name().to_owned(),
            away_after: written(agents.away_after),
            admission: Admission::default().name().to_owned(),
        }
    }
}

impl Default for RawTickets {
    fn default() -> Self {
        let rules = TicketRules::default();
        Self {
            relay_mode: RelayMode::default().name().to_owned(),
            auto_close_after: written(rules.auto_close_after),
            auto_close_warning: written(rules.auto_close_warning),
            reopen_window: written(rules.reopen_window),
            escalate_keywords: rules.escalate_keywords,
            escalate_after_messages: rules.escalate_after_messages.into(),
        }
    }
}

impl Default for RawHours {
    fn default() -> Self {
        Self {
            timezone: chrono_tz::UTC.name().to_owned(),
            schedule: String::new(),
            holidays: Vec::new(),
        }
    }
}

impl Default for RawSla {
    fn default() -> Self {
        let sla = Sla::default();
        Self {
            warn_at_percent: sla.warn_at_percent.into(),
            remind_at_percent: sla.remind_at_percent.into(),
            reassign_at_percent: sla.reassign_at_percent.into(),
            escalate_at_percent: sla.escalate_at_percent.into(),
            first_response: FirstResponse::default(),
            resolution: Resolution::default(),
        }
    }
}

impl Default for FirstResponse {
    fn default() -> Self {
        let targets = Sla::default().first_response;
        Self {
            low: written(targets.low),
            medium: written(targets.medium),
            high: written(targets.high),
            critical: written(targets.critical),
        }
    }
}

impl Default for Resolution {
    fn default() -> Self {
        let targets = Sla::default().resolution;
        Self {
            low: written(targets.low),
            medium: written(targets.medium),
            high: written(targets.high),
            critical: written(targets.critical),
        }
    }
}

impl Default for RawDashboard {
    fn default() -> Self {
        Self {
            interval: written(Some(Dashboard::default().interval)),
        }
    }
}

/// A duration as a person would write it.
fn written(duration: Option<std::time::Duration>) -> String {
    duration.map_or_else(|| OFF.to_owned(), super::spelt)
}

/// One section of each list, with a value of the right kind for each key.
pub fn lists() -> Vec<(&'static str, toml::Table)> {
    let desk = RawDesk {
        levels: vec![1],
        ..RawDesk::default()
    };
    vec![
        ("category", table(&RawCategory::default())),
        ("desks", table(&desk)),
        ("telegram.voices", table(&RawVoice::default())),
    ]
}

fn table(section: &impl Serialize) -> toml::Table {
    toml::Table::try_from(section).expect("a section is a table of texts, numbers and lists")
}
