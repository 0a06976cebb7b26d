//! What clients do: write, give commands, block the bot and come back.

use std::collections::BTreeSet;
use std::time::Duration;

use super::closing::{self, Ending};
use super::ticket::{self, Incoming};
use super::turn::Turn;
use super::{backlog, ban, breaker, category, delete, prompt, reopening, sla};
use crate::domain::call::{Lane, Purpose};
use crate::domain::event::{ClientCommand, ClientMessage};
use crate::domain::ids::{MessageRowId, UserId};
use crate::domain::outcome::Unreachable;
use crate::domain::rules::ban::Deed;
use crate::domain::rules::carriers::{self, Carriage, Direction};
use crate::domain::rules::limits::{self, Usage, Verdict};
use crate::domain::ticket::{Client, ClosedBy, TicketState};
use crate::domain::time::Timestamp;
use crate::store::audit::Hand;
use crate::store::{self, Error, Place, clients, messages, outbox, prompts, tickets};

pub(super) fn wrote(turn: &mut Turn<'_>, message: &ClientMessage) -> Result<(), Error> {
    if ban::stops(turn, message.from, Deed::Writes, message.date)? {
        return Ok(());
    }
    let client = recognise(turn, message)?;
    let place = Place::Client(client.id);
    if messages::at(turn.db, place, message.message)?.is_some() {
        // The same message in an update of another number: already done.
        return Ok(());
    }
    let policy = &turn.settings().privacy.policy;
    let carriage = carriers::carriage(message.content.kind, Direction::ToDesk, policy);
    if carriage == Carriage::Asked && prompts::at(turn.db, place, message.message)?.is_some() {
        return Ok(());
    }
    let Some((usage, not_before)) = judge_message(turn, &client, message)? else {
        return Ok(());
    };
    match carriage {
        Carriage::Asked => return prompt::ask_client(turn, &client, message),
        Carriage::Withheld => return withhold(turn, &client, message, true),
        Carriage::Refused => return withhold(turn, &client, message, false),
        Carriage::Words
        | Carriage::Told
        | Carriage::CopyWithCaption
        | Carriage::Copy
        | Carriage::Cleaned => {}
    }
    let incoming = Incoming {
        message,
        not_before,
        is_confirmed: false,
    };
    take_in(turn, &client, usage, &incoming).map(drop)
}

/// A client has agreed to share a message that was asked about. Whether it is passed on: a day's
/// tickets may be used up.
pub(super) fn confirmed(
    turn: &mut Turn<'_>,
    client: &Client,
    message: &ClientMessage,
) -> Result<bool, Error> {
    let usage = store::limits::usage(turn.db, client.id)?;
    let incoming = Incoming {
        message,
        not_before: turn.now,
        is_confirmed: true,
    };
    take_in(turn, client, usage, &incoming)
}

fn take_in(
    turn: &mut Turn<'_>,
    client: &Client,
    usage: Usage,
    incoming: &Incoming<'_>,
) -> Result<bool, Error> {
    match tickets::open_of(turn.db, client.id)? {
        Some(ticket) => {
            turn.here = ticket.desk;
            ticket::add(turn, &ticket, incoming)?;
            backlog::tell(turn, client)?;
        }
        None => match reopening::by_text(turn, client, incoming.message.date)? {
            Some(ticket) => {
                turn.here = ticket.desk;
                ticket::add(turn, &ticket, incoming)?;
                backlog::tell(turn, client)?;
            }
            None if !judge_ticket(turn, client, incoming.message, usage)? => return Ok(false),
            None => ticket::open(turn, client, incoming)?,
        },
    }
    breaker::tell(turn, client)?;
    Ok(true)
}

pub(super) fn commanded(
    turn: &mut Turn<'_>,
    message: &ClientMessage,
    command: ClientCommand,
) -> Result<(), Error> {
    if ban::stops(turn, message.from, Deed::Commands, message.date)? {
        return Ok(());
    }
    let client = recognise(turn, message)?;
    if judge_message(turn, &client, message)?.is_none() {
        return Ok(());
    }
    let language = client.language;
    let text = match command {
        ClientCommand::Start => return category::start(turn, &client, message),
        ClientCommand::Help => turn.texts().client_help(language),
        ClientCommand::Status => status(turn, &client)?,
        ClientCommand::Close => {
            if let Some(open) = tickets::open_of(turn.db, client.id)? {
                let ending = Ending::of(ClosedBy::Client, Hand::Client);
                return closing::close(turn, &open, &ending).map(drop);
            }
            turn.texts().nothing_to_close(language)
        }
        ClientCommand::Delete => return delete::by_client(turn, &client, message),
    };
    turn.tell_client(client.id, None, text, None)
}

/// The person blocked the bot, or the account ended.
pub(super) fn left(turn: &mut Turn<'_>, user: UserId) -> Result<(), Error> {
    match clients::by_user(turn.db, user)? {
        Some(client) => unreachable(turn, &client, Unreachable::Blocked, None),
        None => Ok(()),
    }
}

/// The person unblocked the bot.
pub(super) fn returned(turn: &mut Turn<'_>, user: UserId) -> Result<(), Error> {
    match clients::by_user(turn.db, user)? {
        Some(client) => reachable(turn, &client),
        None => Ok(()),
    }
}

/// Nothing can be delivered to this client until they are back: what waits for them is refused,
/// and the agents are told.
pub(super) fn unreachable(
    turn: &mut Turn<'_>,
    client: &Client,
    why: Unreachable,
    told: Option<MessageRowId>,
) -> Result<(), Error> {
    if client.unreachable.is_some() {
        return Ok(());
    }
    clients::set_unreachable(turn.db, client.id, Some(why))?;
    let lane = Lane::Client(client.id);
    // Once for each message, however many parts it has.
    let mut told: BTreeSet<MessageRowId> = told.into_iter().collect();
    for waiting in outbox::waiting_in(turn.db, lane)? {
        outbox::drop_waiting(turn.db, waiting.id, &lane.key(), why.name(), turn.now)?;
        let reply = waiting
            .message
            .filter(|_| waiting.purpose == Purpose::Reply);
        if let Some(message) = reply.filter(|message| told.insert(*message)) {
            super::agent::refused(turn, message, why.name())?;
        }
    }
    if let Some(open) = tickets::open_of(turn.db, client.id)? {
        sla::keep_time(turn, open.id)?;
        let text = turn.texts().client_left(turn.language(), why.name());
        turn.tell_topic(open.id, text, None)?;
    }
    Ok(())
}

fn reachable(turn: &mut Turn<'_>, client: &Client) -> Result<(), Error> {
    if client.unreachable.is_none() {
        return Ok(());
    }
    clients::set_unreachable(turn.db, client.id, None)?;
    if let Some(open) = tickets::open_of(turn.db, client.id)? {
        sla::keep_time(turn, open.id)?;
        sla::look_again(turn, open.id)?;
        let text = turn.texts().client_returned(turn.language());
        turn.tell_topic(open.id, text, None)?;
    }
    Ok(())
}

/// The client behind a message, made at the first one. Who writes can be written to again.
fn recognise(turn: &mut Turn<'_>, message: &ClientMessage) -> Result<Client, Error> {
    match clients::by_user(turn.db, message.from)? {
        Some(client) => {
            reachable(turn, &client)?;
            Ok(Client {
                unreachable: None,
                ..client
            })
        }
        None => clients::insert(
            turn.db,
            message.from,
            message.language.unwrap_or_default(),
            turn.now,
        ),
    }
}

/// Counts a message against the hour and the burst. Where it passes: what is used up now, and when
/// it may be relayed.
fn judge_message(
    turn: &mut Turn<'_>,
    client: &Client,
    message: &ClientMessage,
) -> Result<Option<(Usage, Timestamp)>, Error> {
    let usage = store::limits::usage(turn.db, client.id)?;
    let (usage, verdict) = limits::message(
        usage,
        turn.settings().limits,
        message.date,
        message.album.as_deref(),
    );
    store::limits::save(turn.db, client.id, &usage)?;
    match verdict {
        Verdict::Pass { not_before } => {
            // By Telegram's clock; ours may be behind it.
            let ahead = message.date.since(turn.now);
            Ok(Some((usage, not_before.minus(ahead))))
        }
        Verdict::Refuse { until, tell } => {
            if tell {
                let minutes = whole(until.since(message.date), Duration::from_secs(60));
                let text = turn.texts().limit_messages(client.language, minutes);
                turn.tell_client(client.id, None, text, Some(message.message))?;
            }
            Ok(None)
        }
    }
}

/// Counts a new ticket against the day. Whether it may be opened.
fn judge_ticket(
    turn: &mut Turn<'_>,
    client: &Client,
    message: &ClientMessage,
    usage: Usage,
) -> Result<bool, Error> {
    let (usage, verdict) = limits::ticket(usage, turn.settings().limits, message.date);
    store::limits::save(turn.db, client.id, &usage)?;
    match verdict {
        Verdict::Pass { .. } => Ok(true),
        Verdict::Refuse { until, tell } => {
            if tell {
                let hours = whole(until.since(message.date), Duration::from_secs(60 * 60));
                let text = turn.texts().limit_tickets(client.language, hours);
                turn.tell_client(client.id, None, text, Some(message.message))?;
            }
            Ok(false)
        }
    }
}

/// Says to both sides that a message was not passed on. Opens no ticket.
fn withhold(
    turn: &mut Turn<'_>,
    client: &Client,
    message: &ClientMessage,
    is_told_to_agents: bool,
) -> Result<(), Error> {
    let kind = message.content.kind.name();
    let text = turn.texts().withheld_from_desk(client.language, kind);
    turn.tell_client(client.id, None, text, Some(message.message))?;
    if is_told_to_agents && let Some(open) = tickets::open_of(turn.db, client.id)? {
        let line = turn.texts().withheld_from_client(turn.language(), kind);
        turn.tell_topic(open.id, line, None)?;
    }
    Ok(())
}

fn status(turn: &Turn<'_>, client: &Client) -> Result<String, Error> {
    let (texts, language) = (turn.texts(), client.language);
    if let Some(open) = tickets::open_of(turn.db, client.id)? {
        let whose_turn = match (open.waiting_since, open.state) {
            (None, _) => "answered",
            (Some(_), TicketState::Snoozed) => "assigned",
            (Some(_), state) => state.name(),
        };
        return Ok(texts.status_open(language, open.code.as_str(), whose_turn));
    }
    Ok(match tickets::latest_of(turn.db, client.id)? {
        Some(closed) => {
            let text = texts.status_closed(language, closed.code.as_str());
            let window = turn.settings().tickets.reopen_window.unwrap_or_default();
            let left = closed.closed_at.map(|at| at.plus(window).since(turn.now));
            let hours = left.unwrap_or_default().as_secs().div_ceil(60 * 60);
            format!("{text} {}", texts.after_close(language, hours))
        }
        None => texts.status_none(language),
    })
}

/// How many units a wait takes, rounded up, at least one.
fn whole(wait: Duration, unit: Duration) -> u64 {
    wait.as_secs().div_ceil(unit.as_secs()).max(1)
}
