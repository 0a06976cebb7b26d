//! People who carry unmistakable marks, to prove that nothing of them reaches the other side.
//!
//! A mark stands in every field that Telegram attaches to a person or to what they send without
//! their typing it; visible words are the caller's. Needles are the forms in which a mark could
//! come through. Must not know chats: whoever searches decides where.

use serde_json::{Map, Value, json};

use crate::sandbox::world::Person;

mod bytes;
mod needles;
mod pieces;
#[cfg(test)]
mod tests;

pub use needles::{Finder, Haystack, Needle};
pub use pieces::{ALBUMS, KINDS};

/// Somebody with marks. Equal names and ids are equal people.
#[derive(Clone, Debug, PartialEq)]
pub struct Marked {
    name: String,
    person: Person,
}

/// `name` is one word of small ASCII letters that nobody else in the test has.
pub fn person(id: i64, name: &str) -> Marked {
    let number = (id.unsigned_abs() * 7_919) % 1_000_000_000;
    Marked {
        name: name.to_owned(),
        person: Person {
            id,
            first_name: format!("First{name}mark"),
            last_name: Some(format!("Surname{name}mark")),
            username: Some(format!("user_{name}_mark")),
            language_code: None,
            phone: Some(format!("+4915{number:09}")),
        },
    }
}

impl Marked {
    pub fn id(&self) -> i64 {
        self.person.id
    }

    /// For [`crate::sandbox::Sandbox::add_person`].
    pub fn account(&self) -> Person {
        self.person.clone()
    }

    pub fn first_name(&self) -> &str {
        &self.person.first_name
    }

    pub fn last_name(&self) -> &str {
        self.person.last_name.as_deref().unwrap_or_default()
    }

    pub fn username(&self) -> &str {
        self.person.username.as_deref().unwrap_or_default()
    }

    /// With its plus sign and no separators.
    pub fn phone(&self) -> &str {
        self.person.phone.as_deref().unwrap_or_default()
    }

    /// An identifier that is the person's alone, such as the name of a sticker set.
    pub fn own(&self, what: &str) -> String {
        format!("{what}_{}_mark", self.name)
    }

    /// Latitude and longitude of where the person lives.
    pub fn home(&self) -> (f64, f64) {
        let (latitude, longitude) = self.home_millionths();
        (latitude as f64 / 1e6, longitude as f64 / 1e6)
    }

    fn home_millionths(&self) -> (u32, u32) {
        let spread = |factor: u64| {
            let number = self.person.id.unsigned_abs().wrapping_mul(factor) % 900_000;
            u32::try_from(number).expect("smaller than a million") + 100_001
        };
        (47_000_000 + spread(7_919), 8_000_000 + spread(104_729))
    }

    /// A `User`.
    pub fn user(&self) -> Value {
        json!({
            "id": self.person.id, "is_bot": false, "first_name": self.person.first_name,
            "last_name": self.person.last_name, "username": self.person.username,
        })
    }

    /// A `Chat` that the person runs.
    pub fn club(&self, kind: &str) -> Value {
        json!({
            "id": -1_002_000_000_000 - self.person.id, "type": kind,
            "title": format!("Club{}mark", self.name), "username": self.own("club"),
        })
    }

    /// Every form in which a mark of the person could come through.
    pub fn needles(&self) -> Vec<Needle> {
        needles::of(self)
    }
}

/// The fields of an object literal.
fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
