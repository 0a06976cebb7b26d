//! A working day of a desk, in model time: 20 agents, 500 clients, eight hours, everything mixed. Agents act
//! at once, begin and end their shifts, leave the group and join it; calls fail and the program is killed.
//! In the end every ticket is in a lawful state and every message has arrived once, in order, at the right
//! side. The day tells in words what it was.

mod deeds;
mod figures;

use std::collections::BTreeSet;
use std::time::Duration;

use hushdesk::domain::settings::{
    Agents, Assignment, Category, Limits, Privacy, Sla, Targets, TicketRules, UncleanFiles,
};
use hushdesk::sandbox::{Fault, FaultRule, Settings, Status};

use crate::harness::lawful::check_desk;
use crate::harness::player::Ledger;
use crate::harness::{Dice, Scenario, Setup, quiet_log};
use figures::Figures;

const HOURS: u64 = 8;
/// Moments of a minute at which people act; those of one moment act at once.
const MOMENTS: u64 = 4;
const CLIENTS: usize = 500;
const AGENTS: usize = 20;
/// Agents who leave in the middle of the day, and as many who join then.
const CHANGES: usize = 4;
/// Tickets are opened until this minute; what is left is for what was begun.
const LAST_OPENING: u64 = 440;

/// What clients ask about.
const CATEGORIES: [&str; 2] = ["billing", "technical"];
/// An administrator who writes in the name of the group for most of the day.
const UNNAMED: usize = 8;

const fn minutes(count: u64) -> Duration {
    Duration::from_secs(60 * count)
}

struct Day {
    scenario: Scenario,
    ledger: Ledger,
    dice: Dice,
    clients: Vec<String>,
    /// How many have written so far.
    opened: usize,
    /// Those of whom nothing is passed on any more.
    banned: BTreeSet<String>,
    /// What they wrote all the same.
    unheard: Vec<String>,
    agents: Vec<String>,
    /// Topics in which somebody without a name was asked who they are.
    asked: Vec<i64>,
    /// Who was asked what they want to ask about.
    choosing: Vec<String>,
}

fn setup(assignment: Assignment) -> Setup {
    let setup = Setup::default();
    Setup {
        limits: Limits {
            tickets_per_day: 0,
            messages_per_hour: 0,
            burst: 0,
            messages_per_second: 0,
        },
        agents: Agents {
            assignment,
            away_after: Some(minutes(30)),
            ..setup.agents
        },
        tickets: TicketRules {
            auto_close_after: Some(minutes(120)),
            auto_close_warning: Some(minutes(30)),
            reopen_window: Some(minutes(60)),
            escalate_after_messages: 3,
            ..TicketRules::default()
        },
        sla: Sla {
            first_response: Targets {
                medium: Some(minutes(30)),
                high: Some(minutes(15)),
                critical: Some(minutes(10)),
                ..Targets::default()
            },
            ..setup.sla
        },
        categories: CATEGORIES.map(category).to_vec(),
        // The films that people have here cannot be cleaned.
        privacy: Privacy {
            unclean_files: UncleanFiles::Withhold,
            ..Privacy::default()
        },
        dashboard_every: Some(minutes(1)),
        sandbox: Settings {
            busy_loop_guard: false,
            keep_versions: false,
            call_log_capacity: 100_000,
            messages_per_chat: 100_000,
            ..Settings::default()
        },
        ..setup
    }
}

fn category(name: &str) -> Category {
    Category {
        name: name.to_owned(),
        title: name.to_owned(),
        desk: None,
        priority: None,
    }
}

/// A word of small letters that is no part of another one.
fn name(kind: char, number: usize) -> String {
    let letter = |number: usize| char::from(b'a' + u8::try_from(number % 26).expect("a letter"));
    let letters = [letter(number / 676), letter(number / 26), letter(number)];
    format!("{kind}q{}", letters.iter().collect::<String>())
}

impl Day {
    fn new(assignment: Assignment) -> (Self, tracing::subscriber::DefaultGuard) {
        let (captured, guard) = quiet_log();
        let mut scenario = Scenario::new(setup(assignment), captured);
        let agents: Vec<String> = (0..AGENTS).map(|number| name('m', number)).collect();
        for agent in &agents {
            scenario.agent(agent);
        }
        let clients: Vec<String> = (0..CLIENTS).map(|number| name('k', number)).collect();
        for client in &clients {
            scenario.person(client);
        }
        scenario.run();
        let day = Day {
            scenario,
            ledger: Ledger::default(),
            dice: Dice::new(20),
            clients,
            opened: 0,
            banned: BTreeSet::new(),
            unheard: Vec::new(),
            agents,
            asked: Vec::new(),
            choosing: Vec::new(),
        };
        (day, guard)
    }

    fn play(&mut self) {
        self.begin_work();
        for minute in 0..HOURS * 60 {
            self.happens_at(minute);
            let tickets = self.tickets();
            for _ in 0..MOMENTS {
                self.moment(minute, &tickets);
                self.scenario
                    .pass(minutes(1) / u32::try_from(MOMENTS).expect("few"));
            }
            if minute % 30 == 29 {
                self.scenario.database(check_desk);
            }
        }
        // Whoever had hours of their own gives them up: their clocks would ring for ever.
        for agent in &self.agents[..6] {
            self.scenario.says(agent, None, "/shift off");
        }
        self.scenario.pass(minutes(1));
    }

    /// Everybody says that they are there; some work in the first half of the day only, some in the second.
    fn begin_work(&mut self) {
        for (number, agent) in self.agents.clone().into_iter().enumerate() {
            self.scenario.says(&agent, None, "/available");
            let shift = match number {
                0..=2 => "/shift fri 00:00-04:00 UTC",
                3..=5 => "/shift fri 04:00-09:00 UTC",
                _ => continue,
            };
            self.scenario.says(&agent, None, shift);
        }
        let senior = self.scenario.marked(&self.agents[7]).username().to_owned();
        let admin = self.agents[6].clone();
        let command = format!("/agent @{senior} level 3 capacity 8");
        self.scenario.says(&admin, None, &command);
        for (number, category) in CATEGORIES.into_iter().enumerate() {
            let known = &self.agents[10 + number];
            let known = self.scenario.marked(known).username().to_owned();
            let command = format!("/agent @{known} categories {category}");
            self.scenario.says(&admin, None, &command);
        }
        self.scenario.pass(minutes(5));
    }

    /// What is out of the ordinary.
    fn happens_at(&mut self, minute: u64) {
        let now = self.scenario.now();
        match minute {
            60 => self.fails("sendMessage", Fault::CutAfter),
            61 => self.fails("createForumTopic", Fault::HangAfter),
            62 => self.fails("editMessageText", Fault::BadGatewayHtml),
            120 => self.scenario.wire.crash_at(7),
            200 => self.scenario.wire.set_offline(true),
            202 => self.scenario.wire.set_offline(false),
            30 | 400 => {
                let (user, group) = (
                    self.scenario.person(&name('m', UNNAMED)),
                    self.scenario.group,
                );
                let hides = minute == 30;
                self.scenario
                    .sandbox
                    .set_anonymous(group, user, hides, None);
            }
            240 => self.changes(),
            300 => {
                let (user, group) = (
                    self.scenario.person(&name('m', AGENTS - 1)),
                    self.scenario.group,
                );
                self.scenario
                    .sandbox
                    .set_member(group, user, Status::Member, now);
                self.agents.push(name('m', AGENTS - 1));
            }
            360 => {
                self.scenario.kill();
                self.scenario.start();
            }
            _ => {}
        }
    }

    fn fails(&mut self, method: &str, fault: Fault) {
        self.scenario.sandbox.plan(FaultRule::once(method, fault));
    }

    /// Some leave, in the middle of their work, and others come.
    fn changes(&mut self) {
        let (group, now) = (self.scenario.group, self.scenario.now());
        for agent in self.agents.split_off(AGENTS - CHANGES) {
            let user = self.scenario.person(&agent);
            self.scenario.sandbox.leave(group, user, now);
        }
        for number in AGENTS..AGENTS + CHANGES {
            let agent = name('m', number);
            let user = self.scenario.person(&agent);
            let member = Status::Member;
            self.scenario.sandbox.add_member(group, user, member, now);
            self.scenario.says(&agent, None, "/available");
            self.agents.push(agent);
        }
    }

    fn end(&mut self) -> Figures {
        self.scenario.allowed.errors_logged = true;
        let mut ledger = std::mem::take(&mut self.ledger);
        self.scenario.ends_trouble(&mut ledger);
        self.scenario.converge(&ledger);
        let group = self.scenario.sandbox.chat_messages(self.scenario.group);
        let posts = group.iter().filter(|message| message.from_bot);
        let texts: Vec<&str> = posts.map(|message| message.text()).collect();
        for marker in &self.unheard {
            let is_there = texts.iter().any(|text| text.contains(marker.as_str()));
            assert!(
                !is_there,
                "{marker} of somebody who is banned was passed on"
            );
        }
        Figures::of(&self.scenario)
    }
}

fn play(assignment: Assignment) -> Figures {
    let (mut day, _guard) = Day::new(assignment);
    day.play();
    let figures = day.end();
    eprintln!("{}: {}", assignment.name(), figures.in_words());
    figures.check();
    figures
}

#[test]
fn working_day_where_hushdesk_gives_tickets_out() {
    let figures = play(Assignment::Auto);
    assert!(figures.by_itself > CLIENTS / 2, "{}", figures.by_itself);
}

#[test]
fn working_day_where_agents_take_them() {
    let figures = play(Assignment::Claim);
    assert_eq!(figures.by_itself, 0);
}
