//! From what is written to what it means: every value is checked once, here, and cannot be wrong
//! afterwards. Reads the token's file and nothing else; never prints a token.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use super::error::Error;
use super::places::{Key, Places};
use super::raw::{self, Raw};
use super::token::{Token, hide_tokens};
use super::{Config, Database, Log, LogFormat, Metrics, Telegram, TextsConfig, Tickets};
use super::{desk, lists, privacy};
use crate::domain::ids::ChatId;
use crate::domain::language::Language;
use crate::domain::settings::{BanNotice, Bursts, Flood, Limits, RelayMode};

/// More readers than this only cost memory.
const READERS_MAX: u32 = 64;
/// Upper bounds of the limits: far above any use, far below what arithmetic minds.
const TICKETS_PER_DAY_MAX: u32 = 1_000;
const MESSAGES_PER_HOUR_MAX: u32 = 100_000;
const BURST_MAX: u32 = 1_000;
const MESSAGES_PER_SECOND_MAX: u32 = 1_000;
const NEW_TICKETS_PER_MINUTE_MAX: u32 = 1_000;
const FLOOD_SAME_TEXT_MAX: u32 = 1_000;
/// Upper bounds of our own pace; Telegram's limits are far lower, a test server's may be absent.
const GROUP_CALLS_PER_MINUTE_MAX: u32 = 10_000;
const CALLS_PER_SECOND_MAX: u32 = 1_000;
/// A label stands before every reply and shares the 4096 characters of a message with it.
const LABEL_MAX_CHARS: usize = 64;
/// The levels of `tracing`; finer filters belong into RUST_LOG.
const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];

/// Checks everything.
pub fn check(raw: Raw, places: &Places) -> Result<Config, Error> {
    let telegram = telegram(&raw.telegram, places)?;
    let (categories, desks) = lists::categories_and_desks(&raw, telegram.support_group_id, places)?;
    Ok(Config {
        telegram,
        categories,
        desks,
        agents: desk::agents(&raw.agents, places)?,
        ticket_rules: desk::ticket_rules(&raw.tickets, places)?,
        hours: desk::hours(&raw.hours, places)?,
        sla: desk::sla(&raw.sla, places)?,
        dashboard: desk::dashboard(&raw.dashboard, places)?,
        ban_notice: choice(
            places,
            Key::of("limits", "ban_notice"),
            &raw.limits.ban_notice,
            &BanNotice::ALL.map(|notice| (notice.name(), notice)),
        )?,
        flood_same_text: number_or(
            places,
            Key::of("limits", "flood_same_text"),
            raw.limits.flood_same_text,
            0..=FLOOD_SAME_TEXT_MAX,
            "no alert",
        )?,
        database: database(&raw.database, places)?,
        limits: limits(&raw.limits, places)?,
        new_tickets_per_minute: number(
            places,
            Key::of("limits", "new_tickets_per_minute"),
            raw.limits.new_tickets_per_minute,
            0..=NEW_TICKETS_PER_MINUTE_MAX,
        )?,
        tickets: Tickets {
            relay_mode: choice(
                places,
                Key::of("tickets", "relay_mode"),
                &raw.tickets.relay_mode,
                &RelayMode::ALL.map(|mode| (mode.name(), mode)),
            )?,
        },
        flood: flood(&raw.flood, places)?,
        bursts: bursts(&raw.flood, places)?,
        privacy: privacy::privacy(&raw.privacy, places)?,
        privacy_key_file: privacy::key_file(&raw.privacy, places)?,
        scan: privacy::scan(&raw.scan, places)?,
        texts: texts(raw.texts, places)?,
        metrics: metrics(&raw.metrics, places)?,
        log: log(&raw.log, places)?,
    })
}

fn telegram(raw: &raw::Telegram, places: &Places) -> Result<Telegram, Error> {
    const TOKEN: Key = Key::of("telegram", "token");
    const TOKEN_FILE: Key = Key::of("telegram", "token_file");
    const GROUP: Key = Key::of("telegram", "support_group_id");
    let token = token(places, (TOKEN, &raw.token), (TOKEN_FILE, &raw.token_file))?;
    Ok(Telegram {
        api_url: api_url(raw, places)?,
        support_group_id: group_id(places, GROUP, raw.support_group_id)?,
        voices: lists::voices(&raw.voices, &token, places)?,
        token,
    })
}

/// A bot's token: written, or in a file that is named.
pub(super) fn token(
    places: &Places,
    (token_key, token): (Key, &str),
    (file_key, file): (Key, &str),
) -> Result<Token, Error> {
    const REMEDY: &str = "write the token that BotFather gave you, as in 123456789:AAF-abc…";
    match (token.is_empty(), file.is_empty()) {
        (false, true) => {
            return Token::parse(token)
                .map_err(|error| token_key.wrong(places, error.to_string(), REMEDY));
        }
        (true, false) => {}
        (false, false) => {
            let problem = format!("is set, and so is token ({})", places.of(token_key));
            return Err(file_key.wrong(places, problem, "keep one of the two"));
        }
        (true, true) => {
            return Err(Error::NotSet {
                place: places.of(token_key),
                key: token_key.shown(),
                remedy: "write the token that BotFather gave you, or the path of a file that \
                         holds it as token_file",
            });
        }
    }
    let path = PathBuf::from(file);
    let text = std::fs::read_to_string(&path).map_err(|source| Error::TokenFile {
        place: places.of(file_key),
        path: path.clone(),
        source,
    })?;
    Token::parse(&text).map_err(|error| {
        let problem = format!("names {}, and the token in it {error}", path.display());
        file_key.wrong(places, problem, "put nothing but the token into that file")
    })
}

fn api_url(raw: &raw::Telegram, places: &Places) -> Result<String, Error> {
    const KEY: Key = Key::of("telegram", "api_url");
    const REMEDY: &str = "write an address such as https://api.telegram.org, or leave the key out";
    let shown = shown(&raw.api_url);
    let wrong = |problem: &str| KEY.wrong(places, format!("= {shown} {problem}"), REMEDY);
    let url = reqwest::Url::parse(&raw.api_url).map_err(|_| wrong("is no web address"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(wrong("begins neither with https:// nor with http://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(KEY.wrong(places, "holds a name or a password".to_owned(), REMEDY));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("holds a ? or a #"));
    }
    Ok(raw.api_url.trim_end_matches('/').to_owned())
}

/// The id of a support group.
pub(super) fn group_id(places: &Places, key: Key, id: i64) -> Result<ChatId, Error> {
    const REMEDY: &str = "write the id of the support group, a number that begins with -100";
    match id {
        0 => Err(Error::NotSet {
            place: places.of(key),
            key: key.shown(),
            remedy: REMEDY,
        }),
        // The number itself is not shown: it may be the id of a person.
        1.. => {
            let problem = "is not negative, so it is a person's".to_owned();
            Err(key.wrong(places, problem, REMEDY))
        }
        ..0 => Ok(ChatId(id)),
    }
}

fn database(raw: &raw::Database, places: &Places) -> Result<Database, Error> {
    const PATH: Key = Key::of("database", "path");
    let remedy = "write the path of a file, as in /var/lib/hushdesk/hushdesk.db";
    if raw.path.trim().is_empty() {
        return Err(PATH.wrong(places, "is empty".to_owned(), remedy));
    }
    // SQLite would take these for something else than a file, and nothing would be kept.
    if raw.path.starts_with(':') || raw.path.starts_with("file:") {
        let problem = format!("= {} is no file", shown(&raw.path));
        return Err(PATH.wrong(places, problem, remedy));
    }
    Ok(Database {
        path: PathBuf::from(&raw.path),
        reader_pool_size: number(
            places,
            Key::of("database", "reader_pool_size"),
            raw.reader_pool_size,
            1..=READERS_MAX,
        )?,
    })
}

fn limits(raw: &raw::RawLimits, places: &Places) -> Result<Limits, Error> {
    let limit = |name: &'static str, value: i64, most: u32| {
        number(places, Key::of("limits", name), value, 0..=most)
    };
    Ok(Limits {
        tickets_per_day: limit("tickets_per_day", raw.tickets_per_day, TICKETS_PER_DAY_MAX)?,
        messages_per_hour: limit(
            "messages_per_hour",
            raw.messages_per_hour,
            MESSAGES_PER_HOUR_MAX,
        )?,
        burst: limit("burst", raw.burst, BURST_MAX)?,
        messages_per_second: limit(
            "messages_per_second",
            raw.messages_per_second,
            MESSAGES_PER_SECOND_MAX,
        )?,
    })
}

fn flood(raw: &raw::RawFlood, places: &Places) -> Result<Flood, Error> {
    let limit = |name: &'static str, value: i64, most: u32| {
        number(places, Key::of("flood", name), value, 0..=most)
    };
    Ok(Flood {
        group_calls_per_minute: limit(
            "group_calls_per_minute",
            raw.group_calls_per_minute,
            GROUP_CALLS_PER_MINUTE_MAX,
        )?,
        chat_calls_per_second: limit(
            "chat_calls_per_second",
            raw.chat_calls_per_second,
            CALLS_PER_SECOND_MAX,
        )?,
        calls_per_second: limit(
            "calls_per_second",
            raw.calls_per_second,
            CALLS_PER_SECOND_MAX,
        )?,
    })
}

fn bursts(raw: &raw::RawFlood, places: &Places) -> Result<Bursts, Error> {
    let burst = |name: &'static str, value: i64| {
        number(places, Key::of("flood", name), value, 1..=BURST_MAX)
    };
    Ok(Bursts {
        chat: burst("chat_burst", raw.chat_burst)?,
        calls: burst("calls_burst", raw.calls_burst)?,
    })
}

fn texts(raw: raw::Texts, places: &Places) -> Result<TextsConfig, Error> {
    const LABEL: Key = Key::of("texts", "reply_label");
    let remedy =
        format!("write at most {LABEL_MAX_CHARS} characters on one line, or \"\" for none");
    let length = raw.reply_label.chars().count();
    if length > LABEL_MAX_CHARS {
        return Err(LABEL.wrong(places, format!("has {length} characters"), &remedy));
    }
    if raw.reply_label.chars().any(char::is_control) {
        let problem = "holds a line break or another control character".to_owned();
        return Err(LABEL.wrong(places, problem, &remedy));
    }
    Ok(TextsConfig {
        desk_language: choice(
            places,
            Key::of("texts", "desk_language"),
            &raw.desk_language,
            &Language::ALL.map(|language| (language.code(), language)),
        )?,
        reply_label: raw.reply_label,
    })
}

fn metrics(raw: &raw::RawMetrics, places: &Places) -> Result<Metrics, Error> {
    const LISTEN: Key = Key::of("metrics", "listen");
    let written = raw.listen.trim();
    if written == raw::OFF || written.is_empty() {
        return Ok(Metrics { listen: None });
    }
    match written.parse::<SocketAddr>() {
        Ok(address) => Ok(Metrics {
            listen: Some(address),
        }),
        Err(_) => Err(LISTEN.wrong(
            places,
            format!("= {} is no address with a port", shown(&raw.listen)),
            "write numbers, as in \"127.0.0.1:9464\" or \"[::1]:9464\", or \"off\"",
        )),
    }
}

fn log(raw: &raw::Log, places: &Places) -> Result<Log, Error> {
    let level = choice(
        places,
        Key::of("log", "level"),
        &raw.level,
        &LEVELS.map(|level| (level, level)),
    )?;
    Ok(Log {
        format: choice(
            places,
            Key::of("log", "format"),
            &raw.format,
            &[("text", LogFormat::Text), ("json", LogFormat::Json)],
        )?,
        level: level.to_owned(),
    })
}

/// A number within a range; a zero that is in it means that there is no limit.
pub(super) fn number(
    places: &Places,
    key: Key,
    value: i64,
    range: RangeInclusive<u32>,
) -> Result<u32, Error> {
    number_or(places, key, value, range, "no limit")
}

/// The same, where zero means something else.
pub(super) fn number_or(
    places: &Places,
    key: Key,
    value: i64,
    range: RangeInclusive<u32>,
    zero: &str,
) -> Result<u32, Error> {
    match u32::try_from(value) {
        Ok(number) if range.contains(&number) => Ok(number),
        Ok(_) | Err(_) => {
            let (least, most) = range.into_inner();
            let zero = if least == 0 {
                format!(" (0 means {zero})")
            } else {
                String::new()
            };
            let remedy = format!("write a whole number from {least} to {most}{zero}");
            Err(key.wrong(places, format!("= {value} is out of range"), &remedy))
        }
    }
}

/// One of the values that are named.
pub(super) fn choice<T: Copy>(
    places: &Places,
    key: Key,
    value: &str,
    choices: &[(&str, T)],
) -> Result<T, Error> {
    if let Some((_, chosen)) = choices.iter().find(|(name, _)| *name == value) {
        return Ok(*chosen);
    }
    let names: Vec<String> = choices
        .iter()
        .map(|(name, _)| format!("{name:?}"))
        .collect();
    let problem = format!("cannot be {}", shown(value));
    Err(key.wrong(places, problem, &format!("write {}", names.join(" or "))))
}

/// A value in quotes, as far as it fits a sentence. Somebody may have put the token in the wrong
/// place.
pub(super) fn shown(value: &str) -> String {
    const SHOWN_MAX_CHARS: usize = 60;
    let hidden = hide_tokens(value);
    if hidden.chars().count() <= SHOWN_MAX_CHARS {
        return format!("{hidden:?}");
    }
    let start: String = hidden.chars().take(SHOWN_MAX_CHARS).collect();
    format!("{:?}", start + "…")
}
