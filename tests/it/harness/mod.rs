//! The bot and the sandbox in one process, in model time: nothing sleeps, nothing is random, and
//! the test decides when time passes, what fails and where the program is killed.

mod actors;
mod arrivals;
pub mod checks;
mod contents;
mod converge;
pub mod crew;
pub mod lawful;
mod log;
mod machine;
pub mod player;
mod reads;
mod setup;
mod sources;
mod taint;
mod tests;
mod transport;
pub mod variety;

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use hushdesk::domain::desks::Desks;
use hushdesk::domain::ids::{BotId, ChatId};
use hushdesk::domain::settings::DeskConfig;
use hushdesk::domain::ticket::Level;
use hushdesk::domain::time::Timestamp;
use hushdesk::sandbox::marked::{self, Haystack, Marked, Needle};
use hushdesk::sandbox::{Rights, Sandbox, Status};
use hushdesk::store::{Db, Options, Store};

pub use actors::{Agent, Client};
pub use contents::any_content;
pub use log::capture as quiet_log;
use machine::Machine;
pub use reads::{Reads, Thread};
pub use setup::{FurtherDesk, Setup};
pub use sources::SeededEntropy as Dice;
use sources::{ModelClock, SeededEntropy};
use transport::Wire;

pub const TOKEN: &str = "7000000001:AAtest-token-of-nobody-0123456789abcdef";
pub const BOT: i64 = 7_000_000_001;
/// Tokens and numbers of further bots, as many as a setup asks for.
pub const VOICES: [(&str, i64); 2] = [
    (
        "7000000002:AAtest-token-of-nobody-0123456789abcdef",
        7_000_000_002,
    ),
    (
        "7000000003:AAtest-token-of-nobody-0123456789abcdef",
        7_000_000_003,
    ),
];
/// 2026-11-20, 00:00 UTC.
pub const START_MS: i64 = 1_795_132_800_000;
/// How far `run` lets the clock go while work is due: the pace of a private chat is 1 s.
const RUN_AT_MOST: Duration = Duration::from_secs(4);
/// How far the clock goes at the end until nothing is due any more.
const REST_AT_MOST: Duration = Duration::from_secs(6 * 60 * 60);

/// What the bot makes of no database: made once, because making it takes longer than most scenarios.
static NEW_DATABASE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join("desk.db");
    let options = Options {
        path: path.clone(),
        readers: 1,
        bot: BotId(BOT),
    };
    let store = Store::open(&options, Timestamp::from_millis(START_MS));
    store.expect("a database can be made").close();
    std::fs::read(path).expect("the database is a file")
});

/// Whoever takes part, with marks in every field that must not reach the other side.
pub struct Cast {
    /// Name in the scenario, Telegram's number.
    pub people: Vec<(String, i64)>,
}

/// One run of the bot against one sandbox.
pub struct Scenario {
    pub sandbox: Sandbox,
    pub group: i64,
    /// The group that the config names.
    configured: i64,
    /// The further ones, in the order of the setup.
    pub further: Vec<i64>,
    /// Those that the config names.
    configured_further: Vec<i64>,
    /// Groups that are gone for everybody.
    pub deleted: std::collections::BTreeSet<i64>,
    /// Main groups of the past.
    former: Vec<i64>,
    pub wire: Arc<Wire>,
    setup: Setup,
    clock: Arc<ModelClock>,
    entropy: Arc<SeededEntropy>,
    cast: Cast,
    machine: Option<Machine>,
    folder: tempfile::TempDir,
    /// What looks into the database.
    observer: Cell<Option<Db>>,
    /// What somebody else writes into the database with.
    lock: Option<Db>,
    read: std::collections::BTreeSet<(i64, i64)>,
    log: log::Captured,
    pub allowed: Allowed,
    pub crashes: u32,
}

/// What the end of a scenario lets pass.
#[derive(Clone, Default)]
pub struct Allowed {
    pub errors_logged: bool,
    pub dead_letters: bool,
    pub violations: bool,
    /// Whose mark, and which.
    revealed: Vec<(String, String)>,
}

impl Allowed {
    /// A mark that may be seen by others: the person typed it and the config lets it pass, or
    /// confirmed sending it. `mark` is a kind of marks, such as `phone`, or the very words.
    pub fn reveals(&mut self, person: &str, mark: &str) {
        self.revealed.push((person.to_owned(), mark.to_owned()));
    }

    fn lets(&self, person: &str, needle: &Needle) -> bool {
        self.revealed.iter().any(|(whose, mark)| {
            let is_it = mark == needle.what || needle.is_in(&Haystack::of_texts([mark]));
            whose == person && is_it
        })
    }
}

/// Plays a scenario and holds it to the end that every scenario has: nothing unread, nothing
/// pending, no error logged, no identity on the wrong side.
pub fn bot_test(play: impl FnOnce(&mut Scenario)) {
    bot_test_with(Setup::default(), play);
}

pub fn bot_test_with(setup: Setup, play: impl FnOnce(&mut Scenario)) {
    let (captured, guard) = log::capture();
    let mut scenario = Scenario::new(setup, captured);
    play(&mut scenario);
    scenario.rest();
    scenario.check_nothing_else();
    drop(guard);
}

impl Scenario {
    pub fn new(setup: Setup, log: log::Captured) -> Scenario {
        let sandbox = Sandbox::new(setup.sandbox.clone());
        sandbox.register_bot(TOKEN, BOT, "hush_desk_bot");
        let group = if setup.basic_group {
            sandbox.add_group("Desk")
        } else {
            sandbox.add_supergroup("Desk", true, START_MS)
        };
        sandbox.add_member(group, BOT, Status::Administrator(Rights::all()), START_MS);
        for (number, (token, bot)) in (1..).zip(VOICES).take(setup.voices) {
            sandbox.register_bot(token, bot, &format!("hush_voice_{number}_bot"));
            sandbox.add_member(group, bot, Status::Member, START_MS);
        }
        let further = setup.desks.iter().map(|desk| {
            let group = match setup.basic_desk == Some(desk.name) {
                true => sandbox.add_group(desk.name),
                false => sandbox.add_supergroup(desk.name, true, START_MS),
            };
            sandbox.add_member(group, BOT, Status::Administrator(Rights::all()), START_MS);
            group
        });
        let further: Vec<i64> = further.collect();
        let clock = Arc::new(ModelClock::at(START_MS));
        let wire = Arc::new(Wire::new(
            sandbox.clone(),
            Arc::clone(&clock),
            setup.overlaps,
        ));
        let mut scenario = Scenario {
            sandbox,
            group,
            configured: group,
            configured_further: further.clone(),
            further,
            deleted: std::collections::BTreeSet::new(),
            wire,
            entropy: Arc::new(SeededEntropy::new(setup.seed)),
            setup,
            clock,
            cast: Cast { people: Vec::new() },
            machine: None,
            observer: Cell::new(None),
            lock: None,
            former: Vec::new(),
            folder: tempfile::tempdir().expect("a temporary folder can be made"),
            read: std::collections::BTreeSet::new(),
            log,
            allowed: Allowed::default(),
            crashes: 0,
        };
        std::fs::write(scenario.database_path(), &*NEW_DATABASE).expect("the folder is writable");
        scenario.start();
        scenario.run();
        scenario
    }

    pub fn now(&self) -> i64 {
        self.clock.now_ms()
    }

    /// The names of all who take part so far.
    pub fn everybody(&self) -> Vec<String> {
        let people = self.cast.people.iter();
        people.map(|(name, _)| name.clone()).collect()
    }

    /// The person of this name; a client until they are made an agent.
    pub fn person(&mut self, name: &str) -> i64 {
        if let Some((_, id)) = self.cast.people.iter().find(|(known, _)| known == name) {
            return *id;
        }
        let number = i64::try_from(self.cast.people.len()).expect("a small cast");
        let id = 7_310_000_001 + number * 1_111;
        self.sandbox.add_person(marked::person(id, name).account());
        self.cast.people.push((name.to_owned(), id));
        id
    }

    /// The marks of somebody who takes part already, and all that they can send.
    pub fn marked(&self, name: &str) -> Marked {
        let mut people = self.cast.people.iter();
        let (_, id) = people
            .find(|(known, _)| known == name)
            .unwrap_or_else(|| panic!("{name} does not take part"));
        marked::person(*id, name)
    }

    pub fn client(&mut self, name: &str) -> Client<'_> {
        self.person(name);
        Client::new(self, name)
    }

    /// A member of the support group who may manage topics.
    pub fn agent(&mut self, name: &str) -> Agent<'_> {
        let id = self.person(name);
        let is_member = self
            .sandbox
            .members(self.group)
            .iter()
            .any(|(user, _)| *user == id);
        if !is_member {
            let status = Status::Administrator(Rights::all());
            self.sandbox.add_member(self.group, id, status, self.now());
        }
        Agent::new(self, name)
    }

    /// Somebody becomes an ordinary member of the support group.
    pub fn joins(&mut self, name: &str) {
        let (id, now) = (self.person(name), self.now());
        let sandbox = &self.sandbox;
        sandbox.add_member(self.group, id, Status::Member, now);
        self.run();
    }

    /// Somebody leaves the support group.
    pub fn leaves(&mut self, name: &str) {
        let (id, now) = (self.person(name), self.now());
        self.sandbox.leave(self.group, id, now);
        self.run();
    }

    /// What somebody is in the support group.
    pub fn status_of(&mut self, name: &str) -> Option<Status> {
        let id = self.person(name);
        let members = self.sandbox.members(self.group);
        let mut found = members.into_iter().filter(|(user, _)| *user == id);
        found.next().map(|(_, member)| member.status)
    }

    /// The topic of a client's newest ticket.
    pub fn topic(&mut self, client: &str) -> Thread<'_> {
        let thread = self
            .thread_of(client)
            .unwrap_or_else(|| panic!("{client} has no topic"));
        Thread::new(self, Some(thread))
    }

    pub fn general(&mut self) -> Thread<'_> {
        Thread::new(self, None)
    }

    /// The basic group becomes a forum with a new id, as when topics are switched on in it.
    pub fn upgrade_group(&mut self) {
        let now = self.now();
        let new = self
            .sandbox
            .upgrade_group(self.group, now)
            .expect("a basic group can be upgraded");
        self.sandbox.set_forum_mode(new, true);
        let rights = Status::Administrator(Rights::all());
        self.sandbox.set_member(new, BOT, rights, now);
        self.group = new;
    }

    /// What happens in the group of a further desk: agents, topics and General are those of that group.
    pub fn at_desk<T>(&mut self, name: &str, play: impl FnOnce(&mut Scenario) -> T) -> T {
        let mut desks = self.setup.desks.iter();
        let index = desks.position(|desk| desk.name == name);
        let index = index.unwrap_or_else(|| panic!("there is no desk {name}"));
        let before = std::mem::replace(&mut self.group, self.further[index]);
        let played = play(self);
        // It may have a new id by now.
        self.further[index] = std::mem::replace(&mut self.group, before);
        played
    }

    /// The groups, as the config names them.
    fn desks(&self) -> Desks {
        let further = self.setup.desks.iter().zip(&self.configured_further);
        let further = further.map(|(desk, group)| DeskConfig {
            name: desk.name.to_owned(),
            support_group_id: ChatId(*group),
            categories: desk.categories.iter().map(|it| (*it).to_owned()).collect(),
            levels: desk
                .levels
                .iter()
                .filter_map(|it| Level::new(*it))
                .collect(),
        });
        Desks::new(ChatId(self.configured), further.collect())
    }

    /// The further groups are no longer in the config, from the next start on.
    pub fn forgets_further_desks(&mut self) {
        self.setup.desks.clear();
    }

    /// Groups that are deleted are no longer in the config, from the next start on.
    fn forgets_deleted_desks(&mut self) {
        let desks = std::mem::take(&mut self.setup.desks);
        let configured = std::mem::take(&mut self.configured_further);
        let known = desks.into_iter().zip(configured);
        let left = known.zip(&self.further);
        let left = left.filter(|(_, group)| !self.deleted.contains(group));
        (self.setup.desks, self.configured_further) = left.map(|(desk, _)| desk).unzip();
    }

    /// Whether the main group has yet to become a supergroup.
    fn is_main_basic(&self) -> bool {
        self.setup.basic_group && self.group == self.configured
    }

    /// The config names another main group, with the same agents, from the next start on.
    pub fn takes_another_group(&mut self) {
        let now = self.now();
        let group = self.sandbox.add_supergroup("Desk", true, now);
        let before = self.sandbox.members(self.group);
        let agents = before.into_iter().filter(|(user, _)| *user != BOT);
        for (user, member) in agents {
            self.sandbox.add_member(group, user, member.status, now);
        }
        let admin = Status::Administrator(Rights::all());
        self.sandbox.add_member(group, BOT, admin, now);
        self.setup.basic_group = false;
        self.former.push(std::mem::replace(&mut self.group, group));
        self.configured = group;
    }

    /// Whether the group of a further desk has yet to become a supergroup.
    fn is_basic(&self, desk: usize) -> bool {
        let name = self.setup.desks.get(desk).map(|desk| desk.name);
        name.is_some_and(|name| Some(name) == self.setup.basic_desk)
            && self.further[desk] == self.configured_further[desk]
    }

    /// The disk is full, or has room again.
    pub fn fills_disk(&mut self, full: bool) {
        if let Some(machine) = self.machine.as_ref() {
            machine.fills_disk(full);
        }
    }

    /// Somebody else writes into the database for a long time, or no more.
    pub fn locks_database(&mut self, locked: bool) {
        self.lock = None;
        let Some(machine) = self.machine.as_ref() else {
            return;
        };
        machine.waits_for_locks(!locked);
        if locked {
            let other = Db::open(self.database_path()).expect("the database is there");
            other.execute_batch("BEGIN IMMEDIATE").expect("it is free");
            self.lock = Some(other);
        }
    }

    /// Lets the bot work until it rests, letting the clock go a little while work is due.
    pub fn run(&mut self) {
        self.run_for(RUN_AT_MOST);
    }

    /// Lets the bot work until it has made a call that has this text, and not yet written down its end.
    pub fn run_until_called(&mut self, words: &str) {
        for _turn in 0..100 {
            let mut calls = self.sandbox.calls().into_iter().rev();
            if calls.any(|call| format!("{:?}", call.params).contains(words)) {
                return;
            }
            if let Some(machine) = self.machine.as_mut()
                && let machine::Turned::Due(at) = machine.turn()
            {
                self.clock.set(at.max(self.now() + 1));
            }
        }
        panic!("nobody was called with {words:?}");
    }

    /// Lets time pass, with the bot at work.
    pub fn pass(&mut self, time: Duration) {
        let end = self.now() + millis(time);
        self.run_for(time);
        self.clock.set(end.max(self.now()));
        self.run_for(Duration::ZERO);
    }

    /// The clock of the bot's machine is set, ahead or back; true time goes on.
    pub fn sets_clock(&mut self, by: i64) {
        self.clock.jump(by);
    }

    /// Lets time pass until nothing is due any more.
    pub fn rest(&mut self) {
        self.run_for(REST_AT_MOST);
    }

    fn run_for(&mut self, at_most: Duration) {
        let end = self.now() + millis(at_most);
        for _turn in 0..40_000 {
            let Some(machine) = self.machine.as_mut() else {
                return;
            };
            let turned = machine.turn();
            if self.wire.has_crashed() {
                self.kill();
                self.wire.recover();
                self.start();
                continue;
            }
            match turned {
                machine::Turned::Worked => {}
                // What cannot be done now is due for ever.
                machine::Turned::Failed if self.now() <= end => {}
                machine::Turned::Failed => return,
                machine::Turned::Due(at) if at <= end => self.clock.set(at.max(self.now() + 1)),
                machine::Turned::Due(_) | machine::Turned::Idle => return,
            }
        }
        panic!("the bot does not come to rest\n{}", self.story());
    }

    /// The program ends as if by SIGKILL: only the database is left.
    pub fn kill(&mut self) {
        // A restart finds neither a full disk nor a lock: what it does then is told elsewhere.
        self.lock = None;
        self.observer.take();
        if let Some(machine) = self.machine.take() {
            machine.kill();
            self.crashes += 1;
            // A wait that Telegram asked for just now may not have been written down yet.
            let calls = self.sandbox.calls();
            let under_way = calls.iter().rev().take(hushdesk::delivery::IN_FLIGHT_MAX);
            if under_way.into_iter().any(|call| call.status == 429) {
                self.wire.unseen_wait.store(true, Ordering::Relaxed);
            }
        }
    }

    pub fn start(&mut self) {
        if self.machine.is_none() {
            // Nothing starts within the millisecond in which it ended.
            self.clock.advance(1);
            self.machine = Machine::start(
                &self.database_path(),
                &self.setup,
                self.desks(),
                Arc::clone(&self.wire),
                Arc::clone(&self.clock),
                Arc::clone(&self.entropy),
            );
            if self.machine.is_none() {
                // Killed again while it started.
                self.crashes += 1;
                self.wire.recover();
                self.start();
            }
        }
    }

    /// Runs a query on the database of the bot.
    pub fn database<T>(&self, read: impl FnOnce(&Db) -> T) -> T {
        let mut observer = self.observer.take();
        let db = observer.get_or_insert_with(|| {
            let db = Db::open(self.database_path()).expect("the database is there");
            db.set_prepared_statement_cache_capacity(100);
            db
        });
        let found = read(db);
        self.observer.set(observer);
        found
    }

    fn database_path(&self) -> PathBuf {
        self.folder.path().join("desk.db")
    }

    fn thread_of(&mut self, client: &str) -> Option<i64> {
        let (user, group) = (self.person(client), self.group);
        self.database(|db| {
            db.query_row(
                "SELECT thread_id FROM topics JOIN tickets ON tickets.id = ticket_id \
                 JOIN clients ON clients.id = client_id \
                 WHERE telegram_user_id = ?1 AND thread_id IS NOT NULL AND chat_id = ?2 \
                 ORDER BY topics.id DESC LIMIT 1",
                [user, group],
                |row| row.get(0),
            )
            .ok()
        })
    }

    pub fn code_of(&mut self, client: &str) -> String {
        let user = self.person(client);
        self.database(|db| {
            db.query_row(
                "SELECT code FROM tickets JOIN clients ON clients.id = client_id \
                 WHERE telegram_user_id = ?1 ORDER BY tickets.id DESC LIMIT 1",
                [user],
                |row| row.get(0),
            )
            .expect("the client has a ticket")
        })
    }
}

pub fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).expect("model time fits")
}
