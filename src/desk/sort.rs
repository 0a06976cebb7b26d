//! How tickets are sorted: priority, category, tags.

use super::command::{Answer, Given, first_word, needs_topic};
use super::turn::Turn;
use super::{assign, card, relocate, sla};
use crate::domain::ticket::{Ticket, TicketPriority, TicketState};
use crate::store::audit::{self, Entry, Hand};
use crate::store::{Error, tags, tickets};

/// The longest tag, in characters.
const TAG_MAX: usize = 32;
/// Tags on one ticket; more would not fit on its card.
const TAGS_MAX: usize = 20;

/// `/priority high`.
pub(super) fn priority(turn: &mut Turn<'_>, given: &Given<'_>) -> Answer {
    let ticket = match standing(turn, given) {
        Ok(ticket) => ticket,
        Err(answer) => return Ok(Some(answer)),
    };
    match named_priority(given.arguments) {
        Some(priority) => {
            prioritise(turn, ticket, priority, Hand::of(given.message.from)).map(Some)
        }
        None => Ok(Some(given.how(turn))),
    }
}

/// The priority of this name.
pub(super) fn named_priority(name: &str) -> Option<TicketPriority> {
    let mut all = TicketPriority::ALL.into_iter();
    all.find(|priority| priority.name().eq_ignore_ascii_case(name))
}

/// A ticket becomes more or less urgent. What whoever did it reads.
pub(super) fn prioritise(
    turn: &mut Turn<'_>,
    ticket: &Ticket,
    priority: TicketPriority,
    hand: Hand,
) -> Result<String, Error> {
    let sorted = Ticket {
        priority,
        ..ticket.clone()
    };
    let entry = Entry {
        before: ticket.priority.name(),
        after: priority.name(),
        ..Entry::of(hand, "priority")
    };
    save(turn, &sorted, &entry)?;
    sla::look_again(turn, ticket.id)?;
    Ok(turn.texts().card_priority(turn.language(), priority.name()))
}

/// `/category billing`; `/category none` takes it away.
pub(super) fn category(turn: &mut Turn<'_>, given: &Given<'_>) -> Answer {
    let ticket = match standing(turn, given) {
        Ok(ticket) => ticket,
        Err(answer) => return Ok(Some(answer)),
    };
    let (texts, language) = (turn.texts(), turn.language());
    let name = given.arguments.to_lowercase();
    let categories = &turn.settings().categories;
    let is_known = categories.iter().any(|category| category.name == name);
    if !is_known && name != "none" {
        let names: Vec<&str> = categories.iter().map(|one| one.name.as_str()).collect();
        return Ok(Some(match names.is_empty() {
            true => texts.no_categories(language),
            false => texts.categories(language, &names.join(", ")),
        }));
    }
    let category = is_known.then_some(name);
    categorise(turn, ticket, category, Hand::of(given.message.from))?;
    let now = tickets::by_id(turn.db, ticket.id)?;
    Ok(Some(match card::category(turn, &now) {
        Some(title) => texts.category_set(language, &title),
        None => texts.category_unset(language),
    }))
}

/// A ticket is about something else.
pub(super) fn categorise(
    turn: &mut Turn<'_>,
    ticket: &Ticket,
    category: Option<String>,
    hand: Hand,
) -> Result<(), Error> {
    let sorted = Ticket {
        category,
        ..ticket.clone()
    };
    let entry = Entry {
        before: ticket.category.as_deref().unwrap_or_default(),
        after: sorted.category.as_deref().unwrap_or_default(),
        ..Entry::of(hand, "category")
    };
    save(turn, &sorted, &entry)
}

/// `/tag add x y`, `/tag remove x`.
pub(super) fn tag(turn: &mut Turn<'_>, given: &Given<'_>) -> Answer {
    let Some(ticket) = &given.ticket else {
        return Ok(Some(needs_topic(turn, given.word)));
    };
    let (what, words) = first_word(given.arguments);
    let wanted: Option<Vec<String>> = words.split_whitespace().map(read_tag).collect();
    let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) else {
        return Ok(Some(given.how(turn)));
    };
    let is_added = match what.to_lowercase().as_str() {
        "add" => true,
        "remove" => false,
        _ => return Ok(Some(given.how(turn))),
    };
    let before = tags::of_ticket(turn.db, ticket.id)?;
    if is_added && before.len() + wanted.len() > TAGS_MAX {
        return Ok(Some(turn.texts().too_many_tags(turn.language())));
    }
    for tag in &wanted {
        if is_added {
            tags::add(turn.db, ticket.id, tag)?;
        } else {
            tags::remove(turn.db, ticket.id, tag)?;
        }
    }
    let after = tags::of_ticket(turn.db, ticket.id)?;
    let entry = Entry {
        ticket: Some(ticket.id),
        before: &before.join(" "),
        after: &after.join(" "),
        ..Entry::of(Hand::of(given.message.from), "tag")
    };
    if before != after {
        audit::insert(turn.db, &entry, turn.now)?;
        card::refresh(turn, ticket.id)?;
    }
    let (texts, language) = (turn.texts(), turn.language());
    Ok(Some(match after.is_empty() {
        true => texts.tags_none(language),
        false => texts.tags_now(language, &format!("#{}", after.join(" #"))),
    }))
}

/// A tag as it is kept: in lower case, of letters, digits, `-` and `_`.
pub(super) fn read_tag(word: &str) -> Option<String> {
    let tag = word.trim_start_matches('#').to_lowercase();
    let is_good = |letter: char| letter.is_alphanumeric() || letter == '-' || letter == '_';
    let length = tag.chars().count();
    ((1..=TAG_MAX).contains(&length) && tag.chars().all(is_good)).then_some(tag)
}

/// The open ticket that a command is about, or what is answered where there is none.
fn standing<'a>(turn: &Turn<'_>, given: &'a Given<'_>) -> Result<&'a Ticket, String> {
    match &given.ticket {
        Some(ticket) if ticket.state == TicketState::Closed => {
            Err(turn.texts().ticket_is_closed(turn.language()))
        }
        Some(ticket) => Ok(ticket),
        None => Err(needs_topic(turn, given.word)),
    }
}

fn save(turn: &mut Turn<'_>, sorted: &Ticket, entry: &Entry<'_>) -> Result<(), Error> {
    if entry.before == entry.after || !tickets::save(turn.db, sorted)? {
        return Ok(());
    }
    let entry = Entry {
        ticket: Some(sorted.id),
        ..*entry
    };
    audit::insert(turn.db, &entry, turn.now)?;
    relocate::follow(turn, sorted.id, entry.hand)?;
    // Where it waits, it may suit somebody now whom it did not suit before.
    let mut ticket = tickets::by_id(turn.db, sorted.id)?;
    assign::to_somebody(turn, &mut ticket, None)?;
    card::refresh(turn, sorted.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_words() {
        let long = "x".repeat(33);
        for (word, expected) in [
            ("VIP", Some("vip")),
            ("#refund-2", Some("refund-2")),
            ("возврат", Some("возврат")),
            ("", None),
            ("#", None),
            ("a.b", None),
            (long.as_str(), None),
        ] {
            assert_eq!(read_tag(word).as_deref(), expected, "{word}");
        }
    }
}
