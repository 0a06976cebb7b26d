//! How a ticket goes from one state to another. Says what may be, not whether somebody may do it.

use crate::domain::ticket::TicketState;

/// Something that is done to a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// A client's first message makes it.
    Open,
    /// Somebody takes it who may, also with the first reply. Only where nobody has it.
    Claim,
    /// It is given to somebody, whoever had it before.
    Assign,
    /// Whoever has it gives it back.
    Unclaim,
    /// Whoever has it is not there any more.
    Release,
    /// It is raised by a level; nobody of that level has it yet.
    Escalate,
    /// It is put aside until a time, or until the client writes.
    Snooze,
    /// The time has come, or the client has written.
    Wake {
        /// Whether somebody still has it.
        has_assignee: bool,
    },
    /// It is done.
    Close,
    /// It was not.
    Reopen {
        /// Whether whoever had it is still there to have it again.
        has_assignee: bool,
    },
}

impl Action {
    /// Every action.
    pub const ALL: [Action; 12] = [
        Action::Open,
        Action::Claim,
        Action::Assign,
        Action::Unclaim,
        Action::Release,
        Action::Escalate,
        Action::Snooze,
        Action::Wake { has_assignee: true },
        Action::Wake {
            has_assignee: false,
        },
        Action::Close,
        Action::Reopen { has_assignee: true },
        Action::Reopen {
            has_assignee: false,
        },
    ];

    /// What a page calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Action::Open => "open",
            Action::Claim => "claim",
            Action::Assign => "assign",
            Action::Unclaim => "unclaim",
            Action::Release => "release",
            Action::Escalate => "escalate",
            Action::Snooze => "snooze",
            Action::Wake { has_assignee: true } => "wake, somebody has it",
            Action::Wake {
                has_assignee: false,
            } => "wake, nobody has it",
            Action::Close => "close",
            Action::Reopen { has_assignee: true } => "reopen, the agent is there",
            Action::Reopen {
                has_assignee: false,
            } => "reopen, nobody is there",
        }
    }
}

/// Who does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Actor {
    /// The person who asked for help.
    Client,
    /// Somebody of the desk.
    Agent,
    /// The desk itself: its clock, its rules, a change of who is there.
    Timer,
}

impl Actor {
    /// All of them.
    pub const ALL: [Actor; 3] = [Actor::Client, Actor::Agent, Actor::Timer];

    /// What a page calls them.
    pub const fn name(self) -> &'static str {
        match self {
            Actor::Client => "client",
            Actor::Agent => "agent",
            Actor::Timer => "desk",
        }
    }
}

/// Why something cannot be done to a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPossible {
    /// There is no ticket yet.
    #[error("there is no such ticket")]
    NotOpened,
    /// There is one already.
    #[error("it is open already")]
    AlreadyOpen,
    /// Somebody has it.
    #[error("somebody has it already")]
    Taken,
    /// Nobody has it.
    #[error("nobody has it")]
    NotTaken,
    /// It is closed; it can be reopened.
    #[error("it is closed")]
    Closed,
    /// It is not put aside.
    #[error("it is not snoozed")]
    NotSnoozed,
    /// It is not closed.
    #[error("it is not closed")]
    NotClosed,
    /// It is not theirs to do.
    #[error("it is not theirs to do")]
    NotTheirs,
}

/// The state after an action of somebody, where it is theirs to do.
pub const fn allowed(
    state: Option<TicketState>,
    actor: Actor,
    action: Action,
) -> Result<TicketState, NotPossible> {
    if is_theirs(actor, action) {
        transition(state, action)
    } else {
        Err(NotPossible::NotTheirs)
    }
}

/// The state after an action; `state` is none before there is a ticket.
pub const fn transition(
    state: Option<TicketState>,
    action: Action,
) -> Result<TicketState, NotPossible> {
    let Some(state) = state else {
        return match action {
            Action::Open => Ok(TicketState::Open),
            Action::Claim
            | Action::Assign
            | Action::Unclaim
            | Action::Release
            | Action::Escalate
            | Action::Snooze
            | Action::Wake { .. }
            | Action::Close
            | Action::Reopen { .. } => Err(NotPossible::NotOpened),
        };
    };
    let is_closed = matches!(state, TicketState::Closed);
    match action {
        Action::Open if is_closed => Err(NotPossible::Closed),
        Action::Open => Err(NotPossible::AlreadyOpen),
        Action::Reopen { .. } if !is_closed => Err(NotPossible::NotClosed),
        Action::Reopen { has_assignee } => Ok(had(has_assignee)),
        Action::Claim
        | Action::Assign
        | Action::Unclaim
        | Action::Release
        | Action::Escalate
        | Action::Snooze
        | Action::Wake { .. }
        | Action::Close
            if is_closed =>
        {
            Err(NotPossible::Closed)
        }
        Action::Claim => claimed(state),
        Action::Assign => Ok(TicketState::Assigned),
        Action::Unclaim | Action::Release => given_back(state),
        Action::Escalate => Ok(TicketState::Escalated),
        Action::Snooze => Ok(TicketState::Snoozed),
        Action::Wake { has_assignee } if matches!(state, TicketState::Snoozed) => {
            Ok(had(has_assignee))
        }
        Action::Wake { .. } => Err(NotPossible::NotSnoozed),
        Action::Close => Ok(TicketState::Closed),
    }
}

const fn had(has_assignee: bool) -> TicketState {
    if has_assignee {
        TicketState::Assigned
    } else {
        TicketState::Open
    }
}

const fn claimed(state: TicketState) -> Result<TicketState, NotPossible> {
    match state {
        TicketState::Open | TicketState::Escalated | TicketState::Snoozed => {
            Ok(TicketState::Assigned)
        }
        TicketState::Assigned => Err(NotPossible::Taken),
        TicketState::Closed => Err(NotPossible::Closed),
    }
}

/// A snoozed ticket sleeps on; it wakes to the queue.
const fn given_back(state: TicketState) -> Result<TicketState, NotPossible> {
    match state {
        TicketState::Assigned => Ok(TicketState::Open),
        TicketState::Snoozed => Ok(TicketState::Snoozed),
        TicketState::Open | TicketState::Escalated => Err(NotPossible::NotTaken),
        TicketState::Closed => Err(NotPossible::Closed),
    }
}

/// Whether it is theirs to do at all: agents open no tickets, clients take none, and only the desk's
/// own clock hands tickets on when somebody has left.
pub const fn is_theirs(actor: Actor, action: Action) -> bool {
    match (actor, action) {
        (
            Actor::Client,
            Action::Open
            | Action::Escalate
            | Action::Wake { .. }
            | Action::Close
            | Action::Reopen { .. },
        ) => true,
        (
            Actor::Client,
            Action::Claim | Action::Assign | Action::Unclaim | Action::Release | Action::Snooze,
        ) => false,
        (Actor::Agent, Action::Open | Action::Release) => false,
        (
            Actor::Agent,
            Action::Claim
            | Action::Assign
            | Action::Unclaim
            | Action::Escalate
            | Action::Snooze
            | Action::Wake { .. }
            | Action::Close
            | Action::Reopen { .. },
        ) => true,
        (
            Actor::Timer,
            Action::Assign
            | Action::Release
            | Action::Escalate
            | Action::Wake { .. }
            | Action::Close,
        ) => true,
        (
            Actor::Timer,
            Action::Open | Action::Claim | Action::Unclaim | Action::Snooze | Action::Reopen { .. },
        ) => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A letter for each state, `.` for no ticket, and for what cannot be: `n` not opened, `a` already
    /// open, `t` taken, `f` free, `c` closed, `s` not snoozed, `r` not closed.
    fn letter(end: Result<TicketState, NotPossible>) -> char {
        match end {
            Ok(TicketState::Open) => 'O',
            Ok(TicketState::Assigned) => 'A',
            Ok(TicketState::Escalated) => 'E',
            Ok(TicketState::Snoozed) => 'S',
            Ok(TicketState::Closed) => 'C',
            Err(NotPossible::NotOpened) => 'n',
            Err(NotPossible::AlreadyOpen) => 'a',
            Err(NotPossible::Taken) => 't',
            Err(NotPossible::NotTaken) => 'f',
            Err(NotPossible::Closed) => 'c',
            Err(NotPossible::NotSnoozed) => 's',
            Err(NotPossible::NotClosed) => 'r',
            Err(NotPossible::NotTheirs) => '!',
        }
    }

    #[test]
    fn the_whole_table() {
        let states = [None].into_iter().chain(TicketState::ALL.map(Some));
        let states: Vec<Option<TicketState>> = states.collect();
        // Columns: no ticket, open, assigned, escalated, snoozed, closed.
        let expected = [
            "Oaaaac", // open
            "nAtAAc", // claim
            "nAAAAc", // assign
            "nfOfSc", // unclaim
            "nfOfSc", // release
            "nEEEEc", // escalate
            "nSSSSc", // snooze
            "nsssAc", // wake, somebody has it
            "nsssOc", // wake, nobody has it
            "nCCCCc", // close
            "nrrrrA", // reopen, the agent is there
            "nrrrrO", // reopen, nobody is there
        ];
        for (action, expected) in Action::ALL.into_iter().zip(expected) {
            let ends: String = states
                .iter()
                .map(|state| letter(transition(*state, action)))
                .collect();
            assert_eq!(ends, expected, "{action:?}");
        }
    }

    #[test]
    fn whose_it_is() {
        for (actor, expected) in [
            (Actor::Client, "y....y.yyyyy"),
            (Actor::Agent, ".yyy.yyyyyyy"),
            (Actor::Timer, "..y.yy.yyy.."),
        ] {
            let theirs: String = Action::ALL
                .into_iter()
                .map(|action| if is_theirs(actor, action) { 'y' } else { '.' })
                .collect();
            assert_eq!(theirs, expected, "{actor:?}");
        }
    }

    #[test]
    fn what_is_not_theirs_cannot_be_done_in_any_state() {
        let states = [None].into_iter().chain(TicketState::ALL.map(Some));
        for state in states {
            for actor in Actor::ALL {
                for action in Action::ALL {
                    let expected = match is_theirs(actor, action) {
                        true => transition(state, action),
                        false => Err(NotPossible::NotTheirs),
                    };
                    assert_eq!(allowed(state, actor, action), expected);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_is_done_only_closed_tickets_are_reopened_and_only_they_cannot_be_closed(
            actions in prop::collection::vec(prop::sample::select(Action::ALL.to_vec()), 0..40),
        ) {
            let mut state = None;
            for action in actions {
                let before = state;
                if let Ok(after) = transition(before, action) {
                    state = Some(after);
                    let was_closed = before == Some(TicketState::Closed);
                    prop_assert_eq!(was_closed, matches!(action, Action::Reopen { .. }));
                }
                let can_close = transition(state, Action::Close).is_ok();
                prop_assert_eq!(can_close, state.is_some_and(|it| it != TicketState::Closed));
            }
        }
    }
}
