//! What each client has used up of its limits.

use rusqlite::{OptionalExtension, Row, params};

use super::{Db, Error};
use crate::domain::ids::ClientId;
use crate::domain::rules::limits::{Album, Usage, Window};

const USAGE: &str = "SELECT hour_started_at, hour_messages, hour_told, \
     day_started_at, day_tickets, day_told, next_free_at, album, album_refused FROM client_limits WHERE client_id = ?1";
const SAVE: &str = "INSERT INTO client_limits (client_id, hour_started_at, hour_messages, hour_told, \
     day_started_at, day_tickets, day_told, next_free_at, album, album_refused) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) \
     ON CONFLICT (client_id) DO UPDATE SET hour_started_at = ?2, hour_messages = ?3, hour_told = ?4, \
     day_started_at = ?5, day_tickets = ?6, day_told = ?7, next_free_at = ?8, \
     album = ?9, album_refused = ?10";

/// What a client has used up.
pub fn usage(db: &Db, client: ClientId) -> Result<Usage, Error> {
    Ok(db
        .prepare_cached(USAGE)?
        .query_row([client], |row| {
            Ok(Usage {
                hour: Window {
                    started_at: row.get(0)?,
                    count: row.get(1)?,
                    told: row.get(2)?,
                },
                day: Window {
                    started_at: row.get(3)?,
                    count: row.get(4)?,
                    told: row.get(5)?,
                },
                next_free_at: row.get(6)?,
                album: album(row)?,
            })
        })
        .optional()?
        .unwrap_or(Usage::NONE))
}

/// Keeps what a client has used up.
pub fn save(db: &Db, client: ClientId, usage: &Usage) -> Result<(), Error> {
    db.prepare_cached(SAVE)?.execute(params![
        client,
        usage.hour.started_at,
        usage.hour.count,
        usage.hour.told,
        usage.day.started_at,
        usage.day.count,
        usage.day.told,
        usage.next_free_at,
        usage.album.as_ref().map(|album| &album.name),
        usage.album.as_ref().is_some_and(|album| album.is_refused),
    ])?;
    Ok(())
}

fn album(row: &Row<'_>) -> rusqlite::Result<Option<Album>> {
    let Some(name) = row.get(7)? else {
        return Ok(None);
    };
    let is_refused = row.get(8)?;
    Ok(Some(Album { name, is_refused }))
}
