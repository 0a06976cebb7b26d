//! The loops that do not listen to Telegram: delivery, timers, work. Each is fenced against panics,
//! wakes on a notice with a fallback interval, and ends with the shutdown.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;

use super::pulse::Loop;
use super::timers::Timers;
use super::{AFTER_FAILURE, FALLBACK, FINISH_WITHIN, Shared};
use crate::clock::Clock;
use crate::delivery::Delivery;
use crate::work::jobs::Work;

/// Files are fetched and cleaned; one that is under way at a shutdown begins again at the next start.
pub(super) async fn work_loop(shared: Shared, mut work: Work, clock: Arc<dyn Clock>) {
    while !shared.shutdown.is_cancelled() {
        let rest = match AssertUnwindSafe(work.turn()).catch_unwind().await {
            Ok(Ok(due)) => {
                shared.turned(Loop::Work);
                due.map_or(FALLBACK, |due| due.since(clock.now()).min(FALLBACK))
            }
            Ok(Err(error)) => {
                if !shared.survives_turn(Loop::Work, error) {
                    return;
                }
                AFTER_FAILURE
            }
            Err(_panic) => AFTER_FAILURE,
        };
        tokio::select! {
            () = shared.shutdown.cancelled() => {}
            () = shared.wakes.work.notified() => {}
            () = work.next_end() => {
                // What follows from it is decided in the next turn, and then has to be sent.
                if let Err(error) = work.turn().await
                    && !shared.survives_turn(Loop::Work, error)
                {
                    return;
                }
                shared.wakes.delivery.notify_one();
                shared.wakes.timers.notify_one();
            }
            () = tokio::time::sleep(rest) => {}
        }
    }
}

/// Calls are made as they fall due.
pub(super) async fn delivery_loop(shared: Shared, mut delivery: Delivery, clock: Arc<dyn Clock>) {
    loop {
        if shared.shutdown.is_cancelled() {
            break;
        }
        let rest = match AssertUnwindSafe(delivery.turn()).catch_unwind().await {
            Ok(Ok(next)) => {
                shared.turned(Loop::Delivery);
                if next.progressed {
                    shared.wakes.timers.notify_one();
                    shared.wakes.work.notify_one();
                }
                if next.at_once {
                    continue;
                }
                match next.due_at {
                    Some(due_at) => due_at.since(clock.now()).min(FALLBACK),
                    None => FALLBACK,
                }
            }
            Ok(Err(error)) => {
                if !shared.survives_turn(Loop::Delivery, error) {
                    break;
                }
                AFTER_FAILURE
            }
            Err(_panic) => AFTER_FAILURE,
        };
        tokio::select! {
            () = shared.shutdown.cancelled() => {}
            () = shared.wakes.delivery.notified() => {}
            () = delivery.next_end() => {}
            () = tokio::time::sleep(rest) => {}
        }
    }
    if let Err(error) = delivery.finish(FINISH_WITHIN).await {
        tracing::error!(%error, "the last outcomes could not be written down; those calls are in doubt");
    }
}

/// Timers ring.
pub(super) async fn timers_loop(shared: Shared, mut timers: Timers, clock: Arc<dyn Clock>) {
    loop {
        let rest = match AssertUnwindSafe(timers.turn()).catch_unwind().await {
            Ok(Ok((rang, next))) => {
                shared.turned(Loop::Timers);
                if rang > 0 {
                    shared.wakes.delivery.notify_one();
                }
                next.map_or(FALLBACK, |next| next.since(clock.now()).min(FALLBACK))
            }
            Ok(Err(error)) => {
                if !shared.survives_turn(Loop::Timers, error) {
                    return;
                }
                AFTER_FAILURE
            }
            Err(_panic) => AFTER_FAILURE,
        };
        if !shared.rest(&shared.wakes.timers, rest).await {
            return;
        }
    }
}
