//! What is next: the due heads of lanes, as many as the pace and the free places allow.

mod chats;
mod groups;

use std::collections::BTreeMap;
use std::time::Duration;

use super::group::{Group, MadeBy, is_for_any_bot};
use super::heads::Heads;
use super::pace::Pace;
use crate::desk::{Desk, Moment};
use crate::domain::call::{Budget, Call, Priority, Purpose, ReadyCall};
use crate::domain::desks::Desks;
use crate::domain::ids::{BotId, ChatId, DeskId};
use crate::domain::outcome::{Outcome, Reason, Refusal};
use crate::domain::rules::breaker::{Destination, Gates};
use crate::domain::rules::voices::Tried;
use crate::domain::time::Timestamp;
use crate::store::breakers::{self, Breaker};
use crate::store::claims::{self, OutboxRow, Stored};
use crate::store::resolve::{self, Resolution};
use crate::store::{self, Db, Error, fenced, isolated, merge};

/// How soon a call is looked at again whose references are still on their way.
const REFERENCE_AGAIN: Duration = Duration::from_secs(2);
/// How soon a ticket's call is looked at again while the group takes none.
const HELD_AGAIN: Duration = Duration::from_secs(30);

/// How many heads are looked at for what voices can make: so many tickets in which nothing else is next do not
/// hide it.
const LOOK_AHEAD: usize = 256;

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
    /// Of that, what the config calls the desks of further groups.
    pub named: Vec<(ChatId, String)>,
}

/// How many more calls may be under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    /// To anybody.
    pub all: usize,
    /// Of those, into groups.
    pub desk: usize,
    /// Of those, into one group: one that does not answer takes no other's places.
    pub each: usize,
    /// Whether a voice may try how Telegram counts: one at a time.
    pub may_try: bool,
}

/// How many calls are under way into each group.
pub(super) type InGroups = BTreeMap<DeskId, usize>;

impl Room {
    pub const NONE: Room = Room {
        all: 0,
        desk: 0,
        each: 0,
        may_try: false,
    };
}

/// The time, as the desk is told it and as the meters count it.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    pub moment: Moment,
    /// How long the program has been running.
    pub running: Duration,
}

/// Claims what is due, as far as there is room. Replies to clients come first: they never wait behind
/// traffic to the group (P7). Words of the desk to clients come last: however many they are, the bot's
/// budget goes to buttons and to the groups before.
pub(super) fn claim(
    db: &Db,
    desk: &Desk,
    pace: &Pace,
    at: At,
    (room, flying, voices): (Room, &InGroups, &[BotId]),
) -> Result<Claims, Error> {
    let out_of_reach = breakers::open_ones(db)?;
    let held = out_of_reach.iter().map(|one| (one.destination, one.cause));
    let gates = Gates::of(held);
    let desks = desk.desks();
    let mut claiming = Claiming {
        db,
        desk,
        pace,
        moment: at.moment,
        running: at.running,
        room: room.all,
        held: 0,
        is_bot_spent: false,
        voices,
        may_try: room.may_try,
        group: Group::open(),
        at: DeskId::MAIN,
        due: 0,
        waits_for_room: false,
        gates,
        voice: None,
        tried: None,
        claims: Claims {
            calls: Vec::new(),
            settled: 0,
            due_at: None,
            named: named(db, desks, &out_of_reach)?,
            out_of_reach,
        },
    };
    // Not even looked at, so that nothing is used up.
    if gates.hold_everything() {
        return Ok(claiming.claims);
    }
    claims::take_places(db, at.moment.now)?;
    let to_clients = claims::agenda(db, Budget::Client, DeskId::MAIN)?;
    let (replies, words) = to_clients.into_iter().partition(is_reply);
    claiming.heads_without_window(Budget::Client, replies)?;
    let of_bot = claims::agenda(db, Budget::Bot, DeskId::MAIN)?;
    claiming.heads_without_window(Budget::Bot, of_bot)?;
    for one in desks.all() {
        claiming.group(one, room, flying.get(&one).copied().unwrap_or(0))?;
    }
    claiming.heads_without_window(Budget::Client, words)?;
    Ok(claiming.claims)
}

/// What the config calls the desks of those further groups that are out of reach.
fn named(db: &Db, desks: &Desks, open: &[Breaker]) -> Result<Vec<(ChatId, String)>, Error> {
    let mut named = Vec::new();
    for breaker in open {
        if let Destination::Group(chat) = breaker.destination
            && let Some(desk) = store::desks::of_chat(db, desks, chat)?
            && let Some(name) = desks.name(desk)
        {
            named.push((chat, name.to_owned()));
        }
    }
    Ok(named)
}

struct Claiming<'a> {
    db: &'a Db,
    desk: &'a Desk,
    pace: &'a Pace,
    moment: Moment,
    running: Duration,
    room: usize,
    /// Messages taken out of the bot's budget and not yet sent. Taken before the client's, because
    /// neither can be given back: one that met an empty bot's budget would have spent the client's.
    held: u32,
    /// The bot's own budget is empty: what is due waits for it, and not for its own time.
    is_bot_spent: bool,
    /// The voices of the config, and whether one of them may try how Telegram counts.
    voices: &'a [BotId],
    may_try: bool,
    /// The budget that is being spent, and how many heads are due in it.
    group: Group,
    /// Whose group that is.
    at: DeskId,
    due: usize,
    /// What room the main bot has there is kept for an album.
    waits_for_room: bool,
    /// What may be called.
    gates: Gates,
    /// Who posts the text that is next, if not the main bot, and whether it is a try.
    voice: Option<BotId>,
    tried: Option<Tried>,
    claims: Claims,
}

/// The priorities in which calls wait, with when the first of each is due.
type Agenda = Vec<(Priority, Timestamp)>;

/// Whether calls of a priority into private chats are replies, which go before all else.
fn is_reply((priority, _): &(Priority, Timestamp)) -> bool {
    *priority == Priority::FIRST
}

fn earliest(agenda: &Agenda) -> Option<Timestamp> {
    agenda.iter().map(|(_, due_at)| *due_at).min()
}

/// Whether to go on with the heads of a budget.
#[derive(PartialEq, Eq)]
enum Go {
    On,
    Stop,
}

impl Claiming<'_> {
    fn heads_without_window(&mut self, budget: Budget, agenda: Agenda) -> Result<(), Error> {
        self.group = Group::open();
        let agenda = self.heads(budget, agenda)?;
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
    fn heads(&mut self, budget: Budget, mut agenda: Agenda) -> Result<Agenda, Error> {
        let are_replies = agenda.iter().any(is_reply);
        loop {
            let room = self.room.min(self.group.own().room());
            if room == 0 {
                return Ok(agenda);
            }
            let from = (budget, self.at);
            let heads = Heads::load(self.db, from, &agenda, self.moment.now, room)?;
            if heads.is_empty() {
                return Ok(agenda);
            }
            if self.serve(budget, heads)? == Go::Stop || self.room == 0 {
                return Ok(Agenda::new());
            }
            agenda = claims::agenda(self.db, budget, self.at)?;
            if budget == Budget::Client {
                agenda.retain(|queue| is_reply(queue) == are_replies);
            }
        }
    }

    /// Heads that are due now, in their order. Whether to look for more.
    fn serve(&mut self, budget: Budget, mut heads: Heads) -> Result<Go, Error> {
        while self.room > 0
            && let Some((priority, head)) = heads.next(self.group.own())
        {
            self.due = heads.len() + 1;
            self.voice = match &head {
                Stored::Call(row) if is_for_any_bot(row, priority) => self.group.speaker(),
                Stored::Call(_) | Stored::Broken { .. } => None,
            };
            self.tried = None;
            if self.claim_head(head, budget, priority)? == Go::Stop {
                return Ok(Go::Stop);
            }
        }
        Ok(Go::On)
    }

    /// Claims a head, and spends the group's budget where that is what it spends.
    fn claim_head(
        &mut self,
        head: Stored,
        budget: Budget,
        priority: Priority,
    ) -> Result<Go, Error> {
        let before = self.claims.calls.len();
        let went = self.head_or_bury(head)?;
        if budget == Budget::Desk
            && let Some((row, call)) = self.claims.calls.get_mut(before)
        {
            let spent = (priority == Priority::FIRST, call.weight());
            row.counted = self
                .group
                .spend(self.db, (row.id, row.voice), spent, self.moment.now)?;
        }
        Ok(went)
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
            .call_died(db, self.moment, id, &lane, &Reason::Unprepared)?;
        self.claims.settled += 1;
        Ok(Go::On)
    }

    fn head(&mut self, row: OutboxRow) -> Result<Go, Error> {
        let now = self.moment.now;
        if self.gates.hold_tickets() && row.is_for_topic() {
            claims::defer(self.db, row.id, now.plus(HELD_AGAIN))?;
            return Ok(Go::On);
        }
        // Before what it takes of its client's budget, which could not be given back.
        if row.budget != Budget::Desk && self.hold(row.call.weight()) == Go::Stop {
            return Ok(Go::Stop);
        }
        if let Some(until) = self.client_free_at(&row)? {
            claims::defer(self.db, row.id, until)?;
            return Ok(Go::On);
        }
        match resolve::resolve(self.db, &row, self.desk.desks())? {
            Resolution::Ready(call) if self.is_elsewhere(&row, &call)? => {}
            Resolution::Ready(call) if self.is_paused_there(&row, &call)? => {}
            // All others wait with it: while they take each place that comes free there is never room for all
            // of an album.
            Resolution::Ready(call) if self.is_too_heavy(&row, &call)? => {
                self.waits_for_room = true;
                return Ok(Go::Stop);
            }
            Resolution::Ready(call) => {
                let voice = match self.made_by(&row, &call)? {
                    MadeBy::Bot(voice) => voice,
                    MadeBy::Later(until) => {
                        claims::defer(self.db, row.id, until)?;
                        return Ok(Go::On);
                    }
                    MadeBy::Nobody => {
                        let db = self.db;
                        isolated(db, || claims::dropped(db, &row, "no such voice", now))?;
                        self.claims.settled += 1;
                        return Ok(Go::On);
                    }
                };
                // Not for what waits for its group's room, turn by turn.
                if row.budget == Budget::Desk && self.hold(row.call.weight()) == Go::Stop {
                    return Ok(Go::Stop);
                }
                let call = match self.with_followers(&row)? {
                    Some(whole) => whole,
                    None => call,
                };
                claims::claim(self.db, row.id, call.weight())?;
                self.slow_down(&row, call.weight())?;
                self.held = 0;
                self.room -= 1;
                let row = OutboxRow {
                    attempts: row.attempts + 1,
                    voice,
                    tried: self.tried,
                    chat: call.chat(),
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

    /// Holds so many messages of the bot's budget, if it has them.
    fn hold(&mut self, weight: u32) -> Go {
        if self.held >= weight {
            return Go::On;
        }
        match self.pace.take_bot(weight - self.held, self.running) {
            Ok(()) => {
                self.held = weight;
                Go::On
            }
            Err(wait) => {
                self.is_bot_spent = true;
                self.look_again(self.moment.now.plus(wait));
                Go::Stop
            }
        }
    }

    /// Who makes a call.
    fn made_by(&self, row: &OutboxRow, call: &ReadyCall) -> Result<MadeBy, Error> {
        if let Call::WordOfVoice { voice, .. } = &row.call {
            let is_ours = self.voices.contains(voice);
            return Ok(if is_ours {
                MadeBy::Bot(Some(*voice))
            } else {
                MadeBy::Nobody
            });
        }
        if self.voice.is_some() || self.voices.is_empty() || row.budget != Budget::Desk {
            return Ok(MadeBy::Bot(self.voice));
        }
        if let Call::DeletePosts { by, .. } = &row.call {
            return self.group.same(self.db, *by, self.moment.now);
        }
        self.group.poster(self.db, call, self.moment.now)
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
            claims::claim(self.db, row.id, 0)?;
            self.desk.settle(self.db, self.moment, &row, &outcome)
        })?;
        self.claims.settled += 1;
        Ok(())
    }

    /// While the budget is short the texts that follow in the lane go along in the same post.
    fn with_followers(&self, row: &OutboxRow) -> Result<Option<ReadyCall>, Error> {
        // Whether more follows is only asked where it could matter.
        if row.budget != Budget::Desk || !self.group.has_limit() {
            return Ok(None);
        }
        let followers = merge::followers(self.db, row, self.moment.now)?;
        let waited = self.moment.now.since(row.created_at);
        if followers.is_empty()
            || !self
                .group
                .whole()
                .is_short(self.due + followers.len(), waited)
        {
            return Ok(None);
        }
        isolated(self.db, || merge::merge(self.db, row.id, &followers))?;
        let whole = OutboxRow {
            attempts: row.attempts + 1,
            ..row.clone()
        };
        match resolve::resolve(self.db, &whole, self.desk.desks())? {
            Resolution::Ready(call) => Ok(Some(call)),
            Resolution::Later | Resolution::TopicGone | Resolution::Never => Ok(None),
        }
    }

    fn look_again(&mut self, at: Timestamp) {
        let due_at = self.claims.due_at.map_or(at, |earlier| earlier.min(at));
        self.claims.due_at = Some(due_at);
    }
}
