//! What `check` looks at: asks Telegram and the disk, judges nothing and changes nothing.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::time::Duration;

use crate::cli::exit::{Exit, Failure};
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::domain::ids::BotId;
use crate::domain::time::Timestamp;
use crate::store;
use crate::telegram::{ApiFailure, ChatInfo, Client, Me, Member, WebhookInfo};
use crate::vault::Vault;
use crate::work::clamd::Clamd;

/// How long the server may take to tell the time.
const CLOCK_TIMEOUT: Duration = Duration::from_secs(10);

/// How long the virus scanner may take to say that it is there.
const SCANNER_TIMEOUT: Duration = Duration::from_secs(10);

/// What every SQLite file begins with (sqlite.org/fileformat.html).
const SQLITE_HEADER: &[u8; 16] = b"SQLite format 3\0";

/// Everything that was looked at.
#[derive(Clone, Debug)]
pub struct Facts {
    /// What Telegram said, or why the bot could not even say who it is.
    pub telegram: Result<Telegram, ApiFailure>,
    /// What became of the look at the database.
    pub database: Database,
    /// What became of the look at the key for what is masked.
    pub key: Key,
    /// What became of the question to the virus scanner.
    pub scanner: Scanner,
    /// By how many seconds this machine's clock is ahead of Telegram's; none where the server does
    /// not tell the time.
    pub clock_ahead_seconds: Option<i64>,
}

/// What Telegram said.
#[derive(Clone, Debug)]
pub struct Telegram {
    /// The bot.
    pub bot: Me,
    /// Where its updates go.
    pub webhook: Result<WebhookInfo, ApiFailure>,
    /// The support group.
    pub group: Result<ChatInfo, ApiFailure>,
    /// What the bot may do there.
    pub member: Result<Member, ApiFailure>,
}

/// The database file and its folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// It is there and can be used.
    Ready,
    /// It is not there yet, and can be made.
    ToBeMade,
    /// It is there, and is no database.
    NoDatabase,
    /// It is a database that the desk would refuse; what the process would end with, and why.
    Refused(Exit, String),
    /// The folder is not there.
    NoFolder,
    /// The file cannot be read or written.
    FileRefused(String),
    /// The folder cannot be written to.
    FolderRefused(String),
}

/// The key that seals what was masked for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// The config names none.
    None,
    /// It can be read.
    Ready,
    /// It cannot be used, and why.
    Refused(String),
}

/// The virus scanner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scanner {
    /// The config names none.
    None,
    /// It answers.
    Answers,
    /// It does not, and why.
    Silent(String),
}

/// Looks at everything. One question after the other, each with the client's own time-out.
pub async fn gather(config: &Config, client: &Client, clock: &dyn Clock) -> Facts {
    Facts {
        telegram: telegram(config, client).await,
        database: match database(&config.database.path) {
            Database::Ready => content(&config.database.path, config.telegram.token.bot()),
            other => other,
        },
        key: key(config.privacy_key_file.as_deref()),
        scanner: scanner(config.scan.clamd.clone()).await,
        clock_ahead_seconds: clock_ahead_seconds(&config.telegram.api_url, clock).await,
    }
}

async fn telegram(config: &Config, client: &Client) -> Result<Telegram, ApiFailure> {
    let group = config.telegram.support_group_id;
    let bot = client.get_me().await?;
    Ok(Telegram {
        webhook: client.get_webhook_info().await,
        group: client.get_chat(group).await,
        member: client.get_chat_member(group, bot.id).await,
        bot,
    })
}

/// Looks at the file without opening it as the desk does: that would make it, or change its schema
/// under a desk that is running.
fn database(path: &Path) -> Database {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        Some(_) | None => Path::new("."),
    };
    if !folder.is_dir() {
        return Database::NoFolder;
    }
    match OpenOptions::new().read(true).append(true).open(path) {
        Ok(mut file) => {
            let mut start = Vec::new();
            match file.by_ref().take(16).read_to_end(&mut start) {
                // SQLite makes an empty file before it writes the first page.
                Ok(0) => {}
                Ok(_) if start == SQLITE_HEADER => {}
                Ok(_) => return Database::NoDatabase,
                Err(error) => return Database::FileRefused(error.to_string()),
            }
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Database::FileRefused(error.to_string()),
    }
    // SQLite keeps a log beside the file, so the folder has to be writable even if the file is.
    match probe(folder) {
        Err(error) => Database::FolderRefused(error.to_string()),
        Ok(()) if path.exists() => Database::Ready,
        Ok(()) => Database::ToBeMade,
    }
}

/// Looks into a file that seems to be a database.
fn content(path: &Path, bot: BotId) -> Database {
    match store::inspect(path, bot) {
        Ok(()) => Database::Ready,
        Err(error) => {
            let failure = Failure::from(error);
            Database::Refused(failure.exit, failure.error.to_string())
        }
    }
}

fn key(path: Option<&Path>) -> Key {
    match path.map(Vault::from_file) {
        None => Key::None,
        Some(Ok(_)) => Key::Ready,
        // What is wrong is the whole chain: a file that cannot be read has a reason below.
        Some(Err(error)) => Key::Refused(format!("{:#}", anyhow::Error::from(error))),
    }
}

async fn scanner(address: Option<config::Clamd>) -> Scanner {
    let Some(address) = address else {
        return Scanner::None;
    };
    match tokio::time::timeout(SCANNER_TIMEOUT, Clamd::new(address).ping()).await {
        Ok(Ok(())) => Scanner::Answers,
        Ok(Err(error)) => Scanner::Silent(error.to_string()),
        Err(_) => Scanner::Silent(format!("no answer in {} s", SCANNER_TIMEOUT.as_secs())),
    }
}

/// Permissions alone do not tell: the folder may be on a read-only or a full disk.
fn probe(folder: &Path) -> std::io::Result<()> {
    let file = folder.join(format!(".hushdesk-check-{}", std::process::id()));
    std::fs::write(&file, b"hushdesk check\n")?;
    std::fs::remove_file(&file)
}

/// Asks the server's front page, without the token; every answer carries a date.
async fn clock_ahead_seconds(api_url: &str, clock: &dyn Clock) -> Option<i64> {
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(CLOCK_TIMEOUT)
        .build()
        .ok()?;
    let answer = client.head(api_url).send().await.ok()?;
    let date = answer.headers().get(reqwest::header::DATE)?.to_str().ok()?;
    let theirs = parse_http_date(date)?;
    Some((clock.now().millis() - theirs.millis()) / 1000)
}

fn parse_http_date(date: &str) -> Option<Timestamp> {
    let parsed = chrono::DateTime::parse_from_rfc2822(date).ok()?;
    Some(Timestamp::from_millis(parsed.timestamp_millis()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_date_of_an_answer_is_read() {
        assert_eq!(
            parse_http_date("Sat, 21 Nov 2026 00:00:30 GMT"),
            Some(Timestamp::from_seconds(1_795_219_230))
        );
        assert_eq!(parse_http_date("yesterday"), None);
    }

    #[test]
    fn the_database_is_looked_at_and_left_alone() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("hushdesk.db");
        let names = || {
            std::fs::read_dir(folder.path())
                .expect("the folder can be read")
                .count()
        };
        assert_eq!(database(&path), Database::ToBeMade);
        assert_eq!(names(), 0, "looking makes nothing");

        let nowhere = folder.path().join("missing").join("hushdesk.db");
        assert_eq!(database(&nowhere), Database::NoFolder);

        for (content, expected) in [
            (b"".as_slice(), Database::Ready),
            (b"SQLite format 3\0and pages".as_slice(), Database::Ready),
            (b"[telegram]".as_slice(), Database::NoDatabase),
        ] {
            std::fs::write(&path, content).expect("the folder can be written to");
            assert_eq!(database(&path), expected);
            assert_eq!(
                std::fs::read(&path).expect("it is still there"),
                content,
                "looking changes nothing"
            );
        }
        assert!(matches!(database(folder.path()), Database::FileRefused(_)));
    }

    #[test]
    fn a_key_is_read_or_refused_with_a_reason() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let path = folder.path().join("privacy.key");
        assert_eq!(key(None), Key::None);
        let why = |found: Key| match found {
            Key::Refused(why) => why,
            Key::None | Key::Ready => panic!("not refused"),
        };
        assert!(why(key(Some(&path))).contains("No such file"));
        let write = |bytes: &[u8], mode: u32| {
            std::fs::write(&path, bytes).expect("the folder can be written to");
            let mode = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(&path, mode).expect("the file is ours");
        };
        write(&[7; 32], 0o600);
        assert_eq!(key(Some(&path)), Key::Ready);
        write(&[7; 32], 0o644);
        assert!(why(key(Some(&path))).contains("open to everybody"));
        write(b"short", 0o600);
        assert!(why(key(Some(&path))).contains("holds no key"));
    }

    #[tokio::test]
    async fn a_scanner_that_is_not_there_is_silent() {
        assert_eq!(scanner(None).await, Scanner::None);
        let nowhere = config::Clamd::Socket("/nowhere/clamd.ctl".into());
        assert!(matches!(scanner(Some(nowhere)).await, Scanner::Silent(_)));
    }

    #[test]
    fn the_database_of_another_bot_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let options = store::Options {
            path: folder.path().join("hushdesk.db"),
            readers: 1,
            bot: BotId(7),
        };
        let made = store::Store::open(&options, Timestamp::from_seconds(1));
        made.expect("the folder is empty").close();
        assert_eq!(content(&options.path, BotId(7)), Database::Ready);
        match content(&options.path, BotId(42)) {
            Database::Refused(Exit::Config, says) => {
                assert!(says.contains("belongs to bot 7"), "{says}");
            }
            other => panic!("not refused: {other:?}"),
        }
    }
}
