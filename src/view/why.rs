//! Why somebody got a ticket, in words and numbers. Names nobody.

use crate::domain::language::Language;
use crate::domain::rules::assign::{DecidedBy, Why};
use crate::texts::Texts;

/// A sentence about the one who was chosen, and one about the others.
pub fn why(texts: &Texts, language: Language, why: &Why) -> String {
    let reason = why.decided_by.map_or("nobody", DecidedBy::name);
    let chosen = texts.why_chosen(language, reason);
    if why.candidates <= 1 && why.decided_by.is_some() {
        return chosen;
    }
    let listed = |counted: &[(&'static str, u32)]| {
        let parts: Vec<String> = counted
            .iter()
            .filter(|(_, count)| *count > 0)
            .map(|(reason, count)| texts.why_over(language, reason, u64::from(*count)))
            .collect();
        if parts.is_empty() {
            texts.why_none(language)
        } else {
            parts.join(", ")
        }
    };
    let (over, behind) = (
        listed(&why.passed_over.counted()),
        listed(&why.behind.counted()),
    );
    let others = texts.why_others(language, why.candidates.into(), &over, &behind);
    format!("{chosen}\n{others}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rules::assign::{Behind, PassedOver};

    #[test]
    fn a_reason_is_said_in_words() {
        let texts = Texts::new();
        let decision = Why {
            candidates: 6,
            passed_over: PassedOver {
                not_available: 2,
                full: 1,
                ..PassedOver::default()
            },
            behind: Behind {
                more_tickets: 2,
                ..Behind::default()
            },
            decided_by: Some(DecidedBy::FewestTickets),
        };
        assert_eq!(
            why(&texts, Language::English, &decision),
            "Of those who could take the ticket, this agent had the fewest.\n\
             Looked at: 6. Could not take it: not available: 2, no room for another ticket: 1. Came \
             behind: have more tickets: 2."
        );
        let alone = Why {
            candidates: 1,
            decided_by: Some(DecidedBy::OnlyOne),
            ..Why::default()
        };
        assert_eq!(
            why(&texts, Language::Russian, &alone),
            "Больше никто не мог взять эту заявку."
        );
        assert_eq!(
            why(&texts, Language::English, &Why::default()),
            "Nobody could take this ticket: it waits in the queue.\n\
             Looked at: 0. Could not take it: nobody. Came behind: nobody."
        );
    }
}
