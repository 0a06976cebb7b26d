//! What people do, drawn from the dice.

use hushdesk::sandbox::content;

use super::{CATEGORIES, CLIENTS, Day, LAST_OPENING, MOMENTS, UNNAMED, name};
use crate::harness::player::Written;
use crate::harness::variety::{Deed, Who};

/// A ticket with a topic, as it stood at the beginning of a minute.
pub struct Ticket {
    client: i64,
    thread: i64,
    is_closed: bool,
    assignee: i64,
    is_waiting: bool,
}

/// What agents say about their tickets.
const OF_THEIRS: [&str; 11] = [
    "/transfer billing",
    "/category technical",
    "/snooze 20m",
    "/snooze",
    "/remind 10m look again",
    "/priority high",
    "/tag add vip",
    "/why",
    "/unclaim",
    "/escalate it burns",
    "/close in 10m",
];
const CLOSES: [&str; 4] = [
    "/close",
    "/close solved",
    "/close silent no_answer",
    "/close thanks",
];
const IN_GENERAL: [&str; 8] = [
    "/next",
    "/next",
    "/queue",
    "/mine",
    "/agents",
    "/available",
    "/busy",
    "/away",
];

impl Day {
    /// The tickets with topics: all that are open, and some that were closed lately.
    pub fn tickets(&self) -> Vec<Ticket> {
        let query = "SELECT telegram_user_id, thread_id, tickets.state = 'closed', ifnull(assignee, 0), unread > 0 \
            FROM tickets JOIN clients ON clients.id = client_id JOIN topics ON ticket_id = tickets.id \
            WHERE topics.state = 'live' AND thread_id IS NOT NULL \
            AND (tickets.state <> 'closed' OR tickets.id > (SELECT max(id) - 40 FROM tickets)) ORDER BY tickets.id";
        self.scenario.database(|db| {
            let mut statement = db.prepare(query).expect("it fits the schema");
            let rows = statement.query_map([], |row| {
                Ok(Ticket {
                    client: row.get(0)?,
                    thread: row.get(1)?,
                    is_closed: row.get(2)?,
                    assignee: row.get(3)?,
                    is_waiting: row.get(4)?,
                })
            });
            let rows = rows.expect("it runs");
            rows.collect::<Result<_, _>>().expect("rows read")
        })
    }

    pub fn moment(&mut self, minute: u64, tickets: &[Ticket]) {
        self.answer_questions();
        let openings = LAST_OPENING * MOMENTS;
        let clients = u64::try_from(CLIENTS).expect("few");
        let is_late = minute + 20 > LAST_OPENING;
        if (is_late || self.dice.below(openings) < clients) && self.opened < CLIENTS {
            let client = self.clients[self.opened].clone();
            self.opened += 1;
            self.chooses(&client);
            self.client_says(&client, "my order is lost");
        }
        if self.dice.below(100) < 25 && self.opened > 0 {
            self.client_acts();
        }
        for _ in 0..2 {
            if self.dice.below(100) < 36 {
                self.agent_acts(tickets);
            }
        }
    }

    /// What was asked a moment ago is answered with a button: who gave a command also by somebody else.
    fn answer_questions(&mut self) {
        for thread in std::mem::take(&mut self.asked) {
            let other = self.any(&self.agents).expect("a list").clone();
            let here = (self.scenario.group, Some(thread));
            for who in [other, name('m', UNNAMED)] {
                self.scenario.presses_at(&who, here, "It was me");
            }
        }
        for client in std::mem::take(&mut self.choosing) {
            let user = self.scenario.person(&client);
            let category = self.any(&CATEGORIES).expect("a list");
            self.scenario.presses_at(&client, (user, None), category);
        }
    }

    /// What a new client asks about: by a link, by a button, or nobody says.
    fn chooses(&mut self, client: &str) {
        match self.dice.below(6) {
            0 => {
                let category = self.any(&CATEGORIES).expect("a list");
                self.client_sends(client, &format!("/start {category}"));
            }
            1 => {
                self.client_sends(client, "/start");
                self.choosing.push(client.to_owned());
            }
            _ => {}
        }
    }

    fn any<'a, T>(&self, all: &'a [T]) -> Option<&'a T> {
        let count = u64::try_from(all.len()).expect("few");
        let index = self.dice.below(count.max(1));
        all.get(usize::try_from(index).expect("few"))
    }

    /// A client whose number is drawn: mostly one of those who came lately.
    fn client_acts(&mut self) {
        let lately = u64::try_from(self.opened.min(40)).expect("few");
        let back = usize::try_from(self.dice.below(lately)).expect("few");
        let client = self.clients[self.opened - 1 - back].clone();
        if self.banned.contains(&client) {
            let marker = self.ledger.marker("x");
            self.client_sends(&client, &marker);
            self.unheard.push(marker);
            return;
        }
        let roll = self.dice.below(10_000);
        let does = |day: &mut Day, deed| {
            let (scenario, ledger) = (&mut day.scenario, &mut day.ledger);
            scenario.does(ledger, Who::Client, &client, deed, roll);
        };
        match self.dice.below(20) {
            0..=8 => self.client_says(&client, "and when will it come?"),
            9 => self.client_says(&client, "give me an operator"),
            10..=12 => does(self, Deed::Sends),
            13 => does(self, Deed::SendsAlbum),
            14..=16 => does(self, Deed::Edits),
            17 => does(self, Deed::Reacts),
            18 => does(self, Deed::Presses),
            _ => {
                self.client_sends(&client, "/close");
            }
        }
    }

    fn client_sends(&mut self, client: &str, text: &str) -> i64 {
        let (user, now) = (self.scenario.person(client), self.scenario.now());
        let text = content::text(text);
        let sandbox = &self.scenario.sandbox;
        let sent = sandbox.person_sends(user, user, None, text, None, now);
        sent.expect("a client may write")
    }

    fn client_says(&mut self, client: &str, words: &str) {
        let marker = self.ledger.marker("w");
        let message = self.client_sends(client, &format!("{words} {marker}"));
        let user = self.scenario.person(client);
        let written = Written::of("text", marker, message);
        self.ledger.add(Who::Client, user, written);
    }

    fn agent_acts(&mut self, tickets: &[Ticket]) {
        let Some(agent) = self.any(&self.agents).cloned() else {
            return;
        };
        let user = self.scenario.person(&agent);
        let open: Vec<&Ticket> = tickets.iter().filter(|ticket| !ticket.is_closed).collect();
        let mine: Vec<&Ticket> = open
            .iter()
            .copied()
            .filter(|it| it.assignee == user)
            .collect();
        let waiting: Vec<&Ticket> = mine.iter().copied().filter(|it| it.is_waiting).collect();
        let free: Vec<&Ticket> = open.iter().copied().filter(|it| it.assignee == 0).collect();
        let closed: Vec<&Ticket> = tickets.iter().filter(|ticket| ticket.is_closed).collect();
        match self.dice.below(100) {
            0..=49 => {
                let theirs = self.any(&waiting).or(self.any(&free)).or(self.any(&mine));
                if let Some(ticket) = theirs {
                    self.answers(&agent, ticket);
                }
            }
            50..=54 => {
                // Two see the same ticket in the same moment.
                let other = self.any(&self.agents).cloned();
                if let (Some(ticket), Some(other)) = (self.any(&free), other) {
                    self.scenario.says(&agent, Some(ticket.thread), "/claim");
                    self.answers(&other, ticket);
                }
            }
            55..=64 => {
                let command = *self.any(&OF_THEIRS).expect("a list");
                if let Some(ticket) = self.any(&mine) {
                    self.scenario.says(&agent, Some(ticket.thread), command);
                }
            }
            65..=68 => {
                let other = self.any(&self.agents).expect("a list").clone();
                let other = self.scenario.marked(&other).username().to_owned();
                if let Some(ticket) = self.any(&mine) {
                    let command = format!("/transfer @{other}");
                    self.scenario.says(&agent, Some(ticket.thread), &command);
                }
            }
            69..=86 => {
                let command = *self.any(&CLOSES).expect("a list");
                let answered = mine.iter().copied().filter(|ticket| !ticket.is_waiting);
                let answered: Vec<&Ticket> = answered.collect();
                if let Some(ticket) = self.any(&answered) {
                    self.scenario.says(&agent, Some(ticket.thread), command);
                }
            }
            87 | 88 => {
                if let Some(ticket) = self.any(&closed) {
                    self.scenario.says(&agent, Some(ticket.thread), "/reopen");
                }
            }
            89 => {
                if let Some(ticket) = self.any(&open) {
                    self.bans(&agent, ticket);
                }
            }
            90 | 91 => {
                let button = match self.dice.below(4) {
                    0 => "Escalate",
                    1 => "cannot wait",
                    _ => "Take it",
                };
                let theirs = self.any(&free).or(self.any(&mine));
                if let Some(ticket) = theirs {
                    self.presses(&agent, ticket, button);
                }
            }
            92 => {
                let unnamed = name('m', UNNAMED);
                if let Some(ticket) = self.any(&free).or(self.any(&open)) {
                    self.scenario.says(&unnamed, Some(ticket.thread), "/claim");
                    self.asked.push(ticket.thread);
                }
            }
            _ => {
                let command = *self.any(&IN_GENERAL).expect("a list");
                self.scenario.says(&agent, None, command);
            }
        }
    }

    fn presses(&mut self, agent: &str, ticket: &Ticket, button: &str) {
        let here = (self.scenario.group, Some(ticket.thread));
        self.scenario.presses_at(agent, here, button);
    }

    fn answers(&mut self, agent: &str, ticket: &Ticket) {
        let marker = self.ledger.marker("a");
        let text = format!("it is on its way {marker}");
        if let Some(message) = self.scenario.says(agent, Some(ticket.thread), &text) {
            let written = Written::of("text", marker, message);
            self.ledger.add(Who::Agent, ticket.client, written);
        }
    }

    /// Only by those who have administered the group from the beginning.
    fn bans(&mut self, agent: &str, ticket: &Ticket) {
        let is_admin = self.agents.iter().take(10).any(|known| known == agent);
        let people = self.clients[..self.opened].to_vec();
        let client = people
            .into_iter()
            .find(|name| self.scenario.person(name) == ticket.client);
        let Some(client) = client.filter(|_| is_admin && self.banned.len() < 10) else {
            return;
        };
        let command = if self.banned.len().is_multiple_of(2) {
            "/ban insults"
        } else {
            "/mute 9h flooding"
        };
        self.scenario.says(agent, Some(ticket.thread), command);
        self.banned.insert(client);
    }
}
