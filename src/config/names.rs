//! Which names exist, and which one was probably meant. Knows nothing about values.

/// Two names are alike when at most a third of the longer one has to be changed.
const ALIKE: f64 = 0.66;

/// The candidate that is most like `wrong`, if any is like it at all.
pub fn nearest<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| {
            let likeness = strsim::normalized_damerau_levenshtein(wrong, candidate);
            (likeness, candidate)
        })
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, candidate)| candidate)
}

/// The sections and keys that exist, taken from the default config. A section inside of another has
/// a dot in its name: `privacy.to_desk`. A list is a section that can be there several times:
/// `[[desks]]`.
pub struct Names {
    sections: toml::Table,
    lists: Vec<&'static str>,
}

impl Names {
    /// The names in `defaults`, which holds every section with every key, and in `lists`, which holds
    /// one section of each list.
    pub fn of(defaults: toml::Table, lists: Vec<(&'static str, toml::Table)>) -> Self {
        let mut sections = toml::Table::new();
        for (section, keys) in defaults {
            let toml::Value::Table(keys) = keys else {
                continue;
            };
            let mut plain = toml::Table::new();
            for (key, value) in keys {
                match value {
                    toml::Value::Table(inner) => {
                        let inner = toml::Value::Table(inner);
                        sections.insert(format!("{section}.{key}"), inner);
                    }
                    value => {
                        plain.insert(key, value);
                    }
                }
            }
            sections.insert(section, toml::Value::Table(plain));
        }
        for (list, keys) in &lists {
            // The list itself is no key of the section in which it lies.
            let outer = list.rsplit_once('.');
            if let Some((section, key)) = outer
                && let Some(toml::Value::Table(keys)) = sections.get_mut(section)
            {
                keys.remove(key);
            }
            sections.insert((*list).to_owned(), toml::Value::Table(keys.clone()));
        }
        let lists = lists.into_iter().map(|(list, _)| list).collect();
        Self { sections, lists }
    }

    /// The default of a key, if there is such a key; in a list, a value of its kind.
    pub fn default_of(&self, section: &str, key: &str) -> Option<&toml::Value> {
        self.sections.get(section)?.as_table()?.get(key)
    }

    /// Whether there is such a section.
    pub fn has_section(&self, section: &str) -> bool {
        self.sections.contains_key(section)
    }

    /// Whether there is such a list of sections.
    pub fn has_list(&self, name: &str) -> bool {
        self.lists.contains(&name)
    }

    /// A section as it is written in the file.
    pub fn bracketed(&self, section: &str) -> String {
        if self.has_list(section) {
            format!("[[{section}]]")
        } else {
            format!("[{section}]")
        }
    }

    /// What to write instead of an unknown name at the top of the file.
    pub fn instead_of_section(&self, wrong: &str) -> String {
        if let Some(section) = self.section_with(wrong) {
            return format!("it belongs under {}", self.bracketed(section));
        }
        match nearest(wrong, self.sections.keys().map(String::as_str)) {
            Some(section) => format!("did you mean {}?", self.bracketed(section)),
            None => {
                let sections = self.sections.keys().map(|name| self.bracketed(name));
                format!("the sections are {}", listed(sections))
            }
        }
    }

    /// What to write instead of an unknown key of a section that exists.
    pub fn instead_of_key(&self, section: &str, wrong: &str) -> String {
        if let Some(near) = nearest(wrong, self.keys_of(section)) {
            return format!("did you mean {near}?");
        }
        if let Some(other) = self.section_with(wrong) {
            return format!("it belongs under {}", self.bracketed(other));
        }
        let known = listed(self.keys_of(section).map(str::to_owned));
        format!("{} has {known}", self.bracketed(section))
    }

    /// The list that a variable sets.
    pub fn list_of_variable(&self, variable: &str) -> Option<&'static str> {
        self.lists
            .iter()
            .copied()
            .find(|list| list_variable(list) == variable)
    }

    /// The section and key that a variable sets.
    pub fn of_variable(&self, variable: &str) -> Option<(&str, &str)> {
        self.pairs_without_lists()
            .find(|(section, key)| variable_name(section, key) == variable)
    }

    /// What to write instead of an unknown variable.
    pub fn instead_of_variable(&self, wrong: &str) -> String {
        let all: Vec<String> = self
            .pairs_without_lists()
            .map(|(section, key)| variable_name(section, key))
            .chain(self.lists.iter().map(|list| list_variable(list)))
            .collect();
        let end = wrong.trim_start_matches(super::VARIABLE_PREFIX);
        let with_its_section = all
            .iter()
            .find(|name| name.ends_with(&format!("__{}", end.to_uppercase())));
        match with_its_section
            .map(String::as_str)
            .or_else(|| nearest(&wrong.to_uppercase(), all.iter().map(String::as_str)))
        {
            Some(name) => format!("did you mean {name}?"),
            None => format!(
                "the names are {}<SECTION>__<KEY>, such as {}",
                super::VARIABLE_PREFIX,
                variable_name("database", "path")
            ),
        }
    }

    fn pairs_without_lists(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs().filter(|(section, _)| !self.has_list(section))
    }

    fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.sections.keys().flat_map(|section| {
            self.keys_of(section)
                .map(move |key| (section.as_str(), key))
        })
    }

    fn keys_of(&self, section: &str) -> impl Iterator<Item = &str> {
        self.sections
            .get(section)
            .and_then(toml::Value::as_table)
            .into_iter()
            .flat_map(|table| table.keys().map(String::as_str))
    }

    fn section_with(&self, key: &str) -> Option<&str> {
        self.pairs()
            .find(|(_, known)| *known == key)
            .map(|(section, _)| section)
    }
}

fn variable_name(section: &str, key: &str) -> String {
    let section = section.replace('.', "__");
    format!("{}{section}__{key}", super::VARIABLE_PREFIX).to_uppercase()
}

fn list_variable(list: &str) -> String {
    let list = list.replace('.', "__");
    format!("{}{list}", super::VARIABLE_PREFIX).to_uppercase()
}

fn listed(names: impl Iterator<Item = String>) -> String {
    let mut names: Vec<String> = names.collect();
    match names.pop() {
        Some(last) if !names.is_empty() => format!("{} and {last}", names.join(", ")),
        Some(last) => last,
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_a_likely_one_or_none() {
        let names = ["token", "token_file", "api_url"];
        for (wrong, expected) in [
            ("tokn", Some("token")),
            ("token_flie", Some("token_file")),
            ("api_uri", Some("api_url")),
            ("colour", None),
            ("", None),
        ] {
            assert_eq!(nearest(wrong, names), expected, "{wrong}");
        }
    }
}
