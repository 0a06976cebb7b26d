//! The hand of the test: bots, faults, raw updates, files.

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::Notify;

use crate::sandbox::Sandbox;
use crate::sandbox::content::Piece;
use crate::sandbox::faults::{FaultHook, FaultRule};
use crate::sandbox::flood::{Draw, Family};
use crate::sandbox::json::inside;
use crate::sandbox::post::UPDATE_LIFETIME_MS;
use crate::sandbox::queue::Queue;
use crate::sandbox::settings::Settings;
use crate::sandbox::world::{Bot, Place};

impl Sandbox {
    /// A bot with its token, such as `"7:secret"`. The first one owns private chats that are named
    /// without a bot.
    pub fn register_bot(&self, token: &str, id: i64, username: &str) {
        let mut world = self.world();
        let first_id = world.settings.unconfirmed.first_update_id;
        let queue = Queue::new(first_id, world.settings.queue_capacity);
        world.tokens.insert(token.to_owned(), id);
        world.bots.entry(id).or_insert_with(|| Bot {
            username: username.to_owned(),
            queue,
            webhook: None,
            commands: std::collections::BTreeMap::new(),
            wake: Arc::new(Notify::new()),
        });
        if world.first_bot == 0 {
            world.first_bot = id;
        }
    }

    /// From now on the token is answered 401.
    pub fn revoke_token(&self, token: &str) {
        self.world().revoked.insert(token.to_owned());
    }

    /// Sets or removes a web hook as somebody else with the token would.
    pub fn set_webhook(&self, token: &str, url: Option<&str>) {
        let mut world = self.world();
        if let Ok(bot) = world.authorise(token)
            && let Some(bot) = world.bots.get_mut(&bot)
        {
            bot.webhook = url.map(str::to_owned);
            bot.wake.notify_waiters();
        }
    }

    /// Changes the model while it runs.
    pub fn change_settings(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.world().settings);
    }

    /// Queues an update of any shape; a missing `update_id` is filled in, a given one ignored.
    pub fn push_raw_update(&self, token: &str, update: Value, now_ms: i64) {
        let mut world = self.world();
        let fields = match update {
            Value::Object(mut update) => {
                update.remove("update_id");
                inside(&update)
            }
            _ => "".into(),
        };
        if let Ok(bot) = world.authorise(token)
            && let Some(bot) = world.bots.get_mut(&bot)
        {
            bot.queue.push_fields(&fields, now_ms + UPDATE_LIFETIME_MS);
            bot.wake.notify_waiters();
        }
    }

    /// Plans a failure.
    pub fn plan(&self, rule: FaultRule) {
        self.world().faults.plan(rule);
    }

    /// Planned failures that have not run out.
    pub fn planned_faults(&self) -> usize {
        self.world().faults.planned()
    }

    /// Lets a simulation draw faults. The hook must not call the sandbox.
    pub fn set_fault_hook(&self, hook: FaultHook) {
        self.world().faults.set_hook(Some(hook));
    }

    /// Heals: no rules, no hook.
    pub fn clear_faults(&self) {
        self.world().faults.clear();
    }

    /// Starts a `retry_after` for messages of the first bot into a chat.
    pub fn hold_chat(&self, chat: impl Into<Place>, seconds: u32, now_ms: i64) {
        let mut world = self.world();
        let place = world.place(chat.into());
        let draw = Draw {
            bot: world.first_bot,
            place,
            private: place.chat > 0,
            family: Family::Message,
            items: 1,
            now_ms,
        };
        let world = &mut *world;
        world.meters.penalise(&world.settings, draw, seconds);
    }

    /// Gives a file bytes to download, whether or not somebody has sent it yet.
    pub fn put_file(&self, file_id: &str, bytes: impl Into<Arc<[u8]>>) {
        self.world().files.put_bytes(file_id, bytes.into());
    }

    /// Gives the files of a piece their bytes.
    pub fn put_files(&self, piece: &Piece) {
        let mut world = self.world();
        for (id, bytes) in &piece.files {
            world.files.put_bytes(id, bytes.clone());
        }
    }

    /// Bytes of a file, sent or uploaded.
    pub fn file(&self, file_id: &str) -> Option<Arc<[u8]>> {
        self.world().files.get(file_id)?.bytes.clone()
    }

    /// Rung whenever a bot gets an update, or its poll is overtaken.
    pub fn wake(&self, token: &str) -> Option<Arc<Notify>> {
        let world = self.world();
        let bot = world.authorise(token).ok()?;
        world.bots.get(&bot).map(|bot| bot.wake.clone())
    }
}
