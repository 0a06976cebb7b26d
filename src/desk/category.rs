//! What clients want to ask about: buttons under the greeting and links that say so. The choice waits with
//! the client until the first message opens the ticket.

use super::sort;
use super::turn::Turn;
use crate::domain::call::{Button, Whose};
use crate::domain::event::{ClientMessage, Press};
use crate::domain::settings::Category;
use crate::domain::ticket::Client;
use crate::store::audit::Hand;
use crate::store::{Error, clients, tickets};

/// What stands before a category's name in a button.
const PREFIX: &str = "c:";

/// `/start`, perhaps from a link that names a category.
pub(super) fn start(
    turn: &mut Turn<'_>,
    client: &Client,
    message: &ClientMessage,
) -> Result<(), Error> {
    let (texts, language) = (turn.texts(), client.language);
    let greeting = texts.client_start(language);
    let mut words = message.content.text.text.split_whitespace().skip(1);
    if let Some(category) = words.next().and_then(|name| find(turn, name)) {
        choose(turn, client, &category)?;
        let chosen = texts.category_chosen(language, &category.title);
        let text = format!("{greeting}\n\n{chosen}");
        return turn.tell_client(client.id, None, text, None);
    }
    let categories = &turn.settings().categories;
    if categories.is_empty() {
        return turn.tell_client(client.id, None, greeting, None);
    }
    let row = |category: &Category| {
        vec![Button {
            text: category.title.clone(),
            data: format!("{PREFIX}{}", category.name),
        }]
    };
    let text = format!("{greeting}\n\n{}", texts.choose_category(language));
    turn.offer_client(client.id, text, categories.iter().map(row).collect())
}

/// Whether a button under a greeting was pressed; what it says is done then.
pub(super) fn pressed(turn: &mut Turn<'_>, press: &Press) -> Result<bool, Error> {
    let Some(name) = press.data.strip_prefix(PREFIX) else {
        return Ok(false);
    };
    let client = clients::by_user(turn.db, press.by)?;
    let (Some(client), Some(category)) = (client, find(turn, name)) else {
        let language = press.language.unwrap_or_default();
        turn.answer_press(press.id.clone(), language)?;
        return Ok(true);
    };
    choose(turn, &client, &category)?;
    let chosen = turn
        .texts()
        .category_chosen(client.language, &category.title);
    turn.answer_button(press.id.clone(), String::new(), false)?;
    turn.edit_word(Whose::Client(client.id), press.message, chosen)?;
    Ok(true)
}

/// What a client has chosen for the ticket that opens now, as far as it is still there to be chosen.
pub(super) fn chosen(turn: &Turn<'_>, client: &Client) -> Result<Option<Category>, Error> {
    let name = clients::take_category(turn.db, client.id)?;
    Ok(name.and_then(|name| find(turn, &name)))
}

/// An open ticket that is about nothing yet gets it at once.
fn choose(turn: &mut Turn<'_>, client: &Client, category: &Category) -> Result<(), Error> {
    match tickets::open_of(turn.db, client.id)? {
        Some(open) if open.category.is_none() => {
            sort::categorise(turn, &open, Some(category.name.clone()), Hand::Client)
        }
        Some(_) => Ok(()),
        None => clients::set_category(turn.db, client.id, &category.name),
    }
}

fn find(turn: &Turn<'_>, name: &str) -> Option<Category> {
    let mut known = turn.settings().categories.iter();
    known
        .find(|category| category.name.eq_ignore_ascii_case(name))
        .cloned()
}
