//! The members of the desk group, as far as Telegram has told of them.

use rusqlite::{OptionalExtension, params};

use super::types::{from_json, to_json};
use super::{Db, Error};
use crate::domain::event::{Member, Names};
use crate::domain::ids::UserId;
use crate::domain::ticket::Role;
use crate::domain::time::Timestamp;

const PUT: &str = "INSERT INTO members (user_id, role, names, changed_at) VALUES (?1, ?2, ?3, ?4) \
     ON CONFLICT (user_id) DO UPDATE SET role = excluded.role, names = excluded.names, changed_at = excluded.changed_at";
const SEEN: &str = "INSERT INTO members (user_id, role, names, changed_at) VALUES (?1, 'agent', ?2, ?3) \
     ON CONFLICT (user_id) DO UPDATE SET role = ifnull(role, 'agent'), names = excluded.names, changed_at = excluded.changed_at \
     WHERE names <> excluded.names OR role IS NULL";
const DEMOTE_ALL: &str = "UPDATE members SET role = 'agent' WHERE role = 'admin'";
const ROLE: &str = "SELECT role FROM members WHERE user_id = ?1";
const NAMES: &str = "SELECT names FROM members";
const NAMES_OF: &str = "SELECT names FROM members WHERE user_id = ?1";
const PRESENT_NAMES: &str =
    "SELECT user_id, names FROM members WHERE role IS NOT NULL ORDER BY user_id";

/// What a member is from now on.
pub fn put(db: &Db, member: &Member, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(PUT)?.execute(params![
        member.user,
        member.role,
        to_json(&member.names),
        now
    ])?;
    Ok(())
}

/// Somebody has written in the group, and therefore belongs to it.
pub fn seen(db: &Db, user: UserId, names: &Names, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(SEEN)?
        .execute(params![user, to_json(names), now])?;
    Ok(())
}

/// These are the administrators, and nobody else is.
pub fn put_admins(db: &Db, admins: &[Member], now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(DEMOTE_ALL)?.execute([])?;
    admins.iter().try_for_each(|admin| put(db, admin, now))
}

/// What somebody may do; none for those who are not in the group.
pub fn role(db: &Db, user: UserId) -> Result<Option<Role>, Error> {
    Ok(db
        .prepare_cached(ROLE)?
        .query_row([user], |row| row.get(0))
        .optional()?
        .flatten())
}

/// What somebody is called who is or was in the group.
pub fn names_of(db: &Db, user: UserId) -> Result<Option<Names>, Error> {
    db.prepare_cached(NAMES_OF)?
        .query_row([user], |row| row.get::<_, String>(0))
        .optional()?
        .map(|json| from_json("member", &json))
        .transpose()
}

/// The member who is called so, by @name or otherwise; upper and lower case are the same. None where
/// nobody is, or several are.
pub fn called(db: &Db, name: &str) -> Result<Option<UserId>, Error> {
    let wanted = name.trim().trim_start_matches('@').to_lowercase();
    let mut statement = db.prepare_cached(PRESENT_NAMES)?;
    let rows = statement.query_map([], |row| {
        Ok((row.get::<_, UserId>(0)?, row.get::<_, String>(1)?))
    })?;
    let mut found = None;
    for row in rows {
        let (user, json) = row?;
        let Names(names) = from_json("member", &json)?;
        if names.iter().any(|name| name.to_lowercase() == wanted) {
            if found.is_some() {
                return Ok(None);
            }
            found = Some(user);
        }
    }
    Ok(found)
}

/// What all members seen so far are called, those included who have left.
pub fn names(db: &Db) -> Result<Vec<Names>, Error> {
    let mut statement = db.prepare_cached(NAMES)?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
    rows.map(|json| from_json("member", &json?)).collect()
}
