//! What the desk is about, as values. Knows no Telegram types, no SQL, no clock and no network.

pub mod agent;
pub mod call;
pub mod content;
pub mod desks;
pub mod event;
pub mod ids;
pub mod language;
pub mod outcome;
pub mod rules;
pub mod settings;
pub mod ticket;
pub mod time;
