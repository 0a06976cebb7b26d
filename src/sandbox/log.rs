//! What was called, and what no correct caller does.
//!
//! Bounded, so that a benchmark may run for hours. Must not judge: methods and the schema check do.

use std::collections::VecDeque;

use serde_json::{Map, Value};

use crate::sandbox::files::Upload;

/// Violations kept; one is already a failed test.
const VIOLATIONS_KEPT: usize = 1_000;

/// One Bot API call as it was answered.
#[derive(Clone, Debug)]
pub struct CallRecord {
    pub bot: i64,
    /// As published, whatever case the caller used.
    pub method: String,
    pub params: Map<String, Value>,
    pub uploads: Vec<Upload>,
    /// The `chat_id`, if the call had one.
    pub chat: Option<i64>,
    /// Unix milliseconds.
    pub at_ms: i64,
    /// HTTP status; 0 where no answer was given.
    pub status: u16,
    /// How long the caller was told to wait.
    pub retry_after_seconds: Option<u32>,
    /// Telegram counts it against what a chat bears.
    pub counted: bool,
    /// The call broke a rule.
    pub violation: bool,
    /// It was answered with a wait that a fault hid from the caller.
    pub unseen_wait: bool,
}

#[derive(Debug)]
pub(crate) struct Log {
    capacity: usize,
    calls: VecDeque<CallRecord>,
    violations: Vec<String>,
    waits: u64,
    total: u64,
}

impl Log {
    pub fn new(capacity: usize) -> Log {
        Log {
            capacity,
            calls: VecDeque::new(),
            violations: Vec::new(),
            waits: 0,
            total: 0,
        }
    }

    pub fn is_kept(&self) -> bool {
        self.capacity > 0
    }

    pub fn count(&mut self) -> u64 {
        self.total += 1;
        self.total
    }

    pub fn total(&self) -> u64 {
        self.total
    }

    pub fn push(&mut self, record: CallRecord) {
        if self.calls.len() == self.capacity {
            self.calls.pop_front();
        }
        self.calls.push_back(record);
    }

    pub fn calls(&self) -> Vec<CallRecord> {
        self.calls.iter().cloned().collect()
    }

    pub fn violation(&mut self, text: String) {
        if self.violations.len() < VIOLATIONS_KEPT {
            self.violations.push(text);
        }
    }

    /// A call was answered with a wait.
    pub fn wait(&mut self) {
        self.waits += 1;
    }

    pub fn wait_count(&self) -> u64 {
        self.waits
    }

    pub fn violation_count(&self) -> usize {
        self.violations.len()
    }

    pub fn violations(&self) -> Vec<String> {
        self.violations.clone()
    }

    pub fn clear(&mut self) {
        self.calls.clear();
        self.violations.clear();
    }
}
