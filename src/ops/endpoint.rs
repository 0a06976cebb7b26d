//! Where monitoring asks: `/metrics` and `/health` over HTTP, and nothing else. Only reads, from the
//! pool of readers; never the writer, so nothing that is asked here can delay a message. Whoever asks
//! too slowly, too much or too often is cut off or waits for those before.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{CONNECTION, CONTENT_TYPE};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use super::doors::Doors;
use super::health::{self, Sick, Signs};
use super::metrics;
use crate::clock::Clock;
use crate::store::figures::{self, GroupName};
use crate::store::{self, Readers};

/// An answer is kept for so long: asking more often reads nothing more.
const KEPT_FOR: Duration = Duration::from_secs(1);
/// At a shutdown, answers that are under way get so long.
const FINISH_WITHIN: Duration = Duration::from_secs(1);
/// What an answer is that is no page of figures.
const PLAIN: &str = "text/plain; charset=utf-8";

/// How much is borne of those who ask.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Connections at a time; more wait at the system.
    pub connections: usize,
    /// How long a connection lasts, from its first byte to its last.
    pub lasts: Duration,
    /// How long reading the database may take.
    pub reads: Duration,
    /// The longest request, headers included.
    pub request_bytes: usize,
}

/// Far more than monitoring needs, far less than would hurt.
pub const BOUNDS: Bounds = Bounds {
    connections: 8,
    lasts: Duration::from_secs(10),
    reads: Duration::from_secs(5),
    request_bytes: 16 * 1024,
};

/// Why the endpoint cannot be had. Each sentence says what to do.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another program has the port.
    #[error(
        "[metrics] listen = \"{0}\": another program listens there. Is hushdesk running already? Otherwise choose another port"
    )]
    InUse(SocketAddr),
    /// The address is another machine's.
    #[error(
        "[metrics] listen = \"{0}\": this machine does not have that address. Write 127.0.0.1, or one that `ip addr` shows"
    )]
    NotHere(SocketAddr),
    /// The system does not allow it.
    #[error(
        "[metrics] listen = \"{0}\": the system does not allow it. Ports below 1024 are for root, and under systemd the unit has to name the port (SocketBindAllow=tcp:{port})", port = .0.port()
    )]
    Forbidden(SocketAddr),
    /// Anything else.
    #[error("[metrics] listen = \"{address}\": cannot listen there")]
    Other {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
}

/// A port that is taken, and what is to be told of each group.
pub struct Endpoint {
    listener: TcpListener,
    groups: Vec<GroupName>,
}

/// What the answers are made from.
#[derive(Clone)]
pub struct Sources {
    /// The database.
    pub readers: Readers,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The signs of life.
    pub signs: Arc<dyn Fn() -> Signs + Send + Sync>,
}

impl Endpoint {
    /// Takes the port.
    pub async fn bind(address: SocketAddr, groups: Vec<GroupName>) -> Result<Self, BindError> {
        let listener = TcpListener::bind(address).await;
        let listener = listener.map_err(|source| match source.kind() {
            ErrorKind::AddrInUse => BindError::InUse(address),
            ErrorKind::AddrNotAvailable => BindError::NotHere(address),
            ErrorKind::PermissionDenied => BindError::Forbidden(address),
            _ => BindError::Other { address, source },
        })?;
        Ok(Self { listener, groups })
    }

    /// Where it listens.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers until `shutdown` is cancelled.
    pub async fn serve(
        self,
        sources: Sources,
        bounds: Bounds,
        shutdown: CancellationToken,
    ) -> std::io::Result<()> {
        let desk = Arc::new(Answers {
            groups: self.groups,
            sources,
            bounds,
            figures: Arc::default(),
            health: Arc::default(),
        });
        let app = Router::new().fallback(answer).with_state(desk);
        let doors = Doors::new(self.listener, bounds);
        let served =
            axum::serve(doors, app).with_graceful_shutdown(shutdown.clone().cancelled_owned());
        let late = async {
            shutdown.cancelled().await;
            tokio::time::sleep(FINISH_WITHIN).await;
        };
        tokio::select! {
            served = served.into_future() => served,
            () = late => Ok(()),
        }
    }
}

/// An answer, and how long the program had been running when it was found.
type Kept<T> = Arc<Mutex<Option<(Duration, T)>>>;

struct Answers {
    groups: Vec<GroupName>,
    sources: Sources,
    bounds: Bounds,
    figures: Kept<Result<Arc<str>, Sick>>,
    health: Kept<Result<(), Sick>>,
}

async fn answer(State(answers): State<Arc<Answers>>, request: Request) -> Response {
    let is_question = [Method::GET, Method::HEAD].contains(request.method());
    let (status, kind, text): (StatusCode, &str, String) = match request.uri().path() {
        "/metrics" | "/health" if !is_question => {
            let status = StatusCode::METHOD_NOT_ALLOWED;
            (status, PLAIN, "ask with GET\n".to_owned())
        }
        "/metrics" => match answers.figures().await {
            Ok(text) => (StatusCode::OK, metrics::CONTENT_TYPE, text.to_string()),
            Err(sick) => (StatusCode::SERVICE_UNAVAILABLE, PLAIN, format!("{sick}\n")),
        },
        "/health" => match answers.health().await {
            Ok(()) => (StatusCode::OK, PLAIN, "ok\n".to_owned()),
            Err(sick) => (StatusCode::SERVICE_UNAVAILABLE, PLAIN, format!("{sick}\n")),
        },
        _ => (StatusCode::NOT_FOUND, PLAIN, "not found\n".to_owned()),
    };
    let headers = [(CONTENT_TYPE, kind), (CONNECTION, "close")];
    (status, headers, text).into_response()
}

impl Answers {
    async fn figures(&self) -> Result<Arc<str>, Sick> {
        let (readers, groups) = (self.sources.readers.clone(), self.groups.clone());
        let clock = Arc::clone(&self.sources.clock);
        self.kept(&self.figures, move || {
            let now = clock.now();
            let figures = figures::read(&*readers.get()?, &groups, now)?;
            Ok(Ok(metrics::render(&figures, now).into()))
        })
        .await
    }

    async fn health(&self) -> Result<(), Sick> {
        let readers = self.sources.readers.clone();
        let signs = Arc::clone(&self.sources.signs);
        self.kept(&self.health, move || {
            store::answers(&*readers.get()?)?;
            Ok(health::judge(&signs()))
        })
        .await
    }

    /// What was found less than a second ago, or is found now, on a thread where reading may take its
    /// time. One at a time, also where nobody waits for it any more.
    async fn kept<T: Clone + Send + 'static>(
        &self,
        kept: &Kept<Result<T, Sick>>,
        find: impl FnOnce() -> Result<Result<T, Sick>, store::Error> + Send + 'static,
    ) -> Result<T, Sick> {
        let found = async {
            let mut kept = Arc::clone(kept).lock_owned().await;
            let running = self.sources.clock.running();
            if let Some((found_at, found)) = &*kept
                && running.saturating_sub(*found_at) < KEPT_FOR
            {
                return found.clone();
            }
            let finding = tokio::task::spawn_blocking(move || {
                let found = find().unwrap_or_else(|error| {
                    tracing::warn!(%error, "monitoring could not be answered");
                    Err(Sick::Database(error.to_string()))
                });
                *kept = Some((running, found.clone()));
                found
            });
            let panicked = || Err(Sick::Database(store::Error::Panicked.to_string()));
            finding.await.unwrap_or_else(|_| panicked())
        };
        let late = |_| Err(Sick::DatabaseSlow(self.bounds.reads));
        tokio::time::timeout(self.bounds.reads, found)
            .await
            .unwrap_or_else(late)
    }
}
