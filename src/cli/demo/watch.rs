//! What the bot has done since the last look, as people see it. Only looks.

use std::collections::{HashMap, HashSet};

use super::stage::{BOT, Stage, Who, code_of};
use crate::sandbox::MessageView;

/// How much of a message is quoted.
const QUOTE_CHARS_MAX: usize = 36;

/// Where something is seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scene {
    /// On a client's phone.
    Phone(Who),
    /// In a topic of the support group, by its ticket's code.
    Topic(String),
    /// In the group's General.
    General,
}

/// One thing that somebody sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// Where.
    pub scene: Scene,
    /// What, for reading.
    pub text: String,
}

#[derive(Clone, Default, PartialEq)]
struct Seen {
    text: String,
    marks: Vec<String>,
}

/// Remembers what was seen before.
#[derive(Default)]
pub struct Watch {
    messages: HashMap<(i64, i64), Seen>,
    gone: HashSet<i64>,
}

impl Watch {
    /// What is new, chat by chat in the order of its making.
    pub fn look(&mut self, stage: &Stage) -> Vec<News> {
        let mut news = Vec::new();
        let names: HashMap<i64, String> = stage
            .sandbox
            .topics(stage.group)
            .into_iter()
            .map(|topic| {
                let code = code_of(&topic.name);
                if topic.deleted && self.gone.insert(topic.id) {
                    news.push(News {
                        scene: Scene::Topic(code.clone()),
                        text: "(the topic is gone, with all its messages)".to_owned(),
                    });
                }
                (topic.id, code)
            })
            .collect();
        // Phones first: a mark tells of what has arrived there.
        for client in Who::CLIENTS {
            for message in stage.sandbox.chat_messages(client.account()) {
                let scene = Scene::Phone(client);
                self.look_at(client.account(), message, scene, &mut news);
            }
        }
        for message in stage.sandbox.chat_messages(stage.group) {
            let scene = match message.thread.and_then(|thread| names.get(&thread)) {
                Some(code) => Scene::Topic(code.clone()),
                None => Scene::General,
            };
            self.look_at(stage.group, message, scene, &mut news);
        }
        news
    }

    fn look_at(&mut self, chat: i64, message: MessageView, scene: Scene, news: &mut Vec<News>) {
        if message.deleted {
            return;
        }
        let now = Seen {
            text: words(&message),
            marks: marks(&message),
        };
        let place = (chat, message.id);
        let before = self.messages.get(&place);
        let is_new = before.is_none();
        let was = before.cloned().unwrap_or_default();
        let mut tell = |text: String| {
            let scene = scene.clone();
            news.push(News { scene, text });
        };
        if message.from_bot && is_new {
            tell(now.text.clone());
        } else if message.from_bot && was.text != now.text {
            tell(format!("✎ {}", changed_lines(&was.text, &now.text)));
        }
        for mark in now.marks.iter().filter(|mark| !was.marks.contains(mark)) {
            tell(format!("{mark} on “{}”", quote(&now.text)));
        }
        self.messages.insert(place, now);
    }
}

/// A message as somebody would read it out.
pub fn words(message: &MessageView) -> String {
    let text = &hidden(message);
    match message.kind {
        "text" => text.to_owned(),
        "forum_topic_created" => "(a topic is opened)".to_owned(),
        "forum_topic_edited" => "(the topic has a new name)".to_owned(),
        "forum_topic_closed" => "(the topic is closed)".to_owned(),
        "forum_topic_reopened" => "(the topic is open again)".to_owned(),
        kind => {
            let name = message.file().map_or("", |(_, name)| name);
            let said: Vec<&str> = [name, text]
                .into_iter()
                .filter(|word| !word.is_empty())
                .collect();
            format!("[{kind}] {}", said.join(" ")).trim_end().to_owned()
        }
    }
}

/// The text as it looks before anybody taps a spoiler.
fn hidden(message: &MessageView) -> String {
    let is_hidden = |unit: usize| {
        let entities = message.content["entities"].as_array();
        entities.into_iter().flatten().any(|entity| {
            let at = |field: &str| {
                entity[field]
                    .as_u64()
                    .and_then(|at| usize::try_from(at).ok())
            };
            let (Some(from), Some(length)) = (at("offset"), at("length")) else {
                return false;
            };
            entity["type"] == "spoiler" && (from..from + length).contains(&unit)
        })
    };
    let mut unit = 0;
    message
        .text()
        .chars()
        .map(|character| {
            let shown = if is_hidden(unit) { '▒' } else { character };
            unit += character.len_utf16();
            shown
        })
        .collect()
}

/// The bot's reactions.
fn marks(message: &MessageView) -> Vec<String> {
    message
        .reactions
        .iter()
        .filter(|(actor, _)| *actor == BOT)
        .flat_map(|(_, marks)| marks.iter().cloned())
        .collect()
}

fn changed_lines(before: &str, after: &str) -> String {
    let lines: Vec<&str> = after
        .lines()
        .filter(|line| !before.lines().any(|old| old == *line))
        .collect();
    lines.join("\n")
}

fn quote(text: &str) -> String {
    let mut characters = text.chars();
    let start: String = characters.by_ref().take(QUOTE_CHARS_MAX).collect();
    if characters.next().is_some() {
        format!("{start}…")
    } else {
        start
    }
}
