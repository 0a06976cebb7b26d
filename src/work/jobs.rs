//! The state of the work loop: has questions about people asked and reports read, takes jobs that are due,
//! fetches their files, has them scanned and cleaned, and hands their ends to the desk. Decides nothing about what becomes of a file. Bounded
//! in what runs at once and in what lies on the disk.

use std::fs;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};

use super::aside::Aside;
use super::clamd::{Scan, Scanned};
use super::cleaner::{Clean, Verdict};
use super::lookups::Lookups;
use super::reports::Reports;
use crate::clock::Clock;
use crate::desk::{Cause, Desk, Moment};
use crate::domain::event::{Awaited, Event, JobEnd};
use crate::domain::ids::JobId;
use crate::domain::rules::breaker::Destination;
use crate::domain::rules::retry::{FILE_ATTEMPTS_MAX, OUTBOX_ATTEMPTS_MAX, backoff};
use crate::domain::settings::WhenDown;
use crate::domain::time::Timestamp;
use crate::spool::Spool;
use crate::store::jobs::{self, Job};
use crate::store::{Db, Error, Readers, Writer, breakers, isolated, reports};
use crate::telegram::{Client, FetchError};

/// Files that are worked on at the same time.
const AT_ONCE_MAX: usize = 2;
/// The largest file that Telegram hands out (Bot API docs, `getFile`: 20 MB).
const FETCHED_MAX_BYTES: u64 = 20 * 1024 * 1024;
/// Files on their way take no more room than this before further ones have to wait.
const SPOOL_MAX_BYTES: u64 = 1024 * 1024 * 1024;
/// A job that was begun and whose end is not known is begun again after this.
const BEGIN_AGAIN: Duration = Duration::from_secs(5 * 60);
/// How often a scanner that answers is asked about a file before it counts as one that cannot be scanned.
const SCANS_MAX: u32 = 3;
/// How soon a job is looked at again that waits for something that is not its file's fault.
const WAIT_AGAIN: Duration = Duration::from_secs(10);
/// A file that Telegram does not hand out is told of once it is tried this seldom, which is some minutes later.
const WORTH_A_WORD: Duration = Duration::from_secs(128);
/// How often files are removed that nothing needs any more.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// What the work loop works with.
#[derive(Clone)]
pub struct Tools {
    /// The Bot API.
    pub client: Client,
    /// Where files lie on their way.
    pub spool: Spool,
    /// Cleans them.
    pub cleaner: Arc<dyn Clean>,
    /// Looks for viruses; none where the operator has no scanner.
    pub scanner: Option<Arc<dyn Scan>>,
    /// What to do while the scanner does not answer.
    pub when_scanner_is_down: WhenDown,
    /// What reports are read with.
    pub readers: Readers,
    /// Where they are read.
    pub aside: Arc<dyn Aside>,
}

/// How an attempt at a job went.
#[derive(Clone, Debug)]
enum Went {
    Ended(JobEnd),
    /// Tried again later, and counted.
    Failed(Duration, &'static str),
    /// The same because Telegram does not hand the file out, which people are told in the end.
    NotHandedOut,
    /// Nothing is wrong with the file: it waits, and that is not counted.
    Waits(Duration, &'static str),
    /// The same because of the scanner, which people are told.
    AwaitsScanner,
}

type Running = Pin<Box<dyn Future<Output = (Job, Went)> + Send>>;

/// The work loop's state.
pub struct Work {
    writer: Writer,
    desk: Desk,
    clock: Arc<dyn Clock>,
    tools: Tools,
    running: FuturesUnordered<Running>,
    busy: Vec<JobId>,
    ended: Vec<(Job, Went)>,
    sweep_at: Timestamp,
    lookups: Lookups,
    reports: Reports,
}

impl Work {
    /// A loop over the jobs behind `writer`.
    pub fn new(writer: Writer, desk: Desk, clock: Arc<dyn Clock>, tools: Tools) -> Self {
        let lookups = Lookups::new(
            writer.clone(),
            desk.clone(),
            Arc::clone(&clock),
            tools.client.clone(),
        );
        let reports = Reports::new(
            (writer.clone(), tools.readers.clone()),
            Arc::clone(&tools.aside),
            desk.clone(),
            Arc::clone(&clock),
        );
        Self {
            writer,
            desk,
            clock,
            tools,
            lookups,
            reports,
            running: FuturesUnordered::new(),
            busy: Vec::new(),
            ended: Vec::new(),
            sweep_at: Timestamp::from_millis(0),
        }
    }

    /// Writes down what has ended and begins what is due. When to look again; none where nothing
    /// waits but what is under way.
    pub async fn turn(&mut self) -> Result<Option<Timestamp>, Error> {
        let question = self.lookups.turn().await?;
        self.reports.write_down().await?;
        self.write_down().await?;
        self.sweep().await?;
        // Nearly always there is nothing, and nobody is to wait for more than this look.
        let look = |db: &Db| Ok((reports::next(db)?, next_file(db)?));
        let (report, due) = self.writer.run(look).await?;
        let report = self.reports.turn(report).await?;
        let file = self.files(due).await?;
        Ok(question.into_iter().chain(report).chain(file).min())
    }

    /// Begins work on files, of which the next is due then.
    async fn files(&mut self, due: Option<Timestamp>) -> Result<Option<Timestamp>, Error> {
        let room = AT_ONCE_MAX.saturating_sub(self.running.len());
        let Some(due) = due.filter(|_| room > 0) else {
            return Ok(None);
        };
        let now = self.clock.now();
        if due > now {
            return Ok(Some(due));
        }
        if !self.has_disk_room() {
            return Ok(Some(now.plus(WAIT_AGAIN)));
        }
        let (begun, next) = self.begin(now, room).await?;
        for job in begun {
            self.busy.push(job.id);
            let tools = self.tools.clone();
            self.running.push(Box::pin(fenced(tools, job)));
        }
        if self.running.len() >= AT_ONCE_MAX {
            return Ok(None);
        }
        Ok(next.map(|due| due.max(now.plus(Duration::from_millis(1)))))
    }

    /// Waits for the next job to end. Pending for ever while none is under way.
    pub async fn next_end(&mut self) {
        // In a fixed order, so that a run can be repeated.
        tokio::select! {
            biased;
            () = self.lookups.next_end() => {}
            () = self.reports.next_end() => {}
            () = file_ended(&mut self.running, &mut self.ended) => {}
        }
    }

    /// Whether jobs are under way, or have ended and are not yet written down.
    pub fn is_busy(&self) -> bool {
        !self.running.is_empty()
            || !self.ended.is_empty()
            || self.lookups.is_busy()
            || self.reports.is_busy()
    }

    /// Jobs that are due, each attempt counted before its file is touched, and when the next one is.
    async fn begin(
        &mut self,
        now: Timestamp,
        room: usize,
    ) -> Result<(Vec<Job>, Option<Timestamp>), Error> {
        let busy = self.busy.clone();
        self.writer
            .run(move |db| {
                let mut begun = jobs::due(db, now, room + busy.len())?;
                begun.retain(|job| !busy.contains(&job.id));
                begun.truncate(room);
                for job in &begun {
                    jobs::count_attempt(db, job.id, now.plus(BEGIN_AGAIN))?;
                }
                Ok((begun, next_file(db)?))
            })
            .await
    }

    async fn write_down(&mut self) -> Result<(), Error> {
        let ended = self.ended.clone();
        if ended.is_empty() {
            return Ok(());
        }
        let (desk, now) = (self.desk.clone(), self.clock.now());
        let moment = Moment {
            now,
            polling_since: None,
        };
        self.writer
            .run(move |db| {
                for (job, went) in ended {
                    match went {
                        Went::Ended(end) => ended_in_desk(db, &desk, moment, &job, end)?,
                        Went::Failed(wait, _) => jobs::defer(db, job.id, now.plus(wait))?,
                        Went::NotHandedOut => {
                            let wait = backoff(job.attempts + 1, 0);
                            jobs::defer(db, job.id, now.plus(wait))?;
                            if wait >= WORTH_A_WORD {
                                waits_in_desk(db, &desk, moment, &job, Awaited::Telegram)?;
                            }
                        }
                        Went::Waits(wait, _) => jobs::not_begun(db, job.id, now.plus(wait))?,
                        Went::AwaitsScanner => {
                            jobs::not_begun(db, job.id, now.plus(WAIT_AGAIN))?;
                            waits_in_desk(db, &desk, moment, &job, Awaited::Scanner)?;
                        }
                    }
                }
                Ok(())
            })
            .await?;
        for (job, went) in self.ended.drain(..) {
            self.busy.retain(|busy| *busy != job.id);
            let attempt = job.attempts + 1;
            match went {
                Went::Ended(end) => tracing::info!(job = ?job.id, attempt, ?end, "a file is done"),
                Went::Failed(_, why) | Went::Waits(_, why) => {
                    tracing::warn!(job = ?job.id, attempt, why, "a file has to wait")
                }
                Went::NotHandedOut => {
                    tracing::warn!(job = ?job.id, attempt, "Telegram does not hand a file out")
                }
                Went::AwaitsScanner => {
                    tracing::warn!(job = ?job.id, attempt, "the virus scanner does not answer")
                }
            }
        }
        Ok(())
    }

    /// Removes files that nothing needs any more: after they were sent, and after a crash.
    async fn sweep(&mut self) -> Result<(), Error> {
        let now = self.clock.now();
        if now < self.sweep_at {
            return Ok(());
        }
        self.sweep_at = now.plus(SWEEP_EVERY);
        let mut needed = self.writer.run(jobs::in_use).await?;
        needed.extend(&self.busy);
        if let Err(error) = self.tools.spool.keep_only(&needed) {
            tracing::error!(%error, "files that are not needed any more could not be removed");
        }
        Ok(())
    }

    fn has_disk_room(&self) -> bool {
        match self.tools.spool.used_bytes() {
            Ok(used) => used < SPOOL_MAX_BYTES,
            Err(error) => {
                tracing::error!(%error, "the folder of files cannot be read");
                false
            }
        }
    }
}

/// When the next file is due. None while Telegram as a whole is out of reach, so that no attempt is used up: once
/// it is back, delivery wakes this loop.
fn next_file(db: &Db) -> Result<Option<Timestamp>, Error> {
    let open = breakers::open_ones(db)?;
    if open
        .iter()
        .any(|one| one.destination == Destination::Telegram)
    {
        return Ok(None);
    }
    jobs::next_due(db)
}

async fn file_ended(running: &mut FuturesUnordered<Running>, ended: &mut Vec<(Job, Went)>) {
    match running.next().await {
        Some(end) => ended.push(end),
        None => return std::future::pending().await,
    }
    while let Some(Some(end)) = running.next().now_or_never() {
        ended.push(end);
    }
}

/// Hands the end of a job to the desk. One that the desk fails on costs itself, not all others.
fn ended_in_desk(
    db: &Db,
    desk: &Desk,
    moment: Moment,
    job: &Job,
    end: JobEnd,
) -> Result<(), Error> {
    let applied = isolated(db, || {
        let event = Event::JobEnded(job.id, end);
        desk.apply(db, moment, Cause::Job(job.id), event)
    });
    match applied {
        Err(error) if !error.is_medium() => {
            tracing::error!(job = ?job.id, %error, "the end of work on a file could not be handled");
            desk.job_died(db, moment, job)
        }
        applied => applied,
    }
}

/// The desk says that a file waits. Where it fails on that, the file waits all the same.
fn waits_in_desk(
    db: &Db,
    desk: &Desk,
    moment: Moment,
    job: &Job,
    awaited: Awaited,
) -> Result<(), Error> {
    let told = isolated(db, || {
        let event = Event::JobWaits(job.id, awaited);
        desk.apply(db, moment, Cause::Job(job.id), event)
    });
    match told {
        Err(error) if !error.is_medium() => {
            tracing::error!(job = ?job.id, %error, "that a file waits could not be said");
            Ok(())
        }
        told => told,
    }
}

/// A panic costs one attempt.
async fn fenced(tools: Tools, job: Job) -> (Job, Went) {
    let attempted = AssertUnwindSafe(attempt(tools, job.clone()))
        .catch_unwind()
        .await;
    attempted.unwrap_or((job, Went::Failed(WAIT_AGAIN, "the work panicked")))
}

/// One attempt at a job.
async fn attempt(tools: Tools, job: Job) -> (Job, Went) {
    let went = if job.attempts >= FILE_ATTEMPTS_MAX {
        Went::Ended(JobEnd::Unavailable)
    } else if job.spec.size.is_some_and(|size| size > FETCHED_MAX_BYTES) {
        Went::Ended(JobEnd::TooLarge)
    } else {
        fetched(&tools, &job).await
    };
    // What was fetched has served its purpose, or is fetched anew.
    let leftover = tools.spool.fetched(job.id);
    if leftover.exists()
        && let Err(error) = fs::remove_file(leftover)
    {
        tracing::error!(%error, "a fetched file could not be removed");
    }
    (job, went)
}

async fn fetched(tools: &Tools, job: &Job) -> Went {
    let raw = tools.spool.fetched(job.id);
    let fetched = tools
        .client
        .fetch_file(&job.spec.file_id, &raw, FETCHED_MAX_BYTES)
        .await;
    match fetched {
        Ok(_) => scanned(tools, job, raw).await,
        Err(FetchError::TooLarge) => Went::Ended(JobEnd::TooLarge),
        Err(FetchError::Gone) => Went::Ended(JobEnd::Unavailable),
        Err(FetchError::RetryAfter(wait)) => Went::Waits(wait, "Telegram asks to wait"),
        Err(FetchError::NoSpace(_)) => Went::Waits(WAIT_AGAIN, "there is no room on the disk"),
        Err(FetchError::Unreached | FetchError::TokenRejected) => {
            Went::Waits(WAIT_AGAIN, "Telegram could not be reached")
        }
        // What is written behind it waits with it: not for a file that will not come.
        Err(FetchError::MaybeGone) if job.attempts + 1 >= OUTBOX_ATTEMPTS_MAX => {
            Went::Ended(JobEnd::Unavailable)
        }
        Err(FetchError::MaybeGone | FetchError::Unavailable) => Went::NotHandedOut,
    }
}

async fn scanned(tools: &Tools, job: &Job, raw: PathBuf) -> Went {
    if let Some(scanner) = &tools.scanner {
        match scanner.scan(&raw).await {
            Ok(Scanned::Clean) => {}
            Ok(Scanned::Infected) => return Went::Ended(JobEnd::Infected),
            Ok(Scanned::Unjudged) if tools.when_scanner_is_down == WhenDown::Pass => {
                tracing::warn!(job = ?job.id, "the virus scanner cannot judge a file; it passes");
            }
            Ok(Scanned::Unjudged) if job.attempts + 1 >= SCANS_MAX => {
                return Went::Ended(JobEnd::Unscanned);
            }
            Ok(Scanned::Unjudged) => {
                return Went::Failed(WAIT_AGAIN, "the virus scanner could not judge it");
            }
            Err(_) if tools.when_scanner_is_down == WhenDown::Pass => {
                tracing::warn!(job = ?job.id, "the virus scanner does not answer; the file passes");
            }
            Err(_) => return Went::AwaitsScanner,
        }
    }
    let cleaned = tools.spool.cleaned(job.id);
    if !job.spec.clean {
        let end = JobEnd::Cleaned {
            extension: String::new(),
        };
        return if job.spec.rename {
            kept(&raw, cleaned, end)
        } else {
            Went::Ended(end)
        };
    }
    match tools.cleaner.clean(&raw, &cleaned).await {
        Ok(Verdict::Cleaned(format)) => Went::Ended(JobEnd::Cleaned {
            extension: format.extension().to_owned(),
        }),
        // It may still go on under a neutral name.
        Ok(Verdict::Unsupported) => kept(&raw, cleaned, JobEnd::Unsupported),
        Ok(Verdict::Unreadable) => kept(&raw, cleaned, JobEnd::Unreadable),
        // What is wrong with the file itself is a verdict; this is the disk, or the machine.
        Err(_) => Went::Waits(WAIT_AGAIN, "the file could not be cleaned at this moment"),
    }
}

fn kept(raw: &PathBuf, cleaned: PathBuf, end: JobEnd) -> Went {
    match fs::rename(raw, cleaned) {
        Ok(()) => Went::Ended(end),
        Err(_) => Went::Waits(WAIT_AGAIN, "the file could not be put aside"),
    }
}
