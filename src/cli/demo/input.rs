//! What can be typed. Understands lines, does nothing.

use super::stage::Who;

/// What the player wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Somebody writes.
    Say(Who, String),
    /// Somebody sends a photo; without a name the client who acted last.
    Photo(Option<Who>),
    /// A client blocks the bot.
    Block(Option<Who>),
    /// A client comes back.
    Unblock(Option<Who>),
    /// The agent deletes the topic that is open.
    DeleteTopic,
    /// Which topics there are.
    Topics,
    /// The agent opens a topic, counted from 1.
    Open(usize),
    /// SIGKILL.
    Kill,
    /// The bot is started again.
    Start,
    /// What can be typed.
    Help,
    /// The end.
    Quit,
}

/// What can be typed, for people.
pub const HELP: &str = "\
ann: my order is lost     ann, a client, writes to the bot; so does bob
sam: which number?        sam, the agent, answers in the topic that is open
sam: // a note            stays in the topic; /note does the same
sam: /close               closes the ticket (/help lists the agents' commands)
ann: /start               clients have /start /help /status /close
photo [ann|bob|sam]       somebody sends a photo
block, unblock [ann|bob]  a client blocks the bot, and returns
delete topic              sam deletes the topic that is open
topics, open 2            which topics there are; sam turns to another
kill, start               the bot is ended with SIGKILL, and started again
help, quit                this list; the end";

/// The wish in a line; none where it is not understood.
pub fn understood(line: &str) -> Option<Wish> {
    if let Some((who, words)) = spoken(line) {
        return (!words.is_empty()).then(|| Wish::Say(who, words.to_owned()));
    }
    let line = line.to_lowercase();
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        ["photo"] => Some(Wish::Photo(None)),
        ["photo", name] => Some(Wish::Photo(Some(named(name)?))),
        ["block"] => Some(Wish::Block(None)),
        ["block", name] => Some(Wish::Block(Some(client(name)?))),
        ["unblock"] => Some(Wish::Unblock(None)),
        ["unblock", name] => Some(Wish::Unblock(Some(client(name)?))),
        ["delete"] | ["delete", "topic"] => Some(Wish::DeleteTopic),
        ["topics"] => Some(Wish::Topics),
        ["open", number] => Some(Wish::Open(number.parse().ok()?)),
        ["kill"] => Some(Wish::Kill),
        ["start"] => Some(Wish::Start),
        ["help" | "?"] => Some(Wish::Help),
        ["quit" | "exit"] => Some(Wish::Quit),
        _ => None,
    }
}

/// `ann: words`, and the form in which the demo itself prints it, `client ann> words`.
fn spoken(line: &str) -> Option<(Who, &str)> {
    let (name, words) = line.split_once([':', '>'])?;
    let name = name.trim().to_lowercase();
    let who = Who::ALL
        .into_iter()
        .find(|who| name == who.name() || name.split_whitespace().eq([who.role(), who.name()]))?;
    Some((who, words.trim()))
}

fn named(name: &str) -> Option<Who> {
    Who::ALL.into_iter().find(|who| who.name() == name)
}

fn client(name: &str) -> Option<Who> {
    Who::CLIENTS.into_iter().find(|who| who.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_understood() {
        let say = |who, words: &str| Some(Wish::Say(who, words.to_owned()));
        for (line, expected) in [
            ("ann: my order is lost", say(Who::Ann, "my order is lost")),
            ("Sam:// a: note", say(Who::Sam, "// a: note")),
            ("client ann> hello", say(Who::Ann, "hello")),
            ("agent sam> /close", say(Who::Sam, "/close")),
            ("agent ann> hello", None),
            ("eve: hello", None),
            ("ann:", None),
            ("photo", Some(Wish::Photo(None))),
            ("photo sam", Some(Wish::Photo(Some(Who::Sam)))),
            ("block bob", Some(Wish::Block(Some(Who::Bob)))),
            ("block sam", None),
            ("unblock", Some(Wish::Unblock(None))),
            ("delete topic", Some(Wish::DeleteTopic)),
            ("topics", Some(Wish::Topics)),
            ("open 2", Some(Wish::Open(2))),
            ("open it", None),
            (" KILL ", Some(Wish::Kill)),
            ("start", Some(Wish::Start)),
            ("help", Some(Wish::Help)),
            ("quit", Some(Wish::Quit)),
            ("kill bill", None),
            ("hello", None),
        ] {
            assert_eq!(understood(line), expected, "{line}");
        }
    }

    #[test]
    fn the_help_fits_the_terminal() {
        for line in HELP.lines() {
            assert!(line.chars().count() < 80, "{line}");
        }
    }
}
