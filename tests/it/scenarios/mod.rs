//! Stories of whole conversations, each named after what is promised.

mod albums;
mod anonymity;
mod bans;
mod basics;
mod carrying;
mod dashboard;
mod deletions;
mod edits;
mod faults;
mod files;
mod first_words;
mod guarding;
mod letters;
mod limits;
mod manners;
mod masking;
mod merging;
mod outages;
mod pacing;
mod reach;
mod reactions;
mod replies;
mod topics;
mod trail;
mod voices;
