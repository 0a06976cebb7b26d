//! The signs of life of the loops, for whoever asks about the health of the program. Knows when each
//! last came round, not what it did.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::Shared;
use crate::ops::endpoint::{BOUNDS, Endpoint, Sources};
use crate::ops::health::{Signs, Turns};
use crate::store;

/// The loops that come round every few seconds. The poll is not among them: it has signs of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loop {
    Desk,
    Delivery,
    Timers,
    Work,
}

impl Loop {
    const ALL: [Loop; 4] = [Loop::Desk, Loop::Delivery, Loop::Timers, Loop::Work];

    /// Its name in the log and in the answer.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Loop::Desk => "desk",
            Loop::Delivery => "delivery",
            Loop::Timers => "timers",
            Loop::Work => "work",
        }
    }
}

/// When each loop last came round.
#[derive(Debug)]
pub(super) struct Pulse([Beat; Loop::ALL.len()]);

#[derive(Debug)]
struct Beat {
    /// How long the program had been running, in milliseconds.
    at: AtomicU64,
    /// What its last turn failed with.
    failed: Mutex<Option<store::Error>>,
}

impl Pulse {
    /// All loops begin now.
    pub(super) fn begin(running: Duration) -> Self {
        Self(Loop::ALL.map(|_| Beat {
            at: AtomicU64::new(millis(running)),
            failed: Mutex::default(),
        }))
    }

    /// A turn has ended, well or with an error.
    pub(super) fn beat(&self, whose: Loop, running: Duration, failed: Option<store::Error>) {
        let beat = &self.0[whose as usize];
        beat.at.store(millis(running), Ordering::Relaxed);
        if let Ok(mut kept) = beat.failed.lock() {
            *kept = failed;
        }
    }

    /// How the loops stand, and when a poll last succeeded.
    pub(super) fn signs(&self, running: Duration, polled: Option<Duration>) -> Signs {
        let turns = Loop::ALL.into_iter().zip(&self.0).map(|(whose, beat)| {
            let at = Duration::from_millis(beat.at.load(Ordering::Relaxed));
            Turns {
                name: whose.name(),
                ago: running.saturating_sub(at),
                failed: beat.failed.lock().ok().and_then(|error| error.clone()),
            }
        });
        Signs {
            loops: turns.collect(),
            polled,
        }
    }
}

/// Monitoring is answered until the shutdown.
pub(super) async fn monitoring_loop(shared: Shared, endpoint: Endpoint, sources: Sources) {
    let shutdown = shared.shutdown.clone();
    if let Err(error) = endpoint.serve(sources, BOUNDS, shutdown).await {
        tracing::error!(%error, "metrics are not served any more");
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
