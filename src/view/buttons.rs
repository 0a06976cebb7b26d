//! The buttons under a card: what stands on them and what they say when they are pressed. Who may press
//! is for the desk to say.

use crate::domain::agent::AgentStatus;
use crate::domain::call::Button;
use crate::domain::ids::{TicketId, UserId};
use crate::domain::language::Language;
use crate::domain::ticket::{Resolution, Ticket, TicketPriority, TicketState};
use crate::texts::Texts;

/// What a button under a card asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardAction {
    /// Take the ticket.
    Claim,
    /// Raise it by a level, and why.
    Escalate(Grounds),
    /// Show other buttons.
    Page(Page),
    /// Close the ticket, with what came of it.
    Close(Option<Resolution>),
    /// Open it again.
    Reopen,
    /// Make it more or less urgent.
    Priority(TicketPriority),
    /// Put it aside.
    Snooze(Nap),
    /// End that.
    Wake,
}

/// Which buttons a card shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// What is needed most.
    #[default]
    Main,
    /// How a ticket ends.
    Closing,
    /// Why it is raised.
    Escalation,
    /// How urgent it is.
    Priority,
    /// How long it is put aside, and what is needed less often.
    More,
}

impl Page {
    /// Every page.
    pub const ALL: [Page; 5] = [
        Page::Main,
        Page::Closing,
        Page::Escalation,
        Page::Priority,
        Page::More,
    ];

    const fn name(self) -> &'static str {
        match self {
            Page::Main => "main",
            Page::Closing => "closing",
            Page::Escalation => "escalation",
            Page::Priority => "priority",
            Page::More => "more",
        }
    }
}

/// Why an agent raises a ticket with a button; any other reason stands behind `/escalate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grounds {
    /// Somebody with more experience is needed.
    Expert,
    /// The client is upset.
    Upset,
    /// It cannot wait.
    Urgent,
}

impl Grounds {
    /// Those that stand on buttons.
    pub const ALL: [Grounds; 3] = [Grounds::Expert, Grounds::Upset, Grounds::Urgent];

    /// Its name in buttons and texts.
    pub const fn name(self) -> &'static str {
        match self {
            Grounds::Expert => "expert",
            Grounds::Upset => "upset",
            Grounds::Urgent => "urgent",
        }
    }
}

/// For how long a button puts a ticket aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nap {
    /// So many hours.
    Hours(u8),
    /// Until the client writes.
    Client,
}

impl Nap {
    /// Those that stand on buttons.
    pub const OFFERED: [Nap; 4] = [Nap::Hours(1), Nap::Hours(3), Nap::Hours(24), Nap::Client];
}

impl CardAction {
    /// Every action that a button can ask for.
    pub fn all() -> Vec<CardAction> {
        let pages = Page::ALL.map(CardAction::Page).into_iter();
        let resolutions = Resolution::ALL.map(|one| CardAction::Close(Some(one)));
        let priorities = TicketPriority::ALL.map(CardAction::Priority);
        let naps = Nap::OFFERED.map(CardAction::Snooze);
        pages
            .chain(Grounds::ALL.map(CardAction::Escalate))
            .chain([
                CardAction::Claim,
                CardAction::Close(None),
                CardAction::Reopen,
                CardAction::Wake,
            ])
            .chain(resolutions)
            .chain(priorities)
            .chain(naps)
            .collect()
    }

    fn word(self) -> String {
        match self {
            CardAction::Claim => "claim".to_owned(),
            CardAction::Escalate(grounds) => format!("escalate.{}", grounds.name()),
            CardAction::Page(page) => format!("page.{}", page.name()),
            CardAction::Close(None) => "close".to_owned(),
            CardAction::Close(Some(resolution)) => format!("close.{}", resolution.name()),
            CardAction::Reopen => "reopen".to_owned(),
            CardAction::Priority(priority) => format!("priority.{}", priority.name()),
            CardAction::Snooze(Nap::Hours(hours)) => format!("snooze.{hours}"),
            CardAction::Snooze(Nap::Client) => "snooze.client".to_owned(),
            CardAction::Wake => "wake".to_owned(),
        }
    }
}

/// What a button says when it is pressed: `t:<ticket row>:<action>`.
pub fn data(ticket: TicketId, action: CardAction) -> String {
    format!("t:{}:{}", ticket.0, action.word())
}

/// Reads what a button says. None for buttons that do not stand under cards.
pub fn parse(data: &str) -> Option<(TicketId, CardAction)> {
    let (ticket, word) = data.strip_prefix("t:")?.split_once(':')?;
    let action = CardAction::all()
        .into_iter()
        .find(|action| action.word() == word)?;
    Some((TicketId(ticket.parse().ok()?), action))
}

/// The buttons of a card, row by row.
pub fn rows(ticket: &Ticket, page: Page, texts: &Texts, language: Language) -> Vec<Vec<Button>> {
    let button = |action| Button {
        text: words(action, texts, language),
        data: data(ticket.id, action),
    };
    let back = CardAction::Page(Page::Main);
    let actions: Vec<Vec<CardAction>> = match (ticket.state, page) {
        (TicketState::Closed, _) => vec![vec![CardAction::Reopen]],
        (_, Page::Main) => main(ticket.state),
        (_, Page::Closing) => vec![
            vec![
                CardAction::Close(Some(Resolution::Solved)),
                CardAction::Close(Some(Resolution::NoAnswer)),
            ],
            vec![
                CardAction::Close(Some(Resolution::Spam)),
                CardAction::Close(None),
            ],
            vec![back],
        ],
        (_, Page::Escalation) => Grounds::ALL
            .map(|grounds| vec![CardAction::Escalate(grounds)])
            .into_iter()
            .chain([vec![back]])
            .collect(),
        (_, Page::Priority) => vec![
            TicketPriority::ALL.map(CardAction::Priority)[..2].to_vec(),
            TicketPriority::ALL.map(CardAction::Priority)[2..].to_vec(),
            vec![back],
        ],
        (_, Page::More) => vec![
            Nap::OFFERED.map(CardAction::Snooze)[..2].to_vec(),
            Nap::OFFERED.map(CardAction::Snooze)[2..].to_vec(),
            vec![back],
        ],
    };
    let row = |actions: Vec<CardAction>| actions.into_iter().map(button).collect();
    actions.into_iter().map(row).collect()
}

/// One button that opens a closed ticket again.
pub fn reopen(ticket: TicketId, texts: &Texts, language: Language) -> Vec<Vec<Button>> {
    vec![vec![Button {
        text: words(CardAction::Reopen, texts, language),
        data: data(ticket, CardAction::Reopen),
    }]]
}

/// What an agent can say of themselves by a button.
const STATUSES: [AgentStatus; 3] = [AgentStatus::Available, AgentStatus::Busy, AgentStatus::Away];

/// The buttons with which an agent says whether they are there: `me:<agent>:<status>`. Everybody in the group
/// knows who its agents are.
pub fn statuses(agent: UserId, texts: &Texts, language: Language) -> Vec<Button> {
    STATUSES
        .map(|status| Button {
            text: texts.agent_status(language, status.name()),
            data: format!("me:{}:{}", agent.0, status.name()),
        })
        .to_vec()
}

/// Reads what such a button says: whose it is, and what they are then. None for other buttons.
pub fn parse_status(data: &str) -> Option<(UserId, AgentStatus)> {
    let (agent, name) = data.strip_prefix("me:")?.split_once(':')?;
    let status = STATUSES.into_iter().find(|status| status.name() == name)?;
    Some((UserId(agent.parse().ok()?), status))
}

fn main(state: TicketState) -> Vec<Vec<CardAction>> {
    let close = CardAction::Page(Page::Closing);
    let first = match state {
        TicketState::Open | TicketState::Escalated | TicketState::Snoozed => {
            vec![CardAction::Claim, close]
        }
        TicketState::Assigned | TicketState::Closed => vec![close],
    };
    let last = match state {
        TicketState::Snoozed => CardAction::Wake,
        TicketState::Open
        | TicketState::Assigned
        | TicketState::Escalated
        | TicketState::Closed => CardAction::Page(Page::More),
    };
    let escalation = CardAction::Page(Page::Escalation);
    let priority = CardAction::Page(Page::Priority);
    vec![first, vec![escalation, priority, last]]
}

fn words(action: CardAction, texts: &Texts, language: Language) -> String {
    match action {
        CardAction::Claim => texts.button_claim(language),
        CardAction::Escalate(grounds) => texts.escalation_grounds(language, grounds.name()),
        CardAction::Page(page) => texts.button_page(language, page.name()),
        CardAction::Close(resolution) => {
            texts.button_close(language, resolution.map_or("none", Resolution::name))
        }
        CardAction::Reopen => texts.button_reopen(language),
        CardAction::Priority(priority) => texts.card_priority(language, priority.name()),
        CardAction::Snooze(Nap::Hours(hours)) => texts.button_snooze(language, u64::from(hours)),
        CardAction::Snooze(Nap::Client) => texts.button_snooze_client(language),
        CardAction::Wake => texts.button_wake(language),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_button_is_read_back_and_no_other() {
        for action in CardAction::all() {
            let data = data(TicketId(i64::MAX), action);
            assert!(data.len() <= 64, "{data}");
            assert_eq!(parse(&data), Some((TicketId(i64::MAX), action)));
        }
        for foreign in ["", "t:", "t:7", "t:x:wake", "t:7:", "t:7:fly", "ask:7:wake"] {
            assert_eq!(parse(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn an_agents_own_buttons_say_whose_they_are() {
        let row = statuses(UserId(i64::MAX), &Texts::new(), Language::English);
        let read: Vec<Option<(UserId, AgentStatus)>> = row
            .iter()
            .map(|button| parse_status(&button.data))
            .collect();
        assert_eq!(
            read,
            STATUSES.map(|status| Some((UserId(i64::MAX), status)))
        );
        assert!(row.iter().all(|button| button.data.len() <= 64));
        for foreign in ["", "me:", "me:7", "me:x:busy", "me:7:offline", "t:7:wake"] {
            assert_eq!(parse_status(foreign), None, "{foreign}");
        }
    }
}
