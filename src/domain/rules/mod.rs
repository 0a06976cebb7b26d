//! Decisions as functions of values: no clock, no randomness, no I/O.

pub mod backlog;
pub mod breaker;
pub mod carriers;
pub mod fidelity;
pub mod find;
pub mod guard;
pub mod hours;
pub mod learning;
pub mod limits;
pub mod mask;
pub mod merge;
pub mod pacing;
pub mod quote;
pub mod reactions;
pub mod retry;
pub mod skeleton;
pub mod text;
pub mod when;
