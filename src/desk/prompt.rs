//! Questions with buttons: may this go to the other side although it says something about whoever
//! wrote it? The answer counts only from the one who was asked, as Telegram names them.

use super::letters::{self, Deal};
use super::turn::Turn;
use super::{agent, ban, bulk, client, identity, reveal, trail};
use crate::domain::call::{Button, Whose};
use crate::domain::content::Content;
use crate::domain::event::{AgentMessage, ClientMessage, Press, Question};
use crate::domain::ids::{ChatId, DeskId, MessageId, PromptId, ThreadId, UserId};
use crate::domain::language::Language;
use crate::domain::rules::ban::Deed;
use crate::domain::ticket::{Client, Role};
use crate::store::prompts::{self, Prompt};
use crate::store::{Error, Place, clients, members, tickets};

/// What a button says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    Share,
    Keep,
    Reveal,
    RetryAll,
    DropAll,
    Older,
    Mine,
}

impl Choice {
    const ALL: [Choice; 7] = [
        Choice::Share,
        Choice::Keep,
        Choice::Reveal,
        Choice::RetryAll,
        Choice::DropAll,
        Choice::Older,
        Choice::Mine,
    ];

    const fn letter(self) -> &'static str {
        match self {
            Choice::Share => "y",
            Choice::Keep => "n",
            Choice::Reveal => "r",
            Choice::RetryAll => "a",
            Choice::DropAll => "d",
            Choice::Older => "o",
            Choice::Mine => "i",
        }
    }

    fn data(self, prompt: PromptId) -> String {
        format!("ask:{}:{}", prompt.0, self.letter())
    }
}

/// Reads what a button says. None for buttons that are not ours, or not any more.
fn parse(data: &str) -> Option<(PromptId, Choice)> {
    let (number, letter) = data.strip_prefix("ask:")?.split_once(':')?;
    let choice = Choice::ALL
        .into_iter()
        .find(|choice| choice.letter() == letter)?;
    Some((PromptId(number.parse().ok()?), choice))
}

/// Asks a client whether this may be shared.
pub(super) fn ask_client(
    turn: &mut Turn<'_>,
    client: &Client,
    message: &ClientMessage,
) -> Result<(), Error> {
    let place = Place::Client(client.id);
    let question = Question::Share {
        date: message.date,
        content: Box::new(message.content.clone()),
        reply_to: message.reply_to,
        quote: message.quote.clone(),
        thread: None,
    };
    let asked = prompts::insert(turn.db, place, message.message, None, &question, turn.now)?;
    let Some(prompt) = asked else {
        return Ok(());
    };
    let kind = message.content.kind.name();
    let text = turn.texts().ask_client_share(client.language, kind);
    let buttons = buttons(turn, client.language, &question, prompt);
    turn.ask_client(client.id, text, message.message, buttons)
}

/// Asks an agent whether this may be shared.
pub(super) fn ask_agent(turn: &mut Turn<'_>, message: &AgentMessage) -> Result<(), Error> {
    let question = Question::Share {
        date: message.date,
        content: Box::new(message.content.clone()),
        reply_to: message.reply_to,
        quote: message.quote.clone(),
        thread: message.thread,
    };
    let (language, kind) = (turn.language(), message.content.kind.name());
    let text = turn.texts().ask_agent_share(language, kind);
    let here = (message.chat, message.thread);
    ask_group(turn, here, message.message, message.from, &question, text)
}

/// A question stands where it was posted from now on. One that was answered meanwhile, because it stood there
/// already when nobody could say so, stands there twice: nobody needs the second.
pub(super) fn posted(
    turn: &mut Turn<'_>,
    buttons: &[Button],
    post: MessageId,
) -> Result<(), Error> {
    let Some((id, _)) = buttons.first().and_then(|button| parse(&button.data)) else {
        return Ok(());
    };
    prompts::posted(turn.db, id, post)?;
    let Some(prompt) = prompts::by_id(turn.db, id)? else {
        return Ok(());
    };
    match prompt.question {
        Some(Question::Identity { .. }) => identity::watch(turn, id),
        Some(
            Question::Share { .. }
            | Question::Reveal { .. }
            | Question::Failed
            | Question::Bulk { .. }
            | Question::Trail { .. },
        ) => Ok(()),
        None => {
            let (whose, language) = asked_where(turn, &prompt)?;
            let text = turn.texts().button_stale(language);
            turn.edit_word(whose, post, text)
        }
    }
}

/// Where a question is asked, and in which language. The desk is that of its group from here on.
pub(super) fn asked_where(
    turn: &mut Turn<'_>,
    prompt: &Prompt,
) -> Result<(Whose, Language), Error> {
    match (prompt.client, prompt.place) {
        (Some(client), _) | (None, Place::Client(client)) => {
            let language = clients::by_id(turn.db, client)?.language;
            Ok((Whose::Client(client), language))
        }
        (None, Place::Group(chat)) => {
            turn.here = turn.desk_at(chat)?.unwrap_or(DeskId::MAIN);
            Ok((Whose::Group(chat), turn.language()))
        }
    }
}

/// A press may have been lost: the question says so, and keeps its buttons.
pub(super) fn ask_again(turn: &mut Turn<'_>, prompt: &Prompt) -> Result<(), Error> {
    let (Some(question), Some(post)) = (&prompt.question, prompt.post) else {
        return Ok(());
    };
    let (whose, language) = asked_where(turn, prompt)?;
    let texts = turn.texts();
    let text = match question {
        Question::Share { content, .. } => {
            let kind = content.kind.name();
            match whose {
                Whose::Client(_) => texts.ask_client_share(language, kind),
                Whose::Desk | Whose::Group(_) => texts.ask_agent_share(language, kind),
            }
        }
        Question::Reveal { ticket, reason, .. } => {
            let code = tickets::by_id(turn.db, *ticket)?.code;
            texts.ask_reveal(language, code.as_str(), reason)
        }
        Question::Identity { word, .. } => texts.needs_person(language, word.name()),
        Question::Failed => letters::listed(turn)?,
        Question::Bulk { .. } => match bulk::asked(turn, question)? {
            Some(text) => text,
            None => return Ok(()),
        },
        // Its page stands, and its button works as before.
        Question::Trail { .. } => return Ok(()),
    };
    let buttons = buttons(turn, language, question, prompt.id);
    let text = format!("{text}\n\n{}", texts.press_again(language));
    turn.edit_question(whose, post, text, buttons)
}

/// What can be answered to a question, in the language of whoever reads it.
fn buttons(
    turn: &Turn<'_>,
    language: Language,
    question: &Question,
    prompt: PromptId,
) -> Vec<Button> {
    let texts = turn.texts();
    let choices = match question {
        Question::Share { .. } => vec![
            (texts.button_share(language), Choice::Share),
            (texts.button_keep(language), Choice::Keep),
        ],
        Question::Reveal { .. } => vec![(texts.button_reveal(language), Choice::Reveal)],
        Question::Failed => vec![
            (texts.button_retry_all(language), Choice::RetryAll),
            (texts.button_drop_all(language), Choice::DropAll),
        ],
        Question::Bulk { .. } => vec![
            (texts.button_bulk(language), Choice::Share),
            (texts.button_keep_so(language), Choice::Keep),
        ],
        Question::Identity { .. } => vec![(texts.button_identity(language), Choice::Mine)],
        Question::Trail { .. } => vec![(texts.button_older(language), Choice::Older)],
    };
    let buttons = choices.into_iter().map(|(text, choice)| Button {
        text,
        data: choice.data(prompt),
    });
    buttons.collect()
}

/// Asks the desk something, below a message there. Who may answer depends on the question.
pub(super) fn ask_group(
    turn: &mut Turn<'_>,
    here: (ChatId, Option<ThreadId>),
    about: MessageId,
    author: Option<UserId>,
    question: &Question,
    text: String,
) -> Result<(), Error> {
    let place = Place::Group(here.0);
    let asked = prompts::insert(turn.db, place, about, author, question, turn.now)?;
    let Some(prompt) = asked else {
        return Ok(());
    };
    let buttons = buttons(turn, turn.language(), question, prompt);
    turn.ask_agent(here, about, text, buttons)
}

/// The message that somebody was asked about has changed: the newest version is what may be shared.
pub(super) fn edited(
    turn: &Turn<'_>,
    place: Place,
    message: MessageId,
    content: &Content,
) -> Result<(), Error> {
    let Some(prompt) = prompts::at(turn.db, place, message)? else {
        return Ok(());
    };
    match prompt.question {
        Some(Question::Share {
            date,
            reply_to,
            quote,
            thread,
            ..
        }) => {
            let question = Question::Share {
                date,
                content: Box::new(content.clone()),
                reply_to,
                quote,
                thread,
            };
            prompts::replace(turn.db, prompt.id, &question)
        }
        Some(
            Question::Reveal { .. }
            | Question::Identity { .. }
            | Question::Failed
            | Question::Bulk { .. }
            | Question::Trail { .. },
        )
        | None => Ok(()),
    }
}

/// A press in a private chat.
pub(super) fn pressed_by_client(turn: &mut Turn<'_>, press: &Press) -> Result<(), Error> {
    let client = clients::by_user(turn.db, press.by)?;
    let language = client
        .as_ref()
        .map_or(press.language.unwrap_or_default(), |client| client.language);
    if ban::stops(turn, press.by, Deed::Commands, turn.now)? {
        return turn.answer_press(press.id.clone(), language);
    }
    let Some((prompt, choice, client)) = asked_client(turn, press, client)? else {
        return turn.answer_press(press.id.clone(), language);
    };
    let (
        Some(Question::Share {
            date,
            content,
            reply_to,
            quote,
            ..
        }),
        true,
    ) = (
        prompt.question.clone(),
        prompts::answer(turn.db, prompt.id, turn.now)?,
    )
    else {
        return turn.answer_press(press.id.clone(), language);
    };
    let message = ClientMessage {
        from: press.by,
        language: press.language,
        message: prompt.message,
        date,
        content: *content,
        reply_to,
        quote,
        album: None,
    };
    // Said only after it is so: a day's tickets may be used up.
    let is_shared = choice == Choice::Share && client::confirmed(turn, &client, &message)?;
    let shown = if is_shared {
        turn.texts().shared_with_desk(language)
    } else {
        turn.texts().kept_from_desk(language)
    };
    turn.answer_button(press.id.clone(), shown.clone(), false)?;
    turn.edit_word(Whose::Client(client.id), press.message, shown)
}

fn asked_client(
    turn: &Turn<'_>,
    press: &Press,
    client: Option<Client>,
) -> Result<Option<(Prompt, Choice, Client)>, Error> {
    let (Some(client), Some((id, choice))) = (client, parse(&press.data)) else {
        return Ok(None);
    };
    let prompt = prompts::by_id(turn.db, id)?;
    Ok(prompt
        .filter(|prompt| prompt.client == Some(client.id))
        .map(|prompt| (prompt, choice, client)))
}

/// A press in the desk group.
pub(super) fn pressed_by_agent(turn: &mut Turn<'_>, press: &Press) -> Result<(), Error> {
    let language = turn.language();
    let stale = turn.texts().button_stale(language);
    let Some((id, choice)) = parse(&press.data) else {
        return turn.answer_button(press.id.clone(), stale, false);
    };
    let prompt = match prompts::by_id(turn.db, id)? {
        // Whoever presses may say any number, also that of a question in another group.
        Some(prompt) => match prompt.place {
            Place::Group(chat) => (turn.desk_at(chat)? == Some(turn.here)).then_some(prompt),
            Place::Client(_) => None,
        },
        None => None,
    };
    match prompt.and_then(|prompt| prompt.question.clone().map(|question| (prompt, question))) {
        Some((prompt, question @ Question::Reveal { .. })) => {
            reveal::pressed(turn, press, &prompt, question)
        }
        Some((_, Question::Failed)) => match choice {
            Choice::RetryAll => letters::pressed(turn, press, Deal::Retry),
            Choice::DropAll => letters::pressed(turn, press, Deal::GiveUp),
            Choice::Share | Choice::Keep | Choice::Reveal | Choice::Older | Choice::Mine => {
                turn.answer_button(press.id.clone(), stale, false)
            }
        },
        Some((prompt, Question::Bulk { .. })) => {
            bulk::pressed(turn, press, &prompt, choice == Choice::Share)
        }
        Some((prompt, Question::Trail { of, before, thread })) => {
            let Place::Group(chat) = prompt.place else {
                return turn.answer_button(press.id.clone(), stale, false);
            };
            trail::pressed(turn, press, (chat, thread), of, before)
        }
        Some((prompt, question @ Question::Identity { .. })) => {
            identity::pressed(turn, press, &prompt, &question)
        }
        Some((prompt, question)) => agent_answered(turn, press, &prompt, question, choice),
        None => turn.answer_button(press.id.clone(), stale, false),
    }
}

fn agent_answered(
    turn: &mut Turn<'_>,
    press: &Press,
    prompt: &Prompt,
    question: Question,
    choice: Choice,
) -> Result<(), Error> {
    let language = turn.language();
    if !is_theirs(turn, prompt, press.by)? {
        let text = turn.texts().not_your_button(language);
        return turn.answer_button(press.id.clone(), text, true);
    }
    if !prompts::answer(turn.db, prompt.id, turn.now)? {
        let stale = turn.texts().button_stale(language);
        return turn.answer_button(press.id.clone(), stale, false);
    }
    let shown = match choice {
        Choice::Share => turn.texts().shared_with_client(language),
        Choice::Keep
        | Choice::Reveal
        | Choice::RetryAll
        | Choice::DropAll
        | Choice::Older
        | Choice::Mine => turn.texts().kept_from_client(language),
    };
    turn.answer_button(press.id.clone(), shown.clone(), false)?;
    turn.edit_word(Whose::Group(press.chat), press.message, shown)?;
    if choice != Choice::Share {
        return Ok(());
    }
    agent::confirmed(turn, prompt, question)
}

/// Whoever wrote it may decide. An anonymous admin shows nobody's number when writing, and any admin
/// may have been the one.
fn is_theirs(turn: &Turn<'_>, prompt: &Prompt, by: UserId) -> Result<bool, Error> {
    Ok(match prompt.author {
        // Whoever has left may decide nothing any more, whatever buttons they still see.
        Some(author) => author == by && members::role(turn.db, turn.here, by)?.is_some(),
        None => members::role(turn.db, turn.here, by)? == Some(Role::Admin),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_buttons_are_read() {
        for choice in Choice::ALL {
            let data = choice.data(PromptId(77));
            assert!(data.len() <= 64, "{data}");
            assert_eq!(parse(&data), Some((PromptId(77), choice)));
        }
        for foreign in [
            "",
            "ask:",
            "ask:7",
            "ask:x:y",
            "ask:7:",
            "ask:7:maybe",
            "claim:7:y",
        ] {
            assert_eq!(parse(foreign), None, "{foreign}");
        }
    }
}
