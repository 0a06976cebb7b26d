//! The update queue of one bot: ids, confirmation by offset, expiry, filter, long polls.
//!
//! Follows the Bot API server (tdlib Client.cpp `do_get_updates`, TQueue.cpp). Must not know what
//! an update says: it is JSON text from the moment it is created.

use std::collections::VecDeque;

use crate::sandbox::errors::Refusal;

/// Kinds of updates in the order of the published `Update` object.
const KINDS: [&str; 25] = [
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "guest_message",
    "message_reaction",
    "message_reaction_count",
    "inline_query",
    "chosen_inline_result",
    "callback_query",
    "shipping_query",
    "pre_checkout_query",
    "purchased_paid_media",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
    "managed_bot",
];

/// Left out unless asked for by name (telegram docs, getUpdates).
const NOT_BY_DEFAULT: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];

/// Longest long poll of the server; longer ones are shortened silently.
const TIMEOUT_MAX_SECONDS: i64 = 50;
const LIMIT_MAX: i64 = 100;
/// An offset this far behind the end or the head is taken for somebody else's.
const FUTURE_MAX: i64 = 10;
const PAST_MAX: i64 = 100_000;
/// The server cuts an answer at about 4 MiB.
const ANSWER_MAX_BYTES: usize = 1 << 22;
/// Windows of the guard against busy loops.
const GUARD_START_MS: i64 = 3_000;
const GUARD_FINISH_MS: i64 = 500;
const GUARD_TIMEOUT_SECONDS: i64 = 3;

pub(crate) const TAKEN_OVER: &str =
    "terminated by other getUpdates request; make sure that only one bot instance is running";

#[derive(Debug)]
struct Event {
    id: i64,
    expires_ms: i64,
    json: Box<str>,
}

/// A `getUpdates` call as the server reads it, before clamping.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Poll {
    pub offset: i64,
    pub limit: i64,
    pub timeout_seconds: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Polled {
    /// A JSON array of updates.
    Updates(String),
    Wait {
        until_ms: i64,
        poll: u64,
    },
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    poll: u64,
    offset: i64,
    limit: i64,
    until_ms: i64,
}

#[derive(Debug)]
pub(crate) struct Queue {
    events: VecDeque<Event>,
    next_id: i64,
    capacity: usize,
    /// One bit for each of [`KINDS`].
    allowed: u32,
    previous_offset: i64,
    previous_start_ms: i64,
    previous_finish_ms: i64,
    waiting: Option<Waiting>,
    polls: u64,
}

impl Queue {
    pub fn new(first_id: i64, capacity: usize) -> Queue {
        Queue {
            events: VecDeque::new(),
            next_id: first_id,
            capacity,
            allowed: default_mask(),
            previous_offset: i64::MIN,
            previous_start_ms: i64::MIN / 2,
            previous_finish_ms: i64::MIN / 2,
            waiting: None,
            polls: 0,
        }
    }

    pub fn allows(&self, kind: &str) -> bool {
        bit(kind).is_some_and(|bit| self.allowed & bit != 0)
    }

    /// `allowed_updates`: unknown names are ignored, a list without a known one means the default.
    pub fn allow(&mut self, names: &[String]) {
        let mask = names
            .iter()
            .filter_map(|name| bit(name))
            .fold(0, |mask, bit| mask | bit);
        self.allowed = if mask == 0 { default_mask() } else { mask };
    }

    /// What was set with [`Queue::allow`], unless that is the default.
    pub fn allowed_names(&self) -> Option<Vec<&'static str>> {
        (self.allowed != default_mask())
            .then(|| KINDS.into_iter().filter(|kind| self.allows(kind)).collect())
    }

    /// Adds `{"update_id":…,"<kind>":body}`. Filtered here, when the update comes into being, and
    /// not when it is fetched.
    pub fn push(&mut self, kind: &str, body: &str, expires_ms: i64) -> bool {
        self.allows(kind) && self.push_fields(&format!("\"{kind}\":{body}"), expires_ms)
    }

    /// Adds an update of any shape: `fields` is the inside of an object without its id.
    pub fn push_fields(&mut self, fields: &str, expires_ms: i64) -> bool {
        if self.events.len() >= self.capacity {
            return false;
        }
        let id = self.next_id;
        self.next_id += 1;
        let comma = if fields.is_empty() { "" } else { "," };
        self.events.push_back(Event {
            id,
            expires_ms,
            json: format!("{{\"update_id\":{id}{comma}{fields}}}").into(),
        });
        true
    }

    pub fn len(&self) -> usize {
        self.events.len()
    }

    pub fn clear(&mut self) {
        self.events.clear();
    }

    /// All waiting updates as JSON texts.
    pub fn pending(&self) -> impl Iterator<Item = &str> {
        self.events.iter().map(|event| &*event.json)
    }

    /// A new `getUpdates` call. A call that has to wait takes the place of an older one.
    pub fn poll(&mut self, poll: Poll, guard: bool, now_ms: i64) -> Polled {
        let mut limit = poll.limit.clamp(1, LIMIT_MAX);
        let mut timeout = poll.timeout_seconds.clamp(0, TIMEOUT_MAX_SECONDS);
        if guard && poll.offset == self.previous_offset {
            if timeout < GUARD_TIMEOUT_SECONDS && now_ms < self.previous_start_ms + GUARD_START_MS {
                timeout = GUARD_TIMEOUT_SECONDS;
            }
            if now_ms < self.previous_finish_ms + GUARD_FINISH_MS {
                limit = 1;
            }
        }
        self.previous_offset = poll.offset;
        self.previous_start_ms = now_ms;
        self.confirm(poll.offset);
        let found = self.fetch(limit, now_ms);
        if found.is_some() || timeout == 0 {
            self.previous_finish_ms = now_ms;
            return Polled::Updates(found.unwrap_or_else(|| "[]".to_owned()));
        }
        self.polls += 1;
        let until_ms = now_ms + timeout * 1_000;
        self.waiting = Some(Waiting {
            poll: self.polls,
            offset: poll.offset,
            limit,
            until_ms,
        });
        Polled::Wait {
            until_ms,
            poll: self.polls,
        }
    }

    /// A waiting call looks again: because of a new update, or because its time is over.
    pub fn poll_again(&mut self, poll: u64, now_ms: i64) -> Result<Polled, Refusal> {
        let Some(waiting) = self.waiting.filter(|waiting| waiting.poll == poll) else {
            return Err(Refusal::conflict(TAKEN_OVER));
        };
        self.confirm(waiting.offset);
        let found = self.fetch(waiting.limit, now_ms);
        if found.is_none() && now_ms < waiting.until_ms {
            return Ok(Polled::Wait {
                until_ms: waiting.until_ms,
                poll,
            });
        }
        self.waiting = None;
        self.previous_finish_ms = now_ms;
        Ok(Polled::Updates(found.unwrap_or_else(|| "[]".to_owned())))
    }

    /// Drops what an offset confirms. An offset out of range confirms nothing: the server falls
    /// back to the head of the queue without a word.
    fn confirm(&mut self, offset: i64) {
        if offset < 0 {
            let keep = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
            let drop = self.events.len().saturating_sub(keep);
            self.events.drain(..drop);
            return;
        }
        let head = self.events.front().map_or(self.next_id, |event| event.id);
        if offset == 0 || offset > self.next_id + FUTURE_MAX || offset < head - PAST_MAX {
            return;
        }
        while self.events.front().is_some_and(|event| event.id < offset) {
            self.events.pop_front();
        }
    }

    fn fetch(&mut self, limit: i64, now_ms: i64) -> Option<String> {
        while self
            .events
            .front()
            .is_some_and(|event| event.expires_ms <= now_ms)
        {
            self.events.pop_front();
        }
        let mut out = String::new();
        let fresh = self.events.iter().filter(|event| event.expires_ms > now_ms);
        for event in fresh.take(limit as usize) {
            if !out.is_empty() && out.len() + event.json.len() > ANSWER_MAX_BYTES {
                break;
            }
            out.push(if out.is_empty() { '[' } else { ',' });
            out.push_str(&event.json);
        }
        if out.is_empty() {
            return None;
        }
        out.push(']');
        Some(out)
    }
}

fn bit(kind: &str) -> Option<u32> {
    KINDS
        .iter()
        .position(|known| known.eq_ignore_ascii_case(kind))
        .map(|index| 1 << index)
}

fn default_mask() -> u32 {
    KINDS
        .iter()
        .filter(|kind| !NOT_BY_DEFAULT.contains(*kind))
        .filter_map(|kind| bit(kind))
        .fold(0, |mask, bit| mask | bit)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: i64 = 1_000_000;
    const LATER: i64 = 1_000_000_000;

    fn queue(updates: i64) -> Queue {
        let mut queue = Queue::new(FIRST, 1_000);
        for _ in 0..updates {
            assert!(queue.push("message", "{}", LATER), "there is room");
        }
        queue
    }

    fn ids(polled: &Polled) -> Vec<i64> {
        let Polled::Updates(json) = polled else {
            return Vec::new();
        };
        let updates: Vec<serde_json::Value> =
            serde_json::from_str(json).expect("the queue answers JSON");
        updates
            .iter()
            .map(|update| {
                update["update_id"]
                    .as_i64()
                    .expect("every update has an id")
                    - FIRST
            })
            .collect()
    }

    fn ask(queue: &mut Queue, offset: i64, limit: i64) -> Vec<i64> {
        ids(&queue.poll(
            Poll {
                offset,
                limit,
                timeout_seconds: 0,
            },
            false,
            0,
        ))
    }

    #[test]
    fn offsets_confirm_and_odd_ones_fall_back_to_the_head() {
        let table: [(i64, &[i64], usize); 9] = [
            (0, &[0, 1, 2, 3], 4),
            (FIRST, &[0, 1, 2, 3], 4),
            (FIRST + 2, &[2, 3], 2),
            (FIRST + 4, &[], 0),
            (FIRST + 14, &[], 0),
            (FIRST + 15, &[0, 1, 2, 3], 4),
            (FIRST - 100_001, &[0, 1, 2, 3], 4),
            (-1, &[3], 1),
            (-9, &[0, 1, 2, 3], 4),
        ];
        for (offset, expected, left) in table {
            let mut queue = queue(4);
            assert_eq!(ask(&mut queue, offset, 100), expected, "offset {offset}");
            assert_eq!(queue.len(), left, "offset {offset}");
        }
    }

    #[test]
    fn limits_are_clamped() {
        assert_eq!(ask(&mut queue(3), 0, 0).len(), 1);
        assert_eq!(ask(&mut queue(150), 0, 1_000).len(), 100);
        assert_eq!(ask(&mut queue(3), 0, 2).len(), 2);
    }

    #[test]
    fn the_filter_works_when_updates_come_into_being_and_stays() {
        let mut queue = queue(0);
        assert!(!queue.push("message_reaction", "{}", LATER));
        queue.allow(&["Message_Reaction".to_owned(), "nonsense".to_owned()]);
        assert!(queue.push("message_reaction", "{}", LATER));
        assert!(!queue.push("message", "{}", LATER));
        assert_eq!(queue.allowed_names(), Some(vec!["message_reaction"]));
        queue.allow(&[]);
        assert!(queue.push("message", "{}", LATER));
        assert_eq!(ask(&mut queue, 0, 100), [0, 1]);
    }

    #[test]
    fn updates_expire_one_by_one() {
        let mut queue = queue(1);
        queue.push("callback_query", "{}", 150_000);
        queue.push("message", "{}", LATER);
        let poll = Poll {
            offset: 0,
            limit: 100,
            timeout_seconds: 0,
        };
        assert_eq!(ids(&queue.poll(poll, false, 149_999)), [0, 1, 2]);
        assert_eq!(ids(&queue.poll(poll, false, 150_000)), [0, 2]);
    }

    #[test]
    fn a_second_waiting_poll_ends_the_first() {
        let mut queue = queue(0);
        let poll = Poll {
            offset: 0,
            limit: 100,
            timeout_seconds: 300,
        };
        let first = queue.poll(poll, false, 0);
        assert_eq!(
            first,
            Polled::Wait {
                until_ms: 50_000,
                poll: 1
            }
        );
        queue.poll(poll, false, 0);
        let refused = queue.poll_again(1, 1).expect_err("the older poll loses");
        assert_eq!(refused.code, 409);
        assert!(matches!(
            queue.poll_again(2, 49_999),
            Ok(Polled::Wait { .. })
        ));
        assert_eq!(
            queue.poll_again(2, 50_000),
            Ok(Polled::Updates("[]".to_owned()))
        );
    }

    #[test]
    fn a_busy_loop_is_slowed_down() {
        let mut queue = queue(3);
        let poll = Poll {
            offset: 0,
            limit: 100,
            timeout_seconds: 0,
        };
        assert_eq!(ids(&queue.poll(poll, true, 0)).len(), 3);
        assert_eq!(ids(&queue.poll(poll, true, 100)).len(), 1);
        queue.clear();
        assert!(matches!(queue.poll(poll, true, 200), Polled::Wait { .. }));
    }

    #[test]
    fn a_full_queue_drops_new_updates() {
        let mut queue = Queue::new(FIRST, 2);
        let kept: Vec<bool> = (0..3).map(|_| queue.push("message", "{}", LATER)).collect();
        assert_eq!(kept, [true, true, false]);
    }
}
