//! Every word that people read, in every language: Fluent files, and one function per message.
//! Knows nothing of when a text is sent or to whom.

/// Declares one function per message, and the list of all of them for the tests.
macro_rules! messages {
    ($($(#[$doc:meta])* $name:ident($($argument:ident: $kind:ty),*) = $key:literal;)*) => {
        impl Texts {
            $($(#[$doc])*
            pub fn $name(&self, language: Language, $($argument: $kind),*) -> String {
                let arguments: Vec<(&str, FluentValue<'_>)> =
                    vec![$((stringify!($argument), FluentValue::from($argument))),*];
                self.format(language, $key, &arguments.into_iter().collect())
            })*
        }

        /// Every message with the names of its arguments.
        #[cfg(test)]
        pub(super) const MESSAGES: &[(&str, &[&str])] = &[$(($key, &[$(stringify!($argument)),*])),*];
    };
}

mod carried;
mod figures;
mod messages;

use std::borrow::Cow;
use std::sync::Arc;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};

use crate::domain::language::Language;

const SOURCES: [(Language, &str); 2] = [
    (Language::English, include_str!("texts/en.ftl")),
    (Language::Russian, include_str!("texts/ru.ftl")),
];

/// The texts of all languages. Cheap to clone.
#[derive(Clone)]
pub struct Texts {
    bundles: Arc<Vec<(Language, FluentBundle<FluentResource>)>>,
}

impl Default for Texts {
    fn default() -> Self {
        Self::new()
    }
}

impl Texts {
    /// Reads the files that are built in.
    pub fn new() -> Self {
        let bundles = SOURCES
            .into_iter()
            .map(|(language, source)| (language, bundle(language, source)))
            .collect();
        Self {
            bundles: Arc::new(bundles),
        }
    }

    fn format(&self, language: Language, key: &str, arguments: &FluentArgs<'_>) -> String {
        self.try_format(language, key, arguments)
            .or_else(|| self.try_format(Language::English, key, arguments))
            .expect("the test of this module renders every key in every language")
    }

    fn try_format(
        &self,
        language: Language,
        key: &str,
        arguments: &FluentArgs<'_>,
    ) -> Option<String> {
        let (_, bundle) = self.bundles.iter().find(|(known, _)| *known == language)?;
        let pattern = bundle.get_message(key)?.value()?;
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, Some(arguments), &mut errors);
        errors.is_empty().then(|| Cow::into_owned(text))
    }
}

fn bundle(language: Language, source: &str) -> FluentBundle<FluentResource> {
    let resource = FluentResource::try_new(source.to_owned())
        .expect("the test of this module parses every file");
    let tag = language
        .code()
        .parse()
        .expect("a two-letter code is a language tag");
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // Isolating marks would stand inside codes and count against lengths.
    bundle.set_use_isolating(false);
    bundle
        .add_resource(resource)
        .expect("the test of this module finds keys that stand twice");
    bundle
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use fluent_bundle::{FluentArgs, FluentValue};

    use super::*;
    use super::{carried, figures, messages};

    fn all() -> impl Iterator<Item = &'static (&'static str, &'static [&'static str])> {
        let others = carried::MESSAGES.iter().chain(figures::MESSAGES);
        messages::MESSAGES.iter().chain(others)
    }

    /// The keys of a file with the arguments that each of them uses, read from its text.
    fn keys(source: &str) -> BTreeMap<String, BTreeSet<String>> {
        let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut current = String::new();
        for line in source.lines() {
            if let Some((key, _)) = line.split_once(" =")
                && line.starts_with(|first: char| first.is_ascii_lowercase())
            {
                current = key.to_owned();
                let is_new = keys.insert(current.clone(), BTreeSet::new()).is_none();
                assert!(is_new, "{current} stands twice");
            }
            for argument in line.split('$').skip(1) {
                let name = argument
                    .chars()
                    .take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_');
                let arguments = keys
                    .get_mut(&current)
                    .expect("an argument stands in a message");
                arguments.insert(name.collect());
            }
        }
        keys
    }

    #[test]
    fn every_language_has_every_message_with_the_same_arguments() {
        let wanted: BTreeMap<String, BTreeSet<String>> = all()
            .map(|(key, arguments)| {
                let arguments = arguments.iter().map(|name| (*name).to_owned()).collect();
                ((*key).to_owned(), arguments)
            })
            .collect();
        for (language, source) in SOURCES {
            assert_eq!(keys(source), wanted, "{language:?}");
        }
    }

    /// Values that reach every variant of every selector.
    fn values(argument: &str) -> Vec<FluentValue<'static>> {
        let words: &[&str] = match argument {
            "kind" => &[
                "contact",
                "location",
                "live_location",
                "voice",
                "video_note",
                "quiz",
                "venue",
                "story",
                "sticker",
                "poll",
                "game",
                "invoice",
                "paid_media",
                "gift",
                "giveaway",
                "checklist",
                "unknown",
            ],
            "reason" => &[
                "blocked",
                "deactivated",
                "no_chat",
                "not_copyable",
                "gone",
                "too_large",
                "infected",
                "unclean",
                "unavailable",
                "other",
            ],
            "command" => &[
                "start",
                "help",
                "status",
                "close",
                "note",
                "delete",
                "force",
                "reveal",
                "failed",
                "ban",
                "unban",
                "mute",
                "limits",
                "audit",
                "reopen",
                "snooze",
                "remind",
                "priority",
                "category",
                "tag",
                "bulk",
                "start",
                "help",
                "status",
                "close",
                "note",
                "delete",
                "force",
                "reveal",
                "failed",
                "ban",
                "unban",
                "mute",
                "limits",
                "audit",
                "claim",
                "unclaim",
                "why",
                "assign",
                "transfer",
                "escalate",
                "next",
                "queue",
                "mine",
                "available",
                "busy",
                "away",
                "offline",
                "shift",
                "agents",
                "agent",
                "stats",
            ],
            "hand" => &["anonymous", "client", "desk", "unknown"],
            "status" => &["available", "busy", "away", "offline"],
            "purpose" => &["relay", "reply", "word", "update", "card_edit"],
            "state" => &[
                "open",
                "assigned",
                "escalated",
                "snoozed",
                "closed",
                "answered",
            ],
            "page" => &["main", "closing", "priority", "more"],
            "resolution" => &["solved", "no_answer", "spam", "duplicate", "none"],
            "priority" => &["low", "medium", "high", "critical"],
            "cause" => &[
                "keyword",
                "unanswered",
                "overdue",
                "agent",
                "no_answer",
                "token",
                "topics_off",
                "gone",
            ],
            "target" => &["first_response", "resolution"],
            "unit" => &["s", "min", "h", "d"],
            "how" => &["near", "over"],
            "shift" => &["none", "mon-fri 09:00-17:00"],
            "right" => &["admin", "manage_topics", "delete_messages"],
            "minutes" | "hours" | "calls" | "earlier" | "value" | "count" | "level" | "place"
            | "load" | "most" | "messages" | "messages_of" | "tickets" | "tickets_of" | "days"
            | "opened" | "closed" | "open" | "waiting" | "missed" | "of" | "held" | "large"
            | "small" => {
                return [0_u64, 1, 2, 5, 21, 60].map(FluentValue::from).to_vec();
            }
            _ => &["x"],
        };
        words.iter().map(|word| FluentValue::from(*word)).collect()
    }

    #[test]
    fn every_message_renders_in_every_language_and_fits_in_one_post() {
        let texts = Texts::new();
        for language in Language::ALL {
            for (key, arguments) in all() {
                let longest = arguments.iter().map(|name| values(name).len()).max();
                for turn in 0..longest.unwrap_or(1) {
                    let given: FluentArgs<'_> = arguments
                        .iter()
                        .map(|name| {
                            let values = values(name);
                            (*name, values[turn % values.len()].clone())
                        })
                        .collect();
                    let text = texts
                        .try_format(language, key, &given)
                        .unwrap_or_else(|| panic!("{key} does not render in {language:?}"));
                    assert!(!text.trim().is_empty(), "{key} is empty in {language:?}");
                    assert!(text.len() < 2_000, "{key} is long in {language:?}");
                    assert!(!text.contains('\u{2068}'), "{key} holds isolating marks");
                }
            }
        }
    }

    #[test]
    fn russian_counts_as_russian_does() {
        let texts = Texts::new();
        for (minutes, words) in [
            (1, "1 минуту"),
            (3, "3 минуты"),
            (21, "21 минуту"),
            (25, "25 минут"),
        ] {
            let text = texts.limit_messages(Language::Russian, minutes);
            assert!(text.contains(words), "{text}");
        }
    }
}
