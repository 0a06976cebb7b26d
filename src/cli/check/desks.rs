//! Further groups: each has to be right as the main one has to be.

use super::judge::{self, Finding};
use crate::config::Config;
use crate::domain::ids::ChatId;
use crate::domain::settings::DeskConfig;
use crate::telegram::{ApiFailure, ChatInfo, Client, Me, Member};

/// What Telegram said about the group of a further desk.
#[derive(Clone, Debug)]
pub struct Desk {
    /// What it is called in the config.
    pub name: String,
    /// The group, as configured.
    pub id: ChatId,
    /// The group.
    pub group: Result<ChatInfo, ApiFailure>,
    /// What the bot may do there.
    pub member: Result<Member, ApiFailure>,
}

/// Asks about each, one after the other.
pub async fn gather(desks: &[DeskConfig], client: &Client, bot: &Me) -> Vec<Desk> {
    let mut found = Vec::with_capacity(desks.len());
    for desk in desks {
        let id = desk.support_group_id;
        found.push(Desk {
            name: desk.name.clone(),
            id,
            group: client.get_chat(id).await,
            member: client.get_chat_member(id, bot.id).await,
        });
    }
    found
}

/// What is so in the group of each, with its name before it.
pub fn judge(desks: &[Desk], config: &Config, bot: &Me) -> Vec<Finding> {
    let of = |desk: &Desk| {
        let section = format!("[[desks]] {}", desk.name);
        let (group, member) = (&desk.group, &desk.member);
        let findings = judge::group(&section, desk.id, (group, member), (config, bot));
        findings.into_iter().map(move |finding| Finding {
            says: format!("{section}: {}", finding.says),
            ..finding
        })
    };
    desks.iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::cli::check::judge::Verdict;
    use crate::cli::exit::Exit;
    use crate::domain::outcome::Refusal;

    #[test]
    fn what_is_wrong_names_the_desk() {
        let text = "telegram.token = \"42:test_token\"\ntelegram.support_group_id = -100777\n";
        let config = Config::from_text(text, Path::new("config.toml"), std::iter::empty());
        let config = config.expect("it is a config");
        let bot = Me {
            id: crate::domain::ids::BotId(42),
            username: "acme_bot".to_owned(),
            first_name: "Acme".to_owned(),
            can_read_all_group_messages: false,
            has_topics_enabled: false,
        };
        let gone = || Err(ApiFailure::Refused(Refusal::DeskUnreachable));
        let desk = Desk {
            name: "money".to_owned(),
            id: ChatId(-100_888),
            group: gone(),
            member: Err(ApiFailure::Refused(Refusal::DeskUnreachable)),
        };
        let findings = judge(&[desk], &config, &bot);
        let [finding] = findings.as_slice() else {
            panic!("one finding: {findings:?}");
        };
        assert_eq!(finding.verdict, Verdict::Wrong(Exit::Config));
        assert_eq!(
            finding.says,
            "[[desks]] money: The bot is in no group with the id -100888."
        );
        let remedy = &finding.remedy;
        assert!(
            remedy.contains("[[desks]] money support_group_id"),
            "{remedy}"
        );
    }
}
