//! Values to text: the card and the title of a topic, the dashboard, statistics. Pure; never knows who the client is.

pub mod buttons;
pub mod card;
pub mod dashboard;
pub mod statistics;
pub mod why;
