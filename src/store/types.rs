//! How the domain's types stand in columns.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Error;
use crate::domain::agent::{AgentStatus, AssignmentKind, StatusBy};
use crate::domain::call::{Budget, Call, Mark, Priority, Purpose};
use crate::domain::ids::{
    AdmissionId, AlbumId, BotId, ChatId, ClientId, DeskId, InboxId, JobId, LookupId, MessageId,
    MessageRowId, OutboxId, ParkedId, PromptId, ReportId, ThreadId, TicketId, TimerId, TopicId,
    UserId,
};
use crate::domain::language::Language;
use crate::domain::outcome::Unreachable;
use crate::domain::rules::ban::BanKind;
use crate::domain::rules::breaker::Cause;
use crate::domain::rules::sla::Target;
use crate::domain::ticket::{
    ClosedBy, Level, Resolution, Role, Side, TicketCode, TicketPriority, TicketState,
};
use crate::domain::time::Timestamp;

macro_rules! integer_column {
    ($($name:ident),*) => {$(
        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::from(self.0))
            }
        }
        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                i64::column_result(value).map($name)
            }
        }
    )*};
}

integer_column!(
    AdmissionId,
    AlbumId,
    LookupId,
    ParkedId,
    JobId,
    PromptId,
    ReportId,
    BotId,
    ChatId,
    ClientId,
    DeskId,
    InboxId,
    MessageId,
    MessageRowId,
    OutboxId,
    ThreadId,
    TicketId,
    TimerId,
    TopicId,
    UserId
);

macro_rules! named_column {
    ($($name:ident: $all:expr),*) => {$(
        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::from(self.name()))
            }
        }
        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                let name = value.as_str()?;
                $all.into_iter()
                    .find(|candidate: &$name| candidate.name() == name)
                    .ok_or(FromSqlError::InvalidType)
            }
        }
    )*};
}

named_column!(
    Purpose: Purpose::ALL,
    Budget: Budget::ALL,
    TicketState: TicketState::ALL,
    Resolution: Resolution::ALL,
    ClosedBy: ClosedBy::ALL,
    BanKind: BanKind::ALL,
    AgentStatus: AgentStatus::ALL,
    StatusBy: StatusBy::ALL,
    AssignmentKind: AssignmentKind::ALL,
    Side: [Side::Client, Side::Agent],
    Role: Role::ALL,
    Mark: Mark::ALL,
    Unreachable: Unreachable::ALL,
    Cause: Cause::ALL,
    Target: Target::ALL
);

impl ToSql for Timestamp {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.millis()))
    }
}

impl FromSql for Timestamp {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        i64::column_result(value).map(Timestamp::from_millis)
    }
}

impl ToSql for Priority {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.0))
    }
}

impl ToSql for TicketPriority {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.rank()))
    }
}

impl FromSql for TicketPriority {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let rank = u8::column_result(value)?;
        TicketPriority::ALL
            .into_iter()
            .find(|priority| priority.rank() == rank)
            .ok_or(FromSqlError::InvalidType)
    }
}

impl ToSql for Level {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.number()))
    }
}

impl FromSql for Level {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Level::new(u8::column_result(value)?).ok_or(FromSqlError::InvalidType)
    }
}

impl ToSql for TicketCode {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.as_str()))
    }
}

impl FromSql for TicketCode {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        String::column_result(value).map(TicketCode::from_stored)
    }
}

impl ToSql for Language {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.code()))
    }
}

impl FromSql for Language {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value
            .as_str()
            .map(|code| Language::from_tag(code).unwrap_or_default())
    }
}

impl FromSql for Call {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        serde_json::from_str(value.as_str()?)
            .map_err(|_| FromSqlError::Other("a stored call cannot be read".into()))
    }
}

/// A chat as the database names it: a client's private chat by our own row, a group by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// The private chat with a client.
    Client(ClientId),
    /// A group.
    Group(ChatId),
}

impl ToSql for Place {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(match self {
            Place::Client(client) => client.0,
            Place::Group(chat) => chat.0,
        }))
    }
}

impl FromSql for Place {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        i64::column_result(value).map(|number| {
            if number > 0 {
                Place::Client(ClientId(number))
            } else {
                Place::Group(ChatId(number))
            }
        })
    }
}

/// A value as JSON text.
pub(super) fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("plain data without maps of odd keys always serialises")
}

/// A value from JSON text that we wrote ourselves.
pub(super) fn from_json<T: DeserializeOwned>(what: &'static str, json: &str) -> Result<T, Error> {
    serde_json::from_str(json).map_err(|error| Error::Unreadable {
        what,
        // The kind and place of the error; its own text could quote the value.
        reason: format!(
            "{:?} at line {} column {}",
            error.classify(),
            error.line(),
            error.column()
        ),
    })
}
