//! Links that lead to somebody: Telegram's own in all their forms, and those that hold a number or
//! an address. Opens none of them.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::domain::rules::carriers::Carrier;
use crate::domain::rules::skeleton::Skeleton;

/// What a link leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What it is.
    pub carrier: Carrier,
    /// The Telegram name in it, in lower case and without `@`.
    pub name: Option<String>,
}

/// The first parts of a path at Telegram's that are nobody's name.
const NOBODY: [&str; 26] = [
    "addemoji",
    "addlist",
    "addstickers",
    "addtheme",
    "bg",
    "boost",
    "c",
    "call",
    "confirmphone",
    "contact",
    "giftcode",
    "invoice",
    "iv",
    "joinchat",
    "login",
    "m",
    "msg",
    "newbot",
    "nft",
    "proxy",
    "s",
    "setlanguage",
    "share",
    "socks",
    "stars_topup",
    "web",
];

/// Finds the links in a plain text that lead to somebody; ranges are bytes.
pub fn find(text: &str, mut push: impl FnMut(Range<usize>, Link)) {
    static WEB: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r#"(?i)(?:https?://(?:[^\s/@]*@)?)?[a-z0-9_.-]*(?:t\.me|telegram\.(?:me|dog)|tx\.me|wa\.me|web\.telegram\.org)(?::\d+)?(?:[/?#][^\s<>"]*)?"#,
        )
        .expect("the expression is right")
    });
    static OWN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r#"(?i)tg:(?://[^\s<>"]+|(?:resolve|user|openmessage|join|privatepost|contact|msg|msg_url|addlist|proxy|socks|call)\?[^\s<>"]*)"#,
        )
        .expect("the expression is right")
    });
    let is_of_word = |character: char| character.is_alphanumeric() || character == '_';
    if text.contains(':') {
        for found in OWN.find_iter(text) {
            let before = text[..found.start()].chars().next_back();
            let bytes = trimmed(text, found.range());
            match read(&text[bytes.clone()]) {
                Some(link) if !before.is_some_and(is_of_word) => push(bytes, link),
                Some(_) | None => {}
            }
        }
    }
    if text.contains('.') {
        for found in WEB.find_iter(text) {
            let mut after = text[found.end()..].chars();
            let goes_on = match after.next() {
                Some('.') => after.next().is_some_and(is_of_word),
                Some(next) => is_of_word(next) || next == '-',
                None => false,
            };
            let bytes = trimmed(text, found.range());
            match read(&text[bytes.clone()]) {
                Some(link) if !goes_on => push(bytes, link),
                Some(_) | None => {}
            }
        }
    }
}

/// Reads one link; none if it leads to nobody that we know of.
pub fn read(url: &str) -> Option<Link> {
    let plain = Skeleton::of(url);
    let url = plain.text().trim();
    let lower = url.to_lowercase();
    let only = |carrier| {
        Some(Link {
            carrier,
            name: None,
        })
    };
    if let Some(rest) = lower.strip_prefix("tg:") {
        let name = parameter(rest, "domain").filter(|name| is_name(name));
        return Some(Link {
            carrier: Carrier::TgLink,
            name: name.map(str::to_owned),
        });
    }
    if lower.starts_with("tel:") || lower.starts_with("sms:") {
        return only(Carrier::Phone);
    }
    if lower.starts_with("mailto:") {
        return only(Carrier::Email);
    }
    let address = lower
        .strip_prefix("https://")
        .or(lower.strip_prefix("http://"))
        .unwrap_or(&lower);
    let end = address.find(['/', '?', '#']).unwrap_or(address.len());
    let (authority, path) = address.split_at(end);
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    let host = host.trim_end_matches('.');
    let host = host.strip_prefix("www.").unwrap_or(host);
    match host {
        "t.me" | "telegram.me" | "telegram.dog" | "tx.me" => of_path(path),
        "web.telegram.org" => {
            let at = path.find('#')?;
            let name = path[at + 1..].trim_start_matches('@');
            (!name.is_empty()).then(|| named(name, path))
        }
        "wa.me" => {
            let number = path.trim_matches('/').trim_start_matches('+');
            let is_number = number.starts_with(|first: char| first.is_ascii_digit());
            is_number.then(|| only(Carrier::Phone))?
        }
        _ => {
            let name = host.strip_suffix(".t.me")?;
            Some(named(name, path))
        }
    }
}

/// Whether a link names a user by its number, as a `text_mention` does.
pub fn is_user(url: &str) -> bool {
    let plain = Skeleton::of(url);
    let lower = plain.text().trim().to_lowercase();
    lower
        .strip_prefix("tg:")
        .map(|rest| rest.trim_start_matches('/'))
        .is_some_and(|rest| rest.starts_with("user?") || rest.starts_with("openmessage?"))
}

fn of_path(path: &str) -> Option<Link> {
    let parts: Vec<&str> = path
        .split(['?', '#'])
        .next()
        .unwrap_or_default()
        .split('/')
        .filter(|part| !part.is_empty())
        .collect();
    match parts.as_slice() {
        [] => None,
        // The preview of a channel.
        ["s", name, ..] => Some(named(name, path)),
        [name, ..] => Some(named(name, path)),
    }
}

fn named(name: &str, path: &str) -> Link {
    let name = name.trim_start_matches('@');
    let starts_bot = path
        .split_once('?')
        .is_some_and(|(_, query)| query.split('&').any(|pair| pair.starts_with("start")));
    let is_bot = is_name(name) && (name.ends_with("bot") || starts_bot);
    Link {
        carrier: if is_bot {
            Carrier::BotLink
        } else {
            Carrier::TMeLink
        },
        name: is_name(name).then(|| name.to_owned()),
    }
}

/// Whether a word in lower case can be a name in Telegram.
fn is_name(word: &str) -> bool {
    (4..=32).contains(&word.len())
        && word.starts_with(|first: char| first.is_ascii_lowercase())
        && word
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && !NOBODY.contains(&word)
}

fn parameter<'a>(url: &'a str, key: &str) -> Option<&'a str> {
    let (_, query) = url.split_once('?')?;
    query
        .split(['&', '#'])
        .filter_map(|pair| pair.split_once('='))
        .find(|(name, _)| *name == key)
        .map(|(_, value)| value)
}

/// A link in a sentence, without the sentence's own signs at its end.
fn trimmed(text: &str, bytes: Range<usize>) -> Range<usize> {
    let signs = [
        '.', ',', ';', ':', '!', '?', ')', ']', '}', '\'', '*', '»', '”', '…', '|',
    ];
    let kept = text[bytes.clone()].trim_end_matches(signs).len();
    bytes.start..bytes.start + kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<(&str, Carrier, Option<String>)> {
        let mut found = Vec::new();
        find(text, |bytes, link| {
            found.push((&text[bytes], link.carrier, link.name));
        });
        found
    }

    #[test]
    fn links_to_somebody_are_found_in_all_their_forms() {
        for (text, link, carrier, name) in [
            (
                "see t.me/Anna_K.",
                "t.me/Anna_K",
                Carrier::TMeLink,
                Some("anna_k"),
            ),
            (
                "(https://t.me/anna)",
                "https://t.me/anna",
                Carrier::TMeLink,
                Some("anna"),
            ),
            (
                "HTTP://WWW.T.ME/ANNA",
                "HTTP://WWW.T.ME/ANNA",
                Carrier::TMeLink,
                Some("anna"),
            ),
            (
                "telegram.me/anna/12",
                "telegram.me/anna/12",
                Carrier::TMeLink,
                Some("anna"),
            ),
            (
                "telegram.dog/anna?x=1",
                "telegram.dog/anna?x=1",
                Carrier::TMeLink,
                Some("anna"),
            ),
            ("anna.t.me", "anna.t.me", Carrier::TMeLink, Some("anna")),
            (
                "https://t.me/s/anna",
                "https://t.me/s/anna",
                Carrier::TMeLink,
                Some("anna"),
            ),
            ("t.me/@anna", "t.me/@anna", Carrier::TMeLink, Some("anna")),
            ("t.me/+AbCd123", "t.me/+AbCd123", Carrier::TMeLink, None),
            (
                "t.me/joinchat/AbCd",
                "t.me/joinchat/AbCd",
                Carrier::TMeLink,
                None,
            ),
            ("t.me/c/123456/7", "t.me/c/123456/7", Carrier::TMeLink, None),
            (
                "t.me/addstickers/Anna",
                "t.me/addstickers/Anna",
                Carrier::TMeLink,
                None,
            ),
            (
                "t.me:443/anna",
                "t.me:443/anna",
                Carrier::TMeLink,
                Some("anna"),
            ),
            (
                "https://x@t.me/anna",
                "https://x@t.me/anna",
                Carrier::TMeLink,
                Some("anna"),
            ),
            (
                "https://web.telegram.org/k/#@anna",
                "https://web.telegram.org/k/#@anna",
                Carrier::TMeLink,
                Some("anna"),
            ),
            (
                "web.telegram.org/a/#123456",
                "web.telegram.org/a/#123456",
                Carrier::TMeLink,
                None,
            ),
            (
                "t.me/AnnaBot?start=1",
                "t.me/AnnaBot?start=1",
                Carrier::BotLink,
                Some("annabot"),
            ),
            (
                "t.me/gift?startapp=1",
                "t.me/gift?startapp=1",
                Carrier::BotLink,
                Some("gift"),
            ),
            (
                "anna_bot.t.me",
                "anna_bot.t.me",
                Carrier::BotLink,
                Some("anna_bot"),
            ),
            ("tg://user?id=42,", "tg://user?id=42", Carrier::TgLink, None),
            (
                "TG://resolve?domain=Anna",
                "TG://resolve?domain=Anna",
                Carrier::TgLink,
                Some("anna"),
            ),
            ("tg:user?id=42", "tg:user?id=42", Carrier::TgLink, None),
            ("пишиt.me/anna", "t.me/anna", Carrier::TMeLink, Some("anna")),
            (
                "wa.me/491711234567",
                "wa.me/491711234567",
                Carrier::Phone,
                None,
            ),
        ] {
            let expected = (link, carrier, name.map(str::to_owned));
            assert_eq!(all(text), [expected], "{text}");
        }
    }

    #[test]
    fn other_addresses_lead_to_nobody() {
        for text in [
            "t.me",
            "https://t.me/",
            "t.media/anna",
            "not.me/anna",
            "t.me.example.org/anna",
            "my-t.me/anna",
            "https://example.org/t",
            "telegram.org/faq",
            "web.telegram.org",
            "https://example.org/tg",
            "wa.me/message/ABC",
            "btg://user",
            "tg: hello",
            "post.me/anna",
        ] {
            assert_eq!(all(text), [], "{text}");
        }
    }

    #[test]
    fn a_link_alone_is_read_whole() {
        for (url, carrier) in [
            ("tg://user?id=1", Some(Carrier::TgLink)),
            ("tel:+4930123456", Some(Carrier::Phone)),
            ("mailto:anna@example.org", Some(Carrier::Email)),
            ("https://ｔ.me/anna", Some(Carrier::TMeLink)),
            ("https://example.org/?to=t.me/anna", None),
            ("", None),
            ("https://", None),
        ] {
            assert_eq!(read(url).map(|link| link.carrier), carrier, "{url}");
        }
        assert!(is_user("tg://user?id=1") && is_user("TG:openmessage?user_id=1"));
        assert!(!is_user("tg://resolve?domain=anna"));
    }
}
