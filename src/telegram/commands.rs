//! The words with a slash that people write: client commands in private, agent commands in the desk
//! group. Understands them, does not run them, and does not ask who may use them.

use teloxide::utils::command::{BotCommands, ParseError};

use crate::domain::event::{AgentCommand, ClientCommand};

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

/// What an agent can ask for.
#[derive(BotCommands, Clone, Debug, PartialEq, Eq)]
#[command(rename_rule = "lowercase", description = "In the desk group:")]
enum AgentWord {
    #[command(description = "Keep a text inside the group, for example /note ask billing")]
    Note(String),
    #[command(description = "Close the ticket of this topic, for example /close solved")]
    Close(String),
    #[command(description = "Take back a message of yours, as an answer to it")]
    Delete,
    #[command(description = "Send a message that was held back, as an answer to it")]
    Force,
    #[command(
        description = "Show what a message held before it was masked, for example /reveal \
                       SUPP-261120-7F3K2Q call back"
    )]
    Reveal(String),
    #[command(description = "Dead letters, for example /failed retry all")]
    Failed(String),
    #[command(description = "What one can do here")]
    Help,
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
    if text.trim_start().starts_with("//") {
        return Some(Spoken::Command(AgentCommand::Note));
    }
    let command = normalized(text)?;
    Some(match AgentWord::parse(&command, username) {
        Ok(AgentWord::Note(_)) => Spoken::Command(AgentCommand::Note),
        Ok(AgentWord::Close(reason)) => Spoken::Command(AgentCommand::Close { reason }),
        Ok(AgentWord::Delete) => Spoken::Command(AgentCommand::Delete),
        Ok(AgentWord::Force) => Spoken::Command(AgentCommand::Force),
        Ok(AgentWord::Reveal(arguments)) => Spoken::Command(AgentCommand::Reveal { arguments }),
        Ok(AgentWord::Failed(arguments)) => Spoken::Command(AgentCommand::Failed { arguments }),
        Ok(AgentWord::Help) => Spoken::Command(AgentCommand::Help),
        Err(ParseError::WrongBotName(name)) if is_bot_name(&name) => Spoken::ForAnotherBot,
        Err(_) => Spoken::Command(AgentCommand::Unknown {
            word: word(&command).to_owned(),
        }),
    })
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

fn word(command: &str) -> &str {
    let word = command.trim_start_matches('/');
    word.split([' ', '@']).next().unwrap_or_default()
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

    fn command(command: AgentCommand) -> Option<Spoken> {
        Some(Spoken::Command(command))
    }

    fn unknown(word: &str) -> Option<Spoken> {
        command(AgentCommand::Unknown {
            word: word.to_owned(),
        })
    }

    #[test]
    fn the_words_are_those_of_the_domain() {
        assert_eq!(
            names::<ClientWord>(),
            ClientCommand::ALL.map(ClientCommand::name)
        );
        assert_eq!(names::<AgentWord>(), AgentCommand::NAMES);
    }

    #[test]
    fn every_word_of_the_domain_is_understood() {
        for expected in ClientCommand::ALL {
            let text = format!("/{}", expected.name());
            assert_eq!(client_command(&text, US), Some(expected));
        }
        for name in AgentCommand::NAMES {
            let spoken = agent_command(&format!("/{name}"), US);
            assert!(
                matches!(&spoken, Some(Spoken::Command(known))
                    if !matches!(known, AgentCommand::Unknown { .. })),
                "{name}: {spoken:?}"
            );
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
    fn agents_close_with_a_reason() {
        for (text, reason) in [
            ("/close", ""),
            ("/close  refunded today ", "refunded today"),
            ("/CLOSE@help_bot Refunded", "Refunded"),
            ("/close\nline one\nline two", "line one\nline two"),
        ] {
            let expected = command(AgentCommand::Close {
                reason: reason.to_owned(),
            });
            assert_eq!(agent_command(text, US), expected, "{text}");
        }
    }

    #[test]
    fn agents_reveal_with_everything_that_they_wrote() {
        let revealed = |arguments: &str| {
            command(AgentCommand::Reveal {
                arguments: arguments.to_owned(),
            })
        };
        for (text, expected) in [
            ("/reveal", revealed("")),
            (
                "/reveal@help_bot SUPP-261120-7F3K2Q  call\nback ",
                revealed("SUPP-261120-7F3K2Q  call\nback"),
            ),
            ("/delete", command(AgentCommand::Delete)),
            ("/delete this", command(AgentCommand::Delete)),
            ("/FORCE", command(AgentCommand::Force)),
        ] {
            assert_eq!(agent_command(text, US), expected, "{text}");
        }
    }

    #[test]
    fn notes_begin_with_a_word_or_with_two_slashes() {
        for text in [
            "/note ask billing",
            "/note",
            "// ask billing",
            " \n//",
            "///",
        ] {
            assert_eq!(
                agent_command(text, US),
                command(AgentCommand::Note),
                "{text}"
            );
        }
    }

    #[test]
    fn whatever_begins_with_a_slash_is_some_command() {
        for (text, expected) in [
            ("/help", command(AgentCommand::Help)),
            ("/cloze it", unknown("cloze")),
            ("/cloze@help_bot", unknown("cloze")),
            ("/", unknown("")),
            ("/ help", unknown("")),
            ("/etc/hosts is wrong", unknown("etc/hosts")),
            ("  /Ban", unknown("ban")),
            ("/mail@", unknown("mail")),
            ("/mail@ann", unknown("mail")),
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
