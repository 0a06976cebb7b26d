//! What the machine around us, and whoever watches it, needs to know.

mod doors;
pub mod endpoint;
pub mod health;
pub mod metrics;
pub mod systemd;
