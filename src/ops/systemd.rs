//! What systemd is told: ready, stopping, alive. Says nothing where systemd did not start us.

use std::time::Duration;

use sd_notify::NotifyState;

/// The program works.
pub fn ready() {
    tell(&[NotifyState::Ready]);
}

/// The program is about to end.
pub fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// The program is alive.
pub fn alive() {
    tell(&[NotifyState::Watchdog]);
}

/// How often systemd wants to hear that we are alive: half of its patience.
pub fn alive_every() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|patience| patience / 2)
}

fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::debug!(%error, "systemd could not be told");
    }
}
