//! Who gets which ticket: asked of the rules, written down with the reason, said in the topic so that the
//! agent is notified. Also what becomes of tickets whose agent is not there any more.

use std::collections::BTreeSet;

use super::state::{self, By};
use super::turn::Turn;
use super::{people, shift};
use crate::domain::agent::{Agent, AgentStatus, AssignmentKind};
use crate::domain::event::Timer;
use crate::domain::ids::{DeskId, TicketId, UserId};
use crate::domain::rules::assign::{self, Candidate, Decision, Wanted};
use crate::domain::rules::transition::Action;
use crate::domain::settings::Assignment;
use crate::domain::ticket::{Ticket, TicketState};
use crate::domain::time::Timestamp;
use crate::store::queue::{Standing, Suits};
use crate::store::{Error, agents, first_texts, queue, sla, tickets, timers};

/// Tickets of the queue that find somebody in one go, so that no message waits for it; the next ones follow
/// at once, in a turn of their own.
const AT_ONCE_MAX: usize = 20;
/// As many tickets as anybody may have.
const OF_ONE_MAX: u32 = 1_000;

/// Whether hushdesk gives tickets to agents.
pub(super) fn gives_out(turn: &Turn<'_>) -> bool {
    match turn.settings().agents.assignment {
        Assignment::Auto => true,
        Assignment::Claim => false,
    }
}

/// Gives a ticket that nobody has to whoever the rules choose, where hushdesk gives tickets out, and says
/// so in its topic. Whether there is somebody.
pub(super) fn to_somebody(
    turn: &mut Turn<'_>,
    ticket: &mut Ticket,
    except: Option<UserId>,
) -> Result<bool, Error> {
    let kind = match ticket.state {
        TicketState::Escalated => AssignmentKind::Escalated,
        TicketState::Open | TicketState::Assigned | TicketState::Snoozed | TicketState::Closed => {
            AssignmentKind::Auto
        }
    };
    find(turn, ticket, kind, except)
}

/// The same, with how it comes to them.
pub(super) fn find(
    turn: &mut Turn<'_>,
    ticket: &mut Ticket,
    kind: AssignmentKind,
    except: Option<UserId>,
) -> Result<bool, Error> {
    let is_free = ticket.state.is_queued() && !first_texts::is_held(turn.db, ticket.id)?;
    if !gives_out(turn) || !is_free {
        return Ok(false);
    }
    let decision = decide(turn, ticket, except)?;
    let Some(agent) = decision.chosen else {
        return Ok(false);
    };
    let by = By {
        why: Some(&decision.why),
        ..By::desk(kind)
    };
    let refused = state::act(turn, ticket, Action::Assign, Some(agent), &by)?;
    if refused.is_some() {
        return Ok(false);
    }
    say(turn, ticket, agent)?;
    Ok(true)
}

/// Who would get a ticket now, and why.
pub(super) fn decide(
    turn: &Turn<'_>,
    ticket: &Ticket,
    except: Option<UserId>,
) -> Result<Decision, Error> {
    let wanted = wanted(turn, ticket, except)?;
    Ok(assign::assign(&candidates(turn, ticket.desk)?, &wanted))
}

fn candidates(turn: &Turn<'_>, desk: DeskId) -> Result<Vec<Candidate>, Error> {
    let agents = people::at_desk(turn, desk, agents::all(turn.db)?)?;
    agents
        .into_iter()
        .map(|agent| candidate(turn, agent))
        .collect()
}

fn wanted(turn: &Turn<'_>, ticket: &Ticket, except: Option<UserId>) -> Result<Wanted, Error> {
    Ok(Wanted {
        category: ticket.category.clone(),
        language: ticket.language,
        level: ticket.level,
        priority: ticket.priority,
        is_late: sla::is_late(turn.db, ticket.id)?,
        except,
    })
}

/// How an agent stands at the moment. Of those who take nothing no more is asked.
fn candidate(turn: &Turn<'_>, agent: Agent) -> Result<Candidate, Error> {
    let takes = agent.status == AgentStatus::Available;
    let most = turn.settings().agents.max_concurrent_tickets;
    Ok(Candidate {
        user: agent.user,
        status: agent.status,
        is_in_shift: shift::is_on(turn, &agent),
        is_expected: assign::is_expected(&agent, turn.now),
        active: if takes {
            agents::load(turn.db, agent.user)?
        } else {
            0
        },
        capacity: agent.capacity.unwrap_or(most),
        average_response: if takes {
            agents::average_answer(turn.db, agent.user)?
        } else {
            None
        },
        // Who never had one has waited for longest.
        idle_since: if takes {
            agents::last_given(turn.db, agent.user)?.unwrap_or(Timestamp::from_millis(0))
        } else {
            turn.now
        },
        categories: agent.categories,
        languages: agent.languages,
        level: agent.level,
    })
}

/// Somebody has room: tickets that nobody has are given out, the most urgent and oldest first.
pub(super) fn hand_out(turn: &mut Turn<'_>) -> Result<(), Error> {
    if !gives_out(turn) || agents::of_status(turn.db, AgentStatus::Available)?.is_empty() {
        return Ok(());
    }
    for desk in turn.desks().all() {
        hand_out_at(turn, desk)?;
    }
    Ok(())
}

fn hand_out_at(turn: &mut Turn<'_>, desk: DeskId) -> Result<(), Error> {
    let mut there = candidates(turn, desk)?;
    let mut given = 0;
    for (_, _, id) in suitable(turn, desk, &there)? {
        if !there.iter().any(Candidate::has_room) {
            return Ok(());
        }
        let mut ticket = tickets::by_id(turn.db, id)?;
        let mut taken = turn.taken.iter().rev();
        let except = taken.find_map(|(it, had_it)| (*it == id).then_some(*had_it));
        let wanted = wanted(turn, &ticket, except)?;
        if assign::assign(&there, &wanted).chosen.is_some()
            && to_somebody(turn, &mut ticket, except)?
        {
            given += 1;
            there = candidates(turn, desk)?;
        }
        if given == AT_ONCE_MAX {
            return timers::set_once(turn.db, turn.now, &Timer::HandOut);
        }
    }
    Ok(())
}

/// The tickets of the queue that somebody who has room could get, in the order of the queue. So many of each
/// kind that no more are given out at once: what suits nobody hides nothing that waits behind it.
fn suitable(turn: &Turn<'_>, desk: DeskId, there: &[Candidate]) -> Result<Vec<Standing>, Error> {
    let with_room = there.iter().filter(|candidate| candidate.has_room());
    let kinds: BTreeSet<Suits<'_>> = with_room
        .map(|candidate| suits(turn, there, candidate))
        .collect();
    // Those that were taken just now do not go back to whoever had them.
    let limit = u32::try_from(AT_ONCE_MAX + turn.taken.len()).unwrap_or(u32::MAX);
    let mut found = BTreeSet::new();
    for kind in kinds {
        found.extend(queue::suitable(turn.db, desk, &kind, limit)?);
    }
    Ok(found.into_iter().collect())
}

/// What somebody of a crew can be given.
fn suits<'a>(turn: &'a Turn<'_>, crew: &[Candidate], of: &'a Candidate) -> Suits<'a> {
    Suits {
        level: of.level,
        categories: &of.categories,
        barred: assign::barred(crew, of, &turn.settings().categories),
    }
}

/// The first ticket of the queue of the group at hand that suits an agent; where none does, the first that would
/// if they spoke its language: whoever asks for work may help.
pub(super) fn first_for(turn: &Turn<'_>, agent: &Agent) -> Result<Option<TicketId>, Error> {
    let crew = candidates(turn, turn.here)?;
    let Some(of) = crew.iter().find(|other| other.user == agent.user) else {
        return Ok(None);
    };
    let mut suits = suits(turn, &crew, of);
    let mut found = queue::suitable(turn.db, turn.here, &suits, 1)?;
    if found.is_empty() && !suits.barred.is_empty() {
        suits.barred.clear();
        found = queue::suitable(turn.db, turn.here, &suits, 1)?;
    }
    Ok(found.first().map(|(_, _, id)| *id))
}

/// At the end of a turn: whoever was relieved of a ticket has room for another, and it is not that one.
pub(super) fn fill_up(turn: &mut Turn<'_>) -> Result<(), Error> {
    if turn.taken.is_empty() {
        return Ok(());
    }
    hand_out(turn)
}

/// Somebody is not there any more: each of their tickets goes to somebody else, or back to the queue.
pub(super) fn hand_round(turn: &mut Turn<'_>, agent: UserId) -> Result<(), Error> {
    pass_round(turn, agent, None)
}

/// The same with those of the group at hand.
pub(super) fn hand_round_here(turn: &mut Turn<'_>, agent: UserId) -> Result<(), Error> {
    let here = turn.here;
    pass_round(turn, agent, Some(here))
}

fn pass_round(turn: &mut Turn<'_>, agent: UserId, desk: Option<DeskId>) -> Result<(), Error> {
    let name = people::name(turn, agent)?;
    for id in queue::of_agent(turn.db, agent, OF_ONE_MAX)? {
        let mut ticket = tickets::by_id(turn.db, id)?;
        if desk.is_some_and(|desk| desk != ticket.desk) {
            continue;
        }
        let by = By::desk(AssignmentKind::Auto);
        let refused = state::act(turn, &mut ticket, Action::Release, None, &by)?;
        if refused.is_some() || to_somebody(turn, &mut ticket, Some(agent))? {
            continue;
        }
        let line = turn.texts().line_released(turn.language(), &name);
        turn.tell_topic(id, line, None)?;
    }
    Ok(())
}

/// Whoever has a ticket now is told in its topic, by name, so that Telegram notifies them.
pub(super) fn say(turn: &mut Turn<'_>, ticket: &Ticket, agent: UserId) -> Result<(), Error> {
    let name = people::name(turn, agent)?;
    let line = turn.texts().line_assigned(turn.language(), &name);
    let text = people::mentioning(line, &[(agent, name)]);
    turn.tell_topic_text(ticket.id, text, None)
}
