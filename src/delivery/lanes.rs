//! What is next: the due heads of lanes, as many as the pace and the free places allow.

use std::time::Duration;

use super::heads::Heads;
use super::pace::Pace;
use crate::desk::{Desk, Moment};
use crate::domain::call::{Budget, Priority, Purpose, ReadyCall};
use crate::domain::outcome::{Outcome, Refusal};
use crate::domain::rules::breaker::Gates;
use crate::domain::rules::learning;
use crate::domain::rules::pacing::Window;
use crate::domain::time::Timestamp;
use crate::store::breakers::{self, Breaker};
use crate::store::claims::{self, OutboxRow, Stored};
use crate::store::resolve::{self, Resolution};
use crate::store::{Db, Error, Place, fenced, isolated, merge, pauses, rates, topics};

/// How soon a call is looked at again whose references are still on their way.
const REFERENCE_AGAIN: Duration = Duration::from_secs(2);
/// How soon a ticket's call is looked at again while the group takes none.
const HELD_AGAIN: Duration = Duration::from_secs(30);

/// What a claim brings.
pub(super) struct Claims {
    /// Calls to be made now.
    pub calls: Vec<(OutboxRow, ReadyCall)>,
    /// Calls that ended without being made.
    pub settled: usize,
    /// When to look again; none where nothing waits.
    pub due_at: Option<Timestamp>,
    /// What is out of reach.
    pub out_of_reach: Vec<Breaker>,
}

/// How many more calls may be under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    /// To anybody.
    pub all: usize,
    /// Of those, into the group.
    pub desk: usize,
}

impl Room {
    pub const NONE: Room = Room { all: 0, desk: 0 };
}

/// The time, as the desk is told it and as the meters count it.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    pub moment: Moment,
    /// How long the program has been running.
    pub running: Duration,
}

/// Claims what is due, as far as there is room. Replies to clients come first: they never wait behind
/// traffic to the group (P7).
pub(super) fn claim(
    db: &Db,
    desk: &Desk,
    pace: &Pace,
    at: At,
    room: Room,
) -> Result<Claims, Error> {
    let out_of_reach = breakers::open_ones(db)?;
    let held = out_of_reach.iter().map(|one| (one.destination, one.cause));
    let gates = Gates::of(held);
    let mut claiming = Claiming {
        db,
        desk,
        pace,
        moment: at.moment,
        running: at.running,
        room: room.all,
        holds_bot_call: false,
        is_bot_spent: false,
        window: Window::OPEN,
        due: 0,
        gates,
        claims: Claims {
            calls: Vec::new(),
            settled: 0,
            due_at: None,
            out_of_reach,
        },
    };
    // Not even looked at, so that nothing is used up.
    if gates.hold_everything() {
        return Ok(claiming.claims);
    }
    for budget in Budget::ALL {
        match budget {
            Budget::Client | Budget::Bot => {
                claiming.heads_without_window(budget)?;
            }
            Budget::Desk if gates.hold_the_group() => {}
            Budget::Desk => claiming.group_heads(room.desk)?,
        }
    }
    Ok(claiming.claims)
}

struct Claiming<'a> {
    db: &'a Db,
    desk: &'a Desk,
    pace: &'a Pace,
    moment: Moment,
    running: Duration,
    room: usize,
    /// A call taken out of the bot's budget and not yet made. Taken before the client's, because
    /// neither can be given back: one that met an empty bot's budget would have spent the client's.
    holds_bot_call: bool,
    /// The bot's own budget is empty: what is due waits for it, and not for its own time.
    is_bot_spent: bool,
    /// The budget that is being spent, and how many heads are due in it.
    window: Window,
    due: usize,
    /// What may be called.
    gates: Gates,
    claims: Claims,
}

/// The priorities in which calls wait, with when the first of each is due.
type Agenda = Vec<(Priority, Timestamp)>;

fn earliest(agenda: &Agenda) -> Option<Timestamp> {
    agenda.iter().map(|(_, due_at)| *due_at).min()
}

/// Whether to go on with the heads of a budget.
#[derive(PartialEq, Eq)]
enum Go {
    On,
    Stop,
}

/// The group as a budget.
struct Group {
    place: Place,
    /// What it bears now.
    limit: u32,
    window: Window,
}

impl Claiming<'_> {
    /// The group's calls: none while it has to be left alone or its window is full.
    fn group_heads(&mut self, desk_room: usize) -> Result<(), Error> {
        let now = self.moment.now;
        let agenda = claims::agenda(self.db, Budget::Desk)?;
        let Some(due_at) = earliest(&agenda) else {
            return Ok(());
        };
        let group = Place::Group(topics::current_chat(self.db, self.desk.group())?);
        if let Some(until) = pauses::paused_until(self.db, group, now)? {
            self.look_again(until.max(due_at));
            return Ok(());
        }
        let mut budget = self.group(group)?;
        let spent = budget.window;
        let all_room = self.room;
        let places = all_room.min(desk_room);
        self.room = places;
        let agenda = self.heads(Budget::Desk, agenda, &mut budget.window)?;
        let claimed = places - self.room;
        self.room = all_room - claimed;
        let is_full = claimed == places;
        if budget.limit == 0 {
            self.wait_for(&agenda, is_full);
            return Ok(());
        }
        let new_tickets = budget.window.new_tickets - spent.new_tickets;
        for number in 0..budget.window.used - spent.used {
            pauses::count_call(self.db, group, now, number < new_tickets)?;
        }
        if is_full || self.is_bot_spent {
            // The end of a call, or the bot's own budget, is what to wait for.
            return Ok(());
        }
        if let Some(next) = earliest(&agenda) {
            let room_at = pauses::room_at(self.db, budget.place, budget.limit, now)?;
            self.look_again(room_at.map_or(next, |room_at| room_at.max(next)));
        }
        Ok(())
    }

    fn group(&self, place: Place) -> Result<Group, Error> {
        let now = self.moment.now;
        let share = learning::share(rates::of(self.db, place)?, now);
        let limit = learning::of_limit(self.pace.group_calls_per_minute, share);
        Ok(Group {
            place,
            limit,
            window: pauses::window(self.db, place, limit, now)?,
        })
    }

    fn heads_without_window(&mut self, budget: Budget) -> Result<(), Error> {
        let (agenda, mut no_window) = (claims::agenda(self.db, budget)?, Window::OPEN);
        let agenda = self.heads(budget, agenda, &mut no_window)?;
        self.wait_for(&agenda, self.room == 0);
        Ok(())
    }

    /// What is left waits for its own time, unless all places are taken or the bot's budget is spent:
    /// then the end of a call, or that budget, is what to wait for.
    fn wait_for(&mut self, agenda: &Agenda, is_full: bool) {
        if let Some(next) = earliest(agenda)
            && !is_full
            && !self.is_bot_spent
        {
            self.look_again(next);
        }
    }

    /// The due heads of a budget, as far as its window and the free places go. What waits after that;
    /// nothing where the free places or the bot's budget were the end of it.
    fn heads(
        &mut self,
        budget: Budget,
        mut agenda: Agenda,
        window: &mut Window,
    ) -> Result<Agenda, Error> {
        loop {
            let room = self.room.min(window.room());
            if room == 0 {
                return Ok(agenda);
            }
            let heads = Heads::load(self.db, budget, &agenda, self.moment.now, room)?;
            if heads.is_empty() {
                return Ok(agenda);
            }
            if self.serve(budget, heads, window)? == Go::Stop || self.room == 0 {
                return Ok(Agenda::new());
            }
            agenda = claims::agenda(self.db, budget)?;
        }
    }

    /// Heads that are due now, in their order. Whether to look for more.
    fn serve(
        &mut self,
        budget: Budget,
        mut heads: Heads,
        window: &mut Window,
    ) -> Result<Go, Error> {
        while self.room > 0
            && let Some((priority, head)) = heads.next(*window)
        {
            let before = self.claims.calls.len();
            self.window = *window;
            self.due = heads.len() + 1;
            if self.head_or_bury(head)? == Go::Stop {
                return Ok(Go::Stop);
            }
            if self.claims.calls.len() > before {
                window.spend(budget == Budget::Desk && priority == Priority::FIRST);
            }
        }
        Ok(Go::On)
    }

    /// A call that the store or the desk fails on is put aside and holds up nobody.
    fn head_or_bury(&mut self, head: Stored) -> Result<Go, Error> {
        let db = self.db;
        let (id, lane, error) = match head {
            Stored::Broken { id, lane } => (id, lane, None),
            Stored::Call(row) => {
                let (id, lane) = (row.id, row.lane.clone());
                match fenced(|| self.head(*row)) {
                    Err(error) if !error.is_medium() => (id, lane, Some(error)),
                    went => return went,
                }
            }
        };
        tracing::error!(call = ?id, ?error, "a call could not be prepared and is put aside");
        self.desk
            .call_died(db, self.moment, id, &lane, "it could not be prepared")?;
        self.claims.settled += 1;
        Ok(Go::On)
    }

    fn head(&mut self, row: OutboxRow) -> Result<Go, Error> {
        let now = self.moment.now;
        if self.gates.hold_tickets() && row.is_for_topic() {
            claims::defer(self.db, row.id, now.plus(HELD_AGAIN))?;
            return Ok(Go::On);
        }
        if !self.holds_bot_call {
            if let Err(wait) = self.pace.take_bot(self.running) {
                self.is_bot_spent = true;
                self.look_again(now.plus(wait));
                return Ok(Go::Stop);
            }
            self.holds_bot_call = true;
        }
        if let Some(until) = self.client_free_at(&row)? {
            claims::defer(self.db, row.id, until)?;
            return Ok(Go::On);
        }
        match resolve::resolve(self.db, &row, self.desk.group())? {
            Resolution::Ready(call) => {
                let call = match self.with_followers(&row)? {
                    Some(whole) => whole,
                    None => call,
                };
                claims::claim(self.db, row.id)?;
                self.slow_down(&row)?;
                self.holds_bot_call = false;
                self.room -= 1;
                let row = OutboxRow {
                    attempts: row.attempts + 1,
                    ..row
                };
                self.claims.calls.push((row, call));
            }
            Resolution::Later => claims::defer(self.db, row.id, now.plus(REFERENCE_AGAIN))?,
            Resolution::TopicGone => self.refused_unmade(row, Refusal::TopicGone)?,
            // What is not there is deleted, which its writer waits to hear.
            Resolution::Never if row.purpose == Purpose::Delete => {
                self.refused_unmade(row, Refusal::MessageGone)?;
            }
            Resolution::Never => {
                let db = self.db;
                isolated(db, || claims::dropped(db, &row, "nothing to act on", now))?;
                self.claims.settled += 1;
            }
        }
        Ok(Go::On)
    }

    /// A call that is known to be refused without being made. It is an attempt of its own, so that what
    /// follows from it is queued once.
    fn refused_unmade(&mut self, row: OutboxRow, refusal: Refusal) -> Result<(), Error> {
        let row = OutboxRow {
            attempts: row.attempts + 1,
            ..row
        };
        let outcome = Outcome::Refused(refusal);
        isolated(self.db, || {
            claims::claim(self.db, row.id)?;
            self.desk.settle(self.db, self.moment, &row, &outcome)
        })?;
        self.claims.settled += 1;
        Ok(())
    }

    /// While the budget is short the texts that follow in the lane go along in the same post.
    fn with_followers(&self, row: &OutboxRow) -> Result<Option<ReadyCall>, Error> {
        // Whether more follows is only asked where it could matter.
        if row.budget != Budget::Desk || self.window.limit.is_none() {
            return Ok(None);
        }
        let followers = merge::followers(self.db, row, self.moment.now)?;
        let waited = self.moment.now.since(row.created_at);
        if followers.is_empty() || !self.window.is_short(self.due + followers.len(), waited) {
            return Ok(None);
        }
        isolated(self.db, || merge::merge(self.db, row.id, &followers))?;
        let whole = OutboxRow {
            attempts: row.attempts + 1,
            ..row.clone()
        };
        match resolve::resolve(self.db, &whole, self.desk.group())? {
            Resolution::Ready(call) => Ok(Some(call)),
            Resolution::Later | Resolution::TopicGone | Resolution::Never => Ok(None),
        }
    }

    /// When a client's chat may be called, if not now.
    fn client_free_at(&self, row: &OutboxRow) -> Result<Option<Timestamp>, Error> {
        let (Budget::Client, Some(client)) = (row.budget, row.client) else {
            return Ok(None);
        };
        let now = self.moment.now;
        let place = Place::Client(client);
        let paused = pauses::paused_until(self.db, place, now)?;
        let slowed = rates::next_at(self.db, place)?.filter(|next_at| *next_at > now);
        if let Some(until) = paused.into_iter().chain(slowed).max() {
            return Ok(Some(until));
        }
        Ok(match self.pace.take_client(client, self.running) {
            Ok(()) => None,
            // Rounded up: a head that is due a moment too early would be looked at in a circle.
            Err(wait) => Some(now.plus(wait).plus(Duration::from_millis(1))),
        })
    }

    /// A private chat that bears less than the config's rate has no bursts, and longer waits.
    fn slow_down(&self, row: &OutboxRow) -> Result<(), Error> {
        let (Budget::Client, Some(client)) = (row.budget, row.client) else {
            return Ok(());
        };
        let (place, now) = (Place::Client(client), self.moment.now);
        let share = learning::share(rates::of(self.db, place)?, now);
        match learning::gap(self.pace.chat_calls_per_second, share) {
            Some(gap) => rates::set_next(self.db, place, now.plus(gap)),
            None => Ok(()),
        }
    }

    fn look_again(&mut self, at: Timestamp) {
        let due_at = self.claims.due_at.map_or(at, |earlier| earlier.min(at));
        self.claims.due_at = Some(due_at);
    }
}
