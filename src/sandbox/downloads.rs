//! `/file/bot<token>/<path>`: the bytes of a file that `getFile` named, or what goes wrong on the way.
//!
//! Planned failures know it as the method `download`. Must not know messages.

use std::sync::Arc;

use crate::sandbox::dispatch::{gateway_page, planned_refusal, refused};
use crate::sandbox::errors::Refusal;
use crate::sandbox::faults::{CallInfo, Fault};
use crate::sandbox::world::World;
use crate::sandbox::{Answer, Sandbox};

/// The name under which faults match downloads.
const METHOD: &str = "download";

/// What comes back from a download.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Download {
    /// Also half of a file, where [`Fault::Garbage`] was planned.
    File(Arc<[u8]>),
    /// Anything that is no file: a refusal, a lost connection, silence.
    Failed(Answer),
    /// The same, this much later.
    Slow { delay_ms: u64, then: Box<Download> },
}

impl Sandbox {
    /// Fetches a file by the path that `getFile` gave.
    pub fn fetch(&self, token: &str, path: &str, now_ms: i64) -> Download {
        let mut world = self.world();
        let bot = match world.authorise(token) {
            Ok(bot) => bot,
            Err(_) => return missing(),
        };
        let info = CallInfo {
            bot,
            method: METHOD,
            chat: None,
            at_ms: now_ms,
            number: world.log.count(),
        };
        let fault = world.faults.draw(&info);
        let found = world.bytes_at(bot, path);
        match fault {
            None | Some(Fault::PartialBatch { .. }) => found.map_or_else(missing, Download::File),
            Some(Fault::Slow { ms } | Fault::Late { ms }) => Download::Slow {
                delay_ms: ms,
                then: Box::new(found.map_or_else(missing, Download::File)),
            },
            Some(Fault::Garbage) => found.map_or_else(missing, |bytes| {
                Download::File(bytes[..bytes.len() / 2].into())
            }),
            Some(fault) => Download::Failed(failed(fault)),
        }
    }

    /// What `/file/bot<token>/<path>` serves when nothing goes wrong.
    pub fn download(&self, token: &str, path: &str) -> Option<Arc<[u8]>> {
        let world = self.world();
        let bot = world.authorise(token).ok()?;
        world.bytes_at(bot, path)
    }
}

impl World {
    fn bytes_at(&self, bot: i64, path: &str) -> Option<Arc<[u8]>> {
        let file = self.files.by_path(path)?;
        if !file.is_of(bot) {
            return None;
        }
        // A file nobody gave bytes is as long as it says and empty otherwise.
        let blank = || vec![0; usize::try_from(file.size).unwrap_or(0)].into();
        Some(file.bytes.clone().unwrap_or_else(blank))
    }
}

fn missing() -> Download {
    Download::Failed(refused(&Refusal::new(404, "Not Found")))
}

/// A download has no effect that could happen before its answer is lost.
fn failed(fault: Fault) -> Answer {
    match fault {
        Fault::Refuse {
            code,
            description,
            parameters,
        } => planned_refusal(code, &description, parameters),
        Fault::RetryAfter { seconds } => refused(&Refusal::too_many_requests(seconds)),
        Fault::CutBefore => Answer::CutBefore,
        Fault::CutAfter => Answer::CutAfter,
        Fault::Hang | Fault::HangAfter => Answer::Hang,
        Fault::BadGatewayHtml | Fault::BadGatewayAfter => gateway_page(),
        Fault::Internal500
        | Fault::Slow { .. }
        | Fault::Late { .. }
        | Fault::Garbage
        | Fault::PartialBatch { .. } => refused(&Refusal::new(500, "Internal Server Error")),
    }
}
