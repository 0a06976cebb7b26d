//! A look at a database file that leaves it, and the folder around it, as they are: for `check`,
//! which may be run by somebody else than the desk and while the desk is running.

use std::path::Path;

use rusqlite::OpenFlags;

use super::{Db, Error, OpenError, facts, open};
use crate::domain::ids::BotId;

const QUICK_CHECK: &str = "PRAGMA quick_check(1)";

/// Whether [`Store::open`](super::Store::open) would take this file for this bot. Reads all of it,
/// which takes its time where the file is large.
pub fn inspect(path: &Path, bot: BotId) -> Result<(), OpenError> {
    let unusable = |source: Error| match source {
        Error::Corrupt(reason) => OpenError::Damaged {
            path: path.to_owned(),
            reason,
        },
        source => OpenError::Unusable {
            path: path.to_owned(),
            source,
        },
    };
    let mut db = open_untouched(path).map_err(unusable)?;
    if open::is_empty(&db).map_err(unusable)? {
        return Ok(());
    }
    let verdict: String = db
        .query_row(QUICK_CHECK, [], |row| row.get(0))
        .map_err(|error| unusable(Error::from(error)))?;
    if verdict != "ok" {
        return Err(unusable(Error::Corrupt(verdict)));
    }
    open::refuse_other_version(&mut db, path)?;
    match facts::get(&db, open::BOT_ID).map_err(unusable)? {
        Some(owner) if owner != bot.0.to_string() => Err(OpenError::OtherBot {
            path: path.to_owned(),
            owner,
            bot,
        }),
        Some(_) | None => Ok(()),
    }
}

/// A reader of a database in WAL mode makes two files beside it and leaves them there, owned by
/// whoever runs `check`, where the desk may not be able to write them. So a file that nobody has
/// open is read as one that does not change (sqlite.org/wal.html, "Read-Only Databases").
fn open_untouched(path: &Path) -> Result<Db, Error> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let in_use = Path::new(&log).exists();
    let name = path
        .to_string_lossy()
        .replace('%', "%25")
        .replace('?', "%3f")
        .replace('#', "%23");
    let name = if in_use {
        format!("file:{name}")
    } else {
        format!("file:{name}?immutable=1")
    };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    Ok(Db::open_with_flags(name, flags)?)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::{Options, Store};
    use super::*;
    use crate::domain::time::Timestamp;

    const BOT: BotId = BotId(42);

    fn made(folder: &Path) -> PathBuf {
        // A name that a URI would misread.
        let path = folder.join("100% #desk?.db");
        let options = Options {
            path: path.clone(),
            readers: 1,
            bot: BOT,
        };
        let store = Store::open(&options, Timestamp::from_seconds(1)).expect("the folder is empty");
        store.close();
        path
    }

    fn names(folder: &Path) -> usize {
        std::fs::read_dir(folder)
            .expect("the folder can be read")
            .count()
    }

    #[test]
    fn a_database_of_this_bot_is_taken_and_left_alone() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = made(folder.path());
        let before = names(folder.path());
        inspect(&path, BOT).expect("it is this bot's");
        assert_eq!(names(folder.path()), before);
    }

    #[test]
    fn a_database_that_is_in_use_is_read_with_its_log() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let options = Options {
            path: folder.path().join("desk.db"),
            readers: 1,
            bot: BOT,
        };
        let store = Store::open(&options, Timestamp::from_seconds(1)).expect("the folder is empty");
        inspect(&options.path, BOT).expect("it is this bot's");
        let error = inspect(&options.path, BotId(7)).expect_err("it is another bot's");
        assert!(matches!(error, OpenError::OtherBot { .. }), "{error}");
        store.close();
    }

    #[test]
    fn what_open_would_refuse_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = made(folder.path());
        let error = inspect(&path, BotId(7)).expect_err("it is another bot's");
        assert!(matches!(error, OpenError::OtherBot { .. }), "{error}");

        let foreign = folder.path().join("foreign.db");
        Db::open(&foreign)
            .and_then(|db| db.execute_batch("CREATE TABLE recipes (name TEXT)"))
            .expect("the folder can be written to");
        let error = inspect(&foreign, BOT).expect_err("it is no desk's");
        assert!(matches!(error, OpenError::OtherVersion { .. }), "{error}");

        let damaged = folder.path().join("damaged.db");
        std::fs::write(&damaged, vec![b'x'; 8192]).expect("the folder can be written to");
        let error = inspect(&damaged, BOT).expect_err("it is no database");
        assert!(matches!(error, OpenError::Damaged { .. }), "{error}");

        let empty = folder.path().join("empty.db");
        std::fs::write(&empty, b"").expect("the folder can be written to");
        inspect(&empty, BOT).expect("SQLite makes an empty file before it writes");
    }
}
