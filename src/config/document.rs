//! The file and the environment put together into one table, with the place of every value. Knows
//! the names and the kinds of values; whether a value makes sense is for `values` to say.

use std::ops::Range;
use std::path::Path;

use serde::Deserialize;
use toml::de::{DeTable, DeValue};

use super::error::{Error, Place};
use super::names::Names;
use super::places::Places;
use super::raw::{self, Raw};
use super::token::hide_tokens;
use super::{OTHER_VARIABLES, VARIABLE_PREFIX};

/// Reads the text of a config file, lets the environment win, and gives every key its default.
pub fn read(
    text: &str,
    file: &Path,
    environment: impl Iterator<Item = (String, String)>,
) -> Result<(Raw, Places), Error> {
    let defaults = toml::Table::try_from(Raw::default())
        .expect("the default config is tables of texts and numbers");
    let mut reader = Reader {
        names: Names::of(defaults, raw::lists()),
        text,
        places: Places::in_file(file.to_owned()),
    };
    reader.check_file()?;
    let mut table: toml::Table = text.parse().map_err(|error| reader.syntax_error(&error))?;
    let mut variables: Vec<(String, String)> = environment
        .filter(|(name, _)| name.starts_with(VARIABLE_PREFIX))
        .filter(|(name, _)| !OTHER_VARIABLES.contains(&name.as_str()))
        .collect();
    // The first wrong one is reported: always the same, whatever order the system hands them in.
    variables.sort();
    for (name, value) in variables {
        reader.put_variable(&mut table, &name, &value)?;
    }
    let raw = Raw::deserialize(table).map_err(|error| reader.syntax_error(&error))?;
    Ok((raw, reader.places))
}

struct Reader<'a> {
    names: Names,
    text: &'a str,
    places: Places,
}

impl Reader<'_> {
    fn check_file(&mut self) -> Result<(), Error> {
        let document = DeTable::parse(self.text).map_err(|error| self.syntax_error(&error))?;
        for (section, value) in document.get_ref() {
            let place = self.line_at(section.span());
            let name = section.get_ref().as_ref();
            if self.names.has_list(name) {
                self.check_list(place, name, value.get_ref())?;
                continue;
            }
            match (self.names.has_section(name), value.get_ref()) {
                (true, DeValue::Table(keys)) => self.check_section(name, keys)?,
                (true, _) => return Err(no_key(place, name)),
                (false, DeValue::Table(_) | DeValue::Array(_)) => {
                    return Err(Error::Unknown {
                        place,
                        name: format!("the section [{name}]"),
                        remedy: self.names.instead_of_section(name),
                    });
                }
                (false, _) => {
                    return Err(Error::Unknown {
                        place,
                        name: format!("the key {name}, outside of any section,"),
                        remedy: self.names.instead_of_section(name),
                    });
                }
            }
        }
        Ok(())
    }

    fn check_section(&mut self, section: &str, keys: &DeTable<'_>) -> Result<(), Error> {
        for (key, value) in keys {
            let inner = format!("{section}.{}", key.get_ref());
            let place = self.line_at(key.span());
            if self.names.has_list(&inner) {
                self.check_list(place, &inner, value.get_ref())?;
                continue;
            }
            match (self.names.has_section(&inner), value.get_ref()) {
                (true, DeValue::Table(keys)) => self.check_section(&inner, keys)?,
                (true, _) => return Err(no_key(place, &inner)),
                (false, DeValue::Table(_))
                    if self.names.default_of(section, key.get_ref()).is_none() =>
                {
                    return Err(Error::Unknown {
                        place,
                        name: format!("the section [{inner}]"),
                        remedy: self.names.instead_of_section(&inner),
                    });
                }
                (false, value) => {
                    self.check_key(place, (section, 0), key.get_ref(), &Kind::of(value))?;
                }
            }
        }
        Ok(())
    }

    fn check_list(&mut self, place: Place, list: &str, value: &DeValue<'_>) -> Result<(), Error> {
        let DeValue::Array(entries) = value else {
            return Err(no_list(place, list));
        };
        for (index, entry) in entries.iter().enumerate() {
            let place = self.line_at(entry.span());
            let DeValue::Table(keys) = entry.get_ref() else {
                return Err(no_list(place, list));
            };
            self.places.put_entry(list, index + 1, place);
            for (key, value) in keys {
                let place = self.line_at(key.span());
                let kind = Kind::of(value.get_ref());
                self.check_key(place, (list, index + 1), key.get_ref(), &kind)?;
            }
        }
        Ok(())
    }

    /// Whether a key exists in its section (of a list: which one, counted from 1), and its value is of
    /// the kind that it takes.
    fn check_key(
        &mut self,
        place: Place,
        (section, entry): (&str, usize),
        name: &str,
        found: &Kind,
    ) -> Result<(), Error> {
        let shown = format!("{} {name}", self.names.bracketed(section));
        let Some(default) = self.names.default_of(section, name) else {
            if let Some(only) = raw::only_choice(section, name) {
                return Err(Error::Value {
                    place,
                    key: shown,
                    problem: "cannot be chosen".to_owned(),
                    remedy: format!("it is always {only:?}, so leave the key out"),
                });
            }
            return Err(Error::Unknown {
                place,
                name: shown,
                remedy: self.names.instead_of_key(section, name),
            });
        };
        if found.itself != default.type_str() {
            return Err(wrong_kind(place, shown, found.itself, default));
        }
        // A default without entries is one of texts.
        let wanted = Kind::of_value(default).items.first().copied();
        let wanted = wanted.unwrap_or("string");
        if let Some(item) = found.items.iter().find(|item| **item != wanted) {
            return Err(wrong_item(place, shown, item, wanted));
        }
        self.places.put(section, entry, name, place);
        Ok(())
    }

    fn put_variable(
        &mut self,
        table: &mut toml::Table,
        variable: &str,
        value: &str,
    ) -> Result<(), Error> {
        let place = Place::Variable(variable.to_owned());
        if let Some(list) = self.names.list_of_variable(variable).map(str::to_owned) {
            return self.put_list(table, place, &list, value);
        }
        let Some((section, key)) = self.names.of_variable(variable) else {
            return Err(Error::Unknown {
                place,
                name: "a setting of this name".to_owned(),
                remedy: self.names.instead_of_variable(variable),
            });
        };
        let default = self
            .names
            .default_of(section, key)
            .expect("names found in the defaults are in the defaults");
        let value = variable_value(value, default);
        let (section, key) = (section.to_owned(), key.to_owned());
        self.check_key(place, (&section, 0), &key, &Kind::of_value(&value))?;
        put(table, &section, &key, value);
        Ok(())
    }

    /// A variable that holds all the sections of a list takes the place of those in the file.
    fn put_list(
        &mut self,
        table: &mut toml::Table,
        place: Place,
        list: &str,
        value: &str,
    ) -> Result<(), Error> {
        let remedy =
            "write all of them in one line, as in [{ name = \"one\" }, { name = \"two\" }]";
        let wrong = || Error::Value {
            place: place.clone(),
            key: self.names.bracketed(list),
            problem: "is no list of sections here".to_owned(),
            remedy: remedy.to_owned(),
        };
        let value: toml::Value = value.trim().parse().map_err(|_| wrong())?;
        let entries = value.as_array().ok_or_else(wrong)?;
        let tables: Vec<&toml::Table> = entries.iter().filter_map(toml::Value::as_table).collect();
        if tables.len() != entries.len() {
            return Err(wrong());
        }
        self.places.forget_entries(list);
        for (index, entry) in tables.into_iter().enumerate() {
            self.places.put_entry(list, index + 1, place.clone());
            for (key, value) in entry {
                let kind = Kind::of_value(value);
                self.check_key(place.clone(), (list, index + 1), key, &kind)?;
            }
        }
        let (section, key) = list.rsplit_once('.').unwrap_or(("", list));
        put(table, section, key, value);
        Ok(())
    }

    /// The parser's own display shows the line, which may hold the token; only its reason is kept.
    fn syntax_error(&self, error: &toml::de::Error) -> Error {
        let place = match error.span() {
            Some(span) => self.line_at(span),
            None => self.places.whole_file(),
        };
        let remedy = match error.message() {
            "duplicate key" => "keep one of the two",
            _ => "a line is key = value, with text in quotes",
        };
        Error::Syntax {
            place,
            remedy,
            reason: hide_tokens(&error.message().replace('\n', ", ")).into_owned(),
        }
    }

    fn line_at(&self, span: Range<usize>) -> Place {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        self.places.line(line)
    }
}

/// What kind of value something is, and of which kinds its items are.
struct Kind {
    itself: &'static str,
    items: Vec<&'static str>,
}

impl Kind {
    fn of(value: &DeValue<'_>) -> Self {
        let items = value.as_array().into_iter().flatten();
        Self {
            itself: value.type_str(),
            items: items.map(|item| item.get_ref().type_str()).collect(),
        }
    }

    fn of_value(value: &toml::Value) -> Self {
        let items = value.as_array().into_iter().flatten();
        Self {
            itself: value.type_str(),
            items: items.map(toml::Value::type_str).collect(),
        }
    }
}

/// Puts a value into a section, which may lie inside of another; no name: into the file itself.
fn put(table: &mut toml::Table, section: &str, key: &str, value: toml::Value) {
    let mut keys = table;
    for part in section.split('.').filter(|part| !part.is_empty()) {
        let inner = keys
            .entry(part.to_owned())
            .or_insert_with(|| toml::Value::Table(toml::Table::new()));
        match inner {
            toml::Value::Table(inner) => keys = inner,
            // The file was checked: what has the name of a section is one.
            _ => return,
        }
    }
    keys.insert(key.to_owned(), value);
}

/// A variable's text as TOML; what is no TOML, or is wanted as text and not quoted, is plain text.
fn variable_value(text: &str, default: &toml::Value) -> toml::Value {
    match text.trim().parse::<toml::Value>() {
        Ok(value) if !default.is_str() || value.is_str() => value,
        Ok(_) | Err(_) => toml::Value::String(text.to_owned()),
    }
}

fn no_key(place: Place, section: &str) -> Error {
    Error::Value {
        place,
        key: section.to_owned(),
        problem: "is a section, not a key".to_owned(),
        remedy: format!("write [{section}] on a line of its own, its keys below"),
    }
}

fn no_list(place: Place, list: &str) -> Error {
    Error::Value {
        place,
        key: list.to_owned(),
        problem: "can be there several times".to_owned(),
        remedy: format!("write [[{list}]], in two brackets, on a line of its own for each"),
    }
}

fn wrong_item(place: Place, key: String, found: &str, wanted: &str) -> Error {
    let remedy = match wanted {
        "integer" => "write whole numbers: [1, 2]",
        _ => "write each entry in quotes: [\"one\", \"another\"]",
    };
    Error::Value {
        place,
        key,
        problem: format!("holds {}", spoken(found)),
        remedy: remedy.to_owned(),
    }
}

fn wrong_kind(place: Place, key: String, found: &str, default: &toml::Value) -> Error {
    let remedy = match default {
        toml::Value::String(_) => "write it in quotes",
        toml::Value::Integer(_) => "write a whole number, without quotes",
        toml::Value::Boolean(_) => "write true or false, without quotes",
        toml::Value::Array(items) if items.first().is_some_and(toml::Value::is_integer) => {
            "write a list: [1, 2]"
        }
        toml::Value::Array(_) => "write a list: [\"one\", \"another\"]",
        toml::Value::Float(_) | toml::Value::Datetime(_) | toml::Value::Table(_) => {
            "see config.toml.example"
        }
    };
    Error::Value {
        place,
        key,
        problem: format!("is {}", spoken(found)),
        remedy: remedy.to_owned(),
    }
}

/// A kind of TOML value in the words of people who do not write TOML every day.
fn spoken(kind: &str) -> &str {
    match kind {
        "string" => "text",
        "integer" => "a whole number",
        "float" => "a fraction",
        "boolean" => "true or false",
        "array" => "a list",
        "table" => "a section",
        "datetime" => "a date",
        other => other,
    }
}
