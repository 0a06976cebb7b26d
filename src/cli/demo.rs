//! `hushdesk demo`: the whole desk on one machine, without a token and without a network. A modelled
//! Telegram answers on 127.0.0.1; the bot is the real one, a process of its own with a database in a
//! temporary folder. Decides only who plays: whoever types, or the script.

mod bot;
mod folder;
mod input;
mod interactive;
mod play;
mod print;
mod script;
mod stage;
mod watch;

use std::io::{IsTerminal, Stdout};
use std::net::Ipv4Addr;
use std::sync::Arc;

use anyhow::anyhow;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::exit::{Ended, Exit, Failure, OrExit};
use crate::sandbox::http;
use bot::Bot;
use folder::Folder;
use play::Play;
use print::{Looks, Printer};
use stage::{Stage, TOKEN, now_ms};

/// How to show it.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Arguments {
    /// Play a whole conversation in the terminal and end
    #[arg(long)]
    pub script: bool,
}

/// Plays until the script or the input ends.
pub fn demo(arguments: Arguments) -> Ended {
    let mut folder = Folder::make().or_exit(Exit::Io)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .or_exit(Exit::Software)?;
    let ended = runtime.block_on(staged(arguments, &folder));
    // A line that is still being typed would hold up the end.
    runtime.shutdown_background();
    ended.map_err(|failure| {
        if failure.exit != Exit::Software {
            return failure;
        }
        folder.keep();
        let folder = folder.path().display();
        let error = failure.error;
        Failure {
            error: anyhow!("{error:#}\nThe bot's log and database are kept in {folder}"),
            ..failure
        }
    })
}

async fn staged(arguments: Arguments, folder: &Folder) -> Ended {
    let stage = Stage::set();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .or_exit(Exit::Unavailable)?;
    let address = listener.local_addr().or_exit(Exit::Unavailable)?;
    let bot = Bot::new(folder.path(), address, TOKEN, stage.group).or_exit(Exit::Io)?;
    let server = http::serve(
        stage.sandbox.clone(),
        listener,
        Arc::new(now_ms),
        std::future::pending(),
    );
    let printer = Printer::new(std::io::stdout(), looks(arguments));
    let mut play = Play::new(stage, bot, printer);
    tokio::select! {
        ended = perform(arguments, &mut play) => ended,
        served = server => {
            served.or_exit(Exit::Unavailable)?;
            Err(Failure {
                exit: Exit::Software,
                error: anyhow!("the sandbox ended before the play"),
            })
        }
        stopped = interrupted() => {
            stopped?;
            play.printer.typing_ends().or_exit(Exit::Io)?;
            Ok(if arguments.script { Exit::TryLater } else { Exit::Fine })
        }
    }
}

async fn perform(arguments: Arguments, play: &mut Play<Stdout>) -> Ended {
    if arguments.script {
        script::perform(play).await
    } else {
        interactive::perform(play).await
    }
}

fn looks(arguments: Arguments) -> Looks {
    let is_terminal = std::io::stdout().is_terminal();
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = std::env::var_os("TERM").is_none_or(|terminal| terminal == "dumb");
    Looks {
        colours: is_terminal && !is_dumb && !is_set("NO_COLOR"),
        prompts: is_terminal && !is_dumb && !arguments.script && std::io::stdin().is_terminal(),
    }
}

/// Ends when somebody wants the demo to end. Without this the bot would outlive it.
async fn interrupted() -> Result<(), Failure> {
    let mut terminate = signal(SignalKind::terminate()).or_exit(Exit::Software)?;
    let mut interrupt = signal(SignalKind::interrupt()).or_exit(Exit::Software)?;
    let mut hang_up = signal(SignalKind::hangup()).or_exit(Exit::Software)?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        _ = hang_up.recv() => {}
    }
    Ok(())
}
