//! People with powers: what they do happens in the sandbox, and the bot is let to work after it.

use hushdesk::sandbox::{MessageView, content};
use serde_json::Value;

use super::Scenario;

/// Whoever reads what the bot wrote, in order.
pub trait Reads: Sized {
    /// The next thing that the bot wrote here.
    fn next(&mut self) -> MessageView;

    fn expect(mut self, text: &str) -> Self {
        let message = self.next();
        assert_eq!(message.text(), text);
        self
    }

    fn expect_part(mut self, part: &str) -> Self {
        let message = self.next();
        assert!(message.text().contains(part), "{:?}", message.text());
        self
    }

    fn expect_kind(mut self, kind: &str) -> MessageView {
        let message = self.next();
        assert_eq!(message.kind, kind);
        message
    }
}

impl Reads for Client<'_> {
    fn next(&mut self) -> MessageView {
        let user = self.user;
        self.scenario
            .next_unread(user, |_| true)
            .unwrap_or_else(|| {
                panic!(
                    "the client was told nothing more:\n{}",
                    self.scenario.story()
                )
            })
    }
}

impl Reads for Thread<'_> {
    fn next(&mut self) -> MessageView {
        let (group, thread) = (self.scenario.group, self.thread);
        let wanted = |message: &MessageView| message.thread == thread;
        self.scenario.next_unread(group, wanted).unwrap_or_else(|| {
            panic!(
                "nothing more was posted in the topic:\n{}",
                self.scenario.story()
            )
        })
    }
}

/// Somebody who writes to the bot in private.
pub struct Client<'a> {
    scenario: &'a mut Scenario,
    user: i64,
}

impl<'a> Client<'a> {
    pub fn new(scenario: &'a mut Scenario, name: &str) -> Self {
        let user = scenario.person(name);
        Self { scenario, user }
    }

    pub fn says(self, text: &str) -> Self {
        self.sends(content::text(text))
    }

    pub fn sends(self, content: Value) -> Self {
        self.sends_reply(content, None)
    }

    pub fn replies(self, to: i64, text: &str) -> Self {
        self.sends_reply(content::text(text), Some(to))
    }

    fn sends_reply(self, content: Value, reply_to: Option<i64>) -> Self {
        self.drops(content, reply_to);
        self.scenario.run();
        self
    }

    /// Writes while the bot does nothing yet. The message's number.
    pub fn drops(&self, content: Value, reply_to: Option<i64>) -> i64 {
        let now = self.scenario.now();
        self.scenario
            .sandbox
            .person_sends(self.user, self.user, None, content, reply_to, now)
            .expect("a person may write to the bot")
    }

    pub fn blocks(self) -> Self {
        let now = self.scenario.now();
        self.scenario.sandbox.person_blocks(self.user, now);
        self.scenario.run();
        self
    }

    pub fn unblocks(self) -> Self {
        let now = self.scenario.now();
        self.scenario.sandbox.person_unblocks(self.user, now);
        self.scenario.run();
        self
    }

    pub fn expect_nothing(self) -> Self {
        let user = self.user;
        let unread = self.scenario.next_unread(user, |_| true);
        assert!(unread.is_none(), "{unread:?}");
        self
    }
}

/// A member of the support group.
pub struct Agent<'a> {
    scenario: &'a mut Scenario,
    user: i64,
}

impl<'a> Agent<'a> {
    pub fn new(scenario: &'a mut Scenario, name: &str) -> Self {
        let user = scenario.person(name);
        Self { scenario, user }
    }

    /// Writes into the topic of a client. The message's number.
    pub fn writes_in(self, client: &str, text: &str) -> i64 {
        self.sends_in(client, content::text(text))
    }

    pub fn sends_in(self, client: &str, content: Value) -> i64 {
        let thread = self.thread(client);
        self.sends(Some(thread), content, None)
    }

    pub fn replies_in(self, client: &str, to: i64, text: &str) -> i64 {
        let thread = self.thread(client);
        self.sends(Some(thread), content::text(text), Some(to))
    }

    pub fn writes_in_general(self, text: &str) -> i64 {
        self.sends(None, content::text(text), None)
    }

    pub fn sends(self, thread: Option<i64>, content: Value, reply_to: Option<i64>) -> i64 {
        let message = self.drops(thread, content, reply_to);
        self.scenario.run();
        message
    }

    /// Writes while the bot does nothing yet.
    pub fn drops(&self, thread: Option<i64>, content: Value, reply_to: Option<i64>) -> i64 {
        let (group, now) = (self.scenario.group, self.scenario.now());
        self.scenario
            .sandbox
            .person_sends(self.user, group, thread, content, reply_to, now)
            .expect("a member may write")
    }

    pub fn deletes_topic_of(self, client: &str) -> Self {
        let thread = self.thread(client);
        let group = self.scenario.group;
        self.scenario
            .sandbox
            .delete_topic(self.user, group, thread)
            .expect("an admin may delete a topic");
        self
    }

    pub fn closes_topic_of(self, client: &str) -> Self {
        let thread = self.thread(client);
        let (group, now) = (self.scenario.group, self.scenario.now());
        self.scenario
            .sandbox
            .close_topic(self.user, group, thread, now)
            .expect("an admin may close a topic");
        self.scenario.run();
        self
    }

    fn thread(&self, client: &str) -> i64 {
        self.scenario
            .live_thread_of(client)
            .unwrap_or_else(|| panic!("{client} has no topic"))
    }
}

/// A topic of the group, or General.
pub struct Thread<'a> {
    scenario: &'a mut Scenario,
    thread: Option<i64>,
}

impl<'a> Thread<'a> {
    pub fn new(scenario: &'a mut Scenario, thread: Option<i64>) -> Self {
        Self { scenario, thread }
    }

    pub fn id(&self) -> i64 {
        self.thread.expect("General has no number")
    }

    /// The text of the next post, if there is one.
    pub fn try_next(&mut self) -> Option<String> {
        let (group, thread) = (self.scenario.group, self.thread);
        self.scenario
            .next_unread(group, |message| message.thread == thread)
            .map(|message| message.text().to_owned())
    }

    /// The card, with these words of the client below it.
    pub fn expect_card(mut self, words: &str) -> Self {
        let message = self.next();
        let text = message.text();
        assert!(text.starts_with("SUPP-"), "{text}");
        assert!(text.contains(" · User-"), "{text}");
        assert!(text.ends_with(words), "{text}");
        self
    }

    /// What the bot's reaction on a message says.
    pub fn mark_on(&self, message: i64) -> Option<String> {
        self.scenario
            .sandbox
            .message(self.scenario.group, message)
            .and_then(|message| message.reactions.into_iter().next())
            .and_then(|(_, emoji)| emoji.into_iter().next())
    }

    pub fn expect_mark(self, message: i64, mark: &str) -> Self {
        assert_eq!(self.mark_on(message).as_deref(), Some(mark));
        self
    }

    pub fn is_closed(&self) -> bool {
        let id = self.id();
        self.scenario
            .sandbox
            .topics(self.scenario.group)
            .iter()
            .any(|topic| topic.id == id && topic.closed)
    }
}
