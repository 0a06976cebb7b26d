//! Which desk a group or a ticket is of. What a group is called now follows from what it is called in the
//! config.

use rusqlite::{OptionalExtension, params};

use super::topics::{self, Topic};
use super::{Db, Error, Place};
use crate::domain::call::{Call, Lane, Source, To, Whose};
use crate::domain::desks::Desks;
use crate::domain::ids::{ChatId, DeskId, MessageRowId, OutboxId, TicketId, TopicId};
use crate::domain::time::Timestamp;

const OF_TICKET: &str = "SELECT desk FROM tickets WHERE id = ?1";
const MOVE_TICKET: &str = "UPDATE tickets SET desk = ?2 WHERE id = ?1";
const MOVE_CALL: &str = "UPDATE outbox SET desk = ?2 WHERE id = ?1";
const BEEN_IN: &str = "SELECT DISTINCT chat_id FROM topics WHERE ticket_id = ?1";
const STRANDED: &str =
    "SELECT id FROM tickets WHERE state <> 'closed' AND desk <> 0 ORDER BY opened_at";
const OF_MAIN: &str =
    "SELECT id FROM tickets WHERE state <> 'closed' AND desk = 0 ORDER BY opened_at";
const MAIN_WAITED_FOR: &str = "SELECT DISTINCT ticket_id FROM outbox INDEXED BY outbox_lane \
     WHERE desk = 0 AND finished_at IS NULL AND ticket_id IS NOT NULL ORDER BY ticket_id";
const LEAVE_BEHIND: &str = "UPDATE outbox SET left_topic = ?2 \
     WHERE lane = ?1 AND finished_at IS NULL AND state = 'claimed'";
const LEFT_TOPIC: &str = "SELECT left_topic FROM outbox WHERE id = ?1";
const CATCH_UP: &str = "UPDATE outbox SET left_topic = NULL, \
     desk = ifnull((SELECT tickets.desk FROM tickets WHERE tickets.id = ticket_id), desk) WHERE id = ?1";
const MOVE_LANE: &str = "UPDATE outbox SET desk = ?2 \
     WHERE lane = ?1 AND finished_at IS NULL AND state <> 'claimed'";
const GROUPS_OF: &str =
    "SELECT DISTINCT place FROM links WHERE message_id = ?1 AND place < 0 ORDER BY place";
const BRING_HOME: &str = "UPDATE outbox SET desk = (SELECT tickets.desk FROM tickets WHERE tickets.id = ticket_id), \
     not_before = min(not_before, ?2) WHERE desk = ?1 AND state = 'waiting' AND budget = 'desk' \
     AND purpose IN ('edit', 'delete') \
     AND (SELECT tickets.desk FROM tickets WHERE tickets.id = ticket_id) <> ?1";
const UNDER: &str = "SELECT desk FROM outbox WHERE desk <> 0 AND finished_at IS NULL \
     UNION SELECT desk FROM outbox WHERE desk <> 0 AND state = 'dead'";
const WAITED_FOR: &str = "SELECT DISTINCT ticket_id FROM outbox \
     WHERE desk = ?1 AND desk <> 0 AND finished_at IS NULL AND ticket_id IS NOT NULL ORDER BY ticket_id";
const RENAME: &str =
    "UPDATE outbox SET desk = ?2 WHERE desk = ?1 AND desk <> 0 AND finished_at IS NULL";
const RENAME_DEAD: &str = "UPDATE outbox SET desk = ?2 WHERE desk = ?1 AND state = 'dead'";

/// What the group of a desk is called now.
pub fn chat(db: &Db, desks: &Desks, desk: DeskId) -> Result<ChatId, Error> {
    topics::current_chat(db, desks.chat(desk))
}

/// The ids under which the desk groups write: the configured ones, and their successors after an upgrade.
pub fn groups(db: &Db, desks: &Desks) -> Result<Vec<ChatId>, Error> {
    let mut groups: Vec<ChatId> = desks.all().map(|desk| desks.chat(desk)).collect();
    for desk in desks.all() {
        let now = chat(db, desks, desk)?;
        if !groups.contains(&now) {
            groups.push(now);
        }
    }
    Ok(groups)
}

/// The desk whose group this is, under its present id or an earlier one.
pub fn of_chat(db: &Db, desks: &Desks, group: ChatId) -> Result<Option<DeskId>, Error> {
    let now = topics::current_chat(db, group)?;
    for desk in desks.all() {
        if desks.chat(desk) == group || chat(db, desks, desk)? == now {
            return Ok(Some(desk));
        }
    }
    Ok(None)
}

/// The desk that a ticket belongs to.
pub fn of_ticket(db: &Db, ticket: TicketId) -> Result<DeskId, Error> {
    let desk = db
        .prepare_cached(OF_TICKET)?
        .query_row([ticket], |row| row.get(0))
        .optional()?;
    Ok(desk.unwrap_or(DeskId::MAIN))
}

/// A ticket belongs to another desk from now on. What waits for its topic does not wait for the group that it
/// leaves, which may be out of reach.
pub fn move_ticket(db: &Db, ticket: TicketId, desk: DeskId) -> Result<(), Error> {
    db.prepare_cached(MOVE_TICKET)?
        .execute(params![ticket, desk])?;
    let mut move_lane = db.prepare_cached(MOVE_LANE)?;
    for lane in [Lane::Topic(ticket), Lane::Card(ticket), Lane::Title(ticket)] {
        move_lane.execute(params![lane.key(), desk])?;
    }
    Ok(())
}

/// A call goes into the group of another desk than was thought.
pub fn move_call(db: &Db, call: OutboxId, desk: DeskId) -> Result<(), Error> {
    db.prepare_cached(MOVE_CALL)?.execute(params![call, desk])?;
    Ok(())
}

/// A desk's group is lost: changes of what stands there are looked at where their tickets are by now.
pub fn bring_home(db: &Db, desk: DeskId, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(BRING_HOME)?.execute(params![desk, now])?;
    Ok(())
}

/// The desks in whose groups a ticket has had a topic.
pub fn been_in(db: &Db, desks: &Desks, ticket: TicketId) -> Result<Vec<DeskId>, Error> {
    let mut statement = db.prepare_cached(BEEN_IN)?;
    let chats = statement.query_map([ticket], |row| row.get(0))?;
    let chats: Vec<ChatId> = chats.collect::<Result<_, _>>()?;
    let mut been = Vec::new();
    for chat in chats {
        been.extend(of_chat(db, desks, chat)?);
    }
    Ok(been)
}

/// Tickets of further desks that are not closed, the oldest first.
pub fn tickets_away(db: &Db) -> Result<Vec<TicketId>, Error> {
    let mut statement = db.prepare_cached(STRANDED)?;
    let tickets = statement.query_map([], |row| row.get(0))?;
    Ok(tickets.collect::<Result<_, _>>()?)
}

/// Tickets of the main desk that are not closed, or for which something waits. A long list, for when the group
/// has changed.
pub fn tickets_of_main(db: &Db) -> Result<Vec<TicketId>, Error> {
    let mut found = Vec::new();
    for query in [OF_MAIN, MAIN_WAITED_FOR] {
        let mut statement = db.prepare_cached(query)?;
        let tickets = statement.query_map([], |row| row.get(0))?;
        found.extend(tickets.collect::<Result<Vec<TicketId>, _>>()?);
    }
    Ok(found)
}

/// What is under way in a lane ends in a topic that its ticket has left.
pub fn leave_behind(db: &Db, lane: Lane, topic: TopicId) -> Result<(), Error> {
    db.prepare_cached(LEAVE_BEHIND)?
        .execute(params![lane.key(), topic])?;
    Ok(())
}

/// The topic that a ticket has left while this call was under way there.
pub fn left_topic(db: &Db, call: OutboxId) -> Result<Option<Topic>, Error> {
    let left: Option<Option<TopicId>> = db
        .prepare_cached(LEFT_TOPIC)?
        .query_row([call], |row| row.get(0))
        .optional()?;
    match left.flatten() {
        Some(topic) => topics::by_id(db, topic),
        None => Ok(None),
    }
}

/// A call that came back goes where its ticket is.
pub fn catch_up(db: &Db, call: OutboxId) -> Result<(), Error> {
    db.prepare_cached(CATCH_UP)?.execute([call])?;
    Ok(())
}

/// Calls of desks that the config does not know any more stand under the main one, and under the right one
/// once they are looked at. So do letters, which nobody could see otherwise. The tickets for which something
/// waited there.
pub fn adopt_calls(db: &Db, desks: &Desks) -> Result<Vec<TicketId>, Error> {
    let mut statement = db.prepare_cached(UNDER)?;
    let under = statement.query_map([], |row| row.get(0))?;
    let under: Vec<DeskId> = under.collect::<Result<_, _>>()?;
    let mut tickets = Vec::new();
    for desk in under.into_iter().filter(|desk| !desks.has(*desk)) {
        let mut statement = db.prepare_cached(WAITED_FOR)?;
        let waited_for = statement.query_map([desk], |row| row.get(0))?;
        tickets.extend(waited_for.collect::<Result<Vec<TicketId>, _>>()?);
        for rename in [RENAME, RENAME_DEAD] {
            db.prepare_cached(rename)?
                .execute(params![desk, DeskId::MAIN])?;
        }
    }
    Ok(tickets)
}

/// The desk under which a call is queued up: a guess that is put right when the call is looked at.
pub fn of_call(
    db: &Db,
    desks: &Desks,
    call: &Call,
    ticket: Option<TicketId>,
) -> Result<DeskId, Error> {
    if desks.is_single() {
        return Ok(DeskId::MAIN);
    }
    if let Some(chat) = names(call) {
        return Ok(of_chat(db, desks, chat)?.unwrap_or(DeskId::MAIN));
    }
    match ticket {
        Some(ticket) => of_ticket(db, ticket),
        None => Ok(DeskId::MAIN),
    }
}

/// Whether a call names a group that is not in the config any more.
pub fn is_foreign(db: &Db, desks: &Desks, call: &Call) -> Result<bool, Error> {
    match names(call) {
        Some(chat) => Ok(of_chat(db, desks, chat)?.is_none()),
        None => Ok(false),
    }
}

/// Whether a call copies what stands in a group that is not in the config any more.
pub fn copies_from_the_past(db: &Db, desks: &Desks, call: &Call) -> Result<bool, Error> {
    let sources = match call {
        Call::Copy { source, .. } => std::slice::from_ref(source),
        Call::CopyAlbum { sources, .. } => sources.as_slice(),
        _ => return Ok(false),
    };
    for source in sources {
        if let Source::Desk(chat, _) = source
            && of_chat(db, desks, *chat)?.is_none()
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The group that a call names outright.
fn names(call: &Call) -> Option<ChatId> {
    match call {
        Call::SendText { to, .. } => match to {
            To::Thread(chat, _) | To::GeneralOf(chat) => Some(*chat),
            To::Client(_) | To::Topic(_) | To::General | To::Chat(_) => None,
        },
        Call::EditWord {
            whose: Whose::Group(chat),
            ..
        }
        | Call::DeletePosts { chat, .. }
        | Call::Pin { chat, .. }
        | Call::DeleteTopic { chat, .. }
        | Call::CloseThread { chat, .. }
        | Call::React { chat, .. }
        | Call::Ban { chat, .. } => Some(*chat),
        Call::CreateTopic { .. }
        | Call::Await { .. }
        | Call::SendMedia { .. }
        | Call::SendAlbum { .. }
        | Call::CopyAlbum { .. }
        | Call::SendLocation { .. }
        | Call::Copy { .. }
        | Call::EditText { .. }
        | Call::EditCaption { .. }
        | Call::EditMedia { .. }
        | Call::MoveLocation { .. }
        | Call::EditWord { .. }
        | Call::Delete { .. }
        | Call::EditCard { .. }
        | Call::EditTopic { .. }
        | Call::CloseTopic { .. }
        | Call::ReopenTopic { .. }
        | Call::Mirror { .. }
        | Call::AnswerButton { .. }
        | Call::WordOfVoice { .. }
        | Call::Leave { .. }
        | Call::SetCommands { .. } => None,
    }
}

/// The group in which a message of a client's or an agent's stands, as far as that is known: one of the config,
/// else one that was in it. Else the main one.
pub fn place_of_row(db: &Db, desks: &Desks, row: MessageRowId) -> Result<(ChatId, Place), Error> {
    let mut statement = db.prepare_cached(GROUPS_OF)?;
    let groups = statement.query_map([row], |row| row.get(0))?;
    let groups: Vec<ChatId> = groups.collect::<Result<_, _>>()?;
    for desk in desks.all() {
        let chat = chat(db, desks, desk)?;
        if groups.contains(&chat) {
            return Ok((chat, Place::Group(chat)));
        }
    }
    let chat = match groups.first() {
        Some(past) => *past,
        None => chat(db, desks, DeskId::MAIN)?,
    };
    Ok((chat, Place::Group(chat)))
}
