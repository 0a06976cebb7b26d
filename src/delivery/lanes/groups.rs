//! The calls into each group: none while it has to be left alone, is out of reach or its window is full.
//! No group waits for another.

use super::super::group::{Group, MadeBy, is_for_any_bot};
use super::{Claiming, Go, LOOK_AHEAD, Room, earliest};
use crate::domain::call::{Budget, Lane, Priority, Purpose, ReadyCall};
use crate::domain::ids::{ChatId, DeskId, TicketId};
use crate::domain::outcome::Refusal;
use crate::domain::rules::breaker::{Cause, Destination, Gates};
use crate::domain::rules::learning;
use crate::store::claims::{self, OutboxRow, Stored};
use crate::store::resolve::{self, Resolution};
use crate::store::{Error, Place, desks, outbox, pauses, rates};

/// What of a head voices can do.
enum ForVoices {
    /// Any of them posts it.
    Text,
    /// The one that has posted what it changes makes it.
    Change,
    /// The same, which has no room now.
    ChangeLater,
    /// Only the main bot makes it.
    Nothing,
}

impl Claiming<'_> {
    /// The calls into the group of a desk, of which some are under way already.
    pub(super) fn group(&mut self, desk: DeskId, room: Room, flying: usize) -> Result<(), Error> {
        self.at = desk;
        let claimed = self.claims.calls.iter();
        let claimed = claimed
            .filter(|(row, _)| row.budget == Budget::Desk)
            .count();
        let places = room
            .desk
            .saturating_sub(claimed)
            .min(room.each.saturating_sub(flying));
        if self.claims.out_of_reach.is_empty() {
            let done = self.group_heads(places);
            self.at = DeskId::MAIN;
            return done;
        }
        let chat = desks::chat(self.db, self.desk.desks(), desk)?;
        let whole = self.gates;
        let concerns = self.claims.out_of_reach.iter().filter(|one| {
            one.destination == Destination::Telegram || one.destination == Destination::Group(chat)
        });
        self.gates = Gates::of(concerns.map(|one| (one.destination, one.cause)));
        let done = match self.gates.hold_the_group() {
            true => Ok(()),
            false => self.group_heads(places),
        };
        (self.gates, self.at) = (whole, DeskId::MAIN);
        done
    }

    /// Those of the group at hand: none while it has to be left alone or its window is full.
    fn group_heads(&mut self, desk_room: usize) -> Result<(), Error> {
        let now = self.moment.now;
        let agenda = claims::agenda(self.db, Budget::Desk, self.at)?;
        let Some(due_at) = earliest(&agenda) else {
            return Ok(());
        };
        let place = Place::Group(desks::chat(self.db, self.desk.desks(), self.at)?);
        if let Some(until) = pauses::paused_until(self.db, place, now)? {
            self.look_again(until.max(due_at));
            return Ok(());
        }
        let share = learning::share(rates::of(self.db, place)?, now);
        // Where floods have taught that less is borne, nothing above that is tried.
        self.may_try &= share == learning::WHOLE;
        let limit = learning::of_limit(self.pace.group_calls_per_minute, share);
        // Voices are members of the main group.
        let voices = match self.at {
            DeskId::MAIN => self.voices,
            _ => &[],
        };
        self.group = Group::load(self.db, place, limit, voices, now)?;
        let all_room = self.room;
        let places = all_room.min(desk_room);
        self.room = places;
        self.waits_for_room = false;
        let waiting = earliest(&agenda);
        let agenda = self.heads(Budget::Desk, agenda)?;
        let is_any_left = self.by_voices()?;
        let claimed = places - self.room;
        self.room = all_room - claimed;
        let is_full = claimed == places;
        if !self.group.has_limit() {
            self.wait_for(&agenda, is_full);
            return Ok(());
        }
        if is_full || self.is_bot_spent {
            // The end of a call, or the bot's own budget, is what to wait for.
            return Ok(());
        }
        if let Some(next) = earliest(&agenda) {
            let room_at = self.group.room_at(self.db, now)?;
            self.look_again(room_at.map_or(next, |room_at| room_at.max(next)));
        }
        // While room is kept for an album the voices go on.
        let next = earliest(&agenda).or(waiting.filter(|_| self.waits_for_room));
        if let (Some(next), true) = (next, is_any_left)
            && let Some(at) = self.group.voices_room_at(self.db, self.may_try, now)?
        {
            self.look_again(at.max(next));
        }
        Ok(())
    }

    /// Whether the window of the group has no room for all of this call yet; then it is looked at again when it
    /// has.
    pub(super) fn is_too_heavy(
        &mut self,
        row: &OutboxRow,
        call: &ReadyCall,
    ) -> Result<bool, Error> {
        let weight = call.weight();
        if row.budget != Budget::Desk || weight == 1 {
            return Ok(false);
        }
        let room_at = self.group.room_for(self.db, weight, self.moment.now)?;
        if let Some(room_at) = room_at {
            self.look_again(room_at);
        }
        Ok(room_at.is_some())
    }

    /// What voices can do where the main bot has no room: texts of clients, and changes of what they have
    /// posted. Whether some may be left for which no voice has room now either.
    fn by_voices(&mut self) -> Result<bool, Error> {
        let is_the_main_bots = self.group.own().room() > 0 && !self.waits_for_room;
        if is_the_main_bots || self.room == 0 || self.is_bot_spent {
            return Ok(false);
        }
        let now = self.moment.now;
        let Some(mut next) = self.group.beyond(self.db, self.may_try, now)? else {
            return Ok(true);
        };
        let mut is_any_left = false;
        for (priority, head) in self.heads_for_voices()? {
            let (voice, tried) = match self.for_voices(&head, priority)? {
                ForVoices::Text => (Some(next.0), next.1),
                ForVoices::Change => (None, None),
                ForVoices::ChangeLater => {
                    is_any_left = true;
                    continue;
                }
                ForVoices::Nothing => continue,
            };
            (self.voice, self.tried) = (voice, tried);
            if self.claim_head(head, Budget::Desk, priority)? == Go::Stop || self.room == 0 {
                return Ok(false);
            }
            self.may_try &= tried.is_none();
            next = match self.group.beyond(self.db, self.may_try, now)? {
                Some(next) => next,
                None => return Ok(true),
            };
        }
        Ok(is_any_left)
    }

    /// Due heads among which there may be something for voices. Where all bots share one window they only post:
    /// what changes a post waits for room as the main bot's calls do.
    fn heads_for_voices(&mut self) -> Result<Vec<(Priority, Stored)>, Error> {
        let priorities: &[Priority] = match self.group.counts_apart() {
            true => &[Priority::MESSAGE, Priority::MARK],
            false => &[Priority::MESSAGE],
        };
        let mut found = Vec::new();
        for priority in priorities {
            let from = (Budget::Desk, self.at);
            let heads = claims::due(self.db, from, *priority, self.moment.now, LOOK_AHEAD)?;
            found.extend(heads.into_iter().map(|(_, head)| (*priority, head)));
        }
        self.due = found.len();
        Ok(found)
    }

    /// What of a head is for voices. What cannot be looked at is left to the main bot's turn, which puts it aside.
    fn for_voices(&self, head: &Stored, priority: Priority) -> Result<ForVoices, Error> {
        let Stored::Call(row) = head else {
            return Ok(ForVoices::Nothing);
        };
        if is_for_any_bot(row, priority) {
            return Ok(ForVoices::Text);
        }
        let is_change = matches!(
            row.purpose,
            Purpose::Edit | Purpose::Delete | Purpose::Reaction
        );
        if !is_change || !self.group.counts_apart() {
            return Ok(ForVoices::Nothing);
        }
        let Ok(Resolution::Ready(call)) = resolve::resolve(self.db, row, self.desk.desks()) else {
            return Ok(ForVoices::Nothing);
        };
        Ok(match self.group.poster(self.db, &call, self.moment.now)? {
            MadeBy::Bot(Some(_)) => ForVoices::Change,
            MadeBy::Later(_) => ForVoices::ChangeLater,
            MadeBy::Bot(None) | MadeBy::Nobody => ForVoices::Nothing,
        })
    }

    /// Whether a call goes into a group that is no desk's any more and has to be left alone.
    pub(super) fn is_paused_there(&self, row: &OutboxRow, call: &ReadyCall) -> Result<bool, Error> {
        let Some(chat) = call.chat().filter(|_| row.budget == Budget::Desk) else {
            return Ok(false);
        };
        if self.group.is_of(chat) {
            return Ok(false);
        }
        match pauses::paused_until(self.db, Place::Group(chat), self.moment.now)? {
            Some(until) => claims::defer(self.db, row.id, until).map(|()| true),
            None => Ok(false),
        }
    }

    /// Whether a call goes into another group than it stood under: it is put under the right one, and
    /// spends that one's budget.
    pub(super) fn is_elsewhere(
        &mut self,
        row: &OutboxRow,
        call: &ReadyCall,
    ) -> Result<bool, Error> {
        let desks = self.desk.desks();
        let (Budget::Desk, false, Some(chat)) = (row.budget, desks.is_single(), call.chat()) else {
            return Ok(false);
        };
        // Into a group that the config does not know any more it goes as it is.
        let desk = desks::of_chat(self.db, desks, chat)?.unwrap_or(DeskId::MAIN);
        if desk == row.desk {
            return self.is_behind_others_there(row, desk);
        }
        if self.is_lost_there(row, chat)? {
            let row = OutboxRow {
                chat: Some(chat),
                ..row.clone()
            };
            self.refused_unmade(row, Refusal::DeskUnreachable)?;
            return Ok(true);
        }
        desks::move_call(self.db, row.id, desk)?;
        self.out_of_the_way(row, desk)?;
        self.claims.settled += 1;
        self.look_again(self.moment.now);
        Ok(true)
    }

    /// A change of what stands in another group than its ticket may wait there for long: nothing that is said where
    /// the ticket is waits with it.
    fn out_of_the_way(&self, row: &OutboxRow, desk: DeskId) -> Result<(), Error> {
        match topic_of_change(row) {
            Some(ticket) if desks::of_ticket(self.db, ticket)? != desk => {
                outbox::change_lane(self.db, row.id, &row.lane, Lane::Apart(ticket, desk))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// A change of what stands in a group to which its ticket has come back goes after those that have waited there
    /// since it was away: they may say what was before.
    fn is_behind_others_there(&mut self, row: &OutboxRow, desk: DeskId) -> Result<bool, Error> {
        let Some(ticket) = topic_of_change(row) else {
            return Ok(false);
        };
        let apart = Lane::Apart(ticket, desk);
        if !outbox::is_any_in(self.db, apart)? {
            return Ok(false);
        }
        outbox::change_lane(self.db, row.id, &row.lane, apart)?;
        self.claims.settled += 1;
        self.look_again(self.moment.now);
        Ok(true)
    }

    /// Whether a call changes what stands in a group that is lost, while its ticket is in another one: it would
    /// hold up what is said there.
    fn is_lost_there(&self, row: &OutboxRow, chat: ChatId) -> Result<bool, Error> {
        let lost = self
            .claims
            .out_of_reach
            .iter()
            .any(|one| one.destination == Destination::Group(chat) && one.cause == Cause::Gone);
        match row.ticket {
            Some(ticket) if lost && (row.is_for_topic() || row.is_change()) => {
                let home = desks::of_ticket(self.db, ticket)?;
                Ok(desks::chat(self.db, self.desk.desks(), home)? != chat)
            }
            Some(_) | None => Ok(false),
        }
    }
}

/// The ticket whose lane a change of what stands somewhere is in; none where it is no change, or not in that.
fn topic_of_change(row: &OutboxRow) -> Option<TicketId> {
    let ticket = row.ticket.filter(|_| row.is_change())?;
    (row.lane == Lane::Topic(ticket).key()).then_some(ticket)
}
