//! The desk: what follows from what happened. Each entry loads, asks the pure rules, saves, and
//! queues calls up, inside a transaction that its caller owns. It never awaits, never calls
//! Telegram, never asks for the time.

mod agent;
mod album;
mod assign;
mod autoclose;
mod backlog;
mod ban;
mod breaker;
mod bulk;
mod captions;
mod card;
mod carry;
mod category;
mod claim;
mod client;
mod closing;
mod command;
mod dashboard;
mod delete;
mod edit;
mod escalate;
mod file;
mod general;
mod history;
mod identity;
mod letters;
mod main_group;
mod membership;
mod moment;
mod outage;
mod people;
mod press;
mod privacy;
mod prompt;
mod queue;
mod reaction;
mod refusal;
mod relocate;
mod reopening;
mod reveal;
mod same_text;
mod settle;
mod shared;
mod shift;
mod sla;
mod snooze;
mod sort;
mod staff;
mod start;
mod state;
mod statistics;
mod status;
mod ticket;
mod timer;
mod topic;
mod topics_off;
mod trail;
mod turn;
mod voice;
mod waits;
mod words;

use std::sync::Arc;
use std::time::Duration;

use crate::domain::call::Budget;
use crate::domain::desks::Desks;
use crate::domain::event::{Event, JobEnd};
use crate::domain::ids::{
    AlbumId, ChatId, DeskId, InboxId, JobId, LookupId, OutboxId, ReportId, TimerId,
};
use crate::domain::language::Language;
use crate::domain::outcome::{Outcome, Reason};
use crate::domain::rules::breaker::Destination;
use crate::domain::rules::escalate::Keywords;
use crate::domain::rules::hours::{self, Schedule};
use crate::domain::rules::statistics::{Facts, Figures, figures as statistics_of};
use crate::domain::settings::{
    Agents, Assignment, BanNotice, Category, Limits, Privacy, RelayMode, Sla, Targets, TicketRules,
};
use crate::domain::time::Timestamp;
use crate::entropy::Entropy;
use crate::store::albums::{self, AlbumState};
use crate::store::claims::{self, OutboxRow};
use crate::store::jobs::{self, Job};
use crate::store::{Db, Error, desks, isolated, members, outbox, pauses, topics};
use crate::texts::Texts;
use crate::vault::Vault;
use turn::Turn;

/// What the operator has chosen for the desk.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The support groups, as configured.
    pub desks: Desks,
    /// How much one client may write.
    pub limits: Limits,
    /// New tickets that get a topic within 60 s; 0 = no limit.
    pub new_tickets_per_minute: u32,
    /// Calls into the group within 60 s, as configured; 0 = no limit.
    pub group_calls_per_minute: u32,
    /// Which messages of agents reach the client.
    pub relay_mode: RelayMode,
    /// When tickets close and open again.
    pub tickets: TicketRules,
    /// When the desk is open, and its time zone.
    pub hours: Schedule,
    /// What tickets can be about, in the order of the buttons.
    pub categories: Vec<Category>,
    /// The language of cards and of words to agents.
    pub language: Language,
    /// What stands before an agent's words; may be empty.
    pub reply_label: String,
    /// What of people may be seen by the other side.
    pub privacy: Privacy,
    /// Whether files are scanned for viruses before they go on.
    pub scans_files: bool,
    /// Whether clients who were banned are told.
    pub ban_notice: BanNotice,
    /// The dashboard is looked at once in so long; none: there is none.
    pub dashboard_every: Option<Duration>,
    /// First texts of so many clients that are the same raise one alert; 0 = none.
    pub flood_same_text: u32,
    /// How agents work.
    pub agents: Agents,
    /// How soon clients are answered and helped.
    pub sla: Sla,
}

impl Settings {
    /// A desk that only relays: what it does by itself is off.
    pub fn of(group: ChatId) -> Self {
        Self {
            desks: Desks::new(group, Vec::new()),
            limits: Limits::default(),
            new_tickets_per_minute: 0,
            group_calls_per_minute: 0,
            relay_mode: RelayMode::default(),
            language: Language::default(),
            reply_label: String::new(),
            privacy: Privacy::default(),
            scans_files: false,
            ban_notice: BanNotice::default(),
            dashboard_every: None,
            flood_same_text: 0,
            agents: Agents {
                assignment: Assignment::Claim,
                away_after: None,
                ..Agents::default()
            },
            tickets: TicketRules {
                auto_close_after: None,
                auto_close_warning: None,
                reopen_window: None,
                escalate_keywords: Vec::new(),
                escalate_after_messages: 0,
            },
            categories: Vec::new(),
            hours: Schedule::always(hours::find_zone("UTC").expect("every list of zones has it")),
            sla: Sla {
                first_response: Targets::default(),
                resolution: Targets::default(),
                ..Sla::default()
            },
        }
    }
}

/// What led to an entry into the desk. Calls are unique per cause, so that nothing is queued twice.
#[derive(Clone, Copy, Debug)]
pub enum Cause {
    /// An update.
    Update(InboxId),
    /// A timer.
    Timer(TimerId),
    /// An attempt of a call that has ended; 0 where it never came to one.
    Call(OutboxId, u32),
    /// A piece of slow work that has ended.
    Job(JobId),
    /// An answer to a question about somebody.
    Lookup(LookupId),
    /// A report that was read.
    Report(ReportId),
    /// A start of the program, by its time.
    Start(Timestamp),
    /// Something that the engine noticed, by its time.
    Notice(Timestamp),
}

/// What the desk is told about the moment.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The time.
    pub now: Timestamp,
    /// Since when Telegram's updates arrive without interruption; none while they do not.
    pub polling_since: Option<Timestamp>,
}

/// The desk. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    shared: Arc<Shared>,
}

struct Shared {
    settings: Settings,
    keywords: Keywords,
    texts: Texts,
    entropy: Arc<dyn Entropy>,
    vault: Option<Vault>,
}

impl Desk {
    /// A desk with these settings. Without a vault, what is masked for good is not kept at all.
    pub fn new(
        settings: Settings,
        texts: Texts,
        entropy: Arc<dyn Entropy>,
        vault: Option<Vault>,
    ) -> Self {
        Self {
            shared: Arc::new(Shared {
                keywords: Keywords::new(&settings.tickets.escalate_keywords),
                settings,
                texts,
                entropy,
                vault,
            }),
        }
    }

    /// The support groups as configured.
    pub fn desks(&self) -> &Desks {
        &self.shared.settings.desks
    }

    /// What is said of what happened, by the promises and hours of this desk.
    pub fn figures(&self, facts: &Facts) -> Figures {
        let settings = &self.shared.settings;
        statistics_of(facts, &settings.sla, &settings.hours)
    }

    /// The main group as configured.
    pub fn group(&self) -> ChatId {
        self.shared.settings.desks.chat(DeskId::MAIN)
    }

    /// Something happened.
    pub fn apply(&self, db: &Db, moment: Moment, cause: Cause, event: Event) -> Result<(), Error> {
        let mut turn = self.turn(db, moment, cause);
        turn.here = whereabouts(&turn, &event)?;
        happened(&mut turn, event)?;
        assign::fill_up(&mut turn)
    }

    /// A call has ended one attempt.
    pub fn settle(
        &self,
        db: &Db,
        moment: Moment,
        row: &OutboxRow,
        outcome: &Outcome,
    ) -> Result<(), Error> {
        let mut turn = self.turn(db, moment, Cause::Call(row.id, row.attempts));
        turn.here = of_row(&turn, row)?;
        settle::settle(&mut turn, row, outcome)?;
        assign::fill_up(&mut turn)
    }

    /// The program has started: menus are shown, housekeeping is set.
    pub fn started(&self, db: &Db, moment: Moment) -> Result<(), Error> {
        let mut turn = self.turn(db, moment, Cause::Start(moment.now));
        start::started(&mut turn)?;
        assign::fill_up(&mut turn)
    }

    /// An update could not be handled and is kept aside.
    pub fn update_died(&self, db: &Db, moment: Moment, update: InboxId) -> Result<(), Error> {
        let mut turn = self.turn(db, moment, Cause::Update(update));
        let text = turn.texts().alert_dead_update(turn.language());
        turn.alert("dead_update", text)
    }

    /// A call could not be handled and is kept aside.
    pub fn call_died(
        &self,
        db: &Db,
        moment: Moment,
        call: OutboxId,
        lane: &str,
        reason: &Reason,
    ) -> Result<(), Error> {
        pauses::ended(db, call, moment.now)?;
        let here = claims::dead(db, call, lane, reason, moment.now)?;
        let told = isolated(db, || {
            let mut turn = self.turn(db, moment, Cause::Call(call, 0));
            turn.here = turn.desks().known(here);
            let (texts, language) = (turn.texts(), turn.language());
            let why = texts.failed_reason(language, reason.name(), reason.words());
            let text = texts.alert_dead_letter(language, "hushdesk", &why);
            turn.alert(&format!("dead_call:{}", reason.name()), text)
        });
        match told {
            Err(error) if !error.is_medium() => Ok(()),
            told => told,
        }
    }

    /// Work on a file has ended and could not be handled: it counts as ended without the file, and the
    /// call that waited for it is put aside.
    pub fn job_died(&self, db: &Db, moment: Moment, job: &Job) -> Result<(), Error> {
        jobs::end(db, job.id, &JobEnd::Unavailable)?;
        match job.call {
            Some(call) => self.placeholder_died(db, moment, call),
            None => Ok(()),
        }
    }

    /// An album could not be handled: what held its place is put aside.
    pub fn album_died(&self, db: &Db, moment: Moment, album: AlbumId) -> Result<(), Error> {
        let Some(album) = albums::by_id(db, album)? else {
            return Ok(());
        };
        albums::end(db, album.id, AlbumState::Sent)?;
        match album.call {
            Some(call) => self.placeholder_died(db, moment, call),
            None => Ok(()),
        }
    }

    fn placeholder_died(&self, db: &Db, moment: Moment, call: OutboxId) -> Result<(), Error> {
        match outbox::waiting_call(db, call)? {
            Some((_, lane, _)) => self.call_died(db, moment, call, &lane, &Reason::Unhandled),
            None => Ok(()),
        }
    }

    /// Another program polls with the same token.
    pub fn second_instance(&self, db: &Db, moment: Moment) -> Result<(), Error> {
        let mut turn = self.turn(db, moment, Cause::Notice(moment.now));
        let text = turn.texts().alert_second_instance(turn.language());
        turn.alert("second_instance", text)
    }

    /// The words of the one alert that is sent without being stored, because nothing can be.
    pub fn storage_alert(&self, reason: &str) -> String {
        self.shared
            .texts
            .alert_storage(self.shared.settings.language, reason)
    }

    fn turn<'a>(&'a self, db: &'a Db, moment: Moment, cause: Cause) -> Turn<'a> {
        Turn::new(db, moment, cause, &self.shared)
    }
}

/// Lets everybody whom an event concerns have their part.
fn happened(turn: &mut Turn<'_>, event: Event) -> Result<(), Error> {
    match event {
        Event::ClientWrote(message) => client::wrote(turn, &message),
        Event::ClientCommanded(message, command) => client::commanded(turn, &message, command),
        Event::ClientEdited(message) => edit::by_client(turn, &message),
        Event::ClientReacted {
            from,
            message,
            reactions,
        } => reaction::by_client(turn, from, message, &reactions),
        Event::ClientPressed(press) => press::pressed_by_client(turn, &press),
        Event::ClientLeft(user) => client::left(turn, user),
        Event::ClientReturned(user) => client::returned(turn, user),
        Event::AgentWrote(message) => agent::wrote(turn, &message),
        Event::AgentCommanded(message, command) => command::commanded(turn, &message, &command),
        Event::AgentEdited(message) => edit::by_agent(turn, &message),
        Event::AgentReacted {
            chat,
            by,
            message,
            reactions,
        } => reaction::by_agent(turn, chat, by, message, &reactions),
        Event::DeskStanding(_, standing) => breaker::standing(turn, standing),
        Event::AgentPressed(press) => membership::pressed(turn, &press),
        Event::MemberChanged(_, member) => membership::changed(turn, &member),
        Event::MemberLookedUp(_, user, member) => {
            membership::looked_up(turn, user, member.as_ref())
        }
        Event::AdminsListed(desk, admins) => members::put_admins(turn.db, desk, &admins, turn.now),
        Event::TopicCreated {
            chat,
            thread,
            title,
        } => topic::announced(turn, chat, thread, &title),
        Event::GroupUpgraded { old, new } => {
            topics::upgraded(turn.db, old, new)?;
            turn.here = turn.desk_at(old)?.unwrap_or(DeskId::MAIN);
            breaker::closed(turn, Destination::Group(old))
        }
        Event::AddedElsewhere { chat } => timer::added_elsewhere(turn, chat),
        Event::VoiceChanged {
            voice,
            chat,
            can_post,
        } => voice::changed(turn, voice, chat, can_post),
        Event::VoiceHeard {
            voice,
            from,
            language,
        } => voice::heard(turn, voice, from, language),
        Event::StrayPress { press, language } => turn.answer_press(press, language),
        Event::JobEnded(job, end) => file::ended(turn, job, &end),
        Event::JobWaits(job, awaited) => file::waits(turn, job, awaited),
        Event::ReportRead(report, figures) => statistics::answer(turn, report, figures.as_deref()),
        Event::TimerRang(timer) => timer::rang(turn, &timer),
        Event::Ignored(_) => Ok(()),
    }
}

/// The desk that an event comes from. What clients do, and what the clock does, begins at the main one.
fn whereabouts(turn: &Turn<'_>, event: &Event) -> Result<DeskId, Error> {
    let chat = match event {
        Event::AgentWrote(message)
        | Event::AgentCommanded(message, _)
        | Event::AgentEdited(message) => message.chat,
        Event::AgentReacted { chat, .. }
        | Event::TopicCreated { chat, .. }
        | Event::DeskStanding(chat, _)
        | Event::MemberChanged(chat, _) => *chat,
        Event::AgentPressed(press) => press.chat,
        Event::MemberLookedUp(desk, ..) | Event::AdminsListed(desk, _) => return Ok(*desk),
        Event::ClientWrote(_)
        | Event::ClientCommanded(..)
        | Event::ClientEdited(_)
        | Event::ClientReacted { .. }
        | Event::ClientPressed(_)
        | Event::ClientLeft(_)
        | Event::ClientReturned(_)
        | Event::GroupUpgraded { .. }
        | Event::AddedElsewhere { .. }
        | Event::VoiceChanged { .. }
        | Event::VoiceHeard { .. }
        | Event::StrayPress { .. }
        | Event::JobEnded(..)
        | Event::JobWaits(..)
        | Event::ReportRead(..)
        | Event::TimerRang(_)
        | Event::Ignored(_) => return Ok(DeskId::MAIN),
    };
    Ok(turn.desk_at(chat)?.unwrap_or(DeskId::MAIN))
}

/// The desk that a call is about: in whose group it is made, or whose ticket it belongs to.
fn of_row(turn: &Turn<'_>, row: &OutboxRow) -> Result<DeskId, Error> {
    match (row.budget, row.ticket) {
        (Budget::Desk, _) => Ok(row.desk),
        (Budget::Client | Budget::Bot, Some(ticket)) if !turn.desks().is_single() => {
            Ok(turn.desks().known(desks::of_ticket(turn.db, ticket)?))
        }
        (Budget::Client | Budget::Bot, _) => Ok(DeskId::MAIN),
    }
}
