//! The languages that hushdesk speaks, and which of them suits a person.

use serde::{Deserialize, Serialize};

/// A language with a complete set of texts.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Language {
    /// English, and whatever has no texts of its own.
    #[default]
    #[serde(rename = "en")]
    English,
    /// Russian.
    #[serde(rename = "ru")]
    Russian,
}

impl Language {
    /// Every language, the fallback first.
    pub const ALL: [Language; 2] = [Language::English, Language::Russian];

    /// The two-letter code (ISO 639-1).
    pub const fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Russian => "ru",
        }
    }

    /// The language for an IETF tag such as `ru-RU`, as Telegram's `language_code` carries it.
    pub fn from_tag(tag: &str) -> Option<Language> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|language| language.code().eq_ignore_ascii_case(primary))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_finds_its_language_whatever_its_region() {
        for (tag, expected) in [
            ("en", Some(Language::English)),
            ("ru-RU", Some(Language::Russian)),
            ("RU_ru", Some(Language::Russian)),
            ("pt-br", None),
            ("", None),
        ] {
            assert_eq!(Language::from_tag(tag), expected, "{tag}");
        }
    }
}
