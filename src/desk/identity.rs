//! Commands that are about whoever gives them, given by an administrator who writes in the name of the group.
//! The command waits behind a button; whoever presses it is known, and it is carried out as theirs.

use std::time::Duration;

use super::command::{self, Answer, Given};
use super::turn::Turn;
use super::{agent, prompt};
use crate::domain::call::Whose;
use crate::domain::content::{Content, Kind};
use crate::domain::event::{AgentMessage, Press, Question, Timer};
use crate::domain::ids::PromptId;
use crate::domain::ticket::Role;
use crate::store::prompts::{self, Prompt};
use crate::store::{Error, Place, members, timers};

/// So long after it was posted the button is not in use any more: what somebody wanted then they may not
/// want now.
const WAITS_FOR: Duration = Duration::from_secs(10 * 60);

/// Asks who gives a command.
pub(super) fn ask(turn: &mut Turn<'_>, given: &Given<'_>) -> Answer {
    let message = given.message;
    let name = given.word.name();
    let text = turn.texts().needs_person(turn.language(), name);
    let question = Question::Identity {
        word: given.word,
        arguments: given.arguments.to_owned(),
        thread: message.thread,
    };
    let here = (message.chat, message.thread);
    prompt::ask_group(turn, here, message.message, None, &question, text)?;
    if let Some(asked) = prompts::at(turn.db, Place::Group(message.chat), message.message)? {
        watch(turn, asked.id)?;
    }
    Ok(None)
}

/// The button is in use for so long from now on.
pub(super) fn watch(turn: &Turn<'_>, prompt: PromptId) -> Result<(), Error> {
    let timer = Timer::PromptLapses { prompt };
    timers::move_to(turn.db, turn.now.plus(WAITS_FOR), &timer)
}

/// Somebody says that it was them. Telegram does not tell who writes in the name of the group, only that
/// they are an administrator: any of them may have been the one.
pub(super) fn pressed(
    turn: &mut Turn<'_>,
    press: &Press,
    prompt: &Prompt,
    question: &Question,
) -> Result<(), Error> {
    let (texts, language) = (turn.texts(), turn.language());
    if members::role(turn.db, turn.here, press.by)? != Some(Role::Admin) {
        let text = texts.not_your_button(language);
        return turn.answer_button(press.id.clone(), text, true);
    }
    let (
        Question::Identity {
            word, arguments, ..
        },
        Some(message),
        true,
    ) = (
        question,
        as_theirs(turn, press, prompt, question)?,
        prompts::answer(turn.db, prompt.id, turn.now)?,
    )
    else {
        return turn.answer_button(press.id.clone(), texts.button_stale(language), false);
    };
    timers::drop_all(turn.db, &Timer::PromptLapses { prompt: prompt.id })?;
    let given = Given {
        message: &message,
        word: *word,
        arguments,
        ticket: agent::ticket_of(turn, &message)?,
    };
    let done = texts.identity_done(language, word.name());
    let answer = command::carry_out(turn, &given)?;
    turn.answer_button(press.id.clone(), done.clone(), false)?;
    turn.edit_word(
        Whose::Group(press.chat),
        press.message,
        answer.unwrap_or(done),
    )
}

/// The message with the command as if whoever has pressed had written it.
fn as_theirs(
    turn: &Turn<'_>,
    press: &Press,
    prompt: &Prompt,
    question: &Question,
) -> Result<Option<AgentMessage>, Error> {
    let (Place::Group(chat), Question::Identity { thread, .. }) = (prompt.place, question) else {
        return Ok(None);
    };
    Ok(Some(AgentMessage {
        chat,
        thread: *thread,
        from: Some(press.by),
        names: members::names_of(turn.db, press.by)?.unwrap_or_default(),
        message: prompt.message,
        date: turn.now,
        content: Content::of(Kind::Text),
        reply_to: None,
        quote: None,
        album: None,
    }))
}

/// Nobody has said who it was. While the question is still on its way it goes on being asked.
pub(super) fn lapsed(turn: &mut Turn<'_>, prompt: PromptId) -> Result<(), Error> {
    let Some(prompt) = prompts::by_id(turn.db, prompt)? else {
        return Ok(());
    };
    let Some(Question::Identity { word, .. }) = prompt.question else {
        return Ok(());
    };
    let Some(post) = prompt.post else {
        return watch(turn, prompt.id);
    };
    prompts::answer(turn.db, prompt.id, turn.now)?;
    let (whose, language) = prompt::asked_where(turn, &prompt)?;
    let text = turn.texts().identity_over(language, word.name());
    turn.edit_word(whose, post, text)
}
