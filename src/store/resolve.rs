//! Resolving what a call refers to, at the moment it is claimed: the topic of a ticket, the copy of
//! a message, the card. Here, and only here, a client's row becomes a chat id again.

mod destination;

use super::claims::{OutboxRow, of_lane};
use super::outbox::{self, Fate};
use super::{Db, Error, Place, clients, desks, merge, messages, topics};
use crate::domain::call::{
    Audience, Button, Call, Lane, Purpose, ReadyCall, ReadyReply, ReplyTo, Source, Standing, To,
    Whose,
};
use crate::domain::content::Text;
use crate::domain::desks::Desks;
use crate::domain::ids::{ChatId, DeskId, MessageId, MessageRowId, ThreadId, TicketId};
use destination::{Destination, There, destination, reply_target};

/// What a claim makes of a call's references.
#[derive(Debug)]
pub enum Resolution {
    /// All there.
    Ready(ReadyCall),
    /// What it refers to is still on its way.
    Later,
    /// The topic that it refers to is gone.
    TopicGone,
    /// What it refers to will never be there.
    Never,
}

/// Resolves what a call refers to in the groups of the config. One flat table, so that a new
/// call cannot be forgotten.
pub fn resolve(db: &Db, row: &OutboxRow, desks: &Desks) -> Result<Resolution, Error> {
    let ready = |call| Ok(Resolution::Ready(call));
    match row.call.clone() {
        Call::Await { .. } => Ok(Resolution::Later),
        Call::SendText {
            to,
            text,
            reply_to,
            preview,
            buttons,
        } => {
            let text = merge::whole_text(db, row, &text)?;
            post(
                db,
                desks,
                to,
                reply_to,
                |There { chat, thread, .. }, reply_to| ReadyCall::SendText {
                    chat,
                    thread,
                    text,
                    reply_to,
                    preview,
                    buttons,
                },
            )
        }
        Call::SendMedia { to, item, reply_to } => post(
            db,
            desks,
            to,
            reply_to,
            |There { chat, thread, .. }, reply_to| ReadyCall::SendMedia {
                chat,
                thread,
                item,
                reply_to,
            },
        ),
        Call::SendAlbum {
            to,
            items,
            reply_to,
            ..
        } => post(
            db,
            desks,
            to,
            reply_to,
            |There { chat, thread, .. }, reply_to| ReadyCall::SendAlbum {
                chat,
                thread,
                items,
                reply_to,
            },
        ),
        Call::SendLocation {
            to,
            location,
            reply_to,
        } => post(
            db,
            desks,
            to,
            reply_to,
            |There { chat, thread, .. }, reply_to| ReadyCall::SendLocation {
                chat,
                thread,
                location,
                reply_to,
            },
        ),
        Call::Copy {
            to,
            source,
            caption,
            reply_to,
        } => {
            let (from, message) = original(db, source)?;
            post(
                db,
                desks,
                to,
                reply_to,
                |There { chat, thread, .. }, reply_to| ReadyCall::Copy {
                    chat,
                    thread,
                    from,
                    message,
                    caption,
                    reply_to,
                },
            )
        }
        Call::CopyAlbum { to, sources } => {
            let (from, messages) = originals(db, &sources)?;
            post(db, desks, to, None, |There { chat, thread, .. }, _| {
                ReadyCall::CopyAlbum {
                    chat,
                    thread,
                    from,
                    messages,
                }
            })
        }
        Call::EditText {
            copy,
            text,
            preview,
        } => {
            let text = shared_text(db, desks, copy)?.unwrap_or(text);
            change(db, desks, copy, |chat, message| ReadyCall::EditText {
                chat,
                message,
                text,
                preview,
                buttons: Vec::new(),
            })
        }
        Call::EditCaption {
            copy,
            caption,
            above,
        } => change(db, desks, copy, |chat, message| ReadyCall::EditCaption {
            chat,
            message,
            caption,
            above,
        }),
        Call::EditMedia { copy, item } => {
            change(db, desks, copy, |chat, message| ReadyCall::EditMedia {
                chat,
                message,
                item,
            })
        }
        Call::MoveLocation { copy, location } => {
            change(db, desks, copy, |chat, message| ReadyCall::MoveLocation {
                chat,
                message,
                location,
            })
        }
        Call::Mirror { on, emoji } => change(db, desks, on, |chat, message| ReadyCall::React {
            chat,
            message,
            emoji,
        }),
        Call::Delete {
            row,
            from_part,
            whose,
        } => delete(db, desks, row, from_part, whose),
        Call::DeletePosts { chat, messages, .. } => {
            standing(db, chat, ReadyCall::Delete { chat, messages })
        }
        Call::EditWord {
            whose,
            message,
            text,
            buttons,
        } => {
            let (chat, _) = chat_of(db, whose, None, desks)?;
            let edit = ReadyCall::EditText {
                chat,
                message,
                text,
                preview: None,
                buttons: buttons.into_iter().map(|button| vec![button]).collect(),
            };
            match whose {
                Whose::Group(group) => standing(db, group, edit),
                Whose::Client(_) | Whose::Desk => ready(edit),
            }
        }
        Call::EditCard {
            ticket,
            text,
            buttons,
        } => card_edit(db, ticket, text, buttons),
        Call::EditTopic { ticket, title } => {
            topic_call(db, ticket, |chat, thread| ReadyCall::EditTopic {
                chat,
                thread,
                title,
            })
        }
        Call::CreateTopic { ticket, title } => {
            let chat = desks::chat(db, desks, desks::of_ticket(db, ticket)?)?;
            ready(ReadyCall::CreateTopic { chat, title })
        }
        Call::CloseTopic { ticket } => topic_call(db, ticket, |chat, thread| {
            ReadyCall::CloseTopic { chat, thread }
        }),
        Call::CloseThread { chat, thread } => {
            let chat = topics::current_chat(db, chat)?;
            ready(ReadyCall::CloseTopic { chat, thread })
        }
        Call::ReopenTopic { ticket } => topic_call(db, ticket, |chat, thread| {
            ReadyCall::ReopenTopic { chat, thread }
        }),
        Call::Pin { chat, message } => standing(db, chat, ReadyCall::Pin { chat, message }),
        Call::DeleteTopic { chat, thread } => {
            let chat = topics::current_chat(db, chat)?;
            ready(ReadyCall::DeleteTopic { chat, thread })
        }
        Call::React {
            chat,
            message,
            mark,
        } => {
            let emoji = Some(mark.emoji().to_owned());
            let react = ReadyCall::React {
                chat,
                message,
                emoji,
            };
            standing(db, chat, react)
        }
        Call::AnswerButton {
            press,
            text,
            is_alert,
        } => ready(ReadyCall::AnswerButton {
            press,
            text,
            is_alert,
        }),
        Call::WordOfVoice { client, text, .. } => ready(ReadyCall::SendText {
            chat: clients::user_of(db, client)?.private_chat(),
            thread: None,
            text,
            reply_to: None,
            preview: None,
            buttons: Vec::new(),
        }),
        Call::Ban { chat, user } => {
            let chat = topics::current_chat(db, chat)?;
            ready(ReadyCall::Ban { chat, user })
        }
        Call::Leave { chat } => ready(ReadyCall::Leave { chat }),
        Call::SetCommands {
            audience,
            language,
            commands,
        } => {
            let chat = match audience {
                Audience::Clients => None,
                Audience::Agents => Some(desks::chat(db, desks, DeskId::MAIN)?),
                Audience::AgentsOf(chat) => Some(topics::current_chat(db, chat)?),
            };
            ready(ReadyCall::SetCommands {
                chat,
                language,
                commands,
            })
        }
    }
}

/// A call that posts something new.
fn post(
    db: &Db,
    desks: &Desks,
    to: To,
    reply_to: Option<ReplyTo>,
    make: impl FnOnce(There, Option<ReadyReply>) -> ReadyCall,
) -> Result<Resolution, Error> {
    Ok(match destination(db, to, desks)? {
        Destination::At(there) => {
            let reply_to = reply_target(db, reply_to, there.place)?;
            let is_there = !has_stayed_behind(db, to)?;
            Resolution::Ready(make(there, reply_to.filter(|_| is_there)))
        }
        Destination::Missing(resolution) => resolution,
    })
}

/// A call that acts on a message that stands in a group. Where the group has become another one by now its
/// messages have stayed behind, and their numbers are those of others there.
fn standing(db: &Db, chat: ChatId, call: ReadyCall) -> Result<Resolution, Error> {
    Ok(match topics::current_chat(db, chat)? == chat {
        true => Resolution::Ready(call),
        false => Resolution::Never,
    })
}

/// Whether what was written in a group that somebody is answered in has stayed in the group that it was before.
fn has_stayed_behind(db: &Db, to: To) -> Result<bool, Error> {
    match to {
        To::GeneralOf(chat) | To::Thread(chat, _) => Ok(topics::current_chat(db, chat)? != chat),
        To::Client(_) | To::Topic(_) | To::General | To::Chat(_) => Ok(false),
    }
}

/// A call that changes something that we sent, or that stands there.
fn change(
    db: &Db,
    desks: &Desks,
    standing: Standing,
    make: impl FnOnce(ChatId, MessageId) -> ReadyCall,
) -> Result<Resolution, Error> {
    let (chat, place) = chat_of(db, standing.whose, Some(standing.row), desks)?;
    let parts = messages::parts_in(db, standing.row, place)?;
    match parts.iter().find(|at| at.part == standing.part) {
        Some(at) => Ok(Resolution::Ready(make(chat, at.message))),
        None => still_coming(db, standing.row),
    }
}

/// What the post says that a message shares with others.
fn shared_text(db: &Db, desks: &Desks, standing: Standing) -> Result<Option<Text>, Error> {
    let (_, place) = chat_of(db, standing.whose, Some(standing.row), desks)?;
    let parts = messages::parts_in(db, standing.row, place)?;
    match parts.iter().find(|at| at.part == standing.part) {
        Some(at) => merge::shared_text(db, place, at.message),
        None => Ok(None),
    }
}

fn delete(
    db: &Db,
    desks: &Desks,
    row: MessageRowId,
    from_part: u32,
    whose: Whose,
) -> Result<Resolution, Error> {
    let (chat, place) = chat_of(db, whose, Some(row), desks)?;
    let mut messages: Vec<MessageId> = messages::parts_in(db, row, place)?
        .into_iter()
        .filter(|at| at.part >= from_part)
        .map(|at| at.message)
        .collect();
    messages.sort_unstable();
    // Others that share the post stay.
    if let [post] = messages.as_slice()
        && let Some(text) = merge::shared_text(db, place, *post)?
    {
        return Ok(Resolution::Ready(ReadyCall::EditText {
            chat,
            message: *post,
            text,
            preview: None,
            buttons: Vec::new(),
        }));
    }
    Ok(if messages.is_empty() {
        Resolution::Never
    } else {
        Resolution::Ready(ReadyCall::Delete { chat, messages })
    })
}

fn chat_of(
    db: &Db,
    whose: Whose,
    row: Option<MessageRowId>,
    desks: &Desks,
) -> Result<(ChatId, Place), Error> {
    Ok(match whose {
        Whose::Client(client) => (
            clients::user_of(db, client)?.private_chat(),
            Place::Client(client),
        ),
        Whose::Desk => match row {
            Some(row) => desks::place_of_row(db, desks, row)?,
            None => {
                let chat = desks::chat(db, desks, DeskId::MAIN)?;
                (chat, Place::Group(chat))
            }
        },
        Whose::Group(group) => {
            let chat = topics::current_chat(db, group)?;
            (chat, Place::Group(chat))
        }
    })
}

/// A copy that does not stand there yet: waited for as long as something is on its way.
fn still_coming(db: &Db, row: MessageRowId) -> Result<Resolution, Error> {
    for purpose in [Purpose::Relay, Purpose::Reply, Purpose::Card] {
        if outbox::fate(db, row, purpose)? == Fate::UnderWay {
            return Ok(Resolution::Later);
        }
    }
    Ok(Resolution::Never)
}

fn original(db: &Db, source: Source) -> Result<(ChatId, MessageId), Error> {
    Ok(match source {
        Source::Client(client, message) => (clients::user_of(db, client)?.private_chat(), message),
        Source::Desk(chat, message) => (topics::current_chat(db, chat)?, message),
    })
}

/// The messages of an album; they stand in one chat.
fn originals(db: &Db, sources: &[Source]) -> Result<(ChatId, Vec<MessageId>), Error> {
    let mut messages = Vec::with_capacity(sources.len());
    let mut from = ChatId(0);
    for source in sources {
        let (chat, message) = original(db, *source)?;
        from = chat;
        messages.push(message);
    }
    Ok((from, messages))
}

fn card_edit(
    db: &Db,
    ticket: TicketId,
    text: Text,
    buttons: Vec<Vec<Button>>,
) -> Result<Resolution, Error> {
    let Some(topic) = topics::current(db, ticket)? else {
        return Ok(Resolution::Never);
    };
    if let Some(message) = topic.card {
        return Ok(Resolution::Ready(ReadyCall::EditText {
            chat: topics::current_chat(db, topic.chat)?,
            message,
            text,
            preview: None,
            buttons,
        }));
    }
    let card_is_coming = of_lane(db, Lane::Topic(ticket), Purpose::Card)?.is_some();
    Ok(if card_is_coming {
        Resolution::Later
    } else {
        Resolution::Never
    })
}

fn topic_call(
    db: &Db,
    ticket: TicketId,
    call: impl FnOnce(ChatId, ThreadId) -> ReadyCall,
) -> Result<Resolution, Error> {
    Ok(match topics::current(db, ticket)? {
        Some(topic) => match topic.thread {
            Some(thread) => Resolution::Ready(call(topics::current_chat(db, topic.chat)?, thread)),
            None => Resolution::Later,
        },
        None => Resolution::Never,
    })
}
