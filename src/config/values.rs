//! From what is written to what it means: every value is checked once, here, and cannot be wrong
//! afterwards. Reads the token's file and nothing else; never prints a token.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use super::document::Places;
use super::error::Error;
use super::privacy;
use super::raw::{self, Raw};
use super::token::{Token, hide_tokens};
use super::{Config, Database, Log, LogFormat, Telegram, TextsConfig, Tickets};
use crate::domain::ids::ChatId;
use crate::domain::language::Language;
use crate::domain::settings::{Bursts, Flood, Limits, RelayMode};

/// More readers than this only cost memory.
const READERS_MAX: u32 = 64;
/// Upper bounds of the limits: far above any use, far below what arithmetic minds.
const TICKETS_PER_DAY_MAX: u32 = 1_000;
const MESSAGES_PER_HOUR_MAX: u32 = 100_000;
const BURST_MAX: u32 = 1_000;
const MESSAGES_PER_SECOND_MAX: u32 = 1_000;
const NEW_TICKETS_PER_MINUTE_MAX: u32 = 1_000;
/// Upper bounds of our own pace; Telegram's limits are far lower, a test server's may be absent.
const GROUP_CALLS_PER_MINUTE_MAX: u32 = 10_000;
const CALLS_PER_SECOND_MAX: u32 = 1_000;
/// A label stands before every reply and shares the 4096 characters of a message with it.
const LABEL_MAX_CHARS: usize = 64;
/// The levels of `tracing`; finer filters belong into RUST_LOG.
const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];

/// A key, to find where it was written and to name it.
#[derive(Clone, Copy)]
pub(super) struct Key(pub &'static str, pub &'static str);

/// Checks everything.
pub fn check(raw: Raw, places: &Places) -> Result<Config, Error> {
    Ok(Config {
        telegram: telegram(&raw.telegram, places)?,
        database: database(&raw.database, places)?,
        limits: limits(&raw.limits, places)?,
        new_tickets_per_minute: number(
            places,
            Key("limits", "new_tickets_per_minute"),
            raw.limits.new_tickets_per_minute,
            0..=NEW_TICKETS_PER_MINUTE_MAX,
        )?,
        tickets: Tickets {
            relay_mode: choice(
                places,
                Key("tickets", "relay_mode"),
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
        log: log(&raw.log, places)?,
    })
}

fn telegram(raw: &raw::Telegram, places: &Places) -> Result<Telegram, Error> {
    Ok(Telegram {
        token: token(raw, places)?,
        api_url: api_url(raw, places)?,
        support_group_id: support_group_id(raw, places)?,
    })
}

fn token(raw: &raw::Telegram, places: &Places) -> Result<Token, Error> {
    const TOKEN: Key = Key("telegram", "token");
    const TOKEN_FILE: Key = Key("telegram", "token_file");
    const REMEDY: &str = "write the token that BotFather gave you, as in 123456789:AAF-abc…";
    let written = match (raw.token.is_empty(), raw.token_file.is_empty()) {
        (false, true) => {
            return Token::parse(&raw.token)
                .map_err(|error| TOKEN.wrong(places, error.to_string(), REMEDY));
        }
        (true, false) => TOKEN_FILE,
        (false, false) => {
            let other = places.of("telegram", "token");
            let problem = format!("is set, and so is token ({other})");
            return Err(TOKEN_FILE.wrong(places, problem, "keep one of the two"));
        }
        (true, true) => {
            return Err(Error::NotSet {
                place: places.of("telegram", "token"),
                key: "[telegram] token",
                remedy: "write the token that BotFather gave you, or the path of a file that \
                         holds it as token_file",
            });
        }
    };
    let path = PathBuf::from(&raw.token_file);
    let text = std::fs::read_to_string(&path).map_err(|source| Error::TokenFile {
        place: places.of(written.0, written.1),
        path: path.clone(),
        source,
    })?;
    Token::parse(&text).map_err(|error| {
        let problem = format!("names {}, and the token in it {error}", path.display());
        written.wrong(places, problem, "put nothing but the token into that file")
    })
}

fn api_url(raw: &raw::Telegram, places: &Places) -> Result<String, Error> {
    const KEY: Key = Key("telegram", "api_url");
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

fn support_group_id(raw: &raw::Telegram, places: &Places) -> Result<ChatId, Error> {
    const KEY: Key = Key("telegram", "support_group_id");
    match raw.support_group_id {
        0 => Err(Error::NotSet {
            place: places.of(KEY.0, KEY.1),
            key: "[telegram] support_group_id",
            remedy: "write the id of the support group, a number that begins with -100",
        }),
        // The number itself is not shown: it may be the id of a person.
        1.. => Err(KEY.wrong(
            places,
            "is not negative, so it is a person's".to_owned(),
            "write the id of the support group, a number that begins with -100",
        )),
        ..0 => Ok(ChatId(raw.support_group_id)),
    }
}

fn database(raw: &raw::Database, places: &Places) -> Result<Database, Error> {
    const PATH: Key = Key("database", "path");
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
            Key("database", "reader_pool_size"),
            raw.reader_pool_size,
            1..=READERS_MAX,
        )?,
    })
}

fn limits(raw: &raw::RawLimits, places: &Places) -> Result<Limits, Error> {
    let limit = |name: &'static str, value: i64, most: u32| {
        number(places, Key("limits", name), value, 0..=most)
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
        number(places, Key("flood", name), value, 0..=most)
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
    let burst =
        |name: &'static str, value: i64| number(places, Key("flood", name), value, 1..=BURST_MAX);
    Ok(Bursts {
        chat: burst("chat_burst", raw.chat_burst)?,
        calls: burst("calls_burst", raw.calls_burst)?,
    })
}

fn texts(raw: raw::Texts, places: &Places) -> Result<TextsConfig, Error> {
    const LABEL: Key = Key("texts", "reply_label");
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
            Key("texts", "desk_language"),
            &raw.desk_language,
            &Language::ALL.map(|language| (language.code(), language)),
        )?,
        reply_label: raw.reply_label,
    })
}

fn log(raw: &raw::Log, places: &Places) -> Result<Log, Error> {
    let level = choice(
        places,
        Key("log", "level"),
        &raw.level,
        &LEVELS.map(|level| (level, level)),
    )?;
    Ok(Log {
        format: choice(
            places,
            Key("log", "format"),
            &raw.format,
            &[("text", LogFormat::Text), ("json", LogFormat::Json)],
        )?,
        level: level.to_owned(),
    })
}

fn number(places: &Places, key: Key, value: i64, range: RangeInclusive<u32>) -> Result<u32, Error> {
    match u32::try_from(value) {
        Ok(number) if range.contains(&number) => Ok(number),
        Ok(_) | Err(_) => {
            let (least, most) = range.into_inner();
            let no_limit = if least == 0 {
                " (0 means no limit)"
            } else {
                ""
            };
            let remedy = format!("write a whole number from {least} to {most}{no_limit}");
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

impl Key {
    /// What is wrong with the value of this key.
    pub fn wrong(self, places: &Places, problem: String, remedy: &str) -> Error {
        Error::Value {
            place: places.of(self.0, self.1),
            key: format!("[{}] {}", self.0, self.1),
            problem,
            remedy: remedy.to_owned(),
        }
    }
}
