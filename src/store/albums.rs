//! Albums while they arrive: several messages of one sender that belong together.

use rusqlite::{OptionalExtension, Row, params};

use super::{Db, Error, Place};
use crate::domain::ids::{AlbumId, MessageRowId, OutboxId, TicketId};
use crate::domain::time::Timestamp;

const NEWEST: &str = "SELECT id, place, ticket_id, outbox_id, state, first_at, last_at FROM albums \
     WHERE place = ?1 AND media_group = ?2 ORDER BY id DESC LIMIT 1";
const BY_ID: &str =
    "SELECT id, place, ticket_id, outbox_id, state, first_at, last_at FROM albums WHERE id = ?1";
const INSERT: &str = "INSERT INTO albums (place, media_group, ticket_id, first_at, last_at) \
     VALUES (?1, ?2, ?3, ?4, ?4) RETURNING id";
const ANSWERED: &str = "INSERT INTO albums (place, media_group, ticket_id, state, first_at, last_at) \
     VALUES (?1, ?2, ?3, 'sent', ?4, ?4)";
const HELD_BY: &str = "UPDATE albums SET outbox_id = ?2 WHERE id = ?1";
const ITEM_CAME: &str = "UPDATE albums SET last_at = ?2 WHERE id = ?1";
const END: &str = "UPDATE albums SET state = ?2 WHERE id = ?1";
const JOIN: &str = "UPDATE messages SET album_id = ?2 WHERE id = ?1";
const ALBUM_OF: &str = "SELECT album_id FROM messages WHERE id = ?1";
const ITEMS: &str = "SELECT messages.id FROM messages JOIN links ON links.message_id = messages.id AND links.place = ?2 \
     WHERE album_id = ?1 AND deleted_at IS NULL ORDER BY telegram_message_id";

/// How an album stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlbumState {
    /// More of it may come.
    Collecting,
    /// It has left.
    Sent,
    /// It stays where it was written: a note.
    Kept,
    /// It is held back until it is changed or forced.
    Held,
}

/// An album.
#[derive(Clone, Copy, Debug)]
pub struct Album {
    /// Our row.
    pub id: AlbumId,
    /// Where it was written.
    pub place: Place,
    /// The ticket that it belongs to.
    pub ticket: TicketId,
    /// The call that holds its place in the lane.
    pub call: Option<OutboxId>,
    /// How it stands.
    pub state: AlbumState,
    /// When its first message came in.
    pub first_at: Timestamp,
    /// When its last one did.
    pub last_at: Timestamp,
}

/// The newest album of this name in a chat: a message that comes late begins another.
pub fn newest(db: &Db, place: Place, media_group: &str) -> Result<Option<Album>, Error> {
    Ok(db
        .prepare_cached(NEWEST)?
        .query_row(params![place, media_group], album)
        .optional()?)
}

/// An album by its row.
pub fn by_id(db: &Db, id: AlbumId) -> Result<Option<Album>, Error> {
    Ok(db
        .prepare_cached(BY_ID)?
        .query_row([id], album)
        .optional()?)
}

/// An album whose first message has come in.
pub fn insert(
    db: &Db,
    place: Place,
    media_group: &str,
    ticket: TicketId,
    now: Timestamp,
) -> Result<AlbumId, Error> {
    Ok(db
        .prepare_cached(INSERT)?
        .query_row(params![place, media_group, ticket, now], |row| row.get(0))?)
}

/// Whoever wrote this album was told that it goes nowhere: it counts as sent, without a call.
pub fn answered(
    db: &Db,
    place: Place,
    media_group: &str,
    ticket: TicketId,
    now: Timestamp,
) -> Result<(), Error> {
    db.prepare_cached(ANSWERED)?
        .execute(params![place, media_group, ticket, now])?;
    Ok(())
}

/// This call holds the album's place in the lane.
pub fn held_by(db: &Db, id: AlbumId, call: OutboxId) -> Result<(), Error> {
    db.prepare_cached(HELD_BY)?.execute(params![id, call])?;
    Ok(())
}

/// A message belongs to an album and came in now.
pub fn join(db: &Db, id: AlbumId, message: MessageRowId, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(JOIN)?.execute(params![message, id])?;
    db.prepare_cached(ITEM_CAME)?.execute(params![id, now])?;
    Ok(())
}

/// No more is waited for.
pub fn end(db: &Db, id: AlbumId, state: AlbumState) -> Result<(), Error> {
    let name = match state {
        AlbumState::Collecting => "collecting",
        AlbumState::Sent => "sent",
        AlbumState::Kept => "kept",
        AlbumState::Held => "held",
    };
    db.prepare_cached(END)?.execute(params![id, name])?;
    Ok(())
}

/// The album that a message belongs to.
pub fn of_message(db: &Db, message: MessageRowId) -> Result<Option<AlbumId>, Error> {
    Ok(db
        .prepare_cached(ALBUM_OF)?
        .query_row([message], |row| row.get(0))?)
}

/// The messages of an album as they were written, in order. What was deleted is left out.
pub fn items(db: &Db, album: &Album) -> Result<Vec<MessageRowId>, Error> {
    let mut statement = db.prepare_cached(ITEMS)?;
    let rows = statement.query_map(params![album.id, album.place], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn album(row: &Row<'_>) -> rusqlite::Result<Album> {
    Ok(Album {
        id: row.get(0)?,
        place: row.get(1)?,
        ticket: row.get(2)?,
        call: row.get(3)?,
        state: match row.get_ref(4)?.as_str()? {
            "collecting" => AlbumState::Collecting,
            "sent" => AlbumState::Sent,
            "kept" => AlbumState::Kept,
            "held" => AlbumState::Held,
            _ => return Err(rusqlite::Error::InvalidQuery),
        },
        first_at: row.get(5)?,
        last_at: row.get(6)?,
    })
}
