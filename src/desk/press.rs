//! Presses of buttons in the desk group: which are questions, which stand under cards, and what those do.
//! Who pressed is what Telegram says, whatever the button says (P9).

use std::time::Duration;

use super::closing::{self, Ending};
use super::turn::Turn;
use super::{
    card, category, claim, escalate, prompt, relocate, reopening, same_text, snooze, sort, status,
};
use crate::domain::event::Press;
use crate::domain::ticket::{ClosedBy, Ticket, TicketState};
use crate::store::audit::Hand;
use crate::store::{Error, members, tickets};
use crate::view::buttons::{self, CardAction, Nap};

/// A press of somebody who belongs to the desk group, as far as is known.
pub(super) fn pressed(turn: &mut Turn<'_>, press: &Press) -> Result<(), Error> {
    if same_text::pressed(turn, press)? || status::pressed(turn, press)? {
        return Ok(());
    }
    let Some((ticket, action)) = buttons::parse(&press.data) else {
        return prompt::pressed_by_agent(turn, press);
    };
    let (texts, language) = (turn.texts(), turn.language());
    if members::role(turn.db, turn.here, press.by)?.is_none() {
        let text = texts.agents_only(language);
        return turn.answer_button(press.id.clone(), text, true);
    }
    // Whoever presses may say any number, not only one that stands on a button.
    let text = match tickets::find(turn.db, ticket)? {
        Some(ticket) if ticket.desk != turn.here => relocate::where_it_is(turn, &ticket)?,
        Some(ticket) => on_card(turn, &ticket, action, Hand::Member(press.by))?,
        None => texts.button_stale(language),
    };
    turn.answer_button(press.id.clone(), text, false)
}

/// A press in a private chat.
pub(super) fn pressed_by_client(turn: &mut Turn<'_>, press: &Press) -> Result<(), Error> {
    if category::pressed(turn, press)? {
        return Ok(());
    }
    prompt::pressed_by_client(turn, press)
}

/// Does what a button under a card asks for. What the one who pressed reads; may be nothing.
fn on_card(
    turn: &mut Turn<'_>,
    ticket: &Ticket,
    action: CardAction,
    hand: Hand,
) -> Result<String, Error> {
    let (texts, language) = (turn.texts(), turn.language());
    if let CardAction::Reopen = action {
        return reopening::by_member(turn, ticket, hand);
    }
    if ticket.state == TicketState::Closed {
        return Ok(texts.ticket_is_closed(language));
    }
    match action {
        CardAction::Claim => match hand {
            Hand::Member(user) => claim::take_up(turn, ticket, user),
            Hand::Anonymous | Hand::Client | Hand::Desk => Ok(String::new()),
        },
        CardAction::Escalate(grounds) => escalate::by_button(turn, ticket, grounds, hand),
        CardAction::Page(page) => card::turn_page(turn, ticket, page).map(|()| String::new()),
        CardAction::Close(resolution) => {
            let ending = Ending {
                resolution,
                ..Ending::of(ClosedBy::Agent, hand)
            };
            closing::close(turn, ticket, &ending)?;
            Ok(texts.line_closed_by_agent(language, ticket.code.as_str()))
        }
        CardAction::Priority(priority) => sort::prioritise(turn, ticket, priority, hand),
        CardAction::Snooze(nap) => {
            let until = match nap {
                Nap::Hours(hours) => {
                    let wait = Duration::from_secs(60 * 60 * u64::from(hours));
                    Some(turn.now.plus(wait))
                }
                Nap::Client => None,
            };
            snooze::put_aside(turn, ticket, until, hand)
        }
        CardAction::Wake => snooze::wake_by(turn, ticket, hand),
        CardAction::Reopen => Ok(String::new()),
    }
}
