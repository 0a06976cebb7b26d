//! What happened to a ticket, in short, for those who have not seen it: who had it, what was done, how much
//! was written, and its last lines as they are kept, so that what is masked stays so. Notes stay where they
//! were written; they are only counted.

use super::turn::Turn;
use super::{people, trail};
use crate::domain::rules;
use crate::domain::ticket::{Side, Ticket};
use crate::store::history::{self, Line};
use crate::store::topics::{self, Topic};
use crate::store::{Error, assignments, audit};

/// How many of the last messages are shown.
const LINES_MAX: usize = 10;
/// How much of each.
const LINE_MAX: usize = 200;
/// How many deeds, the newest.
const DEEDS_MAX: usize = 5;
/// Who has had it is shown so far back.
const HANDS_MAX: u32 = 10;
/// Before the first entry of all that there will be.
const NEWEST: i64 = i64::MAX;

/// What is posted into the new topic of a ticket that has left `old`.
pub(super) fn summary(turn: &Turn<'_>, ticket: &Ticket, old: &Topic) -> Result<String, Error> {
    let (texts, language) = (turn.texts(), turn.language());
    let mut parts = vec![texts.history_head(language)];
    if let Some(thread) = old.thread {
        parts.push(rules::desks::link(
            topics::current_chat(turn.db, old.chat)?,
            thread,
        ));
    }
    let had = hands(turn, ticket)?;
    if !had.is_empty() {
        parts.push(texts.history_had(language, &had));
    }
    let counts = history::counts(turn.db, ticket.id)?;
    parts.push(texts.history_counts(language, counts.client, counts.agent, counts.notes));
    let mut deeds = audit::of_ticket(turn.db, ticket.id, NEWEST, DEEDS_MAX)?;
    deeds.reverse();
    for deed in &deeds {
        parts.push(trail::line(turn, deed)?);
    }
    let lines = history::last_lines(turn.db, ticket.id, old.card_carries, LINES_MAX)?;
    if !lines.is_empty() {
        parts.push(String::new());
    }
    for line in &lines {
        parts.push(shown(turn, line)?);
    }
    Ok(parts.join("\n"))
}

/// Who has had a ticket, in order, each once.
fn hands(turn: &Turn<'_>, ticket: &Ticket) -> Result<String, Error> {
    let mut names: Vec<String> = Vec::new();
    for given in assignments::of_ticket(turn.db, ticket.id, HANDS_MAX)? {
        let name = people::name(turn, given.agent)?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names.join(", "))
}

/// `Client: the first line…`
fn shown(turn: &Turn<'_>, line: &Line) -> Result<String, Error> {
    let (texts, language) = (turn.texts(), turn.language());
    let who = match (line.side, line.author) {
        (Side::Client, _) => texts.audit_hand(language, "client"),
        (Side::Agent, Some(agent)) => people::name(turn, agent)?,
        (Side::Agent, None) => texts.audit_hand(language, "anonymous"),
    };
    let words = match line.content.text.text.trim() {
        "" => format!("[{}]", line.content.kind.name()),
        _ => rules::history::line(&line.content.text, LINE_MAX),
    };
    Ok(format!("{who}: {words}"))
}
