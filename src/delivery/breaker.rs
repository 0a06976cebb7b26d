//! Watches whether destinations are in reach: counts what comes to nothing in a row, and asks what is
//! out of reach, with one cheap question at a time, whether it is back. What follows is the desk's.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use super::Ended;
use crate::desk::{Desk, Moment};
use crate::domain::call::Budget;
use crate::domain::ids::ChatId;
use crate::domain::outcome::{Outcome, Refusal};
use crate::domain::rules::breaker::{
    self, Back, Cause, Destination, GROUP_FAILURES, GROUP_REFUSALS, Sign, TELEGRAM_FAILURES,
};
use crate::store::breakers::Breaker;
use crate::store::{Db, Error, isolated};
use crate::telegram::{ApiFailure, Client};

/// One destination, as this run of the program has seen it.
#[derive(Default)]
struct Watch {
    /// Calls in a row that were refused because of what it is.
    refused: u32,
    /// Calls in a row without a usable answer.
    silent: u32,
    /// Questions since a call last went well: what goes out of reach again and again is asked less often.
    asked: u32,
    /// Of those, how many were answered well.
    came_back: u32,
    /// What is out of reach as the database says, and when to ask, by the running time.
    open: Option<(Breaker, Duration)>,
}

/// What was found out and is not yet written down.
#[derive(Clone, Copy, Debug)]
pub(super) enum News {
    OutOfReach(Destination, Cause),
    InReach(Destination, Back),
    TakesCalls(Destination, Back),
}

/// What a question came to.
enum Answer {
    /// The destination is in reach.
    Well,
    /// It is not, and this is why, as far as the answer tells.
    Still(Option<Cause>),
    /// Not to be asked before this time has passed.
    Wait(Duration),
}

type Probe = Pin<Box<dyn Future<Output = (Destination, Answer)> + Send>>;

/// The state between turns.
#[derive(Default)]
pub(super) struct Breakers {
    telegram: Watch,
    /// By the group's present id.
    groups: BTreeMap<ChatId, Watch>,
    /// What the config calls the desks of further groups, as far as they have been out of reach.
    names: BTreeMap<ChatId, String>,
    news: Vec<News>,
    probe: Option<Probe>,
}

impl Breakers {
    /// A call has ended one attempt.
    pub fn note(&mut self, ended: &Ended) {
        let outcome = &ended.outcome;
        // A voice that is not let in says nothing of the others.
        let is_main = ended.row.voice.is_none();
        if is_main && matches!(outcome, Outcome::Refused(Refusal::TokenRejected)) {
            self.news
                .push(News::OutOfReach(Destination::Telegram, Cause::Token));
        }
        self.telegram.count(breaker::sign_of_telegram(outcome));
        if self.telegram.silent == TELEGRAM_FAILURES {
            self.news
                .push(News::OutOfReach(Destination::Telegram, Cause::NoAnswer));
        }
        if ended.row.budget == Budget::Desk
            && is_main
            && let Some(chat) = ended.chat
        {
            self.note_group(chat, breaker::sign_of_group(outcome));
        }
    }

    /// The same for the group that it went into.
    fn note_group(&mut self, chat: ChatId, sign: Sign) {
        let group = self.groups.entry(chat).or_default();
        let came_back = group.came_back;
        group.count(sign);
        if sign == Sign::Well && came_back > 0 {
            let back = breaker::back(came_back);
            self.news
                .push(News::TakesCalls(Destination::Group(chat), back));
        }
        let cause = match sign {
            Sign::Bad if group.refused == GROUP_REFUSALS => Cause::Gone,
            Sign::Silent if breaker::is_group_alone(group.silent, self.telegram.silent) => {
                Cause::NoAnswer
            }
            Sign::Bad | Sign::Silent | Sign::Well | Sign::Nothing => return,
        };
        self.news
            .push(News::OutOfReach(Destination::Group(chat), cause));
    }

    /// What has to be written down, and how much of it there is.
    pub fn news(&self) -> Vec<News> {
        self.news.clone()
    }

    /// What the log calls further groups.
    pub fn learn_names(&mut self, named: Vec<(ChatId, String)>) {
        self.names.extend(named);
    }

    /// So much of it is written down, and this is what the database says since.
    pub fn written(&mut self, count: usize, open: &[Breaker], running: Duration) {
        self.news.drain(..count);
        let of = |destination| {
            let mut open = open.iter();
            open.find(|breaker| breaker.destination == destination)
                .copied()
        };
        self.telegram
            .follow(of(Destination::Telegram), running, "Telegram");
        for breaker in open {
            if let Destination::Group(chat) = breaker.destination {
                self.groups.entry(chat).or_default();
            }
        }
        for (chat, watch) in &mut self.groups {
            let what: &str = match self.names.get(chat) {
                Some(desk) => &format!("the group of {desk}"),
                None => "the support group",
            };
            watch.follow(of(Destination::Group(*chat)), running, what);
        }
    }

    /// What is asked next, and when: while nobody answers there is no use in asking for a group.
    fn next_question(&self) -> Option<(Breaker, Duration)> {
        if self.telegram.open.is_some() {
            return self.telegram.open;
        }
        let open = self.groups.values().filter_map(|watch| watch.open);
        open.min_by_key(|(_, due)| *due)
    }

    /// Starts the question that is due, where none is under way.
    pub fn ask(&mut self, client: &Client, running: Duration) {
        if self.probe.is_some() {
            return;
        }
        if let Some((breaker, due)) = self.next_question()
            && due <= running
        {
            self.probe = Some(Box::pin(asked(client.clone(), breaker.destination)));
        }
    }

    /// How long until the next question is due; none where none is, or one is under way.
    pub fn due_in(&self, running: Duration) -> Option<Duration> {
        let (_, due) = self.next_question().filter(|_| self.probe.is_none())?;
        Some(due.saturating_sub(running))
    }

    /// Whether a question is under way.
    pub fn is_asking(&self) -> bool {
        self.probe.is_some()
    }

    /// Waits for the question that is under way; for ever where none is.
    pub async fn answer(&mut self) -> (Destination, Answered) {
        match &mut self.probe {
            Some(probe) => {
                let (destination, answer) = probe.await;
                self.probe = None;
                (destination, Answered(answer))
            }
            None => std::future::pending().await,
        }
    }

    /// Takes an answer in.
    pub fn answered(&mut self, (destination, answer): (Destination, Answered), running: Duration) {
        let watch = match destination {
            Destination::Telegram => &mut self.telegram,
            Destination::Group(chat) => self.groups.entry(chat).or_default(),
        };
        watch.asked += 1;
        let wait = match answer.0 {
            Answer::Well => {
                watch.refused = 0;
                // A group that answers and takes no calls is not tried five times again.
                watch.silent = watch.silent.min(still_silent(destination));
                watch.came_back += 1;
                let back = breaker::back(watch.came_back);
                self.news.push(News::InReach(destination, back));
                breaker::probe_wait(watch.asked)
            }
            Answer::Still(cause) => {
                if let Some(cause) = cause {
                    self.news.push(News::OutOfReach(destination, cause));
                }
                breaker::probe_wait(watch.asked)
            }
            Answer::Wait(wait) => wait,
        };
        if let Some((_, due)) = &mut watch.open {
            *due = running.saturating_add(wait);
        }
    }
}

/// An answer that is not yet taken in.
pub(super) struct Answered(Answer);

impl Watch {
    fn count(&mut self, sign: Sign) {
        match sign {
            Sign::Well => {
                (self.refused, self.silent) = (0, 0);
                (self.asked, self.came_back) = (0, 0);
            }
            Sign::Bad => self.refused += 1,
            Sign::Silent => self.silent += 1,
            Sign::Nothing => {}
        }
    }

    fn follow(&mut self, now: Option<Breaker>, running: Duration, what: &str) {
        match (self.open, now) {
            (None, Some(breaker)) => {
                let (cause, since) = (breaker.cause.name(), breaker.since.millis());
                tracing::warn!(cause, since, "{what} is out of reach; calls wait");
                let due = running.saturating_add(breaker::probe_wait(self.asked));
                self.open = Some((breaker, due));
            }
            (Some((before, due)), Some(breaker)) => {
                if before.cause != breaker.cause {
                    let cause = breaker.cause.name();
                    tracing::warn!(cause, "{what} is still out of reach");
                }
                self.open = Some((breaker, due));
            }
            (Some(_), None) => {
                tracing::warn!("{what} is in reach again");
                self.open = None;
                self.refused = 0;
            }
            (None, None) => {}
        }
    }
}

/// How many silent calls are kept in mind once a question was answered.
const fn still_silent(destination: Destination) -> u32 {
    match destination {
        Destination::Telegram => 0,
        Destination::Group(_) => GROUP_FAILURES - 1,
    }
}

/// Writes news down.
pub(super) fn write(db: &Db, desk: &Desk, moment: Moment, news: &[News]) -> Result<(), Error> {
    for one in news {
        let written = isolated(db, || match *one {
            News::OutOfReach(destination, cause) => {
                desk.out_of_reach(db, moment, destination, cause)
            }
            News::InReach(destination, back) => desk.in_reach(db, moment, destination, back),
            News::TakesCalls(destination, back) => desk.takes_calls(db, moment, destination, back),
        });
        match written {
            Err(error) if !error.is_medium() => {
                tracing::error!(?one, %error, "what was found out could not be written down");
            }
            written => written?,
        }
    }
    Ok(())
}

async fn asked(client: Client, destination: Destination) -> (Destination, Answer) {
    let answer = match destination {
        Destination::Telegram => match client.get_me().await {
            Ok(_) | Err(ApiFailure::Refused(_)) => Answer::Well,
            Err(failure) => still(&failure),
        },
        Destination::Group(chat) => match stands_in(&client, chat).await {
            Ok(answer) => answer,
            // The next call learns the new id.
            Err(ApiFailure::Refused(Refusal::GroupUpgraded(_))) => Answer::Well,
            Err(ApiFailure::Refused(_)) => Answer::Still(Some(Cause::Gone)),
            // That says nothing about the group.
            Err(ApiFailure::TokenRejected) => Answer::Still(None),
            Err(failure) => still(&failure),
        },
    };
    (destination, answer)
}

/// Whether a bot that Telegram answers can do its work in a group: there are topics, and it may write.
async fn stands_in(client: &Client, group: ChatId) -> Result<Answer, ApiFailure> {
    let chat = client.get_chat(group).await?;
    if !chat.is_forum {
        return Ok(Answer::Still(Some(Cause::TopicsOff)));
    }
    let bot = client.get_me().await?.id;
    match client.get_chat_member(group, bot).await {
        Ok(member) if !member.may_write(&chat) => Ok(Answer::Still(Some(Cause::Gone))),
        Err(failure @ ApiFailure::Refused(Refusal::DeskUnreachable)) => Err(failure),
        // Where it is not told what the bot may do, only a call can show it.
        Ok(_) | Err(ApiFailure::Refused(_)) => Ok(Answer::Well),
        Err(failure) => Err(failure),
    }
}

fn still(failure: &ApiFailure) -> Answer {
    match failure {
        ApiFailure::RetryAfter(wait) => Answer::Wait(*wait),
        ApiFailure::TokenRejected => Answer::Still(Some(Cause::Token)),
        ApiFailure::Unreachable | ApiFailure::Unavailable | ApiFailure::Refused(_) => {
            Answer::Still(None)
        }
    }
}
