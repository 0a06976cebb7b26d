//! hushdesk: an anonymous support desk that lives wholly inside Telegram.
//!
//! The modules are floors of a house: a file imports only from floors below its own. The order,
//! from the top, is that of ARCHITECTURE.md; `tests/it/architecture.rs` holds the code to it.

pub mod cli;
pub mod clock;
pub mod config;
pub mod delivery;
pub mod desk;
pub mod domain;
pub mod engine;
pub mod entropy;
pub mod logging;
pub mod ops;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod scrub;
pub mod spool;
pub mod store;
pub mod telegram;
pub mod texts;
pub mod vault;
pub mod view;
pub mod work;
