//! Keys, and where each was written. Knows nothing about values.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::error::{Error, Place};

/// A key, to find where it was written and to name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    section: &'static str,
    /// Which one of the sections of this name, counted from 1; 0 where there is but one.
    entry: usize,
    name: &'static str,
}

impl Key {
    /// A key of a section.
    pub const fn of(section: &'static str, name: &'static str) -> Self {
        Self {
            section,
            entry: 0,
            name,
        }
    }

    /// A key of one of the sections that a list has, counted from 1.
    pub const fn of_entry(list: &'static str, entry: usize, name: &'static str) -> Self {
        Self {
            section: list,
            entry,
            name,
        }
    }

    /// As a person would point at it.
    pub fn shown(self) -> String {
        let (section, name) = (self.section, self.name);
        if self.entry == 0 {
            format!("[{section}] {name}")
        } else {
            format!("[[{section}]] {name}")
        }
    }

    /// What is wrong with the value of this key.
    pub fn wrong(self, places: &Places, problem: String, remedy: &str) -> Error {
        Error::Value {
            place: places.of(self),
            key: self.shown(),
            problem,
            remedy: remedy.to_owned(),
        }
    }
}

/// Where each value was written.
pub struct Places {
    file: PathBuf,
    written: BTreeMap<(String, usize, String), Place>,
}

impl Places {
    /// Nothing is written yet.
    pub fn in_file(file: PathBuf) -> Self {
        Self {
            file,
            written: BTreeMap::new(),
        }
    }

    /// The file as a whole.
    pub fn whole_file(&self) -> Place {
        Place::File(self.file.clone())
    }

    /// A line of the file, counted from 1.
    pub fn line(&self, line: usize) -> Place {
        Place::Line(self.file.clone(), line)
    }

    /// Where a key was written. Of one that was not: where its section of a list begins, or the file
    /// as a whole.
    pub fn of(&self, key: Key) -> Place {
        let place = |name: &str| {
            self.written
                .get(&(key.section.to_owned(), key.entry, name.to_owned()))
        };
        place(key.name)
            .or_else(|| place(""))
            .cloned()
            .unwrap_or_else(|| self.whole_file())
    }

    /// Whether a key was written at all.
    pub fn is_written(&self, key: Key) -> bool {
        self.written
            .contains_key(&(key.section.to_owned(), key.entry, key.name.to_owned()))
    }

    /// Keeps where a key was written.
    pub fn put(&mut self, section: &str, entry: usize, name: &str, place: Place) {
        self.written
            .insert((section.to_owned(), entry, name.to_owned()), place);
    }

    /// Keeps where a section of a list begins.
    pub fn put_entry(&mut self, list: &str, entry: usize, place: Place) {
        self.put(list, entry, "", place);
    }

    /// Forgets the sections of a list: another list takes their place.
    pub fn forget_entries(&mut self, list: &str) {
        self.written
            .retain(|(section, entry, _), _| section != list || *entry == 0);
    }
}
