//! What the facts mean and what to press: facts in, findings out. Pure; asks nobody and prints
//! nothing.

use super::facts::{Database, Facts, Key, Scanner, Telegram};
use crate::cli::exit::Exit;
use crate::config::Config;
use crate::domain::ids::ChatId;
use crate::domain::outcome::Refusal;
use crate::domain::rules::mask::Mask;
use crate::domain::settings::WhenDown;
use crate::telegram::{ApiFailure, ChatInfo, ChatKind, Me, Member, MemberStatus, WebhookInfo};

/// Further apart than this, timers and limits are visibly off.
const CLOCK_TOLERANCE_SECONDS: u64 = 30;

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How it is.
    pub verdict: Verdict,
    /// What was found, as a sentence.
    pub says: String,
    /// What to do about it; empty where nothing has to be done.
    pub remedy: String,
}

/// How a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As it has to be.
    Fine,
    /// The desk works, but not as well as it could.
    Warning,
    /// The desk does not work; what the process ends with.
    Wrong(Exit),
}

/// Judges everything, in the order in which a newcomer would set it up.
pub fn judge(config: &Config, facts: &Facts) -> Vec<Finding> {
    let mut findings = vec![fine("The config can be read.")];
    findings.extend(address(&config.telegram.api_url));
    match &facts.telegram {
        Ok(telegram) => findings.extend(desk(config, telegram)),
        Err(failure) => findings.push(no_bot(failure, &config.telegram.api_url)),
    }
    findings.push(database(config, &facts.database));
    findings.extend(key(config, &facts.key));
    findings.extend(scanner(config, &facts.scanner));
    findings.extend(facts.clock_ahead_seconds.map(clock));
    findings
}

fn desk(config: &Config, telegram: &Telegram) -> Vec<Finding> {
    let mut findings = bot(&telegram.bot);
    findings.push(label(&config.texts.reply_label, &telegram.bot));
    findings.push(webhook(&telegram.webhook, &config.telegram.api_url));
    let (section, id) = ("[telegram]", config.telegram.support_group_id);
    let found = (&telegram.group, &telegram.member);
    findings.extend(group(section, id, found, (config, &telegram.bot)));
    findings
}

/// Whether a group is as it has to be, and what the bot may do there. It stands in this section.
pub(super) fn group(
    section: &str,
    id: ChatId,
    (group, member): (&Result<ChatInfo, ApiFailure>, &Result<Member, ApiFailure>),
    (config, bot): (&Config, &Me),
) -> Vec<Finding> {
    match group {
        Ok(group) => {
            let mut findings = support_group(group);
            findings.extend(rights(member, bot));
            findings
        }
        Err(failure) => vec![no_group(section, id, failure, (config, bot))],
    }
}

fn address(api_url: &str) -> Option<Finding> {
    let host = api_url.strip_prefix("http://")?;
    let is_here = ["localhost", "127.0.0.1", "[::1]"]
        .iter()
        .any(|local| host.starts_with(local));
    (!is_here).then(|| {
        warning(
            format!("The token travels to {api_url} unencrypted."),
            "Use an https:// address for [telegram] api_url, unless the network between is your \
             own.",
        )
    })
}

fn no_bot(failure: &ApiFailure, api_url: &str) -> Finding {
    match failure {
        ApiFailure::TokenRejected => wrong(
            Exit::NoPermission,
            "Telegram does not accept the token.",
            "In Telegram, open @BotFather → /mybots → your bot → API Token, and copy the token \
             into [telegram] token.",
        ),
        ApiFailure::RetryAfter(_)
        | ApiFailure::Unreachable
        | ApiFailure::Unavailable
        | ApiFailure::Refused(_) => unanswered(failure, api_url),
    }
}

fn bot(bot: &Me) -> Vec<Finding> {
    let mut findings = vec![fine(format!(
        "The bot is @{} (\"{}\").",
        bot.username, bot.first_name
    ))];
    if bot.has_topics_enabled {
        findings.push(warning(
            "The bot's private chats are split into topics; clients would have several \
             conversations side by side."
                .to_owned(),
            "In Telegram, open @BotFather → /mybots → your bot → Bot Settings → Threaded Mode → \
             off.",
        ));
    }
    findings
}

fn label(reply_label: &str, bot: &Me) -> Finding {
    if reply_label.is_empty() {
        return fine(format!(
            "Clients see replies as messages of \"{}\", without a label.",
            bot.first_name
        ));
    }
    fine(format!("Clients see replies as \"{reply_label}…\"."))
}

fn webhook(webhook: &Result<WebhookInfo, ApiFailure>, api_url: &str) -> Finding {
    match webhook {
        Ok(info) if info.url.is_empty() => fine("No webhook takes the bot's updates."),
        // The address is not shown: it is the other program's, and may hold a secret.
        Ok(_) => wrong(
            Exit::Config,
            "A webhook takes the bot's updates, so hushdesk would receive nothing.",
            format!(
                "Stop the other program that uses this bot, then open {api_url}/bot<token>/\
                 deleteWebhook in a browser, with your token in the place of <token>."
            ),
        ),
        Err(failure) => unanswered(failure, api_url),
    }
}

fn no_group(
    section: &str,
    id: ChatId,
    failure: &ApiFailure,
    (config, bot): (&Config, &Me),
) -> Finding {
    match failure {
        ApiFailure::Refused(Refusal::GroupUpgraded(new)) => wrong(
            Exit::Config,
            "The group has a new id, because it was turned into a supergroup.",
            format!("Write support_group_id = {new:?} under {section}."),
        ),
        ApiFailure::Refused(_) => wrong(
            Exit::Config,
            format!("The bot is in no group with the id {id:?}."),
            format!(
                "Open your support group → its name → Add Members → @{}. If the bot is already \
                 there, {section} support_group_id is not this group's id: open the group in \
                 Telegram Web, the id stands at the end of the address.",
                bot.username
            ),
        ),
        ApiFailure::TokenRejected
        | ApiFailure::RetryAfter(_)
        | ApiFailure::Unreachable
        | ApiFailure::Unavailable => unanswered(failure, &config.telegram.api_url),
    }
}

fn support_group(group: &ChatInfo) -> Vec<Finding> {
    const TOPICS: &str = "Open the group → its name → Edit → Topics → on.";
    let title = group.title.as_deref().unwrap_or("without a title");
    let mut findings = Vec::new();
    match group.kind {
        ChatKind::Supergroup if group.is_forum => {
            findings.push(fine(format!(
                "The support group is \"{title}\", and its topics are on."
            )));
        }
        ChatKind::Supergroup => findings.push(wrong(
            Exit::Config,
            format!("Topics are off in the support group \"{title}\"."),
            TOPICS,
        )),
        ChatKind::Group => findings.push(wrong(
            Exit::Config,
            format!("The group \"{title}\" is a basic group, which has no topics."),
            format!(
                "{TOPICS} Telegram then turns it into a supergroup with a new id; run `hushdesk \
                 check` again, it names the id."
            ),
        )),
        ChatKind::Private | ChatKind::Channel | ChatKind::Unknown => findings.push(wrong(
            Exit::Config,
            "[telegram] support_group_id is the id of something that is no group.",
            "Open your support group in Telegram Web: its id stands at the end of the address.",
        )),
    }
    if let Some(username) = &group.username {
        findings.push(wrong(
            Exit::Config,
            format!(
                "The support group is public (@{username}): anybody could join it and read \
                 what clients write."
            ),
            "Open the group → its name → Edit → Group Type → Private.",
        ));
    }
    findings
}

fn rights(member: &Result<Member, ApiFailure>, bot: &Me) -> Vec<Finding> {
    let name = &bot.username;
    let Ok(member) = member else {
        return vec![not_in_the_group(name)];
    };
    match member.status {
        MemberStatus::Creator => vec![fine("The bot owns the group.")],
        MemberStatus::Administrator => administrator(member, name),
        MemberStatus::Restricted if !member.is_member => vec![not_in_the_group(name)],
        MemberStatus::Member | MemberStatus::Restricted => vec![wrong(
            Exit::Config,
            "The bot is no administrator of the group, so it can neither make topics nor see \
             what agents write.",
            format!(
                "Open the group → its name → Edit → Administrators → Add Admin → @{name}, and \
                 leave Manage Topics, Delete Messages, Pin Messages and Ban Users on."
            ),
        )],
        MemberStatus::Left | MemberStatus::Kicked | MemberStatus::Unknown => {
            vec![not_in_the_group(name)]
        }
    }
}

fn not_in_the_group(name: &str) -> Finding {
    wrong(
        Exit::Config,
        "The bot is not in the support group.",
        format!(
            "Open the group → its name → Add Members → @{name}, then Edit → Administrators → Add \
             Admin → @{name}."
        ),
    )
}

fn administrator(member: &Member, name: &str) -> Vec<Finding> {
    let mut findings = vec![fine(
        "The bot is an administrator of the group and sees what agents write.",
    )];
    let grant = |right: &str| {
        format!("Open the group → its name → Edit → Administrators → @{name} → {right} → on.")
    };
    for (granted, right, needed_for) in [
        (
            member.can_manage_topics,
            "Manage Topics",
            "open a topic for a ticket",
        ),
        (
            member.can_delete_messages,
            "Delete Messages",
            "delete what a client wants erased",
        ),
    ] {
        if granted {
            findings.push(fine(format!("The bot may {needed_for} ({right}).")));
        } else {
            let says = format!("The bot may not {needed_for}: the right {right} is missing.");
            findings.push(wrong(Exit::Config, says, grant(right)));
        }
    }
    for (granted, right, needed_for) in [
        (
            member.can_pin_messages,
            "Pin Messages",
            "pin anything in the group",
        ),
        (
            member.can_restrict_members,
            "Ban Users",
            "refuse somebody access to the group",
        ),
    ] {
        if granted {
            findings.push(fine(format!("The bot may {needed_for} ({right}).")));
        } else {
            let says = format!("The bot may not {needed_for}: the right {right} is missing.");
            findings.push(warning(says, grant(right)));
        }
    }
    findings
}

fn database(config: &Config, database: &Database) -> Finding {
    let path = config.database.path.display();
    match database {
        Database::Ready => fine(format!("The database {path} can be read and written.")),
        Database::ToBeMade => fine(format!(
            "The database {path} will be made at the first start."
        )),
        Database::NoDatabase => wrong(
            Exit::Config,
            format!("The file {path} is no database."),
            "Set [database] path to another file, or move this one away.",
        ),
        Database::Refused(exit, why) => wrong(*exit, format!("The desk would refuse: {why}."), ""),
        Database::NoFolder => wrong(
            Exit::Config,
            format!("The folder of the database {path} does not exist."),
            "Make the folder, or set [database] path to a file in another one.",
        ),
        Database::FileRefused(reason) => wrong(
            Exit::Io,
            format!("The database {path} cannot be read and written: {reason}."),
            "Run `hushdesk check` as the user that the desk runs as, and give that user the file.",
        ),
        Database::FolderRefused(reason) => wrong(
            Exit::Io,
            format!("Nothing can be written into the folder of the database {path}: {reason}."),
            "Run `hushdesk check` as the user that the desk runs as, give that user the folder, \
             and see that the disk is not full.",
        ),
    }
}

fn key(config: &Config, key: &Key) -> Option<Finding> {
    match key {
        Key::None if config.privacy.mask == Mask::Redact => Some(fine(
            "What is masked for good is kept nowhere: [privacy] key_file is empty.",
        )),
        Key::None => None,
        Key::Ready => Some(fine("The key for what is masked can be read.")),
        Key::Refused(why) => Some(wrong(
            Exit::Config,
            format!("The desk would refuse: {why}."),
            "",
        )),
    }
}

fn scanner(config: &Config, scanner: &Scanner) -> Option<Finding> {
    match scanner {
        Scanner::None => None,
        Scanner::Answers => Some(fine("The virus scanner answers.")),
        Scanner::Silent(why) => {
            let follows = match config.scan.when_down {
                WhenDown::Wait => "files wait for it",
                WhenDown::Pass => "files go on without a scan",
            };
            Some(warning(
                format!("The virus scanner does not answer ({why}), so {follows}."),
                "Is clamd running, and is [scan] clamd its socket or its host and port? On \
                 Debian: systemctl enable --now clamav-daemon.",
            ))
        }
    }
}

fn clock(ahead_seconds: i64) -> Finding {
    let apart = ahead_seconds.unsigned_abs();
    if apart <= CLOCK_TOLERANCE_SECONDS {
        return fine("This machine's clock agrees with Telegram's.");
    }
    let direction = if ahead_seconds > 0 {
        "ahead of"
    } else {
        "behind"
    };
    warning(
        format!("This machine's clock is {apart} s {direction} Telegram's."),
        "Switch its synchronisation on: timedatectl set-ntp true.",
    )
}

fn unanswered(failure: &ApiFailure, api_url: &str) -> Finding {
    let remedy = match failure {
        ApiFailure::RetryAfter(_) => "Run `hushdesk check` again then.".to_owned(),
        ApiFailure::Unreachable | ApiFailure::Unavailable => format!(
            "Can this machine open {api_url}? Look at its network, its proxy and its firewall, \
             and at [telegram] api_url."
        ),
        ApiFailure::TokenRejected | ApiFailure::Refused(_) => {
            format!("Is {api_url} really a Bot API server? See [telegram] api_url.")
        }
    };
    wrong(Exit::Unavailable, format!("{failure}."), remedy)
}

fn fine(says: impl Into<String>) -> Finding {
    Finding {
        verdict: Verdict::Fine,
        says: says.into(),
        remedy: String::new(),
    }
}

fn warning(says: String, remedy: impl Into<String>) -> Finding {
    Finding {
        verdict: Verdict::Warning,
        says,
        remedy: remedy.into(),
    }
}

fn wrong(exit: Exit, says: impl Into<String>, remedy: impl Into<String>) -> Finding {
    Finding {
        verdict: Verdict::Wrong(exit),
        says: says.into(),
        remedy: remedy.into(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::*;
    use crate::domain::ids::BotId;

    fn config(added: &str) -> Config {
        let text = format!(
            "telegram.token = \"42:test_token\"\ntelegram.support_group_id = -100777\n{added}"
        );
        Config::from_text(&text, Path::new("config.toml"), std::iter::empty())
            .expect("tests write what is allowed")
    }

    fn all_is_well() -> Facts {
        Facts {
            telegram: Ok(telegram()),
            database: Database::Ready,
            key: Key::None,
            scanner: Scanner::None,
            clock_ahead_seconds: Some(-2),
        }
    }

    fn telegram() -> Telegram {
        Telegram {
            bot: Me {
                id: BotId(42),
                first_name: "Acme Support".to_owned(),
                username: "acme_bot".to_owned(),
                can_read_all_group_messages: false,
                has_topics_enabled: false,
            },
            webhook: Ok(WebhookInfo {
                url: String::new(),
                pending_update_count: 0,
            }),
            group: Ok(ChatInfo {
                kind: ChatKind::Supergroup,
                is_forum: true,
                username: None,
                title: Some("Acme desk".to_owned()),
                permissions: None,
            }),
            member: Ok(Member {
                status: MemberStatus::Administrator,
                is_member: false,
                is_anonymous: false,
                can_manage_topics: true,
                can_delete_messages: true,
                can_pin_messages: true,
                can_restrict_members: true,
                can_send_messages: None,
            }),
        }
    }

    /// What is not fine, as it is printed.
    fn complaints(config: &Config, facts: &Facts) -> Vec<String> {
        judge(config, facts)
            .iter()
            .filter(|finding| finding.verdict != Verdict::Fine)
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn where_all_is_well_nothing_is_complained_about() {
        let none: Vec<String> = Vec::new();
        assert_eq!(complaints(&config(""), &all_is_well()), none);
        let to_be_made = Facts {
            database: Database::ToBeMade,
            clock_ahead_seconds: None,
            ..all_is_well()
        };
        assert_eq!(complaints(&config(""), &to_be_made), none);
    }

    #[test]
    fn the_label_that_clients_see_is_told() {
        for (added, expected) in [
            ("", "✔ Clients see replies as \"Live Support: …\"."),
            (
                "texts.reply_label = \"\"",
                "✔ Clients see replies as messages of \"Acme Support\", without a label.",
            ),
        ] {
            let findings = judge(&config(added), &all_is_well());
            let said: Vec<String> = findings.iter().map(ToString::to_string).collect();
            assert!(said.iter().any(|line| line == expected), "{said:?}");
        }
    }

    #[test]
    fn the_key_and_the_scanner_are_told() {
        let nowhere = || Scanner::Silent("Connection refused (os error 111)".to_owned());
        let open = "the key's file k is open to everybody on this machine";
        for (added, key, scanner, expected) in [
            (
                "",
                Key::Ready,
                Scanner::None,
                "✔ The key for what is masked can be read.",
            ),
            (
                "privacy.mask = \"redact\"",
                Key::None,
                Scanner::None,
                "✔ What is masked for good is kept nowhere: [privacy] key_file is empty.",
            ),
            (
                "",
                Key::Refused(open.to_owned()),
                Scanner::None,
                "✘ The desk would refuse: the key's file k is open to everybody on this machine.",
            ),
            (
                "",
                Key::None,
                Scanner::Answers,
                "✔ The virus scanner answers.",
            ),
            (
                "",
                Key::None,
                nowhere(),
                "! The virus scanner does not answer (Connection refused (os error 111)), so \
                 files wait for it.",
            ),
            (
                "scan.when_down = \"pass\"",
                Key::None,
                nowhere(),
                "! The virus scanner does not answer (Connection refused (os error 111)), so \
                 files go on without a scan.",
            ),
        ] {
            let facts = Facts {
                key,
                scanner,
                ..all_is_well()
            };
            let findings = judge(&config(added), &facts);
            let said: Vec<String> = findings.iter().map(ToString::to_string).collect();
            assert!(
                said.iter().any(|line| line.starts_with(expected)),
                "{said:?}"
            );
        }
        let quiet = judge(&config(""), &all_is_well());
        assert!(!quiet.iter().any(|finding| finding.says.contains("scanner")));
    }

    /// Changes one thing about a desk where all is well; expects exactly one complaint that begins
    /// and ends like this.
    fn check(change: impl FnOnce(&mut Telegram), begins: &str, ends: &str) {
        let mut facts = all_is_well();
        let mut telegram = telegram();
        change(&mut telegram);
        facts.telegram = Ok(telegram);
        let complaints = complaints(&config(""), &facts);
        let [complaint] = complaints.as_slice() else {
            panic!("not one complaint but {complaints:#?}");
        };
        assert!(
            complaint.starts_with(begins) && complaint.ends_with(ends),
            "{complaint}"
        );
    }

    #[test]
    fn what_is_wrong_with_the_bot_is_told() {
        check(
            |telegram| telegram.bot.has_topics_enabled = true,
            "! The bot's private chats are split into topics",
            "Bot Settings → Threaded Mode → off.",
        );
        check(
            |telegram| {
                telegram.webhook = Ok(WebhookInfo {
                    url: "https://other.example/secret".to_owned(),
                    pending_update_count: 3,
                });
            },
            "✘ A webhook takes the bot's updates, so hushdesk would receive nothing.\n",
            "then open https://api.telegram.org/bot<token>/deleteWebhook in a browser, with your \
             token in the place of <token>.",
        );
        check(
            |telegram| telegram.webhook = Err(ApiFailure::Unavailable),
            "✘ Telegram gives no usable answer.\n",
            "and at [telegram] api_url.",
        );
    }

    #[test]
    fn what_is_wrong_with_the_group_is_told() {
        let group = |change: fn(&mut ChatInfo)| {
            move |telegram: &mut Telegram| {
                change(telegram.group.as_mut().expect("there is a group"));
            }
        };
        check(
            |telegram| telegram.group = Err(ApiFailure::Refused(Refusal::DeskUnreachable)),
            "✘ The bot is in no group with the id -100777.\n  Open your support group → its name \
             → Add Members → @acme_bot.",
            "the id stands at the end of the address.",
        );
        check(
            |telegram| {
                let upgraded = Refusal::GroupUpgraded(ChatId(-100_888));
                telegram.group = Err(ApiFailure::Refused(upgraded));
            },
            "✘ The group has a new id",
            "Write support_group_id = -100888 under [telegram].",
        );
        check(
            |telegram| telegram.group = Err(ApiFailure::Unreachable),
            "✘ Telegram could not be reached.\n  Can this machine open https://api.telegram.org?",
            "[telegram] api_url.",
        );
        check(
            group(|group| group.is_forum = false),
            "✘ Topics are off in the support group \"Acme desk\".\n",
            "  Open the group → its name → Edit → Topics → on.",
        );
        check(
            group(|group| {
                group.kind = ChatKind::Group;
                group.is_forum = false;
            }),
            "✘ The group \"Acme desk\" is a basic group, which has no topics.\n",
            "run `hushdesk check` again, it names the id.",
        );
        for kind in [ChatKind::Private, ChatKind::Channel, ChatKind::Unknown] {
            check(
                move |telegram| telegram.group.as_mut().expect("it is there").kind = kind,
                "✘ [telegram] support_group_id is the id of something that is no group.\n",
                "its id stands at the end of the address.",
            );
        }
        check(
            group(|group| group.username = Some("acme".to_owned())),
            "✘ The support group is public (@acme): anybody could join it and read what clients \
             write.\n",
            "Edit → Group Type → Private.",
        );
    }

    #[test]
    fn every_right_that_is_missing_is_told() {
        let member = |change: fn(&mut Member)| {
            move |telegram: &mut Telegram| {
                change(telegram.member.as_mut().expect("it is a member"));
            }
        };
        check(
            member(|member| member.can_manage_topics = false),
            "✘ The bot may not open a topic for a ticket: the right Manage Topics is missing.\n",
            "Administrators → @acme_bot → Manage Topics → on.",
        );
        check(
            member(|member| member.can_delete_messages = false),
            "✘ The bot may not delete what a client wants erased",
            "@acme_bot → Delete Messages → on.",
        );
        check(
            member(|member| member.can_pin_messages = false),
            "! The bot may not pin anything in the group",
            "@acme_bot → Pin Messages → on.",
        );
        check(
            member(|member| member.can_restrict_members = false),
            "! The bot may not refuse somebody access to the group",
            "@acme_bot → Ban Users → on.",
        );
        for status in [MemberStatus::Member, MemberStatus::Restricted] {
            check(
                move |telegram| {
                    let member = telegram.member.as_mut().expect("it is a member");
                    member.status = status;
                    member.is_member = true;
                },
                "✘ The bot is no administrator of the group",
                "Pin Messages and Ban Users on.",
            );
        }
        for status in [
            MemberStatus::Left,
            MemberStatus::Kicked,
            MemberStatus::Restricted,
            MemberStatus::Unknown,
        ] {
            check(
                move |telegram| telegram.member.as_mut().expect("it is there").status = status,
                "✘ The bot is not in the support group.\n",
                "Add Admin → @acme_bot.",
            );
        }
        check(
            |telegram| {
                telegram.member = Err(ApiFailure::Refused(Refusal::Other(
                    crate::domain::outcome::Told::nothing(),
                )))
            },
            "✘ The bot is not in the support group.\n",
            "Add Admin → @acme_bot.",
        );
    }

    #[test]
    fn what_is_wrong_with_this_machine_is_told() {
        let refused = || "Permission denied (os error 13)".to_owned();
        for (database, clock_ahead_seconds, expected) in [
            (
                Database::NoDatabase,
                None,
                "✘ The file hushdesk.db is no database.\n",
            ),
            (
                Database::Refused(Exit::Config, "the database is another bot's".to_owned()),
                None,
                "✘ The desk would refuse: the database is another bot's.",
            ),
            (
                Database::NoFolder,
                None,
                "✘ The folder of the database hushdesk.db does not exist.\n",
            ),
            (
                Database::FileRefused(refused()),
                None,
                "✘ The database hushdesk.db cannot be read and written: Permission denied (os \
                 error 13).\n",
            ),
            (
                Database::FolderRefused(refused()),
                None,
                "✘ Nothing can be written into the folder of the database hushdesk.db: Permission \
                 denied (os error 13).\n",
            ),
            (
                Database::Ready,
                Some(31),
                "! This machine's clock is 31 s ahead of Telegram's.\n",
            ),
            (
                Database::Ready,
                Some(-3600),
                "! This machine's clock is 3600 s behind Telegram's.\n",
            ),
        ] {
            let facts = Facts {
                database,
                clock_ahead_seconds,
                ..all_is_well()
            };
            let complaints = complaints(&config(""), &facts);
            assert_eq!(complaints.len(), 1, "{complaints:?}");
            assert!(complaints[0].starts_with(expected), "{complaints:?}");
        }
        let remote = config("telegram.api_url = \"http://bots.example:8081\"");
        let complaints_remote = complaints(&remote, &all_is_well());
        assert_eq!(complaints_remote.len(), 1, "{complaints_remote:?}");
        assert!(complaints_remote[0].contains("http://bots.example:8081 unencrypted"));
        let local = config("telegram.api_url = \"http://127.0.0.1:8081\"");
        assert!(complaints(&local, &all_is_well()).is_empty());
    }

    #[test]
    fn without_a_bot_nothing_is_said_about_its_group() {
        for (failure, exit, expected) in [
            (
                ApiFailure::TokenRejected,
                Exit::NoPermission,
                "✘ Telegram does not accept the token.\n",
            ),
            (
                ApiFailure::Unreachable,
                Exit::Unavailable,
                "✘ Telegram could not be reached.\n",
            ),
            (
                ApiFailure::RetryAfter(Duration::from_secs(35)),
                Exit::Unavailable,
                "✘ Telegram asks to wait 35 s.\n",
            ),
        ] {
            let facts = Facts {
                telegram: Err(failure),
                ..all_is_well()
            };
            let findings = judge(&config(""), &facts);
            assert_eq!(crate::cli::check::exit(&findings), exit);
            let complaints = complaints(&config(""), &facts);
            assert_eq!(complaints.len(), 1, "{complaints:?}");
            assert!(complaints[0].starts_with(expected), "{complaints:?}");
        }
    }
}
