//! What the bot posted, and where and in which order a message arrived.

use std::collections::BTreeSet;

use hushdesk::sandbox::MessageView;

/// Something that the bot posted.
pub struct Post {
    pub chat: i64,
    pub id: i64,
    pub date: i64,
    pub text: String,
    /// The card of a topic that took the place of one in another group.
    pub is_again: bool,
    /// The line before it says that it is older than what stands above.
    is_said_late: bool,
    /// It stands in the group and in no topic.
    is_stray: bool,
    is_text: bool,
}

impl Post {
    /// Of two groups nobody knows the order within a second.
    fn stands_before(&self, other: &Post) -> bool {
        if self.chat == other.chat {
            self.id < other.id
        } else {
            self.date < other.date
        }
    }
}

/// Where a message was seen, in order.
pub struct Sightings<'a> {
    /// Where it was posted and not taken away again.
    pub standing: Vec<&'a Post>,
    /// Where it was taken away, because it could stand in the main chat.
    taken: Vec<&'a Post>,
}

impl<'a> Sightings<'a> {
    /// Of the posts that say `marker`.
    pub fn of(marker: &str, standing: &'a [Post], taken: &'a [Post]) -> Self {
        let say_so = |posts: &'a [Post]| {
            let posts = posts.iter();
            posts.filter(|post| post.text.contains(marker)).collect()
        };
        Sightings {
            standing: say_so(standing),
            taken: say_so(taken),
        }
    }

    /// The first where the message belongs. Of a text in the main chat Telegram tells, so that is not
    /// where it has arrived; of a copy it does not tell.
    pub fn arrival(&self) -> Option<&'a Post> {
        let in_place = self.standing.iter().find(|post| !post.is_stray);
        let untold = || self.standing.iter().find(|post| !post.is_text);
        in_place.or_else(untold).copied()
    }

    /// Whether a later message stands before this one, and is to blame for it. Where the desk says so in words
    /// it is not. Where this one was taken
    /// away out of its topic, in which it stood first, both have to stand there again in order.
    pub fn is_overtaken_by(&self, later: &Sightings<'_>) -> bool {
        let (Some(own), Some(first)) = (self.arrival(), later.arrival()) else {
            return false;
        };
        let mut stood = self.taken.iter().filter(|post| !post.is_stray);
        let stood_first = stood.any(|post| post.chat == first.chat && post.id < first.id);
        let ends_in_order = match (self.standing.last(), later.standing.last()) {
            (Some(own), Some(later)) => own.chat == later.chat && own.id < later.id,
            (None, _) | (_, None) => false,
        };
        first.stands_before(own) && !own.is_said_late && !(stood_first && ends_in_order)
    }
}

/// What the bot posted, in order, deleted or not. What a moved ticket's history quotes is no copy.
pub fn posts(chat: i64, messages: &[MessageView]) -> Vec<Post> {
    let said_late = said_late(messages);
    messages
        .iter()
        .filter(|message| message.from_bot && !message.service)
        .filter(|message| !message.text().starts_with("Before it came here:"))
        .map(|message| Post {
            chat,
            id: message.id,
            date: message.date,
            text: without_subject(&message.content.to_string()),
            is_again: message.text().contains("This ticket comes from"),
            is_said_late: said_late.contains(&message.id),
            is_stray: chat < 0 && message.thread.is_none(),
            is_text: message.content.get("text").is_some(),
        })
        .collect()
}

/// A card names what its ticket is about by its first line, which is no copy of it.
fn without_subject(content: &str) -> String {
    let (before, rest) = content.split_once('«').unwrap_or((content, ""));
    let (_, after) = rest.split_once('»').unwrap_or(("", ""));
    format!("{before}{after}")
}

/// Posts that a line above them says to be older than what stands there. Answers to agents may stand between
/// the two, and what people wrote themselves.
fn said_late(messages: &[MessageView]) -> BTreeSet<i64> {
    let mut announced: BTreeSet<Option<i64>> = BTreeSet::new();
    let mut late = BTreeSet::new();
    for message in messages.iter().filter(|message| message.from_bot) {
        if message.text().starts_with("The next message is older") {
            announced.insert(message.thread);
        } else if message.text().contains('[') && announced.remove(&message.thread) {
            late.insert(message.id);
        }
    }
    late
}
