//! Members, rights, migration, web hooks, tokens.

use super::*;

#[test]
fn membership_changes_are_told_to_administrators_and_to_the_bot_itself() {
    let desk = Desk::new();
    desk.sandbox.add_person(Person::named(301, "Kim"));
    desk.sandbox
        .add_member(desk.group, 301, Status::Member, NOW);
    desk.sandbox.kick(desk.group, 301, NOW);
    desk.forbid(Right::PinMessages);
    let kinds: Vec<String> = desk.updates().iter().map(kind).collect();
    assert_eq!(
        kinds,
        [
            "chat_member member",
            "message new_chat_members",
            "chat_member kicked",
            "message left_chat_member",
            "my_chat_member administrator",
        ]
    );
    let member = desk.call(
        "getChatMember",
        json!({"chat_id": desk.group, "user_id": 301}),
    );
    assert_eq!(member["status"], "kicked");
    let own = desk.call(
        "getChatMember",
        json!({"chat_id": desk.group, "user_id": BOT}),
    );
    assert_eq!(
        (&own["can_pin_messages"], &own["can_manage_topics"]),
        (&json!(false), &json!(true))
    );
    let admins = desk.call("getChatAdministrators", json!({"chat_id": desk.group}));
    assert_eq!(admins.as_array().map(Vec::len), Some(2));
}

fn kind(update: &Value) -> String {
    for kind in ["chat_member", "my_chat_member"] {
        if let Some(change) = update.get(kind) {
            let status = change["new_chat_member"]["status"]
                .as_str()
                .unwrap_or_default();
            return format!("{kind} {status}");
        }
    }
    let keys = ["new_chat_members", "left_chat_member"];
    let found = keys
        .iter()
        .find(|key| update["message"].get(**key).is_some());
    format!("message {}", found.unwrap_or(&"text"))
}

#[test]
fn a_removed_bot_may_do_nothing() {
    let desk = Desk::new();
    desk.sandbox.kick(desk.group, BOT, NOW);
    let send = json!({"chat_id": desk.group, "text": "x"});
    assert_eq!(
        desk.refused("sendMessage", send.clone()),
        "403 Forbidden: bot was kicked from the supergroup chat"
    );
    desk.sandbox
        .add_member(desk.group, BOT, Status::Member, NOW);
    desk.call("leaveChat", json!({"chat_id": desk.group}));
    assert_eq!(
        desk.refused("sendMessage", send),
        "403 Forbidden: bot is not a member of the supergroup chat"
    );
    let unknown = json!({"chat_id": -100, "text": "x"});
    assert_eq!(
        desk.refused("sendMessage", unknown),
        "400 Bad Request: chat not found"
    );
    desk.expect_no_violation();
}

#[test]
fn an_upgraded_group_names_its_successor() {
    let desk = Desk::new();
    let group = desk.sandbox.add_group("Small");
    desk.sandbox.add_member(group, SAM, Status::Creator, NOW);
    desk.sandbox.add_member(group, BOT, Status::Member, NOW);
    desk.call(
        "sendMessage",
        json!({"chat_id": group, "text": "x", "message_thread_id": 5}),
    );
    desk.updates();
    let supergroup = desk
        .sandbox
        .upgrade_group(group, NOW)
        .expect("a basic group");
    let updates = desk.updates();
    assert_eq!(updates[0]["message"]["migrate_to_chat_id"], supergroup);
    assert_eq!(updates[1]["message"]["migrate_from_chat_id"], group);
    let answer = desk.try_call("sendMessage", json!({"chat_id": group, "text": "x"}), 0);
    let body: Value = serde_json::from_str(answer.body().expect("an answer")).expect("JSON");
    assert_eq!(body["parameters"]["migrate_to_chat_id"], supergroup);
    assert_eq!(
        body["description"],
        "Bad Request: group chat was upgraded to a supergroup chat"
    );
}

#[test]
fn anonymous_administrators_hide_behind_the_group() {
    let desk = Desk::new();
    desk.sandbox
        .set_anonymous(desk.group, SAM, true, Some("Boss"));
    desk.sam_writes(None, "hello");
    let updates = desk.updates();
    let message = &updates[0]["message"];
    assert_eq!(message["from"]["id"], crate::sandbox::ANONYMOUS_ADMIN_ID);
    assert_eq!(message["sender_chat"]["id"], desk.group);
    assert_eq!(message["author_signature"], "Boss");
}

#[test]
fn tokens_and_web_hooks_are_checked_first() {
    let desk = Desk::new();
    let none = serde_json::Map::new();
    let refused = |token: &str| desk.sandbox.call(token, "getMe", &none, NOW).refusal();
    let wrong = "Unauthorized: invalid token specified";
    assert_eq!(refused("nonsense"), Some((401, wrong.to_owned())));
    assert_eq!(refused("8:other"), Some((401, "Unauthorized".to_owned())));
    desk.sandbox.set_webhook(TOKEN, Some("https://a.example"));
    assert!(
        desk.refused("getUpdates", json!({}))
            .starts_with("409 Conflict: can't use getUpdates")
    );
    desk.call("deleteWebhook", json!({}));
    desk.call("getUpdates", json!({}));
    desk.expect_no_violation();
    assert_eq!(
        desk.refused("sendTelepathy", json!({})),
        "404 Not Found: method not found"
    );
    assert_eq!(desk.sandbox.violations().len(), 1);
    desk.sandbox.revoke_token(TOKEN);
    assert_eq!(refused(TOKEN), Some((401, "Unauthorized".to_owned())));
}

#[test]
fn two_bots_have_separate_private_chats() {
    let desk = Desk::new();
    desk.sandbox.register_bot("8:voice", 8, "voice_bot");
    let place = crate::sandbox::Place { bot: 8, chat: ANN };
    let content = json!({"text": "to the voice"});
    desk.sandbox
        .person_sends(ANN, place, None, content, None, NOW)
        .expect("a client may write");
    assert_eq!(desk.updates(), [] as [Value; 0]);
    assert_eq!(desk.sandbox.pending_updates("8:voice").len(), 1);
    assert_eq!(desk.sandbox.chat_messages(ANN).len(), 0);
}
