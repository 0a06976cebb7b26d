//! The only caller of the system clock. Everything else is handed a [`Timestamp`].

use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::time::Timestamp;

/// Where the loops take the time from; tests hand in one that they move themselves.
pub trait Clock: Send + Sync {
    /// The current time.
    fn now(&self) -> Timestamp;
}

/// The clock of the machine.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }
}
