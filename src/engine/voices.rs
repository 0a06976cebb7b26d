//! The loops of further bots, which only post: what they are called and what they hear. One that Telegram
//! does not let in stops nothing; it is asked for again now and then.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;

use super::{AFTER_FAILURE, Engine, Shared};
use crate::domain::ids::BotId;
use crate::store::voices;
use crate::telegram::{Client, Intake, POLL_TIMEOUT, Polled};

/// How soon a bot that is not let in is asked for again.
const REJECTED_AGAIN: Duration = Duration::from_secs(10 * 60);

/// A further bot that posts texts of clients.
#[derive(Clone)]
pub struct Voice {
    /// Whose token it is.
    pub bot: BotId,
    /// The Bot API as this bot sees it.
    pub client: Client,
}

impl Voice {
    /// A voice over this client.
    pub fn new(bot: BotId, client: Client) -> Self {
        let client = client.of_voice();
        Self { bot, client }
    }
}

impl Engine {
    /// What this voice receives goes into the inbox under its own number.
    pub(super) fn intake_of(&self, voice: &Voice) -> Intake {
        Intake::new(
            voice.client.clone(),
            self.store.writer.clone(),
            Arc::clone(&self.clock),
            Arc::clone(&self.entropy),
            voice.bot,
        )
    }

    pub(super) async fn voice_loop(self: Arc<Self>, shared: Shared, voice: Voice) {
        let mut intake = self.intake_of(&voice);
        let mut is_named = false;
        loop {
            if !is_named {
                is_named = self.learn_name(&voice).await;
            }
            let turn = AssertUnwindSafe(intake.turn(POLL_TIMEOUT)).catch_unwind();
            let polled = tokio::select! {
                () = shared.shutdown.cancelled() => return,
                polled = turn => polled,
            };
            let wait = match polled {
                Ok(Ok(Polled::Stored(new))) => {
                    if new > 0 {
                        shared.wakes.updates.notify_one();
                    }
                    continue;
                }
                // The main bot's loop says what is wrong with the disk.
                Ok(Ok(Polled::Wait(wait) | Polled::NotStored(_, wait))) => wait,
                Ok(Ok(Polled::SecondInstance(wait))) => {
                    tracing::error!(
                        voice = voice.bot.0,
                        "a second program polls with this bot's token; stop it"
                    );
                    wait
                }
                Ok(Err(reason)) => {
                    tracing::error!(voice = voice.bot.0, %reason, "a further bot is not let in");
                    REJECTED_AGAIN
                }
                Err(_panic) => AFTER_FAILURE,
            };
            if !shared.pause(wait).await {
                return;
            }
        }
    }

    /// Asks what a voice is called. Whether there was an answer.
    async fn learn_name(&self, voice: &Voice) -> bool {
        let Ok(me) = voice.client.get_me().await else {
            return false;
        };
        let bot = voice.bot;
        let kept = self
            .store
            .writer
            .run(move |db| voices::set_name(db, bot, &me.username));
        kept.await.is_ok()
    }
}
