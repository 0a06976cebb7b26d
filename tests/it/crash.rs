//! The program is killed at every place at which it could be: after every commit, before every
//! call, and after every call's effect. Each time it is started again and everything arrives.

use std::cell::Cell;

use crate::harness::crew::CrewDeed;
use crate::harness::player::{Action, Ledger};
use crate::harness::variety::{Deed, Who};
use crate::harness::{Scenario, Setup, quiet_log};
use crate::scenarios::desks::two_desks;
use crate::scenarios::pacing::unlimited;
use hushdesk::domain::settings::{Agents, Assignment, Sla, Targets, TicketRules};
use hushdesk::sandbox::marked::{ALBUMS, KINDS};

/// Plays the actions once without a crash to count the places, then once for each of them.
fn crash_at_every_point(actions: &[Action]) {
    crash_at_every_point_in(Setup::default(), actions);
}

fn crash_at_every_point_in(setup: Setup, actions: &[Action]) {
    crash_at_every_point_and(setup, actions, |_| {});
}

/// The same where each end has more to it than that everything has arrived.
fn crash_at_every_point_and(setup: Setup, actions: &[Action], ends: impl Fn(&Scenario)) {
    let points = play(setup.clone(), actions, None, &ends);
    assert!(points > 10, "the story has places to crash at: {points}");
    for point in 0..points {
        play(setup.clone(), actions, Some(point), &ends);
    }
}

fn play(
    setup: Setup,
    actions: &[Action],
    crash_at: Option<usize>,
    ends: &impl Fn(&Scenario),
) -> usize {
    let (captured, _guard) = quiet_log();
    let mut scenario = Scenario::new(setup, captured);
    scenario.person("ann");
    scenario.agent("sam");
    scenario.run();
    let mut ledger = Ledger::default();
    scenario.wire.crash_at(crash_at.unwrap_or(usize::MAX));
    for action in actions {
        scenario.play(&mut ledger, action);
    }
    scenario.ends_trouble(&mut ledger);
    scenario.converge(&ledger);
    ends(&scenario);
    assert_eq!(scenario.spooled(), [""; 0], "files are left behind");
    if let Some(point) = crash_at {
        assert_eq!(scenario.crashes, 1, "the crash at place {point} happened");
    }
    scenario.wire.points()
}

const ANN: &str = "ann";

#[test]
fn by_a_voice() {
    crash_at_every_point_in(
        Setup {
            voices: 1,
            ..Setup::default()
        },
        &[
            Action::Writes(ANN),
            Action::Run,
            Action::Writes(ANN),
            Action::Writes(ANN),
            Action::Run,
            Action::Answers(ANN),
            Action::Writes(ANN),
            Action::Run,
        ],
    );
}

#[test]
fn first_message() {
    crash_at_every_point(&[Action::Writes(ANN), Action::Writes(ANN), Action::Run]);
}

#[test]
fn reopening() {
    let setup = Setup {
        tickets: TicketRules {
            reopen_window: Some(std::time::Duration::from_secs(60 * 60)),
            ..Setup::default().tickets
        },
        ..Setup::default()
    };
    let story = [
        Action::Writes(ANN),
        Action::Run,
        Action::AgentCloses(ANN),
        Action::Run,
        Action::Writes(ANN),
        Action::Writes(ANN),
        Action::Run,
        Action::Answers(ANN),
        Action::Run,
    ];
    crash_at_every_point_in(setup, &story);
}

#[test]
fn reply() {
    crash_at_every_point(&[
        Action::Writes(ANN),
        Action::Run,
        Action::Answers(ANN),
        Action::Notes(ANN),
        Action::Answers(ANN),
        Action::Run,
    ]);
}

#[test]
fn close() {
    crash_at_every_point(&[
        Action::Writes(ANN),
        Action::Run,
        Action::AgentCloses(ANN),
        Action::Run,
        Action::Writes(ANN),
        Action::Run,
        Action::Closes(ANN),
        Action::Run,
    ]);
}

#[test]
fn topic_gone() {
    crash_at_every_point(&[
        Action::Writes(ANN),
        Action::Run,
        Action::DeletesTopic(ANN),
        Action::Writes(ANN),
        Action::Photo(ANN),
        Action::Run,
    ]);
}

#[test]
fn migration() {
    // A forum is never upgraded again, but a basic group may be what the config still names.
    crash_at_every_point_in(
        Setup {
            basic_group: true,
            ..Setup::default()
        },
        &[
            Action::UpgradesGroup,
            Action::Writes(ANN),
            Action::Run,
            Action::Answers(ANN),
            Action::Run,
        ],
    );
}

/// The number that draws this kind, or this sort of album.
fn roll(names: &[&str], name: &str) -> u64 {
    let index = names.iter().position(|known| *known == name);
    u64::try_from(index.expect("a known kind")).expect("a short list")
}

fn sends(who: Who, kind: &str) -> Action {
    Action::Does(who, ANN, Deed::Sends, roll(&KINDS, kind))
}

#[test]
fn document() {
    crash_at_every_point(&[
        sends(Who::Client, "document_pdf"),
        Action::Writes(ANN),
        Action::Run,
        sends(Who::Agent, "document_jpeg"),
        Action::Answers(ANN),
        Action::Run,
    ]);
}

#[test]
fn album_of_documents() {
    let album = Action::Does(
        Who::Client,
        ANN,
        Deed::SendsAlbum,
        roll(&ALBUMS, "documents"),
    );
    crash_at_every_point(&[
        Action::Writes(ANN),
        Action::Run,
        album,
        Action::Writes(ANN),
        Action::Run,
    ]);
}

#[test]
fn question() {
    crash_at_every_point(&[
        Action::Writes(ANN),
        Action::Run,
        sends(Who::Client, "contact"),
        Action::Writes(ANN),
        Action::Run,
        // The second of the two buttons, which keeps it.
        Action::Does(Who::Client, ANN, Deed::Presses, 16),
        Action::Run,
        sends(Who::Client, "venue"),
        Action::Run,
        Action::Does(Who::Client, ANN, Deed::Presses, 1),
        Action::Run,
    ]);
}

/// Texts that wait share a post, which is asked to wait; meanwhile one of them changes and one is taken back.
#[test]
fn a_shared_post() {
    let mut setup = Setup {
        limits: unlimited(),
        ..Setup::default()
    };
    setup.flood.group_calls_per_minute = 6;
    let story = [
        Action::Writes(ANN),
        Action::Run,
        // They take what is left of the minute.
        Action::Photo(ANN),
        Action::Photo(ANN),
        Action::Photo(ANN),
        Action::Photo(ANN),
        Action::Run,
        Action::Floods(30),
        Action::Writes(ANN),
        Action::Writes(ANN),
        Action::Writes(ANN),
        Action::Pass(std::time::Duration::from_secs(70)),
        Action::Does(Who::Client, ANN, Deed::Edits, 5),
        Action::Does(Who::Client, ANN, Deed::TakesBack, 7),
        Action::Writes(ANN),
        Action::Pass(std::time::Duration::from_secs(60)),
    ];
    // A crash can leave too much of the budget to some, or too little, for the texts to meet.
    let (plays, shared) = (Cell::new(0), Cell::new(0));
    let share = |scenario: &Scenario| {
        let posts = scenario.sandbox.chat_messages(scenario.group);
        let is_shared = posts
            .iter()
            .any(|post| post.text().matches("[w").count() > 1);
        plays.set(plays.get() + 1);
        shared.set(shared.get() + usize::from(is_shared));
        assert!(
            plays.get() > 1 || is_shared,
            "texts share a post\n{}",
            scenario.story()
        );
    };
    crash_at_every_point_and(setup, &story, share);
    let (plays, shared) = (plays.get(), shared.get());
    assert!(shared * 4 > plays * 3, "{shared} of {plays}");
}

/// A ticket moves to another group, and back.
#[test]
fn moving() {
    let story = [
        Action::Writes(ANN),
        Action::Run,
        Action::Answers(ANN),
        Action::Photo(ANN),
        Action::Writes(ANN),
        Action::Commands(ANN, "/transfer billing"),
        Action::Writes(ANN),
        Action::Run,
        Action::Answers(ANN),
        Action::Writes(ANN),
        Action::Run,
        Action::Commands(ANN, "/transfer other"),
        Action::Writes(ANN),
        Action::Run,
    ];
    crash_at_every_point_in(two_desks(), &story);
}

/// It moves before its first topic stands.
#[test]
fn moving_at_once() {
    let story = [
        Action::Writes(ANN),
        Action::Writes(ANN),
        Action::Run,
        Action::Does(Who::Client, ANN, Deed::Edits, 1),
        Action::Commands(ANN, "/escalate look"),
        Action::Writes(ANN),
        Action::Commands(ANN, "/transfer level 1"),
        Action::Writes(ANN),
        Action::Run,
    ];
    crash_at_every_point_in(two_desks(), &story);
}

fn auto() -> Setup {
    let setup = Setup::default();
    Setup {
        agents: Agents {
            assignment: Assignment::Auto,
            ..setup.agents
        },
        ..setup
    }
}

fn crew(agent: &'static str, deed: CrewDeed) -> Action {
    Action::Crew(agent, deed)
}

/// Two agents who are there.
fn two_at_work() -> [Action; 5] {
    [
        crew("joe", CrewDeed::Joins),
        Action::Run,
        crew("sam", CrewDeed::InGeneral("/available")),
        crew("joe", CrewDeed::InGeneral("/available")),
        Action::Run,
    ]
}

#[test]
fn two_answer_at_once() {
    let mut story = two_at_work().to_vec();
    story.extend([
        Action::Writes(ANN),
        Action::Run,
        crew("sam", CrewDeed::Answers(ANN)),
        crew("joe", CrewDeed::Answers(ANN)),
        Action::Run,
    ]);
    crash_at_every_point(&story);
}

#[test]
fn two_claim_at_once_by_command_and_button() {
    let mut story = two_at_work().to_vec();
    story.extend([
        Action::Writes(ANN),
        Action::Run,
        crew("sam", CrewDeed::Commands(ANN, "/claim")),
        crew("joe", CrewDeed::Presses(ANN, "Take it")),
        Action::Run,
        crew("sam", CrewDeed::Commands(ANN, "/unclaim")),
        crew("joe", CrewDeed::Answers(ANN)),
        Action::Run,
    ]);
    crash_at_every_point(&story);
}

#[test]
fn escalation() {
    let setup = Setup {
        tickets: TicketRules {
            escalate_keywords: vec!["operator".to_owned()],
            escalate_after_messages: 2,
            ..Setup::default().tickets
        },
        sla: Sla {
            first_response: Targets {
                medium: Some(std::time::Duration::from_secs(60)),
                high: Some(std::time::Duration::from_secs(60)),
                ..Targets::default()
            },
            ..Setup::default().sla
        },
        ..auto()
    };
    let mut story = two_at_work().to_vec();
    story.extend([
        Action::Writes(ANN),
        Action::Run,
        crew("sam", CrewDeed::Commands(ANN, "/escalate it burns")),
        Action::Run,
        Action::Pass(std::time::Duration::from_secs(61)),
        Action::Writes(ANN),
        // Overdue by now, and the second minute without an answer.
        Action::Pass(std::time::Duration::from_secs(70)),
        crew("joe", CrewDeed::Answers(ANN)),
        Action::Run,
    ]);
    crash_at_every_point_in(setup, &story);
}

/// By then what was in doubt is settled: the story goes on as if nothing had happened.
const AFTER_A_CRASH: std::time::Duration = std::time::Duration::from_secs(150);

/// A word of the client raises the ticket, once for all that they write until the next answer.
#[test]
fn escalation_by_a_word() {
    let setup = Setup {
        tickets: TicketRules {
            escalate_keywords: vec!["operator".to_owned()],
            ..Setup::default().tickets
        },
        ..auto()
    };
    let story = [
        crew("sam", CrewDeed::InGeneral("/available")),
        Action::Says(ANN, "I want an operator"),
        Action::Says(ANN, "an operator, please"),
        Action::Pass(AFTER_A_CRASH),
        crew("sam", CrewDeed::Answers(ANN)),
        Action::Run,
        Action::Says(ANN, "the operator again"),
        Action::Run,
    ];
    let raised = |scenario: &Scenario| {
        assert_eq!(
            trail(scenario, "escalate"),
            vec![(None, "keyword".to_owned()); 2]
        );
        let query = "SELECT level * 10 + priority FROM tickets";
        let raised = scenario.database(|db| db.query_row(query, [], |row| row.get::<_, i64>(0)));
        assert_eq!(raised, Ok(33), "twice, from the first level and medium");
    };
    crash_at_every_point_and(setup, &story, raised);
}

/// A command given in the name of the group waits for a press, and is carried out once, as the presser's.
#[test]
fn a_command_without_a_name_and_the_press_that_gives_it_one() {
    let story = [
        crew("sam", CrewDeed::InGeneral("/busy")),
        Action::Writes(ANN),
        Action::Pass(AFTER_A_CRASH),
        crew("sam", CrewDeed::Hides),
        crew("sam", CrewDeed::Commands(ANN, "/claim")),
        Action::Pass(AFTER_A_CRASH),
        crew("sam", CrewDeed::Presses(ANN, "It was me")),
        crew("sam", CrewDeed::Presses(ANN, "It was me")),
        Action::Pass(AFTER_A_CRASH),
        // Nobody says who this was.
        crew("sam", CrewDeed::Commands(ANN, "/unclaim")),
        Action::Pass(std::time::Duration::from_secs(11 * 60)),
        crew("sam", CrewDeed::Presses(ANN, "It was me")),
        Action::Run,
    ];
    crash_at_every_point_and(Setup::default(), &story, |scenario| {
        let claims = trail(scenario, "claim");
        let [(Some(_), _)] = claims.as_slice() else {
            panic!("claimed once, by somebody: {claims:?}");
        };
        assert!(trail(scenario, "unclaim").is_empty(), "nobody gave it back");
    });
}

/// Who did this, and why.
fn trail(scenario: &Scenario, action: &str) -> Vec<(Option<i64>, String)> {
    scenario.database(|db| {
        let mut statement = db
            .prepare("SELECT actor, reason FROM audit WHERE action = ?1 ORDER BY id")
            .expect("it fits the schema");
        let rows = statement.query_map([action], |row| Ok((row.get(0)?, row.get(1)?)));
        let rows = rows.expect("it runs");
        rows.map(|row| row.expect("a member and words")).collect()
    })
}

#[test]
fn assignment_and_what_becomes_of_the_tickets_of_whoever_leaves() {
    let mut story = two_at_work().to_vec();
    story.extend([
        Action::Writes(ANN),
        Action::Run,
        crew("sam", CrewDeed::Answers(ANN)),
        crew("sam", CrewDeed::Leaves),
        Action::Run,
        crew("joe", CrewDeed::InGeneral("/away")),
        Action::Run,
        crew("sam", CrewDeed::Joins),
        crew("sam", CrewDeed::InGeneral("/available")),
        Action::Run,
        crew("sam", CrewDeed::Answers(ANN)),
        Action::Run,
    ]);
    crash_at_every_point_in(auto(), &story);
}
