//! The first post of a topic: the ticket's state, and the client's first words where both fit.

use serde_json::Map;

use crate::domain::content::{Entity, Text};
use crate::domain::language::Language;
use crate::domain::rules::text::{self, ENTITIES_MAX, TEXT_MAX};
use crate::domain::ticket::{Ticket, TicketState};
use crate::domain::time::Timestamp;
use crate::texts::Texts;

/// A topic's title: state mark and code, nothing of the client's.
pub fn title(ticket: &Ticket) -> String {
    let mark = match ticket.state {
        TicketState::Open => "🟢",
        TicketState::Closed => "⚪",
    };
    format!("{mark} {}", ticket.code)
}

/// The card alone.
pub fn card(ticket: &Ticket, earlier: u32, texts: &Texts, language: Language) -> Text {
    let code = ticket.code.as_str();
    let lines = [
        format!("{code} · {}", ticket.code.pseudonym()),
        format!(
            "{} · {}",
            texts.card_state(language, ticket.state.name()),
            texts.card_opened(language, &minute(ticket.opened_at))
        ),
        texts.card_client(language, ticket.language.code(), u64::from(earlier)),
    ];
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

fn minute(time: Timestamp) -> String {
    chrono::DateTime::from_timestamp_millis(time.millis())
        .unwrap_or_default()
        .format("%Y-%m-%d %H:%M")
        .to_string()
}
