//! Further bots: whether each can do its part. The desk works without them, so nothing about them is
//! wrong, only not as well as it could be.

use super::judge::{Finding, Verdict};
use crate::domain::ids::{BotId, ChatId};
use crate::engine;
use crate::telegram::{ApiFailure, Me, Member, MemberStatus};

/// What Telegram said about a further bot.
#[derive(Clone, Debug)]
pub struct Voice {
    /// Whose token it is.
    pub bot: BotId,
    /// Who it is.
    pub me: Result<Me, ApiFailure>,
    /// What it is in the support group.
    pub member: Result<Member, ApiFailure>,
}

/// Asks about each, one after the other.
pub async fn gather(voices: &[engine::Voice], group: ChatId) -> Vec<Voice> {
    let mut found = Vec::with_capacity(voices.len());
    for engine::Voice { bot, client } in voices {
        found.push(Voice {
            bot: *bot,
            me: client.get_me().await,
            member: client.get_chat_member(group, *bot).await,
        });
    }
    found
}

/// One finding for each.
pub fn judge(voices: &[Voice]) -> Vec<Finding> {
    voices.iter().map(one).collect()
}

fn one(voice: &Voice) -> Finding {
    let name = match &voice.me {
        Ok(me) => format!("@{}", me.username),
        Err(failure) => {
            return Finding {
                verdict: Verdict::Warning,
                says: format!(
                    "The additional bot {} cannot be used: {failure}.",
                    voice.bot.0
                ),
                remedy: "Ask @BotFather for its token (/mybots, API Token) and put it into \
                         [[telegram.voices]], or take the section out."
                    .to_owned(),
            };
        }
    };
    let is_there = voice
        .member
        .as_ref()
        .is_ok_and(|member| match member.status {
            MemberStatus::Creator | MemberStatus::Administrator | MemberStatus::Member => true,
            MemberStatus::Restricted => member.is_member,
            MemberStatus::Left | MemberStatus::Kicked | MemberStatus::Unknown => false,
        });
    if is_there {
        return Finding {
            verdict: Verdict::Fine,
            says: format!("The additional bot {name} is in the group and can post there."),
            remedy: String::new(),
        };
    }
    Finding {
        verdict: Verdict::Warning,
        says: format!("The additional bot {name} is not in the support group."),
        remedy: format!("Open the group → its name → Add Members → {name}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(status: MemberStatus) -> Result<Member, ApiFailure> {
        let json = r#"{"status":"member"}"#;
        let member: Member = serde_json::from_str(json).expect("it is a member");
        Ok(Member { status, ..member })
    }

    #[test]
    fn each_is_judged_by_itself() {
        let me: Result<Me, ApiFailure> = Ok(serde_json::from_str(
            r#"{"id":43,"is_bot":true,"first_name":"Two","username":"acme_two_bot"}"#,
        )
        .expect("it is a bot"));
        let table = [
            (
                me.clone(),
                member(MemberStatus::Member),
                "The additional bot @acme_two_bot is in the group and can post there.",
            ),
            (
                me.clone(),
                member(MemberStatus::Kicked),
                "The additional bot @acme_two_bot is not in the support group.",
            ),
            (
                me,
                Err(ApiFailure::Unavailable),
                "The additional bot @acme_two_bot is not in the support group.",
            ),
            (
                Err(ApiFailure::TokenRejected),
                Err(ApiFailure::TokenRejected),
                "The additional bot 43 cannot be used: Telegram does not accept the token.",
            ),
        ];
        for (me, member, says) in table {
            let bot = BotId(43);
            let finding = one(&Voice { bot, me, member });
            assert_eq!(finding.says, says);
            let is_fine = finding.verdict == Verdict::Fine;
            assert_eq!(is_fine, finding.remedy.is_empty(), "{says}");
        }
    }
}
