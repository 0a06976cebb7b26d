//! Clients who may not write: `/ban`, `/unban`, `/mute`, `/limits`. Always by a ticket or its code, never by
//! who somebody is; it holds over tickets and restarts. What such a client sends is counted, and its text
//! goes with the update in the transaction that judges it.

use super::closing::{self, Ending};
use super::command::{self, Answer, Given};
use super::moment;
use super::turn::Turn;
use crate::domain::ids::{ClientId, UserId};
use crate::domain::rules::ban::{self, Ban, BanKind, Deed, Stop};
use crate::domain::rules::limits::Usage;
use crate::domain::ticket::{ClosedBy, Ticket};
use crate::domain::time::Timestamp;
use crate::store::audit::{self, Entry, Hand};
use crate::store::{self, Error, bans, clients};

/// Whether something that a client did at `date` ends here, because they may not.
pub(super) fn stops(
    turn: &mut Turn<'_>,
    user: UserId,
    deed: Deed,
    date: Timestamp,
) -> Result<bool, Error> {
    let Some((client, held)) = bans::of_user(turn.db, user)? else {
        return Ok(false);
    };
    let notice = turn.settings().ban_notice;
    let Stop::Dropped { tell } = ban::judge(Some(held), deed, date, notice) else {
        return Ok(false);
    };
    if deed == Deed::Writes {
        bans::count_dropped(turn.db, client)?;
    }
    if tell {
        tell_client(turn, client, held, date)?;
    }
    Ok(true)
}

fn tell_client(
    turn: &mut Turn<'_>,
    client: ClientId,
    held: Ban,
    date: Timestamp,
) -> Result<(), Error> {
    bans::told(turn.db, client, turn.now)?;
    let language = clients::by_id(turn.db, client)?.language;
    let texts = turn.texts();
    let text = match held.until {
        Some(until) => {
            let hours = until.since(date).as_secs().div_ceil(60 * 60).max(1);
            texts.client_banned_until(language, hours)
        }
        None => texts.client_banned(language),
    };
    turn.tell_client(client, None, text, None)
}

/// `/ban [CODE] [7d] [reason]`.
pub(super) fn ban(turn: &mut Turn<'_>, given: &Given<'_>) -> Answer {
    begin(turn, given, BanKind::Ban)
}

/// `/mute [CODE] 1h [reason]`.
pub(super) fn mute(turn: &mut Turn<'_>, given: &Given<'_>) -> Answer {
    begin(turn, given, BanKind::Mute)
}

fn begin(turn: &mut Turn<'_>, given: &Given<'_>, kind: BanKind) -> Answer {
    let Some((ticket, rest)) = target(turn, given)? else {
        return Ok(Some(command::how(turn, given.word)));
    };
    let (span, reason) = ban::span(rest);
    let until = span.map(|span| turn.now.plus(span));
    // A mute without an end would be a ban that nobody is told of.
    if kind == BanKind::Mute && until.is_none() {
        return Ok(Some(command::how(turn, given.word)));
    }
    let author = given.message.from;
    bans::put(
        turn.db,
        ticket.client,
        (kind, until),
        author,
        reason,
        turn.now,
    )?;
    note(turn, given, &ticket, kind.name(), until, reason)?;
    if kind == BanKind::Ban
        && let Some(open) = store::tickets::open_of(turn.db, ticket.client)?
    {
        let ending = Ending {
            is_silent: true,
            ..Ending::of(ClosedBy::Agent, Hand::of(author))
        };
        closing::close(turn, &open, &ending)?;
    }
    let (texts, language) = (turn.texts(), turn.language());
    let name = ticket.code.pseudonym();
    Ok(Some(match (kind, until) {
        (BanKind::Ban, None) => texts.banned(language, &name),
        (BanKind::Ban, Some(until)) => {
            texts.banned_until(language, &name, &moment::shown(turn, until))
        }
        (BanKind::Mute, until) => {
            let until = until
                .map(|until| moment::shown(turn, until))
                .unwrap_or_default();
            texts.muted_until(language, &name, &until)
        }
    }))
}

/// `/unban [CODE]`: ends a ban or a mute.
pub(super) fn unban(turn: &mut Turn<'_>, given: &Given<'_>) -> Answer {
    let Some((ticket, _)) = target(turn, given)? else {
        return Ok(Some(command::how(turn, given.word)));
    };
    let (texts, language) = (turn.texts(), turn.language());
    let name = ticket.code.pseudonym();
    let Some(held) = bans::of_client(turn.db, ticket.client)? else {
        return Ok(Some(texts.not_banned(language, &name)));
    };
    bans::lift(turn.db, ticket.client)?;
    note(turn, given, &ticket, "unban", None, "")?;
    Ok(Some(texts.unbanned(
        language,
        &name,
        u64::from(held.dropped),
    )))
}

/// `/limits [CODE]` shows what a client has used up, `/limits [CODE] reset` forgets it.
pub(super) fn limits(turn: &mut Turn<'_>, given: &Given<'_>) -> Answer {
    let Some((ticket, rest)) = target(turn, given)? else {
        return Ok(Some(command::how(turn, given.word)));
    };
    let (texts, language) = (turn.texts(), turn.language());
    let name = ticket.code.pseudonym();
    match rest.to_lowercase().as_str() {
        "" => {
            let usage = store::limits::usage(turn.db, ticket.client)?;
            let (messages, tickets) = usage.at(turn.now);
            let limits = turn.settings().limits;
            Ok(Some(texts.limits_used(
                language,
                &name,
                u64::from(messages),
                u64::from(limits.messages_per_hour),
                u64::from(tickets),
                u64::from(limits.tickets_per_day),
            )))
        }
        "reset" => {
            store::limits::save(turn.db, ticket.client, &Usage::NONE)?;
            note(turn, given, &ticket, "limits_reset", None, "")?;
            Ok(Some(texts.limits_reset(language, &name)))
        }
        _ => Ok(Some(command::how(turn, given.word))),
    }
}

/// Whose ticket a command is about: the code that it begins with, or the topic that it stands in. With the
/// rest of what was written.
fn target<'a>(turn: &Turn<'_>, given: &'a Given<'_>) -> Result<Option<(Ticket, &'a str)>, Error> {
    let (first, rest) = command::first_word(given.arguments);
    if let Some(ticket) = command::named(turn, first)? {
        return Ok(Some((ticket, rest)));
    }
    Ok(given
        .ticket
        .clone()
        .map(|ticket| (ticket, given.arguments.trim())))
}

fn note(
    turn: &Turn<'_>,
    given: &Given<'_>,
    ticket: &Ticket,
    action: &str,
    until: Option<Timestamp>,
    reason: &str,
) -> Result<(), Error> {
    let after = until
        .map(|until| moment::shown(turn, until))
        .unwrap_or_default();
    let entry = Entry {
        ticket: Some(ticket.id),
        after: &after,
        reason,
        ..Entry::of(Hand::of(given.message.from), action)
    };
    audit::insert(turn.db, &entry, turn.now)
}
