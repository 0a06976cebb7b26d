//! The file and the environment put together into one table, with the place of every value. Knows
//! the names and the kinds of values; whether a value makes sense is for `values` to say.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{Error, Place};
use super::names::Names;
use super::raw::{self, Raw};
use super::token::hide_tokens;
use super::{OTHER_VARIABLES, VARIABLE_PREFIX};

/// Where each value was written.
pub struct Places {
    file: PathBuf,
    written: BTreeMap<(String, String), Place>,
}

impl Places {
    /// Where a key was written; the file as a whole if it was not.
    pub fn of(&self, section: &str, key: &str) -> Place {
        self.written
            .get(&(section.to_owned(), key.to_owned()))
            .cloned()
            .unwrap_or_else(|| Place::File(self.file.clone()))
    }
}

impl Places {
    /// Whether a key was written at all.
    pub fn is_written(&self, section: &str, key: &str) -> bool {
        self.written
            .contains_key(&(section.to_owned(), key.to_owned()))
    }
}

/// Reads the text of a config file, lets the environment win, and gives every key its default.
pub fn read(
    text: &str,
    file: &Path,
    environment: impl Iterator<Item = (String, String)>,
) -> Result<(Raw, Places), Error> {
    let defaults = toml::Table::try_from(Raw::default())
        .expect("the default config is tables of texts and numbers");
    let mut reader = Reader {
        names: Names::of(defaults),
        text,
        places: Places {
            file: file.to_owned(),
            written: BTreeMap::new(),
        },
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
            match (self.names.has_section(&inner), value.get_ref()) {
                (true, DeValue::Table(keys)) => self.check_section(&inner, keys)?,
                (true, _) => return Err(no_key(self.line_at(key.span()), &inner)),
                (false, DeValue::Table(_))
                    if self.names.default_of(section, key.get_ref()).is_none() =>
                {
                    return Err(Error::Unknown {
                        place: self.line_at(key.span()),
                        name: format!("the section [{inner}]"),
                        remedy: self.names.instead_of_section(&inner),
                    });
                }
                (false, _) => self.check_key(section, key, value)?,
            }
        }
        Ok(())
    }

    fn check_key(
        &mut self,
        section: &str,
        key: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<(), Error> {
        let place = self.line_at(key.span());
        let name = key.get_ref().as_ref();
        let Some(default) = self.names.default_of(section, name) else {
            if let Some(only) = raw::only_choice(section, name) {
                return Err(Error::Value {
                    place,
                    key: format!("[{section}] {name}"),
                    problem: "cannot be chosen".to_owned(),
                    remedy: format!("it is always {only:?}, so leave the key out"),
                });
            }
            return Err(Error::Unknown {
                place,
                name: format!("[{section}] {name}"),
                remedy: self.names.instead_of_key(section, name),
            });
        };
        let found = value.get_ref().type_str();
        if found != default.type_str() {
            return Err(wrong_kind(place, section, name, found, default));
        }
        let items = value.get_ref().as_array().into_iter().flatten();
        let mut kinds = items.map(|item| item.get_ref().type_str());
        if let Some(item) = kinds.find(|kind| *kind != "string") {
            return Err(wrong_item(place, section, name, item));
        }
        self.places
            .written
            .insert((section.to_owned(), name.to_owned()), place);
        Ok(())
    }

    fn put_variable(
        &mut self,
        table: &mut toml::Table,
        variable: &str,
        value: &str,
    ) -> Result<(), Error> {
        let place = Place::Variable(variable.to_owned());
        let Some((section, key)) = self.names.of_variable(variable) else {
            return Err(Error::Unknown {
                place: Place::Variable(variable.to_owned()),
                name: "a setting of this name".to_owned(),
                remedy: self.names.instead_of_variable(variable),
            });
        };
        let default = self
            .names
            .default_of(section, key)
            .expect("names found in the defaults are in the defaults");
        let value = variable_value(value, default);
        if !value.same_type(default) {
            return Err(wrong_kind(place, section, key, value.type_str(), default));
        }
        let mut items = value.as_array().into_iter().flatten();
        if let Some(item) = items.find(|item| !item.is_str()) {
            return Err(wrong_item(place, section, key, item.type_str()));
        }
        let (section, key) = (section.to_owned(), key.to_owned());
        put(table, &section, &key, value);
        self.places.written.insert((section, key), place);
        Ok(())
    }

    /// The parser's own display shows the line, which may hold the token; only its reason is kept.
    fn syntax_error(&self, error: &toml::de::Error) -> Error {
        let place = match error.span() {
            Some(span) => self.line_at(span),
            None => Place::File(self.places.file.clone()),
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
        Place::Line(self.places.file.clone(), line)
    }
}

/// Puts a value into a section, which may lie inside of another.
fn put(table: &mut toml::Table, section: &str, key: &str, value: toml::Value) {
    let mut keys = table;
    for part in section.split('.') {
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

/// Lists are of texts; there is no other kind in the config.
fn wrong_item(place: Place, section: &str, key: &str, found: &str) -> Error {
    Error::Value {
        place,
        key: format!("[{section}] {key}"),
        problem: format!("holds {}", spoken(found)),
        remedy: "write each entry in quotes: [\"one\", \"another\"]".to_owned(),
    }
}

fn wrong_kind(place: Place, section: &str, key: &str, found: &str, default: &toml::Value) -> Error {
    let remedy = match default {
        toml::Value::String(_) => "write it in quotes",
        toml::Value::Integer(_) => "write a whole number, without quotes",
        toml::Value::Boolean(_) => "write true or false, without quotes",
        toml::Value::Array(_) => "write a list: [\"one\", \"another\"]",
        toml::Value::Float(_) | toml::Value::Datetime(_) | toml::Value::Table(_) => {
            "see config.toml.example"
        }
    };
    Error::Value {
        place,
        key: format!("[{section}] {key}"),
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
