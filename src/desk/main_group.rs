//! What follows when the config names another main group than before: its tickets go on there, and Telegram
//! is asked who is in it. A group that was upgraded is the same group.

use super::relocate;
use super::turn::Turn;
use crate::domain::ids::{ChatId, DeskId, TicketId};
use crate::store::{Error, desks, facts, members, parked, topics};

/// The fact that remembers which group it was when the program started last.
const MAIN_GROUP: &str = "main_group";

/// At a start: where it is another group, whoever was in the old one is asked about. The tickets that have a
/// topic, or wait for one, in the old one; closed ones are among them where something waits for their topic.
pub(super) fn taken_over(turn: &Turn<'_>) -> Result<Vec<TicketId>, Error> {
    if !is_another(turn)? {
        return Ok(Vec::new());
    }
    // Nobody is an admin there because they were one elsewhere.
    members::put_admins(turn.db, DeskId::MAIN, &[], turn.now)?;
    for user in members::present(turn.db, DeskId::MAIN)? {
        parked::ask(turn.db, DeskId::MAIN, user, turn.now)?;
    }
    let mut stranded = Vec::new();
    for id in desks::tickets_of_main(turn.db)? {
        if relocate::is_in_the_past(turn, id)? {
            stranded.push(id);
        }
    }
    Ok(stranded)
}

fn is_another(turn: &Turn<'_>) -> Result<bool, Error> {
    let now = desks::chat(turn.db, turn.desks(), DeskId::MAIN)?;
    let before = facts::get(turn.db, MAIN_GROUP)?;
    facts::set(turn.db, MAIN_GROUP, &now.0.to_string())?;
    match before.and_then(|before| before.parse().ok()) {
        Some(before) => Ok(topics::current_chat(turn.db, ChatId(before))? != now),
        None => Ok(false),
    }
}
