//! Reactions, carried to the other side. A bot has one reaction on a message (Bot API docs,
//! `setMessageReaction`): what a person has set wins over the delivery mark, which returns when it is
//! removed.

use super::turn::Turn;
use super::{ban, card, file, membership};
use crate::domain::call::{Call, Lane, Standing, Whose};
use crate::domain::content::Reaction;
use crate::domain::ids::{ChatId, MessageId, UserId};
use crate::domain::rules::ban::Deed;
use crate::domain::rules::reactions;
use crate::domain::ticket::Side;
use crate::store::messages::Found;
use crate::store::{self, Error, Place, clients, messages, topics};

/// A client set or removed reactions.
pub(super) fn by_client(
    turn: &mut Turn<'_>,
    from: UserId,
    message: MessageId,
    set: &[Reaction],
) -> Result<(), Error> {
    if ban::stops(turn, from, Deed::Touches, turn.now)? {
        return Ok(());
    }
    let Some(client) = clients::by_user(turn.db, from)? else {
        return Ok(());
    };
    let Some(found) = messages::at(turn.db, Place::Client(client.id), message)? else {
        return Ok(());
    };
    note(turn, found, Side::Client, None, set)?;
    match found.side {
        // On the agent's own message, where the delivery mark stands too.
        Side::Agent => turn.show_reaction(found),
        Side::Client if card::shares_card(turn, found)? => Ok(()),
        Side::Client => mirror(turn, found, Side::Agent, Whose::Desk),
    }
}

/// An agent set or removed reactions.
pub(super) fn by_agent(
    turn: &mut Turn<'_>,
    chat: ChatId,
    by: Option<UserId>,
    message: MessageId,
    set: &[Reaction],
) -> Result<(), Error> {
    if !membership::counts(turn, by)? {
        return Ok(());
    }
    let Some(found) = messages::at(turn.db, Place::Group(chat), message)? else {
        return Ok(());
    };
    let card = topics::current(turn.db, found.ticket)?.and_then(|topic| topic.card);
    if found.is_note || card == Some(message) {
        return Ok(());
    }
    note(turn, found, Side::Agent, by, set)?;
    let client = file::route(turn, found)?.client;
    if clients::by_id(turn.db, client)?.unreachable.is_some() {
        return Ok(());
    }
    mirror(turn, found, Side::Client, Whose::Client(client))
}

fn note(
    turn: &Turn<'_>,
    found: Found,
    side: Side,
    actor: Option<UserId>,
    set: &[Reaction],
) -> Result<(), Error> {
    let emoji = reactions::carried(set);
    store::reactions::set(turn.db, found.row, side, actor, emoji.as_deref(), turn.now)
}

/// Shows on `to`'s side what the other side has set.
fn mirror(turn: &mut Turn<'_>, found: Found, to: Side, whose: Whose) -> Result<(), Error> {
    let from = match to {
        Side::Client => Side::Agent,
        Side::Agent => Side::Client,
    };
    let call = Call::Mirror {
        on: Standing {
            row: found.row,
            part: 0,
            whose,
        },
        emoji: store::reactions::newest(turn.db, found.row, from)?,
    };
    turn.mirror(Lane::Reaction(found.row, to), whose, found, &call)
}
