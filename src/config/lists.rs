//! The sections that can be there several times: categories, further desks and further voices. Each
//! is checked by itself, then against the others.

use super::error::Error;
use super::places::{Key, Places};
use super::raw::{Raw, RawCategory, RawDesk, RawVoice};
use super::values::{choice, group_id, shown, token};
use super::{Token, Voice, nearest};
use crate::domain::desks::RESERVED_NAMES;
use crate::domain::ids::ChatId;
use crate::domain::settings::{Category, DeskConfig};
use crate::domain::ticket::{Level, TicketPriority};

const CATEGORIES: &str = "category";
const DESKS: &str = "desks";
const VOICES: &str = "telegram.voices";

/// Every category is a button below one message.
const CATEGORIES_MAX: usize = 50;
/// Each desk is a group with a budget of its own.
const DESKS_MAX: usize = 50;
/// More bots than this are no longer one desk.
const VOICES_MAX: usize = 50;
/// Names stand in the data of buttons, which holds 64 bytes, and in links.
const NAME_MAX_CHARS: usize = 32;
/// What fits a button on a phone.
const TITLE_MAX_CHARS: usize = 64;

/// The categories and the desks, which name each other.
pub fn categories_and_desks(
    raw: &Raw,
    main: ChatId,
    places: &Places,
) -> Result<(Vec<Category>, Vec<DeskConfig>), Error> {
    not_too_many(places, CATEGORIES, raw.category.len(), CATEGORIES_MAX)?;
    not_too_many(places, DESKS, raw.desks.len(), DESKS_MAX)?;
    let mut categories: Vec<Category> = Vec::new();
    for (index, written) in raw.category.iter().enumerate() {
        let known = categories.iter().map(|category| category.name.as_str());
        categories.push(category(written, index + 1, known, places)?);
    }
    let mut desks: Vec<DeskConfig> = Vec::new();
    for (index, written) in raw.desks.iter().enumerate() {
        desks.push(desk(written, index + 1, &desks, main, places)?);
    }
    join(&mut categories, &mut desks, places)?;
    Ok((categories, desks))
}

fn category<'a>(
    raw: &RawCategory,
    entry: usize,
    known: impl Iterator<Item = &'a str>,
    places: &Places,
) -> Result<Category, Error> {
    let key = |name| Key::of_entry(CATEGORIES, entry, name);
    let name = name(places, key("name"), &raw.name, known)?;
    let length = raw.title.trim().chars().count();
    let is_title =
        (1..=TITLE_MAX_CHARS).contains(&length) && !raw.title.chars().any(char::is_control);
    if !is_title {
        let problem = if raw.title.trim().is_empty() {
            "is missing".to_owned()
        } else {
            format!("= {} fits no button", shown(&raw.title))
        };
        let remedy = format!("write at most {TITLE_MAX_CHARS} characters on one line");
        return Err(key("title").wrong(places, problem, &remedy));
    }
    let priority = match raw.priority.as_str() {
        "" => None,
        written => Some(choice(
            places,
            key("priority"),
            written,
            &TicketPriority::ALL.map(|priority| (priority.name(), priority)),
        )?),
    };
    Ok(Category {
        name,
        title: raw.title.trim().to_owned(),
        desk: Some(raw.desk.clone()).filter(|desk| !desk.is_empty()),
        priority,
    })
}

fn desk(
    raw: &RawDesk,
    entry: usize,
    known: &[DeskConfig],
    main: ChatId,
    places: &Places,
) -> Result<DeskConfig, Error> {
    let key = |name| Key::of_entry(DESKS, entry, name);
    let names = known.iter().map(|desk| desk.name.as_str());
    let name = name(places, key("name"), &raw.name, names)?;
    if RESERVED_NAMES.contains(&name.as_str()) {
        let problem = format!("cannot be {}", shown(&name));
        let remedy = "hushdesk calls other groups so itself; give this one another name";
        return Err(key("name").wrong(places, problem, remedy));
    }
    let group = group_id(places, key("support_group_id"), raw.support_group_id)?;
    let is_taken = group == main || known.iter().any(|desk| desk.support_group_id == group);
    if is_taken {
        let problem = "is the group of another desk".to_owned();
        let remedy = "give each desk a group of its own";
        return Err(key("support_group_id").wrong(places, problem, remedy));
    }
    let mut levels = Vec::new();
    for number in &raw.levels {
        let level = u8::try_from(*number).ok().and_then(Level::new);
        match level {
            Some(level) if known.iter().any(|desk| desk.levels.contains(&level)) => {
                let problem = format!("holds {number}, which belongs to another desk");
                return Err(key("levels").wrong(places, problem, "let one desk take it"));
            }
            Some(level) if !levels.contains(&level) => levels.push(level),
            Some(_) | None => {
                let problem = format!("cannot hold {number}, or not twice");
                let remedy = "write each level once, as in [2, 3]; there are 1, 2 and 3";
                return Err(key("levels").wrong(places, problem, remedy));
            }
        }
    }
    levels.sort_unstable();
    Ok(DeskConfig {
        name,
        support_group_id: group,
        categories: raw.categories.clone(),
        levels,
    })
}

/// A category may name its desk, or a desk its categories: afterwards both say the same.
fn join(
    categories: &mut [Category],
    desks: &mut [DeskConfig],
    places: &Places,
) -> Result<(), Error> {
    for (index, desk) in desks.iter().enumerate() {
        let key = Key::of_entry(DESKS, index + 1, "categories");
        for name in &desk.categories {
            let known: Vec<String> = categories.iter().map(|it| it.name.clone()).collect();
            let Some(category) = categories.iter_mut().find(|it| it.name == *name) else {
                return Err(not_there(places, key, name, CATEGORIES, &known));
            };
            match &category.desk {
                Some(other) if *other != desk.name => {
                    let problem = format!(
                        "holds {}, which belongs to the desk {}",
                        shown(name),
                        shown(other)
                    );
                    return Err(key.wrong(places, problem, "let one desk take it"));
                }
                Some(_) | None => category.desk = Some(desk.name.clone()),
            }
        }
    }
    for (index, category) in categories.iter().enumerate() {
        let Some(name) = &category.desk else {
            continue;
        };
        let key = Key::of_entry(CATEGORIES, index + 1, "desk");
        let known: Vec<String> = desks.iter().map(|it| it.name.clone()).collect();
        let Some(desk) = desks.iter_mut().find(|it| it.name == *name) else {
            return Err(not_there(places, key, name, DESKS, &known));
        };
        if !desk.categories.contains(&category.name) {
            desk.categories.push(category.name.clone());
        }
    }
    for (index, desk) in desks.iter().enumerate() {
        if desk.categories.is_empty() && desk.levels.is_empty() {
            let key = Key::of_entry(DESKS, index + 1, "categories");
            let problem =
                "is empty, and so is levels: no ticket would come to this desk".to_owned();
            return Err(key.wrong(places, problem, "write at least one of the two"));
        }
    }
    Ok(())
}

/// The further bots.
pub fn voices(raw: &[RawVoice], main: &Token, places: &Places) -> Result<Vec<Voice>, Error> {
    not_too_many(places, VOICES, raw.len(), VOICES_MAX)?;
    let mut voices: Vec<Voice> = Vec::new();
    for (index, written) in raw.iter().enumerate() {
        let key = |name| Key::of_entry(VOICES, index + 1, name);
        let (token_key, file_key) = (key("token"), key("token_file"));
        let token = token(
            places,
            (token_key, &written.token),
            (file_key, &written.token_file),
        )?;
        let bots = || voices.iter().map(|voice| &voice.token).chain([main]);
        if bots().any(|other| other.bot() == token.bot()) {
            let key = if written.token.is_empty() {
                file_key
            } else {
                token_key
            };
            let problem = "is of a bot that is there already".to_owned();
            let remedy = "make another bot with BotFather, and write the token of that one";
            return Err(key.wrong(places, problem, remedy));
        }
        voices.push(Voice { token });
    }
    Ok(voices)
}

/// A name that nothing else in the list has.
fn name<'a>(
    places: &Places,
    key: Key,
    written: &str,
    mut known: impl Iterator<Item = &'a str>,
) -> Result<String, Error> {
    let remedy = format!("write 1 to {NAME_MAX_CHARS} of a-z, 0-9, - and _, as in \"billing\"");
    if written.is_empty() {
        return Err(key.wrong(places, "is missing".to_owned(), &remedy));
    }
    let is_plain = |sign: u8| {
        sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == b'-' || sign == b'_'
    };
    if written.len() > NAME_MAX_CHARS || !written.bytes().all(is_plain) {
        let problem = format!("cannot be {}", shown(written));
        return Err(key.wrong(places, problem, &remedy));
    }
    if known.any(|other| other == written) {
        let problem = format!("= {} is there twice", shown(written));
        return Err(key.wrong(places, problem, "give each a name of its own"));
    }
    Ok(written.to_owned())
}

fn not_there(places: &Places, key: Key, name: &str, list: &str, known: &[String]) -> Error {
    let remedy = match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {near:?}?"),
        None => format!("write a [[{list}]] of this name first"),
    };
    let problem = format!(
        "names {}, and there is no [[{list}]] of this name",
        shown(name)
    );
    key.wrong(places, problem, &remedy)
}

fn not_too_many(
    places: &Places,
    list: &'static str,
    count: usize,
    most: usize,
) -> Result<(), Error> {
    if count <= most {
        return Ok(());
    }
    Err(Error::Value {
        place: places.of(Key::of_entry(list, most + 1, "")),
        key: format!("[[{list}]]"),
        problem: format!("is there {count} times"),
        remedy: format!("{most} are the most there can be"),
    })
}
