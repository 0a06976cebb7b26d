//! The heads of lanes that are due, in the order in which they go. Reads as many of each priority as
//! there is room for: what a claim costs does not grow with what waits.

use std::collections::VecDeque;

use crate::domain::call::{Budget, Priority};
use crate::domain::ids::DeskId;
use crate::domain::rules::pacing::{self, Next, Rank, Waiting, Window};
use crate::domain::time::Timestamp;
use crate::store::claims::{self, Stored};
use crate::store::{Db, Error};

/// Due heads, by priority.
pub(super) struct Heads {
    queues: Vec<Queue>,
    from: (Budget, DeskId),
}

struct Queue {
    priority: Priority,
    heads: VecDeque<(Timestamp, Stored)>,
    /// There may be more than were read.
    is_cut: bool,
}

impl Heads {
    /// Up to `room` of each priority of the agenda in which something is due.
    pub fn load(
        db: &Db,
        from: (Budget, DeskId),
        agenda: &[(Priority, Timestamp)],
        now: Timestamp,
        room: usize,
    ) -> Result<Self, Error> {
        let mut queues = Vec::new();
        for (priority, _) in agenda.iter().filter(|(_, due_at)| *due_at <= now) {
            let heads: VecDeque<_> = claims::due(db, from, *priority, now, room)?.into();
            queues.push(Queue {
                priority: *priority,
                is_cut: heads.len() >= room,
                heads,
            });
        }
        Ok(Self { queues, from })
    }

    /// Whether nothing is due.
    pub fn is_empty(&self) -> bool {
        self.queues.iter().all(|queue| queue.heads.is_empty())
    }

    /// How many are due, as far as they were read.
    pub fn len(&self) -> usize {
        self.queues.iter().map(|queue| queue.heads.len()).sum()
    }

    /// What goes next. None where nothing may, or more has to be read to know.
    pub fn next(&mut self, window: Window) -> Option<(Priority, Stored)> {
        let must_read = |queue: &Queue| queue.heads.is_empty() && queue.is_cut;
        if self.queues.iter().any(must_read) {
            return None;
        }
        let mut new_ticket: Option<(Timestamp, usize)> = None;
        let mut other: Option<(Rank, usize)> = None;
        for (index, queue) in self.queues.iter().enumerate() {
            let Some((due_at, _)) = queue.heads.front() else {
                continue;
            };
            if self.from.0 == Budget::Desk && queue.priority == Priority::FIRST {
                new_ticket = Some((*due_at, index));
                continue;
            }
            let rank = pacing::rank(queue.priority, *due_at);
            if other.is_none_or(|(first, _)| rank < first) {
                other = Some((rank, index));
            }
        }
        let waiting = Waiting {
            new_ticket: new_ticket.map(|(due_at, _)| due_at),
            other: other.map(|(rank, _)| rank),
        };
        let index = match window.next(waiting)? {
            Next::NewTicket => new_ticket?.1,
            Next::Other => other?.1,
        };
        let queue = self.queues.get_mut(index)?;
        let (_, head) = queue.heads.pop_front()?;
        Some((queue.priority, head))
    }
}
