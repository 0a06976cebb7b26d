//! `hushdesk run`: the bot, until it is told to stop.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::exit::{Ended, Exit, Failure, OrExit};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::desk::{Desk, Settings};
use crate::domain::desks::{self, Desks};
use crate::domain::ids::DeskId;
use crate::engine::{Engine, Stopped, Voice};
use crate::entropy::SystemEntropy;
use crate::ops::endpoint::{BindError, Endpoint};
use crate::spool::Spool;
use crate::store::figures::GroupName;
use crate::store::{OpenError, Options, Store};
use crate::telegram::{Client, GiveUp, HttpTransport};
use crate::texts::Texts;
use crate::vault::Vault;
use crate::work::aside::OwnThread;
use crate::work::clamd::{Clamd, Scan};
use crate::work::cleaner::ChildCleaner;
use crate::work::jobs::Tools;

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
    // Before the database is touched: it may be that hushdesk is running already.
    let endpoint = endpoint(&config).await?;
    let store = open_store(&config)?;
    let mut engine = engine(&config, &store)?;
    engine.endpoint = endpoint;
    let ended = engine.run(shutdown).await;
    store.close();
    ended?;
    Ok(Exit::Fine)
}

/// The database of this config.
pub fn open_store(config: &Config) -> Result<Store, Failure> {
    let options = Options {
        path: config.database.path.clone(),
        readers: config.database.reader_pool_size,
        bot: config.telegram.token.bot(),
    };
    Ok(Store::open(&options, SystemClock.now())?)
}

/// The engine of this config over an open database.
pub fn engine(config: &Config, store: &Store) -> Result<Engine, Failure> {
    let entropy = Arc::new(SystemEntropy);
    let secret = config.telegram.token.secret().clone();
    let transport = HttpTransport::new(&config.telegram.api_url, secret).or_exit(Exit::Config)?;
    let spool = Spool::open(spool_folder(&config.database.path)).or_exit(Exit::Io)?;
    let client = Client::new(Arc::new(transport)).with_spool(spool.clone());
    let vault = config.privacy_key_file.as_deref().map(Vault::from_file);
    let vault = vault.transpose().or_exit(Exit::Config)?;
    let scanner = config.scan.clamd.clone().map(Clamd::new);
    let cleaner = ChildCleaner::new(own_program().or_exit(Exit::Software)?);
    Ok(Engine {
        store: store.clone(),
        desk: Desk::new(settings(config), Texts::new(), entropy.clone(), vault),
        client: client.clone(),
        bot: config.telegram.token.bot(),
        voices: voices(config)?,
        tools: Tools {
            client,
            spool,
            cleaner: Arc::new(cleaner),
            scanner: scanner.map(|clamd| Arc::new(clamd) as Arc<dyn Scan>),
            when_scanner_is_down: config.scan.when_down,
            readers: store.readers(),
            aside: Arc::new(OwnThread),
        },
        flood: config.flood,
        bursts: config.bursts,
        clock: Arc::new(SystemClock),
        entropy,
        endpoint: None,
    })
}

/// Where monitoring asks, with the port taken; nowhere where the config says so.
async fn endpoint(config: &Config) -> Result<Option<Endpoint>, Failure> {
    let Some(listen) = config.metrics.listen else {
        return Ok(None);
    };
    let further = config.desks.iter();
    let further = further.map(|desk| (desks::id(desk), desk.name.as_str(), desk.support_group_id));
    let main = (
        DeskId::MAIN,
        desks::MAIN_NAME,
        config.telegram.support_group_id,
    );
    let groups = std::iter::once(main).chain(further);
    let groups = groups.map(|(id, desk, configured)| GroupName {
        id,
        desk: desk.to_owned(),
        configured,
        calls_per_minute: config.flood.group_calls_per_minute,
    });
    let endpoint = Endpoint::bind(listen, groups.collect()).await?;
    let address = endpoint.address().or_exit(Exit::Unavailable)?;
    tracing::info!(%address, "figures are at /metrics, health at /health");
    if !address.ip().is_loopback() {
        tracing::warn!(
            %address,
            "whoever reaches this address can read the metrics: there is no password. Keep it inside of \
             your network"
        );
    }
    Ok(Some(endpoint))
}

/// The further bots of this config.
pub(super) fn voices(config: &Config) -> Result<Vec<Voice>, Failure> {
    let clients = config.telegram.voices.iter().map(|voice| {
        let secret = voice.token.secret().clone();
        let transport =
            HttpTransport::new(&config.telegram.api_url, secret).or_exit(Exit::Config)?;
        let client = Client::new(Arc::new(transport));
        Ok(Voice::new(voice.token.bot(), client))
    });
    clients.collect()
}

/// Files on their way lie beside the database.
fn spool_folder(database: &Path) -> PathBuf {
    let mut folder = database.as_os_str().to_owned();
    folder.push("-files");
    PathBuf::from(folder)
}

/// This program: files are cleaned by a child that is the same.
fn own_program() -> std::io::Result<PathBuf> {
    std::env::current_exe()
}

fn settings(config: &Config) -> Settings {
    Settings {
        desks: Desks::new(config.telegram.support_group_id, config.desks.clone()),
        limits: config.limits,
        new_tickets_per_minute: config.new_tickets_per_minute,
        group_calls_per_minute: config.flood.group_calls_per_minute,
        relay_mode: config.tickets.relay_mode,
        tickets: config.ticket_rules.clone(),
        hours: config.hours.clone(),
        categories: config.categories.clone(),
        language: config.texts.desk_language,
        reply_label: config.texts.reply_label.clone(),
        privacy: config.privacy.clone(),
        scans_files: config.scan.clamd.is_some(),
        ban_notice: config.ban_notice,
        flood_same_text: config.flood_same_text,
        dashboard_every: Some(config.dashboard.interval),
        agents: config.agents,
        sla: config.sla,
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

impl From<BindError> for Failure {
    fn from(error: BindError) -> Self {
        let exit = match error {
            // The one before may not have ended yet, or the network not have begun.
            BindError::InUse(_) | BindError::NotHere(_) => Exit::TryLater,
            BindError::Forbidden(_) | BindError::Other { .. } => Exit::Config,
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
