//! Somebody takes a message back: its copy is deleted, and everything that is stored of its text.
//! Telegram lets bots delete messages of the last 48 hours only (Bot API docs, `deleteMessage`), and
//! the writer is told why it stays where it does.

use super::turn::Turn;
use super::{album, card, file};
use crate::domain::call::{Call, Purpose};
use crate::domain::event::{AgentMessage, ClientMessage};
use crate::domain::ticket::{Client, Side};
use crate::store::audit::{self, Entry, Hand};
use crate::store::claims::{self, OutboxRow};
use crate::store::messages::Found;
use crate::store::{Error, Place, albums, clients, messages, outbox, secrets, tickets};

/// A client's `/delete`.
pub(super) fn by_client(
    turn: &mut Turn<'_>,
    client: &Client,
    command: &ClientMessage,
) -> Result<(), Error> {
    let place = Place::Client(client.id);
    let found = match command.reply_to {
        Some(target) => messages::at(turn.db, place, target)?,
        None => None,
    };
    let own = found.filter(|found| found.side == Side::Client && !found.is_deleted);
    let text = match own {
        Some(found) => match taken_back(turn, found, Hand::Client)? {
            Taken::UnderWay => return Ok(()),
            Taken::Already => turn.texts().deleted_from_desk(client.language),
            Taken::Unlinked => turn.texts().not_found_at_desk(client.language),
        },
        None => turn.texts().delete_what_client(client.language),
    };
    turn.tell_client(client.id, None, text, Some(command.message))
}

/// An agent's `/delete`.
pub(super) fn by_agent(turn: &mut Turn<'_>, command: &AgentMessage) -> Result<(), Error> {
    let place = Place::Group(command.chat);
    let found = match command.reply_to {
        Some(target) => messages::at(turn.db, place, target)?,
        None => None,
    };
    let own = found.filter(|found| {
        found.side == Side::Agent && found.author == command.from && !found.is_deleted
    });
    let text = match own {
        Some(found) => match taken_back(turn, found, Hand::of(command.from))? {
            Taken::UnderWay => return Ok(()),
            Taken::Already => turn.texts().deleted_from_client(turn.language()),
            Taken::Unlinked => turn.texts().not_found_at_client(turn.language()),
        },
        None => turn.texts().delete_what_agent(turn.language()),
    };
    turn.answer_agent((command.chat, command.thread), command.message, text)
}

/// What became of the copy.
enum Taken {
    /// It is being deleted; the writer is told how that ends.
    UnderWay,
    /// There is none.
    Already,
    /// It stands there, and nobody knows which it is.
    Unlinked,
}

/// The trail says that it was done, and nothing of what it said.
fn taken_back(turn: &mut Turn<'_>, found: Found, hand: Hand) -> Result<Taken, Error> {
    let entry = Entry {
        ticket: Some(found.ticket),
        ..Entry::of(hand, "delete")
    };
    audit::insert(turn.db, &entry, turn.now)?;
    take_back(turn, found)
}

fn take_back(turn: &mut Turn<'_>, found: Found) -> Result<Taken, Error> {
    let route = file::route(turn, found)?;
    let shares_card = card::shares_card(turn, found)?;
    messages::delete(turn.db, found.row, turn.now)?;
    secrets::forget(turn.db, found.row)?;
    tickets::set_subject(turn.db, found.ticket, found.row, "")?;
    outbox::blank_finished(turn.db, found.row)?;
    if shares_card {
        card::remove_first_words(turn, found)?;
        return Ok(Taken::Already);
    }
    let album = match albums::of_message(turn.db, found.row)? {
        Some(album) => albums::by_id(turn.db, album)?,
        None => None,
    };
    let may_stand = match album {
        Some(_) if album::is_unlinked(turn, route, found)? => return Ok(Taken::Unlinked),
        // One call carries all of an album: only this message leaves it.
        Some(album) => album::take_back(turn, &album, found)?,
        None => {
            for (call, lane) in outbox::unseen_of_message(turn.db, found.row)? {
                outbox::drop_waiting(turn.db, call, &lane, "taken back", turn.now)?;
            }
            !outbox::parts(turn.db, found.row, route.purpose())?.is_empty()
        }
    };
    let whose = route.whose();
    let place = turn.place_of_row(whose, found.row)?;
    let stands = !messages::parts_in(turn.db, found.row, place)?.is_empty();
    if !stands && !may_stand {
        return Ok(Taken::Already);
    }
    let call = Call::Delete {
        row: found.row,
        from_part: 0,
        whose,
    };
    turn.carry(route, Purpose::Delete, (found.row, 0), &call)?;
    Ok(Taken::UnderWay)
}

/// How the deletion of a copy has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// It does not stand there any more.
    Deleted,
    /// Telegram does not let bots delete what is so old.
    TooOld,
    /// It is a part of a post, and Telegram does not let us change that.
    PartOfPost,
    /// The chat in which it stands is out of reach: a group that is lost, a client who has left.
    OutOfReach,
}

impl Ended {
    /// Its name in the texts.
    const fn name(self) -> &'static str {
        match self {
            Ended::Deleted => "deleted",
            Ended::TooOld => "too_old",
            Ended::PartOfPost => "part_of_post",
            Ended::OutOfReach => "out_of_reach",
        }
    }
}

/// The writer is told how the deletion of a copy has ended.
pub(super) fn ended(turn: &mut Turn<'_>, row: &OutboxRow, how: Ended) -> Result<(), Error> {
    let Some(message) = row.message else {
        return Ok(());
    };
    let found = messages::by_id(turn.db, message)?;
    let (texts, language) = (turn.texts(), turn.language());
    match found.side {
        Side::Client => {
            let client = clients::by_id(turn.db, file::route(turn, found)?.client)?;
            let text = match how {
                Ended::Deleted => texts.deleted_from_desk(client.language),
                Ended::TooOld | Ended::PartOfPost | Ended::OutOfReach => {
                    texts.not_deleted_from_desk(client.language, how.name())
                }
            };
            let original = messages::where_in(turn.db, message, Place::Client(client.id))?;
            turn.tell_client(client.id, Some(found.ticket), text, original)
        }
        Side::Agent => {
            let text = match how {
                Ended::Deleted => texts.deleted_from_client(language),
                Ended::TooOld | Ended::PartOfPost | Ended::OutOfReach => {
                    texts.not_deleted_from_client(language, how.name())
                }
            };
            turn.answer_row(message, text)
        }
    }
}

/// It stays where it stands.
pub(super) fn refused(turn: &mut Turn<'_>, row: &OutboxRow, how: Ended) -> Result<(), Error> {
    claims::dropped(turn.db, row, "cannot be deleted", turn.now)?;
    if row.purpose == Purpose::Delete {
        return ended(turn, row, how);
    }
    Ok(())
}
