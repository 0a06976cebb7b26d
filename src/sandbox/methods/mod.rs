//! The Bot API methods.
//!
//! `table` lists them, `schema` checks calls against it, the rest plays them. Methods see the
//! world and one call; faults, flood limits and tokens were dealt with before.

pub(crate) mod access;
pub(crate) mod chats;
pub(crate) mod copy;
pub(crate) mod delete;
pub(crate) mod edit;
pub(crate) mod groups;
pub(crate) mod media;
pub(crate) mod reactions;
pub(crate) mod reply;
pub(crate) mod schema;
pub(crate) mod send;
pub(crate) mod table;
pub(crate) mod topics;
pub(crate) mod updates;
