//! What was masked in a ticket, shown to an administrator who presses for it, a page at a time: an alert is
//! short, and nothing may be left out.

use super::turn::Turn;
use crate::domain::event::{Press, Question};
use crate::domain::ids::TicketId;
use crate::domain::ticket::Role;
use crate::store::audit::{self, Entry, Hand};
use crate::store::prompts::{self, Prompt};
use crate::store::{Error, members, secrets};

/// The longest alert (Bot API docs, `answerCallbackQuery`).
const ALERT_MAX: usize = 200;
/// What of it is kept for the number of the page, with the line's end.
const NUMBER_MAX: usize = 14;

/// Somebody presses to see what was masked. Each press shows the next page, and after the last the first.
pub(super) fn pressed(
    turn: &mut Turn<'_>,
    press: &Press,
    prompt: &Prompt,
    question: Question,
) -> Result<(), Error> {
    let language = turn.language();
    let Question::Reveal {
        ticket,
        reason,
        shown,
    } = question
    else {
        return Ok(());
    };
    if members::role(turn.db, turn.here, press.by)? != Some(Role::Admin) {
        let text = turn.texts().admins_only(language);
        return turn.answer_button(press.id.clone(), text, true);
    }
    let looked = Entry {
        ticket: Some(ticket),
        reason: &reason,
        ..Entry::of(Hand::Member(press.by), "reveal")
    };
    audit::insert(turn.db, &looked, turn.now)?;
    let pages = pages(&values(turn, ticket)?);
    let page = shown.checked_rem(pages.len()).unwrap_or(0);
    let text = match pages.get(page) {
        Some(page) => page.clone(),
        None => turn.texts().nothing_to_reveal(language),
    };
    let next = Question::Reveal {
        ticket,
        reason,
        shown: page + 1,
    };
    prompts::replace(turn.db, prompt.id, &next)?;
    turn.answer_button(press.id.clone(), text, true)
}

/// What a ticket's messages held, each with the placeholder that stands for it.
fn values(turn: &Turn<'_>, ticket: TicketId) -> Result<Vec<String>, Error> {
    let secrets = secrets::of_ticket(turn.db, ticket)?;
    let values = secrets.iter().filter_map(|secret| {
        let value = turn.unseal(secret)?;
        Some(format!("{} {value}", secret.placeholder))
    });
    Ok(values.collect())
}

/// All lines, in pages that an alert can show. Where there are several, each says which it is.
fn pages(lines: &[String]) -> Vec<String> {
    let whole = lines.join("\n");
    if whole.is_empty() {
        return Vec::new();
    }
    if whole.encode_utf16().count() <= ALERT_MAX {
        return vec![whole];
    }
    let mut pages = vec![String::new()];
    for piece in lines.iter().flat_map(|line| pieces(line)) {
        let page = pages.last_mut().expect("there is one from the start");
        let length = page.encode_utf16().count() + piece.encode_utf16().count() + 1;
        if page.is_empty() {
            *page = piece;
        } else if length <= ALERT_MAX - NUMBER_MAX {
            page.push('\n');
            page.push_str(&piece);
        } else {
            pages.push(piece);
        }
    }
    let count = pages.len();
    let numbered = (1..).zip(pages);
    numbered
        .map(|(number, page)| format!("{number}/{count}\n{page}"))
        .collect()
}

/// A line in pieces that fit on a page.
fn pieces(line: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut units = 0;
    for character in line.chars() {
        if units + character.len_utf16() > ALERT_MAX - NUMBER_MAX {
            pieces.push(String::new());
            units = 0;
        }
        units += character.len_utf16();
        let piece = pieces.last_mut().expect("there is one from the start");
        piece.push(character);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_on_a_page() {
        assert_eq!(pages(&[]), [""; 0]);
        assert_eq!(
            pages(&["[phone 1] 1".to_owned(), "[phone 2] 2".to_owned()]),
            ["[phone 1] 1\n[phone 2] 2"]
        );
        let lines: Vec<String> = (0..500)
            .map(|number| format!("[phone {number}] +49 30 {number:06} 😀"))
            .chain(["😀".repeat(333)])
            .collect();
        let pages = pages(&lines);
        let whole = pages.concat();
        for line in &lines[..500] {
            assert!(whole.contains(line.as_str()), "{line}");
        }
        assert_eq!(whole.matches('😀').count(), 500 + 333);
        for page in &pages {
            assert!(page.encode_utf16().count() <= ALERT_MAX, "{page}");
        }
    }
}
