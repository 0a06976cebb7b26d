//! What the engine asks Telegram about people: what the bot itself is called, and who administers the
//! desk group.

use std::time::Duration;

use super::{AFTER_FAILURE, Engine, Shared, Stopped};
use crate::desk::Cause;
use crate::domain::event::Event;
use crate::domain::ids::DeskId;
use crate::domain::time::Timestamp;
use crate::store::{facts, topics};
use crate::telegram::{ApiFailure, GiveUp};

/// How often the administrators are asked for. Changes arrive as updates; this is for those that were
/// missed.
const ADMINS_EVERY: Duration = Duration::from_secs(60 * 60);
/// How soon again where there was no answer.
const ADMINS_AGAIN: Duration = Duration::from_secs(60);

impl Engine {
    /// Asks who administers the groups, when it is time.
    pub(super) async fn learn_admins(&self, next_at: &mut Option<Timestamp>) {
        let now = self.clock.now();
        if next_at.is_some_and(|at| now < at) {
            return;
        }
        let mut is_known = true;
        for desk in self.desk.desks().all() {
            is_known &= self.learn_admins_of(desk).await;
        }
        let again = if is_known { ADMINS_EVERY } else { ADMINS_AGAIN };
        *next_at = Some(now.plus(again));
    }

    /// Asks who administers the group of a desk. Whether that is known now.
    async fn learn_admins_of(&self, desk: DeskId) -> bool {
        let group = self.desk.desks().chat(desk);
        let group = self
            .store
            .writer
            .run(move |db| topics::current_chat(db, group));
        let Ok(group) = group.await else {
            return false;
        };
        let admins = match self.client.get_chat_administrators(group).await {
            Ok(admins) => admins,
            Err(error) => {
                tracing::warn!(%error, "the administrators of a desk group could not be asked for");
                return false;
            }
        };
        let (works, moment) = (self.desk.clone(), self.moment(None));
        let kept = self.store.writer.run(move |db| {
            let event = Event::AdminsListed(desk, admins);
            works.apply(db, moment, Cause::Notice(moment.now), event)
        });
        let kept = kept.await;
        if let Err(error) = &kept {
            tracing::error!(%error, "the administrators could not be written down");
        }
        kept.is_ok()
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
