//! One entry into the desk: what it works with, and the ways in which it can queue calls up.

use super::carry::Route;
use super::{Cause, Moment, Settings, Shared};
use crate::domain::call::{Budget, Call, Lane, Priority, Purpose};
use crate::domain::desks::Desks;
use crate::domain::ids::{
    ChatId, ClientId, DeskId, InboxId, JobId, LookupId, MessageRowId, OutboxId, ReportId, TicketId,
    TimerId, UserId,
};
use crate::domain::language::Language;
use crate::domain::rules::carriers::Direction;
use crate::domain::rules::escalate::Keywords;
use crate::domain::ticket::Ticket;
use crate::domain::time::Timestamp;
use crate::store::outbox::{self, NewCall};
use crate::store::{Db, Error, desks};
use crate::texts::Texts;
use crate::vault::Vault;

/// Never comes: the time of calls that only hold a place.
pub(super) const NOT_YET: Timestamp = Timestamp::from_millis(i64::MAX / 4);

pub(super) struct Turn<'a> {
    pub db: &'a Db,
    pub now: Timestamp,
    pub polling_since: Option<Timestamp>,
    /// The desk that this is about: where an update came from, whose call has ended, whose ticket it is.
    pub here: DeskId,
    /// Tickets that were taken from somebody, or put aside, who has room for another therefore.
    pub taken: Vec<(TicketId, UserId)>,
    cause: String,
    step: u32,
    shared: &'a Shared,
}

impl<'a> Turn<'a> {
    pub fn new(db: &'a Db, moment: Moment, cause: Cause, shared: &'a Shared) -> Self {
        let cause = match cause {
            Cause::Update(InboxId(id)) => format!("update:{id}"),
            Cause::Timer(TimerId(id)) => format!("timer:{id}:{}", moment.now.millis()),
            Cause::Call(OutboxId(id), attempt) => format!("call:{id}:{attempt}"),
            Cause::Job(JobId(id)) => format!("job:{id}:{}", moment.now.millis()),
            Cause::Lookup(LookupId(id)) => format!("lookup:{id}:{}", moment.now.millis()),
            Cause::Report(ReportId(id)) => format!("report:{id}:{}", moment.now.millis()),
            Cause::Start(time) => format!("start:{}", time.millis()),
            // Several things may be noticed in the same moment.
            Cause::Notice(time) => format!("notice:{}:{:x}", time.millis(), shared.entropy.next()),
        };
        Self {
            db,
            now: moment.now,
            polling_since: moment.polling_since,
            here: DeskId::MAIN,
            taken: Vec::new(),
            cause,
            step: 0,
            shared,
        }
    }

    pub fn settings(&self) -> &'a Settings {
        &self.shared.settings
    }

    /// Where words are sealed; none where the operator has given no key.
    pub fn vault(&self) -> Option<&'a Vault> {
        self.shared.vault.as_ref()
    }

    /// Words of clients that raise a ticket.
    pub fn keywords(&self) -> &'a Keywords {
        &self.shared.keywords
    }

    pub fn texts(&self) -> &'a Texts {
        &self.shared.texts
    }

    /// The language of the desk.
    pub fn language(&self) -> Language {
        self.shared.settings.language
    }

    /// The groups of the config.
    pub fn desks(&self) -> &'a Desks {
        &self.shared.settings.desks
    }

    /// The group of the desk that this is about, as it is called now.
    pub fn group(&self) -> Result<ChatId, Error> {
        self.group_of(self.here)
    }

    /// The group of a desk as it is called now.
    pub fn group_of(&self, desk: DeskId) -> Result<ChatId, Error> {
        desks::chat(self.db, self.desks(), desk)
    }

    /// The desk whose group this is; none where it is no group of ours.
    pub fn desk_at(&self, group: ChatId) -> Result<Option<DeskId>, Error> {
        if self.desks().is_single() {
            return Ok(Some(DeskId::MAIN));
        }
        desks::of_chat(self.db, self.desks(), group)
    }

    /// Whether hushdesk works in this group.
    pub fn is_ours(&self, group: ChatId) -> Result<bool, Error> {
        for desk in self.desks().all() {
            if self.group_of(desk)? == group {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The desk whose tickets are counted and listed here; none where all are one desk's.
    pub fn shown_desk(&self) -> Option<DeskId> {
        (!self.desks().is_single()).then_some(self.here)
    }

    /// Whether a ticket may be looked up in the group that this is about: it has been there, so that whoever
    /// reads along knows it.
    pub fn may_show(&self, ticket: TicketId) -> Result<bool, Error> {
        if self.desks().is_single() {
            return Ok(true);
        }
        Ok(desks::been_in(self.db, self.desks(), ticket)?.contains(&self.here))
    }

    pub fn random(&self) -> u64 {
        self.shared.entropy.next()
    }

    /// Queues a call up in a ticket's topic lane.
    pub fn post_to_topic(
        &mut self,
        ticket: &Ticket,
        purpose: Purpose,
        priority: Priority,
        message: Option<(MessageRowId, u32)>,
        not_before: Timestamp,
        call: &Call,
    ) -> Result<(), Error> {
        self.queue(Queued {
            lane: Lane::Topic(ticket.id),
            ticket: Some(ticket.id),
            message,
            not_before: Some(not_before),
            ..Queued::of(purpose, priority, call)
        })
        .map(drop)
    }

    /// Queues up a call that carries a message along a route. What only holds a place is not due until
    /// it takes its form.
    pub fn carry(
        &mut self,
        route: Route,
        purpose: Purpose,
        message: (MessageRowId, u32),
        call: &Call,
    ) -> Result<OutboxId, Error> {
        let is_ready = !matches!(call, Call::Await { .. });
        let not_before = if is_ready { route.not_before } else { NOT_YET };
        let queued = Queued {
            message: Some(message),
            not_before: Some(not_before),
            ..along(route, purpose, call)
        };
        if queued.budget == Budget::Client {
            outbox::lift(self.db, queued.lane, queued.priority)?;
        }
        self.queue(queued)
    }

    /// The same in a lane of its own, at a time of its own.
    pub fn carry_in(
        &mut self,
        lane: Lane,
        route: Route,
        purpose: Purpose,
        row: MessageRowId,
        not_before: Timestamp,
        call: &Call,
    ) -> Result<(), Error> {
        let queued = Queued {
            lane,
            priority: Priority::STATE,
            message: Some((row, 0)),
            not_before: Some(not_before),
            ..along(route, purpose, call)
        };
        self.queue(queued).map(drop)
    }

    /// The same before all that waits in the lane, but not before a topic that is yet to be made: it would
    /// wait for what waits behind it.
    pub fn carry_ahead(
        &mut self,
        route: Route,
        message: (MessageRowId, u32),
        call: &Call,
    ) -> Result<(), Error> {
        let queued = Queued {
            message: Some(message),
            ..along(route, route.purpose(), call)
        };
        self.queue_first(queued)
    }

    /// Puts a call before all that waits in its lane, but behind a topic that is yet to be made.
    pub(super) fn queue_first(&mut self, queued: Queued<'_>) -> Result<(), Error> {
        match outbox::foundation(self.db, queued.lane)? {
            Some(foundation) => self.queue_next(queued, foundation),
            None => self.queue_ahead(queued),
        }
    }

    /// The same right behind an unfinished call of the lane.
    pub fn carry_behind(
        &mut self,
        route: Route,
        message: (MessageRowId, u32),
        call: &Call,
        earlier: OutboxId,
    ) -> Result<(), Error> {
        let queued = Queued {
            message: Some(message),
            not_before: Some(route.not_before),
            ..along(route, route.purpose(), call)
        };
        self.queue_behind(queued, earlier)
    }

    /// Puts a call right behind an unfinished one of its lane.
    pub(super) fn queue_behind(
        &mut self,
        queued: Queued<'_>,
        earlier: OutboxId,
    ) -> Result<(), Error> {
        let numbered = self.new_call(&queued)?;
        let call = queued.as_call(&self.cause, numbered, self.now);
        outbox::insert_behind(self.db, &call, earlier, self.now).map(drop)
    }

    fn queue_next(&mut self, queued: Queued<'_>, earlier: OutboxId) -> Result<(), Error> {
        let numbered = self.new_call(&queued)?;
        let call = queued.as_call(&self.cause, numbered, self.now);
        outbox::insert_next(self.db, &call, earlier, self.now).map(drop)
    }

    /// Puts a call at the front of a ticket's topic lane.
    pub fn ahead_in_topic(
        &mut self,
        ticket: TicketId,
        purpose: Purpose,
        priority: Priority,
        call: &Call,
    ) -> Result<(), Error> {
        let queued = Queued {
            lane: Lane::Topic(ticket),
            ticket: Some(ticket),
            ..Queued::of(purpose, priority, call)
        };
        self.queue_ahead(queued)
    }

    pub(super) fn alone(&self) -> Lane {
        Lane::Alone(self.random())
    }

    pub(super) fn queue(&mut self, queued: Queued<'_>) -> Result<OutboxId, Error> {
        let numbered = self.new_call(&queued)?;
        let call = queued.as_call(&self.cause, numbered, self.now);
        outbox::insert(self.db, &call, self.now)
    }

    fn queue_ahead(&mut self, queued: Queued<'_>) -> Result<(), Error> {
        let numbered = self.new_call(&queued)?;
        let call = queued.as_call(&self.cause, numbered, self.now);
        outbox::insert_ahead(self.db, &call, self.now).map(drop)
    }

    /// The number of a call among those of its cause, and the desk whose budget it spends.
    fn new_call(&mut self, queued: &Queued<'_>) -> Result<(u32, DeskId), Error> {
        let desk = match queued.budget {
            Budget::Desk => desks::of_call(self.db, self.desks(), queued.call, queued.ticket)?,
            Budget::Client | Budget::Bot => DeskId::MAIN,
        };
        Ok((self.next_step(), desk))
    }

    fn next_step(&mut self) -> u32 {
        self.step += 1;
        self.step
    }
}

/// A call along a route, in the lane of all that is posted there.
fn along<'a>(route: Route, purpose: Purpose, call: &'a Call) -> Queued<'a> {
    let (lane, budget, client, priority) = match route.direction {
        Direction::ToDesk => (
            Lane::Topic(route.ticket),
            Budget::Desk,
            None,
            Priority::MESSAGE,
        ),
        Direction::ToClient => (
            Lane::Client(route.client),
            Budget::Client,
            Some(route.client),
            Priority::FIRST,
        ),
    };
    Queued {
        lane,
        budget,
        client,
        ticket: Some(route.ticket),
        ..Queued::of(purpose, priority, call)
    }
}

/// A call on its way into the outbox, with what most calls have in common filled in.
pub(super) struct Queued<'a> {
    pub lane: Lane,
    pub budget: Budget,
    pub priority: Priority,
    pub purpose: Purpose,
    pub client: Option<ClientId>,
    pub ticket: Option<TicketId>,
    pub message: Option<(MessageRowId, u32)>,
    pub not_before: Option<Timestamp>,
    pub call: &'a Call,
}

impl<'a> Queued<'a> {
    pub fn of(purpose: Purpose, priority: Priority, call: &'a Call) -> Self {
        Self {
            lane: Lane::General,
            budget: Budget::Desk,
            priority,
            purpose,
            client: None,
            ticket: None,
            message: None,
            not_before: None,
            call,
        }
    }

    fn as_call(&self, cause: &'a str, (step, desk): (u32, DeskId), now: Timestamp) -> NewCall<'a> {
        NewCall {
            cause,
            step,
            lane: self.lane,
            budget: self.budget,
            desk,
            priority: self.priority,
            purpose: self.purpose,
            client: self.client,
            ticket: self.ticket,
            message: self.message.map(|(row, _)| row),
            part: self.message.map_or(0, |(_, part)| part),
            call: self.call,
            not_before: self.not_before.unwrap_or(now).max(now),
        }
    }
}
