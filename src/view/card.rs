//! The first post of a topic: the ticket's state, and the client's first words where both fit.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Map;

use crate::domain::call::Button;
use crate::domain::content::{Entity, Text};
use crate::domain::language::Language;
use crate::domain::rules::text::{self, ENTITIES_MAX, TEXT_MAX};
use crate::domain::ticket::{Level, Ticket, TicketPriority, TicketState};
use crate::domain::time::Timestamp;
use crate::texts::Texts;

/// What a card shows beside the ticket itself.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// How many tickets the client had before.
    pub earlier: u32,
    /// What the assignee is called in the group.
    pub assignee: Option<String>,
    /// What the category is called.
    pub category: Option<String>,
    /// Its tags, in order.
    pub tags: Vec<String>,
    /// What it is about, where the post below does not say it.
    pub subject: Option<String>,
    /// Until when it is put aside.
    pub until: Option<String>,
    /// Until when the first answer is promised, where nobody has answered yet.
    pub answer_by: Option<String>,
    /// When it closes, where somebody has set a time.
    pub closes: Option<String>,
}

/// The mark of a state, in titles and cards.
pub const fn mark(state: TicketState) -> &'static str {
    match state {
        TicketState::Open => "🟢",
        TicketState::Assigned => "🔵",
        TicketState::Escalated => "🔴",
        TicketState::Snoozed => "💤",
        TicketState::Closed => "⚪",
    }
}

/// A topic's title: state mark, code and category, nothing of the client's.
pub fn title(ticket: &Ticket, category: Option<&str>) -> String {
    let mark = mark(ticket.state);
    match category {
        Some(category) => format!("{mark} {} · {category}", ticket.code),
        None => format!("{mark} {}", ticket.code),
    }
}

/// The card alone.
pub fn card(ticket: &Ticket, beside: &Beside, texts: &Texts, language: Language) -> Text {
    let code = ticket.code.as_str();
    let unread = (ticket.unread > 0).then(|| texts.card_unread(language, u64::from(ticket.unread)));
    let state: Vec<String> = [
        texts.card_state(language, ticket.state.name()),
        texts.card_opened(language, &minute(ticket.opened_at)),
    ]
    .into_iter()
    .chain(unread)
    .collect();
    let mut lines = vec![
        format!("{code} · {}", ticket.code.pseudonym()),
        state.join(" · "),
        texts.card_client(language, ticket.language.code(), u64::from(beside.earlier)),
    ];
    lines.extend(work_line(ticket, beside, texts, language));
    lines.extend(time_line(ticket, beside, texts, language));
    lines.extend(
        beside
            .subject
            .as_ref()
            .map(|subject| format!("«{subject}»")),
    );
    Text {
        text: lines.join("\n"),
        entities: vec![Entity {
            kind: "bold".to_owned(),
            offset: 0,
            length: text::utf16_len(code),
            rest: Map::new(),
        }],
    }
}

/// Priority, level, category, tags and assignee, as far as there is anything to say of them.
fn work_line(
    ticket: &Ticket,
    beside: &Beside,
    texts: &Texts,
    language: Language,
) -> Option<String> {
    let mut parts = Vec::new();
    if ticket.priority != TicketPriority::Medium {
        parts.push(texts.card_priority(language, ticket.priority.name()));
    }
    if ticket.level != Level::FIRST {
        parts.push(texts.card_level(language, u64::from(ticket.level.number())));
    }
    parts.extend(beside.category.clone());
    parts.extend(beside.tags.iter().map(|tag| format!("#{tag}")));
    if let Some(assignee) = &beside.assignee {
        parts.push(texts.card_assignee(language, assignee));
    }
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// How the first answer stands; until when it is put aside, and when it closes, where somebody has said so.
fn time_line(
    ticket: &Ticket,
    beside: &Beside,
    texts: &Texts,
    language: Language,
) -> Option<String> {
    let answer = match (ticket.first_response_at, &beside.answer_by) {
        (Some(answered_at), _) => {
            let minutes = answered_at.since(ticket.opened_at).as_secs() / 60;
            Some(texts.card_answered(language, minutes))
        }
        (None, Some(answer_by)) => Some(texts.card_answer_by(language, answer_by)),
        (None, None) => None,
    };
    let is_aside = ticket.state == TicketState::Snoozed;
    let until = is_aside.then(|| match &beside.until {
        Some(until) => texts.card_until(language, until),
        None => texts.card_until_client(language),
    });
    let closes = beside.closes.as_ref();
    let closes = closes.map(|at| texts.card_closes(language, at));
    let parts: Vec<String> = answer.into_iter().chain(until).chain(closes).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// The card with a lead and the client's words below it; nothing where that is too long for one
/// message.
pub fn with_words(card: &Text, lead: Option<&str>, words: Option<&Text>) -> Option<Text> {
    let mut post = card.clone();
    for paragraph in [lead.map(Text::plain).as_ref(), words]
        .into_iter()
        .flatten()
    {
        post = text::join(&text::join(&post, &Text::plain("\n\n")), paragraph);
    }
    let fits = text::utf16_len(&post.text) <= TEXT_MAX && post.entities.len() <= ENTITIES_MAX;
    fits.then_some(post)
}

/// A digest of a post with its buttons: what has the same says the same.
pub fn digest(text: &Text, buttons: &[Vec<Button>]) -> i64 {
    let mut hasher = DefaultHasher::new();
    // Both are plain data; two that print the same are the same.
    format!("{text:?}{buttons:?}").hash(&mut hasher);
    i64::from_ne_bytes(hasher.finish().to_ne_bytes())
}

fn minute(time: Timestamp) -> String {
    chrono::DateTime::from_timestamp_millis(time.millis())
        .unwrap_or_default()
        .format("%Y-%m-%d %H:%M")
        .to_string()
}
