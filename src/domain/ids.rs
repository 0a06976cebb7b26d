//! Ids as types. Those that name a person have no `Display`, and their `Debug` shows no number, so
//! that they cannot reach a log or a text by accident.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);
    };
}

macro_rules! plain_debug {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }
    )*};
}

macro_rules! hidden_debug {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(hidden)"))
            }
        }
    )*};
}

id!(/// A Telegram user, client or agent. Names a person.
    UserId);
id!(/// Our row of a client. Names a person as long as the database is at hand.
    ClientId);
id!(/// A Telegram chat. A positive one is a private chat, whose id is the user's: it names a person.
    ChatId);
id!(/// A desk: 0 is the main group, any other is a further group's id as configured, whatever it is called now.
    DeskId);
id!(/// A message inside one chat, numbered by Telegram.
    MessageId);
id!(/// A forum topic inside one supergroup: the id of its creation message.
    ThreadId);
id!(/// Our row of a ticket.
    TicketId);
id!(/// Our row of a topic.
    TopicId);
id!(/// Our row of a message that somebody wrote.
    MessageRowId);
id!(/// Our row of a call that has to be made.
    OutboxId);
id!(/// Our row of an update that arrived.
    InboxId);
id!(/// Our row of something that has to happen at a time.
    TimerId);
id!(/// Our row of an album.
    AlbumId);
id!(/// Our row of a piece of slow work.
    JobId);
id!(/// Our row of a report that somebody has asked for.
    ReportId);
id!(/// Our row of a question that somebody answers with a button.
    PromptId);
id!(/// Our row of a press that waits until it is known who pressed.
    ParkedId);
id!(/// Our row of a question to Telegram about somebody.
    LookupId);
id!(/// Our row of a member whose joining was announced.
    AdmissionId);
id!(/// A bot: the number before the colon of its token.
    BotId);

plain_debug!(
    DeskId,
    MessageId,
    ThreadId,
    TicketId,
    TopicId,
    MessageRowId,
    OutboxId,
    InboxId,
    TimerId,
    AlbumId,
    JobId,
    ReportId,
    PromptId,
    ParkedId,
    LookupId,
    AdmissionId,
    BotId
);
hidden_debug!(UserId, ClientId);

impl UserId {
    /// The private chat with this person; Telegram gives it the person's own number.
    pub fn private_chat(self) -> ChatId {
        ChatId(self.0)
    }
}

impl ChatId {
    /// Whether this is a chat with one person.
    pub fn is_private(self) -> bool {
        self.0 > 0
    }
}

impl fmt::Debug for ChatId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_private() {
            f.write_str("ChatId(private)")
        } else {
            write!(f, "{}", self.0)
        }
    }
}

impl DeskId {
    /// The main group.
    pub const MAIN: DeskId = DeskId(0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_people_print_no_number() {
        let printed = format!("{:?} {:?} {:?}", UserId(77), ClientId(77), ChatId(77));
        assert!(!printed.contains("77"), "{printed}");
        assert_eq!(format!("{:?}", ChatId(-10077)), "-10077");
    }
}
