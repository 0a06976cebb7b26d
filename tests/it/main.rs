//! The one integration binary: whole-bot scenarios over the sandbox model, simulation, wire tests.

mod architecture;
mod clamd;
mod config;
mod crash;
mod demo;
mod desk_hours;
mod desk_page;
mod faults;
mod fidelity;
mod harness;
mod kill;
mod metrics;
mod process;
mod program;
mod queue;
mod sandbox_schema;
mod scenarios;
mod schema;
mod scrub;
mod seeds;
mod statements;
mod working_day;
