//! The log: what is said, how it looks, and the last line of defence against the token in it.
//! Knows nothing of clients; their ids cannot be printed by their types, and nobody logs texts.

use std::io::{self, IsTerminal, Write};
use std::panic::PanicHookInfo;

use tracing::Subscriber;
use tracing_subscriber::filter::{EnvFilter, ParseError};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{HIDDEN_TOKEN, Log, LogFormat, Token, hide_tokens};

/// Libraries that talk about every request, and teloxide, which would log whole updates. RUST_LOG
/// may still ask for one of them by name.
const QUIET: &str = "hyper=warn,hyper_util=warn,reqwest=warn,rustls=warn,h2=warn,\
                     teloxide=off,teloxide_core=off,r2d2=error,refinery_core=warn";

/// A half token is hidden too, where it is long enough not to be a word: in a URL its colon may be
/// written as `%3A`.
const SECRET_HALF_MIN_BYTES: usize = 20;

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// RUST_LOG makes no sense.
    #[error(
        "the environment's RUST_LOG is no filter; write a level such as info, or levels by module \
         as in info,hushdesk::delivery=debug"
    )]
    Filter(ParseError),
    /// Somebody has set up a log before.
    #[error("the log is already set up")]
    AlreadySet,
}

/// Sends everything that is logged, and every panic, to standard error. `rust_log` is the variable
/// RUST_LOG, which wins over the config's level.
pub fn init(log: &Log, rust_log: Option<&str>, token: Option<&Token>) -> Result<(), Error> {
    let writer = HidingTokens::new(io::stderr, token);
    let subscriber = subscriber(log, rust_log, writer, io::stderr().is_terminal())?;
    // Takes in what libraries say through the `log` crate, too.
    subscriber.try_init().map_err(|_| Error::AlreadySet)?;
    std::panic::set_hook(Box::new(log_panic));
    Ok(())
}

/// The same without touching the process: everything goes to `writer`.
pub fn subscriber<W>(
    log: &Log,
    rust_log: Option<&str>,
    writer: W,
    colours: bool,
) -> Result<Box<dyn Subscriber + Send + Sync>, Error>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter(&log.level, rust_log)?)
        .with_writer(writer);
    Ok(match log.format {
        LogFormat::Text => Box::new(lines.with_ansi(colours).finish()),
        LogFormat::Json => Box::new(lines.json().flatten_event(true).finish()),
    })
}

fn filter(level: &str, rust_log: Option<&str>) -> Result<EnvFilter, Error> {
    let wanted = rust_log
        .map(str::trim)
        .filter(|filter| !filter.is_empty())
        .unwrap_or(level);
    // Later directives replace earlier ones for the same target.
    EnvFilter::builder()
        .parse(format!("{QUIET},{wanted}"))
        .map_err(Error::Filter)
}

/// The message of a panic may hold what somebody wrote, so only those that are written in the
/// source are logged; the place is enough to find the others.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let message = panic.payload().downcast_ref::<&'static str>();
    let place = panic.location().map(ToString::to_string);
    tracing::error!(
        place = place.as_deref().unwrap_or("unknown"),
        "panicked: {}",
        message.unwrap_or(&"(the message is not logged, it may hold what somebody wrote)")
    );
}

/// A writer that lets no token through.
#[derive(Clone)]
pub struct HidingTokens<M> {
    inner: M,
    token: Option<Token>,
}

impl<M> HidingTokens<M> {
    /// Before `inner`. Hides whatever looks like a bot token, and `token` itself, whatever it looks
    /// like.
    pub fn new(inner: M, token: Option<&Token>) -> Self {
        Self {
            inner,
            token: token.cloned(),
        }
    }
}

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for HidingTokens<M> {
    type Writer = HidingWriter<'a, M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        HidingWriter {
            inner: self.inner.make_writer(),
            token: self.token.as_ref(),
        }
    }
}

/// One line on its way out.
pub struct HidingWriter<'a, W> {
    inner: W,
    token: Option<&'a Token>,
}

impl<W: Write> Write for HidingWriter<'_, W> {
    /// The formatter hands over each line in one piece, so a token is never cut in two.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        self.inner
            .write_all(without_tokens(&text, self.token).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

fn without_tokens(line: &str, token: Option<&Token>) -> String {
    let mut line = hide_tokens(line).into_owned();
    let Some(token) = token else {
        return line;
    };
    line = line.replace(token.expose(), HIDDEN_TOKEN);
    match token.expose().split_once(':') {
        Some((_, half)) if half.len() >= SECRET_HALF_MIN_BYTES => line.replace(half, HIDDEN_TOKEN),
        Some(_) | None => line,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::domain::ids::UserId;

    const LONG: &str = "123456789:AAF-abcdefghijklmnopqrstuvwxyz01234";

    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl Captured {
        fn text(&self) -> String {
            let bytes = self.0.lock().expect("nobody panics while writing");
            String::from_utf8(bytes.clone()).expect("the log is text")
        }
    }

    impl Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut all = self.0.lock().expect("nobody panics while writing");
            all.extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(
        format: LogFormat,
        rust_log: Option<&str>,
        token: &str,
        say: impl FnOnce(),
    ) -> String {
        let captured = Captured::default();
        let copy = captured.clone();
        let token = Token::parse(token).expect("tests use real shapes");
        let log = Log {
            format,
            level: "info".to_owned(),
        };
        let writer = HidingTokens::new(move || copy.clone(), Some(&token));
        let subscriber = subscriber(&log, rust_log, writer, false).expect("the filter is right");
        tracing::subscriber::with_default(subscriber, say);
        captured.text()
    }

    #[test]
    fn no_token_reaches_the_log() {
        let half = "AAF-abcdefghijklmnopqrstuvwxyz01234";
        for (said, expected) in [
            (LONG.to_owned(), "said <token>"),
            (
                format!("https://api.telegram.org/bot{LONG}/sendMessage"),
                "said https://api.telegram.org/bot<token>/sendMessage",
            ),
            (
                format!("https://api.telegram.org/bot123456789%3A{half}/sendMessage"),
                "said https://api.telegram.org/bot123456789%3A<token>/sendMessage",
            ),
            (
                "the token of another bot: 987654321:BBBBBBBBBBBBBBBBBBBBBBBBB".to_owned(),
                "said the token of another bot: <token>",
            ),
        ] {
            let line = logged(LogFormat::Text, None, LONG, || {
                tracing::info!("said {said}")
            });
            assert!(line.ends_with(&format!("{expected}\n")), "{line}");
        }
        // The token of a test server looks like nothing that a scanner would find.
        let line = logged(LogFormat::Text, None, "42:test_token", || {
            tracing::info!(url = "http://localhost/bot42:test_token/getMe", "called");
        });
        assert!(line.contains("http://localhost/bot<token>/getMe"), "{line}");
    }

    #[test]
    fn json_holds_one_object_a_line_and_no_token() {
        let lines = logged(LogFormat::Json, None, LONG, || {
            tracing::info!(ticket = 7, token = LONG, "opened");
            tracing::warn!(client = ?UserId(77_001), "closed");
        });
        let parsed: Vec<serde_json::Value> = lines
            .lines()
            .map(|line| serde_json::from_str(line).expect("every line is JSON"))
            .collect();
        assert_eq!(parsed.len(), 2);
        assert_eq!(parsed[0]["ticket"], 7);
        assert_eq!(parsed[0]["token"], HIDDEN_TOKEN);
        assert_eq!(parsed[1]["message"], "closed");
        assert!(!lines.contains("77001"), "{lines}");
    }

    #[test]
    fn rust_log_wins_over_the_config_and_libraries_stay_quiet() {
        let say = || {
            tracing::info!(target: "hushdesk::delivery", "ours in info");
            tracing::debug!(target: "hushdesk::delivery", "ours in debug");
            tracing::info!(target: "hyper_util::client", "theirs in info");
            tracing::error!(target: "teloxide_core", "theirs in error");
        };
        for (rust_log, expected) in [
            (None, vec!["ours in info"]),
            (Some(" "), vec!["ours in info"]),
            (Some("debug"), vec!["ours in info", "ours in debug"]),
            (Some("error"), vec![]),
            (
                Some("warn,hushdesk::delivery=debug"),
                vec!["ours in info", "ours in debug"],
            ),
            (
                Some("info,hyper_util=info"),
                vec!["ours in info", "theirs in info"],
            ),
        ] {
            let text = logged(LogFormat::Text, rust_log, LONG, say);
            let said: Vec<&str> = text
                .lines()
                .filter_map(|line| line.split_once(": ").map(|(_, said)| said))
                .collect();
            assert_eq!(said, expected, "RUST_LOG={rust_log:?}");
        }
    }

    #[test]
    fn a_filter_that_is_none_is_answered_with_one_that_is() {
        let error = filter("info", Some("hushdesk=loud")).expect_err("there is no such level");
        assert_eq!(
            error.to_string(),
            "the environment's RUST_LOG is no filter; write a level such as info, or levels by \
             module as in info,hushdesk::delivery=debug"
        );
    }
}
