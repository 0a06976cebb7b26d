//! How calls queue up: what each is for, in which lane it stands, whose budget it spends and how
//! urgent it is.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{ChatId, ClientId, DeskId, MessageId, MessageRowId, TicketId, TopicId};
use crate::domain::ticket::Side;

/// What a call is for: decides what its outcome means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Purpose {
    /// Makes the topic of a ticket.
    Topic,
    /// Posts the card, perhaps with the first text.
    Card,
    /// Carries a client's message to the topic.
    Relay,
    /// Carries an agent's message to the client.
    Reply,
    /// Carries over that somebody changed a message.
    Edit,
    /// Carries over that somebody took a message back.
    Delete,
    /// Carries a reaction over.
    Reaction,
    /// Tells somebody something.
    Word,
    /// Brings the card up to date.
    CardEdit,
    /// Opens, closes or removes a topic.
    TopicState,
    /// Changes the title of a topic.
    Title,
    /// Posts, pins or changes the dashboard.
    Dashboard,
    /// Shows the agent what became of a reply.
    Mark,
    /// Housekeeping: menus, answers to buttons, leaving a chat.
    Service,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Purpose; 14] = [
        Purpose::Topic,
        Purpose::Card,
        Purpose::Relay,
        Purpose::Reply,
        Purpose::Edit,
        Purpose::Delete,
        Purpose::Reaction,
        Purpose::Word,
        Purpose::CardEdit,
        Purpose::TopicState,
        Purpose::Title,
        Purpose::Dashboard,
        Purpose::Mark,
        Purpose::Service,
    ];

    /// Its name in the database and in logs.
    pub const fn name(self) -> &'static str {
        match self {
            Purpose::Topic => "topic",
            Purpose::Card => "card",
            Purpose::Relay => "relay",
            Purpose::Reply => "reply",
            Purpose::Edit => "edit",
            Purpose::Delete => "delete",
            Purpose::Reaction => "reaction",
            Purpose::Word => "word",
            Purpose::CardEdit => "card_edit",
            Purpose::TopicState => "topic_state",
            Purpose::Title => "title",
            Purpose::Dashboard => "dashboard",
            Purpose::Mark => "mark",
            Purpose::Service => "service",
        }
    }

    /// Whether making the call twice shows nothing twice. What does not repeat safely is either
    /// settled by Telegram's announcement (topics) or sent again with a word (messages).
    pub const fn repeats_safely(self) -> bool {
        match self {
            Purpose::Topic | Purpose::Card | Purpose::Relay | Purpose::Reply | Purpose::Word => {
                false
            }
            Purpose::Edit
            | Purpose::Delete
            | Purpose::Reaction
            | Purpose::CardEdit
            | Purpose::TopicState
            | Purpose::Title
            | Purpose::Dashboard
            | Purpose::Mark
            | Purpose::Service => true,
        }
    }
}

/// One ordered stream of calls to one destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Everything that is posted into a ticket's topic, in order.
    Topic(TicketId),
    /// Everything that is posted to a client, in order.
    Client(ClientId),
    /// Updates of a ticket's card: they give way to messages.
    Card(TicketId),
    /// The title of a ticket's topic.
    Title(TicketId),
    /// The dashboard of a group.
    Dashboard(ChatId),
    /// Delivery marks of one message.
    Mark(DeskId, MessageId),
    /// Reactions on one message, carried to one side.
    Reaction(MessageRowId, Side),
    /// The moves of one live location.
    Moves(MessageRowId),
    /// Changes of what stands in another group than its ticket, for each such group.
    Apart(TicketId, DeskId),
    /// Alerts in the main group's General.
    General,
    /// Alerts in the General of a further group.
    GeneralOf(DeskId),
    /// What is still said in a topic that its ticket has left.
    Left(TopicId),
    /// Calls that stand alone, each in a lane of its own.
    Alone(u64),
}

impl Lane {
    /// Its name in the database.
    pub fn key(self) -> String {
        match self {
            Lane::Topic(TicketId(id)) => format!("topic:{id}"),
            Lane::Client(ClientId(id)) => format!("client:{id}"),
            Lane::Card(TicketId(id)) => format!("card:{id}"),
            Lane::Title(TicketId(id)) => format!("title:{id}"),
            Lane::Dashboard(ChatId(id)) => format!("dashboard:{id}"),
            Lane::Mark(DeskId::MAIN, MessageId(id)) => format!("mark:{id}"),
            Lane::Mark(DeskId(desk), MessageId(id)) => format!("mark:{desk}:{id}"),
            Lane::Reaction(MessageRowId(id), side) => format!("reaction:{id}:{}", side.name()),
            Lane::Moves(MessageRowId(id)) => format!("moves:{id}"),
            Lane::Apart(TicketId(id), DeskId(desk)) => format!("apart:{id}:{desk}"),
            Lane::General => "general".to_owned(),
            Lane::GeneralOf(DeskId(desk)) => format!("general:{desk}"),
            Lane::Left(TopicId(id)) => format!("left:{id}"),
            Lane::Alone(id) => format!("alone:{id:x}"),
        }
    }
}

/// Whose budget a call spends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Budget {
    /// A private chat's own.
    Client,
    /// The desk group's, shared by all topics.
    Desk,
    /// None but the bot's own.
    Bot,
}

impl Budget {
    /// Every budget.
    pub const ALL: [Budget; 3] = [Budget::Client, Budget::Desk, Budget::Bot];

    /// Its name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Budget::Client => "client",
            Budget::Desk => "desk",
            Budget::Bot => "bot",
        }
    }
}

/// How urgent a call is among those of one budget; smaller goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Priority(pub u8);

impl Priority {
    /// Replies to clients. In the desk's budget the topic and the first post of a new ticket, which may take
    /// half of it, and the word that it does not suffice.
    pub const FIRST: Priority = Priority(0);
    /// Client messages on their way to a topic, and all else that stands between them in its lane.
    pub const MESSAGE: Priority = Priority(1);
    /// Words of the desk: to clients, agents and admins.
    pub const WORD: Priority = Priority(2);
    /// The state of cards and topics.
    pub const STATE: Priority = Priority(3);
    /// Delivery marks and other reactions.
    pub const MARK: Priority = Priority(4);
    /// The dashboard.
    pub const DASHBOARD: Priority = Priority(5);
    /// The least urgent there is; every priority is at most this.
    pub const LAST: Priority = Priority::DASHBOARD;

    /// Every priority with its name in figures, the most urgent first.
    pub const NAMED: [(Priority, &'static str); 6] = [
        (Priority::FIRST, "first"),
        (Priority::MESSAGE, "message"),
        (Priority::WORD, "word"),
        (Priority::STATE, "state"),
        (Priority::MARK, "mark"),
        (Priority::DASHBOARD, "dashboard"),
    ];
}
