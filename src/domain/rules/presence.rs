//! Whether somebody who presses a button belongs to the desk group, as far as is known without asking.

use std::time::Duration;

use crate::domain::ticket::Role;
use crate::domain::time::Timestamp;

/// What was known of somebody so long ago is asked for again.
const FRESH_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// What is known of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// They belong to the group.
    Inside,
    /// They have left, were removed, or nobody has let them in.
    Outside,
    /// Telegram has to be asked.
    Unknown,
}

/// The last that was heard of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// What they are in the group; none once they have left.
    pub role: Option<Role>,
    /// Whether they may work.
    pub is_admitted: bool,
    /// When Telegram told so.
    pub told_at: Timestamp,
    /// When they last did anything in the group, which only members can.
    pub acted_at: Option<Timestamp>,
}

/// Whether somebody belongs to the group. That they have left Telegram tells by itself, so it needs no
/// question; that they are still there may be news that never came.
pub fn presence(heard: Option<Heard>, now: Timestamp) -> Presence {
    let Some(heard) = heard else {
        return Presence::Unknown;
    };
    if heard.role.is_none() || !heard.is_admitted {
        return Presence::Outside;
    }
    let last = heard
        .acted_at
        .map_or(heard.told_at, |acted| acted.max(heard.told_at));
    if now.since(last) <= FRESH_FOR {
        Presence::Inside
    } else {
        Presence::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 60 * 60;

    fn heard(role: Option<Role>, told_at: i64, acted_at: Option<i64>) -> Option<Heard> {
        Some(Heard {
            role,
            is_admitted: true,
            told_at: Timestamp::from_seconds(told_at * HOUR),
            acted_at: acted_at.map(|hour| Timestamp::from_seconds(hour * HOUR)),
        })
    }

    #[test]
    fn old_news_of_somebody_inside_is_asked_for_again() {
        let (agent, admin) = (Some(Role::Agent), Some(Role::Admin));
        let table = [
            (None, Presence::Unknown),
            (heard(agent, 99, None), Presence::Inside),
            (heard(admin, 76, None), Presence::Inside),
            (heard(agent, 75, None), Presence::Unknown),
            (heard(agent, 1, Some(90)), Presence::Inside),
            (heard(agent, 90, Some(1)), Presence::Inside),
            (heard(agent, 1, Some(2)), Presence::Unknown),
            (heard(None, 99, None), Presence::Outside),
            (heard(None, 1, Some(99)), Presence::Outside),
        ];
        for (known, expected) in table {
            let now = Timestamp::from_seconds(100 * HOUR);
            assert_eq!(presence(known, now), expected, "{known:?}");
        }
        let not_yet = heard(agent, 99, None).map(|heard| Heard {
            is_admitted: false,
            ..heard
        });
        let now = Timestamp::from_seconds(100 * HOUR);
        assert_eq!(presence(not_yet, now), Presence::Outside);
    }
}
