//! Questions to Telegram about people: does somebody who pressed a button belong to the desk group? What
//! follows from the answer, the desk decides.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};

use crate::clock::Clock;
use crate::desk::{Cause, Desk, Moment};
use crate::domain::desks::Desks;
use crate::domain::event::{Event, Member};
use crate::domain::ids::{ChatId, DeskId, LookupId, UserId};
use crate::domain::time::Timestamp;
use crate::store::parked;
use crate::store::{self, Db, Error, Writer, isolated};
use crate::telegram::{ApiFailure, Client};

/// People about whom Telegram is asked at the same time.
const AT_ONCE_MAX: usize = 4;
/// A question whose end is not known is asked again after this.
const ASK_AGAIN: Duration = Duration::from_secs(5);
/// How soon a question is asked again that got no usable answer.
const AFTER_FAILURE: Duration = Duration::from_secs(2);

/// What came of a question.
#[derive(Clone, Debug)]
enum Answer {
    /// What somebody is in the group; none where Telegram does not know them there.
    Known(Option<Member>),
    /// No answer yet.
    Waits(Duration),
}

type Asked = (Lookup, Answer);

/// A question: its row, about whom, and at which desk.
type Lookup = (LookupId, UserId, DeskId);
type Running = Pin<Box<dyn Future<Output = Asked> + Send>>;

/// The questions that are under way.
pub(super) struct Lookups {
    writer: Writer,
    desk: Desk,
    clock: Arc<dyn Clock>,
    client: Client,
    running: FuturesUnordered<Running>,
    ended: Vec<Asked>,
}

impl Lookups {
    /// Questions from behind `writer`, answered to the desk.
    pub fn new(writer: Writer, desk: Desk, clock: Arc<dyn Clock>, client: Client) -> Self {
        Self {
            writer,
            desk,
            clock,
            client,
            running: FuturesUnordered::new(),
            ended: Vec::new(),
        }
    }

    /// Writes down what was answered and asks what is to be asked. When to look again; none where
    /// nothing waits but what is under way.
    pub async fn turn(&mut self) -> Result<Option<Timestamp>, Error> {
        self.write_down().await?;
        let room = AT_ONCE_MAX.saturating_sub(self.running.len());
        if room == 0 {
            return Ok(None);
        }
        let now = self.clock.now();
        let desks = self.desk.desks().clone();
        let (begun, next) = self
            .writer
            .run(move |db| Ok((begin(db, &desks, now, room)?, parked::next_due(db)?)))
            .await?;
        for (lookup, group) in begun {
            let client = self.client.clone();
            self.running.push(Box::pin(ask(client, group, lookup)));
        }
        Ok(next.map(|due| due.max(now.plus(Duration::from_millis(1)))))
    }

    /// Waits for the next answer. Pending for ever while no question is under way.
    pub async fn next_end(&mut self) {
        match self.running.next().await {
            Some(ended) => self.ended.push(ended),
            None => return std::future::pending().await,
        }
        while let Some(Some(ended)) = self.running.next().now_or_never() {
            self.ended.push(ended);
        }
    }

    /// Whether questions are under way, or have ended and are not yet written down.
    pub fn is_busy(&self) -> bool {
        !self.running.is_empty() || !self.ended.is_empty()
    }

    async fn write_down(&mut self) -> Result<(), Error> {
        let ended = self.ended.clone();
        if ended.is_empty() {
            return Ok(());
        }
        let (desk, now) = (self.desk.clone(), self.clock.now());
        self.writer
            .run(move |db| {
                for (lookup, answer) in ended {
                    match answer {
                        Answer::Known(member) => told(db, &desk, now, lookup, member)?,
                        Answer::Waits(wait) => parked::defer(db, lookup.0, now.plus(wait))?,
                    }
                }
                Ok(())
            })
            .await?;
        self.ended.clear();
        Ok(())
    }
}

/// People to ask about, and in which group; each is due again later, should the program end before.
fn begin(
    db: &Db,
    desks: &Desks,
    now: Timestamp,
    room: usize,
) -> Result<Vec<(Lookup, ChatId)>, Error> {
    let due = parked::due(db, now, room)?;
    due.into_iter()
        .map(|(lookup, user, desk)| {
            parked::defer(db, lookup, now.plus(ASK_AGAIN))?;
            let group = store::desks::chat(db, desks, desk)?;
            Ok(((lookup, user, desk), group))
        })
        .collect()
}

/// Hands an answer to the desk. One that the desk fails on costs itself, not all others.
fn told(
    db: &Db,
    desk: &Desk,
    now: Timestamp,
    (lookup, user, at): Lookup,
    member: Option<Member>,
) -> Result<(), Error> {
    let moment = Moment {
        now,
        polling_since: None,
    };
    let applied = isolated(db, || {
        let event = Event::MemberLookedUp(at, user, member);
        desk.apply(db, moment, Cause::Lookup(lookup), event)
    });
    match applied {
        Err(error) if !error.is_medium() => {
            tracing::error!(lookup = ?lookup, %error, "an answer about a member could not be handled");
            parked::answered(db, at, user)
        }
        applied => applied,
    }
}

async fn ask(client: Client, group: ChatId, lookup: Lookup) -> Asked {
    let answer = match client.get_member(group, lookup.1).await {
        Ok(member) => Answer::Known(Some(member)),
        // Somebody who never was there, or a number that is nobody's.
        Err(ApiFailure::Refused(_)) => Answer::Known(None),
        Err(ApiFailure::RetryAfter(wait)) => Answer::Waits(wait),
        Err(ApiFailure::Unreachable | ApiFailure::Unavailable | ApiFailure::TokenRejected) => {
            Answer::Waits(AFTER_FAILURE)
        }
    };
    (lookup, answer)
}
