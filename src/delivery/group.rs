//! The group's budget: one window for all bots that post there, or one for each, and which of them makes
//! a call.

use std::time::Duration;

use crate::domain::call::{Budget, Call, Priority, Purpose, ReadyCall};
use crate::domain::ids::{BotId, ChatId, OutboxId};
use crate::domain::rules::pacing::{self, Window};
use crate::domain::rules::voices::{self, Counting, Learnt, Shared, Tried, VOICE_AGAIN};
use crate::domain::time::Timestamp;
use crate::store::claims::OutboxRow;
use crate::store::pauses::Counted;
use crate::store::voices::Standing;
use crate::store::{self, Db, Error, Place, pauses};

/// What the group bears now, and what of that is spent. Without a limit, or without voices, all calls are
/// the main bot's.
pub(super) struct Group {
    place: Place,
    limit: u32,
    learnt: Learnt,
    /// The calls of all bots.
    all: Window,
    /// Those of each bot that can post, the main one first; empty without voices.
    each: Vec<Speaker>,
}

/// Who makes a call.
pub(super) enum MadeBy {
    /// A voice, or the main bot.
    Bot(Option<BotId>),
    /// The voice that has to has no room before then.
    Later(Timestamp),
    /// A voice that is not there any more.
    Nobody,
}

struct Speaker {
    voice: Option<BotId>,
    window: Window,
    /// It could not post, and has one call to show that it can again.
    is_on_trial: bool,
    /// Telegram has asked it alone to wait until then.
    waits_until: Option<Timestamp>,
}

impl Speaker {
    /// Its window, which is full while it has to wait.
    fn free(&self) -> Window {
        match self.waits_until {
            Some(_) => Window {
                used: self.window.limit.unwrap_or(0),
                ..self.window
            },
            None => self.window,
        }
    }
}

impl Group {
    /// A budget without a window.
    pub fn open() -> Self {
        Self {
            place: Place::Group(ChatId(0)),
            limit: 0,
            learnt: Learnt::NOTHING,
            all: Window::OPEN,
            each: Vec::new(),
        }
    }

    pub fn load(
        db: &Db,
        place: Place,
        limit: u32,
        voices: &[BotId],
        now: Timestamp,
    ) -> Result<Self, Error> {
        let mut group = Self {
            place,
            limit,
            all: pauses::window(db, place, limit, now)?,
            ..Self::open()
        };
        if limit == 0 || voices.is_empty() {
            return Ok(group);
        }
        group.learnt = store::voices::learnt(db, place)?;
        let mut speak = |voice, is_on_trial, waits_until| {
            group.each.push(Speaker {
                voice,
                window: pauses::window_of(db, place, voice, limit, now)?,
                is_on_trial,
                waits_until,
            });
            Ok::<_, Error>(())
        };
        speak(None, false, None)?;
        for voice in voices {
            match store::voices::standing(db, *voice, now)? {
                Standing::Posts => speak(Some(*voice), false, None)?,
                Standing::MayBeTried => speak(Some(*voice), true, None)?,
                Standing::Waits(until) => speak(Some(*voice), false, Some(until))?,
                Standing::Out => {}
            }
        }
        Ok(group)
    }

    /// Whether it is this group's.
    pub fn is_of(&self, chat: ChatId) -> bool {
        self.place == Place::Group(chat)
    }

    pub fn has_limit(&self) -> bool {
        self.limit > 0
    }

    /// Whether each bot has a window of its own.
    pub fn counts_apart(&self) -> bool {
        self.learnt.counting == Counting::Apart && !self.each.is_empty()
    }

    /// What a call spends that only the main bot can make.
    pub fn own(&self) -> Window {
        match self.each.first() {
            Some(main) if self.counts_apart() => main.window,
            Some(_) | None => self.all,
        }
    }

    /// All that may be posted.
    pub fn whole(&self) -> Window {
        let posting = self.each.iter().filter(|bot| bot.waits_until.is_none());
        let bots = u32::try_from(posting.count()).unwrap_or(u32::MAX);
        match self.all.limit {
            Some(limit) if self.counts_apart() => Window {
                limit: Some(limit.saturating_mul(bots)),
                ..self.all
            },
            Some(_) | None => self.all,
        }
    }

    /// Who makes a call that any bot can make.
    pub fn speaker(&self) -> Option<BotId> {
        let windows: Vec<Window> = self.each.iter().map(Speaker::free).collect();
        self.each.get(voices::roomiest(&windows)?)?.voice
    }

    /// Whether the group has this voice, and it can post.
    fn has_voice(&self, voice: BotId) -> bool {
        self.each.iter().any(|bot| bot.voice == Some(voice))
    }

    /// Who makes a call that not just any bot can make. What a voice has posted only the same voice can
    /// change; where it cannot any more the main bot tries, and hears from Telegram what it may.
    pub fn poster(&self, db: &Db, call: &ReadyCall, now: Timestamp) -> Result<MadeBy, Error> {
        let Some((chat, messages)) = call.changes() else {
            return Ok(MadeBy::Bot(None));
        };
        let mut posted_by = None;
        for (index, message) in messages.iter().enumerate() {
            let voice = store::messages::voice_of(db, Place::Group(chat), *message)?;
            if index > 0 && voice != posted_by {
                return Ok(MadeBy::Bot(None));
            }
            posted_by = voice;
        }
        self.same(db, posted_by, now)
    }

    /// The bot that has posted something changes it too: a voice, or the main bot.
    pub fn same(&self, db: &Db, posted_by: Option<BotId>, now: Timestamp) -> Result<MadeBy, Error> {
        let Some(voice) = posted_by.filter(|voice| self.has_voice(*voice)) else {
            return Ok(MadeBy::Bot(None));
        };
        let free_at = self.voice_free_at(db, voice, now)?;
        Ok(free_at.map_or(MadeBy::Bot(Some(voice)), MadeBy::Later))
    }

    /// When a voice may make a call that only it can make; none where it may now.
    fn voice_free_at(
        &self,
        db: &Db,
        voice: BotId,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, Error> {
        let its_own = self.each.iter().find(|bot| bot.voice == Some(voice));
        match its_own {
            Some(bot) if bot.waits_until.is_some() => Ok(bot.waits_until),
            Some(bot) if self.counts_apart() && bot.window.room() == 0 => {
                pauses::room_at_of(db, self.place, bot.voice, self.limit, now)
            }
            Some(_) | None => Ok(None),
        }
    }

    /// The voice that posts where the main bot has no room left, and whether that is a try: where the
    /// bots are counted together, one call at the right moment.
    pub fn beyond(
        &self,
        db: &Db,
        may_try: bool,
        now: Timestamp,
    ) -> Result<Option<(BotId, Option<Tried>)>, Error> {
        let voices = self.each.get(1..).unwrap_or_default();
        let windows: Vec<Window> = voices.iter().map(Speaker::free).collect();
        let voice = voices::roomiest(&windows).and_then(|index| voices[index].voice);
        let Some(voice) = voice else {
            return Ok(None);
        };
        if self.counts_apart() {
            return Ok(Some((voice, None)));
        }
        let Some((from, until, room_at)) = self.try_between(db, may_try, now)? else {
            return Ok(None);
        };
        let tried = Tried {
            wait: room_at.since(now),
            took: Duration::ZERO,
        };
        Ok((from <= now && now <= until).then_some((voice, Some(tried))))
    }

    /// From when until when a call may be tried, and when there is room anyway.
    fn try_between(
        &self,
        db: &Db,
        may_try: bool,
        now: Timestamp,
    ) -> Result<Option<(Timestamp, Timestamp, Timestamp)>, Error> {
        if !may_try || self.each.len() < 2 || self.all.room() > 0 {
            return Ok(None);
        }
        let Some(room_at) = pauses::room_at(db, self.place, self.limit, now)? else {
            return Ok(None);
        };
        let between = voices::try_between(self.learnt, room_at);
        Ok(between.map(|(from, until)| (from, until, room_at)))
    }

    /// A call of this weight is made: by a voice, or by the main bot. How it was counted.
    pub fn spend(
        &mut self,
        db: &Db,
        (call, voice): (OutboxId, Option<BotId>),
        (is_new_ticket, weight): (bool, u32),
        now: Timestamp,
    ) -> Result<Option<Counted>, Error> {
        if !self.has_limit() {
            return Ok(None);
        }
        let mut counted = Counted {
            call,
            place: self.place,
            voice,
            at: now,
            weight,
            shared: Shared::WhereShort,
        };
        pauses::count_call(db, counted, is_new_ticket)?;
        for _ in 0..weight {
            self.all.spend(is_new_ticket);
            for bot in self.each.iter_mut().filter(|bot| bot.voice == voice) {
                bot.window.spend(is_new_ticket);
            }
        }
        if let Some(voice) = voice {
            let is_tried = |bot: &Speaker| bot.voice == Some(voice) && bot.is_on_trial;
            if self.each.iter().any(is_tried) {
                store::voices::try_again(db, voice, now.plus(VOICE_AGAIN))?;
                self.each.retain(|bot| !is_tried(bot));
            }
        }
        counted.shared = voices::shared(self.learnt, self.all);
        Ok(Some(counted))
    }

    /// When there is room for what only the main bot can post, if there is none now.
    pub fn room_at(&self, db: &Db, now: Timestamp) -> Result<Option<Timestamp>, Error> {
        if self.own().room() > 0 {
            return Ok(None);
        }
        if self.counts_apart() {
            return pauses::room_at_of(db, self.place, None, self.limit, now);
        }
        pauses::room_at(db, self.place, self.limit, now)
    }

    /// When there is room for a call of this weight that only the main bot can make, if there is none now.
    pub fn room_for(
        &self,
        db: &Db,
        weight: u32,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, Error> {
        if !self.has_limit() || self.own().takes(weight) {
            return Ok(None);
        }
        // There is room for that many once the window holds so many calls less.
        let limit = self.limit + 1 - pacing::places(weight, self.limit);
        if self.counts_apart() {
            return pauses::room_at_of(db, self.place, None, limit, now);
        }
        pauses::room_at(db, self.place, limit, now)
    }

    /// When a voice has room again, or a call may be tried. Never now.
    pub fn voices_room_at(
        &self,
        db: &Db,
        may_try: bool,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, Error> {
        if !self.counts_apart() {
            let between = self.try_between(db, may_try, now)?;
            return Ok(between.map(|(from, ..)| from).filter(|from| *from > now));
        }
        let mut earliest = None;
        for bot in self.each.iter().skip(1) {
            let room_at = match bot.window.room() {
                0 => pauses::room_at_of(db, self.place, bot.voice, self.limit, now)?,
                _ => None,
            };
            let free_at = room_at.max(bot.waits_until);
            earliest = earliest.into_iter().chain(free_at).min();
        }
        Ok(earliest)
    }
}

/// Whether any bot of the group can make a call: a client's text that was never tried. What has been
/// refused or may stand there already is the main bot's.
pub(super) fn is_for_any_bot(row: &OutboxRow, priority: Priority) -> bool {
    let is_plain_text = matches!(&row.call, Call::SendText { buttons, .. } if buttons.is_empty());
    row.budget == Budget::Desk
        && row.purpose == Purpose::Relay
        && priority == Priority::MESSAGE
        && row.failures == 0
        && !row.maybe_sent
        && is_plain_text
}
