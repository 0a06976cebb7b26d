//! `hushdesk check`: looks at everything that has to be right before the desk can work, and says in
//! plain words what is not and what to press. Changes nothing, neither in Telegram nor on disk.
//!
//! `facts` looks, `judge` decides, this module prints.

use std::fmt;
use std::io::Write;
use std::sync::Arc;

use super::exit::{Ended, Exit, OrExit};
use super::run;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::telegram::{Client, HttpTransport};

pub mod desks;
pub mod facts;
pub mod judge;
mod voices;

use judge::{Finding, Verdict};

/// Which exit code wins when several things are wrong: the first of these that occurs. While
/// Telegram cannot be reached, most of the rest is unknown.
const EXITS_BY_WEIGHT: [Exit; 4] = [
    Exit::Unavailable,
    Exit::NoPermission,
    Exit::Io,
    Exit::Config,
];

/// Checks, prints a line or more for each finding to standard output, and ends with 0 where nothing
/// is wrong; warnings are not wrong.
pub fn check(config: &Config) -> Ended {
    let token = config.telegram.token.secret().clone();
    let transport = HttpTransport::new(&config.telegram.api_url, token).or_exit(Exit::Config)?;
    let client = Client::new(Arc::new(transport));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .or_exit(Exit::Software)?;
    let voices = run::voices(config)?;
    let group = config.telegram.support_group_id;
    let (facts, voices, desks) = runtime.block_on(async {
        let facts = facts::gather(config, &client, &SystemClock).await;
        let voices = voices::gather(&voices, group).await;
        let desks = match &facts.telegram {
            Ok(telegram) => desks::gather(&config.desks, &client, &telegram.bot).await,
            Err(_) => Vec::new(),
        };
        (facts, voices, desks)
    });
    let mut findings = judge::judge(config, &facts);
    if let Ok(telegram) = &facts.telegram {
        findings.extend(desks::judge(&desks, config, &telegram.bot));
        findings.extend(voices::judge(&voices));
    }
    print(&findings, &mut std::io::stdout()).or_exit(Exit::Io)?;
    Ok(exit(&findings))
}

/// The exit code that the findings come to.
pub fn exit(findings: &[Finding]) -> Exit {
    EXITS_BY_WEIGHT
        .into_iter()
        .find(|exit| {
            findings
                .iter()
                .any(|finding| finding.verdict == Verdict::Wrong(*exit))
        })
        .unwrap_or(Exit::Fine)
}

/// Prints the findings and what they come to.
pub fn print(findings: &[Finding], to: &mut impl Write) -> std::io::Result<()> {
    for finding in findings {
        writeln!(to, "{finding}")?;
    }
    let wrong = findings
        .iter()
        .filter(|finding| matches!(finding.verdict, Verdict::Wrong(_)))
        .count();
    match wrong {
        0 => writeln!(
            to,
            "\nEverything is ready: start the desk with `hushdesk run`."
        ),
        1 => writeln!(to, "\nOne thing has to be put right, see ✘ above."),
        more => writeln!(to, "\n{more} things have to be put right, see ✘ above."),
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.verdict {
            Verdict::Fine => '✔',
            Verdict::Warning => '!',
            Verdict::Wrong(_) => '✘',
        };
        write!(f, "{mark} {}", self.says)?;
        if !self.remedy.is_empty() {
            write!(f, "\n  {}", self.remedy)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::*;
    use crate::telegram::{DownloadFuture, Reply, ReplyFuture, Transport, Upload};

    /// Telegram, as far as `check` asks it.
    struct Answers {
        group: &'static str,
    }

    impl Transport for Answers {
        fn post<'a>(&'a self, method: &'a str, _: String, _: Duration) -> ReplyFuture<'a> {
            let body = match method {
                "getMe" => {
                    "{\"ok\":true,\"result\":{\"id\":42,\"is_bot\":true,\
                     \"first_name\":\"Acme Support\",\"username\":\"acme_bot\"}}"
                }
                "getWebhookInfo" => {
                    "{\"ok\":true,\"result\":{\"url\":\"\",\"has_custom_certificate\":false,\
                     \"pending_update_count\":0}}"
                }
                "getChat" => self.group,
                "getChatMember" => {
                    "{\"ok\":true,\"result\":{\"status\":\"administrator\",\
                     \"can_manage_topics\":true,\"can_delete_messages\":true,\
                     \"can_pin_messages\":true,\"can_restrict_members\":true}}"
                }
                other => panic!("check has no need of {other}"),
            };
            Box::pin(async move {
                Ok(Reply {
                    status: if body.contains("\"ok\":true") {
                        200
                    } else {
                        400
                    },
                    body: body.as_bytes().to_vec(),
                    retry_after: None,
                })
            })
        }

        fn post_form<'a>(
            &'a self,
            method: &'a str,
            _: Vec<(String, String)>,
            _: Vec<Upload>,
            _: Duration,
        ) -> ReplyFuture<'a> {
            panic!("check has no need of {method}")
        }

        fn download<'a>(
            &'a self,
            _: &'a str,
            _: &'a Path,
            _: u64,
            _: Duration,
        ) -> DownloadFuture<'a> {
            panic!("check has no need of files")
        }
    }

    /// What is printed and the exit code, for a desk whose group is like this.
    async fn checked(group: &'static str) -> (String, Exit) {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let text = format!(
            "telegram.token = \"42:test_token\"\n\
             telegram.support_group_id = -100777\n\
             telegram.api_url = \"http://127.0.0.1:1\"\n\
             database.path = {:?}\n",
            folder.path().join("hushdesk.db")
        );
        let config = Config::from_text(&text, Path::new("config.toml"), std::iter::empty())
            .expect("it is a config");
        let client = Client::new(Arc::new(Answers { group }));
        let facts = facts::gather(&config, &client, &SystemClock).await;
        let findings = judge::judge(&config, &facts);
        let mut printed = Vec::new();
        print(&findings, &mut printed).expect("memory takes everything");
        let printed = String::from_utf8(printed).expect("it is text");
        let folder = folder.path().to_str().expect("temporary paths are text");
        (printed.replace(folder, "folder"), exit(&findings))
    }

    #[tokio::test]
    async fn a_desk_that_is_ready_is_told_so() {
        let (printed, exit) = checked(
            "{\"ok\":true,\"result\":{\"id\":-100777,\"type\":\"supergroup\",\"is_forum\":true,\
             \"title\":\"Acme desk\"}}",
        )
        .await;
        assert_eq!(
            printed,
            "✔ The config can be read.\n\
             ✔ The bot is @acme_bot (\"Acme Support\").\n\
             ✔ Clients see replies as \"Live Support: …\".\n\
             ✔ No webhook takes the bot's updates.\n\
             ✔ The support group is \"Acme desk\", and its topics are on.\n\
             ✔ The bot is an administrator of the group and sees what agents write.\n\
             ✔ The bot may open a topic for a ticket (Manage Topics).\n\
             ✔ The bot may delete what a client wants erased (Delete Messages).\n\
             ✔ The bot may pin anything in the group (Pin Messages).\n\
             ✔ The bot may refuse somebody access to the group (Ban Users).\n\
             ✔ The database folder/hushdesk.db will be made at the first start.\n\
             \n\
             Everything is ready: start the desk with `hushdesk run`.\n"
        );
        assert_eq!(exit, Exit::Fine);
    }

    #[tokio::test]
    async fn a_desk_that_is_not_ready_is_told_why() {
        let (printed, exit) = checked(
            "{\"ok\":false,\"error_code\":400,\"description\":\"Bad Request: chat not found\"}",
        )
        .await;
        assert!(
            printed.contains("✘ The bot is in no group with the id -100777.\n  Open your"),
            "{printed}"
        );
        assert!(
            printed.ends_with("\nOne thing has to be put right, see ✘ above.\n"),
            "{printed}"
        );
        assert_eq!(exit, Exit::Config);
    }
}
