//! Several support groups: each with its tickets, its people and its budget, and tickets that move.

use std::time::Duration;

use hushdesk::domain::rules::mask::Mask;
use hushdesk::domain::settings::{Agents, Assignment, Category, TicketRules};
use hushdesk::sandbox::{Fault, FaultRule, content};

use super::anonymity::masking;
use crate::harness::{FurtherDesk, Reads, Scenario, Setup, bot_test_with};

pub fn two_desks() -> Setup {
    let category = |name: &str, title: &str| Category {
        name: name.to_owned(),
        title: title.to_owned(),
        desk: None,
        priority: None,
    };
    Setup {
        categories: vec![category("billing", "Payments"), category("other", "Other")],
        desks: vec![
            FurtherDesk {
                name: "money",
                categories: &["billing"],
                levels: &[],
            },
            FurtherDesk {
                name: "experts",
                categories: &[],
                levels: &[2, 3],
            },
        ],
        tickets: TicketRules {
            escalate_keywords: vec!["operator".to_owned()],
            ..Setup::default().tickets
        },
        ..Setup::default()
    }
}

/// A ticket of the main group, with an answer.
pub fn open_ticket(t: &mut Scenario) {
    t.agent("sam");
    t.at_desk("money", |t| {
        t.agent("kim");
    });
    t.client("ann").says("my order is lost");
    t.client("ann").expect_part("created");
    t.topic("ann").expect_card("my order is lost");
}

/// The ticket of `open_ticket` has moved to the group of payments.
pub fn arrives_at_money(t: &mut Scenario) {
    let link = t.at_desk("money", |t| {
        t.topic("ann").expect_card("my order is lost");
        t.topic("ann").expect_part("Before it came here:");
        link(t, "ann")
    });
    t.topic("ann")
        .expect(&format!("This ticket goes on in money: {link}"));
    assert!(t.topic("ann").is_closed());
}

/// The link to the newest topic of a client in the group at hand.
fn link(t: &mut Scenario, client: &str) -> String {
    let short = t.group.unsigned_abs().to_string();
    let short = short.strip_prefix("100").unwrap_or(&short).to_owned();
    format!("https://t.me/c/{short}/{}", t.topic(client).id())
}

#[test]
fn a_new_ticket_goes_to_the_group_of_its_category() {
    bot_test_with(two_desks(), |t| {
        t.agent("sam");
        t.at_desk("money", |t| {
            t.agent("kim");
        });
        t.client("ann").says("/start billing");
        t.client("ann").expect_part("Payments: please write");
        t.client("ann").says("my invoice is wrong");
        t.client("ann").expect_part("created");
        t.at_desk("money", |t| {
            t.topic("ann").expect_card("my invoice is wrong");
            t.agent("kim").writes_in("ann", "which one?");
        });
        t.client("ann").expect("Live Support: which one?");
        t.client("ann").says("the last one");
        t.at_desk("money", |t| {
            t.topic("ann").expect("the last one");
        });
        t.client("bob").says("where is my parcel?");
        t.client("bob").expect_part("created");
        t.topic("bob").expect_card("where is my parcel?");
        assert!(t.sandbox.topics(t.group).len() == 1, "bob's alone");
    });
}

#[test]
fn a_transfer_moves_the_ticket_with_its_history_and_closes_the_old_topic_with_a_link() {
    let setup = Setup {
        privacy: masking(Mask::Spoiler).privacy,
        ..two_desks()
    };
    bot_test_with(setup, |t| {
        open_ticket(t);
        t.agent("sam").writes_in("ann", "which number?");
        t.client("ann").expect("Live Support: which number?");
        t.agent("sam").writes_in("ann", "// a difficult one");
        t.client("ann").says("call 0171 2345678");
        assert!(
            t.topic("ann").next().text().contains("0171"),
            "under a spoiler"
        );
        t.agent("sam").writes_in("ann", "/transfer billing");
        let name = t.marked("sam").first_name().to_owned();
        let main = link(t, "ann");
        t.at_desk("money", |t| {
            let card = t.topic("ann").next().text().to_owned();
            assert!(
                card.contains("This ticket comes from the main group."),
                "{card}"
            );
            assert!(card.ends_with("my order is lost"), "{card}");
            let history = t.topic("ann").next().text().to_owned();
            for part in [
                main.as_str(),
                &format!("Had it: {name}"),
                "2 messages of the client, 1 answer; 1 note stays",
                &format!("{name}: which number?"),
                "the client: call ▒▒▒",
            ] {
                assert!(history.contains(part), "{part}: {history}");
            }
            assert!(!history.contains("a difficult one"), "{history}");
            assert!(!history.contains("2345678"), "{history}");
        });
        let link = t.at_desk("money", |t| link(t, "ann"));
        t.topic("ann")
            .expect(&format!("This ticket goes on in money: {link}"));
        assert!(t.topic("ann").is_closed());
        t.client("ann").says("are you there?");
        t.at_desk("money", |t| {
            t.topic("ann").expect("are you there?");
            t.agent("kim").writes_in("ann", "I am");
        });
        t.client("ann").expect("Live Support: I am");
    });
}

#[test]
fn what_waits_for_the_old_topic_goes_to_the_new_one_in_order() {
    let mut setup = two_desks();
    setup.flood.group_calls_per_minute = 5;
    bot_test_with(setup, |t| {
        open_ticket(t);
        for line in 1..=6 {
            t.client("ann").says(&format!("line {line}"));
        }
        t.agent("sam").writes_in("ann", "/transfer billing");
        t.pass(Duration::from_secs(300));
        let read = |t: &mut Scenario| {
            let mut read = String::new();
            while let Some(text) = t.topic("ann").try_next() {
                read += &format!("{text}\n");
            }
            read
        };
        let before = read(t);
        let after = t.at_desk("money", read);
        assert!(after.contains("line 6"), "some had to wait: {after}");
        let (_, after) = after.split_once("Before it came here:").expect("history");
        let whole: Vec<&str> = before.lines().chain(after.lines()).collect();
        let mut numbers: Vec<usize> = Vec::new();
        for line in whole {
            if let Some(number) = line.strip_prefix("line ") {
                numbers.push(number.parse().expect("a number"));
            }
        }
        assert_eq!(numbers, [1, 2, 3, 4, 5, 6]);
    });
}

#[test]
fn what_is_under_way_when_the_ticket_moves_ends_where_it_was_sent() {
    bot_test_with(two_desks(), |t| {
        t.agent("sam");
        t.at_desk("experts", |t| {
            t.agent("eve");
        });
        t.run();
        t.client("ann")
            .drops(content::text("my order is lost"), None);
        t.run_until_called("my order is lost");
        t.client("ann")
            .drops(content::text("give me an operator"), None);
        t.run();
        t.client("ann").expect_part("created");
        t.topic("ann").expect_card("my order is lost");
        t.topic("ann").expect_part("This ticket goes on in experts");
        t.at_desk("experts", |t| {
            t.topic("ann").expect_card("my order is lost");
            t.topic("ann").expect_part("Before it came here:");
            t.topic("ann").expect("give me an operator");
            t.topic("ann").expect_part("Raised to level 2");
            t.agent("eve").writes_in("ann", "/priority low");
            t.topic("ann").expect_part("low");
            t.topic("ann").expect_edited("low priority");
        });
        t.client("ann")
            .edits("my order is lost", content::text("my parcel is lost"));
        t.at_desk("experts", |t| {
            t.topic("ann").expect_edited("my parcel is lost");
        });
    });
}

#[test]
fn what_was_refused_by_a_topic_that_the_ticket_has_left_goes_to_the_new_one() {
    bot_test_with(two_desks(), |t| {
        open_ticket(t);
        t.at_desk("experts", |t| {
            t.agent("eve");
        });
        t.run();
        t.agent("sam").deletes_topic_of("ann");
        let slow = Fault::Slow { ms: 3_000 };
        t.sandbox.plan(FaultRule::once("sendMessage", slow));
        t.client("ann").drops(content::text("is it found?"), None);
        t.run_until_called("is it found?");
        t.client("ann")
            .drops(content::text("give me an operator"), None);
        t.rest();
        t.at_desk("experts", |t| {
            t.topic("ann").expect_card("my order is lost");
            t.topic("ann").expect_part("Before it came here:");
            t.topic("ann").expect("is it found?");
            t.topic("ann").expect("give me an operator");
            t.topic("ann").expect_part("Raised to level 2");
            assert_eq!(t.sandbox.topics(t.group).len(), 1, "{}", t.story());
        });
        // It was left and is gone: none takes its place.
        let created = t.sandbox.calls();
        let created = created
            .iter()
            .filter(|call| call.method == "createForumTopic");
        assert_eq!(created.count(), 2, "{}", t.story());
    });
}

#[test]
fn whoever_writes_in_the_old_topic_is_told_where_the_ticket_is() {
    bot_test_with(two_desks(), |t| {
        open_ticket(t);
        let answer = t.agent("sam").writes_in("ann", "a moment please");
        t.client("ann").expect("Live Support: a moment please");
        t.agent("sam").writes_in("ann", "/transfer billing");
        arrives_at_money(t);
        let link = t.at_desk("money", |t| link(t, "ann"));
        let told = format!(
            "{} has moved to money: {link}. What is written here does not reach the client.",
            t.code_of("ann")
        );
        t.agent("sam").writes_in("ann", "one more thing");
        t.topic("ann").expect(&told);
        t.agent("sam").writes_in("ann", "/close");
        t.topic("ann").expect(&told);
        t.agent("sam")
            .in_topic_of("ann")
            .presses("Close")
            .expect_alert("");
        t.client("ann").expect_nothing();
        // What was written there before goes on by its links.
        t.agent("sam")
            .in_topic_of("ann")
            .edits(answer, content::text("two moments please"));
        t.client("ann").expect_edited("two moments please");
        t.client("ann").reacts("two moments please", "👍");
        t.topic("ann")
            .expect_reaction_on("two moments please", Some("👍"));
        t.agent("sam").replies_in("ann", answer, "/delete");
        t.topic("ann").expect_part("Deleted");
        t.client("ann").expect_gone("two moments please");
    });
}

#[test]
fn an_album_in_the_old_topic_is_answered_once() {
    bot_test_with(two_desks(), |t| {
        open_ticket(t);
        t.agent("sam").writes_in("ann", "/transfer billing");
        arrives_at_money(t);
        let pictures = |name: &str| {
            let item = |nth: u32| content::photo(&format!("{name}{nth}"), "");
            (0..3).map(item).map(Into::into).collect::<Vec<_>>()
        };
        for name in ["a", "b"] {
            let album = pictures(name);
            t.agent("sam").in_topic_of("ann").sends_album(album);
            t.topic("ann").expect_part("has moved to money");
        }
        t.client("ann").expect_nothing();
    });
}

#[test]
fn edits_and_replies_of_the_client_reach_what_stands_in_the_old_topic() {
    bot_test_with(two_desks(), |t| {
        open_ticket(t);
        t.client("ann").says("it was red");
        t.topic("ann").expect("it was red");
        t.agent("sam").writes_in("ann", "/transfer billing");
        arrives_at_money(t);
        t.client("ann")
            .edits("it was red", content::text("it was blue"));
        t.topic("ann").expect_edited("it was blue");
        t.client("ann")
            .edits("my order is lost", content::text("my big order is lost"));
        t.at_desk("money", |t| {
            t.topic("ann").expect_edited("my big order is lost");
        });
        t.client("ann").replies_to("it was blue").says("no, green");
        t.at_desk("money", |t| {
            t.topic("ann").expect_part("no, green");
        });
    });
}

#[test]
fn a_ticket_that_is_raised_moves_to_the_experts_and_back() {
    bot_test_with(two_desks(), |t| {
        open_ticket(t);
        t.at_desk("experts", |t| {
            t.agent("eve");
        });
        t.client("ann").says("give me an operator");
        // It was to be posted just then.
        t.at_desk("experts", |t| {
            t.topic("ann").expect_card("my order is lost");
            t.topic("ann").expect_part("Before it came here:");
            t.topic("ann").expect("give me an operator");
            t.topic("ann").expect_part("Raised to level 2");
        });
        t.topic("ann").expect_part("This ticket goes on in experts");
        t.at_desk("experts", |t| {
            t.agent("eve").writes_in("ann", "/transfer level 1");
        });
        // A topic that ends in a link stays closed: the ticket gets a new one.
        t.topic("ann").expect_card("my order is lost");
        t.topic("ann").expect_part("Before it came here:");
        t.at_desk("experts", |t| {
            t.topic("ann")
                .expect_part("This ticket goes on in the main group");
        });
        let topics = t.sandbox.topics(t.group);
        let closed: Vec<bool> = topics.iter().map(|topic| topic.closed).collect();
        assert_eq!(closed, [true, false]);
    });
}

#[test]
fn look_ups_answer_only_where_the_ticket_has_been() {
    bot_test_with(two_desks(), |t| {
        open_ticket(t);
        t.at_desk("experts", |t| {
            t.agent("eve");
        });
        let code = t.code_of("ann");
        let ask = |t: &mut Scenario, who: &str, words: &str| {
            t.agent(who).writes_in_general(words);
            t.general().next().text().to_owned()
        };
        assert!(ask(t, "sam", &format!("/why {code}")).contains(&code));
        for word in ["/why", "/audit", "/reopen", "/reveal"] {
            for (desk, who) in [("experts", "eve"), ("money", "kim")] {
                let words = format!("{word} {code} please");
                let answer = t.at_desk(desk, |t| ask(t, who, &words));
                assert!(!answer.contains(&code), "{desk} {word}: {answer}");
            }
        }
        assert!(ask(t, "sam", "/queue").contains(&code));
        let answer = t.at_desk("money", |t| ask(t, "kim", "/queue"));
        assert!(!answer.contains(&code), "{answer}");
        let answer = t.at_desk("money", |t| ask(t, "kim", "/next"));
        assert!(!answer.contains(&code), "{answer}");
        t.agent("sam").writes_in("ann", "/transfer billing");
        arrives_at_money(t);
        for (desk, who) in [("money", "kim"), ("main", "sam")] {
            let words = format!("/why {code}");
            let answer = match desk {
                "main" => ask(t, who, &words),
                desk => t.at_desk(desk, |t| ask(t, who, &words)),
            };
            assert!(answer.contains(&code), "{desk}: {answer}");
        }
        let answer = t.at_desk("experts", |t| ask(t, "eve", &format!("/why {code}")));
        assert!(!answer.contains(&code), "{answer}");
    });
}

#[test]
fn only_members_of_a_group_work_there() {
    let setup = Setup {
        agents: Agents {
            assignment: Assignment::Auto,
            ..Setup::default().agents
        },
        ..two_desks()
    };
    bot_test_with(setup, |t| {
        t.agent("sam").writes_in_general("/available");
        t.general().expect_part("You are available");
        t.at_desk("money", |t| {
            t.agent("kim");
        });
        t.client("ann").says("/start billing");
        t.client("ann").expect_part("Payments");
        t.client("ann").says("my invoice is wrong");
        t.client("ann").expect_part("your place in the queue is 1");
        t.at_desk("money", |t| {
            t.topic("ann").expect_card("my invoice is wrong");
            t.agent("kim").writes_in_general("/available");
            t.topic("ann").expect_part("is yours");
            t.general().expect_part("You are available");
            // Sam is nobody here, whatever he may do elsewhere.
            let (card, data) = t.agent("kim").in_topic_of("ann").button("Close");
            let sam = t.person("sam");
            let (group, now) = (t.group, t.now());
            let pressed = t
                .sandbox
                .person_presses_anyway(sam, group, card, &data, now);
            assert!(pressed.is_ok(), "an old app may show it");
            t.pass(Duration::from_secs(20));
            let alerts = t.sandbox.alerts_seen(sam);
            assert_eq!(alerts.len(), 1, "{alerts:?}");
        });
        t.client("ann").expect_nothing();
    });
}

#[test]
fn a_ticket_that_waits_for_its_turn_takes_one_of_the_group_that_it_moves_to() {
    let setup = Setup {
        new_tickets_per_minute: 2,
        ..two_desks()
    };
    bot_test_with(setup, |t| {
        t.agent("sam");
        t.at_desk("experts", |t| {
            t.agent("eve");
        });
        for number in 0..7 {
            t.client(&format!("new{number}")).says("hello");
        }
        // Where they leave they would be the last, in two minutes and more.
        for name in ["new6", "new5", "new4"] {
            t.client(name).says("give me an operator");
        }
        t.at_desk("experts", |t| {
            for name in ["new6", "new5"] {
                t.topic(name).expect_card("hello");
            }
            assert_eq!(t.sandbox.topics(t.group).len(), 2, "two in a minute");
        });
        t.pass(Duration::from_secs(60));
        t.at_desk("experts", |t| {
            t.topic("new4").expect_card("hello");
            super::pacing::reads_everything(t);
        });
        t.pass(Duration::from_secs(60));
        super::pacing::reads_everything(t);
    });
}
