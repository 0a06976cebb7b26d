//! The same first words from many clients: one alert in the place of many tickets. Their tickets exist and
//! keep what is written, but get their topics later, or at once or never, as an admin decides.

use super::assign;
use super::closing::{self, Ending};
use super::turn::{Queued, Turn};
use crate::domain::call::{Button, Call, Lane, Priority, Purpose};
use crate::domain::content::Text;
use crate::domain::event::{Press, Timer};
use crate::domain::ids::{ClientId, TicketId};
use crate::domain::rules::same_text::{self, HELD_FOR, SPAN, Same};
use crate::domain::ticket::{ClosedBy, Resolution, Role, TicketState};
use crate::domain::time::Timestamp;
use crate::store::audit::{self, Entry, Hand};
use crate::store::{Error, first_texts, members, outbox, tickets, timers, topics};

/// Tickets that one press decides on. More take another press, so that no transaction grows without bound.
const AT_ONCE_MAX: usize = 200;

/// What an admin decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deal {
    Open,
    Close,
}

impl Deal {
    const ALL: [Deal; 2] = [Deal::Open, Deal::Close];

    const fn name(self) -> &'static str {
        match self {
            Deal::Open => "open",
            Deal::Close => "close",
        }
    }

    fn data(self, digest: i64) -> String {
        format!("same:{digest}:{}", self.name())
    }
}

fn parse(data: &str) -> Option<(i64, Deal)> {
    let (digest, name) = data.strip_prefix("same:")?.split_once(':')?;
    let deal = Deal::ALL.into_iter().find(|deal| deal.name() == name)?;
    Some((digest.parse().ok()?, deal))
}

/// A ticket begins with these words, as they are kept. Until when it has to wait for its topic, if others
/// began so too.
pub(super) fn held_until(
    turn: &mut Turn<'_>,
    client: ClientId,
    ticket: TicketId,
    words: &str,
) -> Result<Option<Timestamp>, Error> {
    let bound = turn.settings().flood_same_text;
    let Some(digest) = same_text::digest(words).filter(|_| bound > 0) else {
        return Ok(None);
    };
    let since = turn.now.minus(SPAN);
    let clients = first_texts::add(turn.db, digest, client, turn.now, since)?;
    let Same::Held { tell } = same_text::judge(clients, bound) else {
        return Ok(None);
    };
    first_texts::hold(turn.db, digest, client, ticket)?;
    if tell {
        alert(turn, digest, ticket, clients)?;
    }
    let until = turn.now.plus(HELD_FOR);
    timers::set(turn.db, until, &Timer::HoldEnds { ticket })?;
    Ok(Some(until))
}

/// A ticket is held no longer: it gets its topic now, and somebody who works on it.
pub(super) fn let_go(turn: &mut Turn<'_>, ticket: TicketId) -> Result<(), Error> {
    first_texts::release(turn.db, ticket)?;
    let mut ticket = tickets::by_id(turn.db, ticket)?;
    assign::to_somebody(turn, &mut ticket, None).map(drop)
}

fn alert(turn: &mut Turn<'_>, digest: i64, ticket: TicketId, clients: u32) -> Result<(), Error> {
    let subject = tickets::by_id(turn.db, ticket)?.subject;
    let (texts, language) = (turn.texts(), turn.language());
    let minutes = HELD_FOR.as_secs() / 60;
    let (lane, to) = turn.general();
    let call = Call::SendText {
        to,
        text: Text::plain(texts.alert_same_text(language, u64::from(clients), &subject, minutes)),
        reply_to: None,
        preview: None,
        buttons: vec![
            vec![Button {
                text: texts.button_same_open(language),
                data: Deal::Open.data(digest),
            }],
            vec![Button {
                text: texts.button_same_close(language),
                data: Deal::Close.data(digest),
            }],
        ],
    };
    turn.queue(Queued {
        lane,
        ..Queued::of(Purpose::Word, Priority::WORD, &call)
    })
    .map(drop)
}

/// A press under such an alert. Whether it was one.
pub(super) fn pressed(turn: &mut Turn<'_>, press: &Press) -> Result<bool, Error> {
    let Some((digest, deal)) = parse(&press.data) else {
        return Ok(false);
    };
    let (texts, language) = (turn.texts(), turn.language());
    if members::role(turn.db, turn.here, press.by)? != Some(Role::Admin) {
        let text = texts.admins_only(language);
        turn.answer_button(press.id.clone(), text, true)?;
        return Ok(true);
    }
    let held = first_texts::held(turn.db, digest, AT_ONCE_MAX)?;
    let count = u64::try_from(held.len()).unwrap_or(u64::MAX);
    for ticket in held {
        let entry = Entry {
            ticket: Some(ticket),
            ..Entry::of(Hand::Member(press.by), deal_action(deal))
        };
        audit::insert(turn.db, &entry, turn.now)?;
        match deal {
            Deal::Open => {
                outbox::due_now(turn.db, Lane::Topic(ticket), turn.now)?;
                let_go(turn, ticket)?;
            }
            Deal::Close => {
                first_texts::release(turn.db, ticket)?;
                give_up(turn, ticket, Hand::Member(press.by))?;
            }
        }
    }
    let text = match deal {
        Deal::Open => texts.same_opened(language, count),
        Deal::Close => texts.same_closed(language, count),
    };
    turn.answer_button(press.id.clone(), text, true)?;
    Ok(true)
}

const fn deal_action(deal: Deal) -> &'static str {
    match deal {
        Deal::Open => "same_open",
        Deal::Close => "same_close",
    }
}

/// Closes a ticket that has no topic yet: nothing of it is posted any more.
fn give_up(turn: &mut Turn<'_>, ticket: TicketId, hand: Hand) -> Result<(), Error> {
    let ticket = tickets::by_id(turn.db, ticket)?;
    if ticket.state == TicketState::Closed {
        return Ok(());
    }
    let ending = Ending {
        resolution: Some(Resolution::Spam),
        ..Ending::of(ClosedBy::Agent, hand)
    };
    closing::close(turn, &ticket, &ending)?;
    let has_topic = match topics::current(turn.db, ticket.id)? {
        Some(topic) => {
            let stands = topic.thread.is_some();
            if !stands {
                topics::gone(turn.db, topic.id)?;
            }
            stands
        }
        None => false,
    };
    if has_topic {
        return Ok(());
    }
    let lane = Lane::Topic(ticket.id);
    for waiting in outbox::waiting_in(turn.db, lane)? {
        outbox::drop_waiting(turn.db, waiting.id, &lane.key(), "closed unseen", turn.now)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buttons_are_read_back() {
        for deal in Deal::ALL {
            let data = deal.data(i64::MIN);
            assert!(data.len() <= 64, "{data}");
            assert_eq!(parse(&data), Some((i64::MIN, deal)));
        }
        assert_eq!(parse("same:x:open"), None);
        assert_eq!(parse("same:1:maybe"), None);
        assert_eq!(parse("ask:1:y"), None);
    }
}
