//! The loop over the timers: what is due enters the desk as an event.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::desk::{Cause, Desk, Moment};
use crate::domain::event::{Event, Timer};
use crate::domain::ids::TimerId;
use crate::domain::time::Timestamp;
use crate::store::{Error, Writer, timers};
use crate::telegram::PollHealth;

/// Timers that ring in one turn.
const BATCH_MAX: u32 = 64;

/// When housekeeping is tried again that failed.
const AGAIN_AFTER: Duration = Duration::from_secs(60);

/// The state of the loop.
pub struct Timers {
    writer: Writer,
    desk: Desk,
    clock: Arc<dyn Clock>,
    health: Arc<PollHealth>,
}

impl Timers {
    /// A loop over the timers behind `writer`.
    pub fn new(writer: Writer, desk: Desk, clock: Arc<dyn Clock>, health: Arc<PollHealth>) -> Self {
        Self {
            writer,
            desk,
            clock,
            health,
        }
    }

    /// Rings what is due. How many rang, and when the next one is due.
    pub async fn turn(&mut self) -> Result<(usize, Option<Timestamp>), Error> {
        let now = self.clock.now();
        let (due, next) = self
            .writer
            .run(move |db| Ok((timers::due(db, now, BATCH_MAX)?, timers::next(db)?)))
            .await?;
        if due.is_empty() {
            return Ok((0, next));
        }
        for (id, timer) in &due {
            self.ring(*id, timer.clone()).await?;
        }
        let next = self.writer.run(timers::next).await?;
        Ok((due.len(), next))
    }

    async fn ring(&self, id: TimerId, timer: Option<Timer>) -> Result<(), Error> {
        let Some(timer) = timer else {
            tracing::error!(timer = ?id, "a timer cannot be read and is removed");
            return self.writer.run(move |db| timers::remove(db, id)).await;
        };
        let (desk, rung) = (self.desk.clone(), timer.clone());
        let moment = Moment {
            now: self.clock.now(),
            polling_since: self.health.polling_since(),
        };
        let rang = self
            .writer
            .run(move |db| {
                timers::remove(db, id)?;
                desk.apply(db, moment, Cause::Timer(id), Event::TimerRang(rung))
            })
            .await;
        match rang {
            Err(error) if !error.is_medium() => {
                // It would fail in the same way each time, and all others would wait for it.
                tracing::error!(timer = ?id, %error, "a timer failed");
                let desk = self.desk.clone();
                self.writer
                    .run(move |db| {
                        timers::remove(db, id)?;
                        match timer {
                            Timer::Housekeeping | Timer::Dashboard => {
                                timers::set(db, moment.now.plus(AGAIN_AFTER), &timer)
                            }
                            Timer::ReplySlow { .. }
                            | Timer::TopicDoubt { .. }
                            | Timer::LeaveElsewhere { .. }
                            | Timer::PollingResumed { .. }
                            | Timer::CloseAt { .. }
                            | Timer::Wake { .. }
                            | Timer::AutoClose { .. }
                            | Timer::Bulk { .. }
                            | Timer::Remind { .. }
                            | Timer::PressParked { .. }
                            | Timer::PromptLapses { .. }
                            | Timer::AgentIdle { .. }
                            | Timer::CrewShrinks
                            | Timer::AgentShift { .. }
                            | Timer::HoldEnds { .. }
                            | Timer::HandOut
                            | Timer::ClientsWait { .. }
                            | Timer::QueueMoves
                            | Timer::SlaDue { .. }
                            | Timer::CardCount { .. } => Ok(()),
                            // Its place in the lane would never be given up.
                            Timer::AlbumQuiet { album } => desk.album_died(db, moment, album),
                        }
                    })
                    .await
            }
            rang => rang,
        }
    }
}
