//! What is set for a time.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{
    AlbumId, ChatId, DeskId, MessageId, OutboxId, ParkedId, PromptId, ThreadId, TicketId, UserId,
};
use crate::domain::rules::bulk::Bulk;
use crate::domain::ticket::Resolution;
use crate::domain::time::Timestamp;

/// Something set for a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timer {
    /// A reply that is still under way after a while gets a mark that says so.
    ReplySlow {
        /// The agent's message.
        chat: ChatId,
        /// Its id.
        message: MessageId,
    },
    /// A topic creation in doubt was not settled by Telegram's own announcement.
    TopicDoubt {
        /// The call in doubt.
        call: OutboxId,
        /// When the doubt began.
        since: Timestamp,
    },
    /// A chat that was not the desk's a moment ago: it may have become so by an upgrade.
    LeaveElsewhere {
        /// That chat.
        chat: ChatId,
    },
    /// An album may be complete.
    AlbumQuiet {
        /// Which.
        album: AlbumId,
    },
    /// Updates arrive again after so long that presses of buttons were lost.
    PollingResumed {
        /// Since when none had arrived.
        since: Timestamp,
    },
    /// A ticket closes as an agent has said.
    CloseAt {
        /// Which ticket.
        ticket: TicketId,
        /// The time that was set; another one in the ticket means that this one does not count.
        at: Timestamp,
        /// Who has set it; none for an anonymous admin.
        by: Option<UserId>,
        /// Whether the client is not told.
        is_silent: bool,
        /// What came of it.
        resolution: Option<Resolution>,
        /// The other ticket that is about the same.
        duplicate_of: Option<TicketId>,
        /// Why; may be empty.
        reason: String,
    },
    /// A ticket that was put aside is taken up again.
    Wake {
        /// Which ticket.
        ticket: TicketId,
        /// The time that was set; another one in the ticket means that this one does not count.
        until: Timestamp,
    },
    /// A ticket may have been silent for long enough to close by itself.
    AutoClose {
        /// Which ticket.
        ticket: TicketId,
    },
    /// One thing is done to many tickets: the next piece.
    Bulk {
        /// What.
        work: Bulk,
        /// Who wants it.
        by: UserId,
        /// The last ticket of the piece before.
        after: TicketId,
        /// How many it were so far.
        done: u32,
        /// Where it was asked for.
        chat: ChatId,
        /// In which topic.
        thread: Option<ThreadId>,
        /// With which message.
        message: MessageId,
    },
    /// Something that an agent wanted to be reminded of.
    Remind {
        /// In the topic of which ticket.
        ticket: TicketId,
        /// By whom.
        by: UserId,
        /// Of what.
        text: String,
    },
    /// Old rows that have served their purpose are removed.
    Housekeeping,
    /// The dashboard is looked at.
    Dashboard,
    /// A press has waited long enough for Telegram's word on who pressed.
    PressParked {
        /// Which.
        press: ParkedId,
    },
    /// A question has not been answered for as long as it is in use.
    PromptLapses {
        /// Which.
        prompt: PromptId,
    },
    /// An agent may have done nothing for a while.
    AgentIdle {
        /// Who.
        agent: UserId,
    },
    /// Somebody who is not at work may have been gone for so long that nothing waits for them.
    CrewShrinks,
    /// An agent's shift begins or ends.
    AgentShift {
        /// Who.
        agent: UserId,
    },
    /// Nobody has decided on a ticket that was held for the words that it began with.
    HoldEnds {
        /// Which ticket.
        ticket: TicketId,
    },
    /// More tickets wait for those who have room than were given out in one go.
    HandOut,
    /// What clients wrote has waited for a while because their group takes no calls.
    ClientsWait {
        /// Into the group of which desk it goes.
        desk: DeskId,
    },
    /// Clients who wait may have moved up.
    QueueMoves,
    /// A promised time of a ticket comes near, or has passed.
    SlaDue {
        /// Which ticket.
        ticket: TicketId,
    },
    /// A card is to show how much is unread.
    CardCount {
        /// Of which ticket.
        ticket: TicketId,
    },
}
