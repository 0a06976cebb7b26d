//! All SQL. One file per table or report, statements first, typed rows out. Never decides anything
//! about the desk, never awaits inside a transaction, never hands a Telegram id of a person to
//! anybody but the call that needs it.

pub mod agents;
pub mod albums;
pub mod alerts;
pub mod assignments;
pub mod audit;
pub mod backlog;
pub mod bans;
pub mod breakers;
pub mod bulk;
pub mod claims;
pub mod clients;
pub mod dashboard;
pub mod desks;
mod error;
pub mod facts;
pub mod figures;
pub mod first_texts;
pub mod history;
pub mod inbox;
mod inspect;
pub mod jobs;
pub mod jumps;
pub mod letters;
pub mod limits;
pub mod members;
pub mod merge;
pub mod messages;
mod open;
pub mod outbox;
pub mod parked;
pub mod pauses;
pub mod polling;
pub mod prompts;
pub mod queue;
pub mod rates;
pub mod reactions;
pub mod reports;
pub mod resolve;
pub mod secrets;
pub mod sla;
pub mod statistics;
pub mod tags;
pub mod tickets;
pub mod timers;
pub mod topics;
mod types;
pub mod voices;
mod writer;

pub use error::Error;
pub use figures::answers;
pub use inspect::inspect;
pub use open::{OpenError, Options, Readers, Store};
pub use types::Place;
pub use writer::{Writer, each_isolated, fenced, isolated};

/// A connection, inside a transaction where it comes from the [`Writer`].
pub type Db = rusqlite::Connection;

/// A read-only connection of the pool.
pub type Reader = r2d2::PooledConnection<r2d2_sqlite::SqliteConnectionManager>;

#[cfg(test)]
mod tests {
    use super::{Db, Options, Store};
    use crate::domain::ids::BotId;
    use crate::domain::time::Timestamp;

    /// A new database, and its folder, with which it goes.
    pub fn empty() -> (tempfile::TempDir, Db) {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let options = Options {
            path: folder.path().join("desk.db"),
            readers: 1,
            bot: BotId(1),
        };
        let path = options.path.clone();
        Store::open(&options, Timestamp::from_millis(0))
            .expect("a new database opens")
            .close();
        (folder, Db::open(path).expect("it opens again"))
    }
}
