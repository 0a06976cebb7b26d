//! Plays actions without knowing how they end, keeps a ledger of what people wrote, and demands in
//! the end that everything has arrived: once, in order, on the right side. Used where the exact
//! course is not known: crashes at every point, and seeds.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hushdesk::sandbox::{Fault, FaultRule, Right, Rights, Status, content};
use serde_json::Value;

use super::crew::CrewDeed;
use super::variety::{Deed, Who};
use super::{BOT, Scenario};

/// Something that people do, or that happens to them.
#[derive(Clone, Debug)]
pub enum Action {
    /// A client writes a numbered text.
    Writes(&'static str),
    /// The same with these words behind the number.
    Says(&'static str, &'static str),
    /// A client sends a numbered photo.
    Photo(&'static str),
    /// A client ends the conversation.
    Closes(&'static str),
    /// An agent answers in a client's topic, if there is one.
    Answers(&'static str),
    /// Somebody in a client's conversation does what this number draws.
    Does(Who, &'static str, Deed, u64),
    /// An agent keeps a note there.
    Notes(&'static str),
    /// An agent closes the ticket.
    AgentCloses(&'static str),
    /// An agent gives a command in a client's topic, if there is one.
    Commands(&'static str, &'static str),
    /// One of several agents does something.
    Crew(&'static str, CrewDeed),
    /// Telegram answers the next text into the group with a wait of so many seconds.
    Floods(u32),
    /// An agent deletes the topic by hand.
    DeletesTopic(&'static str),
    /// An agent closes the topic by hand.
    ClosesTopic(&'static str),
    /// An agent renames the topic by hand.
    RenamesTopic(&'static str),
    /// An agent deletes the card by hand.
    DeletesCard(&'static str),
    /// An agent deletes the newest post of the bot in a topic by hand.
    DeletesCopy(&'static str),
    /// Topics are switched off in the group, or on.
    Topics(bool),
    /// The bot loses a right in the group, or gets it.
    Right(Right, bool),
    /// The bot is thrown out of the group, or is its administrator again.
    KicksBot,
    AddsBot,
    /// The clock of the bot's machine is set by so many milliseconds.
    SetsClock(i64),
    /// A client blocks the bot, or comes back.
    Blocks(&'static str),
    Unblocks(&'static str),
    /// A client deletes the account, for ever.
    Deactivates(&'static str),
    /// The basic group that the config names becomes a forum.
    UpgradesGroup,
    /// The group is deleted.
    DeletesGroup,
    /// Something happens to the further group with this number.
    AtDesk(usize, Box<Action>),
    /// Connections can no longer be made, or again.
    Offline(bool),
    /// The database can no longer grow, or again.
    DiskFull(bool),
    /// Somebody else writes into the database for a long time, or no more.
    Locked(bool),
    /// The program is killed and started again.
    Kill,
    /// The program is killed at one of the next places at which it could be.
    KillSoon(usize),
    /// The bot works until it rests.
    Run,
    /// Time passes.
    Pass(Duration),
}

impl Action {
    /// The client who does this.
    fn client(&self) -> Option<&'static str> {
        match self {
            Action::Writes(name)
            | Action::Says(name, _)
            | Action::Photo(name)
            | Action::Closes(name)
            | Action::Does(Who::Client, name, ..)
            | Action::Blocks(name)
            | Action::Unblocks(name) => Some(name),
            _ => None,
        }
    }

    /// In whose conversation somebody of the desk does this.
    fn whose(&self) -> Option<&'static str> {
        match self {
            Action::Answers(name)
            | Action::Does(Who::Agent, name, ..)
            | Action::Notes(name)
            | Action::AgentCloses(name)
            | Action::Commands(name, _)
            | Action::DeletesTopic(name)
            | Action::ClosesTopic(name)
            | Action::RenamesTopic(name)
            | Action::DeletesCard(name)
            | Action::DeletesCopy(name) => Some(name),
            _ => None,
        }
    }
}

/// A message that somebody wrote, found again by its number.
#[derive(Debug)]
pub struct Written {
    pub marker: String,
    /// Where it stands, to find the answer that refuses it: in which group, where an agent wrote it.
    pub group: i64,
    pub message: i64,
    /// What it is, as `marked` names it.
    pub kind: &'static str,
    /// How many posts show it: those of an album, and one for words that could not stay with it.
    pub items: usize,
    /// The number of its newest version.
    pub edited: Option<String>,
    /// Whether its writer took it back.
    pub is_gone: bool,
    /// Whether an agent may have kept its writer from writing at that time, or from changing it.
    pub may_be_stopped: bool,
}

impl Written {
    pub fn of(kind: &'static str, marker: String, message: i64) -> Written {
        Written {
            marker,
            group: 0,
            message,
            kind,
            items: 1,
            edited: None,
            is_gone: false,
            may_be_stopped: false,
        }
    }

    pub fn album(marker: String, message: i64, items: usize) -> Written {
        Written {
            items,
            ..Written::of("album", marker, message)
        }
    }
}

/// What people wrote, in order.
#[derive(Default)]
pub struct Ledger {
    pub(super) number: u32,
    /// The group at hand, and whether there are several.
    pub(super) group: i64,
    pub(super) has_several: bool,
    pub(super) by_clients: BTreeMap<i64, Vec<Written>>,
    pub(super) by_agents: BTreeMap<i64, Vec<Written>>,
    pub(super) notes: Vec<String>,
    /// Edits for somebody who cannot be reached are not carried.
    pub(super) has_blocked: bool,
    /// What agents do in groups without the bot, or without topics, it never learns.
    pub(super) without_bot: BTreeSet<i64>,
    pub(super) without_topics: BTreeSet<i64>,
    /// Clients who have been banned or muted, and may be yet.
    pub(super) stopped: BTreeSet<i64>,
    /// Clients whose account is deleted: they do nothing any more.
    pub(super) deactivated: BTreeSet<i64>,
}

impl Scenario {
    pub fn play(&mut self, ledger: &mut Ledger, action: &Action) {
        let before = self.group;
        ledger.has_several = !self.further.is_empty();
        if let Some(client) = action.whose().filter(|_| ledger.has_several) {
            self.group = self.group_of(client).unwrap_or(before);
        }
        ledger.group = self.group;
        self.play_here(ledger, action);
        // It may have a new id by now.
        let is_upgrade = matches!(action, Action::UpgradesGroup);
        if ledger.has_several && !is_upgrade {
            self.group = before;
        }
    }

    /// The group in which a client's newest topic stands.
    fn group_of(&mut self, client: &str) -> Option<i64> {
        let user = self.person(client);
        self.database(|db| {
            db.query_row(
                "SELECT chat_id FROM topics JOIN tickets ON tickets.id = ticket_id \
                 JOIN clients ON clients.id = client_id \
                 WHERE telegram_user_id = ?1 AND thread_id IS NOT NULL ORDER BY topics.id DESC LIMIT 1",
                [user],
                |row| row.get(0),
            )
            .ok()
        })
    }

    fn play_here(&mut self, ledger: &mut Ledger, action: &Action) {
        if self.cannot_be(ledger, action) {
            return;
        }
        match action {
            Action::Writes(name) => {
                let marker = ledger.marker("w");
                self.client_sends(ledger, name, "text", &marker, content::text(&marker));
            }
            Action::Says(name, words) => {
                let marker = ledger.marker("w");
                let text = content::text(&format!("{marker} {words}"));
                self.client_sends(ledger, name, "text", &marker, text);
            }
            Action::Photo(name) => {
                let marker = ledger.marker("p");
                let photo = content::photo(&marker, &marker);
                self.client_sends(ledger, name, "photo", &marker, photo);
            }
            Action::Closes(name) => {
                let (user, now) = (self.person(name), self.now());
                let close = content::text("/close");
                // Somebody who has blocked the bot cannot write to it.
                let _sent = self
                    .sandbox
                    .person_sends(user, user, None, close, None, now);
            }
            Action::Answers(_)
            | Action::Does(Who::Agent, ..)
            | Action::Notes(_)
            | Action::AgentCloses(_)
                if ledger.is_unheard() => {}
            Action::Answers(name) => self.agent_answers(ledger, name),
            Action::Does(who, name, deed, roll) => self.does(ledger, *who, name, *deed, *roll),
            Action::Notes(name) => {
                let marker = ledger.marker("n");
                if self.agent_writes(name, &format!("// {marker}")).is_some() {
                    ledger.notes.push(marker);
                }
            }
            Action::AgentCloses(name) => {
                self.agent_writes(name, "/close");
            }
            Action::Commands(name, command) => {
                self.agent_writes(name, command);
            }
            // What agents do while the bot does not hear of it is nothing that it could act on.
            Action::Crew(..) if ledger.is_unheard() => {}
            Action::Crew(agent, deed) => self.crew_does(ledger, agent, *deed),
            Action::Floods(seconds) => {
                let wait = Fault::RetryAfter { seconds: *seconds };
                self.sandbox.plan(FaultRule {
                    chat: Some(self.group),
                    ..FaultRule::once("sendMessage", wait)
                });
            }
            Action::DeletesTopic(name) => {
                if self.live_thread_of(name).is_some() {
                    self.agent("sam").deletes_topic_of(name);
                }
            }
            Action::ClosesTopic(name) => {
                let (sam, group, now) = (self.person("sam"), self.group, self.now());
                if let Some(thread) = self.live_thread_of(name) {
                    // Closing what is closed is refused, as it should be.
                    let _closed = self.sandbox.close_topic(sam, group, thread, now);
                }
            }
            Action::RenamesTopic(name) => {
                let (sam, group, now) = (self.person("sam"), self.group, self.now());
                if let Some(thread) = self.live_thread_of(name) {
                    let title = format!("{} for later", self.code_in(thread));
                    let _renamed = self.sandbox.rename_topic(sam, (group, thread), &title, now);
                }
            }
            Action::DeletesCard(name) => {
                if let Some(card) = self.card_of(name) {
                    self.sandbox.delete_message(self.group, card);
                }
            }
            Action::DeletesCopy(name) => self.deletes_copy(name),
            Action::Topics(on) => {
                ledger.without_topics.remove(&self.group);
                ledger.without_topics.extend((!on).then_some(self.group));
                self.sandbox.set_forum_mode(self.group, *on);
            }
            Action::Right(right, granted) => {
                let (group, now) = (self.group, self.now());
                self.sandbox.set_right(group, BOT, *right, *granted, now);
            }
            Action::KicksBot => {
                ledger.without_bot.insert(self.group);
                self.sandbox.kick(self.group, BOT, self.now());
            }
            Action::AddsBot => {
                ledger.without_bot.remove(&self.group);
                let (group, now) = (self.group, self.now());
                let admin = Status::Administrator(Rights::all());
                self.sandbox.set_member(group, BOT, admin, now);
            }
            Action::SetsClock(by) => self.sets_clock(*by),
            Action::Blocks(name) => {
                ledger.has_blocked = true;
                let (user, now) = (self.person(name), self.now());
                self.sandbox.person_blocks(user, now);
            }
            Action::Unblocks(name) => {
                let (user, now) = (self.person(name), self.now());
                self.sandbox.person_unblocks(user, now);
            }
            Action::Deactivates(name) => {
                // What waits for them is told to be in vain.
                ledger.has_blocked = true;
                let (user, now) = (self.person(name), self.now());
                self.sandbox.deactivate(user, now);
                ledger.deactivated.insert(user);
            }
            Action::UpgradesGroup => self.upgrade_group(),
            Action::DeletesGroup => {
                self.sandbox.destroy_chat(self.group);
                self.deleted.insert(self.group);
            }
            Action::AtDesk(desk, action) => self.play_at(ledger, *desk, action),
            Action::Offline(offline) => self.wire.set_offline(*offline),
            Action::DiskFull(full) => self.fills_disk(*full),
            Action::Locked(locked) => self.locks_database(*locked),
            Action::Kill => {
                self.kill();
                self.start();
            }
            Action::KillSoon(places) => self.wire.crash_at(*places),
            Action::Run => self.run(),
            Action::Pass(time) => self.pass(*time),
        }
    }

    /// Whether the world does not let this happen: nothing happens in a group that is deleted, nor by whoever
    /// has deleted the account; a group is upgraded once, and has topics only then.
    fn cannot_be(&mut self, ledger: &Ledger, action: &Action) -> bool {
        let user = action.client().map(|name| self.person(name));
        if user.is_some_and(|user| ledger.deactivated.contains(&user)) {
            return true;
        }
        let further = self.further.iter().position(|group| *group == self.group);
        let is_basic = further.map_or(self.is_main_basic(), |desk| self.is_basic(desk));
        match action {
            // A bot that is not there hears nothing of an upgrade.
            Action::UpgradesGroup => !is_basic || ledger.without_bot.contains(&self.group),
            Action::Topics(_) => is_basic || self.deleted.contains(&self.group),
            Action::Crew(..)
            | Action::Right(..)
            | Action::KicksBot
            | Action::AddsBot
            | Action::DeletesGroup => self.deleted.contains(&self.group),
            _ => action.whose().is_some() && self.deleted.contains(&self.group),
        }
    }

    /// Plays in the group of a further desk.
    fn play_at(&mut self, ledger: &mut Ledger, desk: usize, action: &Action) {
        let before = std::mem::replace(&mut self.group, self.further[desk]);
        ledger.group = self.group;
        self.play_here(ledger, action);
        self.further[desk] = std::mem::replace(&mut self.group, before);
    }

    fn client_sends(
        &mut self,
        ledger: &mut Ledger,
        name: &str,
        kind: &'static str,
        marker: &str,
        content: Value,
    ) {
        let (user, now) = (self.person(name), self.now());
        let sent = self
            .sandbox
            .person_sends(user, user, None, content, None, now);
        if let Ok(message) = sent {
            let written = Written::of(kind, marker.to_owned(), message);
            ledger.add(Who::Client, user, written);
        }
    }

    fn agent_answers(&mut self, ledger: &mut Ledger, name: &str) {
        let marker = ledger.marker("a");
        let user = self.person(name);
        if let Some(message) = self.agent_writes(name, &marker) {
            ledger.add(Who::Agent, user, Written::of("text", marker, message));
        }
    }

    fn agent_writes(&mut self, client: &str, text: &str) -> Option<i64> {
        self.agent("sam");
        let thread = self.live_thread_of(client)?;
        Some(
            self.agent("sam")
                .drops(Some(thread), content::text(text), None),
        )
    }

    /// Sam deletes the newest post of the bot in a client's topic.
    fn deletes_copy(&mut self, name: &str) {
        let thread = self.live_thread_of(name);
        let messages = self.sandbox.chat_messages(self.group).into_iter().rev();
        let mut posts = messages.filter(|post| post.from_bot && !post.service && !post.deleted);
        if let Some(post) = posts.find(|post| thread.is_some() && post.thread == thread) {
            self.sandbox.delete_message(self.group, post.id);
        }
    }

    /// The card of a client's newest ticket, where one is posted.
    fn card_of(&mut self, name: &str) -> Option<i64> {
        let user = self.person(name);
        self.database(|db| {
            db.query_row(
                "SELECT card_message_id FROM topics JOIN tickets ON tickets.id = ticket_id \
                 JOIN clients ON clients.id = client_id \
                 WHERE telegram_user_id = ?1 AND card_message_id IS NOT NULL ORDER BY topics.id DESC LIMIT 1",
                [user],
                |row| row.get(0),
            )
            .ok()
        })
    }

    /// The code of the ticket that has this topic.
    fn code_in(&self, thread: i64) -> String {
        self.database(|db| {
            db.query_row(
                "SELECT code FROM tickets JOIN topics ON tickets.id = ticket_id \
                 WHERE thread_id = ?1 AND chat_id = ?2",
                [thread, self.group],
                |row| row.get(0),
            )
            .expect("the topic is a ticket's")
        })
    }
}

impl Ledger {
    /// Whether the bot hears nothing of what is written for tickets in the group at hand.
    fn is_unheard(&self) -> bool {
        self.without_bot.contains(&self.group) || self.without_topics.contains(&self.group)
    }

    /// A number that stands in no other message.
    pub fn marker(&mut self, kind: &str) -> String {
        self.number += 1;
        format!("[{kind}{}]", self.number)
    }

    /// This has to arrive.
    pub fn add(&mut self, who: Who, client: i64, mut written: Written) {
        written.group = self.group;
        written.may_be_stopped = who == Who::Client && self.stopped.contains(&client);
        self.of(who).entry(client).or_default().push(written);
    }

    /// A message in a client's conversation that was not taken back.
    pub fn one_of(&mut self, who: Who, client: i64, roll: u64) -> Option<&mut Written> {
        // Agents change what they wrote in the group where they are.
        let here = self.group;
        let is_here = who == Who::Client || !self.has_several;
        let written = self.of(who).get_mut(&client)?;
        let mut left: Vec<&mut Written> = written
            .iter_mut()
            .filter(|one| !one.is_gone && (is_here || one.group == here))
            .collect();
        let index = roll.checked_rem(u64::try_from(left.len()).expect("a short list"))?;
        Some(left.swap_remove(usize::try_from(index).expect("a short list")))
    }

    fn of(&mut self, who: Who) -> &mut BTreeMap<i64, Vec<Written>> {
        match who {
            Who::Client => &mut self.by_clients,
            Who::Agent => &mut self.by_agents,
        }
    }
}
