//! `hushdesk run`: the bot, until it is told to stop.

use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::exit::{Ended, Exit, Failure, OrExit};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::desk::{Desk, Settings};
use crate::engine::{Engine, Stopped};
use crate::entropy::SystemEntropy;
use crate::store::{OpenError, Options, Store};
use crate::telegram::{Client, GiveUp, HttpTransport};
use crate::texts::Texts;

/// Runs the bot of this config until SIGTERM or SIGINT.
pub fn run(config: Config) -> Ended {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .or_exit(Exit::Software)?;
    runtime.block_on(async {
        let shutdown = CancellationToken::new();
        let signals = signals().or_exit(Exit::Software)?;
        let stop = shutdown.clone();
        let (ended, ()) = tokio::join!(
            async {
                let ended = serve(config, shutdown.clone()).await;
                shutdown.cancel();
                ended
            },
            async {
                tokio::select! {
                    () = signals => stop.cancel(),
                    () = stop.cancelled() => {}
                }
            }
        );
        ended
    })
}

/// Runs the bot of this config until `shutdown` is cancelled.
pub async fn serve(config: Config, shutdown: CancellationToken) -> Ended {
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
    let bot = config.telegram.token.bot();
    let options = Options {
        path: config.database.path.clone(),
        readers: config.database.reader_pool_size,
        bot,
    };
    let store = Store::open(&options, clock.now())?;
    let transport = HttpTransport::new(
        &config.telegram.api_url,
        config.telegram.token.secret().clone(),
    )
    .or_exit(Exit::Config)?;
    let engine = Engine {
        store: store.clone(),
        desk: Desk::new(settings(&config), Texts::new(), entropy.clone()),
        client: Client::new(Arc::new(transport)),
        bot,
        flood: config.flood,
        clock,
        entropy,
    };
    let ended = engine.run(shutdown).await;
    store.close();
    ended?;
    Ok(Exit::Fine)
}

fn settings(config: &Config) -> Settings {
    Settings {
        group: config.telegram.support_group_id,
        limits: config.limits,
        relay_mode: config.tickets.relay_mode,
        language: config.texts.desk_language,
        reply_label: config.texts.reply_label.clone(),
    }
}

/// Ends with SIGTERM, which is systemd's, or SIGINT, the keyboard's.
fn signals() -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        let exit = match error {
            OpenError::Unusable { .. } | OpenError::Damaged { .. } => Exit::Io,
            OpenError::OtherVersion { .. } | OpenError::OtherBot { .. } => Exit::Config,
        };
        Failure {
            exit,
            error: error.into(),
        }
    }
}

impl From<Stopped> for Failure {
    fn from(stopped: Stopped) -> Self {
        let exit = match &stopped {
            Stopped::GaveUp(GiveUp::TokenRejected) => Exit::NoPermission,
            Stopped::GaveUp(GiveUp::WebhookActive) => Exit::Config,
            Stopped::Store(_) => Exit::Io,
            Stopped::LoopEnded(_) => Exit::Software,
        };
        Failure {
            exit,
            error: stopped.into(),
        }
    }
}
