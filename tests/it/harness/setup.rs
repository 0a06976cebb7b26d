//! What a scenario starts from, with what it is not about switched off or as a small desk would have it.

use std::sync::Arc;
use std::time::Duration;

use hushdesk::domain::rules::hours::{self, Schedule};
use hushdesk::domain::settings::{
    Agents, Assignment, BanNotice, Bursts, Category, Flood, Limits, NEW_TICKETS_PER_MINUTE,
    Privacy, RelayMode, Sla, Targets, TicketRules, WhenDown,
};
use hushdesk::sandbox::Settings;
use hushdesk::work::clamd::Scan;

/// What a scenario can be given.
#[derive(Clone)]
pub struct Setup {
    pub limits: Limits,
    pub flood: Flood,
    pub bursts: Bursts,
    pub new_tickets_per_minute: u32,
    pub relay_mode: RelayMode,
    pub agents: Agents,
    pub tickets: TicketRules,
    pub categories: Vec<Category>,
    pub hours: Schedule,
    pub sla: Sla,
    pub sandbox: Settings,
    pub reply_label: String,
    pub privacy: Privacy,
    /// Looks for viruses, where there is one.
    pub scanner: Option<Arc<dyn Scan>>,
    pub when_scanner_is_down: WhenDown,
    pub ban_notice: BanNotice,
    /// Off where a scenario is not about it.
    pub flood_same_text: u32,
    /// The dashboard is off where a scenario is not about it.
    pub dashboard_every: Option<Duration>,
    /// What masked words are sealed with.
    pub vault_key: Option<[u8; 32]>,
    pub seed: u64,
    /// Further groups: their names, and the categories and levels that they take.
    pub desks: Vec<FurtherDesk>,
    /// How many of the [`VOICES`] post in the group.
    pub voices: usize,
    /// Calls that are made at once have all left before the first is answered, as over a network.
    pub overlaps: bool,
    /// The config names a basic group, which has yet to become a supergroup.
    pub basic_group: bool,
    /// The same for the further desk of this name.
    pub basic_desk: Option<&'static str>,
}

impl Default for Setup {
    fn default() -> Self {
        Setup {
            limits: Limits {
                tickets_per_day: 5,
                messages_per_hour: 50,
                burst: 5,
                messages_per_second: 1,
            },
            flood: Flood {
                group_calls_per_minute: 20,
                chat_calls_per_second: 1,
                calls_per_second: 30,
            },
            bursts: Bursts::default(),
            new_tickets_per_minute: NEW_TICKETS_PER_MINUTE,
            relay_mode: RelayMode::All,
            // Quiet: nobody is given anything, nobody goes away.
            agents: Agents {
                assignment: Assignment::Claim,
                away_after: None,
                ..Agents::default()
            },
            tickets: TicketRules {
                auto_close_after: None,
                auto_close_warning: None,
                reopen_window: None,
                escalate_keywords: Vec::new(),
                escalate_after_messages: 0,
            },
            categories: Vec::new(),
            hours: Schedule::always(hours::find_zone("UTC").expect("there is UTC")),
            sla: Sla {
                first_response: Targets::default(),
                resolution: Targets::default(),
                ..Sla::default()
            },
            sandbox: Settings {
                busy_loop_guard: false,
                ..Settings::default()
            },
            reply_label: "Live Support: ".to_owned(),
            privacy: Privacy::default(),
            scanner: None,
            when_scanner_is_down: WhenDown::default(),
            ban_notice: BanNotice::default(),
            flood_same_text: 0,
            dashboard_every: None,
            vault_key: None,
            seed: 1,
            desks: Vec::new(),
            voices: 0,
            overlaps: false,
            basic_group: false,
            basic_desk: None,
        }
    }
}

/// A further group, as a setup asks for it.
#[derive(Clone, Copy)]
pub struct FurtherDesk {
    pub name: &'static str,
    pub categories: &'static [&'static str],
    pub levels: &'static [u8],
}
