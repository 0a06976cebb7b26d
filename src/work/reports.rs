//! Reports: what somebody has asked for is read on a read-only connection, beside everything else, so that a long
//! one delays no message. One at a time. What is said of it, and to whom, the desk decides.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::aside::Aside;
use crate::clock::Clock;
use crate::desk::{Cause, Desk, Moment};
use crate::domain::event::Event;
use crate::domain::ids::ReportId;
use crate::domain::rules::statistics::Figures;
use crate::domain::time::Timestamp;
use crate::store::reports::{self, Report};
use crate::store::{Db, Error, Readers, Writer, isolated, statistics};

/// How often a report is begun before whoever asked is told that it cannot be read.
const ATTEMPTS_MAX: u32 = 3;
/// One that was begun and whose end is not known is begun again after this: longer than any takes.
const BEGIN_AGAIN: Duration = Duration::from_secs(5 * 60);
/// How soon one is begun again that could not be read.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// What was found; an error where it could not be read.
type Found = Result<Box<Figures>, Error>;
type Running = Pin<Box<dyn Future<Output = (ReportId, Found)> + Send>>;

/// The report that is being read.
pub(super) struct Reports {
    writer: Writer,
    readers: Readers,
    aside: Arc<dyn Aside>,
    desk: Desk,
    clock: Arc<dyn Clock>,
    running: Option<Running>,
    ended: Option<(ReportId, Found)>,
}

impl Reports {
    /// Reports that are wanted behind `writer`, read with `readers`, answered to the desk.
    pub fn new(
        (writer, readers): (Writer, Readers),
        aside: Arc<dyn Aside>,
        desk: Desk,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            writer,
            readers,
            aside,
            desk,
            clock,
            running: None,
            ended: None,
        }
    }

    /// Begins what is due of the report that is next. When to look again; none where nothing waits but what
    /// is under way.
    pub async fn turn(&mut self, next: Option<Report>) -> Result<Option<Timestamp>, Error> {
        let Some(next) = next.filter(|_| self.running.is_none()) else {
            return Ok(None);
        };
        let now = self.clock.now();
        if next.due_at > now {
            return Ok(Some(next.due_at));
        }
        let (id, desk) = (next.id, self.desk.clone());
        if next.attempts >= ATTEMPTS_MAX {
            let given_up = move |db: &Db| told(db, &desk, now, id, None);
            self.writer.run(given_up).await?;
            // There may be another one.
            return Ok(Some(now.plus(Duration::from_millis(1))));
        }
        self.writer
            .run(move |db| reports::count_attempt(db, id, now.plus(BEGIN_AGAIN)))
            .await?;
        self.running = Some(self.begin(next));
        Ok(None)
    }

    /// Waits for the report to be read. Pending for ever while none is under way.
    pub async fn next_end(&mut self) {
        match &mut self.running {
            Some(running) => {
                self.ended = Some(running.await);
                self.running = None;
            }
            None => std::future::pending().await,
        }
    }

    /// Whether a report is under way, or has been read and is not yet written down.
    pub fn is_busy(&self) -> bool {
        self.running.is_some() || self.ended.is_some()
    }

    /// Writes down what was read.
    pub async fn write_down(&mut self) -> Result<(), Error> {
        let Some((id, found)) = self.ended.clone() else {
            return Ok(());
        };
        let (desk, now) = (self.desk.clone(), self.clock.now());
        self.writer
            .run(move |db| match found {
                Ok(figures) => told(db, &desk, now, id, Some(figures)),
                Err(error) => {
                    tracing::warn!(report = ?id, %error, "a report could not be read");
                    reports::defer(db, id, now.plus(AFTER_FAILURE))
                }
            })
            .await?;
        self.ended = None;
        Ok(())
    }

    fn begin(&self, report: Report) -> Running {
        let (readers, desk) = (self.readers.clone(), self.desk.clone());
        let (id, (reply, answer)) = (report.id, oneshot::channel());
        self.aside.run(Box::new(move || {
            // Nobody waits for it any more where the program ends.
            let _unheard = reply.send(read(&readers, &desk, &report));
        }));
        Box::pin(async move { (id, answer.await.unwrap_or(Err(Error::Panicked))) })
    }
}

fn read(readers: &Readers, desk: &Desk, report: &Report) -> Found {
    let of = (!desk.desks().is_single()).then_some(report.asked.desk);
    let facts = statistics::read(&*readers.get()?, &report.asked, of)?;
    Ok(Box::new(desk.figures(&facts)))
}

/// Hands what was read to the desk. One that the desk fails on costs itself, not all others.
fn told(
    db: &Db,
    desk: &Desk,
    now: Timestamp,
    id: ReportId,
    figures: Option<Box<Figures>>,
) -> Result<(), Error> {
    let moment = Moment {
        now,
        polling_since: None,
    };
    let applied = isolated(db, || {
        let event = Event::ReportRead(id, figures);
        desk.apply(db, moment, Cause::Report(id), event)
    });
    match applied {
        Err(error) if !error.is_medium() => {
            tracing::error!(report = ?id, %error, "a report could not be answered");
            reports::forget(db, id)
        }
        applied => applied,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use crate::desk::Settings;
    use crate::domain::ids::{BotId, ChatId, DeskId, MessageId};
    use crate::entropy::SystemEntropy;
    use crate::store::reports::Asked;
    use crate::store::{Options, Store};
    use crate::texts::Texts;
    use crate::work::aside::OwnThread;

    /// Loses what it is given, as if it had panicked.
    struct Nowhere;

    impl Aside for Nowhere {
        fn run(&self, work: Box<dyn FnOnce() + Send>) {
            drop(work);
        }
    }

    /// One report that is wanted, and who reads it.
    async fn wanted(folder: &std::path::Path, aside: Arc<dyn Aside>) -> (Store, Reports) {
        let clock = Arc::new(SystemClock);
        let options = Options {
            path: folder.join("desk.db"),
            readers: 1,
            bot: BotId(1),
        };
        let store = Store::open(&options, clock.now()).expect("the folder is empty");
        let settings = Settings::of(ChatId(-1));
        let desk = Desk::new(settings, Texts::new(), Arc::new(SystemEntropy), None);
        let both = (store.writer.clone(), store.readers());
        let reports = Reports::new(both, aside, desk, clock.clone());
        let asked = Asked {
            desk: DeskId::MAIN,
            chat: ChatId(-1),
            thread: None,
            message: MessageId(5),
            days: 7,
            from: Timestamp::from_millis(0),
            to: clock.now(),
        };
        let insert = move |db: &Db| reports::insert(db, &asked, asked.to);
        store.writer.run(insert).await.expect("it is kept");
        (store, reports)
    }

    async fn next(store: &Store) -> Option<Report> {
        store.writer.run(reports::next).await.expect("it is read")
    }

    #[tokio::test]
    async fn a_report_is_read_beside_the_writer_and_answered_once() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let (store, mut reports) = wanted(folder.path(), Arc::new(OwnThread)).await;
        let report = next(&store).await;
        let busy = report.clone();
        assert_eq!(reports.turn(report).await.expect("it is begun"), None);
        assert!(reports.is_busy());
        assert_eq!(reports.turn(busy).await.expect("one at a time"), None);
        reports.next_end().await;
        reports.write_down().await.expect("it is answered");
        assert!(!reports.is_busy());
        assert_eq!(next(&store).await, None);
        let answers = |db: &Db| {
            let query = "SELECT count(*) FROM outbox WHERE cause LIKE 'report:%'";
            Ok(db.query_row(query, [], |row| row.get::<_, u32>(0))?)
        };
        assert_eq!(store.writer.run(answers).await.expect("it counts"), 1);
    }

    #[tokio::test]
    async fn one_whose_reading_is_lost_waits_for_its_next_attempt() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let (store, mut reports) = wanted(folder.path(), Arc::new(Nowhere)).await;
        let report = next(&store).await;
        reports.turn(report).await.expect("it is begun");
        reports.next_end().await;
        reports.write_down().await.expect("it is put off");
        let report = next(&store).await.expect("it is still wanted");
        assert_eq!(report.attempts, 1);
        assert!(report.due_at > report.asked.to);
    }
}
