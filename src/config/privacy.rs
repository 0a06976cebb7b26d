//! The sections `[privacy]` and `[scan]`, turned into values that cannot be wrong. Reads no key and
//! asks no scanner.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::error::Error;
use super::places::{Key, Places};
use super::raw::{RawPrivacy, RawScan};
use super::values::{choice, shown};
use super::{Clamd, Scan};
use crate::domain::rules::carriers::{
    Carrier, Direction, Policy, Treatment, allowed_treatments, default_treatment,
};
use crate::domain::rules::mask::Mask;
use crate::domain::settings::{LargeFiles, Privacy, UncleanFiles, WhenDown};

/// What is cleaned in files.
const OF_FILES: [Carrier; 3] = [Carrier::FileName, Carrier::FileMetadata, Carrier::AudioTags];
/// More names are a mistake.
const MENTIONS_MAX: usize = 1_000;

/// What of a message reaches the other side.
pub fn privacy(raw: &RawPrivacy, places: &Places) -> Result<Privacy, Error> {
    Ok(Privacy {
        mask: choice(
            places,
            Key::of("privacy", "mask"),
            &raw.mask,
            &Mask::ALL.map(|mask| (mask.name(), mask)),
        )?,
        policy: policy(raw, places)?,
        scrub_files: raw.scrub_files,
        unclean_files: choice(
            places,
            Key::of("privacy", "unclean_files"),
            &raw.unclean_files,
            &UncleanFiles::ALL.map(|files| (files.name(), files)),
        )?,
        large_files: choice(
            places,
            Key::of("privacy", "large_files"),
            &raw.large_files,
            &LargeFiles::ALL.map(|files| (files.name(), files)),
        )?,
        allowed_mentions: allowed_mentions(raw, places)?,
        guard_agent_names: raw.guard_agent_names,
    })
}

/// Where the key lies that seals what was redacted.
pub fn key_file(raw: &RawPrivacy, places: &Places) -> Result<Option<PathBuf>, Error> {
    const KEY: Key = Key::of("privacy", "key_file");
    let path = raw.key_file.as_str();
    if path.is_empty() {
        return Ok(None);
    }
    if path.trim().is_empty() {
        let remedy = "write the path of a file, as in /etc/hushdesk/privacy.key, or \"\" for none";
        return Err(KEY.wrong(places, "is white space".to_owned(), remedy));
    }
    Ok(Some(PathBuf::from(path)))
}

/// The virus scanner.
pub fn scan(raw: &RawScan, places: &Places) -> Result<Scan, Error> {
    Ok(Scan {
        clamd: clamd(raw, places)?,
        when_down: choice(
            places,
            Key::of("scan", "when_down"),
            &raw.when_down,
            &WhenDown::ALL.map(|choice| (choice.name(), choice)),
        )?,
    })
}

fn policy(raw: &RawPrivacy, places: &Places) -> Result<Policy, Error> {
    let mut policy = Policy::default();
    for direction in Direction::ALL {
        let (section, written) = match direction {
            Direction::ToDesk => ("privacy.to_desk", &raw.to_desk),
            Direction::ToClient => ("privacy.to_client", &raw.to_client),
        };
        for carrier in Carrier::ALL {
            let key = Key::of(section, carrier.name());
            let Some(treatment) = treatment(key, carrier, direction, written, places)? else {
                continue;
            };
            // What is written for one carrier wins over what is said for all files.
            let treatment =
                if places.is_written(key) || raw.scrub_files || !OF_FILES.contains(&carrier) {
                    treatment
                } else {
                    Treatment::Pass
                };
            policy = policy
                .with(carrier, direction, treatment)
                .expect("only what is allowed was let through");
        }
    }
    Ok(policy)
}

/// What a config says about a carrier, if there is a choice at all.
fn treatment(
    key: Key,
    carrier: Carrier,
    direction: Direction,
    written: &BTreeMap<String, String>,
    places: &Places,
) -> Result<Option<Treatment>, Error> {
    let allowed = allowed_treatments(carrier, direction);
    let named: Vec<(&str, Treatment)> = allowed
        .iter()
        .map(|treatment| (treatment.name(), *treatment))
        .collect();
    if named.len() < 2 {
        return Ok(None);
    }
    match written.get(carrier.name()) {
        Some(value) => choice(places, key, value, &named).map(Some),
        None => Ok(Some(default_treatment(carrier, direction))),
    }
}

fn allowed_mentions(raw: &RawPrivacy, places: &Places) -> Result<Vec<String>, Error> {
    const KEY: Key = Key::of("privacy", "allowed_mentions");
    const REMEDY: &str = "write names in Telegram, as in [\"your_shop\", \"your_news\"]: 4 to 32 \
                          letters, digits and _ each";
    if raw.allowed_mentions.len() > MENTIONS_MAX {
        let problem = format!("has more than {MENTIONS_MAX} entries");
        return Err(KEY.wrong(places, problem, REMEDY));
    }
    raw.allowed_mentions
        .iter()
        .map(|written| {
            let name = written.trim().trim_start_matches('@').to_ascii_lowercase();
            let is_name = (4..=32).contains(&name.len())
                && name.starts_with(|first: char| first.is_ascii_lowercase())
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            if is_name {
                Ok(name)
            } else {
                let problem = format!("holds {}, which is no name", shown(written));
                Err(KEY.wrong(places, problem, REMEDY))
            }
        })
        .collect()
}

fn clamd(raw: &RawScan, places: &Places) -> Result<Option<Clamd>, Error> {
    const KEY: Key = Key::of("scan", "clamd");
    let written = raw.clamd.trim();
    if written.is_empty() {
        return Ok(None);
    }
    if written.starts_with('/') {
        return Ok(Some(Clamd::Socket(PathBuf::from(written))));
    }
    let wrong = |problem: &str| {
        let problem = format!("= {} {problem}", shown(written));
        let remedy = "write the path of clamd's socket, as in /run/clamav/clamd.ctl, or its host \
                      and port, as in 127.0.0.1:3310, or \"\" for no scan";
        KEY.wrong(places, problem, remedy)
    };
    let (host, port) = written
        .rsplit_once(':')
        .ok_or_else(|| wrong("is neither a path from / nor a host with a port"))?;
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    // Without brackets, the last part of an IPv6 address would be taken for the port.
    let is_bracketed = bare.is_some() || !host.contains(':');
    let host = bare.unwrap_or(host);
    let is_host = is_bracketed
        && !host.is_empty()
        && host
            .chars()
            .all(|sign| sign.is_ascii_alphanumeric() || ".-_:%".contains(sign));
    let port: u16 = port.parse().unwrap_or(0);
    if !is_host || port == 0 {
        return Err(wrong("is no host with a port from 1 to 65535"));
    }
    Ok(Some(Clamd::Tcp(written.to_owned())))
}
