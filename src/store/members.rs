//! The members of the groups, each by itself, as far as Telegram has told of them.

use rusqlite::{OptionalExtension, params};

use super::types::{from_json, to_json};
use super::{Db, Error};
use crate::domain::event::{Member, Names};
use crate::domain::ids::{DeskId, UserId};
use crate::domain::ticket::Role;
use crate::domain::time::Timestamp;

const PUT: &str = "INSERT INTO members (user_id, role, names, changed_at, admitted, desk) \
     VALUES (?1, ?2, ?3, ?4, ?5 OR ifnull(?2, '') = 'admin', ?6) \
     ON CONFLICT (user_id, desk) DO UPDATE SET role = excluded.role, names = excluded.names, changed_at = excluded.changed_at, \
     admitted = CASE WHEN members.role IS NULL OR excluded.role = 'admin' THEN excluded.admitted ELSE members.admitted END";
const SEEN: &str = "INSERT INTO members (user_id, role, names, changed_at, admitted, desk) VALUES (?1, 'agent', ?2, ?3, ?4, ?5) \
     ON CONFLICT (user_id, desk) DO UPDATE SET role = ifnull(role, 'agent'), names = excluded.names, changed_at = excluded.changed_at, \
     admitted = CASE WHEN members.role IS NULL THEN excluded.admitted ELSE members.admitted END \
     WHERE names <> excluded.names OR role IS NULL";
const DEMOTE_ALL: &str = "UPDATE members SET role = 'agent' WHERE role = 'admin' AND desk = ?1";
const ROLE: &str = "SELECT role FROM members WHERE user_id = ?1 AND desk = ?2 AND admitted = 1";
const STANDING: &str =
    "SELECT role, admitted, changed_at, names FROM members WHERE user_id = ?1 AND desk = ?2";
const ADMIT: &str = "UPDATE members SET admitted = 1 WHERE user_id = ?1 AND desk = ?2";
const GONE: &str =
    "UPDATE members SET role = NULL, changed_at = ?2 WHERE user_id = ?1 AND desk = ?3";
const IS_ANYWHERE: &str =
    "SELECT 1 FROM members WHERE user_id = ?1 AND role IS NOT NULL AND admitted = 1";
const NAMES: &str = "SELECT names FROM members";
const NAMES_OF: &str =
    "SELECT names FROM members WHERE user_id = ?1 ORDER BY changed_at DESC, desk DESC LIMIT 1";
const PRESENT_NAMES: &str =
    "SELECT user_id, names FROM members WHERE role IS NOT NULL AND desk = ?1 ORDER BY user_id";

/// How somebody stands in the group, as far as Telegram has told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What they are there; none once they have left.
    pub role: Option<Role>,
    /// Whether they may work.
    pub is_admitted: bool,
    /// When Telegram told so.
    pub told_at: Timestamp,
    /// What they are called.
    pub names: Names,
}

/// What a member is from now on. One who joins may work at once where `admits` says so; an administrator
/// always may.
pub fn put(
    db: &Db,
    desk: DeskId,
    member: &Member,
    admits: bool,
    now: Timestamp,
) -> Result<(), Error> {
    db.prepare_cached(PUT)?.execute(params![
        member.user,
        member.role,
        to_json(&member.names),
        now,
        admits,
        desk
    ])?;
    Ok(())
}

/// Somebody has written in the group, and therefore belongs to it. One of whom nothing was known may work
/// at once where `admits` says so.
pub fn seen(
    db: &Db,
    desk: DeskId,
    user: UserId,
    names: &Names,
    admits: bool,
    now: Timestamp,
) -> Result<(), Error> {
    db.prepare_cached(SEEN)?
        .execute(params![user, to_json(names), now, admits, desk])?;
    Ok(())
}

/// How somebody stands in the group; none for those of whom nothing was ever heard.
pub fn standing(db: &Db, desk: DeskId, user: UserId) -> Result<Option<Standing>, Error> {
    let row: Option<(Option<Role>, bool, Timestamp, String)> = db
        .prepare_cached(STANDING)?
        .query_row(params![user, desk], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .optional()?;
    row.map(|(role, is_admitted, told_at, names)| {
        Ok(Standing {
            role,
            is_admitted,
            told_at,
            names: from_json("member", &names)?,
        })
    })
    .transpose()
}

/// An admin has let somebody in.
pub fn admit(db: &Db, desk: DeskId, user: UserId) -> Result<(), Error> {
    db.prepare_cached(ADMIT)?.execute(params![user, desk])?;
    Ok(())
}

/// Somebody does not belong to the group any more.
pub fn gone(db: &Db, desk: DeskId, user: UserId, now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(GONE)?.execute(params![user, now, desk])?;
    Ok(())
}

/// These are the administrators, and nobody else is.
pub fn put_admins(db: &Db, desk: DeskId, admins: &[Member], now: Timestamp) -> Result<(), Error> {
    db.prepare_cached(DEMOTE_ALL)?.execute([desk])?;
    admins
        .iter()
        .try_for_each(|admin| put(db, desk, admin, true, now))
}

/// What somebody may do; none for those who are not in the group, or whom nobody has let in yet.
pub fn role(db: &Db, desk: DeskId, user: UserId) -> Result<Option<Role>, Error> {
    Ok(db
        .prepare_cached(ROLE)?
        .query_row(params![user, desk], |row| row.get(0))
        .optional()?
        .flatten())
}

/// Whether somebody may work in any of the groups.
pub fn is_anywhere(db: &Db, user: UserId) -> Result<bool, Error> {
    Ok(db.prepare_cached(IS_ANYWHERE)?.exists([user])?)
}

/// What somebody is called who is or was in the group.
pub fn names_of(db: &Db, user: UserId) -> Result<Option<Names>, Error> {
    db.prepare_cached(NAMES_OF)?
        .query_row([user], |row| row.get::<_, String>(0))
        .optional()?
        .map(|json| from_json("member", &json))
        .transpose()
}

/// Everybody who is in a group, as far as Telegram has told.
pub fn present(db: &Db, desk: DeskId) -> Result<Vec<UserId>, Error> {
    let mut statement = db.prepare_cached(PRESENT_NAMES)?;
    let present = statement.query_map([desk], |row| row.get(0))?;
    Ok(present.collect::<Result<_, _>>()?)
}

/// The member who is called so, by @name or otherwise; upper and lower case are the same. None where
/// nobody is, or several are.
pub fn called(db: &Db, desk: DeskId, name: &str) -> Result<Option<UserId>, Error> {
    let wanted = name.trim().trim_start_matches('@').to_lowercase();
    let mut statement = db.prepare_cached(PRESENT_NAMES)?;
    let rows = statement.query_map([desk], |row| {
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
