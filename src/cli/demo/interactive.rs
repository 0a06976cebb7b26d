//! The play by whoever types, or by whatever is piped in: one line, one act. Lines of a pipe are
//! taken at the pace of the conversation, as somebody who watches would type them.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::time::{MissedTickBehavior, interval};

use super::super::exit::{Ended, Exit, Failure, OrExit};
use super::input::{HELP, Wish, understood};
use super::play::{LOOK_EVERY, Play};
use super::stage::{Stage, Who};
use crate::sandbox::PersonError;

/// A pipe's next line is taken after so long without news.
const BETWEEN_LINES: Duration = Duration::from_millis(600);
/// A pipe's end is the end of the play after so long without news: longer than the pause that the
/// bot makes between two messages to the same person.
const BEFORE_THE_END: Duration = Duration::from_millis(2500);

const WELCOME: &str = "\
A support desk with a Telegram of its own: no token, no network. ann and bob are clients who write \
to the bot in private; sam is an agent in the support group. You play all of them, line by line, \
such as “ann: my order is lost” and “sam: which number?”. “kill” ends the bot as a power cut \
would, “start” brings it back. “help” lists everything.";

/// Whether to go on.
#[derive(PartialEq, Eq)]
enum Go {
    On,
    Quit,
}

/// Plays until the input ends.
pub async fn perform<W: Write>(play: &mut Play<W>) -> Ended {
    let is_typed = std::io::stdin().is_terminal();
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    let mut looks = interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut client = Who::Ann;
    play.printer.words(WELCOME).or_exit(Exit::Io)?;
    play.start().await?;
    loop {
        play.printer.prompt().or_exit(Exit::Io)?;
        let line = tokio::select! {
            line = lines.next_line() => line.or_exit(Exit::NoInput)?,
            _ = looks.tick() => {
                play.look()?;
                continue;
            }
        };
        let Some(line) = line else {
            break;
        };
        let wish = understood(&line);
        // A kill is meant to come in the middle of things.
        if !is_typed && wish != Some(Wish::Kill) {
            play.quiet(BETWEEN_LINES).await?;
        }
        let is_blank = line.trim().is_empty();
        play.printer
            .typed(is_blank || wish.is_some())
            .or_exit(Exit::Io)?;
        if is_blank {
            continue;
        }
        if fulfil(play, wish, &mut client).await? == Go::Quit {
            return Ok(Exit::Fine);
        }
    }
    play.printer.typing_ends().or_exit(Exit::Io)?;
    if !is_typed {
        play.quiet(BEFORE_THE_END).await?;
    }
    Ok(Exit::Fine)
}

async fn fulfil<W: Write>(
    play: &mut Play<W>,
    wish: Option<Wish>,
    client: &mut Who,
) -> Result<Go, Failure> {
    if let Some(Wish::Say(who, _) | Wish::Photo(Some(who)) | Wish::Block(Some(who))) = &wish
        && Who::CLIENTS.contains(who)
    {
        *client = *who;
    }
    match wish {
        Some(Wish::Say(who, words)) => {
            let said = play.says(who, &words)?;
            report(play, who, said)?;
        }
        Some(Wish::Photo(who)) => {
            let who = who.unwrap_or(*client);
            play.acts(who, "sends a photo")?;
            let sent = play.stage.shows_photo(who, "");
            report(play, who, sent)?;
        }
        Some(Wish::Block(who)) => blocks(play, who.unwrap_or(*client), true)?,
        Some(Wish::Unblock(who)) => blocks(play, who.unwrap_or(*client), false)?,
        Some(Wish::DeleteTopic) => {
            play.acts(Who::Sam, "deletes the topic")?;
            let deleted = play.stage.deletes_topic();
            report(play, Who::Sam, deleted)?;
        }
        Some(Wish::Topics) => {
            let list = topics(&mut play.stage);
            play.printer.words(&list).or_exit(Exit::Io)?;
        }
        Some(Wish::Open(number)) => {
            play.acts(Who::Sam, &format!("opens topic {number}"))?;
            let opened = play.stage.opens(number.wrapping_sub(1));
            report(play, Who::Sam, opened)?;
        }
        Some(Wish::Kill) => {
            play.operator("kill")?;
            play.kill()?;
        }
        Some(Wish::Start) => {
            play.operator("start")?;
            play.start().await?;
        }
        Some(Wish::Help) => play.printer.words(HELP).or_exit(Exit::Io)?,
        Some(Wish::Quit) => return Ok(Go::Quit),
        None => {
            let answer = format!("That was not understood. What can be typed:\n{HELP}");
            play.printer.words(&answer).or_exit(Exit::Io)?;
        }
    }
    Ok(Go::On)
}

fn blocks<W: Write>(play: &mut Play<W>, who: Who, is_blocked: bool) -> Result<(), Failure> {
    let what = if is_blocked {
        "blocks the bot"
    } else {
        "unblocks the bot"
    };
    play.acts(who, what)?;
    play.stage.sets_blocked(who, is_blocked);
    Ok(())
}

/// Says why somebody could not do what they wanted.
fn report<W: Write, T>(
    play: &mut Play<W>,
    who: Who,
    done: Result<T, PersonError>,
) -> Result<(), Failure> {
    let Err(reason) = done else {
        return Ok(());
    };
    let name = who.name();
    let sentence = if reason == PersonError::NoSuchTopic {
        format!("{name} cannot: there is no such topic. A client's first message opens one.")
    } else {
        format!("{name} cannot: {reason}.")
    };
    play.printer.words(&sentence).or_exit(Exit::Io)
}

fn topics(stage: &mut Stage) -> String {
    let lines: Vec<String> = (1..)
        .zip(stage.topics())
        .map(|(number, topic)| {
            let state = if topic.is_closed { "closed" } else { "open" };
            let here = if topic.is_open {
                "  ← sam is here"
            } else {
                ""
            };
            format!("{number}  {}  {state}{here}", topic.code)
        })
        .collect();
    if lines.is_empty() {
        "There is no topic. A client's first message opens one.".to_owned()
    } else {
        lines.join("\n")
    }
}
