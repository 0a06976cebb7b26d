//! Tables and properties of who gets a ticket.

use proptest::prelude::*;

use super::*;

pub(super) fn level(number: u8) -> Level {
    Level::new(number).expect("there is one")
}

/// An agent who could get everything.
pub(super) fn agent(number: i64) -> Candidate {
    Candidate {
        user: UserId(number),
        status: AgentStatus::Available,
        is_in_shift: true,
        is_expected: true,
        active: 0,
        capacity: 5,
        categories: Vec::new(),
        languages: Vec::new(),
        level: Level::FIRST,
        average_response: None,
        idle_since: Timestamp::from_seconds(1_000),
    }
}

pub(super) fn ticket() -> Wanted {
    Wanted {
        category: None,
        language: Language::English,
        level: Level::FIRST,
        priority: TicketPriority::Medium,
        is_late: false,
        except: None,
    }
}

/// Of the agents 1, 2, 3…, who gets it and why.
fn check(agents: &[Candidate], wanted: &Wanted, chosen: Option<i64>, why: Why) {
    let decision = assign(agents, wanted);
    assert_eq!(decision.chosen.map(|user| user.0), chosen, "{agents:?}");
    assert_eq!(decision.why, why, "{agents:?}");
}

fn why(candidates: u32, decided_by: Option<DecidedBy>) -> Why {
    Why {
        candidates,
        decided_by,
        ..Why::default()
    }
}

#[test]
fn some_cannot_get_it() {
    let billing = Wanted {
        category: Some("billing".to_owned()),
        level: level(2),
        except: Some(UserId(7)),
        ..ticket()
    };
    let good = |number| Candidate {
        level: level(2),
        categories: vec!["billing".to_owned()],
        ..agent(number)
    };
    let agents = [
        good(1),
        Candidate {
            status: AgentStatus::Busy,
            ..good(2)
        },
        Candidate {
            is_in_shift: false,
            ..good(3)
        },
        Candidate {
            active: 5,
            ..good(4)
        },
        Candidate {
            categories: vec!["technical".to_owned()],
            ..good(5)
        },
        Candidate {
            level: level(1),
            ..good(6)
        },
        good(7),
        Candidate {
            status: AgentStatus::Away,
            active: 9,
            ..good(8)
        },
        Candidate {
            status: AgentStatus::Offline,
            ..good(9)
        },
    ];
    let passed_over = PassedOver {
        not_available: 3,
        out_of_shift: 1,
        full: 1,
        other_category: 1,
        below_level: 1,
        other_language: 0,
        had_it: 1,
    };
    let expected = Why {
        passed_over,
        ..why(9, Some(DecidedBy::OnlyOne))
    };
    check(&agents, &billing, Some(1), expected);
    let nobody = Why {
        candidates: 8,
        passed_over,
        ..Why::default()
    };
    check(&agents[1..], &billing, None, nobody);
    check(&[], &billing, None, Why::default());
}

#[test]
fn what_makes_the_difference() {
    let russian = Wanted {
        language: Language::Russian,
        ..ticket()
    };
    let critical = Wanted {
        priority: TicketPriority::Critical,
        ..ticket()
    };
    let english = vec![Language::English];
    let late = Wanted {
        is_late: true,
        ..russian.clone()
    };
    let second = Duration::from_secs(1);
    for (wanted, first, decided_by) in [
        (
            &russian,
            Candidate {
                languages: english.clone(),
                ..agent(1)
            },
            DecidedBy::OnlyOne,
        ),
        (
            &late,
            Candidate {
                languages: english,
                ..agent(1)
            },
            DecidedBy::Language,
        ),
        (
            &ticket(),
            Candidate {
                active: 1,
                ..agent(1)
            },
            DecidedBy::FewestTickets,
        ),
        (
            &ticket(),
            Candidate {
                idle_since: Timestamp::from_seconds(2_000),
                ..agent(1)
            },
            DecidedBy::LongestIdle,
        ),
    ] {
        let agents = [first, agent(2)];
        let decision = assign(&agents, wanted);
        assert_eq!(decision.chosen, Some(UserId(2)));
        assert_eq!(decision.why.decided_by, Some(decided_by));
    }
    // Seniors first, even those who have more to do; ordinary tickets know no seniors.
    let senior = Candidate {
        level: level(2),
        active: 4,
        ..agent(2)
    };
    let decision = assign(&[agent(1), senior.clone()], &critical);
    assert_eq!(decision.chosen, Some(UserId(2)));
    assert_eq!(
        decision.why.behind,
        Behind {
            less_senior: 1,
            ..Behind::default()
        }
    );
    assert_eq!(
        assign(&[agent(1), senior.clone()], &ticket()).chosen,
        Some(UserId(1))
    );
    // Without a senior who has room, somebody else helps.
    let full = Candidate {
        active: 5,
        ..senior
    };
    assert_eq!(assign(&[agent(1), full], &critical).chosen, Some(UserId(1)));
    // Who has never answered comes after those who have.
    let quick = Candidate {
        average_response: Some(second),
        ..agent(2)
    };
    let decision = assign(&[agent(1), quick], &ticket());
    assert_eq!(decision.chosen, Some(UserId(2)));
    assert_eq!(
        decision.why.behind,
        Behind {
            slower: 1,
            ..Behind::default()
        }
    );
    // Equal in everything: always the same one.
    let decision = assign(&[agent(2), agent(1)], &ticket());
    assert_eq!(decision.chosen, Some(UserId(1)));
    assert_eq!(decision.why.decided_by, Some(DecidedBy::Order));
}

#[test]
fn the_reason_can_be_stored() {
    let decision = assign(&[agent(1), agent(2)], &ticket());
    let stored = serde_json::to_string(&decision.why).expect("it is a value");
    assert!(stored.contains("\"decided_by\":\"order\""), "{stored}");
    let read: Why = serde_json::from_str(&stored).expect("it was just written");
    assert_eq!(read, decision.why);
}

fn any_candidate() -> impl Strategy<Value = Candidate> {
    let status = prop::sample::select(AgentStatus::ALL.to_vec());
    let categories = prop::sample::subsequence(vec!["billing", "technical"], 0..=2);
    let languages = prop::sample::subsequence(Language::ALL.to_vec(), 0..=2);
    let load = (0_u32..4, 0_u32..4);
    let speed = prop::option::of(0_u64..3);
    (
        status,
        any::<bool>(),
        load,
        categories,
        languages,
        1_u8..=3,
        speed,
        0_i64..3,
    )
        .prop_map(
            |(
                status,
                is_in_shift,
                (active, capacity),
                categories,
                languages,
                number,
                speed,
                idle,
            )| Candidate {
                user: UserId(0),
                status,
                is_in_shift,
                is_expected: true,
                active,
                capacity,
                categories: categories.into_iter().map(str::to_owned).collect(),
                languages,
                level: level(number),
                average_response: speed.map(Duration::from_secs),
                idle_since: Timestamp::from_seconds(idle),
            },
        )
}

fn any_ticket() -> impl Strategy<Value = Wanted> {
    let category = prop::option::of(prop::sample::select(vec!["billing", "technical", "other"]));
    let priority = prop::sample::select(TicketPriority::ALL.to_vec());
    let language = prop::sample::select(Language::ALL.to_vec());
    (
        category,
        priority,
        language,
        1_u8..=3,
        prop::option::of(0_i64..8),
    )
        .prop_map(|(category, priority, language, number, except)| Wanted {
            category: category.map(str::to_owned),
            language,
            level: level(number),
            priority,
            is_late: false,
            except: except.map(UserId),
        })
}

proptest! {
    #[test]
    fn who_is_chosen_can_take_it_and_the_order_does_not_matter(
        agents in prop::collection::vec(any_candidate(), 0..8),
        wanted in any_ticket(),
        turn in 0_usize..8,
    ) {
        let mut agents = agents;
        for (index, agent) in agents.iter_mut().enumerate() {
            agent.user = UserId(i64::try_from(index).expect("there are eight at most"));
        }
        let decision = assign(&agents, &wanted);
        if let Some(user) = decision.chosen {
            let chosen = agents.iter().find(|agent| agent.user == user).expect("it is one of them");
            prop_assert!(chosen.active < chosen.capacity);
            prop_assert!(chosen.level >= wanted.level);
            prop_assert!(chosen.status == AgentStatus::Available && chosen.is_in_shift);
            prop_assert_ne!(Some(user), wanted.except);
        }
        let (over, behind) = (decision.why.passed_over, decision.why.behind);
        let counted = over.not_available + over.out_of_shift + over.full + over.other_category
            + over.below_level + over.other_language + over.had_it + behind.other_language + behind.less_senior
            + behind.more_tickets + behind.slower + behind.less_idle + behind.equal
            + u32::from(decision.chosen.is_some());
        prop_assert_eq!(counted, decision.why.candidates);
        let turn = turn.min(agents.len());
        agents.rotate_left(turn);
        prop_assert_eq!(assign(&agents, &wanted), decision.clone());
        agents.reverse();
        prop_assert_eq!(assign(&agents, &wanted), decision);
    }
}
