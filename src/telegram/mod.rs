//! The edge to Telegram: the only folder that knows teloxide and the Bot API. Turns ready calls into
//! requests and answers into outcomes, and raw updates into events. Keeps no state, decides nothing
//! about tickets, never logs.

mod classify;
mod client;
mod commands;
mod http;
mod intake;
mod raw;
mod router;
mod send;
mod voice;

pub use client::{
    ALLOWED_UPDATES, ApiFailure, ChatInfo, ChatKind, Client, FetchError, Me, Member, MemberStatus,
    PollError, WebhookInfo,
};
pub use http::{
    DownloadError, DownloadFuture, GET_UPDATES, HttpTransport, Reply, ReplyFuture, SetupError,
    Transport, TransportError, Upload,
};
pub use intake::{GiveUp, Intake, POLL_TIMEOUT, PollHealth, Polled};
pub use raw::{Unreadable, update_id};
pub use router::{Identity, Router};
pub use voice::route_for_voice;
