//! Which tickets wait for somebody who speaks their language, and which do not.

use super::tests::{agent, level, ticket};
use super::*;
use crate::domain::agent::StatusBy;

/// Of an agent who speaks English, somebody else, and a Russian ticket: who gets it.
#[test]
fn a_ticket_waits_for_whoever_speaks_its_language_and_not_for_nobody() {
    let english = Candidate {
        languages: vec![Language::English],
        ..agent(1)
    };
    let russian = Candidate {
        languages: vec![Language::Russian],
        ..agent(2)
    };
    let ticket = Wanted {
        language: Language::Russian,
        category: Some("billing".to_owned()),
        ..ticket()
    };
    let late = Wanted {
        is_late: true,
        ..ticket.clone()
    };
    let away = Candidate {
        status: AgentStatus::Away,
        ..russian.clone()
    };
    for (other, wanted, expected) in [
        (russian.clone(), &ticket, Some(2)),
        (away.clone(), &ticket, None),
        (away.clone(), &late, Some(1)),
        (russian.clone(), &late, Some(2)),
        (
            Candidate {
                active: 5,
                ..russian.clone()
            },
            &ticket,
            None,
        ),
        (
            Candidate {
                is_in_shift: false,
                ..russian.clone()
            },
            &ticket,
            None,
        ),
        // They gave it back just now: they may have it again later.
        (
            russian.clone(),
            &Wanted {
                except: Some(UserId(2)),
                ..ticket.clone()
            },
            None,
        ),
        // Who has no languages speaks all.
        (
            Candidate {
                languages: Vec::new(),
                ..away.clone()
            },
            &ticket,
            None,
        ),
        // These never take it.
        (
            Candidate {
                is_expected: false,
                ..away.clone()
            },
            &ticket,
            Some(1),
        ),
        (
            Candidate {
                capacity: 0,
                ..russian.clone()
            },
            &ticket,
            Some(1),
        ),
        (
            Candidate {
                categories: vec!["technical".to_owned()],
                ..russian.clone()
            },
            &ticket,
            Some(1),
        ),
        (
            Candidate {
                languages: vec![Language::English],
                ..away.clone()
            },
            &ticket,
            Some(1),
        ),
    ] {
        let crew = [english.clone(), other];
        let decision = assign(&crew, wanted);
        assert_eq!(decision.chosen.map(|user| user.0), expected, "{crew:?}");
        let waits = u32::from(expected.is_none() || (expected == Some(2) && !wanted.is_late));
        assert_eq!(decision.why.passed_over.other_language, waits, "{crew:?}");
    }
    // A junior's language is of no use to what a senior has to do.
    let senior = Candidate {
        level: level(2),
        ..english
    };
    let raised = Wanted {
        level: level(2),
        ..ticket
    };
    assert_eq!(assign(&[senior, russian], &raised).chosen, Some(UserId(1)));
}

/// What an agent is not given for its language, as the queue is asked, is what the rule says of each ticket.
#[test]
fn who_waits_for_whose_language_is_the_same_for_the_queue() {
    let categories = ["billing", "technical"].map(|name| Category {
        name: name.to_owned(),
        title: name.to_owned(),
        desk: None,
        priority: None,
    });
    let of = Candidate {
        languages: vec![Language::English],
        level: level(2),
        ..agent(1)
    };
    let russian = Candidate {
        languages: vec![Language::Russian],
        categories: vec!["billing".to_owned()],
        status: AgentStatus::Busy,
        ..agent(2)
    };
    let crew = [of.clone(), russian.clone()];
    let kinds = |category| Kind {
        level: Level::FIRST,
        category,
        language: Language::Russian,
    };
    let expected = [kinds(Some("billing")), kinds(None)];
    assert_eq!(barred(&crew, &of, &categories), expected);
    assert_eq!(barred(&crew, &agent(1), &categories), []);
    assert_eq!(barred(&crew[..1], &of, &categories), []);
    for category in [Some("billing"), Some("technical"), None] {
        for level in Level::ALL {
            let wanted = Wanted {
                category: category.map(str::to_owned),
                level,
                language: Language::Russian,
                ..ticket()
            };
            let is_given = assign(&crew, &wanted).chosen == Some(UserId(1));
            let is_barred = barred(&crew, &of, &categories).contains(&wanted.kind());
            assert_eq!(is_given, !is_barred && level <= of.level, "{wanted:?}");
        }
    }
}

#[test]
fn nobody_waits_for_somebody_who_has_been_gone_for_long() {
    let hours = |count: i64| Timestamp::from_seconds(count * 60 * 60);
    for (status, shift, idle, expected) in [
        (AgentStatus::Available, None, 1_000, true),
        (AgentStatus::Busy, None, 1_000, true),
        (AgentStatus::Away, None, 23, true),
        (AgentStatus::Away, None, 24, false),
        (AgentStatus::Offline, None, 24, false),
        (AgentStatus::Offline, Some("mon-fri 09:00-17:00"), 24, true),
        (
            AgentStatus::Offline,
            Some("mon-fri 09:00-17:00"),
            7 * 24 - 1,
            true,
        ),
        (
            AgentStatus::Offline,
            Some("mon-fri 09:00-17:00"),
            7 * 24,
            false,
        ),
    ] {
        let agent = Agent {
            user: UserId(1),
            level: Level::FIRST,
            capacity: None,
            languages: Vec::new(),
            categories: Vec::new(),
            status,
            status_by: StatusBy::Agent,
            status_at: hours(0),
            last_action_at: hours(0),
            shift: shift.map(str::to_owned),
        };
        assert_eq!(
            is_expected(&agent, hours(idle)),
            expected,
            "{status:?} {idle}"
        );
    }
}
