//! Where a post goes, and what it answers there.

use super::super::claims::of_lane;
use super::super::{Db, Error, Place, clients, desks, messages, topics};
use super::Resolution;
use crate::domain::call::{Lane, Purpose, ReadyReply, ReplyTo, To};
use crate::domain::desks::Desks;
use crate::domain::ids::{ChatId, DeskId, ThreadId, TicketId};

/// Where a post goes.
#[derive(Clone, Copy)]
pub(super) struct There {
    pub chat: ChatId,
    pub thread: Option<ThreadId>,
    pub place: Place,
}

/// That, or why there is no such place.
pub(super) enum Destination {
    At(There),
    Missing(Resolution),
}

/// Where a post goes that the desk has named.
pub(super) fn destination(db: &Db, to: To, desks: &Desks) -> Result<Destination, Error> {
    let group = |chat: ChatId, thread| {
        Destination::At(There {
            chat,
            thread,
            place: Place::Group(chat),
        })
    };
    Ok(match to {
        To::Client(client) => Destination::At(There {
            chat: clients::user_of(db, client)?.private_chat(),
            thread: None,
            place: Place::Client(client),
        }),
        To::General => group(desks::chat(db, desks, DeskId::MAIN)?, None),
        To::GeneralOf(chat) => group(topics::current_chat(db, chat)?, None),
        To::Thread(chat, thread) => group(topics::current_chat(db, chat)?, Some(thread)),
        To::Chat(chat) => group(chat, None),
        To::Topic(ticket) => match topics::live(db, ticket)? {
            Some((chat, thread)) => group(topics::current_chat(db, chat)?, Some(thread)),
            None => Destination::Missing(without_topic(db, ticket)?),
        },
    })
}

/// What becomes of a post whose topic does not stand.
fn without_topic(db: &Db, ticket: TicketId) -> Result<Resolution, Error> {
    let is_wanted = topics::current(db, ticket)?.is_some();
    // Nobody makes it any more where the call that should have has died.
    let is_coming = is_wanted && of_lane(db, Lane::Topic(ticket), Purpose::Topic)?.is_some();
    Ok(match is_coming {
        true => Resolution::Later,
        false => Resolution::TopicGone,
    })
}

/// What a post answers there; none where that does not stand there.
pub(super) fn reply_target(
    db: &Db,
    reply_to: Option<ReplyTo>,
    place: Place,
) -> Result<Option<ReadyReply>, Error> {
    Ok(match reply_to {
        None => None,
        Some(ReplyTo::There(message)) => Some(ReadyReply::to(message)),
        Some(ReplyTo::Row(row)) => messages::where_in(db, row, place)?.map(ReadyReply::to),
        Some(ReplyTo::Quote(row, quote)) => {
            messages::where_in(db, row, place)?.map(|message| ReadyReply {
                message,
                quote: Some(quote),
            })
        }
    })
}
