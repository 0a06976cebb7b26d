//! The words with a slash that people write: client commands in private, agent commands in the desk
//! group. Understands them, does not run them, and does not ask who may use them.

use teloxide::utils::command::BotCommands;

use crate::domain::event::{AgentCommand, AgentWord, ClientCommand};

/// What a client can ask for.
#[derive(BotCommands, Clone, Copy, Debug, PartialEq, Eq)]
#[command(rename_rule = "lowercase", description = "In the private chat:")]
enum ClientWord {
    #[command(description = "A greeting")]
    Start,
    #[command(description = "What one can do here")]
    Help,
    #[command(description = "How your ticket stands")]
    Status,
    #[command(description = "End the conversation")]
    Close,
    #[command(description = "Take back a message of yours, as an answer to it")]
    Delete,
}

/// What a slash in the desk group means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spoken {
    /// A command for this bot, perhaps one that it does not have.
    Command(AgentCommand),
    /// A command that names another bot.
    ForAnotherBot,
}

/// The command that a client gave. Any other word with a slash is an ordinary text.
pub fn client_command(text: &str, username: &str) -> Option<ClientCommand> {
    let command = normalized(text)?;
    match ClientWord::parse(&command, username).ok()? {
        ClientWord::Start => Some(ClientCommand::Start),
        ClientWord::Help => Some(ClientCommand::Help),
        ClientWord::Status => Some(ClientCommand::Status),
        ClientWord::Close => Some(ClientCommand::Close),
        ClientWord::Delete => Some(ClientCommand::Delete),
    }
}

/// The command that was given in the desk group. None where the text does not begin with a slash:
/// whatever does is never relayed, so it is always a command of some sort.
pub fn agent_command(text: &str, username: &str) -> Option<Spoken> {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix("//") {
        return Some(given(AgentWord::Note, rest));
    }
    let command = text.strip_prefix('/')?;
    let (spelled, arguments) = command
        .split_once(char::is_whitespace)
        .unwrap_or((command, ""));
    let (word, to) = spelled
        .split_once('@')
        .map_or((spelled, None), |(word, bot)| (word, Some(bot)));
    match (AgentWord::find(word), to) {
        (_, Some(bot)) if !bot.eq_ignore_ascii_case(username) && is_bot_name(bot) => {
            Some(Spoken::ForAnotherBot)
        }
        (Some(word), None) => Some(given(word, arguments)),
        (Some(word), Some(bot)) if bot.eq_ignore_ascii_case(username) => {
            Some(given(word, arguments))
        }
        (Some(_), Some(_)) | (None, _) => {
            Some(Spoken::Command(AgentCommand::Unknown(word.to_lowercase())))
        }
    }
}

fn given(word: AgentWord, arguments: &str) -> Spoken {
    Spoken::Command(AgentCommand::Given(word, arguments.trim().to_owned()))
}

/// The word in lower case, one space, the rest without white space around it: the only form that
/// the derived parsers understand. None where there is no slash.
fn normalized(text: &str) -> Option<String> {
    let text = text.trim();
    if !text.starts_with('/') {
        return None;
    }
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    Some(format!("{} {}", word.to_lowercase(), rest.trim_start()))
}

/// Names of bots end in "bot" (Telegram's bot features page). Anything else after an @ is a slip
/// that deserves an answer.
fn is_bot_name(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with("bot")
}

#[cfg(test)]
mod tests {
    use super::*;

    const US: &str = "help_Bot";

    fn names<W: BotCommands>() -> Vec<String> {
        W::bot_commands()
            .into_iter()
            .map(|command| command.command.trim_start_matches('/').to_owned())
            .collect()
    }

    fn given(word: AgentWord, arguments: &str) -> Option<Spoken> {
        Some(super::given(word, arguments))
    }

    fn unknown(word: &str) -> Option<Spoken> {
        Some(Spoken::Command(AgentCommand::Unknown(word.to_owned())))
    }

    #[test]
    fn the_words_are_those_of_the_domain() {
        assert_eq!(
            names::<ClientWord>(),
            ClientCommand::ALL.map(ClientCommand::name)
        );
    }

    #[test]
    fn every_word_of_the_domain_is_understood() {
        for expected in ClientCommand::ALL {
            let text = format!("/{}", expected.name());
            assert_eq!(client_command(&text, US), Some(expected));
        }
        for word in AgentWord::ALL {
            let text = format!("/{}", word.name());
            assert_eq!(agent_command(&text, US), given(*word, ""));
        }
    }

    #[test]
    fn clients_give_commands_and_write_texts_with_slashes() {
        for (text, expected) in [
            ("/start", Some(ClientCommand::Start)),
            ("/start billing", Some(ClientCommand::Start)),
            ("/START@Help_bot", Some(ClientCommand::Start)),
            ("/close\nthank you", Some(ClientCommand::Close)),
            (" /help ", Some(ClientCommand::Help)),
            ("/help@other_bot", None),
            ("/refund", None),
            ("/helpme", None),
            ("/", None),
            ("//help", None),
            ("help", None),
            ("see /help", None),
            ("", None),
        ] {
            assert_eq!(client_command(text, US), expected, "{text}");
        }
    }

    #[test]
    fn agents_give_commands_with_everything_that_they_wrote() {
        for (text, expected) in [
            ("/close", given(AgentWord::Close, "")),
            (
                "/close  refunded today ",
                given(AgentWord::Close, "refunded today"),
            ),
            (
                "/CLOSE@help_bot Refunded",
                given(AgentWord::Close, "Refunded"),
            ),
            (
                "/close\nline one\nline two",
                given(AgentWord::Close, "line one\nline two"),
            ),
            (
                "/reveal@help_bot SUPP-261120-7F3K2Q  call\nback ",
                given(AgentWord::Reveal, "SUPP-261120-7F3K2Q  call\nback"),
            ),
            ("/delete this", given(AgentWord::Delete, "this")),
            ("/FORCE", given(AgentWord::Force, "")),
        ] {
            assert_eq!(agent_command(text, US), expected, "{text}");
        }
    }

    #[test]
    fn notes_begin_with_a_word_or_with_two_slashes() {
        for (text, arguments) in [
            ("/note ask billing", "ask billing"),
            ("/note", ""),
            ("// ask billing", "ask billing"),
            (" \n//", ""),
            ("///", "/"),
        ] {
            assert_eq!(
                agent_command(text, US),
                given(AgentWord::Note, arguments),
                "{text}"
            );
        }
    }

    #[test]
    fn whatever_begins_with_a_slash_is_some_command() {
        for (text, expected) in [
            ("/help", given(AgentWord::Help, "")),
            ("/cloze it", unknown("cloze")),
            ("/cloze@help_bot", unknown("cloze")),
            ("/", unknown("")),
            ("/ help", unknown("")),
            ("/etc/hosts is wrong", unknown("etc/hosts")),
            ("  /Bann", unknown("bann")),
            ("/mail@", unknown("mail")),
            ("/mail@ann", unknown("mail")),
            ("/help@ann", unknown("help")),
            ("/Привет", unknown("привет")),
            ("/help@other_bot", Some(Spoken::ForAnotherBot)),
            ("/poll@QuizBot now", Some(Spoken::ForAnotherBot)),
            ("hello /close", None),
            ("", None),
        ] {
            assert_eq!(agent_command(text, US), expected, "{text}");
        }
    }
}
