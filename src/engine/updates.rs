//! The desk's loop over the inbox: what is pending is routed and applied, many updates to a
//! transaction, each exactly once. One poison update costs itself and nothing else.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::clock::Clock;
use crate::desk::{Cause, Desk, Moment};
use crate::domain::event::Event;
use crate::domain::ids::{BotId, ChatId, InboxId};
use crate::domain::outcome::Reason;
use crate::store::inbox::{self, Pending};
use crate::store::{Db, Error, Writer, desks, each_isolated, isolated};
use crate::telegram::{Identity, PollHealth, Router, route_for_voice};

/// Updates handled in one transaction.
pub const BATCH_MAX: usize = 64;
/// Starts that may find an update unfinished at the front before it is handled alone.
const SUSPECT_STARTS_MAX: u32 = 2;
/// Times an update may be touched alone and end the program before it is put aside.
const ATTEMPTS_ALONE_MAX: u32 = 3;

/// The state of the loop.
pub struct Updates {
    writer: Writer,
    desk: Desk,
    router: Router,
    clock: Arc<dyn Clock>,
    health: Arc<PollHealth>,
    handing_over: Arc<dyn Fn() + Send + Sync>,
}

/// How a turn went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turned {
    /// Updates that were handled.
    pub handled: usize,
    /// Whether more were waiting when the turn began than it took.
    pub has_more: bool,
}

/// An update and what it means, or why nobody knows.
type Routed = (InboxId, Result<Event, Reason>);

impl Updates {
    /// A loop over the inbox behind `writer`, of the bot with this @name.
    pub fn new(
        writer: Writer,
        desk: Desk,
        (bot, username): (BotId, &str),
        clock: Arc<dyn Clock>,
        health: Arc<PollHealth>,
    ) -> Self {
        let configured = desk.desks().all();
        let router = Router::new(Identity {
            bot,
            username: username.to_owned(),
            desk: configured.map(|at| desk.desks().chat(at)).collect(),
        });
        Self {
            writer,
            desk,
            router,
            clock,
            health,
            handing_over: Arc::new(|| {}),
        }
    }

    /// The same, and `notice` is called as soon as updates are with the writer: who asks the writer for
    /// what follows from them shares their commit.
    #[must_use]
    pub fn noticed_by(mut self, notice: impl Fn() + Send + Sync + 'static) -> Self {
        self.handing_over = Arc::new(notice);
        self
    }

    /// Handles the oldest pending updates.
    pub async fn turn(&mut self) -> Result<Turned, Error> {
        let desk = self.desk.clone();
        let look = move |db: &Db| {
            let groups = desks::groups(db, desk.desks())?;
            Ok((groups, inbox::pending(db, BATCH_MAX)?))
        };
        let (groups, mut pending) = self.writer.run(look).await?;
        self.meet(groups);
        let waiting = pending.len();
        let suspect = pending
            .iter()
            .position(|update| update.suspect_starts >= SUSPECT_STARTS_MAX);
        let handled = match suspect {
            Some(0) => {
                pending.truncate(1);
                match pending.pop() {
                    Some(update) => self.handle_alone(update).await?,
                    None => 0,
                }
            }
            Some(first) => {
                pending.truncate(first);
                self.handle(pending).await?
            }
            None if pending.is_empty() => 0,
            None => self.handle(pending).await?,
        };
        Ok(Turned {
            handled,
            has_more: waiting > handled || waiting == BATCH_MAX,
        })
    }

    /// A group that was upgraded has a new id, which the router has to know.
    fn meet(&mut self, groups: Vec<ChatId>) {
        if self.router.identity().desk != groups {
            self.router = Router::new(Identity {
                desk: groups,
                ..self.router.identity().clone()
            });
        }
    }

    async fn handle(&self, pending: Vec<Pending>) -> Result<usize, Error> {
        let routed: Vec<Routed> = pending.iter().map(|update| self.route(update)).collect();
        let (desk, moment, handled) = (self.desk.clone(), self.moment(), routed.len());
        let handled_there = self
            .writer
            .submit(move |db| {
                each_isolated(
                    db,
                    &routed,
                    |update| apply(db, &desk, moment, update),
                    |(id, _), error| {
                        tracing::error!(update = ?id, %error, "an update could not be handled and is put aside");
                        bury(db, &desk, moment, *id, &Reason::Failed)
                    },
                )
            })
            .await?;
        (self.handing_over)();
        handled_there.await?;
        Ok(handled)
    }

    /// An update that may have ended the program before. The touch is counted, committed, before it
    /// is touched, so that an input that kills the process becomes a dead letter and not a loop.
    async fn handle_alone(&self, update: Pending) -> Result<usize, Error> {
        let id = update.id;
        if update.attempts >= ATTEMPTS_ALONE_MAX {
            let (desk, moment) = (self.desk.clone(), self.moment());
            self.writer
                .run(move |db| bury(db, &desk, moment, id, &Reason::Deadly))
                .await?;
            return Ok(1);
        }
        self.writer
            .run(move |db| inbox::count_attempt(db, id))
            .await?;
        self.handle(vec![update]).await
    }

    fn route(&self, update: &Pending) -> Routed {
        let routed = catch_unwind(AssertUnwindSafe(|| {
            if update.bot == self.router.identity().bot {
                self.router.route(&update.raw)
            } else {
                route_for_voice(update.bot, &update.raw)
            }
        }));
        let event = match routed {
            Ok(Ok(event)) => Ok(event),
            Ok(Err(unreadable)) => {
                tracing::error!(update = ?update.id, line = unreadable.line, column = unreadable.column, "an update cannot be read and is put aside");
                Err(Reason::Unreadable)
            }
            Err(_panic) => {
                tracing::error!(update = ?update.id, "reading an update panicked; it is put aside");
                Err(Reason::Unreadable)
            }
        };
        (update.id, event)
    }

    fn moment(&self) -> Moment {
        Moment {
            now: self.clock.now(),
            polling_since: self.health.polling_since(),
        }
    }
}

/// Applies one update; one that cannot be read is put aside.
fn apply(db: &Db, desk: &Desk, moment: Moment, (id, event): &Routed) -> Result<(), Error> {
    match event {
        Ok(event) => {
            desk.apply(db, moment, Cause::Update(*id), event.clone())?;
            inbox::done(db, *id, moment.now)
        }
        Err(reason) => bury(db, desk, moment, *id, reason),
    }
}

fn bury(db: &Db, desk: &Desk, moment: Moment, id: InboxId, reason: &Reason) -> Result<(), Error> {
    inbox::dead(db, id, moment.now, reason)?;
    // Putting aside never fails for want of an alert: it would be met again and again.
    match isolated(db, || desk.update_died(db, moment, id)) {
        Err(error) if !error.is_medium() => {
            tracing::error!(update = ?id, %error, "the admins could not be told of it");
            Ok(())
        }
        told => told,
    }
}
