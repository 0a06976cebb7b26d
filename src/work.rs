//! Jobs that are slow. Each is done outside the desk's transactions; what it comes to enters the
//! desk as an event.

pub mod aside;
pub mod clamd;
pub mod cleaner;
pub mod jobs;
mod lookups;
mod reports;
