//! Who belongs to the desk group: members who come and go, who may work, and presses of people of whom it
//! is not sure that they are still there. Nobody presses anything before that is known (P9).

use std::time::Duration;

use super::press as press_of_card;
use super::staff;
use super::turn::Turn;
use crate::domain::call::{Button, Call, Whose};
use crate::domain::event::{Member, Names, Press, Timer};
use crate::domain::ids::{AdmissionId, ParkedId, UserId};
use crate::domain::rules::presence::{self, Heard, Presence};
use crate::domain::settings::Admission;
use crate::domain::ticket::Role;
use crate::store::audit::{self, Entry, Hand};
use crate::store::{Error, agents, members, parked, timers};

/// A press waits so long for Telegram's word on who pressed.
const PARKED_FOR: Duration = Duration::from_secs(10);
/// Presses of one person that wait; more would be somebody's game.
const PARKED_MAX: u32 = 20;

/// What a button under the news that somebody has joined says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    Admit,
    Refuse,
}

impl Choice {
    const ALL: [Choice; 2] = [Choice::Admit, Choice::Refuse];

    const fn letter(self) -> &'static str {
        match self {
            Choice::Admit => "y",
            Choice::Refuse => "n",
        }
    }

    fn data(self, admission: AdmissionId) -> String {
        format!("in:{}:{}", admission.0, self.letter())
    }
}

/// Reads what such a button says. None for other buttons.
fn parse(data: &str) -> Option<(AdmissionId, Choice)> {
    let (number, letter) = data.strip_prefix("in:")?.split_once(':')?;
    let choice = Choice::ALL
        .into_iter()
        .find(|choice| choice.letter() == letter)?;
    Some((AdmissionId(number.parse().ok()?), choice))
}

/// Whether those who join may work at once.
pub(super) fn admits(turn: &Turn<'_>) -> bool {
    match turn.settings().agents.admission {
        Admission::Member => true,
        Admission::Approved => false,
    }
}

/// Somebody's place in the group has changed.
pub(super) fn changed(turn: &mut Turn<'_>, member: &Member) -> Result<(), Error> {
    let before =
        members::standing(turn.db, turn.here, member.user)?.and_then(|standing| standing.role);
    members::put(turn.db, turn.here, member, admits(turn), turn.now)?;
    write_down(turn, member.user, before, member.role)?;
    match (before, member.role) {
        (None, Some(Role::Agent)) => announce(turn, member.user, &member.names)?,
        // Whoever made them an administrator has let them in.
        (_, Some(Role::Admin)) => parked::settle(turn.db, turn.here, member.user, turn.now)?,
        (Some(_), None) => left(turn, member.user)?,
        (None, None) | (Some(_), Some(Role::Agent)) => {}
    }
    release(turn, member.user)
}

/// Telegram has said what somebody is in the group.
pub(super) fn looked_up(
    turn: &mut Turn<'_>,
    user: UserId,
    member: Option<&Member>,
) -> Result<(), Error> {
    match member {
        Some(member) => changed(turn, member),
        None => {
            let before =
                members::standing(turn.db, turn.here, user)?.and_then(|standing| standing.role);
            members::gone(turn.db, turn.here, user, turn.now)?;
            write_down(turn, user, before, None)?;
            if before.is_some() {
                left(turn, user)?;
            }
            release(turn, user)
        }
    }
}

/// Who comes, goes, or becomes something else stands in the trail: Telegram says so, not who did it.
fn write_down(
    turn: &Turn<'_>,
    user: UserId,
    before: Option<Role>,
    after: Option<Role>,
) -> Result<(), Error> {
    let action = match (before, after) {
        (None, None) => return Ok(()),
        (None, Some(_)) => "join",
        (Some(_), None) => "leave",
        (Some(was), Some(is)) if was == is => return Ok(()),
        (Some(_), Some(_)) => "role",
    };
    let entry = Entry {
        about: Some(user),
        before: before.map_or("", Role::name),
        after: after.map_or("", Role::name),
        ..Entry::of(Hand::Desk, action)
    };
    audit::insert(turn.db, &entry, turn.now)
}

/// Whether what somebody changes or reacts to counts: not while an admin has yet to admit them. An
/// administrator behind the group's name is one of those who admit.
pub(super) fn counts(turn: &Turn<'_>, by: Option<UserId>) -> Result<bool, Error> {
    Ok(match by {
        Some(user) if !admits(turn) => members::role(turn.db, turn.here, user)?.is_some(),
        Some(_) | None => true,
    })
}

/// Somebody writes in the group of whom nothing was known: they have been there longer than the bot.
/// Whether they may work.
pub(super) fn may_work(turn: &mut Turn<'_>, user: UserId, names: &Names) -> Result<bool, Error> {
    if members::role(turn.db, turn.here, user)?.is_some() {
        return Ok(true);
    }
    if !parked::is_announced(turn.db, turn.here, user)? {
        announce(turn, user, names)?;
    }
    Ok(false)
}

/// A press in the desk group: heard where it is known that whoever pressed belongs to the group.
pub(super) fn pressed(turn: &mut Turn<'_>, press: &Press) -> Result<(), Error> {
    let acted_at = agents::by_user(turn.db, press.by)?.map(|agent| agent.last_action_at);
    let heard = members::standing(turn.db, turn.here, press.by)?.map(|standing| Heard {
        role: standing.role,
        is_admitted: standing.is_admitted,
        told_at: standing.told_at,
        acted_at,
    });
    match presence::presence(heard, turn.now) {
        Presence::Inside => hear(turn, press),
        Presence::Outside => refuse(turn, press),
        Presence::Unknown => park(turn, press),
    }
}

/// No word from Telegram in time: the press counts for nothing.
pub(super) fn parked_too_long(turn: &mut Turn<'_>, press: ParkedId) -> Result<(), Error> {
    match parked::take(turn.db, press)? {
        Some(press) => refuse(turn, &press),
        None => Ok(()),
    }
}

fn park(turn: &mut Turn<'_>, press: &Press) -> Result<(), Error> {
    let waiting = parked::of_user(turn.db, turn.here, press.by, PARKED_MAX)?;
    if u32::try_from(waiting.len()).is_ok_and(|waiting| waiting >= PARKED_MAX) {
        return refuse(turn, press);
    }
    let id = parked::park(turn.db, turn.here, press, turn.now)?;
    parked::ask(turn.db, turn.here, press.by, turn.now)?;
    let timer = Timer::PressParked { press: id };
    timers::set(turn.db, turn.now.plus(PARKED_FOR), &timer)
}

/// It is known what somebody is: their presses are heard or refused.
fn release(turn: &mut Turn<'_>, user: UserId) -> Result<(), Error> {
    parked::answered(turn.db, turn.here, user)?;
    let is_member = members::role(turn.db, turn.here, user)?.is_some();
    for (id, press) in parked::of_user(turn.db, turn.here, user, PARKED_MAX)? {
        if parked::take(turn.db, id)?.is_none() {
            continue;
        }
        if is_member {
            hear(turn, &press)?;
        } else {
            refuse(turn, &press)?;
        }
    }
    Ok(())
}

fn hear(turn: &mut Turn<'_>, press: &Press) -> Result<(), Error> {
    staff::acted(turn, press.by)?;
    match parse(&press.data) {
        Some((admission, choice)) => decided(turn, press, admission, choice),
        None => press_of_card::pressed(turn, press),
    }
}

fn refuse(turn: &mut Turn<'_>, press: &Press) -> Result<(), Error> {
    let text = turn.texts().members_only(turn.language());
    turn.answer_button(press.id.clone(), text, true)
}

/// Everybody is told who can read along from now on.
fn announce(turn: &mut Turn<'_>, user: UserId, names: &Names) -> Result<(), Error> {
    parked::settle(turn.db, turn.here, user, turn.now)?;
    let admission = parked::announce(turn.db, turn.here, user, turn.now)?;
    let (texts, language) = (turn.texts(), turn.language());
    let name = names.shown().unwrap_or("–");
    let refuse = Button {
        text: texts.button_refuse(language),
        data: Choice::Refuse.data(admission),
    };
    let (text, buttons) = if admits(turn) {
        (texts.member_joined(language, name), vec![refuse])
    } else {
        let admit = Button {
            text: texts.button_admit(language),
            data: Choice::Admit.data(admission),
        };
        (texts.member_asks(language, name), vec![admit, refuse])
    };
    turn.ask_general(text, buttons)
}

/// An admin decides about somebody who has joined.
fn decided(
    turn: &mut Turn<'_>,
    press: &Press,
    admission: AdmissionId,
    choice: Choice,
) -> Result<(), Error> {
    let (texts, language) = (turn.texts(), turn.language());
    if members::role(turn.db, turn.here, press.by)? != Some(Role::Admin) {
        return turn.answer_button(press.id.clone(), texts.admins_only(language), true);
    }
    let Some(user) = parked::announced(turn.db, turn.here, admission)? else {
        return turn.answer_button(press.id.clone(), texts.button_stale(language), false);
    };
    parked::settle(turn.db, turn.here, user, turn.now)?;
    let names = members::names_of(turn.db, user)?.unwrap_or_default();
    let name = names.shown().unwrap_or("–");
    let (action, shown) = match choice {
        Choice::Admit => ("admit", texts.member_admitted(language, name)),
        Choice::Refuse => ("refuse", texts.member_refused(language, name)),
    };
    let entry = Entry {
        about: Some(user),
        ..Entry::of(Hand::Member(press.by), action)
    };
    audit::insert(turn.db, &entry, turn.now)?;
    match choice {
        Choice::Admit => members::admit(turn.db, turn.here, user)?,
        Choice::Refuse => {
            // They may do nothing from now on, however long Telegram takes.
            members::gone(turn.db, turn.here, user, turn.now)?;
            left(turn, user)?;
            let chat = press.chat;
            turn.service(&Call::Ban { chat, user })?;
        }
    }
    turn.answer_button(press.id.clone(), shown.clone(), false)?;
    turn.edit_word(Whose::Group(press.chat), press.message, shown)
}

/// Somebody does not belong to the group any more.
fn left(turn: &mut Turn<'_>, user: UserId) -> Result<(), Error> {
    parked::settle(turn.db, turn.here, user, turn.now)?;
    staff::left(turn, user)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_buttons_are_read() {
        for choice in Choice::ALL {
            let data = choice.data(AdmissionId(77));
            assert_eq!(parse(&data), Some((AdmissionId(77), choice)));
        }
        for foreign in ["", "in:", "in:7", "in:x:y", "in:7:maybe", "ask:7:y"] {
            assert_eq!(parse(foreign), None, "{foreign}");
        }
    }
}
