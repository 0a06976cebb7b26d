//! The one writer: a thread that owns the writing connection. Work that arrives together shares one
//! IMMEDIATE transaction, each piece in a savepoint of its own where there are several, and is
//! acknowledged after COMMIT. Knows nothing of what the work does.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::{Db, Error};

/// Pieces of work that may share one transaction.
const BATCH_MAX: usize = 32;
/// Pieces of work that may wait for the writer before the senders have to.
const QUEUE_MAX: usize = 256;

/// A handle on the writer thread. The thread ends when the last handle is dropped.
#[derive(Clone)]
pub struct Writer {
    queue: mpsc::Sender<Box<dyn Job>>,
    ended: Arc<std::sync::Mutex<Option<std::thread::JoinHandle<()>>>>,
}

impl Writer {
    /// Starts the thread that owns `connection` from now on.
    pub(super) fn start(connection: Db) -> Writer {
        let (queue, jobs) = mpsc::channel(QUEUE_MAX);
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || serve(&connection, jobs))
            .expect("the system can start one more thread");
        Writer {
            queue,
            ended: Arc::new(std::sync::Mutex::new(Some(thread))),
        }
    }

    /// Runs `work` inside a transaction and returns what it returned once that is on disk. An error
    /// or a panic of `work` undoes all that it did and nothing else.
    pub async fn run<T, F>(&self, work: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Db) -> Result<T, Error> + Send + 'static,
    {
        self.submit(work).await?.await
    }

    /// The same in two steps: waits until `work` has its place in the queue, and returns what waits for
    /// its end. What is submitted by then comes behind it and can still share its commit.
    pub async fn submit<T, F>(
        &self,
        work: F,
    ) -> Result<impl Future<Output = Result<T, Error>> + use<T, F>, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Db) -> Result<T, Error> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Task {
            work: Some(work),
            result: None,
            reply: Some(reply),
        });
        self.queue.send(job).await.map_err(|_| Error::Closed)?;
        Ok(async move { answer.await.map_err(|_| Error::Closed)? })
    }

    /// Waits until all work is done and the connection is closed. Other handles must be gone.
    pub fn close(self) {
        let Writer { queue, ended } = self;
        drop(queue);
        let thread = ended.lock().ok().and_then(|mut thread| thread.take());
        if let Some(thread) = thread {
            // A panic of the thread itself has been reported by the runtime.
            let _ended = thread.join();
        }
    }
}

/// Does a part of a piece of work by itself: an error or a panic undoes this part and nothing else,
/// so that one poison row costs itself only.
pub fn isolated<T>(db: &Db, part: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    execute(db, "SAVEPOINT part")?;
    let result = catch_unwind(AssertUnwindSafe(part)).unwrap_or(Err(Error::Panicked));
    if result.is_err() {
        // Where the disk is full SQLite has undone the whole transaction, this part with it.
        if db.is_autocommit() {
            return result;
        }
        execute(db, "ROLLBACK TO part")?;
    }
    execute(db, "RELEASE part")?;
    result
}

/// Does parts of which none may cost another anything: all in one savepoint, because each one has
/// SQLite keep a copy of every page that changes in it; and where one of them fails, all again, each by
/// itself. `failed` is told of each that fails by itself, unless the medium is at fault.
pub fn each_isolated<P>(
    db: &Db,
    parts: &[P],
    part: impl Fn(&P) -> Result<(), Error>,
    failed: impl Fn(&P, Error) -> Result<(), Error>,
) -> Result<(), Error> {
    if parts.len() > 1 {
        match isolated(db, || parts.iter().try_for_each(&part)) {
            Err(error) if !error.is_medium() => {}
            together => return together,
        }
    }
    for one in parts {
        match isolated(db, || part(one)) {
            Err(error) if !error.is_medium() => failed(one, error)?,
            alone => alone?,
        }
    }
    Ok(())
}

/// Does something that changes one row at most, or isolates what changes more: a panic becomes an error
/// and there is nothing to undo.
pub fn fenced<T>(part: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(part)).unwrap_or(Err(Error::Panicked))
}

/// One piece of work, in two steps around the commit.
trait Job: Send {
    /// Does the work. After an error its changes are not to be kept.
    fn execute(&mut self, db: &Db) -> Result<(), Error>;
    /// Tells the sender, once it is known whether the transaction was committed.
    fn acknowledge(self: Box<Self>, commit: Result<(), Error>);
}

struct Task<T, F> {
    work: Option<F>,
    result: Option<Result<T, Error>>,
    reply: Option<oneshot::Sender<Result<T, Error>>>,
}

impl<T, F> Job for Task<T, F>
where
    T: Send,
    F: FnOnce(&Db) -> Result<T, Error> + Send,
{
    fn execute(&mut self, db: &Db) -> Result<(), Error> {
        let work = self.work.take().expect("a job is executed once");
        let result = catch_unwind(AssertUnwindSafe(|| work(db))).unwrap_or(Err(Error::Panicked));
        let done = result.as_ref().map(drop).map_err(Error::clone);
        self.result = Some(result);
        done
    }

    fn acknowledge(mut self: Box<Self>, commit: Result<(), Error>) {
        let result = match (self.result.take(), commit) {
            (Some(Err(error)), _) | (_, Err(error)) => Err(error),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (None, Ok(())) => Err(Error::Closed),
        };
        if let Some(reply) = self.reply.take() {
            // A sender that no longer waits has nothing to be told.
            let _unheard = reply.send(result);
        }
    }
}

fn serve(db: &Db, mut jobs: mpsc::Receiver<Box<dyn Job>>) {
    let mut batch = Vec::with_capacity(BATCH_MAX);
    while jobs.blocking_recv_many(&mut batch, BATCH_MAX) > 0 {
        let committed = transact(db, &mut batch, &mut jobs);
        for job in batch.drain(..) {
            job.acknowledge(committed.clone());
        }
    }
    // Leaves a small file behind; whatever fails here is done by the next start.
    let _checkpointed = db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
}

/// Does all of `batch`, and what else has arrived by the time that is done: waiting for the disk is what
/// takes long, so whoever comes before that goes along.
fn transact(
    db: &Db,
    batch: &mut Vec<Box<dyn Job>>,
    jobs: &mut mpsc::Receiver<Box<dyn Job>>,
) -> Result<(), Error> {
    let result = (|| -> Result<(), Error> {
        execute(db, "BEGIN IMMEDIATE")?;
        let mut done = 0;
        if let [only] = &mut batch[..] {
            match only.execute(db) {
                Ok(()) => done = 1,
                Err(error) if db.is_autocommit() => return Err(error),
                // It is told of its error itself.
                Err(_) => return execute(db, "ROLLBACK"),
            }
        }
        loop {
            for job in &mut batch[done..] {
                beside_others(db, job.as_mut())?;
            }
            done = batch.len();
            while batch.len() < BATCH_MAX
                && let Ok(late) = jobs.try_recv()
            {
                batch.push(late);
            }
            if batch.len() == done {
                return execute(db, "COMMIT");
            }
        }
    })();
    if result.is_err() && !db.is_autocommit() {
        // SQLite has usually rolled back by itself; if not even this works the next BEGIN says so.
        let _rolled_back = execute(db, "ROLLBACK");
    }
    result
}

/// Does a piece of work that shares its transaction: an error undoes its own changes only.
fn beside_others(db: &Db, job: &mut dyn Job) -> Result<(), Error> {
    execute(db, "SAVEPOINT job")?;
    if let Err(error) = job.execute(db) {
        // Where the disk is full SQLite undoes the whole transaction and not only the
        // statement, so whatever shares it has failed for the same reason.
        if db.is_autocommit() {
            return Err(error);
        }
        execute(db, "ROLLBACK TO job")?;
    }
    execute(db, "RELEASE job")
}

fn execute(db: &Db, statement: &str) -> Result<(), Error> {
    db.prepare_cached(statement)?.execute([])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writer() -> (tempfile::TempDir, Writer) {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let db = Db::open(folder.path().join("test.db")).expect("it opens");
        db.execute_batch("CREATE TABLE kept (name TEXT)")
            .expect("a table can be made");
        (folder, Writer::start(db))
    }

    fn keep(db: &Db, name: &str) -> Result<(), Error> {
        db.execute("INSERT INTO kept (name) VALUES (?1)", [name])?;
        Ok(())
    }

    fn kept(db: &Db) -> Result<Vec<String>, Error> {
        let mut statement = db.prepare("SELECT name FROM kept ORDER BY name")?;
        let names = statement.query_map([], |row| row.get(0))?;
        Ok(names.collect::<Result<_, _>>()?)
    }

    #[tokio::test]
    async fn a_panic_costs_its_own_work_and_not_the_writer() {
        let (_folder, writer) = writer();
        let (good, bad, also_good) = tokio::join!(
            writer.run(|db| keep(db, "before")),
            writer.run(|db| -> Result<(), Error> {
                keep(db, "lost")?;
                panic!("on purpose")
            }),
            writer.run(|db| keep(db, "after")),
        );
        assert!(good.is_ok() && also_good.is_ok());
        assert!(matches!(bad, Err(Error::Panicked)), "{bad:?}");
        assert_eq!(
            writer.run(kept).await.expect("it answers"),
            ["after", "before"]
        );
    }

    #[tokio::test]
    async fn an_isolated_part_fails_alone() {
        let (_folder, writer) = writer();
        let done = writer
            .run(|db| {
                keep(db, "whole")?;
                let failed = isolated(db, || -> Result<(), Error> {
                    keep(db, "part")?;
                    panic!("on purpose")
                });
                assert!(matches!(failed, Err(Error::Panicked)));
                isolated(db, || keep(db, "other part"))
            })
            .await;
        assert!(done.is_ok());
        assert_eq!(
            writer.run(kept).await.expect("it answers"),
            ["other part", "whole"]
        );
    }

    #[tokio::test]
    async fn of_parts_that_share_a_savepoint_one_fails_alone() {
        let (_folder, writer) = writer();
        let told = writer
            .run(|db| {
                let told = std::cell::RefCell::new(Vec::new());
                let names = ["good", "poison", "panic", "also good"];
                let part = |name: &&str| match *name {
                    "poison" => {
                        keep(db, name)?;
                        Err(Error::Sqlite("no".to_owned()))
                    }
                    "panic" => panic!("on purpose"),
                    name => keep(db, name),
                };
                let failed = |name: &&str, _: Error| {
                    told.borrow_mut().push((*name).to_owned());
                    Ok(())
                };
                each_isolated(db, &names, part, failed)?;
                Ok(told.into_inner())
            })
            .await;
        assert_eq!(told.expect("the others are kept"), ["poison", "panic"]);
        assert_eq!(
            writer.run(kept).await.expect("it answers"),
            ["also good", "good"]
        );
    }

    #[tokio::test]
    async fn a_medium_at_fault_is_the_fault_of_no_part() {
        let (_folder, writer) = writer();
        let done = writer
            .run(|db| {
                each_isolated(
                    db,
                    &[1, 2],
                    |_| Err(Error::DiskFull),
                    |part, _| panic!("{part}"),
                )
            })
            .await;
        assert!(matches!(done, Err(Error::DiskFull)), "{done:?}");
    }

    #[tokio::test]
    async fn what_is_acknowledged_is_there_when_the_file_is_opened_again() {
        let (folder, writer) = writer();
        writer.run(|db| keep(db, "kept")).await.expect("it is kept");
        writer.close();
        let db = Db::open(folder.path().join("test.db")).expect("it opens");
        assert_eq!(kept(&db).expect("it reads"), ["kept"]);
    }

    /// Two pieces of work that share a transaction.
    async fn together<A: Send + 'static, B: Send + 'static>(
        writer: &Writer,
        first: impl FnOnce(&Db) -> Result<A, Error> + Send + 'static,
        second: impl FnOnce(&Db) -> Result<B, Error> + Send + 'static,
    ) -> (Result<A, Error>, Result<B, Error>) {
        let (release, held) = std::sync::mpsc::channel::<()>();
        let hold = writer.run(move |_| {
            // Both wait in the queue by the time this ends.
            let _released = held.recv();
            Ok(())
        });
        let (_, both) = tokio::join!(hold, async {
            tokio::join!(writer.run(first), writer.run(second), async {
                release.send(()).expect("the writer waits for it");
            })
        });
        (both.0, both.1)
    }

    /// Work, and other work that comes while the first is being done.
    async fn overtaken<T: Send + 'static>(
        writer: &Writer,
        late: impl FnOnce(&Db) -> Result<T, Error> + Send + 'static,
    ) -> (Result<(), Error>, Result<T, Error>) {
        let (begun, begins) = oneshot::channel();
        let (release, held) = std::sync::mpsc::channel::<()>();
        let early = writer.submit(move |db| {
            let _heard = begun.send(());
            let _released = held.recv();
            keep(db, "early")
        });
        let early = early.await.expect("the writer takes it");
        begins.await.expect("it is being done");
        let late = writer.submit(late).await.expect("the writer takes it");
        release.send(()).expect("the writer waits for it");
        tokio::join!(early, late)
    }

    #[tokio::test]
    async fn what_comes_before_the_commit_shares_it() {
        let (_folder, writer) = writer();
        let (early, late) = overtaken(&writer, |db| -> Result<(), Error> {
            // What a full disk does to the whole transaction.
            db.execute_batch("ROLLBACK")?;
            Err(Error::DiskFull)
        })
        .await;
        assert!(matches!(early, Err(Error::DiskFull)), "{early:?}");
        assert!(matches!(late, Err(Error::DiskFull)), "{late:?}");
        assert!(writer.run(kept).await.expect("it answers").is_empty());
    }

    #[tokio::test]
    async fn what_comes_before_the_commit_fails_alone() {
        let (_folder, writer) = writer();
        let (early, late) = overtaken(&writer, |db| -> Result<(), Error> {
            keep(db, "lost")?;
            panic!("on purpose")
        })
        .await;
        assert!(early.is_ok(), "{early:?}");
        assert!(matches!(late, Err(Error::Panicked)), "{late:?}");
        assert_eq!(writer.run(kept).await.expect("it answers"), ["early"]);
    }

    #[tokio::test]
    async fn a_full_disk_is_the_reason_for_all_that_shared_the_transaction() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let db = Db::open(folder.path().join("full.db")).expect("a database can be made");
        db.execute_batch(
            "PRAGMA journal_mode = WAL; CREATE TABLE t (x TEXT); PRAGMA max_page_count = 4",
        )
        .expect("the statements are right");
        let writer = Writer::start(db);
        let insert = |length: usize| {
            move |db: &Db| Ok(db.execute("INSERT INTO t VALUES (?1)", ["x".repeat(length)])?)
        };
        let (small, large) = together(&writer, insert(1), insert(1_000_000)).await;
        assert!(matches!(&small, Err(Error::DiskFull)), "{small:?}");
        assert!(matches!(&large, Err(Error::DiskFull)), "{large:?}");
        assert!(writer.run(insert(1)).await.is_ok());
    }
}
