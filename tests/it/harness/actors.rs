//! People with powers: what they do happens in the sandbox, and the bot is let to work after it.

use hushdesk::sandbox::content::{self, Piece};
use hushdesk::sandbox::{MessageView, PersonError};
use serde_json::{Value, json};

use super::Scenario;

/// A message that somebody points at.
#[derive(Clone, Debug)]
pub enum Which {
    /// By its number.
    Number(i64),
    /// The newest one that stands there and has these words in its text or caption.
    Words(String),
}

impl From<i64> for Which {
    fn from(number: i64) -> Self {
        Which::Number(number)
    }
}

impl From<&str> for Which {
    fn from(words: &str) -> Self {
        Which::Words(words.to_owned())
    }
}

/// Somebody in a chat: a client with the bot, or an agent in a topic or in General.
pub struct Actor<'a> {
    pub(super) scenario: &'a mut Scenario,
    pub(super) user: i64,
    pub(super) chat: i64,
    pub(super) thread: Option<i64>,
}

/// Somebody who writes to the bot in private.
pub type Client<'a> = Actor<'a>;

impl<'a> Actor<'a> {
    /// A client.
    pub fn new(scenario: &'a mut Scenario, name: &str) -> Self {
        let user = scenario.person(name);
        Self {
            scenario,
            user,
            chat: user,
            thread: None,
        }
    }

    pub fn says(self, text: &str) -> Self {
        self.sends(content::text(text))
    }

    pub fn sends(self, content: impl Into<Piece>) -> Self {
        self.sends_reply(content, None)
    }

    pub fn replies(self, to: i64, text: &str) -> Self {
        self.sends_reply(content::text(text), Some(to))
    }

    fn sends_reply(self, content: impl Into<Piece>, reply_to: Option<i64>) -> Self {
        self.drops(content, reply_to);
        self.scenario.run();
        self
    }

    /// Writes while the bot does nothing yet. The message's number.
    pub fn drops(&self, content: impl Into<Piece>, reply_to: Option<i64>) -> i64 {
        let piece = content.into();
        let now = self.scenario.now();
        let sandbox = &self.scenario.sandbox;
        sandbox.put_files(&piece);
        let thread = self.thread;
        sandbox
            .person_sends(self.user, self.chat, thread, piece.content, reply_to, now)
            .expect("a person may write here")
    }

    pub fn sends_album(self, items: Vec<Piece>) -> Self {
        self.drops_album(items, None);
        self.scenario.run();
        self
    }

    /// Sends an album while the bot does nothing yet. The number of its first message.
    pub fn drops_album(&self, items: Vec<Piece>, reply_to: Option<i64>) -> i64 {
        let now = self.scenario.now();
        let sandbox = &self.scenario.sandbox;
        items.iter().for_each(|item| sandbox.put_files(item));
        let items: Vec<Value> = items.into_iter().map(|item| item.content).collect();
        let sent = sandbox
            .person_sends_album(self.user, self.chat, self.thread, items, reply_to, now)
            .expect("a person may send an album here");
        sent.first().copied().expect("an album has messages")
    }

    /// Replaces a message of one's own.
    pub fn edits(self, message: impl Into<Which>, content: impl Into<Piece>) -> Self {
        let piece = content.into();
        self.scenario.sandbox.put_files(&piece);
        let id = self.own(message.into());
        let (user, chat) = (self.user, self.chat);
        self.does(|sandbox, now| sandbox.person_edits(user, chat, id, piece.content, now))
    }

    pub fn reacts(self, to: impl Into<Which>, emoji: &str) -> Self {
        let id = self.any(to.into());
        let (user, chat) = (self.user, self.chat);
        self.does(|sandbox, now| sandbox.person_reacts(user, chat, id, &[emoji], now))
    }

    /// Takes the reaction back.
    pub fn unreacts(self, to: impl Into<Which>) -> Self {
        let id = self.any(to.into());
        let (user, chat) = (self.user, self.chat);
        self.does(|sandbox, now| sandbox.person_reacts(user, chat, id, &[], now))
    }

    /// Presses the button with these words under the newest message that has one.
    pub fn presses(self, words: &str) -> Self {
        let (id, data) = self.button(words);
        let (user, chat) = (self.user, self.chat);
        self.does(|sandbox, now| {
            let press = sandbox.person_presses(user, chat, id, &data, now);
            press.map(|_press| ())
        })
    }

    /// The live location moves on.
    pub fn moves(self, message: impl Into<Which>, to: (f64, f64)) -> Self {
        let id = self.own(message.into());
        let (user, chat) = (self.user, self.chat);
        self.does(|sandbox, now| sandbox.person_moves(user, chat, id, to, now))
    }

    /// The live location is no longer shared.
    pub fn stops_moving(self, message: impl Into<Which>) -> Self {
        let id = self.own(message.into());
        let (user, chat) = (self.user, self.chat);
        self.does(|sandbox, now| sandbox.person_stops_moving(user, chat, id, now))
    }

    /// Starts a reply to a message.
    pub fn replies_to(self, message: impl Into<Which>) -> Replying<'a> {
        let to = self.any(message.into());
        Replying {
            actor: self,
            to,
            quote: None,
        }
    }

    /// Starts a reply that quotes these words of the newest message that has them.
    pub fn quotes(self, words: &str) -> Replying<'a> {
        let to = self.any(words.into());
        Replying {
            actor: self,
            to,
            quote: Some(words.to_owned()),
        }
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
        let (chat, thread) = (self.chat, self.thread);
        let wanted = |message: &MessageView| message.thread == thread;
        let unread = self.scenario.next_unread(chat, wanted);
        assert!(unread.is_none(), "{unread:?}");
        self
    }

    /// Pressing was last answered with an alert that says this.
    pub fn expect_alert(self, words: &str) -> Self {
        let alerts = self.scenario.sandbox.alerts_seen(self.user);
        let last = alerts.last().map(String::as_str).unwrap_or_default();
        assert!(last.contains(words), "{alerts:?}");
        self
    }

    /// The number of one's newest message here.
    pub fn sent(&self) -> i64 {
        let mine = self.messages().into_iter().rev();
        mine.filter(|message| message.sender == self.user)
            .map(|message| message.id)
            .next()
            .expect("something was sent")
    }

    fn does(
        self,
        act: impl FnOnce(&hushdesk::sandbox::Sandbox, i64) -> Result<(), PersonError>,
    ) -> Self {
        act(&self.scenario.sandbox, self.scenario.now()).expect("an app lets a person do this");
        self.scenario.run();
        self
    }

    /// What stands here and was not deleted, oldest first.
    fn messages(&self) -> Vec<MessageView> {
        let all = self.scenario.sandbox.chat_messages(self.chat).into_iter();
        all.filter(|message| message.thread == self.thread && !message.deleted)
            .collect()
    }

    fn any(&self, which: Which) -> i64 {
        self.find(which, |_| true)
    }

    fn own(&self, which: Which) -> i64 {
        self.find(which, |message| message.sender == self.user)
    }

    fn find(&self, which: Which, wanted: impl Fn(&MessageView) -> bool) -> i64 {
        let words = match which {
            Which::Number(number) => return number,
            Which::Words(words) => words,
        };
        let mut newest = self.messages().into_iter().rev();
        newest
            .find(|message| message.text().contains(&words) && wanted(message))
            .unwrap_or_else(|| panic!("no message says {words:?}:\n{}", self.scenario.story()))
            .id
    }

    /// The newest button with these words, and what it says to the bot.
    pub fn button(&self, words: &str) -> (i64, String) {
        let newest = self.messages().into_iter().rev();
        newest
            .flat_map(|message| {
                let buttons = message.buttons().into_iter();
                buttons.map(move |(text, data)| (message.id, text, data))
            })
            .find(|(_, text, _)| text.contains(words))
            .map(|(id, _, data)| (id, data))
            .unwrap_or_else(|| panic!("no button says {words:?}:\n{}", self.scenario.story()))
    }
}

/// A reply of which only the words are missing.
pub struct Replying<'a> {
    actor: Actor<'a>,
    to: i64,
    quote: Option<String>,
}

impl<'a> Replying<'a> {
    pub fn says(self, text: &str) -> Actor<'a> {
        self.sends(content::text(text))
    }

    pub fn sends_album(self, items: Vec<Piece>) -> Actor<'a> {
        self.actor.drops_album(items, Some(self.to));
        self.actor.scenario.run();
        self.actor
    }

    pub fn sends(self, content: impl Into<Piece>) -> Actor<'a> {
        let mut piece = content.into();
        if let Some(words) = &self.quote {
            let chat = self.actor.chat;
            let original = self.actor.scenario.sandbox.message(chat, self.to);
            let original = original.expect("the message was just found");
            let at = original.text().find(words).expect("it has these words");
            let position = original.text()[..at].encode_utf16().count();
            let quote = json!({"text": words, "position": position, "is_manual": true});
            piece = piece.with("quote", quote);
        }
        self.actor.sends_reply(piece, Some(self.to))
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

    /// With the powers of every [`Actor`], in the topic of a client.
    pub fn in_topic_of(self, client: &str) -> Actor<'a> {
        let thread = self.thread(client);
        self.at(Some(thread))
    }

    pub fn in_general(self) -> Actor<'a> {
        self.at(None)
    }

    fn at(self, thread: Option<i64>) -> Actor<'a> {
        Actor {
            user: self.user,
            chat: self.scenario.group,
            thread,
            scenario: self.scenario,
        }
    }

    /// Writes into the topic of a client. The message's number.
    pub fn writes_in(self, client: &str, text: &str) -> i64 {
        self.sends_in(client, content::text(text))
    }

    pub fn sends_in(self, client: &str, content: impl Into<Piece>) -> i64 {
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

    pub fn sends(
        self,
        thread: Option<i64>,
        content: impl Into<Piece>,
        reply_to: Option<i64>,
    ) -> i64 {
        let message = self.drops(thread, content, reply_to);
        self.scenario.run();
        message
    }

    /// Writes while the bot does nothing yet.
    pub fn drops(
        &self,
        thread: Option<i64>,
        content: impl Into<Piece>,
        reply_to: Option<i64>,
    ) -> i64 {
        let piece = content.into();
        let (group, now) = (self.scenario.group, self.scenario.now());
        self.scenario.sandbox.put_files(&piece);
        self.scenario
            .sandbox
            .person_sends(self.user, group, thread, piece.content, reply_to, now)
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
