//! The end that every scenario has: nothing unread, nothing pending, no error logged, and nothing
//! of anybody's on the wrong side (that is in `taint`).

use hushdesk::clock::Clock;
use hushdesk::domain::desks::MAIN_NAME;
use hushdesk::ops::metrics;
use hushdesk::sandbox::{CallRecord, MessageView};
use hushdesk::store::Db;
use hushdesk::store::figures::{self, GroupName};

use super::lawful::check_desk;
use super::{Scenario, VOICES};

impl Scenario {
    /// The oldest message of the bot in a chat that the test has not looked at yet.
    pub fn next_unread(
        &mut self,
        chat: i64,
        wanted: impl Fn(&MessageView) -> bool,
    ) -> Option<MessageView> {
        let message = self.unread(chat).into_iter().find(wanted)?;
        self.read.insert((chat, message.id));
        Some(message)
    }

    /// Everything in a chat is as it was expected.
    pub fn reads_all(&mut self, chat: i64) {
        while self.next_unread(chat, |_| true).is_some() {}
    }

    /// The folder of files on their way.
    pub fn spool(&self) -> std::path::PathBuf {
        self.folder.path().join("desk.files")
    }

    /// The names of the files that lie on their way, after the next sweep.
    pub fn spooled(&mut self) -> Vec<String> {
        self.pass(std::time::Duration::from_secs(180));
        let files = std::fs::read_dir(self.spool()).expect("the spool is there");
        let names = files.map(|file| file.expect("it can be listed").file_name());
        names
            .map(|name| name.to_string_lossy().into_owned())
            .collect()
    }

    /// What monitoring would read now.
    pub fn metrics(&self) -> String {
        let desks = self.desks();
        let groups: Vec<GroupName> = desks
            .all()
            .map(|desk| GroupName {
                id: desk,
                desk: desks.name(desk).unwrap_or(MAIN_NAME).to_owned(),
                configured: desks.chat(desk),
                calls_per_minute: self.setup.flood.group_calls_per_minute,
            })
            .collect();
        let now = self.clock.now();
        let figures = self.database(|db| figures::read(db, &groups, now));
        metrics::render(&figures.expect("the figures can be read"), now)
    }

    /// The value of one series of the metrics.
    pub fn metric(&self, series: &str) -> String {
        let text = self.metrics();
        let mut lines = text.lines();
        let line = lines.find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("there is no {series}:\n{text}"))
            .to_owned()
    }

    /// The lines of the log that have these words, oldest first.
    pub fn logged(&self, words: &str) -> Vec<String> {
        let log = self.log.text();
        let lines = log.lines().filter(|line| line.contains(words));
        lines.map(str::to_owned).collect()
    }

    /// What monitoring would hear of the program's health now.
    pub fn health(&self) -> Result<(), String> {
        let machine = self.machine.as_ref().expect("the bot runs");
        machine.health()
    }

    /// What happened so far, for a test that fails: the calls, the log and what still waits.
    pub fn story(&self) -> String {
        let calls: Vec<String> = self
            .sandbox
            .calls()
            .iter()
            .map(|call| {
                format!(
                    "{} {} {:?} -> {}",
                    call.at_ms, call.method, call.params, call.status
                )
            })
            .collect();
        let log = self.log.text();
        let told: Vec<String> = log
            .lines()
            .filter(|line| line.contains("hushdesk"))
            .map(str::to_owned)
            .collect();
        let waits = self.database(|db| {
            let mut waiting = db.prepare(
                "SELECT printf('%d %s: %s at %d, %s %s', id, lane, state, not_before, call, reason) \
                 FROM outbox WHERE finished_at IS NULL OR state = 'dead' ORDER BY lane, position",
            )?;
            let rows = waiting.query_map([], |row| row.get(0))?;
            rows.collect::<rusqlite::Result<Vec<String>>>()
        });
        let waits = waits.unwrap_or_default();
        let parts = [calls, told, waits];
        parts.map(|part| part.join("\n")).join("\n")
    }

    fn unread(&self, chat: i64) -> Vec<MessageView> {
        self.sandbox
            .chat_messages(chat)
            .into_iter()
            .filter(|message| message.from_bot && !message.service && !message.deleted)
            .filter(|message| !self.read.contains(&(chat, message.id)))
            .collect()
    }

    /// The newest topic of a client that still exists.
    pub fn live_thread_of(&self, client: &str) -> Option<i64> {
        let (_, user) = self.cast.people.iter().find(|(name, _)| name == client)?;
        let threads: Vec<i64> = self.database(|db| {
            let mut statement = db
                .prepare_cached(
                    "SELECT thread_id FROM topics JOIN tickets ON tickets.id = ticket_id \
                     JOIN clients ON clients.id = client_id \
                     WHERE telegram_user_id = ?1 AND thread_id IS NOT NULL AND chat_id = ?2 \
                     ORDER BY topics.id DESC",
                )
                .expect("the schema has topics");
            let rows = statement
                .query_map([*user, self.group], |row| row.get(0))
                .expect("the query runs");
            rows.collect::<Result<_, _>>().expect("threads are numbers")
        });
        let topics = self.sandbox.topics(self.group);
        threads.into_iter().find(|thread| {
            topics
                .iter()
                .any(|topic| topic.id == *thread && !topic.deleted)
        })
    }

    pub fn check_nothing_else(&self) {
        self.check_nothing_unread();
        self.check_lawful();
    }

    /// What holds at the end of everything, expected or not.
    pub fn check_lawful(&self) {
        self.check_database();
        self.check_taint();
        let mut violations = self.sandbox.violations();
        let killed = self
            .wire
            .unseen_wait
            .load(std::sync::atomic::Ordering::Relaxed);
        if killed || self.early_calls_are_excused() {
            violations.retain(|violation| !violation.contains("before its retry_after"));
        }
        assert!(
            self.allowed.violations || violations.is_empty(),
            "the sandbox was called wrongly: {violations:#?}\n{}",
            self.story()
        );
    }

    /// A bot cannot keep to a wait that it was never told of. Only that excuses an early call: the
    /// newest wait before it was answered into a fault, and no call has learnt of it since; or it is the
    /// one that finds out that a long wait of a voice is everybody's.
    pub(super) fn early_calls_are_excused(&self) -> bool {
        let calls = self.sandbox.calls();
        let mut early = (0..calls.len()).filter(|index| calls[*index].violation);
        early.all(|index| was_hidden(&calls, index) || self.finds_out(&calls, index))
    }

    /// Whether a call was made although Telegram had asked a voice alone to wait, as far as anybody could tell, and
    /// is the first that was refused because the wait is that of all bots. A second one, of whichever bot, has
    /// the first before it, which was early.
    fn finds_out(&self, calls: &[CallRecord], index: usize) -> bool {
        const WINDOW_SECONDS: u32 = 60;
        let unconfirmed = &self.setup.sandbox.unconfirmed;
        let is_of_all =
            unconfirmed.groups_count_bots_together && unconfirmed.long_waits_are_of_all_bots;
        let Some(wait) = waits_before(calls, index).next().filter(|_| is_of_all) else {
            return false;
        };
        let (call, asked) = (&calls[index], &calls[wait]);
        let is_of_voice = VOICES.iter().any(|(_, voice)| *voice == asked.bot);
        let is_long = asked
            .retry_after_seconds
            .is_some_and(|seconds| seconds > WINDOW_SECONDS);
        let could_be_asked = !asked.violation || was_hidden(calls, wait);
        is_of_voice && is_long && could_be_asked && call.bot != asked.bot
    }

    fn check_nothing_unread(&self) {
        let mut chats: Vec<i64> = self.cast.people.iter().map(|(_, user)| *user).collect();
        chats.push(self.group);
        chats.extend(&self.further);
        for chat in chats {
            let unread: Vec<String> = self
                .unread(chat)
                .iter()
                .map(|message| format!("{}: {:?}", message.kind, message.text()))
                .collect();
            assert!(unread.is_empty(), "nobody expected these: {unread:#?}");
        }
    }

    fn check_database(&self) {
        self.database(|db| {
            let waiting = rows(db, "SELECT state || ' ' || purpose || ' ' || lane || ' ' || call FROM outbox WHERE finished_at IS NULL");
            assert!(waiting.is_empty(), "calls were never made: {waiting:#?}\n{}", self.story());
            let pending = rows(db, "SELECT raw FROM inbox WHERE state = 'pending'");
            assert!(pending.is_empty(), "updates were never handled: {pending:#?}");
            if !self.allowed.dead_letters {
                let mut dead = rows(db, "SELECT purpose || ': ' || reason || ' ' || call FROM outbox WHERE state = 'dead'");
                // What an agent wrote there can be fetched no more.
                let is_lost = |call: &String| self.deleted.iter().any(|group| call.contains(&format!("{{\"desk\":[{group},")));
                dead.retain(|call| !is_lost(call));
                assert!(dead.is_empty(), "dead letters: {dead:#?}\n{}", self.story());
                let dead = rows(db, "SELECT reason FROM inbox WHERE state = 'dead'");
                assert!(dead.is_empty(), "dead updates: {dead:#?}");
            }
            check_desk(db);
            let broken = rows(db, "SELECT \"table\" FROM pragma_foreign_key_check");
            assert!(broken.is_empty(), "foreign keys are broken: {broken:?}");
            let kept = rows(db, "SELECT raw FROM inbox WHERE state = 'done' AND raw IS NOT NULL");
            assert!(kept.is_empty(), "raw updates outlive their use");
        });
    }
}

pub fn rows(db: &Db, query: &str) -> Vec<String> {
    let mut statement = db.prepare_cached(query).expect("the query fits the schema");
    let rows = statement
        .query_map([], |row| row.get::<_, Option<String>>(0))
        .expect("the query runs");
    rows.map(|row| row.expect("text").unwrap_or_default())
        .collect()
}

/// Which calls before this one were told to wait in its chat, or would have been; the newest first.
fn waits_before(calls: &[CallRecord], index: usize) -> impl Iterator<Item = usize> {
    let chat = calls[index].chat;
    (0..index).rev().filter(move |earlier| {
        let earlier = &calls[*earlier];
        earlier.chat == chat && (earlier.unseen_wait || earlier.status == 429)
    })
}

/// Whether the newest wait that the maker of a call could know of was answered into a fault. Calls that leave
/// together cannot know of each other's answers.
fn was_hidden(calls: &[CallRecord], index: usize) -> bool {
    let known = waits_before(calls, index).find(|earlier| {
        let earlier = &calls[*earlier];
        earlier.unseen_wait || earlier.at_ms < calls[index].at_ms
    });
    known.is_some_and(|earlier| calls[earlier].unseen_wait)
}
