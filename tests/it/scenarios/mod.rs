//! Stories of whole conversations, each named after what is promised.

mod basics;
mod carrying;
mod faults;
mod limits;
mod manners;
mod topics;
