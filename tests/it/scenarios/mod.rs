//! Stories of whole conversations, each named after what is promised.

mod albums;
mod basics;
mod carrying;
mod deletions;
mod edits;
mod faults;
mod letters;
mod limits;
mod manners;
mod reactions;
mod replies;
mod topics;
