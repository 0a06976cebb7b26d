//! Resolving what a call refers to, at the moment it is claimed: the topic of a ticket, the copy of
//! a message, the card. Here, and only here, a client's row becomes a chat id again.

use super::claims::{OutboxRow, of_lane};
use super::{Db, Error, Place, clients, messages, topics};
use crate::domain::call::{Audience, Call, Lane, Purpose, ReadyCall, ReplyTo, Source, To};
use crate::domain::content::Text;
use crate::domain::ids::{ChatId, MessageId, ThreadId, TicketId};

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

/// Resolves what a call refers to. `desk` is the configured desk group.
pub fn resolve(db: &Db, row: &OutboxRow, desk: ChatId) -> Result<Resolution, Error> {
    Ok(match &row.call {
        Call::CreateTopic { title, .. } => Resolution::Ready(ReadyCall::CreateTopic {
            chat: topics::current_chat(db, desk)?,
            title: title.clone(),
        }),
        Call::SendText { to, text, reply_to } => match destination(db, *to, desk)? {
            Destination::At {
                chat,
                thread,
                place,
            } => Resolution::Ready(ReadyCall::SendText {
                chat,
                thread,
                text: text.clone(),
                reply_to: reply_target(db, *reply_to, place)?,
            }),
            Destination::Missing(resolution) => resolution,
        },
        Call::Copy {
            to,
            source,
            caption,
            reply_to,
        } => match destination(db, *to, desk)? {
            Destination::At {
                chat,
                thread,
                place,
            } => {
                let (from, message) = original(db, *source)?;
                Resolution::Ready(ReadyCall::Copy {
                    chat,
                    thread,
                    from,
                    message,
                    caption: caption.clone(),
                    reply_to: reply_target(db, *reply_to, place)?,
                })
            }
            Destination::Missing(resolution) => resolution,
        },
        Call::EditCard { ticket, text } => card_edit(db, *ticket, text)?,
        Call::CloseTopic { ticket } => topic_call(db, *ticket, |chat, thread| {
            ReadyCall::CloseTopic { chat, thread }
        })?,
        Call::ReopenTopic { ticket } => topic_call(db, *ticket, |chat, thread| {
            ReadyCall::ReopenTopic { chat, thread }
        })?,
        Call::DeleteTopic { chat, thread } => Resolution::Ready(ReadyCall::DeleteTopic {
            chat: topics::current_chat(db, *chat)?,
            thread: *thread,
        }),
        Call::React {
            chat,
            message,
            mark,
        } => Resolution::Ready(ReadyCall::React {
            chat: topics::current_chat(db, *chat)?,
            message: *message,
            mark: *mark,
        }),
        Call::AnswerButton { press, text } => Resolution::Ready(ReadyCall::AnswerButton {
            press: press.clone(),
            text: text.clone(),
        }),
        Call::Leave { chat } => Resolution::Ready(ReadyCall::Leave { chat: *chat }),
        Call::SetCommands {
            audience,
            language,
            commands,
        } => Resolution::Ready(ReadyCall::SetCommands {
            chat: match audience {
                Audience::Clients => None,
                Audience::Agents => Some(topics::current_chat(db, desk)?),
            },
            language: *language,
            commands: commands.clone(),
        }),
    })
}

enum Destination {
    At {
        chat: ChatId,
        thread: Option<ThreadId>,
        place: Place,
    },
    Missing(Resolution),
}

fn destination(db: &Db, to: To, desk: ChatId) -> Result<Destination, Error> {
    let group = |chat: ChatId, thread| Destination::At {
        chat,
        thread,
        place: Place::Group(chat),
    };
    Ok(match to {
        To::Client(client) => Destination::At {
            chat: clients::user_of(db, client)?.private_chat(),
            thread: None,
            place: Place::Client(client),
        },
        To::General => group(topics::current_chat(db, desk)?, None),
        To::Thread(chat, thread) => group(topics::current_chat(db, chat)?, Some(thread)),
        To::Chat(chat) => group(chat, None),
        To::Topic(ticket) => match topics::current(db, ticket)? {
            Some(topic) => match topic.thread {
                Some(thread) => group(topics::current_chat(db, topic.chat)?, Some(thread)),
                // Nobody makes it any more where the call that should have has died.
                None if of_lane(db, Lane::Topic(ticket), Purpose::Topic)?.is_none() => {
                    Destination::Missing(Resolution::TopicGone)
                }
                None => Destination::Missing(Resolution::Later),
            },
            None => Destination::Missing(Resolution::TopicGone),
        },
    })
}

fn reply_target(
    db: &Db,
    reply_to: Option<ReplyTo>,
    place: Place,
) -> Result<Option<MessageId>, Error> {
    match reply_to {
        None => Ok(None),
        Some(ReplyTo::There(message)) => Ok(Some(message)),
        Some(ReplyTo::Row(row)) => messages::where_in(db, row, place),
    }
}

fn original(db: &Db, source: Source) -> Result<(ChatId, MessageId), Error> {
    Ok(match source {
        Source::Client(client, message) => (clients::user_of(db, client)?.private_chat(), message),
        Source::Desk(chat, message) => (topics::current_chat(db, chat)?, message),
    })
}

fn card_edit(db: &Db, ticket: TicketId, text: &Text) -> Result<Resolution, Error> {
    let Some(topic) = topics::current(db, ticket)? else {
        return Ok(Resolution::Never);
    };
    if let Some(message) = topic.card {
        return Ok(Resolution::Ready(ReadyCall::EditText {
            chat: topics::current_chat(db, topic.chat)?,
            message,
            text: text.clone(),
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
