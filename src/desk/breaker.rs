//! What follows when a destination goes out of reach and comes back: who is told what, and what that
//! waited goes on. That it is out of reach is found out by others.

use std::time::Duration;

use super::turn::Turn;
use super::{Cause as Occasion, Desk, Moment, letters, topics_off, waits};
use crate::domain::call::Call;
use crate::domain::event::Standing;
use crate::domain::ids::DeskId;
use crate::domain::rules::breaker::{Back, Cause, Destination};
use crate::domain::ticket::Client;
use crate::domain::time::Timestamp;
use crate::store::breakers::{self, Breaker};
use crate::store::claims::OutboxRow;
use crate::store::{self, Db, Error, alerts, desks, outbox, tickets};

/// A trouble that is over sooner is told nobody.
pub(super) const WORTH_A_WORD: Duration = Duration::from_secs(60);

/// A right that the bot needs in its group, as its absence is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Right {
    /// Being an administrator at all.
    Admin,
    ManageTopics,
    DeleteMessages,
    /// What members may send besides texts.
    SendMedia,
}

impl Right {
    const ALL: [Right; 4] = [
        Right::Admin,
        Right::ManageTopics,
        Right::DeleteMessages,
        Right::SendMedia,
    ];

    const fn name(self) -> &'static str {
        match self {
            Right::Admin => "admin",
            Right::ManageTopics => "manage_topics",
            Right::DeleteMessages => "delete_messages",
            Right::SendMedia => "send_media",
        }
    }

    /// The kind of trouble that its absence is.
    fn trouble(self) -> String {
        format!("right:{}", self.name())
    }

    /// The one that a refused call lacked.
    fn of(call: &Call) -> Self {
        let manages = matches!(
            call,
            Call::CreateTopic { .. }
                | Call::CloseTopic { .. }
                | Call::CloseThread { .. }
                | Call::ReopenTopic { .. }
        );
        let deletes = matches!(
            call,
            Call::DeleteTopic { .. } | Call::Delete { .. } | Call::DeletePosts { .. }
        );
        let is_media = matches!(
            call,
            Call::Copy { .. }
                | Call::CopyAlbum { .. }
                | Call::SendMedia { .. }
                | Call::SendAlbum { .. }
                | Call::SendLocation { .. }
        );
        match (manages, deletes, is_media) {
            (true, ..) => Right::ManageTopics,
            (_, true, _) => Right::DeleteMessages,
            (.., true) => Right::SendMedia,
            (false, false, false) => Right::Admin,
        }
    }
}

impl Desk {
    /// A destination is out of reach: nothing is called there until it is back.
    pub fn out_of_reach(
        &self,
        db: &Db,
        moment: Moment,
        destination: Destination,
        cause: Cause,
    ) -> Result<(), Error> {
        let mut turn = self.turn(db, moment, Occasion::Notice(moment.now));
        // What the config does not name any more may be as far away as it likes.
        if let Destination::Group(chat) = destination
            && desks::of_chat(db, turn.desks(), chat)?.is_none()
        {
            return Ok(());
        }
        turn.here = of_destination(&turn, destination)?;
        opened(&mut turn, destination, cause)
    }

    /// A destination is in reach again: what waited for it goes on.
    pub fn in_reach(
        &self,
        db: &Db,
        moment: Moment,
        destination: Destination,
        back: Back,
    ) -> Result<(), Error> {
        let mut turn = self.turn(db, moment, Occasion::Notice(moment.now));
        turn.here = of_destination(&turn, destination)?;
        // A group may answer questions and take no calls.
        let was = match destination {
            Destination::Group(_) => breakers::came_back(db, destination, turn.now)?,
            Destination::Telegram => breakers::close(db, destination)?,
        };
        match was {
            Some(was) => in_reach_again(&mut turn, was, back),
            None => Ok(()),
        }
    }

    /// A call has gone well in a group that had come back so.
    pub fn takes_calls(
        &self,
        db: &Db,
        moment: Moment,
        destination: Destination,
        back: Back,
    ) -> Result<(), Error> {
        let mut turn = self.turn(db, moment, Occasion::Notice(moment.now));
        turn.here = of_destination(&turn, destination)?;
        match (breakers::takes_calls(db, destination)?, back) {
            (Some(was), Back::InTheirTime) => takes_calls_again(&mut turn, was),
            // It was said when it came back.
            (Some(_), Back::AtOnce) | (None, _) => Ok(()),
        }
    }
}

/// The desk whose group went out of reach or came back.
fn of_destination(turn: &Turn<'_>, destination: Destination) -> Result<DeskId, Error> {
    match destination {
        Destination::Group(chat) => Ok(turn.desk_at(chat)?.unwrap_or(DeskId::MAIN)),
        Destination::Telegram => Ok(DeskId::MAIN),
    }
}

/// A destination is out of reach from now on, or for another reason than was thought.
pub(super) fn opened(
    turn: &mut Turn<'_>,
    destination: Destination,
    cause: Cause,
) -> Result<(), Error> {
    if !breakers::open(turn.db, destination, cause, turn.now)? {
        return Ok(());
    }
    match destination {
        // Nobody could be told anything.
        Destination::Telegram => {}
        Destination::Group(_) => waits::begin(turn, turn.here)?,
    }
    match cause {
        Cause::TopicsOff => topics_off::noticed(turn),
        Cause::Gone => {
            desks::bring_home(turn.db, turn.here, turn.now)?;
            // The others hear what a group cannot be told itself.
            let Some(name) = turn.desks().name(turn.here) else {
                return Ok(());
            };
            let text = turn.texts().alert_desk_gone(turn.language(), name);
            let trouble = desk_gone(name);
            turn.here = DeskId::MAIN;
            turn.alert(&trouble, text)
        }
        Cause::NoAnswer | Cause::Token => Ok(()),
    }
}

/// A group is known to be in reach under another id.
pub(super) fn closed(turn: &mut Turn<'_>, group: Destination) -> Result<(), Error> {
    // Where it has answered a question already that was said then.
    if breakers::takes_calls(turn.db, group)?.is_some() {
        return Ok(());
    }
    match breakers::close(turn.db, group)? {
        Some(was) => in_reach_again(turn, was, Back::AtOnce),
        None => Ok(()),
    }
}

fn in_reach_again(turn: &mut Turn<'_>, was: Breaker, how: Back) -> Result<(), Error> {
    match (was.destination, how) {
        (Destination::Group(_), Back::AtOnce) => {
            outbox::due_at_once(turn.db, turn.here, turn.now)?;
            takes_calls_again(turn, was)
        }
        // That is seen with the first call that goes well.
        (Destination::Group(_), Back::InTheirTime) => Ok(()),
        // Whoever polls for updates says how long nothing arrived; letters are offered in each group.
        (Destination::Telegram, _) => {
            let here = turn.here;
            for desk in turn.desks().all() {
                turn.here = desk;
                match was.cause {
                    Cause::NoAnswer => letters::offer_unanswered(turn)?,
                    Cause::Token | Cause::Gone | Cause::TopicsOff => {
                        letters::offer(turn, was.since)?;
                    }
                }
            }
            turn.here = here;
            Ok(())
        }
    }
}

fn takes_calls_again(turn: &mut Turn<'_>, was: Breaker) -> Result<(), Error> {
    let is_worth_a_word =
        was.cause == Cause::TopicsOff || turn.now.since(was.since) >= WORTH_A_WORD;
    back(turn, was.since, is_worth_a_word)
}

/// Telegram says what the bot is in its group from now on.
pub(super) fn standing(turn: &mut Turn<'_>, standing: Standing) -> Result<(), Error> {
    let group = Destination::Group(turn.group()?);
    let missing: &[Right] = match standing {
        Standing::Gone => return opened(turn, group, Cause::Gone),
        Standing::Member => &[Right::Admin],
        Standing::Admin {
            manages_topics: false,
            deletes_messages: false,
        } => &[Right::ManageTopics, Right::DeleteMessages],
        Standing::Admin {
            manages_topics: false,
            ..
        } => &[Right::ManageTopics],
        Standing::Admin {
            deletes_messages: false,
            ..
        } => &[Right::DeleteMessages],
        Standing::Admin { .. } => &[],
    };
    let mut since: Option<Timestamp> = None;
    if of_group(turn)?.is_some_and(|breaker| breaker.cause == Cause::Gone) {
        since = breakers::close(turn.db, group)?.map(|was| was.since);
    }
    for right in Right::ALL {
        if missing.contains(&right) {
            lacks(turn, right)?;
            continue;
        }
        let told = alerts::is_over(turn.db, &turn.trouble(&right.trouble()))?;
        since = [since, told].into_iter().flatten().min();
    }
    match since {
        Some(since) => {
            outbox::due_at_once(turn.db, turn.here, turn.now)?;
            back(turn, since, missing.is_empty())
        }
        None => Ok(()),
    }
}

/// The bot lacks a right for this call, which waits for it.
pub(super) fn right_missing(turn: &mut Turn<'_>, row: &OutboxRow) -> Result<(), Error> {
    // Who is no administrator has no right at all; one alert says so.
    let right = if alerts::is_raised(turn.db, &turn.trouble(&Right::Admin.trouble()))? {
        Right::Admin
    } else {
        Right::of(&row.call)
    };
    lacks(turn, right)
}

fn lacks(turn: &mut Turn<'_>, right: Right) -> Result<(), Error> {
    let text = turn
        .texts()
        .alert_right_missing(turn.language(), right.name());
    turn.alert(&right.trouble(), text)
}

/// The group takes calls again: letters that died meanwhile are offered for another try.
fn back(turn: &mut Turn<'_>, since: Timestamp, is_worth_a_word: bool) -> Result<(), Error> {
    alerts::is_over(turn.db, &turn.trouble(topics_off::TROUBLE))?;
    if let Some(name) = turn.desks().name(turn.here) {
        alerts::is_over(turn.db, &desk_gone(name))?;
    }
    if is_worth_a_word {
        let text = turn.texts().desk_back(turn.language());
        turn.tell_general(text)?;
    }
    letters::offer(turn, since)
}

/// The kind of trouble that a further group is out of reach; the main one hears of it.
fn desk_gone(name: &str) -> String {
    format!("desk_gone:{name}")
}

/// Why the group may not be called, if it may not.
pub(super) fn of_group(turn: &Turn<'_>) -> Result<Option<Breaker>, Error> {
    let open = breakers::open_ones(turn.db)?;
    let group = Destination::Group(turn.group()?);
    Ok(open.into_iter().find(|breaker| match breaker.destination {
        Destination::Telegram => false,
        Destination::Group(_) => breaker.destination == group,
    }))
}

/// Since when the group is in trouble, if it is, even where it seems to be back at the moment.
pub(super) fn trouble_of_group(turn: &Turn<'_>) -> Result<Option<Breaker>, Error> {
    breakers::trouble(turn.db, Destination::Group(turn.group()?), turn.now)
}

/// A client has written while the desk is out of reach: they are told once, instead of waiting in silence.
pub(super) fn tell(turn: &mut Turn<'_>, client: &Client) -> Result<(), Error> {
    let Some(breaker) = trouble_of_group(turn)? else {
        return Ok(());
    };
    // A clock that was set back shows a moment before what is stored follows it.
    let since = breaker.since.min(turn.now);
    let is_short = turn.now.since(since) < WORTH_A_WORD;
    if is_short {
        return Ok(());
    }
    tell_since(turn, client, since)
}

/// A client is told that what they have written is seen later than usual, unless they were told since then, or
/// since what waits longest was written.
pub(super) fn tell_since(
    turn: &mut Turn<'_>,
    client: &Client,
    since: Timestamp,
) -> Result<(), Error> {
    let waits_since = match tickets::open_of(turn.db, client.id)? {
        Some(ticket) => store::backlog::waits_since(turn.db, ticket.id)?,
        None => None,
    };
    let told_at = store::backlog::told_at(turn.db, client.id)?;
    if told_at >= since {
        return Ok(());
    }
    store::backlog::set_told(turn.db, client.id, turn.now)?;
    // It is still what they were told of.
    if waits_since.is_some_and(|waits_since| told_at >= waits_since) {
        return Ok(());
    }
    let text = turn.texts().delayed(client.language);
    turn.tell_client(client.id, None, text, None)
}
