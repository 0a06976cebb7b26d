//! Has files cleaned: by a child process without environment and within limits, because hostile
//! files are parsed there. How many at once is the caller's matter. Never parses a file itself but
//! in tests, and trusts nothing that the child says.

use std::fs;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, Signal};
use serde::Deserialize;
use tokio::io::AsyncReadExt;
use tokio::process::{Child, Command};

use crate::scrub::{self, Format, Unclean};

/// How long a child may take.
pub const WALL_MAX: Duration = Duration::from_secs(20);
/// Processor time of a child.
pub const CPU_MAX_SECONDS: u64 = 15;
/// Memory that a child may ask for.
pub const MEMORY_MAX_BYTES: u64 = 1024 * 1024 * 1024;
/// How much longer than its input an output may be. Packed objects of a PDF are written unpacked.
pub const GROWTH_MAX_BYTES: u64 = 256 * 1024 * 1024;
/// Files that a child may have open.
pub const OPEN_FILES_MAX: u64 = 32;
/// Bytes of a child's answer.
const ANSWER_MAX_BYTES: u64 = 4 * 1024;
/// The exit code of a child whose disk failed (EX_IOERR).
const EXIT_IO: i32 = 74;

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The output holds the cleaned file.
    Cleaned(Format),
    /// A kind of file that cannot be cleaned.
    Unsupported,
    /// Damaged, hostile, or beyond the limits.
    Unreadable,
}

type Answer<'a> = Pin<Box<dyn Future<Output = io::Result<Verdict>> + Send + 'a>>;

/// Cleans files.
pub trait Clean: Send + Sync {
    /// Writes what `input` holds to `output`, without what says who made it. Only after
    /// [`Verdict::Cleaned`] is there an output.
    fn clean<'a>(&'a self, input: &'a Path, output: &'a Path) -> Answer<'a>;
}

/// What a child that cleans a file of `input_bytes` may use.
pub fn limits(input_bytes: u64) -> [(Resource, u64); 5] {
    [
        (Resource::As, MEMORY_MAX_BYTES),
        (Resource::Cpu, CPU_MAX_SECONDS),
        (
            Resource::Fsize,
            input_bytes.saturating_add(GROWTH_MAX_BYTES),
        ),
        (Resource::Nofile, OPEN_FILES_MAX),
        (Resource::Core, 0),
    ]
}

/// Runs `<program> clean INPUT OUTPUT` for each file.
#[derive(Debug)]
pub struct ChildCleaner {
    program: PathBuf,
}

impl ChildCleaner {
    /// `program` is hushdesk itself.
    pub fn new(program: PathBuf) -> ChildCleaner {
        ChildCleaner { program }
    }

    async fn ask(&self, input: &Path, output: &Path) -> io::Result<Verdict> {
        let (input, output) = (std::path::absolute(input)?, std::path::absolute(output)?);
        let input_bytes = fs::metadata(&input)?.len();
        let folder = output.parent().unwrap_or(Path::new("/"));
        let child = Command::new(&self.program)
            .arg("clean")
            .args([&input, &output])
            // The token is in the environment of the parent.
            .env_clear()
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // What the child starts ends with it.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let mut running = Running::new(child);
        running.limit(input_bytes);
        let ended = tokio::time::timeout(WALL_MAX, running.answer()).await;
        let (status, answer) = match ended {
            Ok(ended) => ended?,
            Err(_) => None,
        }
        .unzip();
        running.end().await?;
        let verdict = judge(status, &answer.unwrap_or_default())?;
        if matches!(verdict, Verdict::Cleaned(_)) && !output.is_file() {
            return Ok(Verdict::Unreadable);
        }
        Ok(verdict)
    }
}

impl Clean for ChildCleaner {
    fn clean<'a>(&'a self, input: &'a Path, output: &'a Path) -> Answer<'a> {
        Box::pin(async move { settled(self.ask(input, output).await, output) })
    }
}

/// Cleans in this process: for tests and simulation, whose files are their own.
#[derive(Debug)]
pub struct InProcessCleaner;

impl Clean for InProcessCleaner {
    fn clean<'a>(&'a self, input: &'a Path, output: &'a Path) -> Answer<'a> {
        Box::pin(async move {
            let verdict = match scrub::clean(input, output) {
                Ok(format) => Ok(Verdict::Cleaned(format)),
                Err(Unclean::Unsupported) => Ok(Verdict::Unsupported),
                Err(Unclean::Unreadable) => Ok(Verdict::Unreadable),
                Err(Unclean::Io(error)) => Err(error),
            };
            settled(verdict, output)
        })
    }
}

/// Leaves no output behind but a cleaned one.
fn settled(verdict: io::Result<Verdict>, output: &Path) -> io::Result<Verdict> {
    if !matches!(verdict, Ok(Verdict::Cleaned(_))) {
        match fs::remove_file(output) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    verdict
}

/// A child that is ended with all it started, also when nobody waits for it any more.
struct Running {
    child: Child,
    /// Until the child's end has been seen: later the number may be another's.
    group: Option<Pid>,
}

impl Running {
    fn new(child: Child) -> Running {
        let group = child
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .and_then(Pid::from_raw);
        Running { child, group }
    }

    /// The child sets its own limits too; these hold whatever the program is.
    fn limit(&self, input_bytes: u64) {
        // Without a group the limits would be our own.
        let Some(group) = self.group else {
            return;
        };
        for (resource, value) in limits(input_bytes) {
            let limit = Rlimit {
                current: Some(value),
                maximum: Some(value),
            };
            // A child that has ended needs no limit.
            let _ = rustix::process::prlimit(Some(group), resource, limit);
        }
    }

    /// How it ended and what it said; `None` if it said too much.
    async fn answer(&mut self) -> io::Result<Option<(ExitStatus, Vec<u8>)>> {
        let mut answer = Vec::new();
        if let Some(stdout) = self.child.stdout.take() {
            let mut stdout = stdout.take(ANSWER_MAX_BYTES + 1);
            stdout.read_to_end(&mut answer).await?;
        }
        if answer.len() as u64 > ANSWER_MAX_BYTES {
            return Ok(None);
        }
        let status = self.child.wait().await?;
        self.group = None;
        Ok(Some((status, answer)))
    }

    /// Ends what still runs.
    async fn end(&mut self) -> io::Result<()> {
        self.kill();
        self.child.wait().await?;
        self.group = None;
        Ok(())
    }

    fn kill(&self) {
        if let Some(group) = self.group {
            // It may have ended this moment.
            let _ = rustix::process::kill_process_group(group, Signal::KILL);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The child's last line.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    cleaned: Option<String>,
    #[serde(default)]
    unsupported: bool,
    #[serde(default)]
    unreadable: bool,
}

/// What an ending means. Whatever is not a plain answer is the file's fault.
fn judge(status: Option<ExitStatus>, answer: &[u8]) -> io::Result<Verdict> {
    match status.and_then(|status| status.code()) {
        Some(0) => {}
        Some(EXIT_IO) => return Err(io::Error::other("the cleaner could not use the disk")),
        Some(_) | None => return Ok(Verdict::Unreadable),
    }
    let Ok(line) = serde_json::from_slice::<Line>(answer) else {
        return Ok(Verdict::Unreadable);
    };
    let format = line.cleaned.as_deref().and_then(Format::from_extension);
    Ok(match (format, line.unsupported, line.unreadable) {
        (Some(format), false, false) => Verdict::Cleaned(format),
        (None, true, false) if line.cleaned.is_none() => Verdict::Unsupported,
        _ => Verdict::Unreadable,
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    #[test]
    fn only_a_plain_answer_counts() {
        let fine = Some(ExitStatus::from_raw(0));
        let cases = [
            (
                fine,
                "{\"cleaned\":\"pdf\"}\n",
                Verdict::Cleaned(Format::Pdf),
            ),
            (fine, "{\"unsupported\":true}", Verdict::Unsupported),
            (fine, "{\"unreadable\":true}", Verdict::Unreadable),
            (fine, "{\"cleaned\":\"exe\"}", Verdict::Unreadable),
            (
                fine,
                "{\"cleaned\":\"exe\",\"unsupported\":true}",
                Verdict::Unreadable,
            ),
            (
                fine,
                "{\"cleaned\":\"pdf\",\"unreadable\":true}",
                Verdict::Unreadable,
            ),
            (
                fine,
                "{\"cleaned\":\"pdf\",\"path\":\"x\"}",
                Verdict::Unreadable,
            ),
            (fine, "{}", Verdict::Unreadable),
            (fine, "", Verdict::Unreadable),
            (
                Some(ExitStatus::from_raw(9)),
                "{\"cleaned\":\"pdf\"}",
                Verdict::Unreadable,
            ),
            (
                Some(ExitStatus::from_raw(70 << 8)),
                "{\"cleaned\":\"pdf\"}",
                Verdict::Unreadable,
            ),
            (None, "{\"cleaned\":\"pdf\"}", Verdict::Unreadable),
        ];
        for (status, answer, wanted) in cases {
            let verdict = judge(status, answer.as_bytes()).expect("the disk is fine");
            assert_eq!(verdict, wanted, "{answer}");
        }
        assert!(judge(Some(ExitStatus::from_raw(74 << 8)), b"").is_err());
    }
}
