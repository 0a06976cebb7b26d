//! The commands of agents and admins: who may give which, and what each leads to. What a command does is
//! done elsewhere.

use super::turn::Turn;
use super::{
    agent, ban, bulk, claim, closing, delete, escalate, identity, letters, prompt, queue, relocate,
    reopening, shift, snooze, sort, staff, statistics, status, trail,
};
use crate::domain::agent::AgentStatus;
use crate::domain::event::{AgentCommand, AgentMessage, AgentWord, Question};
use crate::domain::ids::UserId;
use crate::domain::rules::permissions::{self, Deed, Person, Verdict};
use crate::domain::ticket::{Role, Ticket, TicketCode};
use crate::store::audit::{self, Entry, Hand};
use crate::store::{Error, Place, members, messages, tickets};

/// How alike two words must be for one to be offered for the other.
const LIKENESS_MIN: f64 = 0.6;

/// A command as it was given.
pub(super) struct Given<'a> {
    /// The message that it stands in.
    pub message: &'a AgentMessage,
    /// Which command.
    pub word: AgentWord,
    /// What was written behind it.
    pub arguments: &'a str,
    /// The ticket in whose topic it stands.
    pub ticket: Option<Ticket>,
}

impl Given<'_> {
    /// How the command is used, with an example: the answer to a wrong use.
    pub fn how(&self, turn: &Turn<'_>) -> String {
        how(turn, self.word)
    }
}

/// What a command is answered with; nothing where it has answered by itself.
pub(super) type Answer = Result<Option<String>, Error>;

pub(super) fn commanded(
    turn: &mut Turn<'_>,
    message: &AgentMessage,
    command: &AgentCommand,
) -> Result<(), Error> {
    if !staff::wrote(turn, message)? {
        let text = turn.texts().not_admitted(turn.language());
        return turn.answer_agent((message.chat, message.thread), message.message, text);
    }
    let ticket = agent::ticket_of(turn, message)?;
    let is_note = matches!(command, AgentCommand::Given(AgentWord::Note, _));
    // Whatever begins with a slash in the caption of one message keeps all of its album inside.
    if let (Some(ticket), Some(_), false) = (&ticket, &message.album, is_note) {
        agent::note(turn, ticket, message)?;
    }
    let answer = match command {
        AgentCommand::Unknown(word) => {
            let texts = turn.texts();
            Some(texts.unknown_command(turn.language(), word, nearest(word)))
        }
        AgentCommand::Given(word, arguments) => {
            let given = Given {
                message,
                word: *word,
                arguments,
                ticket,
            };
            carry_out(turn, &given)?
        }
    };
    let Some(text) = answer else {
        return Ok(());
    };
    let buttons = match command {
        AgentCommand::Given(word, _) => status::offered(turn, message, *word)?,
        AgentCommand::Unknown(_) => Vec::new(),
    };
    status::answer(turn, message, text, buttons)
}

/// Does what a command says where whoever gives it may.
pub(super) fn carry_out(turn: &mut Turn<'_>, given: &Given<'_>) -> Answer {
    let (texts, language) = (turn.texts(), turn.language());
    let verdict = verdict(turn, given)?;
    match verdict {
        Verdict::Stranger => return Ok(Some(texts.members_only(language))),
        Verdict::AdminsOnly => return Ok(Some(texts.admins_only(language))),
        Verdict::NeedsIdentity | Verdict::Allowed => {}
    }
    if let Some(answer) = relocate::elsewhere(turn, given)? {
        return Ok(Some(answer));
    }
    match verdict {
        Verdict::NeedsIdentity => identity::ask(turn, given),
        Verdict::Allowed | Verdict::Stranger | Verdict::AdminsOnly => run(turn, given),
    }
}

fn run(turn: &mut Turn<'_>, given: &Given<'_>) -> Answer {
    let message = given.message;
    match given.word {
        AgentWord::Note => note(turn, given),
        AgentWord::Close => closing::command(turn, given),
        AgentWord::Reopen => reopening::command(turn, given),
        AgentWord::Snooze => snooze::command(turn, given),
        AgentWord::Remind => snooze::remind(turn, given),
        AgentWord::Priority => sort::priority(turn, given),
        AgentWord::Category => sort::category(turn, given),
        AgentWord::Tag => sort::tag(turn, given),
        AgentWord::Bulk => bulk::command(turn, given),
        AgentWord::Claim => claim::claim(turn, given),
        AgentWord::Unclaim => claim::unclaim(turn, given),
        AgentWord::Why => queue::why(turn, given),
        AgentWord::Assign => claim::assign(turn, given),
        AgentWord::Transfer => claim::transfer(turn, given),
        AgentWord::Escalate => escalate::command(turn, given),
        AgentWord::Next => claim::next(turn, given),
        AgentWord::Queue => queue::list(turn),
        AgentWord::Mine => queue::mine(turn, given),
        AgentWord::Available => staff::set_status(turn, given, AgentStatus::Available),
        AgentWord::Busy => staff::set_status(turn, given, AgentStatus::Busy),
        AgentWord::Away => staff::set_status(turn, given, AgentStatus::Away),
        AgentWord::Offline => staff::set_status(turn, given, AgentStatus::Offline),
        AgentWord::Shift => shift::command(turn, given),
        AgentWord::Agents => staff::list(turn),
        AgentWord::Agent => staff::edit(turn, given),
        AgentWord::Stats => statistics::command(turn, given),
        AgentWord::Delete => delete::by_agent(turn, message).map(|()| None),
        AgentWord::Ban => ban::ban(turn, given),
        AgentWord::Unban => ban::unban(turn, given),
        AgentWord::Mute => ban::mute(turn, given),
        AgentWord::Limits => ban::limits(turn, given),
        AgentWord::Audit => trail::command(turn, given),
        AgentWord::Force => force(turn, given),
        AgentWord::Reveal => reveal(turn, given),
        AgentWord::Failed => letters::command(turn, message, given.arguments).map(|()| None),
        AgentWord::Help => Ok(Some(help(turn))),
    }
}

/// Whether whoever gives a command may.
fn verdict(turn: &Turn<'_>, given: &Given<'_>) -> Result<Verdict, Error> {
    // Its button asks who it is.
    if given.word == AgentWord::Reveal {
        return Ok(Verdict::Allowed);
    }
    let person = Person {
        role: match given.message.from {
            Some(user) => members::role(turn.db, turn.here, user)?,
            None => Some(Role::Admin),
        },
        is_anonymous: given.message.from.is_none(),
    };
    let name = format!("/{}", given.word.name());
    let mut deeds = Deed::ALL.iter().filter(|deed| deed.name() == name);
    Ok(deeds
        .next()
        .map_or(Verdict::Allowed, |deed| permissions::may(person, *deed)))
}

/// The member whom somebody named.
pub(super) fn member(turn: &Turn<'_>, name: &str) -> Result<Option<UserId>, Error> {
    if name.trim().is_empty() {
        return Ok(None);
    }
    members::called(turn.db, turn.here, name)
}

fn note(turn: &Turn<'_>, given: &Given<'_>) -> Answer {
    match &given.ticket {
        Some(ticket) => agent::note(turn, ticket, given.message).map(|()| None),
        // Talk among agents, wherever it stands, begins with `//` as well.
        None if agent::is_marked_note(given.message) => Ok(None),
        None => Ok(Some(needs_topic(turn, given.word))),
    }
}

/// How a command is used: its line of the help.
pub(super) fn how(turn: &Turn<'_>, word: AgentWord) -> String {
    let name = word.name();
    format!(
        "/{name} – {}",
        turn.texts().menu_agent(turn.language(), name)
    )
}

/// The command works in a ticket's topic only.
pub(super) fn needs_topic(turn: &Turn<'_>, word: AgentWord) -> String {
    turn.texts().needs_topic(turn.language(), word.name())
}

/// `/force`: an admin sends what was held back.
fn force(turn: &mut Turn<'_>, given: &Given<'_>) -> Answer {
    let (texts, language) = (turn.texts(), turn.language());
    let message = given.message;
    if !is_admin(turn, message)? {
        return Ok(Some(texts.admins_only(language)));
    }
    let place = Place::Group(message.chat);
    let held = match message.reply_to {
        Some(target) => messages::at(turn.db, place, target)?,
        None => None,
    };
    let Some(found) = held.filter(|found| found.is_held) else {
        return Ok(Some(texts.force_what(language)));
    };
    let forced = Entry {
        ticket: Some(found.ticket),
        ..Entry::of(Hand::of(message.from), "force")
    };
    audit::insert(turn.db, &forced, turn.now)?;
    agent::release_held(turn, found).map(|()| None)
}

/// Whoever hides behind the group's name is one of its administrators.
pub(super) fn is_admin(turn: &Turn<'_>, message: &AgentMessage) -> Result<bool, Error> {
    match message.from {
        Some(user) => Ok(members::role(turn.db, turn.here, user)? == Some(Role::Admin)),
        None => Ok(true),
    }
}

/// `/reveal CODE reason`: a button for an admin, so that it is known who looks.
fn reveal(turn: &mut Turn<'_>, given: &Given<'_>) -> Answer {
    let (texts, language) = (turn.texts(), turn.language());
    let (code, reason) = first_word(given.arguments);
    let Some(ticket) = named(turn, code)?.filter(|_| !reason.is_empty()) else {
        return Ok(Some(texts.reveal_how(language)));
    };
    let text = texts.ask_reveal(language, ticket.code.as_str(), reason);
    let question = Question::Reveal {
        shown: 0,
        ticket: ticket.id,
        reason: reason.to_owned(),
    };
    let AgentMessage {
        chat,
        thread,
        message,
        from,
        ..
    } = *given.message;
    prompt::ask_group(turn, (chat, thread), message, from, &question, text)?;
    Ok(None)
}

/// The ticket whose code somebody wrote, where it may be looked up in this group.
pub(super) fn named(turn: &Turn<'_>, code: &str) -> Result<Option<Ticket>, Error> {
    match TicketCode::find_in(&code.to_uppercase()) {
        Some(code) => match tickets::by_code(turn.db, &code)? {
            Some(ticket) if turn.may_show(ticket.id)? => Ok(Some(ticket)),
            Some(_) | None => Ok(None),
        },
        None => Ok(None),
    }
}

/// The first word of what was written, and the rest.
pub(super) fn first_word(arguments: &str) -> (&str, &str) {
    let arguments = arguments.trim();
    let (word, rest) = arguments
        .split_once(char::is_whitespace)
        .unwrap_or((arguments, ""));
    (word, rest.trim())
}

fn help(turn: &Turn<'_>) -> String {
    let (texts, language) = (turn.texts(), turn.language());
    let commands: Vec<String> = AgentWord::ALL
        .iter()
        .map(|word| word.name())
        .map(|name| format!("/{name} – {}", texts.menu_agent(language, name)))
        .collect();
    format!("{}\n\n{}", texts.agent_help(language), commands.join("\n"))
}

/// The command that somebody may have meant.
fn nearest(word: &str) -> &'static str {
    AgentWord::ALL
        .iter()
        .map(|candidate| candidate.name())
        .map(|name| (strsim::jaro_winkler(&word.to_lowercase(), name), name))
        .filter(|(likeness, _)| *likeness >= LIKENESS_MIN)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map_or("help", |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_command_is_offered() {
        for (word, expected) in [("clsoe", "close"), ("NOTES", "note"), ("xyz", "help")] {
            assert_eq!(nearest(word), expected, "{word}");
        }
    }
}
