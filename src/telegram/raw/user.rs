//! People and bots, as updates bring them along.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::lenient::{Words, field};
use crate::domain::event::Names;
use crate::domain::language::Language;

/// A person or a bot. Its words are read when somebody asks for them: most messages need none.
#[derive(Deserialize)]
pub(in crate::telegram) struct User<'a> {
    pub id: i64,
    #[serde(default)]
    pub is_bot: bool,
    #[serde(borrow)]
    first_name: Option<&'a RawValue>,
    #[serde(borrow)]
    last_name: Option<&'a RawValue>,
    #[serde(borrow)]
    username: Option<&'a RawValue>,
    #[serde(borrow)]
    language_code: Option<&'a RawValue>,
}

impl User<'_> {
    /// The language of the app, as far as we speak it.
    pub fn language(&self) -> Option<Language> {
        let tag: Words<'_> = field(self.language_code)?;
        Language::from_tag(&tag.0)
    }

    /// Everything that it is called.
    pub fn names(&self) -> Names {
        let words = [self.first_name, self.last_name, self.username];
        Names(words.into_iter().filter_map(field).collect())
    }
}
