//! The buttons under an agent's own answer that say whether they are there. They count from the one whose
//! answer it is, whoever else sees them.

use super::staff;
use super::turn::{Queued, Turn};
use crate::domain::agent::StatusBy;
use crate::domain::call::{Button, Call, Priority, Purpose, ReplyTo, To};
use crate::domain::content::Text;
use crate::domain::event::{AgentMessage, AgentWord, Press};
use crate::store::{Error, agents, members};
use crate::view::buttons;

/// What stands under the answer to a command; nothing where it says nothing of the one who gave it.
pub(super) fn offered(
    turn: &Turn<'_>,
    message: &AgentMessage,
    word: AgentWord,
) -> Result<Vec<Vec<Button>>, Error> {
    let is_about_them = matches!(
        word,
        AgentWord::Mine
            | AgentWord::Available
            | AgentWord::Busy
            | AgentWord::Away
            | AgentWord::Offline
    );
    let Some(user) = message.from.filter(|_| is_about_them) else {
        return Ok(Vec::new());
    };
    Ok(match members::role(turn.db, turn.here, user)? {
        Some(_) => vec![buttons::statuses(user, turn.texts(), turn.language())],
        None => Vec::new(),
    })
}

/// Answers an agent, with buttons.
pub(super) fn answer(
    turn: &mut Turn<'_>,
    message: &AgentMessage,
    text: String,
    buttons: Vec<Vec<Button>>,
) -> Result<(), Error> {
    let to = match message.thread {
        Some(thread) => To::Thread(message.chat, thread),
        None => turn.general_of(message.chat)?,
    };
    let call = Call::SendText {
        to,
        text: Text::plain(text),
        reply_to: Some(ReplyTo::There(message.message)),
        preview: None,
        buttons,
    };
    let lane = turn.alone();
    turn.say(Queued {
        lane,
        ..Queued::of(Purpose::Word, Priority::WORD, &call)
    })
}

/// A press of such a button. Whether it was one.
pub(super) fn pressed(turn: &mut Turn<'_>, press: &Press) -> Result<bool, Error> {
    let Some((whose, status)) = buttons::parse_status(&press.data) else {
        return Ok(false);
    };
    let (texts, language) = (turn.texts(), turn.language());
    let is_member = members::role(turn.db, turn.here, press.by)?.is_some();
    let agent = agents::by_user(turn.db, press.by)?.filter(|_| is_member && whose == press.by);
    let Some(agent) = agent else {
        let text = texts.not_your_button(language);
        turn.answer_button(press.id.clone(), text, true)?;
        return Ok(true);
    };
    staff::be(turn, &agent, status, StatusBy::Agent)?;
    let text = texts.status_set(language, status.name());
    turn.answer_button(press.id.clone(), text, false)?;
    Ok(true)
}
