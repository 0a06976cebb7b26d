//! What agents are called among themselves, and mentions of them. Never shown to clients.

use serde_json::json;

use super::turn::Turn;
use crate::domain::agent::Agent;
use crate::domain::content::{Entity, Text};
use crate::domain::ids::{DeskId, UserId};
use crate::domain::rules::text;
use crate::store::{Error, members};

/// What somebody is called in the group.
pub(super) fn name(turn: &Turn<'_>, user: UserId) -> Result<String, Error> {
    let names = members::names_of(turn.db, user)?.unwrap_or_default();
    Ok(names.shown().unwrap_or("–").to_owned())
}

/// Of these agents, those who may work at a desk.
pub(super) fn at_desk(
    turn: &Turn<'_>,
    desk: DeskId,
    agents: Vec<Agent>,
) -> Result<Vec<Agent>, Error> {
    if turn.desks().is_single() {
        return Ok(agents);
    }
    let mut there = Vec::new();
    for agent in agents {
        if members::role(turn.db, desk, agent.user)?.is_some() {
            there.push(agent);
        }
    }
    Ok(there)
}

/// The names of several, as one text, and who they are.
pub(super) fn listed(
    turn: &Turn<'_>,
    agents: &[Agent],
) -> Result<(String, Vec<(UserId, String)>), Error> {
    let mut people = Vec::new();
    for agent in agents {
        people.push((agent.user, name(turn, agent.user)?));
    }
    let names: Vec<&str> = people.iter().map(|(_, name)| name.as_str()).collect();
    Ok((names.join(", "), people))
}

/// A line in which these people are mentioned where their names stand, so that they are notified
/// (Bot API docs, `MessageEntity`: `text_mention`).
pub(super) fn mentioning(line: String, people: &[(UserId, String)]) -> Text {
    let mut entities = Vec::new();
    let mut from = 0;
    for (user, name) in people {
        let Some(found) = line.get(from..).and_then(|rest| rest.find(name.as_str())) else {
            continue;
        };
        let at = from + found;
        from = at + name.len();
        let user = json!({"id": user.0, "is_bot": false, "first_name": name});
        entities.push(Entity {
            kind: "text_mention".to_owned(),
            offset: text::utf16_len(&line[..at]),
            length: text::utf16_len(name),
            rest: [("user".to_owned(), user)].into_iter().collect(),
        });
    }
    Text {
        text: line,
        entities,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_mentioned_where_it_stands() {
        let people = [(UserId(7), "Sam".to_owned()), (UserId(8), "Åse".to_owned())];
        let text = mentioning("🔴 Sam, Åse: please look".to_owned(), &people);
        let marks: Vec<(usize, usize)> = text
            .entities
            .iter()
            .map(|entity| (entity.offset, entity.length))
            .collect();
        assert_eq!(marks, [(3, 3), (8, 3)]);
        let none = mentioning("nobody".to_owned(), &people);
        assert!(none.entities.is_empty());
    }
}
