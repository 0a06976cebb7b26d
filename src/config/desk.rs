//! How the desk works, turned into values that cannot be wrong: agents, tickets, targets.

use std::ops::RangeInclusive;
use std::time::Duration;

use chrono::NaiveDate;

use super::durations::{duration, duration_or_off, spelt};
use super::error::Error;
use super::places::{Key, Places};
use super::raw::{RawAgents, RawDashboard, RawHours, RawSla, RawTickets};
use super::values::{choice, number, number_or, shown};
use crate::domain::rules::hours::{NotASchedule, Schedule, find_zone};
use crate::domain::settings::{
    Admission, Agents, Assignment, Dashboard, Sla, Targets, TicketRules,
};
use crate::domain::ticket::TicketPriority;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// More tickets at once are nobody's work.
const CONCURRENT_TICKETS_MAX: u32 = 1_000;
/// Away after less than a minute would be away after every message.
const AWAY_AFTER: RangeInclusive<Duration> = MINUTE..=DAY;
/// Warnings and closes are looked for once a minute; a year is as good as never.
const TICKET_TIMES: RangeInclusive<Duration> = MINUTE..=Duration::from_secs(365 * 24 * 60 * 60);
/// Targets are in business hours: 90 days of those are a year and more.
const TARGETS: RangeInclusive<Duration> = MINUTE..=Duration::from_secs(90 * 24 * 60 * 60);
/// An edit of the dashboard costs one of the group's 20 calls a minute.
const DASHBOARD_INTERVAL: RangeInclusive<Duration> =
    Duration::from_secs(5)..=Duration::from_secs(60 * 60);
/// More keywords are a mistake.
const KEYWORDS_MAX: usize = 100;
/// As long as a keyword may be.
const KEYWORD_MAX_CHARS: usize = 64;
/// More days off are a schedule.
const HOLIDAYS_MAX: usize = 1_000;
/// More separate minutes without an answer are "never".
const AFTER_MESSAGES_MAX: u32 = 1_000;
/// Ten times the target.
const PERCENT_MAX: u32 = 1_000;

/// How agents work.
pub fn agents(raw: &RawAgents, places: &Places) -> Result<Agents, Error> {
    let key = |name| Key::of("agents", name);
    Ok(Agents {
        max_concurrent_tickets: number(
            places,
            key("max_concurrent_tickets"),
            raw.max_concurrent_tickets,
            1..=CONCURRENT_TICKETS_MAX,
        )?,
        assignment: choice(
            places,
            key("assignment"),
            &raw.assignment,
            &Assignment::ALL.map(|way| (way.name(), way)),
        )?,
        away_after: duration_or_off(places, key("away_after"), &raw.away_after, &AWAY_AFTER)?,
        admission: choice(
            places,
            key("admission"),
            &raw.admission,
            &Admission::ALL.map(|way| (way.name(), way)),
        )?,
    })
}

/// When tickets close, open again and are raised by themselves.
pub fn ticket_rules(raw: &RawTickets, places: &Places) -> Result<TicketRules, Error> {
    let time = |name, written: &str| {
        duration_or_off(places, Key::of("tickets", name), written, &TICKET_TIMES)
    };
    let rules = TicketRules {
        auto_close_after: time("auto_close_after", &raw.auto_close_after)?,
        auto_close_warning: time("auto_close_warning", &raw.auto_close_warning)?,
        reopen_window: time("reopen_window", &raw.reopen_window)?,
        escalate_keywords: keywords(&raw.escalate_keywords, places)?,
        escalate_after_messages: number_or(
            places,
            Key::of("tickets", "escalate_after_messages"),
            raw.escalate_after_messages,
            0..=AFTER_MESSAGES_MAX,
            "never",
        )?,
    };
    if let (Some(after), Some(warning)) = (rules.auto_close_after, rules.auto_close_warning)
        && warning >= after
    {
        let problem = format!(
            "= {} is no time before the close",
            shown(&raw.auto_close_warning)
        );
        let remedy = format!(
            "write less than auto_close_after, which is \"{}\", or \"off\"",
            spelt(after)
        );
        return Err(Key::of("tickets", "auto_close_warning").wrong(places, problem, &remedy));
    }
    Ok(rules)
}

fn keywords(written: &[String], places: &Places) -> Result<Vec<String>, Error> {
    const KEY: Key = Key::of("tickets", "escalate_keywords");
    let remedy = format!(
        "write words, as in [\"operator\", \"жалоба\"], of at most {KEYWORD_MAX_CHARS} characters \
         each, or [] for none"
    );
    if written.len() > KEYWORDS_MAX {
        let problem = format!("has more than {KEYWORDS_MAX} entries");
        return Err(KEY.wrong(places, problem, &remedy));
    }
    let is_wrong = |word: &&String| {
        word.chars().count() > KEYWORD_MAX_CHARS || !word.chars().any(char::is_alphanumeric)
    };
    if let Some(wrong) = written.iter().find(is_wrong) {
        let problem = format!("holds {}, which is no word", shown(wrong));
        return Err(KEY.wrong(places, problem, &remedy));
    }
    Ok(written.iter().map(|word| word.trim().to_owned()).collect())
}

/// When the desk is open.
pub fn hours(raw: &RawHours, places: &Places) -> Result<Schedule, Error> {
    const HOLIDAYS: Key = Key::of("hours", "holidays");
    let wrong = |key: Key, written: &str, error: &NotASchedule| {
        let problem = format!("= {} is wrong: {}", shown(written), error.problem());
        key.wrong(places, problem, &error.remedy())
    };
    let zone = find_zone(&raw.timezone)
        .map_err(|error| wrong(Key::of("hours", "timezone"), &raw.timezone, &error))?;
    let schedule = Schedule::parse(&raw.schedule, zone)
        .map_err(|error| wrong(Key::of("hours", "schedule"), &raw.schedule, &error))?;
    if raw.holidays.len() > HOLIDAYS_MAX {
        let problem = format!("has more than {HOLIDAYS_MAX} entries");
        return Err(HOLIDAYS.wrong(places, problem, "leave those out that are over"));
    }
    let holidays = raw
        .holidays
        .iter()
        .map(|written| {
            NaiveDate::parse_from_str(written.trim(), "%Y-%m-%d").map_err(|_| {
                let problem = format!("holds {}, which is no date", shown(written));
                HOLIDAYS.wrong(places, problem, "write dates as in [\"2026-12-25\"]")
            })
        })
        .collect::<Result<Vec<NaiveDate>, Error>>()?;
    Ok(schedule.with_holidays(holidays))
}

/// How soon clients are answered and helped.
pub fn sla(raw: &RawSla, places: &Places) -> Result<Sla, Error> {
    let percent =
        |name, value, most| number_or(places, Key::of("sla", name), value, 0..=most, "not at all");
    let (first, resolution) = (&raw.first_response, &raw.resolution);
    let sla = Sla {
        first_response: targets(
            places,
            "sla.first_response",
            [&first.low, &first.medium, &first.high, &first.critical],
        )?,
        resolution: targets(
            places,
            "sla.resolution",
            [
                &resolution.low,
                &resolution.medium,
                &resolution.high,
                &resolution.critical,
            ],
        )?,
        warn_at_percent: percent("warn_at_percent", raw.warn_at_percent, 99)?,
        remind_at_percent: percent("remind_at_percent", raw.remind_at_percent, PERCENT_MAX)?,
        reassign_at_percent: percent("reassign_at_percent", raw.reassign_at_percent, PERCENT_MAX)?,
        escalate_at_percent: percent("escalate_at_percent", raw.escalate_at_percent, PERCENT_MAX)?,
    };
    let steps = [
        ("remind_at_percent", sla.remind_at_percent),
        ("reassign_at_percent", sla.reassign_at_percent),
        ("escalate_at_percent", sla.escalate_at_percent),
    ];
    let taken: Vec<_> = steps
        .into_iter()
        .filter(|(_, percent)| *percent > 0)
        .collect();
    for pair in taken.windows(2) {
        if let [(earlier, least), (later, percent)] = *pair
            && percent <= least
        {
            let problem = format!("= {percent} comes no later than {earlier}, which is {least}");
            let key = Key::of("sla", later);
            return Err(key.wrong(
                places,
                problem,
                "write more than that, or 0 to leave it out",
            ));
        }
    }
    Ok(sla)
}

fn targets(
    places: &Places,
    section: &'static str,
    written: [&String; 4],
) -> Result<Targets, Error> {
    let [low, medium, high, critical] = written;
    let target = |priority: TicketPriority, written: &str| {
        duration_or_off(places, Key::of(section, priority.name()), written, &TARGETS)
    };
    Ok(Targets {
        low: target(TicketPriority::Low, low)?,
        medium: target(TicketPriority::Medium, medium)?,
        high: target(TicketPriority::High, high)?,
        critical: target(TicketPriority::Critical, critical)?,
    })
}

/// The dashboard.
pub fn dashboard(raw: &RawDashboard, places: &Places) -> Result<Dashboard, Error> {
    let key = Key::of("dashboard", "interval");
    Ok(Dashboard {
        interval: duration(places, key, &raw.interval, &DASHBOARD_INTERVAL)?,
    })
}
