//! Opening the database: checks, pragmas, migrations, the writer and the readers. Refuses, with a
//! sentence, what it had better not touch.

use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use r2d2_sqlite::SqliteConnectionManager;
use rusqlite::config::DbConfig;
use rusqlite::{OpenFlags, OptionalExtension};

use super::{Db, Error, Reader, Writer, facts};
use crate::domain::ids::BotId;
use crate::domain::time::Timestamp;

mod migrations {
    refinery::embed_migrations!("migrations");
}

/// How long a connection waits for a lock that another process holds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Prepared statements kept per connection.
const STATEMENT_CACHE: usize = 256;
/// How long a reader may wait for a free connection.
const READER_TIMEOUT: Duration = Duration::from_secs(2);

/// The fact that says which bot a database belongs to.
pub(super) const BOT_ID: &str = "bot_id";

/// Where the database is and whose it is.
#[derive(Clone, Debug)]
pub struct Options {
    /// The file; made if it is not there.
    pub path: PathBuf,
    /// How many read-only connections to keep.
    pub readers: u32,
    /// The bot that the database belongs to.
    pub bot: BotId,
}

/// Why a database is refused. Each sentence says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file or its folder cannot be used.
    #[error(
        "cannot open the database {path}: {source}. Does its folder exist, and may this user write there?"
    )]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: Error,
    },
    /// The file is no database, or a damaged one.
    #[error(
        "the database {path} is damaged or no database: {reason}. Put back a backup, or move the file away to start anew"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the check found.
        reason: String,
    },
    /// The schema was made by a newer version, or changed by hand.
    #[error(
        "the database {path} does not fit this version of hushdesk: {reason}. Start the version that wrote it, or put back a backup"
    )]
    OtherVersion {
        /// The file.
        path: PathBuf,
        /// What differs.
        reason: String,
    },
    /// The database belongs to another bot.
    #[error(
        "the database {path} belongs to bot {owner}, but the token is that of bot {bot:?}. Each bot needs a database of its own: set [database] path to another file"
    )]
    OtherBot {
        /// The file.
        path: PathBuf,
        /// The bot that it belongs to.
        owner: String,
        /// The bot of the token.
        bot: BotId,
    },
}

/// The open database.
#[derive(Clone)]
pub struct Store {
    /// The only way to change anything.
    pub writer: Writer,
    readers: Readers,
}

/// The read-only connections. Whoever only has these can change nothing, and delays no close.
#[derive(Clone)]
pub struct Readers(r2d2::Pool<SqliteConnectionManager>);

impl Readers {
    /// A read-only connection; waits up to two seconds for a free one.
    pub fn get(&self) -> Result<Reader, Error> {
        Ok(self.0.get()?)
    }
}

impl Store {
    /// Opens the database, brings its schema up to date and starts the writer.
    pub fn open(options: &Options, now: Timestamp) -> Result<Store, OpenError> {
        let path = &options.path;
        let refused = |source| refused(path, source);
        let mut connection = connect(path).map_err(refused)?;
        refuse_damage(&connection, path)?;
        let fresh = is_empty(&connection).map_err(refused)?;
        migrate(&mut connection, path, fresh, now)?;
        claim_for_bot(&connection, path, options.bot)?;
        let readers = reader_pool(path, options.readers).map_err(refused)?;
        Ok(Store {
            writer: Writer::start(connection),
            readers: Readers(readers),
        })
    }

    /// A read-only connection; waits up to two seconds for a free one.
    pub fn reader(&self) -> Result<Reader, Error> {
        self.readers.get()
    }

    /// The read-only connections.
    pub fn readers(&self) -> Readers {
        self.readers.clone()
    }

    /// Finishes all work and closes the file.
    pub fn close(self) {
        drop(self.readers);
        self.writer.close();
    }
}

fn connect(path: &Path) -> Result<Db, Error> {
    make_private(path);
    let connection = Db::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    // Otherwise each value bound to a LIMIT may change the plan, and SQLite compiles the statement
    // anew each time (sqlite.org/c3ref/c_dbconfig_defensive.html, QPSG).
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON;
         PRAGMA trusted_schema = OFF;
         PRAGMA temp_store = MEMORY;
         PRAGMA journal_size_limit = 67108864;
         PRAGMA cache_size = -8000;",
    )?;
    Ok(connection)
}

/// A new file is for this user alone; SQLite gives the files beside it the same mode. Whatever
/// fails here is said better by SQLite when it opens the file.
fn make_private(path: &Path) {
    let _made = std::fs::OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path);
}

/// Only damage is called damage: a disk that cannot be read is no reason to put back a backup.
fn refused(path: &Path, source: Error) -> OpenError {
    let path = path.to_owned();
    match source {
        Error::Corrupt(reason) => OpenError::Damaged { path, reason },
        source => OpenError::Unusable { path, source },
    }
}

/// Header and schema only: a full check of a large file would delay the start by minutes.
fn refuse_damage(connection: &Db, path: &Path) -> Result<(), OpenError> {
    connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| {
            row.get::<_, i64>(0)
        })
        .map_err(|error| refused(path, error.into()))?;
    let journal: String = connection
        .query_row("PRAGMA journal_mode", [], |row| row.get(0))
        .map_err(|error| refused(path, error.into()))?;
    if journal != "wal" {
        return Err(OpenError::Damaged {
            path: path.to_owned(),
            reason: format!("its journal mode is {journal} where it should be wal"),
        });
    }
    Ok(())
}

pub(super) fn is_empty(connection: &Db) -> Result<bool, Error> {
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(tables == 0)
}

/// Refuses what no migration of ours has made, and what a newer version has. Changes nothing.
pub(super) fn refuse_other_version(connection: &mut Db, path: &Path) -> Result<(), OpenError> {
    let other_version = |reason: String| OpenError::OtherVersion {
        path: path.to_owned(),
        reason,
    };
    let runner = migrations::migrations::runner();
    let applied = runner
        .get_applied_migrations(connection)
        .map_err(|_| other_version("it was not made by hushdesk".to_owned()))?;
    for migration in &applied {
        let known = runner.get_migrations().iter().any(|ours| ours == migration);
        if !known {
            return Err(other_version(format!("it has {migration}")));
        }
    }
    Ok(())
}

fn migrate(connection: &mut Db, path: &Path, fresh: bool, now: Timestamp) -> Result<(), OpenError> {
    let other_version = |reason: String| OpenError::OtherVersion {
        path: path.to_owned(),
        reason,
    };
    let runner = migrations::migrations::runner();
    let applied = if fresh {
        0
    } else {
        runner
            .get_applied_migrations(connection)
            .map_err(|error| other_version(error.to_string()))?
            .len()
    };
    if !fresh && applied == 0 {
        return Err(other_version("it was not made by hushdesk".to_owned()));
    }
    if applied > 0 && applied < runner.get_migrations().len() {
        keep_copy(connection, path, now).map_err(|source| OpenError::Unusable {
            path: path.to_owned(),
            source,
        })?;
    }
    // Some migrations make a table anew that others refer to (sqlite.org/lang_altertable.html, section
    // 7). The switch does nothing inside a transaction, so it stands around all of them.
    let unusable = |source: rusqlite::Error| refused(path, source.into());
    connection
        .execute_batch("PRAGMA foreign_keys = OFF")
        .map_err(unusable)?;
    runner
        .run(connection)
        .map_err(|error| other_version(error.to_string()))?;
    if applied < runner.get_migrations().len() {
        refuse_loose_ends(connection, path)?;
    }
    connection
        .execute_batch("PRAGMA foreign_keys = ON")
        .map_err(unusable)?;
    // A table that is missing although its migration has run was dropped by hand or by damage.
    for table in [
        "inbox", "outbox", "clients", "tickets", "topics", "messages", "links",
    ] {
        connection
            .prepare(&format!("SELECT 1 FROM {table} LIMIT 1"))
            .map_err(|_| other_version(format!("the table {table} is missing")))?;
    }
    Ok(())
}

/// A migration that left a row referring to nothing has failed, although SQLite did not notice.
fn refuse_loose_ends(connection: &Db, path: &Path) -> Result<(), OpenError> {
    let loose: Option<String> = connection
        .query_row("PRAGMA foreign_key_check", [], |row| row.get(0))
        .optional()
        .map_err(|error| refused(path, error.into()))?;
    match loose {
        None => Ok(()),
        Some(table) => Err(OpenError::Damaged {
            path: path.to_owned(),
            reason: format!("rows of {table} refer to what is not there"),
        }),
    }
}

/// Before a migration touches a database with data, a copy is put beside it.
fn keep_copy(connection: &Db, path: &Path, now: Timestamp) -> Result<(), Error> {
    let copy = path.with_extension(format!("before-migration-{}.db", now.millis()));
    connection.execute("VACUUM INTO ?1", [copy.to_string_lossy()])?;
    Ok(())
}

fn claim_for_bot(connection: &Db, path: &Path, bot: BotId) -> Result<(), OpenError> {
    let unusable = |source: Error| OpenError::Unusable {
        path: path.to_owned(),
        source,
    };
    let this_bot = bot.0.to_string();
    match facts::get(connection, BOT_ID).map_err(unusable)? {
        Some(owner) if owner == this_bot => Ok(()),
        Some(owner) => Err(OpenError::OtherBot {
            path: path.to_owned(),
            owner,
            bot,
        }),
        None => facts::set(connection, BOT_ID, &this_bot).map_err(unusable),
    }
}

fn reader_pool(path: &Path, readers: u32) -> Result<r2d2::Pool<SqliteConnectionManager>, Error> {
    let manager = SqliteConnectionManager::file(path)
        .with_flags(OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .with_init(|connection| {
            connection.busy_timeout(BUSY_TIMEOUT)?;
            connection.execute_batch("PRAGMA query_only = ON; PRAGMA temp_store = MEMORY;")
        });
    // Nothing reads in the first milliseconds, so the connections are made when they are needed.
    Ok(r2d2::Pool::builder()
        .max_size(readers)
        .min_idle(Some(0))
        .test_on_check_out(false)
        .max_lifetime(None)
        .idle_timeout(None)
        .connection_timeout(READER_TIMEOUT)
        .build(manager)?)
}
