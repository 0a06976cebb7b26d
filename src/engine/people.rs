//! What the engine asks Telegram about people: what the bot itself is called, and who administers the
//! desk group.

use std::time::Duration;

use super::{AFTER_FAILURE, Engine, Shared, Stopped};
use crate::desk::Cause;
use crate::domain::event::Event;
use crate::domain::time::Timestamp;
use crate::store::{facts, topics};
use crate::telegram::{ApiFailure, GiveUp};

/// How often the administrators are asked for. Changes arrive as updates; this is for those that were
/// missed.
const ADMINS_EVERY: Duration = Duration::from_secs(60 * 60);
/// How soon again where there was no answer.
const ADMINS_AGAIN: Duration = Duration::from_secs(60);

impl Engine {
    /// Asks who administers the desk group, when it is time.
    pub(super) async fn learn_admins(&self, next_at: &mut Option<Timestamp>) {
        let now = self.clock.now();
        if next_at.is_some_and(|at| now < at) {
            return;
        }
        *next_at = Some(now.plus(ADMINS_AGAIN));
        let group = self.desk.group();
        let Ok(group) = self
            .store
            .writer
            .run(move |db| topics::current_chat(db, group))
            .await
        else {
            return;
        };
        let admins = match self.client.get_chat_administrators(group).await {
            Ok(admins) => admins,
            Err(error) => {
                tracing::warn!(%error, "the administrators of the desk group could not be asked for");
                return;
            }
        };
        let (desk, moment) = (self.desk.clone(), self.moment(None));
        let kept = self
            .store
            .writer
            .run(move |db| {
                let event = Event::AdminsListed(admins);
                desk.apply(db, moment, Cause::Notice(moment.now), event)
            })
            .await;
        match kept {
            Ok(()) => *next_at = Some(now.plus(ADMINS_EVERY)),
            Err(error) => tracing::error!(%error, "the administrators could not be written down"),
        }
    }

    /// The bot's @name, which its commands may carry. Asked for until there is an answer, once; a
    /// name from before serves while Telegram cannot be reached.
    pub(super) async fn username(&self, shared: &Shared) -> Option<String> {
        loop {
            match self.client.get_me().await {
                Ok(me) => {
                    let username = me.username.clone();
                    let kept = self
                        .store
                        .writer
                        .run(move |db| facts::set(db, facts::USERNAME, &me.username))
                        .await;
                    if let Err(error) = kept
                        && !shared.survives("start", error)
                    {
                        return None;
                    }
                    return Some(username);
                }
                Err(ApiFailure::TokenRejected) => {
                    shared.stop(Stopped::GaveUp(GiveUp::TokenRejected));
                    return None;
                }
                Err(error) => {
                    tracing::warn!(%error, "the bot's own name could not be asked for");
                    if let Ok(Some(known)) = self
                        .store
                        .writer
                        .run(|db| facts::get(db, facts::USERNAME))
                        .await
                    {
                        return Some(known);
                    }
                }
            }
            if !shared.pause(AFTER_FAILURE).await {
                return None;
            }
        }
    }
}
