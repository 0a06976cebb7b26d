//! What the machine around us needs to know.

pub mod systemd;
