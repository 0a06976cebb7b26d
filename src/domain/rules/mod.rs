//! Decisions as functions of values: no clock, no randomness, no I/O.

pub mod assign;
pub mod autoclose;
pub mod backlog;
pub mod ban;
pub mod breaker;
pub mod carriers;
pub mod escalate;
pub mod fidelity;
pub mod find;
pub mod guard;
pub mod hours;
pub mod learning;
pub mod limits;
pub mod mask;
pub mod merge;
pub mod pacing;
pub mod permissions;
pub mod quote;
pub mod reactions;
pub mod retry;
pub mod skeleton;
pub mod sla;
pub mod text;
pub mod transition;
pub mod voices;
pub mod when;
