//! A ticket and the people of it, as the desk sees them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ids::{ClientId, DeskId, TicketId, UserId};
use super::language::Language;
use super::outcome::Unreachable;
use super::time::Timestamp;

/// Letters of Crockford's base 32: no I, L, O, U, so that a code can be read out on the phone.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// How many random letters a code has: 2^30 codes a day.
const RANDOM_LETTERS: usize = 6;

/// The public name of a ticket: `SUPP-261120-7F3K2Q`. Never derived from who the client is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TicketCode(String);

impl TicketCode {
    /// A code for the day of `opened_at` (UTC) from a random number, of which 30 bits count.
    pub fn new(opened_at: Timestamp, random: u64) -> Self {
        let day = chrono::DateTime::from_timestamp_millis(opened_at.millis())
            .unwrap_or_default()
            .format("%y%m%d");
        let letters: String = (0..RANDOM_LETTERS)
            .map(|index| {
                let five_bits = (random >> (5 * index)) & 31;
                let index = usize::try_from(five_bits).expect("five bits fit a usize");
                char::from(ALPHABET[index])
            })
            .collect();
        Self(format!("SUPP-{day}-{letters}"))
    }

    /// A code as it stands in the database.
    pub fn from_stored(code: String) -> Self {
        Self(code)
    }

    /// The first code that stands in a text, such as a topic's title.
    pub fn find_in(text: &str) -> Option<Self> {
        text.split(|character: char| !(character.is_ascii_alphanumeric() || character == '-'))
            .find(|word| is_code(word))
            .map(|word| Self(word.to_owned()))
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What agents call the client inside this ticket.
    pub fn pseudonym(&self) -> String {
        let letters = self.0.rsplit('-').next().unwrap_or_default();
        format!("User-{letters}")
    }
}

impl fmt::Display for TicketCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_code(word: &str) -> bool {
    let mut parts = word.split('-');
    let (prefix, day, letters) = (parts.next(), parts.next(), parts.next());
    prefix == Some("SUPP")
        && day.is_some_and(|day| day.len() == 6 && day.bytes().all(|byte| byte.is_ascii_digit()))
        && letters.is_some_and(|letters| {
            letters.len() == RANDOM_LETTERS && letters.bytes().all(|byte| ALPHABET.contains(&byte))
        })
        && parts.next().is_none()
}

/// How a ticket stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketState {
    /// Nobody has it.
    Open,
    /// Somebody has it.
    Assigned,
    /// It was raised by a level, and nobody of that level has it yet.
    Escalated,
    /// Put aside until a time, or until the client writes. Whoever had it keeps it.
    Snoozed,
    /// Done. Whoever had it keeps it, should it be opened again.
    Closed,
}

impl TicketState {
    /// Every state, in the order of a ticket's life.
    pub const ALL: [TicketState; 5] = [
        TicketState::Open,
        TicketState::Assigned,
        TicketState::Escalated,
        TicketState::Snoozed,
        TicketState::Closed,
    ];

    /// Its name in the database and in the texts.
    pub const fn name(self) -> &'static str {
        match self {
            TicketState::Open => "open",
            TicketState::Assigned => "assigned",
            TicketState::Escalated => "escalated",
            TicketState::Snoozed => "snoozed",
            TicketState::Closed => "closed",
        }
    }

    /// Whether agents can pick it up.
    pub const fn is_queued(self) -> bool {
        matches!(self, TicketState::Open | TicketState::Escalated)
    }
}

/// How urgent a ticket is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum TicketPriority {
    /// It can wait.
    Low,
    /// As most are.
    #[default]
    Medium,
    /// Before others.
    High,
    /// Before everything.
    Critical,
}

impl TicketPriority {
    /// Every priority, the least urgent first.
    pub const ALL: [TicketPriority; 4] = [
        TicketPriority::Low,
        TicketPriority::Medium,
        TicketPriority::High,
        TicketPriority::Critical,
    ];

    /// Its name in commands, in the config and in the texts.
    pub const fn name(self) -> &'static str {
        match self {
            TicketPriority::Low => "low",
            TicketPriority::Medium => "medium",
            TicketPriority::High => "high",
            TicketPriority::Critical => "critical",
        }
    }

    /// Its place in the order, as the database has it.
    pub const fn rank(self) -> u8 {
        match self {
            TicketPriority::Low => 0,
            TicketPriority::Medium => 1,
            TicketPriority::High => 2,
            TicketPriority::Critical => 3,
        }
    }
}

/// How senior an agent is, and how senior one a ticket needs: 1, 2 or 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Level(u8);

impl Level {
    /// Every agent, every ticket at first.
    pub const FIRST: Level = Level(1);
    /// There is nobody above.
    pub const LAST: Level = Level(3);
    /// Every level.
    pub const ALL: [Level; 3] = [Level(1), Level(2), Level(3)];

    /// A level; none where the number is not 1, 2 or 3.
    pub const fn new(number: u8) -> Option<Self> {
        match number {
            1..=3 => Some(Self(number)),
            _ => None,
        }
    }

    /// Its number.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// The level above; the last one stays what it is.
    pub const fn above(self) -> Self {
        match self.0 {
            1 => Self(2),
            _ => Self::LAST,
        }
    }
}

impl Default for Level {
    fn default() -> Self {
        Self::FIRST
    }
}

/// How a ticket ended, in the words of whoever closed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    /// The client was helped.
    Solved,
    /// The client did not answer any more.
    NoAnswer,
    /// Nobody wanted help.
    Spam,
    /// Another ticket is about the same.
    Duplicate,
}

impl Resolution {
    /// Every resolution.
    pub const ALL: [Resolution; 4] = [
        Resolution::Solved,
        Resolution::NoAnswer,
        Resolution::Spam,
        Resolution::Duplicate,
    ];

    /// Its name in commands, in the database and in the texts.
    pub const fn name(self) -> &'static str {
        match self {
            Resolution::Solved => "solved",
            Resolution::NoAnswer => "no_answer",
            Resolution::Spam => "spam",
            Resolution::Duplicate => "duplicate",
        }
    }
}

/// Who has closed a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ClosedBy {
    /// The person who asked for help.
    Client,
    /// Somebody of the desk.
    Agent,
    /// The desk's own clock.
    Timer,
}

impl ClosedBy {
    /// Everybody who can.
    pub const ALL: [ClosedBy; 3] = [ClosedBy::Client, ClosedBy::Agent, ClosedBy::Timer];

    /// Its name in the database and in the texts.
    pub const fn name(self) -> &'static str {
        match self {
            ClosedBy::Client => "client",
            ClosedBy::Agent => "agent",
            ClosedBy::Timer => "timer",
        }
    }
}

/// Which side did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Side {
    /// The person who asked for help.
    Client,
    /// The desk.
    Agent,
}

impl Side {
    /// Its name in the database and in the texts.
    pub const fn name(self) -> &'static str {
        match self {
            Side::Client => "client",
            Side::Agent => "agent",
        }
    }
}

/// What a member of the desk group may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Role {
    /// Works tickets.
    Agent,
    /// Owner or administrator of the group.
    Admin,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 2] = [Role::Agent, Role::Admin];

    /// Its name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Role::Agent => "agent",
            Role::Admin => "admin",
        }
    }
}

/// One conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Our row.
    pub id: TicketId,
    /// Its public name.
    pub code: TicketCode,
    /// Whose it is.
    pub client: ClientId,
    /// The desk that it belongs to.
    pub desk: DeskId,
    /// How it stands.
    pub state: TicketState,
    /// How urgent it is.
    pub priority: TicketPriority,
    /// How senior an agent it needs.
    pub level: Level,
    /// What it is about, by the name of a category in the config.
    pub category: Option<String>,
    /// Its first line, with what has to be hidden hidden; may be empty.
    pub subject: String,
    /// The member who has it.
    pub assignee: Option<UserId>,
    /// When the first message came in.
    pub opened_at: Timestamp,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// Until when it is put aside; none in a snoozed ticket means until the client writes.
    pub snoozed_until: Option<Timestamp>,
    /// When it is to be closed, where an agent has set a time.
    pub close_at: Option<Timestamp>,
    /// Since when the client waits for an answer; none while the client owes one.
    pub waiting_since: Option<Timestamp>,
    /// Messages of the client since the last answer.
    pub unread: u32,
    /// When the client wrote last.
    pub last_client_at: Option<Timestamp>,
    /// When an agent wrote to the client last.
    pub last_agent_at: Option<Timestamp>,
    /// When the client was answered for the first time.
    pub first_response_at: Option<Timestamp>,
    /// The language that the client reads.
    pub language: Language,
}

/// A person who writes to the bot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Our row.
    pub id: ClientId,
    /// The language that they read.
    pub language: Language,
    /// Why Telegram does not let us write to them; none where it does.
    pub unreachable: Option<Unreachable>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Timestamp = Timestamp::from_seconds(1_795_132_800); // 2026-11-20, midnight UTC

    #[test]
    fn a_code_holds_the_day_and_six_letters() {
        let code = TicketCode::new(DAY, 0);
        assert_eq!(code.as_str(), "SUPP-261120-000000");
        assert_eq!(code.pseudonym(), "User-000000");
        assert_eq!(
            TicketCode::new(DAY, u64::MAX).as_str(),
            "SUPP-261120-ZZZZZZ"
        );
    }

    #[test]
    fn a_code_is_found_in_a_title_and_nothing_else_is() {
        let cases = [
            (
                "🟢 SUPP-261120-7F3K2Q · billing",
                Some("SUPP-261120-7F3K2Q"),
            ),
            ("SUPP-261120-7F3K2Q", Some("SUPP-261120-7F3K2Q")),
            ("SUPP-261120-7F3K2", None),
            ("SUPP-261120-7F3K2QX", None),
            ("SUPP-26112O-7F3K2Q", None),
            ("supp-261120-7f3k2q", None),
            ("hello", None),
            ("", None),
        ];
        for (title, expected) in cases {
            let found = TicketCode::find_in(title);
            assert_eq!(found.as_ref().map(TicketCode::as_str), expected, "{title}");
        }
    }
}
