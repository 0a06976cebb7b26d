//! Decisions as functions of values: no clock, no randomness, no I/O.

pub mod carriers;
pub mod limits;
pub mod retry;
pub mod text;
