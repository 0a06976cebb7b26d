//! When a ticket closes by itself: after the client has owed the answer for long enough. One that waits
//! for an agent never does.

use crate::domain::settings::TicketRules;
use crate::domain::ticket::TicketState;
use crate::domain::time::Timestamp;

/// What is known of a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    /// How it stands.
    pub state: TicketState,
    /// When an agent last wrote to the client.
    pub agent_at: Option<Timestamp>,
    /// When the client last wrote.
    pub client_at: Option<Timestamp>,
    /// When the client was last warned.
    pub warned_at: Option<Timestamp>,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The client is warned, with the time of the close.
    Warn {
        /// When.
        at: Timestamp,
        /// When it would close.
        close_at: Timestamp,
    },
    /// It closes.
    Close {
        /// When.
        at: Timestamp,
    },
}

impl Next {
    /// When it comes.
    pub const fn at(self) -> Timestamp {
        match self {
            Next::Warn { at, .. } | Next::Close { at } => at,
        }
    }
}

/// Whether it is the client's turn: an agent has written, and nothing has come since.
pub fn client_owes_answer(agent_at: Option<Timestamp>, client_at: Option<Timestamp>) -> bool {
    agent_at.is_some_and(|agent| client_at.is_none_or(|client| client < agent))
}

/// What comes next, and when; none where nothing does. Any message of either side changes it: a warning
/// counts only for the silence in which it was given. A warning that came late, after an outage, moves
/// the close: the client has the whole time that was promised.
pub fn next(rules: &TicketRules, silence: Silence) -> Option<Next> {
    let after = rules.auto_close_after?;
    let can_close = match silence.state {
        TicketState::Open | TicketState::Assigned => true,
        TicketState::Escalated | TicketState::Snoozed | TicketState::Closed => false,
    };
    if !can_close || !client_owes_answer(silence.agent_at, silence.client_at) {
        return None;
    }
    let agent_at = silence.agent_at?;
    let close_at = agent_at.plus(after);
    let Some(warning) = rules.auto_close_warning else {
        return Some(Next::Close { at: close_at });
    };
    match silence.warned_at.filter(|warned| *warned >= agent_at) {
        Some(warned) => Some(Next::Close {
            at: close_at.max(warned.plus(warning)),
        }),
        None => Some(Next::Warn {
            at: close_at.minus(warning),
            close_at,
        }),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    fn hour(count: i64) -> Timestamp {
        Timestamp::from_seconds(count * 3_600)
    }

    fn rules(after: Option<u32>, warning: Option<u32>) -> TicketRules {
        TicketRules {
            auto_close_after: after.map(|hours| HOUR * hours),
            auto_close_warning: warning.map(|hours| HOUR * hours),
            ..TicketRules::default()
        }
    }

    fn silence(agent: Option<i64>, client: Option<i64>, warned: Option<i64>) -> Silence {
        Silence {
            state: TicketState::Assigned,
            agent_at: agent.map(hour),
            client_at: client.map(hour),
            warned_at: warned.map(hour),
        }
    }

    #[test]
    fn the_client_is_warned_and_then_it_closes() {
        let usual = rules(Some(24), Some(1));
        let warn = |at, close_at| {
            Some(Next::Warn {
                at: hour(at),
                close_at: hour(close_at),
            })
        };
        let close = |at| Some(Next::Close { at: hour(at) });
        for (rules, silence, expected, why) in [
            (
                &usual,
                silence(Some(10), Some(5), None),
                warn(33, 34),
                "counts from the agent's message",
            ),
            (
                &usual,
                silence(Some(10), Some(5), Some(33)),
                close(34),
                "warned in time",
            ),
            (
                &usual,
                silence(Some(10), Some(5), Some(50)),
                close(51),
                "warned late: still an hour",
            ),
            (
                &usual,
                silence(Some(10), Some(11), Some(9)),
                None,
                "the client has answered",
            ),
            (
                &usual,
                silence(Some(10), Some(10), None),
                None,
                "at once: it waits for the agent",
            ),
            (
                &usual,
                silence(None, Some(5), None),
                None,
                "nobody has answered yet",
            ),
            (
                &usual,
                silence(Some(40), Some(5), Some(33)),
                warn(63, 64),
                "another answer, another warning",
            ),
            (
                &rules(Some(24), None),
                silence(Some(10), Some(5), None),
                close(34),
                "without a warning",
            ),
            (
                &rules(None, Some(1)),
                silence(Some(10), Some(5), None),
                None,
                "off",
            ),
        ] {
            assert_eq!(next(rules, silence), expected, "{why}");
        }
    }

    #[test]
    fn only_a_ticket_that_nobody_put_aside_or_raised_closes() {
        for (state, closes) in [
            (TicketState::Open, true),
            (TicketState::Assigned, true),
            (TicketState::Escalated, false),
            (TicketState::Snoozed, false),
            (TicketState::Closed, false),
        ] {
            let silence = Silence {
                state,
                ..silence(Some(10), Some(5), None)
            };
            let next = next(&TicketRules::default(), silence);
            assert_eq!(next.is_some(), closes, "{state:?}");
        }
    }
}
