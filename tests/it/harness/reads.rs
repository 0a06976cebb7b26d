//! Whoever reads what the bot wrote, in order, and looks at what became of it.

use hushdesk::sandbox::MessageView;

use super::actors::Actor;
use super::{BOT, Scenario};

/// Somebody who reads in one place: a client, an agent in a topic, or the topic itself.
pub trait Reads: Sized {
    /// The next thing that the bot wrote here.
    fn next(&mut self) -> MessageView;

    /// Everything that ever stood here, oldest first, deleted or not.
    fn all(&self) -> Vec<MessageView>;

    fn scenario(&self) -> &Scenario;

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

    /// The next message is a file; its name and bytes are looked at.
    fn expect_file(mut self, look: impl FnOnce(&str, &[u8])) -> Self {
        let message = self.next();
        let Some((id, name)) = message.file() else {
            panic!("no file: {message:?}");
        };
        let bytes = self.scenario().sandbox.file(id);
        look(name, &bytes.unwrap_or_default());
        self
    }

    /// The next messages are one album of so many.
    fn expect_album(mut self, items: usize) -> Vec<MessageView> {
        let album: Vec<MessageView> = (0..items).map(|_| self.next()).collect();
        let group = album.first().and_then(|item| item.media_group_id.as_ref());
        assert!(group.is_some(), "no album: {album:#?}");
        let all = self.all();
        let of_group = |message: &&MessageView| message.media_group_id.as_ref() == group;
        assert_eq!(all.iter().filter(of_group).count(), items, "{all:#?}");
        assert!(album.iter().all(|item| of_group(&item)), "{album:#?}");
        album
    }

    /// The next message replies to one with these words.
    fn expect_reply_to(mut self, words: &str) -> MessageView {
        let message = self.next();
        let all = self.all();
        let original = all.iter().find(|one| Some(one.id) == message.reply_to);
        let Some(original) = original else {
            panic!("no reply: {message:?}");
        };
        assert!(original.text().contains(words), "{:?}", original.text());
        message
    }

    /// A message of the bot was edited and has these words now.
    fn expect_edited(self, words: &str) -> Self {
        let all = self.all();
        let is_edited = |message: &MessageView| {
            let stands = message.from_bot && !message.deleted && message.edited;
            stands && message.text().contains(words)
        };
        assert!(all.iter().any(is_edited), "nothing was edited: {all:#?}");
        self
    }

    /// Messages of the bot with these words stood here, and none of them still does.
    fn expect_gone(self, words: &str) -> Self {
        let all = self.all();
        let with_words =
            |message: &&MessageView| message.from_bot && message.text().contains(words);
        let mut gone = all.iter().filter(with_words).peekable();
        assert!(gone.peek().is_some(), "it never stood here: {all:#?}");
        assert!(gone.all(|message| message.deleted), "{words:?} is there");
        self
    }

    /// What the bot's reaction on the newest message with these words is.
    fn expect_reaction_on(self, words: &str, reaction: Option<&str>) -> Self {
        let all = self.all();
        let mut newest = all.iter().rev().filter(|message| !message.deleted);
        let message = newest.find(|message| message.text().contains(words));
        let Some(message) = message else {
            panic!("no message says {words:?}: {all:#?}");
        };
        let mut reactions = message.reactions.iter();
        let bots = reactions.find(|(actor, _)| *actor == BOT);
        let emoji = bots.and_then(|(_, emoji)| emoji.first());
        assert_eq!(emoji.map(String::as_str), reaction, "on {words:?}");
        self
    }

    /// A message that stands here has a button with these words.
    fn expect_button(self, words: &str) -> Self {
        assert!(has_button(&self.all(), words), "no button says {words:?}");
        self
    }

    /// No message that stands here has a button with these words any more.
    fn expect_no_button(self, words: &str) -> Self {
        assert!(!has_button(&self.all(), words), "a button says {words:?}");
        self
    }
}

fn has_button(messages: &[MessageView], words: &str) -> bool {
    let standing = messages.iter().filter(|message| !message.deleted);
    let mut buttons = standing.flat_map(MessageView::buttons);
    buttons.any(|(text, _)| text.contains(words))
}

impl Reads for Actor<'_> {
    fn next(&mut self) -> MessageView {
        let (chat, thread) = (self.chat, self.thread);
        let wanted = |message: &MessageView| message.thread == thread;
        self.scenario.next_unread(chat, wanted).unwrap_or_else(|| {
            panic!(
                "the bot wrote nothing more here:\n{}",
                self.scenario.story()
            )
        })
    }

    fn all(&self) -> Vec<MessageView> {
        let all = self.scenario.sandbox.chat_messages(self.chat).into_iter();
        all.filter(|message| message.thread == self.thread)
            .collect()
    }

    fn scenario(&self) -> &Scenario {
        self.scenario
    }
}

/// A topic of the group, or General.
pub struct Thread<'a> {
    scenario: &'a mut Scenario,
    thread: Option<i64>,
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

    fn all(&self) -> Vec<MessageView> {
        let group = self.scenario.group;
        let all = self.scenario.sandbox.chat_messages(group).into_iter();
        all.filter(|message| message.thread == self.thread)
            .collect()
    }

    fn scenario(&self) -> &Scenario {
        self.scenario
    }
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
